/* SPDX-License-Identifier: EUPL-1.2 */
/* The libcurl engine: TLS in both ways, PLAIN and LOGIN and XOAUTH2, and a
 * connection that stays for the next mail. It has none of libesmtp's faults
 * (docs/decisions) and no DSN parameters. Blocking, one easy handle.
 *
 * A stage is known from curl's result and from how much of the mail it took:
 * nothing of it, and the relay spoke of itself or of this mail's envelope; all
 * of it, and the answer that is missing is the one that counts. */
#include "smtp_parts.h"
#include "verdict.h"

#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <curl/curl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLY_MAX 512 /* RFC 5321 4.5.3.1.5 */
#define SAID_MAX                                                 \
	131072 /* bytes of replies to one mail; 0.2 % of that is \
		* a talkative relay */

struct engine {
	const struct smtp_relay *relay;
	CURL *easy;  /* NULL: no connection is kept */
	int n_mails; /* over this connection */
};

/* One mail on its way. */
struct going {
	const struct smtp_mail *mail;
	size_t at;
	bool is_read_out;	 /* curl was told that this is the end */
	char reply[REPLY_MAX];	 /* the last line the relay said */
	char refusal[REPLY_MAX]; /* the last 4xx or 5xx, unless it was followed
				  * by something better than QUIT's answer */
	size_t said;
};

static size_t on_read(char *out, size_t size, size_t n, void *ctx)
{
	struct going *g = ctx;
	size_t k = g->mail->n - g->at;
	if (k > size * n)
		k = size * n;
	memcpy(out, g->mail->bytes + g->at, k);
	g->at += k;
	g->is_read_out |= k == 0;
	return k;
}

static size_t on_reply(char *line, size_t size, size_t n, void *ctx)
{
	struct going *g = ctx;
	size_t len = size * n, k = len < REPLY_MAX ? len : REPLY_MAX - 1;
	memcpy(g->reply, line, k);
	g->reply[k] = '\0';
	if (line[0] == '4' || line[0] == '5')
		str_copy(g->refusal, sizeof g->refusal, g->reply);
	else if (!str_starts(g->reply, "221"))
		g->refusal[0] = '\0';
	g->said += len;
	return g->said > SAID_MAX ? 0 : len;
}

static void *open_engine(const struct smtp_relay *relay)
{
	struct engine *e = mem_alloc(sizeof *e);
	e->relay = relay;
	return e;
}

/* curl says QUIT and waits for its answer: it must not wait for ever. */
static void rest(void *engine)
{
	struct engine *e = engine;
	if (!e->easy)
		return;
	smtp_watch(-1, e->relay->connect_s + e->relay->deadline_s);
	curl_easy_cleanup(e->easy);
	smtp_watch_end();
	e->easy = NULL;
	e->n_mails = 0;
}

static void close_engine(void *engine)
{
	rest(engine);
	free(engine);
}

static void set_login(CURL *easy, const struct smtp_relay *r)
{
	if (!r->user)
		return;
	curl_easy_setopt(easy, CURLOPT_USERNAME, r->user);
	if (r->oauth_token) {
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, r->oauth_token);
		curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
	} else if (r->password) {
		curl_easy_setopt(easy, CURLOPT_PASSWORD, r->password);
	}
}

/* What is the same for every mail of a connection. */
static CURL *make_handle(const struct smtp_relay *r)
{
	CURL *easy = curl_easy_init();
	BUG_ON(!easy);
	char *url = mem_printf("%s://%s:%d",
			       r->tls == SMTP_TLS_IMPLICIT ? "smtps" : "smtp",
			       r->host, r->port);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	free(url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_reply);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)r->connect_s);
	curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT,
			 (long)(r->timeout_ms + 999) / 1000);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT,
			 (long)r->connect_s + r->deadline_s);
	/* A relay that reads nothing for one wait. */
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
			 (long)(r->timeout_ms + 999) / 1000);
	if (r->tls != SMTP_TLS_OFF) {
		curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
		curl_easy_setopt(easy, CURLOPT_SSLVERSION,
				 (long)CURL_SSLVERSION_TLSv1_2);
		if (r->ca_file)
			curl_easy_setopt(easy, CURLOPT_CAINFO, r->ca_file);
	}
	set_login(easy, r);
	return easy;
}

/* A refusal of the greeting, EHLO, STARTTLS or AUTH is about the relay or about
 * us: "later", whatever the code. */
static bool is_of_the_mail(CURLcode rc, const struct going *g)
{
	if (rc == CURLE_SEND_ERROR)
		return true; /* MAIL, RCPT or DATA was refused */
	return rc == CURLE_WEIRD_SERVER_REPLY && g->is_read_out;
}

