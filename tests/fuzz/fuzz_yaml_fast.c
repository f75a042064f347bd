/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of everyday YAML takes nothing that libyaml refuses, and reads what it takes as libyaml does. */
#include <stdint.h>
#include <stdlib.h>

#include "../unit/doc/yaml_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const unsigned flags[] = {SW_YAML_SPANS, SW_YAML_SPANS | SW_YAML_GOYAML3,
		SW_YAML_SPANS | SW_YAML_DUP_ERROR, SW_YAML_GOYAML3};
	struct sw_yaml_limits limits = {.nodes = 20000};
	struct sw_str text = {(const char *)data, n};
	struct yaml_pair x = {0};
	if (!yaml_pair(text, flags[n % 4], &limits, &x)) {
		fprintf(stderr, "%s\n", x.why);
		abort();
	}
	return 0;
}
