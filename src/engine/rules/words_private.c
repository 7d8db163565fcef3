/* SPDX-License-Identifier: EUPL-1.2 */
/* Words that tell of needs, handicap or RQTH. A reason is read by advisers of
 * other agencies and may reach a young person: it never holds one. The list
 * errs on the side of refusing; there is always another way to say what an
 * offer has. Beginnings of words, so that inflections are met, unless marked
 * with a dot: the whole word. */
#include "compile.h"

#include <etrier/utf8.h>

#include <string.h>

static const char *const starts[] = {
	"handi",	 "rqth.",	"th.",	   "mdph.",	"aah.",
	"aeeh.",	 "pch.",	"esat.",   "boeth.",	"oeth.",
	"doeth.",	 "agefiph.",	"fiphfp.", "ulis.",	"pps.",
	"apf.",		 "ime.",	"itep.",   "besoin",	"invalid",
	"infirm",	 "incapacit",	"inapt",   "deficien",	"maladi",
	"malade",	 "medecin",	"medic",   "sante.",	"soin",
	"patholog",	 "diagnosti",	"psychi",  "psycholog", "depressi",
	"autis",	 "dyslex",	"dysprax", "dysphas",	"dyscalcul",
	"dysorthograph", "dys.",	"tdah.",   "epilep",	"diabet",
	"allerg",	 "asthm",	"surd",	   "sourd",	"malentend",
	"aveugl",	 "malvoyan",	"cecit",   "fauteuil",	"pmr.",
	"prothes",	 "trisom",	"syndrom", "therap",	"vulnerab",
	"fragil",	 "amenagement", "disab",   "impair",
};

static bool is_met(const char *word, size_t n, const char *start)
{
	size_t k = strcspn(start, ".");

	return start[k] ? n == k && !strncmp(word, start, k)
			: n >= k && !strncmp(word, start, k);
}

const char *words_private(struct arena *a, const char *text)
{
	const char *p = utf8_fold(a, text);

	while (*p) {
		size_t n = strcspn(p, " ");

		for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
			if (is_met(p, n, starts[i]))
				return arena_dup_n(a, p, n);
		p += n;
		p += *p == ' ';
	}
	return NULL;
}
