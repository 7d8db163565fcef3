/* SPDX-License-Identifier: EUPL-1.2 */
/* What of an offer is compared: words without their noise, links without their
 * tracking, a text as the set of its runs of three words. */
#include "same.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Words of one title or name: more is a text in the wrong field. */
#define WORDS_MAX 48
/* A run is this many words: shorter ones are common to all advertisements. */
#define RUN 3
/* A reference shorter than this, or with fewer digits, is a word. */
#define REF_CHARS_MIN  5
#define REF_DIGITS_MIN 3

/* --- words ---------------------------------------------------------------- */

struct words {
	const char *v[WORDS_MAX];
	size_t n;
};

static void split(char *folded, struct words *w)
{
	w->n = 0;
	for (char *p = folded; *p && w->n < WORDS_MAX;) {
		char *end = p + strcspn(p, " ");
		w->v[w->n++] = p;
		p = *end ? end + 1 : end;
		*end = '\0';
	}
}

static void fold_words(struct arena *a, const char *text, struct words *w)
{
	w->n = 0;
	if (text)
		split(utf8_fold(a, text), w);
}

static bool has_word(const struct words *w, const char *word)
{
	for (size_t i = 0; i < w->n; i++) {
		if (str_eq(w->v[i], word))
			return true;
	}
	return false;
}

static bool is_listed(const char *const *list, const char *word)
{
	for (; *list; list++) {
		if (str_eq(*list, word))
			return true;
	}
	return false;
}

static int by_word(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In order, each once, in the arena. */
static size_t sort_words(struct arena *a, struct words *w, const char ***out)
{
	size_t n = 0;
	if (w->n)
		qsort(w->v, w->n, sizeof(*w->v), by_word);
	*out = arena_array(a, w->n + 1, sizeof(**out));
	for (size_t i = 0; i < w->n; i++) {
		if (!n || !str_eq((*out)[n - 1], w->v[i]))
			(*out)[n++] = w->v[i];
	}
	return n;
}

/* What titles say besides the post: marks, gender endings that stood apart,
 * articles, contracts (kind says those), calls to apply. */
static const char *const title_noise[] = {
	"h",
	"f",
	"hf",
	"fh",
	"m",
	"w",
	"x",
	"mf",
	"hfx",
	"d",
	"e",
	"s",
	"l",
	"n",
	"ne",
	"se",
	"re",
	"te",
	"euse",
	"trice",
	"rice",
	"ere",
	"iere",
	"ienne",
	"enne",
	"ive",
	"le",
	"la",
	"les",
	"un",
	"une",
	"de",
	"du",
	"des",
	"en",
	"et",
	"a",
	"au",
	"aux",
	"pour",
	"par",
	"chez",
	"ou",
	"contrat",
	"alternance",
	"alternant",
	"alternante",
	"apprentissage",
	"apprenti",
	"apprentie",
	"apprentis",
	"professionnalisation",
	"pro",
	"cdi",
	"cdd",
	"stage",
	"stagiaire",
	"interim",
	"interimaire",
	"offre",
	"emploi",
	"poste",
	"postes",
	"job",
	"recrute",
	"recrutons",
	"recrutement",
	"recherche",
	"recherchons",
	"urgent",
	"nous",
	"notre",
	"temps",
	"plein",
	"partiel",
	"mois",
	"ref",
	"reference",
	"no",
	"numero",
	"rentree",
	"entreprise",
	"arrondissement",
	NULL,
};

static const char *const name_noise[] = {
	"sas",
	"sasu",
	"sarl",
	"eurl",
	"sa",
	"snc",
	"scop",
	"scic",
	"scea",
	"gie",
	"eirl",
	"ei",
	"selarl",
	"selas",
	"societe",
	"ste",
	"ets",
	"etablissements",
	"groupe",
	"holding",
	"france",
	"et",
	"le",
	"la",
	"les",
	"l",
	"de",
	"du",
	"des",
	"d",
	"s",
	"a",
	"association",
	"asso",
	"etablissement",
	NULL,
};

struct ending {
	const char *feminine, *masculine;
};
static const struct ending endings[] = {
	{"trice", "teur"}, {"euse", "eur"}, {"iere", "ier"}, {"ienne", "ien"},
	{"ante", "ant"},   {"ente", "ent"}, {"elle", "el"},  {"ere", "er"},
	{"ive", "if"},	   {"ee", "e"},
};

/* One form for both genders and for the plural. */
static const char *stem(struct arena *a, const char *word)
{
	size_t n = strlen(word);
	if (n >= 4 && word[n - 1] == 's' && word[n - 2] != 's')
		n--;
	for (size_t i = 0; i < ARRAY_LEN(endings) && n >= 6; i++) {
		size_t k = strlen(endings[i].feminine);
		if (memcmp(word + n - k, endings[i].feminine, k) == 0)
			return arena_printf(a, "%.*s%s", (int)(n - k), word,
					    endings[i].masculine);
	}
	return arena_dup_n(a, word, n);
}

static int count_digits(const char *word)
{
	int n = 0;
	for (; *word; word++)
		n += isdigit((unsigned char)*word) != 0;
	return n;
}

/* "75011", "12e", "AB-4711", but not the 2 of "niveau 2". */
static bool is_number(const char *word)
{
	size_t n = strlen(word);
	int digits = count_digits(word);
	const char *rest = word + strspn(word, "0123456789");
	if (digits >= REF_DIGITS_MIN)
		return true;
	return (digits >= 2 && (size_t)digits == n) ||
	       (digits && rest == word + digits &&
		(str_eq(rest, "e") || str_eq(rest, "eme") ||
		 str_eq(rest, "er")));
}

static void view_title(struct same_view *v, struct arena *a,
		       const struct words *city)
{
	struct words raw, kept = {.n = 0}, name;
	fold_words(a, v->o->title, &raw);
	fold_words(a, v->o->employer.name, &name);
	for (size_t i = 0; i < raw.n; i++) {
		const char *word = raw.v[i];
		if (!is_listed(title_noise, word) && !is_number(word) &&
		    !has_word(city, word) && !has_word(&name, word))
			kept.v[kept.n++] = stem(a, word);
	}
	v->n_title = sort_words(a, &kept, &v->title);
}

static void view_employer(struct same_view *v, struct arena *a,
			  const struct words *city)
{
	struct words raw, kept = {.n = 0};
	fold_words(a, v->o->employer.name, &raw);
	for (size_t i = 0; i < raw.n; i++) {
		const char *word = raw.v[i];
		if (!is_listed(name_noise, word) && !is_number(word) &&
		    !has_word(city, word))
			kept.v[kept.n++] = word;
	}
	/* "Ville de Montreuil": a name of nothing else stays as it is. */
	if (!kept.n)
		kept = raw;
	v->n_employer = sort_words(a, &kept, &v->employer);
}

/* --- links and references ------------------------------------------------- */

static bool is_tracking(const char *p, size_t n)
{
	static const char *const names[] = {
		"gclid",    "fbclid", "msclkid", "xtor",   "mc_cid",
		"mc_eid",   "source", "src",	 "origin", "partner",
		"provider", "medium", "campaign"};
	size_t k = 0;
	while (k < n && p[k] != '=')
		k++;
	if (n > 4 && memcmp(p, "utm_", 4) == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strlen(names[i]) == k && memcmp(p, names[i], k) == 0)
			return true;
	}
	return false;
}

