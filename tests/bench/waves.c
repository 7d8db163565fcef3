/* SPDX-License-Identifier: EUPL-1.2 */
/* Places given out in a region, on this machine: how long each round takes in
 * ticks of ten milliseconds, the longest tick, and what is held in memory.
 * Printed, never judged; run from the source folder:
 *   bench-waves [PEOPLE [OFFERS [FOLDER]]]     (180000 5000 .)
 * Invented people and offers share the first hundred trades, so that crowds
 * stand behind every offer. The store is a file; commits are in the times. */
#include "engine/plan/plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/refdata.h>
#include <etrier/store_people.h>
#include <etrier/str.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NOW	 ((int64_t)1795000000) /* 2026-11-18 */
#define AGENCIES 60
#define TRADES	 100

static struct err err;
static int64_t now_s = NOW;
static const struct refdata *rd;
static char *trades[TRADES], *towns[1500];
static uint32_t n_trades, n_towns;

static void must(int rc)
{
	if (!rc)
		return;
	fprintf(stderr, "bench-waves: %s\n", err.text);
	exit(1);
}

static double ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Its day is moved by hand, its spans are the machine's. */
static int64_t clock_day(void *ctx)
{
	return *(int64_t *)ctx;
}

static int64_t clock_span(void *ctx)
{
	(void)ctx;
	return (int64_t)ms();
}

static const struct clock bench_clock = {clock_day, clock_span, &now_s};

static uint32_t draw(uint32_t n)
{
	static uint64_t seed = 20261128;
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % n);
}

/* The first words of a table's lines. */
static void read_words(const char *path, bool (*is_one)(const char *),
		       char **out, uint32_t max, uint32_t *n)
{
	char line[4096];
	FILE *f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "bench-waves: no %s: run it from the source\n",
			path);
		exit(1);
	}
	while (fgets(line, sizeof(line), f) && *n < max) {
		line[strcspn(line, "\t\n")] = '\0';
		if (is_one(line))
			out[(*n)++] = mem_dup(line);
	}
	fclose(f);
}

static bool is_town(const char *word)
{
	return strlen(word) == 5 &&
	       (str_starts(word, "75") || str_starts(word, "92") ||
		str_starts(word, "93") || str_starts(word, "94") ||
		str_starts(word, "95") || str_starts(word, "77"));
}

static bool is_trade(const char *word)
{
	return strlen(word) == 5 && *word >= 'A' && *word <= 'N';
}

/* --- the region ----------------------------------------------------------- */

static json_t *a_person(int i)
{
	char ref[16], agency[8];
	snprintf(ref, sizeof(ref), "p%d", i);
	snprintf(agency, sizeof(agency), "A%u", draw(AGENCIES));
	json_t *row = json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:s,s:[s,s,s],s:[s,s],s:[s],s:i,s:s,s:s}",
		"ref", ref, "first_name", "Inventée", "birth_date",
		"2004-03-14", "agency", agency, "adviser", "r1", "insee",
		towns[draw(n_towns)], "rome", trades[draw(n_trades)],
		trades[draw(n_trades)], trades[draw(n_trades)], "contracts",
		"apprenticeship", "permanent", "modes", "transit",
		"max_minutes", 60, "available_from", "2026-01-01", "status",
		"active");
	BUG_ON(!row);
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
	for (int a = 0; a < AGENCIES; a++) {
		char code[8];
		enum store_change change;
		enum agency_mode old;
		snprintf(code, sizeof(code), "A%d", a);
		json_t *v = json_pack("{s:s,s:s}", "code", code, "kind", "ml");
		must(store_agency_put(s, v, &change, &err));
		must(store_agency_set_mode(s, code, AGENCY_DIGEST_ONLY,
					   NOW - 90 * 86400, &old, &err));
		json_decref(v);
	}
	must(store_origin_put(s, "region", 0, NULL, &err));
	must(store_stage_begin(s, "region", &err));
	for (int at = 0; at < n; at += 1000) {
		int range[] = {at, at + 1000 < n ? at + 1000 : n};
		must(store_tx(s, stage, range, &err));
	}
	must(store_stage_apply(s, "region", NOW, &import, &err));
}

