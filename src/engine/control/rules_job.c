/* SPDX-License-Identifier: EUPL-1.2 */
/* Questions about rules that take longer than a turn of the loop: what other
 * rules would do with the live offers (rules diff), what the offers reach
 * (rules coverage, rules check). One at a time, in slices; given up when
 * whoever asked has left. A diff holds a second roster while it runs. */
#include "tuning.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/live_look.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>

#include <stdlib.h>
#include <string.h>

/* Coverage looks at so many people, spread over the roster, and at so many of
 * them for one offer: those who look for its trade, and a few others. */
#define SAMPLE_MAX    2000
#define PAIRS_LINKED  20
#define PAIRS_OTHERS  3
#define LOOKED_AT_MAX 400
/* People taken over between two looks at the time. */
#define AT_ONCE 64
/* Per mille between two lines of progress. */
#define PROGRESS_STEP 20
#define DAY_S	      INT64_C(86400)

struct job {
	enum job_kind kind;
	int64_t call_id;
	struct trial *trial;
	struct compare *compare;
	struct cover *cover;
	struct mperson *sample;
	size_t n_sample, stride, at, seen;
	bool has_people;
	int64_t below; /* offers from here down are still to come */
	int64_t since; /* instant: first seen from then on */
	int32_t on;
	size_t n_done, n_offers;
	int told;
	char *rules_id;	     /* in force when it began */
	char *name, *accept; /* of a diff; accept NULL: a guard stands */
	json_t *texts;
	struct match_hits now, next;
};

struct tuning *tuning_of(struct engine_state *e)
{
	if (!e->tuning)
		e->tuning = mem_alloc(sizeof(*e->tuning));
	return e->tuning;
}

void job_free(struct job *j)
{
	if (!j)
		return;
	trial_free(j->trial);
	compare_free(j->compare);
	cover_free(j->cover);
	match_hits_clear(&j->now);
	match_hits_clear(&j->next);
	free(j->sample);
	free(j->rules_id);
	free(j->name);
	free(j->accept);
	json_decref(j->texts);
	free(j);
}

void job_begin(struct control_call *call, const struct job_ask *ask)
{
	struct engine_state *e = control_state(call);
	struct tuning *t = tuning_of(e);
	struct live_stats l;
	if (t->job) {
		rules_free(ask->rules_take);
		control_error(call, 1,
			      "another question about rules is being answered");
		return;
	}
	live_stats(e->live, &l);
	struct job *j = t->job = mem_alloc(sizeof(*j));
	j->kind = ask->kind;
	j->call_id = control_id(call);
	j->on = paris_date(clock_now(e->clock));
	j->since = ask->days ? clock_now(e->clock) - ask->days * DAY_S
			     : INSTANT_NONE;
	j->below = INT64_MAX;
	j->n_offers = l.offers;
	j->name = mem_dup(ask->name);
	j->accept = mem_dup(ask->accept);
	j->texts = json_deep_copy(ask->texts);
	j->rules_id = mem_dup(live_rules_id(e->live, NULL));
	j->trial = trial_new(e->live, ask->rules_take);
	if (j->kind == JOB_DIFF) {
		j->compare = compare_new();
	} else {
		j->cover = cover_new();
		cover_rules(j->cover, trial_env(j->trial)->rules);
		j->stride = 1 + l.people / SAMPLE_MAX;
		j->sample =
			mem_array(l.people / j->stride + 1, sizeof(*j->sample));
		j->n_sample = 0;
	}
	e->wake(e);
}

/* --- people -------------------------------------------------------------- */

static int take_people(struct engine_state *e, struct job *j, struct err *err)
{
	struct mperson p;
	struct live_stats l;
	live_stats(e->live, &l);
	for (int i = 0; i < AT_ONCE; i++) {
		bool got = j->compare ? trial_fill(j->trial, &p, err)
				      : live_each_person(e->live, &j->at, &p);
		if (err->kind)
			return -1;
		if (!got) {
			j->has_people = true;
			return 0;
		}
		if (j->compare) {
			compare_person(j->compare, &p, j->on);
		} else if (j->seen++ % j->stride == 0 &&
			   j->n_sample <= l.people / j->stride) {
			trial_see(j->trial, &p);
			j->sample[j->n_sample++] = p;
		}
	}
	return 0;
}

/* --- an offer ------------------------------------------------------------ */

static void compare_one(struct engine_state *e, struct job *j,
			const struct moffer *o, const char *dept)
{
	struct err gone;
	j->now.n = j->next.n = 0;
	if (live_offer_hits(e->live, o->id, &j->now, &gone))
		return; /* not live any more, or not readable */
	trial_hits(j->trial, o, j->on, &j->next);
	compare_offer(j->compare,
		      &(struct compare_offer){
			      .canonical = o->id,
			      .trade = o->n_trades ? o->trades[0] : ROME_NONE,
			      .dept = dept},
		      &j->now, &j->next);
}

static bool looks_for(const struct mperson *p, const struct moffer *o)
{
	for (int i = 0; i < p->n_trades; i++)
		for (int k = 0; k < o->n_trades; k++)
			if (p->trades[i] == o->trades[k])
				return true;
	return false;
}

