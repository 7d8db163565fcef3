/* SPDX-License-Identifier: EUPL-1.2 */
/* Templates, compiled once and rendered often. The source and the sources of
 * its partials are written into one list of steps:
 *
 *   text "Bonjour "  value "first_name"  open "offers" end=9  ...  close
 *
 * A section's step holds the index of its close, so that skipping one is a
 * jump and rendering needs no stack of its own but the C one, which
 * TEMPLATE_DEPTH_MAX bounds. Partials are compiled in place: a template
 * that includes itself meets the ceiling of depth while compiling, never while
 * rendering. What the model lacks renders as nothing; that names are right is
 * checked when compiling, against a sample (template_check.c). */
#include "template_steps.h"

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/template.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Sections over a long list inside one over a long list multiply: nothing a
 * person reads has so many steps. */
#define STEPS_RENDERED_MAX 2000000

/* ---- compiling ---- */

/* Where the reader stands; line and column are those of `counted`, which only
 * moves forward. */
struct place {
	const char *file, *source, *p, *counted;
	int line, col; /* from 1; a column is a code point */
};

struct compiler {
	struct template *t;
	template_partial_fn *partial;
	void *ctx;
	size_t total; /* bytes of all sources */
	int n_partials, n_sections;
	size_t open[TEMPLATE_DEPTH_MAX]; /* steps of the sections not closed */
};

void template_mistake(struct template *t, const char *file, int line, int col,
		      const char *what, const char *name)
{
	t->is_wrong = true;
	if (t->mistakes.len)
		buf_addc(&t->mistakes, '\n');
	buf_printf(&t->mistakes, "%s:%d:%d: %s", file, line, col, what);
	if (name)
		buf_printf(&t->mistakes, " '%.*s'", (int)TEMPLATE_NAME_MAX,
			   name);
}

static void count(struct place *at)
{
	for (; at->counted < at->p; at->counted++) {
		if (*at->counted == '\n') {
			at->line++;
			at->col = 1;
		} else if (((unsigned char)*at->counted & 0xC0) != 0x80) {
			at->col++;
		}
	}
}

static void mistake(struct compiler *c, const struct place *at,
		    const char *what, const char *name)
{
	template_mistake(c->t, at->file, at->line, at->col, what, name);
}

