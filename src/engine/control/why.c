/* SPDX-License-Identifier: EUPL-1.2 */
/* explain: a verdict about one pair as stored, what would alter it, what other
 * settings of the rules would make of it; and a verdict that was frozen. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/rules_set.h>
#include <etrier/store_events.h>
#include <etrier/store_messages.h>
#include <etrier/str.h>
#include <etrier/waves.h>
#include <etrier/whatif.h>

#include <stdlib.h>
#include <string.h>

#define EXPLAIN_TEXT_MAX ((size_t)64 * 1024)
/* Words of --set in one question. */
#define SETS_MAX 16

struct asked {
	struct control_call *call;
	struct engine_state *e;
	struct arena arena;
	struct store_person person;
	struct store_offer row;
	struct mperson m;
	struct offer o;
	json_t *line; /* what o points into */
	int32_t on;
	int with_private;
	struct buf text;
};

static int read_pair(struct asked *k, struct err *err)
{
	k->line = js_parse(k->row.fields, strlen(k->row.fields), err);
	if (!k->line || offer_from_json(k->line, &k->arena, &k->o, err))
		return -1;
	return live_person_today(k->e->live, &k->person, &k->m, err);
}

/* Reading needs leaves a trace. */
static int audit_private(struct asked *k, struct err *err)
{
	char by[32];
	return store_event_add(
		k->e->store,
		&(struct store_event){.at = clock_now(k->e->clock),
				      .kind = "read.private",
				      .person = k->person.id,
				      .by = control_by(k->call, by)},
		err);
}

/* --- what would alter it ------------------------------------------------- */

static json_t *points_json(const struct whatif_points *p)
{
	json_t *o = json_object(), *list = json_array();
	js_put_int(o, "missing", p->missing, 0);
	js_put_str(o, "for", vocab_code(&vocab_decision, (int)p->for_what));
	for (int i = 0; i < p->n; i++) {
		json_t *one = json_object();
		js_put_str(one, "criterion",
			   vocab_code(&vocab_criterion,
				      (int)p->lost[i].criterion));
		js_put_int(one, "lost", p->lost[i].lost, -1);
		json_array_append_new(list, one);
	}
	json_object_set_new(o, "lost", list);
	return o;
}

static void points_text(struct buf *b, const struct whatif_points *p)
{
	if (!p->missing)
		return;
	buf_printf(b, "\nIl manque %d,%d points pour « %s ». Perdus :",
		   p->missing / 10, p->missing % 10,
		   vocab_label(&vocab_decision, (int)p->for_what));
	for (int i = 0; i < p->n; i++)
		buf_printf(b, "%s %s %d,%d", i ? " ;" : "",
			   vocab_label(&vocab_criterion,
				       (int)p->lost[i].criterion),
			   p->lost[i].lost / 10, p->lost[i].lost % 10);
	buf_adds(b, "\n");
}

static void add_changes(struct asked *k, const struct match_env *env,
			const struct moffer *o, const struct verdict *v,
			json_t *row)
{
	struct whatif found[WHATIF_MAX];
	struct whatif_points points;
	json_t *list = json_array();
	size_t n = whatif_find(env, &k->m, o, v,
			       k->with_private == EXPLAIN_PRIVATE, found,
			       WHATIF_MAX);
	whatif_points(v, &points);
	points_text(&k->text, &points);
	if (v->decision != DECISION_SEND)
		buf_printf(&k->text, "\nCe qui changerait la décision\n%s",
			   n ? "" : "  rien de ce que cette commande essaie\n");
	for (size_t i = 0; i < n; i++) {
		const struct whatif *w = &found[i];
		json_array_append_new(list, whatif_json(k->e->rd, w));
		buf_printf(&k->text, "  %s : %s\n",
			   whatif_words(k->e->rd, &k->arena, w),
			   vocab_label(&vocab_decision, (int)w->decision));
	}
	json_object_set_new(row, "changes", list);
	json_object_set_new(row, "points", points_json(&points));
}

/* --- --set --------------------------------------------------------------- */

