/* SPDX-License-Identifier: EUPL-1.2 */
/* Which items a digest showed, and about whom: what its page may act on. Rows
 * of the ledger, of what was shown, and the frozen line itself; whoever is
 * another adviser's by now is left out. */
#include "page_digest.h"

#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/store_events.h>
#include <etrier/store_follow.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A frozen model is walked so deep; ours has four levels. */
#define MODEL_DEPTH_MAX 8
#define ID_DIGITS	19 /* of an int64 */

static void add_person(struct page_digest *d, const char *id, size_t n)
{
	static char there[] = "";
	char *person = mem_dup_n(id, n);
	map_put(&d->people, person, there);
	free(person);
}

/* "P.C" or "P.E.STEP"; and "P" where it is known to be a person. */
static void add_item(struct page_digest *d, const char *item, bool is_person)
{
	static char there[] = "";
	size_t n = strspn(item, "0123456789");
	if (!n || n > ID_DIGITS || (item[n] && item[n] != '.'))
		return;
	if (item[n])
		map_put(&d->items, item, there);
	if (item[n] || is_person)
		add_person(d, item, n);
}

static int add_row(void *ctx, const struct store_proposal *row)
{
	char item[48];
	snprintf(item, sizeof(item), "%lld.%lld", (long long)row->person,
		 (long long)row->canonical);
	add_item(ctx, item, false);
	return 0;
}

struct shown {
	struct page_digest *d;
	struct store *store;
};

/* Sections whose items are people, and those whose items are messages to
 * people; what a lone number is in others (a reply, an offer) nobody acts
 * on. */
static int add_shown(void *ctx, const struct store_shown *row)
{
	static const char *const people[] = {"deadline", "quiet", "no_trade",
					     "contact"};
	static const char *const messages[] = {"stop", "uncertain"};
	struct shown *k = ctx;
	bool is_person = false, is_message = false;
	struct store_message m;
	struct arena a;
	struct err gone;
	int64_t id;
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		is_person |= str_eq(row->kind, people[i]);
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		is_message |= str_eq(row->kind, messages[i]);
	add_item(k->d, row->key, is_person);
	if (!is_message || num_parse_int(row->key, 1, INT64_MAX, &id))
		return 0;
	arena_init(&a);
	if (!store_message_get(k->store, id, &a, &m, &gone) && m.person) {
		char text[24];
		snprintf(text, sizeof(text), "%lld", (long long)m.person);
		add_person(k->d, text, strlen(text));
	}
	arena_clear(&a);
	return 0;
}

/* A block with offers in it is a person's. */
static void add_frozen(struct page_digest *d, json_t *v, int depth)
{
	const char *key;
	json_t *member;
	size_t i;
	if (depth > MODEL_DEPTH_MAX)
		return;
	json_array_foreach(v, i, member) add_frozen(d, member, depth + 1);
	json_object_foreach(v, key, member)
	{
		if (str_eq(key, "key") && json_is_string(member))
			add_item(d, json_string_value(member),
				 json_object_get(v, "offers") != NULL);
		else
			add_frozen(d, member, depth + 1);
	}
}

static int read_items(const struct plan_page_ask *ask, struct page_digest *d)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct shown k = {d, ask->p->store};
	const char *text = d->message.model;
	q.message = d->message.id;
	if (store_ledger_each(ask->p->store, &q, add_row, d, ask->err) ||
	    store_shown_each(ask->p->store, d->message.id, add_shown, &k,
			     ask->err))
		return -1;
	json_t *line = js_parse(text, strlen(text), ask->err);
	if (!line)
		return -1;
	add_frozen(d, json_object_get(line, "model"), 0);
	json_decref(line);
	return 0;
}

int page_digest_find(const struct plan_page_ask *ask, struct page_digest *d)
{
	struct planner *p = ask->p;
	struct arena *a = &ask->s->arena;
	struct store_token t;
	int64_t id;
	*d = (struct page_digest){.message = {.id = 0}};
	if (store_token_find(p->store, ask->token, "d", clock_now(p->clock), a,
			     &t, ask->err))
		return -1;
	if (num_parse_int(t.subject, 1, INT64_MAX, &id))
		return err_set(ask->err, ERR_UNKNOWN, "odd token");
	if (store_message_get(p->store, id, a, &d->message, ask->err))
		return -1;
	const struct store_message *m = &d->message;
	if (m->kind != STORE_DIGEST || !m->model || m->state == STORE_CANCELLED)
		return err_set(ask->err, ERR_UNKNOWN, "no such digest");
	d->whose = (struct plan_digest){.agency = m->agency,
					.adviser = m->recipient,
					.audience = m->audience};
	if (plan_agency_get(p, m->agency, ask->s, &d->agency_row, &d->agency,
			    ask->err) ||
	    plan_adviser_get(p, m->agency, m->recipient, ask->s, &d->adviser,
			     ask->err))
		return -1;
	map_init(&d->items);
	map_init(&d->people);
	if (!read_items(ask, d))
		return 0;
	page_digest_clear(d);
	return -1;
}

void page_digest_clear(struct page_digest *d)
{
	map_clear(&d->items, NULL);
	map_clear(&d->people, NULL);
}

int page_digest_person(const struct plan_page_ask *ask,
		       const struct page_digest *d, int64_t person,
		       struct plan_person *out, bool *is)
{
	char key[24];
	struct err gone = {0};
	snprintf(key, sizeof(key), "%lld", (long long)person);
	*is = false;
	if (!map_get(&d->people, key))
		return 0;
	if (plan_person_get(ask->p, person, ask->s, out, &gone)) {
		*ask->err = gone;
		return gone.kind == ERR_STORE ? -1 : 0;
	}
	*is = plan_is_own_person(&d->whose, &out->row);
	return 0;
}
