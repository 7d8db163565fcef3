/* SPDX-License-Identifier: EUPL-1.2 */
/* `offers show`: one offer as its source tells it, with its copies and why they
 * are copies, what its licence wants said, and what happened to it. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_events.h>
#include <etrier/store_twins.h>
#include <etrier/waves.h>

#include <string.h>

/* The latest so many things that happened, oldest first. */
#define HISTORY_MAX 50

static json_t *parse(const char *text)
{
	return text ? js_parse(text, strlen(text), NULL) : NULL;
}

/* --- copies --- */

static int add_copy(void *ctx, const struct store_offer *row)
{
	json_t *out = json_object(), *line = parse(row->fields);
	js_put_str(out, "source", row->source);
	js_put_str(out, "ref", row->ref);
	js_put_str(out, "status",
		   vocab_code(&vocab_offer_state, (int)row->status));
	js_put_str(out, "url", js_str(line, "url", NULL));
	js_put_str(out, "apply",
		   js_str(json_object_get(line, "contact"), "url", NULL));
	js_put_str(out, "reason", row->reason);
	json_array_append_new(ctx, out);
	json_decref(line);
	return 0;
}

static int put_copies(struct engine_state *e, const struct store_offer *row,
		      json_t *out, struct err *err)
{
	struct arena a;
	struct store_offer shown;
	json_t *copies = json_array();
	int result = store_members_each(e->store, row->canonical, add_copy,
					copies, err);
	json_object_set_new(out, "copies", copies);
	if (result || json_array_size(copies) < 2)
		return result;
	arena_init(&a);
	result = store_offer_get(e->store, row->canonical, &a, &shown, err);
	if (!result)
		json_object_set_new(out, "together", parse(shown.fields));
	arena_clear(&a);
	return result;
}

/* --- history --- */

static int add_event(void *ctx, const struct store_event *row)
{
	json_t *out = json_object(), *data = parse(row->data);
	control_put_instant(out, "at", row->at);
	js_put_str(out, "what", row->kind);
	if (json_is_object(data))
		json_object_update(out, data);
	js_put_str(out, "by", row->by);
	json_array_insert_new(ctx, 0, out);
	json_decref(data);
	return 0;
}

static int put_history(struct engine_state *e, const struct store_offer *row,
		       json_t *out, struct err *err)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	json_t *history = json_array();
	q.canonical = row->canonical;
	q.newest_first = true;
	q.limit = HISTORY_MAX;
	json_object_set_new(out, "history", history);
	return store_events_each(e->store, &q, add_event, history, err);
}

/* --- what else there is to say --- */

/* Source, date of the last update, link to the licence, and that the content
 * was worked on (formats of licences of reuse ask for these four). */
static void put_licence(struct engine_state *e, const struct store_offer *row,
			json_t *out)
{
	const json_t *licence = polls_licence(e->polls, row->source);
	char at[21];
	if (!js_bool(licence, "show", false))
		return;
	instant_format(row->last_seen, at);
	json_object_set_new(
		out, "licence",
		json_sprintf("source %s, as of %s; licence %s %s; trade, place "
			     "and hours were worked out by étrier",
			     row->source, at, js_str(licence, "name", "?"),
			     js_str(licence, "url", "")));
}

static void put_state(const struct store_offer *row, json_t *out)
{
	js_put_int(out, "id", row->canonical, -1);
	js_put_str(out, "status",
		   vocab_code(&vocab_offer_state, (int)row->status));
	control_put_instant(out, "first_seen", row->first_seen);
	control_put_instant(out, "last_seen", row->last_seen);
	control_put_instant(out, "closed", row->closed_at);
	js_put_str(out, "decision", row->decision);
	js_put_str(out, "because", row->decided_why);
	if (strcmp(js_str(json_object_get(out, "employer"), "school", ""),
		   "yes") == 0)
		js_put_str(out, "label",
			   "published by a school: ask whether there is an "
			   "employer");
}

/* --- whose turn it is: how many, never who --- */

static json_t *wave_state(const struct wave_round *r)
{
	json_t *out = json_object();
	js_put_int(out, "positions", r->positions, -1);
	js_put_int(out, "interested", r->n_takers, -1);
	js_put_int(out, "places", r->places, -1);
	js_put_int(out, "held", r->n_held, -1);
	js_put_int(out, "waiting", (int64_t)(r->n_waiting + r->n_entered), -1);
	control_put_instant(out, "next_at", r->next_at);
	return out;
}

/* While the engine works turns out, there is nothing to say of them. */
static int put_waves(struct engine_state *e, const struct store_offer *row,
		     json_t *out, struct err *err)
{
	struct wave_round now;
	json_t *list, *v;
	struct err why = {0};
	size_t i;
	if (planner_waves(e->planner, row->canonical, &list, &now, &why)) {
		*err = why;
		return why.kind == ERR_STORE ? -1 : 0;
	}
	json_array_foreach(list, i, v)
	{
		control_put_instant(v, "opened",
				    js_int(v, "opened_at", INSTANT_NONE));
		json_object_del(v, "opened_at");
	}
	json_object_set_new(out, "turns", wave_state(&now));
	json_object_set_new(out, "waves", list);
	waves_round_clear(&now);
	return 0;
}

void cmd_offers_show(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct arena a;
	struct store_offer row;
	struct err err = {0};
	arena_init(&a);
	if (control_find_offer(call, control_word(args, 0), &a, &row)) {
		json_t *out = parse(row.fields);
		if (!out)
			out = json_object();
		put_state(&row, out);
		put_licence(e, &row, out);
		if (put_copies(e, &row, out, &err) ||
		    put_waves(e, &row, out, &err) ||
		    put_history(e, &row, out, &err)) {
			json_decref(out);
			control_fail(call, &err);
		} else {
			control_row(call, out);
			control_end(call, 0, NULL);
		}
	}
	arena_clear(&a);
}
