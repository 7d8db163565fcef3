/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_PRIVATE_H
#define ETRIER_PLAN_PRIVATE_H

#include "turns.h"

#include <etrier/arena.h>
#include <etrier/live.h>
#include <etrier/map.h>
#include <etrier/offer.h>
#include <etrier/people.h>
#include <etrier/person.h>
#include <etrier/plan.h>
#include <etrier/plan_youth.h>
#include <etrier/store_offers.h>

/* A person is never messaged automatically before this birthday. */
#define PLAN_ADULT_AGE 18
/* Nor by an adviser's click before this one: then the family is spoken to
 * (domain.md 4.3; LIL art. 45 and what parents may expect). */
#define PLAN_TEENAGER_AGE 16
/* News of meetings: one in so many days. */
#define PLAN_NEWS_DAYS 30
/* Most offers of a person in a digest, whatever the settings say. */
#define PLAN_OFFERS_MAX 10
/* Open windows (the demo): two digests of an adviser are so far apart. */
#define PLAN_OPEN_GAP_S 60
/* ... and who had nothing is looked at again after so long. */
#define PLAN_OPEN_LOOK_S 5
/* Offers in one digest, so that its line stays below the 256 KiB of the wire
 * with links of 2000 bytes. */
#define PLAN_DIGEST_OFFERS_MAX 60
/* Time a tick may take before the loop gets its turn. */
#define PLAN_TICK_MS 10
/* A message to a young person is stale after so long. */
#define PLAN_YOUTH_EXPIRES_S (3 * 24 * 3600)
/* How far back "when was this person last in a digest" looks. */
#define PLAN_SHOWN_DAYS 90

struct plan_wait { /* a young person for whom something may be due */
	uint32_t person;
	int64_t not_before;
};

struct planner {
	struct store *store;
	struct live *live;
	const struct clock *clock;
	const struct plan_settings *settings;
	struct plan_wait *waits;
	size_t n_waits, cap_waits;
	unsigned char *is_waiting; /* by person id */
	size_t n_is_waiting;
	struct arena todo_arena; /* advisers whose digest is due */
	struct plan_todo *todo;
	int64_t scanned_at;
	struct map done; /* "agency\nref" of whom was looked at on done_day */
	int32_t done_day;
	bool has_more; /* the last tick stopped before it was done */
	struct turns turns;
	struct digest_day *digest_day; /* digest.h; NULL: not read yet */
	int32_t coverage_day;	       /* the event of that day is there */
	int32_t events_day; /* news were looked for up to events_after */
	int64_t events_after;
	const struct advice *advice; /* borrowed, may be NULL */
	plan_notice_fn *notice_model;
	void *notice_ctx;
	struct arrivals *arrivals;			   /* arrivals.h */
	void (*on_policy)(void *ctx, const char *address); /* or NULL */
	void *policy_ctx;
	struct plan_batch *batch; /* records.c; NULL: none is open */
};

struct plan_todo {
	const char *agency, *ref;
	struct plan_todo *next;
};

/* --- a person, an offer, an adviser as stored, parsed -------------------- */
struct plan_person {
	struct store_person row;
	struct person p;
};
struct plan_offer {
	struct store_offer row;
	struct offer o;
};
/* Everything in the arena, which outlives the result (parsed JSON is copied
 * into it as needed). -1 ERR_UNKNOWN, ERR_STORE. */
struct plan_scope { /* JSON kept for strings that point into it */
	struct arena arena;
	json_t *kept; /* array; NULL: nothing yet */
};
void plan_scope_init(struct plan_scope *s);
void plan_scope_clear(struct plan_scope *s);
void plan_scope_keep(struct plan_scope *s, json_t *v_take);
/* The same; in a batch they hand on their memory to the next. */
void plan_scope_begin(struct planner *p, struct plan_scope *s);
void plan_scope_end(struct planner *p, struct plan_scope *s);
int plan_person_get(struct planner *p, int64_t id, struct plan_scope *s,
		    struct plan_person *out, struct err *err);
