/* SPDX-License-Identifier: EUPL-1.2 */
/* Strict UTF-8, the comparison form of words, and text of strangers made safe
 * to show. Properties of characters come from utf8proc; the rules about which
 * to drop are here. Nothing here fails: bad bytes are left out. */
#include "lanes.h"
#include "nfc.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define REPLACEMENT 0xFFFDu
#define ELLIPSIS    "\xE2\x80\xA6"
/* The longest decomposition of Unicode 15 (U+FDFA) has 18 code points. */
#define DECOMPOSED_MAX 32
#define NO_CEILING     (SIZE_MAX / 4)

static bool is_tail(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (((unsigned char)s[i] & 0xC0) != 0x80)
			return false;
	}
	return true;
}

size_t utf8_sequence(const char *s, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	if (!n)
		return 0;
	unsigned char c = (unsigned char)s[0];
	size_t len = c < 0x80	? 1
		     : c < 0xC2 ? 0
		     : c < 0xE0 ? 2
		     : c < 0xF0 ? 3
		     : c < 0xF5 ? 4
				: 0;
	if (!len || len > n || !is_tail(s + 1, len - 1))
		return 0;
	uint32_t v = len == 1 ? c : c & (0xFFu >> (len + 1));
	for (size_t i = 1; i < len; i++)
		v = v << 6 | ((unsigned char)s[i] & 0x3F);
	if (v < least[len] || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF))
		return 0;
	*cp = v;
	return len;
}

/* How many bytes at s are ASCII. */
static size_t ascii_run(const char *s, size_t n)
{
	size_t i = 0;
	while (n - i >= LANES) {
		size_t run = lanes_first(lanes_at(s + i) & LANES_ALL(0x80));
		i += run;
		if (run < LANES)
			return i;
	}
	/* Most texts are short: eight at a time, then one by one. */
	uint64_t eight;
	if (n - i >= sizeof(eight)) {
		memcpy(&eight, s + i, sizeof(eight));
		if (!(eight & UINT64_C(0x8080808080808080)))
			i += sizeof(eight);
	}
	while (i < n && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

/* As ascii_run(), with the letters of Latin-1 (U+00C0 to U+00FF). */
static size_t latin_run(const char *s, size_t n)
{
	size_t i = ascii_run(s, n);
	while (n - i >= 2 && (unsigned char)s[i] == 0xC3 &&
	       ((unsigned char)s[i + 1] & 0xC0) == 0x80) {
		i += 2;
		i += ascii_run(s + i, n - i);
	}
	return i;
}

bool utf8_is_valid(const char *s, size_t n)
{
	uint32_t cp;
	for (size_t i = latin_run(s, n), len; i < n;
	     i += latin_run(s + i, n - i)) {
		len = utf8_sequence(s + i, n - i, &cp);
		if (!len)
			return false;
		i += len;
	}
	return true;
}

uint32_t utf8_next(const char **s)
{
	if (!**s)
		return 0;
	uint32_t cp;
	size_t len = utf8_sequence(*s, strnlen(*s, 4), &cp);
	*s += len ? len : 1;
	return len ? cp : REPLACEMENT;
}

size_t utf8_put(uint32_t cp, char *out)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3F));
		cp >>= 6;
	}
	out[0] = (char)((0xF00u >> len & 0xF0) | cp);
	return len;
}

size_t utf8_count(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

size_t utf8_cut(const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	if (n < max || !s[n])
		return n;
	/* At most three steps back, so that invalid text stays bounded. */
	for (int i = 0; i < 3 && n && ((unsigned char)s[n] & 0xC0) == 0x80; i++)
		n--;
	return n;
}

static char *take(struct arena *a, struct buf *b)
{
	char *s = arena_dup_n(a, b->data ? b->data : "", b->len);
	buf_clear(b);
	return s;
}

static bool is_mark(uint32_t cp)
{
	utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);
	return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_ME;
}

/* Below U+0300 and from U+2002 to U+20CF (the quotes, dashes and signs of
 * print) nothing is a mark and nothing has another form. */
