/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_H
#define ETRIER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Everything étrier remembers: one SQLite file, one connection, in the engine
 * alone (design: data.md). What is stored where: store_people.h,
 * store_offers.h, store_messages.h, store_events.h. No SQL leaves
 * src/engine/store/.
 *
 * Habits common to all of it:
 * - 0 or -1 with *err: ERR_STORE the disk or the file; ERR_CONFIG a wrong key;
 *   ERR_UNKNOWN no such record; ERR_INPUT the caller's data cannot be stored;
 *   ERR_LIMIT a ceiling. Outputs are written only on success.
 * - Instants are seconds UTC, "none" is INSTANT_NONE (date.h). The store has no
 *   clock: callers pass `now`.
 * - JSON goes in and out as compact text, not looked into unless said.
 * - A call that writes outside a transaction is a transaction of its own.
 * - Callbacks get rows whose strings are valid during the call only. They may
 *   read the store, never write it. A return other than 0 ends the walk, and
 *   the function still returns 0. `after` is the last id seen (0: start) and
 *   `limit` the most rows (0: all), so that a walk can be cut in slices.
 * - Strings returned through an arena live as long as it does. */
struct store;

#define STORE_KEY_BYTES 32
#define STORE_KEYS_MAX	4

/* lookup: root of the keyed hashes (opt-out addresses, tokens, row hashes); it
 * never changes in the life of a database. needs[0] encrypts the needs, the
 * others are former keys that still open what they closed. */
struct store_keys {
	unsigned char lookup[STORE_KEY_BYTES];
	unsigned char needs[STORE_KEYS_MAX][STORE_KEY_BYTES];
	int n_needs;
};
/* 32 raw bytes or 64 hex digits (a line end may follow). */
int store_key_parse(const char *bytes, size_t n,
		    unsigned char out[STORE_KEY_BYTES], struct err *err);
/* 64 random hex digits, a line end and a NUL: a new key file. */
void store_key_generate(char out[2 * STORE_KEY_BYTES + 2]);

/* Open or create (mode 0600), check, migrate; before an older schema is
 * migrated a copy goes to backup/before-schema-N beside the file
 * (store_copy.h), and without it nothing is migrated. Refused with ERR_STORE: a
 * file of another program, a newer schema, a damaged file, a file another
 * process has open. ERR_CONFIG: a key that is not the one the data was written
 * with. Keys are copied and wiped by store_close(). ":memory:" is for tests. */
int store_open(const char *path, const struct store_keys *keys,
	       struct store **out, struct err *err);
void store_close(struct store *s); /* NULL is fine; rolls back what is open */

/* Transactions. store_tx() runs fn inside one and commits when it returns 0,
 * else rolls back and returns -1 with fn's *err. Inside another transaction it
 * joins it: a failed inner one dooms the outer one.
 * When SQLite itself rolled back (disk full), every further write of the unit
 * of work fails until store_rollback(): nothing is written by halves. */
typedef int store_tx_fn(struct store *s, void *ctx, struct err *err);
int store_tx(struct store *s, store_tx_fn *fn, void *ctx, struct err *err);
int store_begin(struct store *s, struct err *err); /* not inside another */
int store_commit(struct store *s, struct err *err);
void store_rollback(struct store *s); /* no transaction: does nothing */

/* Called around every commit that wrote something: before (nothing of it is
 * durable yet) and after (all of it is). For tests and counters; the callback
 * must not touch the store. fn NULL: none. */
enum store_commit { STORE_COMMIT_BEFORE, STORE_COMMIT_AFTER };
typedef void store_commit_fn(void *ctx, enum store_commit when);
void store_on_commit(struct store *s, store_commit_fn *fn, void *ctx);
/* Kill tests only: when the environment has ETRIER_KILL_AT=N (or "N-"), the
 * process leaves by _exit(9) just after (before) its N-th commit. Called by
 * programs built for tests, or by an engine told so; never read elsewhere. */
int store_kill_from_env(struct store *s);

enum { STORE_N_STATES = 7, STORE_N_STATUSES = 4, STORE_N_OFFER_STATES = 5 };
/* Health. deep: integrity_check and foreign_key_check, seconds on a large file;
 * else quick_check. Each finding is one line; none: nothing is called. */
typedef void store_finding_fn(void *ctx, const char *text);
int store_check(struct store *s, bool deep, store_finding_fn *fn, void *ctx,
		struct err *err);
/* People of the latest files by enum person_status, and those who are in none
 * any more. Counted once until somebody is written: a region takes 50 ms. */
int store_people_counts(struct store *s, int64_t by_status[STORE_N_STATUSES],
			int64_t *gone, struct err *err);
/* Can it be written? One small commit. */
int store_probe(struct store *s, struct err *err);
/* Pages kept in memory for a next time are given back. */
void store_give_back(struct store *s);
/* Empty the write-ahead log into the file; when idle. */
int store_checkpoint(struct store *s, struct err *err);

struct store_stats {
	int64_t file_bytes, wal_bytes;
	int64_t n_commits; /* since store_open() */
	int64_t schema_version;
	int64_t messages[STORE_N_STATES]; /* by enum store_state */
	int64_t people[STORE_N_STATUSES]; /* by enum person_status, not gone */
	int64_t people_gone;
	int64_t offers[STORE_N_OFFER_STATES]; /* by enum offer_status */
	int64_t proposals, optouts, tokens, events;
};
int store_stats(struct store *s, struct store_stats *out, struct err *err);

#endif
