/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bills of materials that lie in an image: beside programs (*.cdx.json, *.spdx.json and their like,
 * usr/share/sbom, Bitnami's .spdx-NAME.spdx), in a package of Python (dist-info/sboms, PEP 770) and
 * in Java archives (META-INF/sbom, read by jar.c). They are somebody's word: packages that were read
 * themselves count before (sw_package.claimed), and what the system installed its own database
 * tells.
 */
#include "image/readers/sbom_file.h"

#include "image/sbom/sbom.h"

/* by its name */
static bool rd_is_sbom(struct sw_str path)
{
	static const char *const ends[] = {".cdx.json", ".cdx.xml", ".spdx.json", ".spdx",
		".cyclonedx.json", ".bom.json", ".cdx", "sbom.json", "bom.json", "bom.xml"};
	bool any = false;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		bool plain = i >= 7; /* a name that says less: only where bills are kept */
		if (!rd_ends(path, ends[i]))
			continue;
		any = any || !plain || rd_within(path, "sbom") || rd_within(path, "sboms");
	}
	return any;
}

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	/* Of Python's own folder whatever it is called. */
	if (rd_named(rd_dir(path), "sboms") && rd_ends(rd_dir(rd_dir(path)), ".dist-info"))
		return rd_ends(path, ".json") || rd_ends(path, ".xml") || rd_ends(path, ".spdx");
	return rd_is_sbom(path) && !rd_within(path, "node_modules");
}

int rd_sbom(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_error err = {0};
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	uint32_t before = bom->n;
	int r = sw_sbom_claims(&a, f->content, f->path, f->layer, bom, &err);
	if (r == -SW_ELIMIT && bom->n - before >= SW_BOM_PACKAGES)
		return r;
	if (r)
		return rd_note(bom, f, "cannot be read as a bill of materials: %s", err.text);
	return 0;
}

const struct sw_reader rd_sbom_file = {
	.name = "sbom-file",
	.about = "bills of materials in the image: CycloneDX, SPDX",
	.wants = wants,
	.max_size = RD_MIB(16),
	.read = rd_sbom,
};
