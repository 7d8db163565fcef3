/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_SMTP_PARTS_H
#define ETRIER_COURIER_SMTP_PARTS_H

#include "smtp.h"

#include <stdbool.h>

struct err;

/* What smtp.c and the two engines share. */

/* One engine: what it keeps between calls is its own. */
struct smtp_ops {
	void *(*open)(const struct smtp_relay *relay);
	/* Mails that passed smtp.c's checks. Returns how many have their
	 * verdict, at least one; the rest wants another connection. */
	size_t (*send)(void *engine, const struct smtp_mail *mails, size_t n,
		       smtp_done_fn *done, void *ctx);
	void (*rest)(void *engine);
	void (*close)(void *engine);
};
extern const struct smtp_ops smtp_esmtp_ops, smtp_curl_ops;

/* The watchdog. A blocking library is woken by its socket's end or, before it
 * has one, by the end of the process. fd -1: none yet. */
void smtp_watch(int fd, int seconds);
void smtp_watch_end(void);

/* Whether a reply is the end of this mail. Not: 4xx, and 5xx that say something
 * about the relay's set-up or its day; to give up would lose every mail until
 * somebody looks. */
bool smtp_is_for_good(int code);
/* "451 4.3.0 text" of a server: its code (0: none) and, if there is one, the
 * enhanced code into out; returns the text behind them. */
const char *smtp_reply_split(const char *line, int *code, char out[16]);
/* The verdict for a reply about this mail; sent: 2xx. */
void smtp_judge_reply(struct verdict *v, const char *line);
/* For a session that ended on its way: the relay's last refusal, if any, else
 * why. Whether all of the mail was handed over makes it "lost". */
void smtp_judge_end(struct verdict *v, const char *reply, const char *why,
		    bool is_handed_over);

#endif
