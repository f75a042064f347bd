/* SPDX-License-Identifier: Apache-2.0 */
/*
 * npm: package-lock.json and npm-shrinkwrap.json (lockfileVersion 1 to 3, package-lock-json(5)),
 * and what is installed: node_modules/NAME/package.json.
 *
 * Lock files inside node_modules came with a package and tell of its author's machine: not read.
 */
#include "image/readers/npm.h"

void npm_set_name(struct sw_package *p, struct sw_str full)
{
	size_t slash = full.n && full.p[0] == '@' ? sw_str_chr(full, '/', 0) : SW_NPOS;

	p->ns = slash == SW_NPOS ? SW_STR("") : sw_str_sub(full, 0, slash);
	p->name = slash == SW_NPOS ? full : sw_str_sub(full, slash + 1, full.n);
}

bool npm_split_at(struct sw_str s, struct sw_str *ret_name, struct sw_str *ret_what)
{
	size_t at = sw_str_chr(s, '@', 1);

	if (s.n < 2 || at == SW_NPOS)
		return false;
	*ret_name = sw_str_sub(s, 0, at);
	*ret_what = sw_str_sub(s, at + 1, s.n);
	return true;
}

bool npm_is_local(struct sw_str version)
{
	static const char *const local[] = {"file:", "link:", "workspace:", "portal:"};

	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (rd_starts(version, local[i]))
			return true;
	return false;
}

static bool lock_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return (rd_named(path, "package-lock.json") || rd_named(path, "npm-shrinkwrap.json")) &&
	       !rd_in_package(path);
}

/* The name that a place of the tree has: "node_modules/a/node_modules/@b/c" is "@b/c". */
static struct sw_str name_of_place(struct sw_str place)
{
	static const char modules[] = "node_modules/";
	size_t at = sw_str_rfind(place, sw_str_from(modules));

	return at == SW_NPOS ? SW_STR("") : sw_str_sub(place, at + strlen(modules), place.n);
}

/* Versions 2 and 3: every place of the tree. Links and the project's own folders are no packages.
 */
static int read_places(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_value places)
{
	int r = 0;

	sw_object_foreach (m, places) {
		struct sw_str name = rd_str(m->v, "name");
		struct sw_package p = {.type = SW_PKG_NPM,
			.version = rd_str(m->v, "version"),
			.license = rd_str(m->v, "license"),
			.dev = rd_true(m->v, "dev")};
		struct sw_str place = name_of_place(sw_value_str(m->k));
		if (place.n == 0 || rd_true(m->v, "link") || npm_is_local(p.version))
			continue;
		npm_set_name(&p, name.n ? name : place);
		if ((r = rd_add(bom, f, &p)))
			return r;
	}
	return r;
}

/* Version 1: dependencies in dependencies; the reader of JSON bounds the depth. */
static int read_nested(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_value deps)
{
	int r = 0;

	sw_object_foreach (m, rd_object(deps)) {
		struct sw_str name = sw_value_str(m->k), real, version = rd_str(m->v, "version");
		if (rd_starts(version, "npm:") &&
			npm_split_at(sw_str_sub(version, 4, version.n), &real, &version))
			name = real;
		struct sw_package p = {
			.type = SW_PKG_NPM, .version = version, .dev = rd_true(m->v, "dev")};
		npm_set_name(&p, name);
		if (!npm_is_local(version) && (r = rd_add(bom, f, &p)))
			return r;
		if ((r = read_nested(bom, f, rd_get(m->v, "dependencies"))))
			return r;
	}
	return r;
}

static int lock_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	struct sw_value places = rd_get(root, "packages");
	if (places.type == SW_OBJECT)
		return read_places(bom, f, places);
	return read_nested(bom, f, rd_get(root, "dependencies"));
}

const struct sw_reader rd_npm_lock = {
	.name = "npm-lock",
	.about = "package-lock.json and npm-shrinkwrap.json, versions 1 to 3",
	.wants = lock_wants,
	.max_size = RD_MIB(64),
	.read = lock_read,
};

/* "…/node_modules/name" or "…/node_modules/@scope/name", also of Debian's usr/share/nodejs. */
static bool is_place(struct sw_str dir)
{
	struct sw_str up = rd_dir(dir);

	if (rd_starts(rd_base(up), "@"))
		up = rd_dir(up);
	else if (rd_starts(rd_base(dir), "@"))
		return false;
	return rd_named(up, "node_modules") || sw_str_is(up, "usr/share/nodejs");
}

static bool modules_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "package.json") && is_place(rd_dir(path));
}

static struct sw_str license(struct sw_value root)
{
	struct sw_value v = rd_get(root, "license");

	if (v.type == SW_STRING)
		return sw_value_str(v);
	if (v.type == SW_OBJECT)
		return rd_str(v, "type");
	return rd_str(sw_array_at(rd_get(root, "licenses"), 0), "type");
}

static int modules_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	struct sw_package p = {.type = SW_PKG_NPM,
		.version = rd_str(root, "version"),
		.license = license(root),
		.supplier = rd_str(root, "author")};
	if (p.supplier.n == 0)
		p.supplier = rd_str(rd_get(root, "author"), "name");
	npm_set_name(&p, rd_str(root, "name"));
	if (p.name.n == 0 || p.version.n == 0)
		return 0; /* tells of a folder's module type only, or of a private part */
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_node_modules = {
	.name = "node-modules",
	.about = "installed packages of npm: node_modules/NAME/package.json",
	.wants = modules_wants,
	.max_size = RD_MIB(8),
	.read = modules_read,
};
