/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about rules. The engine reads rules and never writes them: what is
 * promoted or put back is written into the folder by etrierctl, for whoever may
 * write there, and comes in by a reload as any other change does. */
#include "tuning.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/rules_set.h>
#include <etrier/store_events.h>
#include <etrier/store_rules.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define DAYS_MAX   3650
#define ACCEPT_MAX 200

/* NULL after the mistakes went out as rows and the call has ended. */
static struct rules *compile(struct control_call *call, const json_t *texts)
{
	struct diags d;
	diags_init(&d);
	struct rules *r =
		rules_compile_json(texts, control_state(call)->rd, &d);
	if (!r) {
		json_t *all = diags_to_json(&d), *row;
		size_t i;
		json_array_foreach(all, i, row)
			control_row(call, json_incref(row));
		json_decref(all);
		control_error(call, 1, "%zu errors", d.n_errors);
	}
	diags_clear(&d);
	return r;
}

static const json_t *texts_in_force(const struct engine_state *e)
{
	return json_object_get(e->config, "rules");
}

/* The present files with the new one among them; NULL after ending the call. */
static json_t *with_new(struct control_call *call, const json_t *args)
{
	const char *name = js_str(args, "name", "");
	const char *text = js_str(args, "text", NULL);
	struct err err;
	if (!text || rules_file_name(name, &err)) {
		control_error(call, 2, "%s", text ? err.text : "no text");
		return NULL;
	}
	return rules_with_file(texts_in_force(control_state(call)), name, text);
}

/* --- list ---------------------------------------------------------------- */

struct listing {
	struct control_call *call;
	const struct rules *rules;
};

static bool is_in_force(const struct rules *r, const char *id)
{
	for (size_t i = 0; i < r->n_sets; i++)
		if (str_eq(r->sets[i].id, id))
			return true;
	return false;
}

static int list_set(void *ctx, const struct store_rules *row)
{
	const struct listing *k = ctx;
	json_t *out = json_object();
	js_put_str(out, "id", row->id);
	control_put_instant(out, "first_used", row->first_used);
	json_object_set_new(out, "in_force",
			    json_boolean(is_in_force(k->rules, row->id)));
	js_put_int(out, "proposals", row->n_cited, -1);
	json_object_set_new(out, "files", json_boolean(row->has_files));
	control_row(k->call, out);
	return 0;
}

void cmd_rules_list(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct listing k = {call, live_env(e->live)->rules};
	struct err err = {0};
	if (store_rules_each(e->store, control_limit(args, 50), list_set, &k,
			     &err))
		control_fail(call, &err);
	else
		control_end(call, 0, NULL);
}

/* --- long questions ------------------------------------------------------ */

void cmd_rules_diff(struct control_call *call, const json_t *args)
{
	const char *days = js_str(args, "days", NULL);
	const char *accept = js_str(args, "accept", NULL);
	struct job_ask ask = {.kind = JOB_DIFF,
			      .name = js_str(args, "name", NULL),
			      .accept = accept};
	if (days && num_parse_int(days, 1, DAYS_MAX, &ask.days)) {
		control_error(call, 2, "--days wants a number from 1 to %d",
			      DAYS_MAX);
		return;
	}
	if (accept && (str_is_empty(accept) || strlen(accept) > ACCEPT_MAX)) {
		control_error(call, 2,
			      "--accept wants a reason, in at most "
			      "%d bytes",
			      ACCEPT_MAX);
		return;
	}
	json_t *texts = with_new(call, args);
	if (texts && (ask.rules_take = compile(call, texts)))
		job_begin(call, &ask);
	json_decref(texts);
}

void cmd_rules_coverage(struct control_call *call, const json_t *args)
{
	struct job_ask ask = {.kind = JOB_COVER};
	(void)args;
	ask.rules_take = compile(call, texts_in_force(control_state(call)));
	if (ask.rules_take)
		job_begin(call, &ask);
}

void cmd_rules_check(struct control_call *call, const json_t *args)
{
	struct job_ask ask = {.kind = JOB_CHECK,
			      .texts = json_object_get(args, "texts")};
	ask.rules_take = compile(call, ask.texts);
	if (ask.rules_take)
		job_begin(call, &ask);
}

/* --- shadow -------------------------------------------------------------- */

static int list_diff(void *ctx, const struct store_shadow_diff *d)
{
	json_array_append_new(ctx, json_pack("[I,I]", (json_int_t)d->person,
					     (json_int_t)d->canonical));
	return 0;
}

/* The largest differences, judged anew: what is told is true now. */
static int tell_diffs(struct control_call *call, int limit, struct err *err)
{
	struct engine_state *e = control_state(call);
	const struct trial *t = shadow_trial(e);
	json_t *pairs = json_array(), *one;
	size_t i;
	int result = store_shadow_each(e->store, limit, list_diff, pairs, err);
	json_array_foreach(pairs, i, one)
	{
		int64_t person = json_integer_value(json_array_get(one, 0));
		int64_t offer = json_integer_value(json_array_get(one, 1));
		json_t *row =
			t ? tell_pair(e, t, (uint32_t)person, offer) : NULL;
		if (row)
			control_row(call, row);
	}
	json_decref(pairs);
	return result;
}

static void show_shadow(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct err err = {0};
	json_t *state = shadow_state(e, &err);
	if (err.kind) {
		control_fail(call, &err);
		return;
	}
	if (!state) {
		control_end(call, 0, "no rules are in the shadow");
		return;
	}
	control_row(call, state);
	if (tell_diffs(call, control_limit(args, 20), &err))
		control_fail(call, &err);
	else
		control_end(call, 0, NULL);
}

