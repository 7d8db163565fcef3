/* SPDX-License-Identifier: EUPL-1.2 */
/* The XML that nearly every feed is made of, one record of it into nodes of an
 * arena without expat: elements, attributes without markup, text, CDATA and the
 * entities of XML. The bytes are copied once; names and texts stay where they
 * are in the copy, references replaced, each ended by a NUL where markup was.
 * More NULs follow the copy, so that nobody need look for its end.
 *
 * As for JSON (js_plain.c): it judges nothing. A comment, text between
 * elements, a byte that is no UTF-8, an end tag of another name, whatever is
 * rare or wrong makes it give up, and expat, which was given nothing of the
 * record yet, reads it and says what is wrong. What is accepted here, expat
 * must accept too, and with the same value (tests/fuzz/fuzz_xml.c compares). */
#include "xml_plain.h"
#include "lanes.h"
#include "xml_node.h"

#include <etrier/arena.h>
#include <etrier/str.h>
#include <etrier/utf8.h>
#include <etrier/xml.h>

#include <stdint.h>
#include <string.h>

struct plain {
	char *p; /* *p is 0 at the end at the latest */
	struct arena *a;
	size_t left; /* of the size that a record may have */
	int depth;
	char *end_tag; /* the last one */
};

static bool spend(struct plain *r, size_t n)
{
	if (n > r->left)
		return false;
	r->left -= n;
	return true;
}

/* Names of ASCII. */
static size_t name_length(const char *s)
{
	size_t n = 0;
	for (;; n++) {
		char c = s[n];
		bool starts = (unsigned char)((c | 0x20) - 'a') < 26 ||
			      c == '_' || c == ':';
		if (starts)
			continue;
		if (!n ||
		    !((unsigned char)(c - '0') < 10 || c == '-' || c == '.'))
			return n;
	}
}

/* The next of '<', '&', ']' or a control character; of the last two only. */
static char *run(char *p, bool in_cdata)
{
	const lanes open = LANES_ALL((unsigned char)(in_cdata ? ']' : '<'));
	const lanes ref = LANES_ALL((unsigned char)(in_cdata ? ']' : '&'));
	size_t n;
	do {
		lanes v = lanes_at(p);
		n = lanes_first((lanes)(v < LANES_ALL(' ')) |
				(lanes)(v == open) | (lanes)(v == ref) |
				(lanes)(v == LANES_ALL(']')));
		p += n;
	} while (n == LANES);
	return p;
}

/* The text up to what run() finds, put down at *out. */
static void take_run(struct plain *r, bool in_cdata, char **out)
{
	char *from = r->p;
	r->p = run(from, in_cdata);
	size_t n = (size_t)(r->p - from);
	if (*out != from)
		memmove(*out, from, n);
	*out += n;
}

/* Blanks that are control characters; a line ends with LF however it ended. */
static bool take_blank(struct plain *r, char **out)
{
	char c = *r->p;
	if (c != '\n' && c != '\t' && c != '\r')
		return false;
	r->p += c == '\r' && r->p[1] == '\n' ? 2 : 1;
	*(*out)++ = c == '\t' ? '\t' : '\n';
	return true;
}

static bool take_cdata(struct plain *r, char **out)
{
	static const char begin[] = "<![CDATA[";
	if (strncmp(r->p, begin, sizeof(begin) - 1) != 0)
		return false;
	r->p += sizeof(begin) - 1;
	for (;;) {
		take_run(r, true, out);
		if (take_blank(r, out))
			continue;
		if (*r->p != ']')
			return false;
		if (r->p[1] == ']' && r->p[2] == '>') {
			r->p += 3;
			return true;
		}
		*(*out)++ = *r->p++;
	}
}

/* "&#233;", "&#xE9;": what is written, of what may stand in a text. 0: give up.
 */
