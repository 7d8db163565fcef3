/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON values, and the elements of one array out of a stream: the same
 * whatever the sizes of the feeds, one bad element costing one. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- values ---- */

static void a_value_is_read_strictly(void **state)
{
	(void)state;
	static const struct {
		const char *s, *want; /* NULL: refused */
	} cases[] = {
		{"{\"a\":1,\"b\":[true,null,\"\\u00e9\"]}",
		 "{\"a\":1,\"b\":[true,null,\"é\"]}"},
		{"\xEF\xBB\xBF {\"a\":1}", "{\"a\":1}"},
		{"7", "7"},
		{"\"x\"", "\"x\""},
		{"1.5", "1.5"},
		{"9223372036854775807", "9223372036854775807"},
		{"[1,18446744073709551616,\"18446744073709551616\"]",
		 "[1,1.84467440737096e19,\"18446744073709551616\"]"},
		{"{\"n\":-9223372036854775808}",
		 "{\"n\":-9223372036854775808}"},
		{"{\"q\":\"\\\"18446744073709551616\",\"n\":99999999999999999999}",
		 "{\"q\":\"\\\"18446744073709551616\",\"n\":1e20}"},
		{"{\"caf\\u00e9\":[1,-0,0,-5, 1.25 ,[ ],{ }],\"\":\"\\\"\\\\\\/"
		 "\\b\\f\\n\\r\\t\\u001f\\u20AC\"}",
		 "{\"café\":[1,0,0,-5,1.25,[],{}],\"\":\"\\\"\\\\/"
		 "\\b\\f\\n\\r\\t\\u001F€\"}"},
		{"\"\\ud83d\\ude00\"", "\"😀\""},
		{"[999999999999999999,-999999999999999999,1000000000000000000]",
		 "[999999999999999999,-999999999999999999,1000000000000000000]"},
		{"", NULL},
		{"\"a\\n\n\"", NULL},
		{"[1 2]", NULL},
		{"[-]", NULL},
		{"[tru]", NULL},
		{"\"\\u12\"", NULL},
		{"\"\\x\"", NULL},
		{"{\"a\":1,\"a\":2}", NULL},
		{"{\"a\":1} x", NULL},
		{"{\"a\":01}", NULL},
		{"[1,]", NULL},
		{"[1e999]", NULL},
		{"[18446744073709551616,1e999]", NULL},
		{"\"\\ud800\"", NULL},
		{"\"\\u0000\"", NULL},
		{"\"\xE9\"", NULL},
		{"\"a\nb\"", NULL},
		{"{'a':1}", NULL},
		{"\xEF\xBB\xBF\xEF\xBB\xBF{}", NULL},
		{"\"unterminated\\", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct buf out;
		buf_init(&out, 4096);
		json_t *v = js_parse(cases[i].s, strlen(cases[i].s), &err);
		if (!v != !cases[i].want)
			fail_msg("%s: %s", cases[i].s, err.text);
		if (v) {
			js_write(v, &out);
			assert_string_equal(out.data, cases[i].want);
		} else {
			assert_int_equal(err.kind, ERR_INPUT);
			assert_non_null(strstr(err.text, "line 1, column"));
		}
		json_decref(v);
		buf_clear(&out);
	}
}

static void an_error_says_where_and_does_not_quote(void **state)
{
	(void)state;
	struct err err = {0};
	const char *s = "{\n  \"prenom\": \"Lina\",\n  \"x\": Lina\n}";
	assert_null(js_parse(s, strlen(s), &err));
	assert_non_null(strstr(err.text, "line 3, column "));
	assert_null(strstr(err.text, "Lina"));
}

static char *nested(size_t levels)
{
	char *s = mem_alloc(levels * 2 + 1);
	memset(s, '[', levels);
	memset(s + levels, ']', levels);
	return s;
}

static void depth_is_limited_before_parsing(void **state)
{
	(void)state;
	static const struct {
		size_t levels;
		bool ok;
	} cases[] = {{1, true},
		     {JS_DEPTH_MAX, true},
		     {JS_DEPTH_MAX + 1, false},
		     {100000, false}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		char *s = nested(cases[i].levels);
		json_t *v = js_parse(s, strlen(s), &err);
		assert_int_equal(v != NULL, cases[i].ok);
		json_decref(v);
		free(s);
	}
	const char *in_a_string =
		"[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[\"]";
	json_t *v = js_parse(in_a_string, strlen(in_a_string), NULL);
	assert_non_null(v);
	json_decref(v);
}

static void look_ups_forgive(void **state)
{
	(void)state;
	json_t *v =
		json_pack("{s:s,s:i,s:b,s:n}", "s", "x", "i", 7, "b", 1, "n");
	assert_string_equal(js_str(v, "s", "?"), "x");
	assert_string_equal(js_str(v, "i", "?"), "?");
	assert_string_equal(js_str(v, "none", "?"), "?");
	assert_null(js_str(NULL, "s", NULL));
	assert_int_equal(js_int(v, "i", -1), 7);
	assert_int_equal(js_int(v, "s", -1), -1);
	assert_int_equal(js_int(NULL, "i", -1), -1);
	assert_true(js_bool(v, "b", false));
	assert_true(js_bool(v, "n", true));
	assert_false(js_bool(v, "i", false));
	js_put_str(v, "absent", NULL);
	js_put_str(v, "there", "y");
	js_put_int(v, "zero", 0, 0);
	js_put_int(v, "one", 1, 0);
	assert_null(json_object_get(v, "absent"));
	assert_null(json_object_get(v, "zero"));
	assert_string_equal(js_str(v, "there", "?"), "y");
	assert_int_equal(js_int(v, "one", -1), 1);
	json_decref(v);
}

/* ---- streams ---- */

/* What the callback saw: elements one a line, an error as "!". */
struct seen {
	struct buf lines;
	int stop_after; /* 0: never */
	int n;
};

static int on_element(void *ctx, const struct jnode *element,
		      const struct err *err)
{
	struct seen *seen = ctx;
	assert_true(!element == (err != NULL));
	json_t *tree = element ? jnode_to_json(element) : NULL;
	if (tree)
		js_write(tree, &seen->lines);
	else
		buf_adds(&seen->lines, err->kind == ERR_LIMIT ? "!!" : "!");
	json_decref(tree);
	buf_addc(&seen->lines, '\n');
	return ++seen->n == seen->stop_after ? -1 : 0;
}

static const struct js_split_limits limits = {.max_element = 64,
					      .max_elements = 5};

/* Feed in pieces of `step` bytes, each piece in memory of its own so that a
 * byte read too far is seen. Adds the outcome as the last line. */
static void run(const char *path, const char *doc, size_t n, size_t step,
		struct seen *seen, struct err *err)
{
	struct arena a;
	arena_init(&a);
	struct js_split *s = js_split_new(path, &limits, &a, on_element, seen);
	js_split_watch(s, "count");
	js_split_watch(s, "meta.total");
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i += step) {
		size_t k = n - i < step ? n - i : step;
		char *piece = mem_dup_n(doc + i, k);
		rc = js_split_feed(s, piece, k, err);
		free(piece);
	}
	/* Once broken it stays so. */
	if (rc)
		assert_int_equal(js_split_feed(s, " ", 1, NULL), -1);
	int end = js_split_end(s, err);
	if (rc)
		assert_int_equal(end, -1);
	const char *count = js_split_watched(s, "count");
	const char *total = js_split_watched(s, "meta.total");
	if (count)
		buf_printf(&seen->lines, "count=%s\n", count);
	if (total)
		buf_printf(&seen->lines, "total=%s\n", total);
	assert_null(js_split_watched(s, "never"));
	buf_adds(&seen->lines, end ? "broken" : "ok");
	js_split_free(s);
	arena_clear(&a);
}

