/* SPDX-License-Identifier: EUPL-1.2 */
/* A young person: the one table of columns, and from it the cells, the JSON
 * form and the struct. Needs and the RQTH are marked private in the table and
 * leave only when they are asked for. Which origin wins for a column, and who
 * may read what, is decided in the engine. */
#include "record.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/person.h>
#include <etrier/str.h>

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static_assert(sizeof(enum channel) == sizeof(int) &&
		      sizeof(enum person_status) == sizeof(int),
	      "codes are stored as int");
static_assert(PERSON_TEXT_MAX == RECORD_TEXT_MAX, "one ceiling");

/* Longer one-way journeys are typing errors. */
#define MINUTES_MAX 300
#define NO_LICENCE  "none"

struct row {
	struct person_column column; /* first: see row_of() */
	struct field field;
};

static field_cell_fn cell_rome, cell_licences, cell_needs;

#define AT(member) offsetof(struct person, member)
#define TEXT(member)                              \
	{                                         \
		FIELD_TEXT, AT(member), .none = 0 \
	}
#define DATE(member)                              \
	{                                         \
		FIELD_DATE, AT(member), .none = 0 \
	}
#define YES_NO(m)                              \
	{                                      \
		FIELD_YES_NO, AT(m), .none = 0 \
	}
#define MINUTE(m)                              \
	{                                      \
		FIELD_MINUTE, AT(m), .none = 0 \
	}
#define MINUTES(m)                                             \
	{                                                      \
		FIELD_INT, AT(m), .min = 1, .max = MINUTES_MAX \
	}
#define CODE(m, v, n)                                               \
	{                                                           \
		FIELD_CODE, AT(m), .vocab = &vocab_##v, .none = (n) \
	}
#define BITS(m, v)                                     \
	{                                              \
		FIELD_BITS, AT(m), .vocab = &vocab_##v \
	}
#define OWN(fn)                            \
	{                                  \
		FIELD_OWN, 0, .cell = (fn) \
	}

