/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_GATEWAY_H
#define ETRIER_COURIER_GATEWAY_H

#include "verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct err;

/* One interface for all SMS gateways. A request is a pure function of the
 * settings, the message and the clock; a verdict is a pure function of the
 * answer. Who carries the bytes is transfer.h's business. */

#define GATEWAY_HEADERS_MAX 16
#define GATEWAY_REF_MAX	    80
/* Of an answer; a gateway has little to say about one SMS. A list of who said
 * stop is longer. */
#define GATEWAY_ANSWER_MAX ((size_t)64 * 1024)
#define GATEWAY_LIST_MAX   ((size_t)8 * 1024 * 1024)
/* The account is refused or empty: somebody has to do something first. */
#define GATEWAY_ACCOUNT_RETRY_S 3600
/* "Slow down" without a Retry-After. */
#define GATEWAY_QUOTA_RETRY_S 300

struct gateway;

/* Everything borrowed; NULL: not configured. */
struct gateway_conf {
	const struct gateway *gateway;
	const char *account, *key, *ovh_secret, *ovh_consumer;
	const char *url;	  /* as configured, else the gateway's own */
	const char *number;	  /* what replies go to; NULL in profile lien */
	bool takes_replies;	  /* profiles reponse and vln */
	const char *callback_url; /* where receipts go, its secret in it */
	int64_t segment_cost;	  /* thousandths of a euro; -1: unknown */
	const json_t *http;	  /* sms_http.h */
};

struct gateway_sms {
	int64_t id;	  /* message.id */
	const char *to;	  /* E.164 */
	const char *from; /* the name of the house */
	const char *text; /* GSM-7 only */
	int units, segments;
};

/* Strings in the arena the builder was given. */
struct gateway_request {
	const char *method, *url;
	const char *body; /* NULL: none */
	const char *headers[GATEWAY_HEADERS_MAX];
	size_t n_headers;
};

struct gateway_answer {
	int status;	  /* of HTTP */
	const char *body; /* NUL-terminated */
	size_t n_body;
	int retry_after_s; /* 0: not said */
};

/* What became of it. reason of v, beside verdict.h's own:
 *   failed  dead (the number), filtered (our text or sender), opted_out (the
 *           gateway's list), refused (anything else about this message)
 *   retry   credentials, credit (the account: an alarm, nobody's fault), quota
 *           (too fast), network
 *   uncertain  lost: it may have been taken */
struct gateway_result {
	struct verdict v;
	char ref[GATEWAY_REF_MAX + 1]; /* the gateway's id; "" */
	int segments;		       /* as it says, else as we counted */
	int64_t cost;		       /* thousandths of a euro; -1: unknown */
};

struct gateway {
	const char *name; /* word of sms.gateway */
	const char *url;  /* its own address; NULL: sms.url is needed */
	/* now: seconds since 1970 by the gateway's clock. 0, or -1: the
	 * message cannot be put into a request. */
	int (*build)(const struct gateway_conf *c, const struct gateway_sms *m,
		     int64_t now, struct arena *a, struct gateway_request *out,
		     struct err *err);
	/* A 2xx answer; body NULL when it is no JSON. out is prepared as
	 * "taken": change what differs. */
	void (*judge)(const struct gateway_conf *c,
		      const struct gateway_answer *answer, const json_t *body,
		      struct gateway_result *out);
	/* A class word (see above) for another answer, or NULL: the status
	 * decides. May be NULL. */
	const char *(*classify)(const struct gateway_conf *c,
				const struct gateway_answer *answer,
				const json_t *body);
	/* The gateway's own list of who said stop; both NULL: it has none.
	 * read appends E.164 numbers; -1: no such list in there. */
	int (*build_list)(const struct gateway_conf *c, int64_t now,
			  struct arena *a, struct gateway_request *out,
			  struct err *err);
	int (*read_list)(const json_t *body, json_t *numbers);
	/* The gateway's clock; NULL: ours will do. */
	void (*build_time)(const struct gateway_conf *c, struct arena *a,
			   struct gateway_request *out);
};

extern const struct gateway gateway_kannel, gateway_ovh, gateway_brevo,
	gateway_smsmode, gateway_smsfactor, gateway_octopush, gateway_twilio,
	gateway_http;
/* By the word of sms.gateway; NULL: none that is called ("none", "file"). */
const struct gateway *gateway_find(const char *name);

/* Who the SMS is from: the name, or what replies go to. */
const char *gateway_sender(const struct gateway_conf *c,
			   const struct gateway_sms *m);
/* The whole verdict, whatever the answer. */
void gateway_judge(const struct gateway_conf *c, const struct gateway_sms *m,
		   const struct gateway_answer *answer,
		   struct gateway_result *out);
/* The transfer itself failed. was_sent: a byte of the request may have left.
 */
void gateway_lost(bool was_sent, const char *why, struct gateway_result *out);
/* Seconds of the gateway's clock from its answer; -1: none. */
int64_t gateway_read_time(const struct gateway_answer *answer);

/* ---- for the gateways ---- */

void gateway_header(struct gateway_request *r, struct arena *a, const char *fmt,
		    ...) __attribute__((format(printf, 3, 4)));
/* The body as compact JSON with its header; takes the reference. */
void gateway_json_body(struct gateway_request *r, struct arena *a,
		       json_t *body_take);
/* "a=b&c=d" grows by one pair; a NULL value leaves it out. */
void gateway_form(struct buf *out, const char *name, const char *value);
/* Set out's verdict to a class word, with the gateway's words. */
void gateway_set(struct gateway_result *out, const char *class,
		 const char *said);
/* ref from a text or an integer; anything else leaves it. */
void gateway_set_ref(struct gateway_result *out, const json_t *v);
/* Thousandths of an integer or a real with at most six digits; -1: neither. */
int64_t gateway_thousandths(const json_t *v);
/* A taken message whose answer says nothing we know: uncertain. */
void gateway_unclear(struct gateway_result *out);

#endif
