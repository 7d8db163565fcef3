/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl doctor: everything an installation needs, one line a check: ok,
 * warning or error, and what to do. It changes nothing, works with the daemon
 * stopped (and says what could not be asked), and waits for no one longer than
 * a few seconds. */
#include "doctor.h"

#include "doctor_dns.h"

#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/front.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/rules.h>
#include <etrier/settings.h>
#include <etrier/str.h>

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

static const char *const levels[] = {"ok", "warning", "error"};

/* Where the second and later lines of a finding stand. */
#define INDENT "                      "
/* A string of a TXT record is no longer (RFC 1035 3.3.14). */
#define TXT_STRING_MAX 255

/* --- findings --- */

static void print_harmless(const char *before, const char *text)
{
	char *clean = ctl_harmless(text);
	printf("%s%s", before, clean);
	free(clean);
}

/* As a zone file has it: a text in quotes, a long one in several. */
static void print_record(const struct doctor_advice *advice)
{
	print_harmless(INDENT, advice->name);
	print_harmless(" ", advice->type);
	char *clean = ctl_harmless(advice->value);
	if (!str_eq(advice->type, "TXT"))
		printf(" %s", clean);
	else
		for (const char *p = clean; *p;) {
			size_t n = strnlen(p, TXT_STRING_MAX);
			printf(" \"%.*s\"", (int)n, p);
			p += n;
		}
	putchar('\n');
	free(clean);
}

static void print_advice(const struct doctor_advice *advice)
{
	if (advice->why) {
		print_harmless(INDENT "why: ", advice->why);
		putchar('\n');
	}
	if (advice->remedy) {
		print_harmless(INDENT "do: ", advice->remedy);
		putchar('\n');
	}
	if (advice->name)
		print_record(advice);
}

static void put_harmless(json_t *row, const char *key, const char *text)
{
	char *clean = text ? ctl_harmless(text) : NULL;
	/* What a relay says may be anything, and a text may be cut. */
	if (clean && !json_object_set_new(row, key, json_string(clean))) {
		free(clean);
		return;
	}
	for (char *p = clean; p && *p; p++)
		if (*p & 0x80)
			*p = '?';
	js_put_str(row, key, clean);
	free(clean);
}

static void print_row(enum doctor_level level, const char *check,
		      const struct doctor_advice *advice, const char *words)
{
	json_t *row = json_object();
	js_put_str(row, "check", check);
	js_put_str(row, "level", levels[level]);
	put_harmless(row, "text", words);
	put_harmless(row, "why", advice->why);
	put_harmless(row, "remedy", advice->remedy);
	if (advice->name) {
		json_t *record = json_object();
		put_harmless(record, "name", advice->name);
		put_harmless(record, "type", advice->type);
		put_harmless(record, "value", advice->value);
		json_object_set_new(row, "record", record);
	}
	ctl_print_json(row);
	json_decref(row);
}

static void report(struct doctor *d, enum doctor_level level, const char *check,
		   const struct doctor_advice *advice, const char *fmt,
		   va_list ap) __attribute__((format(printf, 5, 0)));

static void report(struct doctor *d, enum doctor_level level, const char *check,
		   const struct doctor_advice *advice, const char *fmt,
		   va_list ap)
{
	char words[600];
	vsnprintf(words, sizeof(words), fmt, ap);
	d->n[level]++;
	if (d->ctl->is_json) {
		print_row(level, check, advice, words);
		return;
	}
	printf("%-8s%-14s", levels[level], check);
	print_harmless("", words);
	putchar('\n');
	print_advice(advice);
}

void doctor_say(struct doctor *d, enum doctor_level level, const char *check,
		const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	report(d, level, check, &(struct doctor_advice){.why = NULL}, fmt, ap);
	va_end(ap);
}

void doctor_advise(struct doctor *d, enum doctor_level level, const char *check,
		   const struct doctor_advice *advice, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	report(d, level, check, advice, fmt, ap);
	va_end(ap);
}

const char *doctor_setting(const struct doctor *d, const char *group,
			   const char *key)
{
	return js_str(json_object_get(d->settings.all, group), key, "");
}

/* --- without the daemon --- */

/* What only rules and templates could say is passed over for mail alone. */
static void look_at_texts(struct doctor *d, struct diags *diags)
{
	rules_free(rules_compile_json(
		json_object_get(d->settings.files, "rules"), NULL, diags));
	const json_t *texts = json_object_get(d->settings.files, "templates");
	if (!json_array_size(texts))
		return;
	templates_free(templates_new(texts, diags));
	templates_check_sms(texts,
			    js_str(json_object_get(d->settings.all, "sms"),
				   "profile", "lien"),
			    diags);
	front_pages_check(texts, diags);
}

