/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files about things that come back share, and the figures of the last
 * day: filtered SMS, refused and complained-of mails, budgets. They are counted
 * as they come, and after a start from the events, so that none is forgotten.
 */
#include "arrivals.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_addresses.h>
#include <etrier/store_contacts.h>
#include <etrier/store_events.h>
#include <etrier/store_replies.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define DAY_S ((int64_t)24 * 3600)
/* Between two looks at the events while nothing happens. */
#define LOOK_MS 60000
/* Rows of one kind looked at after a start: more in a day is trouble enough. */
#define SEED_ROWS 20000
/* Call-backs are not said again after so long (gateways try for days). */
#define CALLBACK_DAYS 30
/* Three faults in 14 days are the rule; older ones say nothing. */
#define FAULT_DAYS 30

struct arrivals *arrivals_new(void)
{
	struct arrivals *a = mem_alloc(sizeof(*a));
	a->purged_day = a->listed_day = DATE_NONE;
	a->is_dirty = true;
	return a;
}

void arrivals_free(struct arrivals *a)
{
	for (size_t i = 0; i < PLAN_EARLY_MAX; i++) {
		free(a->early[i].ref);
		free(a->early[i].code);
	}
	json_decref(a->trouble.budgets);
	free(a);
}

void plan_arrivals_stats(const struct planner *p, struct arrivals_stats *out)
{
	*out = p->arrivals->stats;
}

const char *plan_address(const struct store_message *m, struct arena *a)
{
	struct err ignored;
	json_t *line = m->model ? js_parse(m->model, strlen(m->model), &ignored)
				: NULL;
	const char *address =
		js_str(json_object_get(line, "to"), "address", NULL);
	const char *kept = address ? arena_dup(a, address) : NULL;
	json_decref(line);
	return kept;
}

int plan_event(struct planner *p, const char *kind,
	       const struct store_message *m, int64_t person, const char *by,
	       json_t *data_take, struct err *err)
{
	json_t *data = data_take ? data_take : json_object();
	if (m)
		js_put_int(data, "message", m->id, 0);
	char *text = json_dumps(data, JSON_COMPACT);
	int result = store_event_add(
		p->store,
		&(struct store_event){.at = clock_now(p->clock),
				      .kind = kind,
				      .person = person,
				      .agency = m ? m->agency : NULL,
				      .by = by,
				      .data = text},
		err);
	free(text);
	json_decref(data);
	return result;
}

/* --- an address that wants no more -----------------------------------------
 */

struct people {
	int64_t *v;
	size_t n, cap;
};

/* Each once. */
static void collect(void *ctx, int64_t id)
{
	struct people *k = ctx;
	for (size_t i = 0; i < k->n; i++) {
		if (k->v[i] == id)
			return;
	}
	if (k->n == k->cap) {
		k->cap = k->cap ? 2 * k->cap : 8;
		k->v = mem_grow(k->v, k->cap, sizeof(*k->v));
	}
	k->v[k->n++] = id;
}

static int note_optout(struct planner *p, enum channel channel, int64_t person,
		       const char *by, struct err *err)
{
	json_t *data = json_object();
	js_put_str(data, "channel", vocab_code(&vocab_channel, (int)channel));
	return plan_event(p, "optout", NULL, person, by, data, err);
}

int plan_optout(struct planner *p, enum channel channel, const char *address,
		const char *by, bool *is_new, struct err *err)
{
	struct people k = {0};
	if (store_optout_add(p->store, channel, address, clock_now(p->clock),
			     by, is_new, err))
		return -1;
	if (!*is_new)
		return 0;
	int result = store_address_people(p->store, channel, address, collect,
					  &k, err);
	live_address_each(p->live, channel, address, collect, &k);
	for (size_t i = 0; i < k.n && !result; i++)
		result = note_optout(p, channel, k.v[i], by, err);
	if (!result && !k.n)
		result = note_optout(p, channel, 0, by, err);
	free(k.v);
	return result;
}

int plan_unseen(struct planner *p, const struct store_message *m,
		const char *reason, struct err *err)
{
	bool is_free = m->kind != STORE_NOTICE && m->state != STORE_FAILED;
	if (is_free && plan_refill_shown(p, m->id, err))
		return -1;
	if (m->state != STORE_FAILED &&
	    store_message_receipt(p->store, m->id, STORE_FAILED, reason,
				  clock_now(p->clock), err))
		return -1;
	return is_free ? store_message_free_rows(p->store, m->id, err) : 0;
}

/* --- the last day -----------------------------------------------------------
 */

static void count(struct arrivals *a, enum trouble what, int64_t at)
{
	int64_t hour = at / 3600;
	struct trouble_hour *h = &a->hours[hour % TROUBLE_HOURS];
	if (h->hour != hour)
		*h = (struct trouble_hour){.hour = hour};
	h->n[what]++;
}

