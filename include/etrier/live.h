/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_LIVE_H
#define ETRIER_LIVE_H

#include <etrier/match.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct err;
struct offer;
struct refdata;
struct store;

/* The young people and the live offers together, in memory, and the cache of
 * candidates in the store. New offers meet the roster, new people meet the
 * live offers; both through match.h. What is not urgent (a new day, new rules,
 * a large import) waits in a queue that live_work() empties in slices, so that
 * the engine's loop never stalls. */
struct live;

/* All borrowed for its life but rules, which are taken. */
struct live *live_new(struct store *store, const struct refdata *rd,
		      const struct clock *clock, struct rules *rules_take);
void live_free(struct live *l);
/* The network of public transport from the tables in `transit` of the settings'
 * paths, else those in `refdata`; without a call there is none. Before
 * live_load(). */
int live_read_network(struct live *l, const json_t *paths, struct err *err);
/* Read everyone and every offer that may be proposed from the store and queue
 * everyone. */
int live_load(struct live *l, struct err *err);
/* New rules are current at once; candidates follow by the queue. */
void live_set_rules(struct live *l, struct rules *rules_take);

/* An offer was stored as live (or changed). Joins the caller's transaction:
 * candidates commit with it. */
int live_offer_put(struct live *l, int64_t canonical, const struct offer *o,
		   struct err *err);
/* An offer is not live any more. */
int live_offer_drop(struct live *l, int64_t canonical, struct err *err);
/* A person was imported, changed, paused, gone or came back: read again and
 * matched when its turn comes. */
void live_person_changed(struct live *l, int64_t id);

/* Offers were proposed to this person: others may take their places. */
void live_refill(struct live *l, int64_t id);
/* A transaction around live_offer_put() or live_offer_drop() was rolled back:
 * the offers are read from the store again before anything is matched. */
void live_resync(struct live *l);
/* Many offers may be proposed from now on, or no more (a source became stale):
 * all are read again and everybody is compared anew, in slices. */
void live_offers_changed(struct live *l);

/* Work at most budget_ms. True: more waits. Errors end the slice; what was in
 * hand is tried again. */
bool live_work(struct live *l, int budget_ms, struct err *err);
/* True when nothing waits and the candidates are of today (Paris). */
bool live_is_settled(const struct live *l);

/* One pair, today's rules. 0; -1 ERR_UNKNOWN: the person is not in the roster
 * (gone, paused, no trade) or the offer is not live. */
int live_evaluate(const struct live *l, int64_t person, int64_t canonical,
		  int32_t on, struct verdict *out, struct err *err);
/* A live offer, borrowed until the next put or drop; NULL: not live. */
const struct moffer *live_offer(const struct live *l, int64_t canonical);
/* The same for an offer and a person as given (explain of what is stored). */
void live_evaluate_pair(const struct live *l, const struct mperson *p,
			const struct moffer *o, int32_t on,
			struct verdict *out);
const struct match_env *live_env(const struct live *l);
const struct refdata *live_refdata(const struct live *l);
/* Id of the rule set in force for a person of this agency. */
const char *live_rules_id(const struct live *l, const char *agency);

/* People with a new offer worth sending since they were last taken; the
 * planner looks whether a message is due. 0: none. */
int64_t live_take_fresh(struct live *l);

struct live_stats {
	size_t people, offers, waiting;
	size_t roster_bytes, bytes; /* all of live, the roster included */
	uint64_t matched_offers, matched_people, hits, postings;
	uint64_t unreadable; /* people and offers whose row did not do */
	int64_t longest_slice_ms;
};
void live_stats(const struct live *l, struct live_stats *out);

#endif
