/* SPDX-License-Identifier: EUPL-1.2 */
/* The best path of each field. Every pair of a path and a field gets points:
 * for its names, for what its values look like, for how often it is there. The
 * pairs are taken from the best down, a path once and a field once; then a few
 * fields get a second path for the records that lack the first. Dates are given
 * the form that all values of the document together prove, or none. */
#include "draft.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

enum {
	POINTS_MIN = 48,      /* below, a name is a coincidence */
	BY_VALUE_SHARE = 900, /* of a thousand values, when no name helps */
	BY_VALUE_MIN = 2,     /* one value proves nothing */
	SECOND_WITHIN = 30,   /* points a second path may be behind */
	UNIQUE_MIN = 950,     /* a reference is another one in each offer */
	INSIDE_POINTS = 10,
	PAIRS_MAX = 2000
};

struct pair {
	const struct draft_row *row;
	struct draft_path *path;
	int points;
	bool is_by_value;
};

static int coverage(const struct draft *d, const struct draft_path *p)
{
	return d->n_records ? (int)(p->n_records * 1000 / d->n_records) : 0;
}

/* Different texts, of a thousand records that have one. */
static int uniqueness(const struct draft_path *p)
{
	if (p->has_more_words)
		return 1000;
	int64_t n = (int64_t)map_count(&p->words);
	return p->n_values ? (int)(n * 1000 / p->n_values) : 0;
}

static bool is_one_a_record(const struct draft_path *p)
{
	return p->n_values <= p->n_records + p->n_records / 10;
}

/* What a field asks of its path beyond the look of each value. */
static bool suits(const struct draft *d, const struct draft_row *row,
		  const struct draft_path *p)
{
	switch (row->field) {
	case SOURCE_F_REF:
		return uniqueness(p) >= UNIQUE_MIN && is_one_a_record(p) &&
		       coverage(d, p) >= 500;
	case SOURCE_F_URL:
		return (uniqueness(p) >= 300 || p->n_records < 3) &&
		       coverage(d, p) >= 250;
	case SOURCE_F_TITLE:
		return coverage(d, p) >= 500 && draft_share(p, LOOK_URL) < 100;
	case SOURCE_F_DESCRIPTION:
		return draft_share(p, LOOK_URL) < 100;
	case SOURCE_F_EMPLOYER_NAME:
	case SOURCE_F_PLACE_CITY:
	case SOURCE_F_PLACE_ADDRESS:
	case SOURCE_F_PLACE_TEXT:
	case SOURCE_F_CONTACT_NAME:
		return draft_share(p, LOOK_URL) + draft_share(p, LOOK_EMAIL) +
			       draft_share(p, LOOK_LATLON) +
			       draft_share(p, LOOK_TRI) <
		       100;
	default:
		return true;
	}
}

static int points_of(struct arena *scratch, const struct draft *d,
		     const struct draft_row *row, const struct draft_path *p,
		     bool *is_by_value)
{
	int share = row->share ? draft_share(p, row->look) : 1000;
	int points = draft_name_points(scratch, row, p->path);
	if (p->label) {
		int v = draft_name_points(scratch, row, p->label) - 10;
		points = v > points ? v : points;
	}
	*is_by_value = points < POINTS_MIN && row->by_value;
	if (*is_by_value) {
		/* Of a contract the name tells more than the words. */
		enum look look =
			row->field == SOURCE_F_KIND ? LOOK_CONTRACT : row->look;
		if (draft_share(p, look) < BY_VALUE_SHARE ||
		    p->n_judged < BY_VALUE_MIN)
			return 0;
		points = row->by_value;
	}
	/* Names inside the list of offers speak of an offer, those beside it of
	 * what the offers have in common. */
	if (d->inside && row->group == GROUP_OFFER &&
	    str_starts(p->path, d->inside))
		points += INSIDE_POINTS;
	if (points < POINTS_MIN || share < row->share || !suits(d, row, p))
		return 0;
	return points + share / 100 + coverage(d, p) / 60;
}

static int compare(const void *va, const void *vb)
{
	const struct pair *a = va, *b = vb;
	if (a->points != b->points)
		return a->points > b->points ? -1 : 1;
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	return strcmp(a->path->path, b->path->path);
}

static size_t all_pairs(struct draft *d, struct pair *out)
{
	struct arena scratch;
	size_t n = 0;
	arena_init(&scratch);
	for (size_t i = 0; i < d->n_paths; i++) {
		if (!d->paths[i]->n_records)
			continue; /* always empty, or "N/A" */
		for (size_t r = 0; draft_row(r) && n < PAIRS_MAX; r++) {
			struct pair p = {draft_row(r), d->paths[i], 0, false};
			p.points = points_of(&scratch, d, p.row, p.path,
					     &p.is_by_value);
			if (p.points)
				out[n++] = p;
		}
		arena_reset(&scratch);
	}
	arena_clear(&scratch);
	qsort(out, n, sizeof(*out), compare);
	return n;
}

