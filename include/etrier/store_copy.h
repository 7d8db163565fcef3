/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_COPY_H
#define ETRIER_STORE_COPY_H

#include <etrier/store.h>

#include <jansson.h>

/* A copy of everything, made while work goes on, and the way back. A copy is a
 * folder:
 *
 *   NAME/etrier.db     one consistent state of the database, whole by itself
 *   NAME/audit/...     the audit log as it was, when there is one
 *   NAME/MANIFEST      JSON: {format, etrier, schema, at, files: [{name, bytes,
 *                      sha256}]}; keys are never in a copy
 *
 * It is written as .NAME.part and takes its name when all of it is on the
 * disk: what has a name is whole. Habits: store.h. */
#define STORE_COPY_FORMAT   1
#define STORE_COPY_DB	    "etrier.db"
#define STORE_COPY_MANIFEST "MANIFEST"
/* A name is a word of letters, digits, . _ - and does not begin with a dot. */
#define STORE_COPY_NAME_MAX 64
bool store_copy_name_is_valid(const char *name);

struct store_copy;
/* Begin a copy into folder/name; folder is made when missing (0700). audit: a
 * folder of files to take along, or NULL. ERR_INPUT: the name is bad or taken;
 * ERR_LIMIT: not enough room on the disk for it and `spare` bytes more. */
struct store_copy *store_copy_begin(struct store *s, const char *folder,
				    const char *name, const char *audit,
				    int64_t spare, int64_t now,
				    struct err *err);
/* Some milliseconds of work, not inside a transaction. 1 more to do, 0 whole,
 * -1 failed (nothing of it is left). What is written to the database meanwhile
 * is in the copy too. */
int store_copy_step(struct store_copy *c, struct err *err);
/* Per mille of the work. */
int store_copy_progress(const struct store_copy *c);
/* One that is not whole is removed. NULL is fine. */
void store_copy_free(struct store_copy *c);

/* Every copy in folder, oldest first: {name, at, bytes, schema, etrier}, or
 * {name, problem} for one whose MANIFEST cannot be read. New reference; an
 * empty array when there is no folder. */
json_t *store_copies(const char *folder);
/* Remove the oldest copies named like an instant (20261127T033000Z) until
 * `keep` of those are left. *n: removed. */
int store_copies_trim(const char *folder, int keep, int *n, struct err *err);

/* --- the way back: no engine, no keys ------------------------------------ */
/* Is this copy what its MANIFEST says, and of a schema this program knows?
 * *manifest (may be NULL): new reference. */
int store_copy_verify(const char *dir, json_t **manifest, struct err *err);

struct store_restored {
	char *former;	     /* where the database that was there went; NULL:
			      * there was none */
	json_t *modes;	     /* [{"agency","mode"}] that were put off */
	int64_t n_held;	     /* messages that were on their way */
	int64_t n_uncertain; /* SMS of which nobody knows */
	int64_t n_optouts;   /* taken over from the former database */
	bool read_former;    /* it could be read, with the same key */
};
void store_restored_clear(struct store_restored *r);
/* Put the copy in dir, verified by the caller, in the place of the database
 * file `path`, which no engine has open. What was sent since the copy was made
 * is unknown, so every agency is put to mode off, messages that were planned or
 * on their way are held, SMS on their way are uncertain, and opt-outs given
 * since are taken over from the former database when it can be read. Leaves an
 * event and a mark (store_restored_mark()). The former database is moved aside
 * when the new one is ready: at any moment one of them is in place, whole. */
int store_restore(const char *dir, const char *path, int64_t now,
		  struct store_restored *out, struct err *err);
/* Is this database a restored copy about which nobody has decided yet? *at is
 * the instant of the restore, 0 when not. Forgotten by
 * store_restored_forget(). */
int store_restored_mark(struct store *s, int64_t *at, struct err *err);
int store_restored_forget(struct store *s, struct err *err);

#endif
