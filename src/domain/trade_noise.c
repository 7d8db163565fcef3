/* SPDX-License-Identifier: EUPL-1.2 */
/* What stands in a title beside the job is of few kinds: marks of gender,
 * contract, diploma, the recruiter's own voice, place, date. The kinds are
 * lists here, and so are the names of jobs that the titles call otherwise;
 * words that are in no list and in no official title are strangers, for whom
 * the comparison has its own price. Every word of every offer is looked for in
 * the lists, hence the map of them. */
#include "trade_text.h"

#include <etrier/arena.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define WORDING_WORDS 8

static const char *const articles[] = {
	"a",   "and", "au", "aux", "avec", "chez", "d",	  "dans", "de",
	"des", "du",  "en", "et",  "for",  "in",   "l",	  "la",	  "le",
	"les", "of",  "ou", "par", "pour", "sur",  "the", "un",	  "une"};

/* Words which, kept, would be taken for words of a job: "contrat pro" is no
 * contract manager, "recherche un" no research. */
static const char *const phrases[] = {
	"contrat de professionnalisation",
	"contrat professionnalisation",
	"contrat d apprentissage",
	"contrat apprentissage",
	"contrat d alternance",
	"contrat en alternance",
	"contrat alternance",
	"contrat pro",
	"contrat cdi",
	"contrat cdd",
	"en contrat",
	"mission interim",
	"mission d interim",
	"mission longue",
	"bac pro",
	"bac professionnel",
	"baccalaureat professionnel",
	"brevet professionnel",
	"brevet de technicien superieur",
	"brevet technicien superieur",
	"brevet de maitrise",
	"titre pro",
	"titre professionnel",
	"licence pro",
	"licence professionnelle",
	"mention complementaire",
	"certificat d aptitude professionnelle",
	"certificat de qualification professionnelle",
	"diplome d etat",
	"niveau bac",
	"niveau cap",
	"niveau bts",
	"temps plein",
	"temps partiel",
	"temps complet",
	"plein temps",
	"mi temps",
	"offre d emploi",
	"offres d emploi",
	"offre d alternance",
	"offre de stage",
	"job d ete",
	"job etudiant",
	"recherche un",
	"recherche une",
	"recherche des",
	"recherche pour",
	"recherche son",
	"recherche sa",
	"pour une entreprise",
	"pour entreprise",
	"entreprise partenaire",
	"entreprises partenaires",
	"pour notre client",
	"pour un client",
	"notre client",
	"son client",
	"notre equipe",
	"nos equipes",
	"notre magasin",
	"notre entreprise",
	"cdi chantier",
	"region parisienne",
	"ile de france",
	"homme femme",
	"femme homme",
	"hommes femmes",
	"ref",
	"reference",
};

static const char *const soft_words[] = {
	/* gender */
	"hf", "fh", "mf", "fm", "hfx", "fhx", "mfx", "mfd", "hfnb", "mixte",
	/* contract and hours */
	"alternance", "alternances", "alternant", "alternante", "apprenti",
	"apprentie", "apprentis", "apprentissage", "cdd", "cdi", "cdii",
	"contrat", "contrats", "interim", "interimaire", "stage", "stages",
	"stagiaire", "stagiaires", "saisonnier", "saisonniere", "saison",
	"vacataire", "extra", "extras", "job", "etudiant", "etudiante",
	"professionnalisation", "semaine", "week", "end", "weekend", "mois",
	"ans", "an", "annee", "annees", "heures", "heure", "jour", "jours",
	"nuit", "matin", "soir", "samedi", "dimanche", "horaires",
	"teletravail",
	/* diploma */
	"bac", "baccalaureat", "bachelor", "bep", "bepa", "bm", "bp", "bpa",
	"bpjeps", "bts", "btsa", "but", "cap", "capa", "cqp", "cs", "dcg",
	"deust", "diplome", "diplomes", "dut", "formation", "formations",
	"licence", "master", "mastere", "mba", "mc", "msc", "niveau", "pro",
	"qualification", "qualifie", "qualifiee", "rncp", "tfp", "titre",
	/* voice of the recruiter */
	"afpa", "annonce", "artisan", "ecole", "metier", "metiers", "asap",
	"candidat", "candidate", "candidats", "candidature", "cabinet", "cfa",
	"cherche", "cherchons", "confirme", "confirmee", "debutant",
	"debutante", "debutants", "accepte", "acceptes", "disponible",
	"dynamique", "embauche", "emploi", "emplois", "entreprise",
	"entreprises", "experience", "experimente", "experimentee", "futur",
	"future", "groupe", "greta", "immediat", "immediate", "immediatement",
	"jeune", "jeunes", "junior", "leader", "mission", "missions", "motive",
	"motivee", "nos", "notre", "nous", "nouveau", "nouvelle", "offre",
	"offres", "ouverture", "partenaire", "partenaires", "passionne",
	"passionnee", "permis", "plusieurs", "possible", "poste", "postes",
	"pourvoir", "prise", "profil", "recherche", "recherchons", "recherches",
	"recrute", "recrutent", "recrutons", "rejoignez", "rejoins", "senior",
	"societe", "souhaite", "sa", "ses", "super", "team", "tous", "toutes",
	"urgent", "urgence", "votre", "vous", "vos", "vehicule",
	/* pay and dates */
	"brut", "euro", "euros", "eur", "net", "salaire", "smic",
	"remuneration", "prime", "primes", "janvier", "fevrier", "mars",
	"avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
	"novembre", "decembre", "rentree", "ete", "date", "debut",
	/* papers and places of work that many trades ask for or have */
	"bafa", "caces", "vl", "ehpad", "habilitation", "habilitations",
	"residence",
	/* place */
	"cedex", "france", "idf", "region", "proche", "proximite", "centre",
	"ville", "arrondissement", "banlieue",
	/* employers whose name is two letters from a job's */
	"carrefour", "leclerc", "auchan", "lidl", "casino", "monoprix",
	"intermarche", "franprix"};

