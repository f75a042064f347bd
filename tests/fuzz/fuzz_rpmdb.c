/* SPDX-License-Identifier: Apache-2.0 */
/* rpm's databases: told apart by what they begin with; a log of sqlite may follow at a whole 512
 * bytes. */
#include "readers.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t log_at(const char *p, size_t n)
{
	for (size_t at = 512; at + 4 <= n; at += 512)
		if (memcmp(p + at, "\x37\x7f\x06\x82", 4) == 0 ||
			memcmp(p + at, "\x37\x7f\x06\x83", 4) == 0)
			return at;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_str all = sw_str_make((const char *)data, size);
	size_t cut = size ? log_at(all.p, size) : 0;
	sw_autobom bom;
	struct sw_reader_file f = {.path = SW_STR("var/lib/rpm/rpmdb.sqlite"),
		.content = sw_str_sub(all, 0, cut),
		.mode = S_IFREG | 0644};

	fuzz_readers_file(SW_STR("var/lib/rpm/Packages"), all);
	if (cut < size)
		f.beside = sw_str_sub(all, cut, size);
	sw_bom_init(&bom, (size_t)256 << 20);
	for (const struct sw_reader *const *r = sw_readers; *r; r++)
		if ((*r)->wants(f.path, f.mode, size) && size <= (*r)->max_size)
			(*r)->read(&bom, &f);
	sw_bom_finish(&bom);
	return 0;
}
