/* SPDX-License-Identifier: EUPL-1.2 */
/* From YAML bytes to a tree with marks.
 *
 *   bytes -> clean copy (what is no text is reported and replaced by '?')
 *         -> libyaml events -> struct ynode
 *
 * A mistake that leaves the structure readable (duplicate key, alias, tag...)
 * is reported and the reading goes on, the spot marked YNODE_REFUSED; after a
 * mistake of syntax libyaml cannot go on and there is no tree. No event is
 * expanded, so the tree is never larger than the file. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>
#include <etrier/ynode.h>

#include "yfile.h"

#include <stdint.h>
#include <string.h>
#include <yaml.h>

/* No slip of the hand opens so many lists inside one another. */
#define SKIP_DEPTH_MAX 1000

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	const char *file;
	struct diags *diags;
	size_t n_nodes;
	bool is_broken; /* libyaml or a ceiling stopped the reading */
};

static void refuse(struct reader *r, yaml_mark_t at, const char *what,
		   const char *detail)
{
	diag_add(r->diags, DIAG_ERROR, r->file, (unsigned)at.line + 1,
		 (unsigned)at.column + 1, "%s%s", what, detail);
}

/* libyaml speaks to programmers; these say what to do. */
static const char *remedy(const char *problem)
{
	static const struct {
		const char *problem, *remedy;
	} table[] = {
		{"found character that cannot start any token",
		 " (indent with blanks, not tabs; put texts that begin with "
		 "@ ` % in quotes)"},
		{"found a tab character that violates indentation",
		 " (indent with blanks, not tabs)"},
		{"mapping values are not allowed in this context",
		 " (wrong indentation, or a text with \": \" that wants "
		 "quotes)"},
		{"did not find expected key",
		 " (wrong indentation, or an item that belongs elsewhere)"},
		{"could not find expected ':'",
		 " (a key is followed by a colon and a blank)"},
		{"found unexpected end of stream",
		 " (a quote or bracket opened here is never closed)"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_eq(table[i].problem, problem))
			return table[i].remedy;
	return "";
}

static void syntax_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "not YAML";
	const char *context = p->context ? p->context : "";
	/* An open quote is noticed at the end of the file; what helps is where
	 * it was opened. */
	bool is_open = str_eq(problem, "found unexpected end of stream");
	yaml_mark_t at = is_open ? p->context_mark : p->problem_mark;
	char *text = arena_printf(r->arena, "%s%s%s", problem,
				  *context ? " " : "", context);
	refuse(r, at, text, remedy(problem));
	r->is_broken = true;
}

static bool next(struct reader *r, yaml_event_t *e)
{
	if (r->is_broken)
		return false;
	if (!yaml_parser_parse(&r->parser, e)) {
		syntax_error(r);
		return false;
	}
	return true;
}

static bool opens(const yaml_event_t *e)
{
	return e->type == YAML_SEQUENCE_START_EVENT ||
	       e->type == YAML_MAPPING_START_EVENT;
}

static bool closes(const yaml_event_t *e)
{
	return e->type == YAML_SEQUENCE_END_EVENT ||
	       e->type == YAML_MAPPING_END_EVENT;
}

/* The rest of a list or map whose start was just read, already refused. Every
 * token costs libyaml as much as the document is deep there, so a megabyte of
 * brackets would take it half an hour: behind SKIP_DEPTH_MAX nothing is worth
 * reading on for. */
static void skip_inside(struct reader *r)
{
	int depth = 1;
	yaml_event_t e;
	while (depth && next(r, &e)) {
		depth += opens(&e) - closes(&e);
		yaml_event_delete(&e);
		if (depth > SKIP_DEPTH_MAX)
			r->is_broken = true;
	}
}

static void refuse_decoration(struct reader *r, yaml_mark_t at,
			      const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		refuse(r, at, "anchors are not supported here: &",
		       (const char *)anchor);
	if (tag)
		refuse(r, at,
		       "tags are not supported here: ", (const char *)tag);
}

