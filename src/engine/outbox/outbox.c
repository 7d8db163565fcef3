/* SPDX-License-Identifier: EUPL-1.2 */
/* Lanes and messages. Every durable step is one commit:
 *
 *   claim (state sending, model frozen) ── then ──► the line leaves
 *   submitting (an SMS is about to leave the lane)
 *   verdict ──► settle
 *
 * so that a kill between any two leaves a row that says what may have
 * happened. */
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

/* Messages looked at for one idle lane before it has to wait a tick. */
#define LOOKS_MAX 20

struct text_set { /* the templates in force */
	char *hash, *text;
};

static void set_free(void *v)
{
	struct text_set *t = v;
	if (!t)
		return;
	free(t->hash);
	free(t->text);
	free(t);
}

struct outbox *outbox_new(struct store *store, struct planner *planner,
			  const struct clock *clock,
			  const struct outbox_ops *ops)
{
	struct outbox *o = mem_alloc(sizeof(*o));
	o->store = store;
	o->planner = planner;
	o->clock = clock;
	o->ops = *ops;
	map_init(&o->sets);
	return o;
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	while (o->lanes) {
		struct lane *l = o->lanes;
		o->lanes = l->next;
		free(l);
	}
	for (size_t i = 0; i < o->n_unsettled; i++)
		json_decref(o->unsettled[i].verdict);
	free(o->unsettled);
	map_clear(&o->sets, set_free);
	free(o);
}

int outbox_recover(struct outbox *o, struct err *err)
{
	int64_t n_mail, n_sms;
	if (store_messages_recover(o->store, clock_now(o->clock), &n_mail,
				   &n_sms, err))
		return -1;
	if (n_mail || n_sms)
		log_event(LOG_NOTICE, "outbox.recovered",
			  LOG_D("mail_again", n_mail),
			  LOG_D("sms_uncertain", n_sms));
	o->stats.uncertain += (uint64_t)n_sms;
	return 0;
}

/* --- lanes ---------------------------------------------------------------- */

static struct lane *find_lane(struct outbox *o, const char *name)
{
	for (struct lane *l = o->lanes; l; l = l->next) {
		if (str_eq(l->name, name))
			return l;
	}
	return NULL;
}

/* What the process before this one had in force says nothing any more. */
static void forget_sets(struct outbox *o, const char *lane)
{
	const char *key;
	void *v;
	size_t n = strlen(lane);
	for (size_t i = 0; map_each(&o->sets, &i, &key, &v);) {
		if (!str_starts(key, lane) || key[n] != ' ')
			continue;
		char *copy = mem_dup(key);
		set_free(map_remove(&o->sets, copy));
		free(copy);
	}
}

static void count_lane(struct outbox *o, const struct lane *l, int n)
{
	o->stats.lanes += n;
	if (l->channel == CHANNEL_SMS)
		o->stats.sms_lanes += n;
	else
		o->stats.mail_lanes += n;
}

void outbox_lane_up(struct outbox *o, const char *name)
{
	struct lane *l = find_lane(o, name);
	struct err kept; /* and tried again by the next pump */
	if (!l) {
		l = mem_alloc(sizeof(*l));
		l->next = o->lanes;
		o->lanes = l;
		l->channel =
			str_starts(name, "sms") ? CHANNEL_SMS : CHANNEL_EMAIL;
		count_lane(o, l, 1);
	}
	str_copy(l->name, sizeof(l->name), name);
	l->n_up++;
	l->listing = 0;
	if (l->message)
		(void)outbox_settle(o, l, NULL, &kept);
	forget_sets(o, l->name);
}

int outbox_lane_down(struct outbox *o, const char *name, struct err *err)
{
	struct lane *l = find_lane(o, name);
	if (!l || --l->n_up > 0)
		return 0;
	int result = l->message ? outbox_settle(o, l, NULL, err) : 0;
	for (struct lane **k = &o->lanes; *k; k = &(*k)->next) {
		if (*k == l) {
			*k = l->next;
			break;
		}
	}
	count_lane(o, l, -1);
	free(l);
	return result;
}

/* --- claiming ------------------------------------------------------------- */

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

/* What comes back names nothing else. */
static int keep_address(const struct claiming *k, struct err *err)
{
	const char *address =
		js_str(json_object_get(k->line, "to"), "address", NULL);
	return address ? store_message_address(k->o->store, k->m->id, address,
					       err)
		       : 0;
}

