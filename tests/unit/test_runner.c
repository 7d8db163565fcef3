/* SPDX-License-Identifier: EUPL-1.2 */
/* Programs of sources of kind exec: what they print becomes offers, whatever
 * they do costs their own poll only, nothing of theirs stays behind, and what
 * is not theirs is out of their reach. The programs are lines of sh. */
#include "runner/jobs.h"
#include "runner/line.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/refdata.h>
#include <etrier/role.h>
#include <etrier/roles.h>
#include <etrier/runner.h>
#include <etrier/str.h>

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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_S = 30 };

#define BAKER                                                                \
	"{\"ref\":\"a1\",\"source\":\"other\",\"title\":\"Boulanger / "      \
	"Boulangère\",\"kind\":\"apprenticeship\",\"place\":{\"postcode\":" \
	"\"93100\",\"city\":\"Montreuil\"}}"

struct play {
	struct event_base *base;
	struct jobs *jobs;
	json_t *polled, *first; /* the last one; the first offer */
	int n_polled, n_offers;
	size_t unsent; /* what a slow engine has not taken yet */
};

static struct refdata *refdata;
static char folder[64]; /* secret, listener.sock */
static int listener = -1;

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
}

static const char *in_folder(const char *name)
{
	static char path[2][128];
	static int i;
	i = !i;
	snprintf(path[i], sizeof(path[i]), "%s/%s", folder, name);
	return path[i];
}

static int set_up(void **state)
{
	struct err err;
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	(void)state;
	log_open("test", LOG_ERROR);
	refdata = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	snprintf(folder, sizeof(folder), "/tmp/etrier-runner-XXXXXX");
	if (!refdata || !mkdtemp(folder))
		return -1;
	int fd = open(in_folder("secret"), O_CREAT | O_WRONLY, 0600);
	if (fd < 0 || write(fd, BAKER "\n", strlen(BAKER) + 1) < 0)
		return -1;
	close(fd);
	str_copy(a.sun_path, sizeof(a.sun_path), in_folder("listener.sock"));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return bind(listener, (struct sockaddr *)&a, sizeof(a)) ||
	       listen(listener, 5);
}

static int tear_down(void **state)
{
	(void)state;
	close(listener);
	unlink(in_folder("secret"));
	unlink(in_folder("written"));
	unlink(in_folder("listener.sock"));
	rmdir(folder);
	refdata_free(refdata);
	return 0;
}

/* The object of a source whose program is a line of sh; more: members. */
static json_t *source_of(const char *name, const char *script, const char *more)
{
	struct err err;
	json_t *v = json_object(), *command = json_array();
	json_array_append_new(command, json_string("/bin/sh"));
	json_array_append_new(command, json_string("-c"));
	json_array_append_new(command, json_string(script));
	js_put_str(v, "name", name);
	js_put_str(v, "kind", "exec");
	js_put_str(v, "delivers", "complete");
	json_object_set_new(v, "command", command);
	json_object_set_new(v, "timeout_s", json_integer(20));
	json_object_set_new(v, "max_bytes", json_integer(4 << 20));
	json_object_set_new(v, "max_offers", json_integer(1000));
	json_object_set_new(v, "expires_days", json_integer(0));
	json_t *extra = js_parse(more, strlen(more), &err);
	assert_non_null(extra);
	json_object_update(v, extra);
	json_decref(extra);
	return v;
}

static json_t *config_of(json_t *source_take, const char *landlock)
{
	json_t *config = json_pack(
		"{s:b,s:{s:s},s:{s:s},s:{s:i},s:{s:o}}", "one_folder", 1,
		"paths", "refdata", SOURCE_DIR "/conf/refdata", "security",
		"landlock", landlock, "collector", "poll_deadline_s", 60,
		"sources", js_str(source_take, "name", ""), source_take);
	assert_non_null(config);
	return config;
}

/* --- polls in this process ------------------------------------------------ */

