/* SPDX-License-Identifier: EUPL-1.2 */
/* How fast mail goes to whom: the pace of an operator, what a reply of policy
 * stops and for how long, the warm-up, the figures; and the table we ship. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mailpace.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define HOUR INT64_C(3600)

static int64_t at(const char *local)
{
	int32_t day;
	char date[11];
	str_copy(date, sizeof(date), local);
	assert_int_equal(date_parse_iso(date, &day), 0);
	return paris_instant(day,
			     ((local[11] - '0') * 10 + local[12] - '0') * 60 +
				     (local[14] - '0') * 10 + local[15] - '0');
}

static json_t *parse(const char *text)
{
	struct err err;
	char *copy = mem_dup(text);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	json_t *v = js_parse(copy, strlen(copy), &err);
	if (!v)
		fail_msg("%s: %s", err.text, copy);
	free(copy);
	return v;
}

static struct mailpace *paced(const char *table, int32_t warmup)
{
	struct mailpace *p = mailpace_new();
	json_t *v = parse(table);
	mailpace_configure(p, v, warmup);
	json_decref(v);
	return p;
}

#define TABLE                                                       \
	"{'domains':{'orange':{'match':['orange.fr','wanadoo.fr']," \
	"'max_per_minute':60,'backoff':["                           \
	"{'reply':'421 .*OFR004_10[45]','minutes':60},"             \
	"{'reply':'^4','minutes':5}]},"                             \
	"'laposte':{'match':['laposte.net'],'max_per_minute':0,"    \
	"'backoff':[{'reply':'LPN007_','minutes':90}]}}}"

static void test_an_operator_gets_its_mails_at_its_pace(void **state)
{
	(void)state;
	struct mailpace *p = paced(TABLE, DATE_NONE);
	int64_t t0 = at("2026-11-23T10:00"), waits[600];
	const char *why;
	size_t n_waiting = 0;
	int went = 0;
	/* 600 are due at once, at two domains of one operator. */
	for (int i = 0; i < 600; i++) {
		int64_t t = mailpace_take(
			p, i % 2 ? "a@orange.fr" : "b@WANADOO.fr", t0, &why);
		if (t == t0)
			went++;
		else
			waits[n_waiting++] = t;
	}
	assert_in_range(went, 1, 15); /* a burst of ten seconds */
	assert_int_equal(went + (int)n_waiting, 600);
	/* Each comes back when told, and goes then or a little later. */
	int a_minute[20] = {went};
	while (n_waiting) {
		size_t first = 0;
		for (size_t i = 1; i < n_waiting; i++)
			if (waits[i] < waits[first])
				first = i;
		int64_t now = waits[first];
		assert_in_range(now, t0 + 1, t0 + 1100);
		int64_t t = mailpace_take(p, "a@orange.fr", now, &why);
		if (t > now) {
			assert_string_equal(why, "not so fast to one mail "
						 "operator");
			waits[first] = t;
			continue;
		}
		a_minute[(now - t0) / 60]++;
		waits[first] = waits[--n_waiting];
	}
	for (size_t i = 0; i < ARRAY_LEN(a_minute); i++)
		assert_in_range(a_minute[i], 0, 75); /* 60 and the burst */
	/* Nobody else waited for them. */
	for (int i = 0; i < 500; i++)
		assert_true(mailpace_take(p, "c@laposte.net", t0, &why) == t0 &&
			    mailpace_take(p, "d@ml.example", t0, &why) == t0);
	mailpace_free(p);
}

static enum mailpace_class said(struct mailpace *p, const char *address,
				const char *verdict, int64_t now,
				int64_t *until)
{
	json_t *v = parse(verdict);
	enum mailpace_class class = mailpace_verdict(p, address, v, now, until);
	json_decref(v);
	return class;
}

