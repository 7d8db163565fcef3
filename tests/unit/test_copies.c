/* SPDX-License-Identifier: EUPL-1.2 */
/* What becomes of copies from the poll to the proposal: joined with a reason,
 * live while one is, told once; apart again when they differ; what the gate
 * stops, what a licence asks, and what is remembered of a change. */
#include "plan_fixture.h"

#include "engine/plan/effective.h"
#include "engine/store/db.h"

#include <etrier/store_twins.h>

static struct world w;

#define TEXT                                                                   \
	"Notre maison fabrique chaque jour son pain au levain pour les "       \
	"habitants du quartier. Vous préparez les pâtes, surveillez la "     \
	"pousse, façonnez et enfournez sous la conduite du maître "          \
	"d’apprentissage. Vous tenez le fournil propre et participez à la " \
	"préparation des commandes du lendemain."
#define OTHER_TEXT                                                            \
	"Le restaurant ouvre midi et soir autour d’une carte courte qui "   \
	"change avec les saisons. Vous épluchez, taillez et lavez les "      \
	"légumes, dressez les entrées froides et aidez le chef pendant le " \
	"service de la salle et de la terrasse."

static void configure(const char *sources)
{
	json_t *v = fixture_json(sources);
	/* No deadline: both sources are asked, and answer in turn. */
	OK(polls_configure(w.polls, v, 0, E));
	json_decref(v);
}

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", "2026-11-23T10:00");
	configure("{'one':{'kind':'json','every_s':3600},"
		  "'two':{'kind':'json','every_s':3600}}");
	polls_collector_up(w.polls);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* Polls in hand by source, as asked. */
static int64_t poll_of(const char *source)
{
	OK(polls_tick(w.polls, E));
	for (size_t i = json_array_size(w.polled); i-- > 0;) {
		const json_t *line = json_array_get(w.polled, i);
		if (str_eq(js_str(line, "source", ""), source))
			return js_int(line, "id", -1);
	}
	fail_msg("%s was not asked", source);
	return -1;
}

static void say(const char *type, json_t *line_take)
{
	OK(polls_line(w.polls, type, line_take, E));
	json_decref(line_take);
}

/* One whole poll of a source: offers are a list, each laid over the baker's
 * offer of the fixture with TEXT. */
static void show(const char *source, const char *offers)
{
	json_t *list = fixture_json(offers), *over;
	size_t i;
	clock_manual_advance(&w.clock, 2 * 3600);
	int64_t poll = poll_of(source);
	json_array_foreach(list, i, over)
	{
		json_t *o = world_offer_line((int)i + 1, "{}");
		json_object_set_new(o, "description", json_string(TEXT));
		json_object_set_new(o, "url",
				    json_sprintf("https://%s.example/%s",
						 source,
						 js_str(over, "ref", "r")));
		json_object_update(o, over);
		say("offer", json_pack("{s:I,s:s,s:o}", "poll", poll, "source",
				       source, "offer", o));
	}
	say("polled", json_pack("{s:I,s:s,s:s,s:b,s:i,s:i}", "poll", poll,
				"source", source, "result", "ok", "complete", 1,
				"seen", (int)i, "good", (int)i));
	OK(polls_flush(w.polls, E));
	json_decref(list);
}

static struct store_offer find(const char *source, const char *ref)
{
	struct store_offer row;
	OK(store_offer_find(w.s, source, ref, &w.a, &row, E));
	return row;
}

static size_t n_live(void)
{
	struct live_stats st;
	world_settle(&w);
	live_stats(w.live, &st);
	return st.offers;
}

static int keep_event(void *ctx, const struct store_event *row)
{
	*(const char **)ctx = arena_dup(&w.a, row->data ? row->data : "");
	return 0;
}

/* Data of the last event of a kind, or "". */
static const char *last_event(const char *kind)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	const char *data = "";
	q.kind = kind;
	OK(store_events_each(w.s, &q, keep_event, &data, E));
	return data;
}

static bool says(const char *text, const char *words)
{
	return strstr(text, words) != NULL;
}

