/* SPDX-License-Identifier: EUPL-1.2 */
/* `rules test` and `rules coverage`: cases of files judged as the daemon would
 * judge them, and the examples of the lexicon. */
#include "rules_test.h"

#include "ctl.h"

#include <etrier/arena.h>
#include <etrier/cover.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/lexicon.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct run {
	struct ctl *c;
	const json_t *options;
	struct settings s;
	struct diags
		of_settings; /* looked at only when they stand in the way */
	struct judge judge;
	struct diags d;
	struct results results;
	struct cover *cover; /* NULL: nobody asks */
	regex_t only;
	bool has_only;
};

/* --- one case ------------------------------------------------------------ */

static void on_wrong(void *ctx, const struct ynode *at, const char *what,
		     const char *expected, const char *got)
{
	result_add_wrong(ctx, at->line, at->col, what, expected, got);
}

static int judge_one(struct run *k, const struct rule_case *cs, int i,
		     struct arena *a, struct judged *out, struct result *r)
{
	struct err err = {0};
	if (!judge_pair(&k->judge, cs->youth, cs->offers[i], cs->on, a, out,
			&err)) {
		if (k->cover)
			cover_pair(k->cover, &k->judge.env, &out->person,
				   &out->offer, &out->verdict);
		return 0;
	}
	r->error = mem_dup(err.text);
	r->is_failed = true;
	return -1;
}

static void run_test(struct run *k, const struct rule_case *cs, struct arena *a,
		     struct result *r)
{
	struct judged got;
	if (!judge_one(k, cs, 0, a, &got, r))
		case_expect(cs, k->judge.rules, &got.verdict, got.message, a,
			    on_wrong, r, &k->d);
	k->results.n_tests++;
	k->results.n_failed += r->is_failed;
}

static const char *verdict_words(struct arena *a, const struct verdict *v)
{
	return arena_printf(a, "%s %d.%d",
			    vocab_code(&vocab_decision, (int)v->decision),
			    v->score / 10, v->score % 10);
}

static void run_pair(struct run *k, const struct rule_case *cs, struct arena *a,
		     struct result *r)
{
	struct judged better, worse;
	if (!judge_one(k, cs, 0, a, &better, r) &&
	    !judge_one(k, cs, 1, a, &worse, r) &&
	    !case_is_before(&better.verdict, &worse.verdict)) {
		const char *of_worse = verdict_words(a, &worse.verdict);
		result_add_wrong(r, cs->line, 1, "better",
				 arena_printf(a, "above %s", of_worse),
				 verdict_words(a, &better.verdict));
	}
	k->results.n_pairs++;
	k->results.n_disagreed += r->is_failed;
}

/* --- one file ------------------------------------------------------------ */

static bool is_asked(const struct run *k, const char *name)
{
	return !k->has_only || regexec(&k->only, name, 0, NULL, 0) == 0;
}

static int use_rules(struct run *k, const struct case_file *f)
{
	size_t before = k->d.n_errors;
	json_t *texts =
		f->rule_files
			? ctl_read_texts(f->rule_files, &k->d)
			: json_incref(json_object_get(k->s.files, "rules"));
	struct diags d; /* warnings are of `rules check` */
	diags_init(&d);
	int result =
		k->d.n_errors > before || judge_use_rules(&k->judge, texts, &d)
			? -1
			: 0;
	if (d.n_errors) {
		json_t *all = diags_to_json(&d);
		diags_add_json(&k->d, all);
		json_decref(all);
	}
	diags_clear(&d);
	json_decref(texts);
	return result;
}

static void run_file(struct run *k, const struct case_file *f)
{
	struct arena a;
	if (!f->n || use_rules(k, f))
		return;
	arena_init(&a);
	if (k->cover)
		cover_rules(k->cover, k->judge.rules);
	for (size_t i = 0; i < f->n; i++) {
		const struct rule_case *cs = &f->v[i];
		if (!is_asked(k, cs->name))
			continue;
		struct result *r = results_add(&k->results, f->file, cs);
		if (cs->is_pair)
			run_pair(k, cs, &a, r);
		else
			run_test(k, cs, &a, r);
		arena_reset(&a);
	}
	arena_clear(&a);
}

/* --- the lexicon --------------------------------------------------------- */

static size_t count_examples(const struct ynode *rows)
{
	static const char *const keys[] = {"must", "must_not"};
	size_t n = 0;
	for (size_t i = 0; rows && i < rows->n; i++)
		for (size_t j = 0; j < ARRAY_LEN(keys); j++) {
			const struct ynode *list =
				ynode_get(&rows->kids[i], keys[j]);
			n += list && list->kind == YNODE_LIST ? list->n : 0;
		}
	return n;
}

/* Reading a lexicon runs its examples. */
static void run_lexicon(struct run *k, const char *key, const char *rows,
			enum lexicon_what what)
{
	char *file = settings_lexicon_file(&k->s, key);
	struct arena a;
	if (!file)
		return;
	arena_init(&a);
	const struct ynode *root = ynode_load(&a, file, &k->d);
	json_t *checked = root ? lexicon_read(root, what, &k->d) : NULL;
	if (checked)
		k->results.n_examples += count_examples(ynode_get(root, rows));
	json_decref(checked);
	arena_clear(&a);
	free(file);
}

/* --- all ----------------------------------------------------------------- */

