/* SPDX-License-Identifier: EUPL-1.2 */
/* What is known of an offer, of a person, of a pair, as an atom asks it. Not
 * said is not known, here as everywhere: a list of licences that is empty, a
 * level that nobody wrote, a need that nobody recorded. */
#include "when_parts.h"

#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <string.h>

/* Hours of a full month: 35 h a week, 52 weeks, by 12 (Code du travail
 * L3121-27), in hundredths. */
enum { MONTH_HOURS_X100 = 15167 };

static void set_number(struct when_fact *f, int64_t n, int64_t none)
{
	f->is_known = n != none;
	f->n = n;
	f->bits = n >= 0 && n < 63 ? (uint64_t)1 << n : 0;
}

static void set_tri(struct when_fact *f, enum tri t)
{
	set_number(f, t, TRI_UNKNOWN);
}

static void set_bits(struct when_fact *f, uint64_t bits)
{
	f->is_known = bits != 0;
	f->bits = bits;
}

/* --- offers -------------------------------------------------------------- */
static const char *texts_of(const struct offer *o, enum offer_field id, int i)
{
	switch (id) {
	case OFFER_TITLE:
		return i ? NULL : o->title;
	case OFFER_DESCRIPTION:
		return i ? NULL : o->description;
	case OFFER_TEXT:
		return i ? o->description : o->title;
	case OFFER_EMPLOYER:
		return i ? NULL : o->employer.name;
	case OFFER_SIZE:
		return i ? NULL : o->employer.size;
	case OFFER_CFA:
		return i ? NULL : o->training_cfa;
	default:
		return i ? NULL : o->training_rhythm;
	}
}

/* " words " for phrases; the whole text is what is between the blanks. */
static void set_folded(struct when_offer *o, const struct when_atom *a,
		       struct when_fact *f)
{
	const char **to = o->folded[a->id];
	bool is_whole = a->test == TEST_EQUAL;
	const char **copy;

	for (int i = 0; i < 2; i++) {
		const char *text =
			texts_of(o->offer, (enum offer_field)a->id, i);

		if (!to[i] && text && *text)
			to[i] = arena_printf(o->arena, " %s ",
					     utf8_fold(o->arena, text));
		f->is_known |= to[i] && to[i][1] != ' ';
	}
	f->texts = to;
	f->n_texts = 2;
	if (!is_whole || !to[0])
		return;
	copy = arena_array(o->arena, 1, sizeof(*copy));
	copy[0] = arena_dup_n(o->arena, to[0] + 1, strlen(to[0]) - 2);
	f->texts = copy;
	f->n_texts = 1;
}

static void set_code(struct when_offer *o, struct when_fact *f, const char *s)
{
	const char **text = arena_array(o->arena, 1, sizeof(*text));

	text[0] = s;
	f->texts = text;
	f->n_texts = 1;
	f->is_known = s && *s;
}

static void set_bare(struct when_offer *o, struct when_fact *f, const char *s)
{
	char *out = arena_dup(o->arena, s ? s : ""), *end = out;

	for (const char *p = out; *p; p++)
		if (*p != '.' && *p != ' ')
			*end++ = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	*end = '\0';
	set_code(o, f, out);
}

static void set_languages(struct when_offer *o, struct when_fact *f)
{
	const char **list =
		arena_array(o->arena, OFFER_LANGUAGES_MAX, sizeof(*list));

	for (int i = 0; i < o->offer->n_languages; i++)
		list[f->n_texts++] = o->offer->languages[i].lang;
	f->texts = list;
	f->is_known = f->n_texts > 0;
}

static int french_of(const struct offer *o)
{
	for (int i = 0; i < o->n_languages; i++)
		if (str_eq(o->languages[i].lang, "fr"))
			return o->languages[i].level;
	return VOCAB_NONE;
}

static void set_trades(struct when_offer *o, struct when_fact *f)
{
	if (o->n_trades < 0) {
		o->n_trades = 0;
		for (int i = 0; o->rd && i < o->offer->n_rome; i++) {
			uint16_t t = rome_find(o->rd, o->offer->rome[i]);

			if (t != ROME_NONE && o->n_trades < 5)
				o->trades[o->n_trades++] = t;
		}
	}
	f->is_known = o->n_trades > 0;
	f->trades = o->trades;
	f->n_trades = o->n_trades;
}

