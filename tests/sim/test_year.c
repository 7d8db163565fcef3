/* SPDX-License-Identifier: EUPL-1.2 */
/* A year of a whole network: offers come and go, people answer, refuse, opt
 * out, find a contract, leave and come, and at every message that leaves it is
 * asked again, from what the test itself wrote down, whether it might: age,
 * consent, opt-out, hours, Sundays and holidays, so many a day and a week, each
 * offer once, only while it is live; digests on working days, one a day, of so
 * many people. Faults of relays and processes are test_month's and test_kill's.
 *
 * In the suite a few people and weeks; scripts/year asks for the whole by
 * ETRIER_SIM_PEOPLE, ETRIER_SIM_DAYS, ETRIER_SIM_SEED and ETRIER_SIM_CROWD. */
#include "../unit/plan_fixture.h"

#include <etrier/log.h>
#include <etrier/map.h>
#include <etrier/num.h>

#include <signal.h>
#include <sys/resource.h>

/* The disk is not waited for: it is a process that is killed here, never the
 * machine, and a commit would cost milliseconds. SQLite calls this. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

enum {
	STEP_S = 1800,
	PER_ADVISER = 120,
	LIVE_DAYS_MAX = 40, /* an offer stays so long at most */
	WEEK_DAYS = 7,
	SLOTS = 8 /* the last messages of one person */
};

static const char *const trades[] = {"D1102", "D1101", "D1202", "D1214",
				     "F1602", "F1703", "G1602", "G1803",
				     "H2206", "I1604", "K1304", "N1103"};
static const struct {
	const char *insee, *city;
	double lat, lon;
} towns[] = {{"93048", "Montreuil", 48.8638, 2.4485},
	     {"93066", "Saint-Denis", 48.9362, 2.3574},
	     {"94028", "Créteil", 48.7911, 2.4628},
	     {"92050", "Nanterre", 48.8924, 2.2071},
	     {"75120", "Paris", 48.8638, 2.4005},
	     {"91228", "Évry-Courcouronnes", 48.6243, 2.4284},
	     {"95018", "Argenteuil", 48.9472, 2.2467},
	     {"77288", "Melun", 48.5399, 2.6603}};

struct youth {			 /* what the test knows of one of them */
	int32_t birth, stop_day; /* stop_day: opted out or gone; 0: never */
	bool may_sms, may_mail, is_gone;
	int32_t days[SLOTS]; /* of the last messages, newest first */
};

struct post {
	int64_t canonical, until; /* until: it ends at this instant */
};

struct year {
	struct world w;
	uint64_t seed;
	int n_people, n_days, n_advisers;
	int32_t first_day;
	struct youth *people; /* by dossier */
	int *dossier;	      /* by person id */
	struct post *posts;
	size_t n_posts, cap_posts;
	struct map told;     /* "PERSON OFFER": a message went */
	struct map shown;    /* "DOSSIER URL": in a digest, its message */
	int32_t *digest_day; /* by adviser */
	int n_sms, n_mails, n_digests, n_answers, n_optouts, n_contracts;
};

static uint32_t below(struct year *y, uint32_t n)
{
	y->seed = y->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((y->seed >> 33) % n);
}

static int64_t asked(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);
	if (text)
		assert_int_equal(num_parse_int(text, 0, INT64_MAX, &otherwise),
				 0);
	return otherwise;
}

static int32_t today(const struct year *y)
{
	return paris_date(y->w.clock.now_s);
}

/* --- the network ---------------------------------------------------------- */

static json_t *row_of(struct year *y, int i)
{
	char ref[12], more[700], birth[11];
	struct youth *p = &y->people[i];
	size_t town = below(y, ARRAY_LEN(towns));
	bool sms = i % 3 != 0;
	/* 15 to 25 on the first day: many grow up in the year. */
	p->birth = y->first_day - 15 * 365 - (int32_t)below(y, 10 * 365);
	p->may_sms = sms && i % 11 != 0;
	p->may_mail = !sms && i % 13 != 0;
	date_format(p->birth, birth);
	snprintf(ref, sizeof(ref), "%d", i);
	snprintf(more, sizeof(more),
		 "{'birth_date':'%s','channel':'%s','phone':'+3363998%04d',"
		 "'email':'j%d@jeune.example','adviser':'a%d','insee':'%s',"
		 "'lat':%.4f,'lon':%.4f,'rome':['%s','%s'],"
		 "'consent_sms':'%s','consent_email':'%s'}",
		 birth, sms ? "sms" : "email", i % 10000, i, i / PER_ADVISER,
		 towns[town].insee, towns[town].lat, towns[town].lon,
		 trades[below(y, 6)], trades[6 + below(y, 6)],
		 p->may_sms ? "yes" : "no", p->may_mail ? "yes" : "no");
	return world_youth(ref, more);
}

