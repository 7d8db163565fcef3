/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose turn it is: tables of the meaning, and properties that hold whatever
 * comes: places are never exceeded, everybody gets a turn when nobody takes
 * it, a better score with the same wait never comes later, the same question
 * has the same answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/waves.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY   WAVE_DAY_S
#define T0    ((int64_t)20000 * DAY)
#define NEVER INSTANT_NONE

static const struct wave_rules shipped = {.per_position = 5,
					  .days = 4,
					  .near_points = 30,
					  .positions_when_unknown = 1};

static struct wave_case case_of(struct wave_turn *turns, size_t n_turns,
				const struct wave_person *people,
				size_t n_people)
{
	return (struct wave_case){.rules = &shipped,
				  .offer = 77,
				  .positions = 1,
				  .now = T0,
				  .turns = turns,
				  .n_turns = n_turns,
				  .people = people,
				  .n_people = n_people};
}

static bool has_entered(const struct wave_round *r, uint32_t person)
{
	for (size_t i = 0; i < r->n_entered; i++)
		if (r->entered[i].person == person)
			return true;
	return false;
}

/* --- order ---------------------------------------------------------------- */

/* Who enters, in order: "7 3 4". */
static void check_order(const struct wave_case *c, const char *want)
{
	struct wave_round r;
	char got[200] = "";
	waves_run(c, &r);
	for (size_t i = 0; i < r.n_entered; i++) {
		size_t n = strlen(got);
		snprintf(got + n, sizeof(got) - n, "%s%u", i ? " " : "",
			 r.entered[i].person);
	}
	waves_round_clear(&r);
	assert_string_equal(got, want);
}

static void test_the_best_go_first_and_near_scores_by_wait(void **state)
{
	(void)state;
	struct wave_person people[] = {
		{1, 900, false, false, T0 - DAY},
		{2, 871, false, false, T0 - 9 * DAY}, /* in the band of 1 */
		{3, 870, false, false, NEVER},	      /* at its edge */
		{4, 869, false, false, NEVER},	      /* begins the next */
		{5, 839, false, false, NEVER},	      /* ends it */
		{6, 838, false, false, NEVER},	      /* a third */
	};
	struct wave_case c = case_of(NULL, 0, people, 6);
	check_order(&c, "3 2 1 4 5");
}

static void test_a_wait_counts_in_whole_days_then_the_score(void **state)
{
	(void)state;
	struct wave_person people[] = {
		{1, 880, false, false, T0 - 2 * DAY},
		{2, 890, false, false, T0 - 2 * DAY + 3600},
		{3, 885, false, false, T0 - 2 * DAY - 1}, /* a day before */
	};
	struct wave_case c = case_of(NULL, 0, people, 3);
	check_order(&c, "3 2 1");
}

/* Alike in everything, the lot decides: not always for the same ones. */
static void test_the_lot_has_no_favourites(void **state)
{
	(void)state;
	enum { PEOPLE = 50, OFFERS = 2000 };
	struct wave_person people[PEOPLE];
	int times[PEOPLE] = {0};
	for (uint32_t i = 0; i < PEOPLE; i++)
		people[i] = (struct wave_person){i, 700, false, false, NEVER};
	struct wave_case c = case_of(NULL, 0, people, PEOPLE);
	for (c.offer = 1; c.offer <= OFFERS; c.offer++) {
		struct wave_round r;
		waves_run(&c, &r);
		for (size_t i = 0; i < r.n_entered; i++)
			times[r.entered[i].person]++;
		waves_round_clear(&r);
	}
	for (int i = 0; i < PEOPLE; i++) /* 200 each, give or take */
		assert_in_range(times[i], 140, 260);
}

/* --- places --------------------------------------------------------------- */

/* Ten people alike, numbered by their place in the order. */
static void ten(struct wave_person people[10])
{
	for (uint32_t i = 0; i < 10; i++)
		people[i] = (struct wave_person){i, (uint16_t)(990 - 31 * i),
						 false, false, NEVER};
}

