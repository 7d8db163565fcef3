/* SPDX-License-Identifier: EUPL-1.2 */
/* A mail cut in its parts, as far as reports need it: fields, Content-Type,
 * boundaries, base64 and quoted-printable. Lines end in CR LF or LF alone. A
 * mail that is broken gives what can be found in it, and nothing is ever read
 * past its end. */
#include "dsn_parts.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>
#include <strings.h>

#define FIELD_MAX    2000
#define FIELDS_MAX   400
#define BOUNDARY_MAX 200

/* The line at `at` without its end; *next is behind it. */
static struct slice line_at(struct slice t, size_t at, size_t *next)
{
	const char *end = memchr(t.s + at, '\n', t.n - at);
	size_t n = end ? (size_t)(end - t.s) - at : t.n - at;
	*next = at + n + (end != NULL);
	if (n && t.s[at + n - 1] == '\r')
		n--;
	return (struct slice){t.s + at, n};
}

struct entity dsn_entity(struct slice mail)
{
	size_t at = 0, next;
	while (at < mail.n) {
		struct slice line = line_at(mail, at, &next);
		if (line.n == 0)
			return (struct entity){
				.head = {mail.s, at},
				.body = {mail.s + next, mail.n - next}};
		at = next;
	}
	return (struct entity){.head = mail, .body = {mail.s + mail.n, 0}};
}

static bool is_named(struct slice line, const char *name, size_t *value_at)
{
	size_t n = strlen(name);
	if (line.n <= n || strncasecmp(line.s, name, n) != 0)
		return false;
	size_t at = n;
	while (at < line.n && (line.s[at] == ' ' || line.s[at] == '\t'))
		at++;
	*value_at = at + 1;
	return at < line.n && line.s[at] == ':';
}

/* A field's value, with the lines folded into it; *next is behind them. */
static const char *unfold(struct slice head, struct slice line, size_t from,
			  size_t *next, struct arena *a)
{
	struct buf out;
	buf_init(&out, FIELD_MAX);
	buf_add(&out, line.s + from, line.n - from);
	while (*next < head.n &&
	       (head.s[*next] == ' ' || head.s[*next] == '\t')) {
		struct slice more = line_at(head, *next, next);
		buf_addc(&out, ' ');
		buf_add(&out, more.s, more.n);
	}
	char *value = arena_dup_n(a, out.data ? out.data : "", out.len);
	buf_clear(&out);
	for (char *c = value; *c; c++)
		if (*c == '\t')
			*c = ' ';
	return str_trim(value);
}

const char *dsn_field_from(struct slice head, const char *name, size_t *from,
			   struct arena *a)
{
	size_t next, value_at;
	for (int i = 0; i < FIELDS_MAX && *from < head.n; i++) {
		struct slice line = line_at(head, *from, &next);
		bool is_it = is_named(line, name, &value_at);
		const char *value =
			is_it ? unfold(head, line, value_at, &next, a) : NULL;
		*from = next;
		if (is_it)
			return value;
	}
	return NULL;
}

const char *dsn_field(struct slice head, const char *name, struct arena *a)
{
	size_t from = 0;
	return dsn_field_from(head, name, &from, a);
}

