/* SPDX-License-Identifier: EUPL-1.2 */
/* Tries, from inside a running process of étrier, everything that its
 * confinement must prevent. A library for LD_PRELOAD (the supervisor hands its
 * environment on); it waits until the process is under its seccomp filter, then
 * tries each thing once and lets the process work on. As a program
 * (-DPROBE_ALONE) it does the same without any confinement: what succeeds there
 * and not here is what the confinement is worth.
 *
 *   cc -shared -fPIC -o probe.so probe.c          cc -DPROBE_ALONE -o alone
 * probe.c
 *
 * In: PROBE_OUT   file the results go to, opened before confinement
 *     PROBE_DB    the database; PROBE_DIR its folder; PROBE_SOCK the control
 *                 socket; PROBE_SECRET a key file; PROBE_CRED another
 *     PROBE_PID   a process of the same user, not confined, that stands for
 *                 another role
 * Out: "ROLE ATTEMPT ERRNO" a line, ERRNO 0: it succeeded. verdict.py reads it.
 *
 * Nothing is harmed when an attempt succeeds: signals are number 0, files are
 * opened and closed, what is cut, renamed or removed is a file of the probe's
 * own (PROBE_DIR/probe-{file,unlink,rename}-ROLE), which the test makes beside
 * the database. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int out = -1;
static char role[64];
static char db[300], wal[310], dir[300], sock[108], dgram[320], secret[300],
	cred[300];
static pid_t other;

/* -1 of a call is its errno, anything else success. */
static int of(long r)
{
	return r < 0 ? errno : 0;
}

static int of_fd(int fd)
{
	int e = of(fd);
	if (fd >= 0)
		close(fd);
	return e;
}

static const char *beside(const char *name)
{
	static char path[2][400];
	static int i;
	i = !i;
	snprintf(path[i], sizeof(path[i]), "%s/%s-%s", dir, name, role);
	return path[i];
}

/* --- files --- */
static int open_read(void)
{
	return of_fd(open(db, O_RDONLY));
}
static int open_write(void)
{
	return of_fd(open(db, O_RDWR));
}
static int open_trunc(void)
{
	return of_fd(open(beside("probe-file"), O_WRONLY | O_TRUNC));
}
static int open_wal(void)
{
	return of_fd(open(wal, O_RDWR));
}
static int open_root(void)
{
	char path[400];
	snprintf(path, sizeof(path), "/proc/self/root%s", db);
	return of_fd(open(path, O_RDONLY));
}
static int open_at(void)
{
	int d = open(dir, O_PATH | O_DIRECTORY);
	int e = d < 0 ? errno : of_fd(openat(d, "etrier.db", O_RDONLY));
	if (d >= 0)
		close(d);
	return e;
}
static int list_folder(void)
{
	return of_fd(open(dir, O_RDONLY | O_DIRECTORY));
}
static int truncate_it(void)
{
	return of(truncate(beside("probe-file"), 0));
}
static int unlink_it(void)
{
	return of(unlink(beside("probe-unlink")));
}
static int rename_away(void)
{
	return of(rename(beside("probe-rename"), beside("probe-renamed")));
}
static int hard_link(void)
{
	return of(link(db, beside("probe-link")));
}
static int create_file(void)
{
	return of_fd(open(beside("probe-new"), O_WRONLY | O_CREAT, 0600));
}
static int change_mode(void)
{
	return of(chmod(beside("probe-file"), 0600));
}
static int change_mode_fd(void)
{
	int fd = open(beside("probe-file"), O_PATH);
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int e = fd < 0 ? errno : of(chmod(path, 0600));
	if (fd >= 0)
		close(fd);
	return e;
}
static int change_owner(void)
{
	return of(chown(beside("probe-file"), (uid_t)-1, (gid_t)-1));
}
static int change_times(void)
{
	return of(utimensat(AT_FDCWD, beside("probe-file"), NULL, 0));
}
static int change_xattr(void)
{
	return of(setxattr(beside("probe-file"), "user.probe", "x", 1, 0));
}
static int read_secret(void)
{
	return of_fd(open(secret, O_RDONLY));
}
static int read_credential(void)
{
	return of_fd(open(cred, O_RDONLY));
}

