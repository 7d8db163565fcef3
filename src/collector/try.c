/* SPDX-License-Identifier: EUPL-1.2 */
/* `etrierctl sources try`: the same way from bytes to offers as a poll, with
 * everything said that a poll keeps to itself. Nothing is stored and nobody is
 * told. */
#include "feed.h"
#include "fetch.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, CONNECT_S = 15, TRANSFER_S = 600, LOW_SPEED_S = 30 };

struct trial {
	const struct collector_try_handler *handler;
	void *ctx;
	struct feed *feed;
	struct event_base *base;
	struct err *err;
	int rc;
};

static void on_offer(void *ctx, const struct offer *o,
		     const struct notes *notes)
{
	struct trial *t = ctx;
	struct collector_note v[NOTES_MAX];
	json_t *line = offer_to_json(o);
	for (size_t i = 0; i < notes->n; i++)
		v[i] = (struct collector_note){.field = notes->v[i].field,
					       .text = notes->v[i].text,
					       .value = notes->v[i].value};
	t->handler->on_offer(t->ctx, o, line, v, notes->n);
	json_decref(line);
}

static void on_bad(void *ctx, int64_t number, const char *reason,
		   const struct err *err)
{
	struct trial *t = ctx;
	(void)reason;
	if (t->handler->on_bad)
		t->handler->on_bad(t->ctx, number, err);
}

static int try_file(struct trial *t, const char *file, int64_t max_bytes,
		    struct err *err)
{
	int rc = -1;
	char *bytes = mem_alloc(CHUNK);
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		err_set(err, ERR_UNKNOWN, "%s: %s", file, strerror(errno));
		goto out;
	}
	for (ssize_t n; (n = read(fd, bytes, CHUNK));) {
		if (n < 0) {
			err_set(err, ERR_UNKNOWN, "%s: %s", file,
				strerror(errno));
			goto out;
		}
		if (feed_counts(t->feed)->bytes + n > max_bytes) {
			err_set(err, ERR_LIMIT, "the file passes max_bytes");
			goto out;
		}
		if (feed_bytes(t->feed, bytes, (size_t)n, err))
			goto out;
	}
	rc = feed_end(t->feed, err);
out:
	if (fd >= 0)
		close(fd);
	free(bytes);
	return rc;
}

static int on_bytes(void *ctx, const char *bytes, size_t n)
{
	struct trial *t = ctx;
	return feed_bytes(t->feed, bytes, n, t->err);
}

static void on_done(void *ctx, const struct fetch_result *r)
{
	struct trial *t = ctx;
	if (r->kind == ERR_NONE)
		t->rc = feed_end(t->feed, t->err);
	else if (r->error)
		err_set(t->err, r->kind, "%s", r->error);
	event_base_loopbreak(t->base);
}

static int try_url(struct trial *t, const json_t *source, const char *url,
		   const char *ca_file, struct err *err)
{
	static const struct fetch_handler handler = {on_bytes, on_done};
	const struct fetch_request rq = {
		.url = url ? url : js_str(source, "url", ""),
		.user_agent = "etrier/" ETRIER_VERSION " (sources try)",
		.ca_file = ca_file,
		.headers = json_object_get(source, "headers"),
		.secret_headers = json_object_get(source, "secret_headers"),
		.allow_private = js_bool(source, "allow_private", false),
		.max_bytes = js_int(source, "max_bytes", 0),
		.connect_timeout_s = CONNECT_S,
		.transfer_timeout_s = TRANSFER_S,
		.low_speed_s = LOW_SPEED_S,
	};
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(err, ERR_CONFIG, "libcurl does not start");
	t->base = event_base_new();
	BUG_ON(!t->base);
	t->err = err;
	t->rc = -1;
	struct fetcher *f = fetcher_new(t->base);
	if (fetch_start(f, &rq, &handler, t, err))
		event_base_dispatch(t->base);
	fetcher_free(f);
	event_base_free(t->base);
	return t->rc;
}

int collector_try(const json_t *source, const struct refdata *rd,
		  const char *file, const char *url, const char *ca_file,
		  const struct collector_try_handler *handler, void *ctx,
		  struct collector_counts *counts, bool *complete,
		  struct err *err)
{
	static const struct feed_handler feed_handler = {on_offer, on_bad};
	struct trial t = {.handler = handler, .ctx = ctx};
	struct mapping *m = mapping_new(source, err);
	if (!m)
		return -1;
	const struct normaliser nz = {
		.mapping = m,
		.refdata = rd,
		.source = js_str(source, "name", ""),
		.now = clock_now(clock_system()),
		.expires_days = (int)js_int(source, "expires_days", 0),
	};
	t.feed = feed_new(source, &nz, true, &feed_handler, &t);
	int rc = file ? try_file(&t, file, js_int(source, "max_bytes", 0), err)
		      : try_url(&t, source, url, ca_file, err);
	*counts = *feed_counts(t.feed);
	*complete = !rc && str_eq(js_str(source, "delivers", ""), "complete") &&
		    counts->bad * 2 <= counts->seen;
	feed_free(t.feed);
	mapping_free(m);
	return rc;
}

size_t collector_unknown_fields(const struct offer *o,
				const char *out[COLLECTOR_UNKNOWN_MAX])
{
	const struct {
		bool is_unknown;
		const char *name;
	} rows[] = {
		{!o->ref, "ref"},
		{!o->url, "url"},
		{!o->description, "description"},
		{o->kind == VOCAB_NONE, "kind"},
		{!o->n_rome, "rome"},
		{!o->employer.name, "employer.name"},
		{!o->employer.siret, "employer.siret"},
		{o->place.precision == PLACE_UNKNOWN, "place"},
		{o->start == DATE_NONE, "start"},
		{o->duration_days < 0, "duration_days"},
		{o->hours.start_min < 0, "hours.start"},
		{o->hours.weekly_min < 0, "hours.weekly"},
		{!o->licences, "licences"},
		{o->level_required == VOCAB_NONE, "level.required"},
		{o->level_target == VOCAB_NONE, "level.target"},
		{o->experience == EXPERIENCE_UNKNOWN, "experience"},
		{o->handicap_welcome == TRI_UNKNOWN, "handicap_welcome"},
		{o->salary_min_cents < 0, "salary"},
		{!o->contact.name && !o->contact.email && !o->contact.phone &&
			 !o->contact.url,
		 "contact"},
		{o->posted == INSTANT_NONE, "posted"},
		{o->expires == INSTANT_NONE, "expires"},
	};
	static_assert(ARRAY_LEN(rows) <= COLLECTOR_UNKNOWN_MAX, "room");
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].is_unknown)
			out[n++] = rows[i].name;
	return n;
}
