/* SPDX-License-Identifier: EUPL-1.2 */
/* What the engine answers to the front: a view changes nothing, an act is done
 * once however often it is asked, a token of another purpose, an expired one
 * and an invented one are the same nothing, and an opt-out holds for everybody
 * who shares the address. Everybody here is invented. */
#include "store_fixture.h"

#include "engine/control/state.h"

#include <etrier/clock.h>
#include <etrier/date.h>

#define PHONE "+33639980001"
#define MONTH ((int64_t)30 * 86400)

struct world {
	struct engine_state e;
	struct clock_manual clock;
	struct store *s;
	struct arena a;
	char *text; /* of the last answer */
};

static void import(struct world *w, const char *const *rows)
{
	int64_t number;
	enum store_verdict v;
	OK(store_stage_begin(w->s, "ml1", E));
	for (int i = 0; rows[i]; i++) {
		json_t *fields = fixture_json(rows[i]);
		OK(store_stage_youth(w->s, "ml1", fields, i + 2, &v, E));
		json_decref(fields);
	}
	OK(store_stage_apply(w->s, "ml1", NOW, &number, E));
}
#define IMPORT(w, ...) import((w), (const char *const[]){__VA_ARGS__, NULL})

static int set_up(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	enum store_change change;
	w->s = fixture_open(":memory:");
	arena_init(&w->a);
	clock_manual_init(&w->clock, NOW);
	w->e = (struct engine_state){.clock = &w->clock.clock, .store = w->s};
	OK(store_origin_put(w->s, "ml1", 0, NULL, E));
	json_t *agency = fixture_json("{'code':'ML-EST','kind':'ml',"
				      "'name':'Mission Locale de l’Est'}");
	OK(store_agency_put(w->s, agency, &change, E));
	json_decref(agency);
	json_t *adviser = fixture_json("{'agency':'ML-EST','ref':'a:1',"
				       "'first_name':'Sarah','last_name':'E',"
				       "'email':'Sarah@ml.example'}");
	OK(store_adviser_put(w->s, adviser, &change, E));
	json_decref(adviser);
	IMPORT(w,
	       "{'ref':'1','agency':'ML-EST','first_name':'Lina',"
	       "'phone':'" PHONE "','email':'Famille@jeune.example'}",
	       "{'ref':'2','agency':'ML-EST','first_name':'Yanis',"
	       "'phone':'" PHONE "','email':'famille@jeune.example'}",
	       "{'ref':'3','agency':'ML-EST','first_name':'Inès'}");
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	store_close(w->s);
	arena_clear(&w->a);
	free(w->text);
	free(w);
	return 0;
}

static int64_t id_of(struct world *w, const char *ref)
{
	struct store_person p;
	OK(store_person_find(w->s, "ml1", ref, false, &w->a, &p, E));
	return p.id;
}

static const char *token_for(struct world *w, const char *purpose,
			     const char *subject)
{
	char *token = arena_alloc(&w->a, STORE_TOKEN_CHARS + 1);
	OK(store_token_make(w->s, purpose, subject, NOW + MONTH, token, E));
	return token;
}

/* The mailbox is the family's; two of them write it in two ways. */
static const char *youth_subject(struct world *w, const char *ref,
				 const char *channel)
{
	const char *mail = str_eq(ref, "1") ? "Famille@jeune.example"
					    : "famille@jeune.example";
	return arena_printf(&w->a, "youth:%lld:%s:%s", (long long)id_of(w, ref),
			    channel, str_eq(channel, "sms") ? PHONE : mail);
}

static const char *youth_token(struct world *w, const char *ref,
			       const char *channel)
{
	return token_for(w, "u", youth_subject(w, ref, channel));
}

