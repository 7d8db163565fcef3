/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of etrier.yaml: one row per setting. Checks of a single value that
 * a type cannot express are in settings_value.c, checks between settings in
 * settings_check.c. conf/etrier.yaml and man/etrier.yaml.5 are tested against
 * this table. */
#include <etrier/settings.h>

#include "settings_parts.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct schema paths_rows[] = {
	{.key = "state",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .fallback = ETRIER_STATEDIR,
	 .help = "Folder of the database and of what is kept beside it."},
	{.key = "run",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .fallback = ETRIER_RUNDIR,
	 .help = "Folder of the control socket."},
	{.key = "sources",
	 .type = SCHEMA_PATH,
	 .fallback = "sources.d",
	 .help = "Folder of the sources of offers, one NAME.yaml each; see "
		 "etrier-sources(5)."},
	{.key = "rules",
	 .type = SCHEMA_PATH,
	 .fallback = "rules.yaml",
	 .help = "The matching rules; rules.d/*.yaml beside it are read after "
		 "it; see etrier-rules(5)."},
	{.key = "templates",
	 .type = SCHEMA_PATH,
	 .fallback = "templates",
	 .help = "Folder of the texts people read, one folder a language."},
	{.key = "refdata",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "Folder of the reference tables (communes, ROME); without it, "
		 "those installed with étrier."},
	{.key = "transit",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "Folder of your own tables of public transport, as etrierctl "
		 "refdata import writes them; without it, transit in "
		 "paths.state. While it holds none, those in paths.refdata "
		 "count."},
	{.key = "signals",
	 .type = SCHEMA_PATH,
	 .help = "What words of an offer mean, see etrier-lexicon(5); without "
		 "it, signals.yaml beside this file, else the one installed "
		 "beside paths.refdata."},
	{.key = "quality",
	 .type = SCHEMA_PATH,
	 .help = "Which offers are refused, held back or noted; without it, "
		 "quality.yaml in the same places."},
	{.key = "advice",
	 .type = SCHEMA_PATH,
	 .help = "One sentence of advice for a young person, by situation; "
		 "without it, advice.yaml in the same places, else that built "
		 "in."},
	{.key = "delivery",
	 .type = SCHEMA_PATH,
	 .help = "How fast mail goes to which operators, and when to wait; "
		 "without it, delivery.yaml in the same places."},
	{.key = "employers",
	 .type = SCHEMA_PATH,
	 .help = "Employers engaged for handicap, a CSV table with the columns "
		 "siret and status (certified or declared); without it, only "
		 "what the feeds say."},
	{.key = "secrets",
	 .type = SCHEMA_PATH,
	 .fallback = "secrets",
	 .help = "Folder in which secret files given by a bare name are looked "
		 "for; then the systemd credentials."},
	{.key = "backup",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "Folder of the copies that etrierctl backup makes; without "
		 "it, backup in paths.state."},
	{.key = "audit",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "Folder of the audit log, one file a month; without it, audit "
		 "in paths.state."},
	{0}};

static const struct schema agency_defaults_rows[] = {
	{.key = "digest_at",
	 .type = SCHEMA_TIME,
	 .fallback = "\"08:00\"",
	 .help = "When advisers get their digest, on working days, Paris "
		 "time."},
	{.key = "tone",
	 .type = SCHEMA_WORD,
	 .words = WORDS("tu", "vous"),
	 .fallback = "tu",
	 .help = "How messages address a young person."},
	{.key = "sms_sender",
	 .type = SCHEMA_STR,
	 .min = 3,
	 .max = 11,
	 .fallback = "MISSIONLOC",
	 .check = settings_check_sms_sender,
	 .help = "Sender's name of an SMS: letters and digits."},
	{0}};

static const struct schema origin_rows[] = {
	{.key = "kind",
	 .type = SCHEMA_WORD,
	 .flags = SCHEMA_REQUIRED,
	 .words = WORDS("ml", "cfa"),
	 .help = "Who keeps the file: a Mission Locale or a CFA."},
	{.key = "agency",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 40,
	 .help = "Code of the agency to which every row of the file belongs."},
	{.key = "agency_column",
	 .type = SCHEMA_BOOL,
	 .fallback = "false",
	 .help = "Whether each row names its agency in the column agency."},
	{.key = "map",
	 .type = SCHEMA_PATH,
	 .help = "The map of columns and values used when import gets no "
		 "--map."},
	{0}};
