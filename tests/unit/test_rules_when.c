/* SPDX-License-Identifier: EUPL-1.2 */
/* Conditions: every field and form on an offer, a person and a pair of which
 * everything is known and on ones of which nothing is; the three-valued tables
 * whole, within one pool and across them; and programs against a slow reading
 * of the same random trees. */
#include "engine/rules/when_fields.h"

#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>
#include <etrier/rules_when.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define YES	TRI_YES
#define NO	TRI_NO
#define UNKNOWN TRI_UNKNOWN

static struct refdata *rd;

struct side {
	struct offer offer;
	struct mperson person;
	struct pair_facts facts;
	struct cond_bits offer_bits, person_bits;
};

static void nothing_known(struct side *s)
{
	memset(s, 0, sizeof(*s));
	offer_init(&s->offer);
	s->person = (struct mperson){.max_minutes = -1,
				     .max_minutes_cfa = -1,
				     .earliest_departure = -1,
				     .latest_return = -1,
				     .cfa_minutes = -1,
				     .level = -1,
				     .french_oral = -1,
				     .french_written = -1};
	for (int i = 0; i < PAIR_FIELD_COUNT; i++)
		s->facts.v[i] = FACT_UNKNOWN;
	s->facts.offer = &s->offer_bits;
	s->facts.person = &s->person_bits;
}

static void known_offer(struct offer *o)
{
	o->kind = CONTRACT_APPRENTICESHIP;
	o->source = "example";
	o->title = "Apprenti(e) Boulanger H/F";
	o->description = "Service coupé.\nDébutant accepté";
	o->rome[0] = "D1102";
	o->n_rome = 1;
	o->employer = (struct offer_employer){
		.name = "Fournil d'Exemple",
		.siret = "12345678900011",
		.naf = "10.71C",
		.size = "1-9",
		.handi_engaged = TRI_YES,
		.adapted_company = TRI_NO,
		.school = TRI_NO,
	};
	o->place = (struct place){
		.precision = PLACE_COMMUNE, .insee = "93048", .dept = "93"};
	o->start = date_from_ymd(2027, 1, 4);
	o->duration_days = 365;
	o->positions = 2;
	o->hours = (struct offer_hours){.start_min = 240,
					.end_min = 690,
					.weekly_min = 35 * 60 + 30,
					.night = TRI_YES,
					.weekend = TRI_NO,
					.part_time = TRI_NO};
	o->licences = 1u << LICENCE_B;
	o->age_min = 16;
	o->level_required = 0;
	o->level_target = 1;
	o->experience = EXPERIENCE_NONE;
	o->languages[0] = (struct offer_language){"fr", 2, TRI_YES};
	o->n_languages = 1;
	o->training_rncp = "RNCP37537";
	o->training_cfa = "CFA des Exemples";
	o->training_rhythm = "1 semaine sur 2";
	o->exposure[EXPOSURE_LOADS] = 2;
	o->access[ACCESS_TUTORING] = TRI_YES;
	o->handicap_welcome = TRI_YES;
	o->salary_min_cents = 1000;
	o->salary_max_cents = 1250;
	o->salary_period = "hour";
}

static void known_person(struct mperson *p)
{
	p->trades[0] = rome_find(rd, "D1102");
	p->n_trades = 1;
	p->level = 0;
	p->modes = 1u << MODE_WALK | 1u << MODE_TRANSIT;
	p->licences_missing = (1u << LICENCE_COUNT) - 1 - (1u << LICENCE_AM);
	p->contracts = 1u << CONTRACT_APPRENTICESHIP;
	p->french_oral = 1;
	p->french_written = 0;
	p->flags =
		MPERSON_PREREGISTERED_YES | MPERSON_DISTRICT_NO | MPERSON_RQTH;
	p->needs_favour = (uint64_t)1 << (NEEDS_ACCESS_SHIFT + ACCESS_TUTORING);
	p->needs_warn = (uint64_t)2 << 2 * EXPOSURE_NOISE;
	p->commune = refdata_commune_number(rd, "93048");
	p->agency = 5;
	p->cfa = 7;
	p->rncp = 37537;
	p->max_minutes = 60;
	p->max_minutes_cfa = 75;
	p->available = day16(date_from_ymd(2026, 12, 1));
	p->deadline = day16(date_from_ymd(2027, 1, 15));
	p->training_end = day16(date_from_ymd(2026, 12, 31));
	p->earliest_departure = 300;
	p->latest_return = 1200;
}

