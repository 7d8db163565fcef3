/* SPDX-License-Identifier: EUPL-1.2 */
/* etrier.yaml and what it names: the files of tests/rules/conf with their
 * exact diagnostics, whole instances in a scratch folder (secrets, texts,
 * what each role is given), and that the example and the manual say what the
 * table says. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY_A "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define KEY_B "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char *slurp(const char *file)
{
	FILE *f = fopen(file, "r");
	if (!f)
		return NULL;
	struct buf b;
	char piece[4096];
	size_t n;
	buf_init(&b, 1024 * 1024);
	while ((n = fread(piece, 1, sizeof(piece), f)))
		buf_add(&b, piece, n);
	fclose(f);
	return buf_take(&b);
}

static char *told(struct diags *d)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	diags_print(d, f);
	fclose(f);
	return text;
}

/* ---- files with exact diagnostics -------------------------------------- */

static json_t *read_alone(const char *name, const char *yaml, struct diags *d)
{
	struct arena a;
	arena_init(&a);
	struct ynode *root =
		ynode_parse_partly(&a, name, yaml, strlen(yaml), d);
	json_t *all = root ? settings_read(root, "/etc/etrier", d) : NULL;
	arena_clear(&a);
	return all;
}

static void check_file(const char *folder, const char *name)
{
	struct diags d;
	diags_init(&d);
	char *file = mem_printf("%s/%s", folder, name);
	char *yaml = slurp(file);
	char *stem = mem_dup_n(name, strlen(name) - strlen(".yaml"));
	char *expect_file = mem_printf("%s/%s.expect", folder, stem);
	char *expected = slurp(expect_file);
	assert_non_null(yaml);
	json_t *all = read_alone(name, yaml, &d);
	char *text = told(&d);
	if (!expected)
		fail_msg("no %s; the diagnostics were:\n%s", expect_file, text);
	assert_string_equal(text, expected);
	assert_int_equal(str_starts(name, "bad-"), d.n_errors > 0);
	if (!d.n_errors)
		assert_non_null(all);
	json_decref(all);
	free(text);
	free(expected);
	free(expect_file);
	free(stem);
	free(yaml);
	free(file);
	diags_clear(&d);
}

static void files_give_exactly_their_diagnostics(void **state)
{
	(void)state;
	const char *folder = SOURCE_DIR "/tests/rules/conf";
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	int n = 0;
	for (const struct dirent *e; (e = readdir(dir));)
		if (str_ends(e->d_name, ".yaml")) {
			check_file(folder, e->d_name);
			n++;
		}
	closedir(dir);
	assert_in_range(n, 14, 1000);
}

static const char *text_at(const json_t *all, const char *group,
			   const char *key)
{
	return js_str(json_object_get(all, group), key, NULL);
}

static void absent_settings_are_filled_in(void **state)
{
	(void)state;
	struct diags d;
	diags_init(&d);
	json_t *all = read_alone("t",
				 "paths: {state: s}\n"
				 "mail: {from_address: o@a.example}\n"
				 "front: {listen: \"unix:run/f.sock\",\n"
				 "  base_url: \"https://o.example/x//\"}\n",
				 &d);
	assert_int_equal(d.n, 0);
	static const struct {
		const char *group, *key, *value;
	} cases[] = {
		{"paths", "state", "/etc/etrier/s"},
		{"paths", "run", "/run/etrier"},
		{"paths", "rules", "/etc/etrier/rules.yaml"},
		{"mail", "maildir", "/etc/etrier/s/mail"},
		{"sms", "folder", "/etc/etrier/s/sms"},
		{"mail", "bounce_domain", "a.example"},
		{"mail", "list_domain", "a.example"},
		{"front", "listen", "unix:/etc/etrier/run/f.sock"},
		{"front", "admin_listen", "off"},
		{"front", "base_url", "https://o.example/x"},
		{"security", "needs_key_file", "needs.key"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(text_at(all, cases[i].group, cases[i].key),
				    cases[i].value);
	assert_true(
		str_starts(text_at(all, "collector", "user_agent"), "etrier/"));
	json_decref(all);
	diags_clear(&d);
}

static void only_https_or_this_machine_may_stand_in_links(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		bool is_good;
	} cases[] = {
		{"https://o.example", true},
		{"http://localhost:8080", true},
		{"http://localhost", true},
		{"http://127.0.0.1:8080/x", true},
		{"http://[::1]:8080", true},
		{"http://o.example", false},
		{"http://localhost.example", false},
		{"http://127.0.0.1.example", false},
		{"http://127.example/", false},
		{"http://[::1].example", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct diags d;
		diags_init(&d);
		char *yaml =
			mem_printf("front: {base_url: \"%s\"}\n", cases[i].url);
		json_decref(read_alone("t", yaml, &d));
		assert_int_equal(d.n_errors == 0, cases[i].is_good);
		free(yaml);
		diags_clear(&d);
	}
}

static void only_this_machine_is_listened_on(void **state)
{
	(void)state;
	static const struct {
		const char *where;
		bool is_good;
	} cases[] = {
		{"off", true},
		{"127.0.0.1:1", true},
		{"127.1.2.3:65535", true},
		{"localhost:80", true},
		{"unix:/run/x.sock", true},
		{"systemd:80", false},
		{"unix:", false},
		{"0.0.0.0:80", false},
		{"192.0.2.1:80", false},
		{"*:80", false},
		{":80", false},
		{"127.0.0.1:0", false},
		{"127.0.0.1:65536", false},
		{"127.0.0.1:", false},
		{"[::1]:80", false},
		{"o.example:80", false},
	};
	static const char *const keys[] = {"listen", "admin_listen"};
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		struct diags d;
		diags_init(&d);
		char *yaml = mem_printf("front: {%s: \"%s\"}\n", keys[i % 2],
					cases[i / 2].where);
		json_decref(read_alone("t", yaml, &d));
		assert_int_equal(d.n_errors == 0, cases[i / 2].is_good);
		free(yaml);
		diags_clear(&d);
	}
}

static void selectors_and_public_addresses_are_what_dns_knows(void **state)
{
	static const struct {
		const char *mail;
		size_t n_errors;
	} cases[] = {
		{"dkim_selector: s2026", 0},
		{"dkim_selector: 2026._x-1.etrier", 0},
		{"dkim_selector: a b", 1},
		{"dkim_selector: a..b", 1},
		{"dkim_selector: s@o.example", 1},
		{"public_address: [192.0.2.10, \"2001:db8::10\"]", 0},
		{"public_address: [192.0.2.10/32, mx.example]", 2},
		{"public_address: []", 0},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct diags d;
		diags_init(&d);
		char *yaml = mem_printf("mail: {%s}\n", cases[i].mail);
		json_decref(read_alone("t", yaml, &d));
		assert_int_equal(d.n_errors, cases[i].n_errors);
		free(yaml);
		diags_clear(&d);
	}
}

/* systemd opens one socket, which is the pages'. */
static void systemd_opens_the_pages_socket_only(void **state)
{
	(void)state;
	static const char *const yaml[] = {"front: {listen: systemd}\n",
					   "front: {admin_listen: systemd}\n"};
	for (size_t i = 0; i < ARRAY_LEN(yaml); i++) {
		struct diags d;
		diags_init(&d);
		json_decref(read_alone("t", yaml[i], &d));
		assert_int_equal(d.n_errors, i);
		diags_clear(&d);
	}
}

/* ---- whole instances ---------------------------------------------------- */

struct instance {
	char dir[64];
	struct settings s;
	struct diags d;
	char *told;
};

static char *below(const struct instance *in, const char *name)
{
	return mem_printf("%s/%s", in->dir, name);
}

static void put(const struct instance *in, const char *name, const char *text,
		mode_t mode)
{
	char *file = below(in, name);
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(file, mode), 0);
	free(file);
}

