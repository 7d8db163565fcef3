/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules laid over rules: see rules_set.h. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/rules.h>
#include <etrier/rules_set.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 8, TEXT_MAX = 4000, NAME_BYTES_MAX = 100 };

static const char word_bytes[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

/* "travel.weight" -> parts; -1: not a path. */
static int split(struct arena *a, const char *path, size_t len,
		 const char *parts[PARTS_MAX])
{
	int n = 0;
	for (const char *p = path, *end = path + len; p <= end;) {
		size_t k = strspn(p, word_bytes);
		if (n == PARTS_MAX || !k || (p + k != end && p[k] != '.'))
			return -1;
		parts[n++] = arena_dup_n(a, p, k);
		p += k + 1;
	}
	return n;
}

static bool is_symbol(const char *word)
{
	return *word >= 'A' && *word <= 'Z' &&
	       word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ==
		       '\0';
}

/* The map that a short path begins in, or NULL: written out. */
static const char *home_of(const char *word)
{
	if (vocab_find(&vocab_criterion, word) != VOCAB_NONE)
		return "criteria";
	if (vocab_find(&vocab_gate, word) != VOCAB_NONE)
		return "gates";
	return is_symbol(word) ? "adjust" : NULL;
}

/* Maps in one another; an item of adjust is found by its symbol. */
static void write_path(struct buf *b, const char *const *parts, int n,
		       const char *value)
{
	if (n == 0) {
		buf_adds(b, value);
	} else if (n > 2 && str_eq(parts[0], "adjust")) {
		buf_printf(b, "{adjust: [{symbol: %s, %s: ", parts[1],
			   parts[2]);
		write_path(b, parts + 3, n - 3, value);
		buf_adds(b, "}]}");
	} else {
		buf_printf(b, "{%s: ", parts[0]);
		write_path(b, parts + 1, n - 1, value);
		buf_addc(b, '}');
	}
}

json_t *rules_set_text(const char *assignment, struct err *err)
{
	const char *parts[PARTS_MAX + 1], *equals = strchr(assignment, '=');
	struct arena a;
	struct buf b;
	arena_init(&a);
	int n = equals ? split(&a, assignment, (size_t)(equals - assignment),
			       parts + 1)
		       : -1;
	if (n < 1 || n == PARTS_MAX || str_is_empty(equals + 1) ||
	    strpbrk(equals + 1, "\r\n")) {
		arena_clear(&a);
		err_set(err, ERR_INPUT,
			"--set wants KEY=VALUE, as travel.weight=20, not "
			"\"%.60s\"",
			assignment);
		return NULL;
	}
	parts[0] = home_of(parts[1]);
	buf_init(&b, TEXT_MAX);
	write_path(&b, parts[0] ? parts : parts + 1, parts[0] ? n + 1 : n,
		   equals + 1);
	buf_addc(&b, '\n');
	arena_clear(&a);
	json_t *out = json_object();
	char *text = buf_take(&b), *file = mem_printf("--set %s", assignment);
	js_put_str(out, "file", file);
	js_put_str(out, "text", text);
	free(file);
	free(text);
	return out;
}

/* --- files of rules.d ----------------------------------------------------- */

static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');
	return slash ? slash + 1 : file;
}

int rules_file_name(const char *name, struct err *err)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");
	if (*name != '.' && *name != '-' && *name != '_' && !name[n] &&
	    n <= NAME_BYTES_MAX && n > strlen(".yaml") &&
	    str_ends(name, ".yaml"))
		return 0;
	return err_set(err, ERR_INPUT,
		       "\"%.60s\" is no name of a file of rules: small "
		       "letters, digits, dots and dashes, and .yaml",
		       name);
}

/* Where it stands, or where it would stand by its name; the first text is
 * rules.yaml. */
static size_t place_of(const json_t *texts, const char *name, bool *is_there)
{
	size_t i = 1, n = json_array_size(texts);
	int order = 1;
	for (; i < n && order > 0; i += order > 0) {
		const json_t *v = json_array_get(texts, i);
		order = strcmp(name, base_name(js_str(v, "file", "")));
	}
	*is_there = order == 0;
	return i;
}

json_t *rules_with_file(const json_t *texts, const char *name, const char *text)
{
	json_t *out = json_array(), *one = json_object();
	bool is_there;
	for (size_t i = 0; i < json_array_size(texts); i++)
		json_array_append(out, json_array_get(texts, i));
	size_t at = place_of(out, name, &is_there);
	js_put_str(one, "file", name);
	js_put_str(one, "text", text);
	if (is_there)
		json_array_set_new(out, at, one);
	else if (at > json_array_size(out))
		json_array_append_new(out, one);
	else
		json_array_insert_new(out, at, one);
	return out;
}
