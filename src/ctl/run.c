/* SPDX-License-Identifier: EUPL-1.2 */
/* Find the command, run it, say how it went. Everything etrierctl can do is a
 * row of table.c; what needs the daemon goes through client.c. */
#include "ctl.h"

#include <etrier/control.h>
#include <etrier/num.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int ctl_fail(int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("etrierctl: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	return code;
}

static void usage(FILE *out)
{
	fputs("usage: etrierctl [--config FILE] [--socket PATH] [--json] "
	      "[--limit N] COMMAND [...]\n"
	      "       etrierctl COMMAND --help\n",
	      out);
	const char *family = "";
	for (const struct ctl_command *k = ctl_commands; k->name; k++) {
		if (!str_eq(k->family, family))
			fprintf(out, "\n%s\n", k->family);
		family = k->family;
		fprintf(out, "  %-18s %s\n", k->name, k->help);
	}
	fputs("\nexit status: 0 done, 1 failed, 2 usage, 3 a guard or rejected "
	      "rows, 4 the daemon is not running\n",
	      out);
}

/* How many words the name has when argv begins with them, else 0. */
static int begins_with(int argc, char **argv, const char *name)
{
	int words = 0;
	while (*name) {
		size_t n = strcspn(name, " ");
		if (words == argc || strlen(argv[words]) != n ||
		    strncmp(argv[words], name, n) != 0)
			return 0;
		words++;
		name += name[n] ? n + 1 : n;
	}
	return words;
}

const struct ctl_command *ctl_find(int argc, char **argv, int *n_words)
{
	const struct ctl_command *best = NULL;
	*n_words = 0;
	for (const struct ctl_command *k = ctl_commands; k->name; k++) {
		int words = begins_with(argc, argv, k->name);
		if (words > *n_words) {
			best = k;
			*n_words = words;
		}
	}
	return best;
}

/* "etrierctl outbox": the commands that begin so. */
static int unknown_family_word(const char *first)
{
	size_t n = strlen(first);
	int found = 0;
	for (const struct ctl_command *k = ctl_commands; k->name; k++) {
		if (strncmp(k->name, first, n) != 0 || k->name[n] != ' ')
			continue;
		if (!found++)
			ctl_fail(CTL_USAGE, "\"%s\" wants one of:", first);
		fprintf(stderr, "  %-18s %s\n", k->name, k->help);
	}
	return found;
}

static int unknown_command(int argc, char **argv)
{
	if (argc == 1 && unknown_family_word(argv[0]))
		return CTL_USAGE;
	enum { NAMES_MAX = 100 };
	const char *names[NAMES_MAX + 1] = {NULL};
	size_t n = 0;
	for (const struct ctl_command *k = ctl_commands;
	     k->name && n < NAMES_MAX; k++)
		names[n++] = k->name;
	char asked[80];
	snprintf(asked, sizeof(asked), "%s%s%s", argv[0], argc > 1 ? " " : "",
		 argc > 1 ? argv[1] : "");
	const char *near = str_nearest(asked, names);
	if (!near)
		near = str_nearest(argv[0], names);
	return ctl_fail(CTL_USAGE, "unknown command \"%s\"%s%s%s; see --help",
			asked, near ? " (did you mean \"" : "",
			near ? near : "", near ? "\"?)" : "");
}

static int command_help(const struct ctl_command *k)
{
	printf("usage: etrierctl %s%s%s\n%s\n", k->name, *k->args ? " " : "",
	       k->args, k->help);
	return CTL_DONE;
}

/* The general options may stand before or after the command's words. Takes
 * them out of argv; returns the new argc, or -1 after a message. */
static int general_options(struct ctl *c, int argc, char **argv, bool *help)
{
	int n = 0;
	for (int i = 0; i < argc; i++) {
		const char *a = argv[i];
		bool has_value = i + 1 < argc;
		if (str_eq(a, "--json")) {
			c->is_json = true;
		} else if (str_eq(a, "--help") || str_eq(a, "-h")) {
			*help = true;
		} else if (!has_value &&
			   (str_eq(a, "--config") || str_eq(a, "--socket") ||
			    str_eq(a, "--limit"))) {
			return ctl_fail(-1, "%s wants a value", a);
		} else if (str_eq(a, "--config")) {
			c->config = argv[++i];
			c->has_config = true;
		} else if (str_eq(a, "--socket")) {
			c->socket = argv[++i];
		} else if (str_eq(a, "--limit")) {
			if (num_parse_int(argv[++i], 1, CONTROL_LIST_MAX,
					  &c->limit))
				return ctl_fail(
					-1,
					"--limit wants a number from 1 to %d",
					CONTROL_LIST_MAX);
		} else {
			argv[n++] = argv[i];
		}
	}
	return n;
}

static int run_command(struct ctl *c, int argc, char **argv, bool help)
{
	int n_words = 0;
	c->command = ctl_find(argc, argv, &n_words);
	if (!c->command)
		return unknown_command(argc, argv);
	c->argc = argc - n_words;
	c->argv = argv + n_words;
	return help ? command_help(c->command) : c->command->run(c);
}

int ctl_run(int argc, char **argv)
{
	struct ctl c = {.config = settings_default_file(),
			.has_config = getenv("ETRIER_CONFIG") != NULL};
	bool help = false;
	int code;
	argc = general_options(&c, argc, argv, &help);
	if (argc < 0)
		return CTL_USAGE;
	if (argc && str_eq(argv[0], "--version"))
		code = ctl_version(&c);
	else if (argc)
		code = run_command(&c, argc, argv, help);
	else
		code = help ? CTL_DONE : CTL_USAGE;
	if (!argc)
		usage(help ? stdout : stderr);
	if (fflush(stdout) || ferror(stdout))
		return ctl_fail(CTL_FAILED, "cannot write to standard output");
	return code;
}
