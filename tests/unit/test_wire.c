/* SPDX-License-Identifier: EUPL-1.2 */
/* The wire: lines arrive whole and in order, whatever the other end writes;
 * nobody waits for a peer that talks too much; ends are told once. */
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
/* after the standard headers */
#include <cmocka.h>

#define SEEN_MAX 64

struct side {
	struct event_base *base;
	struct wire *w;
	char seen[SEEN_MAX][16]; /* types, in order */
	int64_t last_n;
	size_t n_lines, n_ends, n_drained;
	bool frees_itself, pauses_itself;
	int spin_ms; /* work done per line */
};

struct fixture {
	struct event_base *base;
	struct side a;
	int b; /* the bare other end */
};

static void spin(int ms)
{
	struct timespec t = {.tv_nsec = ms * 1000000L};
	nanosleep(&t, NULL);
}

static void on_line(void *ctx, struct wire *w, const char *type, json_t *line)
{
	struct side *s = ctx;
	if (s->n_lines < SEEN_MAX)
		str_copy(s->seen[s->n_lines], sizeof(s->seen[0]), type);
	s->n_lines++;
	s->last_n = js_int(line, "n", s->last_n);
	spin(s->spin_ms);
	if (s->pauses_itself)
		wire_pause(w, true);
	if (s->frees_itself) {
		wire_free(w);
		s->w = NULL;
	}
}

static void on_end(void *ctx, struct wire *w)
{
	struct side *s = ctx;
	s->n_ends++;
	wire_free(w);
	s->w = NULL;
}

static void on_drained(void *ctx, struct wire *w)
{
	(void)w;
	((struct side *)ctx)->n_drained++;
}

static const struct wire_handler handler = {
	.on_line = on_line, .on_end = on_end, .on_drained = on_drained};

static int set_up(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));
	int fds[2];
	assert_int_equal(wire_pair(fds), 0);
	f->base = f->a.base = event_base_new();
	f->a.w = wire_new(f->base, fds[0], "test", &handler, &f->a);
	f->b = fds[1];
	log_set_threshold(LOG_ERROR);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	wire_free(f->a.w);
	if (f->b >= 0)
		close(f->b);
	event_base_free(f->base);
	free(f);
	return 0;
}

static void turn(struct fixture *f, int n)
{
	while (n-- > 0)
		event_base_loop(f->base, EVLOOP_NONBLOCK);
}

static void put(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t w = send(fd, bytes, n, MSG_NOSIGNAL);
		assert_true(w > 0);
		bytes += w;
		n -= (size_t)w;
	}
}

static void puts_to(struct fixture *f, const char *text)
{
	put(f->b, text, strlen(text));
}

static void lines_cut_anywhere_arrive_whole(void **state)
{
	struct fixture *f = *state;
	static const char text[] = "{\"t\":\"one\",\"n\":1}\n"
				   "{\"t\":\"two\",\"n\":2}\n";
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		put(f->b, text + i, 1);
		turn(f, 2);
	}
	assert_int_equal(f->a.n_lines, 2);
	assert_string_equal(f->a.seen[0], "one");
	assert_string_equal(f->a.seen[1], "two");
	assert_int_equal(f->a.last_n, 2);
	assert_int_equal(wire_n_bad(f->a.w), 0);
}

static void bad_lines_are_counted_and_end_nothing(void **state)
{
	static const char *const bad[] = {
		"nonsense", "",		 "[]",
		"{}",	    "{\"t\":1}", "{\"t\":",
		"\xff\xfe", "42",	 "{\"t\":\"a\"}{}",
		"\x01",	    "null",	 "{\"t\":\"a\",\"t\":\"b\"}"};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		puts_to(f, bad[i]);
		puts_to(f, "\n{\"t\":\"good\"}\n");
		turn(f, 3);
		assert_int_equal(f->a.n_lines, i + 1);
		assert_int_equal(wire_n_bad(f->a.w), i + 1);
	}
	wire_refuse(f->a.w, "unknown type");
	assert_int_equal(wire_n_bad(f->a.w), ARRAY_LEN(bad) + 1);
}

/* {"t":"x","p":"aaa..."} of exactly n bytes, then a line end. */
static char *long_line(size_t n)
{
	static const char head[] = "{\"t\":\"x\",\"p\":\"";
	char *s = mem_alloc(n + 2);
	memset(s, 'a', n);
	memcpy(s, head, sizeof(head) - 1);
	memcpy(s + n - 2, "\"}\n", 3);
	return s;
}

/* More than the socket holds: written beside the loop that reads it. */
static void write_in_child(struct fixture *f, const char *bytes, size_t n)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		while (n) {
			ssize_t w = send(f->b, bytes, n, MSG_NOSIGNAL);
			if (w <= 0)
				_exit(1);
			bytes += w;
			n -= (size_t)w;
		}
		_exit(0);
	}
	while (waitpid(pid, NULL, WNOHANG) == 0)
		turn(f, 1);
	turn(f, 10);
}

