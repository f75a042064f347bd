/* SPDX-License-Identifier: Apache-2.0 */
/* Values that have the shape of a secret, and are likely none that works. */
#include "secret/impl.h"

#include <zlib.h>

enum { SAME_RUN = 10, BODY = 30, SUM = 6 };

static bool is_alnum(char c)
{
	char low = c | 0x20;
	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9');
}

/* x, 0 and signs are what people leave for others to fill in: those are no values at all. */
bool secret_is_made_up(struct sw_str s)
{
	size_t same = 1, run = 0;
	for (size_t i = 1; i < s.n; i++) {
		char a = s.p[i - 1], b = s.p[i];
		if (!is_alnum(b) || b == '0' || (b | 0x20) == 'x' || (b != a && b != a + 1)) {
			same = 1;
			continue;
		}
		run++;
		same = b == a ? same + 1 : 1;
		if (same >= SAME_RUN)
			return true;
	}
	return run * 2 >= s.n;
}

bool secret_checksum_fits(struct sw_str token)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t at = sw_str_chr(token, '_', 0);
	if (at == SW_NPOS || token.n - at - 1 != BODY + SUM)
		return true; /* another form, of which we do not know */
	struct sw_str body = sw_str_sub(token, at + 1, at + 1 + BODY);
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)body.p, (uInt)body.n);
	for (size_t i = token.n; i > token.n - SUM; i--, crc /= 62)
		if (token.p[i - 1] != digits[crc % 62])
			return false;
	return true;
}
