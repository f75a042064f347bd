/* SPDX-License-Identifier: Apache-2.0 */
/* One file through the inventory readers: the first line is its path, the rest its content. */
#ifndef FUZZ_READERS_H
#define FUZZ_READERS_H

#include <stdlib.h>
#include <sys/stat.h>

#include "image/reader.h"
#include "image/readers/release.h"

/* What is added must be a package, and the same after sorting twice. */
static inline void fuzz_readers_file(struct sw_str path, struct sw_str content)
{
	struct sw_reader_file f = {.path = path, .content = content, .mode = S_IFREG | 0755};
	sw_autobom bom;

	sw_bom_init(&bom, (size_t)256 << 20);
	sw_distribution_read(path, content, &bom);
	for (const struct sw_reader *const *r = sw_readers; *r; r++) {
		if (!(*r)->wants(path, f.mode, content.n) || content.n > (*r)->max_size)
			continue;
		/* Two files in one: the one beside it comes behind a form feed. */
		size_t cut = (*r)->beside ? sw_str_chr(content, '\f', 0) : SW_NPOS;
		f.content = sw_str_sub(content, 0, cut);
		f.beside = cut == SW_NPOS ? (struct sw_str){NULL, 0}
					  : sw_str_sub(content, cut + 1, content.n);
		(*r)->read(&bom, &f);
	}
	sw_bom_finish(&bom);
	for (uint32_t i = 0; i < bom.n; i++)
		if (bom.packages[i].name.n == 0 || bom.packages[i].type >= SW_PKG__COUNT)
			abort();
}

static inline void fuzz_readers_text(const uint8_t *data, size_t size)
{
	struct sw_str rest = sw_str_make((const char *)data, size), path;

	if (sw_str_split(&rest, '\n', &path) && rest.p)
		fuzz_readers_file(path, rest);
}

#endif
