/* SPDX-License-Identifier: EUPL-1.2 */
/* The collector connects to the public internet only, whatever a name, a
 * redirect or an odd spelling resolves to. */
#include "collector/guard.h"

#include <etrier/mem.h>

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include <cmocka.h>

enum { NEVER, PRIVATE, PUBLIC };

static void test_every_special_range_is_refused_or_asks_for_allow_private(
	void **state)
{
	static const struct {
		const char *ip;
		int want;
	} rows[] = {
		{"8.8.8.8", PUBLIC},
		{"172.15.255.255", PUBLIC},
		{"172.32.0.0", PUBLIC},
		{"100.128.0.1", PUBLIC},
		{"2a01:e0a:1::1", PUBLIC},
		{"2001:4860:4860::8888", PUBLIC},
		{"::ffff:8.8.8.8", PUBLIC},
		{"127.0.0.1", PRIVATE},
		{"127.255.0.9", PRIVATE},
		{"10.1.2.3", PRIVATE},
		{"172.16.0.1", PRIVATE},
		{"172.31.255.255", PRIVATE},
		{"192.168.1.1", PRIVATE},
		{"100.64.0.1", PRIVATE},
		{"::1", PRIVATE},
		{"fd00::1", PRIVATE},
		{"::ffff:127.0.0.1", PRIVATE},
		{"::ffff:10.0.0.1", PRIVATE},
		{"0.0.0.0", NEVER},
		{"169.254.169.254", NEVER},
		{"192.0.2.1", NEVER},
		{"198.18.0.1", NEVER},
		{"224.0.0.1", NEVER},
		{"255.255.255.255", NEVER},
		{"::", NEVER},
		{"::2", NEVER},
		{"::ffff:169.254.169.254", NEVER},
		{"::127.0.0.1", NEVER},
		{"64:ff9b::7f00:1", NEVER},
		{"2002:7f00:1::", NEVER},
		{"2001::1", NEVER},
		{"2001:db8::1", NEVER},
		{"fe80::1", NEVER},
		{"ff02::1", NEVER},
		{"localhost", NEVER},
		{"", NEVER},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool open = guard_allows_text(rows[i].ip, false);
		bool wide = guard_allows_text(rows[i].ip, true);
		if (open != (rows[i].want == PUBLIC) ||
		    wide != (rows[i].want != NEVER))
			fail_msg("%s: %d %d", rows[i].ip, open, wide);
	}
}

static void test_a_socket_that_is_not_ip_is_refused(void **state)
{
	const struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct sockaddr_in in = {.sin_family = AF_INET};
	(void)state;
	assert_false(guard_allows((const struct sockaddr *)&un, true));
	in.sin_addr.s_addr = htonl(0x08080808);
	assert_true(guard_allows((const struct sockaddr *)&in, false));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_false(guard_allows((const struct sockaddr *)&in, false));
	assert_true(guard_allows((const struct sockaddr *)&in, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_every_special_range_is_refused_or_asks_for_allow_private),
		cmocka_unit_test(test_a_socket_that_is_not_ip_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
