/* SPDX-License-Identifier: EUPL-1.2 */
/* DKIM's key records and signatures, and the tag lists both are. Keys are
 * nobody's: made for this test, and their other halves thrown away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/dkim.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/taglist.h>

#include <string.h>

#define K512 \
	"MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAOd2CH0j+aHoeebKA4YHCjWUns3+2rXVUwh5eNk9VCD0e/Qm8od8EuSTNy6944DhaAB5tbzhkA8ZNPW5puECtxECAwEAAQ=="
#define K1023 \
	"MIGeMA0GCSqGSIb3DQEBAQUAA4GMADCBiAKBgHappd7rEv/SFTl0pj08SH2gdvwqtQXF945sdGwRQa7O1TXg1WvddDihgwLB2/BCKgnefTcId6zws1s0EbpcXA8q23fhGKNhNXu8CH5E6IHU1ErpXSraqiFT+dP9V2wU5tn6dt1OAP59W/wPcq1fEl1lInZ/3iMLzRnIp6AKr+Z1AgMBAAE="
#define K1024 \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDBW1uuwVnSM3he7xRp0iTSwW4r6ej/r6vWM49SfLe9qpQ8Y/sefG8oPmma6euwdIJAUk1aY6tEje9Pqx+UO91TP4CYC4UfwRVKEtQNKV1Nrd3ZqeEruwarMahjejA5AjIqrXw0B0doiCHLm9QNT8YSFz0vsES1H8yf0A6dxXxoaQIDAQAB"
/* The same length in the other form, RSAPublicKey. */
#define R1024 \
	"MIGJAoGBALutRyJgMHtgJMmKTnFFrF8jEM6w9N+0KHw682Jqlz4fL2Zcyx0DjhzuUs//uZIx2lp4BZg3Nu4dV9PeFA52gCUWu+v4kqzLU5tIvj4BmhvH+oLeTEx5QAFMbakC6EG9BonmhEOi5HrFik+/J12HqcNuvw1Gpr9fsJ+YZhCXJLCHAgMBAAE="
#define ED "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static void keys_and_their_lengths(void **state)
{
	static const struct {
		const char *record;
		enum dkim_kind kind;
		int bits;
	} rows[] = {
		{"v=DKIM1; k=rsa; p=" K1024, DKIM_RSA, 1024},
		{"p=" K1024, DKIM_RSA, 1024},
		{"v=DKIM1;k=RSA;p=" R1024 ";", DKIM_RSA, 1024},
		{"v=DKIM1; p=" K1023, DKIM_RSA, 1023},
		{" v = DKIM1 ; n=a note; p= " K512, DKIM_RSA, 512},
		{"v=DKIM1; k=ed25519; p=" ED, DKIM_ED25519, 256},
		{"v=DKIM1; k=falcon; p=AAAA", DKIM_UNKNOWN, 0},
	};
	struct arena a;
	struct dkim_key key;
	struct err err;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (dkim_key_read(rows[i].record, &a, &key, &err))
			fail_msg("%s: %s", rows[i].record, err.text);
		assert_int_equal(key.kind, rows[i].kind);
		assert_int_equal(key.bits, rows[i].bits);
		assert_false(key.is_revoked || key.is_testing);
		assert_true(key.is_for_mail && key.has_sha256);
	}
	arena_clear(&a);
}

/* Blanks within base64 do not count: some publish a key in pieces. */
static void a_key_in_pieces_is_whole(void **state)
{
	struct arena a;
	struct dkim_key key;
	struct err err;
	char text[600] = "v=DKIM1; p=";
	size_t n = strlen(text);
	(void)state;
	for (const char *p = K1024; *p; p++) {
		text[n++] = *p;
		if ((p - K1024) % 50 == 49)
			text[n++] = ' ';
	}
	arena_init(&a);
	assert_int_equal(dkim_key_read(text, &a, &key, &err), 0);
	assert_int_equal(key.bits, 1024);
	arena_clear(&a);
}

static void flags_of_a_key(void **state)
{
	struct arena a;
	struct dkim_key key;
	struct err err;
	(void)state;
	arena_init(&a);
	assert_int_equal(dkim_key_read("v=DKIM1; p=", &a, &key, &err), 0);
	assert_true(key.is_revoked);
	assert_int_equal(
		dkim_key_read("v=DKIM1; t=s:y; h=sha1; s=tlsrpt; p=" K1024, &a,
			      &key, &err),
		0);
	assert_true(key.is_testing);
	assert_false(key.has_sha256 || key.is_for_mail);
	assert_int_equal(dkim_key_read("h=sha1:sha256; s=*; t=s; p=" K1024, &a,
				       &key, &err),
			 0);
	assert_false(key.is_testing);
	assert_true(key.has_sha256 && key.is_for_mail);
	arena_clear(&a);
}

