/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_ASK_WAY_H
#define ETRIER_COLLECTOR_ASK_WAY_H

#include "ask.h"

#include <etrier/arena.h>

/* The ways of asking behind ask.h, one file each. A way fills a->request and
 * reads the answer; ask.c keeps what they share. */
struct ask_way {
	void (*begin)(struct ask *a);
	bool (*next)(struct ask *a); /* false: the way is at its end */
	int (*answered)(struct ask *a, const struct ask_answer *answer,
			struct err *err);
	void (*end)(struct ask *a); /* free a->state */
};
extern const struct ask_way ask_way_pages;	    /* ask_pages.c */
extern const struct ask_way ask_way_france_travail; /* ask_ft.c */
extern const struct ask_way ask_way_export;	    /* ask_export.c */
extern const struct ask_way ask_way_crawl;	    /* ask_crawl.c */
extern const struct ask_way ask_way_detail;	    /* ask_detail.c */

enum ask_by { BY_NOTHING, BY_PAGE, BY_OFFSET, BY_RANGE, BY_LINK, BY_CURSOR };
struct ask_spec {
	const struct ask_way *way; /* the first */
	const char *url;
	const json_t *query, *detail; /* or NULL */
	/* ask_pages.c */
	const json_t *split, *form, *json; /* or NULL */
	enum ask_by by;
	const char *parameter, *size_parameter, *next_path;
	bool in_body;
	int64_t first, size, max_pages;
	size_t n_combinations;
};
void ask_pages_look_up(const json_t *source, struct ask_spec *out);

struct ask {
	struct ask_in in;
	const struct ask_spec *spec;
	struct ask_spec *own_spec;
	const struct ask_way *way; /* the one at work */
	void *state;		   /* its own */
	bool is_detail;		   /* the last stage: looking up */
	struct arena arena;	   /* of the request at hand */
	struct arena keep;	   /* of the whole conversation */
	struct ask_request request;
	bool is_whole, is_unchanged;
	int64_t delay_ms;
	const char *cursor, *note; /* in keep, or static */
	json_t *gone;
};

/* Shared by the ways. Strings are made in the arena. */
const char *ask_with(struct arena *a, const char *url, const char *name,
		     const char *value);
/* The address and every fixed parameter of the source. */
const char *ask_base(struct ask *a, struct arena *arena);
/* A link of an answer made absolute; NULL: none, or not on the source's own
 * server (its keys would go there). */
const char *ask_follow(struct ask *a, struct arena *arena, const char *from,
		       const char *link);
bool ask_is_same_server(const char *url, const char *other);
/* The total of "offres 0-149/716799" or "*" "/0"; -1: none. */
int64_t ask_range_total(const char *content_range);

#endif
