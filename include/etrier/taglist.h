/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TAGLIST_H
#define ETRIER_TAGLIST_H

#include <stdbool.h>

struct arena;

/* "v=DKIM1; k=rsa; p=MIIB...": the form of DKIM's keys and signatures (RFC 6376
 * 3.2) and of DMARC's records. Blanks around names and values do not count. */
#define TAGLIST_TAGS_MAX 64 /* what is behind is not looked at */

/* The value of a tag, trimmed, in the arena; NULL: it is not there. Names are
 * compared as they are written. */
const char *taglist_get(const char *list, const char *tag, struct arena *a);
/* The first tag's name is this one (records begin with v=). */
bool taglist_begins(const char *list, const char *tag);
/* Every part is tag=value, and no tag comes twice. */
bool taglist_is_whole(const char *list);
/* Is the word in a list of words ("from : to:subject", separator ':')? Capital
 * or small letters. words NULL: false. */
bool taglist_has_word(const char *words, char separator, const char *word);

#endif
