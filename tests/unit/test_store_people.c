/* SPDX-License-Identifier: EUPL-1.2 */
/* Imports and what they make of people: staged, compared, applied at once;
 * two files about one person; who is gone and who comes back; needs that are
 * readable nowhere in the file. Everybody here is invented. */
#include "store_fixture.h"

#include "engine/store/db.h"

#include <fcntl.h>
#include <sys/stat.h>

struct world {
	struct store *s;
	struct arena a;
};

static int set_up(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	w->s = fixture_open(":memory:");
	arena_init(&w->a);
	OK(store_origin_put(w->s, "ml1", 0, NULL, E));
	OK(store_origin_put(w->s, "cfa1", 1, "CFA1", E));
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	store_close(w->s);
	arena_clear(&w->a);
	free(w);
	return 0;
}

static enum store_verdict stage(struct world *w, const char *origin, int line,
				const char *row)
{
	enum store_verdict v;
	json_t *fields = fixture_json(row);
	OK(store_stage_youth(w->s, origin, fields, line, &v, E));
	json_decref(fields);
	return v;
}

/* A whole file of rows (NULL-terminated), applied. */
static int64_t import(struct world *w, const char *origin,
		      const char *const *rows)
{
	int64_t number;
	OK(store_stage_begin(w->s, origin, E));
	for (int i = 0; rows[i]; i++)
		stage(w, origin, i + 2, rows[i]);
	OK(store_stage_apply(w->s, origin, NOW, &number, E));
	return number;
}
#define IMPORT(w, origin, ...) \
	import((w), (origin), (const char *const[]){__VA_ARGS__, NULL})

static struct store_person find(struct world *w, const char *origin,
				const char *ref)
{
	struct store_person p;
	OK(store_person_find(w->s, origin, ref, true, &w->a, &p, E));
	return p;
}

static const char *field(const struct store_person *p, const char *key)
{
	static char out[200];
	json_t *v = js_parse(p->fields, strlen(p->fields), NULL);
	str_copy(out, sizeof(out), js_str(v, key, "(none)"));
	json_decref(v);
	return out;
}

static int count_row(void *ctx, const struct store_person *row)
{
	assert_non_null(row->fields);
	++*(int *)ctx;
	return 0;
}

static int count_people(struct world *w, struct store_people_query q)
{
	int n = 0;
	int64_t counted = -1;
	OK(store_people_each(w->s, &q, count_row, &n, E));
	OK(store_people_count(w->s, &q, &counted, E));
	if (!q.limit) /* a count knows no limit */
		assert_int_equal(counted, n);
	return n;
}

/* --- staging
 * -------------------------------------------------------------------- */

static void test_diff_counts_every_kind_of_row(void **state)
{
	struct world *w = *state;
	struct store_diff d;
	IMPORT(w, "ml1", "{'ref':'1','agency':'A'}", "{'ref':'2'}",
	       "{'ref':'3'}", "{'ref':'4'}", "{'ref':'5'}");
	IMPORT(w, "ml1", "{'ref':'1'}", "{'ref':'2'}", "{'ref':'3'}",
	       "{'ref':'4'}");
	OK(store_stage_begin(w->s, "ml1", E));
	assert_int_equal(stage(w, "ml1", 2, "{'ref':'1'}"), STORE_ROW_SAME);
	assert_int_equal(stage(w, "ml1", 3, "{'ref':'2','city':'X'}"),
			 STORE_ROW_CHANGED);
	assert_int_equal(stage(w, "ml1", 4, "{'ref':'5'}"), STORE_ROW_RETURNED);
	assert_int_equal(stage(w, "ml1", 5, "{'ref':'6'}"), STORE_ROW_NEW);
	OK(store_stage_keep(w->s, "ml1", "3", 6, E));
	OK(store_stage_keep(w->s, "ml1", "nobody", 7, E));
	OK(store_stage_diff(w->s, "ml1", &d, E));
	assert_int_equal(d.n_same, 1);
	assert_int_equal(d.n_changed, 1);
	assert_int_equal(d.n_returned, 1);
	assert_int_equal(d.n_new, 1);
	assert_int_equal(d.n_kept, 1);
	assert_int_equal(d.n_gone, 1);
	assert_int_equal(d.n_before, 4);
	/* Nothing is written before apply. */
	assert_int_equal(
		count_people(w,
			     (struct store_people_query){.active_only = true}),
		4);
}

