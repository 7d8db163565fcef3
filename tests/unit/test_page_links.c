/* SPDX-License-Identifier: EUPL-1.2 */
/* Addresses in pages and sitemaps: absolute, each once, in order, bounded. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/page_links.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE "https://jobs.example/list/page?x=1"

static void a_link_is_read_as_a_browser_reads_it(void **state)
{
	static const struct {
		const char *ref, *want;
	} rows[] = {
		{"/jobs/1", "https://jobs.example/jobs/1"},
		{"2", "https://jobs.example/list/2"},
		{"./2", "https://jobs.example/list/2"},
		{"../2?a=b&c#frag", "https://jobs.example/2?a=b&c"},
		{"?page=2", "https://jobs.example/list/page?page=2"},
		{"//other.example/x", "https://other.example/x"},
		{"http://other.example", "http://other.example/"},
		{"HTTPS://Other.example/A", "https://Other.example/A"},
		{" \n/jobs/1\t", "https://jobs.example/jobs/1"},
		{"/a b", "https://jobs.example/a%20b"},
		{"/offre-\xC3\xA9t\xC3\xA9",
		 "https://jobs.example/offre-%c3%a9t%c3%a9"},
		{"/a%20b", "https://jobs.example/a%20b"},
		{"mailto:a@jobs.example", NULL},
		{"javascript:void(0)", NULL},
		{"tel:0639980001", NULL},
		{"ftp://jobs.example/x", NULL},
		{"file:///etc/passwd", NULL},
		{"data:text/html,x", NULL},
		{"https://", NULL},
	};
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *got = page_link_resolve(&a, BASE, rows[i].ref);
		if (!str_eq(got, rows[i].want))
			fail_msg("%s: %s", rows[i].ref, got ? got : "-");
	}
	assert_null(page_link_resolve(&a, "no address", "/x"));
	char *longer = arena_alloc(&a, LINKS_URL_MAX + 10);
	memset(longer, 'x', LINKS_URL_MAX - 5);
	assert_null(page_link_resolve(&a, BASE, longer));
	arena_clear(&a);
}

/* The addresses, each with its day when it has one, joined by blanks. */
static char *links_of(struct arena *a, const char *doc, struct page_links *l)
{
	struct err err;
	char day[11], *all = arena_dup(a, "");
	if (page_links(a, doc, strlen(doc), BASE, l, &err))
		return arena_printf(a, "! %s", err.text);
	for (size_t i = 0; i < l->n; i++) {
		day[0] = '\0';
		if (l->v[i].changed != INSTANT_NONE)
			date_format(paris_date(l->v[i].changed), day);
		all = arena_printf(a, "%s%s%s%s%s", all, i ? " " : "",
				   l->v[i].url, *day ? "=" : "", day);
	}
	return all;
}

static void pages_and_sitemaps_give_their_links(void **state)
{
	static const struct {
		enum page_kind kind;
		const char *doc, *want;
	} rows[] = {
		{PAGE_HTML,
		 "<!DOCTYPE html><p><a href=/1>x</a><a href='/2#a'>y</a>"
		 "<a name=z>z</a><a href=''>w</a><A HREF=\"/2\">2</A>"
		 "<a href=mailto:x@jobs.example>m</a><link href=/css>"
		 "<!-- <a href=/3> --><script>'<a href=/4>'</script>",
		 "https://jobs.example/1 https://jobs.example/2"},
		{PAGE_HTML,
		 "<html><head><base href='/deep/'><base href='/no/'></head>"
		 "<a href=1>1</a><a href=?a=1&amp;b=2>2</a>",
		 "https://jobs.example/deep/1 "
		 "https://jobs.example/deep/?a=1&b=2"},
		{PAGE_HTML, "nothing", ""},
		{PAGE_HTML, "", "! an empty page"},
		{PAGE_SITEMAP,
		 "<?xml version='1.0' encoding='UTF-8'?><urlset "
		 "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
		 "<url><loc> https://jobs.example/1?a=1&amp;b=2 </loc>"
		 "<lastmod>2026-11-20</lastmod></url>"
		 "<url><loc>https://jobs.example/2</loc>"
		 "<lastmod>2026-11-20T23:30:00Z</lastmod></url>"
		 "<url><loc>https://jobs.example/3</loc><lastmod>yesterday"
		 "</lastmod></url><url><lastmod>2026-11-20</lastmod></url>"
		 "</urlset>",
		 "https://jobs.example/1?a=1&b=2=2026-11-20 "
		 "https://jobs.example/2=2026-11-21 https://jobs.example/3"},
		{PAGE_SITEMAP_INDEX,
		 "<sitemapindex><sitemap><loc>https://jobs.example/s1.xml"
		 "</loc></sitemap></sitemapindex>",
		 "https://jobs.example/s1.xml"},
		{PAGE_SITEMAP, "<urlset/>", ""},
		{PAGE_SITEMAP, "<urlset><url><loc>https://jobs.example/1</loc>",
		 "! line 1, column 47: no element found"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a;
		struct page_links l = {.n = 0};
		arena_init(&a);
		char *got = links_of(&a, rows[i].doc, &l);
		if (!str_eq(got, rows[i].want))
			fail_msg("%s\n%s", rows[i].doc, got);
		if (*got != '!')
			assert_int_equal(l.kind, rows[i].kind);
		assert_false(l.was_cut);
		arena_clear(&a);
	}
}

static void there_is_an_end_to_links(void **state)
{
	struct arena a;
	struct buf b;
	struct page_links l;
	struct err err;
	(void)state;
	arena_init(&a);
	buf_init(&b, (size_t)8 << 20);
	buf_adds(&b, "<urlset>");
	for (int i = 0; i < LINKS_MAX + 10; i++)
		buf_printf(&b, "<url><loc>/%d</loc></url>", i);
	buf_adds(&b, "</urlset>");
	assert_int_equal(page_links(&a, b.data, b.len, BASE, &l, &err), 0);
	assert_int_equal(l.n, LINKS_MAX);
	assert_true(l.was_cut);
	buf_reset(&b);
	while (b.len <= (size_t)4 << 20)
		buf_adds(&b, "<a href=/1>");
	assert_int_equal(page_links(&a, b.data, b.len, BASE, &l, &err), -1);
	assert_int_equal(err.kind, ERR_LIMIT);
	buf_clear(&b);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_is_read_as_a_browser_reads_it),
		cmocka_unit_test(pages_and_sitemaps_give_their_links),
		cmocka_unit_test(there_is_an_end_to_links),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
