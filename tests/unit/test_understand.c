/* SPDX-License-Identifier: EUPL-1.2 */
/* What is read out of an offer's words, its trade and lists, and in which
 * order: never against what is stated, never a no out of nothing. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/trade.h>
#include <etrier/understand.h>
#include <etrier/ynode.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1795600000

static struct refdata *rd;
static struct trade_finder *trades;
static struct understanding *u;
static json_t *lexicons;

static json_t *lexicon(const char *file, enum lexicon_what what)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	const struct ynode *root = ynode_load(&a, file, &d);
	json_t *v = root ? lexicon_read(root, what, &d) : NULL;
	diags_print(&d, stderr);
	assert_non_null(v);
	diags_clear(&d);
	arena_clear(&a);
	return v;
}

static int set_up(void **state)
{
	struct err err;
	(void)state;
	rd = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	assert_non_null(rd);
	trades = trade_finder_new(rd);
	lexicons = json_pack(
		"{s:o,s:o,s:{s:s,s:s}}", "signals",
		lexicon(SOURCE_DIR "/conf/signals.yaml", LEXICON_SIGNALS),
		"quality",
		lexicon(SOURCE_DIR "/conf/quality.yaml", LEXICON_QUALITY),
		"employers", "11000001500013", "certified", "12345678200010",
		"declared");
	u = understanding_new(rd, trades, lexicons, &err);
	return u ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	understanding_free(u);
	json_decref(lexicons);
	trade_finder_free(trades);
	refdata_free(rd);
	return 0;
}

struct read {
	struct arena a;
	struct offer o;
	struct understood said;
};

static void begin(struct read *r, const char *title, const char *text)
{
	arena_init(&r->a);
	offer_init(&r->o);
	r->o.source = "test";
	r->o.title = title;
	r->o.description = text;
	r->o.contact.url = "https://emploi.example/1";
}

static void read_it(struct read *r)
{
	offer_understand(u, &r->a, NULL, NOW, &r->o, &r->said);
}

static void end(struct read *r)
{
	json_decref(r->o.provenance);
	json_decref(r->o.evidence);
	arena_clear(&r->a);
}

static void words_become_fields_with_their_provenance(void **state)
{
	struct read r;
	(void)state;
	begin(&r, "Apprenti boulanger H/F",
	      "Prise de poste à 5h30. Permis B exigé. Travail le dimanche.");
	read_it(&r);
	assert_int_equal(r.o.hours.start_min, 330);
	assert_int_equal(r.o.hours.weekend, TRI_YES);
	assert_true(r.o.licences & (1u << LICENCE_B));
	assert_string_equal(js_str(r.o.provenance, "hours.start", ""), "text");
	assert_int_equal(r.o.n_rome, 1);
	assert_string_equal(r.o.rome[0], "D1102");
	assert_string_equal(js_str(r.o.provenance, "rome", ""), "text");
	assert_non_null(strstr(js_str(r.o.evidence, "rome", ""), "boulanger"));
	assert_true(r.said.hits.n >= 3);
	end(&r);
}

static void what_is_stated_stays(void **state)
{
	struct read r;
	(void)state;
	begin(&r, "Boulanger", "Travail de nuit, prise de poste à 3h.");
	r.o.hours.night = TRI_NO;
	r.o.hours.start_min = 480;
	r.o.rome[r.o.n_rome++] = "D1106";
	r.o.exposure[EXPOSURE_LOADS] = 0;
	r.o.employer.siret = "11000001500013";
	r.o.employer.handi_engaged = TRI_NO;
	read_it(&r);
	assert_int_equal(r.o.hours.night, TRI_NO);
	assert_int_equal(r.o.hours.start_min, 480);
	assert_int_equal(r.o.n_rome, 1);
	assert_string_equal(r.o.rome[0], "D1106");
	assert_null(r.said.trade);
	assert_int_equal(r.o.exposure[EXPOSURE_LOADS], 0);
	assert_int_equal(r.o.employer.handi_engaged, TRI_NO);
	end(&r);
}

/* The trade fills only what the words left open, and says so. */
static void words_come_before_the_trade(void **state)
{
	struct read r;
	(void)state;
	begin(&r, "Boulanger", "Port de charges lourdes fréquent.");
	r.o.rome[r.o.n_rome++] = "D1102";
	read_it(&r);
	assert_true(r.o.exposure[EXPOSURE_LOADS] >= 2);
	assert_string_equal(js_str(r.o.provenance, "exposure.loads", ""),
			    "text");
	assert_int_equal(r.o.exposure[EXPOSURE_STANDING], 1);
	assert_string_equal(js_str(r.o.provenance, "exposure.standing", ""),
			    "trade");
	end(&r);
}

