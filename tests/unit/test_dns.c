/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers of the DNS: what is read of good ones, and that nothing is read of
 * others' and of broken ones. Messages lie in memory of their own size, so that
 * a step past their end is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/dns.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

enum { ID = 0x1234, OK = 0x8180 };

struct message {
	uint8_t b[70000];
	size_t n;
	enum dns_type type;
	unsigned n_answers;
};

static void put(struct message *m, const void *bytes, size_t n)
{
	assert_true(m->n + n <= sizeof(m->b));
	memcpy(m->b + m->n, bytes, n);
	m->n += n;
}

static void put16(struct message *m, unsigned v)
{
	uint8_t two[2] = {(uint8_t)(v >> 8), (uint8_t)(v & 0xff)};
	put(m, two, 2);
}

static void put_name(struct message *m, const char *name)
{
	while (*name) {
		uint8_t n = (uint8_t)strcspn(name, ".");
		put(m, &n, 1);
		put(m, name, n);
		name += n + (name[n] == '.');
	}
	put(m, "", 1);
}

static void begin(struct message *m, unsigned flags, const char *name,
		  enum dns_type type)
{
	*m = (struct message){.type = type};
	put16(m, ID);
	put16(m, flags);
	put16(m, 1);
	put16(m, 0);
	put16(m, 0);
	put16(m, 0);
	put_name(m, name);
	put16(m, type);
	put16(m, 1);
}

static void add(struct message *m, const char *owner, enum dns_type type,
		const void *data, size_t n)
{
	if (owner)
		put_name(m, owner);
	else
		put(m, "\xc0\x0c", 2); /* the question's */
	put16(m, type);
	put16(m, 1);
	put16(m, 0);
	put16(m, 300);
	put16(m, (unsigned)n);
	put(m, data, n);
	m->n_answers++;
	m->b[7] = (uint8_t)(m->n_answers & 0xff);
	m->b[6] = (uint8_t)(m->n_answers >> 8);
}

static void add_alias(struct message *m, const char *owner, const char *to)
{
	struct message name = {.n = 0};
	put_name(&name, to);
	add(m, owner, DNS_CNAME, name.b, name.n);
}

/* From a copy that ends where the message ends. */
static enum dns_reading read_of(const struct message *m, size_t n,
				const char *name, struct arena *a,
				struct dns_answer *out)
{
	struct dns_question q = {name, m->type, ID};
	struct err err = {.text = ""};
	uint8_t *copy = mem_alloc(n + !n);
	memcpy(copy, m->b, n);
	enum dns_reading how = dns_answer_read(&q, copy, n, a, out, &err);
	if (how == DNS_BROKEN)
		assert_string_not_equal(err.text, "");
	free(copy);
	return how;
}

static enum dns_reading read_whole(const struct message *m, struct arena *a,
				   struct dns_answer *out)
{
	return read_of(m, m->n, "ml.example", a, out);
}

static struct message m; /* too large for a stack of several */

static void every_type_is_read(void **state)
{
	struct arena a;
	struct dns_answer r;
	(void)state;
	arena_init(&a);
	begin(&m, OK, "ml.example", DNS_A);
	add(&m, NULL, DNS_A, "\xc0\x00\x02\x0a", 4);
	add(&m, NULL, DNS_A, "\xc0\x00\x02\x0b", 4);
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	assert_int_equal(r.status, DNS_FOUND);
	assert_int_equal(r.n, 2);
	assert_int_equal(r.records[1].address.bytes[3], 11);

	begin(&m, OK, "ml.example", DNS_MX);
	add(&m, NULL, DNS_MX, "\0\x0a\x02mx\xc0\x0c", 7);
	add(&m, NULL, DNS_MX, "\0\0\0", 3);
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	assert_int_equal(r.records[0].preference, 10);
	assert_string_equal(r.records[0].text, "mx.ml.example");
	assert_string_equal(r.records[1].text, "");

	begin(&m, OK, "ml.example", DNS_TXT);
	add(&m, NULL, DNS_TXT, "\x03one\x00\x04\ttwo", 10);
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	assert_string_equal(r.records[0].text, "one?two");
	arena_clear(&a);
}

