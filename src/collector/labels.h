/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_LABELS_H
#define ETRIER_COLLECTOR_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* The words that French job sites use for contracts, diplomas, licences...,
 * for sources that bring no table of their own. Index in the vocabulary of
 * that field (etrier/vocab.h), or VOCAB_NONE: words that could be two codes
 * ("CDI ou CDD", "Stage / Alternance") are none.
 *
 * inferred (may be NULL) is set when the word says less than the code:
 * "Alternance", or both contracts at once, is read as apprenticeship (nine of
 * ten such contracts are: DARES, 2023), which the offer's provenance then calls
 * "text". */
int label_contract(struct arena *a, const char *s, bool *inferred);
/* The lowest of the diplomas that are named. */
int label_level(struct arena *a, const char *s);
/* "Débutant accepté"; a length of time ("2 ans") is some, with a word like
 * "minimum" it is required. */
int label_experience(struct arena *a, const char *s);
/* The first one named. */
int label_licence(struct arena *a, const char *s);
int label_status(struct arena *a, const char *s);
/* yes, no, or unknown. */
int label_tri(struct arena *a, const char *s);
/* yes: part time; no: full time; both: unknown. */
int label_part_time(struct arena *a, const char *s);

/* Where the word stands in folded text, between blanks or ends; NULL. */
const char *label_find_word(const char *folded, const char *word);
/* A bit for each byte that a word of folded text begins with. A table has fifty
 * words and a text three: nearly all are passed over by it. */
uint32_t label_initials(const char *folded);
/* label_find_word() in a text of these initials. */
static inline const char *label_find_in(const char *folded, uint32_t initials,
					const char *word)
{
	bool may_be = initials >> ((unsigned char)*word % 32) & 1;
	return may_be ? label_find_word(folded, word) : NULL;
}

#endif
