/* SPDX-License-Identifier: EUPL-1.2 */
/* Sets of texts: compiled when the configuration is prepared, so that a
 * mistake in one is found at reload and not in front of a reader. A message
 * once frozen keeps the set it was frozen with; its sources travel as one JSON
 * object, whose hash is its name. */
#include "templates.h"

#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/mime.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/template.h>

#include "model.h"

#include <stdlib.h>
#include <string.h>

#define LANG_DEFAULT "fr"
#define LANGS_MAX    16
#define SUFFIX	     ".mustache"
/* What the names of texts that ask for replies end with. */
#define REPLY_PART "-reponse.sms"

enum part { PART_SUBJECT, PART_TEXT, PART_HTML, N_PARTS };

struct shape {
	const char *kind, *channel;
	const char *names[N_PARTS]; /* NULL: this shape has no such part */
	enum template_kind text_kind;
	const char *profile; /* of an SMS that asks for replies; NULL */
};
static const struct shape shapes[] = {
	{"digest",
	 "email",
	 {"digest.subject", "digest.txt", "digest.html"},
	 TEMPLATE_TEXT,
	 NULL},
	{"offer",
	 "email",
	 {"offer.subject", "offer.txt", "offer.html"},
	 TEMPLATE_TEXT,
	 NULL},
	{"notice",
	 "email",
	 {"notice.subject", "notice.txt", NULL},
	 TEMPLATE_TEXT,
	 NULL},
	{"event",
	 "email",
	 {"event.subject", "event.txt", "event.html"},
	 TEMPLATE_TEXT,
	 NULL},
	{"call",
	 "email",
	 {"call.subject", "call.txt", "call.html"},
	 TEMPLATE_TEXT,
	 NULL},
	{"offer", "sms", {NULL, "offer.sms", NULL}, TEMPLATE_LINE, NULL},
	{"offer",
	 "sms",
	 {NULL, "offer-reponse.sms", NULL},
	 TEMPLATE_LINE,
	 "reponse"},
	{"event", "sms", {NULL, "event.sms", NULL}, TEMPLATE_LINE, NULL},
	{"call", "sms", {NULL, "call.sms", NULL}, TEMPLATE_LINE, NULL},
	{"stop", "sms", {NULL, "stop.sms", NULL}, TEMPLATE_LINE, NULL},
};

struct templates {
	struct template_set **sets;
	size_t n_sets;
};

void template_set_free(struct template_set *s)
{
	if (!s)
		return;
	template_free(s->subject);
	template_free(s->text);
	template_free(s->html);
	free(s->lang);
	free(s->bundle);
	free(s);
}

void templates_free(struct templates *t)
{
	for (size_t i = 0; t && i < t->n_sets; i++)
		template_set_free(t->sets[i]);
	if (t)
		free(t->sets);
	free(t);
}

static bool is_shape(const struct shape *sh, const char *kind,
		     const char *channel, bool wants_reply)
{
	return str_eq(sh->kind, kind) && str_eq(sh->channel, channel) &&
	       (sh->profile != NULL) == wants_reply;
}

static const struct shape *find_shape(const char *kind, const char *channel,
				      bool wants_reply)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (is_shape(&shapes[i], kind, channel, wants_reply))
			return &shapes[i];
	return NULL;
}

static const char *find_partial(void *ctx, const char *name)
{
	return name[0] == '_' ? js_str(ctx, name, NULL) : NULL;
}

/* The shape's own sources and every partial, sorted: the text that is hashed
 * and travels. */
