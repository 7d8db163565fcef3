/* SPDX-License-Identifier: EUPL-1.2 */
/* Pace and holds. An operator's pace is one instant, the earliest at which a
 * mail may go if all went evenly (the "theoretical arrival time" of a leaky
 * bucket): a mail may be early by a burst, not more. Those that must wait are
 * sent behind one another, so that they come back at the pace and not all at
 * once.
 *
 *     now ──── burst ────► | may go | wait until their own place |
 *                          ▲ next_ms                             ▲ tail_ms */
#include <etrier/date.h>
#include <etrier/js.h>
#include <etrier/mailpace.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BURST_MS  INT64_C(10000)
#define MINUTE_MS INT64_C(60000)
#define SAID_MAX  300 /* "CODE ENHANCED TEXT" */
/* Nobody counts further: by then the address is warm. */
#define WARM_DAYS_MAX 30

enum { SENT, FAILED, DEFERRED, N_FIGURES };
static const char *const figure_names[] = {"sent", "failed", "deferred"};

struct backoff {
	regex_t reply;
	int64_t seconds;
};

struct operator
{
	char *name;
	int64_t a_minute; /* 0: no limit */
	struct backoff *backoffs;
	size_t n_backoffs;
	int64_t next_ms, tail_ms;
	int64_t until;	/* held */
	int64_t hold_s; /* the last hold of policy; 0: none since a success */
	struct {
		int32_t day;
		int64_t n[N_FIGURES];
	} days[MAILPACE_DAYS];
};

struct mailpace {
	struct map named;	/* operator by its name in the table */
	struct map domains;	/* borrowed: of the table, and once seen */
	struct map others;	/* owned: operator by domain */
	struct operator* crowd; /* all domains beyond MAILPACE_DOMAINS */
	int32_t warmup_start;
	int32_t day; /* of n_today */
	int64_t n_today;
	uint64_t n_changes;
};

/* --- the table --- */

static void clear_backoffs(struct operator* o)
{
	for (size_t i = 0; i < o->n_backoffs; i++)
		regfree(&o->backoffs[i].reply);
	free(o->backoffs);
	o->backoffs = NULL;
	o->n_backoffs = 0;
}

static void operator_free(void *v)
{
	struct operator* o = v;
	if (!o)
		return;
	clear_backoffs(o);
	free(o->name);
	free(o);
}

static struct operator* operator_new(const char *name)
{
	struct operator* o = mem_alloc(sizeof(*o));
	o->name = mem_dup(name);
	for (size_t i = 0; i < MAILPACE_DAYS; i++)
		o->days[i].day = DATE_NONE;
	return o;
}

struct mailpace *mailpace_new(void)
{
	struct mailpace *p = mem_alloc(sizeof(*p));
	map_init(&p->named);
	map_init(&p->domains);
	map_init(&p->others);
	p->crowd = operator_new(MAILPACE_OTHER);
	p->warmup_start = DATE_NONE;
	p->day = DATE_NONE;
	return p;
}

void mailpace_free(struct mailpace *p)
{
	if (!p)
		return;
	map_clear(&p->domains, NULL);
	map_clear(&p->named, operator_free);
	map_clear(&p->others, operator_free);
	operator_free(p->crowd);
	free(p);
}

static void read_backoffs(struct operator* o, const json_t *list)
{
	size_t i;
	json_t *v;
	clear_backoffs(o);
	o->backoffs =
		mem_array(json_array_size(list) + 1, sizeof(*o->backoffs));
	json_array_foreach(list, i, v)
	{
		struct backoff *b = &o->backoffs[o->n_backoffs];
		b->seconds = js_int(v, "minutes", 1) * 60;
		if (!regcomp(&b->reply, js_str(v, "reply", ""),
			     REG_EXTENDED | REG_NOSUB))
			o->n_backoffs++;
	}
}

void mailpace_configure(struct mailpace *p, const json_t *delivery,
			int32_t warmup_start)
{
	struct map old = p->named;
	const char *name;
	json_t *v;
	p->warmup_start = warmup_start;
	map_init(&p->named);
	map_clear(&p->domains, NULL);
	map_init(&p->domains);
	json_object_foreach(json_object_get(delivery, "domains"), name, v)
	{
		struct operator* o = map_remove(&old, name);
		size_t i;
		json_t *domain;
		if (!o)
			o = operator_new(name);
		o->a_minute = js_int(v, "max_per_minute", 0);
		read_backoffs(o, json_object_get(v, "backoff"));
		map_put(&p->named, name, o);
		json_array_foreach(json_object_get(v, "match"), i, domain)
			map_put(&p->domains, json_string_value(domain), o);
	}
	map_clear(&old, operator_free);
}

