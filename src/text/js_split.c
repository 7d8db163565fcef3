/* SPDX-License-Identifier: EUPL-1.2 */
/* One array's elements out of a JSON document of any size.
 *
 * Three ways of reading, chosen by where in the document we are:
 *
 *   WALK     objects on the way to the array or to a watched scalar: keys are
 *            read one by one; short
 *   SKIP     everything beside the way: brackets and strings only
 *   ELEMENTS inside the array: as SKIP, and the bytes between two commas at
 *            the array's own level are read as one element
 *
 * SKIP and ELEMENTS share scan(), where nearly all bytes of a feed pass: it
 * stops only at brackets, quotes and commas, and crosses strings by memchr().
 * An element that lies whole in the bytes fed is parsed in place; only one cut
 * by the end of a feed is copied, up to max_element. What is inside an element
 * is judged by js_node(), so that its faults cost that element alone; brackets
 * that do not match break the document, since nobody knows where it goes on. */
#include "js_value.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WATCHES_MAX 4
/* Keys and scalars on the way; a longer one matches nothing. */
#define TOKEN_MAX ((size_t)512)

enum state {
	ST_BOM,
	ST_ROOT,
	ST_KEY_OR_END,
	ST_KEY,
	ST_KEY_TEXT,
	ST_COLON,
	ST_VALUE,
	ST_STRING,
	ST_SCALAR,
	ST_COMMA_OR_END,
	ST_SKIP,
	ST_ELEMENTS,
	ST_DONE
};

struct watch {
	char *path, *value;
};

struct js_split {
	char *path;
	struct js_split_limits limits;
	struct arena *arena; /* of one element, key or scalar */
	js_element_fn *on_element;
	void *ctx;
	struct watch watches[WATCHES_MAX];
	int n_watches;

	enum state state;
	uint64_t offset; /* bytes fed before the current chunk */
	const char *chunk;
	struct err broken; /* kind set: no more may be fed */
	bool found;

	/* Brackets open: bit d is 1 for an object at depth d + 1. */
	uint64_t kinds;
	int depth;
	int floor; /* of scan(): the depth between two commas */
	bool in_string;
	bool is_escaped; /* an odd run of backslashes ended the last bytes */

	/* WALK: the dotted path of the current value. */
	struct buf where;
	size_t where_len[JS_DEPTH_MAX + 1]; /* of the object at that depth */
	struct buf token;

	/* ELEMENTS */
	struct buf held; /* the beginning of an element cut by a chunk */
	bool is_root_element;
	bool has_begun; /* a byte of the element was met */
	bool is_too_large;
	bool after_comma;
	int64_t n_elements;
};

static_assert(JS_DEPTH_MAX <= 64, "one bit a level");

struct js_split *js_split_new(const char *path,
			      const struct js_split_limits *limits,
			      struct arena *a, js_element_fn *on_element,
			      void *ctx)
{
	struct js_split *s = mem_alloc(sizeof(*s));
	s->path = mem_dup(path);
	s->limits = *limits;
	s->arena = a;
	s->on_element = on_element;
	s->ctx = ctx;
	buf_init(&s->where, JS_DEPTH_MAX * (TOKEN_MAX + 1));
	buf_init(&s->token, TOKEN_MAX);
	buf_init(&s->held, limits->max_element);
	return s;
}

void js_split_free(struct js_split *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->n_watches; i++) {
		free(s->watches[i].path);
		free(s->watches[i].value);
	}
	buf_clear(&s->where);
	buf_clear(&s->token);
	buf_clear(&s->held);
	free(s->path);
	free(s);
}

void js_split_watch(struct js_split *s, const char *path)
{
	BUG_ON(s->n_watches == WATCHES_MAX);
	s->watches[s->n_watches++].path = mem_dup(path);
}

const char *js_split_watched(const struct js_split *s, const char *path)
{
	for (int i = 0; i < s->n_watches; i++) {
		if (str_eq(s->watches[i].path, path))
			return s->watches[i].value;
	}
	return NULL;
}

static int broken(struct js_split *s, const char *p, const char *why)
{
	uint64_t at = s->offset + (uint64_t)(p - s->chunk);
	return err_set(&s->broken, ERR_INPUT, "byte %" PRIu64 ": %s", at, why);
}

/* ---- brackets ---- */

