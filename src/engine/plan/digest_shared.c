/* SPDX-License-Identifier: EUPL-1.2 */
/* One number for several dossiers: the adviser is told whose it is too, and
 * that a STOP which came from it stopped all of them (domain.md 3.5). Named are
 * only the reader's own young people; of anybody else's no more than that there
 * is one. What is remembered of it holds no name. */
#include "digest.h"

#include <etrier/err.h>
#include <etrier/str.h>

/* Records read for one address; an educator's number may be in fifty. */
#define READ_MAX    12
#define CONTENT_MAX 200

struct sharing {
	struct digest_gather *g;
	struct plan_person person;
	enum channel channel;
	const char *own[READ_MAX];
	size_t n_own, n_others, n_read;
	bool is_stopped;     /* one of the addresses */
	const char *content; /* "sms 1 12 15": stopped or not, who */
};

/* One more dossier with this address. */
static int add_other(struct sharing *k, int64_t id)
{
	struct arena *a = &k->g->s->arena;
	struct plan_person other;
	if (strlen(k->content) < CONTENT_MAX)
		k->content =
			arena_printf(a, "%s %lld", k->content, (long long)id);
	if (k->n_read++ >= READ_MAX) {
		k->n_others++;
		return 0;
	}
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
static int look_at(struct sharing *k, uint64_t address, const char **words)
{
	const struct digest_day *day = k->g->p->digest_day;
	struct arena *a = &k->g->s->arena;
	const char *text = k->channel == CHANNEL_SMS ? k->person.p.phone
						     : k->person.p.email;
	bool is_out = false;
	*words = NULL;
	k->n_own = k->n_others = k->n_read = 0;
	if (str_is_empty(text))
		return 0;
	if (store_optout_check(k->g->p->store, k->channel, text, &is_out,
			       k->g->err))
		return -1;
	k->content = arena_printf(a, "%s%s %d", k->content,
				  vocab_code(&vocab_channel, (int)k->channel),
				  is_out);
	for (size_t i = 0; i < day->n_shared; i++) {
		const struct digest_shared *row = &day->shared[i];
		if (row->channel == k->channel && row->address == address &&
		    row->person != k->person.row.id &&
		    add_other(k, row->person))
			return -1;
	}
	k->is_stopped |= is_out;
	if (k->n_own || k->n_others)
		*words = digest_shared_words(a, k->channel, is_out, k->own,
					     k->n_own, k->n_others);
	return 0;
}

int digest_gather_shared(struct digest_gather *g, int64_t person)
{
	const struct digest_day *day = g->p->digest_day;
	struct arena *a = &g->s->arena;
	struct sharing k = {.g = g, .content = ""};
	const char *all = NULL;
	if (!digest_ids_have(&day->sharers, person))
		return 0;
	for (size_t i = 0; i < day->n_shared; i++) {
		const char *words;
		if (day->shared[i].person != person)
			continue;
		if (!all &&
		    plan_person_get(g->p, person, g->s, &k.person, g->err))
			return g->err->kind == ERR_STORE ? -1 : 0;
		k.channel = day->shared[i].channel;
		if (look_at(&k, day->shared[i].address, &words))
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
