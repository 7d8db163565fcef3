/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources of the kinds csv, rss and jsonld, and records that hold several
 * offers, from a file to offers as `sources try` shows them. */
#include "collector/feed.h"

#include <etrier/arena.h>
#include <etrier/collector.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/source.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GOLDEN SOURCE_DIR "/tests/golden/feeds/"
enum { KEPT = 40 };

static struct refdata *refdata;

static int set_up(void **state)
{
	struct err err;
	(void)state;
	refdata = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	return refdata ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	refdata_free(refdata);
	return 0;
}

static json_t *source_of(struct ynode *root, struct diags *d)
{
	json_t *v = root ? source_read(root, NULL, "/", d) : NULL;
	diags_print(d, stderr);
	assert_non_null(v);
	return v;
}

static json_t *source_text(const char *yaml)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	json_t *v = source_of(ynode_parse(&a, "s.yaml", yaml, strlen(yaml), &d),
			      &d);
	diags_clear(&d);
	arena_clear(&a);
	return v;
}

static json_t *source_example(const char *name)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	char *file = arena_printf(
		&a, SOURCE_DIR "/conf/sources.d/examples/%s.yaml", name);
	json_t *v = source_of(ynode_load(&a, file, &d), &d);
	diags_clear(&d);
	arena_clear(&a);
	return v;
}

struct seen {
	json_t *lines[KEPT];
	size_t n, n_bad;
	char bad[ERR_TEXT_MAX];
	struct collector_counts counts;
	bool complete;
	struct err err;
};

static void on_offer(void *ctx, const struct offer *o, const json_t *line,
		     const struct collector_note *notes, size_t n_notes)
{
	struct seen *s = ctx;
	(void)o;
	(void)notes;
	(void)n_notes;
	assert_true(s->n < KEPT);
	s->lines[s->n++] = json_deep_copy(line);
}

static void on_bad(void *ctx, int64_t number, const struct err *err)
{
	struct seen *s = ctx;
	(void)number;
	s->n_bad++;
	str_copy(s->bad, sizeof(s->bad), err->text);
}

/* Takes the source. */
static int run(json_t *source, const char *file, struct seen *s)
{
	static const struct collector_try_handler handler = {
		.on_offer = on_offer, .on_bad = on_bad};
	const struct collector_try_in in = {
		.source = source, .refdata = refdata, .file = file};
	struct collector_try_out out;
	*s = (struct seen){.n = 0};
	int rc = collector_try(&in, &handler, s, &out, &s->err);
	s->counts = out.counts;
	s->complete = out.is_complete;
	json_decref(source);
	return rc;
}

static void drop(struct seen *s)
{
	for (size_t i = 0; i < s->n; i++)
		json_decref(s->lines[i]);
}

/* "employer.name" of a line. */
static const char *at(const json_t *line, const char *path)
{
	const char *dot = strchr(path, '.');
	if (!dot)
		return js_str(line, path, "");
	char *group = mem_dup_n(path, (size_t)(dot - path));
	const char *s = js_str(json_object_get(line, group), dot + 1, "");
	free(group);
	return s;
}

static void check_line(const json_t *line, const char *const (*want)[2])
{
	for (; (*want)[0]; want++)
		if (!str_eq(at(line, (*want)[0]), (*want)[1]))
			fail_msg("%s: %s, not %s", (*want)[0],
				 at(line, (*want)[0]), (*want)[1]);
}

static const char *first_rome(const json_t *line)
{
	const char *s = json_string_value(
		json_array_get(json_object_get(line, "rome"), 0));
	return s ? s : "";
}

static void test_a_spreadsheet_becomes_offers(void **state)
{
	static const char *const want[][2] = {
		{"ref", "QC-1"},
		{"title", "Vendeur / Vendeuse en quincaillerie"},
		{"description", "Accueil, conseil;\ntenue des \"rayons\" – "
				"débutants bienvenus."},
		{"kind", "apprenticeship"},
		{"employer.name", "Quincaillerie du Clou Tordu"},
		{"place.insee", "93048"},
		{"salary.period", "month"},
		{NULL, NULL}};
	struct seen s;
	(void)state;
	int rc = run(
		source_text("name: s\nkind: csv\nurl: https://a.example/\n"
			    "delivers: complete\nfields:\n"
			    "  ref: référence\n  title: intitulé\n"
			    "  description: description\n"
			    "  kind: contrat\n  employer.name: entreprise\n"
			    "  place.postcode: code postal\n"
			    "  place.city: ville\n  salary.text: salaire\n"),
		GOLDEN "quincailleries.csv", &s);
	if (rc)
		fail_msg("%s", s.err.text);
	assert_int_equal(s.counts.good, 2);
	assert_int_equal(s.counts.bad, 2); /* too few fields; no title */
	assert_true(s.complete);
	check_line(s.lines[0], want);
	drop(&s);
}

