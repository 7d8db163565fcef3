/* SPDX-License-Identifier: EUPL-1.2 */
/* The trade of an offer whose every text is a stranger's. The input's lines are
 * title, employer, activity, diploma, city and, what is left, the description.
 * Run from the top of the tree, where the tables are. */
#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/trade.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct refdata *rd;
static struct trade_finder *finder;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err err = {0};
	(void)argc;
	(void)argv;
	rd = refdata_load("conf/refdata", &err);
	BUG_ON(!rd);
	finder = trade_finder_new(rd);
	return 0;
}

static char *take_line(char **next)
{
	char *line = *next, *end = line ? strchr(line, '\n') : NULL;
	if (end)
		*end = '\0';
	*next = end ? end + 1 : NULL;
	return line;
}

static void check(const struct trade_guess *g)
{
	bool is_known = g->trade != ROME_NONE;
	BUG_ON(is_known && g->trade >= rome_count(rd));
	BUG_ON(g->confidence < 0 || g->confidence > 1000);
	BUG_ON(is_known != (g->confidence >= TRADE_CONFIDENT));
	BUG_ON(!g->evidence || !*g->evidence ||
	       !utf8_is_valid(g->evidence, strlen(g->evidence)));
	BUG_ON(strpbrk(g->evidence, "\r\n\t\x1b") != NULL);
	for (size_t i = 0; i < TRADE_ALTERNATIVES; i++) {
		uint16_t t = g->alternatives[i];
		BUG_ON(t != ROME_NONE &&
		       (t >= rome_count(rd) || t == g->trade));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = mem_dup_n((const char *)data, n), *next = text;
	struct trade_claim c = {.title = take_line(&next)};
	struct trade_guess g, again;
	struct arena a;
	c.employer_name = take_line(&next);
	c.naf = take_line(&next);
	c.diploma = take_line(&next);
	c.city = take_line(&next);
	c.description = next;
	arena_init(&a);
	trade_infer(finder, &a, &c, &g);
	check(&g);
	trade_infer(finder, &a, &c, &again);
	BUG_ON(again.trade != g.trade || again.confidence != g.confidence ||
	       !str_eq(again.evidence, g.evidence));
	arena_clear(&a);
	free(text);
	return 0;
}
