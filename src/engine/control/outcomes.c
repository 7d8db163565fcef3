/* SPDX-License-Identifier: EUPL-1.2 */
/* `youths outcome`: what became of a young person, told by somebody at the
 * command line; and `events export`, which gives the network's own system back
 * what happened to the people of its files: dossier numbers and words of ours,
 * no name, no address, nothing of a need. */
#include "state.h"

#include "engine/plan/outcomes.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* Events of one answer: each costs some reads, and the engine has others to
 * answer. etrierctl asks again behind the last one. */
#define EXPORT_MAX 200

/* --- youths outcome --------------------------------------------------------
 */

/* An option that is a date; false after ending the call. */
static bool read_date(struct control_call *call, const json_t *args,
		      const char *key, int32_t *out)
{
	const char *text = js_str(args, key, NULL);
	*out = DATE_NONE;
	if (!text || !date_parse_iso(text, out))
		return true;
	control_error(call, 2, "--%s wants a date: 2026-11-23", key);
	return false;
}

static bool read_outcome(struct control_call *call, const json_t *args,
			 struct plan_outcome *o)
{
	const char *kind = js_str(args, "kind", NULL);
	int what = vocab_find(&vocab_outcome, control_word(args, 1));
	o->kind = vocab_find(&vocab_contract, kind);
	if (what == VOCAB_NONE) {
		control_error(call, 2,
			      "an outcome is interview, immersion, contract, "
			      "rupture, diploma, placed, left or absent");
		return false;
	}
	o->what = (enum outcome)what;
	if (kind && o->kind == VOCAB_NONE) {
		control_error(call, 2,
			      "no contract of that kind: apprenticeship, "
			      "professionalization, permanent, fixed_term ...");
		return false;
	}
	return read_date(call, args, "start", &o->start) &&
	       read_date(call, args, "end", &o->end) &&
	       read_date(call, args, "date", &o->date);
}

bool control_read_offer(struct control_call *call, const json_t *args,
			struct arena *a, int64_t *canonical)
{
	const char *name = js_str(args, "offer", NULL);
	struct store_offer row;
	struct err err = {0};
	*canonical = 0;
	if (!name)
		return true;
	if (strchr(name, ':')) {
		if (!control_find_offer(call, name, a, &row))
			return false;
	} else if (num_parse_int(name, 1, INT64_MAX, canonical)) {
		control_error(call, 2,
			      "--offer wants SOURCE:REF or the number of an "
			      "offer (offers list, ledger)");
		return false;
	} else if (store_offer_get(control_state(call)->store, *canonical, a,
				   &row, &err)) {
		control_error(call, 1, "%s",
			      err.kind == ERR_UNKNOWN ? "no offer of that "
							"number"
						      : err.text);
		return false;
	}
	*canonical = row.canonical;
	return true;
}

void cmd_youths_outcome(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct arena a;
	struct store_person row;
	struct plan_outcome o = {.person = 0};
	struct err err = {0};
	char by[32];
	bool is_new;
	arena_init(&a);
	if (!read_outcome(call, args, &o) ||
	    !control_find_person(call, control_word(args, 0), false, &a,
				 &row) ||
	    !control_read_offer(call, args, &a, &o.canonical))
		goto out;
	o.person = row.id;
	o.by = control_by(call, by);
	if (plan_outcome(e->planner, &o, &is_new, &err)) {
		control_fail(call, &err);
		goto out;
	}
	e->wake(e);
	control_end(call, 0, "%s", is_new ? "written down" : "known already");
out:
	arena_clear(&a);
}

/* --- events export ---------------------------------------------------------
 */

/* What a network's own system is told. Not in it: what was read, bounces and
 * addresses, rules, what the service did to itself. */
static const char *const exported[] = {
	"plan.youth", "sent",	  "failed",	 "uncertain", "cancelled",
	"receipt",    "answer",	  "decision",	 "interview", "immersion",
	"contract",   "rupture",  "diploma",	 "placed",    "left",
	"absent",     "followed", "optout",	 "optin",     "optout.lifted",
	"pause",      "refused",  "refused.back"};

struct exporting {
	struct control_call *call;
	struct engine_state *e;
	const char *origin;
	struct arena a; /* of one row */
	int64_t last;
	int n, most;
	struct err *err;
	int result;
};

/* What the event's message says: its channel and its offer. */
struct about {
	const char *channel;
	int64_t canonical;
};

static int keep_canonical(void *ctx, const struct store_proposal *row)
{
	*(int64_t *)ctx = row->canonical;
	return 1;
}

static int read_message(struct exporting *k, int64_t id, struct about *out)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct store_message m;
	struct err gone = {0};
	if (store_message_get(k->e->store, id, &k->a, &m, &gone)) {
		*k->err = gone;
		return gone.kind == ERR_STORE ? -1 : 0;
	}
	if (m.audience == STORE_TO_YOUTH)
		out->channel = vocab_code(&vocab_channel, (int)m.channel);
	q.message = id;
	if (out->canonical || m.audience != STORE_TO_YOUTH)
		return 0;
	return store_ledger_each(k->e->store, &q, keep_canonical,
				 &out->canonical, k->err);
}

