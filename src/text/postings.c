/* SPDX-License-Identifier: EUPL-1.2 */
/* Postings in JSON-LD, and their plain shape. Recursion follows the nesting of
 * the JSON (at most JS_DEPTH_MAX, by js_parse()) and references to other
 * objects (at most REFS_MAX deep, so that two that name each other end); every
 * value looked at counts against one ceiling for the page. */
#include "postings.h"

#include <etrier/arena.h>
#include <etrier/html.h>
#include <etrier/jsonld.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* organisation -> its place -> its address */
#define REFS_MAX 3

void postings_init(struct postings *p)
{
	*p = (struct postings){.found = json_array(),
			       .ids = json_object(),
			       .left = JSONLD_NODES_MAX};
}

void postings_clear(struct postings *p)
{
	json_decref(p->found);
	json_decref(p->ids);
}

bool postings_spend(struct postings *p)
{
	p->left -= p->left > 0;
	return p->left > 0;
}

const char *postings_local(const char *name)
{
	static const char *const prefixes[] = {
		"schema:", "http://schema.org/", "https://schema.org/",
		"http://www.schema.org/", "https://www.schema.org/"};
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (str_starts(name, prefixes[i]))
			return name + strlen(prefixes[i]);
	return name;
}

bool postings_is_type(const char *types)
{
	static const char word[] = "JobPosting", blanks[] = " \t\r\n";
	for (const char *s = types; *s; s += strcspn(s, blanks)) {
		s = postings_local(s + strspn(s, blanks));
		if (str_starts(s, word) &&
		    (!s[sizeof(word) - 1] ||
		     strchr(blanks, s[sizeof(word) - 1])))
			return true;
	}
	return false;
}

void postings_put(json_t *obj, const char *key, json_t *value)
{
	json_t *old = json_object_get(obj, key);
	if (json_is_array(old)) {
		json_array_append_new(old, value);
	} else if (old) {
		json_object_set_new(obj, key, json_pack("[Oo]", old, value));
	} else {
		json_object_set_new(obj, key, value);
	}
}

static bool is_posting(const json_t *v)
{
	json_t *type = json_object_get(v, "@type"), *one;
	size_t i;
	if (json_is_string(type))
		return postings_is_type(json_string_value(type));
	json_array_foreach(type, i, one)
	{
		if (json_is_string(one) &&
		    postings_is_type(json_string_value(one)))
			return true;
	}
	return false;
}

/* What says nothing of an object but which one it is. */
static bool is_reference(const json_t *v)
{
	return json_object_get(v, "@id") &&
	       json_object_size(v) == (json_object_get(v, "@type") ? 2u : 1u);
}

static void collect(struct postings *p, json_t *v, bool is_inside)
{
	const char *key;
	json_t *one;
	size_t i;
	if (!postings_spend(p))
		return;
	json_array_foreach(v, i, one)
	{
		collect(p, one, is_inside);
	}
	if (!json_is_object(v))
		return;
	const char *id = json_string_value(json_object_get(v, "@id"));
	if (id && !is_reference(v) && !json_object_get(p->ids, id))
		json_object_set(p->ids, id, v);
	/* A posting inside another says more of that one. */
	bool is_found = !is_inside && is_posting(v) && !is_reference(v);
	if (is_found)
		json_array_append(p->found, v);
	json_object_foreach(v, key, one)
	{
		collect(p, one, is_inside || is_found);
	}
}

void postings_from_json(struct postings *p, json_t *v)
{
	collect(p, v, false);
}

/* ---- the plain shape ---- */

static json_t *description(json_t *v)
{
	struct arena a;
	arena_init(&a);
	json_t *out = json_string(html_unescape(&a, json_string_value(v)));
	arena_clear(&a);
	return out;
}

static json_t *plain(struct postings *p, json_t *v, int n_refs);

static json_t *plain_object(struct postings *p, json_t *v, int n_refs)
{
	const char *key;
	json_t *one;
	const char *id = json_string_value(json_object_get(v, "@id"));
	json_t *target = id && is_reference(v) && n_refs < REFS_MAX
				 ? json_object_get(p->ids, id)
				 : NULL;
	if (target)
		return plain_object(p, target, n_refs + 1);
	if (json_object_get(v, "@value"))
		return plain(p, json_object_get(v, "@value"), n_refs);
	json_t *out = json_object();
	json_object_foreach(v, key, one)
	{
		bool is_text = json_is_string(one) &&
			       str_eq(postings_local(key), "description");
		json_object_set_new(out, postings_local(key),
				    is_text ? description(one)
					    : plain(p, one, n_refs));
	}
	return out;
}

static json_t *plain(struct postings *p, json_t *v, int n_refs)
{
	json_t *one;
	size_t i;
	if (!postings_spend(p))
		return json_null();
	if (json_is_object(v))
		return plain_object(p, v, n_refs);
	if (!json_is_array(v))
		return json_incref(v);
	json_t *out = json_array();
	json_array_foreach(v, i, one)
	{
		json_array_append_new(out, plain(p, one, n_refs));
	}
	return out;
}

json_t *postings_plain(struct postings *p, json_t *posting)
{
	json_t *out = plain(p, posting, 0);
	if (p->left)
		return out;
	json_decref(out);
	return NULL;
}
