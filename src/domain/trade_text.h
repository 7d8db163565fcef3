/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef DOMAIN_TRADE_TEXT_H
#define DOMAIN_TRADE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* The words of a text, folded (see utf8_fold()), with what no job is named by
 * taken out. */
struct trade_token {
	const char *text;
	uint16_t segment; /* part of the text between dashes, brackets ... */
	/* Says something when an official title has it, else nothing:
	 * "junior", "nuit", "alternance". Never the head of a title. */
	bool is_soft;
};
struct trade_text {
	struct trade_token *tokens;
	size_t n;
};

/* The words that name no job and the other names of jobs, found by word. Made
 * once, then constant. Never NULL. */
struct trade_noise;
struct trade_noise *trade_noise_new(void);
void trade_noise_free(struct trade_noise *noise);

/* At most max_bytes of text (NULL: none) and max_tokens of them: without
 * feminine endings ("vendeur(se)", "vendeur.se", "vendeur·se" give "vendeur"),
 * article words, single characters and figures. */
void trade_text_read(struct arena *a, const char *text, size_t max_bytes,
		     size_t max_tokens, struct trade_text *out);
/* Take out the phrases of contracts, diplomas and recruiters and mark the
 * words of these as soft, and those with figures. Article words are still among
 * the tokens. */
void trade_text_mark_noise(const struct trade_noise *noise,
			   struct trade_text *t);
/* Take out the article words: "de", "la", "pour". */
void trade_text_drop_articles(const struct trade_noise *noise,
			      struct trade_text *t);
/* Write abbreviations and other names of jobs as the titles do. After noise is
 * marked and article words are dropped. */
void trade_text_reword(const struct trade_noise *noise, struct arena *a,
		       struct trade_text *t);
/* Take out n tokens from i on. */
void trade_text_drop(struct trade_text *t, size_t i, size_t n);

/* A word without the marks of gender and number, the same for all forms of
 * most: "boulangere", "boulangers" give "boulanger". Not a word one would
 * write. */
const char *trade_stem(struct arena *a, const char *word);

#endif
