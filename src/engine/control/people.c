/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about agencies and young people. Lists show internal ids and
 * dossier references, never names: who is allowed to read a name looks into
 * the system the file came from. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/person.h>
#include <etrier/store_copy.h>
#include <etrier/store_events.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

/* --- agencies ---------------------------------------------------------------
 */

struct counting {
	struct engine_state *e;
	struct control_call *call;
	struct err *err;
};

static int count_adviser(void *ctx, const struct store_adviser *row)
{
	(void)row;
	++*(int64_t *)ctx;
	return 0;
}

static int show_agency(void *ctx, const struct store_agency *row)
{
	struct counting *k = ctx;
	int64_t n_people = 0, n_advisers = 0;
	bool is_cfa = str_eq(vocab_code(&vocab_origin_kind, row->kind), "cfa");
	struct store_people_query q = {.active_only = true};
	*(is_cfa ? &q.cfa_agency : &q.agency) = row->code;
	if (store_people_count(k->e->store, &q, &n_people, k->err) ||
	    store_advisers_each(k->e->store, row->code, count_adviser,
				&n_advisers, k->err))
		return -1;
	json_t *fields = js_parse(row->fields, strlen(row->fields), NULL);
	json_t *out = json_object();
	js_put_str(out, "code", row->code);
	js_put_str(out, "kind", vocab_code(&vocab_origin_kind, row->kind));
	js_put_str(out, "mode", vocab_code(&vocab_agency_mode, (int)row->mode));
	control_put_instant(out, "mode_since", row->mode_since);
	js_put_int(out, "people", n_people, -1);
	js_put_int(out, "advisers", n_advisers, -1);
	js_put_str(out, "name", js_str(fields, "name", NULL));
	json_decref(fields);
	control_row(k->call, out);
	return 0;
}

void cmd_agency_list(struct control_call *call, const json_t *args)
{
	struct err err = {0};
	struct counting k = {control_state(call), call, &err};
	(void)args;
	if (store_agencies_each(k.e->store, show_agency, &k, &err) || err.kind)
		control_fail(call, &err);
	else
		control_end(call, 0, NULL);
}

/* A change of mode and the event that says who did it, together. */
struct mode_change {
	struct engine_state *e;
	const char *code, *by;
	enum agency_mode mode, old;
};

static int set_mode(struct store *s, void *ctx, struct err *err)
{
	struct mode_change *k = ctx;
	int64_t now = clock_now(k->e->clock);
	if (store_agency_set_mode(s, k->code, k->mode, now, &k->old, err))
		return -1;
	/* Somebody has looked: a restored copy is theirs now. */
	if (store_restored_forget(s, err))
		return -1;
	if (k->old == k->mode)
		return 0;
	char data[80];
	snprintf(data, sizeof(data), "{\"from\":\"%s\",\"to\":\"%s\"}",
		 vocab_code(&vocab_agency_mode, (int)k->old),
		 vocab_code(&vocab_agency_mode, (int)k->mode));
	return store_event_add(s,
			       &(struct store_event){.at = now,
						     .kind = "mode",
						     .agency = k->code,
						     .by = k->by,
						     .data = data},
			       err);
}

void cmd_agency_set(struct control_call *call, const json_t *args)
{
	const char *code = control_word(args, 0), *key = control_word(args, 1);
	const char *word = control_word(args, 2);
	int mode = vocab_find(&vocab_agency_mode, word);
	char by[32];
	struct err err = {0};
	if (!code || !str_eq(key, "mode") || mode == VOCAB_NONE) {
		control_error(call, 2,
			      "usage: agency set CODE mode "
			      "off|preview|digest_only|approval|automatic");
		return;
	}
	struct mode_change k = {.e = control_state(call),
				.code = code,
				.by = control_by(call, by),
				.mode = (enum agency_mode)mode};
	if (store_tx(k.e->store, set_mode, &k, &err)) {
		control_error(call, 1, "%s",
			      err.kind == ERR_UNKNOWN
				      ? "no agency of that code (agency list)"
				      : err.text);
		return;
	}
	live_refill_agency(k.e->live, code);
	log_event(LOG_NOTICE, "agency.mode", LOG_S("agency", code),
		  LOG_S("from", vocab_code(&vocab_agency_mode, (int)k.old)),
		  LOG_S("to", word));
	k.e->wake(k.e);
	control_end(call, 0, "%s: %s (was %s)", code, word,
		    vocab_code(&vocab_agency_mode, (int)k.old));
}

