/* SPDX-License-Identifier: EUPL-1.2 */
/* DMARC: records, the walk up to the organisation, alignment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/dmarc.h>
#include <etrier/mem.h>

#include <stdio.h>

#include "dns_table.h"

static void records(void **state)
{
	struct arena a;
	struct dmarc_record r;
	(void)state;
	arena_init(&a);
	assert_true(dmarc_record_read(
		"v=DMARC1; p=Reject; sp=none; aspf=s; adkim=r; pct=50; "
		"rua=mailto:d@ml.example; psd=n",
		&a, &r));
	assert_int_equal(r.policy, DMARC_P_REJECT);
	assert_int_equal(r.sub_policy, DMARC_P_NONE);
	assert_true(r.is_strict_spf && r.has_reports && r.has_policy);
	assert_false(r.is_strict_dkim);
	assert_int_equal(r.percent, 50);
	assert_int_equal(r.psd, 'n');
	assert_true(dmarc_record_read("v=DMARC1;p=quarantine", &a, &r));
	assert_int_equal(r.sub_policy, DMARC_P_QUARANTINE);
	assert_int_equal(r.percent, 100);
	assert_false(r.has_reports);
	assert_true(dmarc_record_read("v=DMARC1; p=strict", &a, &r));
	assert_false(r.has_policy);
	assert_int_equal(r.policy, DMARC_P_NONE);
	static const char *const bad[] = {"", "p=none; v=DMARC1", "v=dmarc1",
					  "v=DMARC2; p=none", "v=spf1 -all"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(dmarc_record_read(bad[i], &a, &r));
	arena_clear(&a);
}

struct row {
	const char *what;
	struct dns_row rows[6];
	const char *domain;
	const char *found, *organisation;
	enum dmarc_policy policy;
};
static const struct row rows[] = {
	{"its own",
	 {{"_dmarc.ml.example", DNS_TXT, "v=DMARC1; p=reject; sp=none"}},
	 "ml.example",
	 "ml.example",
	 "ml.example",
	 DMARC_P_REJECT},
	{"its organisation's",
	 {{"_dmarc.ml.example", DNS_TXT, "v=DMARC1; p=reject; sp=none"}},
	 "offres.ml.example",
	 "ml.example",
	 "ml.example",
	 DMARC_P_NONE},
	{"its own before its organisation's",
	 {{"_dmarc.offres.ml.example", DNS_TXT, "v=DMARC1; p=none"},
	  {"_dmarc.ml.example", DNS_TXT, "v=DMARC1; p=reject"}},
	 "offres.ml.example",
	 "offres.ml.example",
	 "ml.example",
	 DMARC_P_NONE},
	{"a registry's above the organisation",
	 {{"_dmarc.ml.example", DNS_TXT, "v=DMARC1; p=reject"},
	  {"_dmarc.example", DNS_TXT, "v=DMARC1; p=none; psd=y"}},
	 "offres.ml.example",
	 "ml.example",
	 "ml.example",
	 DMARC_P_REJECT},
	{"a registry's alone",
	 {{"_dmarc.example", DNS_TXT, "v=DMARC1; p=none; sp=reject; psd=y"}},
	 "offres.ml.example",
	 "example",
	 "ml.example",
	 DMARC_P_REJECT},
	{"an organisation that says it is one",
	 {{"_dmarc.ml.example", DNS_TXT, "v=DMARC1; p=reject; psd=n"},
	  {"_dmarc.example", DNS_TXT, "v=DMARC1; p=none"}},
	 "offres.ml.example",
	 "ml.example",
	 "ml.example",
	 DMARC_P_REJECT},
	{"many labels",
	 {{"_dmarc.g.h.example", DNS_TXT, "v=DMARC1; p=reject"}},
	 "a.b.c.d.e.f.g.h.example",
	 "g.h.example",
	 "g.h.example",
	 DMARC_P_REJECT},
	{"none",
	 {{"ml.example", DNS_TXT, ""}},
	 "ml.example",
	 "",
	 "ml.example",
	 DMARC_P_NONE},
	{"two are none",
	 {{"_dmarc.ml.example", DNS_TXT, "v=DMARC1; p=none|v=DMARC1; p=none"}},
	 "ml.example",
	 "",
	 "ml.example",
	 DMARC_P_NONE},
};

static void the_walk_ends_at_the_organisation(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct dns_table table = {.rows = row->rows};
		struct dns_asker dns = {dns_table_ask, &table};
		struct dmarc_report r;
		dmarc_find(row->domain, &dns, &a, &r);
		bool is_right = r.has_record == (*row->found != '\0') &&
				str_eq(r.found, row->found) &&
				str_eq(r.organisation, row->organisation);
		if (!is_right ||
		    (r.has_record &&
		     dmarc_policy_for(&r, row->domain) != row->policy))
			fail_msg("%s: found \"%s\", organisation \"%s\", %s",
				 row->what, r.found, r.organisation,
				 dmarc_policies[r.record.policy]);
		assert_in_range(table.n_asked, 1, DMARC_WALK_MAX);
		assert_false(r.is_unanswered);
	}
	arena_clear(&a);
}

static void silence_is_not_absence(void **state)
{
	static const struct dns_row table_rows[] = {
		{"_dmarc.ml.example", DNS_TXT, "?"}, {0}};
	struct dns_table table = {.rows = table_rows};
	struct dns_asker dns = {dns_table_ask, &table};
	struct dmarc_report r;
	struct arena a;
	(void)state;
	arena_init(&a);
	dmarc_find("offres.ml.example", &dns, &a, &r);
	assert_false(r.has_record);
	assert_true(r.is_unanswered);
	arena_clear(&a);
}

static void alignment(void **state)
{
	struct dmarc_report r = {.organisation = "ml.example"};
	(void)state;
	assert_true(dmarc_is_aligned(&r, "a.ml.example", "a.ml.example", true));
	assert_false(dmarc_is_aligned(&r, "a.ml.example", "ml.example", true));
	assert_true(dmarc_is_aligned(&r, "a.ml.example", "ml.example", false));
	assert_true(
		dmarc_is_aligned(&r, "a.ml.example", "b.ml.example", false));
	assert_false(
		dmarc_is_aligned(&r, "a.ml.example", "bml.example", false));
	assert_false(dmarc_is_aligned(&r, "a.ml.example", "example", false));
	assert_false(dmarc_is_aligned(&r, "a.ml.example", "", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
		cmocka_unit_test(the_walk_ends_at_the_organisation),
		cmocka_unit_test(silence_is_not_absence),
		cmocka_unit_test(alignment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