/* --- joined -----------------------------------------------------------------
 */

static void test_two_sources_tell_one_post_once(void **state)
{
	(void)state;
	struct store_offer shown;
	show("one", "[{'ref':'a','rome':null}]");
	show("two", "[{'ref':'b','salary':{'min':90000,'period':'month'},"
		    "'title':'Boulanger H/F en apprentissage'}]");
	struct store_offer a = find("one", "a"), b = find("two", "b");
	assert_int_equal(a.canonical, b.canonical);
	assert_null(a.reason);
	assert_true(says(b.reason, "same employer, title and commune; text"));
	assert_int_equal(n_live(), 1);
	assert_true(says(last_event("offer.joined"), b.reason));
	/* The stated trade speaks; what it leaves unknown the other says. */
	OK(store_offer_get(w.s, a.canonical, &w.a, &shown, E));
	assert_string_equal(shown.source, "two");
	assert_true(says(shown.fields, "D1102"));
	/* Live while one copy is. */
	show("two", "[{'ref':'x','title':'Serveur','rome':['G1803'],"
		    "'description':'" OTHER_TEXT "'}]");
	assert_int_equal(find("two", "b").status, OFFER_WITHDRAWN);
	assert_non_null(live_offer(w.live, a.canonical));
	OK(store_offer_get(w.s, a.canonical, &w.a, &shown, E));
	assert_string_equal(shown.source, "one");
	assert_false(says(shown.fields, "90000"));
	show("one", "[{'ref':'y','title':'Vendeur','rome':['D1106'],"
		    "'description':'" OTHER_TEXT "'}]");
	assert_null(live_offer(w.live, a.canonical));
	assert_true(says(last_event("offer.closed"), "one"));
}

/* One text, one link to the chain's page, forty communes; the other source adds
 * a sentence of its own. */
static void show_stores(const char *source, const char *more)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 40; i++)
		buf_printf(&b,
			   "%s{'ref':'s%d','url':'https://chain.example/jobs',"
			   "'description':'" TEXT "%s','place':{'precision':"
			   "'commune','insee':'930%02d','lat':48.9,'lon':2.4}}",
			   i ? "," : "[", i, more, i + 10);
	buf_addc(&b, ']');
	show(source, b.data);
	buf_clear(&b);
}

static void test_forty_stores_stay_forty_and_come_once(void **state)
{
	(void)state;
	char ref[8];
	show_stores("one", "");
	assert_int_equal(n_live(), 40);
	show_stores("two", " Postulez sur notre site.");
	assert_int_equal(n_live(), 40);
	show_stores("one", "");
	assert_int_equal(n_live(), 40);
	for (int i = 0; i < 40; i++) {
		snprintf(ref, sizeof(ref), "s%d", i);
		assert_int_equal(find("one", ref).canonical,
				 find("two", ref).canonical);
	}
}

static void test_a_renumbered_offer_is_not_proposed_again(void **state)
{
	(void)state;
	world_people(&w, 1, "{}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-24T10:00");
	show("one", "[{'ref':'old'}]");
	assert_true(world_plan(&w) > 0);
	int64_t n = world_count(&w, STORE_TO_YOUTH, 0);
	assert_true(n > 0);
	/* Another number and link, the old one still there; then it is gone,
	 * and a third number comes weeks later. */
	show("one", "[{'ref':'old'},{'ref':'new'}]");
	assert_int_equal(find("one", "old").canonical,
			 find("one", "new").canonical);
	show("one", "[{'ref':'x','title':'Serveur','rome':['G1803'],"
		    "'description':'" OTHER_TEXT "'}]");
	assert_null(live_offer(w.live, find("one", "old").canonical));
	world_at(&w, "2026-12-15T10:00");
	show("one", "[{'ref':'third'}]");
	struct store_offer third = find("one", "third");
	assert_int_equal(third.canonical, find("one", "old").canonical);
	assert_true(says(third.reason, "shown anew"));
	assert_non_null(live_offer(w.live, third.canonical));
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, 0), n);
}

