/* SPDX-License-Identifier: EUPL-1.2 */
/* A delivered mail's head. Every byte is a stranger's: names are taken only
 * when they are clean names, results only when they are words of RFC 8601, and
 * nothing else leaves this file. */
#include <etrier/mail_sample.h>

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include "dsn_parts.h"

#include <string.h>
#include <strings.h>

#define RESULTS_MAX 40 /* of one field */

const char *const mail_results[] = {
	"not said", "pass",   "fail",	   "softfail",	"neutral",
	"none",	    "policy", "temperror", "permerror", "another word"};

/* The domain behind the last @ of an address, or of "Name <address>". */
static void domain_of(const char *value, char out[DNS_NAME_SIZE])
{
	const char *open = strrchr(value, '<');
	const char *s = open ? open + 1 : value;
	size_t n = strcspn(s, ">");
	const char *at = memrchr(s, '@', n);
	char text[DNS_NAME_SIZE];
	out[0] = '\0';
	if (!at)
		return;
	n -= (size_t)(at + 1 - s);
	if (n >= sizeof(text))
		return;
	memcpy(text, at + 1, n);
	text[n] = '\0';
	dns_name_clean(str_trim(text), out);
}

/* "b+" and at least twenty hex digits, as src/engine/plan writes it. */
static bool is_our_envelope(const char *path)
{
	const char *s = path + (*path == '<');
	if (!str_starts(s, "b+"))
		return false;
	size_t n = strspn(s + 2, "0123456789abcdef");
	return n >= 20 && s[2 + n] == '@';
}

static void read_envelope(struct slice head, struct arena *a,
			  struct mail_sample *out)
{
	const char *path = dsn_field(head, "Return-Path", a);
	if (!path)
		return;
	out->has_return_path = true;
	out->is_verp = is_our_envelope(path);
	domain_of(path, out->return_domain);
}

static void read_from(struct slice head, struct arena *a,
		      struct mail_sample *out)
{
	size_t at = 0;
	const char *value;
	while (out->n_from < 10 &&
	       (value = dsn_field_from(head, "From", &at, a))) {
		if (out->n_from++ == 0)
			domain_of(value, out->from_domain);
	}
}

static void read_unsubscribe(struct slice head, struct arena *a,
			     struct mail_sample *out)
{
	const char *list = dsn_field(head, "List-Unsubscribe", a);
	const char *post = dsn_field(head, "List-Unsubscribe-Post", a);
	out->has_unsubscribe = list != NULL;
	out->has_unsubscribe_https = list && strcasestr(list, "<https://");
	out->has_one_click =
		post && !strcasecmp(post, "List-Unsubscribe=One-Click");
}

static void read_signatures(struct slice head, struct arena *a,
			    struct mail_sample *out)
{
	size_t at = 0;
	const char *value;
	while (out->n_signatures < MAIL_SAMPLE_SIGNATURES_MAX &&
	       (value = dsn_field_from(head, "DKIM-Signature", &at, a))) {
		if (dkim_signature_read(value, a,
					&out->signatures[out->n_signatures]))
			out->n_signatures++;
	}
}

/* --- Authentication-Results (RFC 8601) --- */

/* Comments and what stands in quotes become blanks. */
static void blank_out(char *s)
{
	int depth = 0;
	bool is_quoted = false;
	for (; *s; s++) {
		char c = *s;
		bool is_text = depth || is_quoted;
		if (is_text && c == '\\' && s[1])
			*s++ = ' ';
		else if (!is_quoted && c == '(')
			depth++;
		else if (depth && c == ')')
			depth--;
		else if (!depth && c == '"')
			is_quoted = !is_quoted;
		if (is_text || c == '(' || c == '"')
			*s = ' ';
	}
}

static enum mail_result read_word(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	for (int i = MAIL_PASS; i < MAIL_OTHER; i++) {
		if (strlen(mail_results[i]) == n &&
		    !strncasecmp(s, mail_results[i], n))
			return (enum mail_result)i;
	}
	return MAIL_OTHER;
}

/* "method [/version] = word" at the beginning of s. */
static void read_result(const char *s, struct mail_sample *out)
{
	static const char *const methods[] = {"spf", "dkim", "dmarc"};
	enum mail_result *to[] = {&out->spf, &out->dkim, &out->dmarc};
	s += strspn(s, " ");
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		size_t n = strlen(methods[i]);
		if (strncasecmp(s, methods[i], n) != 0 ||
		    !strchr(" /=", s[n]) || !s[n])
			continue;
		const char *equals = strchr(s + n, '=');
		if (!equals)
			return;
		enum mail_result word =
			read_word(equals + 1 + strspn(equals + 1, " "));
		if (*to[i] == MAIL_NOT_SAID || word == MAIL_PASS)
			*to[i] = word;
	}
}

static void read_results(struct slice head, struct arena *a,
			 struct mail_sample *out)
{
	const char *value = dsn_field(head, "Authentication-Results", a);
	if (!value)
		return;
	char *s = arena_dup(a, value);
	blank_out(s);
	out->has_results = true;
	s += strspn(s, " ");
	size_t n = strcspn(s, " ;");
	dns_name_clean(arena_dup_n(a, s, n), out->judge);
	for (int i = 0; i < RESULTS_MAX; i++) {
		s = strchr(s, ';');
		if (!s)
			return;
		s++;
		read_result(arena_dup_n(a, s, strcspn(s, ";")), out);
	}
}

void mail_sample_read(const char *bytes, size_t n, struct arena *a,
		      struct mail_sample *out)
{
	struct slice all = {bytes, n};
	*out = (struct mail_sample){.n_from = 0};
	/* A mailbox of one mail begins with the line of mbox. */
	if (all.n > 5 && !memcmp(all.s, "From ", 5)) {
		const char *end = memchr(all.s, '\n', all.n);
		size_t skip = end ? (size_t)(end - all.s) + 1 : all.n;
		all.s += skip;
		all.n -= skip;
	}
	if (all.n > MAIL_SAMPLE_HEAD_MAX)
		all.n = MAIL_SAMPLE_HEAD_MAX;
	struct slice head = dsn_entity(all).head;
	const char *id = dsn_field(head, "Message-ID", a);
	if (id)
		domain_of(id, out->message_id_domain);
	read_envelope(head, a, out);
	read_from(head, a, out);
	read_unsubscribe(head, a, out);
	read_signatures(head, a, out);
	read_results(head, a, out);
}
