/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

void sw_buf_init(struct sw_buf *b, size_t max)
{
	*b = (struct sw_buf){.max = max ? max : SW_BUF_MAX_DEFAULT};
}

void sw_buf_release(struct sw_buf *b)
{
	free(b->p);
	*b = (struct sw_buf){.max = b->max};
}

void sw_buf_clear(struct sw_buf *b)
{
	b->n = 0;
	b->overflow = false;
}

char *sw_buf_extend(struct sw_buf *b, size_t n)
{
	if (b->overflow || n > b->max || b->n > b->max - n) {
		b->overflow = true;
		return NULL;
	}
	if (b->n + n + 1 > b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 64;
		while (cap < b->n + n + 1)
			cap *= 2;
		b->p = realloc(b->p, cap);
		if (!b->p)
			abort();
		b->cap = cap;
	}
	char *at = b->p + b->n;
	b->n += n;
	return at;
}

void sw_buf_add(struct sw_buf *b, const void *p, size_t n)
{
	char *at = n ? sw_buf_extend(b, n) : NULL;
	if (at)
		memcpy(at, p, n);
}

void sw_buf_addch(struct sw_buf *b, char c)
{
	sw_buf_add(b, &c, 1);
}

void sw_buf_addstr(struct sw_buf *b, struct sw_str s)
{
	sw_buf_add(b, s.p, s.n);
}

void sw_buf_addz(struct sw_buf *b, const char *cstr)
{
	sw_buf_add(b, cstr, strlen(cstr));
}

void sw_buf_addrune(struct sw_buf *b, uint32_t cp)
{
	char tmp[4];
	sw_buf_add(b, tmp, sw_utf8_put(tmp, cp));
}

void sw_buf_pad(struct sw_buf *b, char c, size_t n)
{
	char *at = n ? sw_buf_extend(b, n) : NULL;
	if (at)
		memset(at, c, n);
}

void sw_buf_vprintf(struct sw_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	char tmp[256];
	int n = vsnprintf(tmp, sizeof(tmp), fmt, ap);
	if (n >= 0 && (size_t)n < sizeof(tmp)) {
		sw_buf_add(b, tmp, (size_t)n);
	} else if (n > 0) {
		char *at = sw_buf_extend(b, (size_t)n);
		if (at)
			vsnprintf(at, (size_t)n + 1, fmt, again);
	}
	va_end(again);
}

void sw_buf_printf(struct sw_buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	sw_buf_vprintf(b, fmt, ap);
	va_end(ap);
}

const char *sw_buf_cstr(struct sw_buf *b)
{
	if (!b->p)
		return "";
	b->p[b->n] = '\0'; /* extend() always keeps room for it */
	return b->p;
}
