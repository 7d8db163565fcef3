/* SPDX-License-Identifier: EUPL-1.2 */
/* Postings of one page: its JSON-LD blocks, else its microdata, else its RDFa.
 * A page holds the same postings in two of them for the benefit of different
 * search engines; reading both would give every offer twice. */
#include "page.h"
#include "postings.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jsonld.h>
#include <etrier/mem.h>
#include <etrier/page_links.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct work {
	struct postings p;
	struct js_split_limits limits;
	js_split_fn *on_record;
	void *ctx;
	struct jsonld_said said;
	int64_t n_records;
	struct err broken;
};

/* ---- JSON as pages write it ---- */

/* Marks that hide a script from old browsers; none can begin or end JSON. */
static void strip_marks(const char **s, size_t *n)
{
	static const char *const heads[] = {
		" ", "\t", "\n", "\r", "<!--", "<![CDATA[", "//", "/*", "*/"};
	static const char *const tails[] = {" ",   "\t", "\n", "\r", "-->",
					    "]]>", "//", "/*", "*/", ";"};
	for (size_t i = 0; i < ARRAY_LEN(heads);) {
		size_t k = strlen(heads[i]);
		bool is_there = *n >= k && memcmp(*s, heads[i], k) == 0;
		*s += is_there ? k : 0;
		*n -= is_there ? k : 0;
		i = is_there ? 0 : i + 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(tails);) {
		size_t k = strlen(tails[i]);
		bool is_there =
			*n >= k && memcmp(*s + *n - k, tails[i], k) == 0;
		*n -= is_there ? k : 0;
		i = is_there ? 0 : i + 1;
	}
}

/* The closing bracket that a comma at s[i] stands before, blanks between. */
static bool is_trailing_comma(const char *s, size_t i, size_t n)
{
	if (s[i] != ',')
		return false;
	do
		i++;
	while (i < n && strchr(" \t\r\n", s[i]));
	return i < n && (s[i] == '}' || s[i] == ']');
}

static void mend_in_string(char c, struct buf *out)
{
	if (c == '\n')
		buf_adds(out, "\\n");
	else if (c == '\t')
		buf_adds(out, "\\t");
	else if ((unsigned char)c >= ' ')
		buf_addc(out, c);
}

/* Line ends in strings, commas too many, \' of JavaScript. */
static void mend(const char *s, size_t n, struct buf *out)
{
	bool in_string = false;
	for (size_t i = 0; i < n; i++) {
		if (!in_string && is_trailing_comma(s, i, n))
			continue;
		if (in_string && s[i] == '\\' && i + 1 < n) {
			if (s[i + 1] != '\'')
				buf_addc(out, '\\');
			mend_in_string(s[++i], out);
			continue;
		}
		in_string ^= s[i] == '"';
		if (in_string)
			mend_in_string(s[i], out);
		else
			buf_addc(out, s[i]);
	}
}

static json_t *read_block(struct work *w, const char *s, size_t n,
			  struct err *err)
{
	struct err first;
	strip_marks(&s, &n);
	json_t *v = js_parse(s, n, &first);
	if (v)
		return v;
	struct buf b;
	buf_init(&b, n * 2 + 1);
	mend(s, n, &b);
	v = b.data ? js_parse(b.data, b.len, err) : NULL;
	buf_clear(&b);
	if (v)
		w->said.n_repairs++;
	else
		err_set(err, first.kind, "%s", first.text);
	return v;
}

/* ---- records ---- */

static void deliver(struct work *w, json_t *record, const struct err *fault)
{
	struct err why;
	if (w->broken.kind) {
		json_decref(record);
		return;
	}
	if (w->n_records == w->limits.max_elements) {
		json_decref(record);
		err_set(&w->broken, ERR_LIMIT, "more than %" PRId64 " postings",
			w->limits.max_elements);
		return;
	}
	w->n_records++;
	if (!record)
		err_set(&why, fault->kind, "posting %" PRId64 ": %s",
			w->n_records, fault->text);
	if (w->on_record(w->ctx, record, record ? NULL : &why))
		err_set(&w->broken, ERR_LIMIT, "stopped by the reader");
	json_decref(record);
}

static void take_block(struct work *w, const char *s, size_t n)
{
	struct err err;
	json_t *v = read_block(w, s, n, &err);
	if (v) {
		postings_from_json(&w->p, v);
		json_decref(v);
	} else if (memmem(s, n, "JobPosting", strlen("JobPosting"))) {
		deliver(w, NULL, &err);
	} else {
		w->said.n_skipped++;
	}
}

static bool is_json_script(const xmlNode *e)
{
	const char *type = page_attribute(e, "type");
	return page_is(e, "script") && type &&
	       strcasestr(type, "application/ld+json");
}

