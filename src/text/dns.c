/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers of the DNS, read from bytes (RFC 1035 4.1).
 *
 *   header 12 bytes   id, flags, four counts
 *   question          name type class                  echoed, compared
 *   answer records    name type class ttl length data  read
 *   authority, additional                              never looked at
 *
 * A compressed name points backwards only: each pointer must lead before the
 * place where the one before it led, so that reading ends. CNAMEs are followed
 * within the answer; where they lead out of it, the resolver asks anew. */
#include <etrier/dns.h>

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <assert.h>
#include <string.h>

enum { HEADER = 12, LABEL_MAX = 63, CLASS_IN = 1, TYPE_OPT = 41 };
enum { RCODE_FORMERR = 1, RCODE_NXDOMAIN = 3, RCODE_NOTIMP = 4 };
/* An answer of more records than this is no answer about mail. */
#define WALK_MAX 256

struct reader {
	const uint8_t *bytes;
	size_t n, at;
};

static bool is_left(const struct reader *r, size_t n)
{
	return r->n - r->at >= n;
}

/* Callers have asked is_left(). */
static unsigned take16(struct reader *r)
{
	unsigned v = (unsigned)r->bytes[r->at] << 8 | r->bytes[r->at + 1];
	r->at += 2;
	return v;
}

static bool is_name_byte(uint8_t c)
{
	return c > ' ' && c < 0x7f && c != '.' && c != '"' && c != '\\';
}

