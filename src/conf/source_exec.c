/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources of kind exec: which keys they have and the others have not, and what
 * a program must be so that only an administrator decides what runs: a file
 * that nobody else may change. What it may read is bound to the service's own
 * files here (they are refused) and by the runner (nothing else is opened). */
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

const struct schema source_argument_item = {
	.type = SCHEMA_STR,
	.flags = SCHEMA_LINES, /* a short script is an argument too */
	.min = 0,
	.max = ARGUMENT_MAX,
	.help = "the program, then its arguments"};
const struct schema source_may_read_item = {
	.type = SCHEMA_STR,
	.min = 1,
	.max = SCHEMA_PATH_MAX,
	.help = "an absolute path; a folder counts with all below it"};

/* Keys that only one side has a use for. */
static const char *const of_exec[] = {"command", "may_read", "network",
				      "timeout_s"};
static const char *const of_others[] = {"url",
					"records",
					"count",
					"fields",
					"unknown",
					"headers",
					"secret_headers",
					"allow_private",
					"min_interval_ms",
					"max_record_bytes",
					"false_means_unknown"};

static void fail(struct diags *d, const struct ynode *n, const char *what,
		 const char *why)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s: %s", what, why);
}

bool source_is_exec(const json_t *v)
{
	return str_eq(js_str(v, "kind", NULL), "exec");
}

/* --- keys ----------------------------------------------------------------- */

static void refuse_keys(const struct ynode *root, json_t *v,
			const char *const *keys, size_t n, const char *why,
			struct diags *d)
{
	for (size_t i = 0; i < n; i++) {
		const struct ynode *k = ynode_get(root, keys[i]);
		if (k)
			fail(d, k, keys[i], why);
		json_object_del(v, keys[i]);
	}
}

static void want_key(const struct ynode *root, const char *key, struct diags *d)
{
	const struct ynode *k = ynode_get(root, key);
	if (!k)
		diag_add(d, DIAG_ERROR, root->file, root->line, root->col,
			 "missing key \"%s\" for this kind", key);
	else if (ynode_is_null(k))
		fail(d, k, key, "must have a value");
}

void source_kind_keys(const struct ynode *root, json_t *v, struct diags *d)
{
	/* A kind that was refused decides nothing. */
	if (root->kind != YNODE_MAP || !js_str(v, "kind", NULL))
		return;
	if (source_is_exec(v)) {
		refuse_keys(root, v, of_others, ARRAY_LEN(of_others),
			    "not for kind exec, whose program prints offers; "
			    "take it out",
			    d);
		want_key(root, "command", d);
	} else {
		refuse_keys(root, v, of_exec, ARRAY_LEN(of_exec),
			    "for kind exec only; take it out", d);
		want_key(root, "url", d);
		want_key(root, "fields", d);
	}
}

/* --- values --------------------------------------------------------------- */

void source_exec_command(const struct ynode *n, const json_t *v,
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

void source_exec_may_read(const struct ynode *n, const json_t *v,
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
