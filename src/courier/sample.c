/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole messages to nobody: what templates are checked against and previews
 * are made of. Every member of the models of courier.h is here and filled, for
 * a template may name only what it finds here. All people and firms are
 * invented, the numbers are those ARCEP keeps for fiction. */
#include "sample.h"

#include <etrier/courier.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

static const char offer_model[] =
	"{\"first_name\":\"Lina\","
	"\"adviser\":{\"first_name\":\"Sarah\","
	"\"phone\":\"06 39 98 00 02\"},"
	"\"agency\":{\"name\":\"Mission Locale\",\"short_name\":\"ML\","
	"\"phone\":\"06 39 98 00 00\"},"
	"\"job\":\"apprenti boulanger\",\"job_short\":\"boulanger\","
	"\"city\":\"Montreuil\",\"contract\":\"apprentissage\","
	"\"travel\":\"environ 20 min\",\"travel_min\":20,"
	"\"start_fr\":\"le mardi 1er décembre\",\"start_short\":\"01/12\","
	"\"advice\":\"Regarde l'heure du premier bus ou train.\","
	"\"tone_tu\":true,"
	"\"offer_url\":\"https://o.ml.example/o/7K2QF8M3XW\","
	"\"answer_url\":\"https://o.ml.example/a/7K2QF8M3XW\","
	"\"stop_url\":\"https://o.ml.example/u/7K2QF8M3XW\"}";

static const char event_model[] =
	"{\"first_name\":\"Lina\","
	"\"adviser\":{\"first_name\":\"Sarah\","
	"\"phone\":\"06 39 98 00 02\"},"
	"\"agency\":{\"name\":\"Mission Locale\",\"short_name\":\"ML\","
	"\"phone\":\"06 39 98 00 00\"},"
	"\"job\":\"boulanger\",\"city\":\"Montreuil\","
	"\"travel\":\"environ 20 min\","
	"\"start_fr\":\"le mardi 1er décembre\",\"start_short\":\"01/12\","
	"\"hour_fr\":\"14 h\","
	"\"tone_tu\":true,"
	"\"offer_url\":\"https://o.ml.example/o/7K2QF8M3XW\","
	"\"stop_url\":\"https://o.ml.example/u/7K2QF8M3XW\"}";

/* Of an answer to what the person just did. */
static const char answer_model[] =
	"{\"first_name\":\"Lina\","
	"\"adviser\":{\"first_name\":\"Sarah\","
	"\"phone\":\"06 39 98 00 02\"},"
	"\"agency\":{\"name\":\"Mission Locale\",\"short_name\":\"ML\","
	"\"phone\":\"06 39 98 00 00\"},"
	"\"tone_tu\":true,"
	"\"stop_url\":\"https://o.ml.example/u/7K2QF8M3XW\"}";

static const char notice_model[] =
	"{\"host\":\"serveur.ml.example\",\"version\":\"0.1.0\","
	"\"n_alarms\":2,"
	"\"alarms\":[{\"code\":\"source_failing\","
	"\"text\":\"source exemple: answered 500\","
	"\"since\":\"2026-11-23 08:10\"}]}";

#define YOUTH_HEAD(list, campaign)                                        \
	"{\"audience\":\"youth\","                                        \
	"\"to\":{\"address\":\"lina@jeunes.example\",\"name\":\"Lina\"}," \
	"\"list_id\":\"" list " <" campaign ".ml.example>\","             \
	"\"feedback_id\":\"" campaign ":ml1:etrier:example\"}"
#define SMS_HEAD                                 \
	"{\"audience\":\"youth\","               \
	"\"to\":{\"address\":\"+33639980003\"}," \
	"\"sms_sender\":\"MISSIONLOC\"}"

static const struct {
	const char *kind, *channel, *model, *head;
} samples[] = {
	{"digest", "email", NULL,
	 "{\"audience\":\"adviser\","
	 "\"to\":{\"address\":\"sarah@ml.example\",\"name\":\"Sarah Inventée\"},"
	 "\"list_id\":\"Offres pour les conseillers <synthese.ml.example>\","
	 "\"feedback_id\":\"digest:ml1:etrier:example\"}"},
	{"offer", "email", offer_model,
	 "{\"audience\":\"youth\","
	 "\"to\":{\"address\":\"lina@jeunes.example\",\"name\":\"Lina\"},"
	 "\"list_id\":\"Offres pour les jeunes <offres.ml.example>\","
	 "\"feedback_id\":\"offer:ml1:etrier:example\"}"},
	{"notice", "email", notice_model,
	 "{\"audience\":\"admin\","
	 "\"to\":{\"address\":\"informatique@ml.example\"},"
	 "\"list_id\":\"alertes.ml.example\","
	 "\"feedback_id\":\"alerte:service:etrier:example\"}"},
	{"event", "email", event_model,
	 YOUTH_HEAD("Rencontres pour les jeunes", "rencontres")},
	{"call", "email", answer_model,
	 YOUTH_HEAD("Offres pour les jeunes", "offres")},
	{"offer", "sms", offer_model, SMS_HEAD},
	{"event", "sms", event_model, SMS_HEAD},
	{"call", "sms", answer_model, SMS_HEAD},
	{"stop", "sms", answer_model, SMS_HEAD},
};

static const char mail_head[] =
	"{\"from\":{\"address\":\"offres@ml.example\","
	"\"name\":\"Mission Locale d'Exemple\"},"
	"\"reply_to\":{\"address\":\"sarah@ml.example\",\"name\":\"Sarah\"},"
	"\"envelope_from\":\"b+7K2QF8M3XW@rebonds.ml.example\","
	"\"message_id\":\"<m.7k2qf8m3xw@ml.example>\","
	"\"date\":1795420800,"
	"\"boundary\":\"=_etrier.7k2qf8m3xw\","
	"\"unsubscribe\":{"
	"\"url\":\"https://o.ml.example/u/7K2QF8M3XW\","
	"\"mailto\":\"mailto:stop@ml.example?subject=stop-7K2QF8M3XW\"}}";

static json_t *parse(const char *text)
{
	struct err err;
	json_t *v = js_parse(text, strlen(text), &err);
	BUG_ON(!v);
	return v;
}

static void add_all(json_t *line, const char *text)
{
	json_t *more = parse(text);
	json_object_update(line, more);
	json_decref(more);
}

json_t *courier_sample(const char *kind, const char *channel)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		if (!str_eq(samples[i].kind, kind) ||
		    !str_eq(samples[i].channel, channel))
			continue;
		json_t *line = json_pack(
			"{s:s,s:i,s:s,s:s,s:s,s:b,s:n,s:n}", "t", "deliver",
			"id", 1, "channel", channel, "kind", kind, "lang", "fr",
			"preview", 0, "template_hash", "template");
		add_all(line, samples[i].head);
		if (str_eq(channel, "email"))
			add_all(line, mail_head);
		json_object_set_new(line, "model",
				    samples[i].model ? parse(samples[i].model)
						     : sample_digest());
		return line;
	}
	return NULL;
}
