/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs: what is parsed is written in a form that parses to the same. */
#include <stdlib.h>

#include "package/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sw_autoarena a;
	sw_autobuf one, two;
	struct sw_purl p, q;
	struct sw_package pkg;
	struct sw_distribution d = {0};
	sw_arena_init(&a, 16 << 20);
	sw_buf_init(&one, 1 << 20);
	sw_buf_init(&two, 1 << 20);
	if (sw_purl_parse(&a, sw_str_make((const char *)data, size), size & 1, &p, NULL))
		return 0;
	sw_purl_write(&one, &p);
	if (one.n <= SW_PURL_MAX) {
		if (sw_purl_parse(&a, sw_buf_str(&one), 0, &q, NULL))
			abort();
		sw_purl_write(&two, &q);
		if (!sw_str_eq(sw_buf_str(&one), sw_buf_str(&two)))
			abort();
	}
	if (sw_purl_package(&a, &p, &pkg, &d, NULL) == 0)
		sw_package_purl(&a, &pkg, &d);
	return 0;
}
