/* SPDX-License-Identifier: EUPL-1.2 */
/* A lexicon from the checked JSON that conf made of its YAML, and the signals
 * of an offer. The JSON may have come through a pipe: it is read as a
 * stranger's is, and a wrong one is an error, never a crash. */
#include "lexicon_parts.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

enum { WITHIN_DEFAULT = 3, NEAR_DEFAULT = 4, DAYS_MAX = 3660, SETS_MAX = 8 };

static const char *const text_codes[] = {
	[LEXICON_TITLE] = "title",   [LEXICON_DESCRIPTION] = "description",
	[LEXICON_HOURS] = "hours",   [LEXICON_SALARY] = "salary",
	[LEXICON_RHYTHM] = "rhythm", NULL,
};
static const char *const text_labels[] = {"titre", "description", "horaires",
					  "salaire", "rythme"};
const struct vocab vocab_lexicon_text = {"text", text_codes, text_labels,
					 LEXICON_TEXT_COUNT};

/* Where signals are looked for when a row does not say. */
#define IN_DEFAULT \
	(1u << LEXICON_TITLE | 1u << LEXICON_DESCRIPTION | 1u << LEXICON_HOURS)

struct maker {
	struct lexicon *l;
	struct err *err;
	/* What fires and what vetoes, by row: numbers of phrases. */
	int *any[LEXICON_ROWS_MAX], *around[LEXICON_ROWS_MAX],
		*before[LEXICON_ROWS_MAX];
};

/* Bits of the words of a list. -1: one is none of v. */
static int read_bits(const json_t *list, const struct vocab *v, unsigned *out,
		     struct err *err)
{
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item)
	{
		int code = vocab_find(v, json_string_value(item));
		if (code == VOCAB_NONE)
			return err_set(err, ERR_CONFIG, "no such %s", v->name);
		*out |= 1u << code;
	}
	return 0;
}

/* The setting that takes what the row's phrases capture, or NULL. */
static const struct setting *captured_by(const struct row *r)
{
	for (size_t i = 0; i < r->n_sets; i++)
		if (r->sets[i].capture != CAPTURE_NONE)
			return &r->sets[i];
	return NULL;
}

