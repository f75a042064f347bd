/* SPDX-License-Identifier: Apache-2.0 */
/* The function that only mutations have. */
#include "cel/lib.h"
#include "doc/pointer.h"

/* A key as one step of a JSON pointer. */
static struct sw_value escape_key(struct cel_ctx *c, const struct sw_value *v, uint32_t n)
{
	sw_autobuf b;
	sw_buf_init(&b, CEL_BUF_MAX);
	sw_pointer_add(&b, sw_value_str(v[0]));
	return b.overflow ? cel_memory(c) : cel_str_copy(c, sw_str_sub(sw_buf_str(&b), 1, b.n));
}

const struct cel_row cel_rows_patch[] = {
	{"jsonpatch.escapeKey", "s:s", escape_key, COST_ARG0, false},
	{NULL, NULL, NULL, 0, false},
};
