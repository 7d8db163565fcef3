/* SPDX-License-Identifier: EUPL-1.2 */
/* What the template of a message to a young person gets: only our words and
 * tables. No family name, no private fact: there is no member one could be put
 * in. */
#include "plan.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <ctype.h>

static const char *date_fr(struct arena *a, int32_t date, const char *before)
{
	char text[40];
	if (date == DATE_NONE)
		return NULL;
	date_format_fr(date, false, text);
	return arena_printf(a, "%s%s", before, text);
}

static json_t *agency_model(const struct agency *agency)
{
	json_t *v = json_object();
	js_put_str(v, "name", agency->name);
	js_put_str(v, "phone", agency->phone);
	return v;
}

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

json_t *plan_youth_model(struct planner *p, const struct plan_person *person,
			 const struct plan_item *item, struct plan_scope *s,
			 struct err *err)
{
	struct store_agency row;
	struct agency agency;
	struct plan_offer offer;
	if (plan_agency_get(p, person->row.agency, s, &row, &agency, err) ||
	    plan_offer_get(p, item->canonical, s, &offer, err))
		return NULL;
	const struct offer *o = &offer.o;
	const struct refdata *rd = live_refdata(p->live);
	const struct commune *commune =
		o->place.insee ? refdata_commune(rd, o->place.insee, NULL, NULL)
			       : NULL;
	int tone = agency.tone == VOCAB_NONE ? p->settings->tone : agency.tone;
	json_t *v = json_object();
	js_put_str(v, "first_name", person->p.first_name);
	json_object_set_new(v, "adviser", adviser_model(p, person, &agency, s));
	json_object_set_new(v, "agency", agency_model(&agency));
	js_put_str(v, "job", job_of(rd, &s->arena, o));
	js_put_str(v, "city", commune ? commune->name : NULL);
	js_put_str(v, "contract", vocab_label(&vocab_contract, o->kind));
	js_put_str(v, "travel", explain_travel(&s->arena, &item->verdict));
	js_put_str(v, "start_fr", date_fr(&s->arena, o->start, "le "));
	if (o->start != DATE_NONE) {
		char day[11];
		date_format_dmy(o->start, day);
		day[5] = '\0';
		js_put_str(v, "start_short", day);
	}
	json_object_set_new(
		v, "tone_tu",
		json_boolean(str_eq(vocab_code(&vocab_tone, tone), "tu")));
	return v;
}
