/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_JS_H
#define ETRIER_JS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct err;
struct jnode;

/* JSON, on jansson: strict, duplicate keys refused, depth limited. (The
 * prefix json_ belongs to jansson.) */
#define JS_DEPTH_MAX 64

/* The value in the n bytes (a UTF-8 BOM is skipped), or NULL with line and
 * column in *err (ERR_INPUT; the bytes themselves are never quoted). Real
 * numbers are accepted; integers beyond 64 bits are read as reals. The caller
 * decrefs. */
json_t *js_parse(const char *bytes, size_t n, struct err *err);
/* Compact, keys in order of insertion, no line end inside. Appends. */
void js_write(const json_t *v, struct buf *out);

/* Look-ups that forgive: NULL, wrong type or absent give the fallback. */
const char *js_str(const json_t *obj, const char *key, const char *fallback);
int64_t js_int(const json_t *obj, const char *key, int64_t fallback);
bool js_bool(const json_t *obj, const char *key, bool fallback);
/* Set only when s is not NULL / v is not the "none" value. */
void js_put_str(json_t *obj, const char *key, const char *s);
void js_put_int(json_t *obj, const char *key, int64_t v, int64_t none);

/* Elements of one array inside a document of any size, in bounded memory:
 * feed bytes as they come, get one parsed element at a time.
 *
 * path names the array: keys joined by dots from the root ("data.offers"),
 * "" for a root that is the array itself. A root object where "" was given is
 * one element. Values outside the path are skipped but must be well-formed in
 * their nesting and strings. */
struct js_split;
struct js_split_limits {
	size_t max_element; /* bytes of one element */
	int64_t max_elements;
};
/* An element that does not parse or is too large costs only itself: element is
 * NULL and why says why, with the element's number; else why is NULL. Return -1
 * to stop. The element is borrowed for the call. */
typedef int js_element_fn(void *ctx, const struct jnode *element,
			  const struct err *why);
/* The same from readers whose records are trees of jansson (csv_split.h, rss.h,
 * jsonld.h). */
typedef int js_split_fn(void *ctx, json_t *element, const struct err *why);

/* The arena, borrowed, is reset before each element. */
struct js_split *js_split_new(const char *path,
			      const struct js_split_limits *limits,
			      struct arena *a, js_element_fn *on_element,
			      void *ctx);
/* 0, or -1 when the document itself is broken (nesting, too deep, text before
 * the root, more elements than allowed) or on_element stopped. */
int js_split_feed(struct js_split *s, const char *bytes, size_t n,
		  struct err *err);
/* The end of input: -1 when the document was cut or the array was never
 * there (ERR_INPUT, says which). */
int js_split_end(struct js_split *s, struct err *err);
/* A scalar met outside the elements under this dotted path (a feed's own
 * count, "count"); NULL when not met. Ask for it before feeding with
 * js_split_watch(). At most 4 watches. */
void js_split_watch(struct js_split *s, const char *path);
const char *js_split_watched(const struct js_split *s, const char *path);
void js_split_free(struct js_split *s);

#endif
