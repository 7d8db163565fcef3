/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_LIVE_H
#define ETRIER_LIVE_H

#include <etrier/match.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct err;
struct offer;
struct refdata;
struct store;

/* The young people and the live offers together, in memory, with each person's
 * best offers (candidates). New offers meet the roster, new people meet the
 * live offers; both through match.h. A new day, new rules and a start look at
 * everything anew: offer by offer against everyone, the newest first, in slices
 * of live_work(), so that the engine's loop never stalls; a second change
 * begins again. */
struct live;

/* All borrowed for its life but rules, which are taken. */
struct live *live_new(struct store *store, const struct refdata *rd,
		      const struct clock *clock, struct rules *rules_take);
void live_free(struct live *l);
/* The network of public transport from the tables in own, else those in
 * refdata; without a call there is none. Before live_load(). */
int live_read_network(struct live *l, const char *own, const char *refdata,
		      struct err *err);
/* Read everyone and every offer that may be proposed from the store; candidates
 * follow in slices. */
int live_load(struct live *l, struct err *err);
/* New rules are current at once (new offers, planning, explain); candidates
 * follow in slices. Rules that say the same change nothing. */
void live_set_rules(struct live *l, struct rules *rules_take);

/* An offer was stored as live (or changed): compared with everyone. May be
 * called inside the transaction that stores it; see live_resync(). */
int live_offer_put(struct live *l, int64_t canonical, const struct offer *o,
		   struct err *err);
/* An offer is not live any more. */
void live_offer_drop(struct live *l, int64_t canonical);
/* A person was imported, changed, paused, gone or came back: read again and
 * matched when its turn comes. People whose training ends come and go by the
 * day. */
void live_person_changed(struct live *l, int64_t id);

/* Offers were proposed to this person: they leave the list, and when few are
 * left others are looked for. */
void live_proposed(struct live *l, int64_t id);
/* Proposals were taken back: their offers may come in again. */
void live_refill(struct live *l, int64_t id);
/* The same for everyone of an agency (its mode changed). */
void live_refill_agency(struct live *l, const char *code);
/* A transaction around live_offer_put() or live_offer_drop() was rolled back:
 * the offers are read from the store again before anything is matched. */
void live_resync(struct live *l);
/* Many offers may be proposed from now on, or no more (a source became stale):
 * all are read again and compared anew, in slices. */
void live_offers_changed(struct live *l);

/* Work at most budget_ms. True: more waits. Errors end the slice; what was in
 * hand is tried again. */
bool live_work(struct live *l, int budget_ms, struct err *err);
/* True when nothing waits, and the candidates are of today (Paris) and of the
 * rules in force: only then is anything planned. */
bool live_is_settled(const struct live *l);

/* One pair, today's rules. 0; -1 ERR_UNKNOWN: the person is not in the roster
 * (gone, paused, no trade) or the offer is not live. */
int live_evaluate(struct live *l, int64_t person, int64_t canonical, int32_t on,
		  struct verdict *out, struct err *err);
/* A live offer, borrowed until the next put or drop; NULL: not live. */
const struct moffer *live_offer(const struct live *l, int64_t canonical);
/* The live offer with the least id above this one; NULL: none. Borrowed as
 * above. */
const struct moffer *live_next_offer(const struct live *l, int64_t after);
/* Live offers by position, from 0, by id: for who passes all of them. NULL: the
 * end. Borrowed as above. */
const struct moffer *live_each_offer(const struct live *l, size_t *i);
/* Never 0; another one whenever a live offer came, changed or went. */
uint64_t live_offers_version(const struct live *l);
/* Everybody who is compared with offers. */
const struct roster *live_roster(const struct live *l);
/* Is there an offer this person was not proposed yet, as of the last time they
 * were compared? */
bool live_has_candidates(const struct live *l, int64_t person);
/* The same for an offer and a person as given (explain of what is stored). */
void live_evaluate_pair(const struct live *l, const struct mperson *p,
			const struct moffer *o, int32_t on,
			struct verdict *out);

/* A pair that may be proposed, as of today. */
#define LIVE_CANDIDATES_MAX 20
struct live_candidate {
	int64_t canonical;
	int score;
	enum decision decision; /* CHECK or SEND */
};
/* A person's best first (score, then the older offer), at most max: of the
 * LIVE_CANDIDATES_MAX best that were proposed to nobody, and of what was
 * proposed to others than this audience (enum store_audience). None for whoever
 * is not in the roster. */
int live_candidates(struct live *l, int64_t person, int audience,
		    struct live_candidate *out, size_t max, size_t *n,
		    struct err *err);
/* Everyone a live offer may be proposed to as of today, proposed or not: as
 * matcher_offer(). ERR_UNKNOWN: not live. */
int live_offer_hits(struct live *l, int64_t canonical, struct match_hits *out,
		    struct err *err);

/* One of the roster, as of today; false: not in it. */
bool live_person(const struct live *l, int64_t person, struct mperson *out);
/* "formation terminée le 30/06/2027" for who looks for the time after a
 * training; false and "" for everybody else. */
#define LIVE_LEAVING_SIZE 48
bool live_leaving_words(const struct mperson *m, char out[LIVE_LEAVING_SIZE]);
/* A stored person as the matcher sees them today, whatever their status; needs
 * of the row are taken in. -1: ERR_INPUT without a trade we know. */
struct store_person;
int live_person_today(struct live *l, const struct store_person *row,
		      struct mperson *out, struct err *err);

/* Telephone numbers and e-mail addresses that more than one dossier of the
 * latest files has, whoever's they are: one call for each of them, those of one
 * address after one another, by id. address tells addresses apart and no more;
 * it is of this process. Some milliseconds at a region's size. */
typedef void live_shared_fn(void *ctx, enum channel channel, uint64_t address,
			    uint32_t person);
void live_shared_each(const struct live *l, live_shared_fn *fn, void *ctx);
/* Everybody of the latest files with this one, by id, whether or not a message
 * ever went there. address: as in a file, or E.164. */
void live_address_each(const struct live *l, enum channel channel,
		       const char *address,
		       void (*fn)(void *ctx, int64_t person), void *ctx);

const struct match_env *live_env(const struct live *l);
const struct refdata *live_refdata(const struct live *l);
/* Id of the rule set in force for a person of this agency. */
const char *live_rules_id(const struct live *l, const char *agency);

/* People with a new offer worth sending since they were last taken; the
 * planner looks whether a message is due. 0: none. */
int64_t live_take_fresh(struct live *l);

/* People of whom live_person_changed() spoke since they were last taken. 0:
 * none. */
int64_t live_take_changed(struct live *l);

struct live_stats {
	size_t people, offers, candidates, waiting;
	bool is_refreshing;
	size_t refresh_done;	    /* offers, of offers */
	uint64_t refreshes;	    /* begun */
	size_t roster_bytes, bytes; /* all of live, the roster included */
	uint64_t matched_offers, matched_people, hits, postings;
	uint64_t unreadable; /* people and offers whose row did not do */
	int64_t longest_slice_ms;
};
void live_stats(const struct live *l, struct live_stats *out);

#endif
