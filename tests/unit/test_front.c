/* SPDX-License-Identifier: EUPL-1.2 */
/* The front against clients that behave and clients that do not, with an engine
 * played here at the other end of the wire. All in one process and one loop:
 * the clients are plain sockets, and the loop is turned until they have their
 * answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "front/front.h"

#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define TOKEN	  "7K2QF8M3XW"
#define GOOD	  "/u/" TOKEN
#define BAD	  "/u/0000000000" /* well written, and nobody's */
#define ANSWER_MS 300
#define PATIENCE  500 /* turns of 10 ms before a test gives up */

enum engine_mood { ANSWERS, IS_SILENT, FAILS, FINDS_NOTHING, IS_ODD };

struct world {
	struct front f;
	struct event_base *base;
	struct wire *engine; /* the played one's end */
	struct clock_manual clock;
	enum engine_mood mood;
	int n_views, n_acts, n_callbacks;
	json_t *last;	 /* line the engine got */
	json_t *model;	 /* what it answers; NULL: that of a stop link */
	json_t *waiting; /* ids not answered */
	char path[2][108];
	int port;
	struct buf got; /* the last answer */
};

/* --- the engine --- */

static void engine_answers(struct world *w, const char *type, int64_t id,
			   const char *kind, const char *token)
{
	json_t *line = wire_line(str_eq(type, "view") ? "page" : "done");
	/* Kinds of one letter are behind a token. */
	bool is_found = strlen(kind) > 1 || !*kind || str_eq(token, TOKEN);
	js_put_int(line, "id", id, -1);
	json_object_set_new(line, "found",
			    json_boolean(is_found && w->mood != FAILS &&
					 w->mood != FINDS_NOTHING));
	if (w->mood == FAILS)
		json_object_set_new(line, "failed", json_true());
	json_t *m = json_object();
	js_put_str(m, "agency", "Mission Locale <d'essai>");
	js_put_str(m, "channel_fr", "SMS");
	json_object_set_new(m, "is_sms", json_true());
	json_object_set_new(line, "model",
			    w->model ? json_deep_copy(w->model)
				     : json_incref(m));
	json_decref(m);
	js_put_str(line, "text", "etrier_up 1\n# EOF\n");
	wire_send(w->engine, line);
}

static void on_engine_line(void *ctx, struct wire *wire, const char *type,
			   json_t *line)
{
	struct world *w = ctx;
	(void)wire;
	w->n_views += str_eq(type, "view");
	w->n_acts += str_eq(type, "act");
	w->n_callbacks += str_eq(type, "callback");
	json_decref(w->last);
	w->last = json_incref(line);
	if (w->mood == IS_SILENT)
		json_array_append(w->waiting, line);
	if (w->mood == IS_ODD)
		wire_send(w->engine, wire_line("nonsense"));
	else if (w->mood != IS_SILENT)
		engine_answers(w, type, js_int(line, "id", -1),
			       js_str(line, "kind", ""),
			       js_str(line, "token", ""));
}

static void answer_all(struct world *w)
{
	size_t i;
	json_t *line;
	json_array_foreach(w->waiting, i, line) engine_answers(
		w, js_str(line, "t", ""), js_int(line, "id", -1), "u", TOKEN);
	json_array_clear(w->waiting);
}

static void on_front_line(void *ctx, struct wire *wire, const char *type,
			  json_t *line)
{
	(void)wire;
	front_on_engine(ctx, type, line);
}

static void on_end(void *ctx, struct wire *wire)
{
	(void)ctx;
	(void)wire;
	fail_msg("the wire broke");
}

/* --- the world --- */

static json_t *read_templates(void)
{
	static const char *const names[] = {"page-head",   "page-offer",
					    "page-answer", "page-digest",
					    "page-method", "page-unsubscribe",
					    "page-gone",   "page-unsubscribed"};
	json_t *list = json_array();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[512], text[32768];
		snprintf(path, sizeof(path),
			 SOURCE_DIR "/conf/templates/fr/%s.html.mustache",
			 names[i]);
		FILE *file = fopen(path, "r");
		assert_non_null(file);
		size_t n = fread(text, 1, sizeof(text) - 1, file);
		text[n] = '\0';
		fclose(file);
		char *name = mem_printf("fr/%s.html.mustache", names[i]);
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", name,
						      "text", text));
		free(name);
	}
	return list;
}

static int free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	return ntohs(a.sin_port);
}

/* trusted: JSON list of proxies on TCP, NULL: the Unix socket. */
static void open_front(struct world *w, const char *trusted)
{
	static const struct wire_handler front = {.on_line = on_front_line,
						  .on_end = on_end};
	static const struct wire_handler engine = {.on_line = on_engine_line,
						   .on_end = on_end};
	int fds[2];
	struct diags d;
	struct err err = {0};
	json_t *templates = read_templates();
	w->f = (struct front){.base = w->base,
			      .clock = &w->clock.clock,
			      .answer_ms = ANSWER_MS,
			      .misses = misses_new()};
	w->port = free_port();
	w->f.now.listen = trusted ? mem_printf("127.0.0.1:%d", w->port)
				  : mem_printf("unix:%s", w->path[0]);
	w->f.now.admin_listen = mem_printf("unix:%s", w->path[1]);
	w->f.now.trusted_proxies =
		trusted ? js_parse(trusted, strlen(trusted), NULL)
			: json_array();
	diags_init(&d);
	assert_int_equal(front_pages_compile(&w->f.now, templates, &d), 0);
	diags_clear(&d);
	json_decref(templates);
	assert_int_equal(wire_pair(fds), 0);
	w->f.engine = wire_new(w->base, fds[0], "engine", &front, &w->f);
	w->engine = wire_new(w->base, fds[1], "front", &engine, w);
	if (front_listen(&w->f, &err))
		fail_msg("%s", err.text);
}

static void close_front(struct world *w)
{
	front_close(&w->f);
	wire_free(w->f.engine);
	wire_free(w->engine);
	free(w->f.now.listen);
	free(w->f.now.admin_listen);
	free(w->f.now.base_url);
	free(w->f.now.gateway);
	free(w->f.now.callback_secret);
	json_decref(w->f.now.trusted_proxies);
	for (int i = 0; i < PAGE_COUNT; i++)
		template_free(w->f.now.pages[i]);
	misses_free(w->f.misses);
}

