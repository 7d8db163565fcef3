/* SPDX-License-Identifier: EUPL-1.2 */
/* sms preview: what a text becomes on its way to a telephone, and what it
 * costs. A text of one's own needs no daemon; a young person's message is asked
 * of the engine and rendered here with the courier's own functions, even when
 * it would go by mail. Sends nothing. */
#include "ctl.h"

#include <etrier/arena.h>
#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/gsm7.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

/* Ten segments; nobody means to send more. */
#define PREVIEW_MAX 1530

struct preview {
	const struct ctl *ctl;
	struct settings settings;
	const json_t *sms; /* its group */
	int max_segments;
};

static void open_settings(struct preview *p, const struct ctl *c)
{
	struct diags d;
	diags_init(&d);
	*p = (struct preview){.ctl = c};
	/* What is wrong elsewhere is not this command's business. */
	settings_load(c->config, &p->settings, &d);
	diags_clear(&d);
	p->sms = json_object_get(p->settings.all, "sms");
	p->max_segments = (int)js_int(p->sms, "max_segments", 1);
}

/* {"ê": "e"}: each character that handsets lack, once, and what stands for it;
 * "" when nothing does. */
static json_t *replacements(const char *text)
{
	json_t *all = json_object();
	struct arena a;
	arena_init(&a);
	for (const char *s = text, *from = s; utf8_next(&s); from = s) {
		const char *one = arena_dup_n(&a, from, (size_t)(s - from));
		if (!gsm7_measure(one).is_gsm7)
			js_put_str(all, one, gsm7_transliterate(&a, one));
	}
	arena_clear(&a);
	return all;
}

static void print_row(const struct preview *p, json_t *row)
{
	const char *from;
	json_t *to;
	int segments = (int)js_int(row, "segments", 0);
	int64_t cost = js_int(row, "cost", -1);
	if (p->ctl->is_json) {
		ctl_print_json(row);
		return;
	}
	char *text = ctl_harmless(js_str(row, "text", ""));
	printf("%s\n", text);
	free(text);
	printf("%d units, %d segment%s of at most %d",
	       (int)js_int(row, "units", 0), segments, segments == 1 ? "" : "s",
	       p->max_segments);
	if (cost >= 0)
		printf(", %lld.%03lld euros", (long long)cost / 1000,
		       (long long)cost % 1000);
	else
		fputs(", cost unknown (sms.segment_cost)", stdout);
	putchar('\n');
	if (*js_str(row, "dropped", ""))
		printf("left out to fit: %s\n", js_str(row, "dropped", ""));
	json_object_foreach(json_object_get(row, "replaced"), from, to)
	{
		printf("replaced: %s by \"%s\"\n", from, json_string_value(to));
	}
}

/* Prints; the exit status. */
static int show(const struct preview *p, const char *text,
		struct gsm7_size size, const char *dropped,
		json_t *replaced_take)
{
	int64_t price = js_int(p->sms, "segment_cost", -1);
	json_t *row = json_object();
	js_put_str(row, "text", text);
	js_put_int(row, "units", size.units, -1);
	js_put_int(row, "segments", size.segments, -1);
	js_put_int(row, "cost", price < 0 ? -1 : price * size.segments, -1);
	js_put_str(row, "dropped", dropped);
	json_object_set_new(row, "replaced", replaced_take);
	print_row(p, row);
	json_decref(row);
	if (size.segments <= p->max_segments)
		return CTL_DONE;
	return ctl_fail(CTL_FAILED,
			"too long: %d segments, sms.max_segments is %d",
			size.segments, p->max_segments);
}

static int show_text(const struct preview *p, const char *text)
{
	struct arena a;
	size_t n = strlen(text);
	if (!utf8_is_valid(text, n))
		return ctl_fail(CTL_USAGE, "--text is not UTF-8");
	if (n > PREVIEW_MAX)
		return ctl_fail(CTL_USAGE, "--text is longer than %d bytes",
				PREVIEW_MAX);
	arena_init(&a);
	const char *sent = gsm7_transliterate(&a, text);
	int code = show(p, sent, gsm7_measure(sent), "", replacements(text));
	arena_clear(&a);
	return code;
}

/* A message that would go by mail is asked as the SMS it could be. */
static int show_deliver(const struct preview *p, json_t *deliver)
{
	struct diags d;
	struct sms s;
	struct err err = {0};
	const json_t *texts = json_object_get(p->settings.files, "templates");
	const char *profile = js_str(p->sms, "profile", "lien");
	diags_init(&d);
	struct templates *t = templates_new(texts, &d);
	templates_check_sms(texts, profile, &d);
	if (d.n_errors) {
		templates_free(t);
		return ctl_finish_diags(p->ctl, &d, false);
	}
	diags_clear(&d);
	js_put_str(deliver, "channel", "sms");
	js_put_str(deliver, "profile", profile);
	int code = CTL_FAILED;
	if (render_sms(t, deliver, p->max_segments, &s, &err)) {
		ctl_fail(code, "%s", err.text);
	} else {
		code = show(p, s.text, s.size, s.dropped, json_object());
		sms_clear(&s);
	}
	templates_free(t);
	return code;
}

static void keep_row(void *ctx, json_t *row)
{
	json_t **kept = ctx;
	json_decref(*kept);
	*kept = json_incref(row);
}

static int show_youth(const struct preview *p, json_t *options)
{
	json_t *row = NULL;
	int code = ctl_ask(p->ctl, "message preview", json_incref(options),
			   &(struct ctl_ask){.on_row = keep_row, .ctx = &row});
	json_t *deliver = json_object_get(row, "deliver");
	if (code == CTL_DONE && deliver)
		code = show_deliver(p, deliver);
	json_decref(row);
	return code;
}

int ctl_sms_preview(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	const char *text = js_str(options, "text", NULL);
	bool has_youth = json_object_get(options, "youth") != NULL;
	struct preview p;
	int code = CTL_USAGE;
	if ((text != NULL) == has_youth) {
		ctl_fail(code, "say --text TEXT or --youth ORIGIN:REF");
	} else {
		open_settings(&p, c);
		code = text ? show_text(&p, text) : show_youth(&p, options);
		settings_clear(&p.settings);
	}
	json_decref(options);
	return code;
}
