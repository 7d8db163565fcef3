/* SPDX-License-Identifier: EUPL-1.2 */
/* The planner's clockwork and the question the outbox asks before it lets a
 * message go. */
#include "acts.h"
#include "arrivals.h"
#include "digest.h"
#include "youth.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* A stream that is paused is looked at again after so long. */
#define PAUSED_LOOK_S 3600

struct planner *planner_new(struct store *store, struct live *live,
			    const struct clock *clock)
{
	struct planner *p = mem_alloc(sizeof(*p));
	p->store = store;
	p->live = live;
	p->clock = clock;
	p->done_day = p->coverage_day = p->events_day = DATE_NONE;
	turns_init(&p->turns, store, live, clock);
	arena_init(&p->todo_arena);
	map_init(&p->done);
	p->arrivals = arrivals_new();
	return p;
}

void planner_configure(struct planner *p, const struct plan_settings *s)
{
	p->settings = s;
}

void planner_set_advice(struct planner *p, const struct advice *advice)
{
	p->advice = advice;
}

void planner_free(struct planner *p)
{
	if (!p)
		return;
	arena_clear(&p->todo_arena);
	map_clear(&p->done, NULL);
	turns_clear(&p->turns);
	digest_day_free(p->digest_day);
	free(p->waits);
	free(p->is_waiting);
	arrivals_free(p->arrivals);
	free(p);
}

int planner_tick(struct planner *p, int *n, struct err *err)
{
	*n = 0;
	p->has_more = false;
	if (plan_arrivals_tick(p, err))
		return -1;
	if (!p->settings || !live_is_settled(p->live))
		return 0;
	if (plan_turns_tick(p, err))
		return -1;
	if (p->turns.is_busy) {
		p->has_more = true;
		return 0;
	}
	if (plan_coverage_tick(p, err) || plan_digest_tick(p, n, err))
		return -1;
	return plan_youth_tick(p, n, err) || plan_events_tick(p, n, err) ? -1
									 : 0;
}

const struct wave_rules *plan_waves(const struct planner *p)
{
	return &live_env(p->live)->rules->waves;
}

bool planner_has_more(const struct planner *p)
{
	return p->has_more;
}

static void read_text(char **out, const json_t *group, const char *key)
{
	const char *s = js_str(group, key, "");
	*out = mem_dup(s);
}

/* NULL when nothing is set. */
static char *read_override(const json_t *config, const char *key)
{
	const json_t *to = json_object_get(json_object_get(config, "delivery"),
					   "override_to");
	const char *s = js_str(to, key, NULL);
	char e164[17];
	if (s && str_eq(key, "sms") && phone_normalise(s, e164))
		return mem_dup(e164);
	return s ? mem_dup(s) : NULL;
}

bool planner_override(const struct planner *p, enum channel channel,
		      const char **address)
{
	const struct plan_settings *s = p->settings;
	*address = NULL;
	if (!s || (!s->override_email && !s->override_sms))
		return false;
	*address = channel == CHANNEL_SMS ? s->override_sms : s->override_email;
	return true;
}

static void read_slots(struct plan_settings *out, const json_t *list)
{
	for (size_t i = 0;
	     i < json_array_size(list) && out->n_sms_slots < PLAN_SLOTS_MAX;
	     i++) {
		struct plan_span *span = &out->sms_slots[out->n_sms_slots];
		const char *s = json_string_value(json_array_get(list, i));
		if (s && !minute_span_parse(s, &span->from, &span->until))
			out->n_sms_slots++;
	}
}

