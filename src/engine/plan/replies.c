/* SPDX-License-Identifier: EUPL-1.2 */
/* SMS of young people. STOP holds for the number, whoever else has it, and is
 * confirmed once in the life of that number; 1, 2 and 3 answer the last offer
 * that went there; anything else is for the adviser's digest. A number that
 * serves several dossiers speaks for the one the last message was for. */
#include "acts.h"
#include "arrivals.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/phone.h>
#include <etrier/plan_youth.h>
#include <etrier/sms_reply.h>
#include <etrier/store_addresses.h>
#include <etrier/store_replies.h>
#include <etrier/str.h>

#include <stdlib.h>

#define DAY_S ((int64_t)24 * 3600)
/* "1" long after is about nothing any more. */
#define ANSWER_S (14 * DAY_S)
/* Words are anybody's whom we wrote to within so long. */
#define WORDS_S (90 * DAY_S)

struct reply {
	struct planner *p;
	const char *from, *text;
	struct store_message last; /* to that number */
	bool has_last;
	struct arena a;
};

static int get_last(struct reply *k, int kind, int64_t since,
		    struct store_message *out, bool *found, struct err *err)
{
	int64_t id, now = clock_now(k->p->clock);
	*found = false;
	if (store_message_last_to(k->p->store, CHANNEL_SMS, k->from, kind,
				  now - since, &id, err))
		return -1;
	if (!id)
		return 0;
	*found = true;
	return store_message_get(k->p->store, id, &k->a, out, err);
}

static int note(struct reply *k, const struct store_message *m,
		const char *what, struct err *err)
{
	json_t *data = json_object();
	js_put_str(data, "what", what);
	return plan_event(k->p, "reply", m, m ? m->person : 0, "sms", data,
			  err);
}

/* --- stop --- */

static bool may_confirm(const struct planner *p)
{
	/* A sender of letters cannot be answered: then this came another way,
	 * and is confirmed by no SMS. */
	return p->settings && p->settings->sms_goes &&
	       (str_eq(p->settings->sms_profile, "reponse") ||
		str_eq(p->settings->sms_profile, "vln"));
}

/* A number that is theirs no more is confirmed nothing: the words would go to
 * the new one, where nothing is stopped. */
static int is_their_number(struct reply *k, bool *is, struct err *err)
{
	struct plan_scope s;
	struct plan_person person;
	struct err lost = {0};
	char e164[17] = "";
	plan_scope_init(&s);
	bool found = !plan_person_get(k->p, k->last.person, &s, &person, &lost);
	*is = found && person.p.phone &&
	      phone_normalise(person.p.phone, e164) != PHONE_INVALID &&
	      str_eq(e164, k->from);
	plan_scope_clear(&s);
	return !found && lost.kind == ERR_STORE
		       ? err_set(err, ERR_STORE, "%s", lost.text)
		       : 0;
}

static int confirm(struct reply *k, struct err *err)
{
	int64_t id, n;
	bool is_theirs;
	if (!k->has_last || !k->last.person || !may_confirm(k->p))
		return 0;
	if (store_message_topic_to(k->p->store, CHANNEL_SMS, k->from,
				   PLAN_TOPIC_STOP, &n, err))
		return -1;
	if (n)
		return 0;
	if (is_their_number(k, &is_theirs, err))
		return -1;
	if (!is_theirs)
		return 0;
	if (planner_answer_youth(k->p, k->last.person, CHANNEL_SMS,
				 PLAN_TOPIC_STOP, &id, err))
		return -1;
	/* Remembered of the number from now on: once in its life. */
	return id ? store_message_address(k->p->store, id, k->from, err) : 0;
}

static int on_stop(struct reply *k, struct err *err)
{
	bool is_new;
	if (plan_optout(k->p, CHANNEL_SMS, k->from, "sms", &is_new, err))
		return -1;
	k->p->arrivals->stats.stops += is_new;
	return is_new ? confirm(k, err) : 0;
}

/* --- an answer --- */

static int keep_canonical(void *ctx, const struct store_proposal *row)
{
	*(int64_t *)ctx = row->canonical;
	return 1;
}

/* *found false: there is no offer it could be about. */
static int on_answer(struct reply *k, const char *word, bool *found,
		     struct err *err)
{
	struct store_message offer;
	struct store_ledger_query q = STORE_LEDGER_ANY;
	int64_t canonical = 0;
	if (get_last(k, (int)STORE_OFFER, ANSWER_S, &offer, found, err))
		return -1;
	if (!*found)
		return 0;
	q.message = offer.id;
	if (store_ledger_each(k->p->store, &q, keep_canonical, &canonical, err))
		return -1;
	*found = canonical != 0;
	if (!canonical)
		return 0;
	k->p->arrivals->stats.answers++;
	return plan_answer(k->p, offer.person, canonical, word, "sms", err);
}

static int on_words(struct reply *k, bool *found, struct err *err)
{
	int64_t id;
	*found = k->has_last && k->last.person;
	if (!*found || str_is_empty(k->text))
		return 0;
	const struct store_reply r = {.person = k->last.person,
				      .message = k->last.id,
				      .at = clock_now(k->p->clock),
				      .text = k->text};
	return store_reply_add(k->p->store, &r, &id, err);
}

/* --- all of them --- */

/* Who answers has it. */
static int prove(struct reply *k, struct err *err)
{
	bool changed;
	return k->has_last && k->last.state == STORE_UNCERTAIN
		       ? plan_receipt(k->p, &k->last, SMS_DELIVERED, "reply",
				      &changed, err)
		       : 0;
}

static int sort(struct reply *k, bool *found, struct err *err)
{
	static const char *const answers[] = {[SMS_REPLY_YES] = "interested",
					      [SMS_REPLY_NO] = "not_interested",
					      [SMS_REPLY_CALL] = "call"};
	enum sms_reply r = sms_reply_read(k->text);
	const struct store_message *m = k->has_last ? &k->last : NULL;
	if (r == SMS_REPLY_STOP) {
		*found = true;
		return on_stop(k, err) || note(k, m, "stop", err) ? -1 : 0;
	}
	*found = false;
	if (r != SMS_REPLY_TEXT && on_answer(k, answers[r], found, err))
		return -1;
	if (*found)
		return note(k, m, answers[r], err);
	if (on_words(k, found, err))
		return -1;
	return *found ? note(k, m, "text", err) : 0;
}

int plan_reply(struct planner *p, const json_t *line, bool *found,
	       struct err *err)
{
	struct reply k = {.p = p,
			  .from = js_str(line, "from", ""),
			  .text = js_str(line, "text", "")};
	char e164[17];
	enum phone_kind kind = phone_normalise(k.from, e164);
	if (kind == PHONE_INVALID || kind == PHONE_SPECIAL)
		return err_set(err, ERR_INPUT, "a reply of no number");
	k.from = e164;
	arena_init(&k.a);
	int result =
		get_last(&k, VOCAB_NONE, WORDS_S, &k.last, &k.has_last, err) ||
				prove(&k, err) || sort(&k, found, err)
			? -1
			: 0;
	arena_clear(&k.a);
	p->arrivals->stats.replies += !result && *found;
	return result;
}
