/* SPDX-License-Identifier: EUPL-1.2 */
/* Colours of a page in light and in dark: who sets a background sets the
 * colour of the text on it, and every text stands out from what it is on by
 * 4.5 to 1 (WCAG 2.2, 1.4.3). Read are the declarations of <style> and of
 * style="..."; a rule with a colour alone is measured on the backgrounds of the
 * page (body, table, main) in the same scheme; var(--x) is what :root says of
 * it in each scheme. Does not: follow the cascade. */
#include "lint.h"

#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdio.h>
#include <string.h>

#define GROUNDS_MAX 16
#define VARS_MAX    64
#define RATIO_MIN   450 /* hundredths */

enum { LIGHT, DARK };
struct ground { /* a background of the page */
	int scheme;
	long rgb;
};
struct var { /* a custom property of :root */
	int scheme;
	const char *name; /* "--ink: #..." in the text */
	long rgb;
};
struct page {
	const struct lint *l; /* where the rule in hand stands */
	struct ground grounds[GROUNDS_MAX];
	size_t n;
	struct var vars[VARS_MAX];
	size_t n_vars;
	bool is_measuring; /* second pass: grounds are known */
};

/* --- contrast ---------------------------------------------------------------
 */

/* x^2.4 of an 8-bit channel as WCAG's relative luminance has it, in millionths:
 * a straight line below 11/255, above it the power, from a table of sixteenths
 * with what lies between taken straight. Ratios near 4.5 are within 1 in 100 of
 * the formula. */
static long linear(long c)
{
	static const long at[] = {0,	  5182,	  14444,  29557,  51269,
				  80220,  116971, 162029, 215861, 278894,
				  351533, 434154, 527115, 630757, 745404,
				  871367, 1000000};
	long lo = c / 16, rest = c % 16;
	long span = lo == 15 ? 15 : 16;
	return at[lo] + (at[lo + 1] - at[lo]) * rest / span;
}

static long luminance(long rgb)
{
	return (2126 * linear(rgb >> 16 & 255) + 7152 * linear(rgb >> 8 & 255) +
		722 * linear(rgb & 255)) /
	       10000;
}

/* In hundredths: 2100 is black on white. */
static long contrast(long a, long b)
{
	long x = luminance(a) + 50000, y = luminance(b) + 50000;
	return x > y ? x * 100 / y : y * 100 / x;
}

/* --- declarations -----------------------------------------------------------
 */

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* "#rrggbb" or "#rgb"; -1: something else. */
static long colour_of(const char *s)
{
	long v = 0;
	size_t n = 0;
	if (*s != '#')
		return -1;
	while (n < 7 && hex(s[1 + n]) >= 0)
		n++;
	if (n != 3 && n != 6)
		return -1;
	for (size_t i = 0; i < n; i++) {
		v = v << 4 | hex(s[1 + i]);
		if (n == 3)
			v = v << 4 | hex(s[1 + i]);
	}
	return v;
}

/* The value of a property in "a: b; c: d"; NULL: not there. */
static const char *value_of(const char *from, const char *end, const char *name)
{
	size_t n = strlen(name);
	for (const char *p = from; p < end;) {
		p += strspn(p, " \t\n;");
		size_t k = strspn(p, "abcdefghijklmnopqrstuvwxyz-");
		const char *colon = p + k + strspn(p + k, " ");
		if (p < end && k == n && !memcmp(p, name, n) && *colon == ':')
			return colon + 1 + strspn(colon + 1, " ");
		p += strcspn(p, ";");
		if (p < end && *p == ';')
			p++;
		if (!*p)
			break;
	}
	return NULL;
}

static bool is_page_rule(const char *selector, size_t n)
{
	static const char *const roots[] = {"body", "table", "main"};
	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		if (n >= strlen(roots[i]) && str_starts(selector, roots[i]))
			return true;
	return false;
}

static size_t offset(const struct page *p, const char *at)
{
	return (size_t)(at - p->l->text);
}

static void measure(const struct page *p, const char *at, long fg, long bg)
{
	long ratio = contrast(fg, bg);
	if (ratio < RATIO_MIN)
		lint_say(p->l, lint_style(p->l), offset(p, at),
			 "#%06lx on #%06lx has a contrast of %ld.%02ld; 4.50 "
			 "is the least",
			 fg, bg, ratio / 100, ratio % 100);
}

/* --- custom properties ------------------------------------------------------
 */

static bool is_var(const char *value)
{
	return value && str_starts(value, "var(--");
}

static size_t name_length(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyz-");
}

/* The declarations of :root. */
static void read_vars(struct page *p, const char *from, const char *end,
		      int scheme)
{
	for (const char *s = from; s < end; s += strcspn(s, ";}") + 1) {
		s += strspn(s, " \t\n");
		const char *colon = s + name_length(s);
		if (!str_starts(s, "--") || *colon != ':' ||
		    p->n_vars == VARS_MAX)
			continue;
		p->vars[p->n_vars++] = (struct var){
			.scheme = scheme,
			.name = s,
			.rgb = colour_of(colon + 1 + strspn(colon + 1, " "))};
	}
}

/* -1: no colour we can tell. What the dark scheme does not say is as in the
 * light one. */