int plan_offer_get(struct planner *p, int64_t canonical, struct plan_scope *s,
		   struct plan_offer *out, struct err *err);
int plan_agency_get(struct planner *p, const char *code, struct plan_scope *s,
		    struct store_agency *row, struct agency *out,
		    struct err *err);
/* The first offer that a message shows; 0: none. */
int plan_offer_of(struct planner *p, int64_t message, int64_t *canonical,
		  struct err *err);
/* What the adviser said on a digest page counts: rhythm, absence, substitute.
 */
int plan_adviser_get(struct planner *p, const char *agency, const char *ref,
		     struct plan_scope *s, struct adviser *out,
		     struct err *err);

/* The rhythm in force, of vocab_digest. */
enum { PLAN_RHYTHM_URGENT = 3 };
int plan_rhythm(const struct store_adviser *row);

/* Who gets an adviser's digest today: the adviser, or the substitute while the
 * adviser is away. *why (static): nobody, for this reason. -1: ERR_STORE. */
int plan_digest_recipient(struct planner *p, const char *agency,
			  const char *ref, struct plan_scope *s,
			  struct adviser *out, const char **why,
			  struct err *err);
/* notice.c: why this notice goes no more, or NULL; what it says, or NULL. */
const char *plan_notice_refused(const struct planner *p,
				const struct store_message *m);
json_t *plan_notice_model(struct planner *p);
/* Young enough to be proposed (planner.offer_max_age_days), and no meeting.
 * first_seen counts when the offer does not say when it was published. */
bool plan_is_current(struct planner *p, const struct moffer *o,
		     int64_t first_seen);

/* windows.c: the first working day of its week: weekly lines are told. */
bool plan_is_weekly_day(int32_t date);

/* --- whose turn it is ------------------------------------------------------
 */
const struct wave_rules *plan_waves(const struct planner *p);
/* turns.c: bring places up to date, some milliseconds at most; turns.is_busy:
 * come again, and plan nothing before. */
int plan_turns_tick(struct planner *p, struct err *err);
/* Places opened after this instant are held. */
int64_t plan_turns_since(const struct planner *p);
/* Something was proposed to this person just now. */
void plan_turns_proposed(struct planner *p, int64_t person);
/* turns_ask.c: has this pair's place gone by? False also when it never had one:
 * then it was planned before there were waves. */
int plan_turn_is_over(struct planner *p, int64_t person, int64_t canonical,
		      bool *is_over, struct err *err);
/* coverage.c: once a day. */
int plan_coverage_tick(struct planner *p, struct err *err);

/* --- choosing ------------------------------------------------------------ */
struct plan_item {
	int64_t canonical;
	struct verdict verdict;
};
int plan_digest_tick(struct planner *p, int *n, struct err *err);
/* turns_ask.c: what may be proposed to this person through this audience now:
 * offers of which a place is held, or went by while nobody waits for one; as
 * they score today, the best first. At most
 * PLAN_TURNS_MAX. */
#define PLAN_TURNS_MAX 40
int plan_turns_of(struct planner *p, int64_t person,
		  enum store_audience audience,
		  struct plan_item out[PLAN_TURNS_MAX], size_t *n,
		  struct err *err);
/* youth.c */
/* Whether a message is due to this person is looked at soon. */
void plan_youth_look(struct planner *p, uint32_t person);
int plan_youth_tick(struct planner *p, int *n, struct err *err);
/* permit.c */
bool plan_mode_sends(enum agency_mode mode, enum store_audience audience);
/* model.c */
/* A facts column for the ledger: explain_frozen() as text; free(). */
char *plan_facts(struct planner *p, const struct verdict *v);
/* "le lundi 23 novembre"; NULL without a date. */
const char *plan_date_fr(struct arena *a, int32_t date, const char *before);
json_t *plan_agency_model(const struct agency *agency);

#endif
