/* SPDX-License-Identifier: EUPL-1.2 */
/* Postings written into the elements of a page: microdata (HTML standard, 5.2)
 * and RDFa Lite, which differ in the names of three attributes. Recursion
 * follows the nesting of the page (at most 256, by page_parse()). Items inside
 * items and texts inside texts are bounded by their own ceilings and by the one
 * for the page. */
#include "html_node.h"
#include "page.h"
#include "postings.h"

#include <etrier/buf.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* organisation -> address -> country, and as much again */
#define ITEMS_MAX 6
#define PROPS_MAX 8 /* names in one itemprop */
#define REFS_MAX  8 /* elements named in one itemref */
/* Texts that hold other properties' texts: "description" around all. */
#define TEXTS_MAX 4
/* One value; what a description may have after it is cut (offer.h) and more. */
#define VALUE_MAX ((size_t)64 * 1024)

struct dialect {
	const char *scope, *type, *prop, *id;
};
static const struct dialect microdata = {"itemscope", "itemtype", "itemprop",
					 "itemid"};
static const struct dialect rdfa = {"typeof", "typeof", "property", "resource"};

struct reader {
	struct postings *p;
	const struct dialect *d;
	const xmlNode *root;
};

static json_t *text_of(const struct reader *r, const xmlNode *e)
{
	struct buf b;
	buf_init(&b, VALUE_MAX);
	html_node_text(e, &b, &r->p->left);
	size_t n = b.data ? utf8_cut(b.data, VALUE_MAX) : 0;
	while (n && strchr(" \t\r\n", b.data[n - 1]))
		n--;
	json_t *v = json_stringn(b.data ? b.data : "", n);
	buf_clear(&b);
	return v;
}

/* The attribute that holds the value of such an element; NULL: its text. */
static const char *value_attribute(const xmlNode *e)
{
	static const struct {
		const char *element, *attribute;
	} rows[] = {
		{"time", "datetime"}, {"a", "href"},	  {"area", "href"},
		{"link", "href"},     {"img", "src"},	  {"source", "src"},
		{"data", "value"},    {"meter", "value"}, {"object", "data"},
	};
	const char *content = page_attribute(e, "content");
	if (content)
		return content;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (page_is(e, rows[i].element))
			return page_attribute(e, rows[i].attribute);
	return NULL;
}

/* Sites write the title as a link; nobody means its address. */
static bool is_words(const char *prop)
{
	static const char *const names[] = {"title", "name", "description"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(names[i], prop))
			return true;
	return false;
}

static json_t *value_of(const struct reader *r, const xmlNode *e,
			const char *prop)
{
	const char *s = value_attribute(e);
	bool is_link = page_is(e, "a") && !page_attribute(e, "content");
	if (s && !(is_link && is_words(prop)))
		return json_string(s);
	return text_of(r, e);
}

static json_t *item(const struct reader *r, const xmlNode *e, int n_items);

struct place {
	json_t *obj; /* of the item */
	int n_items, n_texts;
};

static void add_property(const struct reader *r, const xmlNode *e,
			 const struct place *at, const char *props)
{
	static const char blanks[] = " \t\r\n";
	bool is_item = page_attribute(e, r->d->scope) != NULL;
	int n = 0;
	for (const char *s = props; *s && n < PROPS_MAX; n++) {
		s += strspn(s, blanks);
		size_t k = strcspn(s, blanks);
		if (!k)
			break;
		char *prop = mem_dup_n(s, k);
		const char *key = postings_local(prop);
		postings_put(at->obj, key,
			     is_item ? item(r, e, at->n_items + 1)
				     : value_of(r, e, key));
		free(prop);
		s += k;
	}
}

/* The properties in the children of e. */
static void crawl(const struct reader *r, const xmlNode *e, struct place at)
{
	for (const xmlNode *c = e->children; c; c = c->next) {
		if (!postings_spend(r->p))
			return;
		if (c->type != XML_ELEMENT_NODE)
			continue;
		struct place inside = at;
		const char *props = page_attribute(c, r->d->prop);
		bool is_item = page_attribute(c, r->d->scope) != NULL;
		if (props && at.n_texts < TEXTS_MAX) {
			add_property(r, c, &at, props);
			inside.n_texts++;
		}
		if (!is_item)
			crawl(r, c, inside);
	}
}

/* Elements elsewhere in the page that belong to the item. */
static void crawl_refs(const struct reader *r, const xmlNode *e,
		       struct place at)
{
	int n = 0;
	for (const xmlNode *c = r->root; c && page_attribute(e, "itemref");
	     c = page_next(r->root, c, false)) {
		const char *id = page_attribute(c, "id");
		if (!postings_spend(r->p) || n == REFS_MAX)
			return;
		if (!id || !*id || !page_has_word(e, "itemref", id))
			continue;
		n++;
		const char *props = page_attribute(c, r->d->prop);
		if (props)
			add_property(r, c, &at, props);
		if (!page_attribute(c, r->d->scope))
			crawl(r, c, at);
	}
}

static json_t *item(const struct reader *r, const xmlNode *e, int n_items)
{
	json_t *obj = json_object();
	const char *type = page_attribute(e, r->d->type);
	const char *id = page_attribute(e, r->d->id);
	const struct place at = {obj, n_items, 0};
	if (type && *type)
		json_object_set_new(obj, "@type",
				    json_string(postings_local(type)));
	if (id && *id)
		json_object_set_new(obj, "@id", json_string(id));
	if (n_items > ITEMS_MAX)
		return obj;
	crawl(r, e, at);
	if (r->d == &microdata)
		crawl_refs(r, e, at);
	return obj;
}

static void find(struct postings *p, const struct dialect *d,
		 const xmlNode *root)
{
	const struct reader r = {p, d, root};
	bool skips = false;
	for (const xmlNode *e = root; e; e = page_next(root, e, skips)) {
		const char *type = page_attribute(e, d->type);
		skips = false;
		if (!postings_spend(p))
			return;
		if (!type || !page_attribute(e, d->scope) ||
		    !postings_is_type(type))
			continue;
		json_array_append_new(p->found, item(&r, e, 0));
		skips = true;
	}
}

void postings_from_microdata(struct postings *p, const xmlNode *root)
{
	find(p, &microdata, root);
}

void postings_from_rdfa(struct postings *p, const xmlNode *root)
{
	find(p, &rdfa, root);
}