static void test_a_feed_becomes_offers_without_a_map(void **state)
{
	static const char *const want[][2] = {
		{"ref", "ateliers-12"},
		{"url", "https://ateliers.example/emploi/12/"
			"?utm_source=rss&src=2"},
		{"title", "Cordonnier / Cordonnière – centre-ville"},
		{"description", "Réparation de chaussures.\n- Travail debout"},
		{"kind", "apprenticeship"},
		{"employer.name", "Semelles étoilées"},
		{"place.insee", "93066"},
		{NULL, NULL}};
	static const char *const want_2[][2] = {
		{"description", "Fauteuils anciens\net modernes"},
		{"kind", "fixed_term"},
		{NULL, NULL}};
	struct seen s;
	(void)state;
	if (run(source_example("wp-job-manager"), GOLDEN "ateliers.rss", &s))
		fail_msg("%s", s.err.text);
	assert_int_equal(s.counts.good, 2);
	assert_int_equal(s.counts.bad, 0);
	check_line(s.lines[0], want);
	assert_true(*at(s.lines[0], "posted") != '\0');
	check_line(s.lines[1], want_2);
	drop(&s);
}

static void test_a_page_becomes_offers_without_a_map(void **state)
{
	static const char *const want[][2] = {
		{"ref", "F-7"},
		{"url", "https://fournil.example/offres/7"},
		{"title", "Boulanger / Boulangère"},
		{"kind", "permanent"},
		{"employer.name", "Au fournil imaginaire"},
		{"place.insee", "93048"},
		{"place.address", "1 rue du Levain"},
		{"hours.part_time", "no"},
		{"level.required", "3"},
		{"experience", "required"},
		{"salary.period", "month"},
		{"contact.email", "fournil@fournil.example"},
		{"start", "2050-01-04"},
		{NULL, NULL}};
	struct seen s;
	(void)state;
	if (run(source_text("name: s\nkind: jsonld\nurl: https://b.example/\n"
			    "delivers: complete\n"),
		GOLDEN "fournil.html", &s))
		fail_msg("%s", s.err.text);
	assert_int_equal(s.n, 1);
	assert_true(s.complete);
	check_line(s.lines[0], want);
	assert_string_equal(first_rome(s.lines[0]), "D1102");
	const char *text = at(s.lines[0], "description");
	assert_true(str_starts(text, "Fournil de nuit.\n- Pétrissage"));
	assert_non_null(strstr(text, "Port de sacs de 25 kg"));
	assert_non_null(strstr(text, "Distinguer les couleurs de cuisson"));
	assert_null(strstr(text, "<"));
	assert_int_equal(js_int(s.lines[0], "positions", 0), 2);
	const json_t *salary = json_object_get(s.lines[0], "salary");
	assert_int_equal(js_int(salary, "min", 0), 190000);
	assert_int_equal(js_int(salary, "max", 0), 210050);
	drop(&s);
}

static void test_amounts_of_other_currencies_are_no_euros(void **state)
{
	struct seen s;
	(void)state;
	char file[] = "/tmp/etrier-kinds-XXXXXX";
	int fd = mkstemp(file);
	static const char doc[] =
		"{\"@type\":\"JobPosting\",\"title\":\"X\",\"baseSalary\":{"
		"\"currency\":\"USD\",\"value\":{\"minValue\":1500,"
		"\"unitText\":\"MONTH\"}}}";
	assert_int_equal(write(fd, doc, sizeof(doc) - 1), sizeof(doc) - 1);
	close(fd);
	if (run(source_text("name: s\nkind: jsonld\nurl: https://b.example/\n"
			    "delivers: complete\n"),
		file, &s))
		fail_msg("%s", s.err.text);
	assert_null(json_object_get(s.lines[0], "salary"));
	unlink(file);
	drop(&s);
}

