/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SMS_PARTS_H
#define ETRIER_SMS_PARTS_H

#include <etrier/sms_receipt.h>

/* What sms_receipt.c (reading), sms_gateways.c (the tables) and sms_fields.c
 * (bytes to parameters) share. */
struct sms_word {
	const char *value; /* NULL: end; compared without case */
	enum sms_receipt receipt;
};
/* Names of parameters, the better first; NULL: none such. */
struct sms_gateway {
	const char *name;
	const char *const *ref, *const *message, *const *status, *const *code;
	const char *const *from, *const *to, *const *text, *const *at;
	const char *const *id;		      /* of a reply */
	const char *const *reply_from;	      /* NULL: from */
	const struct sms_word *words, *codes; /* codes win */
};
const struct sms_gateway *sms_gateway_find(const char *name);

#endif