static struct world *new_world(void)
{
	struct world *w = mem_alloc(sizeof(*w));
	w->base = event_base_new();
	w->waiting = json_array();
	clock_manual_init(&w->clock, 1800000000);
	buf_init(&w->got, 1 << 20);
	for (int i = 0; i < 2; i++)
		snprintf(w->path[i], sizeof(w->path[i]), "/tmp/front-%d-%d.%d",
			 (int)getuid(), (int)getpid(), i);
	return w;
}

static int set_up(void **state)
{
	struct world *w = new_world();
	signal(SIGPIPE, SIG_IGN);
	open_front(w, NULL);
	*state = w;
	return 0;
}

static int set_up_behind_a_proxy(void **state)
{
	struct world *w = new_world();
	open_front(w, "[\"127.0.0.7\",\"::ffff:127.0.0.8\"]");
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	close_front(w);
	event_base_free(w->base);
	buf_clear(&w->got);
	json_decref(w->waiting);
	json_decref(w->last);
	json_decref(w->model);
	unlink(w->path[0]);
	unlink(w->path[1]);
	free(w);
	return 0;
}

/* --- clients --- */

static void turn(struct world *w)
{
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	usleep(10);
}

static void until(struct world *w, const int *counter, int n)
{
	for (int i = 0; *counter < n && i < PATIENCE * 100; i++)
		turn(w);
	assert_int_equal(*counter, n);
}

static int call_unix(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	str_copy(a.sun_path, sizeof(a.sun_path), path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

/* From one of this machine's many loopback addresses. */
static int call_tcp(const struct world *w, const char *from)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, from, &a.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	a.sin_port = htons((uint16_t)w->port);
	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void put(struct world *w, int fd, const char *bytes, size_t n)
{
	for (int i = 0; n && i < PATIENCE * 100; i++) {
		ssize_t k = send(fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (k < 0 && errno != EAGAIN)
			return; /* it has heard enough */
		bytes += k > 0 ? k : 0;
		n -= k > 0 ? (size_t)k : 0;
		turn(w);
	}
}

/* All that comes until the front closes; closes fd. */
static const char *take(struct world *w, int fd)
{
	buf_reset(&w->got);
	for (int i = 0; i < PATIENCE; i++) {
		char bytes[4096];
		event_base_loop(w->base, EVLOOP_NONBLOCK);
		ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0)
			buf_add(&w->got, bytes, (size_t)n);
		else if (n == 0 || errno != EAGAIN)
			break;
		else
			poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1,
			     1);
		if (i == PATIENCE - 1)
			fail_msg("no end of: %s", w->got.data);
	}
	close(fd);
	return w->got.data ? w->got.data : "";
}

static const char *say(struct world *w, int fd, const char *bytes)
{
	put(w, fd, bytes, strlen(bytes));
	return take(w, fd);
}

static const char *ask(struct world *w, const char *method, const char *path,
		       const char *headers, const char *body)
{
	char length[40] = "";
	if (body)
		snprintf(length, sizeof(length), "Content-Length: %zu\r\n",
			 strlen(body));
	char *text =
		mem_printf("%s %s HTTP/1.1\r\nHost: o.example\r\n%s%s\r\n"
			   "%s",
			   method, path, headers, length, body ? body : "");
	const char *got = say(w, call_unix(w->path[0]), text);
	free(text);
	return got;
}

static const char *get(struct world *w, const char *path)
{
	return ask(w, "GET", path, "", NULL);
}

static const char *get_as(struct world *w, const char *from,
			  const char *forwarded, const char *path)
{
	char *text = mem_printf("GET %s HTTP/1.1\r\nHost: o.example\r\n"
				"%s\r\n",
				path, forwarded);
	const char *got = say(w, call_tcp(w, from), text);
	free(text);
	return got;
}

static const char *get_admin(struct world *w, const char *method,
			     const char *path)
{
	char *text =
		mem_printf("%s %s HTTP/1.1\r\nHost: x\r\n\r\n", method, path);
	const char *got = say(w, call_unix(w->path[1]), text);
	free(text);
	return got;
}

static int code_of(const char *answer)
{
	return str_starts(answer, "HTTP/1.1 ")
		       ? (answer[9] - '0') * 100 + (answer[10] - '0') * 10 +
				 (answer[11] - '0')
		       : 0;
}

static const char *body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");
	assert_non_null(end);
	return end + 4;
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* --- call-backs of gateways --- */

#define SECRET "abcdefghijklmnop0123"

static void use_gateway(struct world *w, const char *name, const char *token)
{
	w->f.now.gateway = mem_dup(name);
	w->f.now.callback_secret = mem_dup(SECRET);
	w->f.now.base_url = mem_dup("https://o.example");
	w->f.now.is_signed = str_eq(name, "twilio");
	w->f.now.has_signing_key = token != NULL;
	if (token)
		hmac_sha1_prepare(token, &w->f.now.signing_key);
}

static void a_receipt_is_told_and_then_answered(void **state)
{
	struct world *w = *state;
	use_gateway(w, "kannel", NULL);
	const char *got = get(w, "/cb/sms/kannel/" SECRET
				 "?message=12&d=8&reason=ACK%2F");
	assert_int_equal(code_of(got), 200);
	assert_string_equal(body_of(got), "");
	assert_int_equal(w->n_callbacks, 1);
	assert_string_equal(js_str(w->last, "receipt", ""), "accepted");
	assert_string_equal(js_str(w->last, "gateway", ""), "kannel");
	assert_int_equal(js_int(w->last, "message", 0), 12);
	/* What is about nothing is no reason to hear it again. */
	w->mood = FINDS_NOTHING;
	assert_int_equal(
		code_of(get(w, "/cb/sms/kannel/" SECRET "?message=13&d=1")),
		200);
	got = get(w, "/cb/sms/kannel/" SECRET "?from=0639980001&text=STOP");
	assert_int_equal(code_of(got), 200);
	assert_string_equal(js_str(w->last, "what", ""), "reply");
	assert_string_equal(js_str(w->last, "from", ""), "+33639980001");
	/* Nothing we know: the engine is not asked. */
	assert_int_equal(w->n_callbacks, 3);
	assert_int_equal(code_of(get(w, "/cb/sms/kannel/" SECRET "?x=y")), 200);
	assert_int_equal(w->n_callbacks, 3);
}

static void json_may_hold_several(void **state)
{
	struct world *w = *state;
	use_gateway(w, "brevo", NULL);
	const char *path = "/cb/sms/brevo/" SECRET;
	assert_int_equal(
		code_of(ask(w, "POST", path,
			    "Content-Type: application/json\r\n",
			    "[{\"messageId\":1,\"msg_status\":\"delivered\"},"
			    "{\"messageId\":2,\"msg_status\":\"sent\"},3]")),
		200);
	assert_int_equal(w->n_callbacks, 2);
	assert_int_equal(code_of(ask(w, "POST", path, "", "{\"a\":")), 400);
	assert_int_equal(code_of(ask(w, "POST", path, "", "{}")), 200);
	assert_int_equal(w->n_callbacks, 2);
	/* One of them failed: all are heard again. */
	w->mood = FAILS;
	assert_int_equal(
		code_of(ask(w, "POST", path, "",
			    "[{\"messageId\":1,\"msg_status\":\"delivered\"},"
			    "{\"messageId\":2,\"msg_status\":\"sent\"}]")),
		503);
	w->mood = IS_SILENT;
	assert_int_equal(
		code_of(ask(w, "POST", path, "",
			    "{\"messageId\":1,\"msg_status\":\"sent\"}")),
		503);
}

static void a_wrong_secret_is_as_unknown_as_anything(void **state)
{
	struct world *w = *state;
	static const char *const paths[] = {
		"/cb/sms/kannel/abcdefghijklmnop0124?message=1&d=1",
		"/cb/sms/kannel/?message=1&d=1",
		"/cb/sms/kannel/" SECRET "x?message=1&d=1",
		"/cb/sms/ovh/" SECRET "?id=1&ptt=4",
		"/cb/sms/" SECRET,
		"/cb/mail/kannel/" SECRET,
		"/cb/"};
	char *unknown = mem_dup(body_of(get(w, BAD)));
	/* Without a secret there is nobody to let in. */
	assert_int_equal(code_of(get(w, "/cb/sms/kannel/?message=1&d=1")), 404);
	use_gateway(w, "kannel", NULL);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *got = get(w, paths[i]);
		assert_int_equal(code_of(got), 404);
		assert_string_equal(body_of(got), unknown);
	}
	assert_int_equal(code_of(ask(w, "HEAD",
				     "/cb/sms/kannel/" SECRET "?message=1&d=1",
				     "", NULL)),
			 404);
	assert_int_equal(w->n_callbacks, 0);
	for (int i = 0; i < MISSES_PER_MINUTE; i++)
		(void)get(w, paths[0]);
	assert_int_equal(code_of(get(w, paths[0])), 429);
	free(unknown);
}

