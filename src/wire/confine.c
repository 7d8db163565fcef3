/* SPDX-License-Identifier: EUPL-1.2 */
/* What a role can no longer do after its first commit.
 *
 *                    engine      collector, courier, front
 *   seccomp, EPERM   common list common list
 *                    list        list, and no file's attributes
 *   socket()         AF_UNIX     anything but AF_UNIX
 *   Landlock         no          only the declared paths
 *
 * The runner is as the collector, but may run programs and kill groups of
 * processes that are not the service's own. What it runs is confined once
 * more: no signal to another, no way out of its group (or killing the group
 * would not be enough), no socket or the internet's only.
 *
 * All roles share one uid, so each confines itself; nothing here can be undone
 * by the process. Denied calls answer EPERM and do not kill: a resolver that
 * first tries nscd's socket must go on to DNS. It does not limit memory, time
 * or network addresses: that is the unit's part.
 *
 * Landlock binds to inodes and needs no library. Debian 12's headers describe
 * ABI 2, so the later bits are named here. No ABI has a right for truncate(2)
 * before 3 or for connect(2) to a Unix socket: the filter has both. */
#include <etrier/err.h>
#include <etrier/role.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ACCESS_TRUNCATE	 (UINT64_C(1) << 14) /* ABI 3, Linux 6.2 */
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5, Linux 6.10 */
/* All rights of ABI 1 are the bits below REFER, which is ABI 2. */
#define ACCESS_ABI1 (LANDLOCK_ACCESS_FS_REFER - 1)

#define ACCESS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_RUN  (ACCESS_READ | LANDLOCK_ACCESS_FS_EXECUTE)
#define ACCESS_WRITE                                                      \
	(ACCESS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE |                    \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |      \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	 LANDLOCK_ACCESS_FS_REFER | ACCESS_TRUNCATE)
/* The rights that make sense on something that is no folder. */
#define ACCESS_OF_FILES                                                 \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	 LANDLOCK_ACCESS_FS_EXECUTE | ACCESS_TRUNCATE)

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_LEAK_CHECK 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WITH_LEAK_CHECK 1
#endif

#ifdef WITH_LEAK_CHECK
/* LeakSanitizer's check at exit attaches with ptrace, which the filter denies,
 * and would turn every good exit into a failure. It asks this hook. */
static int is_confined;
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return is_confined;
}
#endif

/* --- seccomp --- */

static int deny(scmp_filter_ctx f, int call, unsigned n,
		const struct scmp_arg_cmp *args)
{
	int r = seccomp_rule_add_array(f, SCMP_ACT_ERRNO(EPERM), call, n, args);
	/* -EDOM: this machine has no such call. */
	return r == -EDOM ? 0 : r;
}

/* The kernel reads 32 bits of these arguments and the filter sees 64: an
 * equality looks at the low half alone, or bits set above it would pass. An
 * inequality may look at all. (libseccomp's SCMP_A0_32 compares all.) */
static struct scmp_arg_cmp equals(unsigned arg, uint32_t mask, int value)
{
	return (struct scmp_arg_cmp){.arg = arg,
				     .op = SCMP_CMP_MASKED_EQ,
				     .datum_a = mask,
				     .datum_b = (uint32_t)value};
}

static struct scmp_arg_cmp differs(unsigned arg, int value)
{
	return (struct scmp_arg_cmp){
		.arg = arg, .op = SCMP_CMP_NE, .datum_a = (uint32_t)value};
}

static int deny_all(scmp_filter_ctx f, const int *calls, size_t n)
{
	int r = 0;
	for (size_t i = 0; i < n && !r; i++)
		r = deny(f, calls[i], 0, NULL);
	return r;
}