static char small(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* One label behind what out holds already; false: no label of a host. */
static bool add_label(const uint8_t *label, size_t n, char out[DNS_NAME_SIZE],
		      size_t *len)
{
	if (*len + (*len > 0) + n >= DNS_NAME_SIZE)
		return false;
	if (*len)
		out[(*len)++] = '.';
	for (size_t i = 0; i < n; i++) {
		if (!is_name_byte(label[i]))
			return false;
		out[(*len)++] = small(label[i]);
	}
	return true;
}

/* The name at r->at; r->at is then behind it. */
static bool take_name(struct reader *r, char out[DNS_NAME_SIZE])
{
	size_t at = r->at, lowest = r->at, len = 0;
	bool has_jumped = false;
	for (;;) {
		if (at >= r->n)
			return false;
		size_t n = r->bytes[at];
		if ((n & 0xc0) == 0xc0) {
			if (at + 1 >= r->n)
				return false;
			size_t to = (n & 0x3f) << 8 | r->bytes[at + 1];
			if (!has_jumped)
				r->at = at + 2;
			if (to >= lowest)
				return false;
			has_jumped = true;
			at = lowest = to;
			continue;
		}
		if (n > LABEL_MAX || at + 1 + n > r->n)
			return false;
		at++;
		if (!n)
			break;
		if (!add_label(r->bytes + at, n, out, &len))
			return false;
		at += n;
	}
	if (!has_jumped)
		r->at = at;
	out[len] = '\0';
	return true;
}

/* --- the question --- */

static bool put_name(const char *name, uint8_t *out, size_t *at)
{
	for (const char *p = name; *p;) {
		size_t n = strcspn(p, ".");
		if (n == 0 || n > LABEL_MAX)
			return false;
		out[(*at)++] = (uint8_t)n;
		memcpy(out + *at, p, n);
		*at += n;
		p += n + (p[n] == '.');
	}
	out[(*at)++] = 0;
	return true;
}

static void put16(uint8_t *out, size_t *at, unsigned v)
{
	out[(*at)++] = (uint8_t)(v >> 8 & 0xff);
	out[(*at)++] = (uint8_t)(v & 0xff);
}

size_t dns_query_write(const struct dns_question *q, bool has_edns,
		       uint8_t out[DNS_QUERY_MAX])
{
	static_assert(HEADER + DNS_NAME_SIZE + 2 + 4 + 11 <= DNS_QUERY_MAX, "");
	size_t at = 0, n = strlen(q->name);
	if (n == 0 || n >= DNS_NAME_SIZE || q->name[n - 1] == '.')
		return 0;
	put16(out, &at, q->id);
	put16(out, &at, 0x0100); /* recursion desired */
	put16(out, &at, 1);
	put16(out, &at, 0);
	put16(out, &at, 0);
	put16(out, &at, has_edns);
	if (!put_name(q->name, out, &at))
		return 0;
	put16(out, &at, q->type);
	put16(out, &at, CLASS_IN);
	if (!has_edns)
		return at;
	out[at++] = 0; /* the root's OPT (RFC 6891) */
	put16(out, &at, TYPE_OPT);
	put16(out, &at, DNS_UDP_SIZE);
	put16(out, &at, 0);
	put16(out, &at, 0);
	put16(out, &at, 0);
	return at;
}

/* --- the answer --- */

/* What a message says before its records. */
struct head {
	unsigned flags, n_answers;
};

static bool is_ours(const struct dns_question *q, struct reader *r,
		    struct head *h)
{
	char name[DNS_NAME_SIZE], asked[DNS_NAME_SIZE];
	if (!is_left(r, HEADER) || take16(r) != q->id)
		return false;
	h->flags = take16(r);
	unsigned n_questions = take16(r);
	h->n_answers = take16(r);
	r->at = HEADER;
	if (!(h->flags & 0x8000) || n_questions != 1)
		return false;
	if (!take_name(r, name) || !is_left(r, 4))
		return false;
	str_copy(asked, sizeof(asked), q->name);
	for (char *c = asked; *c; c++)
		*c = small((uint8_t)*c);
	unsigned type = take16(r), class = take16(r);
	return str_eq(name, asked) && type == (unsigned)q->type &&
	       class == CLASS_IN;
}

struct raw {
	char owner[DNS_NAME_SIZE];
	unsigned type, class;
	size_t at, n; /* its data */
};

static bool take_record(struct reader *r, struct raw *out)
{
	if (!take_name(r, out->owner) || !is_left(r, 10))
		return false;
	out->type = take16(r);
	out->class = take16(r);
	r->at += 4; /* how long it may be kept: not needed */
	out->n = take16(r);
	out->at = r->at;
	if (!is_left(r, out->n))
		return false;
	r->at += out->n;
	return true;
}

/* The strings of a TXT record, joined. NULL in *text: too long. */
static bool read_text(const uint8_t *d, size_t n, struct arena *a,
		      const char **text)
{
	char *out = arena_bytes(a, n + 1), *to = out;
	for (size_t at = 0; at < n;) {
		size_t k = d[at++];
		if (k > n - at)
			return false;
		for (size_t i = 0; i < k; i++) {
			uint8_t c = d[at + i];
			*to++ = (char)(c >= ' ' && c < 0x7f ? c : '?');
		}
		at += k;
	}
	*to = '\0';
	*text = to - out > DNS_TEXT_MAX ? NULL : out;
	return true;
}

/* The name that ends the data at `from`; it may point anywhere before. */
static bool read_name(const struct reader *r, const struct raw *raw,
		      size_t from, struct arena *a, const char **name)
{
	struct reader inner = {r->bytes, raw->at + raw->n, raw->at + from};
	char text[DNS_NAME_SIZE];
	if (!take_name(&inner, text) || inner.at != raw->at + raw->n)
		return false;
	*name = arena_dup(a, text);
	return true;
}

static bool read_data(const struct reader *r, const struct raw *raw,
		      struct arena *a, struct dns_record *out)
{
	const uint8_t *d = r->bytes + raw->at;
	*out = (struct dns_record){.text = NULL};
	switch (raw->type) {
	case DNS_A:
	case DNS_AAAA:
		out->address.n = raw->type == DNS_A ? 4 : 16;
		if (raw->n != (size_t)out->address.n)
			return false;
		memcpy(out->address.bytes, d, raw->n);
		return true;
	case DNS_MX:
		if (raw->n < 3)
			return false;
		out->preference = d[0] << 8 | d[1];
		return read_name(r, raw, 2, a, &out->text);
	case DNS_PTR:
	case DNS_CNAME:
		return read_name(r, raw, 0, a, &out->text);
	default:
		return read_text(d, raw->n, a, &out->text);
	}
}

/* All records of `type` at `owner` in the answer; *alias: its CNAME, if any.
 * False: broken. */
static bool collect(struct reader r, const struct head *h, const char *owner,
		    enum dns_type type, struct arena *a, struct dns_answer *out,
		    const char **alias)
{
	struct raw raw;
	struct dns_record one;
	*alias = NULL;
	for (unsigned i = 0; i < h->n_answers; i++) {
		if (!take_record(&r, &raw))
			return false;
		bool is_type = raw.type == (unsigned)type;
		if (raw.class != CLASS_IN || !str_eq(raw.owner, owner) ||
		    (!is_type && raw.type != DNS_CNAME))
			continue;
		if (!read_data(&r, &raw, a, &one))
			return false;
		if (raw.type == DNS_CNAME && !is_type)
			*alias = one.text;
		else if (type == DNS_TXT && !one.text)
			out->is_left_out = true;
		else if (out->n == DNS_RECORDS_MAX)
			return false;
		else
			out->records[out->n++] = one;
	}
	return true;
}

static enum dns_reading read_answers(const struct dns_question *q,
				     const struct reader *r,
				     const struct head *h, struct arena *a,
				     struct dns_answer *out, struct err *err)
{
	char owner[DNS_NAME_SIZE];
	const char *alias;
	dns_name_clean(q->name, owner);
	out->records = arena_array(a, DNS_RECORDS_MAX, sizeof(*out->records));
	for (int i = 0; i <= DNS_ALIASES_MAX; i++) {
		if (!collect(*r, h, owner, q->type, a, out, &alias)) {
			err_set(err, ERR_INPUT, "an answer that is broken");
			return DNS_BROKEN;
		}
		if (out->n || !alias) {
			if (i && !out->n)
				str_copy(out->alias, sizeof(out->alias), owner);
			return DNS_READ;
		}
		str_copy(owner, sizeof(owner), alias);
	}
	err_set(err, ERR_INPUT, "aliases that lead to one another");
	return DNS_BROKEN;
}

enum dns_reading dns_answer_read(const struct dns_question *q,
				 const uint8_t *bytes, size_t n,
				 struct arena *a, struct dns_answer *out,
				 struct err *err)
{
	struct reader r = {bytes, n, 0};
	struct head h;
	*out = (struct dns_answer){.status = DNS_FAILED};
	/* Servers that never heard of EDNS may send the header alone back. */
	if (n == HEADER && (bytes[2] & 0x80) && (bytes[3] & 0xf) == 1 &&
	    take16(&r) == q->id)
		return DNS_NO_EDNS;
	r.at = 0;
	if (!is_ours(q, &r, &h))
		return DNS_NOT_OURS;
	unsigned code = h.flags & 0xf;
	if (code == RCODE_FORMERR || code == RCODE_NOTIMP)
		return DNS_NO_EDNS;
	if (h.flags & 0x0200)
		return DNS_TRUNCATED;
	if (code && code != RCODE_NXDOMAIN)
		return DNS_READ; /* it failed, and says so */
	if (h.n_answers > WALK_MAX) {
		err_set(err, ERR_LIMIT, "an answer of too many records");
		return DNS_BROKEN;
	}
	enum dns_reading how = read_answers(q, &r, &h, a, out, err);
	if (how == DNS_READ)
		out->status = out->n ? DNS_FOUND
			      : code ? DNS_NO_NAME
				     : DNS_NOTHING;
	/* The last alias has no name behind it: nothing more to ask. */
	if (code)
		out->alias[0] = '\0';
	return how;
}
