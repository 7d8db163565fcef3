/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows that fire on a text. A sentence at a time: first every phrase that
 * stands in it, those that fire and those that veto alike, in one pass over its
 * words; then which rows fire in spite of the vetoes near by. Each sentence has
 * a ceiling of words and of matches, so no text costs more than its length. */
#include "lexicon_trie.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <assert.h>
#include <limits.h>
#include <string.h>

/* More in one sentence are not looked at: a person writes about five. */
enum { MATCHES_MAX = 512 };
/* The beginning of a text tells its language. */
enum { LANGUAGE_WORDS_MAX = 150 };

struct match {
	uint16_t phrase;
	uint16_t first, last; /* words */
	int32_t captured;
};
struct scan {
	const struct lexicon *l;
	const struct cut_sentence *sentence;
	const struct word *words; /* the sentence's */
	size_t n_words;
	/* May any phrase begin with this capture; with any? */
	bool begins[CAPTURE_COUNT], may_capture;
	uint64_t has; /* the sentence's, of this lexicon */
	size_t n;
	struct match v[MATCHES_MAX];
};

static const struct known *known_of(const struct scan *c, size_t at)
{
	return c->words[at].known[c->l->what];
}

static bool has_term(const struct scan *c, size_t at, uint16_t term)
{
	const struct known *k = known_of(c, at);
	if (!(k->has & TERM_BIT(term)))
		return false;
	for (uint8_t i = 0; i < k->n_terms; i++)
		if (k->terms[i] == term)
			return true;
	return false;
}

/* May the word begin this step? Told by bits alone, before anything is called
 * for the one word in twenty. */
static bool may_stand(const struct scan *c, size_t at, const struct step *s)
{
	return s->kind != STEP_TERM || s->is_optional ||
	       known_of(c, at)->has & TERM_BIT(s->term);
}

/* The steps from `step` on at the words from `at` on; m->last and m->captured
 * are set on success. As deep as a phrase has steps. */
static bool match_from(const struct scan *c, const struct phrase *p,
		       size_t step, size_t at, struct match *m)
{
	const struct step *now = &p->steps[step];
	for (; step < p->n && now->kind == STEP_TERM && !now->is_optional;
	     step++, now++, at++)
		if (at >= c->n_words || !has_term(c, at, now->term))
			return false;
	if (step == p->n) {
		m->last = (uint16_t)(at - 1);
		return true;
	}
	if (now->kind == STEP_GAP) {
		for (size_t k = 0; k <= p->within && at + k < c->n_words; k++)
			if (may_stand(c, at + k, now + 1) &&
			    match_from(c, p, step + 1, at + k, m))
				return true;
		return false;
	}
	if (now->kind == STEP_CAPTURE) {
		int32_t v;
		size_t n = capture_words(now->capture, c->words, c->n_words, at,
					 &v);
		if (n)
			m->captured = v;
		return n && match_from(c, p, step + 1, at + n, m);
	}
	if (at < c->n_words && has_term(c, at, now->term) &&
	    match_from(c, p, step + 1, at + 1, m))
		return true;
	return match_from(c, p, step + 1, at, m);
}

/* May any phrase with this first step stand here? has: of the word behind. Most
 * often none may. */
static bool may_begin(const struct scan *c, const struct index *by, size_t key,
		      uint64_t has)
{
	const struct beginning *all = &by->alike[key];
	return !(all->needs & ~c->has) && (!all->next || all->next & has);
}

static uint64_t has_at(const struct scan *c, size_t at)
{
	return at < c->n_words ? known_of(c, at)->has : 0;
}

/* The phrases with this first step from their second on, the first being the
 * words from `at` to `next`. */
