/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SCHEMA_H
#define ETRIER_SCHEMA_H

#include <etrier/ynode.h>

#include <jansson.h>
#include <stdint.h>

/* One row per setting: the parser, the defaults, `config show`, the check of
 * the example file and of the manual all read the same table. Behind each type
 * the JSON value it becomes. */
enum schema_type {
	SCHEMA_STR,	/* min..max bytes; string, one line (SCHEMA_LINES) */
	SCHEMA_INT,	/* min..max; integer */
	SCHEMA_DECIMAL, /* up to three decimals; integer, as thousandths; min
			 * and max are thousandths too */
	SCHEMA_BOOL,	/* true false; boolean */
	SCHEMA_TRI,	/* yes no unknown; string */
	SCHEMA_WORD,	/* one of words; string */
	SCHEMA_TIME,	/* "HH:MM" in quotes; integer, minutes 0..1440 */
	SCHEMA_DATE,	/* 2026-11-23; string */
	SCHEMA_PATH,	/* relative to the file that names it; string, made
			 * absolute and normalised */
	SCHEMA_SECRET,	/* a file whose content is the secret: see settings.h;
			 * string: absolute path, or the bare name as written */
	SCHEMA_URL,	/* http or https, no user or password in it; string */
	SCHEMA_LIST,	/* a list of `item`, min..max of them; array */
	SCHEMA_MAP,	/* a map with the rows of `rows`; object */
	SCHEMA_NAMED,	/* a map of free names (words of [a-z0-9_-], 1..40) to
			 * `item`, min..max of them; object */
	SCHEMA_ANY	/* kept as JSON, checked by whoever asked: plain true,
			 * false, null and integers as such, other scalars as
			 * strings */
};
enum {
	SCHEMA_REQUIRED = 1,
	SCHEMA_RESTART = 2, /* a change needs a restart, a reload refuses it */
	SCHEMA_LINES = 4    /* SCHEMA_STR: line ends are welcome */
};
/* Ceilings for rows that name none. */
#define SCHEMA_STR_MAX	 4000
#define SCHEMA_NAMED_MAX 1000
#define SCHEMA_NAME_MAX	 40
#define SCHEMA_PATH_MAX	 1000

struct schema {
	const char *key; /* NULL ends a table of rows */
	enum schema_type type;
	unsigned flags;
	int64_t min, max; /* as the type says; both 0: no bound */
	const char *const *words;
	/* As it would be written in the file (a time with its quotes; "[]",
	 * "{}" for collections); NULL: none, the key is then absent. */
	const char *fallback;
	const char *unit;	   /* "s", "minutes", "bytes"; NULL */
	const char *help;	   /* one sentence, English */
	const struct schema *rows; /* SCHEMA_MAP */
	const struct schema *item; /* SCHEMA_LIST, SCHEMA_NAMED */
	/* A last word on a value that passed; adds its own diagnostics. */
	void (*check)(const struct ynode *n, const json_t *v, struct diags *d);
};

/* Check a map against rows. Returns a new object with every default filled in
 * (SCHEMA_MAP rows are always present), or what could be read when there were
 * errors: look at d->n_errors. n may be NULL (all defaults). base_dir is for
 * SCHEMA_PATH; NULL: paths stay as written. A value written as null (or left
 * empty) is as good as absent. */
json_t *schema_read(const struct schema *rows, const struct ynode *n,
		    const char *base_dir, struct diags *d);

/* An absolute, normalised path ("/e//x/./y/.." is "/e/x"); base_dir is
 * absolute. Symbolic links are not looked at. free(). */
char *schema_path(const char *base_dir, const char *path);
/* As SCHEMA_ANY does it. A new reference. */
json_t *schema_any(const struct ynode *n);

/* Visit every leaf: path "mail.port", its row. Names are "*", items of lists
 * of maps "[]": "origins.*.kind", "adjust[].symbol". For manuals and `config
 * show`. */
typedef void schema_visit_fn(void *ctx, const char *path,
			     const struct schema *row);
void schema_each(const struct schema *rows, schema_visit_fn *visit, void *ctx);
/* "integer 1..65535, default 25" for a row; free(). */
char *schema_describe(const struct schema *row);

#endif
