/* SPDX-License-Identifier: EUPL-1.2 */
/* The roster keeps who is put, forgets who is removed, and its plane agrees
 * with the sphere. Persons are invented. */
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/person.h>
#include <etrier/refdata.h>
#include <etrier/roster.h>

#include "engine/roster/posting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_TRADES = 50, N_IDS = 400 };

static struct tradenet *small_net(void)
{
	uint16_t family[N_TRADES];

	for (uint16_t i = 0; i < N_TRADES; i++)
		family[i] = i < 30 ? 0 : 1; /* 30 trades want two shelves */
	return tradenet_new(N_TRADES, family, NULL, NULL);
}

static void test_the_plane_agrees_with_the_sphere(void **state)
{
	static const int32_t points[][2] = {
		{48856600, 2352200},   {48935400, 2359800},
		{48713400, 2246300},   {48560000, 3300000},
		{49250000, 1700000},   {43296500, 5369800},
		{43710200, 7262000},   {50629200, 3057300},
		{48390400, -4486100},  {41926700, 8736900},
		{48573400, 7752100},   {16241400, -61533100},
		{14616100, -61058800}, {-20882100, 55450700},
		{-21340500, 55478000}, {4922400, -52313500},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(points); i++)
		for (size_t k = 0; k < ARRAY_LEN(points); k++) {
			struct plane_point a, b;
			int32_t flat, round;

			assert_true(plane_from_udeg(points[i][0], points[i][1],
						    &a));
			assert_true(plane_from_udeg(points[k][0], points[k][1],
						    &b));
			flat = plane_distance_m(a, b);
			round = place_distance_m(points[i][0], points[i][1],
						 points[k][0], points[k][1]);
			if (round > 300000)
				assert_true(flat > 280000);
			else if (abs(flat - round) > round / 200 + 2)
				fail_msg("%zu %zu: %d for %d", i, k, flat,
					 round);
		}
}

static void test_points_outside_every_zone_are_unknown(void **state)
{
	struct plane_point p;

	(void)state;
	assert_false(plane_from_udeg(0, 0, &p));
	assert_false(plane_from_udeg(40416800, -3703800, &p));
}

static void test_a_place_coarser_than_a_commune_has_no_point(void **state)
{
	struct place place = {.precision = PLACE_DEPARTMENT,
			      .lat_udeg = 48856600,
			      .lon_udeg = 2352200};
	struct plane_point p;

	(void)state;
	assert_false(plane_from_place(&place, &p));
	place.precision = PLACE_COMMUNE;
	assert_true(plane_from_place(&place, &p));
}

static void test_days_in_two_bytes(void **state)
{
	int32_t birth = date_from_ymd(2009, 3, 14);

	(void)state;
	assert_int_equal(day16(DATE_NONE), 0);
	assert_int_equal(day16_date(0), DATE_NONE);
	assert_int_equal(day16(date_from_ymd(1900, 1, 1)), 1);
	assert_int_equal(day16_date(day16(birth)), birth);
	assert_int_equal(day16(date_from_ymd(1800, 1, 1)), 1);
	assert_int_equal(day16(date_from_ymd(2199, 1, 1)), UINT16_MAX);
}

static void test_shelves_hold_21_trades_of_one_family(void **state)
{
	struct tradenet *t = small_net();

	(void)state;
	assert_int_equal(tradenet_n_shelves(t), 3);
	assert_int_equal(tradenet_shelf(t, 20), 0);
	assert_int_equal(tradenet_shelf(t, 21), 1);
	assert_int_equal(tradenet_shelf(t, 30), 2);
	assert_int_equal(tradenet_shelf_first(t, 3), N_TRADES);
	tradenet_free(t);
}

static struct mperson someone(uint32_t id, uint32_t salt)
{
	struct mperson p = mperson_unknown;

	p.id = id;
	p.at = (struct plane_point){(int32_t)salt, (int32_t)id};
	p.modes = 1;
	p.max_minutes = (int16_t)(10 + salt % 7 * 5);
	p.flags = MPERSON_PLACED;
	p.set = (uint8_t)(salt % 2);
	/* more wishes for kinds than there are groups */
	p.contracts = (uint16_t)(salt % 40);
	p.n_trades = (uint8_t)(1 + salt % 3);
	if (salt % 5 == 0) { /* what few people have */
		p.needs_warn = salt;
		p.rncp = salt % 40000;
		p.deadline = (uint16_t)(46000 + salt % 90);
		p.latest_return = (int16_t)(1000 + salt % 500);
	}
	p.level = (int8_t)((int)(salt % 7) - 1);
	p.commune = (uint16_t)(salt % 30000);
	for (int i = 0; i < p.n_trades; i++)
		p.trades[i] =
			(uint16_t)((salt * 7 + (uint32_t)i * 11) % N_TRADES);
	return p;
}

