/* SPDX-License-Identifier: EUPL-1.2 */
/* Plain words and harmless pages: each check has a bad text in
 * tests/rules/templates/bad with its exact diagnostics, the shipped texts have
 * none, and what tells of a reader stops a configuration from loading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <etrier/buf.h>
#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/plain.h>
#include <etrier/str.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD SOURCE_DIR "/tests/rules/templates/bad"

static char *slurp(const char *path)
{
	struct buf b;
	char piece[4096];
	FILE *f = fopen(path, "r");
	buf_init(&b, 1024 * 1024);
	if (!f)
		fail_msg("cannot read %s", path);
	for (size_t n; (n = fread(piece, 1, sizeof(piece), f)) > 0;)
		buf_add(&b, piece, n);
	fclose(f);
	return buf_take(&b);
}

static void add_folder(json_t *list, const char *dir, const char *lang)
{
	char *path = mem_printf("%s/%s", dir, lang);
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (str_ends(names[i]->d_name, ".mustache")) {
			char *file =
				mem_printf("%s/%s", path, names[i]->d_name);
			char *name =
				mem_printf("%s/%s", lang, names[i]->d_name);
			char *text = slurp(file);
			json_array_append_new(list,
					      json_pack("{s:s,s:s}", "name",
							name, "text", text));
			free(text);
			free(name);
			free(file);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	free(path);
}

static char *told(struct diags *d)
{
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);
	diags_print(d, f);
	fclose(f);
	diags_clear(d);
	return out;
}

static char *lint(json_t *list_take, bool is_strict, size_t *n_errors)
{
	struct diags d;
	diags_init(&d);
	templates_lint(list_take, is_strict, &d);
	*n_errors = d.n_errors;
	json_decref(list_take);
	return told(&d);
}

static void bad_texts_give_exactly_their_diagnostics(void **state)
{
	(void)state;
	json_t *list = json_array();
	size_t n;
	add_folder(list, BAD, "fr");
	char *text = lint(list, true, &n);
	if (getenv("ETRIER_GOLDEN_WRITE")) {
		FILE *f = fopen(BAD "/expect", "w");
		assert_non_null(f);
		fputs(text, f);
		fclose(f);
	}
	char *expect = slurp(BAD "/expect");
	assert_string_equal(text, expect);
	free(expect);
	free(text);
}

static void the_shipped_texts_have_none(void **state)
{
	(void)state;
	static const char *const langs[] = {"fr", "fr-simple", "en"};
	json_t *list = json_array();
	size_t n;
	for (size_t i = 0; i < ARRAY_LEN(langs); i++)
		add_folder(list, SOURCE_DIR "/conf/templates", langs[i]);
	assert_true(json_array_size(list) > 25);
	char *text = lint(list, true, &n);
	assert_string_equal(text, "");
	free(text);
}

/* Loading: an image that tells of its reader is refused, a long sentence only
 * warned of. */
static void a_pixel_stops_a_configuration_and_a_long_sentence_does_not(
	void **state)
{
	(void)state;
	static const struct {
		const char *name, *text;
		size_t n_errors;
	} rows[] = {
		{"fr/offer.txt.mustache",
		 "{{adviser.first_name}} {{agency.name}} {{callback}} un de la "
		 "une le les des du au aux en par sur pour.",
		 0},
		{"fr/digest.html.mustache",
		 "<html lang=\"fr\"><title>t</title><meta "
		 "name=\"color-scheme\"><IMG alt=\"\">",
		 1},
		{"fr/page-x.html.mustache",
		 "<html lang=\"fr\"><title>t</title><meta "
		 "name=\"color-scheme\"><p style=\"background:#fff\">",
		 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n;
		json_t *list = json_array();
		json_array_append_new(list, json_pack("{s:s,s:s}", "name",
						      rows[i].name, "text",
						      rows[i].text));
		char *text = lint(list, false, &n);
		if (n != rows[i].n_errors || !*text)
			fail_msg("%s: %zu errors: %s", rows[i].name, n, text);
		free(text);
	}
}

/* --- plain words ------------------------------------------------------------
 */

static void keep(void *ctx, size_t at, const char *what)
{
	buf_printf(ctx, "%zu %.40s\n", at, what);
}

static void plain_words_are_told_from_hard_ones(void **state)
{
	(void)state;
	static const struct {
		const char *text, *told;
	} rows[] = {
		{"Un deux-pièces, neuf heures.", ""},
		{"Il reste trois jours.", "9 \"trois\": write 3 in digits\n"},
		{"Le CFA t'attend.",
		 "3 \"CFA\" stands for words: say them, or put\n"},
		{"Le CFA (ton école) t'attend.", ""},
		{"Ton école (CFA) t'attend.", ""},
		{"un de la le les des du au aux en par sur.", ""},
		{"un de la le les des du au aux en par sur pour.",
		 "0 a sentence of 13 words: at most 12 to a \n"},
		{"un de la le les des. du au aux en par sur pour.", ""},
		{"un de la le les des\ndu au aux en par sur pour", ""},
		{"Rendez-vous à 14.30 - le jour - un de la le les des.", ""},
		{"\x01\x01\x01 \x01\x01 un de la le les des du au aux en", ""},
		{"", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b;
		buf_init(&b, 4096);
		plain_check(rows[i].text, strlen(rows[i].text), true, keep, &b);
		if (!str_eq(b.data ? b.data : "", rows[i].told))
			fail_msg("%s: %s", rows[i].text, b.data);
		buf_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_texts_give_exactly_their_diagnostics),
		cmocka_unit_test(the_shipped_texts_have_none),
		cmocka_unit_test(
			a_pixel_stops_a_configuration_and_a_long_sentence_does_not),
		cmocka_unit_test(plain_words_are_told_from_hard_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
