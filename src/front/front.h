/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_FRONT_PRIVATE_H
#define ETRIER_FRONT_PRIVATE_H

#include <etrier/hmac_sha1.h>
#include <etrier/role.h>
#include <etrier/template.h>

#include <event2/http.h>
#include <stdbool.h>
#include <stdint.h>

/* The lines of the front (architecture.md, the wire; <etrier/front.h> has the
 * kinds and their models):
 *   front   view {id, kind:"o"|"a"|"d"|"u", token}   what does this page show?
 *   engine  page {id, found, model}
 *   front   act  {id, kind:"a"|"d"|"u", token, ...}  do it
 *   engine  done {id, found, model}
 *   front   callback {id, gateway, key, what, ...}   an SMS gateway says
 *   engine  done {id, found}                         it is stored
 *   front   view {id, kind:"method"}          page {id, found, model}
 *   front   view {id, kind:"metrics"}         page {id, found, text}
 *   front   view {id, kind:"health"}          page {id, found, text}
 * The front holds no data, and no key that opens or sends anything: of Twilio's
 * token what checks its signatures and no more (hmac_sha1.h). Unknown, expired
 * and revoked tokens are all found:false. failed:true beside it: the engine
 * could not look (its disk), and nothing is known about the token. */

#define FRONT_TOKEN_LEN 10 /* Crockford base32: 50 random bits */
/* Requests waiting for the engine; more are answered 503. */
#define FRONT_PENDING_MAX 256
/* The engine's answer takes milliseconds; after so long: 503. */
#define FRONT_ANSWER_MS 5000
/* Who asks, for counting misses: "192.0.2.7", "2001:db8:1:2::/64", "unix". */
#define FRONT_CLIENT_MAX 64

/* Acts of one token within a minute; an adviser in a hurry does not get there.
 */
#define POSTS_PER_MINUTE 30
#define POSTS_MINUTE_MS	 60000
#define POSTS_TOKENS	 512
/* The public page is drawn once for all who ask within so long. */
#define FRONT_METHOD_MS 60000
/* A form of ours is far smaller; a value is an item, a code or a date. */
#define FORM_BODY_MAX  4096
#define FORM_VALUE_MAX 100

enum front_page {
	PAGE_OFFER,
	PAGE_ANSWER,
	PAGE_DIGEST,
	PAGE_METHOD,
	PAGE_UNSUBSCRIBE,
	PAGE_UNSUBSCRIBED,
	PAGE_GONE,
	PAGE_COUNT
};

struct front_config {
	char *listen, *admin_listen; /* "off", "ADDR:PORT", "unix:PATH" */
	json_t *trusted_proxies;     /* addresses as text */
	bool has_https;		     /* of base_url */
	char *base_url;
	/* Call-backs: without a secret there are none. */
	char *gateway, *callback_secret;
	/* twilio signs its own; without the key none of them is believed */
	bool is_signed, has_signing_key;
	struct hmac_sha1_key signing_key;
	json_t *receipt_map; /* gateway http */
	struct template *pages[PAGE_COUNT];
};

struct post {
	char token[FRONT_TOKEN_LEN + 1];
	int n;
	int64_t since;
};
struct posts { /* all zero at first */
	struct post all[POSTS_TOKENS];
	size_t n;
};

struct evconnlistener;
struct misses;
struct pending;
struct front_listener {
	struct evhttp *http;
	struct evconnlistener *listener; /* http's */
	bool is_unix;
};
struct front {
	struct role *role; /* front.c only */
	struct event_base *base;
	const struct clock *clock;
	struct wire *engine;
	int answer_ms; /* FRONT_ANSWER_MS */
	struct front_config now, next;
	struct front_listener public, admin;
	struct misses *misses;
	struct posts posts;
	char *method; /* the public page as drawn last, or NULL */
	int64_t method_at;
	struct pending *pending;
	int n_pending;
	int64_t next_id;
	uint64_t n_complaints; /* requests the engine failed */
	uint64_t n_odd;	       /* call-backs that said nothing */
	bool no_client_told;   /* a proxy hides its clients: said once */
	struct event *last;    /* while stopping: the replies leave */
};

/* server.c */
int front_listen(struct front *f, struct err *err);
void front_close_doors(struct front *f); /* accept nobody new */
void front_close(struct front *f);	 /* all, pending requests too */
/* Who asks: the peer, or X-Forwarded-For's last entry behind a proxy. Of an
 * IPv6 address its /64, which is one subscriber. */
void front_client(struct front *f, struct evhttp_request *req,
		  char out[FRONT_CLIENT_MAX]);
/* False after an answer was sent: a request that smells of smuggling. */
bool front_is_decent(struct evhttp_request *req);
/* Cache-Control is "no-store" unless the request has another already. */
void front_reply(struct evhttp_request *req, int code, const char *type,
		 const char *body, size_t n);

/* page_set.c: the templates. */
int front_pages_compile(struct front_config *c, const json_t *templates,
			struct diags *d);
/* What the page of a link that leads nowhere is drawn with. */
json_t *front_page_sample(enum front_page page);

/* page_model.c: to the engine's model, what templates cannot find out: tel:
 * links, a sentence for what was done, which sections are empty. */
void front_model_complete(enum front_page page, json_t *model);

/* form.c: the fields act item reason rhythm until substitute, each at most once
 * and nothing else, into members of *into; empty ones are left out. ERR_INPUT:
 * no form of ours, or one without an act. */
bool front_is_form(const char *content_type);
int front_form_read(const char *body, size_t n, json_t *into, struct err *err);

/* posts.c: one more act of this token; false: too many within a minute. Times
 * as of misses.c. */
bool posts_add(struct posts *p, const char *token, int64_t now_ms);

/* pages.c */
/* The public page is drawn anew at the next question. */
void front_forget_method(struct front *f);
void front_on_public(struct evhttp_request *req, void *front);
void front_on_admin(struct evhttp_request *req, void *front);
void front_on_engine(struct front *f, const char *type, json_t *line);
void front_drop_pending(struct front *f);
/* Lines for the engine, at most FRONT_LINES_MAX of them; the request is
 * answered 200 without a body when all are done, 503 when one is not. */
#define FRONT_LINES_MAX 50
void front_ask_all(struct front *f, struct evhttp_request *req,
		   json_t *lines_take);
/* As unknown as any address, and one more miss of this client. */
void front_miss(struct front *f, struct evhttp_request *req,
		const char *client);

/* callbacks.c: is the path one of call-backs? Then the request is answered, or
 * will be. */
bool front_is_callback(const char *path);
void front_on_callback(struct front *f, struct evhttp_request *req,
		       const char *client);

/* misses.c: 20 misses within a minute from one address close the door to it
 * for ten minutes (surfaces.md). Bounded memory: beyond MISSES_ADDRESSES the
 * address whose record would lapse first is forgotten. Times are of a clock
 * that never goes back. */
#define MISSES_PER_MINUTE 20
#define MISSES_MINUTE_MS  60000
#define MISSES_CLOSED_MS  600000
#define MISSES_ADDRESSES  4096
struct misses *misses_new(void);
void misses_free(struct misses *m);
/* True when this one closed the door. */
bool misses_add(struct misses *m, const char *address, int64_t now_ms);
bool misses_is_closed(const struct misses *m, const char *address,
		      int64_t now_ms);

#endif
