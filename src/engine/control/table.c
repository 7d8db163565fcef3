/* SPDX-License-Identifier: EUPL-1.2 */
/* What the control socket understands; etrierctl's own table (src/ctl/table.c)
 * says what it is for. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/num.h>
#include <etrier/store_offers.h>
#include <etrier/store_people.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* clang-format off: a row a line reads as the table it is. */
const struct control_command control_commands[] = {
	{"status", CONTROL_STATE, NULL, .run = cmd_status},
	{"database check", CONTROL_STATE, NULL, .run = cmd_database_check},
	{"reload", CONTROL_RELOAD, NULL, .run = cmd_reload},
	{"backup", CONTROL_CHANGE, "name keep", .run = cmd_backup},
	{"backup list", CONTROL_STATE, NULL, .run = cmd_backup_list},
	{"audit verify", CONTROL_STATE, NULL, .run = cmd_audit_verify,
	 .on_gone = audit_gone},
	{"audit renew", CONTROL_STATE, NULL, .run = cmd_audit_renew},
	{"audit list", CONTROL_PEOPLE, "since", .run = cmd_audit_list},
	{"import", CONTROL_CHANGE,
	 "table origin dry_run strict force n_rejected", .run = cmd_import,
	 .on_line = import_line, .on_gone = import_gone},
	{"agency list", CONTROL_STATE, NULL, .run = cmd_agency_list},
	{"agency set", CONTROL_CHANGE, "words", .run = cmd_agency_set},
	{"youths list", CONTROL_PEOPLE, "agency no-trade gone",
	 .run = cmd_youths_list},
	{"youths show", CONTROL_PEOPLE, NULL, .run = cmd_youths_show},
	{"youths link", CONTROL_CHANGE, NULL, .run = cmd_youths_link},
	{"youths duplicates", CONTROL_PEOPLE, NULL,
	 .run = cmd_youths_duplicates},
	{"youths allow", CONTROL_CHANGE, NULL, .run = cmd_youths_allow},
	{"youths refuse", CONTROL_CHANGE, NULL, .run = cmd_youths_refuse},
	{"youths accept", CONTROL_CHANGE, NULL, .run = cmd_youths_accept},
	{"youths outcome", CONTROL_CHANGE, "offer start end kind date",
	 .run = cmd_youths_outcome},
	{"sources list", CONTROL_STATE, NULL, .run = cmd_sources_list},
	{"sources poll", CONTROL_CHANGE, "words all accept-shrink",
	 .run = cmd_sources_poll},
	{"offers list", CONTROL_STATE, NULL, .run = cmd_offers_list},
	{"offers show", CONTROL_STATE, NULL, .run = cmd_offers_show},
	{"offers review", CONTROL_STATE, NULL, .run = cmd_offers_review},
	{"offers review accept", CONTROL_CHANGE, "words",
	 .run = cmd_offers_accept},
	{"offers review refuse", CONTROL_CHANGE, "words",
	 .run = cmd_offers_refuse},
	{"explain", CONTROL_PEOPLE, "offer private set ledger",
	 .run = cmd_explain},
	{"rules list", CONTROL_STATE, NULL, .run = cmd_rules_list},
	{"rules check", CONTROL_STATE, NULL, .run = cmd_rules_check},
	{"rules coverage", CONTROL_STATE, NULL, .run = cmd_rules_coverage},
	{"rules diff", CONTROL_PEOPLE, "name days accept",
	 .run = cmd_rules_diff},
	{"rules shadow", CONTROL_CHANGE, "name off", .run = cmd_rules_shadow},
	{"rules promote", CONTROL_CHANGE, "done", .run = cmd_rules_promote},
	{"rules rollback", CONTROL_CHANGE, "words done id",
	 .run = cmd_rules_rollback},
	{"digest show", CONTROL_PEOPLE, "adviser agency",
	 .run = cmd_digest_show},
	{"message preview", CONTROL_PEOPLE, NULL, .run = cmd_message_preview},
	{"message show", CONTROL_PEOPLE, "words", .run = cmd_message_show},
	{"outbox list", CONTROL_PEOPLE, "state agency channel since",
	 .run = cmd_outbox_list},
	{"outbox stats", CONTROL_STATE, NULL, .run = cmd_outbox_stats},
	{"outbox show", CONTROL_PEOPLE, "words", .run = cmd_outbox_show},
	{"outbox retry", CONTROL_CHANGE,
	 "words failed agency channel since execute", .run = cmd_outbox_retry},
	{"outbox hold", CONTROL_CHANGE, "words", .run = cmd_outbox_hold},
	{"outbox cancel", CONTROL_CHANGE, "words", .run = cmd_outbox_cancel},
	{"outbox settle", CONTROL_CHANGE, "words", .run = cmd_outbox_settle},
	{"mail bounce", CONTROL_CHANGE, NULL, .run = cmd_mail_bounce},
	{"sms costs", CONTROL_STATE, NULL, .run = cmd_sms_costs},
	{"ledger", CONTROL_PEOPLE, "message offer", .run = cmd_ledger},
	{"events list", CONTROL_PEOPLE, "since until kind after",
	 .run = cmd_events_list},
	{"events export", CONTROL_PEOPLE, "origin since until after",
	 .run = cmd_events_export},
	{0}};
