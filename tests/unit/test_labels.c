/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of job sites for contracts, diplomas, experience and licences, one
 * table each: what is understood, and what could be two things and so is
 * none. */
#include "collector/labels.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/str.h>
#include <etrier/vocab.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

struct row {
	const char *text;
	int want;
};

static void check_rows(const char *what, const struct row *rows, size_t n,
		       int (*f)(struct arena *, const char *))
{
	for (size_t i = 0; i < n; i++) {
		int got = f(&arena, rows[i].text);
		if (got != rows[i].want)
			fail_msg("%s \"%s\": %d, not %d", what, rows[i].text,
				 got, rows[i].want);
	}
}

static int contract(struct arena *a, const char *s)
{
	return label_contract(a, s, NULL);
}

static void a_word_is_found_whole_or_not_at_all(void **state)
{
	static const char text[] = "baccalaureat bac pro ou bac";
	(void)state;
	assert_ptr_equal(label_find_word(text, "bac"), text + 13);
	assert_ptr_equal(label_find_word(text, "bac pro"), text + 13);
	assert_ptr_equal(label_find_word(text + 14, "bac"), text + 24);
	assert_null(label_find_word(text, "ba"));
	assert_null(label_find_word(text, "ro"));
	assert_null(label_find_word("", "bac"));
}

static void initials_pass_over_no_word_that_is_there(void **state)
{
	static const char *const texts[] = {"", "bac", "cdd ou cdi",
					    "3eme achevee",
					    "contrat d usage a zip"};
	static const char *const words[] = {"bac", "cdd",     "cdi", "3eme",
					    "d",   "d usage", "a",   "zip",
					    "zi",  "achevee", "x"};
	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(texts); t++)
		for (size_t w = 0; w < ARRAY_LEN(words); w++)
			assert_ptr_equal(label_find_in(texts[t],
						       label_initials(texts[t]),
						       words[w]),
					 label_find_word(texts[t], words[w]));
}

static void test_contracts_of_many_sites_are_understood(void **state)
{
	static const struct row rows[] = {
		{"Contrat d'apprentissage", CONTRACT_APPRENTICESHIP},
		{"Apprentissage", CONTRACT_APPRENTICESHIP},
		{"Apprenticeship", CONTRACT_APPRENTICESHIP},
		{"CDD - Alternance - Contrat d'apprentissage",
		 CONTRACT_APPRENTICESHIP},
		{"Contrat apprentissage", CONTRACT_APPRENTICESHIP},
		{"apprentice", CONTRACT_APPRENTICESHIP},
		{"Alternating", CONTRACT_APPRENTICESHIP},
		{"Professionnalisation", CONTRACT_PROFESSIONALIZATION},
		{"Contrat de professionnalisation",
		 CONTRACT_PROFESSIONALIZATION},
		{"CDI", CONTRACT_PERMANENT},
		{"Contrat à durée indéterminée", CONTRACT_PERMANENT},
		{"CDD", CONTRACT_FIXED_TERM},
		{"Contrat à durée déterminée - 6 Mois", CONTRACT_FIXED_TERM},
		{"MIS", CONTRACT_TEMPORARY},
		{"Mission intérimaire - 3 Mois", CONTRACT_TEMPORARY},
		{"Intérim", CONTRACT_TEMPORARY},
		{"SAI", CONTRACT_SEASONAL},
		{"Contrat saisonnier", CONTRACT_SEASONAL},
		{"Stage", CONTRACT_INTERNSHIP},
		{"Service civique", CONTRACT_CIVIC_SERVICE},
		{"Apprenti(e)", CONTRACT_APPRENTICESHIP},
		{"E2", CONTRACT_APPRENTICESHIP},
		{"Contrat d'alternance", CONTRACT_APPRENTICESHIP},
		{"CONTRAT_ALTERNANCE", CONTRACT_APPRENTICESHIP},
		{"CDI - Alternance - Contrat d'apprentissage",
		 CONTRACT_APPRENTICESHIP},
		{"CDD - Alternance - Contrat de professionnalisation",
		 CONTRACT_PROFESSIONALIZATION},
		{"Cont. professionnalisation", CONTRACT_PROFESSIONALIZATION},
		{"Alternance (contrat pro)", CONTRACT_PROFESSIONALIZATION},
		{"Professionalisation contract", CONTRACT_PROFESSIONALIZATION},
		{"Contrat d'alternance (pro, apprentissage)",
		 CONTRACT_APPRENTICESHIP},
		{"Formation en alternance", CONTRACT_APPRENTICESHIP},
		{"Work-study", CONTRACT_APPRENTICESHIP},
		{"CDDI", CONTRACT_FIXED_TERM},
		{"C.D.I.", CONTRACT_PERMANENT},
		{"CDD de 6 mois pouvant déboucher sur un CDI",
		 CONTRACT_FIXED_TERM},
		{"Mission d'intérim en vue d'un CDI", CONTRACT_TEMPORARY},
		{"CDI intérimaire", CONTRACT_TEMPORARY},
		{"CDD saisonnier", CONTRACT_SEASONAL},
		{"CDI de chantier ou d’opération", CONTRACT_PERMANENT},
		{"Contrat d'usage", CONTRACT_FIXED_TERM},
		{"DDT", CONTRACT_FIXED_TERM},
		{"Permanent contract", CONTRACT_PERMANENT},
		{"Fixed-term contract", CONTRACT_FIXED_TERM},
		{"INTERN", CONTRACT_INTERNSHIP},
		{"Internship", CONTRACT_INTERNSHIP},
		{"PMSMP", CONTRACT_IMMERSION},
		{"Immersion professionnelle", CONTRACT_IMMERSION},
		{"Act. Formation pré.recrut.", CONTRACT_TRAINING},
		{"Prépa.opérationnel.emploi", CONTRACT_TRAINING},
		{"Job dating", CONTRACT_EVENT},
		/* either of two */
		{"CDI ou CDD", VOCAB_NONE},
		{"CDI/CDD", VOCAB_NONE},
		{"CDD, CDI", VOCAB_NONE},
		{"Intérim ou CDD", VOCAB_NONE},
		{"Stage / Alternance", VOCAB_NONE},
		/* no kind of contract */
		{"FULL_TIME", VOCAB_NONE},
		{"Full-time contract", VOCAB_NONE},
		{"PART_TIME", VOCAB_NONE},
		{"CONTRACTOR", VOCAB_NONE},
		{"VIE", VOCAB_NONE},
		{"Freelance/Indépendant", VOCAB_NONE},
		{"CUI - CAE", VOCAB_NONE},
		{"Insertion par l'activ.éco.", VOCAB_NONE},
		{"Portage salarial", VOCAB_NONE},
		{"Contrat d'Engagement Educatif", VOCAB_NONE},
		{"Emploi non salarié", VOCAB_NONE},
		{"fixed_term", CONTRACT_FIXED_TERM},
		{"permanent", CONTRACT_PERMANENT},
		{"Contrat travail", VOCAB_NONE},
		{"Accidi", VOCAB_NONE}, /* cdi inside a word is none */
		{"Freelance", VOCAB_NONE},
		{"", VOCAB_NONE},
	};
	bool inferred;
	(void)state;
	check_rows("contract", rows, ARRAY_LEN(rows), contract);
	label_contract(&arena, "Alternance", &inferred);
	assert_true(inferred);
	label_contract(&arena, "Apprentissage / Professionnalisation",
		       &inferred);
	assert_true(inferred);
	label_contract(&arena, "Alternance - apprentissage", &inferred);
	assert_false(inferred);
	label_contract(&arena, "Stage / Alternance", &inferred);
	assert_false(inferred);
	label_contract(&arena, "CDI", &inferred);
	assert_false(inferred);
}

