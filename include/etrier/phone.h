/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PHONE_H
#define ETRIER_PHONE_H

#include <stdbool.h>
#include <stddef.h>

enum phone_kind {
	PHONE_INVALID,
	PHONE_MOBILE,	  /* +33 6/7: may receive an SMS */
	PHONE_MOBILE_DOM, /* mobile of +262 +590 +594 +596 */
	PHONE_FICTION, /* +33 6 39 98 (ARCEP: for fiction, never routed): only
			* the file gateway may "send" to it; our fixtures */
	PHONE_FIXED,   /* 01-05, 09 and their overseas kin */
	PHONE_SPECIAL, /* 08.., short numbers */
	PHONE_FOREIGN  /* valid length, other country */
};
/* French writing habits (blanks, dots, dashes, 0033, +33 (0)) to E.164.
 * out holds 17 bytes; filled unless PHONE_INVALID or PHONE_SPECIAL. */
enum phone_kind phone_normalise(const char *s, char out[17]);
/* E.164 as people in France read and dial it: "+33639980001" to
 * "06 39 98 00 01". Anything that is not +33 and nine digits stays as it is.
 * NUL-terminated, cut to fit. */
void phone_write_fr(const char *e164, char *out, size_t size);

/* 15 digits (or 2A/2B) whose key is right: a French social-security number. */
bool nir_is_valid(const char *s);
/* Any IBAN whose checksum (ISO 7064 mod 97-10) is right. */
bool iban_is_valid(const char *s);
/* One @, no control or blank, a dot in the domain, at most 254 bytes, ASCII
 * local part without quotes; the domain may be UTF-8. */
bool email_is_valid(const char *s);

#endif
