/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl status: one screen, what is wrong first. With --json the engine's
 * row as it came; with --check the exit status says whether an alarm stands. */
#include "ctl.h"

#include <etrier/date.h>
#include <etrier/js.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct status {
	const struct ctl *ctl;
	size_t n_alarms;
	int64_t now;
};

static void text(const char *before, const char *s, const char *after)
{
	char *clean = ctl_harmless(s);
	printf("%s%s%s", before, clean, after);
	free(clean);
}

/* "3 h ago"; "never". */
static void print_ago(int64_t now, const char *at)
{
	int64_t t;
	if (instant_parse(at, &t)) {
		fputs("never", stdout);
		return;
	}
	int64_t s = now > t ? now - t : 0;
	if (s < 120)
		printf("%" PRId64 " s ago", s);
	else if (s < 2 * 3600)
		printf("%" PRId64 " min ago", s / 60);
	else if (s < 48 * 3600)
		printf("%" PRId64 " h ago", s / 3600);
	else
		printf("%" PRId64 " days ago", s / 86400);
}

static void print_ago_of(const struct status *st, const json_t *row,
			 const char *label, const char *key)
{
	printf("%s", label);
	print_ago(st->now, js_str(row, key, ""));
}

static void print_alarms(struct status *st, const json_t *alarms)
{
	size_t i;
	json_t *a;
	bool has_colour = isatty(STDOUT_FILENO);
	json_array_foreach(alarms, i, a)
	{
		fputs(has_colour ? "\033[1;31m" : "", stdout);
		text("ALARM ", js_str(a, "code", ""), "");
		fputs(has_colour ? "\033[0m" : "", stdout);
		text("  ", js_str(a, "text", ""), " (since ");
		print_ago(st->now, js_str(a, "since", ""));
		puts(")");
	}
	if (!st->n_alarms)
		puts("no alarm");
}

/* "active 58, paused 2" of the counts that are not 0. */
static void print_counts(const char *label, json_t *counts)
{
	const char *key;
	json_t *v;
	const char *sep = "";
	printf("%-10s", label);
	json_object_foreach(counts, key, v)
	{
		if (!json_integer_value(v))
			continue;
		printf("%s%s %" PRId64, sep, key,
		       (int64_t)json_integer_value(v));
		sep = ", ";
	}
	puts(*sep ? "" : "none");
}

static void print_roles(const json_t *roles)
{
	size_t i;
	json_t *r;
	printf("%-10s", "processes");
	json_array_foreach(roles, i, r)
	{
		const char *lane = js_str(r, "lane", "");
		int64_t restarts = js_int(r, "restarts", 0);
		text(i ? ", " : "", *lane ? lane : js_str(r, "role", ""), "");
		if (!str_eq(js_str(r, "state", ""), "running"))
			text(" ", js_str(r, "state", ""), "");
		if (restarts)
			printf(" (%" PRId64 " restarts)", restarts);
	}
	putchar('\n');
}

static void print_sources(const struct status *st, const json_t *sources)
{
	size_t i;
	json_t *s;
	json_array_foreach(sources, i, s)
	{
		text(i ? "          " : "sources   ", js_str(s, "name", ""),
		     "");
		if (!js_bool(s, "enabled", true)) {
			puts(": disabled");
			continue;
		}
		printf(": %" PRId64 " live, last good answer ",
		       js_int(s, "live", 0));
		print_ago(st->now, js_str(s, "last_ok", ""));
		if (js_int(s, "failures", 0))
			printf(", %" PRId64 " failures",
			       js_int(s, "failures", 0));
		putchar('\n');
	}
	if (!json_array_size(sources))
		puts("sources   none");
}

/* "41 of 58 young people proposed an offer in 30 days, 3 without any". */
static void print_coverage(const json_t *v)
{
	if (!v)
		return;
	printf("%-10s%" PRId64 " of %" PRId64
	       " active proposed an offer in 30 days, %" PRId64
	       " without any in sight\n",
	       "coverage", js_int(v, "proposed_30_days", 0),
	       js_int(v, "active", 0), js_int(v, "without_offer", 0));
	printf("%-10s%" PRId64 " places held, %" PRId64 " of %" PRId64
	       " offers full\n",
	       "waves", js_int(v, "places", 0), js_int(v, "offers_full", 0),
	       js_int(v, "offers", 0));
}

