/* SPDX-License-Identifier: EUPL-1.2 */
/* What a source is asked: whole conversations as tables of requests and
 * answers, and the servers that would have us ask for ever. */
#include "../../src/collector/ask.h"
#include "../../src/collector/oauth.h"
#include "../../src/collector/poll_config.h"

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define NOW 1800000000

struct turn {
	const char *url;  /* expected, after the host; NULL: the end */
	const char *body; /* expected or NULL */
	struct ask_answer answer;
};

static json_t *json(const char *text)
{
	struct err err;
	json_t *v = js_parse(text, strlen(text), &err);
	assert_non_null(v);
	return v;
}

/* Plays the table; fails when a request differs. Returns the ask, at its
 * end. */
static struct ask *play(const json_t *source, const char *since,
			const json_t *check, const struct turn *turns)
{
	struct ask *a = ask_new(&(struct ask_in){.source = source,
						 .since = since,
						 .check = check,
						 .now = NOW,
						 .user_agent = "etrier"});
	struct ask_request q;
	for (; turns->url; turns++) {
		struct err err = {0};
		assert_true(ask_next(a, &q));
		assert_string_equal(q.url, turns->url);
		if (turns->body)
			assert_string_equal(q.body, turns->body);
		else
			assert_null(q.body);
		int rc = ask_answered(a, &turns->answer, &err);
		if (rc)
			print_message("%s\n", err.text);
		assert_int_equal(rc, 0);
	}
	assert_false(ask_next(a, &q));
	return a;
}

#define OK(n)	    .http = 200, .n_records = (n)
#define HASH(x)	    .hash = (x)
#define PART(n, cr) .http = 206, .n_records = (n), .content_range = (cr)

static void one_request_is_conditional_and_whole(void **state)
{
	(void)state;
	json_t *s = json("{\"kind\":\"json\",\"url\":\"https://a.example/x\","
			 "\"query\":{\"q\":[\"caf\xc3\xa9 & co\",\"b\"]}}");
	struct ask *a = ask_new(&(struct ask_in){.source = s});
	struct ask_request q;
	struct err err;
	assert_true(ask_next(a, &q));
	assert_string_equal(q.url,
			    "https://a.example/x?q=caf%c3%a9+%26+co&q=b");
	assert_true(q.is_conditional);
	assert_false(q.may_be_empty);
	assert_int_equal(ask_answered(a, &(struct ask_answer){OK(3)}, &err), 0);
	assert_false(ask_next(a, &q));
	assert_true(ask_is_whole(a));
	ask_free(a);
	json_decref(s);
}

static void unchanged_lists_are_over(void **state)
{
	(void)state;
	json_t *s = json("{\"kind\":\"json\",\"url\":\"https://a.example/x\","
			 "\"detail\":{\"url\":\"https://a.example/{ref}\"}}");
	json_t *check = json("[\"7\"]");
	for (int due = 0; due < 2; due++) {
		struct ask *a = ask_new(&(struct ask_in){
			.source = s, .check = due ? check : NULL});
		struct ask_request q;
		struct err err;
		assert_true(ask_next(a, &q));
		ask_unchanged(a);
		assert_int_equal(ask_next(a, &q), due);
		if (due) {
			assert_string_equal(q.url, "https://a.example/7");
			assert_int_equal(
				ask_answered(a, &(struct ask_answer){OK(1)},
					     &err),
				0);
			assert_false(ask_next(a, &q));
		}
		assert_true(ask_is_unchanged(a));
		ask_free(a);
	}
	json_decref(check);
	json_decref(s);
}