/* "RNCP37537", "37537"; 0: none. */
static int64_t rncp_of(const char *s)
{
	int64_t v = 0;

	if (s && str_starts(s, "RNCP"))
		s += 4;
	if (s)
		num_parse_int(s, 1, 999999, &v);
	return v;
}

static void set_salary(struct when_fact *f, const struct offer *o,
		       int64_t cents)
{
	const char *per = o->salary_period;

	if (cents < 0 || cents > INT32_MAX)
		return;
	if (str_eq(per, "hour"))
		cents = num_div_round(cents * MONTH_HOURS_X100, 100);
	else if (str_eq(per, "year"))
		cents = num_div_round(cents, 12);
	else if (!str_eq(per, "month"))
		return;
	set_number(f, cents, -1);
}

static enum tri school_of(const struct when_offer *o)
{
	return offer_school(o->offer, o->arena);
}

static int place_of(const struct when_offer *o)
{
	const struct place *p = &o->offer->place;

	return o->rd && p->insee ? refdata_commune_number(o->rd, p->insee) : 0;
}

/* Fields that are words. */
static bool offer_words(struct when_offer *c, const struct when_atom *a,
			struct when_fact *f)
{
	const struct offer *o = c->offer;

	switch ((enum offer_field)a->id) {
	case OFFER_SOURCE:
		set_code(c, f, o->source);
		return true;
	case OFFER_TITLE:
	case OFFER_DESCRIPTION:
	case OFFER_TEXT:
	case OFFER_EMPLOYER:
	case OFFER_SIZE:
	case OFFER_CFA:
	case OFFER_RHYTHM:
		set_folded(c, a, f);
		return true;
	case OFFER_SIRET:
		set_bare(c, f, o->employer.siret);
		return true;
	case OFFER_NAF:
		set_bare(c, f, o->employer.naf);
		return true;
	case OFFER_DEPT:
		set_code(c, f, o->place.dept);
		return true;
	case OFFER_LANGUAGES:
		set_languages(c, f);
		return true;
	case OFFER_ROME:
		set_trades(c, f);
		return true;
	default:
		return false;
	}
}

/* Fields that are one of few codes. */
static bool offer_codes(struct when_offer *c, const struct when_atom *a,
			struct when_fact *f)
{
	const struct offer *o = c->offer;

	switch ((enum offer_field)a->id) {
	case OFFER_KIND:
		set_number(f, o->kind, VOCAB_NONE);
		return true;
	case OFFER_HANDI:
		set_tri(f, o->employer.handi_engaged);
		return true;
	case OFFER_ADAPTED:
		set_tri(f, o->employer.adapted_company);
		return true;
	case OFFER_SCHOOL:
		set_tri(f, school_of(c));
		return true;
	case OFFER_PRECISION:
		set_number(f, o->place.precision, PLACE_UNKNOWN);
		return true;
	case OFFER_NIGHT:
		set_tri(f, o->hours.night);
		return true;
	case OFFER_WEEKEND:
		set_tri(f, o->hours.weekend);
		return true;
	case OFFER_PART_TIME:
		set_tri(f, o->hours.part_time);
		return true;
	case OFFER_LICENCES:
		set_bits(f, o->licences);
		return true;
	case OFFER_EXPERIENCE:
		set_number(f, o->experience, EXPERIENCE_UNKNOWN);
		return true;
	case OFFER_ACCESS:
		set_tri(f, o->access[a->sub]);
		return true;
	case OFFER_WELCOME:
		set_tri(f, o->handicap_welcome);
		return true;
	default:
		return false;
	}
}

void when_offer_fact(struct when_offer *c, const struct when_atom *a,
		     struct when_fact *f)
{
	const struct offer *o = c->offer;