static void twilio_signs_what_it_says(void **state)
{
	struct world *w = *state;
	static const char body[] = "MessageSid=SM1&MessageStatus=delivered&To="
				   "%2B33639980001&Body=%C3%A9+%26+co";
	/* Computed apart, with the token 12345. */
	static const char good[] =
		"Content-Type: application/x-www-form-urlencoded\r\n"
		"X-Twilio-Signature: U62M0YOWuWFgeukIfU0alpNuPUU=\r\n";
	static const char bad[] =
		"X-Twilio-Signature: U62M0YOWuWFgeukIfU0alpNuPUV=\r\n";
	const char *path = "/cb/sms/twilio/" SECRET;
	use_gateway(w, "twilio", "12345");
	assert_int_equal(code_of(ask(w, "POST", path, good, body)), 200);
	assert_int_equal(w->n_callbacks, 1);
	assert_int_equal(code_of(ask(w, "POST", path, bad, body)), 404);
	assert_int_equal(code_of(ask(w, "POST", path, "", body)), 404);
	assert_int_equal(code_of(ask(w, "POST", "/cb/sms/twilio/" SECRET "?a=b",
				     good, body)),
			 404);
	assert_int_equal(w->n_callbacks, 1);
	/* A front that was not given what to check with believes nobody. */
	w->f.now.has_signing_key = false;
	assert_int_equal(code_of(ask(w, "POST", path, good, body)), 404);
	assert_int_equal(w->n_callbacks, 1);
}

/* --- pages --- */

static void a_get_shows_and_changes_nothing(void **state)
{
	struct world *w = *state;
	const char *got = get(w, GOOD);
	assert_int_equal(code_of(got), 200);
	assert_true(has(got, "<html lang=\"fr\">"));
	assert_true(has(got, "<form method=\"post\">"));
	assert_true(has(got, "Mission Locale &lt;d&#39;essai&gt;"));
	assert_int_equal(w->n_views, 1);
	assert_int_equal(w->n_acts, 0);
	assert_string_equal(js_str(w->last, "token", ""), TOKEN);
}

static void a_post_acts(void **state)
{
	struct world *w = *state;
	const char *got =
		ask(w, "POST", GOOD,
		    "Content-Type: application/x-www-form-urlencoded\r\n",
		    "List-Unsubscribe=One-Click");
	assert_int_equal(code_of(got), 200);
	assert_true(has(got, "les messages sont arr"));
	assert_false(has(got, "<form"));
	assert_false(has(got, "Location:"));
	assert_false(has(got, "Set-Cookie"));
	assert_int_equal(w->n_views, 0);
	assert_int_equal(w->n_acts, 1);
	/* Any body, and none. */
	assert_int_equal(code_of(ask(w, "POST", GOOD, "", "")), 200);
	assert_int_equal(code_of(ask(w, "POST", GOOD "?a=b", "", "x")), 200);
	assert_int_equal(w->n_acts, 3);
}

static void a_head_is_a_get_without_a_body(void **state)
{
	struct world *w = *state;
	const char *got = ask(w, "HEAD", GOOD, "", NULL);
	assert_int_equal(code_of(got), 200);
	assert_string_equal(body_of(got), "");
	assert_true(has(got, "Content-Length: "));
	assert_int_equal(w->n_acts, 0);
	got = ask(w, "HEAD", BAD, "", NULL);
	assert_int_equal(code_of(got), 404);
	assert_string_equal(body_of(got), "");
}

static char *without_date(const char *answer)
{
	char *copy = mem_dup(answer), *date = strstr(copy, "Date: ");
	assert_non_null(date);
	memset(date, '-', strcspn(date, "\r"));
	return copy;
}

