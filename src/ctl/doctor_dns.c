/* SPDX-License-Identifier: EUPL-1.2 */
/* A small resolver for doctor: UDP, and TCP where an answer was cut. The C
 * library's own would do neither another port nor a limit for all questions
 * together (docs/decisions/0021-mail-doctor.md). Its caches are the resolver's
 * that it asks; here only the answers of one run are kept.
 *
 *   ask -> known already? -> server 1, 2, 3, each twice -> UDP -> cut? TCP
 *                                                       -> no EDNS? without
 *
 * What comes from another address never arrives (the socket is connected), what
 * has another id or question is passed over, and an answer is read by dns.c. */
#include "doctor_dns.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RESOLV_CONF	 "/etc/resolv.conf"
#define RESOLV_CONF_MAX	 16384
#define UDP_BYTES_MAX	 4096
#define UNANSWERED_SHOWN 5
#define DNS_PORT	 53

struct server {
	struct sockaddr_storage to;
	socklen_t n;
};
struct known {
	char name[DNS_NAME_SIZE];
	enum dns_type type;
	struct dns_answer answer;
};
struct resolver {
	struct dns_asker asker;
	const struct clock *clock;
	struct server servers[RESOLVER_SERVERS_MAX];
	int n_servers;
	struct known *known;
	int n_known, n_silent_running;
	int64_t end_ms;
	bool gave_up;
	struct arena arena;
	uint8_t bytes[DNS_MESSAGE_MAX];
};

/* --- waiting --- */

static bool wait_for(const struct resolver *r, int fd, short events,
		     int64_t until)
{
	struct pollfd p = {.fd = fd, .events = events};
	int64_t left = until - clock_mono_ms(r->clock);
	int n;
	do
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
	while (n < 0 && errno == EINTR);
	return n == 1;
}

static int connect_to(const struct resolver *r, const struct server *s,
		      int type, int64_t until)
{
	int why = 0;
	socklen_t n = sizeof(why);
	int fd =
		socket(s->to.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	const void *to = &s->to;
	if (!connect(fd, to, s->n) ||
	    (errno == EINPROGRESS && wait_for(r, fd, POLLOUT, until) &&
	     !getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &n) && !why))
		return fd;
	close(fd);
	return -1;
}

/* --- one question to one server --- */

static bool send_all(const struct resolver *r, int fd, const uint8_t *bytes,
		     size_t n, int64_t until)
{
	while (n) {
		ssize_t k = send(fd, bytes, n, MSG_NOSIGNAL);
		if (k > 0) {
			bytes += k;
			n -= (size_t)k;
		} else if (errno != EINTR && (errno != EAGAIN ||
					      !wait_for(r, fd, POLLOUT, until)))
			return false;
	}
	return true;
}

static bool receive_all(struct resolver *r, int fd, uint8_t *bytes, size_t n,
			int64_t until)
{
	while (n) {
		if (!wait_for(r, fd, POLLIN, until))
			return false;
		ssize_t k = recv(fd, bytes, n, 0);
		if (k == 0 || (k < 0 && errno != EINTR && errno != EAGAIN))
			return false;
		if (k > 0) {
			bytes += k;
			n -= (size_t)k;
		}
	}
	return true;
}

/* DNS_NOT_OURS: nothing of use came in time. */
static enum dns_reading ask_tcp(struct resolver *r, const struct server *s,
				const struct dns_question *q, bool has_edns,
				struct dns_answer *out, int64_t until)
{
	uint8_t query[2 + DNS_QUERY_MAX], length[2];
	size_t n = dns_query_write(q, has_edns, query + 2);
	struct err err;
	enum dns_reading how = DNS_NOT_OURS;
	int fd = connect_to(r, s, SOCK_STREAM, until);
	if (fd < 0)
		return DNS_NOT_OURS;
	query[0] = (uint8_t)(n >> 8);
	query[1] = (uint8_t)(n & 0xff);
	if (send_all(r, fd, query, n + 2, until) &&
	    receive_all(r, fd, length, 2, until)) {
		n = (size_t)length[0] << 8 | length[1];
		if (receive_all(r, fd, r->bytes, n, until))
			how = dns_answer_read(q, r->bytes, n, &r->arena, out,
					      &err);
	}
	close(fd);
	return how == DNS_TRUNCATED ? DNS_BROKEN : how;
}

