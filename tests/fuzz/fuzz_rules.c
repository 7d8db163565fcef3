/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a file of rules laid over the shipped ones: rules or
 * diagnostics, never neither and never both; the same id each time; and what
 * compiled answers for an offer and a person of which nothing is known. */
#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/rules_when.h>
#include <etrier/str.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n);

static struct rules *compile(const char *bytes, size_t n)
{
	struct rules_text t = {"f.yaml", bytes, n};
	struct diags d;
	struct rules *r;

	diags_init(&d);
	r = rules_compile(&t, 1, NULL, &d);
	BUG_ON(!r == !d.n_errors);
	diags_clear(&d);
	return r;
}

static void ask(struct rules *r)
{
	struct offer o;
	struct mperson p = {.max_minutes = -1};
	struct cond_bits offer, person;
	struct pair_facts f = {.offer = &offer, .person = &person};

	offer_init(&o);
	o.title = "Apprenti boulanger";
	rules_offer_conds(r, NULL, &o, &offer);
	rules_person_conds(r, &p, &person);
	for (int i = 0; i < PAIR_FIELD_COUNT; i++)
		f.v[i] = FACT_UNKNOWN;
	for (size_t s = 0; s < r->n_sets; s++)
		for (int i = 0; i < r->sets[s].n_symbols; i++)
			rules_symbol_state(r, &r->sets[s].symbols[i], &f);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t n)
{
	struct rules *r = compile((const char *)bytes, n), *again;

	if (!r)
		return 0;
	again = compile((const char *)bytes, n);
	BUG_ON(!again || again->n_sets != r->n_sets);
	for (size_t i = 0; i < r->n_sets; i++)
		BUG_ON(!str_eq(r->sets[i].id, again->sets[i].id));
	ask(r);
	rules_free(again);
	rules_free(r);
	return 0;
}
