/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of the network, read strictly: they are ours, or of our own
 * import. A row that names an unknown station or line, a number out of its
 * range or a second row for the same thing is a mistake with its line. */
#include "transit.h"

#include "refdata/table.h"

#include <etrier/err.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reader {
	struct transit_tables *t;
	const char *dir;
	struct table table;
	struct map stations, lines; /* names to numbers from 1 */
	struct err *err;
};

/* --- fields --------------------------------------------------------------- */

static int number(struct reader *r, const char *text, int64_t min, int64_t max,
		  int64_t *out)
{
	if (!num_parse_int(text, min, max, out))
		return 0;
	return table_fault(&r->table, r->err,
			   "\"%.40s\" is not a number from %lld to %lld", text,
			   (long long)min, (long long)max);
}

static int find(struct reader *r, struct map *m, const char *what,
		const char *name, uint16_t *out)
{
	uintptr_t at = (uintptr_t)map_get(m, name);

	if (!at)
		return table_fault(&r->table, r->err, "no %s \"%.80s\"", what,
				   name);
	*out = (uint16_t)(at - 1);
	return 0;
}

static int name_new(struct reader *r, struct map *m, const char *name,
		    size_t number_of)
{
	if (!*name || map_get(m, name))
		return table_fault(&r->table, r->err, "\"%.80s\" %s", name,
				   *name ? "is there already" : "is no name");
	map_put(m, name, (void *)(uintptr_t)(number_of + 1));
	return 0;
}

/* "05:30", "25:10"; empty: not said. */
static int minute(struct reader *r, const char *text, int16_t *out)
{
	size_t n = strlen(text);
	char copy[8] = "";
	int64_t h, m;

	*out = -1;
	if (!n)
		return 0;
	if (n == 5 && text[2] == ':') {
		memcpy(copy, text, 2);
		if (!num_parse_int(copy, 0, TRANSIT_HOURS_MAX / 60, &h) &&
		    !num_parse_int(text + 3, 0, 59, &m)) {
			*out = (int16_t)(h * 60 + m);
			return 0;
		}
	}
	return table_fault(&r->table, r->err, "\"%.40s\" is no time HH:MM",
			   text);
}

static int hours(struct reader *r, char **f, struct transit_hours *out)
{
	if (minute(r, f[0], &out->first) || minute(r, f[1], &out->last))
		return -1;
	if ((out->first < 0) != (out->last < 0) || out->last < out->first)
		return table_fault(
			&r->table, r->err,
			"the last service is before the first; after "
			"midnight it is 24:00 and more");
	return 0;
}

static int board(struct reader *r, const char *text, int32_t *out)
{
	int64_t v = -1;

	if (*text && number(r, text, 0, TRANSIT_SECONDS_MAX, &v))
		return -1;
	*out = (int32_t)v;
	return 0;
}

/* --- rows ----------------------------------------------------------------- */

static int station_row(struct reader *r, char **f)
{
	static const char *const grades[] = {
		[GRADE_YES] = "yes",
		[GRADE_UNKNOWN] = "unknown",
		[GRADE_NO] = "no",
	};
	struct transit_tables *t = r->t;
	struct transit_station *s = &t->stations[t->n_stations];
	int32_t lat, lon;
	uint8_t g = 0;

	if (t->n_stations == TRAVEL_STATIONS_MAX)
		return table_fault(&r->table, r->err, "more than %d stations",
				   TRAVEL_STATIONS_MAX);
	if (name_new(r, &r->stations, f[0], t->n_stations))
		return -1;
	if (num_parse_udeg(f[2], 90, &lat) || num_parse_udeg(f[3], 180, &lon) ||
	    !plane_from_udeg(lat, lon, &s->at))
		return table_fault(&r->table, r->err,
				   "%.20s %.20s is no place in France", f[2],
				   f[3]);
	while (g < ARRAY_LEN(grades) && strcmp(grades[g], f[4]) != 0)
		g++;
	if (g == ARRAY_LEN(grades))
		return table_fault(&r->table, r->err,
				   "step_free is yes, no or unknown");
	s->grade = g;
	s->hours = (struct transit_hours){-1, -1};
	t->station_ids[t->n_stations++] = mem_dup(f[0]);
	return 0;
}

static int line_row(struct reader *r, char **f)
{
	struct transit_tables *t = r->t;
	struct transit_line *l = &t->lines[t->n_lines];
	int mode = transit_mode_find(f[1]);

	if (t->n_lines == TRANSIT_LINES_MAX)
		return table_fault(&r->table, r->err, "more than %d lines",
				   TRANSIT_LINES_MAX);
	if (name_new(r, &r->lines, f[0], t->n_lines))
		return -1;
	if (mode < 0)
		return table_fault(&r->table, r->err,
				   "mode is metro, rer, train, tram or bus");
	l->mode = (enum transit_mode)mode;
	if (board(r, f[2], &l->board_s) || hours(r, f + 3, &l->hours))
		return -1;
	t->line_ids[t->n_lines++] = mem_dup(f[0]);
	return 0;
}

static int ends(struct reader *r, char **f, uint16_t *a, uint16_t *b,
		uint16_t *seconds)
{
	int64_t s;

	if (find(r, &r->stations, "station", f[0], a) ||
	    find(r, &r->stations, "station", f[1], b) ||
	    number(r, f[2], 1, TRANSIT_SECONDS_MAX, &s))
		return -1;
	if (*a == *b)
		return table_fault(&r->table, r->err,
				   "from a station to "
				   "itself");
	*seconds = (uint16_t)s;
	return 0;
}

