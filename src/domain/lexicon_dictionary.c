/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of the signals and of quality as one trie, so that a word of a text
 * is walked over once. A node is a pair of nodes, one of each lexicon, of which
 * one may be missing: the word has left that lexicon's trie. Constant once
 * made.
 */
#include "lexicon_trie.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <assert.h>
#include <stdlib.h>

enum { NODES_MAX = UINT16_MAX };

struct both {
	uint16_t next[LETTERS];
	int8_t number, month, language;
	/* Of a word that ends here; that goes on and leaves both tries. */
	const struct known *ends[LEXICON_WHATS], *leaves[LEXICON_WHATS];
};
struct lexicon_dictionary {
	const struct lexicon *of[LEXICON_WHATS];
	int8_t letter[256];
	struct both *nodes;
	size_t n;
	uint16_t pairs[LETTERS * LETTERS]; /* nodes by two letters; 0: none */
};
static const struct known nothing;

/* A node while it is made: those it stands for; 0: none, but for the root. */
struct pair {
	uint16_t at[LEXICON_WHATS];
};

static void fill(struct lexicon_dictionary *d, size_t i, const struct pair *of,
		 const struct both *above)
{
	struct both *b = &d->nodes[i];
	for (int w = 0; w < LEXICON_WHATS; w++) {
		const struct phrases *p = d->of[w] ? d->of[w]->phrases : NULL;
		b->ends[w] = b->leaves[w] = above ? above->leaves[w] : &nothing;
		if (!p || (above && !of->at[w]))
			continue;
		const struct node *n = &p->nodes[of->at[w]];
		b->ends[w] = &p->known[p->ends[of->at[w]]];
		b->leaves[w] = &p->known[p->leaves[of->at[w]]];
		b->number = n->number;
		b->month = n->month;
		b->language = n->language;
	}
}

/* The node behind a letter; false: in no lexicon. */
static bool step(const struct lexicon_dictionary *d, size_t i,
		 const struct pair *from, int c, struct pair *to)
{
	bool is_any = false;
	for (int w = 0; w < LEXICON_WHATS; w++) {
		bool is_in = d->of[w] && (!i || from->at[w]);
		to->at[w] =
			is_in ? d->of[w]->phrases->nodes[from->at[w]].next[c]
			      : 0;
		is_any |= to->at[w] != 0;
	}
	return is_any;
}

static int merge(struct lexicon_dictionary *d, size_t max, struct err *err)
{
	struct pair *pairs = mem_array(max, sizeof(*pairs));
	d->nodes = mem_array(max, sizeof(*d->nodes));
	fill(d, d->n++, pairs, NULL);
	for (size_t i = 0; i < d->n; i++)
		for (int c = 0; c < LETTERS; c++) {
			struct pair to;
			if (!step(d, i, &pairs[i], c, &to))
				continue;
			pairs[d->n] = to;
			fill(d, d->n, &to, &d->nodes[i]);
			d->nodes[i].next[c] = (uint16_t)d->n++;
		}
	free(pairs);
	d->nodes = mem_grow(d->nodes, d->n, sizeof(*d->nodes));
	return d->n <= NODES_MAX
		       ? 0
		       : err_set(err, ERR_LIMIT, "too many different words");
}

/* No prefix has fewer than three letters: a word whose first two lead nowhere
 * is nothing. */
static_assert(PREFIX_MIN > 2, "pairs[] says all of two letters");
static void index_pairs(struct lexicon_dictionary *d)
{
	for (int a = 0; a < LETTERS; a++)
		for (int b = 0; d->nodes[0].next[a] && b < LETTERS; b++)
			d->pairs[a * LETTERS + b] =
				d->nodes[d->nodes[0].next[a]].next[b];
}

struct lexicon_dictionary *lexicon_dictionary_new(const struct lexicon *signals,
						  const struct lexicon *quality,
						  struct err *err)
{
	struct lexicon_dictionary *d = mem_alloc(sizeof(*d));
	size_t max = 1;
	d->of[LEXICON_SIGNALS] = signals;
	d->of[LEXICON_QUALITY] = quality;
	for (int w = 0; w < LEXICON_WHATS; w++) {
		BUG_ON(d->of[w] && d->of[w]->what != (enum lexicon_what)w);
		max += d->of[w] ? d->of[w]->phrases->n_nodes : 0;
	}
	phrases_letters(d->letter);
	if (merge(d, max, err)) {
		lexicon_dictionary_free(d);
		return NULL;
	}
	index_pairs(d);
	return d;
}

void lexicon_dictionary_free(struct lexicon_dictionary *d)
{
	if (!d)
		return;
	free(d->nodes);
	free(d);
}

bool dictionary_has(const struct lexicon_dictionary *d, const struct lexicon *l)
{
	return d->of[l->what] == l;
}

static void take(struct word *w, const struct known *const *known)
{
	for (int i = 0; i < LEXICON_WHATS; i++)
		w->known[i] = known[i];
}

void dictionary_know(const struct lexicon_dictionary *d, struct word *w)
{
	const struct both *at = d->nodes;
	uint32_t i = 0;
	w->number = w->month = w->language = 0;
	if (w->len >= 2) {
		int a = d->letter[(unsigned char)w->s[0]];
		int b = d->letter[(unsigned char)w->s[1]];
		uint16_t next = a < 0 || b < 0 ? 0 : d->pairs[a * LETTERS + b];
		if (!next) {
			take(w, d->nodes[0].leaves);
			return;
		}
		at = &d->nodes[next];
		i = 2;
	}
	for (; i < w->len; i++) {
		int c = d->letter[(unsigned char)w->s[i]];
		if (c < 0 || !at->next[c]) {
			take(w, at->leaves);
			return;
		}
		at = &d->nodes[at->next[c]];
	}
	w->number = at->number;
	w->month = at->month;
	w->language = at->language;
	take(w, at->ends);
}
