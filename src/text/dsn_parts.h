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
/* A report of fields is short; of a body no more is looked at. */
#define DSN_PART_BYTES_MAX ((size_t)65536)
/* The body without its transfer encoding, at most that much of it. */
struct slice dsn_decode(const struct entity *e, struct arena *a);

/* Every part that a report can be made of, in their order, so many levels deep
 * and so many a level; the text between them is not shown. */
#define DSN_DEPTH_MAX 3
#define DSN_PARTS_MAX 30
enum dsn_part {
	DSN_PART_STATUS,   /* message/delivery-status */
	DSN_PART_FEEDBACK, /* message/feedback-report */
	DSN_PART_MAIL,	   /* the mail it is about, whole */
	DSN_PART_HEAD,	   /* ... or its fields alone */
	DSN_N_PARTS
};
typedef void dsn_part_fn(void *ctx, enum dsn_part what,
			 const struct entity *part);
void dsn_each_part(const struct entity *mail, dsn_part_fn *fn, void *ctx,
		   struct arena *a);

/* "5.1.1" in text, into out; false: none. */
bool dsn_find_status(const char *text, char out[16]);
/* "OFR004_104", "LPN007_510", or the three digits of the reply; NULL. */
const char *dsn_find_code(const char *text, struct arena *a);

#endif
