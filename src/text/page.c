/* SPDX-License-Identifier: EUPL-1.2 */
/* A page of a stranger on libxml2's HTML parser: nothing is fetched, no DTD is
 * loaded, and it sees valid UTF-8 and regular tags only (html_tame.c). The
 * parser gives up silently on deep nesting, with what it has; for us that is an
 * error, since offers further down would be taken for gone. */
#include "page.h"
#include "html_tame.h"
#include "latin.h"
#include "nfc.h"

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jsonld.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <string.h>
#include <strings.h>

static void without_controls(const char *s, size_t n, struct buf *out)
{
	uint32_t cp;
	for (size_t i = 0, k; i < n; i += k) {
		k = utf8_sequence(s + i, n - i, &cp);
		bool is_text =
			cp >= ' ' ? cp != 0x7F && cp != 0xFFFE && cp != 0xFFFF
				  : cp == '\t' || cp == '\n' || cp == '\r';
		if (is_text)
			buf_add(out, s + i, k);
	}
}

void page_utf8(const char *bytes, size_t n, struct buf *out)
{
	if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
		bytes += 3;
		n -= 3;
	}
	if (utf8_is_valid(bytes, n)) {
		without_controls(bytes, n, out);
		return;
	}
	struct buf utf8;
	buf_init(&utf8, n * 3);
	latin_to_utf8(LATIN_WINDOWS_1252, bytes, n, &utf8);
	without_controls(utf8.data, utf8.len, out);
	buf_clear(&utf8);
}

static htmlDocPtr parse(const struct buf *text, struct err *err)
{
	htmlDocPtr doc = NULL;
	htmlParserCtxtPtr c = htmlNewParserCtxt();
	BUG_ON(!c);
	doc = htmlCtxtReadMemory(c, text->data, (int)text->len, "", "UTF-8",
				 HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
					 HTML_PARSE_NOWARNING |
					 HTML_PARSE_NONET | HTML_PARSE_COMPACT |
					 HTML_PARSE_IGNORE_ENC);
	if (c->disableSAX) {
		xmlFreeDoc(doc);
		doc = NULL;
		err_set(err, ERR_INPUT, "the page is nested too deep");
	} else if (!doc) {
		err_set(err, ERR_INPUT, "no web page");
	}
	htmlFreeParserCtxt(c);
	return doc;
}

htmlDocPtr page_parse(const char *bytes, size_t n, struct err *err)
{
	struct buf text, tame;
	htmlDocPtr doc = NULL;
	if (n > JSONLD_PAGE_MAX) {
		err_set(err, ERR_LIMIT, "a page larger than %zu bytes",
			JSONLD_PAGE_MAX);
		return NULL;
	}
	if (!n || memchr(bytes, '\0', n)) {
		err_set(err, ERR_INPUT,
			n ? "a NUL byte: no page in a one-byte encoding or "
			    "UTF-8"
			  : "an empty page");
		return NULL;
	}
	buf_init(&text, n * 3 + 1);
	page_utf8(bytes, n, &text);
	buf_init(&tame, n * 3 * HTML_TAME_GROWTH);
	if (text.len)
		html_tame(text.data, text.len, true, &tame);
	buf_clear(&text);
	if (tame.len)
		doc = parse(&tame, err);
	else
		err_set(err, ERR_INPUT, "an empty page");
	buf_clear(&tame);
	return doc;
}

const xmlNode *page_next(const xmlNode *root, const xmlNode *node, bool skips)
{
	if (!skips && node->type == XML_ELEMENT_NODE && node->children)
		return node->children;
	while (node != root && !node->next)
		node = node->parent;
	return node == root ? NULL : node->next;
}

bool page_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
	       strcasecmp((const char *)node->name, name) == 0;
}

const char *page_attribute(const xmlNode *node, const char *name)
{
	if (node->type != XML_ELEMENT_NODE)
		return NULL;
	for (const xmlAttr *a = node->properties; a; a = a->next) {
		if (strcasecmp((const char *)a->name, name) != 0)
			continue;
		/* The HTML parser leaves no reference in a value. */
		return a->children && a->children->content
			       ? (const char *)a->children->content
			       : "";
	}
	return NULL;
}

bool page_has_word(const xmlNode *node, const char *attribute, const char *word)
{
	static const char blanks[] = " \t\r\n";
	const char *s = page_attribute(node, attribute);
	size_t n = strlen(word);
	for (; s && *s; s += strcspn(s, blanks)) {
		s += strspn(s, blanks);
		if (strcspn(s, blanks) == n && !strncasecmp(s, word, n))
			return true;
	}
	return false;
}
