/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts about places taken apart:
 *
 *	"93 - Saint-Denis"		dept 93, name
 *	"83126 VILLE", "VILLE (83126)"	postal code, name
 *	"Var (83)", "Lyon, Rhône"	name, dept; name, named dept
 *	"3 rue X, 93100 Montreuil"	postal code, names
 *	"France entière"		country
 *
 * A part between separators is a code, a region, a country or a name. Whether
 * a name is a commune, a département or nothing is decided afterwards, when
 * all that was said is known. */
#include "place_words.h"
#include "reader.h"

#include <etrier/arena.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <string.h>

#define DIGITS "0123456789"

static const char *const france[] = {"france",
				     "fr",
				     "fra",
				     "france entiere",
				     "toute la france",
				     "france metropolitaine",
				     NULL};
/* Codes of ISO 3166 that are départements or collectivities of France. */
static const char *const overseas[] = {"re", "gp", "mq", "gf", "yt",
				       "pm", "bl", "mf", NULL};
/* Names met in offers; a field of country needs no such list. */
static const char *const abroad[] = {
	"belgique", "suisse", "luxembourg",    "allemagne", "espagne",
	"italie",   "monaco", "royaume uni",   "portugal",  "pays bas",
	"irlande",  "canada", "maroc",	       "tunisie",   "algerie",
	"senegal",  "europe", "international", "etranger",  NULL};

static bool is_one_of(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(s, *list) == 0)
			return true;
	return false;
}

static void add_name(struct place_words *w, char *name)
{
	name = str_trim(name);
	if (*name && w->n_names < PLACE_NAMES_MAX)
		w->names[w->n_names++] = name;
}

/* "93", "2a", "974" as the code in the tables; NULL: none. */
static const char *dept_code(const struct place_words *w, const char *s)
{
	char code[4] = "";
	if (strlen(s) < 2 || strlen(s) > 3)
		return NULL;
	for (size_t i = 0; i <= strlen(s); i++)
		/* NOLINTNEXTLINE: s ends with a NUL */
		code[i] = s[i] >= 'a' && s[i] <= 'b' ? (char)(s[i] - 'a' + 'A')
						     : s[i];
	return refdata_dept_name(w->rd, code) ? arena_dup(w->arena, code)
					      : NULL;
}

static void classify(struct place_words *w, char *part)
{
	const char *code = dept_code(w, part);
	const char *key = utf8_fold(w->arena, part);
	if (str_starts(key, "region "))
		key += strlen("region ");
	const char *region = refdata_region_by_name(w->rd, key);
	if (code && !w->dept)
		w->dept = code;
	else if (is_one_of(key, france))
		w->is_country = true;
	else if (is_one_of(key, abroad))
		w->abroad_name = part;
	else if (region || str_eq(key, "idf"))
		w->region = region ? region : refdata_region(w->rd, "75");
	else if (!code)
		add_name(w, part);
}

/* Five digits that stand alone in the text; NULL: none. */
static char *find_postcode(char *s)
{
	for (char *p = s; *p;) {
		size_t n = strspn(p, DIGITS);
		bool is_free = p == s || p[-1] == ' ' || p[-1] == '-';
		if (n == 5 && is_free && (!p[n] || p[n] == ' '))
			return p;
		p += n ? n : 1;
	}
	return NULL;
}

static void take_postcode(struct place_words *w, const char *digits)
{
	if (!w->postcode)
		w->postcode = arena_dup_n(w->arena, digits, 5);
}

/* One part: the name after a postal code is the town's, before it a street's,
 * unless nothing comes after. */
static void add_part(struct place_words *w, char *part, bool is_address)
{
	part = str_trim(part);
	char *digits = find_postcode(part);
	if (digits) {
		char *after = str_trim(digits + 5);
		take_postcode(w, digits);
		*digits = '\0';
		add_name(w, *after ? after : part);
	} else if (*part && !is_address) {
		classify(w, part);
	}
}

/* The next separator: , ; | ( ) or a dash between blanks. Sets how long. */
static char *find_separator(char *s, size_t *length)
{
	static const char *const dashes[] = {" - ", " \xe2\x80\x93 ",
					     " \xe2\x80\x94 "};
	for (; *s; s++) {
		*length = 1;
		if (strchr(",;|()", *s))
			return s;
		for (size_t i = 0; i < 3; i++) {
			*length = strlen(dashes[i]);
			if (str_starts(s, dashes[i]))
				return s;
		}
	}
	return NULL;
}

static void add_text(struct place_words *w, const char *text, bool is_address)
{
	if (str_is_empty(text))
		return;
	char *part = utf8_clean(w->arena, text, UTF8_ONE_LINE, OFFER_TEXT_MAX);
	while (part) {
		size_t length = 0;
		char *end = find_separator(part, &length);
		if (end)
			*end = '\0';
		add_part(w, part, is_address);
		part = end ? end + length : NULL;
	}
}

void place_words_add(struct place_words *w, const char *text)
{
	add_text(w, text, false);
}

void place_words_end(struct place_words *w)
{
	if (!w->abroad_name)
		return;
	if ((w->dept || w->postcode) && w->n_names < PLACE_NAMES_MAX)
		w->names[w->n_names++] = w->abroad_name;
	else
		w->is_abroad = true;
}

void place_words_add_address(struct place_words *w, const char *text)
{
	add_text(w, text, true);
}

void place_words_add_country(struct place_words *w, const char *text)
{
	if (str_is_empty(text))
		return;
	const char *key = utf8_fold(w->arena, text);
	if (is_one_of(key, france) || is_one_of(key, overseas))
		w->is_country = true;
	else if (*key && !refdata_dept_by_name(w->rd, text))
		w->is_abroad = true;
}

void place_words_add_postcode(struct place_words *w, const char *text)
{
	char digits[8];
	size_t n = 0;
	if (str_is_empty(text))
		return;
	for (const char *s = text; *s && n < sizeof(digits) - 1; s++)
		if (*s != ' ')
			digits[n++] = *s;
	digits[n] = '\0';
	if (text_matches(digits, PATTERN_POSTCODE))
		take_postcode(w, digits);
	else if (!w->dept)
		w->dept = dept_code(w, digits);
}
