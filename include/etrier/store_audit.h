/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_AUDIT_H
#define ETRIER_STORE_AUDIT_H

#include <etrier/store.h>

/* The end of the audit log (audit.h), as the database remembers it: a tail that
 * is cut off the files shows. Habits: store.h. */
#define STORE_AUDIT_HEX 65 /* SHA-256 in hex and a NUL */

/* seq 0: none. */
int store_audit_head(struct store *s, int64_t *seq, char hash[STORE_AUDIT_HEX],
		     struct err *err);
int store_audit_forget(struct store *s, struct err *err);
int store_audit_keep(struct store *s, int64_t seq, const char *hash,
		     struct err *err);

#endif
