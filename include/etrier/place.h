/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLACE_H
#define ETRIER_PLACE_H

#include <etrier/vocab.h>

#include <jansson.h>
#include <stdint.h>

struct arena;
struct buf;
struct err;
struct refdata;

/* Where something is, with how well it is known. Strings may be NULL.
 * lat/lon mean something only for PLACE_POINT (as given) and PLACE_COMMUNE
 * (the commune's centre). */
struct place {
	enum precision precision;
	const char *insee, *postcode, *city, *address;
	const char *dept; /* "93" when known */
	int32_t lat_udeg, lon_udeg;
};

/* What a source or a file said, before anything was looked up. */
struct place_claim {
	const char *insee, *postcode, *city, *dept, *address, *country;
	const char *lat, *lon; /* decimal degrees as text, NULL: none */
	/* One text for everything: "93 - Saint-Denis", "83126 VILLE",
	 * "Paris 12e", "Var (83)", "Lyon, Rhône", "France". */
	const char *text;
};

/* Resolve against the reference tables. Never a guess: what could be two
 * places is what they have in common. *note says in our words what was not
 * used or inferred, else NULL. Any of city, text, dept and postcode may hold
 * any of the forms below `text`. Always fills *out; strings in the arena or
 * rd's.
 *
 * Words: a postal code of several communes without a name that decides gives
 * PLACE_DEPARTMENT, and so does a name that repeats inside a département; one
 * that repeats in the country, or is both a village's and the short form of a
 * town's ("Évry"), is PLACE_UNKNOWN. Short forms count inside a département or
 * region that was named ("Ivry (94)"). Several places in one text ("Paris /
 * Lyon", "77, 91") and a town that contradicts its postal code or département
 * give the département, region or country they share, with a note. Parts of
 * Île-de-France that are no commune ("La Défense", "Marne-la-Vallée") are the
 * département or region they lie in. Another country is PLACE_UNKNOWN with a
 * note, unless codes that exist here agree with the name.
 *
 * Points: not used, with a note, at [0,0], out of France (its overseas
 * départements included), more than 60 km from the commune the claim names or
 * 20 km from the centre of any commune the claim allows; swapped coordinates
 * that fit when swapped back are swapped back and noted. Where the words leave
 * the commune open the point decides between the bearers of the name, else the
 * nearest centre gives insee, city and dept, which the note says. A
 * département, region or country alone is never a point, whatever coordinates
 * come with it. */
void place_resolve(const struct refdata *rd, struct arena *a,
		   const struct place_claim *claim, struct place *out,
		   const char **note);

/* place_resolve() on a place as a record gives it, in place: codes and names
 * without a precision, and points; any other precision is believed. */
void place_complete(const struct refdata *rd, struct arena *a, struct place *p,
		    const char **note);

/* The JSON form of surfaces.md {precision insee postcode city dept address lat
 * lon}; lat and lon are numbers of degrees, six decimals at most, and belong to
 * the precisions point and commune. place_write() appends it. Reading: without
 * "precision", a point when both are there, else unknown; without "dept", that
 * of the INSEE code. */
void place_write(const struct place *p, struct buf *out);
int place_from_json(json_t *v, struct arena *a, struct place *out,
		    struct err *err);

/* Metres between two points on the sphere of radius 6 371 008.8 m. */
int32_t place_distance_m(int32_t lat1_udeg, int32_t lon1_udeg,
			 int32_t lat2_udeg, int32_t lon2_udeg);

#endif
