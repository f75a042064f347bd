/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a plan of answers: refused with a reason, or one that can be asked about every rule. */
#include <stdlib.h>

#include "runtime/respond/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct sw_str tags[] = {SW_STR_INIT("mitre_execution"), SW_STR_INIT("host")};
	struct sw_response_plan p;
	struct sw_error err = {0};
	sw_autoarena a;

	sw_arena_init(&a, (size_t)64 << 20);
	int rc = sw_response_plan_read(&a, "fuzz.yaml", sw_str_make((const char *)data, n), &p, &err);
	if ((rc < 0) != (err.code != 0))
		abort();
	for (unsigned prio = 0; rc == 0 && prio <= SW_PRIO_DEBUG; prio++) {
		const struct sw_runtime_rule r = {
			.name = SW_STR("Shell"), .tags = tags, .n_tags = 2, .priority = (enum sw_priority)prio};
		uint32_t seconds;
		if (sw_response_plan_match(&p, &r, prio & 1, &seconds) >> SW_DO__COUNT)
			abort();
	}
	return 0;
}
