/* SPDX-License-Identifier: EUPL-1.2 */
/* The index of the official titles: each a set of words without gender, number
 * and articles, found by any of its words. Made once from the tables:
 *
 *	"{Vendeur/Vendeuse} de pain"	-> D1106: vendeur*, pain	(a job)
 *	"Boulangerie - viennoiserie"	-> D1102: boulangerie*, ...	(an
 *activity)
 *
 * The starred word is the head. Words are weighed by rarity, so that what tells
 * trades apart counts and "agent" hardly does. Nothing here comes from outside:
 * what does not fit is our own bug. */
#include "trade_finder.h"
#include "trade_text.h"

#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* Room that grows while the tables are read. */
struct builder {
	struct trade_finder *f;
	struct arena scratch;
	size_t cap_titles, cap_words, n_words_of, cap_words_of;
};

static size_t grown(size_t cap)
{
	return cap ? cap * 2 : 1024;
}

static uint64_t letters_of(const char *s)
{
	uint64_t bits = 0;
	for (; *s; s++) {
		uint64_t bit = UINT64_C(1) << ((unsigned char)*s & 31);
		bits |= bits & bit ? bit << 32 : bit;
	}
	return bits;
}

static uint16_t add_word(struct builder *b, const char *shown)
{
	struct trade_finder *f = b->f;
	if (f->n_words == b->cap_words) {
		b->cap_words = grown(b->cap_words);
		f->words = mem_grow(f->words, b->cap_words, sizeof(*f->words));
	}
	BUG_ON(f->n_words >= TRADE_WORD_NONE);
	f->words[f->n_words] = (struct trade_word){.shown = shown};
	return (uint16_t)f->n_words++;
}

/* The word of a form, made when neither it nor its stem was met before. */
static uint16_t intern(struct builder *b, const char *text)
{
	struct trade_finder *f = b->f;
	const struct trade_surface *known = map_get(&f->surfaces, text);
	if (known)
		return known->word;
	BUG_ON(strlen(text) > TRADE_SURFACE_LENGTH);
	const char *stem = trade_stem(&b->scratch, text);
	const struct trade_surface *same = map_get(&f->stems, stem);
	struct trade_surface *s = arena_alloc(&f->arena, sizeof(*s));
	*s = (struct trade_surface){arena_dup(&f->arena, text),
				    letters_of(text), 0};
	s->word = same ? same->word : add_word(b, s->text);
	map_put(&f->surfaces, s->text, s);
	if (!same)
		map_put(&f->stems, stem, s);
	return s->word;
}

static bool has_word(const uint16_t *words, size_t n, uint16_t word)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] == word)
			return true;
	return false;
}

/* The words of a title, each once; returns how many. */
static size_t words_of_text(struct builder *b, const char *text,
			    uint16_t words[TRADE_TITLE_WORDS])
{
	struct trade_text t;
	size_t n = 0;
	trade_text_read(&b->scratch, text, strlen(text), TRADE_TITLE_WORDS, &t);
	trade_text_drop_articles(b->f->noise, &t);
	for (size_t i = 0; i < t.n; i++) {
		uint16_t word = intern(b, t.tokens[i].text);
		if (!has_word(words, n, word))
			words[n++] = word;
	}
	return n;
}

static void add_words(struct builder *b, const uint16_t *words, size_t n,
		      uint16_t trade, bool is_activity)
{
	struct trade_finder *f = b->f;
	if (!n)
		return;
	if (f->n_titles == b->cap_titles) {
		b->cap_titles = grown(b->cap_titles);
		f->titles =
			mem_grow(f->titles, b->cap_titles, sizeof(*f->titles));
	}
	while (b->n_words_of + n > b->cap_words_of) {
		b->cap_words_of = grown(b->cap_words_of);
		f->words_of = mem_grow(f->words_of, b->cap_words_of,
				       sizeof(*f->words_of));
	}
	f->titles[f->n_titles++] = (struct trade_title_words){
		trade, (uint8_t)n, is_activity, (uint32_t)b->n_words_of, 0};
	memcpy(f->words_of + b->n_words_of, words, n * sizeof(*words));
	b->n_words_of += n;
	if (is_activity)
		f->words[words[0]].heads_activity = true;
	else
		f->words[words[0]].heads_job = true;
}

