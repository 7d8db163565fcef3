/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl doctor: everything an installation needs, one line a check: ok,
 * warning or error, and what to do. It changes nothing, works with the daemon
 * stopped (and says what could not be asked), and waits for no one longer than
 * a few seconds. */
#include "ctl.h"

#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/front.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/rules.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

/* Longest wait for the relay's greeting. */
#define RELAY_MS 5000

enum level { FINE, WARNING, ERROR };
static const char *const levels[] = {"ok", "warning", "error"};

struct doctor {
	const struct ctl *ctl;
	int n[3]; /* by level */
	struct settings settings;
};

static void say(struct doctor *d, enum level level, const char *check,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void say(struct doctor *d, enum level level, const char *check,
		const char *fmt, ...)
{
	char words[600];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	d->n[level]++;
	char *clean = ctl_harmless(words);
	if (d->ctl->is_json) {
		json_t *row = json_object();
		js_put_str(row, "check", check);
		js_put_str(row, "level", levels[level]);
		js_put_str(row, "text", clean);
		ctl_print_json(row);
		json_decref(row);
	} else {
		printf("%-8s%-14s%s\n", levels[level], check, clean);
	}
	free(clean);
}

static const char *setting(const struct doctor *d, const char *group,
			   const char *key)
{
	return js_str(json_object_get(d->settings.all, group), key, "");
}

/* --- without the daemon --- */

static void look_at_configuration(struct doctor *d)
{
	struct diags diags;
	diags_init(&diags);
	settings_load(d->ctl->config, &d->settings, &diags);
	rules_free(rules_compile_json(
		json_object_get(d->settings.files, "rules"), NULL, &diags));
	const json_t *texts = json_object_get(d->settings.files, "templates");
	if (json_array_size(texts)) {
		templates_free(templates_new(texts, &diags));
		templates_check_sms(
			texts,
			js_str(json_object_get(d->settings.all, "sms"),
			       "profile", "lien"),
			&diags);
		front_pages_check(texts, &diags);
	}
	for (size_t i = 0; i < diags.n; i++) {
		char *line = diag_line(&diags.v[i]);
		say(d, diags.v[i].level == DIAG_ERROR ? ERROR : WARNING,
		    "configuration", "%s", line);
		free(line);
	}
	if (!diags.n)
		say(d, FINE, "configuration", "%s checks", d->ctl->config);
	diags_clear(&diags);
}

static void look_at_users(struct doctor *d)
{
	if (d->settings.is_one_folder) {
		say(d, FINE, "users", "a one-folder instance: its owner's");
		return;
	}
	static const char *const groups[] = {"etrier-admin", "etrier-needs"};
	bool is_whole = true;
	if (!getpwnam("etrier")) {
		say(d, ERROR, "users",
		    "there is no user etrier: systemd-sysusers");
		is_whole = false;
	}
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		if (getgrnam(groups[i]))
			continue;
		say(d, ERROR, "users", "there is no group %s: systemd-sysusers",
		    groups[i]);
		is_whole = false;
	}
	if (is_whole)
		say(d, FINE, "users",
		    "etrier, etrier-admin and etrier-needs are there");
}

/* A folder of the service's: who may look into it? */
static void look_at_folder(struct doctor *d, const char *path, mode_t closed)
{
	struct stat st;
	if (stat(path, &st))
		say(d, errno == EACCES ? WARNING : ERROR, "files", "%s: %s",
		    path, strerror(errno));
	else if (st.st_mode & closed)
		say(d, ERROR, "files",
		    "%s is open to others (%03o): chmod %03o it", path,
		    (unsigned)st.st_mode & 0777U,
		    (unsigned)(st.st_mode & 0777 & ~closed));
	else
		say(d, FINE, "files", "%s is closed to others", path);
}

static void look_at_files(struct doctor *d)
{
	look_at_folder(d, setting(d, "paths", "state"), 0077);
	look_at_folder(d, setting(d, "paths", "run"), 0007);
	look_at_folder(d, setting(d, "paths", "secrets"), 0077);
}

static void look_at_disk(struct doctor *d)
{
	struct statvfs v;
	const char *state = setting(d, "paths", "state");
	int64_t low = js_int(json_object_get(d->settings.all, "watch"),
			     "disk_low_mb", 256);
	if (statvfs(state, &v)) {
		say(d, WARNING, "disk", "%s: %s", state, strerror(errno));
		return;
	}
	int64_t room = (int64_t)v.f_bavail * (int64_t)v.f_frsize >> 20;
	enum level level = room < low ? ERROR : room < 4 * low ? WARNING : FINE;
	say(d, level, "disk",
	    "%" PRId64 " MiB free in %s (paused below %" PRId64 ")", room,
	    state, low);
}

static void look_at_kernel(struct doctor *d)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
			   LANDLOCK_CREATE_RULESET_VERSION);
	bool is_required =
		str_eq(setting(d, "security", "landlock"), "required");
	if (abi > 0)
		say(d, FINE, "kernel", "Landlock, ABI %ld", abi);
	else
		say(d, is_required ? ERROR : WARNING, "kernel",
		    "no Landlock (%s): boot with lsm=landlock,..., or set "
		    "security.landlock: preferred",
		    strerror(errno));
}

