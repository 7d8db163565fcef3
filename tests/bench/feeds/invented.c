/* SPDX-License-Identifier: EUPL-1.2 */
/* Offers of 2 to 4 kB in French, plainly invented, always the same ones. */
#include "invented.h"

#include <etrier/mem.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static uint64_t seed = 20261127;

static unsigned pick(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

static const struct trade {
	const char *rome, *title, *official, *naf;
} trades[] = {
	{"D1102", "Boulanger / Boulangère (H/F)", "Boulanger / Boulangère",
	 "10.71C"},
	{"G1603", "Équipier polyvalent en restauration rapide F/H",
	 "Employé polyvalent / Employée polyvalente de restauration", "56.10C"},
	{"N1103", "Préparateur de commandes – site de Gonesse",
	 "Préparateur / Préparatrice de commandes", "52.10B"},
	{"F1703", "Maçon apprenti (H/F)", "Maçon / Maçonne", "43.99C"},
	{"J1501", "Aide-soignant(e) – résidence « Les Tilleuls »",
	 "Aide-soignant / Aide-soignante", "87.10A"},
	{"K1304", "Aide à domicile", "Aide à domicile", "88.10A"},
	{"I1304", "Technicien de maintenance industrielle",
	 "Technicien / Technicienne de maintenance industrielle", "33.12Z"},
	{"M1607", "Secrétaire médicale H/F", "Secrétaire", "86.21Z"},
};
static const struct town {
	const char *name, *insee, *postcode, *lat, *lon;
} towns[] = {
	{"Montreuil", "93048", "93100", "48.8634", "2.4484"},
	{"Saint-Denis", "93066", "93200", "48.9362", "2.3574"},
	{"Bobigny", "93008", "93000", "48.9096", "2.4394"},
	{"Créteil", "94028", "94000", "48.7896", "2.4555"},
	{"Évry-Courcouronnes", "91228", "91000", "48.6294", "2.4417"},
	{"Nanterre", "92050", "92000", "48.8924", "2.2071"},
	{"Cergy", "95127", "95000", "49.0380", "2.0760"},
	{"Meaux", "77284", "77100", "48.9601", "2.8785"},
};
static const char *const sentences[] = {
	"Au sein d'une équipe de six personnes, vous préparez chaque matin les "
	"commandes de la journée et vérifiez la qualité des produits reçus. ",
	"Vous accueillez les clients, répondez à leurs questions et veillez à "
	"la propreté de l'espace qui vous est confié. ",
	"Une première expérience est appréciée, mais nous formons volontiers "
	"les débutants motivés\u00a0: seule compte l'envie d'apprendre. ",
	"Horaires en équipe (matin ou après-midi), repos hebdomadaire fixe et "
	"possibilité d'évolution après six mois. ",
	"Le poste est accessible en transports en commun\u00a0; une aide au "
	"déplacement est prévue pour les premières semaines. ",
	"Vous travaillez sous la responsabilité du chef d'atelier et rendez "
	"compte de l'avancement par un cahier de suivi. ",
	"Port de charges occasionnel (jusqu'à 15\u00a0kg), station debout et "
	"gestes répétés\u00a0; l'équipement de protection est fourni. ",
	"Rigueur, ponctualité et esprit d'équipe sont les qualités que nous "
	"recherchons avant tout… ",
	"Rémunération selon la convention collective, primes de panier et "
	"mutuelle d'entreprise prises en charge à 60\u00a0%. ",
	"L'œuvre de l'entreprise inventée est de servir d'exemple\u00a0: elle "
	"n'existe pas, ses clients non plus. ",
	"La formation alterne deux semaines en entreprise et une semaine au "
	"centre, de septembre à juillet. ",
	"Merci d'adresser votre candidature avant la fin du mois, en précisant "
	"vos disponibilités et le moyen de vous joindre. ",
};
static const char *const contracts[] = {"CDI", "CDD", "MIS", "CDI"};

void invented_put(struct invented *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(o->text + o->n, sizeof(o->text) - o->n, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0 || (size_t)n >= sizeof(o->text) - o->n);
	o->n += (size_t)n;
}

static void put_sentences(struct invented *o, unsigned n, const char *before,
			  const char *after)
{
	while (n--)
		invented_put(o, "%s%s%s", before,
			     sentences[pick(ARRAY_LEN(sentences))], after);
}

static void put_day(struct invented *o, const char *key, const char *after)
{
	invented_put(o, "%s2026-%02u-%02u%s", key, 9 + pick(3), 1 + pick(28),
		     after);
}

void invented_json(struct invented *o, int64_t i)
{
	const struct trade *j = &trades[pick(ARRAY_LEN(trades))];
	const struct town *t = &towns[pick(ARRAY_LEN(towns))];
	invented_put(o, "{\"id\":\"B%07" PRId64 "\",\"intitule\":\"%s\",", i,
		     j->title);
	invented_put(o, "\"description\":\"");
	put_sentences(o, 6 + pick(14), "", pick(3) ? "" : "\\n\\n");
	put_day(o, "\",\"dateCreation\":\"", "T08:12:30.000Z\"");
	put_day(o, ",\"dateActualisation\":\"", "T18:11:42.000Z\"");
	invented_put(
		o,
		",\"lieuTravail\":{\"libelle\":\"%.2s - %s\",\"latitude\":%s,"
		"\"longitude\":%s,\"codePostal\":\"%s\",\"commune\":\"%s\"},",
		t->insee, t->name, t->lat, t->lon, t->postcode, t->insee);
	invented_put(o,
		     "\"romeCode\":\"%s\",\"romeLibelle\":\"Famille %.3s\","
		     "\"appellationlibelle\":\"%s\",",
		     j->rome, j->rome, j->official);
	invented_put(
		o,
		"\"entreprise\":{\"nom\":\"Ateliers Inventés %u\",\"description\":"
		"\"Entreprise inventée d'une centaine de salariés.\",\"logo\":"
		"\"https://logo.example/%u.png\",\"entrepriseAdaptee\":false},",
		pick(5000), pick(5000));
	invented_put(
		o,
		"\"typeContrat\":\"%s\",\"typeContratLibelle\":\"Contrat de %u "
		"mois\",\"natureContrat\":\"%s\",\"experienceExige\":\"%c\","
		"\"experienceLibelle\":\"%u mois\",",
		contracts[pick(4)], 3 + pick(20),
		pick(3) ? "Contrat travail" : "Contrat apprentissage",
		"DSE"[pick(3)], pick(36));
	invented_put(
		o,
		"\"formations\":[{\"codeFormation\":\"23684\",\"domaineLibelle\":"
		"\"métiers de bouche\",\"niveauLibelle\":\"CAP, BEP et "
		"équivalents\",\"exigence\":\"E\"}],\"competences\":[");
	for (unsigned k = 0, n = pick(5); k < n; k++)
		invented_put(
			o,
			"%s{\"code\":\"%u\",\"libelle\":\"Réaliser les réglages et "
			"contrôler la qualité\",\"exigence\":\"S\"}",
			k ? "," : "", 100000 + pick(30000));
	invented_put(
		o,
		"],\"permis\":[{\"libelle\":\"B - Véhicule léger\",\"exigence\":"
		"\"%c\"}],\"salaire\":{\"libelle\":\"Mensuel de %u,00 Euros sur 12 "
		"mois\"},\"dureeTravailLibelle\":\"%uH Horaires normaux\","
		"\"dureeTravailLibelleConverti\":\"%s\",\"alternance\":false,",
		pick(2) ? 'E' : 'S', 1750 + pick(900), 30 + pick(9),
		pick(4) ? "Temps plein" : "Temps partiel");
	invented_put(
		o,
		"\"contact\":{\"nom\":\"Service inventé\",\"coordonnees1\":"
		"\"https://partner.example/offre/%" PRId64
		"\",\"urlPostulation\":\"https://partner.example/offre/%" PRId64
		"\"},\"nombrePostes\":%u,\"accessibleTH\":%s,\"codeNAF\":\"%s\","
		"\"trancheEffectifEtab\":\"20 à 49 salariés\",",
		i, i, 1 + pick(3), pick(2) ? "true" : "false", j->naf);
	invented_put(
		o,
		"\"origineOffre\":{\"origine\":\"1\",\"urlOrigine\":"
		"\"https://partner.example/detail/B%07" PRId64
		"\"},\"entrepriseAdaptee\":false,\"employeurHandiEngage\":false}",
		i);
}

static void put_cdata(struct invented *o, const char *name, const char *text)
{
	invented_put(o, "  <%s><![CDATA[%s]]></%s>\n", name, text, name);
}

/* A third of the descriptions hold markup, as a third of the feeds do. */
void invented_xml(struct invented *o, int64_t i)
{
	const struct trade *j = &trades[pick(ARRAY_LEN(trades))];
	const struct town *t = &towns[pick(ARRAY_LEN(towns))];
	bool marked = pick(3) == 0;
	invented_put(
		o, "<job>\n  <job_id><![CDATA[B%07" PRId64 "]]></job_id>\n", i);
	put_cdata(o, "guid", "d055f685ddee38d190934bde50554bb8");
	put_cdata(o, "title", j->title);
	invented_put(
		o,
		"  <url><![CDATA[https://r.partner.example/redirect?poc=2&op=%" PRId64
		"&from=https%%3A%%2F%%2Fpartner.example%%2Femplois%%2F%" PRId64
		".html%%3Futm_medium%%3DMetamoteurs]]></url>\n",
		i, i);
	invented_put(o, "  <description><![CDATA[");
	put_sentences(o, 3 + pick(8), marked ? "<p>" : "",
		      marked	? "</p>\n"
		      : pick(3) ? ""
				: "\n\n");
	invented_put(o, "]]></description>\n  <profile><![CDATA[%s",
		     marked ? "<ul>" : "");
	put_sentences(o, 3 + pick(6), marked ? "<li>" : "-   ",
		      marked ? "</li>" : "\n");
	invented_put(o, "%s]]></profile>\n  <benefits />\n  <address />\n",
		     marked ? "</ul>" : "");
	put_cdata(o, "city", t->name);
	invented_put(o, "  <geoloc><![CDATA[%s,%s]]></geoloc>\n", t->lat,
		     t->lon);
	put_cdata(o, "region", "ILE DE FRANCE");
	put_cdata(o, "postal_code", t->postcode);
	put_cdata(o, "country", "FR");
	put_day(o, "  <publication_date><![CDATA[",
		" 23:21:39]]></publication_date>\n");
	put_day(o, "  <updated_date><![CDATA[",
		" 05:36:25]]></updated_date>\n");
	put_cdata(o, "contract", contracts[pick(4)]);
	invented_put(
		o, "  <contract_period_value />\n  <contract_period_unit />\n");
	put_cdata(o, "qualification", "RJ/Qualif/Ouvrier");
	put_cdata(o, "experience", "Sup_1");
	put_cdata(o, "job_time", pick(4) ? "Full time" : "Part time");
	put_cdata(o, "remote", "Pas_teletravail");
	put_cdata(o, "sector", "Serv_entreprise");
	invented_put(o,
		     "  <company_title><![CDATA[Ateliers Inventés %u]]>"
		     "</company_title>\n",
		     pick(5000));
	put_cdata(o, "company_description",
		  "Entreprise inventée d'une centaine de salariés.");
	put_cdata(o, "company_logo", "https://logo.example/black.png");
	invented_put(o, "  <siret />\n");
	put_cdata(o, "naf_code", j->naf);
	invented_put(o, "  <csr_label />\n</job>\n");
}
