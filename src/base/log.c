/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/term.h"

static enum sw_log_level max_level = SW_LOG_NOTE;
static bool as_json;

void sw_log_setup(enum sw_log_level max, bool json)
{
	max_level = max;
	as_json = json;
}

static void put_json(struct sw_buf *out, const char *level, struct sw_str text)
{
	struct timespec now;
	struct tm tm;
	char when[32];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	sw_buf_printf(out, "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"msg\":\"", when,
		now.tv_nsec / 1000000, level);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			sw_buf_addch(out, '\\');
		sw_buf_addch(out, text.p[i]);
	}
	sw_buf_addz(out, "\"}\n");
}

void sw_log(enum sw_log_level level, const char *fmt, ...)
{
	static const char *const names[] = {"error", "warning", "note", "info", "debug"};
	if (level > max_level)
		return;
	char raw[4096];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	size_t len = (size_t)n < sizeof(raw) ? (size_t)n : sizeof(raw) - 1;
	sw_autobuf clean, line;
	sw_buf_init(&clean, 64 << 10);
	sw_buf_init(&line, 160 << 10);
	sw_text_clean(&clean, sw_str_make(raw, len));
	if (as_json)
		put_json(&line, names[level], sw_buf_str(&clean));
	else if (level == SW_LOG_NOTE)
		sw_buf_printf(&line, "%.*s\n", SW_STR_ARG(sw_buf_str(&clean)));
	else
		sw_buf_printf(&line, "%s: %.*s\n", names[level], SW_STR_ARG(sw_buf_str(&clean)));
	if (write(STDERR_FILENO, line.p, line.n) < 0)
		return; /* nowhere left to say it */
}
