/* SPDX-License-Identifier: EUPL-1.2 */
/* The blacklist of the SMS gateway, by way of an idle lane:
 *
 *   engine  blacklist {id}
 *   lane    blacklisted {id, numbers:[E.164...], end?, error?}   any number
 *
 * A lane that dies over it is asked no more today: what is missed comes
 * tomorrow, and each refused SMS says the same (opted_out). */
#include "outbox.h"

#include <etrier/arrivals.h>
#include <etrier/clock.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/wire.h>

bool outbox_is_listing(const struct outbox *o, const struct lane *l)
{
	return l->listing &&
	       clock_mono_ms(o->clock) - l->listing_ms < OUTBOX_LIST_MS;
}

void outbox_ask_list(struct outbox *o, struct lane *l)
{
	if (outbox_is_listing(o, l) || !plan_blacklist_due(o->planner))
		return;
	plan_blacklist_asked(o->planner);
	l->listing = ++o->last_listing;
	l->listing_ms = clock_mono_ms(o->clock);
	json_t *line = wire_line("blacklist");
	js_put_int(line, "id", l->listing, -1);
	o->ops.send(o->ops.ctx, l->name, line);
}

int outbox_take_list(struct outbox *o, struct lane *l, const json_t *line,
		     struct err *err)
{
	int n_new = 0;
	const char *error = js_str(line, "error", NULL);
	int result = plan_blacklisted(o->planner, line, &n_new, err);
	if (js_bool(line, "end", false) || error)
		l->listing = 0;
	if (error)
		log_event(LOG_WARNING, "sms.blacklist_failed",
			  LOG_S("why", error));
	else if (!result)
		log_event(LOG_INFO, "sms.blacklist",
			  LOG_D("numbers", json_array_size(json_object_get(
						   line, "numbers"))),
			  LOG_D("new", n_new));
	return result;
}
