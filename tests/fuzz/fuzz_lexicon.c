/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes, three ways:
 *   - as a file of signals or of quality: an object that compiles, or
 *     diagnostics; never neither
 *   - as one phrase: what passes the check compiles
 *   - as the text of an offer, under small lexicons with every kind of step:
 *     what is filled is in range and goes over the wire, what was known stays
 */
#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/lexicon.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>
#include <etrier/ynode.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n);

static const char signals[] =
	"{\"what\":\"signals\",\"rows\":["
	"{\"symbol\":\"A\",\"sets\":{\"hours.start\":\"{time}\"},"
	"\"any\":[\"de {time}\",\"{time} a\",\"a ... {time}\"]},"
	"{\"symbol\":\"B\",\"sets\":{\"start\":\"{date}\"},"
	"\"any\":[\"le {date}\",\"{date}\"]},"
	"{\"symbol\":\"C\",\"sets\":{\"duration_days\":\"{duration}\"},"
	"\"any\":[\"{duration}\"]},"
	"{\"symbol\":\"D\",\"sets\":{\"hours.weekly\":\"{hours}\"},"
	"\"any\":[\"{hours}\"]},"
	"{\"symbol\":\"E\",\"sets\":{\"positions\":\"{number}\"},"
	"\"any\":[\"{number} poste*\"]},"
	"{\"symbol\":\"F\",\"sets\":{\"licences\":\"B\",\"languages\":\"en B2\"},"
	"\"any\":[\"a ... b? c|per* ... d\"],\"not\":[\"pas ... de\"],"
	"\"not_before\":[\"x\"],\"within\":5,\"near\":9}]}";
static const char quality[] =
	"{\"what\":\"quality\",\"rows\":["
	"{\"symbol\":\"P\",\"outcome\":\"reject\",\"reason\":\"r\","
	"\"test\":\"premium_number\"},"
	"{\"symbol\":\"L\",\"outcome\":\"note\",\"reason\":\"r\","
	"\"test\":\"not_french\"},"
	"{\"symbol\":\"M\",\"outcome\":\"note\",\"reason\":\"r\","
	"\"any\":[\"a\"],\"test\":\"messaging_only\"}]}";

static struct lexicon *compile(const char *text)
{
	struct err err;
	json_t *v = json_loads(text, 0, NULL);
	struct lexicon *l = lexicon_new(v, &err);
	BUG_ON(!l);
	json_decref(v);
	return l;
}

static void check_file(const char *bytes, size_t n, enum lexicon_what what)
{
	struct arena a;
	struct diags d;
	struct err err;
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_parse(&a, "f", bytes, n, &d);
	json_t *v = root ? lexicon_read(root, what, &d) : NULL;
	BUG_ON(!v == !d.n_errors);
	if (v) {
		struct lexicon *l = lexicon_new(v, &err);
		BUG_ON(!l);
		lexicon_free(l);
	}
	json_decref(v);
	diags_clear(&d);
	arena_clear(&a);
}

static void check_phrase(const char *phrase)
{
	struct err err;
	bool is_good = !lexicon_phrase_check(phrase, &err);
	json_t *v = json_pack("{s:[{s:s,s:{s:s},s:[s]}]}", "rows", "symbol",
			      "X", "sets", "licences", "B", "any", phrase);
	if (!v)
		return; /* no UTF-8: JSON cannot carry it */
	struct lexicon *l = lexicon_new(v, &err);
	BUG_ON(l && !is_good);
	lexicon_free(l);
	json_decref(v);
}

static void check_hits(const struct lexicon_hits *hits)
{
	BUG_ON(hits->n > LEXICON_HITS_MAX);
	for (size_t i = 0; i < hits->n; i++) {
		const char *words = hits->v[i].words;
		BUG_ON(strlen(words) > LEXICON_WORDS_MAX);
		BUG_ON(!utf8_is_valid(words, strlen(words)));
	}
}

static void check_offer(struct arena *a, struct offer *o)
{
	struct err err;
	struct offer back;
	const char *clean = utf8_clean(a, o->description, UTF8_LINES,
				       OFFER_DESCRIPTION_MAX);
	o->description = NULL;
	o->source = "f";
	o->title = *clean ? "t" : "u";
	json_t *line = offer_to_json(o);
	BUG_ON(offer_from_json(line, a, &back, &err));
	json_decref(line);
}

static void check_text(const char *text)
{
	struct arena a;
	struct offer o;
	struct lexicon_hits hits;
	struct quality_verdict v;
	struct lexicon *s = compile(signals), *q = compile(quality);
	arena_init(&a);
	offer_init(&o);
	o.description = text;
	o.positions = 7;
	struct err err;
	struct lexicon_dictionary *words = lexicon_dictionary_new(s, q, &err);
	BUG_ON(!words);
	const struct lexicon_texts *texts = lexicon_texts_cut(words, &a, &o);
	lexicon_apply(s, &a, texts, &o, &hits);
	check_hits(&hits);
	BUG_ON(o.positions != 7);
	quality_judge(q, &a, texts, &o, 0, &v);
	BUG_ON(v.n > LEXICON_SYMBOLS_MAX);
	check_offer(&a, &o);
	json_decref(o.provenance);
	arena_clear(&a);
	lexicon_dictionary_free(words);
	lexicon_free(s);
	lexicon_free(q);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n)
{
	if (!n)
		return 0;
	char *text = mem_dup_n((const char *)bytes + 1, n - 1);
	switch (bytes[0] % 4) {
	case 0:
		check_file(text, n - 1, LEXICON_SIGNALS);
		break;
	case 1:
		check_file(text, n - 1, LEXICON_QUALITY);
		break;
	case 2:
		check_phrase(text);
		break;
	default:
		check_text(text);
	}
	free(text);
	return 0;
}
