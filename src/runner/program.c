/* SPDX-License-Identifier: EUPL-1.2 */
/* From a command to a running, confined program. Between fork() and exec() the
 * order matters: first what the filter will forbid (a session, descriptors),
 * then Landlock and seccomp, the limits last, because our own code would not
 * live under the program's.
 *
 * A pipe that exec() closes tells how it went: nothing, or why not. So whoever
 * knows the number of a program knows that its group exists. */
#include "program.h"
#include "reach.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/role.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	READ,
	WRITE,		/* ends of a pipe */
	FD_TOLD = 3,	/* in the child, beside 0 1 2 */
	FD_ABOVE = 16,	/* so that dup2() overwrites no source */
	TOLD_MAX = 300, /* bytes of a reason */
	CPU_GRACE_S = 5 /* from SIGXCPU to SIGKILL */
};

/* --- in the child --------------------------------------------------------- */

static int place_fds(int in, int out, int err_fd, int told)
{
	const int from[] = {in, out, err_fd, told};
	int high[ARRAY_LEN(from)];
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		high[i] = fcntl(from[i], F_DUPFD, FD_ABOVE);
		if (high[i] < 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(from); i++)
		if (dup2(high[i], (int)i) < 0)
			return -1;
	return fcntl(FD_TOLD, F_SETFD, FD_CLOEXEC) ||
			       close_range(FD_TOLD + 1, ~0U, 0)
		       ? -1
		       : 0;
}

/* What the service ignores a program must not ignore. */
static void restore_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
}

static int confine_program(const struct program *p, struct err *err)
{
	struct arena a;
	struct reach r;
	struct role_needs needs;
	arena_init(&a);
	reach_init(&r, &a, 1);
	reach_add(&r, p->source, p->ca_file);
	reach_needs(&r, &needs);
	needs.is_program = true;
	return confine_role(&needs, p->is_required, NULL, err);
}

static int set_limits(const struct program *p)
{
	rlim_t cpu_s = (rlim_t)js_int(p->source, "timeout_s", 1);
	const struct {
		int what;
		rlim_t soft, hard;
	} limits[] = {
		{RLIMIT_CPU, cpu_s, cpu_s + CPU_GRACE_S},
		{RLIMIT_CORE, 0, 0},
		{RLIMIT_FSIZE, 0, 0},
		{RLIMIT_NOFILE, PROGRAM_FILES_MAX, PROGRAM_FILES_MAX},
		{RLIMIT_NPROC, (rlim_t)p->n_tasks, (rlim_t)p->n_tasks},
		{RLIMIT_AS, PROGRAM_MEMORY_MAX, PROGRAM_MEMORY_MAX},
	};
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct rlimit now;
		if (getrlimit((__rlimit_resource_t)limits[i].what, &now))
			return -1;
		/* A limit that is lower already stays. */
		if (now.rlim_max > limits[i].hard)
			now.rlim_max = limits[i].hard;
		now.rlim_cur = limits[i].soft < now.rlim_max ? limits[i].soft
							     : now.rlim_max;
		if (setrlimit((__rlimit_resource_t)limits[i].what, &now))
			return -1;
	}
	return 0;
}

static _Noreturn void tell(int fd, const struct err *err)
{
	ssize_t n = write(fd, err->text, strlen(err->text));
	_exit(n > 0 ? 127 : 126); /* nobody asks */
}

static char **arguments(const json_t *source)
{
	const json_t *command = json_object_get(source, "command");
	size_t n = json_array_size(command);
	char **argv = mem_array(n + 1, sizeof(*argv));
	for (size_t i = 0; i < n; i++)
		argv[i] =
			mem_dup(json_string_value(json_array_get(command, i)));
	return argv;
}

static _Noreturn void become(const struct program *p, int in, int out,
			     int err_fd, int told)
{
	char **argv = arguments(p->source);
	char *name =
		mem_printf("ETRIER_SOURCE=%s", js_str(p->source, "name", ""));
	char path[] = "PATH=/usr/bin:/bin", lang[] = "LANG=C.UTF-8",
	     zone[] = "TZ=Europe/Paris", home[] = "HOME=/nonexistent";
	char *const environment[] = {path, lang, zone, home, name, NULL};
	struct err err = {0};
	restore_signals();
	/* Without the runner nobody would end it: it dies with it. */
	if (setsid() < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) || chdir("/") ||
	    place_fds(in, out, err_fd, told)) {
		err_set(&err, ERR_CONFIG, "%s", strerror(errno));
		tell(told, &err);
	}
	if (confine_program(p, &err))
		tell(FD_TOLD, &err);
	if (set_limits(p))
		err_set(&err, ERR_CONFIG, "limits: %s", strerror(errno));
	else if (execve(argv[0], argv, environment))
		err_set(&err, ERR_CONFIG, "%s: %s%s", argv[0], strerror(errno),
			errno == EACCES ? " (replaced? etrierctl reload)" : "");
	tell(FD_TOLD, &err);
}

/* --- in the runner -------------------------------------------------------- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Waits for exec(): some milliseconds. Nothing said: it went well. */
static int hear(int fd, pid_t pid, struct err *err)
{
	char text[TOLD_MAX];
	ssize_t n;
	do
		n = read(fd, text, sizeof(text) - 1);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	text[n > 0 ? n : 0] = '\0';
	waitpid(pid, NULL, 0);
	return err_set(err, ERR_CONFIG, "the program cannot be run: %s", text);
}

int program_start(const struct program *p, struct program_process *out,
		  struct err *err)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int o[2] = {-1, -1}, e[2] = {-1, -1}, told[2] = {-1, -1};
	int result = -1;
	pid_t pid = -1;
	if (in < 0 || pipe2(o, O_CLOEXEC) || pipe2(e, O_CLOEXEC) ||
	    pipe2(told, O_CLOEXEC) || (pid = fork()) < 0) {
		err_set(err, ERR_NETWORK, "no process for the program: %s",
			strerror(errno));
		goto out;
	}
	if (pid == 0)
		become(p, in, o[WRITE], e[WRITE], told[WRITE]);
	close_fd(&told[WRITE]);
	result = hear(told[READ], pid, err);
	if (result)
		goto out;
	fcntl(o[READ], F_SETFL, O_NONBLOCK);
	fcntl(e[READ], F_SETFL, O_NONBLOCK);
	*out = (struct program_process){pid, o[READ], e[READ]};
	o[READ] = e[READ] = -1;
out:
	close_fd(&in);
	for (int i = READ; i <= WRITE; i++) {
		close_fd(&o[i]);
		close_fd(&e[i]);
		close_fd(&told[i]);
	}
	return result;
}

void program_kill(pid_t pid)
{
	kill(-pid, SIGKILL);
}

bool program_has_ended(pid_t pid, int *status)
{
	siginfo_t info = {0};
	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ||
	    info.si_pid != pid)
		return false;
	program_kill(pid);
	return waitpid(pid, status, 0) == pid;
}
