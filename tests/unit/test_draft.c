/* SPDX-License-Identifier: EUPL-1.2 */
/* First maps: what a document is taken for, where its offers are, which path
 * goes to which field and why not; that a draft is always a valid source file
 * whatever the names and values are; and that drafts of real payloads, where
 * they are at hand, give offers at once. */
#include "collector/draft.h"
#include "collector/kind.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/collector.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>
#include <etrier/source.h>
#include <etrier/str.h>
#include <etrier/ynode.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

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

/* ---- names ---- */

static void test_names_are_compared_by_their_words(void **state)
{
	static const struct {
		const char *name, *words;
	} rows[] = {
		{"dateCreation", "date creation"},
		{"Date de création", "date creation"},
		{"date_de_creation", "date creation"},
		{"date-de-mise-a-jour", "date mise jour"},
		{"url-de-l-offre", "url offre"},
		{"Intitulé", "intitule"},
		{"codePostaux", "code postaux"},
		{"@id", "@id"},
		{"horaires", "horaire"},
		{"", ""},
		{"^", ""},
	};
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(draft_words(&a, rows[i].name),
				    rows[i].words);
	arena_clear(&a);
}

static void test_the_table_of_names_is_written_as_names_are_compared(
	void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t r = 0; draft_row(r); r++) {
		const char *p = draft_row(r)->names;
		while (*p) {
			size_t n = strcspn(p, "| ");
			size_t skip = *p == '~';
			char *word = arena_dup_n(&a, p + skip, n - skip);
			if (!str_eq(draft_words(&a, word), word))
				fail_msg("\"%s\" in: %s", word,
					 draft_row(r)->names);
			p += n + (p[n] != '\0');
		}
	}
	arena_clear(&a);
}

/* ---- documents ---- */

