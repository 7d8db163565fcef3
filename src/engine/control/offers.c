/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about sources and offers, and explain. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/person.h>
#include <etrier/refdata.h>
#include <etrier/store_events.h>
#include <etrier/str.h>
#include <etrier/waves.h>

#include <stdlib.h>
#include <string.h>

#define EXPLAIN_TEXT_MAX ((size_t)32 * 1024)

void cmd_sources_list(struct control_call *call, const json_t *args)
{
	struct err err = {0};
	json_t *rows = polls_report(control_state(call)->polls, &err), *row;
	size_t i;
	(void)args;
	if (!rows) {
		control_fail(call, &err);
		return;
	}
	json_array_foreach(rows, i, row) control_row(call, json_incref(row));
	json_decref(rows);
	control_end(call, 0, NULL);
}

void cmd_sources_poll(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	const char *name = control_word(args, 0);
	bool all = js_bool(args, "all", false);
	if (!name && !all) {
		control_error(call, 2, "usage: sources poll NAME|--all");
		return;
	}
	if (polls_now(e->polls, all ? NULL : name,
		      js_bool(args, "accept-shrink", false))) {
		control_error(call, 1, "no source %s (sources list)", name);
		return;
	}
	e->wake(e);
	control_end(call, 0, "asked; sources list shows what came");
}

/* --- offers ------------------------------------------------------------------
 */

struct listing {
	struct control_call *call;
	bool no_trade;
	int n, limit;
};

/* What was read out of the offer, and on what ground; --json shows it. */
static void put_origin(json_t *out, const json_t *fields)
{
	static const char *const keys[] = {"provenance", "evidence"};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		json_t *v = json_object_get(fields, keys[i]);
		if (v)
			json_object_set(out, keys[i], v);
	}
}

static int show_in_list(void *ctx, const struct store_offer *row)
{
	struct listing *k = ctx;
	json_t *f = js_parse(row->fields, strlen(row->fields), NULL);
	json_t *rome = json_object_get(f, "rome");
	bool shown = f && (!k->no_trade || json_array_size(rome) == 0);
	if (shown) {
		json_t *out = json_object();
		js_put_int(out, "id", row->canonical, -1);
		js_put_str(out, "source", row->source);
		js_put_str(out, "ref", row->ref);
		js_put_str(out, "status",
			   vocab_code(&vocab_offer_state, (int)row->status));
		js_put_str(out, "kind", js_str(f, "kind", NULL));
		json_object_set(out, "rome", rome ? rome : json_null());
		const json_t *place = json_object_get(f, "place");
		js_put_str(out, "place",
			   js_str(place, "city",
				  js_str(place, "postcode",
					 js_str(place, "precision", NULL))));
		js_put_str(out, "start", js_str(f, "start", NULL));
		js_put_str(out, "title", js_str(f, "title", NULL));
		put_origin(out, f);
		control_row(k->call, out);
		k->n++;
	}
	json_decref(f);
	return k->n == k->limit;
}

/* A source of the configuration; one that is gone from it may still have
 * offers. */
static bool is_source(struct engine_state *e, const char *name)
{
	struct err err;
	json_t *all = polls_report(e->polls, &err), *v;
	bool is_known = false;
	size_t i;
	json_array_foreach(all, i, v) is_known |=
		str_eq(js_str(v, "name", ""), name);
	json_decref(all);
	return is_known;
}

void cmd_offers_list(struct control_call *call, const json_t *args)
{
	struct listing k = {.call = call,
			    .no_trade = js_bool(args, "no-trade", false),
			    .limit = control_limit(args, 100)};
	struct store_offer_query q = {.live_only = !js_bool(args, "all", false),
				      .source = js_str(args, "source", NULL)};
	struct err err = {0};
	bool is_held = js_bool(args, "quarantined", false);
	if (is_held || js_bool(args, "rejected", false)) {
		if (control_list_held(
			    call, is_held ? OFFER_QUARANTINED : OFFER_REJECTED,
			    q.source, k.limit, &err))
			control_fail(call, &err);
		else
			control_end(call, 0, NULL);
		return;
	}
	if (store_offers_each(control_state(call)->store, &q, show_in_list, &k,
			      &err))
		control_fail(call, &err);
	else if (!k.n && q.source && !is_source(control_state(call), q.source))
		control_error(call, 1, "no source %s (sources list)", q.source);
	else if (k.n == k.limit)
		control_end(call, 0, "the first %d; --limit N for more",
			    k.limit);
	else
		control_end(call, 0, NULL);
}

