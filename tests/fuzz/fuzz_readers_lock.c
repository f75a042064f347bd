/* SPDX-License-Identifier: Apache-2.0 */
#include "readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_readers_text(data, size);
	return 0;
}
