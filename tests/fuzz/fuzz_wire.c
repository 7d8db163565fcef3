/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes from the other end of a wire: the reader survives, every line end
 * is either a line handed over or a line refused, and the end is told once.
 * The bytes also go through the assembly of configurations. */
#include <etrier/buf.h>
#include <etrier/log.h>
#include <etrier/role.h>

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Fits a socket buffer, so that one thread can write and read. */
#define INPUT_MAX 60000

struct seen {
	uint64_t n_lines, n_bad, n_ends;
	struct buf text;
	int64_t gen;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_line(void *ctx, struct wire *w, const char *type, json_t *line)
{
	struct seen *s = ctx;
	(void)w;
	if (!type || !json_is_object(line))
		abort();
	s->n_lines++;
	json_t *config = NULL;
	if (role_take_config(&s->text, &s->gen, line, &config, NULL) > 0)
		json_decref(config);
}

static void on_end(void *ctx, struct wire *w)
{
	struct seen *s = ctx;
	s->n_ends++;
	s->n_bad = wire_n_bad(w);
	wire_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wire_handler handler = {.on_line = on_line,
						    .on_end = on_end};
	struct seen seen = {.gen = -1};
	int fds[2];
	size = size < INPUT_MAX ? size : INPUT_MAX;
	log_set_threshold(LOG_ERROR);
	buf_init(&seen.text, ROLE_CONFIG_MAX);
	struct event_base *base = event_base_new();
	if (!base || wire_pair(fds))
		abort();
	wire_new(base, fds[0], "fuzz", &handler, &seen);
	if (send(fds[1], data, size, 0) != (ssize_t)size)
		abort();
	close(fds[1]);
	event_base_dispatch(base);
	uint64_t n_ends = 0;
	for (size_t i = 0; i < size; i++)
		n_ends += data[i] == '\n';
	bool has_rest = size && data[size - 1] != '\n';
	if (seen.n_ends != 1 ||
	    seen.n_lines + seen.n_bad != n_ends + (has_rest ? 1 : 0))
		abort();
	event_base_free(base);
	buf_clear(&seen.text);
	return 0;
}
