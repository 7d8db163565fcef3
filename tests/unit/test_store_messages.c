/* SPDX-License-Identifier: EUPL-1.2 */
/* The outbox and the ledger: nothing planned is forgotten, nothing uncertain
 * is sent again by itself, what was frozen stays frozen, what was proposed is
 * never proposed twice. */
#include "store_fixture.h"

#include "engine/store/db.h"

#include <etrier/store_addresses.h>
#include <etrier/store_claims.h>

struct world {
	struct store *s;
	struct arena a;
	int64_t person, offers[4];
};

static void make_person(struct world *w)
{
	enum store_verdict v;
	int64_t import;
	struct store_person p;
	json_t *row = fixture_json("{'ref':'1'}");
	OK(store_origin_put(w->s, "ml1", 0, NULL, E));
	OK(store_stage_youth(w->s, "ml1", row, 2, &v, E));
	OK(store_stage_apply(w->s, "ml1", NOW, &import, E));
	json_decref(row);
	OK(store_person_find(w->s, "ml1", "1", false, &w->a, &p, E));
	w->person = p.id;
}

static int set_up(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	w->s = fixture_open(":memory:");
	arena_init(&w->a);
	make_person(w);
	OK(store_rules_put(w->s, "r1", "text", NOW, E));
	for (size_t i = 0; i < ARRAY_LEN(w->offers); i++) {
		struct store_offer_in in = {
			.source = "ft",
			.ref = arena_printf(&w->a, "%zu", i),
			.hash = "a",
			.fields = "{}",
			.expires = INSTANT_NONE};
		enum store_offer_change change;
		OK(store_offer_put(w->s, &in, NOW, &w->offers[i], &change, E));
	}
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	store_close(w->s);
	arena_clear(&w->a);
	free(w);
	return 0;
}

static struct store_message sms(struct world *w)
{
	return (struct store_message){.kind = STORE_OFFER,
				      .audience = STORE_TO_YOUTH,
				      .channel = CHANNEL_SMS,
				      .agency = "A",
				      .person = w->person,
				      .not_before = NOW,
				      .expires = NOW + 9999};
}

static struct store_message mail(void)
{
	return (struct store_message){.kind = STORE_DIGEST,
				      .audience = STORE_TO_ADVISER,
				      .channel = CHANNEL_EMAIL,
				      .agency = "A",
				      .recipient = "sarah",
				      .not_before = NOW,
				      .expires = INSTANT_NONE};
}

static struct store_proposal about(struct world *w, int offer,
				   enum store_audience audience)
{
	return (struct store_proposal){.person = w->person,
				       .canonical = w->offers[offer],
				       .audience = audience,
				       .score = 812,
				       .rules = "r1",
				       .facts = "{\"minutes\":25}"};
}

static int64_t plan(struct world *w, struct store_message m, int offer)
{
	int64_t id;
	struct store_proposal p = about(w, offer, m.audience);
	OK(store_message_plan(w->s, &m, &p, 1, NOW, &id, E));
	return id;
}

static struct store_message get(struct world *w, int64_t id)
{
	struct store_message m;
	OK(store_message_get(w->s, id, &w->a, &m, E));
	return m;
}

static const struct store_frozen frozen = {
	.message_id = "<1@etrier.example>",
	.model = "{\"n\":1}",
	.template_hash = "h1",
	.template_text = "Bonjour",
};

static bool proposed(struct world *w, int offer, enum store_audience audience)
{
	bool has;
	OK(store_ledger_has(w->s, w->person, w->offers[offer], audience, &has,
			    E));
	return has;
}

/* --- planning
 * ---------------------------------------------------------------------- */

