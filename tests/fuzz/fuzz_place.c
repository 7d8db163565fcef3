/* SPDX-License-Identifier: EUPL-1.2 */
/* Claims of places: a line a field. Whatever stands in them, a place that has
 * a point lies in a box of France, a coarser one has none of its own, a
 * commune is one of the tables', and asking again answers the same. */
#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/place.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct refdata *tables(void)
{
	static struct refdata *rd;
	struct err err = {0};
	if (!rd)
		rd = refdata_load("conf/refdata", &err);
	BUG_ON(!rd);
	return rd;
}

static void check(const struct refdata *rd, const struct place *p)
{
	bool has_point =
		p->precision == PLACE_POINT || p->precision == PLACE_COMMUNE;
	BUG_ON(!has_point && (p->lat_udeg || p->lon_udeg || p->insee));
	BUG_ON(has_point && p->lat_udeg == 0 && p->lon_udeg == 0);
	BUG_ON(p->precision == PLACE_COMMUNE && !p->insee);
	BUG_ON(p->precision == PLACE_DEPARTMENT && !p->dept);
	BUG_ON(p->insee && !refdata_commune(rd, p->insee, NULL, NULL));
	BUG_ON(p->dept && !refdata_dept_name(rd, p->dept));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a;
	struct place p, again;
	struct place_claim c = {.text = NULL};
	const char **fields[] = {&c.text,  &c.city,    &c.postcode,
				 &c.insee, &c.dept,    &c.lat,
				 &c.lon,   &c.address, &c.country};
	const char *note;
	char *s = mem_dup_n((const char *)data, n < 2000 ? n : 2000);
	const struct refdata *rd = tables();
	arena_init(&a);
	char *line = s;
	for (size_t i = 0; line && i < ARRAY_LEN(fields); i++) {
		char *next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		*fields[i] = line;
		line = next;
	}
	place_resolve(rd, &a, &c, &p, &note);
	check(rd, &p);
	place_resolve(rd, &a, &c, &again, &note);
	BUG_ON(p.precision != again.precision || !str_eq(p.insee, again.insee));
	arena_clear(&a);
	free(s);
	return 0;
}
