/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bitnami images say what they installed by hand in SPDX documents:
 * opt/bitnami/NAME/.spdx-NAME.spdx. Of these the packages are taken that have a package URL of type
 * bitnami, which is how Bitnami's advisories name them.
 */
#include "image/readers/impl.h"

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	struct sw_str base = rd_base(path);
	return rd_in(path, "opt/bitnami/") && rd_starts(base, ".spdx-") && rd_ends(base, ".spdx");
}

/* "pkg:bitnami/NAME@VERSION?arch=…": false when it is another one. */
static bool take_purl(struct sw_str purl, struct sw_package *p)
{
	static const char begins[] = "pkg:bitnami/";

	if (!rd_starts(purl, begins))
		return false;
	purl = sw_str_sub(purl, strlen(begins), purl.n);
	purl = rd_cut(&purl, '?');
	p->name = rd_cut(&purl, '@');
	p->version = purl;
	return p->name.n > 0;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	sw_array_foreach (v, rd_array(rd_get(root, "packages"))) {
		struct sw_package p = {
			.type = SW_PKG_BITNAMI, .license = rd_str(*v, "licenseDeclared")};
		bool found = false;
		sw_array_foreach (ref, rd_array(rd_get(*v, "externalRefs")))
			found = found || take_purl(rd_str(*ref, "referenceLocator"), &p);
		r = found ? rd_add(bom, f, &p) : 0;
		if (r)
			return r;
	}
	return 0;
}

const struct sw_reader rd_bitnami = {
	.name = "bitnami",
	.about = "applications of Bitnami images",
	.wants = wants,
	.max_size = RD_MIB(16),
	.read = read,
};
