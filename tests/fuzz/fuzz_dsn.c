/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports about mails: whatever the bytes are, what comes out is short, is an
 * identifier of our form, and is the same the second time. */
#include <etrier/arena.h>
#include <etrier/dsn.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/str.h>

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const struct dsn_report *r)
{
	BUG_ON(!r->envelope_id && !r->message_id);
	if (r->envelope_id)
		BUG_ON(strspn(r->envelope_id, "0123456789abcdef") !=
		       strlen(r->envelope_id));
	if (r->recipient)
		BUG_ON(!email_is_valid(r->recipient));
	BUG_ON(strspn(r->status, "0123456789.") != strlen(r->status));
	if (r->code)
		BUG_ON(strlen(r->code) > 15);
	BUG_ON(r->class_ >= DSN_N_CLASSES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a;
	struct dsn d, again;
	struct err err;
	arena_init(&a);
	int result = dsn_read((const char *)data, n, &a, &d, &err);
	BUG_ON(dsn_read((const char *)data, n, &a, &again, &err) != result);
	if (!result) {
		BUG_ON(d.n < 1 || d.n > DSN_REPORTS_MAX || d.n != again.n);
		for (int i = 0; i < d.n; i++)
			check(&d.reports[i]);
	}
	const char *kept = dsn_keep((const char *)data, n, !result, &a);
	BUG_ON(strlen(kept) > DSN_KEPT_MAX);
	arena_clear(&a);
	return 0;
}
