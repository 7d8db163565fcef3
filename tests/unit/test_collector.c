/* SPDX-License-Identifier: EUPL-1.2 */
/* The collector from the outside: `sources try` on the demo's feeds as
 * etrier-demo-http serves them, on real payloads when they are at hand, and the
 * role itself, confined, between a supervisor and an engine played here. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/collector.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>
#include <etrier/role.h>
#include <etrier/roles.h>
#include <etrier/source.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { OFFERS_KEPT = 60, WAIT_S = 30 };

static struct refdata *refdata;
static pid_t server;
static int port;

static int set_up(void **state)
{
	int out[2];
	char text[40] = "";
	struct err err;
	(void)state;
	log_open("test", LOG_ERROR);
	refdata = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	if (!refdata || pipe(out))
		return -1;
	server = fork();
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], 1);
		execl(BUILD_DIR "/tests/etrier-demo-http", "etrier-demo-http",
		      SOURCE_DIR "/tests/golden/feeds", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	if (read(out[0], text, sizeof(text) - 1) <= 0 ||
	    sscanf(text, "port %d", &port) != 1)
		return -1;
	close(out[0]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	refdata_free(refdata);
	return 0;
}

/* A source file of ours, its address turned to the test's server. */
static json_t *load_source(const char *file)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_load(&a, file, &d);
	json_t *v = root ? source_read(root, NULL, "/", &d) : NULL;
	diags_print(&d, stderr);
	assert_non_null(v);
	const char *path = strstr(js_str(v, "url", ""), ":8790/");
	if (path) {
		char *url = mem_printf("http://127.0.0.1:%d%s", port, path + 5);
		json_object_set_new(v, "url", json_string(url));
		free(url);
	}
	diags_clear(&d);
	arena_clear(&a);
	return v;
}

struct seen {
	json_t *lines[OFFERS_KEPT];
	size_t n, n_bad;
	char bad[ERR_TEXT_MAX];
};

static void on_offer(void *ctx, const struct offer *o, const json_t *line,
		     const struct collector_note *notes, size_t n_notes)
{
	struct seen *s = ctx;
	struct arena a;
	struct offer again;
	struct err err;
	(void)o;
	(void)notes;
	(void)n_notes;
	assert_true(s->n < OFFERS_KEPT);
	s->lines[s->n] = json_deep_copy(line);
	/* what is written here must be readable there */
	arena_init(&a);
	if (offer_from_json(s->lines[s->n], &a, &again, &err))
		fail_msg("%s", err.text);
	arena_clear(&a);
	s->n++;
}

static void on_bad(void *ctx, int64_t number, const struct err *err)
{
	struct seen *s = ctx;
	(void)number;
	s->n_bad++;
	str_copy(s->bad, sizeof(s->bad), err->text);
}

static void drop(struct seen *s)
{
	for (size_t i = 0; i < s->n; i++)
		json_decref(s->lines[i]);
}

static const json_t *find(const struct seen *s, const char *ref)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(js_str(s->lines[i], "ref", ""), ref))
			return s->lines[i];
	fail_msg("no offer %s", ref);
	return NULL;
}

static const char *at(const json_t *line, const char *group, const char *key)
{
	return js_str(json_object_get(line, group), key, "");
}

static const char *rome(const json_t *line)
{
	const json_t *list = json_object_get(line, "rome");
	const char *s = json_string_value(json_array_get(list, 0));
	return s ? s : "";
}

static void try_demo(const char *name, struct seen *s,
		     struct collector_counts *counts)
{
	static const struct collector_try_handler handler = {
		.on_offer = on_offer, .on_bad = on_bad};
	struct err err;
	struct collector_try_out out;
	char *file =
		mem_printf(SOURCE_DIR "/conf/demo/sources.d/%s.yaml", name);
	json_t *source = load_source(file);
	const struct collector_try_in in = {.source = source,
					    .refdata = refdata};
	if (collector_try(&in, &handler, s, &out, &err))
		fail_msg("%s: %s", name, err.text);
	*counts = out.counts;
	assert_true(out.is_complete);
	assert_int_equal(counts->bad, 0);
	json_decref(source);
	free(file);
}

