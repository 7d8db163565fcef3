/* SPDX-License-Identifier: EUPL-1.2 */
/* What the quality gate stopped, and deciding about it. A decision holds for
 * the content it was made about, is an event, and is in the audit log. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_events.h>
#include <etrier/store_twins.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* A reason is a sentence, not a letter. */
#define BECAUSE_MAX 400

static int add_held(void *ctx, const struct store_offer *row)
{
	struct control_call *call = ctx;
	json_t *line = js_parse(row->fields, strlen(row->fields), NULL);
	json_t *judged =
		row->judged ? js_parse(row->judged, strlen(row->judged), NULL)
			    : NULL;
	json_t *out = json_object();
	js_put_int(out, "id", row->canonical, -1);
	json_object_set_new(out, "offer",
			    json_sprintf("%s:%s", row->source, row->ref));
	js_put_str(out, "source", row->source);
	js_put_str(out, "ref", row->ref);
	js_put_str(out, "status",
		   vocab_code(&vocab_offer_state, (int)row->status));
	js_put_str(out, "title", js_str(line, "title", NULL));
	js_put_str(out, "employer",
		   js_str(json_object_get(line, "employer"), "name", NULL));
	json_object_set(out, "symbols", json_object_get(judged, "symbols"));
	json_object_set(out, "reasons", json_object_get(judged, "reasons"));
	js_put_str(out, "decision", row->decision);
	control_put_instant(out, "since", row->first_seen);
	control_row(call, out);
	json_decref(line);
	json_decref(judged);
	return 0;
}

int control_list_held(struct control_call *call, enum offer_status status,
		      const char *source, int limit, struct err *err)
{
	return store_offers_held(control_state(call)->store, status, source,
				 limit, add_held, call, err);
}

void cmd_offers_review(struct control_call *call, const json_t *args)
{
	struct err err = {0};
	if (control_list_held(call, OFFER_QUARANTINED, NULL,
			      control_limit(args, 100), &err))
		control_fail(call, &err);
	else
		control_end(call, 0, NULL);
}

struct judging {
	struct engine_state *e;
	const struct store_offer *row;
	const char *by, *why;
	bool is_accepted;
	enum offer_status status;
};

static int write_event(const struct judging *k, struct err *err)
{
	json_t *data = json_pack("{s:s,s:s,s:s,s:s*}", "source", k->row->source,
				 "ref", k->row->ref, "decision",
				 k->is_accepted ? "accepted" : "refused",
				 "because", k->why);
	char *text = json_dumps(data, JSON_COMPACT);
	int result = store_event_add(
		k->e->store,
		&(struct store_event){.at = clock_now(k->e->clock),
				      .kind = "offer.decided",
				      .canonical = k->row->canonical,
				      .by = k->by,
				      .data = text},
		err);
	free(text);
	json_decref(data);
	return result;
}

static int decide(struct store *s, void *ctx, struct err *err)
{
	struct judging *k = ctx;
	if (store_offer_decide(s, k->row->id, k->is_accepted, k->why,
			       clock_now(k->e->clock), &k->status, err) ||
	    write_event(k, err))
		return -1;
	return polls_offer_decided(k->e->polls, k->row->source, k->row->ref,
				   err);
}

static void say_decided(struct control_call *call, const struct judging *k)
{
	if (k->status == OFFER_LIVE)
		control_end(call, 0, "live now");
	else if (k->is_accepted)
		control_end(call, 0,
			    "accepted; its content comes back with the next "
			    "poll");
	else
		control_end(call, 0,
			    "refused; stays so until it says "
			    "something else");
}

static void take_decision(struct control_call *call, const json_t *args,
			  bool is_accepted)
{
	struct engine_state *e = control_state(call);
	char by[32];
	struct arena a;
	struct store_offer row;
	struct err err = {0};
	struct judging k = {.e = e,
			    .row = &row,
			    .by = control_by(call, by),
			    .why = js_str(args, "because", NULL),
			    .is_accepted = is_accepted};
	if (k.why && strlen(k.why) > BECAUSE_MAX) {
		control_error(call, 2, "--because has at most %d bytes",
			      BECAUSE_MAX);
		return;
	}
	arena_init(&a);
	if (!control_find_offer(call, control_word(args, 0), &a, &row))
		goto out;
	if (store_tx(e->store, decide, &k, &err)) {
		live_resync(e->live);
		control_fail(call, &err);
		goto out;
	}
	e->wake(e);
	say_decided(call, &k);
out:
	arena_clear(&a);
}

void cmd_offers_accept(struct control_call *call, const json_t *args)
{
	take_decision(call, args, true);
}

void cmd_offers_refuse(struct control_call *call, const json_t *args)
{
	take_decision(call, args, false);
}
