/* SPDX-License-Identifier: EUPL-1.2 */
/* Words, codes, places and trades of conditions. Codes are looked up in the
 * reference tables where there are some, so that a code that nobody has is a
 * mistake and not a symbol that stays silent. */
#include "when_values.h"

#include <etrier/diag.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <string.h>
#include <strings.h>

/* --- words --------------------------------------------------------------- */
void values_code(struct values *v, const struct ynode *n,
		 const struct vocab *vocab)
{
	int i = vocab_find(vocab, n->text);
	bool may_be_unknown = v->f->type == WHEN_ENUM;
	const char *allowed = "allowed:";
	const char *near = str_nearest(n->text, vocab->codes);

	if (may_be_unknown && str_eq(n->text, "unknown")) {
		v->mask |= WHEN_UNKNOWN_BIT;
		return;
	}
	if (i != VOCAB_NONE) {
		v->mask |= (uint64_t)1 << i;
		return;
	}
	for (int k = 0; k < vocab->n; k++) {
		if (!near && !strcasecmp(vocab->codes[k], n->text))
			near = vocab->codes[k];
		allowed = arena_printf(v->r->arena, "%s %s", allowed,
				       vocab->codes[k]);
	}
	values_refuse(v, n, near, allowed);
}

void values_tri(struct values *v, const struct ynode *n)
{
	enum tri t = (enum tri)vocab_find(&vocab_tri, n->text);

	if (t == TRI_UNKNOWN)
		v->mask |= WHEN_UNKNOWN_BIT;
	else if (t == TRI_YES || t == TRI_NO)
		v->mask |= (uint64_t)1 << t;
	else if (n->is_plain && str_eq(n->text, "true"))
		values_refuse(v, n, "yes", "allowed: yes no unknown");
	else if (n->is_plain && str_eq(n->text, "false"))
		values_refuse(v, n, "no", "allowed: yes no unknown");
	else
		values_refuse(v, n, NULL, "allowed: yes no unknown");
}

enum { HOMONYMS_MAX = 16 };

static void push_word(struct values *v, const struct ynode *n, const char *word)
{
	if (v->n_words == WORDS_MAX) {
		v->is_bad = true;
		when_error(v->r, n, "%s has more than %d values", v->f->name,
			   WORDS_MAX);
		return;
	}
	v->words[v->n_words++] = arena_dup(v->r->arena, word);
}

/* Upper case without dots and blanks, as codes of activities are compared. */
static const char *bare_code(struct when_reader *r, const char *s)
{
	char *out = arena_dup(r->arena, s), *end = out;

	for (; *s; s++)
		if (*s != '.' && *s != ' ')
			*end++ = *s >= 'a' && *s <= 'z' ? (char)(*s - 32) : *s;
	*end = '\0';
	return out;
}

