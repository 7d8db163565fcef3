/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl audit verify: the engine checks its own log, slice by slice; with
 * --dir the files of a copy are checked here, without it. */
#include "ctl.h"

#include <etrier/audit.h>
#include <etrier/err.h>
#include <etrier/js.h>

#include <inttypes.h>
#include <unistd.h>

/* Lines between two looks at the terminal. */
#define STEP_LINES 10000

static void on_row(void *ctx, json_t *row)
{
	const struct ctl *c = ctx;
	if (c->is_json)
		ctl_print_json(row);
	else
		printf("%s\n", js_str(row, "broken", ""));
}

static int verify_copy(const struct ctl *c, const char *dir)
{
	struct err err = {0};
	struct audit_chain *chain = audit_chain_open(dir, &err);
	int got = chain ? 1 : -1;
	bool is_person = isatty(STDERR_FILENO);
	while (got == 1) {
		got = audit_chain_step(chain, STEP_LINES, &err);
		if (got == 1 && is_person)
			fprintf(stderr, "\r%" PRId64 " lines",
				audit_chain_seq(chain));
	}
	if (is_person)
		fputc('\r', stderr);
	int64_t n = chain ? audit_chain_seq(chain) : 0;
	audit_chain_free(chain);
	if (!got) {
		fprintf(stderr,
			"%" PRId64 " lines, all of them whole; whether the end "
			"was cut off only the database knows\n",
			n);
		return CTL_DONE;
	}
	json_t *row = json_object();
	js_put_str(row, "broken", err.text);
	union {
		const struct ctl *in;
		void *out;
	} ctx = {c};
	on_row(ctx.out, row);
	json_decref(row);
	return ctl_fail(CTL_FAILED,
			"the audit log is broken after %" PRId64 " lines", n);
}

int ctl_audit_verify(struct ctl *c)
{
	json_t *args = ctl_parse(c);
	if (!args)
		return CTL_USAGE;
	const char *dir = js_str(args, "dir", NULL);
	if (!dir)
		return ctl_ask(c, c->command->name, args,
			       &(struct ctl_ask){.on_row = on_row, .ctx = c});
	int code = verify_copy(c, dir);
	json_decref(args);
	return code;
}
