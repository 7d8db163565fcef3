/* SPDX-License-Identifier: EUPL-1.2 */
/* A digest to nobody, with every section and every member, for a template may
 * name only what it finds here. People and firms are invented. */
#include "sample.h"

#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>

#include <string.h>

static const char head[] =
	"{\"adviser\":{\"first_name\":\"Sarah\"},"
	"\"agency\":{\"name\":\"Mission Locale d'Exemple\","
	"\"phone\":\"06 39 98 00 00\"},\"is_cfa\":false,"
	"\"date_fr\":\"lundi 23 novembre\","
	"\"date_short_fr\":\"lundi 23 nov.\","
	"\"todo_fr\":\"2 réponses à suivre, 3 décisions à prendre\","
	"\"standing_in_fr\":\"Noé jusqu’au 30/11/2026\","
	"\"rhythm_fr\":\"tous les jours\",\"n_offers\":7,"
	"\"n_people\":5,\"n_new\":5,\"n_new_people\":3,\"n_answers\":2,"
	"\"n_to_decide\":3,\"n_urgent\":2,\"n_items\":20,\"minutes\":9,"
	"\"urgent_fr\":\"il reste 12 jours pour signer\","
	"\"first\":true,\"heartbeat\":true,\"n_more_people\":3,"
	"\"n_more_items\":2,"
	"\"sources\":[\"Exemple Emploi (mise à jour 23/11/2026 06:10)\"],"
	"\"page_url\":\"https://o.ml.example/d/7K2QF8M3XW\","
	"\"stop_url\":\"https://o.ml.example/u/7K2QF8M3XW\"}";

static const char person[] =
	"{\"key\":\"7\",\"first_name\":\"Yanis\",\"dossier\":\"0377\","
	"\"wait_fr\":\"attend depuis 12 jours\","
	"\"leaving_fr\":\"formation terminée le 30/06/2027\","
	"\"deadline_fr\":\"il reste 12 jours pour signer\","
	"\"is_minor\":true,\"offers\":[{\"key\":\"7.123\","
	"\"title\":\"Apprenti menuisier\","
	"\"employer\":\"Menuiserie Inventée\",\"city\":\"Pantin\","
	"\"contract\":\"apprentissage\","
	"\"start_fr\":\"le 1er décembre\","
	"\"travel\":\"environ 25 min en transports\","
	"\"posted_fr\":\"publiée le 20 novembre\","
	"\"source\":\"Exemple Emploi\","
	"\"updated_fr\":\"mise à jour le 20/11/2026\","
	"\"licence\":\"Licence d'Exemple\","
	"\"licence_url\":\"https://licence.example/\","
	"\"school\":true,\"inferred_fr\":\"métier déduit du titre\","
	"\"notes\":[\"texte très court\"],"
	"\"url\":\"https://offres.example/123?a=1&b=2\","
	"\"contact\":\"M. Personne, 06 39 98 00 01\","
	"\"reasons\":[\"métier visé\",\"niveau CAP\"],"
	"\"checks\":[\"conditions de travail\"],"
	"\"expires_fr\":\"expire mercredi 25 novembre\","
	"\"sent_to_youth\":true}],\"n_more\":2}";

static const char lists[] =
	"{\"answers\":[{\"key\":\"1.124\",\"first_name\":\"Lina\","
	"\"dossier\":\"0412\",\"what_fr\":\"veut cette offre\","
	"\"word\":\"interested\",\"calls\":true,"
	"\"title\":\"CAP boulanger\",\"employer\":\"Fournil Inventé\","
	"\"city\":\"Montreuil\",\"url\":\"https://offres.example/124\","
	"\"start_fr\":\"le 1er décembre\"}],\"replies\":[{\"key\":\"5\","
	"\"first_name\":\"Tom\",\"dossier\":\"0355\","
	"\"what_fr\":\"oui mais pas avant lundi\"}],"
	"\"stops\":[{\"key\":\"31\",\"first_name\":\"Inès\","
	"\"dossier\":\"0401\",\"what_fr\":\"partira à 14:00\","
	"\"title\":\"CAP boulanger\",\"employer\":\"Fournil Inventé\","
	"\"city\":\"Montreuil\",\"url\":\"https://offres.example/124\","
	"\"start_fr\":\"le 1er décembre\"}],"
	"\"later\":[{\"key\":\"9.124\",\"first_name\":\"Ali\","
	"\"dossier\":\"0398\",\"title\":\"CAP boulanger\","
	"\"employer\":\"Fournil Inventé\",\"city\":\"Montreuil\","
	"\"url\":\"https://offres.example/124\","
	"\"start_fr\":\"le 1er décembre\"}],"
	"\"deadlines\":[{\"key\":\"8\",\"first_name\":\"Zoé\","
	"\"dossier\":\"0333\","
	"\"what_fr\":\"il reste 3 jours pour signer\"}],"
	"\"quiet\":[{\"key\":\"4\",\"first_name\":\"Awa\","
	"\"dossier\":\"0290\",\"wait_fr\":\"attend depuis 45 jours\","
	"\"what_fr\":\"trajet accepté jusqu'à 45 min (30 aujourd'hui) : 4 offres\"}],"
	"\"follow\":[{\"key\":\"6.88.j40\",\"first_name\":\"Hugo\","
	"\"dossier\":\"0217\",\"word\":\"J+40\","
	"\"what_fr\":\"Continuer, ou en parler à trois ?\"}],"
	"\"contacts\":[{\"key\":\"3\",\"first_name\":\"Noé\","
	"\"dossier\":\"0111\","
	"\"what_fr\":\"SMS : numéro non attribué depuis le 12/10/2026\"}],"
	"\"uncertain\":[{\"key\":\"30\",\"first_name\":\"Lina\","
	"\"dossier\":\"0412\","
	"\"what_fr\":\"SMS du 22/11/2026 à 12:10\"}],"
	"\"events\":[{\"key\":\"77\",\"title\":\"Forum des métiers\","
	"\"employer\":\"Fournil Inventé\",\"city\":\"Montreuil\","
	"\"url\":\"https://offres.example/77\","
	"\"start_fr\":\"le 1er décembre\"}],"
	"\"waiting\":[{\"key\":\"3.124\",\"first_name\":\"Tom\","
	"\"dossier\":\"0355\",\"title\":\"CAP boulanger\","
	"\"employer\":\"Fournil Inventé\",\"city\":\"Montreuil\","
	"\"url\":\"https://offres.example/124\","
	"\"start_fr\":\"le 1er décembre\"}],\"no_trade\":[{\"key\":\"2\","
	"\"first_name\":\"Awa\",\"dossier\":\"0290\"}]}";

static json_t *parse(const char *text)
{
	struct err err;
	json_t *v = js_parse(text, strlen(text), &err);
	BUG_ON(!v);
	return v;
}

json_t *sample_digest(void)
{
	/* Where the offers stand: all three look the same. */
	static const char *const places[] = {"decide", "urgent", "people"};
	json_t *model = parse(head), *more = parse(lists);
	json_object_update(model, more);
	json_decref(more);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		json_t *list = json_array();
		json_array_append_new(list, parse(person));
		json_object_set_new(model, places[i], list);
	}
	return model;
}
