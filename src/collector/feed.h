/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_FEED_H
#define ETRIER_COLLECTOR_FEED_H

#include "normalise.h"

#include <etrier/arena.h>
#include <etrier/collector.h>

/* Documents on their way to offers: bytes in, offers out, one record in memory
 * at a time. A poll has one document, or one a page; the counts go on over all
 * of them. */
struct feed;
/* A hash as text: 32 hex digits and the NUL. */
#define FEED_HASH_SIZE 33
struct jnode;
struct kind_spec;

/* Memory that one record after the other uses; feeds may share it. */
struct feed_scratch {
	struct arena record, offer;
};
void feed_scratch_init(struct feed_scratch *s);
void feed_scratch_clear(struct feed_scratch *s);

struct feed_handler {
	/* Borrowed for the call. */
	void (*on_offer)(void *ctx, const struct offer *o,
			 const struct notes *notes);
	/* number from 1; err's words may quote the feed: not for a log.
	 * reason is one of ours: "no_title", "too_large", "broken". */
	void (*on_bad)(void *ctx, int64_t number, const char *reason,
		       const struct err *err);
};

/* source and scratch are borrowed and outlive the feed; so do nz's parts. */
struct feed *feed_new(const json_t *source, const struct normaliser *nz,
		      struct feed_scratch *scratch, bool wants_notes,
		      const struct feed_handler *handler, void *ctx);
/* The same of a source that was looked up (kind.h). */
struct feed *feed_new_of(const struct kind_spec *spec,
			 const struct normaliser *nz,
			 struct feed_scratch *scratch, bool wants_notes,
			 const struct feed_handler *handler, void *ctx);
/* The next document begins; without it the first bytes begin one. records:
 * path of the records in this one, NULL: the source's. */
void feed_begin(struct feed *f, const char *records);
/* -1: the document is broken; nothing more may be fed to it. */
int feed_bytes(struct feed *f, const char *bytes, size_t n, struct err *err);
/* The end of the bytes. -1: empty, cut, or no list of records in it. */
int feed_end(struct feed *f, struct err *err);
/* Inside on_offer: the record that became the offer. */
const struct jnode *feed_record(const struct feed *f);
const struct collector_counts *feed_counts(const struct feed *f);
/* Of the document that was ended, until the next begins. */
struct feed_document {
	int64_t n_records;
	const char *count, *next, *pages; /* see ask.h; NULL */
	char hash[FEED_HASH_SIZE];	  /* of its bytes */
};
void feed_document(const struct feed *f, struct feed_document *out);
/* After feed_end(): what had to be repaired in the document, in our words (fit
 * for a log), or NULL. Borrowed. */
const char *feed_warning(const struct feed *f);
/* Over the documents so far. */
void feed_hash(const struct feed *f, char out[FEED_HASH_SIZE]);
void feed_free(struct feed *f);

#endif
