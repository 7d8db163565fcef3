/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks at everything the engine knows, once a tick, and raises or lowers the
 * alarms of alarms.h; tells the administrators by mail when one has stood for a
 * while, once, and when all is over.
 *
 * Mails are remembered as events (alarm.mail), so that a restart, which raises
 * every standing alarm anew, repeats none. Does not: change what is wrong. */
#include "state.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/store_copy.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define HOUR_S ((int64_t)3600)
#define DAY_S  (24 * HOUR_S)
/* A refused digest is news for so long. */
#define UNREAD_DAYS 3
/* A process that was started again so often, the last time within the hour. */
#define RESTARTS_MANY 5
/* The same alarm is mailed again after so long. */
#define MAIL_AGAIN_S DAY_S
/* More mails a day help nobody. */
#define MAILS_A_DAY 6

static int64_t setting(const struct engine_state *e, const char *key,
		       int64_t fallback)
{
	return js_int(json_object_get(e->config, "watch"), key, fallback);
}

/* --- sources --- */

static int64_t instant_of(const json_t *row, const char *key)
{
	int64_t at;
	return instant_parse(js_str(row, key, ""), &at) ? INSTANT_NONE : at;
}

static void look_at_source(struct engine_state *e, const json_t *row)
{
	struct alarms *a = e->alarms;
	const char *name = js_str(row, "name", "");
	const char *note = js_str(row, "note", "");
	int64_t now = clock_now(e->clock), ok = instant_of(row, "last_ok");
	int64_t ends = instant_of(row, "cert_expires");
	int64_t silent_s = setting(e, "source_silent_hours", 48) * HOUR_S;
	if (!js_bool(row, "enabled", true))
		return;
	if (js_bool(row, "quarantined", false))
		alarms_raise(a, ALARM_SOURCE_QUARANTINED, name,
			     "source %s: %s; its offers stay as they were",
			     name, note);
	else if (js_int(row, "failures", 0) || *note)
		alarms_raise(a, ALARM_SOURCE_FAILING, name, "source %s: %s",
			     name, *note ? note : "the last poll failed");
	if (ok == INSTANT_NONE) /* never yet */
		ok = e->started_at;
	if (now - ok > silent_s)
		alarms_raise(a, ALARM_SOURCE_SILENT, name,
			     "source %s: no good answer for %" PRId64
			     " hours; ask the partner, or disable it",
			     name, (now - ok) / HOUR_S);
	if (js_bool(row, "stale", false))
		alarms_raise(a, ALARM_SOURCE_STALE, name,
			     "source %s: read too long ago for its licence; "
			     "its offers are proposed to nobody until it "
			     "answers (sources poll %s)",
			     name, name);
	if (ends != INSTANT_NONE &&
	    ends - now < setting(e, "certificate_days", 14) * DAY_S)
		alarms_raise(a, ALARM_CERTIFICATE, name,
			     "source %s: its certificate ends on %.10s; tell "
			     "the partner",
			     name, js_str(row, "cert_expires", ""));
}

static int look_at_sources(struct engine_state *e, struct err *err)
{
	static const enum alarm_code codes[] = {
		ALARM_SOURCE_FAILING, ALARM_SOURCE_QUARANTINED,
		ALARM_SOURCE_SILENT, ALARM_SOURCE_STALE, ALARM_CERTIFICATE};
	json_t *rows = polls_report(e->polls, err), *row;
	size_t i;
	if (!rows)
		return -1;
	for (i = 0; i < ARRAY_LEN(codes); i++)
		alarms_mark(e->alarms, codes[i]);
	json_array_foreach(rows, i, row) look_at_source(e, row);
	for (i = 0; i < ARRAY_LEN(codes); i++)
		alarms_sweep(e->alarms, codes[i]);
	json_decref(rows);
	return 0;
}

/* --- messages --- */

static int keep_due(void *ctx, const struct store_message *m)
{
	*(int64_t *)ctx = m->not_before;
	return 1;
}

int watch_oldest_due(struct engine_state *e, enum channel channel, int64_t *at,
		     struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	q.states = 1u << STORE_PLANNED;
	q.channel = (int)channel;
	q.due_at = clock_now(e->clock);
	q.limit = 1;
	*at = INSTANT_NONE;
	return store_messages_each(e->store, &q, keep_due, at, err);
}

