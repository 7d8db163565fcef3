/* SPDX-License-Identifier: EUPL-1.2 */
/* What an SMS template may hold, by profile. Operators block a link that comes
 * from a short code, and nobody can answer a name: a text with both a link and
 * reply keywords is wrong whichever way it leaves, but from a long number of
 * one's own (vln). Looks at the source, so that it can say where. */
#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define SUFFIX ".sms.mustache"
/* "...-reponse.sms.mustache" is the text of the profiles with replies. */
#define REPLY_SUFFIX "-reponse" SUFFIX

/* Comments are for who keeps the templates, not for telephones. */
static char *without_comments(const char *text)
{
	char *copy = mem_dup(text), *from = copy;
	while ((from = strstr(from, "{{!"))) {
		char *end = strstr(from, "}}");
		if (!end)
			break;
		for (; from < end + 2; from++)
			if (*from != '\n')
				*from = ' ';
	}
	return copy;
}

/* The first of any of the words, without case. */
static const char *find_any(const char *text, const char *const *words)
{
	for (const char *p = text; *p; p++)
		for (int i = 0; words[i]; i++)
			if (strncasecmp(p, words[i], strlen(words[i])) == 0)
				return p;
	return NULL;
}

static const char *find_link(const char *text)
{
	static const char *const words[] = {"url}}", "http://", "https://",
					    "www.", NULL};
	const char *at = find_any(text, words);
	bool is_tag = at && str_starts(at, words[0]);
	/* a tag begins with its braces */
	while (is_tag && at > text && *at != '{')
		at--;
	return is_tag && at > text && at[-1] == '{' ? at - 1 : at;
}

/* "Réponds 1=…": the verb, or a digit that is given a meaning. */
static const char *find_keyword(const char *text)
{
	static const char *const verbs[] = {"r\xC3\xA9pond", "repond",
					    "1=", "1 =", NULL};
	return find_any(text, verbs);
}

static void tell(struct diags *d, const char *file, const char *text,
		 const char *at, const char *what)
{
	unsigned line = 1, col = 1;
	for (const char *p = text; p < at; p++) {
		bool is_end = *p == '\n';
		/* a column is a character */
		bool is_inside = ((unsigned char)*p & 0xC0) == 0x80;
		line += is_end;
		col = is_end ? 1 : col + !is_inside;
	}
	diag_add(d, DIAG_ERROR, file, line, col, "%s", what);
}

static void check_text(const char *name, const char *file, const char *source,
		       const char *profile, struct diags *d)
{
	char *text = without_comments(source);
	const char *link = find_link(text), *keyword = find_keyword(text);
	bool is_reply = str_ends(name, REPLY_SUFFIX);
	if (link && keyword && !str_eq(profile, "vln"))
		tell(d, file, text, link,
		     "a link beside reply keywords: operators block links from "
		     "a short code, and a name cannot be answered; only "
		     "sms.profile vln takes both");
	else if (link && is_reply && str_eq(profile, "reponse"))
		tell(d, file, text, link,
		     "a link in a text for replies: operators block it from a "
		     "short code");
	else if (keyword && !is_reply)
		tell(d, file, text, keyword,
		     "reply keywords in a text that comes from a name: nobody "
		     "can answer it; they belong into NAME" REPLY_SUFFIX);
	free(text);
}

void templates_check_sms(const json_t *list, const char *profile,
			 struct diags *d)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *name = js_str(item, "name", "");
		if (str_ends(name, SUFFIX))
			check_text(name, name, js_str(item, "text", ""),
				   profile, d);
	}
}
