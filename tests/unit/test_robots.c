/* SPDX-License-Identifier: EUPL-1.2 */
/* robots.txt by the examples of RFC 9309 and the files of real sites. */
#include <etrier/mem.h>
#include <etrier/robots.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void rules_decide_by_length_and_group(void **state)
{
	static const struct {
		const char *text, *path;
		bool allowed;
	} rows[] = {
		{"", "/x", true},
		{"User-agent: *\nDisallow: /\n", "/x", false},
		{"User-agent: *\nDisallow: /\n", "/robots.txt", true},
		{"User-agent: *\nDisallow:\n", "/x", true},
		{"User-agent: *\nDisallow: /a\n", "/ab", false},
		{"User-agent: *\nDisallow: /a/\n", "/a", true},
		{"User-agent: *\nDisallow: /A\n", "/a", true},
		/* the longest; of two as long, the one that allows */
		{"User-agent: *\nDisallow: /a\nAllow: /a/b\n", "/a/b/c", true},
		{"User-agent: *\nAllow: /a\nDisallow: /a/b\n", "/a/b/c", false},
		{"User-agent: *\nDisallow: /a\nAllow: /a\n", "/a", true},
		{"User-agent: *\nAllow: /a\nDisallow: /a\n", "/a", true},
		{"User-agent: *\nAllow: /$\nDisallow: /\n", "/", true},
		{"User-agent: *\nAllow: /$\nDisallow: /\n", "/x", false},
		{"User-agent: *\nDisallow: /*.pdf$\n", "/a/b.pdf", false},
		{"User-agent: *\nDisallow: /*.pdf$\n", "/a/b.pdf?x=1", true},
		{"User-agent: *\nDisallow: /*.pdf$\n", "/a.pdf/b.pdf", false},
		{"User-agent: *\nDisallow: /a*b*c\n", "/axxbyyczz", false},
		{"User-agent: *\nDisallow: /a*b*c\n", "/axxcyyb", true},
		{"User-agent: *\nDisallow: /*\n", "/", false},
		{"User-agent: *\nDisallow: *x\n", "/ax", false},
		{"User-agent: *\nDisallow: /a$b\n", "/a$b", false},
		{"User-agent: *\nDisallow: /ab*b$\n", "/ab", true},
		{"User-agent: *\nDisallow: /*?page=\n", "/jobs?page=2", false},
		{"User-agent: *\nDisallow: x\n", "/x", true},
		/* one spelling */
		{"User-agent: *\nDisallow: /%7Ejoe\n", "/~joe", false},
		{"User-agent: *\nDisallow: /~joe\n", "/%7ejoe", false},
		{"User-agent: *\nDisallow: /offre-%c3%a9\n", "/offre-é", false},
		{"User-agent: *\nDisallow: /offre-é\n", "/offre-%C3%A9", false},
		{"User-agent: *\nDisallow: /a%2Fb\n", "/a/b", true},
		{"User-agent: *\nDisallow: /a%zz\n", "/a%zz", false},
		/* groups */
		{"User-agent: etrier\nDisallow: /a\n\nUser-agent: *\n"
		 "Disallow: /\n",
		 "/b", true},
		{"User-agent: *\nDisallow: /\nUser-agent: ETRIER\nDisallow: /a",
		 "/b", true},
		{"User-agent: Etrier/2.0\nDisallow: /a\n", "/a", false},
		{"User-agent: etrierbot\nDisallow: /\n", "/a", true},
		{"User-agent: etr\nDisallow: /\n", "/a", true},
		{"User-agent: x\nUser-agent: etrier\nDisallow: /a\n", "/a",
		 false},
		{"User-agent: etrier\nDisallow: /a\nUser-agent: x\n"
		 "Disallow: /b\n",
		 "/b", true},
		{"User-agent: etrier\nDisallow: /a\nUser-agent: x\nDisallow: "
		 "/b\nUser-agent: etrier\nDisallow: /c\n",
		 "/c", false},
		{"User-agent: etrier\nUser-agent: *\nDisallow: /a\n", "/a",
		 false},
		{"User-agent: etrier\n", "/a", true},
		{"User-agent: etrier\n\nUser-agent: *\nDisallow: /\n", "/a",
		 false},
		/* forms */
		{"\xEF\xBB\xBFuser-agent:*\rdisallow:/a # why\r\n", "/a",
		 false},
		{" User-Agent : * \n\tDISALLOW : /a \t\n", "/a", false},
		{"Disallow: /\nUser-agent: *\nDisallow: /b\n", "/a", true},
		{"User-agent: *\nSitemap: https://a.example/s.xml\n"
		 "Disallow: /a",
		 "/a", false},
		{"<html>User-agent: *\nDisallow: /</html>", "/a", true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i].text);
		char *copy = mem_dup_n(rows[i].text, n);
		if (robots_allows(copy, n, "etrier/1.0 (+https://a.example)",
				  rows[i].path) != rows[i].allowed)
			fail_msg("%s\n%s", rows[i].text, rows[i].path);
		free(copy);
	}
}

static void the_delay_is_read_and_capped(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"", -1},
		{"User-agent: *\nCrawl-delay: 10\n", 10000},
		{"User-agent: *\nCrawl-delay: 0.5\n", 500},
		{"User-agent: *\nCrawl-delay: 1\nCrawl-delay: 3\n", 3000},
		{"User-agent: *\nCrawl-delay: soon\n", -1},
		{"User-agent: *\nCrawl-delay: -1\n", -1},
		{"User-agent: *\nCrawl-delay: 99999999\n", ROBOTS_DELAY_MAX_MS},
		{"User-agent: x\nCrawl-delay: 9\nUser-agent: *\n"
		 "Crawl-delay: 2",
		 2000},
		{"User-agent: *\nCrawl-delay: 9\nUser-agent: etrier\n"
		 "Disallow:\n",
		 -1},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (robots_delay_ms(rows[i].text, strlen(rows[i].text),
				    "etrier") != rows[i].ms)
			fail_msg("%s", rows[i].text);
}

static void sizes_are_capped(void **state)
{
	static const char head[] = "User-agent: *\nDisallow: /a\n";
	static const char tail[] = "\nDisallow: /b\n";
	size_t n = ROBOTS_MAX + sizeof(tail);
	char *text = mem_alloc(n + 1);
	char path[ROBOTS_PATH_MAX + 2];
	(void)state;
	memset(text, '#', n);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + ROBOTS_MAX, tail, sizeof(tail));
	assert_false(robots_allows(text, n, "x", "/a"));
	assert_true(robots_allows(text, n, "x", "/b"));
	memset(path, 'c', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_false(robots_allows("", 0, "x", path));
	/* Rules made to be slow: * without number, and one too long. */
	memcpy(text, "User-agent: *\n", 14);
	for (size_t i = 14; i < ROBOTS_MAX; i++)
		text[i] = i % 1000 ? (i % 2 ? '*' : 'c') : '\n';
	for (size_t i = 1000; i + 1000 < ROBOTS_MAX; i += 1000)
		memcpy(text + i + 1, "Disallow:/", 10);
	path[ROBOTS_PATH_MAX] = '\0';
	assert_false(robots_allows(text, n, "x", path));
	path[ROBOTS_PATH_MAX - 1] = '\0';
	memset(text, 'c', n);
	memcpy(text, "User-agent: *\nDisallow: /", 25);
	assert_true(robots_allows(text, n, "x", path));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_decide_by_length_and_group),
		cmocka_unit_test(the_delay_is_read_and_capped),
		cmocka_unit_test(sizes_are_capped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
