/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages for lanes that have room: what is due is asked once more whether it
 * may go, claimed (its line frozen) in one commit with the others, and leaves
 * after that commit. What cannot be made costs itself. */
#include "outbox.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/plan_youth.h>
#include <etrier/store_claims.h>
#include <etrier/str.h>
#include <etrier/wire.h>

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
	struct arena *arena;
	json_t *line;  /* new; NULL when is_empty, or it must wait */
	bool is_empty; /* cancelled instead */
	size_t bytes;  /* of the model */
	int64_t wait;  /* not yet, by its pace; 0: now */
	const char *why;
};

static const char *address_of(const json_t *line)
{
	return js_str(json_object_get(line, "to"), "address", "");
}

static int freeze(struct claiming *k, struct store_frozen *f, struct buf *model,
		  struct err *err)
{
	json_t *line = plan_deliver_line_in(k->o->planner, k->m, k->lang, true,
					    &k->is_empty, err);
	if (!line)
		return k->is_empty ? 0 : -1;
	const char *address = address_of(line);
	js_write(line, model);
	k->line = line;
	if (model->too_big)
		return err_set(err, ERR_LIMIT, "a line of more than %zu bytes",
			       model->max);
	*f = (struct store_frozen){.message_id =
					   js_str(line, "message_id", NULL),
				   .model = model->data,
				   .template_hash = k->set->hash,
				   .template_text = k->set->text,
				   /* what comes back names nothing else */
				   .address = *address ? address : NULL};
	return 0;
}

/* Asked before the line is made: who has to wait leaves no token behind. A
 * mail into a folder has no operator. */
static int ask_pace(struct claiming *k, struct err *err)
{
	int64_t now = clock_now(k->o->clock), at;
	const char *address = NULL;
	if (k->m->channel != CHANNEL_EMAIL || k->m->is_preview)
		return 0;
	if (k->line)
		address = address_of(k->line);
	else if (plan_where_to(k->o->planner, k->m, k->arena, &address, err))
		return -1;
	if (!address)
		return 0; /* who makes the line says why */
	at = mailpace_take(k->o->pace, address, now, &k->why);
	k->wait = at > now ? at : 0;
	return 0;
}