/* For every role. */
static int deny_common(scmp_filter_ctx f)
{
	static const int calls[] = {
		/* other processes' memory, life and standing */
		SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise),
		SCMP_SYS(process_mrelease), SCMP_SYS(kcmp),
		SCMP_SYS(migrate_pages), SCMP_SYS(move_pages),
		SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd),
		SCMP_SYS(pidfd_send_signal), SCMP_SYS(tkill),
		SCMP_SYS(setpriority), SCMP_SYS(ioprio_set),
		/* what all processes of a user share */
		SCMP_SYS(shmget), SCMP_SYS(msgget), SCMP_SYS(semget),
		SCMP_SYS(mq_open), SCMP_SYS(keyctl), SCMP_SYS(add_key),
		SCMP_SYS(request_key),
		/* files by other ways than open(2) */
		SCMP_SYS(truncate), SCMP_SYS(truncate64),
		SCMP_SYS(open_by_handle_at),
		/* programs that are no file; namespaces, in which one is root
		 */
		SCMP_SYS(execveat), SCMP_SYS(unshare), SCMP_SYS(setns),
		SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(chroot),
		SCMP_SYS(pivot_root),
		/* io_uring opens sockets behind the filter's back; the others
		 * have been ways into the kernel */
		SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
		SCMP_SYS(io_uring_register), SCMP_SYS(bpf),
		SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd)};
	return deny_all(f, calls, sizeof(calls) / sizeof(calls[0]));
}

/* Landlock has no rights for these, and the owner of a file may do them. The
 * engine's database needs some. */
static int deny_attributes(scmp_filter_ctx f)
{
	static const int calls[] = {
		SCMP_SYS(chmod),       SCMP_SYS(fchmod),
		SCMP_SYS(fchmodat),    SCMP_SYS(chown),
		SCMP_SYS(fchown),      SCMP_SYS(lchown),
		SCMP_SYS(fchownat),    SCMP_SYS(utime),
		SCMP_SYS(utimes),      SCMP_SYS(futimesat),
		SCMP_SYS(utimensat),   SCMP_SYS(setxattr),
		SCMP_SYS(lsetxattr),   SCMP_SYS(fsetxattr),
		SCMP_SYS(removexattr), SCMP_SYS(lremovexattr),
		SCMP_SYS(fremovexattr)};
	return deny_all(f, calls, sizeof(calls) / sizeof(calls[0]));
}

/* Calls that are fine for oneself (process 0) and harm another. */
static int deny_for_others(scmp_filter_ctx f)
{
	static const int calls[] = {
		SCMP_SYS(prlimit64), SCMP_SYS(sched_setaffinity),
		SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setparam),
		SCMP_SYS(sched_setattr)};
	const struct scmp_arg_cmp other = differs(0, 0);
	int r = 0;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && !r; i++)
		r = deny(f, calls[i], 1, &other);
	return r;
}

/* A descriptor can be made to signal any process of the same user. */
static int deny_owners(scmp_filter_ctx f)
{
	static const struct {
		int call, word;
	} ways[] = {{SCMP_SYS(fcntl), F_SETOWN},
		    {SCMP_SYS(fcntl), F_SETOWN_EX},
		    {SCMP_SYS(fcntl), F_SETSIG},
		    {SCMP_SYS(ioctl), FIOSETOWN},
		    {SCMP_SYS(ioctl), SIOCSPGRP}};
	int r = 0;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && !r; i++) {
		const struct scmp_arg_cmp is =
			equals(1, UINT32_MAX, ways[i].word);
		r = deny(f, ways[i].call, 1, &is);
	}
	return r;
}

/* Threads, but no user namespace. The flags of clone3() lie in memory, where no
 * filter looks; without it the C library falls back to clone(). */
static int deny_namespaces(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp is_user =
		equals(0, CLONE_NEWUSER, CLONE_NEWUSER);
	int r = deny(f, SCMP_SYS(clone), 1, &is_user);
	if (!r)
		r = seccomp_rule_add_array(f, SCMP_ACT_ERRNO(ENOSYS),
					   SCMP_SYS(clone3), 0, NULL);
	return r == -EDOM ? 0 : r;
}

