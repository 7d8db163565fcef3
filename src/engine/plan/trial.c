/* SPDX-License-Identifier: EUPL-1.2 */
/* Other rules beside those in force: see trial.h. */
#include <etrier/trial.h>

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/live_look.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/store_offers.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

struct trial {
	const struct live *live;
	struct rules *rules;
	struct roster *roster;
	struct matcher *matcher;
	struct match_env env;
	size_t at; /* how far live's people are taken over */
};

struct trial *trial_new(const struct live *l, struct rules *rules_take)
{
	struct trial *t = mem_alloc(sizeof(*t));
	struct live_stats stats;
	t->live = l;
	t->rules = rules_take;
	t->env = *live_env(l);
	t->env.rules = t->rules;
	for (uint16_t i = 1; i < live_n_agencies(l); i++)
		rules_number_agency(t->rules, i, live_agency_code(l, i));
	t->roster = roster_new(t->env.trades);
	match_set_rules(t->roster, t->rules);
	live_stats(l, &stats);
	roster_load(t->roster, stats.people);
	t->env.pad = match_pad_new(t->env.travel);
	t->matcher = matcher_new(t->roster, &t->env);
	return t;
}

void trial_free(struct trial *t)
{
	if (!t)
		return;
	matcher_free(t->matcher);
	roster_free(t->roster);
	match_pad_free(t->env.pad);
	rules_free(t->rules);
	free(t);
}

const struct match_env *trial_env(const struct trial *t)
{
	return &t->env;
}

/* --- people -------------------------------------------------------------- */

void trial_see(const struct trial *t, struct mperson *p)
{
	p->set = rules_set_of(t->rules, live_agency_code(t->live, p->agency));
}

bool trial_fill(struct trial *t, struct mperson *out, struct err *err)
{
	if (!live_each_person(t->live, &t->at, out)) {
		roster_tidy(t->roster);
		return false;
	}
	trial_see(t, out);
	return roster_put(t->roster, out, err) == 0;
}

int trial_update(struct trial *t, uint32_t person, struct err *err)
{
	struct mperson p;
	if (!live_find_person(t->live, person, &p)) {
		(void)roster_remove(t->roster, person);
		return 0;
	}
	trial_see(t, &p);
	return roster_put(t->roster, &p, err);
}

bool trial_person(const struct trial *t, uint32_t person, struct mperson *out)
{
	return roster_find(t->roster, person, out);
}

/* --- offers -------------------------------------------------------------- */

int trial_offer(const struct trial *t, const struct store_offer *row,
		struct arena *a, struct moffer *out, const char **dept,
		struct err *err)
{
	struct offer o;
	json_t *v = js_parse(row->fields, strlen(row->fields), err);
	int result = v ? offer_from_json(v, a, &o, err) : -1;
	if (!result) {
		moffer_from_offer(&o, live_refdata(t->live), t->rules,
				  row->canonical, out);
		*dept = arena_dup(a, o.place.dept);
	}
	json_decref(v);
	return result;
}

void trial_hits(struct trial *t, const struct moffer *o, int32_t on,
		struct match_hits *out)
{
	matcher_offer(t->matcher, o, on, out);
}

size_t trial_bytes(const struct trial *t)
{
	return roster_bytes(t->roster) + matcher_bytes(t->matcher);
}

/* --- what differs -------------------------------------------------------- */

static void add(json_t *list, char *text_take)
{
	json_array_append_new(list, json_string(text_take));
	free(text_take);
}

static char *points(int v)
{
	return mem_printf("%s%d.%d", v < 0 ? "-" : "", abs(v) / 10,
			  abs(v) % 10);
}

static void add_points(json_t *list, const char *name, int was, int is)
{
	if (was == is)
		return;
	char *a = points(was), *b = points(is);
	add(list, mem_printf("%s: %s, now %s", name, a, b));
	free(a);
	free(b);
}

static void add_gates(json_t *list, const struct verdict *was,
		      const struct verdict *is)
{
	for (int i = 0; i < GATE_COUNT; i++) {
		const struct gate_result *a = &was->gates[i],
					 *b = &is->gates[i];
		if (i == GATE_NEED || a->is_private || b->is_private ||
		    a->state == b->state)
			continue;
		add(list,
		    mem_printf("%s: %s, now %s", vocab_code(&vocab_gate, i),
			       vocab_code(&vocab_gate_state, (int)a->state),
			       vocab_code(&vocab_gate_state, (int)b->state)));
	}
}

/* Points of a symbol where it hit; 0 elsewhere, or when it is private. */
static int symbol_points(const struct verdict *v, const char *code, bool *hit)
{
	*hit = false;
	for (int i = 0; i < v->rules->n_symbols; i++) {
		const struct symbol *s = &v->rules->symbols[i];
		if (!str_eq(s->code, code))
			continue;
		*hit = v->symbols[i].state == SYMBOL_HIT && !s->is_private;
		return *hit ? v->symbols[i].points : 0;
	}
	return 0;
}

static void add_symbol(json_t *list, const char *code,
		       const struct verdict *was, const struct verdict *is)
{
	bool did, does;
	int a = symbol_points(was, code, &did);
	int b = symbol_points(is, code, &does);
	if (did && does)
		add_points(list, code, a, b);
	else if (did)
		add(list, mem_printf("%s: hit, now not", code));
	else if (does)
		add(list, mem_printf("%s: now hit", code));
}

static void add_symbols(json_t *list, const struct verdict *was,
			const struct verdict *is)
{
	for (int i = 0; i < was->rules->n_symbols; i++)
		add_symbol(list, was->rules->symbols[i].code, was, is);
	for (int i = 0; i < is->rules->n_symbols; i++) {
		const char *code = is->rules->symbols[i].code;
		bool is_told = false;
		for (int j = 0; j < was->rules->n_symbols && !is_told; j++)
			is_told = str_eq(was->rules->symbols[j].code, code);
		if (!is_told)
			add_symbol(list, code, was, is);
	}
}

json_t *trial_changes(const struct verdict *was, const struct verdict *is)
{
	json_t *list = json_array();
	add_gates(list, was, is);
	for (int i = 0; i < CRITERION_COUNT; i++)
		add_points(list, vocab_code(&vocab_criterion, i),
			   was->criteria[i].points, is->criteria[i].points);
	add_symbols(list, was, is);
	add_points(list, "threshold send", was->rules->send, is->rules->send);
	add_points(list, "threshold check", was->rules->check,
		   is->rules->check);
	return list;
}
