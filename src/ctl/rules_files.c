/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules as files: checked, tried beside those in force, put in force, and
 * put back. The folder of the rules is the one truth: whoever may write there
 * decides, with an editor or with these commands, and the engine only reads. */
#include "ctl.h"

#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/rules_set.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/ynode.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What still fits into a line of the wire, with its quotes. */
#define TEXTS_SENT_MAX ((size_t)100 * 1024)

json_t *ctl_read_texts(const json_t *files, struct diags *d)
{
	json_t *texts = json_array();
	for (size_t i = 0; i < json_array_size(files); i++) {
		const char *file = json_string_value(json_array_get(files, i));
		struct err err = {0};
		size_t n;
		char *text = ctl_read_file(file, YNODE_FILE_MAX, &n, &err);
		json_t *value = text ? json_stringn(text, n) : NULL;
		if (!value) {
			diag_add(d, DIAG_ERROR, file, 0, 0, "%s",
				 text ? "is not UTF-8" : err.text);
		} else {
			json_t *one = json_object();
			js_put_str(one, "file", file);
			json_object_set_new(one, "text", value);
			json_array_append_new(texts, one);
		}
		free(text);
	}
	return texts;
}

/* --- check --------------------------------------------------------------- */

static size_t texts_size(const json_t *texts)
{
	size_t n = 0;
	for (size_t i = 0; i < json_array_size(texts); i++)
		n += strlen(js_str(json_array_get(texts, i), "text", ""));
	return n;
}

static void on_warning(void *ctx, json_t *row)
{
	struct diags *d = ctx;
	if (ctl_show_progress(row))
		return;
	json_t *one = json_array();
	json_array_append(one, row);
	diags_add_json(d, one);
	json_decref(one);
}

/* What only the daemon can tell: agencies that were never imported, symbols
 * that no stored offer makes speak. */
static void ask_daemon(const struct ctl *c, json_t *texts, struct diags *d)
{
	if (d->n_errors || texts_size(texts) > TEXTS_SENT_MAX)
		return;
	json_t *args = json_object();
	json_object_set(args, "texts", texts);
	(void)ctl_ask(c, "rules check", args,
		      &(struct ctl_ask){.on_row = on_warning,
					.ctx = d,
					.is_quiet = true});
}

int ctl_rules_check(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	struct diags d, of_settings;
	struct settings s;
	diags_init(&d);
	diags_init(&of_settings);
	settings_load(c->config, &s, &of_settings);
	json_t *files = json_object_get(options, "words"), *texts;
	if (json_array_size(files)) {
		texts = ctl_read_texts(files, &d);
	} else {
		json_t *all = diags_to_json(&of_settings);
		diags_add_json(&d, all);
		json_decref(all);
		texts = json_incref(json_object_get(s.files, "rules"));
	}
	ctl_check_rules(&s, texts, &d);
	ask_daemon(c, texts, &d);
	json_decref(texts);
	settings_clear(&s);
	diags_clear(&of_settings);
	int code = ctl_finish_diags(c, &d, js_bool(options, "strict", false));
	json_decref(options);
	return code;
}

/* --- files of the folder ------------------------------------------------- */

/* paths.rules of the configuration, absolute; free(). NULL after a message. */
static char *rules_file(const struct ctl *c)
{
	struct settings s;
	struct diags d;
	diags_init(&d);
	settings_load(c->config, &s, &d);
	char *file =
		mem_dup(js_str(json_object_get(s.all, "paths"), "rules", NULL));
	if (!file)
		diags_print(&d, stderr);
	settings_clear(&s);
	diags_clear(&d);
	if (!file)
		ctl_fail(0, "no paths.rules");
	return file;
}

/* Where a text of the rules lives: rules.yaml itself, or NAME in rules.d. */
static char *path_in_folder(const char *rules_yaml, const char *name)
{
	const char *slash = strrchr(rules_yaml, '/');
	if (!name)
		return mem_dup(rules_yaml);
	return mem_printf("%.*s/rules.d/%s", (int)(slash - rules_yaml),
			  rules_yaml, name);
}

/* Written beside and renamed: whoever reads sees the old one or the new one. */
static int write_file(const char *path, const char *text, struct err *err)
{
	char *part = mem_printf("%s.part", path);
	struct stat st;
	mode_t mode = stat(path, &st) ? 0644 : st.st_mode & 0777;
	FILE *f = fopen(part, "we");
	int failed = !f;
	if (f) {
		failed = fchmod(fileno(f), mode) || fputs(text, f) < 0 ||
			 fflush(f) || fsync(fileno(f));
		failed |= fclose(f) != 0;
	}
	if (!failed)
		failed = rename(part, path) != 0;
	if (failed) {
		err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
		(void)unlink(part);
	}
	free(part);
	return failed ? -1 : 0;
}

