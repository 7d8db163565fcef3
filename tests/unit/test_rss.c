/* SPDX-License-Identifier: EUPL-1.2 */
/* Feeds as real sites write them: read the same wherever the bytes are cut,
 * repaired where that is safe and never in silence, refused when cut. */
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/rss.h>
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

static struct js_split_limits limits = {.max_element = 1000, .max_elements = 5};

/* The records, a line each, then "ok" or "broken", then the warning. */
static void run(const char *doc, size_t n, size_t first, size_t step,
		struct seen *seen, struct err *err)
{
	struct rss *r = rss_new(&limits, on_record, seen);
	int rc = 0;
	for (size_t i = 0, k; i < n && !rc; i += k) {
		k = i ? step : first;
		k = n - i < k ? n - i : k;
		char *piece = mem_dup_n(doc + i, k);
		rc = rss_feed(r, piece, k, err);
		free(piece);
	}
	int end = rss_end(r, err);
	assert_true(!rc || end);
	buf_adds(&seen->lines, end ? "broken" : "ok");
	if (!end && rss_warning(r))
		buf_printf(&seen->lines, " (%s)", rss_warning(r));
	rss_free(r);
}

static void check_one(const char *doc, size_t n, size_t first, size_t step,
		      const char *want, const char *message)
{
	struct seen seen = {0};
	struct err err = {0};
	buf_init(&seen.lines, 1 << 20);
	run(doc, n, first, step, &seen, &err);
	if (strcmp(seen.lines.data, want) != 0 ||
	    (message && !strstr(err.text, message)))
		fail_msg("%.300s\nin %zu and steps of %zu:\n%s\n%s", doc, first,
			 step, seen.lines.data, err.text);
	buf_clear(&seen.lines);
}

/* One byte at a time, whole, and cut in two at every place. */
static void check(const char *doc, size_t n, const char *want,
		  const char *message)
{
	check_one(doc, n, 1, 1, want, message);
	for (size_t first = 1; first <= n; first++)
		check_one(doc, n, first, n, want, message);
}

#define BYTES(s) (s), sizeof(s) - 1
#define RSS(s)	 BYTES("<rss><channel>" s "</channel></rss>")
#define ITEM(s)	 RSS("<item>" s "</item>")
#define WARN1(s) "\nok (1 repairs, the first in line 1: " s ")"
#define WARN2(s) "\nok (2 repairs, the first in line 1: " s ")"

struct row {
	const char *doc;
	size_t n;
	const char *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(rows[i].doc, rows[i].n, rows[i].want, NULL);
}

