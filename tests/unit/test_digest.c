/* SPDX-License-Identifier: EUPL-1.2 */
/* What a digest tells beside new offers: nothing twice unchanged, what found no
 * room first tomorrow, each section at its time, nothing private, no family
 * name; and a digest that never went told nothing. One whole mail is compared
 * with its golden files. ETRIER_GOLDEN_WRITE=1 writes them anew (then read
 * them). */
#include "plan_fixture.h"
#include "schema_fixture.h"
#include "template_fixture.h"

#include "engine/plan/digest.h"
#include "engine/store/db.h"

#include <etrier/courier.h>
#include <etrier/store_contacts.h>
#include <etrier/store_events.h>

#define MONDAY "2026-11-23T10:00"

static struct world w;

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", MONDAY);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* --- the pure part -------------------------------------------------------- */

struct list {
	struct arena a;
	struct digest_items items;
	struct digest_seen seen;
};

static void list_open(struct list *l)
{
	arena_init(&l->a);
	l->items = (struct digest_items){.arena = &l->a};
	digest_seen_init(&l->seen);
}

static void list_close(struct list *l)
{
	digest_seen_clear(&l->seen);
	arena_clear(&l->a);
}

static void put(struct list *l, enum digest_section section, const char *key,
		const char *content, int64_t rank)
{
	digest_items_add(&l->items, &(struct digest_item){.section = section,
							  .key = key,
							  .content = content,
							  .rank = rank});
}

static void saw(struct list *l, const char *word, const char *key,
		const char *content, int64_t message, int64_t at)
{
	digest_seen_put(&l->seen, word, key,
			&(struct digest_seen_row){content, message, at});
}

/* "a b c": the keys that are told, in order. */
static const char *chosen(struct list *l, int64_t own, int64_t now, bool urgent)
{
	const char *out = "";
	digest_items_choose(&l->items, &l->seen,
			    &(struct digest_choice){own, now, urgent});
	for (size_t i = 0; i < l->items.n; i++)
		out = arena_printf(&l->a, "%s%s%s", out, i ? " " : "",
				   l->items.v[i].key);
	return out;
}

static void test_an_item_is_told_once_unless_it_changed(void **state)
{
	(void)state;
	struct list l;
	list_open(&l);
	saw(&l, "answer", "1.2", "interested", 7, 1000);
	saw(&l, "answer", "1.3", "interested", 7, 1000);
	put(&l, DIGEST_ANSWER, "1.2", "interested", 1);
	put(&l, DIGEST_ANSWER, "1.3", "not_interested", 2);
	put(&l, DIGEST_ANSWER, "1.4", "call", 3);
	/* The new one first, then what changed; the order of the mail. */
	put(&l, DIGEST_CONTACT, "1", "SMS : boîte pleine", 0);
	assert_string_equal(chosen(&l, 0, 2000, false), "1.4 1.3 1");
	assert_true(digest_has_news(&l.items, true));
	list_close(&l);
}

static void test_sections_that_repeat_wait_for_their_days(void **state)
{
	(void)state;
	static const struct {
		enum digest_section section;
		const char *word;
		int days; /* since it was told */
		bool is_told;
	} rows[] = {{DIGEST_FOLLOW, "follow", 6, false},
		    {DIGEST_FOLLOW, "follow", 7, true},
		    {DIGEST_CONTACT, "contact", 27, false},
		    {DIGEST_CONTACT, "contact", 28, true},
		    {DIGEST_QUIET, "quiet", 27, false},
		    {DIGEST_QUIET, "quiet", 28, true},
		    {DIGEST_DEADLINE, "deadline", 100, false},
		    {DIGEST_REPLY, "reply", 100, false}};
	int64_t now = (int64_t)400 * 24 * 3600;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct list l;
		list_open(&l);
		saw(&l, rows[i].word, "1", "x", 7,
		    now - (int64_t)rows[i].days * 24 * 3600);
		put(&l, rows[i].section, "1", "x", 0);
		if ((*chosen(&l, 0, now, false) != '\0') != rows[i].is_told)
			fail_msg("%s after %d days", rows[i].word,
				 rows[i].days);
		list_close(&l);
	}
}

static void test_what_found_no_room_comes_first_tomorrow(void **state)
{
	(void)state;
	struct list l;
	list_open(&l);
	char keys[13][4];
	for (int i = 0; i < 13; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%02d", i);
		put(&l, DIGEST_FOLLOW, keys[i], "x", i);
	}
	assert_string_equal(chosen(&l, 0, 1000, false),
			    "00 01 02 03 04 05 06 07 08 09");
	assert_int_equal(l.items.more[DIGEST_FOLLOW], 3);
	list_close(&l);
	/* A week later, when those ten may be told again. */
	list_open(&l);
	for (int i = 0; i < 13; i++) {
		if (i < 10)
			saw(&l, "follow", keys[i], "x", 7, 1000);
		put(&l, DIGEST_FOLLOW, keys[i], "x", i);
	}
	assert_string_equal(chosen(&l, 0, 1000 + 7 * 24 * 3600, false),
			    "10 11 12 00 01 02 03 04 05 06");
	list_close(&l);
}

