/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ERR_H
#define ETRIER_ERR_H

/* How a failure travels: a function that can fail returns 0 or -1, writes its
 * outputs only on success and fills *err on failure. The kind says who must
 * act. Out of memory and our own bugs abort (mem.h); nothing that comes from
 * outside ever does. */

enum err_kind {
	ERR_NONE,
	ERR_CONFIG,	/* the administrator: a file of ours is wrong */
	ERR_INPUT,	/* the partner or the file: bad bytes came in */
	ERR_NETWORK,	/* time: try again later */
	ERR_STORE,	/* the operator: disk, database, permissions */
	ERR_LIMIT,	/* a named ceiling was reached */
	ERR_PERMISSION, /* the caller may not */
	ERR_UNKNOWN	/* no such record */
};

/* Longest message kept, NUL included; longer ones are cut. */
#define ERR_TEXT_MAX 512

struct err {
	enum err_kind kind;
	char text[ERR_TEXT_MAX];
};

/* Fill *err (which may be NULL: nothing is written) and return -1, so that
 * "return err_set(err, ERR_INPUT, ...)" is one statement. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "prefix: " before the text already in *err, keep its kind, return -1. */
int err_prefix(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The word for a kind in logs: "config", "input", ... */
const char *err_kind_name(enum err_kind kind);

#endif