/* "x{m/f}y" as "xmy" and "xfy"; false when there are no braces. */
static bool expand(struct arena *a, const char *pattern, const char *forms[2])
{
	const char *open = strchr(pattern, '{');
	const char *bar = open ? strchr(open, '/') : NULL;
	const char *close = bar ? strchr(bar, '}') : NULL;
	if (!close)
		return false;
	int head = (int)(open - pattern);
	forms[0] = arena_printf(a, "%.*s%.*s%s", head, pattern,
				(int)(bar - open - 1), open + 1, close + 1);
	forms[1] = arena_printf(a, "%.*s%.*s%s", head, pattern,
				(int)(close - bar - 1), bar + 1, close + 1);
	return true;
}

/* The second half of "Valet / Femme de chambre", a whole title of its own;
 * NULL: not of this kind. */
static const char *second_half(const char *title)
{
	const char *bar = strstr(title, " / ");
	return bar && !strchr(bar + 3, '/') ? bar + 3 : NULL;
}

static size_t capitals(const char *s)
{
	size_t n = 0;
	while (s[n] >= 'A' && s[n] <= 'Z')
		n++;
	return n;
}

/* "Auxiliaire de Vie Sociale -AVS-" without its abbreviation, which few offers
 * write beside the words; NULL: it has none. */
static const char *without_abbreviation(struct arena *a, const char *title)
{
	for (const char *s = title; *s; s++) {
		size_t n = *s == '-' || *s == '(' ? capitals(s + 1) : 0;
		if (n >= 2 && s[n + 1] == (*s == '(' ? ')' : '-'))
			return arena_printf(a, "%.*s %s", (int)(s - title),
					    title, s + n + 2);
	}
	return NULL;
}

/* "Vendeur en boulangerie-pâtisserie" as of either shop; false: no such pair.
 */
static bool split_shops(struct arena *a, const char *title,
			const char *halves[2])
{
	for (const char *s = strpbrk(title, "-/"); s;
	     s = strpbrk(s + 1, "-/")) {
		size_t after = strcspn(s + 1, " -/");
		int before = (int)(s - title), first = before;
		while (first && title[first - 1] != ' ')
			first--;
		if (before - first < 6 || after < 6 ||
		    strncmp(s - 4, "erie", 4) != 0 ||
		    strncmp(s + after - 3, "erie", 4) != 0)
			continue;
		halves[0] =
			arena_printf(a, "%.*s%s", before, title, s + 1 + after);
		halves[1] = arena_printf(a, "%.*s%s", first, title, s + 1);
		return true;
	}
	return false;
}

static void add_form(struct builder *b, const char *title, uint16_t trade)
{
	uint16_t words[TRADE_TITLE_WORDS];
	size_t n = words_of_text(b, title, words);
	add_words(b, words, n, trade, false);
}

/* What offers write of a title when they do not write all of it. */
static void add_shorter(struct builder *b, const char *title, uint16_t trade)
{
	const char *halves[2];
	const char *shorter = without_abbreviation(&b->scratch, title);
	if (shorter)
		add_form(b, shorter, trade);
	if (split_shops(&b->scratch, title, halves)) {
		add_form(b, halves[0], trade);
		add_form(b, halves[1], trade);
	}
}