/* What offers call a job that the titles call otherwise, without articles and
 * in any gender. Some mean this only when they are all that is said: a
 * "serveur" serves in a restaurant, a "serveur de bar" does not. */
struct wording {
	const char *said, *meant;
	bool is_all;
};
static const struct wording wordings[] = {
	{"adv", "administration ventes", false},
	{"aesh", "accompagnant eleves situation handicap aesh", false},
	{"agent menage", "agent proprete locaux", true},
	{"agent proprete", "agent proprete locaux", true},
	{"agent saisie", "operateur saisie", true},
	{"animateur centre loisirs", "animateur accueil loisirs centre", false},
	{"ash", "agent service hospitalier", false},
	{"assist", "assistant", false},
	{"asv", "auxiliaire veterinaire", false},
	{"atsem", "agent territorial specialise ecoles maternelles atsem",
	 false},
	{"barbier", "coiffeur barbier", true},
	{"carrosserie", "carrossier", true},
	{"compta", "comptable", false},
	{"conseiller vendeur", "vendeur", false},
	{"conseiller vente", "vendeur", false},
	{"cuisine", "cuisinier", true},
	{"dev", "developpeur", false},
	{"els", "employe libre service", true},
	{"employe commercial", "employe libre service", true},
	{"employe commercial magasin", "employe libre service", true},
	{"employe libre service els", "employe libre service", false},
	{"esthetique", "estheticien", true},
	{"femme menage", "employe menage", true},
	{"homme toutes mains", "factotum", true},
	{"ide", "infirmier soins generaux", false},
	{"infirmier", "infirmier soins generaux", true},
	{"ing", "ingenieur", false},
	{"maconnerie", "macon", true},
	{"mecanique automobile", "mecanicien automobile", true},
	{"nounou", "garde enfants domicile", true},
	{"paysagiste", "ouvrier paysagiste", true},
	{"pl", "poids lourd", false},
	{"plomberie", "plombier", true},
	{"poids lourd spl", "poids lourd", false},
	{"resp", "responsable", false},
	{"rh", "ressources humaines", false},
	{"sav", "service apres vente sav", false},
	{"serveur", "serveur restaurant", true},
	{"spl", "poids lourd", false},
	{"tech", "technicien", false},
	{"tp", "travaux publics", false},
	{"vendeur conseil", "vendeur", false},
	{"vendeur conseiller", "vendeur", false},
	{"vrd", "voiries reseaux divers vrd", false},
	{"webdesigner", "web designer", true},
};

enum { NOISE_ARTICLE = 1, NOISE_SOFT = 2, NOISE_PHRASE = 4 };

/* A wording cut and stemmed, since every title is compared with all. */
struct spoken {
	const struct wording *wording;
	const char **stems;
	size_t n;
};
struct trade_noise {
	struct arena arena;
	struct map words; /* word to what it is: NOISE_... */
	struct spoken spoken[ARRAY_LEN(wordings)];
};

static uintptr_t noise_of(const struct trade_noise *noise, const char *word)
{
	return (uintptr_t)map_get(&noise->words, word);
}

static void add_noise(struct trade_noise *noise, const char *word,
		      uintptr_t bit)
{
	map_put(&noise->words, word, (void *)(noise_of(noise, word) | bit));
}

static const char **stems_of(struct arena *a, const struct trade_text *t)
{
	const char **stems = arena_array(a, t->n + 1, sizeof(*stems));
	for (size_t i = 0; i < t->n; i++)
		stems[i] = trade_stem(a, t->tokens[i].text);
	return stems;
}

struct trade_noise *trade_noise_new(void)
{
	struct trade_noise *noise = mem_alloc(sizeof(*noise));
	struct arena *a = &noise->arena;
	arena_init(a);
	map_init(&noise->words);
	for (size_t i = 0; i < ARRAY_LEN(articles); i++)
		add_noise(noise, articles[i], NOISE_ARTICLE);
	for (size_t i = 0; i < ARRAY_LEN(soft_words); i++)
		add_noise(noise, soft_words[i], NOISE_SOFT);
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		add_noise(noise,
			  arena_dup_n(a, phrases[i], strcspn(phrases[i], " ")),
			  NOISE_PHRASE);
	for (size_t i = 0; i < ARRAY_LEN(wordings); i++) {
		struct trade_text said;
		trade_text_read(a, wordings[i].said, strlen(wordings[i].said),
				WORDING_WORDS, &said);
		noise->spoken[i] = (struct spoken){&wordings[i],
						   stems_of(a, &said), said.n};
	}
	return noise;
}

