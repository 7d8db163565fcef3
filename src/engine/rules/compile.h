/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_RULES_COMPILE_H
#define ENGINE_RULES_COMPILE_H

#include "when_parts.h"

/* The steps from one effective tree to a set; rules.c has their order. All add
 * their mistakes to r->diags, each where it was written. */

/* conf/rules.yaml, built in: the lowest layer. */
extern const char rules_shipped[];
extern const size_t rules_shipped_size;

/* Numbers of an object that the schema passed. */
void numbers_read(struct ruleset *s, const json_t *o);
void numbers_waves(struct wave_rules *w, const json_t *o);
/* Tables of law; root: the tree the object is of. */
void law_read(struct ruleset *s, const json_t *o, const struct ynode *root,
	      struct when_reader *r);
/* Groups of the object, symbols of the tree, their conditions into w. */
void symbols_read(struct rules_when *w, struct when_reader *r,
		  struct ruleset *s, const json_t *o, const struct ynode *root);
/* Every written item of adjust in one file, before files are merged. */
void symbols_check_file(struct when_reader *r, const struct ynode *root);
/* What can never be: thresholds out of reach, all weights 0 ... */
void sense_check(struct when_reader *r, const struct ruleset *s,
		 const struct ynode *root);

/* The first word of a text that tells of needs, or NULL; of the arena. */
const char *words_private(struct arena *a, const char *text);

#endif
