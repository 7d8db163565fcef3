/* SPDX-License-Identifier: EUPL-1.2 */
/* A timetable becomes tables: rows of any shape, days, blanks, times beyond
 * midnight, frequencies, stations, step-free grades, and what is refused. */
#include "ctl/gtfs.h"

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

/* --- a feed in memory
 * --------------------------------------------------------- */

struct file {
	const char *name, *text;
};
struct feed {
	struct file files[10];
	size_t piece; /* bytes at a time */
};

static int read_memory(void *source, const char *name, struct gtfs_rows *r,
		       struct err *err)
{
	const struct feed *f = source;

	for (size_t i = 0; i < ARRAY_LEN(f->files) && f->files[i].name; i++) {
		const char *p = f->files[i].text;

		if (strcmp(f->files[i].name, name) != 0)
			continue;
		for (size_t n = strlen(p), k; n; p += k, n -= k) {
			k = n < f->piece ? n : f->piece;
			if (gtfs_rows_feed(r, p, k, err))
				return -1;
		}
		return 1;
	}
	return 0;
}

#define STOPS                                                               \
	"stop_id,stop_name,stop_lat,stop_lon,parent_station,"               \
	"wheelchair_boarding\n"                                             \
	"A,Nord,48.90,2.30,,1\nA1,Nord quai,48.90,2.30,A,\n"                \
	"B,Centre,48.85,2.30,,\nB1,x,48.85,2.30,B,2\nB2,y,48.85,2.30,B,2\n" \
	"C,Sud,48.80,2.30,,\n"
#define ROUTES "route_id,route_type\nL,2\nM,700\nP,1100\n"
#define CALENDAR                                                        \
	"service_id,monday,tuesday,wednesday,thursday,friday,saturday," \
	"sunday,start_date,end_date\n"                                  \
	"W,1,1,1,1,1,0,0,20260105,20260228\n"                           \
	"S,0,0,0,0,0,1,1,20260105,20260228\n"
#define TRIPS "trip_id,route_id,service_id\nt1,L,W\nt2,L,W\nt3,L,S\n"
#define TIMES                                                              \
	"trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"      \
	"t1,06:00:00,06:00:00,A1,1\nt1,,,B1,2\nt1,06:20:00,06:20:00,C,3\n" \
	"t2,24:10:00,24:10:00,C,1\nt2,24:20:00,24:21:00,B2,5\n"            \
	"t2,24:31:00,24:31:00,A1,7\n"                                      \
	"t3,02:00:00,02:00:00,A1,1\nt3,02:05:00,02:05:00,C,2\n"

static struct feed whole(void)
{
	return (struct feed){
		.files = {{"stops.txt", STOPS},
			  {"routes.txt", ROUTES},
			  {"calendar.txt", CALENDAR},
			  {"trips.txt", TRIPS},
			  {"stop_times.txt", TIMES}},
		.piece = 4096,
	};
}

static struct feed with(const char *name, const char *text)
{
	struct feed f = whole();
	size_t i = 0;

	while (f.files[i].name && strcmp(f.files[i].name, name) != 0)
		i++;
	f.files[i] = (struct file){text ? name : "other.txt", text ? text : ""};
	return f;
}

static char *slurp(const char *dir, const char *name)
{
	char path[256], *text = mem_alloc(20000);
	FILE *in;

	snprintf(path, sizeof(path), "%s/transit_%s.tsv", dir, name);
	in = fopen(path, "r");
	if (in) {
		text[fread(text, 1, 19999, in)] = '\0';
		fclose(in);
	}
	unlink(path);
	return text;
}

struct tables {
	char *stations, *lines, *links, *calls, *walks, *model;
	struct gtfs g;
};

