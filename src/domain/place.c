/* SPDX-License-Identifier: EUPL-1.2 */
/* The JSON form of a place, and distances. Finding out where a claim is lies in
 * place_resolve.c. The only floating point of the records is here: degrees in
 * JSON and the great circle. */
#include "reader.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js_out.h>
#include <etrier/offer.h>
#include <etrier/place.h>

#include <math.h>
#include <string.h>

#define EARTH_RADIUS_M	 6371008.8 /* mean radius, IUGG 1980 */
#define RADIANS_PER_UDEG 1.7453292519943295e-8
#define POSTCODE_MAX	 20 /* foreign codes are longer than ours */

static bool has_point(enum precision p)
{
	return p == PLACE_POINT || p == PLACE_COMMUNE;
}

void place_write(const struct place *p, struct buf *out)
{
	buf_addc(out, '{');
	js_out_str(out, "precision",
		   vocab_code(&vocab_precision, (int)p->precision));
	js_out_str(out, "insee", p->insee);
	js_out_str(out, "postcode", p->postcode);
	js_out_str(out, "city", p->city);
	js_out_str(out, "dept", p->dept);
	js_out_str(out, "address", p->address);
	if (has_point(p->precision)) {
		js_out_micro(out, "lat", p->lat_udeg);
		js_out_micro(out, "lon", p->lon_udeg);
	}
	buf_addc(out, '}');
}

/* Two characters, three overseas. */
static const char *dept_of(const char *insee, struct arena *a)
{
	bool is_overseas =
		strncmp(insee, "97", 2) == 0 || strncmp(insee, "98", 2) == 0;
	return arena_dup_n(a, insee, is_overseas ? 3 : 2);
}

static void read_point(const struct reader *r, struct place *p)
{
	bool has_lat = read_udeg(r, "lat", 90, &p->lat_udeg);
	bool has_lon = read_udeg(r, "lon", 180, &p->lon_udeg);
	int fallback = has_lat && has_lon ? PLACE_POINT : PLACE_UNKNOWN;
	p->precision = (enum precision)read_code(r, "precision",
						 &vocab_precision, fallback);
	if (has_lat != has_lon || (has_point(p->precision) && !has_lat))
		reader_fail(r, "lat",
			    "lat and lon belong together, and to "
			    "the precisions point and commune");
	if (!has_point(p->precision))
		p->lat_udeg = p->lon_udeg = 0;
}

int place_from_json(json_t *v, struct arena *a, struct place *out,
		    struct err *err)
{
	struct reader_fault fault = {err, false};
	struct reader r = {v, "place.", &fault};
	struct place p = {.precision = PLACE_UNKNOWN};
	if (v && !json_is_object(v) && !json_is_null(v))
		return err_set(err, ERR_INPUT, "place: not an object");
	p.insee = read_text(&r, "insee", READ_LINE, 5);
	p.postcode = read_text(&r, "postcode", READ_LINE, POSTCODE_MAX);
	p.city = read_text(&r, "city", READ_LINE, OFFER_TEXT_MAX);
	p.dept = read_text(&r, "dept", READ_LINE, 3);
	p.address = read_text(&r, "address", READ_LINE, OFFER_TEXT_MAX);
	read_point(&r, &p);
	if (p.insee && !text_matches(p.insee, PATTERN_INSEE))
		reader_fail(&r, "insee", "not an INSEE code");
	if (fault.found)
		return -1;
	if (p.insee && !p.dept)
		p.dept = dept_of(p.insee, a);
	*out = p;
	return 0;
}

int32_t place_distance_m(int32_t lat1_udeg, int32_t lon1_udeg,
			 int32_t lat2_udeg, int32_t lon2_udeg)
{
	double lat1 = lat1_udeg * RADIANS_PER_UDEG;
	double lat2 = lat2_udeg * RADIANS_PER_UDEG;
	double dlon = ((double)lon2_udeg - lon1_udeg) * RADIANS_PER_UDEG;
	double s = sin((lat2 - lat1) / 2), t = sin(dlon / 2);
	double h = s * s + cos(lat1) * cos(lat2) * t * t;
	double angle = 2 * asin(sqrt(h > 1 ? 1 : h));
	return (int32_t)(EARTH_RADIUS_M * angle + 0.5);
}
