/* SPDX-License-Identifier: Apache-2.0 */
/* Glob, line end, subject. What quoting makes of any text must match that text alone. */
#include <stdint.h>
#include <stdlib.h>

#include "base/glob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void quoted_matches_itself(struct sw_str s)
{
	sw_autobuf q;
	struct sw_re2 *re;
	sw_buf_init(&q, 0);
	sw_glob_quote(&q, s);
	if (!sw_utf8_valid(s))
		return;
	if (sw_glob_compile(sw_buf_str(&q), SW_STR("."), &re, NULL) < 0)
		abort();
	if (sw_re2_match(re, s, NULL) != 1)
		abort();
	sw_re2_free(re);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str all = sw_str_make((const char *)data, n);
	size_t cut = sw_str_chr(all, '\n', 0);
	struct sw_str pattern = sw_str_sub(all, 0, cut),
		      s = sw_str_sub(all, cut == SW_NPOS ? n : cut + 1, n);
	struct sw_re2 *re;
	struct sw_error err = {0};
	if (n > 2048)
		return 0;
	quoted_matches_itself(s);
	if (sw_glob_compile(pattern, SW_STR("./"), &re, &err) < 0) {
		if (!err.text[0])
			abort();
		return 0;
	}
	uint64_t work = 1000000;
	sw_re2_match(re, s, &work);
	sw_re2_free(re);
	return 0;
}
