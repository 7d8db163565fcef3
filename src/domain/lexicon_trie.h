/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DOMAIN_LEXICON_TRIE_H
#define ETRIER_DOMAIN_LEXICON_TRIE_H

#include "lexicon_parts.h"

#include <etrier/arena.h>
#include <etrier/map.h>

/* The phrases of a lexicon: lexicon_phrase.c adds to them, lexicon_index.c is
 * how they are found when all are there. */
enum {
	LETTERS = 41, /* a-z 0-9 , . / - : */
	PREFIX_MIN = 3
};

struct node {
	uint16_t next[LETTERS];
	uint16_t exact, prefix; /* heads of chains of links, from 1 */
	int8_t number, month, language;
};
struct link {
	uint16_t term, next;
};
/* Phrases by their first step: rows first[i] up to first[i + 1] of list. */
struct index {
	size_t *first;
	struct beginning *list;
	/* What all that begin with the same need; one of next, unless some
	 * need none. */
	struct beginning *alike;
};
struct phrases {
	struct node *nodes; /* each behind the one that leads to it */
	struct link *links;
	struct phrase *v;
	size_t n_nodes, cap_nodes, n_links, cap_links, n, cap, n_terms;
	struct map terms, texts; /* text to number + 1 */
	int8_t letter[256];
	struct index by_term, by_capture;
	/* What a word is that ends at a node, that leaves the trie behind it:
	 * numbers of known; 0 is nothing. */
	struct known *known;
	uint32_t *ends, *leaves;
	struct arena arena; /* of the lists of known */
};

/* The number of each byte that is a letter, capitals as small ones; -1. */
void phrases_letters(int8_t letter[256]);

#endif