static void test_diplomas_get_their_european_level(void **state)
{
	/* index n - 2 for level n; the confusion of 4 and 6 is D15 */
	static const struct row rows[] = {
		{"3", 1},
		{"4", 2},
		{"5", 3},
		{"6", 4},
		{"7", 5},
		{"CAP", 1},
		{"BEP", 1},
		{"CAP, BEP et équivalents", 1},
		{"Bac", 2},
		{"Bac pro", 2},
		{"Bac ou équivalent", 2},
		{"BTS", 3},
		{"Bac+2", 3},
		{"Bac+2 ou équivalents", 3},
		{"BUT, Licence, Bac+3", 4},
		{"Licence", 4},
		{"Bachelor", 4},
		{"Bac+3, Bac+4 ou équivalents", 4},
		{"Bac+5", 5},
		{"Master", 5},
		{"Bac+5 et plus ou équivalents", 5},
		{"CAP_BEP_BAC", 1},
		{"Aucune formation scolaire", 0},
		{"Sans diplôme", 0},
		{"CAP/BEP", 1},
		{"Cap, autres formations niveau (Infrabac)", 1},
		{"CAPA", 1},
		{"Titre professionnel niveau 3", 1},
		{"Niveau V", 1},
		{"NV5", 1},
		{"RJ/Qualif/BEP_CAP", 1},
		{"BP, Bac, autres formations niveau (Bac)", 2},
		{"BP", 2},
		{"Bac+1", 2},
		{"BAC PRO", 2},
		{"Baccalauréat professionnel", 2},
		{"Niveau IV", 2},
		{"IV", 2},
		{"high school", 2},
		{"DUT", 3},
		{"BTS/DUT", 3},
		{"BTSA", 3},
		{"Bac + 2", 3},
		{"RJ/Qualif/Bac_+2", 3},
		{"BTS, DEUST, autres formations niveaux (Bac+2)", 3},
		{"Niveau 5 (Bac+2)", 3},
		{"Niveau III", 3},
		{"associate degree", 3},
		{"BUT", 4},
		{"Licence pro", 4},
		{"BAC3", 4},
		{"Bac+3/4", 4},
		{"Maîtrise", 4},
		{"Master 1", 4},
		{"Licence, Maîtrise, autres formations niveaux 6 (Bac+3 à "
		 "Bac+4)",
		 4},
		{"Niveau 6", 4},
		{"Niveau II", 4},
		{"bachelor degree", 4},
		{"Bachelor's Degree in Computer Science", 4},
		{"RJ/Qualif/Ingenieur_B5", 5},
		{"École d'ingénieurs", 5},
		{"Master 2", 5},
		{"Mastère spécialisé", 5},
		{"Master, titre ingénieur, autres formations niveaux 7 ou 8 "
		 "(Bac+5)",
		 5},
		{"Niveau I", 5},
		{"Doctorat", 5},
		{"postgraduate degree", 5},
		/* of several the lowest */
		{"De Bac+2 à Bac+5", 3},
		{"BP/CAP/BAC PRO", 1},
		{"Bac à Bac+2", 2},
		{"DUT/BUT", 3},
		{"Aucun diplôme", 0},
		{"BEPC ou 3ème achevée", 0},
		{"2nd ou 1ère achevée", 0},
		{"Niveau V bis", 0},
		{"Inférieur au bac", VOCAB_NONE},
		{"RJ/Qualif/Cadre_dirigeant", VOCAB_NONE},
		{"Indifférent", VOCAB_NONE},
		{"professional certificate", VOCAB_NONE},
		{"2", VOCAB_NONE},
		{"8", VOCAB_NONE},
		{"", VOCAB_NONE},
		{"Diplôme maison", VOCAB_NONE},
	};
	(void)state;
	check_rows("level", rows, ARRAY_LEN(rows), label_level);
}

