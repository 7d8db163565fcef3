/* SPDX-License-Identifier: EUPL-1.2 */
/* The decision on one pair of offers. What can only be said of different posts
 * is looked for first (a bar); then for a proof: one link, one reference, or
 * employer, post, place and text together. How much of the text must agree
 * depends on how well the rest is known. */
#include "same.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/offer.h>
#include <etrier/place.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* Posts that begin further apart are two, though the text is one ("rentrée" of
 * September and of January). Feeds round the same start to a month. */
#define START_DAYS_MAX 31
/* Hours a week that are not the same post told twice: a day. */
#define WEEKLY_MIN_APART (7 * 60)
/* One source does not give two points to one door; another geocodes anew, or
 * gives the commune's centre for a point. */
#define POINTS_M_ONE_SOURCE 300
#define POINTS_M_TWO	    3000
/* Thousandths of the text in common (runs of three words). Re-worded copies of
 * aggregators keep 70 to 95 %; two posts of one employer share the paragraph
 * about the house, up to half of a text. */
#define ALIKE_MIN	600 /* same title */
#define ALIKE_OTHER	850 /* the same trade under another title */
#define ALIKE_NEAR_NAME 800 /* "Carrefour", "Carrefour Market" */
#define ALIKE_NO_NAME	900 /* one does not name the employer */
#define ALIKE_COARSE	100 /* more, where only a département is known */
/* Behind one link, texts with less in common are two posts. */
#define ALIKE_ONE_LINK 300
/* Fewer runs are no text; a cut copy needs so many to be compared as a part. */
#define RUNS_MIN      10
#define RUNS_MIN_PART 40
/* A part may be the paragraph that all posts of a house share. */
#define PART_DISCOUNT 100

enum relation { REL_UNKNOWN, REL_SAME, REL_NEAR, REL_OTHER };

/* --- words ---------------------------------------------------------------- */

/* Both lists in order, each word once. */
static size_t in_common(const char *const *a, size_t n_a, const char *const *b,
			size_t n_b)
{
	size_t n = 0;
	for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
		int c = strcmp(a[i], b[j]);
		n += c == 0;
		i += c <= 0;
		j += c >= 0;
	}
	return n;
}

static enum relation compare_words(const char *const *a, size_t n_a,
				   const char *const *b, size_t n_b)
{
	size_t n = in_common(a, n_a, b, n_b);
	if (!n_a || !n_b)
		return REL_UNKNOWN;
	if (n == n_a && n == n_b)
		return REL_SAME;
	return n == n_a || n == n_b ? REL_NEAR : REL_OTHER;
}

static enum relation compare_trades(const struct offer *a,
				    const struct offer *b)
{
	if (!a->n_rome || !b->n_rome)
		return REL_UNKNOWN;
	for (int i = 0; i < a->n_rome; i++) {
		for (int j = 0; j < b->n_rome; j++) {
			if (str_eq(a->rome[i], b->rome[j]))
				return REL_SAME;
		}
	}
	return REL_OTHER;
}

static enum relation compare_employers(const struct same_view *a,
				       const struct same_view *b,
				       bool *has_siret)
{
	const char *x = a->o->employer.siret, *y = b->o->employer.siret;
	if (x && y && strlen(x) >= 9 && strlen(y) >= 9) {
		*has_siret = true;
		/* Another establishment of the house is for the place. */
		return strncmp(x, y, 9) == 0 ? REL_SAME : REL_OTHER;
	}
	return compare_words(a->employer, a->n_employer, b->employer,
			     b->n_employer);
}

/* --- place ---------------------------------------------------------------- */

/* Paris, Lyon and Marseille as a whole, for their arrondissements. */
static const char *whole_city(const char *insee)
{
	static const struct {
		const char *district, *whole;
	} cities[] = {{"751", "75056"}, {"6938", "69123"}, {"132", "13055"}};
	for (size_t i = 0; i < sizeof(cities) / sizeof(*cities); i++) {
		if (str_starts(insee, cities[i].district))
			return cities[i].whole;
	}
	return NULL;
}

static enum relation compare_communes(const char *a, const char *b)
{
	if (str_eq(a, b))
		return REL_SAME;
	const char *x = whole_city(a), *y = whole_city(b);
	return str_eq(x, b) || str_eq(y, a) ? REL_NEAR : REL_OTHER;
}

