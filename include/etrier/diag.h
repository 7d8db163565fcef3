/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DIAG_H
#define ETRIER_DIAG_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/* Every mistake of a configuration, found in one pass:
 *   etrier.yaml:12:7: error: unknown key "prot" in mail (did you mean
 *   "port"?); allowed: engine host port ... */
enum diag_level { DIAG_ERROR, DIAG_WARNING };
#define DIAGS_MAX 200 /* more are counted, not kept */

struct diag {
	enum diag_level level;
	char *file;
	unsigned line, col; /* from 1; 0: the whole file */
	char *text;
};
struct diags {
	struct diag *v;
	size_t n, cap;
	size_t n_errors, n_warnings;
};

void diags_init(struct diags *d);
void diags_clear(struct diags *d);
void diag_add(struct diags *d, enum diag_level level, const char *file,
	      unsigned line, unsigned col, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* Sorted by file, line, column; then "N errors, M warnings" left to callers. */
void diags_print(struct diags *d, FILE *out);
/* One "file:line:col: error: text" line; free(). */
char *diag_line(const struct diag *d);
/* [{"level","file","line","col","text"}], and back (from another process). */
json_t *diags_to_json(const struct diags *d);
void diags_add_json(struct diags *d, const json_t *v);

#endif
