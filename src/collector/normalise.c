/* SPDX-License-Identifier: EUPL-1.2 */
/* From a record to an offer, field by field. The rule of the house: what is
 * not understood is unknown. Only the trade may be inferred (from an exact
 * official title) and the contract (from "Alternance"); both say so in the
 * provenance, everything else is "stated" and carries no provenance.
 *
 * Texts of strangers are cleaned and cut here, the only place where they enter
 * the house. */
#include "normalise.h"
#include "labels.h"
#include "texts.h"
#include "values.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/html.h>
#include <etrier/jnode.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/understand.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <string.h>

enum {
	NOTE_VALUE_MAX = 80,
	AGE_MIN = 13,
	AGE_MAX = 66,
	POSITIONS_MAX = 1000,
	MONTHS_MAX = 120,
	SHORT_TEXT_MAX = 100
};

/* The work on one record. */
struct job {
	const struct normaliser *nz;
	const struct jnode *record;
	struct arena *a;
	struct offer *o;
	struct notes *notes;
};

static const char *field_name(const struct job *j, int field)
{
	if (field >= SOURCE_F_ACCESS)
		return arena_printf(
			j->a, "access.%s",
			vocab_code(&vocab_access, field - SOURCE_F_ACCESS));
	if (field >= SOURCE_F_EXPOSURE)
		return arena_printf(
			j->a, "exposure.%s",
			vocab_code(&vocab_exposure, field - SOURCE_F_EXPOSURE));
	return source_field_row((size_t)field)->name;
}

static void add_note(const struct job *j, const char *field, const char *text,
		     const char *value, bool is_reading)
{
	if (!j->notes || j->notes->n == NOTES_MAX)
		return;
	j->notes->v[j->notes->n++] = (struct note){
		.field = field,
		.text = text,
		.is_reading = is_reading,
		.value = value ? utf8_clean(j->a, value, UTF8_ONE_LINE,
					    NOTE_VALUE_MAX)
			       : NULL,
	};
}

static void note(const struct job *j, int field, const char *text,
		 const char *value)
{
	if (j->notes)
		add_note(j, field_name(j, field), text, value, false);
}

static const char *raw(const struct job *j, int field)
{
	return mapping_text(j->nz->mapping, field, j->record, j->a);
}

/* One clean line, markup taken out; NULL when nothing is left. */
static const char *line(const struct job *j, int field, size_t max)
{
	const char *s = raw(j, field);
	if (!s)
		return NULL;
	if (html_looks_like(s))
		s = html_to_text(j->a, s, max * 2);
	s = utf8_clean(j->a, s, UTF8_ONE_LINE, max);
	return *s ? s : NULL;
}

/* The first value that finder or the source's table understands; none is the
 * answer when there is no such value. A value that the table calls unknown is
 * passed over in silence. */
typedef int find_fn(struct arena *a, const char *s);
static int code(const struct job *j, int field, const struct vocab *v,
		find_fn *find, int none)
{
	const char *values[MAPPING_VALUES_MAX];
	size_t n = mapping_values(j->nz->mapping, field, j->record, j->a,
				  values, ARRAY_LEN(values));
	bool understood = false;
	/* FULL_TIME beside PART_TIME: either, and nobody knows which. */
	bool must_agree = field == SOURCE_F_HOURS_PART_TIME;
	int found = none;
	for (size_t i = 0; i < n; i++) {
		const char *word =
			mapping_word(j->nz->mapping, field, j->a, values[i]);
		int c = word ? vocab_find(v, word) : find(j->a, values[i]);
		understood |= word != NULL;
		if (c == none || c == VOCAB_NONE || c == found)
			continue;
		if (!must_agree || found != none)
			return must_agree ? none : c;
		found = c;
	}
	if (n && !understood && found == none)
		note(j, field, "not understood", values[0]);
	return found;
}

