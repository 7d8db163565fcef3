/* SPDX-License-Identifier: EUPL-1.2 */
/* Geodesy of the roster: micro-degrees to whole metres on a plane, and days to
 * two bytes. Floating point ends here: what leaves is rounded to the metre, so
 * that a last bit of the mathematics library changes nothing.
 *
 * Metropolitan France: a conformal conic on the sphere touching at 44 and 49
 * degrees north (the parallels of Lambert-93, of which this is the spherical
 * sister), scale right to 0.4 % from Corsica to Dunkirk. Overseas: plain
 * equirectangular around the territory's middle, right to 0.5 %. Zones lie
 * 2 500 km apart on the plane; everything stays below 2^24 metres, which a
 * float holds exactly. */
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/place.h>
#include <etrier/roster.h>

#include <math.h>

#define EARTH_M	    6371008.8			     /* as place_distance_m() */
#define RADIANS	    (3.14159265358979323846 / 180e6) /* of a micro-degree */
#define ZONE_GAP_M  2500000
#define CONIC_LAT1  44000000
#define CONIC_LAT2  49000000
#define CONIC_LAT0  46500000
#define CONIC_LON0  3000000
#define DAY16_FIRST (-25568) /* 1899-12-31, so that 1900-01-01 is 1 */

struct zone {
	int32_t south, north, west, east; /* micro-degrees */
	bool is_conic;
};
static const struct zone zones[] = {
	{41000000, 51500000, -6000000, 10500000, true},	   /* metropolitan */
	{14000000, 18500000, -63500000, -60500000, false}, /* Antilles */
	{1500000, 6500000, -55000000, -51000000, false},   /* Guyane */
	{-21800000, -20500000, 55000000, 56200000, false}, /* La Réunion */
	{-13300000, -12300000, 44700000, 45600000, false}, /* Mayotte */
	{46500000, 47300000, -56700000, -56000000, false}, /* St-Pierre */
};

static double conic_t(double lat)
{
	return tan(atan(1) + lat / 2); /* atan(1) is a quarter of pi */
}

static void conic(int32_t lat_udeg, int32_t lon_udeg, double *x, double *y)
{
	double a = CONIC_LAT1 * RADIANS, b = CONIC_LAT2 * RADIANS;
	double n = log(cos(a) / cos(b)) / log(conic_t(b) / conic_t(a));
	double f = EARTH_M * cos(a) * pow(conic_t(a), n) / n;
	double rho = f / pow(conic_t(lat_udeg * RADIANS), n);
	double rho0 = f / pow(conic_t(CONIC_LAT0 * RADIANS), n);
	double theta = n * (lon_udeg - CONIC_LON0) * RADIANS;

	*x = rho * sin(theta);
	*y = rho0 - rho * cos(theta);
}

static void local_plane(const struct zone *z, int32_t lat_udeg,
			int32_t lon_udeg, double *x, double *y)
{
	double lat0 = (z->south / 2 + z->north / 2) * RADIANS;

	*x = (lon_udeg - (z->west / 2 + z->east / 2)) * RADIANS * EARTH_M *
	     cos(lat0);
	*y = lat_udeg * RADIANS * EARTH_M - lat0 * EARTH_M;
}

bool plane_from_udeg(int32_t lat_udeg, int32_t lon_udeg,
		     struct plane_point *out)
{
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		const struct zone *z = &zones[i];
		double x, y;

		if (lat_udeg < z->south || lat_udeg > z->north ||
		    lon_udeg < z->west || lon_udeg > z->east)
			continue;
		if (z->is_conic)
			conic(lat_udeg, lon_udeg, &x, &y);
		else
			local_plane(z, lat_udeg, lon_udeg, &x, &y);
		out->x_m = (int32_t)floor(x + 0.5) + (int32_t)i * ZONE_GAP_M;
		out->y_m = (int32_t)floor(y + 0.5);
		return true;
	}
	return false;
}

bool plane_from_place(const struct place *p, struct plane_point *out)
{
	if (p->precision != PLACE_POINT && p->precision != PLACE_COMMUNE)
		return false;
	return plane_from_udeg(p->lat_udeg, p->lon_udeg, out);
}

int32_t plane_distance_m(struct plane_point a, struct plane_point b)
{
	double dx = (double)a.x_m - b.x_m, dy = (double)a.y_m - b.y_m;

	return (int32_t)ceil(sqrt(dx * dx + dy * dy));
}

uint16_t day16(int32_t date)
{
	if (date == DATE_NONE)
		return 0;
	return (uint16_t)num_clip((int64_t)date - DAY16_FIRST, 1, UINT16_MAX);
}

int32_t day16_date(uint16_t d)
{
	return d ? DAY16_FIRST + d : DATE_NONE;
}