/* What a file was before it was written over, to put it back. */
struct former {
	char *path, *text; /* text NULL: it was not there */
	struct former *next;
};

static void former_keep(struct former **list, const char *path)
{
	struct former *f = mem_alloc(sizeof(*f));
	struct err none;
	size_t n;
	f->path = mem_dup(path);
	f->text = ctl_read_file(path, YNODE_FILE_MAX, &n, &none);
	f->next = *list;
	*list = f;
}

static void former_put_back(const struct former *f)
{
	struct err err;
	for (; f; f = f->next) {
		if (f->text ? write_file(f->path, f->text, &err)
			    : unlink(f->path) && errno != ENOENT)
			ctl_fail(0, "%s: could not be put back", f->path);
	}
}

static void former_free(struct former *f)
{
	while (f) {
		struct former *next = f->next;
		free(f->path);
		free(f->text);
		free(f);
		f = next;
	}
}

static void on_diagnostic(void *ctx, json_t *row)
{
	struct diags d;
	(void)ctx;
	diags_init(&d);
	on_warning(&d, row);
	diags_print(&d, stderr);
	diags_clear(&d);
}

/* The daemon takes what the folder says now; when it refuses, the folder is as
 * it was. */
static int reload_or_back(struct ctl *c, const struct former *former)
{
	int code = ctl_ask(c, "reload", json_object(),
			   &(struct ctl_ask){.on_row = on_diagnostic});
	if (code != CTL_DONE) {
		former_put_back(former);
		ctl_fail(0, "nothing was changed: the former rules are back");
	}
	return code;
}

/* --- shadow, promote ----------------------------------------------------- */

static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');
	return slash ? slash + 1 : file;
}

struct shown {
	struct ctl *c;
	struct ctl_table *diffs;
};

static void on_shadow_row(void *ctx, json_t *row)
{
	struct shown *k = ctx;
	if (ctl_show_progress(row))
		return;
	if (json_object_get(row, "level")) {
		on_diagnostic(NULL, row);
	} else if (k->c->is_json) {
		ctl_print_json(row);
	} else if (json_object_get(row, "offer")) {
		ctl_table_row(k->diffs, row);
	} else {
		struct ctl_table *t = ctl_table_new(k->c, NULL);
		ctl_table_row(t, row);
		ctl_table_end(t);
	}
}

int ctl_rules_shadow(struct ctl *c)
{
	json_t *options = ctl_parse(c), *args = NULL;
	if (!options)
		return CTL_USAGE;
	const char *file = json_string_value(
		json_array_get(json_object_get(options, "words"), 0));
	args = file ? ctl_read_new_rules(file) : json_object();
	if (args && js_bool(options, "off", false))
		json_object_set_new(args, "off", json_true());
	if (args && c->limit)
		js_put_int(args, "limit", c->limit, 0);
	json_decref(options);
	if (!args)
		return CTL_FAILED;
	struct shown k = {c, ctl_table_new(c, "person:PERSON offer:OFFER "
					      "was:NOW is:SHADOW")};
	int code =
		ctl_ask(c, c->command->name, args,
			&(struct ctl_ask){.on_row = on_shadow_row, .ctx = &k});
	ctl_table_end(k.diffs);
	return code;
}

/* Rows with a "file" are kept as a list, members of others as they come. */
static void keep_row(void *ctx, json_t *row)
{
	json_t *kept = ctx;
	if (json_object_get(row, "file"))
		json_array_append(json_object_get(kept, "files"), row);
	else
		json_object_update(kept, row);
}

/* What the engine answers, as one object; NULL after a message, with *code. */
static json_t *ask_row(struct ctl *c, json_t *args_take, int *code)
{
	json_t *row = json_pack("{s:[]}", "files");
	*code = ctl_ask(c, c->command->name, args_take,
			&(struct ctl_ask){.on_row = keep_row, .ctx = row});
	if (*code == CTL_DONE)
		return row;
	json_decref(row);
	return NULL;
}

/* Tell the engine that it is done: the audit log, and the end of the shadow. */
static int tell_done(struct ctl *c, const char *id)
{
	json_t *args = json_object();
	json_object_set_new(args, "done", json_true());
	js_put_str(args, "id", id);
	return ctl_ask(c, c->command->name, args, &(struct ctl_ask){0});
}

