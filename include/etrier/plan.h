/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_H
#define ETRIER_PLAN_H

#include <etrier/store_messages.h>
#include <etrier/store_people.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct arena;
struct clock;
struct live;
struct wave_reason;
struct wave_round;

/* Who is told what, when. The planner decides by its injected clock in
 * Europe/Paris and writes message and ledger rows in one transaction; the
 * outbox (outbox.h) takes it from there and asks again, at the moment of
 * claiming, whether the message may still go. */

struct plan_span { /* of a day, minutes: from <= t < until */
	int from, until;
};
#define PLAN_SLOTS_MAX 6

struct plan_settings {
	bool is_open; /* windows: open: no hours, no working days */
	int digest_people, digest_offers;
	int first_digest_people;
	int youth_per_day, youth_per_week;
	int sms_from, sms_until, mail_from, mail_until; /* minutes */
	struct plan_span sms_slots[PLAN_SLOTS_MAX]; /* in order; none: all */
	size_t n_sms_slots;
	int hold_s; /* mode automatic: so long an adviser may stop an offer */
	int offer_max_age_days;
	int digest_at; /* default of agencies */
	int tone;      /* vocab_tone */
	char *sms_sender, *sms_gateway, *sms_profile;
	int64_t sms_budget; /* thousandths of a euro a month, -1: none */
	char *from_address, *from_name, *bounce_domain, *list_domain;
	char *digest_from; /* "": from_address */
	char *base_url;
	bool has_pages;		  /* the front listens */
	bool heartbeat;		  /* a digest on Mondays all the same */
	bool mail_goes, sms_goes; /* a transport is configured */
	/* delivery.override_to; NULL: none. sms: E.164 */
	char *override_email, *override_sms;
	bool reads_bounces; /* mail.bounces: mail to bounce_domain is read,
			     * stop+TOKEN@ too */
	json_t *notice_to;  /* watch.mail_to */
	json_t *sources;    /* {name: {title, licence, ...}} */
};
/* From the engine's object of settings_for_role(). */
void plan_settings_read(struct plan_settings *out, const json_t *config);
void plan_settings_clear(struct plan_settings *s);

struct planner;
/* All borrowed. settings may be replaced by planner_configure(). */
struct planner *planner_new(struct store *store, struct live *live,
			    const struct clock *clock);
void planner_configure(struct planner *p, const struct plan_settings *s);
/* Borrowed until replaced; NULL: nothing is advised. */
struct advice;
void planner_set_advice(struct planner *p, const struct advice *advice);
void planner_free(struct planner *p);

/* Plan what is due now. Cheap when nothing is. Does nothing before the
 * candidates are settled (live_is_settled). *n: messages planned. */
int planner_tick(struct planner *p, int *n, struct err *err);
/* The last tick stopped to let others work: come again at once. */
bool planner_has_more(const struct planner *p);

/* Outside production (delivery.override_to) nothing goes to its recipient.
 * *address, borrowed, is where it goes instead; NULL: to nobody, and it
 * waits. */
bool planner_override(const struct planner *p, enum channel channel,
		      const char **address);

/* --- notices to administrators ------------------------------------------- */
/* What a notice says now: its model (courier.h), new; NULL: nothing any more,
 * the message is cancelled. */
typedef json_t *plan_notice_fn(void *ctx);
void planner_set_notice(struct planner *p, plan_notice_fn *model, void *ctx);
/* One mail to each address of watch.mail_to. *n: planned. */
int planner_plan_notice(struct planner *p, int *n, struct err *err);

/* A message as it would be delivered: the whole `deliver` line of courier.h,
 * but id and template. `token_url` is made only when make_tokens (a claim),
 * otherwise a sample stands there (preview). NULL with *err. *empty is set
 * when there is nothing left to say. */
json_t *plan_deliver_line(struct planner *p, const struct store_message *m,
			  bool make_tokens, bool *empty, struct err *err);
