/* SPDX-License-Identifier: EUPL-1.2 */
/* etrier.yaml alone: what one setting demands of another, and the defaults
 * that depend on other settings. Everything here is decided by etrier.yaml
 * alone; no other file is looked at. A complaint stands at the setting that
 * must change. */
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#include "settings_parts.h"

/* A stop link is this, "/u/" and ten characters; an SMS of one segment has 160
 * and must still say who writes and what for. */
#define BASE_URL_SMS_MAX 60

/* The first key of a dotted path as a string of its own; *rest moves on. */
static char *first_key(const char *path, const char **rest)
{
	size_t n = strcspn(path, ".");
	*rest = path[n] ? path + n + 1 : NULL;
	return mem_dup_n(path, n);
}

json_t *settings_at(const json_t *all, const char *path)
{
	const char *rest;
	char *key = first_key(path, &rest);
	json_t *v = json_object_get(all, key);
	free(key);
	return v && rest ? settings_at(v, rest) : v;
}

const char *settings_text(const json_t *all, const char *path)
{
	return json_string_value(settings_at(all, path));
}

const struct ynode *settings_node(const struct ynode *root, const char *path)
{
	const char *rest;
	char *key = first_key(path, &rest);
	const struct ynode *n = ynode_get(root, key);
	free(key);
	if (!n)
		return root;
	return rest ? settings_node(n, rest) : n;
}

bool settings_is_written(const struct ynode *root, const char *path)
{
	const char *rest;
	char *key = first_key(path, &rest);
	const struct ynode *n = ynode_get(root, key);
	free(key);
	if (!n || ynode_is_null(n))
		return false;
	return !rest || settings_is_written(n, rest);
}

struct check {
	const json_t *all;
	const struct ynode *root;
	struct diags *diags;
};

static void tell(const struct check *c, enum diag_level level, const char *path,
		 const char *what)
{
	const struct ynode *n = settings_node(c->root, path);
	diag_add(c->diags, level, n->file, n->line, n->col, "%s: %s", path,
		 what);
}

static bool is_word(const struct check *c, const char *path, const char *word)
{
	return str_eq(settings_text(c->all, path), word);
}

static int64_t number(const struct check *c, const char *path)
{
	return json_integer_value(settings_at(c->all, path));
}

static bool leaves_the_house(const struct check *c)
{
	return is_word(c, "mail.transport", "maildir") ||
	       is_word(c, "mail.transport", "smtp") ||
	       (settings_at(c->all, "sms.gateway") &&
		!is_word(c, "sms.gateway", "none"));
}

static void check_windows(const struct check *c)
{
	if (is_word(c, "planner.windows", "open") &&
	    is_word(c, "mail.transport", "smtp"))
		tell(c, DIAG_ERROR, "planner.windows",
		     "open is refused while mail.transport is smtp: people "
		     "would be written to at night");
	else if (is_word(c, "planner.windows", "open") &&
		 !is_word(c, "sms.gateway", "none") &&
		 !is_word(c, "sms.gateway", "file"))
		tell(c, DIAG_ERROR, "planner.windows",
		     "open is refused while sms.gateway sends: people would "
		     "be written to at night");
	static const char *const pairs[][2] = {
		{"planner.sms_from", "planner.sms_until"},
		{"planner.mail_from", "planner.mail_until"}};
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (settings_at(c->all, pairs[i][0]) &&
		    settings_at(c->all, pairs[i][1]) &&
		    number(c, pairs[i][0]) >= number(c, pairs[i][1])) {
			char *what = mem_printf("must be later than %s",
						pairs[i][0]);
			tell(c, DIAG_ERROR, pairs[i][1], what);
			free(what);
		}
}

/* Each after the one before, and within the hours. */
static void check_slots(const struct check *c)
{
	static const char path[] = "planner.sms_slots";
	int64_t last = number(c, "planner.sms_from"), until;
	until = number(c, "planner.sms_until");
	const json_t *slots = settings_at(c->all, path);
	for (size_t i = 0; i < json_array_size(slots); i++) {
		int from, to;
		if (minute_span_parse(
			    json_string_value(json_array_get(slots, i)), &from,
			    &to))
			return; /* told already */
		if (from < last || to > until) {
			tell(c, DIAG_ERROR, path,
			     "slots follow one another between "
			     "planner.sms_from and planner.sms_until");
			return;
		}
		last = to;
	}
}

