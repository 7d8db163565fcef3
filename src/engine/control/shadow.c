/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules in the shadow: they judge beside those in force, and where they decide
 * otherwise a row is kept. They look at an offer after live has compared it,
 * and at every live offer once when they begin. A person who changes loses
 * their rows; the next look at the offers, at the latest that of the next day,
 * finds new ones. Nothing that is proposed depends on any of this.
 *
 * It holds a second roster as long as it lasts. */
#include "tuning.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/live_look.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/rules_set.h>
#include <etrier/store_rules.h>

#include <stdlib.h>
#include <string.h>

/* A score that moved by less, under the same decision, is no news; and one
 * offer does not fill the table. */
#define MOVE_MIN    50 /* 5 points */
#define ROWS_MAX    1000
#define QUEUE_MAX   10000 /* more waiting: all offers are looked at again */
#define AT_ONCE	    64
#define PROBLEM_MAX 400

struct ids {
	int64_t *v;
	size_t n, at, cap;
};

struct shadow {
	struct trial *trial; /* NULL: the rules do not compile any more */
	char problem[PROBLEM_MAX];
	char *name, *by;
	int64_t since;
	bool has_people;
	int64_t below;	   /* of the look at all; 0: done */
	struct ids offers; /* compared since */
	struct ids people; /* changed since */
	struct match_hits now, next;
	struct store_shadow_diff *rows;
	size_t n_rows;
	int64_t canonical;
	int32_t on;
};

/* --- what live tells ----------------------------------------------------- */

static bool push(struct ids *q, int64_t id)
{
	if (q->at == q->n)
		q->at = q->n = 0;
	if (q->n == QUEUE_MAX)
		return false;
	if (q->n == q->cap) {
		q->cap = q->cap ? q->cap * 2 : 64;
		q->v = mem_grow(q->v, q->cap, sizeof(*q->v));
	}
	q->v[q->n++] = id;
	return true;
}

static void on_offer(void *ctx, int64_t canonical)
{
	struct shadow *s = ctx;
	if (push(&s->offers, canonical))
		return;
	s->offers.n = s->offers.at = 0;
	s->below = INT64_MAX;
}

static void on_person(void *ctx, uint32_t person)
{
	struct shadow *s = ctx;
	if (!push(&s->people, person)) { /* all anew */
		s->people.n = s->people.at = 0;
		s->has_people = false;
		s->below = INT64_MAX;
	}
}

/* --- begin and end ------------------------------------------------------- */

void shadow_end(struct engine_state *e)
{
	struct shadow *s = e->tuning ? e->tuning->shadow : NULL;
	if (!s)
		return;
	live_watch(e->live, NULL);
	trial_free(s->trial);
	match_hits_clear(&s->now);
	match_hits_clear(&s->next);
	free(s->offers.v);
	free(s->people.v);
	free(s->rows);
	free(s->name);
	free(s->by);
	free(s);
	e->tuning->shadow = NULL;
}

static struct rules *compile(struct engine_state *e, const char *name,
			     const char *text, char problem[PROBLEM_MAX])
{
	struct diags d;
	json_t *texts = rules_with_file(json_object_get(e->config, "rules"),
					name, text);
	diags_init(&d);
	struct rules *r = rules_compile_json(texts, e->rd, &d);
	problem[0] = '\0';
	for (size_t i = 0; i < d.n && !r && !*problem; i++)
		if (d.v[i].level == DIAG_ERROR)
			snprintf(problem, PROBLEM_MAX, "%s:%u: %s", d.v[i].file,
				 d.v[i].line, d.v[i].text);
	diags_clear(&d);
	json_decref(texts);
	return r;
}

int shadow_begin(struct engine_state *e, struct err *err)
{
	struct arena a;
	struct store_shadow row;
	bool found;
	shadow_end(e);
	arena_init(&a);
	int result = store_shadow_get(e->store, &a, &found, &row, err);
	if (!result && found) {
		struct shadow *s = mem_alloc(sizeof(*s));
		struct rules *r = compile(e, row.name, row.text, s->problem);
		tuning_of(e)->shadow = s;
		s->name = mem_dup(row.name);
		s->by = mem_dup(row.by);
		s->since = row.since;
		s->below = INT64_MAX;
		s->rows = mem_array(ROWS_MAX, sizeof(*s->rows));
		if (r) {
			s->trial = trial_new(e->live, r);
			live_watch(e->live, &(struct live_watch){s, on_offer,
								 on_person});
		} else {
			log_event(LOG_WARNING, "rules.shadow_stopped",
				  LOG_S("why", "its rules do not compile"));
		}
	}
	arena_clear(&a);
	return result;
}

/* --- an offer ------------------------------------------------------------ */

