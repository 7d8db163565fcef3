/* SPDX-License-Identifier: EUPL-1.2 */
/* One scalar of a configuration into its value. Every refusal says what was
 * expected, what was found and, where it can be guessed, what to write; the
 * guess is only ever shown, never taken. */
#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include "schema_scalar.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What is quoted back of a value. */
#define QUOTED_MAX 80

void schema_error(struct schema_reader *r, const struct ynode *n,
		  const char *fmt, ...)
{
	char *p = NULL;
	va_list ap;
	va_start(ap, fmt);
	int k = vasprintf(&p, fmt, ap);
	va_end(ap);
	BUG_ON(k < 0);
	diag_add(r->diags, DIAG_ERROR, n->file, n->line, n->col, "%s", p);
	free(p);
}

static const char *quoted(struct schema_reader *r, const char *text)
{
	size_t n = utf8_cut(text, QUOTED_MAX);
	return arena_printf(r->arena, "\"%.*s%s\"", (int)n, text,
			    text[n] ? "…" : "");
}

static const char *decimal(struct arena *a, int64_t v)
{
	int64_t whole = v / 1000, rest = v % 1000;
	const char *sign = v < 0 ? "-" : "";
	if (v < 0) {
		whole = -whole;
		rest = -rest;
	}
	char *s = arena_printf(a, "%s%lld.%03lld", sign, (long long)whole,
			       (long long)rest);
	size_t n = strlen(s);
	while (s[n - 1] == '0')
		s[--n] = '\0';
	if (s[n - 1] == '.')
		s[--n] = '\0';
	return s;
}

const char *schema_range(struct arena *a, const struct schema *row)
{
	if (!row->min && !row->max)
		return "";
	if (row->type == SCHEMA_DECIMAL)
		return arena_printf(a, "%s..%s", decimal(a, row->min),
				    decimal(a, row->max));
	return arena_printf(a, "%lld..%lld", (long long)row->min,
			    (long long)row->max);
}

const char *schema_words(struct arena *a, const char *const *words)
{
	const char *out = "";
	for (int i = 0; i < 100 && words[i]; i++)
		out = arena_printf(a, "%s%s%s", out, i ? " " : "", words[i]);
	return out;
}

static json_t *read_str(struct schema_reader *r, const struct schema *row,
			const struct ynode *n, const char *where)
{
	size_t len = strlen(n->text);
	bool is_words = strspn(n->text, "\n\t ") < len;
	/* A block of text in YAML ends with its line end. */
	if (!n->is_plain && is_words && n->text[len - 1] == '\n')
		len--;
	int64_t max = row->max ? row->max : SCHEMA_STR_MAX;
	if ((int64_t)len < row->min && len == 0) {
		schema_error(r, n, "%s must not be empty", where);
		return NULL;
	}
	if ((int64_t)len < row->min || (int64_t)len > max) {
		schema_error(r, n, "%s must have %lld to %lld bytes, has %zu",
			     where, (long long)row->min, (long long)max, len);
		return NULL;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)n->text[i];
		bool is_line =
			(row->flags & SCHEMA_LINES) && (c == '\n' || c == '\t');
		if ((c < ' ' || c == 0x7f) && !is_line) {
			schema_error(r, n,
				     "%s is one line, without control "
				     "characters",
				     where);
			return NULL;
		}
	}
	return json_stringn(n->text, len);
}

/* The digits the text begins with, when something other than digits follows:
 * what "30s" or "30 s" probably means. NULL when it does not look like that. */
static const char *leading_number(struct schema_reader *r, const char *text)
{
	size_t n = strspn(text, "0123456789");
	if (!n || n > 15 || !text[n] || strpbrk(text + n, "0123456789"))
		return NULL;
	return arena_dup_n(r->arena, text, n);
}

static const char *unit_of(struct schema_reader *r, const struct schema *row)
{
	return row->unit ? arena_printf(r->arena, " (in %s)", row->unit) : "";
}

static void number_error(struct schema_reader *r, const struct schema *row,
			 const struct ynode *n, const char *where)
{
	bool is_int = row->type == SCHEMA_INT;
	const char *what = is_int ? "a whole number" : "a number";
	const char *comma = strchr(n->text, ',');
	int64_t v;
	if (!n->is_plain &&
	    !num_parse_decimal(n->text, 3, INT64_MIN, INT64_MAX, &v)) {
		schema_error(r, n, "%s is a number: write %s without quotes",
			     where, n->text);
		return;
	}
	if (comma && !is_int && !strchr(comma + 1, ',')) {
		char *dot = arena_dup(r->arena, n->text);
		dot[comma - n->text] = '.';
		if (!num_parse_decimal(dot, 3, INT64_MIN, INT64_MAX, &v)) {
			schema_error(r, n,
				     "%s: the comma in %s is wrong here: "
				     "decimals take a dot, write %s",
				     where, quoted(r, n->text), dot);
			return;
		}
	}
	const char *number = leading_number(r, n->text);
	const char *hint = "";
	if (number)
		hint = arena_printf(r->arena, "; write %s", number);
	else if (!is_int && strchr(n->text, '.'))
		hint = "; at most three decimals";
	schema_error(r, n, "%s must be %s%s, found %s%s", where, what,
		     unit_of(r, row), quoted(r, n->text), hint);
}

