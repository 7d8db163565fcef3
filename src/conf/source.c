/* SPDX-License-Identifier: EUPL-1.2 */
/* The schema of a file of sources.d and the checks that need more than one of
 * its lines. Secrets of a source (keys in headers) are read here, in the
 * supervisor, because the collector may open no file of ours. What the fields
 * of an offer are made of: source_map.c. */
#include "source_ask.h"
#include "source_defaults.h"
#include "source_exec.h"
#include "source_licence.h"
#include "source_map.h"
#include "source_shape.h"
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
	COLUMNS_MAX = 500, /* etrier/csv_split.h */
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
static const char *const separators[] = {",", ";", "|", "tab", NULL};
static const char *const encodings[] = {"utf-8", "windows-1252", "iso-8859-15",
					NULL};
static const char *const delivers_words[] = {"complete", "window", NULL};
static const char *const mode_words[] = {"search", "export", NULL};

static void fail(struct diags *d, const struct ynode *n, const char *text,
		 const char *name)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s%s%s%s", text,
		 name ? " \"" : "", name ? name : "", name ? "\"" : "");
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

static const struct schema column_item = {
	.type = SCHEMA_STR,
	.min = 0,
	.max = PATH_LENGTH_MAX,
	.help = "name of a column; empty: left out"};
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
	 .help = "what the address answers with, or the API that is there; "
		 "exec: a program prints offers"},
	{.key = "title",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 60,
	 .help = "the name that readers are shown; default: name"},
	{.key = "licence",
	 .type = SCHEMA_MAP,
	 .rows = source_licence_rows,
	 .check = source_licence_check,
	 .help = "what the licence of reuse asks"},
	{.key = "enabled",
	 .type = SCHEMA_BOOL,
	 .fallback = "true",
	 .help = "false: keep the file, ask nothing"},
	{.key = "url",
	 .type = SCHEMA_URL,
	 .flags = SCHEMA_REQUIRED,
	 .help = "where the offers are"},
	{.key = "query",
	 .type = SCHEMA_ANY,
	 .help = "parameters added to the address: {name: value or list}"},
	{.key = "form",
	 .type = SCHEMA_ANY,
	 .help = "ask with POST and these fields, as a form"},
	{.key = "json",
	 .type = SCHEMA_ANY,
	 .help = "ask with POST and this body, as JSON"},
	{.key = "auth",
	 .type = SCHEMA_MAP,
	 .rows = source_auth_rows,
	 .help = "who we are to the server"},
	{.key = "paging",
	 .type = SCHEMA_MAP,
	 .rows = source_paging_rows,
	 .help = "an answer that comes in pages"},
	{.key = "split",
	 .type = SCHEMA_LIST,
	 .max = 3,
	 .item = &source_split_item,
	 .fallback = "[]",
	 .help = "ask once per combination of values of some parameters"},
	{.key = "detail",
	 .type = SCHEMA_MAP,
	 .rows = source_detail_rows,
	 .help = "where a single offer is looked up"},
	{.key = "pages",
	 .type = SCHEMA_MAP,
	 .rows = source_pages_rows,
	 .help = "jsonld: where the pages with the offers are found"},
	{.key = "departements",
	 .type = SCHEMA_LIST,
	 .min = 1,
	 .max = 110,
	 .item = &source_code_item,
	 .fallback = "[\"75\", \"77\", \"78\", \"91\", \"92\", \"93\", "
		     "\"94\", \"95\"]",
	 .help = "france_travail: départements asked for, one by one"},
	{.key = "natures",
	 .type = SCHEMA_LIST,
	 .max = 30,
	 .item = &source_code_item,
	 .fallback = "[]",
	 .help = "france_travail: codes natureContrat asked for (E2 "
		 "apprentissage, FS professionnalisation); empty: all"},
	{.key = "mode",
	 .type = SCHEMA_WORD,
	 .words = mode_words,
	 .fallback = "search",
	 .help = "labonnealternance: search (a window) or export (all offers, "
		 "renewed once a day)"},
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
	 .help = "path of the list of offers; empty: the document is the list"},
	{.key = "count",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = PATH_LENGTH_MAX,
	 .help = "path of the feed's own count (json), reported, never trusted"},
	{.key = "each",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = PATH_LENGTH_MAX,
	 .help = "path inside a record of a list whose elements are the offers "
		 "(json, xml); ^.name is then a name of the record"},
	{.key = "separator",
	 .type = SCHEMA_WORD,
	 .words = separators,
	 .help = "what stands between columns (csv); default: found out"},
	{.key = "encoding",
	 .type = SCHEMA_WORD,
	 .words = encodings,
	 .help = "of the whole document (csv); default: found out"},
	{.key = "columns",
	 .type = SCHEMA_LIST,
	 .max = COLUMNS_MAX,
	 .item = &column_item,
	 .help = "names of the columns (csv) when no header line gives them"},
	{.key = "fields",
	 .type = SCHEMA_ANY,
	 .help = "what becomes of a record: field of the offer and path"},
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

