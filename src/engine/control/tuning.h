/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ENGINE_TUNING_H
#define ETRIER_ENGINE_TUNING_H

#include "state.h"

#include <etrier/compare.h>
#include <etrier/cover.h>
#include <etrier/trial.h>

/* What the tools of the rule tuner have in hand: one long question at a time
 * (rules_job.c), and the rules in the shadow (shadow.c). */
enum job_kind { JOB_DIFF, JOB_COVER, JOB_CHECK };
struct job;
struct shadow;
struct tuning {
	struct job *job;       /* NULL: none */
	struct shadow *shadow; /* NULL: none */
};
struct tuning *tuning_of(struct engine_state *e);

/* rules_job.c. rules_take: to be asked about; days: offers seen first within
 * so many (0: all); name: of the file; accept: why a guard may fall, or NULL;
 * texts: of the check, kept. False after ending the call: another question is
 * being answered. */
struct job_ask {
	enum job_kind kind;
	struct rules *rules_take;
	int64_t days;
	const char *name, *accept;
	json_t *texts;
};
void job_begin(struct control_call *call, const struct job_ask *ask);
bool job_work(struct engine_state *e, int slice_ms);
void job_free(struct job *j);
/* rules_tell.c */
void tell_comparison(struct engine_state *e, struct control_call *call,
		     const struct compare *c, const struct trial *t);
/* {"person","offer","was","is","why":[..]} of a pair under the rules in force
 * and those of the trial, nothing private in it; NULL: there is no difference
 * that may be told. */
json_t *tell_pair(struct engine_state *e, const struct trial *t,
		  uint32_t person, int64_t canonical);
void tell_check(struct engine_state *e, struct control_call *call,
		const struct cover *c, const struct rules *r,
		const json_t *texts);

/* shadow.c. begin: from what the store says; also after new rules. */
int shadow_begin(struct engine_state *e, struct err *err);
void shadow_end(struct engine_state *e);
bool shadow_has_work(const struct engine_state *e);
bool shadow_work(struct engine_state *e, int slice_ms, struct err *err);
/* NULL: there is none, or it does not compile. */
const struct trial *shadow_trial(const struct engine_state *e);
/* {"name","since","by","complete","gained","lost","moved","problem","bytes"};
 * NULL: there is none. */
json_t *shadow_state(struct engine_state *e, struct err *err);

#endif
