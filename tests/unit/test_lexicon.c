/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of offers: the shipped files hold all that their examples say, a
 * wrong file is told where and why, phrases mean what the contract says, and
 * nothing that an offer states is ever changed. */
#include "domain/lexicon_words.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/lexicon.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/utf8.h>
#include <etrier/ynode.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1795000000)

/* What was said of a file, a line each. */
static char *lines_of(const struct diags *d)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < d->n; i++) {
		char *line = diag_line(&d->v[i]);
		buf_printf(&b, "%s\n", line);
		free(line);
	}
	return buf_take(&b);
}

/* The checked object of a text; NULL and what was said in *said (free()). */
static json_t *read_text(const char *text, enum lexicon_what what, char **said)
{
	struct arena a;
	struct diags d;
	json_t *v = NULL;
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_parse(&a, "l.yaml", text, strlen(text), &d);
	if (root)
		v = lexicon_read(root, what, &d);
	*said = lines_of(&d);
	diags_clear(&d);
	arena_clear(&a);
	return v;
}

static struct lexicon *compile(json_t *v)
{
	struct err err = {0};
	struct lexicon *l = lexicon_new(v, &err);
	json_decref(v);
	if (!l)
		fail_msg("%s", err.text);
	return l;
}

static struct lexicon *load(const char *file, enum lexicon_what what)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_load(&a, file, &d);
	json_t *v = root ? lexicon_read(root, what, &d) : NULL;
	char *said = lines_of(&d);
	assert_string_equal(said, "");
	assert_non_null(v);
	free(said);
	diags_clear(&d);
	arena_clear(&a);
	return compile(v);
}

/* One signal X: experience, so that it can be put to few words. */
static struct lexicon *one_signal(const char *keys)
{
	json_t *v = json_object();
	struct err err = {0};
	json_t *row = js_parse(keys, strlen(keys), &err);
	if (!row)
		fail_msg("%s: %s", keys, err.text);
	json_object_set_new(row, "symbol", json_string("X"));
	if (!json_object_get(row, "sets"))
		json_object_set_new(row, "sets",
				    json_pack("{s:s}", "experience", "some"));
	json_object_set_new(v, "what", json_string("signals"));
	json_object_set_new(v, "rows", json_pack("[o]", row));
	return compile(v);
}

struct fixture {
	struct lexicon *signals, *quality;
	struct lexicon_dictionary *words;
	struct arena a;
	struct offer o;
	struct lexicon_hits hits;
};

static int setup(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));
	f->signals = load(SOURCE_DIR "/conf/signals.yaml", LEXICON_SIGNALS);
	f->quality = load(SOURCE_DIR "/conf/quality.yaml", LEXICON_QUALITY);
	arena_init(&f->a);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	lexicon_dictionary_free(f->words);
	lexicon_free(f->signals);
	lexicon_free(f->quality);
	arena_clear(&f->a);
	free(f);
	return 0;
}

/* A new offer that says this much. */
static struct offer *offer(struct fixture *f, const char *description)
{
	json_decref(f->o.provenance);
	offer_init(&f->o);
	f->o.description = description;
	return &f->o;
}

/* The texts of *o for one lexicon. */
static const struct lexicon_texts *cut(struct fixture *f,
				       const struct lexicon *signals,
				       const struct lexicon *quality,
				       const struct offer *o)
{
	struct err err;
	lexicon_dictionary_free(f->words);
	f->words = lexicon_dictionary_new(signals, quality, &err);
	assert_non_null(f->words);
	return lexicon_texts_cut(f->words, &f->a, o);
}

static void read_by(struct fixture *f, const struct lexicon *l, struct offer *o)
{
	lexicon_apply(l, &f->a, cut(f, l, NULL, o), o, &f->hits);
}

static void apply(struct fixture *f, const char *description)
{
	read_by(f, f->signals, offer(f, description));
}

static void done(struct fixture *f)
{
	json_decref(f->o.provenance);
	f->o.provenance = NULL;
	arena_reset(&f->a);
}

static const struct lexicon_hit *hit(const struct fixture *f,
				     const char *symbol)
{
	for (size_t i = 0; i < f->hits.n; i++)
		if (str_eq(f->hits.v[i].symbol, symbol))
			return &f->hits.v[i];
	return NULL;
}

/* The file we ship is read as an administrator's would be: setup() did. */
static void the_shipped_files_hold_all_their_examples(void **state)
{
	struct fixture *f = *state;
	assert_in_range(lexicon_count(f->signals), 85, LEXICON_ROWS_MAX);
	assert_in_range(lexicon_count(f->quality), 20, LEXICON_SYMBOLS_MAX);
}

#define HEAD "version: 1\nsignals:\n"
#define ROW                                                 \
	HEAD "  - symbol: BAKER\n    sets: {licences: B}\n" \
	     "    any: [permis b]\n"
#define GOOD_EXAMPLES                                   \
	"    must: [\"Permis B.\", \"Un permis B.\"]\n" \
	"    must_not: [\"Rien.\", \"Permis C.\"]\n"

struct wrong {
	const char *text, *want; /* a line that is said, or how it begins */
};

static void check_files(const struct wrong *rows, size_t n,
			enum lexicon_what what)
{
	for (size_t i = 0; i < n; i++) {
		char *said;
		json_t *v = read_text(rows[i].text, what, &said);
		if (!v == !*rows[i].want || !strstr(said, rows[i].want))
			fail_msg("%s\nwanted: %s\ngot: %s", rows[i].text,
				 rows[i].want, said);
		json_decref(v);
		free(said);
	}
}

