/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A schema in JSON: it may stand in a CustomResourceDefinition, or there are reasons why not, the
 * same ones each time. With one that may, its own default and examples are filled in and judged.
 */
#include <stdlib.h>

#include "doc/json.h"
#include "kube/openapi.h"

static void use(struct sw_arena *a, struct sw_value schema, struct sw_value v)
{
	sw_autobuf paths;
	struct sw_error err = {0};
	sw_buf_init(&paths, 1 << 20);
	struct sw_value full = sw_openapi_default(a, schema, v);
	if (!sw_defined(full))
		return;
	sw_openapi_unknown(a, schema, full, false, &paths);
	if (sw_openapi_validate(a, schema, full, SW_STR("x"), &err) && (!err.code || !err.text[0]))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_json_limits limits = {.nodes = 20000};
	struct sw_error err = {0}, again = {0};
	struct sw_value schema;
	sw_autoarena a;
	sw_arena_init(&a, 64 << 20);
	if (sw_json_parse(&a, sw_str_make((const char *)data, n), 0, &limits, &schema, NULL, NULL))
		return 0;
	int rc = sw_openapi_structural(&a, schema, SW_STR("spec.schema"), &err);
	if (rc < 0 && (!err.code || !err.text[0]))
		abort();
	if (sw_openapi_structural(&a, schema, SW_STR("spec.schema"), &again) != rc && !a.overflow)
		abort();
	if (rc == 0) {
		use(&a, schema, sw_empty_object());
		use(&a, schema, sw_object_gets(schema, SW_STR("default")));
		use(&a, schema, sw_object_gets(schema, SW_STR("example")));
	}
	return 0;
}