static void test_after_a_season_it_is_a_new_vacancy(void **state)
{
	(void)state;
	show("one", "[{'ref':'old'}]");
	show("one", "[{'ref':'x','title':'Serveur','rome':['G1803'],"
		    "'description':'" OTHER_TEXT "'}]");
	clock_manual_advance(&w.clock, (int64_t)91 * 24 * 3600);
	show("one", "[{'ref':'new'}]");
	assert_int_not_equal(find("one", "old").canonical,
			     find("one", "new").canonical);
}

/* --- apart ------------------------------------------------------------------
 */

static void test_an_offer_that_becomes_another_leaves(void **state)
{
	(void)state;
	show("one", "[{'ref':'a'}]");
	show("two", "[{'ref':'b'}]");
	int64_t was = find("two", "b").canonical;
	show("two", "[{'ref':'b','title':'Commis de cuisine','rome':['G1602'],"
		    "'description':'" OTHER_TEXT "'}]");
	int64_t is = find("two", "b").canonical;
	assert_int_not_equal(was, is);
	assert_int_equal(n_live(), 2);
	assert_true(says(last_event("offer.left"), "another post"));
	assert_non_null(live_offer(w.live, was));
	assert_non_null(live_offer(w.live, is));
}

static void test_what_somebody_was_told_of_stays_together(void **state)
{
	(void)state;
	world_people(&w, 1, "{}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-24T08:00");
	show("one", "[{'ref':'a'}]");
	show("two", "[{'ref':'b'}]");
	assert_true(world_plan(&w) > 0);
	int64_t was = find("two", "b").canonical;
	show("two", "[{'ref':'b','title':'Commis de cuisine','rome':['G1602'],"
		    "'description':'" OTHER_TEXT "'}]");
	assert_int_equal(find("two", "b").canonical, was);
	assert_true(
		says(find("two", "b").reason, "stays, for it was proposed"));
}

static void test_changes_are_told_before_and_after(void **state)
{
	(void)state;
	show("one", "[{'ref':'a','start':'2027-01-04'}]");
	assert_string_equal(last_event("offer.changed"), "");
	show("one", "[{'ref':'a','start':'2027-02-01','title':'Boulanger'}]");
	const char *data = last_event("offer.changed");
	assert_true(says(data, "\"start\":[\"2027-01-04\",\"2027-02-01\"]"));
	assert_true(
		says(data, "\"title\":[\"Apprenti boulanger\",\"Boulanger"));
	assert_false(says(data, "\"kind\""));
}

/* --- what copies say together ------------------------------------------------
 */

static void test_unknown_fields_come_from_the_other_copies(void **state)
{
	(void)state;
	json_t *lines = fixture_json(
		"[{'title':'A','url':'u1','place':{'precision':'department',"
		"'dept':'93'},'hours':{'night':'no'},'provenance':{'rome':"
		"'stated'}},"
		"{'title':'B','url':'u2','ref':'2','kind':'permanent','place':"
		"{'precision':'commune','insee':'93048'},'hours':{'night':"
		"'yes','weekly':2100},'provenance':{'kind':'text','place':"
		"'text'},'expires':'2027-01-01T00:00:00Z'},"
		"{'kind':'fixed_term','description':'D','place':{'precision':"
		"'unknown'}}]");
	json_t *want = fixture_json(
		"{'title':'A','url':'u1','place':{'precision':'commune',"
		"'insee':'93048'},'hours':{'night':'no','weekly':2100},"
		"'kind':'permanent','description':'D','provenance':{'rome':"
		"'stated','kind':'text','place':'text'}}");
	json_t *got = effective_offer(lines);
	assert_true(json_equal(got, want));
	json_decref(got);
	json_decref(want);
	json_decref(lines);
}

