/* SPDX-License-Identifier: EUPL-1.2 */
/* Four months of bakeries that look for one apprentice each, and sixty young
 * people who live nearer or farther. The same months three times: everybody is
 * told of everything, places go by score alone, places go by fair shares. What
 * waves are for must show in numbers: few applications a post, nobody waits for
 * months, and the offers people get fit nearly as well. */
#include "../unit/plan_fixture.h"

#include <etrier/store_waves.h>

enum {
	PEOPLE = 60,
	DAYS = 120,
	LIFE_DAYS = 30,
	OFFERS_MAX = 200,
	ADVISERS = 4
};

struct months {
	struct world w;
	int32_t told[PEOPLE + 1]; /* day of the last proposal */
	int longest_wait;	  /* days between two proposals, of anybody */
	int32_t since[OFFERS_MAX], taken[OFFERS_MAX];
	int64_t ids[OFFERS_MAX];
	int n_offers, n_taken;
	int64_t last_row, n_rows, score;
	int waited[PEOPLE + 1]; /* the longest, days */
	int n_waited;		/* people who waited more than 30 days */
	int32_t today;
};

static uint32_t mixed(uint32_t a, uint32_t b)
{
	uint64_t x = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(x >> 40);
}

/* Around Montreuil, up to some 1.5 km off: a score differs by a few points from
 * one to the next. */
static void make_people(struct months *m)
{
	json_t *rows = json_array();
	world_people(&m->w, 0, "{}", AGENCY_DIGEST_ONLY);
	for (int a = 1; a <= ADVISERS; a++) {
		char fields[160];
		snprintf(fields, sizeof(fields),
			 "{'ref':'c%d','agency':'ML1','first_name':'Sarah',"
			 "'email':'c%d@ml.example'}",
			 a, a);
		world_adviser(&m->w, fields);
	}
	for (uint32_t i = 1; i <= PEOPLE; i++) {
		char ref[8], more[160];
		snprintf(ref, sizeof(ref), "%u", i);
		snprintf(more, sizeof(more),
			 "{'channel':'none','adviser':'c%u','lat':%.4f,"
			 "'lon':%.4f}",
			 1 + i % ADVISERS,
			 48.8638 + (double)(mixed(i, 1) % 125) / 10000,
			 2.4485 + (double)(mixed(i, 2) % 170) / 10000);
		json_array_append_new(rows, world_youth(ref, more));
	}
	world_import(&m->w, "ml1", 0, rows);
}

static void has_waited(struct months *m, int64_t person)
{
	int days = m->today - m->told[person];
	m->n_waited += days > 30 && m->waited[person] <= 30;
	if (days > m->waited[person])
		m->waited[person] = days;
	if (days > m->longest_wait)
		m->longest_wait = days;
}

static int note(void *ctx, const struct store_proposal *row)
{
	struct months *m = ctx;
	m->last_row = row->id;
	m->n_rows++;
	m->score += row->score;
	has_waited(m, row->person);
	m->told[row->person] = m->today;
	/* One in eight wants it; two days later the post is taken. */
	if (mixed((uint32_t)row->person, (uint32_t)row->canonical) % 8)
		return 0;
	for (int i = 0; i < m->n_offers; i++)
		if (m->ids[i] == row->canonical && !m->taken[i])
			m->taken[i] = m->today + 2;
	return 0;
}

static void offers_come_and_go(struct months *m)
{
	for (int i = 0; i < m->n_offers; i++) {
		bool is_taken = m->taken[i] && m->taken[i] <= m->today;
		if (m->ids[i] < 0 ||
		    (!is_taken && m->today < m->since[i] + LIFE_DAYS))
			continue;
		live_offer_drop(m->w.live, m->ids[i]);
		m->n_taken += is_taken;
		m->ids[i] = -m->ids[i];
	}
	if (!date_is_working_day(m->today))
		return;
	m->since[m->n_offers] = m->today;
	m->ids[m->n_offers++] = world_offer(&m->w, "{'positions':1}");
}

static void run(const char *what, const char *waves, struct months *m)
{
	*m = (struct months){.n_offers = 0};
	world_open(&m->w, ":memory:", "2026-09-07T10:00");
	m->w.waves = waves;
	world_stop(&m->w);
	world_start(&m->w);
	make_people(m);
	m->today = paris_date(m->w.clock.now_s);
	for (int i = 1; i <= PEOPLE; i++)
		m->told[i] = m->today;
	for (int day = 0; day < DAYS; day++) {
		struct store_ledger_query q = STORE_LEDGER_ANY;
		offers_come_and_go(m);
		world_plan(&m->w);
		q.after = m->last_row;
		OK(store_ledger_each(m->w.s, &q, note, m, E));
		clock_manual_advance(&m->w.clock, 24 * 3600);
		m->today++;
	}
	for (int i = 1; i <= PEOPLE; i++)
		has_waited(m, i);
	printf("%-18s %4lld proposals, mean score %lld.%lld, %lld people a "
	       "post, %d of %d posts taken, longest wait %d days, %d of %d "
	       "people waited more than 30\n",
	       what, (long long)m->n_rows,
	       (long long)(m->score / m->n_rows / 10),
	       (long long)(m->score / m->n_rows % 10),
	       (long long)(m->n_rows / m->n_offers), m->n_taken, m->n_offers,
	       m->longest_wait, m->n_waited, PEOPLE);
	world_close(&m->w);
}

static void test_fair_shares_shorten_the_longest_wait(void **state)
{
	(void)state;
	struct months all, best, fair;
	run("everybody at once", "waves: {per_position: 100}\n", &all);
	run("by score alone",
	    "waves: {per_position: 5, days: 4, near_points: 0}\n", &best);
	run("fair shares",
	    "waves: {per_position: 5, days: 4, near_points: 3}\n", &fair);
	/* Everybody at once: each post is run over. */
	assert_true(fair.n_rows * 3 < all.n_rows);
	/* Against the best first and nothing else. */
	assert_true(fair.longest_wait * 2 <= best.longest_wait);
	assert_true(fair.n_waited < best.n_waited);
	assert_true(fair.score / fair.n_rows >= best.score / best.n_rows - 15);
	assert_true(fair.n_taken * 10 >= best.n_taken * 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fair_shares_shorten_the_longest_wait),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