static void test_urgent_readers_get_urgent_sections(void **state)
{
	(void)state;
	struct list l;
	list_open(&l);
	put(&l, DIGEST_ANSWER, "a", "", 0);
	put(&l, DIGEST_STOP, "b", "", 0);
	put(&l, DIGEST_DEADLINE, "c", "", 0);
	put(&l, DIGEST_FOLLOW, "d", "", 0);
	put(&l, DIGEST_UNCERTAIN, "e", "", 0);
	put(&l, DIGEST_WAITING, "f", "", 0);
	put(&l, DIGEST_NO_TRADE, "g", "", 0);
	assert_string_equal(chosen(&l, 0, 1000, true), "a c e");
	list_close(&l);
}

static void test_a_planned_digest_tells_what_it_said_it_would(void **state)
{
	(void)state;
	struct list l;
	list_open(&l);
	saw(&l, "answer", "own", "interested", 9, 1000);
	saw(&l, "answer", "other", "interested", 8, 1000);
	saw(&l, "uncertain", "old", "", 8, 1000);
	saw(&l, "heartbeat", "", "", 8, 1000);
	put(&l, DIGEST_ANSWER, "own", "call", 0); /* changed since */
	put(&l, DIGEST_ANSWER, "other", "interested", 0);
	put(&l, DIGEST_ANSWER, "late", "call", 0); /* came since */
	put(&l, DIGEST_UNCERTAIN, "old", "", 0);
	put(&l, DIGEST_HEARTBEAT, "", "", 0);
	/* A doubt is named for as long as it lasts. */
	assert_string_equal(chosen(&l, 9, 2000, false), "own old");
	assert_true(l.items.v[1].is_known);
	list_close(&l);
}

static void test_the_first_line_says_what_to_do(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	assert_null(digest_todo_words(&a, &(struct digest_counts){0}));
	assert_string_equal(
		digest_todo_words(
			&a, &(struct digest_counts){.answers = 2, .urgent = 1}),
		"2 réponses à suivre, 1 urgence");
	static const int steps[][2] = {{-1, 0}, {0, 3},	 {3, 3},   {4, 7},
				       {7, 7},	{8, 14}, {14, 14}, {15, 0}};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		assert_int_equal(digest_deadline_step(steps[i][0]),
				 steps[i][1]);
	for (int i = 0; i < STORE_N_STEPS; i++)
		assert_non_null(digest_follow_question((enum store_step)i));
	arena_clear(&a);
}

/* --- from rows to a mail -------------------------------------------------- */

/* The line of the digest that was planned last. */
static json_t *last_line(bool make_tokens)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct store_message m;
	struct err err = {0};
	bool empty;
	int64_t last = 0, n;
	q.kind = STORE_DIGEST;
	OK(store_messages_count(w.s, &q, &n, E));
	for (int64_t id = 1; id < 500; id++)
		if (!store_message_get(w.s, id, &w.a, &m, NULL) &&
		    m.kind == STORE_DIGEST)
			last = id;
	OK(store_message_get(w.s, last, &w.a, &m, E));
	json_t *line =
		plan_deliver_line(w.planner, &m, make_tokens, &empty, &err);
	if (!line && !empty)
		fail_msg("%s", err.text);
	return line;
}

static int keep_to(void *ctx, const struct store_message *m)
{
	*(int64_t *)ctx = m->id;
	return 0;
}

/* The line of the digest planned last for this adviser. */
static json_t *last_line_to(const char *adviser)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct store_message m;
	struct err err = {0};
	int64_t id = 0;
	bool empty;
	q.kind = STORE_DIGEST;
	q.agency = "ML1";
	q.recipient = adviser;
	OK(store_messages_each(w.s, &q, keep_to, &id, E));
	OK(store_message_get(w.s, id, &w.a, &m, E));
	json_t *line = plan_deliver_line(w.planner, &m, false, &empty, &err);
	assert_non_null(line);
	return line;
}

static json_t *list_of(const json_t *line, const char *name)
{
	return json_object_get(json_object_get(line, "model"), name);
}

static size_t n_of(const json_t *line, const char *name)
{
	return json_array_size(list_of(line, name));
}

static const char *text_of(const json_t *line, const char *list,
			   const char *member)
{
	return js_str(json_array_get(list_of(line, list), 0), member, "");
}

static json_t *preview(void)
{
	struct err err = {0};
	world_turns(&w);
	json_t *line = plan_digest_preview(w.planner, "ML1", "sarah", &err);
	if (!line)
		fail_msg("%s", err.text);
	return line;
}

/* Plan the digest of that morning; how many messages. */
static int on(const char *instant)
{
	world_at(&w, instant);
	return world_plan(&w);
}

static void cancel_last(void)
{
	struct store_message m;
	int64_t last = 0;
	for (int64_t id = 1; id < 500; id++)
		if (!store_message_get(w.s, id, &w.a, &m, NULL) &&
		    m.kind == STORE_DIGEST)
			last = id;
	OK(store_message_settle(w.s, last, STORE_CANCELLED, "test",
				INSTANT_NONE, w.clock.now_s, E));
}

/* A message to the young person about this offer, in this state. */
static int64_t youth_message(int64_t person, int64_t offer,
			     enum store_state state, int64_t not_before)
{
	int64_t id;
	struct store_message m = {.kind = STORE_OFFER,
				  .audience = STORE_TO_YOUTH,
				  .channel = CHANNEL_SMS,
				  .agency = "ML1",
				  .person = person,
				  .not_before = not_before,
				  .expires = INSTANT_NONE,
				  .state = STORE_PLANNED};
	struct store_proposal row = {.person = person,
				     .canonical = offer,
				     .audience = STORE_TO_YOUTH,
				     .rules = live_rules_id(w.live, "ML1"),
				     .facts = "{}"};
	struct store_frozen frozen = {.model = "{}"};
	OK(store_message_plan(w.s, &m, &row, 1, w.clock.now_s, &id, E));
	if (state == STORE_PLANNED)
		return id;
	OK(store_message_claim(w.s, id, &frozen, w.clock.now_s, E));
	OK(store_message_settle(w.s, id, state, NULL, INSTANT_NONE,
				w.clock.now_s, E));
	return id;
}

