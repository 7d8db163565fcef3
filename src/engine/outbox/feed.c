/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages for lanes that have room: what is due is asked once more whether it
 * may go, claimed (its line frozen) in one commit with the others, and leaves
 * after that commit. What cannot be made costs itself. */
#include "outbox.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/plan_youth.h>
#include <etrier/store_addresses.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages looked at for one lane before it has to wait a tick. */
#define LOOKS_MAX (2 * OUTBOX_IN_HAND)
/* Lanes fed in one commit: mail.lanes and sms.lanes end at 16 each. */
#define LANES_FED_MAX 32

/* The text set this lane renders such a message with, in the first language
 * of the person that it has texts in. */
static const struct text_set *set_in_force(struct outbox *o,
					   const struct lane *l,
					   const struct store_message *m,
					   struct arena *a, const char **lang)
{
	const char *langs[PLAN_LANGS_MAX];
	size_t n = plan_languages(o->planner, m, a, langs);
	bool is_own = m->kind == STORE_NOTICE && m->topic;
	const struct text_set *set = NULL;
	for (size_t i = 0; i < n && !set; i++) {
		char key[96];
		*lang = langs[i];
		snprintf(key, sizeof(key), "%s %s/%s/%s", l->name, langs[i],
			 is_own ? m->topic
				: vocab_code(&vocab_message_kind, (int)m->kind),
			 vocab_code(&vocab_channel, (int)m->channel));
		set = map_get(&o->sets, key);
	}
	return set;
}

struct claiming {
	struct outbox *o;
	const struct store_message *m;
	const struct text_set *set;
	const char *lang;
	json_t *line;  /* new; NULL when is_empty */
	bool is_empty; /* cancelled instead */
	size_t bytes;  /* of the model */
	int64_t wait;  /* not yet, by its pace; 0: now */
	const char *why;
};

static int freeze(struct claiming *k, struct store_frozen *f, char **model,
		  struct err *err)
{
	json_t *line = plan_deliver_line_in(k->o->planner, k->m, k->lang, true,
					    &k->is_empty, err);
	if (!line)
		return k->is_empty ? 0 : -1;
	*model = json_dumps(line, JSON_COMPACT);
	*f = (struct store_frozen){.message_id =
					   js_str(line, "message_id", NULL),
				   .model = *model,
				   .template_hash = k->set->hash,
				   .template_text = k->set->text};
	k->line = line;
	return 0;
}

static const char *address_of(const json_t *line)
{
	return js_str(json_object_get(line, "to"), "address", "");
}

/* What comes back names nothing else. */
static int keep_address(const struct claiming *k, struct err *err)
{
	const char *address = address_of(k->line);
	return *address ? store_message_address(k->o->store, k->m->id, address,
						err)
			: 0;
}

/* A mail into a folder has no operator. */
static bool may_go_now(struct claiming *k)
{
	int64_t now = clock_now(k->o->clock);
	if (k->m->channel != CHANNEL_EMAIL || k->m->is_preview)
		return true;
	int64_t at =
		mailpace_take(k->o->pace, address_of(k->line), now, &k->why);
	k->wait = at > now ? at : 0;
	return !k->wait;
}

static int claim(struct store *s, void *ctx, struct err *err)
{
	struct claiming *k = ctx;
	struct store_frozen f = {0};
	char *model = NULL;
	int result = k->m->model ? 0 : freeze(k, &f, &model, err);
	if (!result && k->is_empty)
		result = outbox_give_up(k->o, k->m, "nothing left to say", err);
	else if (!result && !may_go_now(k))
		result = outbox_postpone(k->o, k->m, k->why, k->wait, err);
	else if (!result)
		result = store_message_claim(s, k->m->id,
					     k->m->model ? NULL : &f,
					     clock_now(k->o->clock), err);
	if (!result && !k->is_empty && !k->wait && !k->m->model)
		result = keep_address(k, err);
	if (model || k->m->model)
		k->bytes = strlen(model ? model : k->m->model);
	free(model);
	return result;
}

/* Outside production: to one address, whoever it was for. The row keeps the
 * true one, so that everything else is as it would be. */
static void redirect(struct outbox *o, const struct store_message *m,
		     json_t *line)
{
	const char *address;
	if (!planner_override(o->planner, m->channel, &address))
		return;
	json_object_set_new(line, "to", json_pack("{s:s}", "address", address));
	json_object_set_new(line, "reply_to", json_null());
	log_event(LOG_NOTICE, "outbox.redirected", LOG_D("message", m->id),
		  LOG_D("recipients", 1));
}

/* The frozen line with what belongs to this delivery only. */
static json_t *dress(struct outbox *o, const struct store_message *m,
		     json_t *line_take, const struct text_set *set,
		     struct arena *a)
{
	json_t *line = line_take;
	json_object_set_new(line, "t", json_string("deliver"));
	js_put_int(line, "id", m->id, 0);
	redirect(o, m, line);
	const char *hash = m->template_hash ? m->template_hash : set->hash;
	js_put_str(line, "template_hash", hash);
	if (!str_eq(hash, set->hash)) {
		const char *text;
		struct err lost;
		if (!store_template_get(o->store, hash, a, &text, &lost))
			js_put_str(line, "template", text);
	}
	return line;
}

