/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAIN_H
#define ETRIER_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

/* What makes a text hard to read for a young person, found without
 * understanding it: long sentences, letters that stand for words, numbers
 * written out. One young person in eight reads with difficulty (JDC 2024).
 * Pure; the texts are ours, in French or in English. */

#define PLAIN_WORDS_MAX 12 /* in one sentence */

/* Bytes that stand for what is not text, so that offsets stay those of the
 * source: a run of PLAIN_VALUE is one word that comes later, PLAIN_NOTHING
 * does not even part a word, PLAIN_END ends a sentence. */
#define PLAIN_VALUE   '\x01'
#define PLAIN_NOTHING '\x02'
#define PLAIN_END     '\x03'

/* at: offset in the text; what: one line, "a sentence of 15 words ...". */
typedef void plain_fn(void *ctx, size_t at, const char *what);
/* is_lines: a line end ends a sentence too. Calls fn for each fault, in order.
 */
void plain_check(const char *text, size_t n, bool is_lines, plain_fn *fn,
		 void *ctx);

#endif
