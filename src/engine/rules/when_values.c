/* SPDX-License-Identifier: EUPL-1.2 */
/* One field and what is asked of it, into atoms:
 *
 *   present, absent           known at all; never unknown
 *   a value, a range, a list  any of them
 *   {not: ...}                none of them
 *   {matches: [...]}          words of a text
 *
 * Values become numbers here, so that nothing but integers and folded words is
 * compared later. A need is only ever asked for, never its absence. */
#include "when_parts.h"

#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <inttypes.h>
#include <string.h>

enum { RANGES_MAX = 64, WORDS_MAX = 400, WORD_BYTES = 200 };

/* What the values of one condition add up to. */
struct values {
	struct when_reader *r;
	const struct when_field *f;
	uint64_t mask;
	struct {
		int64_t lo, hi;
		bool is_clock;
	} ranges[RANGES_MAX];
	size_t n_ranges;
	struct trade_set *trades;
	uint64_t *places;
	const char *words[WORDS_MAX];
	size_t n_words;
	bool is_bad;
};

static struct when_node *read_condition(struct when_reader *r,
					const struct when_field *f,
					const struct ynode *n, bool is_inside);

static const char *shown(struct when_reader *r, const char *text)
{
	size_t n = utf8_cut(text, 60);

	return arena_printf(r->arena, "\"%.*s%s\"", (int)n, text,
			    text[n] ? "…" : "");
}

static void bad_value(struct values *v, const struct ynode *n, const char *near,
		      const char *allowed)
{
	v->is_bad = true;
	when_error(v->r, n, "%s cannot be %s%s; %s", v->f->name,
		   shown(v->r, n->text), when_hint(v->r, near), allowed);
}

/* --- numbers -------------------------------------------------------------- */
static const char *number_form(const struct when_field *f)
{
	static const char *const forms[] = {
		[WHEN_INT] = "a whole number",
		[WHEN_TIME] = "a time, \"05:30\"",
		[WHEN_DATE] = "a date, 2026-11-23",
		[WHEN_HOURS] = "hours, 35 or 35.5",
		[WHEN_EUROS] = "euros a month, 1800 or 1800.5",
		[WHEN_SHARE] = "a share from 0 to 1, 0.7",
		[WHEN_RNCP] = "a code, RNCP37537",
	};

	return forms[f->type];
}

/* One number as the field writes it, in the units inside. */
static bool parse_number(const struct when_field *f, const char *s,
			 int64_t *out)
{
	int32_t date;
	int minute;
	int64_t v;

	switch (f->type) {
	case WHEN_ORDER:
		*out = vocab_find(f->vocab, s);
		return *out != VOCAB_NONE;
	case WHEN_TIME:
		if (minute_parse(s, &minute))
			return false;
		*out = minute;
		return true;
	case WHEN_DATE:
		if (date_parse_iso(s, &date))
			return false;
		*out = date;
		return true;
	case WHEN_HOURS:
		if (num_parse_decimal(s, 3, 0, 1000000, &v))
			return false;
		*out = num_div_round(v * 60, 1000);
		return true;
	case WHEN_EUROS:
		return !num_parse_decimal(s, 2, 0, INT32_MAX, out);
	case WHEN_SHARE:
		return !num_parse_decimal(s, 3, 0, 1000000, out);
	case WHEN_RNCP:
		s += str_starts(s, "RNCP") ? 4 : 0;
		return !num_parse_int(s, 1, 999999, out);
	default:
		return !num_parse_int(s, INT32_MIN, INT32_MAX, out);
	}
}

static const char *number_text(struct when_reader *r,
			       const struct when_field *f, int64_t v)
{
	char text[11];

	switch (f->type) {
	case WHEN_ORDER:
		return vocab_code(f->vocab, (int)v);
	case WHEN_TIME:
		minute_format((int)v, text);
		return arena_dup(r->arena, text);
	case WHEN_DATE:
		date_format((int32_t)v, text);
		return arena_dup(r->arena, text);
	case WHEN_HOURS:
		return arena_printf(r->arena, "%" PRId64 "h%02d", v / 60,
				    (int)(v % 60));
	case WHEN_EUROS:
		return arena_printf(r->arena, "%" PRId64 ".%02d", v / 100,
				    (int)(v % 100));
	case WHEN_SHARE:
		return arena_printf(r->arena, "%" PRId64 ".%03d", v / 1000,
				    (int)(v % 1000));
	default:
		return arena_printf(r->arena, "%" PRId64, v);
	}
}

