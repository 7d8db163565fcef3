/* SPDX-License-Identifier: EUPL-1.2 */
/* A day of digests, mails and SMS among strangers that misbehave
 * (kill_outside.h): 450 for one of several, 421 in the middle of a connection,
 * an end without an answer after the final dot; SMS whose answer is lost, 429,
 * receipts that overtake the answer and each other, call-backs said twice, a
 * STOP. At every commit of that day somebody is killed, and starts again:
 *
 *   engine  just before the commit, just after it; its lanes go on for a
 *           moment, as real ones do
 *   a lane  with what it has in hand not begun, or handed over and unsaid
 *   front   a call-back is stored and not answered: the gateway says it again
 *
 * Lanes are the courier's own code, each delivery a process; call-backs are
 * read by the front's table; the engine is the real one, on a file. At the end:
 * nothing planned is forgotten, no SMS left twice, each SMS in doubt is listed,
 * a mail left again only with the same bytes under its Message-ID, receipts and
 * replies count once, and after a STOP was heard nothing goes to that number
 * but its confirmation.
 *
 * In the suite a sample of the kills, by a seed that is printed
 * (ETRIER_KILL_SEED repeats it); scripts/kill does them all (ETRIER_KILL_ALL).
 * ETRIER_KILL_WHO (a number of enum who) and ETRIER_KILL_COMMIT do one. */
#include "kill_check.h"
#include "kill_outside.h"

#include "../unit/plan_fixture.h"
#include "courier/lane.h"

#include <etrier/arrivals.h>
#include <etrier/courier.h>
#include <etrier/map.h>
#include <etrier/num.h>
#include <etrier/sms_receipt.h>
#include <etrier/store_replies.h>

#include <curl/curl.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* The disk is not waited for: it is a process that is killed here, never the
 * machine, and a commit would cost milliseconds. SQLite calls this. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

enum {
	STEP_S = 300,
	DAY_S = 3 * 3600 + 1200, /* from 10:00 */
	AGAIN_S = 4500,		 /* a restart goes on for so long at least */
	THIRD_S = 2700,		 /* when another offer comes */
	KILLED = 9,
	COMMITS_MAX = 1000,
	LINE_BYTES = 4096,
	SAMPLE = 28, /* kills in the suite, besides those that must be */
	MUST = 1     /* of shared->matters */
};
#define MORNING "2026-11-23T09:00"

enum who {
	NOBODY,
	ENGINE_AFTER,
	ENGINE_BEFORE,
	FRONT,
	MAIL_EARLY, /* what it has in hand is not begun */
	MAIL_LATE,  /* it is handed over, and nobody was told */
	SMS_EARLY,
	SMS_LATE,
	N_WHO
};
static const char *const who_words[] = {
	"nobody",     "engine after", "engine before", "front",
	"mail early", "mail late",    "sms early",     "sms late"};

struct death {
	enum who who;
	int at; /* commit */
};

static struct outside outside;
static char base_path[300], db_path[300];
static struct lane_conf *conf;
static pid_t own_pid;

static struct { /* by all processes */
	int n_commits;
	int64_t now; /* the clock goes on though the engine dies */
	/* by commit, 1 << who: those whose death then changes something; MUST:
	 * words of a person, which no rank of receipts keeps from counting
	 * twice: always in the sample */
	unsigned matters[COMMITS_MAX + 1];
} * shared;

struct run { /* one life of an engine */
	struct world w;
	struct death death;
	int n_commits;
	bool is_due; /* somebody but the engine is to die now */
	bool has_third;
	char calling; /* 'r' a receipt, 's' somebody's words; 0: nobody does */
	const char *at_work; /* a lane; "": none */
};

/* --- the lanes' process --------------------------------------------------- */

static json_t *read_templates(void)
{
	static const char path[] = SOURCE_DIR "/conf/templates/fr";
	json_t *list = json_array();
	DIR *d = opendir(path);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		char text[65536], file[600], name[300];
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		snprintf(file, sizeof(file), "%s/%.200s", path, e->d_name);
		snprintf(name, sizeof(name), "fr/%.200s", e->d_name);
		FILE *f = fopen(file, "r");
		assert_non_null(f);
		size_t n = fread(text, 1, sizeof(text), f);
		fclose(f);
		json_array_append_new(list,
				      json_pack("{s:s,s:o}", "name", name,
						"text", json_stringn(text, n)));
	}
	closedir(d);
	return list;
}