static void examples_that_fail_are_named_with_their_place(void **state)
{
	static const struct wrong rows[] = {
		{ROW GOOD_EXAMPLES, ""},
		{ROW "    must: [\"Permis B.\", \"Rien.\"]\n"
		     "    must_not: [\"Rien.\", \"Permis C.\"]\n",
		 "l.yaml:6:25: error: BAKER does not fire on \"Rien.\"\n"},
		{ROW "    must: [\"Permis B.\", \"Un permis B.\"]\n"
		     "    must_not:\n      - Rien.\n      - \"Permis B.\"\n",
		 "l.yaml:9:9: error: BAKER fires on \"Permis B.\"\n"},
		{ROW "    must: [\"Permis B.\", {text: Permis B, gives: C}]\n"
		     "    must_not: [\"Rien.\", \"Permis C.\"]\n",
		 "l.yaml:6:25: error: BAKER does not give what is said on "
		 "\"Permis B\": \"B\", not \"C\"\n"},
		{ROW "    must: [\"Permis B.\"]\n"
		     "    must_not: [\"Rien.\", \"Permis C.\"]\n",
		 "l.yaml:6:11: error: must: at least two examples are wanted\n"},
		{ROW "    must: [\"Permis B.\", \"Un permis B.\"]\n",
		 "l.yaml:3:5: error: must_not: at least two examples are "
		 "wanted\n"},
		{ROW "    anny: [x]\n" GOOD_EXAMPLES,
		 "l.yaml:6:5: error: unknown key \"anny\" in signals[1] (did "
		 "you mean \"any\"?); allowed: symbol any not"},
	};
	(void)state;
	check_files(rows, ARRAY_LEN(rows), LEXICON_SIGNALS);
}

static void wrong_fields_and_values_are_named_with_their_place(void **state)
{
	static const struct wrong rows[] = {
		{HEAD "  - symbol: A_B\n    sets: {licence: B}\n"
		      "    any: [permis b]\n" GOOD_EXAMPLES,
		 "l.yaml:4:12: error: no field of an offer \"licence\" (did you "
		 "mean \"licences\"?); allowed: hours.start hours.end"},
		{HEAD "  - symbol: A_B\n    sets: {exposure.luck: 1}\n"
		      "    any: [permis b]\n" GOOD_EXAMPLES,
		 "l.yaml:4:12: error: no field of an offer \"exposure.luck\""},
		{HEAD "  - symbol: A_B\n    sets: {licences: Z}\n"
		      "    any: [permis b]\n" GOOD_EXAMPLES,
		 "l.yaml:4:22: error: licences cannot be \"Z\"; allowed: AM A1 "
		 "A2 A B BE C D caces\n"},
		{HEAD "  - symbol: A_B\n    sets: {exposure.loads: 4}\n"
		      "    any: [permis b]\n" GOOD_EXAMPLES,
		 "l.yaml:4:28: error: exposure.loads cannot be \"4\"; allowed: "
		 "0 1 2 3\n"},
		{HEAD "  - symbol: A_B\n    sets: {hours.night: unknown}\n"
		      "    any: [permis b]\n" GOOD_EXAMPLES,
		 "l.yaml:4:25: error: hours.night cannot be \"unknown\"; "
		 "allowed: no yes\n"},
		{HEAD "  - symbol: A_B\n    sets: {hours.start: \"{date}\"}\n"
		      "    any: [\"de {date}\"]\n" GOOD_EXAMPLES,
		 "l.yaml:4:25: error: hours.start cannot be \"{date}\"; "
		 "allowed: {time}\n"},
		{HEAD "  - symbol: A_B\n    sets: {hours.start: \"{time}\"}\n"
		      "    any: [\"de {time}\", permis b]\n" GOOD_EXAMPLES,
		 "l.yaml:5:24: error: phrase \"permis b\": the {...} that is "
		 "set is not in it\n"},
		{HEAD "  - symbol: A_B\n    sets: {hours.start: \"{time}\"}\n"
		      "    between: [5h, 99h]\n"
		      "    any: [\"de {time}\"]\n" GOOD_EXAMPLES,
		 "l.yaml:5:19: error: hours.start cannot be \"99h\"; allowed: "
		 "{time}\n"},
	};
	(void)state;
	check_files(rows, ARRAY_LEN(rows), LEXICON_SIGNALS);
}

static void wrong_phrases_and_keys_are_named_with_their_place(void **state)
{
	static const struct wrong rows[] = {
		{ROW "    between: [1, 2]\n" GOOD_EXAMPLES,
		 "l.yaml:6:14: error: between is for a field set to a {...}\n"},
		{HEAD "  - symbol: A_B\n    sets: {hours.start: \"{time}\", "
		      "start: \"{date}\"}\n"
		      "    any: [\"de {time}\"]\n" GOOD_EXAMPLES,
		 "l.yaml:4:42: error: one kind of {...} in a row\n"},
		{HEAD "  - symbol: A_B\n    sets: {hours.start: \"{time}\"}\n"
		      "    between: [9h, 5h]\n"
		      "    any: [\"de {time}\"]\n" GOOD_EXAMPLES,
		 "A_B: between is [least, most]"},
		{HEAD "  - symbol: A_B\n    sets: {licences: B}\n"
		      "    any: [\"... permis\", ab*, $wish, \"a|b c|d e|\"]\n",
		 "l.yaml:5:11: error: phrase \"... permis\": a phrase begins "
		 "and ends with a word that must be there\n"},
		{HEAD "  - symbol: A_B\n    sets: {licences: B}\n"
		      "    any: [\xCE\xB1\xCE\xB2]\n" GOOD_EXAMPLES,
		 "only letters a to z, accents aside, 60 at most\n"},
		{HEAD "  - symbol: A_B\n    sets: {licences: B}\n"
		      "    any: [ab*]\n" GOOD_EXAMPLES,
		 "l.yaml:5:11: error: phrase \"ab*\": \"ab*\": at least 3 "
		 "letters before *\n"},
		{HEAD "  - symbol: A_B\n    sets: {licences: B}\n"
		      "    any: [\"{tim} x\"]\n" GOOD_EXAMPLES,
		 "no such capture {tim}; allowed: {time} {hours}"},
		{HEAD "  - symbol: A_B\n    sets: {licences: B}\n"
		      "    any: [\"week-end|samedi\"]\n" GOOD_EXAMPLES,
		 "single words stand between |"},
		{"version: 1\nlists: {wish: [souhaite]}\nsignals:\n"
		 "  - symbol: A_B\n    sets: {licences: B}\n"
		 "    any: [permis b]\n    not: [$wihs]\n" GOOD_EXAMPLES,
		 "l.yaml:7:11: error: no list \"$wihs\" (did you mean "
		 "\"$wish\"?); allowed: $wish\n"},
		{ROW "    in: [titel]\n" GOOD_EXAMPLES,
		 "l.yaml:6:10: error: an offer has no text \"titel\" (did you "
		 "mean \"title\"?); allowed: title description hours salary "
		 "rhythm\n"},
		{ROW GOOD_EXAMPLES
		 "  - symbol: BAKER\n    sets: {licences: C}\n"
		 "    any: [permis c]\n"
		 "    must: [permis c, permis C.]\n"
		 "    must_not: [permis b, rien]\n",
		 "l.yaml:8:13: error: a second row with the symbol "
		 "\"BAKER\"\n"},
		{HEAD "  - symbol: baker\n    sets: {licences: B}\n"
		      "    any: [permis b]\n" GOOD_EXAMPLES,
		 "l.yaml:3:13: error: a symbol has only A-Z 0-9 and _: "
		 "\"baker\"\n"},
	};
	(void)state;
	check_files(rows, ARRAY_LEN(rows), LEXICON_SIGNALS);
}

