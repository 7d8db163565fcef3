/* SPDX-License-Identifier: EUPL-1.2 */
/* Postings of pages: found in every shape that sites use, in one shape out; a
 * broken block costs one record, a hostile page ends. */
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jsonld.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seen {
	struct buf lines;
	int n, stop_after;
};

static int on_record(void *ctx, json_t *record, const struct err *err)
{
	struct seen *seen = ctx;
	assert_true(!record == (err != NULL));
	if (record) {
		char *s = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);
		buf_adds(&seen->lines, s);
		free(s);
	} else {
		buf_printf(&seen->lines, "! %s", err->text);
	}
	buf_addc(&seen->lines, '\n');
	return ++seen->n == seen->stop_after ? -1 : 0;
}

static const struct js_split_limits limits = {.max_element = 2000,
					      .max_elements = 6};

static void read_page(const char *doc, size_t n, const char *url,
		      struct seen *seen, struct jsonld_said *said,
		      struct err *err)
{
	char *copy = mem_dup_n(doc, n);
	int rc = jsonld_read(copy, n, url, &limits, on_record, seen, said, err);
	buf_printf(&seen->lines, rc ? "broken: %s" : "ok%s",
		   rc ? err->text : "");
	free(copy);
}

struct row {
	const char *doc, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct seen seen = {0};
		struct jsonld_said said;
		struct err err = {0};
		buf_init(&seen.lines, 1 << 20);
		read_page(rows[i].doc, strlen(rows[i].doc), NULL, &seen, &said,
			  &err);
		if (strcmp(seen.lines.data, rows[i].want) != 0)
			fail_msg("%s\n%s", rows[i].doc, seen.lines.data);
		buf_clear(&seen.lines);
	}
}

#define LD(s)	"<script type=\"application/ld+json\">" s "</script>"
#define JOB(s)	"{\"@type\":\"JobPosting\",\"title\":\"" s "\"}"
#define WANT(s) JOB(s) "\n"

static void postings_are_found_wherever_they_stand(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"<!DOCTYPE html><head>" LD(JOB("a")) "</head>",
		 WANT("a") "ok"},
		{LD("{\"@type\":\"WebSite\"}") LD(JOB("a")) LD(JOB("b")),
		 WANT("a") WANT("b") "ok"},
		{LD("[" JOB("a") "," JOB("b") "]"), WANT("a") WANT("b") "ok"},
		{LD("{\"@context\":\"x\",\"@graph\":[{\"@type\":\"WebPage\"}," JOB(
			 "a") "]}"),
		 WANT("a") "ok"},
		{LD("{\"@type\":\"ItemList\",\"itemListElement\":[{\"@type\":"
		    "\"ListItem\",\"item\":" JOB("a") "}," JOB("b") "]}"),
		 WANT("a") WANT("b") "ok"},
		{LD("{\"@type\":[\"Thing\",\"JobPosting\"],\"title\":\"a\"}"),
		 "{\"@type\":[\"Thing\",\"JobPosting\"],\"title\":\"a\"}\nok"},
		{LD("{\"@type\":\"schema:JobPosting\",\"schema:title\":\"a\","
		    "\"http://schema.org/url\":{\"@id\":\"u\"}}"),
		 "{\"@type\":\"schema:JobPosting\",\"title\":\"a\",\"url\":{"
		 "\"@id\":\"u\"}}\nok"},
		{LD("{\"@type\":\"https://schema.org/JobPosting\",\"title\":{"
		    "\"@value\":\"a\",\"@language\":\"fr\"}}"),
		 "{\"@type\":\"https://schema.org/JobPosting\",\"title\":\"a\""
		 "}\nok"},
		{"<script type='Application/LD+JSON; charset=utf-8' id=x>" JOB(
			 "a") "</script>",
		 WANT("a") "ok"},
		/* a posting inside a posting is part of it */
		{LD("{\"@type\":\"JobPosting\",\"title\":\"a\",\"x\":" JOB(
			 "b") "}"),
		 "{\"@type\":\"JobPosting\",\"title\":\"a\",\"x\":" JOB(
			 "b") "}\nok"},
		/* references inside the page */
		{LD("{\"@graph\":[{\"@type\":\"Organization\",\"@id\":\"#o\","
		    "\"name\":\"Pain\"},{\"@type\":\"JobPosting\",\"title\":"
		    "\"a\",\"hiringOrganization\":{\"@id\":\"#o\"}}]}"),
		 "{\"@type\":\"JobPosting\",\"hiringOrganization\":{\"@id\":"
		 "\"#o\",\"@type\":\"Organization\",\"name\":\"Pain\"},"
		 "\"title\":\"a\"}\nok"},
		/* a document of JSON by itself */
		{" \n{\"@graph\":[" JOB("a") "]}", WANT("a") "ok"},
		{"\xEF\xBB\xBF[" JOB("a") "]", WANT("a") "ok"},
		/* Windows-1252 */
		{LD(JOB("\xE9\x80")), WANT("é€") "ok"},
	};
	check_rows(rows, ARRAY_LEN(rows));
}

