/* SPDX-License-Identifier: EUPL-1.2 */
/* May the engine begin anything new? Not while what it does could not be
 * recorded: a message sent and forgotten would be sent twice. So with little
 * room on the disk, after a write that failed, or under a clock that cannot be
 * right, nothing is fetched, planned, claimed or imported; what comes in
 * (verdicts of messages on their way, a stop link) is still written, and kept
 * in memory until it can be. Everything goes on by itself.
 *
 * A clock that steps is told, and what waits for an instant is looked at
 * again. */
#include "state.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>

#include <inttypes.h>
#include <stdlib.h>
#include <sys/statvfs.h>

/* This program was made later: a clock before it has lost its battery. */
#define CLOCK_SANE INT64_C(1793487600) /* 2026-11-01 */
/* Wall and monotonic clock drift apart by less between two looks, unless
 * somebody set the wall clock. */
#define STEP_S 120
/* A step is told for so long. */
#define STEP_TOLD_S ((int64_t)24 * 3600)

static void look_at_disk(struct engine_state *e)
{
	struct room *r = &e->room;
	struct statvfs v;
	const char *folder =
		js_str(json_object_get(e->config, "paths"), "state", "");
	int64_t low =
		js_int(json_object_get(e->config, "watch"), "disk_low_mb", 256)
		<< 20;
	r->disk_free = statvfs(folder, &v)
			       ? -1
			       : (int64_t)v.f_bavail * (int64_t)v.f_frsize;
	/* Once low, a tenth more must be free: no flapping at the edge. */
	if (r->is_low)
		low += low / 10;
	r->is_low = r->disk_free >= 0 && r->disk_free < low;
	if (r->is_low)
		alarms_raise(e->alarms, ALARM_DISK_LOW, NULL,
			     "only %" PRId64
			     " MiB are free for the database: nothing is "
			     "fetched, planned or sent until there is room "
			     "(watch.disk_low_mb)",
			     r->disk_free >> 20);
	else
		alarms_lower(e->alarms, ALARM_DISK_LOW, NULL);
}

static void look_at_store(struct engine_state *e)
{
	struct err err = {0};
	if (!e->room.has_failed)
		return;
	if (store_probe(e->store, &err)) {
		alarms_raise(e->alarms, ALARM_STORE_FAILING, NULL,
			     "the database cannot be written (%s): nothing is "
			     "fetched, planned or sent until it can",
			     err.text);
		return;
	}
	e->room.has_failed = false;
	alarms_lower(e->alarms, ALARM_STORE_FAILING, NULL);
}

static void look_at_clock(struct engine_state *e)
{
	struct room *r = &e->room;
	int64_t now = clock_now(e->clock), mono = clock_mono_ms(e->clock);
	int64_t step =
		r->mono_ms ? (now - r->wall) - (mono - r->mono_ms) / 1000 : 0;
	r->wall = now;
	r->mono_ms = mono;
	r->is_clock_wrong = now < CLOCK_SANE;
	if (llabs(step) > STEP_S) {
		log_event(LOG_WARNING, "clock.step", LOG_D("seconds", step));
		r->step_told_ms = mono;
		alarms_raise(e->alarms, ALARM_CLOCK, NULL,
			     "the clock stepped by %" PRId64
			     " seconds: is it kept by NTP? (timedatectl)",
			     step);
		polls_clock_stepped(e->polls);
	} else if (r->is_clock_wrong) {
		alarms_raise(e->alarms, ALARM_CLOCK, NULL,
			     "the clock stands before this program was made: "
			     "nothing is fetched, planned or sent until it is "
			     "set (timedatectl)");
	} else if (!r->step_told_ms ||
		   mono - r->step_told_ms > STEP_TOLD_S * 1000) {
		alarms_lower(e->alarms, ALARM_CLOCK, NULL);
	}
}

void room_look(struct engine_state *e)
{
	struct room *r = &e->room;
	bool was_paused = e->is_paused;
	look_at_disk(e);
	look_at_store(e);
	look_at_clock(e);
	e->is_paused = r->is_low || r->has_failed || r->is_clock_wrong;
	if (e->is_paused != was_paused)
		log_event(LOG_WARNING,
			  e->is_paused ? "engine.paused" : "engine.resumed",
			  LOG_D("disk_free", r->disk_free),
			  LOG_D("store_failing", r->has_failed),
			  LOG_D("clock_wrong", r->is_clock_wrong));
}

void room_failed(struct engine_state *e, const struct err *err)
{
	if (err->kind == ERR_STORE)
		e->room.has_failed = true;
}