bool settings_is_loopback(const char *url)
{
	const char *scheme = strstr(url, "://");
	const char *host = scheme ? scheme + strlen("://") : url;
	size_t n = strcspn(host, "/");
	const char *colon = memchr(host, ':', n);
	if (str_starts(host, "[::1]"))
		return n == 5 || host[5] == ':';
	if (colon)
		n = (size_t)(colon - host);
	if (n == strlen("localhost") && str_starts(host, "localhost"))
		return true;
	return str_starts(host, "127.") && strspn(host, "0123456789.") == n;
}

static void check_base_url(const struct check *c)
{
	const char *path = "front.base_url";
	const char *url = settings_text(c->all, path);
	if (!url) {
		/* A refused one has been told already. */
		if (leaves_the_house(c) && !settings_is_written(c->root, path))
			tell(c, DIAG_ERROR, path,
			     "required as soon as mail or SMS leave: every "
			     "message carries its stop link");
		return;
	}
	if (str_starts(url, "http://") && !settings_is_loopback(url))
		tell(c, DIAG_ERROR, path,
		     "must be https (http is for this machine only)");
	if (strpbrk(url, "?#"))
		tell(c, DIAG_ERROR, path, "must hold no ? and no #");
	if (strlen(url) > BASE_URL_SMS_MAX &&
	    !is_word(c, "sms.gateway", "none"))
		tell(c, DIAG_ERROR, path,
		     "too long for an SMS: at most 60 characters");
	if (leaves_the_house(c) && is_word(c, "front.listen", "off"))
		tell(c, DIAG_WARNING, path,
		     "front.listen is off: links in messages lead nowhere");
}

static void check_front(const struct check *c)
{
	const char *listen = settings_text(c->all, "front.listen");
	if (is_word(c, "front.admin_listen", "systemd"))
		tell(c, DIAG_ERROR, "front.admin_listen",
		     "only the pages' socket (front.listen) comes from "
		     "systemd");
	else if (listen && !str_eq(listen, "off") &&
		 is_word(c, "front.admin_listen", listen))
		tell(c, DIAG_ERROR, "front.admin_listen",
		     "must be another place than front.listen");
}

/* How the relay is spoken to; neither library is asked for what it cannot. */
static void check_relay(const struct check *c)
{
	bool has_user = settings_text(c->all, "mail.user");
	bool has_token = settings_text(c->all, "mail.oauth_token_file");
	bool has_login =
		has_token || settings_text(c->all, "mail.password_file");
	bool is_libesmtp = is_word(c, "mail.engine", "libesmtp");
	if (is_libesmtp && is_word(c, "mail.tls", "implicit"))
		tell(c, DIAG_ERROR, "mail.engine",
		     "libesmtp knows no implicit TLS: starttls, or curl");
	if (is_libesmtp && has_token)
		tell(c, DIAG_ERROR, "mail.engine",
		     "libesmtp knows no XOAUTH2: curl");
	if (has_user != has_login)
		tell(c, DIAG_ERROR, "mail.user",
		     "goes with mail.password_file or mail.oauth_token_file");
	if (has_token && settings_text(c->all, "mail.password_file"))
		tell(c, DIAG_ERROR, "mail.oauth_token_file",
		     "instead of mail.password_file, not beside it");
	if (has_user && is_word(c, "mail.tls", "off"))
		tell(c, DIAG_ERROR, "mail.user",
		     "a login never travels without TLS: mail.tls");
}

static void check_mail(const struct check *c)
{
	check_relay(c);
	if (!is_word(c, "mail.transport", "smtp"))
		return;
	const char *host = settings_text(c->all, "mail.host");
	if (host && !str_eq(host, "localhost") && !str_starts(host, "127.") &&
	    is_word(c, "mail.tls", "off"))
		tell(c, DIAG_WARNING, "mail.host",
		     "not this machine: mails travel to it without TLS");
	if (is_word(c, "mail.from_address", "offres@localhost.example"))
		tell(c, DIAG_ERROR, "mail.from_address",
		     "needs your own address before mail is sent");
}