static void items_of_every_format_have_the_same_keys(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{BYTES("<?xml version=\"1.0\"?>\n<rss version=\"2.0\">"
		       "<channel><title>Jobs</title><link>x</link><item>"
		       "<title>T</title><link>https://a.example/1</link>"
		       "<guid isPermaLink=\"false\">7</guid>"
		       "<pubDate>Mon, 23 Nov 2026 08:00:00 +0100</pubDate>"
		       "<description>D</description></item></channel></rss>\n"),
		 "{\"description\":\"D\",\"guid\":{\"#text\":\"7\","
		 "\"@isPermaLink\":\"false\"},\"link\":\"https://a.example/1\","
		 "\"pubDate\":\"Mon, 23 Nov 2026 08:00:00 +0100\","
		 "\"title\":\"T\"}\nok"},
		{BYTES("<feed xmlns='http://www.w3.org/2005/Atom'><link "
		       "href='https://a.example/'/><entry><title>T</title>"
		       "<link rel='edit' href='e'/><link rel='alternate' "
		       "href='h'/><id>i</id><updated>u</updated>"
		       "<summary>s</summary></entry></feed>"),
		 "{\"description\":\"s\",\"guid\":\"i\",\"id\":\"i\",\"link\":["
		 "{\"@href\":\"e\",\"@rel\":\"edit\"},{\"#text\":\"h\","
		 "\"@href\":\"h\",\"@rel\":\"alternate\"}],\"pubDate\":\"u\","
		 "\"summary\":\"s\",\"title\":\"T\",\"updated\":\"u\"}\nok"},
		{BYTES("<feed><entry><link href='h'/><content type='xhtml'>"
		       "<div><p class=\"a\">x &amp; y</p><br/></div></content>"
		       "</entry></feed>"),
		 "{\"content\":{\"#text\":\"<div><p class=\\\"a\\\">x & y</p>"
		 "<br/></div>\",\"@type\":\"xhtml\"},\"link\":{\"#text\":\"h\","
		 "\"@href\":\"h\"}}\nok"},
		{BYTES("<rdf:RDF xmlns:rdf='r' xmlns:dc='d'><channel><items/>"
		       "</channel><item rdf:about='u'><dc:title>T</dc:title>"
		       "<dc:date>2026-11-23</dc:date></item></rdf:RDF>"),
		 "{\"@rdf:about\":\"u\",\"dc:date\":\"2026-11-23\","
		 "\"dc:title\":\"T\",\"guid\":\"u\",\"pubDate\":\"2026-11-23\","
		 "\"title\":\"T\"}\nok"},
		{BYTES("<a:feed xmlns:a='x'><a:entry><a:id>1</a:id></a:entry>"
		       "</a:feed>"),
		 "{\"a:id\":\"1\"}\nok"},
		{BYTES("<rss xmlns:content='c'><channel><item>"
		       "<content:encoded><![CDATA[<p>x &amp; ]] ]</p>]]]>"
		       "</content:encoded><category>a</category><category/>"
		       "<empty/></item></channel></rss>"),
		 "{\"category\":[\"a\",\"\"],\"content\":\"<p>x &amp; ]] ]</p>]"
		 "\",\"content:encoded\":\"<p>x &amp; ]] ]</p>]\","
		 "\"empty\":\"\"}\nok"},
		{RSS(""), "ok"},
		{RSS("<item/>"), "{}\nok"},
		{BYTES("\xEF\xBB\xBF<?xml version='1.0'?><!DOCTYPE rss PUBLIC "
		       "\"-//x\" \"http://x.example/rss.dtd\"><!-- - -- --->"
		       "<rss><channel/></rss><!-- end -->"),
		 "ok"},
	};
	check_rows(rows, ARRAY_LEN(rows));
}

