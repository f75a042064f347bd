/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON: {"before": object, "after": object, "schema": of its CustomResourceDefinition}. What is
 * filled in once is full, and what did not change is left alone.
 */
#include <stdlib.h>

#include "doc/json.h"
#include "kube/defaults.h"

static void check(struct sw_arena *a, const struct sw_kube_shape *shape, struct sw_value before,
	struct sw_value after)
{
	struct sw_value full = sw_kube_defaults(a, shape, before, after);
	struct sw_value again = sw_kube_defaults(a, shape, full, full);
	if (a->overflow)
		return;
	if (!sw_defined(full) || !sw_value_eq(full, again))
		abort();
	if (!sw_defined(before) && !sw_value_eq(sw_kube_defaults(a, shape, before, full), full) &&
		!a->overflow)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_json_limits limits = {.nodes = 20000};
	struct sw_kube_object o;
	struct sw_value v;
	sw_autoarena a;
	sw_arena_init(&a, 64 << 20);
	if (sw_json_parse(&a, sw_str_make((const char *)data, n), 0, &limits, &v, NULL, NULL))
		return 0;
	struct sw_value after = sw_object_gets(v, SW_STR("after")),
			before = sw_object_gets(v, SW_STR("before"));
	if (sw_kube_object_init(after, &o, NULL))
		return 0;
	struct sw_kube_shape shape = sw_kube_shape_of(&o, sw_object_gets(v, SW_STR("schema")));
	check(&a, &shape, sw_undef(), after);
	check(&a, &shape, before, after);
	return 0;
}
