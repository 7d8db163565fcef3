/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables of folded words (utf8_fold: no case, no accents, no punctuation) and
 * their codes. Three ways of finding: the whole text must be the word; the
 * word must stand in it as whole words and the first row that fits wins, so
 * rows go from the surest to the vaguest; or every word of the text is read in
 * turn. Words seen in the feeds of formats.md and their like. Contracts and
 * diplomas, which have most of them, are in label_contract.c and
 * label_level.c. */
#include "labels.h"
#include "values.h"

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
};

static int find_whole(const struct label *rows, size_t n, const char *folded)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].word[0] == *folded && str_eq(rows[i].word, folded))
			return (int)i;
	return -1;
}

const char *label_find_word(const char *folded, const char *word)
{
	for (const char *p = folded; p; p = strchr(p, ' ')) {
		p += *p == ' ';
		if (!str_starts(p, word))
			continue;
		char after = p[strlen(word)];
		if (!after || after == ' ')
			return p;
	}
	return NULL;
}

uint32_t label_initials(const char *folded)
{
	uint32_t initials = 0;
	for (const char *p = folded; p; p = strchr(p, ' ')) {
		p += *p == ' ';
		initials |= UINT32_C(1) << ((unsigned char)*p % 32);
	}
	return initials;
}

static int find_inside(const struct label *rows, size_t n, const char *folded)
{
	uint32_t initials = label_initials(folded);
	for (size_t i = 0; i < n; i++)
		if (label_find_in(folded, initials, rows[i].word))
			return (int)i;
	return -1;
}

static const struct label experiences[] = {
	{"d", EXPERIENCE_NONE}, /* France Travail: D S E */
	{"s", EXPERIENCE_SOME},
	{"e", EXPERIENCE_REQUIRED},
	{"none", EXPERIENCE_NONE},
	{"debutant", EXPERIENCE_NONE},
	{"debutante", EXPERIENCE_NONE},
	{"debutant ok", EXPERIENCE_NONE},
	{"debutant accepte", EXPERIENCE_NONE},
	{"debutante acceptee", EXPERIENCE_NONE},
	{"debutants acceptes", EXPERIENCE_NONE},
	{"debutant e accepte e", EXPERIENCE_NONE},
	{"jeune diplome", EXPERIENCE_NONE},
	{"indifferent", EXPERIENCE_NONE},
	{"sans experience", EXPERIENCE_NONE},
	{"aucune", EXPERIENCE_NONE},
	{"aucune experience", EXPERIENCE_NONE},
	{"aucune experience exigee", EXPERIENCE_NONE},
	{"aucune experience requise", EXPERIENCE_NONE},
	{"non exigee", EXPERIENCE_NONE},
	{"tous niveaux d experience acceptes", EXPERIENCE_NONE},
	{"tous niveaux d experience", EXPERIENCE_NONE},
	{"entry level", EXPERIENCE_NONE},
	{"no experience", EXPERIENCE_NONE},
	{"no requirements", EXPERIENCE_NONE},
	{"0 1 an", EXPERIENCE_NONE},
	{"0 a 1 an", EXPERIENCE_NONE},
	{"moins d un an", EXPERIENCE_NONE},
	{"moins de 1 an", EXPERIENCE_NONE},
	{"some", EXPERIENCE_SOME},
	{"souhaitee", EXPERIENCE_SOME},
	{"experience souhaitee", EXPERIENCE_SOME},
	{"premiere experience", EXPERIENCE_SOME},
	{"required", EXPERIENCE_REQUIRED},
	{"exigee", EXPERIENCE_REQUIRED},
	{"experience exigee", EXPERIENCE_REQUIRED},
	{"confirme", EXPERIENCE_REQUIRED},
	{"experimente", EXPERIENCE_REQUIRED},
	{"senior", EXPERIENCE_REQUIRED},
	{"expert", EXPERIENCE_REQUIRED},
};

/* "2 ans" says that some is wanted; that it must be there say the words
 * around it. */
static const struct label experience_words[] = {
	{"souhaitee", EXPERIENCE_SOME},	   {"souhaite", EXPERIENCE_SOME},
	{"appreciee", EXPERIENCE_SOME},	   {"minimum", EXPERIENCE_REQUIRED},
	{"minimal", EXPERIENCE_REQUIRED},  {"au moins", EXPERIENCE_REQUIRED},
	{"exigee", EXPERIENCE_REQUIRED},   {"exige", EXPERIENCE_REQUIRED},
	{"requise", EXPERIENCE_REQUIRED},  {"plus de", EXPERIENCE_REQUIRED},
	{"at least", EXPERIENCE_REQUIRED}, {"required", EXPERIENCE_REQUIRED},
};

int label_experience(struct arena *a, const char *s)
{
	const char *folded = utf8_fold(a, s);
	int i = find_whole(experiences, ARRAY_LEN(experiences), folded);
	if (i >= 0)
		return experiences[i].code;
	if (value_duration(a, s) < 0)
		return VOCAB_NONE;
	i = find_inside(experience_words, ARRAY_LEN(experience_words), folded);
	return i < 0 ? EXPERIENCE_SOME : experience_words[i].code;
}