static bool is_composed_cp(uint32_t cp)
{
	return cp < 0x300 || (cp >= 0x2002 && cp < 0x20D0);
}

/* True when Form C is the text itself. */
static bool is_composed(const char *s, size_t n)
{
	uint32_t cp;
	for (size_t i = latin_run(s, n); i < n; i += latin_run(s + i, n - i)) {
		size_t len = utf8_sequence(s + i, n - i, &cp);
		if (!len || !is_composed_cp(cp))
			return false;
		i += len;
	}
	return true;
}

char *nfc_dup(struct arena *a, const char *s, size_t n)
{
	if (is_composed(s, n))
		return arena_dup_n(a, s, n);
	struct buf kept;
	buf_init(&kept, NO_CEILING);
	uint32_t cp;
	int marks = 0;
	for (size_t i = 0, len; i < n; i += len) {
		len = utf8_sequence(s + i, n - i, &cp);
		if (!len)
			break;
		marks = cp >= 0x300 && is_mark(cp) ? marks + 1 : 0;
		if (marks <= NFC_MARKS_MAX)
			buf_add(&kept, s + i, len);
	}
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t got = utf8proc_map(
		(const utf8proc_uint8_t *)(kept.data ? kept.data : ""),
		(utf8proc_ssize_t)kept.len, &composed,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (got < 0)
		return take(a, &kept);
	char *out = arena_dup_n(a, (const char *)composed, (size_t)got);
	free(composed);
	buf_clear(&kept);
	return out;
}

/* ---- the form in which words are compared ---- */

struct fold {
	struct buf out;
	bool gap; /* a separator was met since the last letter */
};

static void fold_add(struct fold *f, const char *bytes, size_t n)
{
	if (f->gap && f->out.len)
		buf_addc(&f->out, ' ');
	f->gap = false;
	buf_add(&f->out, bytes, n);
}

/* Letters that Unicode does not decompose, in lower case. */
static const char *spelt_out(uint32_t cp)
{
	switch (cp) {
	case 0x153:
		return "oe";
	case 0xE6:
		return "ae";
	case 0xF8:
		return "o";
	case 0x111:
		return "d";
	case 0x142:
		return "l";
	case 0x131:
		return "i";
	default:
		return NULL;
	}
}

static bool is_word(uint32_t cp)
{
	switch (utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return true;
	default:
		return false;
	}
}

static void fold_cp(struct fold *f, uint32_t cp)
{
	utf8proc_int32_t parts[DECOMPOSED_MAX];
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char(
		(utf8proc_int32_t)cp, parts, DECOMPOSED_MAX,
		UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
			UTF8PROC_STRIPMARK | UTF8PROC_IGNORE,
		&boundary);
	if (n > DECOMPOSED_MAX)
		n = DECOMPOSED_MAX;
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		uint32_t part = (uint32_t)parts[i];
		const char *spelling = spelt_out(part);
		char bytes[4];
		if (spelling)
			fold_add(f, spelling, strlen(spelling));
		else if (is_word(part))
			fold_add(f, bytes, utf8_put(part, bytes));
		else
			f->gap = true;
	}
}

static void fold_ascii(struct fold *f, char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c + ('a' - 'A'));
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		fold_add(f, &c, 1);
	else
		f->gap = true;
}

/* The folded forms of U+00C0 to U+00FF, "" a separator: with ASCII, nearly all
 * that is ever folded, and never longer than it was. */
static const char latin1[64][3] = {
	"a", "a", "a", "a", "a", "a",  "ae", "c", "e", "e", "e", "e", "i",
	"i", "i", "i", "ð", "n", "o",  "o",  "o", "o", "o", "",	 "o", "u",
	"u", "u", "u", "y", "þ", "ss", "a",  "a", "a", "a", "a", "a", "ae",
	"c", "e", "e", "e", "e", "i",  "i",  "i", "i", "ð", "n", "o", "o",
	"o", "o", "o", "",  "o", "u",  "u",  "u", "u", "y", "þ", "y"};

