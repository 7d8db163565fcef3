/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_RULES_SCHEMA_PARTS_H
#define ENGINE_RULES_SCHEMA_PARTS_H

#include <etrier/rules.h>

/* The table of keys is cut in files; these are the pieces it is made of. */
#define RULES_ADJUST_MAX 400 /* written ones, disabled ones included */
#define RULES_REASON_MAX 160 /* bytes: one line of a digest */

#define GROUP(name, table, text)                                             \
	{                                                                    \
		.key = name, .type = SCHEMA_MAP, .rows = table, .help = text \
	}

extern const char *const rules_kind_words[]; /* all but event */
extern const struct schema rules_kind_item, rules_age_item, rules_group_item,
	rules_adjust_item;
extern const struct schema rules_minor_rows[];

#endif
