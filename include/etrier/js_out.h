/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_JS_OUT_H
#define ETRIER_JS_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* JSON written member by member, byte for byte what js_write() makes of the
 * tree with these members in this order. Commas come by themselves:
 *
 *	buf_addc(b, '{');
 *	js_out_str(b, "title", title);
 *	size_t mark = js_out_open(b, "hours", '{');
 *	js_out_int(b, "weekly", 2100);
 *	js_out_close(b, mark, '}');
 *	buf_addc(b, '}');
 *
 * key is text of ours, 60 bytes at most, that needs no escape; NULL in a list.
 */
void js_out_key(struct buf *out, const char *key); /* a value must follow */
/* Nothing when s is NULL or no UTF-8, as js_put_str(). */
void js_out_str(struct buf *out, const char *key, const char *s);
void js_out_int(struct buf *out, const char *key, int64_t v);
void js_out_bool(struct buf *out, const char *key, bool v);
/* Millionths as a decimal fraction: 48960400 is 48.9604, 2000000 is 2.0. */
void js_out_micro(struct buf *out, const char *key, int32_t v);
void js_out_value(struct buf *out, const char *key, const json_t *v);

/* A nested object ('{') or list ('['), left out again when nothing was written
 * in it. js_out_close() takes the mark and the closing bracket. */
size_t js_out_open(struct buf *out, const char *key, char bracket);
void js_out_close(struct buf *out, size_t mark, char bracket);

#endif