static void test_message_and_ledger_are_planned_together_or_not(void **state)
{
	struct world *w = *state;
	int64_t id, n;
	plan(w, mail(), 0);
	struct store_message m = mail();
	struct store_proposal p[] = {about(w, 1, STORE_TO_ADVISER),
				     about(w, 0, STORE_TO_ADVISER)};
	FAILS(store_message_plan(w->s, &m, p, 2, NOW, &id, E), ERR_INPUT,
	      "was proposed to person");
	assert_false(proposed(w, 1, STORE_TO_ADVISER));
	OK(store_messages_count(w->s, &STORE_MESSAGES_ANY, &n, E));
	assert_int_equal(n, 1);
	/* Another audience is another proposal. */
	assert_false(proposed(w, 0, STORE_TO_YOUTH));
	plan(w, sms(w), 0);
	m.state = STORE_SENT;
	FAILS(store_message_plan(w->s, &m, NULL, 0, NOW, &id, E), ERR_INPUT,
	      "begins planned or held");
}

static void test_an_offer_is_shown_at_most_twice(void **state)
{
	struct world *w = *state;
	int64_t first = plan(w, mail(), 0), second, n;
	struct store_message m = mail();
	struct store_proposal p = about(w, 0, STORE_TO_ADVISER);
	p.again = 1;
	OK(store_message_plan(w->s, &m, &p, 1, NOW, &second, E));
	FAILS(store_message_plan(w->s, &m, &p, 1, NOW, &n, E), ERR_INPUT,
	      "again");
	struct store_ledger_query q = STORE_LEDGER_ANY;
	q.message = second;
	OK(store_ledger_count(w->s, &q, &n, E));
	assert_int_equal(n, 1);
	q.message = first;
	OK(store_ledger_count(w->s, &q, &n, E));
	assert_int_equal(n, 1);
	q = STORE_LEDGER_ANY;
	q.shown_once_only = true;
	OK(store_ledger_count(w->s, &q, &n, E));
	assert_int_equal(n, 0);
	/* The second showing cancelled, it may be shown again; the first row
	 * stays. */
	OK(store_message_settle(w->s, second, STORE_CANCELLED, "empty",
				INSTANT_NONE, NOW, E));
	OK(store_ledger_count(w->s, &q, &n, E));
	assert_int_equal(n, 1);
}

static void test_cancelled_message_frees_its_offers(void **state)
{
	struct world *w = *state;
	int64_t id = plan(w, sms(w), 0);
	assert_true(proposed(w, 0, STORE_TO_YOUTH));
	OK(store_message_settle(w->s, id, STORE_CANCELLED, "offer closed",
				INSTANT_NONE, NOW, E));
	assert_false(proposed(w, 0, STORE_TO_YOUTH));
	assert_string_equal(get(w, id).reason, "offer closed");
	plan(w, sms(w), 0);
}

/* --- the way
 * ------------------------------------------------------------------------- */

static void test_first_claim_freezes_and_later_ones_do_not(void **state)
{
	struct world *w = *state;
	const char *text;
	int64_t id = plan(w, mail(), 0);
	FAILS(store_message_claim(w->s, id, NULL, NOW, E), ERR_INPUT,
	      "is planned");
	OK(store_message_claim(w->s, id, &frozen, NOW, E));
	struct store_message m = get(w, id);
	assert_int_equal(m.state, STORE_SENDING);
	assert_int_equal(m.attempts, 1);
	assert_string_equal(m.model, frozen.model);
	FAILS(store_message_claim(w->s, id, &frozen, NOW, E), ERR_INPUT,
	      "is sending: it cannot become sending");
	OK(store_message_settle(w->s, id, STORE_PLANNED, "451", NOW + 300, NOW,
				E));
	struct store_frozen other = {.message_id = "<2@etrier.example>",
				     .model = "{\"n\":2}"};
	OK(store_message_claim(w->s, id, &other, NOW + 300, E));
	m = get(w, id);
	assert_int_equal(m.attempts, 2);
	assert_int_equal(m.not_before, NOW + 300);
	assert_string_equal(m.model, frozen.model);
	assert_string_equal(m.message_id, frozen.message_id);
	assert_string_equal(m.template_hash, "h1");
	OK(store_template_get(w->s, "h1", &w->a, &text, E));
	assert_string_equal(text, "Bonjour");
}

