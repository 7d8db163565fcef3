/* SPDX-License-Identifier: EUPL-1.2 */
/* Where the offers are in a document: one pass over its text that counts, for
 * every list of objects (JSON) and every element (XML), how many members have
 * something like a title and how many fields of an offer their names speak of.
 * Constant memory but for a table of candidates with a ceiling, so that 64 MiB
 * of brackets cost nothing.
 *
 * The scan is lenient on purpose: it looks for names, and judges nothing. */
#include "draft.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/path.h>
#include <etrier/str.h>

#include <ctype.h>
#include <string.h>

enum {
	CANDIDATES_MAX = 256, /* paths of lists; feeds have fewer than 30 */
	COUNTS_MAX = 8,
	/* How far below an offer its own names stand: TalentSoft writes
	 * offer.jobDescription.title, others one level more. */
	BELOW_MAX = 3,
	NAMES_CACHED_MAX = 4000,
	NAME_BYTES_MAX = 100,
	NAME_POINTS = 75 /* a name that speaks of the field and little else */
};

struct candidate {
	char *path, *outer; /* outer: path of the list around it, or NULL */
	int depth, n_lists;
	int64_t n, n_strong, n_weak, hits;
};

/* What a name says, looked up once. */
struct meaning {
	int title;	    /* draft_title_points() */
	uint64_t fields[2]; /* bit: enum source_field */
};

/* An object or element open: the names met in it so far. */
struct level {
	bool is_list, is_element; /* JSON: [ ; an object that is an item */
	int candidate;		  /* -1: none */
	size_t path_len;
	bool is_lost; /* a name no path can write is on the way */
	int title;
	uint64_t fields[2];
};

struct scan {
	struct arena *a;
	struct arena scratch; /* emptied after each name */
	struct map names;     /* name -> struct meaning */
	struct candidate v[CANDIDATES_MAX];
	size_t n;
	struct {
		char *path;
		int64_t value;
	} counts[COUNTS_MAX];
	size_t n_counts;
	struct level levels[JS_DEPTH_MAX + 1];
	int depth;
	char path[PATH_LENGTH_MAX + 1];
};

static const struct meaning *meaning_of(struct scan *s, const char *name)
{
	struct meaning *m = map_get(&s->names, name);
	if (m || map_count(&s->names) >= NAMES_CACHED_MAX)
		return m;
	m = arena_alloc(s->a, sizeof(*m));
	m->title = draft_title_points(&s->scratch, name);
	for (size_t i = 0; draft_row(i); i++) {
		int f = draft_row(i)->field;
		if (f < 128 && draft_name_points(&s->scratch, draft_row(i),
						 name) > NAME_POINTS)
			m->fields[f / 64] |= UINT64_C(1) << f % 64;
	}
	map_put(&s->names, name, m);
	arena_reset(&s->scratch);
	return m;
}

static void tell(struct level *l, const struct meaning *m)
{
	l->title = m->title > l->title ? m->title : l->title;
	l->fields[0] |= m->fields[0];
	l->fields[1] |= m->fields[1];
}

/* JSON: a name belongs to the item around it, and to no other. XML has no
 * lists, so every element near above may be the offer. */
static void on_name(struct scan *s, const char *name, bool is_xml)
{
	const struct meaning *m = meaning_of(s, name);
	int lowest = s->depth - BELOW_MAX > 1 ? s->depth - BELOW_MAX : 1;
	for (int d = s->depth; m && d >= lowest; d--) {
		if (!is_xml && s->levels[d].is_list)
			return;
		if (is_xml || s->levels[d].is_element)
			tell(&s->levels[d], m);
		if (!is_xml && s->levels[d].is_element)
			return;
	}
}

static int lists_above(const struct scan *s)
{
	int n = 0;
	for (int d = 1; d < s->depth; d++)
		n += s->levels[d].is_list;
	return n;
}

/* outer: bytes of the path that are the list around this one, -1: none. */
static int find_candidate(struct scan *s, int outer)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i].path, s->path))
			return (int)i;
	if (s->n == CANDIDATES_MAX)
		return -1;
	s->v[s->n] = (struct candidate){
		.n_lists = lists_above(s),

		.path = arena_dup(s->a, s->path),
		.outer = outer < 0 ? NULL
				   : arena_dup_n(s->a, s->path, (size_t)outer),
		.depth = s->depth};
	return (int)s->n++;
}

static int bits(uint64_t v)
{
	int n = 0;
	for (; v; v &= v - 1)
		n++;
	return n;
}

static void settle(struct scan *s, const struct level *l)
{
	if (l->candidate < 0)
		return;
	struct candidate *c = &s->v[l->candidate];
	c->n++;
	c->n_strong += l->title == 2;
	c->n_weak += l->title > 0;
	c->hits += bits(l->fields[0]) + bits(l->fields[1]);
}

