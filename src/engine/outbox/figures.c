/* SPDX-License-Identifier: EUPL-1.2 */
/* The pace of mail across restarts. What is in force (holds, the place in each
 * operator's queue, the count of the day) and the figures are one row of the
 * store, written in the transaction that claims or settles: nothing leaves that
 * a kill could make us forget, or the next process would begin the day's share
 * of an operator anew. Figures of a day that is over are an event `mail.day` as
 * well, for the reports of later; an older file has only those. */
#include "outbox.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_events.h>
#include <etrier/store_mailpace.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define KIND "mail.day"

static int load(void *ctx, const struct store_event *e)
{
	struct outbox *o = ctx;
	json_t *data = js_parse(e->data, strlen(e->data), NULL);
	mailpace_load(o->pace, json_object_get(data, "rows"),
		      clock_now(o->clock));
	json_decref(data);
	return 1;
}

static int load_events(struct outbox *o, struct err *err)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	q.kind = KIND;
	q.limit = 1;
	q.newest_first = true;
	return store_events_each(o->store, &q, load, o, err);
}

int outbox_load_figures(struct outbox *o, struct err *err)
{
	int64_t now = clock_now(o->clock);
	struct err damaged;
	const char *text = NULL;
	int32_t day;
	struct arena a;
	o->figures_day = paris_date(now);
	arena_init(&a);
	int result = store_mailpace_get(o->store, &a, &text, err);
	json_t *state =
		!result && text ? js_parse(text, strlen(text), &damaged) : NULL;
	if (state)
		mailpace_resume(o->pace, state, now);
	else if (!result)
		result = load_events(o, err);
	/* Midnight came while nobody was there to write that day down. */
	if (!date_parse_iso(js_str(state, "day", ""), &day))
		o->figures_day = day;
	json_decref(state);
	arena_clear(&a);
	o->pace_kept = mailpace_changes(o->pace);
	return result;
}

bool outbox_has_kept_pace(const struct outbox *o)
{
	/* Before it was read, nothing is written over it. */
	return o->pace_kept == mailpace_changes(o->pace) ||
	       o->figures_day == DATE_NONE;
}

int outbox_keep_pace(struct outbox *o, struct err *err)
{
	if (outbox_has_kept_pace(o))
		return 0;
	json_t *state = mailpace_state(o->pace, clock_now(o->clock));
	char *text = json_dumps(state, JSON_COMPACT);
	int result = store_mailpace_keep(o->store, text, err);
	free(text);
	json_decref(state);
	if (!result)
		o->pace_kept = mailpace_changes(o->pace);
	return result;
}

int outbox_keep_figures(struct outbox *o, struct err *err)
{
	json_t *rows = mailpace_figures(o->pace), *data = json_object();
	int result = 0;
	json_object_set_new(data, "rows", rows);
	char *text = json_dumps(data, JSON_COMPACT);
	o->figures_day = paris_date(clock_now(o->clock));
	if (json_array_size(rows))
		result = store_event_add(
			o->store,
			&(struct store_event){.at = clock_now(o->clock),
					      .kind = KIND,
					      .by = "engine",
					      .data = text},
			err);
	free(text);
	json_decref(data);
	return result;
}

int outbox_end(struct outbox *o, struct err *err)
{
	return outbox_settle_rest(o, err);
}
