/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as etrier.yaml: no crash, and what always holds of a tree and of
 * what is made of it:
 *   - a tree without a diagnostic, or diagnostics; never neither
 *   - every node has a place, no key stands twice, all text is UTF-8
 *   - depth and count keep to their ceilings
 *   - settings_read() always gives an object that JSON can carry, and when it
 *     found no error, reading its text parts again finds none either
 *   - diagnostics survive JSON unchanged in number */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n);

struct walk {
	size_t n_nodes;
	size_t n_refused;
};

static void check_node(struct walk *w, const struct ynode *n, int depth)
{
	w->n_nodes++;
	BUG_ON(depth > YNODE_DEPTH_MAX);
	BUG_ON(w->n_nodes > YNODE_COUNT_MAX);
	BUG_ON(!n->line || !n->col || !n->file);
	if (n->kind == YNODE_REFUSED)
		w->n_refused++;
	if (n->kind == YNODE_SCALAR)
		BUG_ON(!utf8_is_valid(n->text, strlen(n->text)));
	for (size_t i = 0; i < n->n; i++) {
		if (n->kind == YNODE_MAP) {
			check_node(w, &n->keys[i], depth + 1);
			BUG_ON(ynode_get(n, n->keys[i].text) != &n->kids[i]);
		}
		check_node(w, &n->kids[i], depth + 1);
	}
}

static void check_diags(const struct diags *d)
{
	struct diags back;
	diags_init(&back);
	json_t *v = diags_to_json(d);
	for (size_t i = 0; i < d->n; i++)
		BUG_ON(!json_is_string(
			json_object_get(json_array_get(v, i), "text")));
	diags_add_json(&back, v);
	BUG_ON(back.n != d->n);
	json_decref(v);
	diags_clear(&back);
}

static void check_json(json_t *v)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY);
	BUG_ON(!text);
	json_t *back = json_loads(text, JSON_DECODE_ANY, NULL);
	BUG_ON(!back);
	json_decref(back);
	free(text);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	struct ynode *root =
		ynode_parse_partly(&a, "f", (const char *)bytes, n, &d);
	BUG_ON(!root && !d.n_errors);
	if (root) {
		struct walk w = {0};
		check_node(&w, root, 0);
		BUG_ON(w.n_refused && !d.n_errors);
		json_t *any = schema_any(root);
		check_json(any);
		json_decref(any);
		json_t *all = settings_read(root, "/etc/etrier", &d);
		check_json(all);
		BUG_ON(!json_object_get(all, "paths"));
		json_decref(all);
	}
	check_diags(&d);
	diags_clear(&d);
	arena_clear(&a);
	return 0;
}
