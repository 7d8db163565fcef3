/* SPDX-License-Identifier: EUPL-1.2 */
/* The engine's background work on a region, on this machine: how long each
 * takes in slices of ten milliseconds, and the longest turn of the loop it
 * makes. Printed, never judged; run from the source folder:
 *   bench-live [PEOPLE [OFFERS [FOLDER]]]     (180000 5000 .)
 * A store file of invented people of Île-de-France and as many offers of its
 * trades is made, then: a start, a new day, other rules, rules of some
 * agencies, everyone's list for ten people, offers that come in. What a turn
 * commits to the file is in its time; "commits" counts them. */
#include "engine/plan/digest.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/compare.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/live.h>
#include <etrier/live_look.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>
#include <etrier/store.h>
#include <etrier/store_offers.h>
#include <etrier/store_people.h>
#include <etrier/str.h>
#include <etrier/trial.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NOW	  ((int64_t)1795000000) /* 2026-11-18 */
#define SLICE_MS  10			/* as the engine */
#define AGENCIES  60
#define BATCH_MS  20 /* offers a transaction, as polls do */
#define WORDS_MAX 4000

static struct err err;
static int64_t n_commits;
static struct clock_manual today; /* its day; spans are the machine's */

static void must(int rc)
{
	if (rc == 0)
		return;
	fprintf(stderr, "bench-live: %s\n", err.text);
	exit(1);
}

static double clock_ms(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

/* Turns of the loop: on a busy machine others are in the time that passed, not
 * in the time of the processor. */
struct spans {
	double begun, cpu, longest, longest_cpu, took, took_cpu;
	int n;
};

static const struct spans none;

static void turn_begins(struct spans *t)
{
	t->begun = ms();
	t->cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
}

static void turn_ends(struct spans *t)
{
	double took = ms() - t->begun;
	double cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - t->cpu;
	t->took += took;
	t->took_cpu += cpu;
	t->longest = took > t->longest ? took : t->longest;
	t->longest_cpu = cpu > t->longest_cpu ? cpu : t->longest_cpu;
	t->n++;
}

static void on_commit(void *ctx, enum store_commit when)
{
	(void)ctx;
	n_commits += when == STORE_COMMIT_AFTER;
}

/* "engine 81 MB" of /proc: what is resident now. */
static double resident_mb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long long all = 0, resident = 0;
	malloc_trim(0);
	if (f) {
		if (fscanf(f, "%lld %lld", &all, &resident) != 2)
			resident = 0;
		fclose(f);
	}
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* --- invented people and offers ------------------------------------------- */

static uint64_t seed = 20261128;
static uint32_t draw(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % n);
}

struct words {
	char *v[WORDS_MAX];
	uint32_t n;
};
static struct words towns, trades;

static bool is_of_region(const char *insee)
{
	static const char *const depts[] = {"75", "77", "78", "91",
					    "92", "93", "94", "95"};
	for (size_t i = 0; i < ARRAY_LEN(depts); i++) {
		if (str_starts(insee, depts[i]) && strlen(insee) == 5)
			return true;
	}
	return false;
}

static bool is_code(const char *rome)
{
	return strlen(rome) == 5 && *rome >= 'A' && *rome <= 'N';
}

static void read_words(const char *path, bool (*is_one)(const char *),
		       struct words *out)
{
	char line[4096];
	FILE *f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "bench-live: no %s: run it from the source\n",
			path);
		exit(1);
	}
	while (fgets(line, sizeof(line), f) && out->n < WORDS_MAX) {
		line[strcspn(line, "\t\n")] = '\0';
		if (is_one(line))
			out->v[out->n++] = mem_dup(line);
	}
	fclose(f);
}

static const char *a_word(const struct words *w)
{
	return w->v[draw(w->n)];
}

