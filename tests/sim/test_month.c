/* SPDX-License-Identifier: EUPL-1.2 */
/* A month of polls, planning and sending in seconds, with everything that goes
 * wrong in a month: a relay that is down for two days, refusals for now, lost
 * answers, lanes that die over an SMS, partners that fail, stop half-way or
 * show an empty list, restarts, a clock that steps back and forward, the night
 * the clocks change, holidays. What must never happen is checked at every
 * delivery. ETRIER_SIM_SEED=N runs the same month again. */
#include "../unit/plan_fixture.h"

#include <etrier/num.h>

enum {
	PEOPLE = 24,
	STEP_S = 600,
	DAYS = 31,
	QUIET_DAYS = 6, /* at the end nothing new comes */
	OFFERS_MAX = 200,
	RECORDS_MAX = 4000
};

struct record { /* a message that left at least once */
	int64_t id, person, canonical;
	int32_t date; /* first time, Paris */
	bool is_sms, is_digest;
	char *bytes, recipient[16];
};

struct month {
	struct world w;
	uint64_t seed;
	int32_t first_day;
	bool feed[OFFERS_MAX]; /* what the partner shows */
	int n_feed;
	struct record sent[RECORDS_MAX];
	size_t n_sent;
	json_t *shown; /* {"sarah 3 https://...": message} */
	int n_digests, n_sms, n_mails, n_uncertain, n_again;
};

static uint32_t below(struct month *m, uint32_t n)
{
	m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((m->seed >> 33) % n);
}

static bool chance(struct month *m, uint32_t percent)
{
	return below(m, 100) < percent;
}

static int day_of(const struct month *m)
{
	return paris_date(m->w.clock.now_s) - m->first_day;
}

static bool is_quiet(const struct month *m)
{
	return day_of(m) >= DAYS - QUIET_DAYS;
}

/* --- the network ---------------------------------------------------------- */

/* Every fifth under 18, some without consent, channel or notice. */
static json_t *youth(int i)
{
	char ref[8], more[300];
	static const char *const channels[] = {"sms", "email", "sms", "none"};
	snprintf(ref, sizeof(ref), "%d", i);
	snprintf(more, sizeof(more),
		 "{'channel':'%s','phone':'+336399800%02d','email':'j%d@"
		 "jeune.example','birth_date':'%s','adviser':'%s',"
		 "'consent_sms':'%s'}",
		 channels[i % 4], i, i, i % 5 ? "2003-05-06" : "2009-12-31",
		 i % 3 ? "sarah" : "marc", i % 7 ? "yes" : "no");
	return world_youth(ref, more);
}

static void make_network(struct month *m)
{
	json_t *rows = json_array();
	json_t *sources = fixture_json(
		"{'essai':{'name':'essai','kind':'json','enabled':true,"
		"'every_s':7200}}");
	world_people(&m->w, 0, "{}", AGENCY_AUTOMATIC);
	world_adviser(&m->w, "{'ref':'marc','agency':'ML1','first_name':"
			     "'Marc','email':'marc@ml.example'}");
	for (int i = 1; i <= PEOPLE; i++)
		json_array_append_new(rows, youth(i));
	world_import(&m->w, "ml1", 0, rows);
	OK(polls_configure(m->w.polls, sources, 600, E));
	json_decref(sources);
	polls_collector_up(m->w.polls);
}

static void restart(struct month *m)
{
	json_t *sources = fixture_json(
		"{'essai':{'name':'essai','kind':'json','enabled':true,"
		"'every_s':7200}}");
	world_stop(&m->w);
	json_array_clear(m->w.polled);
	json_array_clear(m->w.delivered);
	world_start(&m->w);
	OK(polls_configure(m->w.polls, sources, 600, E));
	json_decref(sources);
	polls_collector_up(m->w.polls);
	world_lanes_up(&m->w);
}

/* --- the partner -----------------------------------------------------------
 */

static void change_feed(struct month *m)
{
	for (int i = 0; i < m->n_feed; i++)
		m->feed[i] = m->feed[i] && !chance(m, 3);
	for (int i = (int)below(m, 4); i > 0 && m->n_feed < OFFERS_MAX; i--)
		m->feed[m->n_feed++] = true;
}

static int64_t live_count(struct month *m)
{
	int64_t n;
	OK(store_offers_live_count(m->w.s, "essai", &n, E));
	return n;
}

