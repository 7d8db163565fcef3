/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl refdata: which reference tables there are, and a timetable read
 * into those of the network. An import is written beside the tables it
 * replaces, read as the daemon would, and takes their place in one step; what
 * goes wrong before leaves everything as it was. */
#include "ctl.h"
#include "gtfs.h"

#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/travel.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path_of(const struct settings *s, const char *key)
{
	return js_str(json_object_get(s->all, "paths"), key, "");
}

/* Settings that could be read; NULL after printing why not. */
static int load_settings(const struct ctl *c, struct settings *s)
{
	struct diags d;

	diags_init(&d);
	settings_load(c->config, s, &d);
	if (!s->all)
		diags_print(&d, stderr);
	diags_clear(&d);
	return s->all ? 0 : -1;
}

/* --- status
 * ------------------------------------------------------------------- */

static void show_version(const struct ctl *c, const char *text)
{
	json_t *row;
	char *copy, *rest;

	if (!c->is_json) {
		printf("%s\n", text);
		return;
	}
	copy = mem_dup(text);
	rest = strchr(copy, ' ');
	if (rest)
		*rest++ = '\0';
	row = json_object();
	js_put_str(row, "table", copy);
	js_put_str(row, "version", rest ? rest : "");
	ctl_print_json(row);
	json_decref(row);
	free(copy);
}

static int show_status(const struct ctl *c, const struct settings *s)
{
	struct err err = {0};
	struct refdata *rd = refdata_load(path_of(s, "refdata"), &err);
	const char *dir =
		travel_dir(path_of(s, "transit"), path_of(s, "refdata"));
	struct travel *t = rd ? travel_new(dir, &err) : NULL;
	int code = CTL_DONE;

	for (size_t i = 0; rd && refdata_version(rd, i); i++)
		show_version(c, refdata_version(rd, i));
	if (!t)
		code = ctl_fail(CTL_FAILED, "%s", err.text);
	else if (t->version)
		show_version(c, t->version);
	else
		show_version(c, "transit none");
	travel_free(t);
	refdata_free(rd);
	return code;
}

int ctl_refdata_status(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	struct settings s;
	int code = CTL_FAILED;

	if (!options)
		return CTL_USAGE;
	if (!load_settings(c, &s))
		code = show_status(c, &s);
	settings_clear(&s);
	json_decref(options);
	return code;
}

/* --- import
 * ------------------------------------------------------------------- */

static const char *const tables[] = {
	"transit_stations.tsv", "transit_lines.tsv", "transit_links.tsv",
	"transit_calls.tsv",	"transit_walks.tsv", "transit_model.tsv",
};

/* Tables of ours, and the folder when nothing else is in it. */
static int remove_tables(const char *dir, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		char *path = mem_printf("%s/%s", dir, tables[i]);

		unlink(path);
		free(path);
	}
	if (rmdir(dir) && errno != ENOENT)
		return err_set(err, ERR_STORE, "%s: %s", dir, strerror(errno));
	return 0;
}

/* The service reads them whoever wrote them, and nobody's secret is in them. */
static int open_to_readers(const char *dir, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		char *path = mem_printf("%s/%s", dir, tables[i]);
		int failed = chmod(path, 0644) && errno != ENOENT;

		if (failed)
			err_set(err, ERR_STORE, "%s: %s", path,
				strerror(errno));
		free(path);
		if (failed)
			return -1;
	}
	if (chmod(dir, 0755))
		return err_set(err, ERR_STORE, "%s: %s", dir, strerror(errno));
	return 0;
}

static int swap(const char *dir, const char *made, struct err *err)
{
	char *former = mem_printf("%s.former", dir);
	int result = remove_tables(former, err);
	bool had = !result && !rename(dir, former);

	if (!result && !had && errno != ENOENT)
		result =
			err_set(err, ERR_STORE, "%s: %s", dir, strerror(errno));
	if (!result && rename(made, dir)) {
		result =
			err_set(err, ERR_STORE, "%s: %s", dir, strerror(errno));
		if (had && rename(former, dir))
			err_prefix(err, "the former tables are in %s", former);
	}
	free(former);
	return result;
}

