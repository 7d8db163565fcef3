/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_UNDERSTAND_H
#define ETRIER_UNDERSTAND_H

#include <etrier/lexicon.h>
#include <etrier/offer.h>

struct arena;
struct err;
struct trade_finder;

/* What a careful reader would know of an offer after reading it: fields that
 * its source left unknown, from its words, from its trade and from lists, each
 * with its provenance; and whether it should reach anybody at all. Whoever
 * takes offers in (collector, runner) calls this, so that all are read alike.
 *
 * In order: signals (lexicon.h) fill what is unknown; the trade is inferred
 * (trade.h) when no code is stated; a trade's usual conditions fill exposures
 * that are still unknown (provenance "trade"); the employer's SIRET is looked
 * up in the list of engaged employers ("list"); the quality gate judges. What
 * is known is never touched. */
struct understanding;

/* lexicons: {"signals", "quality": of lexicon_read(), "employers": {siret:
 * "certified"|"declared"}}, each may be absent. Borrows rd and trades (NULL: no
 * inference). NULL: ERR_CONFIG. */
struct understanding *understanding_new(const struct refdata *rd,
					const struct trade_finder *trades,
					const json_t *lexicons,
					struct err *err);
/* Shared by count: what was begun with it may outlive a reload. */
struct understanding *understanding_keep(struct understanding *u);
void understanding_free(struct understanding *u); /* one of the count */
/* Hash of everything that decides what is understood, and of this version of
 * the program: when it differs, offers should be read again. Hex. */
#define UNDERSTANDING_HASH_LEN 8
const char *understanding_hash(const struct understanding *u);

/* What was found, for whoever tries a source; lives in the arena. */
struct understood {
	const char *trade; /* our words on how the trade was found; NULL: it
			    * was stated */
	struct lexicon_hits hits;
	struct quality_verdict verdict;
};
/* Changes *o, whose new strings lie in the arena; o->provenance and o->evidence
 * are made when NULL: new references of the caller then. diploma: words of the
 * source about the diploma, or NULL. said may be NULL. */
void offer_understand(const struct understanding *u, struct arena *a,
		      const char *diploma, int64_t now, struct offer *o,
		      struct understood *said);

#endif