static void statuses(void **state)
{
	static const struct {
		unsigned flags;
		enum dns_reading how;
		enum dns_status status;
	} rows[] = {
		{0x8180, DNS_READ, DNS_NOTHING},
		{0x8183, DNS_READ, DNS_NO_NAME},
		{0x8182, DNS_READ, DNS_FAILED},
		{0x8185, DNS_READ, DNS_FAILED},
		{0x8181, DNS_NO_EDNS, DNS_FAILED},
		{0x8380, DNS_TRUNCATED, DNS_FAILED},
		{0x0180, DNS_NOT_OURS, DNS_FAILED}, /* a question */
	};
	struct arena a;
	struct dns_answer r;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(&m, rows[i].flags, "ml.example", DNS_TXT);
		assert_int_equal(read_whole(&m, &a, &r), rows[i].how);
		assert_int_equal(r.status, rows[i].status);
		assert_int_equal(r.n, 0);
	}
	/* Some send the header alone back when they do not know EDNS. */
	begin(&m, 0x8181, "ml.example", DNS_TXT);
	assert_int_equal(read_of(&m, 12, "ml.example", &a, &r), DNS_NO_EDNS);
	arena_clear(&a);
}

static void answers_to_others_are_passed_over(void **state)
{
	struct arena a;
	struct dns_answer r;
	(void)state;
	arena_init(&a);
	begin(&m, OK, "ml.example", DNS_TXT);
	add(&m, NULL, DNS_TXT, "\x03one", 4);
	assert_int_equal(read_of(&m, m.n, "ML.Example", &a, &r), DNS_READ);
	assert_int_equal(r.n, 1);
	assert_int_equal(read_of(&m, m.n, "mm.example", &a, &r), DNS_NOT_OURS);
	m.type = DNS_MX;
	assert_int_equal(read_whole(&m, &a, &r), DNS_NOT_OURS);
	m.type = DNS_TXT;
	m.b[1] ^= 1;
	assert_int_equal(read_whole(&m, &a, &r), DNS_NOT_OURS);
	/* A record of another name in an answer to ours does not count. */
	begin(&m, OK, "ml.example", DNS_TXT);
	add(&m, "other.example", DNS_TXT, "\x03one", 4);
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	assert_int_equal(r.status, DNS_NOTHING);
	arena_clear(&a);
}

static void aliases_are_followed_and_end(void **state)
{
	struct arena a;
	struct dns_answer r;
	(void)state;
	arena_init(&a);
	begin(&m, OK, "ml.example", DNS_TXT);
	add(&m, "b.example", DNS_TXT, "\x03one", 4); /* in any order */
	add_alias(&m, "a.example", "B.Example");
	add_alias(&m, NULL, "a.example");
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	assert_int_equal(r.n, 1);
	assert_string_equal(r.alias, "");

	begin(&m, OK, "ml.example", DNS_TXT);
	add_alias(&m, NULL, "a.example");
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	assert_int_equal(r.status, DNS_NOTHING);
	assert_string_equal(r.alias, "a.example");

	begin(&m, 0x8183, "ml.example", DNS_TXT);
	add_alias(&m, NULL, "a.example");
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	assert_int_equal(r.status, DNS_NO_NAME);
	assert_string_equal(r.alias, "");

	begin(&m, OK, "ml.example", DNS_TXT);
	add_alias(&m, NULL, "a.example");
	add_alias(&m, "a.example", "ml.example");
	assert_int_equal(read_whole(&m, &a, &r), DNS_BROKEN);
	assert_int_equal(r.status, DNS_FAILED);
	arena_clear(&a);
}

/* A message of one TXT record whose owner is these bytes. */
static enum dns_reading with_owner(const void *owner, size_t n, struct arena *a)
{
	struct dns_answer r;
	begin(&m, OK, "ml.example", DNS_TXT);
	put(&m, owner, n);
	put(&m, "\0\x10\0\1\0\0\0\0\0\x04\x03one", 14);
	m.b[7] = 1;
	return read_whole(&m, a, &r);
}