static void make_network(struct year *y)
{
	json_t *rows = json_array();
	char adviser[200];
	world_people(&y->w, 0, "{}", AGENCY_AUTOMATIC);
	for (int i = 0; i < y->n_advisers; i++) {
		snprintf(adviser, sizeof(adviser),
			 "{'ref':'a%d','agency':'ML1','first_name':'Sarah',"
			 "'email':'a%d@ml.example','phone':'+33139980001'}",
			 i, i);
		world_adviser(&y->w, adviser);
	}
	for (int i = 1; i <= y->n_people; i++)
		json_array_append_new(rows, row_of(y, i));
	world_import(&y->w, "ml1", 0, rows);
	/* More than the fixture tells of. */
	for (int i = 1; i <= y->n_people; i++) {
		char ref[12];
		snprintf(ref, sizeof(ref), "%d", i);
		int64_t id = world_id(&y->w, "ml1", ref);
		assert_in_range(id, 1, y->n_people);
		y->dossier[id] = i;
		live_person_changed(y->w.live, id);
	}
	arena_reset(&y->w.a);
	world_settle(&y->w);
}

/* --- a day ---------------------------------------------------------------- */

static void post_offer(struct year *y)
{
	char more[500], end[21];
	size_t town = below(y, ARRAY_LEN(towns));
	int64_t until = y->w.clock.now_s +
			(3 + (int64_t)below(y, LIVE_DAYS_MAX)) * 24 * 3600;
	instant_format(until, end);
	snprintf(more, sizeof(more),
		 "{'rome':['%s'],'kind':'%s','positions':%u,'expires':'%s',"
		 "'place':{"
		 "'precision':'commune','insee':'%s','city':'%s','lat':%.4f,"
		 "'lon':%.4f}}",
		 trades[below(y, ARRAY_LEN(trades))],
		 below(y, 3) ? "apprenticeship" : "permanent", 1 + below(y, 3),
		 end, towns[town].insee, towns[town].city, towns[town].lat,
		 towns[town].lon);
	if (y->n_posts == y->cap_posts) {
		y->cap_posts = y->cap_posts ? 2 * y->cap_posts : 256;
		y->posts = mem_grow(y->posts, y->cap_posts, sizeof(*y->posts));
	}
	y->posts[y->n_posts++] = (struct post){
		.canonical = world_offer(&y->w, more), .until = until};
}

static void on_closed(void *ctx, int64_t canonical, bool is_dead)
{
	struct year *y = ctx;
	if (is_dead)
		live_offer_drop(y->w.live, canonical);
}

static void end_offers(struct year *y)
{
	int64_t n;
	OK(store_offers_expire(y->w.s, y->w.clock.now_s, INSTANT_NONE, 0,
			       on_closed, y, &n, E));
}

static bool is_live(const struct year *y, int64_t canonical)
{
	for (size_t i = y->n_posts; i-- > 0;)
		if (y->posts[i].canonical == canonical)
			return y->posts[i].until > y->w.clock.now_s;
	return false;
}

/* One in ten thousand a day wants no more; some find a contract, some are no
 * longer followed. */
static void live_a_day(struct year *y)
{
	char address[64];
	bool is_new;
	for (int i = 0; i < 1 + y->n_people / 10000; i++) {
		int id = 1 + (int)below(y, (uint32_t)y->n_people);
		struct youth *p = &y->people[id];
		if (p->stop_day)
			continue;
		bool sms = id % 3 != 0;
		snprintf(address, sizeof(address),
			 sms ? "+3363998%04d" : "j%d@jeune.example",
			 sms ? id % 10000 : id);
		OK(store_optout_add(y->w.s, sms ? CHANNEL_SMS : CHANNEL_EMAIL,
				    address, y->w.clock.now_s, "link", &is_new,
				    E));
		p->stop_day = today(y);
		y->n_optouts++;
	}
	for (int i = 0; i < 1 + y->n_people / 2000; i++) {
		int id = 1 + (int)below(y, (uint32_t)y->n_people);
		struct youth *p = &y->people[id];
		if (p->stop_day)
			continue;
		char ref[12];
		snprintf(ref, sizeof(ref), "%d", id);
		int64_t person = world_id(&y->w, "ml1", ref);
		OK(store_person_set_status(y->w.s, person, PERSON_PLACED, E));
		live_person_changed(y->w.live, person);
		p->stop_day = today(y);
		y->n_contracts++;
	}
}

