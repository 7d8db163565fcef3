/* SPDX-License-Identifier: EUPL-1.2 */
/* What role.c does for every role, seen from the supervisor's end of the wire.
 * The role runs in a child with its descriptors in place; the test plays the
 * supervisor and the engine. */
#include <etrier/buf.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/role.h>
#include <etrier/str.h>

#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
/* after the standard headers */
#include <cmocka.h>

#define PATIENCE_MS 20000

/* --- the role in the child: it tells what happens to it on the wire --- */

struct puppet {
	struct role *role;
	int64_t n; /* "n" of the configuration prepared */
	bool fails, hangs;
};

static void tell(struct puppet *p, const char *type)
{
	json_t *line = wire_line(type);
	json_object_set_new(line, "n", json_integer(p->n));
	wire_send(role_supervisor(p->role), line);
}

static int prepare(void *ctx, const json_t *config, struct diags *d)
{
	struct puppet *p = ctx;
	if (js_bool(config, "bad", false)) {
		diag_add(d, DIAG_ERROR, "x.yaml", 4, 2, "no good");
		return -1;
	}
	p->n = js_int(config, "n", -1);
	p->fails = js_bool(config, "fails", false);
	p->hangs = js_bool(config, "hangs", false);
	return 0;
}

static int commit(void *ctx, struct role_needs *needs, struct err *err)
{
	struct puppet *p = ctx;
	(void)needs;
	if (p->fails)
		return err_set(err, ERR_CONFIG, "told to fail");
	tell(p, "t_commit");
	return 0;
}

static void drop(void *ctx)
{
	tell(ctx, "t_drop");
}

static void start(void *ctx)
{
	struct puppet *p = ctx;
	/* Confined by now: another process is out of reach. */
	tell(p, kill(getppid(), 0) ? "t_start" : "t_start_unconfined");
}

static void stop(void *ctx)
{
	struct puppet *p = ctx;
	tell(p, "t_stop");
	if (!p->hangs)
		role_stopped(p->role);
}

static void on_engine(void *ctx, const char *type, json_t *line)
{
	(void)type;
	(void)line;
	tell(ctx, "t_engine");
}

static void on_supervisor(void *ctx, const char *type, json_t *line)
{
	(void)line;
	tell(ctx, str_eq(type, "roles") ? "t_roles" : "t_other");
}

static void on_peer(void *ctx, const char *role, const char *lane, int64_t gen,
		    int fd)
{
	struct puppet *p = ctx;
	close(fd);
	p->n = gen;
	tell(p, str_eq(role, "courier") && str_eq(lane, "mail-1") ? "t_peer"
								  : "t_odd");
}

/* --- the test's side --- */

struct stage {
	pid_t pid;
	int supervisor, engine; /* our ends */
	struct buf in;
};

static void run_puppet(const char *name, int supervisor, int engine)
{
	const struct role_ops ops = {.name = name,
				     .prepare = prepare,
				     .commit = commit,
				     .drop = drop,
				     .start = start,
				     .stop = stop,
				     .on_engine = on_engine,
				     .on_supervisor = on_supervisor,
				     .on_peer = on_peer};
	struct puppet p = {.n = -1};
	int a = fcntl(supervisor, F_DUPFD, 20);
	int b = fcntl(engine, F_DUPFD, 20);
	dup2(a, ROLE_FD_SUPERVISOR);
	dup2(b, ROLE_FD_ENGINE);
	close_range(ROLE_FD_EXTRA, ~0U, 0);
	_exit(role_run(&ops, &p, &p.role, "", 5));
}

static struct stage raise_curtain(const char *name)
{
	struct stage s = {0};
	int a[2], b[2];
	assert_int_equal(wire_pair(a), 0);
	assert_int_equal(str_eq(name, "engine") ? wire_handover_pair(b)
						: wire_pair(b),
			 0);
	fflush(NULL);
	s.pid = fork();
	if (!s.pid)
		run_puppet(name, a[1], b[1]);
	close(a[1]);
	close(b[1]);
	s.supervisor = a[0];
	s.engine = b[0];
	buf_init(&s.in, 1024 * 1024);
	return s;
}

static void say(int fd, const char *text)
{
	size_t n = strlen(text);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	assert_int_equal(write(fd, "\n", 1), 1);
}

/* The next line of the role; NULL at its end. */
static json_t *hear(struct stage *s)
{
	char *end;
	while (!s->in.len || !(end = memchr(s->in.data, '\n', s->in.len))) {
		struct pollfd p = {.fd = s->supervisor, .events = POLLIN};
		char chunk[4096];
		if (poll(&p, 1, PATIENCE_MS) <= 0)
			return NULL;
		ssize_t n = read(s->supervisor, chunk, sizeof(chunk));
		if (n <= 0)
			return NULL;
		buf_add(&s->in, chunk, (size_t)n);
	}
	json_t *line = js_parse(s->in.data, (size_t)(end - s->in.data), NULL);
	buf_consume(&s->in, (size_t)(end - s->in.data) + 1);
	return line;
}

