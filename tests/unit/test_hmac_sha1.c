/* SPDX-License-Identifier: EUPL-1.2 */
/* HMAC-SHA1 against the vectors of RFC 2202, and in two halves: what was
 * prepared from a key checks what the key signs, travels as text, and does not
 * hold the key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/hmac_sha1.h>
#include <etrier/mem.h>

#include <stdio.h>
#include <string.h>

#define TIMES4(s) s s s s
/* Keys of RFC 2202 as text; its key of zeros cannot be. */
static const struct {
	const char *key, *text, *hex;
} rows[] = {
	{TIMES4("\x0b\x0b\x0b\x0b\x0b"), "Hi There",
	 "b617318655057264e28bc0b6fb378c8ef146be00"},
	{"Jefe", "what do ya want for nothing?",
	 "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
	{TIMES4(TIMES4("\xaa\xaa\xaa\xaa\xaa")),
	 "Test Using Larger Than Block-Size Key - Hash Key First",
	 "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
	{TIMES4(TIMES4("\xaa\xaa\xaa\xaa\xaa")),
	 "Test Using Larger Than Block-Size Key and Larger Than One "
	 "Block-Size Data",
	 "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"},
};

static void test_signatures_are_those_of_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hmac_sha1_key k;
		unsigned char mac[HMAC_SHA1_BYTES];
		char hex[2 * HMAC_SHA1_BYTES + 1];
		hmac_sha1_prepare(rows[i].key, &k);
		hmac_sha1(&k, rows[i].text, strlen(rows[i].text), mac);
		for (int j = 0; j < HMAC_SHA1_BYTES; j++)
			snprintf(hex + 2 * j, 3, "%02x", mac[j]);
		assert_string_equal(hex, rows[i].hex);
	}
}

static void test_what_travels_signs_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hmac_sha1_key k, again;
		char text[HMAC_SHA1_TEXT_SIZE];
		hmac_sha1_prepare(rows[i].key, &k);
		hmac_sha1_write(&k, text);
		assert_int_equal(strlen(text), HMAC_SHA1_TEXT_SIZE - 1);
		assert_int_equal(hmac_sha1_read(text, &again), 0);
		assert_memory_equal(&again, &k, sizeof(k));
		assert_null(strstr(text, rows[i].key));
	}
}

static void test_other_texts_are_refused(void **state)
{
	(void)state;
	struct hmac_sha1_key k;
	char text[HMAC_SHA1_TEXT_SIZE];
	hmac_sha1_prepare("key", &k);
	hmac_sha1_write(&k, text);
	const struct hmac_sha1_key before = k;
	text[79] = 'g';
	assert_int_equal(hmac_sha1_read(text, &k), -1);
	text[79] = '\0';
	assert_int_equal(hmac_sha1_read(text, &k), -1);
	assert_int_equal(hmac_sha1_read("", &k), -1);
	assert_memory_equal(&k, &before, sizeof(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signatures_are_those_of_the_rfc),
		cmocka_unit_test(test_what_travels_signs_the_same),
		cmocka_unit_test(test_other_texts_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
