/* SPDX-License-Identifier: EUPL-1.2 */
/* A blocking request whose first byte can be announced. libcurl's "prereq"
 * callback runs between the connection and the request: there `submitting` is
 * written. libcurl sends a request again by itself when a kept connection turns
 * out to be dead; the gateway may have read the first copy, so the second
 * announcement of one request is refused and the SMS is uncertain. Connections
 * are kept for two seconds only, which no gateway closes that fast. */
#include "transfer.h"

#include <etrier/buf.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_AFTER_MAX_S 86400

struct transfer {
	CURL *easy;
	char *ca_file;
	long timeout_ms;
	struct buf answer;
	char error[CURL_ERROR_SIZE];
	/* of the request in hand */
	transfer_before_fn *before;
	void *ctx;
	int n_announced;
	bool is_refused;
};

struct transfer *transfer_new(const char *ca_file, int timeout_s)
{
	struct transfer *t = mem_alloc(sizeof(*t));
	t->ca_file = mem_dup(ca_file);
	t->timeout_ms = timeout_s * 1000L;
	buf_init(&t->answer, GATEWAY_ANSWER_MAX);
	return t;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	if (t->easy)
		curl_easy_cleanup(t->easy);
	buf_clear(&t->answer);
	free(t->ca_file);
	free(t);
}

static int on_connected(void *ctx, char *ip, char *own_ip, int port,
			int own_port)
{
	struct transfer *t = ctx;
	(void)ip;
	(void)own_ip;
	(void)port;
	(void)own_port;
	if (t->n_announced > 0) {
		t->n_announced++;
		return CURL_PREREQFUNC_ABORT;
	}
	if (t->before && t->before(t->ctx)) {
		t->is_refused = true;
		return CURL_PREREQFUNC_ABORT;
	}
	t->n_announced = 1;
	return CURL_PREREQFUNC_OK;
}

static size_t on_bytes(char *bytes, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	buf_add(&t->answer, bytes, size * n);
	return t->answer.too_big ? 0 : size * n;
}

static struct curl_slist *list_headers(const struct gateway_request *r)
{
	/* libcurl would wait a second for a "100 Continue" that few send. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; i < r->n_headers; i++)
		list = curl_slist_append(list, r->headers[i]);
	BUG_ON(!list);
	return list;
}

static void set_request(struct transfer *t, const struct gateway_request *r,
			struct curl_slist *headers)
{
	CURL *e = t->easy;
	curl_easy_reset(e);
	curl_easy_setopt(e, CURLOPT_URL, r->url);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers);
	if (r->body) {
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE,
				 (long)strlen(r->body));
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, r->body);
	}
	curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, r->method);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, t->timeout_ms);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, 2 * t->timeout_ms);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)TRANSFER_IDLE_S);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "etrier/" ETRIER_VERSION);
	if (t->ca_file)
		curl_easy_setopt(e, CURLOPT_CAINFO, t->ca_file);
}

static void fill_answer(struct transfer *t, struct gateway_answer *answer)
{
	long status = 0;
	curl_off_t after = 0;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &after);
	buf_addc(&t->answer, '\0');
	*answer = (struct gateway_answer){
		.status = (int)status,
		.body = t->answer.data,
		.n_body = t->answer.len - 1,
		.retry_after_s = (int)num_clip(after, 0, RETRY_AFTER_MAX_S)};
}

enum transfer_end transfer_run(struct transfer *t,
			       const struct gateway_request *r,
			       size_t answer_max, transfer_before_fn *before,
			       void *ctx, struct gateway_answer *answer,
			       const char **why)
{
	*answer = (struct gateway_answer){.body = ""};
	*why = "";
	if (!t->easy)
		t->easy = curl_easy_init();
	BUG_ON(!t->easy);
	struct curl_slist *headers = list_headers(r);
	set_request(t, r, headers);
	buf_reset(&t->answer);
	t->answer.max = answer_max;
	t->before = before;
	t->ctx = ctx;
	t->n_announced = 0;
	t->is_refused = false;
	t->error[0] = '\0';
	CURLcode code = curl_easy_perform(t->easy);
	curl_slist_free_all(headers);
	if (code == CURLE_OK && t->answer.len < answer_max) {
		fill_answer(t, answer);
		return TRANSFER_DONE;
	}
	*why = t->n_announced > 1 ? "the connection broke before the answer"
	       : *t->error	  ? t->error
				  : curl_easy_strerror(code);
	if (t->is_refused)
		return TRANSFER_STOPPED;
	return t->n_announced ? TRANSFER_LOST : TRANSFER_NOT_SENT;
}
