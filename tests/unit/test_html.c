/* SPDX-License-Identifier: EUPL-1.2 */
/* The text a reader would see in the HTML that partners send. */
#include "text/html_plain.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/html.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_text_a_reader_sees_comes_out(void **state)
{
	(void)state;
	static const struct {
		const char *html, *text;
	} cases[] = {
		{"", ""},
		{"Texte simple\nsur deux lignes",
		 "Texte simple\nsur deux lignes"},
		{"a < b & c > d", "a < b & c > d"},
		{"<p>Un</p><p>Deux</p>", "Un\nDeux"},
		{"Un<br>Deux<br/><br/>Trois", "Un\nDeux\n\nTrois"},
		{"<P>Un<BR>Deux<SCRIPT>x</SCRIPT></P>", "Un\nDeux"},
		{"<ul><li>Pain</li>\n <li>Vienn<b>oiserie</b></li></ul>",
		 "- Pain\n- Viennoiserie"},
		{"<h2>Poste</h2>Boulanger", "Poste\nBoulanger"},
		{"<div>a</div>b<div>c</div>", "a\nb\nc"},
		{"<p>a\n   b\t c</p>", "a b c"},
		{"x<script>alert('<p>y</p>')</script><style>p{}</style>z",
		 "xz"},
		{"<p>x<script>if (a<b) {}</script>", "x"},
		{"caf&eacute; &amp; th&#233; &#x20AC;&nbsp;5",
		 "café & thé € 5"},
		{"l&apos;offre &rsquo; &quot;x&quot;", "l'offre ’ \"x\""},
		/* Decoded once: what was escaped twice stays escaped. */
		{"&amp;lt;b&amp;gt;", "&lt;b&gt;"},
		{"&lt;p&gt;a&lt;/p&gt;", "<p>a</p>"},
		{"ligne 1\nligne d&eacute;ux", "ligne 1\nligne déux"},
		{"&inconnue; reste", "&inconnue; reste"},
		{"<p>a<p>b<b>c", "a\nbc"},
		{"</p></div>a", "a"},
		{"<!-- rien --><p>a</p>", "a"},
		{"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>"
		 "</table>",
		 "a b\nc"},
		{"<meta charset='latin1'><p>\xC3\xA9t\xC3\xA9</p>", "été"},
		{"<p>a\xE9"
		 "b\xE2\x80\xAE</p>",
		 "ab"},
		{"<p>&#0;&#x1F;a&#xD800;</p>", "a"},
		{"<a href='http://x.test'>lien</a>", "lien"},
		{"<img src=x onerror=alert(1)>x", "x"},
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(html_to_text(&a, cases[i].html, 1000),
				    cases[i].text);
	arena_clear(&a);
}

/* What is read in one pass says what libxml2 says, of markup that is put
 * together at random: mostly as it should be, now and then not. */
static void plain_markup_reads_as_the_parser_reads_it(void **state)
{
	(void)state;
	static const char *const pieces[] = {
		"<p>",	    "</p>",	 "<ul>",   "</ul>",	"<li>",
		"</li>",    "<br>",	 "<br />", "<b>",	"</b>",
		"<strong>", "</strong>", "<div>",  "</div>",	"<h3>",
		"</h3>",    "mot",	 "é ",	   " ",		"\n",
		"&amp;",    "&nbsp;",	 "&lt;p>", "fin.\r\n",	"<ul><li>",
		"</li>",    "<p>a ",	 " b</p>", "</li></ul>"};
	struct arena a;
	uint64_t seed = 20261128;
	int n_plain = 0;
	arena_init(&a);
	for (int i = 0; i < 40000; i++) {
		char html[256] = "";
		for (uint64_t n = 1 + seed % 9; n--;) {
			seed = seed * 6364136223846793005u +
			       1442695040888963407u;
			strcat(html, pieces[(seed >> 33) % ARRAY_LEN(pieces)]);
		}
		char *plain = html_plain_text(html);
		if (!plain)
			continue;
		const char *text = utf8_clean(&a, plain, UTF8_LINES, 1000);
		const char *parsed = html_parsed_text(&a, html, 1000);
		if (strcmp(text, parsed) != 0)
			fail_msg("%s: \"%s\", \"%s\"", html, text, parsed);
		n_plain++;
		free(plain);
		arena_reset(&a);
	}
	assert_true(n_plain > 1000);
	arena_clear(&a);
}

static void what_a_parser_would_guess_is_not_plain(void **state)
{
	(void)state;
	static const char *const plain[] = {
		"<p>a</p>\n<ul><li>b <b>c</b></li>\n</ul>", "a<br/>b",
		"<div><h2>a</h2><p>b &amp; c</p></div>"};
	static const char *const others[] = {"<p>a",
					     "a</p>",
					     "<p><p>a</p></p>",
					     "<p class='x'>a</p>",
					     "<li>a</li>",
					     "<ul>a</ul>",
					     "<b><p>a</p></b>",
					     "<b><i>a</b></i>",
					     "<span>a</span>",
					     "a &eacute; b",
					     "a & b <br>",
					     "a < b <br>",
					     "<!-- a --><p>b</p>",
					     "<p>\x01</p>",
					     "<p>\xE9</p>",
					     "<br></br>",
					     "<p>\xEF\xBF\xBE</p>"};
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		char *text = html_plain_text(plain[i]);
		assert_non_null(text);
		free(text);
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (html_plain_text(others[i]))
			fail_msg("%s", others[i]);
}

static void markup_is_told_from_text(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		bool is_html;
	} cases[] = {
		{"<p>", true},	    {"a</b>", true},	  {"<!-- x -->", true},
		{"&eacute;", true}, {"&#233;", true},	  {"&#xE9;", true},
		{"<br/>", true},    {"a < b", false},	  {"<3", false},
		{"a <b", false},    {"R&D", false},	  {"M&S; x", true},
		{"&;", false},	    {"&#;", false},	  {"a > b < c", false},
		{"", false},	    {"& eacute;", false}, {"<>", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (html_looks_like(cases[i].s) != cases[i].is_html)
			fail_msg("\"%s\"", cases[i].s);
}

static void hostile_pages_cost_little_and_never_fail(void **state)
{
	(void)state;
	static const char *const units[] = {
		"<div>", "<i></b>",	  "<p>",	 "<",
		"&",	 "<!--",	  "<table><td>", "<a x=",
		"</p>",	 "<svg><script>", "&#38;"};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct buf in;
		buf_init(&in, (size_t)1 << 20);
		while (in.len < 2 * HTML_INPUT_MAX)
			buf_adds(&in, units[i]);
		buf_adds(&in, "<p>fin</p>");
		assert_true(strlen(html_to_text(&a, in.data, 100)) <= 100);
		buf_clear(&in);
		arena_reset(&a);
	}
	arena_clear(&a);
}

/* Not timed: libxml2 alone would compare each with all before it. */
static void a_tag_of_many_attributes_is_read_in_linear_time(void **state)
{
	struct arena a;
	struct buf in;
	(void)state;
	arena_init(&a);
	buf_init(&in, (size_t)1 << 20);
	for (int k = 0; k < 20; k++) {
		buf_reset(&in);
		buf_adds(&in, "<p");
		for (int i = 0; in.len < HTML_INPUT_MAX - 100; i++)
			buf_printf(&in, " a%x='>'", (unsigned)i);
		buf_adds(&in, ">fin</p>");
		assert_string_equal(html_to_text(&a, in.data, 100), "fin");
		arena_reset(&a);
	}
	buf_clear(&in);
	arena_clear(&a);
}

static void markup_escaped_too_often_is_unescaped(void **state)
{
	(void)state;
	static const struct {
		const char *s, *want;
	} cases[] = {
		{"", ""},
		{"R&amp;D", "R&amp;D"},
		{"&lt;p&gt;R&amp;amp;D&lt;/p&gt;", "<p>R&amp;D</p>"},
		{"&amp;lt;p class=&quot;a&quot;&amp;gt;x", "<p class=\"a\">x"},
		{"<p>5 &lt; 6</p>", "<p>5 &lt; 6</p>"},
		{"a < b &lt;br&gt;", "a < b <br>"},
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(html_unescape(&a, cases[i].s),
				    cases[i].want);
	arena_clear(&a);
}

static void the_text_is_cut_at_its_ceiling(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	assert_string_equal(html_to_text(&a, "<p>abcdefgh</p>", 6), "abc…");
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_a_reader_sees_comes_out),
		cmocka_unit_test(markup_is_told_from_text),
		cmocka_unit_test(plain_markup_reads_as_the_parser_reads_it),
		cmocka_unit_test(what_a_parser_would_guess_is_not_plain),
		cmocka_unit_test(hostile_pages_cost_little_and_never_fail),
		cmocka_unit_test(
			a_tag_of_many_attributes_is_read_in_linear_time),
		cmocka_unit_test(markup_escaped_too_often_is_unescaped),
		cmocka_unit_test(the_text_is_cut_at_its_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
