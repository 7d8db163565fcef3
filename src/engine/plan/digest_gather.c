/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads what a digest tells beside new offers: one question a section, about
 * the people of one adviser. While people are walked anyway, what is known of
 * them in memory is looked at first, and their records are read only where
 * something is amiss: a digest must cost milliseconds with 120 people. */
#include "digest.h"

#include "engine/rules/compile.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/store_contacts.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdlib.h>

#define DAY_S ((int64_t)24 * 3600)
/* An answer older than this is no news; every digest was missed since. */
#define ANSWER_DAYS 14
/* A message that leaves sooner cannot be stopped by who reads a mail. */
#define STOP_MARGIN_S (15 * 60)
#define STOP_DAYS     14
/* A step that is later than this is told no more. */
#define FOLLOW_DAYS 21
/* Undecided for so long goes into the weekly line, up to so long. */
#define WAITING_AFTER_DAYS 3
#define WAITING_DAYS	   30
#define QUIET_DAYS	   30
/* A reply of a young person, as much of it as a work list holds. */
#define REPLY_TEXT_MAX 300
/* Meetings within an hour of most of the agency's people. */
#define EVENT_REACH_M 20000

static int64_t days_ago(const struct digest_gather *g, int days)
{
	return g->now - days * DAY_S;
}

static const char *key_of(struct digest_gather *g, int64_t id)
{
	return arena_printf(&g->s->arena, "%lld", (long long)id);
}

static const char *pair_key(struct digest_gather *g, int64_t person,
			    int64_t canonical)
{
	return arena_printf(&g->s->arena, "%lld.%lld", (long long)person,
			    (long long)canonical);
}

static void add(struct digest_gather *g, const struct digest_item *item)
{
	if (!g->whose.is_cfa || digest_rules[item->section].for_cfa)
		digest_items_add(g->d->items, item);
}

static const struct digest_seen_row *seen_of(const struct digest_gather *g,
					     enum digest_section section,
					     const char *key)
{
	return digest_seen_find(&g->seen, section, key);
}

/* --- own people, walked by the caller ------------------------------------- */

static void look_at_deadline(struct digest_gather *g, int64_t person,
			     const struct mperson *m)
{
	int32_t until = day16_date(m->deadline);
	int step =
		until == DATE_NONE ? 0 : digest_deadline_step(until - g->today);
	if (!step)
		return;
	add(g, &(struct digest_item){
		       .section = DIGEST_DEADLINE,
		       .key = key_of(g, person),
		       .content = arena_printf(&g->s->arena, "%d", step),
		       .person = person,
		       .rank = until});
}

static int look_at_trade(struct digest_gather *g, int64_t id)
{
	struct plan_person person;
	if (plan_person_get(g->p, id, g->s, &person, g->err))
		return g->err->kind == ERR_STORE ? -1 : 0;
	if (person.p.n_rome == 0)
		add(g, &(struct digest_item){.section = DIGEST_NO_TRADE,
					     .key = key_of(g, id),
					     .content = "",
					     .person = id,
					     .rank = id});
	return 0;
}

static int look_at_address(struct digest_gather *g, enum channel channel,
			   const char *address, const char **words,
			   int64_t *since)
{
	struct store_contact c;
	bool found;
	if (str_is_empty(address))
		return 0;
	if (store_contact_get(g->p->store, channel, address, g->now,
			      &g->s->arena, &c, &found, g->err))
		return -1;
	if (!found)
		return 0;
	const char *more = digest_contact_words(&g->s->arena, channel, c.cause,
						paris_date(c.since));
	*words = *words ? arena_printf(&g->s->arena, "%s ; %s", *words, more)
			: more;
	*since = c.since < *since ? c.since : *since;
	return 0;
}

static int look_at_contact(struct digest_gather *g, int64_t id)
{
	struct plan_person person;
	const char *words = NULL;
	int64_t since = INT64_MAX;
	if (plan_person_get(g->p, id, g->s, &person, g->err))
		return g->err->kind == ERR_STORE ? -1 : 0;
	if (look_at_address(g, CHANNEL_SMS, person.p.phone, &words, &since) ||
	    look_at_address(g, CHANNEL_EMAIL, person.p.email, &words, &since))
		return -1;
	if (words)
		add(g, &(struct digest_item){.section = DIGEST_CONTACT,
					     .key = key_of(g, id),
					     .content = words,
					     .person = id,
					     .rank = since,
					     .text = words});
	return 0;
}

