/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_FRONT_H
#define ETRIER_FRONT_H

#include <jansson.h>

struct diags;

/* Compile the page templates (fr/page-*.html.mustache) of a configuration's
 * list [{"name","text"}] as the front will: what is missing or does not compile
 * is in d. For `etrierctl check` and `templates check`. */
void front_pages_check(const json_t *templates, struct diags *d);

#endif
