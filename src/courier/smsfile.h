/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_SMSFILE_H
#define ETRIER_COURIER_SMSFILE_H

#include <stdint.h>

struct err;
struct sms;

/* The `file` gateway: one SMS is one file FOLDER/sms-ID.json,
 *   {"id","to","sender","text","units","segments"}
 * and the same id again replaces it with itself. ERR_STORE. */
int smsfile_put(const char *folder, int64_t id, const char *to,
		const char *sender, const struct sms *sms, struct err *err);

/* A number the gateway takes: a French mobile, or one of those kept for
 * fiction, in E.164. ERR_INPUT. */
int smsfile_check_number(const char *to, struct err *err);
/* A sender French operators let pass (sms_sender.h). ERR_INPUT. */
int smsfile_check_sender(const char *sender, struct err *err);

#endif
