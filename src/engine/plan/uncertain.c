/* SPDX-License-Identifier: EUPL-1.2 */
/* SMS of which nobody knows whether they arrived must reach the adviser, who
 * can ask, also on a day without an offer: then a digest is made for them
 * alone, once. Later digests name them again until they are settled, but none
 * is made for that. Nothing here sends or settles an SMS. */
#include "plan.h"

#include <etrier/err.h>
#include <etrier/str.h>

struct looking {
	struct planner *p;
	const struct plan_digest *d;
	bool new_only, found;
	int result;
	struct err *err;
};

/* A digest planned since the SMS came into doubt names it. One that failed was
 * read by nobody; one that was cancelled is not there. */
static int was_told(struct looking *k, const struct store_message *sms,
		    bool *told)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	int64_t n = 0;
	q.kind = STORE_DIGEST;
	q.agency = k->d->agency;
	q.recipient = k->d->adviser;
	q.states = 1u << STORE_PLANNED | 1u << STORE_SENDING |
		   1u << STORE_SENT | 1u << STORE_HELD;
	q.planned_since = sms->settled_at;
	if (store_messages_count(k->p->store, &q, &n, k->err))
		return -1;
	*told = n > 0;
	return 0;
}

static int look_at(void *ctx, const struct store_message *sms)
{
	struct looking *k = ctx;
	struct plan_scope s;
	struct plan_person person;
	struct err gone;
	bool told = false;
	plan_scope_init(&s);
	if (!plan_person_get(k->p, sms->person, &s, &person, &gone) &&
	    str_eq(person.row.adviser, k->d->adviser)) {
		if (k->new_only)
			k->result = was_told(k, sms, &told);
		k->found = !k->result && !told;
	}
	plan_scope_clear(&s);
	return k->found || k->result;
}

int plan_find_uncertain(struct planner *p, const struct plan_digest *d,
			bool new_only, bool *found, struct err *err)
{
	struct looking k = {.p = p, .d = d, .new_only = new_only, .err = err};
	struct store_messages_query q = STORE_MESSAGES_ANY;
	*found = false;
	if (d->audience != STORE_TO_ADVISER)
		return 0;
	q.states = 1u << STORE_UNCERTAIN;
	q.agency = d->agency;
	q.audience = STORE_TO_YOUTH;
	if (store_messages_each(p->store, &q, look_at, &k, err) || k.result)
		return -1;
	*found = k.found;
	return 0;
}