static void try_phrases(struct scan *c, size_t at, size_t next,
			int32_t captured, const struct index *by, size_t key)
{
	uint64_t has = has_at(c, next);
	const struct beginning *end = by->list + by->first[key + 1];
	for (const struct beginning *b = by->list + by->first[key]; b < end;
	     b++) {
		if ((b->needs & ~c->has) | (b->next & ~has))
			continue;
		const struct phrase *p = &c->l->phrases->v[b->phrase];
		struct match m = {.phrase = b->phrase,
				  .first = (uint16_t)at,
				  .last = (uint16_t)(next - 1),
				  .captured = captured};
		if (c->n < MATCHES_MAX &&
		    (p->n == 1 || match_from(c, p, 1, next, &m)))
			c->v[c->n++] = m;
	}
}

static bool is_any_possible(const struct scan *c, enum capture kind)
{
	const struct index *by = &c->l->phrases->by_capture;
	for (size_t i = by->first[kind]; i < by->first[kind + 1]; i++)
		if (!(by->list[i].needs & ~c->has))
			return true;
	return false;
}

/* Phrases that begin with what is captured, which is read once for all. */
static void try_captures(struct scan *c, size_t at)
{
	for (int k = CAPTURE_TIME; k < CAPTURE_COUNT; k++) {
		int32_t v;
		size_t n = c->begins[k]
				   ? capture_words((enum capture)k, c->words,
						   c->n_words, at, &v)
				   : 0;
		if (n)
			try_phrases(c, at, at + n, v,
				    &c->l->phrases->by_capture, (size_t)k);
	}
}

static void take_sentence(struct scan *c, const struct cut_sentence *s)
{
	c->sentence = s;
	c->words = s->v;
	c->n_words = s->n;
	c->has = s->has[c->l->what];
	c->may_capture = false;
	for (int k = CAPTURE_TIME; k < CAPTURE_COUNT; k++) {
		c->begins[k] =
			s->may_capture && is_any_possible(c, (enum capture)k);
		c->may_capture |= c->begins[k];
	}
}

static void find_matches(struct scan *c)
{
	const struct index *by = &c->l->phrases->by_term;
	const uint8_t *starts = c->sentence->starts[c->l->what];
	size_t n_starts = c->sentence->n_starts[c->l->what];
	c->n = 0;
	for (size_t s = 0; s < n_starts; s++) {
		size_t i = starts[s];
		const struct known *known = known_of(c, i);
		uint64_t has = has_at(c, i + 1);
		for (uint8_t k = 0; k < known->n_starts; k++)
			if (may_begin(c, by, known->starts[k], has))
				try_phrases(c, i, i + 1, 0, by,
					    known->starts[k]);
		if (c->may_capture && c->words[i].may_capture)
			try_captures(c, i);
	}
}

/* Whole sentences, so a little more than the words asked for. */
static void count_language(const struct cut_sentence *s, struct language *out)
{
	if (out->n >= LANGUAGE_WORDS_MAX)
		return;
	for (size_t i = 0; i < s->n; i++) {
		out->french += s->v[i].language == LANGUAGE_FRENCH;
		out->english += s->v[i].language == LANGUAGE_ENGLISH;
	}
	out->n += s->n;
}

/* Words from the end of one to the beginning of the other when one clause holds
 * both, 0: they overlap; else more than any row's near. */
static int distance(const struct scan *c, size_t last, size_t first)
{
	if (first <= last)
		return 0;
	return c->words[last].clause == c->words[first].clause
		       ? (int)(first - last)
		       : INT_MAX;
}

/* Does another phrase of the sentence, near enough, forbid it? */
static bool is_vetoed(const struct scan *c, const struct match *m, size_t row)
{
	const uint8_t *vetoes =
		c->l->vetoes + row * phrases_count(c->l->phrases);
	int near = c->l->rows[row].near;
	for (size_t i = 0; i < c->n; i++) {
		const struct match *v = &c->v[i];
		uint8_t how = vetoes[v->phrase];
		if (!how || distance(c, v->last, m->first) > near)
			continue;
		int after = distance(c, m->last, v->first);
		if (!after || (how & VETO_AROUND && after <= near))
			return true;
	}
	return false;
}

