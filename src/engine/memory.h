/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ENGINE_MEMORY_H
#define ETRIER_ENGINE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Giving memory back: what large work leaves behind in the pages of the store
 * and in the holes of the allocator stays with the process for good otherwise.
 * All zero at first. */
struct memory {
	uint64_t refreshes; /* as of the last time */
	int64_t busy_ms; /* monotonic: planning went on last, 0: given back */
};

struct engine_state;
/* Background work has come to its end: a start, an import, a new day read the
 * whole region. */
void memory_after_work(struct memory *m, struct engine_state *e);
/* After every tick. A morning's digests have read everybody, too. */
void memory_after_tick(struct memory *m, struct engine_state *e, bool is_busy);

#endif