void plan_trouble_count(struct planner *p, enum trouble what)
{
	p->arrivals->is_dirty = true;
	/* Before the first look the events will tell. */
	if (p->arrivals->is_seeded)
		count(p->arrivals, what, clock_now(p->clock));
}

struct seeding {
	struct arrivals *a;
	enum trouble what;
	const char *key, *word; /* data's member and its value; NULL: all */
};

static int seed_event(void *ctx, const struct store_event *e)
{
	const struct seeding *k = ctx;
	struct err ignored;
	bool counts = !k->key;
	/* Most rows say something else: no need to parse them. */
	if (!counts && e->data && strstr(e->data, k->word)) {
		json_t *data = js_parse(e->data, strlen(e->data), &ignored);
		counts = str_eq(js_str(data, k->key, ""), k->word);
		json_decref(data);
	}
	if (counts)
		count(k->a, k->what, e->at);
	return 0;
}

/* Once, after a start: the last day as the events have it. */
static int seed(struct planner *p, struct err *err)
{
	static const struct {
		enum trouble what;
		const char *kind, *key, *word;
	} rows[] = {
		{TROUBLE_FILTERED, "receipt", "receipt", "filtered"},
		{TROUBLE_POLICY, "bounce", "class", "policy"},
		{TROUBLE_COMPLAINT, "complaint", NULL, NULL},
	};
	memset(p->arrivals->hours, 0, sizeof(p->arrivals->hours));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seeding k = {p->arrivals, rows[i].what, rows[i].key,
				    rows[i].word};
		struct store_event_query q = STORE_EVENTS_ANY;
		q.kind = rows[i].kind;
		q.since = clock_now(p->clock) - DAY_S;
		q.limit = SEED_ROWS;
		q.newest_first = true;
		if (store_events_each(p->store, &q, seed_event, &k, err))
			return -1;
	}
	p->arrivals->is_seeded = true;
	return 0;
}

static int64_t sum(const struct planner *p, enum trouble what)
{
	int64_t now = clock_now(p->clock) / 3600, n = 0;
	for (size_t i = 0; i < TROUBLE_HOURS; i++) {
		const struct trouble_hour *h = &p->arrivals->hours[i];
		if (h->hour > now - 24 && h->hour <= now)
			n += h->n[what];
	}
	return n;
}

struct budgets {
	struct planner *p;
	json_t *percents;
	int result;
	struct err *err;
};

static int look_at_budget(void *ctx, const struct store_agency *agency)
{
	struct budgets *k = ctx;
	struct plan_budget b;
	k->result = plan_budget_get(k->p, agency->code, &b, k->err);
	if (!k->result && b.limit > 0 && plan_budget_level(&b, b.spent))
		js_put_int(k->percents, agency->code,
			   plan_budget_level(&b, b.spent), 0);
	return k->result;
}

static int look(struct planner *p, struct plan_trouble *t, struct err *err)
{
	int64_t now = clock_now(p->clock);
	struct budgets k = {.p = p, .percents = t->budgets, .err = err};
	if (!p->arrivals->is_seeded && seed(p, err))
		return -1;
	t->filtered = sum(p, TROUBLE_FILTERED);
	t->policy = sum(p, TROUBLE_POLICY);
	t->complaints = sum(p, TROUBLE_COMPLAINT);
	if (p->settings &&
	    (store_agencies_each(p->store, look_at_budget, &k, err) ||
	     k.result))
		return -1;
	if (t->complaints < PLAN_COMPLAINTS_MIN)
		return 0;
	if (store_mails_sent(p->store, now - DAY_S, now + 1, &t->mails, err))
		return -1;
	/* domain.md 2.3: above one in a thousand a day */
	t->is_paused = t->complaints * 1000 > t->mails;
	return 0;
}

int plan_trouble_look(struct planner *p, const struct plan_trouble **out,
		      struct err *err)
{
	struct arrivals *a = p->arrivals;
	int64_t ms = clock_mono_ms(p->clock);
	if (a->is_dirty || !a->trouble.budgets || ms - a->looked_ms > LOOK_MS) {
		struct plan_trouble t = {.budgets = json_object()};
		if (look(p, &t, err)) {
			json_decref(t.budgets);
			return -1;
		}
		json_decref(a->trouble.budgets);
		a->trouble = t;
		a->is_dirty = false;
		a->looked_ms = ms;
	}
	*out = &a->trouble;
	return 0;
}

int plan_arrivals_tick(struct planner *p, struct err *err)
{
	int64_t now = clock_now(p->clock), n;
	int32_t today = paris_date(now);
	if (p->arrivals->purged_day == today)
		return 0;
	if (store_replies_forget(p->store, now - PLAN_REPLY_DAYS * DAY_S, &n,
				 err) ||
	    store_callbacks_purge(p->store, now - CALLBACK_DAYS * DAY_S, &n,
				  err) ||
	    store_contacts_purge(p->store, now - FAULT_DAYS * DAY_S, &n, err))
		return -1;
	p->arrivals->purged_day = today;
	return 0;
}
