/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of every language, checked against a version: first byte the language, then range NUL
 * version. */
#include <stdlib.h>

#include "vuln/ecosystem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_range r;
	bool in, again;
	sw_arena_init(&a, 64 << 20);
	sw_buf_init(&out, 1 << 20);
	if (size < 2)
		return 0;
	enum sw_range_language l = data[0] % SW_RANGE__COUNT;
	struct sw_str text = sw_str_make((const char *)data + 2, size - 2);
	size_t nul = sw_str_chr(text, '\0', 0);
	struct sw_str version =
		nul == SW_NPOS ? SW_STR("1.2.3") : sw_str_sub(text, nul + 1, text.n);
	text = sw_str_sub(text, 0, nul);
	if (sw_range_parse(&a, l, data[1] & 15, text, &r, NULL) == 0 &&
		sw_range_check(&r, version, &in) == 0 &&
		(sw_range_check(&r, version, &again) || in != again))
		abort();
	sw_range_to_vers(&a, l, text, &out, NULL);
	sw_vers_contains(text, version, &in, NULL);
	int x = 0, y = 0;
	/* An order is the same from both sides. */
	if (sw_version_cmp(sw_range_scheme(l), text, version, &x) == 0 &&
		sw_version_cmp(sw_range_scheme(l), version, text, &y) == 0 && x != -y &&
		l != SW_RANGE_COMPOSER)
		abort();
	return 0;
}
