/* SPDX-License-Identifier: EUPL-1.2 */
/* The effective configuration for people, one leaf a line, as it would be
 * written. Sources are shown by `etrierctl sources`; secrets never. */
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include "settings_parts.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_MAX ((size_t)64 * 1024)

struct show {
	const struct settings *s;
	bool only_changed;
	FILE *out;
};

/* A text that YAML gives back as it is needs no quotes. */
static bool is_plain_text(const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789/._-@+";
	return *s && !s[strspn(s, safe)] && !strchr("0123456789.-@", *s);
}

static void write_value(const struct schema *row, const json_t *v,
			struct buf *b)
{
	if (!v) {
		buf_adds(b, "~");
	} else if (row->type == SCHEMA_TIME) {
		char time[6];
		minute_format((int)json_integer_value(v), time);
		buf_printf(b, "\"%s\"", time);
	} else if (json_is_string(v) && is_plain_text(json_string_value(v))) {
		buf_adds(b, json_string_value(v));
	} else {
		js_write(v, b);
	}
}

/* "security.needs_key_file" is the secret "security.needs_key". */
static const char *secret_state(const struct settings *s, const char *path)
{
	char *name = mem_dup_n(path, strlen(path) - strlen("_file"));
	bool is_set = json_object_get(s->secrets, name) != NULL;
	free(name);
	return is_set ? "(set)" : "(missing)";
}

static void show_value(const struct show *w, const char *path,
		       const struct schema *row, const json_t *v,
		       bool is_written)
{
	struct buf b;
	if (w->only_changed && !is_written)
		return;
	buf_init(&b, VALUE_MAX);
	if (row->type == SCHEMA_SECRET)
		buf_adds(&b, secret_state(w->s, path));
	else
		write_value(row, v, &b);
	fprintf(w->out, "%s: %s  # %s\n", path, b.data,
		is_written ? "file" : "default");
	buf_clear(&b);
}

/* "origins.*.kind": a line for each name. */
static void show_named(const struct show *w, const char *path, const char *star,
		       const struct schema *row)
{
	char *group = mem_dup_n(path, (size_t)(star - path));
	const char *key = star + strlen(".*.");
	const char *name;
	const json_t *o;
	json_object_foreach(settings_at(w->s->all, group), name, o)
	{
		char *full = mem_printf("%s.%s.%s", group, name, key);
		const json_t *v = json_object_get(o, key);
		if (v)
			show_value(w, full, row, v,
				   settings_at(w->s->written, full) != NULL);
		free(full);
	}
	free(group);
}

static void show_row(void *ctx, const char *path, const struct schema *row)
{
	const struct show *w = ctx;
	const char *star = strstr(path, ".*.");
	if (star)
		show_named(w, path, star, row);
	else
		show_value(w, path, row, settings_at(w->s->all, path),
			   settings_at(w->s->written, path) != NULL);
}

void settings_show(const struct settings *s, int only_changed, FILE *out)
{
	struct show w = {.s = s, .only_changed = only_changed, .out = out};
	if (s->all)
		schema_each(settings_schema, show_row, &w);
}
