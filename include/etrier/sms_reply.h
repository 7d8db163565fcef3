/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SMS_REPLY_H
#define ETRIER_SMS_REPLY_H

/* What a young person's SMS says: stop, one of the three answers an offer asks
 * for, or words for the adviser. Pure. */
enum sms_reply {
	SMS_REPLY_TEXT, /* anything else: an adviser reads it */
	SMS_REPLY_STOP,
	SMS_REPLY_YES, /* 1, oui */
	SMS_REPLY_NO,  /* 2, non */
	SMS_REPLY_CALL /* 3, appelle-moi */
};
/* Accents, case and signs do not count. A stop is heard wherever it can be
 * meant: the first word is one, in any of its spellings and with one slip of
 * the finger; wrongly heard it costs a consent, wrongly missed a complaint.
 * An answer is heard only when little else is said: "oui" and "1 merci", not
 * "oui mais c'est trop loin", which is for the adviser. */
enum sms_reply sms_reply_read(const char *text);

#endif
