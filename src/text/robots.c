/* SPDX-License-Identifier: EUPL-1.2 */
/* robots.txt, read line by line at every question: files are small, questions
 * few (one a page fetched), and nothing is to be kept or to grow old. Time is
 * linear in the file and, for each rule, in the path. */
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/robots.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Longer rules are no rules: no path they could fit is asked for. */
#define RULE_MAX (ROBOTS_PATH_MAX + 1)

enum word { OTHER, AGENT, ALLOW, DISALLOW, DELAY };
struct line {
	enum word word;
	char value[RULE_MAX + 1]; /* trimmed; "" when there is none */
	bool is_cut;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void take_value(const char *s, const char *end, struct line *out)
{
	while (s < end && is_blank(*s))
		s++;
	while (end > s && is_blank(end[-1]))
		end--;
	size_t n = (size_t)(end - s);
	out->is_cut = n > RULE_MAX || (n && memchr(s, '\0', n));
	n = out->is_cut ? 0 : n;
	memcpy(out->value, s, n);
	out->value[n] = '\0';
}

/* The line from s to end, comment and line end left out. */
static void read_line(const char *s, const char *end, struct line *out)
{
	static const struct {
		const char *name;
		enum word word;
	} rows[] = {{"user-agent", AGENT},
		    {"allow", ALLOW},
		    {"disallow", DISALLOW},
		    {"crawl-delay", DELAY}};
	const char *hash = memchr(s, '#', (size_t)(end - s));
	end = hash ? hash : end;
	out->word = OTHER;
	out->is_cut = false;
	out->value[0] = '\0';
	const char *colon = memchr(s, ':', (size_t)(end - s));
	if (!colon)
		return;
	while (s < colon && is_blank(*s))
		s++;
	const char *stop = colon;
	while (stop > s && is_blank(stop[-1]))
		stop--;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strlen(rows[i].name) == (size_t)(stop - s) &&
		    !strncasecmp(rows[i].name, s, (size_t)(stop - s)))
			out->word = rows[i].word;
	take_value(colon + 1, end, out);
}

static size_t token_length(const char *s)
{
	size_t n = 0;
	while ((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z') ||
	       s[n] == '-' || s[n] == '_')
		n++;
	return n;
}

/* agent NULL: the groups for everybody. */
static bool is_for(const char *value, const char *agent)
{
	if (!agent)
		return *value == '*';
	size_t n = token_length(agent);
	return n && token_length(value) == n && !strncasecmp(value, agent, n);
}

/* Calls visit for every rule of the agent's groups; true when there are any. */
typedef void rule_fn(void *ctx, const struct line *l);
static bool each_rule(const char *text, size_t n, const char *agent,
		      rule_fn *visit, void *ctx)
{
	const char *p = text, *end = text + n;
	bool is_ours = false, in_names = false, found = false;
	struct line l;
	while (p < end) {
		const char *eol = p;
		while (eol < end && *eol != '\n' && *eol != '\r')
			eol++;
		read_line(p, eol, &l);
		if (l.word == AGENT) {
			/* Names that follow each other share one group. */
			is_ours =
				(in_names && is_ours) || is_for(l.value, agent);
			in_names = true;
			found = found || is_ours;
		} else if (l.word != OTHER) {
			in_names = false;
			if (is_ours && !l.is_cut)
				visit(ctx, &l);
		}
		p = eol < end ? eol + 1 : eol;
	}
	return found;
}

/* The groups of that name, else those of everybody. */
static void visit_rules(const char *text, size_t n, const char *agent,
			rule_fn *visit, void *ctx)
{
	n = n < ROBOTS_MAX ? n : ROBOTS_MAX;
	if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		n -= 3;
	}
	if (!each_rule(text, n, agent, visit, ctx))
		each_rule(text, n, NULL, visit, ctx);
}

/* ---- paths ---- */

static int hex(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at =
		c >= 'a' ? memchr(digits, c - 32, 16) : memchr(digits, c, 16);
	return at ? (int)(at - digits) : -1;
}

static bool is_unreserved(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

/* One spelling for every path: %7E is ~, %e9 and the byte are %E9. out has room
 * for three times s and a NUL. */
static void canonical(const char *s, char *out)
{
	static const char digits[] = "0123456789ABCDEF";
	for (; *s; s++) {
		int c = (unsigned char)*s;
		bool is_coded = c == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0;
		if (is_coded) {
			c = hex(s[1]) * 16 + hex(s[2]);
			s += 2;
		}
		if (is_coded ? is_unreserved(c) : c < 0x80) {
			*out++ = (char)c;
			continue;
		}
		*out++ = '%';
		*out++ = digits[c >> 4 & 15];
		*out++ = digits[c & 15];
	}
	*out = '\0';
}

/* rule fits a beginning of path; * any bytes, a last $ the end. */
static bool fits(const char *rule, const char *path)
{
	size_t n = strlen(rule), n_path = strlen(path);
	bool is_anchored = n && rule[n - 1] == '$';
	const char *end = rule + n - is_anchored;
	const char *p = path, *p_end = path + n_path;
	bool is_first = true;
	for (const char *r = rule; r <= end; is_first = false) {
		const char *star = memchr(r, '*', (size_t)(end - r));
		size_t k = (size_t)((star ? star : end) - r);
		bool is_last = !star;
		if (is_first) {
			if ((size_t)(p_end - p) < k || memcmp(p, r, k) != 0)
				return false;
		} else if (is_last && is_anchored) {
			if ((size_t)(p_end - p) < k)
				return false;
			p = p_end - k;
			if (memcmp(p, r, k) != 0)
				return false;
		} else {
			p = memmem(p, (size_t)(p_end - p), r, k);
			if (!p)
				return false;
		}
		p += k;
		if (is_last)
			break;
		r = star + 1;
	}
	return !is_anchored || p == p_end;
}

struct question {
	const char *path; /* canonical */
	size_t longest;
	bool is_allowed;
};

static void on_rule(void *ctx, const struct line *l)
{
	struct question *q = ctx;
	char rule[3 * RULE_MAX + 1];
	if (l->word == DELAY || !*l->value)
		return;
	canonical(l->value, rule);
	size_t n = strlen(rule);
	bool allows = l->word == ALLOW;
	if (n < q->longest || (n == q->longest && !allows) ||
	    !fits(rule, q->path))
		return;
	q->longest = n;
	q->is_allowed = allows;
}

bool robots_allows(const char *text, size_t n, const char *agent,
		   const char *path)
{
	char p[3 * ROBOTS_PATH_MAX + 1];
	struct question q = {.path = p, .is_allowed = true};
	if (strlen(path) > ROBOTS_PATH_MAX)
		return false;
	canonical(path, p);
	if (str_eq(p, "/robots.txt"))
		return true;
	visit_rules(text, n, agent, on_rule, &q);
	return q.is_allowed;
}

static void on_delay(void *ctx, const struct line *l)
{
	int64_t *longest = ctx, ms;
	if (l->word != DELAY ||
	    num_parse_decimal(l->value, 3, 0, INT64_MAX / 1000, &ms))
		return;
	ms = num_clip(ms, 0, ROBOTS_DELAY_MAX_MS);
	*longest = ms > *longest ? ms : *longest;
}

int64_t robots_delay_ms(const char *text, size_t n, const char *agent)
{
	int64_t longest = -1;
	visit_rules(text, n, agent, on_delay, &longest);
	return longest;
}