static const struct row rows[] = {
	{{"ref", "number of the dossier at its origin", PERSON_COLUMN_REQUIRED},
	 TEXT(ref)},
	{{"linked_ref", "the same person elsewhere, ORIGIN:REF", 0},
	 {FIELD_LINK, AT(linked_ref), .none = 0}},
	{{"first_name", "first name", 0}, TEXT(first_name)},
	{{"last_name", "family name", 0}, TEXT(last_name)},
	{{"birth_date", "YYYY-MM-DD or DD/MM/YYYY", 0}, DATE(birth_date)},
	{{"phone", "telephone number", 0}, {FIELD_PHONE, AT(phone), .none = 0}},
	{{"email", "e-mail address", 0}, {FIELD_EMAIL, AT(email), .none = 0}},
	{{"language", "language of messages, BCP 47", 0},
	 {FIELD_LANGUAGE, AT(language), .none = 0}},
	{{"channel", "email, sms or none", 0},
	 CODE(channel, channel, CHANNEL_NONE)},
	{{"agency", "code of the agency", 0}, TEXT(agency)},
	{{"adviser", "reference of the adviser in the agency", 0},
	 TEXT(adviser)},
	{{"cfa_adviser", "reference of the CFA's adviser", PERSON_COLUMN_CFA},
	 TEXT(cfa_adviser)},
	{{"insee", "INSEE code of the commune of residence", 0},
	 {FIELD_PATTERN, AT(place.insee), .pattern = PATTERN_INSEE}},
	{{"postcode", "postal code, five digits", 0},
	 {FIELD_PATTERN, AT(place.postcode), .pattern = PATTERN_POSTCODE}},
	{{"city", "commune of residence", 0}, TEXT(place.city)},
	{{"lat", "latitude in degrees", 0},
	 {FIELD_UDEG, AT(place.lat_udeg), .max = 90}},
	{{"lon", "longitude in degrees", 0},
	 {FIELD_UDEG, AT(place.lon_udeg), .max = 180}},
	{{"rome", "ROME codes, in order of wish", 0}, OWN(cell_rome)},
	{{"contracts", "kinds of contract looked for", 0},
	 BITS(contracts, contract)},
	{{"modes", "modes of transport", 0}, BITS(modes, mode)},
	{{"max_minutes", "longest way to work, minutes", 0},
	 MINUTES(max_minutes)},
	{{"max_minutes_cfa", "longest way to the CFA, minutes",
	  PERSON_COLUMN_CFA},
	 MINUTES(max_minutes_cfa)},
	{{"earliest_departure", "HH:MM", 0}, MINUTE(earliest_departure)},
	{{"latest_return", "HH:MM", 0}, MINUTE(latest_return)},
	{{"licences", "licences held, or none", 0}, OWN(cell_licences)},
	{{"level", "diploma held: none 3 4 5 6 7", 0},
	 CODE(level, level, VOCAB_NONE)},
	{{"available_from", "date", 0}, DATE(available_from)},
	{{"cfa", "name of the CFA", PERSON_COLUMN_CFA}, TEXT(cfa)},
	{{"rncp", "RNCP number of the course", PERSON_COLUMN_CFA},
	 {FIELD_RNCP, AT(rncp), .none = 0}},
	{{"preregistered", "at the CFA: yes or no", PERSON_COLUMN_CFA},
	 YES_NO(preregistered)},
	{{"contract_deadline", "date by which a contract is needed",
	  PERSON_COLUMN_CFA},
	 DATE(contract_deadline)},
	{{"training_end", "date", 0}, DATE(training_end)},
	{{"priority_district", "lives in a priority district: yes or no", 0},
	 YES_NO(priority_district)},
	{{"french_oral", "A1 to C2", 0}, CODE(french_oral, cecrl, VOCAB_NONE)},
	{{"french_written", "A1 to C2", 0},
	 CODE(french_written, cecrl, VOCAB_NONE)},
	{{"needs", "code:limit:mode or code::mode", PERSON_COLUMN_PRIVATE},
	 OWN(cell_needs)},
	{{"rqth", "yes or no", PERSON_COLUMN_PRIVATE}, YES_NO(rqth)},
	{{"status", "active, paused, placed or left", 0},
	 CODE(status, person_status, PERSON_ACTIVE)},
	{{"consent_email", "yes or no; empty counts as no", 0},
	 YES_NO(consent_email)},
	{{"consent_sms", "yes or no; empty counts as no", 0},
	 YES_NO(consent_sms)},
	{{"consent_info", "news of meetings too: yes or no; empty counts as no",
	  0},
	 YES_NO(consent_info)},
	{{"informed_on", "date of the information notice", 0},
	 DATE(informed_on)},
};

const struct person_column *person_column(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i].column : NULL;
}

const struct person_column *person_column_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].column.name, name) == 0)
			return &rows[i].column;
	return NULL;
}

/* Every column the callers hold is the first member of a row here. */
static const struct row *row_of(const struct person_column *c)
{
	return (const struct row *)(const void *)c;
}

/* ---- cells ---- */

static json_t *part_rome(const char *part, const void *ctx, struct err *err)
{
	(void)ctx;
	if (text_matches(part, PATTERN_ROME))
		return json_string(part);
	err_set(err, ERR_INPUT, "not a ROME code (a letter, four digits)");
	return NULL;
}

static bool has_twice(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		for (size_t j = 0; j < i; j++)
			if (json_equal(json_array_get(list, i),
				       json_array_get(list, j)))
				return true;
	return false;
}

static json_t *refuse_twice(json_t *list, struct err *err)
{
	if (!has_twice(list))
		return list;
	err_set(err, ERR_INPUT, "the same code twice");
	json_decref(list);
	return NULL;
}

static json_t *list_of(const char *text, const char *separators, size_t max,
		       json_t *(*each)(const char *, const void *,
				       struct err *),
		       const void *ctx, struct err *err)
{
	char copy[RECORD_CELL_MAX + 1];
	str_copy(copy, sizeof(copy), text);
	return refuse_twice(cell_list(copy, separators, max, each, ctx, err),
			    err);
}

