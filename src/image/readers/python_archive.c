/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python packages in one file: wheels (NAME.dist-info/METADATA, PEP 427) and eggs
 * (EGG-INFO/PKG-INFO). What is in it has the path "x.whl!/NAME.dist-info/METADATA".
 */
#include "image/readers/zip.h"

#include <stdio.h>

#define METADATA_MAX ((size_t)16 << 20)

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return size >= 22 && (rd_ends(path, ".whl") || rd_ends(path, ".egg"));
}

/* At the top of the archive; what a package brings along below is not it. */
static bool is_metadata(struct sw_str name)
{
	struct sw_str dir = rd_dir(name);

	if (sw_str_chr(dir, '/', 0) != SW_NPOS)
		return false;
	return (rd_named(name, "METADATA") && rd_ends(dir, ".dist-info")) ||
	       sw_str_is(name, "EGG-INFO/PKG-INFO");
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str text;
	struct zip_entry e;
	struct zip z;
	char path[2048];
	sw_autobuf out;
	int r = 0;

	sw_buf_init(&out, METADATA_MAX);
	if (!zip_open(&z, f->content)) /* an egg may be a script, or a link's text */
		return rd_ends(f->path, ".whl") ? rd_note(bom, f, "cannot be read as a ZIP archive")
						: 0;
	while (r == 0 && zip_next(&z, &e)) {
		if (!is_metadata(e.name) || f->path.n + e.name.n + 3 > sizeof(path))
			continue;
		struct sw_reader_file inner = *f;
		int n = snprintf(path, sizeof(path), "%.*s!/%.*s", SW_STR_ARG(f->path),
			SW_STR_ARG(e.name));
		inner.path = sw_str_make(path, (size_t)n);
		if (!zip_read(&z, &e, &out, &text)) {
			r = rd_note(bom, &inner, "cannot be unpacked");
			continue;
		}
		inner.content = text;
		r = rd_python_dist.read(bom, &inner);
	}
	return r;
}

const struct sw_reader rd_python_archive = {
	.name = "python-archive",
	.about = "Python packages in one file: wheels and eggs",
	.wants = wants,
	.max_size = RD_MIB(1024),
	.read = read,
};
