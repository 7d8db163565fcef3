/* SPDX-License-Identifier: EUPL-1.2 */
/* The only file of the tree that asks the machine what time it is. */
#include <etrier/clock.h>

#include <stddef.h>
#include <time.h>

static int64_t system_now(void *ctx)
{
	(void)ctx;
	return time(NULL);
}

static int64_t system_mono_ms(void *ctx)
{
	(void)ctx;
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const struct clock *clock_system(void)
{
	static const struct clock machine = {.now = system_now,
					     .mono_ms = system_mono_ms};
	return &machine;
}

static int64_t manual_now(void *ctx)
{
	return ((struct clock_manual *)ctx)->now_s;
}

static int64_t manual_mono_ms(void *ctx)
{
	return ((struct clock_manual *)ctx)->mono_ms;
}

void clock_manual_init(struct clock_manual *m, int64_t now_s)
{
	*m = (struct clock_manual){.clock = {.now = manual_now,
					     .mono_ms = manual_mono_ms,
					     .ctx = m},
				   .now_s = now_s};
}

void clock_manual_advance(struct clock_manual *m, int64_t seconds)
{
	m->now_s += seconds;
	m->mono_ms += seconds * 1000;
}

int64_t clock_now(const struct clock *c)
{
	return c->now(c->ctx);
}

int64_t clock_mono_ms(const struct clock *c)
{
	return c->mono_ms(c->ctx);
}