static void pages_end_where_the_list_ends(void **state)
{
	(void)state;
	static const char base[] =
		"{\"kind\":\"json\",\"url\":\"https://a.example/x\",\"paging\":"
		"{\"by\":\"page\",\"parameter\":\"p\",\"in\":\"query\","
		"\"first\":1,\"max_pages\":3%s}}";
	char text[400];
	/* a short page is the last */
	snprintf(text, sizeof(text), base,
		 ",\"size\":2,\"size_parameter\":\"n\"");
	json_t *s = json(text);
	struct ask *a = play(s, NULL, NULL,
			     (struct turn[]){{"https://a.example/x?p=1&n=2",
					      NULL,
					      {OK(2), HASH("a")}},
					     {"https://a.example/x?p=2&n=2",
					      NULL,
					      {OK(1), HASH("b")}},
					     {.url = NULL}});
	assert_true(ask_is_whole(a));
	ask_free(a);
	/* so is the one that its own count makes the last */
	a = play(s, NULL, NULL,
		 (struct turn[]){{"https://a.example/x?p=1&n=2",
				  NULL,
				  {OK(2), HASH("a"), .pages = "2"}},
				 {"https://a.example/x?p=2&n=2",
				  NULL,
				  {OK(2), HASH("b"), .pages = "2"}},
				 {.url = NULL}});
	assert_true(ask_is_whole(a));
	ask_free(a);
	/* a list that ends before its count is not whole */
	a = play(s, NULL, NULL,
		 (struct turn[]){{"https://a.example/x?p=1&n=2",
				  NULL,
				  {OK(2), HASH("a"), .count = "7"}},
				 {"https://a.example/x?p=2&n=2",
				  NULL,
				  {OK(0), HASH("b"), .count = "7"}},
				 {.url = NULL}});
	assert_false(ask_is_whole(a));
	assert_non_null(ask_note(a));
	ask_free(a);
	/* nor is one with too many pages, which ends all the same */
	a = play(s, NULL, NULL,
		 (struct turn[]){{"https://a.example/x?p=1&n=2",
				  NULL,
				  {OK(2), HASH("a")}},
				 {"https://a.example/x?p=2&n=2",
				  NULL,
				  {OK(2), HASH("b")}},
				 {"https://a.example/x?p=3&n=2",
				  NULL,
				  {OK(2), HASH("c")}},
				 {.url = NULL}});
	assert_false(ask_is_whole(a));
	ask_free(a);
	json_decref(s);
}

static void a_server_that_repeats_itself_ends_the_poll(void **state)
{
	(void)state;
	static const char *const sources[] = {
		"{\"kind\":\"json\",\"url\":\"https://a.example/x\",\"paging\":"
		"{\"by\":\"offset\",\"parameter\":\"o\",\"in\":\"query\","
		"\"first\":0,\"max_pages\":100}}",
		"{\"kind\":\"json\",\"url\":\"https://a.example/x\",\"paging\":"
		"{\"by\":\"link\",\"next\":\"n\",\"in\":\"query\","
		"\"max_pages\":100}}",
		"{\"kind\":\"json\",\"url\":\"https://a.example/x\",\"paging\":"
		"{\"by\":\"cursor\",\"parameter\":\"c\",\"next\":\"n\","
		"\"in\":\"query\",\"max_pages\":100}}",
	};
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		json_t *s = json(sources[i]);
		struct ask *a = ask_new(&(struct ask_in){.source = s});
		struct ask_request q;
		struct err err = {0};
		int n = 0, rc = 0;
		while (!rc && n < 10 && ask_next(a, &q)) {
			n++;
			rc = ask_answered(a,
					  &(struct ask_answer){
						  OK(5), HASH("same"),
						  .next = "https://a.example/y",
						  .url = q.url},
					  &err);
		}
		assert_int_equal(rc, -1);
		assert_int_equal(n, 2);
		assert_int_equal(err.kind, ERR_INPUT);
		ask_free(a);
		json_decref(s);
	}
}

static void links_stay_on_the_server_that_has_the_key(void **state)
{
	(void)state;
	json_t *s = json("{\"kind\":\"json\",\"url\":\"https://a.example/x\","
			 "\"paging\":{\"by\":\"link\",\"in\":\"query\","
			 "\"max_pages\":9}}");
	struct ask *a = play(
		s, NULL, NULL,
		(struct turn[]){
			{"https://a.example/x",
			 NULL,
			 {OK(1), HASH("a"), .url = "https://a.example/x",
			  .link = "</x?page=1>; rel=\"prev\", </x?page=3>; "
				  "rel=\"next\""}},
			{"https://a.example/x?page=3",
			 NULL,
			 {OK(1), HASH("b"), .url = "https://a.example/x?page=3",
			  .link = "</x?page=1>; rel=first"}},
			{.url = NULL}});
	assert_true(ask_is_whole(a));
	ask_free(a);
	static const char *const foreign[] = {
		"<https://b.example/x>; rel=next",
		"<http://a.example/>; rel=next", "<//evil.example/>; rel=next",
		"<https://a.example:444/>;rel=next",
		"<file:///etc/passwd>; rel=next"};
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		struct ask_request q;
		struct err err;
		a = ask_new(&(struct ask_in){.source = s});
		assert_true(ask_next(a, &q));
		assert_int_equal(
			ask_answered(a,
				     &(struct ask_answer){OK(1), HASH("a"),
							  .url = q.url,
							  .link = foreign[i]},
				     &err),
			-1);
		ask_free(a);
	}
	json_decref(s);
}

