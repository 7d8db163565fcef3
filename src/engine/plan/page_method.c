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

/* A sentence for each gate; NULL: private, or a name for nothing to explain. */
static const char *const gates_fr[GATE_COUNT] = {
	[GATE_TRADE] = "L'offre est dans un métier que le jeune cherche, ou "
		       "dans un métier proche.",
	[GATE_CONTRACT] = "Le type de contrat est un de ceux que le jeune "
			  "cherche.",
	[GATE_AGE] = "La loi permet ce contrat à l'âge du jeune.",
	[GATE_MINOR_NIGHT] = "Avant 18 ans, les horaires de nuit interdits par "
			     "la loi sont écartés.",
	[GATE_MINOR_WORK] = "Avant 18 ans, les travaux interdits par la loi "
			    "sont écartés ou signalés.",
	[GATE_LICENCE] = "Le jeune a le permis que l'offre exige.",
	[GATE_REACH] = "Le lieu de travail est assez près, avec les moyens de "
		       "transport du jeune et aux heures du travail.",
	[GATE_START] = "La date de début convient.",
	[GATE_LEVEL] = "Le niveau de diplôme exigé est celui du jeune, ou "
		       "en dessous.",
	[GATE_PLACE_REFUSED] = "Le lieu n'a pas été refusé par le jeune.",
	[GATE_EMPLOYER_REFUSED] = "L'employeur n'a pas été refusé par le "
				  "jeune.",
	[GATE_ALREADY] = "L'offre n'a pas déjà reçu une réponse.",
};

static const char *const criteria_fr[CRITERION_COUNT] = {
	[CRITERION_TRADE] = "Plus le métier est haut dans les souhaits du "
			    "jeune, mieux c'est.",
	[CRITERION_TRAVEL] = "Plus le trajet est court, mieux c'est.",
	[CRITERION_TRAINING] = "La formation de l'offre suit celle du jeune.",
	[CRITERION_START] = "Le contrat commence quand le jeune est "
			    "disponible.",
	[CRITERION_HOURS] = "Les horaires laissent de la marge le matin et le "
			    "soir.",
	[CRITERION_FRESHNESS] = "Une offre récente passe avant une ancienne.",
};

static json_t *gates(void)
{
	json_t *list = json_array();
	for (int i = 0; i < GATE_COUNT; i++) {
		if (!gates_fr[i])
			continue;
		json_t *v = json_object();
		js_put_str(v, "label_fr", vocab_label(&vocab_gate, i));
		js_put_str(v, "text_fr", gates_fr[i]);
		json_array_append_new(list, v);
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
		json_t *v = json_object();
		js_put_str(v, "label_fr", vocab_label(&vocab_criterion, i));
		js_put_str(v, "text_fr", criteria_fr[i]);
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
