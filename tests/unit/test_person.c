/* SPDX-License-Identifier: EUPL-1.2 */
/* The columns of a young person: every cell has one normal form or a reason
 * that does not repeat it, the JSON form is checked as strictly, and needs
 * leave only when asked for. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/person.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *text_of(json_t *v)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	js_write(v, &b);
	json_decref(v);
	return buf_take(&b);
}

static void cells_take_their_normal_form(void **state)
{
	(void)state;
	static const struct {
		const char *column, *cell, *json; /* json NULL: refused */
	} cases[] = {
		{"ref", "D-1", "\"D-1\""},
		{"ref", "", NULL},
		{"first_name", "  Lina ", "\"Lina\""},
		{"first_name", "", "null"},
		{"first_name", "a\nb", NULL},
		{"birth_date", "2008-02-29", "\"2008-02-29\""},
		{"birth_date", "29/02/2008", "\"2008-02-29\""},
		{"birth_date", "29-02-2008", NULL},
		{"birth_date", "29.02.2008", NULL},
		{"birth_date", "29/02/08", NULL},
		{"birth_date", "02/29/2008", NULL},
		{"birth_date", "39507", NULL},
		{"phone", "06 39 98 00 01", "\"+33639980001\""},
		{"phone", "6 39", NULL},
		{"email", "lina@jeune.example", "\"lina@jeune.example\""},
		{"email", "lina@", NULL},
		{"language", "FR", "\"fr\""},
		{"language", "pt-BR", "\"pt-BR\""},
		{"language", "français", NULL},
		{"linked_ref", "cfa93:12", "\"cfa93:12\""},
		{"linked_ref", "12", NULL},
		{"channel", "sms", "\"sms\""},
		{"channel", "SMS", NULL},
		{"insee", "2A004", "\"2A004\""},
		{"insee", "2C004", NULL},
		{"insee", "75056 ", "\"75056\""},
		{"postcode", "93100", "\"93100\""},
		{"postcode", "1400", NULL},
		{"lat", "48,8638", "48.8638"},
		{"lat", "98", NULL},
		{"lon", "-61.5", "-61.5"},
		{"rome", "D1102, G1602", "[\"D1102\",\"G1602\"]"},
		{"rome", "boulanger", NULL},
		{"rome", "D1102,D1102", NULL},
		{"rome", "A1101,A1201,A1202,A1203,A1204,A1205", NULL},
		{"contracts", "apprenticeship,permanent",
		 "[\"apprenticeship\",\"permanent\"]"},
		{"contracts", "apprentissage", NULL},
		{"modes", "walk, transit", "[\"walk\",\"transit\"]"},
		{"max_minutes", "45", "45"},
		{"max_minutes", "0", NULL},
		{"max_minutes", "45 min", NULL},
		{"earliest_departure", "05:30", "\"05:30\""},
		{"earliest_departure", "5h30", NULL},
		{"licences", "AM,B", "[\"AM\",\"B\"]"},
		{"licences", "none", "[]"},
		{"licences", "", "null"},
		{"level", "3", "\"3\""},
		{"level", "CAP", NULL},
		{"rncp", "37537", "\"RNCP37537\""},
		{"rncp", "RNCP37537", "\"RNCP37537\""},
		{"rncp", "CAP", NULL},
		{"preregistered", "yes", "\"yes\""},
		{"preregistered", "oui", NULL},
		{"preregistered", "true", NULL},
		{"consent_sms", "no", "\"no\""},
		{"consent_sms", "unknown", NULL},
		{"consent_sms", " ", "null"},
		{"french_oral", "B1", "\"B1\""},
		{"status", "active", "\"active\""},
		{"status", "present", NULL},
		{"needs", "loads:1:exclude, step_free::favour night:0:warn",
		 "[\"loads:1:exclude\",\"step_free::favour\","
		 "\"night:0:warn\"]"},
		{"needs", "loads:3:exclude", NULL},
		{"needs", "loads:+1:exclude", NULL},
		{"needs", "loads::exclude", NULL},
		{"needs", "step_free:1:warn", NULL},
		{"needs", "loads:1:never", NULL},
		{"needs", "loads:1:exclude:x", NULL},
		{"needs", "dos:1:exclude", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		const struct person_column *c =
			person_column_find(cases[i].column);
		assert_non_null(c);
		json_t *v = person_cell(c, cases[i].cell, &err);
		char *text = v ? text_of(v) : NULL;
		if (text && cases[i].json) {
			assert_string_equal(text, cases[i].json);
		} else if (text || cases[i].json) {
			fail_msg("%s \"%s\": %s", cases[i].column,
				 cases[i].cell, text ? text : err.text);
		} else {
			assert_int_equal(err.kind, ERR_INPUT);
			assert_true(*err.text);
		}
		free(text);
	}
}

