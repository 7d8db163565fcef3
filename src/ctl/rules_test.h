/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CTL_RULES_TEST_H
#define ETRIER_CTL_RULES_TEST_H

#include "cases.h"
#include "judge.h"

#include <stdbool.h>
#include <stddef.h>

struct ctl;

/* What became of each case of `rules test`, and how it is told: as lines, as
 * JSON, as a JUnit file. */
struct wrong {
	unsigned line, col;
	char *what, *expected, *got;
};
struct result {
	const char *file; /* borrowed */
	char *name;
	unsigned line;
	bool is_pair, is_failed;
	char *error;   /* could not be judged */
	char *because; /* of a pair, or NULL */
	struct wrong *wrongs;
	size_t n_wrongs;
};
struct results {
	struct result *v;
	size_t n;
	size_t n_tests, n_failed;    /* tests */
	size_t n_pairs, n_disagreed; /* pairs of a panel */
	size_t n_examples;	     /* of the lexicon, all good */
};
struct result *results_add(struct results *r, const char *file,
			   const struct rule_case *c);
void result_add_wrong(struct result *r, unsigned line, unsigned col,
		      const char *what, const char *expected, const char *got);
void results_clear(struct results *r);
/* Percent of the pairs on which the rules agree, rounded down; 100 without. */
int results_agreement(const struct results *r);

/* diff: expected and got as two lines instead of a sentence. */
void results_print(const struct ctl *c, const struct results *r, bool diff);
int results_junit(const struct results *r, const char *path);

#endif
