/* SPDX-License-Identifier: EUPL-1.2 */
/* The export of La bonne alternance: a first answer names a signed address,
 * good for two minutes, and the day of the export; the second is the list. An
 * export that the last poll has read already is not fetched again. */
#include "ask_way.h"

#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>

enum stage { NAME_IT, FETCH_IT, DONE };
struct exporting {
	enum stage stage;
	const char *url; /* kept */
};

static void begin(struct ask *a)
{
	a->state = mem_alloc(sizeof(struct exporting));
}

static bool next(struct ask *a)
{
	struct exporting *k = a->state;
	if (k->stage == DONE)
		return false;
	if (k->stage == NAME_IT) {
		a->request.use = ASK_TEXT;
		a->request.url = ask_base(a, &a->arena);
		return true;
	}
	a->request.url = k->url;
	a->request.is_foreign = true;
	return true;
}

static int read_name(struct ask *a, const struct ask_answer *answer,
		     struct err *err)
{
	struct exporting *k = a->state;
	json_t *v = js_parse(answer->text, answer->n_text, err);
	if (!v)
		return err_prefix(err, "the name of the export");
	const char *url = js_str(v, "url", NULL);
	const char *updated = js_str(v, "lastUpdate", NULL);
	bool is_http = url && (str_starts(url, "https://") ||
			       (str_starts(url, "http://") &&
				js_bool(a->in.source, "allow_private", false)));
	a->cursor = arena_dup(&a->keep, updated);
	k->url = arena_dup(&a->keep, url);
	json_decref(v);
	if (!is_http)
		return err_set(err, ERR_INPUT,
			       "the export is not named by an https address");
	a->is_unchanged = updated && str_eq(a->cursor, a->in.since);
	k->stage = a->is_unchanged ? DONE : FETCH_IT;
	return 0;
}

static int answered(struct ask *a, const struct ask_answer *answer,
		    struct err *err)
{
	struct exporting *k = a->state;
	if (k->stage == NAME_IT)
		return read_name(a, answer, err);
	k->stage = DONE;
	return 0;
}

static void end(struct ask *a)
{
	free(a->state);
	a->state = NULL;
}

const struct ask_way ask_way_export = {begin, next, answered, end};