/* Written, read as the daemon would, and put in place unless it is a trial. */
static int put(const struct gtfs *g, const char *dir, const char *from,
	       bool is_trial, struct err *err)
{
	char *made = is_trial ? mem_dup("/tmp/etrier-gtfs-XXXXXX")
			      : mem_printf("%s.new", dir);
	struct travel *t = NULL;
	int result = -1;

	if (!is_trial && remove_tables(made, err))
		goto out;
	if (is_trial ? !mkdtemp(made) : mkdir(made, 0755)) {
		err_set(err, ERR_STORE, "%s: %s", made, strerror(errno));
		goto out;
	}
	if (!gtfs_write(g, made, from, err) && !open_to_readers(made, err)) {
		t = travel_new(made, err);
		result = t ? 0 : -1;
	}
	if (!result && !is_trial)
		result = swap(dir, made, err);
	if (result || is_trial)
		(void)remove_tables(made, NULL);
out:
	travel_free(t);
	free(made);
	return result;
}

static void tell(const struct ctl *c, const struct gtfs *g, const char *dir,
		 bool is_trial)
{
	if (c->is_json) {
		json_t *row = json_pack(
			"{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b,s:b}", "day",
			g->day, "stations", (json_int_t)g->n_stations, "lines",
			(json_int_t)g->n_lines, "walks", (json_int_t)g->n_walks,
			"stop_times", (json_int_t)g->n_rows, "odd",
			(json_int_t)g->n_odd, "left_out_stops",
			(json_int_t)g->left_out_stops, "left_out_lines",
			(json_int_t)g->left_out_lines, "buses_left_out",
			g->buses_left_out, "dry_run", is_trial);

		if (!is_trial)
			js_put_str(row, "folder", dir);
		ctl_print_json(row);
		json_decref(row);
		return;
	}
	printf("timetable of %s\n",
	       *g->day ? g->day : "every trip: the feed has no calendar");
	printf("%zu stations, %zu lines, %zu walks between stations, of %zu "
	       "stop times\n",
	       g->n_stations, g->n_lines, g->n_walks, g->n_rows);
	if (g->n_odd)
		printf("%zu stop times left out: no such stop, no place in "
		       "France, or back in time\n",
		       g->n_odd);
	if (g->buses_left_out)
		printf("buses left out, %zu stops of %zu lines: at most %d "
		       "stations fit; a bus to a station is estimated at %d "
		       "m/h after %d s\n",
		       g->left_out_stops, g->left_out_lines,
		       TRAVEL_STATIONS_MAX, g->model.v[PARAM_BUS_M_H],
		       g->model.v[PARAM_BUS_WAIT]);
	if (is_trial)
		printf("dry run: nothing was written\n");
	else
		printf("written to %s; etrierd reads it when it starts\n", dir);
}

static int import(const struct ctl *c, const struct settings *s,
		  const char *file, bool is_trial)
{
	struct err err = {0};
	struct gtfs_zip *zip = gtfs_zip_open(file, &err);
	const char *dir = path_of(s, "transit"), *name = strrchr(file, '/');
	struct gtfs g;
	int failed = -1;

	if (!zip)
		return ctl_fail(CTL_FAILED, "%s", err.text);
	if (!gtfs_load(&g, gtfs_zip_read, zip, &err)) {
		char *from = ctl_harmless(name ? name + 1 : file);

		failed = put(&g, dir, from, is_trial, &err);
		free(from);
	} else {
		err_prefix(&err, "%s", file);
	}
	if (!failed)
		tell(c, &g, dir, is_trial);
	gtfs_clear(&g);
	gtfs_zip_close(zip);
	return failed ? ctl_fail(CTL_FAILED, "%s", err.text) : CTL_DONE;
}

int ctl_refdata_import(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	const json_t *words = json_object_get(options, "words");
	const char *what = json_string_value(json_array_get(words, 0));
	const char *file = json_string_value(json_array_get(words, 1));
	struct settings s;
	int code = CTL_FAILED;

	if (!options)
		return CTL_USAGE;
	if (!str_eq(what, "gtfs")) {
		json_decref(options);
		return ctl_fail(CTL_USAGE, "refdata import: gtfs is what can "
					   "be imported");
	}
	if (!load_settings(c, &s))
		code = import(c, &s, file, js_bool(options, "dry-run", false));
	settings_clear(&s);
	json_decref(options);
	return code;
}
