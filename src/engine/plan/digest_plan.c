/* SPDX-License-Identifier: EUPL-1.2 */
/* When an adviser's digest is planned: at the agency's hour, on the days of the
 * adviser's rhythm, once a day, and never when there is nothing to say, but for
 * the sign of life on Mondays where it is asked for. The message, the offers it
 * proposes and what else it tells are one transaction. */
#include "digest.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With open windows a digest not sent within so long is given up. */
#define OPEN_EXPIRES_S (20 * 3600)
/* Digests in one commit. */
#define DRAFTS_MAX 16
/* What was shown is forgotten after so long; nothing asks further back. */
#define SHOWN_KEPT_DAYS 120

/* --- planning ------------------------------------------------------------ */

/* A digest that was chosen and is to be written. */
struct draft {
	struct planner *p;
	struct plan_scope scope; /* holds what follows */
	struct store_agency agency;
	struct plan_digest d;
	struct store_proposal *rows;
	size_t n;
};

/* A digest is the work of a day: what could not be sent by its end is in the
 * next one, and nobody gets two on one day after an outage. */
static int64_t digest_expires(const struct planner *p, int64_t now)
{
	return p->settings->is_open ? now + OPEN_EXPIRES_S
				    : paris_instant(paris_date(now) + 1, 0);
}

static int write_digest(struct store *s, void *ctx, struct err *err)
{
	const struct draft *k = ctx;
	int64_t now = clock_now(k->p->clock), id;
	struct store_message m = {.kind = STORE_DIGEST,
				  .audience = k->d.audience,
				  .channel = CHANNEL_EMAIL,
				  .agency = k->d.agency,
				  .recipient = k->d.adviser,
				  .is_preview = k->d.mode == AGENCY_PREVIEW,
				  .not_before = now,
				  .expires = digest_expires(k->p, now),
				  .state = STORE_PLANNED};
	if (store_message_plan(s, &m, k->rows, k->n, now, &id, err) ||
	    digest_items_record(s, &k->d, id, now, err))
		return -1;
	char data[80];
	snprintf(data, sizeof(data), "{\"people\":%zu,\"offers\":%zu}", k->d.n,
		 k->n);
	return store_event_add(s,
			       &(struct store_event){.at = now,
						     .kind = "plan.digest",
						     .agency = k->d.agency,
						     .by = "engine",
						     .data = data},
			       err);
}

/* The rows of the offers, and those of the weekly line. */
static void make_rows(struct draft *k)
{
	const struct plan_digest *d = &k->d;
	size_t n = digest_items_count(d->items, DIGEST_WAITING);
	for (size_t i = 0; i < d->n; i++)
		n += (size_t)d->choices[i].n;
	k->rows = mem_array(n + 1, sizeof(*k->rows));
	for (size_t i = 0; i < d->n; i++) {
		for (int j = 0; j < d->choices[i].n; j++) {
			const struct plan_item *item = &d->choices[i].items[j];
			k->rows[k->n++] = (struct store_proposal){
				.person = d->choices[i].person,
				.canonical = item->canonical,
				.audience = d->audience,
				.score = item->verdict.public_score,
				.rules = live_rules_id(k->p->live, d->agency),
				.facts = plan_facts(k->p, &item->verdict)};
		}
	}
	for (size_t i = 0; i < d->items->n; i++) {
		const struct digest_item *item = &d->items->v[i];
		if (item->section == DIGEST_WAITING)
			k->rows[k->n++] = (struct store_proposal){
				.person = item->person,
				.canonical = item->canonical,
				.audience = d->audience,
				.again = 1};
	}
}

static void draft_clear(struct draft *k)
{
	for (size_t i = 0; i < k->n; i++)
		free((void *)(uintptr_t)k->rows[i].facts);
	free(k->rows);
	plan_scope_clear(&k->scope);
}

/* After the commit. */
static void take_note(const struct draft *k)
{
	for (size_t i = 0; i < k->d.n; i++) {
		live_proposed(k->p->live, k->d.choices[i].person);
		plan_turns_proposed(k->p, k->d.choices[i].person);
	}
}