/* Same town, said in whatever way both know; NEAR: as far as one can tell. */
static enum relation compare_towns(const struct same_view *a,
				   const struct same_view *b)
{
	const struct place *p = &a->o->place, *q = &b->o->place;
	if (a->dept && b->dept && !str_eq(a->dept, b->dept))
		return REL_OTHER;
	if (p->insee && q->insee)
		return compare_communes(p->insee, q->insee);
	if (p->postcode && q->postcode && str_eq(p->postcode, q->postcode))
		return REL_SAME;
	if (a->city && b->city && a->dept && b->dept)
		return str_eq(a->city, b->city) ? REL_SAME : REL_OTHER;
	if (p->postcode && q->postcode)
		return REL_OTHER;
	return a->dept && b->dept ? REL_NEAR : REL_UNKNOWN;
}

/* Two premises in one town are two posts. */
static bool has_other_door(const struct place *p, const struct place *q,
			   bool is_one_source)
{
	if (is_one_source && p->address && q->address &&
	    strcasecmp(p->address, q->address) != 0)
		return true;
	if (p->precision != PLACE_POINT || q->precision != PLACE_POINT)
		return false;
	return place_distance_m(p->lat_udeg, p->lon_udeg, q->lat_udeg,
				q->lon_udeg) >
	       (is_one_source ? POINTS_M_ONE_SOURCE : POINTS_M_TWO);
}

/* --- bars ----------------------------------------------------------------- */

static bool is_alternance(int kind)
{
	return kind == CONTRACT_APPRENTICESHIP ||
	       kind == CONTRACT_PROFESSIONALIZATION;
}

static bool is_for_a_time(int kind)
{
	return kind == CONTRACT_FIXED_TERM || kind == CONTRACT_SEASONAL;
}

static bool has_other_kind(int a, int b)
{
	return a != VOCAB_NONE && b != VOCAB_NONE && a != b &&
	       !(is_alternance(a) && is_alternance(b)) &&
	       !(is_for_a_time(a) && is_for_a_time(b));
}

static bool has_other_hours(const struct offer_hours *a,
			    const struct offer_hours *b)
{
	if (a->part_time && b->part_time && a->part_time != b->part_time)
		return true;
	return a->weekly_min >= 0 && b->weekly_min >= 0 &&
	       abs(a->weekly_min - b->weekly_min) > WEEKLY_MIN_APART;
}

static enum same_bar find_bar(const struct offer *a, const struct offer *b)
{
	if (has_other_kind(a->kind, b->kind))
		return BAR_KIND;
	if (a->start != DATE_NONE && b->start != DATE_NONE &&
	    abs(a->start - b->start) > START_DAYS_MAX)
		return BAR_START;
	if (has_other_hours(&a->hours, &b->hours))
		return BAR_HOURS;
	if (a->level_target != VOCAB_NONE && b->level_target != VOCAB_NONE &&
	    a->level_target != b->level_target)
		return BAR_LEVEL;
	return BAR_NOTHING;
}

/* --- proofs --------------------------------------------------------------- */

static bool has_one_url(const struct same_view *a, const struct same_view *b)
{
	for (int i = 0; i < a->n_urls; i++) {
		for (int j = 0; j < b->n_urls; j++) {
			if (str_eq(a->urls[i], b->urls[j]))
				return true;
		}
	}
	return false;
}

/* Two sources may count alike: their own numbers prove nothing. */
static bool has_one_ref(const struct same_view *a, const struct same_view *b)
{
	for (int i = 0; i < a->n_refs; i++) {
		for (int j = 0; j < b->n_refs; j++) {
			if (str_eq(a->refs[i], b->refs[j]) &&
			    (a->ref_kinds[i] != SAME_REF_OWN ||
			     b->ref_kinds[j] != SAME_REF_OWN))
				return true;
		}
	}
	return false;
}

static int compare_texts(const struct same_view *a, const struct same_view *b)
{
	size_t n = 0, less = a->n_shingles, more = b->n_shingles;
	if (less > more) {
		less = b->n_shingles;
		more = a->n_shingles;
	}
	if (less < RUNS_MIN)
		return -1;
	for (size_t i = 0, j = 0; i < a->n_shingles && j < b->n_shingles;) {
		uint64_t x = a->shingles[i], y = b->shingles[j];
		n += x == y;
		i += x <= y;
		j += x >= y;
	}
	int whole = (int)(1000 * n / (less + more - n));
	int part = less < RUNS_MIN_PART ? 0 : (int)(1000 * n / less);
	return part - PART_DISCOUNT > whole ? part - PART_DISCOUNT : whole;
}

struct pair {
	const struct same_view *a, *b;
	enum relation employer, title, trade, place;
	bool is_one_source;
};

static bool is_one_post(const struct pair *p)
{
	if (p->title == REL_SAME || p->trade == REL_SAME)
		return true;
	return p->title == REL_NEAR && p->trade == REL_UNKNOWN;
}

/* Without a text: another source's copy of the same few facts, or what its own
 * source shows anew after taking it away. */
