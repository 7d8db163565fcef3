/* SPDX-License-Identifier: EUPL-1.2 */
/* What would be said, shown with the very functions and templates of the
 * courier; and why (explain). The engine gives the facts, the texts come from
 * the configuration the caller can read. */
#include "ctl.h"

#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include <stdlib.h>

static void keep_row(void *ctx, json_t *row)
{
	json_t **kept = ctx;
	json_decref(*kept);
	*kept = json_incref(row);
}

/* Ask the engine for the one row of this command; the caller's reference, or
 * NULL with the exit status in *code. */
static json_t *ask_row(struct ctl *c, json_t *args_take, int *code)
{
	json_t *row = NULL;
	*code = ctl_ask(c, c->command->name, args_take,
			&(struct ctl_ask){.on_row = keep_row, .ctx = &row});
	if (*code != CTL_DONE) {
		json_decref(row);
		return NULL;
	}
	return row;
}

int ctl_explain(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	int code;
	json_t *row = ask_row(c, options, &code);
	if (row && c->is_json)
		ctl_print_json(row);
	else if (row)
		fputs(js_str(row, "text", ""), stdout);
	json_decref(row);
	return code;
}

/* The configured templates. Whatever else is wrong with the configuration (a
 * secret the caller may not read) is not this command's business. */
static struct templates *load_templates(const struct ctl *c, int *max_segments,
					json_t *deliver)
{
	struct settings s;
	struct diags d;
	diags_init(&d);
	settings_load(c->config, &s, &d);
	const json_t *texts = json_object_get(s.files, "templates");
	struct templates *t = NULL;
	if (json_array_size(texts)) {
		diags_clear(&d);
		t = templates_new(texts, &d);
	}
	*max_segments =
		(int)js_int(json_object_get(s.all, "sms"), "max_segments", 1);
	/* A line that is frozen knows its text by the hash. */
	js_put_str(deliver, "profile",
		   js_str(json_object_get(s.all, "sms"), "profile", "lien"));
	if (!t)
		diags_print(&d, stderr);
	settings_clear(&s);
	diags_clear(&d);
	return t;
}

static int show_mail(const struct templates *t, const json_t *deliver,
		     bool is_html)
{
	struct mail m;
	struct err err = {0};
	if (render_mail(t, deliver, &m, &err))
		return ctl_fail(CTL_FAILED, "%s", err.text);
	if (!is_html)
		printf("Subject: %s\n\n%s", m.subject, m.text);
	else if (m.html)
		fputs(m.html, stdout);
	else
		fputs("too large for HTML: it would go as text alone\n",
		      stderr);
	mail_clear(&m);
	return CTL_DONE;
}

static int show_sms(const struct templates *t, const json_t *deliver,
		    int max_segments)
{
	struct sms s;
	struct err err = {0};
	if (render_sms(t, deliver, max_segments, &s, &err))
		return ctl_fail(CTL_FAILED, "%s", err.text);
	printf("%s\n", s.text);
	fprintf(stderr, "%d units, %d segment%s of at most %d%s%s\n",
		s.size.units, s.size.segments, s.size.segments > 1 ? "s" : "",
		max_segments, *s.dropped ? "; left out to fit: " : "",
		s.dropped);
	sms_clear(&s);
	return CTL_DONE;
}

static int show_message(const struct ctl *c, const json_t *row, bool is_html)
{
	json_t *deliver = json_object_get(row, "deliver");
	int max_segments;
	struct templates *t = load_templates(c, &max_segments, deliver);
	if (!t)
		return CTL_FAILED;
	int code = str_eq(js_str(deliver, "channel", ""), "sms")
			   ? show_sms(t, deliver, max_segments)
			   : show_mail(t, deliver, is_html);
	templates_free(t);
	return code;
}

/* digest show and message show. */
int ctl_digest_show(struct ctl *c)
{
	static const char *const formats[] = {"text", "html", "json", "csv",
					      NULL};
	enum { TEXT, HTML, JSON, CSV };
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	int code = CTL_USAGE, i = 0;
	json_t *asked = json_object_get(options, "format");
	const char *format = asked	  ? json_string_value(asked)
			     : c->is_json ? "json"
					  : "text";
	while (formats[i] && !str_eq(formats[i], format))
		i++;
	if (!formats[i]) {
		json_decref(options);
		return ctl_fail(code, "--format is text, html, json or csv");
	}
	json_t *row = ask_row(c, json_incref(options), &code);
	json_t *deliver = json_object_get(row, "deliver");
	if (row && i == JSON) {
		json_object_del(deliver, "template"); /* its hash stays */
		ctl_print_json(deliver);
	} else if (row && i == CSV) {
		ctl_print_digest(json_object_get(deliver, "model"));
	} else if (row) {
		code = show_message(c, row, i == HTML);
	}
	json_decref(row);
	json_decref(options);
	return code;
}

int ctl_message_preview(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	int code;
	json_t *row = ask_row(c, options, &code);
	if (row && c->is_json)
		ctl_print_json(json_object_get(row, "deliver"));
	else if (row)
		code = show_message(c, row, false);
	json_decref(row);
	return code;
}
