/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers and decisions: the row of the ledger, the event, and telling the
 * matcher. Asking twice changes nothing the second time; changing one's mind
 * does. */
#include "acts.h"
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/plan_youth.h>
#include <etrier/store_events.h>
#include <etrier/store_waves.h>
#include <etrier/str.h>

#include <stdlib.h>

static const char *const answer_codes[] = {STORE_INTERESTED, "not_interested",
					   STORE_CALL, NULL};
static const char *const answer_labels[] = {"intéressé(e)", "pas intéressé(e)",
					    "veut être rappelé(e)"};
const struct vocab vocab_answer = {"answer", answer_codes, answer_labels, 3};

static const char *const dismissal_codes[] = {
	"too_far", "hours", "trade", "placed", "doubtful", "other", NULL};
static const char *const dismissal_labels[] = {
	"trop loin",	 "horaires",	   "métier",
	"déjà en poste", "offre douteuse", "autre raison"};
const struct vocab vocab_dismissal = {"dismissal", dismissal_codes,
				      dismissal_labels, 6};

/* --- a row of the ledger and its event -------------------------------------
 */

struct marking {
	struct planner *p;
	int64_t person, canonical;
	enum store_audience audience;
	struct store_answer answer;
	const char *kind, *key; /* of the event, and of the word in its data */
	const char *agency, *by;
	bool sends; /* a message to the young person comes first */
	/* found: */
	bool has_row, is_same;
	int64_t message;
};

static int see_row(void *ctx, const struct store_proposal *row)
{
	struct marking *k = ctx;
	const struct store_answer *a = &k->answer;
	k->has_row = true;
	k->message = row->message;
	k->is_same =
		str_eq(row->result, a->result) &&
		str_eq(row->reason, a->reason) &&
		(!a->later_until || row->later_until > clock_now(k->p->clock));
	return 1;
}

static int add_event(struct store *s, const struct marking *k, struct err *err)
{
	json_t *data = json_object();
	char day[11];
	js_put_str(data, k->key, k->answer.result);
	js_put_str(data, "reason", k->answer.reason);
	js_put_int(data, "message", k->message, 0);
	if (k->answer.later_until) {
		date_format(paris_date(k->answer.later_until), day);
		js_put_str(data, "until", day);
	}
	char *text = json_dumps(data, JSON_COMPACT);
	int result = store_event_add(
		s,
		&(struct store_event){.at = clock_now(k->p->clock),
				      .kind = k->kind,
				      .person = k->person,
				      .canonical = k->canonical,
				      .agency = k->agency,
				      .by = k->by,
				      .data = text},
		err);
	free(text);
	json_decref(data);
	return result;
}

/* "Bien reçu, Sarah te rappelle": by the channel that the offer came by, which
 * is where the link was followed, and where an SMS was answered. */
static int confirm_call(const struct marking *k, struct err *err)
{
	struct store_message offer;
	struct arena a;
	int64_t id;
	arena_init(&a);
	int result =
		store_message_get(k->p->store, k->message, &a, &offer, err);
	if (!result)
		result = planner_answer_youth(k->p, k->person, offer.channel,
					      PLAN_TOPIC_CALL, &id, err);
	arena_clear(&a);
	return result;
}

static int mark(struct store *s, void *ctx, struct err *err)
{
	struct marking *k = ctx;
	struct store_ledger_query q = STORE_LEDGER_ANY;
	q.person = k->person;
	q.canonical = k->canonical;
	q.audience = (int)k->audience;
	if (store_ledger_each(s, &q, see_row, k, err))
		return -1;
	if (!k->has_row)
		return err_set(err, ERR_UNKNOWN, "no such proposal");
	if (k->is_same)
		return 0;
	if (k->sends &&
	    planner_send_to_youth(k->p, k->person, k->canonical, err))
		return -1;
	if (store_ledger_answer(s, k->person, k->canonical, k->audience,
				&k->answer, clock_now(k->p->clock), err) ||
	    add_event(s, k, err))
		return -1;
	return str_eq(k->answer.result, STORE_CALL) ? confirm_call(k, err) : 0;
}

/* The person's id and agency as they are now, whatever was joined since. */
static int mark_for(struct marking *k, struct err *err)
{
	struct store_person row;
	struct arena a;
	arena_init(&a);
	int result =
		store_person_get(k->p->store, k->person, false, &a, &row, err);
	if (!result) {
		k->person = row.id;
		k->agency = row.agency;
		result = store_tx(k->p->store, mark, k, err);
	}
	if (!result && !k->is_same)
		live_person_changed(k->p->live, k->person);
	arena_clear(&a);
	return result;
}

