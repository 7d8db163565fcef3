/* SPDX-License-Identifier: EUPL-1.2 */
/* Diplomas to European levels. Every diploma that a text names is read, and
 * the lowest is the answer: "de Bac+2 à Bac+5" asks for a Bac+2. At each word
 * the longest row that fits is read, so that "Bac+3" is never a "Bac"
 * (formats.md D15). The old French numbers ran the other way, V to I, and were
 * written in Roman figures, those of today in Arabic ones (decree 2019-14 of
 * 2019-01-08). */
#include "labels.h"

#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>
#include <etrier/vocab.h>

#include <string.h>

/* Index 0 is "none"; the European level n is index n - 2. LEVEL_OTHER takes
 * words out of the way and says nothing. */
enum { LEVEL_NONE, LEVEL_3, LEVEL_4, LEVEL_5, LEVEL_6, LEVEL_7, LEVEL_OTHER };

struct level {
	const char *word;
	int level;
};

static const struct level levels[] = {
	{"none", LEVEL_NONE},
	{"aucun", LEVEL_NONE},
	{"sans diplome", LEVEL_NONE},
	{"non diplome", LEVEL_NONE},
	{"pas de diplome", LEVEL_NONE},
	{"aucune formation scolaire", LEVEL_NONE},
	{"sans niveau specifique", LEVEL_NONE},
	{"sans qualification", LEVEL_NONE},
	{"no requirements", LEVEL_NONE},
	{"bepc", LEVEL_NONE},
	{"brevet des colleges", LEVEL_NONE},
	{"3eme achevee", LEVEL_NONE},
	{"4eme achevee", LEVEL_NONE},
	{"2nd ou 1ere achevee", LEVEL_NONE},
	{"2nde ou 1ere achevee", LEVEL_NONE},
	{"niveau vi", LEVEL_NONE},
	{"niveau v bis", LEVEL_NONE},
	{"niveau vbis", LEVEL_NONE},
	{"cap", LEVEL_3},
	{"capa", LEVEL_3},
	{"cap agricole", LEVEL_3},
	{"bep", LEVEL_3},
	{"bepa", LEVEL_3},
	{"bac", LEVEL_4},
	{"bacs", LEVEL_4},
	{"bac 1", LEVEL_4}, /* a year of study and no diploma */
	{"baccalaureat", LEVEL_4},
	{"bacpro", LEVEL_4},
	{"bp", LEVEL_4},
	{"bpjeps", LEVEL_4},
	{"brevet professionnel", LEVEL_4},
	{"daeu", LEVEL_4},
	{"high school", LEVEL_4},
	{"bts", LEVEL_5},
	{"btsa", LEVEL_5},
	{"dut", LEVEL_5},
	{"deug", LEVEL_5},
	{"deust", LEVEL_5},
	{"associate degree", LEVEL_5},
	{"bac 2", LEVEL_5},
	{"bac2", LEVEL_5},
	{"b2", LEVEL_5},
	{"bac plus 2", LEVEL_5},
	{"licence", LEVEL_6},
	{"licences", LEVEL_6},
	{"licence pro", LEVEL_6},
	{"bachelor", LEVEL_6},
	{"but", LEVEL_6},
	{"dcg", LEVEL_6},
	{"maitrise", LEVEL_6},
	{"m1", LEVEL_6},
	{"master 1", LEVEL_6},
	{"bac 3", LEVEL_6},
	{"bac 4", LEVEL_6},
	{"bac3", LEVEL_6},
	{"bac4", LEVEL_6},
	{"b3", LEVEL_6},
	{"b4", LEVEL_6},
	{"bac plus 3", LEVEL_6},
	{"bac plus 4", LEVEL_6},
	{"master", LEVEL_7},
	{"masters", LEVEL_7},
	{"master 2", LEVEL_7},
	{"m2", LEVEL_7},
	{"mastere", LEVEL_7},
	{"mba", LEVEL_7},
	{"dscg", LEVEL_7},
	{"ingenieur", LEVEL_7},
	{"ingenieurs", LEVEL_7},
	{"doctorat", LEVEL_7},
	{"phd", LEVEL_7},
	{"postgraduate degree", LEVEL_7},
	{"bac 5", LEVEL_7},
	{"bac 6", LEVEL_7},
	{"bac 7", LEVEL_7},
	{"bac 8", LEVEL_7},
	{"bac5", LEVEL_7},
	{"b5", LEVEL_7},
	{"bac plus 5", LEVEL_7},
	{"niveau 3", LEVEL_3},
	{"niveau 4", LEVEL_4},
	{"niveau 5", LEVEL_5},
	{"niveau 6", LEVEL_6},
	{"niveau 7", LEVEL_7},
	{"niveau 8", LEVEL_7},
	{"niveaux 3", LEVEL_3},
	{"niveaux 4", LEVEL_4},
	{"niveaux 5", LEVEL_5},
	{"niveaux 6", LEVEL_6},
	{"niveaux 7", LEVEL_7},
	{"niveau v", LEVEL_3},
	{"niveau iv", LEVEL_4},
	{"niveau iii", LEVEL_5},
	{"niveau ii", LEVEL_6},
	{"niveau i", LEVEL_7},
	/* Below a diploma is anything down to none. */
	{"inferieur au bac", LEVEL_OTHER},
	{"avant bac", LEVEL_OTHER},
	{"infra bac", LEVEL_OTHER},
	{"inferieur au cap", LEVEL_OTHER},
};

/* Meant only when nothing else stands there: codes of France Travail, old
 * levels, European ones. */
static const struct level codes[] = {
	{"3", LEVEL_3},	     {"4", LEVEL_4},	     {"5", LEVEL_5},
	{"6", LEVEL_6},	     {"7", LEVEL_7},	     {"v", LEVEL_3},
	{"iv", LEVEL_4},     {"iii", LEVEL_5},	     {"ii", LEVEL_6},
	{"i", LEVEL_7},	     {"nv5", LEVEL_3},	     {"nv4", LEVEL_4},
	{"nv3", LEVEL_5},    {"nv2", LEVEL_6},	     {"nv1", LEVEL_7},
	{"afs", LEVEL_NONE}, {"brevet", LEVEL_NONE},
};

/* The longest row at the head of the text, NULL: none. */
static const struct level *longest(const char *text)
{
	const struct level *best = NULL;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (levels[i].word[0] != *text)
			continue;
		size_t n = strlen(levels[i].word);
		if (strncmp(text, levels[i].word, n) == 0 &&
		    (!text[n] || text[n] == ' ') &&
		    (!best || n > strlen(best->word)))
			best = &levels[i];
	}
	return best;
}

int label_level(struct arena *a, const char *s)
{
	const char *p = utf8_fold(a, s);
	int lowest = LEVEL_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].word[0] == *p && str_eq(codes[i].word, p))
			return codes[i].level;
	while (*p) {
		const struct level *row = longest(p);
		if (row && row->level < lowest)
			lowest = row->level;
		p += row ? strlen(row->word) : strcspn(p, " ");
		p += strspn(p, " ");
	}
	return lowest == LEVEL_OTHER ? VOCAB_NONE : lowest;
}