/* All steps from all states, against the drawing in the header. */
static void test_only_the_drawn_steps_are_possible(void **state)
{
	struct world *w = *state;
	static const char *const allowed[STORE_N_STATES] = {
		[STORE_PLANNED] = "ch",	   [STORE_SENDING] = "psfu",
		[STORE_SENT] = "",	   [STORE_FAILED] = "p",
		[STORE_UNCERTAIN] = "psf", [STORE_CANCELLED] = "",
		[STORE_HELD] = "pc",
	};
	static const char letters[STORE_N_STATES] = {'p', 'x', 's', 'f',
						     'u', 'c', 'h'};
	for (int from = 0; from < STORE_N_STATES; from++) {
		for (int to = 0; to < STORE_N_STATES; to++) {
			int64_t id;
			struct store_message m = mail();
			OK(store_message_plan(w->s, &m, NULL, 0, NOW, &id, E));
			const char *word =
				vocab_code(&vocab_message_state, from);
			char *sql = arena_printf(
				&w->a,
				"UPDATE message SET state = '%s' WHERE id = "
				"%lld",
				word, (long long)id);
			OK(db_script(w->s, sql, E));
			int rc = store_message_settle(
				w->s, id, (enum store_state)to, "why",
				INSTANT_NONE, NOW, NULL);
			bool may = strchr(allowed[from], letters[to]) != NULL;
			if (rc != (may ? 0 : -1))
				fail_msg("%s to %s", word,
					 vocab_code(&vocab_message_state, to));
			assert_int_equal(get(w, id).state, may ? to : from);
		}
	}
}

static void test_receipts_settle_what_was_uncertain(void **state)
{
	struct world *w = *state;
	int64_t id = plan(w, sms(w), 0);
	OK(store_message_claim(w->s, id, &frozen, NOW, E));
	FAILS(store_message_receipt(w->s, id, STORE_SENT, NULL, NOW, E),
	      ERR_INPUT, "is sending");
	OK(store_message_settle(w->s, id, STORE_UNCERTAIN, "no answer",
				INSTANT_NONE, NOW, E));
	OK(store_message_receipt(w->s, id, STORE_SENT, NULL, NOW, E));
	OK(store_message_receipt(w->s, id, STORE_FAILED, "dead number", NOW,
				 E));
	assert_string_equal(get(w, id).reason, "dead number");
	FAILS(store_message_receipt(w->s, id, STORE_PLANNED, NULL, NOW, E),
	      ERR_INPUT, "sent or failed");
	FAILS(store_message_receipt(w->s, 99, STORE_SENT, NULL, NOW, E),
	      ERR_UNKNOWN, "no message 99");
}

/* --- deaths
 * ----------------------------------------------------------------------------
 */

static void test_after_a_restart_no_sms_goes_twice(void **state)
{
	struct world *w = *state;
	int64_t n_mail, n_sms;
	int64_t a = plan(w, mail(), 0), b = plan(w, sms(w), 0);
	struct store_frozen f2 = frozen;
	f2.message_id = "<2@etrier.example>";
	OK(store_message_claim(w->s, a, &frozen, NOW, E));
	OK(store_message_claim(w->s, b, &f2, NOW, E));
	OK(store_messages_recover(w->s, NOW + 1, &n_mail, &n_sms, E));
	assert_int_equal(n_mail, 1);
	assert_int_equal(n_sms, 1);
	assert_int_equal(get(w, a).state, STORE_PLANNED);
	assert_string_equal(get(w, a).message_id, frozen.message_id);
	assert_int_equal(get(w, b).state, STORE_UNCERTAIN);
}