static void look_at_clock(struct doctor *d)
{
	struct timex t = {0};
	int state = adjtimex(&t);
	if (state < 0 || (t.status & STA_UNSYNC))
		say(d, WARNING, "clock",
		    "not kept by NTP: timedatectl set-ntp true (messages go "
		    "at hours and days)");
	else
		say(d, FINE, "clock", "kept by NTP");
}

/* --- the relay --- */

static int connect_to(const struct addrinfo *to)
{
	int fd = socket(to->ai_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int why = 0;
	socklen_t n = sizeof(why);
	if (!connect(fd, to->ai_addr, to->ai_addrlen) ||
	    (errno == EINPROGRESS && poll(&p, 1, RELAY_MS) == 1 &&
	     !getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &n) && !why))
		return fd;
	close(fd);
	return -1;
}

/* "220 name ESMTP" or what came instead; false: nothing. */
static bool greeting(int fd, char *line, size_t size)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t n = poll(&p, 1, RELAY_MS) == 1 ? read(fd, line, size - 1) : -1;
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return n > 0;
}

static void look_at_relay(struct doctor *d)
{
	const json_t *mail = json_object_get(d->settings.all, "mail");
	const char *host = js_str(mail, "host", "localhost");
	char port[24], line[256];
	struct addrinfo *list = NULL;
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM};
	if (!str_eq(js_str(mail, "transport", "none"), "smtp")) {
		say(d, FINE, "relay", "mail.transport is %s: no relay",
		    js_str(mail, "transport", "none"));
		return;
	}
	snprintf(port, sizeof(port), "%" PRId64, js_int(mail, "port", 25));
	int rc = getaddrinfo(host, port, &hints, &list);
	int fd = -1;
	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
		fd = connect_to(a);
	if (list)
		freeaddrinfo(list);
	if (fd < 0)
		say(d, ERROR, "relay",
		    "%s port %s does not answer%s%s: is the "
		    "mail server running?",
		    host, port, rc ? ": " : "", rc ? gai_strerror(rc) : "");
	else if (!greeting(fd, line, sizeof(line)))
		say(d, ERROR, "relay",
		    "%s port %s takes the call and says "
		    "nothing",
		    host, port);
	else
		say(d, str_starts(line, "220") ? FINE : ERROR, "relay",
		    "%s port %s: %s", host, port, line);
	if (fd >= 0)
		close(fd);
}

/* --- the daemon --- */

static void on_status(void *ctx, json_t *row)
{
	struct doctor *d = ctx;
	size_t i;
	json_t *a;
	const json_t *alarms = json_object_get(row, "alarms");
	say(d, FINE, "daemon", "version %s answers",
	    js_str(row, "version", "?"));
	if (!str_eq(js_str(row, "version", ""), ETRIER_VERSION))
		say(d, WARNING, "daemon",
		    "it runs version %s, this is %s: systemctl restart etrierd",
		    js_str(row, "version", "?"), ETRIER_VERSION);
	json_array_foreach(alarms, i, a)
		say(d, WARNING, "alarm", "%s: %s", js_str(a, "code", ""),
		    js_str(a, "text", ""));
	if (!json_array_size(alarms))
		say(d, FINE, "alarm", "none stands");
}

static void on_finding(void *ctx, json_t *row)
{
	say(ctx, ERROR, "database", "%s: restore a backup",
	    js_str(row, "finding", ""));
}

static void on_audit(void *ctx, json_t *row)
{
	const char *broken = js_str(row, "broken", NULL);
	if (broken)
		say(ctx, ERROR, "audit", "%s", broken);
}

static void ask_daemon(struct doctor *d, bool is_deep)
{
	json_t *args = json_object();
	int before = d->n[ERROR];
	if (is_deep)
		json_object_set_new(args, "deep", json_true());
	if (ctl_ask(d->ctl, "database check", args,
		    &(struct ctl_ask){.on_row = on_finding, .ctx = d}))
		say(d, ERROR, "database", "could not be asked");
	else if (d->n[ERROR] == before)
		say(d, FINE, "database", "%s",
		    is_deep ? "whole, every row" : "whole (--deep: every row)");
	before = d->n[ERROR];
	int code = ctl_ask(d->ctl, "audit verify", json_object(),
			   &(struct ctl_ask){.on_row = on_audit, .ctx = d});
	if (code && d->n[ERROR] == before)
		say(d, ERROR, "audit", "could not be verified");
	else if (!code)
		say(d, FINE, "audit", "the log is whole");
}

int ctl_doctor(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	struct doctor d = {.ctl = c};
	look_at_configuration(&d);
	if (d.settings.all) {
		look_at_users(&d);
		look_at_files(&d);
		look_at_disk(&d);
		look_at_kernel(&d);
		look_at_clock(&d);
		look_at_relay(&d);
	}
	int code = ctl_ask(c, "status", json_object(),
			   &(struct ctl_ask){.on_row = on_status, .ctx = &d});
	if (code)
		say(&d, ERROR, "daemon",
		    "could not be asked: systemctl status etrierd");
	else
		ask_daemon(&d, js_bool(options, "deep", false));
	if (!c->is_json)
		printf("%d errors, %d warnings\n", d.n[ERROR], d.n[WARNING]);
	settings_clear(&d.settings);
	json_decref(options);
	return d.n[ERROR] ? CTL_FAILED : d.n[WARNING] ? CTL_GUARD : CTL_DONE;
}