/* Written, read as the daemon does, and as text. */
static void make(struct feed f, struct tables *t)
{
	char dir[] = "/tmp/etrier-gtfs-test-XXXXXX";
	struct err err = {0};
	struct travel *v;

	assert_non_null(mkdtemp(dir));
	if (gtfs_load(&t->g, read_memory, &f, &err) ||
	    gtfs_write(&t->g, dir, "made up", &err))
		fail_msg("%s", err.text);
	v = travel_new(dir, &err);
	if (!v)
		fail_msg("%s", err.text);
	assert_int_equal(v->transit->n, t->g.n_stations);
	travel_free(v);
	t->stations = slurp(dir, "stations");
	t->lines = slurp(dir, "lines");
	t->links = slurp(dir, "links");
	t->calls = slurp(dir, "calls");
	t->walks = slurp(dir, "walks");
	t->model = slurp(dir, "model");
	rmdir(dir);
	gtfs_clear(&t->g);
}

static void clear(struct tables *t)
{
	free(t->stations);
	free(t->lines);
	free(t->links);
	free(t->calls);
	free(t->walks);
	free(t->model);
}

#define HAS(text, part)                                            \
	do {                                                       \
		if (!strstr(text, part))                           \
			fail_msg("no \"%s\" in:\n%s", part, text); \
	} while (0)
#define HAS_NOT(text, part) assert_null(strstr(text, part))

/* --- what a feed says
 * --------------------------------------------------------- */

static void a_timetable_becomes_tables(void **state)
{
	struct tables t;

	(void)state;
	make(whole(), &t);
	assert_string_equal(t.g.day, "2026-01-05");
	HAS(t.stations, "# VERSION gtfs 2026-01-05\n");
	HAS(t.stations, "A\tNord\t48.900000\t2.300000\tyes\n");
	HAS(t.stations, "B\tCentre\t48.850000\t2.300000\tno\n");
	HAS(t.stations, "C\tSud\t48.800000\t2.300000\tunknown\n");
	HAS(t.lines, "L\ttrain\t\t\t\n");
	HAS_NOT(t.lines, "\nM"); /* nothing runs on it */
	/* 600 s with the blank filled, and 630 with the last minute in; 600 and
	 * 660 with the minute at Centre, and its mean */
	HAS(t.links, "L\tA\tB\t600\n");
	HAS(t.links, "L\tB\tC\t630\n");
	/* The service of the day ends after midnight; the weekend's does not
	 * count, nor does its link. */
	HAS(t.calls, "L\tA\t300\t06:00\t24:31\n");
	HAS(t.calls, "L\tC\t300\t06:20\t24:10\n");
	HAS_NOT(t.links, "A\tC");
	clear(&t);
}

static void pieces_of_any_size_say_the_same(void **state)
{
	struct tables a, b;

	(void)state;
	make(whole(), &a);
	for (size_t piece = 1; piece < 40; piece++) {
		struct feed f = whole();

		f.piece = piece;
		make(f, &b);
		assert_string_equal(a.stations, b.stations);
		assert_string_equal(a.links, b.links);
		assert_string_equal(a.calls, b.calls);
		clear(&b);
	}
	clear(&a);
}

static void rows_may_be_written_in_many_ways(void **state)
{
	struct tables a, b;

	(void)state;
	make(whole(), &a);
	make(with("stops.txt",
		  "\xef\xbb\xbf\"stop_id\", stop_lat ,x,stop_lon,stop_name,"
		  "parent_station,wheelchair_boarding\r\n"
		  "\"A\",48.90,\"a, \"\"b\"\"\nc\", 2.30 ,Nord,,1\r\n\r\n"
		  "A1,48.90,,2.30,Nord quai,A\r\n"
		  "B,48.85,,2.30,Centre\rB1,48.85,,2.30,x,B,2\r"
		  "B2,48.85,,2.30,\"y\",B,2\n"
		  "C,48.80,,2.30,\"Sud\""),
	     &b);
	assert_string_equal(a.stations, b.stations);
	assert_string_equal(a.links, b.links);
	clear(&a);
	clear(&b);
}

