/* SPDX-License-Identifier: EUPL-1.2 */
/* A configuration is larger than a line (rules and templates travel in it), so
 * its JSON text goes in pieces. Both ends are here, that they agree. */
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/role.h>

#include <string.h>

/* Every byte of a piece may become six (\u0000) inside the line. */
#define PIECE_MAX (WIRE_LINE_MAX / 8)

/* Where to cut text at or before n without splitting a UTF-8 character. */
static size_t cut_at(const char *text, size_t len, size_t n)
{
	if (n >= len)
		return len;
	while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--;
	return n;
}

int role_send_config(struct wire *w, int64_t gen, const json_t *config,
		     struct err *err)
{
	struct buf text;
	int r = -1;
	buf_init(&text, ROLE_CONFIG_MAX);
	js_write(config, &text);
	if (text.too_big) {
		err_set(err, ERR_LIMIT,
			"the configuration of a role is larger than %zu MiB "
			"(rules and templates included)",
			ROLE_CONFIG_MAX >> 20);
		goto out;
	}
	for (size_t from = 0, n; from < text.len; from += n) {
		n = cut_at(text.data + from, text.len - from, PIECE_MAX);
		json_t *line = wire_line("config");
		json_object_set_new(line, "gen", json_integer(gen));
		json_object_set_new(line, "text",
				    json_stringn(text.data + from, n));
		if (from + n == text.len)
			json_object_set_new(line, "end", json_true());
		wire_send(w, line);
	}
	r = 0;
out:
	buf_clear(&text);
	return r;
}

int role_take_config(struct buf *text, int64_t *gen, const json_t *line,
		     json_t **config, struct err *err)
{
	const char *piece = js_str(line, "text", NULL);
	int64_t of = js_int(line, "gen", -1);
	if (!piece || of < 0)
		return err_set(err, ERR_INPUT, "config without text or gen");
	if (of != *gen)
		buf_reset(text);
	*gen = of;
	buf_add(text, piece, json_string_length(json_object_get(line, "text")));
	if (!js_bool(line, "end", false))
		return 0;
	json_t *v = NULL;
	if (text->too_big)
		err_set(err, ERR_LIMIT, "configuration larger than %zu MiB",
			ROLE_CONFIG_MAX >> 20);
	else
		v = js_parse(text->data ? text->data : "", text->len, err);
	/* It holds secrets; the copy in force is the role's affair. */
	if (text->data)
		explicit_bzero(text->data, text->len);
	buf_clear(text);
	*gen = -1;
	if (!v)
		return -1;
	*config = v;
	return 1;
}