static enum tri tri_by(const struct job *j, int field, find_fn *find)
{
	enum tri t = (enum tri)code(j, field, &vocab_tri, find, TRI_UNKNOWN);
	if (t == TRI_NO && mapping_false_is_unknown(j->nz->mapping, field))
		return TRI_UNKNOWN;
	return t;
}

static enum tri tri(const struct job *j, int field)
{
	return mapping_has(j->nz->mapping, field) ? tri_by(j, field, label_tri)
						  : TRI_UNKNOWN;
}

static const char *url(const struct job *j, int field)
{
	const char *s = raw(j, field);
	if (!s)
		return NULL;
	const char *u =
		value_url(j->a, s, mapping_prefix(j->nz->mapping, field));
	if (!u)
		note(j, field, "no http or https address", s);
	return u;
}

static int number(const struct job *j, int field, int min, int max)
{
	const char *s = raw(j, field);
	if (!s)
		return -1;
	int v = value_number(j->a, s, min, max);
	if (v < 0)
		note(j, field, "no number in range", s);
	return v;
}

static int64_t instant(const struct job *j, int field)
{
	const char *s = raw(j, field);
	if (!s)
		return INSTANT_NONE;
	int64_t v = value_instant(j->a, s,
				  mapping_date_form(j->nz->mapping, field));
	if (v == INSTANT_NONE)
		note(j, field, "no date", s);
	return v;
}

static int32_t date(const struct job *j, int field)
{
	int64_t v = instant(j, field);
	return v == INSTANT_NONE ? DATE_NONE : paris_date(v);
}

static int hour(const struct job *j, int field)
{
	const char *s = raw(j, field);
	int v = s ? value_hour(j->a, s) : -1;
	if (s && v < 0)
		note(j, field, "no hour", s);
	return v;
}

static void put_identity(const struct job *j)
{
	struct offer *o = j->o;
	const char *ref = line(j, SOURCE_F_REF, OFFER_DESCRIPTION_MAX);
	o->source = j->nz->source;
	/* A cut reference could be that of another offer. */
	if (ref && strlen(ref) > OFFER_REF_MAX) {
		note(j, SOURCE_F_REF, "too long, not used", ref);
		ref = NULL;
	}
	o->ref = ref;
	o->origin_ref = line(j, SOURCE_F_ORIGIN_REF, OFFER_REF_MAX);
	o->url = url(j, SOURCE_F_URL);
	o->title = line(j, SOURCE_F_TITLE, OFFER_TEXT_MAX);
	o->description = record_lines(j->nz->mapping, SOURCE_F_DESCRIPTION,
				      j->record, j->a, OFFER_DESCRIPTION_MAX);
}

static void provenance(const struct job *j, const char *field, const char *word)
{
	if (!j->o->provenance)
		j->o->provenance = json_object();
	json_object_set_new(j->o->provenance, field, json_string(word));
}

static void put_kind(const struct job *j)
{
	const struct mapping *m = j->nz->mapping;
	const char *values[MAPPING_VALUES_MAX];
	size_t n = mapping_values(m, SOURCE_F_KIND, j->record, j->a, values,
				  ARRAY_LEN(values));
	bool understood = false;
	for (size_t i = 0; i < n; i++) {
		const char *word =
			mapping_word(m, SOURCE_F_KIND, j->a, values[i]);
		bool inferred = false;
		j->o->kind = word ? vocab_find(&vocab_contract, word)
				  : label_contract(j->a, values[i], &inferred);
		if (inferred)
			provenance(j, "kind", "text");
		if (j->o->kind != VOCAB_NONE)
			return;
		understood |= word != NULL;
	}
	if (n && !understood)
		note(j, SOURCE_F_KIND, "not understood", values[0]);
}

static void add_rome(const struct job *j, const char *rome)
{
	struct offer *o = j->o;
	for (int i = 0; i < o->n_rome; i++)
		if (str_eq(o->rome[i], rome))
			return;
	if (o->n_rome < OFFER_ROME_MAX)
		o->rome[o->n_rome++] = rome;
}

