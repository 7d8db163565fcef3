/* SPDX-License-Identifier: EUPL-1.2 */
/* The poller's arithmetic: interval, jitter, back-off, and the guard against
 * feeds that shrink. No clock and no state: the engine keeps both. */
#include <etrier/num.h>
#include <etrier/schedule.h>

uint64_t schedule_seed(const char *source, int64_t poll_no)
{
	/* FNV-1a, then one round of splitmix64: neighbours must differ. */
	uint64_t h = 14695981039346656037u;
	for (const char *p = source; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	h += (uint64_t)poll_no * 0x9e3779b97f4a7c15u;
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
	return h ^ (h >> 31);
}

static int64_t backoff(int64_t interval_s, unsigned failures)
{
	int64_t ceiling = SCHEDULE_BACKOFF_MAX_S;
	if (interval_s > ceiling)
		ceiling = interval_s;
	int64_t wait = SCHEDULE_BACKOFF_FIRST_S;
	for (unsigned i = 1; i < failures && wait < ceiling; i++)
		wait *= 2;
	return wait < ceiling ? wait : ceiling;
}

static int64_t jitter(int64_t wait, uint64_t seed)
{
	int64_t span = wait * SCHEDULE_JITTER_PERCENT / 100;
	if (span <= 0)
		return wait;
	return wait - span + (int64_t)(seed % (uint64_t)(2 * span + 1));
}

int64_t schedule_next_due(int64_t now, const struct schedule_in *in)
{
	int64_t wait = in->failures ? backoff(in->interval_s, in->failures)
				    : in->interval_s;
	wait = jitter(wait, in->seed);
	int64_t asked =
		num_clip(in->retry_after_s, 0, SCHEDULE_RETRY_AFTER_MAX_S);
	if (wait < asked)
		wait = asked;
	return now + (wait > 0 ? wait : 1);
}

enum schedule_close schedule_close(bool complete, int64_t count, int64_t last)
{
	if (!complete)
		return SCHEDULE_NOT_WHOLE;
	if (last > 0 && count * 2 < last)
		return SCHEDULE_SHRUNKEN;
	return SCHEDULE_CLOSE;
}
