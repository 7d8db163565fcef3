/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts, references and attributes of feeds that break the rules of XML, read
 * as the feed's author meant them where that is certain. No state: what a part
 * becomes depends on its bytes and the declared encoding alone. */
#include "rss_parts.h"
#include "latin.h"
#include "nfc.h"

#include <etrier/buf.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <libxml/HTMLparser.h>
#include <string.h>
#include <strings.h>

/* The longest name of HTML 4, which is what libxml2 knows, is "thetasym"; ten
 * digits hold any code point in decimal or hexadecimal. */
#define REFERENCE_MAX 12

static bool is_one_of(const char *name, const char *const *words)
{
	const char *colon = strchr(name, ':');
	for (; *words; words++)
		if (str_eq(colon ? colon + 1 : name, *words))
			return true;
	return false;
}

bool rss_is_root(const char *name)
{
	static const char *const words[] = {"rss", "RDF", "feed", "channel",
					    NULL};
	return is_one_of(name, words);
}

bool rss_is_item(const char *name)
{
	static const char *const words[] = {"item", "entry", NULL};
	return is_one_of(name, words);
}

bool rss_keeps_markup(const char *name)
{
	static const char *const words[] = {"title",   "description", "summary",
					    "content", "encoded",     NULL};
	return is_one_of(name, words);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t find(const char *s, size_t n, const char *word)
{
	size_t k = strlen(word);
	for (size_t i = 0; i + k <= n; i++)
		if (strncasecmp(s + i, word, k) == 0)
			return i + k;
	return 0;
}

enum rss_charset rss_charset_of(const char *pi, size_t n)
{
	static const struct {
		const char *name;
		enum rss_charset charset;
	} rows[] = {
		{"utf-8", RSS_UTF8},	      {"utf8", RSS_UTF8},
		{"us-ascii", RSS_UTF8},	      {"iso-8859-15", RSS_LATIN9},
		{"iso-8859-1", RSS_LATIN1},   {"latin1", RSS_LATIN1},
		{"windows-1252", RSS_LATIN1}, {"cp1252", RSS_LATIN1},
	};
	size_t at = find(pi, n, "encoding");
	while (at && at < n && (is_space(pi[at]) || strchr("='\"", pi[at])))
		at++;
	for (size_t i = 0; at && i < ARRAY_LEN(rows); i++) {
		size_t k = strlen(rows[i].name);
		if (n - at >= k && !strncasecmp(pi + at, rows[i].name, k))
			return rows[i].charset;
	}
	return RSS_UNDECLARED;
}

static void repair(const struct rss_decoder *d, const char *what,
		   const char *name, size_t n)
{
	d->on_repair(d->ctx, what, name, n);
}

static void put(struct buf *out, uint32_t cp)
{
	char utf8[4];
	buf_add(out, utf8, utf8_put(cp, utf8));
}

static bool is_text(uint32_t cp)
{
	if (cp < ' ')
		return cp == '\t' || cp == '\n' || cp == '\r';
	return cp != 0x7F && !(cp >= 0xD800 && cp < 0xE000) && cp != 0xFFFE &&
	       cp != 0xFFFF && cp <= 0x10FFFF;
}

/* "#233" or "#xE9" of n bytes; 0: none. */
static uint32_t number(const char *s, size_t n)
{
	bool is_hex = n > 1 && (s[1] == 'x' || s[1] == 'X');
	uint32_t v = 0, base = is_hex ? 16 : 10;
	size_t i = is_hex ? 2 : 1;
	if (i == n)
		return 0;
	for (; i < n; i++) {
		char c = s[i];
		uint32_t digit = 16;
		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (uint32_t)((c | 0x20) - 'a') + 10;
		if (digit >= base)
			return 0;
		v = v * base + digit;
		if (v > 0x10FFFF)
			return 0;
	}
	return v;
}

/* A number that is no character: Windows-1252 meant by it, or nothing. */
static void put_number(const struct rss_decoder *d, uint32_t cp,
		       struct buf *out)
{
	char byte = (char)cp;
	if (cp >= 0x80 && cp < 0xA0) {
		repair(d, "a reference by number of Windows-1252", NULL, 0);
		latin_to_utf8(LATIN_WINDOWS_1252, &byte, 1, out);
	} else if (is_text(cp)) {
		put(out, cp);
	} else {
		repair(d, "a reference to no character", NULL, 0);
	}
}

/* The reference at s ("&x;") to out; its length, 0: it is none. */
static size_t reference(const struct rss_decoder *d, const char *s, size_t n,
			struct buf *out)
{
	static const struct {
		const char *name;
		char c;
	} own[] = {{"amp", '&'},
		   {"lt", '<'},
		   {"gt", '>'},
		   {"quot", '"'},
		   {"apos", '\''}};
	char name[REFERENCE_MAX + 1];
	const char *end =
		memchr(s, ';', n < REFERENCE_MAX + 2 ? n : REFERENCE_MAX + 2);
	if (!end || end == s + 1)
		return 0;
	size_t k = (size_t)(end - s) - 1;
	memcpy(name, s + 1, k);
	name[k] = '\0';
	if (*name == '#') {
		uint32_t cp = number(name, k);
		if (!cp)
			return 0;
		put_number(d, cp, out);
		return k + 2;
	}
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		if (strcmp(own[i].name, name) != 0)
			continue;
		buf_addc(out, own[i].c);
		return k + 2;
	}
	const htmlEntityDesc *e = htmlEntityLookup((const xmlChar *)name);
	if (!e)
		return 0;
	repair(d, "an entity of HTML", name, k);
	put(out, e->value);
	return k + 2;
}

