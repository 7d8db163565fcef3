/* SPDX-License-Identifier: EUPL-1.2 */
/* Is it the same post? Pairs judged by a reader of offers, each with what must
 * be said of it. A pair is one base offer twice, with the differences of each
 * side; the judgement is the same both ways, and pairs that are the same share
 * a key, or they would never meet. */
#include "store_fixture.h"

#include "engine/plan/same.h"

#include <etrier/offer.h>

#include <assert.h>

/* Texts: A is a post, A2 the same re-worded by an aggregator, A3 its first
 * half, B another post of the same house with the same paragraph about it, C a
 * post of somebody else. Invented. */
static const char text_a[] =
	"Notre maison familiale fabrique chaque jour son pain au levain et ses "
	"viennoiseries au beurre pour les habitants du quartier. Vous préparez "
	"les pâtes, surveillez la pousse, façonnez et enfournez sous la "
	"conduite du maître d'apprentissage. Vous tenez le fournil propre et "
	"participez à la préparation des commandes du lendemain. Vous aimez le "
	"travail de la main, vous êtes ponctuel et curieux, et vous souhaitez "
	"apprendre un métier en deux ans. Repos le dimanche et le lundi.";
static const char text_a2[] =
	"Notre maison familiale fabrique chaque jour son pain au levain et ses "
	"viennoiseries au beurre pour les habitants du quartier. Vous préparez "
	"les pâtes, surveillez la pousse, façonnez et enfournez sous la "
	"conduite du maître d'apprentissage. Vous tenez le fournil propre et "
	"participez à la préparation des commandes du lendemain. Vous aimez le "
	"travail manuel, vous êtes ponctuel et curieux, et vous souhaitez "
	"apprendre un métier en deux ans. Postulez en ligne.";
static const char text_a3[] =
	"Notre maison familiale fabrique chaque jour son pain au levain et ses "
	"viennoiseries au beurre pour les habitants du quartier. Vous préparez "
	"les pâtes, surveillez la pousse, façonnez et enfournez sous la "
	"conduite du maître d'apprentissage. Vous tenez le fournil propre et "
	"participez";
static const char text_b[] =
	"Notre maison familiale fabrique chaque jour son pain au levain et ses "
	"viennoiseries au beurre pour les habitants du quartier. Vous "
	"accueillez la clientèle, conseillez les produits, encaissez et tenez "
	"la vitrine. Vous réapprovisionnez le magasin, veillez aux dates et "
	"nettoyez les surfaces de vente. Le sourire, la rapidité et le goût du "
	"contact sont demandés. Vous travaillez le matin ou l'après-midi, un "
	"dimanche sur deux, avec deux jours de repos dans la semaine.";
static const char text_c[] =
	"Le restaurant ouvre midi et soir autour d'une carte courte qui change "
	"avec les saisons. Vous épluchez, taillez et lavez les légumes, dressez "
	"les entrées froides et aidez le chef pendant le service. Vous lavez la "
	"vaisselle de cuisine et rangez la chambre froide. Nous formons des "
	"débutants motivés. Service continu, deux jours de congé consécutifs.";

static const char base[] =
	"{'source':'one','ref':'A1','title':'Apprenti boulanger H/F',"
	"'kind':'apprenticeship','rome':['D1102'],"
	"'employer':{'name':'Le Fournil Inventé'},"
	"'place':{'precision':'commune','insee':'93048','postcode':'93100',"
	"'city':'Montreuil','lat':48.8638,'lon':2.4485},"
	"'url':'https://one.example/offres/1','description':'A'}";
/* The other side starts from another source with the re-worded text. */
static const char other[] =
	"{'source':'two','ref':'77123','url':'https://two.example/o?id=77123',"
	"'description':'A2'}";

struct judged {
	const char *what, *a, *b; /* laid over base and over other */
	enum same_by by;
	enum same_bar bar;
};
#define ARRONDISSEMENT(n)                                               \
	"'place':{'precision':'commune','insee':'751" n "','postcode':" \
	"'750" n "','city':'Paris','lat':48.86,'lon':2.35}"
