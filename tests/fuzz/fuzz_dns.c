/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers of the DNS, and the records about mail in them. The first byte
 * chooses the question's type; the rest is the message, whose first two bytes
 * are believed to be our id. A resolver that gives the same answer to every
 * question then stands behind SPF and DMARC: their walks end, and count. */
#include <etrier/arena.h>
#include <etrier/dkim.h>
#include <etrier/dmarc.h>
#include <etrier/dns.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/spf.h>
#include <etrier/str.h>

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define ASKED_MAX 1000

struct echo {
	const struct dns_answer *answer;
	int n_asked;
};

static const struct dns_answer *ask(void *ctx, const char *name,
				    enum dns_type type)
{
	static const struct dns_answer nothing = {.status = DNS_NOTHING};
	struct echo *e = ctx;
	char clean[DNS_NAME_SIZE];
	BUG_ON(++e->n_asked > ASKED_MAX);
	BUG_ON(!dns_name_clean(name, clean));
	return type == DNS_TXT ? e->answer : &nothing;
}

static void check_text(const char *text)
{
	for (const char *p = text; *p; p++)
		BUG_ON(*p < ' ' || *p > '~');
}

static void check_answer(const struct dns_answer *answer, enum dns_type type)
{
	BUG_ON((answer->status == DNS_FOUND) != (answer->n > 0));
	BUG_ON(answer->n > DNS_RECORDS_MAX);
	BUG_ON(strlen(answer->alias) >= DNS_NAME_SIZE);
	for (int i = 0; i < answer->n; i++) {
		const struct dns_record *r = &answer->records[i];
		bool is_address = type == DNS_A || type == DNS_AAAA;
		BUG_ON(is_address != !r->text);
		if (is_address) {
			BUG_ON(r->address.n != (type == DNS_A ? 4 : 16));
			continue;
		}
		check_text(r->text);
		BUG_ON(strlen(r->text) >
		       (type == DNS_TXT ? DNS_TEXT_MAX : DNS_NAME_SIZE - 1));
	}
}

static void judge(const struct dns_answer *answer, struct arena *a)
{
	struct echo e = {.answer = answer};
	struct dns_asker dns = {ask, &e};
	struct dns_address two[2] = {{.bytes = {192, 0, 2, 10}, .n = 4},
				     {.bytes = {0x20, 1}, .n = 16}};
	struct spf_report spf;
	struct dmarc_report dmarc;
	struct dkim_key key;
	struct err err;
	spf_evaluate("ml.example", two, 2, &dns, a, &spf);
	BUG_ON(spf.n_lookups > SPF_WALK_MAX + 20);
	BUG_ON(spf.results[0] == SPF_UNDECIDED);
	check_text(spf.why);
	dmarc_find("offres.ml.example", &dns, a, &dmarc);
	BUG_ON(dmarc.has_record != (*dmarc.found != '\0'));
	for (int i = 0; i < answer->n; i++)
		if (!dkim_key_read(answer->records[i].text, a, &key, &err))
			BUG_ON(key.bits < 0 || key.bits > 20000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum dns_type types[] = {DNS_TXT, DNS_A, DNS_AAAA, DNS_MX,
					      DNS_PTR};
	struct arena a;
	struct err err;
	struct dns_answer answer;
	if (n < 3)
		return 0;
	struct dns_question q = {.name = "ml.example",
				 .type = types[data[0] % ARRAY_LEN(types)],
				 .id = (uint16_t)(data[1] << 8 | data[2])};
	arena_init(&a);
	enum dns_reading how =
		dns_answer_read(&q, data + 1, n - 1, &a, &answer, &err);
	if (how == DNS_READ) {
		check_answer(&answer, q.type);
		if (q.type == DNS_TXT)
			judge(&answer, &a);
	} else {
		BUG_ON(answer.status != DNS_FAILED);
	}
	arena_clear(&a);
	return 0;
}
