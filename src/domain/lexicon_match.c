/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows that fire on a text. A sentence at a time: first every phrase that
 * stands in it, those that fire and those that veto alike, in one pass over its
 * words; then which rows fire in spite of the vetoes near by. Each sentence has
 * a ceiling of words and of matches, so no text costs more than its length. */
#include "lexicon_parts.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <limits.h>

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
	struct sentence sentence;
	uint64_t has; /* TERM_BIT() of all terms of the sentence */
	size_t n;
	struct match v[MATCHES_MAX];
};

static bool has_term(const struct word *w, uint16_t term)
{
	for (uint16_t i = 0; i < w->n_terms; i++)
		if (w->terms[i] == term)
			return true;
	return false;
}

/* The steps from `step` on at the words from `at` on; m->last and m->captured
 * are set on success. As deep as a phrase has steps. */
static bool match_from(const struct sentence *s, const struct phrase *p,
		       size_t step, size_t at, struct match *m)
{
	const struct step *now = &p->steps[step];
	if (step == p->n) {
		m->last = (uint16_t)(at - 1);
		return true;
	}
	if (now->kind == STEP_GAP) {
		for (size_t k = 0; k <= p->within && at + k < s->n; k++)
			if (match_from(s, p, step + 1, at + k, m))
				return true;
		return false;
	}
	if (now->kind == STEP_CAPTURE) {
		int32_t v;
		size_t n = capture_words(now->capture, s, at, &v);
		if (n)
			m->captured = v;
		return n && match_from(s, p, step + 1, at + n, m);
	}
	if (at < s->n && has_term(&s->v[at], now->term) &&
	    match_from(s, p, step + 1, at + 1, m))
		return true;
	return now->is_optional && match_from(s, p, step + 1, at, m);
}

static void try_phrases(struct scan *c, size_t at, const struct beginning *list,
			size_t n)
{
	for (size_t i = 0; i < n && c->n < MATCHES_MAX; i++) {
		struct match m = {.phrase = list[i].phrase,
				  .first = (uint16_t)at};
		if (list[i].needs & ~c->has)
			continue;
		if (match_from(&c->sentence,
			       phrases_at(c->l->phrases, m.phrase), 0, at, &m))
			c->v[c->n++] = m;
	}
}

static void know_words(struct scan *c)
{
	c->has = 0;
	for (size_t i = 0; i < c->sentence.n; i++) {
		struct word *w = &c->sentence.v[i];
		phrases_know(c->l->phrases, w);
		for (uint16_t k = 0; k < w->n_terms; k++)
			c->has |= TERM_BIT(w->terms[k]);
	}
}

static void find_matches(struct scan *c)
{
	const struct phrases *p = c->l->phrases;
	size_t n;
	c->n = 0;
	for (size_t i = 0; i < c->sentence.n; i++) {
		const struct word *w = &c->sentence.v[i];
		for (uint16_t k = 0; k < w->n_terms; k++) {
			const struct beginning *list =
				phrases_by_term(p, w->terms[k], &n);
			try_phrases(c, i, list, n);
		}
		bool may_begin = capture_may_begin(w);
		for (int k = CAPTURE_TIME; may_begin && k < CAPTURE_COUNT;
		     k++) {
			const struct beginning *list =
				phrases_by_capture(p, (enum capture)k, &n);
			try_phrases(c, i, list, n);
		}
	}
}

/* Whole sentences, so a little more than the words asked for. */
static void count_language(const struct sentence *s, struct language *out)
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
	return c->sentence.v[last].clause == c->sentence.v[first].clause
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
		.from = c->sentence.v[m->first].from,
		.to = c->sentence.v[m->last].to,
	};
	on_fire(ctx, &at);
}

void lexicon_scan(const struct lexicon *l, struct arena *a, const char *text,
		  enum lexicon_text where, lexicon_fire_fn *on_fire, void *ctx,
		  struct language *language)
{
	struct scan c;
	struct sentences w = {.text = text};
	c.l = l;
	while (sentence_next(&w, a, &c.sentence)) {
		know_words(&c);
		if (language)
			count_language(&c.sentence, language);
		find_matches(&c);
		for (size_t i = 0; i < c.n; i++) {
			const struct firing *f = &l->firings[c.v[i].phrase];
			for (size_t k = 0; k < f->n; k++)
				fire(&c, &c.v[i], f->rows[k], where, on_fire,
				     ctx);
		}
	}
}

const char *lexicon_text_of(const struct offer *o, enum lexicon_text where)
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

char *lexicon_cut(struct arena *a, const char *text, uint32_t from, uint32_t to)
{
	return utf8_clean(a, arena_dup_n(a, text + from, to - from),
			  UTF8_ONE_LINE, LEXICON_WORDS_MAX);
}
