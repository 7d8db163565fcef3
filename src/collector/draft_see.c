/* SPDX-License-Identifier: EUPL-1.2 */
/* Every path of the records seen, with what its values look like. Texts are
 * judged by the very functions that will read them once the map exists, so
 * that what is proposed is what would be understood. */
#include "draft.h"
#include "labels.h"
#include "values.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/html.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/path.h>
#include <etrier/phone.h>
#include <etrier/place.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	VALUES_PER_PATH_MAX = 16, /* of one record */
	WORD_BYTES_MAX = 200,	  /* longer texts are no words of a list */
	/* Different texts of one path that are judged whole; only dates, where
	 * a single one decides, are looked at beyond. */
	JUDGED_MAX = 400,
	NUMBER_BYTES_MAX = 40
};
/* Texts kept of all paths together. */
#define KEPT_MAX ((size_t)32 * 1024 * 1024)

static const struct {
	int32_t lat_min, lat_max, lon_min, lon_max; /* micro-degrees */
} france = {41000000, 51500000, -5500000, 9800000};

/* ---- what a text looks like ---- */

#define BIT(look) (UINT64_C(1) << (look))

static bool in_france(const char *s, bool is_lat)
{
	int32_t v;
	if (!s || !strchr(s, '.') || num_parse_udeg(s, 180, &v))
		return false;
	return is_lat ? v >= france.lat_min && v <= france.lat_max
		      : v >= france.lon_min && v <= france.lon_max;
}

static uint64_t place_looks(struct arena *a, const struct refdata *rd,
			    const char *s)
{
	const char *lat = NULL, *lon = NULL;
	const struct commune *c[1];
	uint64_t v = 0;
	bool is_code = strlen(s) == 5 && isdigit((unsigned char)s[0]) &&
		       isdigit((unsigned char)s[4]);
	if (is_code && refdata_by_postcode(rd, s, c, 1))
		v |= BIT(LOOK_POSTCODE);
	if (is_code && refdata_commune(rd, s, NULL, NULL))
		v |= BIT(LOOK_INSEE);
	if (in_france(s, true))
		v |= BIT(LOOK_LAT);
	if (in_france(s, false))
		v |= BIT(LOOK_LON);
	if (value_latlon(a, s, &lat, &lon) && in_france(lat, true) &&
	    in_france(lon, false))
		v |= BIT(LOOK_LATLON);
	struct place_claim claim = {.text = s};
	struct place place;
	const char *why;
	place_resolve(rd, a, &claim, &place, &why);
	if (place.precision <= PLACE_DEPARTMENT)
		v |= BIT(LOOK_PLACE);
	return v;
}

static uint64_t date_looks(struct arena *a, const char *s)
{
	static const struct {
		enum date_form form;
		enum look look;
		size_t n_digits; /* 0: any; else the whole text is as many */
	} forms[] = {
		{DATE_DMY, LOOK_DMY, 0},
		{DATE_MDY, LOOK_MDY, 0},
		{DATE_YMD_COMPACT, LOOK_COMPACT, 8},
		{DATE_EPOCH_S, LOOK_EPOCH_S, 10},
		{DATE_EPOCH_MS, LOOK_EPOCH_MS, 13},
	};
	size_t n = strspn(s, "0123456789");
	uint64_t v = 0;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (forms[i].n_digits && (s[n] || n != forms[i].n_digits))
			continue;
		if (value_instant(a, s, forms[i].form) != INSTANT_NONE)
			v |= BIT(forms[i].look) | BIT(LOOK_DATE);
	}
	if (value_instant(a, s, DATE_AUTO) != INSTANT_NONE)
		v |= BIT(LOOK_DATE);
	return v;
}

