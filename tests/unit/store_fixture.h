/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TEST_STORE_FIXTURE_H
#define ETRIER_TEST_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store.h>
#include <etrier/store_copy.h>
#include <etrier/store_events.h>
#include <etrier/store_messages.h>
#include <etrier/store_offers.h>
#include <etrier/store_people.h>
#include <etrier/str.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Shared by the tests of the store: a fresh store in memory or in a folder of
 * its own, and the shortest way to say "this works". */
#define NOW ((int64_t)1800000000)
#define OK(call)                                            \
	do {                                                \
		struct err e_ = {0};                        \
		if ((call) != 0)                            \
			fail_msg("%s: %s", #call, e_.text); \
	} while (0)
#define E (&e_)
/* The call fails and says so with this kind and these words. */
#define FAILS(call, want_kind, words)                                         \
	do {                                                                  \
		struct err e_ = {0};                                          \
		assert_int_equal((call), -1);                                 \
		if (e_.kind != (want_kind) || !strstr(e_.text, (words)))      \
			fail_msg("%s: kind %d: %s", #call, e_.kind, e_.text); \
	} while (0)

static inline struct store_keys fixture_keys(int seed)
{
	struct store_keys k = {.n_needs = 1};
	memset(k.lookup, 7, sizeof(k.lookup));
	memset(k.needs[0], seed, sizeof(k.needs[0]));
	return k;
}

static inline struct store *fixture_open(const char *path)
{
	struct store_keys k = fixture_keys(1);
	struct store *s = NULL;
	OK(store_open(path, &k, &s, E));
	return s;
}

/* A new folder below the build folder; fixture_remove() empties it. */
static inline void fixture_folder(char out[256])
{
	snprintf(out, 256, "%s/store-XXXXXX", BUILD_DIR);
	assert_non_null(mkdtemp(out));
}

static inline char *fixture_path(struct arena *a, const char *folder)
{
	return arena_printf(a, "%s/etrier.db", folder);
}

static int fixture_remove_one(const char *path, const struct stat *st, int type,
			      struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static inline void fixture_remove(const char *folder)
{
	assert_int_equal(
		nftw(folder, fixture_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline json_t *fixture_json(const char *text)
{
	/* 'x' is easier to read in C than \"x\". */
	char *copy = mem_dup(text);
	for (char *p = copy; *p; p++)
		*p = (char)(*p == '\'' ? '"' : *p);
	json_t *v = js_parse(copy, strlen(copy), NULL);
	assert_non_null(v);
	free(copy);
	return v;
}

#endif
