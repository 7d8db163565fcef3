/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CTL_GTFS_H
#define CTL_GTFS_H

#include "engine/travel/transit.h"

#include <etrier/arena.h>

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A timetable as operators publish it (GTFS, https://gtfs.org/schedule/
 * reference/), read into the tables of the network: stations, lines, links with
 * their seconds, waits from how often something runs, hours, what is known of
 * step-free ways. Everything that a stranger's file may hold has a ceiling: a
 * feed beyond one is refused (ERR_LIMIT), not cut. */
#define GTFS_ROWS_MAX	     200000000 /* of a file; IDFM's has 12 million */
#define GTFS_ROW_BYTES_MAX   32768
#define GTFS_COLUMNS_MAX     64
#define GTFS_WANTED_MAX	     12
#define GTFS_STOPS_MAX	     400000
#define GTFS_ROUTES_MAX	     65000
#define GTFS_SERVICES_MAX    65000
#define GTFS_TRIPS_MAX	     4000000
#define GTFS_FREQUENCIES_MAX 200000
#define GTFS_TRANSFERS_MAX   2000000
#define GTFS_LINKS_MAX	     2000000 /* stop to stop, by line and direction */
#define GTFS_TRIP_STOPS_MAX  1000
#define GTFS_DAYS_MAX	     800 /* of a feed's validity that are looked at */
/* Rows of stop_times.txt in memory when they are not grouped by trip. */
#define GTFS_BATCH_ROWS 2000000
#define GTFS_NONE	UINT32_MAX

/* --- rows (gtfs_rows.c) ------------------------------------------------------
 * CSV as RFC 4180 has it: commas, "quoted", doubled quotes, line ends within
 * quotes, CRLF, LF or CR, a byte order mark. on_row gets the wanted columns,
 * trimmed, "" where there is none. */
typedef int gtfs_row_fn(void *ctx, char **fields, struct err *err);
struct gtfs_rows {
	const char *name;	    /* of the file, for messages */
	const char *const *columns; /* NULL ends; "!x" must be there */
	gtfs_row_fn *on_row;
	void *ctx;
	/* private */
	int state;
	bool has_head, is_begun;
	size_t line, rows, len, n_fields, n_mark;
	char *row;
	uint32_t start[GTFS_COLUMNS_MAX];
	int at[GTFS_WANTED_MAX];
};
/* Bytes in pieces of any size. -1: ERR_INPUT, ERR_LIMIT, or what on_row said.
 * gtfs_rows_end() ends the last row and frees, whatever happened before. */
int gtfs_rows_feed(struct gtfs_rows *r, const char *bytes, size_t n,
		   struct err *err);
int gtfs_rows_end(struct gtfs_rows *r, struct err *err);
void gtfs_rows_clear(struct gtfs_rows *r);

/* --- a feed -----------------------------------------------------------------
 */
/* Reads the file `name` of a feed into *r: 1, 0 when there is none, -1. The
 * same file may be asked for again. */
typedef int gtfs_read_fn(void *source, const char *name, struct gtfs_rows *r,
			 struct err *err);

/* Texts to numbers by a keyed hash of 64 bits, so that four million ids cost
 * little and none can be chosen to collide. */
struct gtfs_ids {
	uint64_t *hash; /* 0: free */
	uint32_t *value;
	size_t n, size;
	unsigned char key[crypto_shorthash_KEYBYTES];
};
void gtfs_ids_init(struct gtfs_ids *ids);
void gtfs_ids_clear(struct gtfs_ids *ids);
uint32_t gtfs_ids_get(const struct gtfs_ids *ids, const char *id);
/* False: it is there already, and stays. */
bool gtfs_ids_put(struct gtfs_ids *ids, const char *id, uint32_t value);

