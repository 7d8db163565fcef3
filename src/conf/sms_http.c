/* SPDX-License-Identifier: EUPL-1.2 */
/* sms.http_file: the request and the answers of a gateway in the words of
 * whoever knows its manual. A description is tried out when it is read, with
 * hostile values, so that a quote in a young person's first name is no
 * surprise at eight in the morning. Pure but for the file itself. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/schema.h>
#include <etrier/sms_http.h>
#include <etrier/str.h>

#include "settings_parts.h"

#include <stdlib.h>
#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define TEXT_MAX    4000 /* of a URL, a header or a body, as written */
#define FILLED_MAX  ((size_t)16 * 1024)
#define HEADERS_MAX 12
#define CODES_MAX   200
#define POINTER_MAX 200

/* ---- variables ---- */

static const char *const variables[] = {[SMS_HTTP_ID] = "id",
					[SMS_HTTP_TO] = "to",
					[SMS_HTTP_TO_DIGITS] = "to_digits",
					[SMS_HTTP_SENDER] = "sender",
					[SMS_HTTP_TEXT] = "text",
					[SMS_HTTP_UNITS] = "units",
					[SMS_HTTP_SEGMENTS] = "segments",
					[SMS_HTTP_ACCOUNT] = "account",
					[SMS_HTTP_KEY] = "key",
					[SMS_HTTP_CALLBACK] = "callback",
					[SMS_HTTP_N_VARS] = NULL};

static void escape_form(const char *s, struct buf *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";
	for (; *s; s++) {
		if (strchr(plain, *s))
			buf_addc(out, *s);
		else
			buf_printf(out, "%%%02X", (unsigned char)*s);
	}
}

static void escape_json(const char *s, struct buf *out)
{
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_printf(out, "\\%c", *s);
		else if ((unsigned char)*s < ' ' || *s == 0x7f)
			buf_printf(out, "\\u%04x", (unsigned char)*s);
		else
			buf_addc(out, *s);
	}
}

/* A header is one line; what is not visible ASCII has no agreed meaning. */
static void escape_raw(const char *s, struct buf *out)
{
	for (; *s; s++)
		buf_addc(out, *s < ' ' || *s > '~' ? '?' : *s);
}

void sms_http_escape(enum sms_http_escape escape, const char *value,
		     struct buf *out)
{
	static void (*const ways[])(const char *, struct buf *) = {
		[SMS_HTTP_RAW] = escape_raw,
		[SMS_HTTP_FORM] = escape_form,
		[SMS_HTTP_JSON] = escape_json};
	ways[escape](value, out);
}

/* The variable whose name is there; -1: none. */
static int find_variable(const char *name, size_t n)
{
	while (n && *name == ' ') {
		name++;
		n--;
	}
	while (n && name[n - 1] == ' ')
		n--;
	for (int i = 0; variables[i]; i++)
		if (strlen(variables[i]) == n &&
		    strncmp(variables[i], name, n) == 0)
			return i;
	return -1;
}

int sms_http_fill(const char *text, enum sms_http_escape escape,
		  const char *const values[SMS_HTTP_N_VARS], struct buf *out,
		  struct err *err)
{
	const char *open;
	for (; (open = strstr(text, "{{")); text = strstr(open, "}}") + 2) {
		const char *close = strstr(open, "}}");
		if (!close)
			return err_set(err, ERR_INPUT, "{{ without its }}");
		size_t n = (size_t)(close - open) - 2;
		int v = find_variable(open + 2, n);
		if (v < 0)
			return err_set(err, ERR_INPUT,
				       "no variable \"%.*s\"; there are id to "
				       "to_digits sender text units segments "
				       "account key callback",
				       (int)(n > 40 ? 40 : n), open + 2);
		buf_add(out, text, (size_t)(open - text));
		sms_http_escape(escape, values[v] ? values[v] : "", out);
	}
	buf_adds(out, text);
	return out->too_big ? err_set(err, ERR_LIMIT, "the request is too long")
			    : 0;
}

