/* SPDX-License-Identifier: EUPL-1.2 */
/* The arguments of a command, read by the very string that --help shows:
 *
 *   "--youth ORIGIN:REF --offer SOURCE:REF [--private]"   two options that
 *                        must be there, each with a value, and a flag
 *   "NAME|--all"         a word, or the flag in its place
 *   "[FILE...]"          any number of words
 *   "[--set KEY=VALUE...]"  an option that may come again: a list
 *
 * so that what the help says and what is accepted cannot differ. */
#include "ctl.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 16, NAME_MAX_BYTES = 32, WORDS_ANY = 10000 };
struct option {
	char name[NAME_MAX_BYTES]; /* without the dashes */
	bool takes_value, is_required, is_list;
};
struct spec {
	struct option options[OPTIONS_MAX];
	int n;
	size_t words_min, words_max;
};

static void add_option(struct spec *s, const char *name, size_t len,
		       bool takes_value, bool is_required)
{
	BUG_ON(s->n == OPTIONS_MAX || len >= NAME_MAX_BYTES);
	struct option *o = &s->options[s->n++];
	memcpy(o->name, name, len);
	o->name[len] = '\0';
	o->takes_value = takes_value;
	o->is_required = is_required;
}

/* A word, or a word that a flag may stand for ("NAME|--all"). */
static void add_word(struct spec *s, const char *t, size_t len,
		     bool is_required)
{
	const char *flag = memmem(t, len, "|--", 3);
	if (flag)
		add_option(s, flag + 3, (size_t)(t + len - flag) - 3, false,
			   false);
	if (is_required && !flag)
		s->words_min++;
	s->words_max += memmem(t, len, "...", 3) ? WORDS_ANY : 1;
}

static struct spec read_spec(const char *args)
{
	struct spec s = {.n = 0};
	while (*(args += strspn(args, " "))) {
		bool is_optional = *args == '[';
		args += is_optional;
		size_t len = strcspn(args, " ]");
		const char *after = args + len;
		if (!str_starts(args, "--")) {
			add_word(&s, args, len, !is_optional);
		} else {
			bool has_value = *after == ' ' &&
					 !strchr("-[", after[1]) && after[1];
			add_option(&s, args + 2, len - 2, has_value,
				   !is_optional);
			if (has_value) {
				size_t n = strcspn(after + 1, " ]");
				s.options[s.n - 1].is_list =
					n > 3 &&
					str_starts(after + n - 2, "...");
				after += 1 + n;
			}
		}
		args = after + (*after == ']');
	}
	return s;
}

static const struct option *find(const struct spec *s, const char *name)
{
	for (int i = 0; i < s->n; i++) {
		if (str_eq(s->options[i].name, name))
			return &s->options[i];
	}
	return NULL;
}

static void show_usage(const struct ctl *c)
{
	fprintf(stderr, "usage: etrierctl %s%s%s\n", c->command->name,
		*c->command->args ? " " : "", c->command->args);
}

static void unknown_option(const struct ctl *c, const struct spec *s,
			   const char *name)
{
	const char *names[OPTIONS_MAX + 1] = {NULL};
	for (int i = 0; i < s->n; i++)
		names[i] = s->options[i].name;
	const char *near = str_nearest(name, names);
	ctl_fail(CTL_USAGE, "%s: unknown option --%s%s%s%s", c->command->name,
		 name, near ? " (did you mean --" : "", near ? near : "",
		 near ? "?)" : "");
}

/* -1: the value is no UTF-8. */
static int put_option(json_t *out, const struct option *o, const char *value)
{
	json_t *v = value ? json_string(value) : json_true();
	if (!v || !o->is_list)
		return json_object_set_new(out, o->name, v);
	json_t *list = json_object_get(out, o->name);
	if (!list)
		json_object_set_new(out, o->name, list = json_array());
	return json_array_append_new(list, v);
}

/* One "--name", "--name=value" or "--name value" at argv[*i]. */
static int take_option(const struct ctl *c, const struct spec *s, int *i,
		       json_t *out)
{
	const char *a = c->argv[*i] + 2, *value = strchr(a, '=');
	char *name = value ? mem_dup_n(a, (size_t)(value - a)) : mem_dup(a);
	const struct option *o = find(s, name);
	if (value)
		value++;
	else if (o && o->takes_value && *i + 1 < c->argc)
		value = c->argv[++*i];
	bool is_ok = o && o->takes_value == (value != NULL);
	if (!o)
		unknown_option(c, s, name);
	else if (!is_ok)
		ctl_fail(CTL_USAGE, "%s: --%s %s", c->command->name, name,
			 o->takes_value ? "wants a value" : "takes no value");
	else if (put_option(out, o, value)) {
		ctl_fail(CTL_USAGE, "%s: --%s is not UTF-8", c->command->name,
			 name);
		is_ok = false;
	}
	free(name);
	return is_ok ? 0 : -1;
}

static int take_word(const struct ctl *c, const char *word, json_t *words)
{
	json_t *v = json_string(word);
	if (v)
		return json_array_append_new(words, v);
	return ctl_fail(-1, "%s: an argument is not UTF-8", c->command->name);
}

static int check_whole(const struct ctl *c, const struct spec *s,
		       const json_t *out, size_t n_words)
{
	for (int i = 0; i < s->n; i++) {
		const struct option *o = &s->options[i];
		if (o->is_required && !json_object_get(out, o->name))
			return ctl_fail(-1, "%s: --%s is missing",
					c->command->name, o->name);
	}
	if (n_words < s->words_min)
		return ctl_fail(-1, "%s: an argument is missing",
				c->command->name);
	if (n_words > s->words_max)
		return ctl_fail(-1, "%s: too many arguments", c->command->name);
	return 0;
}

json_t *ctl_parse(const struct ctl *c)
{
	struct spec s = read_spec(c->command->args);
	json_t *out = json_object(), *words = json_array();
	json_object_set_new(out, "words", words);
	int failed = 0;
	for (int i = 0; i < c->argc && !failed; i++) {
		if (str_starts(c->argv[i], "--"))
			failed = take_option(c, &s, &i, out);
		else
			failed = take_word(c, c->argv[i], words);
	}
	if (!failed)
		failed = check_whole(c, &s, out, json_array_size(words));
	if (failed) {
		show_usage(c);
		json_decref(out);
		return NULL;
	}
	if (c->limit)
		json_object_set_new(out, "limit", json_integer(c->limit));
	return out;
}

void ctl_print_options(const struct ctl_command *k, FILE *out)
{
	struct spec s = read_spec(k->args);
	for (int i = 0; i < s.n; i++)
		fprintf(out, " --%s", s.options[i].name);
}