static void keep_query(char *out, size_t *n, const char *query, size_t len)
{
	char glue = '?';
	for (size_t at = 0; at < len;) {
		size_t k = 0;
		while (at + k < len && query[at + k] != '&')
			k++;
		if (k && !is_tracking(query + at, k)) {
			out[(*n)++] = glue;
			memcpy(out + *n, query + at, k);
			*n += k;
			glue = '&';
		}
		at += k + 1;
	}
}

/* NULL when the link names a site and no page of it. */
static const char *plain_url(struct arena *a, const char *url)
{
	const char *p = url ? strstr(url, "://") : NULL;
	if (!p)
		return NULL;
	p += 3;
	if (strncasecmp(p, "www.", 4) == 0)
		p += 4;
	char *out = arena_alloc(a, strlen(p) + 2);
	size_t n = 0, host = strcspn(p, "/?#");
	for (; n < host; n++)
		out[n] = (char)tolower((unsigned char)p[n]);
	size_t path = strcspn(p + host, "?#");
	while (path && p[host + path - 1] == '/')
		path--;
	memcpy(out + n, p + host, path);
	n += path;
	const char *query = strchr(p + host, '?');
	if (query)
		keep_query(out, &n, query + 1, strcspn(query + 1, "#"));
	const char *route = strstr(p + host, "#/"); /* pages made in place */
	if (route) {
		memcpy(out + n, route, strlen(route));
		n += strlen(route);
	}
	return n > host ? out : NULL;
}