/* Go one level down under name; NULL: an item of a list. */
static struct level *enter(struct scan *s, const char *name)
{
	const struct level *above = &s->levels[s->depth];
	struct level l = {.candidate = -1,
			  .path_len = above->path_len,
			  .is_lost = above->is_lost};
	if (name) {
		size_t n = strlen(name);
		if (!draft_is_name(name) || s->depth >= PATH_STEPS_MAX ||
		    l.path_len + n + 1 > PATH_LENGTH_MAX) {
			l.is_lost = true;
		} else {
			char *p = s->path + l.path_len;
			if (l.path_len)
				*p++ = '.';
			memcpy(p, name, n + 1);
			l.path_len = (size_t)(p - s->path) + n;
		}
	}
	s->path[l.path_len] = '\0';
	s->levels[++s->depth] = l;
	return &s->levels[s->depth];
}

static void leave(struct scan *s)
{
	settle(s, &s->levels[s->depth--]);
	s->path[s->levels[s->depth].path_len] = '\0';
}

/* ---- JSON ---- */

/* The first list above that of this item: the offers are then a list in each
 * of its items. */
static int outer_list(const struct scan *s)
{
	for (int d = 1; d < s->depth - 1; d++)
		if (s->levels[d].is_list)
			return (int)s->levels[d].path_len;
	return -1;
}

static void open_bracket(struct scan *s, char c, const char *name)
{
	bool is_item = s->depth && s->levels[s->depth].is_list;
	bool is_root = !s->depth;
	struct level *l = enter(s, name);
	l->is_list = c == '[';
	if (c == '[' || (!is_item && !is_root) || l->is_lost)
		return;
	l->is_element = true;
	l->candidate = find_candidate(s, is_root ? -1 : outer_list(s));
}

static void on_count(struct scan *s, const char *name, const char *p,
		     const char *end)
{
	static const char *const names[] = {
		"count",	 "total",	 "nb",
		"nombre",	 "total count",	 "total results",
		"nombre offres", "nb offres",	 "total offres",
		"nb resultats",	 "nb results",	 "total elements",
		"total jobs",	 "nombre total", "size",
	};
	char digits[12] = "";
	int64_t value;
	for (int d = s->depth; d > 0; d--)
		if (s->levels[d].is_list || s->levels[d].is_lost)
			return;
	if (!draft_is_name(name))
		return;
	size_t n = 0;
	while (p + n < end && n < sizeof(digits) - 1 &&
	       isdigit((unsigned char)p[n]))
		n++;
	memcpy(digits, p, n);
	if (s->n_counts == COUNTS_MAX ||
	    num_parse_int(digits, 0, INT32_MAX, &value))
		return;
	const char *words = draft_words(&s->scratch, name);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!str_eq(words, draft_words(&s->scratch, names[i])))
			continue;
		s->counts[s->n_counts].path = arena_printf(
			s->a, "%s%s%s", s->path, *s->path ? "." : "", name);
		s->counts[s->n_counts++].value = value;
		break;
	}
	arena_reset(&s->scratch);
}

/* The string whose opening quote is at p; *end behind the closing one. Escapes
 * in names are rare enough to be left to the parser. */
static const char *name_at(struct scan *s, const char *p, const char *stop,
			   char out[NAME_BYTES_MAX + 1])
{
	size_t n = (size_t)(stop - p) - 2;
	out[0] = '\0';
	if (n > NAME_BYTES_MAX)
		return out;
	memcpy(out, p + 1, n);
	out[n] = '\0';
	if (!memchr(out, '\\', n))
		return out;
	struct err err;
	char *text = arena_printf(&s->scratch, "[\"%s\"]", out);
	json_t *v = js_parse(text, strlen(text), &err);
	str_copy(out, NAME_BYTES_MAX + 1,
		 json_is_string(json_array_get(v, 0))
			 ? json_string_value(json_array_get(v, 0))
			 : "");
	json_decref(v);
	arena_reset(&s->scratch);
	return out;
}

/* Behind the string that begins at p. */
static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		p += *p == '\\';
	return p < end ? p + 1 : end;
}

static void scan_json(struct scan *s, const char *p, const char *end)
{
	char name[NAME_BYTES_MAX + 1] = "";
	bool has_name = false;
	while (p < end) {
		char c = *p;
		if (c == '"') {
			const char *stop = string_end(p, end), *next = stop;
			while (next < end && isspace((unsigned char)*next))
				next++;
			has_name = next < end && *next == ':' && stop > p + 1 &&
				   s->depth && !s->levels[s->depth].is_list;
			if (has_name) {
				on_name(s, name_at(s, p, stop, name), false);
				p = next + 1;
				while (p < end && isspace((unsigned char)*p))
					p++;
				if (p < end && isdigit((unsigned char)*p))
					on_count(s, name, p, end);
				continue;
			}
			p = stop;
			continue;
		}
		if (c == '{' || c == '[') {
			if (s->depth == JS_DEPTH_MAX)
				return;
			open_bracket(s, c, has_name ? name : NULL);
		} else if ((c == '}' || c == ']') && s->depth) {
			leave(s);
		}
		has_name = has_name && isspace((unsigned char)c);
		p++;
	}
}

/* ---- XML ---- */

