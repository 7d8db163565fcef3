/* SPDX-License-Identifier: EUPL-1.2 */
/* Which words the names of places are made of: asked before a text is looked up
 * as a name, since most words of most texts are in none. A set of bits by hash,
 * two for a word, so that "may be" is wrong for one word in a hundred and "is
 * not" never. */
#include "tables.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

/* Some 25 000 words take a fifth of them. */
#define VOCAB_BITS ((size_t)1 << 18)

uint64_t *vocab_new(void)
{
	return mem_array(VOCAB_BITS / 64, sizeof(uint64_t));
}

/* FNV-1a, as hash_text() has it, of n bytes. */
static uint64_t hash_word(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

void vocab_add(uint64_t *words, const char *key)
{
	while (*key) {
		size_t n = strcspn(key, " ");
		uint64_t h = hash_word(key, n), other = h >> 32;
		words[h % VOCAB_BITS / 64] |= UINT64_C(1) << h % 64;
		words[other % VOCAB_BITS / 64] |= UINT64_C(1) << other % 64;
		key += n + (key[n] == ' ');
	}
}

/* Words that place_key() writes otherwise or leaves out. */
static bool is_special(const char *word)
{
	static const char *const words[] = {
		"saint",	 "sainte", "ss",   "s",
		"cedex",	 "e",	   "er",   "eme",
		"arr",		 "arrt",   "ardt", "arrdt",
		"arrondissement"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(words[i], word))
			return true;
	/* "12e", "xiieme" */
	size_t roman = strspn(word, "ivx");
	return (*word >= '0' && *word <= '9') ||
	       (roman && strlen(word + roman) <= 4);
}

bool refdata_may_name_place(const struct refdata *rd, const char *word)
{
	const uint64_t *words = rd->places.words;
	uint64_t h = hash_word(word, strlen(word)), other = h >> 32;
	return (words[h % VOCAB_BITS / 64] >> h % 64 & 1 &&
		words[other % VOCAB_BITS / 64] >> other % 64 & 1) ||
	       is_special(word);
}
