/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_SCHEMA_SCALAR_H
#define ETRIER_CONF_SCHEMA_SCALAR_H

#include <etrier/schema.h>

struct arena;

/* One reading: what every step of it needs. */
struct schema_reader {
	struct arena *arena;
	const char *base_dir;
	struct diags *diags;
};

/* An error at the node's place. */
void schema_error(struct schema_reader *r, const struct ynode *n,
		  const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A scalar of a scalar type. A new reference, or NULL after an error in the
 * reader's diagnostics. `where` is the setting's path, for the message. */
json_t *schema_scalar(struct schema_reader *r, const struct schema *row,
		      const struct ynode *n, const char *where);

/* "60..100", ">= 60", "" as the row's bounds say (thousandths written as
 * decimals). In the arena. */
const char *schema_range(struct arena *a, const struct schema *row);

/* The words, blanks between, cut after a hundred of them. In the arena. */
const char *schema_words(struct arena *a, const char *const *words);

#endif
