/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chiselled images of Ubuntu have no dpkg database: var/lib/chisel/manifest.wall says which slices
 * of which packages were put in. Zstandard over "jsonwall": a JSON object a line, of which those
 * with "kind" "package" and "path" matter here. github.com/canonical/chisel, internal/manifest.
 */
#include "doc/json.h"
#include "image/readers/impl.h"

#include <zstd.h>

#define WALL_MAX ((size_t)64 << 20)

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return sw_str_is(path, "var/lib/chisel/manifest.wall") ||
	       (rd_in(path, "var/lib/chisel/") && rd_named(path, "manifest.wall"));
}

static bool unpack(struct sw_str in, struct sw_buf *out)
{
	char part[16384];
	ZSTD_DStream *z = ZSTD_createDStream();
	ZSTD_inBuffer from = {in.p, in.n, 0};
	size_t r = 1;

	if (!z)
		return false;
	ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, 25);
	while (!ZSTD_isError(r) && !out->overflow && (from.pos < from.size || r == 0)) {
		ZSTD_outBuffer to = {part, sizeof(part), 0};
		r = ZSTD_decompressStream(z, &to, &from);
		if (!ZSTD_isError(r))
			sw_buf_add(out, part, to.pos);
		if (r == 0 && from.pos >= from.size)
			break;
	}
	ZSTD_freeDStream(z);
	return r == 0 && !out->overflow;
}

static int line_read(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_value v)
{
	struct sw_str kind = rd_str(v, "kind");

	if (sw_str_is(kind, "path"))
		return rd_own(bom, rd_str(v, "path"));
	if (!sw_str_is(kind, "package"))
		return 0;
	struct sw_package p = {.type = SW_PKG_DEB,
		.name = rd_str(v, "name"),
		.version = rd_str(v, "version"),
		.arch = rd_str(v, "arch")};
	return rd_add(bom, f, &p);
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest, line;
	struct sw_value v;
	sw_autobuf text;
	sw_autoarena a;
	int r = 0;

	sw_buf_init(&text, WALL_MAX);
	sw_arena_init(&a, RD_ARENA);
	if (!unpack(f->content, &text))
		return rd_note(bom, f, "the manifest of chisel cannot be unpacked");
	rest = sw_buf_str(&text);
	while (r == 0 && rd_line(&rest, &line)) {
		if (line.n == 0)
			continue;
		sw_arena_reset(&a);
		if (sw_json_parse(&a, line, 0, NULL, &v, NULL, NULL))
			r = rd_note(bom, f, "a line of chisel's manifest is not JSON");
		else
			r = line_read(bom, f, v);
	}
	return r;
}

const struct sw_reader rd_chisel = {
	.name = "chisel",
	.about = "packages of chiselled Ubuntu images: chisel's manifest.wall",
	.wants = wants,
	.max_size = RD_MIB(16),
	.read = read,
};
