/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ROLES_H
#define ETRIER_ROLES_H

#include <stdint.h>

/* The entry points of the roles: what `etrierd --role NAME --lane L --gen N`
 * runs, with its descriptors in place (role.h). Each returns the exit status of
 * the process. lane is "" or "mail-1", and lives as long as the process; gen
 * counts processes. Implemented in src/ROLE/ROLE.c. */
int engine_main(const char *lane, int64_t gen);
int collector_main(const char *lane, int64_t gen);
int runner_main(const char *lane, int64_t gen);
int courier_main(const char *lane, int64_t gen);
int front_main(const char *lane, int64_t gen);

#endif
