/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_RULES_WHEN_PARTS_H
#define ENGINE_RULES_WHEN_PARTS_H

#include "when_fields.h"

#include <etrier/arena.h>
#include <etrier/map.h>
#include <etrier/ynode.h>

/* Conditions, from the tree of YAML to programs:
 *
 *   when_read.c    maps, all:, any:         -> struct when_node
 *   when_values.c  one field and its values -> struct when_node of atoms,
 *                  with when_numbers.c and when_words.c
 *   when_sense.c   what can never be yes
 *   when_pool.c    struct when_node -> pooled programs
 *   when_facts.c   what an atom asks of an offer, a person or a pair
 *   rules_when.c   programs run */

/* --- atoms --------------------------------------------------------------- */
enum when_test {
	TEST_PRESENT,
	TEST_ABSENT,
	TEST_RANGE,  /* lo..hi */
	TEST_CLOCK,  /* lo..hi, hi < lo: over midnight */
	TEST_MASK,   /* one of these */
	TEST_TRADES, /* one of these */
	TEST_PLACES, /* one of these */
	TEST_EQUAL,  /* one of the words, the whole */
	TEST_START,  /* one of the words, its beginning */
	TEST_WORDS   /* one of the phrases: " bac pro ", " apprenti" */
};
#define WHEN_UNKNOWN_BIT ((uint64_t)1 << 63) /* the word unknown in a mask */
#define WHEN_PLACE_WORDS ((UINT16_MAX + 1) / 64)
struct when_atom {
	uint8_t pool, id, sub, test;
	bool is_private;
	bool is_several; /* TEST_MASK: the field may have several at once */
	int64_t lo, hi;
	uint64_t mask;
	const struct trade_set *trades;
	const uint64_t *places; /* by number of commune */
	const char *const *words;
	size_t n_words;
	const char *text; /* "offer.kind: apprenticeship" */
};
/* What is known of what an atom asks. */
struct when_fact {
	bool is_known;
	int64_t n;
	uint64_t bits;
	const uint16_t *trades;
	int n_trades;
	const char *const *texts; /* TEST_WORDS: " words " */
	int n_texts;
};
enum tri when_test_atom(const struct when_atom *a, const struct when_fact *f);

/* --- trees --------------------------------------------------------------- */
enum when_op { WHEN_ATOM, WHEN_ALL, WHEN_ANY, WHEN_NOT };
struct when_node {
	enum when_op op;
	struct when_atom atom;
	struct when_node **kids;
	size_t n;
	const struct ynode *at;
	unsigned pools; /* bits of enum cond_pool it reads */
	bool is_private;
	const char *text; /* says all that it means */
};
struct when_reader {
	struct arena *arena; /* of the pool: atoms stay in it */
	const struct refdata *rd;
	struct diags *diags;
};
__attribute__((format(printf, 3, 4))) void when_error(struct when_reader *r,
						      const struct ynode *n,
						      const char *fmt, ...);
/* " (did you mean \"x\"?)" or "". */
const char *when_hint(struct when_reader *r, const char *near);
struct when_node *when_new(struct when_reader *r, enum when_op op,
			   const struct ynode *at);
void when_add(struct when_reader *r, struct when_node *to,
	      struct when_node *kid);
/* pools, is_private and text of a node whose kids have theirs. */
void when_finish(struct when_reader *r, struct when_node *n);
/* NULL after an error. */
struct when_node *when_read(struct when_reader *r, const struct ynode *n);
struct when_node *when_values(struct when_reader *r, const struct when_field *f,
			      const struct ynode *n);
/* Codes of ROME into a set; a complaint when rd has none of them. */
void when_trades(struct when_reader *r, const struct ynode *n,
		 const char *where, struct trade_set *out);
/* Complains about what can never be yes. s: for the law of ages. */
void when_sense(struct when_reader *r, const struct ruleset *s,
		const struct when_node *root);

/* --- programs ------------------------------------------------------------ */
enum when_step_op {
	STEP_ATOM, /* arg: number of the atom; pushes */
	STEP_REF,  /* arg: pool << 16 | condition; pushes */
	STEP_AND,  /* of the two on top */
	STEP_OR,
	STEP_NOT
};
struct when_step {
	uint32_t op, arg;
};
#define WHEN_STACK_MAX (2 * RULES_DEPTH_MAX + 8)
struct when_cond {
	const char *text;
	uint32_t first, n_steps;
	uint32_t pair_fields;
	bool is_private;
};
struct when_pool {
	struct when_cond v[RULES_CONDS_MAX];
	size_t n;
	struct map by_text;
};
struct rules_when {
	struct arena arena;
	struct when_pool pools[COND_POOL_COUNT];
	struct when_atom *atoms;
	struct when_step *steps;
	size_t n_atoms, cap_atoms, n_steps, cap_steps;
	/* code of an agency by the caller's number; NULL: not named */
	char **agencies;
	size_t n_agencies;
};
struct rules_when *rules_when_new(void);
void rules_when_free(struct rules_when *w);
/* The three parts of a condition into *s; false when a pool is full. */
bool when_pool_symbol(struct rules_when *w, struct when_reader *r,
		      struct when_node *root, struct symbol *s);

/* --- facts --------------------------------------------------------------- */
enum { WHEN_TEXTS = OFFER_RHYTHM + 1 };
struct when_offer {
	const struct offer *offer;
	const struct refdata *rd;
	struct arena *arena;
	const char *folded[WHEN_TEXTS][2]; /* made when first asked */
	uint16_t trades[5];
	int n_trades; /* -1: not looked up yet */
};
void when_offer_fact(struct when_offer *o, const struct when_atom *a,
		     struct when_fact *out);
void when_person_fact(const struct rules_when *w, const struct mperson *p,
		      const struct when_atom *a, struct when_fact *out);
/* The bytes of a person that when_person_fact() reads for the atom: 0xff. */
void when_person_read(const struct when_atom *a, struct mperson *out);
void when_pair_fact(const struct pair_facts *p, const struct when_atom *a,
		    struct when_fact *out);

#endif
