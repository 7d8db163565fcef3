/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_DRAFT_H
#define ETRIER_COLLECTOR_DRAFT_H

#include "mapping.h"

#include <etrier/map.h>
#include <etrier/source.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct err;
struct refdata;

/* A first map for a document nobody described: what the parts of draft*.c hand
 * to one another, in this order.
 *
 *   draft_shape  bytes -> kind, list of records, the feed's own count
 *   draft_see    records -> every path with what its values look like
 *   draft_names  the words of a path -> which field they speak of
 *   draft_pick   paths and names -> the best path of each field
 *   draft_write  all of it -> the YAML a person corrects
 *
 * Nothing here is certain, so everything proposed says why. */

/* A file of 20 000 offers tells no more than its first 2 000. */
#define DRAFT_RECORDS_MAX 2000
/* Records of the richest feeds known have some 120 paths. */
#define DRAFT_PATHS_MAX 400

struct draft_shape {
	const char *kind;    /* a kind of sources.d */
	const char *records; /* path of the list, "" the document */
	const char *each;    /* list inside a record that holds the offers */
	bool is_deep;	     /* more lists lie between */
	bool splits;	     /* the source files of this version have `each` */
	const char *count;   /* path of the feed's own count, or NULL */
	char separator;	     /* csv */
	const char *note;    /* what a person should know of it, or NULL */
};
/* kind NULL: recognised. ERR_INPUT: what the document is instead of a feed, in
 * words for a person, or that it has no list of offers. Strings are static or
 * in the arena. */
int draft_shape(struct arena *a, const char *bytes, size_t n, const char *kind,
		struct draft_shape *out, struct err *err);
/* The list of offers of a JSON or XML text, its count and each. -1: none. The
 * scan is lenient: what is broken is said by the kind that reads it. */
int draft_records(struct arena *a, const char *bytes, size_t n,
		  struct draft_shape *shape);

/* A path can write this name: not empty, without . [ ] and controls. */
bool draft_is_name(const char *s);

/* What a value can be taken for; several at once. */
enum look {
	LOOK_TEXT, /* at most OFFER_TEXT_MAX bytes, has a letter or digit */
	LOOK_WORD, /* as LOOK_TEXT, with a letter */
	LOOK_LONG,
	LOOK_URL,
	LOOK_EMAIL,
	LOOK_PHONE,
	LOOK_SIRET,
	LOOK_NAF,
	LOOK_ROME,
	LOOK_TRADE,
	LOOK_POSTCODE,
	LOOK_INSEE,
	LOOK_PLACE, /* place_resolve() finds a commune or a département */
	LOOK_LAT,   /* within metropolitan France, as are the next two */
	LOOK_LON,
	LOOK_LATLON,
	LOOK_DATE, /* in any form */
	LOOK_DMY,  /* possible as such; 02/03/2026 is both */
	LOOK_MDY,
	LOOK_COMPACT,
	LOOK_EPOCH_S,
	LOOK_EPOCH_MS,
	LOOK_TRI,
	LOOK_CONTRACT,
	LOOK_LEVEL,
	LOOK_EXPERIENCE,
	LOOK_LICENCE,
	LOOK_STATUS,
	LOOK_PART_TIME,
	LOOK_HOUR,
	LOOK_WEEKLY,
	LOOK_DURATION,
	LOOK_INT,
	LOOK_MONTHS, /* a whole number that may count months */
	LOOK_MONEY,
	LOOK_SALARY,
	LOOK_PERIOD,
	LOOK_LANGUAGE,
	LOOK_COUNT
};

/* One text met at a path. */
struct draft_word {
	int64_t n;
	uint64_t looks; /* bit of enum look */
};

struct draft_path {
	const char *path;  /* as written in a map */
	const char *label; /* what an attribute "label" beside it says */
	int64_t n_records; /* with a value there; marks do not count */
	int64_t n_values, n_judged;
	int64_t n_look[LOOK_COUNT];
	int64_t n_yes, n_no; /* of LOOK_TRI */
	struct map words;    /* text -> struct draft_word, not of long texts */
	bool has_more_words; /* than were kept */
	const char *example;
	uint64_t has[(DRAFT_RECORDS_MAX + 63) / 64]; /* bit: record */
	bool is_used;
};

struct draft_mark {
	const char *text;
	int64_t n;
};
enum { DRAFT_MARKS_MAX = 20 };

struct draft {
	struct arena *arena;
	const struct refdata *refdata;
	const char *inside; /* path of the list of offers in a record, "x." */
	struct map by_path; /* path -> struct draft_path */
	struct draft_path *paths[DRAFT_PATHS_MAX];
	size_t n_paths;
	int64_t n_records, n_unreachable; /* members no path can name */
	size_t kept;			  /* bytes of texts kept */
	struct draft_mark marks[DRAFT_MARKS_MAX];
	size_t n_marks;
};
void draft_init(struct draft *d, struct arena *a, const struct refdata *rd);
void draft_clear(struct draft *d);
/* Take one record in; those beyond DRAFT_RECORDS_MAX are ignored. */
void draft_see(struct draft *d, json_t *record);
/* After the last: labels are told to the paths they stand beside. */
void draft_seen(struct draft *d);
/* Values that look so, of a thousand. */
int draft_share(const struct draft_path *p, enum look look);

enum draft_group { /* of fields, by where their path is expected */
		   GROUP_OFFER,
		   GROUP_EMPLOYER,
		   GROUP_PLACE,
		   GROUP_CONTACT,
		   GROUP_ANY
};
struct draft_row {
	int field; /* enum source_field */
	enum draft_group group;
	enum look look;	   /* what its values must look like */
	int share;	   /* how many of a thousand of them */
	int by_value;	   /* points when only the values say so; 0: never */
	const char *names; /* "a b|c|~d", best first; ~: says little alone */
	const char *hint;  /* not NULL: only proposed, in a comment */
};
/* NULL after the last. */
const struct draft_row *draft_row(size_t i);
/* Words of a name, comparable: "dateDeCreation", "Date de création" and
 * "date_creation" are all "date creation". */
char *draft_words(struct arena *a, const char *name);
/* How well the names of a path (or its label) speak of the row's field: 0 to
 * about 110, the place in the record counted in. */
int draft_name_points(struct arena *a, const struct draft_row *row,
		      const char *path);
/* "title", "intitule du poste": 2; "name", "libelle": 1; else 0. */
int draft_title_points(struct arena *a, const char *name);

struct draft_pick {
	const struct draft_row *row;
	struct draft_path *paths[4]; /* the first with a value wins */
	size_t n_paths;
	bool is_by_value;      /* its name said nothing */
	const char *hint;      /* not NULL: to be written in a comment */
	enum date_form date;   /* DATE_AUTO: nothing to write */
	const char *date_note; /* why, or what is undecided; or NULL */
};
enum { DRAFT_PICKS_MAX = 100 };
/* In order of enum source_field. Paths are marked as used. Returns how many. */
size_t draft_pick(struct draft *d, struct draft_pick *out);

struct collector_draft_ask;
void draft_write(const struct draft *d, const struct draft_shape *shape,
		 const struct collector_draft_ask *ask,
		 const struct draft_pick *picks, size_t n_picks,
		 struct buf *out);
/* A scalar of YAML: plain where that is safe, else quoted. */
void draft_yaml(struct buf *out, const char *s);

#endif
