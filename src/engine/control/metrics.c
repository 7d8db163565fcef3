/* SPDX-License-Identifier: EUPL-1.2 */
/* Figures for a monitoring system, in the text of OpenMetrics 1.0. Their names
 * and words are a table of docs/metrics.md and etrierd(8), which a lint holds
 * against this file. How many, never who: no figure is about a person or an
 * agency; sources are companies and named as configured. */
#include "state.h"

#include <etrier/arrivals.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define METRICS_MAX ((size_t)256 * 1024)

static void figure(struct buf *b, const char *name, const char *type,
		   const char *help, int64_t value)
{
	bool is_counter = str_eq(type, "counter");
	buf_printf(b,
		   "# TYPE etrier_%s %s\n# HELP etrier_%s %s\n"
		   "etrier_%s%s %" PRId64 "\n",
		   name, type, name, help, name, is_counter ? "_total" : "",
		   value);
}

static void family(struct buf *b, const char *name, const char *label,
		   const char *help, const struct vocab *v, const int64_t *n)
{
	buf_printf(b, "# TYPE etrier_%s gauge\n# HELP etrier_%s %s\n", name,
		   name, help);
	for (int i = 0; i < v->n; i++)
		buf_printf(b, "etrier_%s{%s=\"%s\"} %" PRId64 "\n", name, label,
			   v->codes[i], n[i]);
}

/* One sample for each row that has the value; the rows' names are its label. */
static void by_source(struct buf *b, const char *name, const char *help,
		      const json_t *rows,
		      int64_t (*value)(const json_t *row, int64_t now),
		      int64_t now)
{
	size_t i;
	json_t *row;
	buf_printf(b, "# TYPE etrier_%s gauge\n# HELP etrier_%s %s\n", name,
		   name, help);
	json_array_foreach(rows, i, row)
	{
		int64_t v = value(row, now);
		if (v != INSTANT_NONE)
			buf_printf(b, "etrier_%s{source=\"%s\"} %" PRId64 "\n",
				   name, js_str(row, "name", ""), v);
	}
}

static int64_t since_ok(const json_t *row, int64_t now)
{
	int64_t at;
	return instant_parse(js_str(row, "last_ok", ""), &at) ? INSTANT_NONE
							      : now - at;
}

static int64_t failures(const json_t *row, int64_t now)
{
	(void)now;
	return js_int(row, "failures", 0);
}

static int64_t live_offers(const json_t *row, int64_t now)
{
	(void)now;
	return js_int(row, "live", 0);
}

static int64_t certificate_left(const json_t *row, int64_t now)
{
	int64_t at;
	return instant_parse(js_str(row, "cert_expires", ""), &at)
		       ? INSTANT_NONE
		       : at - now;
}

static int source_figures(struct engine_state *e, struct buf *b,
			  struct err *err)
{
	int64_t now = clock_now(e->clock);
	json_t *rows = polls_report(e->polls, err);
	if (!rows)
		return -1;
	by_source(b, "source_success_age_seconds",
		  "Since the last good answer of a source.", rows, since_ok,
		  now);
	by_source(b, "source_failures", "Polls of a source failed in a row.",
		  rows, failures, now);
	by_source(b, "source_offers", "Live offers of a source.", rows,
		  live_offers, now);
	by_source(b, "source_certificate_seconds",
		  "Until the certificate of a source ends.", rows,
		  certificate_left, now);
	json_decref(rows);
	return 0;
}

static void alarm_figures(const struct engine_state *e, struct buf *b)
{
	int64_t n[ALARM_COUNT];
	for (int i = 0; i < ALARM_COUNT; i++)
		n[i] = (int64_t)alarms_count(e->alarms, (enum alarm_code)i);
	family(b, "alarms", "code", "Alarms that stand.", &vocab_alarm, n);
}

static int queue_figures(struct engine_state *e, struct buf *b, struct err *err)
{
	int64_t now = clock_now(e->clock), age[CHANNEL_NONE], at;
	struct vocab channels = vocab_channel;
	channels.n = CHANNEL_NONE;
	for (int i = 0; i < channels.n; i++) {
		if (watch_oldest_due(e, (enum channel)i, &at, err))
			return -1;
		age[i] = at == INSTANT_NONE ? 0 : now - at;
	}
	family(b, "queue_age_seconds", "channel",
	       "How long the message that is due longest is due.", &channels,
	       age);
	return 0;
}

/* Of this process, as the kernel tells it. */
static int64_t resident_bytes(void)
{
	char text[128];
	int64_t pages = 0;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	char *second = strchr(text, ' ');
	if (second) {
		second[1 + strspn(second + 1, "0123456789")] = '\0';
		(void)num_parse_int(second + 1, 0, INT32_MAX, &pages);
	}
	return pages * sysconf(_SC_PAGESIZE);
}

static void service_figures(const struct engine_state *e, struct buf *b)
{
	int64_t now = clock_now(e->clock), restarts = 0;
	size_t i;
	json_t *v;
	json_array_foreach(e->roles, i, v) restarts += js_int(v, "restarts", 0);
	figure(b, "paused", "gauge",
	       "1 while nothing is fetched, planned or sent.", e->is_paused);
	figure(b, "disk_free_bytes", "gauge", "Free room for the database.",
	       e->room.disk_free < 0 ? 0 : e->room.disk_free);
	figure(b, "backup_age_seconds", "gauge",
	       "Since the last copy; 0 when there is none.",
	       e->last_backup_at == INSTANT_NONE ? 0 : now - e->last_backup_at);
	figure(b, "role_restarts", "gauge",
	       "Restarts of the processes there are.", restarts);
	figure(b, "engine_resident_bytes", "gauge",
	       "Memory of the engine's process.", resident_bytes());
	figure(b, "engine_uptime_seconds", "gauge", "Since the engine started.",
	       now - e->started_at);
}