/* The domain of an address in small letters, as the table has it. */
static void domain_of(const char *address, char out[256])
{
	const char *at = strrchr(address, '@');
	size_t n = 0;
	for (const char *s = at ? at + 1 : ""; *s && n < 255; s++)
		out[n++] = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;
	out[n] = '\0';
}

static struct operator* find(struct mailpace *p, const char *address)
{
	char domain[256];
	domain_of(address, domain);
	struct operator* o = map_get(&p->domains, domain);
	if (!o)
		o = map_get(&p->others, domain);
	if (o)
		return o;
	if (map_count(&p->others) >= MAILPACE_DOMAINS)
		return p->crowd;
	o = operator_new(MAILPACE_OTHER);
	map_put(&p->others, domain, o);
	return o;
}

/* --- pace --- */

static void turn_day(struct mailpace *p, int64_t now)
{
	int32_t day = paris_date(now);
	if (day == p->day)
		return;
	p->day = day;
	p->n_today = 0;
}

/* Mails on a day of the warm-up; INT64_MAX: it is over, or there is none. */
static int64_t warm_limit(const struct mailpace *p)
{
	int64_t limit = MAILPACE_WARM_FIRST;
	if (p->warmup_start == DATE_NONE ||
	    p->day - p->warmup_start >= WARM_DAYS_MAX)
		return INT64_MAX;
	for (int32_t d = p->warmup_start; d < p->day; d++)
		limit += limit / 2;
	return limit;
}

static int64_t max_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* 0: it may go; else the millisecond of its place. */
static int64_t wait_for_place(struct operator* o, int64_t now_ms)
{
	if (!o->a_minute)
		return 0;
	int64_t step = MINUTE_MS / o->a_minute;
	o->next_ms = max_of(o->next_ms, now_ms);
	if (o->next_ms - now_ms <= BURST_MS) {
		o->next_ms += step;
		return 0;
	}
	/* Behind the last that was told to wait. */
	o->tail_ms = max_of(o->tail_ms, o->next_ms - BURST_MS) + step;
	return o->tail_ms;
}

int64_t mailpace_take(struct mailpace *p, const char *address, int64_t now,
		      const char **why)
{
	struct operator* o = find(p, address);
	turn_day(p, now);
	p->n_changes++;
	*why = NULL;
	if (o->until > now) {
		*why = "its mail operator asked to wait";
		return o->until;
	}
	if (p->n_today >= warm_limit(p)) {
		*why = "enough for a day of the warm-up";
		return paris_instant(p->day + 1, 0);
	}
	int64_t ms = wait_for_place(o, now * 1000);
	if (ms) {
		*why = "not so fast to one mail operator";
		return max_of(ms / 1000, now) + 1;
	}
	p->n_today++;
	return now;
}

/* --- what is said --- */

static void count(struct operator* o, int32_t day, int figure, int64_t n)
{
	size_t at = (size_t)(day % MAILPACE_DAYS);
	if (o->days[at].day != day) {
		o->days[at].day = day;
		memset(o->days[at].n, 0, sizeof(o->days[at].n));
	}
	o->days[at].n[figure] += n;
}

/* A word of policy in what was said: of Orange and La Poste their codes, of
 * others what they think of us. 530 to 538 are the relay's about our login. */
static bool is_policy(int64_t code, const char *enhanced, const char *text)
{
	if (code < 500 || (code >= 530 && code <= 538))
		return false;
	return str_starts(enhanced, "5.7.") || strstr(text, "OFR") ||
	       strstr(text, "LPN0") || strcasestr(text, "spam");
}

static int64_t hold(struct operator* o, int64_t now)
{
	/* Said again while held (mails on their way): one and the same. */
	if (o->until > now && o->hold_s)
		return o->until;
	o->hold_s = o->hold_s ? num_clip(2 * o->hold_s, 1, MAILPACE_HOLD_MAX_S)
			      : MAILPACE_HOLD_S;
	o->until = max_of(o->until, now + o->hold_s);
	return o->until;
}

