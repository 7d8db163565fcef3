/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_RULES_H
#define ETRIER_STORE_RULES_H

#include <etrier/store.h>

struct arena;

/* Rule sets that were in force, with the files they came from, and rules tried
 * beside those in force. Nothing here decides about anybody: the folder of the
 * rules does. Habits: store.h. store_rules_put() and _get() are in
 * store_offers.h. */

/* files: [{"file","text"}] as they were read. Of a set that has some already
 * nothing is changed. */
int store_rules_set_files(struct store *s, const char *id, const char *files,
			  struct err *err);
/* The one set whose id begins so: its files, and its whole id. ERR_UNKNOWN:
 * none, several, or its files were not kept (the text says which). */
int store_rules_files(struct store *s, const char *id, struct arena *a,
		      const char **whole_id, const char **files,
		      struct err *err);
struct store_rules {
	const char *id;
	int64_t first_used; /* instant */
	bool has_files;
	int64_t n_cited; /* proposals made under it */
};
typedef int store_rules_fn(void *ctx, const struct store_rules *row);
/* The latest first. */
int store_rules_each(struct store *s, int limit, store_rules_fn *fn, void *ctx,
		     struct err *err);

/* --- rules in the shadow ------------------------------------------------- */
struct store_shadow {
	const char *name; /* of the file in rules.d it would become */
	const char *text, *by;
	int64_t since;
};
/* Takes the place of any other; differences found before are forgotten. */
int store_shadow_put(struct store *s, const struct store_shadow *in,
		     struct err *err);
/* *found false: there is none. */
int store_shadow_get(struct store *s, struct arena *a, bool *found,
		     struct store_shadow *out, struct err *err);
int store_shadow_clear(struct store *s, struct err *err);

/* Where the shadow decides otherwise; decisions as the matcher numbers them,
 * 0 is exclude. */
struct store_shadow_diff {
	int64_t person, canonical;
	int decision, score, new_decision, new_score;
	int32_t on_date;
};
/* What was known of the offer, or of the person, is replaced. */
int store_shadow_set_offer(struct store *s, int64_t canonical,
			   const struct store_shadow_diff *v, size_t n,
			   struct err *err);
int store_shadow_set_person(struct store *s, int64_t person,
			    const struct store_shadow_diff *v, size_t n,
			    struct err *err);
struct store_shadow_count {
	int64_t gained, lost, moved; /* pairs */
};
int store_shadow_count(struct store *s, struct store_shadow_count *out,
		       struct err *err);
typedef int store_shadow_fn(void *ctx, const struct store_shadow_diff *row);
/* Another decision first, then by how much the score moved. */
int store_shadow_each(struct store *s, int limit, store_shadow_fn *fn,
		      void *ctx, struct err *err);

#endif
