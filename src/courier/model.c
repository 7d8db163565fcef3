/* SPDX-License-Identifier: EUPL-1.2 */
/* The last gate before a template. The planner cleaned the offers' texts
 * already; it is done again here because a line end in a title would forge a
 * line of the digest, and because this process is the one that writes to
 * people. Pure: no clock, no files; the same model gives the same answer. */
#include "model.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <string.h>
#include <strings.h>

#define URL_MAX ((size_t)2000)

/* What a message to a young person may be made of: our words and tables. */
static const char *const youth_members[] = {
	"first_name", "adviser",    "agency",	   "job",     "job_short",
	"city",	      "start_fr",   "start_short", "hour_fr", "contract",
	"travel",     "travel_min", "advice",	   "tone_tu", "stop_url",
	"offer_url",  "answer_url", NULL};

static const char *const offer_required[] = {
	"adviser.first_name", "agency.name", "job", "stop_url", NULL};
static const char *const event_required[] = {
	"adviser.first_name", "agency.name", "city",
	"start_fr",	      "stop_url",    NULL};
static const char *const answer_required[] = {"adviser.first_name",
					      "agency.name", NULL};
static const char *const digest_required[] = {
	"adviser.first_name", "agency.name", "date_fr", "date_short_fr", NULL};

static const char *const notice_required[] = {"host", NULL};

static const struct {
	const char *kind;
	const char *const *required;
	bool is_youth;
} kinds[] = {
	{"offer", offer_required, true},    {"event", event_required, true},
	{"call", answer_required, true},    {"stop", answer_required, true},
	{"digest", digest_required, false}, {"notice", notice_required, false}};

/* Members that would tell of a need, whoever reads: a model that has one was
 * made by a mistake of ours, and nothing of it may go out. */
static const char *const forbidden[] = {
	"need",	   "needs",  "besoin", "besoins",  "rqth",  "handicap",
	"private", "health", "sante",  "exposure", "access"};

static bool is_url_key(const char *key)
{
	return str_eq(key, "url") || str_ends(key, "_url");
}

/* In an href and in a line of text: a web address and nothing that could end
 * the attribute or the line. */
static bool is_web_url(const char *s)
{
	if (!str_starts(s, "https://") && !str_starts(s, "http://"))
		return false;
	if (strlen(s) > URL_MAX)
		return false;
	for (const char *p = s; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("\"'<>\\^`{|}", *p))
			return false;
	return true;
}

static json_t *clean_value(struct arena *a, const char *key, const json_t *v,
			   int depth);

static json_t *clean_text(struct arena *a, const char *key, const char *s)
{
	if (is_url_key(key))
		return is_web_url(s) ? json_string(s) : NULL;
	return json_string(utf8_clean(a, s, UTF8_ONE_LINE, MODEL_TEXT_MAX));
}

static json_t *join(const json_t *list)
{
	struct buf b;
	buf_init(&b, 4 * MODEL_TEXT_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			buf_adds(&b, ", ");
		buf_adds(&b, json_string_value(json_array_get(list, i)));
	}
	json_t *joined = json_stringn(b.data ? b.data : "", b.len);
	buf_clear(&b);
	return joined;
}

/* The members templates need besides: see model.h. */
static void add_helpers(struct arena *a, json_t *obj, const char *key,
			const json_t *v)
{
	if (json_is_integer(v))
		json_object_set_new(obj, arena_printf(a, "%s_many", key),
				    json_boolean(json_integer_value(v) >= 2));
	if (json_is_array(v))
		json_object_set_new(obj, arena_printf(a, "has_%s", key),
				    json_boolean(json_array_size(v) > 0));
	if (json_is_array(v) && json_is_string(json_array_get(v, 0)))
		json_object_set_new(obj, arena_printf(a, "%s_joined", key),
				    join(v));
}

static json_t *clean_object(struct arena *a, const json_t *v, int depth)
{
	json_t *obj = json_object();
	const char *key;
	json_t *member;
	/* jansson's iterators want what they do not change not const. */
	union {
		const json_t *in;
		json_t *out;
	} walked = {v};
	json_object_foreach(walked.out, key, member)
	{
		json_t *clean = clean_value(a, key, member, depth);
		if (!clean)
			continue;
		json_object_set_new(obj, key, clean);
		add_helpers(a, obj, key, clean);
	}
	return obj;
}

