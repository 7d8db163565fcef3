/* SPDX-License-Identifier: EUPL-1.2 */
/* Trees against a table of every type: values, defaults, the words of each
 * refusal, and that one reading finds all mistakes. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/schema.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_even(const struct ynode *n, const json_t *v, struct diags *d)
{
	if (json_integer_value(v) % 2)
		diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
			 "must be even");
}

static const char *const engines[] = {"auto", "libesmtp", "curl", NULL};
static const struct schema weight = {
	.type = SCHEMA_DECIMAL, .min = 0, .max = 1000};
static const struct schema person_rows[] = {
	{.key = "kind",
	 .type = SCHEMA_WORD,
	 .flags = SCHEMA_REQUIRED,
	 .words = (const char *const[]){"ml", "cfa", NULL}},
	{.key = "agency", .type = SCHEMA_STR, .min = 1, .max = 20},
	{0}};
static const struct schema person = {.type = SCHEMA_MAP, .rows = person_rows};
static const struct schema group_rows[] = {
	{.key = "port",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 65535,
	 .fallback = "25"},
	{.key = "even", .type = SCHEMA_INT, .check = check_even},
	{.key = "delay", .type = SCHEMA_INT, .min = 0, .max = 60, .unit = "s"},
	{.key = "share", .type = SCHEMA_DECIMAL, .min = 0, .max = 1000},
	{.key = "on", .type = SCHEMA_BOOL, .fallback = "false"},
	{.key = "lift", .type = SCHEMA_TRI, .fallback = "unknown"},
	{.key = "engine",
	 .type = SCHEMA_WORD,
	 .words = engines,
	 .fallback = "auto"},
	{.key = "from", .type = SCHEMA_TIME, .fallback = "\"08:30\""},
	{.key = "since", .type = SCHEMA_DATE},
	{.key = "folder", .type = SCHEMA_PATH, .fallback = "mail"},
	{.key = "key_file", .type = SCHEMA_SECRET},
	{.key = "url", .type = SCHEMA_URL},
	{.key = "name",
	 .type = SCHEMA_STR,
	 .min = 2,
	 .max = 8,
	 .flags = SCHEMA_RESTART},
	{.key = "prose", .type = SCHEMA_STR, .flags = SCHEMA_LINES},
	{.key = "weights", .type = SCHEMA_LIST, .item = &weight, .max = 3},
	{.key = "tags",
	 .type = SCHEMA_LIST,
	 .item = &(const struct schema){.type = SCHEMA_STR},
	 .fallback = "[a, b]"},
	{0}};
static const struct schema rows[] = {
	{.key = "g", .type = SCHEMA_MAP, .rows = group_rows},
	{.key = "people", .type = SCHEMA_NAMED, .item = &person},
	{.key = "crowd", .type = SCHEMA_LIST, .item = &person},
	{.key = "free", .type = SCHEMA_ANY},
	{0}};

struct run {
	struct arena arena;
	struct diags diags;
	json_t *value;
	char *told;
};

static void run_init(struct run *r, const char *yaml)
{
	arena_init(&r->arena);
	diags_init(&r->diags);
	struct ynode *n = ynode_parse_partly(&r->arena, "t", yaml, strlen(yaml),
					     &r->diags);
	r->value = n ? schema_read(rows, n, "/etc/e", &r->diags) : NULL;
	size_t size;
	FILE *out = open_memstream(&r->told, &size);
	diags_print(&r->diags, out);
	fclose(out);
}

static void run_clear(struct run *r)
{
	json_decref(r->value);
	free(r->told);
	arena_clear(&r->arena);
	diags_clear(&r->diags);
}

/* g.KEY: TEXT is read as this JSON. */
static void reads_values_as_documented(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *key, *json;
	} cases[] = {
		{"port: 2525", "port", "2525"},
		{"port: ", "port", "25"},
		{"port: ~", "port", "25"},
		{"even: -4", "even", "-4"},
		{"share: 0.35", "share", "350"},
		{"share: 1", "share", "1000"},
		{"share: 0.125", "share", "125"},
		{"on: true", "on", "true"},
		{"lift: \"yes\"", "lift", "\"yes\""},
		{"lift: no", "lift", "\"no\""},
		{"engine: curl", "engine", "\"curl\""},
		{"from: \"21:05\"", "from", "1265"},
		{"from: '24:00'", "from", "1440"},
		{"since: 2026-11-23", "since", "\"2026-11-23\""},
		{"folder: a/b", "folder", "\"/etc/e/a/b\""},
		{"folder: ../x", "folder", "\"/etc/x\""},
		{"folder: /srv//m/./n/", "folder", "\"/srv/m/n\""},
		{"folder: /", "folder", "\"/\""},
		{"folder: ../../../..", "folder", "\"/\""},
		{"key_file: mail-password", "key_file", "\"mail-password\""},
		{"key_file: k/p", "key_file", "\"/etc/e/k/p\""},
		{"url: https://o.exemple.example/x?a=b", "url",
		 "\"https://o.exemple.example/x?a=b\""},
		{"url: http://[::1]:8080/", "url", "\"http://[::1]:8080/\""},
		{"name: \"é\"", "name", "\"é\""},
		{"name: 1234", "name", "\"1234\""},
		{"prose: |\n    un\n    deux\n", "prose", "\"un\\ndeux\""},
		{"weights: [0.5, 1]", "weights", "[500,1000]"},
		{"weights: []", "weights", "[]"},
		{"tags: [x]", "tags", "[\"x\"]"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run r;
		char *yaml = mem_printf("g:\n  %s\n", cases[i].yaml);
		run_init(&r, yaml);
		assert_string_equal(r.told, "");
		json_t *v = json_object_get(json_object_get(r.value, "g"),
					    cases[i].key);
		char *json = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_non_null(json);
		assert_string_equal(json, cases[i].json);
		free(json);
		free(yaml);
		run_clear(&r);
	}
}

