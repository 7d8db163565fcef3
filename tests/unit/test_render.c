/* SPDX-License-Identifier: EUPL-1.2 */
/* The French templates and the gate before them: golden texts, what may not
 * come through, what an SMS gives up and in which order, the same bytes twice.
 * ETRIER_GOLDEN_WRITE=1 writes the golden files anew (then read them). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "courier/model.h"

#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATES SOURCE_DIR "/conf/templates/fr"

static struct templates *french;

static char *read_file(const char *path)
{
	struct buf b;
	char piece[4096];
	FILE *f = fopen(path, "r");
	buf_init(&b, 1024 * 1024);
	if (!f)
		fail_msg("cannot read %s", path);
	for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
		buf_add(&b, piece, n);
	fclose(f);
	return buf_take(&b);
}

/* conf/templates/fr as settings.c hands it over. */
static json_t *template_list(void)
{
	json_t *list = json_array();
	DIR *d = opendir(TEMPLATES);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		char *path = mem_printf("%s/%s", TEMPLATES, e->d_name);
		char *name = mem_printf("fr/%s", e->d_name);
		char *text = read_file(path);
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", name,
						      "text", text));
		free(path);
		free(name);
		free(text);
	}
	closedir(d);
	return list;
}

static void add_language(json_t *list, const char *lang)
{
	char *folder = mem_printf("%s/conf/templates/%s", SOURCE_DIR, lang);
	DIR *d = opendir(folder);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		char *path = mem_printf("%s/%s", folder, e->d_name);
		char *name = mem_printf("%s/%s", lang, e->d_name);
		char *text = read_file(path);
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", name,
						      "text", text));
		free(path);
		free(name);
		free(text);
	}
	closedir(d);
	free(folder);
}

static json_t *all_languages(void)
{
	json_t *list = template_list();
	add_language(list, "fr-simple");
	add_language(list, "en");
	return list;
}

static void set_text(json_t *list, const char *name, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *v = json_array_get(list, i);
		if (!str_eq(js_str(v, "name", ""), name))
			continue;
		if (text)
			json_object_set_new(v, "text", json_string(text));
		else
			json_array_remove(list, i);
		return;
	}
	fail_msg("no template %s", name);
}

static struct templates *compile(json_t *list, char **mistakes)
{
	struct diags d;
	struct buf b;
	diags_init(&d);
	buf_init(&b, 65536);
	struct templates *t = templates_new(list, &d);
	for (size_t i = 0; i < d.n; i++) {
		char *line = diag_line(&d.v[i]);
		buf_printf(&b, "%s\n", line);
		free(line);
	}
	*mistakes = buf_take(&b);
	diags_clear(&d);
	json_decref(list);
	return t;
}

static int compile_french(void **state)
{
	(void)state;
	char *mistakes;
	french = compile(template_list(), &mistakes);
	if (!french)
		fail_msg("%s", mistakes);
	free(mistakes);
	return 0;
}

static int free_french(void **state)
{
	(void)state;
	templates_free(french);
	return 0;
}

static void same_as_golden(const char *name, const char *text)
{
	char *path = mem_printf("%s/tests/golden/mail/%s", SOURCE_DIR, name);
	if (getenv("ETRIER_GOLDEN_WRITE")) {
		FILE *f = fopen(path, "w");
		fputs(text, f);
		fclose(f);
	}
	char *golden = read_file(path);
	assert_string_equal(text, golden);
	free(golden);
	free(path);
}

static json_t *model_of(json_t *line)
{
	return json_object_get(line, "model");
}

