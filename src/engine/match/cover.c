/* SPDX-License-Identifier: EUPL-1.2 */
/* What a set of verdicts exercised: see cover.h. */
#include "pair.h"

#include <etrier/cover.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

enum { STATES_MAX = 4 };
struct item {
	const char *what;
	const char *const *states;
	char *name;
	bool is_private;
	int64_t n[STATES_MAX];
};
struct cover {
	struct item *v;
	size_t n;
	const struct rules *rules;
	/* Where in v the rules in hand have theirs. */
	size_t *symbols[RULES_SETS_MAX];
	size_t *conds[COND_POOL_COUNT];
	int64_t n_verdicts;
};

static const char *const gate_states[] = {"pass", "unknown", "check", "fail",
					  NULL};
static const char *const criterion_states[] = {"known", "unknown",
					       "not_applicable", NULL};
static const char *const symbol_states[] = {"missed", "unknown", "hit", NULL};
static const char *const cond_states[] = {"unknown", "no", "yes", NULL};

static size_t item_of(struct cover *c, const char *what, const char *name,
		      const char *const *states, bool is_private)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->v[i].what, what) && str_eq(c->v[i].name, name))
			return i;
	c->v = mem_grow(c->v, c->n + 1, sizeof(*c->v));
	c->v[c->n] = (struct item){.what = what,
				   .states = states,
				   .name = mem_dup(name),
				   .is_private = is_private};
	return c->n++;
}

struct cover *cover_new(void)
{
	struct cover *c = mem_alloc(sizeof(*c));
	for (int i = 0; i < GATE_COUNT; i++)
		item_of(c, "gate", vocab_code(&vocab_gate, i), gate_states,
			i == GATE_NEED);
	for (int i = 0; i < CRITERION_COUNT; i++)
		item_of(c, "criterion", vocab_code(&vocab_criterion, i),
			criterion_states, false);
	return c;
}

static void forget_places(struct cover *c)
{
	for (size_t i = 0; i < RULES_SETS_MAX; i++)
		free(c->symbols[i]);
	for (size_t i = 0; i < COND_POOL_COUNT; i++)
		free(c->conds[i]);
	memset(c->symbols, 0, sizeof(c->symbols));
	memset(c->conds, 0, sizeof(c->conds));
}

void cover_free(struct cover *c)
{
	if (!c)
		return;
	forget_places(c);
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i].name);
	free(c->v);
	free(c);
}

void cover_rules(struct cover *c, const struct rules *r)
{
	forget_places(c);
	c->rules = r;
	for (size_t i = 0; i < r->n_sets; i++) {
		const struct ruleset *s = &r->sets[i];
		c->symbols[i] = mem_array((size_t)s->n_symbols + 1,
					  sizeof(**c->symbols));
		for (int j = 0; j < s->n_symbols; j++)
			c->symbols[i][j] = item_of(
				c, "symbol", s->symbols[j].code, symbol_states,
				s->symbols[j].is_private);
	}
	for (int pool = 0; pool < COND_POOL_COUNT; pool++) {
		size_t n = rules_n_conds(r, (enum cond_pool)pool);
		c->conds[pool] = mem_array(n + 1, sizeof(**c->conds));
		for (size_t j = 0; j < n; j++)
			c->conds[pool][j] = item_of(
				c, "condition",
				rules_cond_text(r, (enum cond_pool)pool,
						(int)j),
				cond_states,
				rules_cond_is_private(r, (enum cond_pool)pool,
						      (int)j));
	}
}

static enum tri pair_cond(const struct rules *r, int cond, const struct pair *x,
			  struct pair_facts *facts)
{
	uint32_t fields = rules_pair_fields(r, cond);
	for (; fields; fields &= fields - 1) {
		enum pair_field k = (enum pair_field)__builtin_ctz(fields);
		facts->v[k] = pair_fact(x, k);
	}
	return rules_pair_cond(r, cond, facts);
}

static void count_conds(struct cover *c, const struct match_env *env,
			const struct mperson *p, const struct moffer *o,
			struct verdict *v)
{
	const struct rules *r = c->rules;
	struct cond_bits person;
	struct frame f;
	struct pair x;
	rules_person_conds(r, p, &person);
	frame_make(env, p->set, o, v->on, &f);
	pair_make(env, p, &f, &x);
	x.v = v;
	x.person_conds = &person;
	struct pair_facts facts = {.offer = &o->conds, .person = &person};
	for (int pool = 0; pool < COND_POOL_COUNT; pool++) {
		size_t n = rules_n_conds(r, (enum cond_pool)pool);
		for (size_t j = 0; j < n; j++) {
			enum tri t = pool == COND_PAIR
					     ? pair_cond(r, (int)j, &x, &facts)
					     : cond_bits_get(pool == COND_OFFER
								     ? &o->conds
								     : &person,
							     (int)j);
			c->v[c->conds[pool][j]].n[t]++;
		}
	}
}

void cover_pair(struct cover *c, const struct match_env *env,
		const struct mperson *p, const struct moffer *o,
		const struct verdict *v)
{
	struct verdict copy = *v; /* what pair_fact() reads */
	for (int i = 0; i < GATE_COUNT; i++)
		c->v[i].n[v->gates[i].state]++;
	for (int i = 0; i < CRITERION_COUNT; i++)
		c->v[GATE_COUNT + i].n[v->criteria[i].state]++;
	for (int j = 0; j < v->rules->n_symbols; j++)
		c->v[c->symbols[v->set][j]].n[v->symbols[j].state]++;
	count_conds(c, env, p, o, &copy);
	c->n_verdicts++;
}

/* --- telling ------------------------------------------------------------- */

/* A condition of whether something is said is never unknown: who wants to see
 * that one is reached has the figures. */
static bool is_wanted(const struct item *it, int i)
{
	return it->states != cond_states || i != TRI_UNKNOWN;
}

static json_t *row_of(const struct item *it)
{
	json_t *row = json_object(), *states = json_object(),
	       *missed = json_array();
	for (int i = 0; it->states[i]; i++) {
		js_put_int(states, it->states[i], it->n[i], -1);
		if (!it->n[i] && is_wanted(it, i))
			json_array_append_new(missed,
					      json_string(it->states[i]));
	}
	js_put_str(row, "what", it->what);
	js_put_str(row, "name", it->name);
	json_object_set_new(row, "states", states);
	json_object_set_new(row, "missed", missed);
	if (it->is_private)
		json_object_set_new(row, "private", json_true());
	return row;
}

json_t *cover_rows(const struct cover *c)
{
	json_t *out = json_array();
	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(out, row_of(&c->v[i]));
	return out;
}

json_t *cover_sum(const struct cover *c)
{
	json_t *out = json_object();
	int64_t reached = 0, all = 0;
	for (size_t i = 0; i < c->n; i++)
		for (int k = 0; c->v[i].states[k]; k++) {
			all += is_wanted(&c->v[i], k);
			reached += is_wanted(&c->v[i], k) && c->v[i].n[k] > 0;
		}
	js_put_int(out, "verdicts", c->n_verdicts, -1);
	js_put_int(out, "reached", reached, -1);
	js_put_int(out, "of", all, -1);
	return out;
}
