/* SPDX-License-Identifier: EUPL-1.2 */
/* The real matcher beside the reference scan (brute.c, mode soa) on the same
 * people and offers in the same run, checked against the truth (mode ref).
 *
 *   bench-match [--youths N] [--offers N] [--check N] [--rules FILE]
 *               [--region idf|france] [--travel DIR] [--builds N]
 *
 * --builds: the reference scan and N builds of the index beside it, their
 * median and the first, and nothing else.
 *
 * --travel: minutes by the network of those tables and the shipped rules as
 * they are, for the same people by the means their reach suggests; nothing to
 * check it against, only how much it costs.
 *
 * Figures that count are ratios of processor time in one run: machines are
 * shared. Exit 1 when the kept set differs by more than rounding allows. */
#include "workload/reference.h"

#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/match.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/str.h>

#include <unistd.h>

enum {
	REFERENCE_OFFERS = 200, /* the scan is even: enough to know its mean */
	PASSES = 3,
	CHANGES = 2000,
	TOP = 10,
	Q_KEEP = 5000,
	Q_SLACK = 10, /* pairs so near the threshold may differ */
};

struct setup {
	int64_t n_youths, n_offers, n_check, n_builds;
	const char *rules, *region;
	const char *travel; /* tables of a network; NULL: the circle */
};
struct bench {
	wl w;
	int32_t today;
	struct moffer *offers;
	struct tradenet *trades;
	struct rules *rules;
	struct travel *travel;
	bool travels; /* by the network, under the shipped rules */
	struct match_env env;
	struct roster *roster;
	struct matcher *matcher;
	double reference_s; /* mean of one offer by the reference scan */
};

static const enum contract contract_of[] = {CONTRACT_PERMANENT,
					    CONTRACT_FIXED_TERM,
					    CONTRACT_TEMPORARY,
					    CONTRACT_APPRENTICESHIP,
					    CONTRACT_PROFESSIONALIZATION,
					    CONTRACT_INTERNSHIP,
					    CONTRACT_SEASONAL};

/* The workload's needs stand for exposures of which neither the law on minors
 * nor journeys have anything to say: both would change its meaning. */
static const enum exposure exposure_of[12] = {
	EXPOSURE_STANDING, EXPOSURE_SITTING,	     EXPOSURE_WALKING,
	EXPOSURE_POSTURE,  EXPOSURE_REPETITIVE,	     EXPOSURE_NOISE,
	EXPOSURE_DUST,	   EXPOSURE_SCREEN,	     EXPOSURE_LIGHT,
	EXPOSURE_DRIVING,  EXPOSURE_IRREGULAR_HOURS, EXPOSURE_PUBLIC};

/* Lambert-93 on the roster's plane: the same metres from another origin. */
static struct plane_point point_of(int32_t x, int32_t y)
{
	return (struct plane_point){x - 700000, y - 6600000};
}

/* Walk 5, bike 7-15, transit 10-40, car 20-50 km: the reach says the mode. */
static void travel_really(struct bench *b, struct mperson *p, int maxkm)
{
	p->modes = (uint8_t)(1u << (maxkm <= 5	  ? MODE_WALK
				    : maxkm <= 9  ? MODE_BIKE
				    : maxkm <= 40 ? MODE_TRANSIT
						  : MODE_CAR));
	p->max_minutes = 60;
	p->zone = travel_zone(b->travel, p->at);
}

static struct mperson person_of(struct bench *b, const wl_youth *y)
{
	struct mperson p = mperson_unknown;

