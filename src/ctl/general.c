/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about the service itself that need no daemon. */
#include "ctl.h"

#include <etrier/advice.h>
#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/front.h>
#include <etrier/js.h>
#include <etrier/refdata.h>
#include <etrier/rules.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/travel.h>

#include <stdlib.h>
#include <string.h>

int ctl_version(struct ctl *c)
{
	if (c->is_json)
		printf("{\"version\":\"%s\"}\n", ETRIER_VERSION);
	else
		printf("etrierctl %s\n", ETRIER_VERSION);
	return CTL_DONE;
}

int ctl_finish_diags(const struct ctl *c, struct diags *d, bool is_strict)
{
	if (c->is_json) {
		json_t *all = diags_to_json(d), *row;
		size_t i;
		struct ctl_table *t = ctl_table_new(c, NULL);
		json_array_foreach(all, i, row) ctl_table_row(t, row);
		ctl_table_end(t);
		json_decref(all);
	} else {
		diags_print(d, stderr);
		printf("%zu errors, %zu warnings\n", d->n_errors,
		       d->n_warnings);
	}
	int code = d->n_errors			? CTL_FAILED
		   : d->n_warnings && is_strict ? CTL_GUARD
						: CTL_DONE;
	diags_clear(d);
	return code;
}

/* The tables in which codes of the rules are looked up, or NULL: a folder that
 * is not there is for doctor to say, and codes then pass by their shape. */
static struct refdata *tables_of(const struct settings *s)
{
	struct err err;
	return refdata_load(js_str(json_object_get(s->all, "paths"), "refdata",
				   ETRIER_DATADIR "/refdata"),
			    &err);
}

void ctl_check_rules(const struct settings *s, const json_t *texts,
		     struct diags *d)
{
	struct refdata *rd = tables_of(s);
	rules_free(rules_compile_json(texts, rd, d));
	advice_free(advice_compile_json(json_object_get(s->files, "advice"), rd,
					d));
	refdata_free(rd);
}

/* Tables of the administrator's own: the daemon would not start with damaged
 * ones. The others are checked where étrier is made. */
static void check_tables(const struct settings *s, struct diags *d)
{
	const json_t *paths = json_object_get(s->all, "paths");
	const char *dir = travel_dir(js_str(paths, "transit", ""), NULL);
	struct err err = {0};
	struct travel *t = dir ? travel_new(dir, &err) : NULL;
	if (dir && !t)
		diag_add(d, DIAG_ERROR, dir, 0, 0, "%s", err.text);
	travel_free(t);
}

int ctl_check(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	struct settings s;
	struct diags d;
	diags_init(&d);
	settings_load(c->config, &s, &d);
	const json_t *texts = json_object_get(s.files, "templates");
	ctl_check_rules(&s, json_object_get(s.files, "rules"), &d);
	if (json_array_size(texts) || !d.n_errors) { /* else said already */
		templates_free(templates_new(texts, &d));
		templates_check_sms(texts,
				    js_str(json_object_get(s.all, "sms"),
					   "profile", "lien"),
				    &d);
		front_pages_check(texts, &d);
		templates_lint(texts, false, &d);
	}
	check_tables(&s, &d);
	settings_clear(&s);
	int code = ctl_finish_diags(c, &d, js_bool(options, "strict", false));
	json_decref(options);
	return code;
}

/* "key: value  # file" lines as objects; a value stays as YAML writes it. */
static void print_settings(char *text)
{
	char *line = text, *end;
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		char *value = strstr(line, ": "), *from = NULL;
		for (char *p = line; (p = strstr(p, "  # ")); p++)
			from = p;
		if (!value || !from || from < value)
			continue;
		*value = *from = '\0';
		json_t *row = json_object();
		js_put_str(row, "key", line);
		js_put_str(row, "value", value + 2);
		js_put_str(row, "from", from + 4);
		ctl_print_json(row);
		json_decref(row);
	}
}

int ctl_config_show(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	struct settings s;
	struct diags d;
	diags_init(&d);
	int failed = settings_load(c->config, &s, &d);
	if (failed)
		diags_print(&d, stderr);
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	settings_show(&s, js_bool(options, "changed", false), out);
	fclose(out);
	if (c->is_json)
		print_settings(text);
	else
		fputs(text, stdout);
	free(text);
	settings_clear(&s);
	diags_clear(&d);
	json_decref(options);
	return failed ? CTL_FAILED : CTL_DONE;
}

int ctl_completion(struct ctl *c)
{
	(void)c;
	puts("# bash completion for etrierctl: etrierctl completion > "
	     "/etc/bash_completion.d/etrierctl\n"
	     "_etrierctl() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} before name options\n"
	     "\tbefore=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n"
	     "\tCOMPREPLY=()\n"
	     "\twhile IFS='|' read -r name options; do\n"
	     "\t\tif [[ $cur == -* && \"$before \" == \"$name \"* ]]; then\n"
	     "\t\t\tCOMPREPLY+=($(compgen -W \"$options\" -- \"$cur\"))\n"
	     "\t\telif [[ $name == \"${before:+$before }$cur\"* ]]; then\n"
	     "\t\t\tname=${name#\"${before:+$before }\"}\n"
	     "\t\t\tCOMPREPLY+=(\"${name%% *}\")\n"
	     "\t\tfi\n"
	     "\tdone <<'WORDS'");
	for (const struct ctl_command *k = ctl_commands; k->name; k++) {
		printf("%s|--json --config --help", k->name);
		ctl_print_options(k, stdout);
		putchar('\n');
	}
	puts("WORDS\n"
	     "\t[ ${#COMPREPLY[@]} -gt 0 ] ||\n"
	     "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	     "}\n"
	     "complete -F _etrierctl etrierctl");
	return CTL_DONE;
}
