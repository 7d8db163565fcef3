/* SPDX-License-Identifier: EUPL-1.2 */
/* The offer line: whole and empty offers survive the way out and in, what is
 * wrong is refused by name, and two offers are the same when they say the
 * same. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/offer.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char full[] =
	"{\"source\":\"demo\",\"ref\":\"A-1\","
	"\"url\":\"https://emploi.example/a-1?x=1&y=2\","
	"\"origin_ref\":\"P-77\","
	"\"title\":\"Apprenti boulanger\",\"description\":\"Pain.\\nFour.\","
	"\"kind\":\"apprenticeship\",\"rome\":[\"D1102\",\"D1104\"],"
	"\"employer\":{\"name\":\"Fournil Invente\",\"siret\":"
	"\"12345678900011\",\"naf\":\"1071C\",\"size\":\"1-2\","
	"\"handi_engaged\":\"yes\",\"adapted_company\":\"no\","
	"\"school\":\"no\"},"
	"\"place\":{\"precision\":\"commune\",\"insee\":\"93048\","
	"\"postcode\":\"93100\",\"city\":\"Montreuil\",\"dept\":\"93\","
	"\"address\":\"1 rue Inventée\",\"lat\":48.8638,\"lon\":2.4485},"
	"\"start\":\"2026-12-01\",\"duration_days\":730,\"positions\":2,"
	"\"hours\":{\"start\":\"04:30\",\"end\":\"12:00\",\"weekly\":2100,"
	"\"night\":\"yes\",\"weekend\":\"yes\",\"part_time\":\"no\","
	"\"text\":\"du mardi au samedi\"},\"licences\":[\"AM\",\"B\"],"
	"\"age_min\":16,\"level\":{\"required\":\"none\",\"target\":\"3\"},"
	"\"experience\":\"none\",\"languages\":[{\"lang\":\"fr\",\"level\":"
	"\"B1\",\"required\":\"yes\"}],\"training\":{\"rncp\":\"RNCP37537\","
	"\"cfa\":\"CFA Invente\",\"rhythm\":\"1 semaine / 3\",\"start\":"
	"\"2026-12-07\",\"end\":\"2028-06-30\"},\"exposure\":{\"loads\":2,"
	"\"early_start\":3,\"oral\":0},\"access\":{\"step_free\":\"no\","
	"\"tutoring\":\"yes\"},\"handicap_welcome\":\"yes\",\"salary\":{"
	"\"min\":78000,\"max\":101000,\"period\":\"month\",\"currency\":"
	"\"EUR\",\"text\":\"selon âge\"},\"contact\":{\"name\":\"M. Invente\","
	"\"email\":\"fournil@invente.example\",\"phone\":\"0639980001\","
	"\"url\":\"https://emploi.example/contact\"},"
	"\"posted\":\"2026-11-20T08:00:00Z\",\"updated\":"
	"\"2026-11-21T08:00:00Z\",\"expires\":\"2026-12-20T22:59:59Z\","
	"\"status\":\"live\",\"quality\":{\"outcome\":\"note\",\"symbols\":["
	"\"OLD\"],\"reasons\":[\"publiée il y a longtemps\"]},\"provenance\":{\"kind\":\"stated\","
	"\"exposure\":\"trade\"}}";

#define HEAD "{\"source\":\"s\",\"title\":\"t\""

struct fixture {
	struct arena arena;
	struct err err;
	json_t *line;
	struct offer offer;
	int result;
};

static void read_line(struct fixture *f, const char *text)
{
	arena_init(&f->arena);
	f->err = (struct err){0};
	f->line = js_parse(text, strlen(text), &f->err);
	assert_non_null(f->line);
	f->result = offer_from_json(f->line, &f->arena, &f->offer, &f->err);
}

static void done(struct fixture *f)
{
	json_decref(f->line);
	arena_clear(&f->arena);
}

static char *written(const struct offer *o)
{
	struct buf b;
	json_t *v = offer_to_json(o);
	buf_init(&b, 1 << 20);
	js_write(v, &b);
	json_decref(v);
	return buf_take(&b);
}

static void whole_offer_comes_back_byte_for_byte(void **state)
{
	(void)state;
	struct fixture f;
	read_line(&f, full);
	assert_string_equal(f.err.text, "");
	assert_int_equal(f.result, 0);
	char *text = written(&f.offer);
	assert_string_equal(text, full);
	free(text);
	done(&f);
}

static void fields_have_their_units(void **state)
{
	(void)state;
	struct fixture f;
	read_line(&f, full);
	assert_int_equal(f.result, 0);
	const struct offer *o = &f.offer;
	assert_int_equal(o->kind, CONTRACT_APPRENTICESHIP);
	assert_int_equal(o->n_rome, 2);
	assert_int_equal(o->hours.start_min, 270);
	assert_int_equal(o->hours.weekly_min, 2100);
	assert_int_equal(o->licences, 1u << LICENCE_AM | 1u << LICENCE_B);
	assert_int_equal(o->level_target, 1);
	assert_int_equal(o->start, date_from_ymd(2026, 12, 1));
	assert_int_equal(o->place.lat_udeg, 48863800);
	assert_int_equal(o->place.lon_udeg, 2448500);
	assert_int_equal(o->exposure[EXPOSURE_EARLY_START], 3);
	assert_int_equal(o->exposure[EXPOSURE_NOISE], -1);
	assert_int_equal(o->access[ACCESS_STEP_FREE], TRI_NO);
	assert_int_equal(o->access[ACCESS_LIFT], TRI_UNKNOWN);
	assert_int_equal(o->salary_max_cents, 101000);
	done(&f);
}

static void what_is_absent_is_unknown_and_not_written(void **state)
{
	(void)state;
	struct fixture f;
	struct offer empty;
	offer_init(&empty);
	read_line(&f, HEAD ",\"place\":null,\"rome\":[],\"kind\":null,"
			   "\"later\":{\"version\":2}}");
	assert_int_equal(f.result, 0);
	assert_int_equal(f.offer.kind, VOCAB_NONE);
	assert_int_equal(f.offer.experience, EXPERIENCE_UNKNOWN);
	assert_int_equal(f.offer.place.precision, PLACE_UNKNOWN);
	assert_int_equal(f.offer.handicap_welcome, TRI_UNKNOWN);
	assert_memory_equal(f.offer.exposure, empty.exposure,
			    sizeof(empty.exposure));
	char *text = written(&f.offer);
	assert_string_equal(text, HEAD ",\"place\":{\"precision\":\"unknown\"}"
				       ",\"status\":\"live\"}");
	free(text);
	done(&f);
}

static void faults_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"[]", "offer: not an object"},
		{"{\"title\":\"t\"}", "source: missing"},
		{"{\"source\":\"s\"}", "title: missing"},
		{"{\"source\":\"s\",\"title\":\"\"}", "title: missing"},
		{HEAD ",\"ref\":12}", "ref: not a text"},
		{HEAD ",\"kind\":\"cdi\"}", "kind: not a contract"},
		{HEAD ",\"rome\":\"D1102\"}", "rome: not a list"},
		{HEAD ",\"rome\":[\"d1102\"]}", "rome: not a ROME code"},
		{HEAD ",\"rome\":[\"D1102\",\"D1102\",\"D1102\",\"D1102\","
		      "\"D1102\",\"D1102\"]}",
		 "rome: more than 5"},
		{HEAD ",\"employer\":\"x\"}", "employer: not an object"},
		{HEAD ",\"employer\":{\"handi_engaged\":true}}",
		 "employer.handi_engaged: not a text"},
		{HEAD ",\"employer\":{\"siret\":\"12345 6789\"}}",
		 "employer.siret: not a SIRET"},
		{HEAD ",\"start\":\"01/12/2026\"}", "start: not a date"},
		{HEAD ",\"hours\":{\"start\":\"4h\"}}", "hours.start: not a t"},
		{HEAD ",\"exposure\":{\"loads\":4}}", "exposure.loads: not"},
		{HEAD ",\"exposure\":{\"poids\":1}}", "exposure: an unknown"},
		{HEAD ",\"access\":{\"lift\":\"maybe\"}}", "access.lift: not"},
		{HEAD ",\"salary\":{\"min\":-1}}", "salary.min: not a whole"},
		{HEAD ",\"salary\":{\"period\":\"week\"}}", "salary.period:"},
		{HEAD ",\"url\":\"javascript:alert(1)\"}", "url: not a http"},
		{HEAD ",\"url\":\"https://a.example/\\\"><b\"}", "url: not"},
		{HEAD ",\"contact\":{\"url\":\"file:///etc/passwd\"}}",
		 "contact.url: not a http"},
		{HEAD ",\"ref\":\"a\\u0007b\"}", "ref: holds a control"},
		{HEAD ",\"ref\":\"a\\u202eb\"}", "ref: holds a control"},
		{HEAD ",\"employer\":{\"name\":\"a\\nb\"}}", "employer.name:"},
		{HEAD ",\"provenance\":{\"kind\":\"rumour\"}}", "provenance."},
		{HEAD ",\"languages\":[{\"level\":\"B1\"}]}", "languages.lang"},
		{HEAD ",\"quality\":{\"outcome\":\"bad\"}}", "quality.outcome"},
		{HEAD ",\"quality\":{\"symbols\":[7]}}", "quality.symbols"},
		{HEAD ",\"quality\":{\"reasons\":\"x\"}}", "quality.reasons"},
		{HEAD ",\"status\":\"quarantined\"}", "status:"},
		{HEAD ",\"languages\":[3]}", "languages: not an object"},
		{HEAD ",\"place\":{\"precision\":\"point\"}}", "place.lat:"},
		{HEAD ",\"place\":{\"lat\":91,\"lon\":2}}", "place.lat: not"},
		{HEAD ",\"place\":{\"lat\":\"48\",\"lon\":2}}", "place.lat:"},
		{HEAD ",\"place\":{\"insee\":\"9304\"}}", "place.insee:"},
		{HEAD ",\"place\":[]}", "place: not an object"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;
		read_line(&f, cases[i].line);
		assert_int_equal(f.result, -1);
		assert_int_equal(f.err.kind, ERR_INPUT);
		if (!strstr(f.err.text, cases[i].says))
			fail_msg("%s: \"%s\" does not say \"%s\"",
				 cases[i].line, f.err.text, cases[i].says);
		done(&f);
	}
}

static void long_texts_are_refused_at_their_ceiling(void **state)
{
	(void)state;
	char title[OFFER_TEXT_MAX + 2];
	for (size_t n = OFFER_TEXT_MAX; n <= OFFER_TEXT_MAX + 1; n++) {
		struct arena a;
		struct err err;
		struct offer o;
		memset(title, 'x', n);
		title[n] = '\0';
		arena_init(&a);
		json_t *v = json_pack("{ss ss}", "source", "s", "title", title);
		assert_int_equal(offer_from_json(v, &a, &o, &err),
				 n > OFFER_TEXT_MAX ? -1 : 0);
		json_decref(v);
		arena_clear(&a);
	}
}

static void salary_in_another_currency_is_unknown(void **state)
{
	(void)state;
	struct fixture f;
	read_line(&f,
		  HEAD ",\"salary\":{\"min\":300000,\"currency\":\"CHF\"}}");
	assert_int_equal(f.result, 0);
	assert_int_equal(f.offer.salary_min_cents, -1);
	done(&f);
}

static void offer_without_ref_is_known_by_what_it_is(void **state)
{
	(void)state;
	struct fixture a, b, c, d;
	read_line(&a, HEAD ",\"url\":\"https://e.example/1\"}");
	read_line(&b, HEAD ",\"url\":\"https://e.example/2\"}");
	read_line(&c, HEAD ",\"start\":\"2026-12-01\"}");
	read_line(&d, HEAD ",\"description\":\"other words\","
			   "\"start\":\"2026-12-01\"}");
	const char *of_a = offer_ref(&a.offer, &a.arena);
	assert_int_equal(strlen(of_a), 34);
	assert_memory_equal(of_a, "h:", 2);
	assert_string_equal(of_a, offer_ref(&a.offer, &a.arena));
	assert_string_not_equal(of_a, offer_ref(&b.offer, &b.arena));
	assert_string_equal(offer_ref(&c.offer, &c.arena),
			    offer_ref(&d.offer, &d.arena));
	a.offer.ref = "R";
	assert_string_equal(offer_ref(&a.offer, &a.arena), "R");
	done(&a);
	done(&b);
	done(&c);
	done(&d);
}

static void content_hash_sees_words_and_not_dates_of_issue(void **state)
{
	(void)state;
	struct fixture f;
	char first[33], second[33];
	read_line(&f, full);
	offer_content_hash(&f.offer, first);
	f.offer.posted += 60;
	f.offer.updated = INSTANT_NONE;
	f.offer.provenance = NULL;
	f.offer.quality.outcome = QUALITY_REJECT;
	offer_content_hash(&f.offer, second);
	assert_string_equal(first, second);
	f.offer.exposure[EXPOSURE_LOADS] = 1;
	offer_content_hash(&f.offer, second);
	assert_string_not_equal(first, second);
	done(&f);
}

static void a_school_is_known_by_name_or_activity(void **state)
{
	(void)state;
	static const struct {
		const char *employer;
		enum tri want;
	} cases[] = {
		{"{\"name\":\"CFA des Essais\"}", TRI_YES},
		{"{\"name\":\"L'École inventée\"}", TRI_YES},
		{"{\"name\":\"Institut de formation X\"}", TRI_YES},
		{"{\"name\":\"X\",\"naf\":\"85.32Z\"}", TRI_YES},
		{"{\"name\":\"X\",\"naf\":\"8559a\"}", TRI_YES},
		{"{\"name\":\"CFA X\",\"school\":\"no\"}", TRI_NO},
		{"{\"name\":\"Ecolab\",\"naf\":\"1071C\"}", TRI_UNKNOWN},
		{"{}", TRI_UNKNOWN},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char line[200];
		struct fixture f;
		snprintf(line, sizeof(line), HEAD ",\"employer\":%s}",
			 cases[i].employer);
		read_line(&f, line);
		assert_int_equal(f.result, 0);
		assert_int_equal(offer_school(&f.offer, &f.arena),
				 cases[i].want);
		done(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_offer_comes_back_byte_for_byte),
		cmocka_unit_test(fields_have_their_units),
		cmocka_unit_test(what_is_absent_is_unknown_and_not_written),
		cmocka_unit_test(faults_are_named),
		cmocka_unit_test(long_texts_are_refused_at_their_ceiling),
		cmocka_unit_test(salary_in_another_currency_is_unknown),
		cmocka_unit_test(offer_without_ref_is_known_by_what_it_is),
		cmocka_unit_test(
			content_hash_sees_words_and_not_dates_of_issue),
		cmocka_unit_test(a_school_is_known_by_name_or_activity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