static void make_lanes(void)
{
	struct diags d;
	struct err err;
	char mail[300], sms[300], url[60];
	snprintf(mail, sizeof(mail), "%s/mail", outside.folder);
	snprintf(sms, sizeof(sms), "%s/sms", outside.folder);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/sms",
		 outside.gateway_port);
	json_t *c = json_pack(
		"{s:{s:s,s:s,s:s,s:i,s:i},"
		"s:{s:s,s:s,s:s,s:s,s:s,s:i,s:i},s:{s:s},s:o}",
		"mail", "transport", "smtp", "maildir", mail, "host",
		"127.0.0.1", "port", outside.relay_port, "timeout_s", 20, "sms",
		"gateway", "smsmode", "url", url, "profile", "vln", "number",
		"+33639980000", "folder", sms, "max_segments", 1, "timeout_s",
		3, "secrets", "sms.key", "key", "templates", read_templates());
	assert_non_null(c);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	diags_init(&d);
	conf = lane_conf_new(c, &d);
	diags_print(&d, stderr);
	diags_clear(&d);
	json_decref(c);
	assert_non_null(conf);
	if (lane_conf_open(conf, &err))
		fail_msg("%s", err.text);
}

struct lane_child {
	pid_t pid;
	int said, go; /* lines from it; a byte lets it send */
	bool is_prompt;
};

static void write_line(int fd, const char *type, const json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);
	dprintf(fd, "%s %s\n", type, text);
	free(text);
}

static int say_submitting(void *ctx, int64_t id)
{
	const struct lane_child *c = ctx;
	char byte;
	json_t *line = json_pack("{s:I}", "id", id);
	write_line(c->said, "submitting", line);
	json_decref(line);
	return !c->is_prompt || read(c->go, &byte, 1) == 1 ? 0 : -1;
}

static void say_verdict(void *ctx, json_t *line_take)
{
	const struct lane_child *c = ctx;
	write_line(c->said, "verdict", line_take);
	json_decref(line_take);
}

/* The lane does these lines, and dies. is_prompt: it waits after `submitting`
 * until it is told to go on, so that somebody may kill it there. */
static struct lane_child lane_begin(json_t *lines, bool is_prompt)
{
	int said[2], go[2];
	struct lane_child c = {.is_prompt = is_prompt};
	assert_int_equal(pipe(said), 0);
	assert_int_equal(pipe(go), 0);
	c.pid = fork();
	assert_true(c.pid >= 0);
	if (c.pid) {
		close(said[1]);
		close(go[0]);
		c.said = said[0];
		c.go = go[1];
		return c;
	}
	close(said[0]);
	close(go[1]);
	c.said = said[1];
	c.go = go[0];
	if (lane_is_batched(conf, json_array_get(lines, 0)))
		lane_deliver_mails(conf, lines, say_verdict, &c);
	else
		say_verdict(&c, lane_deliver(conf, json_array_get(lines, 0),
					     say_submitting, &c));
	_exit(0);
}

static void lane_wait(struct lane_child *c)
{
	assert_int_equal(waitpid(c->pid, NULL, 0), c->pid);
	c->pid = 0;
}

static void lane_end(struct lane_child *c)
{
	close(c->go);
	close(c->said);
	if (c->pid) {
		kill(c->pid, SIGKILL);
		lane_wait(c);
	}
}

/* --- who dies ------------------------------------------------------------- */

static bool is_sms(const char *lane)
{
	return str_starts(lane, "sms");
}

/* At this commit that lane has something in hand. */
static void mark_lane(const struct run *r, const char *lane)
{
	if (!*lane || r->n_commits > COMMITS_MAX)
		return;
	enum who early = is_sms(lane) ? SMS_EARLY : MAIL_EARLY;
	shared->matters[r->n_commits] |= 3u << early;
}

