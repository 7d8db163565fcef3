/* SPDX-License-Identifier: EUPL-1.2 */
/* Titles as they stand on French sites of offers, with the trade that an
 * adviser would file them under, or none. The first table is what must be
 * known, the second what must not be guessed. */
#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/trade.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct refdata *rd;
static struct trade_finder *finder;
static struct arena arena;

static int load(void **state)
{
	struct err err = {0};
	(void)state;
	rd = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	if (!rd) {
		print_error("%s\n", err.text);
		return -1;
	}
	finder = trade_finder_new(rd);
	arena_init(&arena);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	arena_clear(&arena);
	trade_finder_free(finder);
	refdata_free(rd);
	return 0;
}

static struct trade_guess infer(const struct trade_claim *claim)
{
	struct trade_guess g;
	trade_infer(finder, &arena, claim, &g);
	assert_true(g.trade == ROME_NONE || g.trade < rome_count(rd));
	assert_in_range(g.confidence, 0, 1000);
	assert_true((g.trade != ROME_NONE) ==
		    (g.confidence >= TRADE_CONFIDENT));
	assert_non_null(g.evidence);
	for (size_t i = 0; i < TRADE_ALTERNATIVES; i++)
		assert_true(g.alternatives[i] == ROME_NONE ||
			    g.alternatives[i] != g.trade);
	return g;
}

/* A row of codes: any of them is right ("D1106" or "D1106 D1507"). */
struct case_ {
	const char *title, *codes;
};

static unsigned check(const struct case_ *cases, size_t n)
{
	unsigned bad = 0;
	for (size_t i = 0; i < n; i++) {
		struct trade_guess g =
			infer(&(struct trade_claim){.title = cases[i].title});
		const char *code = rome_code(rd, g.trade);
		if (cases[i].codes ? code && strstr(cases[i].codes, code)
				   : !code)
			continue;
		bad++;
		print_error("\"%s\": %s (%d, %s), not %s\n", cases[i].title,
			    code ? code : "unknown", g.confidence, g.evidence,
			    cases[i].codes ? cases[i].codes : "unknown");
	}
	return bad;
}

