/* SPDX-License-Identifier: EUPL-1.2 */
/* Items of RSS and Atom feeds, forgivingly.
 *
 * An automaton of our own and not libxml2's recovery: that one needs its DTD
 * and entity machinery kept in check, buffers a text of any length, and cannot
 * say which faults it passed over. Here the bytes fall into runs of text and
 * tokens of markup, each judged when it is complete (rss_parts.c), so that
 * nothing depends on how they were fed:
 *
 *   TEXT --<--> LT --letter or /--> TAG --"> outside quotes"--> TEXT
 *                |--!--> BANG --> COMMENT | CDATA | DECLARATION --> TEXT
 *                '--?--> PI --> TEXT
 *
 * In memory: one run (at most a record), one token, one record (rss_record.c),
 * the names of the elements open. */
#include "rss_parts.h"
#include "rss_record.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TOKEN_MAX    ((size_t)64 * 1024)
#define PREFIXES_MAX ((size_t)4096) /* declared prefixes kept */
/* What may stand before the root: a byte order mark and blanks. */
#define OUTSIDE_MAX ((size_t)4096)

enum state { TEXT, LT, TAG, BANG, COMMENT, CDATA, DECLARATION, PI };

struct rss {
	struct js_split_limits limits;
	js_split_fn *on_record;
	void *ctx;
	struct err broken;
	uint64_t line;

	enum state state;
	struct buf run, token;
	char quote, last; /* TAG: open quote; last byte but blanks */
	int n_marks;	  /* "-", "]" or "?" in a row */
	bool is_late;	  /* blanks stood before this <?xml */

	struct rss_decoder decoder;
	struct buf decoded;
	struct buf prefixes; /* " xml dc content " */

	int depth;
	char *names[RSS_DEPTH_MAX + 1];
	bool has_root, is_closed;

	struct rss_record record;
	int record_depth; /* 0: outside */
	int markup_depth; /* of the field whose inside is text; 0 */
	int64_t n_records;

	int64_t n_repairs;
	char first[160], warning[220];
};

static void refuse(struct rss *r, enum err_kind kind, const char *why)
{
	if (!r->broken.kind)
		err_set(&r->broken, kind, "line %" PRIu64 ": %s", r->line, why);
}

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static void on_repair(void *ctx, const char *what, const char *name, size_t n)
{
	struct rss *r = ctx;
	char shown[RSS_NAME_MAX + 1];
	size_t k = 0;
	if (r->n_repairs++)
		return;
	while (k < n && k < RSS_NAME_MAX && is_name_byte(name[k])) {
		shown[k] = name[k];
		k++;
	}
	shown[k] = '\0';
	char *text = mem_printf("line %" PRIu64 ": %s%s%s", r->line, what,
				k ? " " : "", shown);
	str_copy(r->first, sizeof(r->first), text);
	free(text);
}

static void repair(struct rss *r, const char *what)
{
	on_repair(r, what, NULL, 0);
}

/* ---- names ---- */

/* False: it was already. */
static bool declare(struct rss *r, const char *prefix, size_t n)
{
	if (!n || n > RSS_NAME_MAX)
		return false;
	char *word = mem_printf(" %.*s ", (int)n, prefix);
	bool is_new = !strstr(r->prefixes.data, word);
	if (is_new)
		buf_adds(&r->prefixes, word + 1);
	free(word);
	return is_new;
}

/* Once for every prefix. */
static void check_prefix(struct rss *r, const char *name)
{
	const char *colon = strchr(name, ':');
	size_t n = colon ? (size_t)(colon - name) : 0;
	if (declare(r, name, n))
		on_repair(r, "a prefix that nobody declared:", name, n);
}

/* The raw bytes as text; borrowed until the next. */
static const char *decode(struct rss *r, const char *s, size_t n,
			  bool is_literal)
{
	buf_reset(&r->decoded);
	rss_decode(&r->decoder, s, n, is_literal, &r->decoded);
	return r->decoded.data ? r->decoded.data : "";
}

/* ---- elements ---- */

static void deliver(struct rss *r, json_t *record, bool is_whole)
{
	struct err why;
	if (r->n_records == r->limits.max_elements) {
		json_decref(record);
		refuse(r, ERR_LIMIT, "more records than allowed");
		return;
	}
	r->n_records++;
	if (!is_whole)
		err_set(&why, ERR_INPUT,
			"record %" PRId64 " is not closed (line %" PRIu64 ")",
			r->n_records, r->line);
	else if (!record)
		err_set(&why, ERR_LIMIT,
			"record %" PRId64 " is larger than %zu bytes",
			r->n_records, r->limits.max_element);
	int rc = r->on_record(r->ctx, record, record ? NULL : &why);
	json_decref(record);
	if (rc)
		refuse(r, ERR_LIMIT, "stopped by the reader");
}

