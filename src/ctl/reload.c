/* SPDX-License-Identifier: EUPL-1.2 */
/* reload: the daemon's answer is a list of mistakes, shown to people as any
 * other checker shows them, file:line:col first, so that editors find it. */
#include "ctl.h"

#include <etrier/diag.h>

#include <stdio.h>

static void on_diagnostic(void *ctx, json_t *row)
{
	struct diags d;
	json_t *one = json_array();
	(void)ctx;
	json_array_append(one, row);
	diags_init(&d);
	diags_add_json(&d, one);
	diags_print(&d, stderr);
	diags_clear(&d);
	json_decref(one);
}

int ctl_reload(struct ctl *c)
{
	if (c->is_json)
		return ctl_run_remote(c);
	json_t *args = ctl_parse(c);
	if (!args)
		return CTL_USAGE;
	return ctl_ask(c, c->command->name, args,
		       &(struct ctl_ask){.on_row = on_diagnostic});
}
