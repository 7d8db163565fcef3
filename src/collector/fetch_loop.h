/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_FETCH_LOOP_H
#define ETRIER_COLLECTOR_FETCH_LOOP_H

#include <curl/curl.h>

struct event_base;

/* A multi handle of libcurl on an event loop: its sockets and its timer.
 * Transfers are fetch.c's. */
struct fetch_loop;

/* on_moved: something may have ended; never called from inside curl. */
struct fetch_loop *fetch_loop_new(struct event_base *base,
				  void (*on_moved)(void *ctx), void *ctx);
void fetch_loop_free(struct fetch_loop *l); /* no transfer may be left */
CURLM *fetch_loop_multi(struct fetch_loop *l);

/* Once for every handle, before its first transfer: the loop is told when one
 * of its sockets is closed. */
void fetch_loop_watch(struct fetch_loop *l, CURL *easy);
/* What CURLOPT_OPENSOCKETFUNCTION opened: the loop may go on listening to it
 * between two transfers. */
void fetch_loop_opened(struct fetch_loop *l, curl_socket_t fd);

#endif
