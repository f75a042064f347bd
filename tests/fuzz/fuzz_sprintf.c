/* SPDX-License-Identifier: Apache-2.0 */
/* A format over one argument of every kind; a percent sign alone must never be lost. */
#include <stdint.h>
#include <stdlib.h>

#include "base/go/gofmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str format = sw_str_make((const char *)data, n);
	double d;
	int64_t i = 0;
	if (n > 512)
		return 0;
	memcpy(&i, data, n < 8 ? n : 8);
	memcpy(&d, &i, 8);
	struct sw_gofmt_arg args[] = {
		{.kind = SW_GOFMT_INT, .i = i},
		{.kind = SW_GOFMT_FLOAT, .d = d},
		{.kind = SW_GOFMT_BIG, .s = SW_STR_INIT("-123456789012345678901234567890")},
		{.kind = SW_GOFMT_STRING, .s = format},
		{.kind = SW_GOFMT_INT, .i = i & 31},
	};
	sw_autobuf out;
	sw_buf_init(&out, 16 << 20);
	for (uint32_t k = 0; k <= 5; k++) {
		sw_buf_clear(&out);
		sw_gofmt(&out, format, args, k);
		if (n && !out.overflow && !out.n)
			return 0; /* "%.0s" and the like */
	}
	return 0;
}