static void small_faults_of_json_are_repaired(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{LD("\n<!--\n" JOB("a") "\n-->\n"), WANT("a") "ok"},
		{LD("//<![CDATA[\n" JOB("a") "\n//]]>"), WANT("a") "ok"},
		{LD("/* <![CDATA[ */" JOB("a") "/* ]]> */"), WANT("a") "ok"},
		{LD(JOB("a") ";"), WANT("a") "ok"},
		{LD("{\"@type\":\"JobPosting\",\"title\":\"a\nb\tc\r\","
		    "\"x\":[1,2, ],}"),
		 "{\"@type\":\"JobPosting\",\"title\":\"a\\nb\\tc\",\"x\":[1,2]"
		 "}\nok"},
		{LD("{\"@type\":\"JobPosting\",\"title\":\"l\\'\xC3\xA9t\xC3"
		    "\xA9, ]\\\"\",}"),
		 "{\"@type\":\"JobPosting\",\"title\":\"l'été, ]\\\"\"}\nok"},
		/* markup escaped once and twice, and not at all */
		{LD("{\"@type\":\"JobPosting\",\"description\":"
		    "\"&lt;p&gt;R&amp;amp;D&lt;/p&gt;\"}"),
		 "{\"@type\":\"JobPosting\",\"description\":\"<p>R&amp;D</p>\"}"
		 "\nok"},
		{LD("{\"@type\":\"JobPosting\",\"description\":"
		    "\"&amp;lt;p&amp;gt;x&amp;lt;/p&amp;gt;\"}"),
		 "{\"@type\":\"JobPosting\",\"description\":\"<p>x</p>\"}\nok"},
		{LD("{\"@type\":\"JobPosting\",\"description\":"
		    "\"<p>5 &lt; 6</p>\"}"),
		 "{\"@type\":\"JobPosting\",\"description\":\"<p>5 &lt; 6</p>\""
		 "}\nok"},
	};
	check_rows(rows, ARRAY_LEN(rows));
	struct seen seen = {0};
	struct jsonld_said said;
	struct err err = {0};
	static const char page[] =
		LD(JOB("a") ";") LD("{broken}") LD("[" JOB("b") ",]");
	buf_init(&seen.lines, 1 << 16);
	read_page(page, sizeof(page) - 1, NULL, &seen, &said, &err);
	assert_string_equal(seen.lines.data, WANT("a") WANT("b") "ok");
	assert_int_equal(said.n_repairs, 1);
	assert_int_equal(said.n_skipped, 1);
	buf_clear(&seen.lines);
}

static void what_is_broken_costs_one_or_is_refused(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{LD("{\"@type\":\"JobPosting\",\"title\":") LD(JOB("b")),
		 "! posting 1: line 1, column 30: unexpected token near end of file\n" WANT(
			 "b") "ok"},
		{LD("{\"@type\":\"JobPosting\",\"title\":"),
		 "! posting 1: line 1, column 30: unexpected token near end of file\nok"},
		{"<p>no offers</p>", "broken: there is no JobPosting in it"},
		{"", "broken: an empty page"},
		{"[]", "broken: there is no JobPosting in it"},
		{"{\"@graph\":[" JOB("a"),
		 "broken: line 1, column 45: ']' expected near end of file"},
		{LD("[" JOB("1") "," JOB("2") "," JOB("3") "," JOB("4") "," JOB(
			 "5") "," JOB("6") "," JOB("7") "]"),
		 WANT("1") WANT("2") WANT("3") WANT("4") WANT("5")
			 WANT("6") "broken: more than 6 postings"},
	};
	check_rows(rows, ARRAY_LEN(rows));
}

