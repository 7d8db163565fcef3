/* SPDX-License-Identifier: EUPL-1.2 */
/* One line an event, whatever the values hold. */
#include <etrier/log.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What f writes on stderr. */
static void capture(void (*f)(void), char *out, size_t size)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	int saved = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	f();
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[1]);
	ssize_t n = read(ends[0], out, size - 1);
	close(ends[0]);
	out[n > 0 ? n : 0] = '\0';
}

static void write_plain(void)
{
	log_open("engine", LOG_INFO);
	log_event(LOG_INFO, "poll.done", LOG_S("source", "francetravail"),
		  LOG_D("seen", 380), LOG_D("low", INT64_MIN));
	log_event(LOG_DEBUG, "not.seen", LOG_D("x", 1));
	log_set_threshold(LOG_DEBUG);
	log_plain(LOG_DEBUG, "seen.now");
}

static void an_event_is_a_line_of_fields(void **state)
{
	(void)state;
	char out[4096];
	capture(write_plain, out, sizeof(out));
	assert_string_equal(out,
			    "<6>engine poll.done source=francetravail seen=380 "
			    "low=-9223372036854775808\n<7>engine seen.now\n");
}

static void write_hostile(void)
{
	log_open("front", LOG_INFO);
	log_event(LOG_WARNING, "x.y",
		  LOG_S("a", "1 b=2\n<0>forged \"q\" \\ \x1B[31m"),
		  LOG_S("b", "é"), LOG_S("c", ""), LOG_S("d", NULL));
}

static void a_value_cannot_forge_a_field_or_a_line(void **state)
{
	(void)state;
	char out[4096];
	capture(write_hostile, out, sizeof(out));
	assert_string_equal(out,
			    "<4>front x.y a=\"1 b=2\\x0A<0>forged \\x22q\\x22 "
			    "\\x5C \\x1B[31m\" b=\"\\xC3\\xA9\" c=\"\" "
			    "d=\"\"\n");
}

static void write_long(void)
{
	char s[10000];
	memset(s, '\n', sizeof(s) - 1);
	s[sizeof(s) - 1] = '\0';
	log_open("front", LOG_INFO);
	log_event(LOG_INFO, "x", LOG_S("a", s), LOG_S("b", s), LOG_S("c", s));
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
	(void)state;
	char out[20000];
	capture(write_long, out, sizeof(out));
	size_t n = strlen(out);
	assert_true(n > 100 && n < 3000);
	assert_int_equal(out[n - 1], '\n');
	assert_ptr_equal(strchr(out, '\n'), out + n - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_a_line_of_fields),
		cmocka_unit_test(a_value_cannot_forge_a_field_or_a_line),
		cmocka_unit_test(a_long_line_is_cut_and_still_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
