/* SPDX-License-Identifier: EUPL-1.2 */
/* Stored rows as records: read, parsed, kept together for one unit of work; in
 * a batch read and parsed once for all of its messages. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_claims.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void plan_scope_init(struct plan_scope *s)
{
	arena_init(&s->arena);
	s->kept = NULL;
}

void plan_scope_clear(struct plan_scope *s)
{
	json_decref(s->kept);
	arena_clear(&s->arena);
}

void plan_scope_keep(struct plan_scope *s, json_t *v_take)
{
	if (!s->kept)
		s->kept = json_array();
	json_array_append_new(s->kept, v_take);
}

/* Parse and keep for as long as the scope lives. */
static json_t *keep(struct plan_scope *s, const char *text, struct err *err)
{
	json_t *v = js_parse(text, strlen(text), err);
	if (v)
		plan_scope_keep(s, v);
	return v;
}

/* --- read once ------------------------------------------------------------
 */

/* What was read since planner_batch_begin(), by a letter and its key. */
struct plan_batch {
	struct plan_scope scope;
	struct map rows;
	struct arena spare; /* of a scope that ended, for the next */
};

void planner_batch_begin(struct planner *p)
{
	BUG_ON(p->batch);
	p->batch = mem_alloc(sizeof(*p->batch));
	plan_scope_init(&p->batch->scope);
	map_init(&p->batch->rows);
	arena_init(&p->batch->spare);
}

void plan_scope_begin(struct planner *p, struct plan_scope *s)
{
	plan_scope_init(s);
	if (!p->batch)
		return;
	s->arena = p->batch->spare;
	arena_init(&p->batch->spare);
}

void plan_scope_end(struct planner *p, struct plan_scope *s)
{
	if (p->batch && !p->batch->spare.head) {
		p->batch->spare = s->arena;
		arena_reset(&p->batch->spare);
		arena_init(&s->arena);
	}
	plan_scope_clear(s);
}

void planner_batch_end(struct planner *p)
{
	if (!p->batch)
		return;
	map_clear(&p->batch->rows, NULL);
	plan_scope_clear(&p->batch->scope);
	arena_clear(&p->batch->spare);
	free(p->batch);
	p->batch = NULL;
}

/* Where a record of n bytes is read to: in a batch to a place that stays, and
 * *is_there says whether it was read before. */
static void *place_for(struct planner *p, const char *key, size_t n,
		       void *without, bool *is_there)
{
	*is_there = false;
	if (!p->batch)
		return without;
	void *kept = map_get(&p->batch->rows, key);
	*is_there = kept != NULL;
	return kept ? kept : arena_alloc(&p->batch->scope.arena, n);
}

static struct plan_scope *scope_for(struct planner *p, struct plan_scope *own)
{
	return p->batch ? &p->batch->scope : own;
}

static void keep_place(struct planner *p, const char *key, void *place)
{
	if (p->batch)
		map_put(&p->batch->rows, key, place);
}

static int read_person(struct planner *p, int64_t id, struct plan_scope *s,
		       struct plan_person *out, struct err *err)
{
	if (store_person_get(p->store, id, false, &s->arena, &out->row, err))
		return -1;
	json_t *v = keep(s, out->row.fields, err);
	if (!v || person_from_json(v, &s->arena, &out->p, err))
		return err_prefix(err, "person %lld", (long long)id);
	out->p.id = out->row.id;
	return 0;
}

int plan_person_get(struct planner *p, int64_t id, struct plan_scope *s,
		    struct plan_person *out, struct err *err)
{
	char key[24];
	bool is_there;
	snprintf(key, sizeof(key), "p%lld", (long long)id);
	struct plan_person *v = place_for(p, key, sizeof(*v), out, &is_there);
	if (!is_there) {
		if (read_person(p, id, scope_for(p, s), v, err))
			return -1;
		keep_place(p, key, v);
	}
	*out = *v;
	return 0;
}

static int read_offer(struct planner *p, int64_t canonical,
		      struct plan_scope *s, struct plan_offer *out,
		      struct err *err)
{
	if (store_offer_get(p->store, canonical, &s->arena, &out->row, err))
		return -1;
	json_t *v = keep(s, out->row.fields, err);
	if (!v || offer_from_json(v, &s->arena, &out->o, err))
		return err_prefix(err, "offer %lld", (long long)canonical);
	return 0;
}

int plan_offer_get(struct planner *p, int64_t canonical, struct plan_scope *s,
		   struct plan_offer *out, struct err *err)
{
	char key[24];
	bool is_there;
	snprintf(key, sizeof(key), "o%lld", (long long)canonical);
	struct plan_offer *v = place_for(p, key, sizeof(*v), out, &is_there);
	if (!is_there) {
		if (read_offer(p, canonical, scope_for(p, s), v, err))
			return -1;
		keep_place(p, key, v);
	}
	*out = *v;
	return 0;
}

int plan_offer_of(struct planner *p, int64_t message, int64_t *canonical,
		  struct err *err)
{
	char key[24];
	bool is_there;
	snprintf(key, sizeof(key), "m%lld", (long long)message);
	int64_t *v = place_for(p, key, sizeof(*v), canonical, &is_there);
	if (!is_there) {
		if (store_ledger_first(p->store, message, v, err))
			return -1;
		keep_place(p, key, v);
	}
	*canonical = *v;
	return 0;
}

struct kept_agency {
	struct store_agency row;
	struct agency fields;
};

static int read_agency(struct planner *p, const char *code,
		       struct plan_scope *s, struct kept_agency *out,
		       struct err *err)
{
	if (store_agency_get(p->store, code, &s->arena, &out->row, err))
		return -1;
	json_t *v = keep(s, out->row.fields, err);
	return v ? agency_from_json(v, &out->fields, err) : -1;
}