static struct draft_pick *pick_of(struct draft_pick *picks, size_t n, int field)
{
	for (size_t i = 0; i < n; i++)
		if (picks[i].row->field == field)
			return &picks[i];
	return NULL;
}

/* The address where one applies is often the only one there is. */
static bool may_share(const struct pair *p)
{
	return p->row->field == SOURCE_F_CONTACT_URL ||
	       p->row->field == SOURCE_F_URL;
}

static size_t take_best(const struct pair *pairs, size_t n_pairs,
			struct draft_pick *out)
{
	size_t n = 0;
	for (size_t i = 0; i < n_pairs && n < DRAFT_PICKS_MAX; i++) {
		const struct pair *p = &pairs[i];
		if (pick_of(out, n, p->row->field) ||
		    (p->path->is_used && !may_share(p)))
			continue;
		out[n++] = (struct draft_pick){.row = p->row,
					       .paths = {p->path},
					       .n_paths = 1,
					       .is_by_value = p->is_by_value,
					       .hint = p->row->hint};
		p->path->is_used = true;
	}
	return n;
}

/* ---- second paths ---- */

static bool adds_records(const struct draft_pick *k, const struct draft_path *p)
{
	for (size_t i = 0; i < ARRAY_LEN(p->has); i++) {
		uint64_t had = 0;
		for (size_t j = 0; j < k->n_paths; j++)
			had |= k->paths[j]->has[i];
		if (p->has[i] & ~had)
			return true;
	}
	return false;
}

/* A second reference would make one offer two. */
static bool may_have_more(const struct draft_pick *k,
			  const struct draft_path *p)
{
	switch (k->row->field) {
	case SOURCE_F_KIND:
		for (size_t i = 0; i < k->n_paths; i++)
			if (draft_share(k->paths[i], LOOK_CONTRACT) == 1000)
				return adds_records(k, p);
		return draft_share(p, LOOK_CONTRACT) > 0;
	case SOURCE_F_URL:
	case SOURCE_F_TITLE:
	case SOURCE_F_EMPLOYER_NAME:
	case SOURCE_F_PLACE_CITY:
	case SOURCE_F_PLACE_TEXT:
	case SOURCE_F_PLACE_POSTCODE:
	case SOURCE_F_CONTACT_EMAIL:
	case SOURCE_F_POSTED:
	case SOURCE_F_SALARY_TEXT:
		return adds_records(k, p);
	default:
		return false;
	}
}

static void take_second(const struct pair *pairs, size_t n_pairs,
			struct draft_pick *picks, size_t n)
{
	for (size_t i = 0; i < n_pairs; i++) {
		const struct pair *p = &pairs[i];
		struct draft_pick *k = pick_of(picks, n, p->row->field);
		if (!k || k->hint || p->path->is_used || p->is_by_value ||
		    k->n_paths == ARRAY_LEN(k->paths) || k->row != p->row)
			continue;
		int best = 0;
		for (size_t j = 0; j < n_pairs; j++)
			if (pairs[j].row == k->row &&
			    pairs[j].path == k->paths[0])
				best = pairs[j].points;
		if (best - p->points > SECOND_WITHIN ||
		    !may_have_more(k, p->path))
			continue;
		k->paths[k->n_paths++] = p->path;
		p->path->is_used = true;
	}
}

/* What belongs to the description under another name. */
static void add_texts(struct draft *d, struct draft_pick *k)
{
	static const char *const names[] = {
		"profil",
		"profile",
		"mission",
		"profil recherche",
		"profil candidat",
		"description mission",
		"mission description",
		"applicant profile",
		"formation experience",
		"access condition",
		"benefit",
		"responsibility",
		"additional",
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (size_t j = 0; j < d->n_paths; j++) {
			struct draft_path *p = d->paths[j];
			const char *dot = strrchr(p->path, '.');
			if (p->is_used || !p->n_records ||
			    k->n_paths == ARRAY_LEN(k->paths) ||
			    p->n_look[LOOK_LONG] * 2 < p->n_values ||
			    !str_eq(draft_words(&a, dot ? dot + 1 : p->path),
				    draft_words(&a, names[i])))
				continue;
			k->paths[k->n_paths++] = p;
			p->is_used = true;
		}
	}
	arena_clear(&a);
}

/* ---- dates ---- */

/* 31/12/2026 proves that days come first, 12/31/2026 that months do. */
struct proof {
	int64_t day_first, month_first;
};

static struct proof prove(const struct draft_path *p)
{
	struct proof v = {0, 0};
	const char *text;
	void *value;
	for (size_t i = 0; map_each(&p->words, &i, &text, &value);) {
		const struct draft_word *w = value;
		bool dmy = w->looks >> LOOK_DMY & 1;
		bool mdy = w->looks >> LOOK_MDY & 1;
		v.day_first += dmy && !mdy;
		v.month_first += mdy && !dmy;
	}
	return v;
}

