/* SPDX-License-Identifier: EUPL-1.2 */
/* What feeds write becomes what the house knows, and what is not understood
 * stays unknown. Uses the tables of conf/refdata. */
#include "collector/normalise.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct refdata *refdata;
static struct arena arena;

static int set_up(void **state)
{
	struct err err;
	(void)state;
	refdata = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	if (!refdata)
		fail_msg("%s", err.text);
	arena_init(&arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	refdata_free(refdata);
	arena_clear(&arena);
	return 0;
}

static const char map_text[] =
	"{\"false_means_unknown\":[\"handicap_welcome\"],\"fields\":{"
	"\"ref\":{\"paths\":[\"id\"]},\"title\":{\"paths\":[\"t\"]},"
	"\"description\":{\"paths\":[\"d\",\"d2\",\"d3\"],\"join\":\"\\n\\n\"},"
	"\"duration_months\":{\"paths\":[\"m\"]},\"kind\":{\"paths\":[\"n\",\"c\"]},"
	"\"rome\":{\"paths\":[\"r\"]},\"status\":{\"paths\":[\"s\"]},"
	"\"open\":{\"paths\":[\"o\"]},\"place.text\":{\"paths\":[\"p\"]},"
	"\"place.lat\":{\"paths\":[\"lat\"]},\"place.lon\":{\"paths\":[\"lon\"]},"
	"\"expires\":{\"paths\":[\"e\"]},\"updated\":{\"paths\":[\"u\"]},"
	"\"handicap_welcome\":{\"paths\":[\"h\"]},"
	"\"hours.night\":{\"paths\":[\"night\"]},"
	"\"hours.part_time\":{\"paths\":[\"time\"],"
	"\"values\":{\"OTHER\":\"unknown\",\"HALF\":\"yes\"}},"
	"\"salary.text\":{\"paths\":[\"sal\"]},"
	"\"licences\":{\"paths\":[\"lic\"]},\"start\":{\"paths\":[\"deb\"]},"
	"\"exposure.loads\":{\"paths\":[\"loads\"]}}}";

struct result {
	struct mapping *mapping;
	json_t *line;
	struct offer o;
	struct notes notes;
	struct err err;
	int rc;
};

static struct result run(const char *record)
{
	struct result r = {.rc = 0};
	json_t *source = js_parse(map_text, strlen(map_text), &r.err);
	assert_non_null(source);
	r.mapping = mapping_new(source, &r.err);
	assert_non_null(r.mapping);
	json_decref(source);
	json_t *tree = js_parse(record, strlen(record), &r.err);
	assert_non_null(tree);
	const struct jnode *node = jnode_from_json(&arena, tree);
	json_decref(tree);
	const struct normaliser nz = {.mapping = r.mapping,
				      .refdata = refdata,
				      .source = "test",
				      .now = 1795392000,
				      .expires_days = 45};
	r.rc = normalise(&nz, node, &arena, &r.o, &r.notes, &r.err);
	if (!r.rc) {
		struct offer again;
		r.line = offer_to_json(&r.o);
		/* What we write, the reader of the wire takes. */
		if (offer_from_json(r.line, &arena, &again, &r.err))
			fail_msg("%s", r.err.text);
	}
	return r;
}

static void done(struct result *r)
{
	if (!r->rc) {
		json_decref(r->o.provenance);
		json_decref(r->o.evidence);
	}
	json_decref(r->line);
	mapping_free(r->mapping);
}

static void test_an_unclear_record_is_unknown_and_never_no(void **state)
{
	struct result r = run("{\"t\":\"Quelque chose\",\"h\":false,"
			      "\"night\":\"on verra\",\"lic\":\"bateau\","
			      "\"loads\":9,\"deb\":\"bientôt\",\"c\":\"?\"}");
	(void)state;
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.o.handicap_welcome, TRI_UNKNOWN);
	assert_int_equal(r.o.hours.night, TRI_UNKNOWN);
	assert_int_equal(r.o.licences, 0);
	assert_int_equal(r.o.exposure[EXPOSURE_LOADS], -1);
	assert_int_equal(r.o.start, DATE_NONE);
	assert_int_equal(r.o.kind, VOCAB_NONE);
	assert_int_equal(r.o.n_rome, 0);
	assert_int_equal(r.o.place.precision, PLACE_UNKNOWN);
	assert_int_equal(r.o.expires, INSTANT_NONE);
	assert_true(r.notes.n >= 5);
	/* the line says nothing of what is unknown */
	assert_null(json_object_get(r.line, "handicap_welcome"));
	assert_null(json_object_get(r.line, "hours"));
	done(&r);
}

