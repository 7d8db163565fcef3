/* SPDX-License-Identifier: EUPL-1.2 */
/* Many mails through few lanes: several in a lane's hand, what comes together
 * is one commit, a death gives back exactly what had no verdict, an operator
 * that refuses us is left alone and nobody is blamed for it; and the headers
 * every mail must carry (domain.md 2.2), rule by rule. */
#include "plan_fixture.h"

#include "engine/store/db.h"

#include <etrier/courier.h>

#include <dirent.h>
#include <regex.h>
#include <stdlib.h>

static struct world w;
static int n_commits;

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", "2026-11-23T10:00");
	return 0;
}

/* Commits are counted in a file only. */
static int open_file(void **state)
{
	static char folder[] = "/tmp/etrier-outbox-XXXXXX";
	char path[64];
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/t.db", folder);
	world_open(&w, path, "2026-11-23T10:00");
	*state = folder;
	return 0;
}

static int close_file(void **state)
{
	char command[80];
	world_close(&w);
	snprintf(command, sizeof command, "rm -r '%s'", (char *)*state);
	return system(command);
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* n mails are due, each to somebody else at the same operator. */
static void due(int n)
{
	world_people(&w, n, "{'channel':'email'}", AGENCY_AUTOMATIC);
	world_adviser(&w, "{'ref':'sarah','agency':'ML1','digest':'off'}");
	world_at(&w, "2026-11-23T10:01");
	for (int i = 0; i < n; i += 100) /* WORLD_WAVES */
		world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), n);
}

static size_t n_delivered(void)
{
	return json_array_size(w.delivered);
}

static int64_t n_in(enum store_state state)
{
	return world_count(&w, STORE_TO_YOUTH, 1u << state);
}

static void say(int64_t id, const char *verdict, bool is_taken)
{
	json_t *v = fixture_json(verdict);
	json_object_set_new(v, "id", json_integer(id));
	if (is_taken)
		OK(outbox_take(w.outbox, "mail-1", "verdict", v, E));
	else
		OK(outbox_line(w.outbox, "mail-1", "verdict", v, E));
	json_decref(v);
}

static int64_t id_at(size_t i)
{
	return js_int(json_array_get(w.delivered, i), "id", 0);
}

static void count_commit(void *ctx, enum store_commit when)
{
	(void)ctx;
	n_commits += when == STORE_COMMIT_AFTER;
}

#define SENT "{'result':'sent','reason':'ok','code':250}"

static void test_a_lane_has_many_mails_in_hand_in_few_commits(void **state)
{
	(void)state;
	due(OUTBOX_IN_HAND + 10);
	world_lane_up(&w, "mail-1");
	store_on_commit(w.s, count_commit, NULL);
	n_commits = 0;
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), OUTBOX_IN_HAND);
	assert_int_equal(n_in(STORE_SENDING), OUTBOX_IN_HAND);
	assert_int_equal(n_commits, 1);
	OK(outbox_pump(w.outbox, E)); /* the hand is full */
	assert_int_equal(n_delivered(), OUTBOX_IN_HAND);
	/* Half come back: one commit for them and for the next. */
	n_commits = 0;
	for (size_t i = 0; i < OUTBOX_IN_HAND / 2; i++)
		say(id_at(i), SENT, true);
	assert_int_equal(n_in(STORE_SENT), 0);
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_in(STORE_SENT), OUTBOX_IN_HAND / 2);
	assert_int_equal(n_delivered(), OUTBOX_IN_HAND + 10);
	assert_int_equal(n_commits, 1);
	/* Nothing was given twice. */
	for (size_t i = 0; i < n_delivered(); i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(id_at(i), id_at(j));
	store_on_commit(w.s, NULL, NULL);
}

/* When is it worth a commit of its own? */
static void test_verdicts_wait_for_one_another_but_no_lane_for_mails(
	void **state)
{
	size_t said = 0;
	(void)state;
	due(OUTBOX_IN_HAND + 10);
	world_lane_up(&w, "mail-1");
	assert_int_equal(outbox_wait_ms(w.outbox), 0); /* it has room */
	OK(outbox_pump(w.outbox, E));
	for (; said < OUTBOX_IN_HAND / 2 - 1; said++) {
		say(id_at(said), SENT, true);
		assert_int_equal(outbox_wait_ms(w.outbox), OUTBOX_SETTLE_MS);
	}
	say(id_at(said++), SENT, true); /* half of its hand is empty */
	assert_int_equal(outbox_wait_ms(w.outbox), 0);
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), OUTBOX_IN_HAND + 10);
	/* It has room again, and nothing is left to fill it with. */
	for (size_t i = 0; i < OUTBOX_SETTLE_MAX - 1; i++) {
		say(id_at(said++), SENT, true);
		assert_int_equal(outbox_wait_ms(w.outbox), OUTBOX_SETTLE_MS);
	}
	say(id_at(said++), SENT, true);
	assert_int_equal(outbox_wait_ms(w.outbox), 0); /* enough for one */
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_in(STORE_SENT), said);
	world_lane_up(&w, "mail-2");
	assert_int_equal(outbox_wait_ms(w.outbox), 0);
}

