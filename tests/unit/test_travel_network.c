/* SPDX-License-Identifier: EUPL-1.2 */
/* The network of stations: seconds between them against every path of small
 * made-up networks, hours, step-free grades, tables that are damaged, and that
 * fields say what the matrix says. */
#include "engine/travel/field.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD                                                            \
	"# VERSION test\n# SOURCE made up\n# LICENCE none\n# BUILT-BY " \
	"hand\n"
#define HM(h, m) ((h)*60 + (m))

/* --- a folder of tables
 * ------------------------------------------------------- */

static const char *const names[] = {"stations", "lines", "links",
				    "calls",	"walks", "model"};
static const char *const columns[] = {"station\tname\tlat\tlon\tstep_free",
				      "line\tmode\tboard_s\tfirst\tlast",
				      "line\ta\tb\tseconds",
				      "line\tstation\tboard_s\tfirst\tlast",
				      "a\tb\tseconds",
				      "what\tvalue"};
enum { STATIONS, LINES, LINKS, CALLS, WALKS, MODEL, N_TABLES };

static char *dir;

static int setup(void **state)
{
	(void)state;
	dir = mem_dup("/tmp/etrier-travel-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static void table_path(char out[256], int i)
{
	snprintf(out, 256, "%s/transit_%s.tsv", dir, names[i]);
}

static int teardown(void **state)
{
	char path[256];

	(void)state;
	for (int i = 0; i < N_TABLES; i++) {
		table_path(path, i);
		unlink(path);
	}
	rmdir(dir);
	free(dir);
	return 0;
}

/* rows NULL: no such table. */
static void put(int i, const char *rows)
{
	char path[256];
	FILE *out;

	table_path(path, i);
	unlink(path);
	if (!rows)
		return;
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, HEAD "%s\n%s", columns[i], rows);
	fclose(out);
}

/* Three stations on a line of trains, ten kilometres apart, and one of a metro
 * four hundred metres from the second. North to south by a tenth of a degree,
 * which is 11.1 km. */
static void put_all(void)
{
	put(STATIONS, "a\tA\t48.9\t2.3\tyes\n"
		      "b\tB\t48.8\t2.3\tno\n"
		      "c\tC\t48.7\t2.3\tyes\n"
		      "m\tM\t48.8036\t2.3\tunknown\n"
		      "n\tN\t48.8036\t2.4\tyes\n");
	put(LINES, "T\ttrain\t200\t05:00\t24:10\n"
		   "U\tmetro\t\t\t\n");
	put(LINKS, "T\ta\tb\t600\n"
		   "T\tb\tc\t700\n"
		   "U\tm\tn\t500\n");
	put(CALLS, NULL);
	put(WALKS, NULL);
	put(MODEL, "change_s\t100\nboard_metro_s\t60\nchange_m_per_h\t3600\n"
		   "walk_m_per_h\t3600\nbus_wait_s\t7200\nbus_reach_m\t3000\n"
		   "door_s\t30\n");
}

static struct travel *load(void)
{
	struct err err = {0};
	struct travel *t = travel_new(dir, &err);

	if (!t)
		fail_msg("%s", err.text);
	assert_non_null(t->transit);
	return t;
}

static struct plane_point place(int32_t lat_udeg, int32_t lon_udeg)
{
	struct plane_point p;

	assert_true(plane_from_udeg(lat_udeg, lon_udeg, &p));
	return p;
}

static int seconds(const struct travel *t, enum travel_grade g, int from,
		   int to)
{
	const struct transit *n = t->transit;

	return n->seconds[g][(size_t)to * n->stride + (size_t)from];
}

/* --- seconds
 * ------------------------------------------------------------------- */

static void waits_changes_and_walks_add_up(void **state)
{
	struct travel *t;

	(void)state;
	put_all();
	t = load();
	assert_int_equal(seconds(t, TRAVEL_ANY, 0, 0), 0);
	assert_int_equal(seconds(t, TRAVEL_ANY, 0, 1), 200 + 600);
	assert_int_equal(seconds(t, TRAVEL_ANY, 0, 2), 200 + 600 + 700);
	assert_int_equal(seconds(t, TRAVEL_ANY, 2, 0), 200 + 700 + 600);
	/* b to m on foot: 401 m at a metre a second, and no wait */
	assert_in_range(seconds(t, TRAVEL_ANY, 1, 3), 399, 402);
	/* alighting, then the walk, then the metro's wait */
	assert_in_range(seconds(t, TRAVEL_ANY, 0, 4),
			200 + 600 + 100 + 399 + 60 + 500,
			200 + 600 + 100 + 402 + 60 + 500);
	/* the first wait is the metro's, the last alighting costs nothing */
	assert_in_range(seconds(t, TRAVEL_ANY, 4, 0),
			60 + 500 + 100 + 399 + 200 + 600,
			60 + 500 + 100 + 402 + 200 + 600);
	travel_free(t);
}

static void tables_say_more_than_the_model(void **state)
{
	struct travel *t;

	(void)state;
	put_all();
	put(CALLS, "T\tb\t50\t\t\n");
	put(WALKS, "m\tb\t900\n");
	t = load();
	assert_int_equal(seconds(t, TRAVEL_ANY, 0, 1), 200 + 600);
	assert_int_equal(seconds(t, TRAVEL_ANY, 1, 0), 50 + 600);
	/* longer than the map says, and right */
	assert_int_equal(seconds(t, TRAVEL_ANY, 1, 3), 900);
	assert_int_equal(seconds(t, TRAVEL_ANY, 3, 1), 900);
	travel_free(t);
}

static void who_needs_it_changes_without_a_step_only(void **state)
{
	struct travel *t;

	(void)state;
	put_all();
	t = load();
	/* through b, which has steps, but not out of it */
	assert_int_equal(seconds(t, TRAVEL_STEP_FREE_SURE, 0, 2),
			 200 + 600 + 700);
	assert_int_equal(seconds(t, TRAVEL_STEP_FREE_SURE, 0, 1), TRANSIT_FAR);
	assert_int_equal(seconds(t, TRAVEL_STEP_FREE_MAYBE, 0, 1), TRANSIT_FAR);
	assert_int_equal(seconds(t, TRAVEL_STEP_FREE_MAYBE, 0, 4), TRANSIT_FAR);
	/* m is not known to have steps */
	assert_int_equal(seconds(t, TRAVEL_STEP_FREE_MAYBE, 3, 4), 560);
	assert_int_equal(seconds(t, TRAVEL_STEP_FREE_SURE, 3, 4), TRANSIT_FAR);
	travel_free(t);
}

/* Random networks against a relaxation of all edges until nothing changes, in
 * the direction in which people travel. */
#define R_STATIONS 12
#define R_LINES	   4

static uint32_t rnd(uint64_t *s, uint32_t n)
{
	*s = *s * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)((*s >> 33) % n);
}

