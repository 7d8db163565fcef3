/* SPDX-License-Identifier: EUPL-1.2 */
/* The mapping language: a source file (YAML), a line of "===", a record (JSON).
 * Whatever the file says it is read or refused with a place; a file that is
 * read compiles; and what a record becomes is an offer that the other side of
 * the wire takes, the same one each time. */
#include "../../src/collector/normalise.h"

#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/source.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct refdata *tables;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err err;
	(void)argc;
	(void)argv;
	tables = refdata_load("conf/refdata", &err);
	if (!tables)
		fprintf(stderr, "%s\n", err.text);
	BUG_ON(!tables);
	return 0;
}

static void check_offer(const struct mapping *m, const struct jnode *record)
{
	struct arena a, b;
	struct offer o, again;
	struct notes notes = {.n = 0};
	struct err err;
	const struct normaliser nz = {.mapping = m,
				      .refdata = tables,
				      .source = "fuzz",
				      .now = 1800000000,
				      .expires_days = 45};
	arena_init(&a);
	arena_init(&b);
	if (!normalise(&nz, record, &a, &o, &notes, &err)) {
		BUG_ON(!o.title || !*o.title || notes.n > NOTES_MAX);
		json_t *line = offer_to_json(&o);
		int rc = offer_from_json(line, &b, &again, &err);
		if (rc)
			fprintf(stderr, "%s\n", err.text);
		BUG_ON(rc);
		json_t *second = offer_to_json(&again);
		BUG_ON(!json_equal(line, second));
		json_decref(second);
		json_decref(line);
		json_decref(o.provenance);
	}
	arena_clear(&a);
	arena_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = mem_dup_n((const char *)data, n);
	char *cut = strstr(text, "\n===\n");
	struct diags d;
	struct arena a;
	struct err err;
	arena_init(&a);
	diags_init(&d);
	json_t *record = NULL, *source = NULL;
	if (cut) {
		const char *rest = cut + 5;
		record = js_parse(rest, n - (size_t)(rest - text), &err);
		const struct ynode *root = ynode_parse(
			&a, "fuzz.yaml", text, (size_t)(cut + 1 - text), &d);
		if (root)
			source = source_read(root, NULL, "/nonexistent", &d);
		BUG_ON(!source && !d.n_errors);
	}
	if (source) {
		struct mapping *m = mapping_new(source, &err);
		BUG_ON(!m);
		if (record)
			check_offer(m, jnode_from_json(&a, record));
		mapping_free(m);
	}
	json_decref(source);
	json_decref(record);
	diags_clear(&d);
	arena_clear(&a);
	free(text);
	return 0;
}