int plan_agency_get(struct planner *p, const char *code, struct plan_scope *s,
		    struct store_agency *row, struct agency *out,
		    struct err *err)
{
	struct kept_agency here, *v;
	bool is_there;
	char *key = arena_concat(&s->arena, "a", code ? code : "");
	v = place_for(p, key, sizeof(*v), &here, &is_there);
	if (!is_there) {
		if (read_agency(p, code, scope_for(p, s), v, err))
			return -1;
		keep_place(p, key, v);
	}
	*row = v->row;
	*out = v->fields;
	return 0;
}

static int32_t told_date(const json_t *told, const char *key, int32_t else_)
{
	const json_t *v = json_object_get(told, key);
	int32_t date = DATE_NONE;
	if (!v)
		return else_;
	if (json_is_string(v) && date_parse_iso(json_string_value(v), &date))
		return DATE_NONE;
	return date;
}

static int told_rhythm(const json_t *told, int else_)
{
	int rhythm = vocab_find(&vocab_digest, js_str(told, "rhythm", ""));
	return rhythm == VOCAB_NONE ? else_ : rhythm;
}

int plan_rhythm(const struct store_adviser *row)
{
	struct err ignored;
	if (!row->told)
		return row->digest;
	json_t *told = js_parse(row->told, strlen(row->told), &ignored);
	int rhythm = told_rhythm(told, row->digest);
	json_decref(told);
	return rhythm;
}

static void apply_told(const json_t *told, struct adviser *a)
{
	a->digest = told_rhythm(told, a->digest);
	a->absent_from = told_date(told, "absent_from", a->absent_from);
	a->absent_until = told_date(told, "absent_until", a->absent_until);
	if (json_object_get(told, "substitute"))
		a->substitute = js_str(told, "substitute", NULL);
	if (str_is_empty(a->substitute))
		a->substitute = NULL;
}

static int read_adviser(struct planner *p, const char *agency, const char *ref,
			struct plan_scope *s, struct adviser *out,
			struct err *err)
{
	struct store_adviser row;
	if (store_adviser_get(p->store, agency, ref, &s->arena, &row, err))
		return -1;
	json_t *v = keep(s, row.fields, err);
	if (!v || adviser_from_json(v, out, err))
		return -1;
	json_t *told = row.told ? keep(s, row.told, err) : NULL;
	if (told)
		apply_told(told, out);
	return row.told && !told ? -1 : 0;
}

int plan_adviser_get(struct planner *p, const char *agency, const char *ref,
		     struct plan_scope *s, struct adviser *out, struct err *err)
{
	bool is_there;
	char *key = arena_printf(&s->arena, "r%s\n%s", agency, ref);
	struct adviser *v = place_for(p, key, sizeof(*v), out, &is_there);
	if (!is_there) {
		if (read_adviser(p, agency, ref, scope_for(p, s), v, err))
			return -1;
		keep_place(p, key, v);
	}
	*out = *v;
	return 0;
}

static bool is_absent(const struct adviser *a, int32_t date)
{
	return a->absent_from != DATE_NONE && date >= a->absent_from &&
	       (a->absent_until == DATE_NONE || date <= a->absent_until);
}

int plan_digest_recipient(struct planner *p, const char *agency,
			  const char *ref, struct plan_scope *s,
			  struct adviser *out, const char **why,
			  struct err *err)
{
	int32_t today = paris_date(clock_now(p->clock));
	struct err lost = {0};
	bool is_out = false;
	*why = NULL;
	int result = plan_adviser_get(p, agency, ref, s, out, &lost);
	if (!result && is_absent(out, today) && out->substitute)
		result = plan_adviser_get(p, agency, out->substitute, s, out,
					  &lost);
	if (result && lost.kind == ERR_STORE) {
		*err = lost;
		return -1;
	}
	if (result)
		*why = "the adviser or the substitute is not known";
	else if (is_absent(out, today))
		*why = "the adviser is away and nobody stands in";
	else if (str_is_empty(out->email))
		*why = "the adviser has no address";
	else if (store_optout_check(p->store, CHANNEL_EMAIL, out->email,
				    &is_out, err))
		return -1;
	if (is_out)
		*why = "opted out";
	return 0;
}

bool plan_is_current(struct planner *p, const struct moffer *o,
		     int64_t first_seen)
{
	int32_t today = paris_date(clock_now(p->clock));
	int32_t since =
		o->posted != DATE_NONE ? o->posted : paris_date(first_seen);
	return o->kind != CONTRACT_EVENT &&
	       since >= today - p->settings->offer_max_age_days;
}

int plan_where_to(struct planner *p, const struct store_message *m,
		  struct arena *a, const char **address, struct err *err)
{
	struct plan_scope s;
	struct plan_person person;
	struct adviser adviser;
	struct err lost = {0};
	const char *why, *found = m->recipient;
	int result = 0;
	plan_scope_begin(p, &s);
	if (m->audience == STORE_TO_YOUTH) {
		result = plan_person_get(p, m->person, &s, &person, &lost);
		found = result ? NULL : person.p.email;
	} else if (m->audience != STORE_TO_ADMIN) {
		result = plan_digest_recipient(p, m->agency, m->recipient, &s,
					       &adviser, &why, &lost);
		found = result || why ? NULL : adviser.email;
	}
	*address = found ? arena_dup(a, found) : NULL;
	plan_scope_end(p, &s);
	if (!result || lost.kind != ERR_STORE)
		return 0;
	*err = lost;
	return -1;
}
