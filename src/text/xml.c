/* SPDX-License-Identifier: EUPL-1.2 */
/* Records of an XML stream as nodes of an arena, on expat.
 *
 * The parser is not namespace-aware (feeds forget to declare prefixes), knows
 * no DTD (a DOCTYPE stops it before its first entity, which ends billion
 * laughs, quadratic blow-up and external entities at once) and holds at most
 * one record: text and names of a record are counted, and a record over
 * max_element is read on but no longer kept.
 *
 * A single token (a tag with its attributes, a comment) expat buffers whole and
 * scans again at every feed. Bytes are therefore held back until they double
 * what it already holds, which keeps the time linear, and a token larger than
 * a record may be refuses the document.
 *
 * What expat says is valid UTF-8 whatever the document was: nobody need look
 * again. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/xml.h>

#include <expat.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One call of expat takes an int. */
#define FEED_MAX ((size_t)1 << 20)
/* What a node costs beside its bytes, so that a million empty elements are
 * not a small record. */
#define NODE_COST ((size_t)64)
/* A token may be larger than the smallest sensible record limit. */
#define TOKEN_SLACK ((size_t)64 * 1024)
/* Names are compared one by one up to so many, which is faster; a record of
 * nothing but names must not cost the square of them. */
#define COMPARED_MAX ((size_t)64)

struct member {
	struct jnode v;	    /* first: a member is seen as its value */
	struct jnode *last; /* of a list that grows */
};
/* An element open inside a record. */
struct node {
	struct member *first;
	struct jnode **end; /* where the next member goes */
	size_t n;
	uint64_t bits;	  /* jnode_name_bit() of the members */
	struct map names; /* the members, of more than COMPARED_MAX */
	struct buf text;
};

struct xml_split {
	XML_Parser parser;
	char *path;
	struct js_split_limits limits;
	struct arena *arena;
	js_element_fn *on_record;
	void *ctx;
	struct err broken;

	/* "hr:" of a root element that path names without it; or NULL. */
	char *prefix;
	int depth;
	/* Bytes of path matched by the elements open, by depth. */
	size_t matched[XML_DEPTH_MAX + 1];
	bool is_on_path[XML_DEPTH_MAX + 1];
	bool found; /* the element around the records, or a record */

	int record_depth; /* 0: outside */
	size_t record_size;
	bool is_too_large;
	int64_t n_records;
	struct node nodes[XML_DEPTH_MAX + 1];

	struct buf pending; /* held back from expat */
	uint64_t given;	    /* bytes expat got */
	bool has_ended;
};

static void stop(struct xml_split *x)
{
	XML_StopParser(x->parser, XML_FALSE);
}

static void refuse(struct xml_split *x, enum err_kind kind, const char *why)
{
	if (x->broken.kind)
		return;
	err_set(&x->broken, kind, "line %lu, column %lu: %s",
		(unsigned long)XML_GetCurrentLineNumber(x->parser),
		(unsigned long)XML_GetCurrentColumnNumber(x->parser) + 1, why);
	stop(x);
}

/* ---- nodes ---- */

static void begin_node(struct node *node)
{
	buf_reset(&node->text);
	if (node->n > COMPARED_MAX)
		map_clear(&node->names, NULL);
	node->first = NULL;
	node->n = 0;
	node->bits = 0;
}

/* Count n more bytes of the record; false when it is not kept any more. */
static bool afford(struct xml_split *x, size_t n)
{
	if (x->is_too_large)
		return false;
	if (n <= x->limits.max_element - x->record_size) {
		x->record_size += n;
		return true;
	}
	x->is_too_large = true;
	return false;
}

static struct member *find(const struct node *node, const char *name, size_t n)
{
	if (!(node->bits & jnode_name_bit(name, n)))
		return NULL;
	if (node->n > COMPARED_MAX)
		return map_get(&node->names, name);
	for (struct jnode *m = node->n ? &node->first->v : NULL; m; m = m->next)
		if (m->n_name == n && !memcmp(m->name, name, n))
			return (struct member *)m;
	return NULL;
}

static void index_names(struct node *node)
{
	map_init(&node->names);
	for (struct jnode *m = &node->first->v; m; m = m->next)
		map_put(&node->names, m->name, m);
}

