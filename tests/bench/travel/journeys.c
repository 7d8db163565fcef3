/* SPDX-License-Identifier: EUPL-1.2 */
/* Journeys to compare with, and the network as it was when they were made. */
#include "journeys.h"

#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 13, LINE_MAX_BYTES = 4096 };

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *seed >> 33;
}

static size_t cut(char *line, char **f, size_t max)
{
	size_t n = 0;

	line[strcspn(line, "\n")] = '\0';
	while (line && n < max) {
		f[n++] = line;
		line = strchr(line, '\t');
		if (line)
			*line++ = '\0';
	}
	return n;
}

static bool point(const char *lat, const char *lon, struct plane_point *out)
{
	int32_t a, b;

	return !num_parse_udeg(lat, 90, &a) && !num_parse_udeg(lon, 180, &b) &&
	       plane_from_udeg(a, b, out);
}

struct journeys journeys_read(const char *path, uint64_t seed)
{
	struct journeys j = {NULL, 0};
	char line[LINE_MAX_BYTES], *f[COLUMNS];
	FILE *in = fopen(path, "r");
	bool is_head = true;

	for (; in && fgets(line, sizeof(line), in); is_head = false) {
		struct journey *v;
		int64_t s, car = -1;

		if (cut(line, f, COLUMNS) != COLUMNS || is_head)
			continue;
		j.v = mem_grow(j.v, j.n + 1, sizeof(*j.v));
		v = &j.v[j.n];
		if (!point(f[1], f[2], &v->from) || !point(f[4], f[5], &v->to))
			continue;
		if (num_parse_int(f[8], 1, 100000, &s))
			continue;
		(void)num_parse_int(f[12], 1, 100000, &car);
		v->d_m = plane_distance_m(v->from, v->to);
		v->seconds = (int32_t)s;
		v->car_s = (int32_t)car;
		v->fold = (int)(next(&seed) % FOLDS);
		j.n++;
	}
	if (!j.n) {
		fprintf(stderr, "%s: no journeys\n", path);
		exit(1);
	}
	fclose(in);
	return j;
}

static int by_value(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

struct score journeys_score(const struct journeys *j, const int32_t *guess,
			    int fold)
{
	struct score s = {.n = 0};
	int32_t *error = mem_array(j->n, sizeof(*error));

	for (size_t i = 0; i < j->n; i++) {
		int32_t is = j->v[i].seconds;

		if (fold < 0 ? j->v[i].fold == -1 - fold
			     : fold < FOLDS && j->v[i].fold != fold)
			continue;
		error[s.n] = abs(guess[i] - is);
		s.mean_min += error[s.n++] / 60.0;
		s.wrong_pc += (guess[i] > SIDE_S) != (is > SIDE_S);
	}
	qsort(error, s.n, sizeof(*error), by_value);
	s.median_min = (error[s.n / 2] + error[(s.n - 1) / 2]) / 120.0;
	s.mean_min /= (double)s.n;
	s.wrong_pc *= 100.0 / (double)s.n;
	free(error);
	return s;
}

void journeys_guess(const struct journeys *j, struct travel *t, int32_t *guess)
{
	struct travel_field *f = travel_field_new(t);

	for (size_t i = 0; i < j->n; i++) {
		const struct journey *v = &j->v[i];

		travel_field_make(f, &(struct travel_work){v->to, -1, -1},
				  TRAVEL_ANY, TRAVEL_AT_ANY_HOUR);
		guess[i] = travel_field_transit(f, travel_zone(t, v->from),
						v->d_m);
	}
	travel_field_free(f);
}

struct travel *travel_of(const struct transit_tables *tables,
			 const struct transit_model *m)
{
	struct transit_tables copy = *tables;
	struct travel *t = travel_new(NULL, NULL);

	copy.model = *m;
	t->transit = transit_new(&copy);
	return t;
}

/* Opened since the summer of 2021 (the timetable of the journeys knows none of
 * them): a line whole (station NULL), or its links that touch a station. */
static const struct {
	const char *line, *station;
} opened[] = {
	{"TRAM 9", NULL},
	{"TRAM 10", NULL},
	{"TRAM 12", NULL},
	{"TRAM 13", NULL},
	{"METRO 4", "Barbara"},
	{"METRO 4", "Bagneux - Lucie Aubrac"},
	{"METRO 11", "Serge Gainsbourg"},
	{"METRO 11", "Romainville - Carnot"},
	{"METRO 11", "Montreuil - Hôpital"},
	{"METRO 11", "La Dhuys"},
	{"METRO 11", "Coteaux Beauclair"},
	{"METRO 11", "Rosny Bois Perrier"},
	{"METRO 12", "Aimé Césaire"},
	{"METRO 12", "Mairie d'Aubervilliers"},
	{"METRO 14", "Saint-Denis – Pleyel"},
	{"METRO 14", "Maison Blanche"},
	{"METRO 14", "Hôpital Bicêtre"},
	{"METRO 14", "Villejuif - Gustave Roussy"},
	{"METRO 14", "L'Haÿ-les-Roses"},
	{"METRO 14", "Chevilly Larue"},
	{"METRO 14", "Thiais - Orly"},
	{"METRO 14", "Aéroport Orly 1-2-3 (Terminal Ouest)"},
	{"RER E", "Neuilly Porte Maillot"},
	{"RER E", "La Défense (Grande Arche)"},
	{"RER E", "Nanterre-La-Folie"},
	{"TRAM 3b", "Porte Dauphine"},
	{"TRAM 3b", "Anna de Noailles"},
	{"TRAM 3b", "Neuilly Porte Maillot"},
	{"TRAM 3b", "Anny Flore"},
	{"TRAM 3b", "Thérèse Pierre"},
	{"TRAM 3b", "Porte de Champerret"},
	{"TRAM 3b", "Square Sainte-Odile"},
};

/* The names of the stations, by number. */
static char **names_of(const struct transit_tables *t, const char *dir)
{
	char **names = mem_array(t->n_stations, sizeof(*names));
	char *path = mem_printf("%s/transit_stations.tsv", dir);
	char line[LINE_MAX_BYTES], *f[COLUMNS];
	FILE *in = fopen(path, "r");
	size_t n = 0;

	while (in && n < t->n_stations && fgets(line, sizeof(line), in))
		if (*line != '#' && cut(line, f, COLUMNS) == 5 &&
		    strcmp(f[0], "station") != 0)
			names[n++] = mem_dup(f[1]);
	if (in)
		fclose(in);
	free(path);
	return names;
}

static bool was_opened(const char *line, const char *a, const char *b)
{
	for (size_t i = 0; i < ARRAY_LEN(opened); i++)
		if (!strcmp(opened[i].line, line) &&
		    (!opened[i].station ||
		     (a && !strcmp(opened[i].station, a)) ||
		     (b && !strcmp(opened[i].station, b))))
			return true;
	return false;
}

void network_of_2021(struct transit_tables *t, const char *dir)
{
	char **names = names_of(t, dir);
	size_t n = 0;

	for (size_t i = 0; i < t->n_links; i++) {
		const struct transit_link *l = &t->links[i];

		if (!was_opened(t->line_ids[l->line], names[l->a], names[l->b]))
			t->links[n++] = *l;
	}
	printf("%zu of %zu links were there in 2021\n", n, t->n_links);
	t->n_links = n;
	for (size_t i = 0; i < t->n_stations; i++)
		free(names[i]);
	free(names);
}
