/* SPDX-License-Identifier: EUPL-1.2 */
/* The schema of a file of sources.d and the checks that need more than one of
 * its lines. Secrets of a source (keys in headers) are read here, in the
 * supervisor, because the collector may open no file of ours. What the fields
 * of an offer are made of: source_map.c. */
#include "source_exec.h"
#include "source_map.h"
#include "yfile.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/path.h>
#include <etrier/str.h>

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	EVERY_MIN_S = 10,
	EVERY_MAX_S = 7 * 86400,
	EXPIRES_WINDOW_DAYS = 45, /* a window never says what has gone */
	SECRET_MAX = 4096,
	HEADERS_MAX = 20,
	HEADER_VALUE_MAX = 1000
};
#define MAP_TEXT_MAX ((size_t)4 * 1024 * 1024)

static const char *const kinds[] = {
	"json",
	"xml",
	"rss",
	"csv",
	"jsonld",
	"exec",
	"france_travail",
	"labonnealternance",
	NULL,
};
static const char *const delivers_words[] = {"complete", "window", NULL};

static void fail(struct diags *d, const struct ynode *n, const char *text,
		 const char *name)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s%s%s%s", text,
		 name ? " \"" : "", name ? name : "", name ? "\"" : "");
}

static void check_kind(const struct ynode *n, const json_t *v, struct diags *d)
{
	const char *kind = json_string_value(v);
	if (!str_eq(kind, "json") && !str_eq(kind, "xml") &&
	    !str_eq(kind, "exec"))
		diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
			 "kind \"%s\" is not in this version; allowed: json "
			 "xml exec",
			 kind);
}

static void check_every(const struct ynode *n, const json_t *v, struct diags *d)
{
	int64_t s;
	if (source_duration_s(json_string_value(v), &s) || s < EVERY_MIN_S ||
	    s > EVERY_MAX_S)
		fail(d, n,
		     "every is written 90s, 30m, 12h or 7d, from 10s to 7d",
		     NULL);
}

