/* SPDX-License-Identifier: EUPL-1.2 */
/* The offer line written, in the order in which offer.c reads it: straight into
 * bytes, since a tree of it would cost a poll more than the transfer. What is
 * unknown is not written, nor an object or list with nothing in it. */
#include "reader.h"

#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/js_out.h>
#include <etrier/mem.h>
#include <etrier/offer.h>

#include <stdint.h>

#define NO_CEILING (SIZE_MAX / 4)

static void out_count(struct buf *b, const char *key, int64_t v)
{
	if (v != -1)
		js_out_int(b, key, v);
}

static void out_code(struct buf *b, const char *key, const struct vocab *v,
		     int i)
{
	js_out_str(b, key, vocab_code(v, i));
}

static void out_tri(struct buf *b, const char *key, enum tri t)
{
	if (t != TRI_UNKNOWN)
		out_code(b, key, &vocab_tri, (int)t);
}

static void out_date(struct buf *b, const char *key, int32_t date)
{
	char text[11];
	if (date == DATE_NONE)
		return;
	date_format(date, text);
	js_out_str(b, key, text);
}

static void out_instant(struct buf *b, const char *key, int64_t at)
{
	char text[21];
	if (at == INSTANT_NONE)
		return;
	instant_format(at, text);
	js_out_str(b, key, text);
}

static void out_minute(struct buf *b, const char *key, int minute)
{
	char text[6];
	if (minute < 0)
		return;
	minute_format(minute, text);
	js_out_str(b, key, text);
}

static void out_list(struct buf *b, const char *key, const char *const *list,
		     int n)
{
	size_t mark = js_out_open(b, key, '[');
	for (int i = 0; i < n; i++)
		js_out_str(b, NULL, list[i]);
	js_out_close(b, mark, ']');
}

static void out_bits(struct buf *b, const char *key, const struct vocab *v,
		     unsigned bits)
{
	size_t mark = js_out_open(b, key, '[');
	for (int i = 0; i < v->n; i++)
		if (bits & 1u << i)
			js_out_str(b, NULL, v->codes[i]);
	js_out_close(b, mark, ']');
}

static void out_employer(struct buf *b, const struct offer_employer *e)
{
	size_t mark = js_out_open(b, "employer", '{');
	js_out_str(b, "name", e->name);
	js_out_str(b, "siret", e->siret);
	js_out_str(b, "naf", e->naf);
	js_out_str(b, "size", e->size);
	out_tri(b, "handi_engaged", e->handi_engaged);
	out_tri(b, "adapted_company", e->adapted_company);
	out_tri(b, "school", e->school);
	js_out_close(b, mark, '}');
}

static void out_hours(struct buf *b, const struct offer_hours *h)
{
	size_t mark = js_out_open(b, "hours", '{');
	out_minute(b, "start", h->start_min);
	out_minute(b, "end", h->end_min);
	out_count(b, "weekly", h->weekly_min);
	out_tri(b, "night", h->night);
	out_tri(b, "weekend", h->weekend);
	out_tri(b, "part_time", h->part_time);
	js_out_str(b, "text", h->text);
	js_out_close(b, mark, '}');
}

static void out_languages(struct buf *b, const struct offer *o)
{
	size_t mark = js_out_open(b, "languages", '[');
	for (int i = 0; i < o->n_languages; i++) {
		const struct offer_language *l = &o->languages[i];
		js_out_open(b, NULL, '{');
		js_out_str(b, "lang", l->lang);
		out_code(b, "level", &vocab_cecrl, l->level);
		out_tri(b, "required", l->required);
		buf_addc(b, '}');
	}
	js_out_close(b, mark, ']');
}

static void out_training(struct buf *b, const struct offer *o)
{
	size_t mark = js_out_open(b, "training", '{');
	js_out_str(b, "rncp", o->training_rncp);
	js_out_str(b, "cfa", o->training_cfa);
	js_out_str(b, "rhythm", o->training_rhythm);
	out_date(b, "start", o->training_start);
	out_date(b, "end", o->training_end);
	js_out_close(b, mark, '}');
}