static void make(const struct instance *in, const char *name)
{
	char *folder = below(in, name);
	assert_int_equal(mkdir(folder, 0700), 0);
	free(folder);
}

/* A small whole instance; the tests break it. */
static void instance_init(struct instance *in)
{
	static const char *const folders[] = {
		"sources.d", "rules.d", "templates", "templates/fr",
		"refdata",   "secrets", "maps"};
	*in = (struct instance){.dir = "/tmp/etrier-settings-XXXXXX"};
	assert_non_null(mkdtemp(in->dir));
	diags_init(&in->d);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		make(in, folders[i]);
	put(in, "etrier.yaml",
	    "paths: {state: state, run: run, refdata: refdata}\n"
	    "origins:\n"
	    "  ml: {kind: ml, agency: A, map: maps/ml.yaml}\n",
	    0644);
	put(in, "rules.yaml", "version: 1\n", 0644);
	put(in, "signals.yaml", "version: 1\nsignals: []\n", 0644);
	put(in, "quality.yaml", "version: 1\nrules: []\n", 0644);
	put(in, "rules.d/20-b.yaml", "b: 2\n", 0644);
	put(in, "rules.d/10-a.yaml", "a: 1\n", 0644);
	put(in, "rules.d/.hidden.yaml", "x\n", 0644);
	put(in, "rules.d/README", "x\n", 0644);
	put(in, "templates/fr/b.txt.mustache", "Bonjour é {{x}}\n", 0644);
	put(in, "templates/fr/_a.txt.mustache", "a", 0644);
	put(in, "templates/fr/notes.txt", "not a template", 0644);
	put(in, "templates/README.md", "not a language", 0644);
	put(in, "maps/ml.yaml", "columns: {}\n", 0644);
	put(in, "secrets/needs.key", KEY_A "\n", 0600);
	put(in, "secrets/token.key", KEY_B, 0640);
}

static int load(struct instance *in)
{
	char *file = below(in, "etrier.yaml");
	int result = settings_load(file, &in->s, &in->d);
	free(file);
	in->told = told(&in->d);
	return result;
}

static void remove_all(const char *path)
{
	DIR *dir = opendir(path);
	for (const struct dirent *e; dir && (e = readdir(dir));)
		if (!str_eq(e->d_name, ".") && !str_eq(e->d_name, "..")) {
			char *kid = mem_printf("%s/%s", path, e->d_name);
			remove_all(kid);
			free(kid);
		}
	if (dir)
		closedir(dir);
	remove(path);
}

static void instance_clear(struct instance *in)
{
	settings_clear(&in->s);
	diags_clear(&in->d);
	free(in->told);
	remove_all(in->dir);
}

static const char *nth(const json_t *files, const char *list, size_t i,
		       const char *key)
{
	return js_str(json_array_get(json_object_get(files, list), i), key,
		      NULL);
}