static void names_that_lead_in_rings_are_refused(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	assert_int_equal(with_owner("\xc0\x0c", 2, &a), DNS_READ);
	/* The record begins at 28: itself, behind itself, past the end. */
	assert_int_equal(with_owner("\xc0\x1c", 2, &a), DNS_BROKEN);
	assert_int_equal(with_owner("\xc0\x20", 2, &a), DNS_BROKEN);
	assert_int_equal(with_owner("\xff\xff", 2, &a), DNS_BROKEN);
	assert_int_equal(with_owner("\x01x\xc0\x1c", 4, &a), DNS_BROKEN);
	/* Reserved forms of a label; bytes that no host has. */
	assert_int_equal(with_owner("\x40x\0", 3, &a), DNS_BROKEN);
	assert_int_equal(with_owner("\x80x\0", 3, &a), DNS_BROKEN);
	assert_int_equal(with_owner("\x03x.y\0", 5, &a), DNS_BROKEN);
	assert_int_equal(with_owner("\x03x y\0", 5, &a), DNS_BROKEN);
	assert_int_equal(with_owner("\x02\xc3\xa9\0", 4, &a), DNS_BROKEN);
	/* 254 bytes of name are one too many, 253 are not. */
	uint8_t name[300];
	size_t n = 0;
	for (int i = 0; i < 3; i++) {
		name[n] = 63;
		memset(name + n + 1, 'x', 63);
		n += 64;
	}
	name[n] = 61;
	memset(name + n + 1, 'x', 62);
	name[n + 62] = 0;
	assert_int_equal(with_owner(name, n + 63, &a), DNS_READ);
	name[n] = 62;
	name[n + 63] = 0;
	assert_int_equal(with_owner(name, n + 64, &a), DNS_BROKEN);
	arena_clear(&a);
}

static void cut_anywhere_it_is_never_believed(void **state)
{
	struct arena a;
	struct dns_answer r;
	(void)state;
	arena_init(&a);
	begin(&m, OK, "ml.example", DNS_MX);
	add_alias(&m, NULL, "a.example");
	add(&m, "a.example", DNS_MX, "\0\x0a\x02mx\xc0\x0c", 7);
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	for (size_t n = 0; n < m.n; n++) {
		enum dns_reading how = read_of(&m, n, "ml.example", &a, &r);
		assert_true(how == DNS_BROKEN || how == DNS_NOT_OURS);
		assert_int_equal(r.status, DNS_FAILED);
	}
	/* Data that is longer or shorter than it says. */
	static const struct {
		enum dns_type type;
		const char *data;
		size_t n;
	} rows[] = {{DNS_A, "abc", 3},	       {DNS_A, "abcde", 5},
		    {DNS_AAAA, "abcd", 4},     {DNS_MX, "\0\1", 2},
		    {DNS_MX, "\0\1\1a\0x", 6}, {DNS_TXT, "\x05one", 4},
		    {DNS_PTR, "\1a", 2},       {DNS_PTR, "", 0}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(&m, OK, "ml.example", rows[i].type);
		add(&m, NULL, rows[i].type, rows[i].data, rows[i].n);
		assert_int_equal(read_whole(&m, &a, &r), DNS_BROKEN);
	}
	arena_clear(&a);
}

static void ceilings_hold(void **state)
{
	static uint8_t text[DNS_TEXT_MAX + 300];
	struct arena a;
	struct dns_answer r;
	(void)state;
	arena_init(&a);
	begin(&m, OK, "ml.example", DNS_A);
	for (int i = 0; i < DNS_RECORDS_MAX; i++)
		add(&m, NULL, DNS_A, "\xc0\0\2\1", 4);
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	add(&m, NULL, DNS_A, "\xc0\0\2\1", 4);
	assert_int_equal(read_whole(&m, &a, &r), DNS_BROKEN);
	begin(&m, OK, "ml.example", DNS_A);
	for (int i = 0; i < 300; i++)
		add(&m, "other.example", DNS_A, "\xc0\0\2\1", 4);
	assert_int_equal(read_whole(&m, &a, &r), DNS_BROKEN);

	/* One text too long costs itself only. */
	for (size_t at = 0; at + 256 <= sizeof(text); at += 256) {
		text[at] = 255;
		memset(text + at + 1, 'x', 255);
	}
	size_t n = sizeof(text) / 256 * 256;
	begin(&m, OK, "ml.example", DNS_TXT);
	add(&m, NULL, DNS_TXT, text, n);
	add(&m, NULL, DNS_TXT, "\x03one", 4);
	assert_int_equal(read_whole(&m, &a, &r), DNS_READ);
	assert_int_equal(r.n, 1);
	assert_true(r.is_left_out);
	arena_clear(&a);
}

