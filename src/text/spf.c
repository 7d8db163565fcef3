/* SPDX-License-Identifier: EUPL-1.2 */
/* SPF, walked as a receiver walks it, for several addresses at once.
 *
 * A receiver stops at the first term that matches; an address that is decided
 * is passed over by all that follows, and the walk goes on for the others and
 * for the counts. A term that nobody but a receiver can judge (macros, exists,
 * ptr) leaves a doubt: what comes later only stands if it says the same. */
#include <etrier/spf.h>

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 12  /* more than the look-ups allow */
#define DOUBT	  '!' /* agrees with no qualifier */

const char *const spf_results[] = {"undecided", "pass",	     "fail",
				   "softfail",	"neutral",   "permerror",
				   "temperror", "not judged"};

struct walk {
	const struct dns_address *addresses;
	int n;
	const struct dns_asker *dns;
	struct arena *arena;
	struct spf_report *out;
	const char *path[DEPTH_MAX]; /* domains being read, the outermost
				      * first */
	int depth;
	int top; /* the depth whose record speaks for everybody: 1, and one
		  * more behind each redirect */
};

/* One domain's record for every address. */
struct verdicts {
	enum spf_result v[SPF_ADDRESSES_MAX];
	char doubt[SPF_ADDRESSES_MAX]; /* qualifier of what was not judged */
};

static enum spf_result of_qualifier(char q)
{
	return q == '+'	  ? SPF_PASS
	       : q == '-' ? SPF_FAIL
	       : q == '~' ? SPF_SOFTFAIL
			  : SPF_NEUTRAL;
}