int plan_answer(struct planner *p, int64_t person, int64_t canonical,
		const char *word, const char *by, struct err *err)
{
	struct marking k = {.p = p,
			    .person = person,
			    .canonical = canonical,
			    .audience = STORE_TO_YOUTH,
			    .answer = {.result = word},
			    .kind = "answer",
			    .key = "answer",
			    .by = by};
	if (vocab_find(&vocab_answer, word) == VOCAB_NONE)
		return err_set(err, ERR_INPUT, "no such answer");
	return mark_for(&k, err);
}

/* --- decisions -------------------------------------------------------------
 */

static int prepare(struct marking *k, const struct plan_decision *d,
		   struct err *err)
{
	int64_t now = clock_now(k->p->clock);
	if (str_eq(d->act, "send")) {
		k->answer.result = STORE_SENT_ON;
		k->sends = true;
	} else if (str_eq(d->act, "later")) {
		k->answer.result = STORE_LATER;
		k->answer.later_until =
			paris_instant(paris_date(now) + PLAN_LATER_DAYS, 0);
	} else if (str_eq(d->act, "dismiss")) {
		k->answer.result = STORE_DISMISSED;
		k->answer.reason = d->reason;
		if (vocab_find(&vocab_dismissal, d->reason) == VOCAB_NONE)
			return err_set(err, ERR_INPUT, "no such reason");
	} else {
		return err_set(err, ERR_INPUT, "no such act");
	}
	return 0;
}

int plan_decide(struct planner *p, const struct plan_decision *d, bool *refused,
		struct err *err)
{
	struct marking k = {.p = p,
			    .person = d->person,
			    .canonical = d->canonical,
			    .audience = d->audience,
			    .kind = "decision",
			    .key = "decision",
			    .by = d->by};
	*refused = false;
	if (prepare(&k, d, err))
		return -1;
	if (!mark_for(&k, err))
		return 0;
	*refused = k.sends && err->kind == ERR_INPUT;
	return *refused ? 0 : -1;
}

struct dismissal {
	struct arena *a;
	const char *words;
};

static int read_dismissal(void *ctx, const struct store_proposal *row)
{
	struct dismissal *k = ctx;
	int reason = vocab_find(&vocab_dismissal, row->reason);
	if (!str_eq(row->result, STORE_DISMISSED))
		return 0;
	k->words = "écartée par le CFA";
	if (reason != VOCAB_NONE)
		k->words = arena_printf(k->a, "%s : %s", k->words,
					vocab_label(&vocab_dismissal, reason));
	return 1;
}

int plan_cfa_dismissal(struct planner *p, int64_t person, int64_t canonical,
		       struct arena *a, const char **words, struct err *err)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct dismissal k = {.a = a};
	q.person = person;
	q.canonical = canonical;
	q.audience = STORE_TO_CFA;
	int result = store_ledger_each(p->store, &q, read_dismissal, &k, err);
	*words = k.words;
	return result;
}

int plan_stop(struct planner *p, int64_t message, bool *refused,
	      struct err *err)
{
	struct store_message m;
	struct arena a;
	*refused = false;
	arena_init(&a);
	int result = store_message_get(p->store, message, &a, &m, err);
	if (!result && m.state != STORE_CANCELLED) /* once is enough */
		result = planner_stop_message(p, message, err);
	if (result && err->kind == ERR_INPUT) {
		*refused = true;
		result = 0;
	}
	arena_clear(&a);
	return result;
}

/* --- pages -----------------------------------------------------------------
 */

json_t *plan_page(struct planner *p, const char *kind, const char *token,
		  const json_t *line, struct err *err)
{
	struct plan_scope s;
	const struct plan_page_ask ask = {p, &s, token, line, err};
	json_t *model = NULL;
	plan_scope_init(&s);
	if (str_eq(kind, "d"))
		model = plan_page_digest(&ask);
	else if (str_eq(kind, "a") || (str_eq(kind, "o") && !line))
		model = plan_page_youth(&ask, kind);
	else if (str_eq(kind, "method") && !line)
		model = plan_page_method(p);
	else
		err_set(err, ERR_UNKNOWN, "no such page");
	plan_scope_clear(&s);
	return model;
}