static void test_a_death_gives_back_what_had_no_verdict(void **state)
{
	(void)state;
	due(6);
	world_lane_up(&w, "mail-1");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 6);
	char *first = json_dumps(
		json_object_get(json_array_get(w.delivered, 3), "message_id"),
		JSON_ENCODE_ANY);
	say(id_at(0), SENT, true);
	say(id_at(2), SENT, true);
	OK(outbox_lane_down(w.outbox, "mail-1", E));
	assert_int_equal(n_in(STORE_SENT), 2);
	assert_int_equal(n_in(STORE_PLANNED), 4);
	struct outbox_stats st;
	outbox_stats(w.outbox, &st);
	assert_int_equal(st.busy, 0);
	int64_t again = id_at(3);
	world_lane_up(&w, "mail-1");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 10);
	for (size_t i = 6; i < 10; i++) {
		if (id_at(i) != again)
			continue;
		char *second = json_dumps(
			json_object_get(json_array_get(w.delivered, i),
					"message_id"),
			JSON_ENCODE_ANY);
		assert_string_equal(first, second);
		free(second);
		again = 0;
	}
	assert_int_equal(again, 0);
	free(first);
}

static void test_a_refusal_of_policy_blames_nobody(void **state)
{
	(void)state;
	due(5);
	json_t *config = fixture_json(
		"{'mail':{},'operators':{'domains':{'essai':{'match':"
		"['jeune.example'],'max_per_minute':0,'backoff':[]}}}}");
	outbox_configure(w.outbox, config);
	json_decref(config);
	world_lane_up(&w, "mail-1");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 5);
	say(id_at(0), SENT, true);
	for (size_t i = 1; i < 5; i++)
		say(id_at(i),
		    "{'result':'failed','reason':'refused','code':550,"
		    "'enhanced':'5.7.1','text':'spam'}",
		    true);
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_in(STORE_FAILED), 0);
	assert_int_equal(n_in(STORE_PLANNED), 4);
	int64_t until;
	assert_string_equal(
		mailpace_held(outbox_pace(w.outbox), 0, w.clock.now_s, &until),
		"essai");
	struct store_message m;
	OK(store_message_get(w.s, id_at(1), &w.a, &m, E));
	assert_int_equal(m.not_before, w.clock.now_s + MAILPACE_HOLD_S);
	assert_string_equal(m.reason, "policy: spam");
	/* Not before its time, and then all by itself. */
	clock_manual_advance(&w.clock, MAILPACE_HOLD_S - 1);
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 5);
	clock_manual_advance(&w.clock, 1);
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 9);
}

static void test_an_operators_pace_is_kept_at_hand_over(void **state)
{
	(void)state;
	due(40);
	json_t *config = fixture_json(
		"{'mail':{},'operators':{'domains':{'essai':{'match':"
		"['jeune.example'],'max_per_minute':6,'backoff':[]}}}}");
	outbox_configure(w.outbox, config);
	json_decref(config);
	world_lane_up(&w, "mail-1");
	size_t before = 0, most = 0;
	for (int minute = 0; minute < 12; minute++) {
		for (int s = 0; s < 60; s++) {
			OK(outbox_pump(w.outbox, E));
			for (size_t i = before; i < n_delivered(); i++)
				say(id_at(i), SENT, true);
			if (n_delivered() - before > most)
				most = n_delivered() - before;
			before = n_delivered();
			clock_manual_advance(&w.clock, 1);
		}
	}
	assert_in_range(most, 1, 2);
	assert_int_equal(n_delivered(), 40);
	assert_int_equal(n_in(STORE_FAILED), 0);
}

