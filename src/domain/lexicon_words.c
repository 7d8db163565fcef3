/* SPDX-License-Identifier: EUPL-1.2 */
/* A text of a stranger as sentences of words, without a copy where it is
 * ASCII. Pieces with other letters are folded (utf8_fold) and may then be
 * several words ("l’équipe"), which all stand for the whole piece in the text.
 * Numbers keep the sign that holds them together (16-25, 12,50, 01/09/2027):
 * what it meant could not be told from the words any more. */
#include "lexicon_parts.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (unsigned char)(((unsigned char)c | 0x20) - 'a') < 26;
}

/* Asked of every byte of every offer: no call, no table. */
static bool is_word_byte(char c)
{
	return (unsigned char)c >= 0x80 || is_letter(c) ||
	       (unsigned char)(c - '0') < 10;
}

/* Signs that lists begin with: bullets, arrows, dingbats, emoji. */
static bool is_bullet(const char *s)
{
	uint32_t cp = utf8_next(&s);
	return cp == 0x2022 || cp == 0x2023 || cp == 0x2026 || cp == 0x2043 ||
	       (cp >= 0x2190 && cp <= 0x21FF) ||
	       (cp >= 0x25A0 && cp <= 0x27BF) || cp >= 0x1F000;
}

enum mark { MARK_NONE, MARK_COMMA, MARK_END };

/* A dot inside "c.a.p" or "exemple.fr" means nothing. Before a blank and no
 * capital it may be that of an abbreviation ("cat. 3", "min. 18 ans"). */
static enum mark dot_at(const char *text, size_t at)
{
	const char *next = text + at + 1;
	bool is_glued = is_word_byte(*next);
	if (is_glued)
		return at && islower((unsigned char)text[at - 1]) &&
				       isupper((unsigned char)*next)
			       ? MARK_END
			       : MARK_NONE;
	next += *next == ' ';
	return islower((unsigned char)*next) || is_digit(*next) ? MARK_COMMA
								: MARK_END;
}

/* What a byte that is of no word does. A comma, a bracket or a dash with blanks
 * around divide a sentence. */
static enum mark mark_at(const char *text, size_t at)
{
	switch (text[at]) {
	case '\n':
	case '\r':
	case ';':
	case '!':
	case '?':
		return MARK_END;
	case '.':
		return dot_at(text, at);
	case ',':
	case '(':
	case ')':
	case '|':
		return MARK_COMMA;
	case '-':
		return at && text[at - 1] == ' ' && text[at + 1] == ' '
			       ? MARK_COMMA
			       : MARK_NONE;
	default:
		return MARK_NONE;
	}
}

/* Bytes of the piece at s; *plain: it is ASCII. A number ends where another
 * sign than its first would go on: 8:30-12:00 are two. */
static size_t piece_length(const char *s, bool *plain)
{
	bool is_number = true;
	char sign = '\0';
	size_t n = 0;
	for (;; n++) {
		char c = s[n];
		if (is_word_byte(c)) {
			bool ascii = (unsigned char)c < 0x80;
			if (!ascii && sign)
				break;
			*plain &= ascii;
			is_number &= is_digit(c);
			continue;
		}
		if (!c || !n || !is_number || !strchr(",.:/-", c) ||
		    (sign && sign != c) || !is_digit(s[n + 1]))
			break;
		sign = c;
	}
	return n;
}

/* "Idéalement, vous ...": a single word is no clause of its own. */
static uint16_t next_clause(const struct sentences *w,
			    const struct sentence *out)
{
	size_t n = out->n;
	if (!n)
		return 0;
	uint16_t clause = out->v[n - 1].clause;
	if (!w->was_comma)
		return clause;
	bool has_two = n > 1 && out->v[n - 2].clause == clause;
	return (uint16_t)(clause + has_two);
}

static void push(struct sentences *at, struct sentence *out, const char *s,
		 size_t n, size_t from, size_t to)
{
	struct word *w = &out->v[out->n];
	w->clause = next_clause(at, out);
	at->was_comma = false;
	out->n++;
	w->s = s;
	w->len = (uint32_t)n;
	w->from = (uint32_t)from;
	w->to = (uint32_t)to;
}

/* Words of the folded rest of a piece, as far as there is room. */
static void push_rest(struct sentences *w, struct sentence *out)
{
	while (w->rest && *w->rest && out->n < SENTENCE_WORDS_MAX) {
		size_t n = (size_t)(strchrnul(w->rest, ' ') - w->rest);
		push(w, out, w->rest, n, w->rest_from, w->rest_to);
		w->rest += n + (w->rest[n] == ' ');
	}
	if (w->rest && !*w->rest)
		w->rest = NULL;
}

static void push_piece(struct sentences *w, struct arena *a,
		       struct sentence *out)
{
	bool plain = true;
	const char *s = w->text + w->at;
	size_t n = piece_length(s, &plain), from = w->at;
	w->at += n;
	if (plain) {
		push(w, out, s, n, from, w->at);
		return;
	}
	w->rest = utf8_fold_n(a, s, n);
	w->was_comma |= !*w->rest; /* "–" */
	w->rest_from = from;
	w->rest_to = w->at;
	push_rest(w, out);
}

/* How many of the eight bytes at s are ASCII letters before another, looked at
 * together: the end of a word is what no processor foresees. */
static size_t letters_of_eight(const char *s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), top = ones << 7;
	uint64_t v;
	memcpy(&v, s, sizeof(v));
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		v = __builtin_bswap64(v);
	uint64_t small = (v | ones << 5) & ~top;
	/* The top bit of a byte: it is 'a' or more; more than 'z'. */
	uint64_t from_a = small + ones * (0x80 - 'a');
	uint64_t past_z = small + ones * (0x80 - 'z' - 1);
	uint64_t others = ~(from_a & ~past_z & ~v) & top;
	return others ? (size_t)__builtin_ctzll(others) / 8 : 8;
}

/* The bytes of a word of nothing but ASCII letters at s, which is how most are;
 * 0: the piece is another. end: where the text has its NUL. */
static size_t plain_length(const char *s, const char *end)
{
	size_t n = 0, more = 8;
	while (more == 8 && (size_t)(end - s) >= n + 8) {
		more = letters_of_eight(s + n);
		n += more;
	}
	while (more == 8 && is_letter(s[n]))
		n++;
	return is_word_byte(s[n]) ? 0 : n;
}

static void take_piece(struct sentences *w, struct arena *a,
		       struct sentence *out)
{
	size_t n = plain_length(w->text + w->at, w->text + w->n);
	if (!n) {
		push_piece(w, a, out);
		return;
	}
	push(w, out, w->text + w->at, n, w->at, w->at + n);
	w->at += n;
}

bool sentence_next(struct sentences *w, struct arena *a, struct sentence *out)
{
	out->n = 0;
	w->was_comma = false;
	if (!w->n)
		w->n = strlen(w->text);
	push_rest(w, out);
	while (w->text[w->at] && out->n < SENTENCE_WORDS_MAX) {
		const char *s = w->text + w->at;
		if (*s == ' ') {
			w->at++;
			continue;
		}
		if (is_word_byte(*s)) {
			if (out->n && (unsigned char)*s > 0xC3 && is_bullet(s))
				return true;
			take_piece(w, a, out);
			continue;
		}
		enum mark mark = mark_at(w->text, w->at++);
		if (mark == MARK_END && out->n)
			return true;
		w->was_comma |= mark == MARK_COMMA;
	}
	return out->n > 0;
}