static void check_name(const struct ynode *n, const json_t *v, struct diags *d)
{
	const char *s = json_string_value(v);
	if (s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-")])
		fail(d, n, "name has only a-z 0-9 _ and -", NULL);
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if (iscntrl((unsigned char)*s))
			return true;
	return false;
}

/* A key written in the file would be in every copy and backup of it. */
static void check_headers(const struct ynode *n, const json_t *v,
			  struct diags *d)
{
	static const char *const secret[] = {"authorization", "cookie", "key",
					     "token", "secret"};
	const char *name;
	json_t *value;
	(void)n;
	json_object_foreach((json_t *)(uintptr_t)v, name, value)
	{
		const struct ynode *at = ynode_get(n, name);
		if (has_control(json_string_value(value)))
			fail(d, at, "control characters in header", name);
		for (size_t i = 0; i < sizeof(secret) / sizeof(*secret); i++) {
			if (!strstr(name, secret[i]))
				continue;
			fail(d, at,
			     "this looks like a secret: put it in a file and "
			     "name that under secret_headers:",
			     name);
			break;
		}
	}
}

static const struct schema mark_item = {.type = SCHEMA_STR,
					.min = 0,
					.max = 100,
					.help = "a text that means: not said"};
static const struct schema field_item = {.type = SCHEMA_STR,
					 .min = 1,
					 .max = 60,
					 .help = "a yes/no field of the offer"};
static const struct schema header_item = {.type = SCHEMA_STR,
					  .min = 0,
					  .max = HEADER_VALUE_MAX,
					  .help = "value of the header"};
static const struct schema secret_item = {
	.type = SCHEMA_SECRET, .help = "file that holds the whole value"};

const struct schema source_schema[] = {
	{.key = "name",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1,
	 .max = 40,
	 .check = check_name,
	 .help = "the name of the source, the same as the file's"},
	{.key = "kind",
	 .type = SCHEMA_WORD,
	 .flags = SCHEMA_REQUIRED,
	 .words = kinds,
	 .check = check_kind,
	 .help = "what the address answers with; this version reads json and "
		 "xml; exec: a program prints offers"},
	{.key = "enabled",
	 .type = SCHEMA_BOOL,
	 .fallback = "true",
	 .help = "false: keep the file, ask nothing"},
	{.key = "url",
	 .type = SCHEMA_URL,
	 .help = "where the offers are; required but for exec"},
	{.key = "command",
	 .type = SCHEMA_LIST,
	 .min = 1,
	 .max = 64,
	 .item = &source_argument_item,
	 .check = source_exec_command,
	 .help = "exec: the program (absolute path) and its arguments"},
	{.key = "may_read",
	 .type = SCHEMA_LIST,
	 .max = 50,
	 .item = &source_may_read_item,
	 .fallback = "[]",
	 .check = source_exec_may_read,
	 .help = "exec: files and folders the program may read"},
	{.key = "network",
	 .type = SCHEMA_BOOL,
	 .fallback = "false",
	 .help = "exec: the program may open internet sockets"},
	{.key = "timeout_s",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 3600,
	 .fallback = "120",
	 .unit = "s",
	 .help = "exec: the program is killed after so long"},
	{.key = "every",
	 .type = SCHEMA_STR,
	 .min = 2,
	 .max = 8,
	 .fallback = "1h",
	 .check = check_every,
	 .help = "how often to ask: 90s, 30m, 12h, 7d"},
	{.key = "delivers",
	 .type = SCHEMA_WORD,
	 .flags = SCHEMA_REQUIRED,
	 .words = delivers_words,
	 .help = "complete: each answer holds all live offers, one that is "
		 "missing is closed; window: only some, nothing closes"},
	{.key = "records",
	 .type = SCHEMA_STR,
	 .max = PATH_LENGTH_MAX,
	 .fallback = "\"\"",
	 .help = "path of the list of offers; empty: the document is the list"},
	{.key = "count",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = PATH_LENGTH_MAX,
	 .help = "path of the feed's own count (json), reported, never trusted"},
	{.key = "fields",
	 .type = SCHEMA_ANY,
	 .help = "what becomes of a record: field of the offer and path; "
		 "required but for exec"},
	{.key = "unknown",
	 .type = SCHEMA_LIST,
	 .max = 50,
	 .item = &mark_item,
	 .fallback = "[]",
	 .help = "texts that mean \"not said\" in this feed"},
	{.key = "false_means_unknown",
	 .type = SCHEMA_LIST,
	 .max = 50,
	 .item = &field_item,
	 .fallback = "[]",
	 .help = "yes/no fields where this feed's \"no\" says nothing"},
	{.key = "allow_private",
	 .type = SCHEMA_BOOL,
	 .fallback = "false",
	 .help = "the source is on this machine or a private network"},
	{.key = "headers",
	 .type = SCHEMA_NAMED,
	 .max = HEADERS_MAX,
	 .item = &header_item,
	 .fallback = "{}",
	 .check = check_headers,
	 .help = "HTTP headers to send, names in small letters, no secrets"},
	{.key = "secret_headers",
	 .type = SCHEMA_NAMED,
	 .max = HEADERS_MAX,
	 .item = &secret_item,
	 .fallback = "{}",
	 .help = "HTTP headers whose value is read from a file"},
	{.key = "min_interval_ms",
	 .type = SCHEMA_INT,
	 .min = 0,
	 .max = 600000,
	 .fallback = "1000",
	 .unit = "ms",
	 .help = "least time between two requests to the same host"},
	{.key = "max_bytes",
	 .type = SCHEMA_INT,
	 .min = 1024,
	 .max = (int64_t)2 * 1024 * 1024 * 1024,
	 .fallback = "67108864",
	 .unit = "bytes",
	 .help = "largest answer, after decompression"},
	{.key = "max_offers",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 1000000,
	 .fallback = "50000",
	 .help = "most records of one answer"},
	{.key = "max_record_bytes",
	 .type = SCHEMA_INT,
	 .min = 1024,
	 .max = 8 * 1024 * 1024,
	 .fallback = "1048576",
	 .unit = "bytes",
	 .help = "largest record; a larger one costs only itself"},
	{.key = "expires_days",
	 .type = SCHEMA_INT,
	 .min = 0,
	 .max = 400,
	 .unit = "days",
	 .help = "an offer without an end ends so many days after it was last "
		 "changed; 0 never; default 45 for window, 0 for complete"},
	{.key = NULL},
};

static void check_marks(const struct ynode *root, struct diags *d)
{
	const struct ynode *list = ynode_get(root, "false_means_unknown");
	for (size_t i = 0; list && list->kind == YNODE_LIST && i < list->n;
	     i++) {
		const struct ynode *n = &list->kids[i];
		if (n->kind != YNODE_SCALAR)
			continue;
		int field = source_field_find(n->text);
		if (field < 0 || source_field_type(field) != SOURCE_TRI)
			fail(d, n, "no yes/no field of an offer:", n->text);
	}
}

static bool is_inside(const char *url)
{
	static const char *const hosts[] = {
		"localhost", "127.", "10.", "192.168.", "[::1]",
		"[fd",	     "[fc",  "0.",  "169.254.", "[fe80",
	};
	const char *host = strstr(url, "://");
	for (size_t i = 0; host && i < sizeof(hosts) / sizeof(*hosts); i++)
		if (!strncasecmp(host + 3, hosts[i], strlen(hosts[i])))
			return true;
	return false;
}

static void check_address(const struct ynode *root, const json_t *v,
			  struct diags *d)
{
	const struct ynode *n = ynode_get(root, "url");
	const char *url = js_str(v, "url", NULL);
	bool is_private = js_bool(v, "allow_private", false);
	if (!n || !url)
		return;
	if (is_inside(url) && !is_private)
		fail(d, n,
		     "this address is not on the public internet: a source on "
		     "a private or loopback address needs allow_private: true",
		     NULL);
	if (!str_starts(url, "https:") && !is_private &&
	    json_object_size(json_object_get(v, "secret_headers")))
		fail(d, n, "secret_headers are sent over https only", NULL);
}

/* A field of type SCHEMA_STR that is a path of names only: js_split and
 * xml_split take nothing else. */
static void check_plain_path(const struct ynode *root, const char *key,
			     struct diags *d)
{
	const struct ynode *n = ynode_get(root, key);
	struct arena a;
	struct path p;
	struct err err;
	if (!n || n->kind != YNODE_SCALAR || !*n->text)
		return;
	arena_init(&a);
	if (path_parse(&a, n->text, &p, &err))
		diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s: %s", key,
			 err.text);
	else if (strchr(n->text, '['))
		fail(d, n, "no filter is possible in", key);
	arena_clear(&a);
}

