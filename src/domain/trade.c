/* SPDX-License-Identifier: EUPL-1.2 */
/* The trade of an offer from its words.
 *
 *	title -> words -> every official title with the same head, scored
 *	      -> the best of each trade -> activity, diploma, description
 *	      -> one trade, if the next is far enough behind
 *
 * The score of a pair of titles is the product of two parts: how much of the
 * official title the offer's has, and how much of the offer's the official one
 * has, both by weight. It is 1000 for the same words in any order and falls
 * with whatever is left over on either side. */
#include "trade_finder.h"
#include "trade_query.h"

#include <etrier/buf.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <assert.h>
#include <string.h>

#define TITLE_BYTES	  400
#define DIPLOMA_BYTES	  400
#define DESCRIPTION_BYTES 4000
#define EVIDENCE_MAX	  1000 /* 24 words of at most 24 bytes, four codes */

/* In hundredths of its cost, what a word takes that other titles of the trade
 * have: "vendeur boulangerie traiteur" for a vendor of bread. */
#define KINDRED_TAKES 40
/* In thousandths: the heads are in both but stand in another order, which is
 * not enough alone ("assistant vétérinaire" is no vétérinaire); an activity
 * stands for its job; the diploma stands for the title, or beside it. */
#define OTHER_HEAD     560
#define ACTIVITY       800
#define DIPLOMA_ALONE  750
#define DIPLOMA_BESIDE 900

/* Trades compete when the title gives them this, and half of the best. */
#define CANDIDATE_MIN  100
#define CANDIDATES_MAX 12
/* What else may add to a trade, all of it when no other candidate has any, but
 * never more than three times what the title gave. The activity adds the more,
 * the more of those it hires are of the candidates: 200, and three quarters of
 * their share up to 400 in a thousand. */
#define MOST_ADDED	 3
#define ACTIVITY_ADDS	 200
#define ACTIVITY_FULL	 400
#define DIPLOMA_ADDS	 200
#define DESCRIPTION_ADDS 100
/* A title that is one word heading more trades than this ("vendeur" heads 14,
 * "assistant" 95) says so little that what else speaks counts half. */
#define VAGUE_TRADES 30
/* Under two per cent of an activity's hirings between them, the candidates
 * are nothing that activity is known for. */
#define ACTIVITY_SHARE_MIN 20
/* Ahead by so much, nothing is taken off; level, half is. */
#define CLEAR_LEAD 300
/* A title whose words are exactly those of the offer stands so much, in
 * thousandths, above one whose are not. */
#define NOT_WHOLE 850

struct fit {
	int score;
	uint32_t title;
	unsigned n_words; /* in common */
	bool is_whole;	  /* nothing is left over on either side */
};
struct candidate {
	uint16_t trade;
	int score;
	struct fit fit;
	bool by_activity, by_diploma, by_description;
};
struct field {
	struct candidate c[CANDIDATES_MAX];
	size_t n;
	bool is_vague; /* the title says "assistant" and no more */
};

static_assert(TRADE_QUERY_WORDS <= 32, "a bit each in score_title()");

static bool stands_for(const struct trade_asked *w, uint16_t word)
{
	for (size_t i = 0; i < w->n_alike; i++)
		if (w->alike[i] == word)
			return true;
	return false;
}

/* The asked word that stands for a word of a title; NULL: none, as for most,
 * which the bits tell. */
static const struct trade_asked *asked_for(const struct trade_query *q,
					   uint16_t word)
{
	if (!(q->alike & TRADE_WORD_BIT(word)))
		return NULL;
	for (size_t i = 0; i < q->n; i++)
		if (stands_for(&q->words[i], word))
			return &q->words[i];
	return NULL;
}

static uint32_t cost_in_trade(const struct trade_finder *f,
			      const struct trade_asked *w, uint16_t trade)
{
	for (size_t i = 0; i < w->n_alike; i++)
		if (trade_has_word(f, trade, w->alike[i]))
			return w->cost * KINDRED_TAKES / 100;
	return w->cost;
}

