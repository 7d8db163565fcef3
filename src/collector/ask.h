/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_ASK_H
#define ETRIER_COLLECTOR_ASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* What a source is asked in one poll, request after request: pages, splits,
 * the ways of particular APIs, offers looked up one by one. Pure: it knows no
 * network and no clock, so that every conversation can be tested as a table.
 *
 *   ask_new -> (ask_next -> the answer -> ask_answered)* -> ask_next: false
 *
 * One request at a time. Everything that a server controls (pages, links,
 * tokens, totals) is bounded: no answer makes it ask for ever. */
struct ask;

#define ASK_TEXT_MAX ((size_t)16 * 1024 * 1024) /* of an answer kept whole */
#define ASK_GONE_MAX 1000			/* offers looked up in a poll */

enum ask_use {
	ASK_RECORDS, /* a document of the source's kind */
	ASK_TEXT     /* handed back whole to ask_answered() */
};
struct ask_request {
	enum ask_use use;
	const char *url;
	const char *body, *body_type; /* NULL: GET */
	const char *records;	      /* other than the source's own, or NULL */
	bool is_conditional;	      /* the poll's validators may go along */
	bool is_foreign;   /* not the source's server: no key goes there */
	bool may_be_empty; /* 204 is an answer without records */
	bool may_be_part;  /* so is 206, with records */
	bool may_be_gone;  /* so are 204, 404 and 410 */
	bool may_fail;	   /* any other failure costs this request only */
};
struct ask_answer { /* borrowed for the call */
	int http;
	bool has_failed;   /* only after may_fail */
	int64_t n_records; /* in this document */
	const char *hash;  /* of this document */
	const char *url;   /* where it came from, redirects followed */
	/* NULL when the answer has none: */
	const char *count, *next, *pages; /* at the paths of the source */
	const char *content_range, *link; /* headers */
	const char *text;		  /* ASK_TEXT */
	size_t n_text;
};

/* What every conversation asks of its source, looked up once for all of them;
 * the source outlives it. */
struct ask_spec;
struct ask_spec *ask_spec_new(const json_t *source);
void ask_spec_free(struct ask_spec *s);

struct ask_in {			     /* borrowed as long as the ask lives */
	const json_t *source;	     /* of source_read() */
	const struct ask_spec *spec; /* of it; NULL: looked up here */
	const char *since;   /* ask_cursor() of the last good poll, or NULL */
	const json_t *check; /* refs to look up, array of texts, or NULL */
	int64_t now;	     /* instant */
	const char *user_agent;
};
struct ask *ask_new(const struct ask_in *in);
void ask_free(struct ask *a);

/* false: nothing is left to ask. *out is borrowed until ask_answered(). */
bool ask_next(struct ask *a, struct ask_request *out);
/* -1: the poll fails, with the reason. */
int ask_answered(struct ask *a, const struct ask_answer *answer,
		 struct err *err);

/* Instead: the first answer said that the lists are those of the last poll.
 * They are over; what is to be looked up is still asked for. */
void ask_unchanged(struct ask *a);

/* At the end: did the answers hold all that the source has to show? (The
 * source may still say that it delivers a window.) */
bool ask_is_whole(const struct ask *a);
/* The source itself said that nothing is new since the last poll, or since
 * `since`. */
bool ask_is_unchanged(const struct ask *a);
/* What the next poll should be given as `since`, or NULL. */
const char *ask_cursor(const struct ask *a);
/* Refs that were looked up and are gone: an array, borrowed. */
const json_t *ask_gone(const struct ask *a);
/* Least time between two requests that the server asks for; 0: none. */
int64_t ask_delay_ms(const struct ask *a);
/* What a person should know of the conversation, our words, or NULL. */
const char *ask_note(const struct ask *a);

#endif
