/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_RULES_OVERLAY_H
#define ENGINE_RULES_OVERLAY_H

#include <etrier/ynode.h>

struct arena;

/* One tree over another: maps are merged key by key, the lists of `adjust` by
 * symbol (inside an item a key replaces a key), anything else in `over`
 * replaces what was there. Every node keeps its own file and marks, so that a
 * mistake is reported where it was written. base NULL: over. */
const struct ynode *overlay(struct arena *a, const struct ynode *base,
			    const struct ynode *over);
/* The node at "a.b.c", or the deepest map on the way that exists. */
const struct ynode *overlay_find(const struct ynode *root, const char *path);
/* A map without one of its keys. */
const struct ynode *overlay_without(struct arena *a, const struct ynode *map,
				    const char *key);

#endif