/* --- sockets --- */
static int connect_as(int type)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", sock);
	int fd = socket(AF_UNIX, type, 0);
	int e = fd < 0 ? errno
		       : of(connect(fd, (struct sockaddr *)&a, sizeof(a)));
	if (fd >= 0)
		close(fd);
	return e;
}
static int connect_stream(void)
{
	return connect_as(SOCK_STREAM);
}
static int connect_pair(void)
{
	static const int types[] = {SOCK_DGRAM, SOCK_STREAM, SOCK_SEQPACKET};
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fds[2], e = EPERM;
	for (int i = 0; i < 3 && e; i++) {
		snprintf(a.sun_path, sizeof(a.sun_path), "%s",
			 types[i] == SOCK_DGRAM ? dgram : sock);
		if (socketpair(AF_UNIX, types[i], 0, fds))
			continue;
		e = of(connect(fds[0], (struct sockaddr *)&a, sizeof(a)));
		close(fds[0]);
		close(fds[1]);
	}
	/* An end that is connected already stays where it is. */
	return e == EISCONN || e == EPROTOTYPE ? EPERM : e;
}
static int bind_abstract(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "probe-%d", getpid());
	int e = fd < 0 ? errno : of(bind(fd, (struct sockaddr *)&a, sizeof(a)));
	if (fd >= 0)
		close(fd);
	return e;
}
static int socket_of(long family)
{
	return of_fd((int)syscall(SYS_socket, family, SOCK_DGRAM, 0));
}
static int socket_unix(void)
{
	return socket_of(AF_UNIX);
}
static int socket_unix64(void)
{
	return socket_of((1L << 32) | AF_UNIX);
}
static int socket_inet(void)
{
	return socket_of(AF_INET);
}
static int socket_inet64(void)
{
	return socket_of((1L << 32) | AF_INET);
}
static int socket_inet6(void)
{
	return socket_of(AF_INET6);
}
static int socket_netlink(void)
{
	return socket_of(AF_NETLINK);
}
static int socket_vsock(void)
{
	return socket_of(40);
}

/* --- other processes --- */
static int trace(void)
{
	int e = of(ptrace(PTRACE_SEIZE, other, NULL, NULL));
	if (!e)
		ptrace(PTRACE_DETACH, other, NULL, NULL);
	return e;
}
static int read_memory(void)
{
	char byte;
	struct iovec to = {&byte, 1}, from = {(void *)(size_t)0x1000, 1};
	int e = of(process_vm_readv(other, &to, 1, &from, 1, 0));
	return e == EFAULT ? 0 : e; /* it may; there is nothing mapped */
}
static int open_of(const char *what)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", other, what);
	return of_fd(open(path, O_RDONLY));
}
static int proc_mem(void)
{
	return open_of("mem");
}
static int proc_environ(void)
{
	return open_of("environ");
}
static int proc_fds(void)
{
	return open_of("fd");
}
static int pidfd(void)
{
	return of_fd((int)syscall(SYS_pidfd_open, other, 0));
}
static int signal_kill(void)
{
	return of(kill(other, 0));
}
static int signal_parent(void)
{
	return of(kill(getppid(), 0));
}
static int signal_group(void)
{
	return of(kill(0, 0));
}
static int signal_all(void)
{
	return of(kill(-1, 0));
}
static int signal_tkill(void)
{
	return of(syscall(SYS_tkill, other, 0));
}
static int signal_tgkill(void)
{
	return of(syscall(SYS_tgkill, other, other, 0));
}
static int signal_queue(void)
{
	return of(sigqueue(other, 0, (union sigval){0}));
}
static int signal_owner(void)
{
	int fds[2];
	if (pipe(fds))
		return errno;
	int e = of(fcntl(fds[0], F_SETOWN, other));
	close(fds[0]);
	close(fds[1]);
	return e;
}
static int signal_ioctl(void)
{
	int fds[2], pid = other;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return errno;
	int e = of(ioctl(fds[0], FIOASYNC + 0, &(int){0}))
			? errno
			: of(ioctl(fds[0], 0x8901 /* FIOSETOWN */, &pid));
	close(fds[0]);
	close(fds[1]);
	return e;
}
static int limits(void)
{
	struct rlimit was;
	return of(prlimit(other, RLIMIT_CORE, NULL, &was));
}
static int priority(void)
{
	return of(setpriority(PRIO_PROCESS, (id_t)other, 10));
}
static int affinity(void)
{
	cpu_set_t all;
	memset(&all, 0xff, sizeof(all));
	return of(sched_setaffinity(other, sizeof(all), &all));
}
static int shared_memory(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	int e = of(id);
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return e;
}