int ctl_rules_promote(struct ctl *c)
{
	struct err err = {0};
	struct former *former = NULL;
	int code = CTL_FAILED;
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	json_decref(options);
	char *rules = rules_file(c), *path = NULL;
	json_t *row = rules ? ask_row(c, json_object(), &code) : NULL;
	if (row && rules_file_name(js_str(row, "name", ""), &err)) {
		code = ctl_fail(CTL_FAILED, "%s", err.text);
	} else if (row) {
		path = path_in_folder(rules, js_str(row, "name", ""));
		former_keep(&former, path);
		if (write_file(path, js_str(row, "text", ""), &err))
			code = ctl_fail(CTL_FAILED, "%s", err.text);
		else
			code = reload_or_back(c, former);
		if (code == CTL_DONE)
			code = tell_done(c, NULL);
		if (code == CTL_DONE)
			fprintf(stderr, "in force: %s\n", path);
	}
	former_free(former);
	json_decref(row);
	free(path);
	free(rules);
	return code;
}

/* --- rollback ------------------------------------------------------------ */

/* Beside, where nothing reads it: NAME.replaced, over an older one. */
static int keep_beside(const char *path, struct err *err)
{
	struct err none;
	size_t n;
	char *text = ctl_read_file(path, YNODE_FILE_MAX, &n, &none);
	char *beside = mem_printf("%s.replaced", path);
	int result = text ? write_file(beside, text, err) : 0;
	free(text);
	free(beside);
	return result;
}

/* The path of the i-th kept text: the first is rules.yaml. NULL: its name is
 * none that would be read. */
static char *path_of(const char *rules, const json_t *files, size_t i)
{
	struct err err;
	const char *name =
		base_name(js_str(json_array_get(files, i), "file", ""));
	if (!i)
		return mem_dup(rules);
	if (rules_file_name(name, &err)) {
		ctl_fail(0, "%s", err.text);
		return NULL;
	}
	return path_in_folder(rules, name);
}

static bool is_among(const char *path, const char *rules, const json_t *files)
{
	bool found = false;
	for (size_t i = 0; i < json_array_size(files) && !found; i++) {
		char *p = path_of(rules, files, i);
		found = str_eq(p, path);
		free(p);
	}
	return found;
}

/* Files of today that the earlier set did not have go aside. */
static int set_aside(const char *rules, const json_t *now, const json_t *files,
		     struct former **former, struct err *err)
{
	for (size_t i = 1; i < json_array_size(now); i++) {
		const char *path = js_str(json_array_get(now, i), "file", "");
		if (is_among(path, rules, files))
			continue;
		former_keep(former, path);
		if (keep_beside(path, err))
			return -1;
		if (unlink(path))
			return err_set(err, ERR_CONFIG, "%s: %s", path,
				       strerror(errno));
	}
	return 0;
}

static int write_back(const char *rules, const json_t *files,
		      struct former **former, struct err *err)
{
	for (size_t i = 0; i < json_array_size(files); i++) {
		const char *text = js_str(json_array_get(files, i), "text", "");
		char *path = path_of(rules, files, i);
		int failed = !path;
		if (!path) {
			err_set(err, ERR_CONFIG, "nothing was changed");
		} else {
			former_keep(former, path);
			bool same = str_eq((*former)->text, text);
			failed = !same && (keep_beside(path, err) ||
					   write_file(path, text, err));
		}
		free(path);
		if (failed)
			return -1;
	}
	return 0;
}

/* The texts of the folder now. */
static json_t *texts_now(const struct ctl *c)
{
	struct settings s;
	struct diags d;
	diags_init(&d);
	settings_load(c->config, &s, &d);
	json_t *texts = json_incref(json_object_get(s.files, "rules"));
	settings_clear(&s);
	diags_clear(&d);
	return texts;
}

int ctl_rules_rollback(struct ctl *c)
{
	struct err err = {0};
	struct former *former = NULL;
	int code = CTL_FAILED;
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	char *rules = rules_file(c);
	json_t *row = rules ? ask_row(c, options, &code) : NULL;
	json_t *files = json_object_get(row, "files");
	if (!rules)
		json_decref(options);
	if (row) {
		json_t *now = texts_now(c);
		if (set_aside(rules, now, files, &former, &err) ||
		    write_back(rules, files, &former, &err)) {
			former_put_back(former);
			code = ctl_fail(CTL_FAILED, "%s", err.text);
		} else {
			code = reload_or_back(c, former);
		}
		json_decref(now);
		if (code == CTL_DONE)
			code = tell_done(c, js_str(row, "id", NULL));
	}
	former_free(former);
	json_decref(row);
	free(rules);
	return code;
}
