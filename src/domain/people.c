/* SPDX-License-Identifier: EUPL-1.2 */
/* Agencies and advisers: their columns, cells and records. Whether an agency
 * or a substitute exists is the engine's to know. */
#include "record.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/people.h>

#include <stddef.h>
#include <string.h>

enum { REQUIRED = 1 };

struct row {
	struct people_column column; /* first: see people_cell() */
	struct field field;
};

#define TEXT(s, m)                                           \
	{                                                    \
		FIELD_TEXT, offsetof(struct s, m), .none = 0 \
	}
#define EMAIL(s, m)                                           \
	{                                                     \
		FIELD_EMAIL, offsetof(struct s, m), .none = 0 \
	}
#define PHONE(s, m)                                           \
	{                                                     \
		FIELD_PHONE, offsetof(struct s, m), .none = 0 \
	}

static const struct row agency_rows[] = {
	{{"code", "short code, never changed", REQUIRED}, TEXT(agency, code)},
	{{"name", "name that people read", REQUIRED}, TEXT(agency, name)},
	{{"kind", "ml or cfa", REQUIRED},
	 {FIELD_CODE, offsetof(struct agency, kind),
	  .vocab = &vocab_origin_kind, .none = VOCAB_NONE}},
	{{"email", "sender address of its mail", 0}, EMAIL(agency, email)},
	{{"phone", "telephone number people may call", 0},
	 PHONE(agency, phone)},
	{{"insee", "INSEE code of its commune", 0},
	 {FIELD_PATTERN, offsetof(struct agency, insee),
	  .pattern = PATTERN_INSEE}},
	{{"digest_at", "hour of its digests, HH:MM", 0},
	 {FIELD_MINUTE, offsetof(struct agency, digest_at), .none = 0}},
	{{"tone", "tu or vous", 0},
	 {FIELD_CODE, offsetof(struct agency, tone), .vocab = &vocab_tone,
	  .none = VOCAB_NONE}},
	{{"sms_sender", "3 to 11 letters or digits", 0},
	 {FIELD_SENDER, offsetof(struct agency, sms_sender), .none = 0}},
	{{"sms_budget", "whole euros a month for its SMS", 0},
	 {FIELD_INT, offsetof(struct agency, sms_budget), .min = 0,
	  .max = 1000000, .none = -1}},
};

static const struct row adviser_rows[] = {
	{{"ref", "reference of the adviser in the agency", REQUIRED},
	 TEXT(adviser, ref)},
	{{"agency", "code of the agency", REQUIRED}, TEXT(adviser, agency)},
	{{"first_name", "first name", 0}, TEXT(adviser, first_name)},
	{{"last_name", "family name", 0}, TEXT(adviser, last_name)},
	{{"email", "address of the digests", 0}, EMAIL(adviser, email)},
	{{"phone", "telephone number young people may call", 0},
	 PHONE(adviser, phone)},
	{{"digest", "daily, twice, weekly, urgent or off", 0},
	 {FIELD_CODE, offsetof(struct adviser, digest), .vocab = &vocab_digest,
	  .none = 0}},
	{{"absent_from", "first day of absence", 0},
	 {FIELD_DATE, offsetof(struct adviser, absent_from), .none = 0}},
	{{"absent_until", "last day of absence", 0},
	 {FIELD_DATE, offsetof(struct adviser, absent_until), .none = 0}},
	{{"substitute", "reference of who reads in the absence", 0},
	 TEXT(adviser, substitute)},
};

static const struct {
	const struct row *rows;
	size_t n;
} tables[] = {
	[PEOPLE_AGENCIES] = {agency_rows, ARRAY_LEN(agency_rows)},
	[PEOPLE_ADVISERS] = {adviser_rows, ARRAY_LEN(adviser_rows)},
};

const struct people_column *people_column(enum people_table t, size_t i)
{
	return i < tables[t].n ? &tables[t].rows[i].column : NULL;
}

json_t *people_cell(enum people_table t, const struct people_column *c,
		    const char *text, struct err *err)
{
	const struct row *row = (const struct row *)(const void *)c;
	json_t *v = field_from_text(&row->field, text, err);
	(void)t;
	if (json_is_null(v) && (c->flags & REQUIRED)) {
		err_set(err, ERR_INPUT, "empty, and required");
		return NULL;
	}
	return v;
}

static void read_rows(enum people_table t, const struct reader *r, void *out)
{
	for (size_t i = 0; i < tables[t].n; i++) {
		const struct row *row = &tables[t].rows[i];
		const char *name = row->column.name;
		field_from_json(&row->field, r, name, out);
		if ((row->column.flags & REQUIRED) && !reader_get(r, name))
			reader_fail(r, name, "missing");
	}
}

int agency_from_json(json_t *v, struct agency *out, struct err *err)
{
	struct reader_fault fault = {err, false};
	struct reader r = {v, "", &fault};
	struct agency agency;
	if (!json_is_object(v))
		return err_set(err, ERR_INPUT, "agency: not an object");
	read_rows(PEOPLE_AGENCIES, &r, &agency);
	if (!fault.found && (!agency.code || !agency.name))
		reader_fail(&r, agency.code ? "name" : "code", "missing");
	if (fault.found)
		return -1;
	*out = agency;
	return 0;
}

int adviser_from_json(json_t *v, struct adviser *out, struct err *err)
{
	struct reader_fault fault = {err, false};
	struct reader r = {v, "", &fault};
	struct adviser adviser = {.ref = NULL};
	if (!json_is_object(v))
		return err_set(err, ERR_INPUT, "adviser: not an object");
	read_rows(PEOPLE_ADVISERS, &r, &adviser);
	if (!fault.found && (!adviser.ref || !adviser.agency))
		reader_fail(&r, adviser.ref ? "agency" : "ref", "missing");
	if (fault.found)
		return -1;
	*out = adviser;
	return 0;
}
