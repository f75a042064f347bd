/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int sw_error_set(struct sw_error *err, enum sw_errcode code, const char *fmt, ...)
{
	if (!err)
		return -(int)code;
	*err = (struct sw_error){.code = (int)code};
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -(int)code;
}

int sw_error_errno(struct sw_error *err, enum sw_errcode code, int errnum, const char *fmt, ...)
{
	if (!err)
		return -(int)code;
	*err = (struct sw_error){.code = (int)code};
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	size_t n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n, ": %s", strerrordesc_np(errnum));
	return -(int)code;
}

int sw_error_prefix(struct sw_error *err, const char *fmt, ...)
{
	if (!err)
		return -SW_EINVALID;
	char head[512], tail[sizeof(err->text)];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	memcpy(tail, err->text, sizeof(tail));
	size_t n = strlen(head);
	if (n >= sizeof(err->text))
		n = sizeof(err->text) - 1;
	memcpy(err->text, head, n);
	snprintf(err->text + n, sizeof(err->text) - n, "%s", tail);
	return -err->code;
}

int sw_error_hint(struct sw_error *err, const char *fmt, ...)
{
	if (!err)
		return -SW_EINVALID;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return -err->code;
}

int sw_error_at(struct sw_error *err, struct sw_str file, uint32_t line, uint32_t col, uint64_t byte)
{
	if (!err)
		return -SW_EINVALID;
	snprintf(err->file, sizeof(err->file), "%.*s", SW_STR_ARG(file));
	err->line = line;
	err->col = col;
	err->byte = byte;
	return -err->code;
}

const char *sw_error_format(const struct sw_error *err, char *out, size_t n)
{
	char place[320] = "", hint[300] = "";
	if (err->file[0] && err->line && err->col)
		snprintf(place, sizeof(place), "%s:%u:%u: ", err->file, err->line, err->col);
	else if (err->file[0] && err->line)
		snprintf(place, sizeof(place), "%s:%u: ", err->file, err->line);
	else if (err->file[0])
		snprintf(place, sizeof(place), "%s: ", err->file);
	else if (err->line)
		snprintf(place, sizeof(place), "%u:%u: ", err->line, err->col);
	if (err->hint[0])
		snprintf(hint, sizeof(hint), " (%s)", err->hint);
	snprintf(out, n, "%s%s%s", place, err->text, hint);
	return out;
}

const char *sw_errcode_name(int code)
{
	static const char *const names[SW_E__COUNT] = {
		[SW_EUSAGE] = "usage",
		[SW_ESYNTAX] = "syntax",
		[SW_EINVALID] = "invalid",
		[SW_ELIMIT] = "limit",
		[SW_EIO] = "io",
		[SW_ENOENT] = "not-found",
		[SW_EUNSUPPORTED] = "unsupported",
		[SW_ECANCELLED] = "cancelled",
		[SW_ECONFLICT] = "conflict",
		[SW_ESECURITY] = "security",
	};
	return code > 0 && code < SW_E__COUNT && names[code] ? names[code] : "unknown";
}
