/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_NORMALISE_H
#define ETRIER_COLLECTOR_NORMALISE_H

#include "mapping.h"

#include <etrier/offer.h>

#include <stdbool.h>
#include <stdint.h>

struct jnode;
struct refdata;
struct understanding;

/* What was seen but not used, for `sources try`: field and why, our words.
 * value is the feed's text, cut: never for a log. */
struct note {
	const char *field, *text, *value;
	bool is_reading; /* not a fault: what its words were read as */
};
#define NOTES_MAX 24

struct notes {
	struct note v[NOTES_MAX];
	size_t n;
};

/* All that a record needs to become an offer. Borrowed. */
struct normaliser {
	const struct mapping *mapping;
	const struct refdata *refdata;
	const char *source;
	int64_t now;	  /* instant */
	int expires_days; /* 0: no end by policy */
	/* NULL: only what is stated, and official titles. */
	const struct understanding *understanding;
};

/* One record. *out and the notes (NULL: none wanted) live in the arena and the
 * record; out->provenance and out->evidence are new references of the caller.
 * ERR_INPUT: no title. A field that is not understood is unknown and a note,
 * never an error and never "no". */
int normalise(const struct normaliser *nz, const struct jnode *record,
	      struct arena *a, struct offer *out, struct notes *notes,
	      struct err *err);

#endif
