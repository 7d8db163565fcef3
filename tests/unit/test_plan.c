/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is told what: every condition of a permission stops a message by itself,
 * nobody under 18 is written to, caps count by the day a message went, going
 * live brings one short digest and no backlog, digests are cut, fair and about
 * one's own people, nothing is proposed twice, no need gets out. What is built
 * is rendered with the shipped templates. ETRIER_GOLDEN_WRITE=1 writes the
 * golden files anew (then read them). */
#include "plan_fixture.h"

#include "engine/plan/plan.h"

#include <etrier/courier.h>
#include <etrier/num.h>

#include <dirent.h>

#define MONDAY "2026-11-23T10:00"
enum { ANY = 0 }; /* states */

static struct world w;

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", MONDAY);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* Let the first digest go by, so that tests see ordinary days. */
static void pass_first_day(void)
{
	world_plan(&w);
	world_at(&w, "2026-11-24T10:00");
}

/* --- permission ----------------------------------------------------------- */

/* Why the young person with these fields gets no SMS now; NULL: gets one. */
static const char *why_not(const char *fields, enum agency_mode mode)
{
	const char *why = NULL;
	struct err err = {0};
	world_close(&w);
	world_open(&w, ":memory:", MONDAY);
	world_people(&w, 1, fields, mode);
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{}");
	world_turns(&w);
	json_t *line = plan_youth_preview(w.planner, world_id(&w, "ml1", "1"),
					  &why, &err);
	if (!line && !why)
		fail_msg("%s", err.text);
	json_decref(line);
	/* What the preview says is what planning does. */
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), why ? 0 : 1);
	return why;
}

static void test_each_condition_alone_stops_a_message(void **state)
{
	(void)state;
	static const struct {
		const char *fields;
		enum agency_mode mode;
		const char *why; /* NULL: goes */
	} rows[] = {
		{"{}", AGENCY_AUTOMATIC, NULL},
		{"{}", AGENCY_PREVIEW, NULL},
		{"{}", AGENCY_OFF, "n'écrit pas"},
		{"{}", AGENCY_DIGEST_ONLY, "n'écrit pas"},
		{"{}", AGENCY_APPROVAL, "attend l'accord du conseiller"},
		{"{'consent_sms':'no'}", AGENCY_AUTOMATIC, "pas d'accord"},
		{"{'consent_sms':null}", AGENCY_AUTOMATIC, "pas d'accord"},
		{"{'informed_on':null}", AGENCY_AUTOMATIC,
		 "note d'information"},
		{"{'informed_on':'2026-11-24'}", AGENCY_AUTOMATIC,
		 "note d'information"},
		{"{'informed_on':'2026-11-23'}", AGENCY_AUTOMATIC, NULL},
		{"{'birth_date':null}", AGENCY_AUTOMATIC, "naissance"},
		{"{'birth_date':'2008-11-24'}", AGENCY_AUTOMATIC,
		 "moins de 18 ans"},
		{"{'birth_date':'2008-11-24'}", AGENCY_PREVIEW,
		 "moins de 18 ans"},
		{"{'birth_date':'2008-11-23'}", AGENCY_AUTOMATIC, NULL},
		{"{'channel':'none'}", AGENCY_AUTOMATIC, "canal"},
		{"{'channel':null}", AGENCY_AUTOMATIC, "canal"},
		{"{'channel':'email','consent_email':'no'}", AGENCY_AUTOMATIC,
		 "pas d'accord"},
		{"{'channel':'email'}", AGENCY_AUTOMATIC, NULL},
		{"{'phone':null}", AGENCY_AUTOMATIC, "pas d'adresse"},
		{"{'phone':'+33139980001'}", AGENCY_AUTOMATIC, "portable"},
		{"{'status':'paused'}", AGENCY_AUTOMATIC, "pause, placé"},
		{"{'status':'placed'}", AGENCY_AUTOMATIC, "pause, placé"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *why = why_not(rows[i].fields, rows[i].mode);
		if (!rows[i].why != !why || (why && !strstr(why, rows[i].why)))
			fail_msg("%s: %s", rows[i].fields, why ? why : "goes");
	}
}

/* Prepares one young person with one fresh offer, all permitted. */
static int64_t ready(void)
{
	/* one channel: nothing falls back to the other */
	world_people(&w, 1, "{'consent_email':'no'}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{}");
	return world_id(&w, "ml1", "1");
}

static void test_opt_out_transport_and_hours_stop_a_message(void **state)
{
	(void)state;
	bool is_new;
	int64_t id = ready();
	OK(store_optout_add(w.s, CHANNEL_SMS, "+33639980001", w.clock.now_s,
			    "link", &is_new, E));
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 0);
	OK(store_optout_lift(w.s, CHANNEL_SMS, "+33639980001", &is_new, E));
	w.set.sms_goes = false;
	live_person_changed(w.live, id);
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 0);
	w.set.sms_goes = true;
	world_at(&w, "2026-11-23T20:00");
	live_person_changed(w.live, id);
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 0);
	/* It waits for the morning by itself. */
	world_at(&w, "2026-11-24T09:00");
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 1);
}