static int look_at_queue(struct engine_state *e, enum channel channel,
			 int n_lanes, int64_t *oldest, struct err *err)
{
	const char *name = vocab_code(&vocab_channel, (int)channel);
	int64_t now = clock_now(e->clock), at;
	int64_t most_s = setting(e, "queue_minutes", 120) * 60;
	if (watch_oldest_due(e, channel, &at, err))
		return -1;
	if (at != INSTANT_NONE && at < *oldest)
		*oldest = at;
	if (at != INSTANT_NONE && now - at > most_s)
		alarms_raise(
			e->alarms, ALARM_QUEUE_OLD, name,
			"%s: a message is due for %" PRId64
			" minutes; see outbox list --state planned and the "
			"log of the lanes",
			name, (now - at) / 60);
	else
		alarms_lower(e->alarms, ALARM_QUEUE_OLD, name);
	if (at != INSTANT_NONE && !n_lanes)
		alarms_raise(
			e->alarms, ALARM_LANE_DOWN, name,
			"%s: messages are due and no lane is there to send "
			"them",
			name);
	else
		alarms_lower(e->alarms, ALARM_LANE_DOWN, name);
	return 0;
}

static void look_at_operators(struct engine_state *e)
{
	int64_t now = clock_now(e->clock), until;
	const struct mailpace *p = outbox_pace(e->outbox);
	const char *name;
	alarms_mark(e->alarms, ALARM_MAIL_HELD);
	for (size_t i = 0; (name = mailpace_held(p, i, now, &until)); i++) {
		char text[21];
		instant_format(until, text);
		alarms_raise(e->alarms, ALARM_MAIL_HELD, name,
			     "mail to %s: refused for what it thinks of the "
			     "sender, not of the people; nothing goes there "
			     "until %s. See outbox list --state planned for "
			     "its words, then SPF, DKIM and DMARC",
			     name, text);
	}
	alarms_sweep(e->alarms, ALARM_MAIL_HELD);
}

static void look_at_sms_account(struct engine_state *e,
				const struct outbox_stats *o)
{
	if (*o->sms_trouble)
		alarms_raise(
			e->alarms, ALARM_SMS_ACCOUNT, NULL,
			"the SMS gateway refuses our account (%s): see sms.* "
			"in etrier.yaml and the account there; the SMS wait",
			o->sms_trouble);
	else
		alarms_lower(e->alarms, ALARM_SMS_ACCOUNT, NULL);
}

static int look_at_messages(struct engine_state *e, struct err *err)
{
	struct outbox_stats o;
	struct store_messages_query q = STORE_MESSAGES_ANY;
	int64_t now = clock_now(e->clock), oldest = INT64_MAX, n = 0;
	int64_t midnight = paris_instant(paris_date(now), 0);
	outbox_stats(e->outbox, &o);
	look_at_operators(e);
	if (look_at_queue(e, CHANNEL_EMAIL, o.mail_lanes, &oldest, err) ||
	    look_at_queue(e, CHANNEL_SMS, o.sms_lanes, &oldest, err))
		return -1;
	/* An hour is what a morning's digests may take. */
	if (oldest < now - HOUR_S && e->started_at < now - HOUR_S &&
	    o.last_sent_at < midnight)
		alarms_raise(
			e->alarms, ALARM_NOTHING_SENT, NULL,
			"messages are due and none was sent today; see the "
			"relay, and outbox list");
	else
		alarms_lower(e->alarms, ALARM_NOTHING_SENT, NULL);
	look_at_sms_account(e, &o);
	q.states = 1u << STORE_UNCERTAIN;
	if (store_messages_count(e->store, &q, &n, err))
		return -1;
	if (n)
		alarms_raise(e->alarms, ALARM_SMS_UNCERTAIN, NULL,
			     "%" PRId64
			     " SMS of which nobody knows whether they were "
			     "sent: outbox list --state uncertain, then outbox "
			     "settle",
			     n);
	else
		alarms_lower(e->alarms, ALARM_SMS_UNCERTAIN, NULL);
	q.states = 1u << STORE_FAILED;
	q.kind = STORE_DIGEST;
	q.planned_since = now - UNREAD_DAYS * DAY_S;
	if (store_messages_count(e->store, &q, &n, err))
		return -1;
	if (n)
		alarms_raise(e->alarms, ALARM_DIGESTS_REFUSED, NULL,
			     "%" PRId64
			     " digests of the last three days were refused, "
			     "their offers come again: outbox list --state "
			     "failed",
			     n);
	else
		alarms_lower(e->alarms, ALARM_DIGESTS_REFUSED, NULL);
	return 0;
}

