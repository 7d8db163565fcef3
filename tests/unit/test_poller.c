/* SPDX-License-Identifier: EUPL-1.2 */
/* Polls against a server that misbehaves (tests/fake/bad_http.c): every poll
 * ends with one `polled`, nothing but a whole feed is ever called complete, and
 * no trick costs more than its own poll. */
#include "collector/poller.h"

#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <curl/curl.h>
#include <event2/event.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { OFFERS = 40, WAIT_S = 20 };

/* The sanitizer keeps freed memory on purpose: its figures mean nothing. */
#if defined(__SANITIZE_ADDRESS__)
static const bool measures_memory = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
static const bool measures_memory = false;
#else
static const bool measures_memory = true;
#endif
#else
static const bool measures_memory = true;
#endif

struct setting {
	struct event_base *base;
	struct poller *poller;
	json_t *polled; /* the last one */
	int n_polled, n_offers;
	json_t *first; /* first offer line */
	size_t unsent; /* what the engine would still have to read */
	size_t unsent_top;
	struct event *slow; /* a slow engine: takes lines now and then */
};

static struct refdata *refdata;
static pid_t server;
static int port;

static int start_server(void **state)
{
	int out[2];
	char text[40] = "";
	struct err err;
	(void)state;
	log_open("test", LOG_ERROR);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	refdata = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	if (!refdata || pipe(out))
		return -1;
	server = fork();
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], 1);
		execl(BUILD_DIR "/tests/etrier-bad-http", "etrier-bad-http",
		      (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	if (read(out[0], text, sizeof(text) - 1) <= 0 ||
	    sscanf(text, "port %d", &port) != 1)
		return -1;
	close(out[0]);
	return 0;
}

static int stop_server(void **state)
{
	(void)state;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	refdata_free(refdata);
	curl_global_cleanup();
	return 0;
}

static void on_line(void *ctx, const char *type, const struct buf *text)
{
	struct setting *s = ctx;
	struct err err = {0};
	json_t *line = js_parse(text->data, text->len, &err);
	assert_string_equal(err.text, "");
	assert_string_equal(js_str(line, "t", ""), type);
	if (str_eq(type, "polled")) {
		json_decref(s->polled);
		s->polled = line;
		s->n_polled++;
		event_base_loopbreak(s->base);
		return;
	}
	s->n_offers++;
	if (s->slow) {
		s->unsent += text->len + 1;
		if (s->unsent > s->unsent_top)
			s->unsent_top = s->unsent;
	}
	if (!s->first)
		s->first = json_incref(line);
	json_decref(line);
}

static size_t unsent(void *ctx)
{
	const struct setting *s = ctx;
	return s->unsent;
}

/* One source "s" at this path; `more` is an object of members of its own. */
static struct poll_config *config(const char *path, const char *more,
				  int transfer_s, int deadline_s)
{
	struct err err;
	struct diags d;
	diags_init(&d);
	char *text = mem_printf(
		"{\"collector\":{\"max_parallel\":8,\"per_host\":2,"
		"\"connect_timeout_s\":3,\"user_agent\":\"test\","
		"\"transfer_timeout_s\":%d,\"poll_deadline_s\":%d},"
		"\"sources\":{\"s\":{\"name\":\"s\",\"kind\":\"json\","
		"\"url\":\"http://127.0.0.1:%d%s\",\"records\":\"offers\","
		"\"count\":\"count\",\"delivers\":\"complete\",\"map\":\"m1\","
		"\"max_bytes\":4194304,\"max_offers\":20000,"
		"\"max_record_bytes\":65536,\"min_interval_ms\":0,"
		"\"expires_days\":0,\"fields\":{"
		"\"ref\":{\"paths\":[\"id\"]},\"title\":{\"paths\":[\"title\"]},"
		"\"rome\":{\"paths\":[\"rome\"]},"
		"\"place.city\":{\"paths\":[\"city\"]},"
		"\"place.postcode\":{\"paths\":[\"cp\"]},"
		"\"description\":{\"paths\":[\"text\"]}}}}}",
		transfer_s, deadline_s, port, path);
	json_t *v = js_parse(text, strlen(text), &err);
	if (!v)
		fail_msg("%s in %s", err.text, text);
	json_t *source = json_object_get(json_object_get(v, "sources"), "s");
	json_t *extra = js_parse(more, strlen(more), &err);
	assert_non_null(extra);
	json_object_set_new(source, "allow_private", json_true());
	json_object_update(source, extra);
	json_decref(extra);
	struct poll_config *c = poll_config_new(v, refdata, NULL, &d);
	assert_non_null(c);
	json_decref(v);
	free(text);
	diags_clear(&d);
	return c;
}

static void begin(struct setting *s, struct poll_config *c)
{
	const struct poller_out out = {on_line, unsent, s};
	*s = (struct setting){.base = event_base_new()};
	s->poller = poller_new(s->base, clock_system(), refdata, &out);
	poller_use(s->poller, c);
}

static void end(struct setting *s)
{
	poller_stop(s->poller);
	poller_free(s->poller);
	if (s->slow)
		event_free(s->slow);
	event_base_free(s->base);
	json_decref(s->polled);
	json_decref(s->first);
}

static void send_poll(struct setting *s, const char *members)
{
	struct err err;
	char *text = mem_printf("{\"t\":\"poll\",\"id\":7,\"source\":\"s\"%s}",
				members);
	json_t *line = js_parse(text, strlen(text), &err);
	assert_non_null(line);
	poller_poll(s->poller, line);
	json_decref(line);
	free(text);
}

static void wait_polled(struct setting *s)
{
	const struct timeval tv = {WAIT_S, 0};
	int before = s->n_polled;
	event_base_loopexit(s->base, &tv);
	event_base_dispatch(s->base);
	assert_int_equal(s->n_polled, before + 1);
	assert_int_equal(js_int(s->polled, "poll", 0), 7);
	assert_string_equal(js_str(s->polled, "source", ""), "s");
}

static void poll_path(struct setting *s, const char *path, const char *more)
{
	begin(s, config(path, more, 4, 15));
	send_poll(s, "");
	wait_polled(s);
}

static void test_a_good_feed_is_read_whole(void **state)
{
	struct setting s;
	poll_path(&s, "/good", "{}");
	(void)state;
	assert_string_equal(js_str(s.polled, "result", ""), "ok");
	assert_true(js_bool(s.polled, "complete", false));
	assert_int_equal(s.n_offers, OFFERS);
	assert_int_equal(js_int(s.polled, "good", 0), OFFERS);
	assert_int_equal(js_int(s.polled, "declared", 0), OFFERS);
	assert_int_equal(js_int(s.polled, "http", 0), 200);
	/* the map, and how words are understood */
	assert_true(str_starts(js_str(s.polled, "cursor", ""), "m1."));
	assert_int_equal(strlen(js_str(s.polled, "body_hash", "")), 32);
	const json_t *o = json_object_get(s.first, "offer");
	assert_string_equal(js_str(o, "source", ""), "s");
	assert_string_equal(js_str(json_object_get(o, "place"), "insee", ""),
			    "93048");
	end(&s);
}

static void test_nothing_but_a_whole_feed_is_complete(void **state)
{
	static const struct {
		const char *path, *error; /* a piece of it */
		int64_t http;
	} rows[] = {
		{"/half", "", 200},
		{"/cut", "cut", 200},
		{"/empty", "empty", 200},
		{"/nocontent", "no content", 204},
		{"/html", "web page", 200},
		{"/broken", "", 200},
		{"/http500", "answered 500", 500},
		{"/absent", "answered 404", 404},
		{"/notmodified", "answered 304", 304},
		{"/bomb", "max_bytes", 200},
		{"/endless", "20000", 200},
		{"/headers", "", -1},
		{"/drip", "", 200},
		{"/silent", "", 0},
		{"/loop", "redirects", 302},
		{"/to-file", "", 302},
		{"/to-metadata", "not on the public internet", 302},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct setting s;
		poll_path(&s, rows[i].path, "{}");
		const char *error = js_str(s.polled, "error", "");
		bool good = str_eq(js_str(s.polled, "result", ""), "failed") &&
			    !js_bool(s.polled, "complete", true) && *error &&
			    strstr(error, rows[i].error) &&
			    !json_object_get(s.polled, "cursor") &&
			    (rows[i].http < 0 ||
			     js_int(s.polled, "http", 0) == rows[i].http);
		if (!good) {
			json_dumpf(s.polled, stderr, 0);
			fail_msg("%s", rows[i].path);
		}
		end(&s);
	}
}

static void test_one_byte_at_a_time_gives_the_same_offers(void **state)
{
	struct setting a;
	poll_path(&a, "/good", "{}");
	struct setting b;
	poll_path(&b, "/bytes", "{}");
	(void)state;
	assert_string_equal(js_str(b.polled, "result", ""), "ok");
	assert_int_equal(b.n_offers, OFFERS);
	assert_true(json_equal(a.first, b.first));
	assert_string_equal(js_str(a.polled, "body_hash", "a"),
			    js_str(b.polled, "body_hash", "b"));
	end(&a);
	end(&b);
}

static void test_retry_after_is_handed_on_and_holds_the_host(void **state)
{
	struct setting s;
	poll_path(&s, "/later", "{}");
	(void)state;
	assert_int_equal(js_int(s.polled, "http", 0), 429);
	assert_int_equal(js_int(s.polled, "retry_after_s", 0), 120);
	send_poll(&s, "");
	const struct timeval tv = {0, 300000};
	event_base_loopexit(s.base, &tv);
	event_base_dispatch(s.base);
	assert_int_equal(s.n_polled, 1); /* it waits */
	assert_int_equal(poller_n_polls(s.poller), 1);
	end(&s);
}

/* The first page is good, the second never: asked again three times, each time
 * later (1, 4 and 9 s), then the poll has failed. */
static void test_a_page_that_always_fails_ends_the_poll(void **state)
{
	struct setting s;
	(void)state;
	begin(&s, config("/then500",
			 "{\"count\":\"absent\",\"paging\":{\"by\":\"link\","
			 "\"max_pages\":9}}",
			 4, 60));
	send_poll(&s, "");
	wait_polled(&s);
	assert_string_equal(js_str(s.polled, "result", ""), "failed");
	assert_int_equal(js_int(s.polled, "http", 0), 500);
	assert_false(js_bool(s.polled, "complete", true));
	assert_null(json_object_get(s.polled, "cursor"));
	assert_int_equal(s.n_offers, OFFERS);
	assert_in_range(js_int(s.polled, "ms", 0), 14000, 19000);
	end(&s);
}

static void test_a_redirect_within_the_rules_is_followed(void **state)
{
	struct setting s;
	poll_path(&s, "/to-good", "{}");
	(void)state;
	assert_string_equal(js_str(s.polled, "result", ""), "ok");
	end(&s);
	poll_path(&s, "/to-good",
		  "{\"secret_headers\":{\"authorization\":\"x\"}}");
	assert_string_equal(js_str(s.polled, "result", ""), "failed");
	assert_non_null(
		strstr(js_str(s.polled, "error", ""), "follows no redirect"));
	end(&s);
}

static void test_a_private_address_needs_permission(void **state)
{
	struct setting s;
	poll_path(&s, "/good", "{\"allow_private\":false}");
	(void)state;
	assert_string_equal(js_str(s.polled, "result", ""), "failed");
	assert_string_equal(js_str(s.polled, "kind", ""), "config");
	assert_int_equal(s.n_offers, 0);
	end(&s);
}

static void test_conditional_requests_follow_the_map(void **state)
{
	struct setting s;
	poll_path(&s, "/etag", "{}");
	(void)state;
	assert_string_equal(js_str(s.polled, "etag", ""), "\"v1\"");
	assert_int_equal(s.n_offers, OFFERS);
	char *more = mem_printf(",\"etag\":\"\\\"v1\\\"\",\"cursor\":\"%s\"",
				js_str(s.polled, "cursor", ""));
	send_poll(&s, more);
	free(more);
	wait_polled(&s);
	assert_string_equal(js_str(s.polled, "result", ""), "unchanged");
	assert_false(js_bool(s.polled, "complete", true));
	assert_string_equal(js_str(s.polled, "etag", ""), "\"v1\"");
	assert_int_equal(s.n_offers, OFFERS);
	/* the source file changed since: everything is asked for again */
	send_poll(&s, ",\"etag\":\"\\\"v1\\\"\",\"cursor\":\"m0\"");
	wait_polled(&s);
	assert_string_equal(js_str(s.polled, "result", ""), "ok");
	assert_int_equal(s.n_offers, 2 * OFFERS);
	end(&s);
}

static void test_what_is_due_is_looked_up_beside_an_unchanged_list(void **state)
{
	struct setting s;
	char *more = mem_printf("{\"detail\":{\"url\":\"http://127.0.0.1:%d"
				"/{ref}\",\"records\":\"offers\"}}",
				port);
	(void)state;
	poll_path(&s, "/etag", more);
	free(more);
	more = mem_printf(",\"check\":[\"good\",\"absent\"],"
			  "\"etag\":\"\\\"v1\\\"\",\"cursor\":\"%s\"",
			  js_str(s.polled, "cursor", ""));
	send_poll(&s, more);
	free(more);
	wait_polled(&s);
	assert_string_equal(js_str(s.polled, "result", ""), "unchanged");
	assert_int_equal(s.n_offers, 2 * OFFERS);
	assert_int_equal(js_int(s.polled, "good", 0), OFFERS);
	const json_t *gone = json_object_get(s.polled, "gone");
	assert_int_equal(json_array_size(gone), 1);
	assert_string_equal(json_string_value(json_array_get(gone, 0)),
			    "absent");
	assert_string_equal(js_str(s.polled, "etag", ""), "\"v1\"");
	end(&s);
}

/* Handles are used again: nothing of one transfer is seen in the next. */
static void test_an_answer_s_headers_are_its_own(void **state)
{
	struct setting s;
	(void)state;
	poll_path(&s, "/etag", "{\"headers\":{\"If-None-Match\":\"x\"}}");
	assert_non_null(js_str(s.polled, "etag", NULL));
	assert_non_null(js_str(s.polled, "last_modified", NULL));
	poller_use(s.poller, config("/good", "{}", 4, 15));
	send_poll(&s, "");
	wait_polled(&s);
	assert_string_equal(js_str(s.polled, "result", ""), "ok");
	assert_null(js_str(s.polled, "etag", NULL));
	assert_null(js_str(s.polled, "last_modified", NULL));
	/* nor is a body: this server answers GET only */
	poller_use(s.poller, config("/good", "{\"json\":{\"a\":1}}", 4, 15));
	send_poll(&s, "");
	wait_polled(&s);
	assert_string_equal(js_str(s.polled, "result", ""), "failed");
	poller_use(s.poller, config("/good", "{}", 4, 15));
	send_poll(&s, "");
	wait_polled(&s);
	assert_string_equal(js_str(s.polled, "result", ""), "ok");
	/* a header of the one is not sent for the other */
	poller_use(s.poller, config("/etag",
				    "{\"headers\":{\"If-None-Match\":"
				    "\"\\\"v1\\\"\"}}",
				    4, 15));
	send_poll(&s, "");
	wait_polled(&s);
	assert_int_equal(js_int(s.polled, "http", 0), 304);
	poller_use(s.poller, config("/etag", "{}", 4, 15));
	send_poll(&s, "");
	wait_polled(&s);
	assert_int_equal(js_int(s.polled, "http", 0), 200);
	end(&s);
}

static void test_a_hostile_validator_adds_no_header(void **state)
{
	struct setting s;
	(void)state;
	begin(&s, config("/etag", "{}", 4, 15));
	send_poll(&s, ",\"cursor\":\"m1\",\"etag\":\"x\\r\\nIf-None-Match: "
		      "\\\"v1\\\"\"");
	wait_polled(&s);
	assert_string_equal(js_str(s.polled, "result", ""), "ok");
	end(&s);
}

static void test_unknown_sources_and_second_polls_are_answered(void **state)
{
	struct setting s;
	struct err err;
	static const char other[] =
		"{\"t\":\"poll\",\"id\":9,\"source\":\"nobody\"}";
	(void)state;
	begin(&s, config("/good", "{}", 4, 15));
	json_t *line = js_parse(other, strlen(other), &err);
	poller_poll(s.poller, line);
	json_decref(line);
	assert_int_equal(s.n_polled, 1);
	assert_int_equal(js_int(s.polled, "poll", 0), 9);
	assert_string_equal(js_str(s.polled, "result", ""), "failed");
	send_poll(&s, "");
	send_poll(&s, "");
	assert_int_equal(s.n_polled, 2);
	assert_non_null(strstr(js_str(s.polled, "error", ""), "in hand"));
	wait_polled(&s);
	assert_string_equal(js_str(s.polled, "result", ""), "ok");
	end(&s);
}

static void test_stop_answers_every_poll_in_hand(void **state)
{
	struct setting s;
	(void)state;
	begin(&s, config("/silent", "{}", 4, 15));
	send_poll(&s, "");
	const struct timeval tv = {0, 200000};
	event_base_loopexit(s.base, &tv);
	event_base_dispatch(s.base);
	assert_int_equal(poller_n_polls(s.poller), 1);
	poller_stop(s.poller);
	assert_int_equal(poller_n_polls(s.poller), 0);
	assert_int_equal(s.n_polled, 1);
	assert_string_equal(js_str(s.polled, "result", ""), "failed");
	end(&s);
}

static void test_no_poll_outlives_its_deadline(void **state)
{
	struct setting s;
	(void)state;
	begin(&s, config("/silent", "{}", 60, 2));
	send_poll(&s, "");
	int64_t before = clock_mono_ms(clock_system());
	wait_polled(&s);
	/* Of 2 s; the next limit is that of the transfer, 60 s. */
	assert_true(clock_mono_ms(clock_system()) - before < 1000 * WAIT_S);
	assert_non_null(strstr(js_str(s.polled, "error", ""), "deadline"));
	end(&s);
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	usleep(400000);
	send_poll(ctx, "");
}

/* A turn of the loop that began long ago reckons from its beginning: curl's
 * timer is then early, and what it found too early must be looked for again. */
static void test_a_busy_loop_loses_no_time_out(void **state)
{
	const struct timeval now = {0, 0};
	struct setting s;
	(void)state;
	begin(&s, config("/silent", "{}", 1, 6));
	event_base_once(s.base, -1, EV_TIMEOUT, on_late, &s, &now);
	wait_polled(&s);
	assert_null(strstr(js_str(s.polled, "error", ""), "deadline"));
	assert_non_null(strstr(js_str(s.polled, "error", ""), "imed out"));
	end(&s);
}

/* A slow engine: 64 KiB leave every 5 ms. */
static void on_slow(evutil_socket_t fd, short what, void *ctx)
{
	struct setting *s = ctx;
	(void)fd;
	(void)what;
	s->unsent -= s->unsent > 65536 ? 65536 : s->unsent;
}

static void test_a_slow_engine_stops_the_transfer_not_the_memory(void **state)
{
	struct setting s;
	const struct timeval tick = {0, 5000};
	struct rusage before, after;
	(void)state;
	begin(&s, config("/endless", "{}", 4, 15));
	s.slow = event_new(s.base, -1, EV_PERSIST, on_slow, &s);
	event_add(s.slow, &tick);
	getrusage(RUSAGE_SELF, &before);
	send_poll(&s, "");
	wait_polled(&s);
	getrusage(RUSAGE_SELF, &after);
	assert_string_equal(js_str(s.polled, "result", ""), "failed");
	assert_true(s.n_offers > 10000);
	/* one write of curl (16 KiB of feed) beyond the mark, no more */
	assert_in_range(s.unsent_top, POLLER_UNSENT_MAX,
			POLLER_UNSENT_MAX + 256 * 1024);
	if (measures_memory)
		assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_feed_is_read_whole),
		cmocka_unit_test(test_nothing_but_a_whole_feed_is_complete),
		cmocka_unit_test(test_one_byte_at_a_time_gives_the_same_offers),
		cmocka_unit_test(
			test_retry_after_is_handed_on_and_holds_the_host),
		cmocka_unit_test(test_a_page_that_always_fails_ends_the_poll),
		cmocka_unit_test(test_a_redirect_within_the_rules_is_followed),
		cmocka_unit_test(test_a_private_address_needs_permission),
		cmocka_unit_test(test_conditional_requests_follow_the_map),
		cmocka_unit_test(
			test_what_is_due_is_looked_up_beside_an_unchanged_list),
		cmocka_unit_test(test_an_answer_s_headers_are_its_own),
		cmocka_unit_test(test_a_hostile_validator_adds_no_header),
		cmocka_unit_test(
			test_unknown_sources_and_second_polls_are_answered),
		cmocka_unit_test(test_stop_answers_every_poll_in_hand),
		cmocka_unit_test(test_no_poll_outlives_its_deadline),
		cmocka_unit_test(test_a_busy_loop_loses_no_time_out),
		cmocka_unit_test(
			test_a_slow_engine_stops_the_transfer_not_the_memory),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