/* --- the kernel --- */
static int run_program(void)
{
	pid_t pid = fork();
	int status = 0;
	if (pid == 0) {
		char *argv[] = {(char *)"true", NULL}, *envp[] = {NULL};
		execve("/bin/true", argv, envp);
		_exit(100 + (errno == EPERM ? 1 : errno == EACCES ? 2 : 3));
	}
	if (pid < 0)
		return errno;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 103;
	return code == 0     ? 0
	       : code == 101 ? EPERM
	       : code == 102 ? EACCES
			     : ENOSYS;
}
static int run_memory(void)
{
	int fd = (int)syscall(SYS_memfd_create, "probe", 0);
	char *argv[] = {(char *)"probe", NULL}, *envp[] = {NULL};
	int e = fd < 0 ? errno
		       : of(syscall(SYS_execveat, fd, "", argv, envp, 0x1000));
	if (fd >= 0)
		close(fd);
	return e == ENOEXEC ? 0 : e; /* it may; the file is empty */
}
static int new_namespace(void)
{
	pid_t pid = fork();
	int status = 0;
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) ? 1 : 0);
	if (pid < 0)
		return errno;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : EPERM;
}
static int clone_namespace(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(0);
	int e = of(pid), status;
	if (pid > 0)
		waitpid((pid_t)pid, &status, 0);
	return e;
}
static int ring(void)
{
	char params[256] = {0};
	return of_fd((int)syscall(SYS_io_uring_setup, 1, params));
}
static int perf(void)
{
	struct perf_event_attr a = {.type = PERF_TYPE_SOFTWARE,
				    .size = sizeof(a),
				    .config = PERF_COUNT_SW_DUMMY,
				    .exclude_kernel = 1};
	return of_fd((int)syscall(SYS_perf_event_open, &a, 0, -1, -1, 0));
}
static int faults(void)
{
	return of_fd((int)syscall(SYS_userfaultfd, 1 /* USER_MODE_ONLY */));
}
static int keys(void)
{
	return of(syscall(SYS_keyctl, 0 /* GET_KEYRING_ID */, -2, 0));
}
static int bpf(void)
{
	char attr[128] = {0};
	int e = of_fd((int)syscall(SYS_bpf, 0, attr, sizeof(attr)));
	return e == EINVAL ? 0 : e;
}
#ifdef __x86_64__
/* Calls of another ABI pass by a filter that does not look for them. In a
 * child: the answer may be death. 0: the call was made. */
static int in_child(void (*call)(void))
{
	pid_t pid = fork();
	int status = 0;
	if (pid == 0) {
		call();
		_exit(0);
	}
	if (pid < 0)
		return errno;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : EPERM;
}
static void call_i386(void)
{
	long r = 359; /* socket */
	__asm__ volatile("int $0x80"
			 : "+a"(r)
			 : "b"(AF_UNIX), "c"(SOCK_STREAM), "d"(0)
			 : "memory");
	_exit(r < 0);
}
static void call_x32(void)
{
	long r = syscall(0x40000000 + 41, AF_UNIX, SOCK_STREAM, 0);
	_exit(r < 0);
}
static int abi_i386(void)
{
	return in_child(call_i386);
}
static int abi_x32(void)
{
	return in_child(call_x32);
}
#endif

