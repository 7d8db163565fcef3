/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_DIGEST_SECTIONS_H
#define ETRIER_PLAN_DIGEST_SECTIONS_H

#include <etrier/arena.h>
#include <etrier/map.h>
#include <etrier/store_follow.h>
#include <etrier/vocab.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	DIGEST_SHARED,	  /* "P": an address is another dossier's too */
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
	bool is_aside;	  /* no digest is made for it alone */
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
	bool is_aside;		   /* no digest is made for this one alone */
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
/* Is there something for which a digest is made? Just after going live only
 * what somebody said counts, for the first digest waits for its offers. */
bool digest_has_news(const struct digest_items *l, bool is_new_here);

/* --- words ----------------------------------------------------------------
 */
/* "veut cette offre", by the answer's word; NULL for no answer. */
const char *digest_answer_words(const char *result);
/* "attend depuis 12 jours", "attend sa première offre" (last DATE_NONE); NULL
 * below DIGEST_WAIT_DAYS. last: the day of the last proposal. */
#define DIGEST_WAIT_DAYS 14
const char *digest_wait_words(struct arena *a, int32_t last, int32_t today);
/* What to ask at this step after a contract. */
const char *digest_follow_question(enum store_step step);
/* "SMS : numéro non attribué depuis le 12/10/2026": told again every four weeks
 * for as long as it is so, it says how long that is. since: date. */
const char *digest_contact_words(struct arena *a, enum channel channel,
				 const char *cause, int32_t since);
/* Of a number or an address that serves several dossiers, which a STOP stops
 * for all: "ce numéro est aussi celui de Tom (dossier 0355) et d’un autre
 * dossier". own: those of the reader's case, as they are named, n_own of them
 * (DIGEST_SHARED_NAMES are); n_others: further dossiers, of anybody. At least
 * one of both. */
#define DIGEST_SHARED_NAMES 3
const char *digest_shared_words(struct arena *a, enum channel channel,
				bool is_stopped, const char *const *own,
				size_t n_own, size_t n_others);
/* The first line: what to do first, "2 réponses à suivre, 1 urgence"; NULL:
 * nothing presses. */
struct digest_counts {
	size_t answers, decisions, urgent, follow, contacts;
};
const char *digest_todo_words(struct arena *a, const struct digest_counts *c);
/* 14, 7 or 3: the days left are fewer; 0: more than that. */
int digest_deadline_step(int days);
/* A contract must be signed, or an offer ends, within these days. */
#define DIGEST_URGENT_DAYS 14
#define DIGEST_ENDING_DAYS 3

#endif
