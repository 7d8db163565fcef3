/* SPDX-License-Identifier: EUPL-1.2 */
/* See try_sums.h. The texts kept are bounded; what comes after is counted but
 * not listed. */
#include "try_sums.h"
#include "ctl.h"

#include <etrier/collector.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <inttypes.h>
#include <stdlib.h>

enum {
	TEXTS_SHOWN = 3,
	TEXTS_MAX = 1000, /* different ones kept of a field */
	TEXT_BYTES = 44
};

/* One field over the whole document. */
struct field_sum {
	int64_t n_with, n_not_understood;
	int64_t last_with, last_not; /* record that counted last */
	struct map texts;	     /* not understood: text -> int64_t */
};

/* "salary.min" is a matter of "salary", as in the list of unknown fields. */
static const char *sum_name(const char *member)
{
	static const char *const groups[] = {"place", "salary", "contact"};
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		if (str_starts(member, groups[i]))
			return groups[i];
	return member;
}

static struct field_sum *sum_of(struct try_sums *t, const char *member)
{
	const char *name = sum_name(member);
	struct field_sum *f = map_get(&t->fields, name);
	if (f)
		return f;
	f = arena_alloc(&t->arena, sizeof(*f));
	map_init(&f->texts);
	map_put(&t->fields, name, f);
	return f;
}

/* The fields that matter come first and are shown even when nothing has
 * them. */
void try_sums_init(struct try_sums *t)
{
	struct offer nothing;
	const char *names[COLLECTOR_UNKNOWN_MAX];
	arena_init(&t->arena);
	map_init(&t->fields);
	offer_init(&nothing);
	sum_of(t, "title");
	size_t n = collector_unknown_fields(&nothing, names);
	for (size_t i = 0; i < n; i++)
		sum_of(t, names[i]);
}

void try_sums_clear(struct try_sums *t)
{
	const char *name;
	void *value;
	for (size_t i = 0; map_each(&t->fields, &i, &name, &value);)
		map_clear(&((struct field_sum *)value)->texts, NULL);
	map_clear(&t->fields, NULL);
	arena_clear(&t->arena);
}

void try_sums_add(struct try_sums *t, const struct offer *o,
		  const json_t *origin, const struct collector_note *notes,
		  size_t n_notes)
{
	const char *member;
	json_t *from;
	t->n++;
	json_object_foreach((json_t *)(uintptr_t)origin, member, from)
	{
		struct field_sum *f = sum_of(t, member);
		bool is_known = !str_eq(member, "place") ||
				o->place.precision != PLACE_UNKNOWN;
		f->n_with += is_known && f->last_with != t->n;
		f->last_with = is_known ? t->n : f->last_with;
	}
	for (size_t i = 0; i < n_notes; i++) {
		if (notes[i].is_reading)
			continue;
		struct field_sum *f = sum_of(t, notes[i].field);
		f->n_not_understood += f->last_not != t->n;
		f->last_not = t->n;
		if (!notes[i].value)
			continue;
		int64_t *n = map_get(&f->texts, notes[i].value);
		if (!n && map_count(&f->texts) < TEXTS_MAX) {
			n = arena_alloc(&t->arena, sizeof(*n));
			map_put(&f->texts, notes[i].value, n);
		}
		if (n)
			++*n;
	}
}

static void print_texts(const struct field_sum *f)
{
	const char *text, *top[TEXTS_SHOWN] = {NULL};
	int64_t n[TEXTS_SHOWN] = {0};
	void *value;
	for (size_t i = 0; map_each(&f->texts, &i, &text, &value);) {
		int64_t count = *(int64_t *)value;
		size_t at = TEXTS_SHOWN;
		while (at && n[at - 1] < count)
			at--;
		if (at == TEXTS_SHOWN)
			continue;
		for (size_t j = TEXTS_SHOWN - 1; j > at; j--) {
			top[j] = top[j - 1];
			n[j] = n[j - 1];
		}
		top[at] = text;
		n[at] = count;
	}
	for (size_t i = 0; i < TEXTS_SHOWN && top[i]; i++) {
		struct arena a;
		arena_init(&a);
		char *safe = ctl_harmless(top[i]);
		printf("  %26" PRId64 " x \"%s\"\n", n[i],
		       utf8_clean(&a, safe, UTF8_ONE_LINE, TEXT_BYTES));
		free(safe);
		arena_clear(&a);
	}
}

void try_sums_print(const struct try_sums *t)
{
	const char *name;
	void *value;
	if (!t->n)
		return;
	printf("\nOf %" PRId64 " offers:%*s has   not understood\n", t->n,
	       t->n < 10     ? 8
	       : t->n < 100  ? 7
	       : t->n < 1000 ? 6
			     : 5,
	       "");
	for (size_t i = 0; map_each(&t->fields, &i, &name, &value);) {
		const struct field_sum *f = value;
		printf("  %-20s %3" PRId64 " %%", name, f->n_with * 100 / t->n);
		if (f->n_not_understood)
			printf("   %3" PRId64 " %%",
			       f->n_not_understood * 100 / t->n);
		putchar('\n');
		print_texts(f);
	}
}
