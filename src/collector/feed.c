/* SPDX-License-Identifier: EUPL-1.2 */
/* bytes -> kind (records) -> normalise -> handler.
 *
 * A record that is broken, too large or has no title costs itself. A document
 * that is not what the source promised is explained in the reader's terms: a
 * web page instead of a feed is the commonest of all failures. */
#include "feed.h"
#include "kind.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEAD_MAX = 32, HASH_BYTES = 16 };

struct feed {
	const struct kind *kind;
	struct kind_spec spec;
	void *doc; /* NULL: none has begun */
	struct normaliser nz;
	struct feed_scratch *scratch;
	struct notes notes;
	const struct jnode *record; /* the one being handed over */
	bool wants_notes;
	int64_t max_offers;
	const struct feed_handler *handler;
	void *ctx;
	struct collector_counts counts;
	char head[HEAD_MAX]; /* first bytes, white space left out */
	size_t n_head;
	int64_t seen_before; /* in earlier documents */
	crypto_generichash_state hash, doc_hash;
	char doc_hex[FEED_HASH_SIZE]; /* of the document that was ended */
};

static void on_bad(struct feed *f, const char *reason, const struct err *err)
{
	f->counts.bad++;
	if (f->handler->on_bad)
		f->handler->on_bad(f->ctx, f->counts.seen, reason, err);
}

static void count(struct feed *f, const struct offer *o)
{
	f->counts.good++;
	f->counts.closed += o->status != OFFER_LIVE;
	f->counts.no_trade += !o->n_rome;
	f->counts.no_place += o->place.precision == PLACE_UNKNOWN;
}

/* One offer's worth of a record. */
static int take(void *ctx, const struct jnode *record)
{
	struct feed *f = ctx;
	struct offer o;
	struct err err;
	/* The kind counts its own records; one may hold many offers. */
	if (f->counts.seen == f->max_offers)
		return -1;
	f->counts.seen++;
	f->notes.n = 0;
	if (normalise(&f->nz, record, &f->scratch->offer, &o,
		      f->wants_notes ? &f->notes : NULL, &err)) {
		on_bad(f, "no_title", &err);
	} else {
		count(f, &o);
		f->record = record;
		f->handler->on_offer(f->ctx, &o, &f->notes);
		f->record = NULL;
		json_decref(o.provenance);
		json_decref(o.evidence);
	}
	arena_reset(&f->scratch->offer);
	return 0;
}

static int on_record(void *ctx, const struct jnode *record,
		     const struct err *why)
{
	struct feed *f = ctx;
	if (record)
		return mapping_each(f->nz.mapping, record, &f->scratch->record,
				    take, f);
	f->counts.seen++;
	on_bad(f, why->kind == ERR_LIMIT ? "too_large" : "broken", why);
	return 0;
}

static int on_tree(void *ctx, json_t *tree, const struct err *why)
{
	struct feed *f = ctx;
	struct arena *a = &f->scratch->record;
	arena_reset(a);
	return on_record(f, tree ? jnode_from_json(a, tree) : NULL, why);
}

void feed_scratch_init(struct feed_scratch *s)
{
	arena_init(&s->record);
	arena_init(&s->offer);
}

void feed_scratch_clear(struct feed_scratch *s)
{
	arena_clear(&s->record);
	arena_clear(&s->offer);
}

struct feed *feed_new(const json_t *source, const struct normaliser *nz,
		      struct feed_scratch *scratch, bool wants_notes,
		      const struct feed_handler *handler, void *ctx)
{
	struct kind_spec spec;
	kind_spec_read(source, &spec);
	return feed_new_of(&spec, nz, scratch, wants_notes, handler, ctx);
}

struct feed *feed_new_of(const struct kind_spec *spec,
			 const struct normaliser *nz,
			 struct feed_scratch *scratch, bool wants_notes,
			 const struct feed_handler *handler, void *ctx)
{
	struct feed *f = mem_alloc(sizeof(*f));
	f->spec = *spec;
	f->kind = spec->kind;
	BUG_ON(!f->kind);
	f->nz = *nz;
	f->wants_notes = wants_notes;
	f->max_offers = spec->limits.max_elements;
	f->handler = handler;
	f->ctx = ctx;
	f->counts.declared = -1;
	f->scratch = scratch;
	crypto_generichash_init(&f->hash, NULL, 0, HASH_BYTES);
	return f;
}