static json_t *a_person(int i)
{
	static const int limits[] = {30, 45, 60, 90};
	char ref[16], agency[8], birth[12];
	snprintf(ref, sizeof(ref), "p%d", i);
	snprintf(agency, sizeof(agency), "A%u", draw(AGENCIES));
	snprintf(birth, sizeof(birth), "%u-%02u-15", 2001 + draw(9),
		 1 + draw(12));
	json_t *row = json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:s,s:[s,s,s],s:[s,s,s],s:[s,s],s:i,"
		"s:s,s:s,s:s}",
		"ref", ref, "first_name", "Inventée", "birth_date", birth,
		"agency", agency, "adviser", "r1", "insee", a_word(&towns),
		"rome", a_word(&trades), a_word(&trades), a_word(&trades),
		"contracts", "apprenticeship", "permanent", "fixed_term",
		"modes", "transit", "walk", "max_minutes", limits[draw(4)],
		"available_from", "2026-01-01", "informed_on", "2026-09-01",
		"status", "active");
	BUG_ON(!row);
	if (!draw(4))
		json_object_set_new(row, "needs",
				    json_pack("[s]", "loads:1:warn"));
	return row;
}

static int stage(struct store *s, void *ctx, struct err *e)
{
	const int *from = ctx;
	for (int i = from[0]; i < from[1]; i++) {
		enum store_verdict v;
		json_t *row = a_person(i);
		int rc = store_stage_youth(s, "region", row, i + 2, &v, e);
		json_decref(row);
		if (rc)
			return -1;
	}
	return 0;
}

static void make_people(struct store *s, int n)
{
	int64_t import;
	must(store_origin_put(s, "region", 0, NULL, &err));
	must(store_stage_begin(s, "region", &err));
	for (int at = 0; at < n; at += 1000) {
		int range[] = {at, at + 1000 < n ? at + 1000 : n};
		must(store_tx(s, stage, range, &err));
	}
	must(store_stage_apply(s, "region", NOW, &import, &err));
}

static json_t *an_offer(int i)
{
	static const char *const kinds[] = {"apprenticeship", "permanent",
					    "fixed_term"};
	char ref[16], posted[24];
	snprintf(ref, sizeof(ref), "o%d", i);
	instant_format(NOW - (int64_t)draw(20) * 86400, posted);
	json_t *v = json_pack(
		"{s:s,s:s,s:s,s:s,s:[s],s:{s:s},s:{s:s},s:s,s:s,s:s}", "source",
		"bench", "ref", ref, "title", "Poste inventé", "kind",
		kinds[draw(3)], "rome", a_word(&trades), "employer", "name",
		"Entreprise inventée", "place", "insee", a_word(&towns),
		"start", "2026-12-02", "posted", posted, "status", "live");
	BUG_ON(!v);
	char text[1600] = "";
	for (int k = 0; k < 20; k++)
		strcat(text, "Une offre inventée pour la mesure, avec du pain, "
			     "des livraisons. ");
	js_put_str(v, "description", text);
	return v;
}

struct putting {
	struct store *s;
	struct live *live; /* NULL: into the store only */
	const struct refdata *rd;
	int at, n;
};

static int put_offers(struct store *s, void *ctx, struct err *e)
{
	struct putting *k = ctx;
	double begun = ms();
	for (; k->at < k->n && ms() < begun + BATCH_MS; k->at++) {
		struct arena a;
		struct offer o;
		enum store_offer_change change;
		int64_t canonical;
		char hash[33];
		const char *note;
		arena_init(&a);
		json_t *line = an_offer(k->at);
		if (offer_from_json(line, &a, &o, e))
			return -1;
		const struct place_claim given = {.insee = o.place.insee};
		place_resolve(k->rd, &a, &given, &o.place, &note);
		json_t *whole = offer_to_json(&o);
		offer_content_hash(&o, hash);
		char *fields = json_dumps(whole, JSON_COMPACT);
		struct store_offer_in in = {.source = o.source,
					    .ref = o.ref,
					    .hash = hash,
					    .fields = fields,
					    .expires = INSTANT_NONE};
		int rc = store_offer_put(s, &in, NOW, &canonical, &change, e);
		if (!rc && k->live)
			rc = live_offer_put(k->live, canonical, &o, e);
		free(fields);
		json_decref(whole);
		json_decref(line);
		arena_clear(&a);
		if (rc)
			return -1;
	}
	return 0;
}

/* --- what is measured ------------------------------------------------------
 */

static void tell(const char *what, const struct live *l, const struct spans *t)
{
	struct live_stats st;
	live_stats(l, &st);
	printf("%-30s %6.0f ms (%.0f of the processor), %4d turns, longest "
	       "%5.1f ms (%.1f); commits %lld; %.2f million candidates; "
	       "resident %.0f MB\n",
	       what, t->took, t->took_cpu, t->n, t->longest, t->longest_cpu,
	       (long long)n_commits, (double)st.candidates / 1e6,
	       resident_mb());
	n_commits = 0;
}

