/* SPDX-License-Identifier: EUPL-1.2 */
/* Tag lists, read where they lie. */
#include <etrier/taglist.h>

#include <etrier/arena.h>

#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct part {
	const char *tag, *value;
	size_t n_tag, n_value;
};

static void trim(const char **s, size_t *n)
{
	while (*n && is_blank(**s)) {
		(*s)++;
		(*n)--;
	}
	while (*n && is_blank((*s)[*n - 1]))
		(*n)--;
}

/* The part at *p, which is then behind it; empty ones are passed over. False:
 * the end, or (*is_bad) no tag=value. */
static bool next(const char **p, struct part *out, bool *is_bad)
{
	*is_bad = false;
	for (;;) {
		const char *s = *p;
		size_t n = strcspn(s, ";");
		if (!*s)
			return false;
		*p += n + (s[n] == ';');
		trim(&s, &n);
		if (n == 0)
			continue;
		const char *equals = memchr(s, '=', n);
		if (!equals || equals == s) {
			*is_bad = true;
			return false;
		}
		*out = (struct part){.tag = s,
				     .n_tag = (size_t)(equals - s),
				     .value = equals + 1,
				     .n_value = n - 1 - (size_t)(equals - s)};
		trim(&out->tag, &out->n_tag);
		trim(&out->value, &out->n_value);
		return true;
	}
}

static bool is_tag(const struct part *p, const char *tag, size_t n)
{
	return p->n_tag == n && !memcmp(p->tag, tag, n);
}

const char *taglist_get(const char *list, const char *tag, struct arena *a)
{
	struct part part;
	bool is_bad;
	for (int i = 0; i < TAGLIST_TAGS_MAX; i++) {
		if (!next(&list, &part, &is_bad)) {
			if (!is_bad)
				return NULL;
			continue;
		}
		if (is_tag(&part, tag, strlen(tag)))
			return arena_dup_n(a, part.value, part.n_value);
	}
	return NULL;
}

bool taglist_begins(const char *list, const char *tag)
{
	struct part part;
	bool is_bad;
	return next(&list, &part, &is_bad) && is_tag(&part, tag, strlen(tag));
}

bool taglist_is_whole(const char *list)
{
	struct part seen[TAGLIST_TAGS_MAX];
	bool is_bad;
	for (int n = 0; n < TAGLIST_TAGS_MAX; n++) {
		if (!next(&list, &seen[n], &is_bad))
			return !is_bad;
		for (int i = 0; i < n; i++)
			if (is_tag(&seen[i], seen[n].tag, seen[n].n_tag))
				return false;
	}
	return false;
}

bool taglist_has_word(const char *words, char separator, const char *word)
{
	size_t len = strlen(word);
	for (const char *p = words; p && *p;) {
		const char *end = strchr(p, separator);
		const char *s = p;
		size_t n = end ? (size_t)(end - p) : strlen(p);
		trim(&s, &n);
		if (n == len && !strncasecmp(s, word, n))
			return true;
		p = end ? end + 1 : NULL;
	}
	return false;
}