/* Claim and settle the only planned message by hand. */
static void send_planned(void)
{
	struct store_frozen f = {.model = "{}"};
	for (int64_t id = 1; id < 1000; id++) {
		struct store_message m;
		if (store_message_get(w.s, id, &w.a, &m, NULL) ||
		    m.state != STORE_PLANNED || m.audience != STORE_TO_YOUTH)
			continue;
		OK(store_message_claim(w.s, id, &f, w.clock.now_s, E));
		OK(store_message_settle(w.s, id, STORE_SENT, NULL, INSTANT_NONE,
					w.clock.now_s, E));
	}
	arena_reset(&w.a);
}

static void test_caps_count_by_the_day_a_message_went(void **state)
{
	(void)state;
	ready();
	for (int i = 0; i < 6; i++)
		world_offer(&w, "{}");
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 1);
	/* It goes a day late: that day is used up by it. */
	world_at(&w, "2026-11-24T12:00");
	send_planned();
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 1);
	world_at(&w, "2026-11-25T12:00");
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 2);
	send_planned();
	/* Two in seven days: the third waits for Tuesday, 1 December. */
	static const char *const days[] = {
		"2026-11-26T12:00", "2026-11-27T12:00", "2026-11-28T12:00",
		"2026-11-30T12:00"};
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		world_at(&w, days[i]);
		world_plan(&w);
		assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 2);
	}
	world_at(&w, "2026-12-01T12:00");
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 3);
}

static void test_old_offers_and_meetings_go_to_nobody(void **state)
{
	(void)state;
	world_people(&w, 1, "{}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{'kind':'event'}");
	world_offer(&w, "{'posted':'2026-10-08T10:00:00Z'}"); /* 46 days */
	assert_int_equal(world_plan(&w), 0);
	world_offer(&w, "{'posted':'2026-10-09T10:00:00Z'}");
	world_at(&w, "2026-11-24T10:01");
	assert_int_equal(world_plan(&w), 0); /* 46 days by now */
}

/* --- digests -------------------------------------------------------------- */

static json_t *last_digest(void)
{
	struct store_message m;
	int64_t last = 0;
	bool empty;
	struct err err = {0};
	for (int64_t id = 1; id < 1000; id++)
		if (!store_message_get(w.s, id, &w.a, &m, NULL) &&
		    m.kind == STORE_DIGEST)
			last = id;
	OK(store_message_get(w.s, last, &w.a, &m, E));
	json_t *line = plan_deliver_line(w.planner, &m, false, &empty, &err);
	if (!line)
		fail_msg("digest %lld: %s", (long long)last, err.text);
	return line;
}

static int int_of(const json_t *line, const char *key)
{
	return (int)js_int(json_object_get(line, "model"), key, -1);
}

