/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CTL_TRY_SUMS_H
#define ETRIER_CTL_TRY_SUMS_H

#include <etrier/arena.h>
#include <etrier/map.h>

#include <jansson.h>
#include <stdint.h>

struct collector_note;
struct offer;

/* What `sources try` says of a whole document: how often each field is there,
 * and which texts were not understood: what an administrator needs to write
 * `values:` tables. */
struct try_sums {
	int64_t n; /* offers */
	struct arena arena;
	struct map fields; /* name -> struct field_sum */
};
void try_sums_init(struct try_sums *t);
void try_sums_clear(struct try_sums *t);
/* origin: of collector_try_handler.on_origin, for this offer. */
void try_sums_add(struct try_sums *t, const struct offer *o,
		  const json_t *origin, const struct collector_note *notes,
		  size_t n_notes);
void try_sums_print(const struct try_sums *t);

#endif
