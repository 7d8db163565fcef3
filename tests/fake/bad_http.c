/* SPDX-License-Identifier: EUPL-1.2 */
/* etrier-bad-http: an HTTP server that misbehaves as its path says, for the
 * tests of the collector. Plain sockets, one process a connection, so that
 * nothing helps it to be correct:
 *
 *   etrier-bad-http         prints "port N" and serves on 127.0.0.1
 *
 *   /good /half /empty /html /http500 /then500 /later /drip /bytes /cut /bomb
 * /endless /headers /loop /to-file /to-metadata /to-good /nocontent /broken
 * /silent /etag /notmodified /to-loopback
 *
 * It dies with its parent. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OFFERS = 40 };

static int port;

static void say(int fd, const void *bytes, size_t n)
{
	for (const char *p = bytes; n;) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			_exit(0);
		p += k;
		n -= (size_t)k;
	}
}

static void says(int fd, const char *s)
{
	say(fd, s, strlen(s));
}

static void pause_ms(long ms)
{
	const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

/* A feed of invented offers, in `text`; returns its length. */
static size_t make_feed(char *text, size_t size)
{
	size_t n = (size_t)snprintf(text, size, "{\"offers\":[");
	for (int i = 0; i < OFFERS; i++)
		n += (size_t)snprintf(
			text + n, size - n,
			"%s{\"id\":\"F-%d\",\"title\":\"Boulanger / "
			"Boulang\u00e8re\",\"rome\":\"D1102\",\"city\":"
			"\"Montreuil\",\"cp\":\"93100\",\"text\":\"Caf\u00e9 "
			"\u2014 fournil invent\u00e9 n\u00b0 %d\"}",
			i ? "," : "", i, i);
	n += (size_t)snprintf(text + n, size - n, "],\"count\":%d}", OFFERS);
	return n;
}

static void head(int fd, const char *status, const char *more, long length)
{
	char text[600];
	char size[60] = "";
	if (length >= 0)
		snprintf(size, sizeof(size), "Content-Length: %ld\r\n", length);
	snprintf(text, sizeof(text),
		 "HTTP/1.1 %s\r\nConnection: close\r\n%s%s\r\n", status, more,
		 size);
	says(fd, text);
}

static void whole(int fd, const char *status, const char *more,
		  const char *body)
{
	head(fd, status, more, (long)strlen(body));
	says(fd, body);
}

static void good(int fd, const char *more)
{
	static char feed[64 * 1024];
	make_feed(feed, sizeof(feed));
	whole(fd, "200 OK", more, feed);
}

/* The feed in pieces of `step` bytes, only `part` per cent of it. */
static void pieces(int fd, size_t step, long gap_ms, int part, bool says_length)
{
	static char feed[64 * 1024];
	size_t n = make_feed(feed, sizeof(feed));
	size_t end = n * (size_t)part / 100;
	head(fd, "200 OK", "", says_length ? (long)n : -1);
	for (size_t i = 0; i < end; i += step) {
		say(fd, feed + i, end - i < step ? end - i : step);
		if (gap_ms)
			pause_ms(gap_ms);
	}
}

/* Bits as deflate wants them: filled from the low end of each byte. */
struct bits {
	int fd;
	unsigned char bytes[4096];
	size_t n;
	unsigned hold, n_hold;
};

/* `count` bits of v, highest first, as Huffman codes are written. */
static void put(struct bits *b, unsigned v, unsigned count)
{
	while (count--) {
		b->hold |= (v >> count & 1) << b->n_hold;
		if (++b->n_hold < 8)
			continue;
		b->bytes[b->n++] = (unsigned char)b->hold;
		b->hold = b->n_hold = 0;
		if (b->n < sizeof(b->bytes))
			continue;
		say(b->fd, b->bytes, b->n);
		b->n = 0;
	}
}

/* `size` bytes of blanks after a "[", compressed 158 to 1 by hand: one block
 * of fixed codes, each match repeats the last byte 258 times. */
