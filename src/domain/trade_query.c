/* SPDX-License-Identifier: EUPL-1.2 */
/* A claim's title as words of the official titles, each with what it adds when
 * a title has it and what it takes when a title has not. Names of the employer
 * and of places go first, because half of them are trades as well: Boulanger
 * sells washing machines, Bois-Colombes wants no joiner. */
#include "trade_query.h"
#include "trade_text.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

#define TITLE_BYTES  400
#define TITLE_TOKENS 64
#define PLACE_WORDS  6 /* "Saint-Germain-lès-Corbeil" has four */
/* Single words that are villages are misspelt words more often. */
#define TOWN_POPULATION	      2000
#define SUPPORT_TOKENS	      600
#define TRADE_QUERY_STRANGERS 16 /* more weigh no more: STRANGERS_MAX */

/* Costs, in sixteenths of a bit like the weights (a common head 80, a rare
 * word 200). A stranger beside the job is an employer or a town nobody named:
 * little. But it may be what the job is about. */
#define STRANGER_NEAR 40
#define STRANGER_FAR  16
#define STRANGERS_MAX 120
#define KNOWN_MAX     110 /* one word left over alone does not sink a title */
/* In hundredths: a misspelt word may be no word of a job at all (and takes what
 * a stranger takes); beside the job, after a dash or in brackets, stands less
 * of what it is. */
#define MISSPELT_ADDS 90
#define BESIDE_TAKES  50

/* A title as it is read: its words among those of the titles. */
struct title {
	const struct trade_finder *f;
	struct arena *arena;
	struct trade_text text;
	uint16_t *words; /* by token: trade_word_of() */
};

static void drop(struct title *t, size_t i, size_t n)
{
	memmove(t->words + i, t->words + i + n,
		(t->text.n - i - n) * sizeof(*t->words));
	trade_text_drop(&t->text, i, n);
}

static bool is_known(const struct title *t, size_t i)
{
	return t->words[i] != TRADE_WORD_NONE;
}

static bool same_words(const struct trade_text *t, size_t i,
		       const struct trade_text *name)
{
	if (i + name->n > t->n)
		return false;
	for (size_t k = 0; k < name->n; k++)
		if (strcmp(t->tokens[i + k].text, name->tokens[k].text) != 0)
			return false;
	return true;
}

static bool has_head(const struct title *t)
{
	for (size_t i = 0; i < t->text.n; i++)
		if (is_known(t, i) && t->f->words[t->words[i]].heads_job)
			return true;
	return false;
}

static bool has_token(const struct trade_text *t, const char *word)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->tokens[i].text, word) == 0)
			return true;
	return false;
}

/* A copy of its own. */
static struct title copy(const struct title *t)
{
	struct title c = *t;
	size_t n = t->text.n;
	c.text.tokens = arena_array(t->arena, n + 1, sizeof(*c.text.tokens));
	c.words = arena_array(t->arena, n + 1, sizeof(*c.words));
	memcpy(c.text.tokens, t->text.tokens, n * sizeof(*c.text.tokens));
	memcpy(c.words, t->words, n * sizeof(*c.words));
	return c;
}

/* Take a name out of the title: as a whole, unless the job goes with it
 * ("Boulanger" at Boulanger), and those of its words that no title has. */
static void drop_name(struct title *t, const char *text)
{
	struct trade_text name;
	trade_text_read(t->arena, text, TITLE_BYTES, TITLE_TOKENS, &name);
	bool is_said = false;
	for (size_t i = 0; !is_said && i < name.n; i++)
		is_said = has_token(&t->text, name.tokens[i].text);
	if (!is_said)
		return;
	struct title rest = copy(t);
	for (size_t i = 0; i < rest.text.n; i++)
		if (same_words(&rest.text, i, &name))
			drop(&rest, i, name.n);
	if (has_head(&rest))
		*t = rest;
	for (size_t i = 0; i < t->text.n;)
		if (has_token(&name, t->text.tokens[i].text) && !is_known(t, i))
			drop(t, i, 1);
		else
			i++;
}