static void a_whole_instance_loads(void **state)
{
	(void)state;
	struct instance in;
	instance_init(&in);
	assert_int_equal(load(&in), 0);
	assert_string_equal(in.told, "");
	assert_true(in.s.is_one_folder);
	const json_t *f = in.s.files;
	assert_int_equal(json_array_size(json_object_get(f, "rules")), 3);
	assert_string_equal(nth(f, "rules", 0, "text"), "version: 1\n");
	assert_string_equal(nth(f, "rules", 1, "text"), "a: 1\n");
	assert_string_equal(nth(f, "rules", 2, "text"), "b: 2\n");
	assert_true(str_ends(nth(f, "rules", 2, "file"), "rules.d/20-b.yaml"));
	assert_int_equal(json_array_size(json_object_get(f, "templates")), 2);
	assert_string_equal(nth(f, "templates", 0, "name"),
			    "fr/_a.txt.mustache");
	assert_string_equal(nth(f, "templates", 1, "name"),
			    "fr/b.txt.mustache");
	assert_string_equal(nth(f, "templates", 1, "text"),
			    "Bonjour é {{x}}\n");
	assert_string_equal(nth(f, "maps", 0, "origin"), "ml");
	assert_string_equal(nth(f, "maps", 0, "text"), "columns: {}\n");
	assert_string_equal(
		js_str(in.s.secrets, "security.needs_key", NULL),
		"00112233445566778899aabbccddeeff00112233445566778899aabbccdd"
		"eeff");
	assert_string_equal(js_str(in.s.secrets, "security.token_key", NULL),
			    KEY_B);
	instance_clear(&in);
}

static void every_missing_file_is_told_in_one_run(void **state)
{
	(void)state;
	static const char *const gone[] = {
		"rules.yaml",	     "maps/ml.yaml", "secrets/needs.key",
		"secrets/token.key", "refdata",	     "sources.d"};
	static const char *const expected[] = {
		"etrier.yaml:2:12: error: paths.sources: /",
		"etrier.yaml:3:12: error: paths.refdata: /",
		"etrier.yaml:4:14: error: paths.templates: /",
		"etrier.yaml:8:12: error: collector.ca_file: /",
		"etrier.yaml:10:3: error: security.needs_key_file: /",
		"etrier.yaml:10:19: error: security.token_key_file: /",
		"/rules.yaml: error: cannot read: No such file",
		"/maps/ml.yaml: error: cannot read: No such file",
		"make one: (umask 077; head -c 32 /dev/urandom > FILE)"};
	struct instance in;
	instance_init(&in);
	for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
		char *file = below(&in, gone[i]);
		assert_int_equal(remove(file), 0);
		free(file);
	}
	put(&in, "etrier.yaml",
	    "paths:\n"
	    "  sources: sources.d\n"
	    "  refdata: refdata\n"
	    "  templates: none\n"
	    "  state: state\n"
	    "  run: run\n"
	    "collector:\n"
	    "  ca_file: ca.pem\n"
	    "security:\n"
	    "  token_key_file: secrets/token.key\n"
	    "origins: {ml: {kind: ml, agency: A, map: maps/ml.yaml}}\n",
	    0644);
	assert_int_equal(load(&in), -1);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		if (!strstr(in.told, expected[i]))
			fail_msg("%s not in:\n%s", expected[i], in.told);
	assert_int_equal(in.d.n_errors, 8);
	assert_int_equal(in.d.n_warnings, 0);
	instance_clear(&in);
}

