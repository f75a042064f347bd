/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer on the heap with a ceiling given at birth.
 *
 * Writes never fail in the middle of a job: one that would pass the ceiling is dropped, as is everything
 * after it, and `overflow` stays set; check it once at the end. The content is NUL-terminated after
 * sw_buf_cstr() and may hold NULs itself.
 */
#ifndef SW_BASE_BUF_H
#define SW_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct sw_buf {
	char *p;
	size_t n, cap, max;
	bool overflow;
};

#define SW_BUF_MAX_DEFAULT ((size_t)1 << 30)

void sw_buf_init(struct sw_buf *b, size_t max); /* 0: the default of 1 GiB; nothing is allocated yet */
void sw_buf_release(struct sw_buf *b);
void sw_buf_clear(struct sw_buf *b); /* empty, memory kept, overflow cleared */

void sw_buf_add(struct sw_buf *b, const void *p, size_t n);
void sw_buf_addch(struct sw_buf *b, char c);
void sw_buf_addstr(struct sw_buf *b, struct sw_str s);
void sw_buf_addz(struct sw_buf *b, const char *cstr);
void sw_buf_addrune(struct sw_buf *b, uint32_t cp);
/* A text of two bytes a letter, the high one first when `big`; a mark of the order at its head is left out. */
void sw_buf_addutf16(struct sw_buf *b, struct sw_str text, bool big);
void sw_buf_pad(struct sw_buf *b, char c, size_t n);
void sw_buf_printf(struct sw_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sw_buf_vprintf(struct sw_buf *b, const char *fmt, va_list ap);
/* A place for n more bytes, counted as written; NULL on overflow. */
char *sw_buf_extend(struct sw_buf *b, size_t n);

static inline struct sw_str sw_buf_str(const struct sw_buf *b)
{
	return (struct sw_str){b->p, b->n};
}
const char *sw_buf_cstr(struct sw_buf *b); /* never NULL */

#define sw_autobuf __attribute__((cleanup(sw_buf_release))) struct sw_buf

#endif
