/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_YNODE_H
#define ETRIER_YNODE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diags;

/* YAML, by libyaml's events, as a tree with marks. Refused with a diagnostic:
 * duplicate keys (naming the first line), anchors, aliases, tags, merge keys,
 * keys that are not scalars, a second document, NUL, bytes that are no UTF-8
 * (line and column computed, "is it Windows-1252?"), more than the ceilings. */
#define YNODE_DEPTH_MAX 32
#define YNODE_COUNT_MAX 20000
#define YNODE_FILE_MAX	((size_t)1024 * 1024)

/* YNODE_REFUSED: something stood here that was refused and already reported
 * (only in the trees of the _partly functions): say nothing more about it. */
enum ynode_kind { YNODE_SCALAR, YNODE_LIST, YNODE_MAP, YNODE_REFUSED };
struct ynode {
	enum ynode_kind kind;
	const char *file; /* as given to the parser */
	unsigned line, col;
	const char *text;   /* scalar: its text; map entry: see keys */
	bool is_plain;	    /* scalar: not quoted */
	size_t n;	    /* children */
	struct ynode *kids; /* list items, or the values of a map */
	struct ynode *keys; /* map: scalar keys, keys[i] names kids[i] */
};

/* NULL when anything was refused (diagnostics added). An empty file is an
 * empty map. Lives in the arena. */
struct ynode *ynode_parse(struct arena *a, const char *file, const char *bytes,
			  size_t n, struct diags *d);
struct ynode *ynode_load(struct arena *a, const char *file, struct diags *d);
/* The same for readers that want to report every mistake at once: the tree as
 * far as it was understood even when something was refused (a duplicate key is
 * left out, the first one counts); NULL only when the syntax is broken or
 * there is nothing to read. d->n_errors tells whether it may be used. */
struct ynode *ynode_parse_partly(struct arena *a, const char *file,
				 const char *bytes, size_t n, struct diags *d);
struct ynode *ynode_load_partly(struct arena *a, const char *file,
				struct diags *d);
const struct ynode *ynode_get(const struct ynode *map, const char *key);
/* NULL when there is no such key or it is no scalar. */
const char *ynode_text(const struct ynode *map, const char *key);
bool ynode_is_null(const struct ynode *n); /* plain "", "~" or "null" */

#endif
