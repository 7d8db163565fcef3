/* SPDX-License-Identifier: EUPL-1.2 */
/* What becomes of one offer line: stored, put under the canonical id of its
 * post, matched; and what is remembered of it as events. An offer that says
 * nothing new costs two look-ups. */
#include "polls.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/store_events.h>
#include <etrier/store_twins.h>
#include <etrier/str.h>

#include "same.h"

#include <stdlib.h>
#include <string.h>

int polls_event(struct polls *p, const char *kind, int64_t canonical,
		json_t *data_take, struct err *err)
{
	char *text = json_dumps(data_take, JSON_COMPACT);
	int result =
		store_event_add(p->store,
				&(struct store_event){.at = polls_clock(p),
						      .kind = kind,
						      .canonical = canonical,
						      .by = "collector",
						      .data = text},
				err);
	free(text);
	json_decref(data_take);
	return result;
}

/* --- what changed -----------------------------------------------------------
 */

/* A short text for a field of an offer line, or NULL: unknown. */
static const char *say(struct arena *a, const json_t *line, const char *field)
{
	const json_t *v = json_object_get(line, field);
	if (!json_is_object(v))
		return json_string_value(v);
	if (str_eq(field, "place"))
		return js_str(v, "city",
			      js_str(v, "postcode", js_str(v, "dept", NULL)));
	const char *period = js_str(v, "period", "?");
	int64_t lo = js_int(v, "min", -1), hi = js_int(v, "max", -1);
	if (lo < 0 && hi < 0)
		return js_str(v, "text", NULL);
	lo = lo < 0 ? hi : lo;
	hi = hi < 0 ? lo : hi;
	return arena_printf(a, "%lld-%lld EUR a %s", (long long)lo / 100,
			    (long long)hi / 100, period);
}

static void add_change(json_t *changes, const char *field, const char *was,
		       const char *is)
{
	if (!str_eq(was, is))
		json_object_set_new(changes, field,
				    json_pack("[s?,s?]", was, is));
}

static json_t *find_changes(struct arena *a, const struct store_offer *was,
			    const json_t *now, bool is_revived)
{
	static const char *const fields[] = {"kind", "place", "start", "salary",
					     "title"};
	json_t *changes = json_object();
	json_t *old = js_parse(was->fields, strlen(was->fields), NULL);
	for (size_t i = 0; old && i < ARRAY_LEN(fields); i++) {
		const char *x = say(a, old, fields[i]);
		add_change(changes, fields[i], x ? arena_dup(a, x) : NULL,
			   say(a, now, fields[i]));
	}
	if (is_revived)
		add_change(changes, "status",
			   vocab_code(&vocab_offer_state, (int)was->status),
			   "live");
	json_decref(old);
	return changes;
}

/* --- one offer --------------------------------------------------------------
 */

struct intake {
	struct polls *p;
	const struct source *s;
	struct offer *o;
	struct arena *a;
	json_t *line;
	bool is_known;
	struct store_offer was; /* when known */
	int64_t id, canonical;
	enum store_offer_change change;
};

static json_t *event_data(const struct intake *k)
{
	return json_pack("{s:s,s:s}", "source", k->s->name, "ref",
			 offer_ref(k->o, k->a));
}

static int find_known(struct intake *k, struct err *err)
{
	struct err why = {0};
	k->is_known =
		!store_offer_find(k->p->store, k->s->name,
				  offer_ref(k->o, k->a), k->a, &k->was, &why);
	if (!k->is_known && why.kind != ERR_UNKNOWN) {
		*err = why;
		return -1;
	}
	return 0;
}

static int put(struct intake *k, struct err *err)
{
	char hash[33];
	const struct offer *o = k->o;
	const json_t *quality = json_object_get(k->line, "quality");
	struct store_offer row;
	offer_content_hash(o, hash);
	char *fields = json_dumps(k->line, JSON_COMPACT);
	char *judged = quality ? json_dumps(quality, JSON_COMPACT) : NULL;
	struct store_offer_in in = {.source = k->s->name,
				    .ref = offer_ref(o, k->a),
				    .hash = hash,
				    .fields = fields,
				    .status = o->status,
				    .expires = o->expires,
				    .poll = k->s->poll,
				    .rank = same_rank(o),
				    .outcome = o->quality.outcome,
				    .judged = judged};
	int result = store_offer_put(k->p->store, &in, polls_clock(k->p),
				     &k->canonical, &k->change, err);
	free(fields);
	free(judged);
	if (result)
		return -1;
	k->id = k->was.id;
	if (!k->is_known &&
	    !store_offer_find(k->p->store, in.source, in.ref, k->a, &row, err))
		k->id = row.id;
	return k->id ? 0 : -1;
}

