/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_AUDIT_H
#define ETRIER_AUDIT_H

#include <etrier/store_audit.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The audit log: who asked what of the service, and what came of it, in files
 * YYYY-MM.log of one JSON object a line:
 *
 *   {"seq":7,"at":"2026-11-27T09:00:00Z","by":"uid:1000","name":"anna",
 *    "cmd":"agency set","phase":"asked","what":{...},"prev":"<hex>",
 *    "hash":"<hex>"}
 *
 * hash is the SHA-256 of the line's bytes without `,"hash":"<hex>"`; prev is
 * the hash of the line before, 64 zeros for the first; seq counts from 1
 * through all files. So anybody can check the chain with the files alone, and
 * nobody can change, drop or insert a line without changing all that follow;
 * the database keeps the last (seq, hash), which shows a tail that was cut off.
 *
 * No name, address, phone, dossier number or need of a young person is ever in
 * it: `what` holds what table.c allows, people by internal id. */
#define AUDIT_HASH_HEX STORE_AUDIT_HEX
#define AUDIT_LINE_MAX ((size_t)4096)

struct clock;

/* --- writing ------------------------------------------------------------- */
struct audit;
/* Nothing is opened before the first line. folder is made when missing. */
struct audit *audit_new(struct store *store, const struct clock *clock,
			const char *folder);
void audit_free(struct audit *a); /* keeps the head; NULL is fine */
/* One line, on the disk when the call returns. members: by, name, cmd, phase,
 * what ...; taken. -1: nothing was written, or half a line that the next
 * opening cuts off; the change it is about must not happen. */
int audit_write(struct audit *a, json_t *members_take, struct err *err);
/* After somebody has looked at a broken log: its files go aside, whole, into
 * folder.broken-<instant>, and a new chain begins with this line, to which
 * "lines" and "last" of the old one are added. */
int audit_renew(struct audit *a, json_t *members_take, struct err *err);
/* The head goes to the database when it is another than there. */
int audit_keep_head(struct audit *a, struct err *err);

/* --- checking: files alone ------------------------------------------------ */
struct audit_chain;
struct audit_chain *audit_chain_open(const char *folder, struct err *err);
/* Up to `lines` lines. 1 more to come, 0 the end and all whole, -1 broken:
 * "2026-11.log:12: the line was changed". */
int audit_chain_step(struct audit_chain *c, int lines, struct err *err);
/* Of the last good line; seq 0: none yet. */
int64_t audit_chain_seq(const struct audit_chain *c);
const char *audit_chain_hash(const struct audit_chain *c);
/* After the end: does it hold the head (seq, hash)? -1: what is missing. */
int audit_chain_covers(const struct audit_chain *c, int64_t seq,
		       const char *hash, struct err *err);
/* The hash of this line is wanted by audit_chain_covers(); before stepping. */
void audit_chain_want(struct audit_chain *c, int64_t seq);
void audit_chain_free(struct audit_chain *c);

/* The last `limit` lines, oldest first, as objects appended to rows; since: an
 * ISO date, only from then on; NULL: all. Lines that are none are left out. */
int audit_read(const char *folder, const char *since, size_t limit,
	       json_t *rows, struct err *err);

#endif