/* The rules in force with what was set laid over; NULL with *err. */
static struct rules *rules_with(struct asked *k, const json_t *sets,
				struct err *err)
{
	json_t *texts = json_array();
	struct diags d;
	struct rules *r = NULL;
	json_array_extend(texts, json_object_get(k->e->config, "rules"));
	err->kind = ERR_NONE;
	for (size_t i = 0; i < json_array_size(sets) && !err->kind; i++) {
		json_t *one = rules_set_text(
			json_string_value(json_array_get(sets, i)), err);
		if (one)
			json_array_append_new(texts, one);
	}
	diags_init(&d);
	if (!err->kind)
		r = rules_compile_json(texts, k->e->rd, &d);
	for (size_t i = 0; i < d.n && !r; i++)
		if (d.v[i].level == DIAG_ERROR)
			err_set(err, ERR_INPUT, "%s: %s", d.v[i].file,
				d.v[i].text);
	diags_clear(&d);
	json_decref(texts);
	return r;
}

static void judge_with(struct asked *k, struct rules *r, const json_t *sets,
		       json_t *row)
{
	struct match_env env = *live_env(k->e->live);
	struct mperson m = k->m;
	struct moffer o;
	struct verdict v;
	env.rules = r;
	rules_number_agency(r, m.agency, k->person.agency);
	m.set = rules_set_of(r, k->person.agency);
	moffer_from_offer(&k->o, k->e->rd, r, k->row.canonical, &o);
	match_evaluate(&env, &m, &o, k->on, &v);
	json_t *with = explain_json(k->e->rd, &v, k->with_private), *one;
	size_t i;
	json_object_set_new(with, "set", json_deep_copy(sets));
	json_object_set_new(row, "with", with);
	buf_adds(&k->text, "\n--- avec");
	json_array_foreach(sets, i, one)
		buf_printf(&k->text, " %s", json_string_value(one));
	buf_adds(&k->text, "\n");
	explain_text(k->e->rd, &v, k->with_private, &k->text);
}

/* --- whose turn it is ----------------------------------------------------- */

static void add_turn(struct asked *k, const struct verdict *v, json_t *row)
{
	struct wave_reason turn;
	struct err not_yet;
	if (planner_turn(k->e->planner, v->person, v->offer, &turn, &not_yet))
		return;
	buf_adds(&k->text, "\n");
	plan_turn_text(&turn, &k->text);
	json_object_set_new(row, "turn", plan_turn_json(&turn));
}

/* --- a pair -------------------------------------------------------------- */

static int tell_pair(struct asked *k, const json_t *sets, struct err *err)
{
	const struct match_env *env = live_env(k->e->live);
	struct moffer o;
	struct verdict v;
	struct rules *other = NULL;
	if (json_array_size(sets) && !(other = rules_with(k, sets, err)))
		return -1;
	char leaving[LIVE_LEAVING_SIZE];
	moffer_from_offer(&k->o, k->e->rd, env->rules, k->row.canonical, &o);
	match_evaluate(env, &k->m, &o, k->on, &v);
	if (live_leaving_words(&k->m, leaving))
		buf_printf(&k->text, "%s\n", leaving);
	explain_text(k->e->rd, &v, k->with_private, &k->text);
	json_t *row = explain_json(k->e->rd, &v, k->with_private);
	js_put_str(row, "person", *leaving ? leaving : NULL);
	js_put_str(row, "offer_status",
		   vocab_code(&vocab_offer_state, (int)k->row.status));
	add_changes(k, env, &o, &v, row);
	add_turn(k, &v, row);
	if (other)
		judge_with(k, other, sets, row);
	rules_free(other);
	js_put_str(row, "text", k->text.data);
	control_row(k->call, row);
	return 0;
}

static bool is_usage_wrong(struct control_call *call, const json_t *args)
{
	bool has_pair =
		js_str(args, "youth", NULL) && js_str(args, "offer", NULL);
	bool has_ledger = js_str(args, "ledger", NULL) != NULL;
	if (has_pair == has_ledger) {
		control_error(call, 2,
			      "wants --youth and --offer, or --ledger ID");
		return true;
	}
	if (json_array_size(json_object_get(args, "set")) <= SETS_MAX)
		return false;
	control_error(call, 2, "more than %d --set", SETS_MAX);
	return true;
}

