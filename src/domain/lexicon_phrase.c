/* SPDX-License-Identifier: EUPL-1.2 */
/* Phrases as an administrator writes them, to steps over terms. A term is a
 * group of words that mean the same to a phrase ("exige*|obligatoire"); a trie
 * of letters tells all terms of a word in one walk over it. Phrases that are
 * written the same are one. */
#include "lexicon_trie.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
	WORD_MAX = 60, /* letters; folding may lengthen what was written */
	ALTERNATIVES_MAX = 24,
	/* Numbers are 16 bits wide, the last is none. */
	NODES_MAX = 0xFFFF,
	TERMS_MAX = 0xFFFF,
	PHRASES_ALL_MAX = 20000
};

static void *room(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 64;
	return mem_grow(v, *cap, size);
}

static size_t numbered(const struct map *m, const char *key)
{
	return (size_t)(uintptr_t)map_get(m, key);
}

/* The node of a word, made where it is missing; 0 (the root): no more room. */
static size_t node_of(struct phrases *p, const char *word)
{
	size_t at = 0;
	for (; *word; word++) {
		int c = p->letter[(unsigned char)*word];
		if (c < 0)
			return 0;
		if (!p->nodes[at].next[c]) {
			if (p->n_nodes == NODES_MAX)
				return 0;
			p->nodes = room(p->nodes, p->n_nodes, &p->cap_nodes,
					sizeof(*p->nodes));
			p->nodes[p->n_nodes] = (struct node){.exact = 0};
			p->nodes[at].next[c] = (uint16_t)p->n_nodes++;
		}
		at = p->nodes[at].next[c];
	}
	return at;
}

static void know_numbers(struct phrases *p)
{
	static const struct {
		const char *word;
		int8_t number, month;
	} words[] = {
		{"un", 1, 0},	     {"une", 1, 0},	 {"deux", 2, 0},
		{"trois", 3, 0},     {"quatre", 4, 0},	 {"cinq", 5, 0},
		{"six", 6, 0},	     {"sept", 7, 0},	 {"huit", 8, 0},
		{"neuf", 9, 0},	     {"dix", 10, 0},	 {"onze", 11, 0},
		{"douze", 12, 0},    {"janvier", 0, 1},	 {"fevrier", 0, 2},
		{"mars", 0, 3},	     {"avril", 0, 4},	 {"mai", 0, 5},
		{"juin", 0, 6},	     {"juillet", 0, 7},	 {"aout", 0, 8},
		{"septembre", 0, 9}, {"octobre", 0, 10}, {"novembre", 0, 11},
		{"decembre", 0, 12},
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t at = node_of(p, words[i].word);
		p->nodes[at].number = words[i].number;
		p->nodes[at].month = words[i].month;
	}
}

/* Small words that the other language does not have. */
static void know_languages(struct phrases *p)
{
	static const char *const french[] = {
		"au",  "aux",  "avec", "ce",  "ces",   "chez", "dans", "de",
		"des", "du",   "elle", "en",  "est",   "et",   "il",   "la",
		"le",  "les",  "leur", "nos", "notre", "nous", "ou",   "par",
		"pas", "pour", "qui",  "sa",  "ses",   "son",  "sont", "sous",
		"sur", "un",   "une",  "vos", "votre", "vous",
	};
	static const char *const english[] = {
		"an",	"and",	"are",	"as",	"at",	"be",	"by",
		"for",	"from", "have", "is",	"it",	"must", "of",
		"or",	"our",	"that", "the",	"this", "to",	"we",
		"will", "with", "you",	"your",
	};
	for (size_t i = 0; i < ARRAY_LEN(french); i++) {
		size_t at = node_of(p, french[i]);
		p->nodes[at].language = LANGUAGE_FRENCH;
	}
	for (size_t i = 0; i < ARRAY_LEN(english); i++) {
		size_t at = node_of(p, english[i]);
		p->nodes[at].language = LANGUAGE_ENGLISH;
	}
}

