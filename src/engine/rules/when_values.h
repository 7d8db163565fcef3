/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_RULES_WHEN_VALUES_H
#define ENGINE_RULES_WHEN_VALUES_H

#include "when_parts.h"

enum { RANGES_MAX = 64, WORDS_MAX = 400, WORD_BYTES = 200 };

/* What the values of one condition add up to. */
struct values {
	struct when_reader *r;
	const struct when_field *f;
	uint64_t mask;
	struct {
		int64_t lo, hi;
		bool is_clock;
	} ranges[RANGES_MAX];
	size_t n_ranges;
	struct trade_set *trades;
	uint64_t *places;
	const char *words[WORDS_MAX];
	size_t n_words;
	bool is_bad;
};

/* A value that the field cannot have: says so, with what it can. */
void values_refuse(struct values *v, const struct ynode *n, const char *near,
		   const char *allowed);
/* A text of the file as it is quoted back. */
const char *values_shown(struct values *v, const char *text);

/* One scalar each, added to what there is. */
void values_number(struct values *v, const struct ynode *n);
void values_code(struct values *v, const struct ynode *n,
		 const struct vocab *vocab);
void values_tri(struct values *v, const struct ynode *n);
void values_word(struct values *v, const struct ynode *n);
void values_phrase(struct values *v, const struct ynode *n);
void values_dept(struct values *v, const struct ynode *n);
void values_commune(struct values *v, const struct ynode *n);
void values_trade(struct values *v, const struct ynode *n);

/* ">=60" of the i-th range, as the field writes it. */
const char *values_range_text(struct values *v, size_t i);

#endif