/* ---- pointers ---- */

static const json_t *step(const json_t *v, const char *key)
{
	int64_t i;
	if (json_is_object(v))
		return json_object_get(v, key);
	if (json_is_array(v) && !num_parse_int(key, 0, INT32_MAX, &i))
		return json_array_get(v, (size_t)i);
	return NULL;
}

const json_t *sms_http_at(const json_t *v, const char *pointer)
{
	char key[POINTER_MAX + 1];
	while (v && *pointer == '/') {
		size_t n = 0;
		for (pointer++; *pointer && *pointer != '/'; pointer++) {
			char c = *pointer;
			if (c == '~' &&
			    (pointer[1] == '0' || pointer[1] == '1'))
				c = *++pointer == '0' ? '~' : '/';
			if (n == POINTER_MAX)
				return NULL;
			key[n++] = c;
		}
		key[n] = '\0';
		v = step(v, key);
	}
	return v && !*pointer && !json_is_object(v) && !json_is_array(v) ? v
									 : NULL;
}

/* ---- the table ---- */

static void complain(const struct ynode *n, struct diags *d, const char *what)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s", what);
}

static void check_pointer(const struct ynode *n, const json_t *v,
			  struct diags *d)
{
	const char *s = json_string_value(v);
	if (*s && *s != '/')
		complain(n, d,
			 "a JSON pointer begins with /, as in /message/id");
}

/* Text to a word of a closed list. */
static void check_map(const struct ynode *n, const json_t *v,
		      const char *const *words, const char *list,
		      struct diags *d)
{
	if (!json_is_object(v) || json_object_size(v) > CODES_MAX) {
		complain(n, d, "must be a map of the gateway's words to ours");
		return;
	}
	for (size_t i = 0; i < n->n; i++) {
		const struct ynode *kid = &n->kids[i];
		bool is_known = false;
		for (int k = 0; kid->kind == YNODE_SCALAR && words[k]; k++)
			is_known |= str_eq(kid->text, words[k]);
		if (!is_known && kid->kind != YNODE_REFUSED)
			diag_add(d, DIAG_ERROR, kid->file, kid->line, kid->col,
				 "must be one of %s", list);
	}
}

static void check_classes(const struct ynode *n, const json_t *v,
			  struct diags *d)
{
	check_map(n, v,
		  WORDS("dead", "filtered", "opted_out", "credit",
			"credentials", "quota", "refused"),
		  "dead filtered opted_out credit credentials quota refused",
		  d);
}

static void check_receipts(const struct ynode *n, const json_t *v,
			   struct diags *d)
{
	check_map(n, v,
		  WORDS("accepted", "delivered", "expired", "dead", "filtered",
			"opted_out"),
		  "accepted delivered expired dead filtered opted_out", d);
}

static const struct schema status_item = {
	.type = SCHEMA_INT, .min = 200, .max = 299};
static const struct schema header_item = {
	.type = SCHEMA_STR, .min = 1, .max = 1000};

static const struct schema success_rows[] = {
	{.key = "status",
	 .type = SCHEMA_LIST,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1,
	 .max = 10,
	 .item = &status_item,
	 .help = "statuses of HTTP that mean it was taken"},
	{.key = "pointer",
	 .type = SCHEMA_STR,
	 .max = POINTER_MAX,
	 .check = check_pointer,
	 .help = "where the answer says so besides"},
	{.key = "equals",
	 .type = SCHEMA_STR,
	 .max = 200,
	 .help = "what stands there then"},
	{0}};
static const struct schema class_rows[] = {{.key = "pointer",
					    .type = SCHEMA_STR,
					    .flags = SCHEMA_REQUIRED,
					    .max = POINTER_MAX,
					    .check = check_pointer,
					    .help = "where a refusal says why"},
					   {.key = "map",
					    .type = SCHEMA_ANY,
					    .flags = SCHEMA_REQUIRED,
					    .check = check_classes,
					    .help = "its words to ours"},
					   {0}};
