/* SPDX-License-Identifier: EUPL-1.2 */
/* Writing the audit log (audit.h has its form).
 *
 * A line is on the disk before the change it tells of begins, so a log that
 * cannot be written stops changes, never the other way round. The database's
 * memory of the head comes later, with other work: when the engine dies in
 * between, the log is ahead of it and the chain says that it is whole. Half a
 * line that a power cut left is moved into a line of its own that says so. */
#include <etrier/audit.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines between two looks; when the log is opened it is checked whole. */
#define LINES_A_STEP 1000

struct audit {
	struct store *store;
	const struct clock *clock;
	char *folder;
	int fd;		/* of the month's file, -1: not open */
	char month[16]; /* its name, "2026-11.log" */
	int64_t seq, kept_seq;
	char hash[AUDIT_HASH_HEX];
	bool is_ready; /* seq and hash are those of the last line */
};

struct audit *audit_new(struct store *store, const struct clock *clock,
			const char *folder)
{
	struct audit *a = mem_alloc(sizeof(*a));
	a->store = store;
	a->clock = clock;
	a->folder = mem_dup(folder);
	a->fd = -1;
	return a;
}

void audit_free(struct audit *a)
{
	struct err lost;
	if (!a)
		return;
	(void)audit_keep_head(a, &lost);
	if (a->fd >= 0)
		close(a->fd);
	free(a->folder);
	free(a);
}

int audit_keep_head(struct audit *a, struct err *err)
{
	if (!a->is_ready || a->seq == a->kept_seq)
		return 0;
	if (store_audit_keep(a->store, a->seq, a->hash, err))
		return -1;
	a->kept_seq = a->seq;
	return 0;
}

static int fail(const struct audit *a, const char *file, int why,
		struct err *err)
{
	return err_set(err, ERR_STORE, "the audit log %s/%s: %s", a->folder,
		       file, strerror(why));
}

