/* SPDX-License-Identifier: EUPL-1.2 */
/* What a mail server, or the one who got the mail, says of it later
 * (domain.md 2.3):
 *
 *   dead       the address is dead; failed, its offers come again
 *   full       three in 14 days: a pause of 30; this mail failed
 *   transient  nothing: the server tries again, or says so at the end
 *   policy     failed and an alarm, and whoever paces mail is told; our fault,
 *              never the reader's
 *   complaint  opted out of e-mail at once, and the adviser told
 *   delivered  what was held against the address goes
 *
 * A report names our envelope or our Message-ID, which only who got the mail
 * can know; an address alone names nothing, or anybody could have another's
 * declared dead. The address that counts is the one our frozen line went to. */
#include "arrivals.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_addresses.h>
#include <etrier/store_contacts.h>
#include <etrier/store_replies.h>
#include <etrier/str.h>

#include <stdio.h>
#include <string.h>

#define DAY_S	    ((int64_t)24 * 3600)
#define FULL_TIMES  3
#define FULL_WITHIN (14 * DAY_S)
#define PAUSE_S	    (30 * DAY_S)
/* "b+ID@..." of deliver.c */
#define ENVELOPE_ID_MAX 64

struct bounce {
	struct planner *p;
	const json_t *line;
	const char *what;    /* static */
	const char *address; /* where it went */
	struct store_message m;
	bool has_message, is_counted;
	struct arena a;
};

static bool is(const struct bounce *b, const char *key, const char *word)
{
	return str_eq(js_str(b->line, key, ""), word);
}

/* --- which mail --- */

/* "<m.ID@" of "ID", "b+ID" or "b+ID@domain"; false: none of ours. */
static bool envelope_to_message_id(const char *envelope, char out[80])
{
	if (str_starts(envelope, "b+"))
		envelope += 2;
	size_t n = strspn(envelope, "0123456789abcdef");
	if (n < 16 || n > ENVELOPE_ID_MAX ||
	    (envelope[n] && envelope[n] != '@'))
		return false;
	snprintf(out, 80, "<m.%.*s@", (int)n, envelope);
	return true;
}

static int find_id(struct bounce *b, int64_t *id, struct err *err)
{
	char prefix[80];
	const char *envelope = js_str(b->line, "envelope_id", NULL);
	const char *message_id = js_str(b->line, "message_id", NULL);
	*id = 0;
	if (envelope && envelope_to_message_id(envelope, prefix) &&
	    store_message_by_message_id(b->p->store, prefix, id, err))
		return -1;
	if (!*id && message_id && str_ends(message_id, ">") &&
	    store_message_by_message_id(b->p->store, message_id, id, err))
		return -1;
	return 0;
}

static int find(struct bounce *b, struct err *err)
{
	int64_t id;
	if (find_id(b, &id, err))
		return -1;
	if (!id)
		return 0;
	if (store_message_get(b->p->store, id, &b->a, &b->m, err))
		return -1;
	b->has_message = b->m.channel == CHANNEL_EMAIL;
	b->address = plan_address(&b->m, &b->a);
	return 0;
}

/* --- what it leads to --- */

static int note(struct bounce *b, const char *kind, struct err *err)
{
	json_t *data = json_object();
	js_put_str(data, "class", js_str(b->line, "class", NULL));
	js_put_str(data, "status", js_str(b->line, "status", NULL));
	js_put_str(data, "code", js_str(b->line, "code", NULL));
	js_put_str(data, "source", js_str(b->line, "source", NULL));
	return plan_event(b->p, kind, &b->m, b->m.person, "mail", data, err);
}

static bool has_left(const struct bounce *b)
{
	return b->m.state == STORE_SENT || b->m.state == STORE_FAILED;
}

/* It did not arrive. A digest's offers come again in the next one; a young
 * person's, when they can go another way. */
static int fail(struct bounce *b, bool is_free, struct err *err)
{
	if (!has_left(b) || b->m.state == STORE_FAILED)
		return 0;
	const char *reason = arena_printf(&b->a, "bounced: %.12s %.12s",
					  js_str(b->line, "class", ""),
					  js_str(b->line, "status", ""));
	if (is_free)
		return plan_unseen(b->p, &b->m, reason, err);
	return store_message_receipt(b->p->store, b->m.id, STORE_FAILED, reason,
				     clock_now(b->p->clock), err);
}

static int hold(struct bounce *b, enum store_contact_state state,
		const char *cause, int64_t until, struct err *err)
{
	const struct store_contact c = {.state = state,
					.cause = cause,
					.since = clock_now(b->p->clock),
					.until = until};
	bool is_new;
	return b->address ? store_contact_set(b->p->store, CHANNEL_EMAIL,
					      b->address, &c, &is_new, err)
			  : 0;
}