static void secrets_must_be_closed_and_whole(void **state)
{
	(void)state;
	static const struct {
		const char *content;
		mode_t mode;
		const char *expected; /* NULL: good */
	} cases[] = {
		{KEY_A, 0600, NULL},
		{KEY_A "\r\n", 0440, NULL},
		{"0123456789abcdef0123456789abcde\xff", 0600, NULL},
		{KEY_A, 0644, "open to everybody on this machine: chmod o-rwx"},
		{KEY_A, 0601, "open to everybody on this machine: chmod o-rwx"},
		{"", 0600, "must hold 32 bytes or 64 hex digits"},
		{"short", 0600, "must hold 32 bytes or 64 hex digits"},
		{KEY_A "0", 0600, "must hold 32 bytes or 64 hex digits"},
		{"zz112233445566778899aabbccddeeff00112233445566778899aabbccdd"
		 "eeff",
		 0600, "must hold 32 bytes or 64 hex digits"},
		{KEY_B, 0600, "the same key as security.needs_key_file"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct instance in;
		instance_init(&in);
		put(&in, "secrets/needs.key", cases[i].content, cases[i].mode);
		int result = load(&in);
		assert_int_equal(result, cases[i].expected ? -1 : 0);
		if (cases[i].expected) {
			assert_int_equal(in.d.n_errors, 1);
			assert_non_null(strstr(in.told, cases[i].expected));
			assert_null(strstr(in.told, "00112233"));
		}
		instance_clear(&in);
	}
}

static void a_credential_stands_in_for_a_bare_name_only(void **state)
{
	(void)state;
	static const char *const names[] = {"credentials/token.key",
					    "credentials/etrier_token.key"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct instance in;
		instance_init(&in);
		make(&in, "credentials");
		char *own = below(&in, "secrets/token.key");
		char *folder = below(&in, "credentials");
		remove(own);
		put(&in, names[i], KEY_B, 0400);
		setenv("CREDENTIALS_DIRECTORY", folder, 1);
		assert_int_equal(load(&in), 0);
		assert_string_equal(
			js_str(in.s.secrets, "security.token_key", NULL),
			KEY_B);
		settings_clear(&in.s);
		free(in.told);
		/* A path is that file and no other. */
		put(&in, "etrier.yaml",
		    "paths: {state: state, run: run, refdata: refdata}\n"
		    "security: {token_key_file: secrets/token.key}\n",
		    0644);
		assert_int_equal(load(&in), -1);
		assert_int_equal(in.d.n_errors, 1);
		unsetenv("CREDENTIALS_DIRECTORY");
		free(own);
		free(folder);
		instance_clear(&in);
	}
}

static void texts_that_cannot_travel_are_told_with_their_place(void **state)
{
	(void)state;
	struct instance in;
	instance_init(&in);
	put(&in, "templates/fr/b.txt.mustache", "un\nEnvoy\xe9 par\n", 0644);
	put(&in, "rules.d/30.yml", "c: 3\n", 0644);
	put(&in, "sources.d/x.yml", "name: x\n", 0644);
	assert_int_equal(load(&in), -1);
	assert_int_equal(in.d.n_errors, 1);
	assert_int_equal(in.d.n_warnings, 2);
	assert_non_null(
		strstr(in.told, "fr/b.txt.mustache:2:6: error: byte 0xE9"));
	assert_non_null(strstr(in.told, "rules.d/30.yml: warning: not read"));
	assert_non_null(strstr(in.told, "sources.d/x.yml: warning: not read"));
	instance_clear(&in);
}

static void a_broken_file_leaves_something_to_clear(void **state)
{
	(void)state;
	static const char *const yaml[] = {"a: b: c\n", "- list\n",
					   "mail: [\n"};
	for (size_t i = 0; i < ARRAY_LEN(yaml); i++) {
		struct instance in;
		instance_init(&in);
		put(&in, "etrier.yaml", yaml[i], 0644);
		assert_int_equal(load(&in), -1);
		assert_int_equal(in.d.n_errors, 1);
		FILE *null = fopen("/dev/null", "w");
		settings_show(&in.s, 0, null);
		fclose(null);
		json_decref(settings_for_role(&in.s, "engine"));
		instance_clear(&in);
	}
	struct settings s;
	struct diags d;
	diags_init(&d);
	assert_int_equal(settings_load("/nowhere/etrier.yaml", &s, &d), -1);
	assert_string_equal(d.v[0].text,
			    "cannot read: No such file or directory");
	settings_clear(&s);
	diags_clear(&d);
}

static void one_folder_means_state_and_run_below_the_file(void **state)
{
	(void)state;
	static const struct {
		const char *paths;
		bool is_one_folder;
	} cases[] = {
		{"{state: state, run: run, refdata: refdata}", true},
		{"{state: /tmp, run: run, refdata: refdata}", false},
		{"{state: state, run: /tmp, refdata: refdata}", false},
		{"{state: ., run: run, refdata: refdata}", false},
		{"{state: ../x, run: run, refdata: refdata}", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct instance in;
		instance_init(&in);
		char *yaml = mem_printf("paths: %s\n", cases[i].paths);
		put(&in, "etrier.yaml", yaml, 0644);
		assert_int_equal(load(&in), 0);
		assert_int_equal(in.s.is_one_folder, cases[i].is_one_folder);
		free(yaml);
		instance_clear(&in);
	}
}

/* What each role finds in its configuration, and nothing else. */
static void a_role_is_given_its_part_only(void **state)
{
	(void)state;
	static const struct {
		const char *role, *keys;
	} cases[] = {
		{"engine",
		 "role one_folder log security agency_defaults origins planner "
		 "mail sms front collector watch delivery paths rules advice "
		 "operators secrets sources "},
		{"collector",
		 "role one_folder log security collector paths sources "
		 "lexicons "},
		{"runner",
		 "role one_folder log security collector paths sources "
		 "lexicons "},
		{"courier", "role one_folder log security mail sms templates "},
		{"front", "role one_folder log security front templates sms "},
	};
	struct instance in;
	instance_init(&in);
	assert_int_equal(load(&in), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *v = settings_for_role(&in.s, cases[i].role);
		struct buf keys;
		const char *key;
		json_t *value;
		buf_init(&keys, 4096);
		json_object_foreach(v, key, value)
		{
			buf_printf(&keys, "%s ", key);
		}
		assert_string_equal(keys.data, cases[i].keys);
		assert_string_equal(js_str(v, "role", NULL), cases[i].role);
		assert_true(js_bool(v, "one_folder", false));
		assert_string_equal(
			js_str(json_object_get(v, "security"), "landlock", ""),
			"preferred");
		char *text = json_dumps(v, JSON_COMPACT);
		bool has_keys = strstr(text, "00112233445566778899aabb");
		assert_int_equal(has_keys, str_eq(cases[i].role, "engine"));
		free(text);
		buf_clear(&keys);
		json_decref(v);
	}
	instance_clear(&in);
}

/* Secrets of every group, those of sources in their objects: each role has its
 * own and no word of another's. */
static void a_role_is_given_its_own_secrets_only(void **state)
{
	(void)state;
	static const struct {
		const char *role;
		bool has_security, has_mail, has_sms, has_source;
	} cases[] = {
		{"engine", true, false, false, false},
		{"collector", false, false, false, true},
		{"runner", false, false, false, false},
		{"courier", false, true, true, false},
		{"front", false, false, false, false},
		{"nobody", false, false, false, false},
	};
	struct instance in;
	instance_init(&in);
	put(&in, "secrets/partner.key", "word-of-a-source\n", 0600);
	put(&in, "sources.d/s.yaml",
	    "name: s\nkind: json\nurl: https://partner.example/\n"
	    "delivers: window\nsecret_headers: {x-key: partner.key}\n"
	    "fields: {title: t}\n",
	    0644);
	assert_int_equal(load(&in), 0);
	json_object_set_new(in.s.secrets, "mail.password",
			    json_string("word-of-mail"));
	json_object_set_new(in.s.secrets, "sms.token",
			    json_string("word-of-sms"));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *v = settings_for_role(&in.s, cases[i].role);
		char *text = json_dumps(v, JSON_COMPACT);
		assert_int_equal(strstr(text, "00112233445566778899aabb") !=
					 NULL,
				 cases[i].has_security);
		assert_int_equal(strstr(text, "word-of-mail") != NULL,
				 cases[i].has_mail);
		assert_int_equal(strstr(text, "word-of-sms") != NULL,
				 cases[i].has_sms);
		assert_int_equal(strstr(text, "word-of-a-source") != NULL,
				 cases[i].has_source);
		free(text);
		json_decref(v);
	}
	instance_clear(&in);
}

/* The shipped table is read and goes to the engine; a mistake in one is told
 * where it is. A password is a line, the courier's alone, and may change under
 * a running daemon as no key may. */
static void the_pace_of_mail_and_a_password_are_read(void **state)
{
	(void)state;
	struct instance in;
	instance_init(&in);
	char *shipped = slurp(SOURCE_DIR "/conf/delivery.yaml");
	put(&in, "delivery.yaml", shipped, 0644);
	put(&in, "secrets/relay", "mot de passe\n", 0600);
	put(&in, "etrier.yaml",
	    "paths: {state: state, run: run, refdata: refdata}\n"
	    "mail: {tls: starttls, user: etrier, password_file: relay}\n",
	    0644);
	assert_int_equal(load(&in), 0);
	json_t *engine = settings_for_role(&in.s, "engine");
	json_t *orange = json_object_get(
		json_object_get(json_object_get(engine, "operators"),
				"domains"),
		"orange");
	assert_int_equal(js_int(orange, "max_per_minute", 0), 60);
	assert_int_equal(json_array_size(json_object_get(orange, "match")), 2);
	json_decref(engine);
	assert_string_equal(js_str(in.s.secrets, "mail.password", ""),
			    "mot de passe");
	struct settings next = {.all = in.s.all, .file = in.s.file};
	next.secrets = json_copy(in.s.secrets);
	json_object_set_new(next.secrets, "mail.password", json_string("x"));
	settings_refuse_restart(&in.s, &next, &in.d);
	assert_int_equal(in.d.n_errors, 0);
	json_object_set_new(next.secrets, "security.token_key",
			    json_string("x"));
	settings_refuse_restart(&in.s, &next, &in.d);
	assert_int_equal(in.d.n_errors, 1);
	json_decref(next.secrets);
	free(shipped);
	instance_clear(&in);

	instance_init(&in);
	put(&in, "delivery.yaml",
	    "domains:\n  a:\n    match: [a b]\n    max_per_minute: -1\n"
	    "    backoff: [{reply: '(', minutes: 0}]\n  b: {}\n",
	    0644);
	put(&in, "secrets/relay", "two\nlines\n", 0600);
	put(&in, "etrier.yaml",
	    "paths: {state: state, run: run, refdata: refdata}\n"
	    "mail: {tls: starttls, user: etrier, password_file: relay}\n",
	    0644);
	assert_int_equal(load(&in), -1);
	static const char *const wanted[] = {
		"delivery.yaml:3:13:", "delivery.yaml:4:21:",
		"delivery.yaml:5:23:", "delivery.yaml:5:37:",
		"delivery.yaml:6:6:",  "one line of printable ASCII"};
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!strstr(in.told, wanted[i]))
			fail_msg("no %s in:\n%s", wanted[i], in.told);
	assert_null(strstr(in.told, "lines"));
	instance_clear(&in);
}

