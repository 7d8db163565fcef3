/* SPDX-License-Identifier: EUPL-1.2 */
/* When memory is given back: once after work that read a region, not in the
 * middle of it, for what is given back then is read again. */
#include "engine/memory.h"

#include "engine/control/state.h"

#include <etrier/clock.h>

#include <malloc.h>

/* Planning pauses between two ticks without being at its end. */
#define CALM_MS 1500

static void give_back(struct engine_state *e)
{
	store_give_back(e->store);
	malloc_trim(0);
}

void memory_after_work(struct memory *m, struct engine_state *e)
{
	struct live_stats l;
	live_stats(e->live, &l);
	if (l.refreshes == m->refreshes)
		return;
	m->refreshes = l.refreshes;
	give_back(e);
}

void memory_after_tick(struct memory *m, struct engine_state *e, bool is_busy)
{
	int64_t now = clock_mono_ms(e->clock);
	if (is_busy) {
		m->busy_ms = now;
	} else if (m->busy_ms && now > m->busy_ms + CALM_MS) {
		m->busy_ms = 0;
		give_back(e);
	}
}
