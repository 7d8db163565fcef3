/* SPDX-License-Identifier: EUPL-1.2 */
/* One number for several dossiers: the adviser is told whose it is too, and
 * that a STOP which came from it stopped all of them (domain.md 3.5). Named are
 * only the reader's own young people; of anybody else's no more than that there
 * is one. What is remembered of it holds no name. */
#include "digest.h"

#include <etrier/err.h>
#include <etrier/str.h>

/* An address of more others is nobody's own, an educator's or one to fill the
 * field with: they are counted, not read. */
#define READ_MAX    12
#define CONTENT_MAX 200

struct sharing {
	struct digest_gather *g;
	struct plan_person person;
	enum channel channel;
	const char *own[READ_MAX];
	size_t n_own, n_others;
	bool is_stopped;     /* one of the addresses */
	const char *content; /* "sms 1 12 15": stopped or not, who or many */
};

/* One more dossier with this address. */
static int add_other(struct sharing *k, int64_t id)
{
	struct arena *a = &k->g->s->arena;
	struct plan_person other;
	if (strlen(k->content) < CONTENT_MAX)
		k->content =
			arena_printf(a, "%s %lld", k->content, (long long)id);
	if (plan_person_get(k->g->p, id, k->g->s, &other, k->g->err))
		return k->g->err->kind == ERR_STORE ? -1 : 0;
	if (plan_is_own_person(k->g->d, &other.row))
		k->own[k->n_own++] = arena_printf(
			a, "%s (dossier %s)",
			other.p.first_name ? other.p.first_name : "",
			other.row.ref);
	else
		k->n_others++;
	return 0;
}

/* What there is to say of one address; NULL: nobody else has it after all. */
static int look_at(struct sharing *k, const struct digest_shared *it,
		   const char **words)
{
	const struct digest_day *day = k->g->p->digest_day;
	struct arena *a = &k->g->s->arena;
	const char *text = k->channel == CHANNEL_SMS ? k->person.p.phone
						     : k->person.p.email;
	bool is_out = false;
	*words = NULL;
	k->n_own = k->n_others = 0;
	if (str_is_empty(text))
		return 0;
	if (store_optout_check(k->g->p->store, k->channel, text, &is_out,
			       k->g->err))
		return -1;
	k->content = arena_printf(a, "%s%s %d", k->content,
				  vocab_code(&vocab_channel, (int)k->channel),
				  is_out);
	bool is_crowd = it->n > READ_MAX + 1;
	if (is_crowd) {
		k->n_others = it->n - 1;
		/* Their number changes with every file; it is told once. */
		k->content = arena_printf(a, "%s many", k->content);
	}
	for (uint32_t i = 0; !is_crowd && i < it->n; i++) {
		uint32_t other = day->shared[it->first + i].person;
		if (other != it->person && add_other(k, other))
			return -1;
	}
	k->is_stopped |= is_out;
	if (k->n_own || k->n_others)
		*words = digest_shared_words(a, k->channel, is_out, k->own,
					     k->n_own, k->n_others);
	return 0;
}

static size_t find_sharer(const struct digest_day *day, int64_t person)
{
	size_t low = 0, high = day->n_shared;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (day->sharers[middle].person < person)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int digest_gather_shared(struct digest_gather *g, int64_t person)
{
	const struct digest_day *day = g->p->digest_day;
	struct arena *a = &g->s->arena;
	struct sharing k = {.g = g, .content = ""};
	const char *all = NULL;
	for (size_t i = find_sharer(day, person);
	     i < day->n_shared && day->sharers[i].person == person; i++) {
		const struct digest_shared *row =
			&day->shared[day->sharers[i].row];
		const char *words;
		if (!all &&
		    plan_person_get(g->p, person, g->s, &k.person, g->err))
			return g->err->kind == ERR_STORE ? -1 : 0;
		k.channel = row->channel;
		if (look_at(&k, row, &words))
			return -1;
		if (words)
			all = all ? arena_printf(a, "%s ; %s", all, words)
				  : words;
	}
	if (all)
		digest_items_add(g->d->items,
				 &(struct digest_item){
					 .section = DIGEST_SHARED,
					 .key = arena_printf(a, "%lld",
							     (long long)person),
					 .content = k.content,
					 .person = person,
					 .rank = person,
					 .text = all,
					 .is_aside = !k.is_stopped});
	return 0;
}
