/* SPDX-License-Identifier: EUPL-1.2 */
/* Polls of the collector, without engine and pacing (polls.sh starts the
 * server and compares with curl):
 *
 *   bench-polls BASE N [PARALLEL [read]]
 *
 * N polls of SOURCES_MAX sources, BASE/0.json and so on, each a document of one
 * offer as polls.yaml reads it, at most PARALLEL (20) at a time: fetched,
 * split, mapped, normalised and written as offer lines. With "read", what
 * offers say in words is understood too (signals, quality, trade). Prints
 * milliseconds passed and milliseconds of processor; fails unless every poll
 * gave its offer. */
#include "collector/poller.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/lexicon.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/refdata.h>
#include <etrier/source.h>
#include <etrier/str.h>
#include <etrier/trade.h>
#include <etrier/ynode.h>

#include <curl/curl.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char map_file[] = "tests/bench/polls.yaml";

/* Bytes of an offer line; that of the documents is longer. */
#define OFFER_MIN 1000

struct bench {
	struct event_base *base;
	struct poller *poller;
	struct event *more;
	int64_t n, n_asked, n_ended, n_ok, n_offers;
	int64_t turn;
	bool in_hand[SOURCES_MAX];
};

/* The next source that is not polled; where a machine is busy, one poll may
 * take as long as a hundred others. */
static void ask_one(struct bench *b)
{
	while (b->in_hand[b->turn % SOURCES_MAX])
		b->turn++;
	int64_t which = b->turn++ % SOURCES_MAX;
	b->in_hand[which] = true;
	b->n_asked++;
	char *name = mem_printf("s%" PRId64, which);
	json_t *line = json_pack("{s:s, s:I, s:s}", "t", "poll", "id", which,
				 "source", name);
	poller_poll(b->poller, line);
	json_decref(line);
	free(name);
}

/* Half of the sources wait at a time. A poll ends inside the poller; the next
 * is asked for outside. */
static void on_more(evutil_socket_t fd, short what, void *ctx)
{
	struct bench *b = ctx;
	(void)fd;
	(void)what;
	while (b->n_asked < b->n && b->n_asked - b->n_ended < SOURCES_MAX / 2)
		ask_one(b);
}

/* The number of a poll is that of its source. */
static void end_one(struct bench *b, const char *line)
{
	static const char id[] = "\"poll\":";
	bool is_good = strstr(line, "\"result\":\"ok\"") &&
		       strstr(line, "\"good\":1,");
	const char *at = strstr(line, id);
	size_t which = 0;
	/* The first says what the others are about. */
	if (!is_good && b->n_ok == b->n_ended)
		fprintf(stderr, "bench-polls: %s\n", line);
	b->n_ok += is_good;
	for (at += sizeof(id) - 1; *at >= '0' && *at <= '9'; at++)
		which = which * 10 + (size_t)(*at - '0');
	b->in_hand[which % SOURCES_MAX] = false;
}

static void on_line(void *ctx, const char *type, const struct buf *line)
{
	struct bench *b = ctx;
	if (str_eq(type, "offer")) {
		b->n_offers += line->len > OFFER_MIN;
	} else {
		end_one(b, line->data);
		if (++b->n_ended == b->n)
			event_base_loopbreak(b->base);
		else
			event_active(b->more, 0, 0);
	}
}

static size_t unsent(void *ctx)
{
	(void)ctx;
	return 0;
}

static json_t *read_map(void)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_load(&a, map_file, &d);
	json_t *source = root ? source_read(root, NULL, "", &d) : NULL;
	diags_print(&d, stderr);
	diags_clear(&d);
	arena_clear(&a);
	return source;
}

static void read_lexicon(json_t *out, const char *key, const char *file,
			 enum lexicon_what what, struct diags *d)
{
	struct arena a;
	arena_init(&a);
	struct ynode *root = ynode_load_partly(&a, file, d);
	json_t *v = root ? lexicon_read(root, what, d) : NULL;
	if (v)
		json_object_set_new(out, key, v);
	arena_clear(&a);
}

/* trades NULL: offers are not read. */
static struct poll_config *config(const char *url, int64_t parallel,
				  const struct refdata *rd,
				  const struct trade_finder *trades)
{
	struct diags d;
	json_t *map = read_map();
	json_t *lexicons = json_object();
	json_t *sources = json_object();
	for (int i = 0; map && i < SOURCES_MAX; i++) {
		char *name = mem_printf("s%d", i);
		char *address = mem_printf("%s/%d.json", url, i);
		json_t *source = json_copy(map);
		js_put_str(source, "name", name);
		js_put_str(source, "url", address);
		json_object_set_new(source, "allow_private", json_true());
		json_object_set_new(source, "min_interval_ms", json_integer(0));
		json_object_set_new(sources, name, source);
		free(name);
		free(address);
	}
	json_decref(map);
	diags_init(&d);
	if (trades) {
		read_lexicon(lexicons, "signals", "conf/signals.yaml",
			     LEXICON_SIGNALS, &d);
		read_lexicon(lexicons, "quality", "conf/quality.yaml",
			     LEXICON_QUALITY, &d);
	}
	json_t *all = json_pack("{s:{s:I, s:I}, s:o, s:o}", "collector",
				"max_parallel", parallel, "per_host", parallel,
				"sources", sources, "lexicons", lexicons);
	struct poll_config *c = map && !d.n_errors
					? poll_config_new(all, rd, trades, &d)
					: NULL;
	diags_print(&d, stderr);
	diags_clear(&d);
	json_decref(all);
	return c;
}

static int64_t processor_ms(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

static int run(const char *url, int64_t n, int64_t parallel, bool reads)
{
	struct err err = {0};
	struct bench b = {.base = event_base_new(), .n = n};
	const struct poller_out out = {on_line, unsent, &b};
	struct refdata *rd = refdata_load("conf/refdata", &err);
	struct trade_finder *trades = rd && reads ? trade_finder_new(rd) : NULL;
	struct poll_config *c = rd ? config(url, parallel, rd, trades) : NULL;
	if (!rd || !c) {
		fprintf(stderr, "bench-polls: %s\n", err.text);
		return 1;
	}
	b.poller = poller_new(b.base, clock_system(), rd, &out);
	b.more = event_new(b.base, -1, 0, on_more, &b);
	poller_use(b.poller, c);
	int64_t began = clock_mono_ms(clock_system()), used = processor_ms();
	event_active(b.more, 0, 0);
	event_base_dispatch(b.base);
	printf("%" PRId64 " %" PRId64 "\n",
	       clock_mono_ms(clock_system()) - began, processor_ms() - used);
	poller_stop(b.poller);
	poller_free(b.poller);
	event_free(b.more);
	event_base_free(b.base);
	trade_finder_free(trades);
	refdata_free(rd);
	if (b.n_ok == n && b.n_offers == n)
		return 0;
	fprintf(stderr,
		"bench-polls: %" PRId64 " good polls, %" PRId64
		" offers of %" PRId64 "\n",
		b.n_ok, b.n_offers, n);
	return 1;
}

int main(int argc, char **argv)
{
	int64_t n, parallel = 20;
	if (argc < 3 || num_parse_int(argv[2], 1, 100000, &n) ||
	    (argc > 3 && num_parse_int(argv[3], 1, 1000, &parallel)) ||
	    (argc > 4 && !str_eq(argv[4], "read"))) {
		fprintf(stderr,
			"usage: bench-polls BASE N [PARALLEL [read]]\n");
		return 2;
	}
	log_open("bench", LOG_ERROR);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int rc = run(argv[1], n, parallel, argc > 4);
	curl_global_cleanup();
	return rc;
}
