/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DOMAIN_LEXICON_WORDS_H
#define ETRIER_DOMAIN_LEXICON_WORDS_H

#include <etrier/lexicon.h>

/* A text as sentences of words (lexicon_words.c). */
struct arena;
struct known;

enum {
	/* Longer sentences are cut: no person writes one, and it bounds what
	 * one hostile text may cost. */
	SENTENCE_WORDS_MAX = 200,
};

enum { LANGUAGE_FRENCH = 1, LANGUAGE_ENGLISH = 2 };

/* One word of a text. s is not NUL-terminated; ASCII letters may be capitals
 * (it points into the text) unless it was folded (into the arena). */
struct word {
	const char *s;
	uint32_t len;
	uint32_t from, to;    /* bytes of the text it stands for */
	uint16_t clause;      /* of the sentence, from 0 */
	int8_t number, month; /* un..douze, janvier..décembre: 1..12; or 0 */
	int8_t language;      /* LANGUAGE_..., of small words; or 0 */
	bool may_capture;     /* something captured may begin with it */
	/* What each lexicon knows of it; never NULL in the texts of an offer.
	 */
	const struct known *known[LEXICON_WHATS];
};
struct sentence {
	size_t n;
	struct word v[SENTENCE_WORDS_MAX];
};
/* Walks a text; begin with {.text = s}. */
struct sentences {
	const char *text;
	size_t n; /* of the text, once it is known */
	size_t at;
	bool was_comma;
	/* Words of a folded piece that the last sentence had no room for. */
	const char *rest;
	size_t rest_from, rest_to;
};
/* The next sentence that has words: s, len, from, to and clause of each. False
 * at the end. */
bool sentence_next(struct sentences *w, struct arena *a, struct sentence *out);

/* The texts of an offer as sentences, each with the words it has, cut once for
 * all lexicons that read them. */
struct cut_sentence {
	struct cut_sentence *next;
	bool may_capture; /* one of the words may be captured */
	/* For each lexicon: TERM_BIT() of all terms of the sentence; the words
	 * that its phrases may begin with, in order. */
	uint64_t has[LEXICON_WHATS];
	uint8_t *starts[LEXICON_WHATS];
	size_t n_starts[LEXICON_WHATS];
	size_t n;
	struct word v[];
};
struct lexicon_texts {
	const struct lexicon_dictionary *dictionary;
	const char *text[LEXICON_TEXT_COUNT]; /* of the offer, or NULL */
	struct cut_sentence *first[LEXICON_TEXT_COUNT];
};

/* Fills number, month, language and known (lexicon_dictionary.c). */
void dictionary_know(const struct lexicon_dictionary *d, struct word *w);
bool dictionary_has(const struct lexicon_dictionary *d,
		    const struct lexicon *l);

#endif
