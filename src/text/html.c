/* SPDX-License-Identifier: EUPL-1.2 */
/* The text of an HTML fragment, by libxml2's HTML parser and a walk over its
 * tree. The parser fetches nothing, loads no DTD and sees at most
 * HTML_INPUT_MAX bytes of valid UTF-8; the walk does not recurse, so that
 * nesting costs no stack (libxml2 itself stops at 256 levels, which also bounds
 * its comparing of every end tag with all open elements). Entities are decoded
 * by the parser, once: "&amp;lt;" stays "&lt;". */
#include "html_node.h"
#include "html_plain.h"
#include "html_tame.h"
#include "nfc.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/html.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <libxml/HTMLparser.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* "&CounterClockwiseContourIntegral;" is the longest name of HTML 5. */
#define ENTITY_NAME_MAX 32
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static bool is_entity(const char *s)
{
	size_t n = 1;
	if (s[n] == '#')
		n += s[n + 1] == 'x' || s[n + 1] == 'X' ? 2 : 1;
	else if (!is_letter(s[n]))
		return false;
	size_t from = n;
	while (is_alnum(s[n]) && n - from < ENTITY_NAME_MAX)
		n++;
	return n > from && s[n] == ';';
}

/* "<p", "</p" or "<!--", with a ">" behind it. */
static bool is_tag(const char *s)
{
	const char *name = s + 1 + (s[1] == '/');
	return (is_letter(*name) || strncmp(s, "<!--", 4) == 0) &&
	       strchr(name, '>');
}

static bool has_tag(const char *s)
{
	/* Without any ">" no "<" begins a tag: look for it only once. */
	const char *last = strrchr(s, '>');
	for (; last && (s = strchr(s, '<')) && s < last; s++) {
		if (is_tag(s))
			return true;
	}
	return false;
}

bool html_looks_like(const char *s)
{
	if (has_tag(s))
		return true;
	for (; (s = strchr(s, '&')); s++) {
		if (is_entity(s))
			return true;
	}
	return false;
}

static bool is_escaped(const char *s)
{
	for (const char *p = s; (p = strchr(p, '<')); p++)
		if (is_letter(p[1 + (p[1] == '/')]))
			return false;
	for (const char *p = s; (p = strchr(p, '&')); p++)
		if (str_starts(p, "&lt;") || str_starts(p, "&amp;lt;"))
			return true;
	return false;
}

static char *unescape_once(struct arena *a, const char *s)
{
	static const struct {
		const char *from;
		char to;
	} rows[] = {{"&lt;", '<'},   {"&gt;", '>'},    {"&quot;", '"'},
		    {"&#39;", '\''}, {"&#039;", '\''}, {"&apos;", '\''},
		    {"&amp;", '&'}};
	char *out = arena_dup(a, s), *q = out;
	for (const char *p = s; *p; q++) {
		size_t i = 0;
		while (i < ARRAY_LEN(rows) && !str_starts(p, rows[i].from))
			i++;
		*q = i < ARRAY_LEN(rows) ? rows[i].to : *p;
		p += i < ARRAY_LEN(rows) ? strlen(rows[i].from) : 1;
	}
	*q = '\0';
	return out;
}

const char *html_unescape(struct arena *a, const char *s)
{
	for (int i = 0; i < 2 && is_escaped(s); i++)
		s = unescape_once(a, s);
	return s;
}

/* ---- tree to text ---- */

/* The parser gives names in lower case. */
static bool is_one_of(const xmlChar *name, const char *const *names)
{
	for (; *names; names++) {
		if (strcmp((const char *)name, *names) == 0)
			return true;
	}
	return false;
}

static bool is_dropped(const xmlNode *node)
{
	static const char *const names[] = {
		"script", "style",  "head",	"noscript", "template",
		"iframe", "object", "textarea", "select",   NULL};
	return node->type == XML_ELEMENT_NODE && is_one_of(node->name, names);
}

static bool is_block(const xmlNode *node)
{
	static const char *const names[] = {
		"p",	   "br",	 "div",	       "li",	  "ul",
		"ol",	   "tr",	 "table",      "h1",	  "h2",
		"h3",	   "h4",	 "h5",	       "h6",	  "section",
		"article", "header",	 "footer",     "main",	  "aside",
		"nav",	   "blockquote", "pre",	       "hr",	  "dl",
		"dt",	   "dd",	 "form",       "address", "figure",
		"caption", "fieldset",	 "figcaption", NULL};
	return node->type == XML_ELEMENT_NODE && is_one_of(node->name, names);
}