static void look_at_configuration(struct doctor *d, bool is_mail_alone)
{
	struct diags diags;
	diags_init(&diags);
	settings_load(d->ctl->config, &d->settings, &diags);
	if (!is_mail_alone)
		look_at_texts(d, &diags);
	for (size_t i = 0; i < diags.n; i++) {
		char *line = diag_line(&diags.v[i]);
		doctor_say(d,
			   diags.v[i].level == DIAG_ERROR ? DOCTOR_ERROR
							  : DOCTOR_WARNING,
			   "configuration", "%s", line);
		free(line);
	}
	if (!diags.n)
		doctor_say(d, DOCTOR_FINE, "configuration", "%s checks",
			   d->ctl->config);
	diags_clear(&diags);
}

static void look_at_users(struct doctor *d)
{
	if (d->settings.is_one_folder) {
		doctor_say(d, DOCTOR_FINE, "users",
			   "a one-folder instance: its owner's");
		return;
	}
	static const char *const groups[] = {"etrier-admin", "etrier-needs"};
	bool is_whole = true;
	if (!getpwnam("etrier")) {
		doctor_say(d, DOCTOR_ERROR, "users",
			   "there is no user etrier: systemd-sysusers");
		is_whole = false;
	}
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		if (getgrnam(groups[i]))
			continue;
		doctor_say(d, DOCTOR_ERROR, "users",
			   "there is no group %s: systemd-sysusers", groups[i]);
		is_whole = false;
	}
	if (is_whole)
		doctor_say(d, DOCTOR_FINE, "users",
			   "etrier, etrier-admin and etrier-needs are there");
}

/* A folder of the service's: who may look into it? */
static void look_at_folder(struct doctor *d, const char *path, mode_t closed)
{
	struct stat st;
	if (stat(path, &st))
		doctor_say(d, errno == EACCES ? DOCTOR_WARNING : DOCTOR_ERROR,
			   "files", "%s: %s", path, strerror(errno));
	else if (st.st_mode & closed)
		doctor_say(d, DOCTOR_ERROR, "files",
			   "%s is open to others (%03o): chmod %03o it", path,
			   (unsigned)st.st_mode & 0777U,
			   (unsigned)(st.st_mode & 0777 & ~closed));
	else
		doctor_say(d, DOCTOR_FINE, "files", "%s is closed to others",
			   path);
}

static void look_at_files(struct doctor *d)
{
	look_at_folder(d, doctor_setting(d, "paths", "state"), 0077);
	look_at_folder(d, doctor_setting(d, "paths", "run"), 0007);
	look_at_folder(d, doctor_setting(d, "paths", "secrets"), 0077);
}

static void look_at_disk(struct doctor *d)
{
	struct statvfs v;
	const char *state = doctor_setting(d, "paths", "state");
	int64_t low = js_int(json_object_get(d->settings.all, "watch"),
			     "disk_low_mb", 256);
	if (statvfs(state, &v)) {
		doctor_say(d, DOCTOR_WARNING, "disk", "%s: %s", state,
			   strerror(errno));
		return;
	}
	int64_t room = (int64_t)v.f_bavail * (int64_t)v.f_frsize >> 20;
	enum doctor_level level = room < low	   ? DOCTOR_ERROR
				  : room < 4 * low ? DOCTOR_WARNING
						   : DOCTOR_FINE;
	doctor_say(d, level, "disk",
		   "%" PRId64 " MiB free in %s (paused below %" PRId64 ")",
		   room, state, low);
}

static void look_at_kernel(struct doctor *d)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
			   LANDLOCK_CREATE_RULESET_VERSION);
	bool is_required =
		str_eq(doctor_setting(d, "security", "landlock"), "required");
	if (abi > 0)
		doctor_say(d, DOCTOR_FINE, "kernel", "Landlock, ABI %ld", abi);
	else
		doctor_say(
			d, is_required ? DOCTOR_ERROR : DOCTOR_WARNING,
			"kernel",
			"no Landlock (%s): boot with lsm=landlock,..., or set "
			"security.landlock: preferred",
			strerror(errno));
}

