/* SPDX-License-Identifier: Apache-2.0 */
/* Pattern, line end, subject. PCRE2 and the Pike machine must find the same match. */
#include <stdint.h>
#include <stdlib.h>

#include "base/re2_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int count(void *arg, const size_t *caps)
{
	size_t *last = arg;
	if (caps[0] > caps[1] || (*last != SW_RE2_NONE && caps[0] < *last))
		abort();
	*last = caps[1];
	return 0;
}

static void compare_engines(struct sw_str pattern, struct sw_str s)
{
	sw_autoarena a;
	struct re2_tree t;
	size_t x[2], y[2];
	uint64_t work = 1000000;
	sw_arena_init(&a, 16 << 20);
	if (!sw_utf8_valid(s) || re2_parse(&a, pattern, &t, NULL) < 0)
		return;
	struct re2_pcre *pcre = re2_pcre_new(&t);
	struct re2_prog *prog = pcre ? re2_prog_new(&a, &t) : NULL;
	if (prog) {
		int r = re2_pcre_find(pcre, s, 0, x, 1), q = re2_prog_find(prog, s, 0, y, 1, &work);
		if (r >= 0 && q >= 0 && (r != q || (r && (x[0] != y[0] || x[1] != y[1]))))
			abort();
	}
	re2_pcre_free(pcre);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str all = sw_str_make((const char *)data, n);
	size_t cut = sw_str_chr(all, '\n', 0);
	struct sw_str pattern = sw_str_sub(all, 0, cut),
		      s = sw_str_sub(all, cut == SW_NPOS ? n : cut + 1, n);
	struct sw_re2 *re;
	struct sw_error err = {0};
	if (n > 4096)
		return 0;
	if (sw_re2_compile(pattern, &re, &err) < 0) {
		if (!err.text[0])
			abort();
		return 0;
	}
	uint64_t work = 1000000;
	size_t last = SW_RE2_NONE;
	sw_autobuf out;
	sw_buf_init(&out, 1 << 20);
	sw_re2_find_all(re, s, -1, count, &last, &work);
	work = 1000000;
	sw_re2_replace(re, s, SW_STR("<$0$1${x}>"), &out, &work);
	sw_re2_free(re);
	compare_engines(pattern, s);
	return 0;
}