static uint32_t code_of(const char *s, size_t n)
{
	bool is_hex = n && *s == 'x';
	uint32_t cp = 0, base = is_hex ? 16 : 10;
	for (size_t i = is_hex; i < n && cp < 0x110000; i++) {
		unsigned char c = (unsigned char)s[i];
		uint32_t digit = (uint32_t)(c - '0');
		if (is_hex && (unsigned char)((c | 0x20) - 'a') < 6)
			digit = (uint32_t)((c | 0x20) - 'a' + 10);
		else if (digit > 9)
			return 0;
		cp = cp * base + digit;
	}
	bool is_text =
		(cp >= ' ' && cp < 0xD800) || (cp >= 0xE000 && cp < 0xFFFE) ||
		(cp >= 0x10000 && cp < 0x110000) || cp == '\n' || cp == '\t';
	return is_text ? cp : 0;
}

/* Never longer than what was written. */
static bool take_reference(struct plain *r, char **out)
{
	static const struct {
		const char *name;
		char c;
	} rows[] = {{"&amp;", '&'},
		    {"&lt;", '<'},
		    {"&gt;", '>'},
		    {"&quot;", '"'},
		    {"&apos;", '\''}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!str_starts(r->p, rows[i].name))
			continue;
		r->p += strlen(rows[i].name);
		*(*out)++ = rows[i].c;
		return true;
	}
	if (r->p[1] != '#')
		return false;
	size_t n = strspn(r->p + 2, "x0123456789ABCDEFabcdef");
	uint32_t cp = r->p[2 + n] == ';' ? code_of(r->p + 2, n) : 0;
	if (!cp)
		return false;
	r->p += n + 3;
	*out += utf8_put(cp, *out);
	return true;
}

/* name="value" or name='value', nothing in it that would be replaced. */
static bool read_attribute(struct plain *r, struct xml_node *node)
{
	char *name = r->p;
	size_t n = name_length(name);
	char quote = name[n] == '=' ? name[n + 1] : '\0';
	if (!n || (quote != '"' && quote != '\''))
		return false;
	char *value = name + n + 2, *end = value;
	while (*end != quote && *end != '<' && *end != '&' &&
	       (unsigned char)*end >= ' ')
		end++;
	size_t n_value = (size_t)(end - value);
	/* Over the sign of equality, and a NUL over the quote. */
	memmove(name + 1, name, n);
	*name = '@';
	if (*end != quote || xml_node_has(node, name, n + 1) ||
	    node->n == XML_COMPARED_MAX ||
	    !spend(r, n + n_value + XML_NODE_COST))
		return false;
	name[n + 1] = *end = '\0';
	r->p = end + 1;
	const struct jnode v = {
		.type = JNODE_STRING, .text = value, .n = n_value};
	xml_node_append(node, r->a, name, n + 1, &v);
	return true;
}

/* Up to the ">" or "/>" of the tag. */
static bool read_attributes(struct plain *r, struct xml_node *node)
{
	for (;;) {
		bool is_apart = xml_is_space(*r->p);
		while (xml_is_space(*r->p))
			r->p++;
		if (*r->p == '>' || *r->p == '/')
			return true;
		if (!is_apart || !read_attribute(r, node))
			return false;
	}
}

static bool is_blank(const char *from, const char *to)
{
	while (from < to && xml_is_space(*from))
		from++;
	return from == to;
}

static struct jnode trimmed(char *from, char *to)
{
	while (from < to && xml_is_space(*from))
		from++;
	while (from < to && xml_is_space(to[-1]))
		to--;
	*to = '\0';
	return (struct jnode){
		.type = JNODE_STRING, .text = from, .n = (size_t)(to - from)};
}

static bool read_element(struct plain *r, const char **name, size_t *n_name,
			 struct jnode *v);

/* The element at r->p, and the text before it, which must be none. */
static bool read_child(struct plain *r, struct xml_node *node, char **from,
		       char **out)
{
	struct jnode v;
	const char *name;
	size_t n;
	if (!is_blank(*from, *out) || node->n == XML_COMPARED_MAX ||
	    !spend(r, (size_t)(*out - *from)) ||
	    !read_element(r, &name, &n, &v))
		return false;
	xml_node_put(node, r->a, name, n, &v);
	*from = *out = r->p;
	return true;
}