void plan_settings_read(struct plan_settings *out, const json_t *config)
{
	const json_t *planner = json_object_get(config, "planner");
	const json_t *agency = json_object_get(config, "agency_defaults");
	const json_t *mail = json_object_get(config, "mail");
	const json_t *sms = json_object_get(config, "sms");
	*out = (struct plan_settings){
		.is_open = str_eq(js_str(planner, "windows", ""), "open"),
		.digest_people = (int)js_int(planner, "digest_people", 15),
		.digest_offers = (int)js_int(planner, "digest_offers", 3),
		.first_digest_people =
			(int)js_int(planner, "first_digest_people", 15),
		.youth_per_day = (int)js_int(planner, "youth_per_day", 1),
		.youth_per_week = (int)js_int(planner, "youth_per_week", 2),
		.sms_from = (int)js_int(planner, "sms_from", 9 * 60),
		.sms_until = (int)js_int(planner, "sms_until", 19 * 60 + 30),
		.mail_from = (int)js_int(planner, "mail_from", 8 * 60),
		.mail_until = (int)js_int(planner, "mail_until", 19 * 60 + 30),
		.hold_s = 60 * (int)js_int(planner, "hold_minutes", 120),
		.offer_max_age_days =
			(int)js_int(planner, "offer_max_age_days", 45),
		.digest_at = (int)js_int(agency, "digest_at", 8 * 60),
		.heartbeat = js_bool(planner, "heartbeat", false),
		.tone = vocab_find(&vocab_tone, js_str(agency, "tone", "tu")),
		.mail_goes = !str_eq(js_str(mail, "transport", "none"), "none"),
		.sms_goes = !str_eq(js_str(sms, "gateway", "none"), "none"),
		.reads_bounces =
			!str_is_empty(js_str(mail, "bounces", "")) ||
			json_object_size(json_object_get(mail, "bounces"))};
	read_slots(out, json_object_get(planner, "sms_slots"));
	read_text(&out->sms_sender, agency, "sms_sender");
	read_text(&out->sms_gateway, sms, "gateway");
	read_text(&out->sms_profile, sms, "profile");
	out->sms_budget = js_int(sms, "budget_month", -1);
	read_text(&out->from_address, mail, "from_address");
	read_text(&out->digest_from, mail, "digest_from_address");
	read_text(&out->from_name, mail, "from_name");
	read_text(&out->bounce_domain, mail, "bounce_domain");
	read_text(&out->list_domain, mail, "list_domain");
	out->override_email = read_override(config, "email");
	out->override_sms = read_override(config, "sms");
	out->notice_to = json_incref(
		json_object_get(json_object_get(config, "watch"), "mail_to"));
	out->sources = json_incref(json_object_get(config, "sources"));
	const json_t *front = json_object_get(config, "front");
	read_text(&out->base_url, front, "base_url");
	out->has_pages = !str_eq(js_str(front, "listen", "off"), "off");
}

void plan_settings_clear(struct plan_settings *s)
{
	free(s->sms_sender);
	free(s->sms_gateway);
	free(s->sms_profile);
	free(s->from_address);
	free(s->digest_from);
	free(s->from_name);
	free(s->bounce_domain);
	free(s->list_domain);
	free(s->base_url);
	free(s->override_email);
	free(s->override_sms);
	json_decref(s->notice_to);
	json_decref(s->sources);
	*s = (struct plan_settings){0};
}

/* --- may it still go? ----------------------------------------------------- */

/* What outbox.c, or the store after a death, wrote about an attempt whose
 * answer never came. */
bool plan_is_in_doubt(const struct store_message *m)
{
	return m->model && m->reason &&
	       (str_starts(m->reason, PLAN_IN_DOUBT) ||
		str_eq(m->reason, "lane died") || str_eq(m->reason, "restart"));
}

static int refill_one(void *ctx, const struct store_proposal *row)
{
	struct planner *p = ctx;
	live_refill(p->live, row->person);
	return 0;
}

int plan_refill_shown(struct planner *p, int64_t message, struct err *err)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	q.message = message;
	return store_ledger_each(p->store, &q, refill_one, p, err);
}

/* Since it was planned the CFA may have set it aside. */
static int recheck_cfa(struct planner *p, int64_t person, int64_t canonical,
		       const char **why, struct err *err)
{
	const char *words;
	struct arena a;
	arena_init(&a);
	int result = plan_cfa_dismissal(p, person, canonical, &a, &words, err);
	if (!result && words)
		*why = "the CFA set the offer aside";
	arena_clear(&a);
	return result;
}

/* The youth's one offer: still live and, unless it is written already, still
 * worth sending? */
static int recheck_offer(struct planner *p, const struct store_message *m,
			 const char **why, struct err *err)
{
	int64_t canonical = 0;
	struct verdict v;
	struct err gone;
	bool is_over = false;
	/* What an adviser decided stands, whoever's turn it is. */
	bool is_approved = plan_class_of(m) == PLAN_APPROVED;
	if (plan_offer_of(p, m->id, &canonical, err))
		return -1;
	if (canonical && !m->model &&
	    plan_turn_is_over(p, m->person, canonical, &is_over, err))
		return -1;
	if (!canonical ||
	    live_evaluate(p->live, m->person, canonical,
			  paris_date(clock_now(p->clock)), &v, &gone))
		*why = "the offer is gone";
	else if (!m->model && v.decision != DECISION_SEND &&
		 (!is_approved || v.decision == DECISION_EXCLUDE))
		*why = "the verdict is another now";
	else if (is_over && !is_approved)
		*why = "it is somebody else's turn now";
	return *why || is_approved || m->model
		       ? 0
		       : recheck_cfa(p, m->person, canonical, why, err);
}

