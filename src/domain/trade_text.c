/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts about jobs cut into words. What stands in a title beside the job is of
 * few kinds: marks of gender, contract, diploma, the recruiter's own voice,
 * place, date. The kinds are lists here; words that are in no list and in no
 * official title are strangers, for whom the comparison has its own price. */
#include "trade_text.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

#define ENDING_MAX    8	 /* bytes of the longest ending, "iennes" or "ières" */
#define WORD_MAX      40 /* the longest word of the official titles has 24 */
#define WORDING_WORDS 8
#define STEM_MIN      3 /* what is left of a word when an ending is cut off */

static const char *const articles[] = {
	"a",   "and", "au", "aux", "avec", "chez", "d",	  "dans", "de",
	"des", "du",  "en", "et",  "for",  "in",   "l",	  "la",	  "le",
	"les", "of",  "ou", "par", "pour", "sur",  "the", "un",	  "une"};

/* Endings after a sign glued to a word. */
static const char *const endings[] = {
	"e",	  "elle",   "elles", "enne", "ennes", "ere",  "eres",  "es",
	"esse",	  "euse",   "euses", "fe",   "ffe",   "iere", "ieres", "ienne",
	"iennes", "ive",    "ives",  "le",   "ne",    "nes",  "nne",   "nnes",
	"re",	  "rice",   "rices", "s",    "se",    "ses",  "sse",   "te",
	"trice",  "trices", "tte",   "ve",   "ves",   "x"};

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

static bool is_one_of(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(s, list[i]) == 0)
			return true;
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* The bytes of the sign at s that may join an ending to a word; 0: none. */
static size_t joint_length(const char *s)
{
	if (str_starts(s, "\xc2\xb7")) /* middle dot */
		return 2;
	if (str_starts(s, "\xe2\x80\xa2") || str_starts(s, "\xe2\x8b\x85"))
		return 3; /* bullet, dot operator */
	return *s && strchr("(.-/", *s) ? 1 : 0;
}

/* The bytes of "(se)", ".se", "-se", "·se" after a letter; 0: no ending. */
static size_t ending_length(struct arena *a, const char *s)
{
	size_t joint = joint_length(s), n = joint;
	if (!joint)
		return 0;
	while (is_letter(s[n]) && !joint_length(s + n) &&
	       n - joint <= ENDING_MAX)
		n++;
	if (n == joint || n - joint > ENDING_MAX)
		return 0;
	/* "Villiers-le-Bel", "E.S.A.T" are no feminines. */
	if (*s == '(' ? s[n] != ')'
		      : s[n] == '-' || (s[n] >= '0' && s[n] <= '9'))
		return 0;
	const char *word = utf8_fold(a, arena_dup_n(a, s + joint, n - joint));
	if (!is_one_of(word, endings, ARRAY_LEN(endings)))
		return 0;
	return *s == '(' ? n + 1 : n;
}

/* The bytes of a sign that parts a title: brackets, bars, a dash or a slash
 * between blanks. 0: none. */
static size_t separator_length(const char *s)
{
	static const char *const longer[] = {" - ",
					     " / ",
					     " \xe2\x80\x93 ",
					     " \xe2\x80\x94 ",
					     " \xc2\xb7 ",
					     "\xe2\x80\xa2",
					     ". ",
					     "- ",
					     " -"};
	if (strchr("()[]{}|;:,!?\n\t\"<>+*#_", *s))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(longer); i++)
		if (str_starts(s, longer[i]))
			return strlen(longer[i]);
	return 0;
}

struct cutter {
	struct arena *arena;
	struct trade_text *out;
	size_t max_tokens;
	uint16_t segment;
};

static bool is_figure(const char *word)
{
	return strspn(word, "0123456789") == strlen(word);
}

/* The words of one part, n bytes; folding makes of all between them blanks. */
static void cut_part(struct cutter *c, const char *part, size_t n)
{
	char *next = utf8_fold(c->arena, arena_dup_n(c->arena, part, n));
	size_t before = c->out->n;
	while (*next && c->out->n < c->max_tokens) {
		char *word = next, *end = strchrnul(word, ' ');
		next = *end ? end + 1 : end;
		*end = '\0';
		if ((!word[1] && !strchr("adl", *word)) || is_figure(word) ||
		    strlen(word) > WORD_MAX)
			continue;
		c->out->tokens[c->out->n++] =
			(struct trade_token){word, c->segment, false};
	}
	if (c->out->n > before)
		c->segment++;
}

/* "R&D" is one word. */
static bool joins_letters(const char *part, size_t n, const char *s)
{
	return *s == '&' && n && is_letter(part[n - 1]) && is_letter(s[1]);
}

