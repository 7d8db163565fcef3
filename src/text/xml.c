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
#include "xml_encoding.h"
#include "xml_node.h"
#include "xml_plain.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
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

/* A token may be larger than the smallest sensible record limit. */
#define TOKEN_SLACK ((size_t)64 * 1024)
/* Blanks in an end tag that is looked for in pieces. */
#define END_SLACK ((size_t)16)

/* An element open inside a record. */
struct open {
	struct xml_node node;
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
	struct open nodes[XML_DEPTH_MAX + 1];

	struct buf pending; /* held back from expat */
	uint64_t given;	    /* bytes expat got */
	bool has_ended;

	/* Records that expat never sees (xml_plain.c). */
	const char *leaf;  /* their name, the end of path; NULL: none are */
	char *end_tag;	   /* "</" and it */
	bool is_foreign;   /* another encoding than UTF-8 */
	bool is_in_cdata;  /* outside of a record */
	struct buf held;   /* the beginning of one */
	size_t n_searched; /* of it, for the end */
	/* What expat does not know of where it is: lines before, and columns
	 * while it is in this line of its own. */
	unsigned long more_lines, more_columns, in_line;
};

static void stop(struct xml_split *x)
{
	XML_StopParser(x->parser, XML_FALSE);
}

static void refuse(struct xml_split *x, enum err_kind kind, const char *why)
{
	if (x->broken.kind)
		return;
	unsigned long line = XML_GetCurrentLineNumber(x->parser);
	unsigned long column = XML_GetCurrentColumnNumber(x->parser) + 1;
	if (line == x->in_line)
		column += x->more_columns;
	err_set(&x->broken, kind, "line %lu, column %lu: %s",
		line + x->more_lines, column, why);
	stop(x);
}

/* ---- nodes ---- */

