/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TEST_PLAN_FIXTURE_H
#define ETRIER_TEST_PLAN_FIXTURE_H

#include "store_fixture.h"

#include "engine/plan/plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/live.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/outbox.h>
#include <etrier/plan.h>
#include <etrier/polls.h>
#include <etrier/refdata.h>

/* Shared by the tests of planner, polls and outbox and by the simulations: a
 * small invented network (a Mission Locale ML1, a CFA), the shipped rules and
 * tables, a clock moved by hand, and lanes and a collector that are lists of
 * lines. */
struct world {
	struct clock_manual clock;
	struct store *s;
	struct live *live;
	struct planner *planner;
	struct polls *polls;
	struct outbox *outbox;
	struct plan_settings set;
	struct arena a;
	json_t *polled;	   /* lines to the collector */
	json_t *delivered; /* lines to lanes */
	const char *waves; /* rules over the shipped ones; NULL: WORLD_WAVES */
	int n_offers;
};

static struct refdata *world_tables;

static inline struct refdata *world_refdata(void)
{
	struct err err = {0};
	if (!world_tables)
		world_tables = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	if (!world_tables)
		fail_msg("%s", err.text);
	return world_tables;
}

static inline int world_refdata_free(void **state)
{
	(void)state;
	refdata_free(world_tables);
	world_tables = NULL;
	return 0;
}

/* So many places that everybody has their turn at once. */
#define WORLD_WAVES "waves: {per_position: 100}\n"
static inline struct rules *world_rules(const char *waves)
{
	struct diags d;
	FILE *f = fopen(SOURCE_DIR "/conf/rules.yaml", "r");
	char text[32768];
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof(text), f);
	fclose(f);
	struct rules_text t[] = {{"rules.yaml", text, n},
				 {"waves.yaml", waves, strlen(waves)}};
	diags_init(&d);
	struct rules *r = rules_compile(t, 2, NULL, &d);
	diags_print(&d, stderr);
	diags_clear(&d);
	assert_non_null(r);
	return r;
}

static inline void world_take_poll(void *ctx, json_t *line_take)
{
	json_array_append_new(((struct world *)ctx)->polled, line_take);
}

static inline void world_take_deliver(void *ctx, const char *lane,
				      json_t *line_take)
{
	json_object_set_new(line_take, "lane", json_string(lane));
	json_array_append_new(((struct world *)ctx)->delivered, line_take);
}

static inline void world_settings(struct plan_settings *s)
{
	json_t *config = fixture_json(
		"{'planner':{'hold_minutes':0},'agency_defaults':{'sms_sender':'MISSIONLOC'},"
		"'mail':{'transport':'smtp','from_address':'offres@ml.example',"
		"'from_name':'Missions Locales'},'sms':{'gateway':'file'},"
		"'front':{'base_url':'https://o.ml.example'}}");
	plan_settings_read(s, config);
	json_decref(config);
}

/* Everything that lives in the engine's memory, from what is stored. */
static inline void world_start(struct world *w)
{
	struct rules *rules = world_rules(w->waves ? w->waves : WORLD_WAVES);
	OK(store_rules_put(w->s, rules->sets[0].id, "text", w->clock.now_s, E));
	w->live = live_new(w->s, world_refdata(), &w->clock.clock, rules);
	w->planner = planner_new(w->s, w->live, &w->clock.clock);
	planner_configure(w->planner, &w->set);
	w->polls = polls_new(
		w->s, w->live, &w->clock.clock,
		&(struct polls_ops){.send = world_take_poll, .ctx = w});
	w->outbox = outbox_new(
		w->s, w->planner, &w->clock.clock,
		&(struct outbox_ops){.send = world_take_deliver, .ctx = w});
	OK(outbox_recover(w->outbox, E));
	OK(live_load(w->live, E));
}

static inline void world_stop(struct world *w)
{
	outbox_free(w->outbox);
	polls_free(w->polls);
	planner_free(w->planner);
	live_free(w->live);
}

static inline void world_open(struct world *w, const char *path,
			      const char *instant)
{
	int64_t now;
	*w = (struct world){.waves = WORLD_WAVES};
	assert_int_equal(instant_parse(instant, &now), 0);
	clock_manual_init(&w->clock, now);
	w->s = fixture_open(path);
	arena_init(&w->a);
	w->polled = json_array();
	w->delivered = json_array();
	world_settings(&w->set);
	world_start(w);
}

static inline void world_close(struct world *w)
{
	world_stop(w);
	store_close(w->s);
	arena_clear(&w->a);
	json_decref(w->polled);
	json_decref(w->delivered);
	plan_settings_clear(&w->set);
}

