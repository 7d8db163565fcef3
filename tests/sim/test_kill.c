/* SPDX-License-Identifier: EUPL-1.2 */
/* The engine is killed at every commit of a scripted day of digests, mails and
 * SMS, just before it and just after it, while its lanes go on for a moment as
 * real ones do. Then it starts again and the day ends. Each time: nothing
 * planned is forgotten, no SMS left twice, each SMS in doubt is listed, a mail
 * left again only with the same bytes under the same Message-ID. */
#include "../unit/plan_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { PEOPLE = 4, STEPS = 60, KILLED = 9, COMMITS_MAX = 400 };

/* What left the house, kept by the outside world: one line a delivery. */
struct outside {
	char folder[256], log[300], db[300], base[300];
};

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

static char *read_log(const struct outside *o)
{
	FILE *f = fopen(o->log, "r");
	char *text = mem_alloc(1024 * 1024);
	size_t n = f ? fread(text, 1, 1024 * 1024 - 1, f) : 0;
	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

static void append(const struct outside *o, const char *line)
{
	int fd = open(o->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, line, strlen(line)), (ssize_t)strlen(line));
	close(fd);
}

/* The lane sends, whatever becomes of the engine; then it says so. The first
 * try of every mail ends without an answer. */
static void lane_works(struct world *w, const struct outside *o,
		       const json_t *line)
{
	json_t *copy = json_deep_copy(line);
	json_object_del(copy, "lane");
	char *bytes = json_dumps(copy, JSON_SORT_KEYS | JSON_COMPACT);
	bool is_sms = str_eq(js_str(line, "channel", ""), "sms");
	const char *id = js_str(line, "message_id", "");
	char *seen = read_log(o);
	bool is_lost = !is_sms && !strstr(seen, id);
	char *entry = is_sms ? mem_printf("sms %lld\n",
					  (long long)js_int(line, "id", 0))
			     : mem_printf("mail %s %s\n", id, bytes);
	append(o, entry);
	if (is_sms) {
		char *say = mem_printf("{'id':%lld}",
				       (long long)js_int(line, "id", 0));
		world_say(w, "sms-1", "submitting", say);
		free(say);
	}
	world_verdict(w, line, is_lost ? "retry" : "sent",
		      is_lost ? "lost" : "ok");
	free(entry);
	free(seen);
	free(bytes);
	json_decref(copy);
}

static void run_day(struct world *w, const struct outside *o)
{
	world_lanes_up(w);
	for (int i = 0; i < STEPS; i++) {
		world_plan(w);
		OK(outbox_pump(w->outbox, E));
		while (json_array_size(w->delivered)) {
			json_t *line =
				json_incref(json_array_get(w->delivered, 0));
			json_array_remove(w->delivered, 0);
			lane_works(w, o, line);
			json_decref(line);
			OK(outbox_pump(w->outbox, E));
		}
		clock_manual_advance(&w->clock, 300);
	}
}

/* A network with everything to do, in a file to start from. */
static void make_base(struct outside *o)
{
	struct world w;
	json_t *rows = json_array();
	fixture_folder(o->folder);
	snprintf(o->base, sizeof(o->base), "%s/base.db", o->folder);
	snprintf(o->db, sizeof(o->db), "%s/etrier.db", o->folder);
	snprintf(o->log, sizeof(o->log), "%s/outside", o->folder);
	world_open(&w, o->base, "2026-11-23T09:30");
	world_people(&w, 0, "{}", AGENCY_AUTOMATIC);
	for (int i = 1; i <= PEOPLE; i++) {
		char ref[8], more[120];
		snprintf(ref, sizeof(ref), "%d", i);
		snprintf(more, sizeof(more),
			 "{'channel':'%s','phone':'+3363998000%d',"
			 "'email':'j%d@jeune.example'}",
			 i % 2 ? "sms" : "email", i, i);
		json_array_append_new(rows, world_youth(ref, more));
	}
	world_import(&w, "ml1", 0, rows);
	world_at(&w, "2026-11-23T09:31");
	for (int i = 0; i < 2; i++)
		world_offer(&w, "{}");
	OK(store_checkpoint(w.s, E));
	world_close(&w);
}

static void engine(const struct outside *o, const char *kill_at,
		   const char *instant)
{
	struct world w;
	if (kill_at)
		setenv("ETRIER_KILL_AT", kill_at, 1);
	w = (struct world){.n_offers = 0};
	int64_t now;
	assert_int_equal(instant_parse(instant, &now), 0);
	clock_manual_init(&w.clock, now);
	w.s = fixture_open(o->db);
	if (kill_at)
		store_kill_from_env(w.s);
	arena_init(&w.a);
	w.polled = json_array();
	w.delivered = json_array();
	world_settings(&w.set);
	world_start(&w);
	run_day(&w, o);
	world_close(&w);
}

