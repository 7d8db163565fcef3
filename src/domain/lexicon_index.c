/* SPDX-License-Identifier: EUPL-1.2 */
/* How phrases are found in a text: what a word is among their terms, written
 * down for every node of the trie, and which phrases begin with what. Made once
 * when all phrases are there. */
#include "lexicon_trie.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

static size_t chain_length(const struct phrases *p, uint16_t head)
{
	size_t n = 0;
	for (; head; head = p->links[head].next)
		n++;
	return n;
}

/* Nodes come after their parents, so one pass sees every path. */
static int check_terms(const struct phrases *p, struct err *err)
{
	uint32_t *above = mem_array(p->n_nodes, sizeof(*above));
	int result = 0;
	for (size_t i = 0; i < p->n_nodes; i++) {
		const struct node *n = &p->nodes[i];
		above[i] += (uint32_t)chain_length(p, n->prefix);
		if (above[i] + chain_length(p, n->exact) > WORD_TERMS_MAX)
			result = err_set(err, ERR_LIMIT,
					 "one word stands in more than %d "
					 "different groups a|b|c",
					 WORD_TERMS_MAX);
		for (int c = 0; c < LETTERS; c++)
			if (n->next[c])
				above[n->next[c]] = above[i];
	}
	free(above);
	return result;
}

static size_t first_of(const struct phrase *v, enum step_kind kind)
{
	if (v->steps[0].kind != kind)
		return SIZE_MAX;
	return kind == STEP_TERM ? v->steps[0].term : v->steps[0].capture;
}

static uint64_t needs_of(const struct phrase *p)
{
	uint64_t needs = 0;
	for (uint8_t i = 0; i < p->n; i++)
		if (p->steps[i].kind == STEP_TERM && !p->steps[i].is_optional)
			needs |= TERM_BIT(p->steps[i].term);
	return needs;
}

/* The bit of a term that must stand right behind the first step; 0: none must.
 */
static uint64_t next_of(const struct phrase *p)
{
	const struct step *s = &p->steps[1];
	bool must = p->n > 1 && s->kind == STEP_TERM && !s->is_optional;
	return must ? TERM_BIT(s->term) : 0;
}

static void sum_up(const struct index *by, size_t key, struct beginning *out)
{
	bool some_need_none = false;
	out->needs = UINT64_MAX;
	for (size_t i = by->first[key]; i < by->first[key + 1]; i++) {
		out->needs &= by->list[i].needs;
		out->next |= by->list[i].next;
		some_need_none |= !by->list[i].next;
	}
	if (some_need_none)
		out->next = 0;
}

static void make_index(const struct phrases *p, enum step_kind kind,
		       size_t n_keys, struct index *out)
{
	out->first = mem_array(n_keys + 2, sizeof(*out->first));
	out->list = mem_array(p->n + 1, sizeof(*out->list));
	for (size_t i = 0; i < p->n; i++) {
		size_t key = first_of(&p->v[i], kind);
		if (key != SIZE_MAX)
			out->first[key + 2]++;
	}
	for (size_t k = 2; k < n_keys + 2; k++)
		out->first[k] += out->first[k - 1];
	for (size_t i = 0; i < p->n; i++) {
		size_t key = first_of(&p->v[i], kind);
		if (key != SIZE_MAX)
			out->list[out->first[key + 1]++] = (struct beginning){
				needs_of(&p->v[i]), next_of(&p->v[i]),
				(uint16_t)i};
	}
	out->alike = mem_array(n_keys + 1, sizeof(*out->alike));
	for (size_t key = 0; key < n_keys; key++)
		sum_up(out, key, &out->alike[key]);
}

/* One more kind of word: the terms of the kind numbered `before` and those of a
 * chain; without any in the chain it is that kind itself. */
static uint32_t know_more(struct phrases *p, size_t *n_known, uint32_t before,
			  uint16_t head)
{
	struct known k = p->known[before];
	size_t n = k.n_terms + chain_length(p, head);
	if (!head)
		return before;
	uint16_t *terms = arena_array(&p->arena, n, sizeof(*terms));
	uint16_t *starts = arena_array(&p->arena, n, sizeof(*starts));
	if (k.n_terms)
		memcpy(terms, k.terms, k.n_terms * sizeof(*terms));
	for (; head; head = p->links[head].next) {
		k.has |= TERM_BIT(p->links[head].term);
		terms[k.n_terms++] = p->links[head].term;
	}
	k.n_starts = 0;
	for (uint8_t i = 0; i < k.n_terms; i++)
		if (p->by_term.first[terms[i]] < p->by_term.first[terms[i] + 1])
			starts[k.n_starts++] = terms[i];
	k.terms = terms;
	k.starts = starts;
	p->known[*n_known] = k;
	return (uint32_t)(*n_known)++;
}

static void know_nodes(struct phrases *p)
{
	size_t n_known = 1;
	p->known = mem_array(2 * p->n_nodes + 1, sizeof(*p->known));
	p->ends = mem_array(p->n_nodes, sizeof(*p->ends));
	p->leaves = mem_array(p->n_nodes, sizeof(*p->leaves));
	for (size_t i = 0; i < p->n_nodes; i++) {
		const struct node *n = &p->nodes[i];
		p->leaves[i] = know_more(p, &n_known, p->leaves[i], n->prefix);
		p->ends[i] = know_more(p, &n_known, p->leaves[i], n->exact);
		for (int c = 0; c < LETTERS; c++)
			if (n->next[c])
				p->leaves[n->next[c]] = p->leaves[i];
	}
	p->known = mem_grow(p->known, n_known, sizeof(*p->known));
}

int phrases_finish(struct phrases *p, struct err *err)
{
	if (check_terms(p, err))
		return -1;
	make_index(p, STEP_TERM, p->n_terms, &p->by_term);
	make_index(p, STEP_CAPTURE, CAPTURE_COUNT, &p->by_capture);
	know_nodes(p);
	return 0;
}

size_t phrases_count(const struct phrases *p)
{
	return p->n;
}

const struct phrase *phrases_at(const struct phrases *p, size_t i)
{
	return &p->v[i];
}