static void test_a_document_is_recognised_or_said_by_its_name(void **state)
{
	static const struct {
		const char *bytes, *kind, *says;
	} rows[] = {
		{"[{\"title\":\"x\"}]", "json", NULL},
		{"\xef\xbb\xbf {\"title\":\"x\"}", "json", NULL},
		{"<?xml version=\"1.0\"?><!-- <html> --><a><o><title>x</title>"
		 "</o></a>",
		 "xml", NULL},
		{"", NULL, "empty"},
		{" \n\t", NULL, "empty"},
		{"\x1f\x8b\x08\x01", NULL, "gzip"},
		{"PK\x03\x04xx", NULL, "zip"},
		{"%PDF-1.7", NULL, "PDF"},
		{"\xff\xfe<", NULL, "UTF-16"},
		{"<!DOCTYPE html><html><head><title>Erreur 503</title>", NULL,
		 "titled \"Erreur 503\""},
		{"<HTML><body>no</body></HTML>", NULL, "a web page"},
		{"hello", NULL, "begins with \"hello\""},
		{"{\"status\":\"ok\"}", NULL, "without a list of offers"},
		{"<a><b>c</b></a>", NULL, "without a list of offers"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a;
		struct draft_shape s = {0};
		struct err err = {0};
		arena_init(&a);
		int rc = draft_shape(&a, rows[i].bytes, strlen(rows[i].bytes),
				     NULL, &s, &err);
		if (rows[i].kind && (rc || !str_eq(s.kind, rows[i].kind)))
			fail_msg("%s: %s", rows[i].bytes, err.text);
		if (rows[i].says && (!rc || !strstr(err.text, rows[i].says)))
			fail_msg("%s: %s", rows[i].bytes, err.text);
		arena_clear(&a);
	}
}

/* Kinds of other versions: either drafted, or refused by name. */
static void test_kinds_are_asked_of_the_collector(void **state)
{
	static const struct {
		const char *bytes, *kind;
	} rows[] = {
		{"titre;ville\nMaçon;Paris\n", "csv"},
		{"\"titre\",\"a;b\"\n\"x\",\"y\"\n", "csv"},
		{"<html><script type=\"application/ld+json\">{}</script>",
		 "jsonld"},
		{"<rss><channel><item><title>x</title></item></channel></rss>",
		 "rss"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a;
		struct draft_shape s = {0};
		struct err err = {0};
		arena_init(&a);
		int rc = draft_shape(&a, rows[i].bytes, strlen(rows[i].bytes),
				     NULL, &s, &err);
		if (kind_find(rows[i].kind)) {
			assert_int_equal(rc, 0);
			assert_string_equal(s.kind, rows[i].kind);
		} else if (str_eq(rows[i].kind, "rss")) {
			assert_string_equal(s.kind, "xml");
			assert_string_equal(s.records, "rss.channel.item");
			assert_non_null(strstr(s.note, "no kind rss"));
		} else {
			assert_int_equal(rc, -1);
			assert_non_null(strstr(err.text, rows[i].kind));
		}
		arena_clear(&a);
	}
}

#define OFFER "{\"title\":\"x\",\"ref\":\"1\",\"city\":\"Paris\"}"

static void test_the_list_of_offers_is_found(void **state)
{
	static const struct {
		const char *bytes, *records, *each, *count;
	} rows[] = {
		{"[" OFFER "," OFFER "]", "", NULL, NULL},
		{OFFER, "", NULL, NULL},
		{"{\"count\":2,\"data\":{\"offres\":[" OFFER "," OFFER "]}}",
		 "data.offres", NULL, "count"},
		/* the number that is right, not the first */
		{"{\"total\":90,\"meta\":{\"count\":2},\"jobs\":[" OFFER
		 "," OFFER "]}",
		 "jobs", NULL, "meta.count"},
		/* skills repeat more often and have titles too */
		{"{\"jobs\":[{\"title\":\"x\",\"ref\":1,\"city\":\"Paris\","
		 "\"skills\":[{\"title\":\"a\"},{\"title\":\"b\"},"
		 "{\"title\":\"c\"}]}]}",
		 "jobs", NULL, NULL},
		/* no title beside it: firms that recruit, without an offer */
		{"{\"recruiters\":[{\"siret\":\"1\",\"city\":\"x\"},"
		 "{\"siret\":\"2\",\"city\":\"y\"}],\"jobs\":[" OFFER "]}",
		 "jobs", NULL, NULL},
		{"{\"results\":[{\"siret\":\"1\",\"postes\":[" OFFER "," OFFER
		 "]}]}",
		 "results", "postes", NULL},
		/* a name that no path can write is on the way */
		{"{\"x.y\":{\"jobs\":[" OFFER "]},\"b\":[" OFFER "]}", "b",
		 NULL, NULL},
		{"[{\"Intitul\\u00e9\":\"x\"}]", "", NULL, NULL},
		/* brackets in texts are texts */
		{"{\"a\":\"[{\\\"title\\\":1}]\",\"jobs\":[" OFFER "]}", "jobs",
		 NULL, NULL},
		{"<root><head><title>Flux</title></head><jobs><job><ref>1</ref>"
		 "<title>x</title><city>a</city></job><job><ref>2</ref><title>"
		 "y</title><city>b</city></job></jobs></root>",
		 "root.jobs.job", NULL, NULL},
		{"<o><of id=\"1\"><poste><titre>x</titre></poste><ville>v"
		 "</ville></of><of id=\"2\"><poste><titre>y</titre></poste>"
		 "<ville>w</ville></of></o>",
		 "o.of", NULL, NULL},
		{"<o><of><![CDATA[<title>]]><title>x</title></of></o>", "o.of",
		 NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a;
		struct draft_shape s;
		struct err err = {0};
		arena_init(&a);
		if (draft_shape(&a, rows[i].bytes, strlen(rows[i].bytes), NULL,
				&s, &err))
			fail_msg("%s: %s", rows[i].bytes, err.text);
		if (!str_eq(s.records, rows[i].records) ||
		    !str_eq(s.each, rows[i].each) ||
		    !str_eq(s.count, rows[i].count))
			fail_msg("%s: %s %s %s", rows[i].bytes, s.records,
				 s.each, s.count);
		arena_clear(&a);
	}
}

/* ---- drafts ---- */

static char *draft_bytes(const char *bytes, size_t n, json_t **report)
{
	const struct collector_draft_ask ask = {.name = "one"};
	struct buf yaml;
	struct err err = {0};
	buf_init(&yaml, COLLECTOR_DRAFT_YAML);
	if (collector_draft(bytes, n, &ask, refdata, &yaml, report, &err))
		fail_msg("%.60s: %s", bytes, err.text);
	return buf_take(&yaml);
}

/* The draft as the supervisor would read it: no error is allowed, ever. */
static json_t *source_of(const char *yaml)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	const struct ynode *root =
		ynode_parse(&a, "one.yaml", yaml, strlen(yaml), &d);
	json_t *source = root ? source_read(root, "one", "/tmp", &d) : NULL;
	if (!source || d.n_errors) {
		diags_print(&d, stderr);
		fail_msg("no source: %s", yaml);
	}
	diags_clear(&d);
	arena_clear(&a);
	return source;
}

static json_t *draft_text(const char *bytes, char **yaml)
{
	json_t *report = NULL;
	*yaml = draft_bytes(bytes, strlen(bytes), &report);
	json_decref(report);
	return source_of(*yaml);
}

static const char *path_of(const json_t *source, const char *field)
{
	const json_t *spec =
		json_object_get(json_object_get(source, "fields"), field);
	return json_string_value(
		json_array_get(json_object_get(spec, "paths"), 0));
}

static const char *date_of(const json_t *source, const char *field)
{
	return js_str(json_object_get(json_object_get(source, "fields"), field),
		      "date", NULL);
}

static void test_fields_are_found_by_name_and_by_value(void **state)
{
	static const char text[] =
		"[{\"Référence\":\"A-1\",\"Intitulé\":\"Boulanger / "
		"Boulangère\",\"contrat\":{\"nature\":\"CDI\",\"duree\":\"6 "
		"mois\"},\"x1\":\"D1102\",\"x2\":\"90110013700016\","
		"\"x3\":\"rh@pain.example\",\"lieu\":{\"cp\":\"93100\","
		"\"ville\":\"Montreuil\",\"gps\":[2.44,48.86]},"
		"\"entreprise\":{\"nom\":\"Pain Inventé\",\"description\":\"Nous"
		"\"},\"photo_url\":\"https://pain.example/p.png\","
		"\"lien\":\"https://pain.example/1\",\"poste\":{\"description\""
		":\"Pétrir\"}},"
		"{\"Référence\":\"A-2\",\"Intitulé\":\"Maçon / Maçonne\","
		"\"contrat\":{\"nature\":\"CDD\",\"duree\":\"1 an\"},"
		"\"x1\":\"F1703\",\"x2\":\"90110013700016\",\"x3\":"
		"\"job@mur.example\",\"lieu\":{\"cp\":\"75012\",\"ville\":"
		"\"Paris\",\"gps\":[2.38,48.84]},\"entreprise\":{\"nom\":\"Mur "
		"Inventé\",\"description\":\"Eux\"},\"photo_url\":"
		"\"https://mur.example/p.png\",\"lien\":\"https://mur.example/2"
		"\",\"poste\":{\"description\":\"Bâtir\"}}]";
	static const struct {
		const char *field, *path;
	} rows[] = {
		{"ref", "Référence"},
		{"title", "Intitulé"},
		{"url", "lien"},
		{"kind", "contrat.nature"},
		{"duration", "contrat.duree"},
		{"rome", "x1"},
		{"employer.siret", "x2"},
		{"contact.email", "x3"},
		{"place.postcode", "lieu.cp"},
		{"place.city", "lieu.ville"},
		{"place.lat", "lieu.gps.1"},
		{"place.lon", "lieu.gps.0"},
		{"employer.name", "entreprise.nom"},
		{"description", "poste.description"},
	};
	char *yaml;
	(void)state;
	json_t *source = draft_text(text, &yaml);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!str_eq(path_of(source, rows[i].field), rows[i].path))
			fail_msg("%s: %s\n%s", rows[i].field,
				 path_of(source, rows[i].field), yaml);
	assert_string_equal(js_str(source, "delivers", ""), "window");
	/* not used, and said so; nobody's address is kept in the file */
	assert_non_null(strstr(yaml, "#   photo_url: 2 of 2, "));
	assert_null(strstr(yaml, "rh@pain.example"));
	json_decref(source);
	free(yaml);
}

static void test_the_form_of_dates_is_proved_or_left_open(void **state)
{
	static const struct {
		const char *a, *b, *date, *says;
	} rows[] = {
		{"03/02/2026", "25/02/2026", "dmy", "above 12 comes first"},
		{"03/02/2026", "02/25/2026", "mdy", "above 12 comes second"},
		{"03/02/2026", "04/02/2026", NULL, "no day above 12 was seen"},
		{"20260203", "20260225", "ymd_compact", NULL},
		{"1772000000", "1772600000", "epoch_s", NULL},
		{"1772000000000", "1772600000000", "epoch_ms", NULL},
		{"2026-02-03", "2026-02-25T10:00:00Z", NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *yaml;
		char *text =
			mem_printf("[{\"title\":\"x\",\"start_date\":\"%s\"},"
				   "{\"title\":\"y\",\"start_date\":\"%s\"}]",
				   rows[i].a, rows[i].b);
		json_t *source = draft_text(text, &yaml);
		if (!str_eq(path_of(source, "start"), "start_date") ||
		    !str_eq(date_of(source, "start"), rows[i].date) ||
		    (rows[i].says && !strstr(yaml, rows[i].says)))
			fail_msg("%s: %s", rows[i].a, yaml);
		json_decref(source);
		free(yaml);
		free(text);
	}
}

static void test_dates_that_contradict_are_only_proposed(void **state)
{
	char *yaml;
	(void)state;
	json_t *source = draft_text("[{\"title\":\"x\",\"start\":\"25/02/2026\""
				    "},{\"title\":\"y\",\"start\":\"02/25/2026"
				    "\"}]",
				    &yaml);
	assert_null(path_of(source, "start"));
	assert_non_null(strstr(yaml, "ask the partner"));
	assert_non_null(strstr(yaml, "  # start: start\n"));
	json_decref(source);
	free(yaml);
}

/* One date proves the form of the others of the feed. */
static void test_dates_of_one_feed_are_written_alike(void **state)
{
	char *yaml;
	(void)state;
	json_t *source = draft_text(
		"[{\"title\":\"x\",\"start\":\"02/03/2026\",\"published_at\":"
		"\"25/02/2026\"}]",
		&yaml);
	assert_string_equal(date_of(source, "start"), "dmy");
	assert_string_equal(date_of(source, "posted"), "dmy");
	assert_non_null(strstr(yaml, "as other dates of this feed"));
	json_decref(source);
	free(yaml);
}

static void test_unknown_words_marks_and_silent_noes(void **state)
{
	char *yaml;
	(void)state;
	json_t *source = draft_text(
		"[{\"title\":\"a\",\"contrat\":\"CDI\",\"ville\":\"N/A\","
		"\"accessibleTH\":false,\"nuit\":true},"
		"{\"title\":\"b\",\"contrat\":\"Tâcheron: x\",\"ville\":"
		"\"Paris\",\"accessibleTH\":false,\"nuit\":false},"
		"{\"title\":\"c\",\"contrat\":\"Tâcheron: x\",\"ville\":\"n/a\""
		",\"accessibleTH\":false,\"nuit\":true}]",
		&yaml);
	const json_t *kind =
		json_object_get(json_object_get(source, "fields"), "kind");
	assert_string_equal(
		js_str(json_object_get(kind, "values"), "Tâcheron: x", ""),
		"unknown");
	assert_int_equal(json_object_size(json_object_get(kind, "values")), 1);
	assert_non_null(strstr(yaml, "unknown # 2 times"));
	const json_t *marks = json_object_get(source, "unknown");
	assert_int_equal(json_array_size(marks), 1);
	assert_string_equal(json_string_value(json_array_get(marks, 0)), "N/A");
	const json_t *noes = json_object_get(source, "false_means_unknown");
	assert_int_equal(json_array_size(noes), 1);
	assert_string_equal(json_string_value(json_array_get(noes, 0)),
			    "handicap_welcome");
	json_decref(source);
	free(yaml);
}

static void test_a_wish_is_not_taken_for_a_requirement(void **state)
{
	char *yaml;
	(void)state;
	json_t *source = draft_text(
		"[{\"title\":\"a\",\"permis\":[{\"libelle\":\"B\","
		"\"exigence\":\"S\"},{\"libelle\":\"C\",\"exigence\":"
		"\"E\"}]}]",
		&yaml);
	assert_string_equal(path_of(source, "licences"),
			    "permis[exigence=E].libelle");
	json_decref(source);
	free(yaml);
}

/* A closed post must not come alive because no open one was seen (D17). */
static void test_closed_posts_stay_closed(void **state)
{
	char *yaml;
	(void)state;
	json_t *source = draft_text("[{\"title\":\"a\",\"recrutement_ouvert\":"
				    "\"False\"},{\"title\":\"b\","
				    "\"recrutement_ouvert\":\"False\"}]",
				    &yaml);
	assert_string_equal(path_of(source, "open"), "recrutement_ouvert");
	assert_int_equal(
		json_array_size(json_object_get(source, "false_means_unknown")),
		0);
	json_decref(source);
	free(yaml);
}

static void test_exchanged_coordinates_are_told_apart(void **state)
{
	char *yaml;
	(void)state;
	json_t *source = draft_text(
		"[{\"title\":\"a\",\"latitude\":2.35,\"longitude\":48.85},"
		"{\"title\":\"b\",\"latitude\":2.45,\"longitude\":48.95}]",
		&yaml);
	assert_string_equal(path_of(source, "place.lat"), "longitude");
	assert_string_equal(path_of(source, "place.lon"), "latitude");
	assert_non_null(strstr(yaml, "exchanged"));
	json_decref(source);
	free(yaml);
}

/* Names and values that would end a comment, open a key or steer a terminal.
 * source_of() fails on a draft that is no valid source file; nothing of theirs
 * may become a member of it either. */
static void test_hostile_names_and_values_stay_what_they_are(void **state)
{
	static const char *const texts[] = {
		"\\nurl: https://evil",
		"\\u2028url: https://evil",
		"\\u0085url: https://evil",
		"\\\"]}, x: {y: [",
		"# : - ? | > & * ! % @ `",
		"\\u001b[2J\\u0007",
		"\\ufeff\\u202e",
		"null",
		"~",
		"- a",
		"{a: b}",
		"\\\\",
		"éàü 日本",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char *yaml;
		char *text = mem_printf(
			"{\"jobs%s\":[{\"title\":\"a%s\",\"ville\":\"z%s\","
			"\"k%s\":\"%s\",\"%s\":{\"titre\":\"v%s\"},"
			"\"type contrat %s\":\"w%s\"}]}",
			strpbrk(texts[i], ".[]") || texts[i][0] == '\\'
				? ""
				: texts[i],
			texts[i], texts[i], texts[i], texts[i], texts[i],
			texts[i], texts[i], texts[i]);
		json_t *source = draft_text(text, &yaml);
		assert_string_equal(js_str(source, "url", ""),
				    "https://partner.example/feed");
		assert_null(strchr(yaml, 0x1b));
		assert_null(strstr(yaml, "\xe2\x80\xa8"));
		json_decref(source);
		free(yaml);
		free(text);
	}
}

static void test_only_so_much_is_looked_at(void **state)
{
	struct buf b;
	json_t *report = NULL;
	(void)state;
	buf_init(&b, (size_t)8 * 1024 * 1024);
	buf_adds(&b, "[");
	for (int i = 0; i < DRAFT_RECORDS_MAX + 5; i++)
		buf_printf(&b, "%s{\"title\":\"t%d\",\"ref\":\"r%d\"}",
			   i ? "," : "", i, i);
	/* what follows is never read: the document may be cut there */
	buf_adds(&b, ",{\"title\":");
	char *yaml = draft_bytes(b.data, b.len, &report);
	assert_int_equal(js_int(report, "looked", 0), DRAFT_RECORDS_MAX);
	assert_true(js_bool(report, "is_part", false));
	json_decref(source_of(yaml));
	json_decref(report);
	free(yaml);

	buf_reset(&b);
	buf_adds(&b, "[{\"title\":\"x\"");
	for (int i = 0; i < DRAFT_PATHS_MAX * 2; i++)
		buf_printf(&b, ",\"n%d\":{\"n\":%d}", i, i);
	buf_adds(&b, "}]");
	yaml = draft_bytes(b.data, b.len, &report);
	assert_non_null(strstr(yaml, "the table of paths is full"));
	json_decref(source_of(yaml));
	json_decref(report);
	free(yaml);
	buf_clear(&b);
}

static void test_brackets_without_end_are_no_feed(void **state)
{
	static const char *const parts[] = {"[", "{\"title\":", "<title>", "[{",
					    "{\"a\":[{\"title\":1},"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const struct collector_draft_ask ask = {.name = "one"};
		struct buf b, yaml;
		json_t *report = NULL;
		struct err err = {0};
		buf_init(&b, (size_t)4 * 1024 * 1024);
		buf_init(&yaml, COLLECTOR_DRAFT_YAML);
		for (int j = 0; j < 100000; j++)
			buf_adds(&b, parts[i]);
		/* the last has a whole record before it breaks */
		if (collector_draft(b.data, b.len, &ask, refdata, &yaml,
				    &report, &err))
			assert_int_equal(err.kind, ERR_INPUT);
		else
			assert_non_null(js_str(report, "broken", NULL));
		json_decref(report);
		buf_clear(&b);
		buf_clear(&yaml);
	}
}

static void test_every_cut_of_a_feed_is_drafted_or_refused(void **state)
{
	static const char text[] =
		"{\"count\":2,\"a\":{\"jobs\":[{\"id\":1,\"title\":\"Maçon\","
		"\"gps\":[2.3,48.8],\"l\":[{\"x\":\"y\"}]},{\"id\":2,\"title\":"
		"\"Pâtissier\"}]}}";
	static const char xml[] =
		"<r><!-- c --><job id='1'><title>x</title><l a=\"b\">t</l>"
		"</job><job id='2'><title>y</title></job></r>";
	static const char *const texts[] = {text, xml};
	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(texts); t++) {
		for (size_t n = 0; n <= strlen(texts[t]); n++) {
			const struct collector_draft_ask ask = {.name = "one"};
			struct buf yaml;
			json_t *report = NULL;
			struct err err = {0};
			/* its own memory, so that a byte too far is seen */
			char *bytes = mem_dup_n(texts[t], n);
			buf_init(&yaml, COLLECTOR_DRAFT_YAML);
			if (!collector_draft(bytes, n, &ask, refdata, &yaml,
					     &report, &err))
				json_decref(source_of(yaml.data));
			else
				assert_int_equal(err.kind, ERR_INPUT);
			json_decref(report);
			buf_clear(&yaml);
			free(bytes);
		}
	}
}

static void test_private_addresses_are_told_by_their_writing(void **state)
{
	(void)state;
	assert_true(collector_is_private("http://127.0.0.1:8790/x"));
	assert_true(collector_is_private("http://localhost/x"));
	assert_true(collector_is_private("https://10.1.2.3"));
	assert_true(collector_is_private("http://[::1]:80/x"));
	assert_false(collector_is_private("https://partner.example/x"));
	assert_false(collector_is_private("https://8.8.8.8/"));
	/* the metadata service is never reached */
	assert_false(collector_is_private("http://169.254.169.254/"));
}

/* ---- origins ---- */

struct told {
	json_t *origin;
	int64_t n;
};

static void on_origin(void *ctx, const json_t *origin)
{
	struct told *t = ctx;
	json_decref(t->origin);
	t->origin = json_deep_copy(origin);
}

static void on_offer(void *ctx, const struct offer *o, const json_t *line,
		     const struct collector_note *notes, size_t n_notes)
{
	struct told *t = ctx;
	(void)o;
	(void)line;
	(void)notes;
	(void)n_notes;
	t->n++;
}

static void try_it(const json_t *source, const char *file, struct told *t)
{
	static const struct collector_try_handler handler = {
		.on_offer = on_offer, .on_origin = on_origin};
	const struct collector_try_in in = {
		.source = source, .refdata = refdata, .file = file};
	struct collector_try_out out;
	struct err err = {0};
	*t = (struct told){NULL, 0};
	if (collector_try(&in, &handler, t, &out, &err))
		fail_msg("%s: %s", file, err.text);
	assert_int_equal(out.counts.bad, 0);
}

static char *file_of(const char *text)
{
	char *name = mem_dup("/tmp/etrier-draft-XXXXXX");
	int fd = mkstemp(name);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
	return name;
}

static void test_every_value_says_where_it_came_from(void **state)
{
	static const char yaml[] =
		"name: one\nkind: json\nurl: https://partner.example/x\n"
		"delivers: window\nfields:\n"
		"  title: t\n"
		"  kind: {paths: [nature, type], values: {Tâche: unknown, "
		"Mi: temporary}}\n"
		"  level.required: [n1, n2]\n"
		"  employer.name: {const: Inventée}\n"
		"  description: {paths: [d1, d2], join: \"\\n\"}\n"
		"  duration_months: mois\n"
		"  place.postcode: cp\n"
		"  place.city: ville\n"
		"  salary.text: paie\n"
		"  posted: p\n"
		/* not understood, so not where the values come from */
		"  trade: paie\n"
		"  rome: nature\n"
		"  expires: type\n"
		"  salary.min: n1\n"
		"  licences: [pb, pc]\n";
	static const char text[] =
		"[{\"t\":\"Boulanger / Boulangère\",\"nature\":\"Tâche\","
		"\"type\":\"Mi\",\"n1\":\"?\",\"n2\":\"CAP\",\"d1\":\"a\","
		"\"d2\":\"b\",\"mois\":6,\"cp\":\"93100\",\"ville\":"
		"\"Montreuil\",\"pb\":\"B\",\"pc\":\"C\",\"paie\":\"Mensuel de 1900 Euros\","
		"\"p\":\"2026-11-20\"}]";
	static const struct {
		const char *member, *from;
	} rows[] = {
		{"title", "t"},
		{"kind", "type (values)"},
		{"rome", "t (inferred)"},
		{"level.required", "n2"},
		{"employer.name", "const"},
		{"description", "d1, d2"},
		{"duration_days", "mois"},
		{"place", "cp, ville"},
		{"salary.min", "paie"},
		{"salary.period", "paie"},
		{"posted", "p"},
		{"expires", "expires_days"},
		{"status", "default"},
		{"licences", "pb, pc"},
		{"ref", NULL},
		{"salary.currency", NULL},
	};
	struct told t;
	(void)state;
	json_t *source = source_of(yaml);
	char *file = file_of(text);
	try_it(source, file, &t);
	assert_int_equal(t.n, 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!str_eq(js_str(t.origin, rows[i].member, NULL),
			    rows[i].from))
			fail_msg("%s: %s", rows[i].member,
				 js_str(t.origin, rows[i].member, "(none)"));
	json_decref(t.origin);
	json_decref(source);
	unlink(file);
	free(file);
}

/* ---- real payloads, where they are ---- */

static char *slurp(const char *file, size_t *n)
{
	struct buf b;
	char bytes[4096];
	size_t k;
	FILE *f = fopen(file, "rb");
	assert_non_null(f);
	buf_init(&b, COLLECTOR_DRAFT_BYTES);
	while ((k = fread(bytes, 1, sizeof(bytes), f)) > 0)
		buf_add(&b, bytes, k);
	fclose(f);
	*n = b.len;
	return buf_take(&b);
}

/* What of a feed is mapped right at once; "-" is a field that the feed does
 * not have, and that must not be invented. */
static void test_real_payloads_are_drafted_well_enough_to_be_tried(void **state)
{
	static const struct {
		const char *file, *title, *ref, *kind, *employer, *posted;
		int64_t offers;
	} rows[] = {
		{"ft-offresv2-search-itou.json", "intitule", "id",
		 "natureContrat", "entreprise.nom", "dateCreation", 2},
		{"ft-offresv2-search-interim-2024.json", "intitule", "id",
		 "natureContrat", "entreprise.nom", "dateCreation", 2},
		{"lba-decathlon-digitalrecruiters.json", "title", "reference",
		 "contract_type", "brand.name", "published_at", 3},
		{"lba-v3-jobs-search.json", "offer.title", "identifier.id",
		 "contract.type", "workplace.legal_name",
		 "offer.publication.creation", 2},
		{"lba-v3-jobs-export-delegated-cfa.json", "offer.title",
		 "identifier.id", "contract.type", "workplace.legal_name",
		 "offer.publication.creation", 1},
		{"1j1s-etl-stagefr-compresse.json", "title", "guid",
		 "contract_type", "employer", "post_date", 1},
		{"lba-apec.xml", "Intitule", "Reference_apec",
		 "Contrat.Type_contrat", "Nom_entreprise", "Date_parution", 5},
		{"lba-edf-talentsoft.xml", "jobDescription.title", "reference",
		 "jobDescription.contract", "entity", "creationDate", 3},
		{"lba-hellowork.xml", "title", "job_id", "contract",
		 "company_title", "publication_date", 5},
		{"lba-laposte.xml", "intitule-du-poste", "reference",
		 "type-de-contrat", "company", "-", 2},
	};
	(void)state;
	if (access(SHARED_DIR "/samples/feeds", R_OK)) {
		print_message("SKIP real payloads: no shared samples here\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct {
			const char *field, *path;
		} fields[] = {
			{"title", rows[i].title},
			{"ref", rows[i].ref},
			{"kind", rows[i].kind},
			{"employer.name", rows[i].employer},
			{"posted", rows[i].posted},
		};
		char *file = mem_printf(SHARED_DIR "/samples/feeds/%s",
					rows[i].file);
		size_t n;
		struct told t;
		json_t *report = NULL;
		char *bytes = slurp(file, &n);
		char *yaml = draft_bytes(bytes, n, &report);
		json_t *source = source_of(yaml);
		for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
			const char *path = path_of(source, fields[k].field);
			if (!str_eq(path ? path : "-", fields[k].path))
				fail_msg("%s: %s: %s\n%s", rows[i].file,
					 fields[k].field, path, yaml);
		}
		try_it(source, file, &t);
		assert_int_equal(t.n, rows[i].offers);
		assert_non_null(js_str(t.origin, "place", NULL));
		json_decref(t.origin);
		json_decref(source);
		json_decref(report);
		free(yaml);
		free(bytes);
		free(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_compared_by_their_words),
		cmocka_unit_test(
			test_the_table_of_names_is_written_as_names_are_compared),
		cmocka_unit_test(
			test_a_document_is_recognised_or_said_by_its_name),
		cmocka_unit_test(test_kinds_are_asked_of_the_collector),
		cmocka_unit_test(test_the_list_of_offers_is_found),
		cmocka_unit_test(test_fields_are_found_by_name_and_by_value),
		cmocka_unit_test(test_the_form_of_dates_is_proved_or_left_open),
		cmocka_unit_test(test_dates_that_contradict_are_only_proposed),
		cmocka_unit_test(test_dates_of_one_feed_are_written_alike),
		cmocka_unit_test(test_unknown_words_marks_and_silent_noes),
		cmocka_unit_test(test_a_wish_is_not_taken_for_a_requirement),
		cmocka_unit_test(test_closed_posts_stay_closed),
		cmocka_unit_test(test_exchanged_coordinates_are_told_apart),
		cmocka_unit_test(
			test_hostile_names_and_values_stay_what_they_are),
		cmocka_unit_test(test_only_so_much_is_looked_at),
		cmocka_unit_test(test_brackets_without_end_are_no_feed),
		cmocka_unit_test(
			test_every_cut_of_a_feed_is_drafted_or_refused),
		cmocka_unit_test(
			test_private_addresses_are_told_by_their_writing),
		cmocka_unit_test(test_every_value_says_where_it_came_from),
		cmocka_unit_test(
			test_real_payloads_are_drafted_well_enough_to_be_tried),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
