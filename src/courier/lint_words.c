/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of a message to a young person: short sentences, no letters for
 * words, digits, the day of the week, one thing to do. Read in the source, so
 * that a mistake has its line; values are one word each. A text that says tu in
 * one section and vous in its opposite is read once for each. */
#include "lint.h"

#include <etrier/mem.h>
#include <etrier/plain.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define TAGS_MAX 400 /* of one text; the rest is not looked at */
#define DEPTH	 8

enum tag_kind { TAG_VALUE, TAG_OPEN, TAG_INVERTED, TAG_CLOSE, TAG_OTHER };
struct tag {
	enum tag_kind kind;
	size_t at, n; /* with its braces */
	char name[40];
};

struct tags {
	struct tag v[TAGS_MAX];
	size_t n;
};

static void read_tag(const char *s, size_t at, size_t n, struct tag *t)
{
	size_t skip = 2;
	*t = (struct tag){.kind = TAG_VALUE, .at = at, .n = n};
	char mark = s[at + 2];
	if (mark == '#' || mark == '^' || mark == '/')
		t->kind = mark == '#'	? TAG_OPEN
			  : mark == '^' ? TAG_INVERTED
					: TAG_CLOSE;
	else if (mark == '!' || mark == '>')
		t->kind = TAG_OTHER;
	if (mark == '{' || t->kind != TAG_VALUE)
		skip = 3;
	size_t k = 0;
	for (size_t i = at + skip; i < at + n && k + 1 < sizeof(t->name); i++)
		if (s[i] != ' ' && s[i] != '}')
			t->name[k++] = s[i];
}

static void find_tags(const struct lint *l, struct tags *out)
{
	const char *p = l->text, *end;
	out->n = 0;
	while (out->n < TAGS_MAX && (p = strstr(p, "{{")) &&
	       (end = strstr(p, "}}"))) {
		end += end[2] == '}' ? 3 : 2;
		read_tag(l->text, (size_t)(p - l->text), (size_t)(end - p),
			 &out->v[out->n++]);
		p = end;
	}
}

/* --- one reading ------------------------------------------------------------
 */

static bool has_opposite(const struct tags *t, const char *name)
{
	bool open = false, inverted = false;
	for (size_t i = 0; i < t->n; i++) {
		if (!str_eq(t->v[i].name, name))
			continue;
		open |= t->v[i].kind == TAG_OPEN;
		inverted |= t->v[i].kind == TAG_INVERTED;
	}
	return open && inverted;
}

/* The text with tags out of the way; of sections that have an opposite only the
 * one sort is kept. */
static char *without_tags(const struct lint *l, const struct tags *t,
			  bool keep_inverted)
{
	char *text = mem_dup_n(l->text, l->n);
	const char *skipping = NULL;
	size_t from = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct tag *g = &t->v[i];
		bool is_section =
			g->kind == TAG_OPEN || g->kind == TAG_INVERTED;
		memset(text + g->at,
		       g->kind == TAG_VALUE ? PLAIN_VALUE : PLAIN_NOTHING,
		       g->n);
		if (skipping) {
			if (g->kind != TAG_CLOSE || !str_eq(g->name, skipping))
				continue;
			memset(text + from, PLAIN_NOTHING, g->at - from);
			skipping = NULL;
		} else if (is_section && has_opposite(t, g->name) &&
			   (g->kind == TAG_INVERTED) != keep_inverted) {
			skipping = g->name;
			from = g->at;
		}
	}
	return text;
}

static bool is_block(const char *name, size_t n)
{
	static const char *const inline_tags[] = {"a",	  "strong", "em",
						  "span", "b",	    "i"};
	for (size_t i = 0; i < ARRAY_LEN(inline_tags); i++)
		if (strlen(inline_tags[i]) == n &&
		    !memcmp(name, inline_tags[i], n))
			return false;
	return true;
}

