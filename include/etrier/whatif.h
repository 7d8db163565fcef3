/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_WHATIF_H
#define ETRIER_WHATIF_H

#include <etrier/match.h>

#include <jansson.h>

struct arena;
struct refdata;

/* The smallest changes that would give a better decision: a longer journey
 * accepted, one more kind of contract, another start ... Each is made to a copy
 * of the person or the offer and judged by match_evaluate(): what is told here
 * is true. Pure, and nothing of it is a proposal to anybody.
 *
 * Symbols that read the words of an offer stay as they are, for an offer does
 * not come with other words. */
enum whatif_what {
	WHATIF_TRADE,	    /* to: the offer's trade, looked for as well */
	WHATIF_CONTRACT,    /* to: kind, looked for as well */
	WHATIF_LICENCE,	    /* to: bits, held */
	WHATIF_MINUTES,	    /* from (-1 unknown), to: longest way to work */
	WHATIF_MINUTES_CFA, /* ... and to the CFA */
	WHATIF_MODE,	    /* to: one more mode */
	WHATIF_DEPARTURE,   /* from, to: leaves home from this minute on */
	WHATIF_RETURN,	    /* from, to: home again by this minute */
	WHATIF_AVAILABLE,   /* from, to: dates: free from */
	WHATIF_DEADLINE,    /* from, to: dates: a contract is needed by */
	WHATIF_START,	    /* from, to: dates: the offer's start */
	WHATIF_LEVEL,	    /* from (-1), to: level held */
	/* An unknown made known, in the best sense. */
	WHATIF_BIRTH_KNOWN,  /* to: an age that fits */
	WHATIF_PLACE_KNOWN,  /* the offer's place is near */
	WHATIF_HOME_KNOWN,   /* the person's home is near */
	WHATIF_START_KNOWN,  /* to: date */
	WHATIF_HOURS_KNOWN,  /* by day, 35 hours */
	WHATIF_KIND_KNOWN,   /* to: kind; one that is looked for */
	WHATIF_POSTED_KNOWN, /* today */
	/* Private: the post without what the person cannot do. */
	WHATIF_POST_FITS,
	WHATIF_COUNT
};
#define WHATIF_CHANGES_MAX 3 /* at once */
struct whatif_change {
	enum whatif_what what;
	int32_t from, to;
};
struct whatif {
	struct whatif_change changes[WHATIF_CHANGES_MAX];
	int n;
	bool is_private;
	enum decision decision;
	int score;
};
#define WHATIF_MAX 8
/* Those of the fewest changes, the better decision first, then in the order of
 * the list above; at most max. 0: nothing of this kind helps, or the decision
 * is `send`. v is the verdict as it is. */
size_t whatif_find(const struct match_env *env, const struct mperson *p,
		   const struct moffer *o, const struct verdict *v,
		   bool with_private, struct whatif *out, size_t max);

/* One change alone, no private one, as whatif_find() would give it; false: no
 * single one helps. A tenth of its time where none does. */
bool whatif_find_one(const struct match_env *env, const struct mperson *p,
		     const struct moffer *o, const struct verdict *v,
		     struct whatif *out);

/* Points to the next better threshold (0: reached), and the criteria that lost
 * some, most first. */
struct whatif_points {
	int missing;		/* 0..1000 */
	enum decision for_what; /* CHECK or SEND */
	int n;
	struct {
		enum criterion criterion;
		int lost;
	} lost[CRITERION_COUNT];
};
void whatif_points(const struct verdict *v, struct whatif_points *out);

/* whatif_words.c: "limite de trajet à 52 min (45 aujourd'hui)". */
const char *whatif_words(const struct refdata *rd, struct arena *a,
			 const struct whatif *w);
/* {"changes":[{"what","from","to"}],"decision","score","words"} */
json_t *whatif_json(const struct refdata *rd, const struct whatif *w);

#endif