	p.id = y->id;
	p.at = point_of(y->x, y->y);
	p.n_trades = y->nwant;
	p.modes = (uint8_t)(1u << MODE_WALK);
	p.max_minutes = (int16_t)y->maxkm;
	p.flags = MPERSON_PLACED;
	p.available = day16(b->today + y->avail);
	/* half a year past the birthday: of that age all season */
	p.birth = day16(date_add_months(b->today, -12 * y->age - 6));
	p.licences_missing = y->licence ? 0 : 1u << LICENCE_B;
	for (int i = 0; i < y->nwant; i++)
		p.trades[i] = y->want[i];
	for (int k = 0; k < 7; k++)
		if (y->contracts >> k & 1)
			p.contracts |= (uint16_t)(1u << contract_of[k]);
	for (int k = 0; k < 12; k++)
		if (y->needs >> k & 1)
			p.needs_exclude |= (uint64_t)3 << 2 * exposure_of[k];
	if (b->travels)
		travel_really(b, &p, y->maxkm);
	return p;
}

static struct moffer offer_of(const struct bench *b, const wl_offer *o)
{
	struct moffer m = moffer_unknown;
	struct offer plain;

	m.id = o->id;
	m.at = point_of(o->x, o->y);
	m.is_placed = true;
	m.trades[0] = o->rome;
	m.n_trades = 1;
	m.kind = (int8_t)contract_of[o->contract];
	m.licences = o->needlic ? 1u << LICENCE_B : 0;
	m.age_min = o->minage;
	m.start = b->today + o->start;
	m.posted = b->today - o->agedays;
	for (int k = 0; k < 12; k++)
		m.known |= (uint64_t)3 << 2 * exposure_of[k];
	/* what the rules' symbols ask of offers */
	offer_init(&plain);
	plain.kind = m.kind;
	plain.licences = m.licences;
	plain.age_min = m.age_min;
	rules_offer_conds(b->rules, NULL, &plain, &m.conds);
	for (int k = 0; k < 12; k++)
		if (!(o->provided >> k & 1))
			m.exposures |= (uint64_t)3 << 2 * exposure_of[k];
	return m;
}

static char *read_all(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *text = mem_alloc(1 << 16);

	if (!f) {
		perror(path);
		exit(2);
	}
	*n = fread(text, 1, 1 << 16, f);
	fclose(f);
	return text;
}

static struct rules *load_rules(const char *path)
{
	struct diags d;
	struct rules_text text = {.file = path};
	char *bytes = read_all(path, &text.len);
	struct rules *r;

	text.text = bytes;
	diags_init(&d);
	r = rules_compile(&text, 1, NULL, &d);
	diags_print(&d, stderr);
	diags_clear(&d);
	free(bytes);
	if (!r)
		exit(2);
	return r;
}

static void load_workload(struct bench *b, const struct setup *s)
{
	char name[64], youths[24], offers[24], path[80];

	snprintf(name, sizeof(name), "/tmp/etrier-bench-%ld", (long)getpid());
	snprintf(youths, sizeof(youths), "%lld", (long long)s->n_youths);
	snprintf(offers, sizeof(offers), "%lld", (long long)s->n_offers);
	snprintf(path, sizeof(path), "%s.bin", name);

	char word[6][12] = {"gen",   "--youths", "--offers",
			    "--out", "--region", ""};
	char *argv[] = {word[0], word[1], youths,  word[2], offers,
			word[3], name,	  word[4], word[5], NULL};

	snprintf(word[5], sizeof(word[5]), "%s", s->region);

	if (workload_gen_main(9, argv) || wl_load(path, &b->w))
		exit(2);
	unlink(path);
}

static void prepare(struct bench *b, const struct setup *s)
{
	uint16_t family[WL_NROME];
	struct err err;

	load_workload(b, s);
	b->today = date_from_ymd(2026, 1, 1);
	for (int i = 0; i < WL_NROME; i++)
		family[i] = b->w.h.subof[i];
	b->trades = tradenet_new(WL_NROME, family, NULL, NULL);
	b->travels = s->travel != NULL;
	b->rules = load_rules(b->travels ? "/dev/null" : s->rules);
	b->offers = mem_array(b->w.h.no, sizeof(*b->offers));
	for (uint32_t i = 0; i < b->w.h.no; i++)
		b->offers[i] = offer_of(b, &b->w.o[i]);
	b->travel =
		b->travels ? travel_new(s->travel, &err) : travel_new_circle();
	if (!b->travel) {
		fprintf(stderr, "%s\n", err.text);
		exit(2);
	}
	b->env = (struct match_env){
		.rules = b->rules, .travel = b->travel, .trades = b->trades};
}

