/* SPDX-License-Identifier: EUPL-1.2 */
/* The engine's two keys as the configuration brings them. */
#include "keys.h"

#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store.h>
#include <etrier/str.h>

#include <string.h>

static const char *secret(const json_t *config, const char *name)
{
	return js_str(json_object_get(config, "secrets"), name, "");
}

void engine_check_keys(const json_t *config, struct diags *d)
{
	static const char *const keys[] = {"security.needs_key",
					   "security.token_key"};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (str_is_empty(secret(config, keys[i])))
			diag_add(d, DIAG_ERROR, "etrier.yaml", 0, 0,
				 "%s_file is not set: the engine encrypts with "
				 "it; make one with: head -c 32 /dev/urandom | "
				 "od -An -tx1 | tr -d ' \\n'",
				 keys[i]);
	}
}

int engine_read_keys(const json_t *config, struct store_keys *keys,
		     struct err *err)
{
	const char *needs = secret(config, "security.needs_key");
	const char *token = secret(config, "security.token_key");
	*keys = (struct store_keys){.n_needs = 1};
	if (store_key_parse(needs, strlen(needs), keys->needs[0], err))
		return err_prefix(err, "security.needs_key_file");
	if (store_key_parse(token, strlen(token), keys->lookup, err))
		return err_prefix(err, "security.token_key_file");
	return 0;
}
