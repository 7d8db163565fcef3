/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_MATCH_EVALUATE_H
#define ENGINE_MATCH_EVALUATE_H

#include "pair.h"

/* match_evaluate() on a frame that is made already. person: what
 * rules_person_conds() says of p, or NULL: asked here. */
void evaluate_framed(const struct match_env *env, const struct mperson *p,
		     const struct frame *f, const struct cond_bits *person,
		     struct verdict *out);

#endif
