/* SPDX-License-Identifier: EUPL-1.2 */
/* France Travail, "Offres d'emploi v2". A search reaches its first 3 150 offers
 * and no further, 150 at a time, so the country is cut into cells until every
 * cell can be read: by département, then by halves of a window of creation
 * dates, then by nature of the contract. Each cell is asked for its size first
 * (range=0-0, the total is in Content-Range), so that no page is read twice.
 *
 *   complete: all cells, what they do not show any more is closed
 *   window:   cells begin an hour before the last good poll; what is gone is
 *             found by the look-ups of `detail`
 *
 * The codes of `natures` are compared with the API's own list first: a code
 * that it does not know would silently find nothing.
 *
 * Sizes: the API's documentation and measurements of its clients (2024-2026).
 */
#include "ask_way.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 150,
	LAST = 3149,
	REACH = LAST + 1,
	CELLS_MAX = 4096, /* eight départements need some hundred */
	/* At eight a second no poll has time for more; a server that counts
	 * wrongly would be asked for every hour of a year. */
	REQUESTS_MAX = 5000,
	OVERLAP_S = 3600, /* offers appear late in the index */
	NARROW_S = 3600,  /* no window is cut further */
	/* No offer is older: they are renewed or closed. */
	OLDEST_S = 400 * 86400,
	/* Offers come and go between two pages. */
	SLACK_PER_CENT = 1
};

struct cell {
	const char *departement, *nature; /* borrowed from the source */
	int64_t from, to;		  /* INSTANT_NONE: no window */
	bool is_cut_by_nature;
};
struct cutting {
	bool checks_natures; /* the list of codes is yet to be asked for */
	struct cell *cells;  /* a stack */
	size_t n;
	int n_requests;
	bool is_sized; /* the top one's size is known */
	int64_t total, at, n_records;
};

static void push(struct ask *a, struct cell c)
{
	struct cutting *k = a->state;
	if (k->n == CELLS_MAX) {
		a->is_whole = false;
		a->note = "too many parts: some were left out";
		return;
	}
	k->cells[k->n++] = c;
}

static const char *text_at(const json_t *list, size_t i)
{
	return json_string_value(json_array_get(list, i));
}

static void begin(struct ask *a)
{
	const json_t *places = json_object_get(a->in.source, "departements");
	struct cutting *k = mem_alloc(sizeof(*k));
	int64_t since, from = INSTANT_NONE;
	bool is_window = str_eq(js_str(a->in.source, "delivers", ""), "window");
	k->cells = mem_array(CELLS_MAX, sizeof(*k->cells));
	k->checks_natures =
		json_array_size(json_object_get(a->in.source, "natures")) > 0;
	a->state = k;
	if (is_window && a->in.since &&
	    !num_parse_int(a->in.since, 0, a->in.now, &since))
		from = since - OVERLAP_S;
	for (size_t i = json_array_size(places); i--;)
		push(a, (struct cell){.departement = text_at(places, i),
				      .from = from,
				      .to = from == INSTANT_NONE ? from
								 : a->in.now});
	a->cursor = arena_printf(&a->keep, "%lld", (long long)a->in.now);
}

static void end(struct ask *a)
{
	struct cutting *k = a->state;
	free(k->cells);
	free(k);
	a->state = NULL;
}

/* --- the request ---------------------------------------------------------- */

static const char *with_natures(struct ask *a, const struct cell *c,
				const char *url)
{
	const json_t *natures = json_object_get(a->in.source, "natures");
	char *all = NULL;
	if (c->nature)
		return ask_with(&a->arena, url, "natureContrat", c->nature);
	for (size_t i = 0; i < json_array_size(natures); i++)
		all = arena_printf(&a->arena, "%s%s%s", all ? all : "",
				   all ? "," : "", text_at(natures, i));
	return all ? ask_with(&a->arena, url, "natureContrat", all) : url;
}

/* ".../v2/offres/search" to ".../v2/referentiel/naturesContrats"; NULL: the
 * address is another one. */
static const char *natures_url(struct ask *a)
{
	static const char search[] = "/offres/search";
	const char *url = js_str(a->in.source, "url", "");
	size_t n = strlen(url), tail = sizeof(search) - 1;
	if (n < tail || !str_eq(url + n - tail, search))
		return NULL;
	return arena_printf(&a->arena, "%.*s/referentiel/naturesContrats",
			    (int)(n - tail), url);
}

