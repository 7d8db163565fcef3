/* SPDX-License-Identifier: EUPL-1.2 */
/* What an adviser does on the page of a digest. The token stands for the
 * digest; an act names one of its items, and whoever is no more this adviser's
 * is out of reach, whatever the digest showed. Whatever cannot be done is said,
 * not done by halves. */
#include "outcomes.h"
#include "page_digest.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/store_contacts.h>
#include <etrier/store_events.h>
#include <etrier/store_told.h>
#include <etrier/str.h>

#include <stdio.h>
#include <string.h>

#define BY "adviser"
/* Longer absences are a matter for the file of advisers. */
#define AWAY_DAYS_MAX 366

/* --- acts ------------------------------------------------------------------
 */

#define NOT_SHOWN "Cet élément n'est plus dans votre récapitulatif."
#define NOT_KNOWN "Cette action n'existe pas."
#define NOT_YOURS "C'est la Mission Locale de ce jeune qui lui écrit."

struct acting {
	const struct plan_page_ask *ask;
	const struct page_digest *d;
	const char *act, *item;
	int64_t ids[2]; /* person, canonical or contract; 0: none */
	int step;	/* enum store_step, VOCAB_NONE */
	struct plan_person person;
	const char *refused; /* French; static or of the arena */
};

/* "P", "P.C" or "P.E.STEP". */
static int read_item(struct acting *k)
{
	char *text = arena_dup(&k->ask->s->arena, k->item), *rest = text;
	k->step = VOCAB_NONE;
	for (int i = 0; i < 2 && rest; i++) {
		char *part = strsep(&rest, ".");
		if (num_parse_int(part, 1, INT64_MAX, &k->ids[i]))
			return -1;
	}
	if (!rest)
		return k->ids[0] ? 0 : -1;
	k->step = vocab_find(&vocab_follow_step, rest);
	return k->step == VOCAB_NONE ? -1 : 0;
}

typedef int act_fn(struct acting *k);

static int say_refused(struct acting *k, int result, bool is_refused)
{
	if (!result && is_refused)
		k->refused = arena_dup(&k->ask->s->arena, k->ask->err->text);
	return result;
}

/* Messages to a young person are their own agency's: a CFA's referent may write
 * to those whom no Mission Locale follows. */
bool page_digest_may_write(const struct page_digest *d,
			   const struct store_person *row)
{
	return str_eq(d->whose.agency, row->agency);
}

static int decide(struct acting *k)
{
	const struct plan_decision decision = {
		.person = k->ids[0],
		.canonical = k->ids[1],
		.audience = k->d->whose.audience,
		.act = k->act,
		.reason = js_str(k->ask->line, "reason", NULL),
		.by = BY};
	if (str_eq(k->act, "send") &&
	    !page_digest_may_write(k->d, &k->person.row)) {
		k->refused = NOT_YOURS;
		return 0;
	}
	if (str_eq(k->act, "dismiss") &&
	    vocab_find(&vocab_dismissal, decision.reason) == VOCAB_NONE) {
		k->refused = "Choisissez un motif.";
		return 0;
	}
	bool is_refused;
	int result =
		plan_decide(k->ask->p, &decision, &is_refused, k->ask->err);
	return say_refused(k, result, is_refused);
}

static int tell_outcome(struct acting *k, enum outcome what)
{
	bool is_new;
	const struct plan_outcome o = {
		.what = what,
		.person = k->ids[0],
		.canonical = k->step == VOCAB_NONE ? k->ids[1] : 0,
		.kind = VOCAB_NONE,
		.start = DATE_NONE,
		.end = DATE_NONE,
		.date = DATE_NONE,
		.by = BY};
	return plan_outcome(k->ask->p, &o, &is_new, k->ask->err);
}

static int placed(struct acting *k)
{
	return tell_outcome(k, OUTCOME_PLACED);
}

static int answer_step(struct acting *k, const char *answer)
{
	bool is_new;
	struct err why = {0};
	if (!plan_followed(k->ask->p, k->ids[0], k->ids[1],
			   (enum store_step)k->step, answer, BY, &is_new, &why))
		return 0;
	if (why.kind == ERR_UNKNOWN) {
		k->refused = "Ce suivi a déjà reçu une réponse.";
		return 0;
	}
	*k->ask->err = why;
	return -1;
}

static int absent(struct acting *k)
{
	return k->step == VOCAB_NONE ? tell_outcome(k, OUTCOME_ABSENT)
				     : answer_step(k, "absent");
}

static int rupture(struct acting *k)
{
	return k->step == VOCAB_NONE ? tell_outcome(k, OUTCOME_RUPTURE)
				     : answer_step(k, "rupture");
}

static int ok(struct acting *k)
{
	if (k->step != VOCAB_NONE)
		return answer_step(k, "going_on");
	k->refused = NOT_SHOWN;
	return 0;
}

