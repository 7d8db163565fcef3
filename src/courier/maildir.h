/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_MAILDIR_H
#define ETRIER_COURIER_MAILDIR_H

#include <stddef.h>

struct err;

/* tmp, new and cur below path; made when missing. ERR_STORE. */
int maildir_open(const char *path, struct err *err);
/* Deliver a mail. The name is the hash of message_id: no personal data, and a
 * second delivery of the same mail changes nothing, also after a reader moved
 * it to cur. Bytes with CRLF become LF, as local mail is kept. ERR_STORE. */
int maildir_put(const char *path, const char *message_id, const char *bytes,
		size_t n, struct err *err);

#endif