static void bomb(int fd, size_t size)
{
	struct bits b = {.fd = fd};
	head(fd, "200 OK", "Content-Encoding: gzip\r\n", -1);
	say(fd, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
	put(&b, 0, 1);		/* not the last block */
	put(&b, 2, 2);		/* fixed codes: 01, low bit first */
	put(&b, 0x30 + '[', 8); /* literals below 144 */
	put(&b, 0x30 + ' ', 8);
	for (size_t done = 0; done < size; done += 258)
		put(&b, 0xc5 << 5, 13); /* length 258, distance 1 */
}

static void endless(int fd)
{
	head(fd, "200 OK", "", -1);
	says(fd, "{\"offers\":[");
	for (long i = 0;; i++) {
		char text[200];
		snprintf(text, sizeof(text),
			 "%s{\"id\":\"E-%ld\",\"title\":\"Sans fin\"}",
			 i ? "," : "", i);
		says(fd, text);
	}
}

static void big_headers(int fd)
{
	says(fd, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 200000; i++)
		says(fd,
		     "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
	says(fd, "\r\n[]");
}

static void redirect(int fd, const char *to)
{
	char more[300];
	snprintf(more, sizeof(more), "Location: %s\r\n", to);
	whole(fd, "302 Found", more, "");
}

static void conditional(int fd, const char *request)
{
	if (strstr(request, "If-None-Match: \"v1\""))
		head(fd, "304 Not Modified", "ETag: \"v1\"\r\n", -1);
	else
		good(fd, "ETag: \"v1\"\r\nLast-Modified: Mon, 23 Nov 2026 "
			 "00:00:00 GMT\r\n");
}

static void misbehave(int fd, const char *path, const char *request)
{
	char to[100];
	if (!strcmp(path, "/good"))
		good(fd, "");
	else if (!strcmp(path, "/half"))
		pieces(fd, 4096, 0, 50, false);
	else if (!strcmp(path, "/cut"))
		pieces(fd, 4096, 0, 50, true);
	else if (!strcmp(path, "/bytes"))
		pieces(fd, 1, 0, 100, true);
	else if (!strcmp(path, "/drip"))
		pieces(fd, 1, 200, 100, true);
	else if (!strcmp(path, "/empty"))
		whole(fd, "200 OK", "", "");
	else if (!strcmp(path, "/nocontent"))
		head(fd, "204 No Content", "", -1);
	else if (!strcmp(path, "/html"))
		whole(fd, "200 OK", "Content-Type: text/html\r\n",
		      "<!DOCTYPE html><html><body>Maintenance</body></html>");
	else if (!strcmp(path, "/http500"))
		whole(fd, "500 Internal Server Error", "", "sorry");
	else if (!strcmp(path, "/then500"))
		good(fd, "Link: </http500>; rel=\"next\"\r\n");
	else if (!strcmp(path, "/later"))
		whole(fd, "429 Too Many Requests", "Retry-After: 120\r\n", "");
	else if (!strcmp(path, "/broken"))
		whole(fd, "200 OK", "", "{\"offers\":[{\"id\":\"1\",]}");
	else if (!strcmp(path, "/bomb"))
		bomb(fd, (size_t)512 * 1024 * 1024);
	else if (!strcmp(path, "/endless"))
		endless(fd);
	else if (!strcmp(path, "/headers"))
		big_headers(fd);
	else if (!strcmp(path, "/loop"))
		redirect(fd, "/loop");
	else if (!strcmp(path, "/to-file"))
		redirect(fd, "file:///etc/hostname");
	else if (!strcmp(path, "/to-metadata"))
		redirect(fd, "http://169.254.169.254/latest/meta-data/");
	else if (!strcmp(path, "/to-good"))
		redirect(fd, "/good");
	else if (!strcmp(path, "/to-loopback")) {
		snprintf(to, sizeof(to), "http://0x7f.1:%d/good", port);
		redirect(fd, to);
	} else if (!strcmp(path, "/silent"))
		pause_ms(60000);
	else if (!strcmp(path, "/etag"))
		conditional(fd, request);
	else if (!strcmp(path, "/notmodified"))
		head(fd, "304 Not Modified", "", -1);
	else
		whole(fd, "404 Not Found", "", "no such trick");
}

static void serve(int fd)
{
	char request[8192], path[200];
	size_t n = 0;
	alarm(120);
	while (n < sizeof(request) - 1) {
		ssize_t k = read(fd, request + n, sizeof(request) - 1 - n);
		if (k <= 0)
			return;
		n += (size_t)k;
		request[n] = '\0';
		if (strstr(request, "\r\n\r\n"))
			break;
	}
	if (sscanf(request, "GET %199[^ ?]", path) == 1)
		misbehave(fd, path, request);
	shutdown(fd, SHUT_WR);
	while (read(fd, request, sizeof(request)) > 0)
		;
}

int main(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t n = sizeof(in);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0 || bind(s, (struct sockaddr *)&in, sizeof(in)) ||
	    listen(s, 64) || getsockname(s, (struct sockaddr *)&in, &n)) {
		perror("etrier-bad-http");
		return 1;
	}
	port = ntohs(in.sin_port);
	printf("port %d\n", port);
	fflush(stdout);
	for (;;) {
		int fd = accept(s, NULL, NULL);
		if (fd < 0)
			continue;
		if (!fork()) {
			int one = 1;
			close(s);
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
				   sizeof(one));
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(fd);
			_exit(0);
		}
		close(fd);
	}
}