/* An address that works after all: both, for the adviser says so of the
 * person. */
static int clear_contacts(struct store *s, void *ctx, struct err *err)
{
	struct acting *k = ctx;
	const struct person *p = &k->person.p;
	if (p->email && store_contact_clear(s, CHANNEL_EMAIL, p->email, err))
		return -1;
	if (p->phone && store_contact_clear(s, CHANNEL_SMS, p->phone, err))
		return -1;
	return store_event_add(
		s,
		&(struct store_event){.at = clock_now(k->ask->p->clock),
				      .kind = "contact.cleared",
				      .person = k->person.row.id,
				      .agency = k->person.row.agency,
				      .by = BY},
		err);
}

static int bad_contact(struct acting *k, bool *is_bad)
{
	const struct person *p = &k->person.p;
	const char *const addresses[] = {p->email, p->phone};
	static const enum channel channels[] = {CHANNEL_EMAIL, CHANNEL_SMS};
	struct store_contact c;
	bool found;
	*is_bad = false;
	for (int i = 0; i < 2; i++) {
		if (!addresses[i])
			continue;
		if (store_contact_get(k->ask->p->store, channels[i],
				      addresses[i], clock_now(k->ask->p->clock),
				      &k->ask->s->arena, &c, &found,
				      k->ask->err))
			return -1;
		*is_bad |= found;
	}
	return 0;
}

static int contact_ok(struct acting *k)
{
	bool is_bad;
	if (bad_contact(k, &is_bad))
		return -1;
	if (!is_bad)
		return 0; /* once is enough */
	if (store_tx(k->ask->p->store, clear_contacts, k, k->ask->err))
		return -1;
	plan_youth_look(k->ask->p, (uint32_t)k->person.row.id);
	return 0;
}

/* --- a message that waits --- */

/* The message must be to somebody whom the digest shows. */
static int stop_message(struct acting *k)
{
	struct planner *p = k->ask->p;
	struct store_message m;
	struct err gone = {0};
	bool is_own = false;
	int64_t id;
	k->refused = NOT_SHOWN;
	if (num_parse_int(k->item, 1, INT64_MAX, &id))
		return 0;
	if (store_message_get(p->store, id, &k->ask->s->arena, &m, &gone)) {
		*k->ask->err = gone;
		return gone.kind == ERR_STORE ? -1 : 0;
	}
	if (m.audience != STORE_TO_YOUTH)
		return 0;
	if (page_digest_person(k->ask, k->d, m.person, &k->person, &is_own))
		return -1;
	if (!is_own)
		return 0;
	if (!page_digest_may_write(k->d, &k->person.row)) {
		k->refused = NOT_YOURS;
		return 0;
	}
	bool is_refused;
	k->refused = NULL;
	int result = plan_stop(p, id, &is_refused, k->ask->err);
	return say_refused(k, result, is_refused);
}

/* --- the adviser's own --- */

struct telling {
	struct acting *k;
	const json_t *words;
	const char *what;
};

static int write_told(struct store *s, void *ctx, struct err *err)
{
	const struct telling *t = ctx;
	const struct plan_digest *d = &t->k->d->whose;
	char data[40];
	snprintf(data, sizeof(data), "{\"what\":\"%s\"}", t->what);
	if (store_adviser_tell(s, d->agency, d->adviser, t->words, err))
		return -1;
	return store_event_add(
		s,
		&(struct store_event){.at = clock_now(t->k->ask->p->clock),
				      .kind = "adviser.told",
				      .agency = d->agency,
				      .by = BY,
				      .data = data},
		err);
}

static int tell(struct acting *k, json_t *words_take, const char *what)
{
	struct telling t = {k, words_take, what};
	const struct plan_digest *d = &k->d->whose;
	json_t *old = store_adviser_told(k->ask->p->store, d->agency,
					 d->adviser, k->ask->err);
	const char *key;
	json_t *v;
	int result = old ? 0 : -1;
	bool is_same = true;
	json_object_foreach(words_take, key, v)
	{
		const json_t *was = json_object_get(old, key);
		is_same &= json_is_null(v) ? !was : json_equal(was, v);
	}
	if (!result && !is_same)
		result =
			store_tx(k->ask->p->store, write_told, &t, k->ask->err);
	json_decref(old);
	json_decref(words_take);
	return result;
}

static int rhythm(struct acting *k)
{
	const char *word = js_str(k->ask->line, "rhythm", NULL);
	if (vocab_find(&vocab_digest, word) == VOCAB_NONE) {
		k->refused = "Choisissez un rythme.";
		return 0;
	}
	return tell(k, json_pack("{s:s}", "rhythm", word), "rhythm");
}

