/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TEST_TEMPLATE_FIXTURE_H
#define ETRIER_TEST_TEMPLATE_FIXTURE_H

#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* The shipped templates, and comparing what they say with a golden file. */

#define FIXTURE_FILE_MAX ((size_t)512 * 1024)

static inline char *fixture_read(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = mem_alloc(FIXTURE_FILE_MAX);
	if (!f)
		fail_msg("cannot read %s", path);
	size_t n = fread(text, 1, FIXTURE_FILE_MAX - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static inline struct templates *fixture_templates(void)
{
	static const char folder[] = SOURCE_DIR "/conf/templates/fr";
	struct diags d;
	json_t *list = json_array();
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		char *path = mem_printf("%s/%s", folder, e->d_name);
		char *name = mem_printf("fr/%s", e->d_name);
		char *text = fixture_read(path);
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", name,
						      "text", text));
		free(path);
		free(name);
		free(text);
	}
	closedir(dir);
	diags_init(&d);
	struct templates *t = templates_new(list, &d);
	diags_print(&d, stderr);
	assert_non_null(t);
	diags_clear(&d);
	json_decref(list);
	return t;
}

static inline void fixture_golden(const char *name, const char *text)
{
	char *path = mem_printf("%s/tests/golden/%s", SOURCE_DIR, name);
	if (getenv("ETRIER_GOLDEN_WRITE")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fputs(text, f);
		fclose(f);
	}
	char *golden = fixture_read(path);
	assert_string_equal(text, golden);
	free(golden);
	free(path);
}

#endif
