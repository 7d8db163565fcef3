/* SPDX-License-Identifier: EUPL-1.2 */
/* delivery.yaml: how fast mail may go to which operators and what makes it
 * wait. The engine, which chooses what is handed over, gets it by content. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include "settings_parts.h"

#include <regex.h>
#include <stdlib.h>

/* Operators in a table, domains of one, patterns of one. */
enum { OPERATORS_MAX = 200, DOMAINS_MAX = 50, PATTERNS_MAX = 20 };

static void check_reply(const struct ynode *n, const json_t *v, struct diags *d)
{
	regex_t re;
	char why[100];
	int rc = regcomp(&re, json_string_value(v), REG_EXTENDED | REG_NOSUB);
	if (!rc) {
		regfree(&re);
		return;
	}
	regerror(rc, &re, why, sizeof(why));
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
		 "no extended regular expression: %s", why);
}

static const struct schema backoff_rows[] = {
	{.key = "reply",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1,
	 .max = 100,
	 .check = check_reply,
	 .help = "Extended regular expression for CODE ENHANCED TEXT."},
	{.key = "minutes",
	 .type = SCHEMA_INT,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1,
	 .max = 1440,
	 .unit = "minutes",
	 .help = "Nothing goes to these domains for so long."},
	{0}};
static const struct schema backoff_item = {.type = SCHEMA_MAP,
					   .rows = backoff_rows};
static const struct schema domain_item = {.type = SCHEMA_STR,
					  .min = 1,
					  .max = 190,
					  .check = settings_check_domain};

static const struct schema operator_rows[] = {
	{.key = "match",
	 .type = SCHEMA_LIST,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1,
	 .max = DOMAINS_MAX,
	 .item = &domain_item,
	 .help = "The domains of this operator; they share what follows."},
	{.key = "max_per_minute",
	 .type = SCHEMA_INT,
	 .max = 100000,
	 .fallback = "0",
	 .help = "Mails a minute, spread evenly; 0: no limit."},
	{.key = "backoff",
	 .type = SCHEMA_LIST,
	 .max = PATTERNS_MAX,
	 .item = &backoff_item,
	 .fallback = "[]",
	 .help = "Replies after which to wait; the first that fits counts."},
	{0}};
static const struct schema operator_item = {.type = SCHEMA_MAP,
					    .rows = operator_rows};
static const struct schema delivery_rows[] = {
	{.key = "domains",
	 .type = SCHEMA_NAMED,
	 .max = OPERATORS_MAX,
	 .item = &operator_item,
	 .fallback = "{}",
	 .help = "One entry for each operator."},
	{0}};

void settings_load_delivery(struct settings_load *l)
{
	char *found = settings_lexicon_file(l->s, "delivery");
	struct ynode *root =
		found ? ynode_load_partly(l->arena, found, l->diags) : NULL;
	l->s->delivery = schema_read(delivery_rows, root, NULL, l->diags);
	free(found);
}
