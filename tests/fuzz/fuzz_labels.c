/* SPDX-License-Identifier: EUPL-1.2 */
/* Single values of offers: dates in every form, durations, hours, amounts and
 * the words for contracts and the like. What is not unknown is in its range. */
#include "collector/labels.h"
#include "collector/values.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/vocab.h>

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_dates(struct arena *a, const char *s)
{
	for (int form = DATE_AUTO; form <= DATE_TEXT; form++) {
		int32_t d = value_date(a, s, (enum date_form)form);
		int year = 2000, month, day;
		if (d != DATE_NONE)
			date_to_ymd(d, &year, &month, &day);
		/* A zone may carry the first and the last day over. */
		BUG_ON(year < 1999 || year > 2101);
	}
}

static void check_amounts(struct arena *a, const char *s)
{
	struct salary v = value_salary(a, s);
	int weekly = value_weekly(a, s), days = value_duration(a, s);
	int hour = value_hour(a, s);
	BUG_ON((v.min_cents < 0) != !v.period);
	BUG_ON((v.min_cents < 0) != (v.max_cents < 0));
	BUG_ON(value_salary_is_plausible(&v) && v.min_cents > v.max_cents);
	BUG_ON(value_euros(a, s) < -1);
	BUG_ON(weekly != -1 && (weekly < 60 || weekly > 3600));
	BUG_ON(days != -1 && (days < 1 || days > 3660));
	BUG_ON(hour < -1 || hour > 24 * 60);
}

static void check_words(struct arena *a, const char *s)
{
	bool inferred;
	int code = label_contract(a, s, &inferred);
	BUG_ON(code != VOCAB_NONE && !vocab_code(&vocab_contract, code));
	BUG_ON(inferred && code != CONTRACT_APPRENTICESHIP);
	code = label_level(a, s);
	BUG_ON(code != VOCAB_NONE && !vocab_code(&vocab_level, code));
	code = label_experience(a, s);
	BUG_ON(code != VOCAB_NONE && !vocab_code(&vocab_experience, code));
	code = label_licence(a, s);
	BUG_ON(code != VOCAB_NONE && !vocab_code(&vocab_licence, code));
	BUG_ON(!vocab_code(&vocab_tri, label_part_time(a, s)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a;
	char *s = mem_dup_n((const char *)data, n < 1000 ? n : 1000);
	arena_init(&a);
	check_dates(&a, s);
	check_amounts(&a, s);
	check_words(&a, s);
	arena_clear(&a);
	free(s);
	return 0;
}