static void test_a_digest_is_cut_and_the_rest_comes_first_tomorrow(void **state)
{
	(void)state;
	unsigned char times[41] = {0};
	world_people(&w, 40, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	pass_first_day();
	for (int i = 0; i < 5; i++)
		world_offer(&w, "{}");
	static const char *const days[] = {
		"2026-11-24T10:00", "2026-11-25T10:00", "2026-11-26T10:00"};
	for (size_t d = 0; d < ARRAY_LEN(days); d++) {
		world_at(&w, days[d]);
		assert_int_equal(world_plan(&w), 1);
		json_t *line = last_digest();
		assert_int_equal(int_of(line, "n_people"), 15);
		assert_int_equal(int_of(line, "n_offers"), d < 2 ? 45 : 40);
		assert_int_equal(int_of(line, "n_more_people"), 25);
		json_t *list = json_object_get(json_object_get(line, "model"),
					       "people"),
		       *v;
		size_t i;
		json_array_foreach(list, i, v)
		{
			int64_t n;
			assert_int_equal(num_parse_int(js_str(v, "dossier", ""),
						       1, 40, &n),
					 0);
			times[n]++;
		}
		json_decref(line);
	}
	/* 45 places, 40 people: everyone once before anyone twice. */
	for (int i = 1; i <= 40; i++)
		assert_in_range(times[i], 1, 2);
}

static void test_a_digest_comes_once_a_day_and_never_empty(void **state)
{
	(void)state;
	world_people(&w, 2, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	assert_int_equal(world_plan(&w), 0); /* nothing to say */
	world_at(&w, "2026-11-24T10:00");
	int64_t offer = world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 1);
	world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 0); /* had today's */
	/* Nor after a restart of the engine. */
	world_stop(&w);
	world_start(&w);
	assert_int_equal(world_plan(&w), 0);
	/* What is gone at the claim is left out; then nothing is left. */
	struct store_message m;
	struct err err = {0};
	bool empty;
	OK(store_message_get(w.s, 1, &w.a, &m, E));
	live_offer_drop(w.live, offer);
	assert_null(plan_deliver_line(w.planner, &m, false, &empty, &err));
	assert_true(empty);
}

static void test_digests_keep_their_hour_and_their_days(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_offer(&w, "{}");
	static const struct {
		const char *now;
		int n;
	} rows[] = {{"2026-11-24T07:59", 0}, /* before its hour */
		    {"2026-11-24T19:30", 0}, /* after the day */
		    {"2026-11-28T10:00", 0}, /* Saturday */
		    {"2026-11-29T10:00", 0}, /* Sunday */
		    {"2026-12-25T10:00", 0}, /* Christmas */
		    {"2026-12-28T08:00", 1}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		world_at(&w, rows[i].now);
		if (world_plan(&w) != rows[i].n)
			fail_msg("%s", rows[i].now);
	}
}

static void test_going_live_is_one_short_digest_and_no_backlog(void **state)
{
	(void)state;
	enum agency_mode old;
	world_people(&w, 20, "{}", AGENCY_PREVIEW);
	world_offer(&w, "{}");
	world_at(&w, "2026-11-23T10:02");
	world_offer(&w, "{}");
	/* In preview everything is planned, for the folder only. */
	assert_int_equal(world_plan(&w), 21);
	world_at(&w, "2026-11-24T10:00");
	OK(store_agency_set_mode(w.s, "ML1", AGENCY_AUTOMATIC, w.clock.now_s,
				 &old, E));
	world_settle(&w);
	int64_t n;
	struct store_ledger_query all = STORE_LEDGER_ANY;
	OK(store_ledger_count(w.s, &all, &n, E));
	assert_int_equal(n, 0); /* previews proposed nothing to anybody */
	for (int id = 1; id <= 20; id++)
		live_person_changed(w.live, id);
	assert_int_equal(world_plan(&w), 1); /* one digest, no young person */
	json_t *line = last_digest();
	assert_true(js_bool(json_object_get(line, "model"), "first", false));
	assert_int_equal(int_of(line, "n_people"), 15);
	json_decref(line);
	/* The day after: what was old stays old, what is new goes. */
	world_at(&w, "2026-11-25T10:00");
	assert_int_equal(world_plan(&w), 0);
	world_at(&w, "2026-11-26T10:00");
	world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 21);
	line = last_digest();
	assert_false(js_bool(json_object_get(line, "model"), "first", true));
	assert_int_equal(int_of(line, "n_offers"), 15);
	json_decref(line);
}