static void say_offer(struct month *m, int64_t poll, int i)
{
	char more[120];
	snprintf(more, sizeof(more), "{'url':'https://offres.example/%d'}", i);
	json_t *line = json_object();
	json_object_set_new(line, "poll", json_integer(poll));
	json_object_set_new(line, "offer", world_offer_line(i, more));
	OK(polls_line(m->w.polls, "offer", line, E));
	json_decref(line);
}

static void say_end(struct month *m, int64_t poll, const char *result, int n)
{
	json_t *line =
		json_pack("{s:I,s:s,s:s,s:b,s:i,s:i,s:i}", "poll", poll,
			  "source", "essai", "result", result, "complete",
			  str_eq(result, "ok"), "seen", n, "good", n, "bad", 0);
	OK(polls_line(m->w.polls, "polled", line, E));
	json_decref(line);
}

/* Good seven times of ten; otherwise it fails half-way, shows nothing, or stops
 * in the middle for ever. Only a good one changes what is live. */
static void answer_poll(struct month *m, const json_t *line)
{
	int64_t poll = js_int(line, "id", -1), before = live_count(m);
	bool is_good = is_quiet(m) || chance(m, 70);
	uint32_t fault = below(m, 3);
	int n = 0;
	for (int i = 0; i < m->n_feed && (is_good || fault != 1); i++) {
		if (!m->feed[i] || (!is_good && n >= 2))
			continue;
		say_offer(m, poll, i);
		n++;
	}
	if (is_good)
		say_end(m, poll, "ok", n);
	else if (fault == 0)
		say_end(m, poll, "failed", n);
	else if (fault == 1)
		say_end(m, poll, "ok", 0); /* 200 and an empty list */
	OK(polls_flush(m->w.polls, E));
	if (!is_good)
		assert_true(live_count(m) >= before);
}

/* --- the lanes ---------------------------------------------------------------
 */

static struct record *find(struct month *m, int64_t id)
{
	for (size_t i = 0; i < m->n_sent; i++)
		if (m->sent[i].id == id)
			return &m->sent[i];
	return NULL;
}

static int keep_canonical(void *ctx, const struct store_proposal *row)
{
	*(int64_t *)ctx = row->canonical;
	return 0;
}

/* No pair in two different messages, whoever reads them. */
static void check_digest_pairs(struct month *m, const struct record *r,
			       const json_t *line)
{
	size_t i, j;
	json_t *person, *offer;
	json_t *people =
		json_object_get(json_object_get(line, "model"), "people");
	json_array_foreach(people, i, person)
	{
		json_array_foreach(json_object_get(person, "offers"), j, offer)
		{
			char *key = mem_printf("%s %s",
					       js_str(person, "dossier", ""),
					       js_str(offer, "url", ""));
			int64_t other = js_int(m->shown, key, r->id);
			if (other != r->id)
				fail_msg("%s in %lld and %lld", key,
					 (long long)other, (long long)r->id);
			json_object_set_new(m->shown, key, json_integer(r->id));
			free(key);
		}
	}
}

static void check_youth(struct month *m, const struct record *r)
{
	struct store_person p;
	int32_t birth, today = paris_date(m->w.clock.now_s);
	int n_day = 0, n_week = 0;
	OK(store_person_get(m->w.s, r->person, false, &m->w.a, &p, E));
	json_t *fields = js_parse(p.fields, strlen(p.fields), NULL);
	OK(date_parse_iso(js_str(fields, "birth_date", ""), &birth));
	assert_true(date_age(birth, today) >= 18);
	json_decref(fields);
	assert_int_equal(plan_window(&m->w.set,
				     r->is_sms ? CHANNEL_SMS : CHANNEL_EMAIL,
				     m->w.clock.now_s),
			 m->w.clock.now_s);
	for (size_t i = 0; i < m->n_sent; i++) {
		const struct record *k = &m->sent[i];
		if (k->person != r->person || k->is_digest)
			continue;
		if (k != r && k->canonical == r->canonical)
			fail_msg("person %lld gets offer %lld twice",
				 (long long)r->person, (long long)r->canonical);
		n_day += k->date == today;
		n_week += k->date >= today - 6 && k->date <= today;
	}
	assert_true(n_day <= m->w.set.youth_per_day);
	assert_true(n_week <= m->w.set.youth_per_week);
}