static void check_same(const struct mperson *a, const struct mperson *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->at.x_m, b->at.x_m);
	assert_int_equal(a->at.y_m, b->at.y_m);
	assert_memory_equal(a->trades, b->trades, sizeof(a->trades));
	assert_true(a->needs_exclude == b->needs_exclude &&
		    a->needs_warn == b->needs_warn &&
		    a->needs_favour == b->needs_favour);
	assert_true(a->cfa == b->cfa && a->rncp == b->rncp);
	assert_true(a->contracts == b->contracts && a->birth == b->birth &&
		    a->available == b->available &&
		    a->deadline == b->deadline &&
		    a->training_end == b->training_end &&
		    a->licences_missing == b->licences_missing);
	assert_true(a->max_minutes == b->max_minutes &&
		    a->max_minutes_cfa == b->max_minutes_cfa &&
		    a->cfa_minutes == b->cfa_minutes &&
		    a->earliest_departure == b->earliest_departure &&
		    a->latest_return == b->latest_return);
	assert_true(a->agency == b->agency && a->zone == b->zone &&
		    a->commune == b->commune && a->level == b->level &&
		    a->french_oral == b->french_oral &&
		    a->french_written == b->french_written);
	assert_true(a->n_trades == b->n_trades && a->modes == b->modes &&
		    a->set == b->set && a->flags == b->flags);
}

static bool is_in_place(const struct posting_list *l, uint32_t i)
{
	int cell = roster_cell(&l->v[i]);

	return !l->first || i >= l->first[ROSTER_CELL_COUNT] ||
	       (i >= l->first[cell] && i < l->first[cell + 1]);
}

/* Every posting belongs to someone who is there, once a shelf, in its cell. */
static size_t count_list(const struct roster *r, const struct posting_list *l,
			 unsigned set)
{
	size_t n = 0;

	for (uint32_t i = 0; i < l->n; i++) {
		struct mperson p, q;

		if (l->v[i].x_m > 1e9f) /* gone */
			continue;
		assert_true(roster_find(r, l->v[i].id, &p));
		roster_slot(r, l->v[i].slot, &q);
		assert_int_equal(q.id, p.id);
		assert_int_equal(p.set, set);
		assert_true(l->v[i].x_m == (float)p.at.x_m);
		assert_true(is_in_place(l, i));
		n++;
	}
	return n;
}

static size_t count_postings(const struct roster *r, const struct tradenet *t)
{
	size_t n = 0;

	for (unsigned set = 0; set < 2; set++)
		for (uint16_t s = 0; s < tradenet_n_shelves(t); s++) {
			const struct posting_list *l = roster_lists(r, set, s);

			for (unsigned g = 0; l && g < ROSTER_GROUPS; g++)
				n += count_list(r, &l[g], set);
		}
	return n;
}

static size_t expected_postings(const struct tradenet *t,
				const struct mperson *p)
{
	bool seen[8] = {false};
	size_t n = 0;

	for (int i = 0; i < p->n_trades; i++) {
		uint16_t s = tradenet_shelf(t, p->trades[i]);

		n += !seen[s];
		seen[s] = true;
	}
	return n;
}

static void test_put_replace_and_remove_keep_everyone_once(void **state)
{
	static struct mperson shadow[N_IDS + 1];
	struct tradenet *t = small_net();
	struct roster *r = roster_new(t);
	struct err err;
	uint32_t salt = 1;

	(void)state;
	for (int step = 0; step < 20000; step++) {
		uint32_t id;

		salt = salt * 1103515245u + 12345u;
		id = 1 + (salt >> 16) % N_IDS;
		if (salt >> 8 & 1) {
			shadow[id] = someone(id, salt >> 20);
			assert_int_equal(roster_put(r, &shadow[id], &err), 0);
		} else {
			assert_int_equal(roster_remove(r, id),
					 shadow[id].id != 0);
			shadow[id].id = 0;
		}
		if (step % 500 == 0) {
			size_t n = 0, people = 0;

			for (uint32_t k = 1; k <= N_IDS; k++) {
				struct mperson p;

				assert_int_equal(roster_find(r, k, &p),
						 shadow[k].id != 0);
				if (!shadow[k].id)
					continue;
				check_same(&p, &shadow[k]);
				n += expected_postings(t, &p);
				people++;
			}
			assert_int_equal(roster_count(r), people);
			assert_int_equal(count_postings(r, t), n);
		}
	}
	roster_free(r);
	tradenet_free(t);
}