/* t: of what was asked for already. */
static void settle(const char *what, struct store *s, struct live *l,
		   struct spans t)
{
	bool more = true;
	while (more) {
		turn_begins(&t);
		more = live_work(l, SLICE_MS, &err);
		turn_ends(&t);
		if (err.kind)
			must(-1);
	}
	store_give_back(s); /* as the engine does when all is done */
	tell(what, l, &t);
}

static void come_in(struct putting *k, int n)
{
	struct spans t = {0};
	for (k->n = k->at + n; k->at < k->n;) {
		turn_begins(&t);
		must(store_tx(k->s, put_offers, k, &err));
		turn_ends(&t);
	}
	tell("offers that come in, stored", k->live, &t);
}

static struct rules *rules(const struct refdata *rd, const char *more)
{
	char text[65536];
	struct diags d;
	FILE *f = fopen("conf/rules.yaml", "r");
	BUG_ON(!f);
	size_t n = fread(text, 1, sizeof(text), f);
	fclose(f);
	struct rules_text t[] = {{"rules.yaml", text, n},
				 {"bench.yaml", more, strlen(more)}};
	diags_init(&d);
	struct rules *r = rules_compile(t, *more ? 2 : 1, rd, &d);
	diags_print(&d, stderr);
	diags_clear(&d);
	BUG_ON(!r);
	return r;
}

static void change_rules(const char *what, struct store *s, struct live *l,
			 const struct refdata *rd, const char *more)
{
	struct rules *next = rules(rd, more);
	struct spans t = {0};
	turn_begins(&t);
	live_set_rules(l, next);
	turn_ends(&t);
	settle(what, s, l, t);
}

static void compare_next(struct store *s, struct live *l, struct trial *trial,
			 struct compare *c, int64_t id)
{
	static struct match_hits now, other;
	struct arena a;
	struct store_offer row;
	struct moffer o;
	const char *dept;
	int32_t on = paris_date(clock_now(&today.clock));
	now.n = other.n = 0;
	arena_init(&a);
	must(store_offer_get(s, id, &a, &row, &err));
	must(trial_offer(trial, &row, &a, &o, &dept, &err));
	must(live_offer_hits(l, id, &now, &err));
	trial_hits(trial, &o, on, &other);
	compare_offer(c, &(struct compare_offer){id, o.trades[0], dept}, &now,
		      &other);
	arena_clear(&a);
}

/* As rules diff does it: a second roster, then every offer under both. */
static void compare_rules(struct store *s, struct live *l,
			  const struct refdata *rd)
{
	struct trial *trial =
		trial_new(l, rules(rd, "thresholds: {send: 66}\n"));
	struct compare *c = compare_new();
	struct spans t = {0};
	struct mperson p;
	int32_t on = paris_date(clock_now(&today.clock));
	for (bool more = true; more;) {
		turn_begins(&t);
		for (int i = 0; i < 64 && more; i++)
			if ((more = trial_fill(trial, &p, &err)))
				compare_person(c, &p, on);
		turn_ends(&t);
	}
	for (int64_t id = INT64_MAX; (id = live_offer_before(l, id));) {
		turn_begins(&t);
		compare_next(s, l, trial, c, id);
		turn_ends(&t);
	}
	tell("rules diff: both compared", l, &t);
	printf("rules diff: %.0f MB more while it runs, %lld pairs now, %lld "
	       "moved\n",
	       (double)trial_bytes(trial) / 1e6,
	       (long long)compare_pairs_now(c),
	       (long long)compare_sum(c).moved);
	compare_free(c);
	trial_free(trial);
}

/* Every other agency has thresholds of its own, of two kinds. */
static const char *agency_rules(void)
{
	static char text[AGENCIES * 64];
	size_t n = (size_t)snprintf(text, sizeof(text), "agencies:\n");
	for (int i = 0; i < AGENCIES; i += 2)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "  A%d: {thresholds: {send: %d}}\n", i,
				      i % 4 ? 70 : 60);
	return text;
}