static void reasons_never_repeat_the_cell(void **state)
{
	(void)state;
	static const char secret[] = "Zyxwvut";
	for (size_t i = 0; person_column(i); i++) {
		struct err err = {0};
		json_t *v = person_cell(person_column(i), secret, &err);
		assert_null(strstr(err.text, secret));
		json_decref(v);
	}
}

/* Plainly invented: born in a month 62 of département 99; the keys are right.
 * The IBAN is the example of the standard. */
static void social_security_and_bank_numbers_are_refused_anywhere(void **state)
{
	(void)state;
	static const char *const refused[] = {
		"199629999999985",
		"1 99 62 99 999 999 85",
		"FR7630006000011234567890189",
		"FR76 3000 6000 0112 3456 7890 189",
	};
	for (size_t i = 0; person_column(i); i++) {
		for (size_t k = 0; k < ARRAY_LEN(refused); k++) {
			struct err err = {0};
			assert_null(person_cell(person_column(i), refused[k],
						&err));
		}
	}
}

static struct person read_person(const char *text, json_t **line,
				 struct arena *a)
{
	struct person p;
	struct err err = {0};
	*line = js_parse(text, strlen(text), &err);
	assert_non_null(*line);
	if (person_from_json(*line, a, &p, &err))
		fail_msg("%s", err.text);
	return p;
}

static const char whole[] =
	"{\"ref\":\"D-1\",\"linked_ref\":\"cfa:7\",\"first_name\":\"Lina\","
	"\"last_name\":\"Inventée\",\"birth_date\":\"2008-05-04\","
	"\"phone\":\"+33639980001\",\"email\":\"lina@jeune.example\","
	"\"language\":\"fr\",\"channel\":\"sms\",\"agency\":\"ML93\","
	"\"adviser\":\"sarah\",\"cfa_adviser\":\"marc\",\"insee\":\"93048\","
	"\"postcode\":\"93100\",\"city\":\"Montreuil\",\"lat\":48.86,"
	"\"lon\":2.44,\"rome\":[\"D1102\",\"G1602\"],\"contracts\":["
	"\"apprenticeship\"],\"modes\":[\"walk\",\"transit\"],"
	"\"max_minutes\":45,\"max_minutes_cfa\":60,\"earliest_departure\":"
	"\"05:30\",\"latest_return\":\"20:00\",\"licences\":[\"AM\"],"
	"\"level\":\"none\",\"available_from\":\"2026-12-01\",\"cfa\":"
	"\"CFA Inventé\",\"rncp\":\"RNCP37537\",\"preregistered\":\"yes\","
	"\"contract_deadline\":\"2027-01-15\",\"training_end\":"
	"\"2028-06-30\",\"priority_district\":\"no\",\"french_oral\":\"C1\",\"french_written\":\"B2\","
	"\"needs\":[\"loads:1:exclude\",\"step_free::favour\"],"
	"\"rqth\":\"yes\",\"status\":\"active\",\"consent_email\":\"yes\","
	"\"consent_sms\":\"no\",\"consent_info\":\"yes\",\"informed_on\":\"2026-10-01\"}";