/* Mark-up says nothing; a paragraph's end ends a sentence. */
static void without_markup(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '&') {
			size_t k = strcspn(s + i, "; ");
			if (s[i + k] == ';' && k < 10)
				memset(s + i, ' ', k + 1);
		}
		if (s[i] != '<')
			continue;
		const char *end = memchr(s + i, '>', n - i);
		if (!end)
			return;
		size_t from = i + 1 + (s[i + 1] == '/');
		size_t k = strspn(s + from, "abcdefghijklmnopqrstuvwxyz"
					    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					    "0123456789!");
		size_t len = (size_t)(end - (s + i)) + 1;
		bool is_end = is_block(s + from, k);
		memset(s + i, PLAIN_NOTHING, len);
		if (is_end)
			s[i] = PLAIN_END;
		i += len - 1;
	}
}

/* The style sheet is not read out. */
static void without_head(char *s)
{
	char *end = strstr(s, "</head>");
	if (end)
		memset(s, PLAIN_NOTHING, (size_t)(end - s));
}

struct told {
	const struct lint *l;
	size_t at[64]; /* said in the reading before */
	size_t n;
};

static void tell(void *ctx, size_t at, const char *what)
{
	struct told *t = ctx;
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i] == at)
			return;
	if (t->n < ARRAY_LEN(t->at))
		t->at[t->n++] = at;
	lint_say(t->l, lint_style(t->l), at, "%s", what);
}

static void read_once(const struct lint *l, const struct tags *t,
		      bool keep_inverted, struct told *told)
{
	char *text = without_tags(l, t, keep_inverted);
	bool is_html = strstr(l->name, ".html") != NULL;
	if (is_html) {
		without_head(text);
		without_markup(text, l->n);
	}
	plain_check(text, l->n, strstr(l->name, ".sms") == NULL, tell, told);
	free(text);
}

/* --- what there is to do ----------------------------------------------------
 */

static bool is_action(const struct tag *g)
{
	return g->kind == TAG_VALUE && str_ends(g->name, "_url") &&
	       !str_eq(g->name, "stop_url");
}

/* One link to follow besides the one that stops; and where there is none, a
 * number to call, or an SMS that is answered by an SMS. */
static void check_action(const struct lint *l, const struct tags *t)
{
	const char *first = NULL;
	bool has_call = strstr(l->name, "-reponse.sms") != NULL;
	for (size_t i = 0; i < t->n; i++) {
		const struct tag *g = &t->v[i];
		has_call |= str_eq(g->name, "callback");
		if (!is_action(g))
			continue;
		if (first && !str_eq(first, g->name))
			lint_say(l, lint_style(l), g->at,
				 "a second thing to do, {{%s}} besides {{%s}}: "
				 "one message, one action",
				 g->name, first);
		first = g->name;
	}
	if (!first && !has_call && !strstr(l->name, ".subject"))
		lint_say(l, lint_style(l), 0,
			 "nothing to do: {{callback}} or {{answer_url}} is "
			 "wanted");
}

static bool has_name(const struct tags *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].kind == TAG_VALUE && str_eq(t->v[i].name, name))
			return true;
	return false;
}

/* Who writes, so that nobody takes it for a fraud. */
static void check_names(const struct lint *l, const struct tags *t)
{
	static const char *const wanted[] = {"adviser.first_name",
					     "agency.name"};
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!has_name(t, wanted[i]))
			lint_say(l, lint_style(l), 0,
				 "{{%s}} is missing: a message says who writes",
				 wanted[i]);
}

static void check_date(const struct lint *l, const struct tags *t)
{
	/* An SMS has no room; another language no words for days here. */
	if (strstr(l->name, ".sms") || !str_starts(l->name, "fr"))
		return;
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].kind == TAG_VALUE &&
		    str_eq(t->v[i].name, "start_short"))
			lint_say(l, lint_style(l), t->v[i].at,
				 "a date without its day of the week: write "
				 "{{start_fr}}");
}

static void read_both(const struct lint *l, struct tags *t)
{
	struct told told = {.l = l};
	find_tags(l, t);
	read_once(l, t, false, &told);
	read_once(l, t, true, &told);
}

void lint_sentences(const struct lint *l)
{
	struct tags *t = mem_alloc(sizeof(*t));
	read_both(l, t);
	free(t);
}

void lint_words(const struct lint *l)
{
	struct tags *t = mem_alloc(sizeof(*t));
	read_both(l, t);
	if (!strstr(l->name, ".subject")) {
		check_action(l, t);
		check_names(l, t);
	}
	check_date(l, t);
	free(t);
}
