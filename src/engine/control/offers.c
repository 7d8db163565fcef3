/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about sources and offers. */
#include "state.h"

#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

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