static const struct backoff *fitting(const struct operator* o, int64_t code,
				     const char *enhanced, const char *text)
{
	char said[SAID_MAX];
	snprintf(said, sizeof(said), "%lld %s%s%s", (long long)code, enhanced,
		 *enhanced ? " " : "", text);
	for (size_t i = 0; i < o->n_backoffs; i++)
		if (!regexec(&o->backoffs[i].reply, said, 0, NULL, 0))
			return &o->backoffs[i];
	return NULL;
}

enum mailpace_class mailpace_verdict(struct mailpace *p, const char *address,
				     const json_t *verdict, int64_t now,
				     int64_t *until)
{
	struct operator* o = find(p, address);
	const char *result = js_str(verdict, "result", "");
	const char *enhanced = js_str(verdict, "enhanced", "");
	const char *text = js_str(verdict, "text", "");
	int64_t code = js_int(verdict, "code", 0);
	int32_t day = paris_date(now);
	bool is_refusal = str_eq(js_str(verdict, "reason", ""), "refused");
	const struct backoff *b;
	turn_day(p, now);
	p->n_changes++;
	if (str_eq(result, "sent")) {
		o->hold_s = 0;
		count(o, day, SENT, 1);
		return MAILPACE_PLAIN;
	}
	if (is_refusal && is_policy(code, enhanced, text)) {
		count(o, day, DEFERRED, 1);
		*until = hold(o, now);
		b = fitting(o, code, enhanced, text);
		if (b)
			*until = o->until = max_of(o->until, now + b->seconds);
		return MAILPACE_POLICY;
	}
	b = is_refusal ? fitting(o, code, enhanced, text) : NULL;
	if (b) {
		count(o, day, DEFERRED, 1);
		*until = o->until = max_of(o->until, now + b->seconds);
		return MAILPACE_BACKOFF;
	}
	count(o, day, str_eq(result, "failed") ? FAILED : DEFERRED, 1);
	return MAILPACE_PLAIN;
}

int64_t mailpace_hold(struct mailpace *p, const char *address, int64_t now)
{
	p->n_changes++;
	return hold(find(p, address), now);
}

static bool is_held(const struct operator* o, int64_t now)
{
	return o->until > now && o->hold_s > 0;
}

const char *mailpace_held(const struct mailpace *p, size_t i, int64_t now,
			  int64_t *until)
{
	const struct map *maps[] = {&p->named, &p->others};
	for (size_t k = 0; k < ARRAY_LEN(maps); k++) {
		const char *key;
		void *v;
		for (size_t at = 0; map_each(maps[k], &at, &key, &v);) {
			const struct operator* o = v;
			if (!is_held(o, now) || i-- > 0)
				continue;
			*until = o->until;
			return o->name;
		}
	}
	return NULL;
}

/* --- figures --- */

static void add_figures(json_t *rows, const struct operator* o, int32_t day)
{
	const int64_t *n = NULL;
	char text[11];
	for (size_t i = 0; i < MAILPACE_DAYS; i++)
		if (o->days[i].day == day)
			n = o->days[i].n;
	if (!n || !(n[SENT] + n[FAILED] + n[DEFERRED]))
		return;
	json_t *row = NULL, *v;
	size_t at;
	date_format(day, text);
	json_array_foreach(rows, at, v)
	{
		if (str_eq(js_str(v, "name", ""), o->name) &&
		    str_eq(js_str(v, "day", ""), text))
			row = v;
	}
	if (!row) {
		row = json_object();
		js_put_str(row, "day", text);
		js_put_str(row, "name", o->name);
		json_array_append_new(rows, row);
	}
	for (int i = 0; i < N_FIGURES; i++)
		json_object_set_new(
			row, figure_names[i],
			json_integer(js_int(row, figure_names[i], 0) + n[i]));
}

json_t *mailpace_figures(const struct mailpace *p)
{
	json_t *rows = json_array();
	const struct map *maps[] = {&p->named, &p->others};
	for (int32_t back = 0; p->day != DATE_NONE && back < MAILPACE_DAYS;
	     back++) {
		for (size_t k = 0; k < ARRAY_LEN(maps); k++) {
			const char *key;
			void *v;
			for (size_t at = 0; map_each(maps[k], &at, &key, &v);)
				add_figures(rows, v, p->day - back);
		}
		add_figures(rows, p->crowd, p->day - back);
	}
	return rows;
}

