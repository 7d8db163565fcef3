/* SPDX-License-Identifier: EUPL-1.2 */
/* A source file is read whole, every mistake of it is said at once with its
 * place and remedy, and the files we ship have none. */
#include "conf/source_defaults.h"

#include "conf/source_exec.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/source.h>
#include <etrier/str.h>
#include <etrier/vocab.h>

#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define GOOD                                                         \
	"name: shop\nkind: json\nurl: https://shop.example/offers\n" \
	"delivers: complete\nfields:\n  ref: id\n  title: title\n"   \
	"  kind: {path: contract, values: {Alternance: apprenticeship}}\n"

/* Reads the text; the diagnostics, one a line, in *said (free()). */
static json_t *read_text(const char *text, const char *hint, const char *dir,
			 char **said)
{
	struct arena a;
	struct diags d;
	struct buf b;
	json_t *v = NULL;
	arena_init(&a);
	diags_init(&d);
	buf_init(&b, 1 << 20);
	struct ynode *root =
		ynode_parse(&a, "shop.yaml", text, strlen(text), &d);
	if (root)
		v = source_read(root, hint, dir, &d);
	for (size_t i = 0; i < d.n; i++) {
		char *line = diag_line(&d.v[i]);
		buf_printf(&b, "%s\n", line);
		free(line);
	}
	*said = buf_take(&b);
	diags_clear(&d);
	arena_clear(&a);
	return v;
}

static void test_a_good_file_gives_the_object_with_defaults(void **state)
{
	char *said;
	(void)state;
	json_t *v = read_text(GOOD "every: 90s\n", "shop", "/", &said);
	assert_string_equal(said, "");
	assert_non_null(v);
	assert_int_equal(js_int(v, "every_s", 0), 90);
	assert_int_equal(js_int(v, "expires_days", -1), 0);
	assert_int_equal(js_int(v, "max_bytes", 0), 64 << 20);
	assert_false(js_bool(v, "allow_private", true));
	const json_t *fields = json_object_get(v, "fields");
	assert_int_equal(json_object_size(fields), 3);
	const json_t *kind = json_object_get(fields, "kind");
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(kind, "paths"), 0)),
			    "contract");
	assert_string_equal(
		js_str(json_object_get(kind, "values"), "Alternance", ""),
		"apprenticeship");
	json_decref(v);
	free(said);
}

static void test_the_map_hash_follows_what_decides_the_offers(void **state)
{
	char *said;
	char maps[4][40];
	static const char *const more[] = {"", "every: 3h\n", "  url: link\n",
					   "unknown: [x]\n"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		char *text = mem_printf(GOOD "%s", more[i]);
		json_t *v = read_text(text, NULL, "/", &said);
		assert_non_null(v);
		assert_true(str_copy(maps[i], sizeof(maps[i]),
				     js_str(v, "map", "")));
		json_decref(v);
		free(said);
		free(text);
	}
	assert_string_equal(maps[0], maps[1]);
	assert_string_not_equal(maps[0], maps[2]);
	assert_string_not_equal(maps[0], maps[3]);
}

static void test_a_licence_comes_as_the_engine_reads_it(void **state)
{
	char *said;
	(void)state;
	json_t *v = read_text(GOOD "title: Le Magasin\nlicence:\n"
				   "  name: Licence L\n"
				   "  url: https://shop.example/licence\n"
				   "  show: true\n  refresh_h: 24\n"
				   "  strip_withdrawn: [employer.name, contact,"
				   " exposure.loads]\n",
			      "shop", "/", &said);
	assert_string_equal(said, "");
	free(said);
	json_t *public = source_public(v);
	const json_t *licence = json_object_get(public, "licence");
	assert_string_equal(js_str(public, "title", ""), "Le Magasin");
	assert_string_equal(js_str(licence, "name", ""), "Licence L");
	assert_true(js_bool(licence, "show", false));
	assert_int_equal(js_int(licence, "refresh_h", 0), 24);
	const json_t *strip = json_object_get(licence, "strip_withdrawn");
	assert_int_equal(json_array_size(strip), 3);
	assert_string_equal(json_string_value(json_array_get(strip, 1)),
			    "contact");
	json_decref(public);
	json_decref(v);
	/* Without one nothing is asked, and the name is the title. */
	v = read_text(GOOD, "shop", "/", &said);
	licence = json_object_get(v, "licence");
	assert_string_equal(js_str(v, "title", ""), "shop");
	assert_false(js_bool(licence, "show", true));
	assert_null(json_object_get(licence, "refresh_h"));
	json_decref(v);
	free(said);
}

