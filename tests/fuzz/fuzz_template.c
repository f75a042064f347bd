/* SPDX-License-Identifier: Apache-2.0 */
/* A template over one value of every kind: it ends in a result or in an error with a text. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "doc/json.h"
#include "rego/builtin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char vars[] = "{\"s\":\"a<b>\",\"n\":3,\"f\":1.5,\"t\":true,\"x\":null,\"l\":[\"p\",1,[2]],"
				   "\"m\":{\"k\":1,\"b\":{\"c\":[{\"d\":\"e\"}]}},\"e\":[],\"big\":123456789012345678901}";
	const struct sw_builtin *b = sw_builtin_find(SW_STR("strings.render_template"));
	sw_autoarena arena, scratch;
	uint64_t steps = 200000;
	struct sw_value args[2], ret = sw_undef();

	sw_arena_init(&arena, 64 << 20);
	sw_arena_init(&scratch, 64 << 20);
	if (n > 8192 || !b || sw_json_parse(&arena, SW_STR(vars), 0, NULL, &args[1], NULL, NULL))
		return 0;
	args[0] = sw_string(sw_str_make((const char *)data, n));
	struct sw_builtin_ctx ctx = {.arena = &arena, .scratch = &scratch, .steps = &steps};
	int rc = b->fn(&ctx, args, 2, &ret);
	if (rc < 0 ? !ctx.err_code || !ctx.err_text.n : ret.type != SW_STRING)
		abort();
	return 0;
}
