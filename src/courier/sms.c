/* SPDX-License-Identifier: EUPL-1.2 */
/* An SMS and its gateway: who may be written to, the clock OVH wants, the
 * request, the end of it. What a gateway is like is gateway_*.c's, how bytes
 * travel transfer.c's. */
#include "sms.h"

#include "smsfile.h"
#include "transfer.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <stdlib.h>
#include <string.h>

/* How long the difference of two clocks is believed. */
#define CLOCK_FRESH_MS 3600000
/* Numbers in one `blacklisted` line: 17 bytes each with quotes and comma are
 * far below WIRE_LINE_MAX. */
#define LIST_LINE_MAX 5000

struct sms_gateway {
	json_t *config; /* what conf points into */
	const char *name, *profile, *ca_file;
	struct gateway_conf conf;
	struct transfer *transfer; /* NULL: calls nobody */
	bool is_near;		   /* on this machine */
	bool knows_clock;
	int64_t clock_delta_s, clock_read_ms;
};

static void missing(struct diags *d, const char *what)
{
	diag_add(d, DIAG_ERROR, "etrier.yaml", 0, 0, "%s is missing", what);
}

static void check(const struct sms_gateway *g, struct diags *d)
{
	const struct gateway_conf *c = &g->conf;
	bool is_http = c->gateway == &gateway_http;
	bool wants_account = c->gateway == &gateway_kannel ||
			     c->gateway == &gateway_ovh ||
			     c->gateway == &gateway_octopush ||
			     c->gateway == &gateway_twilio;
	if (!c->url)
		missing(d, is_http ? "the description in sms.http_file"
				   : "sms.url");
	if (!c->key && !is_http)
		missing(d, "the secret of sms.key_file");
	if (!c->account && wants_account)
		missing(d, "sms.account");
	if (c->gateway == &gateway_ovh && (!c->ovh_secret || !c->ovh_consumer))
		missing(d, "a secret of OVH");
}

struct sms_gateway *sms_gateway_new(const json_t *config, struct diags *d)
{
	struct sms_gateway *g = mem_alloc(sizeof(*g));
	size_t before = d->n_errors;
	g->config = json_deep_copy(config);
	const json_t *sms = json_object_get(g->config, "sms");
	const json_t *secrets = json_object_get(g->config, "secrets");
	const json_t *http = json_object_get(g->config, "sms_http");
	g->name = js_str(sms, "gateway", "none");
	g->profile = js_str(sms, "profile", "lien");
	g->ca_file = js_str(sms, "ca_file", NULL);
	const struct gateway *kind = gateway_find(g->name);
	const char *own = kind == &gateway_http ? js_str(http, "url", NULL)
			  : kind		? kind->url
						: NULL;
	g->conf = (struct gateway_conf){
		.gateway = kind,
		.account = js_str(sms, "account", NULL),
		.key = js_str(secrets, "sms.key", NULL),
		.ovh_secret = js_str(secrets, "sms.ovh_secret", NULL),
		.ovh_consumer = js_str(secrets, "sms.ovh_consumer", NULL),
		.url = kind == &gateway_http ? own : js_str(sms, "url", own),
		.number = js_str(sms, "number", NULL),
		.callback_url = js_str(g->config, "callback_url", NULL),
		.segment_cost = js_int(sms, "segment_cost", -1),
		.http = http};
	if (kind) {
		check(g, d);
		g->transfer = transfer_new(g->ca_file,
					   (int)js_int(sms, "timeout_s", 20));
		g->is_near = g->conf.url && settings_is_loopback(g->conf.url);
	}
	if (d->n_errors == before)
		return g;
	sms_gateway_free(g);
	return NULL;
}

void sms_gateway_free(struct sms_gateway *g)
{
	if (!g)
		return;
	transfer_free(g->transfer);
	json_decref(g->config);
	free(g);
}

const char *sms_gateway_name(const struct sms_gateway *g)
{
	return g->name;
}

bool sms_gateway_calls(const struct sms_gateway *g)
{
	return g->transfer != NULL;
}

const char *sms_gateway_profile(const struct sms_gateway *g)
{
	return g->profile;
}

const char *sms_gateway_ca_file(const struct sms_gateway *g)
{
	return g->ca_file;
}

int64_t sms_gateway_price(const struct sms_gateway *g, int segments)
{
	return g->conf.segment_cost < 0 ? -1 : g->conf.segment_cost * segments;
}

/* ---- who may be written to ---- */

static const char *number_problem(const struct sms_gateway *g, const char *to,
				  bool takes_replies)
{
	char normal[17];
	const char *number = g->conf.number;
	bool is_short = takes_replies && (!number || *number != '+');
	enum phone_kind kind = phone_normalise(to ? to : "", normal);
	if (kind == PHONE_INVALID || kind == PHONE_SPECIAL ||
	    !str_eq(to, normal))
		return "number is not in E.164 form";
	/* Nobody has it; a gateway far away would charge for trying. */
	if (kind == PHONE_FICTION && !g->is_near)
		return "a number kept for fiction";
	if (kind == PHONE_MOBILE_DOM && is_short)
		return "a short code does not reach numbers overseas";
	if (kind != PHONE_MOBILE && kind != PHONE_MOBILE_DOM &&
	    kind != PHONE_FICTION)
		return "not a French mobile number";
	return NULL;
}

static const char *address_problem(const struct sms_gateway *g,
				   const struct gateway_sms *m,
				   bool takes_replies, struct err *err)
{
	const char *problem = number_problem(g, m->to, takes_replies);
	if (problem)
		return problem;
	if (!takes_replies && smsfile_check_sender(m->from, err) < 0)
		return err->text;
	return NULL;
}

