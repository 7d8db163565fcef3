/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl backup: the engine makes the copy, here its progress is shown.
 * etrierctl restore: the way back, with the daemon stopped; the database that
 * was there is moved aside, never overwritten. */
#include "ctl.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/store_copy.h>
#include <etrier/str.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void on_row(void *ctx, json_t *row)
{
	const struct ctl *c = ctx;
	if (ctl_show_progress(row))
		return;
	if (c->is_json) {
		ctl_print_json(row);
		return;
	}
	printf("%s\n", js_str(row, "folder", ""));
	if (js_int(row, "removed", 0))
		fprintf(stderr, "%" PRId64 " older copies removed\n",
			js_int(row, "removed", 0));
}

int ctl_backup(struct ctl *c)
{
	json_t *args = ctl_parse(c);
	if (!args)
		return CTL_USAGE;
	return ctl_ask(c, c->command->name, args,
		       &(struct ctl_ask){.on_row = on_row, .ctx = c});
}

/* --- restore --------------------------------------------------------------
 */

/* What root makes there belongs to the service, as the folder does. */
static int give_to_owner(const char *state, const char *path, struct err *err)
{
	struct stat st;
	if (geteuid() != 0)
		return 0;
	if (stat(state, &st) || lchown(path, st.st_uid, st.st_gid))
		return err_set(err, ERR_STORE, "%s: %s", path, strerror(errno));
	return 0;
}

/* The descriptor, or -1. It is let go by the end of the process. */
static int lock_state(const char *state, struct err *err)
{
	char *path = mem_printf("%s/lock", state);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		err_set(err, ERR_STORE, "%s: %s", path, strerror(errno));
	} else if (flock(fd, LOCK_EX | LOCK_NB)) {
		err_set(err, ERR_STORE,
			"%s is in use: stop the daemon first (systemctl stop "
			"etrierd)",
			state);
		close(fd);
		fd = -1;
	} else if (give_to_owner(state, path, err)) {
		close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

static void tell(const struct ctl *c, const struct store_restored *r)
{
	size_t i;
	json_t *row;
	if (c->is_json) {
		json_t *all = json_object();
		js_put_str(all, "former", r->former);
		json_object_set(all, "modes", r->modes);
		json_object_set_new(all, "held", json_integer(r->n_held));
		json_object_set_new(all, "uncertain",
				    json_integer(r->n_uncertain));
		json_object_set_new(all, "optouts", json_integer(r->n_optouts));
		json_object_set_new(all, "read_former",
				    json_boolean(r->read_former));
		ctl_print_json(all);
		json_decref(all);
		return;
	}
	if (r->former)
		printf("the former database: %s\n", r->former);
	printf("opt-outs taken over from it: %" PRId64 "%s\n", r->n_optouts,
	       r->read_former ? "" : " (it could not be read)");
	printf("messages held: %" PRId64 ", SMS uncertain: %" PRId64
	       " (etrierctl outbox list)\n",
	       r->n_held, r->n_uncertain);
	if (!json_array_size(r->modes))
		return;
	puts("Every agency is off: what was sent since the copy is unknown. "
	     "When you have\nlooked, start the daemon and say again:");
	json_array_foreach(r->modes, i, row)
		printf("  etrierctl agency set %s mode %s\n",
		       js_str(row, "agency", ""), js_str(row, "mode", ""));
}

static int restore(const struct ctl *c, const char *dir, const char *state,
		   struct err *err)
{
	struct store_restored r;
	int lock = lock_state(state, err);
	if (lock < 0)
		return -1;
	char *path = mem_printf("%s/" STORE_COPY_DB, state);
	int result =
		store_restore(dir, path, clock_now(clock_system()), &r, err);
	if (!result) {
		tell(c, &r);
		store_restored_clear(&r);
		result = give_to_owner(state, path, err);
	}
	close(lock);
	free(path);
	return result;
}

/* paths.state, without the rest: a restore must be possible on a machine whose
 * configuration does not check yet. */
static char *state_folder(const struct ctl *c, struct diags *d)
{
	struct settings s;
	settings_load(c->config, &s, d);
	char *state =
		mem_dup(js_str(json_object_get(s.all, "paths"), "state", NULL));
	settings_clear(&s);
	return state;
}

int ctl_restore(struct ctl *c)
{
	json_t *args = ctl_parse(c);
	if (!args)
		return CTL_USAGE;
	const char *dir = json_string_value(
		json_array_get(json_object_get(args, "words"), 0));
	struct err err = {0};
	struct diags d;
	json_t *manifest = NULL;
	diags_init(&d);
	char *state = state_folder(c, &d), *clean = mem_dup(dir);
	for (size_t n = strlen(clean); n > 1 && clean[n - 1] == '/'; n--)
		clean[n - 1] = '\0';
	int code = CTL_DONE;
	if (!state) {
		diags_print(&d, stderr);
		code = ctl_fail(CTL_FAILED, "%s: no paths.state", c->config);
	} else if (store_copy_verify(clean, &manifest, &err)) {
		code = ctl_fail(CTL_FAILED, "%s", err.text);
	} else if (js_bool(args, "dry-run", false)) {
		fprintf(stderr, "%s: whole, of %s, schema %" PRId64 "\n", clean,
			js_str(manifest, "at", "?"),
			js_int(manifest, "schema", 0));
	} else if (restore(c, clean, state, &err)) {
		code = ctl_fail(CTL_FAILED, "%s", err.text);
	}
	json_decref(manifest);
	json_decref(args);
	free(clean);
	free(state);
	diags_clear(&d);
	return code;
}
