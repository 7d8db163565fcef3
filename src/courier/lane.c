/* SPDX-License-Identifier: EUPL-1.2 */
/* One message, from its line to its verdict: render, check, hand over. Whatever
 * is wrong with the message is `failed`, whatever is wrong with the world is
 * `retry`; the same line may come again and does the same again. */
#include "lane.h"

#include "maildir.h"
#include "sms.h"
#include "spool.h"
#include "verdict.h"

#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/mime.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <stdlib.h>
#include <string.h>

/* A whole session of one mail with a relay that answers each step just in
 * time; more is a relay that plays for time. */
#define SESSION_TIMEOUTS 4
/* Nothing is configured to send: ask again when somebody may have done so. */
#define NO_TRANSPORT_RETRY_S 3600

/* ---- configuration ---- */

static enum lane_transport transport_of(const char *word)
{
	if (str_eq(word, "smtp"))
		return LANE_SMTP;
	return str_eq(word, "maildir") ? LANE_FILES : LANE_NONE;
}

static char *folder_of(const json_t *group, const char *key, const char *path,
		       struct diags *d)
{
	const char *folder = js_str(group, key, NULL);
	if (!folder || folder[0] != '/')
		diag_add(d, DIAG_ERROR, "etrier.yaml", 0, 0,
			 "%s is not an absolute path", path);
	return mem_dup(folder);
}

static enum smtp_tls tls_of(const char *word)
{
	if (str_eq(word, "starttls"))
		return SMTP_TLS_STARTTLS;
	return str_eq(word, "implicit") ? SMTP_TLS_IMPLICIT : SMTP_TLS_OFF;
}

static bool is_this_machine(const char *host)
{
	return str_eq(host, "localhost") || str_starts(host, "127.");
}

/* auto: libesmtp where it is at home, see smtp_esmtp.c. */
static enum smtp_engine engine_of(const char *word,
				  const struct smtp_relay *relay)
{
	if (str_eq(word, "curl"))
		return SMTP_CURL;
	if (str_eq(word, "libesmtp"))
		return SMTP_LIBESMTP;
	return relay->tls == SMTP_TLS_OFF && !relay->user &&
			       is_this_machine(relay->host)
		       ? SMTP_LIBESMTP
		       : SMTP_CURL;
}

static void read_relay(struct lane_conf *c, const json_t *mail,
		       const json_t *secrets)
{
	int timeout_s = (int)js_int(mail, "timeout_s", 30);
	c->host = mem_dup(js_str(mail, "host", "localhost"));
	c->ca_file = mem_dup(js_str(mail, "ca_file", NULL));
	c->user = mem_dup(js_str(mail, "user", NULL));
	c->password = mem_dup(js_str(secrets, "mail.password", NULL));
	c->oauth_token = mem_dup(js_str(secrets, "mail.oauth_token", NULL));
	c->relay =
		(struct smtp_relay){.host = c->host,
				    .port = (int)js_int(mail, "port", 25),
				    .timeout_ms = timeout_s * 1000,
				    .connect_s = timeout_s,
				    .deadline_s = timeout_s * SESSION_TIMEOUTS,
				    .tls = tls_of(js_str(mail, "tls", "off")),
				    .ca_file = c->ca_file,
				    .user = c->user,
				    .password = c->password,
				    .oauth_token = c->oauth_token};
	if (c->mail == LANE_SMTP)
		c->smtp = smtp_new(
			engine_of(js_str(mail, "engine", "auto"), &c->relay),
			&c->relay);
}

struct lane_conf *lane_conf_new(const json_t *config, struct diags *d)
{
	struct lane_conf *c = mem_alloc(sizeof *c);
	const json_t *mail = json_object_get(config, "mail");
	const json_t *sms = json_object_get(config, "sms");
	size_t n_errors = d->n_errors;
	c->mail = transport_of(js_str(mail, "transport", "none"));
	c->maildir = folder_of(mail, "maildir", "mail.maildir", d);
	c->sms_folder = folder_of(sms, "folder", "sms.folder", d);
	read_relay(c, mail, json_object_get(config, "secrets"));
	c->max_segments = (int)js_int(sms, "max_segments", 1);
	c->gateway = sms_gateway_new(config, d);
	c->templates = templates_new(json_object_get(config, "templates"), d);
	templates_lint(json_object_get(config, "templates"), false, d);
	templates_check_sms(json_object_get(config, "templates"),
			    js_str(sms, "profile", "lien"), d);
	if (d->n_errors > n_errors) {
		lane_conf_free(c);
		return NULL;
	}
	return c;
}

void lane_conf_free(struct lane_conf *c)
{
	if (!c)
		return;
	smtp_free(c->smtp);
	sms_gateway_free(c->gateway);
	templates_free(c->templates);
	free(c->maildir);
	free(c->sms_folder);
	free(c->host);
	free(c->ca_file);
	free(c->user);
	free(c->password);
	free(c->oauth_token);
	free(c);
}

