/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef DOMAIN_PLACE_FIND_H
#define DOMAIN_PLACE_FIND_H

#include "place_words.h"

#include <stdint.h>

struct commune;

/* The commune that words mean, if they mean one. */
struct found {
	const struct commune *commune; /* NULL: not known */
	int32_t lat_udeg, lon_udeg;    /* its point, or a former commune's */
	bool is_ambiguous;	       /* a name of several communes */
	/* Several places, listed or in contradiction: what they share. The
	 * commune is NULL then. */
	struct place_span several;
	bool is_contradiction;
};

/* w is complete (place_words_end() was called), insee may be NULL. May move
 * what stands in the field of INSEE codes and is a postal code to
 * w->postcode. */
struct found place_find(struct place_words *w, const char *insee);

/* Of the communes that the words leave possible, the one whose centre is
 * nearest to a point: among those of an ambiguous name, of the postal code, of
 * the département or the region that is named, else of all. NULL: none within
 * NEAREST_REACH_M. *is_named: the name decides, the point only chose among its
 * bearers. */
const struct commune *place_find_near(const struct place_words *w,
				      int32_t lat_udeg, int32_t lon_udeg,
				      bool *is_named);

/* Is the name that of a département itself, and so no commune? Paris is both,
 * and they are the same. */
bool place_names_dept(const struct place_name *name, const char *dept);
bool place_lists_postcode(const struct commune *c, const char *postcode);

/* No name is borne by more communes of one département, and no postal code
 * covers more; where one did, the rest would only be ambiguous too. */
#define PLACE_FOUND_MAX 64

#endif