static void on_line(void *ctx, json_t *line)
{
	struct play *p = ctx;
	if (str_eq(js_str(line, "t", ""), "polled")) {
		json_decref(p->polled);
		p->polled = line;
		p->n_polled++;
		event_base_loopbreak(p->base);
		return;
	}
	p->n_offers++;
	if (!p->first)
		p->first = json_incref(line);
	json_decref(line);
}

static size_t unsent(void *ctx)
{
	const struct play *p = ctx;
	return p->unsent;
}

static void begin(struct play *p, json_t *source_take)
{
	const struct jobs_out out = {on_line, unsent, p};
	*p = (struct play){.base = event_base_new()};
	json_t *config = config_of(source_take, "preferred");
	p->jobs = jobs_new(p->base, clock_system(), refdata, &out);
	jobs_use(p->jobs, config, NULL);
	json_decref(config);
}

static void ask(struct play *p)
{
	json_t *line =
		json_pack("{s:s,s:i,s:s}", "t", "poll", "id", 7, "source", "s");
	jobs_poll(p->jobs, line);
	json_decref(line);
}

static void wait_polled(struct play *p)
{
	const struct timeval tv = {WAIT_S, 0};
	int before = p->n_polled;
	event_base_loopexit(p->base, &tv);
	event_base_dispatch(p->base);
	assert_int_equal(p->n_polled, before + 1);
	assert_int_equal(js_int(p->polled, "poll", 0), 7);
	assert_string_equal(js_str(p->polled, "source", ""), "s");
}

static void end(struct play *p)
{
	jobs_stop(p->jobs);
	jobs_free(p->jobs);
	event_base_free(p->base);
	json_decref(p->polled);
	json_decref(p->first);
}

static void play(struct play *p, const char *script, const char *more)
{
	begin(p, source_of("s", script, more));
	ask(p);
	wait_polled(p);
}

static const char *result(const struct play *p)
{
	return js_str(p->polled, "result", "");
}

static void lines_become_offers_with_what_is_missing_looked_up(void **state)
{
	struct play p;
	(void)state;
	play(&p, "echo '" BAKER "'; printf '%s' '" BAKER "'", "{}");
	assert_string_equal(result(&p), "ok");
	assert_true(js_bool(p.polled, "complete", false));
	assert_int_equal(js_int(p.polled, "seen", 0), 2);
	assert_int_equal(js_int(p.polled, "good", 0), 2);
	assert_int_equal(js_int(p.polled, "no_trade", -1), 0);
	assert_int_equal(js_int(p.polled, "no_place", -1), 0);
	assert_int_equal(p.n_offers, 2);
	const json_t *o = json_object_get(p.first, "offer");
	const json_t *place = json_object_get(o, "place");
	assert_string_equal(js_str(o, "source", ""), "s");
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(o, "rome"), 0)),
			    "D1102");
	assert_string_equal(
		js_str(json_object_get(o, "provenance"), "rome", ""), "text");
	assert_string_equal(js_str(place, "insee", ""), "93048");
	assert_string_equal(js_str(place, "precision", ""), "commune");
	end(&p);
}

