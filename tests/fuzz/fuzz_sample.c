/* SPDX-License-Identifier: EUPL-1.2 */
/* A delivered mail: whatever the bytes are, names are clean names and words are
 * words, and the same comes out the second time. */
#include <etrier/arena.h>
#include <etrier/mail_sample.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/taglist.h>

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_name(const char *name)
{
	char clean[DNS_NAME_SIZE];
	BUG_ON(*name && (!dns_name_clean(name, clean) || !str_eq(name, clean)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a;
	struct mail_sample s, again;
	arena_init(&a);
	mail_sample_read((const char *)data, n, &a, &s);
	mail_sample_read((const char *)data, n, &a, &again);
	check_name(s.from_domain);
	check_name(s.return_domain);
	check_name(s.message_id_domain);
	check_name(s.judge);
	BUG_ON(s.n_signatures > MAIL_SAMPLE_SIGNATURES_MAX);
	for (int i = 0; i < s.n_signatures; i++) {
		check_name(s.signatures[i].domain);
		check_name(s.signatures[i].selector);
		(void)taglist_has_word(s.signatures[i].covered, ':', "from");
	}
	BUG_ON(s.spf > MAIL_OTHER || s.dkim > MAIL_OTHER ||
	       s.dmarc > MAIL_OTHER);
	BUG_ON(s.n_signatures != again.n_signatures || s.dkim != again.dkim ||
	       !str_eq(s.from_domain, again.from_domain));
	arena_clear(&a);
	return 0;
}