struct gtfs_stop {
	const char *id, *name, *parent_id;
	uint32_t station; /* the stop that stands for its station */
	struct plane_point at;
	int32_t lat_udeg, lon_udeg;
	bool has_point;
	uint8_t wheelchair; /* as written: 0 unknown, 1 yes, 2 no */
	uint8_t grade;	    /* enum transit_grade, of a station */
	uint32_t number;    /* in the tables; GTFS_NONE */
};
struct gtfs_route {
	const char *id;
	int mode;	 /* enum transit_mode; -1: none of ours */
	uint32_t number; /* in the tables; GTFS_NONE */
};
struct gtfs_service {
	uint8_t days[GTFS_DAYS_MAX / 8]; /* since g->first_day */
	uint32_t n_trips;
	bool runs; /* on the day that was chosen */
};
struct gtfs_trip {
	uint32_t route, service;
	uint32_t frequencies; /* first of them, or GTFS_NONE */
	bool is_done;
};
struct gtfs_frequency {
	uint32_t next; /* of the same trip */
	int32_t start_s, end_s, headway_s;
};
/* Rides from one station to the next, of a line. */
struct gtfs_link {
	uint32_t route, a, b; /* a GTFS_NONE: free */
	uint32_t n, n_day;    /* departures; of them between DAY_FROM, DAY_TO */
	uint64_t seconds;     /* of all */
};
struct gtfs_call {
	uint32_t route, station; /* GTFS_NONE: free */
	int32_t first_s, last_s;
	uint32_t n, n_day; /* most departures to one neighbour */
};
struct gtfs {
	gtfs_read_fn *read;
	void *source;
	struct arena arena; /* ids and names */
	struct gtfs_ids stop_ids, route_ids, service_ids, trip_ids;
	struct gtfs_stop *stops;
	struct gtfs_route *routes;
	struct gtfs_service *services;
	struct gtfs_trip *trips;
	struct gtfs_frequency *frequencies;
	struct gtfs_link *links; /* open addressing; so calls */
	struct gtfs_call *calls;
	struct transit_walk *walks; /* between numbers of the tables */
	size_t n_stops, n_routes, n_services, n_trips, n_frequencies, n_links,
		n_calls, n_walks, links_size, calls_size;
	int32_t first_day; /* DATE_NONE: no service has a date */
	bool has_calendar;
	/* What came of it, for the report. */
	char day[11]; /* the day chosen, "" without a calendar */
	size_t n_stations, n_lines, n_rows, n_odd, passes;
	size_t left_out_stops, left_out_lines;
	bool buses_left_out;
	struct transit_model model;
};
/* 0: the tables can be written. -1: nothing of it can be used. gtfs_clear() in
 * both cases. */
int gtfs_load(struct gtfs *g, gtfs_read_fn *read, void *source,
	      struct err *err);
void gtfs_clear(struct gtfs *g);
/* Tables into a folder that is there; `from` is named as their source. */
int gtfs_write(const struct gtfs *g, const char *dir, const char *from,
	       struct err *err);

/* One file of a feed each; called by gtfs_load() in this order. */
int gtfs_stops(struct gtfs *g, struct err *err);
int gtfs_routes(struct gtfs *g, struct err *err);
int gtfs_days(struct gtfs *g, struct err *err);	 /* calendar, dates */
int gtfs_trips(struct gtfs *g, struct err *err); /* and the day, frequencies */
int gtfs_times(struct gtfs *g, struct err *err);
int gtfs_choose(struct gtfs *g, struct err *err); /* what the tables hold */
int gtfs_transfers(struct gtfs *g, struct err *err);
int gtfs_read(struct gtfs *g, const char *name, const char *const *columns,
	      gtfs_row_fn *on_row, struct err *err);
/* What is known of a line at a station; it must have been met. */
struct gtfs_call *gtfs_call_of(const struct gtfs *g, uint32_t route,
			       uint32_t station);
/* False: of a bus that is left out, or an exception. */
bool gtfs_keeps(const struct gtfs *g, const struct gtfs_link *l);
/* "25:10:00"; -1 when empty, -2 when it is no time. */
int32_t gtfs_seconds(const char *text);
/* The middle of the day, over which waits are counted. */
enum { GTFS_DAY_FROM_S = 7 * 3600, GTFS_DAY_TO_S = 20 * 3600 };

/* A zip file as source (gtfs_zip.c). */
struct gtfs_zip;
struct gtfs_zip *gtfs_zip_open(const char *path, struct err *err);
void gtfs_zip_close(struct gtfs_zip *z);
gtfs_read_fn gtfs_zip_read;

#endif
