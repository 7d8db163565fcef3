/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_MAILPACE_H
#define ETRIER_STORE_MAILPACE_H

#include <etrier/store.h>

struct arena;

/* The pace of mail as it was when something was last claimed or settled
 * (mailpace.h): one text, the last one counts. Habits: store.h. */
int store_mailpace_keep(struct store *s, const char *text, struct err *err);
/* *text NULL: none was kept. */
int store_mailpace_get(struct store *s, struct arena *a, const char **text,
		       struct err *err);

#endif