/* Our label of the offer's trade; NULL: not known, or gone. */
static const char *trade_of(struct exporting *k, int64_t canonical)
{
	struct store_offer row;
	struct offer o;
	struct err gone;
	const char *label = NULL;
	if (!canonical ||
	    store_offer_get(k->e->store, canonical, &k->a, &row, &gone))
		return NULL;
	json_t *v = js_parse(row.fields, strlen(row.fields), &gone);
	if (v && !offer_from_json(v, &k->a, &o, &gone) && o.n_rome) {
		uint16_t trade = rome_find(k->e->rd, o.rome[0]);
		if (trade != ROME_NONE)
			label = rome_label(k->e->rd, trade);
	}
	json_decref(v);
	return label;
}

/* The one word that an event has to say beside its kind. */
static const char *result_of(const json_t *data)
{
	static const char *const keys[] = {"answer",  "decision", "receipt",
					   "channel", "until",	  "step",
					   "what",    "date"};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *word = js_str(data, keys[i], NULL);
		if (word)
			return word;
	}
	return NULL;
}

/* Why dismissed: a word of ours. What other sides wrote about a message is
 * not for export. */
static const char *reason_of(const struct store_event *e, const json_t *data)
{
	return str_eq(e->kind, "decision") ? js_str(data, "reason", NULL)
					   : NULL;
}

static json_t *export_row(struct exporting *k, const struct store_event *e,
			  const char *ref, const json_t *data,
			  const struct about *about)
{
	json_t *row = json_object();
	js_put_int(row, "id", e->id, -1);
	control_put_instant(row, "at", e->at);
	js_put_str(row, "origin", k->origin);
	js_put_str(row, "ref", ref);
	js_put_str(row, "event",
		   str_eq(e->kind, "plan.youth") ? "proposed" : e->kind);
	js_put_int(row, "offer", about->canonical, 0);
	js_put_str(row, "trade", trade_of(k, about->canonical));
	js_put_str(row, "contract", js_str(data, "kind", NULL));
	js_put_str(row, "start", js_str(data, "start", NULL));
	js_put_str(row, "end", js_str(data, "end", NULL));
	js_put_str(row, "channel", about->channel);
	js_put_str(row, "result", result_of(data));
	js_put_str(row, "reason", reason_of(e, data));
	return row;
}

static int export_event(void *ctx, const struct store_event *e, const char *ref)
{
	struct exporting *k = ctx;
	struct about about = {.canonical = e->canonical};
	/* Somebody with two dossiers has an event twice: never cut between. */
	if (k->n >= k->most && e->id != k->last)
		return 1;
	json_t *data =
		e->data ? js_parse(e->data, strlen(e->data), NULL) : NULL;
	int64_t message = js_int(data, "message", 0);
	if (message)
		k->result = read_message(k, message, &about);
	if (!k->result)
		control_row(k->call, export_row(k, e, ref, data, &about));
	json_decref(data);
	arena_reset(&k->a);
	k->last = e->id;
	k->n++;
	return k->result;
}

static bool read_day(struct control_call *call, const json_t *args,
		     const char *key, int64_t *out)
{
	int32_t date;
	if (!read_date(call, args, key, &date))
		return false;
	if (date != DATE_NONE)
		*out = paris_instant(date, 0);
	return true;
}

bool control_event_query(struct control_call *call, const json_t *args,
			 struct store_event_query *q)
{
	const char *after = js_str(args, "after", NULL);
	*q = STORE_EVENTS_ANY;
	if (!read_day(call, args, "since", &q->since) ||
	    !read_day(call, args, "until", &q->until))
		return false;
	if (after && num_parse_int(after, 0, INT64_MAX, &q->after)) {
		control_error(call, 2, "--after wants the number of an event");
		return false;
	}
	return true;
}

void cmd_events_export(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct store_event_query q;
	struct store_origin origin;
	struct err err = {0};
	struct exporting k = {.call = call,
			      .e = e,
			      .origin = js_str(args, "origin", ""),
			      .err = &err};
	if (!control_event_query(call, args, &q))
		return;
	k.most = control_limit(args, EXPORT_MAX);
	k.most = k.most > EXPORT_MAX ? EXPORT_MAX : k.most;
	arena_init(&k.a);
	if (store_origin_get(e->store, k.origin, &k.a, &origin, &err))
		control_error(call, 1, "%s",
			      err.kind == ERR_UNKNOWN
				      ? "nothing was ever imported from that "
					"origin"
				      : err.text);
	else if (store_events_of_origin(e->store, k.origin, exported,
					ARRAY_LEN(exported), &q, export_event,
					&k, &err) ||
		 k.result)
		control_fail(call, &err);
	else
		control_end(call, 0, NULL);
	arena_clear(&k.a);
}