static int on_dead(struct bounce *b, struct err *err)
{
	b->what = "the address is dead";
	if (hold(b, STORE_CONTACT_DEAD, "unknown_user", INSTANT_NONE, err) ||
	    fail(b, true, err))
		return -1;
	return note(b, "bounce", err);
}

/* 5.2.1 is a mailbox that nobody uses, x.2.2 one that is full. */
static int on_full(struct bounce *b, struct err *err)
{
	int64_t now = clock_now(b->p->clock), n = 0;
	bool is_new = false;
	const char *cause = str_ends(js_str(b->line, "status", ""), ".2.1")
				    ? "inactive"
				    : "mailbox_full";
	b->what = "full";
	if (b->address &&
	    (store_contact_fault(b->p->store, CHANNEL_EMAIL, b->address, cause,
				 b->m.id, now, &is_new, err) ||
	     store_contact_faults(b->p->store, CHANNEL_EMAIL, b->address, NULL,
				  now - FULL_WITHIN, &n, err)))
		return -1;
	if (n >= FULL_TIMES) {
		b->what = "full again: a pause";
		if (hold(b, STORE_CONTACT_PAUSED, cause, now + PAUSE_S, err))
			return -1;
	}
	return fail(b, b->m.kind == STORE_DIGEST, err) || note(b, "bounce", err)
		       ? -1
		       : 0;
}

static int on_policy(struct bounce *b, struct err *err)
{
	b->what = "refused for what we are";
	plan_trouble_count(b->p, TROUBLE_POLICY);
	return fail(b, b->m.kind == STORE_DIGEST, err) || note(b, "bounce", err)
		       ? -1
		       : 0;
}

static int on_complaint(struct bounce *b, struct err *err)
{
	bool is_new;
	b->what = "opted out";
	plan_trouble_count(b->p, TROUBLE_COMPLAINT);
	b->p->arrivals->stats.complaints++;
	if (b->address && plan_optout(b->p, CHANNEL_EMAIL, b->address,
				      "complaint", &is_new, err))
		return -1;
	/* That is what the adviser is told by; nothing goes there anyway. */
	if (hold(b, STORE_CONTACT_PAUSED, "complaint", INSTANT_NONE, err))
		return -1;
	return note(b, "complaint", err);
}

static int on_delivered(struct bounce *b, struct err *err)
{
	b->what = "delivered";
	return b->address ? store_contact_clear(b->p->store, CHANNEL_EMAIL,
						b->address, err)
			  : 0;
}

static int follow(struct bounce *b, struct err *err)
{
	if (is(b, "kind", "delivered"))
		return on_delivered(b, err);
	if (is(b, "kind", "complaint") || is(b, "class", "complaint"))
		return on_complaint(b, err);
	if (is(b, "kind", "delay") || is(b, "class", "transient")) {
		b->what = "it will be tried again";
		/* A server that gave up says 5.x or is "failed": its class is
		 * another, but for one that ran out of time. */
		return is(b, "kind", "bounce") ? fail(b, false, err) : 0;
	}
	if (is(b, "class", "dead"))
		return on_dead(b, err);
	if (is(b, "class", "full"))
		return on_full(b, err);
	if (is(b, "class", "policy"))
		return on_policy(b, err);
	return err_set(err, ERR_INPUT, "a bounce of no class");
}

/* Once for each mail and class: a server may report twice, an administrator may
 * feed the same mailbox again. */
static int is_first(struct bounce *b, bool *is_new, struct err *err)
{
	const char *key = arena_printf(
		&b->a, "%lld:%.12s:%.12s", (long long)b->m.id,
		js_str(b->line, "class", ""), js_str(b->line, "kind", ""));
	return store_callback_note(b->p->store, "mail", key,
				   clock_now(b->p->clock), is_new, err);
}

static int take(struct store *s, void *ctx, struct err *err)
{
	struct bounce *b = ctx;
	bool is_new;
	(void)s;
	if (find(b, err))
		return -1;
	if (!b->has_message) {
		b->what = "about no mail of ours";
		b->p->arrivals->stats.unknown++;
		return 0;
	}
	if (is_first(b, &is_new, err))
		return -1;
	if (!is_new) {
		b->what = "said before";
		b->p->arrivals->stats.repeated++;
		return 0;
	}
	b->p->arrivals->stats.bounces++;
	b->is_counted = true;
	return follow(b, err);
}

int plan_bounce(struct planner *p, const json_t *line, const char **what,
		struct err *err)
{
	struct bounce b = {.p = p, .line = line, .what = ""};
	arena_init(&b.a);
	int result = store_tx(p->store, take, &b, err);
	if (!result && b.is_counted && b.address && p->on_policy &&
	    is(&b, "class", "policy"))
		p->on_policy(p->policy_ctx, b.address);
	arena_clear(&b.a);
	*what = b.what;
	return result;
}

void planner_on_policy(struct planner *p, plan_policy_fn *fn, void *ctx)
{
	p->on_policy = fn;
	p->policy_ctx = ctx;
}
