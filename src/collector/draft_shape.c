/* SPDX-License-Identifier: EUPL-1.2 */
/* What a document is, from its first bytes: one of the kinds of sources, or
 * something that a person takes for a feed by mistake (a page, an archive),
 * which is then said by its name. Where the offers are in it: draft_records.c.
 */
#include "draft.h"
#include "kind.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 64, TITLE_MAX = 80, HEADER_MAX = 16 * 1024 };

static const struct {
	const char *bytes;
	size_t n;
	const char *name;
} foreign[] = {
	{"\x1f\x8b", 2, "a compressed file (gzip): unpack it first"},
	{"PK\x03\x04", 4,
	 "an archive or an office document (zip): unpack it, or export CSV"},
	{"BZh", 3, "a compressed file (bzip2): unpack it first"},
	{"\xfd\x37zXZ", 5, "a compressed file (xz): unpack it first"},
	{"\x28\xb5\x2f\xfd", 4, "a compressed file (zstd): unpack it first"},
	{"%PDF", 4, "a PDF, no feed"},
	{"\xff\xfe", 2, "text in UTF-16: turn it into UTF-8 first"},
	{"\xfe\xff", 2, "text in UTF-16: turn it into UTF-8 first"},
};

static const char *after_blank(const char *p, const char *end)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	return p;
}

/* Behind the next occurrence of s, or end. */
static const char *after(const char *p, const char *end, const char *s)
{
	const char *at = memmem(p, (size_t)(end - p), s, strlen(s));
	return at ? at + strlen(s) : end;
}

/* The name of the first element of XML or HTML. *has_doctype: an HTML one. */
static void root_name(const char *p, const char *end, char out[NAME_MAX_BYTES],
		      bool *is_html)
{
	size_t n = 0;
	*is_html = false;
	while ((p = after_blank(p, end)) < end && *p == '<') {
		size_t left = (size_t)(end - p);
		if (left >= 4 && !memcmp(p, "<!--", 4)) {
			p = after(p, end, "-->");
		} else if (left >= 2 && (p[1] == '?' || p[1] == '!')) {
			*is_html |= left >= 14 &&
				    !strncasecmp(p, "<!doctype html", 14);
			p = after(p, end, ">");
		} else {
			p++;
			while (p + n < end && n < NAME_MAX_BYTES - 1 &&
			       !isspace((unsigned char)p[n]) &&
			       !strchr("/>", p[n]))
				n++;
			break;
		}
	}
	memcpy(out, p < end ? p : "", n);
	out[n] = '\0';
}

static int page(struct arena *a, const char *bytes, size_t n,
		struct draft_shape *out, struct err *err)
{
	static const char *const marks[] = {"application/ld+json",
					    "schema.org/JobPosting"};
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (!memmem(bytes, n, marks[i], strlen(marks[i])))
			continue;
		out->kind = "jsonld";
		return 0;
	}
	const char *end = bytes + n;
	const char *title = after(bytes, end, "<title>");
	const char *stop =
		title < end ? memchr(title, '<', (size_t)(end - title)) : NULL;
	char *words = arena_dup_n(a, title, stop ? (size_t)(stop - title) : 0);
	return err_set(err, ERR_INPUT,
		       "a web page without job postings, no feed%s%s%s",
		       *words ? ", titled \"" : "",
		       utf8_clean(a, words, UTF8_ONE_LINE, TITLE_MAX),
		       *words ? "\"" : "");
}

static int markup(struct arena *a, const char *bytes, size_t n,
		  struct draft_shape *out, struct err *err)
{
	static const char *const pages[] = {"html", "head", "body"};
	static const char *const feeds[] = {"rss", "rdf:RDF", "feed"};
	char name[NAME_MAX_BYTES];
	bool is_html;
	root_name(bytes, bytes + n, name, &is_html);
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		is_html |= !strcasecmp(name, pages[i]);
	if (is_html)
		return page(a, bytes, n, out, err);
	out->kind = "xml";
	for (size_t i = 0; i < ARRAY_LEN(feeds); i++) {
		if (!str_eq(name, feeds[i]))
			continue;
		if (kind_find("rss"))
			out->kind = "rss";
		else
			out->note = "an RSS or Atom feed; this version has no "
				    "kind rss, so it is read as plain xml";
	}
	return 0;
}

/* The separator that splits the first line most often, outside quotes. */
static char header_separator(const char *p, const char *end)
{
	static const char candidates[] = ";,\t|";
	int n[4] = {0}, best = 0;
	bool is_quoted = false;
	for (; p < end && (is_quoted || (*p != '\n' && *p != '\r')); p++) {
		is_quoted ^= *p == '"';
		const char *at =
			*p && !is_quoted ? strchr(candidates, *p) : NULL;
		if (at)
			n[at - candidates]++;
	}
	for (int i = 1; i < 4; i++)
		if (n[i] > n[best])
			best = i;
	return n[best] && p < end ? candidates[best] : '\0';
}

static int recognise(struct arena *a, const char *bytes, size_t n,
		     struct draft_shape *out, struct err *err)
{
	const char *end = bytes + n;
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		if (n >= foreign[i].n &&
		    !memcmp(bytes, foreign[i].bytes, foreign[i].n))
			return err_set(err, ERR_INPUT, "this is %s",
				       foreign[i].name);
	if (n >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3))
		bytes += 3;
	const char *p = after_blank(bytes, end);
	if (p == end)
		return err_set(err, ERR_INPUT, "the document is empty");
	if (*p == '{' || *p == '[') {
		out->kind = "json";
		return 0;
	}
	if (*p == '<')
		return markup(a, p, (size_t)(end - p), out, err);
	size_t head =
		(size_t)(end - p) < HEADER_MAX ? (size_t)(end - p) : HEADER_MAX;
	out->separator =
		memchr(p, '\0', head) ? '\0' : header_separator(p, p + head);
	if (!out->separator)
		return err_set(
			err, ERR_INPUT,
			"neither JSON, XML, CSV nor a web page; it "
			"begins with \"%s\"",
			utf8_clean(a, arena_dup_n(a, p, head < 40 ? head : 40),
				   UTF8_ONE_LINE, 40));
	out->kind = "csv";
	return 0;
}

int draft_shape(struct arena *a, const char *bytes, size_t n, const char *kind,
		struct draft_shape *out, struct err *err)
{
	struct draft_shape s = {.records = ""};
	if (kind)
		s.kind = kind;
	else if (recognise(a, bytes, n, &s, err))
		return -1;
	if (!kind_find(s.kind))
		return err_set(err, ERR_INPUT,
			       "%s \"%s\", which this version does not read",
			       kind ? "kind is" : "the document is of kind",
			       s.kind);
	bool has_list = str_eq(s.kind, "json") || str_eq(s.kind, "xml");
	if (has_list && draft_records(a, bytes, n, &s))
		return err_set(err, ERR_INPUT,
			       "%s without a list of offers: no repeated part "
			       "has anything like a title",
			       s.kind);
	*out = s;
	return 0;
}