static void mistakes_of_rules_of_quality_are_named_too(void **state)
{
#define RULE                                                         \
	"version: 1\nrules:\n  - symbol: FEE\n    outcome: reject\n" \
	"    reason: Des frais.\n"
	static const struct wrong rows[] = {
		{RULE "    test: no_salary\n", ""},
		{RULE, "l.yaml:3:5: error: a rule has words (any), a test, or "
		       "both\n"},
		{RULE "    test: no_salry\n",
		 "l.yaml:6:11: error: no test \"no_salry\" (did you mean "
		 "\"no_salary\"?); allowed: premium_number"},
		{RULE "    test: too_old\n",
		 "error: days goes with the test too_old\n"},
		{RULE "    test: no_hours\n    days: 3\n",
		 "error: days goes with the test too_old\n"},
		{RULE "    test: no_hours\n    kinds: [permanant]\n",
		 "l.yaml:7:13: error: no contract \"permanant\" (did you mean "
		 "\"permanent\"?)"},
		{RULE "    test: no_hours\n    sets: {licences: B}\n",
		 "unknown key \"sets\""},
		{RULE "    test: no_salary\n    must: [{text: x, salary: y}]\n",
		 "l.yaml:7:12: error: FEE does not fire on \"x\"\n"},
		{RULE "    test: no_salary\n    must: [{text: x, kid: y}]\n",
		 "l.yaml:7:22: error: unknown key \"kid\" (did you mean "
		 "\"kind\"?)"},
	};
	(void)state;
	check_files(rows, ARRAY_LEN(rows), LEXICON_QUALITY);
}

static void phrases_mean_what_the_contract_says(void **state)
{
	static const struct {
		const char *keys, *text;
		bool fires;
	} rows[] = {
		{"{\"any\":[\"permis b\"]}", "PERMIS-B", true},
		{"{\"any\":[\"debutant\"]}", "Débutant·e accepté·e", true},
		{"{\"any\":[\"exige*\"]}", "L’anglais est exigée", true},
		{"{\"any\":[\"exige*\"]}", "exigu", false},
		{"{\"any\":[\"a|b c|ddd*\"]}", "b c", true},
		{"{\"any\":[\"a|b c|d\"]}", "a b", false},
		{"{\"any\":[\"permis de? conduire? b\"]}", "permis b", true},
		{"{\"any\":[\"permis de? conduire? b\"]}",
		 "permis de conduire b", true},
		{"{\"any\":[\"a ... b\"],\"within\":2}", "a x y b", true},
		{"{\"any\":[\"a ... b\"],\"within\":2}", "a x y z b", false},
		{"{\"any\":[\"a ... b\"]}", "a. B", false},
		{"{\"any\":[\"a ... b\"]}", "a. b", true},
		{"{\"any\":[\"a ... b\"]}", "a. \"b", false},
		{"{\"any\":[\"a ... b\"]}", "a ; b", false},
		{"{\"any\":[\"a ... b\"]}", "a\nb", false},
		{"{\"any\":[\"a ... b\"]}", "a • b", false},
		{"{\"any\":[\"a ... b\"]}", "a, (b)", true},
		{"{\"any\":[\"cap\"]}", "un C.A.P", false},
		{"{\"any\":[\"c a p\"]}", "un C.A.P", true},
		{"{\"any\":[\"{time} pile\"]}", "Midi pile", true},
		{"{\"any\":[\"16-25 ans\"]}", "de 16-25 ans", true},
		{"{\"any\":[\"16 ans\"]}", "de 16-25 ans", false},
		{"{\"any\":[\"35,5 h\"]}", "35,5 h", true},
		/* a veto on either side, so near, in the same clause */
		{"{\"any\":[\"b\"],\"not\":[\"x\"],\"near\":2}", "x c b",
		 false},
		{"{\"any\":[\"b\"],\"not\":[\"x\"],\"near\":2}", "b c x",
		 false},
		{"{\"any\":[\"b\"],\"not\":[\"x\"],\"near\":2}", "b c d x",
		 true},
		{"{\"any\":[\"b\"],\"not\":[\"x\"],\"near\":2}", "b c, x",
		 true},
		{"{\"any\":[\"b\"],\"not\":[\"x\"]}", "X, le b", false},
		{"{\"any\":[\"b\"],\"not\":[\"x\"]}", "x. Un b", true},
		{"{\"any\":[\"a ... b\"],\"not\":[\"x\"]}", "a, y x z, b",
		 false},
		/* before only */
		{"{\"any\":[\"b\"],\"not_before\":[\"x\"]}", "x b", false},
		{"{\"any\":[\"b\"],\"not_before\":[\"x\"]}", "b x", true},
		{"{\"any\":[\"a ... b\"],\"not_before\":[\"x\"]}", "a x b",
		 false},
		/* another place of the same text may still fire */
		{"{\"any\":[\"b\"],\"not\":[\"x\"]}", "x b. Un b", true},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lexicon *l = one_signal(rows[i].keys);
		read_by(f, l, offer(f, rows[i].text));
		if ((f->hits.n == 1) != rows[i].fires)
			fail_msg("%s on \"%s\"", rows[i].keys, rows[i].text);
		lexicon_free(l);
	}
	done(f);
}

