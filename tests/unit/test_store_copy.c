/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies are whole or not there, say so themselves, and a way back from one
 * sends nothing by itself. */
#include "store_fixture.h"

#include "engine/store/db.h"

#include <sys/stat.h>

struct scene {
	char folder[256];
	struct arena a;
	struct store *s;
	char *copies;
};

static void begin(struct scene *p)
{
	*p = (struct scene){.s = NULL};
	fixture_folder(p->folder);
	p->s = fixture_open(fixture_path(&p->a, p->folder));
	p->copies = arena_printf(&p->a, "%s/copies", p->folder);
}

static void end(struct scene *p)
{
	store_close(p->s);
	fixture_remove(p->folder);
	arena_clear(&p->a);
}

static void add_events(struct store *s, int n)
{
	char data[256] = "{\"x\":\"";
	memset(data + 6, 'x', 200);
	memcpy(data + 206, "\"}", 3);
	struct store_event e = {.at = NOW, .kind = "test", .data = data};
	OK(store_begin(s, E));
	for (int i = 0; i < n; i++)
		OK(store_event_add(s, &e, E));
	OK(store_commit(s, E));
}

static char *dir(struct scene *p, const char *name)
{
	return arena_printf(&p->a, "%s/%s", p->copies, name);
}

static char *inside(struct scene *p, const char *name, const char *file)
{
	return arena_printf(&p->a, "%s/%s/%s", p->copies, name, file);
}

static void copy(struct scene *p, const char *name)
{
	struct store_copy *c =
		store_copy_begin(p->s, p->copies, name, NULL, 0, NOW, NULL);
	int got = c ? 1 : -1;
	while (got == 1)
		OK((got = store_copy_step(c, E)) < 0 ? -1 : 0);
	store_copy_free(c);
	assert_int_equal(got, 0);
}

static bool is_there(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void a_copy_has_what_was_written_while_it_grew(void **state)
{
	(void)state;
	struct scene p;
	begin(&p);
	add_events(p.s, 9000); /* several steps of pages */
	struct store_copy *c =
		store_copy_begin(p.s, p.copies, "x", NULL, 0, NOW, NULL);
	int n_steps = 0, got, last = 0;
	while ((got = store_copy_step(c, NULL)) == 1) {
		if (n_steps++ == 0)
			add_events(p.s, 7);
		/* What is not whole has no name. */
		assert_false(is_there(dir(&p, "x")));
		assert_in_range(store_copy_progress(c), last, 1000);
		last = store_copy_progress(c);
	}
	assert_int_equal(got, 0);
	assert_int_equal(store_copy_progress(c), 1000);
	assert_in_range(n_steps, 3, 10000);
	store_copy_free(c);
	json_t *m = NULL;
	OK(store_copy_verify(dir(&p, "x"), &m, E));
	assert_string_equal(js_str(m, "at", ""), "2027-01-15T08:00:00Z");
	json_decref(m);
	struct stat st;
	assert_int_equal(stat(inside(&p, "x", "etrier.db"), &st), 0);
	assert_int_equal(st.st_mode & 0077, 0);
	struct store *s = fixture_open(inside(&p, "x", "etrier.db"));
	struct store_stats stats;
	OK(store_stats(s, &stats, E));
	assert_int_equal(stats.events, 9007);
	store_close(s);
	end(&p);
}

static void an_abandoned_copy_leaves_nothing(void **state)
{
	(void)state;
	struct scene p;
	begin(&p);
	add_events(p.s, 9000);
	struct store_copy *c =
		store_copy_begin(p.s, p.copies, "x", NULL, 0, NOW, NULL);
	assert_int_equal(store_copy_step(c, NULL), 1);
	assert_true(is_there(dir(&p, ".x.part")));
	store_copy_free(c);
	assert_false(is_there(dir(&p, ".x.part")));
	/* Nor does one that a killed engine left stand in the way. */
	assert_int_equal(mkdir(dir(&p, ".x.part"), 0700), 0);
	put(inside(&p, ".x.part", "etrier.db"), "half");
	copy(&p, "x");
	OK(store_copy_verify(dir(&p, "x"), NULL, E));
	end(&p);
}

static void what_cannot_be_copied_is_refused(void **state)
{
	(void)state;
	struct scene p;
	struct err err = {0};
	char too_long[STORE_COPY_NAME_MAX + 2] = "";
	memset(too_long, 'x', sizeof(too_long) - 1);
	const char *const bad[] = {"", "..", ".x", "a/b", "a b", "é", too_long};
	begin(&p);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_null(store_copy_begin(p.s, p.copies, bad[i], NULL, 0,
					     NOW, &err));
		assert_int_equal(err.kind, ERR_INPUT);
	}
	copy(&p, "x");
	assert_null(store_copy_begin(p.s, p.copies, "x", NULL, 0, NOW, &err));
	assert_non_null(strstr(err.text, "exists already"));
	assert_null(store_copy_begin(p.s, p.copies, "y", NULL, INT64_MAX / 2,
				     NOW, &err));
	assert_int_equal(err.kind, ERR_LIMIT);
	assert_false(is_there(dir(&p, ".y.part")));
	end(&p);
}