static void what_is_no_key_says_why(void **state)
{
	static const char *const rows[][2] = {
		{"", "no p="},
		{"v=DKIM1; k=rsa", "no p="},
		{"k=rsa; v=DKIM1; p=" K1024, "v="},
		{"v=DKIM2; p=" K1024, "v="},
		{"v=DKIM1; p=" K1024 "; p=" K1024, "twice"},
		{"v=DKIM1; rsa; p=" K1024, "tag=value"},
		{"v=DKIM1; p=%%%", "base64"},
		{"v=DKIM1; p=AAAA", "kind rsa"},
		{"v=DKIM1; p=" ED, "kind rsa"},
		{"v=DKIM1; k=ed25519; p=AAAA", "kind ed25519"},
		{"v=DKIM1; k=ed25519; p=" K1024, "kind ed25519"},
		{"v=spf1 -all", "v="},
	};
	struct arena a;
	struct dkim_key key;
	struct err err;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(dkim_key_read(rows[i][0], &a, &key, &err), -1);
		if (!strstr(err.text, rows[i][1]))
			fail_msg("%s: %s", rows[i][0], err.text);
	}
	/* Cut anywhere, a key of RSA is no key. */
	for (size_t n = 4; n < strlen(K1024); n += 4) {
		char text[] = "p=" K1024;
		text[2 + n] = '\0';
		assert_int_equal(dkim_key_read(text, &a, &key, &err), -1);
	}
	arena_clear(&a);
}

static void signatures(void **state)
{
	struct arena a;
	struct dkim_signature s;
	(void)state;
	arena_init(&a);
	assert_true(dkim_signature_read(
		"v=1; a=rsa-sha256; c=relaxed/simple; d=Offres.ML.example; "
		"s=s2026; t=1; h=From : To:List-Unsubscribe; bh=x=; b=y",
		&a, &s));
	assert_string_equal(s.domain, "offres.ml.example");
	assert_string_equal(s.selector, "s2026");
	assert_false(s.has_length);
	assert_true(taglist_has_word(s.covered, ':', "from"));
	assert_true(taglist_has_word(s.covered, ':', "LIST-UNSUBSCRIBE"));
	assert_false(taglist_has_word(s.covered, ':', "List-Unsubscribe-Post"));
	assert_false(taglist_has_word(s.covered, ':', "Li"));
	assert_true(dkim_signature_read("d=a.example;s=b;l=10", &a, &s));
	assert_true(s.has_length);
	assert_string_equal(s.covered, "");
	assert_false(dkim_signature_read("d=a.example", &a, &s));
	assert_false(dkim_signature_read("d=l@a.example; s=b", &a, &s));
	assert_false(dkim_signature_read("", &a, &s));
	arena_clear(&a);
}

static void tag_lists(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	assert_string_equal(taglist_get(" a = 1 ;; b=2=3;c=", "b", &a), "2=3");
	assert_string_equal(taglist_get("a=1;c=", "c", &a), "");
	assert_string_equal(taglist_get("rubbish; a=1", "a", &a), "1");
	assert_null(taglist_get("a=1", "A", &a));
	assert_null(taglist_get("aa=1", "a", &a));
	assert_true(taglist_is_whole("a=1; b=2;"));
	assert_true(taglist_is_whole(""));
	assert_false(taglist_is_whole("a=1; b"));
	assert_false(taglist_is_whole("=1"));
	assert_false(taglist_is_whole("a=1; b=2; a =3"));
	assert_true(taglist_begins(" ; v=1", "v"));
	assert_false(taglist_begins("a=1; v=1", "v"));
	assert_false(taglist_has_word(NULL, ':', "x"));
	/* More parts than anybody writes: refused, and soon. */
	char many[20000];
	size_t n = 0;
	while (n + 4 < sizeof(many)) {
		many[n] = (char)('a' + n % 26);
		many[n + 1] = '=';
		many[n + 2] = ';';
		n += 3;
	}
	many[n] = '\0';
	assert_false(taglist_is_whole(many));
	memset(many, ';', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	assert_true(taglist_is_whole(many));
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_their_lengths),
		cmocka_unit_test(a_key_in_pieces_is_whole),
		cmocka_unit_test(flags_of_a_key),
		cmocka_unit_test(what_is_no_key_says_why),
		cmocka_unit_test(signatures),
		cmocka_unit_test(tag_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
