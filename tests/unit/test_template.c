/* SPDX-License-Identifier: EUPL-1.2 */
/* Templates: what each tag renders, what each mistake is told as, and the
 * ceilings. */
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/template.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *find_partial(void *ctx, const char *name)
{
	(void)ctx;
	if (str_eq(name, "sign"))
		return "-- \n{{agency.name}}\n";
	if (str_eq(name, "loop"))
		return "x{{> loop}}";
	if (str_eq(name, "bad"))
		return "\n  {{#open}}";
	/* d1 is text, d2 holds d1, ... */
	static const char *const deep[] = {"x",	       "{{> d1}}", "{{> d2}}",
					   "{{> d3}}", "{{> d4}}", "{{> d5}}",
					   "{{> d6}}", "{{> d7}}", "{{> d8}}"};
	if (name[0] == 'd' && name[1] >= '1' && name[1] <= '9')
		return deep[name[1] - '1'];
	if (str_eq(name, "close"))
		return "{{/offers}}";
	return NULL;
}

static const char model_text[] =
	"{\"name\":\"Lina & <Zoé> \\\"'\",\"n\":3,\"zero\":0,\"no\":false,"
	"\"yes\":true,\"nil\":null,\"empty\":[],\"blank\":\"\",\"half\":0.5,"
	"\"lines\":\"a\\r\\nb\\n\\nc\","
	"\"agency\":{\"name\":\"ML de Test\",\"town\":{\"insee\":\"99001\"}},"
	"\"tags\":[\"pain\",\"four\"],"
	"\"offers\":[{\"title\":\"Boulanger\",\"name\":\"interne\"},"
	"{\"title\":\"Fleuriste\"}]}";

static char *render(enum template_kind kind, const char *source,
		    struct err *err)
{
	json_t *model = json_loads(model_text, 0, NULL);
	assert_non_null(model);
	struct template *t = template_new("t.txt", source, kind, find_partial,
					  NULL, NULL, err);
	struct buf out;
	buf_init(&out, (size_t)1 << 22);
	int rc = t ? template_render(t, model, &out, err) : -1;
	template_free(t);
	json_decref(model);
	char *text = buf_take(&out);
	if (!rc)
		return text;
	free(text);
	return NULL;
}

struct rendering {
	enum template_kind kind;
	const char *source, *want;
};

