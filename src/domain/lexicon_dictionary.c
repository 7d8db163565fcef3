/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of the signals and of quality as one trie, so that a word of a text
 * is walked over once. A node is a pair of nodes, one of each lexicon, of which
 * one may be missing: the word has left that lexicon's trie. Constant once
 * made.
 *
 * Words are walked over in cells of eight bytes: the node behind letter c of a
 * node is cell base + c, if that cell says that it belongs to it. All of them
 * fit a cache, which a table of 41 letters a node does not. */
#include "lexicon_trie.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = UINT16_MAX };

/* What is known at a node. */
struct facts {
	int8_t number, month, language;
	/* Of a word that ends here; that goes on and leaves both tries. */
	const struct known *ends[LEXICON_WHATS], *leaves[LEXICON_WHATS];
};
struct cell {
	uint32_t above; /* the cell that leads here, + 1; 0: free */
	uint32_t base;	/* of those behind; 0: none are */
};
struct lexicon_dictionary {
	const struct lexicon *of[LEXICON_WHATS];
	int8_t letter[256];
	struct cell *cells;  /* the first is the root */
	struct facts *facts; /* of each cell */
	size_t n_cells;
	uint32_t pairs[LETTERS * LETTERS]; /* cells by two letters; 0: none */
};
const struct known known_nothing;

/* A node while it is made: those it stands for (0: none, but for the root), and
 * the cell it gets. */
struct pair {
	uint16_t at[LEXICON_WHATS];
	uint32_t cell;
};
/* The nodes while cells are given out. */
struct making {
	struct lexicon_dictionary *d;
	struct pair *pairs;
	size_t n;
	size_t first_free;
};

static const struct known *known_at(const struct phrases *p, uint32_t i)
{
	return i ? &p->known[i] : &known_nothing;
}

static void fill(const struct lexicon_dictionary *d, const struct pair *of,
		 const struct facts *above, struct facts *b)
{
	for (int w = 0; w < LEXICON_WHATS; w++) {
		const struct phrases *p = d->of[w] ? d->of[w]->phrases : NULL;
		b->ends[w] = b->leaves[w] =
			above ? above->leaves[w] : &known_nothing;
		if (!p || (above && !of->at[w]))
			continue;
		const struct node *n = &p->nodes[of->at[w]];
		b->ends[w] = known_at(p, p->ends[of->at[w]]);
		b->leaves[w] = known_at(p, p->leaves[of->at[w]]);
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

/* Room for cells up to n - 1, and for whoever asks beyond the last base. */
static void make_room(struct lexicon_dictionary *d, size_t n)
{
	if (n + LETTERS <= d->n_cells)
		return;
	size_t before = d->n_cells;
	d->n_cells = (n + LETTERS) * 2;
	d->cells = mem_grow(d->cells, d->n_cells, sizeof(*d->cells));
	d->facts = mem_grow(d->facts, d->n_cells, sizeof(*d->facts));
	memset(d->cells + before, 0, (d->n_cells - before) * sizeof(*d->cells));
	memset(d->facts + before, 0, (d->n_cells - before) * sizeof(*d->facts));
}

/* The first base at which a cell is free for each of these letters, n of them
 * in order. */
static size_t find_base(struct making *m, const int *letters, int n)
{
	const struct lexicon_dictionary *d = m->d;
	while (d->cells[m->first_free].above)
		make_room(m->d, ++m->first_free + LETTERS);
	size_t base = 1;
	if (m->first_free > (size_t)letters[0])
		base = m->first_free - (size_t)letters[0];
	for (;; base++) {
		int i = 0;
		make_room(m->d, base + LETTERS);
		while (i < n && !d->cells[base + (size_t)letters[i]].above)
			i++;
		if (i == n)
			return base;
	}
}

/* The cells of the nodes behind node i, which are numbered from m->n on. */
static void place_children(struct making *m, size_t i)
{
	struct lexicon_dictionary *d = m->d;
	struct pair behind[LETTERS];
	int letters[LETTERS], n = 0;
	for (int c = 0; c < LETTERS; c++) {
		letters[n] = c;
		n += step(d, i, &m->pairs[i], c, &behind[n]);
	}
	if (!n)
		return;
	uint32_t cell = m->pairs[i].cell;
	size_t base = find_base(m, letters, n);
	d->cells[cell].base = (uint32_t)base;
	for (int k = 0; k < n; k++) {
		size_t at = base + (size_t)letters[k];
		d->cells[at].above = cell + 1;
		behind[k].cell = (uint32_t)at;
		fill(d, &behind[k], &d->facts[cell], &d->facts[at]);
		m->pairs[m->n++] = behind[k];
	}
}

static int merge(struct lexicon_dictionary *d, size_t max, struct err *err)
{
	struct making m = {
		.d = d,
		.pairs = mem_array(max, sizeof(*m.pairs)),
		.n = 1,
		.first_free = 1,
	};
	make_room(d, 1);
	/* Nobody leads to the root, but its cell is taken. */
	d->cells[0].above = UINT32_MAX;
	fill(d, m.pairs, NULL, d->facts);
	for (size_t i = 0; i < m.n; i++)
		place_children(&m, i);
	free(m.pairs);
	return m.n <= NODES_MAX
		       ? 0
		       : err_set(err, ERR_LIMIT, "too many different words");
}

/* The cell behind letter c; 0: none. */
static uint32_t behind(const struct lexicon_dictionary *d, uint32_t cell, int c)
{
	uint32_t at = d->cells[cell].base + (uint32_t)c;
	return d->cells[at].above == cell + 1 ? at : 0;
}

/* No prefix has fewer than three letters: a word whose first two lead nowhere
 * is nothing. */
static_assert(PREFIX_MIN > 2, "pairs[] says all of two letters");
static void index_pairs(struct lexicon_dictionary *d)
{
	for (int a = 0; a < LETTERS; a++) {
		uint32_t first = behind(d, 0, a);
		for (int b = 0; first && b < LETTERS; b++)
			d->pairs[a * LETTERS + b] = behind(d, first, b);
	}
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
	free(d->cells);
	free(d->facts);
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
	uint32_t at = 0, i = 0;
	w->number = w->month = w->language = 0;
	if (w->len >= 2) {
		int a = d->letter[(unsigned char)w->s[0]];
		int b = d->letter[(unsigned char)w->s[1]];
		at = a < 0 || b < 0 ? 0 : d->pairs[a * LETTERS + b];
		if (!at) {
			take(w, d->facts[0].leaves);
			return;
		}
		i = 2;
	}
	for (; i < w->len; i++) {
		int c = d->letter[(unsigned char)w->s[i]];
		uint32_t next = c < 0 ? 0 : behind(d, at, c);
		if (!next) {
			take(w, d->facts[at].leaves);
			return;
		}
		at = next;
	}
	const struct facts *f = &d->facts[at];
	w->number = f->number;
	w->month = f->month;
	w->language = f->language;
	take(w, f->ends);
}
