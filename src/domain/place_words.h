/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef DOMAIN_PLACE_WORDS_H
#define DOMAIN_PLACE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct refdata;

/* What the texts of a claim say, gathered before anything is decided. Texts
 * are added in order of trust; what an earlier one said stays. */
#define PLACE_NAMES_MAX 8
struct place_words {
	const struct refdata *rd;
	struct arena *arena;
	const char *postcode;		    /* five digits */
	const char *dept;		    /* by its code */
	const char *named_dept;		    /* by its name: a code */
	const char *region;		    /* name of refdata_region() */
	const char *names[PLACE_NAMES_MAX]; /* what may be a commune */
	size_t n_names;
	const char *abroad_name; /* "Suisse", which is also a village */
	bool is_country, is_abroad;
};

/* Any text; NULL and "" say nothing. */
void place_words_add(struct place_words *w, const char *text);
/* To be called when all was added: the name of another country is one unless a
 * département or a postal code says where the village is. */
void place_words_end(struct place_words *w);
/* Only a postal code and the name beside it: the rest of an address is
 * streets, which bear the names of other towns. */
void place_words_add_address(struct place_words *w, const char *text);
/* A field of country: code or name. */
void place_words_add_country(struct place_words *w, const char *text);
/* A field of postal codes: one, or a département's code. */
void place_words_add_postcode(struct place_words *w, const char *text);

#endif
