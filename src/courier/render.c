/* SPDX-License-Identifier: EUPL-1.2 */
/* From a `deliver` line to the bytes of a mail or the text of an SMS. No role,
 * no clock, no file: etrierctl shows a digest with these same functions, and a
 * message sent twice is the same twice. */
#include <etrier/arena.h>
#include <etrier/courier.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/mime.h>
#include <etrier/str.h>
#include <etrier/template.h>

#include "model.h"
#include "templates.h"

#include <stdlib.h>
#include <string.h>

/* Gmail cuts a message at 102 kB and hides the rest, with it the way to
 * unsubscribe. Above this a mail goes as text alone. */
#define HTML_MAX ((size_t)100000)

/* What an SMS does without, first to last; the rest (adviser, Mission Locale,
 * trade, number to call, way out) is what makes it trustworthy. */
enum cut { CUT_MEMBER, CUT_JOB, CUT_AGENCY };
static const struct {
	enum cut cut;
	const char *member;
	const char *dropped; /* the words of struct sms, so far */
} cuts[] = {
	{CUT_MEMBER, "contract", "contract"},
	{CUT_MEMBER, "travel", "contract travel"},
	{CUT_MEMBER, "start_short", "contract travel start"},
	{CUT_JOB, NULL, "contract travel start job"},
	{CUT_AGENCY, NULL, "contract travel start job agency"},
	{CUT_MEMBER, "city", "contract travel start job agency city"},
	{CUT_MEMBER, "first_name",
	 "contract travel start job agency city first_name"},
};

static char *render_part(const struct template *t, const json_t *model,
			 size_t max, struct err *err)
{
	struct buf out;
	buf_init(&out, max);
	if (template_render(t, model, &out, err) < 0) {
		buf_clear(&out);
		return NULL;
	}
	return buf_take(&out);
}

static struct mime_box box_of(const json_t *line, const char *key)
{
	const json_t *v = json_object_get(line, key);
	return (struct mime_box){.address = js_str(v, "address", NULL),
				 .name = js_str(v, "name", NULL)};
}

/* Borrows from line and from m. */
static struct mime_mail mime_of(const json_t *line, const struct mail *m)
{
	const json_t *out = json_object_get(line, "unsubscribe");
	return (struct mime_mail){
		.from = box_of(line, "from"),
		.to = box_of(line, "to"),
		.reply_to = box_of(line, "reply_to"),
		.subject = m->subject,
		.date = js_int(line, "date", 0),
		.message_id = js_str(line, "message_id", NULL),
		.list_id = js_str(line, "list_id", NULL),
		.unsubscribe_url = js_str(out, "url", NULL),
		.unsubscribe_mailto = js_str(out, "mailto", NULL),
		.feedback_id = js_str(line, "feedback_id", NULL),
		.id = js_int(line, "id", 0),
		.language = js_str(line, "lang", "fr"),
		.boundary = js_str(line, "boundary", NULL),
		.text = m->text,
		.html = m->html,
	};
}

static int render_parts(const struct template_set *set, const json_t *model,
			struct mail *m, struct err *err)
{
	m->subject = render_part(set->subject, model, MIME_HEADER_MAX, err);
	if (!m->subject)
		return err_prefix(err, "subject");
	m->text = render_part(set->text, model, TEMPLATE_OUTPUT_MAX, err);
	if (!m->text)
		return err_prefix(err, "text");
	if (!set->html)
		return 0;
	m->html = render_part(set->html, model, HTML_MAX, err);
	if (!m->html && err && err->kind != ERR_LIMIT)
		return err_prefix(err, "html");
	return 0;
}