static void out_demands(struct buf *b, const struct offer *o)
{
	size_t mark = js_out_open(b, "exposure", '{');
	for (int i = 0; i < EXPOSURE_COUNT; i++)
		out_count(b, vocab_code(&vocab_exposure, i), o->exposure[i]);
	js_out_close(b, mark, '}');
	mark = js_out_open(b, "access", '{');
	for (int i = 0; i < ACCESS_COUNT; i++)
		out_tri(b, vocab_code(&vocab_access, i), o->access[i]);
	js_out_close(b, mark, '}');
}

static void out_salary(struct buf *b, const struct offer *o)
{
	size_t mark = js_out_open(b, "salary", '{');
	out_count(b, "min", o->salary_min_cents);
	out_count(b, "max", o->salary_max_cents);
	js_out_str(b, "period", o->salary_period);
	if (o->salary_min_cents >= 0 || o->salary_max_cents >= 0)
		js_out_str(b, "currency", "EUR");
	js_out_str(b, "text", o->salary_text);
	js_out_close(b, mark, '}');
}

static void out_contact(struct buf *b, const struct offer_contact *c)
{
	size_t mark = js_out_open(b, "contact", '{');
	js_out_str(b, "name", c->name);
	js_out_str(b, "email", c->email);
	js_out_str(b, "phone", c->phone);
	js_out_str(b, "url", c->url);
	js_out_close(b, mark, '}');
}

static void out_level(struct buf *b, const struct offer *o)
{
	size_t mark = js_out_open(b, "level", '{');
	out_code(b, "required", &vocab_level, o->level_required);
	out_code(b, "target", &vocab_level, o->level_target);
	js_out_close(b, mark, '}');
}

static void out_identity(struct buf *b, const struct offer *o)
{
	js_out_str(b, "source", o->source);
	js_out_str(b, "ref", o->ref);
	js_out_str(b, "url", o->url);
	js_out_str(b, "origin_ref", o->origin_ref);
	js_out_str(b, "title", o->title);
	js_out_str(b, "description", o->description);
	out_code(b, "kind", &vocab_contract, o->kind);
	out_list(b, "rome", o->rome, o->n_rome);
	out_employer(b, &o->employer);
	js_out_key(b, "place");
	place_write(&o->place, b);
}

static void out_job(struct buf *b, const struct offer *o)
{
	out_date(b, "start", o->start);
	out_count(b, "duration_days", o->duration_days);
	out_count(b, "positions", o->positions);
	out_hours(b, &o->hours);
	out_bits(b, "licences", &vocab_licence, o->licences);
	out_count(b, "age_min", o->age_min);
	out_level(b, o);
	if (o->experience != EXPERIENCE_UNKNOWN)
		out_code(b, "experience", &vocab_experience,
			 (int)o->experience);
	out_languages(b, o);
	out_training(b, o);
	out_demands(b, o);
	out_tri(b, "handicap_welcome", o->handicap_welcome);
	out_salary(b, o);
	out_contact(b, &o->contact);
}

static void out_quality(struct buf *b, const struct offer_quality *q)
{
	if (q->outcome == QUALITY_FINE)
		return;
	size_t mark = js_out_open(b, "quality", '{');
	out_code(b, "outcome", &vocab_quality, (int)q->outcome);
	out_list(b, "symbols", q->symbols, q->n_symbols);
	out_list(b, "reasons", q->reasons, q->n_reasons);
	js_out_close(b, mark, '}');
}

void offer_write(const struct offer *o, struct buf *out)
{
	buf_addc(out, '{');
	out_identity(out, o);
	out_job(out, o);
	out_instant(out, "posted", o->posted);
	out_instant(out, "updated", o->updated);
	out_instant(out, "expires", o->expires);
	out_code(out, "status", &vocab_offer_status, (int)o->status);
	out_quality(out, &o->quality);
	if (json_object_size(o->provenance))
		js_out_value(out, "provenance", o->provenance);
	if (json_object_size(o->evidence))
		js_out_value(out, "evidence", o->evidence);
	buf_addc(out, '}');
}

json_t *offer_to_json(const struct offer *o)
{
	struct buf text;
	struct err err;
	buf_init(&text, NO_CEILING);
	offer_write(o, &text);
	json_t *v = js_parse(text.data, text.len, &err);
	BUG_ON(!v);
	buf_clear(&text);
	return v;
}
