/* SPDX-License-Identifier: EUPL-1.2 */
/* The engine's half of an import: every line is checked again, staged, and
 * nothing is written before `apply`, then everything in one commit. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/people.h>
#include <etrier/person.h>
#include <etrier/refdata.h>
#include <etrier/store_events.h>
#include <etrier/store_people.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* The gone guard: a file that loses more than a fifth of its origin, and more
 * than a handful, is more likely cut than true. */
#define GONE_PERCENT 20
#define GONE_FEW     5

/* Rows of agencies or advisers in one file; they wait in memory. */
#define OFFICES_MAX 20000

/* surfaces.md: exit statuses */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_GUARD = 3 };

struct import {
	struct engine_state *e;
	char *table, *origin;
	char *origin_agency; /* of every row, or NULL: a column */
	bool is_cfa, is_dry, is_strict, is_forced;
	int64_t n_rejected; /* by etrierctl, then by us too */
	json_t *rows;	    /* agencies and advisers: [{"n":LINE,"row":{}}] */
	int32_t today;
	/* Agencies and "agency\nref" that were found, so that a file of
	 * 180 000 rows asks the store once for each. */
	struct map known;
};

static void import_free(struct import *im)
{
	bool was_large = im->origin != NULL;
	if (im->origin)
		store_stage_drop(im->e->store, im->origin);
	free(im->table);
	free(im->origin);
	free(im->origin_agency);
	json_decref(im->rows);
	map_clear(&im->known, NULL);
	free(im);
	/* A staged region is 260 MB of small pieces, which the allocator would
	 * keep for good. */
	if (was_large)
		malloc_trim(0);
}

void import_gone(struct control_call *call)
{
	struct import *im = control_data(call);
	if (im)
		import_free(im);
	control_set_data(call, NULL);
}

static void end(struct control_call *call, int code, const char *text)
{
	import_gone(call);
	if (text)
		control_end(call, code, "%s", text);
	else
		control_end(call, code, NULL);
}

/* --- begin -----------------------------------------------------------------
 */

/* Is another file of this origin on its way? They share one staging. */
static bool is_busy(const struct control_call *call, const char *origin)
{
	struct control *c = control_state(call)->control;
	for (struct control_call *k = control_next(c, NULL); k;
	     k = control_next(c, k)) {
		const struct control_command *asked = control_asked(k);
		const struct import *other = control_data(k);
		if (k != call && other && asked && asked->run == cmd_import &&
		    str_eq(other->origin, origin))
			return true;
	}
	return false;
}

static bool has_column(const json_t *args, const char *name)
{
	const json_t *columns = json_object_get(args, "columns");
	for (size_t i = 0; i < json_array_size(columns); i++) {
		if (str_eq(json_string_value(json_array_get(columns, i)), name))
			return true;
	}
	return false;
}

static int open_origin(struct control_call *call, const json_t *args,
		       struct err *err)
{
	struct import *im = control_data(call);
	const char *name = js_str(args, "origin", "");
	const json_t *conf = json_object_get(
		json_object_get(im->e->config, "origins"), name);
	if (!conf)
		return err_set(err, ERR_INPUT,
			       "\"%s\" is no origin of the configuration: "
			       "declare it under origins: in etrier.yaml",
			       name);
	if (is_busy(call, name))
		return err_set(err, ERR_INPUT,
			       "another file of origin %s is being imported",
			       name);
	int kind = vocab_find(&vocab_origin_kind, js_str(conf, "kind", "ml"));
	const char *agency = js_str(conf, "agency", NULL);
	if (str_is_empty(agency) && !has_column(args, "agency"))
		return err_set(err, ERR_INPUT,
			       "origin %s names no agency, so the file needs "
			       "the column agency",
			       name);
	im->is_cfa = str_eq(vocab_code(&vocab_origin_kind, kind), "cfa");
	im->origin_agency = str_is_empty(agency) ? NULL : mem_dup(agency);
	if (store_origin_put(im->e->store, name, kind, im->origin_agency,
			     err) ||
	    store_stage_begin(im->e->store, name, err))
		return -1;
	im->origin = mem_dup(name);
	return 0;
}

static bool is_table(const char *name)
{
	return str_eq(name, "youths") || str_eq(name, "agencies") ||
	       str_eq(name, "advisers");
}