static int claim(struct store *s, void *ctx, struct err *err)
{
	struct claiming *k = ctx;
	struct store_frozen f = {0};
	char *model = NULL;
	int result = k->m->model ? 0 : freeze(k, &f, &model, err);
	if (!result && k->is_empty)
		result = outbox_give_up(k->o, k->m, "nothing left to say", err);
	else if (!result)
		result = store_message_claim(s, k->m->id,
					     k->m->model ? NULL : &f,
					     clock_now(k->o->clock), err);
	if (!result && !k->is_empty && !k->m->model)
		result = keep_address(k, err);
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

static int give(struct outbox *o, struct lane *l, const struct store_message *m,
		const struct text_set *set, const char *lang, struct arena *a,
		bool *given, struct err *err)
{
	struct claiming k = {.o = o, .m = m, .set = set, .lang = lang};
	struct err why = {0};
	if (m->model)
		k.line = js_parse(m->model, strlen(m->model), &why);
	if (m->model && !k.line)
		return cannot(o, m, &why, err);
	if (store_tx(o->store, claim, &k, &why)) {
		json_decref(k.line);
		if (why.kind != ERR_STORE)
			return cannot(o, m, &why, err);
		*err = why;
		return -1;
	}
	if (k.is_empty)
		return 0;
	l->message = m->id;
	l->is_submitting = false;
	o->stats.claimed++;
	o->stats.busy++;
	*given = true;
	o->ops.send(o->ops.ctx, l->name, dress(o, m, k.line, set, a));
	return 0;
}

/* Give the message to the lane, or see to it that it is not asked for again
 * now. *given: the lane is busy. */
static int try_message(struct outbox *o, struct lane *l,
		       const struct store_message *m, struct arena *a,
		       bool *given, struct err *err)
{
	enum plan_answer answer;
	int64_t at;
	const char *why, *address, *lang;
	const struct text_set *set = set_in_force(o, l, m, a, &lang);
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
	return give(o, l, m, set, lang, a, given, err);
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

static int feed_lane(struct outbox *o, struct lane *l, struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct ids ids = {.n = 0};
	struct arena a;
	bool given = false;
	int result = 0;
	q.states = 1u << STORE_PLANNED;
	q.channel = (int)l->channel;
	q.due_at = clock_now(o->clock);
	q.limit = LOOKS_MAX;
	if (store_messages_each(o->store, &q, collect_id, &ids, err))
		return -1;
	arena_init(&a);
	for (int i = 0; i < ids.n && !given && !result; i++) {
		struct store_message m;
		result = store_message_get(o->store, ids.v[i], &a, &m, err);
		if (!result)
			result = try_message(o, l, &m, &a, &given, err);
		if (result)
			err_prefix(err, "message %lld", (long long)ids.v[i]);
	}
	arena_clear(&a);
	return result;
}

int outbox_pump(struct outbox *o, struct err *err)
{
	if (outbox_settle_rest(o, err) || outbox_sweep(o, err))
		return -1;
	for (struct lane *l = o->lanes; l; l = l->next) {
		if (!l->message && !outbox_is_listing(o, l) &&
		    feed_lane(o, l, err))
			return -1;
		if (!l->message && l->channel == CHANNEL_SMS)
			outbox_ask_list(o, l);
	}
	return 0;
}

/* --- what a lane says -------------------------------------------------------
 */

static void on_template(struct outbox *o, const struct lane *l,
			const json_t *line)
{
	char key[96];
	snprintf(key, sizeof(key), "%s %s/%s/%s", l->name,
		 js_str(line, "lang", ""), js_str(line, "kind", ""),
		 js_str(line, "channel", ""));
	struct text_set *t = mem_alloc(sizeof(*t));
	t->hash = mem_dup(js_str(line, "hash", ""));
	t->text = mem_dup(js_str(line, "text", ""));
	set_free(map_put(&o->sets, key, t));
}

int outbox_line(struct outbox *o, const char *name, const char *type,
		json_t *line, struct err *err)
{
	struct lane *l = find_lane(o, name);
	if (!l)
		return err_set(err, ERR_INPUT, "no lane %s", name);
	if (str_eq(type, "template")) {
		on_template(o, l, line);
		return 0;
	}
	if (str_eq(type, "blacklisted"))
		return outbox_take_list(o, l, line, err);
	if (!l->message || js_int(line, "id", -1) != l->message)
		return err_set(err, ERR_INPUT,
			       "lane %s speaks of a message that it does not "
			       "have",
			       name);
	l->is_submitting |= str_eq(type, "submitting");
	if (str_eq(type, "submitting"))
		return store_message_submitting(o->store, l->message,
						clock_now(o->clock), err);
	if (str_eq(type, "verdict"))
		return outbox_settle(o, l, line, err);
	return err_set(err, ERR_INPUT, "a \"%s\" line has no place here", type);
}

void outbox_stats(const struct outbox *o, struct outbox_stats *out)
{
	*out = o->stats;
}
