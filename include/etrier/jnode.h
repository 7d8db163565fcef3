/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_JNODE_H
#define ETRIER_JNODE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* A JSON value that is only read: one node a value, all in one arena, given
 * back at once. A record of a feed is looked at some hundred times and thrown
 * away; jansson's trees, three allocations a member, would be a quarter of
 * that. What is kept, changed or sent stays a json_t. */
enum jnode_type {
	JNODE_NULL,
	JNODE_FALSE,
	JNODE_TRUE,
	JNODE_INTEGER,
	JNODE_REAL,
	JNODE_STRING,
	JNODE_LIST,
	JNODE_OBJECT
};
struct jnode {
	struct jnode *next; /* member or element after this one, or NULL */
	const char *name;   /* of a member; NULL elsewhere */
	size_t n_name;
	union {
		const char *text;    /* STRING, NUL-terminated */
		struct jnode *first; /* LIST, OBJECT: in document order */
		int64_t integer;
		double real;
	};
	size_t n; /* bytes of text; elements; members */
	enum jnode_type type;
};

/* One bit of 64 by length and bytes at both ends: a name whose bit none of some
 * others has is not among them. */
static inline uint64_t jnode_name_bit(const char *name, size_t n)
{
	unsigned ends =
		n ? (unsigned char)name[0] * 5u + (unsigned char)name[n - 1]
		  : 0;
	return UINT64_C(1) << ((ends + n * 11) % 64);
}
/* The member of that name; NULL: none, or v is NULL or no object. */
const struct jnode *jnode_get(const struct jnode *v, const char *name,
			      size_t n_name);
/* The same value in the arena, nothing borrowed from v. */
struct jnode *jnode_from_json(struct arena *a, const json_t *v);
/* A tree of jansson, a new reference. */
json_t *jnode_to_json(const struct jnode *v);

#endif
