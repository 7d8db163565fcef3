/* SPDX-License-Identifier: EUPL-1.2 */
/* `etrierctl sources try`: the same way from bytes to offers as a poll, with
 * everything said that a poll keeps to itself: where each value came from is
 * asked of the mapping once more, after the offer is made, so that a poll pays
 * nothing for it. Nothing is stored and nobody is told. */
#include "feed.h"
#include "fetch.h"
#include "guard.h"
#include "labels.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
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
	const struct mapping *mapping;
};

/* ---- where a value came from ---- */

/* Does the collector read this word of a closed list? Fields of other types
 * take their first value. */
static bool is_understood(int field, struct arena *a, const char *s)
{
	switch (field) {
	case SOURCE_F_KIND:
		return label_contract(a, s, NULL) != VOCAB_NONE;
	case SOURCE_F_LEVEL_REQUIRED:
	case SOURCE_F_LEVEL_TARGET:
		return label_level(a, s) != VOCAB_NONE;
	case SOURCE_F_EXPERIENCE:
		return label_experience(a, s) != VOCAB_NONE;
	case SOURCE_F_STATUS:
		return label_status(a, s) != VOCAB_NONE;
	case SOURCE_F_HOURS_PART_TIME:
		return label_part_time(a, s) != TRI_UNKNOWN;
	default:
		return source_field_type(field) != SOURCE_TRI ||
		       label_tri(a, s) != TRI_UNKNOWN;
	}
}

/* The path of the value that became the field, NULL when there is none. */
static const char *origin(const struct trial *t, int field, struct arena *a)
{
	const char *v[MAPPING_VALUES_MAX], *from[MAPPING_VALUES_MAX];
	json_t *record = feed_record(t->feed);
	size_t n = mapping_origins(t->mapping, field, record, a, v, from,
				   ARRAY_LEN(v));
	const char *all = NULL;
	for (size_t i = 0; i < n; i++) {
		const char *word = mapping_word(t->mapping, field, a, v[i]);
		const char *path = from[i] ? from[i] : "const";
		if (str_eq(word, "unknown") ||
		    (!word && !is_understood(field, a, v[i])))
			continue;
		if (word)
			path = arena_printf(a, "%s (values)", path);
		if (!mapping_joins(t->mapping, field))
			return path;
		if (!all || !str_ends(all, path))
			all = all ? arena_printf(a, "%s, %s", all, path) : path;
	}
	return all;
}

/* Fields of a source that end in a member of another name, in the order in
 * which normalise.c asks them. "place" takes all that were given. */
static const struct {
	int field;
	const char *member;
} elsewhere[] = {
	{SOURCE_F_DURATION_MONTHS, "duration_days"},
	{SOURCE_F_DURATION, "duration_days"},
	{SOURCE_F_TRADE, "rome"},
	{SOURCE_F_TITLE, "rome"},
	{SOURCE_F_SALARY_MAX, "salary.min"},
	{SOURCE_F_SALARY_MIN, "salary.max"},
	{SOURCE_F_SALARY_TEXT, "salary.min"},
	{SOURCE_F_SALARY_TEXT, "salary.max"},
	{SOURCE_F_SALARY_TEXT, "salary.period"},
	{SOURCE_F_OPEN, "status"},
	{SOURCE_F_EXPIRES, "status"},
};

static const char *place_origin(const struct trial *t, struct arena *a)
{
	const char *all = NULL;
	for (int f = SOURCE_F_PLACE_INSEE; f <= SOURCE_F_PLACE_TEXT; f++) {
		const char *path = origin(t, f, a);
		if (path)
			all = all ? arena_printf(a, "%s, %s", all, path) : path;
	}
	return all;
}

static const char *member_origin(const struct trial *t, const char *member,
				 const json_t *value, struct arena *a)
{
	int field = source_field_find(member);
	const char *path = NULL;
	if (str_eq(member, "place"))
		return place_origin(t, a);
	/* Written for every offer; only a word that changed it is a reason. */
	bool is_live = str_eq(member, "status") &&
		       str_eq(json_string_value(value), "live");
	if (field >= 0)
		path = origin(t, field, a);
	for (size_t i = 0; !path && !is_live && i < ARRAY_LEN(elsewhere); i++)
		if (str_eq(elsewhere[i].member, member))
			path = origin(t, elsewhere[i].field, a);
	if (path || !str_eq(member, "expires"))
		return path ? path : "default";
	return "expires_days";
}

/* "kind: text" in the provenance: the code says more than the words did. */
static void put_origin(const struct trial *t, const char *member,
		       const json_t *value, const json_t *line, json_t *out)
{
	struct arena a;
	arena_init(&a);
	const char *path = member_origin(t, member, value, &a);
	if (path && js_str(json_object_get(line, "provenance"), member, NULL))
		path = arena_printf(&a, "%s (inferred)", path);
	js_put_str(out, member, path);
	arena_clear(&a);
}

