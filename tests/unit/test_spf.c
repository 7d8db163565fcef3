/* SPDX-License-Identifier: EUPL-1.2 */
/* SPF: what receivers conclude and count (RFC 7208), from tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/spf.h>

#include <stdio.h>

#include "dns_table.h"

#define D "ml.example"

struct row {
	const char *what;
	struct dns_row rows[14];
	const char *address; /* "" for none */
	enum spf_result result;
	int n_lookups, n_voids;
	char all;
	const char *why; /* a part of it; NULL: none */
};

static const struct row rows[] = {
	{"an address",
	 {{D, DNS_TXT, "v=spf1 ip4:192.0.2.10 -all"}},
	 "192.0.2.10",
	 SPF_PASS,
	 0,
	 0,
	 '-',
	 NULL},
	{"a network",
	 {{D, DNS_TXT, "v=spf1 ip4:192.0.2.0/28 -all"}},
	 "192.0.2.15",
	 SPF_PASS,
	 0,
	 0,
	 '-',
	 NULL},
	{"behind the network",
	 {{D, DNS_TXT, "v=spf1 ip4:192.0.2.0/28 -all"}},
	 "192.0.2.16",
	 SPF_FAIL,
	 0,
	 0,
	 '-',
	 NULL},
	{"everything of IPv4",
	 {{D, DNS_TXT, "v=spf1 ip4:0.0.0.0/0 -all"}},
	 "198.51.100.1",
	 SPF_PASS,
	 0,
	 0,
	 '-',
	 NULL},
	{"IPv6",
	 {{D, DNS_TXT, "v=spf1 ip6:2001:db8::/32 ~all"}},
	 "2001:db8:1::1",
	 SPF_PASS,
	 0,
	 0,
	 '~',
	 NULL},
	{"another family",
	 {{D, DNS_TXT, "v=spf1 ip6:2001:db8::/32 ~all"}},
	 "192.0.2.10",
	 SPF_SOFTFAIL,
	 0,
	 0,
	 '~',
	 NULL},
	{"the first word that matches",
	 {{D, DNS_TXT, "v=spf1 -ip4:192.0.2.10 ip4:192.0.2.0/24 -all"}},
	 "192.0.2.10",
	 SPF_FAIL,
	 0,
	 0,
	 '-',
	 NULL},
	{"capitals",
	 {{D, DNS_TXT, "V=SPF1 IP4:192.0.2.10 -ALL"}},
	 "192.0.2.10",
	 SPF_PASS,
	 0,
	 0,
	 '-',
	 NULL},
	{"nothing matches",
	 {{D, DNS_TXT, "v=spf1 ip4:192.0.2.11"}},
	 "192.0.2.10",
	 SPF_NEUTRAL,
	 0,
	 0,
	 0,
	 NULL},
	{"?all",
	 {{D, DNS_TXT, "v=spf1 ?all"}},
	 "192.0.2.10",
	 SPF_NEUTRAL,
	 0,
	 0,
	 '?',
	 NULL},
	{"a and its length",
	 {{D, DNS_TXT, "v=spf1 a/24 -all"}, {D, DNS_A, "192.0.2.1"}},
	 "192.0.2.10",
	 SPF_PASS,
	 1,
	 0,
	 '-',
	 NULL},
	{"a of IPv6 with both lengths",
	 {{D, DNS_TXT, "v=spf1 a:h.ml.example/24//64 -all"},
	  {"h.ml.example", DNS_AAAA, "2001:db8::1"}},
	 "2001:db8::ffff",
	 SPF_PASS,
	 1,
	 0,
	 '-',
	 NULL},
	{"mx",
	 {{D, DNS_TXT, "v=spf1 mx -all"},
	  {D, DNS_MX, "a.ml.example|b.ml.example"},
	  {"a.ml.example", DNS_A, "192.0.2.1"},
	  {"b.ml.example", DNS_A, "192.0.2.10"}},
	 "192.0.2.10",
	 SPF_PASS,
	 1,
	 0,
	 '-',
	 NULL},
	{"an MX of too many hosts",
	 {{D, DNS_TXT, "v=spf1 mx -all"},
	  {D, DNS_MX, "a.x|b.x|c.x|d.x|e.x|f.x|g.x|h.x|i.x|j.x|k.x"}},
	 "192.0.2.10",
	 SPF_PERMERROR,
	 1,
	 0,
	 '-',
	 "mail hosts"},
	{"an include that passes",
	 {{D, DNS_TXT, "v=spf1 include:i.example -all"},
	  {"i.example", DNS_TXT, "v=spf1 ip4:192.0.2.10 -all"}},
	 "192.0.2.10",
	 SPF_PASS,
	 1,
	 0,
	 '-',
	 NULL},
	{"a fail inside is no match",
	 {{D, DNS_TXT, "v=spf1 include:i.example ~all"},
	  {"i.example", DNS_TXT, "v=spf1 -all"}},
	 "192.0.2.10",
	 SPF_SOFTFAIL,
	 1,
	 0,
	 '~',
	 NULL},
	{"an include of nothing",
	 {{D, DNS_TXT, "v=spf1 include:i.example -all"}},
	 "192.0.2.10",
	 SPF_PERMERROR,
	 1,
	 1,
	 '-',
	 "i.example has no record"},
	{"decided before what is broken",
	 {{D, DNS_TXT, "v=spf1 ip4:192.0.2.10 include:i.example -all"}},
	 "192.0.2.10",
	 SPF_PASS,
	 1,
	 1,
	 '-',
	 "i.example has no record"},
	{"an include of itself",
	 {{D, DNS_TXT, "v=spf1 include:ml.example -all"}},
	 "192.0.2.10",
	 SPF_PERMERROR,
	 1,
	 0,
	 '-',
	 "within itself"},
	{"a ring",
	 {{D, DNS_TXT, "v=spf1 include:i.example -all"},
	  {"i.example", DNS_TXT, "v=spf1 include:j.example -all"},
	  {"j.example", DNS_TXT, "v=spf1 redirect=i.example"}},
	 "192.0.2.10",
	 SPF_PERMERROR,
	 3,
	 0,
	 '-',
	 "within itself"},
	{"a redirect",
	 {{D, DNS_TXT, "v=spf1 redirect=r.example"},
	  {"r.example", DNS_TXT, "v=spf1 ip4:192.0.2.10 ~all"}},
	 "192.0.2.10",
	 SPF_PASS,
	 1,
	 0,
	 '~',
	 NULL},
	{"a redirect behind all is not followed",
	 {{D, DNS_TXT, "v=spf1 redirect=r.example -all"}},
	 "192.0.2.10",
	 SPF_FAIL,
	 0,
	 0,
	 '-',
	 NULL},
	{"a redirect to nothing",
	 {{D, DNS_TXT, "v=spf1 redirect=r.example"}},
	 "192.0.2.10",
	 SPF_PERMERROR,
	 1,
	 1,
	 0,
	 "no record"},
	{"a word with a mistake",
	 {{D, DNS_TXT, "v=spf1 ip4:192.0.2.10 ipv4:192.0.2.11 -all"}},
	 "192.0.2.10",
	 SPF_PERMERROR,
	 0,
	 0,
	 0,
	 "ipv4:192.0.2.11"},
	{"modifiers nobody knows",
	 {{D, DNS_TXT, "v=spf1 x-y=1 exp=e.ml.example ip4:192.0.2.10 -all"}},
	 "192.0.2.10",
	 SPF_PASS,
	 0,
	 0,
	 '-',
	 NULL},
	{"names that have nothing",
	 {{D, DNS_TXT,
	   "v=spf1 a:a.x.example a:b.x.example a:c.x.example ip4:192.0.2.10 -all"}},
	 "192.0.2.10",
	 SPF_PERMERROR,
	 3,
	 3,
	 '-',
	 "c.x.example"},
	{"two of them are allowed",
	 {{D, DNS_TXT,
	   "v=spf1 a:a.x.example mx:b.x.example ip4:192.0.2.10 -all"}},
	 "192.0.2.10",
	 SPF_PASS,
	 2,
	 2,
	 '-',
	 NULL},
	{"a silent name",
	 {{D, DNS_TXT, "v=spf1 a:s.example -all"}, {"s.example", DNS_A, "?"}},
	 "192.0.2.10",
	 SPF_TEMPERROR,
	 1,
	 0,
	 '-',
	 NULL},
	{"a silent include",
	 {{D, DNS_TXT, "v=spf1 include:s.example -all"},
	  {"s.example", DNS_TXT, "!"}},
	 "192.0.2.10",
	 SPF_TEMPERROR,
	 1,
	 0,
	 '-',
	 NULL},
	{"a macro leaves a doubt",
	 {{D, DNS_TXT, "v=spf1 include:%{d}.list.example -all"}},
	 "192.0.2.10",
	 SPF_UNKNOWN,
	 1,
	 0,
	 '-',
	 NULL},
	{"a pass behind a doubt that agrees",
	 {{D, DNS_TXT, "v=spf1 exists:%{i}.list.example ip4:192.0.2.10 -all"}},
	 "192.0.2.10",
	 SPF_PASS,
	 1,
	 0,
	 '-',
	 NULL},
	{"a pass behind a doubt that does not",
	 {{D, DNS_TXT, "v=spf1 -exists:%{i}.list.example ip4:192.0.2.10 -all"}},
	 "192.0.2.10",
	 SPF_UNKNOWN,
	 1,
	 0,
	 '-',
	 NULL},
	{"a redirect nobody can fill",
	 {{D, DNS_TXT, "v=spf1 redirect=%{d}.example"}},
	 "192.0.2.10",
	 SPF_UNKNOWN,
	 1,
	 0,
	 0,
	 NULL},
	{"no address",
	 {{D, DNS_TXT, "v=spf1 a mx -all"},
	  {D, DNS_A, "192.0.2.1"},
	  {D, DNS_MX, "ml.example"}},
	 "",
	 SPF_UNDECIDED,
	 2,
	 0,
	 '-',
	 NULL},
};