static void add_range(struct values *v, const struct ynode *n, int64_t lo,
		      int64_t hi, bool is_clock)
{
	if (!is_clock && lo > hi) {
		v->is_bad = true;
		when_error(v->r, n, "%s: the range %s is empty", v->f->name,
			   shown(v->r, n->text));
	} else if (v->f->type != WHEN_ORDER &&
		   (hi < v->f->min || lo > v->f->max) && !is_clock) {
		v->is_bad = true;
		when_error(v->r, n, "%s can never be %s: it goes from %s to %s",
			   v->f->name, shown(v->r, n->text),
			   number_text(v->r, v->f, v->f->min),
			   number_text(v->r, v->f, v->f->max));
	} else if (v->n_ranges == RANGES_MAX) {
		v->is_bad = true;
		when_error(v->r, n, "%s has more than %d values", v->f->name,
			   RANGES_MAX);
	} else {
		v->ranges[v->n_ranges].lo = lo;
		v->ranges[v->n_ranges].hi = hi;
		v->ranges[v->n_ranges++].is_clock = is_clock;
	}
}

static void bad_number(struct values *v, const struct ynode *n)
{
	const char *near = NULL, *allowed = number_form(v->f);
	const char *text = n->text + strspn(n->text, "<>=");

	if (v->f->type == WHEN_ORDER) {
		near = str_nearest(text, v->f->vocab->codes);
		allowed = "";
		for (int i = 0; i < v->f->vocab->n; i++)
			allowed = arena_printf(v->r->arena, "%s%s%s", allowed,
					       i ? " " : "",
					       v->f->vocab->codes[i]);
	}
	bad_value(v, n, near,
		  arena_printf(v->r->arena,
			       "allowed: %s, alone or as a range \">=x\" "
			       "\">x\" \"<=x\" \"<x\" \"x..y\"",
			       allowed));
}

/* "x..y"; false when it is none. */
static bool parse_span(struct values *v, const struct ynode *n)
{
	const char *dots = strstr(n->text, "..");
	const char *first;
	int64_t lo, hi;

	if (!dots)
		return false;
	first = arena_dup_n(v->r->arena, n->text, (size_t)(dots - n->text));
	if (!parse_number(v->f, first, &lo) ||
	    !parse_number(v->f, dots + 2, &hi))
		return false;
	add_range(v, n, lo, hi, v->f->type == WHEN_TIME);
	return true;
}

static void add_number(struct values *v, const struct ynode *n)
{
	const char *s = n->text;
	bool is_less = *s == '<', is_more = *s == '>';
	bool has_equal = (is_less || is_more) && s[1] == '=';
	int64_t x;

	if (parse_span(v, n))
		return;
	s += (is_less || is_more) + has_equal;
	s += (is_less || is_more) && *s == ' ';
	if (!parse_number(v->f, s, &x))
		bad_number(v, n);
	else if (is_less)
		add_range(v, n, INT64_MIN, has_equal ? x : x - 1, false);
	else if (is_more)
		add_range(v, n, has_equal ? x : x + 1, INT64_MAX, false);
	else
		add_range(v, n, x, x, false);
}

/* --- words ---------------------------------------------------------------- */
static void add_code(struct values *v, const struct ynode *n,
		     const struct vocab *vocab)
{
	int i = vocab_find(vocab, n->text);
	bool may_be_unknown = v->f->type == WHEN_ENUM;
	const char *allowed = "allowed:";

	if (may_be_unknown && str_eq(n->text, "unknown")) {
		v->mask |= WHEN_UNKNOWN_BIT;
		return;
	}
	if (i != VOCAB_NONE) {
		v->mask |= (uint64_t)1 << i;
		return;
	}
	for (int k = 0; k < vocab->n; k++)
		allowed = arena_printf(v->r->arena, "%s %s", allowed,
				       vocab->codes[k]);
	bad_value(v, n, str_nearest(n->text, vocab->codes), allowed);
}

static void add_tri(struct values *v, const struct ynode *n)
{
	enum tri t = (enum tri)vocab_find(&vocab_tri, n->text);

	if (t == TRI_UNKNOWN)
		v->mask |= WHEN_UNKNOWN_BIT;
	else if (t == TRI_YES || t == TRI_NO)
		v->mask |= (uint64_t)1 << t;
	else if (n->is_plain && str_eq(n->text, "true"))
		bad_value(v, n, "yes", "allowed: yes no unknown");
	else if (n->is_plain && str_eq(n->text, "false"))
		bad_value(v, n, "no", "allowed: yes no unknown");
	else
		bad_value(v, n, NULL, "allowed: yes no unknown");
}

