/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that tell their versions: the first line is the file's name, the rest its content. */
#include "readers.h"

#include "image/readers/readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_str rest = sw_str_make((const char *)data, size), path;
	struct sw_reader_file f = {.mode = S_IFREG | 0755};
	sw_autobom bom;

	sw_bom_init(&bom, (size_t)64 << 20);
	if (!sw_str_split(&rest, '\n', &path) || !rest.p)
		return 0;
	f.path = path;
	f.content = rest;
	rd_software.read(&bom, &f);
	for (uint32_t i = 0; i < bom.n; i++)
		if (bom.packages[i].version.n == 0 || bom.packages[i].cpe.n == 0)
			abort();
	return 0;
}