/* "M1602", "m1602, D1102": the codes that the tables know. */
static void add_romes(const struct job *j, const char *s)
{
	static const char separators[] = ",;|/ \t\n";
	bool found = false;
	for (const char *p = s; *p; p += strspn(p, separators)) {
		size_t n = strcspn(p, separators);
		char *one = arena_dup_n(j->a, p, n);
		*one = (char)toupper((unsigned char)*one);
		if (n && rome_find(j->nz->refdata, one) != ROME_NONE) {
			add_rome(j, one);
			found = true;
		}
		p += n;
	}
	if (!found)
		note(j, SOURCE_F_ROME, "no ROME code we know", s);
}

static bool add_by_title(const struct job *j, const char *title)
{
	if (!title)
		return false;
	uint16_t trade = rome_by_title(j->nz->refdata, title);
	if (trade == ROME_NONE)
		return false;
	add_rome(j, rome_code(j->nz->refdata, trade));
	provenance(j, "rome", "text");
	return true;
}

/* Stated codes; else an official title given apart; else the offer's own. */
static void put_trade(const struct job *j)
{
	const char *values[MAPPING_VALUES_MAX];
	const struct mapping *m = j->nz->mapping;
	size_t n = mapping_values(m, SOURCE_F_ROME, j->record, j->a, values,
				  ARRAY_LEN(values));
	for (size_t i = 0; i < n; i++) {
		const char *word =
			mapping_word(m, SOURCE_F_ROME, j->a, values[i]);
		add_romes(j, word ? word : values[i]);
	}
	if (j->o->n_rome)
		return;
	n = mapping_values(m, SOURCE_F_TRADE, j->record, j->a, values,
			   ARRAY_LEN(values));
	for (size_t i = 0; i < n; i++)
		if (add_by_title(j, values[i]))
			return;
	if (!add_by_title(j, j->o->title) && !j->nz->understanding)
		note(j, SOURCE_F_ROME,
		     "no trade: no code and no official title", j->o->title);
}

static void put_employer(const struct job *j)
{
	struct offer_employer *e = &j->o->employer;
	const char *siret = raw(j, SOURCE_F_EMPLOYER_SIRET);
	const char *naf = raw(j, SOURCE_F_EMPLOYER_NAF);
	e->name = line(j, SOURCE_F_EMPLOYER_NAME, OFFER_TEXT_MAX);
	e->siret = siret ? value_siret(j->a, siret) : NULL;
	if (siret && !e->siret)
		note(j, SOURCE_F_EMPLOYER_SIRET, "no valid SIRET", siret);
	e->naf = naf ? value_naf(j->a, naf) : NULL;
	e->size = line(j, SOURCE_F_EMPLOYER_SIZE, SHORT_TEXT_MAX);
	e->handi_engaged = tri(j, SOURCE_F_EMPLOYER_HANDI_ENGAGED);
	e->adapted_company = tri(j, SOURCE_F_EMPLOYER_ADAPTED_COMPANY);
	e->school = tri(j, SOURCE_F_EMPLOYER_SCHOOL);
}

static void put_place(const struct job *j)
{
	struct place_claim c = {
		.insee = line(j, SOURCE_F_PLACE_INSEE, SHORT_TEXT_MAX),
		.postcode = line(j, SOURCE_F_PLACE_POSTCODE, SHORT_TEXT_MAX),
		.city = line(j, SOURCE_F_PLACE_CITY, SHORT_TEXT_MAX),
		.dept = line(j, SOURCE_F_PLACE_DEPT, SHORT_TEXT_MAX),
		.address = line(j, SOURCE_F_PLACE_ADDRESS, OFFER_TEXT_MAX),
		.country = line(j, SOURCE_F_PLACE_COUNTRY, SHORT_TEXT_MAX),
		.lat = raw(j, SOURCE_F_PLACE_LAT),
		.lon = raw(j, SOURCE_F_PLACE_LON),
		.text = line(j, SOURCE_F_PLACE_TEXT, OFFER_TEXT_MAX),
	};
	const char *both = raw(j, SOURCE_F_PLACE_LATLON);
	if (both && !value_latlon(j->a, both, &c.lat, &c.lon))
		note(j, SOURCE_F_PLACE_LATLON, "no two numbers", both);
	const char *why = NULL;
	place_resolve(j->nz->refdata, j->a, &c, &j->o->place, &why);
	if (why)
		note(j, SOURCE_F_PLACE_TEXT, why, c.text ? c.text : c.city);
}

