/* SPDX-License-Identifier: Apache-2.0 */
#include "image/readers/inflate.h"

#include <zlib.h>

bool rd_inflate(struct sw_str in, enum rd_wrapping how, struct sw_buf *out)
{
	unsigned char part[16384];
	z_stream z = {0};

	if (in.n > UINT32_MAX || inflateInit2(&z, how == RD_RAW ? -MAX_WBITS : MAX_WBITS) != Z_OK)
		return false;
	z.next_in = (unsigned char *)(uintptr_t)in.p;
	z.avail_in = (uInt)in.n;
	int r = Z_OK;
	while (r == Z_OK && !out->overflow) {
		z.next_out = part;
		z.avail_out = sizeof(part);
		r = inflate(&z, Z_NO_FLUSH);
		if (r == Z_OK && z.avail_out == sizeof(part) && z.avail_in == 0)
			break; /* cut short */
		if (r == Z_OK || r == Z_STREAM_END)
			sw_buf_add(out, part, sizeof(part) - z.avail_out);
	}
	inflateEnd(&z);
	return r == Z_STREAM_END && !out->overflow;
}