/* --- young people --------------------------------------------------------- */

struct listing {
	struct engine_state *e;
	struct control_call *call;
	bool no_trade, gone_only;
	int n, limit;
};

static int show_in_list(void *ctx, const struct store_person *row)
{
	struct listing *k = ctx;
	json_t *fields = js_parse(row->fields, strlen(row->fields), NULL);
	bool has_trade = json_array_size(json_object_get(fields, "rome")) > 0;
	bool shown =
		(!k->no_trade || !has_trade) && (!k->gone_only || row->is_gone);
	json_decref(fields);
	if (!shown)
		return 0;
	struct live_candidate c[LIVE_CANDIDATES_MAX];
	struct err ignored;
	size_t n = 0;
	(void)live_candidates(k->e->live, row->id, STORE_TO_ADVISER, c,
			      LIVE_CANDIDATES_MAX, &n, &ignored);
	json_t *out = json_object();
	js_put_int(out, "id", row->id, -1);
	js_put_str(out, "origin", row->origin);
	js_put_str(out, "ref", row->ref);
	js_put_str(out, "agency", row->agency);
	js_put_str(out, "adviser", row->adviser);
	js_put_str(out, "status",
		   row->is_gone ? "gone"
				: vocab_code(&vocab_person_status,
					     (int)row->status));
	js_put_int(out, "candidates", (int64_t)n, -1);
	js_put_str(out, "note", has_trade ? NULL : "sans métier visé");
	control_row(k->call, out);
	return ++k->n == k->limit;
}

static bool is_agency(struct store *s, const char *code)
{
	struct store_agency row;
	struct arena a;
	struct err err;
	arena_init(&a);
	bool is_known = !store_agency_get(s, code, &a, &row, &err);
	arena_clear(&a);
	return is_known;
}

void cmd_youths_list(struct control_call *call, const json_t *args)
{
	struct listing k = {.e = control_state(call),
			    .call = call,
			    .no_trade = js_bool(args, "no-trade", false),
			    .gone_only = js_bool(args, "gone", false),
			    .limit = control_limit(args, 200)};
	struct store_people_query q = {.agency = js_str(args, "agency", NULL),
				       .active_only = !k.gone_only};
	struct err err = {0};
	if (q.agency && !is_agency(k.e->store, q.agency))
		control_error(call, 1, "no agency of that code (agency list)");
	else if (store_people_each(k.e->store, &q, show_in_list, &k, &err))
		control_fail(call, &err);
	else if (k.n == k.limit)
		control_end(call, 0, "the first %d; --limit N for more",
			    k.limit);
	else
		control_end(call, 0, NULL);
}

void cmd_youths_show(struct control_call *call, const json_t *args)
{
	struct arena a;
	struct store_person row;
	arena_init(&a);
	if (control_find_person(call, control_word(args, 0), false, &a, &row)) {
		struct err ignored;
		json_t *out = js_parse(row.fields, strlen(row.fields), NULL);
		if (!out)
			out = json_object();
		js_put_int(out, "id", row.id, -1);
		js_put_str(out, "status",
			   vocab_code(&vocab_person_status, (int)row.status));
		json_object_set_new(out, "gone", json_boolean(row.is_gone));
		js_put_str(out, "agency", row.agency);
		json_object_set_new(out, "refused",
				    control_refusals(control_state(call),
						     row.id, &ignored));
		control_row(call, out);
		control_end(call, 0, NULL);
	}
	arena_clear(&a);
}

struct linking {
	struct engine_state *e;
	int64_t keep, other;
	const char *by;
};

static int join(struct store *s, void *ctx, struct err *err)
{
	const struct linking *k = ctx;
	if (store_person_join(s, k->keep, k->other, err))
		return -1;
	return store_event_add(
		s,
		&(struct store_event){.at = clock_now(k->e->clock),
				      .kind = "link",
				      .person = k->keep,
				      .by = k->by},
		err);
}

void cmd_youths_link(struct control_call *call, const json_t *args)
{
	struct arena a;
	struct store_person one, two;
	struct err err = {0};
	char by[32];
	arena_init(&a);
	if (!control_find_person(call, control_word(args, 0), false, &a,
				 &one) ||
	    !control_find_person(call, control_word(args, 1), false, &a, &two))
		goto out;
	struct linking k = {control_state(call), one.id, two.id,
			    control_by(call, by)};
	if (one.id == two.id) {
		control_end(call, 0, "they are one person already");
	} else if (store_tx(k.e->store, join, &k, &err)) {
		control_fail(call, &err);
	} else {
		live_person_changed(k.e->live, one.id);
		live_person_changed(k.e->live, two.id);
		k.e->wake(k.e);
		control_end(call, 0, "joined as %lld", (long long)one.id);
	}
out:
	arena_clear(&a);
}