/* What cannot be made costs itself: a mistake of ours is asked again later,
 * anything else is given up. */
static int cannot(struct outbox *o, const struct store_message *m,
		  const struct err *why, struct err *err)
{
	char text[80];
	snprintf(text, sizeof(text), "it could not be made: %s",
		 err_kind_name(why->kind));
	log_event(LOG_ERROR, "outbox.unmakeable", LOG_D("message", m->id),
		  LOG_S("why", why->text));
	if (why->kind == ERR_CONFIG)
		return outbox_postpone(
			o, m, text, clock_now(o->clock) + OUTBOX_RETRY_FIRST_S,
			err);
	return outbox_give_up(o, m, text, err);
}

/* --- a lane and its next messages ----------------------------------------- */

/* What is claimed for a lane in one transaction, and leaves after it. */
struct feeding {
	struct outbox *o;
	struct lane *l;
	const int64_t *ids;
	size_t n, most;
	size_t bytes;	/* of the models */
	int64_t end_ms; /* monotonic: the rest waits */
	json_t *lines;	/* `deliver`, in order */
	struct arena arena;
};

static size_t room_of(const struct outbox *o, const struct lane *l)
{
	if (outbox_is_listing(o, l))
		return 0;
	size_t most = l->channel == CHANNEL_SMS ? 1 : OUTBOX_IN_HAND;
	/* Half is refilled at once: few large commits. */
	return l->n_hand > most / 2 || l->n_hand == most ? 0 : most - l->n_hand;
}

static int claim_one(struct feeding *f, const struct store_message *m,
		     const struct text_set *set, const char *lang,
		     struct err *err)
{
	struct claiming k = {.o = f->o, .m = m, .set = set, .lang = lang};
	if (m->model)
		k.line = js_parse(m->model, strlen(m->model), err);
	if ((m->model && !k.line) || store_tx(f->o->store, claim, &k, err)) {
		json_decref(k.line);
		return -1;
	}
	f->bytes += k.bytes;
	if (k.is_empty || k.wait)
		json_decref(k.line);
	else
		json_array_append_new(f->lines,
				      dress(f->o, m, k.line, set, &f->arena));
	return 0;
}

/* Claim the message, or see to it that it is not asked for again now. */
static int try_message(struct feeding *f, const struct store_message *m,
		       struct err *err)
{
	enum plan_answer answer;
	int64_t at;
	const char *why, *address, *lang;
	struct outbox *o = f->o;
	const struct text_set *set = set_in_force(o, f->l, m, &f->arena, &lang);
	if (!set)
		return 0; /* the lane has not told its templates yet */
	if (plan_recheck(o->planner, m, &answer, &at, &why, err))
		return -1;
	if (answer == PLAN_CANCEL)
		return outbox_give_up(o, m, why, err);
	if (answer == PLAN_WAIT)
		return outbox_postpone(o, m, why, at, err);
	if (planner_override(o->planner, m->channel, &address) && !address)
		return outbox_postpone(
			o, m, "delivery.override_to has nobody on this channel",
			clock_now(o->clock) + OUTBOX_RETRY_FIRST_S, err);
	return claim_one(f, m, set, lang, err);
}

static int try_all(struct store *s, void *ctx, struct err *err)
{
	struct feeding *f = ctx;
	for (size_t i = 0; i < f->n && json_array_size(f->lines) < f->most &&
			   f->bytes < OUTBOX_IN_HAND_BYTES;
	     i++) {
		struct store_message m;
		if (i && clock_mono_ms(f->o->clock) >= f->end_ms) {
			f->o->has_more = true;
			return 0;
		}
		if (store_message_get(s, f->ids[i], &f->arena, &m, err) ||
		    (m.state == STORE_PLANNED && try_message(f, &m, err)))
			return err_prefix(err, "message %lld",
					  (long long)f->ids[i]);
	}
	return 0;
}

/* After the commit. */
static void send_lines(struct feeding *f)
{
	struct outbox *o = f->o;
	struct lane *l = f->l;
	size_t i;
	json_t *line;
	json_array_foreach(f->lines, i, line)
	{
		bool is_mail = l->channel == CHANNEL_EMAIL;
		l->hand[l->n_hand++] = (struct in_hand){
			.message = js_int(line, "id", 0),
			.address = is_mail ? mem_dup(address_of(line)) : NULL};
		l->is_submitting = false;
		o->stats.claimed++;
		o->stats.busy++;
		o->ops.send(o->ops.ctx, l->name, json_incref(line));
	}
}