static void test_a_wrong_count_is_told_and_not_trusted(void **state)
{
	struct seen s;
	char file[] = "/tmp/etrier-count-XXXXXX";
	int fd = mkstemp(file);
	static const char doc[] = "{\"count\":27,\"ads\":[{\"title\":\"A\"},"
				  "{\"title\":\"B\"},{\"title\":\"C\"}]}";
	(void)state;
	assert_int_equal(write(fd, doc, sizeof(doc) - 1), sizeof(doc) - 1);
	close(fd);
	if (run(source_text("name: s\nkind: json\nurl: https://b.example/\n"
			    "delivers: complete\nrecords: ads\ncount: count\n"
			    "fields: {title: title}\n"),
		file, &s))
		fail_msg("%s", s.err.text);
	assert_int_equal(s.counts.declared, 27);
	assert_int_equal(s.counts.good, 3);
	assert_true(s.complete);
	unlink(file);
	drop(&s);
}

/* Structures with posts: an offer a post, its employer above it. */
static void test_a_record_may_hold_many_offers(void **state)
{
	static const char *const want[][2] = {
		{"ref", "siae-a/1"},
		{"title", "Agent / Agente de nettoyage"},
		{"kind", "fixed_term"},
		{"employer.name", "Régie de quartier inventée"},
		{"place.insee", "93048"},
		{"contact.email", "contact@regie.example"},
		{NULL, NULL}};
	static const char *const closed[][2] = {
		{"ref", "siae-a/2"}, {"status", "withdrawn"}, {NULL, NULL}};
	static const char *const last[][2] = {
		{"ref", "siae-d/1"},
		{"kind", "apprenticeship"},
		{"employer.name", "Jardins d'essai"},
		{"place.insee", "93008"},
		{NULL, NULL}};
	struct seen s;
	(void)state;
	if (run(source_example("emplois-inclusion"), GOLDEN "insertion.json",
		&s))
		fail_msg("%s", s.err.text);
	assert_int_equal(s.counts.good, 3);
	assert_int_equal(s.counts.bad, 1); /* a post that is no object */
	assert_int_equal(s.counts.closed, 1);
	assert_int_equal(s.counts.declared, 4);
	check_line(s.lines[0], want);
	assert_string_equal(first_rome(s.lines[0]), "K2204");
	assert_int_equal(js_int(s.lines[0], "positions", 0), 2);
	check_line(s.lines[1], closed);
	check_line(s.lines[2], last);
	drop(&s);
}

static void test_offers_of_one_record_are_counted_to_the_ceiling(void **state)
{
	struct seen s;
	(void)state;
	json_t *source = source_example("emplois-inclusion");
	json_object_set_new(source, "max_offers", json_integer(4));
	assert_int_equal(run(source, GOLDEN "insertion.json", &s), 0);
	drop(&s);
	source = source_example("emplois-inclusion");
	/* Four structures are allowed, three of their posts are not. */
	json_object_set_new(source, "max_offers", json_integer(2));
	assert_int_equal(run(source, GOLDEN "insertion.json", &s), -1);
	assert_int_equal(s.err.kind, ERR_LIMIT);
	assert_int_equal(s.counts.seen, 2);
	drop(&s);
}