/* out[d]: at the street of d, out[n + ..]: on the platform. */
static void relax(const struct transit_tables *t, int from, int32_t *out)
{
	const int32_t *m = t->model.v;
	bool is_better = true;

	for (int i = 0; i < R_STATIONS * (2 + R_LINES); i++)
		out[i] = TRANSIT_FAR;
	/* streets, platforms by line, streets one has got off on */
	int32_t *street = out, *platform = out + R_STATIONS;
	int32_t *after = out + R_STATIONS * (1 + R_LINES);

	street[from] = 0;
#define BETTER(to, s)                                \
	do {                                         \
		int32_t s_ = (s);                    \
		if (s_ < (to) && s_ < TRANSIT_FAR) { \
			(to) = s_;                   \
			is_better = true;            \
		}                                    \
	} while (0)
	while (is_better) {
		is_better = false;
		for (size_t i = 0; i < t->n_links; i++) {
			const struct transit_link *l = &t->links[i];
			int32_t *p = platform + l->line * R_STATIONS;
			int32_t wait =
				m[PARAM_BOARD + (int)t->lines[l->line].mode];
			const uint16_t end[2] = {l->a, l->b};

			for (int e = 0; e < 2; e++) {
				BETTER(p[end[e]], street[end[e]] + wait);
				BETTER(p[end[e]],
				       after[end[e]] + m[PARAM_CHANGE] + wait);
				BETTER(p[end[e]], p[end[!e]] + l->seconds);
				BETTER(after[end[e]], p[end[e]]);
			}
		}
		for (int a = 0; a < R_STATIONS; a++) {
			for (int b = 0; b < R_STATIONS; b++) {
				int32_t d = plane_distance_m(t->stations[a].at,
							     t->stations[b].at);

				if (a == b || d > m[PARAM_CHANGE_REACH])
					continue;
				d = (int32_t)((int64_t)d * 3600 /
					      m[PARAM_CHANGE_M_H]);
				BETTER(street[b], street[a] + d);
				BETTER(after[b], after[a] + d);
			}
		}
	}
#undef BETTER
	for (int d = 0; d < R_STATIONS; d++)
		if (after[d] < street[d])
			street[d] = after[d];
}