/* All texts or all objects, as the first element is. */
static json_t *clean_list(struct arena *a, const json_t *v, int depth)
{
	json_t *list = json_array();
	size_t n = json_array_size(v);
	for (size_t i = 0; i < n && i < MODEL_LIST_MAX; i++) {
		json_t *item = clean_value(a, "", json_array_get(v, i), depth);
		if (item &&
		    (json_array_size(list) == 0 ||
		     json_typeof(item) == json_typeof(json_array_get(list, 0))))
			json_array_append_new(list, item);
		else
			json_decref(item);
	}
	return list;
}

static json_t *clean_value(struct arena *a, const char *key, const json_t *v,
			   int depth)
{
	if (depth == MODEL_DEPTH_MAX)
		return NULL;
	switch (json_typeof(v)) {
	case JSON_STRING:
		return clean_text(a, key, json_string_value(v));
	case JSON_INTEGER:
		return json_integer(json_integer_value(v));
	case JSON_TRUE:
		return json_true();
	case JSON_FALSE:
		return json_false();
	case JSON_OBJECT:
		return clean_object(a, v, depth + 1);
	case JSON_ARRAY:
		return clean_list(a, v, depth + 1);
	default:
		return NULL; /* null is absent; nothing here is a real */
	}
}

static const char *dotted(const json_t *model, const char *path)
{
	const char *dot = strchr(path, '.');
	if (!dot)
		return js_str(model, path, "");
	char head[40];
	str_copy(head, (size_t)(dot - path) + 1, path);
	return js_str(json_object_get(model, head), dot + 1, "");
}

static int require(const json_t *model, const char *const *paths,
		   struct err *err)
{
	for (; *paths; paths++)
		if (str_is_empty(dotted(model, *paths)))
			return err_set(err, ERR_INPUT,
				       "the model has no usable %s", *paths);
	return 0;
}

/* The number to call back: the adviser's own, or the house's, as one dials it
 * here. An SMS cannot spare the blanks. */
static int add_callback(json_t *model, const char *channel, struct err *err)
{
	const char *phone = dotted(model, "adviser.phone");
	if (!*phone)
		phone = dotted(model, "agency.phone");
	if (!*phone)
		return err_set(err, ERR_INPUT,
			       "the model has no number to call back");
	struct buf b;
	char local[40];
	phone_write_fr(phone, local, sizeof(local));
	buf_init(&b, sizeof(local));
	for (const char *p = local; *p; p++)
		if (*p != ' ' || !str_eq(channel, "sms"))
			buf_addc(&b, *p);
	json_object_set_new(model, "callback", json_string(b.data));
	buf_clear(&b);
	return 0;
}

/* The path of a forbidden member anywhere in it, or NULL. */
static const char *find_forbidden(const json_t *v, int depth)
{
	union {
		const json_t *in;
		json_t *out;
	} walked = {v};
	const char *key, *found = NULL;
	json_t *member;
	size_t n;
	if (depth == MODEL_DEPTH_MAX)
		return NULL;
	json_object_foreach(walked.out, key, member)
	{
		for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
			if (strcasecmp(key, forbidden[i]) == 0)
				return forbidden[i];
		if (!found)
			found = find_forbidden(member, depth + 1);
	}
	json_array_foreach(v, n, member)
	{
		if (!found)
			found = find_forbidden(member, depth + 1);
	}
	return found;
}

static void keep_only(json_t *obj, const char *const *names)
{
	const char *key;
	json_t *member;
	void *next;
	json_object_foreach_safe(obj, next, key, member)
	{
		bool is_named = false;
		for (size_t i = 0; names[i] && !is_named; i++)
			is_named = str_eq(key, names[i]);
		if (!is_named)
			json_object_del(obj, key);
	}
}

json_t *model_prepare(const json_t *model, const char *kind,
		      const char *channel, struct err *err)
{
	struct arena a;
	const char *never = find_forbidden(model, 0);
	if (never) {
		err_set(err, ERR_INPUT,
			"the model has a member \"%s\": nothing of it goes out",
			never);
		return NULL;
	}
	arena_init(&a);
	json_t *m = json_is_object(model) ? clean_value(&a, "", model, 0)
					  : json_object();
	bool is_youth = false;
	int rc = -1;
	arena_clear(&a);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!str_eq(kinds[i].kind, kind))
			continue;
		is_youth = kinds[i].is_youth;
		if (is_youth)
			keep_only(m, youth_members);
		rc = require(m, kinds[i].required, err);
	}
	if (rc == 0 && is_youth)
		rc = add_callback(m, channel, err);
	if (rc < 0) {
		json_decref(m);
		return NULL;
	}
	return m;
}