static void whole_person_comes_back_byte_for_byte(void **state)
{
	(void)state;
	struct arena a;
	json_t *line;
	arena_init(&a);
	struct person p = read_person(whole, &line, &a);
	char *text = text_of(person_to_json(&p, PERSON_WITH_NEEDS));
	assert_string_equal(text, whole);
	assert_int_equal(p.n_needs, 2);
	assert_int_equal(p.needs[0].exposure, EXPOSURE_LOADS);
	assert_int_equal(p.needs[0].limit, 1);
	assert_int_equal(p.needs[1].exposure, VOCAB_NONE);
	assert_int_equal(p.needs[1].access, ACCESS_STEP_FREE);
	assert_int_equal(p.place.precision, PLACE_POINT);
	assert_int_equal(p.earliest_departure, 330);
	assert_int_equal(p.channel, CHANNEL_SMS);
	free(text);
	json_decref(line);
	arena_clear(&a);
}

static void needs_and_rqth_stay_inside_unless_asked(void **state)
{
	(void)state;
	struct arena a;
	json_t *line;
	arena_init(&a);
	struct person p = read_person(whole, &line, &a);
	char *text = text_of(person_to_json(&p, PERSON_WITHOUT_NEEDS));
	assert_null(strstr(text, "needs"));
	assert_null(strstr(text, "rqth"));
	assert_null(strstr(text, "loads"));
	free(text);
	json_decref(line);
	arena_clear(&a);
}

static void unknown_is_not_no(void **state)
{
	(void)state;
	struct arena a;
	json_t *line;
	struct person fresh;
	arena_init(&a);
	person_init(&fresh);
	struct person p = read_person(
		"{\"ref\":\"D-2\",\"licences\":null,\"lat\":48.8}", &line, &a);
	assert_int_equal(p.licences_known, TRI_UNKNOWN);
	assert_int_equal(p.preregistered, TRI_UNKNOWN);
	assert_int_equal(p.rqth, TRI_UNKNOWN);
	assert_int_equal(p.consent_sms, TRI_UNKNOWN);
	assert_int_equal(p.max_minutes, -1);
	assert_int_equal(p.level, VOCAB_NONE);
	assert_int_equal(p.birth_date, DATE_NONE);
	assert_int_equal(p.place.precision, PLACE_UNKNOWN);
	assert_int_equal(p.status, PERSON_ACTIVE);
	assert_int_equal(p.channel, CHANNEL_NONE);
	fresh.ref = p.ref;
	assert_memory_equal(&fresh, &p, sizeof(p));
	json_decref(line);
	p = read_person("{\"ref\":\"D-2\",\"licences\":[]}", &line, &a);
	assert_int_equal(p.licences_known, TRI_YES);
	assert_int_equal(p.licences, 0);
	char *text = text_of(person_to_json(&p, PERSON_WITH_NEEDS));
	assert_non_null(strstr(text, "\"licences\":[]"));
	free(text);
	json_decref(line);
	arena_clear(&a);
}

static void lines_are_checked_as_strictly_as_cells(void **state)
{
	(void)state;
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"[]", "not an object"},
		{"{}", "ref: missing"},
		{"{\"ref\":\"\"}", "ref: missing"},
		{"{\"ref\":1}", "ref: not a text"},
		{"{\"ref\":\"r\",\"phone\":\"06 39 98 00 01\"}",
		 "phone: not in its normal form"},
		{"{\"ref\":\"r\",\"birth_date\":\"04/05/2008\"}", "birth_date"},
		{"{\"ref\":\"r\",\"consent_sms\":true}", "consent_sms"},
		{"{\"ref\":\"r\",\"needs\":[\"loads:9:exclude\"]}", "needs:"},
		{"{\"ref\":\"r\",\"needs\":[7]}", "needs: not a text"},
		{"{\"ref\":\"r\",\"needs\":\"loads:1:warn\"}", "needs: not a"},
		{"{\"ref\":\"r\",\"rome\":[\"X9999\"]}", "rome: not a ROME"},
		{"{\"ref\":\"r\",\"max_minutes\":\"45\"}", "max_minutes"},
		{"{\"ref\":\"r\",\"lat\":\"48\"}", "lat: not a number"},
		{"{\"ref\":\"r\",\"insee\":\"0000\"}", "insee: not a code"},
		{"{\"ref\":\"r\",\"licences\":[\"Z\"]}", "licences: not a"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a;
		struct err err = {0};
		struct person p;
		arena_init(&a);
		json_t *v =
			js_parse(cases[i].line, strlen(cases[i].line), &err);
		assert_int_equal(person_from_json(v, &a, &p, &err), -1);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: \"%s\"", cases[i].line, err.text);
		json_decref(v);
		arena_clear(&a);
	}
}

