/* SPDX-License-Identifier: EUPL-1.2 */
/* Which commune a claim's words mean. The rule is never to guess: when two
 * communes could be meant, the answer is what they have in common.
 *
 *	INSEE code --> postal code and name --> name and département --> name
 *
 * A name is looked for in the narrowest frame that was stated. Names of one
 * text that are different communes are a list; a town that lies outside the
 * frame contradicts it. */
#include "place_find.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/place.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <string.h>

/* Smaller communes do not make a name doubtful: quarters and streets bear
 * theirs everywhere. */
#define TOWN_MIN 10000
/* Shorter beginnings ("Le", "Is") are not what somebody calls a town by. */
#define SHORT_NAME_MIN 3

static void take(struct found *f, const struct commune *c)
{
	*f = (struct found){
		.commune = c, .lat_udeg = c->lat_udeg, .lon_udeg = c->lon_udeg};
}

bool place_names_dept(const struct place_name *name, const char *dept)
{
	return name->dept && !str_eq(name->dept, "75") &&
	       (!dept || str_eq(name->dept, dept));
}

bool place_lists_postcode(const struct commune *c, const char *postcode)
{
	return postcode && strstr(c->postcodes, postcode);
}

/* Of several communes of a name, those in the region that was named, and of
 * these those of the postal code, when there are any. */
static size_t narrow(const struct place_words *w, const struct commune **list,
		     size_t n)
{
	size_t kept = 0, fit = 0;
	for (size_t i = 0; i < n; i++)
		if (!w->region ||
		    refdata_region(w->rd, list[i]->dept) == w->region)
			list[kept++] = list[i];
	for (size_t i = 0; i < kept; i++)
		if (place_lists_postcode(list[i], w->postcode))
			list[fit++] = list[i];
	return fit ? fit : kept;
}

/* Communes of that very name; in a département or region that was named, when
 * there are none, those of which it is the beginning. */
static size_t list_by_name(const struct place_words *w, const char *name,
			   const char *dept, const struct commune **list)
{
	size_t n = refdata_by_name(w->rd, name, dept, list, PLACE_FOUND_MAX);
	n = narrow(w, list, n < PLACE_FOUND_MAX ? n : PLACE_FOUND_MAX);
	if (n || !(dept || w->region) || strlen(name) < SHORT_NAME_MIN)
		return n;
	n = refdata_by_start(w->rd, name, dept, list, PLACE_FOUND_MAX);
	n = narrow(w, list, n < PLACE_FOUND_MAX ? n : PLACE_FOUND_MAX);
	/* A short name is no match for a postal code of another commune. */
	bool is_other = n && w->postcode &&
			!place_lists_postcode(list[0], w->postcode) &&
			refdata_by_postcode(w->rd, w->postcode, NULL, 0);
	return is_other ? 0 : n;
}

/* "Évry" is a village of Yonne; who says it means the town that began with
 * that name, or the village: nobody knows. */
static bool is_outshone(const struct place_words *w, const char *name,
			const struct commune *c)
{
	const struct commune *list[PLACE_FOUND_MAX];
	if (c->population >= TOWN_MIN)
		return false;
	size_t n = refdata_by_start(w->rd, name, NULL, list, PLACE_FOUND_MAX);
	for (size_t i = 0; i < n && i < PLACE_FOUND_MAX; i++)
		if (list[i]->population >= TOWN_MIN)
			return true;
	return false;
}

/* The commune a name means in that département (NULL: anywhere). */
static struct found by_name(const struct place_words *w, const char *name,
			    const char *dept)
{
	const struct commune *list[PLACE_FOUND_MAX];
	struct found f = {.commune = NULL};
	size_t n = list_by_name(w, name, dept, list);
	f.is_ambiguous = n > 1;
	if (n == 1 && !dept && !w->region && is_outshone(w, name, list[0]))
		f.is_ambiguous = true;
	if (n != 1 || f.is_ambiguous)
		return f;
	take(&f, list[0]);
	refdata_former(w->rd, name, list[0]->dept, &f.lat_udeg, &f.lon_udeg);
	return f;
}

/* "Paris" and "Paris 12e Arrondissement". */
static bool is_part_of(const struct commune *part, const struct commune *whole)
{
	size_t n = strlen(whole->name);
	return str_eq(part->dept, whole->dept) &&
	       strncmp(part->name, whole->name, n) == 0 && part->name[n] == ' ';
}

