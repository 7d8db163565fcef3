/* SPDX-License-Identifier: EUPL-1.2 */
/* The offer line read (offer_write.c writes it, in the same order), and what
 * identifies an offer. Reading checks everything again, for the line may come
 * from a program of kind `exec`; it does not guess, look up or complete
 * anything. What is unknown is neither read nor written. */
#include "reader.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/offer.h>

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define HASH_BYTES 16
/* One line of the wire (architecture.md); an offer's hash covers no more. */
#define OFFER_JSON_MAX ((size_t)256 * 1024)
/* Above these a figure is a mistake of the source, not a fact. */
#define DURATION_DAYS_MAX  3660
#define POSITIONS_MAX	   10000
#define WEEKLY_MIN_MAX	   (80 * 60)
#define AGE_MAX		   99
#define SALARY_CENTS_MAX   INT64_C(100000000)
#define EXPOSURE_LEVEL_MAX 3

static const char *const period_codes[] = {"hour", "month", "year", NULL};
static const char *const period_labels[] = {"par heure", "par mois", "par an"};
static const struct vocab vocab_period = {
	"salary period", period_codes, period_labels, ARRAY_LEN(period_labels)};

void offer_init(struct offer *o)
{
	*o = (struct offer){
		.kind = VOCAB_NONE,
		.place.precision = PLACE_UNKNOWN,
		.start = DATE_NONE,
		.duration_days = -1,
		.positions = -1,
		.hours = {.start_min = -1, .end_min = -1, .weekly_min = -1},
		.age_min = -1,
		.level_required = VOCAB_NONE,
		.level_target = VOCAB_NONE,
		.experience = EXPERIENCE_UNKNOWN,
		.training_start = DATE_NONE,
		.training_end = DATE_NONE,
		.salary_min_cents = -1,
		.salary_max_cents = -1,
		.posted = INSTANT_NONE,
		.updated = INSTANT_NONE,
		.expires = INSTANT_NONE,
	};
	memset(o->exposure, -1, sizeof(o->exposure));
}

/* ---- reading ---- */

static const char *line_of(const struct reader *r, const char *key)
{
	return read_text(r, key, READ_LINE, OFFER_TEXT_MAX);
}

static void read_rome(const struct reader *r, struct offer *o)
{
	json_t *list = reader_get(r, "rome"), *item;
	size_t i;
	if (list && !json_is_array(list))
		reader_fail(r, "rome", "not a list");
	if (json_array_size(list) > OFFER_ROME_MAX)
		reader_fail(r, "rome", "more than %d codes", OFFER_ROME_MAX);
	if (r->fault->found)
		return;
	json_array_foreach(list, i, item)
	{
		const char *code = json_string_value(item);
		if (!code || !text_matches(code, PATTERN_ROME)) {
			reader_fail(r, "rome", "not a ROME code");
			return;
		}
		o->rome[o->n_rome++] = code;
	}
}

static void read_employer(const struct reader *top, struct offer_employer *e)
{
	struct reader r = reader_sub(top, "employer", "employer.");
	e->name = line_of(&r, "name");
	e->siret = read_text(&r, "siret", READ_LINE, 14);
	e->naf = read_text(&r, "naf", READ_LINE, 6);
	e->size = line_of(&r, "size");
	e->handi_engaged = read_tri(&r, "handi_engaged");
	e->adapted_company = read_tri(&r, "adapted_company");
	e->school = read_tri(&r, "school");
	if (e->siret && strspn(e->siret, "0123456789") != strlen(e->siret))
		reader_fail(&r, "siret", "not a SIRET or SIREN");
}

static void read_hours(const struct reader *top, struct offer_hours *h)
{
	struct reader r = reader_sub(top, "hours", "hours.");
	h->start_min = read_minute(&r, "start");
	h->end_min = read_minute(&r, "end");
	h->weekly_min = (int)read_int(&r, "weekly", 0, WEEKLY_MIN_MAX, -1);
	h->night = read_tri(&r, "night");
	h->weekend = read_tri(&r, "weekend");
	h->part_time = read_tri(&r, "part_time");
	h->text = read_text(&r, "text", READ_LINES, OFFER_TEXT_MAX);
}

static void read_languages(const struct reader *top, struct offer *o)
{
	json_t *list = reader_get(top, "languages"), *item;
	size_t i;
	if (list && !json_is_array(list))
		reader_fail(top, "languages", "not a list");
	if (json_array_size(list) > OFFER_LANGUAGES_MAX)
		reader_fail(top, "languages", "more than %d",
			    OFFER_LANGUAGES_MAX);
	if (top->fault->found)
		return;
	json_array_foreach(list, i, item)
	{
		struct reader r = {item, "languages.", top->fault};
		struct offer_language *l = &o->languages[o->n_languages++];
		if (!json_is_object(item))
			reader_fail(top, "languages", "not an object");
		l->lang = read_text(&r, "lang", READ_LINE, 35);
		l->level = read_code(&r, "level", &vocab_cecrl, VOCAB_NONE);
		l->required = read_tri(&r, "required");
		if (!l->lang)
			reader_fail(&r, "lang", "missing");
	}
}