static void a_changed_copy_is_found(void **state)
{
	(void)state;
	struct scene p;
	begin(&p);
	copy(&p, "x");
	FILE *f = fopen(inside(&p, "x", "etrier.db"), "r+");
	fseek(f, 5000, SEEK_SET);
	fputc('!', f);
	fclose(f);
	FAILS(store_copy_verify(dir(&p, "x"), NULL, E), ERR_INPUT,
	      "is not what its MANIFEST says");
	copy(&p, "y");
	assert_int_equal(truncate(inside(&p, "y", "etrier.db"), 4096), 0);
	FAILS(store_copy_verify(dir(&p, "y"), NULL, E), ERR_INPUT,
	      "is not what its MANIFEST says");
	copy(&p, "z");
	put(inside(&p, "z", "MANIFEST"),
	    "{\"format\":1,\"schema\":1,\"files\":[{\"name\":\"../x\"}]}");
	FAILS(store_copy_verify(dir(&p, "z"), NULL, E), ERR_INPUT,
	      "a file outside it");
	put(inside(&p, "z", "MANIFEST"),
	    "{\"format\":1,\"schema\":99,\"etrier\":\"9.9\",\"files\":[]}");
	FAILS(store_copy_verify(dir(&p, "z"), NULL, E), ERR_INPUT,
	      "install the newer program (9.9)");
	put(inside(&p, "z", "MANIFEST"), "{\"format\":1,\"schema\":1,"
					 "\"files\":[]}");
	FAILS(store_copy_verify(dir(&p, "z"), NULL, E), ERR_INPUT,
	      "no etrier.db");
	put(inside(&p, "z", "MANIFEST"), "{\"format\":2}");
	FAILS(store_copy_verify(dir(&p, "z"), NULL, E), ERR_INPUT, "format");
	FAILS(store_copy_verify(p.folder, NULL, E), ERR_INPUT, "MANIFEST");
	assert_int_equal(truncate(inside(&p, "z", "MANIFEST"), 2 << 20), 0);
	FAILS(store_copy_verify(dir(&p, "z"), NULL, E), ERR_INPUT,
	      "larger than a MANIFEST");
	end(&p);
}

static void only_automatic_copies_are_trimmed_the_oldest_first(void **state)
{
	(void)state;
	struct scene p;
	int n = 0;
	begin(&p);
	copy(&p, "by-hand");
	copy(&p, "20261101T033000Z");
	copy(&p, "20261103T033000Z");
	copy(&p, "20261102T033000Z");
	copy(&p, "20261102T033000Z-mine");
	OK(store_copies_trim(p.copies, 2, &n, E));
	assert_int_equal(n, 1);
	assert_false(is_there(dir(&p, "20261101T033000Z")));
	json_t *list = store_copies(p.copies);
	assert_int_equal(json_array_size(list), 4);
	json_decref(list);
	OK(store_copies_trim(p.copies, 0, &n, E));
	assert_int_equal(n, 2);
	assert_true(is_there(dir(&p, "by-hand")));
	OK(store_copies_trim("/nonexistent", 0, &n, E));
	assert_int_equal(n, 0);
	end(&p);
}

static void the_audit_log_goes_along(void **state)
{
	(void)state;
	struct scene p;
	begin(&p);
	char *audit = arena_printf(&p.a, "%s/audit", p.folder);
	assert_int_equal(mkdir(audit, 0700), 0);
	put(arena_printf(&p.a, "%s/2026-11.log", audit), "one\n");
	put(arena_printf(&p.a, "%s/notes.txt", audit), "no\n");
	struct store_copy *c =
		store_copy_begin(p.s, p.copies, "x", audit, 0, NOW, NULL);
	while (store_copy_step(c, NULL) == 1)
		;
	store_copy_free(c);
	OK(store_copy_verify(dir(&p, "x"), NULL, E));
	assert_true(is_there(inside(&p, "x", "audit/2026-11.log")));
	assert_false(is_there(inside(&p, "x", "audit/notes.txt")));
	put(inside(&p, "x", "audit/2026-11.log"), "two\n");
	FAILS(store_copy_verify(dir(&p, "x"), NULL, E), ERR_INPUT,
	      "2026-11.log is not what");
	end(&p);
}

/* --- the way back --------------------------------------------------------- */

static void add_office(struct store *s, const char *code, const char *mode)
{
	OK(db_run_v(s, E,
		    "INSERT INTO agency (code, kind, mode, fields) "
		    "VALUES (?1, 'ml', ?2, '{}')",
		    DB_VALUES(db_text(code), db_text(mode))));
}

static void add_message(struct store *s, const char *channel, const char *state)
{
	OK(db_run_v(
		s, E,
		"INSERT INTO message (kind, audience, channel, not_before, "
		"state, planned_at) VALUES ('notice', 'admin', ?1, 0, ?2, 0)",
		DB_VALUES(db_text(channel), db_text(state))));
}

