/* SPDX-License-Identifier: EUPL-1.2 */
/* The failure record: a kind that says who must act and a sentence. */
#include <etrier/err.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	if (!err)
		return -1;
	/* The arguments may point into err->text itself. */
	char text[ERR_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err->kind = kind;
	memcpy(err->text, text, sizeof(text));
	return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	if (!err)
		return -1;
	char prefix[ERR_TEXT_MAX];
	char text[2 * ERR_TEXT_MAX + 2];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s: %s", prefix, err->text);
	text[ERR_TEXT_MAX - 1] = '\0';
	memcpy(err->text, text, ERR_TEXT_MAX);
	return -1;
}

const char *err_kind_name(enum err_kind kind)
{
	static const char *const names[] = {"none",	  "config", "input",
					    "network",	  "store",  "limit",
					    "permission", "unknown"};
	return names[kind];
}
