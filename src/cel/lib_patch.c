/* SPDX-License-Identifier: Apache-2.0 */
/* The function that only mutations have. */
#include "cel/lib.h"

/* A key as one step of a JSON pointer. */
static struct sw_value escape_key(struct cel_ctx *c, const struct sw_value *v, uint32_t n)
{
	struct sw_str s = sw_value_str(v[0]);
	sw_autobuf b;
	sw_buf_init(&b, CEL_BUF_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '~' || s.p[i] == '/')
			sw_buf_addz(&b, s.p[i] == '~' ? "~0" : "~1");
		else
			sw_buf_addch(&b, s.p[i]);
	}
	return cel_buf_str(c, &b);
}

const struct cel_row cel_rows_patch[] = {
	{"jsonpatch.escapeKey", "s:s", escape_key, COST_ARG0, false},
	{NULL, NULL, NULL, 0, false},
};