struct bad {
	const char *text, *want; /* a piece of one diagnostic */
};

static void check_bad(const struct bad *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *said;
		json_t *v = read_text(rows[i].text, "shop", "/", &said);
		if (v || !strstr(said, rows[i].want))
			fail_msg("wanted: %s\ngot: %s", rows[i].want, said);
		free(said);
	}
}

static void test_mistakes_are_named_with_place_and_remedy(void **state)
{
	static const struct bad rows[] = {
		{GOOD "  tittle: x\n",
		 "shop.yaml:9:3: error: an offer has no field \"tittle\" (did "
		 "you mean \"title\"?); fields: ref origin_ref url title"},
		{GOOD "  exposure.luck: x\n", "no field \"exposure.luck\""},
		{GOOD "  employer.name: a..b\n",
		 "shop.yaml:9:18: error: path \"a..b\": an empty name"},
		{GOOD "  licences: {path: x, values: {auto: Z}}\n",
		 "no such word here \"Z\"; allowed: AM A1"},
		{GOOD "  experience: {path: x, values: {deb: som}}\n",
		 "(did you mean \"some\"?)"},
		{GOOD "  start: {path: x, date: american}\n",
		 "shop.yaml:9:26: error:"},
		{GOOD "  url: {path: x, date: dmy}\n",
		 "date is for fields that are dates"},
		{GOOD "  start: {path: x, paths: [y]}\n",
		 "path and paths: write one of them"},
		{GOOD "  start: {date: dmy}\n", "a path, paths or const"},
		{GOOD "  start:\n", "a path is wanted (leave the line out"},
		{GOOD "  start: {path: x, formt: dmy}\n", "formt"},
		{GOOD "kind: rss\n", "shop.yaml:9:1: error:"},
		{GOOD "colour: red\n", "unknown key \"colour\""},
		{GOOD "every: soon\n", "every is written 90s, 30m, 12h or 7d"},
		{GOOD "every: 1s\n", "from 10s to 7d"},
		{GOOD "false_means_unknown: [title]\n",
		 "no yes/no field of an offer: \"title\""},
		{GOOD "headers: {x-api-key: abc}\n",
		 "looks like a secret: put it in a file"},
		{GOOD "secret_headers: {x-api-key: no-such-file}\n",
		 "no-such-file"},
		{GOOD "records: \"a[b=c].d\"\n", "no filter is possible"},
		{GOOD "licence: {show: true}\n",
		 "shop.yaml:9:17: error: licence: show wants a name"},
		{GOOD "licence: {strip_withdrawn: [url, employer.nam]}\n",
		 "shop.yaml:9:34: error: no field of an offer: "
		 "\"employer.nam\" (did you mean \"employer.name\"?)"},
		{GOOD "licence: {strip_withdrawn: [title]}\n",
		 "shop.yaml:9:29: error: without \"title\""},
		{GOOD "licence: {strip_withdrawn: [place.text]}\n",
		 "name what it becomes"},
		{GOOD "licence: {refresh: 24}\n", "unknown key \"refresh\""},
	};
	(void)state;
	check_bad(rows, ARRAY_LEN(rows));
}