static int note(struct control_call *call, const char *kind, const char *what,
		struct err *err)
{
	char by[32];
	struct engine_state *e = control_state(call);
	json_t *data = json_object();
	js_put_str(data, "rules", what);
	char *text = json_dumps(data, JSON_COMPACT);
	int result = store_event_add(
		e->store,
		&(struct store_event){.at = clock_now(e->clock),
				      .kind = kind,
				      .by = control_by(call, by),
				      .data = text},
		err);
	free(text);
	json_decref(data);
	return result;
}

static void end_shadow(struct control_call *call)
{
	struct engine_state *e = control_state(call);
	struct err err = {0};
	shadow_end(e);
	if (store_shadow_clear(e->store, &err) ||
	    note(call, "rules.shadow", "off", &err))
		control_fail(call, &err);
	else
		control_end(call, 0, "the shadow is gone");
}

static void begin_shadow(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct err err = {0};
	char by[32];
	json_t *texts = with_new(call, args);
	struct rules *r = texts ? compile(call, texts) : NULL;
	json_decref(texts);
	if (!r)
		return;
	rules_free(r); /* it compiles: the shadow does so itself */
	const struct store_shadow row = {.name = js_str(args, "name", ""),
					 .text = js_str(args, "text", ""),
					 .by = control_by(call, by),
					 .since = clock_now(e->clock)};
	if (store_shadow_put(e->store, &row, &err) ||
	    note(call, "rules.shadow", row.name, &err) ||
	    shadow_begin(e, &err)) {
		control_fail(call, &err);
		return;
	}
	e->wake(e);
	control_end(call, 0,
		    "%s is in the shadow; rules shadow shows where it "
		    "decides otherwise",
		    row.name);
}

void cmd_rules_shadow(struct control_call *call, const json_t *args)
{
	if (js_bool(args, "off", false))
		end_shadow(call);
	else if (js_str(args, "text", NULL))
		begin_shadow(call, args);
	else
		show_shadow(call, args);
}

/* --- promote, rollback --------------------------------------------------- */

static void tell_shadow_file(struct control_call *call)
{
	struct arena a;
	struct store_shadow row;
	struct err err = {0};
	bool found;
	arena_init(&a);
	if (store_shadow_get(control_state(call)->store, &a, &found, &row,
			     &err)) {
		control_fail(call, &err);
	} else if (!found) {
		control_error(call, 1, "no rules are in the shadow");
	} else {
		json_t *out = json_object();
		js_put_str(out, "name", row.name);
		js_put_str(out, "text", row.text);
		control_row(call, out);
		control_end(call, 0, NULL);
	}
	arena_clear(&a);
}

void cmd_rules_promote(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct err err = {0};
	if (!js_bool(args, "done", false)) {
		tell_shadow_file(call);
		return;
	}
	shadow_end(e);
	if (store_shadow_clear(e->store, &err) ||
	    note(call, "rules.promoted", live_rules_id(e->live, NULL), &err))
		control_fail(call, &err);
	else
		control_end(call, 0, NULL);
}

static void tell_files(struct control_call *call, const char *hash)
{
	struct arena a;
	const char *id, *files;
	struct err err = {0};
	arena_init(&a);
	if (store_rules_files(control_state(call)->store, hash, &a, &id, &files,
			      &err)) {
		control_fail(call, &err);
	} else {
		json_t *list = js_parse(files, strlen(files), NULL), *one;
		json_t *row = json_object();
		size_t i;
		json_array_foreach(list, i, one)
			control_row(call, json_incref(one));
		js_put_str(row, "id", id);
		control_row(call, row);
		json_decref(list);
		control_end(call, 0, NULL);
	}
	arena_clear(&a);
}

void cmd_rules_rollback(struct control_call *call, const json_t *args)
{
	const char *hash = control_word(args, 0);
	struct err err = {0};
	if (!js_bool(args, "done", false))
		tell_files(call, hash ? hash : "");
	else if (note(call, "rules.rolled_back", js_str(args, "id", "unknown"),
		      &err))
		control_fail(call, &err);
	else
		control_end(call, 0, NULL);
}

/* --- with the engine ----------------------------------------------------- */

static int keep_set(struct engine_state *e, const struct ruleset *set,
		    const char *files, struct err *err)
{
	char *text = json_dumps(set->json, JSON_COMPACT);
	int result = store_rules_put(e->store, set->id, text,
				     clock_now(e->clock), err) ||
				     store_rules_set_files(e->store, set->id,
							   files, err)
			     ? -1
			     : 0;
	free(text);
	return result;
}

int rules_configured(struct engine_state *e, struct err *err)
{
	const struct rules *r = live_env(e->live)->rules;
	char *files = json_dumps(texts_in_force(e), JSON_COMPACT);
	int result = 0;
	for (size_t i = 0; i < r->n_sets && !result; i++)
		result = keep_set(e, &r->sets[i], files, err);
	free(files);
	return result ? result : shadow_begin(e, err);
}

bool rules_have_work(const struct engine_state *e)
{
	return e->tuning && (e->tuning->job || shadow_has_work(e));
}

bool rules_work(struct engine_state *e, int slice_ms, struct err *err)
{
	bool more = job_work(e, slice_ms);
	return err->kind ? more : shadow_work(e, slice_ms, err) || more;
}

void rules_tools_free(struct engine_state *e)
{
	if (!e->tuning)
		return;
	job_free(e->tuning->job);
	e->tuning->job = NULL;
	shadow_end(e);
	free(e->tuning);
	e->tuning = NULL;
}