int digest_gather_person(struct digest_gather *g,
			 const struct store_person *row)
{
	struct mperson m;
	bool is_known = live_person(g->p->live, row->id, &m);
	if (is_known && row->status == PERSON_ACTIVE)
		look_at_deadline(g, row->id, &m);
	if (g->whose.is_cfa)
		return 0;
	if (!is_known && row->status == PERSON_ACTIVE &&
	    look_at_trade(g, row->id))
		return -1;
	if (digest_ids_have(&g->p->digest_day->faulty, row->id) &&
	    look_at_contact(g, row->id))
		return -1;
	return digest_gather_shared(g, row->id);
}

/* --- answers, what was put off, what waits -------------------------------- */

/* The CFA referent's digest is about the CFA's kinds of contract. */
static bool is_for_reader(struct digest_gather *g, int64_t canonical)
{
	struct plan_offer offer;
	struct err gone;
	if (!g->whose.is_cfa)
		return true;
	return !plan_offer_get(g->p, canonical, g->s, &offer, &gone) &&
	       (offer.o.kind == CONTRACT_APPRENTICESHIP ||
		offer.o.kind == CONTRACT_PROFESSIONALIZATION);
}

static int add_answer(void *ctx, const struct store_proposal *row)
{
	struct digest_gather *g = ctx;
	const char *words = digest_answer_words(row->result);
	if (!words || !is_for_reader(g, row->canonical))
		return 0;
	add(g, &(struct digest_item){
		       .section = DIGEST_ANSWER,
		       .key = pair_key(g, row->person, row->canonical),
		       .content = arena_dup(&g->s->arena, row->result),
		       .word = arena_dup(&g->s->arena, row->result),
		       .person = row->person,
		       .canonical = row->canonical,
		       .rank = row->result_at,
		       .text = words});
	return 0;
}

static int add_later(void *ctx, const struct store_proposal *row)
{
	struct digest_gather *g = ctx;
	if (!live_offer(g->p->live, row->canonical))
		return 0;
	add(g, &(struct digest_item){
		       .section = DIGEST_LATER,
		       .key = pair_key(g, row->person, row->canonical),
		       .content = key_of(g, row->later_until),
		       .person = row->person,
		       .canonical = row->canonical,
		       .rank = row->later_until});
	return 0;
}

int digest_gather_waiting(struct digest_gather *g,
			  const struct store_proposal *row)
{
	struct mperson m;
	if (!live_offer(g->p->live, row->canonical) ||
	    !live_person(g->p->live, row->person, &m))
		return 0;
	add(g, &(struct digest_item){
		       .section = DIGEST_WAITING,
		       .key = pair_key(g, row->person, row->canonical),
		       .content = "",
		       .person = row->person,
		       .canonical = row->canonical,
		       .rank = -row->score});
	return 0;
}

static int add_waiting(void *ctx, const struct store_proposal *row)
{
	return digest_gather_waiting(ctx, row);
}

static int gather_offers(struct digest_gather *g)
{
	struct store *s = g->p->store;
	int64_t until = paris_instant(g->today - WAITING_AFTER_DAYS, 0);
	if (store_case_answers(s, &g->whose, days_ago(g, ANSWER_DAYS),
			       add_answer, g, g->err) ||
	    store_case_put_off(s, &g->whose, g->now, add_later, g, g->err))
		return -1;
	if (g->own || !g->is_weekly || g->d->urgent_only)
		return 0;
	return store_case_undecided(s, &g->whose, days_ago(g, WAITING_DAYS),
				    until, add_waiting, g, g->err);
}

/* --- messages and replies ------------------------------------------------- */

static int add_stop(void *ctx, const struct store_case_message *row)
{
	struct digest_gather *g = ctx;
	char at[6], day[40];
	if (!row->canonical || (row->state == STORE_PLANNED &&
				row->not_before < g->now + STOP_MARGIN_S))
		return 0;
	minute_format(paris_minute(row->not_before), at);
	date_format_fr(paris_date(row->not_before), false, day);
	bool is_today = paris_date(row->not_before) == g->today;
	add(g, &(struct digest_item){
		       .section = DIGEST_STOP,
		       .key = key_of(g, row->id),
		       .content = "",
		       .person = row->person,
		       .canonical = row->canonical,
		       .message = row->id,
		       .rank = row->not_before,
		       .text = row->state == STORE_HELD ? "retenue"
			       : is_today ? arena_printf(&g->s->arena,
							 "partira à %s", at)
					  : arena_printf(&g->s->arena,
							 "partira %s à %s", day,
							 at)});
	return 0;
}