/* --- what leaves ---------------------------------------------------------- */

static int keep_row(void *ctx, const struct store_proposal *row)
{
	*(struct store_proposal *)ctx = (struct store_proposal){
		.person = row->person, .canonical = row->canonical};
	return 1;
}

static void answer(struct year *y, const struct store_proposal *row)
{
	static const char *const words[] = {"interested", "not_interested"};
	struct store_answer a = {.result = words[below(y, 2)]};
	if (below(y, 5))
		return;
	OK(store_ledger_answer(y->w.s, row->person, row->canonical,
			       STORE_TO_YOUTH, &a, y->w.clock.now_s, E));
	live_person_changed(y->w.live, row->person);
	y->n_answers++;
}

static void check_youth(struct year *y, const struct store_message *m)
{
	struct youth *p = &y->people[y->dossier[m->person]];
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct store_proposal row = {0};
	bool sms = m->channel == CHANNEL_SMS;
	int32_t day = today(y);
	int n_day = 1, n_week = 1;
	char key[48];

	q.message = m->id;
	OK(store_ledger_each(y->w.s, &q, keep_row, &row, E));
	assert_int_equal(row.person, m->person);
	assert_true(sms ? p->may_sms : p->may_mail);
	assert_true(!p->stop_day);
	assert_true(date_age(p->birth, day) >= PLAN_ADULT_AGE);
	assert_true(date_weekday(day) != 7 && !date_is_holiday(day));
	int minute = paris_minute(y->w.clock.now_s);
	assert_in_range(minute, sms ? 9 * 60 : 8 * 60, 19 * 60 + 29);
	assert_true(is_live(y, row.canonical));
	for (int i = 0; i < SLOTS; i++) {
		n_day += p->days[i] == day;
		n_week += p->days[i] > day - WEEK_DAYS;
	}
	assert_true(n_day <= y->w.set.youth_per_day);
	assert_true(n_week <= y->w.set.youth_per_week);
	memmove(p->days + 1, p->days, sizeof(*p->days) * (SLOTS - 1));
	p->days[0] = day;
	snprintf(key, sizeof(key), "%lld %lld", (long long)row.person,
		 (long long)row.canonical);
	assert_null(map_get(&y->told, key));
	map_put(&y->told, key, y);
	*(sms ? &y->n_sms : &y->n_mails) += 1;
	answer(y, &row);
}

static void check_digest(struct year *y, const struct store_message *m,
			 const json_t *model)
{
	json_t *people = json_object_get(model, "people"), *person, *offer;
	int64_t adviser = -1;
	size_t i, j;
	assert_int_equal(
		num_parse_int(m->recipient + 1, 0, y->n_advisers, &adviser), 0);
	assert_true(date_is_working_day(today(y)));
	assert_true(y->digest_day[adviser] < today(y));
	y->digest_day[adviser] = today(y);
	assert_true(json_array_size(people) <= (size_t)y->w.set.digest_people);
	json_array_foreach(people, i, person)
	{
		json_t *offers = json_object_get(person, "offers");
		assert_true(json_array_size(offers) <=
			    (size_t)y->w.set.digest_offers);
		json_array_foreach(offers, j, offer)
		{
			char *key = mem_printf("%s %s",
					       js_str(person, "dossier", ""),
					       js_str(offer, "url", ""));
			if (map_get(&y->shown, key))
				fail_msg("%s is proposed twice", key);
			map_put(&y->shown, key, y);
			free(key);
		}
	}
	y->n_digests++;
}

static void run_lanes(struct year *y)
{
	OK(outbox_pump(y->w.outbox, E));
	while (json_array_size(y->w.delivered)) {
		struct store_message m;
		json_t *line = json_incref(json_array_get(y->w.delivered, 0));
		json_array_remove(y->w.delivered, 0);
		OK(store_message_get(y->w.s, js_int(line, "id", 0), &y->w.a, &m,
				     E));
		if (m.audience == STORE_TO_YOUTH)
			check_youth(y, &m);
		else
			check_digest(y, &m, json_object_get(line, "model"));
		if (m.channel == CHANNEL_SMS) {
			char *begun =
				mem_printf("{'id':%lld}", (long long)m.id);
			world_say(&y->w, "sms-1", "submitting", begun);
			free(begun);
		}
		world_verdict(&y->w, line, "sent", "ok");
		json_decref(line);
		arena_reset(&y->w.a);
		OK(outbox_pump(y->w.outbox, E));
	}
}