static char *bundle_of(const struct shape *sh, json_t *files)
{
	json_t *picked = json_object();
	const char *key;
	json_t *text;
	json_object_foreach(files, key, text)
	{
		bool is_ours = key[0] == '_';
		for (int i = 0; i < N_PARTS && !is_ours; i++)
			is_ours = str_eq(key, sh->names[i]);
		if (is_ours)
			json_object_set(picked, key, text);
	}
	char *bundle = json_dumps(picked, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(picked);
	return bundle;
}

static json_t *sample_model(const struct shape *sh)
{
	json_t *deliver = courier_sample(sh->kind, sh->channel);
	json_t *model = model_prepare(json_object_get(deliver, "model"),
				      sh->kind, sh->channel, NULL);
	BUG_ON(!model);
	json_decref(deliver);
	return model;
}

static struct template *compile_part(const struct shape *sh, enum part part,
				     const char *lang, json_t *files,
				     const json_t *sample, struct err *err)
{
	const char *name = sh->names[part];
	const char *source = js_str(files, name, NULL);
	char *file = mem_printf("%s/%s" SUFFIX, lang, name);
	struct template *t = NULL;
	enum template_kind kind = part == PART_SUBJECT ? TEMPLATE_LINE
				  : part == PART_HTML  ? TEMPLATE_HTML
						       : sh->text_kind;
	if (source)
		t = template_new(file, source, kind, find_partial, files,
				 sample, err);
	else
		err_set(err, ERR_CONFIG, "%s:0:0: this template is missing",
			file);
	free(file);
	return t;
}

/* "file:12:5: what" lines, as template_new() writes them. */
static void report(struct diags *d, const char *text)
{
	char *copy = mem_dup(text);
	for (char *line = copy, *next; line; line = next) {
		int64_t at[2] = {0, 0};
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		char *file = line, *rest = strchr(line, ':');
		for (size_t i = 0; i < 2 && rest; i++) {
			*rest++ = '\0';
			char *end = strchr(rest, ':');
			if (end)
				*end = '\0';
			num_parse_int(rest, 0, INT32_MAX, &at[i]);
			if (end)
				*end = ':';
			rest = end;
		}
		diag_add(d, DIAG_ERROR, file, (unsigned)at[0], (unsigned)at[1],
			 "%s", rest ? rest + 1 + (rest[1] == ' ') : "");
	}
	free(copy);
}

/* Every part is compiled even when one fails: all mistakes at once. d may be
 * NULL: then *err holds the first. */
static struct template_set *set_new(const struct shape *sh, const char *lang,
				    json_t *files, struct diags *d,
				    struct err *err)
{
	struct template_set *s = mem_alloc(sizeof *s);
	struct template **parts[] = {&s->subject, &s->text, &s->html};
	/* What was frozen under an older version is not judged by this one. */
	json_t *sample = d ? sample_model(sh) : NULL;
	int rc = 0;
	s->lang = mem_dup(lang);
	s->kind = sh->kind;
	s->channel = sh->channel;
	s->profile = sh->profile;
	s->bundle = bundle_of(sh, files);
	mime_hash(s->bundle, strlen(s->bundle), s->hash);
	for (int i = 0; i < N_PARTS; i++) {
		struct err e;
		if (!sh->names[i])
			continue;
		*parts[i] = compile_part(sh, (enum part)i, lang, files, sample,
					 rc == 0 ? err : &e);
		if (*parts[i])
			continue;
		if (d)
			report(d, rc == 0 ? err->text : e.text);
		rc = -1;
	}
	if (rc == 0 && strlen(s->bundle) > COURIER_SET_MAX) {
		rc = err_set(err, ERR_CONFIG,
			     "%s/%s" SUFFIX ":0:0: with its partials larger "
			     "than %zu bytes",
			     lang, sh->names[PART_TEXT], COURIER_SET_MAX);
		if (d)
			report(d, err->text);
	}
	json_decref(sample);
	if (rc < 0) {
		template_set_free(s);
		return NULL;
	}
	return s;
}

/* {"fr": {"digest.txt": source}} of [{"name","text"}]; files of other names
 * are nobody's and left alone. */
static json_t *by_language(const json_t *list, struct diags *d)
{
	json_t *langs = json_object();
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		char *name = mem_dup(js_str(item, "name", ""));
		char *slash = strchr(name, '/');
		if (slash && slash > name && str_ends(name, SUFFIX) &&
		    json_object_size(langs) < LANGS_MAX) {
			*slash = '\0';
			char *file = slash + 1;
			file[strlen(file) - strlen(SUFFIX)] = '\0';
			json_t *files = json_object_get(langs, name);
			if (!files) {
				files = json_object();
				json_object_set_new(langs, name, files);
			}
			js_put_str(files, file, js_str(item, "text", ""));
		}
		free(name);
	}
	if (!json_object_get(langs, LANG_DEFAULT))
		diag_add(d, DIAG_ERROR, "templates", 0, 0,
			 "there is no folder \"" LANG_DEFAULT "\" with " SUFFIX
			 " files in paths.templates");
	return langs;
}

/* Parts that a language has none of are those of the default one: a head of a
 * page says nothing. */
static void borrow_partials(json_t *langs)
{
	json_t *own = json_object_get(langs, LANG_DEFAULT), *files, *text;
	const char *lang, *name;
	json_object_foreach(langs, lang, files)
	{
		if (files == own)
			continue;
		json_object_foreach(own, name, text)
		{
			if (name[0] == '_' && !json_object_get(files, name))
				json_object_set(files, name, text);
		}
	}
}

/* The default language must be whole; another has a set or has none of it. */
static bool wants_set(const struct shape *sh, const char *lang,
		      const json_t *files)
{
	bool wants = str_eq(lang, LANG_DEFAULT);
	for (int i = 0; i < N_PARTS; i++)
		wants = wants ||
			(sh->names[i] && json_object_get(files, sh->names[i]));
	return wants;
}