static void test_whole_files_that_cannot_work_are_refused(void **state)
{
	static const struct bad rows[] = {
		{GOOD "auth: {kind: bearer}\n",
		 "auth of kind bearer wants token_file"},
		{GOOD "auth: {kind: oauth2, client_id: x}\n",
		 "auth of kind oauth2 wants token_url"},
		{GOOD "auth: {kind: digest}\n", "auth.kind"},
		{GOOD "paging: {parameter: p}\n", "paging wants by:"},
		{GOOD "paging: {by: page}\n",
		 "paging wants parameter: for by: \"page\""},
		{GOOD "paging: {by: range, parameter: r}\n",
		 "paging by range wants size:"},
		{GOOD "paging: {by: cursor, parameter: c}\n",
		 "paging by cursor wants next:"},
		{GOOD "paging: {by: link, parameter: c}\n",
		 "paging by link has no parameter"},
		{GOOD "paging: {by: page, parameter: p, in: body}\n",
		 "in: body wants form: or json:"},
		{GOOD "form: {a: 1}\njson: {a: 1}\n", "write one of them"},
		{GOOD "query: [a]\n", "a table {parameter: value}"},
		{GOOD "detail: {url: \"https://a.example/o\"}\n",
		 "has {ref} in it"},
		{GOOD "detail: {url: \"ftp://a.example/{ref}\"}\n",
		 "an http or https address is wanted"},
		{GOOD "pages: {from: list}\n", "pages is for kind jsonld"},
		{GOOD "mode: export\n", "mode is for kind labonnealternance"},
		{GOOD "departements: [\"75\"]\n",
		 "departements is for kind france_travail"},
		{"name: shop\nkind: labonnealternance\nurl: https://a.example/\n"
		 "delivers: complete\nfields: {title: t}\n",
		 "delivers: window"},
		{"name: shop\nkind: csv\nurl: https://a.example/\n"
		 "delivers: window\nrecords: a\nfields: {title: t}\n",
		 "shop.yaml:5:10: error: records is for json and xml"},
		{"name: shop\nkind: rss\nurl: https://a.example/\n"
		 "delivers: window\ncount: a\nseparator: tab\n",
		 "shop.yaml:6:12: error: separator is for csv"},
		{"name: shop\nkind: json\nurl: https://a.example/\n"
		 "delivers: window\nencoding: utf-8\ncolumns: [a]\n"
		 "fields: {title: t}\n",
		 "encoding is for csv"},
		{"name: shop\nkind: csv\nurl: https://a.example/\n"
		 "delivers: window\neach: a\nfields: {title: t}\n",
		 "each is for json and xml"},
		{"name: shop\nkind: csv\nurl: https://a.example/\n"
		 "delivers: window\nseparator: x\nfields: {title: t}\n",
		 "separator"},
		{"name: shop\nkind: json\nurl: https://a.example/\n"
		 "delivers: window\neach: a..b\nfields: {title: t}\n",
		 "each: an empty name"},
		{"name: shop\nkind: json\nurl: https://a.example/\n"
		 "delivers: window\nfields: {title: t, ref: ^.id}\n",
		 "a path with ^ needs each:, in \"ref\""},
		{"name: shop\nkind: json\nurl: https://a.example/\n"
		 "delivers: window\n",
		 "fields: is wanted for this kind"},
		{"name: shop\nkind: jsno\nurl: https://a.example/\n"
		 "delivers: window\nfields: {title: t}\n",
		 "json"},
		{"name: other\nkind: json\nurl: https://a.example/\n"
		 "delivers: window\nfields: {title: t}\n",
		 "name and the name of the file differ"},
		{"name: shop\nkind: xml\nurl: https://a.example/\n"
		 "delivers: window\nfields: {title: t}\n",
		 "records: is wanted for xml"},
		{"name: shop\nkind: json\nurl: http://127.0.0.1/x\n"
		 "delivers: window\nfields: {title: t}\n",
		 "needs allow_private: true"},
		{"name: shop\nkind: json\nurl: file:///etc/passwd\n"
		 "delivers: window\nfields: {title: t}\n",
		 "url"},
		{"name: shop\nkind: json\nurl: https://a.example/\n"
		 "delivers: window\nexpires_days: 0\nfields: {title: t}\n",
		 "would live for ever"},
		{"name: shop\nkind: json\nurl: https://a.example/\n"
		 "delivers: complete\nfields: {ref: id}\n",
		 "an offer needs a title"},
		{"name: shop\nkind: json\ndelivers: complete\n"
		 "fields: {title: id}\n",
		 "url"},
		{"name: shop\nkind: json\nurl: https://a.example/\n"
		 "fields: [title]\n",
		 "fields"},
		{"", "name"},
	};
	(void)state;
	check_bad(rows, ARRAY_LEN(rows));
}

