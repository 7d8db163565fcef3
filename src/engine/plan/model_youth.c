/* SPDX-License-Identifier: EUPL-1.2 */
/* What the template of a message to a young person gets: our words and our
 * tables, never a stranger's text. There is no member for a reason, a need or a
 * status: what is not here cannot be said. The courier drops anything else
 * (src/courier/model.c). */
#include "youth.h"

#include <etrier/advice.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <ctype.h>

/* A journey is said in steps of this. */
#define STEP_MIN 5

/* Our label of the trade of an offer, as it is said in a sentence. */
static const char *job_of(const struct refdata *rd, struct arena *a,
			  const struct offer *o)
{
	uint16_t trade = ROME_NONE;
	for (int i = 0; i < o->n_rome && trade == ROME_NONE; i++)
		trade = rome_find(rd, o->rome[i]);
	if (trade == ROME_NONE)
		return NULL;
	char *job = arena_dup(a, rome_job(rd, trade));
	job[0] = (char)tolower((unsigned char)job[0]);
	if (o->kind == CONTRACT_APPRENTICESHIP)
		return arena_printf(a, "apprenti %s", job);
	return job;
}

static json_t *adviser_model(struct planner *p,
			     const struct plan_person *person,
			     const struct agency *agency, struct plan_scope *s)
{
	struct adviser adviser;
	struct err err;
	json_t *v = json_object();
	bool known = person->row.adviser &&
		     !plan_adviser_get(p, person->row.agency,
				       person->row.adviser, s, &adviser, &err);
	js_put_str(v, "first_name", known ? adviser.first_name : agency->name);
	js_put_str(v, "phone", known ? adviser.phone : NULL);
	return v;
}

static bool is_tu(const struct planner *p, const struct agency *agency)
{
	int tone =
		agency->tone == VOCAB_NONE ? p->settings->tone : agency->tone;
	return str_eq(vocab_code(&vocab_tone, tone), "tu");
}

static void put_start(json_t *v, int32_t start, struct arena *a)
{
	char day[11];
	if (start == DATE_NONE)
		return;
	js_put_str(v, "start_fr", plan_date_fr(a, start, "le "));
	date_format_dmy(start, day);
	day[5] = '\0';
	js_put_str(v, "start_short", day);
}

/* What is said of the offer; of a meeting its hour, and no contract. */
static void put_offer(struct planner *p, const struct plan_offer *offer,
		      const struct verdict *verdict, json_t *v, struct arena *a)
{
	const struct refdata *rd = live_refdata(p->live);
	const struct offer *o = &offer->o;
	const struct commune *commune =
		o->place.insee ? refdata_commune(rd, o->place.insee, NULL, NULL)
			       : NULL;
	js_put_str(v, "job", job_of(rd, a, o));
	js_put_str(v, "city", commune ? commune->name : NULL);
	const char *travel = explain_travel(a, verdict);
	const struct gate_result *reach = &verdict->gates[GATE_REACH];
	js_put_str(v, "travel", travel);
	/* for languages that the words are not of */
	if (travel && reach->why == WHY_REACHED)
		js_put_int(v, "travel_min",
			   (reach->facts[0] + 4) / STEP_MIN * STEP_MIN, 0);
	put_start(v, o->start, a);
	if (o->kind != CONTRACT_EVENT) {
		js_put_str(v, "contract",
			   vocab_label(&vocab_contract, o->kind));
	} else if (o->hours.start_min >= 0) {
		int h = o->hours.start_min / 60, m = o->hours.start_min % 60;
		js_put_str(v, "hour_fr",
			   m ? arena_printf(a, "%d h %02d", h, m)
			     : arena_printf(a, "%d h", h));
	}
}

/* A minor's way goes through the adviser; nothing is advised beside it. */
static const char *advice_of(struct planner *p, const struct person *person,
			     const struct plan_offer *offer, const char *lang,
			     bool tu)
{
	const struct moffer *o = live_offer(p->live, offer->row.canonical);
	struct mperson m;
	int32_t today = paris_date(clock_now(p->clock));
	if (!p->advice || !o || person->birth_date == DATE_NONE ||
	    date_age(person->birth_date, today) < PLAN_ADULT_AGE ||
	    !live_person(p->live, person->id, &m))
		return NULL;
	struct pair_facts facts;
	match_pair_facts(live_env(p->live), &m, o, today, &facts);
	const struct advice_ask ask = {.offer = &offer->o,
				       .rd = live_refdata(p->live),
				       .person = &m,
				       .facts = &facts};
	return advice_choose(p->advice, &ask, lang, tu);
}

json_t *plan_youth_model(struct planner *p, const struct plan_person *person,
			 const struct plan_item *item, const char *lang,
			 struct plan_scope *s, struct err *err)
{
	struct store_agency row;
	struct agency agency;
	struct plan_offer offer;
	if (plan_agency_get(p, person->row.agency, s, &row, &agency, err) ||
	    (item && plan_offer_get(p, item->canonical, s, &offer, err)))
		return NULL;
	bool tu = is_tu(p, &agency);
	json_t *v = json_object();
	js_put_str(v, "first_name", person->p.first_name);
	json_object_set_new(v, "adviser", adviser_model(p, person, &agency, s));
	json_object_set_new(v, "agency", plan_agency_model(&agency));
	json_object_set_new(v, "tone_tu", json_boolean(tu));
	if (item) {
		put_offer(p, &offer, &item->verdict, v, &s->arena);
		js_put_str(v, "advice",
			   advice_of(p, &person->p, &offer, lang, tu));
	}
	return v;
}

/* --- in which language -----------------------------------------------------
 */

size_t plan_languages_of(const struct person *r, struct arena *a,
			 const char *out[PLAN_LANGS_MAX])
{
	size_t n = 0;
	char *tag =
		str_is_empty(r->language) ? NULL : arena_dup(a, r->language);
	for (char *c = tag; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	if (tag && !str_eq(tag, PLAN_LANG)) {
		out[n++] = tag;
		size_t k = strcspn(tag, "-");
		if (tag[k] &&
		    !(k == strlen(PLAN_LANG) && str_starts(tag, PLAN_LANG)))
			out[n++] = arena_dup_n(a, tag, k);
	}
	out[n++] = PLAN_LANG;
	return n;
}

size_t plan_languages(struct planner *p, const struct store_message *m,
		      struct arena *a, const char *out[PLAN_LANGS_MAX])
{
	struct plan_scope s;
	struct plan_person person;
	struct err lost; /* found again, and told, by who makes the line */
	size_t n = 0;
	plan_scope_begin(p, &s);
	if (m->audience == STORE_TO_YOUTH &&
	    !plan_person_get(p, m->person, &s, &person, &lost))
		n = plan_languages_of(&person.p, a, out);
	plan_scope_end(p, &s);
	if (!n)
		out[n++] = PLAN_LANG;
	return n;
}