static void questions_are_written(void **state)
{
	static const uint8_t want[] =
		"\x12\x34\x01\0\0\1\0\0\0\0\0\1\2ml\7example\0\0\x10\0\1"
		"\0\0\x29\x04\xd0\0\0\0\0\0";
	uint8_t out[DNS_QUERY_MAX];
	char name[DNS_NAME_SIZE + 2];
	struct dns_question q = {"ml.example", DNS_TXT, ID};
	(void)state;
	size_t n = dns_query_write(&q, true, out);
	assert_int_equal(n, sizeof(want)); /* its NUL is OPT's last byte */
	assert_memory_equal(out, want, n);
	assert_int_equal(dns_query_write(&q, false, out), n - 11);
	static const char *const bad[] = {"", ".", "a..b", ".a", "a."};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		q.name = bad[i];
		assert_int_equal(dns_query_write(&q, true, out), 0);
	}
	memset(name, 'x', sizeof(name));
	name[64] = '\0';
	q.name = name;
	assert_int_equal(dns_query_write(&q, true, out), 0);
	name[64] = 'x';
	for (size_t i = 50; i < sizeof(name); i += 50)
		name[i] = '.';
	name[DNS_NAME_SIZE] = '\0';
	assert_int_equal(dns_query_write(&q, true, out), 0);
	name[DNS_NAME_SIZE - 1] = '\0';
	assert_int_not_equal(dns_query_write(&q, true, out), 0);
}

static void names_and_addresses_as_text(void **state)
{
	char name[DNS_NAME_SIZE];
	struct dns_address a, net;
	(void)state;
	assert_true(dns_name_clean("Sel_1.ML.example.", name));
	assert_string_equal(name, "sel_1.ml.example");
	static const char *const bad[] = {"",	       ".",   "a b", "a..b",
					  "-\xc3\xa9", "a@b", ".a",  "a/b"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(dns_name_clean(bad[i], name));
	assert_string_equal(name, "");
	assert_true(dns_name_within("a.ml.example", "ml.example"));
	assert_true(dns_name_within("ml.example", "ml.example"));
	assert_false(dns_name_within("aml.example", "ml.example"));
	assert_false(dns_name_within("example", "ml.example"));
	assert_true(dns_address_read("192.0.2.10", &a));
	dns_address_reverse(&a, name);
	assert_string_equal(name, "10.2.0.192.in-addr.arpa");
	assert_true(dns_address_read("192.0.2.0", &net));
	assert_true(dns_address_within(&a, &net, 28));
	assert_false(dns_address_within(&a, &net, 29));
	assert_true(dns_address_within(&a, &net, 0));
	assert_false(dns_address_within(&a, &net, 32));
	assert_true(dns_address_read("2001:db8::1", &net));
	assert_false(dns_address_within(&a, &net, 0));
	dns_address_reverse(&net, name);
	assert_string_equal(name,
			    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
			    "8.b.d.0.1.0.0.2.ip6.arpa");
	assert_false(dns_address_read("192.0.2.10 ", &a));
	assert_false(dns_address_read("192.0.2", &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(statuses),
		cmocka_unit_test(answers_to_others_are_passed_over),
		cmocka_unit_test(aliases_are_followed_and_end),
		cmocka_unit_test(names_that_lead_in_rings_are_refused),
		cmocka_unit_test(cut_anywhere_it_is_never_believed),
		cmocka_unit_test(ceilings_hold),
		cmocka_unit_test(questions_are_written),
		cmocka_unit_test(names_and_addresses_as_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
