/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONTROL_H
#define ETRIER_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* The control socket (paths.run/control.sock): how etrierctl asks the engine.
 * Lines of wire.h. One connection, one command:
 *
 *   ctl     hello   {role:"ctl", wire:1, version:"0.1.0"}
 *   ctl     command {cmd:"outbox list", args:{...}}
 *   engine  line    {row:{...}}              any number
 *   engine  end     {code:0, text:"..."}     text: a sentence for people, or
 *                                            absent
 *   engine  error   {code:1, text:"..."}     instead of end
 *
 * `import` is longer: command {cmd:"import", args:{table, origin, columns,
 * n_rejected, dry_run, strict, force}}, engine line {ready:true}, ctl
 * youth|adviser|agency {n:LINE, row:{...}} lines (for a rejected row of youths
 * {n, rejected:true, ref}: it must not count as gone), ctl apply {}; the engine
 * answers with line {row:{reject:{line, column, reason}}} and
 * {row:{diff:{...}}} and end. code is the exit status of etrierctl
 * (surfaces.md).
 *
 * The engine hangs up when its last line has left, refuses who does not say
 * hello first, and does not wait longer than 30 s for a command. */
#define CONTROL_SOCKET_NAME "control.sock"
/* Rows of one listing at most: they wait in the engine's memory until they are
 * read, and WIRE_UNSENT_MAX is the end of that. */
#define CONTROL_LIST_MAX 50000

struct engine_state;
struct control;
struct control_call;
struct event_base;
struct err;

/* Who asks, from SO_PEERCRED and SO_PEERGROUPS:
 *
 *                                      status   read, change   needs
 *   root, the owner of a one-folder
 *   instance                           yes      yes            yes
 *   group etrier-admin                 yes      yes            no
 *   ... and etrier-needs as well       yes      yes            yes
 *   the service's own user             no       no             no
 *   anybody else the socket let in     no       no             no
 */
struct control_peer {
	int64_t uid;
	bool is_admin, may_needs;
};

/* The table above, for a peer of this uid when the service runs as own_uid.
 * False: not welcome. */
bool control_rights(struct control_peer *p, int64_t uid, int64_t own_uid,
		    bool one_folder, bool in_admin, bool in_needs);

/* Bind and listen on path. A peer with the service's own uid is refused unless
 * one_folder: a role that broke out must not command the engine. state is
 * handed to the commands. NULL on failure. */
struct control *control_new(struct event_base *base, const char *path,
			    bool one_folder, struct engine_state *state,
			    struct err *err);
void control_free(struct control *c);

/* For commands. A call lives until control_end() or control_error(); one that
 * outlives its function is found again by its id (the peer may be gone). */
struct engine_state *control_state(const struct control_call *call);
const struct control_peer *control_peer(const struct control_call *call);
int64_t control_id(const struct control_call *call);
struct control_call *control_find(struct control *c, int64_t id);
/* Every call there is, after NULL the first; what it asked (NULL: nothing yet)
 * and what it holds are control_asked() and control_data(). */
struct control_call *control_next(struct control *c,
				  const struct control_call *after);
/* The command is about this person: for the audit log. */
void control_about(struct control_call *call, int64_t person);
const struct control_command *control_asked(const struct control_call *call);
void control_row(struct control_call *call, json_t *row_take);
/* The command waits for lines (import). */
void control_ready(struct control_call *call);
/* text may be NULL. */
void control_end(struct control_call *call, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void control_error(struct control_call *call, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What a command is, for rights, the audit log and a pause. */
enum control_kind {
	CONTROL_STATE,	/* about the service: not in the audit log */
	CONTROL_PEOPLE, /* reads rows about people: one audit line at its end */
	CONTROL_CHANGE, /* changes something: one line before, one after;
			 * refused while the engine is paused */
	CONTROL_RELOAD	/* as a change, but possible in a pause */
};

/* One row per command: the table is in src/engine/control/table.c. */
struct control_command {
	const char *name;
	enum control_kind kind;
	/* Arguments that may stand in the audit log, by blanks; NULL: none.
	 * Never one that names a young person: those are logged by their id. */
	const char *logged;
	void (*run)(struct control_call *call, const json_t *args);
	/* Lines after the command (import); NULL: refused. */
	void (*on_line)(struct control_call *call, const char *type,
			json_t *line);
	/* The peer left before the end; free what the call holds. */
	void (*on_gone)(struct control_call *call);
};
extern const struct control_command control_commands[]; /* name NULL: end */
void control_set_data(struct control_call *call, void *data);
void *control_data(const struct control_call *call);

#endif