static int push(struct js_split *s, const char *p)
{
	if (s->depth == JS_DEPTH_MAX)
		return broken(s, p, "nested too deep");
	uint64_t bit = UINT64_C(1) << s->depth++;
	s->kinds = *p == '{' ? s->kinds | bit : s->kinds & ~bit;
	return 0;
}

static int pop(struct js_split *s, const char *p)
{
	bool is_object = s->depth && s->kinds >> (s->depth - 1) & 1;
	if (!s->depth || is_object != (*p == '}'))
		return broken(s, p, "a bracket that closes nothing");
	s->depth--;
	return 0;
}

static bool is_space(char c)
{
	static const bool spaces[256] = {
		[' '] = true, ['\n'] = true, ['\r'] = true, ['\t'] = true};
	return spaces[(unsigned char)c];
}

/* Past the closing quote, or end with in_string still set. */
static const char *cross_string(struct js_split *s, const char *p,
				const char *end)
{
	const char *from = p;
	while (p < end) {
		const char *quote = memchr(p, '"', (size_t)(end - p));
		const char *stop = quote ? quote : end;
		const char *b = stop;
		while (b > from && b[-1] == '\\')
			b--;
		bool odd = (stop - b) & 1;
		if (b == from)
			odd ^= s->is_escaped;
		s->is_escaped = odd && !quote;
		if (!quote)
			return end;
		p = from = quote + 1;
		if (!odd) {
			s->in_string = false;
			return p;
		}
	}
	return end;
}

enum stop { STOP_CHUNK, STOP_COMMA, STOP_CLOSE, STOP_BROKEN };

/* Run over bytes until the chunk ends, a comma stands at the floor, or a
 * bracket closes the floor. *pp is left past the comma or bracket. */
static enum stop scan(struct js_split *s, const char **pp, const char *end)
{
	static const bool stops[256] = {
		['"'] = true, [','] = true, ['['] = true,
		[']'] = true, ['{'] = true, ['}'] = true};
	const char *p = *pp;
	enum stop stop = STOP_CHUNK;
	while (stop == STOP_CHUNK) {
		if (s->in_string)
			p = cross_string(s, p, end);
		while (p < end && !stops[(unsigned char)*p])
			p++;
		if (p == end)
			break;
		switch (*p) {
		case '"':
			s->in_string = true;
			break;
		case ',':
			if (s->depth == s->floor)
				stop = STOP_COMMA;
			break;
		case '[':
		case '{':
			if (push(s, p))
				stop = STOP_BROKEN;
			break;
		default:
			if (pop(s, p))
				stop = STOP_BROKEN;
			else if (s->depth < s->floor)
				stop = STOP_CLOSE;
		}
		p++;
	}
	*pp = p;
	return stop;
}

/* ---- WALK ---- */

/* Where the current value stands, as a dotted path. */
static const char *where(const struct js_split *s)
{
	return s->where.data ? s->where.data : "";
}

static bool leads_to(const struct js_split *s, const char *target)
{
	return s->where.len == 0 ||
	       (str_starts(target, where(s)) && target[s->where.len] == '.');
}

static bool is_on_the_way(const struct js_split *s)
{
	bool on = leads_to(s, s->path);
	for (int i = 0; i < s->n_watches; i++)
		on = on || leads_to(s, s->watches[i].path);
	return on;
}

/* The token as a JSON string or scalar; NULL when it is none. */
static const struct jnode *token_value(const struct js_split *s)
{
	arena_reset(s->arena);
	return s->token.too_big
		       ? NULL
		       : js_node(s->arena, s->token.data, s->token.len, NULL);
}

static int take_key(struct js_split *s, const char *p)
{
	s->where.len = s->where_len[s->depth];
	s->where.too_big = false;
	const char *key = "";
	if (!s->token.too_big) {
		const struct jnode *v = token_value(s);
		if (!v)
			return broken(s, p, "a key that is no JSON string");
		key = v->text;
	}
	if (s->where.len)
		buf_addc(&s->where, '.');
	/* A long or empty key becomes one that no path holds. */
	buf_adds(&s->where, *key ? key : "\x01");
	s->state = ST_COLON;
	return 0;
}