static void whatever_leads_nowhere_looks_the_same(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *method, *path;
	} nowhere[] = {{"POST", BAD},
		       {"GET", "/"},
		       {"GET", "/u/"},
		       {"GET", "/u"},
		       {"GET", "/u/7K2QF8M3X"},
		       {"GET", "/u/7K2QF8M3XWX"},
		       {"POST", "/u/7K2QF8M3X%00"},
		       {"GET", "/U/" TOKEN},
		       {"GET", "/u/" TOKEN "/"},
		       {"GET", "/o/0000000000"},
		       {"GET", "/a/0000000000"},
		       {"GET", "/d/0000000000"},
		       {"GET", "/o/x"},
		       {"GET", "/x/" TOKEN},
		       {"GET", "/method/"},
		       {"GET", "/healthz"},
		       {"GET", "/metrics"},
		       {"POST", "/wp-login.php"},
		       {"GET", "//u/" TOKEN},
		       {"GET", "/u/../u/" TOKEN}};
	char *first = without_date(get(w, BAD));
	assert_int_equal(code_of(first), 404);
	assert_true(has(first, "Ce lien ne marche pas"));
	for (size_t i = 0; i < ARRAY_LEN(nowhere); i++) {
		char *other = without_date(
			ask(w, nowhere[i].method, nowhere[i].path, "", NULL));
		if (!str_eq(first, other))
			fail_msg("%s: %s", nowhere[i].path, other);
		free(other);
	}
	free(first);
}

static void a_malformed_token_never_reaches_the_engine(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = {
		"7K2QF8M3X",	"7K2QF8M3XWX", "7K2QF8M3XU",
		"7K2QF8M3X%57", "7K2QF8M3X.",  "é7K2QF8M3",
		"..",		"7K2QF/8M3XW", "7K2QF8M3XW%00"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char *path = mem_printf("/u/%s", bad[i]);
		const char *got = get(w, path);
		if (code_of(got) != 404 && code_of(got) != 400)
			fail_msg("%s: %s", path, got);
		free(path);
	}
	assert_int_equal(w->n_views + w->n_acts, 0);
}

static void a_token_may_be_typed_by_hand(void **state)
{
	struct world *w = *state;
	static const char *const typed[] = {"7k2qf8m3xw", "7K2QF-8M3XW",
					    "7k2-qf8-m3xw"};
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		char *path = mem_printf("/u/%s", typed[i]);
		assert_int_equal(code_of(get(w, path)), 200);
		assert_string_equal(js_str(w->last, "token", ""), TOKEN);
		free(path);
	}
	get(w, "/u/oOiIlL0000");
	assert_string_equal(js_str(w->last, "token", ""), "0011110000");
}

static void every_answer_has_the_headers_of_a_private_page(void **state)
{
	struct world *w = *state;
	static const char *const want[] = {
		"Cache-Control: no-store\r\n",
		"X-Content-Type-Options: nosniff\r\n",
		"Referrer-Policy: no-referrer\r\n",
		"X-Robots-Tag: noindex\r\n",
		"Content-Security-Policy: default-src 'none'; ",
		"form-action 'self'",
		"frame-ancestors 'none'",
		"Connection: close\r\n",
		"Content-Type: text/html; charset=utf-8\r\n"};
	static const char *const paths[] = {GOOD, BAD, "/"};
	for (size_t p = 0; p < ARRAY_LEN(paths); p++) {
		const char *got = get(w, paths[p]);
		for (size_t i = 0; i < ARRAY_LEN(want); i++)
			if (!has(got, want[i]))
				fail_msg("%s: no %s", paths[p], want[i]);
		assert_false(has(got, "script"));
		assert_false(has(got, "http:"));
		assert_false(has(got, "https:"));
	}
}

/* --- what evhttp must refuse, or we --- */

static void refused(struct world *w, const char *request, int code)
{
	const char *got = say(w, call_unix(w->path[0]), request);
	if (code ? code_of(got) != code : has(got, "HTTP/1.1 2"))
		fail_msg("%.60s: %s", request, got);
	assert_int_equal(w->n_views + w->n_acts, 0);
}

static void smuggling_is_refused(void **state)
{
	struct world *w = *state;
	refused(w,
		"POST " GOOD " HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
		"Content-Length: 5\r\n\r\nabcde",
		400);
	refused(w,
		"POST " GOOD " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
		"content-length: 0\r\n\r\n",
		400);
	refused(w,
		"POST " GOOD " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		"chunked\r\n\r\n0\r\n\r\n",
		400);
	refused(w,
		"POST " GOOD " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		"chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
		400);
	refused(w,
		"POST " GOOD " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		"identity, chunked\r\nContent-Length: 0\r\n\r\n",
		400);
	refused(w,
		"POST " GOOD " HTTP/1.1\r\nHost: x\r\nContent-Length: "
		"-1\r\n\r\n",
		400);
}

static void a_second_request_on_a_connection_is_not_heard(void **state)
{
	struct world *w = *state;
	const char *got = say(w, call_unix(w->path[0]),
			      "GET " GOOD " HTTP/1.1\r\nHost: x\r\n\r\n"
			      "POST " GOOD " HTTP/1.1\r\nHost: x\r\n"
			      "Content-Length: 0\r\n\r\n");
	assert_int_equal(code_of(got), 200);
	assert_false(has(got + 1, "HTTP/1.1"));
	assert_int_equal(w->n_views, 1);
	assert_int_equal(w->n_acts, 0);
}

static void what_is_too_large_is_refused(void **state)
{
	struct world *w = *state;
	char *long_header = mem_alloc(9 * 1024 + 1);
	memset(long_header, 'a', 9 * 1024);
	char *text = mem_printf("GET " GOOD " HTTP/1.1\r\nHost: x\r\nX: "
				"%s\r\n\r\n",
				long_header);
	refused(w, text, 400);
	free(text);
	text = mem_printf("GET /u/%s HTTP/1.1\r\nHost: x\r\n\r\n", long_header);
	refused(w, text, 0);
	free(text);
	free(long_header);
	char *body = mem_alloc(100 * 1024 + 1);
	memset(body, 'b', 100 * 1024);
	text = mem_printf("POST " GOOD " HTTP/1.1\r\nHost: x\r\n"
			  "Content-Length: %d\r\n\r\n%s",
			  100 * 1024, body);
	refused(w, text, 0);
	free(text);
	/* It lies about its length, or has none. */
	text = mem_printf("POST " GOOD " HTTP/1.1\r\nHost: x\r\n"
			  "Transfer-Encoding: chunked\r\n\r\n19000\r\n%s",
			  body);
	refused(w, text, 0);
	free(text);
	free(body);
}

