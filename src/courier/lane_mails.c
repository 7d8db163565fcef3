/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails that wait in a lane, handed over together: rendered first, then one
 * behind the other on one connection. A verdict is said when it is earned, not
 * at the end: what the relay has taken must not go again because the lane died
 * over the next. */
#include "lane.h"

#include "verdict.h"

#include <etrier/courier.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>

struct waiting {
	struct mail mail;
	json_t *line;
	char envid[LANE_ENVID_MAX + 1];
};

struct batch {
	struct waiting *v;
	struct smtp_mail *mails;
	size_t n;
	lane_verdict_fn *say;
	void *ctx;
};

bool lane_is_batched(const struct lane_conf *c, const json_t *deliver)
{
	return c->mail == LANE_SMTP && js_int(deliver, "id", 0) > 0 &&
	       str_eq(js_str(deliver, "channel", ""), "email") &&
	       !js_bool(deliver, "preview", false);
}

static void on_done(void *ctx, size_t i, const struct verdict *v)
{
	const struct batch *b = ctx;
	lane_put_verdict(b->v[i].line, v);
	b->say(b->ctx, b->v[i].line);
}

static void add(const struct lane_conf *c, const json_t *deliver,
		struct batch *b)
{
	struct verdict v;
	struct waiting *w = &b->v[b->n];
	json_t *line = lane_verdict_line(deliver);
	if (!lane_render(c, deliver, &w->mail, &v, line)) {
		lane_put_verdict(line, &v);
		b->say(b->ctx, line);
		return;
	}
	w->line = line;
	b->mails[b->n++] = lane_envelope(deliver, &w->mail, w->envid);
}

void lane_deliver_mails(const struct lane_conf *c, const json_t *delivers,
			lane_verdict_fn *say, void *ctx)
{
	size_t n = json_array_size(delivers);
	struct batch b = {.say = say, .ctx = ctx};
	b.v = mem_array(n, sizeof *b.v);
	b.mails = mem_array(n, sizeof *b.mails);
	for (size_t i = 0; i < n; i++)
		add(c, json_array_get(delivers, i), &b);
	smtp_send(c->smtp, b.mails, b.n, on_done, &b);
	for (size_t i = 0; i < b.n; i++)
		mail_clear(&b.v[i].mail);
	free(b.v);
	free(b.mails);
}
