/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails as fast as they go: young people of an invented network, each with one
 * offer planned; timed from the first claim to the last verdict in the store
 * (a file, synchronous=FULL). Everything between is the real thing: permission
 * asked again, tokens made, the model frozen, lanes as processes of their own
 * that render, build and speak SMTP. Printed, never judged; by mail.sh:
 *   bench-mail PORT LANES MAILS TEMPLATES [ENGINE [frozen]]
 * prints "MAILS SECONDS BYTES ENGINE LANES": the bytes of one mail, and seconds
 * of the processor that the engine's part took and all lanes. "frozen": all
 * were claimed before, so that no model is made and no token. */
#include "../unit/plan_fixture.h"

#include <etrier/courier.h>
#include <etrier/log.h>
#include <etrier/num.h>
#include <etrier/role.h>
#include <etrier/roles.h>
#include <etrier/wire.h>

#include <dirent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LANES_MAX = 8, A_OFFER = 100, HIGH_FD = 100 };

static struct world w;
static struct event_base *base;
static struct event *pump;
static struct wire *wires[LANES_MAX];
static char names[LANES_MAX][16];
static pid_t pids[LANES_MAX];
static int n_lanes, n_ready;
static int64_t n_mails, n_said;
static char frozen_hash[40];
static json_t *sample; /* the first line, to be weighed */

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Processor time so far: of this process, the engine's part; of the lanes. */
static double worked(bool of_lanes)
{
	struct timespec t;
	clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
	double sum = 0;
	for (int i = 0; i < (of_lanes ? n_lanes : 1); i++) {
		if (of_lanes && clock_getcpuclockid(pids[i], &clock))
			continue;
		clock_gettime(clock, &t);
		sum += (double)t.tv_sec + (double)t.tv_nsec / 1e9;
	}
	return sum;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench-mail: %s\n", what);
	exit(1);
}

/* --- the lanes --- */

static json_t *templates_of(const char *root)
{
	json_t *list = json_array();
	char path[600], name[300], text[65536];
	snprintf(path, sizeof path, "%s/fr", root);
	DIR *d = opendir(path);
	if (!d)
		die("no templates");
	for (struct dirent *e; (e = readdir(d));) {
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		snprintf(path, sizeof path, "%s/fr/%.200s", root, e->d_name);
		snprintf(name, sizeof name, "fr/%.200s", e->d_name);
		FILE *f = fopen(path, "r");
		if (!f)
			die(path);
		text[fread(text, 1, sizeof text - 1, f)] = '\0';
		fclose(f);
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", name,
						      "text", text));
	}
	closedir(d);
	return list;
}

static json_t *config_of(int port, const char *engine, json_t *templates)
{
	return json_pack(
		"{s:s,s:{s:s},s:{s:s},s:{s:s,s:s,s:s,s:i,s:i,s:s},s:{s:s,s:s},"
		"s:O}",
		"role", "courier", "log", "level", "error", "security",
		"landlock", "preferred", "mail", "transport", "smtp", "engine",
		engine, "host", "127.0.0.1", "port", port, "timeout_s", 10,
		"maildir", "/tmp/etrier-bench-mail", "sms", "gateway", "none",
		"folder", "/tmp/etrier-bench-sms", "templates", templates);
}

/* The supervisor's part: configuration, and go. */
static void configure(int fd, const json_t *config)
{
	char *text = json_dumps(config, JSON_COMPACT), piece[4096] = "";
	json_t *line = json_pack("{s:s,s:i,s:s,s:b}", "t", "config", "gen", 1,
				 "text", text, "end", 1);
	char *bytes = json_dumps(line, JSON_COMPACT);
	dprintf(fd, "%s\n", bytes);
	for (size_t n = 0; !strstr(piece, "\"ready\"");) {
		ssize_t got = read(fd, piece + n, sizeof piece - 1 - n);
		if (got <= 0 || n > 4000)
			die("a lane refuses its configuration");
		n += (size_t)got;
		piece[n] = '\0';
	}
	dprintf(fd, "{\"t\":\"commit\",\"gen\":1}\n");
	json_decref(line);
	free(bytes);
	free(text);
}

static void on_line(void *ctx, struct wire *wire, const char *type,
		    json_t *line)
{
	const char *name = ctx;
	struct err err;
	(void)wire;
	if (str_eq(type, "hello"))
		return;
	n_ready += str_eq(type, "template") &&
		   str_eq(js_str(line, "kind", ""), "offer") &&
		   str_eq(js_str(line, "channel", ""), "email");
	if (outbox_take(w.outbox, name, type, line, &err))
		die(err.text);
	if (!str_eq(type, "verdict"))
		return;
	if (!str_eq(js_str(line, "result", ""), "sent"))
		die(js_str(line, "text", "a mail was not sent"));
	n_said++;
	/* As the engine does. */
	int ms = outbox_wait_ms(w.outbox);
	if (!ms || !evtimer_pending(pump, NULL))
		evtimer_add(pump, &(struct timeval){.tv_usec = ms * 1000});
}

static void on_end(void *ctx, struct wire *wire)
{
	(void)ctx;
	(void)wire;
	die("a lane died");
}

static void start_lane(int i, const json_t *config)
{
	static const struct wire_handler handler = {.on_line = on_line,
						    .on_end = on_end};
	int up[2], across[2];
	snprintf(names[i], sizeof names[i], "mail-%u", (unsigned)(i + 1) % 100);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, up) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, across))
		die("no socket pair");
	if ((pids[i] = fork()) == 0) {
		dup2(up[1], HIGH_FD);
		dup2(across[1], HIGH_FD + 1);
		dup2(HIGH_FD, ROLE_FD_SUPERVISOR);
		dup2(HIGH_FD + 1, ROLE_FD_ENGINE);
		close_range(ROLE_FD_ENGINE + 1, ~0U, 0);
		_exit(courier_main(names[i], 1));
	}
	close(up[1]);
	close(across[1]);
	configure(up[0], config);
	wires[i] = wire_new(base, across[0], names[i], &handler, names[i]);
	outbox_lane_up(w.outbox, names[i]);
}

