/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_LANE_H
#define ETRIER_COURIER_LANE_H

#include "smtp.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct diags;
struct err;
struct sms_gateway;
struct templates;
struct verdict;

/* What a lane works with: one configuration, built beside the one in force. */
enum lane_transport {
	LANE_NONE,  /* configured: nothing leaves */
	LANE_FILES, /* maildir */
	LANE_SMTP
};

struct lane_conf {
	enum lane_transport mail;
	struct sms_gateway *gateway; /* lane_sms.c */
	char *maildir, *sms_folder;
	char *host;
	char *ca_file, *user, *password, *oauth_token; /* NULL: none */
	struct smtp_relay relay;		       /* borrows from above */
	struct smtp *smtp; /* NULL unless mail is LANE_SMTP */
	int max_segments;
	struct templates *templates;
};

/* From the courier's object of settings_for_role(). NULL with diagnostics. */
struct lane_conf *lane_conf_new(const json_t *config, struct diags *d);
void lane_conf_free(struct lane_conf *c);
/* Make the folders. ERR_STORE. */
int lane_conf_open(const struct lane_conf *c, struct err *err);

/* Called just before an SMS leaves; -1: nobody hears us, send nothing. */
typedef int lane_submitting_fn(void *ctx, int64_t id);

/* An SMS: its verdict, and into the line hashes, gateway, gateway_ref, segments
 * and cost. Blocks. lane_sms.c */
void lane_do_sms(const struct lane_conf *c, const json_t *deliver,
		 lane_submitting_fn *submitting, void *ctx, struct verdict *v,
		 json_t *line);

/* Do one `deliver` line to its end and return its `verdict` line. Blocks. */
json_t *lane_deliver(const struct lane_conf *c, const json_t *deliver,
		     lane_submitting_fn *submitting, void *ctx);

/* May this line be handed over together with others, over one connection? */
bool lane_is_batched(const struct lane_conf *c, const json_t *deliver);
/* Such lines (an array, borrowed): render all, hand them over one behind the
 * other. `say` gets each verdict as soon as it is earned, a mail that does not
 * render first. Blocks. lane_mails.c */
typedef void lane_verdict_fn(void *ctx, json_t *verdict_take);
void lane_deliver_mails(const struct lane_conf *c, const json_t *delivers,
			lane_verdict_fn *say, void *ctx);

/* For both: a `verdict` line without its verdict; put it in. */
struct verdict;
struct mail;
json_t *lane_verdict_line(const json_t *deliver);
void lane_put_verdict(json_t *line, const struct verdict *v);
/* Render; false with the verdict. The hashes go into the line. */
bool lane_render(const struct lane_conf *c, const json_t *deliver,
		 struct mail *m, struct verdict *v, json_t *line);
/* The envelope of one; borrows from both. envid: room for it. */
#define LANE_ENVID_MAX ((size_t)80)
struct smtp_mail lane_envelope(const json_t *deliver, const struct mail *m,
			       char envid[LANE_ENVID_MAX + 1]);

#endif