/* --- explain -----------------------------------------------------------------
 */

static int compile_offer(struct engine_state *e, const struct store_offer *row,
			 struct arena *a, struct moffer *out, struct err *err)
{
	struct offer o;
	json_t *v = js_parse(row->fields, strlen(row->fields), err);
	int result = v ? offer_from_json(v, a, &o, err) : -1;
	if (!result)
		moffer_from_offer(&o, e->rd, live_env(e->live)->rules,
				  row->canonical, out);
	json_decref(v);
	return result;
}

/* Reading needs leaves a trace. */
static int audit_private(struct control_call *call, int64_t person,
			 struct err *err)
{
	char by[32];
	struct engine_state *e = control_state(call);
	return store_event_add(
		e->store,
		&(struct store_event){.at = clock_now(e->clock),
				      .kind = "read.private",
				      .person = person,
				      .by = control_by(call, by)},
		err);
}

/* After the verdict: why it is the person's turn, or not yet. */
static void add_turn(struct engine_state *e, const struct verdict *v,
		     struct buf *text, json_t *row)
{
	struct wave_reason turn;
	struct err not_yet;
	if (planner_turn(e->planner, v->person, v->offer, &turn, &not_yet))
		return;
	buf_adds(text, "\n");
	plan_turn_text(&turn, text);
	json_object_set_new(row, "turn", plan_turn_json(&turn));
}

static void send_verdict(struct control_call *call, const struct verdict *v,
			 const struct mperson *m,
			 const struct store_offer *offer, int with_private)
{
	struct engine_state *e = control_state(call);
	struct buf text;
	char leaving[LIVE_LEAVING_SIZE];
	buf_init(&text, EXPLAIN_TEXT_MAX);
	if (live_leaving_words(m, leaving))
		buf_printf(&text, "%s\n", leaving);
	explain_text(e->rd, v, with_private, &text);
	json_t *row = explain_json(e->rd, v, with_private);
	add_turn(e, v, &text, row);
	js_put_str(row, "offer_status",
		   vocab_code(&vocab_offer_state, (int)offer->status));
	js_put_str(row, "person", *leaving ? leaving : NULL);
	js_put_str(row, "text", text.data);
	buf_clear(&text);
	control_row(call, row);
	control_end(call, 0, NULL);
}

void cmd_explain(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct arena a;
	struct store_person person;
	struct store_offer offer;
	struct mperson m;
	struct moffer o;
	struct err err = {0};
	bool is_private = js_bool(args, "private", false);
	if (is_private && !control_peer(call)->may_needs) {
		control_error(call, 1,
			      "--private is for root and members of "
			      "etrier-needs");
		return;
	}
	arena_init(&a);
	if (!control_find_person(call, js_str(args, "youth", NULL), true, &a,
				 &person) ||
	    !control_find_offer(call, js_str(args, "offer", NULL), &a, &offer))
		goto out;
	if (live_person_today(e->live, &person, &m, &err) ||
	    compile_offer(e, &offer, &a, &o, &err) ||
	    (is_private && audit_private(call, person.id, &err))) {
		control_fail(call, &err);
		goto out;
	}
	struct verdict v;
	live_evaluate_pair(e->live, &m, &o, paris_date(clock_now(e->clock)),
			   &v);
	send_verdict(call, &v, &m, &offer,
		     is_private ? EXPLAIN_PRIVATE : EXPLAIN_PUBLIC);
out:
	arena_clear(&a);
}
