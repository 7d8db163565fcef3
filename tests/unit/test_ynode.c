/* SPDX-License-Identifier: EUPL-1.2 */
/* YAML into a tree: places, what is refused and in which words, and that one
 * reading tells every mistake that leaves the structure readable. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/ynode.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	struct arena arena;
	struct diags diags;
};

static void fixture_init(struct fixture *f)
{
	arena_init(&f->arena);
	diags_init(&f->diags);
}

static void fixture_clear(struct fixture *f)
{
	arena_clear(&f->arena);
	diags_clear(&f->diags);
}

static struct ynode *parse(struct fixture *f, const char *text)
{
	return ynode_parse(&f->arena, "t.yaml", text, strlen(text), &f->diags);
}

/* Every line of the diagnostics, in order. */
static char *told(struct fixture *f)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	diags_print(&f->diags, out);
	fclose(out);
	return text;
}

static void every_value_knows_its_place(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f);
	struct ynode *n = parse(&f, "mail:\n"
				    "  host: \"é\"   # comment\n"
				    "  to: [a, b]\n"
				    "poids: {un: 1}\n");
	assert_non_null(n);
	assert_int_equal(n->kind, YNODE_MAP);
	assert_int_equal(n->n, 2);
	const struct ynode *mail = ynode_get(n, "mail");
	assert_int_equal(mail->line, 2);
	assert_int_equal(mail->col, 3);
	assert_string_equal(ynode_text(mail, "host"), "é");
	assert_false(ynode_get(mail, "host")->is_plain);
	assert_int_equal(ynode_get(mail, "host")->col, 9);
	const struct ynode *to = ynode_get(mail, "to");
	assert_int_equal(to->kind, YNODE_LIST);
	assert_int_equal(to->n, 2);
	assert_string_equal(to->kids[1].text, "b");
	assert_int_equal(to->kids[1].line, 3);
	assert_int_equal(to->kids[1].col, 11);
	assert_string_equal(mail->keys[1].text, "to");
	assert_int_equal(mail->keys[1].col, 3);
	assert_null(ynode_get(n, "nothing"));
	assert_null(ynode_text(n, "mail"));
	assert_string_equal(n->file, "t.yaml");
	fixture_clear(&f);
}

static void an_empty_file_is_an_empty_map(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",	 "\n\n",       "# only a comment\n",
		"---\n", "---\n...\n", "\xef\xbb\xbf",
		"~\n",	 "{}"};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		fixture_init(&f);
		struct ynode *n = parse(&f, cases[i]);
		assert_non_null(n);
		assert_int_equal(n->kind, YNODE_MAP);
		assert_int_equal(n->n, 0);
		fixture_clear(&f);
	}
}

static void byte_order_mark_and_crlf_do_not_move_places(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f);
	struct ynode *n = parse(&f, "\xef\xbb\xbf"
				    "a: 1\r\nb: 2\r\n");
	assert_non_null(n);
	assert_int_equal(n->keys[0].col, 1);
	assert_int_equal(n->keys[1].line, 2);
	assert_string_equal(ynode_text(n, "b"), "2");
	fixture_clear(&f);
}

static void null_is_plain_only(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f);
	struct ynode *n =
		parse(&f, "a:\nb: ~\nc: null\nd: \"\"\ne: \"null\"\nf: []\n");
	assert_non_null(n);
	static const bool expected[] = {true, true, true, false, false, false};
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		assert_int_equal(ynode_is_null(&n->kids[i]), expected[i]);
	fixture_clear(&f);
}

