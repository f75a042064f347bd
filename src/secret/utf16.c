/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of two bytes a letter, as Windows writes them: their secrets are found in UTF-8. */
#include "secret/secret.h"

#include "base/buf.h"

enum { LOOK = 1024, LETTERS_MIN = 8 };

/* Without a mark at its head: nearly every second byte is 0, and never the others. */
static enum sw_secret_letters guess(struct sw_str s)
{
	size_t n = s.n < LOOK ? s.n / 2 : LOOK / 2, zero[2] = {0};
	for (size_t i = 0; i < n * 2; i++)
		zero[i & 1] += s.p[i] == 0;
	if (n < LETTERS_MIN || (s.n & 1 && s.n < LOOK))
		return SW_SECRET_BYTES;
	if (zero[0] == 0 && zero[1] * 10 >= n * 9)
		return SW_SECRET_UTF16LE;
	return zero[1] == 0 && zero[0] * 10 >= n * 9 ? SW_SECRET_UTF16BE : SW_SECRET_BYTES;
}

enum sw_secret_letters sw_secret_letters_of(struct sw_str head)
{
	if (sw_str_starts(head, SW_STR("\xff\xfe")))
		return sw_str_starts(head, SW_STR("\xff\xfe\0\0")) ? SW_SECRET_BYTES : SW_SECRET_UTF16LE;
	if (sw_str_starts(head, SW_STR("\xfe\xff")))
		return SW_SECRET_UTF16BE;
	return guess(head);
}

void sw_secret_utf8(struct sw_str text, enum sw_secret_letters letters, struct sw_buf *out)
{
	sw_buf_addutf16(out, text, letters == SW_SECRET_UTF16BE);
}
