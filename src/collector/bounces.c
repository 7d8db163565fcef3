/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports out of a Maildir. They are parsed here, where the bytes of strangers
 * are read, and not in the engine. A file leaves new/ when what may be kept of
 * it lies in cur/. Does not: follow links, or open what is no plain file. */
#include "bounces.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/dsn.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 200
#define TOKEN_CHARS    10
/* Files that are said nothing of, moved in one turn of the loop. */
#define TURN_FILES 20
/* Reports of one mail. */
#define LINES_MAX 20

struct bounces {
	const struct clock *clock;
	char *dir;
	void (*send)(void *ctx, json_t *line_take);
	void *ctx;
	struct event *timer;
	char name[NAME_MAX_BYTES]; /* in hand, "": none */
	char *kept;		   /* of that, for cur/ */
	int64_t first_id, next_id;
	int n_left;
	bool has_failed;
	int64_t asked_ms;
	int64_t purged_at;
	bool is_told; /* that files cannot be moved */
};

static char *path_of(const struct bounces *b, const char *sub, const char *name)
{
	return mem_printf("%s/%s/%s", b->dir, sub, name);
}

static int write_whole(const char *path, const char *text)
{
	(void)unlink(path); /* of an attempt that was cut short */
	int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		     0600);
	if (fd < 0)
		return -1;
	size_t n = strlen(text);
	bool is_whole = write(fd, text, n) == (ssize_t)n;
	return close(fd) || !is_whole ? -1 : 0;
}

/* Out of new/: what is kept of it lies in cur/ first. False: it stays, and is
 * told of once. */
static bool move(struct bounces *b, const char *name, const char *kept)
{
	char *from = path_of(b, "new", name);
	char *part = path_of(b, "tmp", name);
	char *to = mem_printf("%s/cur/%s%s", b->dir, name,
			      strchr(name, ':') ? "" : ":2,S");
	bool failed =
		write_whole(part, kept) || rename(part, to) || unlink(from);
	if (failed && !b->is_told) {
		b->is_told = true;
		log_event(LOG_ERROR, "bounces.stuck",
			  LOG_S("why", strerror(errno)));
	}
	free(from);
	free(part);
	free(to);
	return !failed;
}

static char *read_mail(const struct bounces *b, const char *name, size_t *n)
{
	struct stat st;
	char *path = path_of(b, "new", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	free(path);
	if (fd < 0)
		return NULL;
	char *bytes = NULL;
	*n = 0;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		size_t max = st.st_size < DSN_BYTES_MAX ? (size_t)st.st_size
							: DSN_BYTES_MAX;
		bytes = mem_alloc(max + 1);
		while (*n < max) {
			ssize_t got = read(fd, bytes + *n, max - *n);
			if (got <= 0)
				break;
			*n += (size_t)got;
		}
	}
	close(fd);
	return bytes;
}

/* --- what it says --- */

/* "stop+TOKEN@" in the head of a mail: the mailto of List-Unsubscribe. */
static json_t *read_stop(const char *bytes, size_t n)
{
	size_t head = n < 16384 ? n : 16384;
	char *text = mem_dup_n(bytes, strnlen(bytes, head));
	char *end = strstr(text, "\n\n");
	char *crlf = strstr(text, "\r\n\r\n");
	json_t *line = NULL;
	if (crlf && (!end || crlf < end))
		end = crlf;
	if (end)
		*end = '\0';
	for (char *p = text; !line && (p = strstr(p, "stop+")); p++) {
		size_t k = strspn(p + 5, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
					 "abcdefghjkmnpqrstvwxyz");
		if (k != TOKEN_CHARS || p[5 + k] != '@')
			continue;
		char *token = mem_dup_n(p + 5, k);
		line = wire_line("bounce");
		js_put_str(line, "kind", "unsubscribe");
		js_put_str(line, "token", token);
		free(token);
	}
	free(text);
	return line;
}

static json_t *report_line(const struct dsn_report *r)
{
	json_t *line = wire_line("bounce");
	js_put_str(line, "kind", dsn_kinds[r->kind]);
	js_put_str(line, "class", dsn_classes[r->class_]);
	js_put_str(line, "status", *r->status ? r->status : NULL);
	js_put_str(line, "envelope_id", r->envelope_id);
	js_put_str(line, "message_id", r->message_id);
	js_put_str(line, "code", r->code);
	js_put_str(line, "source", "maildir");
	return line;
}

