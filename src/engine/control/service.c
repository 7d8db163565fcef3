/* SPDX-License-Identifier: EUPL-1.2 */
/* The dialogue of a reload: the supervisor does it, here its answer reaches
 * whoever asked. */
#include "state.h"

#include <etrier/js.h>
#include <etrier/str.h>

void cmd_reload(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	(void)args;
	e->reload(e, control_id(call));
}

void control_reload_done(struct engine_state *e, int64_t call_id, bool is_ok,
			 const json_t *diagnostics)
{
	struct control_call *call = control_find(e->control, call_id);
	if (!call)
		return; /* whoever asked has left */
	size_t i, n_errors = 0;
	json_t *d, *copy = json_deep_copy(diagnostics);
	json_array_foreach(copy, i, d)
	{
		n_errors += str_eq(js_str(d, "level", ""), "error");
		control_row(call, json_incref(d));
	}
	json_decref(copy);
	if (is_ok)
		control_end(call, 0, "reloaded");
	else
		control_error(call, 1,
			      "%zu errors: the configuration in force stays",
			      n_errors);
}