#define EXEC "name: shop\nkind: exec\ndelivers: complete\n"

static void test_a_program_is_a_source(void **state)
{
	char *said;
	(void)state;
	json_t *v = read_text(EXEC "command: [/bin/sh, -c, \"\", \"a\\nb\"]\n"
				   "may_read: [/usr/share]\nnetwork: true\n",
			      "shop", "/", &said);
	assert_string_equal(said, "");
	assert_non_null(v);
	const json_t *command = json_object_get(v, "command");
	assert_int_equal(json_array_size(command), 4);
	assert_string_equal(json_string_value(json_array_get(command, 2)), "");
	assert_string_equal(json_string_value(json_array_get(command, 3)),
			    "a\nb");
	assert_int_equal(js_int(v, "timeout_s", 0), 120);
	assert_int_equal(js_int(v, "every_s", 0), 3600);
	assert_true(js_bool(v, "network", false));
	/* What means nothing to it is not there. */
	assert_null(json_object_get(v, "headers"));
	assert_null(json_object_get(v, "records"));
	json_decref(v);
	free(said);
	v = read_text(GOOD, "shop", "/", &said);
	assert_null(json_object_get(v, "timeout_s"));
	assert_null(json_object_get(v, "may_read"));
	json_decref(v);
	free(said);
}

static void test_mistakes_about_programs_are_named(void **state)
{
	static const struct bad rows[] = {
		{EXEC, "shop.yaml:1:1: error: missing key \"command\""},
		{EXEC "command:\n",
		 "shop.yaml:4:9: error: command must have a value"},
		{EXEC "command: []\n", "command"},
		{EXEC "command: /bin/sh\n", "shop.yaml:4:10: error:"},
		{EXEC "command: [sh]\n",
		 "shop.yaml:4:11: error: command: the program is an absolute"},
		{EXEC "command: [/bin/sh]\nlicence: {strip_withdrawn: [x]}\n",
		 "no field of an offer"},
		{EXEC "command: [/no/such]\n",
		 "shop.yaml:4:11: error: /no/such: No such file"},
		{EXEC "command: [/usr]\n", "/usr: not a file"},
		{EXEC "command: [/etc/passwd]\n",
		 "/etc/passwd: not to be executed (chmod +x)"},
		{EXEC "command: [/bin/sh]\nurl: https://a.example/\n",
		 "shop.yaml:5:6: error: not for kind exec, whose"},
		{EXEC "command: [/bin/sh]\nrecords: a\n",
		 "shop.yaml:5:10: error: not for kind exec"},
		{EXEC "command: [/bin/sh]\nfields: {title: t}\n",
		 "shop.yaml:5:9: error: not for kind exec"},
		{EXEC "command: [/bin/sh]\nheaders: {a: b}\n",
		 "shop.yaml:5:1: error: unknown key \"headers\""},
		{EXEC "command: [/bin/sh]\nmay_read: [data]\n",
		 "shop.yaml:5:12: error: data: an absolute path is wanted"},
		{EXEC "command: [/bin/sh]\ntimeout_s: 3601\n",
		 "shop.yaml:5:12: error:"},
		{EXEC "command: [/bin/sh]\nnetwork: lan\n",
		 "shop.yaml:5:10: error:"},
		{GOOD "command: [/bin/sh]\n", "unknown key \"command\""},
		{GOOD "network: true\n", "unknown key \"network\""},
	};
	(void)state;
	check_bad(rows, ARRAY_LEN(rows));
}

static void test_a_program_that_others_may_write_is_refused(void **state)
{
	char path[] = "/tmp/etrier-program-XXXXXX", *said;
	int fd = mkstemp(path);
	(void)state;
	assert_true(fd >= 0);
	close(fd);
	char *text = mem_printf(EXEC "command: [%s]\n", path);
	assert_int_equal(chmod(path, 0720 | S_IXUSR), 0);
	assert_null(read_text(text, "shop", "/", &said));
	assert_non_null(strstr(said, "others may write to it (chmod go-w)"));
	free(said);
	assert_int_equal(chmod(path, 0700), 0);
	json_t *v = read_text(text, "shop", "/", &said);
	assert_non_null(v);
	json_decref(v);
	free(said);
	free(text);
	unlink(path);
}

