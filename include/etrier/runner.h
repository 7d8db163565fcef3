/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RUNNER_H
#define ETRIER_RUNNER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct offer;
struct refdata;
struct understanding;

/* What `etrierctl sources try` calls for a source of kind exec: its program run
 * once, without an engine and without a daemon. (The role's entry point is in
 * roles.h.) */

struct runner_counts {
	int64_t seen, good, bad; /* lines; good + bad == seen */
	int64_t closed;		 /* of the good ones: not live any more */
	int64_t no_trade, no_place;
	int64_t bytes; /* printed by the program */
};

struct runner_handler {
	/* Borrowed for the call. */
	void (*on_offer)(void *ctx, const struct offer *o);
	/* number: of the line, from 1, empty ones not counted. err's words are
	 * ours and quote nothing. May be NULL. */
	void (*on_bad)(void *ctx, int64_t number, const struct err *err);
};

/* source: an object of source_read() of kind exec. Runs the program with the
 * caller's own rights, under the same limits and, where the kernel has them,
 * the same Landlock and seccomp rules as in the service; blocks until it ended
 * or was ended. ca_file may be NULL. *complete: it ended with status 0 and the
 * source delivers complete answers. 0, or -1 with what went wrong, the first
 * words of the program's stderr included; offers handed over before stay
 * handed over and *counts is filled in both cases. */
int runner_try(const json_t *source, const struct refdata *rd,
	       const struct understanding *understanding, const char *ca_file,
	       const struct runner_handler *handler, void *ctx,
	       struct runner_counts *counts, bool *complete, struct err *err);

#endif