static const struct schema origin_item = {.type = SCHEMA_MAP,
					  .rows = origin_rows,
					  .check = settings_check_origin};

static const struct schema public_item = {
	.type = SCHEMA_STR, .min = 2, .max = 45, .check = settings_check_proxy};
static const struct schema mail_rows[] = {
	{.key = "transport",
	 .type = SCHEMA_WORD,
	 .words = WORDS("none", "maildir", "smtp"),
	 .fallback = "none",
	 .help = "How mails leave: not at all, into a folder, or through a "
		 "relay."},
	{.key = "maildir",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "The Maildir for transport maildir and for agencies in mode "
		 "preview; without it, mail in paths.state."},
	{.key = "engine",
	 .type = SCHEMA_WORD,
	 .words = WORDS("auto", "libesmtp", "curl"),
	 .fallback = "auto",
	 .help = "The library that speaks SMTP; auto is libesmtp to a relay on "
		 "this machine without TLS, else curl."},
	{.key = "host",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 253,
	 .fallback = "localhost",
	 .check = settings_check_domain,
	 .help = "Name or IPv4 address of the relay; it should be this "
		 "machine's own, which signs and queues."},
	{.key = "port",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 65535,
	 .fallback = "25",
	 .help = "Port of the relay: 25, or 587 with starttls, or 465 with "
		 "implicit."},
	{.key = "tls",
	 .type = SCHEMA_WORD,
	 .words = WORDS("off", "starttls", "implicit"),
	 .fallback = "off",
	 .help = "TLS to the relay: none, after STARTTLS (no mail without it), "
		 "or from the first byte."},
	{.key = "ca_file",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "Certificates trusted for the relay, in PEM; without it, the "
		 "system's."},
	{.key = "user",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 250,
	 .help = "User name at the relay; needs TLS and one of the two files "
		 "below."},
	{.key = "password_file",
	 .type = SCHEMA_SECRET,
	 .help = "File with the password at the relay, one line."},
	{.key = "oauth_token_file",
	 .type = SCHEMA_SECRET,
	 .help = "File with a token for XOAUTH2 instead, one line; curl "
		 "only."},
	{.key = "timeout_s",
	 .type = SCHEMA_INT,
	 .min = 2,
	 .max = 300,
	 .fallback = "30",
	 .unit = "s",
	 .help = "Longest wait for one answer of the relay."},
	{.key = "lanes",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 16,
	 .fallback = "2",
	 .help = "Courier processes for mail, each with its own connection."},
	{.key = "warmup_start",
	 .type = SCHEMA_DATE,
	 .help = "First day of a new sending address: 200 mails that day, half "
		 "as many more each day after."},
	{.key = "from_address",
	 .type = SCHEMA_STR,
	 .min = 3,
	 .max = 254,
	 .fallback = "offres@localhost.example",
	 .check = settings_check_address,
	 .help = "Address in From of every mail; the agency's name stands "
		 "beside it."},
	{.key = "digest_from_address",
	 .type = SCHEMA_STR,
	 .min = 3,
	 .max = 254,
	 .check = settings_check_address,
	 .help = "Address in From of digests; without it, "
		 "mail.from_address. In a domain of its own, what young people "
		 "report as spam does not weigh on the advisers' mail."},
	{.key = "from_name",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 100,
	 .fallback = "Missions Locales",
	 .help = "Name in From when an agency has none."},
	{.key = "bounce_domain",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 190,
	 .check = settings_check_domain,
	 .help = "Domain of the envelope sender; without it, that of "
		 "mail.from_address."},
	{.key = "list_domain",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 190,
	 .check = settings_check_domain,
	 .help = "Domain of List-Id and Message-ID; without it, that of "
		 "mail.from_address."},
	{.key = "bounces",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "A Maildir that gets the mail for mail.bounce_domain: reports "
		 "about mails are read out of its new; what may be kept of "
		 "them stays in cur for 30 days. Without it, use etrierctl "
		 "mail bounce."},
	{.key = "dkim_selector",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 100,
	 .check = settings_check_selector,
	 .help = "Selector that the relay signs with (DKIM), for etrierctl "
		 "doctor, which looks at the key."},
	{.key = "public_address",
	 .type = SCHEMA_LIST,
	 .max = 8,
	 .item = &public_item,
	 .fallback = "[]",
	 .help = "IP addresses that mail leaves from towards the Internet, for "
		 "etrierctl doctor, which looks at their names and at SPF."},
	{0}};

