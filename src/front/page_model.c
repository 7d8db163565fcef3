/* SPDX-License-Identifier: EUPL-1.2 */
/* Between the engine's model and a template, which compares nothing and
 * computes nothing: whom to call and by which link, a sentence for what was
 * done, which lists have something in them. */
#include "front.h"

#include <etrier/date.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/str.h>

#include <string.h>

#define TEL_MAX	  24 /* "tel:" and a number of 15 digits */
#define PHONE_MAX 40 /* as people write it */

/* A number as people write it; what is none has no link. */
static void put_call(json_t *model, const char *name, const char *phone)
{
	char url[TEL_MAX] = "tel:";
	size_t n = strlen(url);
	for (const char *p = phone; *p; p++) {
		bool is_digit = *p >= '0' && *p <= '9';
		if (!is_digit && !(*p == '+' && p == phone))
			continue;
		if (n + 1 == sizeof(url))
			return;
		url[n++] = *p;
	}
	url[n] = '\0';
	char written[PHONE_MAX];
	phone_write_fr(phone, written, sizeof(written));
	json_t *call = json_object();
	js_put_str(call, "name", name);
	js_put_str(call, "phone", written);
	js_put_str(call, "url", url);
	json_object_set_new(model, "call", call);
}

/* The adviser; without a number, the agency. */
static void complete_youth(json_t *model)
{
	const json_t *adviser = json_object_get(model, "adviser");
	const json_t *agency = json_object_get(model, "agency");
	const char *own = js_str(adviser, "phone", NULL);
	const char *shared = js_str(agency, "phone", NULL);
	if (own)
		put_call(model, js_str(adviser, "first_name", NULL), own);
	else if (shared)
		put_call(model, js_str(agency, "name", NULL), shared);
}

/* --- a digest --------------------------------------------------------------
 */

static const char *done_fr(const char *act, bool is_away)
{
	static const char *const sentences[][2] = {
		{"send", "L'offre part au jeune."},
		{"dismiss", "L'offre est écartée."},
		{"later", "L'offre reviendra dans 7 jours."},
		{"placed", "C'est noté : poste trouvé."},
		{"absent", "C'est noté : absent."},
		{"ok", "C'est noté : tout va bien."},
		{"rupture",
		 "C'est noté : contrat rompu. La recherche reprend."},
		{"contact_ok", "C'est noté : le contact est bon."},
		{"stop", "Le message ne partira pas."},
		{"rhythm", "Votre rythme est enregistré."}};
	if (str_eq(act, "away"))
		return is_away ? "Votre absence est enregistrée."
			       : "C'est noté : vous êtes là.";
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++) {
		if (str_eq(act, sentences[i][0]))
			return sentences[i][1];
	}
	return NULL;
}

/* Is this the item, or does it name the person first ("P.C" of "P")? */
static bool is_of(const char *item, const char *person)
{
	size_t n = strlen(person);
	return n && str_starts(item, person) && (!item[n] || item[n] == '.');
}

static bool is_empty(const json_t *v, const char *list)
{
	return json_array_size(json_object_get(v, list)) == 0;
}

/* An address of the web; a stranger's page may say anything. */
static void check_url(json_t *offer)
{
	const char *url = js_str(offer, "url", "");
	if (!str_starts(url, "https://") && !str_starts(url, "http://"))
		json_object_del(offer, "url");
}

/* Acts on a message name no person: their page is long, and begins at its
 * top. */
static void complete_person(json_t *person, json_t *model, const char *item,
			    bool is_numbered)
{
	const char *own = js_str(person, "item", "");
	size_t i;
	json_t *offer;
	json_array_foreach(json_object_get(person, "offers"), i, offer)
		check_url(offer);
	json_object_set_new(person, "has_contacts",
			    json_boolean(!is_empty(person, "contacts")));
	if (!is_numbered || !is_of(item, own))
		return;
	json_t *who = json_object();
	js_put_str(who, "item", own);
	js_put_str(who, "first_name", js_str(person, "first_name", NULL));
	json_object_set_new(model, "done_who", who);
}

static void complete_digest(json_t *model)
{
	const char *act = js_str(model, "done", NULL);
	const char *item = js_str(model, "done_item", "");
	json_t *people = json_object_get(model, "people"), *person;
	size_t i;
	bool is_numbered = act && !str_eq(act, "stop");
	const char *until = js_str(model, "away_until", NULL);
	bool is_away = until != NULL;
	char day[40];
	int32_t date;
	if (is_away && !date_parse_iso(until, &date)) {
		date_format_fr(date, true, day);
		js_put_str(model, "away_fr", day);
	}
	js_put_str(model, "done_fr", act ? done_fr(act, is_away) : NULL);
	json_array_foreach(people, i, person)
		complete_person(person, model, item, is_numbered);
	json_object_set_new(model, "has_people",
			    json_boolean(!is_empty(model, "people")));
	json_object_set_new(model, "has_many",
			    json_boolean(json_array_size(people) > 1));
	json_object_set_new(model, "has_colleagues",
			    json_boolean(!is_empty(model, "colleagues")));
}

void front_model_complete(enum front_page page, json_t *model)
{
	if (page == PAGE_OFFER || page == PAGE_ANSWER)
		complete_youth(model);
	else if (page == PAGE_DIGEST)
		complete_digest(model);
}