/* There is a short way for them, beside the one of utf8.h. */
static void every_accent_is_folded_as_elsewhere(void **state)
{
	struct fixture *f = *state;
	size_t n_folded = 0;
	for (uint32_t cp = 0xC0; cp < 0x180; cp++) {
		struct err err;
		char word[8] = "x";
		word[1 + utf8_put(cp, word + 1)] = 'y';
		const char *folded = utf8_fold(&f->a, word);
		if (lexicon_phrase_check(folded, &err))
			continue; /* "ð": no phrase can have it */
		n_folded++;
		char *keys = mem_printf("{\"any\":[\"%s\"]}", folded);
		struct lexicon *l = one_signal(keys);
		read_by(f, l, offer(f, word));
		if (f->hits.n != 1)
			fail_msg("%s: %s", word, keys);
		lexicon_free(l);
		free(keys);
	}
	assert_in_range(n_folded, 160, 192);
	done(f);
}

static void captures_read_what_offers_write(void **state)
{
	static const struct {
		const char *field, *capture, *text, *want; /* NULL: none */
	} rows[] = {
		{"hours.start", "{time}", "x 5h", "05:00"},
		{"hours.start", "{time}", "x 5H30", "05:30"},
		{"hours.start", "{time}", "x 05:30", "05:30"},
		{"hours.start", "{time}", "x 5 h 30", "05:30"},
		{"hours.start", "{time}", "x 5 heures", "05:00"},
		{"hours.start", "{time}", "x huit heures", "08:00"},
		{"hours.start", "{time}", "x 5 heures du soir", "17:00"},
		{"hours.start", "{time}", "x midi", "12:00"},
		{"hours.start", "{time}", "x 8:30-12:00", "08:30"},
		{"hours.start", "{time}", "x 25h", NULL},
		{"hours.start", "{time}", "x 5h75", NULL},
		{"hours.start", "{time}", "x 12,50 € / h", NULL},
		{"hours.start", "{time}", "x 5 ans", NULL},
		{"hours.start", "{time}", "x 123h", NULL},
		{"hours.weekly", "{hours}", "x 35h", "35h00"},
		{"hours.weekly", "{hours}", "x 35h30", "35h30"},
		{"hours.weekly", "{hours}", "x 35,5 heures", "35h30"},
		{"hours.weekly", "{hours}", "x 37.25h", "37h15"},
		{"hours.weekly", "{hours}", "x 61h", NULL},
		{"positions", "{number}", "x 3", "3"},
		{"positions", "{number}", "x Trois", "3"},
		{"positions", "{number}", "x 0", NULL},
		{"positions", "{number}", "x 12345", NULL},
		{"positions", "{number}", "x 2x8", NULL},
		{"start", "{date}", "x 01/09/2027", "2027-09-01"},
		{"start", "{date}", "x 1.9.27", "2027-09-01"},
		{"start", "{date}", "x 2027-09-01", "2027-09-01"},
		{"start", "{date}", "x 1er septembre 2027", "2027-09-01"},
		{"start", "{date}", "x Août 2027", "2027-08-01"},
		{"start", "{date}", "x 31/02/2027", NULL},
		{"start", "{date}", "x septembre", NULL},
		{"start", "{date}", "x 15/09/1999", NULL},
		{"duration_days", "{duration}", "x 6 mois", "183"},
		{"duration_days", "{duration}", "x 2 ans", "730"},
		{"duration_days", "{duration}", "x une semaine", "7"},
		{"duration_days", "{duration}", "x 24-36 mois", NULL},
		{"duration_days", "{duration}", "x 99 ans", NULL},
		{"age_min", "{number}", "x 18", "18"},
		{"age_min", "{number}", "x 3", NULL},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *keys = mem_printf(
			"{\"any\":[\"x %s\"],\"sets\":{\"%s\":\"%s\"}}",
			rows[i].capture, rows[i].field, rows[i].capture);
		struct lexicon *l = one_signal(keys);
		read_by(f, l, offer(f, rows[i].text));
		const char *got = f->hits.n ? f->hits.v[0].value : NULL;
		if (!str_eq(got, rows[i].want))
			fail_msg("\"%s\": %s, not %s", rows[i].text,
				 got ? got : "nothing",
				 rows[i].want ? rows[i].want : "nothing");
		lexicon_free(l);
		free(keys);
	}
	done(f);
}