static void mark_in_hand(const struct run *r)
{
	size_t i;
	json_t *line;
	mark_lane(r, r->at_work);
	json_array_foreach(r->w.delivered, i, line)
		mark_lane(r, js_str(line, "lane", ""));
}

static void on_commit(void *ctx, enum store_commit when)
{
	struct run *r = ctx;
	if (when != STORE_COMMIT_AFTER)
		return;
	if (++r->n_commits == r->death.at)
		r->is_due = r->death.who >= FRONT;
	if (r->n_commits <= COMMITS_MAX)
		shared->matters[r->n_commits] |=
			1u << ENGINE_AFTER | 1u << ENGINE_BEFORE |
			(r->calling ? 1u << FRONT : 0) |
			(r->calling == 's' ? MUST : 0);
	mark_in_hand(r);
}

static bool dies(const struct run *r, const char *lane)
{
	enum who early = is_sms(lane) ? SMS_EARLY : MAIL_EARLY;
	return r->is_due &&
	       (r->death.who == early || r->death.who == early + 1);
}

static void lane_up(struct run *r, const char *lane)
{
	json_t *sets = templates_sets(conf->templates), *set;
	size_t i;
	outbox_lane_up(r->w.outbox, lane);
	json_array_foreach(sets, i, set)
	{
		if (templates_is_of(set, "vln"))
			OK(outbox_line(r->w.outbox, lane, "template", set, E));
	}
	json_decref(sets);
}

/* The next lines that wait for this lane, at most `most`; new. */
static json_t *take_lines(struct run *r, const char *lane, size_t most)
{
	json_t *taken = json_array(), *rest = json_array(), *line;
	size_t i;
	json_array_foreach(r->w.delivered, i, line)
	{
		bool is_taken = str_eq(js_str(line, "lane", ""), lane) &&
				json_array_size(taken) < most;
		json_array_append(is_taken ? taken : rest, line);
	}
	json_decref(r->w.delivered);
	r->w.delivered = rest;
	return taken;
}

/* What was flushed into the wire before the SMS left outlives the lane; its
 * verdict does not. */
static void hear_submitting(struct run *r, const char *lane, int said)
{
	char text[LINE_BYTES];
	long long id;
	FILE *f = fdopen(dup(said), "r");
	assert_non_null(f);
	while (fgets(text, sizeof(text), f)) {
		if (sscanf(text, "submitting {\"id\":%lld}", &id) != 1)
			continue;
		json_t *line = json_pack("{s:I}", "id", (json_int_t)id);
		OK(outbox_line(r->w.outbox, lane, "submitting", line, E));
		json_decref(line);
	}
	fclose(f);
}

static void lane_dies(struct run *r, const char *lane)
{
	json_t *lost = take_lines(r, lane, SIZE_MAX);
	bool is_late = r->death.who == MAIL_LATE || r->death.who == SMS_LATE;
	r->is_due = false;
	if (is_late && json_array_size(lost)) {
		struct lane_child c = lane_begin(lost, false);
		lane_wait(&c);
		hear_submitting(r, lane, c.said);
		lane_end(&c);
	}
	json_decref(lost);
	OK(outbox_lane_down(r->w.outbox, lane, E));
	lane_up(r, lane);
}

static void look_for_dead(struct run *r)
{
	if (dies(r, "mail-1"))
		lane_dies(r, "mail-1");
	if (dies(r, "sms-1"))
		lane_dies(r, "sms-1");
}

/* --- the gateway calls back ----------------------------------------------- */

struct call {
	const char *says; /* a state, or "=words of the person" */
	bool is_anonymous, is_early, is_first_only;
};
enum { CALLS_MAX = 6 };
static const struct call calls[OUTSIDE_N_SMS + 1][CALLS_MAX + 1] = {
	[OUTSIDE_ANSWERS] = {{"DELIVERED", 0, 0, 0},
			     {"DELIVERED", 0, 0, 0},
			     {"=1", 0, 0, 1},
			     {"=1", 0, 0, 1},
			     {"=En cours le matin", 0, 0, 1},
			     {"=En cours le matin", 0, 0, 1}},
	[OUTSIDE_BUSY] = {{"ENROUTE", 0, 0, 0}, {"DELIVERED", 0, 0, 0}},
	[OUTSIDE_EARLY] = {{"DELIVERED", 1, 1, 0},
			   {"ENROUTE", 1, 0, 0},
			   {"DELIVERED", 1, 0, 0}},
	[OUTSIDE_STOPS] = {{"DELIVERED", 0, 0, 0},
			   {"=STOP", 0, 0, 1},
			   {"=STOP", 0, 0, 1}},
	[OUTSIDE_TIMEOUT] = {{"DELIVERED", 0, 0, 0}},
};

