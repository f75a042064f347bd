/* SPDX-License-Identifier: Apache-2.0 */
#include "readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_readers_file(SW_STR("lib/a-1.0.jar"), sw_str_make((const char *)data, size));
	return 0;
}
