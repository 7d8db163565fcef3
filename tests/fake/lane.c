/* SPDX-License-Identifier: EUPL-1.2 */
/* etrier-lane: supervisor and engine for one lane of the courier, by hand.
 *
 *   etrier-lane [--kill-at-submitting] LANE CONFIG.json TEMPLATES < LINES
 *
 * Forks courier_main(), gives it the configuration (CONFIG.json with the
 * *.mustache files of TEMPLATES/LANG added), then each line of stdin as the
 * engine would, waiting for its verdict before the next. Lines that are no
 * `deliver` are sent and not waited for. Prints every line the lane writes to
 * the engine. Exits as the lane did (128 + signal when it was killed). */
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/role.h>
#include <etrier/roles.h>
#include <etrier/str.h>

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, HIGH_FD = 100 };

static void die(const char *what)
{
	fprintf(stderr, "etrier-lane: %s\n", what);
	exit(2);
}

static char *read_all(FILE *f)
{
	struct buf b;
	char piece[8192];
	buf_init(&b, (size_t)4 * 1024 * 1024);
	for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
		buf_add(&b, piece, n);
	return buf_take(&b);
}

static void add_templates(json_t *list, const char *root, const char *lang)
{
	char *folder = mem_printf("%s/%s", root, lang);
	DIR *d = opendir(folder);
	if (!d)
		die("cannot read the templates");
	for (struct dirent *e; (e = readdir(d));) {
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		char *path = mem_printf("%s/%s", folder, e->d_name);
		char *name = mem_printf("%s/%s", lang, e->d_name);
		FILE *f = fopen(path, "r");
		char *text = f ? read_all(f) : NULL;
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", name,
						      "text", text));
		if (f)
			fclose(f);
		free(path);
		free(name);
		free(text);
	}
	closedir(d);
	free(folder);
}

static char *config_text(const char *file, const char *templates)
{
	struct err err;
	FILE *f = fopen(file, "r");
	if (!f)
		die("cannot read the configuration");
	char *text = read_all(f);
	fclose(f);
	json_t *config = js_parse(text, strlen(text), &err);
	if (!config)
		die(err.text);
	json_t *list = json_array();
	add_templates(list, templates, "fr");
	json_object_set_new(config, "templates", list);
	free(text);
	text = json_dumps(config, JSON_COMPACT);
	json_decref(config);
	return text;
}

static void send_line(int fd, json_t *line_take)
{
	char *text = json_dumps(line_take, JSON_COMPACT);
	char *line = mem_printf("%s\n", text);
	size_t n = strlen(line);
	if (write(fd, line, n) != (ssize_t)n)
		die("the lane does not listen");
	json_decref(line_take);
	free(text);
	free(line);
}

/* One line of a stream, or NULL at its end. */
static json_t *read_line(FILE *f)
{
	char *line = NULL;
	size_t cap = 0;
	struct err err;
	json_t *v = NULL;
	struct pollfd p = {.fd = fileno(f), .events = POLLIN};
	/* The stream is unbuffered: what poll() says is what there is. */
	if (poll(&p, 1, PATIENCE_MS) == 0)
		die("the lane says nothing");
	if (getline(&line, &cap, f) > 0) {
		v = js_parse(line, strlen(line), &err);
		if (!v)
			die(err.text);
	}
	free(line);
	return v;
}

static bool wait_for(FILE *f, const char *type)
{
	for (json_t *v; (v = read_line(f)); json_decref(v)) {
		const char *t = js_str(v, "t", "");
		if (str_eq(t, type)) {
			json_decref(v);
			return true;
		}
		if (str_eq(t, "refused")) {
			char *text = json_dumps(v, JSON_INDENT(1));
			die(text);
		}
	}
	return false;
}

/* Prints what the lane says until `until` (NULL: its end). */
static void echo(FILE *f, const char *until, pid_t kill_at_submitting)
{
	for (json_t *v; (v = read_line(f)); json_decref(v)) {
		char *text = json_dumps(v, JSON_COMPACT);
		const char *t = js_str(v, "t", "");
		bool is_last = until && str_eq(t, until);
		printf("%s\n", text);
		fflush(stdout);
		free(text);
		if (kill_at_submitting && str_eq(t, "submitting"))
			kill(kill_at_submitting, SIGKILL);
		if (is_last) {
			json_decref(v);
			return;
		}
	}
}

static pid_t start_lane(const char *lane, int supervisor[2], int engine[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, supervisor) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, engine) < 0)
		die("no socket pair");
	pid_t pid = fork();
	if (pid == 0) {
		/* Above everything first: the ends may lie on 3 and 4. */
		dup2(supervisor[1], HIGH_FD);
		dup2(engine[1], HIGH_FD + 1);
		dup2(HIGH_FD, ROLE_FD_SUPERVISOR);
		dup2(HIGH_FD + 1, ROLE_FD_ENGINE);
		close_range(ROLE_FD_ENGINE + 1, ~0U, 0);
		_exit(courier_main(lane, 1));
	}
	close(supervisor[1]);
	close(engine[1]);
	return pid;
}

int main(int argc, char **argv)
{
	int supervisor[2], engine[2], status;
	bool kills = argc > 1 && str_eq(argv[1], "--kill-at-submitting");
	if (argc != 4 + kills) {
		fprintf(stderr, "usage: etrier-lane [--kill-at-submitting] "
				"LANE CONFIG.json TEMPLATES < LINES\n");
		return 2;
	}
	argv += kills;
	char *config = config_text(argv[2], argv[3]);
	signal(SIGPIPE, SIG_IGN);
	pid_t pid = start_lane(argv[1], supervisor, engine);
	FILE *from_lane = fdopen(engine[0], "r");
	FILE *from_role = fdopen(supervisor[0], "r");
	setvbuf(from_lane, NULL, _IONBF, 0);
	setvbuf(from_role, NULL, _IONBF, 0);
	send_line(supervisor[0], json_pack("{s:s,s:i,s:s,s:b}", "t", "config",
					   "gen", 1, "text", config, "end", 1));
	free(config);
	if (!wait_for(from_role, "ready"))
		die("the lane died while preparing");
	send_line(supervisor[0],
		  json_pack("{s:s,s:i}", "t", "commit", "gen", 1));
	char *line = NULL;
	size_t cap = 0;
	while (getline(&line, &cap, stdin) > 0) {
		struct err err;
		json_t *v = js_parse(line, strlen(line), &err);
		bool is_deliver = str_eq(js_str(v, "t", ""), "deliver");
		if (!v && write(engine[0], line, strlen(line)) < 0)
			break;
		if (v)
			send_line(engine[0], v);
		if (is_deliver)
			echo(from_lane, "verdict", kills ? pid : 0);
	}
	free(line);
	if (waitpid(pid, &status, WNOHANG) == 0) {
		send_line(supervisor[0], json_pack("{s:s}", "t", "stop"));
		echo(from_lane, NULL, 0);
		waitpid(pid, &status, 0);
	}
	fclose(from_lane);
	fclose(from_role);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