/* It was live, and is not any more. */
static int leave(struct intake *k, struct err *err)
{
	struct polls *p = k->p;
	bool is_dead, was_live = k->is_known && k->was.status == OFFER_LIVE;
	if (k->change == STORE_OFFER_HELD) {
		json_t *data = event_data(k);
		json_object_set(data, "quality",
				json_object_get(k->line, "quality"));
		p->stats.offers_held++;
		if (polls_event(p, "offer.held", k->canonical, data, err))
			return -1;
	}
	if (polls_refresh(p, k->canonical, &is_dead, err) ||
	    polls_strip(p, k->s, err))
		return -1;
	if (k->change == STORE_OFFER_CLOSED)
		p->stats.offers_closed++;
	return was_live && is_dead
		       ? polls_event(p, "offer.closed", k->canonical,
				     event_data(k), err)
		       : 0;
}

static int tell(struct intake *k, const char *reason, struct err *err)
{
	json_t *data = event_data(k);
	if (reason) {
		json_object_set_new(data, "reason", json_string(reason));
		return polls_event(k->p, "offer.joined", k->canonical, data,
				   err);
	}
	if (k->is_known) {
		json_t *changes =
			find_changes(k->a, &k->was, k->line,
				     k->change == STORE_OFFER_REVIVED);
		bool is_something = json_object_size(changes) > 0;
		json_object_set_new(data, "changes", changes);
		if (is_something)
			return polls_event(k->p, "offer.changed", k->canonical,
					   data, err);
		json_decref(data);
		return 0;
	}
	return polls_event(k->p, "offer.new", k->canonical, data, err);
}

/* It is live, and new or other than before. */
static int arrive(struct intake *k, struct err *err)
{
	struct polls *p = k->p;
	struct twin_in in = {.o = k->o,
			     .offer = k->id,
			     .has_changed = k->change == STORE_OFFER_CHANGED ||
					    k->change == STORE_OFFER_REVIVED};
	const char *reason = NULL;
	bool is_dead;
	p->stats.offers_new += k->change == STORE_OFFER_NEW;
	if (polls_find_twins(p, &in, k->a, &k->canonical, &reason, err))
		return -1;
	if ((k->change != STORE_OFFER_SAME || reason) && tell(k, reason, err))
		return -1;
	return polls_refresh(p, k->canonical, &is_dead, err);
}

static int take(struct polls *p, const struct source *s, struct offer *o,
		struct arena *a, struct err *err)
{
	struct intake k = {.p = p, .s = s, .o = o, .a = a};
	o->source = s->name;
	o->employer.school = offer_school(o, a);
	if (find_known(&k, err))
		return -1;
	k.line = offer_to_json(o);
	int result = put(&k, err);
	bool is_out =
		k.change == STORE_OFFER_CLOSED || k.change == STORE_OFFER_HELD;
	/* Of a database that knew no copies yet, or one forgotten since. */
	bool wants_keys = k.change == STORE_OFFER_SAME && k.is_known &&
			  k.was.status == OFFER_LIVE && !k.was.is_keyed;
	if (!result && is_out)
		result = leave(&k, err);
	else if (!result && (k.change != STORE_OFFER_SAME || wants_keys))
		result = arrive(&k, err);
	json_decref(k.line);
	return result;
}

int polls_write_batch(struct store *store, void *polls, struct err *err)
{
	(void)store;
	struct polls *p = polls;
	struct arena a;
	int result = 0;
	int64_t until = clock_mono_ms(p->clock) + BATCH_MS;
	arena_init(&a);
	for (int i = 0; i < p->n_batch && !result; i++) {
		if (i && clock_mono_ms(p->clock) >= until)
			break;
		p->n_written = i + 1;
		struct source *s = p->batch[i].source;
		struct offer o;
		struct err why = {0};
		json_object_set_new(p->batch[i].line, "source",
				    json_string(s->name));
		if (offer_from_json(p->batch[i].line, &a, &o, &why)) {
			s->bad++;
			p->stats.offers_bad++;
			log_event(LOG_NOTICE, "offer.refused",
				  LOG_S("source", s->name),
				  LOG_S("why", why.text));
			continue;
		}
		result = take(p, s, &o, &a, err);
		arena_reset(&a);
	}
	arena_clear(&a);
	return result;
}

/* --- somebody decided -------------------------------------------------------
 */

int polls_offer_decided(struct polls *p, const char *source, const char *ref,
			struct err *err)
{
	struct arena a;
	struct store_offer row;
	struct offer o;
	json_t *line = NULL;
	const char *reason;
	bool is_dead;
	int result = -1;
	arena_init(&a);
	if (store_offer_find(p->store, source, ref, &a, &row, err))
		goto out;
	line = js_parse(row.fields, strlen(row.fields), err);
	if (row.status == OFFER_LIVE) {
		struct twin_in in = {.o = &o, .offer = row.id};
		if (!line || offer_from_json(line, &a, &o, err) ||
		    polls_find_twins(p, &in, &a, &row.canonical, &reason, err))
			goto out;
	}
	result = polls_refresh(p, row.canonical, &is_dead, err);
out:
	json_decref(line);
	arena_clear(&a);
	return result;
}
