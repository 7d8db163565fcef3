/* SPDX-License-Identifier: EUPL-1.2 */
/* `etrierctl sources draft`: a document nobody described, read by the kinds
 * that would read it in a poll, and a first map of it. Nothing is stored. */
#include "draft.h"
#include "kind.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/collector.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/path.h>
#include <etrier/schema.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 * 1024, RECORD_BYTES_MAX = 1024 * 1024 };

struct reading {
	struct draft *draft;
	const struct draft_shape *shape;
	int64_t n_seen, n_bad;
	struct err bad;	   /* the first */
	struct err broken; /* the document, after some records */
};

static bool is_full(const struct reading *r)
{
	return r->draft->n_records == DRAFT_RECORDS_MAX;
}

/* Every element of the list inside becomes a record that knows the one around
 * it by the name "^", as `each:` makes them. */
static void see_each(struct reading *r, json_t *record)
{
	json_t *list = record, *item;
	char *names = mem_dup(r->shape->each);
	for (char *p = names; p && list;) {
		char *dot = strchr(p, '.');
		if (dot)
			*dot++ = '\0';
		list = json_object_get(list, p);
		p = dot;
	}
	size_t i;
	json_array_foreach(list, i, item)
	{
		json_t *one = json_copy(item);
		json_object_set(one, "^", record);
		draft_see(r->draft, one);
		json_decref(one);
	}
	free(names);
}

static int on_tree(void *ctx, json_t *record, const struct err *why)
{
	struct reading *r = ctx;
	r->n_seen++;
	if (!record) {
		if (!r->n_bad++)
			r->bad = *why;
	} else if (r->shape->each && r->shape->splits) {
		see_each(r, record);
	} else {
		draft_see(r->draft, record);
	}
	return is_full(r) ? -1 : 0;
}

/* A draft keeps what it saw: it looks at trees. */
static int on_record(void *ctx, const struct jnode *record,
		     const struct err *why)
{
	json_t *tree = record ? jnode_to_json(record) : NULL;
	int rc = on_tree(ctx, tree, why);
	json_decref(tree);
	return rc;
}

/* The records through the kind. What is cut at the end is no matter here: it
 * may be cut by our own ceiling. */
static int read_records(struct reading *r, const char *bytes, size_t n,
			struct err *err)
{
	const struct kind *kind = kind_find(r->shape->kind);
	json_t *source = json_object();
	json_object_set_new(source, "kind", json_string(r->shape->kind));
	json_object_set_new(source, "records", json_string(r->shape->records));
	json_object_set_new(source, "max_record_bytes",
			    json_integer(RECORD_BYTES_MAX));
	json_object_set_new(source, "max_offers", json_integer(INT32_MAX));
	struct arena scratch;
	arena_init(&scratch);
	const struct kind_out out = {on_record, on_tree, r, &scratch};
	struct kind_spec spec;
	kind_spec_read(source, &spec);
	void *doc = kind->open(&spec, &out);
	int failed = 0;
	for (size_t at = 0; at < n && !failed; at += CHUNK)
		failed = kind->feed(doc, bytes + at,
				    n - at < CHUNK ? n - at : CHUNK, err);
	if (!failed)
		failed = kind->end(doc, err);
	kind->close(doc);
	arena_clear(&scratch);
	json_decref(source);
	if (r->draft->n_records) {
		if (failed && !is_full(r) && n < COLLECTOR_DRAFT_BYTES)
			r->broken = *err;
		return 0;
	}
	if (!failed && r->n_bad)
		return err_set(err, ERR_INPUT, "no record can be read: %s",
			       r->bad.text);
	return failed ? -1
		      : err_set(err, ERR_INPUT, "the list of offers is empty");
}

static bool has_source_key(const char *key)
{
	for (const struct schema *s = source_schema; s->key; s++)
		if (str_eq(s->key, key))
			return true;
	return false;
}

/* What a reader or the matching misses most. */
static const int wanted[] = {
	SOURCE_F_TITLE,	      SOURCE_F_REF,    SOURCE_F_URL,
	SOURCE_F_KIND,	      SOURCE_F_ROME,   SOURCE_F_EMPLOYER_NAME,
	SOURCE_F_START,	      SOURCE_F_POSTED, SOURCE_F_EXPIRES,
	SOURCE_F_DESCRIPTION,
};

static json_t *report_of(const struct reading *r,
			 const struct draft_pick *picks, size_t n)
{
	json_t *v = json_object(), *found = json_array(), *open = json_array(),
	       *missing = json_array();
	bool is_found[SOURCE_F_COUNT] = {false};
	for (size_t i = 0; i < n; i++) {
		int f = picks[i].row->field;
		const char *name = source_field_row((size_t)f)->name;
		json_array_append_new(picks[i].hint ? open : found,
				      json_string(name));
		is_found[f] = !picks[i].hint;
	}
	bool has_place = false;
	for (int f = SOURCE_F_PLACE_INSEE; f <= SOURCE_F_PLACE_TEXT; f++)
		has_place |= is_found[f] && f != SOURCE_F_PLACE_COUNTRY;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!is_found[wanted[i]])
			json_array_append_new(
				missing,
				json_string(source_field_row((size_t)wanted[i])
						    ->name));
	if (!has_place)
		json_array_append_new(missing, json_string("place"));
	js_put_str(v, "kind", r->shape->kind);
	js_put_str(v, "records", r->shape->records);
	js_put_str(v, "each", r->shape->each);
	js_put_str(v, "count", r->shape->count);
	js_put_str(v, "note", r->shape->note);
	js_put_str(v, "broken", r->broken.kind ? r->broken.text : NULL);
	js_put_int(v, "looked", r->draft->n_records, -1);
	js_put_int(v, "bad", r->n_bad, 0);
	json_object_set_new(v, "is_part", json_boolean(is_full(r)));
	json_object_set_new(v, "found", found);
	json_object_set_new(v, "undecided", open);
	json_object_set_new(v, "missing", missing);
	return v;
}

int collector_draft(const char *bytes, size_t n,
		    const struct collector_draft_ask *ask,
		    const struct refdata *rd, struct buf *yaml, json_t **report,
		    struct err *err)
{
	struct arena a;
	struct draft d;
	struct draft_shape shape;
	struct reading r = {.draft = &d, .shape = &shape};
	int rc = -1;
	arena_init(&a);
	draft_init(&d, &a, rd);
	if (draft_shape(&a, bytes, n, ask->kind, &shape, err))
		goto out;
	shape.splits = !shape.is_deep && has_source_key("each");
	if (shape.each && !shape.splits)
		d.inside = arena_printf(&a, "%s.", shape.each);
	if (read_records(&r, bytes, n, err))
		goto out;
	draft_seen(&d);
	struct draft_pick *picks =
		arena_array(&a, DRAFT_PICKS_MAX, sizeof(*picks));
	size_t n_picks = draft_pick(&d, picks);
	draft_write(&d, &shape, ask, picks, n_picks, yaml);
	if (yaml->too_big) {
		err_set(err, ERR_LIMIT, "the draft is too long");
		goto out;
	}
	*report = report_of(&r, picks, n_picks);
	rc = 0;
out:
	draft_clear(&d);
	arena_clear(&a);
	return rc;
}
