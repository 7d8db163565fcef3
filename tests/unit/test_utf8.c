/* SPDX-License-Identifier: EUPL-1.2 */
/* UTF-8: validity, cutting, the comparison form, the cleaning of text that
 * strangers wrote. */
#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

/* The cleaner looks at sixteen bytes together. */
static void blanks_close_up_wherever_they_stand(void **state)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	const size_t n = sizeof(letters) - 1;
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t at = 1; at < n; at++) {
		char *two = arena_printf(&a, "%.*s  %s", (int)at, letters,
					 letters + at);
		char *one = arena_printf(&a, "%.*s %s", (int)at, letters,
					 letters + at);
		char *odd = arena_printf(&a, "%.*s\x7f%s", (int)at, letters,
					 letters + at);
		assert_string_equal(utf8_clean(&a, two, UTF8_LINES, 100), one);
		assert_string_equal(utf8_clean(&a, one, UTF8_LINES, 100), one);
		assert_string_equal(utf8_clean(&a, odd, UTF8_LINES, 100),
				    letters);
	}
	arena_clear(&a);
}

static void overlong_surrogate_and_cut_forms_are_invalid(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		bool ok;
	} cases[] = {
		{"", true},
		{"abc", true},
		{"é€😀", true},
		{"\xF4\x8F\xBF\xBF", true},
		{"\xED\x9F\xBF", true},
		{"\xC0\x80", false},
		{"\xC1\xBF", false},
		{"\xE0\x80\xAF", false},
		{"\xE0\x9F\xBF", false},
		{"\xF0\x8F\xBF\xBF", false},
		{"\xED\xA0\x80", false},
		{"\xED\xBF\xBF", false},
		{"\xF4\x90\x80\x80", false},
		{"\xF5\x80\x80\x80", false},
		{"\x80", false},
		{"abcdefgh\xE9", false},
		{"abcdefgh\xE2\x82", false},
		{"\xE2\x82z", false},
		{"\xFF", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool ok = utf8_is_valid(cases[i].s, strlen(cases[i].s));
		if (ok != cases[i].ok)
			fail_msg("case %zu", i);
	}
}

static void every_code_point_goes_there_and_back(void **state)
{
	(void)state;
	for (uint32_t cp = 1; cp <= 0x10FFFF; cp++) {
		char out[5] = "";
		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		size_t n = utf8_put(cp, out);
		out[n] = '\0';
		const char *p = out;
		if (!utf8_is_valid(out, n) || utf8_next(&p) != cp || *p)
			fail_msg("U+%04X", cp);
	}
}