static json_t *read_number(struct schema_reader *r, const struct schema *row,
			   const struct ynode *n, const char *where)
{
	int64_t v;
	int digits = row->type == SCHEMA_INT ? 0 : 3;
	const char *first = n->text + (*n->text == '-');
	if (!n->is_plain ||
	    num_parse_decimal(n->text, digits, INT64_MIN, INT64_MAX, &v)) {
		number_error(r, row, n, where);
		return NULL;
	}
	/* YAML 1.1 would read 010 as eight. */
	if (first[0] == '0' && first[1] >= '0' && first[1] <= '9') {
		schema_error(r, n,
			     "%s: a number does not begin with 0, found %s",
			     where, quoted(r, n->text));
		return NULL;
	}
	bool has_bounds = row->min || row->max;
	if (has_bounds && (v < row->min || v > row->max)) {
		schema_error(r, n, "%s must be %s%s, found %s", where,
			     schema_range(r->arena, row), unit_of(r, row),
			     n->text);
		return NULL;
	}
	return json_integer(v);
}

/* What people write for a truth value: 1 true, 0 false, -1 neither. */
static int guess_truth(const char *text)
{
	static const struct {
		const char *word;
		int truth;
	} words[] = {{"true", 1}, {"yes", 1}, {"y", 1},	    {"on", 1},
		     {"oui", 1},  {"1", 1},   {"false", 0}, {"no", 0},
		     {"n", 0},	  {"off", 0}, {"non", 0},   {"0", 0}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(words[i].word, text) == 0)
			return words[i].truth;
	return -1;
}

static json_t *read_bool(struct schema_reader *r, const struct ynode *n,
			 const char *where)
{
	if (n->is_plain && str_eq(n->text, "true"))
		return json_true();
	if (n->is_plain && str_eq(n->text, "false"))
		return json_false();
	int truth = guess_truth(n->text);
	schema_error(r, n, "%s must be true or false, found %s%s", where,
		     quoted(r, n->text),
		     truth < 0 ? ""
		     : truth   ? ": write true"
			       : ": write false");
	return NULL;
}

static json_t *read_tri(struct schema_reader *r, const struct ynode *n,
			const char *where)
{
	static const char *const words[] = {"yes", "no", "unknown", NULL};
	for (int i = 0; words[i]; i++)
		if (str_eq(n->text, words[i]))
			return json_string(words[i]);
	int truth = guess_truth(n->text);
	schema_error(r, n, "%s must be yes, no or unknown, found %s%s", where,
		     quoted(r, n->text),
		     truth < 0 ? ""
		     : truth   ? ": write yes"
			       : ": write no");
	return NULL;
}

static json_t *read_word(struct schema_reader *r, const struct schema *row,
			 const struct ynode *n, const char *where)
{
	const char *near = NULL;
	for (int i = 0; row->words[i]; i++) {
		if (str_eq(n->text, row->words[i]))
			return json_string(n->text);
		if (strcasecmp(n->text, row->words[i]) == 0)
			near = row->words[i];
	}
	if (!near)
		near = str_nearest(n->text, row->words);
	const char *hint = "";
	if (near)
		hint = arena_printf(r->arena, " (did you mean \"%s\"?)", near);
	schema_error(r, n, "%s cannot be %s%s; allowed: %s", where,
		     quoted(r, n->text), hint,
		     schema_words(r->arena, row->words));
	return NULL;
}

/* "8:00", "8h30", "8h": how the time would be written; NULL: no idea. */
static const char *guess_time(struct schema_reader *r, const char *text)
{
	size_t h = strspn(text, "0123456789");
	if (h < 1 || h > 2 || !text[h] || !strchr("hH:.", text[h]))
		return NULL;
	const char *m = text + h + 1;
	size_t k = strspn(m, "0123456789");
	if (m[k] || (k != 0 && k != 2))
		return NULL;
	char *s = arena_printf(r->arena, "%s%.*s:%s", h == 1 ? "0" : "", (int)h,
			       text, k ? m : "00");
	int minute;
	return minute_parse(s, &minute) ? NULL : s;
}

