/* SPDX-License-Identifier: EUPL-1.2 */
/* Outcomes, and the dates after a contract. What was told is an event for good;
 * what follows from it is in the same transaction, so that no contract is
 * without its dates and no rupture leaves somebody out of the matching. */
#include "outcomes.h"
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

static const char *const codes[] = {"interview", "immersion", "contract",
				    "rupture",	 "diploma",   "placed",
				    "left",	 "absent",    NULL};
static const char *const labels[] = {
	"entretien",	  "immersion", "contrat signé", "rupture",
	"diplôme obtenu", "en emploi", "a quitté",	"absent"};
const struct vocab vocab_outcome = {"outcome", codes, labels, OUTCOME_COUNT};

#define DAY_S	     ((int64_t)24 * 3600)
#define YEAR_DAYS    366
#define CANCELLED_BY "the young person is looked for no more"

/* --- dates after a contract ------------------------------------------------
 */

/* domain.md 0, rule 35: before the end of the 45 days in which either side may
 * leave at once, and when most contracts break. */
static int32_t step_day(int32_t start, enum store_step step)
{
	switch (step) {
	case STORE_J7:
		return start + 7;
	case STORE_J21:
		return start + 21;
	case STORE_J40:
		return start + 40;
	case STORE_M3:
		return date_add_months(start, 3);
	case STORE_M6:
		return date_add_months(start, 6);
	default:
		return date_add_months(start, 9);
	}
}

int32_t plan_follow_day(int32_t start, enum store_step step)
{
	int32_t day = step_day(start, step);
	while (day != DATE_NONE && !date_is_working_day(day))
		day++;
	return day;
}

/* A contract told late: of the dates that have gone by only the last is
 * asked. */
static int open_steps(struct store *s, int64_t person, int64_t contract,
		      int32_t start, int32_t today, struct err *err)
{
	for (int i = 0; i < STORE_N_STEPS; i++) {
		enum store_step step = (enum store_step)i;
		int32_t due = plan_follow_day(start, step);
		bool is_stale = i + 1 < STORE_N_STEPS &&
				plan_follow_day(start, step + 1) <= today;
		struct store_follow row = {
			.person = person,
			.contract = contract,
			.step = step,
			.due = due,
		};
		if (!is_stale && store_follow_put(s, &row, err))
			return -1;
	}
	return 0;
}

/* --- messages that wait --------------------------------------------------- */

enum { WAITING_MAX = 20 }; /* caps allow far fewer */
struct waiting {
	int64_t ids[WAITING_MAX];
	int n;
};

static int collect_waiting(void *ctx, const struct store_message *m)
{
	struct waiting *k = ctx;
	/* One that may have arrived is judged when its turn comes. */
	if (m->kind == STORE_OFFER && !plan_is_in_doubt(m))
		k->ids[k->n++] = m->id;
	return k->n == WAITING_MAX;
}

static int cancel_one(struct planner *p, int64_t id, int64_t person,
		      const char *agency, struct err *err)
{
	char data[60];
	int64_t now = clock_now(p->clock);
	snprintf(data, sizeof(data), "{\"message\":%lld}", (long long)id);
	if (plan_refill_shown(p, id, err) ||
	    store_message_settle(p->store, id, STORE_CANCELLED, CANCELLED_BY,
				 INSTANT_NONE, now, err))
		return -1;
	return store_event_add(p->store,
			       &(struct store_event){.at = now,
						     .kind = "cancelled",
						     .person = person,
						     .agency = agency,
						     .by = "engine",
						     .data = data},
			       err);
}

static int cancel_waiting(struct planner *p, int64_t person, const char *agency,
			  struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct waiting k = {.n = 0};
	q.person = person;
	q.audience = STORE_TO_YOUTH;
	q.states = 1u << STORE_PLANNED | 1u << STORE_HELD;
	if (store_messages_each(p->store, &q, collect_waiting, &k, err))
		return -1;
	for (int i = 0; i < k.n; i++) {
		if (cancel_one(p, k.ids[i], person, agency, err))
			return -1;
	}
	return 0;
}

/* --- outcomes --------------------------------------------------------------
 */

struct telling {
	struct planner *p;
	const struct plan_outcome *o;
	const struct store_person *person;
	const char *data;
	int32_t date;
	bool is_new;
};

