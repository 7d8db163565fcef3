/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_DIGEST_H
#define ETRIER_PLAN_DIGEST_H

#include "digest_sections.h"
#include "plan.h"

#include <etrier/store_digest.h>

/* --- a digest ------------------------------------------------------------- */
struct plan_choice { /* one young person of a digest */
	int64_t person;
	struct plan_item items[PLAN_OFFERS_MAX];
	int n, more;	    /* shown, and further ones that could have been */
	int64_t last_shown; /* INSTANT_NONE: never in a digest */
	bool is_urgent;	    /* a deadline is near, or an offer ends */
};
struct plan_digest {
	const char *agency, *adviser;
	enum store_audience audience;
	enum agency_mode mode;
	int64_t message;	     /* it is, 0: none yet */
	const char *reader;	     /* first name; NULL: the adviser's */
	bool is_standing_in;	     /* the reader, for the adviser */
	const char *page_url;	     /* NULL: no page */
	bool is_first;		     /* after going live */
	bool has_old;		     /* what was live before counts too */
	bool is_new_here;	     /* went live less than a day ago */
	bool urgent_only;	     /* the adviser's rhythm */
	struct plan_choice *choices; /* in the arena */
	size_t n, more_people;
	struct digest_items *items; /* in the arena; NULL: not asked */
};
/* digest.c. What an adviser's digest would be now. most: people at most, 0: as
 * the settings say, and then the sections are there too; SIZE_MAX: everybody,
 * the offers alone. */
int plan_digest_choose(struct planner *p, const struct store_agency *agency,
		       const char *adviser, size_t most, struct plan_scope *s,
		       struct plan_digest *out, struct err *err);
/* Fills is_first and has_old. own: the planned message itself, 0: none yet. */
int plan_digest_find_first(struct planner *p, const struct store_agency *agency,
			   int64_t own, struct plan_digest *d, struct err *err);
bool plan_is_own_person(const struct plan_digest *d,
			const struct store_person *row);
/* Has this young person little time? Offers of the choice count. */
int plan_choice_is_urgent(struct planner *p, const struct plan_choice *c,
			  bool *is, struct err *err);
/* Is there something a digest is made for? */
bool plan_digest_has_news(const struct plan_digest *d);
/* model_digest.c */
json_t *plan_digest_model(struct planner *p, const struct plan_digest *d,
			  struct plan_scope *s, struct err *err);

/* --- reading --------------------------------------------------------------
 */
/* What is the same for every adviser, read again from time to time. */
struct digest_day {
	int64_t read_at; /* INSTANT_NONE: not yet */
	struct digest_ids {
		int64_t *v; /* ascending */
		size_t n, cap;
	} ending, /* offers that end in DIGEST_ENDING_DAYS */
		events, faulty;
	/* dossiers with an address in common, those of one after one another:
	 * n from first on; `sharers` is the same by person, some twice */
	struct digest_shared {
		uint64_t address;
		uint32_t person, first, n;
		uint8_t channel;
	} * shared;
	size_t n_shared, cap_shared;
	struct digest_sharer {
		uint32_t person, row;
	} * sharers;
};
void digest_day_free(struct digest_day *d);
/* Up to date, at most some minutes old. */
int digest_day_read(struct planner *p, struct err *err);
bool digest_ids_have(const struct digest_ids *l, int64_t id);

/* Fills d->items. own as above. WAITING of a planned digest is added by the
 * caller, from the ledger, before digest_gather_end(). */
struct digest_gather {
	struct planner *p;
	struct plan_digest *d;
	struct plan_scope *s;
	struct store_case whose;
	struct digest_seen seen;
	const struct store_agency *agency;
	const struct agency *fields; /* of it */
	int64_t own, now;
	int32_t today;
	bool is_weekly; /* a day for the weekly lines */
	int result;
	struct err *err;
};
int digest_gather_begin(struct digest_gather *g, struct err *err);
/* One of the own people, in a walk that the caller makes anyway. */
int digest_gather_person(struct digest_gather *g,
			 const struct store_person *row);
int digest_gather_waiting(struct digest_gather *g,
			  const struct store_proposal *row);
/* digest_shared.c: whose number or address is another dossier's too. */
int digest_gather_shared(struct digest_gather *g, int64_t person);
/* Reads the rest and chooses. */
int digest_gather_end(struct digest_gather *g);
void digest_gather_clear(struct digest_gather *g);

/* digest_quiet.c: the one change of what this person can or wants that would
 * open the most offers of the trades they look for, in words: "limite de trajet
 * à 45 min (30 aujourd’hui) : 4 offres". NULL: no single one. Only public facts
 * are changed, and offers that a private one closes are as if they were not. At
 * most some milliseconds. */
const char *digest_find_help(struct planner *p, struct arena *a,
			     int64_t person);

/* --- writing -------------------------------------------------------------- */
/* In the transaction that plans the digest `message`. */
int digest_items_record(struct store *s, const struct plan_digest *d,
			int64_t message, int64_t now, struct err *err);
/* model_digest_items.c: the members of the model that are not offers. *soonest
 * days of the nearest deadline, -1 none: what is nearer here. */
int digest_items_model(struct planner *p, const struct plan_digest *d,
		       struct plan_scope *s, json_t *model, int *soonest,
		       struct err *err);
/* wait_fr of a person: since when nothing was proposed to them, by anybody and
 * before this digest; that is by what fair shares go (waves.h). Nothing is put
 * for whom it is not long. */
int digest_put_wait(struct planner *p, const struct plan_digest *d,
		    int64_t person, struct arena *a, json_t *v,
		    struct err *err);
/* "il reste 3 jours pour signer" */
const char *plan_days_fr(struct arena *a, int days);

#endif
