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

struct secret {
	const char *path; /* of the setting */
	const char *name; /* in settings.secrets */
	bool is_text;	  /* one line of printable ASCII instead of a key */
};
static const struct secret secrets[] = {
	{"security.needs_key_file", "security.needs_key", false},
	{"security.token_key_file", "security.token_key", false},
	{"mail.password_file", "mail.password", true},
	{"mail.oauth_token_file", "mail.oauth_token", true},
};

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

/* The line as a string, in place: bytes holds n and room for one more. */
static bool text_of(char *bytes, size_t n)
{
	while (n && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
		n--;
	for (size_t i = 0; i < n; i++)
		if (bytes[i] < ' ' || bytes[i] > '~')
			return false;
	bytes[n] = '\0';
	return n > 0;
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
	char bytes[SETTINGS_SECRET_MAX + 1];
	char hex[2 * KEY_SIZE + 1] = "";
	if (!value)
		return;
	int fd = open_secret(l, value, &file);
	if (fd < 0) {
		char *what = arena_printf(
			l->arena,
			secret->is_text
				? "%s"
				: "%s; make one: (umask 077; head -c 32 "
				  "/dev/urandom > FILE)",
			strerror(errno));
		tell(l, secret->path, file, what);
		return;
	}
	problem = mode_problem(fd);
	ssize_t n = problem ? 0 : read(fd, bytes, SETTINGS_SECRET_MAX);
	if (n < 0)
		problem = strerror(errno);
	else if (!problem && secret->is_text && !text_of(bytes, (size_t)n))
		problem = "must hold one line of printable ASCII";
	else if (!problem && !secret->is_text &&
		 !key_to_hex(bytes, (size_t)n, hex))
		problem = "must hold 32 bytes or 64 hex digits";
	if (problem)
		tell(l, secret->path, file, problem);
	else
		js_put_str(l->s->secrets, secret->name,
			   secret->is_text ? bytes : hex);
	sodium_memzero(bytes, sizeof(bytes));
	sodium_memzero(hex, sizeof(hex));
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
