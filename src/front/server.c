/* SPDX-License-Identifier: EUPL-1.2 */
/* The two listeners. evhttp bounds headers, bodies and methods when told to,
 * but accepts what a proxy and it might read differently (two lengths, a
 * length beside chunks): those are refused here. A slow client is the proxy's
 * business: the public listener belongs behind one. */
#include "front.h"

#include <etrier/err.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define HEADERS_MAX 8192
#define BODY_MAX    32768 /* a gateway's receipts, some tens of them */
#define IDLE_S	    5
#define BACKLOG	    128
#define REST_S	    1 /* after accept() failed */

static struct evhttp *new_server(struct front *f,
				 void (*on)(struct evhttp_request *, void *))
{
	struct evhttp *h = evhttp_new(f->base);
	BUG_ON(!h);
	evhttp_set_max_headers_size(h, HEADERS_MAX);
	evhttp_set_max_body_size(h, BODY_MAX);
	evhttp_set_allowed_methods(h, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD |
					      EVHTTP_REQ_POST);
	evhttp_set_timeout(h, IDLE_S);
	evhttp_set_gencb(h, on, f);
	return h;
}

/* A socket left behind by a process that died; anything else at that place is
 * somebody's and stays, and bind() says so. */
static void remove_old_socket(const char *path)
{
	struct stat st;
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
}

static int open_unix(const char *path, mode_t mask, struct err *err)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	if (!str_copy(a.sun_path, sizeof(a.sun_path), path))
		return err_set(err, ERR_CONFIG,
			       "%s: longer than a socket's path may be", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	remove_old_socket(path);
	mode_t old = umask(mask);
	int failed = fd < 0 ||
		     bind(fd, (const struct sockaddr *)&a, sizeof(a)) ||
		     listen(fd, BACKLOG);
	int why = errno;
	umask(old);
	if (!failed)
		return fd;
	if (fd >= 0)
		close(fd);
	return err_set(err, ERR_CONFIG, "front: %s: %s", path, strerror(why));
}

/* The settings allow addresses of this machine only, and "localhost". */
static int open_tcp(const char *where, struct err *err)
{
	const char *colon = strrchr(where, ':');
	struct sockaddr_in a = {.sin_family = AF_INET};
	int64_t port;
	int on = 1;
	if (!colon || num_parse_int(colon + 1, 1, 65535, &port))
		return err_set(err, ERR_CONFIG,
			       "front: \"%s\" is no ADDRESS:PORT", where);
	char *host = mem_dup_n(where, (size_t)(colon - where));
	int known = inet_pton(AF_INET,
			      str_eq(host, "localhost") ? "127.0.0.1" : host,
			      &a.sin_addr);
	free(host);
	if (known != 1)
		return err_set(err, ERR_CONFIG,
			       "front: \"%s\" is no ADDRESS:PORT", where);
	a.sin_port = htons((uint16_t)port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
	    !bind(fd, (const struct sockaddr *)&a, sizeof(a)) &&
	    !listen(fd, BACKLOG))
		return fd;
	int why = errno;
	if (fd >= 0)
		close(fd);
	return err_set(err, ERR_CONFIG, "front: %s: %s", where, strerror(why));
}

/* The socket that systemd opened: it listens already, on this machine or for
 * whom its unit says. */
static int take_given(struct front_listener *l, struct err *err)
{
	struct sockaddr_storage a = {.ss_family = AF_UNSPEC};
	socklen_t n = sizeof(a), size = sizeof(int);
	int listens = 0, fd = ROLE_FD_EXTRA;
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) ||
	    !listens || getsockname(fd, (struct sockaddr *)&a, &n) ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) || fcntl(fd, F_SETFL, O_NONBLOCK))
		return err_set(err, ERR_CONFIG,
			       "front: systemd gave no listening socket; is "
			       "etrierd.socket enabled?");
	l->is_unix = a.ss_family == AF_UNIX;
	return fd;
}

static void on_rested(evutil_socket_t fd, short what, void *listener)
{
	(void)fd;
	(void)what;
	evconnlistener_enable(listener);
}

/* Out of descriptors, most likely: without a rest the loop would turn on the
 * spot, as the connection that cannot be taken stays ready. The listener's ctx
 * is evhttp's; a listener lives as long as its loop runs. */
static void on_accept_failed(struct evconnlistener *listener, void *ctx)
{
	(void)ctx;
	log_event(LOG_WARNING, "front.accept_failed",
		  LOG_S("reason", strerror(errno)));
	evconnlistener_disable(listener);
	event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT,
			on_rested, listener,
			&(const struct timeval){.tv_sec = REST_S});
}