static void seconds_are_those_of_the_best_path(void **state)
{
	uint64_t seed = 20260101;
	int32_t truth[R_STATIONS * (2 + R_LINES)];

	(void)state;
	for (int k = 0; k < 60; k++) {
		struct transit_station s[R_STATIONS] = {0};
		struct transit_line lines[R_LINES];
		struct transit_link links[24];
		struct transit_tables t = {.stations = s,
					   .lines = lines,
					   .links = links,
					   .n_stations = R_STATIONS,
					   .n_lines = R_LINES};
		int16_t *rows;

		transit_model_init(&t.model);
		for (int i = 0; i < R_STATIONS; i++)
			s[i].at =
				(struct plane_point){(int32_t)rnd(&seed, 3000),
						     (int32_t)rnd(&seed, 3000)};
		for (unsigned i = 0; i < R_LINES; i++)
			lines[i] = (struct transit_line){
				(enum transit_mode)i, -1, {-1, -1}};
		for (t.n_links = 0; t.n_links < ARRAY_LEN(links);) {
			struct transit_link l = {
				(uint16_t)rnd(&seed, R_LINES),
				(uint16_t)rnd(&seed, R_STATIONS),
				(uint16_t)rnd(&seed, R_STATIONS),
				(uint16_t)(1 + rnd(&seed, 900))};

			if (l.a != l.b)
				links[t.n_links++] = l;
		}
		rows = transit_matrix(&t, TRANSIT_LANES, TRAVEL_ANY);
		for (int from = 0; from < R_STATIONS; from++) {
			relax(&t, from, truth);
			for (int d = 0; d < R_STATIONS; d++)
				assert_int_equal(rows[d * TRANSIT_LANES + from],
						 truth[d]);
		}
		free(rows);
	}
}

/* --- fields
 * -------------------------------------------------------------------- */

/* From 48.9 (a) to 48.7 (c): home and work right at a station each. */
static int32_t cost_at(struct travel *t, int start, int end,
		       enum travel_grade grade)
{
	struct travel_field *f = travel_field_new(t);
	struct plane_point home = place(48900000, 2300000);
	struct travel_work w = {place(48700000, 2300000), (int16_t)start,
				(int16_t)end};
	uint16_t zone = travel_zone(t, home);
	int32_t cost;

	assert_int_not_equal(zone, TRAVEL_NO_ZONE);
	travel_field_make(f, &w, grade, TRAVEL_AT_HOURS);
	cost = travel_field_transit(f, zone, plane_distance_m(home, w.at));
	/* Remembered, and the same. */
	assert_int_equal(
		travel_field_transit(f, zone, plane_distance_m(home, w.at)),
		cost);
	travel_field_free(f);
	return cost;
}

static void a_journey_is_ways_wait_and_ride(void **state)
{
	struct travel *t;
	int32_t cost;

	(void)state;
	put_all();
	t = load();
	cost = cost_at(t, -1, -1, TRAVEL_ANY);
	/* 200 + 600 + 700 and the door, and a home at most 177 m from the
	 * middle of its cell */
	assert_in_range(cost, 1530, 1530 + 177);
	travel_free(t);
	/* Going out of the door is paid once. */
	put(MODEL, "change_s\t100\nboard_metro_s\t60\nchange_m_per_h\t3600\n"
		   "walk_m_per_h\t3600\nbus_wait_s\t7200\nbus_reach_m\t3000\n"
		   "door_s\t330\n");
	t = load();
	assert_int_equal(cost_at(t, -1, -1, TRAVEL_ANY), cost + 300);
	travel_free(t);
}

