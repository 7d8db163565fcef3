/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ENGINE_STATE_H
#define ETRIER_ENGINE_STATE_H

#include <etrier/alarms.h>
#include <etrier/audit.h>
#include <etrier/control.h>
#include <etrier/live.h>
#include <etrier/outbox.h>
#include <etrier/plan.h>
#include <etrier/polls.h>
#include <etrier/store_offers.h>
#include <etrier/store_people.h>

/* Whether there is room to go on: room.c. */
struct room {
	int64_t disk_free; /* bytes, -1: nobody can tell */
	bool is_low, has_failed, is_clock_wrong;
	int64_t wall, mono_ms; /* at the last look */
	int64_t step_told_ms;  /* 0: never */
};

/* The engine's parts, as engine.c puts them together and the commands of the
 * control socket see them. Everything here is owned by engine.c. */
struct engine_state {
	const struct clock *clock;
	json_t *config; /* settings_for_role("engine"), in force */
	struct refdata *rd;
	struct store *store;
	struct live *live;
	struct planner *planner;
	struct plan_settings plan_settings;
	struct polls *polls;
	struct outbox *outbox;
	struct control *control;
	struct alarms *alarms;
	struct audit *audit;
	struct room room;
	bool is_paused;		 /* nothing new is begun: room.c */
	struct backup *backup;	 /* backup.c's own */
	struct tuning *tuning;	 /* tuning.h, NULL: nothing yet */
	int64_t reads_looked_at; /* watch.c: instant */
	int64_t last_backup_at;	 /* instant, INSTANT_NONE: there is no copy */
	int64_t started_at;
	json_t *roles; /* as the supervisor last told them, or NULL */
	/* Asks the supervisor to reload; the answer comes to
	 * control_reload_done(). */
	void (*reload)(struct engine_state *e, int64_t call_id);
	/* After a change that makes work: look soon. */
	void (*wake)(struct engine_state *e);
};

void control_reload_done(struct engine_state *e, int64_t call_id, bool is_ok,
			 const json_t *diagnostics);
/* Figures for /metrics (OpenMetrics text) and the words of /healthz; free(). */
char *control_metrics(struct engine_state *e, struct err *err);
/* What a person refused, as rows; NULL: failed. */
json_t *control_refusals(struct engine_state *e, int64_t person,
			 struct err *err);
/* links.c: the answer to a line of the front: `view` or `act`. */
json_t *control_answer_front(struct engine_state *e, const char *type,
			     const json_t *line);
/* arrived.c: the answer to a `callback` line; a `bounce` line; once a tick, the
 * alarms of things that come back. */
json_t *control_take_callback(struct engine_state *e, const json_t *line);
json_t *control_take_bounce(struct engine_state *e, const json_t *line);
int arrived_look(struct engine_state *e, struct err *err);
/* trail.c: a line of the audit log; -1 and an alarm when it cannot be written.
 * Reads: so many rows about people went to whoever asks (an event, and an alarm
 * above watch.bulk_people in a day). Work on verifications in hand: true while
 * there is more. */
int trail_write(struct engine_state *e, json_t *members_take, struct err *err);
void trail_service(struct engine_state *e, const char *what);
void trail_reads(struct engine_state *e, const char *by, int64_t rows);
void trail_look_at_reads(struct engine_state *e);
bool trail_work(struct engine_state *e, int slice_ms);
/* room.c: once a tick, before anything else; after an error of the store. */
void room_look(struct engine_state *e);
void room_failed(struct engine_state *e, const struct err *err);
/* watch.c: once, when the parts are there; once a tick. */
void watch_begin(struct engine_state *e);
int watch_look(struct engine_state *e, struct err *err);
/* The line of `systemctl status`; free(). */
char *watch_summary(struct engine_state *e);
/* When the message that is due longest was due; INSTANT_NONE: none is. */
int watch_oldest_due(struct engine_state *e, enum channel channel, int64_t *at,
		     struct err *err);
/* backup.c: look which copies there are; work on the one in hand for so long,
 * true while there is more to do; forget it. */
void backup_look(struct engine_state *e);
bool backup_work(struct engine_state *e, int slice_ms);
bool backup_is_running(const struct engine_state *e);
void backup_free(struct engine_state *e);
/* rules_asked.c: once the parts are there and after every change of the
 * configuration: the sets in force are kept with their files, the shadow begins
 * anew. Work on questions about rules and on the shadow: true while there is
 * more. */