static const struct schema proxy_item = {
	.type = SCHEMA_STR, .min = 2, .max = 45, .check = settings_check_proxy};

static const struct schema front_rows[] = {
	{.key = "listen",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_RESTART,
	 .min = 3,
	 .max = 100,
	 .fallback = "\"off\"",
	 .check = settings_check_listen,
	 .help = "Where the pages answer: off, 127.0.0.1:PORT, unix:/path or "
		 "systemd (the socket of etrierd.socket), behind a proxy with "
		 "TLS."},
	{.key = "admin_listen",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_RESTART,
	 .min = 3,
	 .max = 100,
	 .fallback = "\"off\"",
	 .check = settings_check_listen,
	 .help = "Where /healthz and /metrics answer, written the same way; "
		 "never the same place."},
	{.key = "base_url",
	 .type = SCHEMA_URL,
	 .help = "What links in messages begin with: the proxy's address, "
		 "https. Required as soon as mail or SMS leave."},
	{.key = "trusted_proxies",
	 .type = SCHEMA_LIST,
	 .max = 20,
	 .item = &proxy_item,
	 .fallback = "[]",
	 .help = "IP addresses whose X-Forwarded-For is believed (a proxy on "
		 "the Unix socket always is)."},
	{0}};

static const struct schema collector_rows[] = {
	{.key = "user_agent",
	 .type = SCHEMA_STR,
	 .min = 3,
	 .max = 200,
	 .help = "What étrier calls itself at partners' sites, with an address "
		 "to write to; without it, etrier/VERSION."},
	{.key = "max_parallel",
	 .type = SCHEMA_INT,
	 .flags = SCHEMA_RESTART,
	 .min = 1,
	 .max = 64,
	 .fallback = "8",
	 .help = "Transfers at the same time."},
	{.key = "per_host",
	 .type = SCHEMA_INT,
	 .flags = SCHEMA_RESTART,
	 .min = 1,
	 .max = 8,
	 .fallback = "2",
	 .help = "Transfers at the same time from one host."},
	{.key = "connect_timeout_s",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 60,
	 .fallback = "10",
	 .unit = "s",
	 .help = "Longest wait for a connection."},
	{.key = "transfer_timeout_s",
	 .type = SCHEMA_INT,
	 .min = 5,
	 .max = 3600,
	 .fallback = "120",
	 .unit = "s",
	 .help = "Longest time for one transfer."},
	{.key = "poll_deadline_s",
	 .type = SCHEMA_INT,
	 .min = 10,
	 .max = 7200,
	 .fallback = "600",
	 .unit = "s",
	 .help = "Longest time for one poll of a source, all its pages."},
	{.key = "ca_file",
	 .type = SCHEMA_PATH,
	 .flags = SCHEMA_RESTART,
	 .help = "Certificates that are trusted, in PEM; without it, the "
		 "system's."},
	{0}};

static const struct schema security_rows[] = {
	{.key = "landlock",
	 .type = SCHEMA_WORD,
	 .flags = SCHEMA_RESTART,
	 .words = WORDS("preferred", "required"),
	 .help = "required: a process that cannot confine itself does not run; "
		 "preferred: it runs with a warning. Without it, required; in "
		 "a one-folder instance preferred."},
	{.key = "needs_key_file",
	 .type = SCHEMA_SECRET,
	 .flags = SCHEMA_RESTART,
	 .fallback = "needs.key",
	 .help = "Key of the encrypted needs: 32 bytes, or 64 hex digits. "
		 "Without it they cannot be read: keep a copy apart."},
	{.key = "token_key_file",
	 .type = SCHEMA_SECRET,
	 .flags = SCHEMA_RESTART,
	 .fallback = "token.key",
	 .help = "Key of the links' tokens and of the hashes of addresses: 32 "
		 "bytes, or 64 hex digits."},
	{0}};

static const struct schema watch_address = {.type = SCHEMA_STR,
					    .min = 3,
					    .max = 254,
					    .check = settings_check_address,
					    .help = "An e-mail address."};