static void check(const struct row *row, struct arena *a)
{
	struct dns_table table = {.rows = row->rows};
	struct dns_asker dns = {dns_table_ask, &table};
	struct dns_address address;
	struct spf_report r;
	int n = *row->address ? 1 : 0;
	if (n)
		assert_true(dns_address_read(row->address, &address));
	spf_evaluate(D, &address, n, &dns, a, &r);
	bool is_why = row->why ? strstr(r.why, row->why) != NULL : !*r.why;
	if (r.results[0] != row->result || r.n_lookups != row->n_lookups ||
	    r.n_voids != row->n_voids || r.all != row->all || !is_why)
		fail_msg("%s: %s, %d look-ups, %d voids, all '%c', why \"%s\"",
			 row->what, spf_results[r.results[0]], r.n_lookups,
			 r.n_voids, r.all ? r.all : '0', r.why);
	assert_int_equal(r.n_records, 1);
}

static void receivers_conclude(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(&rows[i], &a);
	arena_clear(&a);
}

static struct spf_report judge(const struct dns_row *table_rows,
			       const char *address, struct arena *a)
{
	static struct dns_table table;
	table = (struct dns_table){.rows = table_rows};
	struct dns_asker dns = {dns_table_ask, &table};
	struct dns_address one;
	struct spf_report r;
	assert_true(dns_address_read(address, &one));
	spf_evaluate(D, &one, 1, &dns, a, &r);
	return r;
}