static void look_at_clock(struct doctor *d)
{
	struct timex t = {0};
	int state = adjtimex(&t);
	if (state < 0 || (t.status & STA_UNSYNC))
		doctor_say(
			d, DOCTOR_WARNING, "clock",
			"not kept by NTP: timedatectl set-ntp true (messages go "
			"at hours and days)");
	else
		doctor_say(d, DOCTOR_FINE, "clock", "kept by NTP");
}

/* --- the daemon --- */

static void on_status(void *ctx, json_t *row)
{
	struct doctor *d = ctx;
	size_t i;
	json_t *a;
	const json_t *alarms = json_object_get(row, "alarms");
	doctor_say(d, DOCTOR_FINE, "daemon", "version %s answers",
		   js_str(row, "version", "?"));
	if (!str_eq(js_str(row, "version", ""), ETRIER_VERSION))
		doctor_say(
			d, DOCTOR_WARNING, "daemon",
			"it runs version %s, this is %s: systemctl restart etrierd",
			js_str(row, "version", "?"), ETRIER_VERSION);
	json_array_foreach(alarms, i, a)
		doctor_say(d, DOCTOR_WARNING, "alarm", "%s: %s",
			   js_str(a, "code", ""), js_str(a, "text", ""));
	if (!json_array_size(alarms))
		doctor_say(d, DOCTOR_FINE, "alarm", "none stands");
}

static void on_finding(void *ctx, json_t *row)
{
	doctor_say(ctx, DOCTOR_ERROR, "database", "%s: restore a backup",
		   js_str(row, "finding", ""));
}

static void on_audit(void *ctx, json_t *row)
{
	const char *broken = js_str(row, "broken", NULL);
	if (broken)
		doctor_say(ctx, DOCTOR_ERROR, "audit", "%s", broken);
}

static void ask_daemon(struct doctor *d, bool is_deep)
{
	json_t *args = json_object();
	int before = d->n[DOCTOR_ERROR];
	if (is_deep)
		json_object_set_new(args, "deep", json_true());
	if (ctl_ask(d->ctl, "database check", args,
		    &(struct ctl_ask){.on_row = on_finding, .ctx = d}))
		doctor_say(d, DOCTOR_ERROR, "database", "could not be asked");
	else if (d->n[DOCTOR_ERROR] == before)
		doctor_say(d, DOCTOR_FINE, "database", "%s",
			   is_deep ? "whole, every row"
				   : "whole (--deep: every row)");
	before = d->n[DOCTOR_ERROR];
	int code = ctl_ask(d->ctl, "audit verify", json_object(),
			   &(struct ctl_ask){.on_row = on_audit, .ctx = d});
	if (code && d->n[DOCTOR_ERROR] == before)
		doctor_say(d, DOCTOR_ERROR, "audit", "could not be verified");
	else if (!code)
		doctor_say(d, DOCTOR_FINE, "audit", "the log is whole");
}

/* Everything but the mail's standing before the world. */
static void look_at_service(struct doctor *d, bool is_deep)
{
	if (d->settings.all) {
		look_at_users(d);
		look_at_files(d);
		look_at_disk(d);
		look_at_kernel(d);
		look_at_clock(d);
	}
	int code = ctl_ask(d->ctl, "status", json_object(),
			   &(struct ctl_ask){.on_row = on_status, .ctx = d});
	if (code)
		doctor_say(d, DOCTOR_ERROR, "daemon",
			   "could not be asked: systemctl status etrierd");
	else
		ask_daemon(d, is_deep);
}

static int exit_status(const struct doctor *d)
{
	return d->n[DOCTOR_ERROR]     ? CTL_FAILED
	       : d->n[DOCTOR_WARNING] ? CTL_GUARD
				      : CTL_DONE;
}

int ctl_doctor(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	const char *resolver = js_str(options, "resolver", NULL);
	if (resolver && !resolver_is_server(resolver)) {
		json_decref(options);
		return ctl_fail(CTL_USAGE,
				"doctor: --resolver wants ADDRESS or "
				"ADDRESS:PORT");
	}
	struct doctor d = {.ctl = c};
	bool is_mail_alone = js_bool(options, "mail", false);
	look_at_configuration(&d, is_mail_alone);
	if (!is_mail_alone)
		look_at_service(&d, js_bool(options, "deep", false));
	if (d.settings.all) {
		doctor_relay(&d);
		doctor_mail(&d, resolver, js_str(options, "mail-sample", NULL));
	}
	if (!c->is_json)
		printf("%d errors, %d warnings\n", d.n[DOCTOR_ERROR],
		       d.n[DOCTOR_WARNING]);
	settings_clear(&d.settings);
	json_decref(options);
	return exit_status(&d);
}