static void fire(const struct scan *c, const struct match *m, size_t row,
		 enum lexicon_text where, lexicon_fire_fn *on_fire, void *ctx)
{
	const struct row *r = &c->l->rows[row];
	if (!(r->in & 1u << where) ||
	    (r->has_between && (m->captured < r->lo || m->captured > r->hi)) ||
	    is_vetoed(c, m, row))
		return;
	struct firing_at at = {
		.row = row,
		.captured = m->captured,
		.from = c->words[m->first].from,
		.to = c->words[m->last].to,
	};
	on_fire(ctx, &at);
}

void lexicon_scan(const struct lexicon *l, const struct lexicon_texts *t,
		  enum lexicon_text where, lexicon_fire_fn *on_fire, void *ctx,
		  struct language *language)
{
	struct scan c;
	BUG_ON(!dictionary_has(t->dictionary, l));
	c.l = l;
	for (const struct cut_sentence *s = t->first[where]; s; s = s->next) {
		take_sentence(&c, s);
		if (language)
			count_language(s, language);
		find_matches(&c);
		for (size_t i = 0; i < c.n; i++) {
			const struct firing *f = &l->firings[c.v[i].phrase];
			for (size_t k = 0; k < f->n; k++)
				fire(&c, &c.v[i], f->rows[k], where, on_fire,
				     ctx);
		}
	}
}

static const char *text_of(const struct offer *o, enum lexicon_text where)
{
	switch (where) {
	case LEXICON_TITLE:
		return o->title;
	case LEXICON_DESCRIPTION:
		return o->description;
	case LEXICON_HOURS:
		return o->hours.text;
	case LEXICON_SALARY:
		return o->salary_text;
	case LEXICON_RHYTHM:
		return o->training_rhythm;
	default:
		return NULL;
	}
}

/* Terms and beginnings of one more word. */
static void sum_up(struct cut_sentence *s, const struct word *w, size_t i)
{
	s->may_capture |= w->may_capture;
	for (int what = 0; what < LEXICON_WHATS; what++) {
		const struct known *known = w->known[what];
		s->has[what] |= known->has;
		s->starts[what][s->n_starts[what]] = (uint8_t)i;
		s->n_starts[what] += known->n_starts > 0 || w->may_capture;
	}
}

static_assert(SENTENCE_WORDS_MAX <= UINT8_MAX, "starts[] are bytes");
static struct cut_sentence *cut_sentence(const struct lexicon_dictionary *d,
					 struct arena *a,
					 const struct sentence *from)
{
	size_t size = from->n * sizeof(from->v[0]);
	struct cut_sentence *s = arena_bytes(a, sizeof(*s) + size);
	*s = (struct cut_sentence){.n = from->n};
	memcpy(s->v, from->v, size);
	for (int what = 0; what < LEXICON_WHATS; what++)
		s->starts[what] = arena_bytes(a, s->n);
	for (size_t i = 0; i < s->n; i++) {
		dictionary_know(d, &s->v[i]);
		s->v[i].may_capture = capture_may_begin(&s->v[i]);
		sum_up(s, &s->v[i], i);
	}
	return s;
}

static struct cut_sentence *cut_text(const struct lexicon_dictionary *d,
				     struct arena *a, const char *text)
{
	struct cut_sentence *first = NULL, **end = &first;
	struct sentence s;
	struct sentences w = {.text = text};
	while (sentence_next(&w, a, &s)) {
		*end = cut_sentence(d, a, &s);
		end = &(*end)->next;
	}
	return first;
}

struct lexicon_texts *lexicon_texts_cut(const struct lexicon_dictionary *d,
					struct arena *a, const struct offer *o)
{
	struct lexicon_texts *t = arena_alloc(a, sizeof(*t));
	t->dictionary = d;
	for (int i = 0; i < LEXICON_TEXT_COUNT; i++) {
		t->text[i] = text_of(o, (enum lexicon_text)i);
		if (t->text[i])
			t->first[i] = cut_text(d, a, t->text[i]);
	}
	return t;
}

char *lexicon_cut(struct arena *a, const char *text, uint32_t from, uint32_t to)
{
	return utf8_clean(a, arena_dup_n(a, text + from, to - from),
			  UTF8_ONE_LINE, LEXICON_WORDS_MAX);
}