static void bodies_carry_the_page(void **state)
{
	(void)state;
	json_t *s = json(
		"{\"kind\":\"json\",\"url\":\"https://a.example/x\",\"form\":"
		"{\"Zone\":[\"\xc3\xael\",\"de\"],\"Page\":[\"0\"]},\"paging\":"
		"{\"by\":\"page\",\"parameter\":\"Page\",\"in\":\"body\","
		"\"first\":1,\"max_pages\":9,\"pages\":\"pageCount\"}}");
	struct ask *a = play(s, NULL, NULL,
			     (struct turn[]){{"https://a.example/x",
					      "Zone=%C3%AEl&Zone=de&Page=1",
					      {OK(9), HASH("a"), .pages = "2"}},
					     {"https://a.example/x",
					      "Zone=%C3%AEl&Zone=de&Page=2",
					      {OK(9), HASH("b"), .pages = "2"}},
					     {.url = NULL}});
	ask_free(a);
	json_decref(s);
	s = json("{\"kind\":\"json\",\"url\":\"https://a.example/x\",\"json\":"
		 "{\"where\":{\"dept\":\"93\"}},\"paging\":{\"by\":\"cursor\","
		 "\"parameter\":\"token\",\"in\":\"body\",\"next\":\"n\","
		 "\"max_pages\":9}}");
	a = play(s, NULL, NULL,
		 (struct turn[]){
			 {"https://a.example/x",
			  "{\"where\":{\"dept\":\"93\"}}",
			  {OK(9), HASH("a"), .next = "t1"}},
			 {"https://a.example/x",
			  "{\"where\":{\"dept\":\"93\"},\"token\":\"t1\"}",
			  {OK(9), HASH("b")}},
			 {.url = NULL}});
	ask_free(a);
	json_decref(s);
}

static void a_split_asks_every_combination(void **state)
{
	(void)state;
	json_t *s = json(
		"{\"kind\":\"json\",\"url\":\"https://a.example/x?k=1\","
		"\"split\":[{\"parameter\":\"d\",\"values\":[\"75\",\"93\"]},"
		"{\"parameter\":\"t\",\"values\":[\"a\",\"b\"]}]}");
	struct ask *a = play(
		s, NULL, NULL,
		(struct turn[]){
			{"https://a.example/x?k=1&d=75&t=a", NULL, {OK(1)}},
			{"https://a.example/x?k=1&d=93&t=a", NULL, {OK(0)}},
			{"https://a.example/x?k=1&d=75&t=b",
			 NULL,
			 {.http = 204}},
			{"https://a.example/x?k=1&d=93&t=b", NULL, {OK(1)}},
			{.url = NULL}});
	assert_true(ask_is_whole(a));
	ask_free(a);
	json_decref(s);
}

static void ranges_follow_the_total(void **state)
{
	(void)state;
	json_t *s = json("{\"kind\":\"json\",\"url\":\"https://a.example/x\","
			 "\"paging\":{\"by\":\"range\",\"parameter\":\"range\","
			 "\"in\":\"query\",\"first\":0,\"size\":10,"
			 "\"max_pages\":9}}");
	struct ask *a =
		play(s, NULL, NULL,
		     (struct turn[]){{"https://a.example/x?range=0-9",
				      NULL,
				      {PART(10, "offres 0-9/15"), HASH("a")}},
				     {"https://a.example/x?range=10-19",
				      NULL,
				      {PART(5, "offres 10-14/15"), HASH("b")}},
				     {.url = NULL}});
	assert_true(ask_is_whole(a));
	ask_free(a);
	json_decref(s);
}

/* --- france_travail ------------------------------------------------------- */

#define NATURES "https://ft.example/v2/referentiel/naturesContrats"
#define FT	"https://ft.example/v2/offres/search?departement="
static const char ft_source[] =
	"{\"kind\":\"france_travail\",\"delivers\":\"%s\",\"url\":"
	"\"https://ft.example/v2/offres/search\",\"departements\":[\"93\","
	"\"75\"],\"natures\":[\"E2\",\"FS\"],\"detail\":{\"url\":"
	"\"https://ft.example/v2/offres/{ref}\",\"max\":3}}";

static json_t *ft(const char *delivers)
{
	char text[600];
	snprintf(text, sizeof(text), ft_source, delivers);
	return json(text);
}

