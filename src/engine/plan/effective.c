/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of one post, laid over each other. */
#include "effective.h"

#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/vocab.h>

#include <string.h>

/* Fields of the post that may come from any copy; those below them one by one.
 * Everything else is about the copy itself. */
static const struct {
	const char *key;
	bool one_by_one;
} shared[] = {
	{"description", false},
	{"kind", false},
	{"rome", false},
	{"employer", true},
	{"start", false},
	{"duration_days", false},
	{"positions", false},
	{"hours", true},
	{"licences", false},
	{"age_min", false},
	{"level", true},
	{"experience", false},
	{"languages", false},
	{"training", true},
	{"exposure", true},
	{"access", true},
	{"handicap_welcome", false},
	{"salary", false},
	{"contact", false},
};

/* The provenance of a field and of those below it. */
static void bring_provenance(json_t *to, const json_t *from, const char *field)
{
	const char *key;
	json_t *v, *had = json_object_get(to, "provenance");
	size_t n = strlen(field);
	json_object_foreach(json_object_get(from, "provenance"), key, v)
	{
		if (strncmp(key, field, n) != 0 || (key[n] && key[n] != '.'))
			continue;
		if (!had) {
			had = json_object();
			json_object_set_new(to, "provenance", had);
		}
		if (!json_object_get(had, key))
			json_object_set(had, key, v);
	}
}

static void fill(json_t *to, const json_t *from)
{
	for (size_t i = 0; i < ARRAY_LEN(shared); i++) {
		const char *key = shared[i].key;
		json_t *has = json_object_get(to, key);
		json_t *other = json_object_get(from, key);
		if (!other || (has && !shared[i].one_by_one))
			continue;
		if (!has)
			json_object_set_new(to, key, json_deep_copy(other));
		else
			json_object_update_missing(has, other);
		bring_provenance(to, from, key);
	}
}

static int precision_of(const json_t *line)
{
	const char *word =
		js_str(json_object_get(line, "place"), "precision", "unknown");
	return vocab_find(&vocab_precision, word);
}

json_t *effective_offer(const json_t *lines)
{
	json_t *out = json_deep_copy(json_array_get(lines, 0)), *line;
	size_t i;
	json_array_foreach(lines, i, line)
	{
		if (i == 0)
			continue;
		fill(out, line);
		if (precision_of(line) < precision_of(out)) {
			json_object_set_new(
				out, "place",
				json_deep_copy(json_object_get(line, "place")));
			bring_provenance(out, line, "place");
		}
	}
	return out;
}