static void everything_known(struct side *s)
{
	static const int32_t facts[PAIR_FIELD_COUNT] = {
		[PAIR_AGE] = 17,
		[PAIR_AGE_TODAY] = 16,
		[PAIR_MINUTES] = 42,
		[PAIR_MINUTES_OF_LIMIT] = 70,
		[PAIR_CFA_MINUTES] = 50,
		[PAIR_LEAVE] = -20, /* 23:40 the day before */
		[PAIR_BACK] = 1450, /* 00:10 the day after */
		[PAIR_DAYS_TO_START] = 42,
		[PAIR_DAYS_TO_DEADLINE] = 53,
		[PAIR_OFFER_AGE] = 12,
		[PAIR_RANK] = 1,
		[PAIR_TRADE_VALUE] = 700,
		[PAIR_LEVEL_GAP] = 1,
		[PAIR_FRENCH_ORAL_GAP] = 1,
		[PAIR_SAME_COURSE] = 1,
		[PAIR_SAME_CFA] = 0,
		[PAIR_FAVOURS_MET] = 1,
	};

	nothing_known(s);
	known_offer(&s->offer);
	known_person(&s->person);
	memcpy(s->facts.v, facts, sizeof(facts));
}

static struct rules *compile(const char *text)
{
	struct rules_text t = {"test.yaml", text, strlen(text)};
	struct diags d;
	struct rules *r;

	diags_init(&d);
	r = rules_compile(&t, 1, rd, &d);
	diags_print(&d, stderr);
	assert_non_null(r);
	diags_clear(&d);
	rules_number_agency(r, 5, "ML-TEST");
	return r;
}

static void make_bits(const struct rules *r, struct side *s)
{
	rules_offer_conds(r, rd, &s->offer, &s->offer_bits);
	rules_person_conds(r, &s->person, &s->person_bits);
}

static const struct symbol *find(const struct rules *r, const char *code)
{
	for (int i = 0; i < r->sets[0].n_symbols; i++)
		if (str_eq(r->sets[0].symbols[i].code, code))
			return &r->sets[0].symbols[i];
	fail_msg("no symbol %s", code);
	return NULL;
}

/* --- every field and form ------------------------------------------------- */
struct row {
	const char *when;
	enum tri known, unknown;
};