/* --- processes, copies, the disk --- */

static void look_at_roles(struct engine_state *e)
{
	size_t i;
	json_t *v;
	int64_t now = clock_now(e->clock);
	alarms_mark(e->alarms, ALARM_CONFINEMENT);
	alarms_mark(e->alarms, ALARM_ROLE_RESTARTS);
	json_array_foreach(e->roles, i, v)
	{
		const char *lane = js_str(v, "lane", "");
		const char *name = *lane ? lane : js_str(v, "role", "");
		const char *warning = js_str(v, "warning", NULL);
		int64_t restarts = js_int(v, "restarts", 0);
		if (warning)
			alarms_raise(e->alarms, ALARM_CONFINEMENT, name,
				     "%s: %s", name, warning);
		if (restarts >= RESTARTS_MANY &&
		    now - js_int(v, "since", 0) < HOUR_S)
			alarms_raise(e->alarms, ALARM_ROLE_RESTARTS, name,
				     "%s was started again %" PRId64
				     " times, the last time within the hour: "
				     "the log has the reason",
				     name, restarts);
	}
	alarms_sweep(e->alarms, ALARM_CONFINEMENT);
	alarms_sweep(e->alarms, ALARM_ROLE_RESTARTS);
}

static int look_at_copies(struct engine_state *e, struct err *err)
{
	int64_t days = setting(e, "backup_max_days", 3), at;
	int64_t now = clock_now(e->clock);
	/* Who never made one has not begun to depend on it. */
	if (days && e->last_backup_at != INSTANT_NONE &&
	    now - e->last_backup_at > days * DAY_S)
		alarms_raise(e->alarms, ALARM_BACKUP_OLD, NULL,
			     "the last copy is %" PRId64
			     " days old: etrierctl backup, systemctl status "
			     "etrier-backup.timer",
			     (now - e->last_backup_at) / DAY_S);
	else
		alarms_lower(e->alarms, ALARM_BACKUP_OLD, NULL);
	if (store_restored_mark(e->store, &at, err))
		return -1;
	if (at)
		alarms_raise(e->alarms, ALARM_RESTORED, NULL,
			     "the database is a restored copy and every agency "
			     "is off: look at outbox list --state held, then "
			     "agency set");
	else
		alarms_lower(e->alarms, ALARM_RESTORED, NULL);
	return 0;
}

/* --- mails --- */

struct mailed {
	json_t *names; /* of the last mail; NULL: none yet */
	int64_t at;
	int n_today;
	int64_t day_ago;
};

static int read_mailed(void *ctx, const struct store_event *row)
{
	struct mailed *m = ctx;
	m->n_today += row->at > m->day_ago;
	if (m->names)
		return 0;
	m->at = row->at;
	m->names = js_parse(row->data, strlen(row->data), NULL);
	return 0;
}

static char *name_of(const struct alarm *a)
{
	return mem_printf("%s%s%s", vocab_code(&vocab_alarm, (int)a->code),
			  *a->subject ? ":" : "", a->subject);
}

static bool has_name(const json_t *names, const char *name)
{
	size_t i;
	json_t *v;
	json_array_foreach(names, i, v)
	{
		if (str_eq(json_string_value(v), name))
			return true;
	}
	return false;
}

/* The names of what stands long enough, and whether one of them is news. */
static json_t *standing(struct engine_state *e, const struct mailed *last,
			bool *is_news)
{
	int64_t now = clock_now(e->clock);
	int64_t after_s = setting(e, "mail_after_minutes", 10) * 60;
	bool is_fresh = last->names && now - last->at < MAIL_AGAIN_S;
	json_t *names = json_array();
	const struct alarm *a;
	*is_news = false;
	for (size_t i = 0; (a = alarms_at(e->alarms, i)); i++) {
		if (now - a->since < after_s)
			continue;
		char *name = name_of(a);
		*is_news |= !is_fresh || !has_name(last->names, name);
		json_array_append_new(names, json_string(name));
		free(name);
	}
	return names;
}

struct telling {
	struct engine_state *e;
	const json_t *names;
	int n;
};

