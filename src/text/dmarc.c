/* SPDX-License-Identifier: EUPL-1.2 */
/* DMARC records, the walk up to the organisation, and alignment. */
#include <etrier/dmarc.h>

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/taglist.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *const dmarc_policies[] = {"none", "quarantine", "reject"};

static bool read_policy(const char *text, enum dmarc_policy *out)
{
	for (int i = 0; text && i < 3; i++) {
		if (!strcasecmp(text, dmarc_policies[i])) {
			*out = (enum dmarc_policy)i;
			return true;
		}
	}
	return false;
}

static bool is_strict(const char *text)
{
	return text && !strcasecmp(text, "s");
}

bool dmarc_record_read(const char *text, struct arena *a,
		       struct dmarc_record *out)
{
	const char *v = taglist_get(text, "v", a);
	const char *pct = taglist_get(text, "pct", a);
	const char *psd = taglist_get(text, "psd", a);
	const char *rua = taglist_get(text, "rua", a);
	int64_t percent = 100;
	if (!v || !str_eq(v, "DMARC1") || !taglist_begins(text, "v"))
		return false;
	*out = (struct dmarc_record){
		.is_strict_spf = is_strict(taglist_get(text, "aspf", a)),
		.is_strict_dkim = is_strict(taglist_get(text, "adkim", a)),
		.has_reports = !str_is_empty(rua),
		.psd = psd && (!strcasecmp(psd, "y") || !strcasecmp(psd, "n"))
			       ? (char)(*psd | 0x20)
			       : 'u'};
	out->has_policy = read_policy(taglist_get(text, "p", a), &out->policy);
	if (!read_policy(taglist_get(text, "sp", a), &out->sub_policy))
		out->sub_policy = out->policy;
	if (pct)
		(void)num_parse_int(pct, 0, 100, &percent);
	out->percent = (int)percent;
	return true;
}

/* The one record at _dmarc.NAME; *n: how many there are. */
static bool record_at(const char *name, const struct dns_asker *dns,
		      struct arena *a, struct dmarc_record *out, int *n,
		      bool *is_unanswered)
{
	const char *at = arena_printf(a, "_dmarc.%s", name);
	struct dmarc_record one;
	*n = 0;
	if (strlen(at) >= DNS_NAME_SIZE)
		return false;
	const struct dns_answer *answer = dns->ask(dns->ctx, at, DNS_TXT);
	*is_unanswered |=
		answer->status == DNS_FAILED || answer->status == DNS_SILENT;
	for (int i = 0; i < answer->n; i++) {
		if (dmarc_record_read(answer->records[i].text, a, &one)) {
			*out = one;
			(*n)++;
		}
	}
	return *n == 1;
}

static int n_labels(const char *name)
{
	int n = 1;
	for (const char *p = name; *p; p++)
		n += *p == '.';
	return n;
}

static const char *parent(const char *name)
{
	const char *point = strchr(name, '.');
	return point ? point + 1 : NULL;
}

/* RFC 9989 4.10: from the domain upwards; a name of many labels jumps to its
 * last seven. */
static const char *step(const char *name, bool is_first)
{
	name = parent(name);
	while (is_first && name && n_labels(name) >= DMARC_WALK_MAX)
		name = parent(name);
	return name;
}

void dmarc_find(const char *domain, const struct dns_asker *dns,
		struct arena *a, struct dmarc_report *out)
{
	struct dmarc_record record, top = {.psd = 'u'};
	const char *organisation = NULL, *top_at = NULL, *below = NULL;
	*out = (struct dmarc_report){.has_record = false};
	const char *name = domain;
	for (int i = 0, n; name && i < DMARC_WALK_MAX; i++) {
		bool is_one = record_at(name, dns, a, &record, &n,
					&out->is_unanswered);
		if (i == 0)
			out->n_records = n;
		/* A registry's: what lies right below is an organisation. */
		bool is_registry = is_one && i > 0 && record.psd == 'y';
		if (is_one && (!is_registry || !str_eq(organisation, below))) {
			top = record;
			top_at = name;
		}
		if (is_one)
			organisation = is_registry ? below : name;
		if (is_one && i == 0) {
			out->has_record = true;
			out->record = record;
			str_copy(out->found, sizeof(out->found), domain);
		}
		if (is_registry || (is_one && record.psd == 'n'))
			break;
		below = name;
		name = step(name, i == 0);
	}
	str_copy(out->organisation, sizeof(out->organisation),
		 organisation ? organisation : domain);
	if (top_at && out->n_records == 0) {
		out->has_record = true;
		out->record = top;
		str_copy(out->found, sizeof(out->found), top_at);
	}
}

enum dmarc_policy dmarc_policy_for(const struct dmarc_report *r,
				   const char *domain)
{
	return str_eq(r->found, domain) ? r->record.policy
					: r->record.sub_policy;
}

bool dmarc_is_aligned(const struct dmarc_report *r, const char *from,
		      const char *other, bool strict)
{
	if (str_eq(from, other))
		return true;
	return !strict && dns_name_within(other, r->organisation);
}
