/* SPDX-License-Identifier: EUPL-1.2 */
/* The files etrier.yaml names: sources are checked here, rules, templates and
 * maps only read, because whoever compiles them (engine, courier) has no
 * access to the folder. Order is by name, so that every machine reads the
 * same thing. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/lexicon.h>
#include <etrier/mem.h>
#include <etrier/source.h>
#include <etrier/str.h>
#include <etrier/template.h>

#include "settings_parts.h"
#include "source_exec.h"
#include "yfile.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void point_at(struct settings_load *l, enum diag_level level,
		     const char *path, const char *file, const char *what)
{
	const struct ynode *n = settings_node(l->root, path);
	diag_add(l->diags, level, n->file, n->line, n->col, "%s: %s: %s", path,
		 file, what);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in the folder without the hidden ones, sorted, at most max; -1 with
 * errno when it cannot be read, E2BIG for too many. */
static int list_folder(struct arena *a, const char *folder, size_t max,
		       const char ***out)
{
	DIR *dir = opendir(folder);
	if (!dir)
		return -1;
	const char **names = arena_array(a, max + 1, sizeof(*names));
	const struct dirent *e;
	size_t n = 0;
	while ((e = readdir(dir)) && n <= max)
		if (e->d_name[0] != '.')
			names[n++] = arena_dup(a, e->d_name);
	closedir(dir);
	if (n > max) {
		errno = E2BIG;
		return -1;
	}
	qsort(names, n, sizeof(*names), compare_names);
	*out = names;
	return (int)n;
}

/* A text that will travel; NULL after a diagnostic. */
static const char *read_text(struct settings_load *l, const char *file,
			     size_t max)
{
	size_t n;
	char *bytes = yfile_read(l->arena, file, max, &n, l->diags);
	char *text =
		bytes ? yfile_clean(l->arena, file, bytes, &n, l->diags) : NULL;
	if (!text)
		return NULL;
	l->texts += n;
	if (l->texts <= SETTINGS_TEXTS_MAX)
		return text;
	diag_add(l->diags, DIAG_ERROR, file, 0, 0,
		 "rules, templates and maps together are larger than %zu "
		 "bytes",
		 SETTINGS_TEXTS_MAX);
	return NULL;
}

static void add_text(json_t *list, const char *key, const char *name,
		     const char *file, const char *text)
{
	if (!text)
		return;
	json_t *o = json_object();
	if (key)
		js_put_str(o, key, name);
	js_put_str(o, "file", file);
	js_put_str(o, "text", text);
	json_array_append_new(list, o);
}

/* A file the administrator keeps under another ending is a file he thinks is
 * read. */
static bool is_yaml(struct settings_load *l, const char *folder,
		    const char *name)
{
	if (str_ends(name, ".yaml"))
		return true;
	if (str_ends(name, ".yml")) {
		char *file = arena_printf(l->arena, "%s/%s", folder, name);
		diag_add(l->diags, DIAG_WARNING, file, 0, 0,
			 "not read: only files named *.yaml are");
	}
	return false;
}

static void load_rules(struct settings_load *l)
{
	const char *rules = settings_text(l->s->all, "paths.rules");
	if (!rules)
		return;
	json_t *list = json_object_get(l->s->files, "rules");
	add_text(list, NULL, NULL, rules, read_text(l, rules, YNODE_FILE_MAX));
	char *folder = schema_path(rules, "../rules.d");
	const char **names;
	int n = list_folder(l->arena, folder, SETTINGS_RULES_MAX, &names);
	if (n < 0 && errno != ENOENT)
		diag_add(l->diags, DIAG_ERROR, folder, 0, 0, "cannot read: %s",
			 strerror(errno));
	for (int i = 0; i < n; i++) {
		if (!is_yaml(l, folder, names[i]))
			continue;
		char *file = arena_printf(l->arena, "%s/%s", folder, names[i]);
		add_text(list, NULL, NULL, file,
			 read_text(l, file, YNODE_FILE_MAX));
	}
	free(folder);
}

static void load_language(struct settings_load *l, const char *folder,
			  const char *lang)
{
	json_t *list = json_object_get(l->s->files, "templates");
	const char *below = arena_printf(l->arena, "%s/%s", folder, lang);
	const char **names;
	int n = list_folder(l->arena, below, SETTINGS_TEMPLATES_MAX, &names);
	if (n < 0)
		diag_add(l->diags, DIAG_ERROR, below, 0, 0, "cannot read: %s",
			 strerror(errno));
	for (int i = 0; i < n; i++) {
		if (!str_ends(names[i], ".mustache"))
			continue;
		const char *file =
			arena_printf(l->arena, "%s/%s", below, names[i]);
		const char *name =
			arena_printf(l->arena, "%s/%s", lang, names[i]);
		add_text(list, "name", name, file,
			 read_text(l, file, TEMPLATE_SOURCE_MAX));
	}
}

/* Languages are folders named as in "fr" or "pt-br". */
static void load_templates(struct settings_load *l)
{
	enum { LANGUAGES_MAX = 40 };
	const char *folder = settings_text(l->s->all, "paths.templates");
	if (!folder)
		return;
	const char **names;
	int n = list_folder(l->arena, folder, LANGUAGES_MAX, &names);
	if (n < 0)
		point_at(l, DIAG_ERROR, "paths.templates", folder,
			 strerror(errno));
	for (int i = 0; i < n; i++) {
		struct stat st;
		const char *below =
			arena_printf(l->arena, "%s/%s", folder, names[i]);
		size_t k = strspn(names[i], "abcdefghijklmnopqrstuvwxyz-");
		if (!names[i][k] && !stat(below, &st) && S_ISDIR(st.st_mode))
			load_language(l, folder, names[i]);
	}
}