int lane_conf_open(const struct lane_conf *c, struct err *err)
{
	if (maildir_open(c->maildir, err) < 0)
		return -1;
	return spool_make_folder(c->sms_folder, err);
}

/* ---- one message ---- */

/* A message that does not become one. A template that is not known here is the
 * engine's to send; all else would be the same tomorrow. */
static void not_rendered(struct verdict *v, const struct err *err)
{
	if (err->kind == ERR_UNKNOWN)
		verdict_set(v, VERDICT_RETRY, "template", err->text);
	else
		verdict_set(v, VERDICT_FAILED, "message", err->text);
}

static void no_transport(struct verdict *v, const char *setting)
{
	verdict_set(v, VERDICT_RETRY, "transport", setting);
	v->retry_after_s = NO_TRANSPORT_RETRY_S;
}

/* What of a folder: full or not ours today, and nothing left. */
static void stored(struct verdict *v, int rc, const struct err *err)
{
	if (rc < 0)
		verdict_set(v, VERDICT_RETRY, "storage", err->text);
	else
		verdict_set(v, VERDICT_SENT, "ok", "");
}

struct smtp_mail lane_envelope(const json_t *deliver, const struct mail *m,
			       char envid[LANE_ENVID_MAX + 1])
{
	const char *from = js_str(deliver, "envelope_from", "");
	const char *plus = strchr(from, '+');
	size_t n = plus ? strcspn(plus + 1, "@") : 0;
	bool has_token = n > 0 && n <= LANE_ENVID_MAX;
	if (has_token) {
		memcpy(envid, plus + 1, n);
		envid[n] = '\0';
	}
	return (struct smtp_mail){
		.from = from,
		.to = js_str(json_object_get(deliver, "to"), "address", ""),
		.envid = has_token ? envid : NULL,
		.bytes = m->bytes.data,
		.n = m->bytes.len};
}

static void keep_verdict(void *ctx, size_t i, const struct verdict *v)
{
	(void)i;
	*(struct verdict *)ctx = *v;
}

static void hand_over_mail(const struct lane_conf *c, const json_t *deliver,
			   const struct mail *m, struct verdict *v)
{
	struct err err;
	char envid[LANE_ENVID_MAX + 1];
	bool is_preview = js_bool(deliver, "preview", false);
	if (is_preview || c->mail == LANE_FILES) {
		stored(v,
		       maildir_put(c->maildir,
				   js_str(deliver, "message_id", ""),
				   m->bytes.data, m->bytes.len, &err),
		       &err);
	} else if (c->mail == LANE_SMTP) {
		struct smtp_mail one = lane_envelope(deliver, m, envid);
		smtp_send(c->smtp, &one, 1, keep_verdict, v);
	} else {
		no_transport(v, "mail.transport is none");
	}
}

bool lane_render(const struct lane_conf *c, const json_t *deliver,
		 struct mail *m, struct verdict *v, json_t *line)
{
	struct err err;
	if (render_mail(c->templates, deliver, m, &err) < 0) {
		not_rendered(v, &err);
		return false;
	}
	js_put_str(line, "message_hash", m->message_hash);
	js_put_str(line, "template_hash", m->template_hash);
	return true;
}

static void do_mail(const struct lane_conf *c, const json_t *deliver,
		    struct verdict *v, json_t *line)
{
	struct mail m;
	if (!lane_render(c, deliver, &m, v, line))
		return;
	hand_over_mail(c, deliver, &m, v);
	mail_clear(&m);
}

json_t *lane_verdict_line(const json_t *deliver)
{
	json_t *line = wire_line("verdict");
	js_put_int(line, "id", js_int(deliver, "id", 0), -1);
	js_put_str(line, "message_hash", "");
	js_put_str(line, "template_hash", "");
	return line;
}

void lane_put_verdict(json_t *line, const struct verdict *v)
{
	js_put_str(line, "result", verdict_name(v->result));
	js_put_str(line, "reason", v->reason);
	js_put_int(line, "code", v->code, -1);
	js_put_str(line, "enhanced", v->enhanced);
	js_put_str(line, "text", v->text);
	js_put_int(line, "retry_after_s", v->retry_after_s, -1);
}

json_t *lane_deliver(const struct lane_conf *c, const json_t *deliver,
		     lane_submitting_fn *submitting, void *ctx)
{
	struct verdict v;
	json_t *line = lane_verdict_line(deliver);
	verdict_set(&v, VERDICT_FAILED, "message", "no such channel");
	if (js_int(deliver, "id", 0) <= 0)
		verdict_set(&v, VERDICT_FAILED, "message", "no id");
	else if (str_eq(js_str(deliver, "channel", ""), "email"))
		do_mail(c, deliver, &v, line);
	else if (str_eq(js_str(deliver, "channel", ""), "sms"))
		lane_do_sms(c, deliver, submitting, ctx, &v, line);
	lane_put_verdict(line, &v);
	return line;
}