static void faults_are_repaired_and_said(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{BYTES("\n \n<?xml version='1.0'?><rss><channel><item/>"
		       "</channel></rss>"),
		 "{}\nok (1 repairs, the first in line 3: blanks before "
		 "<?xml)"},
		{ITEM("<job_listing:company>Pain &amp; Co"
		      "</job_listing:company><job_listing:x/>"),
		 "{\"job_listing:company\":\"Pain & Co\",\"job_listing:x\":\"\""
		 "}" WARN1("a prefix that nobody declared: job_listing")},
		{ITEM("<t>&eacute;t&eacute;&nbsp;!</t>"),
		 "{\"t\":\"été\xC2\xA0!\"}\nok (3 repairs, the first in line "
		 "1: an entity of HTML eacute)"},
		{ITEM("<t>R&D, a & b &unknown; &#; &amp</t>"),
		 "{\"t\":\"R&D, a & b &unknown; &#; &amp\"}\nok (5 repairs, "
		 "the first in line 1: an & that begins nothing)"},
		{ITEM("<t>a\x01\x08z</t>"),
		 "{\"t\":\"az\"}" WARN2("a control character")},
		{ITEM("<t>&#1;&#xD800;&#146;&#x1F600;&#233;</t>"),
		 "{\"t\":\"’😀é\"}\nok (3 repairs, the first in line 1: a "
		 "reference to no character)"},
		{ITEM("<t>5 < 6 <= 7</t>"),
		 "{\"t\":\"5 < 6 <= 7\"}" WARN2("a < that begins nothing")},
		{ITEM("<t a=1 b c='2'>x</t>"),
		 "{\"t\":{\"#text\":\"x\",\"@a\":\"1\",\"@b\":\"\",\"@c\":\"2\""
		 "}}" WARN2("an attribute without quotes or value")},
		{ITEM("<t>x<br>y</t><u>z</u>"),
		 "{\"t\":{\"#text\":\"x\",\"br\":\"y\"},\"u\":\"z\"}" WARN1(
			 "an element that is not closed")},
		{ITEM("<t>x</b></t>"),
		 "{\"t\":\"x\"}" WARN1("an end tag of nothing that is open")},
		{ITEM("<description>a<br>b<p>c & d</description><u/>"),
		 "{\"description\":\"a<br>b<p>c & d\",\"u\":\"\"}" WARN1(
			 "an & that begins nothing")},
		{ITEM("<description>a<b>"),
		 "{\"description\":\"a<b>\"}" WARN1(
			 "an element that is not closed")},
		{BYTES("<?xml version='1.0' encoding='ISO-8859-1'?><rss>"
		       "<channel><item><t>\xC3\xA9</t></item></channel></rss>"),
		 "{\"t\":\"é\"}" WARN1("text is UTF-8 and not as declared")},
		{BYTES("<?xml version='1.0' encoding='utf-8'?><rss><channel>"
		       "<item><t>\xE9\x80</t><u>\xC3\xA8</u></item></channel>"
		       "</rss>"),
		 "{\"t\":\"é€\",\"u\":\"è\"}" WARN1(
			 "bytes that are not of the declared encoding")},
		{BYTES("<?xml version='1.0' encoding='iso-8859-15'?><rss>"
		       "<channel><item><t>\xA4</t></item></channel></rss>"),
		 "{\"t\":\"€\"}\nok"},
		{BYTES("<rss><channel><item><t>1</t></item></channel></rss>"
		       "<junk>"),
		 "{\"t\":\"1\"}" WARN1(
			 "an element behind the end of the feed")},
		{RSS("<item><t>1</t><item><t>2</t></item>"),
		 "! record 1 is not closed (line 1)\n{\"t\":\"2\"}\nok"},
		{RSS("<item><t>1</t></item><item><t>2</t>"),
		 "{\"t\":\"1\"}\n! record 2 is not closed (line 1)\nok"},
	};
	check_rows(rows, ARRAY_LEN(rows));
}

static void what_is_cut_or_no_feed_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *doc;
		size_t n;
		const char *want, *message;
	} rows[] = {
		{BYTES("<rss><channel><item><t>1</t></item>"),
		 "{\"t\":\"1\"}\nbroken", "the document is cut"},
		{BYTES("<rss><channel><item><t>1</t></item></channel></rs"),
		 "{\"t\":\"1\"}\nbroken", "the document is cut"},
		{BYTES("<rss><channel><item><t>1</t>"), "broken",
		 "the document is cut"},
		{BYTES("<rss><channel/></rss><!-- "), "broken", "cut"},
		{BYTES("<rss><![CDATA[</rss>"), "broken", "cut"},
		{BYTES(" \n"), "broken", "there is no element at all"},
		{BYTES("{\"items\":[]}"), "broken", "no feed of XML"},
		{BYTES("<"), "broken", ""},
		{BYTES("\xFF\xFE<\0r\0s\0s\0/\0>\0"), "broken",
		 "no feed of XML"},
		{BYTES("<\0r\0s\0s\0/\0>\0"), "broken", "no feed of XML"},
		{BYTES("<!DOCTYPE html>\n<html><body><item>x</item></body>"
		       "</html>"),
		 "broken", "line 2: the root element is none of a feed"},
		{BYTES("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>"), "broken",
		 "a DOCTYPE with declarations in it"},
		{BYTES("<!DOCTYPE rss SYSTEM 'file:///etc/passwd' [\n<!ENTITY % "
		       "p SYSTEM 'http://x.example/'>%p;]><rss/>"),
		 "broken", "a DOCTYPE with declarations in it"},
		{RSS("<item/><item/><item/><item/><item/><item/>"),
		 "{}\n{}\n{}\n{}\n{}\nbroken", "more records than allowed"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i].doc, rows[i].n, rows[i].want, rows[i].message);
}