static void test_demo_json_with_codes_and_points(void **state)
{
	struct seen s = {.n = 0};
	struct collector_counts c;
	char day[11];
	(void)state;
	try_demo("artisans-idf", &s, &c);
	assert_int_equal(c.good, 15);
	assert_int_equal(c.declared, 15);
	assert_int_equal(c.closed, 1);
	assert_int_equal(c.no_trade, 0);
	const json_t *o = find(&s, "AR-1001");
	assert_string_equal(js_str(o, "kind", ""), "apprenticeship");
	assert_string_equal(rome(o), "D1102");
	assert_string_equal(at(o, "place", "precision"), "point");
	assert_string_equal(at(o, "place", "insee"), "93048");
	assert_string_equal(at(o, "hours", "start"), "04:00");
	assert_string_equal(at(o, "level", "target"), "3");
	assert_string_equal(at(o, "salary", "period"), "month");
	assert_int_equal(js_int(o, "duration_days", 0), 730);
	assert_int_equal(js_int(json_object_get(o, "exposure"), "standing", -1),
			 3);
	/* false means "not said" at this site, true means yes */
	assert_null(json_object_get(o, "handicap_welcome"));
	assert_string_equal(js_str(find(&s, "AR-1004"), "handicap_welcome", ""),
			    "yes");
	date_format(paris_date(clock_now(clock_system())) + 14, day);
	assert_string_equal(js_str(o, "start", ""), day);
	assert_non_null(strstr(js_str(o, "description", ""),
			       "- Pétrissage, façonnage, cuisson"));
	assert_string_equal(js_str(find(&s, "AR-1015"), "status", ""),
			    "withdrawn");
	assert_string_equal(
		json_string_value(json_array_get(
			json_object_get(find(&s, "AR-1007"), "licences"), 0)),
		"B");
	drop(&s);
}

static void test_demo_xml_with_places_in_words_and_official_titles(void **state)
{
	struct seen s = {.n = 0};
	struct collector_counts c;
	(void)state;
	try_demo("metiers-bouche", &s, &c);
	assert_int_equal(c.good, 13);
	assert_int_equal(c.no_trade, 1); /* the one without official title */
	assert_int_equal(c.no_place, 0);
	const json_t *o = find(&s, "MB-201");
	assert_string_equal(rome(o), "D1102");
	assert_string_equal(at(o, "provenance", "rome"), "text");
	assert_string_equal(at(o, "place", "precision"), "commune");
	assert_string_equal(at(o, "place", "insee"), "93048");
	assert_string_equal(at(o, "hours", "start"), "04:30");
	assert_string_equal(at(find(&s, "MB-202"), "place", "insee"), "75112");
	assert_string_equal(at(find(&s, "MB-209"), "place", "precision"),
			    "department");
	assert_string_equal(at(find(&s, "MB-211"), "provenance", "kind"),
			    "text");
	/* 11.88 euros a year: the text stays, the figure goes */
	o = json_object_get(find(&s, "MB-207"), "salary");
	assert_null(json_object_get(o, "min"));
	assert_string_equal(js_str(o, "text", ""), "11.88 € par an");
	assert_string_equal(rome(find(&s, "MB-212")), "");
	drop(&s);
}

static void test_demo_json_list_with_french_words_and_dates(void **state)
{
	struct seen s = {.n = 0};
	struct collector_counts c;
	char day[11];
	(void)state;
	try_demo("chantiers-ecoles", &s, &c);
	assert_int_equal(c.good, 12);
	assert_int_equal(c.no_trade, 0);
	const json_t *o = find(&s, "CH-501");
	date_format(paris_date(clock_now(clock_system())) + 15, day);
	assert_string_equal(js_str(o, "start", ""), day);
	assert_string_equal(js_str(o, "kind", ""), "apprenticeship");
	assert_string_equal(at(o, "hours", "start"), "07:30");
	assert_string_equal(at(o, "hours", "part_time"), "no");
	assert_null(json_object_get(o, "handicap_welcome"));
	assert_string_equal(js_str(find(&s, "CH-507"), "handicap_welcome", ""),
			    "yes");
	assert_null(json_object_get(find(&s, "CH-503"), "licences"));
	assert_int_equal(js_int(find(&s, "CH-511"), "duration_days", 0), 14);
	drop(&s);
}

