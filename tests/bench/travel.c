/* SPDX-License-Identifier: EUPL-1.2 */
/* How right and how fast journeys are foretold.
 *
 *	bench-travel [--journeys FILE] [--tables DIR] [--fit] [--seed N]
 *
 * Accuracy against the journeys of a real planner (none at hand: left out), by
 * crow-fly, formula and network; with --fit the figures of the model are
 * fitted again, on the network of the journeys' year, and cross-validated. Then
 * what a field costs an offer, what a person costs, and what the same costs by
 * a search per offer. */
#include "travel/journeys.h"

#include "engine/travel/field.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OFFERS = 2000, PEOPLE = 20000, PERSON_FIELDS = 200, PLAIN = 200 };

static double now(void)
{
	struct timespec t;

	/* Processor time: other work beside it is not ours. */
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void say(const char *what, const struct journeys *j,
		const int32_t *guess)
{
	struct score s = journeys_score(j, guess, FOLDS);

	printf("%-28s median %5.2f min, wrong side of 60 min %4.1f %%, mean "
	       "%5.2f min\n",
	       what, s.median_min, s.wrong_pc, s.mean_min);
}

/* Without rounding the home to a cell and without a ceiling on its ways. */
static int32_t exact(struct travel *t, struct travel_field *f,
		     const struct journey *v)
{
	struct transit_access way[TRANSIT_ACCESS_MAX];
	size_t n = transit_access(t->transit, v->from, way, ARRAY_LEN(way));
	int32_t bus = travel_cost(&t->transit->bus, v->d_m),
		best = TRAVEL_NEVER;
	int32_t walk = travel_cost(t->by_modes[1u << MODE_WALK], v->d_m);

	for (size_t i = 0; i < n; i++)
		if (f->to[way[i].station] < TRANSIT_FAR &&
		    f->to[way[i].station] + way[i].seconds < best)
			best = f->to[way[i].station] + way[i].seconds;
	best = bus < best ? bus : best;
	return walk < best ? walk : best;
}

static void cells(const struct journeys *j, struct travel *t,
		  const int32_t *guess)
{
	struct travel_field *f = travel_field_new(t);
	int32_t *e = mem_array(j->n, sizeof(*e));
	double sum = 0, most = 0;

	for (size_t i = 0; i < j->n; i++) {
		double by;

		travel_field_make(f, &(struct travel_work){j->v[i].to, -1, -1},
				  TRAVEL_ANY, TRAVEL_AT_ANY_HOUR);
		/* Where the network ends, both are the formula. */
		e[i] = f->has_network && travel_zone(t, j->v[i].from)
			       ? exact(t, f, &j->v[i])
			       : guess[i];
		by = abs(e[i] - guess[i]);
		sum += by;
		most = by > most ? by : most;
	}
	say("network, homes not rounded", j, e);
	printf("cells of 250 m: a journey changes by %.0f s in the mean, %.0f s "
	       "at most\n",
	       sum / (double)j->n, most);
	travel_field_free(f);
	free(e);
}

static void accuracy(const struct journeys *j, struct travel *t)
{
	struct travel *plain = travel_new(NULL, NULL);
	int32_t *guess = mem_array(j->n, sizeof(*guess));
	double car = 0;
	int n_car = 0;

	for (size_t i = 0; i < j->n; i++)
		guess[i] = (int32_t)((int64_t)j->v[i].d_m * 3600 / 20000);
	say("crow-fly at 20 km/h", j, guess);
	journeys_guess(j, plain, guess);
	say("formula", j, guess);
	journeys_guess(j, t, guess);
	say("network", j, guess);
	cells(j, t, guess);
	for (size_t i = 0; i < j->n; i++) {
		if (j->v[i].car_s <= 0)
			continue;
		car += (double)travel_cost(t->by_modes[1u << MODE_CAR],
					   j->v[i].d_m) /
		       j->v[i].car_s;
		n_car++;
	}
	if (n_car)
		printf("car: %.2f times the planner's, on empty roads (%d)\n",
		       car / n_car, n_car);
	free(guess);
	travel_free(plain);
}

/* --- speed ---------------------------------------------------------------- */

static uint64_t seed;

static uint32_t random_below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)((seed >> 33) % n);
}

/* Near a station drawn at random: where people and firms are. */
static struct plane_point somewhere(const struct transit *t)
{
	struct plane_point at = t->stations[random_below((uint32_t)t->n)].at;

	at.x_m += (int32_t)random_below(4000) - 2000;
	at.y_m += (int32_t)random_below(4000) - 2000;
	return at;
}