static json_t *cell_rome(const char *text, struct err *err)
{
	return list_of(text, ",", PERSON_ROME_MAX, part_rome, NULL, err);
}

/* An empty cell says that nobody asked; "none", that there is no licence. */
static json_t *cell_licences(const char *text, struct err *err)
{
	if (str_eq(text, NO_LICENCE))
		return json_array();
	return list_of(text, ",", LICENCE_COUNT, cell_code, &vocab_licence,
		       err);
}

static json_t *part_need(const char *part, const void *ctx, struct err *err)
{
	struct need n;
	char text[40];
	(void)ctx;
	if (need_parse(part, &n, err))
		return NULL;
	need_format(&n, text);
	return json_string(text);
}

static json_t *cell_needs(const char *text, struct err *err)
{
	return list_of(text, ", ", PERSON_NEEDS_MAX, part_need, NULL, err);
}

json_t *person_cell(const struct person_column *c, const char *text,
		    struct err *err)
{
	json_t *v = field_from_text(&row_of(c)->field, text, err);
	if (json_is_null(v) && (c->flags & PERSON_COLUMN_REQUIRED)) {
		err_set(err, ERR_INPUT, "empty, and required");
		return NULL;
	}
	return v;
}

/* ---- needs ---- */

static int need_fault(struct err *err)
{
	return err_set(err, ERR_INPUT,
		       "not a need: code:limit:mode with limit 0 to 2, or "
		       "code::mode for an access; mode exclude, warn or "
		       "favour");
}

int need_parse(const char *text, struct need *out, struct err *err)
{
	char copy[40], *limit, *mode;
	int64_t value = 0;
	if (!str_copy(copy, sizeof(copy), text))
		return need_fault(err);
	limit = strchr(copy, ':');
	mode = limit ? strchr(limit + 1, ':') : NULL;
	if (!mode)
		return need_fault(err);
	*limit++ = *mode++ = '\0';
	int how = vocab_find(&vocab_need_mode, mode);
	struct need n = {
		.exposure = vocab_find(&vocab_exposure, copy),
		.access = vocab_find(&vocab_access, copy),
		.mode = (enum need_mode)how,
	};
	bool has_limit = num_parse_int(limit, 0, 2, &value) == 0;
	bool is_exposure = n.exposure != VOCAB_NONE && has_limit;
	bool is_access = n.access != VOCAB_NONE && !*limit;
	if (how == VOCAB_NONE || (!is_exposure && !is_access))
		return need_fault(err);
	n.limit = (int)value;
	*out = n;
	return 0;
}

void need_format(const struct need *n, char out[40])
{
	const char *mode = vocab_code(&vocab_need_mode, (int)n->mode);
	if (n->exposure != VOCAB_NONE)
		snprintf(out, 40, "%s:%d:%s",
			 vocab_code(&vocab_exposure, n->exposure), n->limit,
			 mode);
	else
		snprintf(out, 40, "%s::%s",
			 vocab_code(&vocab_access, n->access), mode);
}

/* ---- struct and JSON ---- */

void person_init(struct person *p)
{
	struct err ignored;
	struct arena *unused = NULL;
	json_t *empty = json_pack("{s:s}", "ref", "-");
	BUG_ON(person_from_json(empty, unused, p, &ignored) != 0);
	p->ref = NULL;
	json_decref(empty);
}

static json_t *read_list(const struct reader *r, const char *key, size_t max)
{
	json_t *list = reader_get(r, key);
	if (list && !json_is_array(list))
		reader_fail(r, key, "not a list");
	else if (json_array_size(list) > max)
		reader_fail(r, key, "more than %zu", max);
	return r->fault->found ? NULL : list;
}

