/* SPDX-License-Identifier: EUPL-1.2 */
/* What a status code and a server's words mean to us (domain.md 2.3; RFC 3463
 * for the codes). The code comes first; words decide where servers give a code
 * that says nothing, and for the two operators whose own codes say more: OFR of
 * Orange, LPN of La Poste. In doubt nobody's address is called dead. */
#include "dsn_parts.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *const dsn_kinds[] = {[DSN_BOUNCE] = "bounce",
				 [DSN_DELAY] = "delay",
				 [DSN_COMPLAINT] = "complaint",
				 [DSN_DELIVERED] = "delivered"};
const char *const dsn_classes[] = {[DSN_CLASS_DEAD] = "dead",
				   [DSN_CLASS_FULL] = "full",
				   [DSN_CLASS_TRANSIENT] = "transient",
				   [DSN_CLASS_POLICY] = "policy",
				   [DSN_CLASS_COMPLAINT] = "complaint"};

/* In the words of Postfix, Exim, Exchange, Gmail, Orange, Free, SFR, La Poste
 * and others, small letters. */
static const char *const dead_words[] = {
	"user unknown",
	"unknown user",
	"no such user",
	"does not exist",
	"doesn't exist",
	"no mailbox here",
	"recipient address rejected: undeliverable",
	"recipientnotfound",
	"invalid recipient",
	"unrouteable address",
	"unknown recipient",
	"host or domain name not found",
	"domain name not found",
	"destinataire invalide",
	"utilisateur inconnu",
	"adresse inexistante",
	NULL};
static const char *const full_words[] = {
	"mailbox full",	  "mailbox is full",	  "over quota",
	"quota exceeded", "out of storage",	  "exceeded storage",
	"boite pleine",	  "insufficient storage", "mailboxfull",
	"is inactive",	  "mailbox disabled",	  NULL};
static const char *const policy_words[] = {"ofr0",
					   "ofr_",
					   "lpn0",
					   "spam",
					   "blacklist",
					   "blocklist",
					   "blocked using",
					   "dmarc",
					   "message content rejected",
					   "poor reputation",
					   "unauthenticated",
					   NULL};

static bool has_any(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (strcasestr(text, *words))
			return true;
	}
	return false;
}

static bool is_one_of(const char *status, const char *const *list)
{
	for (; *list; list++) {
		if (str_eq(status, *list))
			return true;
	}
	return false;
}

enum dsn_class dsn_classify(const char *status, const char *text)
{
	/* 5.1.3 is a malformed address, 5.1.6 a mailbox that moved. */
	static const char *const dead[] = {"5.1.1", "5.1.2",  "5.1.3",
					   "5.1.6", "5.1.10", NULL};
	static const char *const full[] = {"5.2.2", "4.2.2", "5.2.1", NULL};
	if (is_one_of(status, dead))
		return DSN_CLASS_DEAD;
	if (is_one_of(status, full))
		return DSN_CLASS_FULL;
	/* x.1.7 and x.1.8: it is our address that they do not like. */
	if (str_starts(status, "5.7.") || str_starts(status, "4.7.") ||
	    str_eq(status, "5.1.7") || str_eq(status, "5.1.8"))
		return DSN_CLASS_POLICY;
	bool is_hard = *status != '4';
	/* Orange writes its code beside a dead address too. */
	if (is_hard && has_any(text, dead_words))
		return DSN_CLASS_DEAD;
	if (has_any(text, full_words))
		return DSN_CLASS_FULL;
	if (has_any(text, policy_words))
		return DSN_CLASS_POLICY;
	return DSN_CLASS_TRANSIENT;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* N.N.N where the first is 2, 4 or 5 and nothing of a longer number or an
 * address of the internet stands beside it. */
bool dsn_find_status(const char *text, char out[16])
{
	for (const char *p = text; *p; p++) {
		if ((*p != '2' && *p != '4' && *p != '5') || p[1] != '.' ||
		    (p > text && (is_digit(p[-1]) || p[-1] == '.')))
			continue;
		size_t n = strspn(p + 2, "0123456789");
		const char *q = p + 2 + n;
		if (!n || n > 3 || *q != '.')
			continue;
		size_t m = strspn(q + 1, "0123456789");
		const char *end = q + 1 + m;
		if (!m || m > 3 || (*end == '.' && is_digit(end[1])))
			continue;
		snprintf(out, 16, "%.*s", (int)(end - p), p);
		return true;
	}
	return false;
}

const char *dsn_find_code(const char *text, struct arena *a)
{
	static const char *const own[] = {"OFR", "LPN"};
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		const char *p = strstr(text, own[i]);
		size_t n = p ? strspn(p + 3, "0123456789_") : 0;
		if (n && n <= 12)
			return arena_dup_n(a, p, 3 + n);
	}
	for (const char *p = text; *p; p++) {
		if ((*p == '4' || *p == '5') && is_digit(p[1]) &&
		    is_digit(p[2]) && !is_digit(p[3]) && p[3] != '.' &&
		    (p == text || strchr(" ;\"", p[-1])))
			return arena_dup_n(a, p, 3);
	}
	return NULL;
}
