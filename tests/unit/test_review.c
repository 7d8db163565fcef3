/* SPDX-License-Identifier: EUPL-1.2 */
/* What an administrator sees of copies and of what the quality gate stopped,
 * and what a decision does, through the real control socket. */
#include "control_fixture.h"

#include <etrier/date.h>
#include <etrier/store_twins.h>

static struct fixture fx;

static int open_fixture(void **state)
{
	(void)state;
	fixture_up(&fx, true);
	return 0;
}

static int close_fixture(void **state)
{
	(void)state;
	fixture_down(&fx);
	return 0;
}

static struct store_offer put(const char *source, const char *ref,
			      enum quality outcome)
{
	struct arena a = {0};
	int64_t canonical;
	enum store_offer_change change;
	struct store_offer row;
	char *fields = arena_printf(
		&a,
		"{\"source\":\"%s\",\"ref\":\"%s\",\"title\":\"Boulanger\","
		"\"employer\":{\"name\":\"CFA Essai\",\"school\":\"yes\"},"
		"\"url\":\"https://%s.example/%s\"}",
		source, ref, source, ref);
	struct store_offer_in in = {
		.source = source,
		.ref = ref,
		.hash = "h",
		.fields = fields,
		.expires = INSTANT_NONE,
		.outcome = outcome,
		.judged = outcome ? "{\"symbols\":[\"FEE\"],\"reasons\":["
				    "\"demande de l’argent\"]}"
				  : NULL};
	OK(store_offer_put(fx.e.store, &in, FIXTURE_NOW, &canonical, &change,
			   E));
	OK(store_offer_find(fx.e.store, source, ref, &a, &row, E));
	row.source = row.ref = row.hash = row.fields = NULL;
	arena_clear(&a);
	return row;
}

/* All rows of the answer; the code and the closing text. */
static json_t *ask(const char *cmd, const char *args, int *code, char text[300])
{
	char line[500];
	json_t *rows = json_array(), *v;
	struct asker k = asker_new(&fx);
	snprintf(line, sizeof(line),
		 "{\"t\":\"command\",\"cmd\":\"%s\",\"args\":%s}", cmd, args);
	say(&k, HELLO);
	say(&k, line);
	for (bool is_end = false; !is_end; json_decref(v)) {
		v = hear(&fx, &k);
		assert_non_null(v);
		const char *type = js_str(v, "t", "");
		is_end = str_eq(type, "end") || str_eq(type, "error");
		if (is_end) {
			*code = (int)js_int(v, "code", -1);
			str_copy(text, 300, js_str(v, "text", ""));
		} else if (str_eq(type, "line")) {
			json_array_append(rows, json_object_get(v, "row"));
		}
	}
	asker_leave(&k);
	return rows;
}

/* Asks, expects the code, returns how many rows there were. */
static size_t expect(const char *cmd, const char *args, int want,
		     const char *words)
{
	char text[300];
	int code;
	json_t *rows = ask(cmd, args, &code, text);
	size_t n = json_array_size(rows);
	if (code != want || !strstr(text, words))
		fail_msg("%s: %d %s", cmd, code, text);
	json_decref(rows);
	return n;
}

static void test_a_quarantined_offer_is_listed_and_let_in(void **state)
{
	(void)state;
	char text[300];
	int code;
	put("ft", "q", QUALITY_QUARANTINE);
	put("ft", "bad", QUALITY_REJECT);
	put("ft", "fine", QUALITY_FINE);
	json_t *rows = ask("offers review", "{}", &code, text);
	assert_int_equal(json_array_size(rows), 1);
	json_t *row = json_array_get(rows, 0);
	assert_string_equal(js_str(row, "offer", ""), "ft:q");
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(row, "reasons"), 0)),
			    "demande de l’argent");
	json_decref(rows);
	assert_int_equal(expect("offers list", "{\"quarantined\":true}", 0, ""),
			 1);
	assert_int_equal(expect("offers list", "{\"rejected\":true}", 0, ""),
			 1);
	assert_int_equal(expect("offers list", "{}", 0, ""), 1);
	expect("offers review accept", "{\"words\":[\"ft:nobody\"]}", 1,
	       "never showed");
	expect("offers review accept", "{\"words\":[\"ft:fine\"]}", 1,
	       "neither quarantined nor rejected");
	expect("offers review accept",
	       "{\"words\":[\"ft:q\"],\"because\":\"we called\"}", 0,
	       "live now");
	expect("offers review accept", "{\"words\":[\"ft:bad\"]}", 0,
	       "next poll");
	assert_int_equal(expect("offers review", "{}", 0, ""), 0);
	assert_int_equal(expect("offers list", "{}", 0, ""), 2);
	rows = ask("offers show", "{\"words\":[\"ft:q\"]}", &code, text);
	row = json_array_get(rows, 0);
	assert_string_equal(js_str(row, "decision", ""), "accepted");
	assert_string_equal(js_str(row, "because", ""), "we called");
	json_t *last = json_array_get(json_object_get(row, "history"), 0);
	assert_string_equal(js_str(last, "what", ""), "offer.decided");
	assert_memory_equal(js_str(last, "by", ""), "uid:", 4);
	json_decref(rows);
}

static void test_refused_stays_refused(void **state)
{
	(void)state;
	put("ft", "q", QUALITY_QUARANTINE);
	expect("offers review refuse", "{\"words\":[\"ft:q\"]}", 0, "refused");
	assert_int_equal(put("ft", "q", QUALITY_QUARANTINE).status,
			 OFFER_REJECTED);
	char text[300];
	int code;
	json_t *rows = ask("status", "{}", &code, text);
	const json_t *row = json_array_get(rows, 0);
	assert_int_equal(js_int(json_object_get(row, "stopped"), "FEE", -1), 1);
	assert_int_equal(js_int(json_object_get(row, "offers"), "rejected", -1),
			 1);
	json_decref(rows);
}

static void test_show_tells_copies_links_and_reasons(void **state)
{
	(void)state;
	char text[300];
	int code;
	struct store_offer a = put("ft", "a", QUALITY_FINE);
	struct store_offer b = put("lba", "b", QUALITY_FINE);
	OK(store_offer_join(fx.e.store, a.canonical, b.canonical, E));
	OK(store_offer_put_reason(fx.e.store, b.id, "same link", E));
	json_t *rows =
		ask("offers show", "{\"words\":[\"lba:b\"]}", &code, text);
	const json_t *row = json_array_get(rows, 0);
	const json_t *copies = json_object_get(row, "copies");
	assert_int_equal(json_array_size(copies), 2);
	const json_t *copy = json_array_get(copies, 1);
	assert_string_equal(js_str(copy, "url", ""), "https://lba.example/b");
	assert_string_equal(js_str(copy, "reason", ""), "same link");
	assert_string_equal(js_str(copy, "status", ""), "live");
	assert_non_null(json_object_get(row, "together"));
	assert_non_null(strstr(js_str(row, "label", ""), "school"));
	assert_int_equal(js_int(row, "id", -1), a.canonical);
	json_decref(rows);
	assert_int_equal(expect("offers list", "{}", 0, ""), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_fixture, close_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_quarantined_offer_is_listed_and_let_in),
		T(test_refused_stays_refused),
		T(test_show_tells_copies_links_and_reasons),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