const char *dsn_type(const struct entity *e, struct arena *a)
{
	const char *value = dsn_field(e->head, "Content-Type", a);
	if (!value)
		return "text/plain";
	char *type = arena_dup_n(a, value, strcspn(value, "; "));
	for (char *c = type; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return type;
}

const char *dsn_parameter(const struct entity *e, const char *name,
			  struct arena *a)
{
	const char *p = dsn_field(e->head, "Content-Type", a);
	size_t n = strlen(name);
	if (!p)
		return NULL;
	while ((p = strchr(p, ';'))) {
		p += 1 + strspn(p + 1, " ");
		if (strncasecmp(p, name, n) != 0 || p[n] != '=')
			continue;
		p += n + 1;
		if (*p != '"')
			return arena_dup_n(a, p, strcspn(p, "; "));
		return arena_dup_n(a, p + 1, strcspn(p + 1, "\""));
	}
	return NULL;
}

/* Is the line "--boundary" or, *is_last, "--boundary--"? */
static bool is_boundary(struct slice line, const char *boundary, bool *is_last)
{
	size_t n = strlen(boundary);
	if (n > BOUNDARY_MAX || line.n < n + 2 ||
	    memcmp(line.s, "--", 2) != 0 ||
	    memcmp(line.s + 2, boundary, n) != 0)
		return false;
	struct slice rest = {line.s + 2 + n, line.n - 2 - n};
	*is_last = rest.n >= 2 && !memcmp(rest.s, "--", 2);
	for (size_t i = *is_last ? 2 : 0; i < rest.n; i++)
		if (rest.s[i] != ' ' && rest.s[i] != '\t')
			return false;
	return true;
}

bool dsn_next_part(const struct entity *e, const char *boundary, size_t *at,
		   struct entity *out)
{
	size_t next, begin = 0;
	bool is_in = false, is_last = false;
	if (!*boundary)
		return false;
	for (size_t k = *at; k < e->body.n; k = next) {
		struct slice line = line_at(e->body, k, &next);
		if (!is_boundary(line, boundary, &is_last))
			continue;
		if (is_in) {
			*at = k;
			*out = dsn_entity(
				(struct slice){e->body.s + begin, k - begin});
			return true;
		}
		if (is_last)
			break;
		is_in = true;
		begin = next;
	}
	*at = e->body.n;
	if (!is_in) /* cut off: the last one goes to the end */
		return false;
	*out = dsn_entity((struct slice){e->body.s + begin, e->body.n - begin});
	return true;
}

/* --- transfer encodings --- */

static int digit64(char c)
{
	static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
				  "stuvwxyz0123456789+/";
	const char *p = c ? strchr(all, c) : NULL;
	return p ? (int)(p - all) : -1;
}

static void decode64(struct slice in, struct buf *out)
{
	unsigned bits = 0;
	int n = 0;
	for (size_t i = 0; i < in.n; i++) {
		int d = digit64(in.s[i]);
		if (in.s[i] == '=')
			break;
		if (d < 0)
			continue;
		bits = bits << 6 | (unsigned)d;
		n += 6;
		if (n >= 8) {
			n -= 8;
			buf_addc(out, (char)(bits >> n & 0xff));
		}
	}
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void decode_quoted(struct slice in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		if (in.s[i] != '=') {
			buf_addc(out, in.s[i]);
		} else if (i + 1 < in.n && in.s[i + 1] == '\n') {
			i += 1;
		} else if (i + 2 < in.n && in.s[i + 1] == '\r') {
			i += 2;
		} else if (i + 2 < in.n && hex(in.s[i + 1]) >= 0 &&
			   hex(in.s[i + 2]) >= 0) {
			buf_addc(out, (char)(hex(in.s[i + 1]) * 16 +
					     hex(in.s[i + 2])));
			i += 2;
		}
	}
}

struct slice dsn_decode(const struct entity *e, struct arena *a)
{
	const size_t max = DSN_PART_BYTES_MAX;
	const char *how = dsn_field(e->head, "Content-Transfer-Encoding", a);
	struct buf out;
	if (!how || (strcasecmp(how, "base64") != 0 &&
		     strcasecmp(how, "quoted-printable") != 0))
		return (struct slice){e->body.s,
				      e->body.n < max ? e->body.n : max};
	buf_init(&out, max);
	if (!strcasecmp(how, "base64"))
		decode64(e->body, &out);
	else
		decode_quoted(e->body, &out);
	/* NUL ends a string of ours, not a stranger's mail. */
	char *copy = arena_array(a, out.len + 1, 1);
	for (size_t i = 0; i < out.len; i++)
		copy[i] = out.data[i] ? out.data[i] : ' ';
	struct slice result = {copy, out.len};
	buf_clear(&out);
	return result;
}

static const struct {
	const char *type;
	enum dsn_part what;
} part_types[] = {
	{"message/delivery-status", DSN_PART_STATUS},
	{"message/global-delivery-status", DSN_PART_STATUS},
	{"message/feedback-report", DSN_PART_FEEDBACK},
	{"message/rfc822", DSN_PART_MAIL},
	{"message/global", DSN_PART_MAIL},
	{"text/rfc822-headers", DSN_PART_HEAD},
	{"message/rfc822-headers", DSN_PART_HEAD},
	{"message/global-headers", DSN_PART_HEAD},
};

static void walk(const struct entity *part, int depth, dsn_part_fn *fn,
		 void *ctx, struct arena *a)
{
	const char *type = dsn_type(part, a), *boundary;
	struct entity one;
	size_t at = 0;
	for (size_t i = 0; i < ARRAY_LEN(part_types); i++) {
		if (str_eq(type, part_types[i].type))
			fn(ctx, part_types[i].what, part);
	}
	if (!str_starts(type, "multipart/") || depth == DSN_DEPTH_MAX ||
	    !(boundary = dsn_parameter(part, "boundary", a)))
		return;
	for (int i = 0;
	     i < DSN_PARTS_MAX && dsn_next_part(part, boundary, &at, &one); i++)
		walk(&one, depth + 1, fn, ctx, a);
}

void dsn_each_part(const struct entity *mail, dsn_part_fn *fn, void *ctx,
		   struct arena *a)
{
	walk(mail, 0, fn, ctx, a);
}