static struct fit score_title(const struct trade_finder *f,
			      const struct trade_query *q, uint32_t number,
			      const struct trade_asked *head)
{
	const struct trade_title_words *t = &f->titles[number];
	const uint16_t *words = f->words_of + t->first;
	struct fit fit = {.title = number, .is_whole = true};
	uint64_t has = 0, asked = 0, left = 0;
	uint32_t used = 0; /* bits of q->words */
	for (size_t i = 0; i < t->n; i++) {
		const struct trade_asked *w = asked_for(q, words[i]);
		if (!w) {
			fit.is_whole = false;
			continue;
		}
		uint32_t weight = f->words[words[i]].weight;
		has += w->edits ? w->weight < weight ? w->weight : weight
				: weight;
		asked += w->weight;
		used |= UINT32_C(1) << (w - q->words);
		fit.n_words++;
	}
	for (size_t i = 0; i < q->n; i++)
		if (!(used >> i & 1)) {
			left += cost_in_trade(f, &q->words[i], t->trade);
			fit.is_whole = fit.is_whole && !q->words[i].cost;
		}
	left += q->strangers;
	/* To the power of one and a half: what an official title has more is
	 * mostly what tells its trade, "de maintenance électrique". */
	uint64_t whole = f->powers[1000 * has / t->weight];
	fit.score = (int)(whole * asked / (asked + left));
	if (!stands_for(head, words[0]))
		fit.score = fit.score * OTHER_HEAD / 1000;
	return fit;
}

static void score_word(const struct trade_finder *f,
		       const struct trade_query *q,
		       const struct trade_asked *head, uint16_t word,
		       struct fit *best)
{
	for (uint32_t i = f->words[word].first; i < f->words[word + 1].first;
	     i++) {
		uint32_t number = f->postings[i];
		const struct trade_title_words *t = &f->titles[number];
		const struct trade_asked *theirs =
			asked_for(q, f->words_of[t->first]);
		if (t->is_activity != q->is_activity || !theirs ||
		    theirs->is_soft)
			continue;
		struct fit fit = score_title(f, q, number, head);
		if (fit.score > best[t->trade].score)
			best[t->trade] = fit;
	}
}

static void insert(struct field *field, const struct candidate *c)
{
	size_t i;
	if (field->n == CANDIDATES_MAX) {
		if (field->c[field->n - 1].score >= c->score)
			return;
		field->n--;
	}
	for (i = field->n++; i && field->c[i - 1].score < c->score; i--)
		field->c[i] = field->c[i - 1];
	field->c[i] = *c;
}

/* The best trades for a title, best first. */
static void find_candidates(const struct trade_finder *f, struct arena *a,
			    const struct trade_query *q, struct field *field)
{
	uint16_t n = rome_count(f->rd);
	struct fit *best = arena_array(a, n, sizeof(*best));
	size_t n_fit = 0;
	int top = 0;
	for (size_t i = 0; i < q->n_heads; i++) {
		const struct trade_asked *head = &q->words[q->heads[i]];
		for (size_t k = 0; k < head->n_alike; k++)
			score_word(f, q, head, head->alike[k], best);
	}
	for (uint16_t t = 0; t < n; t++) {
		top = best[t].score > top ? best[t].score : top;
		n_fit += best[t].score > 0;
	}
	field->n = 0;
	for (uint16_t t = 0; t < n; t++) {
		if (best[t].score < CANDIDATE_MIN || best[t].score * 2 < top)
			continue;
		struct candidate c = {
			.trade = t, .score = best[t].score, .fit = best[t]};
		insert(field, &c);
	}
	field->is_vague = field->n && field->c[0].fit.n_words == 1 &&
			  n_fit > VAGUE_TRADES;
}

/* ---- what else speaks for one of them ---- */

static bool is_telling(const char *naf)
{
	/* Who hires for others: temporary work and employment agencies, schools
	 * and training centres. */
	return naf && !str_starts(naf, "78") && !str_starts(naf, "85");
}

/* Shares among the candidates of what each of them has of something. */
static void share_out(struct field *field, const uint32_t *has, int adds,
		      size_t flag)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < field->n; i++)
		sum += has[i];
	for (size_t i = 0; sum && i < field->n; i++) {
		struct candidate *c = &field->c[i];
		int part = (int)((uint64_t)adds * has[i] / sum);
		bool *said[] = {&c->by_activity, &c->by_diploma,
				&c->by_description};
		c->score += part;
		*said[flag] = part * 2 > adds;
	}
}

static void add_activity(const struct trade_finder *f, struct field *field,
			 const char *naf)
{
	uint32_t has[CANDIDATES_MAX], sum = 0;
	if (!is_telling(naf))
		return;
	for (size_t i = 0; i < field->n; i++) {
		has[i] = rome_share_of_activity(f->rd, naf, field->c[i].trade);
		sum += has[i];
	}
	int share = (int)(sum < ACTIVITY_FULL ? sum : ACTIVITY_FULL);
	if (sum >= ACTIVITY_SHARE_MIN)
		share_out(field, has, ACTIVITY_ADDS + share * 3 / 4, 0);
}