static int months(const struct job *j)
{
	const char *s = raw(j, SOURCE_F_DURATION_MONTHS);
	int days = s ? value_months(j->a, s, MONTHS_MAX) : -1;
	if (s && days < 0)
		note(j, SOURCE_F_DURATION_MONTHS, "no months in range", s);
	return days;
}

static void put_time(const struct job *j)
{
	struct offer *o = j->o;
	const char *words = raw(j, SOURCE_F_DURATION);
	o->start = date(j, SOURCE_F_START);
	o->duration_days = number(j, SOURCE_F_DURATION_DAYS, 1, 3660);
	if (o->duration_days < 0)
		o->duration_days = months(j);
	if (o->duration_days < 0 && words)
		o->duration_days = value_duration(j->a, words);
	o->posted = instant(j, SOURCE_F_POSTED);
	o->updated = instant(j, SOURCE_F_UPDATED);
	o->expires = instant(j, SOURCE_F_EXPIRES);
	if (o->expires != INSTANT_NONE)
		o->expires = value_end(raw(j, SOURCE_F_EXPIRES), o->expires);
	int64_t since = o->updated != INSTANT_NONE ? o->updated : o->posted;
	if (o->expires == INSTANT_NONE && since != INSTANT_NONE &&
	    j->nz->expires_days)
		o->expires = since + (int64_t)j->nz->expires_days * 86400;
}

static void put_hours(const struct job *j)
{
	struct offer_hours *h = &j->o->hours;
	const char *weekly = raw(j, SOURCE_F_HOURS_WEEKLY);
	h->start_min = hour(j, SOURCE_F_HOURS_START);
	h->end_min = hour(j, SOURCE_F_HOURS_END);
	h->weekly_min = weekly ? value_weekly(j->a, weekly) : -1;
	if (weekly && h->weekly_min < 0)
		note(j, SOURCE_F_HOURS_WEEKLY, "no hours a week", weekly);
	h->night = tri(j, SOURCE_F_HOURS_NIGHT);
	h->weekend = tri(j, SOURCE_F_HOURS_WEEKEND);
	h->part_time = tri_by(j, SOURCE_F_HOURS_PART_TIME, label_part_time);
	h->text = line(j, SOURCE_F_HOURS_TEXT, OFFER_TEXT_MAX);
}

static void put_licences(const struct job *j)
{
	const struct mapping *m = j->nz->mapping;
	const char *values[MAPPING_VALUES_MAX];
	size_t n = mapping_values(m, SOURCE_F_LICENCES, j->record, j->a, values,
				  ARRAY_LEN(values));
	for (size_t i = 0; i < n; i++) {
		const char *word =
			mapping_word(m, SOURCE_F_LICENCES, j->a, values[i]);
		int licence = word ? vocab_find(&vocab_licence, word)
				   : label_licence(j->a, values[i]);
		if (licence != VOCAB_NONE)
			j->o->licences |= 1u << licence;
		else if (!word)
			note(j, SOURCE_F_LICENCES, "not understood", values[i]);
	}
}

static void put_languages(const struct job *j)
{
	const struct mapping *m = j->nz->mapping;
	const char *values[OFFER_LANGUAGES_MAX];
	size_t n = mapping_values(m, SOURCE_F_LANGUAGES, j->record, j->a,
				  values, ARRAY_LEN(values));
	for (size_t i = 0; i < n; i++) {
		const char *word =
			mapping_word(m, SOURCE_F_LANGUAGES, j->a, values[i]);
		const char *lang = utf8_fold(j->a, word ? word : values[i]);
		if (strlen(lang) < 2 || strlen(lang) > 3)
			continue;
		j->o->languages[j->o->n_languages++] = (struct offer_language){
			.lang = lang, .level = VOCAB_NONE, .required = TRI_YES};
	}
}

