/* SPDX-License-Identifier: EUPL-1.2 */
/* A line that a program printed: whatever it is, it is refused with a reason or
 * becomes an offer that the engine takes as it is and that fits the wire, under
 * the name of its source. The tables are read from the tree, once. */
#include "runner/line.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct refdata *tables(void)
{
	static struct refdata *rd;
	struct err err;
	if (!rd)
		rd = refdata_load("conf/refdata", &err);
	BUG_ON(!rd);
	return rd;
}

/* The engine's way: out of the wire's bytes, read again. */
static void pass_on(const struct offer *o)
{
	struct offer again;
	struct arena a;
	struct err err;
	json_error_t why;
	char hash[2][33];
	arena_init(&a);
	json_t *line = offer_to_json(o);
	char *text = json_dumps(line, JSON_COMPACT);
	BUG_ON(!text || strlen(text) + 64 > WIRE_LINE_MAX);
	json_t *back = json_loads(text, JSON_REJECT_DUPLICATES, &why);
	BUG_ON(!back || offer_from_json(back, &a, &again, &err));
	BUG_ON(!str_eq(again.source, "essai"));
	offer_content_hash(o, hash[0]);
	offer_content_hash(&again, hash[1]);
	BUG_ON(!str_eq(hash[0], hash[1]));
	json_decref(back);
	json_decref(line);
	free(text);
	arena_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct line_reader r = {.refdata = tables(),
				      .source = "essai",
				      .now = INT64_C(1795651200),
				      .expires_days = 45};
	struct arena a;
	struct offer o;
	struct err err = {0};
	json_t *line = NULL;
	arena_init(&a);
	if (line_read(&r, (const char *)data, n, &a, &o, &line, &err))
		BUG_ON(!err.kind || line);
	else
		pass_on(&o);
	json_decref(line);
	arena_clear(&a);
	return 0;
}
