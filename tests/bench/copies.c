/* SPDX-License-Identifier: EUPL-1.2 */
/* Figures of finding copies, printed, never judged:
 *   bench-copies [OFFERS]        (10000)
 * So many offers of one employer in one commune, with the paragraph that all
 * posts of a house share, beside as many offers of as many employers; each
 * twice, from two sources. One run, one store in memory each, nobody to match:
 * what is timed is storing, keys and comparisons. Everything is invented. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/live.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/polls.h>
#include <etrier/refdata.h>
#include <etrier/rules.h>
#include <etrier/store.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct err err;

static void must(int rc)
{
	if (rc == 0)
		return;
	fprintf(stderr, "bench-copies: %s\n", err.text);
	exit(1);
}

static const char *const words[] = {
	"préparer", "livrer",  "ranger",  "accueillir", "compter",   "nettoyer",
	"client",   "produit", "machine", "équipe",	"matin",     "stock",
	"commande", "atelier", "rayon",	  "véhicule",	"outil",     "plan",
	"mesure",   "dossier", "soin",	  "légume",	"tissu",     "moteur",
	"câble",    "mur",     "jardin",  "livraison",	"téléphone", "caisse",
	"clavier",  "presse",
};
static const char house[] =
	"Notre maison emploie des femmes et des hommes qui aiment leur métier. "
	"Nous formons, nous accompagnons et nous faisons confiance dès le "
	"premier jour. Rejoindre la maison, c’est choisir une équipe, des "
	"avantages et une histoire qui dure depuis des générations. ";

/* The text of offer i: the same for both sources but for the last words. */
static json_t *description(uint64_t i, bool with_house, bool is_copy)
{
	struct buf b;
	uint64_t x = i * UINT64_C(0x9e3779b97f4a7c15) + 1;
	buf_init(&b, 16384);
	buf_adds(&b, with_house ? house : "");
	for (int n = 0; n < 150; n++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		buf_printf(&b, "%s ", words[x % ARRAY_LEN(words)]);
	}
	buf_adds(&b, is_copy ? "postulez en ligne" : "à bientôt");
	json_t *v = json_string(b.data);
	buf_clear(&b);
	return v;
}

static json_t *offer(int64_t i, bool is_one, const char *source, bool is_copy)
{
	json_t *v = json_pack(
		"{s:s,s:o,s:s,s:s,s:[s],s:{s:o},s:{s:s,s:s,s:s,s:f,s:f},"
		"s:o,s:o}",
		"source", source, "ref",
		json_sprintf("%s%lld", source, (long long)i), "title",
		"Vendeur H/F", "kind", "permanent", "rome", "D1106", "employer",
		"name",
		is_one ? json_string("Maison Inventée")
		       : json_sprintf("Maison Inventée %c%c%c%c",
				      (int)('a' + i % 26),
				      (int)('a' + i / 26 % 26),
				      (int)('a' + i / 676 % 26),
				      (int)('a' + i / 17576 % 26)),
		"place", "precision", "commune", "insee", "93048", "city",
		"Montreuil", "lat", 48.8638, "lon", 2.4485, "url",
		json_sprintf("https://%s.example/%lld", source, (long long)i),
		"description", description((uint64_t)i, is_one, is_copy));
	BUG_ON(!v);
	return v;
}

struct bench {
	struct store *store;
	struct live *live;
	struct polls *polls;
	json_t *asked;
};

static void keep(void *ctx, json_t *line_take)
{
	json_array_append_new(ctx, line_take);
}

static void open_bench(struct bench *b, const struct refdata *rd)
{
	struct store_keys keys = {.n_needs = 1};
	struct diags d;
	diags_init(&d);
	b->asked = json_array();
	must(store_open(":memory:", &keys, &b->store, &err));
	b->live = live_new(b->store, rd, clock_system(),
			   rules_compile_json(NULL, NULL, &d));
	b->polls =
		polls_new(b->store, b->live, clock_system(),
			  &(struct polls_ops){.send = keep, .ctx = b->asked});
	diags_clear(&d);
	json_t *conf = json_pack("{s:{s:s},s:{s:s}}", "one", "kind", "json",
				 "two", "kind", "json");
	must(polls_configure(b->polls, conf, 0, &err));
	json_decref(conf);
	polls_collector_up(b->polls);
	must(polls_tick(b->polls, &err));
}

static void close_bench(struct bench *b)
{
	polls_free(b->polls);
	live_free(b->live);
	store_close(b->store);
	json_decref(b->asked);
}

/* Offers from..to of one source; milliseconds. */
static int64_t poll(struct bench *b, const char *source, bool is_one,
		    int64_t from, int64_t to)
{
	int64_t id = -1, took = 0;
	size_t k;
	json_t *line;
	json_array_foreach(b->asked, k, line)
	{
		if (str_eq(js_str(line, "source", ""), source))
			id = js_int(line, "id", -1);
	}
	for (int64_t i = from; i < to; i++) {
		json_t *v = json_pack(
			"{s:I,s:s,s:o}", "poll", id, "source", source, "offer",
			offer(i, is_one, source, str_eq(source, "two")));
		int64_t start = clock_mono_ms(clock_system());
		must(polls_line(b->polls, "offer", v, &err));
		took += clock_mono_ms(clock_system()) - start;
		json_decref(v);
	}
	int64_t start = clock_mono_ms(clock_system());
	while (polls_has_waiting(b->polls))
		must(polls_flush(b->polls, &err));
	return took + clock_mono_ms(clock_system()) - start;
}

static int64_t run(const struct refdata *rd, int64_t n, bool is_one)
{
	struct bench b;
	struct polls_stats st;
	struct live_stats l;
	open_bench(&b, rd);
	int64_t half = poll(&b, "one", is_one, 0, n / 2);
	int64_t rest = poll(&b, "one", is_one, n / 2, n);
	int64_t copies = poll(&b, "two", is_one, 0, n);
	polls_stats(b.polls, &st);
	live_stats(b.live, &l);
	printf("%-20s first half %6lld ms, second half %6lld ms, copies "
	       "%6lld ms; %lld joined, %zu posts\n",
	       is_one ? "one employer" : "as many employers", (long long)half,
	       (long long)rest, (long long)copies, (long long)st.offers_joined,
	       l.offers);
	close_bench(&b);
	return half + rest;
}

int main(int argc, char **argv)
{
	int64_t n = 10000;
	if (argc > 1 && num_parse_int(argv[1], 10, 400000, &n)) {
		fprintf(stderr, "usage: bench-copies [OFFERS]\n");
		return 2;
	}
	struct refdata *rd = refdata_load("conf/refdata", &err);
	must(rd ? 0 : -1);
	printf("%lld offers, seed 1\n", (long long)n);
	int64_t many = run(rd, n, false);
	int64_t one = run(rd, n, true);
	printf("one employer costs %lld %% of many\n",
	       (long long)(100 * one / (many ? many : 1)));
	refdata_free(rd);
	return 0;
}
