/* SPDX-License-Identifier: EUPL-1.2 */
/* How fast a large feed becomes offers, and in how much memory:
 *
 *   bench-feeds [--mb N] [--folder DIR]    300 MB, the current folder
 *   bench-feeds --files N --folder DIR     N documents of one offer, for
 * polls.sh
 *
 * Invented offers of 2 to 4 kB in French are written to a file, once as JSON
 * and once as XML in the forms that conf/sources.d/examples/francetravail-file
 * and hellowork read, and read back by
 *
 *   étrier    split, parsed, mapped by that example, normalised with the tables
 *   jansson   a trivial splitter and json_loadb() an element; also the whole
 *             document as one tree, of at most WHOLE_MB
 *   expat     handlers that count
 *
 * each in a process of its own, so that its peak memory is its own, and by
 * processor time, so that a busy machine disturbs less. What étrier counts must
 * be what was written, else the bench fails. The seed is fixed. */
#include "collector/feed.h"
#include "collector/mapping.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/refdata.h>
#include <etrier/source.h>
#include <etrier/str.h>
#include <etrier/ynode.h>

#include <expat.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MB = 1000000,
	CHUNK = 16 * 1024,   /* as libcurl hands bytes over */
	WHOLE_MB = 100,	     /* of one tree: memory is 4 to 6 times that */
	OFFER_MAX = 8 * 1024 /* more than write_offer() ever writes */
};

/* ---- invented offers ---- */

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