static void store_figures(struct buf *b, const struct store_stats *s)
{
	family(b, "messages", "state", "Messages by state.",
	       &vocab_message_state, s->messages);
	family(b, "people", "status", "Young people in the latest files.",
	       &vocab_person_status, s->people);
	family(b, "offers", "state", "Offers by state.", &vocab_offer_state,
	       s->offers);
	figure(b, "proposals", "gauge", "Rows of the ledger.", s->proposals);
	figure(b, "optouts", "gauge", "Addresses that opted out.", s->optouts);
	figure(b, "events", "gauge", "Rows of the event table.", s->events);
	figure(b, "database_bytes", "gauge", "Size of the database file.",
	       s->file_bytes);
	figure(b, "wal_bytes", "gauge", "Size of its write-ahead log.",
	       s->wal_bytes);
}

static void live_figures(struct buf *b, const struct live_stats *l)
{
	figure(b, "roster_people", "gauge", "People compared with offers.",
	       (int64_t)l->people);
	figure(b, "roster_bytes", "gauge", "Memory of the roster.",
	       (int64_t)l->roster_bytes);
	figure(b, "match_waiting", "gauge", "People waiting to be matched.",
	       (int64_t)l->waiting);
	figure(b, "candidates", "gauge", "Entries of the lists of candidates.",
	       (int64_t)l->candidates);
	figure(b, "refreshes", "counter",
	       "Times everything was to be compared anew.",
	       (int64_t)l->refreshes);
	figure(b, "refresh_left", "gauge",
	       "Offers that a refresh still has to compare.",
	       l->is_refreshing ? (int64_t)(l->offers - l->refresh_done) : 0);
	figure(b, "matched_offers", "counter", "Offers matched.",
	       (int64_t)l->matched_offers);
	figure(b, "matched_people", "counter", "People matched.",
	       (int64_t)l->matched_people);
	figure(b, "match_longest_slice_ms", "gauge",
	       "Longest run of background matching.", l->longest_slice_ms);
}

static int coverage_figures(struct engine_state *e, struct buf *b,
			    struct err *err)
{
	struct plan_coverage c;
	if (planner_coverage(e->planner, &c, err))
		return -1;
	figure(b, "coverage_people", "gauge", "Active young people.", c.active);
	figure(b, "coverage_proposed", "gauge",
	       "Of them, proposed an offer in the last 30 days.", c.proposed);
	figure(b, "coverage_without_offer", "gauge",
	       "Of them, without any offer in sight.", c.without_offer);
	figure(b, "wave_places", "gauge", "Places held in waves.", c.places);
	figure(b, "wave_full_offers", "gauge",
	       "Offers all of whose places are held.", c.offers_full);
	return 0;
}

static void traffic_figures(struct buf *b, const struct polls_stats *p,
			    const struct outbox_stats *o)
{
	figure(b, "polls", "counter", "Polls ended.", (int64_t)p->polls);
	figure(b, "polls_failed", "counter", "Polls that failed.",
	       (int64_t)p->failed);
	figure(b, "polls_shrunken", "counter",
	       "Complete polls that closed nothing because they were too "
	       "small.",
	       (int64_t)p->shrunken);
	figure(b, "offers_received", "counter", "Offer lines received.",
	       (int64_t)p->offers);
	figure(b, "offers_refused", "counter", "Offer lines refused.",
	       (int64_t)p->offers_bad);
	figure(b, "outbox_sent", "counter", "Messages sent.", (int64_t)o->sent);
	figure(b, "outbox_failed", "counter", "Messages that failed.",
	       (int64_t)o->failed);
	figure(b, "outbox_retried", "counter", "Deliveries to be tried again.",
	       (int64_t)o->retried);
	figure(b, "outbox_uncertain", "counter", "SMS that became uncertain.",
	       (int64_t)o->uncertain);
	figure(b, "lanes", "gauge", "Courier lanes connected.", o->lanes);
}

static void arrival_figures(struct buf *b, const struct arrivals_stats *a)
{
	figure(b, "sms_receipts", "counter", "Receipts that said something.",
	       (int64_t)a->receipts);
	figure(b, "sms_replies", "counter", "Replies that came by SMS.",
	       (int64_t)a->replies);
	figure(b, "sms_stops", "counter", "Numbers that said stop by SMS.",
	       (int64_t)a->stops);
	figure(b, "mail_bounces", "counter", "Reports about mails of ours.",
	       (int64_t)a->bounces);
	figure(b, "mail_complaints", "counter", "Complaints about mails.",
	       (int64_t)a->complaints);
	figure(b, "arrivals_unknown", "counter",
	       "Call-backs and reports about nothing of ours.",
	       (int64_t)a->unknown);
}

char *control_metrics(struct engine_state *e, struct err *err)
{
	struct store_stats s;
	struct live_stats l;
	struct polls_stats p;
	struct outbox_stats o;
	struct arrivals_stats arrivals;
	struct buf b;
	if (store_stats(e->store, &s, err))
		return NULL;
	buf_init(&b, METRICS_MAX);
	if (queue_figures(e, &b, err) || source_figures(e, &b, err) ||
	    coverage_figures(e, &b, err)) {
		buf_clear(&b);
		return NULL;
	}
	alarm_figures(e, &b);
	service_figures(e, &b);
	live_stats(e->live, &l);
	polls_stats(e->polls, &p);
	outbox_stats(e->outbox, &o);
	store_figures(&b, &s);
	live_figures(&b, &l);
	traffic_figures(&b, &p, &o);
	plan_arrivals_stats(e->planner, &arrivals);
	arrival_figures(&b, &arrivals);
	buf_adds(&b, "# EOF\n");
	return buf_take(&b);
}