static void each_program_is_judged_by_its_end(void **state)
{
	static const struct {
		const char *script, *more, *result, *error;
		int n_offers, bad;
		bool complete;
	} rows[] = {
		{"echo '" BAKER "'", "{\"delivers\":\"window\"}", "ok", "", 1,
		 0, false},
		/* Nothing printed closes nothing. */
		{"exit 0", "{}", "ok", "", 0, 0, false},
		{"echo '" BAKER "'; echo why >&2; exit 3", "{}", "failed",
		 "the program ended with status 3: why", 1, 0, false},
		{"echo '" BAKER "'; kill -KILL $$", "{}", "failed",
		 "the program died by signal 9", 1, 0, false},
		{"echo '" BAKER "'; sleep 100", "{\"timeout_s\":1}", "failed",
		 "the program took longer than timeout_s", 1, 0, false},
		{"yes '" BAKER "'", "{\"max_offers\":5}", "failed",
		 "the program printed more than max_offers", 6, 0, false},
		{"yes ''", "{\"max_bytes\":300000}", "failed",
		 "the program printed more than max_bytes", 0, 0, false},
		{"while :; do printf '%065536d' 1; done",
		 "{\"max_bytes\":400000}", "failed",
		 "the program printed more than max_bytes", 0, 1, false},
		/* A bad line costs itself; too many of them, the closing. */
		{"echo '" BAKER "'; echo '" BAKER "'; echo garbage", "{}", "ok",
		 "", 2, 1, true},
		{"echo '{}'; echo '[1]'; echo 7; echo '" BAKER "'", "{}", "ok",
		 "", 1, 3, false},
		{"head -c 300000 /dev/urandom | tr -d '\\n'; echo; "
		 "echo '" BAKER "'",
		 "{}", "ok", "", 1, 1, true},
		{"printf '\\n \\r\\n'; echo '" BAKER "'", "{}", "ok", "", 1, 0,
		 true},
		/* stderr without an end is not listened to for ever. */
		{"while :; do echo noise >&2; done", "{\"timeout_s\":1}",
		 "failed", "the program took longer than timeout_s: noise", 0,
		 0, false},
		{"exec >&-; exit 4", "{}", "failed",
		 "the program ended with status 4", 0, 0, false},
		{"", "{\"command\":[\"/no/such/program\"]}", "failed",
		 "cannot be run: /no/such/program: No such file", 0, 0, false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct play p;
		play(&p, rows[i].script, rows[i].more);
		const char *error = js_str(p.polled, "error", "");
		if (!str_eq(result(&p), rows[i].result) ||
		    !strstr(error, rows[i].error) ||
		    js_int(p.polled, "bad", -1) != rows[i].bad ||
		    p.n_offers != rows[i].n_offers ||
		    js_bool(p.polled, "complete", false) != rows[i].complete) {
			char *said = json_dumps(p.polled, 0);
			fail_msg("%s: %s", rows[i].script, said);
		}
		end(&p);
	}
}

static void what_stderr_says_is_told_and_not_logged(void **state)
{
	struct play p;
	(void)state;
	play(&p, "printf 'a\\033[31mb\\nc\\377' >&2; exit 1", "{}");
	assert_string_equal(js_str(p.polled, "error", ""),
			    "the program ended with status 1: a[31mb c");
	assert_string_equal(js_str(p.polled, "reason", ""),
			    "the program ended with status 1");
	end(&p);
}

/* Gone, or a zombie that its new parent has not looked at yet. */
static bool is_gone(int64_t pid)
{
	char path[64], text[256];
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 100; i++, usleep(20000)) {
		int fd = open(path, O_RDONLY);
		if (fd < 0)
			return true;
		ssize_t n = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n : 0] = '\0';
		const char *after = strrchr(text, ')');
		if (n <= 0 || !after || after[2] == 'Z' || after[2] == 'X')
			return true;
	}
	return false;
}

static int64_t last_number(const char *text)
{
	int64_t v = 0;
	const char *at = strrchr(text, ' ');
	if (!at || num_parse_int(at + 1, 1, INT32_MAX, &v))
		fail_msg("no number in \"%s\"", text);
	return v;
}