static void test_replies_have_their_class(void **state)
{
	(void)state;
	static const struct {
		const char *address, *verdict;
		enum mailpace_class class;
		int64_t hold_s;
	} cases[] = {
		{"a@b.example", "{'result':'sent','reason':'ok','code':250}",
		 MAILPACE_PLAIN, 0},
		{"a@b.example",
		 "{'result':'failed','reason':'refused','code':550,"
		 "'enhanced':'5.1.1','text':'no such user'}",
		 MAILPACE_PLAIN, 0},
		{"a@b.example",
		 "{'result':'failed','reason':'refused','code':550,"
		 "'enhanced':'5.7.1','text':'denied'}",
		 MAILPACE_POLICY, HOUR},
		{"a@free.example",
		 "{'result':'failed','reason':'refused','code':550,"
		 "'enhanced':'','text':'Spam detected'}",
		 MAILPACE_POLICY, HOUR},
		{"a@orange.fr",
		 "{'result':'failed','reason':'refused','code':550,"
		 "'enhanced':'5.2.0','text':'mail rejete OFR_416'}",
		 MAILPACE_POLICY, HOUR},
		{"a@orange.fr",
		 "{'result':'retry','reason':'refused','code':421,"
		 "'enhanced':'','text':'too many OFR004_104'}",
		 MAILPACE_BACKOFF, HOUR},
		{"a@wanadoo.fr",
		 "{'result':'retry','reason':'refused','code':451,"
		 "'enhanced':'4.3.0','text':'busy'}",
		 MAILPACE_BACKOFF, HOUR / 12},
		{"a@laposte.net",
		 "{'result':'failed','reason':'refused','code':550,"
		 "'enhanced':'5.5.0','text':'LPN007_510 plus tard'}",
		 MAILPACE_POLICY, HOUR * 3 / 2},
		/* our login at the relay, and a relay that is away */
		{"a@b.example",
		 "{'result':'retry','reason':'refused','code':535,"
		 "'enhanced':'5.7.8','text':'bad credentials'}",
		 MAILPACE_PLAIN, 0},
		{"a@orange.fr",
		 "{'result':'retry','reason':'network','code':421,"
		 "'enhanced':'','text':'too busy'}",
		 MAILPACE_PLAIN, 0},
	};
	int64_t now = at("2026-11-23T10:00");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mailpace *p = paced(TABLE, DATE_NONE);
		const char *why;
		int64_t until = now;
		enum mailpace_class class = said(p, cases[i].address,
						 cases[i].verdict, now, &until);
		if (class != cases[i].class || until - now != cases[i].hold_s)
			fail_msg("case %zu: class %d, %lld s", i, (int)class,
				 (long long)(until - now));
		/* That operator waits, all of it, and no other. */
		assert_int_equal(mailpace_take(p, cases[i].address, now, &why),
				 now + cases[i].hold_s);
		assert_int_equal(mailpace_take(p, "z@else.example", now, &why),
				 now);
		int64_t end;
		assert_int_equal(class == MAILPACE_POLICY,
				 mailpace_held(p, 0, now, &end) != NULL);
		mailpace_free(p);
	}
}

static void test_policy_holds_longer_each_time_until_it_is_over(void **state)
{
	(void)state;
	static const int hours[] = {1, 2, 4, 8, 16, 24, 24};
#define POLICY                                              \
	"{'result':'failed','reason':'refused','code':550," \
	"'enhanced':'5.7.1','text':'no'}"
	struct mailpace *p = paced(TABLE, DATE_NONE);
	int64_t now = at("2026-11-23T10:00"), until, end;
	for (size_t i = 0; i < ARRAY_LEN(hours); i++) {
		said(p, "a@laposte.net", POLICY, now, &until);
		assert_int_equal(until, now + hours[i] * HOUR);
		/* What was on its way says it again: no longer for that. */
		said(p, "b@laposte.net", POLICY, now + 60, &until);
		assert_int_equal(until, now + hours[i] * HOUR);
		assert_string_equal(mailpace_held(p, 0, now, &end), "laposte");
		assert_int_equal(end, until);
		now = until;
		assert_null(mailpace_held(p, 0, now, &end));
	}
	said(p, "a@laposte.net", "{'result':'sent','reason':'ok'}", now,
	     &until);
	assert_int_equal(mailpace_hold(p, "a@laposte.net", now), now + HOUR);
	/* A domain of nobody's table has no name. */
	mailpace_hold(p, "moi@famille-dupont.example", now);
	assert_string_equal(mailpace_held(p, 1, now, &end), MAILPACE_OTHER);
	mailpace_free(p);
}