static void test_a_stated_no_stays_no(void **state)
{
	struct result r =
		run("{\"t\":\"X\",\"night\":\"non\",\"loads\":0,\"h\":true}");
	(void)state;
	assert_int_equal(r.o.hours.night, TRI_NO);
	assert_int_equal(r.o.exposure[EXPOSURE_LOADS], 0);
	assert_int_equal(r.o.handicap_welcome, TRI_YES);
	done(&r);
}

/* A part that is escaped twice beside one that is not, and plain text with a
 * sign that looks like markup. */
static void test_joined_texts_are_read_one_by_one(void **state)
{
	struct result r = run(
		"{\"t\":\"X\",\"d\":\"&amp;lt;ul&amp;gt;&amp;lt;li&amp;gt;Poser"
		"&amp;lt;/li&amp;gt;&amp;lt;/ul&amp;gt;\",\"d2\":\"<p>Sur <b>place\","
		"\"d3\":\"de 8 h\\nà < 17 h\"}");
	(void)state;
	assert_string_equal(r.o.description,
			    "- Poser\n\nSur place\n\nde 8 h\nà < 17 h");
	done(&r);
	r = run("{\"t\":\"X\",\"d\":\"<p> </p>\",\"d2\":null,\"d3\":\"Un\"}");
	assert_string_equal(r.o.description, "Un");
	done(&r);
	r = run("{\"t\":\"X\",\"d\":\"<p></p>\",\"d3\":\"<br>\"}");
	assert_null(r.o.description);
	done(&r);
	char *long_one = mem_alloc(OFFER_DESCRIPTION_MAX + 1);
	memset(long_one, 'a', OFFER_DESCRIPTION_MAX);
	char *record =
		mem_printf("{\"t\":\"X\",\"d\":\"%s\",\"d2\":\"b\"}", long_one);
	r = run(record);
	assert_true(strlen(r.o.description) <= OFFER_DESCRIPTION_MAX);
	assert_non_null(strstr(r.o.description, "…"));
	done(&r);
	free(record);
	free(long_one);
}

static void test_months_may_be_said_in_words(void **state)
{
	static const struct {
		const char *record;
		int days;
	} rows[] = {
		{"{\"t\":\"X\",\"m\":12}", 365},
		{"{\"t\":\"X\",\"m\":\"12\"}", 365},
		{"{\"t\":\"X\",\"m\":\"6 mois\"}", 183},
		{"{\"t\":\"X\",\"m\":\"1 an\"}", 365},
		{"{\"t\":\"X\",\"m\":0}", -1},
		{"{\"t\":\"X\",\"m\":600}", -1},
		{"{\"t\":\"X\",\"m\":\"variable\"}", -1},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct result r = run(rows[i].record);
		assert_int_equal(r.o.duration_days, rows[i].days);
		assert_int_equal(r.notes.n > 1, rows[i].days < 0);
		done(&r);
	}
}