static void an_empty_file_gives_every_default(void **state)
{
	(void)state;
	static const char *const cases[] = {"", "g:\n", "g: {}\n"};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run r;
		run_init(&r, cases[i]);
		assert_string_equal(r.told, "");
		char *json = json_dumps(r.value, JSON_COMPACT);
		assert_string_equal(
			json, "{\"g\":{\"port\":25,\"on\":false,\"lift\":"
			      "\"unknown\",\"engine\":\"auto\",\"from\":510,"
			      "\"folder\":\"/etc/e/mail\","
			      "\"tags\":[\"a\",\"b\"]}}");
		free(json);
		run_clear(&r);
	}
}

/* g.KEY: TEXT is refused in these words (behind "t:2:COL: error: "). */
static void refuses_wrong_values_in_these_words(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *expected;
	} cases[] = {
		{"port: 70000", "g.port must be 1..65535, found 70000"},
		{"port: 0", "g.port must be 1..65535, found 0"},
		{"port: 99999999999999999999",
		 "g.port must be a whole number, found "
		 "\"99999999999999999999\""},
		{"port: 0x19", "g.port must be a whole number, found \"0x19\""},
		{"port: 010",
		 "g.port: a number does not begin with 0, found \"010\""},
		{"port: \"25\"", "g.port is a number: write 25 without quotes"},
		{"port: 2.5", "g.port must be a whole number, found \"2.5\""},
		{"port: [25]", "g.port must be a single value, found a list"},
		{"port: {a: 1}", "g.port must be a single value, found a map"},
		{"even: 3", "must be even"},
		{"delay: 30s",
		 "g.delay must be a whole number (in s), found \"30s\"; write 30"},
		{"delay: 61", "g.delay must be 0..60 (in s), found 61"},
		{"share: 0,3",
		 "g.share: the comma in \"0,3\" is wrong here: decimals take a "
		 "dot, write 0.3"},
		{"share: 0.1234", "g.share must be a number, found "
				  "\"0.1234\"; at most three decimals"},
		{"share: 1.001", "g.share must be 0..1, found 1.001"},
		{"share: nan", "g.share must be a number, found \"nan\""},
		{"on: yes",
		 "g.on must be true or false, found \"yes\": write true"},
		{"on: Off",
		 "g.on must be true or false, found \"Off\": write false"},
		{"on: \"true\"",
		 "g.on must be true or false, found \"true\": write true"},
		{"on: maybe", "g.on must be true or false, found \"maybe\""},
		{"lift: true", "g.lift must be yes, no or unknown, found "
			       "\"true\": write yes"},
		{"engine: libsmtp",
		 "g.engine cannot be \"libsmtp\" (did you mean \"libesmtp\"?); "
		 "allowed: auto libesmtp curl"},
		{"engine: CURL",
		 "g.engine cannot be \"CURL\" (did you mean \"curl\"?); "
		 "allowed: auto libesmtp curl"},
		{"engine: postfix", "g.engine cannot be \"postfix\"; allowed: "
				    "auto libesmtp curl"},
		{"from: 08:00",
		 "g.from: a time stands in quotes: write \"08:00\""},
		{"from: 8h30", "g.from must be a time from \"00:00\" to "
			       "\"24:00\", found \"8h30\": write \"08:30\""},
		{"from: \"8h\"", "g.from must be a time from \"00:00\" to "
				 "\"24:00\", found \"8h\": write \"08:00\""},
		{"from: \"25:00\"", "g.from must be a time from \"00:00\" to "
				    "\"24:00\", found \"25:00\""},
		{"since: 23/11/2026", "g.since must be a date like 2026-11-23, "
				      "found \"23/11/2026\": write 2026-11-23"},
		{"since: 2026-02-30", "g.since must be a date like 2026-11-23, "
				      "found \"2026-02-30\""},
		{"folder: \"\"", "g.folder must not be empty"},
		{"folder: ~/mail",
		 "g.folder takes no ~ and no $: write the path in full"},
		{"folder: \"a\\x07\"", "g.folder holds a control character"},
		{"key_file: ..", "g.key_file must be the name of a file"},
		{"url: ftp://x", "g.url must begin with https:// or http://"},
		{"url: \"https://\"", "g.url names no host"},
		{"url: \"https://u:p@x.example/\"",
		 "g.url must hold no user or password (use a secret file)"},
		{"url: \"https://x.example:99999/\"", "g.url has a wrong port"},
		{"url: \"https://x.example:/\"", "g.url has a wrong port"},
		{"url: \"https://[::1\"", "g.url names no host"},
		{"url: \"https://x y\"",
		 "g.url holds a character that no URL may hold"},
		{"name: a", "g.name must have 2 to 8 bytes, has 1"},
		{"name: \"\"", "g.name must not be empty"},
		{"name: \"a\\nb\"",
		 "g.name is one line, without control characters"},
		{"weights: 0.5",
		 "g.weights must be a list, found a single value: write "
		 "[0.5]"},
		{"weights: [1, 1, 1, 1]",
		 "g.weights must have 0 to 3 entries, has 4"},
		{"prot: 1",
		 "unknown key \"prot\" in g (did you mean \"port\"?); allowed: "
		 "port even delay share on lift engine from since folder "
		 "key_file url name prose weights tags"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run r;
		char *yaml = mem_printf("g:\n  %s\n", cases[i].yaml);
		run_init(&r, yaml);
		const char *text = strstr(r.told, "error: ");
		assert_non_null(text);
		char *expected = mem_printf("error: %s\n", cases[i].expected);
		assert_string_equal(text, expected);
		assert_true(str_starts(r.told, "t:2:"));
		assert_int_equal(r.diags.n_errors, 1);
		free(expected);
		free(yaml);
		run_clear(&r);
	}
}

