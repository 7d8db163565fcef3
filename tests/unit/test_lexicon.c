/* SPDX-License-Identifier: EUPL-1.2 */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/lexicon.h>
#include <etrier/mem.h>
#include <etrier/ynode.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_x(void **state)
{
	struct arena a;
	struct diags d;
	(void)state;
	arena_init(&a);
	diags_init(&d);
	struct ynode *r = ynode_load(&a, SOURCE_DIR "/conf/signals.yaml", &d);
	json_t *v = r ? lexicon_read(r, LEXICON_SIGNALS, &d) : NULL;
	diags_print(&d, stdout);
	json_decref(v);
	r = ynode_load(&a, SOURCE_DIR "/conf/quality.yaml", &d);
	v = r ? lexicon_read(r, LEXICON_QUALITY, &d) : NULL;
	diags_print(&d, stdout);
	json_decref(v);
	diags_clear(&d);
	arena_clear(&a);
}
int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_x)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
