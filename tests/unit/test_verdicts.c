/* SPDX-License-Identifier: EUPL-1.2 */
/* Verdicts in words, as an adviser reads them, one file each in
 * tests/golden/verdicts: the shipped rules, real trades and communes, invented
 * people and employers. After a change that is meant: ETRIER_GOLDEN_WRITE=1,
 * and read what it wrote. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/person.h>
#include <etrier/refdata.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Laid over the baker's pair below; "" changes nothing. */
struct golden {
	const char *name, *person, *offer;
	int with_private;
	bool refuses;
};
#define NIGHT_BAKER "'hours':{'start':'04:00','end':'11:00'}"
static const struct golden cases[] = {
	{"all-is-well", "", "", 0, false},
	{"minor-bakery-4h", "'birth_date':'2009-03-14','modes':['moped']",
	 NIGHT_BAKER, 0, false},
	{"minor-bakery-3h30", "'birth_date':'2009-03-14','modes':['moped']",
	 "'hours':{'start':'03:30','end':'10:00'}", 0, false},
	{"minor-bakery-hours-unsaid", "'birth_date':'2009-03-14'", "", 0,
	 false},
	{"minor-waiter-23h30",
	 "'birth_date':'2009-03-14','rome':['G1803'],"
	 "'modes':['moped']",
	 "'rome':['G1803'],'hours':{'start':'16:00','end':'23:30'}", 0, false},
	{"minor-warehouse-night",
	 "'birth_date':'2009-03-14','rome':['N1103'],"
	 "'contracts':['temporary']",
	 "'rome':['N1103'],'kind':'temporary',"
	 "'hours':{'start':'21:00','end':'05:00'}",
	 0, false},
	{"minor-butcher-machines", "'birth_date':'2009-03-14','rome':['D1101']",
	 "'rome':['D1101'],'hours':{'start':'08:00','end':'16:00'}", 0, false},
	{"minor-roofer-temporary",
	 "'birth_date':'2009-03-14','rome':['F1610'],"
	 "'contracts':['temporary']",
	 "'rome':['F1610'],'kind':'temporary'", 0, false},
	{"minor-long-week", "'birth_date':'2009-03-14','rome':['D1106']",
	 "'rome':['D1106'],'hours':{'start':'09:00','end':'18:00',"
	 "'weekly':2340}",
	 0, false},
	{"no-train-at-4h", "",
	 NIGHT_BAKER ",'place':{'precision':'point','city':'Paris',"
		     "'lat':48.861,'lon':2.335}",
	 0, false},
	{"bike-at-4h", "'modes':['bike']", NIGHT_BAKER, 0, false},
	{"leaves-too-early", "'modes':['bike'],'earliest_departure':'06:00'",
	 "'hours':{'start':'06:00','end':'13:00'}", 0, false},
	{"back-too-late", "'latest_return':'19:00'",
	 "'hours':{'start':'11:00','end':'19:00'}", 0, false},
	{"day-that-fits",
	 "'earliest_departure':'07:00',"
	 "'latest_return':'19:00'",
	 "'hours':{'start':'09:00','end':'17:00'}", 0, false},
	{"too-far", "'max_minutes':20",
	 "'place':{'precision':'commune',"
	 "'insee':'77186','lat':48.405,'lon':2.702}",
	 0, false},
	{"place-not-said", "", "'place':null", 0, false},
	{"same-cfa-and-course",
	 "'cfa':'0931618D','rncp':'RNCP37537',"
	 "'preregistered':'yes',"
	 "'contract_deadline':'2026-12-20'",
	 "'training':{'cfa':'0931618D','rncp':'RNCP37537'}", 0, false},
	{"other-cfa", "'cfa':'CFA de Versailles','max_minutes_cfa':60",
	 "'training':{'cfa':'0931618D'}", 0, false},
	{"level-held", "'level':'3'", "'level':{'target':'3'}", 0, false},
	{"level-required", "'level':'none'", "'level':{'required':'4'}", 0,
	 false},
	{"free-too-late", "'available_from':'2027-02-01'", "", 0, false},
	{"licence-missing", "'licences':['AM']", "'licences':['B']", 0, false},
	{"french-above", "'french_oral':'A1'",
	 "'languages':[{'lang':'fr','level':'B2','required':'yes'}]", 0, false},
	{"refused-before", "", "", 0, true},
	{"need-private", "'needs':['dust:0:exclude']", "'exposure':{'dust':2}",
	 1, false},
	{"need-public", "'needs':['dust:0:exclude']", "'exposure':{'dust':2}",
	 0, false},
	{"favour-private", "'needs':['tutoring::favour']",
	 "'access':{'tutoring':'yes'}", 1, false},
};

static const char person_line[] =
	"{'ref':'1','first_name':'Zoé','last_name':'Essai',"
	"'birth_date':'2007-03-14','agency':'ESSAI','insee':'93048',"
	"'rome':['D1102'],'contracts':['apprenticeship'],'modes':['transit'],"
	"'max_minutes':45,'available_from':'2026-10-01'}";
static const char offer_line[] =
	"{'t':'offer','source':'essai','ref':'9','title':'Apprenti boulanger',"
	"'url':'https://offres.example/9','kind':'apprenticeship',"
	"'rome':['D1102'],'employer':{'name':'Fournil Essai'},"
	"'place':{'precision':'commune','insee':'93006','city':'Bagnolet',"
	"'lat':48.868,'lon':2.4177},"
	"'start':'2026-12-01','posted':'2026-11-20T08:00:00Z'}";