static const struct schema watch_rows[] = {
	{.key = "mail_to",
	 .type = SCHEMA_LIST,
	 .max = 10,
	 .item = &watch_address,
	 .fallback = "[]",
	 .help = "Who gets a mail when something is wrong, and only then."},
	{.key = "mail_after_minutes",
	 .type = SCHEMA_INT,
	 .max = 1440,
	 .fallback = "10",
	 .unit = "minutes",
	 .help = "An alarm that ends sooner is not mailed."},
	{.key = "disk_low_mb",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 1000000,
	 .fallback = "256",
	 .unit = "MiB",
	 .help = "With less room left for the database nothing new is fetched, "
		 "planned or sent."},
	{.key = "queue_minutes",
	 .type = SCHEMA_INT,
	 .min = 5,
	 .max = 10080,
	 .fallback = "120",
	 .unit = "minutes",
	 .help = "A message that is due longer is an alarm."},
	{.key = "source_silent_hours",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 720,
	 .fallback = "48",
	 .unit = "hours",
	 .help = "A source without a good answer for longer is an alarm."},
	{.key = "certificate_days",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 365,
	 .fallback = "14",
	 .unit = "days",
	 .help = "A source whose certificate ends sooner is an alarm."},
	{.key = "backup_max_days",
	 .type = SCHEMA_INT,
	 .max = 365,
	 .fallback = "3",
	 .unit = "days",
	 .help = "A last copy older than this is an alarm; 0: never."},
	{.key = "bulk_people",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 1000000,
	 .fallback = "2000",
	 .help = "Somebody who reads more rows about young people in a day "
		 "raises an alarm."},
	{0}};

static const struct schema log_rows[] = {
	{.key = "level",
	 .type = SCHEMA_WORD,
	 .words = WORDS("error", "warning", "notice", "info", "debug"),
	 .fallback = "info",
	 .help = "Least important lines that are written."},
	{0}};

static const struct schema override_rows[] = {
	{.key = "email",
	 .type = SCHEMA_STR,
	 .min = 3,
	 .max = 254,
	 .check = settings_check_address,
	 .help = "Address that gets every mail."},
	{.key = "sms",
	 .type = SCHEMA_STR,
	 .min = 4,
	 .max = 17,
	 .check = settings_check_mobile,
	 .help = "Mobile number that gets every SMS."},
	{0}};

static const struct schema delivery_rows[] = {
	{.key = "override_to",
	 .type = SCHEMA_MAP,
	 .rows = override_rows,
	 .help = "For an instance that is not in production: every message "
		 "goes here instead of to its recipient. With one of the two "
		 "set, messages of the other channel wait."},
	{0}};

const struct schema settings_schema[] = {
	{.key = "paths",
	 .type = SCHEMA_MAP,
	 .rows = paths_rows,
	 .help = "Files and folders; relative ones are relative to this "
		 "file."},
	{.key = "agency_defaults",
	 .type = SCHEMA_MAP,
	 .rows = agency_defaults_rows,
	 .help = "What holds for an agency that says nothing else."},
	{.key = "origins",
	 .type = SCHEMA_NAMED,
	 .max = 200,
	 .item = &origin_item,
	 .fallback = "{}",
	 .help = "Where files of young people come from; import --origin NAME."},
	{.key = "mail",
	 .type = SCHEMA_MAP,
	 .rows = mail_rows,
	 .help = "How mails leave."},
	{.key = "sms",
	 .type = SCHEMA_MAP,
	 .rows = settings_sms_rows,
	 .help = "How SMS leave."},
	{.key = "delivery",
	 .type = SCHEMA_MAP,
	 .rows = delivery_rows,
	 .help = "To whom messages go, whatever they are."},
	{.key = "front",
	 .type = SCHEMA_MAP,
	 .rows = front_rows,
	 .help = "Pages for young people, figures for administrators."},
	{.key = "planner",
	 .type = SCHEMA_MAP,
	 .rows = settings_planner_rows,
	 .help = "When and how much is sent."},
	{.key = "collector",
	 .type = SCHEMA_MAP,
	 .rows = collector_rows,
	 .help = "Fetching offers."},
	{.key = "security",
	 .type = SCHEMA_MAP,
	 .rows = security_rows,
	 .help = "Confinement and keys."},
	{.key = "watch",
	 .type = SCHEMA_MAP,
	 .rows = watch_rows,
	 .help = "When something counts as wrong, and who is told."},
	{.key = "log",
	 .type = SCHEMA_MAP,
	 .rows = log_rows,
	 .help = "Log lines on standard error."},
	{0}};