/* How the child ended: KILLED or 0. */
static int run_killed(const struct outside *o, const char *kill_at)
{
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		engine(o, kill_at, "2026-11-23T10:00");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

struct final {
	int n_uncertain, n_sms, n_mail, n_digests, n_open;
	const char *log;
};

static int check_message(void *ctx, const struct store_message *m)
{
	struct final *k = ctx;
	bool is_settled = m->state == STORE_SENT || m->state == STORE_FAILED ||
			  m->state == STORE_UNCERTAIN ||
			  (m->state == STORE_CANCELLED && m->reason);
	k->n_open += !is_settled;
	k->n_uncertain += m->state == STORE_UNCERTAIN;
	k->n_digests += m->kind == STORE_DIGEST && m->state == STORE_SENT;
	k->n_sms += m->channel == CHANNEL_SMS &&
		    (m->state == STORE_SENT || m->state == STORE_UNCERTAIN);
	k->n_mail += m->kind == STORE_OFFER && m->channel == CHANNEL_EMAIL &&
		     m->state == STORE_SENT;
	/* Said to be sent: it was. Left: it is sent or listed as uncertain. */
	char *entry = m->channel == CHANNEL_SMS
			      ? mem_printf("sms %lld\n", (long long)m->id)
			      : mem_printf("mail %s ",
					   m->message_id ? m->message_id : "?");
	const char *left = strstr(k->log, entry);
	if (m->state == STORE_SENT)
		assert_non_null(left);
	if (left && m->channel == CHANNEL_SMS) {
		assert_true(m->state == STORE_SENT ||
			    m->state == STORE_UNCERTAIN);
		assert_null(strstr(left + 1, entry)); /* never twice */
	}
	free(entry);
	return 0;
}

/* Two lines that begin alike ("mail <id> ") are alike to their end. */
static void check_mails(const char *log)
{
	for (const char *p = log; *p; p = strchr(p, '\n') + 1) {
		if (!str_starts(p, "mail "))
			continue;
		size_t n = (size_t)(strchr(p, '\n') - p);
		const char *rest = strchr(p, '{');
		size_t head = (size_t)(rest - p);
		for (const char *q = p + n + 1; *q; q = strchr(q, '\n') + 1)
			if (!strncmp(p, q, head))
				assert_int_equal(strncmp(p, q, n + 1), 0);
	}
}

static void check_end(const struct outside *o, const char *kill_at)
{
	struct store *s = fixture_open(o->db);
	struct store_messages_query q = STORE_MESSAGES_ANY;
	char *log = read_log(o);
	struct final k = {.log = log};
	OK(store_messages_each(s, &q, check_message, &k, E));
	check_mails(log);
	if (k.n_open || k.n_sms != PEOPLE / 2 || k.n_mail != PEOPLE / 2 ||
	    k.n_digests != 1 || k.n_uncertain > 1)
		fail_msg("killed at %s: %d open, %d sms, %d mails, %d digests, "
			 "%d uncertain",
			 kill_at, k.n_open, k.n_sms, k.n_mail, k.n_digests,
			 k.n_uncertain);
	free(log);
	store_close(s);
}

static void fresh(const struct outside *o)
{
	char wal[320];
	snprintf(wal, sizeof(wal), "%s-wal", o->db);
	unlink(wal);
	unlink(o->log);
	copy_file(o->base, o->db);
}

static void test_any_death_at_any_commit(void **state)
{
	(void)state;
	struct outside o;
	make_base(&o);
	for (int before = 0; before < 2; before++) {
		int n = 1;
		for (; n < COMMITS_MAX; n++) {
			char at[16];
			snprintf(at, sizeof(at), "%d%s", n, before ? "-" : "");
			fresh(&o);
			int status = run_killed(&o, at);
			if (status != KILLED && status != 0)
				fail_msg("killed at %s: status %d", at, status);
			engine(&o, NULL, "2026-11-23T10:10");
			check_end(&o, at);
			if (status == 0)
				break;
		}
		printf("kill%s: %d commits\n", before ? " before" : " after",
		       n - 1);
		assert_in_range(n, 15, COMMITS_MAX - 1);
	}
	unlink(o.base);
	unlink(o.log);
	fixture_remove(o.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_death_at_any_commit)};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
