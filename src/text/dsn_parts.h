/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DSN_PARTS_H
#define ETRIER_DSN_PARTS_H

#include <etrier/dsn.h>

#include <stdbool.h>

/* What dsn.c (reports), dsn_class.c (their meaning) and dsn_mime.c (mails cut
 * in parts) share. Slices point into the mail or the arena. */
struct slice {
	const char *s;
	size_t n;
};
/* One entity: its headers, and its body as it lies there. */
struct entity {
	struct slice head, body;
};
struct entity dsn_entity(struct slice mail);
/* The first field of this name, unfolded, trimmed, capped; NULL: none. */
const char *dsn_field(struct slice head, const char *name, struct arena *a);
/* The next one from *from on, which is then behind it; begins as 0. */
const char *dsn_field_from(struct slice head, const char *name, size_t *from,
			   struct arena *a);
/* "multipart/report" in small letters, "text/plain" without one. */
const char *dsn_type(const struct entity *e, struct arena *a);
/* The parameter of Content-Type, "boundary"; NULL: none. */
const char *dsn_parameter(const struct entity *e, const char *name,
			  struct arena *a);
/* Part after part of a multipart; *at begins as 0. False: no more. */
bool dsn_next_part(const struct entity *e, const char *boundary, size_t *at,
		   struct entity *out);
/* The body without its transfer encoding, at most max bytes of it. */
struct slice dsn_decode(const struct entity *e, size_t max, struct arena *a);

/* "5.1.1" in text, into out; false: none. */
bool dsn_find_status(const char *text, char out[16]);
/* "OFR004_104", "LPN007_510", or the three digits of the reply; NULL. */
const char *dsn_find_code(const char *text, struct arena *a);

#endif
