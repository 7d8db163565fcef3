/* SPDX-License-Identifier: EUPL-1.2 */
/* Socket pairs between processes, and the hand-over of one end of a pair to a
 * third process: one SEQPACKET message carries one line and one descriptor.
 * libevent's bufferevents cannot receive descriptors, hence plain recvmsg(2).
 * A message that is not exactly that is refused whole and nothing leaks. */
#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/wire.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A hand-over names a role, a lane and a number. */
#define HANDOVER_MAX 1024
/* Descriptors taken from a message that carries too many, to close them. */
#define HANDOVER_FDS 4

union control {
	char bytes[CMSG_SPACE(HANDOVER_FDS * sizeof(int))];
	struct cmsghdr align;
};

int wire_pair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
}

int wire_handover_pair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds);
}

int wire_send_fd(int sock, int fd, json_t *line_take)
{
	struct buf text;
	buf_init(&text, HANDOVER_MAX);
	js_write(line_take, &text);
	json_decref(line_take);
	ssize_t n = -1;
	if (text.too_big) {
		errno = EMSGSIZE;
		goto out;
	}
	union control control = {.bytes = {0}};
	struct iovec iov = {.iov_base = text.data, .iov_len = text.len};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control.bytes,
			     .msg_controllen = CMSG_SPACE(sizeof(fd))};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	do {
		n = sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
out:
	buf_clear(&text);
	return n < 0 ? -1 : 0;
}

/* The descriptors of a message; returns how many. */
static size_t take_fds(struct msghdr *msg, int fds[HANDOVER_FDS])
{
	size_t n = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c;
	     c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		if (n > HANDOVER_FDS)
			n = HANDOVER_FDS;
		memcpy(fds, CMSG_DATA(c), n * sizeof(int));
	}
	return n;
}

int wire_recv_fd(int sock, int *fd, json_t **line)
{
	char text[HANDOVER_MAX];
	union control control = {.bytes = {0}};
	struct iovec iov = {.iov_base = text, .iov_len = sizeof(text)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control.bytes,
			     .msg_controllen = sizeof(control.bytes)};
	ssize_t n;
	do {
		n = recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
			errno = 0;
		return 0;
	}
	int fds[HANDOVER_FDS];
	size_t n_fds = take_fds(&msg, fds);
	bool is_whole = !(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
	json_t *v =
		is_whole && n_fds == 1 ? js_parse(text, (size_t)n, NULL) : NULL;
	if (!v || !*js_str(v, "t", "")) {
		json_decref(v);
		for (size_t i = 0; i < n_fds; i++)
			close(fds[i]);
		return -1;
	}
	*fd = fds[0];
	*line = v;
	return 1;
}