static uint64_t word_looks(struct arena *a, const char *s)
{
	uint64_t v = 0;
	if (label_tri(a, s) != TRI_UNKNOWN)
		v |= BIT(LOOK_TRI);
	if (label_contract(a, s, NULL) != VOCAB_NONE)
		v |= BIT(LOOK_CONTRACT);
	if (label_level(a, s) != VOCAB_NONE)
		v |= BIT(LOOK_LEVEL);
	if (label_experience(a, s) != VOCAB_NONE)
		v |= BIT(LOOK_EXPERIENCE);
	if (label_licence(a, s) != VOCAB_NONE)
		v |= BIT(LOOK_LICENCE);
	if (label_status(a, s) != VOCAB_NONE)
		v |= BIT(LOOK_STATUS);
	if (label_part_time(a, s) != TRI_UNKNOWN)
		v |= BIT(LOOK_PART_TIME);
	if (value_salary(a, arena_printf(a, "1 euro %s", s)).period)
		v |= BIT(LOOK_PERIOD);
	size_t n = strlen(s);
	if ((n == 2 || n == 3) && isalpha((unsigned char)s[0]) &&
	    isalpha((unsigned char)s[1]))
		v |= BIT(LOOK_LANGUAGE);
	return v;
}

static uint64_t number_looks(struct arena *a, const char *s)
{
	uint64_t v = 0;
	if (value_hour(a, s) >= 0)
		v |= BIT(LOOK_HOUR);
	if (value_weekly(a, s) >= 0)
		v |= BIT(LOOK_WEEKLY);
	if (value_duration(a, s) >= 0)
		v |= BIT(LOOK_DURATION);
	if (value_number(a, s, 0, 1000000) >= 0)
		v |= BIT(LOOK_INT);
	if (value_number(a, s, 1, 60) >= 0)
		v |= BIT(LOOK_MONTHS);
	if (value_euros(a, s) > 0)
		v |= BIT(LOOK_MONEY);
	if (value_salary(a, s).min_cents > 0)
		v |= BIT(LOOK_SALARY);
	return v;
}

static uint64_t name_looks(struct arena *a, const struct refdata *rd,
			   const char *s)
{
	char e164[17];
	uint64_t v = 0;
	if (value_url(a, s, NULL))
		v |= BIT(LOOK_URL);
	if (value_email(a, s))
		v |= BIT(LOOK_EMAIL);
	if ((*s == '0' || *s == '+') &&
	    phone_normalise(s, e164) != PHONE_INVALID)
		v |= BIT(LOOK_PHONE);
	if (value_siret(a, s))
		v |= BIT(LOOK_SIRET);
	if (value_naf(a, s))
		v |= BIT(LOOK_NAF);
	char *code = arena_dup_n(a, s, strcspn(s, ",;|/ \t\n"));
	*code = (char)toupper((unsigned char)*code);
	if (strlen(code) == 5 && rome_find(rd, code) != ROME_NONE)
		v |= BIT(LOOK_ROME);
	if (rome_by_title(rd, s) != ROME_NONE)
		v |= BIT(LOOK_TRADE);
	return v;
}

static uint64_t looks(struct arena *a, const struct refdata *rd, const char *s)
{
	size_t n = strlen(s);
	bool has_letter = false;
	for (const char *p = s; *p && !has_letter; p++)
		has_letter = isalpha((unsigned char)*p) || *p & 0x80;
	if (n > OFFER_TEXT_MAX)
		return BIT(LOOK_LONG) |
		       (value_url(a, s, NULL) ? BIT(LOOK_URL) : 0);
	uint64_t v = BIT(LOOK_TEXT) | (has_letter ? BIT(LOOK_WORD) : 0);
	if (strchr(s, '\n') || html_looks_like(s))
		v |= BIT(LOOK_LONG);
	if (n > WORD_BYTES_MAX)
		return v | name_looks(a, rd, s);
	return v | name_looks(a, rd, s) | place_looks(a, rd, s) |
	       date_looks(a, s) | word_looks(a, s) | number_looks(a, s);
}

/* ---- marks ---- */

