/* SPDX-License-Identifier: EUPL-1.2 */
/* The fields a signal may set: their names, how a value is written, what
 * becomes of several signals on one field, and the way into the offer. Only
 * what is unknown there is filled. */
#include "lexicon_parts.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum field {
	FIELD_HOURS_START,
	FIELD_HOURS_END,
	FIELD_HOURS_WEEKLY,
	FIELD_HOURS_NIGHT,
	FIELD_HOURS_WEEKEND,
	FIELD_HOURS_PART_TIME,
	FIELD_LICENCES,
	FIELD_AGE_MIN,
	FIELD_POSITIONS,
	FIELD_START,
	FIELD_DURATION,
	FIELD_LEVEL_REQUIRED,
	FIELD_LEVEL_TARGET,
	FIELD_EXPERIENCE,
	FIELD_LANGUAGES,
	FIELD_HANDICAP_WELCOME,
	FIELD_EXPOSURE,
	FIELD_ACCESS = FIELD_EXPOSURE + EXPOSURE_COUNT,
	FIELD_COUNT = FIELD_ACCESS + ACCESS_COUNT
};
/* When signals differ: the field stays unknown, the least, the most, all. */
enum combine { SAME, LEAST, MOST, ALL };
struct field_row {
	const char *name;
	enum capture capture;	   /* how its constants are written, too */
	const struct vocab *codes; /* or words of this list */
	enum combine combine;
	int32_t lo, hi; /* of what a capture may give */
};
static const struct field_row rows[] = {
	[FIELD_HOURS_START] = {"hours.start", CAPTURE_TIME, NULL, LEAST, 0,
			       1439},
	[FIELD_HOURS_END] = {"hours.end", CAPTURE_TIME, NULL, MOST, 0, 1439},
	[FIELD_HOURS_WEEKLY] = {"hours.weekly", CAPTURE_HOURS, NULL, SAME, 60,
				3600},
	[FIELD_HOURS_NIGHT] = {"hours.night", CAPTURE_NONE, &vocab_tri, SAME, 0,
			       0},
	[FIELD_HOURS_WEEKEND] = {"hours.weekend", CAPTURE_NONE, &vocab_tri,
				 SAME, 0, 0},
	[FIELD_HOURS_PART_TIME] = {"hours.part_time", CAPTURE_NONE, &vocab_tri,
				   SAME, 0, 0},
	[FIELD_LICENCES] = {"licences", CAPTURE_NONE, &vocab_licence, ALL, 0,
			    0},
	/* Of working life: a smaller or greater number is something else. */
	[FIELD_AGE_MIN] = {"age_min", CAPTURE_NUMBER, NULL, MOST, 14, 66},
	[FIELD_POSITIONS] = {"positions", CAPTURE_NUMBER, NULL, SAME, 1, 500},
	[FIELD_START] = {"start", CAPTURE_DATE, NULL, SAME, 0, INT32_MAX},
	[FIELD_DURATION] = {"duration_days", CAPTURE_DURATION, NULL, SAME, 1,
			    3660},
	[FIELD_LEVEL_REQUIRED] = {"level.required", CAPTURE_NONE, &vocab_level,
				  LEAST, 0, 0},
	[FIELD_LEVEL_TARGET] = {"level.target", CAPTURE_NONE, &vocab_level,
				SAME, 0, 0},
	[FIELD_EXPERIENCE] = {"experience", CAPTURE_NONE, &vocab_experience,
			      LEAST, 0, 0},
	[FIELD_LANGUAGES] = {"languages", CAPTURE_NONE, NULL, ALL, 0, 0},
	[FIELD_HANDICAP_WELCOME] = {"handicap_welcome", CAPTURE_NONE,
				    &vocab_tri, SAME, 0, 0},
	[FIELD_EXPOSURE] = {"exposure.", CAPTURE_NONE, NULL, MOST, 0, 3},
	[FIELD_EXPOSURE + 1] = {"access.", CAPTURE_NONE, &vocab_tri, SAME, 0,
				0},
};
static_assert(ARRAY_LEN(rows) == FIELD_EXPOSURE + 2, "a row a field");

const char *lexicon_field_name(size_t i)
{
	return i < ARRAY_LEN(rows) ? rows[i].name : NULL;
}

static const struct field_row *row_of(int field)
{
	return &rows[field < FIELD_EXPOSURE ? field
		     : field < FIELD_ACCESS ? FIELD_EXPOSURE
					    : FIELD_EXPOSURE + 1];
}

static int find_field(const char *name)
{
	int i;
	for (i = 0; i < FIELD_EXPOSURE; i++)
		if (str_eq(rows[i].name, name))
			return i;
	if (str_starts(name, "exposure.") &&
	    (i = vocab_find(&vocab_exposure, name + 9)) != VOCAB_NONE)
		return FIELD_EXPOSURE + i;
	if (str_starts(name, "access.") &&
	    (i = vocab_find(&vocab_access, name + 7)) != VOCAB_NONE)
		return FIELD_ACCESS + i;
	return -1;
}