static bool is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
	       strcmp((const char *)node->name, name) == 0;
}

static void enter(struct html_writer *w, const xmlNode *node)
{
	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
		html_add_text(w, (const char *)node->content,
			      strlen((const char *)node->content));
	if (is_named(node, "br"))
		buf_addc(&w->out, '\n');
	else if (is_block(node))
		html_new_line(w);
	if (is_named(node, "br"))
		w->blank = false;
	if (is_named(node, "li"))
		buf_adds(&w->out, "- ");
	if (is_named(node, "td") || is_named(node, "th"))
		w->blank = true;
}

static void leave(struct html_writer *w, const xmlNode *node)
{
	if (is_block(node) && !is_named(node, "br"))
		html_new_line(w);
}

/* Depth first without recursion: down, else next, else up. */
static void walk(struct html_writer *w, const xmlNode *root)
{
	const xmlNode *node = root;
	while (node && w->left) {
		w->left--;
		bool drops = is_dropped(node);
		if (!drops)
			enter(w, node);
		if (!drops && node->type == XML_ELEMENT_NODE &&
		    node->children) {
			node = node->children;
			continue;
		}
		if (!drops)
			leave(w, node);
		while (node != root && !node->next) {
			node = node->parent;
			leave(w, node);
		}
		if (node == root)
			return;
		node = node->next;
	}
}

void html_node_text(const xmlNode *root, struct buf *out, size_t *left)
{
	struct html_writer w = {.out = *out, .left = *left};
	walk(&w, root);
	*out = w.out;
	*left = w.left;
}

/* ---- the outside ---- */

/* Valid UTF-8 without control characters, of at most HTML_INPUT_MAX bytes. */
static char *safe_input(struct arena *a, const char *s)
{
	size_t n = utf8_cut(s, HTML_INPUT_MAX), kept = 0;
	char *out = arena_dup_n(a, s, n);
	uint32_t cp;
	for (size_t i = 0, len; i < n; i += len) {
		unsigned char c = (unsigned char)s[i];
		if (c >= ' ' && c < 0x80) {
			out[kept++] = s[i];
			len = 1;
			continue;
		}
		len = utf8_sequence(s + i, n - i, &cp);
		if (!len) {
			len = 1;
			continue;
		}
		bool is_control =
			cp < ' ' && cp != '\n' && cp != '\t' && cp != '\r';
		if (is_control || cp == 0xFFFE || cp == 0xFFFF)
			continue;
		memcpy(out + kept, s + i, len);
		kept += len;
	}
	out[kept] = '\0';
	return out;
}

char *html_parsed_text(struct arena *a, const char *html, size_t max)
{
	char *input = safe_input(a, html);
	struct html_writer w = {.keeps_lines = !has_tag(input),
				.left = SIZE_MAX};
	buf_init(&w.out, HTML_INPUT_MAX * 2);
	struct buf tame;
	buf_init(&tame, HTML_INPUT_MAX * HTML_TAME_GROWTH);
	html_tame(input, strlen(input), false, &tame);
	htmlDocPtr doc = htmlReadMemory(
		tame.data ? tame.data : "", (int)tame.len, "", "UTF-8",
		HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
			HTML_PARSE_NONET | HTML_PARSE_COMPACT |
			HTML_PARSE_IGNORE_ENC);
	if (doc)
		walk(&w, xmlDocGetRootElement(doc));
	xmlFreeDoc(doc);
	buf_clear(&tame);
	char *text =
		utf8_clean(a, w.out.data ? w.out.data : "", UTF8_LINES, max);
	buf_clear(&w.out);
	return text;
}

char *html_to_text(struct arena *a, const char *html, size_t max)
{
	if (!html_looks_like(html))
		return utf8_clean(a, html, UTF8_LINES, max);
	char *plain = html_plain_text(html);
	if (plain) {
		char *text = utf8_clean(a, plain, UTF8_LINES, max);
		free(plain);
		return text;
	}
	return html_parsed_text(a, html, max);
}