static void print_queues(const struct status *st, const json_t *queues)
{
	size_t i;
	json_t *q;
	json_array_foreach(queues, i, q)
	{
		text(i ? "          " : "queues    ", js_str(q, "channel", ""),
		     "");
		printf(": %" PRId64 " lanes, ", js_int(q, "lanes", 0));
		if (js_str(q, "due_since", NULL))
			print_ago_of(st, q, "oldest due ", "due_since");
		else
			fputs("nothing due", stdout);
		putchar('\n');
	}
}

static void print_disk(const struct status *st, const json_t *row)
{
	int64_t room = js_int(row, "disk_free", -1);
	printf("%-10sdatabase %" PRId64 " MiB, log %" PRId64 " MiB", "disk",
	       js_int(row, "database_bytes", 0) >> 20,
	       js_int(row, "wal_bytes", 0) >> 20);
	if (room >= 0)
		printf(", %" PRId64 " MiB free", room >> 20);
	print_ago_of(st, row, "\nbackup    ", "last_backup");
	putchar('\n');
}

static void print_matching(const json_t *row)
{
	const json_t *refresh = json_object_get(row, "refresh");
	printf("%-10s%" PRId64 " candidates, %" PRId64
	       " people to be matched\n",
	       "matching", js_int(row, "candidates", 0),
	       js_int(row, "waiting_to_be_matched", 0));
	if (refresh)
		printf("%-10s%" PRId64 " of %" PRId64
		       " offers compared anew, the newest first\n",
		       "refresh", js_int(refresh, "done", 0),
		       js_int(refresh, "offers", 0));
}

static void print_shadow(const json_t *shadow)
{
	char moved[24];
	if (!shadow)
		return;
	text("shadow    ", js_str(shadow, "name", ""), "");
	if (js_str(shadow, "problem", NULL))
		text(": stopped, ", js_str(shadow, "problem", ""), "\n");
	else
		printf(": %" PRId64 " pairs gained, %" PRId64
		       " lost, %s moved%s\n",
		       js_int(shadow, "gained", 0), js_int(shadow, "lost", 0),
		       ctl_figure(shadow, "moved", moved),
		       js_bool(shadow, "complete", false) ? ""
							  : ", still looking");
}

static void print_override(const json_t *to)
{
	if (!to)
		return;
	puts("NOT IN PRODUCTION: no message goes to its recipient "
	     "(delivery.override_to)");
	text("  every mail goes to ", js_str(to, "email", "nobody, they wait"),
	     "\n");
	text("  every SMS goes to  ", js_str(to, "sms", "nobody, they wait"),
	     "\n");
}

static void on_row(void *ctx, json_t *row)
{
	struct status *st = ctx;
	const json_t *alarms = json_object_get(row, "alarms");
	st->n_alarms = json_array_size(alarms);
	if (st->ctl->is_json) {
		ctl_print_json(row);
		return;
	}
	if (instant_parse(js_str(row, "now", ""), &st->now))
		st->now = 0;
	print_override(json_object_get(row, "override_to"));
	print_alarms(st, alarms);
	text("étrier    ", js_str(row, "version", ""), ", started ");
	print_ago(st->now, js_str(row, "started", ""));
	puts(js_bool(row, "paused", false) ? ", PAUSED" : "");
	print_roles(json_object_get(row, "roles"));
	print_sources(st, json_object_get(row, "sources"));
	print_counts("offers", json_object_get(row, "offers"));
	if (json_object_size(json_object_get(row, "stopped")))
		print_counts("stopped", json_object_get(row, "stopped"));
	print_counts("people", json_object_get(row, "people"));
	print_matching(row);
	print_coverage(json_object_get(row, "coverage"));
	print_counts("messages", json_object_get(row, "messages"));
	print_ago_of(st, row, "last sent ", "last_sent");
	putchar('\n');
	print_queues(st, json_object_get(row, "queues"));
	print_disk(st, row);
	text("rules     ", js_str(row, "rules", ""), "\n");
	print_shadow(json_object_get(row, "shadow"));
}

int ctl_status(struct ctl *c)
{
	json_t *args = ctl_parse(c);
	if (!args)
		return CTL_USAGE;
	bool is_check = js_bool(args, "check", false);
	struct status st = {.ctl = c};
	int code = ctl_ask(c, c->command->name, args,
			   &(struct ctl_ask){.on_row = on_row, .ctx = &st});
	return !code && is_check && st.n_alarms ? CTL_GUARD : code;
}