/* A relay that refuses a token says why in a challenge and waits for an empty
 * answer before its 535 (developers.google.com, XOAUTH2 protocol): curl hangs
 * up instead, so that the challenge is all there is. False: it was none. */
static bool judge_token(const struct engine *e, const struct going *g,
			struct verdict *v)
{
	unsigned char json[REPLY_MAX];
	char line[120];
	size_t n;
	int64_t status = 0;
	if (!e->relay->oauth_token || !str_starts(g->reply, "334 ") ||
	    sodium_base642bin(json, sizeof json, g->reply + 4,
			      strcspn(g->reply + 4, "\r\n"), NULL, &n, NULL,
			      sodium_base64_VARIANT_ORIGINAL))
		return false;
	json_t *why = js_parse((const char *)json, n, NULL);
	(void)num_parse_int(js_str(why, "status", ""), 100, 599, &status);
	json_decref(why);
	snprintf(line, sizeof line,
		 "535 the token is refused, status %d: it may be out of date",
		 (int)status);
	smtp_judge_reply(v, line);
	return true;
}

static void judge(const struct engine *e, CURLcode rc, const struct going *g,
		  struct verdict *v)
{
	if (rc == CURLE_OK && g->reply[0] == '2' && g->at == g->mail->n) {
		smtp_judge_reply(v, g->reply);
	} else if (rc == CURLE_LOGIN_DENIED && g->refusal[0]) {
		smtp_judge_reply(v, g->refusal);
		v->result = VERDICT_RETRY; /* ours to mend, not this mail's */
	} else if (rc == CURLE_LOGIN_DENIED && judge_token(e, g, v)) {
		return;
	} else if (is_of_the_mail(rc, g) && g->refusal[0]) {
		smtp_judge_reply(v, g->refusal);
	} else {
		smtp_judge_end(v, g->refusal, curl_easy_strerror(rc),
			       g->is_read_out && g->at == g->mail->n);
	}
}

static CURLcode perform(struct engine *e, struct going *g)
{
	char from[300], to[300];
	if (!e->easy)
		e->easy = make_handle(e->relay);
	e->n_mails++;
	snprintf(from, sizeof from, "<%s>", g->mail->from);
	snprintf(to, sizeof to, "<%s>", g->mail->to);
	struct curl_slist *list = curl_slist_append(NULL, to);
	BUG_ON(!list);
	curl_easy_setopt(e->easy, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(e->easy, CURLOPT_MAIL_RCPT, list);
	curl_easy_setopt(e->easy, CURLOPT_READDATA, g);
	curl_easy_setopt(e->easy, CURLOPT_HEADERDATA, g);
	curl_easy_setopt(e->easy, CURLOPT_WRITEDATA, g);
	curl_easy_setopt(e->easy, CURLOPT_INFILESIZE_LARGE,
			 (curl_off_t)g->mail->n);
	/* curl ends by itself before; this is for what it does not see. */
	smtp_watch(-1, 2 * (e->relay->connect_s + e->relay->deadline_s));
	CURLcode rc = curl_easy_perform(e->easy);
	smtp_watch_end();
	curl_easy_setopt(e->easy, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(list);
	return rc;
}

/* A connection that was kept and is not there any more, or that the relay ends
 * now (421), says nothing about this mail as long as none of it was given. */
static bool is_worn_out(const struct engine *e, CURLcode rc,
			const struct going *g)
{
	if (e->n_mails <= 1 || g->at > 0 || rc == CURLE_OK)
		return false;
	return !g->refusal[0] || str_starts(g->refusal, "421");
}

static size_t send_mails(void *engine, const struct smtp_mail *mails, size_t n,
			 smtp_done_fn *done, void *ctx)
{
	struct engine *e = engine;
	struct verdict v;
	(void)n; /* the connection stays, whoever asks for the next */
	struct going g = {.mail = mails};
	if (e->n_mails >= SMTP_MAILS_MAX)
		rest(e);
	CURLcode rc = perform(e, &g);
	if (is_worn_out(e, rc, &g)) {
		rest(e);
		g = (struct going){.mail = mails};
		rc = perform(e, &g);
	}
	judge(e, rc, &g, &v);
	if (rc != CURLE_OK)
		rest(e);
	done(ctx, 0, &v);
	return 1;
}

const struct smtp_ops smtp_curl_ops = {.open = open_engine,
				       .send = send_mails,
				       .rest = rest,
				       .close = close_engine};