static enum dns_reading ask_udp(struct resolver *r, const struct server *s,
				const struct dns_question *q, bool has_edns,
				struct dns_answer *out, int64_t until)
{
	uint8_t query[DNS_QUERY_MAX];
	size_t n = dns_query_write(q, has_edns, query);
	struct err err;
	enum dns_reading how = DNS_NOT_OURS;
	int fd = connect_to(r, s, SOCK_DGRAM, until);
	if (fd < 0)
		return DNS_NOT_OURS;
	if (send(fd, query, n, MSG_NOSIGNAL) == (ssize_t)n) {
		while (how == DNS_NOT_OURS && wait_for(r, fd, POLLIN, until)) {
			ssize_t k = recv(fd, r->bytes, UDP_BYTES_MAX, 0);
			if (k < 0 && errno != EINTR && errno != EAGAIN)
				break; /* nobody listens there */
			if (k > 0)
				how = dns_answer_read(q, r->bytes, (size_t)k,
						      &r->arena, out, &err);
		}
	}
	close(fd);
	return how;
}

/* False: this server did not answer. */
static bool ask_server(struct resolver *r, const struct server *s,
		       const char *name, enum dns_type type,
		       struct dns_answer *out)
{
	int64_t until = clock_mono_ms(r->clock) + RESOLVER_TRY_MS;
	if (until > r->end_ms)
		until = r->end_ms;
	struct dns_question q = {.name = name, .type = type};
	randombytes_buf(&q.id, sizeof(q.id));
	bool has_edns = true;
	enum dns_reading how = ask_udp(r, s, &q, has_edns, out, until);
	if (how == DNS_NO_EDNS) {
		has_edns = false;
		how = ask_udp(r, s, &q, has_edns, out, until);
	}
	if (how == DNS_TRUNCATED)
		how = ask_tcp(r, s, &q, has_edns, out, until);
	if (how != DNS_READ)
		out->status = DNS_FAILED;
	return how != DNS_NOT_OURS;
}

/* The first answer; a server that failed is believed when no other did
 * better. */
static void ask_servers(struct resolver *r, const char *name,
			enum dns_type type, struct dns_answer *out)
{
	struct dns_answer one;
	*out = (struct dns_answer){.status = DNS_SILENT};
	for (int i = 0; i < 2 * r->n_servers; i++) {
		if (clock_mono_ms(r->clock) >= r->end_ms)
			break;
		if (!ask_server(r, &r->servers[i % r->n_servers], name, type,
				&one))
			continue;
		*out = one;
		if (one.status != DNS_FAILED || i + 1 >= r->n_servers)
			break;
	}
	if (out->status == DNS_FAILED || out->status == DNS_SILENT)
		out->n = 0;
}

/* --- what was asked already --- */

static const struct dns_answer *ask(void *ctx, const char *name,
				    enum dns_type type)
{
	static const struct dns_answer silent = {.status = DNS_SILENT};
	struct resolver *r = ctx;
	char at[DNS_NAME_SIZE];
	if (!dns_name_clean(name, at))
		return &silent;
	for (int i = 0; i < r->n_known; i++)
		if (r->known[i].type == type && str_eq(r->known[i].name, at))
			return &r->known[i].answer;
	if (r->n_known == RESOLVER_LOOKUPS_MAX) {
		r->gave_up = true;
		return &silent;
	}
	struct known *k = &r->known[r->n_known++];
	str_copy(k->name, sizeof(k->name), at);
	k->type = type;
	k->answer = silent;
	/* An alias that the server did not follow is followed here. */
	for (int i = 0; i <= DNS_ALIASES_MAX && !r->gave_up; i++) {
		ask_servers(r, at, type, &k->answer);
		bool is_silent = k->answer.status == DNS_SILENT;
		r->n_silent_running = is_silent ? r->n_silent_running + 1 : 0;
		r->gave_up |= r->n_silent_running == RESOLVER_DEAD_AFTER ||
			      clock_mono_ms(r->clock) >= r->end_ms;
		if (!*k->answer.alias || str_eq(k->answer.alias, at))
			return &k->answer;
		str_copy(at, sizeof(at), k->answer.alias);
	}
	if (*k->answer.alias) /* aliases without end */
		k->answer = (struct dns_answer){.status = DNS_FAILED};
	return &k->answer;
}