#define AT(lat)                                                            \
	"'place':{'precision':'point','insee':'93048','city':'Montreuil'," \
	"'lat':" lat ",'lon':2.4485}"
#define DEPT	"'place':{'precision':'department','dept':'93'}"
#define NO_TEXT "'description':null"

static const struct judged pairs[] = {
	/* the same */
	{"told twice", "{}", "{}", SAME_TEXT, 0},
	{"same text to the letter", "{}", "{'description':'A'}", SAME_TEXT, 0},
	{"cut by the aggregator", "{}", "{'description':'A3'}", SAME_TEXT, 0},
	{"M/F/X", "{}", "{'title':'APPRENTI BOULANGER (M/F/X)'}", SAME_TEXT, 0},
	{"gender form", "{}", "{'title':'Apprenti(e) boulanger(ère)'}",
	 SAME_TEXT, 0},
	{"feminine", "{}", "{'title':'Apprentie boulangère'}", SAME_TEXT, 0},
	{"contract in the title", "{}",
	 "{'title':'Boulanger en alternance - contrat apprentissage'}",
	 SAME_TEXT, 0},
	{"town in the title", "{}", "{'title':'Boulanger - Montreuil (93)'}",
	 SAME_TEXT, 0},
	{"postcode in the title", "{}", "{'title':'Boulanger 93100 Montreuil'}",
	 SAME_TEXT, 0},
	{"employer in the title", "{}",
	 "{'title':'Le Fournil Inventé recrute un boulanger'}", SAME_TEXT, 0},
	{"reference in the title", "{}",
	 "{'title':'Apprenti boulanger REF48213'}", SAME_TEXT, 0},
	{"legal form", "{}", "{'employer':{'name':'FOURNIL INVENTE SARL'}}",
	 SAME_TEXT, 0},
	{"legal form and town", "{}",
	 "{'employer':{'name':'SAS Le Fournil Inventé Montreuil'}}", SAME_TEXT,
	 0},
	{"same SIRET, other name",
	 "{'employer':{'name':'Boulangerie Durand','siret':'12345678900011'}}",
	 "{'employer':{'name':'Fournil SA','siret':'12345678900011'}}",
	 SAME_TEXT, 0},
	{"SIREN of the seat",
	 "{'employer':{'name':'Fournil','siret':'12345678900011'}}",
	 "{'employer':{'name':'Fournil','siret':'123456789'}}", SAME_TEXT, 0},
	{"other trade guessed, same title", "{}", "{'rome':['D1104']}",
	 SAME_TEXT, 0},
	{"no trade on one side", "{}", "{'rome':null}", SAME_TEXT, 0},
	{"apprenticeship or professionalization", "{}",
	 "{'kind':'professionalization'}", SAME_TEXT, 0},
	{"kind unknown", "{}", "{'kind':null}", SAME_TEXT, 0},
	{"start within a month", "{'start':'2027-09-01'}",
	 "{'start':'2027-09-20'}", SAME_TEXT, 0},
	{"start on one side", "{'start':'2027-09-01'}", "{}", SAME_TEXT, 0},
	{"postcode only", "{}",
	 "{'place':{'precision':'department','postcode':'93100','dept':'93'}}",
	 SAME_TEXT, 0},
	{"town only", "{}",
	 "{'place':{'precision':'department','city':'MONTREUIL','dept':'93'}}",
	 SAME_TEXT, 0},
	{"département only, text to the letter", "{}",
	 "{" DEPT ",'description':'A'}", SAME_TEXT, 0},
	{"Paris and its arrondissement", "{" ARRONDISSEMENT("11") "}",
	 "{" ARRONDISSEMENT("11") "}", SAME_TEXT, 0},
	{"no employer named, text to the letter", "{}",
	 "{'employer':null,'description':'A'}", SAME_TEXT, 0},
	{"renumbered in its source", "{}",
	 "{'source':'one','ref':'A2','url':'https://one.example/offres/2'}",
	 SAME_TEXT, 0},
	{"geocoded anew by another source", "{" AT("48.8638") "}",
	 "{" AT("48.8738") "}", SAME_TEXT, 0},
	{"weekly hours as good as equal", "{'hours':{'weekly':2100}}",
	 "{'hours':{'weekly':2340}}", SAME_TEXT, 0},
	{"link with tracking", "{'url':'https://e.example/j/9?utm_source=a'}",
	 "{'url':'http://www.e.example/j/9/','description':'A'}", SAME_URL, 0},
	{"the other's link to apply", "{'url':'https://e.example/j/9'}",
	 "{'contact':{'url':'https://e.example/j/9?src=two'}}", SAME_URL, 0},
	{"same link, employer named otherwise",
	 "{'url':'https://e.example/j/9'}",
	 "{'url':'https://e.example/j/9','employer':{'name':'Agence X'}}",
	 SAME_URL, 0},
	{"same link, no text, place unknown",
	 "{'url':'https://e.example/j/9'," NO_TEXT "}",
	 "{'url':'https://e.example/j/9','place':null," NO_TEXT "}", SAME_URL,
	 0},
	{"reference of the first publisher", "{'ref':'2026-4711'}",
	 "{'origin_ref':'2026 4711','description':'C'}", SAME_REF, 0},
	{"reference quoted in the text", "{'ref':'AB-47119'}",
	 "{'description':'Le fournil cherche. Référence : AB47119.'}", SAME_REF,
	 0},
	{"reference quoted by both", "{'title':'Boulanger réf. X20881'}",
	 "{'title':'Boulanger (ref: X20881)','description':'C'}", SAME_REF, 0},
	{"no text, two sources", "{" NO_TEXT "}", "{" NO_TEXT "}", SAME_TITLE,
	 0},
	{"text on one side only", "{}", "{" NO_TEXT "}", SAME_TITLE, 0},
	{"shown anew without text after it was taken away",
	 "{" NO_TEXT ",'status':'withdrawn'}",
	 "{'source':'one','url':'https://one.example/offres/2'," NO_TEXT "}",
	 SAME_TITLE, 0},
	/* not the same */
	{"another post of the house", "{}",
	 "{'title':'Vendeur en boulangerie','rome':['D1106'],"
	 "'description':'B'}",
	 SAME_NOT, BAR_TITLE},
	{"another trade, the same text by mistake", "{}",
	 "{'title':'Apprenti pâtissier','rome':['D1104'],'description':'A'}",
	 SAME_NOT, BAR_TITLE},
	{"other title, trade unknown", "{'rome':null}",
	 "{'rome':null,'title':'Aide au fournil','description':'A'}", SAME_NOT,
	 BAR_TITLE},
	{"same trade, other title, other text", "{}",
	 "{'title':'Tourier','description':'B'}", SAME_NOT, BAR_TEXT},
	{"same title, other text", "{}", "{'description':'B'}", SAME_NOT,
	 BAR_TEXT},
	{"same title, text of somebody else", "{}", "{'description':'C'}",
	 SAME_NOT, BAR_TEXT},
	{"another employer, a copied text", "{}",
	 "{'employer':{'name':'Boulangerie du Port'},'description':'A'}",
	 SAME_NOT, BAR_EMPLOYER},
	{"another SIREN, the same name",
	 "{'employer':{'name':'Pains & Cie','siret':'12345678900011'}}",
	 "{'employer':{'name':'Pains & Cie','siret':'98765432100019'}}",
	 SAME_NOT, BAR_EMPLOYER},
	{"no employer named, text re-worded", "{}", "{'employer':null}",
	 SAME_NOT, BAR_TEXT},
	{"a longer name, text cut", "{}",
	 "{'employer':{'name':'Fournil Inventé Tradition'},"
	 "'description':'B'}",
	 SAME_NOT, BAR_TEXT},
	{"another store of the chain", "{}",
	 "{'place':{'precision':'commune','insee':'93006','postcode':'93170',"
	 "'city':'Bagnolet','lat':48.87,'lon':2.42},'description':'A'}",
	 SAME_NOT, BAR_PLACE},
	{"another store, same link to the chain's page",
	 "{'url':'https://e.example/jobs/boulanger'}",
	 "{'url':'https://e.example/jobs/boulanger','place':{'precision':"
	 "'commune','insee':'93006','city':'Bagnolet','lat':48.87,'lon':2.42},'description':'A'}",
	 SAME_NOT, BAR_PLACE},
	{"another arrondissement", "{" ARRONDISSEMENT("11") "}",
	 "{" ARRONDISSEMENT("12") ",'description':'A'}", SAME_NOT, BAR_PLACE},
	{"another store in the same town, one source", "{" AT("48.8638") "}",
	 "{'source':'one'," AT("48.8738") ",'description':'A'}", SAME_NOT,
	 BAR_PLACE},
	{"another address in the same town, one source",
	 "{'place':{'precision':'commune','insee':'93048','address':'1 rue A','lat':48.86,'lon':2.44}}",
	 "{'source':'one','description':'A','place':{'precision':'commune',"
	 "'insee':'93048','address':'9 rue B','lat':48.86,'lon':2.44}}",
	 SAME_NOT, BAR_PLACE},
	{"far apart in one commune", "{" AT("48.8638") "}",
	 "{" AT("48.9138") ",'description':'A'}", SAME_NOT, BAR_PLACE},
	{"another postcode", "{}",
	 "{'place':{'precision':'department','postcode':'93170','dept':'93'}}",
	 SAME_NOT, BAR_PLACE},
	{"another département", "{}",
	 "{'place':{'precision':'department','dept':'75'},'description':'A'}",
	 SAME_NOT, BAR_PLACE},
	{"place unknown", "{}", "{'place':null}", SAME_NOT, BAR_PLACE},
	{"département only, re-worded title", "{}",
	 "{" DEPT ",'title':'Tourier','description':'A'}", SAME_NOT, BAR_PLACE},
	{"département only, text not near enough", "{}",
	 "{" DEPT ",'description':'B'}", SAME_NOT, BAR_TEXT},
	{"a permanent contract", "{}", "{'kind':'permanent','description':'A'}",
	 SAME_NOT, BAR_KIND},
	{"internship", "{}", "{'kind':'internship','description':'A'}",
	 SAME_NOT, BAR_KIND},
	{"two intakes of a year", "{'start':'2027-02-01'}",
	 "{'start':'2027-09-01','description':'A'}", SAME_NOT, BAR_START},
	{"part time beside full time", "{'hours':{'part_time':'no'}}",
	 "{'hours':{'part_time':'yes'},'description':'A'}", SAME_NOT,
	 BAR_HOURS},
	{"24 hours beside 35", "{'hours':{'weekly':2100}}",
	 "{'hours':{'weekly':1440},'description':'A'}", SAME_NOT, BAR_HOURS},
	{"CAP beside BTS", "{'level':{'target':'3'}}",
	 "{'level':{'target':'5'},'description':'A'}", SAME_NOT, BAR_LEVEL},
	{"one page of many jobs, other title",
	 "{'url':'https://e.example/jobs'}",
	 "{'url':'https://e.example/jobs','title':'Vendeur','rome':['D1106']}",
	 SAME_NOT, BAR_TITLE},
	{"one page of many jobs, other text",
	 "{'url':'https://e.example/jobs'}",
	 "{'url':'https://e.example/jobs','description':'C'}", SAME_NOT,
	 BAR_TEXT},
	{"a site is no page", "{'url':'https://e.example/'}",
	 "{'url':'https://e.example','description':'B'}", SAME_NOT, BAR_TEXT},
	{"both count alike", "{'ref':'100234'}",
	 "{'ref':'100234','description':'B'}", SAME_NOT, BAR_TEXT},
	{"the same reference of another employer", "{'ref':'2026-4711'}",
	 "{'origin_ref':'2026-4711','employer':{'name':'Quincaillerie'}}",
	 SAME_NOT, BAR_EMPLOYER},
	{"no text, one source, both there", "{" NO_TEXT "}",
	 "{'source':'one'," NO_TEXT ",'url':'https://one.example/offres/2'}",
	 SAME_NOT, BAR_TEXT},
	{"no text, kind unknown", "{'kind':null," NO_TEXT "}",
	 "{'kind':null," NO_TEXT "}", SAME_NOT, BAR_TEXT},
	{"no text, only the trade agrees", "{" NO_TEXT "}",
	 "{'title':'Ouvrier de fournil'," NO_TEXT "}", SAME_NOT, BAR_TEXT},
	{"levels of a post are words of it",
	 "{'title':'Technicien niveau 1','rome':['I1401']}",
	 "{'title':'Technicien niveau 2','rome':null,'description':'A'}",
	 SAME_NOT, BAR_TITLE},
	{"nothing but noise in the title, trade unknown",
	 "{'title':'Alternance','rome':null}",
	 "{'title':'Alternance H/F','rome':null,'description':'A'}", SAME_NOT,
	 BAR_TITLE},
};

