/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_LIVE_PRIVATE_H
#define ETRIER_LIVE_PRIVATE_H

#include <etrier/live.h>
#include <etrier/offer.h>
#include <etrier/store_offers.h>
#include <etrier/store_people.h>

/* What live.c (work) and live_load.c (filling, asking) share. */

struct top {
	uint16_t scores[STORE_CANDIDATES_MAX]; /* a heap would be no faster */
	uint8_t n;
	bool is_waiting; /* in the queue */
	bool is_fresh;	 /* in the fresh list */
	bool is_stale;	 /* read from the store again first */
	bool is_changed; /* in the changed list */
};

struct id_list {
	uint32_t *v;
	size_t n, at, cap;
};

struct live {
	struct store *store;
	const struct refdata *rd;
	const struct clock *clock;
	struct rules *rules;
	struct travel *travel;
	struct tradenet *trades;
	struct roster *roster;
	struct matcher *matcher;
	struct match_env env;
	struct moffer *offers; /* by id, ascending */
	size_t n_offers, cap_offers;
	struct top *tops; /* by person id */
	size_t n_tops;
	struct id_list queue, fresh, changed;
	struct match_hits hits; /* scratch */
	int32_t day;		/* of the candidates */
	bool is_doubtful;	/* the offers: a transaction failed */
	struct live_stats stats;
};

/* live.c */
void live_enqueue(struct live *l, uint32_t id);
void live_enqueue_everyone(struct live *l);
void live_keep_offer(struct live *l, const struct moffer *o);
/* Position of the first offer whose id is not below. */
size_t live_offer_at(const struct live *l, int64_t id);
/* live_load.c. *is_matched false: no trade is looked for, or not active; then
 * the person is not in the roster. Writes nothing. */
int live_put_in_roster(struct live *l, const struct store_person *row,
		       bool *is_matched, struct err *err);
int live_load_offers(struct live *l, struct err *err);

#endif