struct out {
	char text[OFFER_MAX];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void put(struct out *o,
						      const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(o->text + o->n, sizeof(o->text) - o->n, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0 || (size_t)n >= sizeof(o->text) - o->n);
	o->n += (size_t)n;
}

static void put_sentences(struct out *o, unsigned n, const char *before,
			  const char *after)
{
	while (n--)
		put(o, "%s%s%s", before, sentences[pick(ARRAY_LEN(sentences))],
		    after);
}

static void put_day(struct out *o, const char *key, const char *after)
{
	put(o, "%s2026-%02u-%02u%s", key, 9 + pick(3), 1 + pick(28), after);
}

static void put_json(struct out *o, int64_t i)
{
	const struct trade *j = &trades[pick(ARRAY_LEN(trades))];
	const struct town *t = &towns[pick(ARRAY_LEN(towns))];
	put(o, "{\"id\":\"B%07" PRId64 "\",\"intitule\":\"%s\",", i, j->title);
	put(o, "\"description\":\"");
	put_sentences(o, 6 + pick(14), "", pick(3) ? "" : "\\n\\n");
	put_day(o, "\",\"dateCreation\":\"", "T08:12:30.000Z\"");
	put_day(o, ",\"dateActualisation\":\"", "T18:11:42.000Z\"");
	put(o,
	    ",\"lieuTravail\":{\"libelle\":\"%.2s - %s\",\"latitude\":%s,"
	    "\"longitude\":%s,\"codePostal\":\"%s\",\"commune\":\"%s\"},",
	    t->insee, t->name, t->lat, t->lon, t->postcode, t->insee);
	put(o,
	    "\"romeCode\":\"%s\",\"romeLibelle\":\"Famille %.3s\","
	    "\"appellationlibelle\":\"%s\",",
	    j->rome, j->rome, j->official);
	put(o,
	    "\"entreprise\":{\"nom\":\"Ateliers Inventés %u\",\"description\":"
	    "\"Entreprise inventée d'une centaine de salariés.\",\"logo\":"
	    "\"https://logo.example/%u.png\",\"entrepriseAdaptee\":false},",
	    pick(5000), pick(5000));
	put(o,
	    "\"typeContrat\":\"%s\",\"typeContratLibelle\":\"Contrat de %u "
	    "mois\",\"natureContrat\":\"%s\",\"experienceExige\":\"%c\","
	    "\"experienceLibelle\":\"%u mois\",",
	    contracts[pick(4)], 3 + pick(20),
	    pick(3) ? "Contrat travail" : "Contrat apprentissage",
	    "DSE"[pick(3)], pick(36));
	put(o,
	    "\"formations\":[{\"codeFormation\":\"23684\",\"domaineLibelle\":"
	    "\"métiers de bouche\",\"niveauLibelle\":\"CAP, BEP et "
	    "équivalents\",\"exigence\":\"E\"}],\"competences\":[");
	for (unsigned k = 0, n = pick(5); k < n; k++)
		put(o,
		    "%s{\"code\":\"%u\",\"libelle\":\"Réaliser les réglages et "
		    "contrôler la qualité\",\"exigence\":\"S\"}",
		    k ? "," : "", 100000 + pick(30000));
	put(o,
	    "],\"permis\":[{\"libelle\":\"B - Véhicule léger\",\"exigence\":"
	    "\"%c\"}],\"salaire\":{\"libelle\":\"Mensuel de %u,00 Euros sur 12 "
	    "mois\"},\"dureeTravailLibelle\":\"%uH Horaires normaux\","
	    "\"dureeTravailLibelleConverti\":\"%s\",\"alternance\":false,",
	    pick(2) ? 'E' : 'S', 1750 + pick(900), 30 + pick(9),
	    pick(4) ? "Temps plein" : "Temps partiel");
	put(o,
	    "\"contact\":{\"nom\":\"Service inventé\",\"coordonnees1\":"
	    "\"https://partner.example/offre/%" PRId64
	    "\",\"urlPostulation\":\"https://partner.example/offre/%" PRId64
	    "\"},\"nombrePostes\":%u,\"accessibleTH\":%s,\"codeNAF\":\"%s\","
	    "\"trancheEffectifEtab\":\"20 à 49 salariés\",",
	    i, i, 1 + pick(3), pick(2) ? "true" : "false", j->naf);
	put(o,
	    "\"origineOffre\":{\"origine\":\"1\",\"urlOrigine\":"
	    "\"https://partner.example/detail/B%07" PRId64
	    "\"},\"entrepriseAdaptee\":false,\"employeurHandiEngage\":false}",
	    i);
}

static void put_cdata(struct out *o, const char *name, const char *text)
{
	put(o, "  <%s><![CDATA[%s]]></%s>\n", name, text, name);
}

/* A third of the descriptions hold markup, as a third of the feeds do. */
static void put_xml(struct out *o, int64_t i)
{
	const struct trade *j = &trades[pick(ARRAY_LEN(trades))];
	const struct town *t = &towns[pick(ARRAY_LEN(towns))];
	bool marked = pick(3) == 0;
	put(o, "<job>\n  <job_id><![CDATA[B%07" PRId64 "]]></job_id>\n", i);
	put_cdata(o, "guid", "d055f685ddee38d190934bde50554bb8");
	put_cdata(o, "title", j->title);
	put(o,
	    "  <url><![CDATA[https://r.partner.example/redirect?poc=2&op=%" PRId64
	    "&from=https%%3A%%2F%%2Fpartner.example%%2Femplois%%2F%" PRId64
	    ".html%%3Futm_medium%%3DMetamoteurs]]></url>\n",
	    i, i);
	put(o, "  <description><![CDATA[");
	put_sentences(o, 3 + pick(8), marked ? "<p>" : "",
		      marked	? "</p>\n"
		      : pick(3) ? ""
				: "\n\n");
	put(o, "]]></description>\n  <profile><![CDATA[%s",
	    marked ? "<ul>" : "");
	put_sentences(o, 3 + pick(6), marked ? "<li>" : "-   ",
		      marked ? "</li>" : "\n");
	put(o, "%s]]></profile>\n  <benefits />\n  <address />\n",
	    marked ? "</ul>" : "");
	put_cdata(o, "city", t->name);
	put(o, "  <geoloc><![CDATA[%s,%s]]></geoloc>\n", t->lat, t->lon);
	put_cdata(o, "region", "ILE DE FRANCE");
	put_cdata(o, "postal_code", t->postcode);
	put_cdata(o, "country", "FR");
	put_day(o, "  <publication_date><![CDATA[",
		" 23:21:39]]></publication_date>\n");
	put_day(o, "  <updated_date><![CDATA[",
		" 05:36:25]]></updated_date>\n");
	put_cdata(o, "contract", contracts[pick(4)]);
	put(o, "  <contract_period_value />\n  <contract_period_unit />\n");
	put_cdata(o, "qualification", "RJ/Qualif/Ouvrier");
	put_cdata(o, "experience", "Sup_1");
	put_cdata(o, "job_time", pick(4) ? "Full time" : "Part time");
	put_cdata(o, "remote", "Pas_teletravail");
	put_cdata(o, "sector", "Serv_entreprise");
	put(o,
	    "  <company_title><![CDATA[Ateliers Inventés %u]]>"
	    "</company_title>\n",
	    pick(5000));
	put_cdata(o, "company_description",
		  "Entreprise inventée d'une centaine de salariés.");
	put_cdata(o, "company_logo", "https://logo.example/black.png");
	put(o, "  <siret />\n");
	put_cdata(o, "naf_code", j->naf);
	put(o, "  <csr_label />\n</job>\n");
}

struct form {
	const char *name, *map, *begin, *between, *end;
	void (*put)(struct out *o, int64_t i);
};
static const struct form forms[] = {
	{"json", "conf/sources.d/examples/francetravail-file.yaml",
	 "{\"resultats\":[\n", ",\n", "]}\n", put_json},
	{"xml", "conf/sources.d/examples/hellowork.yaml",
	 "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root>\n", "",
	 "</root>\n", put_xml},
};

static void say(const char *bytes, size_t n, FILE *f)
{
	if (fwrite(bytes, 1, n, f) == n)
		return;
	perror("bench-feeds: writing");
	exit(1);
}

/* Offers until `size` bytes are there; how many. */
static int64_t write_feed(const struct form *form, int64_t size, FILE *f)
{
	int64_t n = 0, written = 0;
	struct out o;
	say(form->begin, strlen(form->begin), f);
	for (; written < size; n++) {
		o.n = 0;
		put(&o, "%s", n ? form->between : "");
		form->put(&o, n);
		say(o.text, o.n, f);
		written += (int64_t)o.n;
	}
	say(form->end, strlen(form->end), f);
	return n;
}

static int write_files(int64_t n, const char *folder)
{
	for (int64_t i = 0; i < n; i++) {
		char *path = mem_printf("%s/%" PRId64 ".json", folder, i);
		struct out o = {.n = 0};
		put(&o, "{\"resultats\":[");
		put_json(&o, i);
		put(&o, "]}");
		/* Blanks make 4 kB of it. */
		while (o.n < 4096)
			put(&o, "\n");
		FILE *f = fopen(path, "w");
		if (!f) {
			perror(path);
			return 1;
		}
		say(o.text, o.n, f);
		fclose(f);
		free(path);
	}
	return 0;
}

/* ---- the readers ---- */

struct work {
	const struct form *form;
	FILE *file;
	int64_t bytes, offers, max_mb;
};
typedef int64_t reader_fn(const struct work *w); /* records read, -1 */

static int64_t read_nothing(const struct work *w)
{
	struct err err;
	struct refdata *rd = refdata_load("conf/refdata", &err);
	(void)w;
	refdata_free(rd);
	return rd ? 0 : -1;
}

static void on_offer(void *ctx, const struct offer *o,
		     const struct notes *notes)
{
	(void)notes;
	*(int64_t *)ctx += o->title && o->description && o->n_rome &&
			   o->place.precision != PLACE_UNKNOWN &&
			   o->posted != INSTANT_NONE;
}

/* The shipped example, with room for the feed. */
static json_t *read_map(const char *file)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_load(&a, file, &d);
	json_t *source = root ? source_read(root, NULL, "", &d) : NULL;
	diags_print(&d, stderr);
	if (source)
		json_object_set_new(source, "max_offers",
				    json_integer(100000000));
	diags_clear(&d);
	arena_clear(&a);
	return source;
}