static void test_rejected_row_is_never_gone(void **state)
{
	struct world *w = *state;
	int64_t n;
	IMPORT(w, "ml1", "{'ref':'1','city':'X'}", "{'ref':'2'}");
	OK(store_stage_begin(w->s, "ml1", E));
	OK(store_stage_keep(w->s, "ml1", "1", 2, E));
	OK(store_stage_apply(w->s, "ml1", NOW, &n, E));
	assert_false(find(w, "ml1", "1").is_gone);
	assert_true(find(w, "ml1", "2").is_gone);
	struct store_person p = find(w, "ml1", "1");
	assert_string_equal(field(&p, "city"), "X");
}

static void test_absent_column_keeps_and_empty_cell_clears(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1",
	       "{'ref':'1','city':'X','phone':'+33639980001',"
	       "'needs':['noise:1:warn'],'rqth':'yes'}");
	IMPORT(w, "ml1", "{'ref':'1','phone':null,'rqth':null}");
	struct store_person p = find(w, "ml1", "1");
	assert_string_equal(field(&p, "city"), "X");
	assert_string_equal(field(&p, "phone"), "(none)");
	assert_string_equal(p.needs, "{\"needs\":[\"noise:1:warn\"]}");
	IMPORT(w, "ml1", "{'ref':'1','needs':null}");
	assert_null(find(w, "ml1", "1").needs);
}

static void test_a_change_of_needs_alone_is_a_change(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1", "{'ref':'1','needs':['noise:1:warn']}");
	OK(store_stage_begin(w->s, "ml1", E));
	assert_int_equal(stage(w, "ml1", 2, "{'ref':'1','needs':null}"),
			 STORE_ROW_CHANGED);
	store_stage_drop(w->s, "ml1");
	assert_int_equal(
		stage(w, "ml1", 2, "{'needs':['noise:1:warn'],'ref':'1'}"),
		STORE_ROW_SAME);
}

static void test_bad_rows_are_refused_and_named_by_line(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *row, *words;
	} cases[] = {
		{"{'city':'X'}", "ref is missing"},
		{"{'ref':''}", "ref is missing"},
		{"{'ref':'1'}", "the ref of line 2 comes again"},
		{"{'ref':'7','linked_ref':'ml1'}", "ORIGIN:REF"},
		{"{'ref':'7','linked_ref':':1'}", "ORIGIN:REF"},
		{"{'ref':'7','linked_ref':'ml1:'}", "ORIGIN:REF"},
		{"{'ref':'7','status':'happy'}", "status"},
	};
	OK(store_stage_begin(w->s, "ml1", E));
	stage(w, "ml1", 2, "{'ref':'1'}");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum store_verdict v;
		json_t *row = fixture_json(cases[i].row);
		FAILS(store_stage_youth(w->s, "ml1", row, 9, &v, E), ERR_INPUT,
		      cases[i].words);
		json_decref(row);
	}
	int64_t n;
	FAILS(store_stage_begin(w->s, "nobody", E), ERR_UNKNOWN, "no origin");
	store_stage_drop(w->s, "ml1");
	FAILS(store_stage_apply(w->s, "ml1", NOW, &n, E), ERR_INPUT,
	      "nothing is staged");
}

static int fail_after_apply(struct store *s, void *ctx, struct err *err)
{
	int64_t n;
	(void)ctx;
	OK(store_stage_apply(s, "ml1", NOW, &n, E));
	return err_set(err, ERR_INPUT, "later");
}

static int64_t temp_pages(struct world *w)
{
	int64_t n;
	OK(db_get_int(w->s, &n, E, "PRAGMA temp.page_count", DB_NONE));
	return n;
}

/* What a whole region takes while it is staged is not kept for the next one. */
static void test_a_stage_gives_its_memory_back(void **state)
{
	struct world *w = *state;
	int64_t before = temp_pages(w), number;
	char row[80];
	for (int end = 0; end < 2; end++) {
		OK(store_stage_begin(w->s, "ml1", E));
		for (int i = 0; i < 1000; i++) {
			snprintf(row, sizeof(row), "{'ref':'%d','city':'%d'}",
				 i, end);
			stage(w, "ml1", i + 2, row);
		}
		assert_true(temp_pages(w) > before + 10);
		if (end)
			OK(store_stage_apply(w->s, "ml1", NOW, &number, E));
		else
			store_stage_drop(w->s, "ml1");
		assert_in_range(temp_pages(w), 0, before + 2);
	}
}

