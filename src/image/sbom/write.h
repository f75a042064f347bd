/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the writers of bills: what of a package the format's own fields say, and what goes into
 * properties ("seawall:…"), so that reading the bill again gives an equal package.
 *
 * Values are views into the inventory or in the arena given; the inventory must outlive the writing.
 * Limit: SBOM_PROPERTIES properties of one package.
 */
#ifndef SW_IMAGE_SBOM_WRITE_H
#define SW_IMAGE_SBOM_WRITE_H

#include "image/sbom/sbom.h"
#include "package/purl.h"

#define SBOM_PROPERTIES 20

/* What the format's own fields do not say of a package. */
struct sbom_property {
	const char *name; /* "seawall:path" */
	struct sw_str value;
};

struct sbom_written {
	struct sw_str purl; /* "" when the package's parts make none */
	struct sbom_property v[SBOM_PROPERTIES];
	uint32_t n;
};

/* Reading the purl and the properties again gives an equal package. */
void sbom_describe(struct sw_arena *a, const struct sw_bom *bom, const struct sw_package *p,
	struct sbom_written *ret);
void sbom_describe_distribution(const struct sw_distribution *d, struct sbom_written *ret);
/* A string value that is never undefined. */
struct sw_value sbom_string(struct sw_str s);
/* The member, unless the text is empty. */
void sbom_text(struct sw_map *m, const char *key, struct sw_str s);
/* Makes the document's text; nothing (and the buffer's overflow) when memory ran out. */
void sbom_finish(struct sw_buf *out, struct sw_map *root);

#endif
