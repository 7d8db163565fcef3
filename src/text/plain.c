/* SPDX-License-Identifier: EUPL-1.2 */
/* Plain language, counted: see plain.h. One pass, word by word. What it cannot
 * do: judge whether a word is known, or a sentence kind. */
#include <etrier/mem.h>
#include <etrier/plain.h>

#include <stdio.h>
#include <string.h>

/* Letters that stand for words and are said to nobody without them. The rule is
 * that of the European guidelines for easy-to-read information (Inclusion
 * Europe, "L'information pour tous", 2009); the list is that of the words of
 * this trade (domain.md 1.2). CV, CDI and CDD are words by now. */
static const char *const letters[] = {
	"AAH",	  "AFEST", "BP",   "CECRL", "CEJ",   "CFA",  "CIO", "CMA",
	"DREETS", "EA",	   "ESAT", "FLE",   "FT",    "GEIQ", "IAE", "MDPH",
	"ML",	  "NAF",   "OPCO", "PACEA", "PMSMP", "POEI", "QPV", "RDV",
	"RNCP",	  "ROME",  "RQTH", "SIAE",  "SIRET", "TH",   "VAE"};

/* "neuf" is a new one as well, "un" and "one" are articles. */
static const char *const numbers[][2] = {
	{"deux", "2"},	 {"trois", "3"},   {"quatre", "4"}, {"cinq", "5"},
	{"sept", "7"},	 {"huit", "8"},	   {"dix", "10"},   {"onze", "11"},
	{"douze", "12"}, {"quinze", "15"}, {"vingt", "20"}, {"trente", "30"},
	{"two", "2"},	 {"three", "3"},   {"four", "4"},   {"five", "5"},
	{"six", "6"},	 {"seven", "7"},   {"eight", "8"},  {"ten", "10"},
	{"twelve", "12"}};

struct reading {
	const char *text;
	size_t n;
	bool is_lines;
	plain_fn *fn;
	void *ctx;
	size_t begin; /* of the sentence in hand */
	int n_words;  /* of it */
};

static bool is_word_byte(char c)
{
	unsigned char u = (unsigned char)c;
	return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') ||
	       (u >= 'A' && u <= 'Z') || u >= 0x80 || u == '\'' || u == '-' ||
	       u == '_' || u == '@' || u == PLAIN_VALUE || u == PLAIN_NOTHING;
}

static void say(struct reading *r, size_t at, const char *what)
{
	r->fn(r->ctx, at, what);
}

static void end_sentence(struct reading *r)
{
	char what[100];
	snprintf(what, sizeof(what),
		 "a sentence of %d words: at most %d to a young person",
		 r->n_words, PLAIN_WORDS_MAX);
	if (r->n_words > PLAIN_WORDS_MAX)
		say(r, r->begin, what);
	r->n_words = 0;
}

/* The neighbour that is not blank; 0: none. */
static char neighbour(const struct reading *r, size_t at, int step)
{
	for (size_t i = at; i < r->n; i += (size_t)step) {
		char c = r->text[i];
		if (c != ' ' && c != '\n' && c != PLAIN_NOTHING)
			return c;
	}
	return 0;
}

static bool is_same(const char *w, size_t n, const char *s)
{
	return strlen(s) == n && !memcmp(w, s, n);
}

static void look_at_word(struct reading *r, size_t at, size_t n)
{
	const char *w = r->text + at;
	char what[120];
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (!is_same(w, n, numbers[i][0]))
			continue;
		snprintf(what, sizeof(what), "\"%s\": write %s in digits",
			 numbers[i][0], numbers[i][1]);
		say(r, at, what);
	}
	/* "CFA (ton école)", "ton école (CFA)": said in words beside it. */
	if (neighbour(r, at + n, 1) == '(' || neighbour(r, at - 1, -1) == '(')
		return;
	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if (!is_same(w, n, letters[i]))
			continue;
		snprintf(what, sizeof(what),
			 "\"%s\" stands for words: say them, or put them "
			 "behind it in brackets",
			 letters[i]);
		say(r, at, what);
	}
}

/* A point within "0,5.2" or "a.b" ends nothing. */
static bool ends_here(const struct reading *r, size_t i)
{
	char c = r->text[i];
	char next = i + 1 < r->n ? r->text[i + 1] : ' ';
	if (c == PLAIN_END || c == '!' || c == '?')
		return true;
	if (c == '\n')
		return r->is_lines;
	return c == '.' && (!is_word_byte(next) || next == PLAIN_NOTHING);
}

void plain_check(const char *text, size_t n, bool is_lines, plain_fn *fn,
		 void *ctx)
{
	struct reading r = {.text = text,
			    .n = n,
			    .is_lines = is_lines,
			    .fn = fn,
			    .ctx = ctx};
	for (size_t i = 0; i < n;) {
		size_t k = 0, nothing = 0;
		if (ends_here(&r, i))
			end_sentence(&r);
		while (i + k < n && is_word_byte(text[i + k])) {
			nothing += text[i + k] == PLAIN_NOTHING;
			k++;
		}
		/* a dash alone is no word */
		if (k > nothing && !(k == 1 && text[i] == '-')) {
			while (k > 1 && text[i] == PLAIN_NOTHING) {
				i++;
				k--;
			}
			if (!r.n_words)
				r.begin = i;
			r.n_words++;
			look_at_word(&r, i, k);
		}
		i += k ? k : 1;
	}
	end_sentence(&r);
}