	if (offer_words(c, a, f) || offer_codes(c, a, f))
		return;
	switch ((enum offer_field)a->id) {
	case OFFER_INSEE:
		set_number(f, place_of(c), 0);
		break;
	case OFFER_START:
		set_number(f, o->start, DATE_NONE);
		break;
	case OFFER_DURATION:
		set_number(f, o->duration_days, -1);
		break;
	case OFFER_POSITIONS:
		set_number(f, o->positions, -1);
		break;
	case OFFER_HOUR_START:
		set_number(f, o->hours.start_min, -1);
		break;
	case OFFER_HOUR_END:
		set_number(f, o->hours.end_min, -1);
		break;
	case OFFER_WEEKLY:
		set_number(f, o->hours.weekly_min, -1);
		break;
	case OFFER_AGE_MIN:
		set_number(f, o->age_min, -1);
		break;
	case OFFER_LEVEL_REQUIRED:
		set_number(f, o->level_required, VOCAB_NONE);
		break;
	case OFFER_LEVEL_TARGET:
		set_number(f, o->level_target, VOCAB_NONE);
		break;
	case OFFER_FRENCH:
		set_number(f, french_of(o), VOCAB_NONE);
		break;
	case OFFER_RNCP:
		set_number(f, rncp_of(o->training_rncp), 0);
		break;
	case OFFER_EXPOSURE:
		set_number(f, o->exposure[a->sub], -1);
		break;
	case OFFER_SALARY_MIN:
		set_salary(f, o, o->salary_min_cents);
		break;
	case OFFER_SALARY_MAX:
		set_salary(f, o, o->salary_max_cents);
		break;
	default:
		BUG_ON(true);
	}
}

/* --- people -----------------------------------------------------------------
 */
/* One bit a need, of any mode: exposures, then accesses. Most people have none
 * recorded, and most atoms ask only whether there is one. */
static void set_needs(struct when_fact *f, const struct mperson *p,
		      const struct when_atom *a)
{
	uint64_t lanes = p->needs_exclude | p->needs_warn | p->needs_favour;

	f->is_known = lanes != 0;
	if (!lanes || a->test != TEST_MASK)
		return;
	f->bits = lanes >> NEEDS_ACCESS_SHIFT << EXPOSURE_COUNT;
	for (int i = 0; i < EXPOSURE_COUNT; i++)
		if (lanes >> 2 * i & 3)
			f->bits |= (uint64_t)1 << i;
}

/* Nothing is known to be missing where nobody was asked. */
static void set_licences(struct when_fact *f, const struct mperson *p)
{
	uint64_t all = ((uint64_t)1 << LICENCE_COUNT) - 1;

	f->is_known = p->licences_missing != 0;
	f->bits = all & ~(uint64_t)p->licences_missing;
}

static void set_flags(struct when_fact *f, const struct mperson *p,
		      unsigned yes, unsigned no)
{
	set_tri(f, p->flags & yes  ? TRI_YES
		   : p->flags & no ? TRI_NO
				   : TRI_UNKNOWN);
}

/* The agency's code, or unknown when its number was never named. */
static void set_agency(const struct rules_when *w, struct when_fact *f,
		       const struct mperson *p)
{
	f->is_known = p->agency < w->n_agencies && w->agencies[p->agency];
	if (!f->is_known)
		return;
	f->texts = (const char *const *)&w->agencies[p->agency];
	f->n_texts = 1;
}

static void set_day(struct when_fact *f, uint16_t day)
{
	f->is_known = day != 0;
	f->n = day16_date(day);
}

static bool person_codes(const struct rules_when *w, const struct mperson *p,
			 const struct when_atom *a, struct when_fact *f)
{
	switch ((enum youth_field)a->id) {
	case YOUTH_MODES:
		set_bits(f, p->modes);
		return true;
	case YOUTH_LICENCES:
		set_licences(f, p);
		return true;
	case YOUTH_CONTRACTS:
		set_bits(f, p->contracts);
		return true;
	case YOUTH_ROME:
		f->is_known = p->n_trades > 0;
		f->trades = p->trades;
		f->n_trades = p->n_trades;
		return true;
	case YOUTH_PREREGISTERED:
		set_flags(f, p, MPERSON_PREREGISTERED_YES,
			  MPERSON_PREREGISTERED_NO);
		return true;
	case YOUTH_DISTRICT:
		set_flags(f, p, MPERSON_DISTRICT_YES, MPERSON_DISTRICT_NO);
		return true;
	case YOUTH_NEEDS:
		set_needs(f, p, a);
		return true;
	case YOUTH_RQTH:
		set_flags(f, p, MPERSON_RQTH, 0);
		return true;
	case YOUTH_AGENCY:
		set_agency(w, f, p);
		return true;
	default:
		return false;
	}
}

