/* SPDX-License-Identifier: EUPL-1.2 */
/* How the daemon does: everything a person or a monitoring script asks first,
 * in one row, and alone what is wrong (alarms.h). */
#include "tuning.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_twins.h>

static json_t *counts(const struct vocab *v, const int64_t *n)
{
	json_t *out = json_object();
	for (int i = 0; i < v->n; i++)
		json_object_set_new(out, v->codes[i], json_integer(n[i]));
	return out;
}

static json_t *roles(const struct engine_state *e)
{
	json_t *out = json_array(), *v;
	size_t i;
	json_array_foreach(e->roles, i, v)
	{
		json_t *row = json_object();
		js_put_str(row, "role", js_str(v, "role", ""));
		js_put_str(row, "lane", js_str(v, "lane", ""));
		js_put_str(row, "state", js_str(v, "state", ""));
		js_put_int(row, "restarts", js_int(v, "restarts", 0), -1);
		control_put_instant(row, "since",
				    js_int(v, "since", INSTANT_NONE));
		json_array_append_new(out, row);
	}
	return out;
}

static json_t *queue(struct engine_state *e, enum channel channel, int lanes)
{
	json_t *row = json_object();
	struct err err;
	int64_t at;
	js_put_str(row, "channel", vocab_code(&vocab_channel, (int)channel));
	js_put_int(row, "lanes", lanes, -1);
	if (!watch_oldest_due(e, channel, &at, &err))
		control_put_instant(row, "due_since", at);
	return row;
}

static json_t *queues(struct engine_state *e, const struct outbox_stats *o)
{
	json_t *out = json_array();
	json_array_append_new(out, queue(e, CHANNEL_EMAIL, o->mail_lanes));
	json_array_append_new(out, queue(e, CHANNEL_SMS, o->sms_lanes));
	return out;
}

static json_t *alarms(const struct engine_state *e)
{
	json_t *out = json_array();
	const struct alarm *a;
	for (size_t i = 0; (a = alarms_at(e->alarms, i)); i++) {
		json_t *row = json_object();
		js_put_str(row, "code", vocab_code(&vocab_alarm, (int)a->code));
		js_put_str(row, "subject", *a->subject ? a->subject : NULL);
		control_put_instant(row, "since", a->since);
		js_put_str(row, "text", a->text);
		json_array_append_new(out, row);
	}
	return out;
}

static int add_symbol(void *ctx, const char *symbol, int64_t n)
{
	json_object_set_new(ctx, symbol, json_integer(n));
	return 0;
}

static int put_coverage(json_t *out, struct engine_state *e, struct err *err)
{
	struct plan_coverage c;
	if (planner_coverage(e->planner, &c, err))
		return -1;
	json_t *v = json_object();
	js_put_int(v, "active", c.active, -1);
	js_put_int(v, "proposed_30_days", c.proposed, -1);
	js_put_int(v, "without_offer", c.without_offer, -1);
	js_put_int(v, "offers", c.offers, -1);
	js_put_int(v, "offers_full", c.offers_full, -1);
	js_put_int(v, "places", c.places, -1);
	json_object_set_new(out, "coverage", v);
	return 0;
}

/* Nobody must take such an instance for one that reaches people. */
static void put_override(json_t *out, const struct engine_state *e)
{
	const struct plan_settings *s = &e->plan_settings;
	if (!s->override_email && !s->override_sms)
		return;
	json_t *v = json_object();
	js_put_str(v, "email", s->override_email);
	js_put_str(v, "sms", s->override_sms);
	json_object_set_new(out, "override_to", v);
}

static void put_work(json_t *out, struct engine_state *e,
		     const struct store_stats *s)
{
	struct live_stats l;
	live_stats(e->live, &l);
	json_object_set_new(out, "people",
			    counts(&vocab_person_status, s->people));
	js_put_int(out, "people_compared", (int64_t)l.people, -1);
	json_object_set_new(out, "offers",
			    counts(&vocab_offer_state, s->offers));
	js_put_int(out, "candidates", (int64_t)l.candidates, -1);
	js_put_int(out, "waiting_to_be_matched", (int64_t)l.waiting, -1);
	if (l.is_refreshing)
		json_object_set_new(out, "refresh",
				    json_pack("{s:I,s:I}", "done",
					      (json_int_t)l.refresh_done,
					      "offers", (json_int_t)l.offers));
	json_object_set_new(out, "messages",
			    counts(&vocab_message_state, s->messages));
}

json_t *control_status(struct engine_state *e, struct err *err)
{
	struct store_stats s;
	struct outbox_stats o;
	if (store_stats(e->store, &s, err) || watch_look(e, err))
		return NULL;
	json_t *sources = polls_report(e->polls, err), *stopped = json_object();
	json_t *out = json_object();
	if (!sources || put_coverage(out, e, err) ||
	    store_offers_symbols(e->store, add_symbol, stopped, err)) {
		json_decref(out);
		json_decref(sources);
		json_decref(stopped);
		return NULL;
	}
	outbox_stats(e->outbox, &o);
	js_put_str(out, "version", ETRIER_VERSION);
	control_put_instant(out, "now", clock_now(e->clock));
	control_put_instant(out, "started", e->started_at);
	js_put_str(out, "rules", live_rules_id(e->live, NULL));
	json_t *shadow = shadow_state(e, err);
	if (shadow)
		json_object_set_new(out, "shadow", shadow);
	json_object_set_new(out, "paused", json_boolean(e->is_paused));
	put_override(out, e);
	json_object_set_new(out, "alarms", alarms(e));
	json_object_set_new(out, "roles", roles(e));
	put_work(out, e, &s);
	json_object_set_new(out, "queues", queues(e, &o));
	js_put_int(out, "lanes_busy", o.busy, -1);
	control_put_instant(out, "last_sent", o.last_sent_at);
	json_object_set_new(out, "sources", sources);
	json_object_set_new(out, "stopped", stopped);
	js_put_int(out, "disk_free", e->room.disk_free, -1);
	js_put_int(out, "database_bytes", s.file_bytes, -1);
	js_put_int(out, "wal_bytes", s.wal_bytes, -1);
	control_put_instant(out, "last_backup", e->last_backup_at);
	return out;
}

void cmd_status(struct control_call *call, const json_t *args)
{
	struct err err = {0};
	json_t *row = control_status(control_state(call), &err);
	(void)args;
	if (!row) {
		control_fail(call, &err);
		return;
	}
	control_row(call, row);
	control_end(call, 0, NULL);
}

/* --- database check --- */

static void on_finding(void *ctx, const char *text)
{
	json_t *row = json_object();
	js_put_str(row, "finding", text);
	control_row(ctx, row);
}

/* SQLite does it in one go: nothing else is answered meanwhile, some seconds
 * for a deep check of a large file. */
void cmd_database_check(struct control_call *call, const json_t *args)
{
	struct err err = {0};
	if (store_check(control_state(call)->store,
			js_bool(args, "deep", false), on_finding, call, &err))
		control_fail(call, &err);
	else
		control_end(call, 0, NULL);
}