/* What stands behind the last line end of the newest file is no line. */
static int cut_half_line(struct audit *a, const char *name, off_t *cut,
			 struct err *err)
{
	char *path = mem_printf("%s/%s", a->folder, name);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int result = fd < 0 ? fail(a, name, errno, err) : 0;
	char bytes[AUDIT_LINE_MAX + 2];
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END), from;
	from = size > (off_t)sizeof(bytes) ? size - (off_t)sizeof(bytes) : 0;
	ssize_t n = fd < 0 ? 0 : pread(fd, bytes, (size_t)(size - from), from);
	*cut = 0;
	if (n > 0 && bytes[n - 1] != '\n') {
		const char *end = memrchr(bytes, '\n', (size_t)n);
		off_t good = end ? from + (end - bytes) + 1 : from;
		*cut = size - good;
		if (ftruncate(fd, good) || fsync(fd))
			result = fail(a, name, errno, err);
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

/* The newest file of the folder, "" when there is none. */
static void newest(const struct audit *a, char name[16])
{
	*name = '\0';
	DIR *d = opendir(a->folder);
	for (struct dirent *e; d && (e = readdir(d));) {
		if (strlen(e->d_name) == strlen("2026-11.log") &&
		    str_ends(e->d_name, ".log") && strcmp(e->d_name, name) > 0)
			str_copy(name, 16, e->d_name);
	}
	if (d)
		closedir(d);
}

/* Where the chain stands. A log that is broken is not gone on with. */
static int find_end(struct audit *a, off_t *cut, struct err *err)
{
	int64_t seq;
	char hash[AUDIT_HASH_HEX];
	int got = 1;
	if (mkdir(a->folder, 0700) && errno != EEXIST)
		return fail(a, "", errno, err);
	newest(a, a->month);
	*cut = 0;
	if (*a->month && cut_half_line(a, a->month, cut, err))
		return -1;
	if (store_audit_head(a->store, &seq, hash, err))
		return -1;
	struct audit_chain *c = audit_chain_open(a->folder, err);
	if (!c)
		return -1;
	audit_chain_want(c, seq);
	while (got == 1)
		got = audit_chain_step(c, LINES_A_STEP, err);
	if (!got)
		got = audit_chain_covers(c, seq, hash, err);
	if (!got) {
		a->seq = audit_chain_seq(c);
		a->kept_seq = seq;
		str_copy(a->hash, sizeof(a->hash), audit_chain_hash(c));
	}
	audit_chain_free(c);
	return got ? err_prefix(err, "the audit log is not whole") : 0;
}

/* The file of this month; when the clock went back, the newest there is. */
static int open_month(struct audit *a, struct err *err)
{
	char day[11], name[16];
	date_format(paris_date(clock_now(a->clock)), day);
	snprintf(name, sizeof(name), "%.7s.log", day);
	if (strcmp(name, a->month) < 0)
		str_copy(name, sizeof(name), a->month);
	if (a->fd >= 0 && str_eq(name, a->month))
		return 0;
	if (a->fd >= 0)
		close(a->fd);
	char *path = mem_printf("%s/%s", a->folder, name);
	a->fd = open(path,
		     O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		     0600);
	int why = errno;
	free(path);
	if (a->fd < 0)
		return fail(a, name, why, err);
	str_copy(a->month, sizeof(a->month), name);
	return 0;
}

/* The whole line, hash included, into b. */
static void compose(const struct audit *a, json_t *members, struct buf *b,
		    char hash[AUDIT_HASH_HEX])
{
	char at[21];
	unsigned char bytes[crypto_hash_sha256_BYTES];
	json_t *v = json_object();
	instant_format(clock_now(a->clock), at);
	json_object_set_new(v, "seq", json_integer(a->seq + 1));
	js_put_str(v, "at", at);
	json_object_update(v, members);
	js_put_str(v, "prev", a->hash);
	js_write(v, b);
	json_decref(v);
	crypto_hash_sha256(bytes, (const unsigned char *)b->data, b->len);
	sodium_bin2hex(hash, AUDIT_HASH_HEX, bytes, sizeof(bytes));
	b->len--; /* the brace */
	buf_printf(b, ",\"hash\":\"%s\"}\n", hash);
}

static int append(struct audit *a, json_t *members, struct err *err)
{
	struct buf b;
	char hash[AUDIT_HASH_HEX];
	buf_init(&b, AUDIT_LINE_MAX + 1);
	compose(a, members, &b, hash);
	int result = 0;
	if (b.too_big) {
		result = err_set(err, ERR_LIMIT,
				 "an audit line of more than "
				 "%zu bytes",
				 AUDIT_LINE_MAX);
	} else if (write(a->fd, b.data, b.len) != (ssize_t)b.len ||
		   fdatasync(a->fd)) {
		result = fail(a, a->month, errno ? errno : ENOSPC, err);
		/* Where the file ends now is looked up again. */
		a->is_ready = false;
		close(a->fd);
		a->fd = -1;
	} else {
		a->seq++;
		str_copy(a->hash, sizeof(a->hash), hash);
	}
	buf_clear(&b);
	return result;
}

static int get_ready(struct audit *a, struct err *err)
{
	off_t cut = 0;
	if (!a->is_ready) {
		if (find_end(a, &cut, err))
			return -1;
		a->is_ready = true;
	}
	if (open_month(a, err))
		return -1;
	if (!cut)
		return 0;
	json_t *note = json_object(), *what = json_object();
	json_object_set_new(what, "bytes", json_integer(cut));
	js_put_str(note, "by", "engine");
	js_put_str(note, "cmd", "half a line was cut off");
	json_object_set_new(note, "what", what);
	int result = append(a, note, err);
	json_decref(note);
	return result;
}

int audit_write(struct audit *a, json_t *members_take, struct err *err)
{
	int result = get_ready(a, err) ? -1 : append(a, members_take, err);
	json_decref(members_take);
	return result;
}

int audit_renew(struct audit *a, json_t *members_take, struct err *err)
{
	char at[21], hash[AUDIT_HASH_HEX];
	int64_t seq;
	int result = store_audit_head(a->store, &seq, hash, err);
	instant_format(clock_now(a->clock), at);
	char *aside = mem_printf("%s.broken-%s", a->folder, at);
	if (!result && rename(a->folder, aside) && errno != ENOENT)
		result = fail(a, "", errno, err);
	if (!result)
		result = store_audit_forget(a->store, err);
	free(aside);
	if (result) {
		json_decref(members_take);
		return -1;
	}
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	a->is_ready = false;
	a->kept_seq = 0;
	json_object_set_new(members_take, "lines", json_integer(seq));
	js_put_str(members_take, "last", hash);
	return audit_write(a, members_take, err);
}
