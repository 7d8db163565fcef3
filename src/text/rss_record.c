/* SPDX-License-Identifier: EUPL-1.2 */
/* The tree of one item, in the shape of etrier/xml.h, and the few keys that
 * RSS and Atom name differently. Text, names and 64 bytes a node count against
 * the ceiling, so that a million empty elements are not a small record. */
#include "rss_record.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define NODE_COST ((size_t)64)

void rss_record_init(struct rss_record *r, size_t max)
{
	*r = (struct rss_record){.level = -1, .max = max};
	for (size_t i = 0; i < ARRAY_LEN(r->nodes); i++)
		buf_init(&r->nodes[i].text, max);
}

static void forget(struct rss_record *r)
{
	for (int i = 0; i <= r->level; i++) {
		json_decref(r->nodes[i].tree);
		r->nodes[i].tree = NULL;
		buf_reset(&r->nodes[i].text);
	}
}

void rss_record_clear(struct rss_record *r)
{
	rss_record_drop(r);
	for (size_t i = 0; i < ARRAY_LEN(r->nodes); i++)
		buf_clear(&r->nodes[i].text);
}

void rss_record_drop(struct rss_record *r)
{
	forget(r);
	r->level = -1;
	r->size = 0;
	r->is_too_large = false;
}

void rss_record_overflow(struct rss_record *r)
{
	forget(r);
	r->is_too_large = true;
}

static bool afford(struct rss_record *r, size_t n)
{
	if (!r->is_too_large && n > r->max - r->size)
		rss_record_overflow(r);
	else
		r->size += r->is_too_large ? 0 : n;
	return !r->is_too_large;
}

static json_t *tree_of(struct rss_node *node)
{
	if (!node->tree)
		node->tree = json_object();
	return node->tree;
}

/* obj[key] = value, or one more of a list. Takes value. */
static void put(json_t *obj, const char *key, json_t *value)
{
	json_t *old = json_object_get(obj, key);
	if (json_is_array(old)) {
		json_array_append_new(old, value);
	} else if (old) {
		json_t *list = json_array();
		json_array_append(list, old);
		json_array_append_new(list, value);
		json_object_set_new(obj, key, list);
	} else {
		json_object_set_new(obj, key, value);
	}
}

void rss_record_open(struct rss_record *r, const char *name)
{
	BUG_ON(r->level == RSS_DEPTH_MAX);
	r->level++;
	if (afford(r, strlen(name) + NODE_COST) && !r->level)
		tree_of(&r->nodes[0]); /* a record is never a bare text */
}

void rss_record_attribute(struct rss_record *r, const char *name,
			  const char *value)
{
	if (!afford(r, strlen(name) + strlen(value) + NODE_COST))
		return;
	char *key = mem_printf("@%s", name);
	json_object_set_new(tree_of(&r->nodes[r->level]), key,
			    json_string(value));
	free(key);
}

void rss_record_text(struct rss_record *r, const char *s, size_t n)
{
	if (afford(r, n))
		buf_add(&r->nodes[r->level].text, s, n);
}

static json_t *trimmed(const struct buf *text)
{
	static const char blanks[] = " \t\r\n";
	const char *s = text->data ? text->data : "";
	size_t n = text->len;
	size_t head = strspn(s, blanks);
	while (n > head && strchr(blanks, s[n - 1]))
		n--;
	return json_stringn(s + head, n - head);
}

/* The value of the innermost element; its node is ready for the next. */
static json_t *value_of(struct rss_node *node)
{
	json_t *text = trimmed(&node->text);
	json_t *tree = node->tree;
	node->tree = NULL;
	buf_reset(&node->text);
	if (!tree)
		return text;
	if (json_string_length(text))
		json_object_set(tree, "#text", text);
	json_decref(text);
	return tree;
}

/* ---- one name for what the formats call differently ---- */

static json_t *find(const json_t *record, const char *name)
{
	static const char *const prefixes[] = {"", "atom:", "rss:"};
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		char *key = mem_printf("%s%s", prefixes[i], name);
		json_t *v = json_object_get(record, key);
		free(key);
		if (v)
			return v;
	}
	return NULL;
}

static void add_names(json_t *record)
{
	static const struct {
		const char *key, *from[4];
	} rows[] = {
		{"title", {"title", "dc:title"}},
		{"link", {"link"}},
		{"guid", {"guid", "id", "@rdf:about"}},
		{"pubDate", {"published", "issued", "dc:date", "updated"}},
		{"description", {"description", "summary"}},
		{"content", {"content", "content:encoded"}},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *v = json_object_get(record, rows[i].key);
		for (size_t k = 0; !v && k < ARRAY_LEN(rows[i].from); k++)
			v = rows[i].from[k] ? find(record, rows[i].from[k])
					    : NULL;
		if (v && !json_object_get(record, rows[i].key))
			json_object_set(record, rows[i].key, v);
	}
}

/* <link href rel> of Atom: the page of the entry, and neither its edit address
 * nor an enclosure. */
static bool take_href(json_t *link)
{
	json_t *href = json_object_get(link, "@href");
	const char *rel = js_str(link, "@rel", "alternate");
	if (!json_is_string(href) || json_object_get(link, "#text") ||
	    !str_eq(rel, "alternate"))
		return false;
	json_object_set(link, "#text", href);
	return true;
}

static void add_link(json_t *record)
{
	json_t *link = json_object_get(record, "link"), *one;
	size_t i;
	if (json_is_object(link))
		take_href(link);
	json_array_foreach(link, i, one)
	{
		if (json_is_string(one) || take_href(one))
			return;
	}
}

json_t *rss_record_close(struct rss_record *r, const char *name)
{
	struct rss_node *node = &r->nodes[r->level];
	json_t *value = r->is_too_large ? NULL : value_of(node);
	r->level--;
	if (r->level >= 0) {
		if (value)
			put(tree_of(node - 1), name, value);
		return NULL;
	}
	rss_record_drop(r);
	if (value) {
		add_names(value);
		add_link(value);
	}
	return value;
}
