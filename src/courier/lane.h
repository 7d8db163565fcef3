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
	struct smtp_relay relay; /* host is borrowed from above */
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

#endif
