/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RUNNER_REACH_H
#define ETRIER_RUNNER_REACH_H

#include <etrier/role.h>

struct arena;

/* The files that programs may reach: the system's programs and libraries, and
 * what each source names. The runner's own reach is that of all its sources
 * together (Landlock only takes away), a program's that of its source. */
struct reach {
	struct arena *arena;
	const char **run, **read;
	size_t n_run, n_read;
	bool has_network; /* one of the sources added */
};

/* n_sources: how many will be added at most. Everything lives in the arena and
 * in the sources. */
void reach_init(struct reach *r, struct arena *a, size_t n_sources);
/* source: an object of source_read() of kind exec; ca_file: NULL or the file of
 * collector.ca_file. */
void reach_add(struct reach *r, const json_t *source, const char *ca_file);
/* Fills the paths and is_offline; the rest of *needs is zero. */
void reach_needs(const struct reach *r, struct role_needs *needs);

#endif
