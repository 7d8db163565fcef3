/* SPDX-License-Identifier: EUPL-1.2 */
/* Which row of the law is in force for somebody on a day. */
#include <etrier/rules.h>

static bool is_in_force(int32_t from, int32_t until, int32_t on)
{
	return from <= on && on <= until;
}

const struct age_row *rules_age_row(const struct ruleset *s, int kind,
				    int32_t on)
{
	const struct age_row *best = NULL;

	for (int i = 0; i < s->n_ages; i++)
		if (s->ages[i].kind == kind && s->ages[i].valid_from <= on)
			best = &s->ages[i];
	return best;
}

bool rules_trades_fit(const struct trade_set *s, const uint16_t *trades, int n)
{
	for (int i = 0; i < n; i++)
		if (trade_set_has(s, trades[i]))
			return true;
	return false;
}

const struct minor_night *rules_minor_night(const struct ruleset *s, int age,
					    int32_t on)
{
	const struct minor_night *best = NULL;

	for (int i = 0; i < s->n_nights; i++) {
		const struct minor_night *n = &s->nights[i];

		if (age < n->under_age &&
		    is_in_force(n->valid_from, n->valid_until, on) &&
		    (!best || n->under_age < best->under_age))
			best = n;
	}
	return best;
}

const struct minor_derogation *rules_minor_derogation(const struct ruleset *s,
						      int age,
						      const uint16_t *trades,
						      int n, int32_t on)
{
	for (int i = 0; i < s->n_derogations; i++) {
		const struct minor_derogation *d = &s->derogations[i];

		if (age >= d->age_min &&
		    is_in_force(d->valid_from, d->valid_until, on) &&
		    rules_trades_fit(&d->trades, trades, n))
			return d;
	}
	return NULL;
}

/* A lane of exposures that reaches the degree asked. */
static bool reaches(uint64_t asked, uint64_t exposures)
{
	for (int i = 0; i < EXPOSURE_COUNT; i++) {
		uint64_t degree = asked >> 2 * i & 3;

		if (degree && (exposures >> 2 * i & 3) >= degree)
			return true;
	}
	return false;
}

bool rules_minor_work_applies(const struct minor_work *w, int age, int kind,
			      const uint16_t *trades, int n, uint64_t exposures,
			      int32_t on)
{
	return age < w->under_age &&
	       is_in_force(w->valid_from, w->valid_until, on) &&
	       (kind == VOCAB_NONE || w->kinds >> kind & 1) &&
	       (!w->has_trades || rules_trades_fit(&w->trades, trades, n)) &&
	       (!w->exposures || reaches(w->exposures, exposures));
}

const struct minor_hours *rules_minor_hours(const struct ruleset *s, int age,
					    const uint16_t *trades, int n,
					    int32_t on)
{
	for (int i = 0; i < s->n_hours; i++) {
		const struct minor_hours *h = &s->hours[i];

		if (age < h->under_age &&
		    is_in_force(h->valid_from, h->valid_until, on) &&
		    (!h->has_trades || rules_trades_fit(&h->trades, trades, n)))
			return h;
	}
	return NULL;
}