static void cover_one(struct job *j, const struct moffer *o)
{
	const struct match_env *env = trial_env(j->trial);
	int n_linked = 0, n_others = 0;
	/* Another part of the sample for each offer, the same each time. */
	size_t from = j->n_sample ? (size_t)o->id * 7919 % j->n_sample : 0;
	for (size_t i = 0; i < j->n_sample && i < LOOKED_AT_MAX; i++) {
		const struct mperson *p = &j->sample[(from + i) % j->n_sample];
		struct verdict v;
		int *n = looks_for(p, o) ? &n_linked : &n_others;
		if (*n == (n == &n_linked ? PAIRS_LINKED : PAIRS_OTHERS))
			continue;
		++*n;
		match_evaluate(env, p, o, j->on, &v);
		cover_pair(j->cover, env, p, o, &v);
	}
}

static int take_offer(struct engine_state *e, struct job *j, struct err *err)
{
	struct arena a;
	struct store_offer row;
	struct moffer o;
	const char *dept;
	struct err why = {0};
	j->below = live_offer_before(e->live, j->below);
	if (!j->below)
		return 0;
	j->n_done++;
	arena_init(&a);
	int failed = store_offer_get(e->store, j->below, &a, &row, &why);
	bool is_meant = !failed && (j->since == INSTANT_NONE ||
				    row.first_seen >= j->since);
	if (is_meant)
		failed = trial_offer(j->trial, &row, &a, &o, &dept, &why);
	/* An offer that is gone or cannot be read is left out. */
	if (is_meant && !failed && j->compare)
		compare_one(e, j, &o, dept);
	else if (is_meant && !failed)
		cover_one(j, &o);
	arena_clear(&a);
	if (failed && why.kind == ERR_STORE) {
		*err = why;
		return -1;
	}
	return 0;
}

/* --- the end ------------------------------------------------------------- */

static void tell_cover(struct control_call *call, const struct cover *c)
{
	json_t *rows = cover_rows(c), *row;
	bool may_needs = control_peer(call)->may_needs;
	size_t i;
	json_array_foreach(rows, i, row)
	{
		if (may_needs || !js_bool(row, "private", false))
			control_row(call, json_incref(row));
	}
	control_row(call, cover_sum(c));
	json_decref(rows);
	control_end(call, 0, NULL);
}

/* The reason why a group may fall is for those who ask later. */
static int keep_reason(struct engine_state *e, const struct job *j,
		       struct control_call *call, struct err *err)
{
	json_t *line = json_object(), *what = json_object();
	char by[32];
	js_put_str(line, "by", control_by(call, by));
	js_put_str(line, "cmd", "rules diff");
	js_put_str(line, "phase", "accepted");
	js_put_str(what, "name", j->name);
	js_put_str(what, "accept", j->accept);
	json_object_set_new(line, "what", what);
	return trail_write(e, line, err);
}

static void finish_diff(struct engine_state *e, struct job *j,
			struct control_call *call)
{
	struct err err;
	tell_comparison(e, call, j->compare, j->trial);
	bool falls = compare_falls(j->compare);
	if (falls && !j->accept)
		control_end(call, 3,
			    "fewer people of a group would be proposed "
			    "anything; --accept REASON if that is meant");
	else if (falls && keep_reason(e, j, call, &err))
		control_fail(call, &err);
	else
		control_end(call, 0, NULL);
}

static void finish(struct engine_state *e, struct job *j,
		   struct control_call *call)
{
	if (j->kind == JOB_COVER) {
		tell_cover(call, j->cover);
	} else if (j->kind == JOB_CHECK) {
		tell_check(e, call, j->cover, trial_env(j->trial)->rules,
			   j->texts);
		control_end(call, 0, NULL);
	} else {
		finish_diff(e, j, call);
	}
}

static void tell_progress(struct job *j, struct control_call *call)
{
	int done = j->has_people && j->n_offers
			   ? (int)(j->n_done * 1000 / j->n_offers)
			   : 0;
	if (done < j->told + PROGRESS_STEP || done > 1000)
		return;
	j->told = done;
	json_t *row = json_object();
	js_put_int(row, "progress", done, -1);
	control_row(call, row);
}

static bool is_of_these_rules(struct engine_state *e, const struct job *j)
{
	return strcmp(j->rules_id, live_rules_id(e->live, NULL)) == 0;
}

static void drop(struct engine_state *e)
{
	job_free(e->tuning->job);
	e->tuning->job = NULL;
}

bool job_work(struct engine_state *e, int slice_ms)
{
	struct job *j = e->tuning ? e->tuning->job : NULL;
	struct err err = {0};
	if (!j)
		return false;
	struct control_call *call = control_find(e->control, j->call_id);
	int64_t until = clock_mono_ms(e->clock) + slice_ms;
	if (call && !is_of_these_rules(e, j)) {
		control_error(call, 1, "other rules are in force meanwhile");
		call = NULL;
	}
	while (call && j->below && !err.kind &&
	       clock_mono_ms(e->clock) < until) {
		if (j->has_people)
			(void)take_offer(e, j, &err);
		else
			(void)take_people(e, j, &err);
	}
	if (call && !err.kind && j->below) {
		tell_progress(j, call);
		return true;
	}
	if (call && err.kind)
		control_fail(call, &err);
	else if (call)
		finish(e, j, call);
	drop(e);
	return false;
}
