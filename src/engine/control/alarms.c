/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of what is wrong: short, sorted by code, looked through from the
 * beginning each time. Does not: decide what is wrong, or tell anybody. */
#include <etrier/alarms.h>
#include <etrier/clock.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const codes[] = {[ALARM_SOURCE_FAILING] = "source_failing",
				    [ALARM_SOURCE_QUARANTINED] =
					    "source_quarantined",
				    [ALARM_SOURCE_SILENT] = "source_silent",
				    [ALARM_SOURCE_STALE] = "source_stale",
				    [ALARM_CERTIFICATE] = "certificate",
				    [ALARM_SMS_UNCERTAIN] = "sms_uncertain",
				    [ALARM_DIGESTS_REFUSED] = "digests_refused",
				    [ALARM_MAIL_HELD] = "mail_held",
				    [ALARM_NOTHING_SENT] = "nothing_sent",
				    [ALARM_QUEUE_OLD] = "queue_old",
				    [ALARM_LANE_DOWN] = "lane_down",
				    [ALARM_ROLE_RESTARTS] = "role_restarts",
				    [ALARM_CONFINEMENT] = "confinement",
				    [ALARM_DISK_LOW] = "disk_low",
				    [ALARM_STORE_FAILING] = "store_failing",
				    [ALARM_BACKUP_OLD] = "backup_old",
				    [ALARM_AUDIT] = "audit",
				    [ALARM_BULK_READS] = "bulk_reads",
				    [ALARM_CLOCK] = "clock",
				    [ALARM_RESTORED] = "restored",
				    [ALARM_SMS_FILTERED] = "sms_filtered",
				    [ALARM_SMS_BUDGET] = "sms_budget",
				    [ALARM_MAIL_POLICY] = "mail_policy",
				    [ALARM_COMPLAINTS] = "complaints",
				    [ALARM_SMS_ACCOUNT] = "sms_account",
				    NULL};
/* Administrators read English: a code is its own label. */
const struct vocab vocab_alarm = {"alarm", codes, codes, ALARM_COUNT};

struct entry {
	struct alarm alarm;
	char *subject, *text; /* what alarm points to */
	bool is_marked;
};

struct alarms {
	const struct clock *clock;
	struct entry *v;
	size_t n, cap;
	uint64_t n_raised;
};

struct alarms *alarms_new(const struct clock *clock)
{
	struct alarms *a = mem_alloc(sizeof(*a));
	a->clock = clock;
	return a;
}

static void clear(struct entry *e)
{
	free(e->subject);
	free(e->text);
}

static void set_text(struct entry *e, const char *text)
{
	free(e->text);
	e->alarm.text = e->text = mem_dup(text);
	e->is_marked = false;
}

void alarms_free(struct alarms *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->n; i++)
		clear(&a->v[i]);
	free(a->v);
	free(a);
}

static struct entry *find(struct alarms *a, enum alarm_code code,
			  const char *subject)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct alarm *k = &a->v[i].alarm;
		if (k->code == code && str_eq(k->subject, subject))
			return &a->v[i];
	}
	return NULL;
}

/* A place behind the last of its code. */
static struct entry *insert(struct alarms *a, enum alarm_code code)
{
	size_t at = a->n;
	while (at > 0 && a->v[at - 1].alarm.code > code)
		at--;
	if (a->n == a->cap) {
		a->cap = a->cap ? 2 * a->cap : 16;
		a->v = mem_grow(a->v, a->cap, sizeof(*a->v));
	}
	memmove(&a->v[at + 1], &a->v[at], (a->n - at) * sizeof(*a->v));
	a->n++;
	return &a->v[at];
}

static void remove_at(struct alarms *a, size_t at)
{
	clear(&a->v[at]);
	a->n--;
	memmove(&a->v[at], &a->v[at + 1], (a->n - at) * sizeof(*a->v));
}

void alarms_raise(struct alarms *a, enum alarm_code code, const char *subject,
		  const char *fmt, ...)
{
	char text[400];
	va_list ap;
	if (!subject)
		subject = "";
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct entry *e = find(a, code, subject);
	if (!e && alarms_count(a, code) >= ALARMS_MAX) {
		subject = "and others";
		e = find(a, code, subject);
	}
	if (e) {
		set_text(e, text);
		return;
	}
	e = insert(a, code);
	*e = (struct entry){
		.alarm = {.code = code, .since = clock_now(a->clock)},
		.subject = mem_dup(subject)};
	e->alarm.subject = e->subject;
	set_text(e, text);
	a->n_raised++;
}

void alarms_lower(struct alarms *a, enum alarm_code code, const char *subject)
{
	const struct entry *e = find(a, code, subject ? subject : "");
	if (e)
		remove_at(a, (size_t)(e - a->v));
}

void alarms_mark(struct alarms *a, enum alarm_code code)
{
	for (size_t i = 0; i < a->n; i++)
		a->v[i].is_marked |= a->v[i].alarm.code == code;
}

void alarms_sweep(struct alarms *a, enum alarm_code code)
{
	for (size_t i = a->n; i-- > 0;) {
		if (a->v[i].alarm.code == code && a->v[i].is_marked)
			remove_at(a, i);
	}
}

const struct alarm *alarms_at(const struct alarms *a, size_t i)
{
	return i < a->n ? &a->v[i].alarm : NULL;
}

size_t alarms_count(const struct alarms *a, enum alarm_code code)
{
	size_t n = 0;
	for (size_t i = 0; i < a->n; i++)
		n += a->v[i].alarm.code == code;
	return n;
}

uint64_t alarms_raised(const struct alarms *a)
{
	return a->n_raised;
}
