/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_MAILPACE_H
#define ETRIER_MAILPACE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How fast mail goes to whom (delivery.yaml, settings.h), what was said there,
 * and how often. Pure: instants come in, nothing is read or written, nothing
 * blocks. Lives in the engine's memory; what a restart must not forget, a hold,
 * the place in an operator's queue, the count of the day, goes out and comes
 * back by mailpace_state() and mailpace_resume().
 *
 * An operator is an entry of the table, or a domain that is in none; of those
 * no name is ever told, they are "other" together: a domain can be a person's
 * own. */

#define MAILPACE_OTHER	    "other"
#define MAILPACE_DOMAINS    2000 /* kept apart; more share one pace */
#define MAILPACE_DAYS	    8	 /* of figures */
#define MAILPACE_KEPT_MAX   200	 /* held domains that outlive a restart */
#define MAILPACE_HOLD_S	    3600 /* after a reply of policy; then twice ... */
#define MAILPACE_HOLD_MAX_S (24 * 3600)
/* domain.md 2.1: a new sending address. */
#define MAILPACE_WARM_FIRST 200

struct mailpace;
struct mailpace *mailpace_new(void);
void mailpace_free(struct mailpace *p);
/* delivery: the settings' object, NULL: no table. warmup_start: DATE_NONE: no
 * warm-up. Figures and holds of operators that are still there stay. */
void mailpace_configure(struct mailpace *p, const json_t *delivery,
			int32_t warmup_start);

/* May a mail to this address go now? Returns now, and it counts as gone; or
 * when to ask again, each mail that asks behind the one before. *why: our
 * words, static. */
int64_t mailpace_take(struct mailpace *p, const char *address, int64_t now,
		      const char **why);

/* What the other side said to an attempt: the members of a `verdict` line. */
enum mailpace_class {
	MAILPACE_PLAIN,	  /* of this mail alone */
	MAILPACE_BACKOFF, /* "not so fast": later, whatever the code */
	MAILPACE_POLICY	  /* of the sender, never of the recipient: later */
};
/* Count it, and hold the operator when it asks for that. *until: the end of the
 * hold, when the class is not plain. */
enum mailpace_class mailpace_verdict(struct mailpace *p, const char *address,
				     const json_t *verdict, int64_t now,
				     int64_t *until);
/* The same for news that come by another way, a bounce of policy. */
int64_t mailpace_hold(struct mailpace *p, const char *address, int64_t now);

/* Operators held for a reply of policy at `now`, by i = 0, 1, ...; NULL: no
 * more. The name lives as long as the table. */
const char *mailpace_held(const struct mailpace *p, size_t i, int64_t now,
			  int64_t *until);

/* [{"day", "name", "sent", "failed", "deferred"}], the newest day first; new.
 * mailpace_load() adds such rows, of days that are not over or within
 * MAILPACE_DAYS; what it does not understand it passes over. */
json_t *mailpace_figures(const struct mailpace *p);
void mailpace_load(struct mailpace *p, const json_t *rows, int64_t now);

/* All of it, new, for where a kill does not reach. It names domains that are in
 * no table, so it belongs in the store and nowhere else. Back into one that is
 * configured and fresh; what it does not understand it passes over, and an
 * operator that is no longer in the table is forgotten. */
json_t *mailpace_state(const struct mailpace *p, int64_t now);
void mailpace_resume(struct mailpace *p, const json_t *state, int64_t now);
/* Grows with whatever mailpace_state() would tell otherwise. */
uint64_t mailpace_changes(const struct mailpace *p);

#endif