static void too_many_needs_or_trades_are_refused(void **state)
{
	(void)state;
	struct arena a;
	struct err err = {0};
	struct person p;
	arena_init(&a);
	json_t *v = json_pack("{ss}", "ref", "r"), *needs = json_array();
	for (int i = 0; i <= PERSON_NEEDS_MAX; i++)
		json_array_append_new(needs, json_string("loads:1:warn"));
	json_object_set_new(v, "needs", needs);
	assert_int_equal(person_from_json(v, &a, &p, &err), -1);
	assert_non_null(strstr(err.text, "needs: more than 24"));
	json_decref(v);
	arena_clear(&a);
}

static void ages_outside_the_range_are_typing_errors(void **state)
{
	(void)state;
	int32_t today = date_from_ymd(2026, 11, 23);
	static const struct {
		int year, month, day, result;
	} cases[] = {
		{2013, 11, 23, 0}, {2013, 11, 24, -1}, {1960, 1, 1, 0},
		{1959, 1, 1, -1},  {2027, 1, 1, -1},
	};
	struct person p;
	struct err err;
	person_init(&p);
	assert_int_equal(person_check(&p, today, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		p.birth_date = date_from_ymd(cases[i].year, cases[i].month,
					     cases[i].day);
		assert_int_equal(person_check(&p, today, &err),
				 cases[i].result);
	}
}

static void columns_are_those_of_the_manual(void **state)
{
	(void)state;
	static const char names[] =
		"ref linked_ref first_name last_name birth_date phone email "
		"language channel agency adviser cfa_adviser insee postcode "
		"city lat lon rome contracts modes max_minutes "
		"max_minutes_cfa earliest_departure latest_return licences "
		"level available_from cfa rncp preregistered "
		"contract_deadline training_end priority_district "
		"french_oral french_written needs rqth status consent_email consent_sms consent_info informed_on ";
	struct buf b;
	buf_init(&b, 4096);
	for (size_t i = 0; person_column(i); i++)
		buf_printf(&b, "%s ", person_column(i)->name);
	assert_string_equal(b.data, names);
	buf_clear(&b);
	assert_null(person_column_find("nir"));
	assert_int_equal(person_column_find("needs")->flags,
			 PERSON_COLUMN_PRIVATE);
	assert_int_equal(person_column_find("rqth")->flags,
			 PERSON_COLUMN_PRIVATE);
	assert_int_equal(person_column_find("rncp")->flags, PERSON_COLUMN_CFA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_take_their_normal_form),
		cmocka_unit_test(reasons_never_repeat_the_cell),
		cmocka_unit_test(
			social_security_and_bank_numbers_are_refused_anywhere),
		cmocka_unit_test(whole_person_comes_back_byte_for_byte),
		cmocka_unit_test(needs_and_rqth_stay_inside_unless_asked),
		cmocka_unit_test(unknown_is_not_no),
		cmocka_unit_test(lines_are_checked_as_strictly_as_cells),
		cmocka_unit_test(too_many_needs_or_trades_are_refused),
		cmocka_unit_test(ages_outside_the_range_are_typing_errors),
		cmocka_unit_test(columns_are_those_of_the_manual),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
