/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ROLE_H
#define ETRIER_ROLE_H

#include <etrier/wire.h>

/* What every role shares: the dialogue with the supervisor, confinement, the
 * orderly end. A role is `etrierd --role NAME` with its descriptors at fixed
 * numbers. */
enum { ROLE_FD_SUPERVISOR = 3, ROLE_FD_ENGINE = 4, ROLE_FD_EXTRA = 5 };
/* For the engine ROLE_FD_ENGINE is the SEQPACKET end on which the supervisor
 * hands over the engine's ends of the other roles' pairs, and ROLE_FD_EXTRA the
 * locked file of the state folder: while an engine lives no second instance
 * starts, even when its supervisor was killed. For the front ROLE_FD_EXTRA is
 * the listening socket that systemd gave, if it gave one. */
#define ROLE_EXIT_CONFIG 78 /* configuration or confinement refused */
#define ROLE_STOP_S	 20 /* an orderly end takes no longer */
#define ROLE_ALIVE_S	 2  /* the engine says `alive` this often */
/* The text of one role's configuration (rules, templates included). */
#define ROLE_CONFIG_MAX ((size_t)16 * 1024 * 1024)
#define ROLE_PATHS_MAX	12

struct event_base;
struct clock;
struct diags;
struct err;
struct role;
struct buf;

/* Descriptors and folders a role keeps after confinement. Paths that do not
 * exist are ignored; folders count with all that is below them. A path is bound
 * to what it is at that moment: a file that others replace by rename() is out
 * of reach afterwards, so name its folder where that matters. */
struct role_needs {
	const char *read_paths[ROLE_PATHS_MAX];	 /* NULL: none */
	const char *write_paths[ROLE_PATHS_MAX]; /* read, write, make, remove */
	bool is_engine;	  /* sockets of AF_UNIX only; no Landlock */
	bool allows_unix; /* others: may still open AF_UNIX sockets */
	/* Lists of any length, borrowed until confinement; NULL entries are
	 * passed over. */
	const char *const *more_reads, *const *run_paths; /* read; read, run */
	size_t n_more_reads, n_run_paths;
	/* The runner: may run programs, and send SIGKILL to a group of
	 * processes other than its own. */
	bool runs_programs;
	/* A process about to become a program: may run others, stays in its
	 * group, sends no signal to another, opens AF_INET and AF_INET6 only.
	 */
	bool is_program;
	bool is_offline; /* no socket and no pair of sockets at all */
};

struct role_ops {
	const char *name; /* "collector", "courier", ... */
	/* Check and build a new configuration beside the one in force. `config`
	 * is the role's object of settings_for_role(), borrowed. -1 with
	 * diagnostics: the old one stays. Called again before any commit: the
	 * former preparation is replaced. */
	int (*prepare)(void *ctx, const json_t *config, struct diags *d);
	/* Put the prepared configuration in force. The first time: bind and
	 * open what must be opened before confinement and fill *needs. -1:
	 * the role exits ROLE_EXIT_CONFIG with the reason in err. */
	int (*commit)(void *ctx, struct role_needs *needs, struct err *err);
	void (*drop)(void *ctx); /* forget what was prepared */
	/* After the first commit, now confined: begin to work. */
	void (*start)(void *ctx);
	/* Finish what is in hand, begin nothing; call role_stopped() when
	 * done, at the latest ROLE_STOP_S later the process exits anyway. */
	void (*stop)(void *ctx);
	/* Optional: the loop is over, the event base still there; free events,
	 * wires and listeners of the role's own here, not after role_run(). */
	void (*end)(void *ctx);
	/* A line from the engine (not for the engine role). */
	void (*on_engine)(void *ctx, const char *type, json_t *line);
	/* Optional: a line from the supervisor that role.c does not know (the
	 * engine: `roles`, `reload_done`; see supervisor's lines below). */
	void (*on_supervisor)(void *ctx, const char *type, json_t *line);
	/* Engine only: a role's end was handed over. Takes fd. */
	void (*on_peer)(void *ctx, const char *role, const char *lane,
			int64_t gen, int fd);
};

/* Lines between supervisor and role, all handled by role.c but the last three:
 *   -> config {gen, text, end}   the JSON text in pieces, see below
 *   -> commit {gen}, drop {gen}, stop
 *   <- hello {role, lane, gen, version}, also first on the engine's wire
 *   <- ready {gen}, refused {gen, diagnostics}
 *   <- confined {landlock, warning}   after the first commit
 *   <- alive                     the engine, every ROLE_ALIVE_S
 *   <- state {text}              the engine, when it changes: how it goes
 *   <- reload {id}               the engine, for `etrierctl reload`
 *   -> reload_done {id, ok, diagnostics}
 *   -> roles {roles: [{role, lane, pid, restarts, since, state, warning}]}
 *      at each change; since: instant; state: down starting running stopping
 * The engine's handed-over descriptors come with peer {role, lane, gen}. gen of
 * hello and peer counts processes, gen of config counts configurations. */

/* Runs the role to its end; returns the exit status. lane is "" or "mail-1",
 * borrowed for ever (the log's name). Ignores SIGPIPE, SIGTERM, SIGINT, SIGHUP;
 * `log.level` and `security.landlock` of the configuration are applied here. */
int role_run(const struct role_ops *ops, void *ctx, struct role **self,
	     const char *lane, int64_t gen);

/* For use in callbacks (role_run() sets *self before the first of them). */
struct event_base *role_event_base(struct role *r);
const struct clock *role_clock(struct role *r);
struct wire *role_engine(struct role *r); /* NULL for the engine */
struct wire *role_supervisor(struct role *r);
void role_stopped(struct role *r);
bool role_is_stopping(const struct role *r);

/* Apply `log.level` of a configuration. */
void role_set_log_level(const json_t *config);
/* Send a configuration to a role. -1: above ROLE_CONFIG_MAX, nothing sent. */
int role_send_config(struct wire *w, int64_t gen, const json_t *config,
		     struct err *err);
/* Collect it: text is kept by the caller (buf_init() with ROLE_CONFIG_MAX) and
 * *gen with it; a piece of another gen begins anew. 1 complete (*config is the
 * caller's), 0 more to come, -1 too large or no JSON. */
int role_take_config(struct buf *text, int64_t *gen, const json_t *line,
		     json_t **config, struct err *err);

/* confine.c: apply what architecture.md demands to this process. required:
 * -1 when Landlock or seccomp is not to be had; otherwise *warning (static
 * text or NULL) says what is missing. */
int confine_supervisor(struct err *err);
int confine_role(const struct role_needs *needs, bool required,
		 const char **warning, struct err *err);

#endif
