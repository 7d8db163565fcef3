/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_ROSTER_LISTS_H
#define ENGINE_ROSTER_LISTS_H

#include "posting.h"

/* One list of postings: short ones as they come, long ones in strips. */
void list_add(struct posting_list *l, const struct posting *p);
/* The posting of a slot that is in the list, on its strip; borrowed until the
 * next change. */
struct posting *list_find(struct posting_list *l, uint32_t slot, int strip);
void list_drop(struct posting_list *l, uint32_t slot, int strip);
void list_clear(struct posting_list *l);
size_t list_bytes(const struct posting_list *l);

#endif