static int add_uncertain(void *ctx, const struct store_case_message *row)
{
	struct digest_gather *g = ctx;
	char day[11], at[6];
	date_format_dmy(paris_date(row->claimed_at), day);
	minute_format(paris_minute(row->claimed_at), at);
	add(g, &(struct digest_item){.section = DIGEST_UNCERTAIN,
				     .key = key_of(g, row->id),
				     .content = "",
				     .person = row->person,
				     .message = row->id,
				     .rank = row->id,
				     .text = arena_printf(&g->s->arena,
							  "SMS du %s à %s", day,
							  at)});
	return 0;
}

/* A text is theirs and for their adviser; but what it may tell of a need does
 * not travel by mail. */
static int add_reply(void *ctx, const struct store_reply *row)
{
	struct digest_gather *g = ctx;
	struct arena *a = &g->s->arena;
	const char *text = row->text ? utf8_clean(a, row->text, UTF8_ONE_LINE,
						  REPLY_TEXT_MAX)
				     : NULL;
	bool is_told = !str_is_empty(text) && !words_private(a, text);
	add(g, &(struct digest_item){.section = DIGEST_REPLY,
				     .key = key_of(g, row->id),
				     .content = "",
				     .person = row->person,
				     .message = row->id,
				     .rank = row->at,
				     .text = is_told ? text : NULL});
	return 0;
}

static int gather_messages(struct digest_gather *g)
{
	struct store *s = g->p->store;
	if (g->whose.is_cfa)
		return 0;
	if (store_case_waiting(s, &g->whose, days_ago(g, STOP_DAYS), add_stop,
			       g, g->err) ||
	    store_case_uncertain(s, &g->whose, add_uncertain, g, g->err))
		return -1;
	return store_case_replies(s, &g->whose, days_ago(g, ANSWER_DAYS),
				  add_reply, g, g->err);
}

/* --- contracts, meetings -------------------------------------------------- */

static int add_follow(void *ctx, const struct store_follow *row)
{
	struct digest_gather *g = ctx;
	const char *step = vocab_code(&vocab_follow_step, (int)row->step);
	add(g, &(struct digest_item){
		       .section = DIGEST_FOLLOW,
		       .key = arena_printf(&g->s->arena, "%lld.%lld.%s",
					   (long long)row->person,
					   (long long)row->contract, step),
		       .content = key_of(g, row->due),
		       .person = row->person,
		       .rank = row->due,
		       .word = vocab_label(&vocab_follow_step, (int)row->step),
		       .text = digest_follow_question(row->step)});
	return 0;
}

static void gather_events(struct digest_gather *g)
{
	const struct digest_ids *all = &g->p->digest_day->events;
	const char *insee = g->fields->insee;
	struct plane_point here;
	int32_t lat, lon;
	if (g->whose.is_cfa || !insee || !(g->is_weekly || g->own) ||
	    !refdata_commune(live_refdata(g->p->live), insee, &lat, &lon) ||
	    !plane_from_udeg(lat, lon, &here))
		return;
	for (size_t i = 0; i < all->n; i++) {
		const struct moffer *o = live_offer(g->p->live, all->v[i]);
		if (!o || !o->is_placed ||
		    (o->start != DATE_NONE && o->start < g->today) ||
		    plane_distance_m(here, o->at) > EVENT_REACH_M)
			continue;
		add(g, &(struct digest_item){.section = DIGEST_EVENT,
					     .key = key_of(g, o->id),
					     .content = key_of(g, o->start),
					     .canonical = o->id,
					     .rank = o->start == DATE_NONE
							     ? INT32_MAX
							     : o->start});
	}
}

/* --- nothing proposed for a month ----------------------------------------- */

struct silence {
	struct digest_gather *g;
	int64_t *ids;
	size_t n, cap;
};

static void keep_id(void *ctx, int64_t id)
{
	struct silence *k = ctx;
	if (k->n == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 64;
		k->ids = mem_grow(k->ids, k->cap, sizeof(*k->ids));
	}
	k->ids[k->n++] = id;
}

/* Looked for a month: told of the service before that, and free. */
static bool is_searching(struct digest_gather *g, int64_t id)
{
	struct plan_person person;
	struct err gone;
	if (plan_person_get(g->p, id, g->s, &person, &gone))
		return false;
	int32_t since = person.p.informed_on, free_on = person.p.available_from;
	return since != DATE_NONE && since <= g->today - QUIET_DAYS &&
	       (free_on == DATE_NONE || free_on <= g->today);
}

