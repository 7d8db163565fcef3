/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RUNNER_PROGRAM_H
#define ETRIER_RUNNER_PROGRAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

/* Memory that one process of a program may map: an interpreter with a large
 * document, far below MemoryMax of the unit. */
#define PROGRAM_MEMORY_MAX ((int64_t)1024 * 1024 * 1024)
#define PROGRAM_FILES_MAX  64
/* All tasks of the user count, the service's own too (37 processes and the
 * resolver's threads): above them and below TasksMax of the unit, so that a
 * program that forks without end takes none that another role needs. */
#define PROGRAM_TASKS_SERVICE 128
/* The same when the user is a person with a session of his own. */
#define PROGRAM_TASKS_PERSON 4096

struct program {
	const json_t *source; /* of source_read(), kind exec */
	const char *ca_file;  /* or NULL */
	bool is_required;     /* security.landlock */
	int64_t n_tasks;      /* PROGRAM_TASKS_... */
};

/* A process group of its own; the ends of its pipes are the caller's, do not
 * block and are closed by exec. */
struct program_process {
	pid_t pid; /* also of the group and the session */
	int out, err;
};

/* Start the source's command: a new session, stdin empty, a small environment,
 * no other descriptor, every limit set, confined. Returns when the program
 * itself runs; -1 (ERR_CONFIG) when it could not be confined or run. */
int program_start(const struct program *p, struct program_process *out,
		  struct err *err);
/* SIGKILL to all of the group. Call before the process is reaped: afterwards
 * its number may be another's. */
void program_kill(pid_t pid);
/* Has it ended? Then the rest of its group is killed, it is reaped and *status
 * is that of waitpid(2). Does not block. */
bool program_has_ended(pid_t pid, int *status);

#endif