static void test_a_dead_lane_returns_what_had_not_left(void **state)
{
	struct world *w = *state;
	enum store_state st;
	static const struct {
		bool is_sms, submitting;
		enum store_state want;
	} cases[] = {
		{false, false, STORE_PLANNED},
		{false, true, STORE_PLANNED},
		{true, false, STORE_PLANNED},
		{true, true, STORE_UNCERTAIN},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t id;
		struct store_message m = cases[i].is_sms ? sms(w) : mail();
		struct store_frozen f = {.model = "{}"};
		OK(store_message_plan(w->s, &m, NULL, 0, NOW, &id, E));
		OK(store_message_claim(w->s, id, &f, NOW, E));
		if (cases[i].submitting)
			OK(store_message_submitting(w->s, id, NOW, E));
		OK(store_message_lane_died(w->s, id, NOW, &st, E));
		assert_int_equal(st, cases[i].want);
		assert_int_equal(get(w, id).state, cases[i].want);
		FAILS(store_message_lane_died(w->s, id, NOW, &st, E), ERR_INPUT,
		      "cannot become");
	}
}

static void test_a_new_claim_forgets_the_old_submitting_mark(void **state)
{
	struct world *w = *state;
	enum store_state st;
	int64_t id = plan(w, sms(w), 0);
	OK(store_message_claim(w->s, id, &frozen, NOW, E));
	OK(store_message_submitting(w->s, id, NOW, E));
	OK(store_message_settle(w->s, id, STORE_PLANNED, "HTTP 503", NOW + 60,
				NOW, E));
	OK(store_message_claim(w->s, id, NULL, NOW + 60, E));
	OK(store_message_lane_died(w->s, id, NOW + 61, &st, E));
	assert_int_equal(st, STORE_PLANNED);
}

/* --- reading
 * -----------------------------------------------------------------------------
 */

static int list_ids(void *ctx, const struct store_message *row)
{
	buf_printf(ctx, "%lld ", (long long)row->id);
	return 0;
}

static void test_due_messages_come_in_order_of_time(void **state)
{
	struct world *w = *state;
	struct store_message m = sms(w);
	int64_t id;
	static const int delays[] = {30, 10, 20, 10};
	for (size_t i = 0; i < ARRAY_LEN(delays); i++) {
		m.not_before = NOW + delays[i];
		OK(store_message_plan(w->s, &m, NULL, 0, NOW, &id, E));
	}
	m = mail();
	OK(store_message_plan(w->s, &m, NULL, 0, NOW, &id, E));
	m.state = STORE_HELD;
	OK(store_message_plan(w->s, &m, NULL, 0, NOW, &id, E));
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct buf b;
	buf_init(&b, 1000);
	q.states = 1u << STORE_PLANNED;
	q.channel = CHANNEL_SMS;
	q.due_at = NOW + 25;
	OK(store_messages_each(w->s, &q, list_ids, &b, E));
	assert_string_equal(b.data, "2 4 3 ");
	buf_reset(&b);
	q.limit = 1;
	OK(store_messages_each(w->s, &q, list_ids, &b, E));
	assert_string_equal(b.data, "2 ");
	buf_reset(&b);
	q = STORE_MESSAGES_ANY;
	q.states = 1u << STORE_HELD | 1u << STORE_UNCERTAIN;
	OK(store_messages_each(w->s, &q, list_ids, &b, E));
	assert_string_equal(b.data, "6 ");
	buf_clear(&b);
}

static int check_row(void *ctx, const struct store_proposal *row)
{
	struct world *w = ctx;
	assert_int_equal(row->canonical, w->offers[0]);
	assert_int_equal(row->score, 812);
	assert_string_equal(row->facts, "{\"minutes\":25}");
	assert_string_equal(row->rules, "r1");
	assert_string_equal(row->result, "interested");
	assert_int_equal(row->result_at, NOW + 5);
	return 0;
}

