/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_ROSTER_LISTS_H
#define ENGINE_ROSTER_LISTS_H

#include "posting.h"

/* One list of postings: short ones as they come, long ones by cells. */
void list_add(struct posting_list *l, const struct posting *p);
/* For a load, in this order: room for n more; the place of each of them, to be
 * written before anything else is asked; the order, for which room holds as
 * many postings as the list. */
void list_need(struct posting_list *l, uint32_t n);
static inline struct posting *list_place(struct posting_list *l)
{
	return &l->v[l->n++];
}
void list_settle(struct posting_list *l, struct posting *room);
/* The posting of a slot that is in the list, in its cell; borrowed until the
 * next change. */
struct posting *list_find(struct posting_list *l, uint32_t slot, int cell);
void list_drop(struct posting_list *l, uint32_t slot, int cell);
/* Sort the newcomers in, close the gaps, give back what is too much. */
void list_tidy(struct posting_list *l);
void list_clear(struct posting_list *l);
size_t list_bytes(const struct posting_list *l);

#endif