struct stream {
	const char *path, *doc, *want;
};

static void check_streams(const struct stream *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(cases[i].doc);
		for (size_t step = 1; step <= len + 1; step++) {
			struct seen seen = {0};
			struct err err = {0};
			buf_init(&seen.lines, 1 << 20);
			run(cases[i].path, cases[i].doc, len, step, &seen,
			    &err);
			if (strcmp(seen.lines.data, cases[i].want) != 0)
				fail_msg("%s in steps of %zu:\n%s\n%s",
					 cases[i].doc, step, seen.lines.data,
					 err.text);
			buf_clear(&seen.lines);
		}
	}
}

static void elements_are_found_whatever_the_feeds(void **state)
{
	(void)state;
	static const struct stream cases[] = {
		{"", "[1,\"a\",{\"b\":[2]},[3],null]",
		 "1\n\"a\"\n{\"b\":[2]}\n[3]\nnull\nok"},
		{"", "[]", "ok"},
		{"", " [ ] ", "ok"},
		{"", "\xEF\xBB\xBF[1]", "1\nok"},
		{"", "{\"a\":[1,2],\"s\":\"},{\"}",
		 "{\"a\":[1,2],\"s\":\"},{\"}\nok"},
		{"", "{}", "{}\nok"},
		{"offers", "{\"offers\":[{\"t\":\"été – 😀\"}]}",
		 "{\"t\":\"été – 😀\"}\nok"},
		{"data.offers",
		 "{\"offers\":[0],\"data\":{\"x\":{\"offers\":[0]},"
		 "\"offers\":[1 , 2]},\"z\":[[[0]]]}",
		 "1\n2\nok"},
		{"a",
		 "{\"b\":\"\\\\\",\"c\":\"\\\\\\\"[\",\"a\":[\"\\\\\\\"]\"]}",
		 "\"\\\\\\\"]\"\nok"},
		{"a.b", "{\"\\u0061\":{\"\\u0062\":[1]}}", "1\nok"},
		{"a",
		 "{\"count\":12,\"meta\":{\"total\":\"9\\u0031\"},"
		 "\"a\":[{\"count\":13}]}",
		 "{\"count\":13}\ncount=12\ntotal=91\nok"},
		{"a", "{\"a\":[],\"count\" : -1.5e3 }", "count=-1.5e3\nok"},
		{"a", "{\"l\":[{\"meta\":{\"total\":3}}],\"a\":[1]}", "1\nok"},
		{"a", "{\"x\":{\"a\":[0]},\"y\":[{\"a\":[0]}],\"a\":[1]}",
		 "1\nok"},
	};
	check_streams(cases, ARRAY_LEN(cases));
}