static void check_round(const struct wave_case *c, const char *order,
			int number, int places, int n_held, int64_t next_at,
			size_t n_waiting)
{
	struct wave_round r;
	check_order(c, order);
	waves_run(c, &r);
	assert_int_equal(r.number, number);
	assert_int_equal(r.places, places);
	assert_int_equal(r.n_held, n_held);
	assert_int_equal(r.next_at, next_at);
	assert_int_equal(r.n_waiting, n_waiting);
	assert_int_equal(r.is_short, n_held < places);
	waves_round_clear(&r);
}

static void test_positions_make_places(void **state)
{
	(void)state;
	struct wave_person people[10];
	ten(people);
	struct wave_case c = case_of(NULL, 0, people, 10);
	check_round(&c, "0 1 2 3 4", 1, 5, 5, T0 + 4 * DAY, 5);
	c.positions = -1;
	check_round(&c, "0 1 2 3 4", 1, 5, 5, T0 + 4 * DAY, 5);
	c.positions = 2;
	check_round(&c, "0 1 2 3 4 5 6 7 8 9", 1, 10, 10, T0 + 4 * DAY, 0);
	c.positions = 3;
	check_round(&c, "0 1 2 3 4 5 6 7 8 9", 1, 15, 10, T0 + 4 * DAY, 0);
	c.positions = 1;
	c.n_people = 2;
	check_round(&c, "0 1", 1, 5, 2, T0 + 4 * DAY, 0);
	c.is_closed = true;
	check_order(&c, "");
	c.is_closed = false;
	c.n_people = 0;
	check_round(&c, "", 1, 5, 0, NEVER, 0);
}

static void test_a_wave_holds_its_places_for_its_days(void **state)
{
	(void)state;
	struct wave_person people[10];
	struct wave_turn turns[5];
	ten(people);
	for (uint32_t i = 0; i < 5; i++)
		turns[i] = (struct wave_turn){.person = i,
					      .number = 1,
					      .opened_at = T0,
					      .was_proposed = true};
	struct wave_case c = case_of(turns, 5, people, 10);
	check_round(&c, "", 1, 5, 5, T0 + 4 * DAY, 5);
	c.now = T0 + 4 * DAY - 1;
	check_round(&c, "", 1, 5, 5, T0 + 4 * DAY, 5);
	c.now = T0 + 4 * DAY;
	check_round(&c, "5 6 7 8 9", 2, 5, 5, c.now + 4 * DAY, 0);
	/* Nobody saw it of two of them: they come again, after the others. */
	turns[0].was_proposed = turns[3].was_proposed = false;
	check_round(&c, "5 6 7 8 9", 2, 5, 5, c.now + 4 * DAY, 2);
	c.positions = 2;
	check_round(&c, "5 6 7 8 9 0 3", 2, 10, 7, c.now + 4 * DAY, 0);
}

static void test_a_freed_place_goes_to_the_next_of_the_same_wave(void **state)
{
	(void)state;
	struct wave_person people[10];
	struct wave_turn turns[5];
	ten(people);
	for (uint32_t i = 0; i < 5; i++)
		turns[i] = (struct wave_turn){
			.person = i, .number = 3, .opened_at = T0};
	struct wave_case c = case_of(turns, 5, people, 10);
	c.now = T0 + 3 * DAY;
	turns[1].answer = WAVE_DECLINED;
	turns[1].answered_at = T0 + DAY;
	check_round(&c, "5", 3, 5, 5, T0 + 4 * DAY, 4);
	/* Whoever is excluded, or left, is not among the people. */
	people[2] = people[9];
	c.n_people = 9;
	check_round(&c, "5 6", 3, 5, 5, T0 + 4 * DAY, 3);
	/* The replacement has days of its own, and blocks none beside. */
	struct wave_turn later[] = {
		{.person = 0, .number = 3, .opened_at = T0},
		{.person = 5, .number = 3, .opened_at = T0 + 3 * DAY}};
	c = case_of(later, 2, people, 9);
	c.now = T0 + 5 * DAY;
	check_round(&c, "1 3 4 6", 4, 5, 5, T0 + 7 * DAY, 4);
}

