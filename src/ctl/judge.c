/* SPDX-License-Identifier: EUPL-1.2 */
/* Verdicts without a daemon: see judge.h. */
#include "judge.h"

#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/person.h>
#include <etrier/refdata.h>

int judge_open(struct judge *j, const char *refdata, const char *transit,
	       struct err *err)
{
	*j = (struct judge){.rd = refdata_load(refdata, err)};
	if (!j->rd)
		return -1;
	j->travel = travel_new(travel_dir(transit, refdata), err);
	if (!j->travel) {
		judge_close(j);
		return -1;
	}
	j->trades = tradenet_from_refdata(j->rd);
	j->env = (struct match_env){.travel = j->travel,
				    .trades = j->trades,
				    .pad = match_pad_new(j->travel)};
	return 0;
}

int judge_use_rules(struct judge *j, const json_t *texts, struct diags *d)
{
	struct rules *r = rules_compile_json(texts, j->rd, d);
	if (!r)
		return -1;
	rules_free(j->rules);
	j->rules = r;
	j->env.rules = r;
	return 0;
}

void judge_close(struct judge *j)
{
	match_pad_free(j->env.pad);
	rules_free(j->rules);
	tradenet_free(j->trades);
	travel_free(j->travel);
	refdata_free(j->rd);
}

/* The number that stands for the only person's agency. */
#define AGENCY 1

static int compile_person(struct judge *j, json_t *v, int32_t on,
			  struct arena *a, struct mperson *out, struct err *err)
{
	struct person p;
	const char *note;
	if (person_from_json(v, a, &p, err) || person_check(&p, on, err))
		return -1;
	person_resolve_place(&p, j->rd, a, &note);
	if (p.agency)
		rules_number_agency(j->rules, AGENCY, p.agency);
	if (mperson_from_person(&p, j->rd, 1, rules_set_of(j->rules, p.agency),
				p.agency ? AGENCY : 0, out, err))
		return -1;
	match_see_home(j->env.pad, j->travel, j->rd, out);
	return 0;
}

static int compile_offer(struct judge *j, json_t *line, struct arena *a,
			 struct moffer *out, struct err *err)
{
	struct offer o;
	const char *note;
	if (offer_from_json(line, a, &o, err))
		return -1;
	place_complete(j->rd, a, &o.place, &note);
	moffer_from_offer(&o, j->rd, j->rules, 1, out);
	return 0;
}

/* One line each, as templates would show them. */
static const char *message_of(const struct judge *j, struct arena *a,
			      const struct verdict *v)
{
	const char *lines[1 + EXPLAIN_REASONS + EXPLAIN_CHECKS], *out = "";
	size_t n = 0;
	const char *travel = explain_travel(a, v);
	if (travel)
		lines[n++] = travel;
	n += explain_reasons(j->rd, a, v, lines + n, EXPLAIN_REASONS);
	n += explain_checks(j->rd, a, v, lines + n, EXPLAIN_CHECKS);
	for (size_t i = 0; i < n; i++)
		out = arena_printf(a, "%s%s%s", out, i ? "\n" : "", lines[i]);
	return out;
}

int judge_pair(struct judge *j, json_t *youth, json_t *offer, int32_t on,
	       struct arena *a, struct judged *out, struct err *err)
{
	struct judged x;
	if (compile_person(j, youth, on, a, &x.person, err))
		return err_prefix(err, "youth");
	if (compile_offer(j, offer, a, &x.offer, err))
		return err_prefix(err, "offer");
	match_evaluate(&j->env, &x.person, &x.offer, on, &x.verdict);
	x.message = message_of(j, a, &x.verdict);
	*out = x;
	return 0;
}
