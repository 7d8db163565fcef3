/* SPDX-License-Identifier: EUPL-1.2 */
/* A digest as a table for a spreadsheet: one line an item, in the order of the
 * mail. The columns are fixed; a section without a value leaves it empty. */
#include "ctl.h"

#include <etrier/buf.h>
#include <etrier/csv.h>
#include <etrier/js.h>
#include <etrier/mem.h>

#include <stdio.h>

/* A digest's line is below 256 KiB, and so is what is taken out of it. */
#define TABLE_MAX ((size_t)1024 * 1024)

/* French, for advisers read it. */
static const char *const heads[] = {"rubrique", "cle",	  "prenom",
				    "dossier",	"titre",  "employeur",
				    "ville",	"detail", "lien"};
static const char *const members[] = {"key",	 "first_name", "dossier",
				      "title",	 "employer",   "city",
				      "what_fr", "url"};

static const struct {
	const char *list, *label;
	bool has_offers; /* people, each with offers */
} sections[] = {{"answers", "réponse", false},
		{"replies", "SMS reçu", false},
		{"stops", "à décider", false},
		{"later", "à décider", false},
		{"decide", "à décider", true},
		{"deadlines", "urgent", false},
		{"urgent", "urgent", true},
		{"people", "nouveau", true},
		{"quiet", "sans offre", false},
		{"follow", "suivi", false},
		{"contacts", "coordonnées", false},
		{"uncertain", "envoi incertain", false},
		{"events", "rencontre", false},
		{"waiting", "en attente", false},
		{"no_trade", "sans métier", false}};

static void put_row(struct buf *b, const char *label, const json_t *item,
		    const json_t *person)
{
	csv_write_field(b, label, ';', false);
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const char *v = js_str(item, members[i], NULL);
		if (!v)
			v = js_str(person, members[i], "");
		csv_write_field(b, v, ';', i + 1 == ARRAY_LEN(members));
	}
}

void ctl_print_digest(const json_t *model)
{
	struct buf b;
	buf_init(&b, TABLE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		csv_write_field(&b, heads[i], ';', i + 1 == ARRAY_LEN(heads));
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		const json_t *list = json_object_get(model, sections[i].list);
		for (size_t j = 0; j < json_array_size(list); j++) {
			const json_t *item = json_array_get(list, j);
			const json_t *offers = json_object_get(item, "offers");
			if (!sections[i].has_offers)
				put_row(&b, sections[i].label, item, NULL);
			for (size_t k = 0; k < json_array_size(offers); k++)
				put_row(&b, sections[i].label,
					json_array_get(offers, k), item);
		}
	}
	fwrite(b.data, 1, b.len, stdout);
	buf_clear(&b);
}
