/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rust: Cargo.lock, and programs built by cargo-auditable, which put a list of their crates as
 * zlib-compressed JSON into the section .dep-v0 (github.com/rust-secure-code/cargo-auditable,
 * PARSING.md).
 */
#include "image/readers/go.h"
#include "image/readers/inflate.h"

#define AUDIT_MAX ((size_t)8 << 20) /* the limit that PARSING.md advises */

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return (rd_named(path, "Cargo.lock") || rd_named(path, "cargo.lock")) &&
	       !rd_in_package(path);
}

static int lock_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_toml(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	sw_array_foreach (v, rd_array(rd_get(root, "package"))) {
		struct sw_package p = {.type = SW_PKG_CARGO,
			.name = rd_str(*v, "name"),
			.version = rd_str(*v, "version")};
		if ((r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}

const struct sw_reader rd_cargo = {
	.name = "cargo",
	.about = "Cargo.lock",
	.wants = wants,
	.max_size = RD_MIB(16),
	.read = lock_read,
};

/* What is needed to build only (build scripts, macros) is not in the program: dev. */
int rust_read_binary(struct sw_bom *bom, const struct sw_reader_file *f, const struct object *o)
{
	struct sw_str section = object_section(o, ".dep-v0");
	struct sw_value root;

	if (!section.p)
		return 0;
	sw_autobuf text;
	sw_buf_init(&text, AUDIT_MAX);
	if (!rd_inflate(section, RD_ZLIB, &text))
		return rd_note(bom, f, "the list of crates in this program cannot be unpacked");
	struct sw_reader_file json = *f;
	json.content = sw_buf_str(&text);
	sw_autoarena a;
	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, &json, &root);
	if (r <= 0)
		return r;
	r = 0;
	sw_array_foreach (v, rd_array(rd_get(root, "packages"))) {
		struct sw_package p = {.type = SW_PKG_CARGO,
			.name = rd_str(*v, "name"),
			.version = rd_str(*v, "version"),
			.dev = sw_str_is(rd_str(*v, "kind"), "build")};
		if ((r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}
