/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources of kind exec: the keys they have, and what a program must be so that
 * only an administrator decides what runs: a file that nobody else may change.
 * The service's own files are refused to it here; that nothing but may_read is
 * open to it is the runner's part. */
#include "source_exec.h"

#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 64 of them are far below what exec() takes. */
enum { ARGUMENT_MAX = 4000 };

static const struct schema argument_item = {
	.type = SCHEMA_STR,
	.flags = SCHEMA_LINES, /* a short script is an argument too */
	.min = 0,
	.max = ARGUMENT_MAX,
	.help = "the program, then its arguments"};
static const struct schema may_read_item = {
	.type = SCHEMA_STR,
	.min = 1,
	.max = SCHEMA_PATH_MAX,
	.help = "an absolute path; a folder counts with all below it"};

static void fail(struct diags *d, const struct ynode *n, const char *what,
		 const char *why)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s: %s", what, why);
}

/* --- values --------------------------------------------------------------- */

static void check_command(const struct ynode *n, const json_t *v,
			  struct diags *d)
{
	const char *file = json_string_value(json_array_get(v, 0));
	struct stat st;
	if (!file || !n->n)
		return;
	n = &n->kids[0];
	if (*file != '/')
		fail(d, n, "command", "the program is an absolute path");
	else if (stat(file, &st))
		fail(d, n, file, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		fail(d, n, file, "not a file");
	else if (access(file, X_OK))
		fail(d, n, file, "not to be executed (chmod +x)");
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		fail(d, n, file, "others may write to it (chmod go-w)");
}

static void check_may_read(const struct ynode *n, const json_t *v,
			   struct diags *d)
{
	size_t i;
	json_t *item;
	json_array_foreach(v, i, item)
	{
		const char *path = json_string_value(item);
		if (!path || i >= n->n)
			continue;
		if (*path != '/')
			fail(d, &n->kids[i], path,
			     "an absolute path is wanted");
		else if (access(path, F_OK))
			diag_add(d, DIAG_WARNING, n->file, n->kids[i].line,
				 n->kids[i].col, "%s: %s", path,
				 strerror(errno));
	}
}

/* --- keys ----------------------------------------------------------------- */

/* Known, so that whoever writes them is told why and not only that. */
static void refuse(const struct ynode *n, const json_t *v, struct diags *d)
{
	(void)v;
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
		 "not for kind exec, whose program prints offers; take it out");
}

const struct schema source_exec_rows[] = {
	{.key = "command",
	 .type = SCHEMA_LIST,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1,
	 .max = 64,
	 .item = &argument_item,
	 .check = check_command,
	 .help = "the program (absolute path) and its arguments"},
	{.key = "may_read",
	 .type = SCHEMA_LIST,
	 .max = 50,
	 .item = &may_read_item,
	 .fallback = "[]",
	 .check = check_may_read,
	 .help = "files and folders the program may read"},
	{.key = "network",
	 .type = SCHEMA_BOOL,
	 .fallback = "false",
	 .help = "the program may open internet sockets"},
	{.key = "timeout_s",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 3600,
	 .fallback = "120",
	 .unit = "s",
	 .help = "the program is killed after so long"},
	{.key = "url", .type = SCHEMA_ANY, .check = refuse, .help = "no"},
	{.key = "records", .type = SCHEMA_ANY, .check = refuse, .help = "no"},
	{.key = "fields", .type = SCHEMA_ANY, .check = refuse, .help = "no"},
	{.key = NULL},
};

/* A row is written once, in the table of source.c. */
static struct schema shared_row(const char *key)
{
	const struct schema *row = source_schema;
	while (!str_eq(row->key, key))
		row++;
	return *row;
}

json_t *source_exec_read(const struct ynode *root, struct diags *d)
{
	static const char *const shared[] = {
		"name",	     "kind",	   "enabled",	   "every", "delivers",
		"max_bytes", "max_offers", "expires_days", "title", "licence"};
	struct schema rows[ARRAY_LEN(shared) + ARRAY_LEN(source_exec_rows)];
	size_t n = ARRAY_LEN(shared);
	for (size_t i = 0; i < n; i++)
		rows[i] = shared_row(shared[i]);
	memcpy(rows + n, source_exec_rows, sizeof(source_exec_rows));
	return schema_read(rows, root, NULL, d);
}

bool source_is_exec(const json_t *v)
{
	return str_eq(js_str(v, "kind", NULL), "exec");
}

static void stamp(json_t *files, const json_t *path)
{
	struct stat st;
	if (stat(json_string_value(path), &st))
		return;
	char *text = mem_printf("%ju:%ju", (uintmax_t)st.st_dev,
				(uintmax_t)st.st_ino);
	json_array_append_new(files, json_string(text));
	free(text);
}

void source_exec_stamp(json_t *v)
{
	json_t *files = json_array(), *path;
	size_t i;
	stamp(files, json_array_get(json_object_get(v, "command"), 0));
	json_array_foreach(json_object_get(v, "may_read"), i, path)
		stamp(files, path);
	json_object_set_new(v, "files", files);
}

/* --- the house ------------------------------------------------------------ */

/* As the kernel will see it; what is not there stays as it is written. */
static char *real(const char *path)
{
	char *found = realpath(path, NULL);
	char *own = found ? mem_dup(found) : schema_path("/", path);
	free(found);
	return own;
}

static bool holds(const char *folder, const char *path)
{
	size_t n = strlen(folder);
	return str_eq(folder, "/") ||
	       (!strncmp(folder, path, n) && (!path[n] || path[n] == '/'));
}

static void check_reach(const struct ynode *at, const char *path,
			const struct source_house *house, struct diags *d)
{
	char *wanted = real(path);
	for (size_t i = 0; i < house->n_paths; i++) {
		if (!house->paths[i])
			continue;
		char *own = real(house->paths[i]);
		if (holds(wanted, own) || holds(own, wanted)) {
			char *why = mem_printf("no program may read %s", own);
			fail(d, at, path, why);
			free(why);
			i = house->n_paths; /* one is enough */
		}
		free(own);
	}
	free(wanted);
}

/* A role that was taken over could put another program in its place. */
static void check_owner(const struct ynode *at, const char *file, uid_t user,
			struct diags *d)
{
	struct stat st;
	char *path = real(file);
	char *folder = schema_path(path, "..");
	if (user && !stat(path, &st) && st.st_uid == user)
		fail(d, at, file,
		     "it belongs to the service's own user, who could change "
		     "it (chown root)");
	else if (user && !stat(folder, &st) && st.st_uid == user)
		fail(d, at, file,
		     "its folder belongs to the service's own user, who could "
		     "replace it");
	free(folder);
	free(path);
}

void source_exec_house(const struct ynode *root, const json_t *v,
		       const struct source_house *house, struct diags *d)
{
	const struct ynode *command = ynode_get(root, "command");
	const struct ynode *list = ynode_get(root, "may_read");
	const json_t *paths = json_object_get(v, "may_read");
	const char *file = json_string_value(
		json_array_get(json_object_get(v, "command"), 0));
	if (!source_is_exec(v) || !file || !command->n)
		return;
	check_owner(&command->kids[0], file, house->user, d);
	for (size_t i = 0; list && i < list->n && i < json_array_size(paths);
	     i++)
		check_reach(&list->kids[i],
			    json_string_value(json_array_get(paths, i)), house,
			    d);
}
