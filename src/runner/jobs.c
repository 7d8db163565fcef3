/* SPDX-License-Identifier: EUPL-1.2 */
/* A poll's way: accepted -> waits its turn -> runs -> answered. At most one of
 * a source at a time. The engine decides when; it gives up by itself what
 * takes longer than the turn and the program's time together (polls.c), so a
 * turn that does not come in time is answered here. */
#include "jobs.h"
#include "run.h"

#include <etrier/clock.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/understand.h>
#include <etrier/wire.h>

#include <event2/event.h>
#include <stdlib.h>

enum { LOOK_MS = 10 /* how often a paused program's output looks up again */ };

struct job {
	struct job *next; /* in the order they came */
	struct jobs *jobs;
	json_t *line, *source, *config; /* references */
	struct understanding *understanding;
	int64_t came_ms, started_ms;
	struct run *run; /* NULL: waits */
};
struct jobs {
	struct event_base *base;
	const struct clock *clock;
	const struct refdata *refdata;
	struct jobs_out out;
	json_t *config;
	struct understanding *understanding;
	struct event *turn, *look;
	struct job *first;
};

static void after_ms(struct event *ev, int64_t ms)
{
	const struct timeval tv = {ms / 1000, (ms % 1000) * 1000};
	event_add(ev, &tv);
}

/* --- the answer ----------------------------------------------------------- */

static json_t *polled_line(const json_t *request, const char *result)
{
	json_t *line = wire_line("polled");
	json_object_set_new(line, "poll",
			    json_integer(js_int(request, "id", -1)));
	js_put_str(line, "source", js_str(request, "source", NULL));
	js_put_str(line, "result", result);
	return line;
}

static void put_counts(json_t *line, const struct runner_counts *c)
{
	json_object_set_new(line, "seen", json_integer(c->seen));
	json_object_set_new(line, "good", json_integer(c->good));
	json_object_set_new(line, "bad", json_integer(c->bad));
	json_object_set_new(line, "closed", json_integer(c->closed));
	json_object_set_new(line, "no_trade", json_integer(c->no_trade));
	json_object_set_new(line, "no_place", json_integer(c->no_place));
	json_object_set_new(line, "bytes", json_integer(c->bytes));
}

static void put_failure(json_t *line, const struct err *err, const char *said)
{
	js_put_str(line, "kind", err_kind_name(err->kind));
	js_put_str(line, "reason", err->text);
	char *error = mem_printf("%s%s%s", err->text, *said ? ": " : "", said);
	js_put_str(line, "error", error);
	free(error);
}

/* err NULL: it went well. */
static void answer(struct job *j, const struct err *err, const char *said)
{
	static const struct runner_counts none;
	const struct runner_counts *c = j->run ? run_counts(j->run) : &none;
	struct jobs *q = j->jobs;
	int64_t ms = clock_mono_ms(q->clock) - j->started_ms;
	json_t *line = polled_line(j->line, err ? "failed" : "ok");
	json_object_set_new(line, "complete",
			    json_boolean(!err && run_is_complete(j->run)));
	put_counts(line, c);
	json_object_set_new(line, "ms", json_integer(ms));
	if (err)
		put_failure(line, err, said);
	log_event(LOG_INFO, "run.done",
		  LOG_S("source", js_str(j->source, "name", "")),
		  LOG_S("result", err ? "failed" : "ok"),
		  LOG_D("seen", c->seen), LOG_D("good", c->good),
		  LOG_D("bad", c->bad), LOG_D("ms", ms),
		  LOG_S("reason", err ? err->text : ""));
	q->out.send(q->out.ctx, line);
}

static void drop_job(struct job *j)
{
	struct job **at = &j->jobs->first;
	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	run_free(j->run);
	json_decref(j->line);
	json_decref(j->source);
	json_decref(j->config);
	understanding_free(j->understanding);
	free(j);
}

static void give_up(struct job *j, enum err_kind kind, const char *why)
{
	struct err err;
	err_set(&err, kind, "%s", why);
	answer(j, &err, "");
	drop_job(j);
}

/* --- the life of a poll --------------------------------------------------- */

static void on_offer(void *ctx, const struct offer *o)
{
	struct job *j = ctx;
	struct jobs *q = j->jobs;
	json_t *line = wire_line("offer");
	json_object_set_new(line, "poll",
			    json_integer(js_int(j->line, "id", -1)));
	json_object_set_new(line, "offer", offer_to_json(o));
	q->out.send(q->out.ctx, line);
	if (q->out.unsent(q->out.ctx) > JOBS_UNSENT_MAX) {
		run_pause(j->run, true);
		after_ms(q->look, LOOK_MS);
	}
}

static void on_bad(void *ctx, int64_t number, const struct err *err)
{
	const struct job *j = ctx;
	if (run_counts(j->run)->bad <= JOBS_BAD_LOGGED)
		log_event(LOG_NOTICE, "offer.bad",
			  LOG_S("source", js_str(j->source, "name", "")),
			  LOG_D("number", number), LOG_S("reason", err->text));
}

static void on_done(void *ctx, const struct run_result *result)
{
	struct job *j = ctx;
	struct jobs *q = j->jobs;
	answer(j, result->is_whole ? NULL : &result->err, result->said);
	drop_job(j);
	after_ms(q->turn, 0);
}

