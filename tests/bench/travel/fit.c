/* SPDX-License-Identifier: EUPL-1.2 */
/* The figures of the model that foretell the journeys best: one after the
 * other up and down by steps that become smaller, as long as something gets
 * better. Cross-validated: each fifth of the journeys is foretold by figures
 * that were fitted to the others. */
#include "journeys.h"

#include <etrier/mem.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is fitted, and by which first step. The others stay. */
static const struct {
	int param;
	int32_t step;
} fitted[] = {
	{PARAM_WALK_M_H, 200},
	{PARAM_BUS_WAIT, 60},
	{PARAM_BUS_M_H, 1000},
	{PARAM_BUS_REACH, 1000},
	{PARAM_CHANGE_M_H, 500},
	{PARAM_CHANGE, 40},
	{PARAM_DOOR, 40},
	{PARAM_BOARD + TRANSIT_METRO, 40},
	{PARAM_BOARD + TRANSIT_RER, 40},
	{PARAM_BOARD + TRANSIT_TRAIN, 60},
	{PARAM_BOARD + TRANSIT_TRAM, 80},
};
enum { ROUNDS = 4, LONG_MIN = 20 };

/* Minutes of error, a long one counting less beyond LONG_MIN, and the side of
 * the limit softened over some minutes so that a step shows. */
static double loss_of(const struct journey *j, int32_t guess)
{
	double e = fabs((double)guess - j->seconds) / 60;
	double later = 1 / (1 + exp(-(guess - SIDE_S) / 180.0));
	double wrong = j->seconds > SIDE_S ? 1 - later : later;

	return (e < LONG_MIN ? e : LONG_MIN + .3 * (e - LONG_MIN)) + 10 * wrong;
}

struct fit {
	const struct journeys *j;
	const struct transit_tables *tables;
	int without; /* fold */
	int32_t *guess;
};

static double loss(struct fit *f, const struct transit_model *m)
{
	struct travel *t = travel_of(f->tables, m);
	double sum = 0;
	size_t n = 0;

	journeys_guess(f->j, t, f->guess);
	travel_free(t);
	for (size_t i = 0; i < f->j->n; i++) {
		if (f->j->v[i].fold == f->without)
			continue;
		sum += loss_of(&f->j->v[i], f->guess[i]);
		n++;
	}
	return sum / (double)n;
}

static bool try_step(struct fit *f, struct transit_model *m, int param,
		     int32_t by, double *best)
{
	const struct transit_param_row *p = &transit_params[param];
	struct transit_model other = *m;
	double l;

	other.v[param] += by;
	if (other.v[param] < p->min || other.v[param] > p->max)
		return false;
	l = loss(f, &other);
	if (l >= *best)
		return false;
	*best = l;
	*m = other;
	return true;
}

static double fit(struct fit *f, struct transit_model *m)
{
	double best = loss(f, m);

	for (int round = 0; round < ROUNDS; round++) {
		bool is_better = true;

		for (int again = 0; again < 3 && is_better; again++) {
			is_better = false;
			for (size_t i = 0; i < ARRAY_LEN(fitted); i++) {
				int32_t by = fitted[i].step >> round;

				for (int way = 0; way < 2; way++, by = -by)
					while (try_step(f, m, fitted[i].param,
							by, &best))
						is_better = true;
			}
		}
	}
	return best;
}

static void print_score(const char *what, struct score s)
{
	printf("%-28s median %.2f min, wrong side %.1f %%, mean %.2f min (%zu)\n",
	       what, s.median_min, s.wrong_pc, s.mean_min, s.n);
}

void travel_fit(const struct journeys *j, const struct transit_tables *t,
		uint64_t seed)
{
	int32_t *unseen = mem_array(j->n, sizeof(*unseen));
	struct fit f = {j, t, -1, mem_array(j->n, sizeof(*f.guess))};
	struct transit_model m;

	printf("fit: seed %llu\n", (unsigned long long)seed);
	for (int fold = -1; fold < FOLDS; fold++) {
		transit_model_init(&m);
		f.without = fold;
		printf("fold %d: loss %.3f", fold, fit(&f, &m));
		(void)loss(&f, &m);
		for (size_t i = 0; i < ARRAY_LEN(fitted); i++)
			printf(" %s %d", transit_params[fitted[i].param].name,
			       m.v[fitted[i].param]);
		printf("\n");
		if (fold < 0)
			print_score("fitted to all",
				    journeys_score(j, f.guess, FOLDS));
		for (size_t i = 0; i < j->n; i++)
			if (j->v[i].fold == fold)
				unseen[i] = f.guess[i];
		fflush(stdout);
	}
	print_score("unseen (cross-validated)",
		    journeys_score(j, unseen, FOLDS));
	free(unseen);
	free(f.guess);
}
