/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text, its tests and fuzz targets. */
#ifndef ETRIER_TEXT_XML_PLAIN_H
#define ETRIER_TEXT_XML_PLAIN_H

#include <etrier/jnode.h>

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct xml_split;

struct xml_plain {
	/* in */
	const char *bytes; /* UTF-8, if it is valid */
	size_t n;
	size_t max_size; /* as xml_split counts */
	int depth;	 /* elements around it */
	/* out */
	struct jnode value; /* in the arena */
	size_t used;	    /* bytes of the element */
	size_t n_end_tag;   /* the last of them */
};
/* The element that begins with the first byte, when it is plain and ends within
 * the bytes. False says nothing of it. */
bool xml_plain_read(struct xml_plain *p, struct arena *a);

/* For comparison: every byte goes through expat. */
void xml_split_all_by_expat(struct xml_split *x);

#endif