static void test_ledger_remembers_facts_and_answers(void **state)
{
	struct world *w = *state;
	int64_t n;
	plan(w, sms(w), 0);
	plan(w, sms(w), 1);
	OK(store_ledger_answer(w->s, w->person, w->offers[0], STORE_TO_YOUTH,
			       &(struct store_answer){.result = "interested"},
			       NOW + 5, E));
	FAILS(store_ledger_answer(
		      w->s, w->person, w->offers[3], STORE_TO_YOUTH,
		      &(struct store_answer){.result = "interested"}, NOW, E),
	      ERR_UNKNOWN, "no such proposal");
	struct store_ledger_query q = STORE_LEDGER_ANY;
	q.canonical = w->offers[0];
	OK(store_ledger_each(w->s, &q, check_row, w, E));
	q = STORE_LEDGER_ANY;
	q.person = w->person;
	q.unanswered_only = true;
	OK(store_ledger_count(w->s, &q, &n, E));
	assert_int_equal(n, 1);
	q.since = NOW + 1;
	OK(store_ledger_count(w->s, &q, &n, E));
	assert_int_equal(n, 0);
}

static void test_template_texts_stay_while_something_may_need_them(void **state)
{
	struct world *w = *state;
	const char *text;
	int64_t n, id = plan(w, mail(), 0);
	OK(store_message_claim(w->s, id, &frozen, NOW, E));
	OK(store_message_settle(w->s, id, STORE_FAILED, "550", INSTANT_NONE,
				NOW, E));
	OK(store_templates_clean(w->s, &n, E));
	assert_int_equal(n, 0);
	OK(store_message_settle(w->s, id, STORE_PLANNED, "retry", NOW, NOW, E));
	OK(store_message_claim(w->s, id, NULL, NOW, E));
	OK(store_message_settle(w->s, id, STORE_SENT, NULL, INSTANT_NONE, NOW,
				E));
	OK(store_templates_clean(w->s, &n, E));
	assert_int_equal(n, 1);
	assert_string_equal(get(w, id).template_hash, "h1");
	FAILS(store_template_get(w->s, "h1", &w->a, &text, E), ERR_UNKNOWN,
	      "template");
}

static void test_going_live_forgets_the_preview(void **state)
{
	struct world *w = *state;
	enum store_change c;
	enum agency_mode old;
	json_t *row = fixture_json("{'code':'A','kind':'ml'}");
	OK(store_agency_put(w->s, row, &c, E));
	json_decref(row);
	OK(store_agency_set_mode(w->s, "A", AGENCY_PREVIEW, NOW, &old, E));
	struct store_message m = mail();
	m.is_preview = true;
	int64_t shown = plan(w, m, 0), open = plan(w, m, 1);
	OK(store_message_claim(w->s, shown, &frozen, NOW, E));
	OK(store_message_settle(w->s, shown, STORE_SENT, NULL, INSTANT_NONE,
				NOW, E));
	m.is_preview = false;
	m.agency = "B";
	plan(w, m, 2);
	OK(store_agency_set_mode(w->s, "A", AGENCY_DIGEST_ONLY, NOW, &old, E));
	assert_false(proposed(w, 0, STORE_TO_ADVISER));
	assert_false(proposed(w, 1, STORE_TO_ADVISER));
	assert_true(proposed(w, 2, STORE_TO_ADVISER));
	assert_int_equal(get(w, shown).state, STORE_SENT);
	assert_int_equal(get(w, open).state, STORE_CANCELLED);
}

/* Also with the index of the first installations, which was of four states. */
static void check_due(struct world *w, const int64_t wanted[2])
{
	int64_t ids[8];
	size_t n;
	OK(store_messages_due(w->s, CHANNEL_EMAIL, NOW + 5, ids, 8, &n, E));
	assert_int_equal(n, 2);
	assert_memory_equal(ids, wanted, 2 * sizeof(ids[0]));
	OK(store_messages_due(w->s, CHANNEL_EMAIL, NOW + 5, ids, 1, &n, E));
	assert_int_equal(n, 1);
	assert_int_equal(ids[0], wanted[0]);
	OK(store_messages_due(w->s, CHANNEL_EMAIL, NOW - 1, ids, 8, &n, E));
	assert_int_equal(n, 0);
}

