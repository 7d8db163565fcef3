/* SPDX-License-Identifier: EUPL-1.2 */
/* The usual conditions of a trade in our own codes. A code that this version
 * does not have is passed over: the tables may be newer than the program. */
#include <etrier/lexicon.h>
#include <etrier/refdata.h>

#include <string.h>

void conditions_by_trade(const struct refdata *rd, uint16_t trade,
			 int8_t exposure[EXPOSURE_COUNT])
{
	const struct condition *v = NULL;
	size_t n = rome_conditions(rd, trade, &v);
	memset(exposure, -1, EXPOSURE_COUNT);
	for (size_t i = 0; i < n; i++) {
		int code = vocab_find(&vocab_exposure, v[i].exposure);
		if (code != VOCAB_NONE)
			exposure[code] = (int8_t)v[i].degree;
	}
}