static void small_parts_are_read_page_by_page(void **state)
{
	(void)state;
	json_t *s = ft("complete");
	struct ask *a = play(
		s, NULL, NULL,
		(struct turn[]){{NATURES,
				 NULL,
				 {.http = 200,
				  .text = "[{\"code\":\"E2\"}]",
				  .n_text = 15}},
				{FT "93&natureContrat=E2%2cFS&range=0-0",
				 NULL,
				 {PART(0, "offres 0-0/200")}},
				{FT "93&natureContrat=E2%2cFS&range=0-149",
				 NULL,
				 {PART(150, "offres 0-149/200")}},
				{FT "93&natureContrat=E2%2cFS&range=150-299",
				 NULL,
				 {PART(50, "offres 150-199/200")}},
				{FT "75&natureContrat=E2%2cFS&range=0-0",
				 NULL,
				 {.http = 204, .content_range = "*/0"}},
				{.url = NULL}});
	assert_true(ask_is_whole(a));
	assert_string_equal(ask_note(a), "natures: FS is no code of the API");
	assert_string_equal(ask_cursor(a), "1800000000");
	ask_free(a);
	json_decref(s);
}

/* A server of T offers with dates spread evenly over the last days: every cell
 * that is asked for must be within reach, and all offers be read once. */
static void large_parts_are_cut_until_they_can_be_read(void **state)
{
	(void)state;
	static const int totals[] = {3149, 3150, 3151, 9000, 20000};
	json_t *s = ft("complete");
	for (size_t i = 0; i < ARRAY_LEN(totals); i++) {
		struct ask *a =
			ask_new(&(struct ask_in){.source = s, .now = NOW});
		struct ask_request q;
		int64_t read = 0, n = 0, span = 20 * 86400;
		while (ask_next(a, &q)) {
			int y, mo, d, h, mi, sec, first, last;
			const char *from = strstr(q.url, "minCreationDate=");
			const char *to = strstr(q.url, "maxCreationDate=");
			int64_t lo = NOW - span, hi = NOW;
			const char *r = strstr(q.url, "range=");
			if (!r) { /* the list of codes */
				struct err none;
				assert_int_equal(
					ask_answered(a,
						     &(struct ask_answer){
							     .http = 404},
						     &none),
					0);
				continue;
			}
			assert_int_equal(
				sscanf(r, "range=%d-%d", &first, &last), 2);
			assert_true(first <= 3000 && last <= 3149);
			if (from) {
				/* seconds since 2027-01-15T08:00:00Z = NOW */
				const char *at[2] = {from + 16, to + 16};
				int64_t v[2];
				for (int k = 0; k < 2; k++) {
					assert_int_equal(
						sscanf(at[k],
						       "%d-%d-%dT%d%%3a%d%%3a%dZ",
						       &y, &mo, &d, &h, &mi,
						       &sec),
						6);
					struct tm tm = {.tm_year = y - 1900,
							.tm_mon = mo - 1,
							.tm_mday = d,
							.tm_hour = h,
							.tm_min = mi,
							.tm_sec = sec};
					v[k] = timegm(&tm);
				}
				lo = v[0] < lo ? lo : v[0];
				hi = v[1];
			}
			/* offer k is at NOW - span + k * span / T */
			int64_t total = 0;
			for (int64_t k = 0; k < totals[i]; k++) {
				int64_t at = NOW - span + k * span / totals[i];
				total += at >= lo && at <= hi;
			}
			if (strstr(q.url, "departement=75"))
				total = 0;
			int64_t got = total - first;
			got = got > last - first + 1 ? last - first + 1 : got;
			if (q.use == ASK_RECORDS)
				read += got;
			char cr[60];
			snprintf(cr, sizeof(cr), "offres 0-0/%lld",
				 (long long)total);
			struct err err;
			assert_int_equal(
				ask_answered(
					a,
					&(struct ask_answer){
						.http = total ? 206 : 204,
						.content_range =
							total ? cr : "*/0",
						.n_records =
							q.use == ASK_RECORDS
								? got
								: 0},
					&err),
				0);
			assert_true(++n < 5000);
		}
		assert_int_equal(read, totals[i]);
		assert_true(ask_is_whole(a));
		ask_free(a);
	}
	json_decref(s);
}

