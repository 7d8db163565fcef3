/* SPDX-License-Identifier: EUPL-1.2 */
/* `etrierctl sources try`: the same way from bytes to offers as a poll, with
 * everything said that a poll keeps to itself: where each value came from is
 * asked of the mapping once more, after the offer is made, so that a poll pays
 * nothing for it. Nothing is stored and nobody is told. */
#include "fetch.h"
#include "guard.h"
#include "labels.h"
#include "poll.h"
#include "values.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
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
	const struct feed *feed;
	const struct mapping *mapping;
	const struct refdata *refdata;
};

/* ---- where a value came from ---- */

/* Would normalise.c have used this value of the field? */
static bool is_understood(const struct trial *t, int field, struct arena *a,
			  const char *s)
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
	case SOURCE_F_TRADE:
	case SOURCE_F_TITLE:
		return rome_by_title(t->refdata, s) != ROME_NONE;
	default:
		break;
	}
	switch (source_field_type(field)) {
	case SOURCE_TRI:
		return label_tri(a, s) != TRI_UNKNOWN;
	case SOURCE_MONEY:
		return value_euros(a, s) > 0;
	case SOURCE_DATE:
	case SOURCE_INSTANT:
		return value_instant(a, s,
				     mapping_date_form(t->mapping, field)) !=
		       INSTANT_NONE;
	default:
		return true;
	}
}

/* The path of the value that became the field, or, where several are put
 * together, of each; NULL when there is none. strict: only a value that is
 * understood. */
static const char *origin(const struct trial *t, int field, bool strict,
			  struct arena *a)
{
	bool joins = mapping_joins(t->mapping, field) ||
		     source_field_type(field) == SOURCE_LIST;
	const char *v[MAPPING_VALUES_MAX], *from[MAPPING_VALUES_MAX];
	const struct jnode *record = feed_record(t->feed);
	size_t n = mapping_origins(t->mapping, field, record, a, v, from,
				   ARRAY_LEN(v));
	const char *all = NULL;
	for (size_t i = 0; i < n; i++) {
		const char *word = mapping_word(t->mapping, field, a, v[i]);
		const char *path = from[i] ? from[i] : "const";
		if (str_eq(word, "unknown") ||
		    (strict && !word && !is_understood(t, field, a, v[i])))
			continue;
		if (word)
			path = arena_printf(a, "%s (values)", path);
		if (!joins)
			return path;
		if (!all || !str_ends(all, path))
			all = all ? arena_printf(a, "%s, %s", all, path) : path;
	}
	return all;
}

static const char *join(struct arena *a, const char *all, const char *path)
{
	if (!all || !path)
		return all ? all : path;
	return arena_printf(a, "%s, %s", all, path);
}

static const char *place_origin(const struct trial *t, struct arena *a)
{
	const char *all = NULL;
	for (int f = SOURCE_F_PLACE_INSEE; f <= SOURCE_F_PLACE_TEXT; f++)
		all = join(a, all, origin(t, f, false, a));
	return all ? all : "default";
}

/* Written for every offer; what says so is named for those that are not live
 * any more. */
static const char *status_origin(const struct trial *t, const char *status,
				 struct arena *a)
{
	const char *all = origin(t, SOURCE_F_STATUS, true, a);
	if (str_eq(status, "live"))
		return all ? all : "default";
	all = join(a, all, origin(t, SOURCE_F_OPEN, true, a));
	all = join(a, all, origin(t, SOURCE_F_EXPIRES, true, a));
	return all ? all : "expires_days";
}

/* Fields of a source that end in a member of another name, after the field of
 * that name, in the order in which normalise.c asks them. */