struct left { /* an SMS that left, as the gateway wrote it down */
	int64_t id;
	char to[20], ref[20];
	int who;
	bool is_first; /* to that number */
};

static bool next_left(const char **p, const char *log, struct left *s)
{
	long long id;
	for (; **p; *p = strchr(*p, '\n') + 1) {
		if (sscanf(*p, "sms %lld %19s %19s", &id, s->to, s->ref) != 3)
			continue;
		char start[40];
		snprintf(start, sizeof(start), " %s ", s->to);
		s->id = id;
		s->who = s->to[strlen(s->to) - 1] - '0';
		s->is_first = strstr(log, start) > *p;
		*p = strchr(*p, '\n') + 1;
		return true;
	}
	return false;
}

static json_t *call_body(const struct left *s, const struct call *c)
{
	char id[24];
	if (*c->says == '=') /* the same words: the same SMS, said twice */
		return json_pack("{s:o,s:s,s:{s:s},s:{s:s},s:s}", "messageId",
				 json_sprintf("m%lld-%zu", (long long)s->id,
					      strlen(c->says)),
				 "from", s->to, "recipient", "to",
				 "33639980000", "body", "text", c->says + 1,
				 "receivedDate", "2026-11-23T10:00:00Z");
	json_t *v = json_pack("{s:s,s:{s:s}}", "messageId", s->ref, "status",
			      "value", c->says);
	snprintf(id, sizeof(id), "%lld", (long long)s->id);
	js_put_str(v, "refClient", c->is_anonymous ? NULL : id);
	return v;
}

/* By way of the front. False: it died before it could answer. */
static bool call_front(struct run *r, const struct left *s,
		       const struct call *c)
{
	struct arena a;
	struct sms_callback said;
	bool found;
	json_t *body = call_body(s, c);
	json_t *fields = sms_fields_of_json(body);
	arena_init(&a);
	OK(sms_callback_read("smsmode", NULL, fields, &a, &said, E));
	assert_int_not_equal(said.told, SMS_TOLD_NOTHING);
	json_t *line = sms_callback_line("smsmode", &said);
	r->calling = *c->says == '=' ? 's' : 'r';
	OK(plan_callback(r->w.planner, line, &found, E));
	r->calling = '\0';
	json_decref(line);
	json_decref(fields);
	json_decref(body);
	arena_clear(&a);
	if (!r->is_due || r->death.who != FRONT)
		return true;
	r->is_due = false;
	return false;
}

static void call_all_of(struct run *r, const struct left *s, const char *log,
			bool is_early)
{
	char heard[80], start[60];
	for (int i = 0; i < CALLS_MAX; i++) {
		const struct call *c = &calls[s->who][i];
		snprintf(start, sizeof(start), "heard %s %d ", s->ref, i);
		if (!c->says || (is_early && !c->is_early) ||
		    (c->is_first_only && !s->is_first) ||
		    outside_count(log, start))
			continue;
		while (!call_front(r, s, c))
			;
		snprintf(heard, sizeof(heard), "%s%s\n", start, c->says);
		outside_append(&outside, heard);
		/* A lane at work is looked at by who hears it. */
		if (!*r->at_work)
			look_for_dead(r);
	}
}

/* What was not answered is said again, for ever. early: of that message alone,
 * what overtakes its answer. 0: of all. */
static void gateway_calls(struct run *r, int64_t early)
{
	char *log = outside_read(&outside);
	const char *p = log;
	struct left s;
	while (next_left(&p, log, &s)) {
		if (s.who <= OUTSIDE_N_SMS && (!early || s.id == early))
			call_all_of(r, &s, log, early != 0);
	}
	free(log);
}

