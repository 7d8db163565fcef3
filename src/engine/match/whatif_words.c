/* SPDX-License-Identifier: EUPL-1.2 */
/* What would alter a verdict, in French words for advisers: facts 0 is what it
 * is now, 1 what it would be. */
#include "words.h"

#include <etrier/arena.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/whatif.h>

#include <assert.h>

static const struct {
	const char *code, *words, *from; /* from: when something is known now */
} table[] = {
	[WHATIF_TRADE] = {"trade", "« {1:trade} » recherché aussi", NULL},
	[WHATIF_CONTRACT] = {"contract", "contrat recherché aussi : {1:kind}",
			     NULL},
	[WHATIF_LICENCE] = {"licence", "permis obtenu : {1:licences}", NULL},
	[WHATIF_MINUTES] = {"max_minutes", "trajet accepté jusqu'à {1} min",
			    "{0} aujourd'hui"},
	[WHATIF_MINUTES_CFA] = {"max_minutes_cfa",
				"trajet vers le CFA accepté jusqu'à {1} min",
				"{0} aujourd'hui"},
	[WHATIF_MODE] = {"mode", "trajet {1:mode} possible", NULL},
	[WHATIF_DEPARTURE] = {"earliest_departure",
			      "départ possible dès {1:time}",
			      "{0:time} aujourd'hui"},
	[WHATIF_RETURN] = {"latest_return", "retour possible jusqu'à {1:time}",
			   "{0:time} aujourd'hui"},
	[WHATIF_AVAILABLE] = {"available_from", "libre dès le {1:date}",
			      "{0:date} aujourd'hui"},
	[WHATIF_DEADLINE] = {"contract_deadline",
			     "date limite de signature au {1:date}",
			     "{0:date} aujourd'hui"},
	[WHATIF_START] = {"start", "début de l'offre le {1:date}",
			  "{0:date} annoncé"},
	[WHATIF_LEVEL] = {"level", "niveau demandé atteint", NULL},
	[WHATIF_BIRTH_KNOWN] = {"birth_date",
				"date de naissance connue, âge qui convient",
				NULL},
	[WHATIF_PLACE_KNOWN] = {"place", "lieu de travail connu et proche",
				NULL},
	[WHATIF_HOME_KNOWN] = {"home", "domicile connu et proche", NULL},
	[WHATIF_START_KNOWN] = {"start_known",
				"date de début connue et qui convient", NULL},
	[WHATIF_HOURS_KNOWN] = {"hours", "horaires connus et de jour", NULL},
	[WHATIF_KIND_KNOWN] = {"kind",
			       "type de contrat connu et recherché : {1:kind}",
			       NULL},
	[WHATIF_POSTED_KNOWN] = {"posted",
				 "date de publication connue et récente", NULL},
	[WHATIF_POST_FITS] = {"post", "poste adapté", NULL},
};
static_assert(ARRAY_LEN(table) == WHATIF_COUNT, "words for every change");

static const char *words_of(const struct refdata *rd, struct arena *a,
			    const struct whatif_change *c)
{
	const int32_t facts[3] = {c->from, c->to, 0};
	const char *to = words_fill(rd, a, table[c->what].words, facts);
	const char *from = table[c->what].from;

	if (!from || c->from < 0)
		return to;
	return arena_printf(a, "%s (%s)", to, words_fill(rd, a, from, facts));
}

const char *whatif_words(const struct refdata *rd, struct arena *a,
			 const struct whatif *w)
{
	const char *out = "";

	for (int i = 0; i < w->n; i++)
		out = arena_printf(a, "%s%s%s", out, i ? " ; " : "",
				   words_of(rd, a, &w->changes[i]));
	return out;
}

json_t *whatif_json(const struct refdata *rd, const struct whatif *w)
{
	json_t *o = json_object(), *list = json_array();
	struct arena a;

	arena_init(&a);
	for (int i = 0; i < w->n; i++) {
		const struct whatif_change *c = &w->changes[i];
		json_t *one = json_object();

		js_put_str(one, "what", table[c->what].code);
		js_put_int(one, "from", c->from, -1);
		js_put_int(one, "to", c->to, -1);
		json_array_append_new(list, one);
	}
	json_object_set_new(o, "changes", list);
	js_put_str(o, "decision",
		   vocab_code(&vocab_decision, (int)w->decision));
	js_put_int(o, "score", w->score, -1);
	js_put_str(o, "words", whatif_words(rd, &a, w));
	if (w->is_private)
		json_object_set_new(o, "private", json_true());
	arena_clear(&a);
	return o;
}