/* A meeting: still announced? */
static int recheck_event(struct planner *p, const struct store_message *m,
			 const char **why, struct err *err)
{
	int64_t canonical = 0;
	if (plan_offer_of(p, m->id, &canonical, err))
		return -1;
	if (!canonical || !live_offer(p->live, canonical))
		*why = "the offer is gone";
	return 0;
}

/* Does the frozen line still lead to this person? */
static bool is_same_address(const struct store_message *m,
			    const struct person *p)
{
	struct err ignored;
	json_t *line = js_parse(m->model, strlen(m->model), &ignored);
	bool is_same =
		str_eq(js_str(json_object_get(line, "to"), "address", NULL),
		       m->channel == CHANNEL_SMS ? p->phone : p->email);
	json_decref(line);
	return is_same;
}

/* The way it would go: is there money left, do mails wait for complaints to
 * cease? Both end by themselves. */
static int recheck_way(struct planner *p, const struct store_message *m,
		       int64_t *at, const char **why, struct err *err)
{
	const struct plan_trouble *t;
	struct plan_budget b;
	if (m->channel == CHANNEL_SMS) {
		if (plan_budget_get(p, m->agency, &b, err))
			return -1;
		if (b.limit >= 0 && b.spent >= b.limit) {
			*why = "the SMS budget of this month is spent";
			*at = b.until;
		}
		return 0;
	}
	if (plan_trouble_look(p, &t, err))
		return -1;
	if (t->is_paused) {
		*why = "too many complaints: mails wait";
		*at = clock_now(p->clock) + PAUSED_LOOK_S;
	}
	return 0;
}

static int recheck_youth(struct planner *p, const struct store_message *m,
			 const struct store_agency *agency,
			 struct plan_scope *s, int64_t *at, const char **why,
			 struct err *err)
{
	struct plan_person person;
	struct err lost = {0};
	if (plan_person_get(p, m->person, s, &person, &lost)) {
		*why = "the person is not there";
		*err = lost;
		return lost.kind == ERR_STORE ? -1 : 0;
	}
	if (!str_eq(person.row.agency, m->agency))
		*why = "the person is another agency's now";
	else if (m->model && !is_same_address(m, &person.p))
		*why = "the address is another now";
	if (*why)
		return 0;
	struct plan_ask ask = {.person = &person,
			       .agency = agency,
			       .channel = m->channel,
			       .class = plan_class_of(m),
			       .own = m};
	if (plan_permit(p, &ask, at, why, err))
		return -1;
	if (*why || ask.class == PLAN_CALL || ask.class == PLAN_STOP)
		return 0;
	if (ask.class == PLAN_EVENT ? recheck_event(p, m, why, err)
				    : recheck_offer(p, m, why, err))
		return -1;
	return *why || m->is_preview ? 0 : recheck_way(p, m, at, why, err);
}

static int recheck(struct planner *p, const struct store_message *m,
		   struct plan_scope *s, int64_t *at, const char **why,
		   struct err *err)
{
	struct store_agency agency;
	struct agency fields;
	struct adviser adviser;
	struct err lost = {0};
	if (m->expires != INSTANT_NONE && m->expires <= clock_now(p->clock)) {
		*why = "expired";
		return 0;
	}
	if (m->audience == STORE_TO_ADMIN) {
		*why = plan_notice_refused(p, m);
		return 0;
	}
	if (plan_agency_get(p, m->agency, s, &agency, &fields, &lost)) {
		*why = "the agency is not there";
		*err = lost;
		return lost.kind == ERR_STORE ? -1 : 0;
	}
	if (m->audience != STORE_TO_YOUTH &&
	    !plan_mode_sends(agency.mode, m->audience))
		*why = "the agency's mode sends this no more";
	else if ((agency.mode == AGENCY_PREVIEW) != m->is_preview)
		*why = "the agency's mode changed";
	else if (m->audience == STORE_TO_YOUTH)
		return recheck_youth(p, m, &agency, s, at, why, err);
	else
		return plan_digest_recipient(p, m->agency, m->recipient, s,
					     &adviser, why, err);
	return 0;
}

int plan_recheck(struct planner *p, const struct store_message *m,
		 enum plan_answer *answer, int64_t *at, const char **why,
		 struct err *err)
{
	struct plan_scope s;
	*at = INSTANT_NONE;
	*why = NULL;
	plan_scope_begin(p, &s);
	int result = recheck(p, m, &s, at, why, err);
	*answer = !*why			? PLAN_GO
		  : *at != INSTANT_NONE ? PLAN_WAIT
					: PLAN_CANCEL;
	plan_scope_end(p, &s);
	return result;
}