static void check_delays(const struct check *c)
{
	if (number(c, "collector.transfer_timeout_s") >
	    number(c, "collector.poll_deadline_s"))
		tell(c, DIAG_ERROR, "collector.transfer_timeout_s",
		     "must not be longer than collector.poll_deadline_s");
	if (number(c, "planner.youth_per_day") >
	    number(c, "planner.youth_per_week"))
		tell(c, DIAG_ERROR, "planner.youth_per_day",
		     "must not be more than planner.youth_per_week");
	if (number(c, "collector.per_host") >
	    number(c, "collector.max_parallel"))
		tell(c, DIAG_WARNING, "collector.per_host",
		     "more than collector.max_parallel has no effect");
}

static void check_watch(const struct check *c)
{
	if (json_array_size(settings_at(c->all, "watch.mail_to")) &&
	    is_word(c, "mail.transport", "none"))
		tell(c, DIAG_WARNING, "watch.mail_to",
		     "nobody gets these mails: mail.transport is none");
}

static void cross_check(const json_t *all, const struct ynode *root,
			struct diags *d)
{
	const struct check c = {.all = all, .root = root, .diags = d};
	check_windows(&c);
	check_slots(&c);
	check_base_url(&c);
	check_front(&c);
	check_mail(&c);
	check_delays(&c);
	check_watch(&c);
	settings_check_sms(all, root, d);
}

void settings_default(json_t *all, const char *group, const char *key,
		      char *text_take)
{
	json_t *g = json_object_get(all, group);
	if (g && !json_object_get(g, key))
		js_put_str(g, key, text_take);
	free(text_take);
}

/* "unix:run/front.sock" is relative to the file, as any path. */
static void absolute_socket(json_t *all, const char *path, const char *base_dir)
{
	json_t *v = settings_at(all, path);
	const char *text = json_string_value(v);
	if (!text || !str_starts(text, "unix:"))
		return;
	char *socket = schema_path(base_dir, text + strlen("unix:"));
	char *whole = mem_printf("unix:%s", socket);
	json_string_set(v, whole);
	free(whole);
	free(socket);
}

static void fill(json_t *all, const char *base_dir)
{
	const char *state = settings_text(all, "paths.state");
	if (state) {
		settings_default(all, "mail", "maildir",
				 mem_printf("%s/mail", state));
		settings_default(all, "sms", "folder",
				 mem_printf("%s/sms", state));
		settings_default(all, "paths", "backup",
				 mem_printf("%s/backup", state));
		settings_default(all, "paths", "audit",
				 mem_printf("%s/audit", state));
		settings_default(all, "paths", "transit",
				 mem_printf("%s/transit", state));
	}
	settings_default(all, "paths", "refdata",
			 mem_dup(ETRIER_DATADIR "/refdata"));
	settings_default(all, "collector", "user_agent",
			 mem_dup("etrier/" ETRIER_VERSION));
	const char *from = settings_text(all, "mail.from_address");
	const char *at = from ? strrchr(from, '@') : NULL;
	if (at) {
		settings_default(all, "mail", "bounce_domain", mem_dup(at + 1));
		settings_default(all, "mail", "list_domain", mem_dup(at + 1));
	}
	absolute_socket(all, "front.listen", base_dir);
	absolute_socket(all, "front.admin_listen", base_dir);
	json_t *url = settings_at(all, "front.base_url");
	if (url) {
		char *text = mem_dup(json_string_value(url));
		size_t n = strlen(text);
		while (n && text[n - 1] == '/')
			text[--n] = '\0';
		json_string_set(url, text);
		free(text);
	}
}

json_t *settings_read(const struct ynode *root, const char *base_dir,
		      struct diags *d)
{
	json_t *all = schema_read(settings_schema, root, base_dir, d);
	if (root->kind == YNODE_MAP)
		cross_check(all, root, d);
	fill(all, base_dir);
	return all;
}