static int value_fault(const char *field, const char *value,
		       const char *allowed, struct err *err)
{
	return err_set(err, ERR_CONFIG, "%s cannot be \"%.60s\"; allowed: %s",
		       field, value, allowed);
}

/* "en", "en B2" */
static int read_language(const char *value, struct setting *out,
			 struct err *err)
{
	size_t n = strspn(value, "abcdefghijklmnopqrstuvwxyz");
	out->lang = value;
	out->value = VOCAB_NONE;
	if (value[n] == ' ')
		out->value = vocab_find(&vocab_cecrl, value + n + 1);
	if (n < 2 || n > 3 || (value[n] && out->value == VOCAB_NONE))
		return value_fault("languages", value,
				   "a code of two or three small letters, "
				   "alone or with A1 A2 B1 B2 C1 C2",
				   err);
	return 0;
}

static int read_code(const struct field_row *row, const char *value,
		     struct setting *out, struct err *err)
{
	char all[200] = "";
	const struct vocab *v = row->codes;
	size_t n = 0;
	out->value = vocab_find(v, value);
	/* Unknown is what a field is without a signal. */
	if (out->value != VOCAB_NONE && !str_eq(value, "unknown"))
		return 0;
	for (int i = 0; i < v->n && n < sizeof(all); i++)
		if (!str_eq(v->codes[i], "unknown"))
			n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s",
					      n ? " " : "", v->codes[i]);
	return value_fault(row->name, value, all, err);
}

/* A constant is written as it would be in an offer. */
static int read_written(const struct field_row *row, const char *value,
			struct setting *out, struct err *err)
{
	struct arena a;
	struct sentence s;
	struct sentences w = {.text = value};
	arena_init(&a);
	bool is_good = sentence_next(&w, &a, &s);
	for (size_t i = 0; i < s.n; i++)
		s.v[i].number = s.v[i].month = 0;
	is_good =
		is_good &&
		capture_words(row->capture, s.v, s.n, 0, &out->value) == s.n &&
		out->value >= row->lo && out->value <= row->hi;
	arena_clear(&a);
	return is_good ? 0
		       : value_fault(row->name, value,
				     capture_names[row->capture - 1], err);
}

int setting_read(const char *field, const char *value, struct setting *out,
		 struct err *err)
{
	struct setting s = {.field = find_field(field), .name = field};
	int64_t degree = 0;
	int result = 0;
	if (s.field < 0)
		return err_set(err, ERR_CONFIG, "no field \"%.60s\"", field);
	const struct field_row *row = row_of(s.field);
	if (*value == '{' && row->capture != CAPTURE_NONE &&
	    capture_find(value) == row->capture)
		s.capture = row->capture;
	else if (s.field == FIELD_LANGUAGES)
		result = read_language(value, &s, err);
	else if (row->codes)
		result = read_code(row, value, &s, err);
	else if (row->capture != CAPTURE_NONE)
		result = read_written(row, value, &s, err);
	else if (num_parse_int(value, row->lo, row->hi, &degree))
		result = value_fault(field, value, "0 1 2 3", err);
	else
		s.value = (int32_t)degree;
	if (!result)
		*out = s;
	return result;
}

int lexicon_value_check(const char *field, const char *value, struct err *err)
{
	struct setting s;
	return setting_read(field, value, &s, err);
}

bool setting_is_usual(const struct setting *s)
{
	const struct field_row *row = row_of(s->field);
	return row->capture == CAPTURE_NONE ||
	       (s->value >= row->lo && s->value <= row->hi);
}

char *setting_value(struct arena *a, const struct setting *s)
{
	const struct field_row *row = row_of(s->field);
	char date[11];
	switch (row->capture) {
	case CAPTURE_TIME:
		return arena_printf(a, "%02d:%02d", s->value / 60,
				    s->value % 60);
	case CAPTURE_HOURS:
		return arena_printf(a, "%dh%02d", s->value / 60, s->value % 60);
	case CAPTURE_DATE:
		date_format(s->value, date);
		return arena_dup(a, date);
	default:
		break;
	}
	if (s->lang)
		return arena_dup(a, s->lang);
	if (row->codes)
		return arena_dup(a, vocab_code(row->codes, s->value));
	return arena_printf(a, "%d", s->value);
}

/* ---- several signals, one offer ---- */

struct slot {
	const char *name; /* NULL: nobody spoke */
	int32_t value;
	bool is_torn; /* contradicted */
	bool is_put;
};
struct gathered {
	struct slot v[FIELD_COUNT];
	unsigned licences;
	struct offer_language languages[OFFER_LANGUAGES_MAX];
	int n_languages;
};

struct gathered *gathered_new(struct arena *a)
{
	return arena_alloc(a, sizeof(struct gathered));
}