void when_person_fact(const struct rules_when *w, const struct mperson *p,
		      const struct when_atom *a, struct when_fact *f)
{
	if (person_codes(w, p, a, f))
		return;
	switch ((enum youth_field)a->id) {
	case YOUTH_LEVEL:
		set_number(f, p->level, VOCAB_NONE);
		break;
	case YOUTH_FRENCH_ORAL:
		set_number(f, p->french_oral, VOCAB_NONE);
		break;
	case YOUTH_FRENCH_WRITTEN:
		set_number(f, p->french_written, VOCAB_NONE);
		break;
	case YOUTH_DEPT:
	case YOUTH_INSEE:
		set_number(f, p->commune, 0);
		break;
	case YOUTH_CFA:
		set_number(f, p->cfa, 0);
		break;
	case YOUTH_RNCP:
		set_number(f, p->rncp, 0);
		break;
	case YOUTH_MAX_MINUTES:
		set_number(f, p->max_minutes, -1);
		break;
	case YOUTH_MAX_MINUTES_CFA:
		set_number(f, p->max_minutes_cfa, -1);
		break;
	case YOUTH_AVAILABLE:
		set_day(f, p->available);
		break;
	case YOUTH_DEADLINE:
		set_day(f, p->deadline);
		break;
	case YOUTH_TRAINING_END:
		set_day(f, p->training_end);
		break;
	case YOUTH_DEPARTURE:
		set_number(f, p->earliest_departure, -1);
		break;
	case YOUTH_RETURN:
		set_number(f, p->latest_return, -1);
		break;
	default:
		BUG_ON(true);
	}
}

/* Beside person_codes() and when_person_fact(), field by field. */
static void add_codes_read(enum youth_field id, struct mperson *out)
{
	const uint8_t preregistered =
		MPERSON_PREREGISTERED_YES | MPERSON_PREREGISTERED_NO;

	switch (id) {
	case YOUTH_MODES:
		out->modes = UINT8_MAX;
		break;
	case YOUTH_LICENCES:
		out->licences_missing = UINT16_MAX;
		break;
	case YOUTH_CONTRACTS:
		out->contracts = UINT16_MAX;
		break;
	case YOUTH_ROME:
		out->n_trades = UINT8_MAX;
		memset(out->trades, 0xff, sizeof(out->trades));
		break;
	case YOUTH_PREREGISTERED:
		out->flags |= preregistered;
		break;
	case YOUTH_DISTRICT:
		out->flags |= MPERSON_DISTRICT_YES | MPERSON_DISTRICT_NO;
		break;
	case YOUTH_NEEDS:
		out->needs_exclude = out->needs_warn = out->needs_favour =
			UINT64_MAX;
		break;
	case YOUTH_RQTH:
		out->flags |= MPERSON_RQTH;
		break;
	case YOUTH_AGENCY:
		out->agency = UINT16_MAX;
		break;
	default:
		break;
	}
}

void when_person_read(const struct when_atom *a, struct mperson *out)
{
	add_codes_read((enum youth_field)a->id, out);
	switch ((enum youth_field)a->id) {
	case YOUTH_LEVEL:
		out->level = -1;
		break;
	case YOUTH_FRENCH_ORAL:
		out->french_oral = -1;
		break;
	case YOUTH_FRENCH_WRITTEN:
		out->french_written = -1;
		break;
	case YOUTH_DEPT:
	case YOUTH_INSEE:
		out->commune = UINT16_MAX;
		break;
	case YOUTH_CFA:
		out->cfa = UINT32_MAX;
		break;
	case YOUTH_RNCP:
		out->rncp = UINT32_MAX;
		break;
	case YOUTH_MAX_MINUTES:
		out->max_minutes = -1;
		break;
	case YOUTH_MAX_MINUTES_CFA:
		out->max_minutes_cfa = -1;
		break;
	case YOUTH_AVAILABLE:
		out->available = UINT16_MAX;
		break;
	case YOUTH_DEADLINE:
		out->deadline = UINT16_MAX;
		break;
	case YOUTH_TRAINING_END:
		out->training_end = UINT16_MAX;
		break;
	case YOUTH_DEPARTURE:
		out->earliest_departure = -1;
		break;
	case YOUTH_RETURN:
		out->latest_return = -1;
		break;
	default:
		break;
	}
}

/* --- pairs ------------------------------------------------------------------
 */
void when_pair_fact(const struct pair_facts *p, const struct when_atom *a,
		    struct when_fact *f)
{
	int32_t v = p->v[a->id];
	bool is_tri = a->id == PAIR_SAME_COURSE || a->id == PAIR_SAME_CFA;

	if (is_tri && v != FACT_UNKNOWN)
		v = v ? TRI_YES : TRI_NO;
	set_number(f, v, FACT_UNKNOWN);
}
