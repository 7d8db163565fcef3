/* SPDX-License-Identifier: EUPL-1.2 */
/* How the daemon does: status for people, figures for a monitoring system,
 * and the dialogue of a reload. */
#include "state.h"

#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdlib.h>

#define METRICS_MAX ((size_t)128 * 1024)

/* --- status ------------------------------------------------------------------
 */

static json_t *counts(const struct vocab *v, const int64_t *n)
{
	json_t *out = json_object();
	for (int i = 0; i < v->n; i++)
		json_object_set_new(out, v->codes[i], json_integer(n[i]));
	return out;
}

static void alarm(json_t *alarms, const char *text)
{
	json_array_append_new(alarms, json_string(text));
}

#define UNREAD_DAYS 3

static int64_t unread_digests(struct engine_state *e)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct err err;
	int64_t n = 0;
	q.kind = STORE_DIGEST;
	q.states = 1u << STORE_FAILED;
	q.planned_since = clock_now(e->clock) - UNREAD_DAYS * 24 * 3600;
	return store_messages_count(e->store, &q, &n, &err) ? 0 : n;
}

static void look_for_alarms(struct engine_state *e, json_t *alarms,
			    const struct store_stats *s, const json_t *sources)
{
	size_t i;
	json_t *v;
	json_array_foreach(sources, i, v)
	{
		const char *note = js_str(v, "note", NULL);
		if (!note)
			continue;
		char *text = mem_printf("source %s: %s", js_str(v, "name", ""),
					note);
		alarm(alarms, text);
		free(text);
	}
	if (s->messages[STORE_UNCERTAIN]) {
		char *text = mem_printf(
			"%" PRId64 " SMS of which nobody knows whether they "
			"were sent: outbox list --state uncertain",
			s->messages[STORE_UNCERTAIN]);
		alarm(alarms, text);
		free(text);
	}
	int64_t n_unread = unread_digests(e);
	if (n_unread) {
		char *text = mem_printf(
			"%" PRId64 " digests of the last three days were "
			"refused, their offers come again: outbox list "
			"--state failed",
			n_unread);
		alarm(alarms, text);
		free(text);
	}
	json_array_foreach(e->roles, i, v)
	{
		const char *warning = js_str(v, "warning", NULL);
		if (!warning)
			continue;
		char *text =
			mem_printf("%s: %s", js_str(v, "role", ""), warning);
		alarm(alarms, text);
		free(text);
	}
}

static json_t *roles_summary(const struct engine_state *e)
{
	json_t *out = json_array(), *v;
	size_t i;
	json_array_foreach(e->roles, i, v)
	{
		const char *lane = js_str(v, "lane", "");
		char *text = mem_printf("%s%s%s %s (restarts %" PRId64 ")",
					js_str(v, "role", ""), *lane ? " " : "",
					lane, js_str(v, "state", ""),
					js_int(v, "restarts", 0));
		json_array_append_new(out, json_string(text));
		free(text);
	}
	return out;
}

json_t *control_status(struct engine_state *e, struct err *err)
{
	struct store_stats s;
	struct live_stats l;
	struct outbox_stats o;
	if (store_stats(e->store, &s, err))
		return NULL;
	json_t *sources = polls_report(e->polls, err);
	if (!sources)
		return NULL;
	live_stats(e->live, &l);
	outbox_stats(e->outbox, &o);
	json_t *out = json_object(), *alarms = json_array();
	js_put_str(out, "version", ETRIER_VERSION);
	control_put_instant(out, "started", e->started_at);
	json_object_set_new(out, "roles", roles_summary(e));
	json_object_set_new(out, "people",
			    counts(&vocab_person_status, s.people));
	js_put_int(out, "people_compared", (int64_t)l.people, -1);
	json_object_set_new(out, "offers",
			    counts(&vocab_offer_status, s.offers));
	js_put_int(out, "candidates", s.candidates, -1);
	js_put_int(out, "waiting_to_be_matched", (int64_t)l.waiting, -1);
	json_object_set_new(out, "messages",
			    counts(&vocab_message_state, s.messages));
	js_put_int(out, "lanes", o.lanes, -1);
	js_put_int(out, "lanes_busy", o.busy, -1);
	control_put_instant(out, "last_sent", o.last_sent_at);
	js_put_int(out, "sources", (int64_t)json_array_size(sources), -1);
	js_put_str(out, "rules", live_rules_id(e->live, NULL));
	look_for_alarms(e, alarms, &s, sources);
	json_object_set_new(out, "alarms", alarms);
	json_decref(sources);
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
	size_t n = json_array_size(json_object_get(row, "alarms"));
	control_row(call, row);
	if (n)
		control_end(call, 0, "%zu alarms", n);
	else
		control_end(call, 0, NULL);
}

/* --- reload
 * -------------------------------------------------------------------- */

void cmd_reload(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	(void)args;
	e->reload(e, control_id(call));
}

