/* SPDX-License-Identifier: EUPL-1.2 */
/* Is the audit log whole? File by file, line by line, in bounded memory; needs
 * neither keys nor the database. Does not: say whether what it tells is true,
 * only that nobody changed it afterwards. */
#include <etrier/audit.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZEROS                              \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000"

struct audit_chain {
	char *folder;
	struct dirent **names;
	int n, next; /* files, the next to open */
	FILE *f;
	int64_t line; /* in the file */
	int64_t seq;
	char hash[AUDIT_HASH_HEX];
	int64_t wanted_seq;
	char wanted[AUDIT_HASH_HEX];
};

/* 2026-11.log */
static int is_month(const struct dirent *d)
{
	static const char form[] = "dddd-dd.log";
	for (size_t i = 0; i < sizeof(form); i++) {
		char c = d->d_name[i];
		if (form[i] == 'd' ? c < '0' || c > '9' : c != form[i])
			return 0;
	}
	return 1;
}

struct audit_chain *audit_chain_open(const char *folder, struct err *err)
{
	struct audit_chain *c = mem_alloc(sizeof(*c));
	c->folder = mem_dup(folder);
	c->n = scandir(folder, &c->names, is_month, alphasort);
	str_copy(c->hash, sizeof(c->hash), ZEROS);
	if (c->n >= 0)
		return c;
	err_set(err, ERR_STORE, "%s: %s", folder, strerror(errno));
	c->n = 0;
	audit_chain_free(c);
	return NULL;
}

void audit_chain_free(struct audit_chain *c)
{
	if (!c)
		return;
	if (c->f)
		fclose(c->f);
	for (int i = 0; i < c->n; i++)
		free(c->names[i]);
	free(c->names);
	free(c->folder);
	free(c);
}

static int broken(const struct audit_chain *c, const char *what,
		  struct err *err)
{
	return err_set(err, ERR_INPUT, "%s:%lld: %s",
		       c->next ? c->names[c->next - 1]->d_name : c->folder,
		       (long long)c->line, what);
}

/* The line without its hash, and that hash. */
static bool split_hash(char *line, size_t n, char hash[AUDIT_HASH_HEX])
{
	static const char key[] = ",\"hash\":\"";
	size_t tail = sizeof(key) - 1 + AUDIT_HASH_HEX - 1 + 2; /* "} */
	if (n < tail || strncmp(line + n - tail, key, sizeof(key) - 1) != 0 ||
	    strcmp(line + n - 2, "\"}") != 0)
		return false;
	memcpy(hash, line + n - 2 - (AUDIT_HASH_HEX - 1), AUDIT_HASH_HEX - 1);
	hash[AUDIT_HASH_HEX - 1] = '\0';
	line[n - tail] = '}';
	line[n - tail + 1] = '\0';
	return true;
}

static int check_line(struct audit_chain *c, char *line, size_t n,
		      struct err *err)
{
	char said[AUDIT_HASH_HEX], is[AUDIT_HASH_HEX];
	unsigned char bytes[crypto_hash_sha256_BYTES];
	if (n && line[n - 1] == '\n')
		line[--n] = '\0';
	else
		return broken(c, "the line has no end: it was cut", err);
	if (!split_hash(line, n, said))
		return broken(c, "no line of the audit log", err);
	crypto_hash_sha256(bytes, (const unsigned char *)line, strlen(line));
	sodium_bin2hex(is, sizeof(is), bytes, sizeof(bytes));
	if (!str_eq(said, is))
		return broken(c, "the line was changed", err);
	json_t *v = js_parse(line, strlen(line), NULL);
	bool follows = str_eq(js_str(v, "prev", ""), c->hash) &&
		       js_int(v, "seq", -1) == c->seq + 1;
	json_decref(v);
	if (!follows)
		return broken(c,
			      "it does not follow the line before: lines are "
			      "missing or were put in",
			      err);
	c->seq++;
	str_copy(c->hash, sizeof(c->hash), said);
	if (c->seq == c->wanted_seq)
		str_copy(c->wanted, sizeof(c->wanted), said);
	return 0;
}

static int open_next(struct audit_chain *c, struct err *err)
{
	char *path = mem_printf("%s/%s", c->folder, c->names[c->next]->d_name);
	c->f = fopen(path, "re");
	free(path);
	c->next++;
	c->line = 0;
	return c->f ? 0 : broken(c, strerror(errno), err);
}

int audit_chain_step(struct audit_chain *c, int lines, struct err *err)
{
	char line[AUDIT_LINE_MAX + 2];
	while (lines-- > 0) {
		if (!c->f && c->next == c->n)
			return 0;
		if (!c->f && open_next(c, err))
			return -1;
		if (!fgets(line, sizeof(line), c->f)) {
			fclose(c->f);
			c->f = NULL;
			continue;
		}
		c->line++;
		if (check_line(c, line, strlen(line), err))
			return -1;
	}
	return 1;
}

int64_t audit_chain_seq(const struct audit_chain *c)
{
	return c->seq;
}

const char *audit_chain_hash(const struct audit_chain *c)
{
	return c->hash;
}

void audit_chain_want(struct audit_chain *c, int64_t seq)
{
	c->wanted_seq = seq;
}

int audit_chain_covers(const struct audit_chain *c, int64_t seq,
		       const char *hash, struct err *err)
{
	if (!seq)
		return 0;
	if (c->seq < seq)
		return broken(
			c,
			"the log ends before what the database remembers: "
			"its end was cut off, or files are missing",
			err);
	if (!str_eq(c->wanted, hash))
		return broken(c,
			      "the log is another than the database remembers: "
			      "it was written anew",
			      err);
	return 0;
}

/* --- reading --- */

static void read_file(const char *folder, const char *name, const char *since,
		      size_t limit, json_t *rows)
{
	char line[AUDIT_LINE_MAX + 2];
	char *path = mem_printf("%s/%s", folder, name);
	FILE *f = fopen(path, "re");
	free(path);
	while (f && fgets(line, sizeof(line), f)) {
		json_t *v = js_parse(line, strcspn(line, "\n"), NULL);
		bool is_wanted = v && (!since ||
				       strcmp(js_str(v, "at", ""), since) >= 0);
		if (is_wanted)
			json_array_append(rows, v);
		json_decref(v);
		/* Only the last ones are kept. */
		if (json_array_size(rows) > 2 * limit)
			for (size_t n = json_array_size(rows); n > limit; n--)
				json_array_remove(rows, 0);
	}
	if (f)
		fclose(f);
}

int audit_read(const char *folder, const char *since, size_t limit,
	       json_t *rows, struct err *err)
{
	struct audit_chain *c = audit_chain_open(folder, err);
	if (!c)
		return -1;
	for (int i = 0; i < c->n; i++) {
		/* A month before the date has nothing of it. */
		if (!since || strncmp(c->names[i]->d_name, since, 7) >= 0)
			read_file(folder, c->names[i]->d_name, since, limit,
				  rows);
	}
	while (json_array_size(rows) > limit)
		json_array_remove(rows, 0);
	audit_chain_free(c);
	return 0;
}