static void read_rome(const struct reader *r, struct person *p)
{
	json_t *list = read_list(r, "rome", PERSON_ROME_MAX), *item;
	size_t i;
	json_array_foreach(list, i, item)
	{
		const char *code = json_string_value(item);
		if (!code || !text_matches(code, PATTERN_ROME))
			reader_fail(r, "rome", "not a ROME code");
		else
			p->rome[p->n_rome++] = code;
	}
}

static void read_needs(const struct reader *r, struct person *p)
{
	json_t *list = read_list(r, "needs", PERSON_NEEDS_MAX), *item;
	struct err why = {0};
	size_t i;
	json_array_foreach(list, i, item)
	{
		const char *text = json_string_value(item);
		if (!text || need_parse(text, &p->needs[p->n_needs], &why))
			reader_fail(r, "needs", "%s",
				    text ? why.text : "not a text");
		else
			p->n_needs++;
	}
}

/* A person's place is as given until person_resolve_place(): a point when both
 * coordinates are there, else unknown. */
static void settle_point(struct place *p)
{
	bool has_both = p->lat_udeg != UDEG_NONE && p->lon_udeg != UDEG_NONE;
	p->precision = has_both ? PLACE_POINT : PLACE_UNKNOWN;
	if (!has_both)
		p->lat_udeg = p->lon_udeg = 0;
}

int person_from_json(json_t *v, struct arena *a, struct person *out,
		     struct err *err)
{
	struct reader_fault fault = {err, false};
	struct reader r = {v, "", &fault};
	struct person p = {.id = 0};
	(void)a;
	if (!json_is_object(v))
		return err_set(err, ERR_INPUT, "person: not an object");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		field_from_json(&rows[i].field, &r, rows[i].column.name, &p);
	read_rome(&r, &p);
	read_needs(&r, &p);
	p.licences = read_bits(&r, "licences", &vocab_licence);
	p.licences_known = reader_get(&r, "licences") ? TRI_YES : TRI_UNKNOWN;
	if (!p.ref)
		reader_fail(&r, "ref", "missing");
	if (fault.found)
		return -1;
	settle_point(&p.place);
	*out = p;
	return 0;
}

static json_t *rome_to_json(const struct person *p)
{
	json_t *list = json_array();
	for (int i = 0; i < p->n_rome; i++)
		json_array_append_new(list, json_string(p->rome[i]));
	return list;
}

static json_t *needs_to_json(const struct person *p)
{
	json_t *list = json_array();
	char text[40];
	for (int i = 0; i < p->n_needs; i++) {
		need_format(&p->needs[i], text);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

/* The columns that are more than one member. */
static void put_own(json_t *v, const struct person *p, const char *name)
{
	if (str_eq(name, "rome"))
		put_take(v, name, rome_to_json(p));
	else if (str_eq(name, "needs"))
		put_take(v, name, needs_to_json(p));
	else if (p->licences)
		put_bits(v, name, &vocab_licence, p->licences);
	else if (p->licences_known == TRI_YES)
		json_object_set_new(v, name, json_array());
}

json_t *person_to_json(const struct person *p, int with_needs)
{
	struct person given = *p;
	json_t *v = json_object();
	/* A commune's centre was not given by anyone: it stays out. */
	if (given.place.precision != PLACE_POINT)
		given.place.lat_udeg = given.place.lon_udeg = UDEG_NONE;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct person_column *c = &rows[i].column;
		if ((c->flags & PERSON_COLUMN_PRIVATE) && !with_needs)
			continue;
		if (rows[i].field.kind == FIELD_OWN)
			put_own(v, p, c->name);
		else
			field_to_json(&rows[i].field, v, c->name, &given);
	}
	return v;
}

int person_check(const struct person *p, int32_t today, struct err *err)
{
	if (p->birth_date == DATE_NONE)
		return 0;
	int age = p->birth_date > today ? -1 : date_age(p->birth_date, today);
	if (age >= PERSON_AGE_MIN && age <= PERSON_AGE_MAX)
		return 0;
	return err_set(err, ERR_INPUT, "birth_date: an age outside %d to %d",
		       PERSON_AGE_MIN, PERSON_AGE_MAX);
}
