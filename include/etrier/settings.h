/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SETTINGS_H
#define ETRIER_SETTINGS_H

#include <etrier/schema.h>

#include <stdbool.h>
#include <stdio.h>

/* Everything an administrator wrote, read and checked together. Only the
 * supervisor and `etrierctl check|config` call this; roles get their part as
 * JSON in `config` lines.
 *
 * `all` has every group of the table. Beside the defaults of the table these
 * are filled in when the file says nothing: paths.refdata (the installed
 * tables), collector.user_agent (etrier/VERSION), mail.maildir (STATE/mail),
 * sms.folder (STATE/sms), paths.backup and paths.audit (likewise),
 * mail.bounce_domain and mail.list_domain (the domain of mail.from_address),
 * security.landlock (required; preferred when is_one_folder). Paths are
 * absolute, also behind "unix:"; front.base_url has no slash at its end. */
struct settings {
	char *file;	  /* absolute path of etrier.yaml */
	json_t *all;	  /* etrier.yaml with defaults, paths absolute */
	json_t *written;  /* only what the file says: `config show --changed` */
	json_t *sources;  /* {name: source object}, checked by source.h */
	json_t *lexicons; /* {"signals", "quality"}: of lexicon_read();
			   * "employers": {siret: "certified"|"declared"} */
	json_t *delivery; /* {"domains": {name: {"match", "max_per_minute",
			   * "backoff": [{"reply", "minutes"}]}}} */
	json_t *files;	  /* contents that travel to roles, all UTF-8:
			   * {"rules": [{"file","text"}]: rules.yaml, then
			   *    rules.d beside it in the order of their names;
			   *  "templates": [{"name": "fr/x.mustache", "file",
			   *    "text"}];
			   *  "maps": [{"origin","file","text"}],
			   *  "sms_http": sms.http_file as sms_http.h has it,
			   *    when sms.gateway is http} */
	json_t *secrets;  /* {"security.needs_key": "64 hex digits",
			   *  "security.token_key": likewise, "sms.key",
			   *  "sms.ovh_secret", "sms.ovh_consumer": as the
			   *  gateway gave them, "sms.callback_secret"}; never
			   *  printed. The group before the point says whose a
			   *  secret is: security the engine's, mail and sms the
			   *  courier's */
	int is_one_folder; /* state and run lie below the file's own folder */
};

/* Ceilings, each far above what one network of agencies needs. */
#define SETTINGS_TEMPLATES_MAX 200
#define SETTINGS_RULES_MAX     100
#define SETTINGS_TEXTS_MAX     ((size_t)4 * 1024 * 1024) /* all texts together */
#define SETTINGS_SECRET_MAX    4096

/* The table of etrier.yaml. */
extern const struct schema settings_schema[];

/* etrier.yaml alone: the table and the checks that need no other file. Returns
 * a new object with every default, or what could be read when d has errors.
 * base_dir: the absolute folder of the file. */
json_t *settings_read(const struct ynode *root, const char *base_dir,
		      struct diags *d);

/* Read etrier.yaml, sources.d, the rules', templates' and maps' texts and the
 * secrets. 0, or -1 when d has errors (then *out is still filled as far as it
 * goes). *out needs no initialisation and must always be cleared. Rules and
 * templates are compiled by others.
 *
 * A secret file given by a bare name is looked for in paths.secrets, then as
 * a systemd credential: $CREDENTIALS_DIRECTORY/NAME, or etrier_NAME there, as
 * LoadCredential=etrier:FOLDER names them. It must be closed to others (mode
 * & 007 = 0). */
int settings_load(const char *file, struct settings *out, struct diags *d);
void settings_clear(struct settings *s);
/* "/etc/etrier/etrier.yaml", or $ETRIER_CONFIG, for programs without --config.
 */
const char *settings_default_file(void);

/* Where the file "signals", "quality" or "delivery" is read from: as written,
 * else beside etrier.yaml, else beside the tables that étrier brought; free().
 * NULL: there is none. */
char *settings_lexicon_file(const struct settings *s, const char *key);

/* An http:// or https:// URL of this machine. */
bool settings_is_loopback(const char *url);

/* The part a role may see, its secrets included. role: engine collector runner
 * courier front. New reference.
 *   all        role, one_folder, log, security {landlock}
 *   engine     paths {state run refdata backup audit}, agency_defaults,
 *              origins, planner, mail, sms, front, collector, watch, rules,
 *              delivery, operators (delivery.yaml), sources (no secrets),
 *              secrets (security.*)
 *   collector  mail {bounces} (when set), paths {refdata}, collector,
 *              sources (with their secrets) of every kind but exec, lexicons
 *   runner     paths {refdata}, collector, sources of kind exec, lexicons
 *   courier    mail, sms, templates, secrets (mail.*, sms.*; when any),
 *              sms_http, callback_url (when receipts are asked for: where)
 *   front      front, templates, sms {gateway profile receipt (of sms_http)},
 *              secrets {"sms.callback_secret"} (when there is one) and, for
 *              twilio, {"sms.callback_hmac"} (hmac_sha1.h: what checks its
 *              signatures, and sends nothing) */
json_t *settings_for_role(const struct settings *s, const char *role);

/* Is there an enabled source of kind exec? Then a runner is wanted. */
bool settings_has_programs(const struct settings *s);
/* A runner can only reach what it was started for: another is wanted when the
 * sources of kind exec differ. */
bool settings_programs_differ(const struct settings *a,
			      const struct settings *b);

/* An error in d for each setting marked SCHEMA_RESTART that a reload would
 * change. */
void settings_refuse_restart(const struct settings *now,
			     const struct settings *next, struct diags *d);

/* Lines "key: value  # default" (or "# file") of the effective configuration,
 * one per leaf of the table, secrets as "(set)" or "(missing)". */
void settings_show(const struct settings *s, int only_changed, FILE *out);

#endif