static void an_hour_too_full_is_read_as_far_as_it_goes(void **state)
{
	(void)state;
	json_t *s = ft("complete");
	struct ask *a = ask_new(&(struct ask_in){.source = s, .now = NOW});
	struct ask_request q;
	int n = 0;
	/* It says 100 000 whatever is asked. */
	while (ask_next(a, &q) && n < 6000) {
		struct err err;
		n++;
		assert_int_equal(
			ask_answered(a,
				     &(struct ask_answer){PART(
					     q.use == ASK_RECORDS ? 150 : 0,
					     "offres 0-0/100000")},
				     &err),
			0);
	}
	assert_true(n < 6000);
	assert_false(ask_is_whole(a));
	ask_free(a);
	json_decref(s);
}

static void a_window_begins_where_the_last_one_ended(void **state)
{
	(void)state;
	json_t *s = ft("window");
	json_t *check = json("[\"111\",\"2 2\",\"333\",\"444\"]");
	struct ask *a = play(
		s, "1799990000", check,
		(struct turn[]){
			{NATURES, NULL, {.http = 404, .has_failed = true}},
			{FT "93&natureContrat=E2%2cFS&minCreationDate="
			    "2027-01-15T04%3a13%3a20Z&maxCreationDate="
			    "2027-01-15T08%3a00%3a00Z&range=0-0",
			 NULL,
			 {.http = 204}},
			{FT "75&natureContrat=E2%2cFS&minCreationDate="
			    "2027-01-15T04%3a13%3a20Z&maxCreationDate="
			    "2027-01-15T08%3a00%3a00Z&range=0-0",
			 NULL,
			 {.http = 204}},
			{"https://ft.example/v2/offres/111", NULL, {OK(1)}},
			{"https://ft.example/v2/offres/2%202",
			 NULL,
			 {.http = 204}},
			{"https://ft.example/v2/offres/333",
			 NULL,
			 {.http = 500, .has_failed = true}},
			{.url = NULL}});
	assert_int_equal(json_array_size(ask_gone(a)), 1);
	assert_string_equal(json_string_value(json_array_get(ask_gone(a), 0)),
			    "2 2");
	ask_free(a);
	json_decref(check);
	json_decref(s);
}

static void an_answer_without_a_total_fails(void **state)
{
	(void)state;
	json_t *s = ft("complete");
	struct ask *a = ask_new(&(struct ask_in){.source = s, .now = NOW});
	struct ask_request q;
	struct err err;
	assert_true(ask_next(a, &q)); /* the list of codes */
	assert_int_equal(
		ask_answered(a, &(struct ask_answer){.http = 404}, &err), 0);
	assert_true(ask_next(a, &q));
	assert_int_equal(ask_answered(a, &(struct ask_answer){OK(0)}, &err),
			 -1);
	ask_free(a);
	json_decref(s);
}

/* --- labonnealternance ---------------------------------------------------- */

static void the_export_is_fetched_once_a_day(void **state)
{
	(void)state;
	static const char name[] = "{\"url\":\"https://s3.example/e?sig=1\","
				   "\"lastUpdate\":\"2027-01-15\"}";
	json_t *s = json("{\"kind\":\"labonnealternance\",\"mode\":\"export\","
			 "\"url\":\"https://lba.example/job/v1/export\"}");
	struct ask *a = ask_new(&(struct ask_in){.source = s});
	struct ask_request q;
	struct err err;
	const struct ask_answer named = {
		.http = 200, .text = name, .n_text = sizeof(name) - 1};
	assert_true(ask_next(a, &q));
	assert_int_equal(q.use, ASK_TEXT);
	assert_false(q.is_foreign);
	assert_int_equal(ask_answered(a, &named, &err), 0);
	assert_true(ask_next(a, &q));
	assert_string_equal(q.url, "https://s3.example/e?sig=1");
	assert_true(q.is_foreign);
	assert_int_equal(ask_answered(a, &(struct ask_answer){OK(9)}, &err), 0);
	assert_false(ask_next(a, &q));
	assert_string_equal(ask_cursor(a), "2027-01-15");
	ask_free(a);
	/* the same again: nothing to do */
	a = ask_new(&(struct ask_in){.source = s, .since = "2027-01-15"});
	assert_true(ask_next(a, &q));
	assert_int_equal(ask_answered(a, &named, &err), 0);
	assert_false(ask_next(a, &q));
	assert_true(ask_is_unchanged(a));
	ask_free(a);
	static const char *const bad[] = {"{}",
					  "[1]",
					  "nonsense",
					  "{\"url\":\"http://s3.example/\"}",
					  "{\"url\":\"file:///etc/passwd\"}",
					  "{\"url\":7}"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		a = ask_new(&(struct ask_in){.source = s});
		assert_true(ask_next(a, &q));
		assert_int_equal(ask_answered(a,
					      &(struct ask_answer){
						      .http = 200,
						      .text = bad[i],
						      .n_text = strlen(bad[i])},
					      &err),
				 -1);
		ask_free(a);
	}
	json_decref(s);
}