/* The answer as text, without its number. */
static const char *ask(struct world *w, const char *type, const char *kind,
		       const char *token)
{
	json_t *line = json_object();
	js_put_str(line, "t", type);
	js_put_int(line, "id", 7, -1);
	js_put_str(line, "kind", kind);
	js_put_str(line, "token", token);
	json_t *reply = control_answer_front(&w->e, type, line);
	assert_string_equal(js_str(reply, "t", ""),
			    str_eq(type, "act") ? "done" : "page");
	assert_int_equal(js_int(reply, "id", -1), 7);
	json_object_del(reply, "id");
	json_object_del(reply, "t");
	free(w->text);
	w->text = json_dumps(reply, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(reply);
	json_decref(line);
	return w->text;
}

static int count_event(void *ctx, const struct store_event *row)
{
	assert_string_equal(row->by, "link");
	assert_string_equal(row->agency, "ML-EST");
	++*(int *)ctx;
	return 0;
}

static int count_optouts(struct world *w)
{
	int n = 0;
	struct store_event_query q = STORE_EVENTS_ANY;
	q.kind = "optout";
	OK(store_events_each(w->s, &q, count_event, &n, E));
	return n;
}

static bool is_out(struct world *w, enum channel channel, const char *address)
{
	bool out;
	OK(store_optout_check(w->s, channel, address, &out, E));
	return out;
}

#define NOTHING "{\"found\":false}"
#define BY_SMS                                                 \
	"{\"found\":true,\"model\":{\"agency\":\"Mission Loca" \
	"le de l’Est\",\"channel_fr\":\"SMS\",\"is_sms\":true}}"
#define BY_MAIL                                                \
	"{\"found\":true,\"model\":{\"agency\":\"Mission Loca" \
	"le de l’Est\",\"channel_fr\":\"e-mail\",\"is_sms\":false}}"

static void a_view_says_who_and_how_and_changes_nothing(void **state)
{
	struct world *w = *state;
	const char *token = youth_token(w, "1", "sms");
	for (int i = 0; i < 3; i++)
		assert_string_equal(ask(w, "view", "u", token), BY_SMS);
	assert_false(is_out(w, CHANNEL_SMS, PHONE));
	assert_int_equal(count_optouts(w), 0);
	struct store_token t;
	OK(store_token_find(w->s, token, "u", NOW, &w->a, &t, E));
	assert_int_equal(t.used, INSTANT_NONE);
}

static void an_act_is_done_once(void **state)
{
	struct world *w = *state;
	const char *token = youth_token(w, "1", "sms");
	for (int i = 0; i < 3; i++)
		assert_string_equal(ask(w, "act", "u", token), BY_SMS);
	assert_true(is_out(w, CHANNEL_SMS, PHONE));
	assert_int_equal(count_optouts(w), 1);
	/* And the page still shows what it showed. */
	assert_string_equal(ask(w, "view", "u", token), BY_SMS);
}

static void an_opt_out_is_of_one_channel(void **state)
{
	struct world *w = *state;
	assert_string_equal(ask(w, "act", "u", youth_token(w, "1", "email")),
			    BY_MAIL);
	assert_false(is_out(w, CHANNEL_SMS, PHONE));
	assert_true(is_out(w, CHANNEL_EMAIL, "Famille@jeune.example"));
}

static void an_opt_out_holds_for_all_who_share_the_address(void **state)
{
	struct world *w = *state;
	ask(w, "act", "u", youth_token(w, "1", "sms"));
	/* The brother's own link says it again: no second event. */
	assert_string_equal(ask(w, "act", "u", youth_token(w, "2", "sms")),
			    BY_SMS);
	assert_int_equal(count_optouts(w), 1);
	/* One mailbox, written twice in two ways. */
	ask(w, "act", "u", youth_token(w, "2", "email"));
	assert_true(is_out(w, CHANNEL_EMAIL, "Famille@jeune.example"));
	assert_true(is_out(w, CHANNEL_EMAIL, "FAMILLE@JEUNE.EXAMPLE"));
}

static void an_old_number_stops_itself_and_not_the_new_one(void **state)
{
	struct world *w = *state;
	const char *old =
		token_for(w, "u",
			  arena_printf(&w->a, "youth:%lld:sms:+33639980999",
				       (long long)id_of(w, "1")));
	assert_string_equal(ask(w, "act", "u", old), BY_SMS);
	assert_true(is_out(w, CHANNEL_SMS, "+33639980999"));
	assert_false(is_out(w, CHANNEL_SMS, PHONE));
}

static void an_adviser_can_stop_the_digest(void **state)
{
	struct world *w = *state;
	const char *token =
		token_for(w, "u", "adviser:ML-EST:a:1:sarah@ml.example");
	assert_string_equal(ask(w, "view", "u", token), BY_MAIL);
	assert_false(is_out(w, CHANNEL_EMAIL, "sarah@ml.example"));
	assert_string_equal(ask(w, "act", "u", token), BY_MAIL);
	assert_true(is_out(w, CHANNEL_EMAIL, "sarah@ml.example"));
	assert_int_equal(count_optouts(w), 1);
}

static void whatever_leads_nowhere_is_the_same_nothing(void **state)
{
	struct world *w = *state;
	const char *late = youth_token(w, "1", "sms");
	const char *revoked = youth_token(w, "2", "sms");
	int64_t n;
	OK(store_token_revoke(w->s, "u", youth_subject(w, "2", "sms"), &n, E));
	const char *const tokens[] = {
		"7K2QF8M3XW", /* invented */
		"",
		"not a token at all, and far too long for one",
		revoked,
		token_for(w, "o", "youth:1:sms:" PHONE), /* another purpose */
		token_for(w, "u", "youth:999:sms:" PHONE),
		token_for(w, "u", "youth:1:pigeon:" PHONE),
		token_for(w, "u", "youth:1:sms:"),
		token_for(w, "u", "youth:1:sms"),
		token_for(w, "u", "youth:1"),
		token_for(w, "u", "youth"),
		token_for(w, "u", "cat:1:sms:" PHONE),
		token_for(w, "u", "adviser:ML-EST:nobody:x@y.example"),
	};
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		assert_string_equal(ask(w, "view", "u", tokens[i]), NOTHING);
		assert_string_equal(ask(w, "act", "u", tokens[i]), NOTHING);
	}
	clock_manual_advance(&w->clock, MONTH);
	assert_string_equal(ask(w, "act", "u", late), NOTHING);
	assert_int_equal(count_optouts(w), 0);
}