static void test_a_page_instead_of_a_feed_is_said(void **state)
{
	static const struct {
		const char *kind, *file, *want;
	} rows[] = {
		{"rss", "fournil.html",
		 "a web page was answered instead of rss"},
		{"csv", "fournil.html",
		 "a web page was answered instead of csv"},
		{"csv", "insertion.json", "no table of CSV"},
		{"rss", "insertion.json", "no feed of XML"},
		{"jsonld", "ateliers.rss", "there is no JobPosting in it"},
		{"jsonld", "quincailleries.csv",
		 "there is no JobPosting in it"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seen s;
		char *yaml = mem_printf("name: s\nkind: %s\nurl: "
					"https://a.example/\ndelivers: "
					"complete\nfields: {title: t}\n",
					rows[i].kind);
		char *file = mem_printf(GOLDEN "%s", rows[i].file);
		assert_int_equal(run(source_text(yaml), file, &s), -1);
		if (!strstr(s.err.text, rows[i].want))
			fail_msg("%s as %s: %s", rows[i].file, rows[i].kind,
				 s.err.text);
		assert_false(s.complete);
		drop(&s);
		free(file);
		free(yaml);
	}
}

static void ignore(void *ctx, const struct offer *o, const struct notes *notes)
{
	(void)ctx;
	(void)o;
	(void)notes;
}

static char *warning_of(const char *kind, const char *doc)
{
	static const struct feed_handler handler = {.on_offer = ignore};
	struct err err;
	char *yaml = mem_printf("name: s\nkind: %s\nurl: https://a.example/\n"
				"delivers: complete\nfields: {title: title}\n",
				kind);
	json_t *source = source_text(yaml);
	struct mapping *m = mapping_new(source, &err);
	const struct normaliser nz = {
		.mapping = m, .refdata = refdata, .source = "s"};
	struct feed_scratch a;
	feed_scratch_init(&a);
	struct feed *f = feed_new(source, &nz, &a, false, &handler, NULL);
	if (feed_bytes(f, doc, strlen(doc), &err) || feed_end(f, &err))
		fail_msg("%s", err.text);
	char *warning = mem_dup(feed_warning(f));
	feed_free(f);
	feed_scratch_clear(&a);
	mapping_free(m);
	json_decref(source);
	free(yaml);
	return warning;
}

static void test_repairs_are_said(void **state)
{
	static const struct {
		const char *kind, *doc, *want;
	} rows[] = {
		{"rss", "<rss><item><title>A & B</title></item></rss>",
		 "1 repairs, the first in line 1: an & that begins nothing"},
		{"rss", "<rss><item><title>A</title></item></rss>", NULL},
		{"jsonld", "[{\"@type\":\"JobPosting\",\"title\":\"A\"},]",
		 "1 blocks of JSON-LD repaired, 0 that are no JSON skipped"},
		{"csv", "title\nA\n", NULL},
		{"json", "[{\"title\":\"A\"}]", NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *got = warning_of(rows[i].kind, rows[i].doc);
		if (!str_eq(got, rows[i].want))
			fail_msg("%s: %s", rows[i].doc, got ? got : "-");
		free(got);
	}
}

/* --- real payloads, where they are ---------------------------------------- */

static void test_real_payloads(void **state)
{
	static const struct {
		const char *map, *file;
		int64_t good, bad, no_place;
	} rows[] = {
		{"leboncoin", "lba-leboncoin.csv", 2, 0, 0},
		{"wp-job-manager", "rss-wpjobmanager-econjobs.xml", 2, 0, 2},
		{"jsonld-site", "jsonld-bamboohr.html", 1, 0, 1},
		{"jsonld-site", "jsonld-schemaorg-examples.html", 12, 0, 12},
		{"jsonld-site", "microdata-schemaorg-jobposting.html", 1, 0, 1},
		{"emplois-inclusion", "lba-emploi-inclusion-siaes.json", 1, 0,
		 0},
	};
	(void)state;
	if (access(SHARED_DIR "/samples/feeds", R_OK)) {
		print_message("SKIP real payloads: no samples here\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seen s;
		char *file = mem_printf(SHARED_DIR "/samples/feeds/%s",
					rows[i].file);
		if (run(source_example(rows[i].map), file, &s))
			fail_msg("%s: %s", rows[i].file, s.err.text);
		if (s.counts.good != rows[i].good ||
		    s.counts.bad != rows[i].bad ||
		    s.counts.no_place != rows[i].no_place)
			fail_msg("%s: good %d bad %d no_place %d %s",
				 rows[i].file, (int)s.counts.good,
				 (int)s.counts.bad, (int)s.counts.no_place,
				 s.bad);
		for (size_t k = 0; getenv("SHOW") && k < s.n; k++) {
			json_dumpf(s.lines[k], stderr, JSON_COMPACT);
			fputc('\n', stderr);
		}
		drop(&s);
		free(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_spreadsheet_becomes_offers),
		cmocka_unit_test(test_a_feed_becomes_offers_without_a_map),
		cmocka_unit_test(test_a_page_becomes_offers_without_a_map),
		cmocka_unit_test(test_amounts_of_other_currencies_are_no_euros),
		cmocka_unit_test(test_a_wrong_count_is_told_and_not_trusted),
		cmocka_unit_test(test_a_record_may_hold_many_offers),
		cmocka_unit_test(
			test_offers_of_one_record_are_counted_to_the_ceiling),
		cmocka_unit_test(test_a_page_instead_of_a_feed_is_said),
		cmocka_unit_test(test_repairs_are_said),
		cmocka_unit_test(test_real_payloads),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