static void read_training(const struct reader *top, struct offer *o)
{
	struct reader r = reader_sub(top, "training", "training.");
	o->training_rncp = line_of(&r, "rncp");
	o->training_cfa = line_of(&r, "cfa");
	o->training_rhythm =
		read_text(&r, "rhythm", READ_LINES, OFFER_TEXT_MAX);
	o->training_start = read_date(&r, "start");
	o->training_end = read_date(&r, "end");
}

/* The keys are codes: one outside its list is a typing error, not a key of a
 * later version. */
static void read_exposure(const struct reader *top, struct offer *o)
{
	struct reader r = reader_sub(top, "exposure", "exposure.");
	const char *key;
	json_t *value;
	json_object_foreach(r.obj, key, value)
	{
		int code = vocab_find(&vocab_exposure, key);
		if (code == VOCAB_NONE)
			reader_fail(top, "exposure", "an unknown code");
		else
			o->exposure[code] = (int8_t)read_int(
				&r, key, 0, EXPOSURE_LEVEL_MAX, -1);
	}
}

static void read_access(const struct reader *top, struct offer *o)
{
	struct reader r = reader_sub(top, "access", "access.");
	const char *key;
	json_t *value;
	json_object_foreach(r.obj, key, value)
	{
		int code = vocab_find(&vocab_access, key);
		if (code == VOCAB_NONE)
			reader_fail(top, "access", "an unknown code");
		else
			o->access[code] = read_tri(&r, key);
	}
}

/* An amount in another currency is not comparable: it is left unknown. */
static void read_salary(const struct reader *top, struct offer *o)
{
	struct reader r = reader_sub(top, "salary", "salary.");
	const char *currency = line_of(&r, "currency");
	int64_t lo = read_int(&r, "min", 0, SALARY_CENTS_MAX, -1);
	int64_t hi = read_int(&r, "max", 0, SALARY_CENTS_MAX, -1);
	int period = read_code(&r, "period", &vocab_period, VOCAB_NONE);
	if (!currency || strcmp(currency, "EUR") == 0) {
		o->salary_min_cents = lo;
		o->salary_max_cents = hi;
	}
	o->salary_period = vocab_code(&vocab_period, period);
	o->salary_text = read_text(&r, "text", READ_LINES, OFFER_TEXT_MAX);
}

static void read_contact(const struct reader *top, struct offer_contact *c)
{
	struct reader r = reader_sub(top, "contact", "contact.");
	c->name = line_of(&r, "name");
	c->email = line_of(&r, "email");
	c->phone = line_of(&r, "phone");
	c->url = read_url(&r, "url", OFFER_URL_MAX);
}

static void read_identity(const struct reader *r, struct offer *o)
{
	o->source = line_of(r, "source");
	o->ref = read_text(r, "ref", READ_LINE, OFFER_REF_MAX);
	o->url = read_url(r, "url", OFFER_URL_MAX);
	o->origin_ref = read_text(r, "origin_ref", READ_LINE, OFFER_REF_MAX);
	o->title = line_of(r, "title");
	o->description =
		read_text(r, "description", READ_LINES, OFFER_DESCRIPTION_MAX);
	if (!o->source)
		reader_fail(r, "source", "missing");
	if (!o->title)
		reader_fail(r, "title", "missing");
}

static void read_job(const struct reader *r, struct offer *o)
{
	struct reader level = reader_sub(r, "level", "level.");
	o->kind = read_code(r, "kind", &vocab_contract, VOCAB_NONE);
	read_rome(r, o);
	o->start = read_date(r, "start");
	o->duration_days =
		(int)read_int(r, "duration_days", 0, DURATION_DAYS_MAX, -1);
	o->positions = (int)read_int(r, "positions", 0, POSITIONS_MAX, -1);
	o->licences = read_bits(r, "licences", &vocab_licence);
	o->age_min = (int)read_int(r, "age_min", 0, AGE_MAX, -1);
	o->level_required =
		read_code(&level, "required", &vocab_level, VOCAB_NONE);
	o->level_target = read_code(&level, "target", &vocab_level, VOCAB_NONE);
	o->experience = (enum experience)read_code(
		r, "experience", &vocab_experience, EXPERIENCE_UNKNOWN);
	o->handicap_welcome = read_tri(r, "handicap_welcome");
}

