/* SPDX-License-Identifier: EUPL-1.2 */
/* What an SMS costs, and its letters. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/gsm7.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct part {
	const char *s;
	int times;
};

static void units_and_segments_are_those_of_the_standard(void **state)
{
	(void)state;
	static const struct {
		struct part parts[3];
		struct gsm7_size want;
	} cases[] = {
		{{{"", 1}}, {true, 0, 0}},
		{{{"a", 160}}, {true, 160, 1}},
		{{{"a", 161}}, {true, 161, 2}},
		{{{"a", 306}}, {true, 306, 2}},
		{{{"a", 307}}, {true, 307, 3}},
		{{{"€", 80}}, {true, 160, 1}},
		{{{"€", 81}}, {true, 162, 2}},
		/* The pair of € is not split: 152, then 153 that begin with
		 * it, then one. */
		{{{"a", 152}, {"€", 1}, {"b", 152}}, {true, 306, 3}},
		{{{"éèàùòìÇÉÆæßÄÖÑÜ§äöñüå", 1}}, {true, 21, 1}},
		{{{"^{}\\[~]|\f", 1}}, {true, 18, 1}},
		{{{"@£$¥\n\r_ΔΦΓΛΩΠΨΣΘΞ¤¡¿", 1}}, {true, 20, 1}},
		{{{"ê", 1}}, {false, 1, 1}},
		{{{"ç", 70}}, {false, 70, 1}},
		{{{"ç", 71}}, {false, 71, 2}},
		{{{"ç", 134}}, {false, 134, 2}},
		{{{"ç", 135}}, {false, 135, 3}},
		{{{"😀", 35}}, {false, 70, 1}},
		{{{"😀", 36}}, {false, 72, 2}},
		{{{"ç", 66}, {"😀", 1}, {"ç", 66}}, {false, 134, 3}},
		{{{"`", 1}}, {false, 1, 1}},
		{{{"\x1B", 1}}, {false, 1, 1}},
		{{{"’", 1}}, {false, 1, 1}},
		{{{"Lina. Sarah (Mission Locale) a une offre: apprenti "
		   "boulanger, Montreuil, début 01/12. Appelle-la: 0123456789. "
		   "Stop: https://o.exemple-ml.fr/u/7K2QF8M3XW",
		   1}},
		 {true, 152, 1}},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text;
		buf_init(&text, 1 << 16);
		for (size_t k = 0; k < 3 && cases[i].parts[k].s; k++)
			for (int n = 0; n < cases[i].parts[k].times; n++)
				buf_adds(&text, cases[i].parts[k].s);
		struct gsm7_size got = gsm7_measure(text.data ? text.data : "");
		if (got.is_gsm7 != cases[i].want.is_gsm7 ||
		    got.units != cases[i].want.units ||
		    got.segments != cases[i].want.segments)
			fail_msg("case %zu: %d units, %d segments", i,
				 got.units, got.segments);
		buf_clear(&text);
	}
}

static void what_handsets_lack_is_written_with_what_they_have(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"Bonjour @£€ {x}", "Bonjour @£€ {x}"},
		{"été là où", "été là où"},
		{"e\xCC\x81", "é"},
		{"garçon, fenêtre, Noël, île", "garcon, fenetre, Noel, ile"},
		{"ÇA À ÊTRE", "ÇA A ETRE"},
		{"cœur ŒUVRE æquo", "coeur OEUVRE æquo"},
		{"l’offre « ici » – …", "l'offre \"ici\" - ..."},
		{"12\xC2\xA0"
		 "000\xE2\x80\xAF€",
		 "12 000 €"},
		{"n°5, 1½ m²", "no5, 11/2 m2"},
		{"😀 привет", "? ??????"},
		{"a\xE2\x80\x8B\xC2\xAD"
		 "b\x01\tc",
		 "ab c"},
		{"l1\nl2", "l1\nl2"},
		{"Łódź", "Lodz"},
		{"ﬁn", "fin"},
		{"", ""},
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got = gsm7_transliterate(&a, cases[i].from);
		assert_string_equal(got, cases[i].to);
		assert_true(gsm7_measure(got).is_gsm7);
		assert_string_equal(gsm7_transliterate(&a, got), got);
	}
	arena_clear(&a);
}

/* Each character that French texts and their editors bring, one by one: those
 * a handset has stay as they are, the others become these. */
static void every_letter_of_french_has_its_place(void **state)
{
	(void)state;
	static const char *const kept[] = {"à", "é", "è", "ù", "ì", "ò", "ä",
					   "ö", "ü", "É", "Ä", "Ö", "Ü", "Ç",
					   "Æ", "æ", "ñ", "€", "^", "{", "}",
					   "[", "]", "~", "|", "\\"};
	static const char *const changed[][2] = {
		{"â", "a"},  {"ç", "c"},   {"ê", "e"}, {"ë", "e"},
		{"î", "i"},  {"ï", "i"},   {"ô", "o"}, {"û", "u"},
		{"ÿ", "y"},  {"œ", "oe"},  {"À", "A"}, {"È", "E"},
		{"Ê", "E"},  {"Ë", "E"},   {"Î", "I"}, {"Ï", "I"},
		{"Ô", "O"},  {"Ù", "U"},   {"Û", "U"}, {"Œ", "OE"},
		{"«", "\""}, {"»", "\""},  {"’", "'"}, {"–", "-"},
		{"—", "-"},  {"…", "..."}, {"°", "o"}, {"\xC2\xA0", " "}};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		assert_string_equal(gsm7_transliterate(&a, kept[i]), kept[i]);
		assert_true(gsm7_measure(kept[i]).is_gsm7);
		assert_int_equal(gsm7_measure(kept[i]).units, i < 17 ? 1 : 2);
	}
	for (size_t i = 0; i < ARRAY_LEN(changed); i++) {
		assert_false(gsm7_measure(changed[i][0]).is_gsm7);
		assert_string_equal(gsm7_transliterate(&a, changed[i][0]),
				    changed[i][1]);
	}
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_and_segments_are_those_of_the_standard),
		cmocka_unit_test(
			what_handsets_lack_is_written_with_what_they_have),
		cmocka_unit_test(every_letter_of_french_has_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