static const struct row offers[] = {
	{"offer.kind: apprenticeship", YES, UNKNOWN},
	{"offer.kind: [permanent, seasonal]", NO, UNKNOWN},
	{"offer.kind: {not: permanent}", YES, UNKNOWN},
	{"offer.kind: {not: [apprenticeship, permanent]}", NO, UNKNOWN},
	{"offer.kind: [permanent, unknown]", NO, YES},
	{"offer.kind: {not: unknown}", YES, NO},
	{"offer.kind: present", YES, NO},
	{"offer.kind: absent", NO, YES},
	{"offer.source: example", YES, UNKNOWN},
	{"offer.source: Example", NO, UNKNOWN},
	{"offer.rome: D1102", YES, UNKNOWN},
	{"offer.rome: [G16, D11]", YES, UNKNOWN},
	{"offer.rome: {not: [F, G]}", YES, UNKNOWN},
	{"offer.title: {matches: [boulangère, BOULANGER]}", YES, UNKNOWN},
	{"offer.title: {matches: boulang}", NO, UNKNOWN},
	{"offer.title: {matches: \"boulang*\"}", YES, UNKNOWN},
	{"offer.title: {not: {matches: patissier}}", YES, UNKNOWN},
	{"offer.description: {matches: [\"débutant accepté\"]}", YES, UNKNOWN},
	{"offer.description: {matches: \"service coupe debutant\"}", YES,
	 UNKNOWN},
	{"offer.description: {matches: boulanger}", NO, UNKNOWN},
	{"offer.text: {matches: boulanger}", YES, UNKNOWN},
	{"offer.text: {matches: \"service coupé\"}", YES, UNKNOWN},
	{"offer.text: {matches: \"h f service\"}", NO, UNKNOWN},
	{"offer.employer.name: \"FOURNIL D'EXEMPLE\"", YES, UNKNOWN},
	{"offer.employer.name: Fournil", NO, UNKNOWN},
	{"offer.employer.name: {matches: fournil}", YES, UNKNOWN},
	{"offer.employer.siret: \"123456789\"", YES, UNKNOWN},
	{"offer.employer.siret: \"23456789\"", NO, UNKNOWN},
	{"offer.employer.naf: [\"47\", \"1071c\"]", YES, UNKNOWN},
	{"offer.employer.naf: 10.71D", NO, UNKNOWN},
	{"offer.employer.size: 1-9", YES, UNKNOWN},
	{"offer.employer.handi_engaged: yes", YES, UNKNOWN},
	{"offer.employer.adapted_company: yes", NO, UNKNOWN},
	{"offer.employer.school: yes", NO, UNKNOWN},
	{"offer.place.dept: [\"93\", \"2A\"]", YES, UNKNOWN},
	{"offer.place.dept: {not: \"93\"}", NO, UNKNOWN},
	{"offer.place.insee: 93048", YES, UNKNOWN},
	{"offer.place.insee: 75112", NO, UNKNOWN},
	{"offer.place.precision: [point, commune]", YES, UNKNOWN},
	{"offer.place.precision: unknown", NO, YES},
	{"offer.start: \">=2027-01-04\"", YES, UNKNOWN},
	{"offer.start: \"2026-12-01..2027-01-03\"", NO, UNKNOWN},
	{"offer.duration_days: \"<365\"", NO, UNKNOWN},
	{"offer.duration_days: [30, 365]", YES, UNKNOWN},
	{"offer.positions: \">=2\"", YES, UNKNOWN},
	{"offer.positions: \">2\"", NO, UNKNOWN},
	{"offer.hours.start: \"04:00..06:00\"", YES, UNKNOWN},
	{"offer.hours.start: \"22:00..04:00\"", YES, UNKNOWN},
	{"offer.hours.start: \"22:00..03:59\"", NO, UNKNOWN},
	{"offer.hours.start: \"<04:00\"", NO, UNKNOWN},
	{"offer.hours.end: \"11:30\"", YES, UNKNOWN},
	{"offer.hours.end: {not: \"11:00..12:00\"}", NO, UNKNOWN},
	{"offer.hours.weekly: 35.5", YES, UNKNOWN},
	{"offer.hours.weekly: \"<=35\"", NO, UNKNOWN},
	{"offer.hours.night: yes", YES, UNKNOWN},
	{"offer.hours.night: {not: no}", YES, UNKNOWN},
	{"offer.hours.night: [no, unknown]", NO, YES},
	{"offer.hours.weekend: no", YES, UNKNOWN},
	{"offer.hours.part_time: present", YES, NO},
	{"offer.licences: [B, C]", YES, UNKNOWN},
	{"offer.licences: {not: [C, D]}", YES, UNKNOWN},
	{"offer.age_min: \"<=16\"", YES, UNKNOWN},
	{"offer.level.required: none", YES, UNKNOWN},
	{"offer.level.target: \">=4\"", NO, UNKNOWN},
	{"offer.level.target: \"none..3\"", YES, UNKNOWN},
	{"offer.experience: none", YES, UNKNOWN},
	{"offer.languages: [de, fr]", YES, UNKNOWN},
	{"offer.french: \">B1\"", NO, UNKNOWN},
	{"offer.training.rncp: RNCP37537", YES, UNKNOWN},
	{"offer.training.cfa: \"cfa des exemples\"", YES, UNKNOWN},
	{"offer.training.rhythm: {matches: semaine}", YES, UNKNOWN},
	{"offer.exposure.loads: \">=2\"", YES, UNKNOWN},
	{"offer.exposure.loads: 3", NO, UNKNOWN},
	{"offer.access.tutoring: yes", YES, UNKNOWN},
	{"offer.handicap_welcome: no", NO, UNKNOWN},
	/* 10 an hour is 1516.70 a month */
	{"offer.salary.min: \"1516.70\"", YES, UNKNOWN},
	{"offer.salary.min: \">=1516.71\"", NO, UNKNOWN},
	{"offer.salary.max: \"1895.87..1895.88\"", YES, UNKNOWN},
};
static const struct row people[] = {
	{"youth.level: none", YES, UNKNOWN},
	{"youth.level: \">=4\"", NO, UNKNOWN},
	{"youth.modes: [car, transit]", YES, UNKNOWN},
	{"youth.modes: {not: [bike, moped, car]}", YES, UNKNOWN},
	{"youth.modes: {not: walk}", NO, UNKNOWN},
	{"youth.licences: AM", YES, UNKNOWN},
	{"youth.licences: [B, C]", NO, UNKNOWN},
	{"youth.licences: absent", NO, YES},
	{"youth.contracts: apprenticeship", YES, UNKNOWN},
	{"youth.rome: D11", YES, UNKNOWN},
	{"youth.rome: {not: D11}", NO, UNKNOWN},
	{"youth.french.oral: \"<=A2\"", YES, UNKNOWN},
	{"youth.french.written: [B1, B2]", NO, UNKNOWN},
	{"youth.preregistered: yes", YES, UNKNOWN},
	{"youth.preregistered: {not: no}", YES, UNKNOWN},
	{"youth.priority_district: yes", NO, UNKNOWN},
	{"youth.needs: present", YES, NO},
	{"youth.needs: tutoring", YES, UNKNOWN},
	{"youth.needs: [loads, noise]", YES, UNKNOWN},
	{"youth.needs: [loads, breaks]", NO, UNKNOWN},
	{"youth.rqth: yes", YES, UNKNOWN},
	{"youth.dept: \"93\"", YES, UNKNOWN},
	{"youth.dept: [\"75\", \"2A\"]", NO, UNKNOWN},
	{"youth.insee: 93048", YES, UNKNOWN},
	{"youth.insee: {not: 93048}", NO, UNKNOWN},
	{"youth.agency: [ML-A, ML-TEST]", YES, UNKNOWN},
	{"youth.agency: ml-test", NO, UNKNOWN},
	{"youth.cfa: present", YES, NO},
	{"youth.rncp: 37537", YES, UNKNOWN},
	{"youth.max_minutes: \"<60\"", NO, UNKNOWN},
	{"youth.max_minutes_cfa: 75", YES, UNKNOWN},
	{"youth.available_from: \"<=2026-12-01\"", YES, UNKNOWN},
	{"youth.contract_deadline: \">2027-01-15\"", NO, UNKNOWN},
	{"youth.training_end: 2026-12-31", YES, UNKNOWN},
	{"youth.earliest_departure: \">=05:00\"", YES, UNKNOWN},
	{"youth.latest_return: \"21:00..23:00\"", NO, UNKNOWN},
};
static const struct row pairs[] = {
	{"offer.age_days: \">=12\"", YES, UNKNOWN},
	{"youth.age: \"16..17\"", YES, UNKNOWN},
	{"youth.age: [13, \">=17\"]", NO, UNKNOWN},
	{"youth.age: {not: [13, \">=17\"]}", YES, UNKNOWN},
	{"youth.age: absent", NO, YES},
	{"youth.days_to_deadline: \"31..60\"", YES, UNKNOWN},
	{"youth.days_to_deadline: \"<-1\"", NO, UNKNOWN},
	{"pair.age: \"<18\"", YES, UNKNOWN},
	{"pair.minutes: \">42\"", NO, UNKNOWN},
	{"pair.minutes_of_limit: \"<=70\"", YES, UNKNOWN},
	{"pair.cfa_minutes: \"< 50\"", NO, UNKNOWN},
	{"pair.leaves_home: \"<05:00\"", YES, UNKNOWN},
	{"pair.leaves_home: \"23:00..05:00\"", YES, UNKNOWN},
	{"pair.leaves_home: \"00:00..05:00\"", NO, UNKNOWN},
	{"pair.comes_home: \">24:00\"", YES, UNKNOWN},
	{"pair.comes_home: \"23:00..00:15\"", YES, UNKNOWN},
	{"pair.comes_home: \"22:00..24:00\"", NO, UNKNOWN},
	{"pair.days_to_start: \">120\"", NO, UNKNOWN},
	{"pair.rank: 1", YES, UNKNOWN},
	{"pair.trade: \">=0.7\"", YES, UNKNOWN},
	{"pair.trade: \">0.7\"", NO, UNKNOWN},
	{"pair.level_gap: \">=2\"", NO, UNKNOWN},
	{"pair.french_oral_gap: 1", YES, UNKNOWN},
	{"pair.same_course: yes", YES, UNKNOWN},
	{"pair.same_cfa: yes", NO, UNKNOWN},
	{"pair.same_cfa: no", YES, UNKNOWN},
	{"pair.favours_met: \">=1\"", YES, UNKNOWN},
	{"pair.favours_met: present", YES, NO},
};

