/* SPDX-License-Identifier: EUPL-1.2 */
/* From what was said to where it is, as finely as the words allow and no
 * finer: a département is never given a point, a name borne by several
 * communes is not one of them, a coordinate that contradicts the words is not
 * believed. Nothing here fails: what cannot be found is PLACE_UNKNOWN.
 *
 *	claim --> place_words --> commune? --> point believed? --> place */
#include "place_words.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/person.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdio.h>
#include <string.h>

/* A firm may lie far from the centre of a large commune (Arles measures 50 km
 * across), but not further than this from the one it says it is in. */
#define POINT_REACH_M 60000
/* Smaller communes do not make a département's name doubtful. */
#define TOWN_MIN 10000
/* No name is borne by more communes of one département, and no postal code
 * covers more; where one did, the rest would only be ambiguous too. */
#define FOUND_MAX 64

struct found {
	const struct commune *commune; /* NULL: not known */
	int32_t lat_udeg, lon_udeg;
	bool is_ambiguous; /* a name of several communes */
};

/* ---- which commune ---- */

static void take(struct found *f, const struct commune *c)
{
	*f = (struct found){c, c->lat_udeg, c->lon_udeg, false};
}

/* By its first digits, which is where the letters go; a few communes are
 * served from the next département (see by_postcode()). Corsica has one range
 * of postal codes for two départements. */
static const char *dept_of_postcode(const struct place_words *w)
{
	char code[4];
	bool is_overseas = strncmp(w->postcode, "97", 2) == 0 ||
			   strncmp(w->postcode, "98", 2) == 0;
	bool is_corsica = strncmp(w->postcode, "20", 2) == 0;
	snprintf(code, sizeof(code), "%.*s", is_overseas ? 3 : 2, w->postcode);
	if (is_corsica)
		str_copy(code, sizeof(code),
			 w->postcode[2] < '2' ? "2A" : "2B");
	return refdata_dept_name(w->rd, code) ? arena_dup(w->arena, code)
					      : NULL;
}

/* Is the name that of the département itself, and so no commune? Paris is
 * both, and they are the same. */
static bool names_dept(const struct place_words *w, const char *name,
		       const char *dept)
{
	const char *code = refdata_dept_by_name(w->rd, name);
	return code && !str_eq(code, "75") && (!dept || str_eq(code, dept));
}

static bool lists_postcode(const struct commune *c, const char *postcode)
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
		if (lists_postcode(list[i], w->postcode))
			list[fit++] = list[i];
	return fit ? fit : kept;
}