static void make_several(const struct place_words *w, struct found *best,
			 const char *dept)
{
	if (best->commune)
		place_span_add(w->rd, &best->several, best->commune->dept);
	place_span_add(w->rd, &best->several, dept);
	best->commune = NULL;
	best->is_ambiguous = false;
}

/* One more name of the same text. */
static void join(const struct place_words *w, struct found *best,
		 const struct found *f)
{
	const struct commune *b = best->commune, *c = f->commune;
	if (!c) {
		best->is_ambiguous |= !b && !best->several.n && f->is_ambiguous;
		return;
	}
	if (best->several.n ||
	    (b && b != c && !is_part_of(c, b) && !is_part_of(b, c) &&
	     place_lists_postcode(b, w->postcode) ==
		     place_lists_postcode(c, w->postcode)))
		make_several(w, best, c->dept);
	else if (!b || is_part_of(c, b) ||
		 (!is_part_of(b, c) && place_lists_postcode(c, w->postcode)))
		*best = *f;
}

/* A name that is not in the frame: in the département of its neighbour
 * ("Créteil et Ivry"), in its region ("Montreuil, Paris"), or a town outside
 * of both. */
static void join_stranger(const struct place_words *w, struct found *best,
			  const char *name, const char *dept)
{
	const struct commune *list[PLACE_FOUND_MAX];
	const char *near = best->commune ? best->commune->dept : dept;
	bool is_free = best->commune && !w->dept;
	const char *region = is_free ? refdata_region(w->rd, near) : NULL;
	struct found f = {.commune = NULL};
	if (near && !str_eq(near, dept))
		f = by_name(w, name, near);
	if (f.commune || f.is_ambiguous) {
		join(w, best, &f);
		return;
	}
	size_t n = refdata_by_name(w->rd, name, NULL, list, PLACE_FOUND_MAX);
	for (size_t i = 0; region && i < n && i < PLACE_FOUND_MAX; i++)
		if (refdata_region(w->rd, list[i]->dept) == region) {
			make_several(w, best, list[i]->dept);
			return;
		}
	if (!dept || n != 1 || list[0]->population < TOWN_MIN)
		return;
	bool is_alone = !best->commune && !best->several.n;
	make_several(w, best, list[0]->dept);
	if (is_alone) {
		place_span_add(w->rd, &best->several, dept);
		best->is_contradiction = true;
	}
}

static struct found by_group(const struct place_words *w, int group,
			     const char *dept, bool with_strangers)
{
	struct found best = {.commune = NULL};
	bool is_known[PLACE_NAMES_MAX] = {false};
	for (size_t i = 0; i < w->n_names; i++) {
		const struct place_name *name = &w->names[i];
		is_known[i] =
			name->group != group || place_names_dept(name, dept);
		if (is_known[i])
			continue;
		struct found f = by_name(w, name->text, dept);
		is_known[i] = f.commune;
		join(w, &best, &f);
	}
	for (size_t i = 0; with_strangers && i < w->n_names; i++)
		if (!is_known[i] && !place_names_dept(&w->names[i], NULL))
			join_stranger(w, &best, w->names[i].text, dept);
	return best;
}

/* The first text that names a commune decides; the later ones may only say
 * which arrondissement or, of several bearers of a name, which. */
static struct found by_names(const struct place_words *w, const char *dept,
			     bool with_strangers)
{
	struct found best = {.commune = NULL};
	for (int group = 0; group <= w->group && !best.several.n; group++) {
		struct found f = by_group(w, group, dept, with_strangers);
		if (!best.commune
			    ? f.commune || f.several.n || f.is_ambiguous
			    : f.commune && is_part_of(f.commune, best.commune))
			best = f;
	}
	return best;
}

/* The name decides within the départements of the postal code: it is right
 * more often than the code, and CEDEX codes are in no table. Without a name
 * that is one, a postal code of a single commune decides. Paris and a postal
 * code are an arrondissement. */