static void test_interest_fills_a_position_for_a_time(void **state)
{
	(void)state;
	struct wave_person people[10];
	struct wave_turn turns[2] = {{.person = 4,
				      .number = 1,
				      .opened_at = T0,
				      .answered_at = T0 + DAY,
				      .answer = WAVE_INTERESTED,
				      .was_proposed = true},
				     {.person = 5,
				      .number = 1,
				      .opened_at = T0,
				      .was_proposed = true}};
	ten(people);
	struct wave_case c = case_of(turns, 2, people, 10);
	c.now = T0 + 5 * DAY; /* the days of the wave are over */
	check_round(&c, "", 2, 0, 0, T0 + 9 * DAY, 8);
	c.positions = 2;
	check_round(&c, "0 1 2 3 6", 2, 5, 5, T0 + 9 * DAY, 3);
	c.positions = 1;
	c.now = T0 + 9 * DAY - 1;
	check_order(&c, "");
	c.now = T0 + 9 * DAY; /* nothing came of it */
	check_order(&c, "0 1 2 3 6");
	c.now = T0 + 5 * DAY;
	turns[0].answer = WAVE_DECLINED; /* taken back */
	check_order(&c, "0 1 2 3 6");
}

static void test_proposals_of_before_there_were_waves_count(void **state)
{
	(void)state;
	struct wave_person people[10];
	struct wave_turn turns[6];
	ten(people);
	for (uint32_t i = 0; i < 6; i++)
		turns[i] = (struct wave_turn){.person = i,
					      .opened_at = T0 - DAY,
					      .was_proposed = true};
	struct wave_case c = case_of(turns, 6, people, 10);
	check_round(&c, "", 1, 5, 6, T0 + 3 * DAY, 4);
	c.now = T0 + 3 * DAY;
	check_round(&c, "6 7 8 9", 1, 5, 4, T0 + 7 * DAY, 0);
}

static void test_whoever_holds_enough_is_passed_by(void **state)
{
	(void)state;
	struct wave_person people[10];
	ten(people);
	people[0].has_enough = people[2].has_enough = true;
	struct wave_case c = case_of(NULL, 0, people, 10);
	check_round(&c, "1 3 4 5 6", 1, 5, 5, T0 + 4 * DAY, 3);
	c.n_people = 3;
	check_round(&c, "1", 1, 5, 1, T0 + 4 * DAY, 0);
}

/* People of an agency that is tried out get what they would, and cost nobody
 * anything. */
static void test_people_set_apart_take_no_place(void **state)
{
	(void)state;
	struct wave_person people[10];
	ten(people);
	people[1].is_apart = people[3].is_apart = people[5].is_apart = true;
	struct wave_case c = case_of(NULL, 0, people, 10);
	/* 5 would be the sixth. */
	check_round(&c, "0 1 2 3 4 6 7", 1, 5, 5, T0 + 4 * DAY, 3);
	for (int i = 0; i < 10; i++)
		people[i].is_apart = true;
	check_round(&c, "0 1 2 3 4", 1, 5, 0, T0 + 4 * DAY, 5);
	struct wave_turn held[5];
	for (uint32_t i = 0; i < 5; i++)
		held[i] = (struct wave_turn){
			.person = i, .number = 1, .opened_at = T0};
	c = case_of(held, 5, people, 10);
	check_round(&c, "", 1, 5, 0, T0 + 4 * DAY, 5);
	people[9].is_apart = false;
	check_round(&c, "9", 1, 5, 1, T0 + 4 * DAY, 4);
}

/* --- reasons -------------------------------------------------------------- */

static struct wave_reason tell(const struct wave_case *c, uint32_t person)
{
	struct wave_reason r;
	waves_tell(c, person, &r);
	return r;
}