static void test_answers_come_first_and_once(void **state)
{
	(void)state;
	world_people(&w, 2, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	int64_t offer = world_offer(&w, "{}"), id = world_id(&w, "ml1", "1");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	youth_message(id, offer, STORE_SENT, w.clock.now_s);
	OK(store_ledger_answer(w.s, id, offer, STORE_TO_YOUTH,
			       &(struct store_answer){.result = "call"},
			       w.clock.now_s, E));
	assert_int_equal(on("2026-11-24T10:00"), 1);
	json_t *line = last_line(false);
	assert_int_equal(n_of(line, "answers"), 1);
	assert_string_equal(text_of(line, "answers", "what_fr"),
			    "demande qu’on l’appelle pour cette offre");
	json_decref(line);
	/* Told; the day after there is nothing. */
	assert_int_equal(on("2026-11-25T10:00"), 0);
	/* Another word is news. */
	OK(store_ledger_answer(w.s, id, offer, STORE_TO_YOUTH,
			       &(struct store_answer){.result = "interested"},
			       w.clock.now_s, E));
	assert_int_equal(on("2026-11-26T10:00"), 1);
	/* A digest that never went told nothing. */
	cancel_last();
	assert_int_equal(on("2026-11-27T10:00"), 1);
}

static void test_a_reply_is_told_but_not_what_it_tells_of_health(void **state)
{
	(void)state;
	int64_t id, reply;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_offer(&w, "{}");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	id = world_id(&w, "ml1", "1");
	struct store_reply r = {
		.person = id, .at = w.clock.now_s, .text = "oui\nmais lundi"};
	OK(store_reply_add(w.s, &r, &reply, E));
	assert_int_equal(on("2026-11-24T10:00"), 1);
	json_t *line = last_line(false);
	assert_string_equal(text_of(line, "replies", "what_fr"),
			    "oui mais lundi");
	json_decref(line);
	cancel_last(); /* nobody read it */
	r.text = "je suis handicapé";
	OK(store_reply_add(w.s, &r, &reply, E));
	assert_int_equal(on("2026-11-25T10:00"), 1);
	line = last_line(false);
	char *text = json_dumps(line, 0);
	assert_int_equal(n_of(line, "replies"), 2);
	assert_null(strstr(text, "handicap"));
	free(text);
	json_decref(line);
	assert_int_equal(on("2026-11-26T10:00"), 0);
}

static void test_under_approval_offers_wait_for_a_decision(void **state)
{
	(void)state;
	world_people(&w, 1, "{}", AGENCY_APPROVAL);
	int64_t offer = world_offer(&w, "{'start':'2027-02-01','hours':{"
					"'start':'09:00','end':'17:00',"
					"'weekly':35}}");
	json_t *line = preview();
	assert_int_equal(n_of(line, "decide") + n_of(line, "people"), 1);
	assert_int_equal(n_of(line, "decide"), 1);
	assert_int_equal(
		js_int(json_object_get(line, "model"), "n_to_decide", 0), 1);
	json_decref(line);
	/* A message that leaves at two can be stopped at ten, one that leaves
	 * in a minute cannot. */
	int64_t id = world_id(&w, "ml1", "1");
	youth_message(id, offer, STORE_PLANNED, w.clock.now_s + 4 * 3600);
	youth_message(id, world_offer(&w, "{}"), STORE_PLANNED,
		      w.clock.now_s + 60);
	line = preview();
	assert_int_equal(n_of(line, "stops"), 1);
	assert_string_equal(text_of(line, "stops", "what_fr"),
			    "partira à 14:00");
	assert_string_equal(text_of(line, "stops", "key"), "1");
	json_decref(line);
}

static void test_what_presses_stands_apart_and_is_never_cut(void **state)
{
	(void)state;
	json_t *rows = json_array();
	world_people(&w, 0, "{}", AGENCY_DIGEST_ONLY);
	for (int i = 1; i <= 30; i++) {
		char ref[8];
		snprintf(ref, sizeof(ref), "%d", i);
		json_array_append_new(
			rows, world_youth(ref, i == 30 ? "{'channel':'none',"
							 "'contract_deadline':"
							 "'2026-12-03'}"
						       : "{'channel':'none'}"));
	}
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
	world_offer(&w, "{}");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	json_t *line = last_line(false);
	assert_int_equal(n_of(line, "people"), 14);
	assert_int_equal(n_of(line, "urgent"), 1);
	assert_string_equal(text_of(line, "urgent", "dossier"), "30");
	/* In the block of their offers; not told a second time. */
	assert_int_equal(n_of(line, "deadlines"), 0);
	json_decref(line);
	/* Without a new offer the deadline is told when it comes nearer. */
	assert_int_equal(on("2026-11-24T10:00"), 1); /* the other 15 */
	line = last_line(false);
	assert_int_equal(n_of(line, "urgent"), 0);
	assert_int_equal(n_of(line, "deadlines"), 0);
	json_decref(line);
	assert_int_equal(on("2026-11-25T10:00"), 0);
	assert_int_equal(on("2026-11-26T10:00"), 1); /* seven days left */
	line = last_line(false);
	assert_string_equal(text_of(line, "deadlines", "what_fr"),
			    "il reste 7 jours pour signer");
	json_decref(line);
	assert_int_equal(on("2026-11-27T10:00"), 0);
}

static void test_an_offer_that_ends_soon_is_urgent(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_offer(&w, "{'expires':'2026-11-26T20:00:00Z'}");
	world_offer(&w, "{'expires':'2026-11-28T20:00:00Z'}");
	json_t *line = preview();
	assert_int_equal(n_of(line, "urgent"), 1);
	const json_t *offers = json_object_get(
		json_array_get(list_of(line, "urgent"), 0), "offers");
	assert_string_equal(js_str(json_array_get(offers, 0), "expires_fr", ""),
			    "expire jeudi 26 novembre");
	assert_null(json_object_get(json_array_get(offers, 1), "expires_fr"));
	json_decref(line);
}

static void test_undecided_offers_come_back_once_on_a_monday(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	int64_t first = world_offer(&w, "{}"), second = world_offer(&w, "{}");
	int64_t third = world_offer(&w, "{}"), id = world_id(&w, "ml1", "1");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	OK(store_ledger_answer(w.s, id, first, STORE_TO_ADVISER,
			       &(struct store_answer){.result = "dismissed",
						      .reason = "too_far"},
			       w.clock.now_s, E));
	OK(store_ledger_answer(
		w.s, id, second, STORE_TO_ADVISER,
		&(struct store_answer){.result = "later",
				       .later_until =
					       w.clock.now_s + 3 * 24 * 3600},
		w.clock.now_s, E));
	assert_int_equal(on("2026-11-25T10:00"), 0);
	assert_int_equal(on("2026-11-26T10:01"), 1); /* put off until now */
	json_t *line = last_line(false);
	char key[48];
	snprintf(key, sizeof(key), "%lld.%lld", (long long)id,
		 (long long)second);
	assert_string_equal(text_of(line, "later", "key"), key);
	assert_int_equal(n_of(line, "waiting"), 0);
	json_decref(line);
	assert_int_equal(on("2026-11-27T10:00"), 0);
	assert_int_equal(on("2026-11-30T10:00"), 1); /* Monday */
	line = last_line(false);
	snprintf(key, sizeof(key), "%lld.%lld", (long long)id,
		 (long long)third);
	assert_int_equal(n_of(line, "waiting"), 1);
	assert_string_equal(text_of(line, "waiting", "key"), key);
	json_decref(line);
	assert_int_equal(on("2026-12-07T10:00"), 0); /* twice, and no more */
}

static void test_follow_up_asks_at_its_dates(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_offer(&w, "{}");
	int64_t id = world_id(&w, "ml1", "1");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	struct store_follow f = {.person = id,
				 .contract = 88,
				 .step = STORE_J7,
				 .due = paris_date(w.clock.now_s) + 1};
	OK(store_person_set_status(w.s, id, PERSON_PLACED, E));
	OK(store_follow_put(w.s, &f, E));
	assert_int_equal(on("2026-11-24T10:00"), 1);
	json_t *line = last_line(false);
	char key[48];
	snprintf(key, sizeof(key), "%lld.88.j7", (long long)id);
	assert_string_equal(text_of(line, "follow", "key"), key);
	assert_string_equal(text_of(line, "follow", "word"), "J+7");
	json_decref(line);
	assert_int_equal(on("2026-11-25T10:00"), 0);
	assert_int_equal(on("2026-12-01T10:00"), 1); /* once more */
	OK(store_follow_done(w.s, id, 88, STORE_J7, "going_on", w.clock.now_s,
			     E));
	assert_int_equal(on("2026-12-08T10:00"), 0);
}

static void test_a_dead_number_is_to_be_asked_for(void **state)
{
	(void)state;
	bool is_new;
	world_people(&w, 2, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	int64_t offer = world_offer(&w, "{}"), id = world_id(&w, "ml1", "1");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	int64_t sms = youth_message(id, offer, STORE_SENT, w.clock.now_s);
	OK(store_contact_fault(w.s, CHANNEL_SMS, "+33639980001", "number_dead",
			       sms, w.clock.now_s, &is_new, E));
	OK(store_contact_set(
		w.s, CHANNEL_SMS, "+33639980001",
		&(struct store_contact){.state = STORE_CONTACT_DEAD,
					.cause = "number_dead",
					.since = w.clock.now_s,
					.until = INSTANT_NONE},
		&is_new, E));
	assert_int_equal(on("2026-11-24T10:00"), 1);
	json_t *line = last_line(false);
	assert_int_equal(n_of(line, "contacts"), 1);
	assert_string_equal(text_of(line, "contacts", "what_fr"),
			    "SMS : numéro non attribué depuis le 23/11/2026");
	json_decref(line);
	assert_int_equal(on("2026-11-25T10:00"), 0);
	/* Told again after four weeks, and for how long it is so by now. */
	assert_int_equal(on("2026-12-22T10:00"), 1);
	line = last_line(false);
	assert_string_equal(text_of(line, "contacts", "what_fr"),
			    "SMS : numéro non attribué depuis le 23/11/2026");
	json_decref(line);
}

static void test_a_shared_number_is_said_in_a_few_words(void **state)
{
	(void)state;
	static const char *const own[] = {"Tom (dossier 2)", "Awa (dossier 3)",
					  "Ali (dossier 4)", "Zoé (dossier 5)"};
	static const struct {
		enum channel channel;
		bool is_stopped;
		size_t n_own, n_others;
		const char *words;
	} rows[] = {
		{CHANNEL_SMS, false, 1, 0,
		 "ce numéro est aussi celui de Tom (dossier 2)"},
		{CHANNEL_SMS, false, 0, 1,
		 "ce numéro est aussi celui d’un autre dossier"},
		{CHANNEL_SMS, false, 2, 0,
		 "ce numéro est aussi celui de Tom (dossier 2) et Awa "
		 "(dossier 3)"},
		{CHANNEL_SMS, true, 1, 1,
		 "plus aucun SMS à ce numéro (arrêt demandé), qui est aussi "
		 "celui de Tom (dossier 2) et d’un autre dossier"},
		{CHANNEL_EMAIL, false, 0, 12,
		 "cette adresse est aussi celle de 12 autres dossiers"},
		{CHANNEL_EMAIL, true, 4, 0,
		 "plus aucun e-mail à cette adresse (arrêt demandé), qui est "
		 "aussi celle de Tom (dossier 2), Awa (dossier 3), Ali "
		 "(dossier 4) et d’un autre dossier"},
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(digest_shared_words(&a, rows[i].channel,
							rows[i].is_stopped, own,
							rows[i].n_own,
							rows[i].n_others),
				    rows[i].words);
	assert_string_equal(digest_wait_words(&a, DATE_NONE, 1000),
			    "attend sa première offre");
	assert_null(digest_wait_words(&a, 1000 - 13, 1000));
	assert_string_equal(digest_wait_words(&a, 1000 - 14, 1000),
			    "attend depuis 14 jours");
	arena_clear(&a);
}

/* A number that fills a field: nobody is named, and it is told once however
 * many there are. */
static void test_a_number_of_a_crowd(void **state)
{
	(void)state;
	json_t *rows = json_array();
	world_people(&w, 0, "{}", AGENCY_DIGEST_ONLY);
	for (int i = 1; i <= 15; i++) {
		char ref[4];
		snprintf(ref, sizeof(ref), "%d", i);
		json_array_append_new(
			rows, world_youth(ref, "{'phone':'+33639980001'}"));
	}
	world_import(&w, "ml1", 0, json_incref(rows));
	world_offer(&w, "{}");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	json_t *line = last_line_to("sarah");
	assert_string_equal(text_of(line, "contacts", "what_fr"),
			    "ce numéro est aussi celui de 14 autres dossiers");
	json_decref(line);
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM shown WHERE "
					     "kind = 'shared' AND content != "
					     "'sms 0 many'"),
			 0);
	json_array_append_new(rows,
			      world_youth("16", "{'phone':'+33639980001'}"));
	world_import(&w, "ml1", 0, rows);
	assert_int_equal(on("2026-11-24T10:00"), 1);
	assert_int_equal(fixture_number(w.s,
					"SELECT count(*) - count(DISTINCT key) "
					"FROM shown WHERE kind = 'shared'"),
			 0);
}

/* Two sisters of Sarah's and somebody of Marc's have one number. */
static void test_one_number_of_several_dossiers(void **state)
{
	(void)state;
	static const char shared[] = "{'phone':'+33639980001'}";
	bool is_new;
	const char *why;
	struct err err = {0};
	json_t *rows = json_array();
	world_people(&w, 0, "{}", AGENCY_DIGEST_ONLY);
	world_adviser(&w, "{'ref':'marc','agency':'ML1','first_name':'Marc',"
			  "'email':'marc@ml.example'}");
	json_array_append_new(rows, world_youth("1", "{}"));
	json_array_append_new(rows, world_youth("2", shared));
	json_array_append_new(rows, world_youth("3", "{'phone':'+33639980001',"
						     "'first_name':'Yanis',"
						     "'adviser':'marc'}"));
	json_array_append_new(rows, world_youth("4", "{}"));
	json_array_append_new(rows,
			      world_youth("5", "{'email':'LINA4@jeune.example',"
					       "'phone':null,'channel':'email',"
					       "'adviser':'marc'}"));
	world_import(&w, "ml1", 0, rows);
	world_offer(&w, "{}");
	assert_int_equal(on("2026-11-23T10:00"), 2);
	json_t *line = preview();
	assert_int_equal(n_of(line, "contacts"), 0); /* told */
	json_decref(line);
	line = last_line_to("sarah");
	assert_int_equal(n_of(line, "contacts"), 3);
	assert_string_equal(text_of(line, "contacts", "dossier"), "1");
	assert_string_equal(text_of(line, "contacts", "what_fr"),
			    "ce numéro est aussi celui de Lina (dossier 2) et "
			    "d’un autre dossier");
	const json_t *fourth = json_array_get(list_of(line, "contacts"), 2);
	assert_string_equal(js_str(fourth, "what_fr", ""),
			    "cette adresse est aussi celle d’un autre "
			    "dossier");
	char *text = json_dumps(line, JSON_COMPACT);
	assert_null(strstr(text, "Yanis")); /* not hers */
	assert_null(strstr(text, "9980001"));
	free(text);
	json_decref(line);
	/* Known now: neither again, nor a digest for it alone. */
	assert_int_equal(on("2026-11-24T10:00"), 0);
	/* A STOP from there stops all three, and both advisers hear of it. */
	OK(store_optout_add(w.s, CHANNEL_SMS, "+33639980001", w.clock.now_s,
			    "sms", &is_new, E));
	assert_int_equal(on("2026-11-25T10:00"), 2);
	line = last_line_to("marc");
	assert_string_equal(text_of(line, "contacts", "what_fr"),
			    "plus aucun SMS à ce numéro (arrêt demandé), qui "
			    "est aussi celui de 2 autres dossiers");
	json_decref(line);
	/* What is remembered of it names nobody. */
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM shown WHERE "
					     "kind = 'shared'"),
			 5);
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM shown WHERE "
					     "content LIKE '%Lina%'"),
			 0);
	world_agency(&w, "{'code':'ML1'}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-25T12:30");
	world_offer(&w, "{}");
	world_turns(&w);
	for (int i = 1; i <= 3; i++) {
		char ref[4];
		snprintf(ref, sizeof(ref), "%d", i);
		json_t *sms = plan_youth_preview(
			w.planner, world_id(&w, "ml1", ref), &why, &err);
		assert_false(str_eq(js_str(sms, "channel", ""), "sms"));
		json_decref(sms);
	}
}