static void other_methods_and_rubbish_are_refused(void **state)
{
	struct world *w = *state;
	refused(w, "PUT " GOOD " HTTP/1.1\r\nConnection: close\r\n\r\n", 501);
	refused(w, "DELETE " GOOD " HTTP/1.1\r\nConnection: close\r\n\r\n",
		501);
	refused(w, "OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n", 0);
	refused(w, "TRACE / HTTP/1.1\r\nConnection: close\r\n\r\n", 501);
	refused(w, "\x16\x03\x01\x02\x01\r\n\r\n", 0);
	refused(w, "GET\r\n\r\n", 0);
	refused(w, "GET " GOOD " HTTP/9.9\r\n\r\n", 0);
	refused(w, "GET ht!tp://% HTTP/1.1\r\n\r\n", 0);
}

/* --- the engine is slow, or the client leaves --- */

static void a_silent_engine_costs_one_503(void **state)
{
	struct world *w = *state;
	w->mood = IS_SILENT;
	const char *got = get(w, GOOD);
	assert_int_equal(code_of(got), 503);
	assert_true(has(got, "Retry-After: "));
	assert_true(has(got, "Réessayez"));
	assert_int_equal(w->f.n_pending, 0);
	/* Too late an answer finds nobody, and harms nobody. */
	answer_all(w);
	w->mood = ANSWERS;
	assert_int_equal(code_of(get(w, GOOD)), 200);
}

static void a_failing_engine_is_no_miss(void **state)
{
	struct world *w = *state;
	w->mood = FAILS;
	for (int i = 0; i < 2 * MISSES_PER_MINUTE; i++)
		assert_int_equal(
			code_of(ask(w, i % 2 ? "GET" : "POST", GOOD, "", NULL)),
			503);
}

static void a_line_of_an_unknown_type_is_refused(void **state)
{
	struct world *w = *state;
	w->mood = IS_ODD;
	assert_int_equal(code_of(get(w, GOOD)), 503);
	assert_int_equal(wire_n_bad(w->f.engine), 1);
}

static void a_client_may_leave_before_the_answer(void **state)
{
	struct world *w = *state;
	static const char request[] =
		"POST " GOOD " HTTP/1.1\r\nHost: x\r\nContent-Length: "
		"0\r\n\r\n";
	w->mood = IS_SILENT;
	for (int i = 0; i < 4; i++) {
		int fd = call_unix(w->path[0]);
		put(w, fd, request, strlen(request));
		until(w, &w->n_acts, i + 1);
		if (i % 2)
			shutdown(fd, SHUT_RDWR);
		close(fd);
	}
	for (int i = 0; i < 100; i++)
		turn(w);
	answer_all(w);
	for (int i = 0; w->f.n_pending && i < PATIENCE * 10; i++)
		turn(w);
	assert_int_equal(w->f.n_pending, 0);
	w->mood = ANSWERS;
	assert_int_equal(code_of(get(w, GOOD)), 200);
}

static void the_front_may_end_while_clients_wait(void **state)
{
	struct world *w = *state;
	int fd = call_unix(w->path[0]);
	static const char request[] = "GET " GOOD " HTTP/1.1\r\n\r\n";
	w->mood = IS_SILENT;
	put(w, fd, request, strlen(request));
	until(w, &w->n_views, 1);
	front_close_doors(&w->f);
	assert_int_equal(w->f.n_pending, 1);
	close_front(w);
	close(fd);
	w->mood = ANSWERS;
	open_front(w, NULL);
	assert_int_equal(code_of(get(w, GOOD)), 200);
}

static void the_257th_who_waits_is_sent_away(void **state)
{
	struct world *w = *state;
	static const char request[] = "GET " GOOD " HTTP/1.1\r\n\r\n";
	int fds[FRONT_PENDING_MAX];
	w->mood = IS_SILENT;
	w->f.answer_ms = 60000;
	for (int i = 0; i < FRONT_PENDING_MAX; i++) {
		fds[i] = call_unix(w->path[0]);
		put(w, fds[i], request, strlen(request));
	}
	until(w, &w->n_views, FRONT_PENDING_MAX);
	assert_int_equal(code_of(get(w, GOOD)), 503);
	assert_int_equal(w->n_views, FRONT_PENDING_MAX);
	answer_all(w);
	for (int i = 0; i < FRONT_PENDING_MAX; i++)
		assert_int_equal(code_of(take(w, fds[i])), 200);
	w->mood = ANSWERS;
	assert_int_equal(code_of(get(w, GOOD)), 200);
}

/* --- guessing --- */

static void twenty_misses_close_the_door_for_ten_minutes(void **state)
{
	struct world *w = *state;
	static const char me[] = "X-Forwarded-For: 192.0.2.66\r\n";
	for (int i = 0; i < MISSES_PER_MINUTE; i++)
		assert_int_equal(code_of(ask(w, i % 2 ? "GET" : "POST",
					     i % 3 ? BAD : "/u/x", me, NULL)),
				 404);
	const char *got = ask(w, "GET", GOOD, me, NULL);
	assert_int_equal(code_of(got), 429);
	assert_true(has(got, "Trop d'essais"));
	int asked = w->n_views + w->n_acts;
	assert_int_equal(code_of(ask(w, "POST", GOOD, me, NULL)), 429);
	assert_int_equal(w->n_views + w->n_acts, asked);
	/* Nobody else, and for ten minutes. */
	assert_int_equal(code_of(ask(w, "GET", GOOD,
				     "X-Forwarded-For: 192.0.2.67\r\n", NULL)),
			 200);
	clock_manual_advance(&w->clock, 600);
	assert_int_equal(code_of(ask(w, "GET", GOOD, me, NULL)), 200);
}

static void what_browsers_ask_for_by_themselves_is_no_miss(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 2 * MISSES_PER_MINUTE; i++)
		assert_int_equal(code_of(get(w, "/favicon.ico")), 404);
	assert_int_equal(code_of(get(w, GOOD)), 200);
}

/* How many of n misses, each with a header that has a number between before
 * and after, are answered 404. */
static int misses_as(struct world *w, const char *from, const char *before,
		     const char *after, int n)
{
	int answered = 0;
	for (int i = 0; i < n; i++) {
		char *text = mem_printf("X-Forwarded-For: %s%d%s\r\n", before,
					i, after);
		answered += code_of(get_as(w, from, text, BAD)) == 404;
		free(text);
	}
	return answered;
}

static void a_stranger_cannot_say_he_is_somebody_else(void **state)
{
	struct world *w = *state;
	assert_int_equal(misses_as(w, "127.0.0.9", "192.0.2.", "", 25),
			 MISSES_PER_MINUTE);
	assert_int_equal(code_of(get_as(w, "127.0.0.10", "", GOOD)), 200);
}