static void read_scalar(struct reader *r, const yaml_event_t *e,
			struct ynode *out)
{
	const char *value = (const char *)e->data.scalar.value;
	size_t n = e->data.scalar.length;
	refuse_decoration(r, e->start_mark, e->data.scalar.anchor,
			  e->data.scalar.tag);
	out->kind = YNODE_SCALAR;
	out->is_plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	out->text = arena_dup_n(r->arena, value, n);
	if (strlen(out->text) != n) {
		refuse(r, e->start_mark, "a NUL character in a value", "");
		out->kind = YNODE_REFUSED;
	}
}

/* Doubling inside an arena wastes at most as much again. */
static void append(struct arena *a, struct ynode **list, size_t n,
		   const struct ynode *item)
{
	bool is_full = n == 0 || (n >= 4 && (n & (n - 1)) == 0);
	if (is_full) {
		struct ynode *more =
			arena_array(a, n < 4 ? 4 : n * 2, sizeof(*more));
		if (n)
			memcpy(more, *list, n * sizeof(*more));
		*list = more;
	}
	(*list)[n] = *item;
}

static void read_node(struct reader *r, const yaml_event_t *e, int depth,
		      struct ynode *out);

static void read_list(struct reader *r, int depth, struct ynode *out)
{
	out->kind = YNODE_LIST;
	yaml_event_t e;
	while (next(r, &e)) {
		bool is_end = closes(&e);
		if (!is_end) {
			struct ynode item;
			read_node(r, &e, depth + 1, &item);
			append(r->arena, &out->kids, out->n, &item);
			out->n++;
		}
		yaml_event_delete(&e);
		if (is_end)
			return;
	}
}

/* Whether the key may stand; says why when it may not. */
static bool check_key(struct reader *r, const struct ynode *key,
		      struct map *seen)
{
	yaml_mark_t at = {.line = key->line - 1, .column = key->col - 1};
	if (key->kind == YNODE_REFUSED)
		return false;
	if (key->kind != YNODE_SCALAR) {
		refuse(r, at, "a key is a word, not a list or a map", "");
		return false;
	}
	if (!*key->text) {
		refuse(r, at, "an empty key", "");
		return false;
	}
	if (key->is_plain && str_eq(key->text, "<<")) {
		refuse(r, at, "merge keys (<<) are not supported here", "");
		return false;
	}
	const unsigned *first = map_get(seen, key->text);
	if (first) {
		char *text = arena_printf(r->arena,
					  "duplicate key \"%.100s\"; the first "
					  "is in line %u",
					  key->text, *first);
		refuse(r, at, text, "");
		return false;
	}
	unsigned *line = arena_alloc(r->arena, sizeof(*line));
	*line = key->line;
	map_put(seen, key->text, line);
	return true;
}

static void read_map(struct reader *r, int depth, struct ynode *out)
{
	struct map seen;
	map_init(&seen);
	out->kind = YNODE_MAP;
	yaml_event_t e;
	bool is_end = false;
	while (!is_end && next(r, &e)) {
		is_end = closes(&e);
		if (is_end) {
			yaml_event_delete(&e);
			break;
		}
		struct ynode key, value;
		read_node(r, &e, depth + 1, &key);
		yaml_event_delete(&e);
		bool may_stand = check_key(r, &key, &seen);
		if (!next(r, &e))
			break;
		read_node(r, &e, depth + 1, &value);
		yaml_event_delete(&e);
		if (!may_stand)
			continue;
		append(r->arena, &out->keys, out->n, &key);
		append(r->arena, &out->kids, out->n, &value);
		out->n++;
	}
	map_clear(&seen, NULL);
}

/* A ceiling: -1 when the node cannot be read. */
static int check_ceilings(struct reader *r, const yaml_event_t *e, int depth)
{
	if (++r->n_nodes > YNODE_COUNT_MAX) {
		refuse(r, e->start_mark, "too many values in one file", "");
		r->is_broken = true;
		return -1;
	}
	if (depth <= YNODE_DEPTH_MAX)
		return 0;
	refuse(r, e->start_mark, "nested too deep", "");
	if (opens(e))
		skip_inside(r);
	return -1;
}

