/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TRAVEL_TRANSIT_H
#define TRAVEL_TRANSIT_H

#include <etrier/travel.h>

/* The network of public transport: tables as they are read (tables.c), and
 * what is made of them once (transit.c): seconds from every station to every
 * other, waits and changes included, and the ways from cells of homes to their
 * stations.
 *
 *	transit_stations.tsv	station name lat lon step_free
 *	transit_lines.tsv	line mode board_s first last
 *	transit_links.tsv	line a b seconds		both ways
 *	transit_calls.tsv	line station board_s first last	may be missing
 *	transit_walks.tsv	a b seconds			may be missing
 *	transit_model.tsv	what value			may be missing
 */
#define TRANSIT_LINES_MAX   4096
#define TRANSIT_SECONDS_MAX 16383 /* beyond, no way: two fit an int16_t */
#define TRANSIT_FAR	    TRANSIT_SECONDS_MAX
#define TRANSIT_HOURS_MAX   (36 * 60) /* a service may end after midnight */
#define TRANSIT_ACCESS_MAX  24
#define TRANSIT_LANES	    16 /* rows of the matrix are padded to it */

enum transit_mode {
	TRANSIT_METRO,
	TRANSIT_RER,
	TRANSIT_TRAIN,
	TRANSIT_TRAM,
	TRANSIT_BUS,
	TRANSIT_MODES
};
const char *transit_mode_name(enum transit_mode m);
int transit_mode_find(const char *name); /* -1: none */

/* What is fitted (model.c: names, values, ranges). */
enum transit_param {
	PARAM_WALK_M_H,	 /* straight metres an hour, to a station */
	PARAM_BUS_WAIT,	 /* s, with the walks at both ends */
	PARAM_BUS_M_H,	 /* straight metres an hour */
	PARAM_BUS_REACH, /* m; beyond, another bus has to be waited for */
	PARAM_CHANGE_M_H,
	PARAM_CHANGE_REACH, /* m between stations, on foot */
	PARAM_CHANGE,	    /* s */
	PARAM_DOOR,	    /* s, of every journey */
	PARAM_BOARD,	    /* s, by enum transit_mode from here on */
	TRANSIT_PARAMS = PARAM_BOARD + TRANSIT_MODES
};
struct transit_model {
	int32_t v[TRANSIT_PARAMS];
};
struct transit_param_row {
	const char *name;
	int32_t value, min, max;
};
extern const struct transit_param_row transit_params[TRANSIT_PARAMS];
void transit_model_init(struct transit_model *m);
/* First and last service of a mode where no table says, minutes of the day. */
struct transit_hours {
	int16_t first, last; /* -1: not said */
};
struct transit_hours transit_mode_hours(enum transit_mode m);

enum transit_grade { GRADE_YES, GRADE_UNKNOWN, GRADE_NO };

struct transit_station {
	struct plane_point at;
	struct transit_hours hours; /* of any line that calls */
	uint8_t grade;		    /* enum transit_grade: step-free */
};
struct transit_line {
	enum transit_mode mode;
	int32_t board_s; /* -1: the mode's */
	struct transit_hours hours;
};
struct transit_link {
	uint16_t line, a, b, seconds;
};
struct transit_call {
	uint16_t line, station;
	int32_t board_s;
	struct transit_hours hours;
};
struct transit_walk {
	uint16_t a, b, seconds;
};
struct transit_tables {
	struct transit_station *stations;
	struct transit_line *lines;
	struct transit_link *links;
	struct transit_call *calls;
	struct transit_walk *walks;
	size_t n_stations, n_lines, n_links, n_calls, n_walks;
	char **station_ids, **line_ids; /* NULL after transit_new() */
	struct transit_model model;
	char *version; /* "transit 2024 (965 stations, 48 lines)" */
};
bool transit_tables_are_in(const char *dir);
/* 0 with n_stations 0 when there is no transit_stations.tsv in dir. -1:
 * ERR_CONFIG with file:line. */
int transit_tables_load(struct transit_tables *t, const char *dir,
			struct err *err);
void transit_tables_clear(struct transit_tables *t);

/* A way between a point and a station, on foot or by bus. */
struct transit_access {
	uint16_t station;
	int16_t seconds; /* below TRANSIT_FAR */
	bool is_bus;
};
struct transit_zone {
	uint32_t first; /* of accesses */
	uint16_t n;
	int32_t cell_x, cell_y;
};
struct transit {
	struct transit_model model;
	struct transit_station *stations;
	size_t n, stride;	     /* stations; int16_t in a row */
	struct transit_hours *hours; /* the kinds there are */
	uint16_t *hours_of;	     /* by station */
	size_t n_hours;
	/* By enum travel_grade; row d, column s: seconds from s to d.
	 * TRANSIT_FAR: no way. Equal ones are the same pointer; NULL: nothing
	 * is known to be step-free. */
	int16_t *seconds[3];
	struct travel_curve bus; /* door to door, without a station */
	struct transit_zone *zones;
	struct transit_access *accesses;
	uint16_t *zone_slots; /* open addressing on the cell */
	size_t n_zones, n_accesses, accesses_size;
};
/* NULL when the tables hold no station. */
struct transit *transit_new(const struct transit_tables *t);
void transit_free(struct transit *t);
size_t transit_bytes(const struct transit *t);
uint16_t transit_zone(struct transit *t, struct plane_point home);
bool transit_counts(const struct transit_station *s, enum travel_grade grade);
/* The stations a journey from or to a point may begin with, the quickest
 * first: those that are not as quickly reached by way of another. At most max
 * (TRANSIT_ACCESS_MAX). */
size_t transit_access(const struct transit *t, struct plane_point at,
		      struct transit_access *out, size_t max);
/* The matrix of one grade (matrix.c); free(). */
int16_t *transit_matrix(const struct transit_tables *t, size_t stride,
			enum travel_grade grade);

#endif