/* The words of a text that only some candidates have. */
static void add_words(const struct trade_finder *f, struct arena *a,
		      struct field *field, const char *text, size_t max_bytes,
		      int adds, size_t flag)
{
	struct trade_support s;
	uint32_t has[CANDIDATES_MAX] = {0};
	/* One alone shares with nobody. */
	if (str_is_empty(text) || field->n < 2)
		return;
	trade_support_read(f, a, text, max_bytes, &s);
	for (size_t w = 0; w < s.n; w++) {
		size_t n = 0;
		for (size_t i = 0; i < field->n; i++)
			n += trade_has_word(f, field->c[i].trade, s.words[w]);
		for (size_t i = 0; n < field->n && i < field->n; i++)
			if (trade_has_word(f, field->c[i].trade, s.words[w]))
				has[i] += f->words[s.words[w]].weight;
	}
	share_out(field, has, adds, flag);
}

/* In order of all that was said. */
static void settle(struct field *field)
{
	struct field sorted = {.is_vague = field->is_vague};
	for (size_t i = 0; i < field->n; i++) {
		struct candidate *c = &field->c[i];
		int added = c->score - c->fit.score;
		int most = c->fit.score * MOST_ADDED;
		added = added < most ? added : most;
		c->score = c->fit.score + (field->is_vague ? added / 2 : added);
		insert(&sorted, c);
	}
	*field = sorted;
}

static int confidence_of(const struct field *field)
{
	const struct candidate *best = &field->c[0], *next = best + 1;
	int rival = field->n > 1 ? next->score : 0;
	if (best->fit.is_whole && !(field->n > 1 && next->fit.is_whole))
		rival = rival * NOT_WHOLE / 1000;
	int lead = (int)num_clip(best->score - rival, 0, CLEAR_LEAD);
	int score = best->score < 1000 ? best->score : 1000;
	return score * (CLEAR_LEAD + lead) / (2 * CLEAR_LEAD);
}

/* ---- the answer ---- */

static void say_words(const struct trade_finder *f, const struct trade_query *q,
		      const struct fit *fit, const char *source, struct buf *b)
{
	const struct trade_title_words *t = &f->titles[fit->title];
	const char *gap = "";
	buf_adds(b, source);
	buf_adds(b, " words \"");
	for (size_t i = 0; i < t->n; i++) {
		uint16_t word = f->words_of[t->first + i];
		const struct trade_asked *w = asked_for(q, word);
		if (!w)
			continue;
		buf_adds(b, gap);
		buf_adds(b, w->shown ? w->shown : f->words[word].shown);
		gap = " ";
	}
	buf_adds(b, "\"");
}

static void say(const struct trade_finder *f, const struct trade_query *q,
		const struct trade_claim *claim, const struct field *field,
		const char *source, bool is_known, struct buf *b)
{
	const struct candidate *best = &field->c[0];
	if (!is_known)
		buf_adds(b, "unknown: ");
	say_words(f, q, &best->fit, source, b);
	if (!is_known) {
		buf_printf(b, " fit %s", rome_code(f->rd, best->trade));
		for (size_t i = 1; i < field->n && i <= TRADE_ALTERNATIVES; i++)
			buf_printf(b, ", %s",
				   rome_code(f->rd, field->c[i].trade));
		return;
	}
	if (best->by_activity)
		buf_printf(b, ", activity %s", claim->naf);
	if (best->by_diploma)
		buf_adds(b, ", diploma");
	if (best->by_description)
		buf_adds(b, ", description");
}

static const char *take(struct arena *a, struct buf *b)
{
	const char *s = arena_dup(a, b->data ? b->data : "");
	buf_clear(b);
	return s;
}

/* A text to be taken for a title. */
struct reading {
	const char *text, *source; /* which text that is, for the evidence */
	int trust;		   /* thousandths of what it says */
	/* The head is one of so many first words, and none of these is left
	 * over; SIZE_MAX: any word may be left over, and the head be any. */
	size_t first_words;
};

/* Only heads from the words before a place: those after it qualify. */
static void keep_heads(struct trade_query *q, size_t n_words)
{
	size_t kept = 0;
	for (size_t i = 0; i < q->n_heads; i++)
		if (q->heads[i] < n_words)
			q->heads[kept++] = q->heads[i];
	q->n_heads = kept;
}