static const char *member_origin(const struct trial *t, const char *member,
				 struct arena *a)
{
	static const struct {
		const char *member;
		int field;
	} others[] = {
		{"duration_days", SOURCE_F_DURATION_MONTHS},
		{"duration_days", SOURCE_F_DURATION},
		{"salary.min", SOURCE_F_SALARY_MAX},
		{"salary.max", SOURCE_F_SALARY_MIN},
		{"salary.min", SOURCE_F_SALARY_TEXT},
		{"salary.max", SOURCE_F_SALARY_TEXT},
		{"salary.period", SOURCE_F_SALARY_TEXT},
	};
	int field = source_field_find(member);
	bool strict = field != SOURCE_F_TITLE;
	const char *path = field < 0 ? NULL : origin(t, field, strict, a);
	for (size_t i = 0; !path && i < ARRAY_LEN(others); i++)
		if (str_eq(others[i].member, member))
			path = origin(t, others[i].field, true, a);
	if (path)
		return path;
	return str_eq(member, "expires") ? "expires_days" : "default";
}

static void put_origin(const struct trial *t, const char *member,
		       const json_t *value, const json_t *line, json_t *out)
{
	/* Read out of the offer's words, its trade or a list: the code says
	 * more than the value did, or there was no value. */
	const char *how =
		js_str(json_object_get(line, "provenance"), member, NULL);
	bool is_inferred = how != NULL;
	const char *path;
	struct arena a;
	arena_init(&a);
	if (str_eq(member, "place"))
		path = place_origin(t, &a);
	else if (str_eq(member, "status"))
		path = status_origin(t, json_string_value(value), &a);
	else if (str_eq(member, "rome") && is_inferred)
		path = origin(t, SOURCE_F_TRADE, true, &a);
	else
		path = member_origin(t, member, &a);
	if (!path)
		path = origin(t, SOURCE_F_TITLE, false, &a);
	if (is_inferred && str_eq(path, "default"))
		path = str_eq(how, "trade")  ? "(usual in the trade)"
		       : str_eq(how, "list") ? "(list of employers)"
					     : "(words of the offer)";
	else if (is_inferred)
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
		if (str_eq(name, "source") || str_eq(name, "provenance") ||
		    str_eq(name, "evidence"))
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
		json_t *from = origins(t, line);
		t->handler->on_origin(t->ctx, from);
		json_decref(from);
	}
	for (size_t i = 0; i < notes->n; i++)
		v[i] = (struct collector_note){.field = notes->v[i].field,
					       .text = notes->v[i].text,
					       .value = notes->v[i].value,
					       .is_reading =
						       notes->v[i].is_reading};
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

static int try_file(struct feed *feed, const char *file, int64_t max_bytes,
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
		if (feed_counts(feed)->bytes + n > max_bytes) {
			err_set(err, ERR_LIMIT, "the file passes max_bytes");
			goto out;
		}
		if (feed_bytes(feed, bytes, (size_t)n, err))
			goto out;
	}
	rc = feed_end(feed, err);
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

/* --- a source, asked as a poll would -------------------------------------- */

struct asked {
	struct trial *trial;
	struct event_base *base;
	struct collector_try_out *out;
	struct err *err;
	int rc;
};

static void on_polled_offer(void *ctx, const struct offer *o,
			    const struct notes *notes)
{
	on_offer(((struct asked *)ctx)->trial, o, notes);
}

static void on_polled_bad(void *ctx, int64_t number, const char *reason,
			  const struct err *err)
{
	on_bad(((struct asked *)ctx)->trial, number, reason, err);
}

static void on_end(void *ctx, const struct poll_result *r)
{
	struct asked *k = ctx;
	k->out->counts = *r->counts;
	k->out->is_complete = r->is_complete;
	k->out->n_requests = r->n_requests;
	str_copy(k->out->note, sizeof(k->out->note), r->note ? r->note : "");
	k->rc = r->err ? -1 : 0;
	if (r->err)
		*k->err = *r->err;
	event_base_loopbreak(k->base);
}

