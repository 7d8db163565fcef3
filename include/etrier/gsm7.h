/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_GSM7_H
#define ETRIER_GSM7_H

#include <stdbool.h>

struct arena;

/* The GSM 03.38 default alphabet with its extension table (3GPP TS 23.038). */
struct gsm7_size {
	bool is_gsm7; /* false: would need UCS-2 */
	int units;    /* septets, or UTF-16 units */
	int segments; /* 160/153 septets, 70/67 units; no pair is split */
};
struct gsm7_size gsm7_measure(const char *utf8);
/* Write what is not in the alphabet with what is: ê e, ç c, œ oe, ’ ', « ",
 * … ..., no-break space blank; anything else loses its accent or becomes "?".
 * é è à ù stay. */
char *gsm7_transliterate(struct arena *a, const char *utf8);

#endif