/* clang-format on */

const char *control_word(const json_t *args, size_t i)
{
	return json_string_value(
		json_array_get(json_object_get(args, "words"), i));
}

void control_fail(struct control_call *call, const struct err *err)
{
	control_error(call, 1, "%s", err->text);
}

/* The two halves of "A:B"; the second may hold colons. */
static bool split_name(struct control_call *call, const char *name,
		       const char *what, struct arena *a, const char **left,
		       const char **right)
{
	const char *colon = name ? strchr(name, ':') : NULL;
	if (!colon || colon == name || !colon[1]) {
		control_error(call, 2, "expected %s", what);
		return false;
	}
	*left = arena_dup_n(a, name, (size_t)(colon - name));
	*right = colon + 1;
	return true;
}

bool control_find_person(struct control_call *call, const char *name,
			 bool with_needs, struct arena *a,
			 struct store_person *out)
{
	const char *origin, *ref;
	struct err err = {0};
	if (!split_name(call, name, "ORIGIN:REF", a, &origin, &ref))
		return false;
	if (!store_person_find(control_state(call)->store, origin, ref,
			       with_needs, a, out, &err)) {
		control_about(call, out->id);
		return true;
	}
	if (err.kind == ERR_UNKNOWN)
		control_error(call, 1,
			      "no young person of that name: %s has no such "
			      "dossier",
			      origin);
	else
		control_fail(call, &err);
	return false;
}

bool control_find_offer(struct control_call *call, const char *name,
			struct arena *a, struct store_offer *out)
{
	const char *source, *ref;
	struct err err = {0};
	if (!split_name(call, name, "SOURCE:REF", a, &source, &ref))
		return false;
	if (!store_offer_find(control_state(call)->store, source, ref, a, out,
			      &err))
		return true;
	if (err.kind == ERR_UNKNOWN)
		control_error(call, 1,
			      "source %s never showed an offer %s (offers list "
			      "--source %s)",
			      source, ref, source);
	else
		control_fail(call, &err);
	return false;
}

int control_limit(const json_t *args, int fallback)
{
	return (int)num_clip(js_int(args, "limit", fallback), 1,
			     CONTROL_LIST_MAX);
}

void control_put_instant(json_t *row, const char *key, int64_t at)
{
	char text[21];
	if (at == INSTANT_NONE || at == 0)
		return;
	instant_format(at, text);
	json_object_set_new(row, key, json_string(text));
}

const char *control_by(const struct control_call *call, char out[32])
{
	snprintf(out, 32, "uid:%" PRId64, control_peer(call)->uid);
	return out;
}