/* A configuration of one source, which waits longer than a poll does. */
static json_t *config_of(const struct collector_try_in *in)
{
	json_t *source = json_copy((json_t *)(uintptr_t)in->source);
	if (in->url)
		js_put_str(source, "url", in->url);
	json_t *config = json_pack(
		"{s:{s:s,s:i,s:i,s:i},s:{s:o}}", "collector", "user_agent",
		"etrier/" ETRIER_VERSION " (sources try)", "connect_timeout_s",
		CONNECT_S, "transfer_timeout_s", TRANSFER_S, "poll_deadline_s",
		TRANSFER_S, "sources", js_str(source, "name", "source"),
		source);
	js_put_str(json_object_get(config, "collector"), "ca_file",
		   in->ca_file);
	return config;
}

static int ask_source(struct trial *t, const struct collector_try_in *in,
		      struct collector_try_out *out, struct err *err)
{
	static const struct poll_handler handler = {
		.feed = {on_polled_offer, on_polled_bad}, .on_end = on_end};
	struct diags d;
	struct asked k = {.trial = t, .out = out, .err = err, .rc = -1};
	json_t *config = config_of(in);
	diags_init(&d);
	struct poll_config *c = poll_config_new(config, in->refdata, NULL, &d);
	if (!c)
		err_set(err, ERR_CONFIG, "%s",
			d.n ? d.v[0].text : "the source cannot be used");
	diags_clear(&d);
	json_decref(config);
	if (!c)
		return -1;
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		poll_config_release(c);
		return err_set(err, ERR_CONFIG, "libcurl does not start");
	}
	k.base = event_base_new();
	BUG_ON(!k.base);
	struct polling *p = polling_new(k.base, clock_system(), in->refdata);
	polling_set_pace(p, 1, 1);
	struct source *s =
		map_get(&c->sources, js_str(in->source, "name", "source"));
	t->mapping = s->mapping;
	struct poll *poll =
		poll_start(p,
			   &(struct poll_in){.source = s,
					     .config = c,
					     .understanding = in->understanding,
					     .max_documents = in->max_documents,
					     .wants_notes = true},
			   &handler, &k);
	t->feed = poll_feed(poll);
	event_base_dispatch(k.base);
	polling_free(p);
	event_base_free(k.base);
	poll_config_release(c);
	return k.rc;
}

static int read_document(struct trial *t, const struct collector_try_in *in,
			 struct collector_try_out *out, struct err *err)
{
	static const struct feed_handler handler = {on_offer, on_bad};
	const json_t *source = in->source;
	struct feed_scratch scratch;
	struct mapping *m = mapping_new(source, err);
	if (!m)
		return -1;
	t->mapping = m;
	feed_scratch_init(&scratch);
	const struct normaliser nz = {
		.mapping = m,
		.refdata = in->refdata,
		.source = js_str(source, "name", ""),
		.now = clock_now(clock_system()),
		.expires_days = (int)js_int(source, "expires_days", 0),
		.understanding = in->understanding,
	};
	struct feed *feed = feed_new(source, &nz, &scratch, true, &handler, t);
	t->feed = feed;
	int rc = try_file(feed, in->file, js_int(source, "max_bytes", 0), err);
	const struct collector_counts *c = feed_counts(feed);
	const char *warning = rc ? NULL : feed_warning(feed);
	out->counts = *c;
	out->is_complete = !rc &&
			   str_eq(js_str(source, "delivers", ""), "complete") &&
			   c->bad * 2 <= c->seen;
	str_copy(out->note, sizeof(out->note), warning ? warning : "");
	feed_free(feed);
	feed_scratch_clear(&scratch);
	mapping_free(m);
	return rc;
}

int collector_try(const struct collector_try_in *in,
		  const struct collector_try_handler *handler, void *ctx,
		  struct collector_try_out *out, struct err *err)
{
	struct trial t = {
		.handler = handler, .ctx = ctx, .refdata = in->refdata};
	*out = (struct collector_try_out){.counts.declared = -1};
	return in->file ? read_document(&t, in, out, err)
			: ask_source(&t, in, out, err);
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