static int link_row(struct reader *r, char **f)
{
	struct transit_link *l = &r->t->links[r->t->n_links];

	if (find(r, &r->lines, "line", f[0], &l->line) ||
	    ends(r, f + 1, &l->a, &l->b, &l->seconds))
		return -1;
	r->t->n_links++;
	return 0;
}

static int call_row(struct reader *r, char **f)
{
	struct transit_call *c = &r->t->calls[r->t->n_calls];

	if (find(r, &r->lines, "line", f[0], &c->line) ||
	    find(r, &r->stations, "station", f[1], &c->station) ||
	    board(r, f[2], &c->board_s) || hours(r, f + 3, &c->hours))
		return -1;
	r->t->n_calls++;
	return 0;
}

static int walk_row(struct reader *r, char **f)
{
	struct transit_walk *w = &r->t->walks[r->t->n_walks];

	if (ends(r, f, &w->a, &w->b, &w->seconds))
		return -1;
	r->t->n_walks++;
	return 0;
}

static int model_row(struct reader *r, char **f)
{
	int64_t v;

	for (int i = 0; i < TRANSIT_PARAMS; i++) {
		const struct transit_param_row *p = &transit_params[i];

		if (strcmp(p->name, f[0]) != 0)
			continue;
		if (number(r, f[1], p->min, p->max, &v))
			return -1;
		r->t->model.v[i] = (int32_t)v;
		return 0;
	}
	return table_fault(&r->table, r->err, "the model has no \"%.40s\"",
			   f[0]);
}

/* --- tables --------------------------------------------------------------- */

enum presence { MUST_BE, MAY_BE };

static bool is_there(const char *dir, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !access(path, F_OK);
}

/* Room for the rows of the table goes to *rows (NULL: it needs none). */
static int read_table(struct reader *r, const char *name, const char *columns,
		      enum presence presence, void **rows, size_t size,
		      int (*row)(struct reader *, char **))
{
	char *f[TABLE_COLUMNS_MAX];
	int more;

	if (presence == MAY_BE && !is_there(r->dir, name))
		return 0;
	if (table_open(&r->table, r->dir, name, columns, r->err))
		return -1;
	if (rows)
		*rows = mem_array(r->table.n_rows, size);
	if (row == station_row) {
		r->t->station_ids = mem_array(r->table.n_rows, sizeof(char *));
		r->t->version = mem_dup(r->table.version);
	} else if (row == line_row) {
		r->t->line_ids = mem_array(r->table.n_rows, sizeof(char *));
	}
	while ((more = table_next(&r->table, f, r->err)) > 0)
		if ((more = row(r, f)))
			break;
	table_close(&r->table);
	return more;
}

static int read_all(struct reader *r)
{
	struct transit_tables *t = r->t;

	return read_table(r, "transit_stations.tsv",
			  "station\tname\tlat\tlon\tstep_free", MUST_BE,
			  (void **)&t->stations, sizeof(*t->stations),
			  station_row) ||
	       read_table(r, "transit_lines.tsv",
			  "line\tmode\tboard_s\tfirst\tlast", MUST_BE,
			  (void **)&t->lines, sizeof(*t->lines), line_row) ||
	       read_table(r, "transit_links.tsv", "line\ta\tb\tseconds",
			  MUST_BE, (void **)&t->links, sizeof(*t->links),
			  link_row) ||
	       read_table(r, "transit_calls.tsv",
			  "line\tstation\tboard_s\tfirst\tlast", MAY_BE,
			  (void **)&t->calls, sizeof(*t->calls), call_row) ||
	       read_table(r, "transit_walks.tsv", "a\tb\tseconds", MAY_BE,
			  (void **)&t->walks, sizeof(*t->walks), walk_row) ||
	       read_table(r, "transit_model.tsv", "what\tvalue", MAY_BE, NULL,
			  0, model_row);
}

bool transit_tables_are_in(const char *dir)
{
	return is_there(dir, "transit_stations.tsv");
}

int transit_tables_load(struct transit_tables *t, const char *dir,
			struct err *err)
{
	struct reader r = {.t = t, .dir = dir, .err = err};
	char *version;

	*t = (struct transit_tables){.n_stations = 0};
	transit_model_init(&t->model);
	if (!transit_tables_are_in(dir))
		return 0;
	map_init(&r.stations);
	map_init(&r.lines);
	int result = read_all(&r) ? -1 : 0;
	map_clear(&r.stations, NULL);
	map_clear(&r.lines, NULL);
	if (result) {
		transit_tables_clear(t);
		return -1;
	}
	version = t->version;
	t->version = mem_printf("transit %s (%zu stations, %zu lines)", version,
				t->n_stations, t->n_lines);
	free(version);
	return 0;
}

void transit_tables_clear(struct transit_tables *t)
{
	for (size_t i = 0; i < t->n_stations; i++)
		free(t->station_ids[i]);
	for (size_t i = 0; i < t->n_lines; i++)
		free(t->line_ids[i]);
	free(t->station_ids);
	free(t->line_ids);
	free(t->stations);
	free(t->lines);
	free(t->links);
	free(t->calls);
	free(t->walks);
	free(t->version);
	*t = (struct transit_tables){.n_stations = 0};
}