static bool is_private(const char *when)
{
	return strstr(when, "needs") || strstr(when, "rqth") ||
	       strstr(when, "favours");
}

/* One symbol a row: R0, R1 ... */
static struct rules *compile_rows(const struct row *rows, size_t n)
{
	struct buf b;
	struct rules *r;

	buf_init(&b, 1 << 20);
	buf_adds(&b, "groups: {own: {max: 9}}\nadjust:\n");
	for (size_t i = 0; i < n; i++) {
		char *item = mem_printf(
			"  - {symbol: R%zu, points: 1, "
			"group: %s, when: {%s}}\n",
			i, is_private(rows[i].when) ? "needs" : "own",
			rows[i].when);

		buf_adds(&b, item);
		free(item);
	}
	r = compile(b.data);
	buf_clear(&b);
	return r;
}

static void check_rows(const struct row *rows, size_t n)
{
	struct rules *r = compile_rows(rows, n);
	struct side known, unknown;
	int n_wrong = 0;

	everything_known(&known);
	nothing_known(&unknown);
	make_bits(r, &known);
	make_bits(r, &unknown);
	for (size_t i = 0; i < n; i++) {
		char code[32];
		const struct symbol *s;

		snprintf(code, sizeof(code), "R%zu", i);
		s = find(r, code);
		assert_int_equal(s->is_private, is_private(rows[i].when));
		if (rules_symbol_state(r, s, &known.facts) == rows[i].known &&
		    rules_symbol_state(r, s, &unknown.facts) == rows[i].unknown)
			continue;
		print_error(
			"%s: %s, %s\n", rows[i].when,
			vocab_code(&vocab_tri,
				   (int)rules_symbol_state(r, s, &known.facts)),
			vocab_code(&vocab_tri, (int)rules_symbol_state(
						       r, s, &unknown.facts)));
		n_wrong++;
	}
	assert_int_equal(n_wrong, 0);
	rules_free(r);
}