/* Has the title all of the first n words that are written well and weigh? */
static bool has_first_words(const struct trade_finder *f,
			    const struct trade_query *q, const struct fit *fit,
			    size_t n)
{
	const struct trade_title_words *t = &f->titles[fit->title];
	for (size_t i = 0; i < n && i < q->n; i++) {
		const struct trade_asked *w = &q->words[i];
		bool is_there = w->is_soft || w->edits;
		for (size_t k = 0; !is_there && k < t->n; k++)
			is_there = stands_for(w, f->words_of[t->first + k]);
		if (!is_there)
			return false;
	}
	return true;
}

/* Fills *out from one text when it has words of a job; returns how many of its
 * words are known. */
static size_t infer_from(const struct trade_finder *f, struct arena *a,
			 const struct trade_claim *claim,
			 const struct reading *r, struct trade_guess *out)
{
	struct trade_query q;
	struct field field;
	struct buf b;
	trade_query_read(f, a, r->text, claim, &q);
	keep_heads(&q, r->first_words);
	find_candidates(f, a, &q, &field);
	if (!field.n)
		return q.n;
	add_activity(f, &field, claim->naf);
	add_words(f, a, &field, claim->diploma, DIPLOMA_BYTES, DIPLOMA_ADDS, 1);
	add_words(f, a, &field, claim->description, DESCRIPTION_BYTES,
		  DESCRIPTION_ADDS, 2);
	settle(&field);
	if (r->first_words != SIZE_MAX &&
	    !has_first_words(f, &q, &field.c[0].fit, r->first_words))
		return q.n;
	int trust = r->trust;
	if (q.is_activity)
		trust = q.n_strangers ? 0 : trust * ACTIVITY / 1000;
	out->confidence = confidence_of(&field) * trust / 1000;
	bool is_known = out->confidence >= TRADE_CONFIDENT;
	out->trade = is_known ? field.c[0].trade : ROME_NONE;
	for (size_t i = 0; i < TRADE_ALTERNATIVES; i++) {
		size_t k = i + is_known;
		out->alternatives[i] =
			k < field.n ? field.c[k].trade : ROME_NONE;
	}
	buf_init(&b, EVIDENCE_MAX);
	say(f, &q, claim, &field, r->source, is_known, &b);
	out->evidence = take(a, &b);
	return q.n;
}

/* What the title leaves open, the words of the diploma may close: "Peintre"
 * with a "CAP Peintre en bâtiment". Where it names no job, they stand for it.
 */
static void ask_diploma(const struct trade_finder *f, struct arena *a,
			const struct trade_claim *claim, const char *title,
			size_t n_title_words, struct trade_guess *out)
{
	struct trade_guess both = {.trade = ROME_NONE};
	struct reading r = {claim->diploma, "diploma", DIPLOMA_ALONE, SIZE_MAX};
	if (!out->confidence) {
		infer_from(f, a, claim, &r, out);
		return;
	}
	const char *diploma = arena_dup_n(
		a, claim->diploma, utf8_cut(claim->diploma, DIPLOMA_BYTES));
	r.text = arena_printf(a, "%s - %s", title, diploma);
	r.source = "title and diploma";
	r.trust = DIPLOMA_BESIDE;
	r.first_words = n_title_words;
	infer_from(f, a, claim, &r, &both);
	if (both.trade != ROME_NONE)
		*out = both;
}

void trade_infer(const struct trade_finder *f, struct arena *a,
		 const struct trade_claim *claim, struct trade_guess *out)
{
	*out = (struct trade_guess){ROME_NONE,
				    0,
				    "unknown: no word of a job",
				    {ROME_NONE, ROME_NONE, ROME_NONE}};
	if (str_is_empty(claim->title))
		return;
	const char *title = arena_dup_n(a, claim->title,
					utf8_cut(claim->title, TITLE_BYTES));
	uint16_t official = rome_by_title(f->rd, title);
	if (official != ROME_NONE) {
		out->trade = official;
		out->confidence = 1000;
		out->evidence = "title is an official one";
		return;
	}
	struct reading r = {title, "title", 1000, SIZE_MAX};
	size_t n_words = infer_from(f, a, claim, &r, out);
	if (out->trade == ROME_NONE && !str_is_empty(claim->diploma))
		ask_diploma(f, a, claim, title, n_words, out);
}
