/* SPDX-License-Identifier: EUPL-1.2 */
/* What the front asks: the model of the page behind a token, and the act. A
 * view changes nothing; an act is idempotent. The token stands for the address
 * that the message went to: whoever holds the old phone of somebody who has
 * another number now stops the old one, for everybody who shares it. */
#include "state.h"

#include "engine/plan/acts.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/num.h>
#include <etrier/people.h>
#include <etrier/store_events.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <stdlib.h>
#include <string.h>

/* What an unsubscribe token opens: "youth:ID:CHANNEL:ADDRESS",
 * "adviser:AGENCY:REF:ADDRESS" (no address holds a colon). */
struct target {
	enum channel channel;
	const char *address; /* as the planner wrote it; arena */
	int64_t person;	     /* 0: an adviser */
	const char *agency;
};

/* One question's memory: records point into the JSON they were read from. */
struct scope {
	struct engine_state *e;
	struct arena a;
	json_t *kept;
	struct err *err;
};

static json_t *keep(struct scope *s, const char *fields)
{
	json_t *v = js_parse(fields, strlen(fields), s->err);
	if (v)
		json_array_append_new(s->kept, v);
	return v;
}

/* first and second: the subject's two parts behind the kind. */
static int youth_target(struct scope *s, const char *first, const char *second,
			struct target *out)
{
	struct store_person row;
	int64_t id;
	int channel = vocab_find(&vocab_channel, second);
	if (channel == VOCAB_NONE || num_parse_int(first, 1, INT64_MAX, &id))
		return err_set(s->err, ERR_UNKNOWN, "odd token");
	if (store_person_get(s->e->store, id, false, &s->a, &row, s->err))
		return -1;
	out->channel = (enum channel)channel;
	out->person = row.id;
	out->agency = row.agency;
	return 0;
}

static int adviser_target(struct scope *s, const char *first,
			  const char *second, struct target *out)
{
	struct store_adviser row;
	if (store_adviser_get(s->e->store, first, second, &s->a, &row, s->err))
		return -1;
	out->channel = CHANNEL_EMAIL;
	out->agency = row.agency;
	return 0;
}

/* ERR_UNKNOWN: nothing behind it, whatever the reason. Any other kind: the
 * store or a record cannot be read, and nothing is known. */
static int find_target(struct scope *s, const char *token, struct target *out)
{
	struct store_token t;
	if (store_token_find(s->e->store, token, "u", clock_now(s->e->clock),
			     &s->a, &t, s->err))
		return -1;
	char *kind = arena_dup(&s->a, t.subject);
	char *first = strchr(kind, ':');
	char *second = first ? strchr(first + 1, ':') : NULL;
	char *address = second ? strrchr(second + 1, ':') : NULL;
	if (!address || !address[1])
		return err_set(s->err, ERR_UNKNOWN, "odd token");
	*first++ = *second++ = *address++ = '\0';
	*out = (struct target){.address = address};
	int result;
	if (str_eq(kind, "youth"))
		result = youth_target(s, first, second, out);
	else if (str_eq(kind, "adviser"))
		result = adviser_target(s, first, second, out);
	else
		return err_set(s->err, ERR_UNKNOWN, "odd token");
	return result;
}

struct refusing {
	struct engine_state *e;
	const struct target *t;
	const char *token;
};

static int note(struct store *s, const struct refusing *k, int64_t now,
		struct err *err)
{
	json_t *data = json_object();
	js_put_str(data, "channel",
		   vocab_code(&vocab_channel, (int)k->t->channel));
	char *text = json_dumps(data, JSON_COMPACT);
	const struct store_event event = {.at = now,
					  .kind = "optout",
					  .person = k->t->person,
					  .agency = k->t->agency,
					  .by = "link",
					  .data = text};
	int result = store_event_add(s, &event, err);
	free(text);
	json_decref(data);
	return result;
}

/* Messages already planned for the address are not looked for: every one is
 * checked again when it is claimed. */
static int refuse(struct store *s, void *ctx, struct err *err)
{
	const struct refusing *k = ctx;
	int64_t now = clock_now(k->e->clock);
	bool is_new;
	if (store_token_use(s, k->token, now, err) ||
	    store_optout_add(s, k->t->channel, k->t->address, now, "link",
			     &is_new, err))
		return -1;
	return is_new ? note(s, k, now, err) : 0;
}

