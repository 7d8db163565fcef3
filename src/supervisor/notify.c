/* SPDX-License-Identifier: EUPL-1.2 */
/* What systemd is told, by its documented protocol (sd_notify(3)): one datagram
 * to $NOTIFY_SOCKET. By hand, because it is a page of code and libsystemd would
 * be linked into every role. A message that cannot be sent is lost: the service
 * must run without systemd too. */
#include <etrier/num.h>
#include <etrier/str.h>

#include "supervisor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NOTIFY_MAX 512

static void send_to(const char *path, const char *text)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	if (n < 2 || n >= sizeof(to.sun_path) || !strchr("/@", *path))
		return;
	memcpy(to.sun_path, path, n);
	if (*path == '@') /* abstract */
		to.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	socklen_t size =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
	       (struct sockaddr *)&to, size);
	close(fd);
}

void notify(const char *fmt, ...)
{
	const char *path = getenv("NOTIFY_SOCKET");
	if (!path)
		return;
	char text[NOTIFY_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	send_to(path, text);
}

void notify_reloading(void)
{
	notify("RELOADING=1\nMONOTONIC_USEC=%" PRId64, supervisor_ms() * 1000);
}

int64_t notify_watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	int64_t n, owner;
	if (!usec || num_parse_int(usec, 2000, INT64_MAX, &n))
		return 0;
	if (pid &&
	    (num_parse_int(pid, 1, INT32_MAX, &owner) || owner != getpid()))
		return 0;
	return n / 2000;
}