#define PROGRAM_OF(more)                          \
	"name: p\nkind: exec\ndelivers: window\n" \
	"command: [/bin/sh, -c, exit]\n" more

/* A program is the runner's alone, and a runner is wanted only for one. */
static void programs_are_given_to_the_runner_only(void **state)
{
	(void)state;
	static const char *const roles[] = {"collector", "runner"};
	struct instance in;
	instance_init(&in);
	put(&in, "sources.d/s.yaml",
	    "name: s\nkind: json\nurl: https://partner.example/\n"
	    "delivers: window\nfields: {title: t}\n",
	    0644);
	put(&in, "sources.d/p.yaml", PROGRAM_OF("enabled: false\n"), 0644);
	assert_int_equal(load(&in), 0);
	assert_false(settings_has_programs(&in.s));
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		json_t *v = settings_for_role(&in.s, roles[i]);
		const json_t *sources = json_object_get(v, "sources");
		assert_int_equal(json_object_size(sources), 1);
		assert_non_null(json_object_get(sources, i ? "p" : "s"));
		json_decref(v);
	}
	struct settings former = in.s;
	in.s = (struct settings){0};
	free(in.told);
	put(&in, "sources.d/p.yaml", PROGRAM_OF(""), 0644);
	assert_int_equal(load(&in), 0);
	assert_true(settings_has_programs(&in.s));
	assert_true(settings_programs_differ(&former, &in.s));
	assert_false(settings_programs_differ(&in.s, &in.s));
	settings_clear(&former);
	instance_clear(&in);
}