static bool is_mark(const char *s)
{
	/* Not "none" and "aucun": those are words of the experience. */
	static const char *const marks[] = {
		"N/A",
		"NA",
		"N.A.",
		"NC",
		"N.C.",
		"null",
		"-",
		"--",
		"?",
		"/",
		"Non précisé",
		"Non précisée",
		"Non renseigné",
		"Non renseignée",
		"Non communiqué",
		"Non communiquée",
		"Non spécifié",
		"Non défini",
		"Inconnu",
		"unknown",
		"undefined",
		"not specified",
		"Sans objet",
		"NaN",
	};
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (!strcasecmp(s, marks[i]))
			return true;
	return false;
}

static void count_mark(struct draft *d, const char *s)
{
	for (size_t i = 0; i < d->n_marks; i++) {
		if (strcasecmp(d->marks[i].text, s) != 0)
			continue;
		d->marks[i].n++;
		return;
	}
	if (d->n_marks < DRAFT_MARKS_MAX)
		d->marks[d->n_marks++] =
			(struct draft_mark){arena_dup(d->arena, s), 1};
}

/* ---- paths ---- */

struct visit {
	struct draft *d;
	struct arena scratch;
	char path[PATH_LENGTH_MAX + 1];
};

static struct draft_path *path_at(struct draft *d, const char *path)
{
	struct draft_path *p = map_get(&d->by_path, path);
	if (p || d->n_paths == DRAFT_PATHS_MAX)
		return p;
	p = arena_alloc(d->arena, sizeof(*p));
	p->path = arena_dup(d->arena, path);
	map_init(&p->words);
	map_put(&d->by_path, path, p);
	d->paths[d->n_paths++] = p;
	return p;
}

static uint64_t judge(struct visit *v, struct draft_path *p, const char *s,
		      bool is_sampled)
{
	struct draft *d = v->d;
	size_t n = strlen(s);
	struct draft_word *w =
		n <= WORD_BYTES_MAX ? map_get(&p->words, s) : NULL;
	if (w) {
		w->n++;
		return w->looks;
	}
	uint64_t l = 0;
	if (is_sampled)
		l = looks(&v->scratch, d->refdata, s);
	else if (p->n_look[LOOK_DATE] && n <= WORD_BYTES_MAX)
		l = date_looks(&v->scratch, s);
	if (n > WORD_BYTES_MAX || d->kept + n > KEPT_MAX) {
		p->has_more_words = true;
		return l;
	}
	d->kept += n + sizeof(*w);
	w = arena_alloc(d->arena, sizeof(*w));
	*w = (struct draft_word){1, l};
	map_put(&p->words, s, w);
	return l;
}

static const char *number_text(struct arena *a, const json_t *v)
{
	struct buf b;
	buf_init(&b, NUMBER_BYTES_MAX);
	js_write(v, &b);
	const char *s = b.too_big ? NULL : arena_dup(a, b.data);
	buf_clear(&b);
	return s;
}

static const char *value_text(struct arena *a, const json_t *v)
{
	if (json_is_string(v))
		return str_trim(arena_dup(a, json_string_value(v)));
	if (json_is_number(v))
		return number_text(a, v);
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	return NULL;
}

static void see_value(struct visit *v, const json_t *value)
{
	struct draft *d = v->d;
	const char *s = value_text(&v->scratch, value);
	struct draft_path *p = s && *s && *v->path ? path_at(d, v->path) : NULL;
	if (!p)
		return;
	if (is_mark(s)) {
		count_mark(d, s);
		return;
	}
	uint64_t *word = &p->has[d->n_records / 64];
	uint64_t bit = UINT64_C(1) << d->n_records % 64;
	p->n_records += !(*word & bit);
	*word |= bit;
	p->n_values++;
	if (!p->example)
		p->example = utf8_clean(d->arena, s, UTF8_ONE_LINE, 60);
	bool is_sampled =
		p->n_judged < JUDGED_MAX || map_count(&p->words) < JUDGED_MAX;
	uint64_t l = judge(v, p, s, is_sampled);
	p->n_judged += is_sampled;
	for (int i = 0; i < LOOK_COUNT; i++)
		p->n_look[i] += (int64_t)(l >> i & 1);
	enum tri t = l & BIT(LOOK_TRI) ? (enum tri)label_tri(&v->scratch, s)
				       : TRI_UNKNOWN;
	p->n_yes += t == TRI_YES;
	p->n_no += t == TRI_NO;
}