/* Since when nothing was proposed, by which fair shares go; this digest itself
 * does not count. */
static void test_the_wait_is_said(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_offer(&w, "{}");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	json_t *line = last_line(false);
	assert_string_equal(text_of(line, "people", "wait_fr"),
			    "attend sa première offre");
	json_decref(line);
	world_at(&w, "2026-12-01T07:00");
	world_offer(&w, "{}");
	assert_int_equal(on("2026-12-01T10:00"), 1);
	line = last_line(false);
	assert_string_equal(text_of(line, "people", "wait_fr"), "");
	json_decref(line);
	world_at(&w, "2026-12-21T07:00");
	world_offer(&w, "{}");
	assert_int_equal(on("2026-12-21T10:00"), 1);
	line = last_line(false);
	assert_string_equal(text_of(line, "people", "wait_fr"),
			    "attend depuis 20 jours");
	json_decref(line);
}

static void test_meetings_near_the_agency_once_on_mondays(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_agency(&w, "{'code':'ML1','insee':'93048'}", AGENCY_OFF);
	world_offer(&w, "{}");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	world_offer(&w, "{'kind':'event','title':'Forum des métiers',"
			"'start':'2026-12-10'}");
	world_offer(&w, "{'kind':'event','title':'Forum de Lyon',"
			"'start':'2026-12-10','place':{'precision':'commune',"
			"'insee':'69123','city':'Lyon','lat':45.76,"
			"'lon':4.83}}");
	world_offer(&w, "{'kind':'event','title':'Forum passé',"
			"'start':'2026-11-20'}");
	assert_int_equal(on("2026-11-24T10:00"), 0); /* not on a Tuesday */
	assert_int_equal(on("2026-11-30T10:00"), 1);
	json_t *line = last_line(false);
	assert_int_equal(n_of(line, "events"), 1);
	assert_string_equal(text_of(line, "events", "title"),
			    "Forum des métiers");
	json_decref(line);
	assert_int_equal(on("2026-12-07T10:00"), 0);
}