/* --- a day ---------------------------------------------------------------- */

/* A line of the lane's reaches the engine. False: the lane is dead now. */
static bool hear(struct run *r, const char *lane, char *text)
{
	struct err err;
	char *space = strchr(text, ' ');
	assert_non_null(space);
	*space = '\0';
	json_t *line = js_parse(space + 1, strlen(space + 1), &err);
	assert_non_null(line);
	if (is_sms(lane) && str_eq(text, "verdict"))
		gateway_calls(r, js_int(line, "id", 0));
	/* That call may have been the lane's last moment. */
	bool is_alive = !dies(r, lane);
	if (is_alive)
		OK(outbox_line(r->w.outbox, lane, text, line, E));
	json_decref(line);
	return is_alive && !dies(r, lane);
}

static void lane_works(struct run *r, const char *lane)
{
	char text[LINE_BYTES];
	json_t *lines = take_lines(r, lane, is_sms(lane) ? 1 : 16);
	enum who early = is_sms(lane) ? SMS_EARLY : MAIL_EARLY;
	struct lane_child c = lane_begin(lines, r->death.who == early);
	if (!c.is_prompt)
		lane_wait(&c);
	FILE *f = fdopen(dup(c.said), "r");
	assert_non_null(f);
	bool is_alive = true;
	r->at_work = lane;
	while (is_alive && fgets(text, sizeof(text), f)) {
		is_alive = hear(r, lane, text);
		if (is_alive && c.is_prompt && str_eq(text, "submitting"))
			assert_int_equal(write(c.go, "g", 1), 1);
	}
	r->at_work = "";
	fclose(f);
	lane_end(&c);
	if (!is_alive)
		lane_dies(r, lane);
	json_decref(lines);
}

/* Nobody told the gateway to stop by another way. */
static void answer_list(struct run *r, const json_t *line)
{
	json_t *v = json_pack("{s:O,s:[],s:b}", "id",
			      json_object_get(line, "id"), "numbers", "end", 1);
	OK(outbox_line(r->w.outbox, js_str(line, "lane", ""), "blacklisted", v,
		       E));
	json_decref(v);
}

static void pump(struct run *r)
{
	OK(outbox_pump(r->w.outbox, E));
	for (size_t i = json_array_size(r->w.delivered); i-- > 0;) {
		json_t *line = json_array_get(r->w.delivered, i);
		if (!str_eq(js_str(line, "t", ""), "blacklist"))
			continue;
		answer_list(r, line);
		json_array_remove(r->w.delivered, i);
	}
	mark_in_hand(r); /* the claim */
	look_for_dead(r);
}

static void run_lanes(struct run *r)
{
	pump(r);
	while (json_array_size(r->w.delivered)) {
		char lane[24];
		str_copy(lane, sizeof(lane),
			 js_str(json_array_get(r->w.delivered, 0), "lane", ""));
		lane_works(r, lane);
		gateway_calls(r, 0);
		pump(r);
	}
}

static void run_day(struct run *r, int64_t morning)
{
	struct clock_manual *clock = &r->w.clock;
	int64_t end = morning + DAY_S;
	if (end < clock->now_s + AGAIN_S)
		end = clock->now_s + AGAIN_S;
	lane_up(r, "mail-1");
	lane_up(r, "sms-1");
	for (; clock->now_s < end; clock_manual_advance(clock, STEP_S)) {
		shared->now = clock->now_s;
		if (!r->has_third && clock->now_s >= morning + THIRD_S) {
			r->has_third = true;
			r->w.n_offers = 2;
			world_offer(&r->w, "{}");
		}
		look_for_dead(r);
		gateway_calls(r, 0);
		world_plan(&r->w);
		look_for_dead(r);
		run_lanes(r);
	}
}

/* --- an engine ------------------------------------------------------------ */

