/* SPDX-License-Identifier: EUPL-1.2 */
/* What the licence of a source asks, as its `licence` settings say: that it is
 * read often enough, and that what it took away is forgotten.
 *
 *   licence: {name, url, show, refresh_h, strip_withdrawn: [field ...]}
 *
 * Read late, its offers stay live but are proposed to nobody until the next
 * good poll; the alarm is watch.c's. */
#include "polls.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/store_twins.h>

#include <string.h>

static const json_t *licence_of(const struct source *s)
{
	return json_object_get(s->conf, "licence");
}

const json_t *polls_licence(const struct polls *p, const char *source)
{
	const struct source *s = map_get(&p->sources, source);
	return s ? licence_of(s) : NULL;
}

/* The check of the configuration tells of any other; here it removes nothing.
 */
static bool is_field(const char *name)
{
	return name && *name &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz_.")];
}

int polls_strip(struct polls *p, const struct source *s, struct err *err)
{
	const json_t *list = json_object_get(licence_of(s), "strip_withdrawn"),
		     *v;
	const char *fields[STORE_STRIP_MAX];
	int n = 0;
	int64_t n_stripped;
	size_t i;
	json_array_foreach(list, i, v)
	{
		const char *name = json_string_value(v);
		if (is_field(name) && n < STORE_STRIP_MAX)
			fields[n++] = name;
	}
	return n ? store_offers_strip(p->store, s->name, fields, n, &n_stripped,
				      err)
		 : 0;
}

/* A source that was never read has nothing that could be stale. */
static bool is_stale(const struct polls *p, const struct source *s)
{
	int64_t hours = js_int(licence_of(s), "refresh_h", 0);
	return hours > 0 && s->good_at != INSTANT_NONE &&
	       polls_clock(p) - s->good_at > hours * 3600;
}

static int look_at(struct polls *p, struct source *s, struct err *err)
{
	bool stale = is_stale(p, s), changed;
	if (polls_strip(p, s, err))
		return -1;
	if (stale == s->is_stale)
		return 0;
	if (store_source_set_stale(p->store, s->name, stale, &changed, err))
		return -1;
	s->is_stale = stale;
	log_event(stale ? LOG_WARNING : LOG_INFO,
		  stale ? "source.stale" : "source.fresh",
		  LOG_S("source", s->name));
	if (changed)
		live_offers_changed(p->live);
	return 0;
}

int polls_look_at_licences(struct polls *p, struct err *err)
{
	const char *name;
	void *v;
	for (size_t i = 0; map_each(&p->sources, &i, &name, &v);) {
		struct source *s = v;
		if (!s->is_gone && look_at(p, s, err))
			return -1;
	}
	return 0;
}
