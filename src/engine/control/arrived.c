/* SPDX-License-Identifier: EUPL-1.2 */
/* What other roles and etrierctl bring of things that come back: call-backs by
 * the front, bounces by the collector and by `mail bounce`; and what SMS cost.
 * What it leads to is decided in src/engine/plan. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/arrivals.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/store_replies.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Reports of one mail: it has one recipient, and a server may add some. */
#define REPORTS_MAX 20

json_t *control_take_callback(struct engine_state *e, const json_t *line)
{
	struct err err = {0};
	bool found = false;
	json_t *reply = wire_line("done");
	int result = plan_callback(e->planner, line, &found, &err);
	js_put_int(reply, "id", js_int(line, "id", -1), -1);
	json_object_set_new(reply, "found", json_boolean(!result && found));
	/* A line that makes no sense makes none the next time either. */
	if (result && err.kind != ERR_INPUT)
		json_object_set_new(reply, "failed", json_true());
	if (result)
		log_event(LOG_WARNING, "sms.callback_refused",
			  LOG_S("kind", err_kind_name(err.kind)),
			  LOG_S("why", err.text));
	else
		log_event(LOG_INFO, "sms.callback",
			  LOG_S("what", js_str(line, "what", "")),
			  LOG_S("receipt", js_str(line, "receipt", "")),
			  LOG_D("found", found));
	e->wake(e);
	return reply;
}

/* A mail to stop+TOKEN@ is the button of the stop link, pressed. */
static int stop_by_mail(struct engine_state *e, const json_t *line,
			const char **what, struct err *err)
{
	json_t *act = json_object();
	js_put_str(act, "kind", "u");
	js_put_str(act, "token", js_str(line, "token", ""));
	json_t *done = control_answer_front(e, "act", act);
	bool has_failed = js_bool(done, "failed", false);
	*what = js_bool(done, "found", false) ? "opted out"
					      : "about nothing of ours";
	json_decref(act);
	json_decref(done);
	return has_failed ? err_set(err, ERR_STORE, "the stop is not stored")
			  : 0;
}

json_t *control_take_bounce(struct engine_state *e, const json_t *line)
{
	const char *what = "";
	struct err err = {0};
	bool is_stop = str_eq(js_str(line, "kind", ""), "unsubscribe");
	int result = is_stop ? stop_by_mail(e, line, &what, &err)
			     : plan_bounce(e->planner, line, &what, &err);
	json_t *reply = wire_line("bounced");
	js_put_int(reply, "id", js_int(line, "id", -1), -1);
	/* What makes no sense makes none the next time either. */
	json_object_set_new(reply, "ok",
			    json_boolean(!result || err.kind == ERR_INPUT));
	if (result)
		log_event(LOG_WARNING, "mail.bounce_refused",
			  LOG_S("kind", err_kind_name(err.kind)),
			  LOG_S("why", err.text));
	else
		log_event(LOG_INFO, "mail.bounce",
			  LOG_S("class", js_str(line, "class", "")),
			  LOG_S("kind", js_str(line, "kind", "")),
			  LOG_S("did", what));
	e->wake(e);
	return reply;
}

void cmd_mail_bounce(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	const json_t *reports = json_object_get(args, "reports");
	json_t *report;
	size_t i;
	struct err err = {0};
	const char *what = "nothing";
	if (!json_is_array(reports) || !json_array_size(reports)) {
		control_error(call, 2, "no report in it");
		return;
	}
	json_array_foreach(reports, i, report)
	{
		if (i >= REPORTS_MAX)
			break;
		if (plan_bounce(e->planner, report, &what, &err)) {
			control_fail(call, &err);
			return;
		}
		json_t *row = json_object();
		js_put_str(row, "class", js_str(report, "class", NULL));
		js_put_str(row, "kind", js_str(report, "kind", NULL));
		js_put_str(row, "status", js_str(report, "status", NULL));
		js_put_str(row, "did", what);
		control_row(call, row);
	}
	e->wake(e);
	control_end(call, 0, NULL);
}

/* --- money --- */

struct costing {
	struct engine_state *e;
	int64_t since, until;
	json_t *rows;
	struct err *err;
	int result;
};