static const struct case_ known[] = {
	/* food */
	{"Apprenti boulanger H/F", "D1102"},
	{"CAP Boulanger en alternance", "D1102"},
	{"Boulanger - Lidl", "D1102"},
	{"BOULANGER / BOULANGÈRE (H/F) - CDI - MONTREUIL", "D1102"},
	{"Boulanger·ère tourier·ère", "D1102"},
	{"CAP Pâtissier en alternance", "D1104"},
	{"Apprenti(e) pâtissier(ère) H/F", "D1104"},
	{"Vendeur en boulangerie", "D1106"},
	{"Vendeuse boulangerie pâtisserie 35h", "D1106"},
	{"Vendeur(se) en boulangerie - Aulnay-sous-Bois (93600)", "D1106"},
	{"ALTERNANCE - Boucher F/H", "D1101"},
	{"Poissonnier H/F", "D1105"},
	{"Charcutier traiteur en apprentissage", "D1103"},
	{"Chocolatier confiseur apprenti", "D1104"},
	{"Cuisinier Ehpad", "G1602"},
	{"Cuisinier.ère en CDI - Paris 12e", "G1602"},
	{"Commis de cuisine - Septembre 2026", "G1602"},
	{"URGENT commis de cuisine H/F restaurant", "G1602"},
	{"Chef de partie (H/F)", "G1602"},
	{"Second de cuisine", "G1601 G1602"},
	{"Serveur / Serveuse", "G1803"},
	{"Chef de rang", "G1803"},
	{"Plongeur en restauration", "G1605"},
	{"Barista", "G1801"},
	{"Barman / Barmaid H/F", "G1801"},
	{"Pizzaiolo", "G1604"},
	{"Employé polyvalent de restauration rapide", "G1603"},
	{"Equipier polyvalent restauration rapide H/F", "G1603"},
	/* hotel */
	{"Réceptionniste hôtel 4 étoiles", "G1703"},
	{"Femme de chambre", "G1501"},
	{"Gouvernante d'hôtel", "G1503"},
	/* retail */
	{"Hôte(sse) de caisse", "D1505"},
	{"Caissière à temps partiel 25h", "D1505"},
	{"Employé libre-service (ELS) H/F", "D1507"},
	{"Employé(e) de rayon - Alternance", "D1507"},
	{"Vendeur prêt à porter H/F", "D1214"},
	{"Conseiller de vente en prêt-à-porter", "D1214"},
	{"Conseiller(ère) de vente en téléphonie", "D1212"},
	{"Vendeur automobile", "D1404"},
	{"Fleuriste (CAP fleuriste)", "D1209"},
	{"Apprenti fleuriste - BP - 18 mois", "D1209"},
	{"Chef de rayon fruits et légumes", "D1502"},
	{"Téléconseiller", "D1408"},
	{"Téléprospecteur H/F", "D1408"},
	/* body */
	{"Coiffeur", "D1202"},
	{"Apprenti coiffeur mixte BP", "D1202"},
	{"Coiffeuse (H/F) CDI 35H", "D1202"},
	{"Esthéticienne en alternance", "D1208"},
	{"Prothésiste ongulaire", "D1208"},
	/* building */
	{"CFA recrute pour une entreprise partenaire un apprenti "
	 "menuisier",
	 "H2206 F1607"},
	{"Apprenti menuisier poseur", "F1607"},
	{"Plaquiste H/F", "F1604"},
	{"Plaquiste jointeur (H/F) - Intérim", "F1604"},
	{"Maçon H/F", "F1703"},
	{"Macon VRD", "F1702 F1703"},
	{"Apprenti maçon CAP", "F1703"},
	{"Couvreur-zingueur", "F1610"},
	{"Couvreur apprenti (H/F)", "F1610"},
	{"Plombier chauffagiste", "F1603"},
	{"Apprenti Plombier H/F - Vitry sur Seine", "F1603"},
	{"Electricien du bâtiment", "F1602"},
	{"Électricien(ne) bâtiment - N3P2", "F1602"},
	{"Peintre en bâtiment", "F1606"},
	{"Carreleur", "F1608"},
	{"Carreleur mosaïste apprenti", "F1608"},
	{"Charpentier bois H/F", "F1503"},
	{"Conducteur de travaux TP H/F", "F1201"},
	{"Chef de chantier", "F1202"},
	{"Conducteur d'engins TP", "F1302"},
	{"Grutier", "F1301"},
	/* metal, vehicles */
	{"Mécanicien automobile", "I1604"},
	{"Apprenti mécanicien auto", "I1604"},
	{"Mécanicien poids lourd", "I1603 I1604"},
	{"Carrossier peintre automobile", "I1606"},
	{"Soudeur TIG MIG", "H2913"},
	{"Chaudronnier en alternance", "H2902"},
	{"Métallier serrurier (H/F)", "H2911 F1607"},
	{"Technicien de maintenance industrielle", "I1304"},
	{"Frigoriste H/F", "I1306"},
	{"Ascensoriste apprenti", "I1301"},
	/* logistics */
	{"Préparateur de commandes", "N1103"},
	{"Préparatrice de commandes CACES 1 - nuit - Gonesse", "N1103"},
	{"Cariste CACES 3", "N1101"},
	{"Magasinier cariste (H/F)", "N1101 N1103"},
	{"Magasinier H/F", "N1103"},
	{"Manutentionnaire", "N1105"},
	{"Chauffeur livreur VL", "N4105"},
	{"Chauffeur-livreur H/F permis B", "N4105"},
	{"Conducteur de bus", "N4103"},
	{"Conducteur poids lourd SPL", "N4101"},
	{"Facteur - La Poste", "M1603"},
	{"Déménageur", "N1102"},
	/* care */
	{"Aide à domicile", "K1304"},
	{"Auxiliaire de vie H/F", "K1302"},
	{"Assistante de vie aux familles", "K1302"},
	{"Aide-soignant (AS) de nuit", "J1501"},
	{"Aide-soignante H/F EHPAD", "J1501"},
	{"Infirmier diplômé d'Etat", "J1506 J1505 J1502"},
	{"Auxiliaire de puériculture", "J1304"},
	{"Agent de service hospitalier", "J1301 K2204"},
	{"Ambulancier", "J1305"},
	{"Assistante dentaire", "J1303"},
	{"Préparateur en pharmacie - BP", "J1307"},
	{"Garde d'enfants à domicile", "K1303"},
	{"Assistant maternel", "K1303"},
	{"Educateur de jeunes enfants", "K1202"},
	{"Animateur centre de loisirs BAFA", "G1203"},
	{"Technicien R&D", "H1210"},
	{"Infirmier", "J1506"},
	{"AESH", "K2104"},
	/* cleaning, security, gardens */
	{"Agent de sécurité", "K2503"},
	{"Agent de sécurité SSIAP 1 H/F", "K2503"},
	{"Agent de nettoyage", "K2204"},
	{"Agent de propreté H/F - 15h/semaine - Nanterre", "K2204"},
	{"Agent de propreté - temps partiel", "K2204"},
	{"Femme de ménage", "K1304 K2204"},
	{"Jardinier paysagiste", "A1203"},
	{"Ouvrier paysagiste en alternance", "A1203"},
	{"Gardien d'immeuble", "K2501"},
	/* office */
	{"Secrétaire médicale", "M1609"},
	{"Secrétaire H/F", "M1607"},
	{"Assistant administratif", "M1602 M1607"},
	{"Assistante de direction", "M1604"},
	{"Alternance - Assistant Ressources Humaines", "M1501"},
	{"Comptable", "M1203"},
	{"Assistant comptable en BTS", "M1203"},
	{"Gestionnaire de paie", "M1203 M1501"},
	{"Hôtesse d'accueil", "M1601"},
	{"Assistant commercial", "D1401"},
	{"Chargé de communication H/F", "E1103"},
	{"Community manager - alternance 2026", "E1101"},
	{"Développeur web en alternance", "M1805"},
	{"Développeur informatique (F/H)", "M1805"},
	{"Conseiller clientèle banque", "C1201 C1206"},
	{"Graphiste", "E1205"},
	{"Agent immobilier", "C1504"},
	{"Téléconseillère H/F - débutants acceptés", "D1408"},
	/* in the recruiter's own voice */
	{"Restaurant Chez Machin recherche un serveur en CDI", "G1803"},
	{"Boulangerie recherche apprenti boulanger", "D1102"},
	{"Salon de coiffure recherche coiffeur", "D1202"},
	{"Nous recrutons des conducteurs routiers H/F", "N4101"},
	{"Mairie de Bobigny - Agent d'accueil", "M1601"},
	{"Garage Untel - Mécanicien automobile confirmé", "I1604"},
	{"CFA des métiers : apprenti plombier chez un artisan", "F1603"},
	/* places with words of trades in their names */
	{"Chef de rang Le Bourget", "G1803"},
	{"Coiffeur - Rosny-sous-Bois", "D1202"},
	{"Auxiliaire de vie - Villiers-le-Bel", "K1302"},
	{"Cuisinier Bois-Colombes", "G1602"},
	/* misspelt */
	{"Bolanger", "D1102"},
	{"Coulangor", "D1102"},
	{"Boulangerr H/F", "D1102"},
	{"Vendeuse en boulangrie", "D1106"},
	{"Cusinier H/F", "G1602"},
	{"Coifeuse", "D1202"},
	{"Preparateur de comandes", "N1103"},
	{"Plombier chaufagiste", "F1603"},
	{"Electricein bâtiment", "F1602"},
	{"Magazinier", "N1103"},
	{"Agent de securitee", "K2503"},
};