static void test_a_month_without_an_offer_names_what_would_help(void **state)
{
	(void)state;
	json_t *rows = json_array();
	world_people(&w, 0, "{}", AGENCY_DIGEST_ONLY);
	json_array_append_new(
		rows, world_youth("1", "{'channel':'none','max_minutes':20,"
				       "'informed_on':'2026-10-01'}"));
	/* The same, and a need closes what a longer way would open. */
	json_array_append_new(
		rows, world_youth("2", "{'channel':'none','max_minutes':20,"
				       "'informed_on':'2026-10-01',"
				       "'needs':['loads:0:exclude']}"));
	/* Told of the service last week. */
	json_array_append_new(
		rows, world_youth("3", "{'channel':'none','max_minutes':20,"
				       "'informed_on':'2026-12-20'}"));
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
	for (int i = 0; i < 4; i++)
		world_offer(&w, "{'exposure':{'loads':3},"
				"'place':{'precision':'commune',"
				"'insee':'75112','city':'Paris',"
				"'lat':48.8352,'lon':2.4219}}");
	/* Mondays only tell of what waits: nobody waited long enough. */
	assert_int_equal(on("2026-11-30T10:00"), 0);
	assert_int_equal(on("2027-01-04T10:00"), 1);
	json_t *line = last_line(false);
	assert_int_equal(n_of(line, "quiet"), 2);
	assert_string_equal(text_of(line, "quiet", "wait_fr"),
			    "attend sa première offre");
	const char *help = text_of(line, "quiet", "what_fr");
	if (!strstr(help, "trajet accepté") || !strstr(help, ": 4 offres"))
		fail_msg("%s", help);
	/* Of a private cause nothing is said, nor that there is one. */
	const json_t *other = json_array_get(list_of(line, "quiet"), 1);
	assert_string_equal(js_str(other, "dossier", ""), "2");
	assert_null(json_object_get(other, "what_fr"));
	char *text = json_dumps(line, 0);
	assert_null(strstr(text, "loads"));
	assert_null(strstr(text, "charges"));
	assert_null(strstr(text, "Inventée"));
	free(text);
	json_decref(line);
	assert_int_equal(on("2027-01-05T10:00"), 0);
}

