/* SPDX-License-Identifier: EUPL-1.2 */
/* What a reader of dates, hours, numbers or telephones accepts it writes back
 * to something it reads the same. */
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/phone.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_dates(const char *s)
{
	int32_t d, again;
	char out[40];
	if (date_parse_iso(s, &d) == 0) {
		date_format(d, out);
		BUG_ON(strcmp(out, s) != 0);
		BUG_ON(date_add_months(date_add_months(d, 1200), -1200) > d);
	}
	if (date_parse_dmy(s, &d) == 0) {
		date_format_dmy(d, out);
		BUG_ON(date_parse_dmy(out, &again) || again != d);
		date_format_fr(d, true, out);
		BUG_ON(strlen(out) < 10);
		date_is_working_day(d);
	}
}

static void check_instants(const char *s)
{
	int64_t t, again;
	int minute;
	char out[21], back[6];
	if (instant_parse(s, &t) == 0) {
		instant_format(t, out);
		/* A zone may carry the instant out of the years accepted. */
		if (strncmp(out, "1900", 4) >= 0 && strncmp(out, "2200", 4) < 0)
			BUG_ON(instant_parse(out, &again) || again != t);
		int64_t wall = paris_instant(paris_date(t), paris_minute(t));
		BUG_ON(wall > t || t - wall >= 60 + 3600);
	}
	if (minute_parse(s, &minute) == 0) {
		minute_format(minute, back);
		BUG_ON(strcmp(back, s) != 0);
	}
}

static void check_numbers(const char *s)
{
	int64_t v;
	int32_t udeg;
	char e164[17] = "", again[17] = "";
	if (num_parse_int(s, -1000, 1000, &v) == 0)
		BUG_ON(v < -1000 || v > 1000);
	if (num_parse_udeg(s, 180, &udeg) == 0)
		BUG_ON(udeg < -180000000 || udeg > 180000000);
	enum phone_kind kind = phone_normalise(s, e164);
	if (e164[0]) {
		BUG_ON(phone_normalise(e164, again) != kind);
		BUG_ON(strcmp(e164, again) != 0);
	}
	nir_is_valid(s);
	iban_is_valid(s);
	if (email_is_valid(s))
		BUG_ON(strpbrk(s, " \r\n\t<>") || !strchr(s, '@'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *s = mem_dup_n((const char *)data, n);
	check_dates(s);
	check_instants(s);
	check_numbers(s);
	free(s);
	return 0;
}