/* The runner ends its programs by their group. No single process, no "all",
 * and not the group that the roles are in. */
static int deny_kills(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp rules[] = {
		equals(0, UINT32_C(1) << 31, 0), /* not negative */
		equals(0, UINT32_MAX, -1), equals(0, UINT32_MAX, -getpgrp()),
		differs(1, SIGKILL)};
	int r = 0;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && !r; i++)
		r = deny(f, SCMP_SYS(kill), 1, &rules[i]);
	return r;
}

/* Signals go to this process only: abort() and threads need that. The calls
 * have the process in their first argument; kill() is the first of them. */
static int deny_signals(scmp_filter_ctx f, bool runs_programs)
{
	static const int calls[] = {SCMP_SYS(kill), SCMP_SYS(tgkill),
				    SCMP_SYS(rt_sigqueueinfo),
				    SCMP_SYS(rt_tgsigqueueinfo)};
	const struct scmp_arg_cmp other = differs(0, getpid());
	int r = runs_programs ? deny_kills(f) : 0;
	for (size_t i = runs_programs; i < sizeof(calls) / sizeof(calls[0]);
	     i++)
		r = r ? r : deny(f, calls[i], 1, &other);
	return r;
}

/* A program of the runner's stays in the group that it is killed with. */
static int deny_leaving(scmp_filter_ctx f)
{
	static const int calls[] = {SCMP_SYS(setsid), SCMP_SYS(setpgid)};
	return deny_all(f, calls, sizeof(calls) / sizeof(calls[0]));
}

/* Every family but IPv4 and IPv6. Compared whole: a number with a bit above the
 * kernel's 32 is greater than both. */
static int deny_all_but_internet(scmp_filter_ctx f)
{
	static const struct {
		enum scmp_compare op;
		scmp_datum_t family;
	} others[] = {{SCMP_CMP_LT, AF_INET}, {SCMP_CMP_GT, AF_INET6}};
	int r = 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && !r; i++) {
		const struct scmp_arg_cmp is = {.arg = 0,
						.op = others[i].op,
						.datum_a = others[i].family};
		r = deny(f, SCMP_SYS(socket), 1, &is);
	}
	for (int family = AF_INET + 1; family < AF_INET6 && !r; family++) {
		const struct scmp_arg_cmp is = equals(0, UINT32_MAX, family);
		r = deny(f, SCMP_SYS(socket), 1, &is);
	}
	return r;
}

static int deny_sockets(scmp_filter_ctx f, const struct role_needs *needs)
{
	static const int both[] = {SCMP_SYS(socket), SCMP_SYS(socketpair)};
	const struct scmp_arg_cmp is_unix = equals(0, UINT32_MAX, AF_UNIX);
	const struct scmp_arg_cmp not_unix = differs(0, AF_UNIX);
	if (needs->is_engine)
		return deny(f, SCMP_SYS(socket), 1, &not_unix);
	if (needs->is_offline)
		return deny_all(f, both, sizeof(both) / sizeof(both[0]));
	if (needs->allows_unix)
		return 0;
	/* One half of a datagram pair may be connected anew to any path; of a
	 * stream pair (curl's resolver and libevent want those) it may not. */
	const struct scmp_arg_cmp datagrams[] = {equals(0, UINT32_MAX, AF_UNIX),
						 equals(1, 0xf, SOCK_DGRAM)};
	int r = needs->is_program ? deny_all_but_internet(f)
				  : deny(f, SCMP_SYS(socket), 1, &is_unix);
	return r ? r : deny(f, SCMP_SYS(socketpair), 2, datagrams);
}