static inline void world_at(struct world *w, const char *instant)
{
	int64_t now;
	assert_int_equal(instant_parse(instant, &now), 0);
	w->clock.mono_ms +=
		now > w->clock.now_s ? (now - w->clock.now_s) * 1000 : 1000;
	w->clock.now_s = now;
}

static inline void world_settle(struct world *w)
{
	struct err err = {0};
	while (live_work(w->live, 1000, &err))
		;
	if (err.kind)
		fail_msg("%s", err.text);
}

/* --- people --------------------------------------------------------------- */

static inline void world_agency(struct world *w, const char *fields,
				enum agency_mode mode)
{
	enum store_change change;
	enum agency_mode old;
	json_t *v = fixture_json(fields);
	const char *code = js_str(v, "code", "");
	OK(store_agency_put(w->s, v, &change, E));
	if (mode != AGENCY_OFF)
		OK(store_agency_set_mode(w->s, code, mode, w->clock.now_s, &old,
					 E));
	json_decref(v);
}

static inline void world_adviser(struct world *w, const char *fields)
{
	enum store_change change;
	json_t *v = fixture_json(fields);
	OK(store_adviser_put(w->s, v, &change, E));
	json_decref(v);
}

/* One more file of the origin, whole: rows is a JSON list. */
static inline void world_import(struct world *w, const char *origin, int kind,
				json_t *rows_take)
{
	size_t i;
	json_t *row;
	int64_t import;
	OK(store_origin_put(w->s, origin, kind, NULL, E));
	OK(store_stage_begin(w->s, origin, E));
	json_array_foreach(rows_take, i, row)
	{
		enum store_verdict v;
		OK(store_stage_youth(w->s, origin, row, (int64_t)i + 2, &v, E));
	}
	OK(store_stage_apply(w->s, origin, w->clock.now_s, &import, E));
	json_decref(rows_take);
	for (int64_t id = 1; id <= (int64_t)i + 1000; id++) {
		struct store_person p;
		if (!store_person_get(w->s, id, false, &w->a, &p, NULL))
			live_person_changed(w->live, id);
	}
	arena_reset(&w->a);
}

/* A grown-up baker of Montreuil who may be written to; more overrides. */
static inline json_t *world_youth(const char *ref, const char *more)
{
	json_t *v = fixture_json(
		"{'first_name':'Lina','last_name':'Inventée',"
		"'birth_date':'2004-03-14','phone':'+33639980001',"
		"'email':'lina@jeune.example','channel':'sms','agency':'ML1',"
		"'adviser':'sarah','lat':48.8638,'lon':2.4485,"
		"'rome':['D1102'],'contracts':['apprenticeship','permanent'],"
		"'modes':['transit'],'max_minutes':60,"
		"'available_from':'2026-01-01','consent_email':'yes',"
		"'consent_sms':'yes','informed_on':'2026-01-05',"
		"'status':'active'}");
	json_t *extra = fixture_json(more);
	int64_t n;
	json_object_set_new(v, "ref", json_string(ref));
	/* Each a number and an address of their own. */
	if (!num_parse_int(ref, 2, 9999, &n)) {
		char text[40];
		snprintf(text, sizeof(text), "+3363998%04d", (int)n);
		json_object_set_new(v, "phone", json_string(text));
		snprintf(text, sizeof(text), "lina%d@jeune.example", (int)n);
		json_object_set_new(v, "email", json_string(text));
	}
	json_object_update(v, extra);
	json_decref(extra);
	return v;
}

static inline int64_t world_id(struct world *w, const char *origin,
			       const char *ref)
{
	struct store_person p;
	OK(store_person_find(w->s, origin, ref, false, &w->a, &p, E));
	return p.id;
}

/* A Mission Locale whose adviser Sarah follows n young people, in this mode. */
static inline void world_people(struct world *w, int n, const char *more,
				enum agency_mode mode)
{
	json_t *rows = json_array();
	world_agency(w,
		     "{'code':'ML1','name':'Mission Locale d’Essai',"
		     "'kind':'ml','phone':'+33139980000',"
		     "'email':'contact@ml.example'}",
		     mode);
	world_adviser(w, "{'ref':'sarah','agency':'ML1','first_name':'Sarah',"
			 "'last_name':'Inventée','email':'sarah@ml.example',"
			 "'phone':'+33139980001'}");
	for (int i = 1; i <= n; i++) {
		char ref[16];
		snprintf(ref, sizeof(ref), "%d", i);
		json_array_append_new(rows, world_youth(ref, more));
	}
	if (n)
		world_import(w, "ml1", 0, rows);
	else
		json_decref(rows);
	world_settle(w);
}