static void unknown_stays_unknown(void **state)
{
	struct read r;
	(void)state;
	begin(&r, "Alternance", "Rejoignez-nous !");
	read_it(&r);
	assert_int_equal(r.o.n_rome, 0);
	assert_non_null(r.said.trade);
	assert_int_equal(r.o.hours.night, TRI_UNKNOWN);
	assert_int_equal(r.o.hours.weekend, TRI_UNKNOWN);
	assert_int_equal(r.o.handicap_welcome, TRI_UNKNOWN);
	assert_int_equal(r.o.employer.handi_engaged, TRI_UNKNOWN);
	assert_null(json_object_get(r.o.provenance, "rome"));
	for (int i = 0; i < EXPOSURE_COUNT; i++)
		assert_int_equal(r.o.exposure[i], -1);
	end(&r);
}

static void engaged_employers_come_of_their_list(void **state)
{
	static const struct {
		const char *siret, *how;
	} rows[] = {{"11000001500013", "certified"},
		    {"12345678200010", "declared"},
		    {"73282932000074", NULL},
		    {NULL, NULL}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct read r;
		begin(&r, "Boulanger", "Pétrir.");
		r.o.employer.siret = rows[i].siret;
		read_it(&r);
		assert_int_equal(r.o.employer.handi_engaged,
				 rows[i].how ? TRI_YES : TRI_UNKNOWN);
		if (rows[i].how) {
			assert_string_equal(js_str(r.o.provenance,
						   "employer.handi_engaged",
						   ""),
					    "list");
			assert_string_equal(js_str(r.o.evidence,
						   "employer.handi_engaged",
						   ""),
					    rows[i].how);
		}
		end(&r);
	}
}

static void the_gate_judges_and_its_words_travel(void **state)
{
	struct read r;
	(void)state;
	begin(&r, "Boulanger",
	      "Pour postuler, versez 50 € de frais de dossier.");
	read_it(&r);
	assert_true(r.o.quality.outcome >= QUALITY_QUARANTINE);
	assert_true(r.o.quality.n_symbols >= 1);
	json_t *line = offer_to_json(&r.o);
	struct offer again;
	struct err err;
	assert_int_equal(offer_from_json(line, &r.a, &again, &err), 0);
	assert_int_equal(again.quality.outcome, r.o.quality.outcome);
	json_decref(line);
	end(&r);
}

/* Nobody is told of an offer that is over: nothing is read out of it. */
static void an_offer_that_is_over_is_not_read(void **state)
{
	struct read r;
	(void)state;
	begin(&r, "Boulanger", "Permis B exigé.");
	r.o.status = OFFER_WITHDRAWN;
	read_it(&r);
	assert_int_equal(r.o.licences, 0);
	assert_int_equal(r.o.n_rome, 0);
	assert_null(r.o.provenance);
	end(&r);
}

static void the_hash_follows_the_lexicons(void **state)
{
	struct err err;
	(void)state;
	json_t *other = json_deep_copy(lexicons);
	json_object_set_new(json_object_get(other, "employers"),
			    "73282932000074", json_string("declared"));
	struct understanding *v = understanding_new(rd, trades, other, &err);
	assert_non_null(v);
	assert_int_equal(strlen(understanding_hash(v)), UNDERSTANDING_HASH_LEN);
	assert_string_not_equal(understanding_hash(v), understanding_hash(u));
	understanding_free(v);
	json_decref(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_fields_with_their_provenance),
		cmocka_unit_test(what_is_stated_stays),
		cmocka_unit_test(words_come_before_the_trade),
		cmocka_unit_test(unknown_stays_unknown),
		cmocka_unit_test(engaged_employers_come_of_their_list),
		cmocka_unit_test(the_gate_judges_and_its_words_travel),
		cmocka_unit_test(an_offer_that_is_over_is_not_read),
		cmocka_unit_test(the_hash_follows_the_lexicons),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
