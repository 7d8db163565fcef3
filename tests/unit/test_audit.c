/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit log: whatever is done to its files afterwards is found, a death in
 * the middle of a line costs that line only, and a log that cannot be written
 * says so before anything happens. */
#include "store_fixture.h"

#include <etrier/audit.h>
#include <etrier/clock.h>

#include <fcntl.h>
#include <sys/stat.h>

#define NOVEMBER ((int64_t)1795428000) /* 2026-11-23T10:00:00Z */
#define MONTH_S	 ((int64_t)31 * 24 * 3600)

struct scene {
	char folder[256];
	struct arena a;
	struct clock_manual clock;
	struct store *s;
	struct audit *audit;
	char *log;
};

static void open_log(struct scene *p)
{
	p->audit = audit_new(p->s, &p->clock.clock, p->log);
}

static int set_up(void **state)
{
	struct scene *p = mem_alloc(sizeof(*p));
	fixture_folder(p->folder);
	arena_init(&p->a);
	clock_manual_init(&p->clock, NOVEMBER);
	p->s = fixture_open(fixture_path(&p->a, p->folder));
	p->log = arena_printf(&p->a, "%s/audit", p->folder);
	open_log(p);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *p = *state;
	audit_free(p->audit);
	store_close(p->s);
	fixture_remove(p->folder);
	arena_clear(&p->a);
	free(p);
	return 0;
}

static json_t *line(const char *cmd)
{
	json_t *v = json_object();
	js_put_str(v, "by", "uid:1000");
	js_put_str(v, "cmd", cmd);
	return v;
}

static void write_lines(struct scene *p, int n)
{
	for (int i = 0; i < n; i++)
		OK(audit_write(p->audit, line("agency set"), E));
}

/* 0, or -1 and what is wrong. */
static int verify(struct scene *p, struct err *err)
{
	int64_t seq;
	char hash[AUDIT_HASH_HEX];
	int got = 1;
	OK(store_audit_head(p->s, &seq, hash, E));
	struct audit_chain *c = audit_chain_open(p->log, err);
	assert_non_null(c);
	audit_chain_want(c, seq);
	while (got == 1)
		got = audit_chain_step(c, 3, err);
	if (!got)
		got = audit_chain_covers(c, seq, hash, err);
	audit_chain_free(c);
	return got;
}

static char *file(struct scene *p, const char *name)
{
	return arena_printf(&p->a, "%s/%s", p->log, name);
}

static char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	char *text = mem_alloc(100000);
	*n = fread(text, 1, 99999, f);
	fclose(f);
	return text;
}

