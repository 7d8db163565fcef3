/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_TRANSFER_H
#define ETRIER_COURIER_TRANSFER_H

#include "gateway.h"

#include <stdbool.h>

/* One HTTP request at a time, blocking, by libcurl. A connection that was used
 * less than TRANSFER_IDLE_S ago is used again; no redirect is followed, no
 * proxy taken from the environment, no cookie kept. */
#define TRANSFER_IDLE_S 2

struct transfer;
/* ca_file NULL: the system's. timeout_s: connection and answer each. */
struct transfer *transfer_new(const char *ca_file, int timeout_s);
void transfer_free(struct transfer *t);

/* Called once, when the connection stands and before the first byte of the
 * request. -1: do not send. */
typedef int transfer_before_fn(void *ctx);

enum transfer_end {
	TRANSFER_DONE,	   /* a whole answer is there */
	TRANSFER_NOT_SENT, /* not a byte of the request left */
	TRANSFER_STOPPED,  /* before() said no; nothing left */
	TRANSFER_LOST	   /* something may have left, no whole answer came */
};
/* before may be NULL. *answer lives until the next call; why (text of ours and
 * of libcurl, no address but the host's) is set unless DONE. A request whose
 * connection broke is never sent twice. */
enum transfer_end transfer_run(struct transfer *t,
			       const struct gateway_request *r,
			       size_t answer_max, transfer_before_fn *before,
			       void *ctx, struct gateway_answer *answer,
			       const char **why);

#endif