static void none_two_and_silence_are_told_apart(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	static const struct dns_row none[] = {
		{D, DNS_TXT, "v=spf10 -all|v=spf1-all|other"}, {0}};
	struct spf_report r = judge(none, "192.0.2.10", &a);
	assert_int_equal(r.n_records, 0);
	assert_null(r.record);
	assert_false(r.is_unanswered);
	static const struct dns_row two[] = {{D, DNS_TXT, "v=spf1 -all|v=spf1"},
					     {0}};
	r = judge(two, "192.0.2.10", &a);
	assert_int_equal(r.n_records, 2);
	assert_int_equal(r.results[0], SPF_PERMERROR);
	static const struct dns_row silent[] = {{D, DNS_TXT, "?"}, {0}};
	r = judge(silent, "192.0.2.10", &a);
	assert_true(r.is_unanswered);
	assert_int_equal(r.results[0], SPF_TEMPERROR);
	arena_clear(&a);
}

/* Eleven look-ups are one too many, wherever they lie; who is decided before
 * the eleventh is decided. */
static void look_ups_are_counted_in_all_includes(void **state)
{
	static const struct dns_row ten[] = {
		{D, DNS_TXT,
		 "v=spf1 include:i.example include:i.example a a a a "
		 "ip4:192.0.2.10 -all"},
		{"i.example", DNS_TXT, "v=spf1 a:h.example ?mx:h.example"},
		{"h.example", DNS_A, "198.51.100.1"},
		{"h.example", DNS_MX, "h.example"},
		{D, DNS_A, "198.51.100.1"},
		{0}};
	static const struct dns_row eleven[] = {
		{D, DNS_TXT,
		 "v=spf1 include:i.example include:i.example a a a a a "
		 "ip4:192.0.2.10 -all"},
		{"i.example", DNS_TXT, "v=spf1 a:h.example ?mx:h.example"},
		{"h.example", DNS_A, "198.51.100.1"},
		{"h.example", DNS_MX, "h.example"},
		{D, DNS_A, "198.51.100.1"},
		{0}};
	struct arena a;
	(void)state;
	arena_init(&a);
	struct spf_report r = judge(ten, "192.0.2.10", &a);
	assert_int_equal(r.n_lookups, 10);
	assert_int_equal(r.results[0], SPF_PASS);
	assert_string_equal(r.why, "");
	r = judge(eleven, "192.0.2.10", &a);
	assert_int_equal(r.n_lookups, 11);
	assert_int_equal(r.results[0], SPF_PERMERROR);
	assert_non_null(strstr(r.why, "more than 10"));
	r = judge(eleven, "198.51.100.1", &a);
	assert_int_equal(r.results[0], SPF_PASS);
	arena_clear(&a);
}

