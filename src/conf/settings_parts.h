/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_SETTINGS_PARTS_H
#define ETRIER_CONF_SETTINGS_PARTS_H

#include <etrier/settings.h>

#include <stdbool.h>

struct arena;

/* What settings_load() is made of. One load: */
struct settings_load {
	struct arena *arena;
	struct settings *s; /* all is filled, the rest is being filled */
	const struct ynode *root;
	struct diags *diags;
	size_t texts; /* bytes of texts read so far */
};

/* The value at "mail.port" of `all`; NULL: absent. Borrowed. */
json_t *settings_at(const json_t *all, const char *path);
/* The text there, or NULL. */
const char *settings_text(const json_t *all, const char *path);
/* The node there, or the nearest one around it: where to point at. */
const struct ynode *settings_node(const struct ynode *root, const char *path);
/* Whether the file itself says something there. */
bool settings_is_written(const struct ynode *root, const char *path);

/* A value for what the file leaves out and the table has no default for. */
void settings_default(json_t *all, const char *group, const char *key,
		      char *text_take);

/* settings_value.c: rows of the table name them. */
typedef void settings_check(const struct ynode *n, const json_t *v,
			    struct diags *d);
settings_check settings_check_sms_sender, settings_check_address,
	settings_check_mobile, settings_check_domain, settings_check_listen,
	settings_check_proxy, settings_check_origin, settings_check_youth_hour,
	settings_check_slot, settings_check_selector;

/* settings_planner.c */
extern const struct schema settings_planner_rows[];

/* settings_sms.c: the rows of sms:, and what its gateway needs. */
extern const struct schema settings_sms_rows[];
void settings_check_sms(const json_t *all, const struct ynode *root,
			struct diags *d);
/* Where receipts and replies come in, with its secret; free(). NULL: nowhere.
 */
char *settings_callback_url(const struct settings *s);
/* settings_sms_http.c: sms.http_file, into files.sms_http. */
void settings_load_sms_http(struct settings_load *l);

/* settings_files.c: sources, rules, templates and maps. */
void settings_load_files(struct settings_load *l);
/* settings_employers.c */
void settings_load_employers(struct settings_load *l);
/* settings_delivery.c */
void settings_load_delivery(struct settings_load *l);
/* settings_secret.c */
void settings_load_secrets(struct settings_load *l);

#endif