/* A member of a name that is new. */
static void append(struct arena *a, struct node *node, const char *name,
		   const struct jnode *v)
{
	struct member *m = arena_bytes(a, sizeof(*m));
	m->v = *v;
	m->last = NULL;
	m->v.n_name = strlen(name);
	node->bits |= jnode_name_bit(name, m->v.n_name);
	m->v.name = arena_dup_n(a, name, m->v.n_name);
	if (!node->n++)
		node->first = m;
	else
		*node->end = &m->v;
	node->end = &m->v.next;
	if (node->n == COMPARED_MAX + 1)
		index_names(node);
	else if (node->n > COMPARED_MAX)
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

/* A member, or one more of a list. No value is itself a list. */
static void put(struct arena *a, struct node *node, const char *name,
		const struct jnode *v)
{
	struct member *old = find(node, name, strlen(name));
	if (!old) {
		append(a, node, name, v);
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

static bool is_xml_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct jnode trimmed(struct arena *a, const struct buf *text)
{
	const char *s = text->data ? text->data : "";
	size_t n = text->len;
	while (n && is_xml_space(*s)) {
		s++;
		n--;
	}
	while (n && is_xml_space(s[n - 1]))
		n--;
	return (struct jnode){
		.type = JNODE_STRING, .text = arena_dup_n(a, s, n), .n = n};
}

/* The finished value of an element. */
static struct jnode close_node(struct arena *a, struct node *node)
{
	struct jnode v = trimmed(a, &node->text);
	if (!node->n)
		return v;
	if (v.n)
		append(a, node, "#text", &v);
	return (struct jnode){
		.type = JNODE_OBJECT, .first = &node->first->v, .n = node->n};
}

static void add_attributes(struct xml_split *x, struct node *node,
			   const XML_Char **attributes)
{
	struct arena *a = x->arena;
	for (; *attributes; attributes += 2) {
		size_t n = strlen(attributes[1]);
		if (!afford(x, strlen(attributes[0]) + n + NODE_COST))
			return;
		const struct jnode v = {
			.type = JNODE_STRING,
			.text = arena_dup_n(a, attributes[1], n),
			.n = n,
		};
		append(a, node, arena_printf(a, "@%s", attributes[0]), &v);
	}
}

static void deliver(struct xml_split *x, const struct jnode *record)
{
	struct err why;
	if (x->n_records == x->limits.max_elements) {
		refuse(x, ERR_LIMIT, "more records than allowed");
		return;
	}
	x->n_records++;
	if (!record)
		err_set(&why, ERR_LIMIT,
			"record %" PRId64 " is larger than %zu bytes",
			x->n_records, x->limits.max_element);
	if (x->on_record(x->ctx, record, record ? NULL : &why))
		refuse(x, ERR_LIMIT, "stopped by the reader");
}

/* ---- what expat says ---- */

/* Partners declare one namespace, today as the default and tomorrow under a
 * prefix: that of the root says nothing and is left out of all names. */
static void find_prefix(struct xml_split *x, const char *root)
{
	const char *colon = strchr(root, ':');
	size_t n = strlen(root);
	if (!colon || (strncmp(x->path, root, n) == 0 &&
		       (x->path[n] == '.' || x->path[n] == '\0')))
		return;
	x->prefix = mem_printf("%.*s", (int)(colon + 1 - root), root);
}

static const char *own_name(const struct xml_split *x, const char *name)
{
	size_t n = x->prefix ? strlen(x->prefix) : 0;
	return n && strncmp(name, x->prefix, n) == 0 ? name + n : name;
}

/* True when the element just opened is a record. */
static bool follow_path(struct xml_split *x, const char *name)
{
	int d = x->depth;
	x->is_on_path[d] = false;
	if (!x->is_on_path[d - 1])
		return false;
	size_t at = x->matched[d - 1], n = strlen(name);
	if (strncmp(x->path + at, name, n) != 0)
		return false;
	char after = x->path[at + n];
	if (after == '.') {
		x->is_on_path[d] = true;
		x->matched[d] = at + n + 1;
		if (!strchr(x->path + at + n + 1, '.'))
			x->found = true;
	}
	if (after != '\0')
		return false;
	x->found = true;
	return true;
}

static void XMLCALL on_start(void *ctx, const XML_Char *name,
			     const XML_Char **attributes)
{
	struct xml_split *x = ctx;
	if (x->broken.kind)
		return;
	if (x->depth == XML_DEPTH_MAX) {
		refuse(x, ERR_INPUT, "nested too deep");
		return;
	}
	if (!x->depth++ && !x->prefix)
		find_prefix(x, name);
	if (!x->record_depth) {
		if (!follow_path(x, own_name(x, name)))
			return;
		x->record_depth = x->depth;
		x->record_size = 0;
		x->is_too_large = false;
		arena_reset(x->arena);
	}
	begin_node(&x->nodes[x->depth]);
	if (afford(x, strlen(name) + NODE_COST))
		add_attributes(x, &x->nodes[x->depth], attributes);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	struct xml_split *x = ctx;
	if (x->broken.kind)
		return;
	int d = x->depth--;
	if (!x->record_depth)
		return;
	bool is_record = d == x->record_depth;
	if (is_record)
		x->record_depth = 0;
	if (x->is_too_large) {
		if (is_record)
			deliver(x, NULL);
		return;
	}
	const struct jnode v = close_node(x->arena, &x->nodes[d]);
	if (is_record)
		deliver(x, &v);
	else
		put(x->arena, &x->nodes[d - 1], own_name(x, name), &v);
}

static void XMLCALL on_text(void *ctx, const XML_Char *s, int n)
{
	struct xml_split *x = ctx;
	if (!x->broken.kind && x->record_depth && afford(x, (size_t)n))
		buf_add(&x->nodes[x->depth].text, s, (size_t)n);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name,
			       const XML_Char *system_id,
			       const XML_Char *public_id, int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	refuse(ctx, ERR_INPUT, "a DOCTYPE is not accepted");
}

/* Windows-1252, and ISO-8859-15 of French feeds before the euro. The rest
 * expat has itself. -1: no such character. */
static int XMLCALL on_encoding(void *ctx, const XML_Char *name,
			       XML_Encoding *info)
{
	static const int windows[32] = {
		0x20AC, -1,	0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
		0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, -1,	0x017D, -1,
		-1,	0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
		0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, -1,	0x017E, 0x0178};
	static const struct {
		int byte, cp;
	} latin9[] = {{0xA4, 0x20AC}, {0xA6, 0x160}, {0xA8, 0x161},
		      {0xB4, 0x17D},  {0xB8, 0x17E}, {0xBC, 0x152},
		      {0xBD, 0x153},  {0xBE, 0x178}};
	(void)ctx;
	bool is_windows = strcasecmp(name, "windows-1252") == 0 ||
			  strcasecmp(name, "cp1252") == 0;
	if (!is_windows && strcasecmp(name, "iso-8859-15") != 0)
		return XML_STATUS_ERROR;
	for (int i = 0; i < 256; i++)
		info->map[i] = i;
	for (int i = 0; is_windows && i < 32; i++)
		info->map[0x80 + i] = windows[i];
	for (size_t i = 0; !is_windows && i < ARRAY_LEN(latin9); i++)
		info->map[latin9[i].byte] = latin9[i].cp;
	info->data = NULL;
	info->convert = NULL;
	info->release = NULL;
	return XML_STATUS_OK;
}

/* ---- the outside ---- */

struct xml_split *xml_split_new(const char *path,
				const struct js_split_limits *limits,
				struct arena *a, js_element_fn *on_record,
				void *ctx)
{
	struct xml_split *x = mem_alloc(sizeof(*x));
	x->path = mem_dup(path);
	x->limits = *limits;
	x->arena = a;
	x->on_record = on_record;
	x->ctx = ctx;
	x->is_on_path[0] = true;
	for (size_t i = 0; i < ARRAY_LEN(x->nodes); i++)
		buf_init(&x->nodes[i].text, limits->max_element);
	buf_init(&x->pending, SIZE_MAX / 4);
	x->parser = XML_ParserCreate(NULL);
	BUG_ON(!x->parser);
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	XML_SetUnknownEncodingHandler(x->parser, on_encoding, NULL);
	return x;
}

void xml_split_free(struct xml_split *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < ARRAY_LEN(x->nodes); i++) {
		begin_node(&x->nodes[i]);
		buf_clear(&x->nodes[i].text);
	}
	XML_ParserFree(x->parser);
	buf_clear(&x->pending);
	free(x->path);
	free(x->prefix);
	free(x);
}

/* Bytes expat holds because a token is not finished. */
static size_t unfinished(const struct xml_split *x)
{
	XML_Index at = XML_GetCurrentByteIndex(x->parser);
	if (at < 0 || (uint64_t)at > x->given)
		return 0;
	return (size_t)(x->given - (uint64_t)at);
}

static void give(struct xml_split *x, const char *bytes, size_t n,
		 bool is_final)
{
	do {
		size_t k = n < FEED_MAX ? n : FEED_MAX;
		bool is_last = is_final && k == n;
		x->given += k;
		if (XML_Parse(x->parser, bytes, (int)k, is_last) !=
			    XML_STATUS_OK &&
		    !x->broken.kind)
			refuse(x, ERR_INPUT,
			       XML_ErrorString(XML_GetErrorCode(x->parser)));
		if (x->broken.kind)
			return;
		if (!is_last &&
		    unfinished(x) > x->limits.max_element + TOKEN_SLACK) {
			refuse(x, ERR_LIMIT, "a tag or comment is too large");
			return;
		}
		bytes += k;
		n -= k;
	} while (n);
}

static int outcome(const struct xml_split *x, struct err *err)
{
	if (!x->broken.kind)
		return 0;
	return err_set(err, x->broken.kind, "%s", x->broken.text);
}

int xml_split_feed(struct xml_split *x, const char *bytes, size_t n,
		   struct err *err)
{
	if (x->broken.kind || !n)
		return outcome(x, err);
	size_t enough = unfinished(x);
	if (x->pending.len || n < enough) {
		buf_add(&x->pending, bytes, n);
		if (x->pending.len < enough)
			return 0;
		bytes = x->pending.data;
		n = x->pending.len;
	}
	give(x, bytes, n, false);
	buf_reset(&x->pending);
	return outcome(x, err);
}

int xml_split_end(struct xml_split *x, struct err *err)
{
	if (!x->broken.kind && !x->has_ended) {
		x->has_ended = true;
		give(x, x->pending.data ? x->pending.data : "", x->pending.len,
		     true);
		buf_reset(&x->pending);
		if (!x->broken.kind && !x->found)
			err_set(&x->broken, ERR_INPUT,
				"there is no element \"%s\" nor what is "
				"around it",
				x->path);
	}
	return outcome(x, err);
}