static void names_and_lists_of_maps_are_checked_inside(void **state)
{
	(void)state;
	struct run r;
	run_init(&r, "people:\n"
		     "  ml93: {kind: ml, agency: A1}\n"
		     "  Ml94: {kind: ml}\n"
		     "  cfa: {agency: A1}\n"
		     "crowd:\n"
		     "  - {kind: mission}\n"
		     "  - {kind: ~}\n"
		     "  - x\n");
	assert_string_equal(
		r.told,
		"t:3:3: error: \"Ml94\" is no name for people: 1 to 40 of a-z "
		"0-9 _ -\n"
		"t:4:8: error: missing key \"kind\" in people.cfa: one of ml "
		"cfa, required\n"
		"t:6:12: error: crowd[1].kind cannot be \"mission\"; allowed: "
		"ml cfa\n"
		"t:7:12: error: crowd[2].kind must have a value: one of ml "
		"cfa, required\n"
		"t:8:5: error: crowd[3] must be a map (key: value), found a "
		"single value\n");
	const json_t *ml93 =
		json_object_get(json_object_get(r.value, "people"), "ml93");
	assert_string_equal(json_string_value(json_object_get(ml93, "agency")),
			    "A1");
	run_clear(&r);
}

static void one_reading_finds_every_mistake(void **state)
{
	(void)state;
	struct run r;
	run_init(&r, "g:\n"
		     "  port: x\n"
		     "  port: 26\n"
		     "  on: *alias\n"
		     "  prose: !!str t\n"
		     "  from: 08:00\n"
		     "gg: 1\n"
		     "people: [a]\n");
	assert_string_equal(
		r.told,
		"t:2:9: error: g.port must be a whole number, found \"x\"\n"
		"t:3:3: error: duplicate key \"port\"; the first is in line "
		"2\n"
		"t:4:7: error: aliases are not supported here: *alias\n"
		"t:5:10: error: tags are not supported here: "
		"tag:yaml.org,2002:str\n"
		"t:6:9: error: g.from: a time stands in quotes: write "
		"\"08:00\"\n"
		"t:7:1: error: unknown key \"gg\"; allowed: g people crowd "
		"free\n"
		"t:8:9: error: people must be a map (key: value), found a "
		"list\n");
	run_clear(&r);
	run_init(&r, "g: *refused\n");
	assert_int_equal(r.diags.n_errors, 1);
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(r.value, "g"), "port")),
			 25);
	run_clear(&r);
	run_init(&r, "[1, 2]\n");
	assert_string_equal(r.told, "t:1:1: error: the file must be a map "
				    "(key: value), found a list\n");
	run_clear(&r);
}

