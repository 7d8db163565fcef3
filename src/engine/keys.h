/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ENGINE_KEYS_H
#define ETRIER_ENGINE_KEYS_H

#include <jansson.h>

struct diags;
struct err;
struct store_keys;

/* A key that is not there is an error that says how to make one. */
void engine_check_keys(const json_t *config, struct diags *d);
int engine_read_keys(const json_t *config, struct store_keys *keys,
		     struct err *err);

#endif