struct drafts {
	struct draft v[DRAFTS_MAX];
	size_t n;
};

static int write_each(struct store *s, void *ctx, struct err *err)
{
	struct drafts *all = ctx;
	for (size_t i = 0; i < all->n; i++)
		if (write_digest(s, &all->v[i], err))
			return -1;
	return 0;
}

/* One commit for all, or nearly every row of a digest is a page of an index
 * written anew. When one cannot be written the others are, one by one. *n
 * written. */
static int write_drafts(struct planner *p, struct drafts *all, int *n,
			struct err *err)
{
	struct err why = {0};
	bool is_whole = !store_tx(p->store, write_each, all, &why);
	for (size_t i = 0; i < all->n; i++) {
		why = (struct err){0};
		if (is_whole ||
		    !store_tx(p->store, write_digest, &all->v[i], &why)) {
			take_note(&all->v[i]);
			++*n;
		} else if (why.kind == ERR_STORE) {
			*err = why;
			return -1;
		}
	}
	return 0;
}

/* --- whose turn it is ---------------------------------------------------- */

struct scanning {
	struct planner *p;
	int32_t date;
	int minute;
	struct err *err;
	int result;
};

/* No name holds a line end. */
static char *key_of(const char *agency, const char *ref)
{
	return mem_printf("%s\n%s", agency, ref);
}

static int scan_adviser(void *ctx, const struct store_adviser *row)
{
	struct scanning *k = ctx;
	struct planner *p = k->p;
	if (!plan_digest_day(p->settings, plan_rhythm(row), k->date))
		return 0;
	char *key = key_of(row->agency, row->ref);
	if (!map_get(&p->done, key)) {
		struct plan_todo *t = arena_alloc(&p->todo_arena, sizeof(*t));
		t->agency = arena_dup(&p->todo_arena, row->agency);
		t->ref = arena_dup(&p->todo_arena, row->ref);
		t->next = p->todo;
		p->todo = t;
	}
	free(key);
	return 0;
}

/* Digests go between the agency's hour and the end of the day for mail; an
 * agency that wants them later than that has an hour for them. */
static bool is_hour(const struct scanning *k, const struct store_agency *row)
{
	const struct plan_settings *s = k->p->settings;
	struct agency fields;
	struct err ignored;
	int at = s->digest_at;
	json_t *v = js_parse(row->fields, strlen(row->fields), &ignored);
	if (v && !agency_from_json(v, &fields, &ignored) &&
	    fields.digest_at >= 0)
		at = fields.digest_at;
	json_decref(v);
	int until = s->mail_until > at + 60 ? s->mail_until : at + 60;
	return s->is_open || (k->minute >= at && k->minute < until);
}

static int scan_agency(void *ctx, const struct store_agency *row)
{
	struct scanning *k = ctx;
	if (row->mode == AGENCY_OFF || !is_hour(k, row))
		return 0;
	k->result = store_advisers_each(k->p->store, row->code, scan_adviser, k,
					k->err);
	return k->result;
}

/* Forget who was done when the day (or, with open windows, the gap) is over,
 * then list whose digest is due. */
static int scan(struct planner *p, struct err *err)
{
	int64_t now = clock_now(p->clock);
	struct scanning k = {.p = p,
			     .date = paris_date(now),
			     .minute = paris_minute(now),
			     .err = err};
	int64_t gap = p->settings->is_open ? PLAN_OPEN_LOOK_S : 0, n;
	if (p->done_day != k.date &&
	    store_shown_purge(p->store,
			      now - (int64_t)SHOWN_KEPT_DAYS * 24 * 3600, &n,
			      err))
		return -1;
	if (p->done_day != k.date || (gap && now >= p->scanned_at + gap)) {
		map_clear(&p->done, NULL);
		p->done_day = k.date;
		p->scanned_at = now;
	}
	arena_reset(&p->todo_arena);
	p->todo = NULL;
	return store_agencies_each(p->store, scan_agency, &k, err) || k.result
		       ? -1
		       : 0;
}