static void test_unknown_fields_are_listed(void **state)
{
	struct offer o;
	const char *names[COLLECTOR_UNKNOWN_MAX];
	(void)state;
	offer_init(&o);
	size_t all = collector_unknown_fields(&o, names);
	o.kind = CONTRACT_PERMANENT;
	o.rome[o.n_rome++] = "D1102";
	assert_int_equal(collector_unknown_fields(&o, names), all - 2);
	for (size_t i = 0; i < all - 2; i++)
		assert_string_not_equal(names[i], "kind");
}

/* --- real payloads, where they are ---------------------------------------- */

static void test_real_payloads_with_the_maps_we_ship(void **state)
{
	static const struct collector_try_handler handler = {
		.on_offer = on_offer, .on_bad = on_bad};
	static const struct {
		const char *map, *file;
		int64_t good, bad;
		int64_t no_place; /* EDF: one is in England */
		int64_t at_least_trades;
	} rows[] = {
		{"la-poste", "lba-laposte.xml", 2, 0, 0, 0},
		{"edf-enedis", "lba-edf-talentsoft.xml", 3, 0, 1, 0},
		{"hellowork", "lba-hellowork.xml", 5, 0, 0, 0},
		{"decathlon", "lba-decathlon-digitalrecruiters.json", 3, 0, 0,
		 0},
		{"labonnealternance", "lba-v3-jobs-search.json", 2, 0, 0, 2},
		{"france-travail", "ft-offresv2-search-itou.json", 2, 0, 0, 2},
	};
	(void)state;
	if (access(SHARED_DIR "/samples/feeds", R_OK)) {
		print_message("SKIP real payloads: no shared samples here\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seen s = {.n = 0};
		struct collector_try_out out;
		struct err err;
		char *map = mem_printf(SOURCE_DIR
				       "/conf/sources.d/examples/%s.yaml",
				       rows[i].map);
		char *file = mem_printf(SHARED_DIR "/samples/feeds/%s",
					rows[i].file);
		json_t *source = load_source(map);
		const struct collector_try_in in = {
			.source = source, .refdata = refdata, .file = file};
		if (collector_try(&in, &handler, &s, &out, &err))
			fail_msg("%s: %s", rows[i].file, err.text);
		const struct collector_counts c = out.counts;
		if (c.good != rows[i].good || c.bad != rows[i].bad ||
		    c.no_place != rows[i].no_place ||
		    c.good - c.no_trade < rows[i].at_least_trades)
			fail_msg(
				"%s: good %d bad %d no_place %d no_trade %d %s",
				rows[i].file, (int)c.good, (int)c.bad,
				(int)c.no_place, (int)c.no_trade, s.bad);
		for (size_t k = 0; getenv("SHOW") && k < s.n; k++) {
			json_object_del(s.lines[k], "description");
			json_dumpf(s.lines[k], stderr, JSON_COMPACT);
			fputc('\n', stderr);
		}
		drop(&s);
		json_decref(source);
		free(map);
		free(file);
	}
}

/* --- the role ------------------------------------------------------------- */

struct play {
	struct event_base *base;
	struct wire *supervisor, *engine; /* our ends */
	json_t *config;
	int n_offers, n_ready;
	json_t *polled, *confined, *refused;
	bool engine_ended;
};

static void on_supervisor_line(void *ctx, struct wire *w, const char *type,
			       json_t *line)
{
	struct play *p = ctx;
	(void)w;
	if (str_eq(type, "ready")) {
		json_t *commit = wire_line("commit");
		p->n_ready++;
		json_object_set_new(commit, "gen",
				    json_integer(js_int(line, "gen", 0)));
		wire_send(p->supervisor, commit);
	} else if (str_eq(type, "confined")) {
		p->confined = json_incref(line);
		event_base_loopbreak(p->base);
	} else if (str_eq(type, "refused")) {
		p->refused = json_incref(line);
		event_base_loopbreak(p->base);
	}
}

static void on_engine_line(void *ctx, struct wire *w, const char *type,
			   json_t *line)
{
	struct play *p = ctx;
	(void)w;
	p->n_offers += str_eq(type, "offer");
	if (str_eq(type, "polled")) {
		p->polled = json_incref(line);
		event_base_loopbreak(p->base);
	}
}

static void on_end(void *ctx, struct wire *w)
{
	struct play *p = ctx;
	if (w == p->engine)
		p->engine_ended = true;
	event_base_loopbreak(p->base);
}

static void turn(struct play *p)
{
	const struct timeval tv = {WAIT_S, 0};
	event_base_loopexit(p->base, &tv);
	event_base_dispatch(p->base);
}

static _Noreturn void be_collector(int supervisor, int engine)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* out of the way of the two numbers first */
	int s = fcntl(supervisor, F_DUPFD, 20);
	int e = fcntl(engine, F_DUPFD, 20);
	dup2(s, ROLE_FD_SUPERVISOR);
	dup2(e, ROLE_FD_ENGINE);
	_exit(collector_main("", 1));
}