static void a_record_too_large_costs_one(void **state)
{
	(void)state;
	static const char *const units[] = {
		"x",	"<f/>",		 "<f a='b'/>", "&eacute;", "&#233;",
		"\xE9", "<![CDATA[y]]>", "<br>",       "<b",	   "&"};
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct buf doc;
		buf_init(&doc, 1 << 20);
		buf_adds(&doc, "<rss><channel><item><description>");
		for (int k = 0; k < 1200; k++)
			buf_adds(&doc, units[i]);
		buf_adds(&doc, "></description><t>1</t></item><item><t>2</t>"
			       "</item></channel></rss>");
		for (size_t step = 1; step < doc.len; step = step * 3 + 1) {
			struct seen seen = {0};
			struct err err = {0};
			buf_init(&seen.lines, 1 << 20);
			run(doc.data, doc.len, step, step, &seen, &err);
			if (!str_starts(seen.lines.data,
					"! record 1 is larger than 1000 bytes\n"
					"{\"t\":\"2\"}\nok"))
				fail_msg("%s: %s", units[i], seen.lines.data);
			buf_clear(&seen.lines);
		}
		buf_clear(&doc);
	}
}

static void attacks_are_refused_in_bounded_memory(void **state)
{
	(void)state;
	static const struct {
		const char *head, *unit, *message;
	} rows[] = {
		{"<rss>", "<a>", "nested too deep"},
		{"<rss><item>", "<a>", "nested too deep"},
		{"<rss><item a='", "aaaaaaa", "a tag is too large"},
		{"<rss><", "aaaaaaa", "a tag is too large"},
		{"<rss><item>", "aaaaaaa", "cut"},
		{"<rss><!--", "aaaaaaa", "cut"},
		{"<rss><item><![CDATA[", "]]]]]]]", "cut"},
		{"<?xml ", "???????", "no element"},
		{"<!DOCTYPE ", "aaaaaaa", "no element"},
		{"", "       ", "no element"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seen seen = {0};
		struct err err = {0};
		buf_init(&seen.lines, 1 << 16);
		struct rss *r = rss_new(&limits, on_record, &seen);
		int rc = rss_feed(r, rows[i].head, strlen(rows[i].head), &err);
		for (size_t fed = 0; !rc && fed < (size_t)2 << 20; fed += 7)
			rc = rss_feed(r, rows[i].unit, strlen(rows[i].unit),
				      &err);
		if (!rc)
			rc = rss_end(r, &err);
		assert_int_equal(rc, -1);
		if (!strstr(err.text, rows[i].message))
			fail_msg("%s: %s", rows[i].head, err.text);
		rss_free(r);
		buf_clear(&seen.lines);
	}
}

static void the_reader_may_stop(void **state)
{
	(void)state;
	struct seen seen = {.stop_after = 1};
	struct err err = {0};
	buf_init(&seen.lines, 4096);
	run(RSS("<item/><item/>"), 100, 1, &seen, &err);
	assert_string_equal(seen.lines.data, "{}\nbroken");
	assert_int_equal(err.kind, ERR_LIMIT);
	buf_clear(&seen.lines);
}

static void the_real_feed_is_read(void **state)
{
	(void)state;
	FILE *f =
		fopen(SHARED_DIR "/samples/feeds/rss-wpjobmanager-econjobs.xml",
		      "rb");
	if (!f) {
		print_message("SKIP: no sample here\n");
		skip();
	}
	char *bytes = mem_alloc(1 << 20);
	size_t n = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	struct seen seen = {0};
	struct err err = {0};
	buf_init(&seen.lines, 1 << 20);
	limits.max_element = 1 << 20;
	run(bytes, n, 1, 1, &seen, &err);
	limits.max_element = 1000;
	assert_int_equal(seen.n, 2);
	assert_non_null(strstr(seen.lines.data,
			       "\"job_listing:company\":\"Amazon.com\""));
	assert_true(str_ends(seen.lines.data, "\nok"));
	buf_clear(&seen.lines);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_of_every_format_have_the_same_keys),
		cmocka_unit_test(faults_are_repaired_and_said),
		cmocka_unit_test(what_is_cut_or_no_feed_is_refused),
		cmocka_unit_test(a_record_too_large_costs_one),
		cmocka_unit_test(attacks_are_refused_in_bounded_memory),
		cmocka_unit_test(the_reader_may_stop),
		cmocka_unit_test(the_real_feed_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