static void what_is_stated_is_never_touched(void **state)
{
	struct fixture *f = *state;
	struct offer *o =
		offer(f, "Prise de poste à 5h, travail de nuit, permis B "
			 "exigé, anglais B2 exigé. Port de charges lourdes.");
	o->hours.start_min = 9 * 60;
	o->hours.night = TRI_NO;
	o->licences = 1u << LICENCE_AM;
	o->exposure[EXPOSURE_LOADS] = 1;
	o->languages[0] = (struct offer_language){"de", VOCAB_NONE, TRI_YES};
	o->n_languages = 1;
	read_by(f, f->signals, o);
	assert_int_equal(o->hours.start_min, 9 * 60);
	assert_int_equal(o->hours.night, TRI_NO);
	assert_int_equal(o->licences, 1u << LICENCE_AM);
	assert_int_equal(o->exposure[EXPOSURE_LOADS], 1);
	assert_int_equal(o->n_languages, 1);
	assert_string_equal(o->languages[0].lang, "de");
	/* What fired is shown, as not applied; no provenance is made up. */
	assert_false(hit(f, "LICENCE_B")->is_applied);
	assert_false(hit(f, "HOURS_START")->is_applied);
	assert_null(json_object_get(o->provenance, "licences"));
	assert_null(json_object_get(o->provenance, "hours.start"));
	assert_string_equal(js_str(o->provenance, "exposure.night", ""),
			    "text");
	done(f);
}

static void an_offer_keeps_the_provenance_it_had(void **state)
{
	struct fixture *f = *state;
	struct offer *o = offer(f, "Permis B exigé.");
	json_t *mine = json_pack("{s:s}", "kind", "text");
	o->provenance = json_incref(mine);
	lexicon_apply(f->signals, &f->a, cut(f, f->signals, NULL, o), o, NULL);
	assert_ptr_equal(o->provenance, mine);
	assert_string_equal(js_str(mine, "kind", ""), "text");
	assert_string_equal(js_str(mine, "licences", ""), "text");
	json_decref(mine);
	done(f);
}

static void silence_and_contradiction_are_unknown(void **state)
{
	struct fixture *f = *state;
	struct offer fresh;
	apply(f, "Une équipe sympathique vous attend.");
	offer_init(&fresh);
	fresh.description = f->o.description;
	assert_int_equal(f->hits.n, 0);
	assert_null(f->o.provenance);
	assert_memory_equal(&f->o, &fresh, sizeof(fresh));

	apply(f, "Du lundi au vendredi. Travail le samedi.");
	assert_int_equal(f->o.hours.weekend, TRI_UNKNOWN);
	assert_false(hit(f, "WEEKEND")->is_applied);
	assert_false(hit(f, "WEEKEND_NONE")->is_applied);

	apply(f, "Pas de travail de nuit.");
	assert_int_equal(f->o.hours.night, TRI_NO);
	assert_int_equal(f->o.exposure[EXPOSURE_NIGHT], 0);

	apply(f, "CDD de 6 mois ou CDD de 12 mois.");
	assert_int_equal(f->o.duration_days, -1);
	done(f);
}

static void signals_of_one_field_are_combined(void **state)
{
	struct fixture *f = *state;
	apply(f, "Prise de poste à 6h ou prise de poste à 14h. Port de "
		 "charges. Port de charges lourdes. Permis B exigé. CACES "
		 "obligatoire. Débutant accepté, expérience souhaitée. Anglais "
		 "B2 exigé. Vous parlez espagnol. 18 ans minimum.");
	assert_int_equal(f->o.hours.start_min, 6 * 60);
	assert_int_equal(f->o.exposure[EXPOSURE_LOADS], 3);
	assert_int_equal(f->o.licences, 1u << LICENCE_B | 1u << LICENCE_CACES);
	assert_int_equal(f->o.experience, EXPERIENCE_NONE);
	assert_int_equal(f->o.n_languages, 2);
	assert_int_equal(f->o.age_min, 18);
	assert_true(hit(f, "LOADS_HEAVY")->is_applied);
	assert_false(hit(f, "LOADS")->is_applied);
	done(f);
}

static void a_whole_offer_is_read(void **state)
{
	struct fixture *f = *state;
	struct offer *o = offer(
		f, "Apprenti boulanger H/F\n"
		   "Au sein d’une équipe de 4 personnes, vous préparez un CAP "
		   "boulanger en 2 ans.\n"
		   "• Prise de poste à 4h30, du mardi au samedi (repos "
		   "dimanche et lundi)\n"
		   "• Port de charges lourdes : sacs de farine de 25 kg\n"
		   "• Station debout prolongée, chaleur des fours\n"
		   "Débutant accepté. Permis B souhaité, scooter utile.\n"
		   "Poste à pourvoir le 01/09/2027. Contrat d’apprentissage de "
		   "24 mois, 35h par semaine.\n"
		   "Vous serez formé par un maître d’apprentissage et "
		   "accompagné par un tuteur dédié. Poste ouvert aux personnes "
		   "en situation de handicap.");
	o->title = "Apprenti boulanger H/F";
	read_by(f, f->signals, o);
	assert_int_equal(o->hours.start_min, 4 * 60 + 30);
	assert_int_equal(o->hours.weekend, TRI_YES);
	assert_int_equal(o->hours.weekly_min, 35 * 60);
	assert_int_equal(o->exposure[EXPOSURE_EARLY_START], 3);
	assert_int_equal(o->exposure[EXPOSURE_LOADS], 3);
	assert_int_equal(o->exposure[EXPOSURE_STANDING], 3);
	assert_int_equal(o->exposure[EXPOSURE_HEAT], 2);
	assert_int_equal(o->exposure[EXPOSURE_COLD], -1);
	assert_int_equal(o->licences, 0);
	assert_int_equal(o->level_target, vocab_find(&vocab_level, "3"));
	assert_int_equal(o->level_required, VOCAB_NONE);
	assert_int_equal(o->experience, EXPERIENCE_NONE);
	assert_int_equal(o->start, date_from_ymd(2027, 9, 1));
	assert_int_equal(o->duration_days, 730);
	assert_int_equal(o->handicap_welcome, TRI_YES);
	assert_int_equal(o->access[ACCESS_TUTORING], TRI_YES);
	assert_string_equal(hit(f, "START_DATE")->words,
			    "pourvoir le 01/09/2027");
	/* What was read survives the wire. */
	struct err err = {0};
	struct offer back;
	o->source = "test";
	json_t *line = offer_to_json(o);
	if (offer_from_json(line, &f->a, &back, &err))
		fail_msg("%s", err.text);
	assert_int_equal(back.hours.start_min, 4 * 60 + 30);
	assert_string_equal(js_str(back.provenance, "duration_days", ""),
			    "text");
	json_decref(line);
	done(f);
}