static void add_step(struct compiler *c, enum step_kind kind, const char *s,
		     size_t n, const struct place *at)
{
	struct template *t = c->t;
	if (t->n_steps == t->cap_steps) {
		t->cap_steps = t->cap_steps ? t->cap_steps * 2 : 64;
		t->steps = mem_grow(t->steps, t->cap_steps, sizeof(*t->steps));
	}
	struct step *step = &t->steps[t->n_steps++];
	*step = (struct step){.kind = kind,
			      .text = arena_dup_n(&t->arena, s, n),
			      .n = n,
			      .file = at->file,
			      .line = at->line,
			      .col = at->col};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* When only blanks stand around the tag on its line: the text before it ends
 * at the line's beginning, and the tag takes the line end. */
static bool is_alone(const struct place *at, const char *tag, const char *after,
		     const char **text_end, const char **next)
{
	const char *b = tag;
	while (b > at->source && is_blank(b[-1]))
		b--;
	while (is_blank(*after))
		after++;
	if (after[0] == '\r' && after[1] == '\n')
		after++;
	if ((b > at->source && b[-1] != '\n') || (*after && *after != '\n'))
		return false;
	*text_end = b;
	*next = after + (*after == '\n');
	return true;
}

static void open_section(struct compiler *c, enum step_kind kind,
			 const char *name, const struct place *at)
{
	if (c->n_sections == TEMPLATE_DEPTH_MAX) {
		mistake(c, at, "sections nested too deep at", name);
		return;
	}
	c->open[c->n_sections++] = c->t->n_steps;
	add_step(c, kind, name, strlen(name), at);
}

/* base: sections open where this source began. */
static void close_section(struct compiler *c, const char *name,
			  const struct place *at, int base)
{
	if (c->n_sections == base) {
		mistake(c, at, "nothing is open to close with", name);
		return;
	}
	size_t open = c->open[--c->n_sections];
	if (!str_eq(c->t->steps[open].text, name))
		mistake(c, at, "closed in the wrong order:", name);
	add_step(c, STEP_CLOSE, name, strlen(name), at);
	c->t->steps[open].end = c->t->n_steps - 1;
}

static bool is_name(const char *s)
{
	static const char signs[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./";
	return *s && s[strspn(s, signs)] == '\0';
}

static void compile(struct compiler *c, const char *file, const char *source);

static void include(struct compiler *c, const char *name,
		    const struct place *at)
{
	const char *source = c->partial ? c->partial(c->ctx, name) : NULL;
	if (!source) {
		mistake(c, at, "unknown partial", name);
	} else if (c->n_partials == TEMPLATE_DEPTH_MAX) {
		mistake(c, at, "partials nested too deep at", name);
	} else {
		c->n_partials++;
		compile(c, arena_dup(&c->t->arena, name), source);
		c->n_partials--;
	}
}

/* sign is what stood after the braces, 0 for a plain value. */
static void take_tag(struct compiler *c, char sign, const char *name,
		     const struct place *at, int base)
{
	if (sign == '!')
		return;
	if (!is_name(name)) {
		mistake(c, at, "this is no name:", name);
		return;
	}
	switch (sign) {
	case '#':
		open_section(c, STEP_SECTION, name, at);
		break;
	case '^':
		open_section(c, STEP_INVERTED, name, at);
		break;
	case '/':
		close_section(c, name, at, base);
		break;
	case '>':
		include(c, name, at);
		break;
	case '{':
		if (c->t->kind == TEMPLATE_HTML)
			mistake(c, at, "{{{ }}} is not for HTML:", name);
		/* fall through */
	default:
		add_step(c, STEP_VALUE, name, strlen(name), at);
	}
}

/* One tag at at->p ("{{"). Returns where the text goes on, or NULL. */
static const char *read_tag(struct compiler *c, struct place *at,
			    const char *text, int base)
{
	const char *tag = at->p, *inner = tag + 2;
	count(at);
	char sign = *inner && strchr("#^/!>{", *inner) ? *inner++ : '\0';
	const char *close = strstr(inner, sign == '{' ? "}}}" : "}}");
	if (!close) {
		mistake(c, at, "a tag is opened and never closed", NULL);
		return NULL;
	}
	const char *after = close + (sign == '{' ? 3 : 2);
	const char *text_end = tag, *next = after;
	if (sign && sign != '{')
		is_alone(at, tag, after, &text_end, &next);
	if (text_end > text)
		add_step(c, STEP_TEXT, text, (size_t)(text_end - text), at);
	size_t n = (size_t)(close - inner);
	char name[TEMPLATE_NAME_MAX + 1];
	if (sign != '!' && n > TEMPLATE_NAME_MAX) {
		mistake(c, at, "a tag is too long", NULL);
		return next;
	}
	n = n > TEMPLATE_NAME_MAX ? 0 : n;
	memcpy(name, inner, n);
	name[n] = '\0';
	take_tag(c, sign, str_trim(name), at, base);
	return next;
}

static void compile(struct compiler *c, const char *file, const char *source)
{
	struct place at = {.file = file,
			   .source = source,
			   .p = source,
			   .counted = source,
			   .line = 1,
			   .col = 1};
	size_t n = strnlen(source, TEMPLATE_SOURCE_MAX + 1);
	c->total += n;
	if (c->total > TEMPLATE_SOURCE_MAX) {
		mistake(c, &at, "larger than a template may be, with partials",
			NULL);
		return;
	}
	int base = c->n_sections;
	const char *text = source;
	while (text && (at.p = strstr(text, "{{")))
		text = read_tag(c, &at, text, base);
	if (text && *text)
		add_step(c, STEP_TEXT, text, strlen(text), &at);
	while (c->n_sections > base) {
		struct step *open = &c->t->steps[c->open[--c->n_sections]];
		open->end = c->t->n_steps;
		template_mistake(c->t, open->file, open->line, open->col,
				 "unclosed section", open->text);
	}
}

struct template *template_new(const char *name, const char *source,
			      enum template_kind kind,
			      template_partial_fn *partial, void *ctx,
			      const json_t *sample, struct err *err)
{
	struct template *t = mem_alloc(sizeof(*t));
	arena_init(&t->arena);
	buf_init(&t->mistakes, ERR_TEXT_MAX - 1);
	t->kind = kind;
	struct compiler c = {.t = t, .partial = partial, .ctx = ctx};
	compile(&c, arena_dup(&t->arena, name), source);
	if (!t->is_wrong && sample)
		template_check(t, sample);
	if (t->is_wrong) {
		err_set(err, ERR_CONFIG, "%s",
			t->mistakes.len ? t->mistakes.data : name);
		template_free(t);
		return NULL;
	}
	return t;
}

void template_free(struct template *t)
{
	if (!t)
		return;
	free(t->steps);
	arena_clear(&t->arena);
	buf_clear(&t->mistakes);
	free(t);
}

/* ---- looking up ---- */

json_t *template_step_into(const json_t *v, const char **name)
{
	char key[TEMPLATE_NAME_MAX + 1];
	size_t n = strcspn(*name, ".");
	memcpy(key, *name, n);
	key[n] = '\0';
	*name += n + ((*name)[n] == '.');
	return json_object_get(v, key);
}

/* The first part of the name is looked for from the innermost value outward,
 * the rest inside what was found. "." is the innermost value itself. */
static const json_t *look_up(const struct scope *scope, const char *name)
{
	if (str_eq(name, "."))
		return scope->values[scope->n - 1];
	const json_t *found = NULL;
	const char *rest = name;
	for (size_t i = scope->n; i-- && !found;) {
		rest = name;
		found = template_step_into(scope->values[i], &rest);
	}
	while (found && *rest)
		found = template_step_into(found, &rest);
	return found;
}

static bool is_true(const json_t *v)
{
	if (!v)
		return false;
	switch (json_typeof(v)) {
	case JSON_STRING:
		return json_string_length(v) > 0;
	case JSON_INTEGER:
		return json_integer_value(v) != 0;
	case JSON_ARRAY:
		return json_array_size(v) > 0;
	case JSON_OBJECT:
	case JSON_REAL:
	case JSON_TRUE:
		return true;
	default:
		return false;
	}
}

/* ---- rendering ---- */

struct renderer {
	const struct template *t;
	struct scope scope;
	struct buf out;
	long n_steps;
};

static void add_escaped(struct buf *out, const char *s)
{
	for (;; s++) {
		size_t n = strcspn(s, "&<>\"'");
		buf_add(out, s, n);
		s += n;
		if (!*s)
			return;
		switch (*s) {
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		default:
			buf_adds(out, "&#39;");
		}
	}
}

static void add_value(struct renderer *r, const json_t *v)
{
	if (json_is_integer(v)) {
		buf_printf(&r->out, "%" PRId64, (int64_t)json_integer_value(v));
	} else if (json_is_string(v)) {
		const char *s = json_string_value(v);
		if (r->t->kind == TEMPLATE_HTML)
			add_escaped(&r->out, s);
		else
			buf_adds(&r->out, s);
	} else if (json_is_true(v)) {
		buf_adds(&r->out, "true");
	} else if (json_is_real(v)) {
		char *s = json_dumps(v, JSON_ENCODE_ANY);
		buf_adds(&r->out, s ? s : "");
		free(s);
	}
}

static void render(struct renderer *r, size_t from, size_t to);

static void render_section(struct renderer *r, size_t open)
{
	const struct step *step = &r->t->steps[open];
	const json_t *v = look_up(&r->scope, step->text), *item;
	if (is_true(v) != (step->kind == STEP_SECTION))
		return;
	if (step->kind == STEP_INVERTED) {
		render(r, open + 1, step->end);
		return;
	}
	size_t n = json_is_array(v) ? json_array_size(v) : 1;
	for (size_t i = 0; i < n; i++) {
		item = json_is_array(v) ? json_array_get(v, i) : v;
		r->scope.values[r->scope.n++] = item;
		render(r, open + 1, step->end);
		r->scope.n--;
	}
}

/* Recurses once a section: at most TEMPLATE_DEPTH_MAX deep. */
static void render(struct renderer *r, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct step *step = &r->t->steps[i];
		if (r->out.too_big || ++r->n_steps > STEPS_RENDERED_MAX)
			return;
		switch (step->kind) {
		case STEP_TEXT:
			buf_add(&r->out, step->text, step->n);
			break;
		case STEP_VALUE:
			add_value(r, look_up(&r->scope, step->text));
			break;
		case STEP_SECTION:
		case STEP_INVERTED:
			render_section(r, i);
			i = step->end;
			break;
		case STEP_CLOSE:
			break;
		}
	}
}

/* Every run of blanks that holds a line end is one blank; none at the ends. */
static void join_lines(struct buf *b)
{
	size_t n = 0;
	for (size_t i = 0, k; i < b->len; i += k) {
		k = strspn(b->data + i, " \t\r\n");
		bool joins = k && (memchr(b->data + i, '\n', k) ||
				   memchr(b->data + i, '\r', k));
		bool at_end = n == 0 || i + k == b->len;
		if (joins && !at_end)
			b->data[n++] = ' ';
		if (!k || (!joins && !at_end)) {
			memmove(b->data + n, b->data + i, k ? k : 1);
			n += k ? k : 1;
		}
		k = k ? k : 1;
	}
	if (b->data)
		b->data[n] = '\0';
	b->len = n;
}

int template_render(const struct template *t, const json_t *model,
		    struct buf *out, struct err *err)
{
	struct renderer r = {.t = t};
	int rc = -1;
	buf_init(&r.out, TEMPLATE_OUTPUT_MAX);
	r.scope.values[r.scope.n++] = model;
	render(&r, 0, t->n_steps);
	if (r.out.too_big || r.n_steps > STEPS_RENDERED_MAX) {
		err_set(err, ERR_LIMIT, "the text is too long");
		goto out;
	}
	if (t->kind == TEMPLATE_LINE)
		join_lines(&r.out);
	buf_add(out, r.out.data ? r.out.data : "", r.out.len);
	if (out->too_big) {
		err_set(err, ERR_LIMIT, "the text does not fit");
		goto out;
	}
	rc = 0;
out:
	buf_clear(&r.out);
	return rc;
}
