/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CTL_H
#define ETRIER_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct diags;
struct err;
struct settings;
struct ctl_conn;

/* Exit statuses (surfaces.md). */
enum {
	CTL_DONE = 0,
	CTL_FAILED = 1,
	CTL_USAGE = 2,
	CTL_GUARD = 3,
	CTL_NOT_RUNNING = 4
};

/* What was asked, after the general options. */
struct ctl {
	const char *config; /* file */
	bool has_config;    /* it was named: --config or $ETRIER_CONFIG */
	const char *socket; /* --socket, or NULL: from the configuration */
	bool is_json;
	int64_t limit; /* of listings; 0: the command's default */
	const struct ctl_command *command;
	int argc; /* what follows the command's words */
	char **argv;
};

/* One row per command; shared by --help, completion and the manual's check.
 * args names what follows: "REF", "[--days N]"; a test parses it. */
struct ctl_command {
	const char *family; /* section of the manual */
	const char *name;   /* "outbox list" */
	const char *args;
	const char *help; /* one sentence */
	int (*run)(struct ctl *c);
	/* For commands that only ask the engine: the columns of the table, as
	 * "key:TITLE key:TITLE"; NULL: rows are printed as "key: value". */
	const char *columns;
};
extern const struct ctl_command ctl_commands[]; /* name NULL ends */

/* The row whose words begin argv, the longest name first; *n_words says how
 * many words it took. NULL: none. */
const struct ctl_command *ctl_find(int argc, char **argv, int *n_words);
/* The whole of main() but its set-up. */
int ctl_run(int argc, char **argv);

/* Options of one command: "--key VALUE" and "--flag" into an object, the rest
 * in order under "words". What the command's args do not name, and what is
 * missing of them, is a mistake: NULL after printing it (CTL_USAGE). */
json_t *ctl_parse(const struct ctl *c);
/* " --map --dry-run": the options that the row's args name. */
void ctl_print_options(const struct ctl_command *k, FILE *out);

/* Ask the engine. Every row goes to on_row (borrowed). Returns the exit
 * status; prints the engine's closing text or error. on_ready (may be NULL) is
 * called when the engine waits for lines; it sends them with ctl_send(). */
struct ctl_ask {
	void (*on_row)(void *ctx, json_t *row);
	int (*on_ready)(void *ctx, struct ctl_conn *conn);
	void *ctx;
	bool is_quiet; /* nobody there, or no permission: no word of it */
};
int ctl_ask(const struct ctl *c, const char *cmd, json_t *args_take,
	    const struct ctl_ask *ask);
int ctl_send(struct ctl_conn *conn, json_t *line_take);

/* run for plain remote commands: parse, ask, print table or JSON lines. */
int ctl_run_remote(struct ctl *c);

/* Rows to stdout. */
struct ctl_table;
struct ctl_table *ctl_table_new(const struct ctl *c, const char *columns);
void ctl_table_row(struct ctl_table *t, json_t *row);
void ctl_table_end(struct ctl_table *t); /* prints and frees */

/* Diagnostics to stderr (rows with --json), the counts, and the exit status;
 * clears *d. */
int ctl_finish_diags(const struct ctl *c, struct diags *d, bool is_strict);
/* "etrierctl: ..." on stderr; returns code. */
int ctl_fail(int code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A copy without control characters, for free(): texts of strangers go to a
 * terminal, and nothing in them may steer it. */
char *ctl_harmless(const char *text);
/* A cell of a CSV file with semicolons, quoted where it must be; what a
 * spreadsheet would run as a formula begins with an apostrophe. */
void ctl_csv_cell(const char *text, FILE *out);
/* One object as a line of JSON. */
void ctl_print_json(const json_t *v);
/* A figure that may be masked: a number, or "<11". */
const char *ctl_figure(const json_t *row, const char *key, char out[24]);
/* Compile texts of rules with the tables of the configuration. */
void ctl_check_rules(const struct settings *s, const json_t *texts,
		     struct diags *d);
/* Is the row only {"progress": per mille}? Shown on a terminal, and taken away
 * by the next row that is none. */
bool ctl_show_progress(const json_t *row);
/* [{"file","text"}] of the files named, absolute or as given; those that cannot
 * be read are diagnostics. */
json_t *ctl_read_texts(const json_t *files, struct diags *d);
/* {"name","text"} of a file that may become one of rules.d; NULL after a
 * message. */
json_t *ctl_read_new_rules(const char *file);
/* A whole file, at most max bytes; NULL with err. free(). */
char *ctl_read_file(const char *path, size_t max, size_t *n, struct err *err);

/* Commands with code of their own, one file per family. */
int ctl_version(struct ctl *c);
int ctl_check(struct ctl *c);
int ctl_config_show(struct ctl *c);
int ctl_reload(struct ctl *c);
int ctl_completion(struct ctl *c);
int ctl_import(struct ctl *c);
int ctl_sources_draft(struct ctl *c);
int ctl_sources_try(struct ctl *c);
int ctl_explain(struct ctl *c);
int ctl_rules_check(struct ctl *c);
int ctl_rules_test(struct ctl *c);
int ctl_rules_coverage(struct ctl *c);
int ctl_rules_diff(struct ctl *c);
int ctl_rules_shadow(struct ctl *c);
int ctl_rules_promote(struct ctl *c);
int ctl_rules_rollback(struct ctl *c);
int ctl_digest_show(struct ctl *c);
int ctl_events_export(struct ctl *c);
/* digest_csv.c: a digest's model as CSV on stdout. */
void ctl_print_digest(const json_t *model);
int ctl_templates_check(struct ctl *c);
int ctl_message_preview(struct ctl *c);
int ctl_mail_bounce(struct ctl *c);
int ctl_sms_preview(struct ctl *c);
int ctl_status(struct ctl *c);
int ctl_doctor(struct ctl *c);
int ctl_audit_verify(struct ctl *c);
int ctl_backup(struct ctl *c);
int ctl_restore(struct ctl *c);
int ctl_refdata_status(struct ctl *c);
int ctl_refdata_import(struct ctl *c);

#endif