/* The bytes of a sign at s that folds to a separator, of those French print has
 * beside ASCII: quotes, dashes, the bullet, the ellipsis, the hard blank. 0:
 * something else. */
static size_t separator_length(const unsigned char *s, size_t n)
{
	if (n >= 2 && s[0] == 0xC2)
		return s[1] == 0xA0 || s[1] == 0xAB || s[1] == 0xBB ? 2 : 0;
	/* U+2010 to U+2027 */
	bool is_sign = n >= 3 && s[0] == 0xE2 && s[1] == 0x80 && s[2] >= 0x90 &&
		       s[2] <= 0xA7;
	return is_sign ? 3 : 0;
}

/* As below, NULL when the text holds anything rare. */
static char *fold_plain(struct arena *a, const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text, *end = s + n;
	char *out = arena_bytes(a, n + 1), *to = out;
	bool gap = false; /* never before the first letter */
	while (s < end) {
		const char *form = "";
		size_t len = 1;
		bool is_letter = (unsigned char)((*s | 0x20) - 'a') < 26;
		if (is_letter || (unsigned char)(*s - '0') < 10) {
			if (gap)
				*to++ = ' ';
			gap = false;
			/* The bit is set in digits as well. */
			*to++ = (char)(*s++ | 0x20);
			continue;
		}
		if (*s == 0xC3 && end - s > 1 && (s[1] & 0xC0) == 0x80)
			form = latin1[s[len++] & 0x3F];
		else if (*s == 0xC5 && end - s > 1 && (s[1] | 1) == 0x93)
			form = (len++, "oe");
		else if (*s >= 0x80 &&
			 !(len = separator_length(s, (size_t)(end - s))))
			return NULL;
		s += len;
		if (*form && gap)
			*to++ = ' ';
		gap = !*form && to > out;
		while (*form)
			*to++ = *form++;
	}
	*to = '\0';
	return out;
}

char *utf8_fold(struct arena *a, const char *s)
{
	return utf8_fold_n(a, s, strlen(s));
}

char *utf8_fold_n(struct arena *a, const char *s, size_t n)
{
	char *plain = fold_plain(a, s, n);
	if (plain)
		return plain;
	struct fold f = {.gap = false};
	buf_init(&f.out, NO_CEILING);
	uint32_t cp;
	for (size_t i = 0, len; i < n; i += len) {
		len = utf8_sequence(s + i, n - i, &cp);
		if (!len) {
			f.gap = true;
			len = 1;
		} else if (cp < 0x80) {
			fold_ascii(&f, s[i]);
		} else {
			fold_cp(&f, cp);
		}
	}
	return take(a, &f.out);
}

/* ---- text of a stranger ---- */

enum sort { SORT_DROP, SORT_BLANK, SORT_LINE, SORT_KEEP };

static enum sort sort_of(uint32_t cp)
{
	if (cp < 0x7F) {
		if (cp > ' ')
			return SORT_KEEP;
		if (cp == '\n')
			return SORT_LINE;
		return cp == ' ' || cp == '\t' ? SORT_BLANK : SORT_DROP;
	}
	const utf8proc_property_t *p =
		utf8proc_get_property((utf8proc_int32_t)cp);
	if (p->ignorable)
		return SORT_DROP;
	switch ((utf8proc_category_t)p->category) {
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return SORT_LINE;
	case UTF8PROC_CATEGORY_ZS:
		return SORT_BLANK;
	case UTF8PROC_CATEGORY_CC:
		return cp == 0x85 ? SORT_LINE : SORT_DROP;
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CS:
		return SORT_DROP;
	default:
		/* Non-characters; what is only unassigned as yet stays. */
		return (cp & 0xFFFE) == 0xFFFE || (cp >= 0xFDD0 && cp <= 0xFDEF)
			       ? SORT_DROP
			       : SORT_KEEP;
	}
}