static void microdata_and_rdfa_have_the_same_shape(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"<div itemscope itemtype='https://schema.org/JobPosting'>"
		 "<h1 itemprop=title>Boulanger &amp; p&acirc;tissier</h1>"
		 "<a itemprop=url href='/o/1'>voir</a>"
		 "<meta itemprop=datePosted content=2026-11-20>"
		 "<time itemprop=validThrough datetime=2027-01-31>fin</time>"
		 "<div itemprop=description><p>Un</p><ul><li>deux<li>trois"
		 "</ul></div><span itemprop='employmentType'>FULL_TIME</span>"
		 "<span itemprop='employmentType' content=INTERN>stage</span>"
		 "<p itemprop=hiringOrganization itemscope itemtype="
		 "'http://schema.org/Organization'><b itemprop=name>Pain</b></p>"
		 "<div itemprop=jobLocation itemscope><i itemprop=address "
		 "itemscope><u itemprop=postalCode>93100</u></i></div>"
		 "</div><p itemprop=title>not its</p>",
		 "{\"@type\":\"JobPosting\",\"datePosted\":\"2026-11-20\","
		 "\"description\":\"Un\\n- deux\\n- trois\",\"employmentType\":"
		 "[\"FULL_TIME\",\"INTERN\"],\"hiringOrganization\":{\"@type\":"
		 "\"Organization\",\"name\":\"Pain\"},\"jobLocation\":{"
		 "\"address\":{\"postalCode\":\"93100\"}},\"title\":\"Boulanger "
		 "& pâtissier\",\"url\":\"/o/1\",\"validThrough\":\"2027-01-31\""
		 "}\nok"},
		{"<html itemscope itemtype='http://schema.org/JobPosting'><p "
		 "itemprop='name title'><a href=x itemprop=name>a</a></p>",
		 "{\"@type\":\"JobPosting\",\"name\":[\"a\",\"a\"],\"title\":"
		 "\"a\"}\nok"},
		/* properties elsewhere, and a knot that names itself */
		{"<div id=me itemscope itemref='x me' itemtype="
		 "'http://schema.org/JobPosting'><b itemprop=title>a</b></div>"
		 "<div id=x><i itemprop=workHours>35</i></div>",
		 "{\"@type\":\"JobPosting\",\"title\":\"a\",\"workHours\":"
		 "\"35\"}\nok"},
		/* JSON-LD says it already */
		{LD(JOB("a")) "<p itemscope itemtype='http://schema.org/"
			      "JobPosting'><b itemprop=title>b</b></p>",
		 WANT("a") "ok"},
		{"<p itemscope itemtype='http://schema.org/Person'><b "
		 "itemprop=name>b</b></p>",
		 "broken: there is no JobPosting in it"},
		{"<div vocab='https://schema.org/' typeof=JobPosting "
		 "resource='#1'><h1 property=title>a</h1><p property='schema:"
		 "hiringOrganization' typeof=Organization><span property=name>"
		 "Pain</span></p></div>",
		 "{\"@id\":\"#1\",\"@type\":\"JobPosting\","
		 "\"hiringOrganization\":{\"@type\":\"Organization\",\"name\":"
		 "\"Pain\"},\"title\":\"a\"}\nok"},
	};
	check_rows(rows, ARRAY_LEN(rows));
}

static void a_posting_knows_its_address(void **state)
{
	(void)state;
	static const struct {
		const char *doc, *want;
	} rows[] = {
		{LD(JOB("a")), "\"@page\":\"https://jobs.example/o/1\""},
		{"<link rel=canonical href=/o/one>" LD(JOB("a")),
		 "\"@page\":\"https://jobs.example/o/one\""},
		{JOB("a"), "\"@page\":\"https://jobs.example/o/1\""},
		{LD("{\"@type\":\"JobPosting\",\"url\":\"../x\"}"),
		 "\"url\":\"https://jobs.example/x\""},
		{LD("{\"@type\":\"JobPosting\",\"url\":\"http://b.example/\"}"),
		 "\"url\":\"http://b.example/\""},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seen seen = {0};
		struct jsonld_said said;
		struct err err = {0};
		buf_init(&seen.lines, 1 << 16);
		read_page(rows[i].doc, strlen(rows[i].doc),
			  "https://jobs.example/o/1", &seen, &said, &err);
		if (!strstr(seen.lines.data, rows[i].want))
			fail_msg("%s\n%s", rows[i].doc, seen.lines.data);
		buf_clear(&seen.lines);
	}
	struct seen seen = {0};
	struct jsonld_said said;
	struct err err = {0};
	static const char two[] = LD(JOB("a")) LD(JOB("b"));
	buf_init(&seen.lines, 1 << 16);
	read_page(two, sizeof(two) - 1, "https://jobs.example/list", &seen,
		  &said, &err);
	assert_null(strstr(seen.lines.data, "@page"));
	buf_clear(&seen.lines);
}

