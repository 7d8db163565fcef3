/* SPDX-License-Identifier: EUPL-1.2 */
/* The public page: how offers are chosen, drawn from the rules in force, so
 * that it cannot say otherwise than they do. Public rules only: what a private
 * one does is between a young person and their adviser, and its very name would
 * tell. */
#include "acts.h"
#include "plan.h"

#include <etrier/date.h>
#include <etrier/js.h>
#include <etrier/mem.h>

/* In words for young people too: short sentences, each of its own (plain.h; a
 * test counts them). text NULL: private, or a name for nothing to explain. */
struct said {
	const char *label, *text;
};
static const struct said gates_fr[GATE_COUNT] = {
	[GATE_TRADE] = {"Le métier",
			"Le jeune cherche ce métier, ou un métier proche."},
	[GATE_CONTRACT] = {"Le contrat",
			   "Le jeune veut bien de ce type de contrat."},
	[GATE_AGE] = {"L'âge", "La loi permet ce contrat à son âge."},
	[GATE_MINOR_NIGHT] = {"La nuit",
			      "Avant 18 ans, la loi limite le travail de nuit. "
			      "L'offre respecte cette limite, ou un conseiller "
			      "vérifie."},
	[GATE_MINOR_WORK] = {"Les travaux dangereux",
			     "Avant 18 ans, la loi interdit certains travaux. "
			     "L'offre n'en a pas, ou un conseiller vérifie."},
	[GATE_LICENCE] = {"Le permis",
			  "Si l'offre demande un permis, le jeune l'a."},
	[GATE_REACH] = {"Le trajet",
			"Le travail n'est pas trop loin. Le jeune peut y aller "
			"aux heures du travail."},
	[GATE_START] = {"La date de début",
			"Le jeune est libre quand le contrat commence."},
	[GATE_LEVEL] = {"Le diplôme",
			"L'offre ne demande pas plus que le diplôme du jeune."},
	[GATE_PLACE_REFUSED] = {"Les lieux refusés",
				"Le jeune n'a pas dit non à ce lieu."},
	[GATE_EMPLOYER_REFUSED] = {"Les employeurs refusés",
				   "Le jeune n'a pas dit non à cet employeur."},
	[GATE_ALREADY] = {"Les réponses",
			  "Le jeune n'a pas encore répondu à cette offre. Son "
			  "conseiller n'a pas dit non."},
};

static const struct said criteria_fr[CRITERION_COUNT] = {
	[CRITERION_TRADE] = {"Le métier",
			     "Le métier préféré du jeune donne le plus de "
			     "points."},
	[CRITERION_TRAVEL] = {"Le trajet",
			      "Plus le trajet est court, plus il y a de "
			      "points."},
	[CRITERION_TRAINING] = {"La formation",
				"L'offre suit la formation du jeune."},
	[CRITERION_START] = {"La date de début",
			     "Le contrat commence quand le jeune est libre."},
	[CRITERION_HOURS] = {"Les horaires",
			     "Les horaires laissent du temps le matin et le "
			     "soir."},
	[CRITERION_FRESHNESS] = {"La date de l'offre",
				 "Une offre récente passe avant une "
				 "ancienne."},
};

static json_t *said(const struct said *s)
{
	json_t *v = json_object();
	js_put_str(v, "label_fr", s->label);
	js_put_str(v, "text_fr", s->text);
	return v;
}

static json_t *gates(void)
{
	json_t *list = json_array();
	for (int i = 0; i < GATE_COUNT; i++) {
		if (gates_fr[i].text)
			json_array_append_new(list, said(&gates_fr[i]));
	}
	return list;
}

/* Shares of the whole, in percent, when all of them apply; they add up to about
 * 100. */
static json_t *criteria(const struct ruleset *r)
{
	json_t *list = json_array();
	int64_t total = 0;
	for (int i = 0; i < CRITERION_COUNT; i++)
		total += r->weight[i];
	for (int i = 0; i < CRITERION_COUNT; i++) {
		if (!r->weight[i])
			continue;
		json_t *v = said(&criteria_fr[i]);
		js_put_int(v, "percent",
			   (100 * (int64_t)r->weight[i] + total / 2) / total,
			   -1);
		json_array_append_new(list, v);
	}
	return list;
}

json_t *plan_page_method(const struct planner *p)
{
	const struct rules *rules = live_env(p->live)->rules;
	const struct ruleset *r = &rules->sets[0];
	json_t *model = json_object();
	json_object_set_new(model, "gates", gates());
	json_object_set_new(model, "criteria", criteria(r));
	js_put_int(model, "send_from", (r->send + 5) / 10, -1);
	js_put_int(model, "check_from", (r->check + 5) / 10, -1);
	js_put_int(model, "per_position", rules->waves.per_position, -1);
	js_put_int(model, "days", rules->waves.days, -1);
	js_put_int(model, "per_day", p->settings->youth_per_day, -1);
	js_put_int(model, "per_week", p->settings->youth_per_week, -1);
	js_put_str(model, "rules", r->id);
	return model;
}
