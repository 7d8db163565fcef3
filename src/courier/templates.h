/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_TEMPLATES_H
#define ETRIER_COURIER_TEMPLATES_H

#include <jansson.h>

struct err;
struct template;
struct templates;

/* The compiled texts of one kind of message in one language. */
struct template_set {
	char *lang;
	const char *kind, *channel; /* static */
	const char *profile; /* "reponse" for an SMS that asks for replies,
			      * NULL; static */
	struct template *subject, *text, *html; /* sms: text alone */
	char *bundle; /* JSON {"digest.txt": source, ...}, as it travels */
	char hash[33];
};

/* The set a `deliver` line asks for: the one in force, or the one that came
 * with it when template_hash is another (*own is then to be freed with
 * template_set_free(); NULL otherwise). NULL: ERR_UNKNOWN. */
const struct template_set *templates_choose(const struct templates *t,
					    const json_t *deliver,
					    struct template_set **own,
					    struct err *err);
void template_set_free(struct template_set *s);

#endif