/* How many tokens from i on, at most, may be the name of a place together. */
static size_t place_length(const struct title *t, size_t i)
{
	const struct trade_token *tokens = t->text.tokens;
	size_t n = 0, max = t->text.n - i;
	bool is_open = false; /* what follows "cedex" is of no name */
	for (; n < max && n < PLACE_WORDS; n++) {
		const struct trade_token *now = &tokens[i + n];
		if (now->segment != tokens[i].segment ||
		    (!is_open && !refdata_may_name_place(t->f->rd, now->text)))
			break;
		is_open = is_open || strcmp(now->text, "cedex") == 0;
	}
	return n;
}

/* Is the run of n tokens from i on the name of a place? */
static bool is_place(const struct title *t, size_t i, size_t n)
{
	const struct commune *found;
	const struct refdata *rd = t->f->rd;
	const char *name = t->text.tokens[i].text;
	bool is_strange = false;
	for (size_t k = 0; k < n; k++)
		is_strange = is_strange || !is_known(t, i + k);
	if (!is_strange)
		return false;
	for (size_t k = 1; k < n; k++)
		name = arena_printf(t->arena, "%s %s", name,
				    t->text.tokens[i + k].text);
	if (strlen(name) < 4)
		return false;
	if (refdata_dept_by_name(rd, name) || refdata_region_by_name(rd, name))
		return true;
	return refdata_by_name(rd, name, NULL, &found, 1) > 0 &&
	       (n > 1 || found->population >= TOWN_POPULATION);
}

static void drop_places(struct title *t)
{
	for (size_t i = 0; i < t->text.n; i++) {
		size_t n = place_length(t, i);
		while (n && !is_place(t, i, n))
			n--;
		if (n) {
			drop(t, i, n);
			i--; /* wraps at 0 and comes back */
		}
	}
}

/* The words of a title without names of the claim and of places. */
static struct trade_text read_title(const struct trade_finder *f,
				    struct arena *a, const char *text,
				    const struct trade_claim *claim)
{
	struct title t = {.f = f, .arena = a};
	trade_text_read(a, text, TITLE_BYTES, TITLE_TOKENS, &t.text);
	t.words = arena_array(a, t.text.n + 1, sizeof(*t.words));
	for (size_t i = 0; i < t.text.n; i++)
		t.words[i] = trade_word_of(f, a, t.text.tokens[i].text);
	drop_name(&t, claim->employer_name);
	drop_name(&t, claim->city);
	drop_places(&t);
	return t.text;
}

static bool is_same_word(const struct trade_asked *x,
			 const struct trade_asked *y)
{
	return x->alike[0] == y->alike[0] && x->edits == y->edits;
}

/* Counts as known when it is, or may be, a word of titles. */
static bool look_up(const struct trade_finder *f, struct arena *a,
		    const struct trade_token *token, struct trade_asked *w)
{
	*w = (struct trade_asked){.segment = token->segment,
				  .is_soft = token->is_soft};
	const struct trade_surface *s = map_get(&f->surfaces, token->text);
	w->shown = s ? s->text : NULL;
	w->alike[0] = trade_word_of(f, a, token->text);
	w->n_alike = w->alike[0] != TRADE_WORD_NONE;
	if (!w->n_alike && !w->is_soft)
		w->n_alike = (uint8_t)trade_words_alike(f, token->text,
							w->alike, &w->edits);
	for (size_t i = 0; i < w->n_alike; i++)
		w->heads = w->heads || f->words[w->alike[i]].heads_job;
	w->heads = w->heads && !w->is_soft;
	return w->n_alike > 0;
}

static bool is_asked(const struct trade_query *q, const struct trade_asked *w)
{
	for (size_t i = 0; i < q->n; i++)
		if (is_same_word(&q->words[i], w))
			return true;
	return false;
}

static bool heads_activity(const struct trade_finder *f,
			   const struct trade_asked *w)
{
	return w->n_alike && !w->edits && !w->is_soft &&
	       f->words[w->alike[0]].heads_activity;
}

static void add_head(struct trade_query *q, size_t i)
{
	if (q->n_heads < TRADE_QUERY_HEADS)
		q->heads[q->n_heads++] = i;
}

