/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_POLLS_PRIVATE_H
#define ETRIER_POLLS_PRIVATE_H

#include <etrier/map.h>
#include <etrier/polls.h>

/* What polls.c (asking, offers) and polls_end.c (the end of a poll) share. */

/* Offers a transaction: 45 000 rows a second instead of 6 000 one by one, and
 * still far below 50 ms. */
#define BATCH_MAX 32
/* ... for with a region's people one offer is 5 ms of candidates: the rest of
 * the batch waits for the next turn of the loop. */
#define BATCH_MS 20
#define NOTE_MAX 200

struct source {
	char *name;
	json_t *conf;
	int64_t poll;	    /* in hand, 0: none */
	int64_t begun_ms;   /* of the poll in hand, monotonic */
	int64_t n_received; /* offer lines of the poll in hand */
	int64_t next_due;
	bool is_store_broken; /* a batch of this poll was lost */
	bool accept_shrink;
	bool is_gone; /* from the configuration: forgotten after its poll */
	int64_t seen, good, bad; /* of the last poll */
	bool is_quarantined;	 /* its answer was not to be believed */
	int64_t cert_expires;	 /* instant, 0: not known */
	char note[NOTE_MAX];
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
	struct polls_stats stats;
};

/* polls.c */
int64_t polls_clock(const struct polls *p);
int polls_event(struct polls *p, const char *kind, int64_t canonical,
		const char *source, struct err *err);
/* polls_end.c. The poll in hand of s is over: line is its `polled`, or NULL
 * when it failed without an answer, for the reason `error`. */
int polls_finish(struct polls *p, struct source *s, const json_t *line,
		 const char *error, struct err *err);
/* Offers whose date has passed. */
int polls_expire(struct polls *p, struct err *err);

#endif