static void test_the_digest_reads_as_its_golden_file(void **state)
{
	(void)state;
	struct err err = {0};
	struct mail m;
	json_t *line = courier_sample("digest", "email");
	if (render_mail(french, line, &m, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(m.subject, "2 réponses, 7 offres pour 5 jeunes – "
				       "lundi 23 nov.");
	same_as_golden("digest.txt", m.text);
	same_as_golden("digest.html", m.html);
	same_as_golden("digest.eml", m.bytes.data);
	mail_clear(&m);
	json_decref(line);
}

static void test_the_smallest_digest_leaves_no_empty_line_or_label(void **state)
{
	(void)state;
	struct err err = {0};
	struct mail m;
	json_t *line = courier_sample("digest", "email");
	struct err parse_err;
	static const char model[] =
		"{\"adviser\":{\"first_name\":\"Sarah\"},"
		"\"agency\":{\"name\":\"CFA d'Exemple\"},\"is_cfa\":true,"
		"\"date_fr\":\"mardi 24 novembre\","
		"\"date_short_fr\":\"mardi 24 nov.\",\"n_offers\":1,"
		"\"n_people\":1,\"minutes\":1,\"people\":[{\"first_name\":"
		"\"Awa\",\"dossier\":\"7\",\"offers\":[{\"title\":"
		"\"Vendeuse\"}]}]}";
	json_object_set_new(line, "model",
			    js_parse(model, strlen(model), &parse_err));
	if (render_mail(french, line, &m, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(m.subject, "1 offre pour 1 jeune – mardi 24 nov.");
	same_as_golden("digest-smallest.txt", m.text);
	assert_null(strstr(m.text, "\n\n\n"));
	mail_clear(&m);
	json_decref(line);
}

static void test_a_day_without_offers_has_its_own_subject(void **state)
{
	(void)state;
	struct mail m;
	json_t *line = courier_sample("digest", "email");
	json_object_set_new(model_of(line), "n_offers", json_integer(0));
	json_object_del(model_of(line), "people");
	json_object_set_new(model_of(line), "n_answers", json_integer(1));
	json_object_set_new(model_of(line), "heartbeat", json_false());
	assert_int_equal(render_mail(french, line, &m, NULL), 0);
	assert_string_equal(m.subject, "1 réponse – lundi 23 nov.");
	assert_non_null(strstr(m.text, "SMS du 22/11"));
	mail_clear(&m);
	json_object_set_new(model_of(line), "n_answers", json_integer(0));
	assert_int_equal(render_mail(french, line, &m, NULL), 0);
	assert_string_equal(m.subject, "Points à suivre – lundi 23 nov.");
	mail_clear(&m);
	/* What `digest show` prints when nothing would go. */
	json_object_set_new(model_of(line), "n_items", json_integer(0));
	assert_int_equal(render_mail(french, line, &m, NULL), 0);
	assert_string_equal(m.subject, "Rien de nouveau – lundi 23 nov.");
	assert_non_null(strstr(m.text, "aucune synthèse ne partirait"));
	assert_null(strstr(m.text, "points à suivre."));
	mail_clear(&m);
	json_object_set_new(model_of(line), "heartbeat", json_true());
	assert_int_equal(render_mail(french, line, &m, NULL), 0);
	assert_string_equal(m.subject, "Rien de nouveau – lundi 23 nov.");
	mail_clear(&m);
	json_decref(line);
}

static void test_offer_mails_in_both_tones(void **state)
{
	(void)state;
	struct mail m;
	json_t *line = courier_sample("offer", "email");
	assert_int_equal(render_mail(french, line, &m, NULL), 0);
	assert_string_equal(m.subject,
			    "Une offre de la part de ta Mission Locale");
	same_as_golden("offer-tu.txt", m.text);
	same_as_golden("offer-tu.html", m.html);
	mail_clear(&m);
	json_object_set_new(model_of(line), "tone_tu", json_false());
	assert_int_equal(render_mail(french, line, &m, NULL), 0);
	same_as_golden("offer-vous.txt", m.text);
	assert_null(strstr(m.text, "ppelle "));
	mail_clear(&m);
	json_decref(line);
}

static void youth_sms(const struct templates *t, const json_t *line,
		      const char *name)
{
	struct err err = {0};
	struct sms sms;
	char *file = mem_printf("%s.sms", name);
	if (render_sms(t, line, 1, &sms, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	char *text = mem_printf("%s\n", sms.text);
	same_as_golden(file, text);
	free(text);
	free(file);
	sms_clear(&sms);
}

static void youth_mail(const struct templates *t, const json_t *line,
		       const char *name)
{
	struct err err = {0};
	struct mail m;
	if (render_mail(t, line, &m, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	char *file = mem_printf("%s.txt", name);
	char *text = mem_printf("%s\n\n%s", m.subject, m.text);
	same_as_golden(file, text);
	free(text);
	free(file);
	file = mem_printf("%s.html", name);
	same_as_golden(file, m.html);
	free(file);
	mail_clear(&m);
}

/* Every message to a young person, in every language and both tones, as its
 * golden files have it: text, page, SMS. */
static void test_youth_messages_in_every_language(void **state)
{
	(void)state;
	static const struct {
		const char *lang, *kind, *channel;
	} rows[] = {
		{"fr-simple", "offer", "email"}, {"fr-simple", "offer", "sms"},
		{"en", "offer", "email"},	 {"en", "offer", "sms"},
		{"fr", "event", "email"},	 {"fr", "event", "sms"},
		{"fr", "call", "email"},	 {"fr", "call", "sms"},
		{"fr", "stop", "sms"},		 {"fr", "offer", "sms"},
		{"fr-simple", "call", "email"},	 {"fr-simple", "call", "sms"},
		{"en", "call", "email"},	 {"en", "call", "sms"},
		{"fr-simple", "stop", "sms"},	 {"en", "stop", "sms"}};
	char *mistakes;
	struct templates *all = compile(all_languages(), &mistakes);
	if (!all)
		fail_msg("%s", mistakes);
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		bool tu = i % 2 == 0;
		json_t *line =
			courier_sample(rows[i / 2].kind, rows[i / 2].channel);
		char *name = mem_printf("%s-%s-%s", rows[i / 2].lang,
					rows[i / 2].kind, tu ? "tu" : "vous");
		json_object_set_new(line, "lang",
				    json_string(rows[i / 2].lang));
		json_object_set_new(model_of(line), "tone_tu",
				    json_boolean(tu));
		if (str_eq(rows[i / 2].channel, "sms"))
			youth_sms(all, line, name);
		else
			youth_mail(all, line, name);
		free(name);
		json_decref(line);
	}
	templates_free(all);
	free(mistakes);
}

/* Not cut, not cleaned: a model that carries a need goes nowhere, wherever in
 * it the need is and whoever reads. */
static void test_a_model_with_a_need_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *more;
	} rows[] = {
		{"offer", "{\"needs\":[\"loads:1:warn\"]}"},
		{"offer", "{\"RQTH\":true}"},
		{"offer", "{\"adviser\":{\"first_name\":\"S\","
			  "\"handicap\":\"x\"}}"},
		{"digest", "{\"people\":[{\"first_name\":\"A\",\"offers\":[{"
			   "\"title\":\"t\",\"exposure\":{}}]}]}"},
		{"event", "{\"private\":{}}"},
		{"notice", "{\"needs\":1}"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		json_t *line = courier_sample(rows[i].kind, "email");
		json_t *more =
			js_parse(rows[i].more, strlen(rows[i].more), &err);
		json_t *m = model_prepare(model_of(line), rows[i].kind, "email",
					  &err);
		assert_non_null(m);
		json_decref(m);
		json_object_update(model_of(line), more);
		assert_null(model_prepare(model_of(line), rows[i].kind, "email",
					  &err));
		assert_int_equal(err.kind, ERR_INPUT);
		assert_non_null(strstr(err.text, "nothing of it goes out"));
		json_decref(more);
		json_decref(line);
	}
}

static void test_pages_ask_nothing_of_the_network_and_name_their_language(
	void **state)
{
	(void)state;
	static const char *const kinds[] = {"digest", "offer"};
	static const char *const never[] = {"<img",	   "src=",
					    "@import",	   "url(",
					    "<link",	   "<script",
					    "background=", "onclick",
					    "<iframe",	   "font-style:italic"};
	static const char *const always[] = {
		"<html lang=\"fr\">", "role=\"presentation\"",
		"name=\"color-scheme\"", "prefers-color-scheme: dark",
		"max-width:600px", "<h1>", "width=device-width",
		/* or the inline colours win, and dark text is on dark */
		"color: #e7e9ee !important", "font-size: 16px"};
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct mail m;
		json_t *line = courier_sample(kinds[k], "email");
		assert_int_equal(render_mail(french, line, &m, NULL), 0);
		for (size_t i = 0; i < ARRAY_LEN(never); i++)
			if (strstr(m.html, never[i]))
				fail_msg("%s: %s", kinds[k], never[i]);
		for (size_t i = 0; i < ARRAY_LEN(always); i++)
			if (!strstr(m.html, always[i]))
				fail_msg("%s lacks %s", kinds[k], always[i]);
		mail_clear(&m);
		json_decref(line);
	}
}

/* 15 people with 3 offers of long texts each: the most a digest holds. */
static json_t *largest_digest(size_t n_people)
{
	json_t *line = courier_sample("digest", "email");
	json_t *people = json_object_get(model_of(line), "people");
	json_t *person = json_array_get(people, 0);
	json_t *offers = json_object_get(person, "offers");
	json_t *offer = json_array_get(offers, 0);
	char contact[200];
	memset(contact, 'c', sizeof contact - 1);
	contact[sizeof contact - 1] = '\0';
	json_object_set_new(offer, "contact", json_string(contact));
	json_array_append_new(offers, json_deep_copy(offer));
	json_array_append_new(offers, json_deep_copy(offer));
	for (size_t i = 1; i < n_people; i++)
		json_array_append_new(people, json_deep_copy(person));
	return line;
}

static void test_the_largest_digest_stays_below_what_readers_clip(void **state)
{
	(void)state;
	struct mail m;
	json_t *line = largest_digest(15);
	assert_int_equal(render_mail(french, line, &m, NULL), 0);
	assert_non_null(m.html);
	assert_in_range(strlen(m.html), 20000, 100000);
	printf("15 people, 45 offers: text %zu, html %zu, mail %zu bytes\n",
	       strlen(m.text), strlen(m.html), m.bytes.len);
	mail_clear(&m);
	json_decref(line);
}

static void test_an_html_part_too_large_leaves_the_text(void **state)
{
	(void)state;
	struct mail m;
	json_t *line = largest_digest(120);
	assert_int_equal(render_mail(french, line, &m, NULL), 0);
	assert_null(m.html);
	assert_null(strstr(m.bytes.data, "multipart"));
	assert_non_null(strstr(m.bytes.data, "text/plain"));
	mail_clear(&m);
	json_decref(line);
}

static void test_the_same_line_gives_the_same_bytes(void **state)
{
	(void)state;
	struct mail a, b;
	json_t *line = courier_sample("digest", "email");
	json_t *again = json_deep_copy(line);
	assert_int_equal(render_mail(french, line, &a, NULL), 0);
	assert_int_equal(render_mail(french, again, &b, NULL), 0);
	assert_string_equal(a.bytes.data, b.bytes.data);
	assert_string_equal(a.message_hash, b.message_hash);
	mail_clear(&a);
	mail_clear(&b);
	json_decref(line);
	json_decref(again);
}

/* A stranger's words in a digest are words only. */
static void test_an_offer_can_forge_neither_lines_nor_links_nor_tags(
	void **state)
{
	(void)state;
	struct mail m;
	json_t *line = courier_sample("digest", "email");
	json_t *person =
		json_array_get(json_object_get(model_of(line), "people"), 0);
	json_t *offer = json_array_get(json_object_get(person, "offers"), 0);
	json_object_set_new(offer, "title",
			    json_string("Poste\r\n\r\nURGENT <b>\xe2\x80\xae"));
	json_object_set_new(offer, "url", json_string("javascript:alert('x')"));
	json_object_set_new(
		offer, "contact",
		json_string("<a href=\"http://x.example\">ici</a>"));
	json_object_set_new(offer, "employer", json_string("{{adviser}}"));
	assert_int_equal(render_mail(french, line, &m, NULL), 0);
	assert_null(strstr(m.text, "\nURGENT <"));
	assert_null(strstr(m.text, "\xe2\x80\xae"));
	assert_null(strstr(m.html, "<b>"));
	assert_null(strstr(m.html, "href=\"http://x.example"));
	assert_null(strstr(m.html, "javascript:"));
	assert_null(strstr(m.text, "javascript:"));
	assert_non_null(strstr(m.text, "{{adviser}}"));
	mail_clear(&m);
	json_decref(line);
}

static void test_only_our_words_reach_a_young_person(void **state)
{
	(void)state;
	static const char *const kinds[][2] = {{"offer", "email"},
					       {"offer", "sms"}};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		json_t *line = courier_sample(kinds[i][0], kinds[i][1]);
		json_t *model = json_deep_copy(model_of(line));
		json_object_set_new(model, "employer", json_string("Inconnu"));
		json_object_set_new(model, "url",
				    json_string("https://stranger.example"));
		json_object_set_new(model, "title", json_string("Titre"));
		struct err err;
		json_t *safe =
			model_prepare(model, kinds[i][0], kinds[i][1], &err);
		assert_non_null(safe);
		assert_null(json_object_get(safe, "employer"));
		assert_null(json_object_get(safe, "url"));
		assert_null(json_object_get(safe, "title"));
		assert_non_null(json_object_get(safe, "job"));
		json_decref(safe);
		json_decref(model);
		json_decref(line);
	}
}

/* And a template cannot even name them. */
static void test_a_youth_template_naming_the_employer_does_not_load(
	void **state)
{
	(void)state;
	char *mistakes;
	json_t *list = template_list();
	set_text(list, "fr/offer.sms.mustache", "{{job}}\nchez {{employer}}");
	assert_null(compile(list, &mistakes));
	assert_non_null(strstr(mistakes, "fr/offer.sms.mustache:2:6: error: "
					 "unknown name 'employer'"));
	free(mistakes);
}

static void test_every_mistake_of_every_template_is_reported_at_once(
	void **state)
{
	(void)state;
	char *mistakes;
	json_t *list = template_list();
	set_text(list, "fr/digest.subject.mustache", "{{n_ofers}}");
	set_text(list, "fr/digest.html.mustache", "a\n  {{#people}}");
	set_text(list, "fr/offer.txt.mustache", NULL);
	assert_null(compile(list, &mistakes));
	assert_non_null(strstr(mistakes, "fr/digest.subject.mustache:1:1: "
					 "error: unknown name 'n_ofers'"));
	assert_non_null(strstr(mistakes, "fr/digest.html.mustache:2:3: "
					 "error: unclosed section 'people'"));
	assert_non_null(strstr(mistakes, "fr/offer.txt.mustache: error: this "
					 "template is missing"));
	free(mistakes);
	assert_null(compile(json_array(), &mistakes));
	assert_non_null(strstr(mistakes, "no folder \"fr\""));
	free(mistakes);
}

static void test_what_a_message_cannot_do_without(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *channel, *object, *member, *said;
	} cases[] = {
		{"offer", "sms", NULL, "job", "job"},
		{"offer", "sms", NULL, "stop_url", "stop_url"},
		{"offer", "sms", "adviser", "first_name", "adviser.first_name"},
		{"offer", "sms", "agency", "name", "agency.name"},
		{"digest", "email", NULL, "date_fr", "date_fr"},
		{"digest", "email", "agency", "name", "agency.name"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct sms s;
		struct mail m;
		json_t *line = courier_sample(cases[i].kind, cases[i].channel);
		json_t *obj = model_of(line);
		if (cases[i].object)
			obj = json_object_get(obj, cases[i].object);
		json_object_del(obj, cases[i].member);
		int rc = str_eq(cases[i].channel, "sms")
				 ? render_sms(french, line, 1, &s, &err)
				 : render_mail(french, line, &m, &err);
		assert_int_equal(rc, -1);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_non_null(strstr(err.text, cases[i].said));
		json_decref(line);
	}
	json_t *line = courier_sample("offer", "sms");
	struct err err;
	struct sms s;
	json_object_del(json_object_get(model_of(line), "adviser"), "phone");
	assert_int_equal(render_sms(french, line, 1, &s, &err), 0);
	assert_non_null(strstr(s.text, "0639980000")); /* the house's number */
	sms_clear(&s);
	json_object_del(json_object_get(model_of(line), "agency"), "phone");
	assert_int_equal(render_sms(french, line, 1, &s, &err), -1);
	json_decref(line);
}

static void test_an_sms_gives_up_its_parts_in_the_declared_order(void **state)
{
	(void)state;
	static const struct {
		const char *job, *city, *dropped, *text;
	} cases[] = {
		{"boulanger", "Paris", "contract",
		 "Lina. Sarah (Mission Locale) a une offre: boulanger, Paris, "
		 "environ 20 min, début 01/12. Appelle le 0639980002. Stop: "
		 "https://o.ml.example/u/7K2QF8M3XW"},
		{"apprenti pâtissier", "L'Haÿ-les-Roses", "contract travel",
		 "Lina. Sarah (Mission Locale) a une offre: apprenti "
		 "patissier, L'Hay-les-Roses, début 01/12. Appelle le "
		 "0639980002. Stop: https://o.ml.example/u/7K2QF8M3XW"},
		{"apprenti conducteur de ligne automatique", "Saint-Denis",
		 "contract travel start",
		 "Lina. Sarah (Mission Locale) a une offre: apprenti conducteur "
		 "de ligne automatique, Saint-Denis. Appelle le 0639980002. "
		 "Stop: https://o.ml.example/u/7K2QF8M3XW"},
		{"agent de maintenance et d'exploitation des équipements "
		 "thermiques",
		 "Saint-Denis", "contract travel start job",
		 "Lina. Sarah (Mission Locale) a une offre: boulanger, "
		 "Saint-Denis. Appelle le 0639980002. Stop: "
		 "https://o.ml.example/u/7K2QF8M3XW"},
		{"apprenti boulanger",
		 "Saint-Germain-de-Tallevende-la-Lande-Vaumont-sur-Bois",
		 "contract travel start job agency",
		 "Lina. Sarah (ML) a une offre: boulanger, "
		 "Saint-Germain-de-Tallevende-la-Lande-Vaumont-sur-Bois. "
		 "Appelle le 0639980002. Stop: "
		 "https://o.ml.example/u/7K2QF8M3XW"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		struct sms s;
		json_t *line = courier_sample("offer", "sms");
		json_object_set_new(model_of(line), "job",
				    json_string(cases[i].job));
		json_object_set_new(model_of(line), "city",
				    json_string(cases[i].city));
		if (render_sms(french, line, 1, &s, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(s.dropped, cases[i].dropped);
		assert_string_equal(s.text, cases[i].text);
		assert_true(s.size.is_gsm7);
		assert_int_equal(s.size.segments, 1);
		sms_clear(&s);
		json_decref(line);
	}
}

static void test_an_sms_that_cannot_fit_is_refused_with_its_size(void **state)
{
	(void)state;
	struct err err = {0};
	struct sms s;
	json_t *line = courier_sample("offer", "sms");
	char url[160] = "https://o.ml.example/u/";
	memset(url + strlen(url), 'A', sizeof url - 1 - strlen(url));
	url[sizeof url - 1] = '\0';
	json_object_set_new(model_of(line), "stop_url", json_string(url));
	assert_int_equal(render_sms(french, line, 1, &s, &err), -1);
	assert_int_equal(err.kind, ERR_LIMIT);
	assert_non_null(strstr(err.text, "2 segments"));
	assert_int_equal(render_sms(french, line, 2, &s, &err), 0);
	assert_int_equal(s.size.segments, 2);
	sms_clear(&s);
	json_decref(line);
}

static json_t *set_named(const json_t *sets, const char *kind,
			 const char *channel)
{
	for (size_t i = 0; i < json_array_size(sets); i++) {
		json_t *s = json_array_get(sets, i);
		if (str_eq(js_str(s, "kind", ""), kind) &&
		    str_eq(js_str(s, "channel", ""), channel))
			return s;
	}
	return NULL;
}

/* Frozen under one text, sent again after a reload: the same words. */
static void test_a_message_keeps_the_template_it_was_frozen_with(void **state)
{
	(void)state;
	struct err err = {0};
	struct sms before, after;
	char *mistakes;
	json_t *line = courier_sample("offer", "sms");
	assert_int_equal(render_sms(french, line, 1, &before, &err), 0);
	json_t *list = template_list();
	set_text(list, "fr/offer.sms.mustache", "{{job}}");
	struct templates *reloaded = compile(list, &mistakes);
	assert_non_null(reloaded);
	json_t *sets = templates_sets(french);
	json_t *set = set_named(sets, "offer", "sms");
	json_object_set(line, "template_hash", json_object_get(set, "hash"));
	assert_int_equal(render_sms(reloaded, line, 1, &after, &err), -1);
	assert_int_equal(err.kind, ERR_UNKNOWN);
	json_object_set(line, "template", json_object_get(set, "text"));
	assert_int_equal(render_sms(reloaded, line, 1, &after, &err), 0);
	assert_string_equal(after.text, before.text);
	assert_string_equal(after.message_hash, before.message_hash);
	assert_string_equal(after.template_hash, before.template_hash);
	json_object_set_new(line, "template", json_string("{}"));
	sms_clear(&after);
	assert_int_equal(render_sms(reloaded, line, 1, &after, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	sms_clear(&before);
	templates_free(reloaded);
	json_decref(sets);
	json_decref(line);
	free(mistakes);
}

static void test_lines_that_make_no_message_are_refused(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"{}",
		"{\"channel\":\"email\"}",
		"{\"channel\":\"email\",\"kind\":\"notice\",\"model\":{}}",
		"{\"channel\":\"email\",\"kind\":\"digest\",\"model\":[]}",
		"{\"channel\":\"email\",\"kind\":\"digest\",\"model\":5}",
	};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct err err = {0};
		struct mail m;
		json_t *line = js_parse(lines[i], strlen(lines[i]), &err);
		assert_int_equal(render_mail(french, line, &m, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		json_decref(line);
	}
	static const char *const members[] = {"to", "from", "message_id",
					      "date", "boundary"};
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		struct err err = {0};
		struct mail m;
		json_t *line = courier_sample("digest", "email");
		json_object_del(line, members[i]);
		assert_int_equal(render_mail(french, line, &m, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		json_decref(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_digest_reads_as_its_golden_file),
		cmocka_unit_test(
			test_the_smallest_digest_leaves_no_empty_line_or_label),
		cmocka_unit_test(test_a_day_without_offers_has_its_own_subject),
		cmocka_unit_test(test_offer_mails_in_both_tones),
		cmocka_unit_test(test_youth_messages_in_every_language),
		cmocka_unit_test(test_a_model_with_a_need_is_refused),
		cmocka_unit_test(
			test_pages_ask_nothing_of_the_network_and_name_their_language),
		cmocka_unit_test(
			test_the_largest_digest_stays_below_what_readers_clip),
		cmocka_unit_test(test_an_html_part_too_large_leaves_the_text),
		cmocka_unit_test(test_the_same_line_gives_the_same_bytes),
		cmocka_unit_test(
			test_an_offer_can_forge_neither_lines_nor_links_nor_tags),
		cmocka_unit_test(test_only_our_words_reach_a_young_person),
		cmocka_unit_test(
			test_a_youth_template_naming_the_employer_does_not_load),
		cmocka_unit_test(
			test_every_mistake_of_every_template_is_reported_at_once),
		cmocka_unit_test(test_what_a_message_cannot_do_without),
		cmocka_unit_test(
			test_an_sms_gives_up_its_parts_in_the_declared_order),
		cmocka_unit_test(
			test_an_sms_that_cannot_fit_is_refused_with_its_size),
		cmocka_unit_test(
			test_a_message_keeps_the_template_it_was_frozen_with),
		cmocka_unit_test(test_lines_that_make_no_message_are_refused),
	};
	return cmocka_run_group_tests(tests, compile_french, free_french);
}