static bool take_end_tag(struct plain *r, const char *name, size_t n)
{
	r->end_tag = r->p;
	if (strncmp(r->p + 2, name, n) != 0)
		return false;
	r->p += 2 + n;
	while (xml_is_space(*r->p))
		r->p++;
	return *r->p++ == '>';
}

/* Between the tags, and the end tag. */
static bool read_content(struct plain *r, const char *name, size_t n,
			 struct xml_node *node, struct jnode *v)
{
	char *from = r->p, *out = from;
	size_t n_attributes = node->n;
	for (;;) {
		take_run(r, false, &out);
		bool goes_on = take_blank(r, &out);
		if (goes_on)
			continue;
		if (*r->p == '&') {
			goes_on = take_reference(r, &out);
		} else if (*r->p == ']') {
			goes_on = r->p[1] != ']';
			*out++ = *r->p++;
		} else if (*r->p == '<' && r->p[1] == '/') {
			break;
		} else if (*r->p == '<' && r->p[1] == '!') {
			goes_on = take_cdata(r, &out);
		} else if (*r->p == '<') {
			goes_on = read_child(r, node, &from, &out);
		}
		if (!goes_on)
			return false;
	}
	if (!spend(r, (size_t)(out - from)) || !take_end_tag(r, name, n))
		return false;
	*v = trimmed(from, out);
	if (!node->n)
		return true;
	if (v->n && (node->n > n_attributes || node->n == XML_COMPARED_MAX))
		return false; /* text between elements */
	if (v->n)
		xml_node_append(node, r->a, "#text", 5, v);
	*v = xml_node_value(node);
	return true;
}

/* At its "<". */
static bool read_element(struct plain *r, const char **name, size_t *n_name,
			 struct jnode *v)
{
	struct xml_node node = {.n = 0};
	char *own = r->p + 1;
	size_t n = name_length(own);
	if (!n || r->depth == XML_DEPTH_MAX || !spend(r, n + XML_NODE_COST))
		return false;
	r->depth++;
	r->p = own + n;
	*name = own;
	*n_name = n;
	if (!read_attributes(r, &node))
		return false;
	bool is_empty = *r->p == '/';
	r->p += is_empty;
	if (*r->p++ != '>')
		return false;
	own[n] = '\0';
	if (is_empty)
		*v = node.n ? xml_node_value(&node)
			    : (struct jnode){.type = JNODE_STRING, .text = ""};
	else if (!read_content(r, own, n, &node, v))
		return false;
	r->depth--;
	return true;
}

/* Of what UTF-8 may say, XML leaves out two signs. */
static bool is_xml_text(const char *s, size_t n)
{
	if (!utf8_is_valid(s, n))
		return false;
	const char *end = s + n;
	while ((s = memchr(s, 0xEF, (size_t)(end - s)))) {
		if ((unsigned char)s[1] == 0xBF && (unsigned char)s[2] >= 0xBE)
			return false;
		s++;
	}
	return true;
}

bool xml_plain_read(struct xml_plain *p, struct arena *a)
{
	const char *name;
	size_t n_name;
	if (!p->n || *p->bytes != '<' || !is_xml_text(p->bytes, p->n))
		return false;
	char *copy = arena_bytes(a, p->n + LANES);
	memcpy(copy, p->bytes, p->n);
	memset(copy + p->n, 0, LANES);
	struct plain r = {
		.p = copy, .a = a, .left = p->max_size, .depth = p->depth};
	/* An empty element at the outside has no end tag to point at. */
	if (!read_element(&r, &name, &n_name, &p->value) || !r.end_tag ||
	    r.p[-1] != '>')
		return false;
	p->used = (size_t)(r.p - copy);
	p->n_end_tag = (size_t)(r.p - r.end_tag);
	return true;
}
