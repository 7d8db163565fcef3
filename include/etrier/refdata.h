/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_REFDATA_H
#define ETRIER_REFDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Tables of facts from conf/refdata (each file begins with its VERSION,
 * source and licence), read once, then constant. Everything returned is
 * borrowed and lives as long as the struct refdata. */
struct refdata;
/* NULL on failure: a missing or damaged table is ERR_CONFIG with file:line. */
struct refdata *refdata_load(const char *dir, struct err *err);
void refdata_free(struct refdata *rd);
/* "communes 2026 (35014 rows)" ... for status; i from 0, NULL at the end. */
const char *refdata_version(const struct refdata *rd, size_t i);

/* --- places ------------------------------------------------------------- */
struct commune {
	const char *insee;     /* current code, "93048" */
	const char *name;      /* "Montreuil" */
	const char *dept;      /* "93", "2A", "974" */
	const char *postcodes; /* "93100", several joined by commas */
	int32_t lat_udeg, lon_udeg;
	int32_t population;
};
/* By INSEE code; a former code answers with the current commune. When the
 * former one has its own point (93059 Pierrefitte) the coordinates are that
 * one, else the commune's; either output may be NULL. NULL: no such code. */
const struct commune *refdata_commune(const struct refdata *rd,
				      const char *insee, int32_t *lat_udeg,
				      int32_t *lon_udeg);
/* Where it stands in the table, from 1, in order of INSEE code; 0: no such
 * code. And back: NULL for 0 and beyond the last. */
uint16_t refdata_commune_number(const struct refdata *rd, const char *insee);
const struct commune *refdata_commune_at(const struct refdata *rd,
					 uint16_t number);
/* Communes of a postal code, at most max into out; returns how many there are
 * (a code may cover many: 204 of the region's 528 do). */
size_t refdata_by_postcode(const struct refdata *rd, const char *postcode,
			   const struct commune **out, size_t max);
/* By name, folded and with "st"/"ste" as saint/sainte; dept NULL: anywhere. A
 * former commune's name answers where no commune of today bears it.
 * "PARIS 12", "Paris 12e", "Paris 12e Arrondissement" find 75112. */
size_t refdata_by_name(const struct refdata *rd, const char *name,
		       const char *dept, const struct commune **out,
		       size_t max);
/* The one former commune of that name (dept NULL: anywhere) when no commune of
 * today bears it: the current commune, with the former one's own point when it
 * is known. NULL: none or several. */
const struct commune *refdata_former(const struct refdata *rd, const char *name,
				     const char *dept, int32_t *lat_udeg,
				     int32_t *lon_udeg);
/* Communes of today whose name begins with the words of `name` and goes on
 * ("Ivry" for Ivry-sur-Seine, "Saint-Ouen" for Saint-Ouen-sur-Seine), or is
 * `name` behind an article ("Courneuve"); as above. A first word like "la" or
 * "st" alone is no name. */
size_t refdata_by_start(const struct refdata *rd, const char *name,
			const char *dept, const struct commune **out,
			size_t max);
/* The commune whose centre is nearest to a point, in that département (NULL:
 * anywhere), at most NEAREST_REACH_M away; arrondissements for the three
 * cities. NULL: none. That the point lies in that commune is likely and not
 * sure: of 205 stations of Île-de-France that bear the name of their commune
 * (IDFM, open data) 169 are nearest to its centre. No point of metropolitan
 * France is much farther from a centre; in Guyane many are. */
#define NEAREST_REACH_M 20000
const struct commune *refdata_nearest(const struct refdata *rd,
				      int32_t lat_udeg, int32_t lon_udeg,
				      const char *dept);
const char *refdata_dept_name(const struct refdata *rd, const char *dept);
/* Code of a département from its name, folded; NULL: none. */
const char *refdata_dept_by_name(const struct refdata *rd, const char *name);
/* Name of the region of metropolitan France a département is in; NULL
 * overseas. The same pointer for the same region. */
const char *refdata_region(const struct refdata *rd, const char *dept);
const char *refdata_region_by_name(const struct refdata *rd, const char *name);
/* May a name of a place hold this folded word, before "cedex"? False: no name
 * that these functions know does. */
bool refdata_may_name_place(const struct refdata *rd, const char *word);

/* --- trades (ROME) ------------------------------------------------------ */
/* A trade is the number of a ROME v3 code, 0 .. rome_count()-1 in order of
 * code; matching is done at that grain (a v4 code counts as its v3 parent). */
#define ROME_NONE      UINT16_MAX
#define ROME_COUNT_MAX 1024
uint16_t rome_count(const struct refdata *rd);
uint16_t rome_find(const struct refdata *rd, const char *code); /* v3 or v4 */
const char *rome_code(const struct refdata *rd, uint16_t trade);
/* "Boulangerie - viennoiserie" */
const char *rome_label(const struct refdata *rd, uint16_t trade);
/* A job's name short enough for an SMS: "Boulanger" (first form of the v4
 * label of that code, else the v3 label). */
const char *rome_job(const struct refdata *rd, uint16_t trade);
/* Number of the three-character sub-domain ("D11"), from 0, in order. */
uint16_t rome_family(const struct refdata *rd, uint16_t trade);
/* How near the trade `to` is for someone who looks for `from`: 0..1000, 1000
 * for itself; the fitted formula of the table's header comment. Not
 * symmetric. */
uint16_t rome_proximity(const struct refdata *rd, uint16_t from, uint16_t to);
/* The trade of an official job title: folded, gender forms apart or together,
 * "H/F" marks ignored; the whole title must be the official one. ROME_NONE
 * when it is none or belongs to several trades. */
uint16_t rome_by_title(const struct refdata *rd, const char *title);
/* The titles themselves, i from 0; NULL at the end. Official ones first, in
 * which "{Vendeur/Vendeuse} de pain" holds both genders, then the names that
 * the v4 gives to jobs, in their first form. *trade: to which it belongs; a
 * title may come again under another one. */
const char *rome_title(const struct refdata *rd, size_t i, uint16_t *trade);
/* How many in a thousand of those whom employers of an activity ("1071C",
 * "10.71C") hire are hired into that trade, rounded down; 0 as well when the
 * activity is unknown or NULL. Rare pairs are not in the table. */
uint16_t rome_share_of_activity(const struct refdata *rd, const char *naf,
				uint16_t trade);
/* The conditions of work that the official description of a trade names, in
 * order of code ("loads", ...: the words of exposures; whose list they are,
 * this layer does not know). Returns how many. */
struct condition {
	const char *exposure;
	uint8_t degree; /* 1 occasional .. 3 dominant */
};
size_t rome_conditions(const struct refdata *rd, uint16_t trade,
		       const struct condition **out);

/* --- training centres (CFA) ---------------------------------------------- */
struct cfa {
	const char *uai;   /* "0931618D" */
	const char *name;  /* of its main site */
	const char *insee; /* of the main site's commune */
	int32_t lat_udeg, lon_udeg;
};
/* By number, in order of UAI; NULL at the end. */
const struct cfa *refdata_cfa(const struct refdata *rd, size_t i);
#define CFA_NONE SIZE_MAX
/* The number of the CFA that a UAI, the SIRET of one of its sites, or the name
 * of one (folded, with or without what precedes its dash) means; CFA_NONE when
 * it means none or several. */
size_t refdata_cfa_find(const struct refdata *rd, const char *text);

#endif
