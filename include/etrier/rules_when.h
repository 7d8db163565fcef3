/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RULES_WHEN_H
#define ETRIER_RULES_WHEN_H

#include <etrier/rules.h>
#include <etrier/vocab.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mperson;
struct offer;
struct refdata;

/* The conditions of symbols. A `when` is cut into what reads the offer alone,
 * the person alone, and the rest; equal ones of all sets are one (a pool each).
 * Each is a flat program over atoms, answered yes, no or unknown (Kleene), the
 * same by whatever path it is asked. */
#define RULES_CONDS_MAX ROSTER_CONDS_MAX /* of each pool */
#define RULES_DEPTH_MAX 8		 /* of all: and any: in one another */

enum cond_pool { COND_OFFER, COND_PERSON, COND_PAIR, COND_POOL_COUNT };
size_t rules_n_conds(const struct rules *r, enum cond_pool pool);
/* A condition in words: "offer.kind: apprenticeship". */
const char *rules_cond_text(const struct rules *r, enum cond_pool pool,
			    int cond);
bool rules_cond_is_private(const struct rules *r, enum cond_pool pool,
			   int cond);

static inline enum tri cond_bits_get(const struct cond_bits *b, int cond)
{
	uint64_t bit = (uint64_t)1 << (cond & 63);

	return b->yes[cond >> 6] & bit	     ? TRI_YES
	       : b->unknown[cond >> 6] & bit ? TRI_UNKNOWN
					     : TRI_NO;
}
/* Every condition on offers alone; texts are folded here, once. */
void rules_offer_conds(const struct rules *r, const struct refdata *rd,
		       const struct offer *o, struct cond_bits *out);
/* Every condition on a person alone: numbers only. */
void rules_person_conds(const struct rules *r, const struct mperson *p,
			struct cond_bits *out);
/* The bytes of a person that these conditions read: 0xff in *out, else 0. */
void rules_person_reads(const struct rules *r, struct mperson *out);

/* --- what depends on both, or on the day --------------------------------- */
#define FACT_UNKNOWN INT32_MIN
enum pair_field {
	PAIR_AGE,	       /* pair.age: at the start, as the gate AGE */
	PAIR_AGE_TODAY,	       /* youth.age: on the day of the verdict */
	PAIR_MINUTES,	       /* pair.minutes: journey to the firm */
	PAIR_MINUTES_OF_LIMIT, /* percent of the person's limit */
	PAIR_CFA_MINUTES,
	PAIR_LEAVE,	    /* pair.leaves_home: minute of the day, < 0 too */
	PAIR_BACK,	    /* pair.comes_home: > 1440 too */
	PAIR_DAYS_TO_START, /* from today to the stated start */
	PAIR_DAYS_TO_DEADLINE, /* youth.days_to_deadline */
	PAIR_OFFER_AGE,	       /* offer.age_days: since it was posted */
	PAIR_RANK,	       /* wish the trade link rests on, 1..5 */
	PAIR_TRADE_VALUE,      /* pair.trade: 0..1000, written 0..1 */
	PAIR_LEVEL_GAP, /* target level, else required, minus level held */
	/* CECRL steps that the offer asks above what the person has */
	PAIR_FRENCH_ORAL_GAP,
	PAIR_SAME_COURSE, /* 1 yes, 0 no */
	PAIR_SAME_CFA,
	PAIR_FAVOURS_MET, /* private: needs of mode favour known to be met */
	PAIR_FIELD_COUNT
};
struct pair_facts {
	int32_t v[PAIR_FIELD_COUNT];
	const struct cond_bits *offer, *person; /* of the same rules */
};
/* Bits of enum pair_field that a pair condition reads: fill those first. */
uint32_t rules_pair_fields(const struct rules *r, int cond);
enum tri rules_pair_cond(const struct rules *r, int cond,
			 const struct pair_facts *f);

/* What a pair condition comes to when only some facts are settled (bits of enum
 * pair_field; offer or person NULL: not yet). *is_open: the others may change
 * it; where it is false the answer stays, whatever they turn out to be. For
 * deciding once what need not be asked of every pair. */
enum tri rules_pair_outlook(const struct rules *r, int cond,
			    const struct pair_facts *f, uint32_t settled,
			    bool *is_open);

/* --- for explain -----------------------------------------------------------
 */
/* The three parts of a symbol together. */
enum tri rules_symbol_state(const struct rules *r, const struct symbol *s,
			    const struct pair_facts *f);
/* The atoms that a symbol stands on, as far as their facts are given (NULL:
 * left out), in order of writing; at most max are written, how many there are
 * is returned. Texts live as long as r. */
struct cond_facts {
	const struct offer *offer;
	const struct refdata *rd;
	const struct mperson *person;
	const struct pair_facts *pair;
};
struct cond_part {
	const char *text; /* "offer.hours.start: <05:30" */
	enum tri value;
	bool is_private;
};
size_t rules_symbol_parts(const struct rules *r, const struct symbol *s,
			  const struct cond_facts *f, struct cond_part *out,
			  size_t max);

#endif
