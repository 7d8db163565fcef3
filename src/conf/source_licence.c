/* SPDX-License-Identifier: EUPL-1.2 */
/* The `licence` of a source. The engine does what it says (a poll in time,
 * forgetting what was withdrawn, telling readers); here its words are checked,
 * because a field with a mistake in its name would silently be kept. */
#include "source_licence.h"

#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/source.h>
#include <etrier/str.h>

enum {
	FIELD_NAME_MAX = 60,
	STRIP_MAX = 32,		/* what the store forgets of an offer at once */
	REFRESH_MAX_H = 90 * 24 /* later than any offer lives unseen */
};

/* Groups of the offer line that a licence names as one. */
static const char contact_group[] = "contact";

/* Fields that a record has and an offer line has not: they become others. */
static const char *const of_records[] = {
	"trade",	 "open",     "place.latlon",	"place.text",
	"place.country", "duration", "duration_months", NULL};

static bool is_of_records(const char *name)
{
	const char *const *v = of_records;
	while (*v && !str_eq(*v, name))
		v++;
	return *v;
}

static void unknown_field(const struct ynode *n, struct diags *d)
{
	const char *names[SOURCE_F_EXPOSURE + 2] = {contact_group};
	for (size_t i = 0; i < SOURCE_F_EXPOSURE; i++)
		names[i + 1] = source_field_row(i)->name;
	const char *near = str_nearest(n->text, names);
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
		 "no field of an offer: \"%s\"%s%s%s", n->text,
		 near ? " (did you mean \"" : "", near ? near : "",
		 near ? "\"?)" : "");
}

static void check_fields(const struct ynode *list, const json_t *v,
			 struct diags *d)
{
	(void)v;
	for (size_t i = 0; i < list->n; i++) {
		const struct ynode *n = &list->kids[i];
		int field = source_field_find(n->text);
		if (field == SOURCE_F_REF || field == SOURCE_F_TITLE)
			diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
				 "without \"%s\" a line is no offer: it stays",
				 n->text);
		else if (is_of_records(n->text))
			diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
				 "an offer does not keep \"%s\": name what it "
				 "becomes",
				 n->text);
		else if (field < 0 && !str_eq(n->text, contact_group))
			unknown_field(n, d);
	}
}

static const struct schema strip_item = {.type = SCHEMA_STR,
					 .min = 1,
					 .max = FIELD_NAME_MAX,
					 .help = "a field of the offer"};

const struct schema source_licence_rows[] = {
	{.key = "name",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 100,
	 .help = "name of the licence, as readers are shown it"},
	{.key = "url",
	 .type = SCHEMA_URL,
	 .help = "where the licence can be read"},
	{.key = "show",
	 .type = SCHEMA_BOOL,
	 .fallback = "false",
	 .help = "true: whoever reads an offer is told source, date, licence "
		 "and that it was worked on"},
	{.key = "refresh_h",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = REFRESH_MAX_H,
	 .unit = "hours",
	 .help = "offers not refreshed for so long are proposed to nobody "
		 "until the next good poll"},
	{.key = "strip_withdrawn",
	 .type = SCHEMA_LIST,
	 .max = STRIP_MAX,
	 .item = &strip_item,
	 .fallback = "[]",
	 .check = check_fields,
	 .help = "fields forgotten once an offer is withdrawn or expired"},
	{.key = NULL},
};

void source_licence_check(const struct ynode *n, const json_t *v,
			  struct diags *d)
{
	const struct ynode *show = ynode_get(n, "show");
	if (js_bool(v, "show", false) && !js_str(v, "name", NULL))
		diag_add(d, DIAG_ERROR, show->file, show->line, show->col,
			 "licence: show wants a name to show");
}