/* What is kept is never longer than what was read. */
struct clean {
	char *out;
	size_t n;
	enum utf8_clean how;
	bool is_composed; /* as far as it is kept: see is_composed() */
	bool blank;
	int lines;
};

static void clean_keep(struct clean *c, const char *bytes, size_t n)
{
	if (c->n && c->lines) {
		c->out[c->n++] = '\n';
		if (c->lines > 1)
			c->out[c->n++] = '\n';
	} else if (c->n && c->blank) {
		c->out[c->n++] = ' ';
	}
	c->blank = false;
	c->lines = 0;
	memcpy(c->out + c->n, bytes, n);
	c->n += n;
}

static void clean_cp(struct clean *c, uint32_t cp, const char *bytes, size_t n)
{
	enum sort sort = sort_of(cp);
	if (sort == SORT_LINE && c->how == UTF8_ONE_LINE)
		sort = SORT_BLANK;
	if (sort == SORT_BLANK)
		c->blank = true;
	else if (sort == SORT_LINE)
		c->lines++;
	else if (sort == SORT_KEEP) {
		c->is_composed = c->is_composed && is_composed_cp(cp);
		clean_keep(c, bytes, n);
	}
}

/* How many of the bytes from s[i] on are visible ASCII or single blanks, looked
 * at sixteen at a time; 0 says nothing. */
static size_t visible_run(const char *s, size_t i, size_t n)
{
	size_t from = i;
	while (n - i > LANES) {
		lanes v = lanes_at(s + i), next = lanes_at(s + i + 1);
		lanes is_blank = (lanes)(v == LANES_ALL(' '));
		size_t run = lanes_first(
			(lanes)(v < LANES_ALL(' ')) |
			(lanes)(v >= LANES_ALL(0x7F)) |
			(is_blank & (lanes)(next == LANES_ALL(' '))));
		i += run;
		if (run < LANES)
			break;
	}
	return i - from;
}

/* How many of the n bytes at s stay as they are whatever stands around them:
 * visible ASCII, the letters of Latin-1 (U+00C0 to U+00FF), single blanks
 * between. */
static size_t plain_run(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i = 0;
	for (;;) {
		if (i && s[i - 1] != ' ')
			i += visible_run(text, i, n);
		if (s[i] > ' ' && s[i] < 0x7F)
			i++;
		else if (s[i] == 0xC3 && (s[i + 1] & 0xC0) == 0x80)
			i += 2;
		else if (i && s[i] == ' ' && s[i - 1] != ' ')
			i++;
		else
			return i && s[i - 1] == ' ' ? i - 1 : i;
	}
}

/* Cut to max bytes, "…" included, without a blank before it. */
static char *shorten(char *s, size_t max)
{
	const size_t dots = strlen(ELLIPSIS);
	if (strnlen(s, max + 1) <= max)
		return s;
	size_t n = utf8_cut(s, max < dots ? max : max - dots);
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\n'))
		n--;
	s[n] = '\0';
	if (max >= dots)
		memcpy(s + n, ELLIPSIS, dots + 1);
	return s;
}

char *utf8_clean(struct arena *a, const char *s, enum utf8_clean how,
		 size_t max)
{
	size_t n = strlen(s);
	struct clean c = {
		.out = arena_bytes(a, n + 1), .how = how, .is_composed = true};
	uint32_t cp;
	for (size_t i = 0, len; i < n; i += len) {
		len = plain_run(s + i, n - i);
		if (len) {
			clean_keep(&c, s + i, len);
			continue;
		}
		len = utf8_sequence(s + i, n - i, &cp);
		if (!len) {
			len = 1;
			continue;
		}
		/* A lone CR is a line end; that of CR LF is not a second. */
		if (cp == '\r')
			cp = s[i + 1] == '\n' ? 0x200B : '\n';
		clean_cp(&c, cp, s + i, len);
	}
	c.out[c.n] = '\0';
	if (!c.is_composed)
		c.out = nfc_dup(a, c.out, c.n);
	return shorten(c.out, max);
}