static json_t *read_time(struct schema_reader *r, const struct ynode *n,
			 const char *where)
{
	int minute;
	bool is_time = minute_parse(n->text, &minute) == 0;
	if (is_time && !n->is_plain)
		return json_integer(minute);
	if (is_time) {
		schema_error(r, n, "%s: a time stands in quotes: write \"%s\"",
			     where, n->text);
		return NULL;
	}
	const char *guess = guess_time(r, n->text);
	const char *hint = "";
	if (guess)
		hint = arena_printf(r->arena, ": write \"%s\"", guess);
	schema_error(r, n,
		     "%s must be a time from \"00:00\" to \"24:00\", found "
		     "%s%s",
		     where, quoted(r, n->text), hint);
	return NULL;
}

static json_t *read_date(struct schema_reader *r, const struct ynode *n,
			 const char *where)
{
	int32_t date;
	if (!date_parse_iso(n->text, &date))
		return json_string(n->text);
	const char *hint = "";
	if (!date_parse_dmy(n->text, &date)) {
		char iso[11];
		date_format(date, iso);
		hint = arena_printf(r->arena, ": write %s", iso);
	}
	schema_error(r, n, "%s must be a date like 2026-11-23, found %s%s",
		     where, quoted(r, n->text), hint);
	return NULL;
}

static json_t *read_path(struct schema_reader *r, const struct schema *row,
			 const struct ynode *n, const char *where)
{
	const char *text = n->text;
	const char *problem = NULL;
	if (!*text)
		problem = "must not be empty";
	else if (strlen(text) > SCHEMA_PATH_MAX)
		problem = "is too long for a path";
	else if (*text == '~' || *text == '$')
		problem = "takes no ~ and no $: write the path in full";
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			problem = "holds a control character";
	if (problem) {
		schema_error(r, n, "%s %s", where, problem);
		return NULL;
	}
	bool is_bare = row->type == SCHEMA_SECRET && !strchr(text, '/');
	if (is_bare && (str_eq(text, ".") || str_eq(text, ".."))) {
		schema_error(r, n, "%s must be the name of a file", where);
		return NULL;
	}
	if (is_bare || !r->base_dir)
		return json_string(text);
	char *path = schema_path(r->base_dir, text);
	json_t *v = json_string(path);
	free(path);
	return v;
}

/* Why it is no URL we would call; NULL when it is one. */
static const char *url_problem(const char *s)
{
	const char *host = str_starts(s, "https://")  ? s + 8
			   : str_starts(s, "http://") ? s + 7
						      : NULL;
	if (!host)
		return "must begin with https:// or http://";
	if (strlen(s) > 2000)
		return "is longer than 2000 bytes";
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '"' ||
		    *p == '<' || *p == '>' || *p == '\\')
			return "holds a character that no URL may hold";
	size_t n = strcspn(host, "/?#");
	if (memchr(host, '@', n))
		return "must hold no user or password (use a secret file)";
	size_t name =
		*host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
	if (name > n || name == 0)
		return "names no host";
	if (name < n && host[name] != ':')
		return "has a wrong host";
	char port[8] = "443";
	int64_t v;
	if (name < n && n - name - 1 < sizeof(port)) {
		memcpy(port, host + name + 1, n - name - 1);
		port[n - name - 1] = '\0';
	} else if (name < n) {
		return "has a wrong port";
	}
	return num_parse_int(port, 1, 65535, &v) ? "has a wrong port" : NULL;
}

static json_t *read_url(struct schema_reader *r, const struct ynode *n,
			const char *where)
{
	const char *problem = url_problem(n->text);
	if (!problem)
		return json_string(n->text);
	schema_error(r, n, "%s %s", where, problem);
	return NULL;
}

json_t *schema_scalar(struct schema_reader *r, const struct schema *row,
		      const struct ynode *n, const char *where)
{
	switch (row->type) {
	case SCHEMA_STR:
		return read_str(r, row, n, where);
	case SCHEMA_INT:
	case SCHEMA_DECIMAL:
		return read_number(r, row, n, where);
	case SCHEMA_BOOL:
		return read_bool(r, n, where);
	case SCHEMA_TRI:
		return read_tri(r, n, where);
	case SCHEMA_WORD:
		return read_word(r, row, n, where);
	case SCHEMA_TIME:
		return read_time(r, n, where);
	case SCHEMA_DATE:
		return read_date(r, n, where);
	case SCHEMA_PATH:
	case SCHEMA_SECRET:
		return read_path(r, row, n, where);
	case SCHEMA_URL:
		return read_url(r, n, where);
	default:
		break;
	}
	BUG_ON(true);
	return NULL;
}
