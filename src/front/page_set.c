/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages' templates, compiled against one sample each: a name that no model
 * has is an error with its place before anybody sees the page. Templates of
 * pages begin with "page-", partials too: those of "_" belong to the messages
 * and travel with them. */
#include "front.h"

#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/front.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define PAGES	 "fr/"
#define PARTIALS "page-"
#define SUFFIX	 ".mustache"
#define YOUTH                                                                  \
	"\"first_name\":\"Lina\",\"job\":\"boulanger\",\"job_short\":"         \
	"\"boulanger\",\"city\":\"Pantin\",\"contract\":\"apprentissage\","    \
	"\"travel\":\"25 minutes\",\"start_fr\":\"le 1er février\","          \
	"\"advice\":\"Viens dix minutes avant.\",\"tone_tu\":true,"            \
	"\"stop_url\":\"https://o.example/u/0000000000\","                     \
	"\"adviser\":{\"first_name\":\"Sarah\",\"phone\":\"01 99 00 12 34\"}," \
	"\"agency\":{\"name\":\"Mission Locale d'essai\","                     \
	"\"phone\":\"01 99 00 12 00\"},\"is_live\":true,"                      \
	"\"answer\":\"call\",\"answer_fr\":\"veut être rappelé(e)\","        \
	"\"answered_fr\":\"lundi 23 novembre\",\"is_interested\":false,"       \
	"\"is_not_interested\":false,\"is_call\":true,"                        \
	"\"paused_fr\":\"lundi 30 novembre\",\"done\":\"call\","               \
	"\"done_interested\":false,\"done_not_interested\":false,"             \
	"\"done_call\":true,\"done_later\":false,\"done_pause\":false,"        \
	"\"refused\":false"

static const struct page_file {
	const char *name, *sample; /* JSON */
} files[PAGE_COUNT] = {
	[PAGE_OFFER] = {"page-offer", "{" YOUTH ",\"answer_url\":"
				      "\"https://o.example/a/0000000000\"}"},
	[PAGE_ANSWER] = {"page-answer", "{" YOUTH ",\"offer_url\":"
					"\"https://o.example/o/0000000000\"}"},
	[PAGE_DIGEST] =
		{"page-digest",
		 "{\"adviser\":{\"first_name\":\"Sarah\"},\"agency\":"
		 "{\"name\":\"Mission Locale d'essai\",\"phone\":"
		 "\"01 99 00 12 00\"},\"is_cfa\":false,"
		 "\"date_fr\":\"lundi 23 novembre\","
		 "\"done\":\"later\",\"done_item\":\"7.9\",\"refused\":false,"
		 "\"refused_fr\":\"Choisissez un motif.\","
		 "\"people\":[{\"item\":\"7\",\"first_name\":\"Lina\","
		 "\"dossier\":\"D-7\",\"status_fr\":\"en recherche\","
		 "\"is_active\":true,\"offers\":[{\"item\":\"7.9\","
		 "\"title\":\"Boulanger\",\"employer\":\"Pain d'essai\","
		 "\"city\":\"Pantin\",\"contract\":\"apprentissage\","
		 "\"start_fr\":\"le 1er février\","
		 "\"url\":\"https://offre.example/9\",\"is_live\":true,"
		 "\"state\":\"later\",\"state_fr\":\"à revoir\","
		 "\"cfa_fr\":\"écartée par le CFA : horaires\","
		 "\"answer_fr\":\"intéressé(e)\",\"can_send\":true,"
		 "\"can_dismiss\":true,\"can_later\":true}],"
		 "\"steps\":[{\"item\":\"7.3.J40\",\"step_fr\":\"J+40\","
		 "\"due_fr\":\"lundi 23 novembre\",\"question_fr\":"
		 "\"Le contrat continue-t-il ?\",\"can_answer\":true,"
		 "\"state_fr\":\"tout va bien\"}],"
		 "\"waiting\":[{\"item\":\"12\",\"channel_fr\":\"SMS\","
		 "\"when_fr\":\"lundi 23 novembre à 10:00\"}],"
		 "\"contacts\":[\"numéro à vérifier\"]}],"
		 "\"reasons\":[{\"code\":\"hours\",\"label_fr\":\"horaires\","
		 "\"is_now\":false}],\"rhythms\":[{\"code\":\"daily\","
		 "\"label_fr\":\"chaque jour\",\"is_now\":true}],"
		 "\"away_until\":\"2027-01-08\",\"colleagues\":[{\"ref\":\"C2\","
		 "\"first_name\":\"Paul\",\"is_now\":true}]}"},
	[PAGE_METHOD] =
		{"page-method",
		 "{\"gates\":[{\"label_fr\":\"Métier\",\"text_fr\":"
		 "\"L'offre est dans un métier cherché.\"}],\"criteria\":"
		 "[{\"label_fr\":\"Trajet\",\"text_fr\":\"Court, c'est mieux.\","
		 "\"percent\":20}],\"send_from\":70,\"check_from\":50,"
		 "\"per_position\":5,\"days\":4,\"per_day\":1,\"per_week\":3,"
		 "\"rules\":\"essai\"}"},
	[PAGE_UNSUBSCRIBE] = {"page-unsubscribe",
			      "{\"agency\":\"Mission Locale d'essai\","
			      "\"channel_fr\":\"SMS\",\"is_sms\":true}"},
	[PAGE_UNSUBSCRIBED] = {"page-unsubscribed",
			       "{\"agency\":\"Mission Locale d'essai\","
			       "\"channel_fr\":\"SMS\",\"is_sms\":true}"},
	/* It has nothing to say about anybody. */
	[PAGE_GONE] = {"page-gone", "{}"}};