static void test_every_form_on_offers(void **state)
{
	(void)state;
	check_rows(offers, ARRAY_LEN(offers));
}

static void test_every_form_on_people(void **state)
{
	(void)state;
	check_rows(people, ARRAY_LEN(people));
}

/* Somebody who is like p where a condition looks, and anybody elsewhere. */
static struct mperson alike(const struct mperson *p,
			    const struct mperson *reads, uint32_t *salt)
{
	struct mperson out;
	const unsigned char *from = (const unsigned char *)p;
	const unsigned char *mask = (const unsigned char *)reads;
	unsigned char *to = (unsigned char *)&out;

	for (size_t i = 0; i < sizeof(out); i++) {
		*salt = *salt * 1103515245u + 12345u;
		to[i] = (unsigned char)((from[i] & mask[i]) |
					(*salt >> 16 & ~mask[i] & 0xff));
	}
	return out;
}

static void test_people_alike_where_it_looks_get_one_answer(void **state)
{
	uint32_t salt = 20260101;
	struct side sides[2];

	(void)state;
	everything_known(&sides[0]);
	nothing_known(&sides[1]);
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		struct rules *r = compile_rows(&people[i], 1);
		struct mperson reads;

		rules_person_reads(r, &reads);
		assert_int_equal(reads.id, 0); /* nor anything of all */
		for (int k = 0; k < 60; k++) {
			const struct mperson *p = &sides[k % 2].person;
			struct mperson q = alike(p, &reads, &salt);
			struct cond_bits a, b;

			rules_person_conds(r, p, &a);
			rules_person_conds(r, &q, &b);
			if (memcmp(&a, &b, sizeof(a)) != 0)
				fail_msg("%s", people[i].when);
		}
		rules_free(r);
	}
}

static void test_every_form_on_pairs(void **state)
{
	(void)state;
	check_rows(pairs, ARRAY_LEN(pairs));
}

static bool is_tested(const struct row *rows, size_t n, const char *name)
{
	size_t k = strcspn(name, "*");

	for (size_t i = 0; i < n; i++)
		if (!strncmp(rows[i].when, name, k) &&
		    (name[k] || rows[i].when[k] == ':'))
			return true;
	return false;
}

static void test_no_field_is_left_out(void **state)
{
	const struct when_field *f;

	(void)state;
	for (size_t i = 0; (f = when_field_at(i)); i++)
		if (!is_tested(offers, ARRAY_LEN(offers), f->name) &&
		    !is_tested(people, ARRAY_LEN(people), f->name) &&
		    !is_tested(pairs, ARRAY_LEN(pairs), f->name))
			fail_msg("%s is in no table", f->name);
	for (int i = 0; i < EXPOSURE_COUNT + ACCESS_COUNT; i++)
		assert_string_equal(
			vocab_need.codes[i],
			i < EXPOSURE_COUNT
				? vocab_exposure.codes[i]
				: vocab_access.codes[i - EXPOSURE_COUNT]);
}

/* --- the three-valued tables -----------------------------------------------
 */
