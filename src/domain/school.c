/* SPDX-License-Identifier: EUPL-1.2 */
/* Does a school publish this offer as if it hired? Advisers must know: behind
 * such an offer there is often no employer yet. Only what is sure is said;
 * everything else stays unknown. */
#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <string.h>

/* NAF rev. 2 (INSEE): continuing education of adults, other teaching, technical
 * and vocational secondary teaching. */
static const char *const activities[] = {"8559A", "8559B", "8532Z"};
/* As they stand in a folded name. A company's "Campus" restaurant is taken for
 * a school: the adviser asks once too often. */
static const char *const names[] = {" cfa ",
				    " ecole ",
				    " campus ",
				    " institut de formation ",
				    " centre de formation ",
				    " organisme de formation "};

static bool has_activity(const char *naf)
{
	char plain[8] = "";
	size_t n = 0;
	for (; naf && *naf && n + 1 < sizeof(plain); naf++) {
		if (*naf != '.' && *naf != ' ') /* "85.59A" */
			plain[n++] = (char)toupper((unsigned char)*naf);
	}
	for (size_t i = 0; i < ARRAY_LEN(activities); i++) {
		if (str_eq(plain, activities[i]))
			return true;
	}
	return false;
}

static bool has_name(const char *name, struct arena *a)
{
	if (!name)
		return false;
	const char *words = arena_printf(a, " %s ", utf8_fold(a, name));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strstr(words, names[i]))
			return true;
	}
	return false;
}

enum tri offer_school(const struct offer *o, struct arena *a)
{
	const struct offer_employer *e = &o->employer;
	if (e->school != TRI_UNKNOWN)
		return e->school;
	return has_activity(e->naf) || has_name(e->name, a) ? TRI_YES
							    : TRI_UNKNOWN;
}