static void test_everybody_is_told_why(void **state)
{
	(void)state;
	struct wave_person people[] = {
		{1, 900, false, false, T0},
		{2, 700, false, false, T0 - 5 * DAY},
		{3, 690, false, false, T0 - 9 * DAY},
		{4, 690, false, false, NEVER},
		{5, 650, false, false, NEVER},
		{6, 650, true, false, NEVER},
		{11, 640, false, false, NEVER},
		{12, 640, false, false, NEVER},
	};
	struct wave_turn turns[] = {
		{.person = 1, .number = 2, .opened_at = T0 - DAY},
		{.person = 8,
		 .number = 1,
		 .opened_at = T0 - 6 * DAY,
		 .answer = WAVE_DECLINED,
		 .answered_at = T0 - 3 * DAY},
		{.person = 9,
		 .number = 1,
		 .opened_at = T0 - 6 * DAY,
		 .was_proposed = true},
		{.person = 12, .number = 1, .opened_at = T0 - 6 * DAY}};
	struct wave_rules one = shipped;
	struct wave_case c = case_of(turns, 4, people, 8);
	one.per_position = 1;
	c.rules = &one;
	struct wave_reason r = tell(&c, 1);
	assert_int_equal(r.why, WAVE_HAS_PLACE);
	assert_int_equal(r.number, 2);
	assert_int_equal(r.since, T0 - DAY);
	assert_int_equal(r.until, T0 + 3 * DAY);
	/* 700 is the best that waits; 4 and 3 are near and wait longer. */
	r = tell(&c, 2);
	assert_int_equal(r.why, WAVE_WAITS);
	assert_int_equal(r.place, 3);
	assert_int_equal(r.of, 6);
	assert_int_equal(r.n_score, 0);
	assert_int_equal(r.n_wait, 2);
	assert_int_equal(r.next_at, T0 + 3 * DAY);
	r = tell(&c, 4);
	assert_int_equal(r.place, 1);
	r = tell(&c, 11);
	assert_int_equal(r.place, 5);
	assert_int_equal(r.n_score, 4);
	r = tell(&c, 12); /* had a place nobody saw: after all the others */
	assert_int_equal(r.place, 6);
	assert_int_equal(r.n_first_turn, 5);
	assert_int_equal(tell(&c, 6).why, WAVE_PASSED_BY);
	r = tell(&c, 8);
	assert_int_equal(r.why, WAVE_SAID_NO);
	assert_int_equal(r.until, T0 - 3 * DAY);
	r = tell(&c, 9);
	assert_int_equal(r.why, WAVE_HAD_TURN);
	assert_int_equal(r.until, T0 - 2 * DAY);
	assert_int_equal(tell(&c, 99).why, WAVE_NOT_CONCERNED);
	turns[0].answer = WAVE_INTERESTED;
	turns[0].answered_at = T0;
	assert_int_equal(tell(&c, 1).why, WAVE_SAID_YES);
	r = tell(&c, 5);
	assert_int_equal(r.why, WAVE_ALL_TAKEN);
	assert_int_equal(r.until, T0 + 8 * DAY);
	c.is_closed = true;
	assert_int_equal(tell(&c, 5).why, WAVE_OFFER_CLOSED);
	for (int i = 0; i < WAVE_WHY_COUNT; i++)
		assert_non_null(wave_why_code((enum wave_why)i));
}

/* --- whatever comes ------------------------------------------------------- */

static uint64_t seed;
static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % n);
}

enum { CROWD = 60 };

static size_t random_people(struct wave_person people[CROWD])
{
	size_t n = 1 + below(CROWD);
	for (size_t i = 0; i < n; i++)
		people[i] = (struct wave_person){
			.person = (uint32_t)(1 + 3 * i),
			.score = (uint16_t)(below(4) ? 600 + below(120)
						     : below(1001)),
			.has_enough = !below(15),
			.is_apart = !below(10),
			.since = below(3) ? T0 - (int64_t)below(40 * DAY)
					  : NEVER};
	return n;
}

static int rank_of(const struct wave_case *c, uint32_t person)
{
	struct wave_reason r = tell(c, person);
	return r.why == WAVE_WAITS ? (int)r.place : -1;
}