static void opt_out(struct store *s, const char *phone)
{
	bool is_new = false;
	OK(store_optout_add(s, CHANNEL_SMS, phone, NOW, "link", &is_new, E));
	assert_true(is_new);
}

static int64_t number(struct store *s, const char *sql)
{
	int64_t n = -1;
	OK(db_get_int_v(s, &n, E, sql, DB_VALUES(DB_NONE)));
	return n;
}

static void after_a_restore_nothing_goes_by_itself(void **state)
{
	(void)state;
	struct scene p;
	struct store_restored r;
	int64_t at = 0;
	begin(&p);
	add_office(p.s, "A", "automatic");
	add_office(p.s, "B", "off");
	add_office(p.s, "C", "digest_only");
	add_message(p.s, "email", "planned");
	add_message(p.s, "email", "sending");
	add_message(p.s, "sms", "planned");
	add_message(p.s, "sms", "sending");
	add_message(p.s, "sms", "uncertain");
	add_message(p.s, "email", "sent");
	opt_out(p.s, "+33639980001");
	copy(&p, "x");
	/* Said after the copy, and never to be forgotten. */
	opt_out(p.s, "+33639980002");
	store_close(p.s);
	p.s = NULL;
	char *db = fixture_path(&p.a, p.folder);
	OK(store_restore(dir(&p, "x"), db, NOW, &r, E));
	assert_int_equal(json_array_size(r.modes), 2);
	assert_string_equal(js_str(json_array_get(r.modes, 1), "mode", ""),
			    "digest_only");
	assert_int_equal(r.n_held, 3);
	assert_int_equal(r.n_uncertain, 1);
	assert_true(r.read_former);
	assert_int_equal(r.n_optouts, 1);
	assert_true(is_there(r.former));
	store_restored_clear(&r);
	assert_false(is_there(arena_printf(&p.a, "%s-wal", db)));
	/* The copy itself is as it was. */
	OK(store_copy_verify(dir(&p, "x"), NULL, E));
	p.s = fixture_open(db);
	assert_int_equal(number(p.s, "SELECT count(*) FROM agency WHERE "
				     "mode <> 'off'"),
			 0);
	assert_int_equal(number(p.s, "SELECT count(*) FROM message WHERE state "
				     "IN ('planned', 'sending')"),
			 0);
	assert_int_equal(number(p.s, "SELECT count(*) FROM message WHERE "
				     "state = 'uncertain'"),
			 2);
	assert_int_equal(number(p.s, "SELECT count(*) FROM event WHERE "
				     "kind = 'restored'"),
			 1);
	bool out = false;
	OK(store_optout_check(p.s, CHANNEL_SMS, "+33639980002", &out, E));
	assert_true(out);
	OK(store_restored_mark(p.s, &at, E));
	assert_int_equal(at, NOW);
	OK(store_restored_forget(p.s, E));
	OK(store_restored_mark(p.s, &at, E));
	assert_int_equal(at, 0);
	end(&p);
}

static void a_former_database_that_helps_nobody_is_said_so(void **state)
{
	(void)state;
	struct scene p;
	struct store_restored r;
	begin(&p);
	copy(&p, "x");
	store_close(p.s);
	p.s = NULL;
	char *db = arena_printf(&p.a, "%s/other.db", p.folder);
	OK(store_restore(dir(&p, "x"), db, NOW, &r, E));
	assert_false(r.read_former);
	assert_null(r.former);
	store_restored_clear(&r);
	put(db, "no database at all, but longer than nothing");
	OK(store_restore(dir(&p, "x"), db, NOW + 1, &r, E));
	assert_false(r.read_former);
	assert_true(is_there(r.former)); /* kept all the same */
	store_restored_clear(&r);
	/* Of another key: its hashes mean nothing here. */
	struct store_keys k = fixture_keys(1);
	memset(k.lookup, 9, sizeof(k.lookup));
	char *strange = arena_printf(&p.a, "%s/strange.db", p.folder);
	struct store *s = NULL;
	OK(store_open(strange, &k, &s, E));
	opt_out(s, "+33639980002");
	store_close(s);
	OK(store_restore(dir(&p, "x"), strange, NOW, &r, E));
	assert_false(r.read_former);
	assert_int_equal(r.n_optouts, 0);
	store_restored_clear(&r);
	/* A copy that is none changes nothing. */
	put(inside(&p, "x", "etrier.db"), "gone");
	FAILS(store_restore(dir(&p, "x"), db, NOW + 2, &r, E), ERR_STORE,
	      "not a database");
	p.s = fixture_open(db);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_has_what_was_written_while_it_grew),
		cmocka_unit_test(an_abandoned_copy_leaves_nothing),
		cmocka_unit_test(what_cannot_be_copied_is_refused),
		cmocka_unit_test(a_changed_copy_is_found),
		cmocka_unit_test(
			only_automatic_copies_are_trimmed_the_oldest_first),
		cmocka_unit_test(the_audit_log_goes_along),
		cmocka_unit_test(after_a_restore_nothing_goes_by_itself),
		cmocka_unit_test(
			a_former_database_that_helps_nobody_is_said_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