/* By pool and value: what is no, yes, unknown where half is known. */
static const char *const atoms[COND_POOL_COUNT][3] = {
	{"offer.hours.part_time: yes", "offer.hours.weekend: yes",
	 "offer.hours.night: yes"},
	{"youth.modes: car", "youth.preregistered: yes", "youth.level: none"},
	{"pair.rank: 1", "pair.same_cfa: yes", "pair.same_course: yes"},
};

static void half_known(struct side *s)
{
	everything_known(s);
	s->offer.hours.part_time = TRI_UNKNOWN;
	s->person.modes = 0;
	s->person.flags = MPERSON_PREREGISTERED_NO;
	s->facts.v[PAIR_RANK] = FACT_UNKNOWN;
}

static enum tri slow_all(enum tri a, enum tri b)
{
	return a == NO || b == NO	      ? NO
	       : a == UNKNOWN || b == UNKNOWN ? UNKNOWN
					      : YES;
}

static enum tri slow_any(enum tri a, enum tri b)
{
	return a == YES || b == YES	      ? YES
	       : a == UNKNOWN || b == UNKNOWN ? UNKNOWN
					      : NO;
}

static enum tri ask(const char *when, struct side *s)
{
	struct row row = {when, YES, YES};
	struct rules *r = compile_rows(&row, 1);
	enum tri t;

	make_bits(r, s);
	t = rules_symbol_state(r, find(r, "R0"), &s->facts);
	rules_free(r);
	return t;
}

/* All nine of every pair of pools, so that conditions are cut and joined in
 * every way. */
static void test_all_and_any_are_kleenes(void **state)
{
	struct side s;

	(void)state;
	half_known(&s);
	for (int i = 0; i < 81; i++) {
		int pa = i % 3, pb = i / 3 % 3, a = i / 9 % 3, b = i / 27;
		char *all = mem_printf("all: [{%s}, {%s}]", atoms[pa][a],
				       atoms[pb][b]);
		char *any = mem_printf("any: [{%s}, {%s}]", atoms[pa][a],
				       atoms[pb][b]);

		if (ask(all, &s) != slow_all((enum tri)a, (enum tri)b))
			fail_msg("%s", all);
		if (ask(any, &s) != slow_any((enum tri)a, (enum tri)b))
			fail_msg("%s", any);
		free(all);
		free(any);
	}
}

static void test_not_turns_yes_and_no_and_leaves_unknown(void **state)
{
	static const enum tri turned[] = {UNKNOWN, YES, NO};
	struct side s;

	(void)state;
	half_known(&s);
	for (int pool = 0; pool < COND_POOL_COUNT; pool++)
		for (int v = 0; v < 3; v++) {
			const char *atom = atoms[pool][v];
			const char *colon = strchr(atom, ':');
			char *not = mem_printf("%.*s: {not: %s}",
					       (int)(colon - atom), atom,
					       colon + 2);

			assert_int_equal(ask(not, &s), turned[v]);
			free(not );
		}
}

/* --- programs against a slow reading -----------------------------------------
 */
static uint64_t seed = 20261128;
static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % n);
}

/* Atoms whose meaning is written here a second time. */
enum { N_ATOMS = 12 };
static const char *const texts[N_ATOMS] = {
	"offer.kind: [permanent, fixed_term]",
	"offer.hours.night: {not: no}",
	"offer.positions: \"2..3\"",
	"offer.licences: {not: B}",
	"offer.hours.start: absent",
	"youth.level: \">=4\"",
	"youth.modes: [bike, car]",
	"youth.max_minutes: {not: \"<45\"}",
	"youth.preregistered: [yes, unknown]",
	"pair.minutes: \"<=30\"",
	"pair.same_course: yes",
	"pair.leaves_home: \"22:00..05:00\"",
};

static enum tri truth(bool is_known, bool is_met)
{
	return !is_known ? UNKNOWN : is_met ? YES : NO;
}

static enum tri slow_atom(int i, const struct side *s)
{
	const struct offer *o = &s->offer;
	const struct mperson *p = &s->person;
	int32_t minutes = s->facts.v[PAIR_MINUTES];
	int32_t leave = s->facts.v[PAIR_LEAVE], same;

