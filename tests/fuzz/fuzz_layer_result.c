/* SPDX-License-Identifier: Apache-2.0 */
/* What comes out of the cage, or out of a cache file: a parser that was taken over wrote it. */
#include <stdint.h>
#include <stdlib.h>

#include "image/layer/layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	sw_autolayer l;
	struct sw_error err;
	sw_layer_init(&l);
	if (sw_layer_unpack(sw_str_make((const char *)data, n), &l, &err) == 0) {
		struct sw_merge *m = sw_merge_new();
		sw_autobom bom;
		sw_bom_init(&bom, 0);
		for (uint32_t i = 0; i < 2; i++)
			sw_merge_add(m, &l, i, &err);
		sw_merge_finish(m, &bom, &err);
		sw_merge_free(m);
	}
	return 0;
}