static const char *past(const char *p, const char *end, const char *s)
{
	const char *at = memmem(p, (size_t)(end - p), s, strlen(s));
	return at ? at + strlen(s) : end;
}

static size_t name_length(const char *p, const char *end)
{
	size_t n = 0;
	while (p + n < end && !isspace((unsigned char)p[n]) &&
	       !strchr("/>=", p[n]))
		n++;
	return n;
}

/* Attributes of the tag from p; where its ">" is. */
static const char *attributes(struct scan *s, const char *p, const char *end)
{
	char name[NAME_BYTES_MAX + 2] = "@";
	while (p < end && *p != '>') {
		if (isspace((unsigned char)*p) || *p == '/' || *p == '=') {
			p++;
			continue;
		}
		if (*p == '"' || *p == '\'') {
			const char *q =
				memchr(p + 1, *p, (size_t)(end - p) - 1);
			p = q ? q + 1 : end;
			continue;
		}
		size_t n = name_length(p, end);
		if (n && n <= NAME_BYTES_MAX) {
			memcpy(name + 1, p, n);
			name[n + 1] = '\0';
			on_name(s, name, true);
		}
		p += n ? n : 1;
	}
	return p;
}

static const char *open_tag(struct scan *s, const char *p, const char *end)
{
	char name[NAME_BYTES_MAX + 1];
	size_t n = name_length(p, end);
	if (!n || n > NAME_BYTES_MAX || s->depth == JS_DEPTH_MAX)
		return end;
	memcpy(name, p, n);
	name[n] = '\0';
	on_name(s, name, true);
	struct level *l = enter(s, name);
	if (!l->is_lost)
		l->candidate = find_candidate(s, -1);
	p = attributes(s, p + n, end);
	if (p < end && p[-1] == '/')
		leave(s);
	return p < end ? p + 1 : end;
}

static void scan_xml(struct scan *s, const char *p, const char *end)
{
	while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
		size_t left = (size_t)(end - p);
		if (left >= 4 && !memcmp(p, "<!--", 4)) {
			p = past(p, end, "-->");
		} else if (left >= 9 && !memcmp(p, "<![CDATA[", 9)) {
			p = past(p, end, "]]>");
		} else if (left >= 2 && (p[1] == '?' || p[1] == '!')) {
			p = past(p, end, ">");
		} else if (left >= 2 && p[1] == '/') {
			if (s->depth)
				leave(s);
			p = past(p, end, ">");
		} else {
			p = open_tag(s, p + 1, end);
		}
	}
}

/* ---- choice ---- */

/* Fields named by an item of the candidate, times a thousand. */
static int64_t richness(const struct candidate *c)
{
	return c->n && c->n_weak ? c->hits * 1000 / c->n : 0;
}

static bool is_better(const struct candidate *c, const struct candidate *best)
{
	if (!best || c->n_strong != best->n_strong)
		return !best || c->n_strong > best->n_strong;
	if (c->n_weak != best->n_weak)
		return c->n_weak > best->n_weak;
	if (richness(c) != richness(best))
		return richness(c) > richness(best);
	return c->depth > best->depth;
}

/* Skills, partners and pictures repeat too and may have titles: an offer's
 * members name at least half as many fields as those of the richest list. */
static const struct candidate *choose(const struct scan *s, bool is_xml)
{
	const struct candidate *best = NULL;
	int64_t richest = 0;
	for (size_t i = 0; i < s->n; i++)
		if (richness(&s->v[i]) > richest)
			richest = richness(&s->v[i]);
	for (size_t i = 0; i < s->n; i++) {
		const struct candidate *c = &s->v[i];
		if (!c->n_weak || richness(c) * 2 < richest ||
		    (is_xml && c->depth == 1 && s->n > 1 && c->n == 1 && best))
			continue;
		if (is_better(c, best))
			best = c;
	}
	return best;
}

static const char *count_path(const struct scan *s, int64_t n)
{
	for (size_t i = 0; i < s->n_counts; i++)
		if (s->counts[i].value == n)
			return s->counts[i].path;
	return s->n_counts ? s->counts[0].path : NULL;
}

int draft_records(struct arena *a, const char *bytes, size_t n,
		  struct draft_shape *shape)
{
	bool is_xml = str_eq(shape->kind, "xml");
	struct scan *s = arena_alloc(a, sizeof(*s));
	s->a = a;
	arena_init(&s->scratch);
	map_init(&s->names);
	if (is_xml)
		scan_xml(s, bytes, bytes + n);
	else
		scan_json(s, bytes, bytes + n);
	while (s->depth) /* cut */
		leave(s);
	const struct candidate *best = choose(s, is_xml);
	map_clear(&s->names, NULL);
	arena_clear(&s->scratch);
	if (!best)
		return -1;
	shape->records = best->path;
	if (best->outer) {
		size_t skip = strlen(best->outer);
		shape->records = best->outer;
		shape->each = best->path + skip + (best->path[skip] == '.');
		shape->is_deep = best->n_lists > 2;
	}
	if (!is_xml)
		shape->count = count_path(s, best->n);
	return 0;
}
