/* SPDX-License-Identifier: EUPL-1.2 */
/* How a source is asked, as a person wrote it: keys, pages, splitting. What a
 * partner's server will not accept is found out by asking it; what no server
 * could accept is found here. */
#include "source_ask.h"

#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/path.h>
#include <etrier/str.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_MAX_BYTES = 100, /* of a parameter */
	VALUE_MAX_BYTES = 1000,
	QUERY_MAX = 40,
	SPLITS_MAX = 3,
	SPLIT_VALUES_MAX = 200,
	PAGES_MAX = 5000
};

static const char *const auth_words[] = {"none",   "basic",  "bearer",
					 "header", "oauth2", NULL};
static const char *const paging_words[] = {"page", "offset", "range",
					   "link", "cursor", NULL};
static const char *const in_words[] = {"query", "body", NULL};
static const char *const from_words[] = {"list", "sitemap", NULL};

const struct schema source_auth_rows[] = {
	{.key = "kind",
	 .type = SCHEMA_WORD,
	 .words = auth_words,
	 .fallback = "none",
	 .help = "none, basic (user, password_file), bearer (token_file), "
		 "header (name, prefix, token_file) or oauth2 (token_url, "
		 "client_id, client_secret_file, scope)"},
	{.key = "user",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 200,
	 .help = "basic: the user's name"},
	{.key = "password_file",
	 .type = SCHEMA_SECRET,
	 .help = "basic: file that holds the password"},
	{.key = "token_file",
	 .type = SCHEMA_SECRET,
	 .help = "bearer, header: file that holds the key"},
	{.key = "name",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = NAME_MAX_BYTES,
	 .help = "header: the name of the header"},
	{.key = "prefix",
	 .type = SCHEMA_STR,
	 .max = 40,
	 .fallback = "\"\"",
	 .help = "header: what stands before the key, \"Token \""},
	{.key = "token_url",
	 .type = SCHEMA_URL,
	 .help = "oauth2: where a token is asked for"},
	{.key = "client_id",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 200,
	 .help = "oauth2: who we are there"},
	{.key = "client_secret_file",
	 .type = SCHEMA_SECRET,
	 .help = "oauth2: file that holds the secret"},
	{.key = "scope",
	 .type = SCHEMA_STR,
	 .max = 400,
	 .fallback = "\"\"",
	 .help = "oauth2: what is asked for, words separated by blanks"},
	{.key = NULL},
};

const struct schema source_paging_rows[] = {
	{.key = "by",
	 .type = SCHEMA_WORD,
	 .words = paging_words,
	 .help = "how the next page is asked for: page (a number), offset, "
		 "range (\"0-149\"), link (the answer names it) or cursor (the "
		 "answer gives a token); absent: one request is all"},
	{.key = "parameter",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = NAME_MAX_BYTES,
	 .help = "name of the parameter for page, offset, range and cursor"},
	{.key = "in",
	 .type = SCHEMA_WORD,
	 .words = in_words,
	 .help = "where it goes: query, or body for a POST; default body when "
		 "there is one"},
	{.key = "first",
	 .type = SCHEMA_INT,
	 .min = 0,
	 .max = 1000,
	 .help = "page: number of the first, default 1; offset, range: 0"},
	{.key = "size",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 10000,
	 .help = "records of a full page; wanted for range"},
	{.key = "size_parameter",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = NAME_MAX_BYTES,
	 .help = "parameter by which that size is asked for"},
	{.key = "next",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = PATH_LENGTH_MAX,
	 .help = "path of the next link or token in the answer; link without "
		 "it: the header Link"},
	{.key = "pages",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = PATH_LENGTH_MAX,
	 .help = "path of the number of pages in the answer"},
	{.key = "max_pages",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = PAGES_MAX,
	 .fallback = "200",
	 .help = "most pages of one list; a longer one is not complete"},
	{.key = NULL},
};

const struct schema source_detail_rows[] = {
	{.key = "url",
	 .type = SCHEMA_STR,
	 .max = 1000,
	 .help = "address of one offer, {ref} for its number: offers that were "
		 "not seen for a while are looked up there, and are withdrawn "
		 "when it answers 204, 404 or 410"},
	{.key = "records",
	 .type = SCHEMA_STR,
	 .max = PATH_LENGTH_MAX,
	 .fallback = "\"\"",
	 .help = "path of the offer in that answer; empty: the answer itself"},
	{.key = "max",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 1000,
	 .fallback = "100",
	 .help = "most offers looked up in one poll"},
	{.key = NULL},
};