int rules_configured(struct engine_state *e, struct err *err);
bool rules_have_work(const struct engine_state *e);
bool rules_work(struct engine_state *e, int slice_ms, struct err *err);
void rules_tools_free(struct engine_state *e);
json_t *control_status(struct engine_state *e, struct err *err);

/* --- for the files of the commands --------------------------------------- */
/* words[i] of the arguments, or NULL. */
const char *control_word(const json_t *args, size_t i);
/* End the call with the error: kind ERR_UNKNOWN, ERR_INPUT, ERR_PERMISSION are
 * the asker's. */
void control_fail(struct control_call *call, const struct err *err);
/* The person named "ORIGIN:REF"; false after ending the call. */
struct plan_scope;
bool control_find_person(struct control_call *call, const char *name,
			 bool with_needs, struct arena *a,
			 struct store_person *out);
bool control_find_offer(struct control_call *call, const char *name,
			struct arena *a, struct store_offer *out);
/* review.c: a row for each offer the quality gate stopped. */
int control_list_held(struct control_call *call, enum offer_status status,
		      const char *source, int limit, struct err *err);
int control_limit(const json_t *args, int fallback);
/* messages.c: the message named by the first word; of --state, --agency,
 * --channel and --since; to another state, which ends the call. False after
 * ending the call. */
bool control_find_message(struct control_call *call, const json_t *args,
			  struct arena *a, struct store_message *m);
bool control_message_query(struct control_call *call, const json_t *args,
			   struct store_messages_query *q);
void control_move_message(struct control_call *call, const json_t *args,
			  enum store_state to, const char *event,
			  bool is_receipt);
/* outcomes.c: of --offer, SOURCE:REF or a number (0: none); of --since, --until
 * and --after. False after ending the call. */
bool control_read_offer(struct control_call *call, const json_t *args,
			struct arena *a, int64_t *canonical);
struct store_event_query;
bool control_event_query(struct control_call *call, const json_t *args,
			 struct store_event_query *q);
/* "2026-11-23T08:00:00Z" under key, nothing for INSTANT_NONE. */
void control_put_instant(json_t *row, const char *key, int64_t at);
/* Who asks, for event rows: "uid:1000". out holds 32 bytes. */
const char *control_by(const struct control_call *call, char out[32]);

/* The functions of table.c, by file. */
typedef void control_run(struct control_call *call, const json_t *args);
control_run cmd_status, cmd_database_check;		       /* status.c */
control_run cmd_audit_verify, cmd_audit_list, cmd_audit_renew; /* trail.c */
void audit_gone(struct control_call *call);
control_run cmd_reload;					      /* service.c */
control_run cmd_agency_list, cmd_agency_set, cmd_youths_list, /* people.c */
	cmd_youths_show, cmd_youths_link, cmd_youths_duplicates,
	cmd_youths_allow, cmd_youths_refuse, cmd_youths_accept;
control_run cmd_sources_list, cmd_sources_poll, cmd_offers_list; /* offers.c */
control_run cmd_explain;					 /* why.c */
control_run cmd_rules_list, cmd_rules_check, cmd_rules_coverage, cmd_rules_diff,
	cmd_rules_shadow, cmd_rules_promote,
	cmd_rules_rollback;  /* rules_asked.c */
control_run cmd_offers_show; /* offer_show.c */
control_run cmd_offers_review, cmd_offers_accept,
	cmd_offers_refuse; /* review.c */
control_run cmd_digest_show, cmd_message_preview, cmd_message_show,
	cmd_outbox_list, cmd_outbox_stats, cmd_outbox_show, cmd_outbox_retry,
	cmd_outbox_hold, cmd_outbox_cancel, cmd_outbox_settle, cmd_ledger,
	cmd_events_list;			   /* messages.c */
control_run cmd_youths_outcome, cmd_events_export; /* outcomes.c */
control_run cmd_mail_bounce, cmd_sms_costs;	   /* arrived.c */
control_run cmd_backup, cmd_backup_list;	   /* backup.c */
control_run cmd_import;				   /* import.c */
void import_line(struct control_call *call, const char *type, json_t *line);
void import_gone(struct control_call *call);

#endif