static void test_a_sign_of_life_on_mondays_when_asked_for(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	assert_int_equal(on("2026-11-23T10:00"), 0);
	w.set.heartbeat = true;
	assert_int_equal(on("2026-11-24T10:00"), 0);
	assert_int_equal(on("2026-11-30T10:00"), 1);
	json_t *line = last_line(false);
	assert_true(
		js_bool(json_object_get(line, "model"), "heartbeat", false));
	json_decref(line);
	assert_int_equal(on("2026-12-07T10:00"), 1);
}

/* What an adviser said on the digest page, as it is stored. */
static void tell(const char *told)
{
	char sql[300];
	snprintf(sql, sizeof(sql),
		 "UPDATE adviser SET told = '%s' WHERE ref = 'sarah'", told);
	OK(db_script(w.s, sql, E));
}

static void test_what_an_adviser_said_counts_until_the_file_changes(
	void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_adviser(&w, "{'ref':'marc','agency':'ML1','first_name':'Marc',"
			  "'email':'marc@ml.example'}");
	world_offer(&w, "{}");
	tell("{\"rhythm\":\"off\"}");
	assert_int_equal(on("2026-11-23T10:00"), 0);
	tell("{\"rhythm\":\"urgent\"}");
	assert_int_equal(on("2026-11-24T10:00"), 0); /* nothing presses */
	tell("{\"absent_from\":\"2026-11-20\",\"absent_until\":"
	     "\"2026-11-27\",\"substitute\":\"marc\"}");
	assert_int_equal(on("2026-11-25T10:00"), 1);
	json_t *line = last_line(false);
	assert_string_equal(js_str(json_object_get(line, "to"), "address", ""),
			    "marc@ml.example");
	assert_string_equal(
		js_str(json_object_get(line, "model"), "standing_in_fr", ""),
		"Sarah jusqu’au 27/11/2026");
	json_decref(line);
	/* A file that says the same changes nothing; another word wins. */
	tell("{\"rhythm\":\"off\"}");
	world_offer(&w, "{}");
	world_adviser(&w, "{'ref':'sarah','agency':'ML1'}");
	assert_int_equal(on("2026-11-26T10:00"), 0);
	world_adviser(&w, "{'ref':'sarah','agency':'ML1','digest':'twice'}");
	assert_int_equal(on("2026-11-26T10:01"), 1);
}

