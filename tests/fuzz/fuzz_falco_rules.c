/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a rule file: loads or is refused with a reason, prints both ways, and what loads can run. */
#include <stdint.h>
#include <stdlib.h>

#include "runtime/rules/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	sw_autobuf out;
	struct sw_engine *e;
	sw_buf_init(&out, (size_t)16 << 20);
	if (n > 16384)
		return 0;
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	const struct sw_load_result *r = sw_ruleset_add(rs, "fuzz.yaml", sw_str_make((const char *)data, n));
	if (!r->ok != (r->n_errors > 0))
		abort();
	sw_load_result_text(&out, r, true);
	sw_load_result_json(&out, r);
	if (r->ok && sw_engine_new(rs, NULL, &e, NULL) == 0)
		sw_engine_free(e);
	sw_ruleset_free(rs);
	return 0;
}