static void check_shape(const struct ynode *root, const json_t *v,
			struct diags *d)
{
	const char *kind = js_str(v, "kind", "");
	check_plain_path(root, "records", d);
	check_plain_path(root, "count", d);
	if (str_eq(kind, "xml") && !*js_str(v, "records", ""))
		fail(d, root,
		     "records: is wanted for xml (the path of the elements "
		     "that are offers, from the root: jobs.job)",
		     NULL);
	const struct ynode *count = ynode_get(root, "count");
	if (count && str_eq(kind, "xml"))
		fail(d, count, "count is for json", NULL);
}

static void warn(const struct ynode *root, struct diags *d, const char *text)
{
	diag_add(d, DIAG_WARNING, root->file, root->line, root->col, "%s",
		 text);
}

static void check_sense(const struct ynode *root, const json_t *v,
			struct diags *d)
{
	const json_t *f = json_object_get(v, "fields");
	if (source_is_exec(v))
		return;
	bool is_window = str_eq(js_str(v, "delivers", NULL), "window");
	const struct ynode *days = ynode_get(root, "expires_days");
	if (!json_object_get(f, "ref") && !json_object_get(f, "url"))
		warn(root, d,
		     "neither ref nor url is mapped: offers are told apart by "
		     "their words, and one that is reworded counts as new");
	if (!json_object_get(f, "kind"))
		warn(root, d,
		     "kind is not mapped: every offer goes to the "
		     "adviser as \"to check\"");
	if (is_window && days && !js_int(v, "expires_days", 0) &&
	    !json_object_get(f, "expires"))
		fail(d, days,
		     "a window source without the field expires needs "
		     "expires_days above 0, or its offers would live for ever",
		     NULL);
}

/* As settings.h says of every secret: a bare name is a file of the secrets'
 * folder, or the systemd credential of that name. */
static char *secret_file(const char *value, const char *base_dir,
			 struct arena *a)
{
	static const char *const prefixes[] = {"", "etrier_"};
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	if (strchr(value, '/'))
		return arena_dup(a, value);
	char *path = arena_printf(a, "%s/%s", base_dir ? base_dir : ".", value);
	for (size_t i = 0; credentials && access(path, R_OK) && i < 2; i++) {
		char *other = arena_printf(a, "%s/%s%s", credentials,
					   prefixes[i], value);
		if (!access(other, R_OK))
			return other;
	}
	return path;
}