void trade_text_read(struct arena *a, const char *text, size_t max_bytes,
		     size_t max_tokens, struct trade_text *out)
{
	struct cutter c = {a, out, max_tokens, 0};
	*out = (struct trade_text){
		arena_array(a, max_tokens + 1, sizeof(*out->tokens)), 0};
	if (!text)
		return;
	const char *s = arena_dup_n(a, text, utf8_cut(text, max_bytes));
	char *part = arena_alloc(a, strlen(s) + 1);
	size_t n = 0;
	while (*s) {
		size_t skip =
			n && is_letter(part[n - 1]) ? ending_length(a, s) : 0;
		size_t parts = skip ? 0 : separator_length(s);
		if (parts) {
			cut_part(&c, part, n);
			n = 0;
		} else if (!skip && !joins_letters(part, n, s)) {
			part[n++] = *s;
		}
		s += skip ? skip : parts ? parts : 1;
	}
	cut_part(&c, part, n);
}

void trade_text_drop(struct trade_text *t, size_t i, size_t n)
{
	memmove(t->tokens + i, t->tokens + i + n,
		(t->n - i - n) * sizeof(*t->tokens));
	t->n -= n;
}

void trade_text_drop_articles(struct trade_text *t)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->n; i++)
		if (!is_one_of(t->tokens[i].text, articles,
			       ARRAY_LEN(articles)))
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

void trade_text_mark_noise(struct trade_text *t)
{
	for (size_t i = 0; i < t->n;)
		if (!drop_phrase_at(t, i))
			i++;
	for (size_t i = 0; i < t->n; i++) {
		const char *word = t->tokens[i].text;
		t->tokens[i].is_soft =
			has_figure(word) ||
			is_one_of(word, soft_words, ARRAY_LEN(soft_words));
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
			 size_t i, const struct trade_text *said,
			 const char *const *said_stems)
{
	size_t k = 0, n = 0;
	for (; i + n < t->n; n++) {
		const char *stem = stems[i + n];
		if (k < said->n && strcmp(stem, said_stems[k]) == 0)
			k++;
		else if (!k || strcmp(stem, said_stems[k - 1]) != 0)
			break;
	}
	return k == said->n ? n : 0;
}

static const char **stems_of(struct arena *a, const struct trade_text *t)
{
	const char **stems = arena_array(a, t->n + 1, sizeof(*stems));
	for (size_t i = 0; i < t->n; i++)
		stems[i] = trade_stem(a, t->tokens[i].text);
	return stems;
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
static void apply(struct arena *a, struct trade_text *t,
		  const struct wording *w)
{
	struct trade_text said;
	trade_text_read(a, w->said, strlen(w->said), WORDING_WORDS, &said);
	const char **said_stems = stems_of(a, &said);
	const char **stems = stems_of(a, t);
	for (size_t i = 0; i < t->n; i++) {
		size_t n = wording_at(t, stems, i, &said, said_stems);
		if (!n || (w->is_all && !is_rest_soft(t, i, n)))
			continue;
		i += put_words(a, t, i, n, w->meant) - 1;
		stems = stems_of(a, t);
	}
}

void trade_text_reword(struct arena *a, struct trade_text *t)
{
	for (size_t i = 0; i < ARRAY_LEN(wordings); i++)
		apply(a, t, &wordings[i]);
}

/* The first rule whose ending the word has is applied. */
static void replace_ending(char *word, const char *const rules[][2], size_t n)
{
	size_t len = strlen(word);
	for (size_t i = 0; i < n; i++) {
		size_t cut = strlen(rules[i][0]);
		if (len < cut + STEM_MIN - 1 || !str_ends(word, rules[i][0]))
			continue;
		/* No replacement is longer than what it replaces. */
		memcpy(word + len - cut, rules[i][1], strlen(rules[i][1]) + 1);
		return;
	}
}

/* Words which offers use for one another, by their stem. */
static const char *const same[][2] = {
	{"auto", "automobil"},		{"bancair", "banqu"},
	{"chauffeur", "conducteur"},	{"hotelier", "hotel"},
	{"hoteleri", "hotel"},		{"hotelleri", "hotel"},
	{"nettoyag", "propret"},	{"paye", "pai"},
	{"restauration", "restaurant"},
};

const char *trade_stem(struct arena *a, const char *word)
{
	static const char *const plural[][2] = {
		{"ss", "ss"},  {"aix", "aix"}, {"eaux", "eau"},
		{"aux", "al"}, {"s", ""},      {"x", ""},
	};
	static const char *const feminine[][2] = {
		{"euse", "eur"}, {"trice", "teur"}, {"iere", "ier"},
		{"ere", "er"},	 {"enne", "en"},    {"onne", "on"},
		{"ffe", "f"},	 {"ive", "if"},	    {"elle", "el"},
		{"esse", ""},	 {"ee", ""},	    {"e", ""},
	};
	char *stem = arena_dup(a, word);
	if (strlen(stem) <= STEM_MIN)
		return stem;
	replace_ending(stem, plural, ARRAY_LEN(plural));
	replace_ending(stem, feminine, ARRAY_LEN(feminine));
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (strcmp(stem, same[i][0]) == 0)
			return same[i][1];
	return stem;
}
