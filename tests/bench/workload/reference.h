/* SPDX-License-Identifier: EUPL-1.2 */
/* The workload's own programs, unchanged, as functions: their style is theirs,
 * so the compiler is told to look at them as at a system's header. */
#pragma GCC system_header
#ifndef WORKLOAD_REFERENCE_H
#define WORKLOAD_REFERENCE_H

#define main workload_brute_main
#include "brute.c"
#undef main
#undef A
#define main workload_gen_main
#include "gen.c"
#undef main

#endif