static void no_program_reads_what_is_the_services(void **state)
{
	(void)state;
	static const struct {
		const char *path; /* below the instance's folder */
		bool is_good;
	} cases[] = {
		{"", false},	       {"/secrets/x.key", false},
		{"/state", false},     {"/refdata/../refdata", false},
		{"/state/x", false},   {"/etrier.yaml", false},
		{"/sources.d", false}, {"/maps", true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct instance in;
		instance_init(&in);
		char *yaml = mem_printf(PROGRAM_OF("may_read: [\"%s%s\"]\n"),
					in.dir, cases[i].path);
		put(&in, "sources.d/p.yaml", yaml, 0644);
		bool is_good = load(&in) == 0;
		if (is_good != cases[i].is_good ||
		    (!is_good && !strstr(in.told, "p.yaml:5:12: error: ")))
			fail_msg("%s: %s", cases[i].path, in.told);
		free(yaml);
		instance_clear(&in);
	}
}

/* A role that was taken over may not change what will be run. */
static void no_program_belongs_to_the_service(void **state)
{
	(void)state;
	struct instance in;
	instance_init(&in);
	if (geteuid() == 0) {
		/* Whose state it is, is who runs the service. */
		enum { SOMEBODY = 54321 };
		char *dir = below(&in, "state");
		assert_int_equal(mkdir(dir, 0700), 0);
		assert_int_equal(chown(dir, SOMEBODY, SOMEBODY), 0);
		free(dir);
		put(&in, "program", "#!/bin/sh\n", 0755);
		dir = below(&in, "program");
		assert_int_equal(chown(dir, SOMEBODY, SOMEBODY), 0);
		free(dir);
	} else {
		put(&in, "program", "#!/bin/sh\n", 0755);
	}
	char *yaml = mem_printf("name: p\nkind: exec\ndelivers: window\n"
				"command: [\"%s/program\"]\n",
				in.dir);
	put(&in, "sources.d/p.yaml", yaml, 0644);
	assert_int_equal(load(&in), -1);
	assert_non_null(strstr(in.told, "p.yaml:4:11: error: "));
	assert_non_null(strstr(in.told, "belongs to the service's own user"));
	free(yaml);
	instance_clear(&in);
}

static void show_says_value_and_origin_and_no_secret(void **state)
{
	(void)state;
	struct instance in;
	instance_init(&in);
	put(&in, "etrier.yaml",
	    "paths: {state: /srv/e, refdata: refdata}\n"
	    "agency_defaults: {digest_at: \"07:30\"}\n"
	    "origins: {ml: {kind: ml, agency: A 1}}\n"
	    "front: {trusted_proxies: [127.0.0.1]}\n"
	    "security: {needs_key_file: needs.key}\n",
	    0644);
	char *token = below(&in, "secrets/token.key");
	remove(token);
	free(token);
	assert_int_equal(load(&in), -1);
	char *text = NULL, *changed = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	settings_show(&in.s, 0, f);
	fclose(f);
	f = open_memstream(&changed, &n);
	settings_show(&in.s, 1, f);
	fclose(f);
	static const char *const lines[] = {
		"paths.state: /srv/e  # file\n",
		"paths.run: /run/etrier  # default\n",
		"agency_defaults.digest_at: \"07:30\"  # file\n",
		"agency_defaults.tone: tu  # default\n",
		"origins.ml.kind: ml  # file\n",
		"origins.ml.agency: \"A 1\"  # file\n",
		"origins.ml.agency_column: false  # default\n",
		"mail.port: 25  # default\n",
		"mail.from_name: \"Missions Locales\"  # default\n",
		"front.base_url: ~  # default\n",
		"front.trusted_proxies: [\"127.0.0.1\"]  # file\n",
		"security.needs_key_file: (set)  # file\n",
		"security.token_key_file: (missing)  # default\n",
		"planner.sms_until: \"19:30\"  # default\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!strstr(text, lines[i]))
			fail_msg("no %s in:\n%s", lines[i], text);
	assert_null(strstr(text, "00112233"));
	char *expected =
		mem_printf("paths.state: /srv/e  # file\n"
			   "paths.refdata: %s/refdata  # file\n"
			   "agency_defaults.digest_at: \"07:30\"  # file\n"
			   "origins.ml.kind: ml  # file\n"
			   "origins.ml.agency: \"A 1\"  # file\n"
			   "front.trusted_proxies: [\"127.0.0.1\"]  # file\n"
			   "security.needs_key_file: (set)  # file\n",
			   in.dir);
	assert_string_equal(changed, expected);
	free(expected);
	free(text);
	free(changed);
	instance_clear(&in);
}

static void what_is_installed_must_confine_itself(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *expected;
	} cases[] = {
		{"paths: {state: state, run: run, refdata: refdata}\n",
		 "preferred"},
		{"paths: {state: state, run: run, refdata: refdata}\n"
		 "security: {landlock: required}\n",
		 "required"},
		{"paths: {state: /var/lib/x, run: run, refdata: refdata}\n",
		 "required"},
		{"paths: {state: /var/lib/x, run: run, refdata: refdata}\n"
		 "security: {landlock: preferred}\n",
		 "preferred"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct instance in;
		instance_init(&in);
		put(&in, "etrier.yaml", cases[i].yaml, 0644);
		assert_int_equal(load(&in), 0);
		json_t *v = settings_for_role(&in.s, "front");
		assert_string_equal(
			js_str(json_object_get(v, "security"), "landlock", ""),
			cases[i].expected);
		json_decref(v);
		instance_clear(&in);
	}
}

static void a_reload_refuses_what_needs_a_restart(void **state)
{
	(void)state;
	static const struct {
		const char *change, *expected; /* NULL: welcome */
	} cases[] = {
		{"planner: {tick_s: 10}", NULL},
		{"mail: {lanes: 5}", NULL},
		{"log: {level: debug}", NULL},
		{"origins: {x: {kind: cfa, agency: B}}", NULL},
		{"security: {landlock: required}", "security.landlock:"},
		{"front: {listen: \"127.0.0.1:80\"}", "front.listen:"},
		{"front: {listen: systemd}", "front.listen:"},
		{"mail: {maildir: elsewhere}", "mail.maildir:"},
		{"collector: {ca_file: rules.yaml}", "collector.ca_file:"},
		{"collector: {max_parallel: 9}", "collector.max_parallel:"},
		{"collector: {per_host: 1}", "collector.per_host:"},
		{"collector: {poll_deadline_s: 900}", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct instance in;
		instance_init(&in);
		put(&in, "etrier.yaml",
		    "paths: {state: state, run: run, refdata: refdata}\n",
		    0644);
		assert_int_equal(load(&in), 0);
		struct settings before = in.s;
		free(in.told);
		char *yaml = mem_printf("paths: {state: state, run: run, "
					"refdata: refdata}\n%s\n",
					cases[i].change);
		put(&in, "etrier.yaml", yaml, 0644);
		assert_int_equal(load(&in), 0);
		settings_refuse_restart(&before, &in.s, &in.d);
		assert_int_equal(in.d.n_errors, cases[i].expected ? 1 : 0);
		if (cases[i].expected)
			assert_true(
				str_starts(in.d.v[0].text, cases[i].expected));
		settings_clear(&before);
		free(yaml);
		instance_clear(&in);
	}
}

static void another_key_under_the_old_name_needs_a_restart(void **state)
{
	(void)state;
	struct instance in;
	instance_init(&in);
	assert_int_equal(load(&in), 0);
	struct settings before = in.s;
	free(in.told);
	put(&in, "secrets/token.key", "0123456789abcdef0123456789abcdef", 0600);
	assert_int_equal(load(&in), 0);
	settings_refuse_restart(&before, &in.s, &in.d);
	assert_int_equal(in.d.n_errors, 1);
	assert_null(strstr(in.d.v[0].text, "30313233"));
	settings_clear(&before);
	instance_clear(&in);
}

static void the_default_file_is_etc_or_the_environment(void **state)
{
	(void)state;
	unsetenv("ETRIER_CONFIG");
	assert_string_equal(settings_default_file(), "/etc/etrier/etrier.yaml");
	setenv("ETRIER_CONFIG", "/srv/e.yaml", 1);
	assert_string_equal(settings_default_file(), "/srv/e.yaml");
	setenv("ETRIER_CONFIG", "", 1);
	assert_string_equal(settings_default_file(), "/etc/etrier/etrier.yaml");
	unsetenv("ETRIER_CONFIG");
}

/* ---- the table, the example and the manual say the same ----------------- */

static void count_flaws(void *ctx, const char *path, const struct schema *row)
{
	int *n = ctx;
	bool has_words = row->type == SCHEMA_WORD;
	if (str_is_empty(row->help) || !str_ends(row->help, ".") ||
	    strchr(row->help, '\n') || strlen(row->help) > 200 ||
	    has_words != (row->words != NULL)) {
		print_message("%s: %s\n", path, row->help ? row->help : "-");
		++*n;
	}
}

static void every_row_has_a_sentence_of_help(void **state)
{
	(void)state;
	int n = 0;
	schema_each(settings_schema, count_flaws, &n);
	assert_int_equal(n, 0);
}

/* The lines of the example from "group:" to the next paragraph that begins
 * with a comment at the margin. */
static char *section(const char *text, const char *path)
{
	char *head = mem_printf("\n%.*s:\n", (int)strcspn(path, "."), path);
	const char *from = strstr(text, head);
	const char *to = from ? strstr(from, "\n\n# ") : NULL;
	free(head);
	if (!from)
		return NULL;
	return to ? mem_dup_n(from, (size_t)(to - from) + 1) : mem_dup(from);
}

struct reading {
	const char *text;
	int n_missing, n_rows;
};

static void find_in_example(void *ctx, const char *path,
			    const struct schema *row)
{
	struct reading *r = ctx;
	const char *key = strrchr(path, '.') + 1;
	/* Names have their example in the comment above the group. */
	bool is_named = strstr(path, ".*.");
	char *part = is_named ? mem_dup(r->text) : section(r->text, path);
	char *line;
	if (is_named || !row->fallback)
		line = mem_printf(is_named ? "#     %s: " : "  # %s: ", key);
	else
		line = mem_printf("  #%s: %s\n", key, row->fallback);
	r->n_rows++;
	if (!part || !strstr(part, line)) {
		print_message("conf/etrier.yaml lacks in %s: %s\n", path, line);
		r->n_missing++;
	}
	free(line);
	free(part);
}

static void the_example_names_every_setting_at_its_default(void **state)
{
	(void)state;
	char *text = slurp(SOURCE_DIR "/conf/etrier.yaml");
	assert_non_null(text);
	struct reading r = {.text = text};
	schema_each(settings_schema, find_in_example, &r);
	assert_int_equal(r.n_missing, 0);
	assert_in_range(r.n_rows, 50, 500);
	free(text);
}

/* "  #key: value" becomes "  key: value". */
static char *uncommented(const char *text)
{
	struct buf b;
	buf_init(&b, 1024 * 1024);
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");
		if (str_starts(p, "  #") && p[3] >= 'a' && p[3] <= 'z') {
			buf_adds(&b, "  ");
			buf_add(&b, p + 3, n - 3);
		} else {
			buf_add(&b, p, n);
		}
		buf_addc(&b, '\n');
		p += n + (p[n] == '\n');
	}
	return buf_take(&b);
}

static void the_example_changes_nothing_with_or_without_its_hashes(void **state)
{
	(void)state;
	char *text = slurp(SOURCE_DIR "/conf/etrier.yaml");
	assert_non_null(text);
	char *bare = uncommented(text);
	assert_string_not_equal(text, bare);
	struct diags d;
	diags_init(&d);
	json_t *none = read_alone("none", "", &d);
	json_t *as_is = read_alone("etrier.yaml", text, &d);
	json_t *taken = read_alone("uncommented", bare, &d);
	char *lines = told(&d);
	assert_string_equal(lines, "");
	assert_true(json_equal(none, as_is));
	assert_true(json_equal(none, taken));
	json_decref(none);
	json_decref(as_is);
	json_decref(taken);
	free(lines);
	free(bare);
	free(text);
	diags_clear(&d);
}

static char *troff(const char *s)
{
	struct buf b;
	buf_init(&b, 65536);
	for (; *s; s++) {
		if (*s == '-' || *s == '\\')
			buf_addc(&b, '\\');
		buf_addc(&b, *s);
	}
	return buf_take(&b);
}

static void find_in_manual(void *ctx, const char *path,
			   const struct schema *row)
{
	struct reading *r = ctx;
	char *what = schema_describe(row);
	char *type = troff(what), *help = troff(row->help);
	char *entry = mem_printf(".TP\n.B %s\n%s.\n%s\n", path, type, help);
	r->n_rows++;
	if (!strstr(r->text, entry)) {
		print_message("man/etrier.yaml.5 lacks:\n%s\n", entry);
		r->n_missing++;
	}
	free(entry);
	free(help);
	free(type);
	free(what);
}

static void the_manual_describes_every_setting_as_the_table_does(void **state)
{
	(void)state;
	char *text = slurp(SOURCE_DIR "/man/etrier.yaml.5");
	assert_non_null(text);
	struct reading r = {.text = text};
	schema_each(settings_schema, find_in_manual, &r);
	assert_int_equal(r.n_missing, 0);
	/* And nothing that is gone. */
	int n_entries = 0;
	for (const char *p = text; (p = strstr(p, "\n.TP\n.B ")); p++) {
		const char *name = p + strlen("\n.TP\n.B ");
		const char *end = strchr(name, '\n');
		const char *dot = memchr(name, '.', (size_t)(end - name));
		const char *blank = memchr(name, ' ', (size_t)(end - name));
		n_entries += dot && !blank;
	}
	assert_int_equal(n_entries, r.n_rows);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_give_exactly_their_diagnostics),
		cmocka_unit_test(absent_settings_are_filled_in),
		cmocka_unit_test(only_https_or_this_machine_may_stand_in_links),
		cmocka_unit_test(only_this_machine_is_listened_on),
		cmocka_unit_test(
			selectors_and_public_addresses_are_what_dns_knows),
		cmocka_unit_test(systemd_opens_the_pages_socket_only),
		cmocka_unit_test(a_whole_instance_loads),
		cmocka_unit_test(every_missing_file_is_told_in_one_run),
		cmocka_unit_test(secrets_must_be_closed_and_whole),
		cmocka_unit_test(a_credential_stands_in_for_a_bare_name_only),
		cmocka_unit_test(
			texts_that_cannot_travel_are_told_with_their_place),
		cmocka_unit_test(a_broken_file_leaves_something_to_clear),
		cmocka_unit_test(one_folder_means_state_and_run_below_the_file),
		cmocka_unit_test(a_role_is_given_its_part_only),
		cmocka_unit_test(a_role_is_given_its_own_secrets_only),
		cmocka_unit_test(the_pace_of_mail_and_a_password_are_read),
		cmocka_unit_test(programs_are_given_to_the_runner_only),
		cmocka_unit_test(no_program_reads_what_is_the_services),
		cmocka_unit_test(no_program_belongs_to_the_service),
		cmocka_unit_test(show_says_value_and_origin_and_no_secret),
		cmocka_unit_test(what_is_installed_must_confine_itself),
		cmocka_unit_test(a_reload_refuses_what_needs_a_restart),
		cmocka_unit_test(
			another_key_under_the_old_name_needs_a_restart),
		cmocka_unit_test(the_default_file_is_etc_or_the_environment),
		cmocka_unit_test(every_row_has_a_sentence_of_help),
		cmocka_unit_test(
			the_example_names_every_setting_at_its_default),
		cmocka_unit_test(
			the_example_changes_nothing_with_or_without_its_hashes),
		cmocka_unit_test(
			the_manual_describes_every_setting_as_the_table_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
