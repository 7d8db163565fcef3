/* SPDX-License-Identifier: EUPL-1.2 */
/* The two ways an SMS leaves, by a name with a link and by a number that takes
 * replies: their texts, what a template may hold, and that a message keeps the
 * way it was frozen with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <etrier/buf.h>
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

static json_t *shipped(void)
{
	static const char path[] = SOURCE_DIR "/conf/templates/fr";
	json_t *list = json_array();
	DIR *d = opendir(path);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		char piece[16384];
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		char *file = mem_printf("%s/%s", path, e->d_name);
		char *name = mem_printf("fr/%s", e->d_name);
		FILE *f = fopen(file, "r");
		size_t n = fread(piece, 1, sizeof piece, f);
		fclose(f);
		json_t *item = json_object();
		js_put_str(item, "name", name);
		json_object_set_new(item, "text", json_stringn(piece, n));
		json_array_append_new(list, item);
		free(file);
		free(name);
	}
	closedir(d);
	return list;
}

static struct templates *compile(const json_t *list)
{
	struct diags d;
	diags_init(&d);
	struct templates *t = templates_new(list, &d);
	if (!t)
		fail_msg("%s", d.n ? d.v[0].text : "?");
	diags_clear(&d);
	return t;
}

static json_t *line(const char *profile, bool is_tu)
{
	json_t *v = courier_sample("offer", "sms");
	js_put_str(v, "profile", profile);
	json_object_set_new(json_object_get(v, "model"), "tone_tu",
			    json_boolean(is_tu));
	return v;
}

static void test_the_shipped_texts_fit_one_segment(void **state)
{
	(void)state;
	static const struct {
		const char *profile;
		bool is_tu;
		const char *text;
	} cases[] = {
		{"lien", true,
		 "Lina. Sarah (Mission Locale) a une offre: apprenti "
		 "boulanger, Montreuil, début 01/12. Appelle le 0639980002. "
		 "Stop: https://o.ml.example/u/7K2QF8M3XW"},
		{"reponse", true,
		 "Lina, offre de ta Mission Locale (Sarah): apprenti "
		 "boulanger, Montreuil, début 01/12. Réponds 1=ca "
		 "m'intéresse 2=non 3=appelle-moi. STOP pour ne plus "
		 "recevoir."},
		{"vln", false,
		 "Lina, offre de votre Mission Locale (Sarah): apprenti "
		 "boulanger, Montreuil. Répondez 1=ca m'intéresse 2=non "
		 "3=appelez-moi. STOP pour ne plus recevoir."},
	};
	json_t *list = shipped();
	struct templates *t = compile(list);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sms s;
		struct err err = {0};
		json_t *v = line(cases[i].profile, cases[i].is_tu);
		if (render_sms(t, v, 1, &s, &err))
			fail_msg("%s: %s", cases[i].profile, err.text);
		assert_int_equal(s.size.segments, 1);
		assert_string_equal(s.text, cases[i].text);
		assert_string_equal(s.profile, i == 0 ? "lien" : "reponse");
		sms_clear(&s);
		json_decref(v);
	}
	templates_free(t);
	json_decref(list);
}

/* sms.profile changes while messages wait: their hash decides, and the texts
 * that travel with them where the hash is not in force. */
static void test_a_frozen_message_keeps_its_way(void **state)
{
	(void)state;
	json_t *list = shipped();
	struct templates *t = compile(list), *later = NULL;
	json_t *sets = templates_sets(t), *set = NULL;
	size_t i;
	json_array_foreach(sets, i, set)
	{
		if (!str_eq(js_str(set, "profile", ""), "reponse"))
			continue;
		struct err err;
		struct sms s;
		json_t *v = line("lien", true);
		js_put_str(v, "template_hash", js_str(set, "hash", ""));
		assert_int_equal(render_sms(t, v, 1, &s, &err), 0);
		assert_string_equal(s.profile, "reponse");
		sms_clear(&s);
		/* New texts since. */
		json_t *item;
		size_t k;
		json_array_foreach(list, k, item)
		{
			if (strstr(js_str(item, "name", ""), "/offer") &&
			    strstr(js_str(item, "name", ""), ".sms."))
				js_put_str(item, "text", "{{job}}");
		}
		later = compile(list);
		js_put_str(v, "template", js_str(set, "text", ""));
		assert_int_equal(render_sms(later, v, 1, &s, &err), 0);
		assert_string_equal(s.profile, "reponse");
		assert_non_null(strstr(s.text, "1=ca m'"));
		sms_clear(&s);
		json_decref(v);
	}
	assert_non_null(later);
	templates_free(later);
	templates_free(t);
	json_decref(sets);
	json_decref(list);
}