/* --- likely doubles: same birth date and same folded name ------------------
 */

struct doubles {
	struct control_call *call;
	struct map seen; /* "birth|last|first" -> "ORIGIN:REF" */
	int n;
};

static int find_double(void *ctx, const struct store_person *row)
{
	struct doubles *k = ctx;
	json_t *f = js_parse(row->fields, strlen(row->fields), NULL);
	const char *birth = js_str(f, "birth_date", NULL);
	const char *last = js_str(f, "last_name", NULL);
	const char *first = js_str(f, "first_name", NULL);
	if (birth && last && first) {
		struct arena a;
		arena_init(&a);
		char *key = mem_printf("%s|%s|%s", birth, utf8_fold(&a, last),
				       utf8_fold(&a, first));
		arena_clear(&a);
		char *name = mem_printf("%s:%s", row->origin, row->ref);
		const char *other = map_get(&k->seen, key);
		if (other) {
			json_t *out = json_object();
			js_put_str(out, "a", other);
			js_put_str(out, "b", name);
			js_put_str(out, "why", "same names and birth date");
			control_row(k->call, out);
			k->n++;
			free(name);
		} else {
			free(map_put(&k->seen, key, name));
		}
		free(key);
	}
	json_decref(f);
	return 0;
}

void cmd_youths_duplicates(struct control_call *call, const json_t *args)
{
	struct doubles k = {.call = call};
	struct err err = {0};
	(void)args;
	map_init(&k.seen);
	if (store_people_each(control_state(call)->store,
			      &(struct store_people_query){.active_only = true},
			      find_double, &k, &err))
		control_fail(call, &err);
	else
		control_end(call, 0, "%d likely doubles; youths link A B joins",
			    k.n);
	map_clear(&k.seen, free);
}

/* --- opt-outs ----------------------------------------------------------------
 */

struct allowing {
	struct engine_state *e;
	const struct store_person *person;
	enum channel channel;
	const char *address, *by, *proof;
	bool was_out;
};

static int lift(struct store *s, void *ctx, struct err *err)
{
	struct allowing *k = ctx;
	if (store_optout_lift(s, k->channel, k->address, &k->was_out, err))
		return -1;
	if (!k->was_out)
		return 0;
	json_t *data = json_object();
	js_put_str(data, "channel",
		   vocab_code(&vocab_channel, (int)k->channel));
	js_put_str(data, "proof", k->proof);
	char *text = json_dumps(data, JSON_COMPACT);
	int result = store_event_add(
		s,
		&(struct store_event){.at = clock_now(k->e->clock),
				      .kind = "optout.lifted",
				      .person = k->person->id,
				      .agency = k->person->agency,
				      .by = k->by,
				      .data = text},
		err);
	free(text);
	json_decref(data);
	return result;
}

void cmd_youths_allow(struct control_call *call, const json_t *args)
{
	struct arena a;
	struct store_person row;
	struct err err = {0};
	char by[32];
	int channel = vocab_find(&vocab_channel, control_word(args, 1));
	const char *proof = js_str(args, "proof", "");
	if ((channel != CHANNEL_EMAIL && channel != CHANNEL_SMS) ||
	    str_is_empty(proof) || strlen(proof) > PERSON_TEXT_MAX) {
		control_error(call, 2,
			      "usage: youths allow ORIGIN:REF email|sms "
			      "--proof TEXT (the new consent, by its date)");
		return;
	}
	arena_init(&a);
	if (!control_find_person(call, control_word(args, 0), false, &a, &row))
		goto out;
	json_t *fields = js_parse(row.fields, strlen(row.fields), &err);
	struct allowing k = {
		.e = control_state(call),
		.person = &row,
		.channel = (enum channel)channel,
		.address = js_str(fields,
				  channel == CHANNEL_SMS ? "phone" : "email",
				  NULL),
		.by = control_by(call, by),
		.proof = proof};
	if (!k.address)
		control_error(call, 1, "no address of this kind is stored");
	else if (store_tx(k.e->store, lift, &k, &err))
		control_fail(call, &err);
	else
		control_end(call, 0,
			    k.was_out ? "the opt-out is lifted"
				      : "there was no opt-out");
	json_decref(fields);
out:
	arena_clear(&a);
}
