/* SPDX-License-Identifier: EUPL-1.2 */
/* `backup` and `backup list`: one copy at a time, made by the engine itself in
 * slices between its other work (store_copy.h). Whoever asked hears how it goes
 * and may leave; the copy is finished all the same. */
#include "state.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/store_copy.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdlib.h>

/* Per mille between two lines of progress. */
#define PROGRESS_STEP 50
#define KEEP_MAX      1000

struct backup {
	struct store_copy *copy; /* NULL: none in hand */
	char *name;
	int64_t call_id; /* who asked */
	int keep;	 /* -1: remove none */
	int told;	 /* progress */
	int64_t began_ms;
};

static const char *paths(const struct engine_state *e, const char *key)
{
	return js_str(json_object_get(e->config, "paths"), key, "");
}

/* 2026-11-27T03:30:00Z as a name: 20261127T033000Z. */
static void name_of(int64_t now, char out[21])
{
	char *to = out;
	instant_format(now, out);
	for (const char *p = out; *p; p++)
		if (*p != '-' && *p != ':')
			*to++ = *p;
	*to = '\0';
}

static int64_t spare_bytes(const struct engine_state *e)
{
	return js_int(json_object_get(e->config, "watch"), "disk_low_mb", 256)
	       << 20;
}

void backup_look(struct engine_state *e)
{
	json_t *all = store_copies(paths(e, "backup")), *row;
	size_t i;
	e->last_backup_at = INSTANT_NONE;
	json_array_foreach(all, i, row)
	{
		int64_t at;
		if (!instant_parse(js_str(row, "at", ""), &at) &&
		    at > e->last_backup_at)
			e->last_backup_at = at;
	}
	json_decref(all);
}

static struct backup *job(struct engine_state *e)
{
	if (!e->backup) {
		e->backup = mem_alloc(sizeof(*e->backup));
	}
	return e->backup;
}

static void finish(struct engine_state *e)
{
	struct backup *b = e->backup;
	store_copy_free(b->copy);
	free(b->name);
	b->copy = NULL;
	b->name = NULL;
}

void backup_free(struct engine_state *e)
{
	if (!e->backup)
		return;
	finish(e);
	free(e->backup);
	e->backup = NULL;
}

bool backup_is_running(const struct engine_state *e)
{
	return e->backup && e->backup->copy;
}

void cmd_backup(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct backup *b = job(e);
	struct err err = {0};
	char automatic[21];
	int64_t now = clock_now(e->clock), keep = -1;
	const char *text = js_str(args, "keep", NULL);
	if (text && num_parse_int(text, 1, KEEP_MAX, &keep)) {
		control_error(call, 2, "--keep wants a number from 1 to %d",
			      KEEP_MAX);
		return;
	}
	if (b->copy) {
		control_error(call, 1, "a copy is being made already: %s",
			      b->name);
		return;
	}
	name_of(now, automatic);
	const char *name = js_str(args, "name", automatic);
	b->copy =
		store_copy_begin(e->store, paths(e, "backup"), name,
				 paths(e, "audit"), spare_bytes(e), now, &err);
	if (!b->copy) {
		control_error(call, 1, "%s", err.text);
		return;
	}
	b->name = mem_dup(name);
	b->call_id = control_id(call);
	b->keep = (int)keep;
	b->told = 0;
	b->began_ms = clock_mono_ms(e->clock);
	e->wake(e);
}

static void tell_progress(struct backup *b, struct control_call *call)
{
	int done = store_copy_progress(b->copy);
	if (!call || done < b->told + PROGRESS_STEP)
		return;
	b->told = done;
	json_t *row = json_object();
	json_object_set_new(row, "progress", json_integer(done));
	control_row(call, row);
}

static void end_well(struct engine_state *e, struct control_call *call)
{
	struct backup *b = e->backup;
	struct err err = {0};
	int n_removed = 0;
	backup_look(e);
	log_event(LOG_NOTICE, "backup.done", LOG_S("name", b->name),
		  LOG_D("ms", clock_mono_ms(e->clock) - b->began_ms));
	if (b->keep >= 0 &&
	    store_copies_trim(paths(e, "backup"), b->keep, &n_removed, &err))
		log_event(LOG_ERROR, "backup.trim", LOG_S("why", err.text));
	if (!call)
		return;
	json_t *row = json_object();
	js_put_str(row, "name", b->name);
	char *folder = mem_printf("%s/%s", paths(e, "backup"), b->name);
	js_put_str(row, "folder", folder);
	free(folder);
	json_object_set_new(row, "removed", json_integer(n_removed));
	control_row(call, row);
	if (err.kind)
		control_error(call, 1, "the copy is whole, but %s", err.text);
	else
		control_end(call, 0, NULL);
}

bool backup_work(struct engine_state *e, int slice_ms)
{
	if (!backup_is_running(e))
		return false;
	struct backup *b = e->backup;
	struct err err = {0};
	int64_t until = clock_mono_ms(e->clock) + slice_ms;
	int got;
	do {
		got = store_copy_step(b->copy, &err);
	} while (got == 1 && clock_mono_ms(e->clock) < until);
	struct control_call *call = control_find(e->control, b->call_id);
	if (got == 1) {
		tell_progress(b, call);
		return true;
	}
	if (got == 0) {
		end_well(e, call);
	} else {
		log_event(LOG_ERROR, "backup.failed", LOG_S("why", err.text));
		if (call)
			control_error(call, 1, "%s", err.text);
	}
	finish(e);
	return false;
}

void cmd_backup_list(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	json_t *all = store_copies(paths(e, "backup")), *row;
	size_t i;
	(void)args;
	json_array_foreach(all, i, row) control_row(call, json_incref(row));
	json_decref(all);
	control_end(call, 0, NULL);
}
