/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_TEXTS_H
#define ETRIER_COLLECTOR_TEXTS_H

#include "mapping.h"

/* A long text of a record: clean lines, markup taken out, at most max bytes;
 * NULL when nothing is left. What is joined from several places is read place
 * by place: one of them may be HTML, the next HTML escaped twice, and a third
 * plain text with signs that look like markup. */
const char *record_lines(const struct mapping *m, int field,
			 const struct jnode *record, struct arena *a,
			 size_t max);

#endif
