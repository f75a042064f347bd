/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that tell what they were made from: Go's build information, Rust's cargo-auditable. */
#include "image/readers/go.h"

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	static const char *const scripts[] = {".sh", ".py", ".pl", ".rb", ".js", ".txt", ".json"};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (rd_ends(path, scripts[i]))
			return false;
	return ((mode & 0111) || rd_ends(path, ".exe")) && size >= 4096;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct object o;

	if (!object_open(&o, f->content))
		return 0;
	int r = go_read_binary(bom, f, &o);
	return r ? r : rust_read_binary(bom, f, &o);
}

const struct sw_reader rd_program = {
	.name = "program",
	.about = "programs that tell their parts: Go's build information, Rust's cargo-auditable",
	.wants = wants,
	.max_size = RD_MIB(1024),
	.read = read,
};
