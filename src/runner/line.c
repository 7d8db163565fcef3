/* SPDX-License-Identifier: EUPL-1.2 */
/* A printed line to an offer. Nothing is guessed here that the collector would
 * not infer too, and what is inferred says so in the provenance. */
#include "line.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/refdata.h>
#include <etrier/understand.h>

#define DAY_S ((int64_t)86400)

/* What is inferred says so in the line itself, which owns it. */
static void understand(const struct line_reader *r, struct arena *a,
		       json_t *line, struct offer *o)
{
	if (!o->provenance) {
		o->provenance = json_object();
		json_object_set_new(line, "provenance", o->provenance);
	}
	if (!o->evidence) {
		o->evidence = json_object();
		json_object_set_new(line, "evidence", o->evidence);
	}
	uint16_t trade =
		o->n_rome ? ROME_NONE : rome_by_title(r->refdata, o->title);
	if (trade != ROME_NONE) {
		o->rome[o->n_rome++] = rome_code(r->refdata, trade);
		json_object_set_new(o->provenance, "rome", json_string("text"));
	}
	if (r->understanding)
		offer_understand(r->understanding, a, NULL, r->now, o, NULL);
}

static void complete_end(const struct line_reader *r, struct offer *o)
{
	int64_t since = o->updated != INSTANT_NONE ? o->updated : o->posted;
	if (o->expires == INSTANT_NONE && since != INSTANT_NONE &&
	    r->expires_days)
		o->expires = since + r->expires_days * DAY_S;
	if (o->status == OFFER_LIVE && o->expires != INSTANT_NONE &&
	    o->expires <= r->now)
		o->status = OFFER_EXPIRED;
}

int line_read(const struct line_reader *r, const char *bytes, size_t n,
	      struct arena *a, struct offer *out, json_t **line,
	      struct err *err)
{
	const char *note;
	json_t *v = js_parse(bytes, n, err);
	if (!v)
		return -1;
	if (json_is_object(v))
		js_put_str(v, "source", r->source);
	if (offer_from_json(v, a, out, err)) {
		json_decref(v);
		return -1;
	}
	place_complete(r->refdata, a, &out->place, &note);
	complete_end(r, out);
	understand(r, a, v, out);
	*line = v;
	return 0;
}