static void push_word(struct values *v, const struct ynode *n, const char *word)
{
	if (v->n_words == WORDS_MAX) {
		v->is_bad = true;
		when_error(v->r, n, "%s has more than %d values", v->f->name,
			   WORDS_MAX);
		return;
	}
	v->words[v->n_words++] = word;
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

static void add_word(struct values *v, const struct ynode *n)
{
	static const char code_chars[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789_.-";
	const char *word = n->text;

	if (strlen(word) > WORD_BYTES || !*word) {
		bad_value(v, n, NULL, "allowed: 1 to 200 bytes");
		return;
	}
	if (v->f->type == WHEN_NAME)
		word = utf8_fold(v->r->arena, word);
	else if (v->f->type == WHEN_PREFIX)
		word = bare_code(v->r, word);
	if (!*word ||
	    (v->f->type != WHEN_NAME && word[strspn(word, code_chars)])) {
		bad_value(v, n, NULL, "allowed: letters and digits");
		return;
	}
	push_word(v, n, word);
}

/* "05:30" for an offer; a whole word or phrase, the last word open with *. */
static void add_phrase(struct values *v, const struct ynode *n)
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

/* --- places --------------------------------------------------------------- */
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

static void add_dept(struct values *v, const struct ynode *n)
{
	const char *code = n->text;

	if (!is_upper_code(code, 2, 3) ||
	    (v->r->rd && !refdata_dept_name(v->r->rd, code))) {
		bad_value(v, n,
			  v->r->rd ? refdata_dept_by_name(v->r->rd, code)
				   : NULL,
			  "allowed: the code of a département, \"93\" \"2A\" "
			  "\"974\"");
		return;
	}
	if (v->f->pool == COND_PERSON)
		add_places(v, v->r->rd ? code : NULL, 0);
	push_word(v, n, code);
}

static void add_commune(struct values *v, const struct ynode *n)
{
	const struct commune *near = NULL;
	uint16_t number = 0;

	if (v->r->rd)
		number = refdata_commune_number(v->r->rd, n->text);
	if (!is_upper_code(n->text, 5, 5) || (v->r->rd && !number)) {
		if (v->r->rd)
			refdata_by_name(v->r->rd, n->text, NULL, &near, 1);
		bad_value(v, n, near ? near->insee : NULL,
			  "allowed: the INSEE code of a commune, \"93048\"");
		return;
	}
	add_places(v, NULL, number);
	push_word(v, n, n->text);
}

/* --- trades --------------------------------------------------------------- */
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

static void add_trade(struct values *v, const struct ynode *n)
{
	size_t before = v->r->diags->n_errors;

	if (!v->trades)
		v->trades = arena_alloc(v->r->arena, sizeof(*v->trades));
	when_trades(v->r, n, v->f->name, v->trades);
	v->is_bad |= v->r->diags->n_errors != before;
	push_word(v, n, n->text);
}

/* --- from values to atoms ---------------------------------------------------
 */
static void add_value(struct values *v, const struct ynode *n)
{
	if (n->kind != YNODE_SCALAR) {
		v->is_bad = true;
		if (n->kind != YNODE_REFUSED)
			when_error(v->r, n,
				   "%s: a list holds single values and ranges",
				   v->f->name);
		return;
	}
	if (ynode_is_null(n) || str_eq(n->text, "present") ||
	    str_eq(n->text, "absent")) {
		bad_value(v, n, NULL,
			  "present and absent stand alone, without list or "
			  "not");
		return;
	}
	switch (v->f->type) {
	case WHEN_ENUM:
	case WHEN_BITS:
		add_code(v, n, v->f->vocab);
		break;
	case WHEN_TRI:
		add_tri(v, n);
		break;
	case WHEN_TRADES:
		add_trade(v, n);
		break;
	case WHEN_PLACES:
		add_commune(v, n);
		break;
	case WHEN_DEPT:
		add_dept(v, n);
		break;
	case WHEN_CODE:
	case WHEN_PREFIX:
	case WHEN_NAME:
		add_word(v, n);
		break;
	case WHEN_TEXT:
		bad_value(v, n, NULL,
			  "a text takes {matches: [words]}, present or absent");
		break;
	case WHEN_KEY:
		bad_value(v, n, NULL, "allowed: present absent");
		break;
	default:
		add_number(v, n);
	}
}

static struct when_node *atom(struct when_reader *r, const struct when_field *f,
			      const struct ynode *at, enum when_test test)
{
	struct when_node *n = when_new(r, WHEN_ATOM, at);

	n->pools = 1u << f->pool;
	n->is_private = f->is_private;
	n->atom = (struct when_atom){
		.pool = f->pool,
		.id = f->id,
		.sub = f->sub,
		.test = (uint8_t)test,
		.is_private = f->is_private,
	};
	return n;
}

static void name_atom(struct when_reader *r, struct when_node *n,
		      const struct when_field *f, const char *values)
{
	n->text = arena_printf(r->arena, "%s: %s", f->name, values);
	n->atom.text = n->text;
}

static const char *range_text(struct values *v, size_t i)
{
	int64_t lo = v->ranges[i].lo, hi = v->ranges[i].hi;
	const char *a, *b;

	if (lo == INT64_MIN)
		return arena_printf(v->r->arena, "<=%s",
				    number_text(v->r, v->f, hi));
	a = number_text(v->r, v->f, lo);
	if (hi == INT64_MAX)
		return arena_printf(v->r->arena, ">=%s", a);
	if (lo == hi)
		return a;
	b = number_text(v->r, v->f, hi);
	return arena_printf(v->r->arena, "%s..%s", a, b);
}

static struct when_node *range_atoms(struct values *v, const struct ynode *at)
{
	struct when_node *any = when_new(v->r, WHEN_ANY, at);

	for (size_t i = 0; i < v->n_ranges; i++) {
		struct when_node *n =
			atom(v->r, v->f, at,
			     v->ranges[i].is_clock ? TEST_CLOCK : TEST_RANGE);

		n->atom.lo = v->ranges[i].lo;
		n->atom.hi = v->ranges[i].hi;
		name_atom(v->r, n, v->f, range_text(v, i));
		when_add(v->r, any, n);
	}
	if (any->n == 1)
		return any->kids[0];
	when_finish(v->r, any);
	return any;
}

static const char *mask_text(const struct values *v)
{
	const struct vocab *vocab =
		v->f->type == WHEN_TRI ? &vocab_tri : v->f->vocab;
	const char *out = "";

	for (int i = 0; i < vocab->n; i++)
		if (v->mask >> i & 1)
			out = arena_printf(v->r->arena, "%s%s%s", out,
					   *out ? ", " : "", vocab->codes[i]);
	if (v->mask & WHEN_UNKNOWN_BIT)
		out = arena_printf(v->r->arena, "%s%sunknown", out,
				   *out ? ", " : "");
	return out;
}

static const char *words_text(const struct values *v)
{
	const char *quote =
		v->f->type == WHEN_NAME || v->f->type == WHEN_TEXT ? "\"" : "";
	const char *out = "";

	for (size_t i = 0; i < v->n_words; i++)
		out = arena_printf(v->r->arena, "%s%s%s%s%s", out,
				   i ? ", " : "", quote, v->words[i], quote);
	return out;
}

static enum when_test test_of(const struct values *v)
{
	switch (v->f->type) {
	case WHEN_TRADES:
		return TEST_TRADES;
	case WHEN_PLACES:
		return TEST_PLACES;
	case WHEN_DEPT:
		return v->f->pool == COND_PERSON ? TEST_PLACES : TEST_EQUAL;
	case WHEN_CODE:
	case WHEN_NAME:
		return TEST_EQUAL;
	case WHEN_PREFIX:
		return TEST_START;
	default:
		return TEST_MASK;
	}
}

static struct when_node *to_node(struct values *v, const struct ynode *at,
				 enum when_test test)
{
	struct when_node *n;
	const char **words;

	if (v->n_ranges)
		return range_atoms(v, at);
	n = atom(v->r, v->f, at, test);
	if (test == TEST_MASK) {
		n->atom.mask = v->mask;
		name_atom(v->r, n, v->f, mask_text(v));
		return n;
	}
	words = arena_array(v->r->arena, v->n_words, sizeof(*words));
	memcpy(words, v->words, v->n_words * sizeof(*words));
	n->atom.words = words;
	n->atom.n_words = v->n_words;
	n->atom.trades = v->trades;
	n->atom.places = v->places;
	name_atom(v->r, n, v->f,
		  arena_printf(v->r->arena, "%s%s",
			       test == TEST_WORDS ? "matches " : "",
			       words_text(v)));
	return n;
}

/* --- what may not be asked --------------------------------------------------
 */
#define NEVER_COSTS "a need helps or warns; it never costs"

static bool asks_for_absence(const struct when_node *n)
{
	const struct when_atom *a = &n->atom;

	if (n->op != WHEN_ATOM || !a->is_private)
		return false;
	if (a->test == TEST_ABSENT)
		return true;
	if (a->test == TEST_RANGE)
		return a->lo < 1;
	return a->test == TEST_MASK && a->pool == COND_PERSON &&
	       a->id == YOUTH_RQTH && a->mask != (uint64_t)1 << TRI_YES;
}

static struct when_node *refuse_absence(struct when_reader *r,
					const struct when_field *f,
					struct when_node *n)
{
	bool is_asked = n && n->op == WHEN_NOT && n->is_private;

	if (n && n->op == WHEN_ATOM)
		is_asked |= asks_for_absence(n);
	for (size_t i = 0; n && n->op == WHEN_ANY && i < n->n; i++)
		is_asked |= asks_for_absence(n->kids[i]);
	if (!is_asked)
		return n;
	when_error(r, n->at,
		   "%s: nobody may be chosen for having none (" NEVER_COSTS
		   "); ask for what is there",
		   f->name);
	return NULL;
}

/* --- one condition
 * ------------------------------------------------------------ */
static struct when_node *read_presence(struct when_reader *r,
				       const struct when_field *f,
				       const struct ynode *n)
{
	bool is_present = str_eq(n->text, "present");
	struct when_node *out =
		atom(r, f, n, is_present ? TEST_PRESENT : TEST_ABSENT);

	name_atom(r, out, f, n->text);
	return out;
}

static struct when_node *read_matches(struct when_reader *r,
				      const struct when_field *f,
				      const struct ynode *n)
{
	struct values v = {.r = r, .f = f};

	if (f->type != WHEN_TEXT && f->type != WHEN_NAME) {
		when_error(r, n, "%s is no text: matches says nothing there",
			   f->name);
		return NULL;
	}
	if (n->kind == YNODE_LIST)
		for (size_t i = 0; i < n->n; i++)
			add_phrase(&v, &n->kids[i]);
	else
		add_phrase(&v, n);
	if (!v.n_words && !v.is_bad)
		when_error(r, n, "%s: an empty list", f->name);
	return v.is_bad || !v.n_words ? NULL : to_node(&v, n, TEST_WORDS);
}

static struct when_node *read_not(struct when_reader *r,
				  const struct when_field *f,
				  const struct ynode *n)
{
	struct when_node *inner = read_condition(r, f, n, true);
	struct when_node *out;

	if (!inner)
		return NULL;
	out = when_new(r, WHEN_NOT, n);
	when_add(r, out, inner);
	when_finish(r, out);
	return out;
}

static struct when_node *read_operators(struct when_reader *r,
					const struct when_field *f,
					const struct ynode *n, bool is_inside)
{
	static const char *const names[] = {"not", "matches", NULL};
	struct when_node *all = when_new(r, WHEN_ALL, n);
	bool is_bad = !n->n;

	if (!n->n)
		when_error(r, n, "%s: nothing is asked", f->name);
	for (size_t i = 0; i < n->n; i++) {
		const struct ynode *key = &n->keys[i];
		struct when_node *kid = NULL;

		if (str_eq(key->text, "matches"))
			kid = read_matches(r, f, &n->kids[i]);
		else if (str_eq(key->text, "not") && !is_inside)
			kid = read_not(r, f, &n->kids[i]);
		else
			when_error(r, key,
				   "%s: unknown \"%.40s\"%s; allowed: a "
				   "value, a list, {not: ...}, {matches: "
				   "[...]}",
				   f->name, key->text,
				   when_hint(r, str_nearest(key->text, names)));
		if (kid)
			when_add(r, all, kid);
		else
			is_bad = true;
	}
	if (is_bad)
		return NULL;
	if (all->n == 1)
		return all->kids[0];
	when_finish(r, all);
	return all;
}

static struct when_node *read_condition(struct when_reader *r,
					const struct when_field *f,
					const struct ynode *n, bool is_inside)
{
	struct values v = {.r = r, .f = f};

	if (n->kind == YNODE_REFUSED)
		return NULL;
	if (n->kind == YNODE_MAP)
		return read_operators(r, f, n, is_inside);
	if (n->kind == YNODE_SCALAR && !is_inside &&
	    (str_eq(n->text, "present") || str_eq(n->text, "absent")))
		return read_presence(r, f, n);
	if (n->kind == YNODE_LIST && !n->n) {
		when_error(r, n, "%s: an empty list", f->name);
		return NULL;
	}
	if (n->kind == YNODE_LIST)
		for (size_t i = 0; i < n->n; i++)
			add_value(&v, &n->kids[i]);
	else
		add_value(&v, n);
	return v.is_bad ? NULL : to_node(&v, n, test_of(&v));
}

struct when_node *when_values(struct when_reader *r, const struct when_field *f,
			      const struct ynode *n)
{
	return refuse_absence(r, f, read_condition(r, f, n, false));
}