/* *kept: what may stay of it, for free(). */
static json_t *read_lines(const char *bytes, size_t n, char **kept)
{
	struct arena a;
	struct dsn d;
	struct err err;
	json_t *lines = json_array(), *stop;
	arena_init(&a);
	bool is_report = !dsn_read(bytes, n, &a, &d, &err);
	if (is_report) {
		for (int i = 0; i < d.n && i < LINES_MAX; i++)
			json_array_append_new(lines,
					      report_line(&d.reports[i]));
	} else if ((stop = read_stop(bytes, n))) {
		json_array_append_new(lines, stop);
	}
	*kept = mem_dup(dsn_keep(bytes, n, is_report, &a));
	arena_clear(&a);
	return lines;
}

/* --- one file --- */

/* True: its lines left, and answers will come. */
static bool begin(struct bounces *b, const char *name)
{
	size_t n, i;
	json_t *line;
	char *bytes = read_mail(b, name, &n);
	if (!bytes)
		return false;
	free(b->kept);
	json_t *lines = read_lines(bytes, n, &b->kept);
	free(bytes);
	b->n_left = (int)json_array_size(lines);
	b->has_failed = false;
	b->first_id = b->next_id;
	b->asked_ms = clock_mono_ms(b->clock);
	json_array_foreach(lines, i, line)
	{
		js_put_int(line, "id", b->next_id++, -1);
		b->send(b->ctx, json_incref(line));
	}
	json_decref(lines);
	if (b->n_left)
		str_copy(b->name, sizeof(b->name), name);
	else
		(void)move(b, name, b->kept);
	return b->n_left > 0;
}

void bounces_look(struct bounces *b)
{
	char *path = mem_printf("%s/new", b->dir);
	DIR *d = opendir(path);
	free(path);
	for (int i = 0; d && i < TURN_FILES; i++) {
		const struct dirent *e = readdir(d);
		if (!e)
			break;
		if (e->d_name[0] == '.' || strlen(e->d_name) >= NAME_MAX_BYTES)
			continue;
		if (begin(b, e->d_name))
			break;
	}
	if (d)
		closedir(d);
}

void bounces_answered(struct bounces *b, int64_t id, bool ok)
{
	if (!b || !*b->name || id < b->first_id || id >= b->next_id)
		return;
	b->has_failed |= !ok;
	if (--b->n_left > 0)
		return;
	/* What could not be stored is said again at the next look. */
	bool is_moved = !b->has_failed && move(b, b->name, b->kept);
	b->name[0] = '\0';
	if (is_moved)
		bounces_look(b);
}

/* --- time --- */

static void purge(struct bounces *b)
{
	int64_t now = clock_now(b->clock);
	struct stat st;
	if (now - b->purged_at < 24 * 3600)
		return;
	b->purged_at = now;
	char *path = mem_printf("%s/cur", b->dir);
	DIR *d = opendir(path);
	const struct dirent *e;
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		char *file = path_of(b, "cur", e->d_name);
		if (!lstat(file, &st) && S_ISREG(st.st_mode) &&
		    now - st.st_mtime > BOUNCES_KEEP_DAYS * 24 * 3600)
			(void)unlink(file);
		free(file);
	}
	if (d)
		closedir(d);
	free(path);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	struct bounces *b = ctx;
	int64_t waited = clock_mono_ms(b->clock) - b->asked_ms;
	purge(b);
	if (*b->name && waited < BOUNCES_ANSWER_S * 1000)
		return;
	b->name[0] = '\0';
	bounces_look(b);
}

struct bounces *bounces_new(struct event_base *base, const struct clock *clock,
			    const char *dir,
			    void (*send)(void *ctx, json_t *line_take),
			    void *ctx)
{
	struct bounces *b = mem_alloc(sizeof(*b));
	b->clock = clock;
	b->dir = mem_dup(dir);
	b->send = send;
	b->ctx = ctx;
	b->next_id = 1;
	b->timer = event_new(base, -1, EV_PERSIST, on_timer, b);
	BUG_ON(!b->timer);
	return b;
}

void bounces_free(struct bounces *b)
{
	if (!b)
		return;
	event_free(b->timer);
	free(b->kept);
	free(b->dir);
	free(b);
}

void bounces_start(struct bounces *b)
{
	if (!b)
		return;
	/* A Maildir made by hand may have none. */
	char *tmp = mem_printf("%s/tmp", b->dir);
	(void)mkdir(tmp, 0700);
	free(tmp);
	event_add(b->timer, &(struct timeval){.tv_sec = BOUNCES_LOOK_S});
	bounces_look(b);
}