static const struct {
	const char *name;
	int (*run)(void);
} attempts[] = {
	{"open_read", open_read},
	{"open_write", open_write},
	{"open_trunc", open_trunc},
	{"open_wal", open_wal},
	{"open_root", open_root},
	{"open_at", open_at},
	{"list_folder", list_folder},
	{"truncate", truncate_it},
	{"unlink", unlink_it},
	{"rename", rename_away},
	{"link", hard_link},
	{"create", create_file},
	{"chmod", change_mode},
	{"chmod_fd", change_mode_fd},
	{"chown", change_owner},
	{"utimes", change_times},
	{"setxattr", change_xattr},
	{"secret", read_secret},
	{"credential", read_credential},
	{"connect_stream", connect_stream},
	{"connect_pair", connect_pair},
	{"bind_abstract", bind_abstract},
	{"socket_unix", socket_unix},
	{"socket_unix64", socket_unix64},
	{"socket_inet", socket_inet},
	{"socket_inet64", socket_inet64},
	{"socket_inet6", socket_inet6},
	{"socket_netlink", socket_netlink},
	{"socket_vsock", socket_vsock},
	{"ptrace", trace},
	{"vm_read", read_memory},
	{"proc_mem", proc_mem},
	{"proc_environ", proc_environ},
	{"proc_fd", proc_fds},
	{"pidfd", pidfd},
	{"kill", signal_kill},
	{"kill_parent", signal_parent},
	{"kill_group", signal_group},
	{"kill_all", signal_all},
	{"tkill", signal_tkill},
	{"tgkill", signal_tgkill},
	{"sigqueue", signal_queue},
	{"setown", signal_owner},
	{"setown_ioctl", signal_ioctl},
	{"prlimit", limits},
	{"setpriority", priority},
	{"setaffinity", affinity},
	{"shm", shared_memory},
	{"exec", run_program},
	{"exec_memory", run_memory},
	{"unshare_user", new_namespace},
	{"clone_user", clone_namespace},
	{"io_uring", ring},
	{"perf", perf},
	{"userfaultfd", faults},
	{"keyctl", keys},
	{"bpf", bpf},
#ifdef __x86_64__
	{"abi_i386", abi_i386},
	{"abi_x32", abi_x32},
#endif
};

static void take(char *to, size_t size, const char *name)
{
	const char *v = getenv(name);
	snprintf(to, size, "%s", v ? v : "/nonexistent");
}

static void prepare(void)
{
	const char *file = getenv("PROBE_OUT"), *pid = getenv("PROBE_PID");
	if (!file)
		return;
	out = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	take(db, sizeof(db), "PROBE_DB");
	take(dir, sizeof(dir), "PROBE_DIR");
	take(sock, sizeof(sock), "PROBE_SOCK");
	take(secret, sizeof(secret), "PROBE_SECRET");
	take(cred, sizeof(cred), "PROBE_CRED");
	snprintf(wal, sizeof(wal), "%s-wal", db);
	snprintf(dgram, sizeof(dgram), "%s/probe-dgram", dir);
	other = pid ? (pid_t)atoi(pid) : getppid();
}

/* Until the engine has begun to write; it is another process's affair. */
static void wait_for_database(void)
{
	struct stat st;
	if (!strcmp(role, "engine"))
		return;
	for (int i = 0; i < 200 && (stat(wal, &st) || stat(sock, &st)); i++)
		usleep(50000);
}

static void try_all(void)
{
	wait_for_database();
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		char line[128];
		errno = 0;
		int n = snprintf(line, sizeof(line), "%s %s %d\n", role,
				 attempts[i].name, attempts[i].run());
		if (write(out, line, (size_t)n) != n)
			_exit(99);
	}
	close(out);
	out = -1;
}

#ifdef PROBE_ALONE
int main(void)
{
	snprintf(role, sizeof(role), "unconfined");
	prepare();
	try_all();
	return 0;
}
#else
/* "etrierd --role collector --lane  --gen 2" */
__attribute__((constructor)) static void load(void)
{
	char text[400];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	const char *arg = text + strlen(text) + 1;
	if (n <= 0 || arg >= text + n || strcmp(arg, "--role") != 0)
		return;
	const char *name = arg + strlen(arg) + 1;
	const char *lane = name + strlen(name) + 1;
	lane += strlen(lane) + 1;
	snprintf(role, sizeof(role), "%s", *lane ? lane : name);
	prepare();
}

/* What libevent waits in. The first wait after the role's commit is the moment:
 * the unit has a filter of its own from the start, but what is started is
 * dumpable again until it confines itself. */
int epoll_wait(int fd, struct epoll_event *events, int n, int timeout)
{
	static int (*real)(int, struct epoll_event *, int, int);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "epoll_wait");
	if (out >= 0 && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2 &&
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0) {
		try_all();
	}
	return real(fd, events, n, timeout);
}
#endif
