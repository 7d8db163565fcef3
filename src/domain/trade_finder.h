/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef DOMAIN_TRADE_FINDER_H
#define DOMAIN_TRADE_FINDER_H

#include <etrier/arena.h>
#include <etrier/map.h>
#include <etrier/trade.h>

#include <stdbool.h>

/* The official titles as sets of words, found by word (trade_finder.c). */
#define TRADE_WORD_NONE	     UINT16_MAX
#define TRADE_TITLE_WORDS    24 /* the longest title has 19 */
#define TRADE_ALIKE_MAX	     4	/* words one misspelt word may stand for */
#define TRADE_SURFACE_LENGTH 40 /* of the longest surface, 24 today */

/* What all forms of a word share; numbered from 0. */
struct trade_word {
	const char *shown; /* the form met first, folded */
	/* Sixteen times the logarithm to base 2 of how rare it is among the
	 * titles: 16 for one in two, 216 for one in all. */
	uint16_t weight;
	bool heads_job;	     /* the first word of a job's title */
	bool heads_activity; /* of a trade's own label: "coiffure" */
	/* The titles it is in: postings[first] up to the next word's first. */
	uint32_t first;
};
struct trade_title_words {
	uint16_t trade;
	uint8_t n;
	bool is_activity;
	uint32_t first;	 /* in words_of; the first word is the head */
	uint32_t weight; /* sum of the words' */
};
/* A form of a word as the titles write it, folded. */
struct trade_surface {
	const char *text;
	uint64_t letters; /* a bit a letter that occurs, one if it does again */
	uint16_t word;
};

struct trade_finder {
	const struct refdata *rd;
	struct arena arena;
	struct trade_noise *noise; /* trade_text.h */
	struct map surfaces;	   /* text to struct trade_surface */
	struct map stems;	   /* stem to a surface of that word */
	struct trade_word *words;
	struct trade_title_words *titles;
	uint16_t *words_of;
	uint32_t *postings; /* numbers of titles */
	/* by_length[n] up to by_length[n + 1]: surfaces of n bytes */
	struct trade_surface *sorted;
	size_t by_length[TRADE_SURFACE_LENGTH + 2];
	uint8_t *
		of_trade; /* bits: trade x word, does any title of it have it */
	size_t n_words, n_titles;
	uint16_t powers[1001]; /* of thousandths, to one and a half */
};

bool trade_has_word(const struct trade_finder *f, uint16_t trade,
		    uint16_t word);
/* The word a folded form is of, in any form its stem shows; or
 * TRADE_WORD_NONE. */
uint16_t trade_word_of(const struct trade_finder *f, struct arena *a,
		       const char *surface);
/* The words that one which is none may have been meant to be: a letter too
 * many, missing, other or swapped in five letters, two in nine. The nearest
 * ones, the commonest first; returns how many, and in *edits how near. */
size_t trade_words_alike(const struct trade_finder *f, const char *surface,
			 uint16_t alike[TRADE_ALIKE_MAX], int *edits);

#endif
