/* SPDX-License-Identifier: EUPL-1.2 */
/* Members in document order; those of one name are a list where the first of
 * them stands. */
#include "xml_node.h"

#include <etrier/arena.h>

#include <string.h>

struct xml_member {
	struct jnode v;	    /* first: a member is seen as its value */
	struct jnode *last; /* of a list that grows */
};

void xml_node_begin(struct xml_node *node)
{
	if (node->n > XML_COMPARED_MAX)
		map_clear(&node->names, NULL);
	node->first = NULL;
	node->n = 0;
	node->bits = 0;
}

static struct xml_member *find(const struct xml_node *node, const char *name,
			       size_t n)
{
	if (!(node->bits & jnode_name_bit(name, n)))
		return NULL;
	if (node->n > XML_COMPARED_MAX)
		return map_get(&node->names, name);
	for (struct jnode *m = node->n ? &node->first->v : NULL; m; m = m->next)
		if (m->n_name == n && !memcmp(m->name, name, n))
			return (struct xml_member *)m;
	return NULL;
}

bool xml_node_has(const struct xml_node *node, const char *name, size_t n)
{
	return find(node, name, n) != NULL;
}

static void index_names(struct xml_node *node)
{
	map_init(&node->names);
	for (struct jnode *m = &node->first->v; m; m = m->next)
		map_put(&node->names, m->name, m);
}

void xml_node_append(struct xml_node *node, struct arena *a, const char *name,
		     size_t n, const struct jnode *v)
{
	struct xml_member *m = arena_bytes(a, sizeof(*m));
	m->v = *v;
	m->last = NULL;
	m->v.next = NULL;
	m->v.n_name = n;
	m->v.name = name;
	node->bits |= jnode_name_bit(name, n);
	if (!node->n++)
		node->first = m;
	else
		*node->end = &m->v;
	node->end = &m->v.next;
	if (node->n == XML_COMPARED_MAX + 1)
		index_names(node);
	else if (node->n > XML_COMPARED_MAX)
		map_put(&node->names, name, m);
}

static struct jnode *element_of(struct arena *a, const struct jnode *v)
{
	struct jnode *e = arena_bytes(a, sizeof(*e));
	*e = *v;
	e->next = NULL;
	e->name = NULL;
	e->n_name = 0;
	return e;
}

void xml_node_put(struct xml_node *node, struct arena *a, const char *name,
		  size_t n, const struct jnode *v)
{
	struct xml_member *old = find(node, name, n);
	if (!old) {
		xml_node_append(node, a, name, n, v);
		return;
	}
	if (old->v.type != JNODE_LIST) {
		old->last = element_of(a, &old->v);
		old->v.type = JNODE_LIST;
		old->v.first = old->last;
		old->v.n = 1;
	}
	old->last->next = element_of(a, v);
	old->last = old->last->next;
	old->v.n++;
}

struct jnode xml_node_value(const struct xml_node *node)
{
	return (struct jnode){
		.type = JNODE_OBJECT, .first = &node->first->v, .n = node->n};
}