/* Its first process is over; its time is over. */
static void nothing_of_a_program_stays(void **state)
{
	static const struct {
		const char *script, *more;
	} rows[] = {
		{"sleep 300 & echo $! >&2; exit 1", "{}"},
		{"(setsid sleep 300 || sleep 300) 2>/dev/null & "
		 "echo $! >&2; exit 1",
		 "{}"},
		{"sleep 300 & echo $! >&2; wait", "{\"timeout_s\":1}"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct play p;
		play(&p, rows[i].script, rows[i].more);
		assert_true(
			is_gone(last_number(js_str(p.polled, "error", ""))));
		end(&p);
	}
}

static void no_program_can_leave_its_group(void **state)
{
	struct play p;
	(void)state;
	play(&p, "setsid true; exit $?", "{}");
	assert_string_equal(result(&p), "failed");
	assert_non_null(strstr(js_str(p.polled, "error", ""), "permitted"));
	end(&p);
}

static void a_stop_kills_and_answers(void **state)
{
	struct play p;
	const struct timeval tv = {0, 300000};
	(void)state;
	begin(&p, source_of("s", "sleep 300", "{}"));
	ask(&p);
	ask(&p); /* a second one of the same source */
	assert_string_equal(js_str(p.polled, "error", ""),
			    "a poll of this source is in hand");
	event_base_loopexit(p.base, &tv);
	event_base_dispatch(p.base);
	jobs_stop(p.jobs);
	assert_int_equal(p.n_polled, 2);
	assert_string_equal(js_str(p.polled, "error", ""), "the runner stops");
	end(&p);
}

/* The engine does not keep up: nothing more is read, nothing is lost. */
static void a_slow_engine_holds_the_program_up(void **state)
{
	struct play p;
	const struct timeval tv = {1, 0};
	(void)state;
	begin(&p, source_of("s",
			    "i=0; while [ $i -lt 900 ]; do echo '" BAKER
			    "'; i=$((i+1)); done",
			    "{}"));
	p.unsent = JOBS_UNSENT_MAX + 1;
	ask(&p);
	event_base_loopexit(p.base, &tv);
	event_base_dispatch(p.base);
	assert_int_equal(p.n_polled, 0);
	assert_in_range(p.n_offers, 1, 899);
	p.unsent = 0;
	wait_polled(&p);
	assert_string_equal(result(&p), "ok");
	assert_int_equal(p.n_offers, 900);
	end(&p);
}

static void its_world_is_small(void **state)
{
	struct play p;
	(void)state;
	play(&p,
	     "[ \"$(env | sort | tr '\\n' ' ')\" = \"ETRIER_SOURCE=s "
	     "HOME=/nonexistent LANG=C.UTF-8 PATH=/usr/bin:/bin PWD=/ "
	     "TZ=Europe/Paris \" ] || { env >&2; exit 1; }; "
	     "read line && exit 2; "
	     "for fd in 3 4 5 6 7 8 9; do (: >&$fd) 2>/dev/null && exit 3; "
	     "done; "
	     "[ \"$(ulimit -c) $(ulimit -f) $(ulimit -n)\" = '0 0 64' ] || "
	     "exit 4; [ $(ulimit -v) -eq 1048576 ] || exit 5; "
	     "[ $(ulimit -t) -eq 20 ] || exit 6; "
	     "echo x 2>/dev/null",
	     "{}");
	if (!str_eq(result(&p), "ok"))
		fail_msg("%s", js_str(p.polled, "error", ""));
	end(&p);
}

/* --- what it must not reach ------------------------------------------------
 */

#define PYTHON	     "/usr/bin/python3 -S -c \"import socket, sys\n"
#define SOCKET_OF(f) PYTHON "socket.socket(socket." f ")\""
#define CONNECT_SOCK                                 \
	PYTHON "s = socket.socket(socket.AF_UNIX)\n" \
	       "s.connect('$F/listener.sock')\""

static const struct attempt {
	const char *name, *script;	 /* $F is the folder */
	bool is_file;			 /* it is Landlock that says no */
	bool with_reading, with_network; /* what it says with these */
} attempts[] = {
	{"read a file", "cat $F/secret", true, true, false},
	{"list a folder", "ls $F >/dev/null", true, true, false},
	{"make a file", "echo x >$F/written", true, false, false},
	{"append to a file", ": >>$F/secret", true, false, false},
	{"make a temporary file", "echo x >/tmp/etrier-written", true, false,
	 false},
	{"remove a file", "rm $F/written", true, false, false},
	{"change a mode", "chmod 600 $F/secret", false, false, false},
	{"the tables", "cat " SOURCE_DIR "/conf/refdata/communes.tsv", true,
	 false, false},
	{"users", "cat /etc/passwd", true, false, false},
	{"processes", "cat /proc/1/stat", true, false, false},
	{"run what lies elsewhere", "cp /bin/true $F/written; $F/written", true,
	 false, false},
	{"the control socket", CONNECT_SOCK, false, false, false},
	{"a socket of the machine", SOCKET_OF("AF_UNIX"), false, false, false},
	{"a socket of the net", SOCKET_OF("AF_INET"), false, false, true},
	{"a socket of the net, 6", SOCKET_OF("AF_INET6"), false, false, true},
	{"a socket of the kernel", SOCKET_OF("AF_NETLINK, socket.SOCK_RAW"),
	 false, false, false},
	{"signal another", "kill -0 $PPID", false, false, false},
};

static void check_attempt(const struct attempt *a, const char *more,
			  bool expected)
{
	struct play p;
	char *script = mem_printf("F=%s; %s", folder, a->script);
	play(&p, script, more);
	if (str_eq(result(&p), "ok") != expected)
		fail_msg("%s with %s: %s %s", a->name, more, result(&p),
			 js_str(p.polled, "error", ""));
	end(&p);
	free(script);
}

static void what_is_not_its_own_is_out_of_reach(void **state)
{
	char *reading = mem_printf("{\"may_read\":[\"%s\"]}", folder);
	(void)state;
	if (!has_landlock())
		print_message("SKIP: this kernel has no Landlock: no files\n");
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		const struct attempt *a = &attempts[i];
		if (a->is_file && !has_landlock())
			continue;
		check_attempt(a, "{}", false);
		check_attempt(a, reading, a->with_reading);
		check_attempt(a, "{\"network\":true}", a->with_network);
	}
	free(reading);
}