static struct quality_verdict judge(struct fixture *f, const struct offer *o)
{
	struct quality_verdict v;
	quality_judge(f->quality, &f->a, cut(f, NULL, f->quality, o), o, NOW,
		      &v);
	return v;
}

static bool blames(const struct quality_verdict *v, const char *symbol)
{
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->symbols[i], symbol))
			return true;
	return false;
}

/* An offer of which nothing is to be said. */
static struct offer *fine(struct fixture *f, const char *description)
{
	struct offer *o = offer(f, description);
	o->employer.name = "Boulangerie des Tests";
	o->salary_text = "12,50 euros de l'heure";
	o->hours.weekly_min = 35 * 60;
	o->place.precision = PLACE_COMMUNE;
	o->posted = NOW - 86400;
	return o;
}

static void the_gravest_fault_decides(void **state)
{
	struct fixture *f = *state;
	struct quality_verdict v = judge(f, fine(f, "Vendeur en boulangerie."));
	assert_int_equal(v.n, 0);
	assert_int_equal(v.outcome, QUALITY_FINE);
	struct offer *o = fine(f, "Bonne présentation exigée.");
	o->posted = NOW - (int64_t)86400 * 61;
	v = judge(f, o);
	assert_int_equal(v.outcome, QUALITY_QUARANTINE);
	assert_int_equal(v.n, 2);
	assert_string_equal(v.symbols[0], "APPEARANCE_ASKED");
	assert_string_equal(v.words[0], "Bonne présentation");
	assert_string_equal(v.symbols[1], "TOO_OLD");
	assert_null(v.words[1]);
	assert_non_null(strstr(v.reasons[1], "60 jours"));
	o->contact.phone = "08 99 12 34 56";
	v = judge(f, o);
	assert_int_equal(v.outcome, QUALITY_REJECT);
	o = fine(f, "Vendeur.");
	o->updated = NOW;
	o->posted = NOW - (int64_t)86400 * 400;
	assert_int_equal(judge(f, o).outcome, QUALITY_FINE);
	done(f);
}

static void an_age_range_is_lawful_where_the_law_sets_it(void **state)
{
	static const struct {
		int kind;
		bool fires;
	} rows[] = {
		{CONTRACT_APPRENTICESHIP, false},
		{CONTRACT_PROFESSIONALIZATION, false},
		{CONTRACT_CIVIC_SERVICE, false},
		{CONTRACT_PERMANENT, true},
		{CONTRACT_FIXED_TERM, true},
		{VOCAB_NONE, true},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct offer *o = fine(f, "Vous avez moins de 30 ans.");
		o->kind = rows[i].kind;
		struct quality_verdict v = judge(f, o);
		assert_int_equal(blames(&v, "AGE_CEILING"), rows[i].fires);
	}
	done(f);
}

static void numbers_that_cost_more_are_found_and_others_are_not(void **state)
{
	static const struct {
		const char *text;
		bool fires;
	} rows[] = {
		{"08 92 12 34 56", true},
		{"0892123456", true},
		{"08.11.12.34.56", true},
		{"+33 8 20 12 34 56", true},
		{"0033 (0)8 92 12 34 56", true},
		{"75011 Paris, 08 92 12 34 56.", true},
		{"0800 12 34 56", false},
		{"08 05 12 34 56", false},
		{"06 39 98 12 34", false},
		{"01 08 92 12 34 56", false},
		{"0639981234 ou 0639981235", false},
		{"08 92 12 34", false},
		{"réf. 08921234567", false},
		{"20892123456", false},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct quality_verdict v = judge(f, fine(f, rows[i].text));
		if (blames(&v, "PREMIUM_NUMBER") != rows[i].fires)
			fail_msg("%s", rows[i].text);
	}
	done(f);
}

static void words_and_a_test_must_both_hold(void **state)
{
	struct fixture *f = *state;
	struct offer *o = fine(f, "Contact : WhatsApp 06 39 98 12 34.");
	struct quality_verdict v = judge(f, o);
	assert_true(blames(&v, "MESSAGING_ONLY"));
	o->contact.url = "https://emploi.example/offre";
	v = judge(f, o);
	assert_false(blames(&v, "MESSAGING_ONLY"));
	v = judge(f, fine(f, "Présentez-vous en boutique."));
	assert_false(blames(&v, "MESSAGING_ONLY"));
	done(f);
}

/* Texts that nobody writes, of every size. */
static void hostile_texts_cost_no_more_than_their_length(void **state)
{
	static const char *const units[] = {
		"permis b ", "a ",  "\xC3",	"\xF0\x9F\x98\x80",
		"0",	     "08 ", "5h ",	",",
		"de ",	     "é",   "\xC2\xA0", "1,",
		"permis\n",  "*",   "l’eau ",	"travail de nuit ",
		"-",	     "\x01"};
	struct fixture *f = *state;
	char *text = mem_alloc(OFFER_DESCRIPTION_MAX + 1);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t n = strlen(units[i]);
		for (size_t k = 0; k < OFFER_DESCRIPTION_MAX; k++)
			text[k] = units[i][k % n];
		apply(f, text);
		assert_in_range(f->hits.n, 0, LEXICON_HITS_MAX);
		struct quality_verdict v = judge(f, &f->o);
		assert_in_range(v.n, 0, LEXICON_SYMBOLS_MAX);
		for (size_t k = 0; k < f->hits.n; k++)
			assert_in_range(strlen(f->hits.v[k].words), 0,
					LEXICON_WORDS_MAX);
		done(f);
	}
	free(text);
}

