/* SPDX-License-Identifier: EUPL-1.2 */
/* What single fields of feeds and files become: phone numbers, numbers, SMS
 * text, words. What is understood is written in one way and understood again as
 * the same. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/gsm7.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/phone.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_phone(const char *s)
{
	char e164[17], again[17], local[40];
	enum phone_kind kind = phone_normalise(s, e164);
	(void)nir_is_valid(s);
	(void)iban_is_valid(s);
	BUG_ON(email_is_valid(s) && (!strchr(s, '@') || strpbrk(s, " \r\n<>")));
	if (kind == PHONE_INVALID || *e164 != '+')
		return;
	BUG_ON(strspn(e164 + 1, "0123456789") != strlen(e164 + 1));
	BUG_ON(phone_normalise(e164, again) != kind || !str_eq(e164, again));
	phone_write_fr(e164, local, sizeof(local));
	BUG_ON(phone_normalise(local, again) != kind || !str_eq(e164, again));
}

static void check_number(const char *s)
{
	int64_t v, again;
	char out[32];
	if (num_parse_int(s, INT64_MIN, INT64_MAX, &v))
		return;
	snprintf(out, sizeof(out), "%" PRId64, v);
	BUG_ON(num_parse_int(out, INT64_MIN, INT64_MAX, &again) || v != again);
	/* A bound is a bound. */
	BUG_ON(v > 0 && !num_parse_int(s, 0, v - 1, &again));
}

static void check_words(const char *s)
{
	struct arena a;
	arena_init(&a);
	if (utf8_is_valid(s, strlen(s))) {
		const char *clean = utf8_clean(&a, s, UTF8_ONE_LINE, 200);
		BUG_ON(!utf8_is_valid(clean, strlen(clean)) ||
		       strpbrk(clean, "\r\n\t"));
		BUG_ON(!str_eq(clean,
			       utf8_clean(&a, clean, UTF8_ONE_LINE, 200)));
		const char *plain = gsm7_transliterate(&a, clean);
		struct gsm7_size size = gsm7_measure(plain);
		BUG_ON(!size.is_gsm7 || size.segments > 1 + size.units / 153);
	}
	arena_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *s = mem_dup_n((const char *)data, n < 500 ? n : 500);
	check_phone(s);
	check_number(s);
	check_words(s);
	free(s);
	return 0;
}