void cmd_import(struct control_call *call, const json_t *args)
{
	const char *table = js_str(args, "table", "");
	if (!is_table(table)) {
		control_error(call, EXIT_USAGE,
			      "import takes youths, agencies or advisers");
		return;
	}
	struct import *im = mem_alloc(sizeof(*im));
	struct err err = {0};
	im->e = control_state(call);
	im->table = mem_dup(table);
	im->is_dry = js_bool(args, "dry_run", false);
	im->is_strict = js_bool(args, "strict", false);
	im->is_forced = js_bool(args, "force", false);
	im->n_rejected = js_int(args, "n_rejected", 0);
	im->rows = json_array();
	im->today = paris_date(clock_now(im->e->clock));
	map_init(&im->known);
	control_set_data(call, im);
	if (str_eq(table, "youths") && open_origin(call, args, &err)) {
		import_gone(call);
		control_fail(call, &err);
		return;
	}
	control_ready(call);
}

/* --- lines -----------------------------------------------------------------
 */

static void reject(struct control_call *call, int64_t line, const char *column,
		   const char *reason)
{
	struct import *im = control_data(call);
	json_t *row = json_object(), *r = json_object();
	js_put_int(r, "line", line, -1);
	js_put_str(r, "column", column);
	js_put_str(r, "reason", reason);
	json_object_set_new(row, "reject", r);
	control_row(call, row);
	im->n_rejected++;
}

static bool remember(struct import *im, const char *key, bool found)
{
	if (found)
		map_put(&im->known, key, im);
	return found;
}

static bool has_agency(struct import *im, const char *code)
{
	struct arena a;
	struct store_agency row;
	struct err err;
	if (!code || map_get(&im->known, code))
		return code != NULL;
	arena_init(&a);
	bool found = !store_agency_get(im->e->store, code, &a, &row, &err);
	arena_clear(&a);
	return remember(im, code, found);
}

static bool has_adviser(struct import *im, const char *agency, const char *ref)
{
	struct arena a;
	struct store_adviser row;
	struct err err;
	arena_init(&a);
	const char *key = arena_printf(&a, "%s\n%s", agency, ref);
	bool found = map_get(&im->known, key) ||
		     remember(im, key,
			      !store_adviser_get(im->e->store, agency, ref, &a,
						 &row, &err));
	arena_clear(&a);
	return found;
}

/* What is wrong with a row; column NULL: nothing. */
struct fault {
	const char *column;
	const char *reason;
};

/* Agency and adviser must be known: a row that names an unknown one is
 * rejected, not guessed. */
static struct fault check_offices(struct import *im, const json_t *row)
{
	static const char no_adviser[] =
		"is no adviser of this agency: import advisers first";
	const char *agency = js_str(row, "agency", im->origin_agency);
	const char *adviser = js_str(row, "adviser", NULL);
	const char *cfa_adviser = js_str(row, "cfa_adviser", NULL);
	if (im->origin_agency && !str_eq(agency, im->origin_agency))
		return (struct fault){"agency",
				      "is not the agency of this origin"};
	if (!agency)
		return (struct fault){"agency",
				      "is empty and the origin names none"};
	if (!has_agency(im, agency))
		return (struct fault){"agency",
				      "is not known: import agencies first"};
	if (adviser && !has_adviser(im, agency, adviser))
		return (struct fault){"adviser", no_adviser};
	if (cfa_adviser && im->is_cfa && !has_adviser(im, agency, cfa_adviser))
		return (struct fault){"cfa_adviser", no_adviser};
	return (struct fault){NULL, NULL};
}

/* Everything that can be said of one row by itself. The home is looked up only
 * to refuse a code that is none: what the file said is stored as it was said,
 * and looked up again by whoever reads it, so that a file without the column
 * changes nothing and newer tables count. */
static struct fault check_youth(struct import *im, json_t *row, struct arena *a)
{
	struct person p;
	struct err err = {0};
	if (!json_is_object(row))
		return (struct fault){"", "is not an object"};
	if (person_from_json(row, a, &p, &err))
		return (struct fault){"", arena_dup(a, err.text)};
	if (person_check(&p, im->today, &err))
		return (struct fault){"birth_date", arena_dup(a, err.text)};
	if (p.place.insee &&
	    !refdata_commune(im->e->rd, p.place.insee, NULL, NULL))
		return (struct fault){"insee", "is no INSEE code of a commune"};
	return check_offices(im, row);
}

static void keep_rejected(struct control_call *call, const char *ref, int64_t n)
{
	struct import *im = control_data(call);
	struct err err = {0};
	if (ref && store_stage_keep(im->e->store, im->origin, ref, n, &err))
		reject(call, n, "ref", err.text);
}

