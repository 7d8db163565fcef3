/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_ACTS_H
#define ETRIER_PLAN_ACTS_H

#include <etrier/store_messages.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct arena;
struct err;
struct plan_settings;
struct planner;

/* What people do about what they were told: a young person answers, an adviser
 * decides, on a page or by SMS. Each act is done once however often it is
 * asked: one row of the ledger and one event, in one transaction; the matcher
 * and the waves hear of it at once. */

/* interested not_interested call */
extern const struct vocab vocab_answer;
/* too_far hours trade placed doubtful other */
extern const struct vocab vocab_dismissal;
/* How long "later" is: a young person is left in peace, an offer comes back to
 * an adviser's digest. */
#define PLAN_LATER_DAYS 7
/* "Pause" of a young person. */
#define PLAN_PAUSE_DAYS 30

/* The young person's answer, a word of vocab_answer, to an offer proposed to
 * them; the last one counts. "call" is confirmed (planner_answer_youth()). by:
 * "link", "sms". ERR_UNKNOWN: it was never
 * proposed to this person (audience youth); ERR_INPUT: no such word. */
int plan_answer(struct planner *p, int64_t person, int64_t canonical,
		const char *word, const char *by, struct err *err);

/* An adviser's decision about an offer of their digest. */
struct plan_decision {
	int64_t person, canonical;
	enum store_audience audience; /* whose digest: adviser, cfa */
	const char *act;	      /* send dismiss later */
	const char *reason;	      /* of dismiss: of vocab_dismissal */
	const char *by;
};
/* *refused: it cannot be done and nothing was; 0, and err says why in French.
 * ERR_UNKNOWN: that offer was never proposed to this audience; ERR_INPUT: no
 * such act or reason. */
int plan_decide(struct planner *p, const struct plan_decision *d, bool *refused,
		struct err *err);
/* Did the CFA's referent of somebody whom a Mission Locale follows set this
 * offer aside? Then it is not sent by itself any more, and the Mission Locale's
 * adviser is told: *words "écartée par le CFA : horaires", static or of the
 * arena, else NULL. */
int plan_cfa_dismissal(struct planner *p, int64_t person, int64_t canonical,
		       struct arena *a, const char **words, struct err *err);
/* A message that has not left goes no more, and its offer does not come back by
 * itself. As plan_decide(). */
int plan_stop(struct planner *p, int64_t message, bool *refused,
	      struct err *err);

/* --- pages ----------------------------------------------------------------
 * The answer to a line of the front about an offer page ("o"), its answer page
 * ("a"), a digest page ("d") or the public page ("method"): the model, new
 * (front.h says what is in them). line: the whole `act`, NULL: a view, which
 * changes nothing. ERR_UNKNOWN: nothing behind the token, whatever the reason;
 * any other kind: the store or a record cannot be read. */
json_t *plan_page(struct planner *p, const char *kind, const char *token,
		  const json_t *line, struct err *err);

/* --- links ---------------------------------------------------------------- */
/* A link with a token of this purpose for this subject; subject NULL: a sample,
 * nothing is stored. *url NULL without front.base_url. */
int plan_link(struct planner *p, const char *purpose, const char *subject,
	      int64_t expires, struct arena *a, const char **url,
	      struct err *err);
/* The links of a message to its pages, put into its model when it is claimed:
 * offer_url and answer_url (to a young person). Nothing without front.base_url
 * or when no page is served. make: false writes samples. */
struct plan_scope;
int plan_put_links(struct planner *p, const struct store_message *m, bool make,
		   struct plan_scope *s, json_t *model, struct err *err);

/* --- the parts, one file each (for acts.c) ---------------------------------
 */
struct plan_scope;
struct plan_page_ask { /* one question's memory */
	struct planner *p;
	struct plan_scope *s;
	const char *token;
	const json_t *line; /* NULL: a view */
	struct err *err;
};
json_t *plan_page_youth(const struct plan_page_ask *ask, const char *purpose);
json_t *plan_page_digest(const struct plan_page_ask *ask);
json_t *plan_page_method(const struct planner *p);

#endif