/* head, then unit again and again, then tail; how it ended. */
static void attack(const char *head, const char *unit, const char *tail,
		   size_t size, const char *want)
{
	struct buf doc;
	struct seen seen = {0};
	struct jsonld_said said;
	struct err err = {0};
	buf_init(&doc, (size_t)16 << 20);
	buf_init(&seen.lines, 1 << 16);
	buf_adds(&doc, head);
	while (doc.len < size)
		buf_adds(&doc, unit);
	buf_adds(&doc, tail);
	read_page(doc.data, doc.len, NULL, &seen, &said, &err);
	if (!strstr(seen.lines.data, want))
		fail_msg("%s%s: %.200s", head, unit, seen.lines.data);
	buf_clear(&seen.lines);
	buf_clear(&doc);
}

static void hostile_pages_end(void **state)
{
	(void)state;
	static const size_t half = (size_t)1 << 19;
	attack("<script type='application/ld+json'>{\"JobPosting\":", "[",
	       "</script>", half, "! posting 1: nested deeper than 64 levels");
	attack("", "<div>", LD(JOB("a")), half, "nested too deep");
	attack("{\"@type\":\"JobPosting\",\"x\":\"", "x", "\"}", 10000,
	       "! posting 1: larger than 2000 bytes");
	attack("{\"@type\":\"JobPosting\",\"x\":[", "0,", "0]}", half * 6,
	       "more than can be looked at");
	/* two objects that name each other, asked for by many */
	attack("[{\"@id\":\"a\",\"x\":{\"@id\":\"b\"},\"y\":1},{\"@id\":\"b\","
	       "\"x\":{\"@id\":\"a\"},\"y\":1},{\"@type\":\"JobPosting\","
	       "\"x\":[",
	       "{\"@id\":\"a\"},", "0]}]", 100000, "larger than 2000 bytes");
	/* texts in texts, items in items, references in circles */
	attack("<p itemscope itemtype='http://schema.org/JobPosting'>",
	       "<b itemprop=description>x", "", 5000, "\nok");
	attack("<p itemscope itemtype='http://schema.org/JobPosting'>",
	       "<b itemprop=x itemscope>", "", 5000, "\nok");
	attack("<p id=a itemscope itemtype='http://schema.org/JobPosting' "
	       "itemref='a b'><p id=b itemscope itemprop=x itemref='a b'>",
	       "<i itemprop=y>z</i>", "", half, "ok");
	attack("<p id=a itemscope itemtype='http://schema.org/JobPosting' "
	       "itemref='b'>",
	       "<p id=b itemscope itemprop=x itemref='b'>", "", half,
	       "more than can be looked at");
	attack("", "x", "", JSONLD_PAGE_MAX + 1, "a page larger than");
	attack("<script type='application/ld+json'>{\"@type\":\"JobPosting\","
	       "\"x\":\"",
	       "xxxxxxxx\n", "\"}</script>", JSONLD_PAGE_MAX - 100,
	       "! posting 1: larger than 2000 bytes");
}

/* Not timed: libxml2 alone would compare each with all before it, for hours. */
static void a_tag_of_many_attributes_is_read_in_linear_time(void **state)
{
	(void)state;
	struct buf doc;
	struct seen seen = {0};
	struct jsonld_said said;
	struct err err = {0};
	buf_init(&doc, (size_t)8 << 20);
	buf_init(&seen.lines, 1 << 16);
	buf_adds(&doc, "<body");
	for (int i = 0; doc.len < (size_t)4000 << 10; i++)
		buf_printf(&doc, " a%x='>'", (unsigned)i);
	buf_adds(&doc, ">" LD(JOB("a")));
	read_page(doc.data, doc.len, NULL, &seen, &said, &err);
	assert_string_equal(seen.lines.data, WANT("a") "ok");
	buf_clear(&seen.lines);
	buf_clear(&doc);
}