void phrases_letters(int8_t letter[256])
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyz0123456789,./-:";
	memset(letter, -1, 256);
	for (int i = 0; i < LETTERS; i++) {
		unsigned char c = (unsigned char)letters[i];
		letter[c] = letter[toupper(c)] = (int8_t)i;
	}
}

struct phrases *phrases_new(void)
{
	struct phrases *p = mem_alloc(sizeof(*p));
	phrases_letters(p->letter);
	map_init(&p->terms);
	map_init(&p->texts);
	arena_init(&p->arena);
	p->nodes = room(NULL, 0, &p->cap_nodes, sizeof(*p->nodes));
	p->nodes[p->n_nodes++] = (struct node){.exact = 0};
	p->links = room(NULL, 0, &p->cap_links, sizeof(*p->links));
	p->links[p->n_links++] = (struct link){0, 0}; /* 0 ends a chain */
	know_numbers(p);
	know_languages(p);
	return p;
}

void phrases_free(struct phrases *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].text);
	map_clear(&p->terms, NULL);
	map_clear(&p->texts, NULL);
	free(p->nodes);
	free(p->links);
	free(p->v);
	free(p->by_term.first);
	free(p->by_term.list);
	free(p->by_term.alike);
	free(p->by_capture.first);
	free(p->by_capture.list);
	free(p->by_capture.alike);
	free(p->known);
	free(p->ends);
	free(p->leaves);
	arena_clear(&p->arena);
	free(p);
}

/* ---- terms ---- */

/* word: folded, "*" behind it when it is the beginning of one. */
static int link_word(struct phrases *p, const char *word, uint16_t term,
		     struct err *err)
{
	char plain[WORD_MAX + 2];
	str_copy(plain, sizeof(plain), word);
	size_t n = strlen(plain);
	bool is_prefix = plain[n - 1] == '*';
	plain[n - is_prefix] = '\0';
	size_t at = node_of(p, plain);
	if (!at || p->n_links > UINT16_MAX)
		return err_set(err, ERR_LIMIT, "too many different words");
	p->links = room(p->links, p->n_links, &p->cap_links, sizeof(*p->links));
	uint16_t *head = is_prefix ? &p->nodes[at].prefix : &p->nodes[at].exact;
	p->links[p->n_links] = (struct link){term, *head};
	*head = (uint16_t)p->n_links++;
	return 0;
}

/* text: alternatives with | between, folded. */
static int term_of(struct phrases *p, const char *text, uint16_t *out,
		   struct err *err)
{
	size_t known = numbered(&p->terms, text);
	if (known) {
		*out = (uint16_t)(known - 1);
		return 0;
	}
	if (p->n_terms == TERMS_MAX)
		return err_set(err, ERR_LIMIT, "too many groups of words");
	*out = (uint16_t)p->n_terms++;
	map_put(&p->terms, text, (void *)(uintptr_t)(p->n_terms));
	for (const char *s = text; *s;) {
		char one[WORD_MAX + 2];
		size_t n = strcspn(s, "|");
		memcpy(one, s, n);
		one[n] = '\0';
		if (link_word(p, one, *out, err))
			return -1;
		s += n + (s[n] == '|');
	}
	return 0;
}

/* ---- parsing ---- */

/* One phrase being read: steps as text first, so that a check needs no trie. */
struct parsed {
	struct arena *a;
	size_t n, n_gaps, n_captures;
	struct {
		enum step_kind kind;
		enum capture capture;
		bool is_optional;
		const char *term;
	} v[LEXICON_STEPS_MAX];
};

static int add_step(struct parsed *out, enum step_kind kind,
		    enum capture capture, bool is_optional, const char *term,
		    struct err *err)
{
	if (out->n == LEXICON_STEPS_MAX)
		return err_set(err, ERR_CONFIG, "more than %d steps",
			       LEXICON_STEPS_MAX);
	out->v[out->n].kind = kind;
	out->v[out->n].capture = capture;
	out->v[out->n].is_optional = is_optional;
	out->v[out->n++].term = term;
	out->n_gaps += kind == STEP_GAP;
	out->n_captures += kind == STEP_CAPTURE;
	return 0;
}

