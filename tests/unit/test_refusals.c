/* SPDX-License-Identifier: EUPL-1.2 */
/* The set of refusals against a plain list, through growth, removal and
 * forgetting; and the keys of employers. */
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/refusals.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N_PERSONS = 40, N_KEYS = 60 };

static uint64_t seed = 7;
static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % n);
}

static void test_the_set_is_the_list(void **state)
{
	static bool list[N_PERSONS + 1][REFUSAL_COUNT][N_KEYS + 1];
	struct refusals *r = refusals_new();
	size_t n = 0;

	(void)state;
	for (int step = 0; step < 20000; step++) {
		uint32_t person = 1 + below(N_PERSONS), key = 1 + below(N_KEYS);
		enum refusal kind = (enum refusal)below(REFUSAL_COUNT);
		bool *has = &list[person][kind][key];

		assert_int_equal(refusals_has(r, person, kind, key), *has);
		if (below(3)) {
			refusals_put(r, person, kind, key);
			n += !*has;
			*has = true;
		} else {
			assert_int_equal(refusals_remove(r, person, kind, key),
					 *has);
			n -= *has;
			*has = false;
		}
		if (step % 500 == 499) {
			refusals_forget(r, person);
			for (int k = 0; k < REFUSAL_COUNT; k++)
				for (int i = 0; i <= N_KEYS; i++) {
					n -= list[person][k][i];
					list[person][k][i] = false;
				}
		}
		assert_int_equal(refusals_count(r), n);
	}
	for (uint32_t p = 1; p <= N_PERSONS; p++)
		for (int k = 0; k < REFUSAL_COUNT; k++)
			for (uint32_t i = 1; i <= N_KEYS; i++)
				assert_int_equal(
					refusals_has(r, p, (enum refusal)k, i),
					list[p][k][i]);
	refusals_free(r);
}

static void test_nothing_is_refused_without_a_set_or_a_key(void **state)
{
	struct refusals *r = refusals_new();

	(void)state;
	refusals_put(r, 3, REFUSAL_PLACE, 5);
	assert_true(refusals_has(r, 3, REFUSAL_PLACE, 5));
	assert_false(refusals_has(r, 3, REFUSAL_PLACE, 0));
	assert_false(refusals_has(r, 3, REFUSAL_OFFER, 5));
	assert_false(refusals_has(NULL, 3, REFUSAL_PLACE, 5));
	refusals_free(r);
}

static uint64_t key_of(enum employer_key which, const char *siret,
		       const char *name)
{
	struct offer o;

	offer_init(&o);
	o.employer.siret = siret;
	o.employer.name = name;
	uint64_t keys[EMPLOYER_KEYS];
	employer_keys(&o, keys);
	return keys[which];
}

static void test_employers_are_told_apart_by_siren_and_by_name(void **state)
{
	(void)state;
	const enum employer_key siren = EMPLOYER_SIREN, name = EMPLOYER_NAME;
	assert_true(key_of(siren, "12345678900012", "Essai") == 123456789);
	assert_true(key_of(siren, "123 456 789 00035", NULL) == 123456789);
	assert_true(key_of(siren, "n/a", "Fournil Essai") == 0);
	assert_true(key_of(name, "12345678900012", "Fournil Essai") ==
		    key_of(name, NULL, "FOURNIL  ESSAI"));
	assert_true(key_of(name, NULL, "Fournil Essai") !=
		    key_of(name, NULL, "Fournil Exemple"));
	assert_true(key_of(name, NULL, NULL) == 0);
	assert_true(key_of(name, NULL, "--") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_set_is_the_list),
		cmocka_unit_test(
			test_nothing_is_refused_without_a_set_or_a_key),
		cmocka_unit_test(
			test_employers_are_told_apart_by_siren_and_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