static void markup_that_two_parsers_may_read_differently(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"<!-- > " LD(JOB("no")) " --><p>" LD(JOB("a")),
		 WANT("a") "ok"},
		{"<script>var a = '<!--'; a < b</script>" LD(JOB("a")),
		 WANT("a") "ok"},
		{"<style><!-- </style>" LD(JOB("a")), WANT("a") "ok"},
		{"<a title='>" LD(JOB("no")) "'>x</a>" LD(JOB("a")),
		 WANT("a") "ok"},
		{"<a title=it's>x</a>" LD(JOB("a")), WANT("a") "ok"},
		{"5 < 6 <= 7 <3 </ >" LD(JOB("a")), WANT("a") "ok"},
		{"<script type='application/ld+json'>{\"@type\":\"JobPosting\","
		 "\"title\":\"<b>a</b> <!-- x\"}</SCRIPT >",
		 "{\"@type\":\"JobPosting\",\"title\":\"<b>a</b> <!-- x\"}\n"
		 "ok"},
		{"<p itemscope itemtype='http://schema.org/JobPosting'><meta "
		 "itemprop=title content='say \"a\" &amp; <b>'><a itemprop=url "
		 "href=/x/>x</a>",
		 "{\"@type\":\"JobPosting\",\"title\":\"say \\\"a\\\" & <b>\""
		 ",\"url\":\"/x/\"}\nok"},
		{LD(JOB("a")) "<p <a <b", WANT("a") "ok"},
	};
	check_rows(rows, ARRAY_LEN(rows));
}

static void the_reader_may_stop(void **state)
{
	(void)state;
	struct seen seen = {.stop_after = 1};
	struct jsonld_said said;
	struct err err = {0};
	static const char two[] = LD(JOB("a")) LD(JOB("b"));
	buf_init(&seen.lines, 1 << 16);
	read_page(two, sizeof(two) - 1, NULL, &seen, &said, &err);
	assert_string_equal(seen.lines.data,
			    WANT("a") "broken: stopped by the reader");
	buf_clear(&seen.lines);
}

static int count_one(void *ctx, json_t *record, const struct err *err)
{
	if (!record)
		fail_msg("%s", err->text);
	(*(int *)ctx)++;
	return 0;
}

static void the_real_pages_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		int n;
	} rows[] = {{"jsonld-bamboohr.html", 1},
		    {"jsonld-schemaorg-examples.html", 12},
		    {"microdata-schemaorg-jobposting.html", 1}};
	static const struct js_split_limits wide = {.max_element = 1 << 20,
						    .max_elements = 1000};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *name = mem_printf("%s/samples/feeds/%s", SHARED_DIR,
					rows[i].file);
		FILE *f = fopen(name, "rb");
		free(name);
		if (!f) {
			print_message("SKIP: no %s here\n", rows[i].file);
			continue;
		}
		char *bytes = mem_alloc(1 << 20);
		size_t n = fread(bytes, 1, 1 << 20, f);
		fclose(f);
		int count = 0;
		struct err err;
		struct jsonld_said said;
		if (jsonld_read(bytes, n, NULL, &wide, count_one, &count, &said,
				&err))
			fail_msg("%s: %s", rows[i].file, err.text);
		assert_int_equal(count, rows[i].n);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postings_are_found_wherever_they_stand),
		cmocka_unit_test(small_faults_of_json_are_repaired),
		cmocka_unit_test(what_is_broken_costs_one_or_is_refused),
		cmocka_unit_test(microdata_and_rdfa_have_the_same_shape),
		cmocka_unit_test(a_posting_knows_its_address),
		cmocka_unit_test(hostile_pages_end),
		cmocka_unit_test(
			a_tag_of_many_attributes_is_read_in_linear_time),
		cmocka_unit_test(markup_that_two_parsers_may_read_differently),
		cmocka_unit_test(the_reader_may_stop),
		cmocka_unit_test(the_real_pages_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