struct templates *templates_new(const json_t *list, struct diags *d)
{
	struct templates *t = mem_alloc(sizeof *t);
	size_t n_errors = d->n_errors;
	json_t *langs = by_language(list, d), *files;
	const char *lang;
	borrow_partials(langs);
	t->sets = mem_array(json_object_size(langs) * ARRAY_LEN(shapes) + 1,
			    sizeof(struct template_set *));
	json_object_foreach(langs, lang, files)
	{
		for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
			struct err err = {0};
			if (!wants_set(&shapes[i], lang, files))
				continue;
			struct template_set *s =
				set_new(&shapes[i], lang, files, d, &err);
			if (s)
				t->sets[t->n_sets++] = s;
		}
	}
	json_decref(langs);
	if (d->n_errors > n_errors) {
		templates_free(t);
		return NULL;
	}
	return t;
}

json_t *templates_sets(const struct templates *t)
{
	json_t *all = json_array();
	for (size_t i = 0; i < t->n_sets; i++) {
		const struct template_set *s = t->sets[i];
		json_array_append_new(
			all,
			json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "lang", s->lang,
				  "kind", s->kind, "channel", s->channel,
				  "profile", s->profile ? s->profile : "",
				  "hash", s->hash, "text", s->bundle));
	}
	return all;
}

bool templates_is_of(const json_t *set, const char *profile)
{
	bool is_reply = *js_str(set, "profile", "") != '\0';
	bool wants_reply = !str_eq(profile, "lien");
	/* Events, calls and the confirmation of a stop have but one text. */
	return is_reply == wants_reply ||
	       !find_shape(js_str(set, "kind", ""), js_str(set, "channel", ""),
			   wants_reply);
}

static const struct template_set *find(const struct templates *t,
				       const char *lang, const struct shape *sh)
{
	for (size_t i = 0; t && i < t->n_sets; i++) {
		const struct template_set *s = t->sets[i];
		if (str_eq(s->lang, lang) && str_eq(s->kind, sh->kind) &&
		    str_eq(s->channel, sh->channel) &&
		    str_eq(s->profile, sh->profile))
			return s;
	}
	return NULL;
}

/* Does this line's text ask for replies? Its own texts say it, or the hash of a
 * set in force; profile is for lines that have neither yet. */
static bool asks_for_replies(const struct templates *t, const json_t *deliver)
{
	const char *hash = js_str(deliver, "template_hash", NULL);
	const char *text = js_str(deliver, "template", NULL);
	for (size_t i = 0; t && hash && i < t->n_sets; i++)
		if (str_eq(t->sets[i]->hash, hash))
			return t->sets[i]->profile != NULL;
	if (hash && text)
		return strstr(text, REPLY_PART "\":") != NULL;
	return !str_eq(js_str(deliver, "profile", "lien"), "lien");
}

static struct template_set *from_bundle(const struct shape *sh,
					const char *lang, const char *hash,
					const char *text, struct err *err)
{
	char real[33];
	size_t n = strlen(text);
	mime_hash(text, n, real);
	if (n > COURIER_SET_MAX || !str_eq(real, hash)) {
		err_set(err, ERR_INPUT,
			"the template that came is not the one cited");
		return NULL;
	}
	json_t *files = js_parse(text, n, err);
	if (!files)
		return NULL;
	struct template_set *s = set_new(sh, lang, files, NULL, err);
	if (!s)
		err->kind = ERR_INPUT;
	json_decref(files);
	return s;
}

const struct template_set *templates_choose(const struct templates *t,
					    const json_t *deliver,
					    struct template_set **own,
					    struct err *err)
{
	const char *kind = js_str(deliver, "kind", "");
	const char *channel = js_str(deliver, "channel", "");
	const char *lang = js_str(deliver, "lang", LANG_DEFAULT);
	const char *hash = js_str(deliver, "template_hash", NULL);
	const char *text = js_str(deliver, "template", NULL);
	const struct shape *sh =
		find_shape(kind, channel, asks_for_replies(t, deliver));
	const struct template_set *s = sh ? find(t, lang, sh) : NULL;
	*own = NULL;
	if (sh && !s) { /* "pt-br" is read by whoever reads "pt" */
		char *first = mem_dup_n(lang, strcspn(lang, "-"));
		s = find(t, first, sh);
		free(first);
	}
	if (sh && !s)
		s = find(t, LANG_DEFAULT, sh);
	if (!sh) {
		err_set(err, ERR_INPUT,
			"no message is of that kind by that "
			"channel");
		return NULL;
	}
	if (s && (!hash || str_eq(hash, s->hash)))
		return s;
	if (!hash || !text) {
		err_set(err, ERR_UNKNOWN, "template %s is not known here",
			hash ? hash : "(none)");
		return NULL;
	}
	*own = from_bundle(sh, lang, hash, text, err);
	return *own;
}