static int open_run(struct run *k)
{
	struct err err = {0};
	const char *only = js_str(k->options, "run", NULL);
	diags_init(&k->d);
	diags_init(&k->of_settings);
	settings_load(k->c->config, &k->s, &k->of_settings);
	if (only && regcomp(&k->only, only, REG_EXTENDED | REG_NOSUB))
		return ctl_fail(-1, "--run wants a regular expression");
	k->has_only = only != NULL;
	const json_t *paths = json_object_get(k->s.all, "paths");
	if (judge_open(&k->judge,
		       js_str(paths, "refdata", ETRIER_DATADIR "/refdata"),
		       js_str(paths, "transit", NULL), &err))
		return ctl_fail(-1, "%s", err.text);
	return 0;
}

/* Of a configuration that cannot be read nothing but the reason is told. */
static bool has_rules(struct run *k, const struct case_file *f)
{
	if (f->rule_files || !f->n ||
	    json_array_size(json_object_get(k->s.files, "rules")))
		return true;
	json_t *why = diags_to_json(&k->of_settings);
	diags_add_json(&k->d, why);
	json_decref(why);
	return false;
}

static void run_files(struct run *k)
{
	json_t *files = json_object_get(k->options, "words");
	for (size_t i = 0; i < json_array_size(files); i++) {
		struct case_file f;
		const char *file = json_string_value(json_array_get(files, i));
		case_file_read(file, &k->d, &f);
		f.file = file; /* outlives f: results name it */
		if (has_rules(k, &f))
			run_file(k, &f);
		case_file_clear(&f);
	}
}

static void close_run(struct run *k)
{
	if (k->has_only)
		regfree(&k->only);
	results_clear(&k->results);
	judge_close(&k->judge);
	diags_clear(&k->d);
	diags_clear(&k->of_settings);
	settings_clear(&k->s);
}

static int tell(struct run *k, int panel_min)
{
	const char *junit = js_str(k->options, "junit", NULL);
	bool diff = js_bool(k->options, "diff", false);
	diags_print(&k->d, stderr);
	results_print(k->c, &k->results, diff);
	if (junit && results_junit(&k->results, junit))
		return CTL_FAILED;
	if (!k->results.n && !k->d.n_errors)
		return ctl_fail(CTL_FAILED, "no case of that name");
	return k->d.n_errors || k->results.n_failed ||
			       results_agreement(&k->results) < panel_min
		       ? CTL_FAILED
		       : CTL_DONE;
}

int ctl_rules_test(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	struct run k = {.c = c, .options = options};
	int64_t panel_min = 90;
	const char *least = js_str(options, "panel-min", NULL);
	int code = CTL_FAILED;
	if (least && num_parse_int(least, 0, 100, &panel_min)) {
		json_decref(options);
		return ctl_fail(CTL_USAGE,
				"--panel-min wants a number from 0 to 100");
	}
	if (!open_run(&k)) {
		run_files(&k);
		if (!k.has_only) {
			run_lexicon(&k, "signals", "signals", LEXICON_SIGNALS);
			run_lexicon(&k, "quality", "rules", LEXICON_QUALITY);
		}
		code = tell(&k, (int)panel_min);
	}
	close_run(&k);
	json_decref(options);
	return code;
}

/* --- coverage ------------------------------------------------------------ */

static void print_missed(json_t *row)
{
	json_t *missed = json_object_get(row, "missed"), *v;
	size_t i;
	if (!json_array_size(missed))
		return;
	printf("%-10s %-50s never", js_str(row, "what", ""),
	       js_str(row, "name", ""));
	json_array_foreach(missed, i, v)
		printf("%s %s", i ? "," : "", json_string_value(v));
	putchar('\n');
}

static void tell_cover(const struct ctl *c, json_t *rows, json_t *sum)
{
	json_t *row;
	size_t i;
	json_array_foreach(rows, i, row)
	{
		if (c->is_json)
			ctl_print_json(row);
		else
			print_missed(row);
	}
	if (c->is_json)
		ctl_print_json(sum);
	else
		printf("%d verdicts reach %d of %d states\n",
		       (int)js_int(sum, "verdicts", 0),
		       (int)js_int(sum, "reached", 0),
		       (int)js_int(sum, "of", 0));
}

/* The files' cases, by the way of rules test. */
static int cover_files(struct ctl *c, json_t *options)
{
	struct run k = {.c = c, .options = options, .cover = cover_new()};
	int code = CTL_FAILED;
	if (!open_run(&k)) {
		run_files(&k);
		diags_print(&k.d, stderr);
		json_t *rows = cover_rows(k.cover), *sum = cover_sum(k.cover);
		tell_cover(c, rows, sum);
		json_decref(rows);
		json_decref(sum);
		code = k.d.n_errors ? CTL_FAILED : CTL_DONE;
	}
	cover_free(k.cover);
	close_run(&k);
	return code;
}

struct covered {
	json_t *rows, *sum;
};

static void on_covered(void *ctx, json_t *row)
{
	struct covered *k = ctx;
	if (json_object_get(row, "of"))
		k->sum = json_incref(row);
	else if (!ctl_show_progress(row))
		json_array_append(k->rows, row);
}

/* What the stored offers reach, asked of the daemon. */
static int cover_stored(struct ctl *c, json_t *options)
{
	struct covered k = {.rows = json_array()};
	int code = ctl_ask(c, "rules coverage", json_incref(options),
			   &(struct ctl_ask){.on_row = on_covered, .ctx = &k});
	if (code == CTL_DONE)
		tell_cover(c, k.rows, k.sum);
	json_decref(k.rows);
	json_decref(k.sum);
	return code;
}

int ctl_rules_coverage(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	int code = json_array_size(json_object_get(options, "words"))
			   ? cover_files(c, options)
			   : cover_stored(c, options);
	json_decref(options);
	return code;
}