#define PARAM(name, words)                                            \
	{                                                             \
		.key = name, .type = SCHEMA_STR, .min = 1, .max = 64, \
		.help = words                                         \
	}
static const struct schema param_rows[] = {
	PARAM("ref", "the gateway's id of the SMS"),
	PARAM("message", "our own id, when it gives it back"),
	PARAM("status", "what became of it"),
	PARAM("code", "its own word for why"),
	PARAM("from", "of a reply, who wrote"),
	PARAM("to", "of a reply, the number it went to"),
	PARAM("text", "of a reply, what was written"),
	PARAM("at", "when"),
	PARAM("id", "of a reply, its own id"),
	{0}};
static const struct schema receipt_rows[] = {
	{.key = "params",
	 .type = SCHEMA_MAP,
	 .rows = param_rows,
	 .help = "names of the parameters of a call-back"},
	{.key = "map",
	 .type = SCHEMA_ANY,
	 .fallback = NULL,
	 .check = check_receipts,
	 .help = "the words of status to ours"},
	{0}};
static const struct schema rows[] = {
	{.key = "method",
	 .type = SCHEMA_WORD,
	 .words = WORDS("GET", "POST", "PUT"),
	 .fallback = "POST",
	 .help = "the method of HTTP"},
	{.key = "url",
	 .type = SCHEMA_URL,
	 .flags = SCHEMA_REQUIRED,
	 .help = "where the request goes"},
	{.key = "headers",
	 .type = SCHEMA_NAMED,
	 .max = HEADERS_MAX,
	 .item = &header_item,
	 .fallback = "{}",
	 .help = "headers, their names in small letters"},
	{.key = "body_kind",
	 .type = SCHEMA_WORD,
	 .words = WORDS("json", "form"),
	 .fallback = "json",
	 .help = "how variables in body are escaped"},
	{.key = "body",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_LINES,
	 .max = TEXT_MAX,
	 .fallback = "\"\"",
	 .help = "the body of the request"},
	{.key = "success",
	 .type = SCHEMA_MAP,
	 .flags = SCHEMA_REQUIRED,
	 .rows = success_rows,
	 .help = "when it was taken"},
	{.key = "ref",
	 .type = SCHEMA_STR,
	 .max = POINTER_MAX,
	 .check = check_pointer,
	 .help = "where the answer names the SMS"},
	{.key = "segments",
	 .type = SCHEMA_STR,
	 .max = POINTER_MAX,
	 .check = check_pointer,
	 .help = "where it counts segments"},
	{.key = "cost",
	 .type = SCHEMA_STR,
	 .max = POINTER_MAX,
	 .check = check_pointer,
	 .help = "where it says the price, in euros"},
	{.key = "classes",
	 .type = SCHEMA_MAP,
	 .rows = class_rows,
	 .help = "what refusals mean"},
	{.key = "receipt",
	 .type = SCHEMA_MAP,
	 .rows = receipt_rows,
	 .help = "how call-backs are read"},
	{0}};

/* ---- the trial ---- */

/* Values that break whatever is not escaped. */
static const char *const hostile[SMS_HTTP_N_VARS] = {
	[SMS_HTTP_ID] = "1",
	[SMS_HTTP_TO] = "+33639980001",
	[SMS_HTTP_TO_DIGITS] = "33639980001",
	[SMS_HTTP_SENDER] = "MISSIONLOC",
	[SMS_HTTP_TEXT] = "\"l'\xC3\xA9t\xC3\xA9\"\\\n&=%{}",
	[SMS_HTTP_UNITS] = "14",
	[SMS_HTTP_SEGMENTS] = "1",
	[SMS_HTTP_ACCOUNT] = "\"account\"",
	[SMS_HTTP_KEY] = "\"key\"&",
	[SMS_HTTP_CALLBACK] = "https://o.example/cb?a=1&b=\"2\"",
};