/* First service 05:00, last 24:10; the ride of 25 to 29 minutes. */
static void hours_close_what_does_not_run(void **state)
{
	static const struct {
		int start, end;
		bool runs;
	} cases[] = {
		{-1, -1, true},
		{HM(9, 0), HM(17, 0), true},
		{HM(5, 15), HM(13, 0),
		 false}, /* would leave before the first */
		{HM(5, 45), HM(13, 0), true},
		{HM(3, 0), -1, false},
		{HM(4, 59), -1, false},
		{HM(14, 0), HM(23, 35), true},	/* back by 24:03 */
		{HM(14, 0), HM(23, 50), false}, /* back after the last */
		{HM(14, 0), HM(0, 5), false},
		{-1, HM(23, 50), false},
		{HM(0, 5), HM(8, 0), true},   /* of the night before */
		{HM(0, 30), HM(8, 0), false}, /* not there in time at 24:10 */
		{HM(22, 0), HM(5, 0), true},
		{HM(22, 0), HM(4, 30), false}, /* it would have to wait */
	};
	struct travel *t;

	(void)state;
	put_all();
	t = load();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int32_t cost =
			cost_at(t, cases[i].start, cases[i].end, TRAVEL_ANY);

		if ((cost < TRAVEL_NEVER) != cases[i].runs)
			fail_msg("case %zu: cost %d", i, cost);
	}
	travel_free(t);
}

static void hours_of_a_call_win(void **state)
{
	struct travel *t;

	(void)state;
	put_all();
	put(CALLS, "T\ta\t\t07:00\t20:00\n");
	t = load();
	assert_int_equal(cost_at(t, HM(7, 10), HM(17, 0), TRAVEL_ANY),
			 TRAVEL_NEVER);
	assert_true(cost_at(t, HM(8, 0), HM(17, 0), TRAVEL_ANY) < TRAVEL_NEVER);
	assert_int_equal(cost_at(t, HM(8, 0), HM(19, 45), TRAVEL_ANY),
			 TRAVEL_NEVER);
	travel_free(t);
}

static void hours_are_left_out_on_request(void **state)
{
	struct travel *t;
	struct travel_field *f;
	struct travel_work w = {place(48700000, 2300000), HM(3, 0), -1};
	uint16_t zone;

	(void)state;
	put_all();
	t = load();
	f = travel_field_new(t);
	zone = travel_zone(t, place(48900000, 2300000));
	travel_field_make(f, &w, TRAVEL_ANY, TRAVEL_AT_ANY_HOUR);
	assert_true(travel_field_transit(f, zone, 22000) < TRAVEL_NEVER);
	travel_field_make(f, &w, TRAVEL_ANY, TRAVEL_AT_HOURS);
	assert_int_equal(travel_field_transit(f, zone, 22000), TRAVEL_NEVER);
	travel_field_free(f);
	travel_free(t);
}

static void steps_are_known_unknown_or_not_there(void **state)
{
	struct travel *t;

	(void)state;
	put_all();
	t = load();
	assert_true(cost_at(t, -1, -1, TRAVEL_STEP_FREE_SURE) < TRAVEL_NEVER);
	travel_free(t);
	put(STATIONS, "a\tA\t48.9\t2.3\tyes\n"
		      "b\tB\t48.8\t2.3\tno\n"
		      "c\tC\t48.7\t2.3\tunknown\n"
		      "m\tM\t48.8036\t2.3\tunknown\n"
		      "n\tN\t48.8036\t2.4\tunknown\n");
	t = load();
	assert_int_equal(cost_at(t, -1, -1, TRAVEL_STEP_FREE_SURE),
			 TRAVEL_NEVER);
	assert_true(cost_at(t, -1, -1, TRAVEL_STEP_FREE_MAYBE) < TRAVEL_NEVER);
	travel_free(t);
}