/* Valid UTF-8 in. */
static void decode_utf8(const struct rss_decoder *d, const char *s, size_t n,
			bool is_literal, struct buf *out)
{
	uint32_t cp;
	for (size_t i = 0, k; i < n; i += k) {
		size_t plain = i;
		while (plain < n && (unsigned char)s[plain] >= ' ' &&
		       (unsigned char)s[plain] < 0x7F && s[plain] != '&')
			plain++;
		buf_add(out, s + i, plain - i);
		i = plain;
		if (i == n)
			return;
		k = 0;
		if (s[i] == '&' && !is_literal) {
			k = reference(d, s + i, n - i, out);
			if (!k)
				repair(d, "an & that begins nothing", NULL, 0);
		}
		if (k)
			continue;
		k = utf8_sequence(s + i, n - i, &cp);
		if (is_text(cp))
			buf_add(out, s + i, k);
		else
			repair(d, "a control character", NULL, 0);
	}
}

static bool has_high(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0x80)
			return true;
	return false;
}

void rss_decode(const struct rss_decoder *d, const char *s, size_t n,
		bool is_literal, struct buf *out)
{
	bool is_latin = d->declared == RSS_LATIN1 || d->declared == RSS_LATIN9;
	if (utf8_is_valid(s, n)) {
		if (is_latin && has_high(s, n))
			repair(d, "text is UTF-8 and not as declared", NULL, 0);
		decode_utf8(d, s, n, is_literal, out);
		return;
	}
	struct buf utf8;
	buf_init(&utf8, n * 3);
	bool all = latin_to_utf8(d->declared == RSS_LATIN9 ? LATIN_9
							   : LATIN_WINDOWS_1252,
				 s, n, &utf8);
	if (!is_latin || !all)
		repair(d, "bytes that are not of the declared encoding", NULL,
		       0);
	decode_utf8(d, utf8.data, utf8.len, is_literal, out);
	buf_clear(&utf8);
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && (is_space(*p) || *p == '/'))
		p++;
	return p;
}

bool rss_next_attribute(const char **at, const char *end,
			struct rss_attribute *out)
{
	const char *p = skip_space(*at, end);
	if (p == end)
		return false;
	*out = (struct rss_attribute){.name = p};
	/* A name of one byte at least, so that "=" alone moves on too. */
	for (p++; p < end && !is_space(*p) && *p != '=';)
		p++;
	out->n_name = (size_t)(p - out->name);
	const char *eq = p;
	while (eq < end && is_space(*eq))
		eq++;
	if (eq == end || *eq != '=') {
		out->value = p;
		out->has_fault = true;
		*at = p;
		return true;
	}
	p = eq + 1;
	while (p < end && is_space(*p))
		p++;
	char quote = p < end && (*p == '"' || *p == '\'') ? *p : '\0';
	p += quote != '\0';
	out->value = p;
	while (p < end && (quote ? *p != quote : !is_space(*p)))
		p++;
	out->n_value = (size_t)(p - out->value);
	out->has_fault = !quote;
	*at = p + (quote && p < end);
	return true;
}
