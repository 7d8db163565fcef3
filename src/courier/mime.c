/* SPDX-License-Identifier: EUPL-1.2 */
/* Our own MIME writer, small because it writes one shape: a text part, an
 * HTML part beside it, and the headers of a list mail. Ready-made writers
 * choose character sets by content and encode List-Unsubscribe when it is
 * long, which breaks one-click unsubscription.
 *
 * Invariants: every byte is 7-bit; every line of a body at most 76 columns, of
 * a header 78 (but the ids and addresses, which are never cut, below 998); no
 * value can end its own header line. Names and subjects are the encoder's:
 * word.c. */
#include "word.h"

#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mime.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <sodium.h>
#include <string.h>

/* RFC 5321 4.5.3.1.3: a path is at most 256 octets with its brackets. */
#define ADDRESS_MAX ((size_t)254)
/* RFC 2045 6.7: an encoded line is at most 76 columns, "=" included. */
#define BODY_LINE_MAX ((size_t)76)
/* About as much as our headers take: room made at once, never a limit. */
#define HEADERS_GUESS ((size_t)2048)

void mime_hash(const void *bytes, size_t n, char out[33])
{
	unsigned char h[16];
	crypto_generichash(h, sizeof h, bytes, n, NULL, 0);
	sodium_bin2hex(out, 33, h, sizeof h);
}

int mime_address_check(const char *address, struct err *err)
{
	if (!address || !*address)
		return err_set(err, ERR_INPUT, "address is empty");
	if (strlen(address) > ADDRESS_MAX)
		return err_set(err, ERR_INPUT, "address is too long");
	const char *at = NULL;
	for (const char *p = address; *p; p++) {
		if (*p <= ' ' || *p > '~' || strchr("<>()[]\",;:\\", *p))
			return err_set(err, ERR_INPUT,
				       "address holds a character that mail "
				       "commands cannot carry");
		if (*p == '@') {
			if (at)
				return err_set(err, ERR_INPUT,
					       "address has two @");
			at = p;
		}
	}
	if (!at || at == address || !at[1])
		return err_set(err, ERR_INPUT, "address has no @ or no side");
	return 0;
}

/* A value that may stand in a header: no control character (a line end would
 * begin a header of somebody else's), valid UTF-8, not endless. */