void mailpace_load(struct mailpace *p, const json_t *rows, int64_t now)
{
	size_t i;
	json_t *v;
	turn_day(p, now);
	json_array_foreach(rows, i, v)
	{
		int32_t day;
		const char *name = js_str(v, "name", "");
		struct operator* o = map_get(&p->named, name);
		if (date_parse_iso(js_str(v, "day", ""), &day) ||
		    day > p->day || day <= p->day - MAILPACE_DAYS)
			continue;
		if (!o)
			o = p->crowd;
		for (int k = 0; k < N_FIGURES; k++)
			count(o, day, k, js_int(v, figure_names[k], 0));
		/* What went today counts for the warm-up. */
		if (day == p->day)
			p->n_today += js_int(v, figure_names[SENT], 0);
	}
}

/* --- kept where a kill does not reach --- */

uint64_t mailpace_changes(const struct mailpace *p)
{
	return p->n_changes;
}

static json_t *named_state(const struct operator* o)
{
	json_t *v = json_object();
	js_put_str(v, "name", o->name);
	js_put_int(v, "next_ms", o->next_ms, 0);
	js_put_int(v, "tail_ms", o->tail_ms, 0);
	js_put_int(v, "until", o->until, 0);
	js_put_int(v, "hold_s", o->hold_s, 0);
	return v;
}

/* A domain has no pace; what it said counts for as long as it asked. */
static json_t *held_domains(const struct mailpace *p, int64_t now)
{
	json_t *list = json_array();
	const char *domain;
	void *v;
	for (size_t at = 0; map_each(&p->others, &at, &domain, &v) &&
			    json_array_size(list) < MAILPACE_KEPT_MAX;) {
		const struct operator* o = v;
		if (o->until <= now)
			continue;
		json_t *row = json_object();
		js_put_str(row, "domain", domain);
		js_put_int(row, "until", o->until, 0);
		js_put_int(row, "hold_s", o->hold_s, 0);
		json_array_append_new(list, row);
	}
	return list;
}

json_t *mailpace_state(const struct mailpace *p, int64_t now)
{
	json_t *state = json_object(), *list = json_array();
	const char *name;
	char day[11];
	void *v;
	for (size_t at = 0; map_each(&p->named, &at, &name, &v);)
		json_array_append_new(list, named_state(v));
	if (p->day != DATE_NONE) {
		date_format(p->day, day);
		js_put_str(state, "day", day);
		js_put_int(state, "today", p->n_today, -1);
	}
	json_object_set_new(state, "operators", list);
	json_object_set_new(state, "domains", held_domains(p, now));
	json_object_set_new(state, "rows", mailpace_figures(p));
	return state;
}

/* A clock that was set back must not close an operator for good. */
static void resume_operator(struct operator* o, const json_t *v, int64_t now)
{
	int64_t latest = now + MAILPACE_HOLD_MAX_S;
	o->next_ms = num_clip(js_int(v, "next_ms", 0), 0, latest * 1000);
	o->tail_ms = num_clip(js_int(v, "tail_ms", 0), 0, latest * 1000);
	o->until = num_clip(js_int(v, "until", 0), 0, latest);
	o->hold_s = num_clip(js_int(v, "hold_s", 0), 0, MAILPACE_HOLD_MAX_S);
}

void mailpace_resume(struct mailpace *p, const json_t *state, int64_t now)
{
	size_t i;
	json_t *v;
	int32_t day;
	mailpace_load(p, json_object_get(state, "rows"), now);
	if (!date_parse_iso(js_str(state, "day", ""), &day) && day == p->day)
		p->n_today = max_of(p->n_today, js_int(state, "today", 0));
	json_array_foreach(json_object_get(state, "operators"), i, v)
	{
		struct operator* o = map_get(&p->named, js_str(v, "name", ""));
		if (o)
			resume_operator(o, v, now);
	}
	json_array_foreach(json_object_get(state, "domains"), i, v)
	{
		const char *domain = js_str(v, "domain", NULL);
		if (!domain || i >= MAILPACE_KEPT_MAX)
			continue;
		char *address = mem_printf("@%s", domain);
		resume_operator(find(p, address), v, now);
		free(address);
	}
}
