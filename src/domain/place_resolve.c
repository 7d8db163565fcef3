/* SPDX-License-Identifier: EUPL-1.2 */
/* From what was said to where it is, as finely as the words allow and no
 * finer: a département is never given a point, a name borne by several
 * communes is not one of them, a coordinate that contradicts the words is not
 * believed. Nothing here fails: what cannot be found is PLACE_UNKNOWN.
 *
 *	claim --> place_words --> place_find --> point believed? --> place */
#include "place_find.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/person.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <string.h>

/* A firm may lie far from the centre of a large commune (Arles measures 50 km
 * across), but not further than this from the one it says it is in. */
#define POINT_REACH_M 60000
/* Smaller communes do not make a département's name doubtful. */
#define TOWN_MIN 10000

/* ---- départements by their names ---- */

/* A département's name that is also a town's somewhere else (Vienne, in
 * Isère) or that several communes bear (Saint-Martin) says neither. */
static bool is_doubtful(const struct place_words *w, const char *name,
			const char *dept)
{
	const struct commune *list[PLACE_FOUND_MAX];
	size_t n = refdata_by_name(w->rd, name, NULL, list, PLACE_FOUND_MAX);
	size_t others = 0;
	bool is_town = false;
	for (size_t i = 0; i < n && i < PLACE_FOUND_MAX; i++) {
		if (str_eq(list[i]->dept, dept))
			continue;
		others++;
		is_town = is_town || list[i]->population >= TOWN_MIN;
	}
	return is_town || others > 1;
}

/* All but the last are communes of it: "Vienne, Isère". */
static bool are_communes_of(const struct place_words *w, int group,
			    const char *dept)
{
	for (size_t i = 0; i < w->n_names; i++) {
		const char *name = w->names[i].text, *code = w->names[i].dept;
		if (w->names[i].group == group && code && !str_eq(code, dept) &&
		    !refdata_by_name(w->rd, name, dept, NULL, 0))
			return false;
	}
	return true;
}

/* The last name of a text that is a département's: "Lyon, Rhône". Several
 * that are no communes of the last are a list: "Yvelines, Essonne". */
static void name_dept_of(struct place_words *w, int group)
{
	struct place_span span = {0};
	const char *last = NULL;
	for (size_t i = 0; i < w->n_names; i++) {
		const char *name = w->names[i].text, *code = w->names[i].dept;
		if (!code || w->names[i].group != group ||
		    (w->n_names == 1 && is_doubtful(w, name, code)))
			continue;
		place_span_add(w->rd, &span, code);
		last = code;
	}
	if (span.dept || (last && are_communes_of(w, group, last)))
		w->named_dept = last;
	else if (span.n && !w->dept && !w->postcode)
		w->several = span;
}

/* The coarsest texts come last. */
static void find_named_dept(struct place_words *w)
{
	for (int group = w->group; group > 0; group--)
		if (!w->named_dept && !w->several.n)
			name_dept_of(w, group);
}

/* ---- the point ---- */

static const struct box {
	int32_t south, north, west, east; /* micro-degrees */
} boxes[] = {
	{41200000, 51200000, -5300000, 9700000},    /* metropolitan */
	{15700000, 18200000, -63300000, -60900000}, /* Guadeloupe and north */
	{14300000, 15000000, -61400000, -60700000}, /* Martinique */
	{2000000, 5900000, -54700000, -51500000},   /* Guyane */
	{-21500000, -20800000, 55100000, 55900000}, /* La Réunion */
	{-13100000, -12500000, 44900000, 45400000}, /* Mayotte */
	{46700000, 47200000, -56500000, -56000000}, /* St-Pierre-et-M. */
};

/* NULL: in none. */
static const struct box *find_box(int32_t lat, int32_t lon)
{
	for (size_t i = 0; i < ARRAY_LEN(boxes); i++) {
		const struct box *b = &boxes[i];
		if (lat >= b->south && lat <= b->north && lon >= b->west &&
		    lon <= b->east)
			return b;
	}
	return NULL;
}

static int parse_degrees(struct arena *a, const char *text, int32_t *out)
{
	char *copy = str_trim(arena_dup(a, text));
	char *comma = strchr(copy, ',');
	if (comma)
		*comma = '.';
	return num_parse_udeg(copy, 180, out);
}