/* The commune a name means in that département (NULL: anywhere). */
static struct found by_name(const struct place_words *w, const char *name,
			    const char *dept)
{
	const struct commune *list[FOUND_MAX];
	struct found f = {.commune = NULL};
	size_t n = refdata_by_name(w->rd, name, dept, list, FOUND_MAX);
	n = narrow(w, list, n < FOUND_MAX ? n : FOUND_MAX);
	f.is_ambiguous = n > 1;
	if (n != 1)
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

/* "Montreuil 93": the last word is the département's code. */
static struct found by_name_and_code(const struct place_words *w,
				     const char *name)
{
	char *copy = arena_dup(w->arena, name);
	char *blank = strrchr(copy, ' ');
	if (!blank || !refdata_dept_name(w->rd, blank + 1))
		return (struct found){.commune = NULL};
	*blank = '\0';
	return by_name(w, copy, blank + 1);
}

static bool is_better(const struct place_words *w, const struct found *f,
		      const struct found *best)
{
	if (!f->commune || !best->commune)
		return f->commune || (f->is_ambiguous && !best->commune);
	return is_part_of(f->commune, best->commune) ||
	       (lists_postcode(f->commune, w->postcode) &&
		!lists_postcode(best->commune, w->postcode));
}

static struct found by_names(const struct place_words *w, const char *dept)
{
	struct found best = {.commune = NULL};
	for (size_t i = 0; i < w->n_names; i++) {
		if (names_dept(w, w->names[i], dept))
			continue;
		struct found f = by_name(w, w->names[i], dept);
		if (!f.commune && !f.is_ambiguous && !dept)
			f = by_name_and_code(w, w->names[i]);
		if (is_better(w, &f, &best))
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
	const struct commune *list[FOUND_MAX];
	const char *dept = dept_of_postcode(w);
	size_t n = refdata_by_postcode(w->rd, w->postcode, list, FOUND_MAX);
	struct found f = {.commune = NULL};
	if (dept)
		f = by_names(w, dept);
	for (size_t i = 0; i < n && i < FOUND_MAX; i++) {
		if (str_eq(list[i]->dept, dept))
			continue;
		dept = list[i]->dept;
		struct found other = by_names(w, dept);
		if (is_better(w, &other, &f))
			f = other;
	}
	if (n == 1 && (!f.commune || is_part_of(list[0], f.commune)))
		take(&f, list[0]);
	return f;
}

static struct found find_commune(struct place_words *w, const char *insee)
{
	struct found f = {.commune = NULL};
	f.commune = refdata_commune(w->rd, insee, &f.lat_udeg, &f.lon_udeg);
	if (!f.commune && insee && !w->postcode &&
	    refdata_by_postcode(w->rd, insee, NULL, 0))
		w->postcode = insee; /* in the wrong field */
	if (f.commune && w->postcode) {
		struct found part = by_postcode(w);
		if (part.commune && is_part_of(part.commune, f.commune))
			f = part;
	}
	if (f.commune)
		return f;
	if (w->postcode)
		return by_postcode(w);
	return by_names(w, w->dept ? w->dept : w->named_dept);
}

/* A département's name that is also a town's somewhere else (Vienne, in
 * Isère) or that several communes bear (Saint-Martin) says neither. */
static bool is_doubtful(const struct place_words *w, const char *name,
			const char *dept)
{
	const struct commune *list[FOUND_MAX];
	size_t n = refdata_by_name(w->rd, name, NULL, list, FOUND_MAX);
	size_t others = 0;
	bool is_town = false;
	for (size_t i = 0; i < n && i < FOUND_MAX; i++) {
		if (str_eq(list[i]->dept, dept))
			continue;
		others++;
		is_town = is_town || list[i]->population >= TOWN_MIN;
	}
	return is_town || others > 1;
}

/* The last name that is a département's: "Lyon, Rhône", "Vienne, Isère". */
static void find_named_dept(struct place_words *w)
{
	for (size_t i = w->n_names; i-- > 0 && !w->named_dept;) {
		const char *code = refdata_dept_by_name(w->rd, w->names[i]);
		if (code &&
		    (w->n_names > 1 || !is_doubtful(w, w->names[i], code)))
			w->named_dept = code;
	}
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

static bool is_in_france(int32_t lat, int32_t lon)
{
	for (size_t i = 0; i < ARRAY_LEN(boxes); i++) {
		const struct box *b = &boxes[i];
		if (lat >= b->south && lat <= b->north && lon >= b->west &&
		    lon <= b->east)
			return true;
	}
	return false;
}

/* Near what the words say: the commune, or any of the postal code's. */
static bool is_near(const struct place_words *w, const struct found *f,
		    int32_t lat, int32_t lon)
{
	const struct commune *list[FOUND_MAX];
	size_t n = 0;
	if (f->commune)
		return place_distance_m(lat, lon, f->lat_udeg, f->lon_udeg) <=
		       POINT_REACH_M;
	if (w->postcode)
		n = refdata_by_postcode(w->rd, w->postcode, list, FOUND_MAX);
	for (size_t i = 0; i < n && i < FOUND_MAX; i++)
		if (place_distance_m(lat, lon, list[i]->lat_udeg,
				     list[i]->lon_udeg) <= POINT_REACH_M)
			return true;
	return n == 0;
}

static int parse_degrees(struct arena *a, const char *text, int32_t *out)
{
	char *copy = str_trim(arena_dup(a, text));
	char *comma = strchr(copy, ',');
	if (comma)
		*comma = '.';
	return num_parse_udeg(copy, 180, out);
}

static bool is_believable(const struct place_words *w, const struct found *f,
			  int32_t lat, int32_t lon)
{
	return is_in_france(lat, lon) && is_near(w, f, lat, lon);
}

/* Why the point is not used, NULL when it is (then it is written). */
static const char *judge_point(const struct place_words *w,
			       const struct found *f, bool is_coarse,
			       const struct place_claim *claim,
			       const char **note, struct place *out)
{
	int32_t lat, lon;
	if (parse_degrees(w->arena, claim->lat, &lat) ||
	    parse_degrees(w->arena, claim->lon, &lon))
		return "coordinates are not numbers of degrees";
	if (lat == 0 && lon == 0)
		return "coordinates are 0, 0";
	if (is_coarse)
		return "coordinates of a departement, region or country are "
		       "not a place";
	bool is_right = is_believable(w, f, lat, lon);
	if (!is_right && !is_believable(w, f, lon, lat))
		return is_in_france(lat, lon)
			       ? "coordinates are far from the commune"
			       : "coordinates are outside France";
	if (!is_right)
		*note = "latitude and longitude were swapped";
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
	if (!w->postcode && !w->n_names)
		place_words_add_address(w, c->address);
	place_words_add_country(w, c->country);
	place_words_end(w);
	find_named_dept(w);
}

static void set_commune(const struct place_words *w, const struct found *f,
			struct place *out)
{
	const struct commune *c = f->commune;
	bool has_one = c->postcodes[0] && !strchr(c->postcodes, ',');
	out->precision = PLACE_COMMUNE;
	out->insee = c->insee;
	out->city = c->name;
	out->dept = c->dept;
	out->lat_udeg = f->lat_udeg;
	out->lon_udeg = f->lon_udeg;
	out->postcode = lists_postcode(c, w->postcode) ? w->postcode
			: has_one		       ? c->postcodes
						       : NULL;
}

static void set_coarse(const struct place_words *w, struct place *out)
{
	out->postcode = w->postcode;
	out->dept = w->postcode ? dept_of_postcode(w) : NULL;
	if (!out->dept)
		out->dept = w->dept ? w->dept : w->named_dept;
	if (out->dept)
		out->precision = PLACE_DEPARTMENT;
	else if (w->region)
		out->precision = PLACE_REGION;
	else if (w->is_country && !w->n_names)
		out->precision = PLACE_COUNTRY;
}

/* A postal code or a name that is not a département's is a spot somebody
 * stands in, even when no table has it ("La Défense"); a département, a region
 * or a country alone is not, whatever coordinates come with it. */
static bool names_no_spot(const struct place_words *w)
{
	for (size_t i = 0; i < w->n_names; i++)
		if (!names_dept(w, w->names[i], NULL))
			return false;
	return !w->postcode;
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
	p.city = w.n_names ? w.names[0] : clean(a, claim->text);
	struct found f = find_commune(&w, insee);
	if (f.commune) {
		set_commune(&w, &f, &p);
	} else if (w.is_abroad) {
		*note = "outside France";
	} else {
		set_coarse(&w, &p);
		if (f.is_ambiguous)
			*note = "several communes have this name";
	}
	bool is_coarse = !f.commune && !p.address && names_no_spot(&w) &&
			 p.precision != PLACE_UNKNOWN;
	bool has_point = !str_is_empty(claim->lat) && !str_is_empty(claim->lon);
	if (has_point && !(w.is_abroad && !f.commune)) {
		const char *why =
			judge_point(&w, &f, is_coarse, claim, note, &p);
		if (why)
			*note = why;
	}
	*out = p;
}

/* ---- a young person's home ---- */

void person_resolve_place(struct person *p, const struct refdata *rd,
			  struct arena *a, const char **note)
{
	struct place *home = &p->place;
	bool has_point = home->precision == PLACE_POINT;
	struct place_claim claim = {
		.insee = home->insee,
		.postcode = home->postcode,
		.city = home->city,
		.dept = home->dept,
		.address = home->address,
	};
	*note = NULL;
	if (home->precision != PLACE_UNKNOWN && !has_point)
		return;
	if (has_point) {
		claim.lat = arena_printf(a, "%.6f", home->lat_udeg / 1e6);
		claim.lon = arena_printf(a, "%.6f", home->lon_udeg / 1e6);
	}
	place_resolve(rd, a, &claim, home, note);
}
