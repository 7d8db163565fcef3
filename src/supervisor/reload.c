/* SPDX-License-Identifier: EUPL-1.2 */
/* A new configuration in two phases, so that what does not check is never in
 * force anywhere:
 *
 *   read and check -> config to all -> all ready -> commit to all
 *                                  \-> one refused, died, late -> drop to all
 *
 * It waits until every role runs, because only the roles compile rules and
 * templates: a role that came up later could refuse what was committed. One
 * at a time; a second request is told so, a second signal is kept. */
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/str.h>

#include "supervisor.h"

#include <inttypes.h>

static const char *file_of(const struct supervisor *s)
{
	return s->options->file;
}

static void answer(struct supervisor *s, int64_t request, bool ok,
		   const struct diags *d)
{
	struct child *engine = children_engine(s);
	if (request == RELOAD_NOBODY || !engine->wire)
		return;
	json_t *line = wire_line("reload_done");
	json_object_set_new(line, "id", json_integer(request));
	json_object_set_new(line, "ok", json_boolean(ok));
	json_object_set_new(line, "diagnostics", diags_to_json(d));
	wire_send(engine->wire, line);
}

static void finish(struct supervisor *s, bool ok)
{
	struct reload *r = &s->reload;
	supervisor_log_diags(&r->diags);
	log_event(ok ? LOG_NOTICE : LOG_ERROR,
		  ok ? "config.reloaded" : "config.kept",
		  LOG_D("gen", s->config_gen),
		  LOG_D("errors", r->diags.n_errors));
	answer(s, r->request, ok, &r->diags);
	diags_clear(&r->diags);
	settings_clear(&r->next);
	r->is_running = false;
	r->request = RELOAD_NOBODY;
	if (r->is_again) {
		r->is_again = false;
		r->is_wanted = true;
		r->until_ms = supervisor_ms() + RELOAD_MAX_MS;
	}
	notify("READY=1\nSTATUS=%s", ok ? "new configuration in force"
					: "new configuration refused, the "
					  "former stays in force");
}

static void give_up(struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++) {
		struct child *c = s->children[i];
		if (c->is_asked || c->ready_gen == s->reload.gen)
			child_send_gen(c, "drop", s->reload.gen);
		if (c->ready_gen == s->reload.gen)
			c->ready_gen = s->config_gen;
		c->is_asked = false;
	}
	finish(s, false);
}

static bool is_waiting(const struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++) {
		if (s->children[i]->is_asked)
			return true;
	}
	return false;
}

static void commit(struct supervisor *s)
{
	struct settings former = s->settings;
	s->settings = s->reload.next;
	s->reload.next = (struct settings){0};
	bool is_other_reach = settings_programs_differ(&former, &s->settings);
	settings_clear(&former);
	s->config_gen = s->reload.gen;
	for (size_t i = 0; i < s->n_children; i++) {
		struct child *c = s->children[i];
		if (is_other_reach && str_eq(c->role, "runner"))
			/* Its confinement cannot be widened. */
			child_stop(c, supervisor_ms() + STOP_ENGINE_MS);
		else if (c->ready_gen == s->config_gen)
			child_send_gen(c, "commit", s->config_gen);
		else if (c->state == CHILD_STARTING)
			/* It came up in between with the former one. */
			child_stop(c, supervisor_ms() + STOP_ENGINE_MS);
	}
	role_set_log_level(s->settings.all);
	children_sync(s);
	finish(s, true);
}

static void look(struct supervisor *s)
{
	if (is_waiting(s))
		return;
	if (s->reload.diags.n_errors)
		give_up(s);
	else
		commit(s);
}

void reload_ready(struct child *c)
{
	c->is_asked = false;
	c->ready_gen = c->s->reload.gen;
	look(c->s);
}

void reload_refused(struct child *c, const json_t *diagnostics,
		    const char *reason)
{
	struct diags *d = &c->s->reload.diags;
	size_t before = d->n_errors;
	if (diagnostics)
		diags_add_json(d, diagnostics);
	if (d->n_errors == before)
		diag_add(d, DIAG_ERROR, file_of(c->s), 0, 0, "%s: %s",
			 *c->lane ? c->lane : c->role,
			 reason ? reason : "refused without a reason");
	c->is_asked = false;
	look(c->s);
}

static void ask_all(struct supervisor *s)
{
	struct reload *r = &s->reload;
	for (size_t i = 0; i < s->n_children; i++) {
		struct child *c = s->children[i];
		struct err err = {0};
		if (!c->is_wanted || c->state != CHILD_RUNNING || !c->wire)
			continue;
		json_t *config = settings_for_role(&r->next, c->role);
		if (role_send_config(c->wire, r->gen, config, &err))
			diag_add(&r->diags, DIAG_ERROR, file_of(s), 0, 0,
				 "%s: %s", c->role, err.text);
		else
			c->is_asked = true;
		json_decref(config);
	}
}

static void begin(struct supervisor *s)
{
	struct reload *r = &s->reload;
	r->is_wanted = false;
	r->is_running = true;
	r->gen++;
	r->until_ms = supervisor_ms() + RELOAD_MAX_MS;
	notify_reloading();
	if (settings_load(file_of(s), &r->next, &r->diags) == 0)
		settings_refuse_restart(&s->settings, &r->next, &r->diags);
	if (!r->diags.n_errors)
		ask_all(s);
	look(s);
}

static void answer_busy(struct supervisor *s, int64_t request)
{
	struct diags d;
	diags_init(&d);
	diag_add(&d, DIAG_ERROR, file_of(s), 0, 0,
		 "another reload is under way; try again");
	answer(s, request, false, &d);
	diags_clear(&d);
}

void reload_ask(struct supervisor *s, int64_t request)
{
	struct reload *r = &s->reload;
	if (s->is_stopping)
		return;
	if (!r->is_running && !r->is_wanted) {
		r->is_wanted = true;
		r->request = request;
		r->until_ms = supervisor_ms() + RELOAD_MAX_MS;
		reload_tick(s);
	} else if (request == RELOAD_NOBODY) {
		/* What is still waiting will read the files anew anyway. */
		r->is_again = r->is_running;
	} else if (!r->is_running && r->request == RELOAD_NOBODY) {
		r->request = request;
	} else {
		answer_busy(s, request);
	}
}

static void too_late(struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++) {
		struct child *c = s->children[i];
		if (c->is_asked)
			diag_add(&s->reload.diags, DIAG_ERROR, file_of(s), 0, 0,
				 "%s: no answer within %d s",
				 *c->lane ? c->lane : c->role,
				 RELOAD_MAX_MS / 1000);
	}
	give_up(s);
}

void reload_tick(struct supervisor *s)
{
	struct reload *r = &s->reload;
	const char *missing = NULL;
	bool is_late = supervisor_ms() > r->until_ms;
	if (s->is_stopping)
		return;
	if (r->is_running) {
		if (is_late)
			too_late(s);
		return;
	}
	if (!r->is_wanted)
		return;
	if (children_all_running(s, &missing)) {
		begin(s);
	} else if (is_late) {
		r->is_wanted = false;
		diag_add(&r->diags, DIAG_ERROR, file_of(s), 0, 0,
			 "%s is not running, so nothing can check the new "
			 "configuration: see `etrierctl status`",
			 missing);
		finish(s, false);
	}
}

void reload_clear(struct supervisor *s)
{
	diags_clear(&s->reload.diags);
	settings_clear(&s->reload.next);
}
