/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts about jobs cut into words, and the words without gender and number. */
#include "trade_text.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

#define ENDING_MAX 8  /* bytes of the longest ending, "iennes" or "ières" */
#define WORD_MAX   40 /* the longest word of the official titles has 24 */
#define STEM_MIN   3  /* what is left of a word when an ending is cut off */

/* Endings after a sign glued to a word. */
static const char *const endings[] = {
	"e",	  "elle",   "elles", "enne", "ennes", "ere",  "eres",  "es",
	"esse",	  "euse",   "euses", "fe",   "ffe",   "iere", "ieres", "ienne",
	"iennes", "ive",    "ives",  "le",   "ne",    "nes",  "nne",   "nnes",
	"re",	  "rice",   "rices", "s",    "se",    "ses",  "sse",   "te",
	"trice",  "trices", "tte",   "ve",   "ves",   "x"};

static bool is_one_of(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, list[i]))
			return true;
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* Of a word, and the beginning of nothing else. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* The bytes of the sign at s that may join an ending to a word; 0: none. */
static size_t joint_length(const char *s)
{
	if ((unsigned char)*s < 0x80)
		return *s == '(' || *s == '.' || *s == '-' || *s == '/';
	if (str_starts(s, "\xc2\xb7")) /* middle dot */
		return 2;
	if (str_starts(s, "\xe2\x80\xa2") || str_starts(s, "\xe2\x8b\x85"))
		return 3; /* bullet, dot operator */
	return 0;
}

/* The bytes of "(se)", ".se", "-se", "·se" after a letter; 0: no ending. */
static size_t ending_length(struct arena *a, const char *s)
{
	size_t joint = joint_length(s), n = joint;
	if (!joint)
		return 0;
	while (is_letter(s[n]) && !joint_length(s + n) &&
	       n - joint <= ENDING_MAX)
		n++;
	if (n == joint || n - joint > ENDING_MAX)
		return 0;
	/* "Villiers-le-Bel", "E.S.A.T" are no feminines. */
	if (*s == '(' ? s[n] != ')'
		      : s[n] == '-' || (s[n] >= '0' && s[n] <= '9'))
		return 0;
	const char *word = utf8_fold_n(a, s + joint, n - joint);
	if (!is_one_of(word, endings, ARRAY_LEN(endings)))
		return 0;
	return *s == '(' ? n + 1 : n;
}

/* The bytes of a sign that parts a title: brackets, bars, a dash or a slash
 * between blanks. 0: none. */
static size_t separator_length(const char *s)
{
	static const char *const longer[] = {" - ",
					     " / ",
					     " \xe2\x80\x93 ",
					     " \xe2\x80\x94 ",
					     " \xc2\xb7 ",
					     "\xe2\x80\xa2",
					     ". ",
					     "- ",
					     " -"};
	/* Most blanks stand between two words. */
	if (*s == ' ' && is_plain(s[1]))
		return 0;
	if (strchr("()[]{}|;:,!?\n\t\"<>+*#_", *s))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(longer); i++)
		if (str_starts(s, longer[i]))
			return strlen(longer[i]);
	return 0;
}

struct cutter {
	struct arena *arena;
	struct trade_text *out;
	size_t max_tokens;
	uint16_t segment;
};

static bool is_figure(const char *word)
{
	return strspn(word, "0123456789") == strlen(word);
}

/* The words of one part, n bytes; folding makes of all between them blanks. */
static void cut_part(struct cutter *c, const char *part, size_t n)
{
	char *next = utf8_fold_n(c->arena, part, n);
	size_t before = c->out->n;
	while (*next && c->out->n < c->max_tokens) {
		char *word = next, *end = strchrnul(word, ' ');
		next = *end ? end + 1 : end;
		*end = '\0';
		if ((!word[1] && !strchr("adl", *word)) || is_figure(word) ||
		    strlen(word) > WORD_MAX)
			continue;
		c->out->tokens[c->out->n++] =
			(struct trade_token){word, c->segment, false};
	}
	if (c->out->n > before)
		c->segment++;
}

