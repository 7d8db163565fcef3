/* SPDX-License-Identifier: EUPL-1.2 */
/* The links from a message to its pages. Tokens are made in the transaction of
 * the claim and stand in the frozen line; the store keeps only their hashes. */
#include "acts.h"
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/num.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <string.h>

#define SAMPLE_TOKEN "0000000000"
#define DAY_S	     ((int64_t)24 * 3600)
/* surfaces.md: until the offer ends, or so long when nobody knows. */
#define OFFER_DAYS 30
/* An offer that ends tomorrow may be read the day after; one that is open for a
 * year does not keep a link to somebody alive for a year. */
#define OFFER_DAYS_MIN 2
#define OFFER_DAYS_MAX 90

int plan_link(struct planner *p, const char *purpose, const char *subject,
	      int64_t expires, struct arena *a, const char **url,
	      struct err *err)
{
	char token[STORE_TOKEN_CHARS + 1] = SAMPLE_TOKEN;
	const char *base = p->settings->base_url;
	*url = NULL;
	if (str_is_empty(base))
		return 0;
	if (subject &&
	    store_token_make(p->store, purpose, subject, expires, token, err))
		return -1;
	bool has_slash = base[strlen(base) - 1] == '/';
	*url = arena_printf(a, "%s%s%s/%s", base, has_slash ? "" : "/", purpose,
			    token);
	return 0;
}

static int put_link(struct planner *p, const char *purpose, const char *subject,
		    int64_t expires, const char *key, struct arena *a,
		    json_t *model, struct err *err)
{
	const char *url;
	if (plan_link(p, purpose, subject, expires, a, &url, err))
		return -1;
	js_put_str(model, key, url);
	return 0;
}

static int put_youth(struct planner *p, const struct store_message *m,
		     bool make, struct plan_scope *s, json_t *model,
		     struct err *err)
{
	struct arena *a = &s->arena;
	struct plan_offer offer;
	int64_t now = clock_now(p->clock), canonical = 0;
	int64_t expires = now + OFFER_DAYS * DAY_S;
	const char *subject = NULL;
	if (make && plan_offer_of(p, m->id, &canonical, err))
		return -1;
	if (make && !canonical)
		return 0; /* about no offer */
	if (make && plan_offer_get(p, canonical, s, &offer, err))
		return -1;
	if (make && offer.row.expires != INSTANT_NONE)
		expires = num_clip(offer.row.expires,
				   now + OFFER_DAYS_MIN * DAY_S,
				   now + OFFER_DAYS_MAX * DAY_S);
	if (make)
		subject =
			arena_printf(a, "%lld.%lld.%lld", (long long)m->person,
				     (long long)canonical, (long long)m->id);
	return put_link(p, "o", subject, expires, "offer_url", a, model, err) ||
			       put_link(p, "a", subject, expires, "answer_url",
					a, model, err)
		       ? -1
		       : 0;
}

int plan_put_links(struct planner *p, const struct store_message *m, bool make,
		   struct plan_scope *s, json_t *model, struct err *err)
{
	if (!p->settings->has_pages || m->kind != STORE_OFFER ||
	    m->audience != STORE_TO_YOUTH)
		return 0;
	return put_youth(p, m, make, s, model, err);
}
