/* SPDX-License-Identifier: EUPL-1.2 */
/* Lanes and what they say (feed.c gives them messages). Every durable step is
 * one commit:
 *
 *   claim (state sending, model frozen) ── then ──► the line leaves
 *   submitting (an SMS is about to leave the lane)
 *   verdict ──► settle
 *
 * so that a kill between any two leaves a row that says what may have
 * happened. */
#include "outbox.h"

#include <etrier/arena.h>
#include <etrier/arrivals.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_free(void *v)
{
	struct text_set *t = v;
	if (!t)
		return;
	free(t->hash);
	free(t->text);
	free(t);
}

/* A bounce says what the relay's "taken" could not. */
static void on_policy(void *ctx, const char *address)
{
	struct outbox *o = ctx;
	(void)mailpace_hold(o->pace, address, clock_now(o->clock));
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
	o->pace = mailpace_new();
	planner_on_policy(planner, on_policy, o);
	o->figures_day = DATE_NONE;
	o->has_more_due = true;
	return o;
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	planner_on_policy(o->planner, NULL, NULL);
	while (o->lanes) {
		struct lane *l = o->lanes;
		o->lanes = l->next;
		for (size_t i = 0; i < l->n_hand; i++)
			free(l->hand[i].address);
		free(l);
	}
	mailpace_free(o->pace);
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
	o->has_more_due = true;
	while (l->n_hand)
		outbox_drop_hand(o, l, 0, NULL);
	(void)outbox_settle_rest(o, &kept);
	forget_sets(o, l->name);
}

int outbox_lane_down(struct outbox *o, const char *name, struct err *err)
{
	struct lane *l = find_lane(o, name);
	if (!l || --l->n_up > 0)
		return 0;
	while (l->n_hand)
		outbox_drop_hand(o, l, 0, NULL);
	int result = outbox_settle_rest(o, err);
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

/* The place of the message in the lane's hand; -1: it has it not. */
static int find_hand(const struct lane *l, int64_t message)
{
	for (size_t i = 0; i < l->n_hand; i++)
		if (l->hand[i].message == message)
			return (int)i;
	return -1;
}

int outbox_take(struct outbox *o, const char *name, const char *type,
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
	int i = find_hand(l, js_int(line, "id", -1));
	if (i < 0)
		return err_set(err, ERR_INPUT,
			       "lane %s speaks of a message that it does not "
			       "have",
			       name);
	l->is_submitting |= str_eq(type, "submitting");
	if (str_eq(type, "submitting"))
		return store_message_submitting(o->store, l->hand[i].message,
						clock_now(o->clock), err);
	if (!str_eq(type, "verdict"))
		return err_set(err, ERR_INPUT,
			       "a \"%s\" line has no place here", type);
	outbox_drop_hand(o, l, (size_t)i, line);
	return l->channel == CHANNEL_SMS ? outbox_settle_rest(o, err) : 0;
}

int outbox_line(struct outbox *o, const char *name, const char *type,
		json_t *line, struct err *err)
{
	if (outbox_take(o, name, type, line, err))
		return -1;
	return outbox_settle_rest(o, err);
}

void outbox_configure(struct outbox *o, const json_t *config)
{
	const json_t *mail = json_object_get(config, "mail");
	int32_t start;
	if (date_parse_iso(js_str(mail, "warmup_start", ""), &start))
		start = DATE_NONE;
	mailpace_configure(o->pace, json_object_get(config, "operators"),
			   start);
	struct err lost; /* figures only: another day begins */
	if (o->figures_day == DATE_NONE)
		(void)outbox_load_figures(o, &lost);
}

struct mailpace *outbox_pace(struct outbox *o)
{
	return o->pace;
}

void outbox_stats(const struct outbox *o, struct outbox_stats *out)
{
	*out = o->stats;
}