static void test_the_cfa_referent_sees_own_people_and_kinds(void **state)
{
	(void)state;
	json_t *rows = json_array();
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_agency(&w,
		     "{'code':'CFA1','name':'CFA d’Essai','kind':'cfa',"
		     "'email':'contact@cfa.example'}",
		     AGENCY_DIGEST_ONLY);
	world_adviser(&w, "{'ref':'karim','agency':'CFA1','first_name':"
			  "'Karim','email':'karim@cfa.example'}");
	world_adviser(&w, "{'ref':'autre','agency':'CFA1','first_name':"
			  "'Autre','email':'autre@cfa.example'}");
	/* Lina again, seen by her CFA, and somebody of another referent. */
	json_array_append_new(
		rows,
		fixture_json("{'ref':'c1','linked_ref':'ml1:1','first_name':"
			     "'Lina','agency':'CFA1','cfa_adviser':'karim'}"));
	json_array_append_new(
		rows, world_youth("c2", "{'agency':'CFA1','adviser':null,"
					"'first_name':'Awa','cfa_adviser':"
					"'autre'}"));
	world_import(&w, "cfa1", 1, rows);
	world_settle(&w);
	world_offer(&w, "{'kind':'permanent','title':'Boulanger en CDI'}");
	world_offer(&w, "{'kind':'apprenticeship'}");
	world_turns(&w);
	json_t *line = plan_digest_preview(w.planner, "CFA1", "karim", NULL);
	assert_non_null(line);
	char *text = json_dumps(line, 0);
	assert_string_equal(js_str(line, "audience", ""), "cfa");
	assert_int_equal(int_of(line, "n_people"), 1);
	assert_int_equal(int_of(line, "n_offers"), 1);
	assert_null(strstr(text, "CDI"));
	assert_null(strstr(text, "Awa"));
	free(text);
	json_decref(line);
	/* Her adviser of the Mission Locale sees both. */
	line = plan_digest_preview(w.planner, "ML1", "sarah", NULL);
	assert_int_equal(int_of(line, "n_offers"), 2);
	json_decref(line);
}

static void test_an_absent_adviser_has_a_substitute_or_waits(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_offer(&w, "{}");
	world_adviser(&w, "{'ref':'sarah','agency':'ML1','absent_from':"
			  "'2026-11-23','absent_until':'2026-11-24'}");
	assert_int_equal(world_plan(&w), 0);
	world_adviser(&w, "{'ref':'marc','agency':'ML1','first_name':'Marc',"
			  "'email':'marc@ml.example'}");
	world_adviser(&w, "{'ref':'sarah','agency':'ML1',"
			  "'substitute':'marc'}");
	world_at(&w, "2026-11-24T10:00");
	assert_int_equal(world_plan(&w), 1);
	json_t *line = last_digest();
	assert_string_equal(js_str(json_object_get(line, "to"), "address", ""),
			    "marc@ml.example");
	assert_string_equal(
		js_str(json_object_get(json_object_get(line, "model"),
				       "adviser"),
		       "first_name", ""),
		"Marc");
	json_decref(line);
	world_offer(&w, "{}");
	world_at(&w, "2026-11-25T10:00");
	assert_int_equal(world_plan(&w), 1);
	line = last_digest();
	assert_string_equal(js_str(json_object_get(line, "to"), "address", ""),
			    "sarah@ml.example");
	json_decref(line);
}