	same = s->facts.v[PAIR_SAME_COURSE];
	switch (i) {
	case 0:
		return truth(o->kind != VOCAB_NONE,
			     o->kind == CONTRACT_PERMANENT ||
				     o->kind == CONTRACT_FIXED_TERM);
	case 1:
		return truth(o->hours.night != TRI_UNKNOWN,
			     o->hours.night == TRI_YES);
	case 2:
		return truth(o->positions >= 0,
			     o->positions == 2 || o->positions == 3);
	case 3:
		return truth(o->licences != 0, !(o->licences >> LICENCE_B & 1));
	case 4:
		return o->hours.start_min < 0 ? YES : NO;
	case 5:
		return truth(p->level >= 0, p->level >= 2);
	case 6:
		return truth(p->modes != 0, p->modes >> MODE_BIKE & 1 ||
						    p->modes >> MODE_CAR & 1);
	case 7:
		return truth(p->max_minutes >= 0, p->max_minutes >= 45);
	case 8:
		return p->flags & MPERSON_PREREGISTERED_NO ? NO : YES;
	case 9:
		return truth(minutes != FACT_UNKNOWN, minutes <= 30);
	case 10:
		return truth(same != FACT_UNKNOWN, same == 1);
	default:
		leave = leave == FACT_UNKNOWN ? leave : leave + 1440;
		return truth(leave != FACT_UNKNOWN,
			     leave % 1440 >= 1320 || leave % 1440 <= 300);
	}
}

struct tree {
	int atom; /* -1: all, -2: any */
	int n;
	struct tree *kids[4];
};

static struct tree *random_tree(int depth)
{
	struct tree *t = mem_alloc(sizeof(*t));

	if (!depth || !below(3)) {
		t->atom = (int)below(N_ATOMS);
		return t;
	}
	t->atom = below(2) ? -1 : -2;
	t->n = 1 + (int)below(4);
	for (int i = 0; i < t->n; i++)
		t->kids[i] = random_tree(depth - 1);
	return t;
}

static void tree_free(struct tree *t)
{
	for (int i = 0; i < t->n; i++)
		tree_free(t->kids[i]);
	free(t);
}

static void write_tree(struct buf *b, const struct tree *t)
{
	if (t->atom >= 0) {
		buf_adds(b, texts[t->atom]);
		return;
	}
	buf_adds(b, t->atom == -1 ? "all: [" : "any: [");
	for (int i = 0; i < t->n; i++) {
		buf_adds(b, i ? ", {" : "{");
		write_tree(b, t->kids[i]);
		buf_adds(b, "}");
	}
	buf_adds(b, "]");
}

static enum tri slow_tree(const struct tree *t, const struct side *s)
{
	enum tri out;

	if (t->atom >= 0)
		return slow_atom(t->atom, s);
	out = slow_tree(t->kids[0], s);
	for (int i = 1; i < t->n; i++) {
		enum tri k = slow_tree(t->kids[i], s);

		out = t->atom == -1 ? slow_all(out, k) : slow_any(out, k);
	}
	return out;
}

static void random_side(struct side *s)
{
	static const int8_t kinds[] = {-1, CONTRACT_APPRENTICESHIP,
				       CONTRACT_PERMANENT, CONTRACT_FIXED_TERM};

	nothing_known(s);
	s->offer.kind = kinds[below(4)];
	s->offer.hours.night = (enum tri)below(3);
	s->offer.positions = (int)below(6) - 1;
	s->offer.licences = below(3) << LICENCE_A;
	s->offer.hours.start_min = below(2) ? -1 : 300;
	s->person.level = (int8_t)((int)below(5) - 1);
	s->person.modes = (uint8_t)below(32);
	s->person.max_minutes = (int16_t)((int)below(4) * 30 - 1);
	s->person.flags = (uint8_t)(below(3) << 2);
	if (below(3))
		s->facts.v[PAIR_MINUTES] = 28 + (int32_t)below(5);
	if (below(3))
		s->facts.v[PAIR_SAME_COURSE] = (int32_t)below(2);
	if (below(3))
		s->facts.v[PAIR_LEAVE] = (int32_t)below(900) - 300;
}

enum { N_TREES = 60, N_ROUNDS = 6, N_SIDES = 40 };

static void check_trees(struct tree **trees)
{
	struct row rows[N_TREES];
	struct buf b[N_TREES];
	struct rules *r;

	for (int i = 0; i < N_TREES; i++) {
		buf_init(&b[i], 1 << 16);
		write_tree(&b[i], trees[i]);
		rows[i].when = b[i].data;
	}
	r = compile_rows(rows, N_TREES);
	for (int k = 0; k < N_SIDES; k++) {
		struct side s;

		random_side(&s);
		make_bits(r, &s);
		for (int i = 0; i < N_TREES; i++) {
			char code[32];

			snprintf(code, sizeof(code), "R%d", i);
			if (rules_symbol_state(r, find(r, code), &s.facts) !=
			    slow_tree(trees[i], &s))
				fail_msg("seed %llu: %s",
					 (unsigned long long)seed,
					 rows[i].when);
		}
	}
	for (int i = 0; i < N_TREES; i++)
		buf_clear(&b[i]);
	rules_free(r);
}

