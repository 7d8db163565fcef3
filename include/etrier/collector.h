/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_H
#define ETRIER_COLLECTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct offer;
struct refdata;

/* What `etrierctl sources try` calls: a source run once, without an engine and
 * without a daemon. (The role's entry point is in roles.h.) */

struct collector_counts {
	int64_t seen, good, bad; /* records; good + bad == seen */
	int64_t closed;		 /* of the good ones: not live any more */
	int64_t no_trade, no_place;
	int64_t declared; /* the feed's own count, -1: it has none */
	int64_t bytes;	  /* decoded */
};

/* One thing of a record that was seen and not used. value is the feed's text,
 * cut, or NULL. */
struct collector_note {
	const char *field, *text, *value;
};

struct collector_try_handler {
	/* line is offer_to_json(o); both borrowed. */
	void (*on_offer)(void *ctx, const struct offer *o, const json_t *line,
			 const struct collector_note *notes, size_t n_notes);
	void (*on_bad)(void *ctx, int64_t number, const struct err *err);
};

/* source: an object of source_read(). file: a document on disk, or NULL: fetch
 * the source's url (or `url` when not NULL) with all guards, on an event loop
 * of its own, blocking at most ten minutes. ca_file may be NULL. *complete: the
 * document was whole and the source delivers complete answers. 0, or -1 with
 * what went wrong; offers handed over before stay handed over and *counts is
 * filled in both cases. */
int collector_try(const json_t *source, const struct refdata *rd,
		  const char *file, const char *url, const char *ca_file,
		  const struct collector_try_handler *handler, void *ctx,
		  struct collector_counts *counts, bool *complete,
		  struct err *err);

/* The fields of the offer line that this offer leaves unknown, among those that
 * matter to matching and readers; names are static. Returns how many. */
#define COLLECTOR_UNKNOWN_MAX 24
size_t collector_unknown_fields(const struct offer *o,
				const char *out[COLLECTOR_UNKNOWN_MAX]);

#endif
