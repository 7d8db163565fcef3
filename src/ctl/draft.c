/* SPDX-License-Identifier: EUPL-1.2 */
/* sources draft: a first source file for a document nobody described. The file
 * goes to standard output, what was found and not to standard error. Needs no
 * daemon, stores nothing. */
#include "ctl.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/collector.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of eleven that matter: reference tables and profiles miss as many. */
enum { NAME_MAX_BYTES = 40, COLUMN = 78, MISSING_MANY = 8 };

/* The beginning of the file, as much as is looked at. */
static int read_head(const char *file, struct buf *out, struct err *err)
{
	FILE *f = str_eq(file, "-") ? fdopen(dup(STDIN_FILENO), "rb")
				    : fopen(file, "rb");
	char bytes[65536];
	size_t n;
	if (!f)
		return err_set(err, ERR_INPUT, "%s: %s", file, strerror(errno));
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0) {
		size_t room = out->max - out->len;
		buf_add(out, bytes, n < room ? n : room);
		if (n >= room)
			break;
	}
	int failed = ferror(f);
	fclose(f);
	return failed ? err_set(err, ERR_INPUT, "%s: %s", file, strerror(errno))
		      : 0;
}

/* "https://jobs.partner.example/x" and "flux/partner.json" to a name of a
 * source: the host, or the file without its ending. free(). */
static char *name_of(const char *what, bool is_url)
{
	struct arena a;
	arena_init(&a);
	const char *base = strrchr(what, '/');
	const char *s = is_url ? strstr(what, "://") + 3
			: base ? base + 1
			       : what;
	size_t n = is_url ? strcspn(s, "/:?#") : strcspn(s, ".");
	char *name = utf8_fold(&a, arena_dup_n(&a, s, n)), *q = name;
	for (const char *p = name; *p; p++)
		if (isalnum((unsigned char)*p) || *p == ' ')
			*q++ = *p == ' ' ? '-' : *p;
	*q = '\0';
	name[utf8_cut(name, NAME_MAX_BYTES)] = '\0';
	char *out = mem_dup(*name ? name : "partner");
	arena_clear(&a);
	return out;
}

static bool is_name(const char *s)
{
	return *s && strlen(s) <= NAME_MAX_BYTES &&
	       !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-")];
}

static void say_list(const json_t *report, const char *key, const char *title)
{
	const json_t *list = json_object_get(report, key);
	size_t i, col = strlen(title) + 1;
	if (!json_array_size(list))
		return;
	fprintf(stderr, "%s:", title);
	for (i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (col + strlen(s) + 1 > COLUMN)
			col = (size_t)fprintf(stderr, "\n ") - 1;
		col += (size_t)fprintf(stderr, " %s", s);
	}
	fputc('\n', stderr);
}

static void say(const json_t *report)
{
	char *records = ctl_harmless(js_str(report, "records", ""));
	char *each = ctl_harmless(js_str(report, "each", ""));
	fprintf(stderr, "kind %s, offers at %s%s%s; %s%" PRId64 " looked at",
		js_str(report, "kind", ""), *records ? records : "the root",
		*each ? " > " : "", each,
		js_bool(report, "is_part", false) ? "the first " : "",
		js_int(report, "looked", 0));
	if (js_int(report, "bad", 0))
		fprintf(stderr, ", %" PRId64 " unreadable",
			js_int(report, "bad", 0));
	fputc('\n', stderr);
	if (js_str(report, "note", NULL))
		fprintf(stderr, "%s\n", js_str(report, "note", NULL));
	if (js_str(report, "broken", NULL)) {
		char *why = ctl_harmless(js_str(report, "broken", ""));
		fprintf(stderr, "the document breaks off: %s\n", why);
		free(why);
	}
	say_list(report, "found", "found");
	say_list(report, "undecided", "undecided, in comments");
	say_list(report, "missing", "not found");
	if (json_array_size(json_object_get(report, "missing")) >= MISSING_MANY)
		fputs("so little of an offer is in it: is it the right "
		      "document?\n",
		      stderr);
	free(records);
	free(each);
}

static int draft(const struct ctl *c, const struct settings *s,
		 const char *what, const json_t *options, struct buf *bytes,
		 struct buf *yaml)
{
	struct err err = {0};
	bool is_url =
		str_starts(what, "http://") || str_starts(what, "https://");
	const char *name = js_str(options, "name", NULL);
	const char *tables = js_str(json_object_get(s->all, "paths"), "refdata",
				    ETRIER_DATADIR "/refdata");
	if (name && !is_name(name))
		return ctl_fail(CTL_USAGE,
				"--name wants 1 to %d of a-z 0-9 _ and -",
				NAME_MAX_BYTES);
	bool is_private = is_url && collector_is_private(what);
	int failed = is_url ? collector_get(what, is_private,
					    js_str(json_object_get(s->all,
								   "collector"),
						   "ca_file", NULL),
					    bytes, &err)
			    : read_head(what, bytes, &err);
	struct refdata *rd = failed ? NULL : refdata_load(tables, &err);
	if (!rd)
		return ctl_fail(CTL_FAILED, "%s", err.text);
	char *own = name_of(what, is_url);
	const struct collector_draft_ask ask = {
		.name = name ? name : own,
		.kind = js_str(options, "kind", NULL),
		.url = is_url ? what : NULL,
		.allow_private = is_private,
	};
	json_t *report = NULL;
	failed = collector_draft(bytes->data ? bytes->data : "", bytes->len,
				 &ask, rd, yaml, &report, &err);
	if (failed) {
		ctl_fail(CTL_FAILED, "%s", err.text);
	} else if (c->is_json) {
		json_object_set_new(report, "yaml",
				    json_stringn(yaml->data, yaml->len));
		ctl_print_json(report);
	} else {
		fputs(yaml->data, stdout);
		fflush(stdout);
		say(report);
	}
	json_decref(report);
	free(own);
	refdata_free(rd);
	return failed ? CTL_FAILED : CTL_DONE;
}

int ctl_sources_draft(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	struct settings s;
	struct diags d;
	struct buf bytes, yaml;
	diags_init(&d);
	buf_init(&bytes, COLLECTOR_DRAFT_BYTES);
	buf_init(&yaml, COLLECTOR_DRAFT_YAML);
	/* Only the tables and the certificates are taken from it: a
	 * configuration with mistakes, or none, is no matter. */
	settings_load(c->config, &s, &d);
	const char *what = json_string_value(
		json_array_get(json_object_get(options, "words"), 0));
	int code = draft(c, &s, what, options, &bytes, &yaml);
	buf_clear(&bytes);
	buf_clear(&yaml);
	settings_clear(&s);
	diags_clear(&d);
	json_decref(options);
	return code;
}
