/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TEST_MATCH_REFERENCE_H
#define TEST_MATCH_REFERENCE_H

#include <etrier/match.h>

/* The matching of the design's words, slow and obvious: nothing is compiled,
 * remembered or shared with src/engine/match. What it does stand on is tested
 * elsewhere: dates, the travel model, the rules' conditions and value curves.
 */
struct reference {
	const struct rules *rules;
	const struct travel *travel;
	const struct refusals *refusals;
	/* How near two trades are, 0..1000, and whether of one family. */
	uint16_t (*near)(const void *ctx, uint16_t from, uint16_t to);
	uint16_t (*family)(uint16_t trade);
	struct travel_field *field; /* scratch */
};
struct reference_verdict {
	enum gate_state gates[GATE_COUNT];
	enum criterion_state criteria[CRITERION_COUNT];
	int values[CRITERION_COUNT];
	enum tri symbols[RULES_SYMBOLS_MAX];
	int base, public_score, score;
	enum decision decision;
};
void reference_judge(const struct reference *r, const struct mperson *p,
		     const struct moffer *o, int32_t on,
		     struct reference_verdict *out);

#endif