static void put(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void lines_follow_each_other_through_months_and_restarts(void **state)
{
	struct scene *p = *state;
	struct stat st;
	write_lines(p, 3);
	clock_manual_advance(&p->clock, MONTH_S);
	write_lines(p, 2);
	audit_free(p->audit);
	open_log(p);
	/* A clock that goes back does not go back to an older file. */
	p->clock.now_s = NOVEMBER;
	write_lines(p, 2);
	OK(audit_keep_head(p->audit, E));
	OK(verify(p, E));
	assert_int_equal(stat(file(p, "2026-11.log"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(p->log, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	json_t *rows = json_array();
	OK(audit_read(p->log, NULL, 3, rows, E));
	assert_int_equal(json_array_size(rows), 3);
	assert_int_equal(js_int(json_array_get(rows, 2), "seq", 0), 7);
	json_array_clear(rows);
	OK(audit_read(p->log, "2026-12-01", 100, rows, E));
	assert_int_equal(json_array_size(rows), 2);
	json_decref(rows);
}

/* Each does something to the text of six lines. */
static size_t change_a_byte(char *t, size_t n)
{
	strstr(t + n / 2, "agency")[0] = 'A';
	return n;
}

static size_t *line_starts(const char *t, size_t n, size_t out[8])
{
	size_t k = 0;
	out[k++] = 0;
	for (size_t i = 0; i < n && k < 8; i++)
		if (t[i] == '\n')
			out[k++] = i + 1;
	return out;
}

static size_t drop_a_line(char *t, size_t n)
{
	size_t at[8];
	line_starts(t, n, at);
	memmove(t + at[2], t + at[3], n - at[3]);
	return n - (at[3] - at[2]);
}

static size_t swap_two_lines(char *t, size_t n)
{
	size_t at[8];
	line_starts(t, n, at);
	assert_int_equal(at[2] - at[1], at[3] - at[2]);
	for (size_t i = 0; i < at[2] - at[1]; i++) {
		char c = t[at[1] + i];
		t[at[1] + i] = t[at[2] + i];
		t[at[2] + i] = c;
	}
	return n;
}

static size_t cut_the_end(char *t, size_t n)
{
	size_t at[8];
	return line_starts(t, n, at)[4];
}

static size_t cut_in_a_line(char *t, size_t n)
{
	(void)t;
	return n - 7;
}

static size_t take_everything(char *t, size_t n)
{
	(void)t;
	(void)n;
	return 0;
}

static void whatever_is_done_to_the_files_is_found(void **state)
{
	struct scene *p = *state;
	static const struct {
		size_t (*change)(char *text, size_t n);
		const char *words;
	} cases[] = {
		{change_a_byte, "2026-11.log:4: the line was changed"},
		{drop_a_line, "2026-11.log:3: it does not follow"},
		{swap_two_lines, "2026-11.log:2: it does not follow"},
		{cut_the_end, "its end was cut off"},
		{cut_in_a_line, "2026-11.log:6: the line has no end"},
		{take_everything, "its end was cut off"},
	};
	write_lines(p, 6);
	OK(audit_keep_head(p->audit, E));
	size_t n;
	char *good = slurp(file(p, "2026-11.log"), &n);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *t = mem_alloc(n + 1);
		memcpy(t, good, n);
		put(file(p, "2026-11.log"), t, cases[i].change(t, n));
		FAILS(verify(p, E), ERR_INPUT, cases[i].words);
		free(t);
	}
	put(file(p, "2026-11.log"), good, n);
	OK(verify(p, E));
	/* Written anew from the first line on, with good hashes. */
	unlink(file(p, "2026-11.log"));
	int64_t seq;
	char hash[AUDIT_HASH_HEX];
	OK(store_audit_head(p->s, &seq, hash, E));
	struct store *other = fixture_open(":memory:");
	struct audit *forger = audit_new(other, &p->clock.clock, p->log);
	for (int i = 0; i < 6; i++)
		OK(audit_write(forger, line("nothing"), E));
	audit_free(forger);
	store_close(other);
	FAILS(verify(p, E), ERR_INPUT, "it was written anew");
	free(good);
}

static void half_a_line_is_cut_off_and_that_is_written_down(void **state)
{
	struct scene *p = *state;
	size_t n;
	write_lines(p, 3);
	audit_free(p->audit); /* the head: 3 */
	open_log(p);
	write_lines(p, 1); /* the engine dies before it keeps this head */
	char *text = slurp(file(p, "2026-11.log"), &n);
	text[n] = '{';
	put(file(p, "2026-11.log"), text, n + 1);
	free(text);
	/* As after kill -9: nothing is kept. */
	struct store *s = p->s;
	p->s = fixture_open(":memory:");
	int64_t seq;
	char hash[AUDIT_HASH_HEX];
	OK(store_audit_head(s, &seq, hash, E));
	assert_int_equal(seq, 3);
	OK(store_audit_keep(p->s, seq, hash, E));
	struct audit *after = audit_new(p->s, &p->clock.clock, p->log);
	OK(audit_write(after, line("agency set"), E));
	audit_free(after);
	OK(verify(p, E));
	json_t *rows = json_array();
	OK(audit_read(p->log, NULL, 100, rows, E));
	assert_int_equal(json_array_size(rows), 6);
	assert_string_equal(js_str(json_array_get(rows, 4), "cmd", ""),
			    "half a line was cut off");
	json_decref(rows);
	store_close(p->s);
	p->s = s;
}

static void a_broken_log_is_not_gone_on_with(void **state)
{
	struct scene *p = *state;
	size_t n;
	write_lines(p, 6);
	audit_free(p->audit);
	char *text = slurp(file(p, "2026-11.log"), &n);
	put(file(p, "2026-11.log"), text, change_a_byte(text, n));
	free(text);
	open_log(p);
	FAILS(audit_write(p->audit, line("agency set"), E), ERR_INPUT,
	      "the audit log is not whole: 2026-11.log:4");
	/* Until somebody has looked: then what is broken is kept aside. */
	OK(audit_renew(p->audit, line("audit renew"), E));
	write_lines(p, 1);
	OK(audit_keep_head(p->audit, E));
	OK(verify(p, E));
	json_t *rows = json_array();
	OK(audit_read(p->log, NULL, 100, rows, E));
	assert_int_equal(json_array_size(rows), 2);
	assert_int_equal(js_int(json_array_get(rows, 0), "lines", 0), 6);
	json_decref(rows);
	struct stat st;
	assert_int_equal(stat(arena_printf(&p->a,
					   "%s.broken-2026-11-23T10:00:00Z/"
					   "2026-11.log",
					   p->log),
			      &st),
			 0);
}

static void what_cannot_be_written_is_refused_and_comes_later(void **state)
{
	struct scene *p = *state;
	/* A file where the folder should be. */
	put(p->log, "x", 1);
	FAILS(audit_write(p->audit, line("agency set"), E), ERR_STORE, "audit");
	unlink(p->log);
	write_lines(p, 2);
	OK(verify(p, E));
	/* A line that is too long is none. */
	char *text = mem_alloc(AUDIT_LINE_MAX + 1);
	memset(text, 'x', AUDIT_LINE_MAX);
	FAILS(audit_write(p->audit, line(text), E), ERR_LIMIT, "audit line");
	free(text);
	write_lines(p, 1);
	OK(verify(p, E));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			lines_follow_each_other_through_months_and_restarts,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			whatever_is_done_to_the_files_is_found, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			half_a_line_is_cut_off_and_that_is_written_down, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_broken_log_is_not_gone_on_with, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_written_is_refused_and_comes_later,
			set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