/* Lists so long that they are sorted by cells, under a storm of changes. */
static void test_long_lists_keep_everyone_in_their_cell(void **state)
{
	enum { N_MANY = 6000 };
	struct mperson *shadow = mem_array(N_MANY + 1, sizeof(*shadow));
	struct tradenet *t = small_net();
	struct roster *r = roster_new(t);
	struct err err;
	uint32_t salt = 7;
	size_t n = 0;

	(void)state;
	for (int step = 0; step < 40000; step++) {
		uint32_t id;

		salt = salt * 1103515245u + 12345u;
		id = 1 + (salt >> 8) % N_MANY;
		if (step < 10000 || salt >> 30) {
			struct mperson p = someone(id, 1);

			p.at.x_m = (int32_t)(salt % 1200000) - 600000;
			p.at.y_m = (int32_t)(salt / 7 % 1200000) - 600000;
			if (salt >> 28 & 1)
				p.flags &= (uint8_t)~MPERSON_PLACED;
			assert_int_equal(roster_put(r, &p, &err), 0);
			shadow[id] = p;
		} else {
			assert_int_equal(roster_remove(r, id),
					 shadow[id].id != 0);
			shadow[id].id = 0;
		}
		if (step % 9000 == 8000)
			roster_tidy(r);
	}
	for (uint32_t id = 1; id <= N_MANY; id++) {
		struct mperson p;

		assert_int_equal(roster_find(r, id, &p), shadow[id].id != 0);
		if (shadow[id].id)
			check_same(&p, &shadow[id]);
		n += shadow[id].id ? expected_postings(t, &p) : 0;
	}
	assert_true(n > 1024);
	assert_int_equal(count_postings(r, t), n);
	roster_free(r);
	tradenet_free(t);
	free(shadow);
}

/* --- loads --------------------------------------------------------------- */
/* Some condition, on what reads and marks say. */
static void ask_level(const struct rules *rules, const struct mperson *p,
		      struct trait *out)
{
	(void)rules;
	*out = (struct trait){.level = p->level, .lacks = p->rncp ? 5 : 9};
	out->bits.yes[0] = p->contracts & 3;
	out->bits.yes[1] = p->commune & 7;
}

static uint32_t mark_course(const struct mperson *p)
{
	return p->rncp ? 1 : 0;
}

