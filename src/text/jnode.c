/* SPDX-License-Identifier: EUPL-1.2 */
/* Values in an arena, and the way between them and jansson's. They are read
 * from bytes by js_plain.c. */
#include <etrier/arena.h>
#include <etrier/jnode.h>

#include <string.h>

const struct jnode *jnode_get(const struct jnode *v, const char *name,
			      size_t n_name)
{
	if (!v || v->type != JNODE_OBJECT)
		return NULL;
	/* Names of one length mostly differ where they end. */
	char last = n_name ? name[n_name - 1] : '\0';
	for (const struct jnode *m = v->first; m; m = m->next)
		if (m->n_name == n_name &&
		    (!n_name || m->name[n_name - 1] == last) &&
		    !memcmp(m->name, name, n_name))
			return m;
	return NULL;
}

static void add_members(struct arena *a, const json_t *v, struct jnode *out)
{
	struct jnode **end = &out->first;
	const char *name;
	size_t n_name;
	json_t *member;
	json_object_keylen_foreach((json_t *)(uintptr_t)v, name, n_name, member)
	{
		*end = jnode_from_json(a, member);
		(*end)->name = arena_dup_n(a, name, n_name);
		(*end)->n_name = n_name;
		end = &(*end)->next;
	}
	out->n = json_object_size(v);
}

static void add_elements(struct arena *a, const json_t *v, struct jnode *out)
{
	struct jnode **end = &out->first;
	size_t i;
	json_t *element;
	json_array_foreach(v, i, element)
	{
		*end = jnode_from_json(a, element);
		end = &(*end)->next;
	}
	out->n = json_array_size(v);
}

struct jnode *jnode_from_json(struct arena *a, const json_t *v)
{
	static const enum jnode_type types[] = {
		[JSON_OBJECT] = JNODE_OBJECT, [JSON_ARRAY] = JNODE_LIST,
		[JSON_STRING] = JNODE_STRING, [JSON_INTEGER] = JNODE_INTEGER,
		[JSON_REAL] = JNODE_REAL,     [JSON_TRUE] = JNODE_TRUE,
		[JSON_FALSE] = JNODE_FALSE,   [JSON_NULL] = JNODE_NULL,
	};
	struct jnode *out = arena_alloc(a, sizeof(*out));
	out->type = types[json_typeof(v)];
	if (json_is_object(v)) {
		add_members(a, v, out);
	} else if (json_is_array(v)) {
		add_elements(a, v, out);
	} else if (json_is_string(v)) {
		out->n = json_string_length(v);
		out->text = arena_dup_n(a, json_string_value(v), out->n);
	} else if (json_is_integer(v)) {
		out->integer = json_integer_value(v);
	} else if (json_is_real(v)) {
		out->real = json_real_value(v);
	}
	return out;
}

static json_t *object_of(const struct jnode *v)
{
	json_t *object = json_object();
	for (const struct jnode *m = v->first; m; m = m->next)
		json_object_setn_new_nocheck(object, m->name, m->n_name,
					     jnode_to_json(m));
	return object;
}

static json_t *array_of(const struct jnode *v)
{
	json_t *array = json_array();
	for (const struct jnode *e = v->first; e; e = e->next)
		json_array_append_new(array, jnode_to_json(e));
	return array;
}

json_t *jnode_to_json(const struct jnode *v)
{
	switch (v->type) {
	case JNODE_OBJECT:
		return object_of(v);
	case JNODE_LIST:
		return array_of(v);
	case JNODE_STRING:
		return json_stringn_nocheck(v->text, v->n);
	case JNODE_INTEGER:
		return json_integer(v->integer);
	case JNODE_REAL:
		return json_real(v->real);
	case JNODE_TRUE:
		return json_true();
	case JNODE_FALSE:
		return json_false();
	default:
		return json_null();
	}
}
