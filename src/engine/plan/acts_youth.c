/* SPDX-License-Identifier: EUPL-1.2 */
/* The two pages of a message to a young person: the offer once more, and the
 * answer to it. What they say is what the message said, frozen with it: our
 * words and our tables, never a stranger's. Fresh is only who to call, whether
 * the offer is still there, and what was answered.
 *
 * A token stands for one message about one offer to one person ("P.C.M"); when
 * the offer or the dossier was joined with another since, it stands for that
 * one. */
#include "acts.h"
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/plan_youth.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <stdio.h>
#include <string.h>

/* Members of a message's model that its pages show too. */
static const char *const shown[] = {
	"first_name", "job",	  "job_short", "city",	 "contract",
	"travel",     "start_fr", "tone_tu",   "advice", "stop_url"};

struct proposed { /* what a token stands for */
	struct plan_person person;
	struct store_message message;
	const json_t *model; /* frozen; kept in the scope */
	int64_t canonical;
	const char *result; /* answer, or NULL */
	int64_t result_at;
	struct arena *a;
};

static int read_ids(const char *subject, int64_t ids[3], struct arena *a)
{
	char *text = arena_dup(a, subject), *rest = text;
	for (int i = 0; i < 3; i++) {
		char *part = strsep(&rest, ".");
		if (!part || num_parse_int(part, 1, INT64_MAX, &ids[i]))
			return -1;
	}
	return rest ? -1 : 0;
}

static int keep_row(void *ctx, const struct store_proposal *row)
{
	struct proposed *k = ctx;
	k->canonical = row->canonical;
	k->result = arena_dup(k->a, row->result);
	k->result_at = row->result_at;
	return 1;
}

/* By its message; when that row went because a double had one of the same
 * offer, by the offer. */
static int find_row(const struct plan_page_ask *ask, struct proposed *k)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct store_offer offer;
	struct store *s = ask->p->store;
	int64_t asked = k->canonical;
	k->canonical = 0;
	q.message = k->message.id;
	q.person = k->person.row.id;
	q.audience = STORE_TO_YOUTH;
	if (store_ledger_each(s, &q, keep_row, k, ask->err))
		return -1;
	if (k->canonical)
		return 0;
	if (store_offer_get(s, asked, k->a, &offer, ask->err))
		return -1;
	q.message = 0;
	q.canonical = offer.canonical;
	if (store_ledger_each(s, &q, keep_row, k, ask->err))
		return -1;
	return k->canonical
		       ? 0
		       : err_set(ask->err, ERR_UNKNOWN, "no such proposal");
}

static int read_model(const struct plan_page_ask *ask, struct proposed *k)
{
	const char *text = k->message.model;
	json_t *line = text ? js_parse(text, strlen(text), ask->err) : NULL;
	if (text && !line)
		return -1;
	if (line)
		plan_scope_keep(ask->s, line);
	k->model = json_object_get(line, "model");
	return json_is_object(k->model)
		       ? 0
		       : err_set(ask->err, ERR_UNKNOWN, "it never left");
}

static int find_proposed(const struct plan_page_ask *ask, const char *purpose,
			 struct proposed *k)
{
	struct planner *p = ask->p;
	struct store_token t;
	int64_t ids[3];
	*k = (struct proposed){.a = &ask->s->arena};
	if (store_token_find(p->store, ask->token, purpose, clock_now(p->clock),
			     k->a, &t, ask->err))
		return -1;
	if (read_ids(t.subject, ids, k->a))
		return err_set(ask->err, ERR_UNKNOWN, "odd token");
	if (plan_person_get(p, ids[0], ask->s, &k->person, ask->err) ||
	    store_message_get(p->store, ids[2], k->a, &k->message, ask->err))
		return -1;
	k->canonical = ids[1];
	if (k->message.person != k->person.row.id)
		return err_set(ask->err, ERR_UNKNOWN, "another's message");
	return find_row(ask, k) || read_model(ask, k) ? -1 : 0;
}

/* --- the model -------------------------------------------------------------
 */

static json_t *contact(const char *first_name, const char *name,
		       const char *phone)
{
	json_t *v = json_object();
	js_put_str(v, "first_name", first_name);
	js_put_str(v, "name", name);
	js_put_str(v, "phone", phone);
	return v;
}

/* Who follows the young person today; what the message said when nobody is
 * found. */
static void put_people(const struct plan_page_ask *ask,
		       const struct proposed *k, json_t *model)
{
	const struct store_person *row = &k->person.row;
	struct store_agency agency_row;
	struct agency agency;
	struct adviser adviser;
	struct err none;
	bool has_agency =
		row->agency && !plan_agency_get(ask->p, row->agency, ask->s,
						&agency_row, &agency, &none);
	bool has_adviser = has_agency && row->adviser &&
			   !plan_adviser_get(ask->p, row->agency, row->adviser,
					     ask->s, &adviser, &none);
	json_object_set_new(
		model, "agency",
		has_agency
			? contact(NULL, agency.name, agency.phone)
			: json_deep_copy(json_object_get(k->model, "agency")));
	json_object_set_new(
		model, "adviser",
		has_adviser
			? contact(adviser.first_name, NULL, adviser.phone)
			: json_deep_copy(json_object_get(k->model, "adviser")));
}

