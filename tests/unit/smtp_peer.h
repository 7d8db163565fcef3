/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TEST_SMTP_PEER_H
#define ETRIER_TEST_SMTP_PEER_H

#include "courier/smtp.h"
#include "courier/verdict.h"

#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* etrier-smtp (tests/fake/smtp.c) for the tests of the SMTP engines. */

#define FROM "b+TOKEN123@rebonds.example"
#define TO   "tom@jeunes.example"
#define MAIL                                                             \
	"From: <offres@ml.example>\r\nTo: <tom@jeunes.example>\r\n"      \
	"Subject: =?utf-8?q?d=C3=A9but?=\r\n"                            \
	"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n"                      \
	"Message-ID: <m.1@ml.example>\r\n"                               \
	"List-Unsubscribe: <https://o.ml.example/u/AAAAAAAAAA>,\r\n"     \
	" <mailto:stop@ml.example>\r\nX-Etrier-Id: 1\r\n"                \
	"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nligne\r\n" \
	"\r\n..points\r\nfin\r\n"

static const char *const engine_names[] = {
	[SMTP_LIBESMTP] = "libesmtp", [SMTP_CURL] = "curl"};

/* -1: it did not start. *port is where it listens. */
static inline pid_t start_relay(const char *mode, const char *folder, int *port)
{
	int fds[2];
	char line[16] = "";
	int64_t value = 0;
	if (pipe(fds))
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		close(fds[0]);
		close(fds[1]);
		execl(BUILD_DIR "/tests/etrier-smtp", "etrier-smtp", mode,
		      folder, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	ssize_t n = read(fds[0], line, sizeof line - 1);
	close(fds[0]);
	if (n <= 0 || num_parse_int(str_trim(line), 1, 65535, &value) < 0)
		return -1;
	*port = (int)value;
	return pid;
}

static inline void stop_relay(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static inline struct smtp_relay relay_at(int port)
{
	return (struct smtp_relay){.host = "127.0.0.1",
				   .port = port,
				   .timeout_ms = 1000,
				   .connect_s = 2,
				   .deadline_s = 6};
}

static inline void keep_one(void *ctx, size_t i, const struct verdict *v)
{
	(void)i;
	*(struct verdict *)ctx = *v;
}

static inline void send_to(enum smtp_engine engine,
			   const struct smtp_relay *relay,
			   const struct smtp_mail *m, struct verdict *v)
{
	struct smtp *s = smtp_new(engine, relay);
	smtp_send(s, m, 1, keep_one, v);
	smtp_free(s);
}

#endif
