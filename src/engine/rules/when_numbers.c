/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers and ranges of conditions: each type as it is written in a file, in
 * the units inside. A range that no value of the field can meet is refused. */
#include "when_values.h"

#include <etrier/date.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <string.h>

/* --- numbers ------------------------------------------------------------- */
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
			   values_shown(v, n->text));
	} else if (v->f->type != WHEN_ORDER &&
		   (hi < v->f->min || lo > v->f->max) && !is_clock) {
		v->is_bad = true;
		when_error(v->r, n, "%s can never be %s: it goes from %s to %s",
			   v->f->name, values_shown(v, n->text),
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
	values_refuse(v, n, near,
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

void values_number(struct values *v, const struct ynode *n)
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

const char *values_range_text(struct values *v, size_t i)
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