void trade_noise_free(struct trade_noise *noise)
{
	if (!noise)
		return;
	map_clear(&noise->words, NULL);
	arena_clear(&noise->arena);
	free(noise);
}

void trade_text_drop_articles(const struct trade_noise *noise,
			      struct trade_text *t)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->n; i++)
		if (!(noise_of(noise, t->tokens[i].text) & NOISE_ARTICLE))
			t->tokens[kept++] = t->tokens[i];
	t->n = kept;
}

/* How many tokens from i on the phrase takes; 0: it is not there. */
static size_t phrase_at(const struct trade_text *t, size_t i,
			const char *phrase)
{
	size_t n = 0;
	while (*phrase) {
		size_t len = strcspn(phrase, " ");
		if (i + n >= t->n)
			return 0;
		const char *word = t->tokens[i + n].text;
		if (strncmp(word, phrase, len) != 0 || word[len])
			return 0;
		phrase += phrase[len] ? len + 1 : len;
		n++;
	}
	return n;
}

static bool drop_phrase_at(struct trade_text *t, size_t i)
{
	for (size_t k = 0; k < ARRAY_LEN(phrases); k++) {
		size_t n = phrase_at(t, i, phrases[k]);
		if (n) {
			trade_text_drop(t, i, n);
			return true;
		}
	}
	return false;
}

/* "15h", "R489", "N3P2": hours, levels, references. */
static bool has_figure(const char *word)
{
	return word[strcspn(word, "0123456789")] != '\0';
}

void trade_text_mark_noise(const struct trade_noise *noise,
			   struct trade_text *t)
{
	for (size_t i = 0; i < t->n;)
		if (!(noise_of(noise, t->tokens[i].text) & NOISE_PHRASE) ||
		    !drop_phrase_at(t, i))
			i++;
	for (size_t i = 0; i < t->n; i++) {
		const char *word = t->tokens[i].text;
		t->tokens[i].is_soft =
			has_figure(word) || noise_of(noise, word) & NOISE_SOFT;
	}
}

/* The words of a wording in the place of n tokens from i on; returns how many
 * they are. */
static size_t put_words(struct arena *a, struct trade_text *t, size_t i,
			size_t n, const char *meant)
{
	struct trade_text said = *t, words;
	uint16_t segment = t->tokens[i].segment;
	trade_text_read(a, meant, strlen(meant), WORDING_WORDS, &words);
	t->tokens = arena_array(a, said.n + words.n + 1, sizeof(*t->tokens));
	memcpy(t->tokens, said.tokens, i * sizeof(*t->tokens));
	for (size_t k = 0; k < words.n; k++)
		t->tokens[i + k] = (struct trade_token){words.tokens[k].text,
							segment, false};
	memcpy(t->tokens + i + words.n, said.tokens + i + n,
	       (said.n - i - n) * sizeof(*t->tokens));
	t->n = said.n - n + words.n;
	return words.n;
}

/* How many tokens from i on the wording takes, some of them twice ("serveur /
 * serveuse"); 0: it is not there. */
static size_t wording_at(const struct trade_text *t, const char *const *stems,
			 size_t i, const struct spoken *said)
{
	size_t k = 0, n = 0;
	for (; i + n < t->n; n++) {
		const char *stem = stems[i + n];
		if (k < said->n && str_eq(stem, said->stems[k]))
			k++;
		else if (!k || strcmp(stem, said->stems[k - 1]) != 0)
			break;
	}
	return k == said->n ? n : 0;
}

/* Are all tokens but n from i on soft? */
static bool is_rest_soft(const struct trade_text *t, size_t i, size_t n)
{
	for (size_t k = 0; k < t->n; k++)
		if ((k < i || k >= i + n) && !t->tokens[k].is_soft)
			return false;
	return true;
}

/* One wording wherever it is said. What was put is not read again: "aesh"
 * means itself too. */
static void apply(struct arena *a, struct trade_text *t, const char ***stems,
		  const struct spoken *said)
{
	const struct wording *w = said->wording;
	for (size_t i = 0; i < t->n; i++) {
		if (*(*stems)[i] != *said->stems[0])
			continue;
		size_t n = wording_at(t, *stems, i, said);
		if (!n || (w->is_all && !is_rest_soft(t, i, n)))
			continue;
		i += put_words(a, t, i, n, w->meant) - 1;
		*stems = stems_of(a, t);
	}
}

void trade_text_reword(const struct trade_noise *noise, struct arena *a,
		       struct trade_text *t)
{
	const char **stems = stems_of(a, t);
	for (size_t i = 0; i < ARRAY_LEN(wordings); i++)
		apply(a, t, &stems, &noise->spoken[i]);
}
