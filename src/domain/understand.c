/* SPDX-License-Identifier: EUPL-1.2 */
/* See understand.h. An offer that is not live any more is not read: nobody will
 * be told of it. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/trade.h>
#include <etrier/understand.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define FIELD_NAME_SIZE	  48
#define LEXICONS_TEXT_MAX ((size_t)16 * 1024 * 1024)

struct understanding {
	unsigned refs;
	const struct refdata *refdata;
	const struct trade_finder *trades;
	struct lexicon *signals, *quality; /* NULL: none */
	struct lexicon_dictionary *dictionary;
	json_t *employers;
	json_t *by_trade; /* "trade", said of up to 25 fields of an offer */
	char exposures[EXPOSURE_COUNT][FIELD_NAME_SIZE]; /* "exposure.cold" */
	char hash[UNDERSTANDING_HASH_LEN + 1];
};

static void make_hash(struct understanding *u, const json_t *lexicons)
{
	unsigned char wide[crypto_generichash_BYTES];
	struct buf b;
	buf_init(&b, LEXICONS_TEXT_MAX);
	buf_adds(&b, ETRIER_VERSION);
	if (lexicons)
		js_write(lexicons, &b);
	crypto_generichash(wide, sizeof(wide), (unsigned char *)b.data, b.len,
			   NULL, 0);
	sodium_bin2hex(u->hash, sizeof(u->hash), wide,
		       UNDERSTANDING_HASH_LEN / 2);
	buf_clear(&b);
}

static int compile(const json_t *lexicons, const char *key,
		   struct lexicon **out, struct err *err)
{
	const json_t *v = json_object_get(lexicons, key);
	*out = v ? lexicon_new(v, err) : NULL;
	return v && !*out ? err_prefix(err, "%s", key) : 0;
}

struct understanding *understanding_new(const struct refdata *rd,
					const struct trade_finder *trades,
					const json_t *lexicons, struct err *err)
{
	struct understanding *u = mem_alloc(sizeof(*u));
	u->refs = 1;
	u->refdata = rd;
	u->trades = trades;
	u->employers = json_incref(json_object_get(lexicons, "employers"));
	u->by_trade = json_string("trade");
	make_hash(u, lexicons);
	for (int i = 0; i < EXPOSURE_COUNT; i++)
		snprintf(u->exposures[i], FIELD_NAME_SIZE, "exposure.%s",
			 vocab_code(&vocab_exposure, i));
	if (!compile(lexicons, "signals", &u->signals, err) &&
	    !compile(lexicons, "quality", &u->quality, err))
		u->dictionary =
			lexicon_dictionary_new(u->signals, u->quality, err);
	if (u->dictionary)
		return u;
	understanding_free(u);
	return NULL;
}

void understanding_free(struct understanding *u)
{
	if (!u || --u->refs)
		return;
	json_decref(u->employers);
	json_decref(u->by_trade);
	lexicon_dictionary_free(u->dictionary);
	lexicon_free(u->signals);
	lexicon_free(u->quality);
	free(u);
}

struct understanding *understanding_keep(struct understanding *u)
{
	if (u)
		u->refs++;
	return u;
}

const char *understanding_hash(const struct understanding *u)
{
	return u->hash;
}

static void put(json_t **object, const char *field, json_t *value_take)
{
	if (!*object)
		*object = json_object();
	json_object_set_new(*object, field, value_take);
}

static void note(json_t **object, const char *field, const char *text)
{
	put(object, field, json_string(text));
}

/* Our words, with how sure they are. */
static const char *find_trade(const struct understanding *u, struct arena *a,
			      const char *diploma, struct offer *o)
{
	const struct trade_claim claim = {
		.title = o->title,
		.employer_name = o->employer.name,
		.naf = o->employer.naf,
		.diploma = diploma,
		.description = o->description,
		.city = o->place.city,
	};
	struct trade_guess guess;
	trade_infer(u->trades, a, &claim, &guess);
	if (guess.trade == ROME_NONE)
		return guess.evidence;
	o->rome[o->n_rome++] = rome_code(u->refdata, guess.trade);
	const char *words = arena_printf(a, "%d %%: %s", guess.confidence / 10,
					 guess.evidence);
	note(&o->provenance, "rome", "text");
	note(&o->evidence, "rome", words);
	return words;
}

static void take_conditions(const struct understanding *u, struct offer *o)
{
	int8_t usual[EXPOSURE_COUNT];
	if (!o->n_rome)
		return;
	conditions_by_trade(u->refdata, rome_find(u->refdata, o->rome[0]),
			    usual);
	for (int i = 0; i < EXPOSURE_COUNT; i++) {
		if (o->exposure[i] >= 0 || usual[i] < 0)
			continue;
		o->exposure[i] = usual[i];
		put(&o->provenance, u->exposures[i], json_incref(u->by_trade));
	}
}

/* A feed that says so declares it; the list is what the public service
 * certified, or what it was told, and says which. */
static void take_employer(const struct understanding *u, struct offer *o)
{
	const char *how = o->employer.siret ? js_str(u->employers,
						     o->employer.siret, NULL)
					    : NULL;
	if (!how || o->employer.handi_engaged == TRI_NO)
		return;
	o->employer.handi_engaged = TRI_YES;
	note(&o->provenance, "employer.handi_engaged", "list");
	note(&o->evidence, "employer.handi_engaged", how);
}

static void take_verdict(struct offer *o, const struct quality_verdict *v)
{
	struct offer_quality *q = &o->quality;
	*q = (struct offer_quality){.outcome = v->outcome};
	for (size_t i = 0; i < v->n && i < OFFER_QUALITY_MAX; i++) {
		q->symbols[q->n_symbols++] = v->symbols[i];
		q->reasons[q->n_reasons++] = v->reasons[i];
	}
}

void offer_understand(const struct understanding *u, struct arena *a,
		      const char *diploma, int64_t now, struct offer *o,
		      struct understood *said)
{
	struct understood here, *k = &here;
	if (said)
		k = said;
	/* Not the lists: they are long, and mostly stay empty. */
	k->trade = NULL;
	k->hits.n = 0;
	k->verdict.n = 0;
	k->verdict.outcome = QUALITY_FINE;
	if (o->status != OFFER_LIVE)
		return;
	const struct lexicon_texts *texts =
		u->signals || u->quality
			? lexicon_texts_cut(u->dictionary, a, o)
			: NULL;
	if (u->signals)
		lexicon_apply(u->signals, a, texts, o, said ? &k->hits : NULL);
	if (!o->n_rome && u->trades)
		k->trade = find_trade(u, a, diploma, o);
	take_conditions(u, o);
	take_employer(u, o);
	if (!u->quality)
		return;
	quality_judge(u->quality, a, texts, o, now, &k->verdict);
	take_verdict(o, &k->verdict);
}