/* "Permis B", "B - Véhicule léger", "caces R489". */
static const struct label licences[] = {
	{"caces", LICENCE_CACES},      {"bsr", LICENCE_AM},
	{"cyclomoteur", LICENCE_AM},   {"poids lourd", LICENCE_C},
	{"poids lourds", LICENCE_C},   {"super lourd", LICENCE_C},
	{"permis pl", LICENCE_C},      {"permis spl", LICENCE_C},
	{"vehicule leger", LICENCE_B}, {"permis vl", LICENCE_B},
	{"permis voiture", LICENCE_B}, {"transport en commun", LICENCE_D},
};

/* Letters that are also words: only alone, first ("B - Véhicule léger") or
 * behind "permis", as in "permis B" and "permis de conduire B". C1, CE and D1
 * are parts of C and D and stand for them. */
static const struct label licence_letters[] = {
	{"am", LICENCE_AM}, {"a1", LICENCE_A1}, {"a2", LICENCE_A2},
	{"be", LICENCE_BE}, {"eb", LICENCE_BE}, {"e b", LICENCE_BE},
	{"b", LICENCE_B},   {"c1e", LICENCE_C}, {"c1", LICENCE_C},
	{"ce", LICENCE_C},  {"ec", LICENCE_C},	{"c", LICENCE_C},
	{"d1", LICENCE_D},  {"de", LICENCE_D},	{"d", LICENCE_D},
	{"a", LICENCE_A},
};

static const char *behind_permit(const char *folded)
{
	static const char *const heads[] = {
		"permis de conduire categorie ", "permis de conduire ",
		"permis categorie ", "permis ", "categorie "};
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		const char *at = strstr(folded, heads[i]);
		if (at)
			return at + strlen(heads[i]);
	}
	return folded;
}

int label_licence(struct arena *a, const char *s)
{
	const char *folded = utf8_fold(a, s);
	const char *letter = behind_permit(folded);
	int i = find_inside(licences, ARRAY_LEN(licences), folded);
	if (i >= 0)
		return licences[i].code;
	for (size_t k = 0; k < ARRAY_LEN(licence_letters); k++) {
		size_t n = strlen(licence_letters[k].word);
		bool is_word = str_eq(licence_letters[k].word, "a") ||
			       str_eq(licence_letters[k].word, "de");
		if (strncmp(letter, licence_letters[k].word, n) == 0 &&
		    (!letter[n] || (letter[n] == ' ' && !is_word) ||
		     str_eq(letter + n, " moto")))
			return licence_letters[k].code;
	}
	return VOCAB_NONE;
}

static const struct label statuses[] = {
	{"live", OFFER_LIVE},		{"active", OFFER_LIVE},
	{"open", OFFER_LIVE},		{"ouverte", OFFER_LIVE},
	{"publiee", OFFER_LIVE},	{"filled", OFFER_WITHDRAWN},
	{"cancelled", OFFER_WITHDRAWN}, {"canceled", OFFER_WITHDRAWN},
	{"closed", OFFER_WITHDRAWN},	{"withdrawn", OFFER_WITHDRAWN},
	{"pourvue", OFFER_WITHDRAWN},	{"annulee", OFFER_WITHDRAWN},
	{"suspendue", OFFER_WITHDRAWN}, {"fermee", OFFER_WITHDRAWN},
	{"expired", OFFER_EXPIRED},	{"expiree", OFFER_EXPIRED},
};

int label_status(struct arena *a, const char *s)
{
	int i = find_whole(statuses, ARRAY_LEN(statuses), utf8_fold(a, s));
	return i < 0 ? VOCAB_NONE : statuses[i].code;
}

static const struct label tris[] = {
	{"yes", TRI_YES},  {"true", TRI_YES}, {"oui", TRI_YES},
	{"vrai", TRI_YES}, {"1", TRI_YES},    {"no", TRI_NO},
	{"false", TRI_NO}, {"non", TRI_NO},   {"faux", TRI_NO},
	{"0", TRI_NO},
};

int label_tri(struct arena *a, const char *s)
{
	int i = find_whole(tris, ARRAY_LEN(tris), utf8_fold(a, s));
	return i < 0 ? TRI_UNKNOWN : tris[i].code;
}

static const struct label part_times[] = {
	{"temps partiel", TRI_YES}, {"part time", TRI_YES},
	{"mi temps", TRI_YES},	    {"temps plein", TRI_NO},
	{"temps complet", TRI_NO},  {"full time", TRI_NO},
	{"plein temps", TRI_NO},    {"partiel", TRI_YES},
	{"parttime", TRI_YES},	    {"fulltime", TRI_NO},
};

int label_part_time(struct arena *a, const char *s)
{
	int v = label_tri(a, s);
	const char *folded = utf8_fold(a, s);
	uint32_t initials = label_initials(folded);
	for (size_t i = 0; v == TRI_UNKNOWN && i < ARRAY_LEN(part_times); i++)
		if (label_find_in(folded, initials, part_times[i].word))
			v = part_times[i].code;
	/* "Temps plein ou partiel" */
	for (size_t i = 0; i < ARRAY_LEN(part_times); i++)
		if (part_times[i].code != v &&
		    label_find_in(folded, initials, part_times[i].word))
			return TRI_UNKNOWN;
	return v;
}