static void test_a_school_that_publishes_is_known(void **state)
{
	(void)state;
	show("one", "[{'ref':'a','employer':{'name':'CFA de l’Essai'}},"
		    "{'ref':'b','employer':{'name':'Essai','naf':'85.59A'}},"
		    "{'ref':'c','employer':{'name':'Ecolab Essai'}},"
		    "{'ref':'d','employer':{'name':'École Inventée',"
		    "'school':'no'}}]");
	assert_true(says(find("one", "a").fields, "\"school\":\"yes\""));
	assert_true(says(find("one", "b").fields, "\"school\":\"yes\""));
	assert_false(says(find("one", "c").fields, "school"));
	assert_true(says(find("one", "d").fields, "\"school\":\"no\""));
}

/* --- the gate ----------------------------------------------------------------
 */

#define HELD                                                              \
	"'quality':{'outcome':'quarantine','symbols':['FEE'],'reasons':[" \
	"'demande de l’argent']}"

static int decide(struct store *s, void *ctx, struct err *err)
{
	enum offer_status status;
	return store_offer_decide(s, find("one", "a").id, *(bool *)ctx, NULL,
				  w.clock.now_s, &status, err) ||
			       polls_offer_decided(w.polls, "one", "a", err)
		       ? -1
		       : 0;
}

static void test_a_quarantined_offer_is_matched_when_accepted(void **state)
{
	(void)state;
	bool yes = true, no = false;
	show("two", "[{'ref':'b'}]");
	show("one", "[{'ref':'a'," HELD "}]");
	assert_int_equal(n_live(), 1);
	assert_true(says(last_event("offer.held"), "FEE"));
	assert_int_not_equal(find("one", "a").canonical,
			     find("two", "b").canonical);
	OK(store_tx(w.s, decide, &yes, E));
	/* Let in, it is found to be a copy. */
	assert_int_equal(find("one", "a").canonical,
			 find("two", "b").canonical);
	show("one", "[{'ref':'a'," HELD "}]");
	assert_int_equal(find("one", "a").status, OFFER_LIVE);
	/* Another content is judged anew. */
	show("one", "[{'ref':'a','start':'2027-03-01'," HELD "}]");
	assert_int_equal(find("one", "a").status, OFFER_QUARANTINED);
	assert_int_equal(n_live(), 1);
	OK(store_tx(w.s, decide, &no, E));
	show("one", "[{'ref':'a','start':'2027-03-01'," HELD "}]");
	assert_int_equal(find("one", "a").status, OFFER_REJECTED);
	assert_false(says(find("one", "a").fields, "levain"));
}

static void test_a_rejected_offer_is_never_matched(void **state)
{
	(void)state;
	struct polls_stats st;
	show("one",
	     "[{'ref':'a','quality':{'outcome':'reject','symbols':["
	     "'SCAM']}},{'ref':'n','title':'Serveur','rome':['G1803'],'description':'" OTHER_TEXT
	     "',"
	     "'quality':{'outcome':'note','symbols':['OLD']}}]");
	assert_int_equal(n_live(), 1);
	assert_int_equal(find("one", "a").status, OFFER_REJECTED);
	assert_int_equal(find("one", "n").status, OFFER_LIVE);
	assert_true(says(find("one", "n").judged, "OLD"));
	polls_stats(w.polls, &st);
	assert_int_equal(st.offers_held, 1);
	/* A live one that turns bad goes. */
	show("one",
	     "[{'ref':'a'},{'ref':'n','title':'Serveur','rome':['G1803'],'description':'" OTHER_TEXT
	     "'}]");
	assert_int_equal(find("one", "a").status, OFFER_LIVE);
	show("one",
	     "[{'ref':'a','quality':{'outcome':'reject'}},"
	     "{'ref':'n','title':'Serveur','rome':['G1803'],'description':'" OTHER_TEXT
	     "'}]");
	assert_int_equal(find("one", "a").status, OFFER_REJECTED);
	assert_true(says(last_event("offer.closed"), "\"a\""));
}

/* --- licences ----------------------------------------------------------------
 */