/* Refused, in these words; with the tree kept as far as it goes or not. */
static const struct {
	const char *yaml, *expected;
	bool leaves_a_tree;
} refusals[] = {
	{"a: 1\nb: 2\na: 3\n",
	 "t.yaml:3:1: error: duplicate key \"a\"; the first is in line 1\n",
	 true},
	{"a: &x 1\nb: *x\n",
	 "t.yaml:1:4: error: anchors are not supported here: &x\n"
	 "t.yaml:2:4: error: aliases are not supported here: *x\n",
	 true},
	{"a: &x [1]\nb: &y {c: 1}\n",
	 "t.yaml:1:4: error: anchors are not supported here: &x\n"
	 "t.yaml:2:4: error: anchors are not supported here: &y\n",
	 true},
	{"a: !!int 3\n",
	 "t.yaml:1:4: error: tags are not supported here: "
	 "tag:yaml.org,2002:int\n",
	 true},
	{"a: {b: 1}\nc:\n  <<: {d: 1}\n",
	 "t.yaml:3:3: error: merge keys (<<) are not supported here\n", true},
	{"[a, b]: 1\nc: 2\n",
	 "t.yaml:1:1: error: a key is a word, not a list or a map\n", true},
	{"? {a: 1}\n: 1\n",
	 "t.yaml:1:3: error: a key is a word, not a list or a map\n", true},
	{"*x : 1\n", "t.yaml:1:1: error: aliases are not supported here: *x\n",
	 true},
	{"\"\": 1\n", "t.yaml:1:1: error: an empty key\n", true},
	{"a: \"x\\0y\"\n", "t.yaml:1:4: error: a NUL character in a value\n",
	 true},
	{"a: 1\n---\nb: 2\n",
	 "t.yaml:2:1: error: a second document begins here; one file holds "
	 "one\n",
	 true},
	{"a:\n\tb: 1\n",
	 "t.yaml:2:1: error: found character that cannot start any token while "
	 "scanning for the next token (indent with blanks, not tabs; put texts "
	 "that begin with @ ` % in quotes)\n",
	 false},
	{"a: 1\nb: \"never\nclosed: 1\n",
	 "t.yaml:2:4: error: found unexpected end of stream while scanning a "
	 "quoted scalar (a quote or bracket opened here is never closed)\n",
	 false},
	{"a: b: c\n",
	 "t.yaml:1:5: error: mapping values are not allowed in this context "
	 "(wrong indentation, or a text with \": \" that wants quotes)\n",
	 false},
	{"a: 1\n  b: 2\n",
	 "t.yaml:2:4: error: mapping values are not allowed in this context "
	 "(wrong indentation, or a text with \": \" that wants quotes)\n",
	 false},
	{"a: caf\xe9 x\xe9\nb: \xe9t\xe9\nc: ok\n",
	 "t.yaml:1:7: error: byte 0xE9 is not UTF-8 (is the file Windows-1252? "
	 "save it as UTF-8)\n"
	 "t.yaml:2:4: error: byte 0xE9 is not UTF-8 (is the file Windows-1252? "
	 "save it as UTF-8)\n",
	 true},
	{"é: é\n# \x01\n",
	 "t.yaml:2:3: error: character U+0001 is not allowed in a text file\n",
	 true},
	{"# caf\xc3", /* cut inside a character */
	 "t.yaml:1:6: error: byte 0xC3 is not UTF-8 (is the file Windows-1252? "
	 "save it as UTF-8)\n",
	 true},
	{"\xff\xfe"
	 "a",
	 "t.yaml:1:1: error: UTF-16 text; save the file as UTF-8\n", false},
	/* all at once */
	{"a: &x 1\na: 2\nb: {c: *x, d: 1, d: 2}\ne: !t 1\n",
	 "t.yaml:1:4: error: anchors are not supported here: &x\n"
	 "t.yaml:2:1: error: duplicate key \"a\"; the first is in line 1\n"
	 "t.yaml:3:8: error: aliases are not supported here: *x\n"
	 "t.yaml:3:18: error: duplicate key \"d\"; the first is in line 3\n"
	 "t.yaml:4:4: error: tags are not supported here: !t\n",
	 true},
};

static void refuses_in_these_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct fixture f;
		fixture_init(&f);
		const char *yaml = refusals[i].yaml;
		assert_null(parse(&f, yaml));
		char *text = told(&f);
		assert_string_equal(text, refusals[i].expected);
		struct ynode *n = ynode_parse_partly(&f.arena, "t.yaml", yaml,
						     strlen(yaml), &f.diags);
		assert_int_equal(n != NULL, refusals[i].leaves_a_tree);
		free(text);
		fixture_clear(&f);
	}
}

static void the_first_of_two_equal_keys_counts(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f);
	const char *yaml = "a: 1\na: 2\nb: *x\nc: 3\n";
	struct ynode *n = ynode_parse_partly(&f.arena, "t.yaml", yaml,
					     strlen(yaml), &f.diags);
	assert_non_null(n);
	assert_int_equal(n->n, 3);
	assert_string_equal(ynode_text(n, "a"), "1");
	assert_int_equal(ynode_get(n, "b")->kind, YNODE_REFUSED);
	assert_string_equal(ynode_text(n, "c"), "3");
	fixture_clear(&f);
}

static void a_nul_byte_is_refused(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f);
	assert_null(ynode_parse(&f.arena, "t.yaml", "a: x\0y\n", 7, &f.diags));
	char *text = told(&f);
	assert_string_equal(text, "t.yaml:1:5: error: character U+0000 is not "
				  "allowed in a text file\n");
	free(text);
	fixture_clear(&f);
}

static char *repeated(const char *head, const char *unit, size_t n,
		      const char *tail)
{
	char *text =
		mem_alloc(strlen(head) + n * strlen(unit) + strlen(tail) + 1);
	char *p = stpcpy(text, head);
	for (size_t i = 0; i < n; i++)
		p = stpcpy(p, unit);
	stpcpy(p, tail);
	return text;
}

