/* SPDX-License-Identifier: EUPL-1.2 */
/* Paths into records, and what a source file makes of the values there. */
#include "collector/mapping.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/path.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char record_text[] =
	"{\"id\":7,\"title\":\" Boulanger \",\"ok\":true,\"lat\":48.85,"
	"\"big\":1e30,\"none\":null,\"empty\":\"\",\"mark\":\"N/A\","
	"\"geo\":{\"coordinates\":[2.35,48.85]},"
	"\"permis\":[{\"libelle\":\"B\",\"exigence\":\"E\"},"
	"{\"libelle\":\"C\",\"exigence\":\"S\"}],"
	"\"one\":{\"libelle\":\"D\",\"exigence\":\"E\"},"
	"\"list\":[\"x\",\"y\",\"\"],\"Type de contrat\":\"CDI\","
	"\"elem\":{\"@id\":\"9\",\"#text\":\"words\"},"
	"\"comma\":\"1.646,50\",\"dot\":\"1,646.5\","
	"\"gaps\":[{},null,{\"c\":\"\",\"d\":[{\"e\":null}]},"
	"{\"c\":\"Melun\"},{\"p\":75001}],\"plain\":[\"\",\"b\"],"
	"\"deep\":{\"a\":[{\"b\":1},{\"b\":2},{\"c\":3}]}}";

struct setting {
	struct arena arena;
	const struct jnode *record;
};

static int set_up(void **state)
{
	static struct setting s;
	struct err err;
	arena_init(&s.arena);
	json_t *tree = js_parse(record_text, strlen(record_text), &err);
	s.record = tree ? jnode_from_json(&s.arena, tree) : NULL;
	json_decref(tree);
	*state = &s;
	return s.record ? 0 : -1;
}

static int tear_down(void **state)
{
	struct setting *s = *state;
	arena_clear(&s->arena);
	return 0;
}

/* The values of one field, joined by "|". */
static const char *values(struct setting *s, const char *source_text)
{
	struct err err;
	const char *v[MAPPING_VALUES_MAX];
	json_t *source = js_parse(source_text, strlen(source_text), &err);
	assert_non_null(source);
	struct mapping *m = mapping_new(source, &err);
	assert_non_null(m);
	size_t n = mapping_values(m, SOURCE_F_REF, s->record, &s->arena, v,
				  ARRAY_LEN(v));
	char *all = arena_dup(&s->arena, "");
	for (size_t i = 0; i < n; i++)
		all = arena_printf(&s->arena, "%s%s%s", all, i ? "|" : "",
				   v[i]);
	mapping_free(m);
	json_decref(source);
	return all;
}

static void test_paths_reach_what_they_name(void **state)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{"id", "7"},
		{"title", "Boulanger"},
		{"ok", "true"},
		{"lat", "48.85"},
		{"big", ""},
		{"none", ""},
		{"empty", ""},
		{"mark", ""},
		{"absent", ""},
		{"geo.coordinates.0", "2.35"},
		{"geo.coordinates.1", "48.85"},
		{"geo.coordinates.2", ""},
		{"geo.coordinates", "2.35|48.85"},
		{"geo", ""},
		{"permis.libelle", "B|C"},
		{"permis.0.libelle", "B"},
		{"permis.1.libelle", "C"},
		{"permis[exigence=E].libelle", "B"},
		{"permis[exigence=X].libelle", ""},
		{"one.libelle", "D"},
		{"one.0.libelle", "D"}, /* one element without its list */
		{"one.1.libelle", ""},
		{"gaps.0.c", "Melun"}, /* empty elements do not count */
		{"gaps.0.p", ""},
		{"gaps.1.p", "75001"},
		{"gaps.2.p", ""},
		{"plain.1", "b"}, /* in a plain list they do */
		{"one[exigence=E].libelle", "D"},
		{"list", "x|y"},
		{"Type de contrat", "CDI"},
		{"elem", "words"},
		{"elem.@id", "9"},
		{"elem.#text", "words"},
		{"deep.a.b", "1|2"},
		{"title.more", ""},
		{"permis.*", "B|E|C|S"}, /* every member, in its order */
		{"geo.*", "2.35|48.85"},
		{"deep.*.b", "1|2"},
		{"title.*", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct setting *s = *state;
		const char *got = values(
			s, arena_printf(&s->arena,
					"{\"unknown\":[\"n/a\"],\"fields\":{"
					"\"ref\":{\"paths\":[\"%s\"]}}}",
					rows[i].path));
		if (!str_eq(got, rows[i].want))
			fail_msg("%s: %s", rows[i].path, got);
	}
}

static void test_paths_that_make_no_sense_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		".a",
		"a.",
		"a..b",
		"a[b=c",
		"a[b]",
		"a[=c]",
		"a[b=]",
		"a]",
		"[b=c]",
		"a.b.c.d.e.f.g.h.i.j.k.l.m",
	};
	struct setting *s = *state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct path p;
		struct err err = {0};
		if (!path_parse(&s->arena, bad[i], &p, &err))
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(err.kind, ERR_CONFIG);
	}
}

