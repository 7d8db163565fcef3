/* SPDX-License-Identifier: EUPL-1.2 */
/* etrier-demo-http: the partners of the demo. Serves the files of one folder on
 * loopback, so that a demo needs no network:
 *
 *   etrier-demo-http [--port N] FOLDER      prints "port N" and serves
 *
 * In the files {{iso:+14}}, {{dmy:-1}} and {{instant:0}} stand for the day that
 * many days from today (Europe/Paris), so that the offers are fresh on any day.
 * Answers carry ETag and Last-Modified and obey If-None-Match. It is no web
 * server: GET of a file name, nothing else. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEED_MAX ((size_t)16 * 1024 * 1024)

static const char *folder;

/* The text that stands for "{{FORM:DAYS}}", or false. */
static bool expand(const char *form, const char *days, struct buf *out)
{
	int64_t n;
	char text[32];
	if (num_parse_int(*days == '+' ? days + 1 : days, -3660, 3660, &n))
		return false;
	int32_t day = paris_date(clock_now(clock_system())) + (int32_t)n;
	if (str_eq(form, "iso"))
		date_format(day, text);
	else if (str_eq(form, "dmy"))
		date_format_dmy(day, text);
	else if (str_eq(form, "instant"))
		instant_format(paris_instant(day, 8 * 60), text);
	else
		return false;
	buf_adds(out, text);
	return true;
}

static void fill(const char *s, struct buf *out)
{
	char form[16], days[16];
	int used;
	while (*s) {
		used = 0;
		/* sscanf measures all that follows: not at every byte */
		if (str_starts(s, "{{") &&
		    sscanf(s, "{{%15[a-z]:%15[0-9+-]}}%n", form, days, &used) ==
			    2 &&
		    used && expand(form, days, out)) {
			s += used;
			continue;
		}
		buf_addc(out, *s++);
	}
}

static bool is_file_name(const char *s)
{
	if (!isalnum((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("-_.", *s))
			return false;
	return true;
}

static bool load(const char *name, struct buf *out)
{
	struct arena a;
	bool is_good = false;
	arena_init(&a);
	FILE *f = fopen(arena_printf(&a, "%s/%s", folder, name), "rb");
	if (f) {
		struct buf raw;
		char chunk[4096];
		buf_init(&raw, FEED_MAX);
		for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f));)
			buf_add(&raw, chunk, n);
		is_good = !ferror(f) && !raw.too_big;
		if (is_good && raw.data)
			fill(raw.data, out);
		buf_clear(&raw);
		fclose(f);
	}
	arena_clear(&a);
	return is_good;
}

static void put_headers(struct evhttp_request *rq, const char *name,
			const char *etag)
{
	struct evkeyvalq *h = evhttp_request_get_output_headers(rq);
	char date[40];
	int64_t midnight =
		paris_instant(paris_date(clock_now(clock_system())), 0);
	instant_format_rfc5322(midnight, date);
	char *zone = strstr(date, "+0000");
	if (zone)
		memcpy(zone, "GMT", 4);
	evhttp_add_header(h, "ETag", etag);
	evhttp_add_header(h, "Last-Modified", date);
	evhttp_add_header(h, "Content-Type",
			  str_ends(name, ".xml") ? "application/xml"
						 : "application/json");
}

static void answer(struct evhttp_request *rq, const char *name,
		   const struct buf *body)
{
	unsigned char hash[crypto_generichash_BYTES];
	char etag[20] = "\"";
	crypto_generichash(hash, sizeof(hash),
			   (const unsigned char *)body->data, body->len, NULL,
			   0);
	sodium_bin2hex(etag + 1, 17, hash, 8);
	strncat(etag, "\"", 2);
	put_headers(rq, name, etag);
	const char *known = evhttp_find_header(
		evhttp_request_get_input_headers(rq), "If-None-Match");
	if (str_eq(known, etag)) {
		evhttp_send_reply(rq, 304, "Not Modified", NULL);
		return;
	}
	struct evbuffer *out = evbuffer_new();
	evbuffer_add(out, body->data, body->len);
	evhttp_send_reply(rq, 200, "OK", out);
	evbuffer_free(out);
}

static void on_request(struct evhttp_request *rq, void *ctx)
{
	const char *path =
		evhttp_uri_get_path(evhttp_request_get_evhttp_uri(rq));
	struct buf body;
	(void)ctx;
	buf_init(&body, FEED_MAX * 2);
	if (path && *path == '/' && is_file_name(path + 1) &&
	    load(path + 1, &body) && body.len)
		answer(rq, path + 1, &body);
	else
		evhttp_send_error(rq, 404, "Not Found");
	buf_clear(&body);
}

static int port_of(struct evhttp_bound_socket *s)
{
	struct sockaddr_in in = {0};
	socklen_t n = sizeof(in);
	if (getsockname(evhttp_bound_socket_get_fd(s), (struct sockaddr *)&in,
			&n))
		return -1;
	return ntohs(in.sin_port);
}

int main(int argc, char **argv)
{
	int64_t port = 0;
	int at = 1;
	if (argc > 2 && str_eq(argv[1], "--port")) {
		if (num_parse_int(argv[2], 0, 65535, &port))
			argc = 0;
		at = 3;
	}
	if (argc != at + 1) {
		fprintf(stderr, "usage: etrier-demo-http [--port N] FOLDER\n");
		return 2;
	}
	folder = argv[at];
	signal(SIGPIPE, SIG_IGN);
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_gencb(http, on_request, NULL);
	struct evhttp_bound_socket *s = evhttp_bind_socket_with_handle(
		http, "127.0.0.1", (unsigned short)port);
	if (!s) {
		fprintf(stderr, "etrier-demo-http: cannot listen on port %d\n",
			(int)port);
		return 1;
	}
	printf("port %d\n", port_of(s));
	fflush(stdout);
	event_base_dispatch(base);
	evhttp_free(http);
	event_base_free(base);
	return 0;
}
