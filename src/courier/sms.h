/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_SMS_H
#define ETRIER_COURIER_SMS_H

#include "gateway.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct diags;

/* The gateway of one lane: its configuration, its connection, its clock. */
struct sms_gateway;

/* From the courier's object of settings_for_role(); gateway "none" and "file"
 * give one that calls nobody. NULL with diagnostics. */
struct sms_gateway *sms_gateway_new(const json_t *config, struct diags *d);
void sms_gateway_free(struct sms_gateway *g);
/* The word of sms.gateway; static or as long as g. */
const char *sms_gateway_name(const struct sms_gateway *g);
/* Is there somebody to call? */
bool sms_gateway_calls(const struct sms_gateway *g);
/* "lien", "reponse" or "vln", as configured. */
const char *sms_gateway_profile(const struct sms_gateway *g);
/* Thousandths of a euro for so many segments; -1: no price is configured. */
int64_t sms_gateway_price(const struct sms_gateway *g, int segments);
/* Files that are read after confinement; NULL: the system's certificates. */
const char *sms_gateway_ca_file(const struct sms_gateway *g);

/* Called just before the first byte of the request; -1: send nothing. */
typedef int sms_submitting_fn(void *ctx, int64_t id);
/* Hand one SMS over and judge the answer. Blocks, at most twice sms.timeout_s
 * (thrice when OVH's clock must be read first). takes_replies: it is from
 * sms.number and not from m->from. */
void sms_gateway_send(struct sms_gateway *g, const struct gateway_sms *m,
		      bool takes_replies, sms_submitting_fn *submitting,
		      void *ctx, struct gateway_result *out);

/* The `blacklisted` line to a `blacklist` line: {id, numbers, end, error?}.
 * Long lists come in several lines, the last with end true; each is given to
 * say, which takes the reference. */
typedef void sms_say_fn(void *ctx, json_t *line_take);
void sms_gateway_list(struct sms_gateway *g, int64_t id, sms_say_fn *say,
		      void *ctx);

#endif