/* The next line must be of this type; its member as a number. */
static int64_t expect(struct stage *s, const char *type, const char *member)
{
	json_t *line = hear(s);
	assert_string_equal(js_str(line, "t", "(end)"), type);
	int64_t n = js_int(line, member, -1);
	json_decref(line);
	return n;
}

static int curtain(struct stage *s)
{
	int status;
	close(s->supervisor);
	close(s->engine);
	buf_clear(&s->in);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void configure(struct stage *s, int gen, const char *config)
{
	char line[512];
	snprintf(line, sizeof(line),
		 "{\"t\":\"config\",\"gen\":%d,\"text\":\"%s\",\"end\":true}",
		 gen, config);
	say(s->supervisor, line);
}

#define PLAIN \
	"{\\\"n\\\":41,\\\"security\\\":{\\\"landlock\\\":\\\"preferred\\\"}}"

static void begin(struct stage *s)
{
	assert_int_equal(expect(s, "hello", "gen"), 5);
	configure(s, 1, PLAIN);
	assert_int_equal(expect(s, "ready", "gen"), 1);
	say(s->supervisor, "{\"t\":\"commit\",\"gen\":1}");
	assert_int_equal(expect(s, "t_commit", "n"), 41);
	expect(s, "confined", "-");
	expect(s, "t_start", "-");
}

static void a_role_is_configured_confined_started_and_stopped(void **state)
{
	(void)state;
	struct stage s = raise_curtain("courier");
	begin(&s);
	kill(s.pid, SIGTERM); /* is the supervisor's to decide */
	kill(s.pid, SIGINT);
	say(s.supervisor, "{\"t\":\"stop\"}");
	expect(&s, "t_stop", "-");
	assert_int_equal(curtain(&s), 0);
}

static void nothing_of_the_engine_is_read_before_the_start(void **state)
{
	(void)state;
	struct stage s = raise_curtain("courier");
	say(s.engine, "{\"t\":\"deliver\"}");
	begin(&s);
	expect(&s, "t_engine", "-");
	assert_int_equal(curtain(&s), 0);
}

static void a_bad_configuration_is_refused_and_the_old_one_stays(void **state)
{
	(void)state;
	struct stage s = raise_curtain("courier");
	begin(&s);
	configure(&s, 2, "{\\\"bad\\\":true}");
	json_t *line = hear(&s);
	assert_string_equal(js_str(line, "t", ""), "refused");
	const json_t *d = json_object_get(line, "diagnostics");
	assert_string_equal(js_str(json_array_get(d, 0), "text", ""),
			    "no good");
	json_decref(line);
	configure(&s, 3, "{broken");
	assert_int_equal(expect(&s, "refused", "gen"), 3);
	/* What is not prepared cannot be committed. */
	say(s.supervisor, "{\"t\":\"commit\",\"gen\":2}");
	configure(&s, 4, "{\\\"n\\\":42}");
	assert_int_equal(expect(&s, "ready", "gen"), 4);
	say(s.supervisor, "{\"t\":\"drop\",\"gen\":4}");
	expect(&s, "t_drop", "-");
	say(s.supervisor, "{\"t\":\"commit\",\"gen\":4}");
	configure(&s, 5, "{\\\"n\\\":43}");
	assert_int_equal(expect(&s, "ready", "gen"), 5);
	say(s.supervisor, "{\"t\":\"commit\",\"gen\":5}");
	assert_int_equal(expect(&s, "t_commit", "n"), 43);
	assert_int_equal(curtain(&s), 0);
}

static void a_failed_commit_exits_with_the_code_for_configurations(void **state)
{
	(void)state;
	struct stage s = raise_curtain("courier");
	expect(&s, "hello", "-");
	configure(&s, 1, "{\\\"fails\\\":true}");
	expect(&s, "ready", "gen");
	say(s.supervisor, "{\"t\":\"commit\",\"gen\":1}");
	json_t *none = hear(&s);
	assert_null(none);
	assert_int_equal(curtain(&s), ROLE_EXIT_CONFIG);
}

static void the_end_of_either_wire_is_an_orderly_stop(void **state)
{
	(void)state;
	struct stage s = raise_curtain("courier");
	begin(&s);
	close(s.engine);
	expect(&s, "t_stop", "-");
	s.engine = -1;
	assert_int_equal(curtain(&s), 0);
	s = raise_curtain("courier");
	begin(&s);
	assert_int_equal(curtain(&s), 0); /* closes the supervisor's first */
	s = raise_curtain("courier");
	assert_int_equal(curtain(&s), 0); /* before any configuration */
}

static void a_stop_that_takes_too_long_ends_anyway(void **state)
{
	(void)state;
	struct stage s = raise_curtain("courier");
	expect(&s, "hello", "-");
	configure(&s, 1,
		  "{\\\"hangs\\\":true,\\\"security\\\":"
		  "{\\\"landlock\\\":\\\"preferred\\\"}}");
	expect(&s, "ready", "-");
	say(s.supervisor, "{\"t\":\"commit\",\"gen\":1}");
	expect(&s, "t_commit", "-");
	expect(&s, "confined", "-");
	expect(&s, "t_start", "-");
	say(s.supervisor, "{\"t\":\"stop\"}");
	expect(&s, "t_stop", "-");
	alarm(ROLE_STOP_S + 5); /* kills the test when it does not */
	assert_int_equal(curtain(&s), 0);
	alarm(0);
}

static void the_engine_is_handed_peers_and_says_it_is_alive(void **state)
{
	(void)state;
	struct stage s = raise_curtain("engine");
	int pair[2];
	assert_int_equal(wire_pair(pair), 0);
	json_t *peer = wire_line("peer");
	json_object_set_new(peer, "role", json_string("courier"));
	json_object_set_new(peer, "lane", json_string("mail-1"));
	json_object_set_new(peer, "gen", json_integer(9));
	assert_int_equal(wire_send_fd(s.engine, pair[0], peer), 0);
	begin(&s);
	expect(&s, "alive", "-");
	assert_int_equal(expect(&s, "t_peer", "n"), 9);
	say(s.supervisor, "{\"t\":\"roles\",\"roles\":[]}");
	expect(&s, "t_roles", "-");
	expect(&s, "alive", "-");
	expect(&s, "alive", "-");
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(curtain(&s), 0);
}

/* --- configurations in pieces, without processes --- */

struct sink {
	struct buf text;
	int64_t gen;
	json_t *config;
	int n_lines;
};

static void on_piece(void *ctx, struct wire *w, const char *type, json_t *line)
{
	struct sink *k = ctx;
	(void)w;
	assert_string_equal(type, "config");
	k->n_lines++;
	assert_true(role_take_config(&k->text, &k->gen, line, &k->config,
				     NULL) >= 0);
}

static void on_end(void *ctx, struct wire *w)
{
	(void)ctx;
	(void)w;
}

static void a_large_configuration_arrives_as_it_was(void **state)
{
	(void)state;
	static const struct wire_handler handler = {.on_line = on_piece,
						    .on_end = on_end};
	struct event_base *base = event_base_new();
	struct sink k = {.gen = -1};
	int fds[2];
	assert_int_equal(wire_pair(fds), 0);
	struct wire *from = wire_new(base, fds[0], "from", &handler, &k);
	struct wire *to = wire_new(base, fds[1], "to", &handler, &k);
	buf_init(&k.text, ROLE_CONFIG_MAX);
	/* Characters of two to four bytes, so that cuts meet them. */
	struct buf text;
	buf_init(&text, 4 * 1024 * 1024);
	while (text.len < 2 * 1024 * 1024)
		buf_adds(&text, "é\"\\\n\x01€😀");
	json_t *config = json_pack("{s:s}", "text", text.data);
	assert_int_equal(role_send_config(from, 3, config, NULL), 0);
	while (!k.config)
		event_base_loop(base, EVLOOP_ONCE);
	assert_true(json_equal(config, k.config));
	assert_true(k.n_lines > 60);
	assert_int_equal(wire_n_bad(from) + wire_n_bad(to), 0);
	json_decref(config);
	json_decref(k.config);
	buf_clear(&text);
	buf_clear(&k.text);
	wire_free(from);
	wire_free(to);
	event_base_free(base);
}

static void pieces_of_an_older_configuration_are_forgotten(void **state)
{
	(void)state;
	struct sink k = {.gen = -1};
	buf_init(&k.text, 20);
	static const struct {
		const char *line;
		int result;
	} steps[] = {
		{"{\"t\":\"config\",\"gen\":1,\"text\":\"{\"}", 0},
		{"{\"t\":\"config\",\"gen\":2,\"text\":\"{\"}", 0},
		{"{\"t\":\"config\",\"gen\":2,\"text\":\"}\",\"end\":true}", 1},
		{"{\"t\":\"config\",\"gen\":3}", -1},
		{"{\"t\":\"config\",\"text\":\"{}\"}", -1},
		{"{\"t\":\"config\",\"gen\":4,\"text\":\"[                    "
		 "]\",\"end\":true}",
		 -1},
		{"{\"t\":\"config\",\"gen\":5,\"text\":\"{}\",\"end\":true}",
		 1}};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		json_t *line =
			js_parse(steps[i].line, strlen(steps[i].line), NULL);
		int r = role_take_config(&k.text, &k.gen, line, &k.config,
					 NULL);
		assert_int_equal(r, steps[i].result);
		if (r > 0)
			json_decref(k.config);
		json_decref(line);
	}
	buf_clear(&k.text);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_role_is_configured_confined_started_and_stopped),
		cmocka_unit_test(
			nothing_of_the_engine_is_read_before_the_start),
		cmocka_unit_test(
			a_bad_configuration_is_refused_and_the_old_one_stays),
		cmocka_unit_test(
			a_failed_commit_exits_with_the_code_for_configurations),
		cmocka_unit_test(the_end_of_either_wire_is_an_orderly_stop),
		cmocka_unit_test(a_stop_that_takes_too_long_ends_anyway),
		cmocka_unit_test(
			the_engine_is_handed_peers_and_says_it_is_alive),
		cmocka_unit_test(a_large_configuration_arrives_as_it_was),
		cmocka_unit_test(
			pieces_of_an_older_configuration_are_forgotten)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
