/* SPDX-License-Identifier: EUPL-1.2 */
/* Trades inferred from titles, against what they are:
 *
 *   bench-trade [--seed N] [--show N] [--set tuned|held-out|all]
 *               [--feeds FOLDER]
 *
 * Every official title comes once as an employer might write it: with one to
 * four kinds of noise (marks of gender, gender forms, misspellings, employers,
 * contract words, towns), composed at random. The noise of the set "held-out"
 * has its own words, employers, towns, seed; nothing was fitted to it. A title
 * that several trades share is right for any of them. The titles are those the
 * finder is made of: this measures how much noise it bears, not how it does
 * with jobs that no official title names, which needs real offers. Then the
 * offers with a code among the sample feeds of a folder.
 *
 * Figures are printed, and one is judged: exit 1 when more than 8 % of what is
 * decided is wrong or more than 15 % is left unknown. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/trade.h>
#include <etrier/utf8.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TABLES	      "conf/refdata"
#define TITLE_MAX     1000
#define FORM_MAX      200
#define WORST_WRONG   80 /* per thousand of what is decided */
#define WORST_UNKNOWN 150

/* ---- chance ---- */

static uint64_t next(uint64_t *s) /* splitmix64 */
{
	uint64_t z = (*s += UINT64_C(0x9E3779B97F4A7C15));
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static size_t below(uint64_t *s, size_t n)
{
	return (size_t)(next(s) % n);
}

/* ---- noise ---- */

struct noise {
	const char *name;
	uint64_t seed;
	const char *const *marks, *const *contracts, *const *employers,
							     *const *towns;
};

/* %s is the title. */
static const char *const tuned_marks[] = {"%s H/F",   "%s (H/F)", "%s F/H",
					  "%s (F/H)", "%s - H/F", NULL};
static const char *const tuned_contracts[] = {"%s en alternance",
					      "Apprenti %s",
					      "%s - CDI",
					      "%s CDD 6 mois",
					      "Stage - %s",
					      "CAP %s en apprentissage",
					      "%s (contrat pro)",
					      "URGENT %s",
					      "Recrute %s",
					      "Alternance - %s - BTS",
					      "%s - temps partiel 25h",
					      NULL};
static const char *const tuned_employers[] = {"%s - Lidl",
					      "%s chez Carrefour",
					      "SNCF recrute %s",
					      "%s - Groupe Dupond",
					      "Sodexo - %s",
					      "%s | Auchan Retail France",
					      "Transports Machin : %s",
					      NULL};
static const char *const tuned_towns[] = {
	"%s - Montreuil (93)", "%s - 75012 PARIS",
	"%s \xc3\xa0 Bobigny", "%s Saint-Denis",
	"%s - Val-de-Marne",   "%s / Rosny-sous-Bois",
	"%s (Cr\xc3\xa9teil)", NULL};

static const char *const held_marks[] = {
	"%s M/F/X", "%s (m/f/d)",   "H/F %s", "%s H-F",
	"%s [F/H]", "%s - (H/F) -", "%s h/f", NULL};
static const char *const held_contracts[] = {
	"Contrat d'apprentissage : %s",
	"%s - Bac pro",
	"%s int\xc3\xa9rim",
	"%s en contrat de professionnalisation - septembre 2026",
	"Offre d'alternance : %s",
	"Recherche un %s d\xc3\xa9"
	"butant accept\xc3\xa9",
	"%s - 12 mois - 1 850 \xe2\x82\xac brut",
	"Titre professionnel %s",
	"%s CDI 35h (r\xc3\xa9"
	"f. 2026-4471)",
	"CFA recrute pour une entreprise partenaire %s",
	"%s Licence professionnelle",
	"%s \xe2\x80\x93 temps plein",
	NULL};
static const char *const held_employers[] = {
	"%s - Monoprix",
	"%s chez Decathlon",
	"Accor : %s",
	"%s - Vinci Construction",
	"Elior recrute %s",
	"%s (Boulanger)",
	"%s pour Leroy Merlin",
	"Cabinet Tartempion - %s",
	"%s - H\xc3\xb4pital priv\xc3\xa9 Untel",
	NULL};
static const char *const held_towns[] = {"%s - Noisy-le-Grand",
					 "%s 92100 Boulogne-Billancourt",
					 "%s \xc3\xa0 Vitry-sur-Seine",
					 "%s (Essonne)",
					 "%s - PARIS 15E",
					 "%s, Argenteuil (95)",
					 "MEAUX - %s",
					 "%s - \xc3\x8ele-de-France",
					 "%s Bois-Colombes",
					 NULL};

static const struct noise sets[] = {
	{"tuned", 1, tuned_marks, tuned_contracts, tuned_employers,
	 tuned_towns},
	{"held-out", 20261127, held_marks, held_contracts, held_employers,
	 held_towns},
};

static const char *pick(uint64_t *s, const char *const *list)
{
	size_t n = 0;
	while (list[n])
		n++;
	return list[below(s, n)];
}

static void wrap(char *title, const char *how)
{
	char out[TITLE_MAX];
	const char *at = strstr(how, "%s");
	snprintf(out, sizeof(out), "%.*s%s%s", (int)(at - how), how, title,
		 at + 2);
	str_copy(title, TITLE_MAX, out);
}

/* The ending written behind the masculine: "vendeur(se)". */
static const char *short_ending(const char *m, const char *f)
{
	static const char *const endings[][3] = {
		{"eur", "euse", "se"},
		{"teur", "trice", "trice"},
		{"er", "\xc3\xa8re", "\xc3\xa8re"},
		{"ien", "ienne", "ne"},
		{"on", "onne", "ne"},
		{"if", "ive", "ve"},
		{"el", "elle", "le"}};
	size_t n = strlen(m);
	if (strncmp(m, f, n) == 0)
		return f + n;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_ends(m, endings[i][0]) && str_ends(f, endings[i][1]))
			return endings[i][2];
	return NULL;
}