static bool try_fill(const struct ynode *n, const char *text,
		     enum sms_http_escape escape, struct buf *out,
		     struct diags *d)
{
	struct err err;
	buf_reset(out);
	if (!sms_http_fill(text, escape, hostile, out, &err))
		return true;
	complain(n, d, err.text);
	return false;
}

static void try_body(const struct ynode *root, const json_t *v, struct buf *b,
		     struct diags *d)
{
	const struct ynode *n = ynode_get(root, "body");
	bool is_json = str_eq(js_str(v, "body_kind", ""), "json");
	const char *body = js_str(v, "body", "");
	struct err err;
	if (!n)
		return;
	if (*body && str_eq(js_str(v, "method", ""), "GET")) {
		complain(n, d, "a GET has no body");
		return;
	}
	if (!try_fill(n, body, is_json ? SMS_HTTP_JSON : SMS_HTTP_FORM, b, d) ||
	    !*body || !is_json)
		return;
	json_t *parsed = js_parse(b->data, b->len, &err);
	if (!parsed)
		diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
			 "with its variables filled in this is no JSON: %s",
			 err.text);
	json_decref(parsed);
}

static bool names_variable(const char *text, enum sms_http_var v)
{
	for (; (text = strstr(text, "{{")); text += 2)
		if (find_variable(text + 2, strcspn(text + 2, "}")) == (int)v)
			return true;
	return false;
}

static void try_url(const struct ynode *root, const json_t *v, struct buf *b,
		    struct diags *d)
{
	const struct ynode *n = ynode_get(root, "url");
	const char *url = js_str(v, "url", NULL);
	if (!n || !url || !try_fill(n, url, SMS_HTTP_FORM, b, d))
		return;
	if (str_starts(url, "http://") && !settings_is_loopback(url))
		complain(n, d, "must be https (http is for this machine only)");
	if (names_variable(url, SMS_HTTP_KEY))
		complain(n, d,
			 "the key may not stand in the address, which others "
			 "write into their logs: use a header or the body");
	if (strcspn(url, "{") < strlen("https://") + 1 ||
	    strcspn(url + 8, "/?#") > strcspn(url + 8, "{"))
		complain(n, d, "the host may hold no variable");
}

static void try_out(const struct ynode *root, const json_t *v, struct diags *d)
{
	struct buf b;
	const char *name;
	const json_t *text;
	const struct ynode *headers = ynode_get(root, "headers");
	const json_t *success = json_object_get(v, "success");
	buf_init(&b, FILLED_MAX);
	try_url(root, v, &b, d);
	try_body(root, v, &b, d);
	json_object_foreach(json_object_get(v, "headers"), name, text)
	{
		const struct ynode *n = ynode_get(headers, name);
		if (n)
			try_fill(n, json_string_value(text), SMS_HTTP_RAW, &b,
				 d);
	}
	if (!json_object_get(success, "pointer") !=
	    !json_object_get(success, "equals"))
		complain(ynode_get(root, "success") ? ynode_get(root, "success")
						    : root,
			 d, "pointer and equals go together");
	buf_clear(&b);
}

json_t *sms_http_read(const struct ynode *root, struct diags *d)
{
	size_t before = d->n_errors;
	json_t *v = schema_read(rows, root, NULL, d);
	if (d->n_errors == before)
		try_out(root, v, d);
	if (d->n_errors == before)
		return v;
	json_decref(v);
	return NULL;
}

void settings_load_sms_http(struct settings_load *l)
{
	const char *file = settings_text(l->s->all, "sms.http_file");
	if (!file || !str_eq(settings_text(l->s->all, "sms.gateway"), "http"))
		return;
	struct ynode *root = ynode_load_partly(l->arena, file, l->diags);
	json_t *v = root ? sms_http_read(root, l->diags) : NULL;
	if (v)
		json_object_set_new(l->s->files, "sms_http", v);
}