static int listen_on(struct front *f, struct front_listener *l,
		     const char *where, mode_t mask,
		     void (*on)(struct evhttp_request *, void *),
		     struct err *err)
{
	if (str_eq(where, "off"))
		return 0;
	l->is_unix = str_starts(where, "unix:");
	int fd = l->is_unix ? open_unix(where + strlen("unix:"), mask, err)
		 : str_eq(where, "systemd") ? take_given(l, err)
					    : open_tcp(where, err);
	if (fd < 0)
		return -1;
	l->http = new_server(f, on);
	/* Backlog 0: it listens already. */
	l->listener = evconnlistener_new(
		f->base, NULL, NULL,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	BUG_ON(!l->listener || !evhttp_bind_listener(l->http, l->listener));
	evconnlistener_set_error_cb(l->listener, on_accept_failed);
	return 0;
}

int front_listen(struct front *f, struct err *err)
{
	/* Whoever enters the folder may use the pages' socket, for the proxy is
	 * another user; figures are for the service's group. */
	if (listen_on(f, &f->public, f->now.listen, 0111, front_on_public, err))
		return -1;
	return listen_on(f, &f->admin, f->now.admin_listen, 0117,
			 front_on_admin, err);
}

static void close_door(struct front_listener *l)
{
	if (l->listener)
		evconnlistener_disable(l->listener);
}

void front_close_doors(struct front *f)
{
	close_door(&f->public);
	close_door(&f->admin);
}

static void close_listener(struct front_listener *l)
{
	if (l->http)
		evhttp_free(l->http); /* with its listener */
	*l = (struct front_listener){0};
}

void front_close(struct front *f)
{
	front_drop_pending(f);
	front_forget_method(f);
	close_listener(&f->public);
	close_listener(&f->admin);
}

/* --- who asks --- */

/* An IPv4 address is written as IPv6 has it, ::ffff:a.b.c.d. */
static bool parse_address(const char *text, struct in6_addr *out)
{
	struct in_addr v4;
	if (inet_pton(AF_INET, text, &v4) == 1) {
		*out = (struct in6_addr){0};
		out->s6_addr[10] = out->s6_addr[11] = 0xff;
		memcpy(&out->s6_addr[12], &v4, sizeof(v4));
		return true;
	}
	return inet_pton(AF_INET6, text, out) == 1;
}

static void write_client(struct in6_addr a, char out[FRONT_CLIENT_MAX])
{
	char text[INET6_ADDRSTRLEN] = "";
	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		inet_ntop(AF_INET, &a.s6_addr[12], text, sizeof(text));
		str_copy(out, FRONT_CLIENT_MAX, text);
		return;
	}
	memset(&a.s6_addr[8], 0, 8);
	inet_ntop(AF_INET6, &a, text, sizeof(text));
	snprintf(out, FRONT_CLIENT_MAX, "%s/64", text);
}

static bool is_trusted(const struct front *f, const struct in6_addr *peer)
{
	size_t i;
	json_t *v;
	struct in6_addr a;
	json_array_foreach(f->now.trusted_proxies, i, v)
	{
		const char *text = json_string_value(v);
		if (text && parse_address(text, &a) &&
		    !memcmp(&a, peer, sizeof(a)))
			return true;
	}
	return false;
}

/* The last entry of the last such header: what the proxy itself wrote; what
 * stands before may be the client's invention. */
static bool last_forwarded(struct evhttp_request *req, struct in6_addr *out)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
	const char *all = NULL;
	for (struct evkeyval *h = headers->tqh_first; h; h = h->next.tqe_next)
		if (!strcasecmp(h->key, "X-Forwarded-For"))
			all = h->value;
	if (!all)
		return false;
	char last[FRONT_CLIENT_MAX];
	const char *comma = strrchr(all, ',');
	return str_copy(last, sizeof(last), comma ? comma + 1 : all) &&
	       parse_address(str_trim(last), out);
}

void front_client(struct front *f, struct evhttp_request *req,
		  char out[FRONT_CLIENT_MAX])
{
	char *peer = NULL;
	uint16_t port;
	struct in6_addr a, forwarded;
	str_copy(out, FRONT_CLIENT_MAX, "unix");
	if (!f->public.is_unix) {
		evhttp_connection_get_peer(evhttp_request_get_connection(req),
					   &peer, &port);
		if (!peer || !parse_address(peer, &a))
			return;
		write_client(a, out);
		if (!is_trusted(f, &a))
			return;
	}
	if (last_forwarded(req, &forwarded)) {
		write_client(forwarded, out);
	} else if (!f->no_client_told) {
		/* All its clients now count as one, and their misses too. */
		f->no_client_told = true;
		log_plain(LOG_WARNING, "front.no_forwarded_for");
	}
}

bool front_is_decent(struct evhttp_request *req)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
	int n_lengths = 0, n_chunks = 0;
	for (struct evkeyval *h = headers->tqh_first; h; h = h->next.tqe_next) {
		n_lengths += strcasecmp(h->key, "Content-Length") == 0;
		n_chunks += strcasecmp(h->key, "Transfer-Encoding") == 0;
	}
	if (n_lengths > 1 || n_chunks) {
		front_reply(req, HTTP_BADREQUEST, "text/plain", "", 0);
		return false;
	}
	return true;
}

void front_reply(struct evhttp_request *req, int code, const char *type,
		 const char *body, size_t n)
{
	static const char *const fixed[][2] = {
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "no-referrer"},
		{"X-Robots-Tag", "noindex"},
		{"Content-Security-Policy",
		 "default-src 'none'; style-src 'unsafe-inline'; form-action "
		 "'self'; frame-ancestors 'none'; base-uri 'none'"},
		{"Connection", "close"}};
	struct evkeyvalq *h = evhttp_request_get_output_headers(req);
	evhttp_add_header(h, "Content-Type", type);
	if (!evhttp_find_header(h, "Cache-Control"))
		evhttp_add_header(h, "Cache-Control", "no-store");
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		evhttp_add_header(h, fixed[i][0], fixed[i][1]);
	struct evbuffer *out = evbuffer_new();
	BUG_ON(!out);
	if (evhttp_request_get_command(req) == EVHTTP_REQ_HEAD) {
		/* evhttp would send the body, and does not say its length. */
		char length[24];
		snprintf(length, sizeof(length), "%zu", n);
		evhttp_add_header(h, "Content-Length", length);
	} else {
		evbuffer_add(out, body, n);
	}
	evhttp_send_reply(req, code, NULL, out);
	evbuffer_free(out);
}
