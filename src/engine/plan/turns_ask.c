/* SPDX-License-Identifier: EUPL-1.2 */
/* What may be asked of places: by the planner, which proposes only to those who
 * hold one, and by people who want to know why. Asking changes nothing. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>

#include <stdlib.h>
#include <string.h>

static int by_score(const void *a, const void *b)
{
	const struct plan_item *x = a, *y = b;
	if (x->verdict.score != y->verdict.score)
		return x->verdict.score > y->verdict.score ? -1 : 1;
	return x->canonical < y->canonical ? -1 : x->canonical > y->canonical;
}

/* While others wait for a place, one that went by is over. When nobody does,
 * whoever had it may still be told: a young person has few messages a week. */
static bool is_gone_by(struct planner *p, int64_t canonical, int64_t opened_at)
{
	const struct turn_offer *o = turns_offer(&p->turns, canonical);
	return opened_at <= plan_turns_since(p) && !(o && o->is_short);
}

int plan_turns_of(struct planner *p, int64_t person,
		  enum store_audience audience,
		  struct plan_item out[PLAN_TURNS_MAX], size_t *n,
		  struct err *err)
{
	struct store_wave places[PLAN_TURNS_MAX];
	int32_t date = paris_date(clock_now(p->clock));
	size_t found = 0;
	*n = 0;
	if (store_waves_of(p->store, person, (int)audience, plan_turns_since(p),
			   places, PLAN_TURNS_MAX, &found, err))
		return -1;
	for (size_t i = 0; i < found; i++) {
		struct plan_item *item = &out[*n];
		struct err gone;
		int64_t id = places[i].canonical;
		item->canonical = id;
		if (!is_gone_by(p, id, places[i].opened_at) &&
		    !live_evaluate(p->live, person, id, date, &item->verdict,
				   &gone) &&
		    item->verdict.decision != DECISION_EXCLUDE)
			++*n;
	}
	if (*n)
		qsort(out, *n, sizeof(*out), by_score);
	return 0;
}

int plan_turn_is_over(struct planner *p, int64_t person, int64_t canonical,
		      bool *is_over, struct err *err)
{
	struct store_wave row;
	bool found;
	if (store_wave_get(p->store, canonical, person, &row, &found, err))
		return -1;
	*is_over = found && is_gone_by(p, canonical, row.opened_at);
	return 0;
}

/* Before the engine has read who is who, nobody's turn can be told. */
static int is_ready(const struct planner *p, struct err *err)
{
	return p->turns.phase == TURNS_READY
		       ? 0
		       : err_set(err, ERR_LIMIT,
				 "turns are being worked out: again soon");
}

int planner_turn(struct planner *p, int64_t person, int64_t canonical,
		 struct wave_reason *out, struct err *err)
{
	struct turns_case k;
	if (is_ready(p, err))
		return -1;
	int result = turns_case_read(p, canonical, &k, err);
	if (!result)
		waves_tell(&k.c, (uint32_t)person, out);
	turns_case_clear(&k);
	return result;
}

/* --- an offer's waves ----------------------------------------------------- */

static void add_to(json_t *row, const char *key, bool is)
{
	json_object_set_new(row, key,
			    json_integer(js_int(row, key, 0) + (is ? 1 : 0)));
}

static int count_turn(void *ctx, const struct store_wave_turn *turn)
{
	json_t *list = ctx, *row = NULL;
	size_t at = 0;
	for (; at < json_array_size(list); at++) {
		row = json_array_get(list, at);
		if (js_int(row, "number", -1) >= turn->wave.number)
			break;
	}
	if (at == json_array_size(list) ||
	    js_int(row, "number", -1) != turn->wave.number) {
		row = json_object();
		js_put_int(row, "number", turn->wave.number, -1);
		js_put_int(row, "opened_at", turn->wave.opened_at, -1);
		json_array_insert_new(list, at, row);
	}
	if (turn->wave.opened_at < js_int(row, "opened_at", 0))
		js_put_int(row, "opened_at", turn->wave.opened_at, -1);
	add_to(row, "people", true);
	add_to(row, "proposed", turn->was_proposed);
	add_to(row, "answered", turn->is_answered);
	add_to(row, "interested", turn->is_interested);
	return 0;
}

int planner_waves(struct planner *p, int64_t canonical, json_t **waves,
		  struct wave_round *now, struct err *err)
{
	struct turns_case k;
	if (is_ready(p, err))
		return -1;
	json_t *list = json_array();
	int result = turns_case_read(p, canonical, &k, err);
	if (!result)
		result = store_wave_turns(p->store, canonical, count_turn, list,
					  err);
	if (!result) {
		waves_run(&k.c, now);
		now->n_held -= (int)now->n_entered;
		*waves = list;
	} else {
		json_decref(list);
	}
	turns_case_clear(&k);
	return result;
}