static void every_tag_renders_as_it_should(void **state)
{
	(void)state;
	static const struct rendering cases[] = {
		{TEMPLATE_TEXT, "", ""},
		{TEMPLATE_TEXT, "Bonjour {{ name }}!",
		 "Bonjour Lina & <Zoé> \"'!"},
		{TEMPLATE_HTML, "{{name}}",
		 "Lina &amp; &lt;Zoé&gt; &quot;&#39;"},
		{TEMPLATE_TEXT, "{{{name}}}", "Lina & <Zoé> \"'"},
		{TEMPLATE_TEXT, "{{n}} {{yes}} {{half}}", "3 true 0.5"},
		{TEMPLATE_TEXT, "[{{no}}{{nil}}{{absent}}{{zero}}]", "[0]"},
		{TEMPLATE_TEXT, "{{agency.town.insee}}", "99001"},
		{TEMPLATE_TEXT, "{{agency.nobody.insee}}", ""},
		{TEMPLATE_TEXT, "{{#tags}}<{{.}}>{{/tags}}", "<pain><four>"},
		{TEMPLATE_TEXT,
		 "{{#offers}}{{title}}/{{n}}/{{#agency}}{{name}}{{/agency}};"
		 "{{/offers}}",
		 "Boulanger/3/ML de Test;Fleuriste/3/ML de Test;"},
		/* The nearest value of that name. */
		{TEMPLATE_TEXT, "{{#offers}}{{name}},{{/offers}}",
		 "interne,Lina & <Zoé> \"',"},
		{TEMPLATE_TEXT,
		 "{{#zero}}a{{/zero}}{{#no}}b{{/no}}{{#nil}}c{{/nil}}"
		 "{{#empty}}d{{/empty}}{{#blank}}e{{/blank}}"
		 "{{#absent}}f{{/absent}}",
		 ""},
		{TEMPLATE_TEXT,
		 "{{^zero}}a{{/zero}}{{^no}}b{{/no}}{{^nil}}c{{/nil}}"
		 "{{^empty}}d{{/empty}}{{^blank}}e{{/blank}}"
		 "{{^absent}}f{{/absent}}{{^n}}g{{/n}}",
		 "abcdef"},
		{TEMPLATE_TEXT,
		 "{{#n}}oui{{/n}}{{#agency}}{{town.insee}}"
		 "{{/agency}}",
		 "oui99001"},
		{TEMPLATE_TEXT, "a{{! rien {{ du tout }}b", "ab"},
		/* Alone on its line, a tag takes the line with it. */
		{TEMPLATE_TEXT,
		 "Offres :\n{{#offers}}\n- {{title}}\n{{/offers}}\nFin\n",
		 "Offres :\n- Boulanger\n- Fleuriste\nFin\n"},
		{TEMPLATE_TEXT, "a\r\n  {{! x }}  \r\nb", "a\r\nb"},
		{TEMPLATE_TEXT, "a\n{{name}}\nb", "a\nLina & <Zoé> \"'\nb"},
		{TEMPLATE_TEXT, "a {{#n}}\nb\n{{/n}} c", "a \nb\n c"},
		{TEMPLATE_TEXT, "{{#n}}\nx\n{{/n}}", "x\n"},
		{TEMPLATE_TEXT, "Fin\n{{> sign}}\n", "Fin\n-- \nML de Test\n"},
		{TEMPLATE_TEXT, "{{> d8}}", "x"},
		{TEMPLATE_TEXT, "{{lines}}", "a\r\nb\n\nc"},
		{TEMPLATE_LINE, "\nObjet :\n {{lines}}\n", "Objet : a b c"},
		{TEMPLATE_LINE, "{{name}} & co  x", "Lina & <Zoé> \"' & co  x"},
		{TEMPLATE_LINE, "{{blank}}", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		char *got = render(cases[i].kind, cases[i].source, &err);
		if (!got)
			fail_msg("%s: %s", cases[i].source, err.text);
		assert_string_equal(got, cases[i].want);
		free(got);
	}
}

static void a_mistake_is_told_with_its_place(void **state)
{
	(void)state;
	static const struct rendering cases[] = {
		{TEMPLATE_TEXT, "a\n  é{{#youths}}",
		 "t.txt:2:4: unclosed section 'youths'"},
		{TEMPLATE_TEXT, "{{/youths}}",
		 "t.txt:1:1: nothing is open to close with 'youths'"},
		{TEMPLATE_TEXT, "{{#a}}{{#b}}{{/a}}{{/b}}",
		 "t.txt:1:13: closed in the wrong order: 'a'"},
		{TEMPLATE_TEXT, "ab {{name",
		 "t.txt:1:4: a tag is opened and never closed"},
		{TEMPLATE_TEXT, "{{{name}}", "t.txt:1:1: a tag is opened"},
		{TEMPLATE_HTML, "{{{name}}}",
		 "t.txt:1:1: {{{ }}} is not for HTML: 'name'"},
		{TEMPLATE_TEXT, "{{=<% %>=}}", "t.txt:1:1: this is no name:"},
		{TEMPLATE_TEXT, "{{&name}}", "this is no name: '&name'"},
		{TEMPLATE_TEXT, "{{}}", "this is no name: ''"},
		{TEMPLATE_TEXT, "{{> nobody}}",
		 "t.txt:1:1: unknown partial 'nobody'"},
		{TEMPLATE_TEXT, "{{> loop}}",
		 "loop:1:2: partials nested too deep at 'loop'"},
		{TEMPLATE_TEXT, "{{> d9}}",
		 "d2:1:1: partials nested too deep at 'd1'"},
		{TEMPLATE_TEXT, "{{> bad}}",
		 "bad:2:3: unclosed section 'open'"},
		{TEMPLATE_TEXT, "{{#offers}}{{> close}}",
		 "close:1:1: nothing is open to close with 'offers'"},
		{TEMPLATE_TEXT,
		 "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}",
		 "t.txt:1:49: sections nested too deep at 'a'"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		assert_null(render(cases[i].kind, cases[i].source, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		if (!strstr(err.text, cases[i].want))
			fail_msg("%s: %s", cases[i].source, err.text);
	}
}

static void names_are_checked_against_the_sample(void **state)
{
	(void)state;
	static const struct {
		const char *source, *want; /* NULL: accepted */
	} cases[] = {
		{"{{name}}{{nil}}{{agency.town.insee}}", NULL},
		{"{{#offers}}{{title}}{{n}}{{/offers}}", NULL},
		{"{{#tags}}{{.}}{{/tags}}", NULL},
		{"{{#empty}}{{whatever}}{{/empty}}", NULL},
		{"{{#nil}}{{whatever.x}}{{/nil}}", NULL},
		{"{{nil.x}}", NULL},
		{"{{^empty}}{{name}}{{/empty}}", NULL},
		{"{{> sign}}", NULL},
		{"\n {{nmae}}",
		 "t.txt:2:2: unknown name 'nmae', did you mean 'name'?"},
		{"{{agency.tonw.insee}}",
		 "unknown name 'agency.tonw.insee', did you mean 'town'?"},
		{"{{#offers}}{{titel}}{{/offers}}", "did you mean 'title'?"},
		{"{{title}}", "t.txt:1:1: unknown name 'title'"},
		{"{{#ofers}}{{/ofers}}", "did you mean 'offers'?"},
		{"{{^nobody}}x{{/nobody}}", "unknown name 'nobody'"},
		{"{{^empty}}{{nobody}}{{/empty}}", "unknown name 'nobody'"},
		{"{{name.x}}", "unknown name 'name.x'"},
		{"{{offers}}", "t.txt:1:1: a section is needed for 'offers'"},
		{"{{agency}}", "a section is needed for 'agency'"},
		{"{{nobody1}}{{nobody2}}", "'nobody1'\nt.txt:1:12: "},
	};
	json_t *sample = json_loads(model_text, 0, NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct template *t =
			template_new("t.txt", cases[i].source, TEMPLATE_TEXT,
				     find_partial, NULL, sample, &err);
		if (!t != !!cases[i].want ||
		    (!t && !strstr(err.text, cases[i].want)))
			fail_msg("%s: %s", cases[i].source, err.text);
		template_free(t);
	}
	json_decref(sample);
}

static void many_mistakes_do_not_hide_the_first(void **state)
{
	(void)state;
	struct buf source;
	struct err err = {0};
	buf_init(&source, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_adds(&source, "{{/x}}\n");
	assert_null(render(TEMPLATE_TEXT, source.data, &err));
	assert_true(str_starts(err.text, "t.txt:1:1: nothing is open"));
	buf_clear(&source);
}

static void source_and_output_have_ceilings(void **state)
{
	(void)state;
	struct err err = {0};
	struct buf source;
	buf_init(&source, (size_t)2 << 20);
	for (size_t i = 0; i <= TEMPLATE_SOURCE_MAX; i++)
		buf_addc(&source, 'x');
	assert_null(render(TEMPLATE_TEXT, source.data, &err));
	assert_non_null(strstr(err.text, "larger than a template may be"));
	/* Two rounds of two of 200 kB and more: over a megabyte in all. */
	buf_reset(&source);
	buf_adds(&source, "{{#tags}}{{#tags}}{{#tags}}");
	for (size_t i = 0; i < 200000; i++)
		buf_addc(&source, 'x');
	buf_adds(&source, "{{/tags}}{{/tags}}{{/tags}}");
	assert_null(render(TEMPLATE_TEXT, source.data, &err));
	assert_int_equal(err.kind, ERR_LIMIT);
	/* A caller's own ceiling. */
	json_t *model = json_object();
	struct template *t = template_new("t", "0123456789", TEMPLATE_TEXT,
					  NULL, NULL, NULL, &err);
	struct buf out;
	buf_init(&out, 5);
	assert_int_equal(template_render(t, model, &out, &err), -1);
	template_free(t);
	json_decref(model);
	buf_clear(&out);
	buf_clear(&source);
}

static void empty_loops_in_loops_end(void **state)
{
	(void)state;
	struct err err = {0};
	json_t *model = json_object(), *list = json_array();
	for (int i = 0; i < 1000; i++)
		json_array_append_new(list, json_integer(i));
	json_object_set_new(model, "l", list);
	struct template *t = template_new(
		"t", "{{#l}}{{#l}}{{#l}}{{^l}}{{/l}}{{/l}}{{/l}}{{/l}}",
		TEMPLATE_TEXT, NULL, NULL, NULL, &err);
	assert_non_null(t);
	struct buf out;
	buf_init(&out, 100);
	assert_int_equal(template_render(t, model, &out, &err), -1);
	assert_int_equal(err.kind, ERR_LIMIT);
	template_free(t);
	json_decref(model);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_tag_renders_as_it_should),
		cmocka_unit_test(a_mistake_is_told_with_its_place),
		cmocka_unit_test(names_are_checked_against_the_sample),
		cmocka_unit_test(many_mistakes_do_not_hide_the_first),
		cmocka_unit_test(source_and_output_have_ceilings),
		cmocka_unit_test(empty_loops_in_loops_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