static void only_the_last_entry_of_a_trusted_proxy_counts(void **state)
{
	struct world *w = *state;
	/* Invented entries before it, in one header or in two. */
	assert_int_equal(
		misses_as(w, "127.0.0.7", "192.0.2.", ", 198.51.100.1", 25),
		MISSES_PER_MINUTE);
	assert_int_equal(misses_as(w, "127.0.0.8", "192.0.2.",
				   "\r\nx-forwarded-for:  198.51.100.2 ", 25),
			 MISSES_PER_MINUTE);
	assert_int_equal(
		code_of(get_as(w, "127.0.0.7",
			       "X-Forwarded-For: 198.51.100.3\r\n", GOOD)),
		200);
	assert_int_equal(
		code_of(get_as(w, "127.0.0.8",
			       "X-Forwarded-For: 198.51.100.1\r\n", GOOD)),
		429);
}

static void one_subscriber_has_one_ipv6_network(void **state)
{
	struct world *w = *state;
	assert_int_equal(misses_as(w, "127.0.0.7", "2001:db8:1:2::", "", 25),
			 MISSES_PER_MINUTE);
	assert_int_equal(
		code_of(get_as(w, "127.0.0.7",
			       "X-Forwarded-For: 2001:db8:1:3::1\r\n", GOOD)),
		200);
}

static void a_proxy_that_names_nobody_counts_as_one(void **state)
{
	struct world *w = *state;
	assert_int_equal(misses_as(w, "127.0.0.7", "unknown-", "", 25),
			 MISSES_PER_MINUTE);
	assert_int_equal(
		code_of(get_as(w, "127.0.0.7",
			       "X-Forwarded-For: 198.51.100.3\r\n", GOOD)),
		200);
}

/* --- the other listener, the sockets, the templates --- */

static void figures_and_health_have_a_door_of_their_own(void **state)
{
	struct world *w = *state;
	const char *got = get_admin(w, "GET", "/metrics");
	assert_int_equal(code_of(got), 200);
	assert_true(has(got, "Content-Type: application/openmetrics-text; "
			     "version=1.0.0; charset=utf-8\r\n"));
	assert_string_equal(body_of(got), "etrier_up 1\n# EOF\n");
	got = get_admin(w, "GET", "/healthz");
	assert_int_equal(code_of(got), 200);
	assert_string_equal(js_str(w->last, "kind", ""), "health");
	assert_int_equal(code_of(get_admin(w, "POST", "/healthz")), 405);
	assert_int_equal(code_of(get_admin(w, "GET", GOOD)), 404);
	assert_int_equal(w->n_acts, 0);
	w->mood = FAILS;
	assert_int_equal(code_of(get_admin(w, "GET", "/healthz")), 503);
}