/* The first head of each segment, those well written before the others. */
static void find_heads(const struct trade_finder *f, struct trade_query *q)
{
	for (int misspelt = 0; misspelt <= 1; misspelt++) {
		uint16_t done = UINT16_MAX;
		for (size_t i = 0; i < q->n; i++) {
			const struct trade_asked *w = &q->words[i];
			if (!w->heads || (w->edits > 0) != misspelt ||
			    w->segment == done)
				continue;
			done = w->segment;
			add_head(q, i);
		}
	}
	q->is_activity = q->n_heads == 0;
	for (size_t i = 0; q->is_activity && i < q->n; i++)
		if (heads_activity(f, &q->words[i]))
			add_head(q, i);
}

static void weigh(const struct trade_finder *f, struct trade_query *q)
{
	uint16_t main = q->n_heads ? q->words[q->heads[0]].segment : 0;
	for (size_t i = 0; i < q->n; i++) {
		struct trade_asked *w = &q->words[i];
		uint32_t weight = f->words[w->alike[0]].weight;
		bool is_beside = w->segment != main && !w->heads;
		w->weight = w->edits ? weight * MISSPELT_ADDS / 100 : weight;
		if (w->edits)
			w->cost = is_beside ? STRANGER_FAR : STRANGER_NEAR;
		else
			w->cost = weight < KNOWN_MAX ? weight : KNOWN_MAX;
		if (is_beside && !w->edits)
			w->cost = w->cost * BESIDE_TAKES / 100;
		if (w->is_soft)
			w->cost = 0;
	}
}

static void count_strangers(struct trade_query *q, const uint16_t *segments,
			    size_t n)
{
	uint16_t main = q->n_heads ? q->words[q->heads[0]].segment : 0;
	for (size_t i = 0; i < n; i++)
		q->strangers +=
			segments[i] == main ? STRANGER_NEAR : STRANGER_FAR;
	if (q->strangers > STRANGERS_MAX)
		q->strangers = STRANGERS_MAX;
	q->n_strangers = n;
}

void trade_query_read(const struct trade_finder *f, struct arena *a,
		      const char *title, const struct trade_claim *claim,
		      struct trade_query *q)
{
	uint16_t strangers[TRADE_QUERY_STRANGERS];
	size_t n_strangers = 0;
	struct trade_text t = read_title(f, a, title, claim);
	*q = (struct trade_query){.n = 0};
	trade_text_mark_noise(f->noise, &t);
	trade_text_drop_articles(f->noise, &t);
	trade_text_reword(f->noise, a, &t);
	for (size_t i = 0; i < t.n && q->n < TRADE_QUERY_WORDS; i++) {
		struct trade_asked w;
		if (!look_up(f, a, &t.tokens[i], &w)) {
			if (!w.is_soft && n_strangers < ARRAY_LEN(strangers))
				strangers[n_strangers++] = w.segment;
		} else if (!is_asked(q, &w)) {
			q->words[q->n++] = w;
			for (size_t k = 0; k < w.n_alike; k++)
				q->alike |= TRADE_WORD_BIT(w.alike[k]);
		}
	}
	find_heads(f, q);
	weigh(f, q);
	count_strangers(q, strangers, n_strangers);
}

void trade_support_read(const struct trade_finder *f, struct arena *a,
			const char *text, size_t max_bytes,
			struct trade_support *out)
{
	struct trade_text t;
	trade_text_read(a, text, max_bytes, SUPPORT_TOKENS, &t);
	trade_text_mark_noise(f->noise, &t);
	trade_text_drop_articles(f->noise, &t);
	uint8_t *seen = arena_alloc(a, f->n_words + 1);
	out->words = arena_array(a, t.n + 1, sizeof(*out->words));
	out->n = 0;
	for (size_t i = 0; i < t.n; i++) {
		uint16_t w = trade_word_of(f, a, t.tokens[i].text);
		if (w == TRADE_WORD_NONE || t.tokens[i].is_soft || seen[w])
			continue;
		seen[w] = 1;
		out->words[out->n++] = w;
	}
}