static void add_language(struct gathered *g, struct arena *a,
			 const struct setting *s)
{
	size_t n = strcspn(s->lang, " ");
	for (int i = 0; i < g->n_languages; i++) {
		struct offer_language *l = &g->languages[i];
		if (strlen(l->lang) != n || strncmp(l->lang, s->lang, n) != 0)
			continue;
		if (s->value > l->level)
			l->level = s->value;
		return;
	}
	if (g->n_languages < OFFER_LANGUAGES_MAX)
		g->languages[g->n_languages++] = (struct offer_language){
			.lang = arena_dup_n(a, s->lang, n),
			.level = s->value,
			.required = TRI_YES};
}

void gathered_add(struct gathered *g, struct arena *a, const struct setting *s)
{
	struct slot *slot = &g->v[s->field];
	enum combine how = row_of(s->field)->combine;
	if (s->field == FIELD_LICENCES)
		g->licences |= 1u << s->value;
	if (s->field == FIELD_LANGUAGES)
		add_language(g, a, s);
	if (!slot->name) {
		slot->name = s->name;
		slot->value = s->value;
	} else if (how == SAME) {
		slot->is_torn |= slot->value != s->value;
	} else if (how == LEAST ? s->value < slot->value
				: s->value > slot->value) {
		slot->value = s->value;
	}
}

static bool put_int(int *to, int unknown, int32_t value)
{
	bool is_free = *to == unknown;
	if (is_free)
		*to = value;
	return is_free;
}

static bool put_tri(enum tri *to, int32_t value)
{
	bool is_free = *to == TRI_UNKNOWN;
	if (is_free)
		*to = (enum tri)value;
	return is_free;
}

static bool put_experience(struct offer *o, int32_t value)
{
	bool is_free = o->experience == EXPERIENCE_UNKNOWN;
	if (is_free)
		o->experience = (enum experience)value;
	return is_free;
}

static bool put_start(struct offer *o, int32_t value)
{
	bool is_free = o->start == DATE_NONE;
	if (is_free)
		o->start = value;
	return is_free;
}

static bool put_exposure(int8_t *to, int32_t value)
{
	bool is_free = *to < 0;
	if (is_free)
		*to = (int8_t)value;
	return is_free;
}

static bool put_licences(struct offer *o, unsigned bits)
{
	bool is_free = !o->licences;
	if (is_free)
		o->licences = bits;
	return is_free;
}

static bool put_languages(struct offer *o, const struct gathered *g)
{
	bool is_free = !o->n_languages;
	if (is_free) {
		memcpy(o->languages, g->languages, sizeof(o->languages));
		o->n_languages = g->n_languages;
	}
	return is_free;
}

/* True when the field was unknown and has the value now. */
static bool put(const struct gathered *g, int field, int32_t v, struct offer *o)
{
	switch (field) {
	case FIELD_HOURS_START:
		return put_int(&o->hours.start_min, -1, v);
	case FIELD_HOURS_END:
		return put_int(&o->hours.end_min, -1, v);
	case FIELD_HOURS_WEEKLY:
		return put_int(&o->hours.weekly_min, -1, v);
	case FIELD_HOURS_NIGHT:
		return put_tri(&o->hours.night, v);
	case FIELD_HOURS_WEEKEND:
		return put_tri(&o->hours.weekend, v);
	case FIELD_HOURS_PART_TIME:
		return put_tri(&o->hours.part_time, v);
	case FIELD_LICENCES:
		return put_licences(o, g->licences);
	case FIELD_AGE_MIN:
		return put_int(&o->age_min, -1, v);
	case FIELD_POSITIONS:
		return put_int(&o->positions, -1, v);
	case FIELD_START:
		return put_start(o, v);
	case FIELD_DURATION:
		return put_int(&o->duration_days, -1, v);
	case FIELD_LEVEL_REQUIRED:
		return put_int(&o->level_required, VOCAB_NONE, v);
	case FIELD_LEVEL_TARGET:
		return put_int(&o->level_target, VOCAB_NONE, v);
	case FIELD_EXPERIENCE:
		return put_experience(o, v);
	case FIELD_LANGUAGES:
		return put_languages(o, g);
	case FIELD_HANDICAP_WELCOME:
		return put_tri(&o->handicap_welcome, v);
	default:
		if (field < FIELD_ACCESS)
			return put_exposure(
				&o->exposure[field - FIELD_EXPOSURE], v);
		return put_tri(&o->access[field - FIELD_ACCESS], v);
	}
}

void gathered_put(struct gathered *g, struct offer *o)
{
	for (int i = 0; i < FIELD_COUNT; i++) {
		struct slot *s = &g->v[i];
		if (!s->name || s->is_torn || !put(g, i, s->value, o))
			continue;
		s->is_put = true;
		if (!o->provenance)
			o->provenance = json_object();
		json_object_set_new(o->provenance, s->name,
				    json_string("text"));
	}
}

bool gathered_took(const struct gathered *g, const struct setting *s)
{
	const struct slot *slot = &g->v[s->field];
	return slot->is_put &&
	       (row_of(s->field)->combine == ALL || slot->value == s->value);
}