static json_t *read_provenance(const struct reader *top)
{
	struct reader r = reader_sub(top, "provenance", "provenance.");
	const char *key;
	json_t *value;
	json_object_foreach(r.obj, key, value)
		read_code(&r, key, &vocab_provenance, VOCAB_NONE);
	return r.obj;
}

static json_t *read_evidence(const struct reader *top)
{
	struct reader r = reader_sub(top, "evidence", "evidence.");
	const char *key;
	json_t *value;
	json_object_foreach(r.obj, key, value)
	{
		const char *text = json_string_value(value);
		if (!text || strlen(text) > OFFER_TEXT_MAX ||
		    !text_is_clean(text, READ_LINE))
			reader_fail(&r, key, "not a clean line of text");
	}
	return r.obj;
}

/* A list of clean lines, at most OFFER_QUALITY_MAX of them. */
static int read_findings(const struct reader *r, const char *key,
			 const char *out[OFFER_QUALITY_MAX])
{
	json_t *list = reader_get(r, key), *item;
	size_t i;
	int n = 0;
	if (list && !json_is_array(list))
		reader_fail(r, key, "not a list");
	if (json_array_size(list) > OFFER_QUALITY_MAX)
		reader_fail(r, key, "more than %d", OFFER_QUALITY_MAX);
	if (r->fault->found)
		return 0;
	json_array_foreach(list, i, item)
	{
		const char *text = json_string_value(item);
		if (!text || strlen(text) > OFFER_TEXT_MAX ||
		    !text_is_clean(text, READ_LINE)) {
			reader_fail(r, key, "not a clean line of text");
			return 0;
		}
		out[n++] = text;
	}
	return n;
}

static void read_quality(const struct reader *top, struct offer_quality *q)
{
	struct reader r = reader_sub(top, "quality", "quality.");
	q->outcome = (enum quality)read_code(&r, "outcome", &vocab_quality,
					     QUALITY_FINE);
	q->n_symbols = read_findings(&r, "symbols", q->symbols);
	q->n_reasons = read_findings(&r, "reasons", q->reasons);
}

int offer_from_json(json_t *line, struct arena *a, struct offer *out,
		    struct err *err)
{
	struct reader_fault fault = {err, false};
	struct reader r = {line, "", &fault};
	struct offer o;
	offer_init(&o);
	if (!json_is_object(line))
		return err_set(err, ERR_INPUT, "offer: not an object");
	read_identity(&r, &o);
	read_job(&r, &o);
	read_employer(&r, &o.employer);
	read_hours(&r, &o.hours);
	read_languages(&r, &o);
	read_training(&r, &o);
	read_exposure(&r, &o);
	read_access(&r, &o);
	read_salary(&r, &o);
	read_contact(&r, &o.contact);
	o.posted = read_instant(&r, "posted");
	o.updated = read_instant(&r, "updated");
	o.expires = read_instant(&r, "expires");
	o.status = (enum offer_status)read_code(
		&r, "status", &vocab_offer_status, OFFER_LIVE);
	read_quality(&r, &o.quality);
	o.provenance = read_provenance(&r);
	o.evidence = read_evidence(&r);
	if (fault.found ||
	    place_from_json(json_object_get(line, "place"), a, &o.place, err))
		return -1;
	*out = o;
	return 0;
}

/* ---- identity ---- */

static void hash_hex(const char *bytes, size_t n, char out[33])
{
	unsigned char hash[HASH_BYTES];
	static_assert(2 * HASH_BYTES + 1 == 33, "room for the digits");
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)bytes, n,
			   NULL, 0);
	sodium_bin2hex(out, 2 * HASH_BYTES + 1, hash, sizeof(hash));
}

/* The separator cannot stand in a clean text, so that two different lists of
 * parts never give the same bytes. */
const char *offer_ref(const struct offer *o, struct arena *a)
{
	char hex[33], start[11] = "";
	if (o->ref)
		return o->ref;
	if (o->start != DATE_NONE)
		date_format(o->start, start);
	const char *what = o->url;
	if (!what)
		what = arena_printf(a, "%s\x1f%s\x1f%s\x1f%s\x1f%s", o->title,
				    o->employer.name ? o->employer.name : "",
				    o->place.insee ? o->place.insee : "",
				    o->place.city ? o->place.city : "", start);
	hash_hex(what, strlen(what), hex);
	return arena_printf(a, "h:%s", hex);
}

void offer_content_hash(const struct offer *o, char out[33])
{
	struct offer said = *o;
	struct buf text;
	said.posted = said.updated = INSTANT_NONE;
	said.provenance = NULL;
	said.evidence = NULL;
	said.quality = (struct offer_quality){0};
	buf_init(&text, OFFER_JSON_MAX);
	offer_write(&said, &text);
	hash_hex(text.data, text.len, out);
	buf_clear(&text);
}
