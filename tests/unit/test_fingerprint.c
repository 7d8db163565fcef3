/* SPDX-License-Identifier: EUPL-1.2 */
/* A fingerprint depends on the bytes and on nothing else, and on every one of
 * them. */
#include <etrier/fingerprint.h>
#include <etrier/map.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT = 200 };

static void fill(unsigned char *text)
{
	for (int i = 0; i < TEXT; i++)
		text[i] = (unsigned char)(i * 37 + 11);
}

static void print_of(const void *bytes, size_t n, size_t step, char *out)
{
	struct fingerprint f;
	fingerprint_init(&f);
	for (size_t i = 0; i < n; i += step)
		fingerprint_add(&f, (const char *)bytes + i,
				n - i < step ? n - i : step);
	fingerprint_hex(&f, out);
}

/* It is stored: another value here means that every source is new once. */
static void it_stays_what_it_is(void **state)
{
	unsigned char text[TEXT];
	char hex[FINGERPRINT_HEX + 1];
	(void)state;
	fill(text);
	print_of("", 0, 1, hex);
	assert_string_equal(hex, "58d25fee687ed4ede3d2cb977bd869d7");
	print_of(text, TEXT, TEXT, hex);
	assert_string_equal(hex, "2d62f8b0aee81dcb43bb9de6af62a325");
}

static void pieces_change_nothing(void **state)
{
	unsigned char text[TEXT];
	char whole[FINGERPRINT_HEX + 1], pieces[FINGERPRINT_HEX + 1];
	(void)state;
	fill(text);
	for (size_t n = 0; n <= TEXT; n++) {
		print_of(text, n, TEXT, whole);
		for (size_t step = 1; step < 70; step++) {
			print_of(text, n, step, pieces);
			assert_string_equal(pieces, whole);
		}
	}
}

/* No two of all texts that differ in one bit, or are cut, or followed by NULs;
 * and about half of the bits of the fingerprint change with one of the text. */
static void every_bit_matters(void **state)
{
	unsigned char text[2 * TEXT];
	char base[FINGERPRINT_HEX + 1], hex[FINGERPRINT_HEX + 1];
	struct map seen;
	int changed = 0;
	(void)state;
	map_init(&seen);
	memset(text, 0, sizeof(text));
	fill(text);
	for (size_t n = 0; n <= sizeof(text); n++) {
		print_of(text, n, 64, hex);
		assert_null(map_get(&seen, hex));
		map_put(&seen, hex, &seen);
	}
	print_of(text, TEXT, TEXT, base);
	for (int bit = 0; bit < TEXT * 8; bit++) {
		text[bit / 8] ^= (unsigned char)(1 << bit % 8);
		print_of(text, TEXT, TEXT, hex);
		text[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_null(map_get(&seen, hex));
		map_put(&seen, hex, &seen);
		for (int i = 0; i < FINGERPRINT_HEX; i++)
			changed += hex[i] != base[i];
	}
	/* A digit of sixteen stays the same by chance. */
	double part = (double)changed / (TEXT * 8 * FINGERPRINT_HEX);
	assert_true(part > 0.92 && part < 0.955);
	map_clear(&seen, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_stays_what_it_is),
		cmocka_unit_test(pieces_change_nothing),
		cmocka_unit_test(every_bit_matters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