/* ---- the clock ---- */

/* OVH signs with its own time: the difference is read once an hour. */
static int64_t now_of(const struct sms_gateway *g)
{
	return clock_now(clock_system()) + g->clock_delta_s;
}

static bool read_clock(struct sms_gateway *g, struct arena *a, const char **why)
{
	struct gateway_request r = {0};
	struct gateway_answer answer;
	const struct gateway *kind = g->conf.gateway;
	int64_t ms = clock_mono_ms(clock_system());
	if (!kind->build_time ||
	    (g->knows_clock && ms < g->clock_read_ms + CLOCK_FRESH_MS))
		return true;
	kind->build_time(&g->conf, a, &r);
	enum transfer_end end = transfer_run(
		g->transfer, &r, GATEWAY_ANSWER_MAX, NULL, NULL, &answer, why);
	int64_t t = end == TRANSFER_DONE ? gateway_read_time(&answer) : -1;
	if (t < 0) {
		if (end == TRANSFER_DONE)
			*why = "the gateway does not tell its time";
		return false;
	}
	g->clock_delta_s = t - clock_now(clock_system());
	g->clock_read_ms = ms;
	g->knows_clock = true;
	return true;
}

/* ---- sending ---- */

struct announcing {
	sms_submitting_fn *submitting;
	void *ctx;
	int64_t id;
};

static int announce(void *ctx)
{
	struct announcing *k = ctx;
	return k->submitting(k->ctx, k->id);
}

static void carry(struct sms_gateway *g, const struct gateway_conf *conf,
		  const struct gateway_sms *m, struct announcing *k,
		  struct arena *a, struct gateway_result *out)
{
	struct gateway_request r = {0};
	struct gateway_answer answer;
	struct err err = {0};
	const char *why = "";
	if (!read_clock(g, a, &why)) {
		gateway_lost(false, why, out);
		return;
	}
	if (conf->gateway->build(conf, m, now_of(g), a, &r, &err) < 0) {
		gateway_lost(false, "", out);
		verdict_set(&out->v, VERDICT_FAILED, "message", err.text);
		return;
	}
	switch (transfer_run(g->transfer, &r, GATEWAY_ANSWER_MAX, announce, k,
			     &answer, &why)) {
	case TRANSFER_DONE:
		gateway_judge(conf, m, &answer, out);
		break;
	case TRANSFER_NOT_SENT:
		gateway_lost(false, why, out);
		break;
	case TRANSFER_STOPPED:
		gateway_lost(false, "the engine is gone", out);
		break;
	default:
		gateway_lost(true, why, out);
		out->segments = m->segments;
		out->cost = sms_gateway_price(g, m->segments);
		break;
	}
	/* Whatever it disliked, the time is read anew before the next. */
	g->knows_clock = g->knows_clock && out->v.result == VERDICT_SENT;
}

void sms_gateway_send(struct sms_gateway *g, const struct gateway_sms *m,
		      bool takes_replies, sms_submitting_fn *submitting,
		      void *ctx, struct gateway_result *out)
{
	struct announcing k = {submitting, ctx, m->id};
	struct gateway_conf conf = g->conf;
	struct arena a;
	struct err err;
	BUG_ON(!g->transfer);
	const char *problem = address_problem(g, m, takes_replies, &err);
	if (problem) {
		gateway_lost(false, "", out);
		verdict_set(&out->v, VERDICT_FAILED, "address", problem);
		return;
	}
	conf.takes_replies = takes_replies;
	arena_init(&a);
	carry(g, &conf, m, &k, &a, out);
	arena_clear(&a);
}

/* ---- the list of who said stop ---- */

static void say_list(int64_t id, json_t *numbers, const char *error,
		     sms_say_fn *say, void *ctx)
{
	size_t n = json_array_size(numbers), i = 0;
	do {
		json_t *line = wire_line("blacklisted"), *some = json_array();
		for (; i < n && json_array_size(some) < LIST_LINE_MAX; i++)
			json_array_append(some, json_array_get(numbers, i));
		js_put_int(line, "id", id, -1);
		json_object_set_new(line, "numbers", some);
		json_object_set_new(line, "end", json_boolean(i == n));
		js_put_str(line, "error", error);
		say(ctx, line);
	} while (i < n);
}

static const char *read_list(struct sms_gateway *g, struct arena *a,
			     json_t *numbers)
{
	const struct gateway *kind = g->conf.gateway;
	struct gateway_request r = {0};
	struct gateway_answer answer;
	struct err err;
	const char *why = "";
	if (!kind || !kind->build_list)
		return "this gateway has no list to read";
	if (!read_clock(g, a, &why) ||
	    kind->build_list(&g->conf, now_of(g), a, &r, &err) < 0 ||
	    transfer_run(g->transfer, &r, GATEWAY_LIST_MAX, NULL, NULL, &answer,
			 &why) != TRANSFER_DONE)
		return *why ? arena_dup(a, why) : "no answer";
	json_t *body = js_parse(answer.body, answer.n_body, NULL);
	bool is_good = answer.status == 200 && body &&
		       kind->read_list(body, numbers) == 0;
	json_decref(body);
	g->knows_clock = g->knows_clock && is_good;
	return is_good ? NULL
		       : arena_printf(a, "the gateway answered %d, and no list",
				      answer.status);
}

void sms_gateway_list(struct sms_gateway *g, int64_t id, sms_say_fn *say,
		      void *ctx)
{
	json_t *numbers = json_array();
	struct arena a;
	arena_init(&a);
	const char *error = read_list(g, &a, numbers);
	say_list(id, numbers, error, say, ctx);
	arena_clear(&a);
	json_decref(numbers);
}