static void ceilings_of_depth_count_and_size_hold(void **state)
{
	(void)state;
	static const struct {
		const char *head, *unit;
		size_t n;
		const char *tail, *expected;
	} cases[] = {
		{"a: ", "[", YNODE_DEPTH_MAX, "", "while parsing"},
		{"a: ", "[", 400, "", "nested too deep"},
		/* Time, too: libyaml alone needs half an hour for these. */
		{"", "[", YNODE_FILE_MAX - 1, "", "nested too deep"},
		{"", "{", YNODE_FILE_MAX - 1, "", "nested too deep"},
		{"", "- ", YNODE_FILE_MAX / 2 - 1, "", "nested too deep"},
		{"a: [", "1, ", YNODE_COUNT_MAX, "]", "too many values"},
		{"# ", "xxxxxxxxxxxxxxxx", YNODE_FILE_MAX / 16, "\n",
		 "larger than 1048576 bytes"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		fixture_init(&f);
		char *yaml = repeated(cases[i].head, cases[i].unit, cases[i].n,
				      cases[i].tail);
		assert_null(parse(&f, yaml));
		char *text = told(&f);
		assert_non_null(strstr(text, cases[i].expected));
		free(text);
		free(yaml);
		fixture_clear(&f);
	}
}

static void goes_on_behind_what_is_too_deep(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f);
	char deep[2 * YNODE_DEPTH_MAX + 20] = "a: ";
	for (int i = 0; i <= YNODE_DEPTH_MAX; i++)
		strcat(deep, "[");
	for (int i = 0; i <= YNODE_DEPTH_MAX; i++)
		strcat(deep, "]");
	strcat(deep, "\nb: *x\n");
	assert_null(parse(&f, deep));
	char *text = told(&f);
	assert_string_equal(
		text,
		"t.yaml:1:36: error: nested too deep\n"
		"t.yaml:2:4: error: aliases are not supported here: *x\n");
	free(text);
	fixture_clear(&f);
}

static void the_last_allowed_depth_and_count_pass(void **state)
{
	(void)state;
	struct fixture f;
	fixture_init(&f);
	char *open = repeated("", "[", YNODE_DEPTH_MAX, "");
	char *deep = repeated(open, "]", YNODE_DEPTH_MAX, "\n");
	assert_non_null(parse(&f, deep));
	char *wide = repeated("[", "1,", YNODE_COUNT_MAX - 1, "]");
	struct ynode *n = parse(&f, wide);
	assert_non_null(n);
	assert_int_equal(n->n, YNODE_COUNT_MAX - 1);
	free(wide);
	free(deep);
	free(open);
	fixture_clear(&f);
}

static void files_that_cannot_be_read_are_named(void **state)
{
	(void)state;
	struct fixture f;
	char dir[] = "/tmp/etrier-ynode-XXXXXX";
	assert_non_null(mkdtemp(dir));
	fixture_init(&f);
	char *missing = arena_printf(&f.arena, "%s/missing.yaml", dir);
	char *fifo = arena_printf(&f.arena, "%s/fifo.yaml", dir);
	char *good = arena_printf(&f.arena, "%s/good.yaml", dir);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	FILE *out = fopen(good, "w");
	fputs("a: 1\n", out);
	fclose(out);
	assert_non_null(ynode_load(&f.arena, good, &f.diags));
	assert_int_equal(f.diags.n, 0);
	assert_null(ynode_load(&f.arena, missing, &f.diags));
	assert_null(ynode_load(&f.arena, dir, &f.diags));
	assert_null(ynode_load(&f.arena, fifo, &f.diags));
	assert_int_equal(f.diags.n_errors, 3);
	assert_string_equal(f.diags.v[0].file, missing);
	assert_string_equal(f.diags.v[0].text,
			    "cannot read: No such file or directory");
	assert_string_equal(f.diags.v[1].text, "not a regular file");
	assert_string_equal(f.diags.v[2].text, "not a regular file");
	unlink(fifo);
	unlink(good);
	rmdir(dir);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_knows_its_place),
		cmocka_unit_test(an_empty_file_is_an_empty_map),
		cmocka_unit_test(byte_order_mark_and_crlf_do_not_move_places),
		cmocka_unit_test(null_is_plain_only),
		cmocka_unit_test(refuses_in_these_words),
		cmocka_unit_test(the_first_of_two_equal_keys_counts),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(ceilings_of_depth_count_and_size_hold),
		cmocka_unit_test(goes_on_behind_what_is_too_deep),
		cmocka_unit_test(the_last_allowed_depth_and_count_pass),
		cmocka_unit_test(files_that_cannot_be_read_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
