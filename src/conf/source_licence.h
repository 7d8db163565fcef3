/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_SOURCE_LICENCE_H
#define ETRIER_CONF_SOURCE_LICENCE_H

#include <etrier/schema.h>

/* What the licence of a source asks of whoever reuses it: rows of `licence` and
 * its check, for the schema of a source (source.c).
 *
 * In the object of source_read(), always present:
 *   licence {name, url, show, refresh_h, strip_withdrawn: [field...]}
 * refresh_h absent: no age asked for; the list empty: nothing forgotten. A
 * field is one of the offer line by its dotted name, or "contact", all of the
 * contact; never ref or title, without which a line is no offer. */
extern const struct schema source_licence_rows[];
/* `show` wants a name to show. */
void source_licence_check(const struct ynode *n, const json_t *v,
			  struct diags *d);

#endif