static void test_apply_joins_the_callers_transaction(void **state)
{
	struct world *w = *state;
	OK(store_stage_begin(w->s, "ml1", E));
	stage(w, "ml1", 2, "{'ref':'1'}");
	assert_int_equal(store_tx(w->s, fail_after_apply, NULL, NULL), -1);
	assert_int_equal(count_people(w, (struct store_people_query){0}), 0);
}

/* --- gone and back
 * ---------------------------------------------------------------- */

static void test_gone_people_come_back_whole(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1", "{'ref':'1','city':'X','needs':['noise:0:exclude']}",
	       "{'ref':'2'}");
	int64_t id = find(w, "ml1", "1").id;
	IMPORT(w, "ml1", "{'ref':'2'}");
	struct store_person p = find(w, "ml1", "1");
	assert_true(p.is_gone);
	assert_int_equal(
		count_people(w,
			     (struct store_people_query){.active_only = true}),
		1);
	IMPORT(w, "ml1", "{'ref':'1'}", "{'ref':'2'}");
	p = find(w, "ml1", "1");
	assert_int_equal(p.id, id);
	assert_false(p.is_gone);
	assert_string_equal(field(&p, "city"), "X");
	assert_non_null(p.needs);
}

static void test_an_import_knows_whom_it_touched(void **state)
{
	struct world *w = *state;
	int64_t n =
		IMPORT(w, "ml1", "{'ref':'1'}", "{'ref':'2'}", "{'ref':'3'}");
	assert_int_equal(
		count_people(w, (struct store_people_query){.import = n}), 3);
	n = IMPORT(w, "ml1", "{'ref':'1'}", "{'ref':'2','city':'X'}",
		   "{'ref':'4'}");
	assert_int_equal(
		count_people(w, (struct store_people_query){.import = n}), 3);
	struct store_origin o;
	OK(store_origin_get(w->s, "ml1", &w->a, &o, E));
	assert_int_equal(o.import, n);
	assert_int_equal(o.imported_at, NOW);
}

static void test_people_are_found_by_their_advisers_in_slices(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1", "{'ref':'1','agency':'A','adviser':'s'}",
	       "{'ref':'2','agency':'A','adviser':'t'}",
	       "{'ref':'3','agency':'A','adviser':'s','status':'paused'}");
	struct store_people_query q = {.agency = "A", .adviser = "s"};
	assert_int_equal(count_people(w, q), 2);
	q.active_only = true;
	assert_int_equal(count_people(w, q), 1);
	q = (struct store_people_query){.limit = 2};
	assert_int_equal(count_people(w, q), 2);
	q.after = find(w, "ml1", "2").id;
	assert_int_equal(count_people(w, q), 1);
}

/* --- status
 * ------------------------------------------------------------------------- */

static void test_event_wins_until_the_files_own_word_changes(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1", "{'ref':'1','status':'active'}");
	int64_t id = find(w, "ml1", "1").id;
	OK(store_person_set_status(w->s, id, PERSON_PLACED, E));
	assert_int_equal(find(w, "ml1", "1").status, PERSON_PLACED);
	/* The file changes elsewhere and still says active: stale news. */
	IMPORT(w, "ml1", "{'ref':'1','status':'active','city':'X'}");
	assert_int_equal(find(w, "ml1", "1").status, PERSON_PLACED);
	IMPORT(w, "ml1", "{'ref':'1','status':'paused'}");
	assert_int_equal(find(w, "ml1", "1").status, PERSON_PAUSED);
	IMPORT(w, "ml1", "{'ref':'1','status':'active'}");
	assert_int_equal(find(w, "ml1", "1").status, PERSON_ACTIVE);
	FAILS(store_person_set_status(w->s, 999, PERSON_LEFT, E), ERR_UNKNOWN,
	      "no such");
}

/* --- two files about one person
 * ------------------------------------------------------- */

#define ML_ROW                                                        \
	"{'ref':'10','agency':'ML','adviser':'sarah','city':'Ville'," \
	"'cfa':'said by the ML','phone':'+33639980010','needs':["     \
	"'loads:0:exclude']}"
#define CFA_ROW                                                        \
	"{'ref':'c1','linked_ref':'ml1:10','agency':'CFA1',"           \
	"'cfa_adviser':'paul','cfa':'said by the CFA','city':'Other'," \
	"'contract_deadline':'2026-12-11','needs':['noise:2:warn']}"