static int64_t read_etrier(const struct work *w)
{
	static const struct feed_handler handler = {on_offer, NULL};
	struct err err = {0};
	int64_t understood = 0;
	size_t n;
	char *bytes = mem_alloc(CHUNK);
	struct refdata *rd = refdata_load("conf/refdata", &err);
	json_t *source = read_map(w->form->map);
	struct mapping *m = source ? mapping_new(source, &err) : NULL;
	if (!rd || !m)
		return -1;
	const struct normaliser nz = {
		.mapping = m,
		.refdata = rd,
		.source = "bench",
		.now = clock_now(clock_system()),
	};
	struct feed *f = feed_new(source, &nz, false, &handler, &understood);
	int rc = 0;
	while (!rc && (n = fread(bytes, 1, CHUNK, w->file)))
		rc = feed_bytes(f, bytes, n, &err);
	rc = rc ? rc : feed_end(f, &err);
	const struct collector_counts *c = feed_counts(f);
	if (rc || c->good != c->seen)
		fprintf(stderr,
			"bench-feeds: %s; %" PRId64 " of %" PRId64
			" records good\n",
			rc ? err.text : "whole", c->good, c->seen);
	int64_t good = c->good;
	feed_free(f);
	mapping_free(m);
	json_decref(source);
	refdata_free(rd);
	free(bytes);
	/* A trade may be unknown in a feed without codes; all else is there. */
	return rc || !understood ? -1 : good;
}