static void put_person(const struct job *j)
{
	struct offer *o = j->o;
	o->positions = number(j, SOURCE_F_POSITIONS, 1, POSITIONS_MAX);
	o->age_min = number(j, SOURCE_F_AGE_MIN, AGE_MIN, AGE_MAX);
	o->level_required = code(j, SOURCE_F_LEVEL_REQUIRED, &vocab_level,
				 label_level, VOCAB_NONE);
	o->level_target = code(j, SOURCE_F_LEVEL_TARGET, &vocab_level,
			       label_level, VOCAB_NONE);
	o->experience = EXPERIENCE_UNKNOWN;
	int e = code(j, SOURCE_F_EXPERIENCE, &vocab_experience,
		     label_experience, VOCAB_NONE);
	if (e != VOCAB_NONE)
		o->experience = (enum experience)e;
	put_licences(j);
	put_languages(j);
}

static void put_training(const struct job *j)
{
	struct offer *o = j->o;
	o->training_rncp = line(j, SOURCE_F_TRAINING_RNCP, SHORT_TEXT_MAX);
	o->training_cfa = line(j, SOURCE_F_TRAINING_CFA, OFFER_TEXT_MAX);
	o->training_rhythm = line(j, SOURCE_F_TRAINING_RHYTHM, OFFER_TEXT_MAX);
	o->training_start = date(j, SOURCE_F_TRAINING_START);
	o->training_end = date(j, SOURCE_F_TRAINING_END);
}

static void put_conditions(const struct job *j)
{
	struct offer *o = j->o;
	o->handicap_welcome = tri(j, SOURCE_F_HANDICAP_WELCOME);
	for (int i = 0; i < EXPOSURE_COUNT; i++)
		o->exposure[i] = (int8_t)number(j, SOURCE_F_EXPOSURE + i, 0, 3);
	for (int i = 0; i < ACCESS_COUNT; i++)
		o->access[i] = tri(j, SOURCE_F_ACCESS + i);
}

static int find_period(struct arena *a, const char *s)
{
	struct salary v = value_salary(a, arena_printf(a, "1 euro %s", s));
	if (!v.period)
		return VOCAB_NONE;
	return *v.period == 'h' ? 0 : *v.period == 'm' ? 1 : 2;
}

static struct salary stated_salary(const struct job *j)
{
	static const char *const periods[] = {"hour", "month", "year", NULL};
	static const struct vocab vocab = {"period", periods, periods, 3};
	struct salary s = {-1, -1, NULL};
	const char *lo = raw(j, SOURCE_F_SALARY_MIN);
	const char *hi = raw(j, SOURCE_F_SALARY_MAX);
	s.min_cents = lo ? value_euros(j->a, lo) : -1;
	s.max_cents = hi ? value_euros(j->a, hi) : -1;
	if (s.min_cents < 0)
		s.min_cents = s.max_cents;
	if (s.max_cents < s.min_cents)
		s.max_cents = s.min_cents;
	s.period = vocab_code(&vocab, code(j, SOURCE_F_SALARY_PERIOD, &vocab,
					   find_period, VOCAB_NONE));
	return s;
}

/* Amounts that nobody pays are worse than none (formats.md D20). The text
 * stays: a reader can judge it. */
static void put_salary(const struct job *j)
{
	struct offer *o = j->o;
	o->salary_text = line(j, SOURCE_F_SALARY_TEXT, OFFER_TEXT_MAX);
	struct salary s = stated_salary(j);
	if (s.min_cents <= 0 && o->salary_text)
		s = value_salary(j->a, o->salary_text);
	if (s.min_cents <= 0)
		return;
	if (!s.period || !value_salary_is_plausible(&s)) {
		note(j, SOURCE_F_SALARY_MIN, "implausible, not used",
		     s.period ? s.period : "no period");
		return;
	}
	o->salary_min_cents = s.min_cents;
	o->salary_max_cents = s.max_cents;
	o->salary_period = s.period;
}

