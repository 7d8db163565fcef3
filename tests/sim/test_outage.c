/* SPDX-License-Identifier: EUPL-1.2 */
/* After an outage everybody hears once: the engine away for five days while
 * partners go on, the relay away while the engine goes on planning, both. On
 * the day it is over each adviser gets one digest and nobody young more than
 * the caps allow, on that day and on every one after it; and what waited is not
 * forgotten. */
#include "../unit/plan_fixture.h"

enum { ADVISERS = 3, PEOPLE = 15, STEP_S = 3600, TOLD_MAX = 4000 };
#define FRIDAY	  "2026-11-13T09:00"
#define BREAK	  "2026-11-16T07:00" /* Monday, before the digests */
#define BACK	  "2026-11-21T07:00" /* Saturday: no working day either */
#define LATER	  "2026-12-01T07:00"
#define PER_DAY	  4 /* offers */
#define WEEK_DAYS 7

struct told {		/* one message that left */
	int64_t person; /* 0: a digest */
	int32_t date;
	char adviser[16];
	int n_offers;
};

struct outage {
	struct world w;
	struct told told[TOLD_MAX];
	size_t n;
	bool relay_down;
	int32_t offers_of; /* day on which the last ones came */
	int n_offers;
};

static void make_network(struct outage *o)
{
	static const char *const names[ADVISERS] = {"sarah", "marc", "ines"};
	json_t *rows = json_array();
	world_people(&o->w, 0, "{}", AGENCY_AUTOMATIC);
	for (int i = 0; i < ADVISERS; i++) {
		char fields[200];
		snprintf(fields, sizeof(fields),
			 "{'ref':'%s','agency':'ML1','first_name':'%s',"
			 "'email':'%s@ml.example'}",
			 names[i], names[i], names[i]);
		world_adviser(&o->w, fields);
	}
	for (int i = 1; i <= PEOPLE; i++) {
		char ref[8], more[160];
		snprintf(ref, sizeof(ref), "%d", i);
		snprintf(more, sizeof(more),
			 "{'adviser':'%s','phone':'+336399800%02d',"
			 "'email':'j%d@jeune.example','channel':'%s'}",
			 names[i % ADVISERS], i, i, i % 2 ? "sms" : "email");
		json_array_append_new(rows, world_youth(ref, more));
	}
	world_import(&o->w, "ml1", 0, rows);
}

/* A few posts a day, whether anybody looks or not. */
static void partners(struct outage *o)
{
	int32_t today = paris_date(o->w.clock.now_s);
	for (int32_t d = o->offers_of + 1; d <= today; d++) {
		for (int i = 0; i < PER_DAY; i++) {
			world_offer(&o->w, "{}");
			o->n_offers++;
		}
	}
	o->offers_of = today;
}

static int count_offers(const json_t *line)
{
	size_t i;
	json_t *one;
	int n = 0;
	json_array_foreach(
		json_object_get(json_object_get(line, "model"), "people"), i,
		one) n += (int)json_array_size(json_object_get(one, "offers"));
	return n;
}

static void note(struct outage *o, const json_t *line)
{
	struct store_message m;
	struct told *t = &o->told[o->n++];
	assert_true(o->n < TOLD_MAX);
	OK(store_message_get(o->w.s, js_int(line, "id", 0), &o->w.a, &m, E));
	*t = (struct told){.person = m.person,
			   .date = paris_date(o->w.clock.now_s),
			   .n_offers = count_offers(line)};
	str_copy(t->adviser, sizeof(t->adviser),
		 m.recipient ? m.recipient : "");
	arena_reset(&o->w.a);
}

static void run_lanes(struct outage *o)
{
	OK(outbox_pump(o->w.outbox, E));
	while (json_array_size(o->w.delivered)) {
		json_t *line = json_incref(json_array_get(o->w.delivered, 0));
		json_array_remove(o->w.delivered, 0);
		if (o->relay_down) {
			world_verdict(&o->w, line, "retry", "network");
		} else {
			note(o, line);
			world_verdict(&o->w, line, "sent", "ok");
		}
		json_decref(line);
		OK(outbox_pump(o->w.outbox, E));
	}
}

static void run_until(struct outage *o, const char *instant)
{
	int64_t until;
	assert_int_equal(instant_parse(instant, &until), 0);
	while (o->w.clock.now_s < until) {
		partners(o);
		world_plan(&o->w);
		run_lanes(o);
		clock_manual_advance(&o->w.clock, STEP_S);
	}
}

/* Nobody more than once a day and twice a week; no adviser two digests a
 * day. */
static void check_caps(const struct outage *o)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct told *a = &o->told[i];
		int same_day = 0, week = 0;
		for (size_t j = 0; j < o->n; j++) {
			const struct told *b = &o->told[j];
			if (a->person != b->person ||
			    !str_eq(a->adviser, b->adviser))
				continue;
			same_day += a->date == b->date;
			week += b->date <= a->date &&
				b->date > a->date - WEEK_DAYS;
		}
		assert_int_equal(same_day, 1);
		if (a->person)
			assert_true(week <= o->w.set.youth_per_week);
	}
}

/* What the first working day after it brings: one digest an adviser, at most
 * one message a young person, and everything in them that waited. */
static void check_return(const struct outage *o, const char *day)
{
	int n_digests = 0, n_youth = 0, n_offers = 0;
	int32_t date;
	assert_int_equal(date_parse_iso(day, &date), 0);
	for (size_t i = 0; i < o->n; i++) {
		n_digests += o->told[i].date == date && !o->told[i].person;
		n_youth += o->told[i].date == date && o->told[i].person;
		if (o->told[i].date == date)
			n_offers += o->told[i].n_offers;
	}
	assert_true(n_offers > ADVISERS);
	assert_int_equal(n_digests, ADVISERS);
	assert_true(n_youth <= PEOPLE);
}

static int check_settled(void *ctx, const struct store_message *m)
{
	int64_t *now = ctx;
	/* Nothing from before the outage waits still. */
	if ((m->state == STORE_PLANNED || m->state == STORE_SENDING) &&
	    m->planned_at < *now - (int64_t)4 * 86400)
		fail_msg("message %lld still waits", (long long)m->id);
	return 0;
}

static void run(bool engine_down)
{
	struct outage *o = mem_alloc(sizeof(*o));
	struct store_messages_query q = STORE_MESSAGES_ANY;
	world_open(&o->w, ":memory:", FRIDAY);
	o->offers_of = paris_date(o->w.clock.now_s) - 1;
	make_network(o);
	world_lanes_up(&o->w);
	run_until(o, BREAK);
	size_t before = o->n;
	assert_true(before > 0);
	o->relay_down = !engine_down;
	if (engine_down) {
		world_stop(&o->w);
		world_at(&o->w, BACK);
		world_start(&o->w);
		world_lanes_up(&o->w);
	} else {
		run_until(o, BACK);
		assert_int_equal(o->n, before); /* nothing left meanwhile */
	}
	o->relay_down = false;
	run_until(o, LATER);
	check_caps(o);
	check_return(o, "2026-11-23");
	OK(store_messages_each(o->w.s, &q, check_settled, &o->w.clock.now_s,
			       E));
	printf("%s down: %zu messages, %d offers\n",
	       engine_down ? "engine" : "relay", o->n, o->n_offers);
	world_close(&o->w);
	free(o);
}

static void test_the_engine_was_away(void **state)
{
	(void)state;
	run(true);
}

static void test_the_relay_was_away(void **state)
{
	(void)state;
	run(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_engine_was_away),
		cmocka_unit_test(test_the_relay_was_away),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