struct known {
	const struct telling *k;
	bool found;
};

/* Those that say how somebody stands now: each undoes the one before. */
static bool is_standing(int what)
{
	return what == OUTCOME_CONTRACT || what == OUTCOME_RUPTURE ||
	       what == OUTCOME_PLACED || what == OUTCOME_LEFT;
}

static int find_same(void *ctx, const struct store_event *e)
{
	struct known *k = ctx;
	const struct plan_outcome *o = k->k->o;
	int what = vocab_find(&vocab_outcome, e->kind);
	bool is_rival = is_standing((int)o->what) ? is_standing(what)
						  : what == (int)o->what;
	if (!is_rival)
		return 0;
	k->found = what == (int)o->what && e->canonical == o->canonical &&
		   str_eq(e->data, k->k->data);
	return 1;
}

/* Told before, and nothing that undoes it since: a button pressed twice. */
static int is_told(const struct telling *k, bool *is, struct err *err)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	struct known known = {.k = k};
	q.person = k->person->id;
	q.newest_first = true;
	if (store_events_each(k->p->store, &q, find_same, &known, err))
		return -1;
	*is = known.found;
	return 0;
}

static int follow_up(const struct telling *k, int64_t event, struct err *err)
{
	struct store *s = k->p->store;
	const struct plan_outcome *o = k->o;
	int64_t n, id = k->person->id, now = clock_now(k->p->clock);
	int32_t start = o->start != DATE_NONE ? o->start : k->date;
	switch (o->what) {
	case OUTCOME_CONTRACT:
		return store_follow_end(s, id, NULL, now, &n, err) ||
				       open_steps(s, id, event, start,
						  paris_date(now), err)
			       ? -1
			       : 0;
	case OUTCOME_RUPTURE:
		return store_follow_end(s, id, "rupture", now, &n, err);
	case OUTCOME_LEFT:
		return store_follow_end(s, id, NULL, now, &n, err);
	default:
		return 0;
	}
}

static int change_status(const struct telling *k, struct err *err)
{
	static const enum person_status status[OUTCOME_COUNT] = {
		[OUTCOME_CONTRACT] = PERSON_PLACED,
		[OUTCOME_PLACED] = PERSON_PLACED,
		[OUTCOME_LEFT] = PERSON_LEFT,
		[OUTCOME_RUPTURE] = PERSON_ACTIVE};
	const struct store_person *person = k->person;
	enum outcome what = k->o->what;
	bool is_status = what == OUTCOME_RUPTURE || status[what];
	if (!is_status)
		return 0;
	if (store_person_set_status(k->p->store, person->id, status[what], err))
		return -1;
	return what == OUTCOME_RUPTURE
		       ? 0
		       : cancel_waiting(k->p, person->id, person->agency, err);
}

static int write_outcome(struct store *s, void *ctx, struct err *err)
{
	struct telling *k = ctx;
	bool is_known;
	int64_t event;
	if (is_told(k, &is_known, err))
		return -1;
	k->is_new = !is_known;
	if (is_known)
		return 0;
	const struct store_event e = {.at = clock_now(k->p->clock),
				      .kind = codes[k->o->what],
				      .person = k->person->id,
				      .canonical = k->o->canonical,
				      .agency = k->person->agency,
				      .by = k->o->by,
				      .data = k->data};
	if (store_event_put(s, &e, &event, err) || follow_up(k, event, err))
		return -1;
	return change_status(k, err);
}

static void put_date(json_t *v, const char *key, int32_t date)
{
	char text[11];
	if (date == DATE_NONE)
		return;
	date_format(date, text);
	js_put_str(v, key, text);
}

/* The same outcome has the same text. */
static char *data_of(const struct plan_outcome *o, int32_t date)
{
	json_t *v = json_object();
	js_put_int(v, "canonical", o->canonical, 0);
	js_put_str(v, "kind", vocab_code(&vocab_contract, o->kind));
	put_date(v, "start", o->start);
	put_date(v, "end", o->end);
	put_date(v, "date", date);
	js_put_str(v, "via", o->canonical ? "offer" : "other");
	char *text = json_dumps(v, JSON_COMPACT);
	json_decref(v);
	return text;
}