static void test_one_set_of_two_is_in_force(void **state)
{
	(void)state;
	static const char *const profiles[] = {"lien", "reponse", "vln"};
	json_t *list = shipped();
	struct templates *t = compile(list);
	json_t *sets = templates_sets(t), *set;
	for (size_t p = 0; p < ARRAY_LEN(profiles); p++) {
		int n_sms = 0, n_others = 0;
		size_t i;
		json_array_foreach(sets, i, set)
		{
			bool is_sms = str_eq(js_str(set, "channel", ""), "sms");
			bool is_of = templates_is_of(set, profiles[p]);
			bool is_offer =
				str_eq(js_str(set, "kind", ""), "offer");
			n_sms += is_sms && is_of && is_offer;
			/* What has one text goes with every gateway. */
			n_others += !(is_sms && is_offer) && !is_of;
		}
		assert_int_equal(n_sms, 1);
		assert_int_equal(n_others, 0);
	}
	json_decref(sets);
	templates_free(t);
	json_decref(list);
}

static void test_a_link_and_keywords_do_not_go_together(void **state)
{
	(void)state;
	static const struct {
		const char *profile, *name, *text, *told;
	} cases[] = {
		{"lien", "fr/offer.sms.mustache",
		 "a\n\xC3\xA9 {{stop_url}} 1=oui",
		 "2:3: error: a link beside reply keywords"},
		{"reponse", "fr/offer-reponse.sms.mustache",
		 "Reponds 1=oui. https://x.example",
		 "1:16: error: a link beside reply keywords"},
		{"vln", "fr/offer-reponse.sms.mustache",
		 "Reponds 1=oui. {{stop_url}}", NULL},
		{"reponse", "fr/offer-reponse.sms.mustache", "{{stop_url}}",
		 "1:1: error: a link in a text for replies"},
		{"lien", "fr/offer-reponse.sms.mustache", "{{stop_url}}", NULL},
		{"lien", "fr/offer.sms.mustache", "R\xC3\xA9ponds OUI",
		 "1:1: error: reply keywords in a text that comes from a "
		 "name"},
		{"lien", "fr/offer.sms.mustache",
		 "{{! on y r\xC3\xA9pond, 1=oui }}{{stop_url}}", NULL},
		{"lien", "fr/offer.txt.mustache", "{{stop_url}} 1=oui", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct diags d;
		json_t *list = json_pack("[{s:s,s:s}]", "name", cases[i].name,
					 "text", cases[i].text);
		diags_init(&d);
		templates_check_sms(list, cases[i].profile, &d);
		char *told = d.n ? diag_line(&d.v[0]) : mem_dup("");
		if (cases[i].told ? !strstr(told, cases[i].told) : d.n > 0)
			fail_msg("case %zu: %s", i, told);
		free(told);
		diags_clear(&d);
		json_decref(list);
	}
	/* What is shipped passes whatever the profile. */
	static const char *const profiles[] = {"lien", "reponse", "vln"};
	json_t *list = shipped();
	for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
		struct diags d;
		diags_init(&d);
		templates_check_sms(list, profiles[i], &d);
		assert_int_equal(d.n, 0);
		diags_clear(&d);
	}
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_shipped_texts_fit_one_segment),
		cmocka_unit_test(test_a_frozen_message_keeps_its_way),
		cmocka_unit_test(test_one_set_of_two_is_in_force),
		cmocka_unit_test(test_a_link_and_keywords_do_not_go_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
