/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BENCH_FEEDS_INVENTED_H
#define BENCH_FEEDS_INVENTED_H

#include <stddef.h>
#include <stdint.h>

/* One record of a feed being written; begin with n 0. */
enum { INVENTED_MAX = 8 * 1024 /* more than any record has */ };
struct invented {
	char text[INVENTED_MAX];
	size_t n;
};
/* Behind what is there; what does not fit is a bug. */
__attribute__((format(printf, 2, 3))) void invented_put(struct invented *o,
							const char *fmt, ...);
/* An offer number i, each call another: as the API of France Travail writes
 * it, and as HelloWork does (a third of the descriptions hold markup). */
void invented_json(struct invented *o, int64_t i);
void invented_xml(struct invented *o, int64_t i);

#endif
