/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of numbers a gateway will not write to: who answered STOP to it and
 * not to us. Asked for once a day; each number on it is opted out here, and
 * none is ever let in again because it left that list. */
#include "arrivals.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/str.h>

/* Numbers of one line, which the wire caps anyway; the transaction is to stay
 * short. */
#define NUMBERS_MAX 5000

bool plan_blacklist_due(const struct planner *p)
{
	static const char *const keep_one[] = {"ovh", "brevo", "smsfactor",
					       "octopush", "smsmode"};
	const struct plan_settings *s = p->settings;
	if (!s || !s->sms_goes ||
	    p->arrivals->listed_day == paris_date(clock_now(p->clock)))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(keep_one); i++) {
		if (str_eq(s->sms_gateway, keep_one[i]))
			return true;
	}
	return false;
}

void plan_blacklist_asked(struct planner *p)
{
	p->arrivals->listed_day = paris_date(clock_now(p->clock));
}

struct listing {
	struct planner *p;
	const json_t *numbers;
	int n_new;
};

static int take(struct store *s, void *ctx, struct err *err)
{
	struct listing *k = ctx;
	size_t i;
	json_t *v;
	(void)s;
	json_array_foreach(k->numbers, i, v)
	{
		char e164[17];
		bool is_new;
		const char *text = json_string_value(v);
		enum phone_kind kind =
			text ? phone_normalise(text, e164) : PHONE_INVALID;
		if (i >= NUMBERS_MAX)
			break;
		if (kind == PHONE_INVALID || kind == PHONE_SPECIAL)
			continue;
		if (plan_optout(k->p, CHANNEL_SMS, e164, "gateway", &is_new,
				err))
			return -1;
		k->n_new += is_new;
	}
	return 0;
}

int plan_blacklisted(struct planner *p, const json_t *line, int *n_new,
		     struct err *err)
{
	struct listing k = {.p = p,
			    .numbers = json_object_get(line, "numbers")};
	*n_new = 0;
	if (store_tx(p->store, take, &k, err))
		return -1;
	*n_new = k.n_new;
	return 0;
}
