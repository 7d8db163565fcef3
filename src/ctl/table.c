/* SPDX-License-Identifier: EUPL-1.2 */
/* Every command, one row each: --help, completion, the manual's check and
 * main() read this table and nothing else. */
#include "ctl.h"

#include <stddef.h>

#define SERVICE "the service"
#define PEOPLE	"people"
#define OFFERS	"sources and offers"
#define RULES	"rules and verdicts"
#define MAIL	"messages"

const struct ctl_command ctl_commands[] = {
	{SERVICE, "version", "", "Print the version.", ctl_version, NULL},
	{SERVICE, "check", "[--strict]",
	 "Check the whole configuration, rules and templates included; every "
	 "mistake at once.",
	 ctl_check, NULL},
	{SERVICE, "config show", "[--changed]",
	 "Print the effective configuration; secrets never.", ctl_config_show,
	 NULL},
	{SERVICE, "status", "[--check]",
	 "What is wrong, and what the daemon is doing.", ctl_status, NULL},
	{SERVICE, "doctor",
	 "[--deep] [--mail] [--mail-sample FILE] [--resolver ADDRESS]",
	 "Look at everything an installation needs, with the remedy for what it "
	 "lacks.",
	 ctl_doctor, NULL},
	{SERVICE, "reload", "",
	 "Check the configuration anew and take it; on a mistake the old one "
	 "stays.",
	 ctl_reload, NULL},
	{SERVICE, "backup", "[--name NAME] [--keep N]",
	 "Copy the database, whole and checkable, while work goes on.",
	 ctl_backup, NULL},
	{SERVICE, "backup list", "", "The copies there are, oldest first.",
	 ctl_run_remote,
	 "name:NAME at:AT bytes:BYTES schema:SCHEMA etrier:VERSION "
	 "problem:PROBLEM"},
	{SERVICE, "audit verify", "[--dir DIR]",
	 "Is the audit log whole? With --dir that of a copy, without the "
	 "daemon.",
	 ctl_audit_verify, NULL},
	{SERVICE, "audit renew", "",
	 "After you have looked at a broken audit log: keep it aside and begin "
	 "a new one.",
	 ctl_run_remote, NULL},
	{SERVICE, "audit list", "[--since DATE]",
	 "Who asked what of the service, the newest last.", ctl_run_remote,
	 "seq:SEQ at:AT by:BY name:NAME cmd:COMMAND phase:PHASE code:CODE "
	 "rows:ROWS person:PERSON what:WHAT"},
	{SERVICE, "restore", "DIR [--dry-run]",
	 "Put a copy in the place of the database; the daemon must be stopped.",
	 ctl_restore, NULL},
	{SERVICE, "refdata status", "",
	 "The reference tables and their versions.", ctl_refdata_status, NULL},
	{SERVICE, "refdata import", "gtfs FILE [--dry-run]",
	 "Read an operator's timetable into the tables of public transport.",
	 ctl_refdata_import, NULL},
	{SERVICE, "completion", "", "Print the completion script for bash.",
	 ctl_completion, NULL},

	{PEOPLE, "import",
	 "youths|advisers|agencies FILE [--origin NAME] [--map MAP] "
	 "[--dry-run] [--strict] [--force]",
	 "Import a CSV file; rejected rows go to FILE.rejected.csv.",
	 ctl_import, NULL},
	{PEOPLE, "agency list", "", "Agencies, their modes and people.",
	 ctl_run_remote,
	 "code:CODE kind:KIND mode:MODE mode_since:SINCE people:PEOPLE "
	 "advisers:ADVISERS name:NAME"},
	{PEOPLE, "agency set", "CODE mode MODE",
	 "Change an agency's mode: off, preview, digest_only, approval, "
	 "automatic.",
	 ctl_run_remote, NULL},
	{PEOPLE, "youths list", "[--agency CODE] [--no-trade] [--gone]",
	 "Young people by internal id and dossier, without names.",
	 ctl_run_remote,
	 "id:ID ref:DOSSIER agency:AGENCY adviser:ADVISER status:STATUS "
	 "candidates:CANDIDATES note:NOTE"},
	{PEOPLE, "youths show", "ORIGIN:REF",
	 "One young person as stored, and what was refused; needs are not "
	 "shown.",
	 ctl_run_remote, NULL},
	{PEOPLE, "youths link", "ORIGIN:REF ORIGIN:REF",
	 "Join a CFA's record to a Mission Locale's.", ctl_run_remote, NULL},
	{PEOPLE, "youths duplicates", "",
	 "Records that look like the same person; joined by nobody but you.",
	 ctl_run_remote, "a:A b:B why:WHY"},
	{PEOPLE, "youths allow", "ORIGIN:REF email|sms --proof TEXT",
	 "Lift an opt-out after a new consent; audited.", ctl_run_remote, NULL},
	{PEOPLE, "youths refuse",
	 "ORIGIN:REF [--place INSEE] [--employer SIRET-OR-NAME] "
	 "[--offer SOURCE:REF]",
	 "What the young person will not have, one at a time: a commune, an "
	 "employer, an offer; it is proposed to nobody for them. Audited.",
	 ctl_run_remote, NULL},
	{PEOPLE, "youths accept",
	 "ORIGIN:REF [--place INSEE] [--employer SIRET-OR-NAME] "
	 "[--offer SOURCE:REF]",
	 "Take a refusal back; audited.", ctl_run_remote, NULL},
	{PEOPLE, "youths outcome",
	 "ORIGIN:REF OUTCOME [--offer OFFER] [--start DATE] [--end DATE] "
	 "[--kind KIND] [--date DATE]",
	 "What became of a young person: interview, immersion, contract, "
	 "rupture, diploma, placed, left or absent. Audited.",
	 ctl_run_remote, NULL},

	{OFFERS, "sources list", "", "Sources, their last polls and failures.",
	 ctl_run_remote,
	 "name:NAME kind:KIND last_ok:LAST live:LIVE seen:SEEN "
	 "failures:FAILURES next:NEXT note:NOTE remark:REMARK"},
	{OFFERS, "sources poll", "NAME|--all [--accept-shrink]",
	 "Poll now instead of when due. After --accept-shrink the next complete "
	 "answer closes what it does not show, however short it is.",
	 ctl_run_remote, NULL},
	{OFFERS, "sources draft", "FILE|URL [--name NAME] [--kind KIND]",
	 "Look at a payload and print a first source file for it, to be "
	 "corrected; stores nothing.",
	 ctl_sources_draft, NULL},
	{OFFERS, "sources try", "NAME|FILE|URL [--map MAP] [--all-pages]",
	 "Read a payload as the collector would and print the offer lines; "
	 "stores nothing.",
	 ctl_sources_try, NULL},
	{OFFERS, "offers list",
	 "[--source NAME] [--no-trade] [--all] [--quarantined] [--rejected]",
	 "Live offers, in the order they first came.", ctl_run_remote,
	 "id:ID source:SOURCE ref:REF kind:KIND rome:ROME place:PLACE "
	 "start:START title:TITLE"},
	{OFFERS, "offers show", "SOURCE:REF",
	 "One offer as stored, its copies, its waves and what happened to it.",
	 ctl_run_remote, NULL},
	{OFFERS, "offers review", "",
	 "Offers that wait for somebody to look at them, and why.",
	 ctl_run_remote,
	 "offer:OFFER since:SINCE symbols:SYMBOLS title:TITLE "
	 "reasons:REASONS"},
	{OFFERS, "offers review accept", "SOURCE:REF [--because TEXT]",
	 "Let an offer in that the quality gate stopped; audited.",
	 ctl_run_remote, NULL},
	{OFFERS, "offers review refuse", "SOURCE:REF [--because TEXT]",
	 "Keep it out for as long as it says the same; audited.",
	 ctl_run_remote, NULL},

	{RULES, "explain",
	 "[--youth ORIGIN:REF] [--offer SOURCE:REF] [--set KEY=VALUE...] "
	 "[--ledger ID] [--private]",
	 "Why this verdict, what was missing, what would alter it, and "
	 "whose turn it is.",
	 ctl_explain, NULL},
	{RULES, "rules check", "[FILE...] [--strict]",
	 "Check rules files; without the daemon, and with it what only it can "
	 "tell.",
	 ctl_rules_check, NULL},
	{RULES, "rules test",
	 "FILE... [--run REGEX] [--diff] [--junit FILE] [--panel-min PERCENT]",
	 "Judge the cases of files and compare with what they expect; without "
	 "the daemon.",
	 ctl_rules_test, NULL},
	{RULES, "rules coverage", "[FILE...]",
	 "What the cases of files, or the live offers, reach of the rules.",
	 ctl_rules_coverage, NULL},
	{RULES, "rules list", "", "The rule sets that were in force.",
	 ctl_run_remote,
	 "id:ID first_used:FIRST-USED in_force:IN-FORCE proposals:PROPOSALS "
	 "files:FILES"},
	{RULES, "rules diff", "NEW [--days N] [--accept REASON]",
	 "What the live offers would be under another file of rules.d, and "
	 "for whom.",
	 ctl_rules_diff, NULL},
	{RULES, "rules shadow", "[NEW|--off]",
	 "Try a file of rules.d beside the rules in force.", ctl_rules_shadow,
	 NULL},
	{RULES, "rules promote", "",
	 "Put the file that is in the shadow into rules.d, and in force.",
	 ctl_rules_promote, NULL},
	{RULES, "rules rollback", "HASH",
	 "Put the files of an earlier rule set back, and in force.",
	 ctl_rules_rollback, NULL},

	{MAIL, "digest show",
	 "--adviser ADVISER [--agency CODE] [--format FORMAT]",
	 "The digest this adviser (AGENCY:REF, or REF with --agency) would get "
	 "now; FORMAT is text, html, json or csv.",
	 ctl_digest_show, NULL},
	{MAIL, "message preview", "--youth ORIGIN:REF",
	 "The message this young person would get now, or why there is "
	 "none.",
	 ctl_message_preview, NULL},
	{MAIL, "sms preview", "[--youth ORIGIN:REF] [--text TEXT]",
	 "A text as telephones get it, its units, segments and price, and what "
	 "was left out or replaced.",
	 ctl_sms_preview, NULL},
	{MAIL, "message show", "ID [--format FORMAT]",
	 "A claimed message as it was frozen and sent; FORMAT as above.",
	 ctl_digest_show, NULL},
	{MAIL, "templates check", "[DIR]",
	 "Compile the templates and render them against samples.",
	 ctl_templates_check, NULL},
	{MAIL, "outbox list",
	 "[--state STATE] [--agency CODE] [--channel CHANNEL] [--since DATE]",
	 "Messages, newest first.", ctl_run_remote,
	 "id:ID kind:KIND audience:AUDIENCE channel:CHANNEL state:STATE "
	 "attempts:TRIES not_before:NOT-BEFORE receipt:RECEIPT reason:REASON"},
	{MAIL, "outbox stats", "",
	 "Mails sent, failed and deferred, by day and mail operator.",
	 ctl_run_remote,
	 "day:DAY name:OPERATOR sent:SENT failed:FAILED deferred:DEFERRED"},
	{MAIL, "outbox show", "ID", "One message, without its recipient.",
	 ctl_run_remote, NULL},
	{MAIL, "outbox retry",
	 "ID|--failed [--since DATE] [--agency CODE] [--channel CHANNEL] "
	 "[--execute]",
	 "Plan a failed or held message again; with --failed all that failed, "
	 "shown only until --execute.",
	 ctl_run_remote,
	 "id:ID kind:KIND channel:CHANNEL agency:AGENCY attempts:TRIES "
	 "reason:REASON"},
	{MAIL, "outbox hold", "ID", "Keep a planned message back.",
	 ctl_run_remote, NULL},
	{MAIL, "outbox cancel", "ID", "Cancel a planned or held message.",
	 ctl_run_remote, NULL},
	{MAIL, "outbox settle", "ID sent|failed",
	 "Say what became of an uncertain SMS.", ctl_run_remote, NULL},
	{MAIL, "mail bounce", "[FILE]",
	 "Take a report about a mail (a bounce, a delay, a complaint) from "
	 "FILE or standard input: for a pipe of the relay.",
	 ctl_mail_bounce, NULL},
	{MAIL, "sms costs", "[--month MONTH]",
	 "What SMS cost each agency this month, or in MONTH (2026-11), and of "
	 "which budget.",
	 ctl_run_remote,
	 "agency:AGENCY segments:SEGMENTS euros:EUROS budget:BUDGET "
	 "percent:PERCENT"},
	{MAIL, "ledger", "[--youth ORIGIN:REF] [--offer OFFER] [--message ID]",
	 "Who was proposed which offer, when and with which result.",
	 ctl_run_remote,
	 "id:ID at:AT person:PERSON offer:OFFER audience:AUDIENCE "
	 "message:MESSAGE channel:CHANNEL state:STATE receipt:RECEIPT "
	 "result:RESULT reason:REASON result_at:RESULT-AT"},
	{MAIL, "events list",
	 "[--since DATE] [--until DATE] [--kind KIND] [--after ID]",
	 "What happened, newest first; behind --after in the order it came.",
	 ctl_run_remote,
	 "id:ID at:AT kind:KIND person:PERSON offer:OFFER agency:AGENCY by:BY "
	 "data:DATA"},
	{MAIL, "events export",
	 "--origin NAME [--since DATE] [--until DATE] [--after ID] "
	 "[--format FORMAT]",
	 "What happened to the people of an origin, for its own system; FORMAT "
	 "is csv or json.",
	 ctl_events_export, NULL},
	{0}};
