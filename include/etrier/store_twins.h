/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_TWINS_H
#define ETRIER_STORE_TWINS_H

#include <etrier/store_offers.h>

/* One post, many offers: the copies behind a canonical id; what the quality
 * gate stopped; what licences want forgotten. Habits: store.h. Whether two
 * offers are the same is not decided here. */

/* --- copies ------------------------------------------------------------------
 */
/* Under these keys an offer is found by its copies, anew after each change. */
struct store_twin_keys {
	const int64_t *v;
	int n;
	int n_strong;	    /* the first ones: their copies come first */
	bool has_whole;	    /* v[0] is the hash of the whole content */
	const void *sketch; /* NULL: none. The more bytes agree, the nearer */
	size_t n_sketch;
	/* Where both have a sketch and no strong key is shared, as many bytes
	 * must agree. */
	int sketch_min;
};
int store_twin_keys_put(struct store *s, int64_t offer,
			const struct store_twin_keys *k, struct err *err);
/* Keys of offers closed before that instant are forgotten; at most limit. */
int store_twin_keys_purge(struct store *s, int64_t before, int limit,
			  struct err *err);

struct store_twin {
	struct store_offer row; /* fields: its own line */
	bool is_whole;		/* its whole content has the same hash */
};
/* The offers that share keys, the nearest first, at most max; not `offer`
 * itself, none that is held, none closed before closed_since. However many
 * share a key, a bounded number of them is looked at. Strings in the arena. */
int store_twins(struct store *s, int64_t offer, const struct store_twin_keys *k,
		int64_t closed_since, struct arena *a, struct store_twin *out,
		size_t max, size_t *n, struct err *err);

/* The offers of a canonical id, live ones first, then by rank; fields are their
 * own lines. */
int store_members_each(struct store *s, int64_t canonical, store_offer_fn *fn,
		       void *ctx, struct err *err);
/* What the live copies say together; NULL: the one that is shown says it. */
int store_canonical_put(struct store *s, int64_t canonical, const char *fields,
			struct err *err);
/* Why this offer is under its canonical id; NULL: it is the first. */
int store_offer_put_reason(struct store *s, int64_t offer, const char *reason,
			   struct err *err);
/* Duplicates: candidates, messages and ledger of `other` become those of
 * `keep`; `other` stays as a redirection. */
int store_offer_join(struct store *s, int64_t keep, int64_t other,
		     struct err *err);
/* The offer leaves its copies for a canonical id of its own; not when its
 * present one was proposed to anybody (*canonical 0, nothing changed): then
 * who had it would be told again. */
int store_offer_split(struct store *s, int64_t offer, int64_t now,
		      int64_t *canonical, struct err *err);

/* --- the quality gate
 * ---------------------------------------------------------
 */
/* Quarantined or rejected offers, the oldest first. source NULL: any. */
int store_offers_held(struct store *s, enum offer_status status,
		      const char *source, int limit, store_offer_fn *fn,
		      void *ctx, struct err *err);
/* How many of them each rule of the gate stopped, the most first. */
typedef int store_symbol_fn(void *ctx, const char *symbol, int64_t n);
int store_offers_symbols(struct store *s, store_symbol_fn *fn, void *ctx,
			 struct err *err);
/* Decide about what the gate stopped; holds for this content. An accepted offer
 * is live at once; one that was rejected before comes back with the next poll,
 * since its content is gone. ERR_INPUT: it is not held. */
int store_offer_decide(struct store *s, int64_t offer, bool is_accepted,
		       const char *why, int64_t now, enum offer_status *status,
		       struct err *err);

/* --- forgetting
 * ---------------------------------------------------------------
 */
/* Fields one may ask to be taken out, as a licence names them; a name that is
 * none of an offer line removes nothing, a character that no name has is
 * ERR_INPUT. */
#define STORE_STRIP_MAX 32
/* Take these out of the source's offers that are withdrawn or expired, and
 * places and titles out of their history. */
int store_offers_strip(struct store *s, const char *source,
		       const char *const *fields, int n, int64_t *n_stripped,
		       struct err *err);

/* One row an offer, whatever becomes of it. reason: withdrawn, expired,
 * quarantined, rejected; NULL: live. */
struct store_offer_stat {
	const char *source, *ref, *kind, *rome, *dept, *reason;
	int64_t first_seen, last_seen, closed_at;
};
typedef int store_offer_stat_fn(void *ctx, const struct store_offer_stat *row);
int store_offer_stats_each(struct store *s, const char *source,
			   store_offer_stat_fn *fn, void *ctx, struct err *err);

#endif