static int compare_postings(const void *a, const void *b)
{
	const struct posting *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static struct posting *sorted(const struct posting_list *l)
{
	struct posting *v = mem_array(l->n + 1, sizeof(*v));

	if (l->n) {
		memcpy(v, l->v, l->n * sizeof(*v));
		qsort(v, l->n, sizeof(*v), compare_postings);
	}
	return v;
}

/* Lists of one roster and the other, whatever the order in them and the numbers
 * of traits. */
static size_t check_same_lists(const struct roster *a, const struct roster *b,
			       const struct posting_list *x,
			       const struct posting_list *y)
{
	uint32_t n;
	const struct trait *ta = roster_traits(a, &n), *tb;
	struct posting *v = sorted(x), *w = sorted(y);

	tb = roster_traits(b, &n);
	assert_int_equal(x->n, y->n);
	assert_true(!x->first == !y->first); /* long ones by cells */
	for (uint32_t i = 0; i < x->n; i++) {
		assert_true(is_in_place(y, i));
		assert_memory_equal(&ta[v[i].trait], &tb[w[i].trait],
				    sizeof(*ta));
		v[i].trait = w[i].trait;
		assert_memory_equal(&v[i], &w[i], sizeof(v[i]));
	}
	n = x->n;
	free(v);
	free(w);
	return n;
}

static size_t check_same_rosters(const struct roster *a, const struct roster *b,
				 const struct tradenet *t)
{
	size_t n = 0;

	assert_int_equal(roster_count(a), roster_count(b));
	for (unsigned set = 0; set < 2; set++)
		for (uint16_t s = 0; s < tradenet_n_shelves(t); s++) {
			const struct posting_list *x = roster_lists(a, set, s);
			const struct posting_list *y = roster_lists(b, set, s);

			assert_true(!x == !y);
			for (unsigned g = 0; x && g < ROSTER_GROUPS; g++)
				n += check_same_lists(a, b, &x[g], &y[g]);
		}
	return n;
}

static struct mperson someone_far(uint32_t id)
{
	uint32_t salt = id * 2654435761u >> 7;
	struct mperson p = someone(id, salt);

	p.contracts = (uint16_t)(salt % 20 == 0 ? salt % 40 : 1);
	p.at.x_m = (int32_t)(salt % 1200000) - 600000;
	p.at.y_m = (int32_t)(salt / 7 % 1200000) - 600000;
	return p;
}

/* One by one, or from `from` on in a load that is told `expected`. */
static struct roster *filled(const struct tradenet *t, uint32_t n,
			     uint32_t from, size_t expected)
{
	struct roster_asker asker = {.trait = ask_level, .marks = mark_course};
	struct roster *r = roster_new(t);
	struct err err;

	asker.reads.level = -1;
	asker.reads.contracts = UINT16_MAX;
	asker.reads.commune = UINT16_MAX; /* more than a memo holds */
	roster_set_rules(r, NULL, &asker);
	for (uint32_t id = 1; id <= n; id++) {
		struct mperson p = someone_far(id);

		if (id == from)
			roster_load(r, expected);
		assert_int_equal(roster_put(r, &p, &err), 0);
	}
	roster_tidy(r);
	return r;
}

static void test_a_load_makes_what_putting_makes(void **state)
{
	enum { N_MANY = 9000 };
	static const uint32_t from[] = {1, 1, 1, 2000, N_MANY};
	static const size_t expected[] = {0, N_MANY, 3 * N_MANY, 10, SIZE_MAX};
	struct tradenet *t = small_net();
	struct roster *one = filled(t, N_MANY, 0, 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		struct roster *many = filled(t, N_MANY, from[i], expected[i]);

		assert_true(check_same_rosters(one, many, t) > N_MANY);
		for (uint32_t id = 1; id <= N_MANY; id++) {
			struct mperson p = someone_far(id), found;

			assert_true(roster_find(many, id, &found));
			check_same(&found, &p);
		}
		roster_free(many);
	}
	roster_free(one);
	tradenet_free(t);
}

static void test_a_load_takes_changes_and_removals(void **state)
{
	enum { N_MANY = 3000 };
	struct tradenet *t = small_net();
	struct roster *rosters[2];
	struct err err;

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct roster *r = rosters[k] = roster_new(t);

		for (uint32_t i = 0; i < N_MANY; i++) {
			struct mperson p = someone_far(1 + i);

			if (k && (i % 1000 == 10 || i % 1000 == 600))
				roster_load(r, 500);
			assert_int_equal(roster_put(r, &p, &err), 0);
			if (i % 1000 == 700) { /* of the load */
				p.trades[0] = 3;
				p.at.x_m += 77000;
				assert_int_equal(roster_put(r, &p, &err), 0);
			}
			if (i % 1000 == 500)
				assert_true(roster_remove(r, i - 20));
		}
		roster_tidy(r);
	}
	assert_true(check_same_rosters(rosters[0], rosters[1], t) > N_MANY);
	/* freed in the middle of one */
	roster_load(rosters[0], 5);
	for (int k = 0; k < 2; k++)
		roster_free(rosters[k]);
	tradenet_free(t);
}

static void test_nobody_is_met_before_a_load_ends(void **state)
{
	struct tradenet *t = small_net();
	struct roster *r = roster_new(t);
	struct mperson p = someone(3, 5), found;
	struct err err;

	(void)state;
	roster_load(r, 1);
	assert_int_equal(roster_put(r, &p, &err), 0);
	assert_true(roster_find(r, 3, &found));
	assert_int_equal(count_postings(r, t), 0);
	roster_tidy(r);
	assert_int_equal(count_postings(r, t), expected_postings(t, &p));
	roster_free(r);
	tradenet_free(t);
}