static long colour_in(const struct page *p, const char *value, int scheme)
{
	long rgb = -1;
	if (!value)
		return -1;
	if (!str_starts(value, "var(--"))
		return colour_of(value);
	const char *name = value + strlen("var(");
	size_t n = name_length(name);
	for (int tried = LIGHT; tried <= scheme; tried++)
		for (size_t i = 0; i < p->n_vars; i++)
			if (p->vars[i].scheme == tried &&
			    name_length(p->vars[i].name) == n &&
			    !memcmp(p->vars[i].name, name, n))
				rgb = p->vars[i].rgb;
	return rgb;
}

/* --- rules ------------------------------------------------------------------
 */

struct rule {
	const char *fg, *bg; /* NULL: not set */
	bool is_page;
};

static void measure_rule(struct page *p, const struct rule *r, int scheme)
{
	long f = colour_in(p, r->fg, scheme), b = colour_in(p, r->bg, scheme);
	if (!p->is_measuring) {
		if (r->is_page && b >= 0 && p->n < GROUNDS_MAX)
			p->grounds[p->n++] = (struct ground){scheme, b};
		return;
	}
	if ((r->fg && f < 0) || (r->bg && b < 0))
		lint_say(p->l, lint_style(p->l),
			 offset(p, r->fg && f < 0 ? r->fg : r->bg),
			 "a colour is written #rrggbb, so that its contrast "
			 "can be told");
	else if (r->bg && !r->fg && !r->is_page)
		lint_say(p->l, lint_style(p->l), offset(p, r->bg),
			 "a background without the colour of the text on it");
	else if (f >= 0 && b >= 0)
		measure(p, r->fg, f, b);
	for (size_t i = 0; f >= 0 && !r->bg && i < p->n; i++)
		if (p->grounds[i].scheme == scheme)
			measure(p, r->fg, f, p->grounds[i].rgb);
}

/* selector NULL: style="...". */
static void look_at_rule(struct page *p, const char *selector, size_t n,
			 const char *from, const char *end, int scheme)
{
	struct rule r = {.fg = value_of(from, end, "color"),
			 .bg = value_of(from, end, "background"),
			 .is_page = selector && is_page_rule(selector, n)};
	if (!r.bg)
		r.bg = value_of(from, end, "background-color");
	if (!p->is_measuring && selector && str_starts(selector, ":root"))
		read_vars(p, from, end, scheme);
	measure_rule(p, &r, scheme);
	/* One rule, two schemes. */
	if (scheme == LIGHT && (is_var(r.fg) || is_var(r.bg)))
		measure_rule(p, &r, DARK);
}

/* Rules of a sheet; @media of the dark scheme is one level of braces. */
static void look_at_sheet(struct page *p, const char *s, const char *end)
{
	int scheme = LIGHT, depth = 0;
	while (s < end) {
		const char *open = memchr(s, '{', (size_t)(end - s));
		const char *close = memchr(s, '}', (size_t)(end - s));
		if (close && (!open || close < open)) { /* end of @media */
			if (depth)
				depth--;
			scheme = LIGHT;
			s = close + 1;
			continue;
		}
		if (!open)
			return;
		s += strspn(s, " \t\n");
		const char *stop = memchr(s, ';', (size_t)(end - s));
		if (*s == '@' && stop && stop < open) { /* no block */
			s = stop + 1;
			continue;
		}
		if (*s == '@') {
			const char *dark =
				strstr(s, "prefers-color-scheme: dark");
			scheme = dark && dark < open ? DARK : LIGHT;
			depth++;
			s = open + 1;
			continue;
		}
		close = memchr(open, '}', (size_t)(end - open));
		if (!close)
			return;
		look_at_rule(p, s, (size_t)(open - s), open + 1, close, scheme);
		s = close + 1;
	}
}

static void look_at_text(struct page *p, const struct lint *l)
{
	p->l = l;
	for (const char *s = l->text; (s = strstr(s, "<style>"));) {
		const char *end = strstr(s, "</style>");
		if (!end)
			break;
		look_at_sheet(p, s + strlen("<style>"), end);
		s = end;
	}
	for (const char *s = l->text; (s = strstr(s, " style=\""));) {
		s += strlen(" style=\"");
		const char *end = strchr(s, '"');
		if (!end)
			break;
		look_at_rule(p, NULL, 0, s, end, LIGHT);
	}
}

/* Each partial it uses under the partial's own name, then itself. */
static void look_at_all(struct page *p, const struct lint *l)
{
	char folder[20];
	str_copy(folder, sizeof(folder), l->name);
	folder[strcspn(folder, "/")] = '\0';
	for (const char *s = l->text; (s = strstr(s, "{{>")); s += 3) {
		char name[60], file[100];
		const char *from = s + 3 + strspn(s + 3, " ");
		size_t n = strcspn(from, " }");
		if (n >= sizeof(name))
			continue;
		str_copy(name, n + 1, from);
		const char *text = js_str(l->files, name, NULL);
		if (!text)
			continue;
		snprintf(file, sizeof(file), "%s/%s.mustache", folder, name);
		struct lint part = *l;
		part.name = file;
		part.text = text;
		part.n = strlen(text);
		look_at_text(p, &part);
	}
	look_at_text(p, l);
}

void lint_colours(const struct lint *l)
{
	struct page p = {.n = 0};
	look_at_all(&p, l);
	p.is_measuring = true;
	look_at_all(&p, l);
}