static void test_the_warm_up_grows_by_half_a_day(void **state)
{
	(void)state;
	static const int limits[] = {200, 300, 450, 675, 1012};
	int32_t day;
	const char *why;
	assert_int_equal(date_parse_iso("2026-11-23", &day), 0);
	struct mailpace *p = paced("{}", day);
	for (int d = 0; d < (int)ARRAY_LEN(limits); d++) {
		int64_t now = paris_instant(day + d, 9 * 60);
		for (int i = 0; i < limits[d]; i++)
			assert_int_equal(
				mailpace_take(p, "a@b.example", now, &why),
				now);
		assert_int_equal(mailpace_take(p, "a@b.example", now, &why),
				 paris_instant(day + d + 1, 0));
		assert_string_equal(why, "enough for a day of the warm-up");
	}
	mailpace_free(p);
}

static void test_figures_survive_and_name_nobody(void **state)
{
	(void)state;
	struct mailpace *p = paced(TABLE, DATE_NONE);
	int64_t now = at("2026-11-23T10:00"), until;
	for (int i = 0; i < 3; i++)
		said(p, "a@orange.fr", "{'result':'sent','reason':'ok'}", now,
		     &until);
	said(p, "a@orange.fr", "{'result':'retry','reason':'network'}", now,
	     &until);
	said(p, "moi@famille-dupont.example",
	     "{'result':'failed','reason':'refused','code':550,"
	     "'enhanced':'5.1.1'}",
	     now, &until);
	said(p, "a@b.example", "{'result':'sent','reason':'ok'}", now + 86400,
	     &until);
	json_t *rows = mailpace_figures(p);
	json_t *wanted = parse(
		"[{'day':'2026-11-24','name':'other','sent':1,'failed':0,"
		"'deferred':0},{'day':'2026-11-23','name':'orange','sent':3,"
		"'failed':0,'deferred':1},{'day':'2026-11-23','name':'other',"
		"'sent':0,'failed':1,'deferred':0}]");
	if (!json_equal(rows, wanted))
		fail_msg("%s", json_dumps(rows, 0));
	struct mailpace *next = paced(TABLE, DATE_NONE);
	mailpace_load(next, rows, now + 86400);
	json_t *again = mailpace_figures(next);
	assert_true(json_equal(again, wanted));
	json_decref(again);
	mailpace_free(next);
	/* Today's count for the warm-up too; old days are gone. */
	int32_t day;
	assert_int_equal(date_parse_iso("2026-11-23", &day), 0);
	next = paced(TABLE, day);
	json_t *many = parse("[{'day':'2026-11-23','name':'x','sent':200},"
			     "{'day':'2026-11-01','name':'x','sent':7},"
			     "{'day':'soon'},3,null]");
	const char *why;
	mailpace_load(next, many, now);
	assert_true(mailpace_take(next, "a@b.example", now, &why) > now);
	again = mailpace_figures(next);
	assert_int_equal(json_array_size(again), 1);
	json_decref(again);
	json_decref(many);
	mailpace_free(next);
	json_decref(rows);
	json_decref(wanted);
	mailpace_free(p);
}

static void test_a_reload_keeps_holds(void **state)
{
	(void)state;
	struct mailpace *p = paced(TABLE, DATE_NONE);
	int64_t now = at("2026-11-23T10:00"), end;
	mailpace_hold(p, "a@wanadoo.fr", now);
	json_t *table = parse(TABLE);
	mailpace_configure(p, table, DATE_NONE);
	assert_string_equal(mailpace_held(p, 0, now, &end), "orange");
	mailpace_configure(p, NULL, DATE_NONE);
	assert_null(mailpace_held(p, 0, now, &end));
	json_decref(table);
	mailpace_free(p);
}