static json_t *origins(const struct trial *t, const json_t *line)
{
	json_t *out = json_object(), *value, *inner;
	const char *name, *more;
	json_object_foreach((json_t *)(uintptr_t)line, name, value)
	{
		if (str_eq(name, "source") || str_eq(name, "provenance"))
			continue;
		if (!json_is_object(value) || str_eq(name, "place")) {
			put_origin(t, name, value, line, out);
			continue;
		}
		json_object_foreach(value, more, inner)
		{
			if (str_eq(more, "currency"))
				continue; /* no field: euros are all we read */
			char *member = mem_printf("%s.%s", name, more);
			put_origin(t, member, inner, line, out);
			free(member);
		}
	}
	return out;
}

/* ---- a document ---- */

static void on_offer(void *ctx, const struct offer *o,
		     const struct notes *notes)
{
	struct trial *t = ctx;
	struct collector_note v[NOTES_MAX];
	json_t *line = offer_to_json(o);
	if (t->handler->on_origin) {
		json_t *origin = origins(t, line);
		t->handler->on_origin(t->ctx, origin);
		json_decref(origin);
	}
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

/* One GET, its body to sink. */
struct get {
	int (*sink)(void *ctx, const char *bytes, size_t n, struct err *err);
	int (*end)(void *ctx, struct err *err);
	void *ctx;
	struct event_base *base;
	struct err *err;
	int rc;
};

static int on_bytes(void *ctx, const char *bytes, size_t n)
{
	struct get *g = ctx;
	return g->sink(g->ctx, bytes, n, g->err);
}

static void on_done(void *ctx, const struct fetch_result *r)
{
	struct get *g = ctx;
	if (r->kind == ERR_NONE)
		g->rc = g->end(g->ctx, g->err);
	else if (r->error)
		err_set(g->err, r->kind, "%s", r->error);
	event_base_loopbreak(g->base);
}

static int get(struct get *g, struct fetch_request *rq)
{
	static const struct fetch_handler handler = {on_bytes, on_done};
	rq->connect_timeout_s = CONNECT_S;
	rq->transfer_timeout_s = TRANSFER_S;
	rq->low_speed_s = LOW_SPEED_S;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(g->err, ERR_CONFIG, "libcurl does not start");
	g->base = event_base_new();
	BUG_ON(!g->base);
	g->rc = -1;
	struct fetcher *f = fetcher_new(g->base);
	if (fetch_start(f, rq, &handler, g, g->err))
		event_base_dispatch(g->base);
	fetcher_free(f);
	event_base_free(g->base);
	return g->rc;
}

static int to_feed(void *ctx, const char *bytes, size_t n, struct err *err)
{
	return feed_bytes(ctx, bytes, n, err);
}

static int end_feed(void *ctx, struct err *err)
{
	return feed_end(ctx, err);
}

static int try_url(struct trial *t, const json_t *source, const char *url,
		   const char *ca_file, struct err *err)
{
	struct fetch_request rq = {
		.url = url ? url : js_str(source, "url", ""),
		.user_agent = "etrier/" ETRIER_VERSION " (sources try)",
		.ca_file = ca_file,
		.headers = json_object_get(source, "headers"),
		.secret_headers = json_object_get(source, "secret_headers"),
		.allow_private = js_bool(source, "allow_private", false),
		.max_bytes = js_int(source, "max_bytes", 0),
	};
	struct get g = {
		.sink = to_feed, .end = end_feed, .ctx = t->feed, .err = err};
	return get(&g, &rq);
}

static int to_buf(void *ctx, const char *bytes, size_t n, struct err *err)
{
	struct buf *out = ctx;
	buf_add(out, bytes, n);
	return out->too_big ? err_set(err, ERR_LIMIT, "the answer is too long")
			    : 0;
}

static int end_buf(void *ctx, struct err *err)
{
	(void)ctx;
	(void)err;
	return 0;
}

int collector_get(const char *url, bool allow_private, const char *ca_file,
		  struct buf *out, struct err *err)
{
	struct fetch_request rq = {
		.url = url,
		.user_agent = "etrier/" ETRIER_VERSION " (sources draft)",
		.ca_file = ca_file,
		.allow_private = allow_private,
		.max_bytes = (int64_t)out->max,
	};
	struct get g = {.sink = to_buf, .end = end_buf, .ctx = out, .err = err};
	return get(&g, &rq);
}

bool collector_is_private(const char *url)
{
	char host[64];
	const char *p = strstr(url, "://");
	p = p ? p + 3 : url;
	bool is_v6 = *p == '[';
	p += is_v6;
	size_t n = strcspn(p, is_v6 ? "]/" : ":/?#");
	if (n >= sizeof(host))
		return false;
	memcpy(host, p, n);
	host[n] = '\0';
	return str_eq(host, "localhost") || (guard_allows_text(host, true) &&
					     !guard_allows_text(host, false));
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
	t.mapping = m;
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
