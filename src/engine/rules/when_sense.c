/* SPDX-License-Identifier: EUPL-1.2 */
/* Conditions that can never be yes. */
#include "when_parts.h"

void when_sense(struct when_reader *r, const struct ruleset *s,
		const struct when_node *root)
{
	(void)r;
	(void)s;
	(void)root;
}
