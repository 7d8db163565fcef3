/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef DOMAIN_TRADE_QUERY_H
#define DOMAIN_TRADE_QUERY_H

#include "trade_finder.h"

/* What the words of a claim are among the words of the official titles
 * (trade_query.c). */
#define TRADE_QUERY_WORDS 24 /* longer titles say the rest of it in prose */
#define TRADE_QUERY_HEADS 4

struct trade_asked {
	uint16_t alike[TRADE_ALIKE_MAX]; /* alike[0] is it, unless misspelt */
	uint8_t n_alike;
	const char *shown; /* the form it has, when titles have that form */
	int edits;	   /* 0: written as the titles do */
	uint16_t segment;
	bool is_soft;	 /* says something only when it fits */
	bool heads;	 /* may be the noun that heads a job's title */
	uint32_t weight; /* what it adds when a title has it ... */
	uint32_t cost;	 /* ... and takes when a title has not */
};
#define TRADE_WORD_BIT(word) (UINT64_C(1) << ((word) % 64))
struct trade_query {
	struct trade_asked words[TRADE_QUERY_WORDS];
	size_t n;
	uint64_t alike; /* TRADE_WORD_BIT() of all words they stand for */
	/* In words, one a segment, the likeliest first; for want of any, those
	 * of activities. */
	size_t heads[TRADE_QUERY_HEADS];
	size_t n_heads;
	bool is_activity;
	uint32_t strangers; /* the cost of words of which nothing is known */
	size_t n_strangers;
};

/* The words of title without those of the claim's employer, its city and
 * other places. */
void trade_query_read(const struct trade_finder *f, struct arena *a,
		      const char *title, const struct trade_claim *claim,
		      struct trade_query *q);

/* The words of a longer text that are words of titles, each once. */
struct trade_support {
	uint16_t *words;
	size_t n;
};
void trade_support_read(const struct trade_finder *f, struct arena *a,
			const char *text, size_t max_bytes,
			struct trade_support *out);

#endif