static bool is_plain(const struct sentence *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].len > WORD_MAX)
			return false;
		for (uint32_t k = 0; k < s->v[i].len; k++)
			if ((unsigned char)s->v[i].s[k] >= 0x80)
				return false;
	}
	return true;
}

/* A written word, perhaps with * behind, as words; the star is the last's. */
static int fold_word(struct parsed *out, const char *s, struct sentence *words,
		     bool *is_prefix, struct err *err)
{
	size_t n = strlen(s);
	struct sentence more;
	*is_prefix = n && s[n - 1] == '*';
	const char *plain = arena_dup_n(out->a, s, n - *is_prefix);
	if (strpbrk(plain, "*?()[]{}<>\"$|"))
		return err_set(err, ERR_CONFIG,
			       "\"%s\": * and ? stand at the end of a word, "
			       "words and | are all there is besides",
			       s);
	struct sentences w = {.text = plain};
	if (!sentence_next(&w, out->a, words) ||
	    sentence_next(&w, out->a, &more))
		return err_set(err, ERR_CONFIG, "\"%s\" is no word", s);
	if (!is_plain(words))
		return err_set(err, ERR_CONFIG,
			       "\"%s\": only letters a to z, accents aside, "
			       "%d at most",
			       s, WORD_MAX);
	if (*is_prefix && words->v[words->n - 1].len < PREFIX_MIN)
		return err_set(err, ERR_CONFIG,
			       "\"%s\": at least %d letters before *", s,
			       PREFIX_MIN);
	return 0;
}

