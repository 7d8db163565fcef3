/* SPDX-License-Identifier: EUPL-1.2 */
/* After a day with a death in it: the store against what the relay and the
 * gateway wrote down, and against a day without one. */
#include "kill_check.h"

#include "../unit/store_fixture.h"

#include <etrier/map.h>
#include <etrier/plan_youth.h>
#include <etrier/store_replies.h>

enum { PROPOSALS_MAX = 200, LINE = 40 };

struct look {
	struct store *s;
	const char *log, *what;
	bool may_doubt;
	struct kill_seen *seen;
	struct kill_seen day;
	struct map said; /* "MESSAGE RECEIPT", events seen */
	char proposals[PROPOSALS_MAX][LINE];
	size_t n_proposals;
	int n_stops; /* messages that confirm one */
	int n_events[3], n_answered;
};

/* cmocka would cut the log. */
#define SO(k, condition)                                                   \
	do {                                                               \
		if (!(condition)) {                                        \
			fprintf(stderr, "%s", (k)->log);                   \
			fail_msg("%s: not so: %s", (k)->what, #condition); \
		}                                                          \
	} while (0)

void kill_seen_clear(struct kill_seen *k)
{
	free(k->proposals);
	*k = (struct kill_seen){0};
}

/* --- messages ------------------------------------------------------------- */

static bool is_final(const struct store_message *m)
{
	return m->state == STORE_SENT || m->state == STORE_FAILED ||
	       m->state == STORE_UNCERTAIN ||
	       (m->state == STORE_CANCELLED && m->reason);
}

/* The gateway's line of it; NULL: it never left. */
static const char *find_sms(const struct look *k, int64_t id)
{
	char start[40];
	snprintf(start, sizeof(start), "sms %lld ", (long long)id);
	SO(k, outside_count(k->log, start) <= 1); /* never twice */
	const char *at = strstr(k->log, start);
	return at;
}

static int number_of(const char *left)
{
	char to[20] = "0";
	sscanf(left, "sms %*s %19s", to);
	return to[strlen(to) - 1] - '0';
}

static void check_sms(struct look *k, const struct store_message *m)
{
	const char *left = find_sms(k, m->id);
	bool is_uncertain = m->state == STORE_UNCERTAIN;
	int who = left ? number_of(left) : 0;
	SO(k, m->state != STORE_SENT || left);
	SO(k, !left || m->state == STORE_SENT || is_uncertain);
	SO(k, m->state != STORE_FAILED);
	k->day.n_sms += left != NULL;
	k->day.n_uncertain += is_uncertain;
	if (left && who == OUTSIDE_LOST &&
	    strstr(left, " lost\n") == strchr(left, '\n') - 5)
		SO(k, is_uncertain);
	/* A receipt that named it has ended the doubt. */
	SO(k, !is_uncertain || !left || who == OUTSIDE_LOST ||
		      who == OUTSIDE_EARLY);
	k->n_stops += m->topic && str_eq(m->topic, PLAN_TOPIC_STOP);
}

static void check_mail(struct look *k, const struct store_message *m)
{
	char start[300];
	snprintf(start, sizeof(start), "mail %s ",
		 m->message_id ? m->message_id : "?");
	int n = outside_count(k->log, start);
	SO(k, m->state == STORE_SENT || m->state == STORE_CANCELLED);
	SO(k, m->state != STORE_SENT || n >= 1);
	SO(k, m->state != STORE_CANCELLED || n == 0);
	k->day.n_mails += n;
	k->day.n_again += n ? n - 1 : 0;
	k->day.n_digests += m->kind == STORE_DIGEST && m->state == STORE_SENT;
}

static int on_message(void *ctx, const struct store_message *m)
{
	struct look *k = ctx;
	if (getenv("ETRIER_KILL_COMMIT"))
		fprintf(stderr, "message %lld, person %lld, %s %s: %s\n",
			(long long)m->id, (long long)m->person,
			vocab_code(&vocab_channel, (int)m->channel),
			vocab_code(&vocab_message_state, (int)m->state),
			m->reason ? m->reason : "");
	SO(k, is_final(m));
	if (m->channel == CHANNEL_SMS)
		check_sms(k, m);
	else
		check_mail(k, m);
	return 0;
}

/* Lines under one Message-ID are alike to their end, the hash of the bytes; and
 * none is under a name that no message bears. */
static void check_bytes(const struct look *k)
{
	for (const char *p = k->log; *p; p = strchr(p, '\n') + 1) {
		if (!str_starts(p, "mail "))
			continue;
		size_t n = (size_t)(strchr(p, '\n') - p) + 1;
		size_t head = 5 + strcspn(p + 5, " ") + 1;
		for (const char *q = p + n; *q; q = strchr(q, '\n') + 1)
			SO(k,
			   strncmp(p, q, head) != 0 || strncmp(p, q, n) == 0);
	}
	SO(k, outside_count(k->log, "mail ") == k->day.n_mails);
	SO(k, outside_count(k->log, "sms ") == k->day.n_sms);
}

/* --- what came back ------------------------------------------------------- */

/* Told once each: of a message the same receipt, and every reply. */
static int on_event(void *ctx, const struct store_event *e)
{
	static const char *const replies[] = {"stop", "interested", "text"};
	struct look *k = ctx;
	struct err err;
	bool is_receipt = str_eq(e->kind, "receipt");
	json_t *data =
		e->data ? js_parse(e->data, strlen(e->data), &err) : NULL;
	if (is_receipt) {
		char *key = mem_printf("%lld %s",
				       (long long)js_int(data, "message", 0),
				       js_str(data, "receipt", "?"));
		SO(k, !map_get(&k->said, key));
		map_put(&k->said, key, k);
		free(key);
	}
	for (size_t i = 0; str_eq(e->kind, "reply") && i < ARRAY_LEN(replies);
	     i++)
		k->n_events[i] += str_eq(js_str(data, "what", ""), replies[i]);
	k->day.n_acts += is_receipt || str_eq(e->kind, "reply") ||
			 str_eq(e->kind, "optout");
	json_decref(data);
	return 0;
}

static int count_reply(void *ctx, const struct store_reply *r)
{
	(void)r;
	++*(int *)ctx;
	return 0;
}

static void check_replies(struct look *k)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	int n_words = 0;
	OK(store_events_each(k->s, &q, on_event, k, E));
	SO(k,
	   k->n_events[0] == 1 && k->n_events[1] == 1 && k->n_events[2] == 1);
	OK(store_replies_each(k->s, 0, false, count_reply, &n_words, E));
	SO(k, n_words == 1);
	SO(k, k->n_stops == 1);
}

