/* SPDX-License-Identifier: EUPL-1.2 */
/* Every word list is whole: codes and labels for each number, codes that come
 * back to their number, and the numbers that other records rest on. */
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/utf8.h>
#include <etrier/vocab.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct vocab *const all[] = {
	&vocab_tri,	     &vocab_contract,	 &vocab_exposure,
	&vocab_access,	     &vocab_need_mode,	 &vocab_mode,
	&vocab_channel,	     &vocab_licence,	 &vocab_level,
	&vocab_experience,   &vocab_precision,	 &vocab_person_status,
	&vocab_agency_mode,  &vocab_origin_kind, &vocab_digest,
	&vocab_tone,	     &vocab_cecrl,	 &vocab_provenance,
	&vocab_offer_status,
};

static void every_code_finds_its_own_number(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(all); k++) {
		const struct vocab *v = all[k];
		assert_true(v->n > 1);
		assert_true(v->name && *v->name);
		for (int i = 0; i < v->n; i++)
			assert_int_equal(vocab_find(v, vocab_code(v, i)), i);
		assert_null(v->codes[v->n]);
	}
}

static void every_word_has_a_label_in_valid_utf8(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(all); k++) {
		for (int i = 0; i < all[k]->n; i++) {
			const char *label = vocab_label(all[k], i);
			assert_non_null(label);
			assert_true(*label);
			assert_true(utf8_is_valid(label, strlen(label)));
		}
	}
}

static void what_is_no_code_is_none(void **state)
{
	(void)state;
	assert_int_equal(vocab_find(&vocab_tri, NULL), VOCAB_NONE);
	assert_int_equal(vocab_find(&vocab_tri, ""), VOCAB_NONE);
	assert_int_equal(vocab_find(&vocab_tri, "YES"), VOCAB_NONE);
	assert_int_equal(vocab_find(&vocab_tri, "true"), VOCAB_NONE);
	assert_null(vocab_code(&vocab_tri, VOCAB_NONE));
	assert_null(vocab_code(&vocab_tri, vocab_tri.n));
	assert_null(vocab_label(&vocab_tri, VOCAB_NONE));
}

static void forgotten_three_valued_field_is_unknown(void **state)
{
	(void)state;
	struct offer_employer zeroed = {0};
	assert_string_equal(vocab_code(&vocab_tri, (int)zeroed.handi_engaged),
			    "unknown");
}

static void levels_are_the_european_ones(void **state)
{
	(void)state;
	for (int level = 3; level <= 7; level++) {
		const char code[2] = {(char)('0' + level), '\0'};
		assert_int_equal(vocab_find(&vocab_level, code), level - 2);
	}
	assert_int_equal(vocab_find(&vocab_level, "none"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_finds_its_own_number),
		cmocka_unit_test(every_word_has_a_label_in_valid_utf8),
		cmocka_unit_test(what_is_no_code_is_none),
		cmocka_unit_test(forgotten_three_valued_field_is_unknown),
		cmocka_unit_test(levels_are_the_european_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