static void time_reference(struct bench *b)
{
	uint32_t n =
		b->w.h.no < REFERENCE_OFFERS ? b->w.h.no : REFERENCE_OFFERS;
	double best = 1e9;

	build_soa(&b->w);
	for (int i = 0; i < PASSES; i++) {
		double t = wl_cpu();

		nout = 0;
		run_soa(&b->w, n);
		t = wl_cpu() - t;
		if (t < best)
			best = t;
	}
	b->reference_s = best / n;
	printf("reference scan  %8.0f offers/s %.3e pairs/s\n",
	       1 / b->reference_s, b->w.h.ny / b->reference_s);
}

/* Everybody into a new index, and the first offer against it, which makes what
 * is made when first asked for. Seconds. */
static double build(struct bench *b, const struct mperson *people)
{
	struct match_hits h = {0};
	struct err err;
	double t = wl_cpu();

	b->roster = roster_new(b->trades);
	match_set_rules(b->roster, b->rules);
	roster_load(b->roster, b->w.h.ny);
	for (uint32_t i = 0; i < b->w.h.ny; i++)
		if (roster_put(b->roster, &people[i], &err)) {
			fprintf(stderr, "%s\n", err.text);
			exit(2);
		}
	roster_tidy(b->roster);
	b->matcher = matcher_new(b->roster, &b->env);
	matcher_offer(b->matcher, &b->offers[0], b->today, &h);
	t = wl_cpu() - t;
	match_hits_clear(&h);
	return t;
}

static void forget(struct bench *b)
{
	matcher_free(b->matcher);
	roster_free(b->roster);
}