bool draft_is_name(const char *s)
{
	if (!*s || strpbrk(s, ".[]"))
		return false;
	for (const char *p = s; *p; p++)
		if (iscntrl((unsigned char)*p))
			return false;
	return true;
}

static void see(struct visit *v, json_t *value, size_t len, int depth);

static void see_member(struct visit *v, const char *name, json_t *value,
		       size_t len, int depth)
{
	size_t n = strlen(name);
	if (str_eq(name, "#text")) {
		see_value(v, value);
		return;
	}
	if (!draft_is_name(name) || len + n + 1 > PATH_LENGTH_MAX ||
	    depth >= PATH_STEPS_MAX) {
		v->d->n_unreachable++;
		return;
	}
	char *p = v->path + len;
	if (len)
		*p++ = '.';
	memcpy(p, name, n + 1);
	see(v, value, (size_t)(p - v->path) + n, depth + 1);
	v->path[len] = '\0';
}

/* [2.35, 48.85] is a point, and each number of it a thing of its own. */
static bool is_pair(const json_t *list)
{
	return json_array_size(list) == 2 &&
	       json_is_number(json_array_get(list, 0)) &&
	       json_is_number(json_array_get(list, 1));
}

static void see(struct visit *v, json_t *value, size_t len, int depth)
{
	const char *name;
	json_t *item;
	size_t i;
	if (json_is_object(value)) {
		json_object_foreach(value, name, item)
			see_member(v, name, item, len, depth);
	} else if (is_pair(value)) {
		see_member(v, "0", json_array_get(value, 0), len, depth);
		see_member(v, "1", json_array_get(value, 1), len, depth);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, item)
		{
			/* A list in a list is beyond what a path can say. */
			if (i < VALUES_PER_PATH_MAX && !json_is_array(item))
				see(v, item, len, depth);
		}
	} else {
		see_value(v, value);
	}
}

void draft_see(struct draft *d, json_t *record)
{
	struct visit v = {.d = d};
	if (d->n_records == DRAFT_RECORDS_MAX || !json_is_object(record))
		return;
	arena_init(&v.scratch);
	see(&v, record, 0, 0);
	arena_clear(&v.scratch);
	d->n_records++;
}

/* <list1 label="Rémunération">...: TalentSoft and its like name the places
 * that a customer may use freely only there. */
void draft_seen(struct draft *d)
{
	for (size_t i = 0; i < d->n_paths; i++) {
		const struct draft_path *p = d->paths[i];
		if (!str_ends(p->path, ".@label") ||
		    map_count(&p->words) != 1 || p->has_more_words)
			continue;
		char *of = arena_dup_n(d->arena, p->path,
				       strlen(p->path) - strlen(".@label"));
		struct draft_path *target = map_get(&d->by_path, of);
		if (target)
			target->label = p->example;
	}
}

int draft_share(const struct draft_path *p, enum look look)
{
	int64_t n = p->n_judged ? p->n_look[look] * 1000 / p->n_judged : 0;
	return n > 1000 ? 1000 : (int)n;
}

void draft_init(struct draft *d, struct arena *a, const struct refdata *rd)
{
	*d = (struct draft){.arena = a, .refdata = rd};
	map_init(&d->by_path);
}

void draft_clear(struct draft *d)
{
	for (size_t i = 0; i < d->n_paths; i++)
		map_clear(&d->paths[i]->words, NULL);
	map_clear(&d->by_path, NULL);
}