static struct live *start(struct store *s, const struct refdata *rd)
{
	double begun = ms();
	struct live *l = live_new(s, rd, &today.clock, rules(rd, ""));
	must(live_read_network(l, "", "conf/refdata", &err));
	must(live_load(l, &err));
	printf("start: read in %.0f ms, resident %.0f MB\n", ms() - begun,
	       resident_mb());
	n_commits = 0;
	settle("start: everything compared", s, l, none);
	return l;
}

/* What a digest tells of those without an offer: per person, whatever waits.
 * Those who have none first; the rest stand for a day on which they had none.
 */
static void find_help(struct store *s, struct live *l)
{
	struct plan_settings set = {.offer_max_age_days = 45};
	struct planner *p = planner_new(s, l, &today.clock);
	struct live_stats st;
	struct spans t = {0};
	struct arena a;
	int found = 0, without = 0;
	planner_configure(p, &set);
	live_stats(l, &st);
	arena_init(&a);
	for (int pass = 0; pass < 2; pass++) {
		for (int64_t id = 1; id <= (int64_t)st.people && t.n < 3000;
		     id++) {
			if (live_has_candidates(l, id) != (pass == 1))
				continue;
			turn_begins(&t);
			const char *words = digest_find_help(p, &a, id);
			turn_ends(&t);
			found += words != NULL;
			without += !pass;
		}
	}
	arena_clear(&a);
	tell("what would help somebody", l, &t);
	printf("of %d people (%d without an offer) something helps %d; %.2f ms "
	       "of the processor each\n",
	       t.n, without, found, t.n ? t.took_cpu / t.n : 0.0);
	planner_free(p);
}

static int64_t real_mono(void *ctx)
{
	(void)ctx;
	return clock_mono_ms(clock_system());
}

static void run(struct store *s, const struct refdata *rd, int n_offers)
{
	struct putting k = {.s = s, .rd = rd, .n = n_offers};
	while (k.at < k.n)
		must(store_tx(s, put_offers, &k, &err));
	struct live *l = start(s, rd);
	today.now_s += 86400;
	settle("a new day", s, l, none);
	compare_rules(s, l, rd);
	find_help(s, l);
	change_rules("other rules", s, l, rd, "thresholds: {send: 66}\n");
	change_rules("rules of half the agencies", s, l, rd, agency_rules());
	for (int64_t id = 1; id <= 10; id++)
		live_refill(l, id);
	settle("ten people against all offers", s, l, none);
	struct live_stats st;
	live_stats(l, &st);
	for (size_t id = 1; id <= st.people; id++)
		live_person_changed(l, (int64_t)id);
	settle("everyone read again", s, l, none);
	live_resync(l);
	settle("offers read again", s, l, none);
	k.live = l;
	come_in(&k, n_offers / 10);
	live_free(l);
	live_free(start(s, rd));
}

int main(int argc, char **argv)
{
	int64_t people = 180000, offers = 5000;
	char path[512];
	struct store *s;
	struct store_keys keys = {.n_needs = 1};
	if ((argc > 1 && num_parse_int(argv[1], 1, 4000000, &people)) ||
	    (argc > 2 && num_parse_int(argv[2], 1, 1000000, &offers))) {
		fprintf(stderr,
			"usage: bench-live [PEOPLE [OFFERS [FOLDER]]]\n");
		return 2;
	}
	struct refdata *rd = refdata_load("conf/refdata", &err);
	if (!rd)
		must(-1);
	read_words("conf/refdata/communes.tsv", is_of_region, &towns);
	read_words("conf/refdata/rome_v3.tsv", is_code, &trades);
	snprintf(path, sizeof(path), "%s/bench-live-%d.db",
		 argc > 3 ? argv[3] : ".", (int)getpid());
	must(store_open(path, &keys, &s, &err));
	store_on_commit(s, on_commit, NULL);
	clock_manual_init(&today, NOW);
	today.clock.mono_ms = real_mono;
	make_people(s, (int)people);
	/* What making people left in the cache is not the engine's. */
	store_close(s);
	must(store_open(path, &keys, &s, &err));
	store_on_commit(s, on_commit, NULL);
	run(s, rd, (int)offers);
	store_close(s);
	refdata_free(rd);
	unlink(path);
	return 0;
}