static void test_settings_that_shrink_after_planning_lose_nobody(void **state)
{
	(void)state;
	world_people(&w, 15, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 1);
	w.set.digest_people = w.set.first_digest_people = 1;
	json_t *line = last_digest();
	assert_int_equal(int_of(line, "n_people"), 15);
	json_decref(line);
}

static void test_the_best_twenty_of_yesterday_make_room(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	pass_first_day();
	for (int i = 0; i < 30; i++)
		world_offer(&w, "{}");
	int shown = 0;
	for (int d = 0; d < 14; d++) {
		if (world_plan(&w)) {
			json_t *line = last_digest();
			shown += int_of(line, "n_offers");
			json_decref(line);
		}
		clock_manual_advance(&w.clock, 24 * 3600);
	}
	assert_int_equal(shown, 30);
}

/* --- words -----------------------------------------------------------------
 */

static void test_no_need_and_no_handicap_word_gets_out(void **state)
{
	(void)state;
	static const char *const words[] = {
		"loads", "charges", "noise", "bruit",	 "handicap", "RQTH",
		"rqth",	 "besoin",  "wheel", "exposure", "santé",    "need"};
	world_people(&w, 2,
		     "{'needs':['loads:1:warn','noise:1:warn',"
		     "'step_free::warn'],'rqth':'yes'}",
		     AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	for (int i = 0; i < 3; i++)
		world_offer(&w, "{'exposure':{'loads':1}}");
	assert_true(world_plan(&w) >= 1);
	for (int64_t id = 1; id < 10; id++) {
		struct store_message m;
		bool empty;
		if (store_message_get(w.s, id, &w.a, &m, NULL))
			continue;
		json_t *line =
			plan_deliver_line(w.planner, &m, false, &empty, NULL);
		assert_non_null(line);
		char *text = json_dumps(line, 0);
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (strstr(text, words[i]))
				fail_msg("%s in %s", words[i], text);
		free(text);
		json_decref(line);
	}
}

/* --- templates --------------------------------------------------------------
 */

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = mem_alloc(65536);
	if (!f)
		fail_msg("cannot read %s", path);
	size_t n = fread(text, 1, 65535, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static struct templates *shipped_templates(void)
{
	static const char folder[] = SOURCE_DIR "/conf/templates/fr";
	struct diags d;
	json_t *list = json_array();
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		char *path = mem_printf("%s/%s", folder, e->d_name);
		char *name = mem_printf("fr/%s", e->d_name);
		char *text = read_file(path);
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", name,
						      "text", text));
		free(path);
		free(name);
		free(text);
	}
	closedir(dir);
	diags_init(&d);
	struct templates *t = templates_new(list, &d);
	diags_print(&d, stderr);
	assert_non_null(t);
	diags_clear(&d);
	json_decref(list);
	return t;
}

static void same_as_golden(const char *name, const char *text)
{
	char *path = mem_printf("%s/tests/golden/%s", SOURCE_DIR, name);
	if (getenv("ETRIER_GOLDEN_WRITE")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fputs(text, f);
		fclose(f);
	}
	char *golden = read_file(path);
	assert_string_equal(text, golden);
	free(golden);
	free(path);
}

