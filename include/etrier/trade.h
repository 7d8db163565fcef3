/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TRADE_H
#define ETRIER_TRADE_H

#include <etrier/refdata.h>

#include <stdint.h>

/* The trade of an offer that states no code, from its words. The title is
 * compared with the official job titles: both say the same job when the noun
 * that heads each is in the other and little that weighs is left over on either
 * side; rare words weigh more than "agent". The employer's activity, the
 * diploma and the description decide only between trades that the title
 * leaves near one another; where the title names no job at all ("Alternance
 * H/F"), the diploma may stand for it, with less confidence. Without a network,
 * the same answer for the same tables.
 *
 * A wrong trade sends a young person to the wrong door, an unknown one only
 * waits for its adviser: when in doubt the answer is unknown. */
struct arena;
struct trade_finder;

/* Built once from the tables, then constant: any thread may ask. Borrows rd,
 * which must outlive it. Never NULL. Under 4 MB. */
struct trade_finder *trade_finder_new(const struct refdata *rd);
void trade_finder_free(struct trade_finder *f);

/* What an offer says of itself, as its source wrote it; any may be NULL.
 * Nothing is trusted: invalid bytes separate words, and of each text only the
 * beginning is read (title, employer_name, diploma and city 400 bytes,
 * description 4000). */
struct trade_claim {
	const char
		*title; /* "Apprenti(e) boulanger H/F - Lidl"; none: unknown */
	const char *employer_name; /* its words are not words of the job */
	const char *naf;	   /* "1071C" or "10.71C" */
	const char *diploma;	   /* "CAP Boulanger", any wording */
	const char *description;   /* plain text */
	const char *city;	   /* its words are not words of the job */
};

#define TRADE_ALTERNATIVES 3
/* A guess is given from this confidence on. */
#define TRADE_CONFIDENT 600

struct trade_guess {
	uint16_t trade; /* < rome_count(), or ROME_NONE: unknown */
	/* 0 to 1000: of the answer; when it is unknown, that of the trade which
	 * would have been the answer, always under TRADE_CONFIDENT. 1000: the
	 * title is an official one, word for word. */
	int confidence;
	/* Our words about why, never NULL, in the arena; of the source only
	 * words that are in the official titles as well, and its activity code:
	 * title words "boulanger", activity 1071C
	 * unknown: title words "vendeur" fit D1106, D1211, D1214 */
	const char *evidence;
	/* The trades that come next, best first; ROME_NONE where there is
	 * none. None of them is .trade. */
	uint16_t alternatives[TRADE_ALTERNATIVES];
};

/* Fills *out completely. The arena is used for the evidence and for working
 * memory: some tens of kilobytes. */
void trade_infer(const struct trade_finder *f, struct arena *a,
		 const struct trade_claim *claim, struct trade_guess *out);

#endif