static void take_scripts(struct work *w, const xmlNode *root)
{
	for (const xmlNode *e = root; e; e = page_next(root, e, false)) {
		const xmlNode *text = e->children;
		if (is_json_script(e) && text && text->content)
			take_block(w, (const char *)text->content,
				   strlen((const char *)text->content));
	}
}

/* Counts the bytes of the JSON text and stops past the ceiling. */
static int measure(const char *piece, size_t n, void *left)
{
	size_t *room = left;
	(void)piece;
	if (n > *room)
		return -1;
	*room -= n;
	return 0;
}

static void resolve_url(json_t *record, const char *address, struct arena *a)
{
	const char *url = js_str(record, "url", NULL);
	if (!url || !address || strstr(url, "://"))
		return;
	js_put_str(record, "url", page_link_resolve(a, address, url));
}

static void take_posting(struct work *w, json_t *posting, const char *address,
			 struct arena *a)
{
	struct err err;
	size_t room = w->limits.max_element;
	json_t *record = postings_plain(&w->p, posting);
	if (!record) {
		err_set(&w->broken, ERR_LIMIT,
			"the page holds more than can be looked at");
		return;
	}
	if (json_dump_callback(record, measure, &room, JSON_COMPACT)) {
		json_decref(record);
		err_set(&err, ERR_LIMIT, "larger than %zu bytes",
			w->limits.max_element);
		deliver(w, NULL, &err);
		return;
	}
	resolve_url(record, address, a);
	if (json_array_size(w->p.found) == 1)
		js_put_str(record, "@page", address);
	deliver(w, record, NULL);
}

static void take_postings(struct work *w, const char *address, struct arena *a)
{
	json_t *posting;
	size_t i;
	json_array_foreach(w->p.found, i, posting)
	{
		if (!w->broken.kind)
			take_posting(w, posting, address, a);
	}
}

/* ---- the document ---- */

/* What the page calls its own address, else where it came from. */
static const char *address_of(const xmlNode *root, const char *page_url,
			      struct arena *a)
{
	for (const xmlNode *e = root; e; e = page_next(root, e, false)) {
		const char *href = page_attribute(e, "href");
		if (!page_is(e, "link") || !href ||
		    !page_has_word(e, "rel", "canonical"))
			continue;
		const char *url =
			page_link_resolve(a, page_url ? page_url : href, href);
		return url ? url : page_url;
	}
	return page_url;
}

static int read_page(struct work *w, const char *bytes, size_t n,
		     const char *page_url, struct arena *a, struct err *err)
{
	htmlDocPtr doc = page_parse(bytes, n, err);
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	if (!root) {
		xmlFreeDoc(doc);
		return doc ? err_set(err, ERR_INPUT, "no web page") : -1;
	}
	take_scripts(w, root);
	if (!json_array_size(w->p.found) && !w->n_records)
		postings_from_microdata(&w->p, root);
	if (!json_array_size(w->p.found) && !w->n_records)
		postings_from_rdfa(&w->p, root);
	take_postings(w, address_of(root, page_url, a), a);
	xmlFreeDoc(doc);
	return 0;
}

static int read_json(struct work *w, const char *bytes, size_t n,
		     const char *page_url, struct arena *a, struct err *err)
{
	struct buf text;
	buf_init(&text, n * 3 + 1);
	page_utf8(bytes, n, &text);
	json_t *v = read_block(w, text.data, text.len, err);
	buf_clear(&text);
	if (!v)
		return -1;
	postings_from_json(&w->p, v);
	json_decref(v);
	take_postings(w, page_url, a);
	return 0;
}

static bool is_json(const char *s, size_t n)
{
	if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
		s += 3;
		n -= 3;
	}
	while (n && strchr(" \t\r\n", *s)) {
		s++;
		n--;
	}
	return n && (*s == '{' || *s == '[');
}

int jsonld_read(const char *bytes, size_t n, const char *page_url,
		const struct js_split_limits *limits, js_split_fn *on_record,
		void *ctx, struct jsonld_said *said, struct err *err)
{
	struct work w = {.limits = *limits, .on_record = on_record, .ctx = ctx};
	struct arena a;
	if (n > JSONLD_PAGE_MAX)
		return err_set(err, ERR_LIMIT, "a page larger than %zu bytes",
			       JSONLD_PAGE_MAX);
	arena_init(&a);
	postings_init(&w.p);
	int rc = is_json(bytes, n) ? read_json(&w, bytes, n, page_url, &a, err)
				   : read_page(&w, bytes, n, page_url, &a, err);
	if (!rc && !w.broken.kind && !w.p.left)
		err_set(&w.broken, ERR_LIMIT,
			"the page holds more than can be looked at");
	if (!rc && w.broken.kind)
		rc = err_set(err, w.broken.kind, "%s", w.broken.text);
	else if (!rc && !w.n_records)
		rc = err_set(err, ERR_INPUT, "there is no JobPosting in it");
	*said = w.said;
	postings_clear(&w.p);
	arena_clear(&a);
	return rc;
}
