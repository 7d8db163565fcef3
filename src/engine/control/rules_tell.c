/* SPDX-License-Identifier: EUPL-1.2 */
/* How the answers of rules_job.c are told: the rows of a comparison, and the
 * warnings of a check. No figure about fewer than COMPARE_CELL_MIN people. */
#include "tuning.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/live_look.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/store_people.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Rows by agency, trade or département: those with most changes. */
#define BY_MAX 20

static json_t *part(const char *name)
{
	json_t *row = json_object();
	js_put_str(row, "part", name);
	return row;
}

/* --- sums ---------------------------------------------------------------- */

static bool may_show(int64_t n)
{
	return n == 0 || n >= COMPARE_CELL_MIN;
}

/* Scores move by private points too: few of them would speak of somebody. */
static void put_tally(json_t *row, struct compare_tally t)
{
	js_put_int(row, "gained", t.gained, -1);
	js_put_int(row, "lost", t.lost, -1);
	if (may_show(t.moved))
		js_put_int(row, "moved", t.moved, -1);
	else
		js_put_str(row, "moved", "<11");
}

static void tell_sum(struct control_call *call, const struct compare *c)
{
	json_t *row = part("sum");
	js_put_int(row, "people", compare_people(c), -1);
	js_put_int(row, "offers", compare_offers(c), -1);
	js_put_int(row, "pairs", compare_pairs_now(c), -1);
	put_tally(row, compare_sum(c));
	control_row(call, row);
}

static void put_cell(json_t *row, const char *key, int64_t n, bool shown)
{
	char text[24] = "<11";
	if (shown && may_show(n))
		snprintf(text, sizeof(text), "%" PRId64, n);
	js_put_str(row, key, text);
}

static void tell_guards(struct control_call *call, const struct compare *c)
{
	for (int i = 0; i < GUARD_COUNT; i++) {
		struct compare_guard g = compare_guard(c, (enum guard)i);
		bool shown = !g.is_masked || !g.people;
		json_t *row = part("guard");
		js_put_str(row, "group", vocab_code(&vocab_guard, i));
		put_cell(row, "people", g.people, true);
		put_cell(row, "before", g.before, shown);
		put_cell(row, "after", g.after, shown);
		if (shown && g.before && may_show(g.before) &&
		    may_show(g.after)) {
			int64_t by = (g.after - g.before) * 1000 / g.before;
			char *text = mem_printf("%s%" PRId64 ".%" PRId64 " %%",
						by < 0 ? "-" : "+",
						(by < 0 ? -by : by) / 10,
						(by < 0 ? -by : by) % 10);
			js_put_str(row, "change", text);
			free(text);
		}
		json_object_set_new(row, "falls", json_boolean(g.falls));
		control_row(call, row);
	}
}

/* --- by what ------------------------------------------------------------- */

struct line {
	const char *name;
	struct compare_tally t;
};

static int by_changes(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int64_t n = x->t.gained + x->t.lost, m = y->t.gained + y->t.lost;
	if (n == m) {
		n += x->t.moved;
		m += y->t.moved;
	}
	return n != m ? (n < m ? 1 : -1) : strcmp(x->name, y->name);
}

static void tell_lines(struct control_call *call, const char *of,
		       struct line *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_changes);
	for (size_t i = 0; i < n && i < BY_MAX; i++) {
		json_t *row = part("by");
		if (!(v[i].t.gained + v[i].t.lost + v[i].t.moved)) {
			json_decref(row);
			return;
		}
		js_put_str(row, "of", of);
		js_put_str(row, "name", v[i].name);
		put_tally(row, v[i].t);
		control_row(call, row);
	}
}

static void tell_by(struct engine_state *e, struct control_call *call,
		    const struct compare *c)
{
	size_t n = live_n_agencies(e->live);
	size_t most = n > ROME_COUNT_MAX ? n : ROME_COUNT_MAX;
	struct line *v = mem_array(most + 1, sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		const char *code = live_agency_code(e->live, (uint16_t)i);
		v[i] = (struct line){code ? code : "-",
				     compare_agency(c, (uint16_t)i)};
	}
	tell_lines(call, "agency", v, n);
	for (n = 0; n < rome_count(e->rd); n++)
		v[n] = (struct line){rome_code(e->rd, (uint16_t)n),
				     compare_trade(c, (uint16_t)n)};
	tell_lines(call, "trade", v, n);
	for (n = 0; (v[n].name = compare_dept(c, n, &v[n].t)); n++)
		continue;
	tell_lines(call, "dept", v, n);
	free(v);
}

/* --- pairs --------------------------------------------------------------- */

static void put_verdict(json_t *row, const char *key, const struct verdict *v)
{
	const char *d = vocab_code(&vocab_decision, (int)v->decision);
	char *text = v->decision == DECISION_EXCLUDE
			     ? mem_dup(d)
			     : mem_printf("%s %d.%d", d, v->public_score / 10,
					  v->public_score % 10);
	js_put_str(row, key, text);
	free(text);
}