static void check_merged(struct world *w)
{
	struct store_person p = find(w, "cfa1", "c1");
	assert_int_equal(p.id, find(w, "ml1", "10").id);
	assert_string_equal(p.origin, "ml1");
	assert_string_equal(p.agency, "ML");
	assert_string_equal(p.adviser, "sarah");
	assert_string_equal(p.cfa_agency, "CFA1");
	assert_string_equal(p.cfa_adviser, "paul");
	assert_string_equal(field(&p, "city"), "Ville");
	assert_string_equal(field(&p, "cfa"), "said by the CFA");
	assert_string_equal(field(&p, "contract_deadline"), "2026-12-11");
	assert_string_equal(p.needs, "{\"needs\":[\"loads:0:exclude\"]}");
	assert_int_equal(count_people(w, (struct store_people_query){0}), 1);
	assert_int_equal(
		count_people(
			w, (struct store_people_query){.cfa_agency = "CFA1",
						       .cfa_adviser = "paul"}),
		1);
}

static void test_cfa_row_joins_the_ml_row_it_names(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1", ML_ROW);
	IMPORT(w, "cfa1", CFA_ROW);
	check_merged(w);
}

static void test_cfa_row_waits_for_the_ml_row_it_names(void **state)
{
	struct world *w = *state;
	IMPORT(w, "cfa1", CFA_ROW);
	struct store_person p = find(w, "cfa1", "c1");
	assert_string_equal(field(&p, "city"), "Other");
	assert_string_equal(p.cfa_agency, "CFA1");
	assert_string_equal(p.needs, "{\"needs\":[\"noise:2:warn\"]}");
	IMPORT(w, "ml1", ML_ROW);
	assert_int_equal(find(w, "ml1", "10").id, p.id);
	check_merged(w);
}

static void test_a_link_added_later_joins_what_was_two(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1", ML_ROW);
	IMPORT(w, "cfa1", "{'ref':'c1','agency':'CFA1'}");
	int64_t ml = find(w, "ml1", "10").id, cfa = find(w, "cfa1", "c1").id;
	assert_int_not_equal(ml, cfa);
	OK(store_person_set_status(w->s, cfa, PERSON_PLACED, E));
	int64_t n = IMPORT(w, "cfa1", CFA_ROW);
	check_merged(w);
	assert_int_equal(find(w, "ml1", "10").id, ml);
	assert_int_equal(find(w, "ml1", "10").status, PERSON_PLACED);
	assert_int_equal(
		count_people(w, (struct store_people_query){.import = n}), 1);
	/* The old id still answers. */
	struct store_person p;
	OK(store_person_get(w->s, cfa, false, &w->a, &p, E));
	assert_int_equal(p.id, ml);
	assert_null(p.needs);
}

static void test_a_corrected_link_never_merges_two_people(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1", ML_ROW, "{'ref':'11','agency':'ML','city':'Bourg'}");
	IMPORT(w, "cfa1", CFA_ROW);
	IMPORT(w, "cfa1", "{'ref':'c1','linked_ref':'ml1:11'}");
	struct store_person ten = find(w, "ml1", "10");
	struct store_person eleven = find(w, "ml1", "11");
	assert_int_not_equal(ten.id, eleven.id);
	assert_int_equal(find(w, "cfa1", "c1").id, eleven.id);
	assert_null(ten.cfa_adviser);
	assert_string_equal(field(&ten, "cfa"), "said by the ML");
	assert_string_equal(eleven.cfa_adviser, "paul");
}

static void test_gone_in_one_file_the_other_carries_on(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1", ML_ROW, "{'ref':'99'}");
	IMPORT(w, "cfa1", CFA_ROW, "{'ref':'c9'}");
	IMPORT(w, "ml1", "{'ref':'99'}");
	struct store_person p = find(w, "ml1", "10");
	assert_false(p.is_gone);
	assert_string_equal(p.origin, "cfa1");
	assert_string_equal(field(&p, "city"), "Other");
	assert_string_equal(p.needs, "{\"needs\":[\"noise:2:warn\"]}");
	IMPORT(w, "cfa1", "{'ref':'c9'}");
	p = find(w, "ml1", "10");
	assert_true(p.is_gone);
	IMPORT(w, "ml1", "{'ref':'10'}", "{'ref':'99'}");
	p = find(w, "ml1", "10");
	assert_false(p.is_gone);
	assert_string_equal(p.origin, "ml1");
	assert_string_equal(field(&p, "cfa"), "said by the ML");
	assert_null(p.cfa_adviser);
	assert_string_equal(p.needs, "{\"needs\":[\"loads:0:exclude\"]}");
}