/* What a point adds to the words. */
struct sight {
	const struct commune *near; /* the words' own, or the nearest centre */
	bool is_named;		    /* the words' own */
};

/* A point is believed near the commune of the words, and without one near any
 * that the words allow: the sea and Brussels are in the box too. Overseas the
 * boxes are narrow and Guyane is empty. */
static bool is_believable(const struct place_words *w, const struct found *f,
			  int32_t lat, int32_t lon, struct sight *sight)
{
	const struct box *box = find_box(lat, lon);
	*sight = (struct sight){f->commune, true};
	if (!box)
		return false;
	if (f->commune)
		return place_distance_m(lat, lon, f->lat_udeg, f->lon_udeg) <=
		       POINT_REACH_M;
	sight->near = place_find_near(w, lat, lon, &sight->is_named);
	return sight->near ||
	       (box != boxes && !w->postcode && !w->dept && !w->region);
}

static void set_names(const struct place_words *w, const struct commune *c,
		      struct place *out)
{
	bool has_one = c->postcodes[0] && !strchr(c->postcodes, ',');
	out->insee = c->insee;
	out->city = c->name;
	out->dept = c->dept;
	out->postcode = place_lists_postcode(c, w->postcode) ? w->postcode
			: has_one			     ? c->postcodes
							     : NULL;
}

static const char *why_not(const struct found *f, int32_t lat, int32_t lon)
{
	if (!find_box(lat, lon))
		return "coordinates are outside France";
	return f->commune ? "coordinates are far from the commune"
			  : "coordinates are far from any commune meant";
}

/* Why the point is not used, NULL when it is (then it is written). */
static const char *judge_point(const struct place_words *w,
			       const struct found *f, bool is_coarse,
			       const struct place_claim *claim,
			       const char **note, struct place *out)
{
	int32_t lat, lon;
	struct sight sight;
	if (parse_degrees(w->arena, claim->lat, &lat) ||
	    parse_degrees(w->arena, claim->lon, &lon))
		return "coordinates are not numbers of degrees";
	if (lat == 0 && lon == 0)
		return "coordinates are 0, 0";
	if (is_coarse)
		return "coordinates of a departement, region or country are "
		       "not a place";
	bool is_right = is_believable(w, f, lat, lon, &sight);
	if (!is_right && !is_believable(w, f, lon, lat, &sight))
		return why_not(f, lat, lon);
	if (!is_right)
		*note = "latitude and longitude were swapped";
	else if (!f->commune && sight.near)
		*note = sight.is_named ? NULL
				       : "the commune is that of the nearest "
					 "centre";
	if (!f->commune && sight.near)
		set_names(w, sight.near, out);
	out->precision = PLACE_POINT;
	out->lat_udeg = is_right ? lat : lon;
	out->lon_udeg = is_right ? lon : lat;
	return NULL;
}

/* ---- all together ---- */

static const char *clean(struct arena *a, const char *text)
{
	char *s = str_is_empty(text)
			  ? NULL
			  : utf8_clean(a, text, UTF8_ONE_LINE, OFFER_TEXT_MAX);
	return s && *s ? s : NULL;
}

static void gather(struct place_words *w, const struct place_claim *c)
{
	place_words_add_postcode(w, c->postcode);
	place_words_add(w, c->city);
	place_words_add(w, c->text);
	place_words_add(w, c->dept);
	place_words_add_country(w, c->country);
	place_words_end(w);
	find_named_dept(w);
}

static void set_commune(const struct place_words *w, const struct found *f,
			struct place *out)
{
	set_names(w, f->commune, out);
	out->precision = PLACE_COMMUNE;
	out->lat_udeg = f->lat_udeg;
	out->lon_udeg = f->lon_udeg;
}

static enum precision precision_of(const char *dept, const char *region,
				   bool is_country)
{
	return dept	    ? PLACE_DEPARTMENT
	       : region	    ? PLACE_REGION
	       : is_country ? PLACE_COUNTRY
			    : PLACE_UNKNOWN;
}