static void put_euros(json_t *row, const char *key, int64_t thousandths)
{
	char text[32];
	if (thousandths < 0)
		return;
	snprintf(text, sizeof(text), "%" PRId64 ".%03" PRId64,
		 thousandths / 1000, thousandths % 1000);
	js_put_str(row, key, text);
}

static int add_row(void *ctx, const struct store_agency *agency)
{
	struct costing *k = ctx;
	struct plan_budget b;
	int64_t cost, segments;
	k->result = store_sms_spent(k->e->store, agency->code, k->since,
				    k->until, &cost, &segments, k->err) ||
				    plan_budget_get(k->e->planner, agency->code,
						    &b, k->err)
			    ? -1
			    : 0;
	if (k->result)
		return 1;
	json_t *row = json_object();
	js_put_str(row, "agency", agency->code);
	js_put_int(row, "segments", segments, -1);
	put_euros(row, "euros", cost);
	put_euros(row, "budget", b.limit);
	if (b.limit > 0)
		js_put_int(row, "percent", cost * 100 / b.limit, -1);
	json_array_append_new(k->rows, row);
	return 0;
}

/* "2026-11" */
static bool read_month(const char *text, int32_t *date)
{
	char day[16];
	if (strlen(text) != 7)
		return false;
	snprintf(day, sizeof(day), "%s-01", text);
	return !date_parse_iso(day, date);
}

void cmd_sms_costs(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	const char *month = js_str(args, "month", NULL);
	int32_t date = paris_date(clock_now(e->clock));
	struct err err = {0};
	size_t i;
	json_t *row;
	if (month && !read_month(month, &date)) {
		control_error(call, 2, "--month wants a month: 2026-11");
		return;
	}
	struct costing k = {.e = e, .rows = json_array(), .err = &err};
	plan_month(date, &k.since, &k.until);
	if (store_agencies_each(e->store, add_row, &k, &err) || k.result) {
		control_fail(call, &err);
	} else {
		json_array_foreach(k.rows, i, row)
			control_row(call, json_incref(row));
		control_end(call, 0, NULL);
	}
	json_decref(k.rows);
}

/* --- alarms --- */

int arrived_look(struct engine_state *e, struct err *err)
{
	const struct plan_trouble *t;
	const char *agency;
	json_t *percent;
	if (plan_trouble_look(e->planner, &t, err))
		return -1;
	if (t->filtered >= PLAN_FILTERED_MIN)
		alarms_raise(e->alarms, ALARM_SMS_FILTERED, NULL,
			     "%" PRId64 " SMS of the last day were not carried "
			     "for what they say or whom they come from: look "
			     "at the sender and the account at the gateway",
			     t->filtered);
	else
		alarms_lower(e->alarms, ALARM_SMS_FILTERED, NULL);
	if (t->policy)
		alarms_raise(e->alarms, ALARM_MAIL_POLICY, NULL,
			     "%" PRId64 " mails of the last day were refused "
			     "for what we are, not for whom they went to: look "
			     "at SPF, DKIM, DMARC and the relay's log",
			     t->policy);
	else
		alarms_lower(e->alarms, ALARM_MAIL_POLICY, NULL);
	if (t->is_paused)
		alarms_raise(e->alarms, ALARM_COMPLAINTS, NULL,
			     "%" PRId64 " complaints about %" PRId64 " mails "
			     "of the last day: mails to young people wait "
			     "until it is over",
			     t->complaints, t->mails);
	else
		alarms_lower(e->alarms, ALARM_COMPLAINTS, NULL);
	alarms_mark(e->alarms, ALARM_SMS_BUDGET);
	json_object_foreach(t->budgets, agency, percent)
	{
		int64_t v = json_integer_value(percent);
		alarms_raise(e->alarms, ALARM_SMS_BUDGET, agency,
			     v >= 100 ? "agency %s: the SMS budget of this "
					"month is spent; its SMS wait for the "
					"next"
				      : "agency %s: most of this month's SMS "
					"budget is spent (sms costs)",
			     agency);
	}
	alarms_sweep(e->alarms, ALARM_SMS_BUDGET);
	return 0;
}