/* waves.h in the slowest words: the order of two who wait. */
static bool goes_before(const struct wave_case *c, size_t a, size_t b,
			const int band[CROWD])
{
	const struct wave_person *x = &c->people[a], *y = &c->people[b];
	if (band[a] != band[b])
		return band[a] < band[b];
	int64_t dx = x->since == NEVER ? NEVER : x->since / DAY;
	int64_t dy = y->since == NEVER ? NEVER : y->since / DAY;
	if (dx != dy)
		return dx < dy;
	return x->score > y->score;
}

static void number_bands(const struct wave_case *c, int band[CROWD])
{
	bool done[CROWD] = {false};
	for (int k = 0;; k++) {
		int best = -1;
		for (size_t i = 0; i < c->n_people; i++)
			if (!done[i] && !c->people[i].has_enough &&
			    c->people[i].score > best)
				best = c->people[i].score;
		if (best < 0)
			return;
		for (size_t i = 0; i < c->n_people; i++)
			if (!done[i] && !c->people[i].has_enough &&
			    c->people[i].score >=
				    best - c->rules->near_points) {
				band[i] = k;
				done[i] = true;
			}
	}
}

static void test_the_order_is_that_of_the_contract(void **state)
{
	(void)state;
	for (seed = 1; seed < 300; seed += 2) {
		uint64_t kept = seed;
		struct wave_person people[CROWD];
		int band[CROWD] = {0};
		size_t n = random_people(people);
		struct wave_case c = case_of(NULL, 0, people, n);
		number_bands(&c, band);
		for (size_t a = 0; a < n; a++)
			for (size_t b = 0; b < n; b++) {
				if (people[a].has_enough ||
				    people[b].has_enough)
					continue;
				if (goes_before(&c, a, b, band))
					assert_true(
						rank_of(&c, people[a].person) <
						rank_of(&c, people[b].person));
			}
		seed = kept;
	}
}

static void test_a_better_score_never_comes_later(void **state)
{
	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct wave_person people[CROWD];
		seed = (uint64_t)round;
		size_t n = random_people(people), i = below((uint32_t)n);
		struct wave_case c = case_of(NULL, 0, people, n);
		people[i].has_enough = false;
		int before = rank_of(&c, people[i].person);
		people[i].score = (uint16_t)(people[i].score +
					     below(1001u - people[i].score));
		int after = rank_of(&c, people[i].person);
		if (after > before)
			fail_msg("round %d: %d became %d", round, before,
				 after);
		/* Nor does a longer wait. */
		people[i].since -= people[i].since == NEVER ? 0 : 5 * DAY;
		assert_true(rank_of(&c, people[i].person) <= after);
	}
}

struct history {
	struct wave_turn turns[CROWD];
	size_t n;
};

static int by_person(const void *a, const void *b)
{
	const struct wave_turn *x = a, *y = b;
	return x->person < y->person ? -1 : x->person > y->person;
}

static void remember(struct history *h, const struct wave_round *r, int64_t now)
{
	for (size_t i = 0; i < r->n_entered; i++) {
		struct wave_turn *t = NULL;
		for (size_t k = 0; k < h->n; k++)
			if (h->turns[k].person == r->entered[i].person)
				t = &h->turns[k];
		t = t ? t : &h->turns[h->n++];
		*t = (struct wave_turn){.person = r->entered[i].person,
					.number = r->number,
					.opened_at = now,
					.was_proposed = below(4) != 0};
	}
	qsort(h->turns, h->n, sizeof(*h->turns), by_person);
}

/* Hours of an offer's life: people come, go, answer. Places are never given
 * beyond their number, and a full offer gives none. */
