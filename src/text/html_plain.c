/* SPDX-License-Identifier: EUPL-1.2 */
/* Most markup of offers is a handful of tags without attributes, closed where
 * they should be, in which nothing is left for a parser of HTML to guess. Its
 * text is written down in one pass; at the first byte that is anything else all
 * is left to libxml2, so that there is one answer and no second opinion. */
#include "html_plain.h"

#include <etrier/html.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <string.h>

enum { DEPTH_MAX = 16, NAME_MAX_BYTES = 6 };

/* What may stand where: a block holds blocks or text, a line (a paragraph, a
 * title, an item) or emphasis holds text, a list holds items only. */
enum sort {
	SORT_BLOCK,
	SORT_LINE,
	SORT_LIST,
	SORT_ITEM,
	SORT_INLINE,
	SORT_BREAK
};
struct tag {
	char name[NAME_MAX_BYTES + 1];
	enum sort sort;
};
static const struct tag tags[] = {
	{"p", SORT_LINE},   {"li", SORT_ITEM},	 {"br", SORT_BREAK},
	{"ul", SORT_LIST},  {"ol", SORT_LIST},	 {"strong", SORT_INLINE},
	{"b", SORT_INLINE}, {"em", SORT_INLINE}, {"i", SORT_INLINE},
	{"u", SORT_INLINE}, {"div", SORT_BLOCK}, {"h1", SORT_LINE},
	{"h2", SORT_LINE},  {"h3", SORT_LINE},	 {"h4", SORT_LINE},
};

struct reader {
	struct html_writer w;
	const char *p;
	const struct tag *open[DEPTH_MAX];
	size_t depth;
};

void html_new_line(struct html_writer *w)
{
	w->blank = false;
	if (w->out.len && w->out.data[w->out.len - 1] != '\n')
		buf_addc(&w->out, '\n');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void html_add_text(struct html_writer *w, const char *s, size_t n)
{
	const char *end = s + n;
	while (s < end) {
		/* Words with one blank between stay as they are. */
		const char *word = s;
		while (s < end &&
		       (!is_blank(*s) || (*s == ' ' && s > word &&
					  s + 1 < end && !is_blank(s[1]))))
			s++;
		if (s > word) {
			if (w->blank && w->out.len &&
			    w->out.data[w->out.len - 1] != '\n')
				buf_addc(&w->out, ' ');
			w->blank = false;
			buf_add(&w->out, word, (size_t)(s - word));
		} else if (*s++ == '\n' && w->keeps_lines) {
			w->blank = false;
			buf_addc(&w->out, '\n');
		} else {
			w->blank = true;
		}
	}
}

static enum sort around(const struct reader *r)
{
	return r->depth ? r->open[r->depth - 1]->sort : SORT_BLOCK;
}

static bool may_stand(const struct reader *r, enum sort sort)
{
	enum sort in = around(r);
	switch (sort) {
	case SORT_ITEM:
		return in == SORT_LIST;
	case SORT_BLOCK:
	case SORT_LINE:
	case SORT_LIST:
		return in == SORT_BLOCK;
	default:
		return in != SORT_LIST;
	}
}

static bool open_tag(struct reader *r, const struct tag *tag)
{
	if (!may_stand(r, tag->sort) || r->depth == DEPTH_MAX)
		return false;
	if (tag->sort == SORT_BREAK) {
		buf_addc(&r->w.out, '\n');
		r->w.blank = false;
		return true;
	}
	r->open[r->depth++] = tag;
	if (tag->sort != SORT_INLINE)
		html_new_line(&r->w);
	if (tag->sort == SORT_ITEM)
		buf_adds(&r->w.out, "- ");
	return true;
}

static bool close_tag(struct reader *r, const struct tag *tag)
{
	if (!r->depth || r->open[r->depth - 1] != tag)
		return false;
	r->depth--;
	if (tag->sort != SORT_INLINE)
		html_new_line(&r->w);
	return true;
}

/* "<p>", "</p>", "<br/>", "<br />" at r->p. */
static bool take_tag(struct reader *r)
{
	bool closes = r->p[1] == '/';
	const char *name = r->p + 1 + closes;
	size_t n = 0;
	while (n <= NAME_MAX_BYTES && name[n] && !strchr("<>/ ", name[n]))
		n++;
	const char *end = name + n;
	end += strspn(end, " ");
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		const struct tag *tag = &tags[i];
		if (strncmp(tag->name, name, n) != 0 || tag->name[n])
			continue;
		end += tag->sort == SORT_BREAK && *end == '/';
		r->p = end + 1;
		if (*end != '>')
			return false;
		return closes ? close_tag(r, tag) : open_tag(r, tag);
	}
	return false;
}

/* Up to the next sign of markup. */
static bool take_text(struct reader *r)
{
	size_t n = strcspn(r->p, "<&");
	bool is_empty = strspn(r->p, " \t\r\n") >= n;
	if (!is_empty && around(r) == SORT_LIST)
		return false;
	html_add_text(&r->w, r->p, n);
	r->p += n;
	return true;
}

/* The entities that mean the same wherever they stand. */
static bool take_entity(struct reader *r)
{
	static const struct {
		const char *name, *text;
	} rows[] = {{"&amp;", "&"},
		    {"&lt;", "<"},
		    {"&gt;", ">"},
		    {"&quot;", "\""},
		    {"&nbsp;", "\xc2\xa0"}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i].name);
		if (strncmp(r->p, rows[i].name, n) != 0)
			continue;
		html_add_text(&r->w, rows[i].text, strlen(rows[i].text));
		r->p += n;
		return around(r) != SORT_LIST;
	}
	return false;
}

/* Of nothing but characters that libxml2 is given as they are. */
static bool is_clean(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)s[i] < ' ' && !is_blank(s[i])) ||
		    (unsigned char)s[i] == 0xEF)
			return false;
	return n < HTML_INPUT_MAX && utf8_is_valid(s, n);
}

char *html_plain_text(const char *html)
{
	size_t n = strlen(html);
	struct reader r = {.p = html, .w.keeps_lines = !strchr(html, '<')};
	bool is_plain = is_clean(html, n);
	buf_init(&r.w.out, HTML_INPUT_MAX * 2);
	while (is_plain && *r.p)
		is_plain = *r.p == '<'	 ? take_tag(&r)
			   : *r.p == '&' ? take_entity(&r)
					 : take_text(&r);
	if (is_plain && !r.depth)
		return buf_take(&r.w.out);
	buf_clear(&r.w.out);
	return NULL;
}
