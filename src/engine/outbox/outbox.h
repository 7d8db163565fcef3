/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_OUTBOX_PRIVATE_H
#define ETRIER_OUTBOX_PRIVATE_H

#include <etrier/map.h>
#include <etrier/outbox.h>

/* What outbox.c (lanes), feed.c (claiming) and settle.c (what became of it)
 * share. */

struct text_set { /* the templates in force */
	char *hash, *text;
};

struct in_hand {
	int64_t message;
	char *address; /* of a mail, for its pace; NULL */
};

struct lane {
	char name[24];
	enum channel channel;
	int n_up; /* a new one may come before the old one's end is seen */
	struct in_hand hand[OUTBOX_IN_HAND];
	size_t n_hand;
	bool is_submitting;
	int64_t listing;    /* number of the blacklist it was asked for, 0 */
	int64_t listing_ms; /* since */
	struct lane *next;
};

/* What a lane said, or its death, that is not in the store yet. */
struct unsettled {
	int64_t message;
	json_t *verdict; /* owned; NULL: the lane died */
	bool is_submitting;
	enum mailpace_class class;
	int64_t until; /* of a class that is not plain */
};

struct outbox {
	struct store *store;
	struct planner *planner;
	const struct clock *clock;
	struct outbox_ops ops;
	struct lane *lanes;
	struct map sets; /* "mail-1 fr/digest/email" -> struct text_set */
	struct mailpace *pace;
	int32_t figures_day; /* last written */
	uint64_t pace_kept;  /* mailpace_changes() of what the store has */
	struct unsettled *unsettled;
	size_t n_unsettled, cap_unsettled;
	bool has_more;	   /* the last pump stopped for its time */
	bool has_more_due; /* the last pump left some, or did not look */
	int64_t swept_ms;  /* when what expired was last looked for */
	int64_t last_listing;
	struct outbox_stats stats;
};

/* The message at hand[i] leaves the lane's hands, for outbox_settle_rest() to
 * write. verdict NULL: the lane died. */
void outbox_drop_hand(struct outbox *o, struct lane *l, size_t i,
		      json_t *verdict);
/* figures.c: read the pace back; write the figures of a day that is over; and
 * the pace as it is, unless the store has it, in the caller's transaction.
 * Should that fail, o->pace_kept is PACE_LOST again. */
#define PACE_LOST UINT64_MAX
int outbox_load_figures(struct outbox *o, struct err *err);
int outbox_keep_figures(struct outbox *o, struct err *err);
int outbox_keep_pace(struct outbox *o, struct err *err);
bool outbox_has_kept_pace(const struct outbox *o);
/* settle.c: what was said, inside the caller's transaction; states: room for
 * n_unsettled. After its commit: count, tell, forget. */
int outbox_settle_all(struct outbox *o, enum store_state *states,
		      struct err *err);
void outbox_settled_all(struct outbox *o, const enum store_state *states);
/* A planned message goes no more: cancelled (its offers are free again), or
 * failed when an earlier attempt may have arrived. */
int outbox_give_up(struct outbox *o, const struct store_message *m,
		   const char *why, struct err *err);
/* Not before `at`. */
int outbox_postpone(struct outbox *o, const struct store_message *m,
		    const char *why, int64_t at, struct err *err);
/* Give up the planned messages that have expired, lane or no lane. */
int outbox_sweep(struct outbox *o, struct err *err);
/* list.c: the gateway's own list of who said stop. Ask an idle lane for it when
 * it is due; a lane that is asked gets no message until it has answered, or for
 * OUTBOX_LIST_MS. */
#define OUTBOX_LIST_MS 60000
void outbox_ask_list(struct outbox *o, struct lane *l);
bool outbox_is_listing(const struct outbox *o, const struct lane *l);
int outbox_take_list(struct outbox *o, struct lane *l, const json_t *line,
		     struct err *err);
/* The event that goes with a change of state, in its transaction. */
int outbox_event(struct outbox *o, const struct store_message *m,
		 const char *kind, const char *reason, struct err *err);

#endif
