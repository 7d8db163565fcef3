/* SPDX-License-Identifier: EUPL-1.2 */
/* A page or the HTML of a mail, read in its source. Nothing may be fetched when
 * it is opened: what is fetched tells that it was opened (CNIL, deliberation
 * 2026-042 on tracking pixels), and an image that does not load says nothing.
 * Then what a screen reader needs: the language, tables that are only layout,
 * links that say where they lead (RGAA 4, themes 5, 6 and 8). */
#include "lint.h"

#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Gmail hides what is beyond 102 kB (as render.c). */
#define SOURCE_MAX ((size_t)100000)

/* Begin a word of mark-up; found whatever their case. */
static const struct {
	const char *what, *why;
} remote[] = {
	{"<img", "an image is fetched, or missing"},
	{"<script", "no script runs in a mail, and none is needed in a page"},
	{"<link", "a style sheet from elsewhere"},
	{"<iframe", "a page from elsewhere"},
	{"<object", "something from elsewhere"},
	{"<embed", "something from elsewhere"},
	{"<video", "a film from elsewhere"},
	{"<audio", "a sound from elsewhere"},
	{"@import", "a style sheet from elsewhere"},
	{"@font-face", "a font from elsewhere"},
	{"url(", "something from elsewhere"},
	{" src=", "something from elsewhere"},
	{" srcset=", "something from elsewhere"},
	{" background=", "an image from elsewhere"},
	{"http-equiv", "a page that acts by itself"},
	{"javascript:", "no script runs in a mail"},
};

static void check_remote(const struct lint *l)
{
	for (size_t i = 0; i < ARRAY_LEN(remote); i++)
		for (const char *p = l->text;
		     (p = strcasestr(p, remote[i].what)); p++)
			lint_say(l, DIAG_ERROR, (size_t)(p - l->text),
				 "\"%s\": %s",
				 remote[i].what + (remote[i].what[0] == ' '),
				 remote[i].why);
}

/* " onclick=" and its kin. */
static void check_handlers(const struct lint *l)
{
	for (const char *p = l->text; (p = strcasestr(p, " on")); p += 3) {
		size_t n = strspn(p + 3, "abcdefghijklmnopqrstuvwxyz");
		const char *open = p;
		while (open > l->text && *open != '<' && *open != '>')
			open--;
		if (n && p[3 + n] == '=' && *open == '<')
			lint_say(l, DIAG_ERROR, (size_t)(p + 1 - l->text),
				 "\"on%.*s\": no script runs in a mail", (int)n,
				 p + 3);
	}
}

/* The text of partials it uses, one after the other; looked for in the files of
 * its language. */
static bool uses(const struct lint *l, const char *what)
{
	if (strstr(l->text, what))
		return true;
	for (const char *p = l->text; (p = strstr(p, "{{>")); p += 3) {
		char name[60];
		const char *from = p + 3 + strspn(p + 3, " ");
		size_t n = strcspn(from, " }");
		if (n >= sizeof(name))
			continue;
		str_copy(name, n + 1, from);
		/* one that the language borrows was looked at in its own */
		const char *text = js_str(l->files, name, NULL);
		if (!text || strstr(text, what))
			return true;
	}
	return false;
}

static void check_head(const struct lint *l)
{
	char lang[9], want[30];
	const char *html = strcasestr(l->text, "<html");
	str_copy(lang, sizeof(lang), l->name);
	lang[strcspn(lang, "-/")] = '\0';
	snprintf(want, sizeof(want), "<html lang=\"%s\"", lang);
	if (!html || strncmp(html, want, strlen(want)) != 0)
		lint_say(l, lint_style(l), html ? (size_t)(html - l->text) : 0,
			 "%s> is wanted: a screen reader reads it in that "
			 "language",
			 want);
	if (!uses(l, "name=\"color-scheme\""))
		lint_say(
			l, lint_style(l), 0,
			"<meta name=\"color-scheme\" content=\"light dark\"> is "
			"missing");
	if (!uses(l, "<title"))
		lint_say(l, lint_style(l), 0, "<title> is missing");
}

static void check_tables(const struct lint *l)
{
	for (const char *p = l->text; (p = strcasestr(p, "<table")); p++) {
		size_t n = strcspn(p, ">");
		const char *role = strstr(p, "role=\"presentation\"");
		const char *head = strstr(p, "<th scope=\"col\"");
		const char *end = strcasestr(p, "</table>");
		if (head && end && head < end)
			continue; /* figures, meant to be read out as a table */
		if (!role || role > p + n)
			lint_say(l, lint_style(l), (size_t)(p - l->text),
				 "a table without role=\"presentation\": it is "
				 "read out as one");
	}
}

/* --- links ------------------------------------------------------------------
 */

/* What says nothing when links are read out alone. */
static const char *const vague[] = {
	"",	"ici",	   "cliquez ici",   "clique ici",     "cliquer ici",
	"lien", "ce lien", "lire la suite", "en savoir plus", "plus",
	"voir", "here",	   "click here",    "this link",      "read more",
	"more"};

/* The words between the tags, small letters, blanks as one. */
static void words_of(const char *p, const char *end, char *out, size_t size)
{
	size_t n = 0;
	for (; p < end && n + 1 < size; p++) {
		if (*p == '<') {
			p = memchr(p, '>', (size_t)(end - p));
			if (!p)
				break;
			continue;
		}
		char c = isspace((unsigned char)*p)
				 ? ' '
				 : (char)tolower((unsigned char)*p);
		if (c != ' ' || (n && out[n - 1] != ' '))
			out[n++] = c;
	}
	while (n && strchr(" .", out[n - 1]))
		n--;
	out[n] = '\0';
}

static void check_links(const struct lint *l)
{
	for (const char *p = l->text; (p = strcasestr(p, "<a ")); p++) {
		const char *from = strchr(p, '>');
		const char *end = from ? strcasestr(from, "</a>") : NULL;
		char words[80];
		if (!end)
			return;
		words_of(from + 1, end, words, sizeof(words));
		for (size_t i = 0; i < ARRAY_LEN(vague); i++)
			if (str_eq(words, vague[i]))
				lint_say(
					l, lint_style(l), (size_t)(p - l->text),
					"a link that says \"%s\": say where it "
					"leads",
					words);
	}
}

void lint_html(const struct lint *l)
{
	check_remote(l);
	check_handlers(l);
	check_head(l);
	check_tables(l);
	check_links(l);
	if (l->n > SOURCE_MAX)
		lint_say(l, lint_style(l), SOURCE_MAX,
			 "larger than %zu bytes: Gmail hides the rest",
			 SOURCE_MAX);
}