static void a_bad_element_costs_one(void **state)
{
	(void)state;
	static const struct stream cases[] = {
		{"", "[1,{\"a\":},2]", "1\n!\n2\nok"},
		{"", "[1,{\"a\":1,\"a\":2},2]", "1\n!\n2\nok"},
		{"", "[1,tru,2]", "1\n!\n2\nok"},
		{"", "[1,\"\\ud800\",2]", "1\n!\n2\nok"},
		{"", "[1,\"\xE9\",2]", "1\n!\n2\nok"},
		{"", "[{} {},2]", "!\n2\nok"},
		{"", "[1,,2]", "1\n!\n2\nok"},
		{"", "[1,]", "1\n!\nok"},
		{"", "[,1]", "!\n1\nok"},
		{"",
		 "[1,\"0123456789012345678901234567890123456789"
		 "0123456789012345678901234567890123456789\",2]",
		 "1\n!!\n2\nok"},
		{"",
		 "[\"01234567890123456789012345678901234567890123456789"
		 "012345678901\",2]",
		 "\"01234567890123456789012345678901234567890123456789"
		 "012345678901\"\n2\nok"},
		{"",
		 "[\"01234567890123456789012345678901234567890123456789"
		 "0123456789012\",2]",
		 "!!\n2\nok"},
	};
	check_streams(cases, ARRAY_LEN(cases));
}

static void a_broken_document_is_said_to_be(void **state)
{
	(void)state;
	static const struct stream cases[] = {
		{"", "", "broken"},
		{"", "[1,2", "1\nbroken"},
		{"", "[1,\"2]", "1\nbroken"},
		{"a", "{\"a\":[1]", "1\nbroken"},
		{"a", "{\"a\":[1],", "1\nbroken"},
		{"", "[1]]", "1\nbroken"},
		{"", "[1]x", "1\nbroken"},
		{"", "[{\"a\":[}]", "broken"},
		{"", "[1}", "broken"},
		{"a", "{\"b\":[}],\"a\":[1]}", "broken"},
		{"", "<html>", "broken"},
		{"", "7", "broken"},
		{"", "\xEF\xBB[1]", "broken"},
		{"", "\xEF\xBB\xBF", "broken"},
		{"a", "{\"b\":[1]}", "broken"},
		{"a", "{\"a\":null}", "broken"},
		{"a", "{\"a\":{}}", "broken"},
		{"a", "[1]", "broken"},
		{"a", "{\"a\":[1],\"a\":[2]}", "1\nbroken"},
		{"a", "{\"b\" 1,\"a\":[1]}", "broken"},
		{"a", "{\"b\":1 \"a\":[1]}", "broken"},
		{"a", "{\"b\":1,}", "broken"},
		{"a", "{,\"b\":1}", "broken"},
		{"a", "{\"b\":,\"a\":[1]}", "broken"},
		{"a", "{\"b\":tru,\"a\":[1]}", "broken"},
		{"a", "{b:1,\"a\":[1]}", "broken"},
		{"a", "{\"b\":1]", "broken"},
		{"", "[1,2,3,4,5,6]", "1\n2\n3\n4\n5\nbroken"},
		{"a", "{\"a\":[1],\"count\":[", "1\nbroken"},
	};
	check_streams(cases, ARRAY_LEN(cases));
}