static void set_coarse(const struct place_words *w, const struct found *f,
		       const struct place_claim *claim, struct place *out)
{
	if (f->several.n) {
		const char *said = clean(w->arena, claim->text);
		out->city = said ? said : clean(w->arena, claim->city);
		out->dept = f->several.dept;
		out->precision =
			precision_of(out->dept, f->several.region, true);
		return;
	}
	out->postcode = w->postcode;
	out->dept = w->postcode ? place_postcode_dept(w, w->postcode) : NULL;
	if (!out->dept)
		out->dept = w->dept	    ? w->dept
			    : w->named_dept ? w->named_dept
					    : w->area_dept;
	out->precision = precision_of(out->dept, w->region,
				      w->is_country && !w->n_names);
}

static const char *note_of(const struct found *f)
{
	if (f->is_contradiction)
		return "the name and its postal code or departement do not "
		       "agree";
	if (f->several.n)
		return "several places";
	return f->is_ambiguous ? "several communes have this name" : NULL;
}

/* A postal code or a name that is not a département's is a spot somebody
 * stands in, even when no table has it ("La Défense"); a département, a region
 * or a country alone is not, whatever coordinates come with it. */
static bool names_no_spot(const struct place_words *w)
{
	for (size_t i = 0; i < w->n_names; i++)
		if (!place_names_dept(&w->names[i], NULL))
			return false;
	return !w->postcode;
}

/* Abroad is where a field or a text says so, unless a code that exists here
 * agrees with the name: then the country was a default. */
static bool is_elsewhere(const struct place_words *w, const struct found *f,
			 const char *insee)
{
	return w->is_abroad &&
	       !(f->commune && (refdata_commune(w->rd, insee, NULL, NULL) ||
				place_lists_postcode(f->commune, w->postcode)));
}

/* The words; what they leave open, the address may close. */
static struct found find(struct place_words *w, const struct place_claim *claim,
			 const char *insee)
{
	struct found f = place_find(w, insee);
	if (f.commune || w->postcode || w->is_abroad)
		return f;
	place_words_add_address(w, claim->address);
	return w->postcode ? place_find(w, NULL) : f;
}

void place_resolve(const struct refdata *rd, struct arena *a,
		   const struct place_claim *claim, struct place *out,
		   const char **note)
{
	struct place_words w = {.rd = rd, .arena = a};
	const char *insee = clean(a, claim->insee);
	struct place p = {.precision = PLACE_UNKNOWN};
	*note = NULL;
	gather(&w, claim);
	p.address = clean(a, claim->address);
	p.city = w.n_names ? w.names[0].text : clean(a, claim->text);
	struct found f = find(&w, claim, insee);
	bool is_abroad = is_elsewhere(&w, &f, insee);
	if (is_abroad) {
		*note = "outside France";
	} else if (f.commune) {
		set_commune(&w, &f, &p);
	} else {
		set_coarse(&w, &f, claim, &p);
		*note = note_of(&f);
	}
	bool is_coarse = !f.commune && !p.address && names_no_spot(&w) &&
			 p.precision != PLACE_UNKNOWN;
	bool has_point = !str_is_empty(claim->lat) && !str_is_empty(claim->lon);
	if (has_point && !is_abroad) {
		const char *why =
			judge_point(&w, &f, is_coarse, claim, note, &p);
		if (why)
			*note = why;
	}
	*out = p;
}

void place_complete(const struct refdata *rd, struct arena *a, struct place *p,
		    const char **note)
{
	bool has_point = p->precision == PLACE_POINT;
	struct place_claim claim = {
		.insee = p->insee,
		.postcode = p->postcode,
		.city = p->city,
		.dept = p->dept,
		.address = p->address,
	};
	*note = NULL;
	if (p->precision != PLACE_UNKNOWN && !has_point)
		return;
	if (has_point) {
		claim.lat = arena_printf(a, "%.6f", p->lat_udeg / 1e6);
		claim.lon = arena_printf(a, "%.6f", p->lon_udeg / 1e6);
	}
	place_resolve(rd, a, &claim, p, note);
}

void person_resolve_place(struct person *p, const struct refdata *rd,
			  struct arena *a, const char **note)
{
	place_complete(rd, a, &p->place, note);
}