/* Digests of this adviser planned today that are not cancelled: one is enough,
 * also across a restart. */
static int had_today(struct planner *p, const struct plan_todo *t, bool *had,
		     struct err *err)
{
	int64_t now = clock_now(p->clock), n;
	struct store_messages_query q = STORE_MESSAGES_ANY;
	q.kind = STORE_DIGEST;
	q.agency = t->agency;
	q.recipient = t->ref;
	q.states = ~(1u << STORE_CANCELLED) & 0x7f;
	q.planned_since = p->settings->is_open
				  ? now - PLAN_OPEN_GAP_S + 1
				  : paris_instant(paris_date(now), 0);
	if (store_messages_count(p->store, &q, &n, err))
		return -1;
	*had = n > 0;
	return 0;
}

/* Silence on a Monday would look like an outage. */
static void add_heartbeat(struct planner *p, struct plan_digest *d)
{
	if (p->settings->heartbeat && !d->urgent_only &&
	    plan_is_weekly_day(paris_date(clock_now(p->clock))))
		digest_items_add(d->items, &(struct digest_item){
						   .section = DIGEST_HEARTBEAT,
						   .key = "",
						   .content = ""});
}

/* Is there a digest for this adviser now? Changes nothing; k is cleared by the
 * caller. */
static int make_draft(struct planner *p, const struct plan_todo *t,
		      struct draft *k, bool *is_made, struct err *err)
{
	struct agency fields;
	struct adviser to;
	bool had;
	const char *why = NULL;
	*is_made = false;
	*k = (struct draft){.p = p};
	plan_scope_init(&k->scope);
	if (had_today(p, t, &had, err))
		return -1;
	if (had)
		return 0;
	if (plan_digest_recipient(p, t->agency, t->ref, &k->scope, &to, &why,
				  err))
		return -1;
	if (why)
		return 0;
	if (plan_agency_get(p, t->agency, &k->scope, &k->agency, &fields,
			    err) ||
	    plan_digest_choose(p, &k->agency, t->ref, 0, &k->scope, &k->d, err))
		return -1;
	if (!plan_digest_has_news(&k->d))
		add_heartbeat(p, &k->d);
	*is_made = plan_digest_has_news(&k->d);
	if (*is_made)
		make_rows(k);
	return 0;
}

/* As many advisers as the time allows, from p->todo on; *rest: whose turn is
 * next. What fails for another reason than the store costs one adviser one
 * day. */
static int make_drafts(struct planner *p, struct drafts *all,
		       struct plan_todo **rest, struct err *err)
{
	int64_t until = clock_mono_ms(p->clock) + PLAN_TICK_MS;
	struct plan_todo *t = p->todo;
	for (; t && all->n < DRAFTS_MAX; t = t->next) {
		struct err why = {0};
		struct draft *k = &all->v[all->n];
		bool is_made = false;
		if (clock_mono_ms(p->clock) >= until)
			break;
		int result = make_draft(p, t, k, &is_made, &why);
		if (result || !is_made)
			draft_clear(k);
		else
			all->n++;
		if (result && why.kind == ERR_STORE) {
			*err = why;
			return -1;
		}
	}
	*rest = t;
	return 0;
}

int plan_digest_tick(struct planner *p, int *n, struct err *err)
{
	struct drafts all;
	struct plan_todo *rest = NULL;
	all.n = 0;
	if (!p->todo && scan(p, err))
		return -1;
	int result = make_drafts(p, &all, &rest, err);
	if (!result && all.n)
		result = write_drafts(p, &all, n, err);
	for (size_t i = 0; i < all.n; i++)
		draft_clear(&all.v[i]);
	while (!result && p->todo != rest) {
		char *key = key_of(p->todo->agency, p->todo->ref);
		map_put(&p->done, key, p);
		free(key);
		p->todo = p->todo->next;
	}
	p->has_more = p->todo != NULL;
	return result;
}