static void test_places_are_never_exceeded(void **state)
{
	(void)state;
	for (int life = 0; life < 200; life++) {
		struct wave_person people[CROWD];
		struct history h = {.n = 0};
		struct wave_round r;
		seed = (uint64_t)life * 977;
		size_t n = random_people(people), n_now = n;
		struct wave_case c = case_of(h.turns, 0, people, n);
		c.positions = (int)below(4) - 1;
		for (int step = 0; step < 300; step++) {
			int held = 0;
			c.now += (int64_t)below(10 * 3600);
			c.n_turns = h.n;
			if (!below(10))
				n_now = 1 + below((uint32_t)n);
			c.n_people = n_now;
			if (h.n && !below(12)) {
				struct wave_turn *t =
					&h.turns[below((uint32_t)h.n)];
				t->answer = below(3) ? WAVE_DECLINED
						     : WAVE_INTERESTED;
				t->answered_at = c.now;
			}
			waves_run(&c, &r);
			for (size_t i = 0; i < h.n; i++)
				held += h.turns[i].is_held &&
					!h.turns[i].is_apart;
			for (size_t i = 0; i < r.n_entered; i++)
				held += !r.entered[i].is_apart;
			assert_int_equal(held, r.n_held);
			if (r.n_entered && held > r.places) {
				/* only of those set apart */
				for (size_t i = 0; i < r.n_entered; i++)
					assert_true(r.entered[i].is_apart);
			}
			if (held < r.places)
				assert_true(r.is_short);
			remember(&h, &r, c.now);
			waves_round_clear(&r);
		}
	}
}

static void test_everybody_gets_a_turn_when_nobody_takes_it(void **state)
{
	(void)state;
	for (int life = 0; life < 100; life++) {
		struct wave_person people[CROWD];
		struct history h = {.n = 0};
		struct wave_round r;
		int number = 0;
		seed = (uint64_t)life * 31 + 5;
		size_t n = random_people(people);
		for (size_t i = 0; i < n; i++)
			people[i].has_enough = people[i].is_apart = false;
		struct wave_case c = case_of(h.turns, 0, people, n);
		int waves = (int)((n + 4) / 5);
		for (int k = 0; k < waves; k++) {
			c.n_turns = h.n;
			waves_run(&c, &r);
			assert_int_equal(r.number, ++number);
			assert_true(r.n_entered <= 5);
			/* A second time only once all had a first. */
			for (size_t i = 0; i < h.n && k < waves - 1; i++)
				assert_false(
					has_entered(&r, h.turns[i].person));
			remember(&h, &r, c.now);
			waves_round_clear(&r);
			c.now += 4 * DAY;
		}
		assert_int_equal(h.n, n);
	}
}

static void test_the_order_of_the_input_is_nothing(void **state)
{
	(void)state;
	for (seed = 3; seed < 400; seed += 2) {
		uint64_t kept = seed;
		struct wave_person people[CROWD], turned[CROWD];
		struct wave_round a, b;
		size_t n = random_people(people);
		for (size_t i = 0; i < n; i++)
			turned[n - 1 - i] = people[i];
		struct wave_case c = case_of(NULL, 0, people, n);
		waves_run(&c, &a);
		c.people = turned;
		waves_run(&c, &b);
		assert_int_equal(a.n_entered, b.n_entered);
		for (size_t i = 0; i < a.n_entered; i++)
			assert_int_equal(a.entered[i].person,
					 b.entered[i].person);
		waves_round_clear(&a);
		waves_round_clear(&b);
		seed = kept;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_the_best_go_first_and_near_scores_by_wait),
		cmocka_unit_test(
			test_a_wait_counts_in_whole_days_then_the_score),
		cmocka_unit_test(test_the_lot_has_no_favourites),
		cmocka_unit_test(test_positions_make_places),
		cmocka_unit_test(test_a_wave_holds_its_places_for_its_days),
		cmocka_unit_test(
			test_a_freed_place_goes_to_the_next_of_the_same_wave),
		cmocka_unit_test(test_interest_fills_a_position_for_a_time),
		cmocka_unit_test(
			test_proposals_of_before_there_were_waves_count),
		cmocka_unit_test(test_whoever_holds_enough_is_passed_by),
		cmocka_unit_test(test_people_set_apart_take_no_place),
		cmocka_unit_test(test_everybody_is_told_why),
		cmocka_unit_test(test_the_order_is_that_of_the_contract),
		cmocka_unit_test(test_a_better_score_never_comes_later),
		cmocka_unit_test(test_places_are_never_exceeded),
		cmocka_unit_test(
			test_everybody_gets_a_turn_when_nobody_takes_it),
		cmocka_unit_test(test_the_order_of_the_input_is_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