static struct fixture {
	struct refdata *rd;
	struct match_env env;
	struct rules *rules;
	struct tradenet *trades;
	struct travel *travel;
	struct refusals *refusals;
	int32_t today;
} x;

static int open_tables(void **state)
{
	struct diags d;
	struct err err;

	(void)state;
	x.rd = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	assert_non_null(x.rd);
	diags_init(&d);
	x.rules = rules_compile(NULL, 0, x.rd, &d);
	diags_clear(&d);
	assert_non_null(x.rules);
	x.trades = tradenet_from_refdata(x.rd);
	x.travel = travel_new(SOURCE_DIR "/conf/refdata", &err);
	assert_non_null(x.travel);
	x.refusals = refusals_new();
	x.env = (struct match_env){.rules = x.rules,
				   .travel = x.travel,
				   .trades = x.trades,
				   .refusals = x.refusals,
				   .pad = match_pad_new(x.travel)};
	x.today = date_from_ymd(2026, 11, 23);
	return 0;
}

static int close_tables(void **state)
{
	(void)state;
	match_pad_free(x.env.pad);
	refusals_free(x.refusals);
	rules_free(x.rules);
	tradenet_free(x.trades);
	travel_free(x.travel);
	refdata_free(x.rd);
	return 0;
}

/* A line with what a case changes laid over it; quotes are single. */
static json_t *laid_over(const char *line, const char *change)
{
	char *text = mem_printf("%s", line), *over = mem_printf("{%s}", change);
	struct err err;
	json_t *v, *w;

	for (char *p = text; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	for (char *p = over; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	v = js_parse(text, strlen(text), &err);
	w = js_parse(over, strlen(over), &err);
	assert_non_null(v);
	assert_non_null(w);
	json_object_update(v, w);
	json_decref(w);
	free(text);
	free(over);
	return v;
}

static struct mperson person_of(const struct golden *g, struct arena *a)
{
	json_t *v = laid_over(person_line, g->person);
	struct mperson m;
	struct person p;
	const char *note;
	struct err err = {0};

	if (person_from_json(v, a, &p, &err))
		fail_msg("%s: %s", g->name, err.text);
	person_resolve_place(&p, x.rd, a, &note);
	assert_int_equal(mperson_from_person(&p, x.rd, 7, 0, 0, &m, &err), 0);
	m.zone = travel_zone(x.travel, m.at);
	if (g->refuses)
		m.flags |= MPERSON_REFUSES;
	json_decref(v);
	return m;
}

static struct moffer offer_of(const struct golden *g, struct arena *a)
{
	json_t *v = laid_over(offer_line, g->offer);
	struct moffer m;
	struct offer o;
	struct err err = {0};

	if (offer_from_json(v, a, &o, &err))
		fail_msg("%s: %s", g->name, err.text);
	moffer_from_offer(&o, x.rd, x.rules, 9, &m);
	if (g->refuses)
		refusals_put(x.refusals, 7, REFUSAL_EMPLOYER,
			     m.employer[EMPLOYER_NAME]);
	json_decref(v);
	return m;
}

static char *read_golden(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = mem_alloc(1 << 16);

	if (f) {
		text[fread(text, 1, (1 << 16) - 1, f)] = '\0';
		fclose(f);
	}
	return text;
}

/* Without the symbols that missed: they are the same forty lines everywhere,
 * and test_explain has seen them; and without the rules' id. */
static char *shortened(const char *text)
{
	struct buf out;

	buf_init(&out, 1 << 16);
	for (const char *end; *text; text = end) {
		char line[512];
		char *rules;

		end = strchrnul(text, '\n');
		end += *end == '\n';
		snprintf(line, sizeof(line), "%.*s", (int)(end - text), text);
		rules = strstr(line, ", règles ");
		if (rules)
			strcpy(rules, "\n");
		if (!strncmp(line, "    ", 4) &&
		    (strstr(line, " non  ") || strstr(line, "non précisé") ||
		     strstr(line, " non\n")))
			continue;
		if (strstr(line, " : 0,0 (au plus "))
			continue;
		buf_adds(&out, line);
	}
	return buf_take(&out);
}

static void check_golden(const struct golden *g)
{
	char *path = mem_printf("%s/tests/golden/verdicts/%s.txt", SOURCE_DIR,
				g->name);
	struct mperson p;
	struct moffer o;
	struct verdict v;
	struct arena a;
	struct buf text;
	char *mine, *golden;
	FILE *f;

	arena_init(&a);
	buf_init(&text, 1 << 16);
	p = person_of(g, &a);
	o = offer_of(g, &a);
	match_evaluate(&x.env, &p, &o, x.today, &v);
	explain_text(x.rd, &v, g->with_private, &text);
	mine = shortened(text.data);
	if (getenv("ETRIER_GOLDEN_WRITE") && (f = fopen(path, "w"))) {
		fputs(mine, f);
		fclose(f);
	}
	golden = read_golden(path);
	if (strcmp(mine, golden) != 0)
		fail_msg("%s:\n%s\nnot:\n%s", g->name, mine, golden);
	free(golden);
	free(mine);
	free(path);
	buf_clear(&text);
	arena_clear(&a);
}

static void test_verdicts_read_as_they_were_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_golden(&cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts_read_as_they_were_read),
	};

	return cmocka_run_group_tests(tests, open_tables, close_tables);
}
