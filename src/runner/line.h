/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RUNNER_LINE_H
#define ETRIER_RUNNER_LINE_H

#include <etrier/offer.h>

#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct refdata;
struct understanding;

/* What a line needs to become an offer. Borrowed. */
struct line_reader {
	const struct refdata *refdata;
	const struct understanding *understanding; /* NULL: official titles */
	const char *source; /* takes the place of what the line says */
	int64_t now;	    /* instant */
	int expires_days;   /* 0: no end by policy */
};

/* One line (without its end) that a program printed. The offer line of offer.h
 * is strict: what is wrong refuses the whole line. Completed is only what is
 * missing: the commune or the point of a place by its words, the end by policy,
 * and what the offer's words and its trade tell (understand.h).
 *
 * *line is the parsed line that *out points into; the caller decrefs it when
 * done with *out, and resets the arena. ERR_INPUT with words of ours. */
int line_read(const struct line_reader *r, const char *bytes, size_t n,
	      struct arena *a, struct offer *out, json_t **line,
	      struct err *err);

#endif