static void the_longest_line_passes_and_one_more_byte_costs_itself(void **state)
{
	struct fixture *f = *state;
	char *fits = long_line(WIRE_LINE_MAX);
	char *over = long_line(WIRE_LINE_MAX + 1);
	char *huge = long_line(WIRE_LINE_MAX * 9);
	write_in_child(f, fits, WIRE_LINE_MAX + 1);
	assert_int_equal(f->a.n_lines, 1);
	write_in_child(f, over, WIRE_LINE_MAX + 2);
	assert_int_equal(wire_n_bad(f->a.w), 1);
	write_in_child(f, huge, WIRE_LINE_MAX * 9 + 1);
	puts_to(f, "{\"t\":\"after\"}\n");
	turn(f, 3);
	assert_int_equal(f->a.n_lines, 2);
	assert_string_equal(f->a.seen[1], "after");
	assert_int_equal(wire_n_bad(f->a.w), 2);
	free(fits);
	free(over);
	free(huge);
}

static void the_end_comes_once_after_every_line(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 40; i++)
		puts_to(f, "{\"t\":\"l\"}\n");
	puts_to(f, "{\"t\":\"cut");
	f->a.spin_ms = 1;
	close(f->b);
	f->b = -1;
	turn(f, 100);
	assert_int_equal(f->a.n_lines, 40);
	assert_int_equal(f->a.n_ends, 1);
	assert_null(f->a.w);
}

static void a_paused_wire_keeps_lines_and_the_end(void **state)
{
	struct fixture *f = *state;
	f->a.pauses_itself = true;
	puts_to(f, "{\"t\":\"1\"}\n{\"t\":\"2\"}\n");
	close(f->b);
	f->b = -1;
	turn(f, 10);
	assert_int_equal(f->a.n_lines, 1);
	wire_pause(f->a.w, false);
	turn(f, 10);
	assert_int_equal(f->a.n_lines, 2);
	assert_int_equal(f->a.n_ends, 0);
	wire_pause(f->a.w, false);
	turn(f, 10);
	assert_int_equal(f->a.n_ends, 1);
}

static void a_wire_freed_in_its_handler_is_left_alone(void **state)
{
	struct fixture *f = *state;
	f->a.frees_itself = true;
	puts_to(f, "{\"t\":\"1\"}\n{\"t\":\"2\"}\n");
	turn(f, 5);
	assert_int_equal(f->a.n_lines, 1);
	assert_int_equal(f->a.n_ends, 0);
}