static bool is_quiet_item(struct digest_gather *g, int64_t id, bool seen_before)
{
	const struct digest_rule *rule = &digest_rules[DIGEST_QUIET];
	const struct digest_seen_row *row =
		seen_of(g, DIGEST_QUIET, key_of(g, id));
	struct mperson m;
	if (g->own ? !row || row->message != g->own
		   : (row != NULL) != seen_before ||
			     digest_is_known(row, rule, "", g->now))
		return false;
	return live_person(g->p->live, id, &m) &&
	       !live_has_candidates(g->p->live, id) && is_searching(g, id);
}

/* At most as many as are shown: each costs a look at the offers. */
static int gather_quiet(struct digest_gather *g)
{
	struct silence k = {.g = g};
	size_t most = digest_rules[DIGEST_QUIET].most, n = 0;
	if (g->d->urgent_only || g->agency->mode_since == INSTANT_NONE ||
	    g->agency->mode_since > days_ago(g, QUIET_DAYS))
		return 0;
	int result =
		store_case_quiet(g->p->store, &g->whose,
				 days_ago(g, QUIET_DAYS), keep_id, &k, g->err);
	for (int seen = 0; seen < (g->own ? 1 : 2) && !result; seen++) {
		for (size_t i = 0; i < k.n && n < most; i++) {
			int64_t id = k.ids[i];
			if (!is_quiet_item(g, id, seen))
				continue;
			n++;
			add(g, &(struct digest_item){
				       .section = DIGEST_QUIET,
				       .key = key_of(g, id),
				       .content = "",
				       .person = id,
				       .rank = id,
				       .text = digest_find_help(
					       g->p, &g->s->arena, id)});
		}
	}
	free(k.ids);
	return result;
}

/* --- the whole ------------------------------------------------------------ */

static void keep_seen(void *ctx, const struct store_shown *row, int64_t at)
{
	struct digest_gather *g = ctx;
	digest_seen_put(&g->seen, row->kind, row->key,
			&(struct digest_seen_row){.content = row->content,
						  .message = row->message,
						  .at = at});
}

int digest_gather_begin(struct digest_gather *g, struct err *err)
{
	g->err = err;
	g->now = clock_now(g->p->clock);
	g->today = paris_date(g->now);
	g->is_weekly = plan_is_weekly_day(g->today);
	g->whose =
		(struct store_case){.agency = g->d->agency,
				    .adviser = g->d->adviser,
				    .is_cfa = g->d->audience == STORE_TO_CFA};
	g->d->items = arena_alloc(&g->s->arena, sizeof(*g->d->items));
	*g->d->items = (struct digest_items){.arena = &g->s->arena};
	digest_seen_init(&g->seen);
	if (digest_day_read(g->p, err))
		return -1;
	return store_case_shown(g->p->store, &g->whose, keep_seen, g, err);
}

int digest_gather_end(struct digest_gather *g)
{
	if (gather_offers(g) || gather_messages(g) ||
	    store_case_follow(g->p->store, &g->whose, g->today - FOLLOW_DAYS,
			      g->today, add_follow, g, g->err) ||
	    gather_quiet(g))
		return -1;
	gather_events(g);
	if (g->own)
		add(g, &(struct digest_item){.section = DIGEST_HEARTBEAT,
					     .key = "",
					     .content = ""});
	digest_items_choose(
		g->d->items, &g->seen,
		&(struct digest_choice){.own = g->own,
					.now = g->now,
					.urgent_only = g->d->urgent_only});
	return 0;
}

void digest_gather_clear(struct digest_gather *g)
{
	digest_seen_clear(&g->seen);
}

/* --- what was told -------------------------------------------------------- */

static int record_one(struct store *s, const struct plan_digest *d,
		      const struct digest_item *item, int64_t message,
		      int64_t now, struct err *err)
{
	const struct digest_rule *rule = &digest_rules[item->section];
	if (item->is_known || rule->in_ledger)
		return 0;
	struct store_shown row = {.agency = d->agency,
				  .adviser = d->adviser,
				  .audience = d->audience,
				  .kind = rule->word,
				  .key = item->key,
				  .content = item->content,
				  .message = message};
	if (store_shown_put(s, &row, now, err))
		return -1;
	return item->section == DIGEST_REPLY
		       ? store_reply_seen(s, item->message, now, err)
		       : 0;
}

int digest_items_record(struct store *s, const struct plan_digest *d,
			int64_t message, int64_t now, struct err *err)
{
	for (size_t i = 0; i < d->items->n; i++)
		if (record_one(s, d, &d->items->v[i], message, now, err))
			return -1;
	return 0;
}