static void trips_scattered_over_the_file_are_the_same_trips(void **state)
{
	struct tables a, b;

	(void)state;
	make(whole(), &a);
	make(with("stop_times.txt",
		  "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
		  "t1,06:20:00,06:20:00,C,3\nt2,24:31:00,24:31:00,A1,7\n"
		  "t1,06:00:00,06:00:00,A1,1\nt2,24:10:00,24:10:00,C,1\n"
		  "t2,24:20:00,24:21:00,B2,5\nt1,,,B1,2\n"),
	     &b);
	assert_int_equal(a.g.passes, 1);
	assert_int_equal(b.g.passes, 3);
	assert_string_equal(a.links, b.links);
	assert_string_equal(a.calls, b.calls);
	clear(&a);
	clear(&b);
}

static void frequencies_are_many_trips(void **state)
{
	struct feed f = whole();
	struct tables t;

	(void)state;
	/* t1 every five minutes from 07:00 to 20:00: a wait of 150 s */
	f.files[5] = (struct file){
		"frequencies.txt",
		"trip_id,start_time,end_time,headway_secs,exact_times\n"
		"t1,07:00:00,20:00:00,300,0\nt1,21:00:00,21:30:00,900,1\n"};
	make(f, &t);
	HAS(t.calls, "L\tA\t150\t07:00\t24:31\n");
	/* leaves at 21:29 at the latest, twenty minutes later it is there */
	HAS(t.calls, "L\tC\t151\t07:20\t24:10\n");
	clear(&t);
}

static void the_day_is_a_usual_working_day(void **state)
{
	struct feed f = whole();
	struct tables t;

	(void)state;
	/* A holiday service with more trips, and all of January cancelled but
	 * for the 30th, which is a Friday; the 31st is a Saturday. */
	f.files[2] = (struct file){
		"calendar_dates.txt",
		"service_id,date,exception_type\nW,20260130,1\nS,20260131,1\n"
		"W,20260406,1\n"};
	make(f, &t);
	assert_string_equal(t.g.day, "2026-01-30");
	clear(&t);
	f.files[2].text = "service_id,date,exception_type\nS,20260131,1\n";
	make(f, &t);
	assert_string_equal(t.g.day, "2026-01-31");
	HAS(t.links, "A\tC");
	/* last night's train, though it is written 02:00 */
	HAS(t.calls, "L\tA\t300\t26:00\t26:00\n");
	clear(&t);
	f.files[2] = (struct file){"other.txt", ""};
	make(f, &t);
	assert_string_equal(t.g.day, "");
	HAS(t.stations, "# VERSION gtfs without calendar\n");
	clear(&t);
}

/* Three working days with one, two and three trips: the second stands for all,
 * neither the first of them nor the fullest. */
static void a_thin_day_and_a_full_one_do_not_count(void **state)
{
	struct feed f = whole();
	struct tables t;

	(void)state;
	f.files[2] = (struct file){
		"calendar_dates.txt",
		"service_id,date,exception_type\nX,20260105,1\nX,20260106,1\n"
		"Y,20260106,1\nX,20260107,1\nY,20260107,1\nZ,20260107,1\n"};
	f.files[3].text =
		"trip_id,route_id,service_id\nt1,L,X\nt2,L,Y\nt3,L,Z\n";
	make(f, &t);
	assert_string_equal(t.g.day, "2026-01-06");
	HAS_NOT(t.links, "A\tC"); /* t3 */
	clear(&t);
}

static void platforms_that_say_nothing_leave_it_open(void **state)
{
	struct tables t;

	(void)state;
	make(with("stops.txt",
		  "stop_id,stop_name,stop_lat,stop_lon,parent_station,"
		  "wheelchair_boarding\nA,a,48.90,2.30,,\nA1,b,48.90,2.30,A,1\n"
		  "A2,c,48.90,2.30,A,\nB,d,48.85,2.30,,0\nB1,e,48.85,2.30,B,1\n"
		  "B2,f,48.85,2.30,B,2\nC,g,48.80,2.30,,\n"
		  "C1,h,48.80,2.30,C,1\n"),
	     &t);
	HAS(t.stations, "A\ta\t48.900000\t2.300000\tunknown\n");
	HAS(t.stations, "B\td\t48.850000\t2.300000\tunknown\n");
	HAS(t.stations, "C\tg\t48.800000\t2.300000\tyes\n");
	clear(&t);
}