static struct found by_postcode(const struct place_words *w)
{
	const struct commune *list[PLACE_FOUND_MAX];
	const char *home = place_postcode_dept(w, w->postcode), *dept = home;
	size_t n =
		refdata_by_postcode(w->rd, w->postcode, list, PLACE_FOUND_MAX);
	struct found f = {.commune = NULL};
	if (dept)
		f = by_names(w, dept, false);
	for (size_t i = 0; i < n && i < PLACE_FOUND_MAX; i++) {
		if (str_eq(list[i]->dept, dept))
			continue;
		dept = list[i]->dept;
		struct found other = by_names(w, dept, false);
		if (other.commune &&
		    (!f.commune ||
		     place_lists_postcode(other.commune, w->postcode)))
			f = other;
	}
	if (home && !f.commune && !f.several.n && !f.is_ambiguous) {
		struct found other = by_names(w, home, true);
		if (other.several.n)
			return other;
	}
	if (n == 1 && !f.several.n &&
	    (!f.commune || is_part_of(list[0], f.commune)))
		take(&f, list[0]);
	return f;
}

/* A postal code where an INSEE code is wanted, or a text that is nothing but
 * an INSEE code. Five digits can be both: what the name agrees with is
 * right. */
static bool is_postcode_in_disguise(struct place_words *w, const char *insee,
				    const struct commune *c)
{
	if (!insee || w->postcode ||
	    !refdata_by_postcode(w->rd, insee, NULL, 0))
		return false;
	w->postcode = insee;
	struct found other = by_postcode(w);
	if (!c || (other.commune && w->n_names && other.commune != c &&
		   !by_names(w, c->dept, false).commune))
		return true;
	w->postcode = NULL;
	return false;
}

static struct found by_insee(struct place_words *w, const char *insee)
{
	struct found f = {.commune = NULL};
	f.commune = refdata_commune(w->rd, insee, &f.lat_udeg, &f.lon_udeg);
	if (is_postcode_in_disguise(w, insee, f.commune))
		return (struct found){.commune = NULL};
	if (f.commune && w->postcode) {
		struct found part = by_postcode(w);
		if (part.commune && is_part_of(part.commune, f.commune))
			f = part;
	}
	return f;
}

/* A text "93066" where no name and no table of postal codes says otherwise. In
 * a field of postal codes it is one, of a CEDEX. */
static bool is_bare_insee(const struct place_words *w)
{
	return w->postcode && !w->n_names && !w->dept && !w->is_stated_code &&
	       !refdata_by_postcode(w->rd, w->postcode, NULL, 0);
}

struct found place_find(struct place_words *w, const char *insee)
{
	struct found f = by_insee(w, insee);
	if (!f.commune && is_bare_insee(w))
		f.commune = refdata_commune(w->rd, w->postcode, &f.lat_udeg,
					    &f.lon_udeg);
	if (f.commune)
		return f;
	if (w->postcode)
		f = by_postcode(w);
	else if (w->several.n)
		f.several = w->several;
	else
		f = by_names(w, w->dept ? w->dept : w->named_dept, true);
	/* "Paris, La Défense" */
	if (f.commune && w->area_dept && !str_eq(f.commune->dept, w->area_dept))
		make_several(w, &f, w->area_dept);
	return f;
}

/* ---- with the help of a point ---- */

static const struct commune *nearest_of(const struct commune *const *list,
					size_t n, int32_t lat, int32_t lon)
{
	const struct commune *best = NULL;
	int32_t best_m = NEAREST_REACH_M + 1;
	for (size_t i = 0; i < n && i < PLACE_FOUND_MAX; i++) {
		int32_t m = place_distance_m(lat, lon, list[i]->lat_udeg,
					     list[i]->lon_udeg);
		if (m >= best_m)
			continue;
		best = list[i];
		best_m = m;
	}
	return best;
}

const struct commune *place_find_near(const struct place_words *w,
				      int32_t lat_udeg, int32_t lon_udeg,
				      bool *is_named)
{
	const struct commune *list[PLACE_FOUND_MAX], *best = NULL;
	const char *dept = w->dept ? w->dept : w->named_dept;
	size_t n;
	for (size_t i = 0; i < w->n_names && !best; i++) {
		if (place_names_dept(&w->names[i], NULL))
			continue;
		n = list_by_name(w, w->names[i].text, dept, list);
		best = nearest_of(list, n, lat_udeg, lon_udeg);
	}
	*is_named = best;
	if (!best && w->postcode) {
		n = refdata_by_postcode(w->rd, w->postcode, list,
					PLACE_FOUND_MAX);
		best = nearest_of(list, n, lat_udeg, lon_udeg);
		dept = place_postcode_dept(w, w->postcode);
	}
	if (!best)
		best = refdata_nearest(w->rd, lat_udeg, lon_udeg, dept);
	if (best && w->region && refdata_region(w->rd, best->dept) != w->region)
		best = NULL;
	return best;
}