void control_reload_done(struct engine_state *e, int64_t call_id, bool is_ok,
			 const json_t *diagnostics)
{
	struct control_call *call = control_find(e->control, call_id);
	if (!call)
		return; /* whoever asked has left */
	size_t i, n_errors = 0;
	json_t *d, *copy = json_deep_copy(diagnostics);
	json_array_foreach(copy, i, d)
	{
		n_errors += str_eq(js_str(d, "level", ""), "error");
		control_row(call, json_incref(d));
	}
	json_decref(copy);
	if (is_ok)
		control_end(call, 0, "reloaded");
	else
		control_error(call, 1,
			      "%zu errors: the configuration in force stays",
			      n_errors);
}

/* --- metrics
 * ------------------------------------------------------------------- */

static void figure(struct buf *b, const char *name, const char *type,
		   const char *help, int64_t value)
{
	bool is_counter = str_eq(type, "counter");
	buf_printf(b,
		   "# TYPE etrier_%s %s\n# HELP etrier_%s %s\n"
		   "etrier_%s%s %" PRId64 "\n",
		   name, type, name, help, name, is_counter ? "_total" : "",
		   value);
}

static void family(struct buf *b, const char *name, const char *label,
		   const char *help, const struct vocab *v, const int64_t *n)
{
	buf_printf(b, "# TYPE etrier_%s gauge\n# HELP etrier_%s %s\n", name,
		   name, help);
	for (int i = 0; i < v->n; i++)
		buf_printf(b, "etrier_%s{%s=\"%s\"} %" PRId64 "\n", name, label,
			   v->codes[i], n[i]);
}

static void store_figures(struct buf *b, const struct store_stats *s)
{
	family(b, "messages", "state", "Messages by state.",
	       &vocab_message_state, s->messages);
	family(b, "people", "status", "Young people in the latest files.",
	       &vocab_person_status, s->people);
	family(b, "offers", "state", "Offers by state.", &vocab_offer_status,
	       s->offers);
	figure(b, "proposals", "gauge", "Rows of the ledger.", s->proposals);
	figure(b, "optouts", "gauge", "Addresses that opted out.", s->optouts);
	figure(b, "events", "gauge", "Rows of the event table.", s->events);
	figure(b, "database_bytes", "gauge", "Size of the database file.",
	       s->file_bytes);
	figure(b, "wal_bytes", "gauge", "Size of its write-ahead log.",
	       s->wal_bytes);
}

static void live_figures(struct buf *b, const struct live_stats *l)
{
	figure(b, "roster_people", "gauge", "People compared with offers.",
	       (int64_t)l->people);
	figure(b, "roster_bytes", "gauge", "Memory of the roster.",
	       (int64_t)l->roster_bytes);
	figure(b, "match_waiting", "gauge", "People waiting to be matched.",
	       (int64_t)l->waiting);
	figure(b, "matched_offers", "counter", "Offers matched.",
	       (int64_t)l->matched_offers);
	figure(b, "matched_people", "counter", "People matched.",
	       (int64_t)l->matched_people);
	figure(b, "match_longest_slice_ms", "gauge",
	       "Longest run of background matching.", l->longest_slice_ms);
}

static void traffic_figures(struct buf *b, const struct polls_stats *p,
			    const struct outbox_stats *o)
{
	figure(b, "polls", "counter", "Polls ended.", (int64_t)p->polls);
	figure(b, "polls_failed", "counter", "Polls that failed.",
	       (int64_t)p->failed);
	figure(b, "polls_shrunken", "counter",
	       "Complete polls that closed nothing because they were too "
	       "small.",
	       (int64_t)p->shrunken);
	figure(b, "offers_received", "counter", "Offer lines received.",
	       (int64_t)p->offers);
	figure(b, "offers_refused", "counter", "Offer lines refused.",
	       (int64_t)p->offers_bad);
	figure(b, "outbox_sent", "counter", "Messages sent.", (int64_t)o->sent);
	figure(b, "outbox_failed", "counter", "Messages that failed.",
	       (int64_t)o->failed);
	figure(b, "outbox_retried", "counter", "Deliveries to be tried again.",
	       (int64_t)o->retried);
	figure(b, "outbox_uncertain", "counter", "SMS that became uncertain.",
	       (int64_t)o->uncertain);
	figure(b, "lanes", "gauge", "Courier lanes connected.", o->lanes);
}

char *control_metrics(struct engine_state *e, struct err *err)
{
	struct store_stats s;
	struct live_stats l;
	struct polls_stats p;
	struct outbox_stats o;
	struct buf b;
	if (store_stats(e->store, &s, err))
		return NULL;
	live_stats(e->live, &l);
	polls_stats(e->polls, &p);
	outbox_stats(e->outbox, &o);
	buf_init(&b, METRICS_MAX);
	store_figures(&b, &s);
	live_figures(&b, &l);
	traffic_figures(&b, &p, &o);
	buf_adds(&b, "# EOF\n");
	return buf_take(&b);
}
