/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_WORD_H
#define ETRIER_COURIER_WORD_H

#include <stddef.h>

struct buf;

/* Header fields whose value is human text. Values were checked: valid UTF-8,
 * no control character. Lines stay within 78 columns wherever there is a place
 * to fold. */

/* "Subject: text": as it is when plain ASCII, else RFC 2047 words. */
void word_put_text(struct buf *out, const char *field, const char *value);
/* "From: display name <address>": n bytes of phrase, plain, quoted or encoded
 * as it needs, then the angle part as it is. n = 0: the angle part alone. */
void word_put_phrase(struct buf *out, const char *field, const char *phrase,
		     size_t n, const char *angle);

#endif
