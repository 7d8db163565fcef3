/* SPDX-License-Identifier: EUPL-1.2 */
/* templates check: compile every text, then render each set against a message
 * to nobody, as the courier would. A folder need not be the configured one, so
 * that new texts can be tried before they are put in place. */
#include "ctl.h"

#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/front.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/template.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".mustache"

static void add_text(json_t *texts, const char *dir, const char *name,
		     struct diags *d)
{
	struct err err = {0};
	size_t n;
	char *path = mem_printf("%s/%s", dir, name);
	char *bytes = ctl_read_file(path, TEMPLATE_SOURCE_MAX, &n, &err);
	json_t *text = bytes ? json_stringn(bytes, n) : NULL;
	if (!text) {
		diag_add(d, DIAG_ERROR, path, 0, 0, "%s",
			 bytes ? "is not UTF-8" : err.text);
	} else {
		json_t *one = json_object();
		js_put_str(one, "name", name);
		js_put_str(one, "file", path);
		json_object_set_new(one, "text", text);
		json_array_append_new(texts, one);
	}
	free(bytes);
	free(path);
}

/* The texts of one language, DIR/fr/x.mustache as "fr/x.mustache". */
static void add_language(json_t *texts, const char *dir, const char *lang,
			 struct diags *d)
{
	char *path = mem_printf("%s/%s", dir, lang);
	struct dirent **names = NULL;
	int n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		if (*name != '.' && str_ends(name, SUFFIX) &&
		    json_array_size(texts) < SETTINGS_TEMPLATES_MAX) {
			char *whole = mem_printf("%s/%s", lang, name);
			add_text(texts, dir, whole, d);
			free(whole);
		}
		free(names[i]);
	}
	free(names);
	free(path);
}

static json_t *read_folder(const char *dir, struct diags *d)
{
	json_t *texts = json_array();
	struct dirent **names = NULL;
	int n = scandir(dir, &names, NULL, alphasort);
	if (n < 0)
		diag_add(d, DIAG_ERROR, dir, 0, 0, "%s", strerror(errno));
	for (int i = 0; i < n; i++) {
		/* a file here is no folder and gives nothing */
		if (names[i]->d_name[0] != '.')
			add_language(texts, dir, names[i]->d_name, d);
		free(names[i]);
	}
	free(names);
	return texts;
}

/* One set against its sample. What would break only with real lengths is for
 * digest show and message preview. */
static void render_set(const struct templates *t, const json_t *set,
		       int max_segments, struct ctl_table *table,
		       struct diags *d)
{
	const char *lang = js_str(set, "lang", "");
	const char *kind = js_str(set, "kind", "");
	const char *channel = js_str(set, "channel", "");
	json_t *deliver = courier_sample(kind, channel), *row = json_object();
	struct err err = {0};
	struct mail m;
	struct sms s;
	js_put_str(row, "lang", lang);
	js_put_str(row, "kind", kind);
	js_put_str(row, "channel", channel);
	js_put_str(deliver, "lang", lang);
	js_put_str(deliver, "profile",
		   *js_str(set, "profile", "") ? "reponse" : "lien");
	if (str_eq(channel, "sms"))
		js_put_str(row, "profile", js_str(deliver, "profile", NULL));
	if (str_eq(channel, "sms")) {
		if (!render_sms(t, deliver, max_segments, &s, &err)) {
			js_put_int(row, "units", s.size.units, -1);
			js_put_int(row, "segments", s.size.segments, -1);
			sms_clear(&s);
		}
	} else if (!render_mail(t, deliver, &m, &err)) {
		js_put_int(row, "bytes", (int64_t)m.bytes.len, -1);
		mail_clear(&m);
	}
	if (err.kind)
		diag_add(d, DIAG_ERROR, lang, 0, 0, "%s by %s: %s", kind,
			 channel, err.text);
	else
		ctl_table_row(table, row);
	json_decref(row);
	json_decref(deliver);
}

static void render_all(const struct ctl *c, const struct templates *t,
		       int max_segments, struct diags *d)
{
	json_t *sets = templates_sets(t);
	struct ctl_table *table = ctl_table_new(
		c,
		"lang:LANG kind:KIND channel:CHANNEL profile:PROFILE bytes:BYTES "
		"units:UNITS segments:SEGMENTS");
	for (size_t i = 0; i < json_array_size(sets); i++)
		render_set(t, json_array_get(sets, i), max_segments, table, d);
	ctl_table_end(table);
	json_decref(sets);
}

int ctl_templates_check(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	const char *dir = json_string_value(
		json_array_get(json_object_get(options, "words"), 0));
	struct settings s;
	struct diags d;
	json_t *texts;
	diags_init(&d);
	settings_load(c->config, &s, &d);
	if (dir) {
		diags_clear(&d); /* only the folder was asked about */
		texts = read_folder(dir, &d);
	} else {
		texts = json_incref(json_object_get(s.files, "templates"));
	}
	struct templates *t = NULL;
	if (json_array_size(texts) || !d.n_errors) {
		t = templates_new(texts, &d);
		templates_check_sms(texts,
				    js_str(json_object_get(s.all, "sms"),
					   "profile", "lien"),
				    &d);
		front_pages_check(texts, &d);
		templates_lint(texts, true, &d);
	}
	if (t)
		render_all(c, t,
			   (int)js_int(json_object_get(s.all, "sms"),
				       "max_segments", 1),
			   &d);
	templates_free(t);
	json_decref(texts);
	settings_clear(&s);
	json_decref(options);
	return ctl_finish_diags(c, &d, false);
}
