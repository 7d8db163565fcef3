/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_LOG_H
#define ETRIER_LOG_H

#include <stdint.h>

/* One line per event on stderr, one write(2) each:
 *   <6>engine poll.done source=francetravail seen=380 ms=912
 * <n> is the syslog priority journald reads. Values are escaped: control
 * characters, quotes and white space cannot make a second field or line.
 * NEVER a name, address, phone, dossier number, health word or free text of a
 * young person: internal integer ids only. tests/lint/logs.sh reads the log
 * of the whole suite for that. Library code does not log; it returns. */

enum log_level {
	LOG_ERROR = 3,
	LOG_WARNING = 4,
	LOG_NOTICE = 5,
	LOG_INFO = 6,
	LOG_DEBUG = 7
};

struct log_field {
	const char *key; /* NULL ends the list */
	const char *str; /* NULL: num is the value */
	int64_t num;
};
/* Not in the macro itself: compilers warn when an array is asked for NULL. */
static inline const char *log_text(const char *s)
{
	return s ? s : "";
}
#define LOG_S(k, v) ((struct log_field){.key = (k), .str = log_text(v)})
#define LOG_D(k, v) ((struct log_field){.key = (k), .num = (int64_t)(v)})

/* Call once per process. role is borrowed for ever. */
void log_open(const char *role, enum log_level threshold);
void log_set_threshold(enum log_level threshold);

/* log_event(LOG_INFO, "poll.done", LOG_S("source", name), LOG_D("seen", n));
 * event is a lower-case dotted word. */
#define log_event(level, event, ...) \
	log_write((level), (event),  \
		  (const struct log_field[]){__VA_ARGS__, {0}})
void log_write(enum log_level level, const char *event,
	       const struct log_field *fields);
/* An event with no fields. */
void log_plain(enum log_level level, const char *event);

#endif
