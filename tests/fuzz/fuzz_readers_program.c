/* SPDX-License-Identifier: Apache-2.0 */
#include "readers.h"

#include "image/readers/readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Small inputs too: the row wants only what can be a program. */
	struct sw_reader_file f = {.path = SW_STR("bin/a"), .content = {(const char *)data, size}};
	sw_autobom bom;

	sw_bom_init(&bom, (size_t)64 << 20);
	rd_program.read(&bom, &f);
	sw_bom_finish(&bom);
	return 0;
}
