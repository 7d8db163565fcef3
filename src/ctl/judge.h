/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CTL_JUDGE_H
#define ETRIER_CTL_JUDGE_H

#include <etrier/match.h>

#include <jansson.h>

struct arena;
struct diags;
struct err;
struct refdata;

/* Verdicts without a daemon, by the way it goes there: records as they are
 * stored, places looked up, match_evaluate(), words by explain.h. */
struct judge {
	struct refdata *rd;
	struct travel *travel;
	struct tradenet *trades;
	struct rules *rules;
	struct match_env env;
};
/* The folders of the tables; transit may be NULL. */
int judge_open(struct judge *j, const char *refdata, const char *transit,
	       struct err *err);
/* texts: [{"file","text"}]; -1 with the mistakes in d, the former stay. */
int judge_use_rules(struct judge *j, const json_t *texts, struct diags *d);
void judge_close(struct judge *j);

/* youth: a stored record with its needs; offer: an offer line; both borrowed
 * and outliving what is in the arena. -1 (ERR_INPUT): one of them is no such
 * record, or is compared with nothing. */
struct judged {
	struct mperson person;
	struct moffer offer;
	struct verdict verdict;
	/* What a message would say of it: journey, reasons, what to check, one
	 * a line. */
	const char *message;
};
int judge_pair(struct judge *j, json_t *youth, json_t *offer, int32_t on,
	       struct arena *a, struct judged *out, struct err *err);

#endif
