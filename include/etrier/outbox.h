/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_OUTBOX_H
#define ETRIER_OUTBOX_H

#include <etrier/mailpace.h>
#include <etrier/plan.h>

/* From planned to settled: claim (check again, freeze, commit), hand to a lane,
 * take the verdict, settle. A lane is a courier process; an SMS lane has at
 * most one message in hand, a mail lane OUTBOX_IN_HAND, so that it never waits
 * for us between two mails. What is claimed or settled together is one commit.
 *
 *     planned ─claim─► sending ─deliver─► lane ─verdict─► sent|failed|planned
 *
 * Kill any process after any commit: what was sending is planned again (mail:
 * same bytes, same Message-ID; SMS: only when the lane had not begun) or
 * uncertain (SMS). */
struct outbox;

struct outbox_ops {
	/* Hand a line to a lane; takes the reference. */
	void (*send)(void *ctx, const char *lane, json_t *line_take);
	void *ctx;
};
/* All borrowed. */
struct outbox *outbox_new(struct store *store, struct planner *planner,
			  const struct clock *clock,
			  const struct outbox_ops *ops);
void outbox_free(struct outbox *o);
/* At start, before any lane: what was in flight when the engine died. */
int outbox_recover(struct outbox *o, struct err *err);

/* A lane is there ("mail-1", "sms-1": the name says the channel) / is gone. */
void outbox_lane_up(struct outbox *o, const char *lane);
int outbox_lane_down(struct outbox *o, const char *lane, struct err *err);
/* template, submitting, verdict. ERR_INPUT for a line that has no place. */
int outbox_line(struct outbox *o, const char *lane, const char *type,
		json_t *line, struct err *err);
/* The same, but a verdict on a mail is written with those that came beside it,
 * by the next outbox_settle_rest() or outbox_pump(), which must be soon. */
int outbox_take(struct outbox *o, const char *lane, const char *type,
		json_t *line, struct err *err);
/* After outbox_take(): so long outbox_pump() may wait for more verdicts to come
 * into the same commit, OUTBOX_SETTLE_MS; 0, not at all, when a lane has room
 * and more is due, or when OUTBOX_SETTLE_MAX wait: what is not written goes
 * again if we are killed. */
#define OUTBOX_SETTLE_MS  10
#define OUTBOX_SETTLE_MAX 64
int outbox_wait_ms(const struct outbox *o);
/* Write what lanes said and the store could not take yet; nothing is begun. */
int outbox_settle_rest(struct outbox *o, struct err *err);
/* Give every lane with room the next messages that are due. */
int outbox_pump(struct outbox *o, struct err *err);
/* The last pump stopped for its time: come again, even if no lane speaks. */
bool outbox_has_more(const struct outbox *o);
/* Claiming ends after so long, but every lane with room gets one: a digest
 * costs some milliseconds, and others wait for the loop. */
#define OUTBOX_PUMP_MS 20
/* Mails a lane has in hand at most, refilled at half of it: a commit on a slow
 * disk takes as long as sending ten. So many bytes of them at most, or one. */
#define OUTBOX_IN_HAND	     128
#define OUTBOX_IN_HAND_BYTES ((size_t)512 * 1024)

/* How fast mail goes to whom; see mailpace.h. config: the engine's object of
 * settings_for_role(). The pace is the outbox's, for status and figures. */
void outbox_configure(struct outbox *o, const json_t *config);
struct mailpace *outbox_pace(struct outbox *o);
/* In the last breath: settle. Pace and figures of mail are in the store with
 * every claim and verdict; the next process reads them when it is configured
 * first. */
int outbox_end(struct outbox *o, struct err *err);

/* Retry after 15 min, 30 min, 1 h ... 24 h (domain.md 2.3). */
#define OUTBOX_RETRY_FIRST_S (15 * 60)
#define OUTBOX_RETRY_MAX_S   (24 * 3600)
#define OUTBOX_ATTEMPTS_MAX  12

struct outbox_stats {
	uint64_t claimed, sent, failed, retried, uncertain, cancelled;
	int lanes, busy;
	int mail_lanes, sms_lanes; /* of lanes */
	int64_t last_sent_at;
	/* "credentials" or "credit": so the SMS gateway refused the account
	 * since it last took anything; "" when all is well. */
	char sms_trouble[16];
};
void outbox_stats(const struct outbox *o, struct outbox_stats *out);

#endif