static int load_filter(const struct role_needs *needs)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	if (!f)
		return -ENOMEM;
	static int (*const rules[])(scmp_filter_ctx) = {
		deny_common, deny_for_others, deny_owners, deny_namespaces};
	int r = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && !r; i++)
		r = rules[i](f);
	if (!r)
		r = deny_signals(f, needs->runs_programs);
	if (!r && !needs->runs_programs && !needs->is_program)
		r = deny(f, SCMP_SYS(execve), 0, NULL);
	if (!r && needs->is_program)
		r = deny_leaving(f);
	if (!r && !needs->is_engine)
		r = deny_attributes(f);
	if (!r)
		r = deny_sockets(f, needs);
	if (!r)
		r = seccomp_load(f);
	seccomp_release(f);
	return r;
}

/* --- Landlock --- */

static long landlock_abi(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       LANDLOCK_CREATE_RULESET_VERSION);
}

static uint64_t rights_of(long abi)
{
	uint64_t rights = ACCESS_ABI1;
	if (abi >= 2)
		rights |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		rights |= ACCESS_TRUNCATE;
	if (abi >= 5)
		rights |= ACCESS_IOCTL_DEV;
	return rights;
}

static int allow_path(int ruleset, const char *path, uint64_t rights)
{
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= ACCESS_OF_FILES;
	struct landlock_path_beneath_attr rule = {.allowed_access = rights,
						  .parent_fd = fd};
	long r = syscall(SYS_landlock_add_rule, ruleset,
			 LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(fd);
	return r ? -1 : 0;
}

static int allow_paths(int ruleset, const char *const *paths, size_t n,
		       uint64_t rights, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (paths[i] && allow_path(ruleset, paths[i], rights))
			return err_set(err, ERR_CONFIG, "landlock: %s: %s",
				       paths[i], strerror(errno));
	}
	return 0;
}

static int restrict_files(const struct role_needs *needs, long abi,
			  struct err *err)
{
	uint64_t rights = rights_of(abi);
	struct landlock_ruleset_attr attr = {.handled_access_fs = rights};
	int result = -1;
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
				   sizeof(attr), 0);
	if (ruleset < 0)
		return err_set(err, ERR_CONFIG, "landlock: %s",
			       strerror(errno));
	if (allow_paths(ruleset, needs->read_paths, ROLE_PATHS_MAX,
			ACCESS_READ & rights, err) ||
	    allow_paths(ruleset, needs->write_paths, ROLE_PATHS_MAX,
			ACCESS_WRITE & rights, err) ||
	    allow_paths(ruleset, needs->more_reads, needs->n_more_reads,
			ACCESS_READ & rights, err) ||
	    allow_paths(ruleset, needs->run_paths, needs->n_run_paths,
			ACCESS_RUN & rights, err))
		goto out;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0)) {
		err_set(err, ERR_CONFIG, "landlock: %s", strerror(errno));
		goto out;
	}
	result = 0;
out:
	close(ruleset);
	return result;
}

/* --- both --- */

int confine_supervisor(struct err *err)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return err_set(err, ERR_CONFIG, "prctl: %s", strerror(errno));
#ifdef WITH_LEAK_CHECK
	/* Only root attaches to what is not dumpable. */
	is_confined |= geteuid() != 0;
#endif
	return 0;
}

int confine_role(const struct role_needs *needs, bool required,
		 const char **warning, struct err *err)
{
	const char *missing = NULL;
	if (confine_supervisor(err))
		return -1;
	long abi = needs->is_engine ? 0 : landlock_abi();
	int why = errno; /* of abi < 0; the filter may fail otherwise */
	if (abi > 0 && restrict_files(needs, abi, err))
		return -1;
	if (abi < 0)
		missing = "Landlock is not to be had: the role can open every "
			  "file of the service";
	int r = load_filter(needs);
	if (r)
		missing = "seccomp is not to be had: the role can reach every "
			  "socket of the machine";
	if (missing && required)
		return err_set(err, ERR_CONFIG,
			       "%s (%s); the unit must allow landlock_* and "
			       "seccomp, or set security.landlock: preferred",
			       missing, strerror(r ? -r : why));
#ifdef WITH_LEAK_CHECK
	is_confined = 1;
#endif
	if (warning)
		*warning = missing;
	return 0;
}
