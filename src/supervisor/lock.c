/* SPDX-License-Identifier: EUPL-1.2 */
/* One instance on one state folder. Two engines on one database would break
 * what SQLite's write-ahead log promises, so the engine inherits the lock: it
 * is free only when supervisor and engine are both gone. */
#include <etrier/err.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* An orphaned engine ends within ROLE_STOP_S. */
#define ORPHAN_WAIT_MS	((ROLE_STOP_S + 5) * 1000)
#define ORPHAN_CHECK_MS 200

static int64_t owner_of(int fd)
{
	char text[32];
	int64_t pid = 0;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	num_parse_int(str_trim(text), 1, INT32_MAX, &pid);
	return pid;
}

static bool is_alive(int64_t pid)
{
	return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

static int take(int fd, int64_t *owner)
{
	int64_t until = supervisor_ms() + ORPHAN_WAIT_MS;
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		*owner = owner_of(fd);
		if (errno == EINTR)
			continue;
		if (is_alive(*owner) || supervisor_ms() > until)
			return -1;
		poll(NULL, 0, ORPHAN_CHECK_MS);
	}
	return 0;
}

int lock_state(const char *folder, int *fd, struct err *err)
{
	char path[4096], pid[32];
	int64_t owner = 0;
	snprintf(path, sizeof(path), "%s/lock", folder);
	int f = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f < 0)
		return err_set(err, ERR_STORE,
			       "%s: %s; paths.state must be a folder this user "
			       "may write to",
			       path, strerror(errno));
	if (take(f, &owner)) {
		close(f);
		return err_set(err, ERR_STORE,
			       "%s is in use by another etrierd (process "
			       "%" PRId64 "): stop that one first, or give "
			       "this instance a paths.state of its own",
			       folder, owner);
	}
	int n = snprintf(pid, sizeof(pid), "%d\n", getpid());
	if (ftruncate(f, 0) || pwrite(f, pid, (size_t)n, 0) != n) {
		close(f);
		return err_set(err, ERR_STORE, "%s: %s", path, strerror(errno));
	}
	*fd = f;
	return 0;
}