static int check(const struct plan_outcome *o, int32_t date, int32_t today,
		 struct err *err)
{
	const int32_t days[] = {date, o->start, o->end};
	for (int i = 0; i < 3; i++) {
		if (days[i] != DATE_NONE &&
		    abs(days[i] - today) > PLAN_OUTCOME_YEARS * YEAR_DAYS)
			return err_set(err, ERR_INPUT,
				       "a date more than %d years from today",
				       PLAN_OUTCOME_YEARS);
	}
	if (o->start != DATE_NONE && o->end != DATE_NONE && o->end < o->start)
		return err_set(err, ERR_INPUT, "it ends before it starts");
	if (date > today)
		return err_set(err, ERR_INPUT,
			       "what happened cannot be of a day to come");
	return 0;
}

int plan_outcome(struct planner *p, const struct plan_outcome *o, bool *is_new,
		 struct err *err)
{
	int32_t today = paris_date(clock_now(p->clock));
	int32_t date = o->date != DATE_NONE ? o->date : today;
	struct store_person person;
	struct arena a;
	arena_init(&a);
	int result = check(o, date, today, err);
	if (!result)
		result = store_person_get(p->store, o->person, false, &a,
					  &person, err);
	if (!result) {
		char *data = data_of(o, date);
		struct telling k = {.p = p,
				    .o = o,
				    .person = &person,
				    .data = data,
				    .date = date};
		result = store_tx(p->store, write_outcome, &k, err);
		free(data);
		if (!result) {
			*is_new = k.is_new;
			live_person_changed(p->live, person.id);
			plan_youth_look(p, (uint32_t)person.id);
		}
	}
	arena_clear(&a);
	return result;
}

/* --- the answer to a step --------------------------------------------------
 */

struct following {
	struct planner *p;
	const struct store_person *person;
	int64_t contract;
	enum store_step step;
	const char *answer, *by;
	bool is_new;
};

static int write_followed(struct store *s, void *ctx, struct err *err)
{
	struct following *k = ctx;
	int64_t now = clock_now(k->p->clock);
	bool is_absent = str_eq(k->answer, "absent");
	char data[80];
	snprintf(data, sizeof(data), "{\"contract\":%lld,\"step\":\"%s\"}",
		 (long long)k->contract,
		 vocab_code(&vocab_follow_step, (int)k->step));
	if (store_follow_done(s, k->person->id, k->contract, k->step, k->answer,
			      now, err))
		return -1;
	return store_event_add(
		s,
		&(struct store_event){.at = now,
				      .kind = is_absent ? "absent" : "followed",
				      .person = k->person->id,
				      .agency = k->person->agency,
				      .by = k->by,
				      .data = data},
		err);
}

static int follow(struct following *k, struct arena *a, struct err *err)
{
	struct store_follow row;
	bool found;
	if (store_follow_get(k->p->store, k->person->id, k->contract, k->step,
			     a, &row, &found, err))
		return -1;
	if (!found)
		return err_set(err, ERR_UNKNOWN, "no such step");
	if (row.done_at != INSTANT_NONE && str_eq(row.outcome, k->answer))
		return 0;
	if (row.done_at != INSTANT_NONE)
		return err_set(err, ERR_UNKNOWN, "answered otherwise before");
	if (!str_eq(k->answer, "rupture")) {
		k->is_new = true;
		return store_tx(k->p->store, write_followed, k, err);
	}
	const struct plan_outcome o = {.what = OUTCOME_RUPTURE,
				       .person = k->person->id,
				       .kind = VOCAB_NONE,
				       .start = DATE_NONE,
				       .end = DATE_NONE,
				       .date = DATE_NONE,
				       .by = k->by};
	return plan_outcome(k->p, &o, &k->is_new, err);
}

int plan_followed(struct planner *p, int64_t person, int64_t contract,
		  enum store_step step, const char *answer, const char *by,
		  bool *is_new, struct err *err)
{
	struct store_person row;
	struct arena a;
	arena_init(&a);
	int result = store_person_get(p->store, person, false, &a, &row, err);
	if (!result) {
		struct following k = {.p = p,
				      .person = &row,
				      .contract = contract,
				      .step = step,
				      .answer = answer,
				      .by = by};
		result = follow(&k, &a, err);
		if (!result)
			*is_new = k.is_new;
	}
	arena_clear(&a);
	return result;
}