/* A random tree may contradict itself, which the compiler says: another one. */
static bool compiles(const struct tree *t)
{
	struct buf b;
	struct diags d;
	struct rules *r;
	struct rules_text text = {.file = "t"};

	buf_init(&b, 1 << 16);
	buf_adds(&b, "adjust: [{symbol: RR, points: 1, when: {");
	write_tree(&b, t);
	buf_adds(&b, "}}]");
	text.text = b.data;
	text.len = b.len;
	diags_init(&d);
	r = rules_compile(&text, 1, NULL, &d);
	diags_clear(&d);
	buf_clear(&b);
	rules_free(r);
	return r != NULL;
}

static void test_programs_equal_a_slow_reading(void **state)
{
	(void)state;
	for (int round = 0; round < N_ROUNDS; round++) {
		struct tree *trees[N_TREES];

		for (int i = 0; i < N_TREES; i++) {
			trees[i] = random_tree(3);
			while (!compiles(trees[i])) {
				tree_free(trees[i]);
				trees[i] = random_tree(3);
			}
		}
		check_trees(trees);
		for (int i = 0; i < N_TREES; i++)
			tree_free(trees[i]);
	}
}

/* --- what is told of conditions ---------------------------------------------
 */
static void test_a_symbol_says_what_it_stands_on(void **state)
{
	struct row row = {"offer.hours.night: yes, youth.level: none, "
			  "any: [{pair.rank: 1}, {offer.positions: 1}]",
			  YES, UNKNOWN};
	struct rules *r = compile_rows(&row, 1);
	const struct symbol *s = find(r, "R0");
	struct cond_part parts[8];
	struct cond_facts f;
	struct side side;

	(void)state;
	half_known(&side);
	make_bits(r, &side);
	f = (struct cond_facts){&side.offer, rd, &side.person, &side.facts};
	assert_int_equal(rules_symbol_parts(r, s, &f, parts, 8), 4);
	assert_string_equal(parts[0].text, "offer.hours.night: yes");
	assert_int_equal(parts[0].value, YES);
	assert_string_equal(parts[1].text, "youth.level: none");
	assert_string_equal(parts[2].text, "pair.rank: 1");
	assert_int_equal(parts[2].value, UNKNOWN);
	assert_string_equal(parts[3].text, "offer.positions: 1");
	assert_int_equal(parts[3].value, NO);
	f.offer = NULL;
	assert_int_equal(rules_symbol_parts(r, s, &f, parts, 1), 2);
	assert_int_equal(rules_pair_fields(r, s->pair_when), 1u << PAIR_RANK);
	assert_string_equal(rules_cond_text(r, COND_PAIR, s->pair_when),
			    "(pair.rank: 1 or offer.positions: 1)");
	rules_free(r);
}

static void test_equal_conditions_are_one(void **state)
{
	struct row rows[] = {{"offer.kind: [permanent, fixed_term]", NO, NO},
			     {"offer.kind: [fixed_term, permanent]", NO, NO},
			     {"offer.kind: permanent", NO, NO}};
	struct rules *r = compile_rows(rows, 3);

	(void)state;
	assert_int_equal(find(r, "R0")->offer_when, find(r, "R1")->offer_when);
	assert_int_not_equal(find(r, "R0")->offer_when,
			     find(r, "R2")->offer_when);
	rules_free(r);
}

static int load(void **state)
{
	struct err err;

	(void)state;
	rd = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	return rd ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	refdata_free(rd);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_form_on_offers),
		cmocka_unit_test(test_every_form_on_people),
		cmocka_unit_test(
			test_people_alike_where_it_looks_get_one_answer),
		cmocka_unit_test(test_every_form_on_pairs),
		cmocka_unit_test(test_no_field_is_left_out),
		cmocka_unit_test(test_all_and_any_are_kleenes),
		cmocka_unit_test(test_not_turns_yes_and_no_and_leaves_unknown),
		cmocka_unit_test(test_programs_equal_a_slow_reading),
		cmocka_unit_test(test_a_symbol_says_what_it_stands_on),
		cmocka_unit_test(test_equal_conditions_are_one),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