static const char *text(struct setting *s, const char *spec)
{
	struct err err;
	char *all = arena_printf(&s->arena, "{\"fields\":{\"ref\":%s}}", spec);
	json_t *source = js_parse(all, strlen(all), &err);
	assert_non_null(source);
	struct mapping *m = mapping_new(source, &err);
	const char *v = mapping_text(m, SOURCE_F_REF, s->record, &s->arena);
	v = arena_dup(&s->arena, v ? v : "(none)");
	mapping_free(m);
	json_decref(source);
	return v;
}

static void test_fallbacks_joins_constants_and_tables(void **state)
{
	static const struct {
		const char *spec, *want;
	} rows[] = {
		{"{\"paths\":[\"none\",\"title\",\"id\"]}", "Boulanger"},
		{"{\"paths\":[\"none\",\"title\",\"id\"],\"join\":\"+\"}",
		 "Boulanger+7"},
		{"{\"paths\":[\"absent\"],\"const\":\"X\"}", "X"},
		{"{\"const\":\"X\"}", "X"},
		{"{\"paths\":[\"absent\"]}", "(none)"},
		{"{\"paths\":[\"title\"],\"values\":{\"BOULANGER\":\"b\"}}",
		 "b"},
		{"{\"paths\":[\"title\",\"id\"],\"values\":{\"boulanger\":"
		 "\"unknown\"}}",
		 "7"},
		{"{\"paths\":[\"comma\"],\"number\":\"comma\"}", "1646.50"},
		{"{\"paths\":[\"dot\"],\"number\":\"dot\"}", "1646.5"},
		/* a number of JSON is written one way only */
		{"{\"paths\":[\"lat\"],\"number\":\"comma\"}", "48.85"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(text(*state, rows[i].spec), rows[i].want);
}

struct list {
	const struct mapping *m;
	struct arena *a;
	char *all;
	int n, stop_after;
};

static int add_ref(void *ctx, const struct jnode *record)
{
	struct list *l = ctx;
	const char *v = mapping_text(l->m, SOURCE_F_REF, record, l->a);
	l->all = arena_printf(l->a, "%s%s ", l->all, v ? v : "-");
	return ++l->n == l->stop_after ? 7 : 0;
}

/* The refs of the records that a record gives, a blank behind each. */
static const char *refs(struct setting *s, const char *each, const char *path,
			int stop_after, int *rc)
{
	struct err err;
	char *text = arena_printf(&s->arena,
				  "{%s%s%s\"fields\":{\"ref\":{\"paths\":["
				  "\"%s\",\"^.id\"],\"join\":\"<\"}}}",
				  each ? "\"each\":\"" : "", each ? each : "",
				  each ? "\"," : "", path);
	json_t *source = js_parse(text, strlen(text), &err);
	assert_non_null(source);
	struct mapping *m = mapping_new(source, &err);
	assert_non_null(m);
	struct list l = {m, &s->arena, arena_dup(&s->arena, ""), 0, stop_after};
	*rc = mapping_each(m, s->record, &s->arena, add_ref, &l);
	mapping_free(m);
	json_decref(source);
	return l.all;
}

static void test_each_makes_records_of_a_list(void **state)
{
	static const struct {
		const char *each, *path, *want;
		int stop_after, rc;
	} rows[] = {
		{NULL, "title", "Boulanger ", 0, 0},
		{"permis", "libelle", "B<7 C<7 ", 0, 0},
		{"permis", "libelle", "B<7 ", 1, 7},
		{"permis[exigence=S]", "libelle", "C<7 ", 0, 0},
		{"one", "libelle", "D<7 ", 0, 0}, /* no list around one */
		{"deep.a", "b", "1<7 2<7 7 ", 0, 0},
		{"permis", "^.deep.a.1.b", "2<7 2<7 ", 0, 0},
		{"permis", "^.^.id", "7 7 ", 0, 0}, /* one level up, no more */
		{"absent", "libelle", "", 0, 0},
		{"none", "libelle", "", 0, 0},
		{"list", "x", "- - - ", 0, 0}, /* texts: no record of them */
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int rc;
		const char *got = refs(*state, rows[i].each, rows[i].path,
				       rows[i].stop_after, &rc);
		if (!str_eq(got, rows[i].want) || rc != rows[i].rc)
			fail_msg("%s %s: %s", rows[i].each, rows[i].path, got);
	}
	/* the record is as it was */
	struct setting *s = *state;
	assert_null(jnode_get(s->record, "^", 1));
	assert_null(
		jnode_get(jnode_get(s->record, "permis", 6)->first, "^", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths_reach_what_they_name,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_paths_that_make_no_sense_are_refused, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_fallbacks_joins_constants_and_tables, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_each_makes_records_of_a_list, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