/* --- where to ask --- */

static bool add_server(struct resolver *r, const char *address, int port)
{
	struct dns_address a;
	if (!dns_address_read(address, &a))
		return false;
	struct server *s = &r->servers[r->n_servers++];
	if (a.n == 4) {
		struct sockaddr_in v4 = {.sin_family = AF_INET,
					 .sin_port = htons((uint16_t)port)};
		memcpy(&v4.sin_addr, a.bytes, 4);
		memcpy(&s->to, &v4, s->n = sizeof(v4));
	} else {
		struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
					  .sin6_port = htons((uint16_t)port)};
		memcpy(&v6.sin6_addr, a.bytes, 16);
		memcpy(&s->to, &v6, s->n = sizeof(v6));
	}
	return true;
}

/* "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353" */
static bool read_server(struct resolver *r, const char *text)
{
	char host[DNS_ADDRESS_TEXT + 2];
	int64_t port = DNS_PORT;
	const char *close = *text == '[' ? strchr(text, ']') : NULL;
	const char *colon = close ? close + 1 : strchr(text, ':');
	if (*text != '[' && colon && strchr(colon + 1, ':'))
		colon = NULL; /* an address of IPv6 alone */
	if (close && !*colon)
		colon = NULL;
	if (colon &&
	    (*colon != ':' || num_parse_int(colon + 1, 1, 65535, &port)))
		return false;
	size_t n = close   ? (size_t)(close - text) - 1
		   : colon ? (size_t)(colon - text)
			   : strlen(text);
	if (n >= sizeof(host))
		return false;
	memcpy(host, text + (close != NULL), n);
	host[n] = '\0';
	return add_server(r, host, (int)port);
}

bool resolver_is_server(const char *text)
{
	struct resolver *r = mem_alloc(sizeof(*r));
	bool is_one = read_server(r, text);
	free(r);
	return is_one;
}

/* "nameserver ADDRESS" lines; an address with a zone (%eth0) is passed over. */
static void read_file(struct resolver *r)
{
	char line[256];
	size_t total = 0;
	FILE *f = fopen(RESOLV_CONF, "re");
	while (f && r->n_servers < RESOLVER_SERVERS_MAX &&
	       total < RESOLV_CONF_MAX && fgets(line, sizeof(line), f)) {
		total += strlen(line);
		char *s = str_trim(line);
		if (!str_starts(s, "nameserver"))
			continue;
		s += strlen("nameserver");
		if (*s == ' ' || *s == '\t')
			add_server(r, str_trim(s), DNS_PORT);
	}
	if (f)
		fclose(f);
}

struct resolver *resolver_new(const char *server, const struct clock *clock,
			      struct err *err)
{
	struct resolver *r = mem_alloc(sizeof(*r));
	r->clock = clock;
	if (server)
		read_server(r, server);
	else
		read_file(r);
	if (!r->n_servers) {
		err_set(err, ERR_CONFIG, "no nameserver in %s",
			server ? server : RESOLV_CONF);
		free(r);
		return NULL;
	}
	r->known = mem_array(RESOLVER_LOOKUPS_MAX, sizeof(*r->known));
	r->end_ms = clock_mono_ms(clock) + RESOLVER_TOTAL_MS;
	r->asker = (struct dns_asker){.ask = ask, .ctx = r};
	arena_init(&r->arena);
	return r;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	arena_clear(&r->arena);
	free(r->known);
	free(r);
}

const struct dns_asker *resolver_asker(const struct resolver *r)
{
	return &r->asker;
}

int resolver_unanswered(const struct resolver *r, struct buf *names)
{
	int n = 0;
	for (int i = 0; i < r->n_known; i++) {
		const struct known *k = &r->known[i];
		if (k->answer.status != DNS_FAILED &&
		    k->answer.status != DNS_SILENT)
			continue;
		if (n++ < UNANSWERED_SHOWN)
			buf_printf(names, "%s%s %s (%s)", n > 1 ? ", " : "",
				   dns_type_name(k->type), k->name,
				   k->answer.status == DNS_SILENT ? "silence"
								  : "failed");
	}
	return n;
}

bool resolver_gave_up(const struct resolver *r)
{
	return r->gave_up;
}