static void load_maps(struct settings_load *l)
{
	json_t *list = json_object_get(l->s->files, "maps");
	const char *name;
	const json_t *o;
	json_object_foreach(json_object_get(l->s->all, "origins"), name, o)
	{
		const char *file = js_str(o, "map", NULL);
		if (file)
			add_text(list, "origin", name, file,
				 read_text(l, file, YNODE_FILE_MAX));
	}
}

/* Against what a program must never reach: every folder of paths: and
 * etrier.yaml itself. The user of the service is whose state it is. */
static void check_program(struct settings_load *l, const struct ynode *root,
			  const json_t *v)
{
	json_t *paths = json_object_get(l->s->all, "paths"), *path;
	const char *state = settings_text(l->s->all, "paths.state"), *key;
	const char **own = arena_array(l->arena, json_object_size(paths) + 1,
				       sizeof(*own));
	struct source_house house = {.paths = own, .user = geteuid()};
	struct stat st;
	json_object_foreach(paths, key, path) own[house.n_paths++] =
		json_string_value(path);
	own[house.n_paths++] = l->s->file;
	if (state && !stat(state, &st))
		house.user = st.st_uid;
	source_exec_house(root, v, &house, l->diags);
}

static void load_source(struct settings_load *l, const char *folder,
			const char *name)
{
	struct arena *a = l->arena;
	const char *file = arena_printf(a, "%s/%s", folder, name);
	const char *secrets = settings_text(l->s->all, "paths.secrets");
	char *stem = arena_dup_n(a, name, strlen(name) - strlen(".yaml"));
	struct ynode *root = ynode_load_partly(a, file, l->diags);
	size_t before = l->diags->n_errors;
	json_t *v = root ? source_read(root, stem, secrets, l->diags) : NULL;
	if (v)
		check_program(l, root, v);
	if (v && l->diags->n_errors == before)
		json_object_set(l->s->sources, stem, v);
	json_decref(v);
}

static void load_sources(struct settings_load *l)
{
	const char *path = "paths.sources";
	const char *folder = settings_text(l->s->all, path);
	if (!folder)
		return;
	const char **names;
	int n = list_folder(l->arena, folder, SOURCES_MAX, &names);
	if (n < 0) {
		/* Without sources étrier is of no use, but whole. */
		bool is_fatal =
			errno != ENOENT || settings_is_written(l->root, path);
		point_at(l, is_fatal ? DIAG_ERROR : DIAG_WARNING, path, folder,
			 strerror(errno));
	}
	for (int i = 0; i < n; i++)
		if (is_yaml(l, folder, names[i]))
			load_source(l, folder, names[i]);
}

char *settings_lexicon_file(const struct settings *s, const char *key)
{
	const json_t *paths = json_object_get(s->all, "paths");
	const char *written = js_str(paths, key, NULL);
	const char *bases[] = {s->file, js_str(paths, "refdata", NULL)};
	char *name = mem_printf("../%s.yaml", key), *found = NULL;
	if (written)
		found = mem_dup(written);
	for (size_t i = 0; i < ARRAY_LEN(bases) && !found; i++) {
		found = bases[i] ? schema_path(bases[i], name) : NULL;
		if (found && access(found, R_OK)) {
			free(found);
			found = NULL;
		}
	}
	free(name);
	return found;
}

static void load_lexicon(struct settings_load *l, const char *key,
			 enum lexicon_what what)
{
	char *found = settings_lexicon_file(l->s, key);
	const char *file = arena_dup(l->arena, found);
	free(found);
	if (!file) {
		point_at(l, DIAG_WARNING, "paths", key,
			 "no such file: what offers say in words is not read");
		return;
	}
	struct ynode *root = ynode_load_partly(l->arena, file, l->diags);
	json_t *v = root ? lexicon_read(root, what, l->diags) : NULL;
	if (v)
		json_object_set_new(l->s->lexicons, key, v);
}

/* Advice for young people; without a file, what is built into the engine. */
static void load_advice(struct settings_load *l)
{
	char *found = settings_lexicon_file(l->s, "advice");
	const char *file = found ? arena_dup(l->arena, found) : NULL;
	json_t *list = json_array();
	free(found);
	if (file)
		add_text(list, NULL, NULL, file,
			 read_text(l, file, YNODE_FILE_MAX));
	json_object_set_new(l->s->files, "advice", list);
}

static void check_exists(struct settings_load *l, const char *path,
			 bool is_folder)
{
	struct stat st;
	const char *file = settings_text(l->s->all, path);
	if (!file)
		return;
	if (stat(file, &st))
		point_at(l, DIAG_ERROR, path, file, strerror(errno));
	else if (S_ISDIR(st.st_mode) != is_folder)
		point_at(l, DIAG_ERROR, path, file,
			 is_folder ? "not a folder" : "is a folder");
}

void settings_load_files(struct settings_load *l)
{
	l->s->files =
		json_pack("{s:[],s:[],s:[]}", "rules", "templates", "maps");
	l->s->sources = json_object();
	l->s->lexicons = json_object();
	check_exists(l, "paths.refdata", true);
	check_exists(l, "collector.ca_file", false);
	check_exists(l, "mail.ca_file", false);
	check_exists(l, "sms.ca_file", false);
	load_rules(l);
	load_templates(l);
	load_advice(l);
	load_maps(l);
	load_sources(l);
	load_lexicon(l, "signals", LEXICON_SIGNALS);
	load_lexicon(l, "quality", LEXICON_QUALITY);
	settings_load_employers(l);
	settings_load_delivery(l);
	settings_load_sms_http(l);
}