int render_mail(const struct templates *t, const json_t *deliver,
		struct mail *out, struct err *err)
{
	struct err unused;
	struct mail m = {0};
	struct template_set *own = NULL;
	const char *kind = js_str(deliver, "kind", "");
	json_t *model = NULL;
	int rc = -1;
	if (!err)
		err = &unused;
	buf_init(&m.bytes, MIME_MAIL_MAX);
	if (!str_eq(js_str(deliver, "channel", ""), "email"))
		return err_set(err, ERR_INPUT, "this is no mail");
	const struct template_set *set =
		templates_choose(t, deliver, &own, err);
	if (!set)
		return -1;
	model = model_prepare(json_object_get(deliver, "model"), kind, "email",
			      err);
	if (!model || render_parts(set, model, &m, err) < 0)
		goto out;
	struct mime_mail mime = mime_of(deliver, &m);
	if (!json_is_integer(json_object_get(deliver, "date"))) {
		err_set(err, ERR_INPUT, "date is missing");
		goto out;
	}
	if (mime_write(&mime, &m.bytes, err) < 0)
		goto out;
	mime_hash(m.bytes.data, m.bytes.len, m.message_hash);
	str_copy(m.template_hash, sizeof m.template_hash, set->hash);
	*out = m;
	rc = 0;
out:
	if (rc < 0)
		mail_clear(&m);
	json_decref(model);
	template_set_free(own);
	return rc;
}

void mail_clear(struct mail *m)
{
	free(m->subject);
	free(m->text);
	free(m->html);
	buf_clear(&m->bytes);
	*m = (struct mail){0};
}

static void replace(json_t *obj, const char *key, const char *shorter)
{
	json_t *v = json_object_get(obj, shorter);
	if (v)
		json_object_set(obj, key, v);
}

static void cut_down(json_t *model, enum cut cut, const char *member)
{
	switch (cut) {
	case CUT_MEMBER:
		json_object_del(model, member);
		break;
	case CUT_JOB:
		replace(model, "job", "job_short");
		break;
	case CUT_AGENCY:
		replace(json_object_get(model, "agency"), "name", "short_name");
		break;
	}
}

static int render_text(const struct template *t, const json_t *model,
		       struct sms *out, struct err *err)
{
	struct arena a;
	char *raw = render_part(t, model, MIME_HEADER_MAX, err);
	if (!raw)
		return -1;
	arena_init(&a);
	free(out->text);
	out->text = mem_dup(gsm7_transliterate(&a, raw));
	out->size = gsm7_measure(out->text);
	arena_clear(&a);
	free(raw);
	return 0;
}

/* Cut until it fits; the text in *s is the last one tried. */
static int fit(const struct template *t, json_t *model, int max_segments,
	       struct sms *s, struct err *err)
{
	s->dropped = "";
	for (size_t i = 0;; i++) {
		if (render_text(t, model, s, err) < 0)
			return -1;
		if (s->size.segments <= max_segments)
			return 0;
		if (i == ARRAY_LEN(cuts))
			break;
		cut_down(model, cuts[i].cut, cuts[i].member);
		s->dropped = cuts[i].dropped;
	}
	return err_set(err, ERR_LIMIT,
		       "the SMS needs %d units in %d segments at its shortest; "
		       "%d allowed",
		       s->size.units, s->size.segments, max_segments);
}

int render_sms(const struct templates *t, const json_t *deliver,
	       int max_segments, struct sms *out, struct err *err)
{
	struct sms s = {0};
	struct template_set *own = NULL;
	const char *kind = js_str(deliver, "kind", "");
	int rc = -1;
	if (!str_eq(js_str(deliver, "channel", ""), "sms"))
		return err_set(err, ERR_INPUT, "this is no SMS");
	const struct template_set *set =
		templates_choose(t, deliver, &own, err);
	if (!set)
		return -1;
	json_t *model = model_prepare(json_object_get(deliver, "model"), kind,
				      "sms", err);
	if (model)
		rc = fit(set->text, model, max_segments, &s, err);
	if (rc == 0) {
		mime_hash(s.text, strlen(s.text), s.message_hash);
		str_copy(s.template_hash, sizeof s.template_hash, set->hash);
		s.profile = set->profile ? set->profile : "lien";
		*out = s;
	} else {
		sms_clear(&s);
	}
	json_decref(model);
	template_set_free(own);
	return rc;
}

void sms_clear(struct sms *s)
{
	free(s->text);
	*s = (struct sms){0};
}