static void test_joining_by_hand_moves_the_history(void **state)
{
	struct world *w = *state;
	IMPORT(w, "ml1", ML_ROW);
	IMPORT(w, "cfa1", "{'ref':'c1','agency':'CFA1','cfa_adviser':'paul'}");
	int64_t ml = find(w, "ml1", "10").id, cfa = find(w, "cfa1", "c1").id;
	struct store_message m = {.kind = STORE_NOTICE,
				  .audience = STORE_TO_YOUTH,
				  .channel = CHANNEL_SMS,
				  .person = cfa,
				  .not_before = NOW,
				  .expires = INSTANT_NONE};
	int64_t id, n;
	OK(store_message_plan(w->s, &m, NULL, 0, NOW, &id, E));
	OK(store_person_join(w->s, ml, cfa, E));
	OK(store_person_join(w->s, ml, cfa, E));
	struct store_messages_query q = STORE_MESSAGES_ANY;
	q.person = ml;
	OK(store_messages_count(w->s, &q, &n, E));
	assert_int_equal(n, 1);
	assert_string_equal(find(w, "ml1", "10").cfa_adviser, "paul");
	FAILS(store_person_join(w->s, ml, 999, E), ERR_UNKNOWN, "person 999");
}

/* --- secrets
 * ---------------------------------------------------------------------------
 */

static bool file_holds(const char *path, const char *needle)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	assert_int_equal(fstat(fd, &st), 0);
	char *all = mem_alloc((size_t)st.st_size + 1);
	assert_int_equal(read(fd, all, (size_t)st.st_size), st.st_size);
	bool found = memmem(all, (size_t)st.st_size, needle, strlen(needle));
	free(all);
	close(fd);
	return found;
}

static void test_needs_are_readable_nowhere_in_the_file(void **state)
{
	char folder[256];
	struct world w = {0};
	bool is_new;
	(void)state;
	fixture_folder(folder);
	const char *path = fixture_path(&w.a, folder);
	const char *log = arena_printf(&w.a, "%s-wal", path);
	w.s = fixture_open(path);
	OK(store_origin_put(w.s, "ml1", 0, NULL, E));
	IMPORT(&w, "ml1",
	       "{'ref':'1','city':'Ville','rqth':'yes',"
	       "'needs':['chemicals:0:exclude']}");
	OK(store_optout_add(w.s, CHANNEL_SMS, "+33639980077", NOW, "reply",
			    &is_new, E));
	assert_true(file_holds(log, "Ville"));
	for (int i = 0; i < 2; i++) {
		const char *file = i ? path : log;
		assert_false(file_holds(file, "chemicals"));
		assert_false(file_holds(file, "rqth\":\""));
		assert_false(file_holds(file, "39980077"));
		OK(store_checkpoint(w.s, E));
	}
	assert_true(file_holds(path, "Ville"));
	store_close(w.s);
	fixture_remove(folder);
	arena_clear(&w.a);
}

static void test_needs_moved_to_another_person_do_not_open(void **state)
{
	struct world *w = *state;
	struct store_person p;
	IMPORT(w, "ml1", "{'ref':'1','needs':['noise:0:exclude']}",
	       "{'ref':'2','needs':['loads:0:exclude']}");
	OK(db_script(w->s,
		     "UPDATE need SET sealed = (SELECT sealed FROM need "
		     "WHERE ref = '1') WHERE ref = '2'",
		     E));
	FAILS(store_person_find(w->s, "ml1", "2", true, &w->a, &p, E),
	      ERR_STORE, "changed or moved");
	OK(store_person_find(w->s, "ml1", "2", false, &w->a, &p, E));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_diff_counts_every_kind_of_row),
		T(test_rejected_row_is_never_gone),
		T(test_absent_column_keeps_and_empty_cell_clears),
		T(test_a_change_of_needs_alone_is_a_change),
		T(test_bad_rows_are_refused_and_named_by_line),
		T(test_a_stage_gives_its_memory_back),
		T(test_apply_joins_the_callers_transaction),
		T(test_gone_people_come_back_whole),
		T(test_an_import_knows_whom_it_touched),
		T(test_people_are_found_by_their_advisers_in_slices),
		T(test_event_wins_until_the_files_own_word_changes),
		T(test_cfa_row_joins_the_ml_row_it_names),
		T(test_cfa_row_waits_for_the_ml_row_it_names),
		T(test_a_link_added_later_joins_what_was_two),
		T(test_a_corrected_link_never_merges_two_people),
		T(test_gone_in_one_file_the_other_carries_on),
		T(test_joining_by_hand_moves_the_history),
		cmocka_unit_test(test_needs_are_readable_nowhere_in_the_file),
		T(test_needs_moved_to_another_person_do_not_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