static void add_url(struct same_view *v, struct arena *a, const char *url)
{
	const char *plain = plain_url(a, url);
	if (plain && !(v->n_urls && str_eq(v->urls[0], plain)))
		v->urls[v->n_urls++] = plain;
}

static void add_ref(struct same_view *v, struct arena *a, const char *text,
		    enum same_ref_kind kind)
{
	if (!text || v->n_refs == SAME_REFS_MAX)
		return;
	char *ref = utf8_fold(a, text), *end = ref;
	for (const char *p = ref; *p; p++) {
		if (*p != ' ')
			*end++ = *p;
	}
	*end = '\0';
	if (end - ref < REF_CHARS_MIN || count_digits(ref) < REF_DIGITS_MIN)
		return;
	v->refs[v->n_refs] = ref;
	v->ref_kinds[v->n_refs++] = kind;
}

/* "Réf. : AB-4711": the word as it stands, for folding would take it apart. */
static void add_quoted(struct same_view *v, struct arena *a, const char *text)
{
	static const char *const heads[] = {"réf", "Réf", "ref",
					    "Ref", "REF", "RÉF"};
	const char *end = " \t\n\r,;()[]\"";
	for (size_t i = 0; text && i < ARRAY_LEN(heads); i++) {
		for (const char *p = text; (p = strstr(p, heads[i]));) {
			const char *from = p;
			p += strlen(heads[i]);
			if (from > text && isalpha((unsigned char)from[-1]))
				continue;
			if (strncmp(p, "érence", 7) == 0)
				p += 7;
			else if (strncasecmp(p, "erence", 6) == 0)
				p += 6;
			p += strspn(p, ".:#° \tn");
			size_t n = strcspn(p, end);
			while (n && ispunct((unsigned char)p[n - 1]))
				n--;
			add_ref(v, a, arena_dup_n(a, p, n), SAME_REF_QUOTED);
		}
	}
}

/* --- the text ------------------------------------------------------------- */

/* The finaliser of splitmix64 (public domain, Vigna 2015). */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

uint64_t same_hash(uint64_t h, const void *bytes, size_t n)
{
	const unsigned char *s = bytes;
	for (size_t i = 0; i < n; i++)
		h = (h ^ s[i]) * UINT64_C(1099511628211);
	return mix(h + n);
}

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void view_text(struct same_view *v, struct arena *a)
{
	if (!v->o->description)
		return;
	const char *p = utf8_fold(a, v->o->description);
	uint64_t last[RUN] = {0};
	size_t words = 0, n = 0;
	uint64_t *all = arena_array(a, strlen(p) / 2 + 1, sizeof(*all));
	while (*p) {
		size_t k = strcspn(p, " ");
		memmove(last, last + 1, sizeof(last) - sizeof(*last));
		last[RUN - 1] = same_hash(SAME_HASH, p, k);
		if (++words >= RUN)
			all[n++] = same_hash(0, last, sizeof(last));
		p += p[k] ? k + 1 : k;
	}
	if (n)
		qsort(all, n, sizeof(*all), by_hash);
	for (size_t i = 0; i < n; i++) {
		if (!v->n_shingles || all[v->n_shingles - 1] != all[i])
			all[v->n_shingles++] = all[i];
	}
	v->shingles = all;
	memset(v->minima, 0xff, sizeof(v->minima));
	for (size_t i = 0; i < v->n_shingles; i++) {
		for (uint64_t j = 0; j < SAME_SKETCH_BYTES; j++) {
			uint32_t h = (uint32_t)mix(
				all[i] + j * UINT64_C(0x9e3779b97f4a7c15));
			if (h < v->minima[j])
				v->minima[j] = h;
		}
	}
}

void same_view(const struct offer *o, struct arena *a, struct same_view *out)
{
	struct words city;
	*out = (struct same_view){.o = o};
	const struct place *p = &o->place;
	fold_words(a, p->city, &city);
	out->city = p->city ? utf8_fold(a, p->city) : NULL;
	out->dept = p->dept ? p->dept : NULL;
	if (!out->dept && p->insee)
		out->dept = arena_dup_n(a, p->insee, 2);
	view_title(out, a, &city);
	view_employer(out, a, &city);
	add_url(out, a, o->url);
	add_url(out, a, o->contact.url);
	if (o->ref && !str_starts(o->ref, "h:"))
		add_ref(out, a, o->ref, SAME_REF_OWN);
	add_ref(out, a, o->origin_ref, SAME_REF_ORIGIN);
	add_quoted(out, a, o->title);
	add_quoted(out, a, o->description);
	view_text(out, a);
}