static void test_figures_of_the_day_survive_a_restart(void **state)
{
	(void)state;
	due(2);
	json_t *config = fixture_json("{'mail':{}}");
	outbox_configure(w.outbox, config);
	world_lane_up(&w, "mail-1");
	OK(outbox_pump(w.outbox, E));
	say(id_at(0), SENT, false);
	say(id_at(1), SENT, true);
	OK(outbox_end(w.outbox, E));
	world_stop(&w);
	world_start(&w);
	outbox_configure(w.outbox, config);
	json_decref(config);
	json_t *rows = mailpace_figures(outbox_pace(w.outbox));
	assert_int_equal(js_int(json_array_get(rows, 0), "sent", 0), 2);
	json_decref(rows);
}

static void configure(const char *text)
{
	json_t *config = fixture_json(text);
	outbox_configure(w.outbox, config);
	json_decref(config);
}

/* As after a kill: what was not committed is gone, nothing was said in time. */
static void start_again(const char *config)
{
	world_stop(&w);
	world_start(&w);
	configure(config);
	json_array_clear(w.delivered);
	world_lane_up(&w, "mail-1");
}

static void test_a_restart_sends_no_second_share_of_the_day(void **state)
{
	static const char config[] =
		"{'mail':{'warmup_start':'2026-11-23'},'operators':{}}";
	(void)state;
	due(MAILPACE_WARM_FIRST + 20);
	configure(config);
	world_lane_up(&w, "mail-1");
	OK(outbox_pump(w.outbox, E));
	size_t n = n_delivered();
	assert_in_range(n, 1, MAILPACE_WARM_FIRST - 1);
	/* Half of them said something that was written, half did not. */
	for (size_t i = 0; i < n / 2; i++)
		say(id_at(i), SENT, true);
	OK(outbox_settle_rest(w.outbox, E));
	start_again(config);
	int64_t went = (int64_t)n;
	for (int i = 0; i < 10; i++) {
		size_t before = n_delivered();
		OK(outbox_pump(w.outbox, E));
		went += (int64_t)(n_delivered() - before);
		for (size_t k = before; k < n_delivered(); k++)
			say(id_at(k), SENT, true);
	}
	assert_int_equal(went, MAILPACE_WARM_FIRST);
	/* The next day has its own. */
	world_at(&w, "2026-11-24T10:00");
	OK(outbox_pump(w.outbox, E));
	assert_true(n_in(STORE_SENDING) > 0);
}

static void test_a_restart_keeps_hold_and_place_in_the_queue(void **state)
{
	static const char config[] =
		"{'mail':{},'operators':{'domains':{'essai':{'match':"
		"['jeune.example'],'max_per_minute':6,'backoff':[]}}}}";
	(void)state;
	int64_t until;
	due(8);
	configure(config);
	world_lane_up(&w, "mail-1");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 2); /* a burst of ten seconds */
	/* Nobody has a second burst by dying. */
	start_again(config);
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 0);
	clock_manual_advance(&w.clock, 60);
	OK(outbox_pump(w.outbox, E));
	size_t n = n_delivered();
	assert_in_range(n, 1, 7);
	say(id_at(0),
	    "{'result':'failed','reason':'refused','code':550,"
	    "'enhanced':'5.7.1','text':'spam'}",
	    false);
	start_again(config);
	assert_string_equal(
		mailpace_held(outbox_pace(w.outbox), 0, w.clock.now_s, &until),
		"essai");
	assert_int_equal(until, w.clock.now_s + MAILPACE_HOLD_S);
	clock_manual_advance(&w.clock, MAILPACE_HOLD_S - 1);
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 0);
	clock_manual_advance(&w.clock, 1);
	OK(outbox_pump(w.outbox, E));
	assert_true(n_delivered() > 0);
}

/* A bounce of policy: nothing is claimed or settled beside it. */
static void test_a_hold_by_another_way_outlives_a_restart(void **state)
{
	(void)state;
	int64_t until;
	configure("{'mail':{}}");
	mailpace_hold(outbox_pace(w.outbox), "a@b.example", w.clock.now_s);
	OK(outbox_pump(w.outbox, E));
	start_again("{'mail':{}}");
	assert_string_equal(
		mailpace_held(outbox_pace(w.outbox), 0, w.clock.now_s, &until),
		MAILPACE_OTHER);
}