static bool next(struct ask *a)
{
	struct cutting *k = a->state;
	if (k->n && k->n_requests++ == REQUESTS_MAX) {
		a->is_whole = false;
		a->note = "more requests than a poll may make";
		return false;
	}
	if (!k->n)
		return false;
	const char *list = k->checks_natures ? natures_url(a) : NULL;
	k->checks_natures = list != NULL;
	if (list) {
		a->request.url = list;
		a->request.use = ASK_TEXT;
		a->request.may_fail = true;
		a->request.may_be_gone = true;
		return true;
	}
	const struct cell *c = &k->cells[k->n - 1];
	char from[21], to[21];
	int64_t last = k->is_sized ? k->at + PAGE - 1 : 0;
	const char *url = ask_with(&a->arena, ask_base(a, &a->arena),
				   "departement", c->departement);
	url = with_natures(a, c, url);
	if (c->from != INSTANT_NONE) {
		instant_format(c->from, from);
		instant_format(c->to, to);
		url = ask_with(&a->arena, url, "minCreationDate", from);
		url = ask_with(&a->arena, url, "maxCreationDate", to);
	}
	if (last > LAST)
		last = LAST;
	a->request.url =
		ask_with(&a->arena, url, "range",
			 arena_printf(&a->arena, "%lld-%lld", (long long)k->at,
				      (long long)last));
	a->request.use = k->is_sized ? ASK_RECORDS : ASK_TEXT;
	a->request.may_be_part = true;
	a->request.may_be_empty = true;
	return true;
}

/* --- the answer ----------------------------------------------------------- */

/* The newest half on top: what matters most is read first. */
static void cut_window(struct ask *a, struct cell c)
{
	if (c.from == INSTANT_NONE) {
		c.to = a->in.now;
		c.from = c.to - OLDEST_S;
	}
	int64_t middle = c.from + (c.to - c.from) / 2;
	struct cell older = c, newer = c;
	older.to = middle;
	/* Bounds are included: a second belongs to one half only. */
	newer.from = middle + 1;
	push(a, older);
	push(a, newer);
}

static void cut_natures(struct ask *a, struct cell c)
{
	const json_t *natures = json_object_get(a->in.source, "natures");
	for (size_t i = json_array_size(natures); i--;) {
		c.nature = text_at(natures, i);
		push(a, c);
	}
}

static void cut(struct ask *a)
{
	struct cutting *k = a->state;
	struct cell c = k->cells[k->n - 1];
	bool has_natures =
		json_array_size(json_object_get(a->in.source, "natures")) > 1;
	k->n--;
	if (c.from == INSTANT_NONE || c.to - c.from > NARROW_S) {
		cut_window(a, c);
	} else if (has_natures && !c.nature) {
		cut_natures(a, c);
	} else {
		/* What can be read of it is read. */
		a->is_whole = false;
		a->note = "more offers in an hour than the API shows";
		push(a, c);
		k->is_sized = true;
		k->total = REACH;
	}
}

static void end_cell(struct ask *a)
{
	struct cutting *k = a->state;
	int64_t slack = k->total * SLACK_PER_CENT / 100 + 1;
	if (k->n_records + slack < k->total) {
		a->is_whole = false;
		a->note = "a part ended before its own count";
	}
	k->n--;
	k->is_sized = false;
	k->at = k->n_records = k->total = 0;
}

static int sized(struct ask *a, const struct ask_answer *answer,
		 struct err *err)
{
	struct cutting *k = a->state;
	k->total = answer->http == 204 ? 0
				       : ask_range_total(answer->content_range);
	if (k->total < 0)
		return err_set(err, ERR_INPUT,
			       "the answer does not say how many offers there "
			       "are (Content-Range)");
	if (k->total > REACH) {
		cut(a);
		return 0;
	}
	k->is_sized = true;
	if (!k->total)
		end_cell(a);
	return 0;
}

static bool has_code(const json_t *list, const char *code)
{
	size_t i;
	json_t *one;
	json_array_foreach(
		(json_t *)(uintptr_t)list, i,
		one) if (str_eq(js_str(one, "code", NULL), code)) return true;
	return false;
}

/* Only a list that holds something can say that a code is missing. */
static void check_natures(struct ask *a, const struct ask_answer *answer)
{
	const json_t *natures = json_object_get(a->in.source, "natures");
	struct err err;
	json_t *list = answer->has_failed || answer->http != 200
			       ? NULL
			       : js_parse(answer->text, answer->n_text, &err);
	for (size_t i = 0;
	     json_array_size(list) && i < json_array_size(natures); i++)
		if (!has_code(list, text_at(natures, i)))
			a->note = arena_printf(&a->keep,
					       "natures: %s is no code of the "
					       "API",
					       text_at(natures, i));
	json_decref(list);
}

static int answered(struct ask *a, const struct ask_answer *answer,
		    struct err *err)
{
	struct cutting *k = a->state;
	if (k->checks_natures) {
		k->checks_natures = false;
		check_natures(a, answer);
		return 0;
	}
	if (!k->is_sized)
		return sized(a, answer, err);
	k->n_records += answer->n_records;
	k->at += PAGE;
	if (k->at >= k->total || k->at > LAST || !answer->n_records)
		end_cell(a);
	return 0;
}

const struct ask_way ask_way_france_travail = {begin, next, answered, end};
