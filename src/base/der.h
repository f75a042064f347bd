/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of DER (X.690), as certificates, keys and signatures are written: views into the input,
 * nothing is copied. Only what DER allows is taken: definite and shortest lengths of at most four
 * bytes, tags of one byte; an element never reaches beyond what it is in.
 *
 * A reader is advanced past what it gave, and stays where it was when it gave nothing. Pure; any
 * thread.
 */
#ifndef SW_BASE_DER_H
#define SW_BASE_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct sw_der {
	const uint8_t *p;
	size_t n;
};

enum {
	SW_DER_BOOL = 0x01,
	SW_DER_INT = 0x02,
	SW_DER_BITS = 0x03,
	SW_DER_OCTETS = 0x04,
	SW_DER_NULL = 0x05,
	SW_DER_OID = 0x06,
	SW_DER_UTF8 = 0x0c,
	SW_DER_NUMERIC = 0x12,
	SW_DER_PRINTABLE = 0x13,
	SW_DER_T61 = 0x14,
	SW_DER_IA5 = 0x16,
	SW_DER_UTCTIME = 0x17,
	SW_DER_GENTIME = 0x18,
	SW_DER_BMP = 0x1e,
	SW_DER_SEQ = 0x30,
	SW_DER_SET = 0x31,
};

#define SW_DER_CTX(n) (0x80 | (n))	/* primitive, context-specific */
#define SW_DER_CTX_CONS(n) (0xa0 | (n)) /* constructed */

/* The next element whatever it is; `ret_whole` (may be NULL) includes its header. False: not DER.
 */
bool sw_der_any(
	struct sw_der *d, unsigned *ret_tag, struct sw_der *ret_body, struct sw_der *ret_whole);
/* The next element if it has this tag; else false and nothing is taken. */
bool sw_der_get(struct sw_der *d, unsigned tag, struct sw_der *ret_body);
bool sw_der_peek(const struct sw_der *d, unsigned tag);
/* A small non-negative INTEGER. */
bool sw_der_int(struct sw_der *d, int64_t *ret);
/* The text is one UTF8String and nothing else. */
bool sw_der_utf8(struct sw_str der, struct sw_str *ret);
/* BIT STRING with whole bytes: its bytes. */
bool sw_der_bits(struct sw_der *d, struct sw_der *ret);
bool sw_der_oid_is(struct sw_der oid, const char *dotted);
/* "1.2.840…" */
bool sw_der_oid_print(struct sw_der oid, struct sw_buf *out);

static inline struct sw_str sw_der_str(struct sw_der d)
{
	return (struct sw_str){(const char *)d.p, d.n};
}
static inline struct sw_der sw_der_from(struct sw_str s)
{
	return (struct sw_der){(const uint8_t *)s.p, s.n};
}

#endif