const struct schema source_pages_rows[] = {
	{.key = "from",
	 .type = SCHEMA_WORD,
	 .words = from_words,
	 .help = "the address is a list (a page of links) or a sitemap of the "
		 "pages that hold the offers; absent: it is such a page itself"},
	{.key = "match",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 200,
	 .fallback = "\"*\"",
	 .help = "which links are offers: the path of the address, * for "
		 "anything"},
	{.key = "max",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = PAGES_MAX,
	 .fallback = "500",
	 .help = "most pages read in one poll; more are not complete"},
	{.key = NULL},
};

static const struct schema split_value = {.type = SCHEMA_STR,
					  .min = 1,
					  .max = 200,
					  .help = "a value of the parameter"};
static const struct schema split_rows[] = {
	{.key = "parameter",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1,
	 .max = NAME_MAX_BYTES,
	 .help = "name of a parameter of the address"},
	{.key = "values",
	 .type = SCHEMA_LIST,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1,
	 .max = SPLIT_VALUES_MAX,
	 .item = &split_value,
	 .help = "the address is asked once for each of them"},
	{.key = NULL},
};
const struct schema source_split_item = {
	.type = SCHEMA_MAP,
	.rows = split_rows,
	.help = "a parameter and its values",
};
const struct schema source_code_item = {
	.type = SCHEMA_STR, .min = 1, .max = 10, .help = "a code of the API"};

static void fail(struct diags *d, const struct ynode *n, const char *text,
		 const char *name)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s%s%s%s", text,
		 name ? " \"" : "", name ? name : "", name ? "\"" : "");
}

/* The node of the key, or of the nearest thing that is there. */
static const struct ynode *at(const struct ynode *root, const char *section,
			      const char *key)
{
	const struct ynode *n = ynode_get(root, section);
	const struct ynode *below = n && key ? ynode_get(n, key) : NULL;
	return below ? below : n ? n : root;
}

/* --- query, form ---------------------------------------------------------- */

static void check_parameter(const struct ynode *key, const struct ynode *value,
			    struct diags *d)
{
	if (!*key->text || strlen(key->text) > NAME_MAX_BYTES)
		fail(d, key, "a parameter has a name of 1 to 100 bytes", NULL);
	if (value->kind == YNODE_SCALAR &&
	    strlen(value->text) > VALUE_MAX_BYTES)
		fail(d, value, "a value has at most 1000 bytes", NULL);
	if (value->kind == YNODE_MAP)
		fail(d, value, "a text is wanted, or a list of texts", NULL);
}

static json_t *texts_of(const struct ynode *n)
{
	json_t *list = json_array();
	if (n->kind == YNODE_SCALAR)
		json_array_append_new(list, json_string(n->text));
	for (size_t i = 0; n->kind == YNODE_LIST && i < n->n; i++)
		if (n->kids[i].kind == YNODE_SCALAR)
			json_array_append_new(list,
					      json_string(n->kids[i].text));
	return list;
}

/* {name: text or [text...]} becomes {name: [text...]}: numbers as written. */
static void read_parameters(const struct ynode *root, json_t *v,
			    const char *key, struct diags *d)
{
	const struct ynode *n = ynode_get(root, key);
	if (!n || n->kind == YNODE_REFUSED || ynode_is_null(n)) {
		json_object_del(v, key);
		return;
	}
	if (n->kind != YNODE_MAP || n->n > QUERY_MAX) {
		fail(d, n,
		     "a table {parameter: value} of at most 40 rows is "
		     "wanted for",
		     key);
		return;
	}
	json_t *out = json_object();
	for (size_t i = 0; i < n->n; i++) {
		check_parameter(&n->keys[i], &n->kids[i], d);
		json_object_set_new(out, n->keys[i].text,
				    texts_of(&n->kids[i]));
	}
	json_object_set_new(v, key, out);
}

/* --- auth ----------------------------------------------------------------- */

static void put_header(json_t *v, const char *name, const char *prefix,
		       const char *value)
{
	char *text = mem_printf("%s%s", prefix, value);
	json_t *headers = json_object_get(v, "secret_headers");
	if (!headers) {
		headers = json_object();
		json_object_set_new(v, "secret_headers", headers);
	}
	json_object_set_new(headers, name, json_string(text));
	sodium_memzero(text, strlen(text));
	free(text);
}

