/* SPDX-License-Identifier: EUPL-1.2 */
/* What a text must be besides compiling: readable, and asking nothing of the
 * network. What would tell somebody elsewhere that a message was opened, or who
 * opened it, is an error always; what is only hard to read or to see is one for
 * `templates check` and a warning where a configuration is loaded, so that an
 * older text of an administrator stops no mail. */
#include "lint.h"

#include <etrier/courier.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".mustache"

void lint_say(const struct lint *l, enum diag_level level, size_t at,
	      const char *fmt, ...)
{
	unsigned line = 1, col = 1;
	char what[300];
	va_list v;
	for (size_t i = 0; i < at && i < l->n; i++) {
		bool is_end = l->text[i] == '\n';
		line += is_end;
		/* columns are characters, as an editor counts them */
		if (is_end)
			col = 1;
		else
			col += ((unsigned char)l->text[i] & 0xc0) != 0x80;
	}
	va_start(v, fmt);
	vsnprintf(what, sizeof(what), fmt, v);
	va_end(v);
	diag_add(l->diags, level, l->name, line, col, "%s", what);
}

enum diag_level lint_style(const struct lint *l)
{
	return l->is_strict ? DIAG_ERROR : DIAG_WARNING;
}

/* By the first part of its name: offer.txt, offer-reponse.sms. */
static bool is_for_youth(const char *file)
{
	static const char *const kinds[] = {"offer", "event", "call", "stop"};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t n = strlen(kinds[i]);
		if (str_starts(file, kinds[i]) && strchr(".-", file[n]))
			return true;
	}
	return false;
}

/* Pages that young people read: each has its own things to do, but the same
 * short sentences. */
static bool is_page_for_youth(const char *file)
{
	return str_starts(file, "page-") && !str_starts(file, "page-digest") &&
	       !str_starts(file, "page-head");
}

static void lint_one(const char *file, struct lint *l)
{
	/* Partials are looked at through who uses them. */
	bool is_part = file[0] == '_' || str_starts(file, "page-head");
	l->text = js_str(l->files, file, "");
	l->n = strlen(l->text);
	if (is_for_youth(file))
		lint_words(l);
	else if (is_page_for_youth(file))
		lint_sentences(l);
	if (is_part || !str_ends(file, ".html"))
		return;
	lint_html(l);
	lint_colours(l);
}

/* {"fr": {"offer.txt": text}}, with the default language's partials. */
static json_t *by_folder(const json_t *list)
{
	json_t *langs = json_object(), *item;
	size_t i;
	json_array_foreach(list, i, item)
	{
		char *name = mem_dup(js_str(item, "name", ""));
		char *slash = strchr(name, '/');
		if (slash && str_ends(name, SUFFIX)) {
			*slash = '\0';
			slash[1 + strlen(slash + 1) - strlen(SUFFIX)] = '\0';
			json_t *files = json_object_get(langs, name);
			if (!files) {
				files = json_object();
				json_object_set_new(langs, name, files);
			}
			js_put_str(files, slash + 1, js_str(item, "text", ""));
		}
		free(name);
	}
	return langs;
}

void templates_lint(const json_t *list, bool is_strict, struct diags *d)
{
	json_t *langs = by_folder(list), *files, *text;
	const char *lang, *file;
	json_object_foreach(langs, lang, files)
	{
		json_object_foreach(files, file, text)
		{
			char *name = mem_printf("%s/%s" SUFFIX, lang, file);
			struct lint l = {.name = name,
					 .files = files,
					 .is_strict = is_strict,
					 .diags = d};
			if (file[0] == '_' || json_object_get(files, file))
				lint_one(file, &l);
			free(name);
		}
	}
	json_decref(langs);
}