static void stops_of_one_name_are_one_station(void **state)
{
	struct tables t;

	(void)state;
	make(with("stops.txt", "stop_id,stop_name,stop_lat,stop_lon\n"
			       "A1,Nord,48.90,2.30\nA2,Nord,48.9005,2.30\n"
			       "A3,Nord,48.91,2.30\nB1,B,48.85,2.30\n"
			       "B2,B,48.8501,2.30\nC,Sud,48.80,2.30\n"),
	     &t);
	assert_int_equal(t.g.n_stations, 3);
	HAS(t.links, "L\tA1\tB1\t600\n");
	clear(&t);
}

static void walks_are_those_with_a_time(void **state)
{
	struct feed f = whole();
	struct tables t;

	(void)state;
	f.files[5] = (struct file){
		"transfers.txt",
		"from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
		"A1,B1,2,700\nB2,A,2,650\nA,C,3,\nA,C,0,\nB1,B2,2,60\n"
		"A,nowhere,2,60\n"};
	make(f, &t);
	HAS(t.walks, "a\tb\tseconds\nA\tB\t650\n");
	HAS_NOT(t.walks, "\tC");
	clear(&t);
}

static void exceptions_are_no_links(void **state)
{
	struct feed f = whole();
	struct tables t;
	char *times = mem_alloc(100000), *trips = mem_alloc(20000);
	size_t n = (size_t)sprintf(times, "trip_id,arrival_time,"
					  "departure_time,stop_id,"
					  "stop_sequence\n");
	size_t k = (size_t)sprintf(trips, "trip_id,route_id,service_id\n");

	(void)state;
	for (int i = 0; i < 40; i++) {
		int h = 7 + i / 10, m = i % 10 * 6;

		k += (size_t)sprintf(trips + k, "x%d,L,W\n", i);
		/* the last one runs through */
		n += (size_t)sprintf(times + n,
				     "x%d,%02d:%02d:00,%02d:%02d:00,"
				     "A,1\n",
				     i, h, m, h, m);
		if (i < 39)
			n += (size_t)sprintf(times + n,
					     "x%d,%02d:%02d:30,%02d:%02d:30,B,"
					     "2\n",
					     i, h, m + 1, h, m + 1);
		n += (size_t)sprintf(times + n,
				     "x%d,%02d:%02d:00,%02d:%02d:00,"
				     "C,3\n",
				     i, h, m + 3, h, m + 3);
	}
	f.files[3].text = trips;
	f.files[4].text = times;
	make(f, &t);
	HAS(t.links, "L\tA\tB\t90\n");
	HAS_NOT(t.links, "A\tC");
	clear(&t);
	free(times);
	free(trips);
}

/* 2 100 stops of buses and two of rail: the buses do not fit. */
static void buses_that_do_not_fit_become_the_way_to_a_station(void **state)
{
	enum { BUSES = 2100 };
	struct feed f = whole();
	struct tables t;
	char *stops = mem_alloc(400000), *times = mem_alloc(400000);
	size_t n = (size_t)sprintf(stops, "%s", STOPS);
	size_t k = (size_t)sprintf(times, "%s", TIMES);

	(void)state;
	for (int i = 0; i < BUSES; i++) {
		n += (size_t)sprintf(stops + n, "b%d,arret %d,%d.%03d,2.4\n", i,
				     i, 46 + i / 1000, i % 1000);
		/* 111 m in 22 s, 18 km/h */
		if (i % 700 == 0)
			continue;
		k += (size_t)sprintf(times + k,
				     "u%d,12:%02d:00,12:%02d:00,b%d,1\n"
				     "u%d,12:%02d:22,12:%02d:22,b%d,2\n",
				     i, i % 60, i % 60, i - 1, i, i % 60,
				     i % 60, i);
	}
	f.files[0].text = stops;
	f.files[4].text = times;
	char *trips = mem_alloc(100000);
	size_t m = (size_t)sprintf(trips, "%s", TRIPS);
	for (int i = 0; i < BUSES; i++)
		m += (size_t)sprintf(trips + m, "u%d,M,W\n", i);
	f.files[3].text = trips;
	/* Of one name each, so that none is joined to another. */
	make(f, &t);
	assert_true(t.g.buses_left_out);
	assert_int_equal(t.g.n_stations, 3);
	assert_int_equal(t.g.left_out_stops, BUSES);
	assert_int_equal(t.g.left_out_lines, 1);
	/* One bus a day: the longest wait the model has. 11.1 m a second less
	 * a quarter. */
	HAS(t.model, "bus_wait_s\t7200\n");
	assert_in_range(t.g.model.v[PARAM_BUS_M_H], 13500, 13800);
	clear(&t);
	free(stops);
	free(times);
	free(trips);
}