static void test_the_page_is_named_while_there_is_one(void **state)
{
	(void)state;
	struct store_token t;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	world_offer(&w, "{}");
	assert_int_equal(on("2026-11-23T10:00"), 1);
	json_t *line = last_line(true);
	assert_null(list_of(line, "page_url"));
	json_decref(line);
	w.set.has_pages = true;
	line = last_line(true);
	const char *url =
		js_str(json_object_get(line, "model"), "page_url", "");
	assert_true(str_starts(url, "https://o.ml.example/d/"));
	const char *token = url + strlen("https://o.ml.example/d/");
	OK(store_token_find(w.s, token, "d", w.clock.now_s, &w.a, &t, E));
	assert_string_equal(t.subject, "1"); /* the message */
	assert_int_equal(t.expires - w.clock.now_s, 72 * 3600);
	json_decref(line);
}

static void test_the_first_digest_is_the_one_with_offers(void **state)
{
	(void)state;
	enum agency_mode old;
	world_people(&w, 2, "{'channel':'none'}", AGENCY_PREVIEW);
	int64_t offer = world_offer(&w, "{}"), id = world_id(&w, "ml1", "1");
	world_at(&w, "2026-11-24T07:00");
	OK(store_agency_set_mode(w.s, "ML1", AGENCY_DIGEST_ONLY, w.clock.now_s,
				 &old, E));
	live_offer_drop(w.live, offer);
	world_settle(&w);
	youth_message(id, offer, STORE_UNCERTAIN, w.clock.now_s);
	assert_int_equal(on("2026-11-24T10:00"), 1); /* the doubt alone */
	json_t *line = last_line(false);
	assert_int_equal(n_of(line, "uncertain"), 1);
	assert_false(js_bool(json_object_get(line, "model"), "first", true));
	json_decref(line);
	world_offer(&w, "{}");
	assert_int_equal(on("2026-11-25T10:00"), 1);
	line = last_line(false);
	assert_true(js_bool(json_object_get(line, "model"), "first", false));
	json_decref(line);
}

/* --- the whole mail ------------------------------------------------------- */