static void a_lexicon_that_is_not_ours_is_refused(void **state)
{
	static const struct {
		const char *json, *want;
	} rows[] = {
		{"{\"rows\":[{}]}", "no symbol"},
		{"{\"rows\":[{\"symbol\":\"X\"}]}", "X: nothing to set"},
		{"{\"rows\":[{\"symbol\":\"X\",\"sets\":{\"luck\":\"1\"}}]}",
		 "X: no field \"luck\""},
		{"{\"rows\":[{\"symbol\":\"X\",\"sets\":{\"licences\":2},"
		 "\"any\":[\"a\"]}]}",
		 "X: licences cannot be"},
		{"{\"rows\":[{\"symbol\":\"X\",\"sets\":{\"licences\":\"B\"},"
		 "\"any\":[7]}]}",
		 "X: a phrase without words"},
		{"{\"rows\":[{\"symbol\":\"X\",\"sets\":{\"licences\":\"B\"},"
		 "\"any\":[\"a\"],\"near\":99}]}",
		 "X: near out of range"},
		{"{\"rows\":[{\"symbol\":\"X\",\"sets\":{\"start\":\"{date}\"},"
		 "\"any\":[\"a\"]}]}",
		 "X: each phrase has the {...}"},
		{"{\"rows\":[{\"symbol\":\"X\",\"sets\":{\"start\":\"{date}\","
		 "\"hours.start\":\"{time}\"},\"any\":[\"{date}\"]}]}",
		 "X: one kind of {...}"},
		{"{\"what\":\"quality\",\"rows\":[{\"symbol\":\"X\"}]}",
		 "X: no outcome or no reason"},
		{"{\"what\":\"quality\",\"rows\":[{\"symbol\":\"X\",\"outcome\":"
		 "\"note\",\"reason\":\"r\"}]}",
		 "X: no words, and no such test"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		json_t *v = js_parse(rows[i].json, strlen(rows[i].json), &err);
		assert_non_null(v);
		struct lexicon *l = lexicon_new(v, &err);
		if (l || !strstr(err.text, rows[i].want))
			fail_msg("%s\nwanted: %s\ngot: %s", rows[i].json,
				 rows[i].want, err.text);
		json_decref(v);
	}
	struct err err = {0};
	json_t *empty = json_object();
	struct lexicon *l = lexicon_new(empty, &err);
	assert_non_null(l);
	assert_int_equal(lexicon_count(l), 0);
	lexicon_free(l);
	json_decref(empty);
}

/* A word that belongs to more groups than a word may: told when compiling, not
 * forgotten when matching. */
static void too_many_groups_of_one_word_are_refused(void **state)
{
	struct err err = {0};
	json_t *any = json_array();
	(void)state;
	for (int i = 0; i < 60; i++) {
		char *s = mem_printf("mot|autre%d", i);
		json_array_append_new(any, json_string(s));
		free(s);
	}
	json_t *v = json_pack("{s:[{s:s,s:{s:s},s:o}]}", "rows", "symbol", "X",
			      "sets", "licences", "B", "any", any);
	assert_null(lexicon_new(v, &err));
	assert_int_equal(err.kind, ERR_LIMIT);
	assert_non_null(strstr(err.text, "different groups"));
	json_decref(v);
}

static void named(const char *manual, const char *word)
{
	if (!strstr(manual, word))
		fail_msg("the manual does not name %s", word);
}

static void the_manual_names_every_word(void **state)
{
	static const struct vocab *const lists[] = {
		&vocab_lexicon_text, &vocab_quality_test, &vocab_exposure,
		&vocab_access, &vocab_licence};
	struct fixture *f = *state;
	char *manual = mem_alloc(1 << 16);
	FILE *in = fopen(SOURCE_DIR "/man/etrier-lexicon.5", "re");
	assert_non_null(in);
	assert_in_range(fread(manual, 1, (1 << 16) - 1, in), 1000, 65000);
	fclose(in);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (int k = 0; k < lists[i]->n; k++)
			named(manual, vocab_code(lists[i], k));
	for (size_t i = 0; lexicon_field_name(i); i++)
		named(manual, lexicon_field_name(i));
	for (int i = QUALITY_NOTE; i <= QUALITY_REJECT; i++)
		named(manual, vocab_code(&vocab_quality, i));
	done(f);
	free(manual);
}

/* "㎉" is four letters when folded: longer than it was written. */
static void words_that_grow_when_folded_have_a_ceiling(void **state)
{
	char word[3 * 66 + 1];
	struct err err = {0};
	(void)state;
	for (size_t i = 0; i < sizeof(word) - 1; i++)
		word[i] = "\xE3\x8E\x89"[i % 3];
	word[3 * 15] = '\0';
	assert_int_equal(lexicon_phrase_check(word, &err), 0);
	struct lexicon *l =
		one_signal("{\"any\":[\"\xE3\x8E\x89\xE3\x8E\x89|kcal*\"]}");
	assert_int_equal(lexicon_count(l), 1);
	lexicon_free(l);
	word[3 * 15] = '\xE3';
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(lexicon_phrase_check(word, &err), -1);
	assert_non_null(strstr(err.text, "60 at most"));
}

static void trades_have_their_usual_conditions(void **state)
{
	struct err err = {0};
	struct refdata *rd = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	const struct condition *c;
	int8_t exposure[EXPOSURE_COUNT];
	size_t known = 0;
	(void)state;
	assert_non_null(rd);
	conditions_by_trade(rd, rome_find(rd, "D1102"), exposure);
	assert_int_equal(exposure[EXPOSURE_LOADS], 1);
	assert_int_equal(exposure[EXPOSURE_STANDING], 1);
	assert_int_equal(exposure[EXPOSURE_SCREEN], -1);
	conditions_by_trade(rd, rome_find(rd, "G1601"), exposure);
	assert_int_equal(exposure[EXPOSURE_STANDING], 2);
	conditions_by_trade(rd, ROME_NONE, exposure);
	for (int i = 0; i < EXPOSURE_COUNT; i++)
		assert_int_equal(exposure[i], -1);
	/* Every code of the table is one of ours. */
	for (uint16_t t = 0; t < rome_count(rd); t++)
		for (size_t n = rome_conditions(rd, t, &c); n--; known++)
			if (vocab_find(&vocab_exposure, c[n].exposure) ==
			    VOCAB_NONE)
				fail_msg("%s", c[n].exposure);
	assert_in_range(known, 700, 5000);
	refdata_free(rd);
}

/* Words that one lexicon knows and the other does not, beginnings of words of
 * either, words of both: together they say what each says alone. */
static void two_lexicons_read_as_one(void **state)
{
	static const char *const texts[] = {
		"Prise de poste à 5h30, permis B exigé.\nContactez-nous sur "
		"WhatsApp, sans expérience, 39h par semaine.",
		"Nous sommes une équipe and you will work with the best of us, "
		"port de charges lourdes, travail de nuit.",
		"Début le 1er septembre 2027 pour deux ans ; frais de dossier à "
		"payer d'avance. Horaires de midi à 20h.",
	};
	struct fixture *f = *state;
	size_t n_faults = 0;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct quality_verdict alone, both;
		struct offer *o = offer(f, texts[i]);
		read_by(f, f->signals, o);
		struct lexicon_hits hits = f->hits;
		o = offer(f, texts[i]);
		quality_judge(f->quality, &f->a, cut(f, NULL, f->quality, o), o,
			      NOW, &alone);
		const struct lexicon_texts *t =
			cut(f, f->signals, f->quality, o);
		quality_judge(f->quality, &f->a, t, o, NOW, &both);
		lexicon_apply(f->signals, &f->a, t, o, &f->hits);
		assert_true(hits.n > 0);
		assert_int_equal(f->hits.n, hits.n);
		for (size_t k = 0; k < hits.n; k++) {
			assert_string_equal(f->hits.v[k].symbol,
					    hits.v[k].symbol);
			assert_string_equal(f->hits.v[k].value,
					    hits.v[k].value);
			assert_string_equal(f->hits.v[k].words,
					    hits.v[k].words);
		}
		assert_int_equal(both.n, alone.n);
		for (size_t k = 0; k < alone.n; k++)
			assert_string_equal(both.symbols[k], alone.symbols[k]);
		n_faults += alone.n;
	}
	assert_true(n_faults > 0);
}