static void read_secret(const struct ynode *n, const char *value,
			const char *base_dir, json_t *out, struct diags *d)
{
	struct arena a;
	size_t len = 0;
	struct stat st;
	arena_init(&a);
	char *path = secret_file(value, base_dir, &a);
	size_t before = d->n_errors;
	char *text = yfile_read(&a, path, SECRET_MAX, &len, d);
	if (text) {
		text = str_trim(text);
		if (!stat(path, &st) && (st.st_mode & S_IRWXO))
			fail(d, n, "others may read the secret (chmod o-rwx)",
			     path);
		if (!*text || has_control(text) || strlen(text) > len)
			fail(d, n, "one line of text is wanted in", path);
	} else if (d->n_errors == before) {
		fail(d, n, "the secret is not to be read from", path);
	}
	if (text && d->n_errors == before)
		json_string_set(out, text);
	arena_clear(&a);
}

static void read_secrets(const struct ynode *root, json_t *v,
			 const char *base_dir, struct diags *d)
{
	const struct ynode *map = ynode_get(root, "secret_headers");
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(v, "secret_headers"), name, value)
	{
		char *path = mem_dup(json_string_value(value));
		json_string_set(value, "");
		read_secret(ynode_get(map, name), path, base_dir, value, d);
		free(path);
	}
}

/* Hash of everything that decides what a record becomes. */
static void put_map_hash(json_t *v)
{
	static const char *const keys[] = {
		"kind",		"url",	   "records",
		"fields",	"unknown", "false_means_unknown",
		"expires_days", "delivers"};
	struct buf b;
	unsigned char hash[8];
	char hex[2 * sizeof(hash) + 1];
	buf_init(&b, MAP_TEXT_MAX);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const json_t *part = json_object_get(v, keys[i]);
		buf_adds(&b, keys[i]);
		if (json_is_string(part))
			buf_adds(&b, json_string_value(part));
		else if (json_is_integer(part))
			buf_printf(&b, "%lld",
				   (long long)json_integer_value(part));
		else if (part)
			js_write(part, &b);
		buf_addc(&b, '\n');
	}
	unsigned char wide[crypto_generichash_BYTES];
	crypto_generichash(wide, sizeof(wide), (unsigned char *)b.data, b.len,
			   NULL, 0);
	memcpy(hash, wide, sizeof(hash));
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	json_object_set_new(v, "map", json_string(hex));
	buf_clear(&b);
}

static void finish(json_t *v)
{
	int64_t s = 0;
	if (!source_duration_s(js_str(v, "every", ""), &s))
		json_object_set_new(v, "every_s", json_integer(s));
	json_object_del(v, "every");
	if (!json_object_get(v, "expires_days")) {
		bool is_window = str_eq(js_str(v, "delivers", NULL), "window");
		json_object_set_new(
			v, "expires_days",
			json_integer(is_window ? EXPIRES_WINDOW_DAYS : 0));
	}
	put_map_hash(v);
	if (source_is_exec(v))
		source_exec_stamp(v);
}

json_t *source_read(const struct ynode *root, const char *name_hint,
		    const char *base_dir, struct diags *d)
{
	size_t before = d->n_errors;
	json_t *v = schema_read(source_schema, root, base_dir, d);
	const struct ynode *fields = ynode_get(root, "fields");
	if (fields)
		json_object_set_new(v, "fields", source_map_read(fields, d));
	const struct ynode *name = ynode_get(root, "name");
	if (name && name_hint && js_str(v, "name", NULL) &&
	    !str_eq(js_str(v, "name", ""), name_hint))
		fail(d, name,
		     "name and the name of the file differ: this file is",
		     name_hint);
	source_kind_keys(root, v, d);
	check_marks(root, d);
	check_address(root, v, d);
	check_shape(root, v, d);
	if (d->n_errors == before)
		check_sense(root, v, d);
	read_secrets(root, v, base_dir, d);
	if (d->n_errors != before) {
		json_decref(v);
		return NULL;
	}
	finish(v);
	return v;
}

json_t *source_public(const json_t *source)
{
	json_t *copy = json_deep_copy(source);
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(copy, "secret_headers"), name,
			    value) json_string_set(value, "(set)");
	return copy;
}
