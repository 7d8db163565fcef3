/* SPDX-License-Identifier: EUPL-1.2 */
/* Whatever the bytes are, a draft is refused in words or is a source file that
 * the check of sources.d takes, with no member that the draft did not mean. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/collector.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/source.h>
#include <etrier/str.h>
#include <etrier/ynode.h>

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const char *yaml, size_t n)
{
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	const struct ynode *root = ynode_parse(&a, "one.yaml", yaml, n, &d);
	json_t *source = root ? source_read(root, "one", "/", &d) : NULL;
	if (!source || d.n_errors) {
		diags_print(&d, stderr);
		fputs(yaml, stderr);
	}
	BUG_ON(!source || d.n_errors);
	BUG_ON(!str_eq(js_str(source, "url", ""),
		       "https://partner.example/feed"));
	BUG_ON(js_bool(source, "enabled", true));
	json_decref(source);
	diags_clear(&d);
	arena_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct refdata *refdata;
	const struct collector_draft_ask ask = {.name = "one"};
	struct buf yaml;
	json_t *report = NULL;
	struct err err = {0};
	if (!refdata)
		refdata = refdata_load("conf/refdata", NULL);
	BUG_ON(!refdata); /* run from the root of the tree */
	buf_init(&yaml, COLLECTOR_DRAFT_YAML);
	if (!collector_draft((const char *)data, n, &ask, refdata, &yaml,
			     &report, &err))
		check(yaml.data, yaml.len);
	else
		BUG_ON(err.kind != ERR_INPUT || !*err.text);
	json_decref(report);
	buf_clear(&yaml);
	return 0;
}
