/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_OFFERS_H
#define ETRIER_STORE_OFFERS_H

#include <etrier/offer.h>
#include <etrier/store.h>

/* Sources, offers as each source tells them, the canonical offers that
 * everything else names, rule sets. Habits: store.h. */

/* --- sources ----------------------------------------------------------------
 */
struct store_source {
	const char *name;
	const char *cursor, *etag, *last_modified, *body_hash; /* or NULL */
	int64_t poll;		/* number of the last poll begun */
	int64_t last_poll_at;	/* end of the last poll, good or not */
	int64_t complete_at;	/* last complete, unfailed poll */
	int64_t complete_count; /* offers it saw, -1: never one */
	int64_t good_at;	/* last unfailed poll, whole or not */
	bool is_stale;		/* see store_source_set_stale(); not put */
	int failures;		/* in a row */
	int64_t next_due;	/* INSTANT_NONE: at once */
	const char *last_error; /* of the last poll, or NULL */
};
/* A source never heard of is not an error: all none, complete_count -1. */
int store_source_get(struct store *s, const char *name, struct arena *a,
		     struct store_source *out, struct err *err);
/* Everything but poll, which only store_poll_begin() moves. With closings in
 * one store_tx(): cursor, closings and statistics commit together, last. */
int store_source_put(struct store *s, const struct store_source *in,
		     struct err *err);
/* A new poll number, durable at once, so that what a dead poll saw never
 * counts for a later one. */
int store_poll_begin(struct store *s, const char *source, int64_t *poll,
		     struct err *err);

/* Too long since the last good poll for what its licence asks: its offers stay
 * live and are proposed to nobody. *changed: it was otherwise before. */
int store_source_set_stale(struct store *s, const char *name, bool is_stale,
			   bool *changed, struct err *err);

/* --- offers ------------------------------------------------------------------
 */
struct store_offer_in {
	const char *source, *ref; /* offer_ref() when the source has none */
	const char *hash;	  /* offer_content_hash() */
	const char *fields;	  /* the offer line */
	enum offer_status status; /* as the source says; live by default */
	int64_t expires;	  /* INSTANT_NONE: no end stated */
	int64_t poll;		  /* of store_poll_begin(); 0: no poll */
	int rank;		  /* of several copies the highest speaks */
	enum quality outcome;	  /* of the quality gate */
	const char *judged;	  /* what it found, JSON; NULL: nothing */
};
enum store_offer_change {
	STORE_OFFER_SAME, /* only last_seen moved */
	STORE_OFFER_NEW,
	STORE_OFFER_CHANGED, /* same canonical id, other content */
	STORE_OFFER_REVIVED, /* was withdrawn or expired, is live again */
	STORE_OFFER_CLOSED,  /* the source now says it is over */
	STORE_OFFER_HELD     /* now waits for a decision, or is rejected */
};
/* A live offer the gate stops becomes quarantined or rejected, unless somebody
 * decided about this very content; a rejected one loses at once its employer's
 * name and number, description, url, contact and free texts. */
int store_offer_put(struct store *s, const struct store_offer_in *in,
		    int64_t now, int64_t *canonical,
		    enum store_offer_change *change, struct err *err);

struct store_offer {
	int64_t id, canonical;
	const char *source, *ref, *hash, *fields;
	enum offer_status status;
	int64_t first_seen, last_seen, expires, closed_at;
	bool is_keyed; /* store_twins.h */
	/* Why it is the same post as the others of its canonical id; what the
	 * gate found (JSON); what somebody decided ("accepted", "refused") and
	 * why. NULL: nothing. */
	const char *reason, *judged, *decision, *decided_why;
};
/* The offer a canonical id stands for: its live one of the highest rank, else
 * the last seen; fields are what its live copies say together. An id joined
 * into another answers with that other. */
int store_offer_get(struct store *s, int64_t canonical, struct arena *a,
		    struct store_offer *out, struct err *err);
int store_offer_find(struct store *s, const char *source, const char *ref,
		     struct arena *a, struct store_offer *out, struct err *err);
struct store_offer_query {
	bool live_only;
	bool proposable_only; /* live, and by a source that is not stale */
	const char *source;   /* NULL: any */
	int64_t after, until; /* canonical ids, the last one in; 0: any */
	int limit;
};
typedef int store_offer_fn(void *ctx, const struct store_offer *row);
/* One row per canonical id, by id. */
int store_offers_each(struct store *s, const struct store_offer_query *q,
		      store_offer_fn *fn, void *ctx, struct err *err);
/* The highest canonical id there is; 0: none. */
int store_offers_last(struct store *s, int64_t *id, struct err *err);
int store_offers_live_count(struct store *s, const char *source, int64_t *n,
			    struct err *err);

/* Called, inside the transaction and when all is written, for each canonical id
 * of which an offer was closed; may write. is_dead: it has no live offer any
 * more, else what is left may say something else.
 * NULL: nobody. */
typedef void store_closed_fn(void *ctx, int64_t canonical, bool is_dead);
/* The live and quarantined offers of the source that `poll` did not see become
 * withdrawn: ask the guard first. */
int store_offers_close_unseen(struct store *s, const char *source, int64_t poll,
			      int64_t now, store_closed_fn *on_closed,
			      void *ctx, int64_t *n, struct err *err);
/* Live offers whose end is at or before now become expired; when there is none,
 * those last seen before `unseen_since` (INSTANT_NONE: never mind, which is to
 * be asked now and then only: it reads every offer). At most limit (0: all). */
int store_offers_expire(struct store *s, int64_t now, int64_t unseen_since,
			int limit, store_closed_fn *on_closed, void *ctx,
			int64_t *n, struct err *err);
/* Called with the ref of each live offer of the source that was last seen
 * before that instant, the longest unseen first, at most limit; not with refs
 * that offer_ref() made. Not 0: enough. */
typedef int store_ref_fn(void *ctx, const char *ref);
int store_offers_unseen(struct store *s, const char *source,
			int64_t seen_before, int limit, store_ref_fn *fn,
			void *ctx, struct err *err);
/* The live and quarantined ones of these that `poll` did not see become
 * withdrawn; other refs are nothing. */
int store_offers_close_refs(struct store *s, const char *source,
			    const char *const *refs, size_t n_refs,
			    int64_t poll, int64_t now,
			    store_closed_fn *on_closed, void *ctx, int64_t *n,
			    struct err *err);
/* --- rule sets
 * ---------------------------------------------------------------- */
int store_rules_put(struct store *s, const char *id, const char *text,
		    int64_t now, struct err *err); /* known id: nothing */
int store_rules_get(struct store *s, const char *id, struct arena *a,
		    const char **text, struct err *err);
/* Forget the sets that no ledger row cites, but `current`. */
int store_rules_clean(struct store *s, const char *const *current,
		      size_t n_current, int64_t *n, struct err *err);

#endif