static void lay(json_t *line, const char *over)
{
	static const struct {
		const char *name, *text;
	} texts[] = {{"A", text_a},
		     {"A2", text_a2},
		     {"A3", text_a3},
		     {"B", text_b},
		     {"C", text_c}};
	json_t *v = fixture_json(over);
	json_object_update(line, v);
	json_decref(v);
	const char *name = js_str(line, "description", "");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!str_eq(name, texts[i].name))
			continue;
		json_object_set_new(line, "description",
				    json_string(texts[i].text));
		return;
	}
}

struct side {
	struct arena a;
	json_t *line;
	struct offer o;
	struct same_view view;
	struct same_keys keys;
};

static void open_side(struct side *s, bool is_other, const char *over)
{
	arena_init(&s->a);
	s->line = fixture_json(base);
	if (is_other)
		lay(s->line, other);
	lay(s->line, over);
	OK(offer_from_json(s->line, &s->a, &s->o, E));
	same_view(&s->o, &s->a, &s->view);
	same_keys(&s->view, &s->keys);
}

static void close_side(struct side *s)
{
	json_decref(s->line);
	arena_clear(&s->a);
}

static bool has_common_key(const struct same_keys *a, const struct same_keys *b)
{
	for (int i = 0; i < a->n; i++) {
		for (int j = 0; j < b->n; j++) {
			if (a->v[i] == b->v[j])
				return true;
		}
	}
	return false;
}