/* A tree without end ends, and says so. */
static void a_record_of_many_words_is_given_up(void **state)
{
	char names[16][32], texts[16][600];
	struct dns_row many[17] = {{0}};
	struct arena a;
	(void)state;
	for (int i = 0; i < 16; i++) {
		size_t at =
			(size_t)snprintf(texts[i], sizeof(texts[i]), "v=spf1");
		snprintf(names[i], sizeof(names[i]), i ? "n%d.example" : D, i);
		for (int k = 1; k < 16; k++)
			at += (size_t)snprintf(texts[i] + at,
					       sizeof(texts[i]) - at,
					       " include:n%d.example", k);
		many[i] = (struct dns_row){names[i], DNS_TXT, texts[i]};
	}
	arena_init(&a);
	struct spf_report r = judge(many, "192.0.2.10", &a);
	assert_int_equal(r.results[0], SPF_PERMERROR);
	assert_in_range(r.n_lookups, SPF_LOOKUPS_MAX + 1, 100);
	arena_clear(&a);
}

static void several_addresses_are_judged_each(void **state)
{
	static const struct dns_row table_rows[] = {
		{D, DNS_TXT, "v=spf1 ip4:192.0.2.10 mx ~all"},
		{D, DNS_MX, "h.example"},
		{"h.example", DNS_AAAA, "2001:db8::1"},
		{0}};
	struct dns_table table = {.rows = table_rows};
	struct dns_asker dns = {dns_table_ask, &table};
	struct dns_address three[3];
	struct spf_report r;
	struct arena a;
	(void)state;
	arena_init(&a);
	assert_true(dns_address_read("192.0.2.10", &three[0]));
	assert_true(dns_address_read("2001:db8::1", &three[1]));
	assert_true(dns_address_read("192.0.2.11", &three[2]));
	spf_evaluate(D, three, 3, &dns, &a, &r);
	assert_int_equal(r.results[0], SPF_PASS);
	assert_int_equal(r.results[1], SPF_PASS);
	assert_int_equal(r.results[2], SPF_SOFTFAIL);
	assert_int_equal(r.n_voids, 0); /* it has an address of one family */
	arena_clear(&a);
}

static void terms_are_read_or_refused(void **state)
{
	static const char *const good[] = {
		"all",
		"-all",
		"a",
		"a/0",
		"a//128",
		"a/32//0",
		"mx:x.example",
		"mx/24",
		"ptr",
		"ptr:x.example",
		"ip4:192.0.2.1",
		"ip6:::/0",
		"exists:%{i}.x.example",
		"redirect=x.example",
		"include:_spf.x.example.",
		"exp=%{d}",
		"anything=",
	};
	static const char *const bad[] = {
		"",
		"+",
		"al",
		"all:x.example",
		"a/33",
		"a/",
		"a//129",
		"a/24/64",
		"a:",
		"include",
		"include:",
		"include:nopoint",
		"ip4",
		"ip4:",
		"ip4:192.0.2",
		"ip4:192.0.2.1/33",
		"ip4:2001:db8::1",
		"ip6:192.0.2.1",
		"ip6:::1/129",
		"exists",
		"redirect=",
		"=x",
		"redirect=a b",
		"--all",
		"a:x..example",
		"include:x.example/24",
		"mx/+1",
	};
	struct spf_term t;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!spf_term_read(good[i], strlen(good[i]), &t))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (spf_term_read(bad[i], strlen(bad[i]), &t))
			fail_msg("taken: %s", bad[i]);
	assert_true(spf_term_read("~mx:X.Example./24//64", 21, &t));
	assert_int_equal(t.kind, SPF_MX);
	assert_int_equal(t.qualifier, '~');
	assert_string_equal(t.domain, "x.example");
	assert_int_equal(t.bits4, 24);
	assert_int_equal(t.bits6, 64);
	assert_false(spf_term_read("\0all", 4, &t));
}

static void the_record_to_publish_lets_the_address_pass(void **state)
{
	struct dns_address two[2];
	struct arena a;
	(void)state;
	arena_init(&a);
	assert_true(dns_address_read("192.0.2.10", &two[0]));
	assert_true(dns_address_read("2001:db8::10", &two[1]));
	assert_string_equal(spf_with(NULL, two, 2, &a),
			    "v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 -all");
	assert_string_equal(
		spf_with("v=spf1 include:x.example ~all", two, 1, &a),
		"v=spf1 ip4:192.0.2.10 include:x.example ~all");
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receivers_conclude),
		cmocka_unit_test(none_two_and_silence_are_told_apart),
		cmocka_unit_test(look_ups_are_counted_in_all_includes),
		cmocka_unit_test(a_record_of_many_words_is_given_up),
		cmocka_unit_test(several_addresses_are_judged_each),
		cmocka_unit_test(terms_are_read_or_refused),
		cmocka_unit_test(the_record_to_publish_lets_the_address_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