static void test_the_role_polls_confined_and_stops_in_order(void **state)
{
	static const struct wire_handler on_s = {.on_line = on_supervisor_line,
						 .on_end = on_end};
	static const struct wire_handler on_e = {.on_line = on_engine_line,
						 .on_end = on_end};
	struct play p = {.base = event_base_new()};
	struct err err;
	int s[2], e[2], status = -1;
	(void)state;
	assert_int_equal(wire_pair(s), 0);
	assert_int_equal(wire_pair(e), 0);
	pid_t child = fork();
	if (!child)
		be_collector(s[1], e[1]);
	close(s[1]);
	close(e[1]);
	p.supervisor = wire_new(p.base, s[0], "role", &on_s, &p);
	p.engine = wire_new(p.base, e[0], "role", &on_e, &p);
	json_t *source = load_source(SOURCE_DIR
				     "/conf/demo/sources.d/artisans-idf.yaml");
	json_t *config =
		json_pack("{s:s,s:{s:s},s:{s:s},s:{s:i,s:i},s:{s:o}}", "role",
			  "collector", "paths", "refdata",
			  SOURCE_DIR "/conf/refdata", "security", "landlock",
			  "preferred", "collector", "max_parallel", 4,
			  "per_host", 2, "sources", "artisans-idf", source);
	assert_non_null(config);
	assert_int_equal(role_send_config(p.supervisor, 1, config, &err), 0);
	turn(&p);
	assert_null(p.refused);
	assert_non_null(p.confined);
	json_t *poll = wire_line("poll");
	json_object_set_new(poll, "id", json_integer(3));
	json_object_set_new(poll, "source", json_string("artisans-idf"));
	wire_send(p.engine, poll);
	turn(&p);
	assert_non_null(p.polled);
	assert_string_equal(js_str(p.polled, "result", ""), "ok");
	assert_true(js_bool(p.polled, "complete", false));
	assert_int_equal(p.n_offers, 15);
	wire_send(p.supervisor, wire_line("stop"));
	turn(&p); /* to the end of either pair */
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	wire_free(p.supervisor);
	wire_free(p.engine);
	event_base_free(p.base);
	json_decref(p.polled);
	json_decref(p.confined);
	json_decref(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_demo_json_with_codes_and_points),
		cmocka_unit_test(
			test_demo_xml_with_places_in_words_and_official_titles),
		cmocka_unit_test(
			test_demo_json_list_with_french_words_and_dates),
		cmocka_unit_test(test_unknown_fields_are_listed),
		cmocka_unit_test(test_real_payloads_with_the_maps_we_ship),
		cmocka_unit_test(
			test_the_role_polls_confined_and_stops_in_order),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
