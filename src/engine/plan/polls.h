/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_POLLS_PRIVATE_H
#define ETRIER_POLLS_PRIVATE_H

#include <etrier/map.h>
#include <etrier/polls.h>

struct arena;
struct offer;

/* What polls.c (asking, offers) and polls_end.c (the end of a poll) share. */

/* Offers a transaction: 45 000 rows a second instead of 6 000 one by one, and
 * still far below 50 ms. */
#define BATCH_MAX 32
/* ... for with a region's people one offer is 5 ms of candidates: the rest of
 * the batch waits for the next turn of the loop. */
#define BATCH_MS 20
#define NOTE_MAX 200
/* Shown anew so long after it was closed, a post is the same one; later it is a
 * new vacancy, which may be proposed again. */
#define POLLS_TWIN_DAYS 90
/* An offer that no list showed for so long is looked up, where a source can be
 * asked for one: less than the day within which a licence wants a deletion
 * carried over, so that a poll once a day never finds it a minute too young. */
#define POLLS_UNSEEN_S ((int64_t)20 * 3600)
/* Bytes of refs in one line, half of what the wire takes, escapes counted. */
#define POLLS_CHECK_BYTES ((size_t)128 * 1024)

struct source {
	char *name;
	json_t *conf;
	int64_t poll;	    /* in hand, 0: none */
	int64_t begun_ms;   /* of the poll in hand, monotonic */
	int64_t n_received; /* offer lines of the poll in hand */
	int64_t next_due;
	size_t n_checked;     /* refs it was asked to look up */
	bool is_store_broken; /* a batch of this poll was lost */
	bool accept_shrink;
	bool is_gone; /* from the configuration: forgotten after its poll */
	int64_t seen, good, bad; /* of the last poll */
	bool is_quarantined;	 /* its answer was not to be believed */
	bool is_stale;		 /* too long ago for its licence */
	int64_t good_at;	 /* last unfailed poll, INSTANT_NONE: never */
	int64_t cert_expires;	 /* instant, 0: not known */
	char note[NOTE_MAX];	 /* why the last poll was not good */
	char remark[NOTE_MAX];	 /* what should be known of the last answer */
};

struct waiting { /* an offer not yet written */
	struct source *source;
	json_t *line;
};

struct polls {
	struct store *store;
	struct live *live;
	const struct clock *clock;
	struct polls_ops ops;
	struct map sources;
	struct waiting batch[BATCH_MAX];
	int n_batch, n_written; /* of the batch, by the transaction */
	int64_t deadline_s;
	bool has_collector, has_runner;
	int64_t unseen_at; /* instant: no offer was unseen for too long */
	struct polls_stats stats;
};

/* polls.c */
int64_t polls_clock(const struct polls *p);
/* polls_offers.c. As many waiting offers as there is time for, in the caller's
 * transaction; p->n_written of them are done. */
int polls_write_batch(struct store *store, void *polls, struct err *err);
/* data_take: source, ref and what else there is to say. */
int polls_event(struct polls *p, const char *kind, int64_t canonical,
		json_t *data_take, struct err *err);
/* One more or one less offer speaks for this canonical id: write what they say
 * together and match it anew, or forget it when none is live. */
int polls_refresh(struct polls *p, int64_t canonical, bool *is_dead,
		  struct err *err);
/* copies.c. The offer is live and new, or says something else: look for its
 * copies. *canonical is where it belongs from now on; *reason (in the arena)
 * why it is with others, NULL when nothing of that changed. */
struct twin_in {
	const struct offer *o;
	int64_t offer; /* of the store */
	bool has_changed;
};
int polls_find_twins(struct polls *p, const struct twin_in *in, struct arena *a,
		     int64_t *canonical, const char **reason, struct err *err);
/* licence.c. Raise or lower what a source's licence asks of its age; strip what
 * it took away of what the licence wants forgotten. */
int polls_look_at_licences(struct polls *p, struct err *err);
int polls_strip(struct polls *p, const struct source *s, struct err *err);
/* polls_end.c. The poll in hand of s is over: line is its `polled`, or NULL
 * when it failed without an answer, for the reason `error`. */
int polls_finish(struct polls *p, struct source *s, const json_t *line,
		 const char *error, struct err *err);
/* Offers whose date has passed. */
int polls_expire(struct polls *p, struct err *err);

#endif