static void a_cut_falls_between_code_points(void **state)
{
	(void)state;
	static const size_t want[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
	const char *s = "aé€😀"; /* 1 + 2 + 3 + 4 bytes */
	for (size_t max = 0; max < ARRAY_LEN(want); max++)
		assert_int_equal(utf8_cut(s, max), want[max]);
	assert_int_equal(utf8_count(s), 4);
	const char *p = s;
	assert_int_equal(utf8_next(&p), 'a');
	assert_int_equal(utf8_next(&p), 0xE9);
	assert_int_equal(utf8_next(&p), 0x20AC);
	assert_int_equal(utf8_next(&p), 0x1F600);
	assert_int_equal(utf8_next(&p), 0);
	assert_int_equal(utf8_next(&p), 0);
}

struct pair {
	const char *from, *to;
};

static void words_fold_to_one_comparison_form(void **state)
{
	(void)state;
	static const struct pair cases[] = {
		{"Bœuf – Élevé (H/F)", "boeuf eleve h f"},
		{"", ""},
		{"  --  ", ""},
		{" - Boulanger", "boulanger"},
		{"« Maçon »", "macon"},
		{"×9…", "9"},
		{"SAINT-ÉTIENNE-DU-ROUVRAY", "saint etienne du rouvray"},
		{"L'Haÿ-les-Roses", "l hay les roses"},
		{"L’Haÿ‐les‐Roses", "l hay les roses"},
		{"Œuvre ÆON ex æquo", "oeuvre aeon ex aequo"},
		{"Straße", "strasse"},
		{"e\xCC\x81t\xC3\xA9", "ete"},
		{"ﬁn du mois", "fin du mois"},
		{"n°5 — 20 m²", "n 5 20 m2"},
		{"bou\xC2\xADlan\xE2\x80\x8Bger", "boulanger"},
		{"a\xC2\xA0\xE2\x80\xAF b", "a b"},
		{"Łódź Ørsted", "lodz orsted"},
		{"C++ / C#", "c c"},
		{"a\xFF\xFE"
		 "b\xE9",
		 "a b"},
		{"ΣΊΣΥΦΟΣ", "σισυφοσ"},
		{"ＡＢ１", "ab1"},
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = utf8_fold(&a, cases[i].from);
		assert_string_equal(got, cases[i].to);
		assert_string_equal(utf8_fold(&a, got), got);
	}
	arena_clear(&a);
}

/* A snowman is a separator, and no text with one takes the short way. */
static void the_short_way_of_folding_gives_the_same(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	for (uint32_t cp = 1; cp < 0x2100; cp++) {
		char text[16] = "x";
		/* Letters of other scripts are not worth the time. */
		if (cp == 0x180)
			cp = 0x2000;
		size_t n = 1 + utf8_put(cp, text + 1);
		strcpy(text + n, "y ");
		const char *plain = utf8_fold(&a, text);
		strcpy(text + n + 2, "\xE2\x98\x83");
		assert_string_equal(plain, utf8_fold(&a, text));
	}
	arena_clear(&a);
}

/* What utf8_clean() hands on without asking utf8proc. */
static void common_letters_and_print_are_composed_already(void **state)
{
	(void)state;
	for (uint32_t cp = 1; cp < 0x20D0; cp++) {
		if (cp == 0x300)
			cp = 0x2002;
		char text[8] = {0};
		utf8_put(cp, text);
		utf8proc_uint8_t *composed =
			utf8proc_NFC((const utf8proc_uint8_t *)text);
		assert_string_equal((const char *)composed, text);
		assert_int_equal(utf8proc_get_property((utf8proc_int32_t)cp)
					 ->combining_class,
				 0);
		free(composed);
	}
}

static void strangers_text_loses_what_cannot_be_seen(void **state)
{
	(void)state;
	static const struct {
		const char *from, *one, *lines;
	} cases[] = {
		{"  a \t b  ", "a b", "a b"},
		{"a\r\nb\rc\nd", "a b c d", "a\nb\nc\nd"},
		{"a\n\n\n\n b", "a b", "a\n\nb"},
		{"a \n \n \n b\n", "a b", "a\n\nb"},
		{"a\xC2\x85"
		 "b\xE2\x80\xA8"
		 "c",
		 "a b c", "a\nb\nc"},
		{"a\x01\x02\x1B[31mb\x7F", "a[31mb", "a[31mb"},
		{"evil\xE2\x80\xAE"
		 "txt",
		 "eviltxt", "eviltxt"},
		{"\xE2\x81\xA6x\xE2\x81\xA9", "x", "x"},
		{"z\xE2\x80\x8Bw\xEF\xBB\xBFj", "zwj", "zwj"},
		{"p\xEE\x80\x80q\xF3\xB0\x80\x80r", "pqr", "pqr"},
		{"bad\xE9\xC3(", "bad(", "bad("},
		{"e\xCC\x81t\xC3\xA9", "été", "été"},
		{"12\xC2\xA0"
		 "000\xE2\x80\xAF€",
		 "12 000 €", "12 000 €"},
		{"n\xEF\xBF\xBFo\xEF\xB7\x90", "no", "no"},
		{"\n\n", "", ""},
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *s = cases[i].from;
		assert_string_equal(utf8_clean(&a, s, UTF8_ONE_LINE, 99),
				    cases[i].one);
		assert_string_equal(utf8_clean(&a, s, UTF8_LINES, 99),
				    cases[i].lines);
	}
	arena_clear(&a);
}

static void a_long_text_is_cut_with_an_ellipsis(void **state)
{
	(void)state;
	static const struct {
		size_t max;
		const char *want;
	} cases[] = {
		{0, ""},       {1, "d"},	{2, "d"},
		{3, "…"},      {4, "d…"},	{5, "d…"},
		{6, "dé…"},    {7, "dé…"},	{8, "dé x…"},
		{9, "dé xy…"}, {10, "dé xyz…"}, {11, "dé xyzabcd"},
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got = utf8_clean(&a, "dé  xyzabcd", UTF8_ONE_LINE,
				       cases[i].max);
		assert_string_equal(got, cases[i].want);
	}
	arena_clear(&a);
}

static void a_tower_of_accents_costs_little(void **state)
{
	(void)state;
	/* Marks whose order must be sorted: quadratic if all were kept. */
	enum { PAIRS = 60000 };
	char *s = mem_alloc(1 + PAIRS * 4 + 1);
	s[0] = 'e';
	for (size_t i = 0; i < PAIRS; i++)
		memcpy(s + 1 + i * 4, "\xCC\x81\xCC\xA7", 4);
	struct arena a;
	arena_init(&a);
	const char *got = utf8_clean(&a, s, UTF8_ONE_LINE, (size_t)1 << 20);
	assert_true(strlen(got) < 32);
	assert_true(utf8_is_valid(got, strlen(got)));
	arena_clear(&a);
	free(s);
}

/* Bytes are looked at in lanes of sixteen, then of eight, then one by one. */
static void test_a_bad_byte_is_seen_at_every_place(void **state)
{
	char text[48];
	(void)state;
	for (size_t n = 1; n < sizeof(text); n++)
		for (size_t at = 0; at < n; at++) {
			memset(text, 'a', n);
			assert_true(utf8_is_valid(text, n));
			text[at] = '\x80';
			assert_false(utf8_is_valid(text, n));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_close_up_wherever_they_stand),
		cmocka_unit_test(overlong_surrogate_and_cut_forms_are_invalid),
		cmocka_unit_test(every_code_point_goes_there_and_back),
		cmocka_unit_test(a_cut_falls_between_code_points),
		cmocka_unit_test(words_fold_to_one_comparison_form),
		cmocka_unit_test(the_short_way_of_folding_gives_the_same),
		cmocka_unit_test(common_letters_and_print_are_composed_already),
		cmocka_unit_test(strangers_text_loses_what_cannot_be_seen),
		cmocka_unit_test(a_long_text_is_cut_with_an_ellipsis),
		cmocka_unit_test(a_tower_of_accents_costs_little),
		cmocka_unit_test(test_a_bad_byte_is_seen_at_every_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
