/* SPDX-License-Identifier: EUPL-1.2 */
/* What a young person or their adviser will not have, told here: a place, an
 * employer, one offer; taken back with the same words. The event says what kind
 * it was and who told it; the value stays in the refusal alone. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/person.h>
#include <etrier/refdata.h>
#include <etrier/store_events.h>
#include <etrier/store_refusals.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <inttypes.h>
#include <string.h>

#define SIRET_DIGITS 14
#define SIREN_DIGITS 9

/* The SIREN of a SIRET or SIREN typed with or without blanks, or NULL. */
static const char *siren_of(const char *typed, struct arena *a)
{
	char digits[SIRET_DIGITS + 1];
	size_t n = 0;
	for (const char *p = typed; *p; p++) {
		if (*p == ' ')
			continue;
		if (*p < '0' || *p > '9' || n == SIRET_DIGITS)
			return NULL;
		digits[n++] = *p;
	}
	if (n != SIRET_DIGITS && n != SIREN_DIGITS)
		return NULL;
	return arena_dup_n(a, digits, SIREN_DIGITS);
}

static bool read_place(struct control_call *call, const char *word,
		       const char **value)
{
	const struct refdata *rd = control_state(call)->rd;
	if (refdata_commune_number(rd, word)) {
		*value = word;
		return true;
	}
	control_error(call, 1,
		      "no commune of that INSEE code (five characters, not the "
		      "postal code)");
	return false;
}

static bool read_employer(struct control_call *call, const char *word,
			  struct arena *a, const char **value)
{
	const char *siren = siren_of(word, a);
	*value = siren ? siren : utf8_fold(a, word);
	if (strlen(word) <= PERSON_TEXT_MAX && !str_is_empty(*value))
		return true;
	control_error(call, 2, "expected a SIRET, a SIREN or a name");
	return false;
}

static bool read_offer(struct control_call *call, const char *word,
		       struct arena *a, const char **value)
{
	struct store_offer offer;
	if (!control_find_offer(call, word, a, &offer))
		return false;
	*value = arena_printf(a, "%" PRId64, offer.canonical);
	return true;
}

/* Which of the three options, and its value as it is stored. */
static bool read_refusal(struct control_call *call, const json_t *args,
			 struct arena *a, struct store_refusal *out)
{
	const char *place = js_str(args, "place", NULL);
	const char *employer = js_str(args, "employer", NULL);
	const char *offer = js_str(args, "offer", NULL);
	if (!place + !employer + !offer != 2) {
		control_error(call, 2,
			      "say one of --place INSEE, --employer "
			      "SIRET-OR-NAME, --offer SOURCE:REF");
		return false;
	}
	out->kind = place      ? STORE_REFUSES_PLACE
		    : employer ? STORE_REFUSES_EMPLOYER
			       : STORE_REFUSES_OFFER;
	return place	  ? read_place(call, place, &out->value)
	       : employer ? read_employer(call, employer, a, &out->value)
			  : read_offer(call, offer, a, &out->value);
}

struct telling {
	const struct store_refusal *r;
	const char *agency;
	bool is_refused, is_changed;
};

static int tell(struct store *s, void *ctx, struct err *err)
{
	struct telling *k = ctx;
	const struct store_refusal *r = k->r;
	char data[40];
	int result =
		k->is_refused
			? store_refusal_add(s, r, &k->is_changed, err)
			: store_refusal_remove(s, r->person, r->kind, r->value,
					       &k->is_changed, err);
	if (result || !k->is_changed)
		return result;
	snprintf(data, sizeof(data), "{\"what\":\"%s\"}",
		 vocab_code(&vocab_refusal, (int)r->kind));
	return store_event_add(
		s,
		&(struct store_event){.at = r->at,
				      .kind = k->is_refused ? "refused"
							    : "refused.back",
				      .person = r->person,
				      .agency = k->agency,
				      .by = r->by,
				      .data = data},
		err);
}

static void tell_refusal(struct control_call *call, const json_t *args,
			 bool is_refused)
{
	struct engine_state *e = control_state(call);
	struct arena a;
	struct store_person row;
	struct store_refusal r;
	struct err err = {0};
	char by[32];
	arena_init(&a);
	if (!control_find_person(call, control_word(args, 0), false, &a,
				 &row) ||
	    !read_refusal(call, args, &a, &r))
		goto out;
	r.person = row.id;
	r.at = clock_now(e->clock);
	r.by = control_by(call, by);
	struct telling k = {&r, row.agency, is_refused, false};
	if (store_tx(e->store, tell, &k, &err)) {
		control_fail(call, &err);
		goto out;
	}
	if (k.is_changed) {
		live_person_changed(e->live, row.id);
		e->wake(e);
	}
	control_end(call, 0, "%s",
		    !k.is_changed ? "nothing to change"
		    : is_refused  ? "refused: not proposed any more"
				  : "taken back");
out:
	arena_clear(&a);
}

void cmd_youths_refuse(struct control_call *call, const json_t *args)
{
	tell_refusal(call, args, true);
}

void cmd_youths_accept(struct control_call *call, const json_t *args)
{
	tell_refusal(call, args, false);
}

static int add_refusal(void *ctx, const struct store_refusal *r)
{
	json_t *row = json_object();
	js_put_str(row, "what", vocab_code(&vocab_refusal, (int)r->kind));
	js_put_str(row, "value", r->value);
	control_put_instant(row, "at", r->at);
	js_put_str(row, "by", r->by);
	json_array_append_new(ctx, row);
	return 0;
}

json_t *control_refusals(struct engine_state *e, int64_t person,
			 struct err *err)
{
	json_t *list = json_array();
	if (store_refusals_each(e->store, person, add_refusal, list, err)) {
		json_decref(list);
		return NULL;
	}
	return list;
}