static void titles_of_offers_give_their_trade(void **state)
{
	(void)state;
	assert_true(ARRAY_LEN(known) >= 150);
	assert_int_equal(check(known, ARRAY_LEN(known)), 0);
}

static const struct case_ vague[] = {
	{"Assistant", NULL},
	{"Assistant H/F", NULL},
	{"Assistant (F/H)", NULL},
	{"Alternance", NULL},
	{"Alternance H/F - Paris", NULL},
	{"Une super offre d'alternance", NULL},
	{"Chargé de mission", NULL},
	{"Technicien", NULL},
	{"Technicienne H/F en CDI", NULL},
	{"Responsable", NULL},
	{"Responsable de secteur", NULL},
	{"Conseiller", NULL},
	{"Conseillère H/F", NULL},
	{"Chef de projet", NULL},
	{"Chef de projet junior", NULL},
	{"Agent polyvalent", NULL},
	{"Chef de secteur GMS", NULL},
	{"Electromécanicien", NULL},
	{"Apprenti boucher préparateur", NULL},	     /* or in industry */
	{"Recherche apprentie en pâtisserie", NULL}, /* or vendor */
	{"Ouvrier de maintenance", NULL},
	{"Ouvrier électricien", NULL},
	{"Assistant vétérinaire", NULL}, /* not vétérinaire assistant */
	{"Manager de rayon", NULL},
	{"Conseiller numérique", NULL},
	{"Conducteur d'engins", NULL},
	{"Technicien de maintenance", NULL},
	{"Mécanicien", NULL},
	{"Peintre", NULL},
	{"Electricien", NULL},
	{"Commis", NULL},
	{"Agent d'entretien H/F", NULL}, /* of rooms, of buildings */
	{"Technicien support informatique", NULL},
	{"Serveuse en brasserie", NULL}, /* of bar, of restaurant */
	{"Formateur boulanger", NULL},
	{"Responsable boulangerie", NULL},
	{"Professeur de cuisine", NULL},
	{"Équipier de vente", NULL},
	{"Employé polyvalent H/F", NULL},
	{"Agent", NULL},
	{"Employé", NULL},
	{"Ouvrier", NULL},
	{"Ouvrier qualifié", NULL},
	{"Apprenti H/F", NULL},
	{"Stagiaire", NULL},
	{"Stage de 3e", NULL},
	{"CDI temps plein", NULL},
	{"Recrutement Lidl", NULL},
	{"Offre d'emploi", NULL},
	{"Poste à pourvoir à Bobigny", NULL},
	{"Conducteur", NULL},
	{"Opérateur", NULL},
	{"Opérateur de production", NULL},
	{"Gestionnaire", NULL},
	{"Coordinateur", NULL},
	{"Chef d'équipe", NULL},
	{"Consultant", NULL},
	{"Ingénieur", NULL},
	{"Animateur", NULL},
	{"Vendeur", NULL},
	{"Carrefour Market Saint-Denis", NULL},
	{"Boulangerie Dupond recrute", NULL},
	{"Jeune diplômé", NULL},
	{"75012", NULL},
	{"H/F", NULL},
	{"-", NULL},
	{"", NULL},
	{NULL, NULL},
};