static int read_sets(struct row *r, json_t *sets, struct err *err)
{
	const char *field;
	json_t *value;
	if (json_object_size(sets) > SETS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d fields", SETS_MAX);
	r->sets = mem_array(SETS_MAX, sizeof(*r->sets));
	json_object_foreach(sets, field, value)
	{
		const char *s = json_string_value(value);
		const struct setting *first = captured_by(r);
		struct setting *now = &r->sets[r->n_sets];
		if (setting_read(field, s ? s : "", now, err))
			return -1;
		r->n_sets++;
		if (first && now->capture != CAPTURE_NONE &&
		    now->capture != first->capture)
			return err_set(err, ERR_CONFIG,
				       "one kind of {...} in a row");
	}
	return 0;
}

/* The range is written as a constant of the captured field is. */
static int read_between(struct row *r, const json_t *list, struct err *err)
{
	struct setting lo, hi;
	const struct setting *of = captured_by(r);
	if (!list)
		return 0;
	if (!of)
		return err_set(err, ERR_CONFIG,
			       "between is for a field set to a {...}");
	const char *a = json_string_value(json_array_get(list, 0));
	const char *b = json_string_value(json_array_get(list, 1));
	if (setting_read(of->name, a ? a : "", &lo, err) ||
	    setting_read(of->name, b ? b : "", &hi, err))
		return -1;
	if (lo.capture || hi.capture || lo.value > hi.value ||
	    json_array_size(list) != 2)
		return err_set(err, ERR_CONFIG, "between is [least, most]");
	r->has_between = true;
	r->lo = lo.value;
	r->hi = hi.value;
	return 0;
}

static int read_quality(struct row *r, const json_t *v, struct err *err)
{
	const char *outcome = js_str(v, "outcome", NULL);
	const char *test = js_str(v, "test", NULL);
	int code = vocab_find(&vocab_quality, outcome);
	r->reason = js_str(v, "reason", NULL);
	r->test = vocab_find(&vocab_quality_test, test);
	int64_t days = js_int(v, "days", 0);
	if (code <= QUALITY_FINE || !r->reason)
		return err_set(err, ERR_CONFIG, "no outcome or no reason");
	if (r->test == VOCAB_NONE && (test || !r->has_words))
		return err_set(err, ERR_CONFIG, "no words, and no such test");
	if (days < 0 || days > DAYS_MAX)
		return err_set(err, ERR_CONFIG, "days out of range");
	r->days = (int)days;
	r->outcome = (enum quality)code;
	if (read_bits(json_object_get(v, "kinds"), &vocab_contract, &r->kinds,
		      err))
		return -1;
	return read_bits(json_object_get(v, "except_kinds"), &vocab_contract,
			 &r->except_kinds, err);
}

static int read_row(const struct lexicon *l, const json_t *v, struct row *r,
		    struct err *err)
{
	const json_t *in = json_object_get(v, "in");
	r->symbol = js_str(v, "symbol", NULL);
	r->test = VOCAB_NONE;
	r->has_words = json_array_size(json_object_get(v, "any")) > 0;
	int64_t near = js_int(v, "near", NEAR_DEFAULT);
	if (!r->symbol)
		return err_set(err, ERR_CONFIG, "no symbol");
	if (near < 0 || near > LEXICON_NEAR_MAX)
		return err_set(err, ERR_CONFIG, "near out of range");
	r->near = (int)near;
	if (read_bits(in, &vocab_lexicon_text, &r->in, err))
		return -1;
	if (!r->in)
		r->in = IN_DEFAULT;
	if (l->what == LEXICON_QUALITY)
		return read_quality(r, v, err);
	if (read_sets(r, json_object_get(v, "sets"), err) ||
	    read_between(r, json_object_get(v, "between"), err))
		return -1;
	if (!r->n_sets || !r->has_words)
		return err_set(err, ERR_CONFIG, "nothing to set, or no words");
	return 0;
}

/* The numbers of the phrases of a list, -1 behind the last. */
static int add_phrases(struct maker *m, const json_t *list, int within,
		       int **out)
{
	size_t n = json_array_size(list), i;
	json_t *item;
	if (n > LEXICON_PHRASES_MAX)
		return err_set(m->err, ERR_LIMIT, "more than %d phrases",
			       LEXICON_PHRASES_MAX);
	*out = mem_array(n + 1, sizeof(**out));
	json_array_foreach(list, i, item)
	{
		const char *s = json_string_value(item);
		int p = phrases_add(m->l->phrases, s ? s : "", within, m->err);
		(*out)[i] = p;
		if (p < 0)
			return -1;
	}
	(*out)[n] = -1;
	return 0;
}

static bool has_capture(const struct phrase *p, enum capture c)
{
	for (uint8_t i = 0; i < p->n; i++)
		if (p->steps[i].kind == STEP_CAPTURE)
			return p->steps[i].capture == c;
	return false;
}

static int add_row(struct maker *m, const json_t *v)
{
	size_t i = m->l->n_rows++;
	struct row *r = &m->l->rows[i];
	int64_t within = js_int(v, "within", WITHIN_DEFAULT);
	if (read_row(m->l, v, r, m->err))
		return -1;
	if (within < 0 || within > LEXICON_WITHIN_MAX)
		return err_set(m->err, ERR_CONFIG, "within out of range");
	if (add_phrases(m, json_object_get(v, "any"), (int)within,
			&m->any[i]) ||
	    add_phrases(m, json_object_get(v, "not"), (int)within,
			&m->around[i]) ||
	    add_phrases(m, json_object_get(v, "not_before"), (int)within,
			&m->before[i]))
		return -1;
	const struct setting *of = captured_by(r);
	for (const int *p = m->any[i]; of && *p >= 0; p++)
		if (!has_capture(phrases_at(m->l->phrases, (size_t)*p),
				 of->capture))
			return err_set(m->err, ERR_CONFIG,
				       "each phrase has the {...} that is "
				       "set");
	return 0;
}

static int add_rows(struct maker *m)
{
	const json_t *rows = json_object_get(m->l->json, "rows");
	size_t n = json_array_size(rows), i;
	json_t *v;
	if (n > LEXICON_ROWS_MAX)
		return err_set(m->err, ERR_LIMIT, "more than %d rows",
			       LEXICON_ROWS_MAX);
	m->l->rows = mem_array(n + 1, sizeof(*m->l->rows));
	json_array_foreach(rows, i, v)
	{
		if (add_row(m, v))
			return err_prefix(m->err, "%s",
					  js_str(v, "symbol", "a row"));
	}
	return phrases_finish(m->l->phrases, m->err);
}

static void put_vetoes(struct lexicon *l, size_t row, const int *list,
		       uint8_t how)
{
	uint8_t *vetoes = l->vetoes + row * phrases_count(l->phrases);
	for (; *list >= 0; list++)
		vetoes[*list] |= how;
}

/* Rows are added in their order, so each phrase's are in order too. */
static void index_rows(struct maker *m)
{
	struct lexicon *l = m->l;
	size_t n = phrases_count(l->phrases);
	l->firings = mem_array(n + 1, sizeof(*l->firings));
	l->vetoes = mem_array((l->n_rows + 1) * (n + 1), 1);
	for (size_t i = 0; i < l->n_rows; i++) {
		for (const int *p = m->any[i]; *p >= 0; p++) {
			struct firing *f = &l->firings[*p];
			f->rows = mem_grow(f->rows, f->n + 1, sizeof(*f->rows));
			f->rows[f->n++] = (uint16_t)i;
		}
		put_vetoes(l, i, m->around[i], VETO_AROUND);
		put_vetoes(l, i, m->before[i], VETO_BEFORE);
	}
}

struct lexicon *lexicon_new(const json_t *checked, struct err *err)
{
	struct lexicon *l = mem_alloc(sizeof(*l));
	struct maker *m = mem_alloc(sizeof(*m));
	m->l = l;
	m->err = err;
	l->json = json_deep_copy(checked);
	l->what = str_eq(js_str(checked, "what", ""), "quality")
			  ? LEXICON_QUALITY
			  : LEXICON_SIGNALS;
	l->phrases = phrases_new();
	int result = add_rows(m);
	if (!result)
		index_rows(m);
	for (size_t i = 0; i < l->n_rows; i++) {
		free(m->any[i]);
		free(m->around[i]);
		free(m->before[i]);
	}
	free(m);
	if (result) {
		lexicon_free(l);
		return NULL;
	}
	return l;
}

void lexicon_free(struct lexicon *l)
{
	if (!l)
		return;
	for (size_t i = 0; l->firings && i < phrases_count(l->phrases); i++)
		free(l->firings[i].rows);
	for (size_t i = 0; i < l->n_rows; i++)
		free(l->rows[i].sets);
	free(l->firings);
	free(l->vetoes);
	free(l->rows);
	phrases_free(l->phrases);
	json_decref(l->json);
	free(l);
}

size_t lexicon_count(const struct lexicon *l)
{
	return l->n_rows;
}

/* ---- signals of one offer ---- */

/* What was said, once each: enough to fill the hits in order of rows. */
struct said {
	size_t row;
	struct setting s;
	const char *text;
	uint32_t from, to; /* bytes of text: the words */
};
struct reading {
	const struct lexicon *l;
	struct arena *a;
	const char *text;
	struct gathered *g;
	struct said v[LEXICON_HITS_MAX];
	size_t n;
};

static void note(struct reading *r, const struct firing_at *at,
		 const struct setting *s)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].row == at->row && r->v[i].s.field == s->field &&
		    r->v[i].s.value == s->value)
			return;
	gathered_add(r->g, r->a, s);
	if (r->n < LEXICON_HITS_MAX)
		r->v[r->n++] =
			(struct said){at->row, *s, r->text, at->from, at->to};
}

