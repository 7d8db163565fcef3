/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl's table of commands, and what is made of it: arguments, help,
 * suggestions, completion, the manual, and the engine's own table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/buf.h>
#include <etrier/control.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <ctl/ctl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 16, OUTPUT_MAX = 32768 };

/* "a b c" into argv; no quoting. */
static int split(char *text, char *argv[WORDS_MAX + 1])
{
	int n = 0;
	char *save = NULL;
	for (char *w = strtok_r(text, " ", &save); w && n < WORDS_MAX;
	     w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	argv[n] = NULL;
	return n;
}

/* Run etrierctl; what it said on standard output and error together. */
static int run(const char *line, char out[OUTPUT_MAX])
{
	char *text = mem_dup(line), *argv[WORDS_MAX + 1];
	int argc = split(text, argv);
	FILE *f = tmpfile();
	fflush(NULL);
	int keep1 = dup(1), keep2 = dup(2);
	dup2(fileno(f), 1);
	dup2(fileno(f), 2);
	int code = ctl_run(argc, argv);
	fflush(NULL);
	dup2(keep1, 1);
	dup2(keep2, 2);
	close(keep1);
	close(keep2);
	rewind(f);
	size_t n = fread(out, 1, OUTPUT_MAX - 1, f);
	out[n] = '\0';
	fclose(f);
	free(text);
	return code;
}

static void test_arguments_are_what_the_row_says(void **state)
{
	static const struct {
		const char *args, *given, *want; /* NULL: refused */
	} cases[] = {
		{"", "", "{'words':[]}"},
		{"", "x", NULL},
		{"ID", "7", "{'words':['7']}"},
		{"ID", "", NULL},
		{"ID", "7 8", NULL},
		{"[DIR]", "", "{'words':[]}"},
		{"[FILE...] [--strict]", "a b c --strict",
		 "{'words':['a','b','c'],'strict':true}"},
		{"[--agency CODE] [--gone]", "--gone --agency A",
		 "{'words':[],'gone':true,'agency':'A'}"},
		{"[--agency CODE] [--gone]", "--agency=A",
		 "{'words':[],'agency':'A'}"},
		{"[--agency CODE] [--gone]", "--agency", NULL},
		{"[--agency CODE] [--gone]", "--gone=1", NULL},
		{"[--agency CODE] [--gone]", "--agence A", NULL},
		{"[--agency CODE]", "--agency --gone",
		 "{'words':[],'agency':'--gone'}"},
		{"--youth A:B --offer C:D [--private]",
		 "--offer c:d --youth a:b",
		 "{'words':[],'offer':'c:d','youth':'a:b'}"},
		{"--youth A:B --offer C:D [--private]", "--youth a:b", NULL},
		{"NAME|--all [--accept-shrink]", "--all",
		 "{'words':[],'all':true}"},
		{"NAME|--all [--accept-shrink]", "n --accept-shrink",
		 "{'words':['n'],'accept-shrink':true}"},
		{"NAME|--all", "n m", NULL},
		{"A B:C x|y --proof TEXT", "a b x --proof=p q", NULL},
		{"A B:C x|y --proof TEXT", "a b x --proof=p=q",
		 "{'words':['a','b','x'],'proof':'p=q'}"},
		{"--a B [--set K=V...]", "--a x --set k=1 --set=l=2",
		 "{'words':[],'a':'x','set':['k=1','l=2']}"},
		{"[--set K=V...]", "--set \xff", NULL},
		{"[--set K=V...]", "--set", NULL},
		{"ID", "\xff", NULL},
		{"[--since DATE]", "--since \xff", NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = mem_dup(cases[i].given), *argv[WORDS_MAX + 1];
		struct ctl_command k = {.name = "test", .args = cases[i].args};
		struct ctl c = {.command = &k, .argv = argv};
		c.argc = split(text, argv);
		json_t *got = ctl_parse(&c), *want = NULL;
		if (cases[i].want) {
			char *json = mem_dup(cases[i].want);
			for (char *p = json; *p; p++)
				*p = (char)(*p == '\'' ? '"' : *p);
			want = js_parse(json, strlen(json), NULL);
			free(json);
		}
		if (want ? !json_equal(got, want) : got != NULL)
			fail_msg("case %zu: %s with %s", i, cases[i].args,
				 cases[i].given);
		json_decref(got);
		json_decref(want);
		free(text);
	}
}

static void test_exit_codes_and_words_are_those_of_the_manual(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *want;
	} cases[] = {
		{"", CTL_USAGE, "usage: etrierctl"},
		{"--help", CTL_DONE, "exit status: 0 done"},
		{"-h", CTL_DONE, "outbox settle"},
		{"version", CTL_DONE, "etrierctl " ETRIER_VERSION},
		{"--version", CTL_DONE, "etrierctl " ETRIER_VERSION},
		{"version --json", CTL_DONE, "{\"version\":"},
		{"outbox settle --help", CTL_DONE,
		 "usage: etrierctl outbox settle ID sent|failed"},
		{"statsu", CTL_USAGE, "did you mean \"status\"?"},
		{"youths dupliactes", CTL_USAGE,
		 "did you mean \"youths duplicates\"?"},
		{"fly", CTL_USAGE, "unknown command \"fly\"; see --help"},
		{"outbox", CTL_USAGE, "outbox retry"},
		{"status --frob", CTL_USAGE, "unknown option --frob"},
		{"import youths f --drry-run", CTL_USAGE,
		 "did you mean --dry-run?"},
		{"import youths /nonexistent", CTL_USAGE, "wants --origin"},
		{"import offers f --origin o", CTL_USAGE, "usage:"},
		{"import youths /nonexistent --origin o", CTL_FAILED,
		 "No such file"},
		{"--limit 0 offers list", CTL_USAGE, "--limit wants"},
		{"offers list --limit", CTL_USAGE, "--limit wants a value"},
		{"status --socket /nonexistent/s", CTL_NOT_RUNNING,
		 "not running"},
		{"status --config /nonexistent/etrier.yaml", CTL_FAILED,
		 "No such file"},
		{"digest show --adviser A:b --format pdf", CTL_USAGE,
		 "text, html, json or csv"},
		{"check --config /nonexistent/etrier.yaml", CTL_FAILED,
		 "error"},
		{"rules check " SOURCE_DIR "/conf/rules.yaml", CTL_DONE,
		 "0 errors"},
		{"rules check /nonexistent", CTL_FAILED, "No such file"},
		{"rules test", CTL_USAGE, "an argument is missing"},
		{"rules test x --panel-min 101", CTL_USAGE, "0 to 100"},
		{"rules test x --run (", CTL_FAILED, "regular expression"},
		{"rules test /nonexistent", CTL_FAILED, "No such file"},
		{"rules diff /nonexistent/a.yaml", CTL_FAILED, "No such file"},
		{"rules shadow Bad.yaml", CTL_FAILED, "no name of a file"},
		{"templates check " SOURCE_DIR "/conf/templates", CTL_DONE,
		 "fr         offer   sms"},
		{"templates check /nonexistent", CTL_FAILED, "No such file"},
		{"sources try " SOURCE_DIR "/tests/golden/feeds/"
		 "chantiers-ecoles.json",
		 CTL_FAILED, "wants --map"},
		{"sources try " SOURCE_DIR "/tests/golden/feeds/"
		 "chantiers-ecoles.json",
		 CTL_FAILED, "sources draft"},
		{"sources draft /nonexistent", CTL_FAILED, "No such file"},
		{"sources draft x --name Maj", CTL_USAGE, "--name wants"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[OUTPUT_MAX];
		int code = run(cases[i].line, out);
		if (code != cases[i].code || !strstr(out, cases[i].want))
			fail_msg("%s: %d\n%s", cases[i].line, code, out);
	}
}

static void test_a_broken_template_is_named_with_its_place(void **state)
{
	char dir[] = "/tmp/etrier-templates-XXXXXX", line[200];
	char out[OUTPUT_MAX];
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(line, sizeof(line),
		 "cp -r %s/conf/templates/fr %s/ && "
		 "echo 'Bonjour {{prenom}}' >> %s/fr/offer.txt.mustache",
		 SOURCE_DIR, dir, dir);
	assert_int_equal(system(line), 0);
	snprintf(line, sizeof(line), "templates check %s", dir);
	int code = run(line, out);
	if (code != CTL_FAILED || !strstr(out, "fr/offer.txt.mustache:58:"))
		fail_msg("%d\n%s", code, out);
	snprintf(line, sizeof(line), "rm -r %s", dir);
	assert_int_equal(system(line), 0);
}

static bool is_local(const struct ctl_command *k)
{
	return k->run == ctl_version || k->run == ctl_check ||
	       k->run == ctl_config_show || k->run == ctl_completion ||
	       k->run == ctl_rules_test || k->run == ctl_templates_check ||
	       k->run == ctl_sources_draft || k->run == ctl_sources_try ||
	       k->run == ctl_refdata_status || k->run == ctl_refdata_import ||
	       k->run == ctl_doctor || k->run == ctl_restore ||
	       /* asks as "message preview", or nobody */
	       k->run == ctl_sms_preview;
}

static bool engine_has(const char *name)
{
	for (const struct control_command *c = control_commands; c->name; c++) {
		if (str_eq(c->name, name))
			return true;
	}
	return false;
}

static void test_both_tables_have_the_same_commands(void **state)
{
	size_t n_remote = 0, n_engine = 0;
	(void)state;
	for (const struct ctl_command *k = ctl_commands; k->name; k++) {
		if (is_local(k))
			continue;
		n_remote++;
		if (!engine_has(k->name))
			fail_msg("the engine has no \"%s\"", k->name);
	}
	while (control_commands[n_engine].name)
		n_engine++;
	/* "database check" is a question of doctor's. */
	assert_true(engine_has("database check"));
	assert_int_equal(n_engine, n_remote + 1);
}

/* The manual without the marks of troff: "\-" is "-". */
static char *read_manual(void)
{
	FILE *f = fopen(SOURCE_DIR "/man/etrierctl.1", "r");
	struct buf b;
	buf_init(&b, 1 << 20);
	assert_non_null(f);
	for (int c; (c = getc(f)) != EOF;) {
		if (c != '\\')
			buf_addc(&b, (char)c);
	}
	fclose(f);
	return buf_take(&b);
}

static void test_the_manual_names_every_command_and_its_arguments(void **state)
{
	char *manual = read_manual();
	(void)state;
	for (const struct ctl_command *k = ctl_commands; k->name; k++) {
		char *want = mem_printf(".B %s\n%s%s", k->name, k->args,
					*k->args ? "\n" : "");
		char *family = mem_printf(".SS %s\n", k->family);
		if (!strstr(manual, want))
			fail_msg("man/etrierctl.1 lacks \"%s\"", want);
		if (!strstr(manual, family))
			fail_msg("man/etrierctl.1 lacks \"%s\"", family);
		free(want);
		free(family);
	}
	free(manual);
}

static void test_rows_keep_to_the_form_of_the_table(void **state)
{
	(void)state;
	for (const struct ctl_command *k = ctl_commands; k->name; k++) {
		char *name = mem_dup(k->name), *argv[WORDS_MAX + 1];
		int n_words = 0, argc = split(name, argv);
		assert_ptr_equal(ctl_find(argc, argv, &n_words), k);
		assert_int_equal(n_words, argc);
		assert_true(str_ends(k->help, "."));
		assert_non_null(k->run);
		struct ctl c = {.command = k};
		if (k->columns) /* a mistake in it aborts */
			ctl_table_end(ctl_table_new(&c, k->columns));
		free(name);
	}
}

static void test_completion_is_bash_and_completes(void **state)
{
	static const struct {
		const char *words, *want;
	} cases[] = {
		{"etrierctl outb", "outbox"},
		{"etrierctl outbox se", "settle"},
		{"etrierctl import youths f --dr", "--dry-run"},
		{"etrierctl templates ch", "check"},
	};
	char script[OUTPUT_MAX], path[] = "/tmp/etrier-completion-XXXXXX";
	(void)state;
	assert_int_equal(run("completion", script), CTL_DONE);
	int fd = mkstemp(path);
	assert_int_equal(write(fd, script, strlen(script)),
			 (ssize_t)strlen(script));
	close(fd);
	char line[400], got[100];
	snprintf(line, sizeof(line), "bash -n %s", path);
	assert_int_equal(system(line), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(line, sizeof(line),
			 "bash -c '. %s; COMP_WORDS=(%s); "
			 "COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _etrierctl; "
			 "printf %%s \"${COMPREPLY[0]}\"'",
			 path, cases[i].words);
		FILE *p = popen(line, "r");
		size_t n = fread(got, 1, sizeof(got) - 1, p);
		got[n] = '\0';
		pclose(p);
		assert_string_equal(got, cases[i].want);
	}
	unlink(path);
}

static void test_strangers_texts_cannot_steer_a_terminal(void **state)
{
	(void)state;
	char *s = ctl_harmless("a\x1b[2Jb\nc\xc2\x9b"
			       "d \xc3\xa9\x7f");
	assert_string_equal(s, "a [2Jb c  d \xc3\xa9 ");
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments_are_what_the_row_says),
		cmocka_unit_test(
			test_exit_codes_and_words_are_those_of_the_manual),
		cmocka_unit_test(
			test_a_broken_template_is_named_with_its_place),
		cmocka_unit_test(test_both_tables_have_the_same_commands),
		cmocka_unit_test(
			test_the_manual_names_every_command_and_its_arguments),
		cmocka_unit_test(test_rows_keep_to_the_form_of_the_table),
		cmocka_unit_test(test_completion_is_bash_and_completes),
		cmocka_unit_test(test_strangers_texts_cannot_steer_a_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