static void settings(struct plan_settings *s)
{
	json_t *config = fixture_json(
		"{'planner':{'hold_minutes':0,'youth_per_day':3,"
		"'youth_per_week':9},"
		"'agency_defaults':{'sms_sender':'MISSIONLOC'},"
		"'mail':{'transport':'smtp','from_address':'offres@ml.example',"
		"'from_name':'Missions Locales'},"
		"'sms':{'gateway':'smsmode','profile':'vln','number':"
		"'+33639980000'},"
		"'front':{'base_url':'https://o.ml.example'}}");
	plan_settings_read(s, config);
	json_decref(config);
}

/* A network with everything to do, in a file to start from. */
static void make_base(void)
{
	struct world w;
	json_t *rows = json_array();
	world_open(&w, base_path, "2026-11-23T08:30");
	world_people(&w, 0, "{}", AGENCY_AUTOMATIC);
	for (int i = 1; i <= OUTSIDE_N; i++) {
		char ref[8], more[120];
		snprintf(ref, sizeof(ref), "%d", i);
		snprintf(more, sizeof(more),
			 "{'channel':'%s','phone':'+3363998000%d',"
			 "'email':'j%d@jeune.example'}",
			 i <= OUTSIDE_N_SMS ? "sms" : "email", i, i);
		json_array_append_new(rows, world_youth(ref, more));
	}
	world_import(&w, "ml1", 0, rows);
	world_at(&w, "2026-11-23T08:31");
	for (int i = 0; i < 2; i++)
		world_offer(&w, "{}");
	OK(store_checkpoint(w.s, E));
	world_close(&w);
}

static void live(struct death death, int64_t now)
{
	struct run r = {.death = death, .at_work = ""};
	struct world *w = &r.w;
	int64_t morning;
	bool is_engine =
		death.who == ENGINE_AFTER || death.who == ENGINE_BEFORE;
	char at[24];
	assert_int_equal(instant_parse(MORNING, &morning), 0);
	clock_manual_init(&w->clock, now ? now : morning);
	w->s = fixture_open(db_path);
	snprintf(at, sizeof(at), "%d%s", death.at,
		 death.who == ENGINE_BEFORE ? "-" : "");
	setenv("ETRIER_KILL_AT", at, 1);
	if (is_engine)
		store_kill_from_env(w->s);
	store_on_commit(w->s, on_commit, &r);
	arena_init(&w->a);
	w->polled = json_array();
	w->delivered = json_array();
	settings(&w->set);
	world_start(w);
	run_day(&r, morning);
	store_on_commit(w->s, NULL, NULL);
	world_close(w);
	if (death.who == NOBODY)
		shared->n_commits = r.n_commits;
	_exit(0);
}

/* How the child ended: KILLED or 0. */
static int run_child(struct death death, int64_t now)
{
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		live(death, now);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) ||
	    (WEXITSTATUS(status) && WEXITSTATUS(status) != KILLED))
		fail_msg("%s at commit %d: status %x", who_words[death.who],
			 death.at, (unsigned)status);
	return WEXITSTATUS(status);
}

static void copy_file(const char *from, const char *to)
{
	char piece[65536];
	int in = open(from, O_RDONLY);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(in >= 0 && out >= 0);
	for (ssize_t n; (n = read(in, piece, sizeof(piece))) > 0;)
		assert_int_equal(write(out, piece, (size_t)n), n);
	close(in);
	close(out);
}

static void fresh(void)
{
	static const char *const ends[] = {"-wal", "-shm"};
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		char path[320];
		snprintf(path, sizeof(path), "%s%s", db_path, ends[i]);
		unlink(path);
	}
	unlink(outside.log);
	copy_file(base_path, db_path);
	shared->now = 0;
}

/* A whole day in which this death happens. */
static void one_day(struct death death, const struct kill_seen *quiet,
		    struct kill_seen *seen)
{
	char what[60];
	fresh();
	outside_start(&outside, death.who == NOBODY);
	bool was_killed = run_child(death, 0) == KILLED;
	/* A minute later systemd's, or the supervisor's, new one is there. */
	if (was_killed)
		run_child((struct death){0},
			  shared->now ? shared->now + 60 : 0);
	outside_stop(&outside);
	snprintf(what, sizeof(what), "%s, commit %d", who_words[death.who],
		 death.at);
	bool may_doubt = death.who != NOBODY && death.who != FRONT &&
			 death.who != MAIL_EARLY && death.who != MAIL_LATE;
	kill_check(&outside, db_path, what, may_doubt, quiet, seen);
}