static void people_speed(struct travel *t, struct travel_field *f,
			 const struct travel_work *work)
{
	struct plane_point *at = mem_array(PEOPLE, sizeof(*at));
	uint16_t *zone = mem_array(PEOPLE, sizeof(*zone));
	int64_t sum = 0;
	double made = 0, start;

	start = now();
	for (int i = 0; i < PEOPLE; i++) {
		at[i] = somewhere(t->transit);
		zone[i] = travel_zone(t, at[i]);
	}
	printf("zone: %.2f us a person (%zu zones of %d people)\n",
	       (now() - start) * 1e6 / PEOPLE, t->transit->n_zones - 1, PEOPLE);
	start = now();
	for (int k = 0; k < PERSON_FIELDS; k++) {
		double before = now();

		travel_field_make(f, &work[k], TRAVEL_ANY, TRAVEL_AT_HOURS);
		made += now() - before;
		for (int i = 0; i < PEOPLE; i++)
			sum += travel_field_transit_inline(
				f, zone[i],
				plane_distance_m(at[i], work[k].at));
	}
	printf("person: %.1f ns, distance and first sight of a zone included "
	       "(sum %lld)\n",
	       (now() - start - made) * 1e9 / PERSON_FIELDS / PEOPLE,
	       (long long)sum);
	free(at);
	free(zone);
}

static void plain_speed(struct travel *t, const struct transit_tables *tables,
			struct travel_field *f, const struct travel_work *work)
{
	struct plain *p = plain_new(tables);
	struct transit_access way[TRANSIT_ACCESS_MAX];
	double spent = 0;
	size_t differ = 0, n_all = 0;

	for (int k = 0; k < PLAIN; k++) {
		size_t n = transit_access(t->transit, work[k].at, way,
					  ARRAY_LEN(way));
		double start = now();
		const int32_t *to =
			plain_make(p, way, n, t->transit->model.v[PARAM_DOOR]);

		spent += now() - start;
		travel_field_make(f, &work[k], TRAVEL_ANY, TRAVEL_AT_ANY_HOUR);
		for (size_t s = 0; s < t->transit->n; s++) {
			if (f->to[s] >= TRANSIT_FAR)
				continue;
			n_all++;
			differ += f->to[s] != to[s];
		}
	}
	printf("search per offer with a heap: %.0f us; %zu of %zu seconds "
	       "differ from the matrix\n",
	       spent * 1e6 / PLAIN, differ, n_all);
	plain_free(p);
}

static void speed(struct travel *t, const struct transit_tables *tables)
{
	struct travel_field *f = travel_field_new(t);
	struct travel_work *work = mem_array(OFFERS, sizeof(*work));
	double start;

	for (int i = 0; i < OFFERS; i++)
		work[i] = (struct travel_work){
			somewhere(t->transit),
			(int16_t)(300 + random_below(300)),
			(int16_t)(900 + random_below(540))};
	/* Many offers say no more than their commune: a hundred places. */
	for (int hours = 0; hours < 3; hours++) {
		start = now();
		for (int i = 0; i < OFFERS; i++)
			travel_field_make(
				f, &work[hours < 2 ? i : i % 100], TRAVEL_ANY,
				hours ? TRAVEL_AT_HOURS : TRAVEL_AT_ANY_HOUR);
		printf("field: %.2f us an offer, %s\n",
		       (now() - start) * 1e6 / OFFERS,
		       hours == 2 ? "with hours, places met before"
		       : hours	  ? "with hours"
				  : "without hours");
	}
	people_speed(t, f, work);
	plain_speed(t, tables, f, work);
	printf("memory: %zu kB\n", travel_bytes(t) / 1024);
	free(work);
	travel_field_free(f);
}

int main(int argc, char **argv)
{
	const char *file = "../shared/data/transport/journeys_fit.tsv";
	const char *dir = "conf/refdata";
	struct transit_tables tables;
	struct err err;
	bool is_fit = false;
	int64_t n = 20260101;

	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (!strcmp(argv[i], "--fit"))
			is_fit = true;
		else if (!strcmp(argv[i], "--journeys") && ++i)
			file = value;
		else if (!strcmp(argv[i], "--tables") && ++i)
			dir = value;
		else if (!strcmp(argv[i], "--seed") && ++i &&
			 !num_parse_int(value, 0, INT32_MAX, &n))
			;
		else {
			fprintf(stderr, "usage: bench-travel [--journeys FILE] "
					"[--tables DIR] [--fit] [--seed N]\n");
			return 2;
		}
	}
	double start = now();
	struct travel *t = travel_new(dir, &err);
	if (!t || !t->transit || transit_tables_load(&tables, dir, &err)) {
		fprintf(stderr, "%s: %s\n", dir, t ? "no network" : err.text);
		return 1;
	}
	printf("%s, loaded in %.0f ms, seed %lld\n", t->version,
	       (now() - start) * 1e3, (long long)n);
	seed = (uint64_t)n;
	if (!access(file, R_OK)) {
		struct journeys j = journeys_read(file, (uint64_t)n);

		printf("%zu journeys of %s\n", j.n,
		       strrchr(file, '/') ? strrchr(file, '/') + 1 : file);
		accuracy(&j, t);
		if (is_fit) {
			network_of_2021(&tables, dir);
			travel_fit(&j, &tables, (uint64_t)n);
		}
		free(j.v);
	} else {
		printf("SKIP: %s is not there\n", file);
	}
	if (!is_fit)
		speed(t, &tables);
	transit_tables_clear(&tables);
	travel_free(t);
	return 0;
}
