/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PATH_H
#define ETRIER_PATH_H

#include <stddef.h>

struct arena;
struct err;
struct jnode;

/* A path from a record to a value, as written in a source file:
 *   entreprise.nom                  names joined by dots
 *   geopoint.coordinates.0          a number picks one element of a list
 *   permis[exigence=E].libelle      only elements whose `exigence` is "E"
 *   @id  #text  dc:date             names of XML as etrier/xml.h makes them
 *   lists.*                         every member of an object, in its order
 *   ^.siret                         of the record around, see path_records()
 * A number does not count elements that say nothing in a list of objects. A
 * list met on the way without a number stands for all its elements, and a
 * single value where a list might be for itself: feeds write one element
 * without its list. An element with attributes (an object with "#text") gives
 * its text. */
#define PATH_STEPS_MAX	12
#define PATH_LENGTH_MAX 200

struct path_step {
	const char *name;
	size_t n_name;
	int index;				/* -1: a name */
	const char *filter_name, *filter_value; /* NULL: no filter */
	size_t n_filter_name;
};
struct path {
	const struct path_step *steps;
	size_t n; /* at most PATH_STEPS_MAX */
};

/* Steps and strings go to the arena. 0 or -1 (ERR_CONFIG: what is wrong with
 * it). */
int path_parse(struct arena *a, const char *text, struct path *out,
	       struct err *err);

/* Visit the scalars at the path in document order; return non-zero to stop.
 * Returns what the last call returned. */
typedef int path_fn(void *ctx, const struct jnode *value);
int path_each(const struct path *p, const struct jnode *record, path_fn *visit,
	      void *ctx);
/* The same for every element at the path, whatever it is: each becomes a record
 * of its own, in which "^" is the record it was found in. The record visited is
 * a copy as deep as its first level, in the arena. */
int path_records(const struct path *p, const struct jnode *record,
		 struct arena *a, path_fn *visit, void *ctx);

#endif
