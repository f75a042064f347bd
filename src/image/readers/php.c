/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PHP's Composer: composer.lock, and what is installed, vendor/composer/installed.json (1: a list;
 * 2: an object). getcomposer.org/doc/01-basic-usage.md, InstalledFilesystemRepository.php.
 */
#include "image/readers/impl.h"

static bool lock_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "composer.lock") && !rd_within(path, "vendor");
}

static bool installed_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "installed.json") && rd_named(rd_dir(path), "composer");
}

/* The array as a set; its elements that are no texts do no harm. */
static struct sw_value set_of(struct sw_arena *a, struct sw_value list)
{
	struct sw_list l;

	sw_list_init(&l, a);
	sw_array_foreach (v, rd_array(list))
		if (sw_list_add(&l, *v))
			return sw_undef();
	return sw_list_set(&l);
}

static int add_all(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_value list,
	bool dev, struct sw_value dev_names)
{
	int r = 0;

	sw_array_foreach (v, rd_array(list)) {
		struct sw_str name = rd_str(*v, "name");
		struct sw_value license = sw_array_at(rd_get(*v, "license"), 0);
		struct sw_package p = {.type = SW_PKG_COMPOSER,
			.version = rd_str(*v, "version"),
			.license = license.type == SW_STRING ? sw_value_str(license) : SW_STR(""),
			.dev = dev || (dev_names.type == SW_SET &&
					      sw_set_has(dev_names, rd_get(*v, "name")))};
		rd_split_last(name, '/', &p.ns, &p.name);
		if ((r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	if (root.type == SW_ARRAY)
		return add_all(bom, f, root, false, sw_undef());
	r = add_all(bom, f, rd_get(root, "packages"), false,
		set_of(&a, rd_get(root, "dev-package-names")));
	return r ? r : add_all(bom, f, rd_get(root, "packages-dev"), true, sw_undef());
}

const struct sw_reader rd_composer_lock = {
	.name = "composer-lock",
	.about = "composer.lock",
	.wants = lock_wants,
	.max_size = RD_MIB(32),
	.read = read,
};

const struct sw_reader rd_composer = {
	.name = "composer",
	.about = "installed packages of Composer: composer/installed.json",
	.wants = installed_wants,
	.max_size = RD_MIB(32),
	.read = read,
};
