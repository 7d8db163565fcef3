/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes from a client of the front: it survives, answers HTTP or nothing,
 * asks the engine only what a page may ask, with a token that could be one, and
 * acts only when the bytes hold a POST. The first byte chooses the listener,
 * the second after how many bytes the client pauses. */
#include "front/front.h"

#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define INPUT_MAX ((size_t)60000) /* fits a socket buffer */
/* Turns of the loop without news after which the front has said all it will. */
#define QUIET_TURNS 20
#define TURNS_MAX   4000

static struct front f;
static struct wire *engine;
static struct clock_manual now;
static int n_acts, n_lines;
static bool is_admin;
static char path[2][64];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_engine_line(void *ctx, struct wire *w, const char *type,
			   json_t *line)
{
	(void)ctx;
	const char *kind = js_str(line, "kind", "");
	bool is_act = str_eq(type, "act");
	n_lines++;
	n_acts += is_act;
	BUG_ON(!is_act && !str_eq(type, "view"));
	if (str_eq(kind, "u")) {
		const char *token = js_str(line, "token", "");
		BUG_ON(is_admin || strlen(token) != FRONT_TOKEN_LEN ||
		       strspn(token, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") !=
			       FRONT_TOKEN_LEN);
	} else {
		BUG_ON(!is_admin || is_act ||
		       (!str_eq(kind, "metrics") && !str_eq(kind, "health")));
	}
	json_t *answer = wire_line(is_act ? "done" : "page");
	json_t *model = json_object();
	js_put_int(answer, "id", js_int(line, "id", -1), -1);
	json_object_set_new(answer, "found", json_true());
	js_put_str(model, "agency", "Essai");
	js_put_str(model, "channel_fr", "SMS");
	json_object_set_new(model, "is_sms", json_true());
	json_object_set_new(answer, "model", model);
	js_put_str(answer, "text", "# EOF\n");
	wire_send(w, answer);
}

static void on_front_line(void *ctx, struct wire *w, const char *type,
			  json_t *line)
{
	(void)w;
	front_on_engine(ctx, type, line);
}

static void on_end(void *ctx, struct wire *w)
{
	(void)ctx;
	(void)w;
	abort();
}

/* The shipped pages: run from the root of the tree. */
static void add_template(json_t *list, const char *name)
{
	char text[32768];
	char *file = mem_printf("conf/templates/fr/%s.html.mustache", name);
	FILE *in = fopen(file, "r");
	size_t n = in ? fread(text, 1, sizeof(text) - 1, in) : 0;
	BUG_ON(!n);
	text[n] = '\0';
	fclose(in);
	json_array_append_new(list, json_pack("{s:s,s:s}", "name",
					      file + strlen("conf/templates/"),
					      "text", text));
	free(file);
}

static void open_front(void)
{
	static const struct wire_handler front = {.on_line = on_front_line,
						  .on_end = on_end};
	static const struct wire_handler other = {.on_line = on_engine_line,
						  .on_end = on_end};
	int fds[2];
	struct diags d;
	json_t *list = json_array();
	signal(SIGPIPE, SIG_IGN);
	log_set_threshold(LOG_ERROR);
	clock_manual_init(&now, 1800000000);
	for (int i = 0; i < 2; i++)
		snprintf(path[i], sizeof(path[i]), "/tmp/fuzz-http-%d.%d",
			 (int)getpid(), i);
	f = (struct front){.base = event_base_new(),
			   .clock = &now.clock,
			   .answer_ms = FRONT_ANSWER_MS,
			   .misses = misses_new()};
	f.now.listen = mem_printf("unix:%s", path[0]);
	f.now.admin_listen = mem_printf("unix:%s", path[1]);
	f.now.trusted_proxies = json_array();
	add_template(list, "page-head");
	add_template(list, "page-offer");
	add_template(list, "page-answer");
	add_template(list, "page-digest");
	add_template(list, "page-method");
	add_template(list, "page-unsubscribe");
	add_template(list, "page-unsubscribed");
	add_template(list, "page-gone");
	diags_init(&d);
	if (front_pages_compile(&f.now, list, &d) || wire_pair(fds))
		abort();
	diags_clear(&d);
	json_decref(list);
	f.engine = wire_new(f.base, fds[0], "engine", &front, &f);
	engine = wire_new(f.base, fds[1], "front", &other, NULL);
	if (front_listen(&f, NULL))
		abort();
}

static int dial(const char *where)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	str_copy(a.sun_path, sizeof(a.sun_path), where);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    fcntl(fd, F_SETFL, O_NONBLOCK))
		abort();
	return fd;
}

/* The answer so far; false: nothing more will come. */
static bool listen_to(int fd, struct buf *got)
{
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n > 0)
		buf_add(got, bytes, (size_t)n);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

static bool holds(const uint8_t *data, size_t n, const char *word)
{
	return memmem(data, n, word, strlen(word)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf got;
	if (!f.base)
		open_front();
	if (size < 2 || size > INPUT_MAX)
		return 0;
	is_admin = data[0] & 1;
	size_t pause = data[1];
	data += 2;
	size -= 2;
	pause = pause < size ? pause : size;
	n_acts = n_lines = 0;
	buf_init(&got, 1 << 20);
	/* Earlier inputs' misses must not close the door to this one. */
	misses_free(f.misses);
	f.misses = misses_new();
	int fd = dial(path[is_admin]);
	if (send(fd, data, pause, MSG_NOSIGNAL) != (ssize_t)pause)
		abort();
	event_base_loop(f.base, EVLOOP_NONBLOCK);
	/* It may have hung up already. */
	(void)!send(fd, data + pause, size - pause, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	bool is_open = true;
	for (int turn = 0, quiet = 0;
	     is_open && quiet < QUIET_TURNS && turn < TURNS_MAX; turn++) {
		size_t before = got.len + (size_t)n_lines;
		event_base_loop(f.base, EVLOOP_NONBLOCK);
		is_open = listen_to(fd, &got);
		quiet = before == got.len + (size_t)n_lines ? quiet + 1 : 0;
	}
	close(fd);
	for (int i = 0; i < QUIET_TURNS; i++)
		event_base_loop(f.base, EVLOOP_NONBLOCK);
	BUG_ON(got.len && (got.len < 8 || memcmp(got.data, "HTTP/", 5) != 0));
	BUG_ON(n_acts && !holds(data, size, "POST"));
	BUG_ON(f.n_pending);
	buf_clear(&got);
	return 0;
}