/* Close the innermost element; by its own end tag, or because one around it
 * ends. */
static void pop(struct rss *r, bool is_own)
{
	char *name = r->names[r->depth];
	bool is_record = r->depth == r->record_depth;
	if (!is_own && !is_record)
		repair(r, "an element that is not closed");
	if (r->markup_depth == r->depth)
		r->markup_depth = 0;
	if (is_record)
		r->record_depth = 0;
	if (is_record && !is_own) {
		rss_record_drop(&r->record);
		deliver(r, NULL, false);
	} else if (is_record) {
		deliver(r, rss_record_close(&r->record, name), true);
	} else if (r->record_depth) {
		rss_record_close(&r->record, name);
	}
	r->names[r->depth] = NULL;
	free(name);
	r->is_closed = !--r->depth;
}

static void close_element(struct rss *r, const char *name)
{
	int d = r->depth;
	while (d && !str_eq(r->names[d], name))
		d--;
	if (!d) {
		repair(r, "an end tag of nothing that is open");
		return;
	}
	while (r->depth > d && !r->broken.kind)
		pop(r, false);
	if (!r->broken.kind)
		pop(r, true);
}

static void take_attributes(struct rss *r, const char *at, const char *end,
			    bool is_kept)
{
	struct rss_attribute x;
	while (rss_next_attribute(&at, end, &x)) {
		if (x.has_fault)
			repair(r, "an attribute without quotes or value");
		if (x.n_name > 6 && !strncmp(x.name, "xmlns:", 6))
			declare(r, x.name + 6, x.n_name - 6);
		if (!is_kept)
			continue;
		char *name = mem_dup(decode(r, x.name, x.n_name, true));
		rss_record_attribute(&r->record, name,
				     decode(r, x.value, x.n_value, false));
		free(name);
	}
}

/* May this element stand here? */
static bool check_place(struct rss *r, const char *name)
{
	if (r->is_closed)
		repair(r, "an element behind the end of the feed");
	else if (!r->depth && !rss_is_root(name))
		refuse(r, ERR_INPUT, "the root element is none of a feed");
	else if (r->depth == RSS_DEPTH_MAX)
		refuse(r, ERR_INPUT, "nested too deep");
	return !r->is_closed && !r->broken.kind;
}

static void open_element(struct rss *r, const char *name, const char *at,
			 const char *end)
{
	/* The next item begins: this one was never closed. */
	while (r->record_depth && str_eq(name, r->names[r->record_depth]) &&
	       !r->broken.kind)
		pop(r, false);
	if (r->broken.kind || !check_place(r, name))
		return;
	r->has_root = true;
	r->names[++r->depth] = mem_dup(name);
	if (!r->record_depth && r->depth > 1 && rss_is_item(name))
		r->record_depth = r->depth;
	if (r->record_depth)
		rss_record_open(&r->record, name);
	take_attributes(r, at, end, r->record_depth != 0);
	check_prefix(r, name);
	if (r->record_depth && r->depth == r->record_depth + 1 &&
	    rss_keeps_markup(name))
		r->markup_depth = r->depth;
}

/* ---- runs and tokens ---- */

static void outside(struct rss *r)
{
	const char *s = r->run.data;
	if (!s)
		return;
	s += str_starts(s, "\xEF\xBB\xBF") ? 3 : 0;
	if (s[strspn(s, " \t\r\n")] || strlen(r->run.data) != r->run.len)
		refuse(r, ERR_INPUT,
		       "no feed of XML in a one-byte encoding or UTF-8");
}

/* The run of text ends. */
static void end_run(struct rss *r, bool is_literal)
{
	if (!r->run.len && !r->run.too_big)
		return;
	if (!r->has_root) {
		outside(r);
	} else if (r->run.too_big) {
		rss_record_overflow(&r->record);
	} else if (r->record_depth) {
		const char *s = decode(r, r->run.data, r->run.len, is_literal);
		rss_record_text(&r->record, s, r->decoded.len);
	}
	buf_reset(&r->run);
}

