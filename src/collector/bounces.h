/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_BOUNCES_H
#define ETRIER_COLLECTOR_BOUNCES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct clock;
struct event_base;

/* The Maildir of mail.bounces: reports about our mails, and the mails that stop
 * others ("stop+TOKEN@"). One file at a time:
 *
 *   new/NAME ─ dsn_read ─ bounce {id, ...} ─► engine
 *   cur/NAME:2,S  ◄─ bounced {id, ok}
 *
 * so that a file is out of new/ only when what it says is stored. A file that
 * says nothing to us goes to cur/ at once. What lies in cur/ is what dsn_keep()
 * leaves of it: no text of ours, and no letter of anybody. */
#define BOUNCES_LOOK_S	 20
#define BOUNCES_ANSWER_S 60 /* after so long it is asked again */
/* So long in cur/ (domain.md 2.3: 30 days, without the body). */
#define BOUNCES_KEEP_DAYS 30

struct bounces;
/* Borrowed but dir, which is copied. send takes the line. */
struct bounces *bounces_new(struct event_base *base, const struct clock *clock,
			    const char *dir,
			    void (*send)(void *ctx, json_t *line_take),
			    void *ctx);
void bounces_free(struct bounces *b); /* NULL is fine */
/* Begin to look. */
void bounces_start(struct bounces *b);
/* A `bounced` line of the engine. */
void bounces_answered(struct bounces *b, int64_t id, bool ok);
/* Look now; for tests. */
void bounces_look(struct bounces *b);

#endif