static void youth_line(struct control_call *call, json_t *line)
{
	struct import *im = control_data(call);
	int64_t n = js_int(line, "n", 0);
	if (js_bool(line, "rejected", false)) {
		keep_rejected(call, js_str(line, "ref", NULL), n);
		return;
	}
	json_t *row = json_object_get(line, "row");
	struct err err = {0};
	struct arena a;
	enum store_verdict verdict;
	arena_init(&a);
	struct fault f = check_youth(im, row, &a);
	if (!f.column && im->origin_agency)
		js_put_str(row, "agency", im->origin_agency);
	if (!f.column &&
	    store_stage_youth(im->e->store, im->origin, row, n, &verdict, &err))
		f = (struct fault){"ref", err.text};
	if (f.column) {
		reject(call, n, f.column, f.reason);
		keep_rejected(call, js_str(row, "ref", NULL), n);
	}
	arena_clear(&a);
}

static void office_line(struct control_call *call, json_t *line)
{
	struct import *im = control_data(call);
	json_t *row = json_object_get(line, "row");
	struct err err = {0};
	struct agency agency;
	struct adviser adviser;
	bool is_agency = str_eq(im->table, "agencies");
	int64_t n = js_int(line, "n", 0);
	if (js_bool(line, "rejected", false))
		return;
	if (is_agency ? agency_from_json(row, &agency, &err)
		      : adviser_from_json(row, &adviser, &err))
		reject(call, n, "", err.text);
	else if (!is_agency && !has_agency(im, adviser.agency))
		reject(call, n, "agency",
		       "is not known: import agencies first");
	else if (json_array_size(im->rows) == OFFICES_MAX)
		reject(call, n, "", "more rows than one file may have");
	else
		json_array_append(im->rows, line);
}

/* A substitute may stand further down in the same file, so this waits for the
 * whole of it. */
static void reject_unknown_substitutes(struct control_call *call)
{
	struct import *im = control_data(call);
	json_t *good = json_array();
	struct map staged;
	struct arena a;
	map_init(&staged);
	arena_init(&a);
	for (size_t i = 0; i < json_array_size(im->rows); i++) {
		const json_t *row =
			json_object_get(json_array_get(im->rows, i), "row");
		map_put(&staged,
			arena_printf(&a, "%s\n%s", js_str(row, "agency", ""),
				     js_str(row, "ref", "")),
			im);
	}
	for (size_t i = 0; i < json_array_size(im->rows); i++) {
		json_t *line = json_array_get(im->rows, i);
		const json_t *row = json_object_get(line, "row");
		const char *agency = js_str(row, "agency", "");
		const char *who = js_str(row, "substitute", NULL);
		if (!who ||
		    map_get(&staged, arena_printf(&a, "%s\n%s", agency, who)) ||
		    has_adviser(im, agency, who))
			json_array_append(good, line);
		else
			reject(call, js_int(line, "n", 0), "substitute",
			       "is no adviser of this agency");
	}
	json_decref(im->rows);
	im->rows = good;
	map_clear(&staged, NULL);
	arena_clear(&a);
}

/* --- apply ------------------------------------------------------------------
 */

static void send_diff(struct control_call *call, const struct store_diff *d)
{
	json_t *row = json_object(), *v = json_object();
	js_put_int(v, "new", d->n_new, -1);
	js_put_int(v, "changed", d->n_changed, -1);
	js_put_int(v, "unchanged", d->n_same, -1);
	js_put_int(v, "gone", d->n_gone, -1);
	js_put_int(v, "returned", d->n_returned, -1);
	js_put_int(v, "kept", d->n_kept, -1);
	json_object_set_new(row, "diff", v);
	control_row(call, row);
}

struct applying {
	struct import *im;
	const char *by;
	int64_t import;
	struct store_diff diff;
};

static int add_import_event(struct store *s, const struct applying *k,
			    struct err *err)
{
	json_t *data = json_object();
	js_put_str(data, "table", k->im->table);
	js_put_str(data, "origin", k->im->origin);
	js_put_int(data, "new", k->diff.n_new, -1);
	js_put_int(data, "changed", k->diff.n_changed, -1);
	js_put_int(data, "gone", k->diff.n_gone, -1);
	js_put_int(data, "returned", k->diff.n_returned, -1);
	js_put_int(data, "rejected", k->im->n_rejected, -1);
	char *text = json_dumps(data, JSON_COMPACT);
	int result = store_event_add(
		s,
		&(struct store_event){.at = clock_now(k->im->e->clock),
				      .kind = "import",
				      .agency = k->im->origin_agency,
				      .by = k->by,
				      .data = text},
		err);
	free(text);
	json_decref(data);
	return result;
}

static int apply_youths(struct store *s, void *ctx, struct err *err)
{
	struct applying *k = ctx;
	if (store_stage_apply(s, k->im->origin, clock_now(k->im->e->clock),
			      &k->import, err))
		return -1;
	return add_import_event(s, k, err);
}

