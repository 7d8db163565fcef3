/* SPDX-License-Identifier: EUPL-1.2 */
/* Secret files: where they are looked for, who may read them, and what they
 * must hold. A secret is never quoted in a diagnostic. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include "settings_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_SIZE ((size_t)32)

/* The prefix of the unit's LoadCredential=etrier:FOLDER (systemd.exec(5):
 * the files of a folder become ID_FILENAME). */
#define CREDENTIAL_PREFIX "etrier_"

enum secret_kind {
	SECRET_KEY,  /* 32 bytes, kept as hex */
	SECRET_LINE, /* a word of somebody else's: one line of visible ASCII */
	SECRET_PATH  /* a word that stands in an address: letters, digits, - _
		      */
};
#define SECRET_LINE_MAX 400
/* Below it a secret in an address could be found by trying. */
#define SECRET_PATH_MIN 16
#define SECRET_PATH_MAX 100

struct secret {
	const char *path; /* of the setting */
	const char *name; /* in settings.secrets */
	enum secret_kind kind;
};
/* The two keys first: see settings_load_secrets(). */
static const struct secret secrets[] = {
	{"security.needs_key_file", "security.needs_key", SECRET_KEY},
	{"security.token_key_file", "security.token_key", SECRET_KEY},
	{"sms.key_file", "sms.key", SECRET_LINE},
	{"sms.ovh_secret_file", "sms.ovh_secret", SECRET_LINE},
	{"sms.ovh_consumer_file", "sms.ovh_consumer", SECRET_LINE},
	{"sms.callback_secret_file", "sms.callback_secret", SECRET_PATH},
};
static const char *const how_to_make[] = {
	[SECRET_KEY] = "; make one: (umask 077; head -c 32 /dev/urandom > "
		       "FILE)",
	[SECRET_LINE] = "; it holds what the gateway gave you, one line",
	[SECRET_PATH] = "; make one: (umask 077; head -c 24 /dev/urandom | "
			"base64 | tr +/ -_ > FILE)"};

static void tell(struct settings_load *l, const char *path, const char *file,
		 const char *what)
{
	const struct ynode *n = settings_node(l->root, path);
	diag_add(l->diags, DIAG_ERROR, n->file, n->line, n->col, "%s: %s: %s",
		 path, file, what);
}

/* The places where the file may be, best first. */
static void list_places(struct settings_load *l, const char *value,
			const char *places[4])
{
	const char *folder = settings_text(l->s->all, "paths.secrets");
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	int n = 0;
	if (strchr(value, '/')) {
		places[n++] = value;
	} else {
		if (folder)
			places[n++] =
				arena_printf(l->arena, "%s/%s", folder, value);
		if (credentials) {
			places[n++] = arena_printf(l->arena, "%s/%s",
						   credentials, value);
			places[n++] = arena_printf(l->arena,
						   "%s/" CREDENTIAL_PREFIX "%s",
						   credentials, value);
		}
	}
	places[n] = NULL;
}

/* An open descriptor of the first place that can be read, or -1 with errno of
 * the best place; *file is the place meant. Under systemd the folder itself is
 * closed to the service and only the credential can be read. */
static int open_secret(struct settings_load *l, const char *value,
		       const char **file)
{
	const char *places[4];
	list_places(l, value, places);
	int first_errno = ENOENT;
	for (int i = 0; places[i]; i++) {
		int fd = open(places[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0) {
			*file = places[i];
			return fd;
		}
		if (i == 0)
			first_errno = errno;
	}
	*file = places[0] ? places[0] : value;
	errno = first_errno;
	return -1;
}

/* The key in hex (2 * KEY_SIZE + 1 bytes); false: neither 32 bytes nor 64 hex
 * digits, with a line end perhaps. */
static bool key_to_hex(const char *bytes, size_t n, char *hex)
{
	unsigned char key[KEY_SIZE];
	size_t len = KEY_SIZE;
	bool is_key = n == KEY_SIZE;
	if (is_key)
		memcpy(key, bytes, KEY_SIZE);
	while (!is_key && n && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
		n--;
	if (!is_key && n == 2 * KEY_SIZE)
		is_key = !sodium_hex2bin(key, sizeof(key), bytes, n, NULL, &len,
					 NULL) &&
			 len == KEY_SIZE;
	if (is_key)
		sodium_bin2hex(hex, 2 * KEY_SIZE + 1, key, KEY_SIZE);
	sodium_memzero(key, sizeof(key));
	return is_key;
}

/* One line without its end, into text; false: not such a line. */
static bool line_of(const char *bytes, size_t n, size_t min, size_t max,
		    const char *allowed, char *text)
{
	while (n && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
		n--;
	if (n < min || n > max)
		return false;
	for (size_t i = 0; i < n; i++)
		if (bytes[i] <= ' ' || bytes[i] > '~' ||
		    (allowed && !strchr(allowed, bytes[i])))
			return false;
	memcpy(text, bytes, n);
	text[n] = '\0';
	return true;
}

/* What the file holds as the secret's text (SETTINGS_SECRET_MAX bytes), or why
 * it is none. */
static const char *read_secret(enum secret_kind kind, const char *bytes,
			       size_t n, char *text)
{
	switch (kind) {
	case SECRET_KEY:
		return key_to_hex(bytes, n, text)
			       ? NULL
			       : "must hold 32 bytes or 64 hex digits";
	case SECRET_LINE:
		return line_of(bytes, n, 1, SECRET_LINE_MAX, NULL, text)
			       ? NULL
			       : "must hold one line without blanks, of at most "
				 "400 bytes";
	default:
		return line_of(bytes, n, SECRET_PATH_MIN, SECRET_PATH_MAX,
			       "abcdefghijklmnopqrstuvwxyz"
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_",
			       text)
			       ? NULL
			       : "must hold 16 to 100 letters, digits, - and _";
	}
}

/* Why the file may not be used; NULL when it may. */
static const char *mode_problem(int fd)
{
	struct stat st;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_mode & S_IRWXO)
		return "open to everybody on this machine: chmod o-rwx it";
	return NULL;
}

static void load_secret(struct settings_load *l, const struct secret *secret)
{
	const char *value = settings_text(l->s->all, secret->path);
	const char *file, *problem;
	char bytes[SETTINGS_SECRET_MAX], text[SETTINGS_SECRET_MAX];
	if (!value)
		return;
	int fd = open_secret(l, value, &file);
	if (fd < 0) {
		char *what = arena_printf(l->arena, "%s%s", strerror(errno),
					  how_to_make[secret->kind]);
		tell(l, secret->path, file, what);
		return;
	}
	problem = mode_problem(fd);
	ssize_t n = problem ? 0 : read(fd, bytes, sizeof(bytes));
	if (n < 0)
		problem = strerror(errno);
	else if (!problem)
		problem = read_secret(secret->kind, bytes, (size_t)n, text);
	if (problem)
		tell(l, secret->path, file, problem);
	else
		js_put_str(l->s->secrets, secret->name, text);
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(text, sizeof(text));
	close(fd);
}

void settings_load_secrets(struct settings_load *l)
{
	l->s->secrets = json_object();
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		load_secret(l, &secrets[i]);
	const char *a = js_str(l->s->secrets, secrets[0].name, NULL);
	const char *b = js_str(l->s->secrets, secrets[1].name, NULL);
	if (a && b && str_eq(a, b))
		tell(l, secrets[1].path,
		     settings_text(l->s->all, secrets[1].path),
		     "the same key as security.needs_key_file: each wants its "
		     "own");
}