static void a_talker_does_not_starve_the_others(void **state)
{
	struct fixture *f = *state;
	int fds[2];
	assert_int_equal(wire_pair(fds), 0);
	struct side quiet = {.base = f->base};
	quiet.w = wire_new(f->base, fds[0], "quiet", &handler, &quiet);
	for (int i = 0; i < 60; i++)
		puts_to(f, "{\"t\":\"l\"}\n");
	put(fds[1], "{\"t\":\"hello\"}\n", 14);
	f->a.spin_ms = 3;
	event_base_loop(f->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	event_base_loop(f->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	assert_int_equal(quiet.n_lines, 1);
	assert_in_range(f->a.n_lines, 1, 20);
	turn(f, 60);
	assert_int_equal(f->a.n_lines, 60);
	wire_free(quiet.w);
	close(fds[1]);
}

static void what_is_not_read_stops_at_the_ceiling(void **state)
{
	struct fixture *f = *state;
	wire_pause(f->a.w, true);
	char chunk[4096];
	memset(chunk, '\n', sizeof(chunk));
	fcntl(f->b, F_SETFL, O_NONBLOCK);
	size_t sent = 0;
	for (int i = 0; i < 1000; i++) {
		ssize_t n = send(f->b, chunk, sizeof(chunk), MSG_NOSIGNAL);
		sent += n > 0 ? (size_t)n : 0;
		turn(f, 1);
	}
	assert_true(sent < WIRE_PENDING_MAX);
	assert_int_equal(f->a.n_lines, 0);
}

static void sent_lines_arrive_and_drain_is_told(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 3; i++) {
		json_t *line = wire_line("poll");
		json_object_set_new(line, "n", json_integer(i));
		wire_send(f->a.w, line);
	}
	assert_true(wire_unsent(f->a.w) > 0);
	turn(f, 3);
	assert_int_equal(wire_unsent(f->a.w), 0);
	assert_int_equal(f->a.n_drained, 1);
	char got[200] = {0};
	assert_true(recv(f->b, got, sizeof(got) - 1, 0) > 0);
	assert_string_equal(got, "{\"t\":\"poll\",\"n\":0}\n"
				 "{\"t\":\"poll\",\"n\":1}\n"
				 "{\"t\":\"poll\",\"n\":2}\n");
}

static void a_line_of_ours_above_the_ceiling_is_dropped(void **state)
{
	struct fixture *f = *state;
	char *text = mem_alloc(WIRE_LINE_MAX + 1);
	memset(text, 'a', WIRE_LINE_MAX);
	json_t *line = wire_line("offer");
	json_object_set_new(line, "p", json_string(text));
	wire_send(f->a.w, line);
	free(text);
	assert_int_equal(wire_unsent(f->a.w), 0);
	assert_int_equal(wire_n_bad(f->a.w), 1);
}

static void writing_to_the_dead_is_no_signal_but_an_end(void **state)
{
	struct fixture *f = *state;
	signal(SIGPIPE, SIG_DFL);
	close(f->b);
	f->b = -1;
	wire_send(f->a.w, wire_line("x"));
	assert_int_equal(wire_flush(f->a.w, 100), -1);
	turn(f, 5);
	assert_int_equal(f->a.n_ends, 1);
}

static void flush_waits_no_longer_than_told(void **state)
{
	struct fixture *f = *state;
	char *text = mem_alloc(100001);
	memset(text, 'a', 100000);
	for (int i = 0; i < 20; i++) {
		json_t *line = wire_line("x");
		json_object_set_new(line, "p", json_string(text));
		wire_send(f->a.w, line);
	}
	free(text);
	assert_int_equal(wire_flush(f->a.w, 50), -1);
	assert_true(wire_unsent(f->a.w) > 0);
	assert_int_equal(f->a.n_ends, 0);
}

static void a_peer_that_never_reads_is_given_up(void **state)
{
	struct fixture *f = *state;
	char *text = mem_alloc(200001);
	memset(text, 'a', 200000);
	for (size_t i = 0; i < WIRE_UNSENT_MAX / 200000 + 2; i++) {
		json_t *line = wire_line("x");
		json_object_set_new(line, "p", json_string(text));
		wire_send(f->a.w, line);
	}
	free(text);
	turn(f, 5);
	assert_int_equal(f->a.n_ends, 1);
}

static void a_descriptor_travels_with_its_line(void **state)
{
	(void)state;
	int socks[2], pair[2], fd = -1;
	json_t *line = NULL;
	assert_int_equal(wire_handover_pair(socks), 0);
	assert_int_equal(wire_pair(pair), 0);
	assert_int_equal(wire_recv_fd(socks[1], &fd, &line), 0);
	assert_int_equal(errno, EAGAIN);
	json_t *peer = wire_line("peer");
	json_object_set_new(peer, "role", json_string("front"));
	assert_int_equal(wire_send_fd(socks[0], pair[0], peer), 0);
	assert_int_equal(wire_recv_fd(socks[1], &fd, &line), 1);
	assert_string_equal(js_str(line, "role", ""), "front");
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	put(fd, "!", 1);
	char c;
	assert_int_equal(recv(pair[1], &c, 1, 0), 1);
	json_decref(line);
	close(fd);
	close(pair[0]);
	close(pair[1]);
	close(socks[0]);
	assert_int_equal(wire_recv_fd(socks[1], &fd, &line), 0);
	assert_int_equal(errno, 0);
	close(socks[1]);
}

static int count_fds(void)
{
	int n = 0;
	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void bad_handovers_are_skipped_and_leak_nothing(void **state)
{
	(void)state;
	int socks[2], fd = -1;
	json_t *line = NULL;
	assert_int_equal(wire_handover_pair(socks), 0);
	int before = count_fds();
	assert_int_equal(send(socks[0], "{\"t\":\"peer\"}", 12, 0), 12);
	assert_int_equal(wire_recv_fd(socks[1], &fd, &line), -1);
	assert_int_equal(wire_send_fd(socks[0], 1, json_object()), 0);
	assert_int_equal(wire_recv_fd(socks[1], &fd, &line), -1);
	assert_int_equal(wire_send_fd(socks[0], 1, json_array()), 0);
	assert_int_equal(wire_recv_fd(socks[1], &fd, &line), -1);
	assert_int_equal(count_fds(), before);
	close(socks[0]);
	close(socks[1]);
}

int main(void)
{
#define WIRE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WIRE_TEST(lines_cut_anywhere_arrive_whole),
		WIRE_TEST(bad_lines_are_counted_and_end_nothing),
		WIRE_TEST(
			the_longest_line_passes_and_one_more_byte_costs_itself),
		WIRE_TEST(the_end_comes_once_after_every_line),
		WIRE_TEST(a_paused_wire_keeps_lines_and_the_end),
		WIRE_TEST(a_wire_freed_in_its_handler_is_left_alone),
		WIRE_TEST(a_talker_does_not_starve_the_others),
		WIRE_TEST(what_is_not_read_stops_at_the_ceiling),
		WIRE_TEST(sent_lines_arrive_and_drain_is_told),
		WIRE_TEST(a_line_of_ours_above_the_ceiling_is_dropped),
		WIRE_TEST(writing_to_the_dead_is_no_signal_but_an_end),
		WIRE_TEST(flush_waits_no_longer_than_told),
		WIRE_TEST(a_peer_that_never_reads_is_given_up),
		cmocka_unit_test(a_descriptor_travels_with_its_line),
		cmocka_unit_test(bad_handovers_are_skipped_and_leak_nothing)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
