/* SPDX-License-Identifier: EUPL-1.2 */
/* Any source compiles or is refused with a message; what compiled renders
 * within its ceiling, without a bare < of the model in HTML and without a line
 * end in a line. */
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/template.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct partials {
	const char *self;
};

static const char *find_partial(void *ctx, const char *name)
{
	const struct partials *p = ctx;
	if (strcmp(name, "self") == 0)
		return p->self;
	return strcmp(name, "p") == 0 ? "({{a}})\n" : NULL;
}

static void try_kind(const char *source, enum template_kind kind,
		     const json_t *model, const json_t *sample)
{
	struct partials partials = {source};
	struct err err = {0};
	struct template *t = template_new("f", source, kind, find_partial,
					  &partials, sample, &err);
	BUG_ON(!t && (!err.kind || !err.text[0]));
	if (!t)
		return;
	struct buf out;
	buf_init(&out, TEMPLATE_OUTPUT_MAX);
	if (template_render(t, model, &out, &err) == 0) {
		BUG_ON(out.len > TEMPLATE_OUTPUT_MAX);
		BUG_ON(kind == TEMPLATE_LINE && out.len &&
		       strpbrk(out.data, "\r\n"));
		BUG_ON(kind == TEMPLATE_HTML && out.len &&
		       strstr(out.data, "<model>"));
	}
	buf_clear(&out);
	template_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char text[] =
		"{\"a\":\"<model>\\r\\n\",\"n\":1,\"l\":[{\"a\":\"x\"},{}],"
		"\"e\":[],\"o\":{\"a\":\"y\",\"l\":[1,2]},\"z\":null}";
	char *source = mem_dup_n((const char *)data, n);
	json_t *model = json_loads(text, 0, NULL);
	/* The source itself must not hold what is looked for. */
	if (!strstr(source, "<model>")) {
		try_kind(source, TEMPLATE_TEXT, model, NULL);
		try_kind(source, TEMPLATE_HTML, model, model);
		try_kind(source, TEMPLATE_LINE, model, model);
	}
	json_decref(model);
	free(source);
	return 0;
}