static void test_models_fit_the_shipped_templates(void **state)
{
	(void)state;
	struct templates *t = shipped_templates();
	struct mail mail;
	struct sms sms;
	const char *why;
	world_people(&w, 1, "{'contract_deadline':'2026-12-11'}",
		     AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	w.set.sources = fixture_json(
		"{'essai':{'title':'Essai Emploi','licence':{'show':true,"
		"'name':'Licence d’Essai','url':'https://l.example/'}}}");
	world_offer(&w, "{'start':'2026-12-01','posted':'2026-11-20T08:00:00Z',"
			"'updated':'2026-11-21T08:00:00Z',"
			"'employer':{'name':'CFA d’Essai','school':'yes',"
			"'siret':'12345678200010'},"
			/* enough in its favour to come first all the same */
			"'positions':2,'access':{'tutoring':'yes'},"
			"'provenance':{'rome':'text'},"
			"'evidence':{'rome':'86 %: title words'},"
			"'quality':{'outcome':'note','symbols':['COURT'],"
			"'reasons':['texte très court']},"
			"'contact':{'name':'M. Exemple',"
			"'phone':'+33139980002'}}");
	for (int i = 0; i < 4; i++)
		world_offer(&w, "{'title':'Apprentie boulangère',"
				"'employer':{'name':'Pain & Co'}}");
	world_turns(&w);
	json_t *line = plan_digest_preview(w.planner, "ML1", "sarah", NULL);
	OK(render_mail(t, line, &mail, E));
	same_as_golden("digest-adviser.txt", mail.text);
	assert_string_equal(mail.subject,
			    "3 offres pour 1 jeune – lundi 23 nov.");
	mail_clear(&mail);
	json_decref(line);
	line = plan_youth_preview(w.planner, world_id(&w, "ml1", "1"), &why,
				  NULL);
	assert_non_null(line);
	/* Of all that, nothing reaches a young person. */
	static const char *const not_for_youth[] = {
		"source",      "updated_fr", "licence", "licence_url",
		"inferred_fr", "notes",	     "school"};
	for (size_t i = 0; i < ARRAY_LEN(not_for_youth); i++)
		assert_null(json_object_get(json_object_get(line, "model"),
					    not_for_youth[i]));
	OK(render_sms(t, line, 1, &sms, E));
	same_as_golden("digest-sms.txt", sms.text);
	sms_clear(&sms);
	json_decref(line);
	templates_free(t);
}

static void test_settings_are_read_as_conf_sends_them(void **state)
{
	(void)state;
	struct plan_settings s;
	json_t *config = fixture_json(
		"{'planner':{'windows':'open','digest_people':7,"
		"'sms_from':540,'mail_until':1200,'youth_per_week':3,"
		"'hold_minutes':30,'sms_slots':['12:00-13:30','17:30-19:00']},"
		"'agency_defaults':{'digest_at':450,'tone':'vous',"
		"'sms_sender':'ESSAI'},'mail':{'transport':'none'},"
		"'sms':{'gateway':'file'}}");
	plan_settings_read(&s, config);
	json_decref(config);
	assert_true(s.is_open && s.sms_goes && !s.mail_goes);
	assert_int_equal(s.digest_people, 7);
	assert_int_equal(s.sms_from, 540);
	assert_int_equal(s.mail_until, 1200);
	assert_int_equal(s.youth_per_week, 3);
	assert_int_equal(s.hold_s, 1800);
	assert_int_equal(s.n_sms_slots, 2);
	assert_int_equal(s.sms_slots[1].until, 19 * 60);
	assert_int_equal(s.digest_at, 450);
	assert_string_equal(vocab_code(&vocab_tone, s.tone), "vous");
	assert_string_equal(s.sms_sender, "ESSAI");
	plan_settings_clear(&s);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_each_condition_alone_stops_a_message),
		T(test_opt_out_transport_and_hours_stop_a_message),
		T(test_caps_count_by_the_day_a_message_went),
		T(test_old_offers_and_meetings_go_to_nobody),
		T(test_a_digest_is_cut_and_the_rest_comes_first_tomorrow),
		T(test_a_digest_comes_once_a_day_and_never_empty),
		T(test_digests_keep_their_hour_and_their_days),
		T(test_going_live_is_one_short_digest_and_no_backlog),
		T(test_the_cfa_referent_sees_own_people_and_kinds),
		T(test_an_absent_adviser_has_a_substitute_or_waits),
		T(test_settings_that_shrink_after_planning_lose_nobody),
		T(test_the_best_twenty_of_yesterday_make_room),
		T(test_no_need_and_no_handicap_word_gets_out),
		T(test_models_fit_the_shipped_templates),
		T(test_settings_are_read_as_conf_sends_them),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