static bool is_same_line(const struct pair *p)
{
	const struct offer *a = p->a->o, *b = p->b->o;
	bool is_gone = a->status != OFFER_LIVE || b->status != OFFER_LIVE;
	return p->employer == REL_SAME && p->title == REL_SAME &&
	       p->place == REL_SAME && a->kind != VOCAB_NONE &&
	       a->kind == b->kind && (!p->is_one_source || is_gone);
}

static int needed(const struct pair *p)
{
	int need = p->title == REL_SAME ? ALIKE_MIN : ALIKE_OTHER;
	if (p->employer == REL_NEAR && need < ALIKE_NEAR_NAME)
		need = ALIKE_NEAR_NAME;
	if (p->employer == REL_UNKNOWN && need < ALIKE_NO_NAME)
		need = ALIKE_NO_NAME;
	return p->place == REL_NEAR ? need + ALIKE_COARSE : need;
}

static enum same_bar decide_by_text(const struct pair *p,
				    struct same_reason *why)
{
	if (p->employer == REL_OTHER)
		return BAR_EMPLOYER;
	if (p->place == REL_UNKNOWN ||
	    (p->place == REL_NEAR && p->title != REL_SAME))
		return BAR_PLACE;
	if (p->employer == REL_UNKNOWN && p->title != REL_SAME)
		return BAR_EMPLOYER;
	if (why->alike < 0 && is_same_line(p))
		why->by = SAME_TITLE;
	else if (why->alike >= needed(p))
		why->by = SAME_TEXT;
	return why->by ? BAR_NOTHING : BAR_TEXT;
}

static enum same_bar decide(const struct pair *p, struct same_reason *why)
{
	const struct offer *a = p->a->o, *b = p->b->o;
	enum same_bar bar = find_bar(a, b);
	if (bar)
		return bar;
	if (p->place == REL_OTHER ||
	    has_other_door(&a->place, &b->place, p->is_one_source))
		return BAR_PLACE;
	if (!is_one_post(p))
		return BAR_TITLE;
	why->alike = compare_texts(p->a, p->b);
	bool is_other_text = why->alike >= 0 && why->alike < ALIKE_ONE_LINK;
	if (has_one_ref(p->a, p->b) && p->employer != REL_OTHER)
		why->by = SAME_REF;
	else if (has_one_url(p->a, p->b) && !is_other_text)
		why->by = SAME_URL;
	return why->by ? BAR_NOTHING : decide_by_text(p, why);
}

bool same_views(const struct same_view *a, const struct same_view *b,
		struct same_reason *why)
{
	*why = (struct same_reason){.alike = -1};
	struct pair p = {.a = a, .b = b};
	p.employer = compare_employers(a, b, &why->has_siret);
	p.title = compare_words(a->title, a->n_title, b->title, b->n_title);
	p.trade = compare_trades(a->o, b->o);
	p.place = compare_towns(a, b);
	p.is_one_source = str_eq(a->o->source, b->o->source);
	why->has_title = p.title == REL_SAME;
	why->is_coarse = p.place == REL_NEAR;
	why->bar = decide(&p, why);
	return why->by != SAME_NOT;
}

bool same_offer(const struct offer *a, const struct offer *b,
		struct same_reason *why)
{
	struct arena arena;
	struct same_view x, y;
	arena_init(&arena);
	same_view(a, &arena, &x);
	same_view(b, &arena, &y);
	bool is_same = same_views(&x, &y, why);
	arena_clear(&arena);
	return is_same;
}

const char *same_reason_text(const struct same_reason *why, struct arena *a)
{
	static const char *const bars[] = {
		[BAR_NOTHING] = "nothing in common",
		[BAR_KIND] = "another kind of contract",
		[BAR_START] = "another start",
		[BAR_HOURS] = "other hours",
		[BAR_LEVEL] = "another diploma",
		[BAR_PLACE] = "another place, or not known",
		[BAR_TITLE] = "another post",
		[BAR_EMPLOYER] = "another employer, or not known",
		[BAR_TEXT] = "another text, or none",
	};
	switch (why->by) {
	case SAME_NOT:
		return bars[why->bar];
	case SAME_URL:
		return "same link";
	case SAME_REF:
		return "quotes the same reference";
	case SAME_TEXT:
	case SAME_TITLE:
		break;
	}
	const char *post = why->has_title ? "title" : "trade";
	const char *place = why->is_coarse ? "département" : "commune";
	const char *number = why->has_siret ? " (SIREN)" : "";
	if (why->by == SAME_TITLE)
		return arena_printf(a, "same employer%s, %s and %s; no text",
				    number, post, place);
	return arena_printf(a, "same employer%s, %s and %s; text %d/1000",
			    number, post, place, why->alike);
}