/* Where its mail would go now; *address NULL: nobody is there, and
 * plan_deliver_line() says why. Costs nothing that has to be kept. */
int plan_where_to(struct planner *p, const struct store_message *m,
		  struct arena *a, const char **address, struct err *err);
/* The digest an adviser would get now, without planning it: `digest show`. */
json_t *plan_digest_preview(struct planner *p, const char *agency,
			    const char *adviser, struct err *err);
/* The message a young person would get now; NULL and *why (in French, for a
 * person; static) when none would go. */
json_t *plan_youth_preview(struct planner *p, int64_t person, const char **why,
			   struct err *err);

/* May this message go now? PLAN_GO; PLAN_WAIT until *at; PLAN_CANCEL with
 * *why (static). */
enum plan_answer { PLAN_GO, PLAN_WAIT, PLAN_CANCEL };
int plan_recheck(struct planner *p, const struct store_message *m,
		 enum plan_answer *answer, int64_t *at, const char **why,
		 struct err *err);

/* Between these a person, an agency, an adviser and an offer are read from the
 * store once, however many messages ask for them. For work that changes none of
 * them: the claims of one transaction. planner_batch_end() without a beginning
 * does nothing. */
void planner_batch_begin(struct planner *p);
void planner_batch_end(struct planner *p);

/* --- whose turn it is (waves.h) ------------------------------------------- */
/* Why this person has a place for this offer now, or none. */
int planner_turn(struct planner *p, int64_t person, int64_t canonical,
		 struct wave_reason *out, struct err *err);
/* How an offer's places stand: [{"number","opened","people","proposed",
 * "answered","interested"}] by wave, and what would happen now (nobody enters
 * by asking); waves_round_clear(). */
int planner_waves(struct planner *p, int64_t canonical, json_t **waves,
		  struct wave_round *now, struct err *err);
struct plan_coverage {
	int64_t active;	       /* young people in the latest files */
	int64_t proposed;      /* of them, proposed something in 30 days */
	int64_t without_offer; /* ... whom no offer waits for, nor was proposed
				*/
	int64_t offers;	       /* live */
	int64_t offers_full;   /* all their places are held */
	int64_t places;	       /* held */
};
int planner_coverage(struct planner *p, struct plan_coverage *out,
		     struct err *err);
/* The reason in French for people, some lines; and for JSON. */
struct buf;
void plan_turn_text(const struct wave_reason *r, struct buf *out);
json_t *plan_turn_json(const struct wave_reason *r);

/* What was frozen keeps its words, but permission, hours and caps are asked
 * again for it as for any other. */
/* How the reason of a message begins after an attempt whose answer was lost:
 * it may have arrived. */
#define PLAN_IN_DOUBT "in doubt: "
/* Such an attempt was made, or its lane or engine died over it. Its ledger rows
 * must stay: what may have arrived is not proposed again in other words. */
bool plan_is_in_doubt(const struct store_message *m);

/* Before the ledger rows of a message that nobody saw are freed: its people's
 * candidates are looked for again, so that the offers can come back. */
int plan_refill_shown(struct planner *p, int64_t message, struct err *err);

/* --- windows.c: pure ---------------------------------------------------- */
/* The earliest instant at or after now at which a message of this channel may
 * go to a young person. Sunday and public holidays never; e-mail and SMS each
 * have their hours. */
int64_t plan_window(const struct plan_settings *s, enum channel channel,
		    int64_t now);
/* The same for news of meetings (working days, later in the morning), and for
 * what answers something the person just did (any day, not at night). */
int64_t plan_window_news(const struct plan_settings *s, enum channel channel,
			 int64_t now);
int64_t plan_window_answer(const struct plan_settings *s, int64_t now);
/* Is a digest of this rhythm (vocab_digest) due on this date? */
bool plan_digest_day(const struct plan_settings *s, int rhythm, int32_t date);

#endif
