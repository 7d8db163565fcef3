/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables of folded words (utf8_fold: no case, no accents, no punctuation) and
 * their codes. Two ways of finding: the whole text must be the word, or the
 * word must stand in it as whole words; in the second way the first row that
 * fits wins, so rows go from the surest to the vaguest. Words seen in the feeds
 * of formats.md and their like. */
#include "labels.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/str.h>
#include <etrier/utf8.h>
#include <etrier/vocab.h>

#include <string.h>

struct label {
	const char *word;
	int code;
	bool is_inferred;
};

static int find_whole(const struct label *rows, size_t n, const char *folded)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(rows[i].word, folded))
			return (int)i;
	return -1;
}

/* word stands in text between blanks or ends. */
static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = text; (p = strstr(p, word)); p++)
		if ((p == text || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return true;
	return false;
}

static int find_inside(const struct label *rows, size_t n, const char *folded)
{
	for (size_t i = 0; i < n; i++)
		if (has_word(folded, rows[i].word))
			return (int)i;
	return -1;
}

/* Codes of France Travail that are too short to be looked for inside a text. */
static const struct label contract_codes[] = {
	{"mis", CONTRACT_TEMPORARY, false},
	{"sai", CONTRACT_SEASONAL, false},
	{"ddi", CONTRACT_FIXED_TERM, false},
	{"din", CONTRACT_TEMPORARY, false}, /* CDI of a temping agency */
};

/* "CDD - Alternance - Contrat d'apprentissage" is an apprenticeship: what is
 * particular comes before what is general. */
static const struct label contracts[] = {
	{"apprentissage", CONTRACT_APPRENTICESHIP, false},
	{"apprenticeship", CONTRACT_APPRENTICESHIP, false},
	{"apprentice", CONTRACT_APPRENTICESHIP, false},
	{"apprenti", CONTRACT_APPRENTICESHIP, false},
	{"professionnalisation", CONTRACT_PROFESSIONALIZATION, false},
	{"professionalization", CONTRACT_PROFESSIONALIZATION, false},
	{"contrat pro", CONTRACT_PROFESSIONALIZATION, false},
	{"alternance", CONTRACT_APPRENTICESHIP, true},
	{"alternating", CONTRACT_APPRENTICESHIP, true},
	{"work study", CONTRACT_APPRENTICESHIP, true},
	{"service civique", CONTRACT_CIVIC_SERVICE, false},
	{"civic service", CONTRACT_CIVIC_SERVICE, false},
	{"pmsmp", CONTRACT_IMMERSION, false},
	{"immersion", CONTRACT_IMMERSION, false},
	{"stage", CONTRACT_INTERNSHIP, false},
	{"stagiaire", CONTRACT_INTERNSHIP, false},
	{"internship", CONTRACT_INTERNSHIP, false},
	{"intern", CONTRACT_INTERNSHIP, false},
	{"saisonnier", CONTRACT_SEASONAL, false},
	{"saisonniere", CONTRACT_SEASONAL, false},
	{"seasonal", CONTRACT_SEASONAL, false},
	{"interim", CONTRACT_TEMPORARY, false},
	{"interimaire", CONTRACT_TEMPORARY, false},
	{"travail temporaire", CONTRACT_TEMPORARY, false},
	{"temporary", CONTRACT_TEMPORARY, false},
	{"cdd", CONTRACT_FIXED_TERM, false},
	{"duree determinee", CONTRACT_FIXED_TERM, false},
	{"fixed term", CONTRACT_FIXED_TERM, false},
	{"cdi", CONTRACT_PERMANENT, false},
	{"cdii", CONTRACT_PERMANENT, false},
	{"duree indeterminee", CONTRACT_PERMANENT, false},
	{"permanent", CONTRACT_PERMANENT, false},
	{"formation", CONTRACT_TRAINING, false},
	{"job dating", CONTRACT_EVENT, false},
	{"forum", CONTRACT_EVENT, false},
};

int label_contract(struct arena *a, const char *s, bool *inferred)
{
	const char *folded = utf8_fold(a, s);
	int i = find_whole(contract_codes, ARRAY_LEN(contract_codes), folded);
	if (inferred)
		*inferred = false;
	if (i >= 0)
		return contract_codes[i].code;
	i = find_inside(contracts, ARRAY_LEN(contracts), folded);
	if (inferred)
		*inferred = i >= 0 && contracts[i].is_inferred;
	return i < 0 ? vocab_find(&vocab_contract, s) : contracts[i].code;
}

/* Index 0 is "none"; the European level n is index n - 2. The highest of
 * several is meant by nobody: the first row found wins, from the top, so that
 * "Bac+3" is never read as "Bac" (formats.md D15). */
enum { LEVEL_NONE, LEVEL_3, LEVEL_4, LEVEL_5, LEVEL_6, LEVEL_7 };
static const struct label levels[] = {
	{"none", LEVEL_NONE, false},
	{"aucun", LEVEL_NONE, false},
	{"aucun diplome", LEVEL_NONE, false},
	{"sans diplome", LEVEL_NONE, false},
	{"aucune formation scolaire", LEVEL_NONE, false},
	{"bac 5", LEVEL_7, false},
	{"bac 8", LEVEL_7, false},
	{"master", LEVEL_7, false},
	{"master 2", LEVEL_7, false},
	{"mastere", LEVEL_7, false},
	{"doctorat", LEVEL_7, false},
	{"ingenieur", LEVEL_7, false},
	{"bac 3", LEVEL_6, false},
	{"bac 4", LEVEL_6, false},
	{"licence", LEVEL_6, false},
	{"bachelor", LEVEL_6, false},
	{"but", LEVEL_6, false},
	{"bac 2", LEVEL_5, false},
	{"bts", LEVEL_5, false},
	{"dut", LEVEL_5, false},
	{"deug", LEVEL_5, false},
	{"cap bep bac", LEVEL_3, false}, /* a list: the least is required */
	{"cap", LEVEL_3, false},
	{"bep", LEVEL_3, false},
	{"bepc", LEVEL_NONE, false},
	{"brevet des colleges", LEVEL_NONE, false},
	{"bac", LEVEL_4, false},
	{"bac pro", LEVEL_4, false},
	{"baccalaureat", LEVEL_4, false},
	{"brevet professionnel", LEVEL_4, false},
};

int label_level(struct arena *a, const char *s)
{
	const char *folded = utf8_fold(a, s);
	if (strlen(folded) == 1 && *folded >= '3' && *folded <= '7')
		return *folded - '2';
	int i = find_inside(levels, ARRAY_LEN(levels), folded);
	return i < 0 ? VOCAB_NONE : levels[i].code;
}

static const struct label experiences[] = {
	{"d", EXPERIENCE_NONE, false}, /* France Travail: D S E */
	{"s", EXPERIENCE_SOME, false},
	{"e", EXPERIENCE_REQUIRED, false},
	{"none", EXPERIENCE_NONE, false},
	{"debutant", EXPERIENCE_NONE, false},
	{"debutant ok", EXPERIENCE_NONE, false},
	{"debutant accepte", EXPERIENCE_NONE, false},
	{"debutants acceptes", EXPERIENCE_NONE, false},
	{"indifferent", EXPERIENCE_NONE, false},
	{"sans experience", EXPERIENCE_NONE, false},
	{"aucune experience exigee", EXPERIENCE_NONE, false},
	{"0 1 an", EXPERIENCE_NONE, false},
	{"some", EXPERIENCE_SOME, false},
	{"souhaitee", EXPERIENCE_SOME, false},
	{"experience souhaitee", EXPERIENCE_SOME, false},
	{"required", EXPERIENCE_REQUIRED, false},
	{"exigee", EXPERIENCE_REQUIRED, false},
	{"experience exigee", EXPERIENCE_REQUIRED, false},
	{"confirme", EXPERIENCE_REQUIRED, false},
	{"experimente", EXPERIENCE_REQUIRED, false},
};

int label_experience(struct arena *a, const char *s)
{
	int i = find_whole(experiences, ARRAY_LEN(experiences),
			   utf8_fold(a, s));
	return i < 0 ? VOCAB_NONE : experiences[i].code;
}

/* "Permis B", "B - Véhicule léger", "caces R489". */
static const struct label licences[] = {
	{"am", LICENCE_AM, false},
	{"bsr", LICENCE_AM, false},
	{"a1", LICENCE_A1, false},
	{"a2", LICENCE_A2, false},
	{"be", LICENCE_BE, false},
	{"caces", LICENCE_CACES, false},
	{"poids lourd", LICENCE_C, false},
	{"poids lourds", LICENCE_C, false},
	{"vehicule leger", LICENCE_B, false},
	{"b", LICENCE_B, false},
	{"c", LICENCE_C, false},
	{"d", LICENCE_D, false},
	{"a", LICENCE_A, false},
};

int label_licence(struct arena *a, const char *s)
{
	int code = vocab_find(&vocab_licence, s);
	if (code != VOCAB_NONE)
		return code;
	int i = find_inside(licences, ARRAY_LEN(licences), utf8_fold(a, s));
	return i < 0 ? VOCAB_NONE : licences[i].code;
}

static const struct label statuses[] = {
	{"live", OFFER_LIVE, false},
	{"active", OFFER_LIVE, false},
	{"open", OFFER_LIVE, false},
	{"ouverte", OFFER_LIVE, false},
	{"publiee", OFFER_LIVE, false},
	{"filled", OFFER_WITHDRAWN, false},
	{"cancelled", OFFER_WITHDRAWN, false},
	{"canceled", OFFER_WITHDRAWN, false},
	{"closed", OFFER_WITHDRAWN, false},
	{"withdrawn", OFFER_WITHDRAWN, false},
	{"pourvue", OFFER_WITHDRAWN, false},
	{"annulee", OFFER_WITHDRAWN, false},
	{"suspendue", OFFER_WITHDRAWN, false},
	{"fermee", OFFER_WITHDRAWN, false},
	{"expired", OFFER_EXPIRED, false},
	{"expiree", OFFER_EXPIRED, false},
};

int label_status(struct arena *a, const char *s)
{
	int i = find_whole(statuses, ARRAY_LEN(statuses), utf8_fold(a, s));
	return i < 0 ? VOCAB_NONE : statuses[i].code;
}

static const struct label tris[] = {
	{"yes", TRI_YES, false},  {"true", TRI_YES, false},
	{"oui", TRI_YES, false},  {"vrai", TRI_YES, false},
	{"1", TRI_YES, false},	  {"no", TRI_NO, false},
	{"false", TRI_NO, false}, {"non", TRI_NO, false},
	{"faux", TRI_NO, false},  {"0", TRI_NO, false},
};

int label_tri(struct arena *a, const char *s)
{
	int i = find_whole(tris, ARRAY_LEN(tris), utf8_fold(a, s));
	return i < 0 ? TRI_UNKNOWN : tris[i].code;
}

static const struct label part_times[] = {
	{"temps partiel", TRI_YES, false}, {"part time", TRI_YES, false},
	{"mi temps", TRI_YES, false},	   {"temps plein", TRI_NO, false},
	{"temps complet", TRI_NO, false},  {"full time", TRI_NO, false},
	{"plein temps", TRI_NO, false},
};

int label_part_time(struct arena *a, const char *s)
{
	int v = label_tri(a, s);
	if (v != TRI_UNKNOWN)
		return v;
	int i = find_inside(part_times, ARRAY_LEN(part_times), utf8_fold(a, s));
	return i < 0 ? TRI_UNKNOWN : part_times[i].code;
}
