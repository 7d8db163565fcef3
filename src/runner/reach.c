/* SPDX-License-Identifier: EUPL-1.2 */
/* The lists of paths. /usr is not given whole: étrier's own tables are below
 * /usr/share. /proc, /etc, /run, /var, /tmp and every home folder are out of
 * reach unless a source's may_read names something in them. */
#include "reach.h"

#include <etrier/arena.h>
#include <etrier/js.h>
#include <etrier/mem.h>

/* Programs, their libraries and the dynamic loader. */
static const char *const run_always[] = {"/bin",
					 "/sbin",
					 "/lib",
					 "/lib32",
					 "/lib64",
					 "/libx32",
					 "/usr/bin",
					 "/usr/sbin",
					 "/usr/lib",
					 "/usr/lib32",
					 "/usr/lib64",
					 "/usr/libx32",
					 "/usr/libexec",
					 "/usr/local/bin",
					 "/usr/local/sbin",
					 "/usr/local/lib",
					 "/usr/local/libexec"};
/* What an interpreter reads beside them. */
static const char *const read_always[] = {
	"/etc/ld.so.cache", "/dev/urandom",	   "/usr/share/perl",
	"/usr/share/perl5", "/usr/share/zoneinfo", "/usr/share/python3",
	"/usr/share/locale"};
static const char *const read_network[] = {"/etc/ssl",
					   "/usr/share/ca-certificates",
					   "/etc/resolv.conf",
					   "/etc/hosts",
					   "/etc/nsswitch.conf",
					   "/etc/gai.conf",
					   "/run/systemd/resolve",
					   "/etc/services"};
enum { MAY_READ_MAX = 50 }; /* source.c: may_read */

void reach_init(struct reach *r, struct arena *a, size_t n_sources)
{
	size_t n_read =
		ARRAY_LEN(read_always) +
		n_sources * (MAY_READ_MAX + ARRAY_LEN(read_network) + 1);
	*r = (struct reach){.arena = a};
	r->run = arena_array(a, ARRAY_LEN(run_always) + n_sources,
			     sizeof(*r->run));
	r->read = arena_array(a, n_read, sizeof(*r->read));
	for (size_t i = 0; i < ARRAY_LEN(run_always); i++)
		r->run[r->n_run++] = run_always[i];
	for (size_t i = 0; i < ARRAY_LEN(read_always); i++)
		r->read[r->n_read++] = read_always[i];
}

void reach_add(struct reach *r, const json_t *source, const char *ca_file)
{
	const json_t *command = json_object_get(source, "command");
	const json_t *may_read = json_object_get(source, "may_read");
	size_t n = json_array_size(may_read);
	r->run[r->n_run++] = json_string_value(json_array_get(command, 0));
	for (size_t i = 0; i < n && i < MAY_READ_MAX; i++)
		r->read[r->n_read++] =
			json_string_value(json_array_get(may_read, i));
	if (!js_bool(source, "network", false))
		return;
	r->has_network = true;
	for (size_t i = 0; i < ARRAY_LEN(read_network); i++)
		r->read[r->n_read++] = read_network[i];
	r->read[r->n_read++] = ca_file;
}

void reach_needs(const struct reach *r, struct role_needs *needs)
{
	/* Nothing is written anywhere, but every shell says 2>/dev/null. */
	*needs = (struct role_needs){.write_paths = {"/dev/null"},
				     .more_reads = r->read,
				     .n_more_reads = r->n_read,
				     .run_paths = r->run,
				     .n_run_paths = r->n_run,
				     .is_offline = !r->has_network};
}