/* --- the year ------------------------------------------------------------- */

static void one_day(struct year *y)
{
	int32_t day = today(y);
	int n_new = 1 + y->n_people / 300;
	int64_t tomorrow = paris_instant(day + 1, 0);
	for (int i = 0; i < n_new; i++)
		post_offer(y);
	live_a_day(y);
	while (y->w.clock.now_s < tomorrow) {
		end_offers(y);
		world_plan(&y->w);
		run_lanes(y);
		clock_manual_advance(&y->w.clock, STEP_S);
	}
}

static int count_open(void *ctx, const struct store_message *m)
{
	++*(int *)ctx;
	if (m->state == STORE_SENDING)
		fail_msg("message %lld is still on its way", (long long)m->id);
	return 0;
}

static volatile sig_atomic_t is_ended; /* asked to: what was done counts */

static void on_end(int sig)
{
	(void)sig;
	is_ended = 1;
}

static long peak_mb(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss / 1024;
}

static void test_a_year_of_a_network(void **state)
{
	(void)state;
	struct year *y = mem_alloc(sizeof(*y));
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct arena a = {0};
	char folder[256];
	int n_open = 0, n_done = 0;
	bool is_crowded;
	int64_t began = clock_now(clock_system());
	int64_t seed = asked("ETRIER_SIM_SEED", 20260107);

	y->n_people = (int)asked("ETRIER_SIM_PEOPLE", 240);
	y->n_days = (int)asked("ETRIER_SIM_DAYS", 30);
	y->n_advisers = y->n_people / PER_ADVISER + 1;
	y->seed = (uint64_t)seed;
	y->people = mem_array((size_t)y->n_people + 1, sizeof(*y->people));
	y->dossier = mem_array((size_t)y->n_people + 1, sizeof(*y->dossier));
	y->digest_day =
		mem_array((size_t)y->n_advisers, sizeof(*y->digest_day));
	map_init(&y->told);
	map_init(&y->shown);
	fixture_folder(folder);
	/* 0: the shipped rules, places for five; else so many places that
	 * nobody waits for their turn, and the caps decide. */
	is_crowded = asked("ETRIER_SIM_CROWD", 1) != 0;
	world_open(&y->w, fixture_path(&a, folder), "2026-04-20T00:00");
	if (!is_crowded) {
		y->w.waves = "waves: {}\n";
		world_stop(&y->w);
		world_start(&y->w);
	}
	y->first_day = today(y);
	make_network(y);
	world_lanes_up(&y->w);
	log_set_threshold(LOG_ERROR);
	signal(SIGTERM, on_end);
	signal(SIGINT, on_end);
	for (int day = 0; day < y->n_days && !is_ended; day++) {
		one_day(y);
		n_done++;
		if (day % 10 == 9)
			fprintf(stderr,
				"day %d, after %lld s: %d SMS, %d mails, %d "
				"digests, %zu offers, %d answers, %d "
				"opt-outs, %d contracts\n",
				day + 1,
				(long long)(clock_now(clock_system()) - began),
				y->n_sms, y->n_mails, y->n_digests, y->n_posts,
				y->n_answers, y->n_optouts, y->n_contracts);
	}
	q.states = 1u << STORE_PLANNED | 1u << STORE_SENDING;
	OK(store_messages_each(y->w.s, &q, count_open, &n_open, E));
	printf("%d people, %d days of %d, seed %lld: %d SMS, %d mails, %d "
	       "digests, %d still planned; %lld s, %ld MB at most\n",
	       y->n_people, n_done, y->n_days, (long long)seed, y->n_sms,
	       y->n_mails, y->n_digests, n_open,
	       (long long)(clock_now(clock_system()) - began), peak_mb());
	/* It was a time in which things happened. */
	assert_true(y->n_sms > 10 && y->n_mails > 5 && y->n_digests > 15);
	assert_true(y->n_optouts > 0 && y->n_contracts > 0);
	map_clear(&y->told, NULL);
	map_clear(&y->shown, NULL);
	world_close(&y->w);
	fixture_remove(folder);
	arena_clear(&a);
	free(y->posts);
	free(y->people);
	free(y->dossier);
	free(y->digest_day);
	free(y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_year_of_a_network),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