static void send_deliver(void *ctx, const char *lane, json_t *line_take)
{
	(void)ctx;
	if (!sample)
		sample = json_deep_copy(line_take);
	for (int i = 0; i < n_lanes; i++)
		if (str_eq(names[i], lane))
			wire_send(wires[i], json_incref(line_take));
	json_decref(line_take);
}

/* --- the engine's part --- */

static void on_pump(evutil_socket_t fd, short what, void *ctx)
{
	struct err err;
	(void)fd;
	(void)what;
	(void)ctx;
	if (outbox_pump(w.outbox, &err))
		die(err.text);
	if (n_said >= n_mails)
		event_base_loopbreak(base);
}

static void plan_mails(void)
{
	world_people(&w, (int)n_mails, "{'channel':'email'}", AGENCY_AUTOMATIC);
	world_adviser(&w, "{'ref':'sarah','agency':'ML1','digest':'off'}");
	world_at(&w, "2026-11-23T10:01");
	for (int64_t i = 0; i < n_mails; i += A_OFFER)
		world_offer(&w, "{}");
	n_mails = world_plan(&w);
	outbox_free(w.outbox);
	w.outbox = outbox_new(w.s, w.planner, &w.clock.clock,
			      &(struct outbox_ops){.send = send_deliver});
	/* As in the engine: the pace is counted, and kept with every claim. */
	json_t *none = json_pack("{s:{}}", "mail");
	outbox_configure(w.outbox, none);
	json_decref(none);
}

/* Every mail claimed and its lane dead: planned again, its model frozen. */
static void freeze_all(void)
{
	char name[24];
	struct err err;
	json_t *t = json_pack("{s:s,s:s,s:s,s:s,s:s}", "lang", "fr", "kind",
			      "offer", "channel", "email", "hash", frozen_hash,
			      "text", "");
	int n = (int)(n_mails / OUTBOX_IN_HAND + 1);
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof name, "mail-f%d", i);
		outbox_lane_up(w.outbox, name);
		if (outbox_line(w.outbox, name, "template", t, &err) ||
		    outbox_pump(w.outbox, &err))
			die(err.text);
	}
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof name, "mail-f%d", i);
		if (outbox_lane_down(w.outbox, name, &err))
			die(err.text);
	}
	json_decref(t);
	json_decref(sample);
	sample = NULL;
}

static void find_hash(json_t *templates)
{
	struct diags d;
	size_t i;
	json_t *v;
	diags_init(&d);
	struct templates *t = templates_new(templates, &d);
	diags_print(&d, stderr);
	json_t *sets = t ? templates_sets(t) : NULL;
	json_array_foreach(sets, i, v)
	{
		if (str_eq(js_str(v, "kind", ""), "offer") &&
		    str_eq(js_str(v, "channel", ""), "email"))
			str_copy(frozen_hash, sizeof frozen_hash,
				 js_str(v, "hash", ""));
	}
	json_decref(sets);
	templates_free(t);
	diags_clear(&d);
}

static size_t weigh(json_t *templates)
{
	struct diags d;
	struct mail m;
	struct err err;
	diags_init(&d);
	struct templates *t = templates_new(templates, &d);
	json_object_del(sample, "template_hash");
	if (!t || render_mail(t, sample, &m, &err))
		die("the sample does not render");
	size_t n = m.bytes.len;
	mail_clear(&m);
	templates_free(t);
	diags_clear(&d);
	return n;
}

static int number(const char *s, int max)
{
	int64_t v;
	if (num_parse_int(s, 1, max, &v))
		die("usage: bench-mail PORT LANES MAILS TEMPLATES [ENGINE]");
	return (int)v;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/etrier-bench-XXXXXX", path[64], command[80];
	if (argc < 5 || !mkdtemp(folder))
		die("usage: bench-mail PORT LANES MAILS TEMPLATES [ENGINE]");
	int port = number(argv[1], 65535);
	n_lanes = number(argv[2], LANES_MAX);
	n_mails = number(argv[3], 20000);
	snprintf(path, sizeof path, "%s/t.db", folder);
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	pump = evtimer_new(base, on_pump, NULL);
	world_open(&w, path, "2026-11-23T10:00");
	log_open("bench-mail", LOG_ERROR);
	plan_mails();
	json_t *templates = templates_of(argv[4]);
	json_t *config =
		config_of(port, argc > 5 ? argv[5] : "auto", templates);
	find_hash(templates);
	if (argc > 6)
		freeze_all();
	for (int i = 0; i < n_lanes; i++)
		start_lane(i, config);
	while (n_ready < n_lanes)
		event_base_loop(base, EVLOOP_ONCE);
	double t0 = seconds(), e0 = worked(false), l0 = worked(true);
	event_active(pump, EV_TIMEOUT, 0);
	event_base_dispatch(base);
	double t1 = seconds(), e1 = worked(false), l1 = worked(true);
	struct outbox_stats st;
	outbox_stats(w.outbox, &st);
	if ((int64_t)st.sent != n_mails)
		die("not all are settled");
	printf("%lld %.3f %zu %.3f %.3f\n", (long long)n_mails, t1 - t0,
	       weigh(templates), e1 - e0, l1 - l0);
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	return system(command);
}