static bool has_slashes(const struct draft_path *p)
{
	return p->n_look[LOOK_DMY] || p->n_look[LOOK_MDY];
}

static void put_slash_form(struct draft_pick *k, const struct proof *all)
{
	struct proof own = prove(k->paths[0]);
	const struct proof *v = own.day_first || own.month_first ? &own : all;
	if (v->day_first && v->month_first) {
		k->hint = "some dates have the day first, others the month: "
			  "ask the partner";
	} else if (v->day_first) {
		k->date = DATE_DMY;
		k->date_note = v == &own ? "a day above 12 comes first"
					 : "as other dates of this feed";
	} else if (v->month_first) {
		k->date = DATE_MDY;
		k->date_note = v == &own ? "a day above 12 comes second"
					 : "as other dates of this feed";
	} else {
		k->date_note = "no day above 12 was seen: dmy is taken, the "
			       "French way; ask, and write date: dmy or mdy";
	}
}

static void put_dates(struct draft_pick *picks, size_t n)
{
	struct proof all = {0, 0};
	for (size_t i = 0; i < n; i++) {
		if (picks[i].row->look != LOOK_DATE)
			continue;
		struct proof v = prove(picks[i].paths[0]);
		all.day_first += v.day_first;
		all.month_first += v.month_first;
	}
	for (size_t i = 0; i < n; i++) {
		struct draft_pick *k = &picks[i];
		const struct draft_path *p = k->paths[0];
		if (k->row->look != LOOK_DATE)
			continue;
		if (has_slashes(p))
			put_slash_form(k, &all);
		else if (draft_share(p, LOOK_COMPACT) > 900)
			k->date = DATE_YMD_COMPACT;
		else if (draft_share(p, LOOK_EPOCH_S) > 900)
			k->date = DATE_EPOCH_S;
		else if (draft_share(p, LOOK_EPOCH_MS) > 900)
			k->date = DATE_EPOCH_MS;
	}
}

/* ---- wished for or required ---- */

/* France Travail and those who copy its records write with each licence and
 * diploma whether it is required (E) or wished for (S). A wish taken for a
 * requirement would shut people out. */
static void only_required(struct draft *d, struct draft_pick *k)
{
	const struct draft_path *p = k->paths[0];
	const char *dot = strrchr(p->path, '.');
	int field = k->row->field;
	if (!dot ||
	    (field != SOURCE_F_LICENCES && field != SOURCE_F_LEVEL_REQUIRED &&
	     field != SOURCE_F_LANGUAGES))
		return;
	int n = (int)(dot - p->path);
	const struct draft_path *beside =
		map_get(&d->by_path,
			arena_printf(d->arena, "%.*s.exigence", n, p->path));
	if (!beside ||
	    (!map_get(&beside->words, "E") && !map_get(&beside->words, "S")))
		return;
	struct draft_path *only = arena_alloc(d->arena, sizeof(*only));
	*only = *p;
	only->path =
		arena_printf(d->arena, "%.*s[exigence=E]%s", n, p->path, dot);
	k->paths[0] = only;
}

/* ---- all of it ---- */

static int by_field(const void *va, const void *vb)
{
	const struct draft_pick *a = va, *b = vb;
	return a->row->field - b->row->field;
}

/* One coordinate alone is no place. */
static size_t drop_halves(struct draft_pick *picks, size_t n)
{
	const struct draft_pick *lat = pick_of(picks, n, SOURCE_F_PLACE_LAT);
	const struct draft_pick *lon = pick_of(picks, n, SOURCE_F_PLACE_LON);
	size_t kept = 0;
	bool is_half = !lat != !lon;
	for (size_t i = 0; i < n; i++) {
		int f = picks[i].row->field;
		if (is_half &&
		    (f == SOURCE_F_PLACE_LAT || f == SOURCE_F_PLACE_LON))
			picks[i].paths[0]->is_used = false;
		else
			picks[kept++] = picks[i];
	}
	return kept;
}

size_t draft_pick(struct draft *d, struct draft_pick *out)
{
	struct pair *pairs = mem_array(PAIRS_MAX, sizeof(*pairs));
	size_t n_pairs = all_pairs(d, pairs);
	size_t n = take_best(pairs, n_pairs, out);
	take_second(pairs, n_pairs, out, n);
	free(pairs);
	struct draft_pick *text = pick_of(out, n, SOURCE_F_DESCRIPTION);
	if (text)
		add_texts(d, text);
	put_dates(out, n);
	for (size_t i = 0; i < n; i++)
		only_required(d, &out[i]);
	n = drop_halves(out, n);
	qsort(out, n, sizeof(*out), by_field);
	return n;
}