void values_word(struct values *v, const struct ynode *n)
{
	static const char code_chars[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789_.-";
	const char *word = n->text;

	if (strlen(word) > WORD_BYTES || !*word) {
		values_refuse(v, n, NULL, "allowed: 1 to 200 bytes");
		return;
	}
	if (v->f->type == WHEN_NAME)
		word = utf8_fold(v->r->arena, word);
	else if (v->f->type == WHEN_PREFIX)
		word = bare_code(v->r, word);
	if (!*word ||
	    (v->f->type != WHEN_NAME && word[strspn(word, code_chars)])) {
		values_refuse(v, n, NULL, "allowed: letters and digits");
		return;
	}
	push_word(v, n, word);
}

/* "05:30" for an offer; a whole word or phrase, the last word open with *. */
void values_phrase(struct values *v, const struct ynode *n)
{
	size_t len = n->kind == YNODE_SCALAR ? strlen(n->text) : 0;
	bool is_open = len > 1 && n->text[len - 1] == '*';
	const char *folded;

	if (n->kind != YNODE_SCALAR || len > WORD_BYTES ||
	    !*(folded = utf8_fold(v->r->arena, n->text))) {
		v->is_bad = true;
		when_error(v->r, n,
			   "%s: matches is a list of words or phrases, 1 to "
			   "%d bytes each; \"apprenti*\" is any word that "
			   "begins so",
			   v->f->name, WORD_BYTES);
		return;
	}
	push_word(v, n,
		  arena_printf(v->r->arena, is_open ? " %s" : " %s ", folded));
}

/* --- places -------------------------------------------------------------- */
static void add_places(struct values *v, const char *dept, uint16_t number)
{
	const struct commune *c;

	if (!v->places)
		v->places = arena_array(v->r->arena, WHEN_PLACE_WORDS,
					sizeof(*v->places));
	if (number)
		v->places[number / 64] |= (uint64_t)1 << number % 64;
	for (unsigned i = 1; dept && i <= UINT16_MAX &&
			     (c = refdata_commune_at(v->r->rd, (uint16_t)i));
	     i++)
		if (str_eq(c->dept, dept))
			v->places[i / 64] |= (uint64_t)1 << i % 64;
}

static bool is_upper_code(const char *s, size_t min, size_t max)
{
	size_t n = strspn(s, "0123456789AB");

	return !s[n] && n >= min && n <= max;
}

void values_dept(struct values *v, const struct ynode *n)
{
	const char *code = n->text;

	if (!is_upper_code(code, 2, 3) ||
	    (v->r->rd && !refdata_dept_name(v->r->rd, code))) {
		values_refuse(
			v, n,
			v->r->rd ? refdata_dept_by_name(v->r->rd, code) : NULL,
			"allowed: the code of a département, \"93\" \"2A\" "
			"\"974\"");
		return;
	}
	if (v->f->pool == COND_PERSON)
		add_places(v, v->r->rd ? code : NULL, 0);
	push_word(v, n, code);
}

/* The code of the largest commune of that name, or NULL. */
static const char *insee_by_name(const struct refdata *rd, const char *name)
{
	const struct commune *found[HOMONYMS_MAX], *best = NULL;
	size_t n =
		rd ? refdata_by_name(rd, name, NULL, found, HOMONYMS_MAX) : 0;

	for (size_t i = 0; i < n && i < HOMONYMS_MAX; i++)
		if (!best || found[i]->population > best->population)
			best = found[i];
	return best ? best->insee : NULL;
}

void values_commune(struct values *v, const struct ynode *n)
{
	uint16_t number = 0;

	if (v->r->rd)
		number = refdata_commune_number(v->r->rd, n->text);
	if (!is_upper_code(n->text, 5, 5) || (v->r->rd && !number)) {
		values_refuse(v, n, insee_by_name(v->r->rd, n->text),
			      "allowed: the INSEE code of a commune, "
			      "\"93048\"");
		return;
	}
	add_places(v, NULL, number);
	push_word(v, n, n->text);
}

/* --- trades -------------------------------------------------------------- */
static bool is_trade_shape(const char *s)
{
	size_t n = strlen(s);

	return n >= 1 && n <= 5 && *s >= 'A' && *s <= 'N' &&
	       strspn(s + 1, "0123456789") == n - 1;
}

static size_t add_matching(const struct refdata *rd, const char *start,
			   struct trade_set *out)
{
	size_t found = 0;

	for (uint16_t i = 0; i < rome_count(rd) && i < TRADES_MAX; i++)
		if (str_starts(rome_code(rd, i), start)) {
			out->bits[i / 64] |= (uint64_t)1 << i % 64;
			found++;
		}
	return found;
}

/* The code one letter or digit away that comes first. */
static const char *nearest_trade(const struct refdata *rd, const char *code)
{
	for (uint16_t i = 0; rd && i < rome_count(rd); i++)
		if (str_distance(code, rome_code(rd, i), 1) <= 1)
			return rome_code(rd, i);
	return NULL;
}

void when_trades(struct when_reader *r, const struct ynode *n,
		 const char *where, struct trade_set *out)
{
	bool is_known = is_trade_shape(n->text);

	if (is_known && r->rd)
		is_known = add_matching(r->rd, n->text, out) > 0;
	if (!is_known)
		when_error(r, n,
			   "%s: no trade \"%.20s\"%s; allowed: ROME codes or "
			   "how they begin, D1102 D11 D",
			   where, n->text,
			   when_hint(r, nearest_trade(r->rd, n->text)));
}

void values_trade(struct values *v, const struct ynode *n)
{
	size_t before = v->r->diags->n_errors;

	if (!v->trades)
		v->trades = arena_alloc(v->r->arena, sizeof(*v->trades));
	when_trades(v->r, n, v->f->name, v->trades);
	v->is_bad |= v->r->diags->n_errors != before;
	push_word(v, n, n->text);
}