static void put_contact(const struct job *j)
{
	struct offer_contact *c = &j->o->contact;
	const char *email = raw(j, SOURCE_F_CONTACT_EMAIL);
	c->name = line(j, SOURCE_F_CONTACT_NAME, SHORT_TEXT_MAX);
	c->email = email ? value_email(j->a, email) : NULL;
	if (email && !c->email)
		note(j, SOURCE_F_CONTACT_EMAIL, "no e-mail address", email);
	c->phone = line(j, SOURCE_F_CONTACT_PHONE, SHORT_TEXT_MAX);
	c->url = url(j, SOURCE_F_CONTACT_URL);
}

/* Closed posts are published by some feeds (formats.md D17): they go on as
 * what they are, so that the engine closes the offer it knows. */
static void put_status(const struct job *j)
{
	struct offer *o = j->o;
	int status = code(j, SOURCE_F_STATUS, &vocab_offer_status, label_status,
			  VOCAB_NONE);
	if (status != VOCAB_NONE)
		o->status = (enum offer_status)status;
	if (tri(j, SOURCE_F_OPEN) == TRI_NO)
		o->status = OFFER_WITHDRAWN;
	if (o->status == OFFER_LIVE && o->expires != INSTANT_NONE &&
	    o->expires <= j->nz->now)
		o->status = OFFER_EXPIRED;
}

/* What the words say beyond the fields, in notes: the field, how, and the words
 * that said it. */
static void tell_understood(const struct job *j, const struct understood *u)
{
	const struct notes *n = j->notes;
	if (u->trade && (!j->o->n_rome || !str_starts(u->trade, "100 %")))
		add_note(j, field_name(j, SOURCE_F_ROME), u->trade, j->o->title,
			 j->o->n_rome > 0);
	for (size_t i = 0; n && i < u->hits.n && n->n < NOTES_MAX; i++) {
		const struct lexicon_hit *h = &u->hits.v[i];
		if (h->is_applied)
			add_note(j, h->field,
				 arena_printf(j->a, "%s, by %s", h->value,
					      h->symbol),
				 h->words, true);
	}
	for (size_t i = 0; i < u->verdict.n; i++)
		add_note(j, "quality",
			 arena_printf(j->a, "%s (%s)", u->verdict.reasons[i],
				      u->verdict.symbols[i]),
			 u->verdict.words[i], true);
}

static void understand(const struct job *j)
{
	struct understood said;
	const char *diploma = raw(j, SOURCE_F_LEVEL_TARGET);
	if (!diploma)
		diploma = raw(j, SOURCE_F_LEVEL_REQUIRED);
	offer_understand(j->nz->understanding, j->a, diploma, j->nz->now, j->o,
			 j->notes ? &said : NULL);
	if (j->notes)
		tell_understood(j, &said);
}

int normalise(const struct normaliser *nz, const struct jnode *record,
	      struct arena *a, struct offer *out, struct notes *notes,
	      struct err *err)
{
	struct offer o;
	const struct job j = {nz, record, a, &o, notes};
	offer_init(&o);
	if (record->type != JNODE_OBJECT)
		return err_set(err, ERR_INPUT, "the record is no object");
	put_identity(&j);
	if (!o.title)
		return err_set(err, ERR_INPUT, "no title");
	put_kind(&j);
	put_trade(&j);
	put_employer(&j);
	put_place(&j);
	put_time(&j);
	put_hours(&j);
	put_person(&j);
	put_training(&j);
	put_conditions(&j);
	put_salary(&j);
	put_contact(&j);
	put_status(&j);
	if (nz->understanding)
		understand(&j);
	*out = o;
	return 0;
}
