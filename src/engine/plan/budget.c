/* SPDX-License-Identifier: EUPL-1.2 */
/* What SMS may cost an agency in a month of the calendar, Paris time. Counted
 * from what the gateways said of each SMS (store_sms_spent), when one is
 * claimed; those in a lane's hands at that moment are not in it yet, so that a
 * budget can be overrun by as many SMS as there are lanes. */
#include "arrivals.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_replies.h>

#define THOUSANDTHS  1000 /* of a euro */
#define WARN_PERCENT 80

void plan_month(int32_t date, int64_t *since, int64_t *until)
{
	int32_t first = date;
	int year, month, day;
	date_to_ymd(date, &year, &month, &day);
	first -= day - 1;
	*since = paris_instant(first, 0);
	*until = paris_instant(date_add_months(first, 1), 0);
}

int plan_budget_get(struct planner *p, const char *agency,
		    struct plan_budget *out, struct err *err)
{
	struct plan_scope s;
	struct store_agency row;
	struct agency fields;
	struct err gone = {0};
	int64_t since, segments;
	*out = (struct plan_budget){.limit = p->settings->sms_budget};
	plan_month(paris_date(clock_now(p->clock)), &since, &out->until);
	plan_scope_init(&s);
	if (!plan_agency_get(p, agency, &s, &row, &fields, &gone) &&
	    fields.sms_budget >= 0)
		out->limit = (int64_t)fields.sms_budget * THOUSANDTHS;
	plan_scope_clear(&s);
	return store_sms_spent(p->store, agency, since, out->until, &out->spent,
			       &segments, err);
}

int plan_budget_level(const struct plan_budget *b, int64_t spent)
{
	if (b->limit <= 0)
		return 0;
	if (spent >= b->limit)
		return 100;
	return spent * 100 >= b->limit * WARN_PERCENT ? WARN_PERCENT : 0;
}

int plan_budget_look(struct planner *p, const char *agency, int64_t cost,
		     struct err *err)
{
	struct plan_budget b;
	if (!agency || !p->settings || cost <= 0)
		return 0;
	if (plan_budget_get(p, agency, &b, err))
		return -1;
	int level = plan_budget_level(&b, b.spent);
	if (level <= plan_budget_level(&b, b.spent - cost))
		return 0;
	json_t *data = json_object();
	js_put_int(data, "percent", level, 0);
	const struct store_message of = {.agency = agency};
	p->arrivals->is_dirty = true;
	return plan_event(p, "budget", &of, 0, "engine", data, err);
}
