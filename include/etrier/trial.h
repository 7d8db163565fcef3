/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TRIAL_H
#define ETRIER_TRIAL_H

#include <etrier/live.h>

#include <jansson.h>

struct arena;
struct store_offer;

/* Other rules beside those in force: the people of live judged by rules that
 * are not (yet). It holds a second roster, about as large as live's; nothing
 * of it decides about anybody. Live must outlive it, and its rules and travel
 * model stay what they are. When training_end of the other rules differs, who
 * looks for work before the end of a training is taken as under the rules in
 * force. */
struct trial;
struct trial *trial_new(const struct live *l, struct rules *rules_take);
void trial_free(struct trial *t);
const struct match_env *trial_env(const struct trial *t);

/* Somebody of live as these rules see them: their set. */
void trial_see(const struct trial *t, struct mperson *p);
/* Take over the next of live's people, who is in *out; false: all are there, or
 * *err says why not. */
bool trial_fill(struct trial *t, struct mperson *out, struct err *err);
/* A person changed, came or went in live. */
int trial_update(struct trial *t, uint32_t person, struct err *err);
/* Somebody of the trial as these rules see them; false: not there. */
bool trial_person(const struct trial *t, uint32_t person, struct mperson *out);

/* A stored offer as these rules see it, and its département ("93", in the
 * arena, or NULL). */
int trial_offer(const struct trial *t, const struct store_offer *row,
		struct arena *a, struct moffer *out, const char **dept,
		struct err *err);
/* As matcher_offer(), as of the day. */
void trial_hits(struct trial *t, const struct moffer *o, int32_t on,
		struct match_hits *out);
size_t trial_bytes(const struct trial *t);

/* What two verdicts about one pair differ in, in words for whoever tunes rules:
 * ["REACH: pass, now fail", "travel: 12.0, now 8.0", "WEEK_END: +1.0"]; nothing
 * private. A new array. */
json_t *trial_changes(const struct verdict *was, const struct verdict *is);

#endif
