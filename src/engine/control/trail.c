/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit log as the engine uses it: lines about commands and about itself,
 * who read how much about people, and its commands `audit verify` and `audit
 * list`. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S ((int64_t)24 * 3600)
/* Readers counted in a day; more are counted as the last. */
#define READERS_MAX 64
/* Lines checked between two looks at the clock: about 1 ms. */
#define VERIFY_LINES 50

int trail_write(struct engine_state *e, json_t *members_take, struct err *err)
{
	if (!audit_write(e->audit, members_take, err)) {
		alarms_lower(e->alarms, ALARM_AUDIT, NULL);
		return 0;
	}
	/* A line that is too long is its asker's fault, not the log's. */
	if (err->kind != ERR_LIMIT)
		alarms_raise(e->alarms, ALARM_AUDIT, NULL,
			     "%s; nothing can be changed until it can be "
			     "written",
			     err->text);
	return -1;
}

void trail_service(struct engine_state *e, const char *what)
{
	struct err err = {0};
	json_t *line = json_object(), *facts = json_object();
	js_put_str(line, "by", "engine");
	js_put_str(line, "cmd", what);
	js_put_str(facts, "version", ETRIER_VERSION);
	js_put_str(facts, "rules", live_rules_id(e->live, NULL));
	json_object_set_new(line, "what", facts);
	if (trail_write(e, line, &err))
		log_event(LOG_ERROR, "audit.failed", LOG_S("why", err.text));
}

/* --- who read how much --- */

struct readers {
	struct arena arena;
	const char *by[READERS_MAX];
	int64_t rows[READERS_MAX];
	int n;
};

static int add_reads(void *ctx, const struct store_event *row)
{
	struct readers *r = ctx;
	json_t *data = js_parse(row->data, strlen(row->data), NULL);
	int i = 0;
	while (i < r->n && !str_eq(r->by[i], row->by))
		i++;
	if (i == r->n && r->n < READERS_MAX)
		r->by[r->n++] = arena_dup(&r->arena, row->by);
	if (i == READERS_MAX)
		i--;
	r->rows[i] += js_int(data, "rows", 0);
	json_decref(data);
	return 0;
}

void trail_look_at_reads(struct engine_state *e)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	struct readers r = {.n = 0};
	struct err lost;
	int64_t most = js_int(json_object_get(e->config, "watch"),
			      "bulk_people", 2000);
	arena_init(&r.arena);
	q.kind = "people.read";
	q.since = clock_now(e->clock) - DAY_S;
	if (!store_events_each(e->store, &q, add_reads, &r, &lost)) {
		alarms_mark(e->alarms, ALARM_BULK_READS);
		for (int i = 0; i < r.n; i++) {
			if (r.rows[i] > most)
				alarms_raise(e->alarms, ALARM_BULK_READS,
					     r.by[i],
					     "%s has read %" PRId64
					     " rows about people within a day: "
					     "audit list says what; was that "
					     "meant?",
					     r.by[i], r.rows[i]);
		}
		alarms_sweep(e->alarms, ALARM_BULK_READS);
	}
	arena_clear(&r.arena);
}

void trail_reads(struct engine_state *e, const char *by, int64_t rows)
{
	struct err err;
	char data[48];
	snprintf(data, sizeof(data), "{\"rows\":%" PRId64 "}", rows);
	/* Rows went out already: a store that fails must not hide the line in
	 * the audit log. */
	(void)store_event_add(e->store,
			      &(struct store_event){.at = clock_now(e->clock),
						    .kind = "people.read",
						    .by = by,
						    .data = data},
			      &err);
	trail_look_at_reads(e);
}

/* --- audit verify --- */

struct verifying {
	struct audit_chain *chain;
	int64_t seq; /* the head */
	char hash[AUDIT_HASH_HEX];
	int64_t told; /* lines */
};

void audit_gone(struct control_call *call)
{
	struct verifying *v = control_data(call);
	if (!v)
		return;
	audit_chain_free(v->chain);
	free(v);
	control_set_data(call, NULL);
}

static const char *folder_of(const struct engine_state *e)
{
	return js_str(json_object_get(e->config, "paths"), "audit", "");
}

void cmd_audit_verify(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct err err = {0};
	(void)args;
	struct verifying *v = mem_alloc(sizeof(*v));
	/* Before anything is written again: what the database knows now. */
	if (audit_keep_head(e->audit, &err) ||
	    store_audit_head(e->store, &v->seq, v->hash, &err)) {
		free(v);
		control_fail(call, &err);
		return;
	}
	v->chain = audit_chain_open(folder_of(e), &err);
	if (!v->chain) {
		free(v);
		control_fail(call, &err);
		return;
	}
	audit_chain_want(v->chain, v->seq);
	control_set_data(call, v);
	e->wake(e);
}

static void end_verify(struct control_call *call, int got, struct err *err)
{
	struct verifying *v = control_data(call);
	int64_t n = audit_chain_seq(v->chain);
	if (!got)
		got = audit_chain_covers(v->chain, v->seq, v->hash, err);
	audit_gone(call);
	if (!got) {
		control_end(call, 0, "%" PRId64 " lines, all of them whole", n);
		return;
	}
	json_t *row = json_object();
	js_put_str(row, "broken", err->text);
	control_row(call, row);
	control_error(call, 1,
		      "the audit log is broken after %" PRId64 " lines", n);
}

bool trail_work(struct engine_state *e, int slice_ms)
{
	int64_t until = clock_mono_ms(e->clock) + slice_ms;
	struct control_call *next = NULL;
	bool more = false;
	for (struct control_call *k = control_next(e->control, NULL); k;
	     k = next) {
		const struct control_command *asked = control_asked(k);
		struct verifying *v = control_data(k);
		struct err err = {0};
		int got = 1;
		next = control_next(e->control, k);
		if (!asked || asked->run != cmd_audit_verify || !v)
			continue;
		while (got == 1 && clock_mono_ms(e->clock) < until)
			got = audit_chain_step(v->chain, VERIFY_LINES, &err);
		if (got != 1)
			end_verify(k, got, &err);
		else
			more = true;
	}
	return more;
}

/* --- audit renew --- */

/* Not a change like others: the log that would have to take its line is the
 * one that is broken. So only root, or the owner of a one-folder instance, may,
 * and the new log begins with who did it. */
void cmd_audit_renew(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	const struct control_peer *peer = control_peer(call);
	struct err err = {0};
	char by[32];
	(void)args;
	if (peer->uid != 0 && !js_bool(e->config, "one_folder", false)) {
		control_error(call, 1, "only root begins a new audit log");
		return;
	}
	json_t *line = json_object();
	js_put_str(line, "by", control_by(call, by));
	js_put_str(line, "cmd", "audit renew");
	if (audit_renew(e->audit, line, &err)) {
		control_fail(call, &err);
		return;
	}
	alarms_lower(e->alarms, ALARM_AUDIT, NULL);
	control_end(call, 0, "a new log begins; the old one is kept beside it");
}

/* --- audit list --- */

/* The newest lines, whole files from the end: a month is read at once. */
void cmd_audit_list(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct err err = {0};
	json_t *rows = json_array(), *row;
	size_t i;
	if (audit_read(folder_of(e), js_str(args, "since", NULL),
		       (size_t)control_limit(args, 100), rows, &err)) {
		json_decref(rows);
		control_fail(call, &err);
		return;
	}
	json_array_foreach(rows, i, row) control_row(call, json_incref(row));
	json_decref(rows);
	control_end(call, 0, NULL);
}
