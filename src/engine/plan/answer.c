/* SPDX-License-Identifier: EUPL-1.2 */
/* A young person's answer, whichever way it came: the ledger holds the last
 * word, the events every one of them. */
#include "acts.h"
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <stdlib.h>

struct answering {
	struct planner *p;
	int64_t person, canonical;
	const char *word, *by;
	bool is_same;
};

static int look_at(void *ctx, const struct store_proposal *row)
{
	struct answering *k = ctx;
	k->is_same = str_eq(row->result, k->word);
	return 1;
}

static int answer(struct store *s, void *ctx, struct err *err)
{
	struct answering *k = ctx;
	int64_t now = clock_now(k->p->clock);
	struct store_ledger_query q = STORE_LEDGER_ANY;
	q.person = k->person;
	q.canonical = k->canonical;
	q.audience = STORE_TO_YOUTH;
	if (store_ledger_each(s, &q, look_at, k, err))
		return -1;
	if (k->is_same)
		return 0;
	const struct store_answer a = {.result = k->word};
	if (store_ledger_answer(s, k->person, k->canonical, STORE_TO_YOUTH, &a,
				now, err))
		return -1;
	json_t *data = json_object();
	js_put_str(data, "answer", k->word);
	char *text = json_dumps(data, JSON_COMPACT);
	int result =
		store_event_add(s,
				&(struct store_event){.at = now,
						      .kind = "answer",
						      .person = k->person,
						      .canonical = k->canonical,
						      .by = k->by,
						      .data = text},
				err);
	free(text);
	json_decref(data);
	return result;
}

int plan_answer(struct planner *p, int64_t person, int64_t canonical,
		const char *word, const char *by, struct err *err)
{
	struct answering k = {p, person, canonical, word, by, false};
	if (store_tx(p->store, answer, &k, err))
		return -1;
	if (!k.is_same)
		live_person_changed(p->live, person);
	return 0;
}