/* One digest an adviser a day, on working days, whatever went before. */
static void check_digest(struct month *m, const struct record *r,
			 const json_t *line)
{
	int32_t today = paris_date(m->w.clock.now_s);
	int n = 0;
	for (size_t i = 0; i < m->n_sent; i++)
		n += m->sent[i].is_digest && m->sent[i].date == today &&
		     str_eq(m->sent[i].recipient, r->recipient);
	assert_true(n <= 1);
	assert_true(date_is_working_day(today));
	assert_true(js_int(json_object_get(line, "model"), "n_people", 99) <=
		    15);
	check_digest_pairs(m, r, line);
}

/* A message reaches somebody. */
static void arrives(struct month *m, const json_t *line)
{
	struct store_message row;
	json_t *copy = json_deep_copy(line);
	json_object_del(copy, "lane");
	json_object_del(copy, "template");
	char *bytes = json_dumps(copy, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(copy);
	int64_t id = js_int(line, "id", 0);
	struct record *r = find(m, id);
	OK(store_message_get(m->w.s, id, &m->w.a, &row, E));
	if (r) { /* only a mail, and the same to the byte */
		assert_false(r->is_sms);
		assert_string_equal(bytes, r->bytes);
		m->n_again++;
		free(bytes);
		return;
	}
	assert_true(m->n_sent < RECORDS_MAX);
	r = &m->sent[m->n_sent++];
	*r = (struct record){.id = id,
			     .person = row.person,
			     .date = paris_date(m->w.clock.now_s),
			     .is_sms = row.channel == CHANNEL_SMS,
			     .is_digest = row.kind == STORE_DIGEST,
			     .bytes = bytes};
	str_copy(r->recipient, sizeof(r->recipient),
		 row.recipient ? row.recipient : "");
	struct store_ledger_query q = STORE_LEDGER_ANY;
	q.message = id;
	if (!r->is_digest)
		OK(store_ledger_each(m->w.s, &q, keep_canonical, &r->canonical,
				     E));
	m->n_digests += r->is_digest;
	m->n_sms += r->is_sms;
	m->n_mails += !r->is_digest && !r->is_sms;
	if (r->is_digest)
		check_digest(m, r, line);
	else
		check_youth(m, r);
	arena_reset(&m->w.a);
}

/* With everything it had in hand. */
static void lane_dies(struct month *m, const char *lane)
{
	for (size_t i = json_array_size(m->w.delivered); i-- > 0;)
		if (str_eq(js_str(json_array_get(m->w.delivered, i), "lane",
				  ""),
			   lane))
			json_array_remove(m->w.delivered, i);
	OK(outbox_lane_down(m->w.outbox, lane, E));
	world_lane_up(&m->w, lane);
}

static void sms_lane(struct month *m, const json_t *line)
{
	char *begun =
		mem_printf("{'id':%lld}", (long long)js_int(line, "id", 0));
	if (chance(m, 8) && !is_quiet(m)) { /* before the first byte */
		lane_dies(m, "sms-1");
		free(begun);
		return;
	}
	world_say(&m->w, "sms-1", "submitting", begun);
	free(begun);
	if (chance(m, 8)) { /* no answer: it may have left or not */
		if (chance(m, 50))
			arrives(m, line);
		m->n_uncertain++;
		if (chance(m, 50))
			lane_dies(m, "sms-1");
		else
			world_verdict(&m->w, line, "uncertain", "lost");
	} else if (chance(m, 8)) {
		world_verdict(&m->w, line, "retry", "refused");
	} else {
		arrives(m, line);
		world_verdict(&m->w, line, "sent", "ok");
	}
}

static void mail_lane(struct month *m, const json_t *line)
{
	int day = day_of(m);
	if (day >= 8 && day < 10) { /* the relay is down */
		world_verdict(&m->w, line, "retry", "network");
	} else if (!is_quiet(m) && chance(m, 10)) {
		world_verdict(&m->w, line, "retry", "refused");
	} else if (!is_quiet(m) && chance(m, 10)) { /* 250 got lost */
		arrives(m, line);
		if (chance(m, 50))
			lane_dies(m, "mail-1");
		else
			world_verdict(&m->w, line, "retry", "lost");
	} else if (chance(m, 2)) {
		world_verdict(&m->w, line, "failed", "refused");
	} else {
		arrives(m, line);
		world_verdict(&m->w, line, "sent", "ok");
	}
}

static void run_lanes(struct month *m)
{
	OK(outbox_pump(m->w.outbox, E));
	while (json_array_size(m->w.delivered)) {
		json_t *line = json_incref(json_array_get(m->w.delivered, 0));
		json_array_remove(m->w.delivered, 0);
		if (str_eq(js_str(line, "lane", ""), "sms-1"))
			sms_lane(m, line);
		else
			mail_lane(m, line);
		json_decref(line);
		OK(outbox_pump(m->w.outbox, E));
	}
}

/* --- the month
 * ---------------------------------------------------------------- */

static void step_clock(struct month *m, int step)
{
	int per_day = 24 * 3600 / STEP_S;
	clock_manual_advance(&m->w.clock, STEP_S);
	if (step == 12 * per_day + 80) /* NTP finds the true time */
		m->w.clock.now_s -= 3 * 3600;
	if (step == 15 * per_day + 60)
		m->w.clock.now_s += 5 * 3600;
}

static void run_step(struct month *m)
{
	OK(polls_tick(m->w.polls, E));
	while (json_array_size(m->w.polled)) {
		json_t *line = json_incref(json_array_get(m->w.polled, 0));
		json_array_remove(m->w.polled, 0);
		answer_poll(m, line);
		json_decref(line);
	}
	world_plan(&m->w);
	run_lanes(m);
}

struct rest {
	int n_uncertain;
	int64_t now;
};

/* What an adviser may still stop is not due yet. */
static int check_settled(void *ctx, const struct store_message *row)
{
	struct rest *rest = ctx;
	bool is_held = row->state == STORE_PLANNED && row->attempts == 0 &&
		       row->not_before > rest->now;
	if (!is_held &&
	    (row->state == STORE_PLANNED || row->state == STORE_SENDING))
		fail_msg("message %lld is still %s", (long long)row->id,
			 vocab_code(&vocab_message_state, (int)row->state));
	if (row->state == STORE_CANCELLED || row->state == STORE_FAILED)
		assert_non_null(row->reason);
	rest->n_uncertain += row->state == STORE_UNCERTAIN;
	return 0;
}

static void run_month(const char *start)
{
	struct month *m = mem_alloc(sizeof(*m));
	const char *seed = getenv("ETRIER_SIM_SEED");
	struct store_messages_query q = STORE_MESSAGES_ANY;
	char folder[256];
	int64_t asked = 20261123;
	struct rest rest = {.n_uncertain = 0};
	if (seed)
		assert_int_equal(num_parse_int(seed, 0, INT64_MAX, &asked), 0);
	m->seed = (uint64_t)asked;
	m->shown = json_object();
	fixture_folder(folder);
	struct arena a = {0};
	world_open(&m->w, fixture_path(&a, folder), start);
	m->w.set.hold_s = 7200;
	m->first_day = paris_date(m->w.clock.now_s);
	make_network(m);
	world_lanes_up(&m->w);
	for (int step = 0; step < DAYS * 24 * 3600 / STEP_S; step++) {
		if (step % 36 == 0 && !is_quiet(m))
			change_feed(m);
		if (chance(m, 1) && chance(m, 10))
			restart(m);
		run_step(m);
		step_clock(m, step);
	}
	rest.now = m->w.clock.now_s;
	OK(store_messages_each(m->w.s, &q, check_settled, &rest, E));
	printf("%s seed %lld: %d digests, %d SMS, %d mails, %d again, "
	       "%d uncertain, %d offers\n",
	       start, (long long)asked, m->n_digests, m->n_sms, m->n_mails,
	       m->n_again, rest.n_uncertain, m->n_feed);
	/* It was a month in which things happened. */
	assert_true(m->n_digests > 15 && m->n_sms > 10 && m->n_mails > 5);
	assert_true(m->n_again > 0);
	assert_true(rest.n_uncertain >= m->n_uncertain);
	for (size_t i = 0; i < m->n_sent; i++)
		free(m->sent[i].bytes);
	json_decref(m->shown);
	world_close(&m->w);
	fixture_remove(folder);
	arena_clear(&a);
	free(m);
}

static void test_march_with_its_short_night(void **state)
{
	(void)state;
	run_month("2026-03-09T06:00");
}

static void test_may_with_its_holidays(void **state)
{
	(void)state;
	run_month("2026-04-30T06:00");
}

static void test_october_with_its_long_night(void **state)
{
	(void)state;
	run_month("2026-10-05T06:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_march_with_its_short_night),
		cmocka_unit_test(test_may_with_its_holidays),
		cmocka_unit_test(test_october_with_its_long_night),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