static void test_a_bad_person_leaves_the_roster_as_it_was(void **state)
{
	struct tradenet *t = small_net();
	struct roster *r = roster_new(t);
	struct mperson good = someone(3, 5), bad;
	struct err err;

	(void)state;
	assert_int_equal(roster_put(r, &good, &err), 0);
	bad = good;
	bad.trades[0] = N_TRADES;
	assert_int_equal(roster_put(r, &bad, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	bad = good;
	bad.id = 0;
	assert_int_equal(roster_put(r, &bad, &err), -1);
	bad = good;
	bad.set = ROSTER_SETS_MAX;
	assert_int_equal(roster_put(r, &bad, &err), -1);
	bad = good;
	bad.n_trades = 0;
	assert_int_equal(roster_put(r, &bad, &err), -1);
	assert_int_equal(roster_count(r), 1);
	assert_true(roster_find(r, 3, &bad));
	check_same(&bad, &good);
	assert_false(roster_remove(r, 4));
	roster_free(r);
	tradenet_free(t);
}

static void test_a_record_becomes_numbers(void **state)
{
	struct err err;
	struct refdata *rd = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	struct mperson m;
	struct person p;

	(void)state;
	if (!rd)
		fail_msg("%s", err.text);
	person_init(&p);
	p.rome[0] = "D1102";
	p.rome[1] = "D1102";
	p.rome[2] = "Z9999";
	p.rome[3] = "D1104";
	p.n_rome = 4;
	p.licences = 1u << LICENCE_B;
	p.licences_known = TRI_YES;
	p.place = (struct place){.precision = PLACE_COMMUNE,
				 .lat_udeg = 48856600,
				 .lon_udeg = 2352200};
	p.needs[0] = (struct need){EXPOSURE_DUST, VOCAB_NONE, 1, NEED_EXCLUDE};
	p.needs[1] = (struct need){EXPOSURE_DUST, VOCAB_NONE, 0, NEED_EXCLUDE};
	p.needs[2] = (struct need){VOCAB_NONE, ACCESS_LIFT, 0, NEED_WARN};
	p.needs[3] = (struct need){EXPOSURE_COLD, VOCAB_NONE, 0, NEED_FAVOUR};
	p.n_needs = 4;
	assert_int_equal(mperson_from_person(&p, rd, 5, 0, 2, &m, &err), 0);
	assert_int_equal(m.n_trades, 2);
	assert_int_equal(m.trades[0], rome_find(rd, "D1102"));
	assert_true(m.flags & MPERSON_PLACED);
	assert_int_equal(m.max_minutes, -1);
	assert_int_equal(m.birth, 0);
	assert_int_equal(m.contracts, 0);
	/* B includes AM; the rest is known to be missing */
	assert_false(m.licences_missing & (1u << LICENCE_B | 1u << LICENCE_AM));
	assert_true(m.licences_missing & 1u << LICENCE_C);
	assert_int_equal(m.needs_exclude, (uint64_t)3 << 2 * EXPOSURE_DUST);
	assert_int_equal(m.needs_warn,
			 (uint64_t)1 << (NEEDS_ACCESS_SHIFT + ACCESS_LIFT));
	p.licences_known = TRI_UNKNOWN;
	assert_int_equal(mperson_from_person(&p, rd, 5, 0, 2, &m, &err), 0);
	assert_int_equal(m.licences_missing, 0);
	p.n_rome = 0;
	assert_int_equal(mperson_from_person(&p, rd, 5, 0, 2, &m, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	refdata_free(rd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_plane_agrees_with_the_sphere),
		cmocka_unit_test(test_points_outside_every_zone_are_unknown),
		cmocka_unit_test(
			test_a_place_coarser_than_a_commune_has_no_point),
		cmocka_unit_test(test_days_in_two_bytes),
		cmocka_unit_test(test_shelves_hold_21_trades_of_one_family),
		cmocka_unit_test(
			test_put_replace_and_remove_keep_everyone_once),
		cmocka_unit_test(test_long_lists_keep_everyone_in_their_cell),
		cmocka_unit_test(test_a_load_makes_what_putting_makes),
		cmocka_unit_test(test_a_load_takes_changes_and_removals),
		cmocka_unit_test(test_nobody_is_met_before_a_load_ends),
		cmocka_unit_test(test_a_bad_person_leaves_the_roster_as_it_was),
		cmocka_unit_test(test_a_record_becomes_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
