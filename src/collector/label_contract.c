/* SPDX-License-Identifier: EUPL-1.2 */
/* The words for contracts. What is particular goes before what is general: a
 * "CDD - Alternance - Contrat d'apprentissage" is an apprenticeship, a "CDI
 * intérimaire" temporary work. Of two general ones the first is the contract
 * and the other a hope ("CDD pouvant déboucher sur un CDI"), unless the text
 * leaves the choice ("CDI ou CDD"): then it says neither. Full time, freelance,
 * VIE and subsidised contracts (CUI, PEC), which may be of either term, are no
 * kind of contract here. */
#include "labels.h"

#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>
#include <etrier/vocab.h>

#include <string.h>

struct contract_word {
	const char *word;
	int code;
};

/* Codes of France Travail that are too short to be looked for inside a
 * text. */
static const struct contract_word codes[] = {
	{"mis", CONTRACT_TEMPORARY},
	{"tti", CONTRACT_TEMPORARY}, /* of a firm of insertion */
	{"din", CONTRACT_TEMPORARY}, /* CDI of a temping agency */
	{"sai", CONTRACT_SEASONAL},
	{"ddi", CONTRACT_FIXED_TERM},
	{"ddt", CONTRACT_FIXED_TERM},
	{"e2", CONTRACT_APPRENTICESHIP},
	{"fs", CONTRACT_PROFESSIONALIZATION},
};

/* Work and school: the two contracts, and words for both. */
static const char *const apprenticeships[] = {"apprentissage", "apprenticeship",
					      "apprentice",    "apprenti",
					      "apprentie",     NULL};
static const char *const professionalizations[] = {
	"professionnalisation", "professionalization", "professionalisation",
	"contrat pro",		"contrat de pro",      NULL};
static const char *const alternations[] = {
	"alternance", "alternant",  "alternante", "alternating",
	"work study", "dual study", NULL};

/* The first row wins. */
static const struct contract_word particular[] = {
	{"service civique", CONTRACT_CIVIC_SERVICE},
	{"civic service", CONTRACT_CIVIC_SERVICE},
	{"pmsmp", CONTRACT_IMMERSION},
	{"immersion", CONTRACT_IMMERSION},
	{"poei", CONTRACT_TRAINING},
	{"poec", CONTRACT_TRAINING},
	{"prepa operationnel emploi", CONTRACT_TRAINING},
	{"stage", CONTRACT_INTERNSHIP},
	{"stagiaire", CONTRACT_INTERNSHIP},
	{"internship", CONTRACT_INTERNSHIP},
	{"intern", CONTRACT_INTERNSHIP},
	{"saisonnier", CONTRACT_SEASONAL},
	{"saisonniere", CONTRACT_SEASONAL},
	{"seasonal", CONTRACT_SEASONAL},
	{"cdi interimaire", CONTRACT_TEMPORARY},
	{"cdii", CONTRACT_TEMPORARY},
};

/* The first in the text wins. */
static const struct contract_word general[] = {
	{"interim", CONTRACT_TEMPORARY},
	{"interimaire", CONTRACT_TEMPORARY},
	{"travail temporaire", CONTRACT_TEMPORARY},
	{"temporary", CONTRACT_TEMPORARY},
	{"cdd", CONTRACT_FIXED_TERM},
	{"cddi", CONTRACT_FIXED_TERM}, /* of insertion */
	{"cddu", CONTRACT_FIXED_TERM}, /* d'usage */
	{"c d d", CONTRACT_FIXED_TERM},
	{"contrat d usage", CONTRACT_FIXED_TERM},
	{"duree determinee", CONTRACT_FIXED_TERM},
	{"fixed term", CONTRACT_FIXED_TERM},
	{"cdi", CONTRACT_PERMANENT},
	{"c d i", CONTRACT_PERMANENT},
	{"duree indeterminee", CONTRACT_PERMANENT},
	{"permanent", CONTRACT_PERMANENT},
	{"open ended", CONTRACT_PERMANENT},
	{"formation", CONTRACT_TRAINING},
	{"job dating", CONTRACT_EVENT},
	{"forum", CONTRACT_EVENT},
};

static bool has_any(const char *text, uint32_t initials,
		    const char *const *words)
{
	for (; *words; words++)
		if (label_find_in(text, initials, *words))
			return true;
	return false;
}

/* Apprenticeship or professionalization; both words, or one for both, are read
 * as the more frequent. */
static int find_school(const char *text, uint32_t initials, bool *inferred)
{
	bool is_learn = has_any(text, initials, apprenticeships);
	bool is_pro = has_any(text, initials, professionalizations) ||
		      (is_learn && label_find_word(text, "pro") &&
		       !label_find_word(text, "bac pro"));
	bool is_either = has_any(text, initials, alternations);
	*inferred = is_learn == is_pro && (is_learn || is_either);
	if (is_learn || *inferred)
		return CONTRACT_APPRENTICESHIP;
	return is_pro ? CONTRACT_PROFESSIONALIZATION : VOCAB_NONE;
}

static int find_particular(const char *text, uint32_t initials)
{
	for (size_t i = 0; i < ARRAY_LEN(particular); i++)
		if (label_find_in(text, initials, particular[i].word))
			return particular[i].code;
	return VOCAB_NONE;
}

/* The general word that comes first; VOCAB_NONE when the next one is offered
 * as a choice. */
static int find_general(const char *text, uint32_t initials)
{
	const struct contract_word *first = NULL, *second = NULL;
	const char *at = NULL, *next = NULL;
	for (size_t i = 0; i < ARRAY_LEN(general); i++) {
		const char *p = label_find_in(text, initials, general[i].word);
		if (p && (!at || p < at)) {
			first = &general[i];
			at = p;
		}
	}
	for (size_t i = 0; first && i < ARRAY_LEN(general); i++) {
		const char *p = label_find_in(at, initials, general[i].word);
		if (p && general[i].code != first->code &&
		    (!next || p < next)) {
			second = &general[i];
			next = p;
		}
	}
	if (!second)
		return first ? first->code : VOCAB_NONE;
	const char *between = at + strlen(first->word);
	bool is_choice = next - between <= 1 ||
			 strncmp(between, " ou ", 4) == 0 ||
			 strncmp(between, " or ", 4) == 0 ||
			 strncmp(between, " et ", 4) == 0;
	return is_choice ? VOCAB_NONE : first->code;
}

int label_contract(struct arena *a, const char *s, bool *inferred)
{
	const char *text = utf8_fold(a, s);
	bool is_guess = false;
	bool *guess = inferred ? inferred : &is_guess;
	*guess = false;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (str_eq(codes[i].word, text))
			return codes[i].code;
	uint32_t initials = label_initials(text);
	int code = find_particular(text, initials);
	int school = find_school(text, initials, guess);
	if (school != VOCAB_NONE) {
		if (code != CONTRACT_INTERNSHIP || !*guess)
			return school;
		*guess = false; /* "Stage / Alternance": either */
		return VOCAB_NONE;
	}
	if (code == VOCAB_NONE)
		code = find_general(text, initials);
	return code != VOCAB_NONE ? code : vocab_find(&vocab_contract, s);
}