/* The table proves nothing if the attempts fail anyway. */
static void the_attempts_succeed_without_confinement(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		int status;
		char *script = mem_printf("F=%s; (%s) >/dev/null", folder,
					  attempts[i].script);
		fflush(NULL);
		pid_t pid = fork();
		if (!pid)
			execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status)
			fail_msg("%s: status %d", attempts[i].name, status);
		free(script);
	}
	unlink("/tmp/etrier-written");
}

/* --- the role --------------------------------------------------------------
 */

struct role_play {
	struct event_base *base;
	struct wire *supervisor, *engine;
	json_t *polled;
	bool is_confined, has_warning;
	int n_offers;
};

static void on_supervisor_line(void *ctx, struct wire *w, const char *type,
			       json_t *line)
{
	struct role_play *p = ctx;
	if (str_eq(type, "ready")) {
		json_t *commit = wire_line("commit");
		json_object_set_new(commit, "gen", json_integer(1));
		wire_send(w, commit);
	} else if (str_eq(type, "confined")) {
		p->is_confined = true;
		p->has_warning = js_str(line, "warning", NULL) != NULL;
		event_base_loopbreak(p->base);
	} else if (str_eq(type, "refused")) {
		event_base_loopbreak(p->base);
	}
}

static void on_engine_line(void *ctx, struct wire *w, const char *type,
			   json_t *line)
{
	struct role_play *p = ctx;
	(void)w;
	p->n_offers += str_eq(type, "offer");
	if (!str_eq(type, "polled"))
		return;
	json_decref(p->polled);
	p->polled = json_incref(line);
	event_base_loopbreak(p->base);
}

static void on_end(void *ctx, struct wire *w)
{
	struct role_play *p = ctx;
	(void)w;
	event_base_loopbreak(p->base);
}

static void turn(struct role_play *p, int64_t ms)
{
	const struct timeval tv = {ms / 1000, (ms % 1000) * 1000};
	event_base_loopexit(p->base, &tv);
	event_base_dispatch(p->base);
}

static _Noreturn void be_runner(int supervisor, int engine)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* out of the way of the two numbers first */
	int s = fcntl(supervisor, F_DUPFD, 20);
	int e = fcntl(engine, F_DUPFD, 20);
	dup2(s, ROLE_FD_SUPERVISOR);
	dup2(e, ROLE_FD_ENGINE);
	_exit(runner_main("", 1));
}