static void read_node(struct reader *r, const yaml_event_t *e, int depth,
		      struct ynode *out)
{
	*out = (struct ynode){
		.kind = YNODE_REFUSED,
		.file = r->file,
		.line = (unsigned)e->start_mark.line + 1,
		.col = (unsigned)e->start_mark.column + 1,
	};
	if (check_ceilings(r, e, depth))
		return;
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		read_scalar(r, e, out);
		break;
	case YAML_ALIAS_EVENT:
		refuse(r, e->start_mark, "aliases are not supported here: *",
		       (const char *)e->data.alias.anchor);
		break;
	case YAML_SEQUENCE_START_EVENT:
		refuse_decoration(r, e->start_mark,
				  e->data.sequence_start.anchor,
				  e->data.sequence_start.tag);
		read_list(r, depth, out);
		break;
	case YAML_MAPPING_START_EVENT:
		refuse_decoration(r, e->start_mark,
				  e->data.mapping_start.anchor,
				  e->data.mapping_start.tag);
		read_map(r, depth, out);
		break;
	default:
		refuse(r, e->start_mark, "not YAML", "");
		r->is_broken = true;
	}
}

static void read_document(struct reader *r, struct ynode *root)
{
	int n_documents = 0;
	bool is_end = false;
	yaml_event_t e;
	while (!is_end && next(r, &e)) {
		switch (e.type) {
		case YAML_STREAM_END_EVENT:
			is_end = true;
			break;
		case YAML_DOCUMENT_START_EVENT:
			if (n_documents++ > 0) {
				refuse(r, e.start_mark,
				       "a second document begins here; one "
				       "file holds one",
				       "");
				is_end = true;
			}
			break;
		case YAML_STREAM_START_EVENT:
		case YAML_DOCUMENT_END_EVENT:
			break;
		default:
			read_node(r, &e, 0, root);
		}
		yaml_event_delete(&e);
	}
}

struct ynode *ynode_parse_partly(struct arena *a, const char *file,
				 const char *bytes, size_t n, struct diags *d)
{
	struct reader r = {.arena = a, .file = arena_dup(a, file), .diags = d};
	char *text = yfile_clean(a, r.file, bytes, &n, d);
	if (!text)
		return NULL;
	struct ynode *root = arena_alloc(a, sizeof(*root));
	*root = (struct ynode){
		.kind = YNODE_MAP, .file = r.file, .line = 1, .col = 1};
	BUG_ON(!yaml_parser_initialize(&r.parser));
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n);
	read_document(&r, root);
	yaml_parser_delete(&r.parser);
	if (ynode_is_null(root))
		root->kind = YNODE_MAP;
	return r.is_broken ? NULL : root;
}

struct ynode *ynode_parse(struct arena *a, const char *file, const char *bytes,
			  size_t n, struct diags *d)
{
	size_t before = d->n_errors;
	struct ynode *root = ynode_parse_partly(a, file, bytes, n, d);
	return d->n_errors == before ? root : NULL;
}

struct ynode *ynode_load_partly(struct arena *a, const char *file,
				struct diags *d)
{
	size_t n;
	char *bytes = yfile_read(a, file, YNODE_FILE_MAX, &n, d);
	return bytes ? ynode_parse_partly(a, file, bytes, n, d) : NULL;
}

struct ynode *ynode_load(struct arena *a, const char *file, struct diags *d)
{
	size_t before = d->n_errors;
	struct ynode *root = ynode_load_partly(a, file, d);
	return d->n_errors == before ? root : NULL;
}

const struct ynode *ynode_get(const struct ynode *map, const char *key)
{
	if (!map || map->kind != YNODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (str_eq(map->keys[i].text, key))
			return &map->kids[i];
	return NULL;
}

const char *ynode_text(const struct ynode *map, const char *key)
{
	const struct ynode *n = ynode_get(map, key);
	return n && n->kind == YNODE_SCALAR ? n->text : NULL;
}

bool ynode_is_null(const struct ynode *n)
{
	return n->kind == YNODE_SCALAR && n->is_plain &&
	       (!*n->text || str_eq(n->text, "~") || str_eq(n->text, "null"));
}