static int tell(struct store *s, void *ctx, struct err *err)
{
	struct telling *k = ctx;
	if (planner_plan_notice(k->e->planner, &k->n, err))
		return -1;
	if (!k->n)
		return 0;
	char *data = json_dumps(k->names, JSON_COMPACT);
	int result = store_event_add(
		s,
		&(struct store_event){.at = clock_now(k->e->clock),
				      .kind = "alarm.mail",
				      .by = "engine",
				      .data = data},
		err);
	free(data);
	return result;
}

static int mail(struct engine_state *e, struct err *err)
{
	int64_t now = clock_now(e->clock);
	struct mailed last = {.day_ago = now - DAY_S};
	struct store_event_query q = STORE_EVENTS_ANY;
	bool is_news;
	if (!json_array_size(json_object_get(
		    json_object_get(e->config, "watch"), "mail_to")))
		return 0;
	q.kind = "alarm.mail";
	q.newest_first = true;
	q.limit = MAILS_A_DAY;
	if (store_events_each(e->store, &q, read_mailed, &last, err))
		return -1;
	struct telling k = {.e = e};
	json_t *names = standing(e, &last, &is_news);
	bool is_over = json_array_size(last.names) && !alarms_at(e->alarms, 0);
	int result = 0;
	k.names = names;
	if ((is_news || is_over) && last.n_today < MAILS_A_DAY)
		result = store_tx(e->store, tell, &k, err);
	if (!result && k.n)
		log_event(LOG_NOTICE, "alarm.mail", LOG_D("mails", k.n),
			  LOG_D("alarms", json_array_size(names)));
	json_decref(names);
	json_decref(last.names);
	return result;
}

/* What a mail says when it leaves (plan.h). */
static json_t *notice_model(void *ctx)
{
	struct engine_state *e = ctx;
	struct utsname u = {.nodename = "?"};
	json_t *model = json_object(), *list = json_array();
	const struct alarm *a;
	size_t n = 0;
	(void)uname(&u);
	for (; (a = alarms_at(e->alarms, n)); n++) {
		char since[21];
		json_t *row = json_object();
		instant_format(a->since, since);
		since[16] = '\0';
		since[10] = ' ';
		js_put_str(row, "code", vocab_code(&vocab_alarm, (int)a->code));
		js_put_str(row, "text", a->text);
		js_put_str(row, "since", since);
		json_array_append_new(list, row);
	}
	js_put_str(model, "host", u.nodename);
	js_put_str(model, "version", ETRIER_VERSION);
	js_put_int(model, "n_alarms", (int64_t)n, -1);
	json_object_set_new(model, "alarms", list);
	return model;
}

/* --- all of it --- */

void watch_begin(struct engine_state *e)
{
	planner_set_notice(e->planner, notice_model, e);
}

/* Who read much is looked at with each reading; here, that a day has passed. */
static void look_at_reads(struct engine_state *e)
{
	int64_t now = clock_now(e->clock);
	if (!alarms_count(e->alarms, ALARM_BULK_READS) ||
	    now - e->reads_looked_at < 60)
		return;
	e->reads_looked_at = now;
	trail_look_at_reads(e);
}

int watch_look(struct engine_state *e, struct err *err)
{
	look_at_roles(e);
	look_at_reads(e);
	if (look_at_sources(e, err) || look_at_messages(e, err) ||
	    look_at_copies(e, err) || arrived_look(e, err))
		return -1;
	return e->is_paused ? 0 : mail(e, err);
}

char *watch_summary(struct engine_state *e)
{
	struct err err = {0};
	size_t n_sources = 0, n_ill, n_alarms = 0;
	int64_t n_waiting = 0;
	struct store_messages_query q = STORE_MESSAGES_ANY;
	json_t *rows = polls_report(e->polls, &err);
	n_sources = json_array_size(rows);
	json_decref(rows);
	n_ill = alarms_count(e->alarms, ALARM_SOURCE_FAILING) +
		alarms_count(e->alarms, ALARM_SOURCE_QUARANTINED);
	while (alarms_at(e->alarms, n_alarms))
		n_alarms++;
	q.states = 1u << STORE_PLANNED | 1u << STORE_SENDING;
	(void)store_messages_count(e->store, &q, &n_waiting, &err);
	return mem_printf("%s%zu sources, %zu ill; %" PRId64
			  " messages waiting; %zu alarm%s",
			  e->is_paused ? "paused, no room on the disk; " : "",
			  n_sources, n_ill, n_waiting, n_alarms,
			  n_alarms == 1 ? "" : "s");
}
