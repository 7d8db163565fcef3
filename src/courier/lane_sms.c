/* SPDX-License-Identifier: EUPL-1.2 */
/* The SMS half of a lane. An SMS is what its template is: a text that asks for
 * replies leaves from the number they go to, whatever sms.profile has become
 * since it was frozen; a text with a link leaves under the house's name. */
#include "lane.h"

#include "gateway.h"
#include "sms.h"
#include "smsfile.h"
#include "verdict.h"

#include <etrier/courier.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* Nothing is configured to send: ask again when somebody may have done so. */
#define NO_GATEWAY_RETRY_S 3600

static void refuse(struct gateway_result *out, enum verdict_result result,
		   const char *reason, const char *text)
{
	*out = (struct gateway_result){.cost = -1};
	verdict_set(&out->v, result, reason, text);
}

/* Into the folder: it sends nothing, so nothing is uncertain here but what died
 * between the file and the verdict. */
static void to_file(const struct lane_conf *c, const struct gateway_sms *m,
		    const struct sms *s, bool is_preview,
		    lane_submitting_fn *submitting, void *ctx,
		    struct gateway_result *out)
{
	struct err err;
	if (smsfile_check_number(m->to, &err) < 0 ||
	    smsfile_check_sender(m->from, &err) < 0) {
		refuse(out, VERDICT_FAILED, "address", err.text);
		return;
	}
	if (submitting(ctx, m->id) < 0) {
		refuse(out, VERDICT_RETRY, "network", "the engine is gone");
		return;
	}
	if (smsfile_put(c->sms_folder, m->id, m->to, m->from, s, &err) < 0) {
		refuse(out, VERDICT_RETRY, "storage", err.text);
		return;
	}
	refuse(out, VERDICT_SENT, "ok", "");
	out->segments = m->segments;
	if (!is_preview)
		out->cost = sms_gateway_price(c->gateway, m->segments);
}

static void hand_over(const struct lane_conf *c, const json_t *deliver,
		      const struct sms *s, lane_submitting_fn *submitting,
		      void *ctx, struct gateway_result *out)
{
	const struct gateway_sms m = {
		.id = js_int(deliver, "id", 0),
		.to = js_str(json_object_get(deliver, "to"), "address", ""),
		.from = js_str(deliver, "sms_sender", ""),
		.text = s->text,
		.units = s->size.units,
		.segments = s->size.segments};
	bool is_preview = js_bool(deliver, "preview", false);
	bool takes_replies = !str_eq(s->profile, "lien");
	if (is_preview || str_eq(sms_gateway_name(c->gateway), "file")) {
		to_file(c, &m, s, is_preview, submitting, ctx, out);
	} else if (!sms_gateway_calls(c->gateway)) {
		refuse(out, VERDICT_RETRY, "transport", "sms.gateway is none");
		out->v.retry_after_s = NO_GATEWAY_RETRY_S;
	} else {
		sms_gateway_send(c->gateway, &m, takes_replies, submitting, ctx,
				 out);
	}
}

/* A message that does not become one. A template that is not known here is the
 * engine's to send; all else would be the same tomorrow. */
static void not_rendered(struct verdict *v, const struct err *err)
{
	if (err->kind == ERR_UNKNOWN)
		verdict_set(v, VERDICT_RETRY, "template", err->text);
	else
		verdict_set(v, VERDICT_FAILED, "message", err->text);
}

void lane_do_sms(const struct lane_conf *c, const json_t *deliver,
		 lane_submitting_fn *submitting, void *ctx, struct verdict *v,
		 json_t *line)
{
	struct err err;
	struct sms s;
	struct gateway_result result;
	if (render_sms(c->templates, deliver, c->max_segments, &s, &err) < 0) {
		not_rendered(v, &err);
		return;
	}
	hand_over(c, deliver, &s, submitting, ctx, &result);
	*v = result.v;
	js_put_str(line, "message_hash", s.message_hash);
	js_put_str(line, "template_hash", s.template_hash);
	/* A preview has met no gateway. */
	if (!js_bool(deliver, "preview", false) &&
	    !str_eq(v->reason, "transport")) {
		js_put_str(line, "gateway", sms_gateway_name(c->gateway));
		js_put_str(line, "gateway_ref",
			   *result.ref ? result.ref : NULL);
		js_put_int(line, "segments", result.segments, 0);
		js_put_int(line, "cost", result.cost, -1);
	}
	sms_clear(&s);
}
