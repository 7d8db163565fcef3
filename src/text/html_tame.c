/* SPDX-License-Identifier: EUPL-1.2 */
/* libxml2 compares every attribute of a tag with all before it: half a megabyte
 * of one tag takes it 20 seconds. Here the attributes that nobody asks for go
 * first; of a fixed list of names there is nothing to be slow about. What comes
 * out is spelt so that two parsers cannot read it differently: what was judged
 * here is what libxml2 sees. Time is linear. */
#include "html_tame.h"
#include "rss_parts.h"

#include <etrier/buf.h>
#include <etrier/mem.h>

#include <string.h>
#include <strings.h>

/* The longest name of an element of HTML has ten letters; longer ones are
 * nobody's and become <x>. */
#define ELEMENT_MAX 32

struct tamer {
	const char *p, *end;
	bool keeps_data;
	struct buf *out;
};

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_name_byte(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == ':';
}

static bool starts(const char *p, const char *end, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(end - p) >= n && !strncasecmp(p, word, n);
}

/* Past the next word, or end. */
static const char *past(const char *p, const char *end, const char *word)
{
	size_t n = strlen(word);
	const char *at = memmem(p, (size_t)(end - p), word, n);
	return at ? at + n : end;
}

static const char *find_close(const char *p, const char *end, const char *close)
{
	while ((p = memchr(p, '<', (size_t)(end - p))) &&
	       !starts(p, end, close))
		p++;
	return p ? p : end;
}

/* The > of the tag: outside quotes, and a quote opens only behind a =. */
static const char *tag_end(const char *p, const char *end)
{
	char quote = '\0', last = '\0';
	for (; p < end && (quote || *p != '>'); p++) {
		if (quote)
			quote = *p == quote ? '\0' : quote;
		else if ((*p == '"' || *p == '\'') && last == '=')
			quote = *p;
		if (*p != ' ' && *p != '\t' && *p != '\n' && *p != '\r')
			last = *p;
	}
	return p;
}

static bool is_data(const struct rss_attribute *x)
{
	static const char *const names[] = {
		"itemscope", "itemtype", "itemprop", "itemid",	 "itemref",
		"id",	     "typeof",	 "property", "resource", "content",
		"datetime",  "href",	 "src",	     "value",	 "data",
		"rel",	     "type"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i]) == x->n_name &&
		    !strncasecmp(names[i], x->name, x->n_name))
			return true;
	return false;
}

static void put_attribute(struct tamer *t, const struct rss_attribute *x)
{
	buf_addc(t->out, ' ');
	buf_add(t->out, x->name, x->n_name);
	buf_adds(t->out, "=\"");
	for (size_t i = 0; i < x->n_value; i++) {
		if (x->value[i] == '"')
			buf_adds(t->out, "&quot;");
		else
			buf_addc(t->out, x->value[i]);
	}
	buf_addc(t->out, '"');
}

static bool is_json(const char *at, const char *end)
{
	static const char type[] = "application/ld+json";
	struct rss_attribute x;
	while (rss_next_attribute(&at, end, &x))
		if (x.n_name == 4 && !strncasecmp(x.name, "type", 4) &&
		    starts(x.value, x.value + x.n_value, type))
			return true;
	return false;
}

/* Inside a script or style: kept as it is, or gone. */
static void take_raw(struct tamer *t, const char *close, bool is_kept)
{
	const char *stop = find_close(t->p, t->end, close);
	if (is_kept)
		buf_add(t->out, t->p, (size_t)(stop - t->p));
	t->p = stop;
}

/* <name ...> or </name ...> at t->p. */
static void take_tag(struct tamer *t)
{
	bool closes = t->p[1] == '/';
	const char *name = t->p + 1 + closes, *at = name;
	while (at < t->end && is_name_byte(*at))
		at++;
	size_t n = (size_t)(at - name);
	const char *stop = tag_end(at, t->end);
	struct rss_attribute x;
	t->p = stop < t->end ? stop + 1 : t->end;
	if (stop == t->end)
		return; /* a tag without end is none */
	buf_adds(t->out, closes ? "</" : "<");
	buf_add(t->out, n <= ELEMENT_MAX ? name : "x",
		n <= ELEMENT_MAX ? n : 1);
	const char *attributes = at;
	while (t->keeps_data && !closes && rss_next_attribute(&at, stop, &x))
		if (is_data(&x))
			put_attribute(t, &x);
	bool is_empty = stop[-1] == '/' && strchr(" \t\r\n\"'", stop[-2]);
	buf_adds(t->out, is_empty ? "/>" : ">");
	if (n == 6 && !closes && !strncasecmp(name, "script", 6))
		take_raw(t, "</script",
			 t->keeps_data && is_json(attributes, stop));
	else if (n == 5 && !closes && !strncasecmp(name, "style", 5))
		take_raw(t, "</style", false);
}

void html_tame(const char *s, size_t n, bool keeps_data, struct buf *out)
{
	struct tamer t = {s, s + n, keeps_data, out};
	while (t.p < t.end) {
		const char *lt = memchr(t.p, '<', (size_t)(t.end - t.p));
		const char *stop = lt ? lt : t.end;
		buf_add(out, t.p, (size_t)(stop - t.p));
		t.p = stop;
		if (!lt)
			return;
		const char *c = lt + 1;
		if (starts(lt, t.end, "<!--")) {
			t.p = past(lt + 4, t.end, "-->");
		} else if (c < t.end && (*c == '!' || *c == '?')) {
			t.p = past(c, t.end, ">");
		} else if (c < t.end &&
			   (is_letter(*c) ||
			    (*c == '/' && c + 1 < t.end && is_letter(c[1])))) {
			take_tag(&t);
		} else {
			buf_adds(out, "&lt;");
			t.p = c;
		}
	}
}