static void the_formula_stands_where_there_is_no_station(void **state)
{
	struct travel *t, *plain = travel_new(NULL, NULL);
	struct travel_field *f, *g;
	struct travel_work far = {place(45000000, 5000000), -1, -1};

	(void)state;
	put_all();
	t = load();
	assert_int_equal(travel_zone(t, place(45000000, 5000000)),
			 TRAVEL_NO_ZONE);
	f = travel_field_new(t);
	g = travel_field_new(plain);
	travel_field_make(f, &far, TRAVEL_ANY, TRAVEL_AT_HOURS);
	travel_field_make(g, &far, TRAVEL_ANY, TRAVEL_AT_HOURS);
	for (int32_t d = 0; d < 60000; d += 777) {
		int32_t formula = travel_field_transit(g, TRAVEL_NO_ZONE, d);

		assert_int_equal(travel_field_transit(f, TRAVEL_NO_ZONE, d),
				 formula);
		assert_int_equal(
			travel_field_transit(
				f, travel_zone(t, place(48900000, 2300000)), d),
			formula);
	}
	travel_field_free(f);
	travel_field_free(g);
	travel_free(plain);
	travel_free(t);
}

static void a_field_made_again_forgets(void **state)
{
	struct travel *t;
	struct travel_field *f, *g;
	struct travel_work w[2] = {{place(48700000, 2300000), -1, -1},
				   {place(48803600, 2400000), -1, -1}};
	uint16_t zone;
	int32_t cost[2];

	(void)state;
	put_all();
	t = load();
	zone = travel_zone(t, place(48900000, 2300000));
	f = travel_field_new(t);
	for (int i = 0; i < 6; i++) {
		g = travel_field_new(t);
		travel_field_make(f, &w[i % 2], TRAVEL_ANY, TRAVEL_AT_HOURS);
		travel_field_make(g, &w[i % 2], TRAVEL_ANY, TRAVEL_AT_HOURS);
		cost[i % 2] = travel_field_transit(f, zone, 30000);
		assert_int_equal(cost[i % 2],
				 travel_field_transit(g, zone, 30000));
		travel_field_free(g);
	}
	assert_int_not_equal(cost[0], cost[1]);
	travel_field_free(f);
	travel_free(t);
}

static void neighbours_share_a_zone(void **state)
{
	struct travel *t;
	uint16_t a, b, c;

	(void)state;
	put_all();
	t = load();
	a = travel_zone(t, (struct plane_point){
				   t->transit->stations[0].at.x_m / 250 * 250,
				   t->transit->stations[0].at.y_m});
	b = travel_zone(t,
			(struct plane_point){
				t->transit->stations[0].at.x_m / 250 * 250 - 1,
				t->transit->stations[0].at.y_m});
	c = travel_zone(
		t, (struct plane_point){
			   t->transit->stations[0].at.x_m / 250 * 250 - 250,
			   t->transit->stations[0].at.y_m});
	assert_int_not_equal(a, TRAVEL_NO_ZONE);
	assert_int_equal(b, c);
	assert_int_not_equal(a, b);
	travel_free(t);
}

/* --- tables
 * -------------------------------------------------------------------- */

