/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RULES_SET_H
#define ETRIER_RULES_SET_H

#include <jansson.h>

struct err;

/* Rules laid over rules before they are compiled; texts are
 * [{"file","text"}]. */

/* "travel.weight=20" as a text: {"file": "--set travel.weight=20", "text"}, a
 * new reference. The path is that of the file (criteria.travel.weight); the
 * name of a criterion, a gate or a symbol may begin it. NULL and ERR_INPUT for
 * what is no KEY=VALUE. Whether the key exists is the compiler's to say. */
json_t *rules_set_text(const char *assignment, struct err *err);
/* A copy of texts with `name` (of a file in rules.d, without folder) put where
 * it would be read: in the place of the one of that name, else among the others
 * by name, after the first. New reference. */
json_t *rules_with_file(const json_t *texts, const char *name,
			const char *text);
/* May a file be called so? [a-z0-9][a-z0-9._-]*.yaml, 100 bytes at most. */
int rules_file_name(const char *name, struct err *err);

#endif