static void explain_pair(struct control_call *call, const json_t *args)
{
	struct asked k = {.call = call, .e = control_state(call)};
	struct err err = {0};
	bool is_private = js_bool(args, "private", false);
	k.with_private = is_private ? EXPLAIN_PRIVATE : EXPLAIN_PUBLIC;
	k.on = paris_date(clock_now(k.e->clock));
	arena_init(&k.arena);
	buf_init(&k.text, EXPLAIN_TEXT_MAX);
	if (control_find_person(call, js_str(args, "youth", NULL), true,
				&k.arena, &k.person) &&
	    control_find_offer(call, js_str(args, "offer", NULL), &k.arena,
			       &k.row)) {
		if (read_pair(&k, &err) ||
		    (is_private && audit_private(&k, &err)) ||
		    tell_pair(&k, json_object_get(args, "set"), &err))
			control_fail(call, &err);
		else
			control_end(call, 0, NULL);
	}
	json_decref(k.line);
	buf_clear(&k.text);
	arena_clear(&k.arena);
}

/* --- what was frozen ----------------------------------------------------- */

static void add_words(struct buf *b, const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);
		const char *words = js_str(v, "words", NULL);
		const char *state = js_str(v, "state", "");
		if (words || str_eq(state, "fail") || str_eq(state, "hit"))
			buf_printf(b, "  %s %s%s%s\n", js_str(v, name, ""),
				   state, words ? " : " : "",
				   words ? words : "");
	}
}

struct frozen {
	struct control_call *call;
	bool is_found;
};

static int tell_frozen(void *ctx, const struct store_proposal *p)
{
	struct frozen *k = ctx;
	struct buf b;
	json_t *row = js_parse(p->facts, strlen(p->facts), NULL);
	if (!row)
		row = json_object();
	buf_init(&b, EXPLAIN_TEXT_MAX);
	k->is_found = true;
	control_about(k->call, p->person);
	control_put_instant(row, "at", p->at);
	js_put_int(row, "ledger", p->id, -1);
	js_put_int(row, "person", p->person, -1);
	js_put_int(row, "offer", p->canonical, -1);
	js_put_str(row, "audience",
		   vocab_code(&vocab_audience, (int)p->audience));
	js_put_str(row, "rules", p->rules);
	js_put_str(row, "result", p->result);
	buf_printf(&b, "Proposé le %s (%s), score %d,%d, règles %.12s\n",
		   js_str(row, "at", ""), js_str(row, "audience", ""),
		   p->score / 10, p->score % 10, p->rules);
	add_words(&b, json_object_get(row, "gates"), "gate");
	add_words(&b, json_object_get(row, "criteria"), "criterion");
	add_words(&b, json_object_get(row, "symbols"), "symbol");
	js_put_str(row, "text", b.data);
	buf_clear(&b);
	control_row(k->call, row);
	return 1;
}

static void explain_ledger(struct control_call *call, const char *id)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct frozen k = {.call = call};
	struct err err = {0};
	if (num_parse_int(id, 1, INT64_MAX, &q.id)) {
		control_error(call, 2, "--ledger wants a number (ledger)");
		return;
	}
	if (store_ledger_each(control_state(call)->store, &q, tell_frozen, &k,
			      &err))
		control_fail(call, &err);
	else if (!k.is_found)
		control_error(call, 1, "no proposal %s (ledger)", id);
	else
		control_end(call, 0, NULL);
}

void cmd_explain(struct control_call *call, const json_t *args)
{
	const char *ledger = js_str(args, "ledger", NULL);
	if (is_usage_wrong(call, args))
		return;
	if (js_bool(args, "private", false) && !control_peer(call)->may_needs)
		control_error(call, 1,
			      "--private is for root and members of "
			      "etrier-needs");
	else if (ledger)
		explain_ledger(call, ledger);
	else
		explain_pair(call, args);
}