static void warn(const struct ynode *root, struct diags *d, const char *text)
{
	diag_add(d, DIAG_WARNING, root->file, root->line, root->col, "%s",
		 text);
}

static void check_sense(const struct ynode *root, const json_t *v,
			struct diags *d)
{
	const json_t *f = json_object_get(v, "fields");
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

/* The one line of a secret file; free(). NULL after an error in d. */
static char *read_secret(const struct ynode *n, const char *value,
			 const char *base_dir, struct diags *d)
{
	struct arena a;
	size_t len = 0;
	struct stat st;
	char *out = NULL;
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
		out = mem_dup(text);
	if (text)
		sodium_memzero(text, strlen(text));
	arena_clear(&a);
	return out;
}

static void read_secrets(const struct ynode *root, json_t *v,
			 const char *base_dir, struct diags *d)
{
	const struct ynode *map = ynode_get(root, "secret_headers");
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(v, "secret_headers"), name, value)
	{
		char *secret =
			read_secret(ynode_get(map, name),
				    json_string_value(value), base_dir, d);
		json_string_set(value, secret ? secret : "");
		if (secret)
			sodium_memzero(secret, strlen(secret));
		free(secret);
	}
}

/* Hash of everything that decides what a record becomes. */
static void put_map_hash(json_t *v)
{
	static const char *const keys[] = {
		"kind",		"url",	    "records",
		"fields",	"unknown",  "false_means_unknown",
		"expires_days", "delivers", "query",
		"form",		"json",	    "split",
		"departements", "natures",  "mode",
		"pages",	"each",	    "separator",
		"encoding",	"columns"};
	struct buf b;
	unsigned char hash[8];
	char hex[2 * sizeof(hash) + 1];
	buf_init(&b, MAP_TEXT_MAX);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const json_t *part = json_object_get(v, keys[i]);
		if (!part)
			continue;
		buf_adds(&b, keys[i]);
		if (json_is_string(part))
			buf_adds(&b, json_string_value(part));
		else if (json_is_integer(part))
			buf_printf(&b, "%lld",
				   (long long)json_integer_value(part));
		else
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
	if (!json_object_get(v, "title"))
		js_put_str(v, "title", js_str(v, "name", NULL));
	put_map_hash(v);
	if (source_is_exec(v))
		source_exec_stamp(v);
}

/* What the kind knows by itself, and over it what the file says. */
static void read_fields(const struct ynode *root, json_t *v, struct diags *d)
{
	const struct ynode *n = ynode_get(root, "fields");
	json_t *all = source_default_fields(js_str(v, "kind", ""));
	json_t *own = n && !ynode_is_null(n) ? source_map_read(n, d) : NULL;
	if (!all && !own)
		fail(d, root, "fields: is wanted for this kind", NULL);
	all = all ? all : json_object();
	json_object_update(all, own);
	json_decref(own);
	/* What was no table, or a title with a mistake, was told so. */
	if (!json_object_get(all, "title") && n && n->kind == YNODE_MAP &&
	    !ynode_get(n, "title"))
		fail(d, n, "fields: an offer needs a title", NULL);
	json_object_set_new(v, "fields", all);
}

static json_t *read_fetched(const struct ynode *root, const char *base_dir,
			    struct diags *d)
{
	size_t before = d->n_errors;
	json_t *v = schema_read(source_schema, root, base_dir, d);
	read_fields(root, v, d);
	check_marks(root, d);
	check_address(root, v, d);
	source_check_shape(root, v, d);
	if (d->n_errors == before)
		check_sense(root, v, d);
	read_secrets(root, v, base_dir, d);
	source_ask_read(root, v, base_dir, read_secret, d);
	return v;
}

json_t *source_read(const struct ynode *root, const char *name_hint,
		    const char *base_dir, struct diags *d)
{
	size_t before = d->n_errors;
	bool is_exec = str_eq(ynode_text(root, "kind"), "exec");
	json_t *v = is_exec ? source_exec_read(root, d)
			    : read_fetched(root, base_dir, d);
	const struct ynode *name = ynode_get(root, "name");
	if (name && name_hint && js_str(v, "name", NULL) &&
	    !str_eq(js_str(v, "name", ""), name_hint))
		fail(d, name,
		     "name and the name of the file differ: this file is",
		     name_hint);
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
	json_t *oauth = json_object_get(copy, "oauth");
	if (oauth)
		js_put_str(oauth, "client_secret", "(set)");
	return copy;
}