/* A Monday of an adviser with 120 young people: something in every section. */
static void fill_the_morning(void)
{
	static const char *const names[] = {"Lina", "Yanis", "Awa",  "Tom",
					    "Inès", "Ali",   "Zoé",  "Hugo",
					    "Noé",  "Jade",  "Malo", "Sami"};
	json_t *rows = json_array();
	bool is_new;
	int64_t reply, ids[13];
	world_people(&w, 0, "{}", AGENCY_DIGEST_ONLY);
	world_agency(&w, "{'code':'ML1','insee':'93048'}", AGENCY_OFF);
	for (int i = 1; i <= 120; i++) {
		char ref[8];
		snprintf(ref, sizeof(ref), "%04d", 400 + i);
		json_t *row = world_youth(
			ref, i == 2   ? "{'contract_deadline':'2026-12-09'}"
			     : i == 3 ? "{'max_minutes':20,'rome':['H2206'],"
					"'informed_on':'2026-10-29'}"
			     : i == 9 ? "{'rome':null}"
			     : i == 10 || i == 11 ? "{'phone':'+33639980410'}"
			     : i > 12 ? "{'rome':['K2202'],'informed_on':null}"
				      : "{}");
		json_object_set_new(row, "first_name",
				    json_string(names[(i - 1) % 12]));
		json_object_set_new(row, "channel", json_string("none"));
		json_array_append_new(rows, row);
	}
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
	for (int i = 1; i <= 12; i++) {
		char ref[8];
		snprintf(ref, sizeof(ref), "%04d", 400 + i);
		ids[i] = world_id(&w, "ml1", ref);
	}
	int64_t old = world_offer(&w, "{'employer':{'name':'Fournil Martin'}}");
	assert_int_equal(on("2026-11-26T10:00"), 1);
	json_t *line = last_line(false);
	assert_int_equal(n_of(line, "no_trade"), 1);
	json_decref(line);
	youth_message(ids[1], old, STORE_SENT, w.clock.now_s);
	OK(store_ledger_answer(w.s, ids[1], old, STORE_TO_YOUTH,
			       &(struct store_answer){.result = "interested"},
			       w.clock.now_s, E));
	OK(store_reply_add(w.s,
			   &(struct store_reply){.person = ids[4],
						 .at = w.clock.now_s,
						 .text = "oui, appelez-moi"},
			   &reply, E));
	OK(store_ledger_answer(
		w.s, ids[6], old, STORE_TO_ADVISER,
		&(struct store_answer){.result = "later", .later_until = 1},
		w.clock.now_s, E));
	OK(store_follow_put(
		w.s,
		&(struct store_follow){.person = ids[8],
				       .contract = 88,
				       .step = STORE_J40,
				       .due = paris_date(w.clock.now_s) + 4},
		E));
	int64_t sms =
		youth_message(ids[5], old, STORE_UNCERTAIN, w.clock.now_s);
	OK(store_contact_fault(w.s, CHANNEL_SMS, "+33639980405", "number_dead",
			       sms, w.clock.now_s, &is_new, E));
	OK(store_contact_set(
		w.s, CHANNEL_SMS, "+33639980405",
		&(struct store_contact){.state = STORE_CONTACT_DEAD,
					.cause = "number_dead",
					.since = w.clock.now_s,
					.until = INSTANT_NONE},
		&is_new, E));
	OK(store_optout_add(w.s, CHANNEL_SMS, "+33639980410", w.clock.now_s,
			    "sms", &is_new, E));
	world_at(&w, "2026-11-30T08:00");
	for (int i = 0; i < 3; i++)
		world_offer(&w, "{'rome':['H2206'],'title':'Menuisier',"
				"'place':{'precision':'commune',"
				"'insee':'75112','city':'Paris',"
				"'lat':48.8352,'lon':2.4219}}");
	world_offer(&w, "{'employer':{'name':'SARL Dubreuil'},"
			"'start':'2026-12-07'}");
	world_offer(&w, "{'kind':'event','title':'Forum des métiers',"
			"'employer':null,'start':'2026-12-10'}");
	youth_message(ids[7], old, STORE_PLANNED, w.clock.now_s + 6 * 3600);
}

static void test_the_mail_of_a_full_morning(void **state)
{
	(void)state;
	struct templates *t = fixture_templates();
	struct mail mail;
	w.set.has_pages = true;
	world_stop(&w);
	store_close(w.s);
	world_at(&w, "2026-10-20T10:00");
	w.s = fixture_open(":memory:");
	world_start(&w);
	fill_the_morning();
	json_t *line = preview();
	static const char *const lists[] = {"answers", "replies",   "stops",
					    "later",   "urgent",    "people",
					    "quiet",   "follow",    "contacts",
					    "events",  "uncertain", "waiting"};
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (!n_of(line, lists[i]))
			fail_msg("nothing in %s", lists[i]);
	OK(render_mail(t, line, &mail, E));
	fixture_golden("digest-morning.txt", mail.text);
	fixture_golden("digest-morning.html", mail.html);
	assert_string_equal(mail.subject,
			    "2 réponses, 10 offres pour 10 jeunes – "
			    "lundi 30 nov.");
	assert_in_range(strlen(mail.html), 1000, 100000);
	assert_null(strstr(mail.text, "Inventée"));
	mail_clear(&mail);
	json_decref(line);
	templates_free(t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_item_is_told_once_unless_it_changed),
		cmocka_unit_test(test_sections_that_repeat_wait_for_their_days),
		cmocka_unit_test(test_what_found_no_room_comes_first_tomorrow),
		cmocka_unit_test(test_urgent_readers_get_urgent_sections),
		cmocka_unit_test(
			test_a_planned_digest_tells_what_it_said_it_would),
		cmocka_unit_test(test_the_first_line_says_what_to_do),
		T(test_answers_come_first_and_once),
		T(test_a_reply_is_told_but_not_what_it_tells_of_health),
		T(test_under_approval_offers_wait_for_a_decision),
		T(test_what_presses_stands_apart_and_is_never_cut),
		T(test_an_offer_that_ends_soon_is_urgent),
		T(test_undecided_offers_come_back_once_on_a_monday),
		T(test_follow_up_asks_at_its_dates),
		T(test_a_dead_number_is_to_be_asked_for),
		cmocka_unit_test(test_a_shared_number_is_said_in_a_few_words),
		T(test_one_number_of_several_dossiers),
		T(test_a_number_of_a_crowd),
		T(test_the_wait_is_said),
		T(test_meetings_near_the_agency_once_on_mondays),
		T(test_a_month_without_an_offer_names_what_would_help),
		T(test_a_sign_of_life_on_mondays_when_asked_for),
		T(test_what_an_adviser_said_counts_until_the_file_changes),
		T(test_the_page_is_named_while_there_is_one),
		T(test_the_first_digest_is_the_one_with_offers),
		T(test_the_mail_of_a_full_morning),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