static void add_run(struct rss *r, const char *s, size_t n)
{
	size_t room = OUTSIDE_MAX - (r->has_root ? 0 : r->run.len);
	if (!r->has_root)
		buf_add(&r->run, s, n < room ? n : room);
	else if (r->record_depth && !r->record.is_too_large)
		buf_add(&r->run, s, n);
}

/* Inside a text field a tag is text, but for the ends of what is around. */
static bool is_kept_as_text(const struct rss *r, const char *name, bool closes)
{
	if (!r->markup_depth)
		return false;
	if (!closes)
		return !str_eq(name, r->names[r->record_depth]);
	for (int d = r->markup_depth; d; d--)
		if (str_eq(r->names[d], name))
			return false;
	return true;
}

static void end_tag(struct rss *r)
{
	const char *s = r->token.data, *end = s + r->token.len;
	bool closes = *s == '/', is_empty = end[-1] == '/';
	s += closes;
	const char *stop = s + strcspn(s, " \t\r\n/");
	char *name = mem_dup(decode(r, s, (size_t)(stop - s), true));
	r->state = TEXT;
	if (is_kept_as_text(r, name, closes)) {
		char *tag = mem_printf("<%s>", r->token.data);
		const char *text = decode(r, tag, strlen(tag), true);
		rss_record_text(&r->record, text, r->decoded.len);
		free(tag);
	} else if (closes) {
		close_element(r, name);
	} else {
		int depth = r->depth;
		open_element(r, name, stop, end);
		if (is_empty && r->depth > depth)
			close_element(r, name);
	}
	free(name);
}

/* ---- the automaton: each takes bytes from p and returns past them ---- */

