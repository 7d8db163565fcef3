/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: the members of an element that is being read. */
#ifndef ETRIER_TEXT_XML_NODE_H
#define ETRIER_TEXT_XML_NODE_H

#include <etrier/jnode.h>
#include <etrier/map.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* What a node costs beside its bytes, so that a million empty elements are
 * not a small record. */
#define XML_NODE_COST ((size_t)64)
/* Names are compared one by one up to so many, which is faster; a record of
 * nothing but names must not cost the square of them. */
#define XML_COMPARED_MAX ((size_t)64)

struct xml_member;
struct xml_node {
	struct xml_member *first;
	struct jnode **end; /* where the next member goes */
	size_t n;
	uint64_t bits;	  /* jnode_name_bit() of the members */
	struct map names; /* the members, of more than XML_COMPARED_MAX */
};

/* Of a node that is all zero, or has been used. */
void xml_node_begin(struct xml_node *node);
bool xml_node_has(const struct xml_node *node, const char *name, size_t n);
/* A member of a name that is new. The name, NUL-terminated, lives as long as
 * the arena; the value is copied, and no list. */
void xml_node_append(struct xml_node *node, struct arena *a, const char *name,
		     size_t n, const struct jnode *v);
/* A member, or one more of a list; the name as above. */
void xml_node_put(struct xml_node *node, struct arena *a, const char *name,
		  size_t n, const struct jnode *v);
/* The node as a value; it has members. */
struct jnode xml_node_value(const struct xml_node *node);

static inline bool xml_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#endif