/* Two sets where the feminine is another word: "barman", "barmaid". */
static void add_title(struct builder *b, const char *pattern, uint16_t trade)
{
	const char *forms[2] = {pattern, NULL};
	uint16_t words[2][TRADE_TITLE_WORDS];
	size_t n[2];
	bool has_two = expand(&b->scratch, pattern, forms);
	n[0] = words_of_text(b, forms[0], words[0]);
	add_words(b, words[0], n[0], trade, false);
	add_shorter(b, forms[0], trade);
	if (!has_two && second_half(pattern))
		forms[1] = second_half(pattern);
	if (!forms[1])
		return;
	n[1] = words_of_text(b, forms[1], words[1]);
	if (n[0] != n[1] ||
	    memcmp(words[0], words[1], n[0] * sizeof(words[0][0])) != 0)
		add_words(b, words[1], n[1], trade, false);
}

/* An official title says whose a name of the v4 is; the label of a trade is an
 * activity unless it is a title as well. */
static void add_all(struct builder *b)
{
	const struct refdata *rd = b->f->rd;
	const char *title;
	uint16_t trade, words[TRADE_TITLE_WORDS];
	for (size_t i = 0; (title = rome_title(rd, i, &trade)); i++) {
		if (strchr(title, '{') || rome_by_title(rd, title) == trade)
			add_title(b, title, trade);
		arena_reset(&b->scratch);
	}
	for (trade = 0; trade < rome_count(rd); trade++) {
		size_t n = words_of_text(b, rome_label(rd, trade), words);
		add_words(b, words, n, trade, true);
		arena_reset(&b->scratch);
	}
}

/* 16 log2(n), rounded down, straight lines between the powers of two. */
static unsigned log2_16(uint64_t n)
{
	unsigned bits = 0;
	while (n >> (bits + 1))
		bits++;
	return bits * 16 + (unsigned)(((n << 4) >> bits) & 15);
}

static void index_titles(struct trade_finder *f)
{
	uint32_t *n_of = mem_array(f->n_words + 1, sizeof(*n_of)), sum = 0;
	unsigned all = log2_16(f->n_titles);
	f->of_trade = mem_alloc((size_t)rome_count(f->rd) * f->n_words / 8 + 1);
	for (size_t i = 0; i < f->n_titles; i++)
		for (size_t k = 0; k < f->titles[i].n; k++)
			n_of[f->words_of[f->titles[i].first + k]]++;
	for (size_t w = 0; w <= f->n_words; w++) {
		f->words[w].first = sum;
		if (w < f->n_words)
			f->words[w].weight =
				(uint16_t)(all - log2_16(n_of[w]) + 16);
		sum += n_of[w];
		n_of[w] = f->words[w].first;
	}
	f->postings = mem_array(sum + 1, sizeof(*f->postings));
	for (size_t i = 0; i < f->n_titles; i++) {
		struct trade_title_words *t = &f->titles[i];
		for (size_t k = 0; k < t->n; k++) {
			uint16_t w = f->words_of[t->first + k];
			size_t bit = (size_t)t->trade * f->n_words + w;
			f->postings[n_of[w]++] = (uint32_t)i;
			t->weight += f->words[w].weight;
			f->of_trade[bit / 8] |= (uint8_t)(1u << bit % 8);
		}
	}
	free(n_of);
}

/* Surfaces in order of length, so that few are looked at for a misspelt one. */
static void sort_surfaces(struct trade_finder *f)
{
	const char *text;
	void *value;
	size_t *at = f->by_length, sum = 0;
	f->sorted = mem_array(map_count(&f->surfaces), sizeof(*f->sorted));
	for (size_t i = 0; map_each(&f->surfaces, &i, &text, &value);)
		at[strlen(text)]++;
	for (size_t n = 0; n < ARRAY_LEN(f->by_length); n++) {
		size_t count = at[n];
		at[n] = sum;
		sum += count;
	}
	for (size_t i = 0; map_each(&f->surfaces, &i, &text, &value);)
		f->sorted[at[strlen(text)]++] =
			*(const struct trade_surface *)value;
	/* Each now says where the next length begins. */
	memmove(at + 1, at, (ARRAY_LEN(f->by_length) - 1) * sizeof(*at));
	at[0] = 0;
}

