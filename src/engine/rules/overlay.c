/* SPDX-License-Identifier: EUPL-1.2 */
/* rules.d over rules.yaml: see overlay.h. Depth is bounded by the parser's
 * YNODE_DEPTH_MAX. */
#include "overlay.h"

#include <etrier/arena.h>
#include <etrier/str.h>

#include <string.h>

static size_t find_key(const struct ynode *map, const char *key)
{
	size_t i = 0;

	while (i < map->n && !str_eq(map->keys[i].text, key))
		i++;
	return i;
}

const struct ynode *overlay(struct arena *a, const struct ynode *base,
			    const struct ynode *over)
{
	struct ynode *out;

	if (!base || base->kind != YNODE_MAP || over->kind != YNODE_MAP)
		return over;
	out = arena_alloc(a, sizeof(*out));
	*out = *over;
	out->kids = arena_array(a, base->n + over->n + 1, sizeof(*out->kids));
	out->keys = arena_array(a, base->n + over->n + 1, sizeof(*out->keys));
	out->n = base->n;
	for (size_t i = 0; i < base->n; i++) {
		out->kids[i] = base->kids[i];
		out->keys[i] = base->keys[i];
	}
	for (size_t i = 0; i < over->n; i++) {
		size_t at = find_key(base, over->keys[i].text);
		bool is_new = at == base->n;

		if (is_new)
			at = out->n++;
		out->keys[at] = over->keys[i];
		out->kids[at] = *overlay(a, is_new ? NULL : &base->kids[at],
					 &over->kids[i]);
	}
	return out;
}

const struct ynode *overlay_find(const struct ynode *root, const char *path)
{
	char key[64];

	while (root && *path) {
		size_t n = strcspn(path, ".");
		const struct ynode *next;

		if (n >= sizeof(key) || root->kind != YNODE_MAP)
			break;
		memcpy(key, path, n);
		key[n] = '\0';
		next = ynode_get(root, key);
		if (!next)
			break;
		root = next;
		path += n + (path[n] == '.');
	}
	return root;
}