static void put_answer(const struct proposed *k, json_t *model)
{
	char day[40];
	int answer = vocab_find(&vocab_answer, k->result);
	if (answer == VOCAB_NONE)
		return;
	js_put_str(model, "answer", k->result);
	js_put_str(model, "answer_fr", vocab_label(&vocab_answer, answer));
	date_format_fr(paris_date(k->result_at), false, day);
	js_put_str(model, "answered_fr", day);
	/* for a template, which compares nothing */
	json_object_set_new(model, arena_printf(k->a, "is_%s", k->result),
			    json_true());
}

static int put_pause(const struct plan_page_ask *ask, const struct proposed *k,
		     json_t *model)
{
	int64_t until;
	char day[40];
	if (store_person_get_pause(ask->p->store, k->person.row.id,
				   clock_now(ask->p->clock), &until, ask->err))
		return -1;
	if (until == INSTANT_NONE)
		return 0;
	date_format_fr(paris_date(until), false, day);
	js_put_str(model, "paused_fr", day);
	return 0;
}

static json_t *model_of(const struct plan_page_ask *ask,
			const struct proposed *k, const char *purpose)
{
	json_t *model = json_object();
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		json_t *v = json_object_get(k->model, shown[i]);
		if (v)
			json_object_set_new(model, shown[i], json_deep_copy(v));
	}
	const char *other = str_eq(purpose, "o") ? "answer_url" : "offer_url";
	js_put_str(model, other, js_str(k->model, other, NULL));
	put_people(ask, k, model);
	json_object_set_new(
		model, "is_live",
		json_boolean(live_offer(ask->p->live, k->canonical) != NULL));
	put_answer(k, model);
	if (put_pause(ask, k, model)) {
		json_decref(model);
		return NULL;
	}
	return model;
}

/* --- acts ------------------------------------------------------------------
 */

struct resting {
	struct planner *p;
	const struct store_person *person;
	int64_t until;
};

static int write_rest(struct store *s, void *ctx, struct err *err)
{
	const struct resting *k = ctx;
	char day[11], data[40];
	date_format(paris_date(k->until), day);
	snprintf(data, sizeof(data), "{\"until\":\"%s\"}", day);
	if (planner_pause(k->p, k->person->id, k->until, err))
		return -1;
	return store_event_add(
		s,
		&(struct store_event){.at = clock_now(k->p->clock),
				      .kind = "pause",
				      .person = k->person->id,
				      .agency = k->person->agency,
				      .by = "link",
				      .data = data},
		err);
}

/* Nothing for so many days; a longer pause stays. */
static int rest(const struct plan_page_ask *ask, const struct proposed *k,
		int days)
{
	struct planner *p = ask->p;
	int64_t now = clock_now(p->clock), old;
	struct resting r = {p, &k->person.row,
			    paris_instant(paris_date(now) + days, 0)};
	if (store_person_get_pause(p->store, r.person->id, now, &old, ask->err))
		return -1;
	if (old != INSTANT_NONE && old >= r.until)
		return 0;
	return store_tx(p->store, write_rest, &r, ask->err);
}

/* *known false: no such act on this page. */
static int act(const struct plan_page_ask *ask, const struct proposed *k,
	       const char *word, bool *known)
{
	*known = true;
	if (str_eq(word, "later"))
		return rest(ask, k, PLAN_LATER_DAYS);
	if (str_eq(word, "pause"))
		return rest(ask, k, PLAN_PAUSE_DAYS);
	*known = vocab_find(&vocab_answer, word) != VOCAB_NONE;
	return *known ? plan_answer(ask->p, k->person.row.id, k->canonical,
				    word, "link", ask->err)
		      : 0;
}

json_t *plan_page_youth(const struct plan_page_ask *ask, const char *purpose)
{
	struct proposed k;
	bool is_known = true;
	const char *word = js_str(ask->line, "act", "");
	if (find_proposed(ask, purpose, &k))
		return NULL;
	if (ask->line &&
	    (act(ask, &k, word, &is_known) ||
	     (is_known &&
	      store_token_use(ask->p->store, ask->token,
			      clock_now(ask->p->clock), ask->err)) ||
	     find_row(ask, &k)))
		return NULL;
	json_t *model = model_of(ask, &k, purpose);
	if (model && ask->line && is_known)
		js_put_str(model, "done", word);
	else if (model && ask->line)
		json_object_set_new(model, "refused", json_true());
	if (model && ask->line && is_known)
		json_object_set_new(model, arena_printf(k.a, "done_%s", word),
				    json_true());
	return model;
}
