/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables of law into the rows of a set. Each row is in force for some days;
 * two that would answer the same question on the same day are a mistake. */
#include "compile.h"

#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

static void read_age(struct age_row *r, const json_t *v)
{
	int32_t from = 0;

	date_parse_iso(js_str(v, "valid_from", ""), &from);
	r->valid_from = from;
	r->kind = (uint8_t)vocab_find(&vocab_contract, js_str(v, "kind", ""));
	r->min = (int16_t)js_int(v, "min", 0);
	r->max = (int16_t)js_int(v, "max", 99);
	r->sure_min = (int16_t)js_int(v, "sure_min", r->min);
	r->sure_max = (int16_t)js_int(v, "sure_max", r->max);
	r->rqth_max = (int16_t)js_int(v, "rqth_max", -1);
}

static int compare_ages(const void *a, const void *b)
{
	const struct age_row *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind - y->kind;
	return (x->valid_from > y->valid_from) -
	       (x->valid_from < y->valid_from);
}

/* The node of an item, or of what holds it. */
static const struct ynode *item_at(const struct ynode *list, size_t i)
{
	return list && list->kind == YNODE_LIST && i < list->n ? &list->kids[i]
							       : list;
}

static void read_ages(struct ruleset *s, const json_t *o,
		      const struct ynode *root, struct when_reader *r)
{
	const json_t *list = json_object_get(o, "ages");
	const struct ynode *n = ynode_get(root, "ages");

	s->n_ages = (int)json_array_size(list);
	for (int i = 0; i < s->n_ages; i++) {
		struct age_row *row = &s->ages[i];
		const struct ynode *at = item_at(n, (size_t)i);

		read_age(row, json_array_get(list, (size_t)i));
		if (row->min > row->sure_min || row->sure_min > row->sure_max ||
		    row->sure_max > row->max)
			when_error(r, at,
				   "ages go up: min, sure_min, sure_max, max");
		for (int k = 0; k < i; k++)
			if (compare_ages(&s->ages[k], row) == 0)
				when_error(r, at,
					   "a second row for the same kind "
					   "and valid_from");
	}
	qsort(s->ages, (size_t)s->n_ages, sizeof(s->ages[0]), compare_ages);
}

/* --- minors -----------------------------------------------------------------
 */
struct row {
	const json_t *v;
	const struct ynode *at;
	struct when_reader *r;
	int32_t from, until;
};

static int32_t day_of(const json_t *v, const char *key, int32_t none)
{
	int32_t day = none;
	const char *text = js_str(v, key, NULL);

	if (text)
		date_parse_iso(text, &day);
	return day;
}

static void read_days(struct row *row)
{
	row->from = day_of(row->v, "valid_from", INT32_MIN);
	row->until = day_of(row->v, "valid_until", INT32_MAX);
	if (row->until < row->from)
		when_error(row->r, row->at, "valid_until is before valid_from");
}

static bool do_overlap(int32_t from_a, int32_t until_a, int32_t from_b,
		       int32_t until_b)
{
	return from_a <= until_b && from_b <= until_a;
}

static void second_row(const struct row *row, const char *what)
{
	when_error(row->r, row->at,
		   "a second row for %s on the same days: end the first with "
		   "valid_until",
		   what);
}

static bool read_trades(const struct row *row, struct trade_set *out)
{
	const struct ynode *list = ynode_get(row->at, "trades");

	for (size_t i = 0; list && i < list->n; i++)
		when_trades(row->r, &list->kids[i], "trades", out);
	return list != NULL;
}