static char *basic(const char *user, const char *password)
{
	char *pair = mem_printf("%s:%s", user, password);
	size_t size = sodium_base64_ENCODED_LEN(strlen(pair),
						sodium_base64_VARIANT_ORIGINAL);
	char *out = mem_alloc(size);
	sodium_bin2base64(out, size, (unsigned char *)pair, strlen(pair),
			  sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(pair, strlen(pair));
	free(pair);
	return out;
}

/* What each kind wants; "-": nothing. */
static const struct {
	const char *kind, *wants[4];
} auth_keys[] = {
	{"none", {NULL}},
	{"basic", {"user", "password_file", NULL}},
	{"bearer", {"token_file", NULL}},
	{"header", {"name", "token_file", NULL}},
	{"oauth2", {"token_url", "client_id", "client_secret_file", NULL}},
};

static bool has_auth_keys(const struct ynode *root, const json_t *auth,
			  const char *kind, struct diags *d)
{
	bool is_whole = true;
	for (size_t i = 0; i < ARRAY_LEN(auth_keys); i++) {
		const char *const *wants = auth_keys[i].wants;
		if (!str_eq(auth_keys[i].kind, kind))
			continue;
		for (; *wants; wants++) {
			if (json_object_get(auth, *wants))
				continue;
			diag_add(d, DIAG_ERROR, root->file,
				 at(root, "auth", NULL)->line,
				 at(root, "auth", NULL)->col,
				 "auth of kind %s wants %s", kind, *wants);
			is_whole = false;
		}
	}
	return is_whole;
}

static void put_auth(json_t *v, const json_t *auth, const char *kind,
		     const char *secret)
{
	if (str_eq(kind, "bearer")) {
		put_header(v, "authorization", "Bearer ", secret);
	} else if (str_eq(kind, "header")) {
		put_header(v, js_str(auth, "name", ""),
			   js_str(auth, "prefix", ""), secret);
	} else if (str_eq(kind, "basic")) {
		char *code = basic(js_str(auth, "user", ""), secret);
		put_header(v, "authorization", "Basic ", code);
		sodium_memzero(code, strlen(code));
		free(code);
	} else {
		json_object_set_new(v, "oauth",
				    json_pack("{s:s,s:s,s:s,s:s}", "token_url",
					      js_str(auth, "token_url", ""),
					      "client_id",
					      js_str(auth, "client_id", ""),
					      "client_secret", secret, "scope",
					      js_str(auth, "scope", "")));
	}
}

static void read_auth(const struct ynode *root, json_t *v, const char *base_dir,
		      source_secret_fn *read_secret, struct diags *d)
{
	static const char *const files[] = {"password_file", "token_file",
					    "client_secret_file"};
	json_t *auth = json_incref(json_object_get(v, "auth"));
	const char *kind = js_str(auth, "kind", "none");
	const struct ynode *n = ynode_get(root, "auth");
	json_object_del(v, "auth");
	if (str_eq(kind, "none") || !has_auth_keys(root, auth, kind, d))
		goto out;
	const char *token_url = js_str(auth, "token_url", "https:");
	if (!js_bool(v, "allow_private", false) &&
	    (!str_starts(js_str(v, "url", "https:"), "https:") ||
	     !str_starts(token_url, "https:")))
		fail(d, n, "keys are sent over https only", NULL);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *file = js_str(auth, files[i], NULL);
		if (!file)
			continue;
		char *secret = read_secret(at(root, "auth", files[i]), file,
					   base_dir, d);
		if (secret) {
			put_auth(v, auth, kind, secret);
			sodium_memzero(secret, strlen(secret));
		}
		free(secret);
		break;
	}
out:
	json_decref(auth);
}

/* --- paging, split, detail, pages ----------------------------------------- */

static void check_paging(const struct ynode *root, json_t *v, struct diags *d)
{
	json_t *p = json_object_get(v, "paging");
	const char *by = js_str(p, "by", NULL);
	const struct ynode *n = at(root, "paging", "by");
	bool has_body =
		json_object_get(v, "form") || json_object_get(v, "json");
	if (!by) {
		const struct ynode *map = ynode_get(root, "paging");
		/* A wrong word was told already. */
		if (map && !ynode_get(map, "by"))
			fail(d, n, "paging wants by:", NULL);
		json_object_del(v, "paging");
		return;
	}
	if (!str_eq(by, "link") && !json_object_get(p, "parameter"))
		fail(d, n, "paging wants parameter: for by:", by);
	if (str_eq(by, "range") && !json_object_get(p, "size"))
		fail(d, n, "paging by range wants size:", NULL);
	if (str_eq(by, "cursor") && !json_object_get(p, "next"))
		fail(d, n,
		     "paging by cursor wants next:, the path of the token",
		     NULL);
	if (str_eq(by, "link") && json_object_get(p, "parameter"))
		fail(d, at(root, "paging", "parameter"),
		     "paging by link has no parameter", NULL);
	if (str_eq(js_str(p, "in", NULL), "body") && !has_body)
		fail(d, at(root, "paging", "in"),
		     "in: body wants form: or json:", NULL);
	if (!json_object_get(p, "in"))
		js_put_str(p, "in", has_body ? "body" : "query");
	if (!json_object_get(p, "first"))
		json_object_set_new(p, "first",
				    json_integer(str_eq(by, "page")));
	if (!str_eq(js_str(v, "kind", ""), "json") &&
	    (json_object_get(p, "next") || json_object_get(p, "pages")))
		fail(d, n, "next: and pages: are paths into json", NULL);
}