static int apply_offices(struct store *s, void *ctx, struct err *err)
{
	struct applying *k = ctx;
	bool is_agency = str_eq(k->im->table, "agencies");
	for (size_t i = 0; i < json_array_size(k->im->rows); i++) {
		json_t *row =
			json_object_get(json_array_get(k->im->rows, i), "row");
		enum store_change change;
		if (is_agency ? store_agency_put(s, row, &change, err)
			      : store_adviser_put(s, row, &change, err))
			return -1;
		k->diff.n_new += change == STORE_NEW;
		k->diff.n_changed += change == STORE_CHANGED;
		k->diff.n_same += change == STORE_SAME;
	}
	return add_import_event(s, k, err);
}

static int tell_live(void *ctx, const struct store_person *row)
{
	struct import *im = ctx;
	live_person_changed(im->e->live, row->id);
	return 0;
}

static void finish_youths(struct control_call *call, struct applying *k)
{
	struct import *im = k->im;
	struct err err = {0};
	if (store_stage_diff(im->e->store, im->origin, &k->diff, &err)) {
		import_gone(call);
		control_fail(call, &err);
		return;
	}
	send_diff(call, &k->diff);
	bool is_cut = k->diff.n_gone > GONE_FEW &&
		      k->diff.n_gone * 100 > k->diff.n_before * GONE_PERCENT;
	if (is_cut && !im->is_forced) {
		end(call, EXIT_GUARD,
		    "nothing was written: more than 20 % of this origin's "
		    "people would be gone. Is the file whole? If so: --force");
		return;
	}
	if (im->is_dry) {
		end(call, EXIT_DONE, "dry run: nothing was written");
		return;
	}
	int64_t began = clock_mono_ms(im->e->clock);
	if (store_tx(im->e->store, apply_youths, k, &err)) {
		import_gone(call);
		control_fail(call, &err);
		return;
	}
	int64_t committed = clock_mono_ms(im->e->clock);
	(void)store_people_each(
		im->e->store, &(struct store_people_query){.import = k->import},
		tell_live, im, &err);
	log_event(LOG_NOTICE, "import.done", LOG_S("origin", im->origin),
		  LOG_D("new", k->diff.n_new),
		  LOG_D("changed", k->diff.n_changed),
		  LOG_D("gone", k->diff.n_gone),
		  LOG_D("rejected", im->n_rejected),
		  LOG_D("commit_ms", committed - began),
		  LOG_D("tell_ms", clock_mono_ms(im->e->clock) - committed));
	im->e->wake(im->e);
	end(call, EXIT_DONE, NULL);
}

/* A dry run does it all and takes it back, so that its counts are true. */
static int rehearse_offices(struct applying *k, struct err *err)
{
	struct store *s = k->im->e->store;
	if (store_begin(s, err))
		return -1;
	int result = apply_offices(s, k, err);
	store_rollback(s);
	return result;
}

static void finish_offices(struct control_call *call, struct applying *k)
{
	struct import *im = k->im;
	struct err err = {0};
	if (im->is_dry ? rehearse_offices(k, &err)
		       : store_tx(im->e->store, apply_offices, k, &err)) {
		import_gone(call);
		control_fail(call, &err);
		return;
	}
	send_diff(call, &k->diff);
	if (!im->is_dry)
		im->e->wake(im->e);
	end(call, EXIT_DONE,
	    im->is_dry ? "dry run: nothing was written" : NULL);
}

static void apply(struct control_call *call)
{
	struct import *im = control_data(call);
	char by[32];
	struct applying k = {.im = im, .by = control_by(call, by)};
	if (str_eq(im->table, "advisers"))
		reject_unknown_substitutes(call);
	if (im->is_strict && im->n_rejected)
		end(call, EXIT_FAILED,
		    "nothing was written: --strict and rows were rejected");
	else if (str_eq(im->table, "youths"))
		finish_youths(call, &k);
	else
		finish_offices(call, &k);
}

void import_line(struct control_call *call, const char *type, json_t *line)
{
	struct import *im = control_data(call);
	if (!im)
		return;
	if (str_eq(type, "apply"))
		apply(call);
	else if (str_eq(type, "youth") && str_eq(im->table, "youths"))
		youth_line(call, line);
	else if ((str_eq(type, "agency") && str_eq(im->table, "agencies")) ||
		 (str_eq(type, "adviser") && str_eq(im->table, "advisers")))
		office_line(call, line);
	else {
		import_gone(call);
		control_error(call, EXIT_USAGE,
			      "a \"%s\" line has no place in this import",
			      type);
	}
}