static pid_t role_begin(struct role_play *p, json_t *source_take)
{
	static const struct wire_handler on_s = {.on_line = on_supervisor_line,
						 .on_end = on_end};
	static const struct wire_handler on_e = {.on_line = on_engine_line,
						 .on_end = on_end};
	struct err err;
	int s[2], e[2];
	*p = (struct role_play){.base = event_base_new()};
	assert_int_equal(wire_pair(s), 0);
	assert_int_equal(wire_pair(e), 0);
	fflush(NULL);
	pid_t child = fork();
	if (!child)
		be_runner(s[1], e[1]);
	close(s[1]);
	close(e[1]);
	p->supervisor = wire_new(p->base, s[0], "role", &on_s, p);
	p->engine = wire_new(p->base, e[0], "role", &on_e, p);
	json_t *config = config_of(source_take,
				   has_landlock() ? "required" : "preferred");
	assert_int_equal(role_send_config(p->supervisor, 1, config, &err), 0);
	json_decref(config);
	turn(p, WAIT_S * 1000);
	assert_true(p->is_confined);
	assert_int_equal(p->has_warning, !has_landlock());
	return child;
}

static void role_ask(struct role_play *p)
{
	json_t *poll = wire_line("poll");
	json_object_set_new(poll, "id", json_integer(3));
	json_object_set_new(poll, "source", json_string("s"));
	wire_send(p->engine, poll);
}

static void role_end(struct role_play *p, pid_t child)
{
	int status = -1;
	wire_send(p->supervisor, wire_line("stop"));
	for (int i = 0; i < 500 && !waitpid(child, &status, WNOHANG); i++)
		turn(p, 20);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	turn(p, 100);
	wire_free(p->supervisor);
	wire_free(p->engine);
	event_base_free(p->base);
	json_decref(p->polled);
}

/* With both confinements, the role's and the program's. */
static void the_role_runs_programs_and_ends_them(void **state)
{
	struct role_play p;
	(void)state;
	pid_t child = role_begin(&p, source_of("s",
					       "echo '" BAKER
					       "'; cat /etc/passwd && exit 9; "
					       "sleep 300 & echo $! >&2; wait",
					       "{\"timeout_s\":2}"));
	role_ask(&p);
	turn(&p, WAIT_S * 1000);
	assert_non_null(p.polled);
	assert_int_equal(p.n_offers, 1);
	assert_non_null(strstr(js_str(p.polled, "error", ""), "timeout_s"));
	assert_true(is_gone(last_number(js_str(p.polled, "error", ""))));
	role_end(&p, child);
}

/* When memory ends. */
static bool is_first_to_be_killed(pid_t pid)
{
	char path[64], text[16] = "";
	int64_t v = 0;
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return !num_parse_int(str_trim(text), 500, 1000, &v);
}

static void the_end_of_the_role_is_that_of_its_programs(void **state)
{
	struct role_play p;
	(void)state;
	pid_t child = role_begin(
		&p, source_of("s", "echo '" BAKER "'; exec sleep 299", "{}"));
	role_ask(&p);
	turn(&p, 2000);
	assert_int_equal(p.n_offers, 1);
	assert_true(is_first_to_be_killed(child));
	role_end(&p, child);
	assert_int_not_equal(system("pgrep -x -f 'sleep 299' >/dev/null"), 0);
}

/* --- sources try -----------------------------------------------------------
 */

static void count_offer(void *ctx, const struct offer *o)
{
	assert_string_equal(o->source, "s");
	(*(int *)ctx)++;
}