static int value_check(const char *field, const char *v, struct err *err)
{
	if (!v || !*v)
		return err_set(err, ERR_INPUT, "%s is empty", field);
	size_t n = strlen(v);
	if (n > MIME_HEADER_MAX)
		return err_set(err, ERR_LIMIT, "%s is longer than %zu bytes",
			       field, MIME_HEADER_MAX);
	if (!utf8_is_valid(v, n))
		return err_set(err, ERR_INPUT, "%s is not UTF-8", field);
	for (const char *p = v; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(err, ERR_INPUT,
				       "%s holds a control character", field);
	return 0;
}

/* As value_check(), and only what needs no encoding and no fold. */
static int token_check(const char *field, const char *v, struct err *err)
{
	if (value_check(field, v, err) < 0)
		return -1;
	for (const char *p = v; *p; p++)
		if (*p <= ' ' || *p > '~')
			return err_set(err, ERR_INPUT,
				       "%s holds a blank or a character "
				       "outside ASCII",
				       field);
	return 0;
}

static int box_check(const char *field, const struct mime_box *b,
		     struct err *err)
{
	if (mime_address_check(b->address, err) < 0)
		return err_prefix(err, "%s", field);
	return b->name && *b->name ? value_check(field, b->name, err) : 0;
}

static int boundary_check(const char *b, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.=-";
	if (!b || !*b || strlen(b) > MIME_BOUNDARY_MAX ||
	    strspn(b, allowed) != strlen(b))
		return err_set(err, ERR_INPUT, "boundary is not usable");
	return 0;
}

static int url_check(const char *field, const char *v, const char *scheme,
		     struct err *err)
{
	if (token_check(field, v, err) < 0)
		return -1;
	if (!str_starts(v, scheme) || strpbrk(v, "<>,\""))
		return err_set(err, ERR_INPUT, "%s is not a %s address", field,
			       scheme);
	return 0;
}

static int id_check(const char *id, struct err *err)
{
	if (token_check("message_id", id, err) < 0)
		return -1;
	size_t n = strlen(id);
	if (n < 5 || n > ADDRESS_MAX || id[0] != '<' || id[n - 1] != '>' ||
	    strcspn(id + 1, "<>") != n - 2 || !strchr(id, '@'))
		return err_set(err, ERR_INPUT,
			       "message_id is not of the form <left@right>");
	return 0;
}

static int mail_check(const struct mime_mail *m, struct err *err)
{
	if (box_check("from", &m->from, err) < 0 ||
	    box_check("to", &m->to, err) < 0 ||
	    (m->reply_to.address &&
	     box_check("reply_to", &m->reply_to, err) < 0) ||
	    value_check("subject", m->subject, err) < 0 ||
	    id_check(m->message_id, err) < 0)
		return -1;
	if ((m->list_id && value_check("list_id", m->list_id, err) < 0) ||
	    (m->feedback_id &&
	     token_check("feedback_id", m->feedback_id, err) < 0) ||
	    (m->language && token_check("language", m->language, err) < 0))
		return -1;
	if (m->unsubscribe_url &&
	    url_check("unsubscribe.url", m->unsubscribe_url, "http", err) < 0)
		return -1;
	if (m->unsubscribe_mailto &&
	    url_check("unsubscribe.mailto", m->unsubscribe_mailto,
		      "mailto:", err) < 0)
		return -1;
	if (m->html && boundary_check(m->boundary, err) < 0)
		return -1;
	if (!m->text || !utf8_is_valid(m->text, strlen(m->text)) ||
	    (m->html && !utf8_is_valid(m->html, strlen(m->html))))
		return err_set(err, ERR_INPUT, "a part is not UTF-8");
	return 0;
}

/* An identifier or a short token: written whole on one line. */
static void put_token(struct buf *out, const char *name, const char *value)
{
	if (value)
		buf_printf(out, "%s: %s\r\n", name, value);
}

/* RFC 2369 and RFC 8058; folded between the two items, never inside. */
static void put_unsubscribe(struct buf *out, const struct mime_mail *m)
{
	const char *url = m->unsubscribe_url;
	const char *mailto = m->unsubscribe_mailto;
	if (!url && !mailto)
		return;
	buf_adds(out, "List-Unsubscribe: ");
	if (url)
		buf_printf(out, "<%s>%s", url, mailto ? ",\r\n " : "");
	if (mailto)
		buf_printf(out, "<%s>", mailto);
	buf_adds(out, "\r\n");
	if (url && str_starts(url, "https://"))
		buf_adds(out, "List-Unsubscribe-Post: "
			      "List-Unsubscribe=One-Click\r\n");
}

static void put_list_id(struct buf *out, const char *list_id)
{
	const char *angle = strrchr(list_id, '<');
	if (!angle || angle == list_id) {
		put_token(out, "List-Id", list_id);
		return;
	}
	size_t n = (size_t)(angle - list_id);
	while (n > 0 && list_id[n - 1] == ' ')
		n--;
	word_put_phrase(out, "List-Id", list_id, n, angle);
}

static void put_box(struct buf *out, const char *name, const struct mime_box *b)
{
	size_t n = b->name ? strlen(b->name) : 0;
	char angle[ADDRESS_MAX + 3];
	size_t len = strlen(b->address);
	angle[0] = '<';
	memcpy(angle + 1, b->address, len);
	memcpy(angle + 1 + len, ">", 2);
	word_put_phrase(out, name, b->name, n, angle);
}

static void put_headers(struct buf *out, const struct mime_mail *m)
{
	char date[40];
	instant_format_rfc5322(m->date, date);
	put_box(out, "From", &m->from);
	put_box(out, "To", &m->to);
	if (m->reply_to.address)
		put_box(out, "Reply-To", &m->reply_to);
	word_put_text(out, "Subject", m->subject);
	put_token(out, "Date", date);
	put_token(out, "Message-ID", m->message_id);
	if (m->list_id)
		put_list_id(out, m->list_id);
	put_unsubscribe(out, m);
	/* RFC 3834 and its Exchange cousin: no holiday notices, please. */
	put_token(out, "Auto-Submitted", "auto-generated");
	put_token(out, "X-Auto-Response-Suppress", "OOF, AutoReply");
	put_token(out, "Feedback-ID", m->feedback_id);
	buf_printf(out, "X-Etrier-Id: %lld\r\n", (long long)m->id);
	put_token(out, "Content-Language", m->language);
	put_token(out, "MIME-Version", "1.0");
}

/* One byte of a body: itself or =XX. At the head of an encoded line a dot
 * would be a dot-stuffing test of every relay, "From " one of every mbox. */
static bool must_encode(const char *p, bool at_head)
{
	unsigned char c = (unsigned char)*p;
	if (c == '=' || c > '~' || (c < ' ' && c != '\t'))
		return true;
	if (c == ' ' || c == '\t')
		return p[1] == '\n' || p[1] == '\r' || p[1] == '\0';
	return at_head && (c == '.' || c == '-' || str_starts(p, "From "));
}

/* Bytes from p on, at most max, that go out as they are: most of a text. Not
 * for the first of a line. */
static size_t plain_run(const char *p, size_t max)
{
	size_t n = 0;
	while (n < max && p[n] >= ' ' && p[n] <= '~' && p[n] != '=' &&
	       (p[n] != ' ' || p[n + 1] > ' '))
		n++;
	return n;
}

static void put_encoded(struct buf *out, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF";
	char word[3] = {'=', hex[c >> 4], hex[c & 15]};
	buf_add(out, word, 3);
}

/* Quoted-printable. A dash at the head of a line is encoded too, so that no
 * text can look like the boundary. */
static void put_qp(struct buf *out, const char *text)
{
	size_t col = 0;
	for (const char *p = text; *p; p++) {
		size_t run = col && col < BODY_LINE_MAX - 1
				     ? plain_run(p, BODY_LINE_MAX - 1 - col)
				     : 0;
		buf_add(out, p, run);
		col += run;
		p += run;
		if (!*p)
			break;
		if (*p == '\r' && p[1] == '\n')
			continue;
		if (*p == '\n') {
			buf_adds(out, "\r\n");
			col = 0;
			continue;
		}
		bool is_encoded = must_encode(p, col == 0);
		if (col + (is_encoded ? 3 : 1) > BODY_LINE_MAX - 1) {
			buf_adds(out, "=\r\n");
			col = 0;
			is_encoded = must_encode(p, true);
		}
		if (is_encoded)
			put_encoded(out, (unsigned char)*p);
		else
			buf_addc(out, *p);
		col += is_encoded ? 3 : 1;
	}
	if (col > 0)
		buf_adds(out, "\r\n");
}

static void put_part(struct buf *out, const char *type, const char *text)
{
	buf_printf(out,
		   "Content-Type: text/%s; charset=utf-8\r\n"
		   "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		   type);
	put_qp(out, text);
}

int mime_write(const struct mime_mail *m, struct buf *out, struct err *err)
{
	if (mail_check(m, err) < 0)
		return -1;
	/* Accents and line ends make a French text a fifth longer. */
	buf_reserve(out, HEADERS_GUESS + strlen(m->text) * 5 / 4 +
				 (m->html ? strlen(m->html) * 5 / 4 : 0));
	put_headers(out, m);
	if (!m->html) {
		put_part(out, "plain", m->text);
	} else {
		buf_printf(out,
			   "Content-Type: multipart/alternative;\r\n"
			   " boundary=\"%s\"\r\n\r\n--%s\r\n",
			   m->boundary, m->boundary);
		put_part(out, "plain", m->text);
		buf_printf(out, "\r\n--%s\r\n", m->boundary);
		put_part(out, "html", m->html);
		buf_printf(out, "\r\n--%s--\r\n", m->boundary);
	}
	if (out->too_big)
		return err_set(err, ERR_LIMIT, "the mail is larger than %zu",
			       out->max);
	return 0;
}
