/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_RULES_OVERLAY_H
#define ENGINE_RULES_OVERLAY_H

#include <etrier/ynode.h>

struct arena;

/* One tree over another: maps are merged key by key, anything else in `over`
 * replaces what was there. Every node keeps its own file and marks, so that a
 * mistake is reported where it was written. base NULL: over. */
const struct ynode *overlay(struct arena *a, const struct ynode *base,
			    const struct ynode *over);
/* The node at "a.b.c", or the deepest map on the way that exists. */
const struct ynode *overlay_find(const struct ynode *root, const char *path);

#endif