static void a_program_is_tried_without_a_daemon(void **state)
{
	static const struct runner_handler handler = {count_offer, NULL};
	struct runner_counts counts;
	struct err err = {0};
	bool is_complete;
	int n = 0;
	(void)state;
	json_t *s = source_of("s", "echo '" BAKER "'", "{}");
	assert_int_equal(runner_try(s, refdata, NULL, NULL, &handler, &n,
				    &counts, &is_complete, &err),
			 0);
	assert_true(is_complete);
	assert_int_equal(n, 1);
	assert_int_equal(counts.good, 1);
	json_decref(s);
	s = source_of("s", "echo '" BAKER "'; echo why >&2; exit 2", "{}");
	assert_int_equal(runner_try(s, refdata, NULL, NULL, &handler, &n,
				    &counts, &is_complete, &err),
			 -1);
	assert_false(is_complete);
	assert_string_equal(err.text, "the program ended with status 2: why");
	json_decref(s);
}

/* --- one line --------------------------------------------------------------
 */

static void a_line_is_completed_and_never_overruled(void **state)
{
	static const struct {
		const char *line, *rome, *insee;
		enum precision precision;
		enum offer_status status;
	} rows[] = {
		{"{\"title\":\"Boulanger\",\"rome\":[\"M1602\"]}", "M1602",
		 NULL, PLACE_UNKNOWN, OFFER_LIVE},
		{"{\"title\":\"Rien d'officiel\",\"place\":{\"insee\":"
		 "\"93048\"}}",
		 NULL, "93048", PLACE_COMMUNE, OFFER_LIVE},
		{"{\"title\":\"x\",\"place\":{\"lat\":48.8638,\"lon\":2.4485,"
		 "\"insee\":\"93048\"}}",
		 NULL, "93048", PLACE_POINT, OFFER_LIVE},
		{"{\"title\":\"x\",\"place\":{\"precision\":\"department\","
		 "\"dept\":\"93\",\"city\":\"Montreuil\"}}",
		 NULL, NULL, PLACE_DEPARTMENT, OFFER_LIVE},
		{"{\"title\":\"x\",\"posted\":\"2026-01-01T00:00:00Z\"}", NULL,
		 NULL, PLACE_UNKNOWN, OFFER_EXPIRED},
		{"{\"title\":\"x\",\"status\":\"withdrawn\"}", NULL, NULL,
		 PLACE_UNKNOWN, OFFER_WITHDRAWN},
	};
	const struct line_reader r = {.refdata = refdata,
				      .source = "s",
				      .now = INT64_C(1795651200),
				      .expires_days = 45};
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct offer o;
		struct err err = {0};
		json_t *line;
		if (line_read(&r, rows[i].line, strlen(rows[i].line), &a, &o,
			      &line, &err))
			fail_msg("%s: %s", rows[i].line, err.text);
		if (!str_eq(o.n_rome ? o.rome[0] : NULL, rows[i].rome) ||
		    !str_eq(o.place.insee, rows[i].insee) ||
		    o.place.precision != rows[i].precision ||
		    o.status != rows[i].status)
			fail_msg("%s: %s %s %d %d", rows[i].line,
				 o.n_rome ? o.rome[0] : "-",
				 o.place.insee ? o.place.insee : "-",
				 (int)o.place.precision, (int)o.status);
		json_decref(line);
	}
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_completed_and_never_overruled),
		cmocka_unit_test(
			lines_become_offers_with_what_is_missing_looked_up),
		cmocka_unit_test(each_program_is_judged_by_its_end),
		cmocka_unit_test(what_stderr_says_is_told_and_not_logged),
		cmocka_unit_test(nothing_of_a_program_stays),
		cmocka_unit_test(no_program_can_leave_its_group),
		cmocka_unit_test(a_stop_kills_and_answers),
		cmocka_unit_test(a_slow_engine_holds_the_program_up),
		cmocka_unit_test(its_world_is_small),
		cmocka_unit_test(the_attempts_succeed_without_confinement),
		cmocka_unit_test(what_is_not_its_own_is_out_of_reach),
		cmocka_unit_test(the_role_runs_programs_and_ends_them),
		cmocka_unit_test(the_end_of_the_role_is_that_of_its_programs),
		cmocka_unit_test(a_program_is_tried_without_a_daemon),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
