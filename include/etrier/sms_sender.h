/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SMS_SENDER_H
#define ETRIER_SMS_SENDER_H

/* What may stand where a handset shows who wrote: the name of the house. One
 * rule for etrier.yaml, for the file of agencies and for the lane. */
#define SMS_SENDER_MIN 3
#define SMS_SENDER_MAX 11

/* NULL: French operators let it pass. Else what is wrong with it, static:
 *  - 3 to 11 letters and digits of ASCII, no blank, no accent, no sign;
 *  - not digits alone;
 *  - no generic word, whatever its case and the digits around it: a name that
 *    everybody could have is what swindlers use, and is blocked or replaced.
 * Sources: af2m.org, "Protection des OADC sensibles", for the form; the same
 * charter in force since 10 March 2025 as told by efidem.com and smsmode.com
 * for the generic words. The operators' own list is not public: this one holds
 * the words they name and their plain kin. */
const char *sms_sender_problem(const char *sender);

#endif