static void test_who_waits_leaves_no_token_behind(void **state)
{
	(void)state;
	int64_t n;
	due(8);
	configure("{'mail':{},'operators':{'domains':{'essai':{'match':"
		  "['jeune.example'],'max_per_minute':6,'backoff':[]}}}}");
	world_lane_up(&w, "mail-1");
	for (int s = 0; s < 40; s++) {
		OK(outbox_pump(w.outbox, E));
		clock_manual_advance(&w.clock, 1);
	}
	assert_in_range(n_delivered(), 2, 7); /* the others were put off */
	OK(db_get_int(w.s, &n, E, "SELECT count(*) FROM token", DB_NONE));
	assert_int_equal(n, n_delivered());
}

/* --- headers ----------------------------------------------------------------
 */

static struct templates *french(void)
{
	json_t *list = json_array();
	struct diags d;
	DIR *dir = opendir(SOURCE_DIR "/conf/templates/fr");
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		char path[500], name[300], text[65536];
		snprintf(path, sizeof path,
			 SOURCE_DIR "/conf/templates/fr/%.200s", e->d_name);
		snprintf(name, sizeof name, "fr/%.200s", e->d_name);
		FILE *f = fopen(path, "r");
		text[fread(text, 1, sizeof text - 1, f)] = '\0';
		fclose(f);
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", name,
						      "text", text));
	}
	closedir(dir);
	diags_init(&d);
	struct templates *t = templates_new(list, &d);
	diags_print(&d, stderr);
	diags_clear(&d);
	json_decref(list);
	assert_non_null(t);
	return t;
}

/* Whether one whole header, unfolded, fits. */
static bool has_header(const char *mail, const char *pattern)
{
	regex_t re;
	bool found = false;
	char *head = mem_dup(mail), *end = strstr(head, "\r\n\r\n");
	assert_non_null(end);
	end[2] = '\0';
	for (char *fold; (fold = strstr(head, "\r\n "));)
		memmove(fold, fold + 2, strlen(fold + 2) + 1);
	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	for (char *line = head; *line && !found;) {
		char *stop = strstr(line, "\r\n");
		*stop = '\0';
		found = !regexec(&re, line, 0, NULL, 0);
		line = stop + 2;
	}
	regfree(&re);
	free(head);
	return found;
}

struct rule {
	const char *rule, *pattern;
};

static void check_rules(const char *mail, const struct rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!has_header(mail, rules[i].pattern))
			fail_msg("%s: no header fits %s in\n%.2000s",
				 rules[i].rule, rules[i].pattern, mail);
}

static const struct rule common[] = {
	{"From is the service's address under the agency's name",
	 "^From: .*<offres@ml\\.example>$"},
	{"Message-ID tells nothing and is of our domain",
	 "^Message-ID: <m\\.[0-9a-f]{24}@ml\\.example>$"},
	{"Date", "^Date: [A-Z][a-z]{2}, [0-9]{2} Nov 2026 [0-9:]{8} \\+0000$"},
	{"a way out for the reader's program: https first, then mailto",
	 "^List-Unsubscribe: <https://o\\.ml\\.example/u/[0-9A-Z]{10}>, "
	 "<mailto:stop\\+[0-9A-Z]{10}@rebonds\\.example>$"},
	{"one click (RFC 8058)",
	 "^List-Unsubscribe-Post: List-Unsubscribe=One-Click$"},
	{"no holiday notices (RFC 3834)", "^Auto-Submitted: auto-generated$"},
	{"nor of Exchange", "^X-Auto-Response-Suppress: OOF, AutoReply$"},
	{"MIME", "^MIME-Version: 1\\.0$"},
	{"text and HTML", "^Content-Type: multipart/alternative; "
			  "boundary=\"=_[0-9a-f]{24}\"$"},
};
static const struct rule youth[] = {
	{"a human reads the reply: the adviser",
	 "^Reply-To: .*<sarah@ml\\.example>$"},
	{"the list of the young", "^List-Id: <?offres\\.ml\\.example>?$"},
	{"campaign, agency, program, sender",
	 "^Feedback-ID: offre:ML1:etrier:ml\\.example$"},
};
static const struct rule digest[] = {
	{"replies go to the Mission Locale",
	 "^Reply-To: .*<contact@ml\\.example>$"},
	{"the list of the advisers, another than that of the young",
	 "^List-Id: <?synthese\\.ml\\.example>?$"},
	{"campaign, agency, program, sender",
	 "^Feedback-ID: digest:ML1:etrier:ml\\.example$"},
};

