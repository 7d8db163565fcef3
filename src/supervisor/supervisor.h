/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SUPERVISOR_SUPERVISOR_H
#define SUPERVISOR_SUPERVISOR_H

#include <etrier/diag.h>
#include <etrier/role.h>
#include <etrier/settings.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The process that starts the others and nothing else: it touches neither data
 * nor network. One loop, one list of children, one configuration in force and
 * at most one reload under way. All its times are clock_mono_ms(). */

/* engine, collector, runner, front and 16 lanes each of mail and SMS. */
#define CHILDREN_MAX 40
#define NAME_SIZE    16

#define BACKOFF_MIN_MS 1000
#define BACKOFF_MAX_MS 60000
/* A child that lived this long starts again without a debt. */
#define STEADY_MS 60000
/* From spawn to confined: an engine may migrate a large store first. */
#define START_MAX_MS 120000
/* An engine that does not say `alive` for so long is stuck. */
#define SILENT_MAX_MS 20000
/* The end of all: lanes until 21 s, then the engine, which must outlive them to
 * record their verdicts; TimeoutStopSec and the promise are 30 s. */
#define STOP_ROLES_MS  21000
#define STOP_ALONE_MS  22000 /* the engine waits no longer for the lanes */
#define STOP_ENGINE_MS 25000
#define STOP_MAX_MS    27000 /* nobody waits any longer */
/* Roles answer a reload, and come up for one, in this time. */
#define RELOAD_MAX_MS 30000
/* At the first start, after one refused, the others are heard so long. */
#define REFUSALS_MAX_MS 5000

enum child_state {
	CHILD_DOWN,	/* no process; starts at next_start_ms */
	CHILD_STARTING, /* spawned, not yet committed and confined */
	CHILD_RUNNING,
	CHILD_STOPPING /* asked to; killed at kill_ms */
};

struct child {
	struct supervisor *s;
	char role[NAME_SIZE], lane[NAME_SIZE];
	enum child_state state;
	bool is_wanted; /* by the configuration in force */
	pid_t pid;
	struct wire *wire;
	int handover;	     /* engine: our end, otherwise -1 */
	int64_t process_gen; /* of the process */
	int64_t ready_gen;   /* last configuration found good, -1 */
	bool is_asked;	     /* a reload waits for its answer */
	bool has_refused;    /* its first configuration */
	bool is_expected;    /* its end: we asked for it */
	bool is_killed;	     /* SIGKILL is on its way */
	int64_t started_ms, kill_ms, next_start_ms, backoff_ms;
	int64_t alive_ms; /* engine: last `alive`, or when one is due */
	int64_t since;	  /* instant of the last start */
	int64_t restarts;
	char *warning; /* of its confinement, or NULL */
};

struct reload {
	bool is_wanted;	 /* waits until every child runs */
	bool is_running; /* configurations are out */
	bool is_again;	 /* a signal came meanwhile */
	int64_t request; /* id of the engine's request, -1 a signal */
	int64_t gen, until_ms;
	struct settings next;
	struct diags diags;
};

struct supervisor_options {
	const char *file;    /* etrier.yaml */
	const char *program; /* "/proc/self/exe"; tests have their own */
};

struct supervisor {
	const struct supervisor_options *options;
	struct event_base *base;
	struct settings settings;
	int64_t config_gen, last_process_gen;
	struct child *children[CHILDREN_MAX];
	size_t n_children;
	int lock_fd;
	int front_fd;	    /* systemd's socket for the pages, or -1 */
	bool is_booting;    /* commits wait until every role is ready */
	int64_t refused_ms; /* when one refused meanwhile, 0: none */
	bool is_stopping;
	int64_t stop_ms; /* when the end began */
	int status;
	struct reload reload;
};

/* The request of a reload that came by a signal: nobody waits for an answer. */
#define RELOAD_NOBODY (-1)

/* supervisor.c: run to the end; the exit status of etrierd. */
int supervisor_run(const struct supervisor_options *options);
/* Stop everything, exit with status. */
void supervisor_stop(struct supervisor *s, int status);
/* One line of log per diagnostic. */
void supervisor_log_diags(const struct diags *d);
int64_t supervisor_ms(void);

/* lock.c: 0 and the descriptor, or -1 with whom to ask. A lock whose owner's
 * supervisor is gone is waited for: its engine is finishing. */
int lock_state(const char *folder, int *fd, struct err *err);

/* children.c */
/* Make the list what the configuration wants: new children are down and due,
 * those no longer wanted are stopped. */
void children_sync(struct supervisor *s);
void children_free(struct supervisor *s);
struct child *children_engine(struct supervisor *s);
bool children_all_running(const struct supervisor *s, const char **missing);
size_t children_alive(const struct supervisor *s, bool with_engine);
void children_reap(struct supervisor *s);
/* Start what is due, kill what is overdue. */
void children_tick(struct supervisor *s);
void child_stop(struct child *c, int64_t kill_ms);
void child_send_gen(struct child *c, const char *type, int64_t gen);
/* The engine's copy of the list, for `status` and metrics. */
void children_tell(struct supervisor *s);

/* spawn.c: 0, or -1 with the reason; *c then has no process. */
int child_spawn(struct child *c, const struct wire_handler *handler,
		struct err *err);

/* reload.c */
void reload_ask(struct supervisor *s, int64_t request);
void reload_ready(struct child *c);
/* diagnostics: the line's array, or NULL with a reason of ours. */
void reload_refused(struct child *c, const json_t *diagnostics,
		    const char *reason);
void reload_tick(struct supervisor *s);
void reload_clear(struct supervisor *s);

/* notify.c: sd_notify(3) by hand; silent when $NOTIFY_SOCKET is not set. */
void notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void notify_reloading(void);
/* Half of WATCHDOG_USEC in milliseconds, 0 when nobody watches. */
int64_t notify_watchdog_ms(void);

#endif