static void buses_that_fit_are_stations(void **state)
{
	struct tables t;

	(void)state;
	make(with("trips.txt", "trip_id,route_id,service_id\nt1,M,W\nt2,M,W\n"),
	     &t);
	assert_int_equal(t.g.n_stations, 3);
	HAS(t.lines, "M\tbus\t\t\t\n");
	HAS(t.model, "bus_wait_s\t7200\n");
	clear(&t);
}

static void times_are_read_strictly(void **state)
{
	static const struct {
		const char *text;
		int32_t seconds;
	} cases[] = {
		{"05:30:00", 19800}, {"5:30:00", 19800},
		{"25:10:01", 90601}, {"", -1},
		{"05:30", -2},	     {"05:60:00", -2},
		{"73:00:00", -2},    {"-1:00:00", -2},
		{"05:30:00x", -2},   {"::", -2},
		{"0005:30:00", -2},  {"05:30:00:00", -2},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(gtfs_seconds(cases[i].text), cases[i].seconds);
}

/* --- what is refused
 * ------------------------------------------------------------- */

static void what_is_no_feed_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *file, *text, *expected;
		enum err_kind kind;
	} cases[] = {
		{"stops.txt", NULL, "no stops.txt in it", ERR_INPUT},
		{"routes.txt", NULL, "no routes.txt in it", ERR_INPUT},
		{"trips.txt", NULL, "no trips.txt in it", ERR_INPUT},
		{"stop_times.txt", NULL, "no stop_times.txt in it", ERR_INPUT},
		{"stops.txt", "", "stops.txt: no header line", ERR_INPUT},
		{"stops.txt", "name\nx\n", "stops.txt: no column stop_id",
		 ERR_INPUT},
		{"stops.txt", "stop_id\nA\nA\n",
		 "stops.txt:3: stop_id is there already", ERR_INPUT},
		{"stops.txt", "stop_id\n\"A\n", "a quote is open", ERR_INPUT},
		{"stops.txt", "stop_id\n\"A\"b\n", "text behind a closing",
		 ERR_INPUT},
		{"routes.txt", "route_id,route_type\nL,train\n",
		 "routes.txt:2: route_type", ERR_INPUT},
		{"calendar.txt",
		 "service_id,monday,tuesday,wednesday,thursday,friday,saturday,"
		 "sunday,start_date,end_date\nW,1,1,1,1,1,0,0,20260230,20260301"
		 "\n",
		 "calendar.txt:2: \"20260230\" is no date", ERR_INPUT},
		{"stop_times.txt",
		 "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
		 "t1,06:00:00,6 o'clock,A,1\n",
		 "stop_times.txt:2: no sequence, or no time", ERR_INPUT},
		{"stop_times.txt",
		 "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n",
		 "no trip runs", ERR_INPUT},
		{"trips.txt", "trip_id,route_id,service_id\nt1,L,never\n",
		 "no trip runs on any day", ERR_INPUT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct feed f = with(cases[i].file, cases[i].text);
		struct err err = {0};
		struct gtfs g;

		assert_int_equal(gtfs_load(&g, read_memory, &f, &err), -1);
		if (!strstr(err.text, cases[i].expected) ||
		    err.kind != cases[i].kind)
			fail_msg("case %zu: %s", i, err.text);
		gtfs_clear(&g);
	}
}

static int never(void *ctx, char **f, struct err *err)
{
	(void)ctx;
	(void)f;
	(void)err;
	return 0;
}