static int take_scalar(struct js_split *s, const char *p)
{
	s->state = ST_COMMA_OR_END;
	struct watch *w = NULL;
	for (int i = 0; i < s->n_watches; i++) {
		if (strcmp(s->watches[i].path, where(s)) == 0)
			w = &s->watches[i];
	}
	bool is_string = s->token.data[0] == '"';
	if (is_string && (!w || s->token.too_big))
		return 0;
	const struct jnode *v = token_value(s);
	if (!v || v->type == JNODE_OBJECT || v->type == JNODE_LIST)
		return broken(s, p, "neither a value nor a bracket");
	if (w) {
		free(w->value);
		w->value = mem_dup(is_string ? v->text : s->token.data);
	}
	return 0;
}

/* An opening bracket at *p: decide how its inside is read. */
static int open_bracket(struct js_split *s, const char *p)
{
	bool is_root = s->depth == 0;
	bool is_target = is_root ? !*s->path
				 : *s->path && strcmp(where(s), s->path) == 0;
	if (push(s, p))
		return -1;
	s->floor = s->depth;
	if (is_target && (*p == '[' || is_root)) {
		if (s->found)
			return broken(s, p, "the array is there twice");
		s->found = true;
		s->is_root_element = *p == '{';
		s->state = ST_ELEMENTS;
	} else if (*p == '{' && is_on_the_way(s)) {
		s->where_len[s->depth] = s->where.len;
		s->state = ST_KEY_OR_END;
	} else {
		s->state = ST_SKIP;
	}
	return 0;
}

static void after_value(struct js_split *s)
{
	s->state = s->depth ? ST_COMMA_OR_END : ST_DONE;
}

static void begin_token(struct js_split *s, enum state state, char c)
{
	buf_reset(&s->token);
	buf_addc(&s->token, c);
	s->state = state;
}

/* One byte that decides what comes next; blanks were skipped. */
static int walk_byte(struct js_split *s, const char *p)
{
	switch (s->state) {
	case ST_ROOT:
		if (*p != '{' && *p != '[')
			return broken(s, p, "neither an object nor an array");
		return open_bracket(s, p);
	case ST_KEY_OR_END:
	case ST_COMMA_OR_END:
		if (*p == '}') {
			if (pop(s, p))
				return -1;
			after_value(s);
			return 0;
		}
		if (s->state == ST_COMMA_OR_END) {
			if (*p != ',')
				return broken(s, p, "expected , or }");
			s->state = ST_KEY;
			return 0;
		}
		/* fall through */
	case ST_KEY:
		if (*p != '"')
			return broken(s, p, "expected a key");
		begin_token(s, ST_KEY_TEXT, *p);
		s->in_string = true;
		return 0;
	case ST_COLON:
		if (*p != ':')
			return broken(s, p, "expected :");
		s->state = ST_VALUE;
		return 0;
	case ST_VALUE:
		if (*p == '{' || *p == '[')
			return open_bracket(s, p);
		s->in_string = *p == '"';
		begin_token(s, s->in_string ? ST_STRING : ST_SCALAR, *p);
		return 0;
	default:
		return broken(s, p, "text after the end");
	}
}

/* Keys and scalars, gathered until their end. Returns past what was used. */
static const char *walk_token(struct js_split *s, const char *p,
			      const char *end)
{
	const char *from = p;
	if (s->state == ST_SCALAR) {
		while (p < end && !is_space(*p) && *p != ',' && *p != '}' &&
		       *p != ']')
			p++;
	} else {
		p = cross_string(s, p, end);
	}
	buf_add(&s->token, from, (size_t)(p - from));
	if (s->state == ST_SCALAR ? p == end : s->in_string)
		return p;
	int rc = s->state == ST_KEY_TEXT ? take_key(s, p) : take_scalar(s, p);
	return rc ? NULL : p;
}

static const char *walk(struct js_split *s, const char *p, const char *end)
{
	if (s->state == ST_KEY_TEXT || s->state == ST_STRING ||
	    s->state == ST_SCALAR)
		return walk_token(s, p, end);
	while (p < end && is_space(*p))
		p++;
	if (p == end)
		return p;
	return walk_byte(s, p) ? NULL : p + 1;
}

/* ---- ELEMENTS ---- */

static int deliver(struct js_split *s, const char *p,
		   const struct jnode *element, const struct err *why)
{
	if (!s->on_element(s->ctx, element, why))
		return 0;
	return err_set(&s->broken, ERR_LIMIT,
		       "byte %" PRIu64 ": stopped by the reader at element "
		       "%" PRId64,
		       s->offset + (uint64_t)(p - s->chunk), s->n_elements);
}