/* All that decides comes back: after a kill nobody has a second share. */
static void test_the_state_comes_back(void **state)
{
	(void)state;
	int32_t day;
	int64_t now = at("2026-11-23T10:00"), until, end;
	const char *why;
	assert_int_equal(date_parse_iso("2026-11-23", &day), 0);
	struct mailpace *p = paced(TABLE, day), *next = paced(TABLE, day);
	uint64_t changes = mailpace_changes(p);
	for (int i = 0; i < 40; i++)
		mailpace_take(p, "a@orange.fr", now, &why);
	assert_true(mailpace_changes(p) != changes);
	int64_t place = mailpace_take(p, "a@orange.fr", now, &why);
	assert_true(place > now);
	mailpace_hold(p, "a@laposte.net", now);
	mailpace_hold(p, "moi@famille-dupont.example", now);
	said(p, "b@orange.fr", "{'result':'sent','reason':'ok'}", now, &until);
	json_t *kept = mailpace_state(p, now);
	mailpace_resume(next, kept, now);
	json_t *again = mailpace_state(next, now);
	assert_true(json_equal(kept, again));
	/* Behind those who were told to wait before. */
	assert_true(mailpace_take(next, "a@orange.fr", now, &why) >= place);
	assert_int_equal(
		mailpace_take(next, "x@famille-dupont.example", now, &why),
		now + MAILPACE_HOLD_S);
	assert_int_equal(mailpace_take(next, "x@laposte.net", now, &why),
			 now + MAILPACE_HOLD_S);
	assert_non_null(mailpace_held(next, 1, now, &end));
	json_decref(again);
	mailpace_free(next);
	/* Another day, another table, words of nobody's: nothing is broken. */
	next = paced("{}", day);
	mailpace_resume(next, kept, now + 86400);
	assert_int_equal(mailpace_take(next, "a@orange.fr", now + 86400, &why),
			 now + 86400);
	json_t *odd = parse("{'day':7,'operators':[3,{'name':'orange','until':"
			    "9000000000000}],'domains':[null,{'domain':9}],"
			    "'rows':{}}");
	mailpace_resume(next, odd, now);
	mailpace_free(next);
	/* A clock set back closes nobody for good. */
	next = paced(TABLE, DATE_NONE);
	mailpace_resume(next, odd, now);
	assert_in_range(mailpace_take(next, "a@orange.fr", now, &why), now,
			now + MAILPACE_HOLD_MAX_S);
	mailpace_free(next);
	json_decref(odd);
	json_decref(kept);
	mailpace_free(p);
}

/* Domains without end share one pace, and memory has one. */
static void test_strangers_domains_are_bounded(void **state)
{
	(void)state;
	struct mailpace *p = paced(TABLE, DATE_NONE);
	int64_t now = at("2026-11-23T10:00"), until;
	for (int i = 0; i < MAILPACE_DOMAINS + 500; i++) {
		char *address = mem_printf("a@d%d.example", i);
		said(p, address, "{'result':'sent','reason':'ok'}", now,
		     &until);
		free(address);
	}
	json_t *rows = mailpace_figures(p);
	assert_int_equal(json_array_size(rows), 1);
	assert_int_equal(js_int(json_array_get(rows, 0), "sent", 0),
			 MAILPACE_DOMAINS + 500);
	json_decref(rows);
	mailpace_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_operator_gets_its_mails_at_its_pace),
		cmocka_unit_test(test_replies_have_their_class),
		cmocka_unit_test(
			test_policy_holds_longer_each_time_until_it_is_over),
		cmocka_unit_test(test_the_warm_up_grows_by_half_a_day),
		cmocka_unit_test(test_figures_survive_and_name_nobody),
		cmocka_unit_test(test_a_reload_keeps_holds),
		cmocka_unit_test(test_the_state_comes_back),
		cmocka_unit_test(test_strangers_domains_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