static void test_licences_experience_and_yes_no(void **state)
{
	static const struct row licences[] = {
		{"Permis B", LICENCE_B},
		{"B - Véhicule léger", LICENCE_B},
		{"B", LICENCE_B},
		{"caces", LICENCE_CACES},
		{"CACES R489", LICENCE_CACES},
		{"Permis C", LICENCE_C},
		{"Poids lourds", LICENCE_C},
		{"Permis de conduire B exigé", LICENCE_B},
		{"Permis VL", LICENCE_B},
		{"BE - Remorque", LICENCE_BE},
		{"C - Poids lourd", LICENCE_C},
		{"CE", LICENCE_C},
		{"Permis C1", LICENCE_C},
		{"D - Transport en commun", LICENCE_D},
		{"A - Moto", LICENCE_A},
		{"Permis A2", LICENCE_A2},
		{"AM - Cyclomoteur/ Voiturette", LICENCE_AM},
		{"Permis à jour", VOCAB_NONE},
		{"Pas de permis", VOCAB_NONE},
		{"Aucun", VOCAB_NONE},
		{"Permis bateau", VOCAB_NONE},
	};
	static const struct row experiences[] = {
		{"D", EXPERIENCE_NONE},
		{"S", EXPERIENCE_SOME},
		{"E", EXPERIENCE_REQUIRED},
		{"Débutant accepté", EXPERIENCE_NONE},
		{"Indifférent", EXPERIENCE_NONE},
		{"Expérience exigée", EXPERIENCE_REQUIRED},
		{"Débutant OK", EXPERIENCE_NONE},
		{"Débutant(e) accepté(e)", EXPERIENCE_NONE},
		{"Tous niveaux d'expérience acceptés", EXPERIENCE_NONE},
		{"0-1 an", EXPERIENCE_NONE},
		{"6 Mois", EXPERIENCE_SOME},
		{"1 An(s)", EXPERIENCE_SOME},
		{"1 à 3 ans", EXPERIENCE_SOME},
		{"2 ans d'expérience souhaitée", EXPERIENCE_SOME},
		{"Minimum 2 ans", EXPERIENCE_REQUIRED},
		{"Expérience exigée de 1 An(s)", EXPERIENCE_REQUIRED},
		{"Sup_7", VOCAB_NONE},
	};
	static const struct row tris[] = {
		{"True", TRI_YES},
		{"False", TRI_NO},
		{"Oui", TRI_YES},
		{"NON", TRI_NO},
		{"1", TRI_YES},
		{"0", TRI_NO},
		{"peut-être", TRI_UNKNOWN},
		{"", TRI_UNKNOWN},
	};
	static const struct row parts[] = {
		{"Temps plein", TRI_NO},
		{"Full time", TRI_NO},
		{"Temps partiel - 24H", TRI_YES},
		{"Mi-temps", TRI_YES},
		{"FULL_TIME", TRI_NO},
		{"Temps plein ou partiel", TRI_UNKNOWN},
		{"Horaires variables", TRI_UNKNOWN},
	};
	(void)state;
	check_rows("licence", licences, ARRAY_LEN(licences), label_licence);
	check_rows("experience", experiences, ARRAY_LEN(experiences),
		   label_experience);
	check_rows("tri", tris, ARRAY_LEN(tris), label_tri);
	check_rows("part time", parts, ARRAY_LEN(parts), label_part_time);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_found_whole_or_not_at_all),
		cmocka_unit_test(initials_pass_over_no_word_that_is_there),
		cmocka_unit_test(test_contracts_of_many_sites_are_understood),
		cmocka_unit_test(test_diplomas_get_their_european_level),
		cmocka_unit_test(test_licences_experience_and_yes_no),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