/* Elements of the one array of a document, as simply as it can be done. */
static int64_t read_jansson(const struct work *w)
{
	static char element[OFFER_MAX];
	char *bytes = mem_alloc(CHUNK);
	size_t n, len = 0;
	int64_t seen = 0;
	int depth = 0;
	bool quoted = false, escaped = false;
	while ((n = fread(bytes, 1, CHUNK, w->file))) {
		for (size_t i = 0; i < n; i++) {
			char c = bytes[i];
			if (depth > 2 || (depth == 2 && c == '{'))
				element[len++] = c;
			if (quoted) {
				quoted = escaped || c != '"';
				escaped = !escaped && c == '\\';
			} else if (c == '"') {
				quoted = true;
			} else if (c == '{' || c == '[') {
				depth++;
			} else if ((c == '}' || c == ']') && --depth == 2) {
				json_t *v = json_loadb(element, len, 0, NULL);
				seen += v != NULL;
				json_decref(v);
				len = 0;
			}
		}
	}
	free(bytes);
	return seen;
}

static int64_t read_whole(const struct work *w)
{
	json_t *v = json_loadf(w->file, 0, NULL);
	int64_t n = (int64_t)json_array_size(json_object_get(v, "resultats"));
	json_decref(v);
	return n;
}

struct tally {
	int64_t records, bytes;
};

static void XMLCALL on_start(void *ctx, const XML_Char *name,
			     const XML_Char **attributes)
{
	struct tally *t = ctx;
	(void)attributes;
	t->records += strcmp(name, "job") == 0;
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	(void)ctx;
	(void)name;
}

static void XMLCALL on_text(void *ctx, const XML_Char *s, int n)
{
	struct tally *t = ctx;
	(void)s;
	t->bytes += n;
}

