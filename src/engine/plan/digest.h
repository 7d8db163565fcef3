/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_DIGEST_H
#define ETRIER_PLAN_DIGEST_H

#include "plan.h"

#include <etrier/map.h>
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
	const char *reader;	     /* first name; NULL: the adviser's */
	bool is_standing_in;	     /* the reader, for the adviser */
	const char *page_url;	     /* NULL: no page */
	bool is_first;		     /* after going live */
	bool has_old;		     /* what was live before counts too */
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

/* --- its sections ---------------------------------------------------------
 */
/* The parts of a digest beside the offers, in the order of the mail: what each
 * section is, which of its items are told today, and how they are put into
 * words. digest_sections.c is pure; digest_gather.c reads the rows. */

enum digest_section {
	DIGEST_ANSWER,	  /* "P.C": a young person answered */
	DIGEST_REPLY,	  /* id of the reply */
	DIGEST_STOP,	  /* "M": a message that can still be stopped */
	DIGEST_LATER,	  /* "P.C": put off until now */
	DIGEST_DEADLINE,  /* "P": few days left to sign */
	DIGEST_QUIET,	  /* "P": nothing proposed for a month */
	DIGEST_FOLLOW,	  /* "P.E.STEP": ask how a contract goes */
	DIGEST_CONTACT,	  /* "P": an address does not work */
	DIGEST_UNCERTAIN, /* "M": did the SMS arrive? */
	DIGEST_EVENT,	  /* "C": a meeting or a fair nearby */
	DIGEST_WAITING,	  /* "P.C": shown once, undecided */
	DIGEST_NO_TRADE,  /* "P": no trade, never matched */
	DIGEST_HEARTBEAT, /* "": nothing new, and the service is well */
	DIGEST_SECTIONS
};
struct digest_rule {
	const char *word; /* kind in the table of what was shown */
	size_t most;	  /* items in one digest; the rest comes tomorrow */
	int again_days;	  /* unchanged, it is told again after; 0: never */
	bool is_urgent;	  /* also for who reads urgent things only */
	bool stays;	  /* named in every digest for as long as it is so; but
			   * only as news does it make one */
	bool in_ledger;	  /* the ledger remembers it was shown, not `shown` */
	bool for_cfa;	  /* a CFA referent sees it too */
};
extern const struct digest_rule digest_rules[DIGEST_SECTIONS];

struct digest_item {
	enum digest_section section;
	const char *key;	   /* see above; arena */
	const char *content;	   /* what it says, in short: another is news */
	int64_t person, canonical; /* 0: none */
	int64_t message;	   /* of STOP, UNCERTAIN; REPLY: its id */
	int64_t rank;		   /* within the section, the least first */
	const char *text;	   /* French, without a name; NULL: none */
	const char *word;	   /* of ANSWER: the answer */
	bool is_known;		   /* told before: only named again */
};
struct digest_items {
	struct arena *arena; /* borrowed, for everything */
	struct digest_item *v;
	size_t n, cap;
	size_t more[DIGEST_SECTIONS]; /* that wait for tomorrow */
};
void digest_items_add(struct digest_items *l, const struct digest_item *item);
size_t digest_items_count(const struct digest_items *l,
			  enum digest_section section);

/* What this adviser was shown, by section and key. */
struct digest_seen {
	struct map rows;
	struct arena arena;
};
struct digest_seen_row {
	const char *content;
	int64_t message, at;
};
void digest_seen_init(struct digest_seen *s);
void digest_seen_clear(struct digest_seen *s);
void digest_seen_put(struct digest_seen *s, const char *word, const char *key,
		     const struct digest_seen_row *row);
/* NULL: never. */
const struct digest_seen_row *digest_seen_find(const struct digest_seen *s,
					       enum digest_section section,
					       const char *key);
/* Was it told, unchanged, and is it too soon to tell it again? */
bool digest_is_known(const struct digest_seen_row *row,
		     const struct digest_rule *rule, const char *content,
		     int64_t now);

/* Leaves what is told today: nothing twice unchanged, at most so many of a
 * section, who was never shown first, then by rank. own: the planned digest
 * itself, of which what it said it would tell remains; 0: none yet. */
struct digest_choice {
	int64_t own, now;
	bool urgent_only;
};
void digest_items_choose(struct digest_items *l, const struct digest_seen *seen,
			 const struct digest_choice *how);
/* Is there something for which a digest is made? */
bool digest_has_news(const struct digest_items *l);

/* --- words ----------------------------------------------------------------
 */
/* "veut cette offre", by the answer's word; NULL for no answer. */
const char *digest_answer_words(const char *result);
/* What to ask at this step after a contract. */
const char *digest_follow_question(enum store_step step);
/* "SMS : numéro non attribué". */
const char *digest_contact_words(struct arena *a, enum channel channel,
				 const char *cause);
/* The first line: what to do first, "2 réponses à suivre, 1 urgence"; NULL:
 * nothing presses. */
struct digest_counts {
	size_t answers, decisions, urgent, follow, contacts;
};
const char *digest_todo_words(struct arena *a, const struct digest_counts *c);
/* 14, 7 or 3: the days left are fewer; 0: more than that. */
int digest_deadline_step(int days);

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
};
void digest_day_free(struct digest_day *d);
/* Up to date, at most some minutes old. */
int digest_day_read(struct planner *p, struct err *err);
bool digest_ids_have(const struct digest_ids *l, int64_t id);
/* A contract must be signed, or an offer ends, within these days. */
#define DIGEST_URGENT_DAYS 14
#define DIGEST_ENDING_DAYS 3

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
/* "il reste 3 jours pour signer" */
const char *plan_days_fr(struct arena *a, int days);

#endif
