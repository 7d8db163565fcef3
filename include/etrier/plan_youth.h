/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_YOUTH_H
#define ETRIER_PLAN_YOUTH_H

#include <etrier/plan.h>

/* What others ask of messages to young people: what an adviser decides, what a
 * young person asks for. Everything about when and whether is in the planner.
 * Habits: 0; -1 ERR_STORE, or ERR_INPUT with a sentence in French that the
 * reader of a page may see ("pas d'accord pour ce canal"). All join an open
 * transaction; one that was refused dooms it (store.h). */

/* Topics of messages to young people (store_message.topic). An offer has none,
 * or PLAN_TOPIC_APPROVED: an adviser sent it. */
#define PLAN_TOPIC_APPROVED "approved"
#define PLAN_TOPIC_EVENT    "event"
#define PLAN_TOPIC_CALL	    "call"
#define PLAN_TOPIC_STOP	    "stop"

/* The adviser sends this offer on: planned for the next hour that is allowed,
 * whatever the mode but `off` and `digest_only`, and for who is 16 or 17 too.
 * Consent, opt-outs, caps, hours hold as ever: what is only not yet allowed is
 * planned for later. Refused as well: an offer that is gone or excluded for
 * this person, or was sent before. */
int planner_send_to_youth(struct planner *p, int64_t person, int64_t canonical,
			  struct err *err);
/* The same question without the deed: NULL in *why when it would be planned,
 * else the French words (static). For pages that offer the button. */
int planner_may_send(struct planner *p, int64_t person, int64_t canonical,
		     const char **why, struct err *err);

/* The adviser stops what waits: cancelled, and the offer counts as proposed so
 * that it does not come back by itself; an adviser may still send it. Only for
 * messages to young people that are planned or held. */
int planner_stop_message(struct planner *p, int64_t id, struct err *err);

/* The young person wants no offers and no news before this instant;
 * INSTANT_NONE: wants them again. Also what is planned waits. */
int planner_pause(struct planner *p, int64_t person, int64_t until,
		  struct err *err);

/* An answer to what the person just did, by the channel they did it in, never
 * at night, within a day or not at all:
 *   PLAN_TOPIC_STOP  messages are stopped; goes although they are
 *   PLAN_TOPIC_CALL  we call back; goes at a pause, which is for offers, but
 *                    not where messages were stopped or nothing arrives, nor to
 *                    whom nobody follows any more. One in 24 hours is enough
 * *id: its message; 0 when none was made, for it may not go or one waits: that
 * is no error, and what was asked for stands. */
int planner_answer_youth(struct planner *p, int64_t person,
			 enum channel channel, const char *topic, int64_t *id,
			 struct err *err);

/* The message that took, or will take, this offer to this person. */
struct plan_youth_way {
	int64_t message; /* 0: none */
	enum store_state state;
	enum channel channel;
	int64_t not_before, claimed_at, settled_at;
};
int planner_youth_way(struct planner *p, int64_t person, int64_t canonical,
		      struct plan_youth_way *out, struct err *err);

/* A language of a message: what its templates are looked for under, in this
 * order ("en-gb" "en" "fr"). Static or of the arena; never empty. */
#define PLAN_LANGS_MAX 4
#define PLAN_LANG      "fr" /* whole in every installation */
struct arena;
size_t plan_languages(struct planner *p, const struct store_message *m,
		      struct arena *a, const char *out[PLAN_LANGS_MAX]);
/* plan_deliver_line() in one of them. */
json_t *plan_deliver_line_in(struct planner *p, const struct store_message *m,
			     const char *lang, bool make_tokens, bool *empty,
			     struct err *err);

#endif