static void count_lines(struct rss *r, const char *p, const char *end)
{
	for (; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		r->line++;
}

static const char *in_text(struct rss *r, const char *p, const char *end)
{
	const char *lt = memchr(p, '<', (size_t)(end - p));
	const char *stop = lt ? lt : end;
	count_lines(r, p, stop);
	add_run(r, p, (size_t)(stop - p));
	if (lt)
		r->state = LT;
	return lt ? lt + 1 : end;
}

static const char *in_lt(struct rss *r, const char *p)
{
	bool is_letter = (*p | 0x20) >= 'a' && (*p | 0x20) <= 'z';
	bool is_tag = is_letter || *p == '/' || *p == '_' || *p == ':' ||
		      (unsigned char)*p >= 0x80;
	buf_reset(&r->token);
	r->quote = r->last = '\0';
	r->n_marks = 0;
	if (!is_tag && *p != '!' && *p != '?') {
		if (r->has_root)
			repair(r, "a < that begins nothing");
		add_run(r, "<", 1);
		r->state = TEXT;
		return p;
	}
	r->is_late = r->run.len && !str_eq(r->run.data, "\xEF\xBB\xBF");
	end_run(r, false);
	r->state = *p == '!' ? BANG : *p == '?' ? PI : TAG;
	return is_tag ? p : p + 1;
}

static const char *in_tag(struct rss *r, const char *p)
{
	r->line += *p == '\n';
	if (*p == '>' && !r->quote) {
		end_tag(r);
		return p + 1;
	}
	if (*p == '\0') {
		refuse(r, ERR_INPUT, "a NUL byte in a tag");
		return p + 1;
	}
	buf_addc(&r->token, *p);
	if (r->token.too_big)
		refuse(r, ERR_LIMIT, "a tag is too large");
	if (r->quote)
		r->quote = *p == r->quote ? '\0' : r->quote;
	else if ((*p == '"' || *p == '\'') && r->last == '=')
		r->quote = *p;
	if (*p != ' ' && *p != '\t' && *p != '\r' && *p != '\n')
		r->last = *p;
	return p + 1;
}

static const char *in_bang(struct rss *r, const char *p)
{
	static const char cdata[] = "[CDATA[";
	buf_addc(&r->token, *p);
	if (str_eq(r->token.data, "--")) {
		r->state = COMMENT;
	} else if (str_eq(r->token.data, cdata)) {
		r->state = CDATA;
	} else if (!str_eq(r->token.data, "-") &&
		   strncmp(r->token.data, cdata, r->token.len) != 0) {
		r->state = DECLARATION;
		if ((*p | 0x20) != 'd')
			repair(r, "a declaration that is none of a document");
		return p;
	}
	return p + 1;
}

static const char *in_comment(struct rss *r, const char *p)
{
	r->line += *p == '\n';
	if (*p == '>' && r->n_marks >= 2)
		r->state = TEXT;
	r->n_marks = *p == '-' ? r->n_marks + (r->n_marks < 2) : 0;
	return p + 1;
}

static const char *in_cdata(struct rss *r, const char *p, const char *end)
{
	if (*p == ']') {
		/* Of three or more the first is text. */
		if (r->n_marks == 2)
			add_run(r, "]", 1);
		else
			r->n_marks++;
		return p + 1;
	}
	if (*p == '>' && r->n_marks == 2) {
		end_run(r, true);
		r->state = TEXT;
		return p + 1;
	}
	add_run(r, "]]", (size_t)r->n_marks);
	r->n_marks = 0;
	const char *stop = memchr(p, ']', (size_t)(end - p));
	stop = stop ? stop : end;
	count_lines(r, p, stop);
	add_run(r, p, (size_t)(stop - p));
	return stop;
}

static const char *in_declaration(struct rss *r, const char *p)
{
	r->line += *p == '\n';
	if (*p == '[')
		refuse(r, ERR_INPUT, "a DOCTYPE with declarations in it");
	if (*p == '>')
		r->state = TEXT;
	return p + 1;
}

static const char *in_pi(struct rss *r, const char *p)
{
	r->line += *p == '\n';
	if (*p == '>' && r->n_marks) {
		r->state = TEXT;
		if (!r->has_root && str_starts(r->token.data, "xml ")) {
			if (r->is_late)
				repair(r, "blanks before <?xml");
			r->decoder.declared =
				rss_charset_of(r->token.data, r->token.len);
		}
		return p + 1;
	}
	r->n_marks = *p == '?';
	if (r->token.len < OUTSIDE_MAX)
		buf_addc(&r->token, *p);
	return p + 1;
}

static const char *step(struct rss *r, const char *p, const char *end)
{
	switch (r->state) {
	case TEXT:
		return in_text(r, p, end);
	case LT:
		return in_lt(r, p);
	case TAG:
		return in_tag(r, p);
	case BANG:
		return in_bang(r, p);
	case COMMENT:
		return in_comment(r, p);
	case CDATA:
		return in_cdata(r, p, end);
	case DECLARATION:
		return in_declaration(r, p);
	case PI:
		return in_pi(r, p);
	}
	return end;
}

/* ---- the outside ---- */

struct rss *rss_new(const struct js_split_limits *limits,
		    js_split_fn *on_record, void *ctx)
{
	struct rss *r = mem_alloc(sizeof(*r));
	r->limits = *limits;
	r->on_record = on_record;
	r->ctx = ctx;
	r->line = 1;
	r->decoder = (struct rss_decoder){.on_repair = on_repair, .ctx = r};
	size_t run_max = limits->max_element > OUTSIDE_MAX ? limits->max_element
							   : OUTSIDE_MAX;
	buf_init(&r->run, run_max);
	buf_init(&r->token, TOKEN_MAX);
	/* References shrink; one byte becomes three at most. */
	buf_init(&r->decoded, (run_max + TOKEN_MAX) * 3);
	buf_init(&r->prefixes, PREFIXES_MAX);
	buf_adds(&r->prefixes, " xml ");
	rss_record_init(&r->record, limits->max_element);
	return r;
}

void rss_free(struct rss *r)
{
	if (!r)
		return;
	for (int d = 1; d <= r->depth; d++)
		free(r->names[d]);
	rss_record_clear(&r->record);
	buf_clear(&r->run);
	buf_clear(&r->token);
	buf_clear(&r->decoded);
	buf_clear(&r->prefixes);
	free(r);
}

static int outcome(const struct rss *r, struct err *err)
{
	if (!r->broken.kind)
		return 0;
	return err_set(err, r->broken.kind, "%s", r->broken.text);
}

int rss_feed(struct rss *r, const char *bytes, size_t n, struct err *err)
{
	const char *p = bytes, *end = bytes + n;
	while (p < end && !r->broken.kind)
		p = step(r, p, end);
	return outcome(r, err);
}

int rss_end(struct rss *r, struct err *err)
{
	if (!r->broken.kind && !r->has_root) {
		end_run(r, false);
		refuse(r, ERR_INPUT, "there is no element at all");
	}
	if (!r->broken.kind && (!r->is_closed || r->state != TEXT))
		refuse(r, ERR_INPUT, "the document is cut");
	if (r->n_repairs)
		snprintf(r->warning, sizeof(r->warning),
			 "%" PRId64 " repairs, the first in %s", r->n_repairs,
			 r->first);
	return outcome(r, err);
}

const char *rss_warning(const struct rss *r)
{
	return *r->warning ? r->warning : NULL;
}
