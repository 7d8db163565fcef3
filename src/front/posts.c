/* SPDX-License-Identifier: EUPL-1.2 */
/* Acts by token: a script that presses one button for ever keeps the engine
 * writing, whatever its address. Counted by whole minutes from the first press;
 * a small table in which the one whose minute began first makes room. */
#include "front.h"

#include <etrier/str.h>

static struct post *find(struct posts *p, const char *token)
{
	struct post *oldest = &p->all[0];
	for (size_t i = 0; i < p->n; i++) {
		if (str_eq(p->all[i].token, token))
			return &p->all[i];
		if (p->all[i].since < oldest->since)
			oldest = &p->all[i];
	}
	if (p->n < POSTS_TOKENS)
		oldest = &p->all[p->n++];
	*oldest = (struct post){0};
	str_copy(oldest->token, sizeof(oldest->token), token);
	return oldest;
}

bool posts_add(struct posts *p, const char *token, int64_t now_ms)
{
	struct post *k = find(p, token);
	if (!k->n || now_ms - k->since >= POSTS_MINUTE_MS) {
		k->n = 0;
		k->since = now_ms;
	}
	if (k->n >= POSTS_PER_MINUTE)
		return false;
	k->n++;
	return true;
}
