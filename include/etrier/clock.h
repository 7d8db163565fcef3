/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CLOCK_H
#define ETRIER_CLOCK_H

#include <stdint.h>

/* Time comes in through here and nowhere else, so that a test can run a month
 * of planning in a second. A clock is borrowed by whoever needs it. */
struct clock {
	int64_t (*now)(void *ctx);     /* seconds UTC since 1970 */
	int64_t (*mono_ms)(void *ctx); /* milliseconds, never goes back */
	void *ctx;
};

/* The machine's clocks. */
const struct clock *clock_system(void);

/* A clock moved by hand. */
struct clock_manual {
	struct clock clock;
	int64_t now_s, mono_ms;
};
void clock_manual_init(struct clock_manual *m, int64_t now_s);
void clock_manual_advance(struct clock_manual *m, int64_t seconds);

int64_t clock_now(const struct clock *c);
int64_t clock_mono_ms(const struct clock *c);

#endif