static int claim(struct store *s, void *ctx, struct err *err)
{
	struct claiming *k = ctx;
	struct store_frozen f = {0};
	struct buf model;
	buf_init(&model, WIRE_LINE_MAX);
	int result = ask_pace(k, err);
	if (!result && !k->wait && !k->m->model)
		result = freeze(k, &f, &model, err);
	if (!result && k->is_empty)
		result = outbox_give_up(k->o, k->m, "nothing left to say", err);
	else if (!result && k->wait)
		result = outbox_postpone(k->o, k->m, k->why, k->wait, err);
	else if (!result)
		result = store_message_claim(s, k->m->id,
					     k->m->model ? NULL : &f,
					     clock_now(k->o->clock), err);
	k->bytes = k->m->model ? strlen(k->m->model) : model.len;
	buf_clear(&model);
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
	size_t bytes;	 /* of the models */
	int64_t end_ms;	 /* monotonic: the rest waits */
	bool is_all_due; /* ids are: there is no more */
	json_t *lines;	 /* `deliver`, in order */
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
	struct claiming k = {.o = f->o,
			     .m = m,
			     .set = set,
			     .lang = lang,
			     .arena = &f->arena};
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

static bool has_room(const struct feeding *f)
{
	return json_array_size(f->lines) < f->most &&
	       f->bytes < OUTBOX_IN_HAND_BYTES;
}

static bool is_late(const struct feeding *f)
{
	return clock_mono_ms(f->o->clock) >= f->end_ms;
}

static int try_in_order(struct store *s, struct feeding *f, struct err *err)
{
	for (size_t i = 0; i < f->n && has_room(f); i++) {
		struct store_message m;
		if (i && is_late(f)) {
			f->o->has_more = true;
			f->is_all_due = false;
			return 0;
		}
		if (store_message_get(s, f->ids[i], &f->arena, &m, err) ||
		    (m.state == STORE_PLANNED && try_message(f, &m, err)))
			return err_prefix(err, "message %lld",
					  (long long)f->ids[i]);
	}
	return 0;
}

/* Many of them ask for the same offer, agency and adviser. */
static int try_all(struct store *s, struct feeding *f, struct err *err)
{
	planner_batch_begin(f->o->planner);
	int result = try_in_order(s, f, err);
	planner_batch_end(f->o->planner);
	return result;
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

static int try_these(struct store *s, void *ctx, struct err *err)
{
	struct feeding *f = ctx;
	return try_all(s, f, err) || outbox_keep_pace(f->o, err) ? -1 : 0;
}

static int feed_with(struct outbox *o, struct lane *l, const int64_t *ids,
		     size_t n, struct err *err)
{
	struct feeding f;
	feeding_init(&f, o, l);
	f.ids = ids;
	f.n = n;
	int result = store_tx(o->store, try_these, &f, err);
	if (result)
		o->pace_kept = PACE_LOST;
	else
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
	size_t n;
};

static int find_due(struct outbox *o, const struct lane *l, size_t max,
		    struct ids *ids, struct err *err)
{
	return store_messages_due(o->store, l->channel, clock_now(o->clock),
				  ids->v, max < LOOKS_MAX ? max : LOOKS_MAX,
				  &ids->n, err);
}

static int feed_lane(struct outbox *o, struct lane *l, struct err *err)
{
	struct ids ids;
	if (find_due(o, l, LOOKS_MAX, &ids, err))
		return -1;
	return feed_each(o, l, ids.v, ids.n, err);
}

/* Everything there is to do, in one commit: what was said is settled, every
 * lane with room gets what is due. */
struct pumping {
	struct outbox *o;
	enum store_state *states;
	struct feeding feeds[LANES_FED_MAX];
	size_t n_feeds;
};

static int feed_some(struct store *s, struct feeding *f, size_t max,
		     struct err *err)
{
	struct ids ids;
	if (find_due(f->o, f->l, max, &ids, err))
		return -1;
	f->ids = ids.v;
	f->n = ids.n;
	f->is_all_due = ids.n < max && ids.n < LOOKS_MAX;
	return try_all(s, f, err);
}

static int pump_all(struct store *s, void *ctx, struct err *err)
{
	struct pumping *k = ctx;
	if (outbox_settle_all(k->o, k->states, err))
		return -1;
	for (size_t i = 0; i < k->n_feeds; i++) {
		struct feeding *f = &k->feeds[i];
		/* Mostly all that are due may go. */
		if (feed_some(s, f, f->most, err))
			return -1;
		if (f->n == f->most && has_room(f) && !is_late(f) &&
		    feed_some(s, f, LOOKS_MAX, err))
			return -1;
	}
	return outbox_keep_pace(k->o, err);
}

static bool pump_together(struct outbox *o)
{
	struct err why = {0};
	struct pumping k = {.o = o};
	for (struct lane *l = o->lanes; l && k.n_feeds < LANES_FED_MAX;
	     l = l->next)
		if (room_of(o, l))
			feeding_init(&k.feeds[k.n_feeds++], o, l);
	if (!k.n_feeds && !o->n_unsettled && outbox_has_kept_pace(o))
		return true;
	k.states = mem_array(o->n_unsettled + 1, sizeof(*k.states));
	bool ok = !store_tx(o->store, pump_all, &k, &why);
	if (ok)
		outbox_settled_all(o, k.states);
	o->has_more_due &= k.n_feeds == 0;
	for (size_t i = 0; i < k.n_feeds; i++) {
		struct feeding *f = &k.feeds[i];
		o->has_more_due |= !ok || !f->is_all_due || !has_room(f);
		if (ok)
			send_lines(f);
		feeding_clear(f);
	}
	if (!ok)
		o->pace_kept = PACE_LOST;
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

int outbox_wait_ms(const struct outbox *o)
{
	if (o->n_unsettled >= OUTBOX_SETTLE_MAX)
		return 0;
	for (const struct lane *l = o->lanes; l && o->has_more_due; l = l->next)
		if (room_of(o, l))
			return 0;
	return OUTBOX_SETTLE_MS;
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
