/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ADVICE_H
#define ETRIER_ADVICE_H

#include <etrier/rules_when.h>

#include <jansson.h>
#include <stdbool.h>

struct diags;
struct mperson;
struct offer;
struct refdata;

/* One sentence of advice for a young person, by situation: a list of
 *
 *   - id: start-early
 *     when: {offer.hours.start: <07:00, youth.modes: transit}
 *     text: {fr: "Regarde l'heure du premier bus.", fr-vous: "..."}
 *
 * in a file of YAML with the one key `advice`; conditions are those of
 * etrier-rules(5), without those that read needs. The first that is surely met
 * speaks. Texts are plain (plain.h) and hold no word of needs. Constant once
 * made. */
#define ADVICE_MAX	100
#define ADVICE_TEXT_MAX 200 /* bytes */

struct advice;
/* file is for diagnostics; text NULL: the shipped list. NULL when d got an
 * error, each at file:line:col. */
struct advice *advice_compile(const char *file, const char *text, size_t len,
			      const struct refdata *rd, struct diags *d);
/* From settings_for_role(): [{"file","text"}], none or one. */
struct advice *advice_compile_json(const json_t *files,
				   const struct refdata *rd, struct diags *d);
void advice_free(struct advice *a);
size_t advice_count(const struct advice *a);

struct advice_ask {
	const struct offer *offer;
	const struct refdata *rd;
	const struct mperson *person;
	const struct pair_facts *facts; /* of match_pair_facts() */
};
/* The sentence, or NULL. lang: of the message's templates ("fr-simple" takes
 * what "fr" has); tu: else `<lang>-vous` is looked for first. Lives as long as
 * a. */
const char *advice_choose(const struct advice *a, const struct advice_ask *ask,
			  const char *lang, bool tu);

#endif
