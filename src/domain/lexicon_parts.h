/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DOMAIN_LEXICON_PARTS_H
#define ETRIER_DOMAIN_LEXICON_PARTS_H

#include "lexicon_words.h"

#include <etrier/lexicon.h>

/* What a lexicon is made of.
 *
 *   text -> sentences of words      lexicon_words.c
 *   phrase -> steps, words          lexicon_phrase.c (a trie of letters)
 *   word -> terms, term -> phrases  lexicon_index.c
 *   all lexicons' words as one      lexicon_dictionary.c
 *   words -> hour, number, date     lexicon_capture.c
 *   sentence x phrases -> hits      lexicon_match.c
 *   hit -> field of the offer       lexicon_fields.c
 */
struct arena;
struct err;

enum {
	/* Different groups of words that one word may belong to. */
	WORD_TERMS_MAX = 48,
	TERM_NONE = 0xFFFF
};

enum capture {
	CAPTURE_NONE,
	CAPTURE_TIME,
	CAPTURE_HOURS,
	CAPTURE_NUMBER,
	CAPTURE_DATE,
	CAPTURE_DURATION,
	CAPTURE_COUNT
};
/* "{time}" ...; NULL-terminated, from CAPTURE_TIME on. */
extern const char *const capture_names[];
enum capture capture_find(const char *name);
/* False: nothing that is captured begins with this word. */
static inline bool capture_may_begin(const struct word *w)
{
	/* midi, minuit */
	return (*w->s >= '0' && *w->s <= '9') || w->number || w->month ||
	       (w->len > 1 && (w->s[0] | 0x20) == 'm' &&
		(w->s[1] | 0x20) == 'i');
}
/* How many of the n words from the one at i on are such a thing, 0: none; its
 * value in *out. */
size_t capture_words(enum capture kind, const struct word *v, size_t n,
		     size_t i, int32_t *out);

enum step_kind { STEP_TERM, STEP_GAP, STEP_CAPTURE };
struct step {
	uint8_t kind, capture;
	bool is_optional;
	uint16_t term;
};
struct phrase {
	char *text; /* folded, with its within: what makes it one of its kind */
	uint8_t n, within;
	struct step steps[LEXICON_STEPS_MAX];
};
struct phrases;
struct phrases *phrases_new(void);
void phrases_free(struct phrases *p);
/* The number of a phrase, the same for the same phrase and within; -1. */
int phrases_add(struct phrases *p, const char *text, int within,
		struct err *err);
/* No phrase is added after this: the index by first step. */
int phrases_finish(struct phrases *p, struct err *err);
size_t phrases_count(const struct phrases *p);
const struct phrase *phrases_at(const struct phrases *p, size_t i);
/* What the phrases know of a word: its terms, those of them that begin phrases,
 * and TERM_BIT() of all. */
struct known {
	uint64_t has;
	const uint16_t *terms, *starts;
	uint8_t n_terms, n_starts;
};
/* What both know of a word that neither has, the only one of its kind. */
extern const struct known known_nothing;
/* Phrases that begin alike. needs: a phrase stands only in a sentence that has
 * all these bits, each TERM_BIT() of a term of its words; most are passed over
 * by that. */
struct beginning {
	uint64_t needs;
	uint64_t next; /* what the second word must have, when it is known */
	uint16_t phrase;
};
#define TERM_BIT(term) (UINT64_C(1) << ((term) % 64))
/* One thing a signal says: a field and a constant, or CAPTURE. */
struct setting {
	int field;
	enum capture capture;
	int32_t value;
	const char *name; /* as read: of the lexicon's JSON */
	const char *lang; /* languages: the value as read */
};
int setting_read(const char *field, const char *value, struct setting *out,
		 struct err *err);
/* A captured value is one that the field may have. */
bool setting_is_usual(const struct setting *s);
/* As it would be written in signals.yaml. */
char *setting_value(struct arena *a, const struct setting *s);
/* What all signals say of an offer, combined by field, then put into it. */
struct gathered;
struct gathered *gathered_new(struct arena *a);
void gathered_add(struct gathered *g, struct arena *a, const struct setting *s);
void gathered_put(struct gathered *g, struct offer *o);
/* Did the field get this value from gathered_put()? */
bool gathered_took(const struct gathered *g, const struct setting *s);

struct row {
	const char *symbol, *reason;
	struct setting *sets;
	size_t n_sets;
	unsigned in;	/* bits of enum lexicon_text */
	int near;	/* words */
	bool has_words; /* any: is there */
	bool has_between;
	int32_t lo, hi;
	enum quality outcome;
	int test; /* enum quality_test or VOCAB_NONE */
	int days;
	unsigned kinds, except_kinds; /* bits of enum contract; 0: all, none */
};
/* Which rows a phrase fires, in order of rows. */
struct firing {
	uint16_t *rows;
	size_t n;
};
struct lexicon {
	json_t *json; /* strings point into it */
	enum lexicon_what what;
	struct row *rows;
	size_t n_rows;
	struct phrases *phrases;
	struct firing *firings; /* by phrase */
	/* By row and phrase, two bits: vetoes on both sides, vetoes before. */
	uint8_t *vetoes;
};
enum { VETO_AROUND = 1, VETO_BEFORE = 2 };

struct firing_at {
	size_t row;
	int32_t captured;
	uint32_t from, to; /* bytes of the text */
};
typedef void lexicon_fire_fn(void *ctx, const struct firing_at *at);
/* The language of a text by the small words of its beginning. */
struct language {
	size_t n, french, english; /* words */
};
/* Every firing of every row that looks into this text, in order of place; a row
 * may fire often. language may be NULL. */
void lexicon_scan(const struct lexicon *l, const struct lexicon_texts *t,
		  enum lexicon_text where, lexicon_fire_fn *on_fire, void *ctx,
		  struct language *language);
/* Bytes [from, to) of a text as they may be shown. */
char *lexicon_cut(struct arena *a, const char *text, uint32_t from,
		  uint32_t to);

#endif
