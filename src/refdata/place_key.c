/* SPDX-License-Identifier: EUPL-1.2 */
/* One form for the many ways of writing a commune, so that two names are the
 * same place when their keys are equal:
 *
 *	Saint-Denis, ST DENIS		"st denis"
 *	Vitry s/ Seine			"vitry sur seine"
 *	Courneuve (La)			"la courneuve"
 *	PARIS CEDEX 12, Paris 12e	"paris 12"
 *
 * The same rules are applied to the table and to what is asked, so that none
 * can lose a commune. It does not correct spelling. */
#include "tables.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 16 /* the longest name of France has ten */

struct words {
	const char *w[WORDS_MAX];
	size_t n;
	char number[4]; /* room for an arrondissement's number */
};

static bool is_one_of(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (**list == *s && strcmp(s, *list) == 0)
			return true;
	return false;
}

static void split(char *text, struct words *out)
{
	out->n = 0;
	for (char *p = text; p && *p && out->n < WORDS_MAX;) {
		out->w[out->n++] = p;
		p = strchr(p, ' ');
		if (p)
			*p++ = '\0';
	}
}

static void drop(struct words *t, size_t from, size_t n)
{
	memmove(t->w + from, t->w + from + n,
		(t->n - from - n) * sizeof(t->w[0]));
	t->n -= n;
}

/* The three cities cut into arrondissements. */
static int arrondissements(const char *city)
{
	if (str_eq(city, "paris"))
		return 20;
	if (str_eq(city, "marseille"))
		return 16;
	return str_eq(city, "lyon") ? 9 : 0;
}

/* "xii" as 12, up to twenty; 0: something else. */
static int roman(const char *s, size_t n)
{
	static const char *const numbers[] = {
		"i",	"ii",  "iii",  "iv",	"v",   "vi",   "vii",
		"viii", "ix",  "x",    "xi",	"xii", "xiii", "xiv",
		"xv",	"xvi", "xvii", "xviii", "xix", "xx"};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (strlen(numbers[i]) == n && strncmp(numbers[i], s, n) == 0)
			return (int)i + 1;
	return 0;
}

/* "12", "12e", "1er", "03", "xiie" as a number; 0: something else. */
static int ordinal(const char *s)
{
	static const char *const ends[] = {"",	   "e",	 "er",	"eme",
					   "ieme", "nd", "ere", NULL};
	int v = 0;
	size_t n = strspn(s, "ivx");
	if (n && s[n] && is_one_of(s + n, ends))
		return roman(s, n);
	n = strspn(s, "0123456789");
	if (!n || n > 2 || !is_one_of(s + n, ends))
		return 0;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (s[i] - '0');
	return v;
}

/* CEDEX is a way of delivering letters, not a place; but in the three cities
 * its number is the arrondissement's. */
static void drop_cedex(struct words *t)
{
	for (size_t i = 1; i < t->n; i++) {
		if (strcmp(t->w[i], "cedex") != 0)
			continue;
		if (i == 1 && t->n > 2 && arrondissements(t->w[0]) &&
		    ordinal(t->w[2])) {
			t->w[1] = t->w[2];
			i++;
		}
		t->n = i;
		return;
	}
}

static void abbreviate(struct words *t)
{
	for (size_t i = 0; i < t->n; i++) {
		bool is_inside = i > 0 && i + 1 < t->n;
		if (str_eq(t->w[i], "saint"))
			t->w[i] = "st";
		else if (str_eq(t->w[i], "sainte"))
			t->w[i] = "ste";
		else if (is_inside && str_eq(t->w[i], "ss"))
			t->w[i] = "sous";
		else if (is_inside && str_eq(t->w[i], "s") &&
			 str_eq(t->w[i + 1], "s")) {
			t->w[i] = "sous";
			drop(t, i + 1, 1);
		} else if (is_inside && str_eq(t->w[i], "s")) {
			t->w[i] = "sur";
		}
	}
}

static void move_article(struct words *t)
{
	static const char *const articles[] = {"l", "la", "le", "les", NULL};
	if (t->n < 2 || !is_one_of(t->w[t->n - 1], articles))
		return;
	const char *article = t->w[t->n - 1];
	memmove(t->w + 1, t->w, (t->n - 1) * sizeof(t->w[0]));
	t->w[0] = article;
}

static void number_arrondissement(struct words *t)
{
	static const char *const tails[] = {
		"e",	"er",	"eme",	 "arr",
		"arrt", "ardt", "arrdt", "arrondissement",
		NULL};
	int most = t->n > 1 ? arrondissements(t->w[0]) : 0;
	int number = most ? ordinal(t->w[1]) : 0;
	if (!number)
		return;
	while (t->n > 2 && is_one_of(t->w[2], tails))
		drop(t, 2, 1);
	if (number > most) {
		drop(t, 1, 1);
		return;
	}
	snprintf(t->number, sizeof(t->number), "%d", number % 100);
	t->w[1] = t->number;
}

char *place_key(struct arena *a, const char *name)
{
	struct words t;
	size_t size = 1;
	split(utf8_fold(a, name), &t);
	drop_cedex(&t);
	abbreviate(&t);
	move_article(&t);
	number_arrondissement(&t);
	for (size_t i = 0; i < t.n; i++)
		size += strlen(t.w[i]) + 1;
	char *key = arena_bytes(a, size), *end = key;
	for (size_t i = 0; i < t.n; i++) {
		if (i)
			*end++ = ' ';
		size_t n = strlen(t.w[i]);
		memcpy(end, t.w[i], n);
		end += n;
	}
	*end = '\0';
	return key;
}

/* "Réunion" is written for "La Réunion", "L'Essonne" for "Essonne". */
const char *place_without_article(const char *key)
{
	static const char *const articles[] = {"la ", "le ", "les ", "l "};
	for (size_t i = 0; i < ARRAY_LEN(articles); i++)
		if (str_starts(key, articles[i]))
			return key + strlen(articles[i]);
	return key;
}