/* Eight letters are looked at together: every length, beside every byte that
 * stands next to a letter in ASCII, and up to the very end of the text. */
static void test_a_word_ends_where_its_letters_do(void **state)
{
	static const char *const behind[] = {"",  " ", "@", "[", "`",	"{",
					     "/", "!", "-", ".", "\x7f"};
	struct sentence out;
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t n = 1; n <= 26; n++)
		for (size_t i = 0; i < ARRAY_LEN(behind); i++)
			for (int room = 0; room < 2; room++) {
				char *text = mem_printf(
					"%.*s%s%s", (int)n,
					"aZbyCXdwEVfuGTzAhsIRjqKPlo", behind[i],
					room ? " et puis" : "");
				struct sentences w = {.text = text};
				assert_true(sentence_next(&w, &a, &out));
				assert_int_equal(out.v[0].len, n);
				free(text);
			}
	struct sentences w = {
		.text = "d\303\251but 12abc abc12 abcdefg\303\251"};
	assert_true(sentence_next(&w, &a, &out));
	assert_int_equal(out.n, 4);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_word_ends_where_its_letters_do),
		cmocka_unit_test(two_lexicons_read_as_one),
		cmocka_unit_test(the_shipped_files_hold_all_their_examples),
		cmocka_unit_test(examples_that_fail_are_named_with_their_place),
		cmocka_unit_test(
			wrong_fields_and_values_are_named_with_their_place),
		cmocka_unit_test(
			wrong_phrases_and_keys_are_named_with_their_place),
		cmocka_unit_test(mistakes_of_rules_of_quality_are_named_too),
		cmocka_unit_test(phrases_mean_what_the_contract_says),
		cmocka_unit_test(every_accent_is_folded_as_elsewhere),
		cmocka_unit_test(captures_read_what_offers_write),
		cmocka_unit_test(what_is_stated_is_never_touched),
		cmocka_unit_test(an_offer_keeps_the_provenance_it_had),
		cmocka_unit_test(silence_and_contradiction_are_unknown),
		cmocka_unit_test(signals_of_one_field_are_combined),
		cmocka_unit_test(a_whole_offer_is_read),
		cmocka_unit_test(the_gravest_fault_decides),
		cmocka_unit_test(an_age_range_is_lawful_where_the_law_sets_it),
		cmocka_unit_test(
			numbers_that_cost_more_are_found_and_others_are_not),
		cmocka_unit_test(words_and_a_test_must_both_hold),
		cmocka_unit_test(hostile_texts_cost_no_more_than_their_length),
		cmocka_unit_test(a_lexicon_that_is_not_ours_is_refused),
		cmocka_unit_test(too_many_groups_of_one_word_are_refused),
		cmocka_unit_test(words_that_grow_when_folded_have_a_ceiling),
		cmocka_unit_test(the_manual_names_every_word),
		cmocka_unit_test(trades_have_their_usual_conditions),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