static void on_signal(void *ctx, const struct firing_at *at)
{
	struct reading *r = ctx;
	const struct row *row = &r->l->rows[at->row];
	for (size_t i = 0; i < row->n_sets; i++) {
		struct setting s = row->sets[i];
		if (s.capture != CAPTURE_NONE)
			s.value = at->captured;
		if (setting_is_usual(&s))
			note(r, at, &s);
	}
}

static int compare_said(const void *a, const void *b)
{
	const struct said *x = a, *y = b;
	return (x->row > y->row) - (x->row < y->row);
}

static void fill_hits(struct reading *r, struct lexicon_hits *hits)
{
	/* Few, and nearly in order. */
	for (size_t i = 1; i < r->n; i++)
		for (size_t k = i;
		     k && compare_said(&r->v[k - 1], &r->v[k]) > 0; k--) {
			struct said t = r->v[k];
			r->v[k] = r->v[k - 1];
			r->v[k - 1] = t;
		}
	hits->n = r->n;
	for (size_t i = 0; i < r->n; i++)
		hits->v[i] = (struct lexicon_hit){
			.symbol = r->l->rows[r->v[i].row].symbol,
			.field = r->v[i].s.name,
			.value = setting_value(r->a, &r->v[i].s),
			.words = lexicon_cut(r->a, r->v[i].text, r->v[i].from,
					     r->v[i].to),
			.is_applied = gathered_took(r->g, &r->v[i].s),
		};
}

void lexicon_apply(const struct lexicon *l, struct arena *a,
		   const struct lexicon_texts *texts, struct offer *o,
		   struct lexicon_hits *hits)
{
	struct reading r;
	r.l = l;
	r.a = a;
	r.g = gathered_new(a);
	r.n = 0;
	for (int i = 0; i < LEXICON_TEXT_COUNT; i++) {
		r.text = texts->text[i];
		lexicon_scan(l, texts, (enum lexicon_text)i, on_signal, &r,
			     NULL);
	}
	gathered_put(r.g, o);
	if (hits)
		fill_hits(&r, hits);
}
