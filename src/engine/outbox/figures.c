/* SPDX-License-Identifier: EUPL-1.2 */
/* The figures of mail, by operator and day, across restarts: one event
 * `mail.day` with all of them, at the end of each day and before the end of the
 * process. The last one counts. What a kill loses is the figures since: they
 * are for people who watch, nothing is decided by them but the warm-up, which
 * then allows the rest of its day again. */
#include "outbox.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_events.h>
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

int outbox_load_figures(struct outbox *o, struct err *err)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	q.kind = KIND;
	q.limit = 1;
	q.newest_first = true;
	o->figures_day = paris_date(clock_now(o->clock));
	return store_events_each(o->store, &q, load, o, err);
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
	return outbox_settle_rest(o, err) || outbox_keep_figures(o, err) ? -1
									 : 0;
}
