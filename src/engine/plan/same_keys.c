/* SPDX-License-Identifier: EUPL-1.2 */
/* The keys under which likely copies of an offer are found, and which of
 * several copies speaks. */
#include "same.h"

#include <etrier/js.h>
#include <etrier/offer.h>
#include <etrier/str.h>

#include <string.h>

/* Below so many runs a text proves nothing by being found again. */
#define WHOLE_MIN 20
/* Permutations 2i and 2i+1 make band i. With eight bands of two, texts with
 * 80 % in common miss each other once in 3000, with 60 % once in 35. */
#define BANDS 8

/* A key's first part says what it is about, so that two kinds never meet. */
struct hashing {
	uint64_t h;
};

static struct hashing about(char what)
{
	return (struct hashing){same_hash(SAME_HASH, &what, 1)};
}

static void with_bytes(struct hashing *k, const void *bytes, size_t n)
{
	k->h = same_hash(k->h, bytes, n);
}

static void with(struct hashing *k, const char *text)
{
	with_bytes(k, text ? text : "\x1f", text ? strlen(text) : 1);
}

static void with_words(struct hashing *k, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		with(k, words[i]);
}

static void add_key(struct same_keys *out, struct hashing k)
{
	int64_t key = (int64_t)(k.h & INT64_MAX);
	for (int i = 0; i < out->n; i++) {
		if (out->v[i] == key)
			return;
	}
	if (out->n < SAME_KEYS_MAX)
		out->v[out->n++] = key;
}

/* Everything an announcement says; its own name and its dates are not in it. */
static void add_whole(const struct same_view *v, struct same_keys *out)
{
	const struct offer *o = v->o;
	const int64_t numbers[] = {o->kind, o->start, o->hours.part_time,
				   o->place.lat_udeg, o->place.lon_udeg};
	if (v->n_shingles < WHOLE_MIN || !v->n_employer || !o->place.insee ||
	    o->kind == VOCAB_NONE)
		return;
	struct hashing k = about('w');
	with_words(&k, v->title, v->n_title);
	with_words(&k, v->employer, v->n_employer);
	with(&k, o->place.insee);
	with(&k, o->place.address);
	with_bytes(&k, numbers, sizeof(numbers));
	with_bytes(&k, v->shingles, v->n_shingles * sizeof(*v->shingles));
	add_key(out, k);
	out->has_whole = true;
}

static void add_bands(const struct same_view *v, char what, const char *place,
		      struct same_keys *out)
{
	for (size_t i = 0; i < BANDS; i++) {
		struct hashing k = about(what);
		with(&k, place);
		with_bytes(&k, &i, sizeof(i));
		with_bytes(&k, &v->minima[2 * i], 2 * sizeof(v->minima[0]));
		add_key(out, k);
	}
}

/* Employer with place and post, for texts that are missing or far apart. */
static void add_post(const struct same_view *v, const char *place,
		     bool with_siren, struct same_keys *out)
{
	const struct offer *o = v->o;
	struct hashing k = about(with_siren ? 's' : 'e');
	if (with_siren)
		with_bytes(&k, o->employer.siret, 9);
	else
		with_words(&k, v->employer, v->n_employer);
	with(&k, place);
	struct hashing title = k, trade = k;
	with_words(&title, v->title, v->n_title);
	if (v->n_title)
		add_key(out, title);
	with(&trade, "\x1e");
	with(&trade, o->n_rome ? o->rome[0] : NULL);
	if (o->n_rome)
		add_key(out, trade);
}

void same_keys(const struct same_view *v, struct same_keys *out)
{
	const struct offer *o = v->o;
	const char *commune =
		o->place.insee ? o->place.insee : o->place.postcode;
	*out = (struct same_keys){.n = 0};
	add_whole(v, out);
	for (int i = 0; i < v->n_urls; i++) {
		struct hashing k = about('u');
		with(&k, v->urls[i]);
		add_key(out, k);
	}
	for (int i = 0; i < v->n_refs; i++) {
		struct hashing k = about('r');
		with(&k, v->refs[i]);
		add_key(out, k);
	}
	out->n_strong = out->n;
	if (v->n_shingles) {
		out->has_sketch = true;
		for (size_t i = 0; i < SAME_SKETCH_BYTES; i++)
			out->sketch[i] = (unsigned char)v->minima[i];
		add_bands(v, 'b', commune ? commune : v->dept, out);
	}
	bool has_siren = o->employer.siret && strlen(o->employer.siret) >= 9;
	if (v->dept && has_siren)
		add_post(v, v->dept, true, out);
	if (v->dept && v->n_employer)
		add_post(v, v->dept, false, out);
	if (commune && v->n_employer)
		add_post(v, commune, false, out);
}

int same_rank(const struct offer *o)
{
	bool is_stated =
		o->n_rome &&
		str_eq(js_str(o->provenance, "rome", "stated"), "stated");
	bool is_point = o->place.precision == PLACE_POINT;
	size_t length = o->description ? strlen(o->description) : 0;
	return is_stated << 20 | (o->n_rome > 0) << 19 | is_point << 18 |
	       (int)length;
}
