/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_MODEL_H
#define ETRIER_COURIER_MODEL_H

#include <jansson.h>

struct err;

/* A template model made safe and complete; the shapes are in courier.h. New
 * reference, or NULL: ERR_INPUT names what is missing.
 *  - every text one clean line of at most MODEL_TEXT_MAX bytes, lists cut at
 *    MODEL_LIST_MAX;
 *  - "url" and "..._url" kept only when http(s) and harmless in a page;
 *  - of an "offer" (a message to a young person) only the members that
 *    courier.h names survive: nothing a stranger wrote gets near it;
 *  - for templates without logic: k_many for each count k (true from 2, as
 *    French has it), has_k for each list, k_joined for each list of texts
 *    (", "), callback. */
json_t *model_prepare(const json_t *model, const char *kind,
		      const char *channel, struct err *err);

#define MODEL_TEXT_MAX	((size_t)600)
#define MODEL_LIST_MAX	((size_t)200)
#define MODEL_DEPTH_MAX 10

#endif