/* Once STOP is heard, one SMS goes there and no more: it confirms. */
static void check_stop(const struct look *k)
{
	char to[20];
	int n = 0;
	const char *p = strstr(k->log, "=STOP\n");
	SO(k, p);
	for (p = strchr(p, '\n') + 1; *p; p = strchr(p, '\n') + 1)
		n += sscanf(p, "sms %*s %19s", to) == 1 &&
		     to[strlen(to) - 1] - '0' == OUTSIDE_STOPS;
	SO(k, n <= 1);
}

/* --- nothing is forgotten --------------------------------------------------
 */

static int on_proposal(void *ctx, const struct store_proposal *row)
{
	struct look *k = ctx;
	if (row->audience != STORE_TO_YOUTH)
		return 0;
	SO(k, k->n_proposals < PROPOSALS_MAX);
	snprintf(k->proposals[k->n_proposals++], LINE, "%lld %lld",
		 (long long)row->person, (long long)row->canonical);
	k->n_answered += row->result != NULL;
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void check_proposals(struct look *k, const struct kill_seen *quiet)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	char *all = mem_alloc(sizeof(k->proposals)), *end = all;
	OK(store_ledger_each(k->s, &q, on_proposal, k, E));
	qsort(k->proposals, k->n_proposals, LINE, by_text);
	for (size_t i = 0; i < k->n_proposals; i++) {
		SO(k, !i || strcmp(k->proposals[i - 1], k->proposals[i]) != 0);
		end += sprintf(end, "%s\n", k->proposals[i]);
	}
	SO(k, k->n_answered == 1);
	SO(k, !quiet || str_eq(quiet->proposals, all));
	k->day.proposals = all;
}

static int n_told(const struct kill_seen *day)
{
	return day->n_sms + day->n_mails - day->n_again;
}

/* An SMS that was only claimed when the engine died is in doubt and has not
 * left. (Which of the two ways an offer took may differ: somebody who says stop
 * to a later SMS has had one mail less.) */
static void check_figures(const struct look *k, const struct kill_seen *quiet)
{
	const struct kill_seen *day = &k->day;
	int n_doubts = day->n_uncertain - quiet->n_uncertain;
	int n_less = n_told(quiet) - n_told(day);
	SO(k, day->n_digests == quiet->n_digests);
	SO(k, n_doubts == 0 || (n_doubts == 1 && k->may_doubt));
	SO(k, n_less == 0 || (n_less == 1 && n_doubts == 1));
}

void kill_check(const struct outside *o, const char *db, const char *what,
		bool may_doubt, const struct kill_seen *quiet,
		struct kill_seen *seen)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct look *k = mem_alloc(sizeof(*k));
	char *log = outside_read(o);
	int64_t listed;
	k->s = fixture_open(db);
	k->log = log;
	k->what = what;
	k->may_doubt = may_doubt;
	map_init(&k->said);
	OK(store_messages_each(k->s, &q, on_message, k, E));
	/* What `outbox list --state uncertain` shows. */
	q.states = 1u << STORE_UNCERTAIN;
	OK(store_messages_count(k->s, &q, &listed, E));
	SO(k, listed == k->day.n_uncertain);
	check_bytes(k);
	check_replies(k);
	check_stop(k);
	check_proposals(k, quiet);
	if (quiet)
		check_figures(k, quiet);
	seen->n_sms += k->day.n_sms;
	seen->n_mails += k->day.n_mails;
	seen->n_again += k->day.n_again;
	seen->n_uncertain += k->day.n_uncertain;
	seen->n_digests += k->day.n_digests;
	seen->n_acts += k->day.n_acts;
	free(seen->proposals);
	seen->proposals = k->day.proposals;
	map_clear(&k->said, NULL);
	store_close(k->s);
	free(log);
	free(k);
}
