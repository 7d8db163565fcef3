/* SPDX-License-Identifier: EUPL-1.2 */
/* `etrierctl sources try` of a source of kind exec: one run, on an event loop
 * of its own. Landlock and seccomp are taken where they are to be had: nothing
 * of the service's is at stake that the caller could not reach himself. */
#include "run.h"

#include <etrier/clock.h>
#include <etrier/js.h>
#include <etrier/mem.h>

#include <event2/event.h>

struct trial {
	const struct runner_handler *handler;
	void *ctx;
	struct event_base *base;
	struct err *err;
	bool is_whole;
};

static void on_offer(void *ctx, const struct offer *o)
{
	const struct trial *t = ctx;
	t->handler->on_offer(t->ctx, o);
}

static void on_bad(void *ctx, int64_t number, const struct err *err)
{
	const struct trial *t = ctx;
	if (t->handler->on_bad)
		t->handler->on_bad(t->ctx, number, err);
}

static void on_done(void *ctx, const struct run_result *result)
{
	struct trial *t = ctx;
	t->is_whole = result->is_whole;
	if (!result->is_whole)
		err_set(t->err, result->err.kind, "%s%s%s", result->err.text,
			*result->said ? ": " : "", result->said);
	event_base_loopbreak(t->base);
}

int runner_try(const json_t *source, const struct refdata *rd,
	       const struct understanding *understanding, const char *ca_file,
	       const struct runner_handler *handler, void *ctx,
	       struct runner_counts *counts, bool *complete, struct err *err)
{
	static const struct run_handler run_handler = {on_offer, on_bad,
						       on_done};
	struct trial t = {.handler = handler, .ctx = ctx, .err = err};
	const struct program p = {.source = source,
				  .ca_file = ca_file,
				  .n_tasks = PROGRAM_TASKS_PERSON};
	const struct line_reader reader = {
		.refdata = rd,
		.understanding = understanding,
		.source = js_str(source, "name", ""),
		.now = clock_now(clock_system()),
		.expires_days = (int)js_int(source, "expires_days", 0),
	};
	*counts = (struct runner_counts){0};
	*complete = false;
	t.base = event_base_new();
	BUG_ON(!t.base);
	struct run *r = run_start(t.base, &p, &reader, &run_handler, &t, err);
	if (r) {
		event_base_dispatch(t.base);
		*counts = *run_counts(r);
		*complete = t.is_whole && run_is_complete(r);
	}
	run_free(r);
	event_base_free(t.base);
	return t.is_whole ? 0 : -1;
}