static void test_trade_from_code_or_exact_official_title_only(void **state)
{
	static const struct {
		const char *record, *rome; /* NULL: unknown */
		bool inferred;
	} rows[] = {
		{"{\"t\":\"X\",\"r\":\"D1102\"}", "D1102", false},
		{"{\"t\":\"X\",\"r\":[\"Z9999\",\"d1104\"]}", "D1104", false},
		{"{\"t\":\"X\",\"r\":\"G1602, D1102\"}", "G1602", false},
		{"{\"t\":\"Boulanger / Boulangère\"}", "D1102", true},
		{"{\"t\":\"Boulangère (H/F)\"}", "D1102", true},
		{"{\"t\":\"Super boulanger motivé\"}", NULL, false},
		{"{\"t\":\"Boulanger\",\"r\":\"Z9999\"}", "D1102", true},
		{"{\"t\":\"<a href=x>Boulanger</a>\"}", "D1102", true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct result r = run(rows[i].record);
		const char *rome = r.o.n_rome ? r.o.rome[0] : NULL;
		if (!str_eq(rome, rows[i].rome))
			fail_msg("%s: %s", rows[i].record, rome ? rome : "-");
		const char *how = js_str(r.o.provenance, "rome", NULL);
		assert_true(str_eq(how, "text") == rows[i].inferred);
		done(&r);
	}
}

static void test_a_full_time_beside_a_part_time_is_unknown(void **state)
{
	static const struct {
		const char *time;
		enum tri want;
		size_t n_notes;
	} rows[] = {
		{"\"FULL_TIME\"", TRI_NO, 0},
		{"[\"PART_TIME\"]", TRI_YES, 0},
		{"[\"FULL_TIME\",\"PART_TIME\"]", TRI_UNKNOWN, 0},
		{"[\"PART_TIME\",\"OTHER\",\"FULL_TIME\"]", TRI_UNKNOWN, 0},
		{"[\"HALF\",\"FULL_TIME\"]", TRI_UNKNOWN, 0},
		{"[\"HALF\",\"INTERN\",\"PART_TIME\"]", TRI_YES, 0},
		{"[\"OTHER\",\"FULL_TIME\",\"FULL_TIME\"]", TRI_NO, 0},
		{"[\"OTHER\"]", TRI_UNKNOWN, 0},
		{"[\"INTERN\"]", TRI_UNKNOWN, 1},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *record = mem_printf("{\"t\":\"X\",\"r\":\"D1102\","
					  "\"time\":%s}",
					  rows[i].time);
		struct result r = run(record);
		if (r.o.hours.part_time != rows[i].want ||
		    r.notes.n != rows[i].n_notes)
			fail_msg("%s: %d, %zu notes", rows[i].time,
				 (int)r.o.hours.part_time, r.notes.n);
		done(&r);
		free(record);
	}
}

static void test_markup_is_cut_out_of_a_title(void **state)
{
	static const struct {
		const char *record, *title;
	} rows[] = {
		{"{\"t\":\"<a href='https://partner.example/1?a=b&c'>Maçon "
		 "(H/F)</a>\"}",
		 "Maçon (H/F)"},
		{"{\"t\":\"Maçon <a href=\\\"/x\\\" title='<b>'>ici</a> - "
		 "Meaux\"}",
		 "Maçon ici - Meaux"},
		{"{\"t\":\"<A HREF=x><b>Maçon</b> &amp; Cie</A>\"}",
		 "Maçon & Cie"},
		{"{\"t\":\"Maçon <a href=x>\"}", "Maçon"},
		/* No markup, and no letter of it is lost. */
		{"{\"t\":\"Maçon < 3 ans\"}", "Maçon < 3 ans"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct result r = run(rows[i].record);
		if (!str_eq(r.o.title, rows[i].title))
			fail_msg("%s: %s", rows[i].record, r.o.title);
		done(&r);
	}
}

static void test_no_title_costs_the_record(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"t\":\"\"}",
		"{\"t\":null}",
		"{\"t\":\"<br>\"}",
		"{\"t\":{\"x\":1}}",
		"[]",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct result r = run(bad[i]);
		if (!r.rc)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(r.err.kind, ERR_INPUT);
		done(&r);
	}
}

static void test_places_of_every_odd_form_end(void **state)
{
	static const struct {
		const char *record;
		enum precision want;
	} rows[] = {
		{"{\"t\":\"X\",\"p\":\"93 - Montreuil\"}", PLACE_COMMUNE},
		{"{\"t\":\"X\",\"p\":\"Seine-et-Marne (77)\"}",
		 PLACE_DEPARTMENT},
		{"{\"t\":\"X\",\"p\":\"\"}", PLACE_UNKNOWN},
		{"{\"t\":\"X\",\"p\":null}", PLACE_UNKNOWN},
		{"{\"t\":\"X\",\"p\":[]}", PLACE_UNKNOWN},
		{"{\"t\":\"X\",\"p\":{\"a\":[null]}}", PLACE_UNKNOWN},
		{"{\"t\":\"X\",\"lat\":0,\"lon\":0}", PLACE_UNKNOWN},
		{"{\"t\":\"X\",\"lat\":\"48.8638\",\"lon\":2.4485}",
		 PLACE_POINT},
		/* latitude and longitude the wrong way round (D8) */
		{"{\"t\":\"X\",\"lat\":2.4485,\"lon\":48.8638}", PLACE_POINT},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct result r = run(rows[i].record);
		if (r.o.place.precision != rows[i].want)
			fail_msg("%s: %d", rows[i].record,
				 (int)r.o.place.precision);
		done(&r);
	}
}

static void test_closed_and_expired_offers_say_so(void **state)
{
	static const struct {
		const char *record;
		enum offer_status want;
	} rows[] = {
		{"{\"t\":\"X\"}", OFFER_LIVE},
		{"{\"t\":\"X\",\"s\":\"Active\"}", OFFER_LIVE},
		{"{\"t\":\"X\",\"s\":\"Filled\"}", OFFER_WITHDRAWN},
		{"{\"t\":\"X\",\"o\":\"False\"}", OFFER_WITHDRAWN}, /* D17 */
		{"{\"t\":\"X\",\"o\":\"True\"}", OFFER_LIVE},
		{"{\"t\":\"X\",\"e\":\"2020-01-01\"}", OFFER_EXPIRED},
		{"{\"t\":\"X\",\"e\":\"2050-01-01\"}", OFFER_LIVE},
		{"{\"t\":\"X\",\"e\":\"2026-11-23\"}", OFFER_LIVE}, /* today */
		{"{\"t\":\"X\",\"u\":\"2026-01-01\"}", OFFER_EXPIRED},
		{"{\"t\":\"X\",\"u\":\"2026-11-20\"}", OFFER_LIVE},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct result r = run(rows[i].record);
		if (r.o.status != rows[i].want)
			fail_msg("%s: %d", rows[i].record, (int)r.o.status);
		done(&r);
	}
}

/* The amount goes, its text stays for whoever can judge it (D20). */
static void test_a_salary_nobody_pays_is_no_amount(void **state)
{
	struct result r = run("{\"t\":\"X\",\"sal\":\"11.88 \u20ac par an\"}");
	(void)state;
	assert_int_equal(r.o.salary_min_cents, -1);
	assert_int_equal(r.o.salary_max_cents, -1);
	assert_string_equal(r.o.salary_text, "11.88 € par an");
	done(&r);
	r = run("{\"t\":\"X\",\"sal\":\"11.88 \u20ac par heure\"}");
	assert_int_equal(r.o.salary_min_cents, 1188);
	done(&r);
}

static void test_texts_of_strangers_are_cleaned_and_cut(void **state)
{
	struct result r = run("{\"t\":\"Bou\\u202elanger \\t<b>bold</b>"
			      " &amp; co\",\"d\":\"<p>un</p><script>x</script>"
			      "<p>deux</p>\"}");
	(void)state;
	assert_string_equal(r.o.description, "un\ndeux");
	assert_null(strstr(r.o.title, "<b>"));
	assert_null(strstr(r.o.title, "\xe2\x80\xae"));
	done(&r);
	/* as Greenhouse writes it */
	r = run("{\"t\":\"X\",\"d\":\"&lt;p&gt;un &amp;amp; deux&lt;/p&gt;\"}");
	assert_string_equal(r.o.description, "un & deux");
	done(&r);
	char *long_text = mem_alloc(40000);
	size_t n = (size_t)snprintf(long_text, 40000, "{\"t\":\"");
	memset(long_text + n, 'x', 30000);
	memcpy(long_text + n + 30000, "\"}", 3);
	r = run(long_text);
	assert_int_equal(r.rc, 0);
	assert_true(strlen(r.o.title) <= OFFER_TEXT_MAX);
	done(&r);
	free(long_text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_an_unclear_record_is_unknown_and_never_no),
		cmocka_unit_test(test_a_stated_no_stays_no),
		cmocka_unit_test(test_joined_texts_are_read_one_by_one),
		cmocka_unit_test(test_months_may_be_said_in_words),
		cmocka_unit_test(
			test_trade_from_code_or_exact_official_title_only),
		cmocka_unit_test(test_markup_is_cut_out_of_a_title),
		cmocka_unit_test(
			test_a_full_time_beside_a_part_time_is_unknown),
		cmocka_unit_test(test_no_title_costs_the_record),
		cmocka_unit_test(test_places_of_every_odd_form_end),
		cmocka_unit_test(test_closed_and_expired_offers_say_so),
		cmocka_unit_test(test_a_salary_nobody_pays_is_no_amount),
		cmocka_unit_test(test_texts_of_strangers_are_cleaned_and_cut),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
