/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails to the administrators of watch.mail_to. They go at any hour and without
 * an agency's mode; what one says is asked for when it is claimed, so that a
 * mail that waited tells the present. Does not: decide when something is worth
 * a mail (src/engine/control/watch.c). */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/js.h>
#include <etrier/str.h>

/* A notice not sent within so long is about yesterday. */
#define NOTICE_EXPIRES_S ((int64_t)24 * 3600)

void planner_set_notice(struct planner *p, plan_notice_fn *model, void *ctx)
{
	p->notice_model = model;
	p->notice_ctx = ctx;
}

int planner_plan_notice(struct planner *p, int *n, struct err *err)
{
	const struct plan_settings *s = p->settings;
	int64_t now = clock_now(p->clock), id;
	size_t i;
	json_t *to;
	*n = 0;
	if (!s || !s->mail_goes)
		return 0;
	json_array_foreach(s->notice_to, i, to)
	{
		const struct store_message m = {
			.kind = STORE_NOTICE,
			.audience = STORE_TO_ADMIN,
			.channel = CHANNEL_EMAIL,
			.recipient = json_string_value(to),
			.not_before = now,
			.expires = now + NOTICE_EXPIRES_S,
			.state = STORE_PLANNED};
		if (store_message_plan(p->store, &m, NULL, 0, now, &id, err))
			return -1;
		++*n;
	}
	return 0;
}

const char *plan_notice_refused(const struct planner *p,
				const struct store_message *m)
{
	const struct plan_settings *s = p->settings;
	size_t i;
	json_t *to;
	if (!s->mail_goes)
		return "no transport for this channel";
	json_array_foreach(s->notice_to, i, to)
	{
		if (str_eq(json_string_value(to), m->recipient))
			return NULL;
	}
	return "the address is no longer in watch.mail_to";
}

json_t *plan_notice_model(struct planner *p)
{
	return p->notice_model ? p->notice_model(p->notice_ctx) : NULL;
}