static void sockets_are_for_whom_they_are_for(void **state)
{
	struct world *w = *state;
	struct stat st;
	assert_int_equal(stat(w->path[0], &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
	assert_int_equal(stat(w->path[1], &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
}

/* Without a rest the loop would turn on the spot. */
static void without_descriptors_the_door_rests_a_second(void **state)
{
	struct world *w = *state;
	static const char request[] = "GET " GOOD " HTTP/1.1\r\n\r\n";
	struct rlimit was, none;
	int fd = call_unix(w->path[0]);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = was;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < 20; i++)
		turn(w);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	send(fd, request, strlen(request), MSG_NOSIGNAL);
	for (int i = 0; i < 20; i++)
		turn(w);
	assert_int_equal(w->n_views, 0);
	for (int i = 0; w->n_views == 0 && i < 200; i++) {
		turn(w);
		usleep(10000);
	}
	assert_int_equal(code_of(take(w, fd)), 200);
}

static void a_file_in_the_socket_s_place_is_not_removed(void **state)
{
	struct world *w = *state;
	struct err err = {0};
	struct front other = {.base = w->base};
	FILE *file = fopen(w->path[1], "r");
	assert_null(file); /* it is a socket */
	unlink(w->path[1]);
	file = fopen(w->path[1], "w");
	fclose(file);
	other.now.listen = mem_printf("unix:%s", w->path[1]);
	other.now.admin_listen = mem_dup("off");
	assert_int_equal(front_listen(&other, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_int_equal(access(w->path[1], F_OK), 0);
	front_close(&other);
	free(other.now.listen);
	free(other.now.admin_listen);
}

static void a_port_that_is_taken_is_named(void **state)
{
	struct world *w = *state;
	struct err err = {0};
	struct front other = {.base = w->base};
	other.now.listen = mem_dup(w->f.now.listen);
	other.now.admin_listen = mem_dup("off");
	assert_int_equal(front_listen(&other, &err), -1);
	assert_true(has(err.text, w->f.now.listen));
	front_close(&other);
	free(other.now.listen);
	free(other.now.admin_listen);
}

static void a_page_with_a_mistake_is_refused_by_name(void **state)
{
	(void)state;
	json_t *templates = read_templates(), *t;
	struct front_config c = {0};
	struct diags d;
	size_t i;
	diags_init(&d);
	json_array_foreach(templates, i, t)
	{
		if (str_eq(js_str(t, "name", ""), "fr/page-gone.html.mustache"))
			js_put_str(t, "text", "<p>\n{{agency}}</p>");
		if (str_eq(js_str(t, "name", ""),
			   "fr/page-unsubscribed.html.mustache"))
			js_put_str(t, "name", "fr/other.html.mustache");
	}
	assert_int_equal(front_pages_compile(&c, templates, &d), -1);
	assert_int_equal(d.n_errors, 2);
	char *text = diag_line(&d.v[0]), *other = diag_line(&d.v[1]);
	assert_true(has(text, "fr/page-unsubscribed.html.mustache"));
	assert_true(has(other, "fr/page-gone.html.mustache:2:"));
	free(text);
	free(other);
	diags_clear(&d);
	for (int k = 0; k < PAGE_COUNT; k++)
		template_free(c.pages[k]);
	json_decref(templates);
}

/* --- the pages of an offer, its answer, a digest, and the public one --- */

#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded\r\n"

static void answer_with(struct world *w, enum front_page page)
{
	json_decref(w->model);
	w->model = front_page_sample(page);
}

static void put_model(struct world *w, const char *json)
{
	json_t *v = js_parse(json, strlen(json), NULL);
	assert_non_null(v);
	json_object_update(w->model, v);
	json_decref(v);
}

static const char *post(struct world *w, const char *path, const char *body)
{
	return ask(w, "POST", path, FORM_TYPE, body);
}

static void an_offer_is_shown_with_whom_to_call(void **state)
{
	struct world *w = *state;
	answer_with(w, PAGE_OFFER);
	const char *got = get(w, "/o/" TOKEN);
	assert_int_equal(code_of(got), 200);
	assert_string_equal(js_str(w->last, "kind", ""), "o");
	assert_true(has(got, "href=\"tel:0199001234\""));
	assert_true(has(got, "href=\"https://o.example/a/0000000000\""));
	assert_true(has(got, "te propose"));
	assert_false(has(got, "plus disponible"));
	/* Without a number of the adviser, the agency's; closed; polite. */
	put_model(w, "{\"adviser\":{\"first_name\":\"Sarah\"},"
		     "\"agency\":{\"name\":\"ML\",\"phone\":"
		     "\"+33199001200\"},\"tone_tu\":false,\"is_live\":false}");
	got = get(w, "/o/" TOKEN);
	assert_true(has(got, "href=\"tel:+33199001200\""));
	assert_true(has(got, "01 99 00 12 00"));
	assert_true(has(got, "vous propose"));
	assert_true(has(got, "plus disponible"));
	/* It shows only, to whomever. */
	got = post(w, "/o/" TOKEN, "act=interested");
	assert_int_equal(code_of(got), 405);
	assert_true(has(got, "Allow: GET, HEAD\r\n"));
	assert_int_equal(w->n_acts, 0);
}

static void an_answer_is_a_form_and_says_what_was_done(void **state)
{
	struct world *w = *state;
	answer_with(w, PAGE_ANSWER);
	put_model(w, "{\"done\":null,\"done_call\":false,\"answer_fr\":null,"
		     "\"is_call\":false}");
	const char *got = get(w, "/a/" TOKEN);
	assert_int_equal(code_of(got), 200);
	assert_true(
		has(got, "<legend>Cette offre t'intéresse&nbsp;?</legend>"));
	assert_true(has(got, "name=\"act\" value=\"interested\""));
	assert_true(has(got, "name=\"act\" value=\"pause\""));
	assert_false(has(got, "role=\"status\""));
	assert_int_equal(w->n_acts, 0);
	put_model(w, "{\"done\":\"call\",\"done_call\":true,\"answer_fr\":"
		     "\"<b>\",\"is_call\":true}");
	got = post(w, "/a/" TOKEN, "act=call");
	assert_int_equal(code_of(got), 200);
	assert_int_equal(w->n_acts, 1);
	assert_string_equal(js_str(w->last, "act", ""), "call");
	assert_string_equal(js_str(w->last, "kind", ""), "a");
	assert_true(has(got, "role=\"status\""));
	assert_true(has(got, "&lt;b&gt;"));
	assert_false(has(got, "value=\"call\""));
	assert_false(has(got, "Location:"));
	assert_false(has(got, "Set-Cookie"));
}

static void a_digest_is_worked_through(void **state)
{
	struct world *w = *state;
	answer_with(w, PAGE_DIGEST);
	const char *got = get(w, "/d/" TOKEN);
	assert_int_equal(code_of(got), 200);
	assert_true(has(got, "id=\"p-7\""));
	assert_true(has(got, "<input type=\"hidden\" name=\"item\" "
			     "value=\"7.9\">"));
	assert_true(has(got, "name=\"act\" value=\"send\""));
	assert_true(has(got, "<option value=\"hours\">"));
	assert_true(has(got, "jusqu'au vendredi 8 janvier 2027"));
	got = post(w, "/d/" TOKEN,
		   "item=7.9&reason=hours&act=dismiss&until=&rhythm=");
	assert_int_equal(code_of(got), 200);
	assert_string_equal(js_str(w->last, "act", ""), "dismiss");
	assert_string_equal(js_str(w->last, "item", ""), "7.9");
	assert_string_equal(js_str(w->last, "reason", ""), "hours");
	assert_null(json_object_get(w->last, "until"));
	assert_null(json_object_get(w->last, "rhythm"));
	/* Of whom it was, with a way back to them. */
	assert_true(has(got, "reviendra dans 7 jours"));
	assert_true(has(got, "href=\"#p-7\">Revenir à Lina</a>"));
	put_model(w, "{\"done\":null,\"refused\":true,\"refused_fr\":"
		     "\"Choisissez un motif.\",\"people\":[]}");
	got = post(w, "/d/" TOKEN, "item=7.9&act=dismiss");
	assert_true(has(got, "Rien n'a changé. Choisissez un motif."));
	assert_true(has(got, "Plus rien à décider"));
}

/* Only addresses of the web are links; a person 7 is not a person 70. */
static void what_a_digest_links_to_is_looked_at(void **state)
{
	struct world *w = *state;
	answer_with(w, PAGE_DIGEST);
	put_model(w, "{\"done\":\"later\",\"done_item\":\"70.9\",\"people\":"
		     "[{\"item\":\"7\",\"first_name\":\"Lina\",\"offers\":"
		     "[{\"item\":\"7.9\",\"title\":\"Essai\",\"url\":"
		     "\"javascript:alert(1)\"}]}]}");
	json_object_del(w->model, "done_who");
	const char *got = post(w, "/d/" TOKEN, "item=70.9&act=later");
	assert_int_equal(code_of(got), 200);
	assert_false(has(got, "javascript:"));
	assert_false(has(got, "Revenir à"));
	assert_true(has(got, "Essai"));
}

static void what_is_no_form_of_ours_never_reaches_the_engine(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = {"",
					  "item=7.9",
					  "act=",
					  "act",
					  "act=later&act=send",
					  "act=later&token=0000000000",
					  "act=later&id=1",
					  "act=later&",
					  "act=later%",
					  "act=later%4",
					  "act=later%zz",
					  "act=later&item=%00",
					  "act=later&item=7%0A8",
					  "act=later&item=%C3",
					  "act=later&%61ct=send",
					  "{\"act\":\"later\"}"};
	answer_with(w, PAGE_DIGEST);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		/* its own time: no cap on presses here */
		clock_manual_advance(&w->clock, 60);
		const char *got = post(w, "/d/" TOKEN, bad[i]);
		if (code_of(got) != 400)
			fail_msg("\"%s\": %s", bad[i], got);
		assert_true(has(got, "Ce formulaire est incomplet"));
	}
	char *value = mem_alloc(FORM_BODY_MAX + 16);
	memset(value, 'a', FORM_BODY_MAX);
	char *text = mem_printf("act=%.*s", FORM_VALUE_MAX + 1, value);
	assert_int_equal(code_of(post(w, "/d/" TOKEN, text)), 400);
	free(text);
	free(value);
	static const char *const types[] = {
		"", "Content-Type: text/plain\r\n",
		"Content-Type: multipart/form-data; boundary=x\r\n",
		"Content-Type: application/x-www-form-urlencodedx\r\n"};
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		assert_int_equal(code_of(ask(w, "POST", "/d/" TOKEN, types[i],
					     "act=later")),
				 400);
	assert_int_equal(w->n_views + w->n_acts, 0);
	const char *got = ask(w, "POST", "/d/" TOKEN,
			      "Content-Type: Application/X-WWW-Form-Urlencoded;"
			      " charset=UTF-8\r\n",
			      "act=away&substitute=%C3%A9lo+d%27a&until=2027-"
			      "01-08");
	assert_int_equal(code_of(got), 200);
	assert_string_equal(js_str(w->last, "substitute", ""), "élo d'a");
}

static void a_button_pressed_for_ever_is_heard_thirty_times_a_minute(
	void **state)
{
	struct world *w = *state;
	answer_with(w, PAGE_ANSWER);
	for (int i = 0; i < POSTS_PER_MINUTE; i++)
		assert_int_equal(code_of(post(w, "/a/" TOKEN, "act=call")),
				 200);
	const char *got = post(w, "/a/" TOKEN, "act=call");
	assert_int_equal(code_of(got), 429);
	assert_true(has(got, "Retry-After: 60\r\n"));
	assert_int_equal(w->n_acts, POSTS_PER_MINUTE);
	/* Looking goes on, and so do others; after a minute all is well. */
	assert_int_equal(code_of(get(w, "/a/" TOKEN)), 200);
	assert_int_equal(code_of(post(w, "/a/0000000000", "act=call")), 404);
	clock_manual_advance(&w->clock, 60);
	assert_int_equal(code_of(post(w, "/a/" TOKEN, "act=call")), 200);
}

static void posts_forget_whose_minute_began_first(void **state)
{
	(void)state;
	static struct posts p;
	char token[FRONT_TOKEN_LEN + 1];
	for (int i = 0; i <= POSTS_PER_MINUTE; i++)
		assert_int_equal(posts_add(&p, "LATER", 2),
				 i < POSTS_PER_MINUTE);
	for (int i = 0; i < 2 * POSTS_TOKENS; i++) {
		snprintf(token, sizeof(token), "%d", i);
		assert_true(posts_add(&p, token, i < POSTS_TOKENS ? 1 : 3));
		if (i == POSTS_TOKENS)
			assert_false(posts_add(&p, "LATER", 2));
	}
	assert_int_equal(p.n, POSTS_TOKENS);
}

static void the_method_is_public_and_asked_for_once_a_minute(void **state)
{
	struct world *w = *state;
	answer_with(w, PAGE_METHOD);
	for (int i = 0; i < 5; i++) {
		const char *got = get(w, "/method");
		assert_int_equal(code_of(got), 200);
		assert_true(has(got, "Cache-Control: max-age=60\r\n"));
		assert_false(has(got, "no-store"));
		assert_true(has(got, "Trajet"));
		assert_true(has(got, "À partir de 70"));
	}
	assert_int_equal(w->n_views, 1);
	assert_int_equal(code_of(ask(w, "HEAD", "/method", "", NULL)), 200);
	clock_manual_advance(&w->clock, 60);
	assert_int_equal(code_of(get(w, "/method")), 200);
	assert_int_equal(w->n_views, 2);
	assert_int_equal(code_of(post(w, "/method", "act=send")), 405);
	/* An engine that fails is told, and not remembered. */
	clock_manual_advance(&w->clock, 60);
	w->mood = FAILS;
	assert_int_equal(code_of(get(w, "/method")), 503);
	w->mood = ANSWERS;
	assert_int_equal(code_of(get(w, "/method")), 200);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define P(name) \
	cmocka_unit_test_setup_teardown(name, set_up_behind_a_proxy, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_get_shows_and_changes_nothing),
		T(a_post_acts),
		T(a_receipt_is_told_and_then_answered),
		T(json_may_hold_several),
		T(a_wrong_secret_is_as_unknown_as_anything),
		T(twilio_signs_what_it_says),
		T(a_head_is_a_get_without_a_body),
		T(whatever_leads_nowhere_looks_the_same),
		T(a_malformed_token_never_reaches_the_engine),
		T(a_token_may_be_typed_by_hand),
		T(every_answer_has_the_headers_of_a_private_page),
		T(an_offer_is_shown_with_whom_to_call),
		T(an_answer_is_a_form_and_says_what_was_done),
		T(a_digest_is_worked_through),
		T(what_a_digest_links_to_is_looked_at),
		T(what_is_no_form_of_ours_never_reaches_the_engine),
		T(a_button_pressed_for_ever_is_heard_thirty_times_a_minute),
		T(posts_forget_whose_minute_began_first),
		T(the_method_is_public_and_asked_for_once_a_minute),
		T(smuggling_is_refused),
		T(a_second_request_on_a_connection_is_not_heard),
		T(what_is_too_large_is_refused),
		T(other_methods_and_rubbish_are_refused),
		T(a_silent_engine_costs_one_503),
		T(a_failing_engine_is_no_miss),
		T(a_line_of_an_unknown_type_is_refused),
		T(a_client_may_leave_before_the_answer),
		T(the_front_may_end_while_clients_wait),
		T(the_257th_who_waits_is_sent_away),
		T(twenty_misses_close_the_door_for_ten_minutes),
		T(what_browsers_ask_for_by_themselves_is_no_miss),
		P(a_stranger_cannot_say_he_is_somebody_else),
		P(only_the_last_entry_of_a_trusted_proxy_counts),
		P(one_subscriber_has_one_ipv6_network),
		P(a_proxy_that_names_nobody_counts_as_one),
		T(figures_and_health_have_a_door_of_their_own),
		T(sockets_are_for_whom_they_are_for),
		T(without_descriptors_the_door_rests_a_second),
		T(a_file_in_the_socket_s_place_is_not_removed),
		P(a_port_that_is_taken_is_named),
		cmocka_unit_test(a_page_with_a_mistake_is_refused_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