static int64_t read_expat(const struct work *w)
{
	struct tally t = {0};
	char *bytes = mem_alloc(CHUNK);
	size_t n;
	XML_Parser p = XML_ParserCreate(NULL);
	XML_SetUserData(p, &t);
	XML_SetElementHandler(p, on_start, on_end);
	XML_SetCharacterDataHandler(p, on_text);
	while ((n = fread(bytes, 1, CHUNK, w->file)) &&
	       XML_Parse(p, bytes, (int)n, 0) == XML_STATUS_OK)
		;
	bool whole = XML_Parse(p, "", 0, 1) == XML_STATUS_OK;
	XML_ParserFree(p);
	free(bytes);
	return whole ? t.records : -1;
}

/* ---- one process each ---- */

/* Processor seconds of one run in a process of its own. */
static double run_once(const char *what, reader_fn *reader,
		       const struct work *w, long *peak_mb)
{
	int status;
	struct rusage u;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		if (w->file)
			rewind(w->file);
		_exit(reader(w) == w->offers ? 0 : 1);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid || status) {
		fprintf(stderr, "bench-feeds: %s failed\n", what);
		exit(1);
	}
	*peak_mb = u.ru_maxrss * 1024 / MB;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* The better of two, since a neighbour only ever slows down; prints a row. */
static double run(const char *what, reader_fn *reader, const struct work *w)
{
	long peak_mb;
	double s = run_once(what, reader, w, &peak_mb);
	double again = run_once(what, reader, w, &peak_mb);
	if (again < s)
		s = again;
	printf("%-28s", what);
	if (w->offers)
		printf(" %8.2f s %8.1f MB/s %9.0f offers/s", s,
		       (double)w->bytes / MB / s, (double)w->offers / s);
	printf("  peak %ld MB\n", peak_mb);
	fflush(stdout);
	return s;
}

static struct work make_work(const struct form *form, int64_t mb,
			     const char *folder)
{
	char *path = mem_printf("%s/bench-feeds-%d.%s", folder, (int)getpid(),
				form->name);
	struct work w = {.form = form, .file = fopen(path, "w+")};
	if (!w.file) {
		perror(path);
		exit(1);
	}
	unlink(path);
	free(path);
	w.offers = write_feed(form, mb * MB, w.file);
	w.bytes = ftell(w.file);
	printf("%s: %" PRId64 " offers of %" PRId64 " bytes, %" PRId64 " MB\n",
	       form->name, w.offers, w.bytes / w.offers, w.bytes / MB);
	return w;
}

static void bench(int64_t mb, const char *folder)
{
	const struct work none = {0};
	run("the tables alone", read_nothing, &none);
	struct work w = make_work(&forms[0], mb, folder);
	double peer = run("jansson, an offer at a time", read_jansson, &w);
	double ours = run("étrier, JSON to offers", read_etrier, &w);
	printf("étrier over jansson: %.2f (floor 0.5)\n", peer / ours);
	fclose(w.file);
	w = make_work(&forms[0], mb < WHOLE_MB ? mb : WHOLE_MB, folder);
	run("jansson, the whole tree", read_whole, &w);
	fclose(w.file);
	w = make_work(&forms[1], mb, folder);
	peer = run("expat, counting", read_expat, &w);
	ours = run("étrier, XML to offers", read_etrier, &w);
	printf("étrier over expat: %.2f (floor 0.25)\n", peer / ours);
	fclose(w.file);
}

int main(int argc, char **argv)
{
	const char *folder = ".";
	int64_t mb = 300, files = 0;
	int i = 1;
	for (; i + 1 < argc; i += 2) {
		if (str_eq(argv[i], "--folder"))
			folder = argv[i + 1];
		else if (!str_eq(argv[i], "--mb") ||
			 num_parse_int(argv[i + 1], 1, 10000, &mb))
			if (!str_eq(argv[i], "--files") ||
			    num_parse_int(argv[i + 1], 1, 100000, &files))
				break;
	}
	if (i != argc) {
		fprintf(stderr, "usage: bench-feeds [--mb N] [--files N] "
				"[--folder DIR]\n");
		return 2;
	}
	if (files)
		return write_files(files, folder);
	bench(mb, folder);
	return 0;
}
