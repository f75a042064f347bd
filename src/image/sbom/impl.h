/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the readers of bills. */
#ifndef SW_IMAGE_SBOM_IMPL_H
#define SW_IMAGE_SBOM_IMPL_H

#include "image/sbom/sbom.h"
#include "package/purl.h"

#define SBOM_LAYERS 1000 /* instructions of them in a document */

struct sbom_reader {
	struct sw_arena *a;
	struct sw_bom *bom;
	struct sw_sbom *doc;
	struct sw_error *err;
	bool no_schema; /* is not held against it */
	uint32_t seen;	/* what should be a package, understood or not */
};

/* What the formats know of one package. */
struct sbom_item {
	struct sw_str purl, name, version, license, supplier;
	struct sw_str where; /* for a problem's text */
	/* Of our own documents. */
	struct sw_str path, layer, source, source_version, arch, module, ns, own_type, own_name,
		own_version, own_license, qualifiers, cpe, told_cpe;
	bool dev, owned_by_os, claimed;
	bool silent; /* without a purl it is no package: an application, a file */
};

/* Whichever format it is; the bill is finished. `no_schema`: not held against one. As sw_sbom_read(). */
int sbom_read_document(struct sw_arena *a, struct sw_str text, struct sw_bom *bom, bool no_schema,
	struct sw_sbom *ret, struct sw_error *err);
/* What `told` names, as claims into another bill. -SW_ELIMIT. */
int sbom_take_claims(const struct sw_bom *told, struct sw_str from, uint32_t layer,
	struct sw_bom *bom, struct sw_error *err);

int sbom_cyclonedx_json(struct sbom_reader *r, struct sw_value root);
int sbom_cyclonedx_xml(struct sbom_reader *r, const struct sw_xmltree *root);
int sbom_spdx_json(struct sbom_reader *r, struct sw_value root);
int sbom_spdx3_json(struct sbom_reader *r, struct sw_value root);
int sbom_spdx_tag(struct sbom_reader *r, struct sw_str text);
/* SPDX's own XML (<Document>) and RDF. */
int sbom_spdx_xml(struct sbom_reader *r, const struct sw_xmltree *root);

/* "Organization: Debian (x@y)" is "Debian (x@y)"; NOASSERTION and NONE are nothing. */
struct sw_str spdx_plain(struct sw_str s);
/* A package of SPDX 2; `described`: what the document is about, no package without purl and CPE. */
int spdx_add(struct sbom_reader *r, struct sbom_item *item, struct sw_str purpose,
	struct sw_str comment, bool described);

/* A CPE (2.2 or 2.3) of the item's; of applications only. Our own property counts more. */
void sbom_cpe(struct sbom_reader *r, struct sbom_item *item, struct sw_str cpe);
/* A part that could not be understood. 0 or -SW_ELIMIT. */
int sbom_problem(struct sbom_reader *r, struct sw_str where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds the package, or a problem. 0 or -SW_ELIMIT. */
int sbom_add(struct sbom_reader *r, const struct sbom_item *item);
/* A "seawall:NAME" property. */
void sbom_property(struct sbom_item *item, struct sw_str name, struct sw_str value);
/* The instruction of the next layer. */
void sbom_layer(struct sbom_reader *r, struct sw_str instruction);
/* The subject's comment in SPDX: "seawall:created-by=" for each layer. */
void sbom_subject_comment(struct sbom_reader *r, struct sw_str comment);
/* Lines "seawall:NAME=VALUE" of a comment; `d` (may be NULL) takes those of a distribution. */
void sbom_comment(struct sbom_item *item, struct sw_distribution *d, struct sw_arena *a,
	struct sw_str comment);
void sbom_distribution_property(
	struct sw_distribution *d, struct sw_arena *a, struct sw_str name, struct sw_str value);
/* The item that is the operating system; the first one counts, and more than any purl. */
void sbom_set_distribution(struct sbom_reader *r, struct sw_str name, struct sw_str version);

#endif
