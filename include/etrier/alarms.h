/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ALARMS_H
#define ETRIER_ALARMS_H

#include <etrier/vocab.h>

#include <stddef.h>
#include <stdint.h>

/* What is wrong now. Whoever notices raises an alarm and lowers it when it is
 * over; `status`, /metrics and the administrator's mail read them all. They
 * live in memory: after a restart the same causes raise them again. Each code
 * is explained, with its remedy, in etrierctl(1), section ALARMS. */
enum alarm_code {
	ALARM_SOURCE_FAILING,	  /* subject: the source */
	ALARM_SOURCE_QUARANTINED, /* empty, cut or shrunken; subject: source */
	ALARM_SOURCE_SILENT,	  /* no good poll for long; subject: source */
	ALARM_SOURCE_STALE,	  /* too old for its licence; subject: source */
	ALARM_CERTIFICATE,	  /* expires soon; subject: source */
	ALARM_SMS_UNCERTAIN,
	ALARM_DIGESTS_REFUSED,
	ALARM_MAIL_HELD,    /* a mail operator refuses us; subject: which */
	ALARM_NOTHING_SENT, /* planned, due, and nothing sent today */
	ALARM_QUEUE_OLD,    /* subject: email or sms */
	ALARM_LANE_DOWN,    /* a channel has messages and no lane */
	ALARM_ROLE_RESTARTS,
	ALARM_CONFINEMENT, /* subject: the role */
	ALARM_DISK_LOW,
	ALARM_STORE_FAILING,
	ALARM_BACKUP_OLD,
	ALARM_AUDIT,	    /* the audit log cannot be written or is broken */
	ALARM_BULK_READS,   /* subject: uid:N */
	ALARM_CLOCK,	    /* the wall clock stepped */
	ALARM_RESTORED,	    /* the database is a restored copy */
	ALARM_SMS_FILTERED, /* the gateway would not carry some */
	ALARM_SMS_BUDGET,   /* most, or all, is spent; subject: agency */
	ALARM_MAIL_POLICY,  /* refused for what we are */
	ALARM_COMPLAINTS,   /* so many that mails to young people wait */
	ALARM_SMS_ACCOUNT,  /* the SMS gateway refuses our account */
	ALARM_COUNT
};
extern const struct vocab vocab_alarm; /* "source_failing" ... */

struct alarm {
	enum alarm_code code;
	const char *subject; /* which one; "" for the only one of its code */
	const char *text;    /* what is wrong and what to do; of nobody young */
	int64_t since;	     /* instant it was raised */
};

struct alarms;
struct clock;
struct alarms *alarms_new(const struct clock *clock); /* clock borrowed */
void alarms_free(struct alarms *a);
/* Raise; of one already raised only the text is renewed, since stays. subject
 * NULL is "". Above ALARMS_MAX of one code the text says "and others" and no
 * more are kept. */
#define ALARMS_MAX 50
void alarms_raise(struct alarms *a, enum alarm_code code, const char *subject,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void alarms_lower(struct alarms *a, enum alarm_code code, const char *subject);
/* For whoever looks at everything of a code anew: between the two, what is not
 * raised again is lowered. */
void alarms_mark(struct alarms *a, enum alarm_code code);
void alarms_sweep(struct alarms *a, enum alarm_code code);

/* In the order of the codes, then of raising. The strings live until the next
 * raise, lower or sweep. NULL past the end. */
const struct alarm *alarms_at(const struct alarms *a, size_t i);
size_t alarms_count(const struct alarms *a, enum alarm_code code);
/* Grows whenever an alarm is raised that was not there. */
uint64_t alarms_raised(const struct alarms *a);

#endif