static void test_due_ids_need_no_sort_whatever_the_index(void **state)
{
	struct world *w = *state;
	struct store_message late = mail(), m = mail();
	late.not_before = NOW + 5;
	int64_t second = plan(w, late, 0), first = plan(w, m, 1);
	int64_t gone = plan(w, m, 2);
	plan(w, sms(w), 3); /* the other channel */
	OK(store_message_claim(w->s, gone, &frozen, NOW, E));
	const int64_t wanted[] = {first, second};
	check_due(w, wanted);
	OK(db_script(w->s,
		     "DROP INDEX message_open; CREATE INDEX message_open ON "
		     "message (state, not_before) WHERE state IN ('planned', "
		     "'sending', 'uncertain', 'held')",
		     E));
	check_due(w, wanted);
}

static void keep_row(void *ctx, const struct store_message *row)
{
	struct store_message *out = ctx;
	if (row->id > out->id)
		*out = (struct store_message){.id = row->id,
					      .state = row->state,
					      .claimed_at = row->claimed_at,
					      .attempts = out->attempts};
	assert_true(!row->model || !*row->model); /* never what it says */
	out->attempts++;			  /* rows seen */
}

static void test_what_went_to_a_person_is_counted_without_models(void **state)
{
	struct world *w = *state;
	struct store_message seen = {0};
	int64_t first = plan(w, sms(w), 0), second = plan(w, sms(w), 1);
	int64_t canonical = 0;
	plan(w, mail(), 0);
	OK(store_message_claim(w->s, second, &frozen, NOW + 1, E));
	OK(store_messages_of_youth(w->s, w->person, NOW, keep_row, &seen, E));
	assert_int_equal(seen.attempts, 2);
	assert_int_equal(seen.id, second);
	assert_int_equal(seen.state, STORE_SENDING);
	assert_int_equal(seen.claimed_at, NOW + 1);
	seen = (struct store_message){0};
	OK(store_messages_of_youth(w->s, w->person, NOW + 1, keep_row, &seen,
				   E));
	assert_int_equal(seen.attempts, 0);
	OK(store_ledger_first(w->s, first, &canonical, E));
	assert_int_equal(canonical, w->offers[0]);
	OK(store_ledger_first(w->s, first + 100, &canonical, E));
	assert_int_equal(canonical, 0);
}

static void test_the_address_is_kept_with_the_claim(void **state)
{
	struct world *w = *state;
	struct store_frozen f = frozen;
	int64_t id = plan(w, mail(), 0), n;
	f.address = "Sarah@ML.example";
	OK(store_message_claim(w->s, id, &f, NOW, E));
	OK(store_message_last_to(w->s, CHANNEL_EMAIL, "sarah@ml.example",
				 VOCAB_NONE, NOW, &n, E));
	assert_int_equal(n, id);
	OK(store_message_settle(w->s, id, STORE_PLANNED, NULL, NOW, NOW, E));
	OK(store_message_claim(w->s, id, NULL, NOW, E));
	OK(store_message_last_to(w->s, CHANNEL_EMAIL, "sarah@ml.example",
				 VOCAB_NONE, NOW, &n, E));
	assert_int_equal(n, id);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_message_and_ledger_are_planned_together_or_not),
		T(test_an_offer_is_shown_at_most_twice),
		T(test_cancelled_message_frees_its_offers),
		T(test_first_claim_freezes_and_later_ones_do_not),
		T(test_only_the_drawn_steps_are_possible),
		T(test_receipts_settle_what_was_uncertain),
		T(test_after_a_restart_no_sms_goes_twice),
		T(test_a_dead_lane_returns_what_had_not_left),
		T(test_a_new_claim_forgets_the_old_submitting_mark),
		T(test_due_messages_come_in_order_of_time),
		T(test_ledger_remembers_facts_and_answers),
		T(test_template_texts_stay_while_something_may_need_them),
		T(test_going_live_forgets_the_preview),
		T(test_due_ids_need_no_sort_whatever_the_index),
		T(test_what_went_to_a_person_is_counted_without_models),
		T(test_the_address_is_kept_with_the_claim),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
