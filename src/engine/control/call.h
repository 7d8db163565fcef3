/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ENGINE_CALL_H
#define ETRIER_ENGINE_CALL_H

#include "state.h"

#include <etrier/wire.h>

/* One asker and what was asked, as control.c keeps it and call_trail.c writes
 * it down. Commands see it through control.h alone. */
struct event;

struct control_call {
	struct control *control;
	struct wire *wire;
	struct control_peer peer;
	const struct control_command *command; /* NULL before one was named */
	void *data;
	int64_t id;
	struct event *patience;
	bool has_hello, is_over, is_asked; /* asked: in the audit log */
	int64_t n_rows, about[2];	   /* rows told; people named */
	json_t *args;			   /* borrowed while begin() runs */
	struct control_call *next;
};

struct control {
	struct event_base *base;
	struct event *accept;
	int fd;
	char *path;
	bool one_folder;
	struct engine_state *state;
	struct control_call *calls;
	int n_calls;
	int64_t next_id;
	int64_t refused_ms; /* begin of the minute of n_refused */
	int n_refused;
};

/* call_trail.c: the lines of the audit log about this call. asked: before a
 * change; -1: it must not happen. done: what became of it, with its number of
 * rows; once. refused: who was turned away, not faster than anybody can try. */
int call_trail_asked(struct control_call *call, json_t *args, struct err *err);
int call_trail_done(struct control_call *call, int code, struct err *err);
void call_trail_refused(struct control_call *call, const char *cmd);

#endif