static void test_judged_pairs(void **state)
{
	(void)state;
	int wrong = 0;
	static_assert(ARRAY_LEN(pairs) >= 60, "enough to believe in");
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		const struct judged *j = &pairs[i];
		struct side a, b;
		struct same_reason why, back;
		open_side(&a, false, j->a);
		open_side(&b, true, j->b);
		bool is_same = same_offer(&a.o, &b.o, &why);
		assert_int_equal(is_same, why.by != SAME_NOT);
		same_offer(&b.o, &a.o, &back);
		if (why.by != j->by || why.bar != j->bar) {
			print_error("%s: by %d bar %d alike %d: %s\n", j->what,
				    why.by, why.bar, why.alike,
				    same_reason_text(&why, &a.a));
			wrong++;
		}
		if (why.by != back.by || why.bar != back.bar ||
		    why.alike != back.alike) {
			print_error("%s: not the same both ways\n", j->what);
			wrong++;
		}
		if (is_same && !has_common_key(&a.keys, &b.keys)) {
			print_error("%s: no key in common\n", j->what);
			wrong++;
		}
		close_side(&a);
		close_side(&b);
	}
	assert_int_equal(wrong, 0);
}

static void test_reasons_are_sentences(void **state)
{
	(void)state;
	struct arena a = {0};
	static const struct {
		struct same_reason why;
		const char *want;
	} rows[] = {
		{{.by = SAME_URL}, "same link"},
		{{.by = SAME_REF}, "quotes the same reference"},
		{{.by = SAME_TEXT, .has_title = true, .alike = 920},
		 "same employer, title and commune; text 920/1000"},
		{{.by = SAME_TEXT,
		  .has_siret = true,
		  .is_coarse = true,
		  .alike = 870},
		 "same employer (SIREN), trade and département; text 870/1000"},
		{{.by = SAME_TITLE, .has_title = true, .alike = -1},
		 "same employer, title and commune; no text"},
		{{.by = SAME_NOT, .bar = BAR_PLACE},
		 "another place, or not known"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(same_reason_text(&rows[i].why, &a),
				    rows[i].want);
	arena_clear(&a);
}

/* A town list of a chain: one text, forty communes. */
static void test_forty_stores_stay_forty(void **state)
{
	(void)state;
	struct side s[40];
	struct same_reason why;
	for (int i = 0; i < 40; i++) {
		char over[200];
		snprintf(
			over, sizeof(over),
			"{'source':'one','ref':'S%d','description':'A',"
			"'place':{'precision':'commune','insee':'930%02d',"
			"'city':'Ville %d','lat':48.9,'lon':2.4},'url':'https://chain.example/jobs'}",
			i, i + 10, i);
		open_side(&s[i], false, over);
	}
	for (int i = 0; i < 40; i++) {
		for (int j = 0; j < i; j++)
			assert_false(same_views(&s[i].view, &s[j].view, &why));
	}
	for (int i = 0; i < 40; i++)
		close_side(&s[i]);
}

static void test_whole_content_is_one_hash(void **state)
{
	(void)state;
	struct side a, b, c;
	open_side(&a, false, "{}");
	open_side(&b, true,
		  "{'description':'A','posted':'2026-11-01T00:00:00Z'}");
	open_side(&c, true, "{'description':'A','start':'2027-01-01'}");
	assert_true(a.keys.has_whole && b.keys.has_whole && c.keys.has_whole);
	assert_true(a.keys.v[0] == b.keys.v[0]);
	assert_true(a.keys.v[0] != c.keys.v[0]);
	assert_memory_equal(a.keys.sketch, b.keys.sketch, SAME_SKETCH_BYTES);
	close_side(&a);
	close_side(&b);
	close_side(&c);
}

static void test_the_better_copy_speaks(void **state)
{
	(void)state;
	static const char *const worse_to_better[] = {
		"{'rome':null," NO_TEXT "}",
		"{'rome':null}",
		"{'rome':null," AT("48.8638") "}",
		"{'provenance':{'rome':'text'}," NO_TEXT "}",
		"{'provenance':{'rome':'text'}}",
		"{'provenance':{'rome':'stated'}," NO_TEXT "}",
		"{" NO_TEXT "," AT("48.8638") "}",
		"{" AT("48.8638") "}",
	};
	int last = -1;
	for (size_t i = 0; i < ARRAY_LEN(worse_to_better); i++) {
		struct side s;
		open_side(&s, false, worse_to_better[i]);
		int rank = same_rank(&s.o);
		assert_true(rank > last);
		last = rank;
		close_side(&s);
	}
}

/* Hostile lines: the longest of everything, and nothing at all. */
static void test_any_offer_has_a_view(void **state)
{
	(void)state;
	struct arena a = {0};
	struct offer o;
	struct same_view v;
	struct same_keys k;
	struct same_reason why;
	char *text = arena_alloc(&a, OFFER_DESCRIPTION_MAX + 1);
	for (size_t i = 0; i < OFFER_DESCRIPTION_MAX; i++)
		text[i] = i % 2 ? ' ' : (char)('a' + i % 26);
	offer_init(&o);
	o.source = "one";
	same_view(&o, &a, &v);
	same_keys(&v, &k);
	assert_int_equal(k.n, 0);
	assert_false(same_views(&v, &v, &why));
	o.title = o.description = text;
	o.employer.name = o.place.city = text;
	o.url = "https://";
	o.contact.url = "https://e.example?&&&=&utm_";
	same_view(&o, &a, &v);
	same_keys(&v, &k);
	assert_true(k.n <= SAME_KEYS_MAX);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judged_pairs),
		cmocka_unit_test(test_reasons_are_sentences),
		cmocka_unit_test(test_forty_stores_stay_forty),
		cmocka_unit_test(test_whole_content_is_one_hash),
		cmocka_unit_test(test_the_better_copy_speaks),
		cmocka_unit_test(test_any_offer_has_a_view),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