static void any_keeps_what_was_written(void **state)
{
	(void)state;
	struct run r;
	run_init(&r, "free:\n"
		     "  a: [1, -2, 0.5, \"3\", true, \"true\", ~, yes]\n"
		     "  b: {c: {d: x}}\n");
	assert_string_equal(r.told, "");
	char *json = json_dumps(json_object_get(r.value, "free"), JSON_COMPACT);
	assert_string_equal(json, "{\"a\":[1,-2,\"0.5\",\"3\",true,\"true\","
				  "null,\"yes\"],\"b\":{\"c\":{\"d\":\"x\"}}}");
	free(json);
	run_clear(&r);
}

static void collect(void *ctx, const char *path, const struct schema *row)
{
	char *what = schema_describe(row);
	fprintf(ctx, "%s|%s\n", path, what);
	free(what);
}

static void every_leaf_is_visited_and_described(void **state)
{
	(void)state;
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	schema_each(rows, collect, out);
	fclose(out);
	assert_string_equal(text,
			    "g.port|integer 1..65535, default 25\n"
			    "g.even|integer\n"
			    "g.delay|integer 0..60 s\n"
			    "g.share|decimal 0..1\n"
			    "g.on|true or false, default false\n"
			    "g.lift|yes, no or unknown, default unknown\n"
			    "g.engine|one of auto libesmtp curl, default auto\n"
			    "g.from|time, default \"08:30\"\n"
			    "g.since|date\n"
			    "g.folder|path, default mail\n"
			    "g.key_file|secret file\n"
			    "g.url|URL\n"
			    "g.name|text 2..8 bytes, needs a restart\n"
			    "g.prose|text\n"
			    "g.weights|list 0..3 entries\n"
			    "g.tags|list, default [a, b]\n"
			    "people.*.kind|one of ml cfa, required\n"
			    "people.*.agency|text 1..20 bytes\n"
			    "crowd[].kind|one of ml cfa, required\n"
			    "crowd[].agency|text 1..20 bytes\n"
			    "free|anything\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values_as_documented),
		cmocka_unit_test(an_empty_file_gives_every_default),
		cmocka_unit_test(refuses_wrong_values_in_these_words),
		cmocka_unit_test(names_and_lists_of_maps_are_checked_inside),
		cmocka_unit_test(one_reading_finds_every_mistake),
		cmocka_unit_test(any_keeps_what_was_written),
		cmocka_unit_test(every_leaf_is_visited_and_described),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
