/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CTL_CASES_H
#define ETRIER_CTL_CASES_H

#include <etrier/arena.h>
#include <etrier/ynode.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diags;

/* Files of `rules test`, as far as they can be read without rules:
 *
 *   rule_files: [rules.yaml, rules.d/50-local.yaml]   # or the configured ones
 *   at: 2026-11-23                        # day of the verdicts below
 *   tests:
 *     - name: baker, 17, four in the morning
 *       at: 2026-11-24
 *       youth: {birth_date: 2009-03-14, rome: [D1102], max_minutes: 45}
 *       offer: {rome: [D1102], kind: apprenticeship, hours: {start: "04:00"}}
 *       expect: {decision: check, score: ">=60", symbols: [MINOR_NIGHT],
 *                not_symbols: [AGE], gates: {REACH: pass},
 *                message_contains: nuit, message_not_contains: [RQTH]}
 *   panel:
 *     - {name: near before far, youth: {...}, better: {...}, worse: {...},
 *        because: what an adviser said of them}
 *
 * youth has the columns of a file of young people, offer the keys of an offer
 * line; lists may be YAML lists. What is not said is unknown. */
#define CASES_MAX 2000 /* of one file */

struct rule_case {
	const char *name, *because; /* because: of a pair, may be NULL */
	bool is_pair;
	unsigned line;
	int32_t on;
	json_t *youth;		    /* as of a stored record */
	json_t *offers[2];	    /* offer lines; of a pair better, worse */
	const struct ynode *expect; /* NULL: of a pair */
};
struct case_file {
	struct arena arena;
	const char *file;
	json_t *rule_files; /* paths, or NULL: the configured ones */
	json_t *checked;    /* owns what the cases point to */
	struct rule_case *v;
	size_t n;
};
/* Reads and checks it; every mistake in d. *out must be cleared either way;
 * cases with a mistake are not in it. */
void case_file_read(const char *file, struct diags *d, struct case_file *out);
void case_file_clear(struct case_file *f);

/* --- what is expected ---------------------------------------------------- */
struct verdict;
struct rules;
/* Called for each expectation that is not met: where it stands, its name
 * ("score"), what was expected and what came. */
typedef void case_wrong_fn(void *ctx, const struct ynode *at, const char *what,
			   const char *expected, const char *got);
/* *n counts the expectations. Codes that no gate, criterion or symbol has are
 * mistakes in d. */
void case_expect(const struct rule_case *c, const struct rules *rules,
		 const struct verdict *v, const char *message, struct arena *a,
		 case_wrong_fn *wrong, void *ctx, struct diags *d);
/* Should `better` come before `worse`? Decision first, then score. */
bool case_is_before(const struct verdict *better, const struct verdict *worse);

#endif