static int start_run(struct job *j, struct err *err)
{
	static const struct run_handler handler = {on_offer, on_bad, on_done};
	struct jobs *q = j->jobs;
	const json_t *security = json_object_get(j->config, "security");
	const json_t *common = json_object_get(j->config, "collector");
	const struct program p = {
		.source = j->source,
		.ca_file = js_str(common, "ca_file", NULL),
		.is_required = str_eq(js_str(security, "landlock", "required"),
				      "required"),
		.n_tasks = js_bool(j->config, "one_folder", false)
				   ? PROGRAM_TASKS_PERSON
				   : PROGRAM_TASKS_SERVICE,
	};
	const struct line_reader reader = {
		.refdata = q->refdata,
		.understanding = j->understanding,
		.source = js_str(j->source, "name", ""),
		.now = clock_now(q->clock),
		.expires_days = (int)js_int(j->source, "expires_days", 0),
	};
	j->started_ms = clock_mono_ms(q->clock);
	j->run = run_start(q->base, &p, &reader, &handler, j, err);
	return j->run ? 0 : -1;
}

static bool is_late(const struct job *j)
{
	const json_t *common = json_object_get(j->config, "collector");
	return clock_mono_ms(j->jobs->clock) >
	       j->came_ms + js_int(common, "poll_deadline_s", 600) * 1000;
}

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
	struct jobs *q = ctx;
	int n = 0;
	(void)fd;
	(void)what;
	for (const struct job *j = q->first; j; j = j->next)
		n += j->run != NULL;
	for (struct job *j = q->first, *next; j; j = next) {
		struct err err = {0};
		next = j->next;
		if (j->run)
			continue;
		if (is_late(j)) {
			give_up(j, ERR_LIMIT,
				"other programs ran for so long that the turn "
				"of this one did not come");
		} else if (n < JOBS_RUNNING_MAX) {
			if (start_run(j, &err))
				give_up(j, err.kind, err.text);
			else
				n++;
		}
	}
}

static void on_look(evutil_socket_t fd, short what, void *ctx)
{
	struct jobs *q = ctx;
	(void)fd;
	(void)what;
	if (q->out.unsent(q->out.ctx) > JOBS_UNSENT_MAX / 2) {
		after_ms(q->look, LOOK_MS);
		return;
	}
	for (const struct job *j = q->first; j; j = j->next)
		if (j->run)
			run_pause(j->run, false);
}

/* --- the outside ---------------------------------------------------------- */

struct jobs *jobs_new(struct event_base *base, const struct clock *clock,
		      const struct refdata *rd, const struct jobs_out *out)
{
	struct jobs *q = mem_alloc(sizeof(*q));
	q->base = base;
	q->clock = clock;
	q->refdata = rd;
	q->out = *out;
	q->turn = evtimer_new(base, on_turn, q);
	q->look = evtimer_new(base, on_look, q);
	BUG_ON(!q->turn || !q->look);
	return q;
}

void jobs_use(struct jobs *q, json_t *config,
	      struct understanding *understanding_take)
{
	understanding_free(q->understanding);
	q->understanding = understanding_take;
	json_decref(q->config);
	q->config = json_incref(config);
}

static void refuse(struct jobs *q, const json_t *line, const char *why)
{
	static const struct runner_counts none;
	struct err err;
	json_t *out = polled_line(line, "failed");
	err_set(&err, ERR_CONFIG, "%s", why);
	json_object_set_new(out, "complete", json_false());
	put_counts(out, &none);
	put_failure(out, &err, "");
	q->out.send(q->out.ctx, out);
}

static bool is_in_hand(const struct jobs *q, const char *source)
{
	for (const struct job *j = q->first; j; j = j->next)
		if (str_eq(js_str(j->line, "source", ""), source))
			return true;
	return false;
}

void jobs_poll(struct jobs *q, const json_t *line)
{
	const char *name = js_str(line, "source", "");
	json_t *source =
		json_object_get(json_object_get(q->config, "sources"), name);
	if (!source) {
		refuse(q, line, "no such source");
		return;
	}
	if (is_in_hand(q, name)) {
		refuse(q, line, "a poll of this source is in hand");
		return;
	}
	struct job *j = mem_alloc(sizeof(*j)), **at = &q->first;
	*j = (struct job){.jobs = q,
			  .line = json_deep_copy(line),
			  .source = json_incref(source),
			  .config = json_incref(q->config),
			  .understanding =
				  understanding_keep(q->understanding)};
	j->came_ms = j->started_ms = clock_mono_ms(q->clock);
	while (*at)
		at = &(*at)->next;
	*at = j;
	after_ms(q->turn, 0);
}

void jobs_stop(struct jobs *q)
{
	while (q->first)
		/* NOLINTNEXTLINE: it unlinks itself */
		give_up(q->first, ERR_NETWORK, "the runner stops");
}

void jobs_free(struct jobs *q)
{
	if (!q)
		return;
	BUG_ON(q->first);
	event_free(q->turn);
	event_free(q->look);
	json_decref(q->config);
	understanding_free(q->understanding);
	free(q);
}