static bool has_same_trades(const struct trade_set *a,
			    const struct trade_set *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void read_night(struct ruleset *s, const struct row *row)
{
	struct minor_night *n = &s->nights[s->n_nights];

	*n = (struct minor_night){
		.valid_from = row->from,
		.valid_until = row->until,
		.under_age = (int16_t)js_int(row->v, "under_age", 18),
		.from_min = (int16_t)js_int(row->v, "from", 0),
		.until_min = (int16_t)js_int(row->v, "until", 0),
	};
	if (n->from_min <= n->until_min)
		when_error(row->r, row->at,
			   "a night goes over midnight: from is later than "
			   "until");
	for (int i = 0; i < s->n_nights; i++)
		if (s->nights[i].under_age == n->under_age &&
		    do_overlap(s->nights[i].valid_from,
			       s->nights[i].valid_until, row->from, row->until))
			second_row(row, "the same age");
	s->n_nights++;
}

static void read_derogation(struct ruleset *s, const struct row *row)
{
	struct minor_derogation *d = &s->derogations[s->n_derogations];

	*d = (struct minor_derogation){
		.valid_from = row->from,
		.valid_until = row->until,
		.age_min = (int16_t)js_int(row->v, "age_min", 16),
		.begin_min = (int16_t)js_int(row->v, "begin", -1),
		.end_min = (int16_t)js_int(row->v, "end", -1),
	};
	read_trades(row, &d->trades);
	if (d->begin_min < 0 && d->end_min < 0)
		when_error(row->r, row->at,
			   "a derogation has begin, end or both");
	for (int i = 0; i < s->n_derogations; i++)
		if (row->r->rd && s->derogations[i].age_min == d->age_min &&
		    has_same_trades(&s->derogations[i].trades, &d->trades) &&
		    do_overlap(s->derogations[i].valid_from,
			       s->derogations[i].valid_until, row->from,
			       row->until))
			second_row(row, "the same trades and age");
	s->n_derogations++;
}

static void read_exposures(const struct row *row, struct minor_work *w)
{
	const struct ynode *map = ynode_get(row->at, "exposures");

	for (size_t i = 0; map && i < map->n; i++) {
		const struct ynode *key = &map->keys[i];
		int lane = vocab_find(&vocab_exposure, key->text);
		int64_t degree = 0;

		if (lane == VOCAB_NONE)
			when_error(
				row->r, key,
				"no exposure \"%.40s\"%s; allowed: those "
				"of offers, loads standing height ...",
				key->text,
				when_hint(row->r,
					  str_nearest(key->text,
						      vocab_exposure.codes)));
		else if (!num_parse_int(map->kids[i].text, 1, 3, &degree))
			w->exposures |= (uint64_t)degree << 2 * lane;
	}
}

static void read_work(struct ruleset *s, const struct row *row)
{
	struct minor_work *w = &s->works[s->n_works++];
	const json_t *kinds = json_object_get(row->v, "kinds"), *kind;
	const char *reason =
		js_str(json_object_get(row->v, "reason"), "fr", NULL);
	bool is_excluding =
		str_eq(js_str(row->v, "decision", "check"), "exclude");
	size_t i;

	*w = (struct minor_work){
		.valid_from = row->from,
		.valid_until = row->until,
		.under_age = (int16_t)js_int(row->v, "under_age", 18),
		.kinds = kinds ? 0 : UINT16_MAX,
		.decision = is_excluding ? RULES_EXCLUDE : RULES_CHECK,
		.reason = mem_dup(reason),
	};
	json_array_foreach(kinds, i, kind) w->kinds |=
		(uint16_t)(1u << vocab_find(&vocab_contract,
					    json_string_value(kind)));
	read_exposures(row, w);
	w->has_trades = read_trades(row, &w->trades);
}

static void read_week(struct ruleset *s, const struct row *row)
{
	struct minor_hours *h = &s->hours[s->n_hours];

	*h = (struct minor_hours){
		.valid_from = row->from,
		.valid_until = row->until,
		.under_age = (int16_t)js_int(row->v, "under_age", 18),
		.weekly_max_min = (int16_t)num_div_round(
			js_int(row->v, "weekly_max", 0) * 60, 1000),
	};
	h->has_trades = read_trades(row, &h->trades);
	for (int i = 0; i < s->n_hours; i++)
		if (s->hours[i].under_age == h->under_age &&
		    s->hours[i].has_trades == h->has_trades &&
		    (row->r->rd || !h->has_trades) &&
		    has_same_trades(&s->hours[i].trades, &h->trades) &&
		    do_overlap(s->hours[i].valid_from, s->hours[i].valid_until,
			       row->from, row->until))
			second_row(row, "the same age and trades");
	s->n_hours++;
}

void law_read(struct ruleset *s, const json_t *o, const struct ynode *root,
	      struct when_reader *r)
{
	static const struct {
		const char *key;
		void (*read)(struct ruleset *s, const struct row *row);
	} tables[] = {{"night", read_night},
		      {"derogations", read_derogation},
		      {"works", read_work},
		      {"hours", read_week}};
	const json_t *minors = json_object_get(o, "minors");
	const struct ynode *n = ynode_get(root, "minors");

	read_ages(s, o, root, r);
	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		const json_t *list = json_object_get(minors, tables[t].key), *v;
		const struct ynode *at = ynode_get(n, tables[t].key);
		size_t i;

		json_array_foreach(list, i, v)
		{
			struct row row = {.v = v, .at = item_at(at, i), .r = r};

			read_days(&row);
			tables[t].read(s, &row);
		}
	}
}
