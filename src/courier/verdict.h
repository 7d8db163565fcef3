/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_VERDICT_H
#define ETRIER_COURIER_VERDICT_H

#include <stddef.h>

struct err;

/* How one attempt ended; the fields of the `verdict` line (courier.h). */
enum verdict_result {
	VERDICT_SENT,
	VERDICT_FAILED,
	VERDICT_RETRY,
	VERDICT_UNCERTAIN
};

#define VERDICT_TEXT_MAX 200

struct verdict {
	enum verdict_result result;
	const char *reason; /* static word: see verdict_set() */
	int code;
	char enhanced[16];
	char text[VERDICT_TEXT_MAX + 1]; /* cleaned and masked */
	int retry_after_s;
};

/* Fill all: no code, no enhanced code, text cleaned. reason is one of: ok,
 * refused (by the other side), address, message (does not render or fit),
 * template (hash not known), network, lost (all was handed over, the answer
 * never came: it may have arrived), storage, transport (none configured); of an
 * SMS gateway besides: dead, filtered, opted_out, credit, credentials, quota
 * (gateway.h). */
void verdict_set(struct verdict *v, enum verdict_result result,
		 const char *reason, const char *text);
const char *verdict_name(enum verdict_result r);

/* What a stranger's server said, fit for a listing: one line of printable
 * UTF-8, mail addresses and runs of six digits or more as "***". */
void verdict_clean(const char *said, char out[VERDICT_TEXT_MAX + 1]);

#endif
