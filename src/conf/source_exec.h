/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_SOURCE_EXEC_H
#define ETRIER_CONF_SOURCE_EXEC_H

#include <etrier/source.h>

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Rows of source.c and their checks. */
extern const struct schema source_argument_item, source_may_read_item;
void source_exec_command(const struct ynode *n, const json_t *v,
			 struct diags *d);
void source_exec_may_read(const struct ynode *n, const json_t *v,
			  struct diags *d);

bool source_is_exec(const json_t *v);
/* What keys a kind wants and what keys mean nothing to it; those leave v. */
void source_kind_keys(const struct ynode *root, json_t *v, struct diags *d);

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