/* The element whose last bytes are from..to; p is where the reader stands. */
static int element_end(struct js_split *s, const char *from, const char *to,
		       const char *p)
{
	struct err why;
	const struct jnode *v = NULL;
	if (s->n_elements == s->limits.max_elements)
		return err_set(&s->broken, ERR_LIMIT,
			       "more than %" PRId64 " elements",
			       s->limits.max_elements);
	s->n_elements++;
	size_t n = (size_t)(to - from);
	if (s->is_too_large || n > s->limits.max_element - s->held.len) {
		err_set(&why, ERR_LIMIT,
			"element %" PRId64 " is larger than %zu bytes",
			s->n_elements, s->limits.max_element);
	} else {
		if (s->held.len) {
			buf_add(&s->held, from, n);
			from = s->held.data;
			n = s->held.len;
		}
		arena_reset(s->arena);
		v = js_node(s->arena, from, n, &why);
		if (!v)
			err_prefix(&why, "element %" PRId64, s->n_elements);
	}
	buf_reset(&s->held);
	s->has_begun = false;
	s->is_too_large = false;
	return deliver(s, p, v, v ? NULL : &why);
}

/* The chunk ends inside an element: keep its bytes, if it may still fit. */
static void hold(struct js_split *s, const char *from, const char *end)
{
	buf_add(&s->held, from, (size_t)(end - from));
	if (s->held.too_big) {
		s->is_too_large = true;
		buf_reset(&s->held);
	}
}

static const char *elements(struct js_split *s, const char *p, const char *end)
{
	if (s->is_root_element && !s->has_begun) {
		s->has_begun = true;
		hold(s, "{", &"{"[1]);
	}
	while (!s->has_begun && p < end && is_space(*p))
		p++;
	const char *from = p;
	enum stop stop = scan(s, &p, end);
	while (s->is_root_element && stop == STOP_COMMA)
		stop = scan(s, &p, end);
	if (stop == STOP_BROKEN)
		return NULL;
	if (stop == STOP_CHUNK) {
		s->has_begun = s->has_begun || p > from;
		if (!s->is_too_large)
			hold(s, from, p);
		return p;
	}
	const char *to = s->is_root_element ? p : p - 1;
	bool is_empty = !s->has_begun && from == to;
	if ((stop == STOP_COMMA || s->after_comma || !is_empty) &&
	    element_end(s, from, to, p))
		return NULL;
	s->after_comma = stop == STOP_COMMA;
	if (stop == STOP_CLOSE)
		after_value(s);
	return p;
}

static const char *skip(struct js_split *s, const char *p, const char *end)
{
	enum stop stop = scan(s, &p, end);
	if (stop == STOP_CLOSE)
		after_value(s);
	return stop == STOP_BROKEN ? NULL : p;
}

/* ---- the outside ---- */

/* A byte order mark may arrive in three feeds; token counts its bytes. */
static const char *skip_bom(struct js_split *s, const char *p, const char *end)
{
	static const char bom[] = "\xEF\xBB\xBF";
	while (p < end && s->token.len < 3 && *p == bom[s->token.len])
		buf_addc(&s->token, *p++);
	if (p == end && s->token.len < 3)
		return p;
	s->state = ST_ROOT;
	if (s->token.len == 1 || s->token.len == 2) {
		broken(s, p, "half a byte order mark");
		return NULL;
	}
	return p;
}

int js_split_feed(struct js_split *s, const char *bytes, size_t n,
		  struct err *err)
{
	const char *p = bytes, *end = bytes + n;
	s->chunk = bytes;
	while (p && p < end && !s->broken.kind) {
		if (s->state == ST_ELEMENTS)
			p = elements(s, p, end);
		else if (s->state == ST_SKIP)
			p = skip(s, p, end);
		else if (s->state == ST_BOM)
			p = skip_bom(s, p, end);
		else
			p = walk(s, p, end);
	}
	s->offset += n;
	return s->broken.kind
		       ? err_set(err, s->broken.kind, "%s", s->broken.text)
		       : 0;
}

int js_split_end(struct js_split *s, struct err *err)
{
	if (s->broken.kind)
		return err_set(err, s->broken.kind, "%s", s->broken.text);
	if (s->state != ST_DONE)
		return err_set(err, ERR_INPUT,
			       "the document is cut at byte %" PRIu64,
			       s->offset);
	if (!s->found)
		return err_set(err, ERR_INPUT, "there is no array \"%s\"",
			       s->path);
	return 0;
}