/* The agency's name and the channel, and nothing about the person. */
static json_t *model_of(struct scope *s, const struct target *t)
{
	struct store_agency row = {.code = NULL};
	struct agency agency = {0};
	/* NOLINTNEXTLINE: agency is all zero before */
	if (t->agency &&
	    !store_agency_get(s->e->store, t->agency, &s->a, &row, s->err)) {
		json_t *v = keep(s, row.fields);
		if (!v || agency_from_json(v, &agency, s->err))
			agency.name = NULL;
	}
	json_t *m = json_object();
	js_put_str(m, "agency", agency.name ? agency.name : "étrier");
	js_put_str(m, "channel_fr",
		   t->channel == CHANNEL_SMS ? "SMS" : "e-mail");
	json_object_set_new(m, "is_sms",
			    json_boolean(t->channel == CHANNEL_SMS));
	return m;
}

static void answer_link(struct engine_state *e, const char *token, bool acts,
			json_t *reply)
{
	struct err err = {0};
	struct scope s = {.e = e, .kept = json_array(), .err = &err};
	struct target t;
	arena_init(&s.a);
	int result = find_target(&s, token, &t);
	struct refusing k = {e, &t, token};
	if (!result && acts)
		result = store_tx(e->store, refuse, &k, &err);
	json_object_set_new(reply, "found", json_boolean(!result));
	if (!result)
		json_object_set_new(reply, "model", model_of(&s, &t));
	else if (err.kind != ERR_UNKNOWN)
		json_object_set_new(reply, "failed", json_true());
	json_decref(s.kept);
	arena_clear(&s.a);
}

/* The pages of an offer, its answer, a digest, and the public one. */
static void answer_page(struct engine_state *e, const json_t *line, bool acts,
			json_t *reply)
{
	struct err err = {0};
	json_t *model =
		plan_page(e->planner, js_str(line, "kind", ""),
			  js_str(line, "token", ""), acts ? line : NULL, &err);
	json_object_set_new(reply, "found", json_boolean(model != NULL));
	if (model)
		json_object_set_new(reply, "model", model);
	else if (err.kind != ERR_UNKNOWN)
		json_object_set_new(reply, "failed", json_true());
	if (model && acts)
		e->wake(e);
}

static bool is_page(const char *kind)
{
	return str_eq(kind, "o") || str_eq(kind, "a") || str_eq(kind, "d") ||
	       str_eq(kind, "method");
}

static void put_text(json_t *reply, char *text_take)
{
	json_object_set_new(reply, "found", json_boolean(text_take != NULL));
	js_put_str(reply, "text", text_take);
	free(text_take);
}

/* That the engine answers and the database can be read: a look for a token that
 * cannot exist costs one key of an index. */
static void answer_health(struct engine_state *e, json_t *reply)
{
	struct store_token t;
	struct err err = {0};
	struct arena a;
	arena_init(&a);
	(void)store_token_find(e->store, "", "u", clock_now(e->clock), &a, &t,
			       &err);
	bool is_well = err.kind == ERR_UNKNOWN;
	json_object_set_new(reply, "found", json_boolean(is_well));
	js_put_str(reply, "text",
		   is_well ? "ok\n" : "the database cannot be read\n");
	arena_clear(&a);
}

json_t *control_answer_front(struct engine_state *e, const char *type,
			     const json_t *line)
{
	bool acts = str_eq(type, "act");
	const char *kind = js_str(line, "kind", "");
	json_t *reply = wire_line(acts ? "done" : "page");
	struct err err = {0};
	js_put_int(reply, "id", js_int(line, "id", -1), -1);
	if (str_eq(kind, "u"))
		answer_link(e, js_str(line, "token", ""), acts, reply);
	else if (is_page(kind))
		answer_page(e, line, acts, reply);
	else if (!acts && str_eq(kind, "metrics"))
		put_text(reply, control_metrics(e, &err));
	else if (!acts && str_eq(kind, "health"))
		answer_health(e, reply);
	else
		json_object_set_new(reply, "found", json_false());
	return reply;
}
