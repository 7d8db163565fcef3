/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails into a folder: whole or not at all, once, and no name tells whose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "courier/maildir.h"
#include "courier/spool.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID   "<m.1@ml.example>"
#define MAIL "To: <lina@jeunes.example>\r\n\r\nligne\r\nlone\rCR\r\n"

static char root[64];
static char *box;

static int make_root(void **state)
{
	(void)state;
	strcpy(root, "/tmp/etrier-maildir-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	box = mem_printf("%s/a/mail", root);
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	char *command =
		mem_printf("chmod -R u+w '%s' && rm -r '%s'", root, root);
	int rc = system(command);
	free(command);
	free(box);
	return rc;
}

/* How many files are in box/sub; the last one's name in name. */
static int list(const char *sub, char name[256])
{
	char *path = mem_printf("%s/%s", box, sub);
	DIR *d = opendir(path);
	int n = 0;
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		str_copy(name, 256, e->d_name);
		n++;
	}
	closedir(d);
	free(path);
	return n;
}

static void put(const char *id, const char *mail)
{
	struct err err;
	if (maildir_put(box, id, mail, strlen(mail), &err) < 0)
		fail_msg("%s", err.text);
}

static void test_a_mail_is_one_file_in_new_with_local_line_ends(void **state)
{
	(void)state;
	char name[256], content[256] = "";
	struct err err;
	assert_int_equal(maildir_open(box, &err), 0);
	assert_int_equal(maildir_open(box, &err), 0);
	put(ID, MAIL);
	assert_int_equal(list("new", name), 1);
	assert_int_equal(list("tmp", name), 0);
	assert_int_equal(list("new", name), 1);
	assert_null(strstr(name, "lina"));
	assert_null(strchr(name, '@'));
	char *path = mem_printf("%s/new/%s", box, name);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t n = fread(content, 1, sizeof content - 1, f);
	fclose(f);
	content[n] = '\0';
	assert_string_equal(content, "To: <lina@jeunes.example>\n\nligne\n"
				     "lone\rCR\n");
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
}

static void test_the_same_message_id_again_changes_nothing(void **state)
{
	(void)state;
	char first[256], again[256];
	struct err err;
	assert_int_equal(maildir_open(box, &err), 0);
	put(ID, MAIL);
	assert_int_equal(list("new", first), 1);
	put(ID, MAIL);
	assert_int_equal(list("new", again), 1);
	assert_string_equal(first, again);
	put("<m.2@ml.example>", MAIL);
	assert_int_equal(list("new", again), 2);
}

static void test_what_a_reader_moved_does_not_come_back(void **state)
{
	(void)state;
	char name[256];
	struct err err;
	assert_int_equal(maildir_open(box, &err), 0);
	put(ID, MAIL);
	assert_int_equal(list("new", name), 1);
	char *from = mem_printf("%s/new/%s", box, name);
	char *to = mem_printf("%s/cur/%s:2,S", box, name);
	assert_int_equal(rename(from, to), 0);
	put(ID, MAIL);
	assert_int_equal(list("new", name), 0);
	assert_int_equal(list("cur", name), 1);
	free(from);
	free(to);
}

static void test_a_folder_that_is_gone_is_an_error_and_leaves_nothing(
	void **state)
{
	(void)state;
	char name[256];
	struct err err = {0};
	assert_int_equal(maildir_open(box, &err), 0);
	char *new = mem_printf("%s/new", box);
	assert_int_equal(rmdir(new), 0);
	assert_int_equal(maildir_put(box, ID, MAIL, strlen(MAIL), &err), -1);
	assert_int_equal(err.kind, ERR_STORE);
	assert_int_equal(list("tmp", name), 0);
	FILE *f = fopen(new, "w"); /* a file where the folder should be */
	fclose(f);
	assert_int_equal(maildir_open(box, &err), -1);
	assert_int_equal(err.kind, ERR_STORE);
	free(new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_mail_is_one_file_in_new_with_local_line_ends,
			make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			test_the_same_message_id_again_changes_nothing,
			make_root, remove_root),
		cmocka_unit_test_setup_teardown(
			test_what_a_reader_moved_does_not_come_back, make_root,
			remove_root),
		cmocka_unit_test_setup_teardown(
			test_a_folder_that_is_gone_is_an_error_and_leaves_nothing,
			make_root, remove_root),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