static void an_unknown_question_gets_an_answer_too(void **state)
{
	struct world *w = *state;
	const char *token = youth_token(w, "1", "sms");
	assert_string_equal(ask(w, "view", "x", token), NOTHING);
	assert_string_equal(ask(w, "view", NULL, token), NOTHING);
	assert_string_equal(ask(w, "act", "metrics", NULL), NOTHING);
	assert_string_equal(ask(w, "act", "health", NULL), NOTHING);
}

/* A disk that is full: "I could not", and not "there is no such link". */
static void a_failure_is_not_a_miss(void **state)
{
	struct world *w = *state;
	const char *token = youth_token(w, "1", "sms");
	OK(store_begin(w->s, E));
	struct err err = {0};
	/* Whatever fails inside dooms the transaction it joined. */
	assert_int_equal(store_agency_set_mode(w->s, "NOWHERE", AGENCY_OFF, NOW,
					       &(enum agency_mode){0}, &err),
			 -1);
	assert_string_equal(ask(w, "act", "u", token),
			    "{\"failed\":true,\"found\":false}");
	store_rollback(w->s);
	assert_false(is_out(w, CHANNEL_SMS, PHONE));
	assert_string_equal(ask(w, "act", "u", token), BY_SMS);
}

static void health_is_a_question_to_the_database(void **state)
{
	struct world *w = *state;
	assert_string_equal(ask(w, "view", "health", NULL),
			    "{\"found\":true,\"text\":\"ok\\n\"}");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_view_says_who_and_how_and_changes_nothing),
		T(an_act_is_done_once),
		T(an_opt_out_is_of_one_channel),
		T(an_opt_out_holds_for_all_who_share_the_address),
		T(an_old_number_stops_itself_and_not_the_new_one),
		T(an_adviser_can_stop_the_digest),
		T(whatever_leads_nowhere_is_the_same_nothing),
		T(an_unknown_question_gets_an_answer_too),
		T(a_failure_is_not_a_miss),
		T(health_is_a_question_to_the_database),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
