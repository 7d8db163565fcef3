/* SPDX-License-Identifier: EUPL-1.2 */
/* What the models of all messages share. */
#include "plan.h"

#include <etrier/date.h>
#include <etrier/explain.h>
#include <etrier/js.h>

#include <stdlib.h>

const char *plan_date_fr(struct arena *a, int32_t date, const char *before)
{
	char text[40];
	if (date == DATE_NONE)
		return NULL;
	date_format_fr(date, false, text);
	return arena_printf(a, "%s%s", before, text);
}

json_t *plan_agency_model(const struct agency *agency)
{
	json_t *v = json_object();
	js_put_str(v, "name", agency->name);
	js_put_str(v, "phone", agency->phone);
	return v;
}
