/* SPDX-License-Identifier: EUPL-1.2 */
/* How the results of `rules test` are kept and told: see rules_test.h. */
#include "rules_test.h"

#include "ctl.h"

#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct result *results_add(struct results *r, const char *file,
			   const struct rule_case *c)
{
	r->v = mem_grow(r->v, r->n + 1, sizeof(*r->v));
	struct result *out = &r->v[r->n++];
	*out = (struct result){.file = file,
			       .line = c->line,
			       .is_pair = c->is_pair,
			       .name = mem_dup(c->name),
			       .because = mem_dup(c->because)};
	return out;
}

void result_add_wrong(struct result *r, unsigned line, unsigned col,
		      const char *what, const char *expected, const char *got)
{
	r->wrongs = mem_grow(r->wrongs, r->n_wrongs + 1, sizeof(*r->wrongs));
	r->wrongs[r->n_wrongs++] = (struct wrong){
		line, col, mem_dup(what), mem_dup(expected), mem_dup(got)};
	r->is_failed = true;
}

void results_clear(struct results *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct result *one = &r->v[i];
		for (size_t k = 0; k < one->n_wrongs; k++) {
			free(one->wrongs[k].what);
			free(one->wrongs[k].expected);
			free(one->wrongs[k].got);
		}
		free(one->wrongs);
		free(one->name);
		free(one->error);
		free(one->because);
	}
	free(r->v);
}

int results_agreement(const struct results *r)
{
	return r->n_pairs
		       ? (int)((r->n_pairs - r->n_disagreed) * 100 / r->n_pairs)
		       : 100;
}

/* --- lines --------------------------------------------------------------- */

/* Every line of the text after the same mark. */
static void print_value(const char *before, const char *colour,
			const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		char *line = mem_dup_n(text, n), *shown = ctl_harmless(line);
		printf("%s%s%s%s\n", colour, before, shown,
		       *colour ? "\033[0m" : "");
		free(shown);
		free(line);
		text += n + (text[n] == '\n');
	}
}

static void print_wrong(const struct result *r, const struct wrong *w,
			bool diff)
{
	bool is_tty = isatty(STDOUT_FILENO);
	char *got = ctl_harmless(w->got), *expected = ctl_harmless(w->expected);
	if (diff) {
		printf("%s:%u:%u: %s\n", r->file, w->line, w->col, w->what);
		print_value("  - ", is_tty ? "\033[31m" : "", w->expected);
		print_value("  + ", is_tty ? "\033[32m" : "", w->got);
	} else {
		printf("%s:%u:%u: %s: %s expected %s, got %s\n", r->file,
		       w->line, w->col, r->name, w->what, expected, got);
	}
	free(got);
	free(expected);
}

static void print_result(const struct result *r, bool diff)
{
	if (!r->is_failed)
		return;
	if (diff)
		printf("%s: %s\n", r->is_pair ? "disagrees" : "failed",
		       r->name);
	if (r->error)
		printf("%s:%u: %s: %s\n", r->file, r->line, r->name, r->error);
	for (size_t i = 0; i < r->n_wrongs; i++)
		print_wrong(r, &r->wrongs[i], diff);
	if (r->is_pair && r->because)
		print_value("  because: ", "", r->because);
}

static void print_sums(const struct results *r)
{
	printf("%zu tests, %zu failed", r->n_tests, r->n_failed);
	if (r->n_pairs)
		printf("; panel: %zu pairs, %d %% agreement", r->n_pairs,
		       results_agreement(r));
	if (r->n_examples)
		printf("; %zu examples of the lexicon", r->n_examples);
	putchar('\n');
}

/* --- JSON ---------------------------------------------------------------- */

static void print_json(const struct result *r)
{
	json_t *o = json_object(), *list = json_array();
	js_put_str(o, "file", r->file);
	js_put_int(o, "line", r->line, -1);
	js_put_str(o, "name", r->name);
	js_put_str(o, "kind", r->is_pair ? "pair" : "test");
	json_object_set_new(o, "ok", json_boolean(!r->is_failed));
	js_put_str(o, "error", r->error);
	for (size_t i = 0; i < r->n_wrongs; i++) {
		const struct wrong *w = &r->wrongs[i];
		json_t *one = json_object();
		js_put_int(one, "line", w->line, -1);
		js_put_int(one, "col", w->col, -1);
		js_put_str(one, "what", w->what);
		js_put_str(one, "expected", w->expected);
		js_put_str(one, "got", w->got);
		json_array_append_new(list, one);
	}
	json_object_set_new(o, "wrong", list);
	js_put_str(o, "because", r->because);
	ctl_print_json(o);
	json_decref(o);
}

void results_print(const struct ctl *c, const struct results *r, bool diff)
{
	for (size_t i = 0; i < r->n; i++) {
		if (c->is_json)
			print_json(&r->v[i]);
		else
			print_result(&r->v[i], diff);
	}
	if (!c->is_json && r->n)
		print_sums(r);
}

/* --- JUnit --------------------------------------------------------------- */

static void put_xml(FILE *f, const char *text)
{
	char *s = ctl_harmless(text);
	for (const char *p = s; *p; p++) {
		if (*p == '&')
			fputs("&amp;", f);
		else if (*p == '<')
			fputs("&lt;", f);
		else if (*p == '"')
			fputs("&quot;", f);
		else
			fputc(*p, f);
	}
	free(s);
}

static void put_attribute(FILE *f, const char *key, const char *value)
{
	fprintf(f, " %s=\"", key);
	put_xml(f, value);
	fputc('"', f);
}

static void put_case(FILE *f, const struct result *r)
{
	fputs("  <testcase", f);
	put_attribute(f, "name", r->name);
	put_attribute(f, "classname", r->file);
	if (!r->is_failed) {
		fputs("/>\n", f);
		return;
	}
	fputs("><failure>", f);
	if (r->error)
		put_xml(f, r->error);
	for (size_t i = 0; i < r->n_wrongs; i++) {
		const struct wrong *w = &r->wrongs[i];
		char *text =
			mem_printf("%s:%u: %s expected %s, got %s", r->file,
				   w->line, w->what, w->expected, w->got);
		put_xml(f, text);
		fputc('\n', f);
		free(text);
	}
	fputs("</failure></testcase>\n", f);
}

int results_junit(const struct results *r, const char *path)
{
	FILE *f = fopen(path, "we");
	if (!f)
		return ctl_fail(-1, "%s: %s", path, strerror(errno));
	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		"<testsuite name=\"etrierctl rules test\" tests=\"%zu\" "
		"failures=\"%zu\">\n",
		r->n, r->n_failed + r->n_disagreed);
	for (size_t i = 0; i < r->n; i++)
		put_case(f, &r->v[i]);
	fputs("</testsuite>\n</testsuites>\n", f);
	bool failed = ferror(f);
	if (fclose(f) || failed)
		return ctl_fail(-1, "%s: %s", path, strerror(errno));
	return 0;
}