static void test_all_mistakes_are_reported_in_one_run(void **state)
{
	char *said;
	size_t n = 0;
	(void)state;
	json_t *v = read_text("name: Shop!\nkind: csv\nurl: ftp://x\n"
			      "every: now\ndelivers: some\nfields:\n"
			      "  titel: a\n  kind: {path: p, values: {x: y}}\n",
			      "shop", "/", &said);
	assert_null(v);
	for (const char *p = said; (p = strchr(p, '\n')); p++)
		n++;
	assert_true(n >= 8);
	free(said);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	assert_int_equal(chmod(path, mode), 0);
}

static void test_a_secret_comes_from_a_closed_file_and_is_not_shown(
	void **state)
{
	char dir[] = "/tmp/etrier-source-XXXXXX";
	char *said;
	(void)state;
	assert_non_null(mkdtemp(dir));
	char *key = mem_printf("%s/key", dir);
	write_file(key, "Bearer not-a-real-key\n", 0600);
	json_t *v = read_text(GOOD "secret_headers: {authorization: key}\n",
			      "shop", dir, &said);
	assert_string_equal(said, "");
	assert_string_equal(js_str(json_object_get(v, "secret_headers"),
				   "authorization", ""),
			    "Bearer not-a-real-key");
	json_t *shown = source_public(v);
	assert_string_equal(js_str(json_object_get(shown, "secret_headers"),
				   "authorization", ""),
			    "(set)");
	json_decref(shown);
	json_decref(v);
	free(said);
	write_file(key, "Bearer not-a-real-key\n", 0604);
	assert_null(read_text(GOOD "secret_headers: {authorization: key}\n",
			      "shop", dir, &said));
	assert_non_null(strstr(said, "others may read the secret"));
	free(said);
	write_file(key, "one\nX-Other: two\n", 0600);
	assert_null(read_text(GOOD "secret_headers: {authorization: key}\n",
			      "shop", dir, &said));
	assert_non_null(strstr(said, "one line of text"));
	free(said);
	unlink(key);
	rmdir(dir);
	free(key);
}

static void read_shipped(const char *pattern, size_t at_least)
{
	glob_t g;
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	assert_true(g.gl_pathc >= at_least);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct arena a;
		struct diags d;
		char name[60];
		arena_init(&a);
		diags_init(&d);
		assert_true(str_copy(name, sizeof(name),
				     strrchr(g.gl_pathv[i], '/') + 1));
		name[strlen(name) - strlen(".yaml")] = '\0';
		struct ynode *root = ynode_load(&a, g.gl_pathv[i], &d);
		json_t *v = root ? source_read(root, name, "/", &d) : NULL;
		diags_print(&d, stderr);
		if (!v || d.n)
			fail_msg("%s is not clean", g.gl_pathv[i]);
		json_decref(v);
		diags_clear(&d);
		arena_clear(&a);
	}
	globfree(&g);
}

static void test_the_files_we_ship_have_no_mistake(void **state)
{
	(void)state;
	read_shipped(SOURCE_DIR "/conf/sources.d/examples/*.yaml", 10);
	read_shipped(SOURCE_DIR "/conf/demo/sources.d/*.yaml", 3);
}

static void test_every_field_has_one_name_and_finds_itself(void **state)
{
	(void)state;
	for (int i = 0; i < SOURCE_F_EXPOSURE; i++) {
		const struct source_field_row *r = source_field_row((size_t)i);
		assert_non_null(r->name);
		assert_non_null(r->help);
		assert_int_equal(source_field_find(r->name), i);
	}
	assert_int_equal(source_field_find("exposure.loads"),
			 SOURCE_F_EXPOSURE + EXPOSURE_LOADS);
	assert_int_equal(source_field_find("access.lift"),
			 SOURCE_F_ACCESS + ACCESS_LIFT);
	assert_int_equal(source_field_find("exposure."), -1);
	assert_int_equal(source_field_find("nonsense"), -1);
	assert_null(source_field_row(SOURCE_F_EXPOSURE + 2));
}

