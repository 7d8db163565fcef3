/* SPDX-License-Identifier: EUPL-1.2 */
/* The commune whose centre is nearest to a point. Communes lie in cells of a
 * tenth of a degree, and the cells in chains under a hash of their numbers, so
 * that the overseas départements cost no empty grid. A search reads the cells
 * that NEAREST_REACH_M can touch, 35 of them, whatever the point.
 *
 * Integers only. At this reach the earth is flat: the error against the great
 * circle stays below 0.2 %. */
#include "tables.h"

#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <string.h>

#define CELL_UDEG   100000
#define UM_PER_UDEG 111195 /* micrometres of a micro-degree, 111.195 km */
/* A cell is 11.1 km high everywhere, and 7.0 km wide at 51.2 degrees north,
 * where France ends; nearer to the equator it is wider. */
enum { ROWS_AROUND = 2, COLUMNS_AROUND = 3 };

static int32_t cell(int32_t udeg)
{
	return (udeg + 360000000) / CELL_UDEG;
}

static size_t bucket(int32_t row, int32_t column)
{
	uint32_t h = (uint32_t)row * 3600u + (uint32_t)column;
	return h * 2654435761u % CELL_BUCKETS;
}

/* Paris, Marseille and Lyon are in through their arrondissements. */
void places_index_cells(struct places *p)
{
	p->cell_head = mem_array(CELL_BUCKETS, sizeof(*p->cell_head));
	p->cell_next = mem_array(p->n_communes, sizeof(*p->cell_next));
	memset(p->cell_head, 0xff, CELL_BUCKETS * sizeof(*p->cell_head));
	for (uint16_t row = 0; row < p->n_communes; row++) {
		const struct commune *c = &p->communes[row];
		if (places_is_whole(c->insee))
			continue;
		size_t b = bucket(cell(c->lat_udeg), cell(c->lon_udeg));
		p->cell_next[row] = p->cell_head[b];
		p->cell_head[b] = row;
	}
}

/* Thousandths of the cosine of a latitude, after Bhaskara I: 0.2 % at worst. */
static int64_t cosine(int32_t lat_udeg)
{
	int64_t d = lat_udeg / 1000; /* thousandths of a degree */
	int64_t square = d * d / 1000000;
	return (32400 - 4 * square) * 1000 / (32400 + square);
}

static int64_t distance_m(const struct commune *c, int32_t lat, int32_t lon)
{
	int64_t dy = (int64_t)c->lat_udeg - lat;
	int64_t dx = ((int64_t)c->lon_udeg - lon) * cosine(lat) / 1000;
	if (dy < -CELL_UDEG * 10 || dy > CELL_UDEG * 10 ||
	    dx < -CELL_UDEG * 10 || dx > CELL_UDEG * 10)
		return INT32_MAX; /* another cell of the same bucket */
	return (int64_t)num_isqrt((uint64_t)(dx * dx + dy * dy)) * UM_PER_UDEG /
	       1000000;
}

const struct commune *refdata_nearest(const struct refdata *rd,
				      int32_t lat_udeg, int32_t lon_udeg,
				      const char *dept)
{
	const struct places *p = &rd->places;
	const struct commune *best = NULL;
	int64_t best_m = NEAREST_REACH_M + 1;
	int32_t row = cell(lat_udeg), column = cell(lon_udeg);
	for (int i = -ROWS_AROUND; i <= ROWS_AROUND; i++)
		for (int j = -COLUMNS_AROUND; j <= COLUMNS_AROUND; j++)
			for (uint16_t at =
				     p->cell_head[bucket(row + i, column + j)];
			     at != ROW_NONE; at = p->cell_next[at]) {
				const struct commune *c = &p->communes[at];
				int64_t m = distance_m(c, lat_udeg, lon_udeg);
				if (m >= best_m ||
				    (dept && !str_eq(dept, c->dept)))
					continue;
				best = c;
				best_m = m;
			}
	return best;
}
