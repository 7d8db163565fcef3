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

/* The number of the item with that symbol; list->n when there is none. */
static size_t find_symbol(const struct ynode *list, size_t n,
			  const char *symbol)
{
	size_t i = 0;

	while (i < n && !(symbol &&
			  str_eq(ynode_text(&list->kids[i], "symbol"), symbol)))
		i++;
	return i;
}

/* One item over another: a key replaces a key as a whole, for half a condition
 * means something else. */
static struct ynode merge_item(struct arena *a, const struct ynode *base,
			       const struct ynode *over)
{
	struct ynode out = *over;

	out.kids = arena_array(a, base->n + over->n, sizeof(*out.kids));
	out.keys = arena_array(a, base->n + over->n, sizeof(*out.keys));
	out.n = base->n;
	for (size_t i = 0; i < base->n; i++) {
		out.kids[i] = base->kids[i];
		out.keys[i] = base->keys[i];
	}
	for (size_t i = 0; i < over->n; i++) {
		size_t at = find_key(base, over->keys[i].text);

		if (at == base->n)
			at = out.n++;
		out.kids[at] = over->kids[i];
		out.keys[at] = over->keys[i];
	}
	return out;
}

static const struct ynode *merge_symbols(struct arena *a,
					 const struct ynode *base,
					 const struct ynode *over)
{
	struct ynode *out = arena_alloc(a, sizeof(*out));

	*out = *over;
	out->kids = arena_array(a, base->n + over->n, sizeof(*out->kids));
	out->n = base->n;
	for (size_t i = 0; i < base->n; i++)
		out->kids[i] = base->kids[i];
	for (size_t i = 0; i < over->n; i++) {
		const struct ynode *item = &over->kids[i];
		size_t at =
			find_symbol(base, base->n, ynode_text(item, "symbol"));

		if (at == base->n)
			out->kids[out->n++] = *item;
		else
			out->kids[at] = merge_item(a, &out->kids[at], item);
	}
	return out;
}

static const struct ynode *overlay_key(struct arena *a, const char *key,
				       const struct ynode *base,
				       const struct ynode *over)
{
	if (base && str_eq(key, "adjust") && base->kind == YNODE_LIST &&
	    over->kind == YNODE_LIST)
		return merge_symbols(a, base, over);
	return overlay(a, base, over);
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
		out->kids[at] = *overlay_key(a, over->keys[i].text,
					     is_new ? NULL : &base->kids[at],
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

const struct ynode *overlay_without(struct arena *a, const struct ynode *map,
				    const char *key)
{
	struct ynode *out = arena_alloc(a, sizeof(*out));
	size_t at = find_key(map, key);

	*out = *map;
	if (at == map->n)
		return out;
	out->n--;
	out->kids = arena_array(a, map->n, sizeof(*out->kids));
	out->keys = arena_array(a, map->n, sizeof(*out->keys));
	for (size_t i = 0; i < out->n; i++) {
		out->kids[i] = map->kids[i + (i >= at)];
		out->keys[i] = map->keys[i + (i >= at)];
	}
	return out;
}