/* The kinds with names of their own. */
static void test_default_fields_stand_below_those_of_the_file(void **state)
{
	static const char *const kinds[] = {"rss", "jsonld"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char *said;
		char *text = mem_printf("name: shop\nkind: %s\nurl: "
					"https://a.example/\ndelivers: "
					"window\nfields:\n  title: mine\n",
					kinds[i]);
		json_t *v = read_text(text, "shop", "/", &said);
		assert_non_null(v);
		assert_string_equal(said, "");
		const json_t *fields = json_object_get(v, "fields");
		const json_t *title = json_object_get(fields, "title");
		assert_string_equal(
			json_string_value(json_array_get(
				json_object_get(title, "paths"), 0)),
			"mine");
		assert_non_null(json_object_get(fields, "description"));
		json_decref(v);
		free(text);
		free(said);
	}
}

/* The map of a kind, written down as a person would, has no mistake. */
static void test_default_fields_would_pass_the_check(void **state)
{
	static const char *const kinds[] = {"rss", "jsonld"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		json_t *all = source_default_fields(kinds[i]);
		/* a text between two others: no words to check */
		json_object_del(json_object_get(all, "description"), "join");
		struct buf b;
		char *said;
		buf_init(&b, 1 << 20);
		buf_adds(&b, "name: shop\nkind: json\nurl: https://a.example/"
			     "\ndelivers: window\nfields: ");
		js_write(all, &b);
		json_t *v = read_text(b.data, "shop", "/", &said);
		if (!v || *said)
			fail_msg("%s: %s", kinds[i], said);
		assert_true(json_equal(json_object_get(v, "fields"), all));
		json_decref(v);
		json_decref(all);
		buf_clear(&b);
		free(said);
	}
	assert_null(source_default_fields("csv"));
}

/* The manual names every key and every field. */
static void test_the_manual_is_complete(void **state)
{
	struct arena a;
	struct diags d;
	struct buf b;
	FILE *f = fopen(SOURCE_DIR "/man/etrier-sources.5", "r");
	char chunk[4096];
	(void)state;
	assert_non_null(f);
	arena_init(&a);
	diags_init(&d);
	buf_init(&b, 1 << 20);
	for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f));)
		buf_add(&b, chunk, n);
	fclose(f);
	for (const struct schema *s = source_schema; s->key; s++)
		if (!strstr(b.data, arena_printf(&a, "\n.B %s\n", s->key)))
			fail_msg("key not in the manual: %s", s->key);
	for (const struct schema *x = source_exec_rows; x->key; x++)
		if (!strstr(b.data, arena_printf(&a, "\n.B %s\n", x->key)))
			fail_msg("key not in the manual: %s", x->key);
	for (size_t i = 0; source_field_row(i); i++)
		if (!strstr(b.data, source_field_row(i)->name))
			fail_msg("field not in the manual: %s",
				 source_field_row(i)->name);
	buf_clear(&b);
	diags_clear(&d);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_good_file_gives_the_object_with_defaults),
		cmocka_unit_test(
			test_the_map_hash_follows_what_decides_the_offers),
		cmocka_unit_test(test_a_licence_comes_as_the_engine_reads_it),
		cmocka_unit_test(test_mistakes_are_named_with_place_and_remedy),
		cmocka_unit_test(test_whole_files_that_cannot_work_are_refused),
		cmocka_unit_test(test_a_program_is_a_source),
		cmocka_unit_test(test_mistakes_about_programs_are_named),
		cmocka_unit_test(
			test_a_program_that_others_may_write_is_refused),
		cmocka_unit_test(test_all_mistakes_are_reported_in_one_run),
		cmocka_unit_test(
			test_a_secret_comes_from_a_closed_file_and_is_not_shown),
		cmocka_unit_test(test_the_files_we_ship_have_no_mistake),
		cmocka_unit_test(
			test_every_field_has_one_name_and_finds_itself),
		cmocka_unit_test(
			test_default_fields_stand_below_those_of_the_file),
		cmocka_unit_test(test_default_fields_would_pass_the_check),
		cmocka_unit_test(test_the_manual_is_complete),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
