/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef DOMAIN_PLACE_WORDS_H
#define DOMAIN_PLACE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct refdata;

/* What several départements have in common: one of them, their region, or the
 * country. Both NULL and n above 0: only the country. */
struct place_span {
	size_t n; /* how many were added */
	const char *dept, *region;
};
void place_span_add(const struct refdata *rd, struct place_span *span,
		    const char *dept);

/* What the texts of a claim say, gathered before anything is decided. Texts
 * are added in order of trust; what an earlier one said stays. */
#define PLACE_NAMES_MAX 8
struct place_name {
	const char *text; /* what may be a commune or a département */
	const char *dept; /* the code of the département it is, or NULL */
	int group;	  /* number of the text it stands in */
};
struct place_words {
	const struct refdata *rd;
	struct arena *arena;
	const char *postcode;	/* five digits */
	bool is_stated_code;	/* it stood in a field of postal codes */
	const char *dept;	/* by its code */
	const char *named_dept; /* by its name: a code */
	const char *region;	/* name of refdata_region() */
	const char *area_dept;	/* of "La Défense": a code */
	struct place_name names[PLACE_NAMES_MAX];
	size_t n_names;
	const char *abroad_name; /* "Suisse", which is also a village */
	bool is_country, is_abroad;
	struct place_span several; /* départements that one text lists */
	int group;
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
/* The département that a postal code's first digits name; NULL: none. */
const char *place_postcode_dept(const struct place_words *w,
				const char *postcode);
/* A field of postal codes: one, or a département's code, or any text. */
void place_words_add_postcode(struct place_words *w, const char *text);

/* ---- place_areas.c: names that are no commune ---- */

/* All take folded text (utf8_fold). */
bool place_is_france(const char *key);
/* Code of ISO 3166 of a French département or collectivity overseas. */
bool place_is_overseas(const char *key);
bool place_is_abroad(const char *key);
/* "télétravail", "multi-sites": words of a place field that say no place. */
bool place_is_noise(const char *key);
/* A region of today, or a former one as the one it is in now, as
 * refdata_region() gives it; NULL. */
const char *place_region(const struct refdata *rd, const char *key);

/* A part of Île-de-France with a name of its own. */
struct place_area {
	const char *key;
	const char *dept; /* the département it lies in; NULL: in several */
	bool is_spot;	  /* small enough to stand in: a point there is one */
};
const struct place_area *place_area(const char *key); /* or NULL */

#endif