static int put_offer(struct store *s, void *ctx, struct err *e)
{
	const int *range = ctx;
	for (int i = range[0]; i < range[1]; i++) {
		struct arena a;
		struct offer o;
		enum store_offer_change change;
		int64_t canonical;
		char ref[16], hash[33];
		const char *note;
		snprintf(ref, sizeof(ref), "o%d", i);
		json_t *line = json_pack(
			"{s:s,s:s,s:s,s:s,s:[s],s:{s:s},s:{s:s},s:s,s:s}",
			"source", "bench", "ref", ref, "title", "Poste inventé",
			"kind", "apprenticeship", "rome",
			trades[draw(n_trades)], "employer", "name", "Inventée",
			"place", "insee", towns[draw(n_towns)], "start",
			"2026-12-02", "status", "live");
		arena_init(&a);
		if (offer_from_json(line, &a, &o, e))
			return -1;
		const struct place_claim given = {.insee = o.place.insee};
		place_resolve(rd, &a, &given, &o.place, &note);
		json_t *whole = offer_to_json(&o);
		offer_content_hash(&o, hash);
		char *fields = json_dumps(whole, JSON_COMPACT);
		struct store_offer_in in = {.source = o.source,
					    .ref = o.ref,
					    .hash = hash,
					    .fields = fields,
					    .expires = INSTANT_NONE};
		int rc = store_offer_put(s, &in, NOW, &canonical, &change, e);
		free(fields);
		json_decref(whole);
		json_decref(line);
		arena_clear(&a);
		if (rc)
			return -1;
	}
	return 0;
}

/* --- what is measured ----------------------------------------------------- */

static double heap_mb(void)
{
	struct mallinfo2 m = mallinfo2();
	return (double)(m.uordblks + m.hblkhd) / 1e6;
}

static void give_out(const char *what, struct planner *p)
{
	double begun = ms(), longest = 0;
	int ticks = 0;
	uint64_t runs = p->turns.n_runs;
	struct plan_coverage c;
	do {
		double tick = ms();
		must(plan_turns_tick(p, &err));
		tick = ms() - tick;
		longest = tick > longest ? tick : longest;
		ticks++;
	} while (p->turns.is_busy);
	double took = ms() - begun;
	must(planner_coverage(p, &c, &err));
	printf("%-28s %7.0f ms, %5d ticks, longest %5.1f ms, %5llu offers, "
	       "%lld places held, %lld full\n",
	       what, took, ticks, longest,
	       (unsigned long long)(p->turns.n_runs - runs),
	       (long long)c.places, (long long)c.offers_full);
}

static void measure(struct store *s)
{
	struct diags d;
	diags_init(&d);
	struct plan_settings set = {.digest_offers = 3,
				    .offer_max_age_days = 45};
	struct live *l =
		live_new(s, rd, &bench_clock, rules_compile(NULL, 0, rd, &d));
	must(live_load(l, &err));
	struct planner *p = planner_new(s, l, &bench_clock);
	planner_configure(p, &set);
	double before = heap_mb();
	give_out("a start, nothing given yet", p);
	printf("memory for it: %.1f MB\n", heap_mb() - before);
	give_out("nothing due", p);
	live_person_changed(l, 17);
	give_out("one person changed", p);
	now_s += 86400;
	give_out("a new day", p);
	now_s += 3 * 86400;
	give_out("every place goes by", p);
	planner_free(p);
	p = planner_new(s, l, &bench_clock);
	planner_configure(p, &set);
	give_out("a restart", p);
	double asked = ms();
	struct wave_reason r;
	must(planner_turn(p, 17, 17, &r, &err));
	printf("explain of one turn: %.1f ms\n", ms() - asked);
	planner_free(p);
	live_free(l);
	diags_clear(&d);
}

int main(int argc, char **argv)
{
	int64_t people = 180000, offers = 5000;
	struct store_keys keys = {.n_needs = 1};
	struct store *s;
	if ((argc > 1 && num_parse_int(argv[1], 1, 4000000, &people)) ||
	    (argc > 2 && num_parse_int(argv[2], 1, 100000, &offers))) {
		fputs("usage: bench-waves [PEOPLE [OFFERS [FOLDER]]]\n",
		      stderr);
		return 2;
	}
	char *path = mem_printf("%s/bench-waves.db", argc > 3 ? argv[3] : ".");
	unlink(path);
	struct refdata *tables = refdata_load("conf/refdata", &err);
	must(tables ? 0 : -1);
	rd = tables;
	read_words("conf/refdata/rome_v3.tsv", is_trade, trades, TRADES,
		   &n_trades);
	read_words("conf/refdata/communes.tsv", is_town, towns,
		   ARRAY_LEN(towns), &n_towns);
	must(store_open(path, &keys, &s, &err));
	make_people(s, (int)people);
	for (int at = 0; at < offers; at += 100)
		must(store_tx(
			s, put_offer,
			(int[]){at, at + 100 < offers ? at + 100 : (int)offers},
			&err));
	printf("%lld people, %lld offers\n", (long long)people,
	       (long long)offers);
	measure(s);
	store_close(s);
	refdata_free(tables);
	unlink(path);
	free(path);
	return 0;
}