struct trade_finder *trade_finder_new(const struct refdata *rd)
{
	struct trade_finder *f = mem_alloc(sizeof(*f));
	struct builder b = {.f = f};
	f->rd = rd;
	arena_init(&f->arena);
	arena_init(&b.scratch);
	map_init(&f->surfaces);
	map_init(&f->stems);
	f->noise = trade_noise_new();
	for (uint32_t i = 0; i < ARRAY_LEN(f->powers); i++)
		f->powers[i] = (uint16_t)(i * num_isqrt(i * 1000) / 1000);
	add_all(&b);
	add_word(&b, ""); /* ends the last word's postings */
	f->n_words--;
	index_titles(f);
	sort_surfaces(f);
	arena_clear(&b.scratch);
	return f;
}

void trade_finder_free(struct trade_finder *f)
{
	if (!f)
		return;
	map_clear(&f->surfaces, NULL);
	map_clear(&f->stems, NULL);
	trade_noise_free(f->noise);
	arena_clear(&f->arena);
	free(f->words);
	free(f->titles);
	free(f->words_of);
	free(f->postings);
	free(f->sorted);
	free(f->of_trade);
	free(f);
}

bool trade_has_word(const struct trade_finder *f, uint16_t trade, uint16_t word)
{
	size_t bit = (size_t)trade * f->n_words + word;
	return f->of_trade[bit / 8] >> bit % 8 & 1;
}

uint16_t trade_word_of(const struct trade_finder *f, struct arena *a,
		       const char *surface)
{
	const struct trade_surface *s = map_get(&f->surfaces, surface);
	if (!s)
		s = map_get(&f->stems, trade_stem(a, surface));
	return s ? s->word : TRADE_WORD_NONE;
}

/* More bits than an edit or two change, two an edit at most. Asked of some
 * thousand surfaces: no branch but the edits'. */
static bool has_more_bits(uint64_t v, size_t edits)
{
	v &= v - 1;
	v &= v - 1;
	if (edits > 1) {
		v &= v - 1;
		v &= v - 1;
	}
	return v != 0;
}

struct nearest {
	const struct trade_finder *f;
	uint16_t *alike;
	size_t n;
	size_t edits; /* of those found; before, one more than allowed */
};

/* Kept in order: the commoner word first, so that four are the likeliest. */
static void consider(struct nearest *best, uint16_t word, size_t edits)
{
	const struct trade_word *words = best->f->words;
	size_t i;
	if (edits < best->edits)
		best->n = 0;
	best->edits = edits;
	if (has_word(best->alike, best->n, word))
		return;
	if (best->n == TRADE_ALIKE_MAX) {
		if (words[best->alike[best->n - 1]].weight <=
		    words[word].weight)
			return;
		best->n--;
	}
	for (i = best->n++;
	     i && words[best->alike[i - 1]].weight > words[word].weight; i--)
		best->alike[i] = best->alike[i - 1];
	best->alike[i] = word;
}

size_t trade_words_alike(const struct trade_finder *f, const char *surface,
			 uint16_t alike[TRADE_ALIKE_MAX], int *edits)
{
	size_t n = strlen(surface), max = n < 5 ? 0 : n < 9 ? 1 : 2;
	struct nearest best = {f, alike, 0, max + 1};
	uint64_t letters = letters_of(surface);
	if (!max || n > TRADE_SURFACE_LENGTH)
		return 0;
	size_t last =
		n + max < TRADE_SURFACE_LENGTH ? n + max : TRADE_SURFACE_LENGTH;
	for (size_t i = f->by_length[n - max]; i < f->by_length[last + 1];
	     i++) {
		const struct trade_surface *s = &f->sorted[i];
		/* What is further than the nearest is not wanted. */
		size_t near = best.edits < max ? best.edits : max;
		if (has_more_bits(s->letters ^ letters, near))
			continue;
		size_t d = str_distance(surface, s->text, near);
		if (d <= near)
			consider(&best, s->word, d);
	}
	*edits = (int)best.edits;
	return best.n;
}
