/* SPDX-License-Identifier: EUPL-1.2 */
/* What the scan wants to know of people once and for all: the answers to the
 * rules' conditions, the level, the needs, and which facts of a pair no offer
 * will ever settle for them. */
#include <etrier/match.h>

/* What of a pair stays unknown whatever the offer says. */
static uint32_t lacks_of(const struct mperson *p)
{
	uint32_t lacks = 0;

	if (p->level < 0)
		lacks |= 1u << PAIR_LEVEL_GAP;
	if (p->french_oral < 0)
		lacks |= 1u << PAIR_FRENCH_ORAL_GAP;
	if (!p->rncp)
		lacks |= 1u << PAIR_SAME_COURSE;
	if (!p->cfa)
		lacks |= 1u << PAIR_SAME_CFA;
	if (!p->deadline)
		lacks |= 1u << PAIR_DAYS_TO_DEADLINE;
	if (!p->needs_favour)
		lacks |= 1u << PAIR_FAVOURS_MET;
	return lacks;
}

static void make_trait(const struct rules *rules, const struct mperson *p,
		       struct trait *out)
{
	*out = (struct trait){
		.needs_exclude = p->needs_exclude,
		.level = p->level,
		.lacks = lacks_of(p),
	};
	rules_person_conds(rules, p, &out->bits);
}

void match_set_rules(struct roster *r, const struct rules *rules)
{
	struct roster_asker asker = {.trait = make_trait, .marks = lacks_of};

	rules_person_reads(rules, &asker.reads);
	asker.reads.needs_exclude = UINT64_MAX;
	asker.reads.level = -1;
	roster_set_rules(r, rules, &asker);
}