static void errors_name_the_byte_the_element_and_the_array(void **state)
{
	(void)state;
	static const struct {
		const char *path, *doc, *text;
	} cases[] = {
		{"", "[1}", "byte 2: "},
		{"a.b", "{\"a\":{}}", "no array \"a.b\""},
		{"", "[1,2", "cut at byte 4"},
		{"", "[1,2,3,4,5,6]", "more than 5 elements"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct seen seen = {0};
		struct err err = {0};
		buf_init(&seen.lines, 4096);
		run(cases[i].path, cases[i].doc, strlen(cases[i].doc), 100,
		    &seen, &err);
		if (!strstr(err.text, cases[i].text))
			fail_msg("%s: %s", cases[i].doc, err.text);
		buf_clear(&seen.lines);
	}
}

static void deep_nesting_is_refused_in_elements_and_beside_them(void **state)
{
	(void)state;
	static const char *const heads[] = {"[", "{\"x\":", "{\"a\":", ""};
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		struct seen seen = {0};
		struct err err = {0};
		buf_init(&seen.lines, 4096);
		char *deep = nested(100000);
		char *doc = mem_printf("%s%s", heads[i], deep);
		run("a", doc, strlen(doc), 1 << 14, &seen, &err);
		assert_string_equal(seen.lines.data, "broken");
		assert_non_null(strstr(err.text, "too deep"));
		free(doc);
		free(deep);
		buf_clear(&seen.lines);
	}
}

static void the_reader_may_stop(void **state)
{
	(void)state;
	struct seen seen = {.stop_after = 2};
	struct err err = {0};
	buf_init(&seen.lines, 4096);
	run("", "[1,2,3]", 7, 7, &seen, &err);
	assert_string_equal(seen.lines.data, "1\n2\nbroken");
	assert_int_equal(err.kind, ERR_LIMIT);
	buf_clear(&seen.lines);
}

static int count_one(void *ctx, const struct jnode *element,
		     const struct err *err)
{
	if (!element)
		fail_msg("%s", err->text);
	(*(int *)ctx)++;
	return 0;
}

static void the_real_feeds_split_the_same_in_any_feeds(void **state)
{
	(void)state;
	static const struct {
		const char *file, *path;
	} cases[] = {
		{"ft-offresv2-search-itou.json", "resultats"},
		{"ft-offresv2-search-interim-2024.json", "resultats"},
		{"lba-v3-jobs-search.json", "jobs"},
		{"1j1s-etl-stagefr-compresse.json", ""},
		{"lba-decathlon-digitalrecruiters.json", "ads"},
	};
	static const struct js_split_limits wide = {.max_element = 1 << 20,
						    .max_elements = 10000};
	static const size_t steps[] = {1, 2, 3, 7, 4096, 1 << 20};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *name = mem_printf("%s/samples/feeds/%s", SHARED_DIR,
					cases[i].file);
		FILE *f = fopen(name, "rb");
		free(name);
		if (!f) {
			print_message("SKIP: no %s here\n", cases[i].file);
			continue;
		}
		char *bytes = mem_alloc(1 << 20);
		size_t n = fread(bytes, 1, 1 << 20, f);
		fclose(f);
		int first = -1;
		for (size_t k = 0; k < ARRAY_LEN(steps); k++) {
			int count = 0;
			struct err err = {0};
			struct arena a;
			arena_init(&a);
			struct js_split *s = js_split_new(
				cases[i].path, &wide, &a, count_one, &count);
			int rc = 0;
			for (size_t at = 0; at < n && !rc; at += steps[k])
				rc = js_split_feed(s, bytes + at,
						   n - at < steps[k] ? n - at
								     : steps[k],
						   &err);
			if (rc || js_split_end(s, &err))
				fail_msg("%s: %s", cases[i].file, err.text);
			if (first < 0)
				first = count;
			assert_int_equal(count, first);
			js_split_free(s);
			arena_clear(&a);
		}
		if (first < 1)
			fail_msg("%s: no element", cases[i].file);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_read_strictly),
		cmocka_unit_test(an_error_says_where_and_does_not_quote),
		cmocka_unit_test(depth_is_limited_before_parsing),
		cmocka_unit_test(look_ups_forgive),
		cmocka_unit_test(elements_are_found_whatever_the_feeds),
		cmocka_unit_test(a_bad_element_costs_one),
		cmocka_unit_test(a_broken_document_is_said_to_be),
		cmocka_unit_test(
			errors_name_the_byte_the_element_and_the_array),
		cmocka_unit_test(
			deep_nesting_is_refused_in_elements_and_beside_them),
		cmocka_unit_test(the_reader_may_stop),
		cmocka_unit_test(the_real_feeds_split_the_same_in_any_feeds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