static char *lower(struct arena *a, const struct word *w, bool is_prefix)
{
	char *s = arena_printf(a, "%.*s%s", (int)w->len, w->s,
			       is_prefix ? "*" : "");
	for (char *c = s; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return s;
}

static int parse_alternatives(struct parsed *out, const char *token,
			      bool is_optional, struct err *err)
{
	struct sentence words;
	bool is_prefix = false;
	char *term = arena_dup(out->a, "");
	size_t count = 0;
	words.n = 0;
	for (const char *s = token;; count++) {
		size_t n = strcspn(s, "|");
		if (fold_word(out, arena_dup_n(out->a, s, n), &words,
			      &is_prefix, err))
			return -1;
		if (words.n > 1 || count == ALTERNATIVES_MAX)
			return err_set(err, ERR_CONFIG,
				       "\"%s\": single words stand between |, "
				       "at most %d",
				       token, ALTERNATIVES_MAX);
		term = arena_printf(out->a, "%s%s%s", term, count ? "|" : "",
				    lower(out->a, &words.v[0], is_prefix));
		s += n;
		if (!*s++)
			break;
	}
	return add_step(out, STEP_TERM, CAPTURE_NONE, is_optional, term, err);
}

static int parse_words(struct parsed *out, const char *token, bool is_optional,
		       struct err *err)
{
	struct sentence words;
	bool is_prefix = false;
	words.n = 0;
	if (fold_word(out, token, &words, &is_prefix, err))
		return -1;
	if (is_optional && words.n > 1)
		return err_set(err, ERR_CONFIG,
			       "\"%s\": ? is for a single word", token);
	for (size_t i = 0; i < words.n; i++)
		if (add_step(out, STEP_TERM, CAPTURE_NONE, is_optional,
			     lower(out->a, &words.v[i],
				   is_prefix && i + 1 == words.n),
			     err))
			return -1;
	return 0;
}

static int parse_token(struct parsed *out, char *token, struct err *err)
{
	if (str_eq(token, "..."))
		return add_step(out, STEP_GAP, CAPTURE_NONE, false, NULL, err);
	if (*token == '{') {
		enum capture c = capture_find(token);
		if (c == CAPTURE_NONE)
			return err_set(err, ERR_CONFIG,
				       "no such capture %s; allowed: {time} "
				       "{hours} {number} {date} {duration}",
				       token);
		return add_step(out, STEP_CAPTURE, c, false, NULL, err);
	}
	size_t n = strlen(token);
	bool is_optional = token[n - 1] == '?';
	token[n - is_optional] = '\0';
	if (strchr(token, '|'))
		return parse_alternatives(out, token, is_optional, err);
	return parse_words(out, token, is_optional, err);
}

static int check_ends(const struct parsed *p, struct err *err)
{
	if (!p->n)
		return err_set(err, ERR_CONFIG, "a phrase without words");
	if (p->v[0].kind == STEP_GAP || p->v[p->n - 1].kind == STEP_GAP ||
	    p->v[0].is_optional || p->v[p->n - 1].is_optional)
		return err_set(err, ERR_CONFIG,
			       "a phrase begins and ends with a word that must "
			       "be there");
	if (p->n_gaps > LEXICON_GAPS_MAX)
		return err_set(err, ERR_CONFIG, "at most %d times \"...\"",
			       LEXICON_GAPS_MAX);
	if (p->n_captures > 1)
		return err_set(err, ERR_CONFIG, "one {...} in a phrase");
	return 0;
}

static int parse(struct parsed *out, const char *text, struct err *err)
{
	if (strlen(text) > LEXICON_PHRASE_MAX)
		return err_set(err, ERR_CONFIG, "longer than %d bytes",
			       LEXICON_PHRASE_MAX);
	for (const char *s = text; *s;) {
		size_t n = strcspn(s, " ");
		if (n && parse_token(out, arena_dup_n(out->a, s, n), err))
			return -1;
		s += n + (s[n] == ' ');
	}
	return check_ends(out, err);
}

int lexicon_phrase_check(const char *phrase, struct err *err)
{
	struct arena a;
	arena_init(&a);
	struct parsed p = {.a = &a};
	int result = parse(&p, phrase, err);
	arena_clear(&a);
	return result;
}

/* ---- phrases ---- */

static char *canonical(const struct parsed *p, int within)
{
	char *s = arena_printf(p->a, "%d", p->n_gaps ? within : 0);
	for (size_t i = 0; i < p->n; i++)
		s = arena_printf(p->a, "%s %s%s", s,
				 p->v[i].kind == STEP_GAP ? "..."
				 : p->v[i].kind == STEP_CAPTURE
					 ? capture_names[p->v[i].capture - 1]
					 : p->v[i].term,
				 p->v[i].is_optional ? "?" : "");
	return s;
}

static int add_parsed(struct phrases *p, const struct parsed *from,
		      const char *text, int within, struct err *err)
{
	struct phrase made = {.n = (uint8_t)from->n, .within = (uint8_t)within};
	for (size_t i = 0; i < from->n; i++) {
		struct step *s = &made.steps[i];
		s->kind = (uint8_t)from->v[i].kind;
		s->capture = (uint8_t)from->v[i].capture;
		s->is_optional = from->v[i].is_optional;
		s->term = TERM_NONE;
		if (from->v[i].term &&
		    term_of(p, from->v[i].term, &s->term, err))
			return -1;
	}
	if (p->n == PHRASES_ALL_MAX)
		return err_set(err, ERR_LIMIT, "more than %d phrases",
			       PHRASES_ALL_MAX);
	p->v = room(p->v, p->n, &p->cap, sizeof(*p->v));
	made.text = mem_dup(text);
	p->v[p->n++] = made;
	map_put(&p->texts, text, (void *)(uintptr_t)p->n);
	return (int)p->n - 1;
}

int phrases_add(struct phrases *p, const char *text, int within,
		struct err *err)
{
	struct arena a;
	arena_init(&a);
	struct parsed parsed = {.a = &a};
	int result = parse(&parsed, text, err);
	if (!result) {
		const char *key = canonical(&parsed, within);
		size_t known = numbered(&p->texts, key);
		result = known ? (int)known - 1
			       : add_parsed(p, &parsed, key, within, err);
	}
	arena_clear(&a);
	return result;
}
