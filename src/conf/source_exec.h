/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_SOURCE_EXEC_H
#define ETRIER_CONF_SOURCE_EXEC_H

#include <etrier/source.h>

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The keys that only kind exec has (or that it is told not to have). */
extern const struct schema source_exec_rows[];
/* A file of kind exec: these, and what it shares with the other kinds. As
 * schema_read(). */
json_t *source_exec_read(const struct ynode *root, struct diags *d);
bool source_is_exec(const json_t *v);

/* Puts "files" into a good source of kind exec: which files its names lead to
 * now. The runner is bound to these, so when a file is replaced the next reload
 * finds a source that differs. */
void source_exec_stamp(json_t *v);

/* What a program must never reach or be written by. */
struct source_house {
	const char *const *paths; /* absolute; NULL entries are passed over */
	size_t n_paths;
	uid_t user; /* of the service */
};
/* Errors for a source of kind exec whose may_read holds or lies in one of the
 * house's paths, or whose program the service itself could replace. v: of
 * source_read(). */
void source_exec_house(const struct ynode *root, const json_t *v,
		       const struct source_house *house, struct diags *d);

#endif
