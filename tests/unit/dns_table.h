/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TESTS_DNS_TABLE_H
#define TESTS_DNS_TABLE_H

/* A resolver for unit tests: a table of what there is to know. Included once by
 * a test that includes cmocka before it. */
#include <etrier/dns.h>
#include <etrier/str.h>

#include <string.h>

struct dns_row {
	const char *name;
	enum dns_type type;
	const char *value; /* several records by "|"; "!" fails, "?" is silent,
			    * "" is a name with nothing of this type */
};
struct dns_table {
	const struct dns_row *rows; /* name NULL ends */
	int n_asked;
	char texts[256][2048]; /* of every answer given, in turn */
	int n_texts;
};

static const char *dns_table_keep(struct dns_table *t, const char *s, size_t n)
{
	char *to = t->texts[t->n_texts++ % 256];
	assert_true(n < sizeof(t->texts[0]));
	memcpy(to, s, n);
	to[n] = '\0';
	return to;
}

static void dns_table_read(struct dns_table *t, const struct dns_row *row,
			   struct dns_answer *out, struct dns_record *records)
{
	for (const char *p = row->value; *p && out->n < DNS_RECORDS_MAX;) {
		size_t n = strcspn(p, "|");
		struct dns_record *r = &records[out->n++];
		const char *text = dns_table_keep(t, p, n);
		*r = (struct dns_record){.text = text};
		if (row->type == DNS_A || row->type == DNS_AAAA)
			assert_true(dns_address_read(text, &r->address));
		p += n + (p[n] == '|');
	}
	out->records = records;
	out->status = out->n ? DNS_FOUND : DNS_NOTHING;
}

static const struct dns_answer *dns_table_ask(void *ctx, const char *name,
					      enum dns_type type)
{
	struct dns_table *t = ctx;
	/* Answers must outlive the next questions. */
	static struct {
		struct dns_answer answer;
		struct dns_record records[DNS_RECORDS_MAX];
	} kept[256];
	static int n_kept;
	int k = n_kept++ % 256;
	struct dns_answer *out = &kept[k].answer;
	*out = (struct dns_answer){.status = DNS_NO_NAME};
	t->n_asked++;
	for (const struct dns_row *row = t->rows; row->name; row++) {
		if (!str_eq(row->name, name))
			continue;
		if (out->status == DNS_NO_NAME)
			out->status = DNS_NOTHING;
		if (row->type != type)
			continue;
		if (str_eq(row->value, "!"))
			out->status = DNS_FAILED;
		else if (str_eq(row->value, "?"))
			out->status = DNS_SILENT;
		else
			dns_table_read(t, row, out, kept[k].records);
		break;
	}
	return out;
}

#endif