/* Somebody else of the agency, or nobody. */
static int check_substitute(struct acting *k, const char *ref)
{
	struct adviser other;
	struct err gone = {0};
	if (!ref)
		return 0;
	if (str_eq(ref, k->d->whose.adviser) ||
	    plan_adviser_get(k->ask->p, k->d->whose.agency, ref, k->ask->s,
			     &other, &gone))
		k->refused = "Choisissez un ou une collègue de votre "
			     "structure.";
	*k->ask->err = gone;
	return gone.kind == ERR_STORE ? -1 : 0;
}

/* until: the last day away; without it, the adviser is back. */
static int away(struct acting *k)
{
	const json_t *line = k->ask->line;
	const char *until = js_str(line, "until", "");
	const char *ref = js_str(line, "substitute", "");
	int32_t day, today = paris_date(clock_now(k->ask->p->clock));
	char from[11];
	ref = *ref ? ref : NULL;
	if (!*until)
		return tell(k,
			    json_pack("{s:n,s:n,s:n}", "absent_from",
				      "absent_until", "substitute"),
			    "back");
	if (date_parse_iso(until, &day) || day < today ||
	    day > today + AWAY_DAYS_MAX) {
		k->refused = "Choisissez une date à venir, dans moins d'un an.";
		return 0;
	}
	if (check_substitute(k, ref) || k->refused)
		return k->refused ? 0 : -1;
	date_format(today, from);
	return tell(k,
		    json_pack("{s:s,s:s,s:s?}", "absent_from", from,
			      "absent_until", until, "substitute", ref),
		    "away");
}

/* --- one act --- */

enum { ON_OFFER = 1, ON_PERSON = 2, ON_STEP = 4 };
static const struct act {
	const char *word;
	act_fn *fn;
	unsigned on; /* 0: reads the item itself, or needs none */
} acts[] = {
	{"send", decide, ON_OFFER},
	{"dismiss", decide, ON_OFFER},
	{"later", decide, ON_OFFER},
	{"placed", placed, ON_OFFER | ON_PERSON},
	{"absent", absent, ON_OFFER | ON_PERSON | ON_STEP},
	{"rupture", rupture, ON_PERSON | ON_STEP},
	{"ok", ok, ON_STEP},
	{"contact_ok", contact_ok, ON_PERSON},
	{"stop", stop_message, 0},
	{"rhythm", rhythm, 0},
	{"away", away, 0},
};

/* Is the item one that the digest shows, of a kind this act is for? A person is
 * shown wherever an item of theirs is. */
static int check_item(struct acting *k, unsigned on, bool *is)
{
	*is = false;
	if (read_item(k))
		return 0;
	unsigned kind = k->step != VOCAB_NONE ? ON_STEP
			: k->ids[1]	      ? ON_OFFER
					      : ON_PERSON;
	if (!(on & kind) ||
	    (kind != ON_PERSON && !map_get(&k->d->items, k->item)))
		return 0;
	return page_digest_person(k->ask, k->d, k->ids[0], &k->person, is);
}

static int act(struct acting *k)
{
	const struct act *found = NULL;
	bool is_shown = true;
	for (size_t i = 0; i < ARRAY_LEN(acts) && !found; i++) {
		if (str_eq(acts[i].word, k->act))
			found = &acts[i];
	}
	if (!found) {
		k->refused = NOT_KNOWN;
		return 0;
	}
	if (found->on && check_item(k, found->on, &is_shown))
		return -1;
	if (!is_shown) {
		k->refused = NOT_SHOWN;
		return 0;
	}
	return found->fn(k);
}

static int use_token(const struct plan_page_ask *ask)
{
	return store_token_use(ask->p->store, ask->token,
			       clock_now(ask->p->clock), ask->err);
}

json_t *plan_page_digest(const struct plan_page_ask *ask)
{
	struct page_digest d;
	struct acting k = {.ask = ask, .d = &d};
	json_t *model = NULL;
	if (page_digest_find(ask, &d))
		return NULL;
	k.act = js_str(ask->line, "act", "");
	k.item = js_str(ask->line, "item", "");
	int result = ask->line ? act(&k) : 0;
	/* a proposal that is not there any more is no failure of the page */
	if (result && ask->err->kind == ERR_UNKNOWN) {
		k.refused = NOT_SHOWN;
		result = 0;
	}
	if (!result && ask->line && !k.refused)
		result = use_token(ask);
	if (!result)
		model = page_digest_model(ask, &d);
	if (model && ask->line && k.refused) {
		json_object_set_new(model, "refused", json_true());
		js_put_str(model, "refused_fr", k.refused);
	} else if (model && ask->line) {
		js_put_str(model, "done", k.act);
		js_put_str(model, "done_item", *k.item ? k.item : NULL);
	}
	page_digest_clear(&d);
	return model;
}