/* "R&D" is one word. */
static bool joins_letters(const char *part, size_t n, const char *s)
{
	return *s == '&' && n && is_letter(part[n - 1]) && is_letter(s[1]);
}

void trade_text_read(struct arena *a, const char *text, size_t max_bytes,
		     size_t max_tokens, struct trade_text *out)
{
	struct cutter c = {a, out, max_tokens, 0};
	*out = (struct trade_text){
		arena_array(a, max_tokens + 1, sizeof(*out->tokens)), 0};
	if (!text)
		return;
	const char *s = arena_dup_n(a, text, utf8_cut(text, max_bytes));
	char *part = arena_alloc(a, strlen(s) + 1);
	size_t n = 0;
	while (*s) {
		if (is_plain(*s)) {
			part[n++] = *s++;
			continue;
		}
		size_t skip =
			n && is_letter(part[n - 1]) ? ending_length(a, s) : 0;
		size_t parts = skip ? 0 : separator_length(s);
		if (parts) {
			cut_part(&c, part, n);
			n = 0;
		} else if (!skip && !joins_letters(part, n, s)) {
			part[n++] = *s;
		}
		s += skip ? skip : parts ? parts : 1;
	}
	cut_part(&c, part, n);
}

void trade_text_drop(struct trade_text *t, size_t i, size_t n)
{
	memmove(t->tokens + i, t->tokens + i + n,
		(t->n - i - n) * sizeof(*t->tokens));
	t->n -= n;
}

struct rule {
	const char *ending, *becomes; /* no longer than the ending */
	size_t n;		      /* bytes of the ending */
};
#define RULE(ending, becomes)                       \
	{                                           \
		ending, becomes, sizeof(ending) - 1 \
	}

/* The first rule whose ending the word has is applied. */
static void replace_ending(char *word, const struct rule *rules, size_t n)
{
	size_t len = strlen(word);
	for (const struct rule *r = rules; len && r < rules + n; r++) {
		if (len < r->n + STEM_MIN - 1 ||
		    word[len - 1] != r->ending[r->n - 1] ||
		    memcmp(word + len - r->n, r->ending, r->n) != 0)
			continue;
		memcpy(word + len - r->n, r->becomes, strlen(r->becomes) + 1);
		return;
	}
}

/* Words which offers use for one another, by their stem. */
static const char *const same[][2] = {
	{"auto", "automobil"},		{"bancair", "banqu"},
	{"chauffeur", "conducteur"},	{"hotelier", "hotel"},
	{"hoteleri", "hotel"},		{"hotelleri", "hotel"},
	{"nettoyag", "propret"},	{"paye", "pai"},
	{"restauration", "restaurant"},
};

const char *trade_stem(struct arena *a, const char *word)
{
	static const struct rule plural[] = {
		RULE("ss", "ss"),  RULE("aix", "aix"), RULE("eaux", "eau"),
		RULE("aux", "al"), RULE("s", ""),      RULE("x", ""),
	};
	static const struct rule feminine[] = {
		RULE("euse", "eur"), RULE("trice", "teur"), RULE("iere", "ier"),
		RULE("ere", "er"),   RULE("enne", "en"),    RULE("onne", "on"),
		RULE("ffe", "f"),    RULE("ive", "if"),	    RULE("elle", "el"),
		RULE("esse", ""),    RULE("ee", ""),	    RULE("e", ""),
	};
	char *stem = arena_dup(a, word);
	if (strlen(stem) <= STEM_MIN)
		return stem;
	replace_ending(stem, plural, ARRAY_LEN(plural));
	replace_ending(stem, feminine, ARRAY_LEN(feminine));
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (str_eq(stem, same[i][0]))
			return same[i][1];
	return stem;
}