static void close_document(struct feed *f)
{
	if (f->doc)
		f->kind->close(f->doc);
	f->doc = NULL;
}

void feed_begin(struct feed *f, const char *records)
{
	close_document(f);
	struct kind_spec spec = f->spec;
	if (records)
		spec.records = records;
	const struct kind_out out = {on_record, on_tree, f,
				     &f->scratch->record};
	f->doc = f->kind->open(&spec, &out);
	f->n_head = 0;
	f->seen_before = f->counts.seen;
	*f->doc_hex = '\0';
	crypto_generichash_init(&f->doc_hash, NULL, 0, HASH_BYTES);
}

static void keep_head(struct feed *f, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n && f->n_head < HEAD_MAX - 1; i++)
		if (bytes[i] != ' ' && (bytes[i] < '\t' || bytes[i] > '\r'))
			f->head[f->n_head++] = bytes[i];
}

/* Why the document was refused, when its first bytes say it better. */
static int explain(struct feed *f, struct err *err)
{
	static const char *const pages[] = {"<!doctypehtml", "<html", "<head",
					    "<body"};
	const char *head = f->head;
	if (str_starts(head, "\xef\xbb\xbf"))
		head += 3;
	for (size_t i = 0; !f->kind->reads_pages && i < ARRAY_LEN(pages); i++)
		if (!strncasecmp(head, pages[i], strlen(pages[i])))
			return err_set(err, ERR_INPUT,
				       "a web page was answered instead of %s",
				       f->kind->name);
	if (str_starts(head, "\x1f\x8b") || str_starts(head, "PK\x03\x04"))
		return err_set(err, ERR_INPUT,
			       "a compressed file was answered; this version "
			       "reads compression of the transfer only");
	return -1;
}

int feed_bytes(struct feed *f, const char *bytes, size_t n, struct err *err)
{
	if (!f->doc)
		feed_begin(f, NULL);
	if (f->n_head < HEAD_MAX - 1)
		keep_head(f, bytes, n);
	f->counts.bytes += (int64_t)n;
	crypto_generichash_update(&f->doc_hash, (const unsigned char *)bytes,
				  n);
	return f->kind->feed(f->doc, bytes, n, err) ? explain(f, err) : 0;
}

static void end_hash(struct feed *f)
{
	unsigned char hash[HASH_BYTES];
	crypto_generichash_final(&f->doc_hash, hash, sizeof(hash));
	crypto_generichash_update(&f->hash, hash, sizeof(hash));
	sodium_bin2hex(f->doc_hex, sizeof(f->doc_hex), hash, sizeof(hash));
}

static const char *declared_count(const struct feed *f)
{
	return f->doc && f->kind->declared ? f->kind->declared(f->doc) : NULL;
}

int feed_end(struct feed *f, struct err *err)
{
	if (!f->doc || !f->n_head)
		return err_set(err, ERR_INPUT, "the answer is empty");
	if (f->kind->end(f->doc, err))
		return explain(f, err);
	end_hash(f);
	const char *declared = declared_count(f);
	int64_t v;
	if (declared && !num_parse_int(declared, 0, INT32_MAX, &v))
		f->counts.declared = v;
	return 0;
}

static const char *watched(const struct feed *f, const char *path)
{
	return path && f->doc && f->kind->watched
		       ? f->kind->watched(f->doc, path)
		       : NULL;
}

void feed_document(const struct feed *f, struct feed_document *out)
{
	*out = (struct feed_document){
		.n_records = f->counts.seen - f->seen_before,
		.count = declared_count(f),
		.next = watched(f, f->spec.next),
		.pages = watched(f, f->spec.pages),
	};
	str_copy(out->hash, sizeof(out->hash), f->doc_hex);
}

const struct jnode *feed_record(const struct feed *f)
{
	return f->record;
}

const struct collector_counts *feed_counts(const struct feed *f)
{
	return &f->counts;
}

const char *feed_warning(const struct feed *f)
{
	return f->kind->warning ? f->kind->warning(f->doc) : NULL;
}

void feed_hash(const struct feed *f, char out[FEED_HASH_SIZE])
{
	crypto_generichash_state copy = f->hash;
	unsigned char hash[HASH_BYTES];
	crypto_generichash_final(&copy, hash, sizeof(hash));
	sodium_bin2hex(out, FEED_HASH_SIZE, hash, sizeof(hash));
}

void feed_free(struct feed *f)
{
	if (!f)
		return;
	close_document(f);
	free(f);
}
