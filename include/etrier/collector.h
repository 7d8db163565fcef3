/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_H
#define ETRIER_COLLECTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct offer;
struct refdata;
struct understanding;

/* What `etrierctl sources try` calls: a source run once, without an engine and
 * without a daemon. (The role's entry point is in roles.h.) */

struct collector_counts {
	int64_t seen, good, bad; /* records; good + bad == seen */
	int64_t closed;		 /* of the good ones: not live any more */
	int64_t no_trade, no_place;
	int64_t declared; /* the feed's own count, -1: it has none */
	int64_t bytes;	  /* decoded */
};

/* One thing of a record that was seen and not used, or (is_reading) what was
 * read out of its words. value is the feed's text, cut, or NULL. */
struct collector_note {
	const char *field, *text, *value;
	bool is_reading;
};

struct collector_try_handler {
	/* line is offer_to_json(o); both borrowed. */
	void (*on_offer)(void *ctx, const struct offer *o, const json_t *line,
			 const struct collector_note *notes, size_t n_notes);
	void (*on_bad)(void *ctx, int64_t number, const struct err *err);
	/* Just before on_offer, NULL: not wanted. {"title": "intitule",
	 * "kind": "typeContrat (values)"}: for each member of the line that is
	 * no object, by dotted name, the path that gave it, "const", or in
	 * words what it was inferred from; "place" is one member. */
	void (*on_origin)(void *ctx, const json_t *origin);
};

struct collector_try_in {
	const json_t *source; /* an object of source_read() */
	const struct refdata *refdata;
	const struct understanding *understanding; /* NULL: no reading */
	const char *file;    /* a document on disk, or NULL: ask the source */
	const char *url;     /* instead of the source's own, or NULL */
	const char *ca_file; /* or NULL */
	/* Documents of records to be read at most, 0: all. A poll asks for
	 * pages until the source has no more; a trial need not. */
	int max_documents;
};
struct collector_try_out {
	struct collector_counts counts;
	bool is_complete; /* whole, and the source delivers complete answers */
	int64_t n_requests;
	char note[200]; /* what should be known of the conversation; "" none */
};
/* Without a file: asked as in a poll, with all guards, pages, keys and look-ups
 * of robots.txt, on an event loop of its own, blocking at most ten minutes.
 * 0, or -1 with what went wrong; offers handed over before stay handed over and
 * *out is filled in both cases. */
int collector_try(const struct collector_try_in *in,
		  const struct collector_try_handler *handler, void *ctx,
		  struct collector_try_out *out, struct err *err);

/* The fields of the offer line that this offer leaves unknown, among those that
 * matter to matching and readers; names are static. Returns how many. */
#define COLLECTOR_UNKNOWN_MAX 24
size_t collector_unknown_fields(const struct offer *o,
				const char *out[COLLECTOR_UNKNOWN_MAX]);

/* --- a first map -------------------------------------------------------- */

/* Of a document only so much is looked at; a longer one may be cut there. */
#define COLLECTOR_DRAFT_BYTES ((size_t)64 * 1024 * 1024)
/* A file of sources.d is smaller. */
#define COLLECTOR_DRAFT_YAML ((size_t)1024 * 1024)

struct collector_draft_ask {
	const char *name;   /* of the source: a-z 0-9 _ - */
	const char *kind;   /* NULL: recognised */
	const char *url;    /* NULL: a placeholder is written */
	bool allow_private; /* written to the draft */
};
/* A source file for a document never seen before, by the names in it and what
 * the values look like: valid YAML that the check of sources.d takes, each line
 * with its reason. Appended to *yaml. *report is the caller's: kind records
 * each count note looked bad is_part broken (what ended the document too
 * early), and lists of fields: found, undecided (in comments), missing.
 * ERR_INPUT: it is no feed; the text says what it is. */
int collector_draft(const char *bytes, size_t n,
		    const struct collector_draft_ask *ask,
		    const struct refdata *rd, struct buf *yaml, json_t **report,
		    struct err *err);
/* The host of the address is written as this machine or a private network. */
bool collector_is_private(const char *url);
/* One GET with all guards of a poll, blocking, appended to *out up to its
 * ceiling. */
int collector_get(const char *url, bool allow_private, const char *ca_file,
		  struct buf *out, struct err *err);

#endif