/* --- which of them -------------------------------------------------------- */

static int64_t asked(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);
	if (text)
		assert_int_equal(num_parse_int(text, 0, INT32_MAX, &otherwise),
				 0);
	return otherwise;
}

/* Those of the commits that must be; then the others. */
static size_t list_deaths(struct death *out, bool must)
{
	const unsigned always = 1u << ENGINE_AFTER | 1u << FRONT;
	size_t n = 0;
	for (int at = 1; at <= shared->n_commits; at++) {
		unsigned all = shared->matters[at];
		unsigned first = all & MUST ? all & always : 0;
		unsigned which = must ? first : all & ~first;
		for (enum who who = ENGINE_AFTER; who < N_WHO; who++)
			if (which & 1u << who)
				out[n++] = (struct death){who, at};
	}
	return n;
}

/* A sample: `most` of them come first. */
static void pick(struct death *v, size_t n, size_t most, uint64_t seed)
{
	for (size_t i = 0; i < most && i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		size_t k = i + (size_t)((seed >> 33) % (n - i));
		struct death other = v[i];
		v[i] = v[k];
		v[k] = other;
	}
}

static void test_any_death_at_any_commit(void **state)
{
	(void)state;
	static struct death deaths[COMMITS_MAX * N_WHO];
	struct kill_seen quiet = {0}, seen = {0};
	int64_t seed =
		asked("ETRIER_KILL_SEED", clock_now(clock_system()) % 100000);
	bool is_all = asked("ETRIER_KILL_ALL", 0);
	one_day((struct death){NOBODY, 0}, NULL, &quiet);
	assert_in_range(shared->n_commits, 40, COMMITS_MAX);
	size_t n_must = list_deaths(deaths, true);
	size_t n = n_must + list_deaths(deaths + n_must, false);
	size_t n_todo = is_all ? n : n_must + SAMPLE;
	printf("%d commits, %zu deaths, %zu of them, seed %lld; without: "
	       "%d SMS, %d mails, %d digests\n",
	       shared->n_commits, n, n_todo, (long long)seed, quiet.n_sms,
	       quiet.n_mails, quiet.n_digests);
	if (getenv("ETRIER_KILL_COMMIT")) { /* one of them, by its words */
		deaths[0] = (struct death){
			(enum who)asked("ETRIER_KILL_WHO", ENGINE_AFTER),
			(int)asked("ETRIER_KILL_COMMIT", 1)};
		n_todo = 1;
	} else if (!is_all) {
		pick(deaths + n_must, n - n_must, SAMPLE, (uint64_t)seed);
	}
	for (size_t i = 0; i < n_todo; i++) {
		one_day(deaths[i], &quiet, &seen);
		if (is_all && i % 50 == 49)
			fprintf(stderr, "%zu of %zu\n", i + 1, n_todo);
	}
	printf("%zu deaths: %d SMS and %d mails left, %d mails again, %d SMS "
	       "uncertain\n",
	       n_todo, seen.n_sms, seen.n_mails, seen.n_again,
	       seen.n_uncertain);
	kill_seen_clear(&quiet);
	kill_seen_clear(&seen);
}

static int begin(void **state)
{
	(void)state;
	own_pid = getpid();
	fixture_folder(outside.folder);
	snprintf(base_path, sizeof(base_path), "%s/base.db", outside.folder);
	snprintf(db_path, sizeof(db_path), "%s/etrier.db", outside.folder);
	snprintf(outside.log, sizeof(outside.log), "%s/outside",
		 outside.folder);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	outside_open(&outside);
	make_lanes();
	make_base();
	return 0;
}

static int end(void **state)
{
	if (getpid() != own_pid) /* a child that failed comes by here */
		return 0;
	lane_conf_free(conf);
	curl_global_cleanup();
	fixture_remove(outside.folder);
	return world_refdata_free(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_death_at_any_commit)};
	return cmocka_run_group_tests(tests, begin, end);
}