/* The pair under both rules; false: it is not there any more. */
static bool judge_both(struct engine_state *e, const struct trial *t,
		       uint32_t person, int64_t canonical, struct verdict *was,
		       struct verdict *is)
{
	struct arena a;
	struct store_offer row;
	struct moffer next;
	struct mperson now, then;
	const char *dept;
	struct err err;
	int32_t on = paris_date(clock_now(e->clock));
	const struct moffer *o = live_offer(e->live, canonical);
	arena_init(&a);
	bool is_there = o && live_find_person(e->live, person, &now) &&
			trial_person(t, person, &then) &&
			!store_offer_get(e->store, canonical, &a, &row, &err) &&
			!trial_offer(t, &row, &a, &next, &dept, &err);
	arena_clear(&a);
	if (is_there) {
		match_evaluate(live_env(e->live), &now, o, on, was);
		match_evaluate(trial_env(t), &then, &next, on, is);
	}
	return is_there;
}

/* Would the difference alone tell of a need or RQTH? */
static bool is_private_change(const struct verdict *was,
			      const struct verdict *is)
{
	for (int i = 0; i < GATE_COUNT; i++)
		if ((was->gates[i].is_private || is->gates[i].is_private) &&
		    was->gates[i].state != is->gates[i].state)
			return true;
	return was->decision == is->decision &&
	       was->public_score == is->public_score;
}

json_t *tell_pair(struct engine_state *e, const struct trial *t,
		  uint32_t person, int64_t canonical)
{
	struct verdict was, is;
	if (!judge_both(e, t, person, canonical, &was, &is) ||
	    is_private_change(&was, &is))
		return NULL;
	json_t *row = json_object();
	js_put_int(row, "person", person, -1);
	js_put_int(row, "offer", canonical, -1);
	put_verdict(row, "was", &was);
	put_verdict(row, "is", &is);
	json_object_set_new(row, "why", trial_changes(&was, &is));
	return row;
}

static void tell_moves(struct engine_state *e, struct control_call *call,
		       const struct compare *c, const struct trial *t)
{
	const struct compare_move *m;
	for (size_t i = 0; (m = compare_move(c, i)); i++) {
		json_t *row = tell_pair(e, t, m->person, m->canonical);
		if (!row)
			continue;
		js_put_str(row, "part", "move");
		control_row(call, row);
	}
}

void tell_comparison(struct engine_state *e, struct control_call *call,
		     const struct compare *c, const struct trial *t)
{
	tell_sum(call, c);
	tell_guards(call, c);
	tell_by(e, call, c);
	tell_moves(e, call, c, t);
}

/* --- a check ------------------------------------------------------------- */

static void warn(struct control_call *call, const char *file, unsigned line,
		 char *text_take)
{
	json_t *row = json_object();
	js_put_str(row, "level", "warning");
	js_put_str(row, "file", file);
	js_put_int(row, "line", line, -1);
	js_put_int(row, "col", line ? 1 : 0, -1);
	js_put_str(row, "text", text_take);
	free(text_take);
	control_row(call, row);
}

static void tell_agencies(struct engine_state *e, struct control_call *call,
			  const struct rules *r)
{
	const char *code, *file;
	unsigned line;
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; (code = rules_agency(r, i, &file, &line)); i++) {
		struct store_agency row;
		struct err err = {0};
		if (store_agency_get(e->store, code, &a, &row, &err) &&
		    err.kind == ERR_UNKNOWN)
			warn(call, file, line,
			     mem_printf("agency \"%s\" was not imported yet: "
					"its rules wait for it",
					code));
	}
	arena_clear(&a);
}

/* Where a symbol is written: the last text that names it. */
static const char *place_of(const json_t *texts, const char *symbol,
			    unsigned *line)
{
	const char *file = NULL;
	char *want = mem_printf("symbol: %s", symbol);
	for (size_t i = 0; i < json_array_size(texts); i++) {
		const json_t *one = json_array_get(texts, i);
		const char *text = js_str(one, "text", "");
		const char *at = strstr(text, want);
		char after = at ? at[strlen(want)] : 'x';
		if (!at || (after >= '0' && after <= 'Z') || after == '_')
			continue;
		file = js_str(one, "file", "");
		*line = 1;
		for (const char *p = text; p < at; p++)
			*line += *p == '\n';
	}
	free(want);
	return file;
}

void tell_check(struct engine_state *e, struct control_call *call,
		const struct cover *c, const struct rules *r,
		const json_t *texts)
{
	json_t *rows = cover_rows(c), *sum = cover_sum(c), *row;
	int64_t n = js_int(sum, "verdicts", 0);
	bool may_needs = control_peer(call)->may_needs;
	size_t i;
	tell_agencies(e, call, r);
	json_array_foreach(rows, i, row)
	{
		const json_t *states = json_object_get(row, "states");
		const char *name = js_str(row, "name", "");
		unsigned line = 0;
		const char *file = place_of(texts, name, &line);
		if (!n || !file || !str_eq(js_str(row, "what", ""), "symbol") ||
		    js_int(states, "hit", 0) ||
		    (js_bool(row, "private", false) && !may_needs))
			continue;
		warn(call, file, line,
		     mem_printf("%s did not speak in any of %" PRId64
				" pairs of live offers and people that were "
				"looked at",
				name, n));
	}
	json_decref(rows);
	json_decref(sum);
}
