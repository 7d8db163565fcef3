/* SPDX-License-Identifier: EUPL-1.2 */
/* The runner role: the programs of sources of kind exec, which are nobody's
 * bytes but somebody's code. It is a role of its own because it is the only
 * one that may run a program and kill one; it has no network of its
 * own, no database, no secret and no file but the tables. What it runs is
 * confined again, each program to its own source's files (program.c).
 *
 * Landlock binds its reach at the first commit, so the supervisor starts a new
 * runner when the sources of kind exec have changed. */
#include "jobs.h"
#include "reach.h"

#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/refdata.h>
#include <etrier/role.h>
#include <etrier/roles.h>
#include <etrier/str.h>
#include <etrier/trade.h>
#include <etrier/understand.h>

#include <fcntl.h>
#include <unistd.h>

struct runner {
	struct role *role;
	struct refdata *refdata;
	struct trade_finder *trades;
	struct understanding *understanding; /* of what is prepared */
	struct jobs *jobs;
	json_t *prepared;
	/* What confinement is made of, until then. */
	struct arena arena;
	json_t *first;
};

static void drop(void *ctx)
{
	struct runner *r = ctx;
	json_decref(r->prepared);
	r->prepared = NULL;
	understanding_free(r->understanding);
	r->understanding = NULL;
}

static int prepare(void *ctx, const json_t *config, struct diags *d)
{
	struct runner *r = ctx;
	struct err err;
	const char *dir =
		js_str(json_object_get(config, "paths"), "refdata", "");
	drop(r);
	/* Once: after confinement their folder is out of reach. */
	if (!r->refdata)
		r->refdata = refdata_load(dir, &err);
	if (!r->refdata) {
		diag_add(d, DIAG_ERROR, dir, 0, 0, "%s", err.text);
		return -1;
	}
	if (!r->trades)
		r->trades = trade_finder_new(r->refdata);
	r->understanding =
		understanding_new(r->refdata, r->trades,
				  json_object_get(config, "lexicons"), &err);
	if (!r->understanding) {
		diag_add(d, DIAG_ERROR, "lexicons", 0, 0, "%s", err.text);
		return -1;
	}
	r->prepared = json_deep_copy(config);
	return 0;
}

static void send_line(void *ctx, json_t *line)
{
	struct runner *r = ctx;
	wire_send(role_engine(r->role), line);
}

static size_t unsent(void *ctx)
{
	struct runner *r = ctx;
	return wire_unsent(role_engine(r->role));
}

static void fill_needs(struct runner *r, struct role_needs *needs)
{
	const json_t *common = json_object_get(r->first, "collector");
	const char *name;
	json_t *source, *all = json_object_get(r->first, "sources");
	struct reach reach;
	reach_init(&reach, &r->arena, json_object_size(all));
	json_object_foreach(all, name, source)
		reach_add(&reach, source, js_str(common, "ca_file", NULL));
	reach_needs(&reach, needs);
	needs->runs_programs = true;
}

/* A program may fork, and each of its processes may map PROGRAM_MEMORY_MAX:
 * when memory ends, the kernel shall take one of them and not the engine. They
 * inherit it. Where it cannot be said there is only that much less comfort. */
static void offer_to_be_killed(void)
{
	static const char first[] = "900"; /* of 1000 */
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, first, sizeof(first) - 1) < 0)
		log_plain(LOG_DEBUG, "runner.oom.unset");
	close(fd);
}

static int commit(void *ctx, struct role_needs *needs, struct err *err)
{
	struct runner *r = ctx;
	(void)err;
	if (!r->jobs) {
		const struct jobs_out out = {send_line, unsent, r};
		r->jobs = jobs_new(role_event_base(r->role),
				   role_clock(r->role), r->refdata, &out);
		r->first = json_incref(r->prepared);
		fill_needs(r, needs);
		offer_to_be_killed();
	}
	jobs_use(r->jobs, r->prepared, r->understanding);
	r->understanding = NULL;
	drop(r);
	return 0;
}

static void start(void *ctx)
{
	(void)ctx; /* the engine asks first */
}

static void stop(void *ctx)
{
	struct runner *r = ctx;
	jobs_stop(r->jobs);
	/* Now, while the event loop it lies on is still there. */
	jobs_free(r->jobs);
	r->jobs = NULL;
	role_stopped(r->role);
}

static void on_engine(void *ctx, const char *type, json_t *line)
{
	struct runner *r = ctx;
	if (!str_eq(type, "poll"))
		log_event(LOG_WARNING, "wire.unknown", LOG_S("type", type));
	else if (r->jobs && !role_is_stopping(r->role))
		jobs_poll(r->jobs, line);
}

int runner_main(const char *lane, int64_t gen)
{
	static const struct role_ops ops = {
		.name = "runner",
		.prepare = prepare,
		.commit = commit,
		.drop = drop,
		.start = start,
		.stop = stop,
		.on_engine = on_engine,
	};
	struct runner r = {0};
	arena_init(&r.arena);
	int status = role_run(&ops, &r, &r.role, lane, gen);
	drop(&r);
	json_decref(r.first);
	trade_finder_free(r.trades);
	refdata_free(r.refdata);
	arena_clear(&r.arena);
	return status;
}