static void ceilings_are_errors_and_not_cuts(void **state)
{
	static const char *const columns[] = {"!a", NULL};
	struct err err = {0};
	char *commas = mem_alloc(200);

	(void)state;
	memset(commas, ',', 100);
	for (int k = 0; k < 2; k++) {
		struct gtfs_rows r = {
			.name = "x.txt", .columns = columns, .on_row = never};
		int result = gtfs_rows_feed(&r, "a\n", 2, &err);

		if (k)
			result = gtfs_rows_feed(&r, commas, 100, &err);
		for (int i = 0; !k && !result && i < GTFS_ROW_BYTES_MAX; i++)
			result = gtfs_rows_feed(&r, "y", 1, &err);
		assert_int_equal(result, -1);
		assert_int_equal(err.kind, ERR_LIMIT);
		gtfs_rows_clear(&r);
	}
	struct gtfs_rows r = {
		.name = "x.txt", .columns = columns, .on_row = never};
	assert_int_equal(gtfs_rows_feed(&r, "a\n\0b", 4, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	gtfs_rows_clear(&r);
	free(commas);
}

static void a_stop_that_is_its_own_parent_ends(void **state)
{
	struct tables t;

	(void)state;
	make(with("stops.txt",
		  "stop_id,stop_name,stop_lat,stop_lon,parent_station\n"
		  "A1,a,48.90,2.30,X\nX,x,48.90,2.30,Y\nY,y,48.90,2.30,X\n"
		  "B1,b,48.85,2.30,B1\nB2,c,48.85,2.31,nowhere\n"
		  "C,d,48.80,2.30,\n"),
	     &t);
	assert_true(t.g.n_stations >= 3);
	clear(&t);
}

/* Feeds of real operators, where they are at hand. */
static void real_feeds_are_read(void **state)
{
	static const struct {
		const char *file, *day;
		size_t stations, lines;
	} cases[] = {
		{SHARED_DIR "/data/transport/gtfs_metro_paris_2026_"
			    "frequences.zip",
		 "2026-01-02", 316, 16},
		{SHARED_DIR "/data/transport/gtfs_transilien_h_20170510.zip",
		 "2017-05-10", 51, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct gtfs_zip *z;
		struct gtfs g;

		if (access(cases[i].file, R_OK))
			skip();
		z = gtfs_zip_open(cases[i].file, &err);
		assert_non_null(z);
		assert_int_equal(gtfs_load(&g, gtfs_zip_read, z, &err), 0);
		assert_string_equal(g.day, cases[i].day);
		assert_int_equal(g.n_stations, cases[i].stations);
		assert_int_equal(g.n_lines, cases[i].lines);
		assert_int_equal(g.n_odd, 0);
		gtfs_clear(&g);
		gtfs_zip_close(z);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timetable_becomes_tables),
		cmocka_unit_test(pieces_of_any_size_say_the_same),
		cmocka_unit_test(rows_may_be_written_in_many_ways),
		cmocka_unit_test(
			trips_scattered_over_the_file_are_the_same_trips),
		cmocka_unit_test(frequencies_are_many_trips),
		cmocka_unit_test(the_day_is_a_usual_working_day),
		cmocka_unit_test(a_thin_day_and_a_full_one_do_not_count),
		cmocka_unit_test(platforms_that_say_nothing_leave_it_open),
		cmocka_unit_test(stops_of_one_name_are_one_station),
		cmocka_unit_test(walks_are_those_with_a_time),
		cmocka_unit_test(exceptions_are_no_links),
		cmocka_unit_test(
			buses_that_do_not_fit_become_the_way_to_a_station),
		cmocka_unit_test(buses_that_fit_are_stations),
		cmocka_unit_test(times_are_read_strictly),
		cmocka_unit_test(what_is_no_feed_is_refused_with_its_line),
		cmocka_unit_test(ceilings_are_errors_and_not_cuts),
		cmocka_unit_test(a_stop_that_is_its_own_parent_ends),
		cmocka_unit_test(real_feeds_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
