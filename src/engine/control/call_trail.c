/* SPDX-License-Identifier: EUPL-1.2 */
/* What the audit log says of one call: who asked what, before a change and
 * after it, and how many rows about people went out. Only arguments that the
 * table of commands allows are written; people by internal id. */
#include "call.h"

#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/str.h>

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define REFUSED_A_MINUTE 20

static const char *name_of_user(int64_t uid, char out[64])
{
	FILE *f = fopen("/etc/passwd", "re");
	const char *name = NULL;
	for (struct passwd *u; f && !name && (u = fgetpwent(f));) {
		if ((int64_t)u->pw_uid == uid && str_copy(out, 64, u->pw_name))
			name = out;
	}
	if (f)
		fclose(f);
	return name;
}

/* Is `key` one of the words of `list`? */
static bool is_word_of(const char *list, const char *key)
{
	size_t n = strlen(key);
	for (const char *p = list; p && (p = strstr(p, key)); p += n) {
		if ((p == list || p[-1] == ' ') && (!p[n] || p[n] == ' '))
			return true;
	}
	return false;
}

/* The arguments that may be written down. */
static json_t *what_is_logged(const struct control_command *k, json_t *args)
{
	json_t *what = json_object(), *v;
	const char *key;
	json_object_foreach(args, key, v)
	{
		if (is_word_of(k->logged, key))
			json_object_set(what, key, v);
	}
	return what;
}

static json_t *trail_line(const struct control_call *call, const char *phase)
{
	json_t *line = json_object();
	char by[32], name[64];
	js_put_str(line, "by", control_by(call, by));
	js_put_str(line, "name", name_of_user(call->peer.uid, name));
	js_put_str(line, "cmd", call->command->name);
	js_put_str(line, "phase", phase);
	return line;
}

int call_trail_asked(struct control_call *call, json_t *args, struct err *err)
{
	json_t *line = trail_line(call, "asked");
	json_object_set_new(line, "what", what_is_logged(call->command, args));
	if (trail_write(call->control->state, line, err))
		return -1;
	call->is_asked = true;
	return 0;
}

/* What became of it. -1: nobody may hear of it without this line. */
int call_trail_done(struct control_call *call, int code, struct err *err)
{
	const struct control_command *k = call->command;
	struct engine_state *e = call->control->state;
	char by[32];
	if (!k)
		return 0; /* nothing was asked */
	bool is_read = k->kind == CONTROL_PEOPLE;
	if (!call->is_asked && !is_read)
		return 0;
	json_t *line = trail_line(call, is_read ? "read" : "done");
	if (is_read)
		json_object_set_new(line, "what",
				    what_is_logged(k, call->args));
	json_object_set_new(line, "code", json_integer(code));
	json_object_set_new(line, "rows", json_integer(call->n_rows));
	for (int i = 0; i < 2; i++)
		js_put_int(line, i ? "and_person" : "person", call->about[i],
			   0);
	call->is_asked = false;
	if (is_read && call->n_rows)
		trail_reads(e, control_by(call, by), call->n_rows);
	return trail_write(e, line, err);
}

void call_trail_refused(struct control_call *call, const char *cmd)
{
	struct control *c = call->control;
	int64_t now = clock_mono_ms(c->state->clock);
	struct err lost;
	char by[32];
	if (now - c->refused_ms > 60000) {
		c->refused_ms = now;
		c->n_refused = 0;
	}
	if (c->n_refused++ >= REFUSED_A_MINUTE)
		return;
	json_t *line = json_object();
	js_put_str(line, "by", control_by(call, by));
	js_put_str(line, "cmd", cmd);
	js_put_str(line, "phase", "refused");
	(void)trail_write(c->state, line, &lost);
}
