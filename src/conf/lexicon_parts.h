/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_LEXICON_PARTS_H
#define ETRIER_CONF_LEXICON_PARTS_H

#include <etrier/lexicon.h>
#include <etrier/schema.h>

/* Runs the examples of every row: checked is what lexicon_new() takes, list the
 * node of the rows it was made from, in the same order. Mistakes in d. */
void lexicon_try_examples(const json_t *checked, const struct ynode *list,
			  struct diags *d);

/* How an example is written when it is more than a text. */
extern const struct schema lexicon_example_rows[];

#endif
