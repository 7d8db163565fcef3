/* SPDX-License-Identifier: EUPL-1.2 */
/* Confinement, from the inside: a child is confined as each role is, tries
 * what it must not do, and tells what it got by its exit status. */
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/role.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
/* after the standard headers */
#include <cmocka.h>

#define EXIT_CONFINE_FAILED 99
/* x86-64 and every other 64-bit machine of Debian. */
#define SYS_IO_URING_SETUP 425

/* A folder with an allowed and a forbidden part, made once. */
static char folder[64];

static const char *in_folder(const char *name)
{
	static char path[4][128];
	static unsigned next;
	char *p = path[next++ % 4];
	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

static int write_file(const char *name)
{
	int fd = open(in_folder(name), O_CREAT | O_WRONLY, 0600);
	if (fd < 0)
		return errno;
	ssize_t n = write(fd, "text", 4);
	close(fd);
	return n == 4 ? 0 : EIO;
}

/* Each act returns 0 or the errno it got. */
typedef int act_fn(void);

static int got(long result)
{
	return result < 0 ? errno : 0;
}

static int act_ptrace(void)
{
	return got(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int act_read_memory(void)
{
	char c;
	struct iovec to = {.iov_base = &c, .iov_len = 1};
	struct iovec from = {.iov_base = folder, .iov_len = 1};
	return got(process_vm_readv(getppid(), &to, 1, &from, 1, 0));
}

static int act_write_memory(void)
{
	struct iovec v = {.iov_base = folder, .iov_len = 1};
	return got(process_vm_writev(getppid(), &v, 1, &v, 1, 0));
}

static int act_pidfd(void)
{
	return got(syscall(SYS_pidfd_open, getppid(), 0));
}

static int act_truncate(void)
{
	return got(truncate(in_folder("read/file"), 0));
}

static int act_exec(void)
{
	char *const argv[] = {NULL};
	return got(execv("/bin/true", argv));
}

static int act_kill_other(void)
{
	return got(kill(getppid(), 0));
}

static int act_kill_group(void)
{
	return got(kill(0, 0));
}

static int act_tgkill_other(void)
{
	return got(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int act_kill_self(void)
{
	return got(kill(getpid(), 0));
}

static int act_tgkill_self(void)
{
	return got(syscall(SYS_tgkill, getpid(), getpid(), 0));
}

static int act_io_uring(void)
{
	return got(syscall(SYS_IO_URING_SETUP, 1, NULL));
}

static int act_unix_socket(void)
{
	return got(socket(AF_UNIX, SOCK_STREAM, 0));
}

/* The kernel drops the upper half of the argument; the filter must too. */
static int act_unix_socket_disguised(void)
{
	return got(syscall(SYS_socket, 0x100000000L | AF_UNIX, SOCK_STREAM, 0));
}

static int act_inet_socket(void)
{
	return got(socket(AF_INET, SOCK_STREAM, 0));
}

static int act_inet6_socket(void)
{
	return got(socket(AF_INET6, SOCK_DGRAM, 0));
}

static int act_netlink_socket(void)
{
	return got(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int act_stream_pair(void)
{
	int fds[2];
	return got(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
}

static int act_datagram_pair(void)
{
	int fds[2];
	return got(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds));
}

static int act_read_allowed(void)
{
	return got(open(in_folder("read/file"), O_RDONLY));
}

static int act_write_in_read(void)
{
	return got(open(in_folder("read/file"), O_WRONLY));
}

static int act_read_outside(void)
{
	return got(open(in_folder("outside"), O_RDONLY));
}

static int act_read_passwd(void)
{
	return got(open("/etc/passwd", O_RDONLY));
}

static int act_list_root(void)
{
	return got(open("/", O_RDONLY | O_DIRECTORY));
}

/* What a Maildir needs: make, write, sync, rename to the sister folder. */
static int act_deliver(void)
{
	int r = write_file("write/tmp/m");
	return r ? r
		 : got(rename(in_folder("write/tmp/m"),
			      in_folder("write/new/m")));
}

static int act_create_outside(void)
{
	return write_file("new-outside");
}

static void *nothing(void *arg)
{
	return arg;
}

static int act_thread(void)
{
	pthread_t t;
	int r = pthread_create(&t, NULL, nothing, NULL);
	return r ? r : pthread_join(t, NULL);
}

/* curl's threaded resolver ends here: nscd's socket is refused, and it must go
 * on to the files. */
static int act_resolve(void)
{
	struct addrinfo *list = NULL;
	int r = getaddrinfo("127.0.0.1", "80", NULL, &list);
	if (!r)
		freeaddrinfo(list);
	return r ? EIO : 0;
}

static void fill_needs(struct role_needs *needs, bool is_engine)
{
	*needs = (struct role_needs){.is_engine = is_engine};
	if (is_engine)
		return;
	needs->read_paths[0] = in_folder("read");
	needs->read_paths[1] = "/no/such/path";
	needs->write_paths[1] = in_folder("write");
}

static int run_confined(bool is_engine, act_fn *act)
{
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct role_needs needs;
		fill_needs(&needs, is_engine);
		if (confine_role(&needs, false, NULL, NULL))
			_exit(EXIT_CONFINE_FAILED);
		_exit(act());
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* -1 in a column: not asked. */
static const struct {
	const char *name;
	act_fn *act;
	int engine, other;
} acts[] = {
	{"ptrace", act_ptrace, EPERM, EPERM},
	{"process_vm_readv", act_read_memory, EPERM, EPERM},
	{"process_vm_writev", act_write_memory, EPERM, EPERM},
	{"pidfd_open", act_pidfd, EPERM, EPERM},
	{"truncate", act_truncate, EPERM, EPERM},
	{"execve", act_exec, EPERM, EPERM},
	{"kill parent", act_kill_other, EPERM, EPERM},
	{"kill group", act_kill_group, EPERM, EPERM},
	{"tgkill parent", act_tgkill_other, EPERM, EPERM},
	{"kill self", act_kill_self, 0, 0},
	{"tgkill self", act_tgkill_self, 0, 0},
	{"io_uring", act_io_uring, EPERM, EPERM},
	{"socket unix", act_unix_socket, 0, EPERM},
	{"socket unix disguised", act_unix_socket_disguised, -1, EPERM},
	{"socket inet", act_inet_socket, EPERM, 0},
	{"socket inet6", act_inet6_socket, EPERM, -1},
	{"socket netlink", act_netlink_socket, EPERM, 0},
	{"socketpair stream", act_stream_pair, 0, 0},
	{"socketpair datagram", act_datagram_pair, -1, EPERM},
	{"thread", act_thread, 0, 0},
	{"getaddrinfo", act_resolve, -1, 0},
};

static const struct {
	const char *name;
	act_fn *act;
	int other;
} file_acts[] = {
	{"read in a read path", act_read_allowed, 0},
	{"write in a read path", act_write_in_read, EACCES},
	{"read outside", act_read_outside, EACCES},
	{"read /etc/passwd", act_read_passwd, EACCES},
	{"list /", act_list_root, EACCES},
	{"deliver in a write path", act_deliver, 0},
	{"create outside", act_create_outside, EACCES},
};

static void check(const char *name, const char *role, int result, int expected)
{
	if (expected >= 0 && result != expected)
		fail_msg("%s, %s: got %s, expected %s", role, name,
			 strerror(result), strerror(expected));
}

static void every_act_is_answered_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		check(acts[i].name, "engine", run_confined(true, acts[i].act),
		      acts[i].engine);
		check(acts[i].name, "other", run_confined(false, acts[i].act),
		      acts[i].other);
	}
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
}

static void only_declared_paths_can_be_opened(void **state)
{
	(void)state;
	if (!has_landlock()) {
		print_message("SKIP: this kernel has no Landlock\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(file_acts); i++)
		check(file_acts[i].name, "other",
		      run_confined(false, file_acts[i].act),
		      file_acts[i].other);
	assert_int_equal(run_confined(true, act_read_outside), 0);
}

/* The table proves nothing if the acts fail anyway: unconfined they do not. */
static void the_acts_succeed_without_confinement(void **state)
{
	(void)state;
	act_fn *const free_acts[] = {act_unix_socket,  act_inet_socket,
				     act_truncate,     act_read_outside,
				     act_read_passwd,  act_kill_other,
				     act_datagram_pair};
	for (size_t i = 0; i < ARRAY_LEN(free_acts); i++) {
		fflush(NULL);
		pid_t pid = fork();
		if (!pid)
			_exit(free_acts[i]());
		int status;
		waitpid(pid, &status, 0);
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void an_allowed_unix_socket_is_allowed(void **state)
{
	(void)state;
	fflush(NULL);
	pid_t pid = fork();
	if (!pid) {
		struct role_needs needs = {.allows_unix = true};
		if (confine_role(&needs, false, NULL, NULL))
			_exit(EXIT_CONFINE_FAILED);
		_exit(act_unix_socket());
	}
	int status;
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- the runner and its programs --- */

static int act_kill_own_group(void)
{
	return got(kill(-getpgrp(), SIGKILL));
}

/* As a user without any process, should it ever be let through. */
static int act_kill_all(void)
{
	enum { NOBODYS = 54321 };
	if (setresuid(NOBODYS, NOBODYS, NOBODYS))
		return EPERM; /* only root can try */
	return got(kill(-1, SIGKILL));
}

static int act_kill_one(void)
{
	return got(kill(getppid(), SIGKILL));
}

static int act_stop_a_group(void)
{
	return got(kill(-INT32_MAX, SIGSTOP));
}

/* There is none of this number: the answer of the kernel, not the filter's. */
static int act_kill_a_group(void)
{
	return got(kill(-INT32_MAX, SIGKILL));
}

static int act_new_session(void)
{
	return got(setsid());
}

static int act_new_group(void)
{
	return got(setpgid(0, 0));
}

static int act_raise(void)
{
	return got(tgkill(getpid(), gettid(), 0));
}

static int act_inet_socket_disguised(void)
{
	return got(syscall(SYS_socket, 0x100000000L | AF_INET, SOCK_STREAM, 0));
}

static int act_make_file(void)
{
	return write_file("read/new");
}

/* A program that may run (a copy of true, in a folder of its own), and one
 * that may only be read. */
static int act_run_allowed(void)
{
	char *const argv[] = {NULL};
	return got(execv(in_folder("run/true"), argv));
}

static int act_run_read_only(void)
{
	char *const argv[] = {NULL};
	return got(execv(in_folder("read/file"), argv));
}

static const struct {
	const char *name;
	act_fn *act;
	int runner, online, offline;
	bool is_file;
} program_acts[] = {
	{"kill one", act_kill_one, EPERM, EPERM, EPERM, false},
	{"kill all", act_kill_all, EPERM, EPERM, EPERM, false},
	{"kill group 0", act_kill_group, EPERM, EPERM, EPERM, false},
	{"kill own group", act_kill_own_group, EPERM, EPERM, EPERM, false},
	{"stop a group", act_stop_a_group, EPERM, EPERM, EPERM, false},
	{"kill a group", act_kill_a_group, ESRCH, EPERM, EPERM, false},
	{"raise", act_raise, 0, 0, 0, false},
	{"setsid", act_new_session, 0, EPERM, EPERM, false},
	{"setpgid", act_new_group, 0, EPERM, EPERM, false},
	{"ptrace", act_ptrace, EPERM, EPERM, EPERM, false},
	{"process_vm_readv", act_read_memory, EPERM, EPERM, EPERM, false},
	{"io_uring", act_io_uring, EPERM, EPERM, EPERM, false},
	{"socket unix", act_unix_socket, EPERM, EPERM, EPERM, false},
	{"socket inet", act_inet_socket, 0, 0, EPERM, false},
	{"socket inet6", act_inet6_socket, -1, 0, EPERM, false},
	{"socket inet disguised", act_inet_socket_disguised, -1, EPERM, EPERM,
	 false},
	{"socket netlink", act_netlink_socket, 0, EPERM, EPERM, false},
	{"socketpair stream", act_stream_pair, 0, 0, EPERM, false},
	{"socketpair datagram", act_datagram_pair, EPERM, EPERM, EPERM, false},
	{"run", act_run_allowed, 0, 0, 0, false},
	{"run what is read", act_run_read_only, EACCES, EACCES, EACCES, true},
	{"read", act_read_allowed, 0, 0, 0, true},
	{"read outside", act_read_outside, EACCES, EACCES, EACCES, true},
	{"make a file", act_make_file, EACCES, EACCES, EACCES, true},
};

static void fill_program_needs(struct role_needs *needs, bool is_runner,
			       bool is_offline)
{
	static const char *reads[2], *runs[4];
	reads[1] = in_folder("read");
	runs[0] = in_folder("run");
	runs[1] = "/lib";
	runs[3] = "/lib64";
	*needs = (struct role_needs){.more_reads = reads,
				     .n_more_reads = ARRAY_LEN(reads),
				     .run_paths = runs,
				     .n_run_paths = ARRAY_LEN(runs),
				     .runs_programs = is_runner,
				     .is_program = !is_runner,
				     .is_offline = is_offline};
}

static int run_as_program(bool is_runner, bool is_offline, act_fn *act)
{
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct role_needs needs;
		/* A group in which a kill that is let through does no harm. */
		if (act != act_new_session && act != act_new_group)
			setpgid(0, 0);
		fill_program_needs(&needs, is_runner, is_offline);
		if (confine_role(&needs, false, NULL, NULL))
			_exit(EXIT_CONFINE_FAILED);
		_exit(act());
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void programs_are_answered_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(program_acts); i++) {
		const char *name = program_acts[i].name;
		act_fn *act = program_acts[i].act;
		if (program_acts[i].is_file && !has_landlock())
			continue;
		check(name, "runner", run_as_program(true, false, act),
		      program_acts[i].runner);
		check(name, "program", run_as_program(false, false, act),
		      program_acts[i].online);
		check(name, "offline", run_as_program(false, true, act),
		      program_acts[i].offline);
	}
}

/* What the runner may still do, its programs may not, and the other way. */
static void the_two_filters_add_up(void **state)
{
	(void)state;
	fflush(NULL);
	pid_t pid = fork();
	if (!pid) {
		struct role_needs needs;
		fill_program_needs(&needs, true, false);
		if (confine_role(&needs, false, NULL, NULL))
			_exit(EXIT_CONFINE_FAILED);
		fill_program_needs(&needs, false, false);
		if (confine_role(&needs, false, NULL, NULL))
			_exit(EXIT_CONFINE_FAILED);
		_exit(act_kill_a_group() == EPERM && act_kill_self() == EPERM &&
				      act_run_allowed() == 0
			      ? 0
			      : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int confine_as_required(void)
{
	struct role_needs needs;
	const char *warning = NULL;
	fill_needs(&needs, false);
	if (confine_role(&needs, true, &warning, NULL))
		return EXIT_CONFINE_FAILED;
	return warning ? 1 : 0;
}

static int confine_as_preferred(void)
{
	struct role_needs needs;
	const char *warning = NULL;
	fill_needs(&needs, false);
	if (confine_role(&needs, false, &warning, NULL))
		return EXIT_CONFINE_FAILED;
	return warning ? 1 : 0;
}

/* What a unit whose SystemCallFilter forgets landlock_* does. */
static void forbid_landlock(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM),
			 SCMP_SYS(landlock_create_ruleset), 0);
	if (seccomp_load(f))
		_exit(EXIT_CONFINE_FAILED);
	seccomp_release(f);
}

static int confine_in_child(bool has_to_miss, act_fn *how)
{
	fflush(NULL);
	pid_t pid = fork();
	if (!pid) {
		if (has_to_miss)
			forbid_landlock();
		_exit(how());
	}
	int status;
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void missing_landlock_is_refused_or_told(void **state)
{
	(void)state;
	assert_int_equal(confine_in_child(true, confine_as_required),
			 EXIT_CONFINE_FAILED);
	assert_int_equal(confine_in_child(true, confine_as_preferred), 1);
	if (!has_landlock())
		return;
	assert_int_equal(confine_in_child(false, confine_as_required), 0);
	assert_int_equal(confine_in_child(false, confine_as_preferred), 0);
}

static int copy_true(void)
{
	char bytes[4096];
	int from = open("/bin/true", O_RDONLY);
	int to = open(in_folder("run/true"), O_CREAT | O_WRONLY, 0700);
	ssize_t n;
	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, (size_t)n) != n)
			break;
	close(from);
	close(to);
	return n != 0;
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/etrier-confine-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(mkdir(in_folder("read"), 0700), 0);
	assert_int_equal(mkdir(in_folder("write"), 0700), 0);
	assert_int_equal(mkdir(in_folder("write/tmp"), 0700), 0);
	assert_int_equal(mkdir(in_folder("write/new"), 0700), 0);
	assert_int_equal(mkdir(in_folder("run"), 0700), 0);
	assert_int_equal(write_file("read/file"), 0);
	assert_int_equal(chmod(in_folder("read/file"), 0700), 0);
	return write_file("outside") || copy_true();
}

static int remove_folder(void **state)
{
	(void)state;
	static const char *const files[] = {"read/file", "outside",
					    "write/new/m", "run/true"};
	static const char *const folders[] = {"write/tmp", "write/new", "write",
					      "read",	   "run",	""};
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		unlink(in_folder(files[i]));
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		rmdir(in_folder(folders[i]));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_acts_succeed_without_confinement),
		cmocka_unit_test(every_act_is_answered_as_the_table_says),
		cmocka_unit_test(only_declared_paths_can_be_opened),
		cmocka_unit_test(programs_are_answered_as_the_table_says),
		cmocka_unit_test(the_two_filters_add_up),
		cmocka_unit_test(an_allowed_unix_socket_is_allowed),
		cmocka_unit_test(missing_landlock_is_refused_or_told)};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
