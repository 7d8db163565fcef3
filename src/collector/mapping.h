/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_MAPPING_H
#define ETRIER_COLLECTOR_MAPPING_H

#include <etrier/path.h>
#include <etrier/source.h>

#include <jansson.h>

struct arena;
struct err;
struct jnode;

/* The `fields:` of a source, compiled: from a record (whatever the feed
 * was) to the texts of a field. Knows nothing of what the texts mean. */
struct mapping;

enum date_form {
	DATE_AUTO,
	DATE_ISO,
	DATE_DMY,
	DATE_MDY,
	DATE_YMD_COMPACT,
	DATE_EPOCH_S,
	DATE_EPOCH_MS,
	DATE_RFC822, /* "Mon, 23 Nov 2026 08:00:00 +0000", French names too */
	DATE_TEXT    /* "1er septembre 2027", "Nov 23, 2026" */
};

/* source: an object of source_read(). NULL: ERR_CONFIG (a bug of the check). */
struct mapping *mapping_new(const json_t *source, struct err *err);
void mapping_free(struct mapping *m);

/* Visit the records that become offers: the record itself, or with `each:` one
 * record for every element there (path_records(); none is no error). Returns
 * the first non-zero answer of visit, or 0. What has to be made for them goes
 * to the arena. */
int mapping_each(const struct mapping *m, const struct jnode *record,
		 struct arena *a, path_fn *visit, void *ctx);

/* Every value of the field, paths in order, as trimmed text: numbers in plain
 * decimals, booleans as true and false; texts that the source marks as unknown
 * and empty ones left out; then the constant. At most max; borrowed from the
 * record or in the arena. */
#define MAPPING_VALUES_MAX 16
size_t mapping_values(const struct mapping *m, int field,
		      const struct jnode *record, struct arena *a,
		      const char **out, size_t max);
/* The same, for people who want to know: from[i] is the path that gave out[i],
 * as the source file writes it (borrowed from m), NULL for the constant. */
size_t mapping_origins(const struct mapping *m, int field,
		       const struct jnode *record, struct arena *a,
		       const char **out, const char **from, size_t max);
/* The first of them, or all joined when the field says `join`; NULL: none. */
const char *mapping_text(const struct mapping *m, int field,
			 const struct jnode *record, struct arena *a);

/* The values of a field that says `join`, in order, as its own table has them;
 * *join stands between two. 0 when it does not say so, or there are none. */
size_t mapping_parts(const struct mapping *m, int field,
		     const struct jnode *record, struct arena *a,
		     const char **out, size_t max, const char **join);

/* What the source's own table says of a value: our word, "unknown", or NULL
 * when the table (or the field) has no such row. */
const char *mapping_word(const struct mapping *m, int field, struct arena *a,
			 const char *value);
enum date_form mapping_date_form(const struct mapping *m, int field);
const char *mapping_prefix(const struct mapping *m, int field); /* or NULL */
bool mapping_false_is_unknown(const struct mapping *m, int field);
bool mapping_has(const struct mapping *m, int field);
bool mapping_joins(const struct mapping *m, int field);

#endif