static void what_names_no_trade_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(check(vague, ARRAY_LEN(vague)), 0);
}

/* The title leaves trades near one another, something else decides. */
static void what_else_is_said_decides_between_near_trades(void **state)
{
	(void)state;
	static const struct {
		struct trade_claim claim;
		const char *code, *says; /* code NULL: unknown */
	} cases[] = {
		{{.title = "Electricien", .naf = "43.21A"},
		 "F1602",
		 "title words \"electricien\", activity 43.21A"},
		{{.title = "Peintre", .naf = "4334Z"},
		 "F1606",
		 "activity 4334Z"},
		{{.title = "Mécanicien", .naf = "4520A"}, "I1604", "4520A"},
		{{.title = "Vendeur", .naf = "1071C"}, "D1106", "1071C"},
		{{.title = "Vendeur", .naf = "4771Z"}, "D1214", "4771Z"},
		{{.title = "Equipier polyvalent", .naf = "5610C"},
		 "G1603",
		 "5610C"},
		{{.title = "Agent d'entretien", .naf = "8121Z"},
		 "K2204",
		 "8121Z"},
		{{.title = "Apprenti boucher préparateur", .naf = "4722Z"},
		 "D1101",
		 "4722Z"},
		/* Of an agency and of a school, the activity tells nothing. */
		{{.title = "Electricien", .naf = "7820Z"}, NULL, "unknown"},
		{{.title = "Electricien", .naf = "8559A"}, NULL, "unknown"},
		{{.title = "Electricien", .naf = "hostile\n"}, NULL, "unknown"},
		/* Too vague for anything else to make up for. */
		{{.title = "Assistant", .naf = "6920Z"}, NULL, "unknown"},
		{{.title = "Technicien", .naf = "4322A"}, NULL, "unknown"},
		{{.title = "Agent", .naf = "8121Z"}, NULL, "unknown"},
		/* An activity does not contradict a job that is said. */
		{{.title = "Comptable H/F", .naf = "1071C"}, "M1203", "title"},
		{{.title = "Apprenti H/F", .diploma = "CAP Pâtissier"},
		 "D1104",
		 "diploma words \"patissier\""},
		{{.title = "Alternance", .diploma = "BTS MCO"},
		 NULL,
		 "unknown"},
		{{.title = "Peintre", .diploma = "CAP Peintre en bâtiment"},
		 "F1606",
		 "title and diploma words"},
		{{.title = "Electricien", .diploma = "BP électricien bâtiment"},
		 "F1602",
		 "title and diploma words"},
		/* The diploma is of another job than the title. */
		{{.title = "Vendeur", .diploma = "CAP Boulanger"},
		 NULL,
		 "unknown: title"},
		/* Nor does it replace what the title says. */
		{{.title = "Mécanicien de maintenance",
		  .diploma = "entretien mécanique"},
		 NULL,
		 "unknown: title"},
		{{.title = "Agent de voirie",
		  .description =
			  "Entretien et signalisation du réseau routier"},
		 "I1202",
		 "title words \"agent voirie\", description"},
		{{.title = "Electricien",
		  .naf = "43.21A",
		  .diploma = "Bac pro bâtiment",
		  .description = "Chantiers de bâtiment, pose de câbles"},
		 "F1602",
		 "activity 43.21A"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct trade_guess g = infer(&cases[i].claim);
		const char *code = rome_code(rd, g.trade);
		if (!str_eq(code, cases[i].code) ||
		    !strstr(g.evidence, cases[i].says))
			fail_msg("\"%s\": %s (%d, %s)", cases[i].claim.title,
				 code ? code : "unknown", g.confidence,
				 g.evidence);
	}
}

static void names_of_employer_and_city_are_no_words_of_the_job(void **state)
{
	(void)state;
	struct trade_guess g = infer(
		&(struct trade_claim){.title = "Vendeur Boulanger Nanterre",
				      .employer_name = "Boulanger"});
	assert_int_equal(g.trade, ROME_NONE);
	assert_null(strstr(g.evidence, "boulanger"));
	g = infer(&(struct trade_claim){.title = "Boulanger H/F",
					.employer_name = "Boulanger"});
	assert_string_equal(rome_code(rd, g.trade), "D1102");
	g = infer(&(struct trade_claim){.title = "Coiffeur Charpentier-Ville",
					.city = "Charpentier-Ville"});
	assert_string_equal(rome_code(rd, g.trade), "D1202");
	g = infer(&(struct trade_claim){.title = "Cuisinier Zorglub H/F",
					.employer_name = "ZORGLUB SAS"});
	assert_int_equal(g.confidence, 1000);
}

static void an_unknown_trade_names_those_that_were_near(void **state)
{
	(void)state;
	struct trade_guess g = infer(&(struct trade_claim){.title = "Peintre"});
	assert_int_equal(g.trade, ROME_NONE);
	assert_true(g.confidence > 0);
	for (size_t i = 0; i < TRADE_ALTERNATIVES; i++) {
		assert_true(g.alternatives[i] < rome_count(rd));
		assert_non_null(
			strstr(g.evidence, rome_code(rd, g.alternatives[i])));
	}
	g = infer(&(struct trade_claim){.title = "Xyzzy"});
	assert_string_equal(g.evidence, "unknown: no word of a job");
	assert_int_equal(g.confidence, 0);
	for (size_t i = 0; i < TRADE_ALTERNATIVES; i++)
		assert_int_equal(g.alternatives[i], ROME_NONE);
}

static void evidence_holds_no_word_of_the_source_but_official_ones(void **state)
{
	(void)state;
	struct trade_guess g = infer(&(struct trade_claim){
		.title = "Boulanger chez Jean Inventif 06 39 98 12 34 \x1b[31m",
		.naf = "\x1b[31m",
		.employer_name = "Inventif"});
	assert_string_equal(rome_code(rd, g.trade), "D1102");
	assert_string_equal(g.evidence, "title words \"boulanger\"");
}

/* All official titles alone and as an apprentice's: the index finds what it
 * was made of. */
static void official_titles_are_found_again(void **state)
{
	(void)state;
	size_t asked = 0, wrong = 0, unknown = 0;
	uint16_t trade;
	const char *title;
	for (size_t i = 0; (title = rome_title(rd, i, &trade)); i += 7) {
		char *text = arena_printf(&arena, "Apprenti %s", title);
		char *open = strchr(text, '{'), *bar = strchr(text, '/');
		char *close = strchr(text, '}');
		if (open && bar && close) { /* the masculine */
			memmove(bar, close + 1, strlen(close + 1) + 1);
			memmove(open, open + 1, strlen(open + 1) + 1);
		}
		struct trade_guess g =
			infer(&(struct trade_claim){.title = text});
		asked++;
		unknown += g.trade == ROME_NONE;
		wrong += g.trade != ROME_NONE && g.trade != trade;
		if (asked % 64 == 0)
			arena_reset(&arena);
	}
	assert_true(asked > 1800);
	/* The v4 names some jobs otherwise than the official titles do. */
	if (wrong * 100 > asked || unknown * 100 > asked * 4)
		fail_msg("of %zu: %zu wrong, %zu unknown", asked, wrong,
			 unknown);
}

static void anything_may_be_said(void **state)
{
	(void)state;
	size_t n = 1000000;
	char *text = mem_alloc(n + 1);
	static const char *const parts[] = {"boulanger ", "a",
					    "(",	  "\xff\xfe",
					    "\xc3\xa9",	  "-",
					    "aesh ",	  "Rosny-sous-Bois ",
					    "\xc2\xb7",	  "zzzzzzzzzzzz ",
					    "saint "};
	for (size_t p = 0; p < ARRAY_LEN(parts); p++) {
		size_t len = strlen(parts[p]);
		for (size_t i = 0; i < n; i++)
			text[i] = parts[p][i % len];
		infer(&(struct trade_claim){text, text, text, text, text,
					    text});
		arena_reset(&arena);
	}
	free(text);
	infer(&(struct trade_claim){.title = NULL});
	trade_finder_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(titles_of_offers_give_their_trade),
		cmocka_unit_test(what_names_no_trade_is_unknown),
		cmocka_unit_test(what_else_is_said_decides_between_near_trades),
		cmocka_unit_test(
			names_of_employer_and_city_are_no_words_of_the_job),
		cmocka_unit_test(an_unknown_trade_names_those_that_were_near),
		cmocka_unit_test(
			evidence_holds_no_word_of_the_source_but_official_ones),
		cmocka_unit_test(official_titles_are_found_again),
		cmocka_unit_test(anything_may_be_said),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