static void feeding_init(struct feeding *f, struct outbox *o, struct lane *l)
{
	*f = (struct feeding){.o = o,
			      .l = l,
			      .most = room_of(o, l),
			      .end_ms =
				      clock_mono_ms(o->clock) + OUTBOX_PUMP_MS,
			      .lines = json_array()};
	arena_init(&f->arena);
}

static void feeding_clear(struct feeding *f)
{
	json_decref(f->lines);
	arena_clear(&f->arena);
}

static int feed_with(struct outbox *o, struct lane *l, const int64_t *ids,
		     size_t n, struct err *err)
{
	struct feeding f;
	feeding_init(&f, o, l);
	f.ids = ids;
	f.n = n;
	int result = store_tx(o->store, try_all, &f, err);
	if (!result)
		send_lines(&f);
	feeding_clear(&f);
	return result;
}

static int feed_each(struct outbox *o, struct lane *l, const int64_t *ids,
		     size_t n, struct err *err)
{
	for (size_t i = 0; i < n && room_of(o, l); i++) {
		struct err why = {0};
		struct store_message m;
		struct arena a;
		if (!feed_with(o, l, &ids[i], 1, &why))
			continue;
		arena_init(&a);
		int result = -1;
		if (why.kind == ERR_STORE)
			*err = why;
		else if (!store_message_get(o->store, ids[i], &a, &m, err))
			result = cannot(o, &m, &why, err);
		arena_clear(&a);
		if (result)
			return -1;
	}
	return 0;
}

struct ids {
	int64_t v[LOOKS_MAX];
	int n;
};

static int collect_id(void *ctx, const struct store_message *row)
{
	struct ids *ids = ctx;
	ids->v[ids->n++] = row->id;
	return ids->n == LOOKS_MAX;
}

static int find_due(struct outbox *o, const struct lane *l, struct ids *ids,
		    struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	ids->n = 0;
	q.states = 1u << STORE_PLANNED;
	q.channel = (int)l->channel;
	q.due_at = clock_now(o->clock);
	q.limit = LOOKS_MAX;
	return store_messages_each(o->store, &q, collect_id, ids, err);
}

static int feed_lane(struct outbox *o, struct lane *l, struct err *err)
{
	struct ids ids;
	if (find_due(o, l, &ids, err))
		return -1;
	return feed_each(o, l, ids.v, (size_t)ids.n, err);
}

/* Everything there is to do, in one commit: what was said is settled, every
 * lane with room gets what is due. */
struct pumping {
	struct outbox *o;
	enum store_state *states;
	struct feeding feeds[LANES_FED_MAX];
	size_t n_feeds;
};

static int pump_all(struct store *s, void *ctx, struct err *err)
{
	struct pumping *k = ctx;
	if (outbox_settle_all(k->o, k->states, err))
		return -1;
	for (size_t i = 0; i < k->n_feeds; i++) {
		struct feeding *f = &k->feeds[i];
		struct ids ids;
		if (find_due(k->o, f->l, &ids, err))
			return -1;
		f->ids = ids.v;
		f->n = (size_t)ids.n;
		if (try_all(s, f, err))
			return -1;
	}
	return 0;
}

static bool pump_together(struct outbox *o)
{
	struct err why = {0};
	struct pumping k = {.o = o};
	for (struct lane *l = o->lanes; l && k.n_feeds < LANES_FED_MAX;
	     l = l->next)
		if (room_of(o, l))
			feeding_init(&k.feeds[k.n_feeds++], o, l);
	if (!k.n_feeds && !o->n_unsettled)
		return true;
	k.states = mem_array(o->n_unsettled + 1, sizeof(*k.states));
	bool ok = !store_tx(o->store, pump_all, &k, &why);
	if (ok)
		outbox_settled_all(o, k.states);
	for (size_t i = 0; i < k.n_feeds; i++) {
		if (ok)
			send_lines(&k.feeds[i]);
		feeding_clear(&k.feeds[i]);
	}
	free(k.states);
	return ok;
}

static int pump(struct outbox *o, struct err *err)
{
	bool is_new_day = o->figures_day != DATE_NONE &&
			  o->figures_day != paris_date(clock_now(o->clock));
	if (outbox_sweep(o, err) || (is_new_day && outbox_keep_figures(o, err)))
		return -1;
	if (pump_together(o))
		return 0;
	/* Something in it cannot be: one by one, and that one is dealt with. */
	if (outbox_settle_rest(o, err))
		return -1;
	for (struct lane *l = o->lanes; l; l = l->next) {
		if (room_of(o, l) && feed_lane(o, l, err))
			return -1;
	}
	return 0;
}

bool outbox_has_more(const struct outbox *o)
{
	return o->has_more;
}

int outbox_pump(struct outbox *o, struct err *err)
{
	o->has_more = false;
	if (pump(o, err))
		return -1;
	for (struct lane *l = o->lanes; l; l = l->next)
		if (!l->n_hand && l->channel == CHANNEL_SMS)
			outbox_ask_list(o, l);
	return 0;
}