static void damaged_tables_are_told_with_their_line(void **state)
{
	static const struct {
		int table;
		const char *rows, *expected;
	} cases[] = {
		{STATIONS, "a\tA\t48.9\t2.3\n", "_stations.tsv:6: not 5"},
		{STATIONS, "a\tA\t48.9\t2.3\tperhaps\n",
		 "_stations.tsv:6: step_free is"},
		{STATIONS, "a\tA\t48.9\t102.3\tyes\n",
		 "_stations.tsv:6: 48.9 102.3 is no place in France"},
		{STATIONS, "a\tA\t48.9\t2.3\tyes\na\tB\t48.8\t2.3\tyes\n",
		 "_stations.tsv:7: \"a\" is there already"},
		{LINES, "T\tzeppelin\t\t\t\n", "_lines.tsv:6: mode is"},
		{LINES, "T\ttrain\t-1\t\t\n", "_lines.tsv:6: \"-1\" is not"},
		{LINES, "T\ttrain\t\t05:00\t\n", "_lines.tsv:6: the last"},
		{LINES, "T\ttrain\t\t05:00\t00:30\n", "_lines.tsv:6: the last"},
		{LINES, "T\ttrain\t\t5:00\t23:00\n",
		 "_lines.tsv:6: \"5:00\" is no time"},
		{LINES, "T\ttrain\t\t05:00\t37:00\n",
		 "_lines.tsv:6: \"37:00\" is no time"},
		{LINKS, "T\ta\tz\t600\n", "_links.tsv:6: no station \"z\""},
		{LINKS, "X\ta\tb\t600\n", "_links.tsv:6: no line \"X\""},
		{LINKS, "T\ta\tb\t0\n", "_links.tsv:6: \"0\" is not"},
		{LINKS, "T\ta\tb\t16384\n", "_links.tsv:6: \"16384\" is not"},
		{LINKS, "T\ta\ta\t60\n", "_links.tsv:6: from a station"},
		{LINKS, NULL, "_links.tsv: No such file"},
		{CALLS, "T\tz\t\t\t\n", "_calls.tsv:6: no station"},
		{WALKS, "a\tb\tfar\n", "_walks.tsv:6: \"far\" is not"},
		{MODEL, "speed\t3\n", "_model.tsv:6: the model has no"},
		{MODEL, "walk_m_per_h\t3\n", "_model.tsv:6: \"3\" is not"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};

		put_all();
		put(cases[i].table, cases[i].rows);
		assert_null(travel_new(dir, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		if (!strstr(err.text, cases[i].expected))
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void no_tables_is_no_mistake(void **state)
{
	struct err err;
	struct travel *t;

	(void)state;
	put(STATIONS, NULL);
	t = travel_new(dir, &err);
	assert_non_null(t);
	assert_null(t->transit);
	assert_null(t->version);
	assert_int_equal(travel_zone(t, place(48900000, 2300000)),
			 TRAVEL_NO_ZONE);
	assert_string_equal(travel_dir(dir, "other"), "other");
	assert_string_equal(travel_dir(NULL, "other"), "other");
	put_all();
	assert_string_equal(travel_dir(dir, "other"), dir);
	travel_free(t);
}

static void the_shipped_tables_cover_the_region(void **state)
{
	/* Two journeys that nobody doubts: Saint-Denis to La Défense, Melun
	 * to the Gare de Lyon. */
	static const struct {
		int32_t lat, lon, to_lat, to_lon, least_min, most_min;
	} cases[] = {
		{48935000, 2346000, 48891900, 2238000, 30, 55},
		{48527500, 2655000, 48844300, 2373800, 30, 60},
	};
	struct err err = {0};
	struct travel *t = travel_new(SOURCE_DIR "/conf/refdata", &err);
	struct travel_field *f;

	(void)state;
	assert_non_null(t);
	assert_non_null(t->transit);
	assert_true(t->transit->n > 900);
	f = travel_field_new(t);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plane_point a = place(cases[i].lat, cases[i].lon);
		struct travel_work w = {place(cases[i].to_lat, cases[i].to_lon),
					HM(9, 0), HM(17, 0)};

		travel_field_make(f, &w, TRAVEL_ANY, TRAVEL_AT_HOURS);
		assert_in_range(
			travel_minutes(t, travel_field_transit(
						  f, travel_zone(t, a),
						  plane_distance_m(a, w.at))),
			cases[i].least_min, cases[i].most_min);
	}
	/* Nothing shipped says where there are steps. */
	assert_null(t->transit->seconds[TRAVEL_STEP_FREE_SURE]);
	assert_ptr_equal(t->transit->seconds[TRAVEL_STEP_FREE_MAYBE],
			 t->transit->seconds[TRAVEL_ANY]);
	travel_field_free(f);
	travel_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_changes_and_walks_add_up),
		cmocka_unit_test(tables_say_more_than_the_model),
		cmocka_unit_test(who_needs_it_changes_without_a_step_only),
		cmocka_unit_test(seconds_are_those_of_the_best_path),
		cmocka_unit_test(a_journey_is_ways_wait_and_ride),
		cmocka_unit_test(hours_close_what_does_not_run),
		cmocka_unit_test(hours_of_a_call_win),
		cmocka_unit_test(hours_are_left_out_on_request),
		cmocka_unit_test(steps_are_known_unknown_or_not_there),
		cmocka_unit_test(the_formula_stands_where_there_is_no_station),
		cmocka_unit_test(a_field_made_again_forgets),
		cmocka_unit_test(neighbours_share_a_zone),
		cmocka_unit_test(damaged_tables_are_told_with_their_line),
		cmocka_unit_test(no_tables_is_no_mistake),
		cmocka_unit_test(the_shipped_tables_cover_the_region),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