/* --- offers --------------------------------------------------------------- */

/* A bakery of Montreuil looks for an apprentice; more overrides. */
static inline json_t *world_offer_line(int n, const char *more)
{
	json_t *v =
		fixture_json("{'source':'essai','title':'Apprenti boulanger',"
			     "'kind':'apprenticeship','rome':['D1102'],"
			     "'employer':{'name':'Le Fournil d’Essai'},"
			     "'place':{'precision':'commune','insee':'93048',"
			     "'city':'Montreuil','lat':48.8638,'lon':2.4485},"
			     "'status':'live'}");
	char ref[32], url[64];
	snprintf(ref, sizeof(ref), "r%d", n);
	json_object_set_new(v, "ref", json_string(ref));
	/* Posts of their own: nothing but a link tells them apart. */
	snprintf(url, sizeof(url), "https://offres.example/%d", n);
	json_object_set_new(v, "url", json_string(url));
	json_t *extra = fixture_json(more);
	json_object_update(v, extra);
	json_decref(extra);
	return v;
}

static inline int64_t world_offer(struct world *w, const char *more)
{
	json_t *line = world_offer_line(++w->n_offers, more);
	struct offer o;
	struct arena a;
	int64_t canonical;
	enum store_offer_change change;
	char hash[33];
	arena_init(&a);
	OK(offer_from_json(line, &a, &o, E));
	offer_content_hash(&o, hash);
	char *fields = json_dumps(line, JSON_COMPACT);
	struct store_offer_in in = {.source = o.source,
				    .ref = o.ref,
				    .hash = hash,
				    .fields = fields,
				    .expires = o.expires};
	OK(store_offer_put(w->s, &in, w->clock.now_s, &canonical, &change, E));
	OK(live_offer_put(w->live, canonical, &o, E));
	free(fields);
	arena_clear(&a);
	json_decref(line);
	return canonical;
}

/* --- planning and sending --------------------------------------------------
 */

/* Places are given out; nothing is planned. */
static inline void world_turns(struct world *w)
{
	do {
		world_settle(w);
		OK(plan_turns_tick(w->planner, E));
	} while (w->planner->turns.is_busy);
}

/* Plan until nothing more is due; how many messages. */
static inline int world_plan(struct world *w)
{
	int total = 0, n;
	do {
		world_settle(w);
		OK(planner_tick(w->planner, &n, E));
		total += n;
	} while (n || planner_has_more(w->planner));
	return total;
}

static inline int64_t world_count(struct world *w, enum store_audience to,
				  unsigned states)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	int64_t n;
	q.audience = (int)to;
	q.states = states;
	OK(store_messages_count(w->s, &q, &n, E));
	return n;
}

static inline void world_say(struct world *w, const char *lane,
			     const char *type, const char *line)
{
	json_t *v = fixture_json(line);
	OK(outbox_line(w->outbox, lane, type, v, E));
	json_decref(v);
}

/* A lane comes up and tells its templates. */
static inline void world_lane_up(struct world *w, const char *lane)
{
	outbox_lane_up(w->outbox, lane);
	if (str_starts(lane, "sms")) {
		world_say(w, lane, "template",
			  "{'lang':'fr','kind':'offer','channel':'sms',"
			  "'hash':'h3','text':'t3'}");
		return;
	}
	world_say(w, lane, "template",
		  "{'lang':'fr','kind':'digest','channel':'email',"
		  "'hash':'h1','text':'t1'}");
	world_say(w, lane, "template",
		  "{'lang':'fr','kind':'offer','channel':'email',"
		  "'hash':'h2','text':'t2'}");
}

static inline void world_lanes_up(struct world *w)
{
	world_lane_up(w, "mail-1");
	world_lane_up(w, "sms-1");
}

/* The line a lane was given last, borrowed. */
static inline const json_t *world_last(struct world *w)
{
	size_t n = json_array_size(w->delivered);
	return n ? json_array_get(w->delivered, n - 1) : NULL;
}

static inline void world_verdict(struct world *w, const json_t *line,
				 const char *result, const char *reason)
{
	json_t *v = json_pack("{s:I,s:s,s:s}", "id", js_int(line, "id", 0),
			      "result", result, "reason", reason);
	OK(outbox_line(w->outbox, js_str(line, "lane", ""), "verdict", v, E));
	json_decref(v);
}

#endif
