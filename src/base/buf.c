/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h" /* SW_ASAN */
#include "base/buf.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

void sw_buf_init(struct sw_buf *b, size_t max)
{
	*b = (struct sw_buf){.max = max ? max : SW_BUF_MAX_DEFAULT};
}

/*
 * A few released buffers stay with their thread, so that short texts made again and again (one per violation,
 * per log line) cost no allocation. Not under AddressSanitizer, which shall see every use after release.
 */
enum { SPARE_MAX = 4, SPARE_BYTES = 4096 };

#ifndef SW_ASAN
static _Thread_local struct {
	char *p[SPARE_MAX];
	size_t cap[SPARE_MAX];
	unsigned n;
} spares;
static pthread_key_t spares_key;

static void free_spares(void *unused)
{
	while (spares.n)
		free(spares.p[--spares.n]);
}

__attribute__((constructor)) static void make_key(void)
{
	pthread_key_create(&spares_key, free_spares);
}

__attribute__((destructor)) static void free_own_spares(void)
{
	free_spares(NULL);
}

static bool keep_spare(char *p, size_t cap)
{
	if (!p || cap > SPARE_BYTES)
		return false;
	if (spares.n == SPARE_MAX) { /* the larger ones serve more */
		unsigned least = 0;
		for (unsigned i = 1; i < SPARE_MAX; i++)
			least = spares.cap[i] < spares.cap[least] ? i : least;
		if (spares.cap[least] >= cap)
			return false;
		free(spares.p[least]);
		spares.p[least] = p;
		spares.cap[least] = cap;
		return true;
	}
	if (!spares.n)
		pthread_setspecific(spares_key, &spares); /* freed when the thread ends */
	spares.p[spares.n] = p;
	spares.cap[spares.n++] = cap;
	return true;
}

static bool take_spare(struct sw_buf *b, size_t need)
{
	for (unsigned i = spares.n; !b->p && i-- > 0;) {
		if (spares.cap[i] < need)
			continue;
		b->p = spares.p[i];
		b->cap = spares.cap[i];
		spares.p[i] = spares.p[--spares.n];
		spares.cap[i] = spares.cap[spares.n];
		return true;
	}
	return false;
}
#else
static bool keep_spare(char *p, size_t cap)
{
	return false;
}
static bool take_spare(struct sw_buf *b, size_t need)
{
	return false;
}
#endif

void sw_buf_release(struct sw_buf *b)
{
	if (!keep_spare(b->p, b->cap))
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
	if (b->n + n + 1 > b->cap && !take_spare(b, b->n + n + 1)) {
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
	if (!b->overflow && b->n < b->max && b->n + 2 <= b->cap)
		b->p[b->n++] = c;
	else
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

static uint32_t utf16_unit(struct sw_str s, size_t i, bool big)
{
	uint32_t a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];

	return big ? a << 8 | b : b << 8 | a;
}

void sw_buf_addutf16(struct sw_buf *b, struct sw_str text, bool big)
{
	for (size_t i = 0; i + 1 < text.n; i += 2) {
		uint32_t c = utf16_unit(text, i, big);
		if (c == 0xfeff && i == 0)
			continue;
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < text.n) {
			uint32_t low = utf16_unit(text, i + 2, big);
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		sw_buf_addrune(b, c); /* a half of a pair becomes U+FFFD */
	}
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