/* --- oauth ---------------------------------------------------------------- */

static void a_token_is_used_while_it_is_good(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t good_ms; /* -1: refused */
	} rows[] = {
		{"{\"access_token\":\"abc\",\"token_type\":\"Bearer\","
		 "\"expires_in\":1499}",
		 1439000},
		{"{\"access_token\":\"abc\",\"expires_in\":100}", 50000},
		{"{\"access_token\":\"abc\"}", 240000},
		{"{\"access_token\":\"abc\",\"expires_in\":-5}", 240000},
		{"{\"access_token\":\"a b\"}", -1},
		{"{\"access_token\":\"a\\r\\nX: y\"}", -1},
		{"{\"access_token\":\"\"}", -1},
		{"{\"access_token\":7}", -1},
		{"{\"access_token\":\"abc\",\"token_type\":\"mac\"}", -1},
		{"<html>", -1},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct oauth o = {0};
		struct err err;
		int rc = oauth_take(&o, rows[i].text, strlen(rows[i].text),
				    1000, &err);
		assert_int_equal(rc, rows[i].good_ms < 0 ? -1 : 0);
		if (!rc) {
			assert_string_equal(
				oauth_token(&o, 1000 + rows[i].good_ms - 1),
				"abc");
			assert_null(oauth_token(&o, 1000 + rows[i].good_ms));
		} else {
			assert_null(oauth_token(&o, 1000));
		}
		oauth_forget(&o);
	}
}

static void the_form_of_a_token_is_encoded(void **state)
{
	(void)state;
	json_t *conf = json("{\"client_id\":\"PAR_x\",\"client_secret\":"
			    "\"a&b=c\",\"scope\":\"api_v2 o2d\"}");
	struct buf b;
	buf_init(&b, 1000);
	oauth_form(conf, &b);
	assert_string_equal(b.data,
			    "grant_type=client_credentials&client_id=PAR_x&"
			    "client_secret=a%26b%3Dc&scope=api_v2%20o2d");
	buf_clear(&b);
	json_decref(conf);
}

static void an_error_that_tells_a_key_is_not_shown(void **state)
{
	(void)state;
	json_t *conf = json(
		"{\"secret_headers\":{\"authorization\":\"Bearer abc-key\","
		"\"x\":\"plain\"},\"oauth\":{\"client_secret\":\"s3cret\"}}");
	char token[] = "tok-1";
	const struct source s = {.json = conf, .oauth = {.token = token}};
	assert_true(source_tells_key(&s, "no such key abc-key here"));
	assert_true(source_tells_key(&s, "x=plain"));
	assert_true(source_tells_key(&s, "client_secret=s3cret"));
	assert_true(source_tells_key(&s, "{\"token\":\"tok-1\"}"));
	assert_false(source_tells_key(&s, "Bearer is wanted"));
	assert_false(source_tells_key(&(struct source){.json = conf}, "tok-1"));
	json_decref(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_request_is_conditional_and_whole),
		cmocka_unit_test(unchanged_lists_are_over),
		cmocka_unit_test(pages_end_where_the_list_ends),
		cmocka_unit_test(a_server_that_repeats_itself_ends_the_poll),
		cmocka_unit_test(links_stay_on_the_server_that_has_the_key),
		cmocka_unit_test(bodies_carry_the_page),
		cmocka_unit_test(a_split_asks_every_combination),
		cmocka_unit_test(ranges_follow_the_total),
		cmocka_unit_test(small_parts_are_read_page_by_page),
		cmocka_unit_test(large_parts_are_cut_until_they_can_be_read),
		cmocka_unit_test(an_hour_too_full_is_read_as_far_as_it_goes),
		cmocka_unit_test(a_window_begins_where_the_last_one_ended),
		cmocka_unit_test(an_answer_without_a_total_fails),
		cmocka_unit_test(the_export_is_fetched_once_a_day),
		cmocka_unit_test(a_token_is_used_while_it_is_good),
		cmocka_unit_test(the_form_of_a_token_is_encoded),
		cmocka_unit_test(an_error_that_tells_a_key_is_not_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