static void set_mail(const char *mail)
{
	char text[600];
	snprintf(text, sizeof text,
		 "{'planner':{},'agency_defaults':{'sms_sender':'MISSIONLOC'},"
		 "'mail':{'transport':'smtp','from_address':'offres@ml.example'"
		 ",'from_name':'Missions Locales'%s},'sms':{'gateway':'file'},"
		 "'front':{'base_url':'https://o.ml.example'}}",
		 mail);
	json_t *config = fixture_json(text);
	plan_settings_clear(&w.set);
	plan_settings_read(&w.set, config);
	w.set.hold_s = 0;
	planner_configure(w.planner, &w.set);
	json_decref(config);
}

static struct mail render_last(struct templates *t)
{
	struct mail m;
	json_t *line = json_deep_copy(world_last(&w));
	json_object_del(line, "template_hash");
	OK(render_mail(t, line, &m, E));
	json_decref(line);
	return m;
}

static void test_headers_follow_their_rules(void **state)
{
	(void)state;
	struct templates *t = french();
	set_mail(",'bounce_domain':'rebonds.example','bounces':'/x'");
	world_people(&w, 1, "{'channel':'email'}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 2); /* Lina's, and Sarah's digest */
	world_lane_up(&w, "mail-1");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 2);
	for (size_t i = 0; i < 2; i++) {
		struct mail m;
		json_t *line = json_deep_copy(json_array_get(w.delivered, i));
		bool is_digest = str_eq(js_str(line, "kind", ""), "digest");
		json_object_del(line, "template_hash");
		OK(render_mail(t, line, &m, E));
		check_rules(m.bytes.data, common, ARRAY_LEN(common));
		if (is_digest)
			check_rules(m.bytes.data, digest, ARRAY_LEN(digest));
		else
			check_rules(m.bytes.data, youth, ARRAY_LEN(youth));
		/* VERP: no address in clear, the domain of bounces. */
		const char *from = js_str(line, "envelope_from", "");
		assert_true(str_starts(from, "b+"));
		assert_true(str_ends(from, "@rebonds.example"));
		assert_int_equal(strlen(from), 2 + 24 + 16);
		/* Left out on purpose: a tracking list, and Precedence. */
		assert_false(has_header(m.bytes.data, "^Precedence"));
		assert_false(has_header(m.bytes.data, "^(Cc|Bcc|Return-Path)"));
		assert_false(has_header(m.bytes.data, "0639980001"));
		mail_clear(&m);
		json_decref(line);
	}
	templates_free(t);
}

static void test_digests_may_have_an_address_of_their_own(void **state)
{
	(void)state;
	set_mail(",'digest_from_address':'conseil@conseil.example'");
	world_people(&w, 1, "{'channel':'email'}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 2);
	world_lane_up(&w, "mail-1");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(n_delivered(), 2);
	for (size_t i = 0; i < 2; i++) {
		json_t *line = json_array_get(w.delivered, i);
		bool is_digest = str_eq(js_str(line, "kind", ""), "digest");
		assert_string_equal(
			js_str(json_object_get(line, "from"), "address", ""),
			is_digest ? "conseil@conseil.example"
				  : "offres@ml.example");
	}
}

/* Nobody reads mail to that domain: then no address is given that is not. */
static void test_no_mailto_without_somebody_who_reads_it(void **state)
{
	(void)state;
	struct templates *t = french();
	due(1);
	world_lane_up(&w, "mail-1");
	OK(outbox_pump(w.outbox, E));
	struct mail m = render_last(t);
	assert_true(has_header(m.bytes.data,
			       "^List-Unsubscribe: <https://o\\.ml\\.example/"
			       "u/[0-9A-Z]{10}>$"));
	assert_null(strstr(m.bytes.data, "mailto:stop"));
	mail_clear(&m);
	templates_free(t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_lane_has_many_mails_in_hand_in_few_commits,
			open_file, close_file),
		T(test_verdicts_wait_for_one_another_but_no_lane_for_mails),
		T(test_a_death_gives_back_what_had_no_verdict),
		T(test_a_refusal_of_policy_blames_nobody),
		T(test_an_operators_pace_is_kept_at_hand_over),
		T(test_figures_of_the_day_survive_a_restart),
		T(test_a_restart_sends_no_second_share_of_the_day),
		T(test_a_restart_keeps_hold_and_place_in_the_queue),
		T(test_a_hold_by_another_way_outlives_a_restart),
		T(test_who_waits_leaves_no_token_behind),
		T(test_headers_follow_their_rules),
		T(test_digests_may_have_an_address_of_their_own),
		T(test_no_mailto_without_somebody_who_reads_it),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