static int compare_double(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void time_builds(struct bench *b, int n)
{
	struct mperson *people = mem_array(b->w.h.ny, sizeof(*people));
	double *each = mem_array((size_t)n, sizeof(*each)), first;

	for (uint32_t i = 0; i < b->w.h.ny; i++)
		people[i] = person_of(b, &b->w.y[i]);
	for (int i = 0; i < n; i++) {
		if (i)
			forget(b);
		each[i] = build(b, people);
	}
	free(people);
	first = each[0];
	qsort(each, (size_t)n, sizeof(*each), compare_double);
	printf("build           %8.1f ms = %.1f reference scans (floor 40)\n",
	       first * 1e3, first / b->reference_s);
	if (n > 1)
		printf("median of %-5d %8.1f ms = %.1f\n", n, each[n / 2] * 1e3,
		       each[n / 2] / b->reference_s);
	free(each);
}

/* Every offer once; the time of each kept in each[] where it is lower. */
static uint64_t pass(struct bench *b, double *each)
{
	struct match_hits h = {0};
	uint64_t kept = 0;

	for (uint32_t i = 0; i < b->w.h.no; i++) {
		double t = each ? wl_cpu() : 0;

		h.n = 0;
		matcher_offer(b->matcher, &b->offers[i], b->today, &h);
		kept += h.n;
		if (!each)
			continue;
		t = wl_cpu() - t;
		if (each[i] == 0 || t < each[i])
			each[i] = t;
	}
	match_hits_clear(&h);
	return kept;
}

/* Best of PASSES, as the reference is: a neighbour's work is not ours. */
static void time_offers(struct bench *b)
{
	uint32_t n = b->w.h.no;
	double *each = mem_array(n, sizeof(*each)), best = 1e9;
	uint64_t kept = 0;

	for (int i = 0; i < PASSES; i++) {
		double t = wl_cpu();

		kept = pass(b, NULL);
		t = wl_cpu() - t;
		if (t < best)
			best = t;
	}
	printf("matcher         %8.0f offers/s %.3e pairs/s kept %llu, "
	       "%.1f times the reference (floor 25)\n",
	       n / best, (double)n * b->w.h.ny / best, (unsigned long long)kept,
	       b->reference_s * n / best);
	printf("scanned         %8.0f postings an offer, kept %.0f\n",
	       (double)matcher_n_scanned(b->matcher) / PASSES / n,
	       (double)kept / n);
	for (int i = 0; i < PASSES; i++)
		pass(b, each);
	qsort(each, n, sizeof(*each), compare_double);
	printf("one offer       p50 %.1f p99 %.1f largest %.1f us; p99 is "
	       "%.3f of the reference (floor 0.2)\n",
	       each[n / 2] * 1e6, each[n / 100 * 99] * 1e6, each[n - 1] * 1e6,
	       each[n / 100 * 99] / b->reference_s);
	free(each);
}

/* The ten best of each, ties to the earlier offer. Most looks end at the worst
 * of them, which therefore lie side by side. */
struct top {
	uint16_t score[TOP];
	uint32_t offer[TOP];
};
static uint16_t enter(struct top *t, uint16_t score, uint32_t offer)
{
	int at = TOP - 1;

	for (; at > 0 && t->score[at - 1] < score; at--) {
		t->score[at] = t->score[at - 1];
		t->offer[at] = t->offer[at - 1];
	}
	t->score[at] = score;
	t->offer[at] = offer;
	return t->score[TOP - 1];
}

static void time_digest(struct bench *b)
{
	struct top *tops = mem_array(b->w.h.ny + 1, sizeof(*tops));
	uint16_t *worst = mem_array(b->w.h.ny + 1, sizeof(*worst));
	struct match_hits h = {0};
	double t = wl_cpu();

	for (uint32_t i = 0; i < b->w.h.no; i++) {
		h.n = 0;
		matcher_offer(b->matcher, &b->offers[i], b->today, &h);
		for (size_t k = 0; k < h.n; k++) {
			const struct match_hit *hit = &h.v[k];

			if (hit->score > worst[hit->person])
				worst[hit->person] = enter(&tops[hit->person],
							   hit->score, i);
		}
	}
	t = wl_cpu() - t;
	printf("digest          %8.2f s = 1/%.0f of the reference (floor "
	       "1/20)\n",
	       t, b->reference_s * b->w.h.no / t);
	free(tops);
	free(worst);
	match_hits_clear(&h);
}

static void time_changes(struct bench *b)
{
	double sum = 0, largest = 0;
	struct err err;

	for (int i = 0; i < CHANGES; i++) {
		uint32_t at = (uint32_t)((uint64_t)i * 7919 % b->w.h.ny);
		struct mperson p = person_of(b, &b->w.y[at]), old = p;
		double t;

		p.trades[0] = (uint16_t)((p.trades[0] + 40) % WL_NROME);
		p.at.x_m += 500;
		t = wl_cpu();
		if (roster_put(b->roster, &p, &err))
			exit(2);
		t = wl_cpu() - t;
		sum += t;
		if (t > largest)
			largest = t;
		if (roster_put(b->roster, &old, &err))
			exit(2);
	}
	printf("changed person  %8.2f us mean, %.1f largest = %.4f reference "
	       "scans (floor 0.1)\n",
	       sum / CHANGES * 1e6, largest * 1e6,
	       sum / CHANGES / b->reference_s);
}

/* --- the truth ------------------------------------------------------------ */
/* Where the reference kept a pair and we did not, or the reverse, or the score
 * is off: near the threshold it is rounding, elsewhere it is wrong. */
static uint64_t check_offer(struct bench *b, uint32_t o, const pair *truth,
			    size_t n_truth, uint16_t *mine, uint64_t *n_edge)
{
	struct match_hits h = {0};
	uint64_t wrong = 0;

	matcher_offer(b->matcher, &b->offers[o], b->today, &h);
	for (size_t i = 0; i < h.n; i++)
		mine[h.v[i].person] = (uint16_t)(h.v[i].score + 1);
	for (size_t i = 0; i < n_truth; i++) {
		int q = truth[i].q, score = mine[truth[i].y] - 1;
		bool is_edge = q <= Q_KEEP + Q_SLACK;

		if (score < 0 && is_edge)
			(*n_edge)++;
		else if (score < 0 || abs(10 * score - q) > 10)
			wrong++;
		mine[truth[i].y] = 0;
	}
	for (size_t i = 0; i < h.n; i++) {
		double s = 0;
		wl_youth *y = &b->w.y[h.v[i].person - 1];

		if (!mine[h.v[i].person])
			continue;
		mine[h.v[i].person] = 0;
		/* ours alone: only the threshold may tell them apart */
		(void)wl_pair(&b->w.h, &b->w.o[o], y, &s);
		if (h.v[i].score * 10 <= Q_KEEP + Q_SLACK)
			(*n_edge)++;
		else
			wrong++;
	}
	match_hits_clear(&h);
	return wrong;
}

static int check(struct bench *b, uint32_t n)
{
	uint16_t *mine = mem_array(b->w.h.ny + 1, sizeof(*mine));
	uint64_t wrong = 0, edge = 0;
	size_t at = 0;

	if (n > b->w.h.no)
		n = b->w.h.no;
	nout = 0;
	run_ref(&b->w, n, 0);
	for (uint32_t o = 0; o < n; o++) {
		size_t from = at;

		while (at < nout && out[at].o == b->w.o[o].id)
			at++;
		wrong += check_offer(b, o, out + from, at - from, mine, &edge);
	}
	printf("checked         %8u offers: %zu pairs, %llu at the threshold, "
	       "%llu wrong\n",
	       n, nout, (unsigned long long)edge, (unsigned long long)wrong);
	free(mine);
	return wrong != 0;
}

static void read_arguments(int argc, char **argv, struct setup *s)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		if (str_eq(argv[i], "--youths"))
			num_parse_int(argv[i + 1], 1, 2000000, &s->n_youths);
		else if (str_eq(argv[i], "--offers"))
			num_parse_int(argv[i + 1], 100, 50000, &s->n_offers);
		else if (str_eq(argv[i], "--check"))
			num_parse_int(argv[i + 1], 1, 50000, &s->n_check);
		else if (str_eq(argv[i], "--builds"))
			num_parse_int(argv[i + 1], 1, 1000, &s->n_builds);
		else if (str_eq(argv[i], "--region"))
			s->region = argv[i + 1];
		else if (str_eq(argv[i], "--travel"))
			s->travel = argv[i + 1];
		else if (str_eq(argv[i], "--rules"))
			s->rules = argv[i + 1];
	}
}

/* All but the build; the status to leave with. */
static int measure(struct bench *b, const struct setup *s)
{
	size_t bytes;

	time_offers(b);
	time_digest(b);
	bytes = roster_bytes(b->roster) + matcher_bytes(b->matcher);
	printf("memory          %8.1f MB = %.0f bytes a person (floor 160)\n",
	       (double)bytes / 1e6, (double)bytes / b->w.h.ny);
	time_changes(b);
	return b->travels ? 0 : check(b, (uint32_t)s->n_check);
}

int main(int argc, char **argv)
{
	struct setup s = {.n_youths = 45000,
			  .n_offers = 50000,
			  .n_check = 300,
			  .region = "idf",
			  .rules = "tests/bench/workload/rules.yaml"};
	static struct bench b;
	int status = 0;

	read_arguments(argc, argv, &s);
	prepare(&b, &s);
	time_reference(&b);
	time_builds(&b, s.n_builds ? (int)s.n_builds : 1);
	if (!s.n_builds)
		status = measure(&b, &s);
	forget(&b);
	rules_free(b.rules);
	travel_free(b.travel);
	tradenet_free(b.trades);
	free(b.offers);
	return status;
}