static void test_a_source_read_too_late_is_proposed_to_nobody(void **state)
{
	(void)state;
	configure("{'one':{'kind':'json','every_s':3600,'licence':{"
		  "'refresh_h':24}},'two':{'kind':'json','every_s':3600}}");
	show("one", "[{'ref':'a'}]");
	show("two", "[{'ref':'b','title':'Serveur','rome':['G1803'],"
		    "'description':'" OTHER_TEXT "'}]");
	assert_int_equal(n_live(), 2);
	clock_manual_advance(&w.clock, 25 * 3600);
	OK(polls_tick(w.polls, E));
	assert_int_equal(n_live(), 1);
	assert_int_equal(find("one", "a").status, OFFER_LIVE);
	json_t *rows = polls_report(w.polls, NULL);
	assert_true(js_bool(json_array_get(rows, 0), "stale", false));
	assert_false(js_bool(json_array_get(rows, 1), "stale", true));
	json_decref(rows);
	/* A restart does not make it fresh. */
	world_stop(&w);
	world_start(&w);
	configure("{'one':{'kind':'json','every_s':3600,'licence':{"
		  "'refresh_h':24}},'two':{'kind':'json','every_s':3600}}");
	polls_collector_up(w.polls);
	assert_int_equal(n_live(), 1);
	show("one", "[{'ref':'a'}]");
	OK(polls_tick(w.polls, E));
	assert_int_equal(n_live(), 2);
}

static void test_what_a_source_took_away_is_forgotten_at_once(void **state)
{
	(void)state;
	configure(
		"{'one':{'kind':'json','every_s':3600,'licence':{"
		"'strip_withdrawn':['no field','employer.name','description','url',"
		"'contact','no\\u0027field','place.postcode','place.insee','place.city']}},"
		"'two':{'kind':'json','every_s':3600}}");
	show("one", "[{'ref':'a'},{'ref':'b','title':'Vendeur','rome':["
		    "'D1106']}]");
	int64_t canonical = find("one", "a").canonical;
	show("one", "[{'ref':'b','title':'Vendeur','rome':['D1106']},"
		    "{'ref':'c','status':'withdrawn'}]");
	static const char *const gone[] = {"Fournil", "levain", "one.example",
					   "93048", "Montreuil"};
	for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
		assert_false(says(find("one", "a").fields, gone[i]));
		assert_false(says(find("one", "c").fields, gone[i]));
		assert_true(says(find("one", "b").fields, gone[i]));
	}
	/* Known again by the hash of what it said. */
	show("one", "[{'ref':'again'},{'ref':'b','title':'Vendeur','rome':["
		    "'D1106']}]");
	struct store_offer again = find("one", "again");
	assert_int_equal(again.canonical, canonical);
	assert_string_equal(again.reason, "the same content; shown anew");
}

/* A database that knew no copies: each poll finds those it shows. */
static void test_offers_of_an_older_database_find_their_copies(void **state)
{
	(void)state;
	show("one", "[{'ref':'a'}]");
	OK(db_script(w.s,
		     "DELETE FROM canonical_key; UPDATE offer SET keyed = 0",
		     E));
	show("two", "[{'ref':'b'}]");
	assert_int_equal(n_live(), 2);
	show("one", "[{'ref':'a'}]");
	assert_int_equal(n_live(), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_two_sources_tell_one_post_once),
		T(test_forty_stores_stay_forty_and_come_once),
		T(test_a_renumbered_offer_is_not_proposed_again),
		T(test_after_a_season_it_is_a_new_vacancy),
		T(test_an_offer_that_becomes_another_leaves),
		T(test_what_somebody_was_told_of_stays_together),
		T(test_changes_are_told_before_and_after),
		T(test_unknown_fields_come_from_the_other_copies),
		T(test_a_school_that_publishes_is_known),
		T(test_a_quarantined_offer_is_matched_when_accepted),
		T(test_a_rejected_offer_is_never_matched),
		T(test_a_source_read_too_late_is_proposed_to_nobody),
		T(test_what_a_source_took_away_is_forgotten_at_once),
		T(test_offers_of_an_older_database_find_their_copies),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