static void look_at_pair(void *ctx, const struct match_hit *now,
			 const struct match_hit *next)
{
	struct shadow *s = ctx;
	struct store_shadow_diff d = {
		.person = now ? now->person : next->person,
		.canonical = s->canonical,
		.decision = now ? now->decision : DECISION_EXCLUDE,
		.score = now ? now->score : 0,
		.new_decision = next ? next->decision : DECISION_EXCLUDE,
		.new_score = next ? next->score : 0,
		.on_date = s->on};
	if (d.decision == d.new_decision &&
	    abs(d.score - d.new_score) < MOVE_MIN)
		return;
	if (s->n_rows < ROWS_MAX)
		s->rows[s->n_rows++] = d;
}

static int look_at_offer(struct engine_state *e, struct shadow *s, int64_t id,
			 struct err *err)
{
	struct arena a;
	struct store_offer row;
	struct moffer o;
	const char *dept;
	struct err why = {0};
	arena_init(&a);
	s->now.n = s->next.n = s->n_rows = 0;
	s->canonical = id;
	s->on = paris_date(clock_now(e->clock));
	bool is_read = !live_offer_hits(e->live, id, &s->now, &why) &&
		       !store_offer_get(e->store, id, &a, &row, &why) &&
		       !trial_offer(s->trial, &row, &a, &o, &dept, &why);
	arena_clear(&a);
	if (why.kind == ERR_STORE) {
		*err = why;
		return -1;
	}
	if (is_read) {
		trial_hits(s->trial, &o, s->on, &s->next);
		compare_pairs(&s->now, &s->next, look_at_pair, s);
	}
	return store_shadow_set_offer(e->store, id, s->rows, s->n_rows, err);
}

/* --- slices -------------------------------------------------------------- */

static int take_people(struct shadow *s, struct err *err)
{
	struct mperson p;
	for (int i = 0; i < AT_ONCE; i++) {
		if (trial_fill(s->trial, &p, err))
			continue;
		s->has_people = !err->kind;
		return err->kind ? -1 : 0;
	}
	return 0;
}

static int update_person(struct engine_state *e, struct shadow *s,
			 struct err *err)
{
	int64_t id = s->people.v[s->people.at];
	if (trial_update(s->trial, (uint32_t)id, err) ||
	    store_shadow_set_person(e->store, id, NULL, 0, err))
		return -1;
	s->people.at++;
	return 0;
}

static bool has_work(const struct shadow *s)
{
	return s->trial &&
	       (!s->has_people || s->below || s->people.at < s->people.n ||
		s->offers.at < s->offers.n);
}

static int step(struct engine_state *e, struct shadow *s, struct err *err)
{
	if (!s->has_people)
		return take_people(s, err);
	if (s->people.at < s->people.n)
		return update_person(e, s, err);
	if (s->offers.at < s->offers.n) {
		if (look_at_offer(e, s, s->offers.v[s->offers.at], err))
			return -1;
		s->offers.at++;
		return 0;
	}
	int64_t id = live_offer_before(e->live, s->below);
	if (id && look_at_offer(e, s, id, err))
		return -1;
	s->below = id;
	return 0;
}

bool shadow_has_work(const struct engine_state *e)
{
	return e->tuning->shadow && has_work(e->tuning->shadow);
}

bool shadow_work(struct engine_state *e, int slice_ms, struct err *err)
{
	struct shadow *s = e->tuning ? e->tuning->shadow : NULL;
	int64_t until = clock_mono_ms(e->clock) + slice_ms;
	if (!s || !has_work(s))
		return false;
	while (has_work(s) && clock_mono_ms(e->clock) < until)
		if (step(e, s, err))
			return true;
	return has_work(s);
}

const struct trial *shadow_trial(const struct engine_state *e)
{
	return e->tuning && e->tuning->shadow ? e->tuning->shadow->trial : NULL;
}

json_t *shadow_state(struct engine_state *e, struct err *err)
{
	struct shadow *s = e->tuning ? e->tuning->shadow : NULL;
	struct store_shadow_count n;
	if (!s || store_shadow_count(e->store, &n, err))
		return NULL;
	json_t *out = json_object();
	js_put_str(out, "name", s->name);
	control_put_instant(out, "since", s->since);
	js_put_str(out, "by", s->by);
	js_put_str(out, "problem", *s->problem ? s->problem : NULL);
	json_object_set_new(out, "complete", json_boolean(!has_work(s)));
	js_put_int(out, "gained", n.gained, -1);
	js_put_int(out, "lost", n.lost, -1);
	if (n.moved && n.moved < COMPARE_CELL_MIN) /* by private points too */
		js_put_str(out, "moved", "<11");
	else
		js_put_int(out, "moved", n.moved, -1);
	if (s->trial)
		js_put_int(out, "bytes", (int64_t)trial_bytes(s->trial), -1);
	return out;
}