static void check_split(const struct ynode *root, json_t *v, struct diags *d)
{
	const json_t *split = json_object_get(v, "split");
	size_t n = 1, i;
	json_t *one;
	json_array_foreach((json_t *)(uintptr_t)split, i, one) n *=
		json_array_size(json_object_get(one, "values"));
	if (json_array_size(split) > SPLITS_MAX || n > SOURCE_SPLIT_MAX)
		fail(d, at(root, "split", NULL),
		     "split: at most 3 parameters and 400 combinations", NULL);
}

static void check_detail(const struct ynode *root, json_t *v, struct diags *d)
{
	const json_t *detail = json_object_get(v, "detail");
	const char *url = js_str(detail, "url", NULL);
	const struct ynode *n = at(root, "detail", "url");
	if (!url) {
		if (ynode_get(root, "detail"))
			fail(d, n, "detail wants url:", NULL);
		json_object_del(v, "detail");
		return;
	}
	if (!str_starts(url, "http://") && !str_starts(url, "https://"))
		fail(d, n, "an http or https address is wanted", NULL);
	if (!strstr(url, "{ref}"))
		fail(d, n, "the address of one offer has {ref} in it", NULL);
}

/* Keys that make sense for some kinds only. */
static void check_kind_keys(const struct ynode *root, json_t *v,
			    struct diags *d)
{
	static const struct {
		const char *key, *kind;
	} rows[] = {
		{"departements", "france_travail"},
		{"natures", "france_travail"},
		{"mode", "labonnealternance"},
		{"pages", "jsonld"},
	};
	const char *kind = js_str(v, "kind", "");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_eq(kind, rows[i].kind))
			continue;
		const struct ynode *n = ynode_get(root, rows[i].key);
		if (n)
			diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
				 "%s is for kind %s", rows[i].key,
				 rows[i].kind);
		json_object_del(v, rows[i].key);
	}
	if (!js_str(json_object_get(v, "pages"), "from", NULL))
		json_object_del(v, "pages");
	bool is_france_travail = str_eq(kind, "france_travail");
	if (is_france_travail && json_object_get(v, "paging"))
		fail(d, at(root, "paging", NULL),
		     "france_travail has its own way of paging", NULL);
	bool is_export = str_eq(js_str(v, "mode", ""), "export");
	if (str_eq(kind, "labonnealternance") && !is_export &&
	    str_eq(js_str(v, "delivers", ""), "complete"))
		fail(d, at(root, "delivers", NULL),
		     "a search shows some 150 offers of each partner at most: "
		     "delivers: window (mode: export is complete)",
		     NULL);
}

/* What the APIs always answer with. */
static void put_records(json_t *v)
{
	const char *kind = js_str(v, "kind", "");
	const char *records = "";
	if (str_eq(kind, "france_travail"))
		records = "resultats";
	else if (str_eq(kind, "labonnealternance") &&
		 str_eq(js_str(v, "mode", ""), "search"))
		records = "jobs";
	if (!json_object_get(v, "records"))
		js_put_str(v, "records", records);
}

void source_ask_read(const struct ynode *root, json_t *v, const char *base_dir,
		     source_secret_fn *read_secret, struct diags *d)
{
	read_parameters(root, v, "query", d);
	read_parameters(root, v, "form", d);
	const struct ynode *json = ynode_get(root, "json");
	if (json && json->kind != YNODE_MAP)
		fail(d, json, "a table is wanted for", "json");
	if (json && ynode_get(root, "form"))
		fail(d, json, "form and json: write one of them", NULL);
	check_paging(root, v, d);
	check_split(root, v, d);
	check_detail(root, v, d);
	check_kind_keys(root, v, d);
	put_records(v);
	read_auth(root, v, base_dir, read_secret, d);
}