/* One of the ways to write "{m/f}tail"; without braces, the title itself. */
static void write_gender(uint64_t *s, const char *pattern, size_t way,
			 char *out)
{
	char m[FORM_MAX], f[FORM_MAX];
	const char *open = strchr(pattern, '{'), *bar, *close;
	if (!open) {
		str_copy(out, TITLE_MAX, pattern);
		return;
	}
	bar = strchr(open, '/');
	close = strchr(open, '}');
	snprintf(m, sizeof(m), "%.*s", (int)(bar - open - 1), open + 1);
	snprintf(f, sizeof(f), "%.*s", (int)(close - bar - 1), bar + 1);
	int head = (int)(open - pattern);
	const char *end = strchr(m, ' ') ? NULL : short_ending(m, f);
	if (way == 3 && end) {
		static const char *const glue[][2] = {{"(", ")"},
						      {".", ""},
						      {"\xc2\xb7", ""},
						      {"-", ""},
						      {"/", ""}};
		size_t k = below(s, ARRAY_LEN(glue));
		snprintf(out, TITLE_MAX, "%.*s%s%s%s%s%s", head, pattern, m,
			 glue[k][0], end, glue[k][1], close + 1);
	} else if (way >= 2) {
		snprintf(out, TITLE_MAX, "%.*s%s / %s%s", head, pattern, m, f,
			 close + 1);
	} else {
		snprintf(out, TITLE_MAX, "%.*s%s%s", head, pattern, way ? f : m,
			 close + 1);
	}
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One letter missing, doubled, swapped with the next or another, inside a word
 * of five plain letters or more; nothing when chance finds none. */
static void misspell(uint64_t *s, char *title)
{
	for (int tries = 0; tries < 20; tries++) {
		size_t n = strlen(title), i = below(s, n), from = i, to = i;
		while (from && is_plain(title[from - 1]))
			from--;
		while (is_plain(title[to]))
			to++;
		if (!is_plain(title[i]) || to - from < 5 || n + 2 > TITLE_MAX)
			continue;
		switch (below(s, 4)) {
		case 0:
			memmove(title + i, title + i + 1, n - i);
			return;
		case 1:
			memmove(title + i + 1, title + i, n - i + 1);
			return;
		case 2:
			title[i] = (char)('a' + below(s, 26));
			return;
		default:
			if (i + 1 == to)
				i--;
			char c = title[i];
			title[i] = title[i + 1];
			title[i + 1] = c;
			return;
		}
	}
}

/* A wrong accent: of the folded form there are none. */
static void lose_accents(struct arena *a, char *title, bool is_loud)
{
	str_copy(title, TITLE_MAX, utf8_fold(a, title));
	for (char *c = title; is_loud && *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
}

enum kind { MARK, GENDER, TYPO, EMPLOYER, CONTRACT, TOWN, CAPITALS, KINDS };

static void add_noise(const struct noise *set, uint64_t *s, struct arena *a,
		      const char *pattern, char *title, bool kinds[KINDS])
{
	size_t n = 1 + below(s, 4);
	memset(kinds, 0, KINDS * sizeof(*kinds));
	for (size_t i = 0; i < n;) {
		size_t k = below(s, KINDS);
		i += !kinds[k];
		kinds[k] = true;
	}
	write_gender(s, pattern, kinds[GENDER] ? 1 + below(s, 3) : 0, title);
	if (kinds[TYPO])
		for (size_t i = below(s, 2) + 1; i > 0; i--)
			misspell(s, title);
	if (kinds[MARK])
		wrap(title, pick(s, set->marks));
	if (kinds[CONTRACT])
		wrap(title, pick(s, set->contracts));
	if (kinds[EMPLOYER])
		wrap(title, pick(s, set->employers));
	if (kinds[TOWN])
		wrap(title, pick(s, set->towns));
	if (kinds[CAPITALS])
		lose_accents(a, title, below(s, 2) > 0);
}

/* ---- the official titles and whose they are ---- */

struct official {
	char *pattern;
	uint16_t trade;
};
struct truth {
	struct official *all;
	size_t n;
	struct map owners; /* folded masculine form to " D1102 D1104" */
};

static char *key_of(struct arena *a, const char *pattern)
{
	char title[TITLE_MAX];
	uint64_t unused = 0;
	write_gender(&unused, pattern, 0, title);
	return utf8_fold(a, title);
}

static void load_truth(struct truth *t, const struct refdata *rd,
		       struct arena *a)
{
	char line[TITLE_MAX];
	FILE *in = fopen(TABLES "/rome_titles.tsv", "r");
	if (!in) {
		perror(TABLES "/rome_titles.tsv");
		exit(2);
	}
	t->all = mem_array(20000, sizeof(*t->all));
	map_init(&t->owners);
	while (fgets(line, sizeof(line), in) && t->n < 20000) {
		char *tab = strchr(line, '\t');
		if (*line == '#' || !tab || str_starts(line, "code"))
			continue;
		*tab = '\0';
		tab[1 + strcspn(tab + 1, "\n")] = '\0';
		struct official *o = &t->all[t->n++];
		*o = (struct official){arena_dup(a, tab + 1),
				       rome_find(rd, line)};
		const char *key = key_of(a, o->pattern);
		const char *old = map_get(&t->owners, key);
		map_put(&t->owners, key,
			arena_printf(a, "%s %s", old ? old : "", line));
	}
	fclose(in);
}

/* ---- the two tables ---- */

struct count {
	size_t asked, right, wrong;
};
struct bench {
	struct refdata *rd;
	struct trade_finder *finder;
	struct truth truth;
	size_t show;
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_count(const char *name, const struct count *c)
{
	size_t decided = c->right + c->wrong;
	double all = c->asked ? (double)c->asked : 1;
	printf("  %-12s %6zu asked  %5.1f %% decided  %5.1f %% unknown", name,
	       c->asked, 100 * (double)decided / all,
	       100 * (double)(c->asked - decided) / all);
	printf("  of those decided %6.2f %% right, %5.2f %% wrong\n",
	       100 * (double)c->right / (decided ? (double)decided : 1),
	       100 * (double)c->wrong / (decided ? (double)decided : 1));
}

static void tally(struct count *c, bool is_decided, bool is_right)
{
	c->asked++;
	c->right += is_decided && is_right;
	c->wrong += is_decided && !is_right;
}

static bool run_set(struct bench *b, const struct noise *set, uint64_t seed)
{
	static const char *const kind_names[KINDS] = {
		"mark",	    "gender", "misspelt", "employer",
		"contract", "town",   "capitals"};
	struct count all = {0}, of_kind[KINDS] = {{0}};
	struct arena a;
	double spent = 0;
	arena_init(&a);
	printf("%s: seed %llu\n", set->name, (unsigned long long)seed);
	for (size_t i = 0; i < b->truth.n; i++) {
		const struct official *o = &b->truth.all[i];
		char title[TITLE_MAX];
		bool kinds[KINDS];
		struct trade_guess g;
		add_noise(set, &seed, &a, o->pattern, title, kinds);
		const char *owners =
			map_get(&b->truth.owners, key_of(&a, o->pattern));
		double start = seconds();
		trade_infer(b->finder, &a,
			    &(struct trade_claim){.title = title}, &g);
		spent += seconds() - start;
		bool is_decided = g.trade != ROME_NONE;
		bool is_right =
			is_decided && strstr(owners, rome_code(b->rd, g.trade));
		tally(&all, is_decided, is_right);
		for (int k = 0; k < KINDS; k++)
			if (kinds[k])
				tally(&of_kind[k], is_decided, is_right);
		if (!is_right && b->show) {
			b->show--;
			printf("    \"%s\" is%s, not %s (%d, %s)\n", title,
			       owners,
			       is_decided ? rome_code(b->rd, g.trade) : "?",
			       g.confidence, g.evidence);
		}
		arena_reset(&a);
	}
	arena_clear(&a);
	print_count("all", &all);
	for (int k = 0; k < KINDS; k++)
		print_count(kind_names[k], &of_kind[k]);
	printf("  %.0f us a title\n", spent * 1e6 / (double)all.asked);
	size_t decided = all.right + all.wrong;
	return all.wrong * 1000 <= decided * WORST_WRONG &&
	       (all.asked - decided) * 1000 <= all.asked * WORST_UNKNOWN;
}

static const char *code_of(const json_t *obj)
{
	const char *code = js_str(obj, "romeCode", js_str(obj, "rome", NULL));
	const json_t *codes = json_object_get(obj, "rome_codes");
	return code ? code : json_string_value(json_array_get(codes, 0));
}

/* Prints the offer when it has a title and a code; returns 1 when what was
 * decided has another letter. */
static int ask_offer(struct bench *b, struct arena *a, const json_t *obj)
{
	struct trade_claim c = {
		.title = js_str(
			obj, "intitule",
			js_str(obj, "title",
			       js_str(obj, "appellation_modifiee", NULL))),
		.description = js_str(obj, "description", NULL),
		.naf = js_str(obj, "codeNAF", NULL),
		.employer_name =
			js_str(json_object_get(obj, "entreprise"), "nom", NULL),
		.diploma = js_str(
			json_array_get(json_object_get(obj, "formations"), 0),
			"domaineLibelle", NULL),
	};
	struct trade_guess g;
	uint16_t is = rome_find(b->rd, code_of(obj));
	if (!c.title || is == ROME_NONE)
		return 0;
	trade_infer(b->finder, a, &c, &g);
	printf("  %s %s %4d  %s  (%s)\n", rome_code(b->rd, is),
	       g.trade == ROME_NONE ? "?    " : rome_code(b->rd, g.trade),
	       g.confidence, c.title, g.evidence);
	return g.trade != ROME_NONE &&
	       *rome_code(b->rd, is) != *rome_code(b->rd, g.trade);
}

/* Depth is that of js_parse(): at most JS_DEPTH_MAX. */
static int ask_all(struct bench *b, struct arena *a, json_t *v)
{
	int bad = json_is_object(v) ? ask_offer(b, a, v) : 0;
	const char *key;
	json_t *child;
	size_t i;
	json_object_foreach(v, key, child) bad += ask_all(b, a, child);
	json_array_foreach(v, i, child) bad += ask_all(b, a, child);
	return bad;
}

static int run_feeds(struct bench *b, const char *folder)
{
	static const char *const files[] = {
		"ft-offresv2-search-interim-2024.json",
		"ft-offresv2-search-itou.json", "lba-v3-jobs-search.json",
		"lba-v3-jobs-export-delegated-cfa.json",
		"lba-emploi-inclusion-siaes.json"};
	int bad = 0;
	printf("sample offers: their code, ours\n");
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char path[256], chunk[4096];
		struct buf bytes;
		struct err err = {0};
		struct arena a;
		size_t n;
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		FILE *in = fopen(path, "rb");
		if (!in) {
			printf("  %s is not here\n", files[i]);
			continue;
		}
		buf_init(&bytes, 1 << 20);
		while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
			buf_add(&bytes, chunk, n);
		fclose(in);
		json_t *v = js_parse(bytes.data, bytes.len, &err);
		arena_init(&a);
		bad += v ? ask_all(b, &a, v) : 1;
		arena_clear(&a);
		json_decref(v);
		buf_clear(&bytes);
	}
	return bad;
}

int main(int argc, char **argv)
{
	struct bench b = {.show = 0};
	struct arena a;
	struct err err = {0};
	int64_t seed = 0, show = 0;
	const char *only = "all", *feeds = NULL;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (str_eq(argv[i], "--seed"))
			num_parse_int(argv[i + 1], 1, INT64_MAX, &seed);
		else if (str_eq(argv[i], "--show"))
			num_parse_int(argv[i + 1], 0, 100000, &show);
		else if (str_eq(argv[i], "--set"))
			only = argv[i + 1];
		else if (str_eq(argv[i], "--feeds"))
			feeds = argv[i + 1];
	}
	b.rd = refdata_load(TABLES, &err);
	if (!b.rd) {
		fprintf(stderr, "bench-trade: %s\n", err.text);
		return 2;
	}
	arena_init(&a);
	load_truth(&b.truth, b.rd, &a);
	struct mallinfo2 before = mallinfo2();
	double start = seconds();
	b.finder = trade_finder_new(b.rd);
	double made = seconds() - start;
	struct mallinfo2 after = mallinfo2();
	printf("%zu titles; the finder: %.0f ms, %.1f MB\n", b.truth.n,
	       made * 1e3,
	       (double)(after.uordblks + after.hblkhd - before.uordblks -
			before.hblkhd) /
		       1e6);
	bool is_good = true;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		b.show = (size_t)show;
		if (str_eq(only, "all") || str_eq(only, sets[i].name))
			is_good &=
				run_set(&b, &sets[i],
					seed ? (uint64_t)seed : sets[i].seed);
	}
	int bad = feeds ? run_feeds(&b, feeds) : 0;
	if (bad)
		printf("%d of them with another letter\n", bad);
	trade_finder_free(b.finder);
	map_clear(&b.truth.owners, NULL);
	free(b.truth.all);
	arena_clear(&a);
	refdata_free(b.rd);
	return is_good && !bad ? 0 : 1;
}