static void begin_node(struct open *o)
{
	buf_reset(&o->text);
	xml_node_begin(&o->node);
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

static struct jnode trimmed(struct arena *a, const struct buf *text)
{
	const char *s = text->data ? text->data : "";
	size_t n = text->len;
	while (n && xml_is_space(*s)) {
		s++;
		n--;
	}
	while (n && xml_is_space(s[n - 1]))
		n--;
	return (struct jnode){
		.type = JNODE_STRING, .text = arena_dup_n(a, s, n), .n = n};
}

/* The finished value of an element. */
static struct jnode close_node(struct arena *a, struct open *o)
{
	struct jnode v = trimmed(a, &o->text);
	if (!o->node.n)
		return v;
	if (v.n)
		xml_node_append(&o->node, a, "#text", 5, &v);
	return xml_node_value(&o->node);
}

static void add_attributes(struct xml_split *x, struct xml_node *node,
			   const XML_Char **attributes)
{
	struct arena *a = x->arena;
	for (; *attributes; attributes += 2) {
		size_t n_name = strlen(attributes[0]);
		size_t n = strlen(attributes[1]);
		if (!afford(x, n_name + n + XML_NODE_COST))
			return;
		const struct jnode v = {
			.type = JNODE_STRING,
			.text = arena_dup_n(a, attributes[1], n),
			.n = n,
		};
		xml_node_append(node, a, arena_concat(a, "@", attributes[0]),
				n_name + 1, &v);
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
	if (afford(x, strlen(name) + XML_NODE_COST))
		add_attributes(x, &x->nodes[x->depth].node, attributes);
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
	if (is_record) {
		deliver(x, &v);
		return;
	}
	const char *own = own_name(x, name);
	size_t n = strlen(own);
	xml_node_put(&x->nodes[d - 1].node, x->arena,
		     arena_dup_n(x->arena, own, n), n, &v);
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

static void XMLCALL on_declaration(void *ctx, const XML_Char *version,
				   const XML_Char *encoding, int standalone)
{
	struct xml_split *x = ctx;
	(void)version;
	(void)standalone;
	x->is_foreign = encoding && strcasecmp(encoding, "utf-8") != 0;
}

static void XMLCALL on_cdata(void *ctx)
{
	((struct xml_split *)ctx)->is_in_cdata = true;
}

static void XMLCALL on_cdata_end(void *ctx)
{
	((struct xml_split *)ctx)->is_in_cdata = false;
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
	buf_init(&x->held, SIZE_MAX / 4);
	const char *dot = strrchr(x->path, '.');
	x->leaf = dot ? dot + 1 : NULL;
	x->end_tag = mem_printf("</%s", dot ? dot + 1 : "");
	x->parser = XML_ParserCreate(NULL);
	BUG_ON(!x->parser);
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	XML_SetXmlDeclHandler(x->parser, on_declaration);
	XML_SetCdataSectionHandler(x->parser, on_cdata, on_cdata_end);
	XML_SetUnknownEncodingHandler(x->parser, xml_encoding, NULL);
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
	buf_clear(&x->held);
	free(x->path);
	free(x->prefix);
	free(x->end_tag);
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

/* More bytes for expat. */
static void pass(struct xml_split *x, const char *bytes, size_t n)
{
	size_t enough = unfinished(x);
	if (x->pending.len || n < enough) {
		buf_add(&x->pending, bytes, n);
		if (x->pending.len < enough)
			return;
		bytes = x->pending.data;
		n = x->pending.len;
	}
	give(x, bytes, n, false);
	buf_reset(&x->pending);
}

/* ---- records that expat never sees ---- */

void xml_split_all_by_expat(struct xml_split *x)
{
	x->leaf = NULL;
}

/* Is expat between two records, and holds nothing back? */
static bool is_between(struct xml_split *x)
{
	int d = x->depth;
	return d && !x->record_depth && !x->is_in_cdata && !x->is_foreign &&
	       !x->prefix && x->is_on_path[d] &&
	       x->path + x->matched[d] == x->leaf && !x->pending.len &&
	       !unfinished(x);
}

/* Of bytes that expat is not given. */
static void count_lines(struct xml_split *x, const char *s, size_t n)
{
	unsigned long line = XML_GetCurrentLineNumber(x->parser);
	const char *end = s + n, *at;
	if (line != x->in_line)
		x->more_columns = 0;
	x->in_line = line;
	for (; (at = memchr(s, '\n', (size_t)(end - s))); s = at + 1) {
		x->more_lines++;
		x->more_columns = 0;
		x->more_columns -= XML_GetCurrentColumnNumber(x->parser);
	}
	for (; s < end; s++)
		x->more_columns += ((unsigned char)*s & 0xC0) != 0x80;
}

/* Behind the end tag of a record; NULL: none is there, whole. */
static const char *find_end(const struct xml_split *x, const char *bytes,
			    size_t n)
{
	size_t n_tag = strlen(x->end_tag);
	const char *end = bytes + n, *at = bytes;
	while ((at = memmem(at, (size_t)(end - at), x->end_tag, n_tag))) {
		at += n_tag;
		while (at < end && xml_is_space(*at))
			at++;
		if (at < end && *at == '>')
			return at + 1;
	}
	return NULL;
}

/* The record, and blanks before it, read without expat. How many bytes; 0: that
 * cannot be done; *waits: more of them must come first. */
static size_t take_plain(struct xml_split *x, const char *bytes, size_t n,
			 bool *waits)
{
	size_t at = 0, n_leaf = strlen(x->leaf);
	while (at < n && xml_is_space(bytes[at]))
		at++;
	const char *record = bytes + at;
	if (at == n || *record != '<')
		return 0;
	if (n - at < n_leaf + 2) {
		*waits = true;
		return 0;
	}
	char behind = record[1 + n_leaf];
	if (strncmp(record + 1, x->leaf, n_leaf) != 0 ||
	    (behind != '>' && !xml_is_space(behind)))
		return 0;
	size_t from = x->n_searched > at ? x->n_searched : at;
	const char *end = find_end(x, bytes + from, n - from);
	if (!end) {
		/* An end tag with blanks may still be found in two pieces. */
		x->n_searched =
			n > n_leaf + END_SLACK ? n - n_leaf - END_SLACK : 0;
		*waits = n < x->limits.max_element + TOKEN_SLACK;
		return 0;
	}
	struct xml_plain p = {
		.bytes = record,
		.n = (size_t)(end - record),
		.max_size = x->limits.max_element,
		.depth = x->depth,
	};
	arena_reset(x->arena);
	if (!xml_plain_read(&p, x->arena))
		return 0;
	count_lines(x, bytes, at + p.used - p.n_end_tag);
	deliver(x, &p.value);
	count_lines(x, record + p.used - p.n_end_tag, p.n_end_tag);
	return at + p.used;
}

/* Returns how many bytes are done with; the rest is the beginning of a record
 * that may be plain. */
static size_t read_on(struct xml_split *x, const char *bytes, size_t n)
{
	size_t used = 0;
	while (used < n && !x->broken.kind) {
		bool waits = false;
		size_t k = is_between(x) ? take_plain(x, bytes + used, n - used,
						      &waits)
					 : 0;
		if (waits)
			break;
		x->n_searched = 0;
		if (!k) {
			/* Behind the next record it may be left out. */
			const char *end = find_end(x, bytes + used, n - used);
			k = end ? (size_t)(end - bytes) - used : n - used;
			pass(x, bytes + used, k);
		}
		used += k;
	}
	return used;
}

int xml_split_feed(struct xml_split *x, const char *bytes, size_t n,
		   struct err *err)
{
	if (x->broken.kind || !n)
		return outcome(x, err);
	if (!x->leaf || x->is_foreign) {
		pass(x, bytes, n);
		return outcome(x, err);
	}
	if (x->held.len) {
		buf_add(&x->held, bytes, n);
		bytes = x->held.data;
		n = x->held.len;
	}
	size_t used = read_on(x, bytes, n);
	if (bytes == x->held.data)
		buf_consume(&x->held, used);
	else
		buf_add(&x->held, bytes + used, n - used);
	return outcome(x, err);
}

int xml_split_end(struct xml_split *x, struct err *err)
{
	if (!x->broken.kind && !x->has_ended) {
		x->has_ended = true;
		if (x->held.len)
			pass(x, x->held.data, x->held.len);
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