static void note(struct walk *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The first thing that is wrong is the one to mend. */
static void note(struct walk *w, const char *fmt, ...)
{
	va_list ap;
	if (*w->out->why)
		return;
	va_start(ap, fmt);
	vsnprintf(w->out->why, sizeof(w->out->why), fmt, ap);
	va_end(ap);
}

static void decide(struct verdicts *r, int i, char qualifier)
{
	if (r->v[i] != SPF_UNDECIDED)
		return;
	r->v[i] = !r->doubt[i] || r->doubt[i] == qualifier
			  ? of_qualifier(qualifier)
			  : SPF_UNKNOWN;
}

static void decide_all(const struct walk *w, struct verdicts *r,
		       enum spf_result result)
{
	for (int i = 0; i < w->n; i++)
		if (r->v[i] == SPF_UNDECIDED)
			r->v[i] = result;
}

static void doubt_all(const struct walk *w, struct verdicts *r, char qualifier)
{
	for (int i = 0; i < w->n; i++)
		if (r->v[i] == SPF_UNDECIDED && !r->doubt[i])
			r->doubt[i] = qualifier;
}

/* A term that asks the DNS. False: the walk ends. */
static bool count_lookup(struct walk *w, struct verdicts *r)
{
	if (++w->out->n_lookups > SPF_LOOKUPS_MAX) {
		note(w, "it needs more than %d look-ups", SPF_LOOKUPS_MAX);
		decide_all(w, r, SPF_PERMERROR);
	}
	return w->out->n_lookups < SPF_WALK_MAX;
}

static void count_void(struct walk *w, struct verdicts *r, const char *name)
{
	if (++w->out->n_voids > SPF_VOIDS_MAX) {
		note(w, "more than %d of its names have nothing: %s",
		     SPF_VOIDS_MAX, name);
		decide_all(w, r, SPF_PERMERROR);
	}
}

static bool is_void(const struct dns_answer *answer)
{
	return answer->status == DNS_NO_NAME || answer->status == DNS_NOTHING;
}

static bool is_missing(const struct dns_answer *answer)
{
	return answer->status == DNS_FAILED || answer->status == DNS_SILENT;
}

/* --- a and mx --- */

static void match_records(const struct walk *w, struct verdicts *r,
			  const struct dns_answer *answer,
			  const struct spf_term *t)
{
	for (int k = 0; k < answer->n; k++) {
		const struct dns_address *net = &answer->records[k].address;
		int bits = net->n == 4 ? t->bits4 : t->bits6;
		for (int i = 0; i < w->n; i++)
			if (dns_address_within(&w->addresses[i], net, bits))
				decide(r, i, t->qualifier);
	}
}

/* The addresses of one host, of the families that we send from; without any,
 * of IPv4. */
static void match_host(struct walk *w, struct verdicts *r, const char *host,
		       const struct spf_term *t)
{
	bool wants[2] = {w->n == 0, false}, has_any = false;
	for (int i = 0; i < w->n; i++)
		wants[w->addresses[i].n == 16] = true;
	for (int family = 0; family < 2; family++) {
		if (!wants[family])
			continue;
		const struct dns_answer *answer = w->dns->ask(
			w->dns->ctx, host, family ? DNS_AAAA : DNS_A);
		match_records(w, r, answer, t);
		has_any |= !is_void(answer);
		if (is_missing(answer))
			decide_all(w, r, SPF_TEMPERROR);
	}
	if (!has_any)
		count_void(w, r, host);
}

static void match_mx(struct walk *w, struct verdicts *r, const char *domain,
		     const struct spf_term *t)
{
	const struct dns_answer *answer =
		w->dns->ask(w->dns->ctx, domain, DNS_MX);
	if (is_missing(answer))
		decide_all(w, r, SPF_TEMPERROR);
	if (is_void(answer))
		count_void(w, r, domain);
	if (answer->n > SPF_NAMES_MAX) {
		note(w, "%s has more than %d mail hosts", domain,
		     SPF_NAMES_MAX);
		decide_all(w, r, SPF_PERMERROR);
		return;
	}
	for (int i = 0; i < answer->n; i++)
		if (*answer->records[i].text)
			match_host(w, r, answer->records[i].text, t);
}

/* --- records --- */

static void check_host(struct walk *w, const char *domain,
		       struct verdicts *out);

static bool is_on_path(const struct walk *w, const char *domain)
{
	for (int i = 0; i < w->depth; i++)
		if (str_eq(w->path[i], domain))
			return true;
	return false;
}

/* RFC 7208 5.2: a pass inside is a match, a "no" inside is none. */
static void include(struct walk *w, struct verdicts *r,
		    const struct spf_term *t)
{
	struct verdicts inner;
	check_host(w, t->domain, &inner);
	for (int i = 0; i < w->n; i++) {
		if (r->v[i] != SPF_UNDECIDED)
			continue;
		if (inner.v[i] == SPF_PASS)
			decide(r, i, t->qualifier);
		else if (inner.v[i] == SPF_UNKNOWN)
			r->doubt[i] = r->doubt[i] ? r->doubt[i] : t->qualifier;
		else if (inner.v[i] == SPF_PERMERROR ||
			 inner.v[i] == SPF_TEMPERROR)
			r->v[i] = inner.v[i];
	}
}

static void redirect(struct walk *w, struct verdicts *r,
		     const struct spf_term *t)
{
	struct verdicts inner;
	if (t->has_macro) {
		doubt_all(w, r, DOUBT);
		return;
	}
	int is_top = w->depth == w->top;
	w->top += is_top;
	check_host(w, t->domain, &inner);
	w->top -= is_top;
	for (int i = 0; i < w->n; i++)
		if (r->v[i] == SPF_UNDECIDED)
			r->v[i] = r->doubt[i] && inner.v[i] != SPF_PASS
					  ? SPF_UNKNOWN
					  : inner.v[i];
}

static void match_address(struct walk *w, struct verdicts *r,
			  const struct spf_term *t)
{
	int bits = t->kind == SPF_IP4 ? t->bits4 : t->bits6;
	for (int i = 0; i < w->n; i++)
		if (dns_address_within(&w->addresses[i], &t->address, bits))
			decide(r, i, t->qualifier);
}

/* False: everything was asked that we are ready to ask. */
static bool walk_term(struct walk *w, struct verdicts *r, const char *domain,
		      const struct spf_term *t)
{
	const char *name = *t->domain ? t->domain : domain;
	if (t->kind == SPF_IP4 || t->kind == SPF_IP6) {
		match_address(w, r, t);
		return true;
	}
	if (!count_lookup(w, r))
		return false;
	w->out->has_macro |= t->has_macro;
	w->out->has_ptr |= t->kind == SPF_PTR;
	w->out->has_exists |= t->kind == SPF_EXISTS;
	if (t->has_macro || t->kind == SPF_PTR || t->kind == SPF_EXISTS)
		doubt_all(w, r, t->qualifier);
	else if (t->kind == SPF_INCLUDE)
		include(w, r, t);
	else if (t->kind == SPF_A)
		match_host(w, r, name, t);
	else
		match_mx(w, r, name, t);
	return true;
}

/* The words of one record. A mistake anywhere makes all of it void. */
static bool read_terms(struct walk *w, const char *domain, const char *record,
		       struct spf_term *terms, int *n)
{
	const char *p = record + strcspn(record, " ");
	*n = 0;
	while (*(p += strspn(p, " "))) {
		size_t len = strcspn(p, " ");
		if (*n == SPF_WALK_MAX * 2) {
			note(w, "the record of %s has too many words", domain);
			return false;
		}
		if (!spf_term_read(p, len, &terms[(*n)++])) {
			note(w,
			     "the record of %s has a word that SPF does "
			     "not know: "
			     "%.*s",
			     domain, len > 60 ? 60 : (int)len, p);
			return false;
		}
		p += len;
	}
	return true;
}

static void walk_record(struct walk *w, const char *domain, const char *record,
			struct verdicts *r)
{
	struct spf_term *terms =
		arena_array(w->arena, (size_t)SPF_WALK_MAX * 2, sizeof(*terms));
	const struct spf_term *to = NULL;
	int n;
	if (!read_terms(w, domain, record, terms, &n)) {
		decide_all(w, r, SPF_PERMERROR);
		return;
	}
	for (int i = 0; i < n; i++) {
		const struct spf_term *t = &terms[i];
		if (t->kind == SPF_REDIRECT)
			to = t;
		if (t->kind == SPF_REDIRECT || t->kind == SPF_OTHER)
			continue;
		if (t->kind == SPF_ALL) {
			if (w->depth == w->top)
				w->out->all = t->qualifier;
			for (int k = 0; k < w->n; k++)
				decide(r, k, t->qualifier);
			return;
		}
		if (!walk_term(w, r, domain, t))
			return;
	}
	if (to && count_lookup(w, r)) {
		w->out->has_macro |= to->has_macro;
		redirect(w, r, to);
	}
	for (int k = 0; k < w->n; k++)
		decide(r, k, '?'); /* nothing matched: neutral */
}

/* The SPF record of a domain; NULL with *n, how many there are. */
static const char *find_record(const struct dns_answer *answer, int *n)
{
	const char *found = NULL;
	*n = 0;
	for (int i = 0; i < answer->n; i++) {
		if (spf_is_record(answer->records[i].text)) {
			found = answer->records[i].text;
			(*n)++;
		}
	}
	return *n == 1 ? found : NULL;
}

static void check_host(struct walk *w, const char *domain, struct verdicts *out)
{
	*out = (struct verdicts){0};
	if (w->depth == DEPTH_MAX || is_on_path(w, domain)) {
		note(w, "it includes %s within itself", domain);
		decide_all(w, out, SPF_PERMERROR);
		return;
	}
	const struct dns_answer *answer =
		w->dns->ask(w->dns->ctx, domain, DNS_TXT);
	int n;
	const char *record = find_record(answer, &n);
	if (w->depth == 0) {
		w->out->n_records = n;
		w->out->record = record;
		w->out->is_unanswered = is_missing(answer);
	}
	if (is_missing(answer)) {
		decide_all(w, out, SPF_TEMPERROR);
		return;
	}
	if (w->depth && is_void(answer))
		count_void(w, out, domain);
	if (!record) {
		note(w, n ? "%s has two records" : "%s has no record", domain);
		decide_all(w, out, SPF_PERMERROR);
		return;
	}
	w->path[w->depth++] = domain;
	walk_record(w, domain, record, out);
	w->depth--;
}

void spf_evaluate(const char *domain, const struct dns_address *addresses,
		  int n_addresses, const struct dns_asker *dns, struct arena *a,
		  struct spf_report *out)
{
	BUG_ON(n_addresses > SPF_ADDRESSES_MAX);
	struct walk w = {.addresses = addresses,
			 .n = n_addresses,
			 .dns = dns,
			 .arena = a,
			 .out = out,
			 .top = 1};
	struct verdicts r;
	*out = (struct spf_report){0};
	check_host(&w, domain, &r);
	memcpy(out->results, r.v, sizeof(r.v));
}