json_t *front_page_sample(enum front_page page)
{
	struct err err = {0};
	const char *text = files[page].sample;
	json_t *model = js_parse(text, strlen(text), &err);
	BUG_ON(!model);
	front_model_complete(page, model);
	return model;
}

static const char *text_of(const json_t *templates, const char *name)
{
	size_t i;
	json_t *t;
	json_array_foreach(templates, i, t)
	{
		if (str_eq(js_str(t, "name", ""), name))
			return js_str(t, "text", NULL);
	}
	return NULL;
}

static const char *find_partial(void *ctx, const char *name)
{
	const json_t *templates = ctx;
	if (!str_starts(name, PARTIALS))
		return NULL;
	char *file = mem_printf(PAGES "%s" SUFFIX, name);
	const char *text = text_of(templates, file);
	free(file);
	return text;
}

static struct template *compile(enum front_page page, json_t *templates,
				struct diags *d)
{
	struct err err = {0};
	struct template *t = NULL;
	char *name = mem_printf(PAGES "%s.html" SUFFIX, files[page].name);
	const char *text = text_of(templates, name);
	if (!text) {
		diag_add(d, DIAG_ERROR, name, 0, 0, "the template is missing");
	} else {
		json_t *sample = front_page_sample(page);
		t = template_new(name, text, TEMPLATE_HTML, find_partial,
				 templates, sample, &err);
		json_decref(sample);
		if (!t) /* its text names file, line and column */
			diag_add(d, DIAG_ERROR, "", 0, 0, "%s", err.text);
	}
	free(name);
	return t;
}

int front_pages_compile(struct front_config *c, const json_t *templates,
			struct diags *d)
{
	int result = 0;
	json_t *own = json_deep_copy(templates); /* find_partial() wants void */
	for (int i = 0; i < PAGE_COUNT; i++) {
		c->pages[i] = compile((enum front_page)i, own, d);
		if (!c->pages[i])
			result = -1;
	}
	json_decref(own);
	return result;
}

void front_pages_check(const json_t *templates, struct diags *d)
{
	struct front_config c = {0};
	(void)front_pages_compile(&c, templates, d);
	for (int i = 0; i < PAGE_COUNT; i++)
		template_free(c.pages[i]);
}
